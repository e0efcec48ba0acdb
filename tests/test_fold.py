"""Rows that come in batches count as all rows at once."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar
from unittest.mock import patch

import pytest
from attrs import asdict, evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.call_models import CallLeg, QueueCall
from partnerkpi.calling import _sieves
from partnerkpi.calling.fold import Within, fold, within
from partnerkpi.calling.legs import LegState, leg_state
from partnerkpi.calling.legs.quality_kpis import finish_quality
from partnerkpi.calling.legs.usage_kpis import finish_usage
from partnerkpi.calling.queues import QueueState, finish_queues, queue_state
from partnerkpi.errors import InputError, InstantError, RecordsMissingError
from partnerkpi.io.calls import queue_calls_from_rows
from partnerkpi.testing import call_legs, queue_calls
from tests.call_rows import leg

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
MONDAY = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
EVER = timedelta(days=100_000)
QUEUE_CALLS = st.lists(queue_calls(), min_size=4, max_size=14).map(tuple)
CALL_LEGS = st.lists(call_legs(), min_size=4, max_size=14).map(tuple)

Record = TypeVar("Record", QueueCall, CallLeg)


def cut(rows: Sequence[Record], data: st.DataObject) -> list[Sequence[Record]]:
    """Rows in at least two batches, some of them perhaps empty."""
    places = st.lists(st.integers(0, len(rows)), min_size=1, max_size=4)
    cuts: list[int] = sorted(data.draw(places))
    return [rows[a:b] for a, b in pairwise([0, *cuts, len(rows)])]


def entry(**fields: Any) -> QueueCall:
    """A queue call of customer c-1 in the last week."""
    given = {"call_id": "k-1", "customer_id": "c-1", "queue_id": "Q1", "entered_at": MONDAY}
    return QueueCall(**{**given, "wait_ms": 1_000, "outcome": "answered", **fields})


def batches(*parts: Sequence[QueueCall]) -> list[QueueCalls]:
    """Batches of queue calls."""
    return [QueueCalls.from_records(part) for part in parts]


def told(state: QueueState) -> dict[str, Any]:
    """All that a state of queue calls says."""
    found = finish_queues(state)
    return {
        **found.to_dict(),
        "hours": found.hours.to_dicts(),
        "changes": found.queue_changes.to_dicts(),
        "duplicates": asdict(state.duplicates),
    }


def told_legs(state: LegState) -> list[Any]:
    """What a state of call legs says."""
    say = state.terms.say
    sections = (finish_usage(state.usage, say), finish_quality(state.quality, say))
    return [*(each.to_dict() for each in sections), asdict(state.duplicates)]


# --- the same as at once -------------------------------------------------------------------------


@given(QUEUE_CALLS, st.data())
@settings(max_examples=40)
def test_batches_without_duplicates_count_as_the_whole(
    rows: tuple[QueueCall, ...], data: st.DataObject
) -> None:
    """Nothing is dropped where the caller vouches that nothing is a duplicate."""
    whole = queue_state(QueueCalls.from_records(rows), as_of=AS_OF, duplicates="none")

    assert told(whole) == told(fold(batches(*cut(rows, data)), as_of=AS_OF))


@given(QUEUE_CALLS, st.data())
@settings(max_examples=100)
def test_duplicates_are_dropped_as_of_the_whole(
    rows: tuple[QueueCall, ...], data: st.DataObject
) -> None:
    """Across batches, whichever week the row that counts moves to; and ties are told alike."""
    whole = queue_state(QueueCalls.from_records(rows), as_of=AS_OF)
    some = cut(rows, data)
    found = fold(batches(*some), as_of=AS_OF, duplicates="by_record_id")
    with patch.object(_sieves, "_MANY", 1):
        often = fold(batches(*some), as_of=AS_OF, duplicates="by_record_id")
    ever = fold(batches(*some), as_of=AS_OF, duplicates=within(EVER))

    assert told(whole) == told(found) == told(often) == told(ever)


@given(CALL_LEGS, st.data())
@settings(max_examples=60)
def test_call_legs_fold_alike(rows: tuple[CallLeg, ...], data: st.DataObject) -> None:
    """Call legs are folded as queue calls are."""
    parts = [Calls.from_records(part) for part in cut(rows, data)]
    whole = leg_state(Calls.from_records(rows), as_of=AS_OF)
    found = fold(parts, as_of=AS_OF, duplicates="by_record_id")
    ever = fold(parts, as_of=AS_OF, duplicates=within(EVER))
    everything = leg_state(Calls.from_records(rows), as_of=AS_OF, duplicates="none")

    assert told_legs(whole) == told_legs(found) == told_legs(ever)
    assert told_legs(everything) == told_legs(fold(parts, as_of=AS_OF))


@given(QUEUE_CALLS, st.data())
@settings(max_examples=60)
def test_rows_in_order_count_as_the_whole(rows: tuple[QueueCall, ...], data: st.DataObject) -> None:
    """Within any duration, where rows come in order and duplicates begin with each other."""
    firsts: dict[tuple[str, str], datetime] = {}
    moved = [
        evolve(row, entered_at=firsts.setdefault((row.customer_id, row.record_id), row.entered_at))
        if row.record_id is not None
        else row
        for row in rows
    ]
    lateness = data.draw(st.sampled_from((timedelta(0), timedelta(seconds=1), EVER)))
    ordered = sorted(moved, key=lambda row: row.entered_at)
    whole = queue_state(QueueCalls.from_records(ordered), as_of=AS_OF)
    found = fold(batches(*cut(ordered, data)), as_of=AS_OF, duplicates=within(lateness))

    assert told(whole) == told(found)


def test_a_correction_in_a_later_batch_moves_a_call_to_its_week() -> None:
    """The row reported last counts, wherever the first one was counted."""
    said = entry(record_id="r-1", reported_at=AS_OF)
    moved = evolve(
        said,
        reported_at=AS_OF + timedelta(1),
        entered_at=MONDAY - timedelta(weeks=1),
    )
    found = finish_queues(fold(batches([said], [moved]), as_of=AS_OF, duplicates="by_record_id"))

    assert [1, 0] == [week.offered for week in found.trend[-2:]]


def test_ties_are_told_of_all_rows_at_once() -> None:
    """Rows that lost to one that lost itself are ties of the row that counts, alike or not."""
    first = entry(record_id="r-1", wait_ms=1)
    more = [first, first, entry(record_id="r-1", wait_ms=2)]
    later = entry(record_id="r-1", wait_ms=0, reported_at=AS_OF)
    parts = batches(*([row] for row in more))
    with patch.object(_sieves, "_MANY", 1):
        ties = fold(parts, as_of=AS_OF, duplicates="by_record_id").duplicates.ties
        none = fold([*parts, *batches([later])], as_of=AS_OF, duplicates="by_record_id").duplicates

    assert 2 == ties
    assert (3, 0) == (none.count, none.ties)


# --- too late ------------------------------------------------------------------------------------


def test_rows_that_come_too_late_are_faults() -> None:
    """Each with its number over all batches, its column, and from when it could have been."""
    hour = timedelta(hours=1)
    rows = [entry(entered_at=MONDAY + 2 * hour), entry(entered_at=MONDAY + hour)]
    late = entry(entered_at=MONDAY + hour - timedelta(microseconds=1))
    parts = batches(rows, [late, entry()], [])
    with pytest.raises(InputError) as refused:
        fold(parts, as_of=AS_OF, duplicates=within(hour))

    assert [
        ("batches, line 2, column entered_at", "2026-11-16T10:29:59.999999Z"),
        ("batches, line 3, column entered_at", "2026-11-16T09:30:00Z"),
    ] == [(str(fault.place), fault.found) for fault in refused.value.faults]
    assert {"an instant from 2026-11-16T10:30:00Z on, in the order of time"} == {
        fault.expected for fault in refused.value.faults
    }


def test_rows_that_come_too_late_are_left_out_leniently() -> None:
    """And the state carries the faults, beside those of the doors."""
    read = queue_calls_from_rows(
        [
            {
                "call_id": "k-1",
                "customer_id": "c-1",
                "queue_id": "Q1",
                "entered_at": MONDAY.isoformat(),
                "wait_ms": 5,
                "outcome": "lost",
            }
        ],
        lenient=True,
    )
    late = batches([entry(entered_at=MONDAY - timedelta(days=1))])
    state = fold([read, *late], as_of=AS_OF, duplicates=within(timedelta(0)), lenient=True)

    assert 1 == finish_queues(state).offered.value
    assert ["'lost'", "2026-11-15T09:30:00Z"] == [fault.found for fault in state.faults]
    assert 2 == state.fault_count


# --- asking --------------------------------------------------------------------------------------


def test_progress_is_told_after_each_batch() -> None:
    """How many rows have come so far."""
    heard: list[int] = []
    fold(batches([entry()], [], [entry(), entry()]), as_of=AS_OF, progress=heard.append)

    assert [1, 1, 3] == heard


def test_batches_are_gone_through_once() -> None:
    """One is not asked for before the one before it was counted."""
    asked: list[int] = []

    def each() -> Iterator[QueueCalls]:
        for number in range(3):
            asked.append(number)
            yield batches([entry()])[0]

    fold(each(), as_of=AS_OF, progress=lambda rows: asked.append(-rows))

    assert [0, -1, 1, -2, 2, -3] == asked


def test_no_batches_count_nothing_if_rows_are_told() -> None:
    """A table without rows has no batches; which rows there would be, nobody can guess."""
    assert 0 == finish_queues(fold([], as_of=AS_OF, rows=QueueCalls)).offered.value
    assert 0 == len(fold([], as_of=AS_OF, rows=Calls).usage.keys)
    with pytest.raises(TypeError, match="expected batches of QueueCalls or Calls, or to be told"):
        fold([], as_of=AS_OF)


def test_batches_are_of_one_kind() -> None:
    """Call legs and queue calls have states of their own."""
    mixed: list[Any] = [*batches([entry()]), Calls.from_records([leg()])]
    with pytest.raises(TypeError, match="expected batches of QueueCalls, found Calls"):
        fold(mixed, as_of=AS_OF)
    strange: list[Any] = [[entry()]]
    with pytest.raises(TypeError, match="found list"):
        fold(strange, as_of=AS_OF)


def test_rows_are_not_kept() -> None:
    """The rows behind a folded figure are gone."""
    with pytest.raises(RecordsMissingError):
        _ = finish_queues(fold(batches([entry()]), as_of=AS_OF)).offered.members


@pytest.mark.parametrize("duration", [timedelta(microseconds=-1), 5, None])
def test_durations_are_not_negative(duration: Any) -> None:
    """And they are durations."""
    with pytest.raises(ValueError, match="expected a timedelta that is not negative"):
        within(duration)


def test_other_ways_to_find_duplicates_are_refused() -> None:
    """Only the three there are."""
    way: Any = "by_call_id"
    with pytest.raises(ValueError, match="duplicates must be 'none', 'by_record_id' or within"):
        fold(batches([]), as_of=AS_OF, duplicates=way)
    with pytest.raises(InstantError):
        fold(batches([]), as_of=datetime(2026, 11, 22))  # noqa: DTZ001 (that is the point)
    assert Within(timedelta(1)) == within(timedelta(1))
