"""Queue calls count the same however they are cut, ordered, labeled, gathered and folded."""

import pickle
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerkpi import Policy, _call_runs
from partnerkpi._text import Text
from partnerkpi.call_columns import QueueCalls
from partnerkpi.call_models import QueueCall
from partnerkpi.calling import _pools, histograms
from partnerkpi.calling.histograms import Histogram
from partnerkpi.calling.queues import (
    Cells,
    QueueState,
    QueueTerms,
    _pairs,
    _sums,
    _tally,
    columns,
    finish_queues,
    queue_state,
    state,
)
from partnerkpi.columns import CodedText
from partnerkpi.errors import CountOverflowError, MergeError
from partnerkpi.testing import queue_call_lists, queue_calls

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
INSTANTS = (
    AS_OF,
    AS_OF - timedelta(microseconds=1),
    AS_OF + timedelta(days=3),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1970, 1, 20, tzinfo=UTC),
)
MANY = tuple(f"c-{number}" for number in (5, 3, 7, 1, 8, 2))
SMALL = (
    *((columns, "STEP", 4), (_tally, "STEP", 4), (_tally, "_FLUSH", 4)),
    *(
        (_sums, "_SUM_BITS", 17),
        (_sums, "_COUNT_BITS", 3),
        (_tally, "_HOUR_CELLS", 1024),
        (_pairs, "_STEP", 4),
    ),
    *((_call_runs, "_STEP", 4), (_call_runs, "_SPLIT", 2), (_call_runs, "_BLOCK", 2)),
    *((_pools, "_STEP", 4), (histograms, "_STEP", 4), (state, "_ROOM", 16)),
)
Rows = tuple[QueueCall, ...]


@contextmanager
def small_steps() -> Iterator[None]:
    """A few rows at a time, so that few rows go through everything that many do."""
    with ExitStack() as stack:
        for module, name, value in SMALL:
            stack.enter_context(patch.object(module, name, value))
        yield


def lifted(rows: Sequence[QueueCall], as_of: datetime = AS_OF, **settings: Any) -> QueueState:
    """The state of some rows, none of which is left out."""
    calls = QueueCalls.from_records(rows)
    return queue_state(calls, as_of=as_of, duplicates="none", **settings)


def told(found: QueueState) -> list[object]:
    """All that a state counts, as plain values, queues in the order of the ids."""
    assert found.profile is not None
    assert found.previous is not None
    owners = [found.names.customers[place] for place in found.names.owner.tolist()]
    pairs = list(zip(owners, found.names.queues, strict=True))
    assert len(set(pairs)) == len(pairs)
    order = np.array(sorted(range(len(pairs)), key=pairs.__getitem__), np.intp)
    return [
        found.terms,
        sorted(pairs),
        told_cells(found.weeks),
        told_cells(found.last.take(order)),
        told_cells(found.previous.take(order)),
        told_histogram(found.profile.hours.take(order)),
        found.profile.offered[order].tolist(),
    ]


def told_cells(found: Cells) -> list[object]:
    """The numbers of some cells."""
    assert found.waits is not None
    return [found.counts.tolist(), found.sums.tolist(), told_histogram(found.waits)]


def told_histogram(found: Histogram) -> list[object]:
    """The entries of a histogram."""
    return [found.first.tolist(), found.values.tolist(), found.counts.tolist()]


