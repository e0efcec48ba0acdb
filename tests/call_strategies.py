"""Hypothesis strategies for rows of calls as JSON has them, aimed at the edges of the definitions.

Instants lie at the ends of weeks to the millisecond, waits and measurements at their limits, and
record ids and instants of reports are few, so that rows of one list often are duplicates. Optional
keys are left out, null, or given.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.oracles.times import WEEK
from tests.strategies import WRITERS, week_start

__all__ = ["call_rows", "calls", "queue_call_rows", "queue_calls"]

Row = dict[str, Any]

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
TICKS = (0, -1, 1, -1_000, 1_000, 43_200_000_000)
WEEKS = (0, 1, -1, 2, 7, 8, 9)
REPORTS = (AS_OF, AS_OF - timedelta(milliseconds=1), AS_OF + timedelta(days=3))
CUSTOMERS = ("c-1", "c-2", "007")
RECORDS = ("r-1", "r-2", "NA", "\U00010000", "\uffff")
CALLS = ("k-1", "k-2", "k,3")
USERS = ("u-1", "u-2", 'u "3"')
ENDPOINTS = ("desk_phone", "app", "webex_device", "gateway")
FEATURES = ("call_queue", "voicemail", "call_park", "añadida", "株")
OUTCOMES = (
    *("answered", "transferred", "abandoned", "voicemail", "overflowed"),
    *("timed_out", "callback", "waiting", "unknown"),
)
WAITS = (0, 1, 5_000, 19_999, 20_000, 20_001, 61_000, 2**53 - 1)


def at_week_ends() -> list[str]:
    """Texts of instants at the ends of weeks and beside them, with every kind of offset."""
    end = week_start(AS_OF)
    moments = [end - weeks * WEEK + timedelta(microseconds=t) for weeks in WEEKS for t in TICKS]
    return [WRITERS[n % len(WRITERS)](moment) for n, moment in enumerate(moments)]


INSTANTS = st.sampled_from(at_week_ends())


def optional(name: str, values: Sequence[object]) -> st.SearchStrategy[Row]:
    """A key that is left out, null, or has one of some values."""
    return st.sampled_from([{}, {name: None}, *({name: value} for value in values)])


def merged(*parts: st.SearchStrategy[Row]) -> st.SearchStrategy[Row]:
    """The keys of all parts in one row."""
    return st.tuples(*parts).map(lambda rows: {k: v for row in rows for k, v in row.items()})


def origin() -> st.SearchStrategy[Row]:
    """What both tables begin with."""
    return merged(
        optional("record_id", RECORDS),
        optional("reported_at", [WRITERS[n](moment) for n, moment in enumerate(REPORTS)]),
        st.fixed_dictionaries(
            {"call_id": st.sampled_from(CALLS), "customer_id": st.sampled_from(CUSTOMERS)}
        ),
    )


def calls() -> st.SearchStrategy[Row]:
    """A call leg."""
    return merged(
        origin(),
        st.fixed_dictionaries(
            {
                "started_at": INSTANTS,
                "duration_ms": st.sampled_from((0, 1, 60_000, 2**31, 2**53 - 1)),
                "answered": st.booleans(),
            }
        ),
        optional("user_id", USERS),
        optional("endpoint_type", ENDPOINTS),
        optional("packet_loss_percent", (0, 4.999, 5, 9.5, 100.0)),
        optional("latency_ms", (20, 399.9, 400, 1e300)),
        optional("jitter_ms", (0.0, 149.99, 150)),
        optional("features", ([], ["voicemail"])),
        st.lists(st.sampled_from(FEATURES), max_size=3).map(
            lambda codes: {"features": codes} if codes else {}
        ),
    )


def queue_calls() -> st.SearchStrategy[Row]:
    """A queue call."""
    return merged(
        origin(),
        st.fixed_dictionaries(
            {
                "queue_id": st.sampled_from(("Q1", "Q2", "NA")),
                "entered_at": INSTANTS,
                "wait_ms": st.sampled_from(WAITS),
                "outcome": st.sampled_from(OUTCOMES),
            }
        ),
        optional("talk_ms", (0, 1, 60_000)),
    )


def call_rows(max_size: int = 30) -> st.SearchStrategy[list[Row]]:
    """Call legs in any order, some delivered more than once."""
    return delivered(calls(), max_size)


def queue_call_rows(max_size: int = 30) -> st.SearchStrategy[list[Row]]:
    """Queue calls in any order, some delivered more than once."""
    return delivered(queue_calls(), max_size)


def delivered(rows: st.SearchStrategy[Row], max_size: int) -> st.SearchStrategy[list[Row]]:
    """Rows, each one to three times, in any order; equal ones are separate objects."""
    times = st.sampled_from((1, 1, 1, 2, 3))
    pairs = st.lists(st.tuples(rows, times), max_size=max_size)
    return pairs.map(
        lambda found: [dict(row) for row, n in found for _ in range(n)][:max_size]
    ).flatmap(lambda some: st.permutations(some).map(list))
