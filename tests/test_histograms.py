"""Exact histograms: what they answer, how they add up, and how they are filled."""

import pickle
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerkpi.calling import _pools, histograms
from partnerkpi.calling._buffers import buffers
from partnerkpi.calling._pools import Pool
from partnerkpi.calling.histograms import Histogram, joined
from partnerkpi.calling.queues.measures import Cells
from partnerkpi.calling.queues.waiting import percentiles

Entry = tuple[int, int, int]
HUGE = 2**53 - 1
GROUPS = 4

values = st.sampled_from((0, 1, 2, 7, 255, 256, 2**24 - 1, 2**24, HUGE))
counts = st.sampled_from((1, 2, 255, 2**40))
entries = st.lists(st.tuples(st.integers(0, GROUPS - 1), values, counts), max_size=20)


def made(found: list[Entry]) -> Histogram:
    """The histogram of some entries."""
    groups, numbers, often = np.array(found, np.int64).reshape(-1, 3).T
    return Histogram.of(groups, numbers, often, GROUPS)


def naive(found: list[Entry]) -> list[Counter[int]]:
    """How often each number occurs in each group."""
    groups: list[Counter[int]] = [Counter() for _ in range(GROUPS)]
    for group, value, count in found:
        groups[group][value] += count
    return groups


def told(found: Histogram) -> list[list[tuple[int, int]]]:
    """The entries of each group, in order."""
    pairs = list(zip(found.values.tolist(), found.counts.tolist(), strict=True))
    edges = found.first.tolist()
    return [pairs[a:b] for a, b in pairwise(edges)]


@given(entries)
@settings(max_examples=60)
def test_entries_are_in_order_and_added_up(found: list[Entry]) -> None:
    """By group and number, equal ones as one; numbers and counts of any size."""
    assert [sorted(group.items()) for group in naive(found)] == told(made(found))
    assert made(found).nbytes > 0
    assert told(made(found)) == told(pickle.loads(pickle.dumps(made(found))))  # noqa: S301 (ours)


@given(entries, values, st.booleans())
@settings(max_examples=60)
def test_what_is_asked_of_a_group(found: list[Entry], limit: int, inclusive: bool) -> None:
    """How many there are, how many below a limit, and the greatest."""
    groups = naive(found)
    below = [sum(n for value, n in group.items() if value < limit + inclusive) for group in groups]
    greatest, known = made(found).greatest()

    assert [group.total() for group in groups] == made(found).totals().tolist()
    assert below == made(found).up_to(limit, inclusive=inclusive).tolist()
    assert [max(group, default=0) for group in groups] == greatest.tolist()
    assert [bool(group) for group in groups] == known.tolist()


@given(st.lists(st.tuples(st.integers(0, GROUPS - 1), values), max_size=12), st.integers(-1, 13))
@settings(max_examples=60)
def test_ranks_count_from_the_smallest(found: list[tuple[int, int]], rank: int) -> None:
    """From 1 on; 0 where no number has the rank."""
    groups = [sorted(value for group, value in found if group == each) for each in range(GROUPS)]
    expected = [group[rank - 1] if 0 < rank <= len(group) else 0 for group in groups]
    histogram = made([(group, value, 1) for group, value in found])

    assert expected == histogram.ranked(np.full(GROUPS, rank)).tolist()


@given(st.lists(entries, min_size=1, max_size=3), st.integers(1, 5))
@settings(max_examples=60)
def test_histograms_join(parts: list[list[Entry]], step: int) -> None:
    """However few groups are joined at a time."""
    expected = told(made([entry for part in parts for entry in part]))
    with patch.object(histograms, "_STEP", step):
        assert expected == told(joined([made(part) for part in parts]))
        assert expected == told(joined([Histogram.empty(GROUPS), *map(made, parts[::-1])]))


@given(entries, st.permutations(range(GROUPS)), st.integers(1, 5))
@settings(max_examples=40)
def test_groups_are_taken_spread_and_pooled(
    found: list[Entry], places: list[int], step: int
) -> None:
    """In any order, among others, and put together."""
    groups = [sorted(group.items()) for group in naive(found)]
    where = np.array(places)
    pooled = [entry for entry in found if entry[0] != 1]
    with patch.object(histograms, "_STEP", step):
        assert [groups[place] for place in places] == told(made(found).take(where))
        spread = told(made(found).spread(where + 1, GROUPS + 1))
    one = told(made(found).pooled(np.array([0, -1, 0, 0]), 1))

    assert [] == spread[0]
    assert groups == [spread[place + 1] for place in places]
    assert [sorted(naive([(0, value, n) for _, value, n in pooled])[0].items())] == one


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 9), st.sampled_from((0, 1, 3, 15, 16, HUGE)))),
        max_size=5,
    ),
    st.sampled_from((1, 8, 100)),
    st.sampled_from((0, 64, 1024)),
)
@settings(max_examples=80)
def test_pools_count_what_is_added(
    batches: list[list[tuple[int, int]]], room: int, dense: int
) -> None:
    """With little room or much, with counters or without; numbers beyond the bits too."""
    pool = Pool(room, 4, dense=dense)
    with patch.object(_pools, "_STEP", 3), patch.object(_pools, "_NARROW", 5):
        for batch in batches:
            columns = np.array(batch, np.int64).reshape(-1, 2).T
            pool.add(*columns)
    found = [entry for batch in batches for entry in batch]
    expected = [
        sorted(Counter(value for group, value in found if group == each).items())
        for each in range(9)
    ]

    assert expected == told(pool.taken(9))
    assert [[]] * 9 == told(pool.taken(9))


def test_groups_beyond_reason_are_counted() -> None:
    """Where group and number do not fit one word, numbers are replaced by their ranks."""
    groups, numbers = np.array([2**40, 0, 2**40]), np.array([HUGE, 1, HUGE])
    owners, found, often = histograms._summed(groups, numbers, np.ones(3, np.uint8))

    assert ([0, 2**40], [1, HUGE], [1, 2]) == tuple(
        each.tolist() for each in (owners, found, often)
    )


def test_ranks_beyond_64_bits_on_the_way_are_exact() -> None:
    """The share of a total is taken in whole numbers, however many."""
    total = 2**61
    waits = Histogram.of(np.zeros(2, np.intp), np.array([5, 6]), np.array([total - 1, 1]), 4)
    cells = Cells(np.zeros((1, 9), np.int64), np.zeros((1, 2), np.int64), waits)
    most, all_of_them = percentiles(cells, 0, [Fraction(100 * (total - 1), total), 100])

    assert ([5], [6]) == (most.values(), all_of_them.values())


@pytest.mark.parametrize("rows", [0, 3, 100_000])
def test_buffers_are_of_their_own(rows: int) -> None:
    """Columns of one block that do not overlap."""
    columns = buffers(rows, np.int64, np.bool_, np.uint16)
    for number, column in enumerate(columns):
        column[:] = number

    assert [rows] * 3 == [len(column) for column in columns]
    assert [number * rows for number in (0, 1, 2)] == [int(column.sum()) for column in columns]
