"""Machinery: typed records of calls to the columns of call legs and of queue calls, by name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from partnerkpi._arrays import NEVER, signed
from partnerkpi._coded_columns import coded, lists_of
from partnerkpi._instants import of_datetime
from partnerkpi.call_models import CallLeg, Outcome, QueueCall

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from partnerkpi._arrays import Counts, Micros

__all__ = ["leg_columns", "queue_call_columns"]

_Record = TypeVar("_Record")

_PLACES = MappingProxyType({outcome: place for place, outcome in enumerate(Outcome)})


def leg_columns(records: Iterable[CallLeg]) -> dict[str, Any]:
    """The columns of call legs."""
    legs = _records(records, CallLeg)

    return {
        **_origin(legs),
        "user": coded([leg.user_id for leg in legs]),
        "started": _instants([leg.started_at for leg in legs]),
        "duration": _counts([leg.duration_ms for leg in legs]),
        "answered": np.array([leg.answered for leg in legs], np.bool_),
        "endpoint": coded([leg.endpoint_type for leg in legs]),
        "loss": _measured([leg.packet_loss_percent for leg in legs]),
        "latency": _measured([leg.latency_ms for leg in legs]),
        "jitter": _measured([leg.jitter_ms for leg in legs]),
        "features": lists_of([leg.features for leg in legs]),
    }


def queue_call_columns(records: Iterable[QueueCall]) -> dict[str, Any]:
    """The columns of queue calls."""
    calls = _records(records, QueueCall)

    return {
        **_origin(calls),
        "queue": coded([call.queue_id for call in calls]),
        "entered": _instants([call.entered_at for call in calls]),
        "wait": _counts([call.wait_ms for call in calls]),
        "outcome": np.array([_PLACES[call.outcome] for call in calls], np.uint8),
        "talk": _counts([-1 if call.talk_ms is None else call.talk_ms for call in calls]),
    }


def _records(records: Iterable[_Record], kind: type[_Record]) -> list[_Record]:
    found = list(records)
    strange = next((type(each) for each in found if type(each) is not kind), None)
    if strange is not None:
        msg = f"expected records of type {kind.__name__}, found {strange.__name__}"
        raise TypeError(msg)

    return found


def _origin(rows: Sequence[CallLeg] | Sequence[QueueCall]) -> dict[str, Any]:
    return {
        "record": coded([row.record_id for row in rows]),
        "reported": _instants([row.reported_at for row in rows]),
        "call": coded([row.call_id for row in rows]),
        "customer": coded([row.customer_id for row in rows]),
    }


def _instants(moments: Iterable[datetime | None]) -> Micros:
    micros = (NEVER if moment is None else of_datetime(moment) for moment in moments)

    return np.fromiter(micros, np.int64)


def _counts(values: Sequence[int]) -> Counts:
    return signed(np.array(values, np.int64))


def _measured(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], np.float64)
