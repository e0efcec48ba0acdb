"""Machinery: the tables of calls from typed columns, the same for every door.

Which columns a table has, what is optional and what stands for null is said here once.
"""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from attrs import evolve, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import NEVER, locked, signed
from partnerkpi._batches import Given
from partnerkpi._call_intake import CallIntake, RawColumn
from partnerkpi._text import Text
from partnerkpi._text_forms import Labeled
from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.call_models import Outcome
from partnerkpi.io._table_columns import CALLS, QUEUE_CALLS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from partnerkpi._arrays import Counts
    from partnerkpi._faults import FaultLog
    from partnerkpi.io._table_batches import Columns
    from partnerkpi.io._table_columns import Table

__all__ = ["LEGS", "QUEUED", "CallTable", "Gathering"]

_Made = TypeVar("_Made", Calls, QueueCalls)

#: What is no known outcome has the last one, ``unknown``.
_OUTCOMES: Mapping[str, int] = MappingProxyType(
    {str(outcome): number for number, outcome in enumerate(Outcome)}
)
_WHOLE_PERCENT = 100.0


@frozen
class CallTable(Generic[_Made]):
    """A table of calls: its columns, how they are read, and the column set that they make."""

    table: Table
    emit: Callable[[Columns], Mapping[str, RawColumn]]
    make: type[_Made]


class Gathering(Generic[_Made]):
    """Rows of a table of calls as a door hands them in, and the column set of them."""

    def __init__(
        self,
        table: CallTable[_Made],
        log: FaultLog,
        *,
        lenient: bool,
        unkept: frozenset[str] = frozenset(),
    ) -> None:
        """Gather rows of a table; of ids that are not kept nothing is told but that they are."""
        self._unkept = unkept
        self._table: CallTable[_Made] = table
        self._log = log
        self._lenient = lenient
        self._intake = CallIntake()

    @property
    def rows(self) -> int:
        """How many rows wait to be made a column set."""
        return self._intake.rows

    @property
    def untold(self) -> int:
        """How many faults no column set has carried yet."""
        return self._log.count

    @property
    def hopeless(self) -> bool:
        """Whether all that is left to do is to tell the other faults."""
        return not self._lenient and self._log.count > 0

    def add(self, columns: Columns) -> None:
        """Take some rows."""
        found = dict(self._table.emit(columns))
        for name in self._unkept & found.keys():
            found[name] = _UNSAID if name in _OPTIONAL else _anything(len(columns.bad))
        if self.hopeless:
            self._intake = CallIntake()
        else:
            self._intake.add(found, columns.bad)

    def finish(self) -> _Made:
        """The column set of the rows taken since the last one, and of the faults met since.

        Raises:
            InputError: there are faults, and reading is strict.
        """
        if not self._lenient:
            self._log.refuse()
        make = self._table.make
        told: dict[str, Any] = dict(zip(("faults", "fault_count"), self._log.taken(), strict=True))
        if not self.rows:
            return evolve(make.from_records([]), **told)

        return make(**self._intake.columns(), **told)


_OPTIONAL = frozenset({"record"})
_NOTHING, _ANYTHING = Text.from_strings([]), Text.from_strings(["?"])
_UNSAID = Given(_NOTHING, locked(np.empty(0, np.intp)))


def _anything(rows: int) -> Given:
    return Given(Labeled(np.zeros(rows, np.int8), _ANYTHING))


def _origin(columns: Columns) -> dict[str, RawColumn]:
    return {
        "record": columns.given("record_id"),
        "reported": columns.instants("reported_at", absent=NEVER),
        "call": Given(columns.texts("call_id")),
        "customer": Given(columns.texts("customer_id")),
    }


def _legs(columns: Columns) -> Mapping[str, RawColumn]:
    return {
        **_origin(columns),
        "user": columns.given("user_id"),
        "started": columns.instants("started_at"),
        "duration": _needed_counts(columns, "duration_ms"),
        "answered": columns.flags("answered", absent=None),
        "endpoint": columns.given("endpoint_type"),
        "loss": columns.measures("packet_loss_percent", _WHOLE_PERCENT),
        "latency": columns.measures("latency_ms", math.inf),
        "jitter": columns.measures("jitter_ms", math.inf),
        "features": columns.sets("features"),
    }


def _queue_calls(columns: Columns) -> Mapping[str, RawColumn]:
    talk, no_talk = columns.counts("talk_ms")

    return {
        **_origin(columns),
        "queue": Given(columns.texts("queue_id")),
        "entered": columns.instants("entered_at"),
        "wait": _needed_counts(columns, "wait_ms"),
        "outcome": columns.choices("outcome", _OUTCOMES),
        "talk": signed(np.where(no_talk, -1, talk.astype(np.int64))),
    }


def _needed_counts(columns: Columns, name: str) -> Counts:
    counts, null = columns.counts(name)
    columns.missing(name, null, rules.A_COUNT)

    return signed(counts)


LEGS = CallTable(CALLS, _legs, Calls)
QUEUED = CallTable(QUEUE_CALLS, _queue_calls, QueueCalls)
