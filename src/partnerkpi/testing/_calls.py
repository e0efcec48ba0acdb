"""Strategies for call legs and queue calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from partnerkpi.call_models import CallId, CallLeg, Outcome, QueueCall, QueueId, RecordId, UserId
from partnerkpi.models import (
    CustomerId,
)
from partnerkpi.testing._edges import GREATEST, NEAR, instants, week_edges
from partnerkpi.testing._hypothesis import st

__all__ = ["call_leg_lists", "call_legs", "queue_call_lists", "queue_calls"]

_Row = TypeVar("_Row", CallLeg, QueueCall)
_Id = TypeVar("_Id")
_WAITS = (0, 1, 19_999, 20_000, 20_001, 5_000, 9_999, 61_000, 3_600_000, GREATEST)
_LENGTHS = (0, 1, 60_000, 60_001, 183_173, 3_600_000, GREATEST)
_FEATURES = ("call_queue", "voicemail", "call_park", "hunt_group", "añadida")
_ENDPOINTS = ("desk_phone", "app", "webex_device", "gateway", "unknown", None)
_RECORDS = (None, "r-1", "r-2", "r-3", "007")
_CALLERS = ("c-1", "c-2", "c-3")


def _reported(near: datetime) -> st.SearchStrategy[datetime | None]:
    return st.sampled_from((None, near, near - timedelta(days=1), near - timedelta(milliseconds=1)))


def call_legs(near: datetime = NEAR) -> st.SearchStrategy[CallLeg]:
    """Call legs of a few customers, users and calls, at and beside the ends of weeks.

    Record ids, and the instants at which rows were reported, are few, so that rows of one list
    often are duplicates of each other; measurements lie at and beside the limits of quality.

    Args:
        near: The instant around which the weeks lie.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(call_legs())
        ... def test(leg):
        ...     assert leg.duration_ms >= 0
        >>> test()
    """
    return st.builds(
        CallLeg,
        record_id=st.sampled_from(_RECORDS).map(_maybe(RecordId)),
        reported_at=_reported(near),
        call_id=st.sampled_from(("k-1", "k-2", "k-3")).map(CallId),
        customer_id=st.sampled_from(_CALLERS).map(CustomerId),
        user_id=st.sampled_from(("u-1", "u-2", None)).map(_maybe(UserId)),
        started_at=week_edges(near) | week_edges(near) | instants(near),
        duration_ms=st.sampled_from(_LENGTHS),
        answered=st.booleans(),
        endpoint_type=st.sampled_from(_ENDPOINTS),
        packet_loss_percent=st.sampled_from((None, 0.0, 4.999, 5.0, 9.5, 100.0)),
        latency_ms=st.sampled_from((None, 20.0, 399.9, 400.0, 1e300)),
        jitter_ms=st.sampled_from((None, 0.0, 149.99, 150.0)),
        features=st.lists(st.sampled_from(_FEATURES), max_size=3).map(tuple),
    )


def queue_calls(near: datetime = NEAR) -> st.SearchStrategy[QueueCall]:
    """Queue calls of a few customers and queues, at and beside the ends of weeks.

    As for ``call_legs`` rows of one list often are duplicates; waits lie at and beside usual
    thresholds.

    Args:
        near: The instant around which the weeks lie.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(queue_calls())
        ... def test(call):
        ...     assert call.wait_ms >= 0
        >>> test()
    """
    return st.builds(
        QueueCall,
        record_id=st.sampled_from(_RECORDS).map(_maybe(RecordId)),
        reported_at=_reported(near),
        call_id=st.sampled_from(("k-1", "k-2", "k-3")).map(CallId),
        customer_id=st.sampled_from(_CALLERS).map(CustomerId),
        queue_id=st.sampled_from(("Q1", "Q2")).map(QueueId),
        entered_at=week_edges(near) | week_edges(near) | instants(near),
        wait_ms=st.sampled_from(_WAITS),
        outcome=st.sampled_from(Outcome),
        talk_ms=st.sampled_from((None, 0, 1, 60_000)),
    )


def _maybe(make: Callable[[str], _Id]) -> Callable[[str | None], _Id | None]:
    return lambda text: None if text is None else make(text)


def call_leg_lists(
    near: datetime = NEAR, *, max_size: int = 30
) -> st.SearchStrategy[tuple[CallLeg, ...]]:
    """Call legs in any order, some of them delivered again as they were.

    Args:
        near: The instant around which the weeks lie.
        max_size: How many there are at most.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(call_leg_lists(max_size=4))
        ... def test(legs):
        ...     assert len(legs) <= 4
        >>> test()
    """
    return _delivered(call_legs(near), max_size)


def queue_call_lists(
    near: datetime = NEAR, *, max_size: int = 30
) -> st.SearchStrategy[tuple[QueueCall, ...]]:
    """Queue calls in any order, some of them delivered again as they were.

    Args:
        near: The instant around which the weeks lie.
        max_size: How many there are at most.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(queue_call_lists(max_size=4))
        ... def test(calls):
        ...     assert len(calls) <= 4
        >>> test()
    """
    return _delivered(queue_calls(near), max_size)


def _delivered(rows: st.SearchStrategy[_Row], size: int) -> st.SearchStrategy[tuple[_Row, ...]]:
    """Some rows, each a few times: at least once."""
    pairs = st.lists(st.tuples(rows, st.sampled_from((1, 1, 1, 2, 3))), max_size=size)

    return pairs.map(lambda found: tuple(row for row, times in found for _ in range(times))[:size])
