"""The strategies of calls really reach the edges that they are aimed at."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.testing import call_leg_lists, queue_call_lists
from tests.call_strategies import call_rows, queue_call_rows
from tests.oracles.deduplication import deduplicate
from tests.oracles.records import optional_instant

Row = dict[str, Any]
END = datetime(2026, 11, 22, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def row_of(record: pk.CallLeg | pk.QueueCall) -> Row:
    """A record as a row of JSON."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in attrs.asdict(record).items()
    }


def drawn(strategy: st.SearchStrategy[Any]) -> list[list[Row]]:
    """What one run of a property looks at, the same in every run of the tests."""
    found: list[list[Row]] = []

    @settings(max_examples=1200, derandomize=True, database=None, phases=[Phase.generate])
    @given(strategy)
    def look(rows: list[Any]) -> None:
        found.append([each if isinstance(each, dict) else row_of(each) for each in rows])

    look()
    return found


Lists = Callable[[], st.SearchStrategy[Any]]
LEGS: dict[str, Lists] = {"public": call_leg_lists, "rows": call_rows}
QUEUED: dict[str, Lists] = {"public": queue_call_lists, "rows": queue_call_rows}


@pytest.fixture(scope="module", params=["public", "rows"])
def legs(request: pytest.FixtureRequest) -> list[list[Row]]:
    """Lists of call legs."""
    return drawn(LEGS[request.param]())


@pytest.fixture(scope="module", params=["public", "rows"])
def queued(request: pytest.FixtureRequest) -> list[list[Row]]:
    """Lists of queue calls."""
    return drawn(QUEUED[request.param]())


def starts(row: Row) -> datetime | None:
    """When a row began."""
    return optional_instant(row.get("started_at") or row.get("entered_at"))


BOTH: dict[str, Callable[[Row], bool]] = {
    "the end of the last week": lambda row: starts(row) == END,
    "just before its end": lambda row: timedelta(0) < END - (starts(row) or END) <= MILLISECOND,
    "the first week of the trend": lambda row: starts(row) == END - timedelta(weeks=8),
    "before the trend": lambda row: (starts(row) or END) < END - timedelta(weeks=8),
    "after the last week": lambda row: (starts(row) or END) > END,
    "no record id": lambda row: row.get("record_id") is None,
    "not said when reported": lambda row: row.get("reported_at") is None,
}
OF_LEGS: dict[str, Callable[[Row], bool]] = {
    **BOTH,
    "nobody's leg": lambda row: row.get("user_id") is None,
    "loss at the limit": lambda row: row.get("packet_loss_percent") == 5,
    "loss below the limit": lambda row: row.get("packet_loss_percent") == 4.999,
    "latency at the limit": lambda row: row.get("latency_ms") == 400,
    "jitter at the limit": lambda row: row.get("jitter_ms") == 150,
    "nothing measured": lambda row: all(
        row.get(name) is None for name in ("packet_loss_percent", "latency_ms", "jitter_ms")
    ),
    "several features": lambda row: len(row.get("features") or ()) > 1,
    "the greatest length": lambda row: row["duration_ms"] == 2**53 - 1,
}
OF_QUEUE_CALLS: dict[str, Callable[[Row], bool]] = {
    **BOTH,
    **{
        f"a wait of {wait}": lambda row, wait=wait: row["wait_ms"] == wait  # type: ignore[misc]
        for wait in (0, 19_999, 20_000, 20_001, 2**53 - 1)
    },
    **{
        f"{outcome}": lambda row, outcome=outcome: row["outcome"] == outcome  # type: ignore[misc]
        for outcome in pk.Outcome
    },
}


@pytest.mark.parametrize("edge", OF_LEGS)
def test_legs_reach_the_edge(legs: list[list[Row]], edge: str) -> None:
    """Among very many lists at least one leg is there."""
    assert any(OF_LEGS[edge](row) for rows in legs for row in rows)


@pytest.mark.parametrize("edge", OF_QUEUE_CALLS)
def test_queue_calls_reach_the_edge(queued: list[list[Row]], edge: str) -> None:
    """Among very many lists at least one queue call is there."""
    assert any(OF_QUEUE_CALLS[edge](row) for rows in queued for row in rows)


def test_lists_have_duplicates_and_ties(legs: list[list[Row]], queued: list[list[Row]]) -> None:
    """Often, and often enough with contradictions."""
    for lists in (legs, queued):
        found = [deduplicate(rows) for rows in lists]

        assert 20 < sum(count > 0 for _, count, _ in found)
        assert 5 < sum(ties > 0 for _, _, ties in found)
        assert 5 < sum(count > ties for _, count, ties in found)