def by_week(rows: Sequence[QueueCall]) -> list[QueueCall]:
    """The rows week by week; within one as they came."""
    start = datetime(1970, 1, 4, tzinfo=UTC)
    return sorted(rows, key=lambda row: (row.entered_at - start) // timedelta(weeks=1))


def relabeled(calls: QueueCalls) -> QueueCalls:
    """The same rows; every label twice, and used in turn."""

    def twice(column: CodedText) -> CodedText:
        labels = Text.concatenate([column.labels, column.labels])
        odd = np.arange(len(column)) % 2 * len(column.labels)
        return CodedText(column.codes + odd, labels)

    return evolve(calls, customer=twice(calls.customer), queue=twice(calls.queue))


@st.composite
def of_many(draw: st.DrawFn) -> Rows:
    """Queue calls of so many customers that parts of them mostly have different ones."""
    rows = draw(st.lists(queue_calls(), min_size=4, max_size=12))
    ids = draw(st.lists(st.sampled_from(MANY), min_size=len(rows), max_size=len(rows)))
    return tuple(evolve(row, customer_id=each) for row, each in zip(rows, ids, strict=True))


@given(of_many(), st.data())
@settings(max_examples=100)
def test_states_merge(rows: Rows, data: st.DataObject) -> None:
    """In any grouping and order, with nothing between; the whole is the sum of its parts."""
    as_of = data.draw(st.sampled_from((AS_OF, AS_OF, AS_OF, *INSTANTS)))
    cuts = sorted(data.draw(st.lists(st.integers(1, len(rows) - 1), min_size=1, max_size=3)))
    parts = [lifted(rows[a:b], as_of) for a, b in pairwise([0, *cuts, len(rows)])]
    nothing = QueueState.empty(QueueTerms.at(as_of))
    whole = told(lifted(rows, as_of))

    assert whole == told(reduce(QueueState.merge, parts))
    assert whole == told(reduce(lambda right, left: left.merge(right), reversed(parts)))
    assert whole == told(reduce(QueueState.merge, [nothing, *parts[::-1], nothing]))


def test_names_of_both_are_kept_apart() -> None:
    """Customers and queues that one part has and the other has not, in any order."""

    def state(*pairs: tuple[str, str]) -> QueueState:
        at = AS_OF - timedelta(days=1)
        return lifted(
            [
                QueueCall(
                    call_id="k-1",
                    customer_id=customer,
                    queue_id=queue,
                    entered_at=at,
                    wait_ms=place,
                    outcome="answered",
                )
                for place, (customer, queue) in enumerate(pairs)
            ]
        )

    first = (("c-2", "Q1"), ("c-1", "Q2"))
    second = (("c-1", "Q2"), ("c-1", "Q1"), ("c-3", "Q1"), ("c-2", "Q1"), ("c-0", "Q9"))
    both = state(*first).merge(state(*second))
    counts = {
        (each.customer_id, each.queue_id): (each.offered, each.longest_answered_ms)
        for each in finish_queues(both).queues
    }

    assert {
        ("c-0", "Q9"): (1, 4),
        ("c-1", "Q1"): (1, 1),
        ("c-1", "Q2"): (2, 1),
        ("c-2", "Q1"): (2, 3),
        ("c-3", "Q1"): (1, 2),
    } == counts


@given(queue_call_lists(), st.sampled_from(INSTANTS))
@settings(max_examples=60)
def test_ways_through_the_rows_agree(rows: Rows, as_of: datetime) -> None:
    """In few rows at a time or in many, week by week or not, with labels once or twice."""
    expected = told(lifted(rows, as_of))
    calls = QueueCalls.from_records(rows)
    wide = evolve(calls, wait=calls.wait.astype(np.int64), outcome=calls.outcome.astype(np.int64))

    for some in (wide, relabeled(calls)):
        assert expected == told(queue_state(some, as_of=as_of, duplicates="none"))
    with small_steps():
        assert expected == told(lifted(rows, as_of))
        assert expected == told(lifted(by_week(rows), as_of))
        assert expected == told(lifted(by_week(rows)[::-1], as_of))
        assert expected == told(queue_state(relabeled(calls), as_of=as_of, duplicates="none"))
        with patch.object(_pairs, "_DENSE", 0):
            assert expected == told(lifted(rows, as_of))


@given(queue_call_lists())
@settings(max_examples=30)
def test_saying_changes_nothing(rows: Rows) -> None:
    """A state can be said any number of times, also after its journey."""
    found = lifted(rows)
    travelled = pickle.loads(pickle.dumps(found))  # noqa: S301 (our own bytes)

    assert told(found) == told(travelled)
    assert finish_queues(found).to_dict() == finish_queues(found).to_dict()
    assert finish_queues(found).to_dict() == finish_queues(travelled).to_dict()


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (lifted([], AS_OF + timedelta(days=1)), "results of different micros do not mix"),
        (lifted([], policy=Policy(trend_weeks=3)), "results of different policy do not mix"),
        (lifted([], waits=False), "results of different waits do not mix: True and False"),
    ],
)
def test_states_of_different_terms_never_mix(other: QueueState, expected: str) -> None:
    """Another instant, another policy, or fewer things counted."""
    with pytest.raises(MergeError, match=expected):
        lifted([]).merge(other)


@given(queue_call_lists(), st.sampled_from(INSTANTS))
@settings(max_examples=40)
def test_counting_less_counts_the_same(rows: Rows, as_of: datetime) -> None:
    """Counts and sums do not depend on what else is counted."""
    full = lifted(rows, as_of)
    less = lifted(rows, as_of, waits=False, hours=False, changes=False)
    some = full.last.pooled(np.zeros(len(full.last), np.intp), 1)
    same = less.last.pooled(np.zeros(len(less.last), np.intp), 1)

    assert full.weeks.counts.tolist() == less.weeks.counts.tolist()
    assert full.weeks.sums.tolist() == less.weeks.sums.tolist()
    assert (some.counts.tolist(), some.sums.tolist()) == (same.counts.tolist(), same.sums.tolist())


def test_sums_beyond_64_bits_are_refused() -> None:
    """Where rows are counted, and where states are added."""
    row = QueueCall(
        call_id="k-1",
        customer_id="c-1",
        queue_id="Q1",
        entered_at=AS_OF - timedelta(days=1),
        wait_ms=2**53 - 1,
        outcome="answered",
    )
    half = lifted([row] * 600)
    assert 600 * (2**53 - 1) == half.weeks.sums.sum()
    with pytest.raises(CountOverflowError):
        lifted([row] * 1200)
    with pytest.raises(CountOverflowError):
        half.merge(half)


def test_what_was_not_counted_merges_too() -> None:
    """States without waits, hours and the week before add up to one without them."""
    flags: dict[str, Any] = {"waits": False, "hours": False, "changes": False}
    nothing = lifted([], **flags)
    both = nothing.merge(QueueState.empty(nothing.terms))

    assert (None, None, None) == (both.previous, both.profile, both.last.waits)
