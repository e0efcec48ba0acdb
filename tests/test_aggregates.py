"""What adds up exactly: ratios, sums, ranks and groups, against Python's own integers."""

import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from partnerkpi._arrays import exact_sum, narrowest
from partnerkpi._groups import MOST_LEVELS, Levels, falling
from partnerkpi.aggregates import Ratio, exact_ranks, masked_sum, sums_by_code
from partnerkpi.errors import CountOverflowError
from partnerkpi.models import LicenseLine
from tests.library import AS_OF, customer, line, reported, subscription

LARGEST = 2**53 - 1
MOST = 2**63 - 1

counts = st.integers(0, 20) | st.sampled_from((2**31, 2**32, LARGEST - 1, LARGEST, 2**62, MOST))
count_lists = st.lists(counts, max_size=20) | st.lists(st.just(LARGEST), max_size=20)
group_sizes = st.lists(
    st.integers(0, 4) | st.sampled_from((MOST_LEVELS - 1, MOST_LEVELS, MOST_LEVELS + 1, 150)),
    max_size=12,
)


# Ratios


@given(st.integers(0, 2**80), st.integers(1, 2**80))
@settings(max_examples=50)
def test_a_ratio_is_the_nearest_double(numerator: int, denominator: int) -> None:
    """Its value is the correctly rounded quotient, however large the two are."""
    ratio = Ratio(numerator, denominator)
    assert float(Fraction(numerator, denominator)) == ratio.value
    assert Fraction(numerator, denominator) == ratio.fraction()


def test_a_ratio_over_nothing_is_undefined() -> None:
    """With denominator 0 there is no value, neither 0 nor NaN; the numerator stays."""
    assert (None, None) == (Ratio(3, 0).value, Ratio(3, 0).fraction())
    assert {"numerator": 3, "denominator": 0, "value": None} == Ratio(3, 0).to_dict()


@given(st.lists(st.tuples(counts, counts), min_size=1))
@settings(max_examples=50)
def test_ratios_are_pooled(pairs: list[tuple[int, int]]) -> None:
    """The sum of ratios is the ratio of the sums; `Ratio(0, 0)` changes nothing."""
    pooled = Ratio(0, 0)
    for pair in pairs:
        pooled += Ratio(*pair)
    assert Ratio(sum(n for n, _ in pairs), sum(d for _, d in pairs)) == pooled


# Sums


def sum_or_refusal(values: list[int]) -> int | str:
    """The sum by Python's integers; a word where 64 bits do not hold it."""
    total = sum(values)
    return total if total <= MOST else "refused"


@given(count_lists)
@settings(max_examples=50)
def test_sums_are_exact_or_refused(values: list[int]) -> None:
    """A sum is that of Python's integers, and an error beyond 64 bits."""
    array = np.array(values, np.int64)
    try:
        found: int | str = exact_sum(array)
    except CountOverflowError:
        found = "refused"
    assert sum_or_refusal(values) == found


@pytest.mark.parametrize("rows", [1024, 1025])
def test_the_last_sum_that_fits(rows: int) -> None:
    """1024 times the largest count fits 64 bits, once more does not."""
    array = np.full(rows, LARGEST, np.int64)
    if rows == 1024:
        assert 1024 * LARGEST == exact_sum(array)
        return
    with pytest.raises(CountOverflowError, match=str(1025 * LARGEST)):
        exact_sum(array)


@given(st.lists(st.tuples(counts, st.booleans()), max_size=20))
@settings(max_examples=50)
def test_masked_sums_are_exact(pairs: list[tuple[int, bool]]) -> None:
    """The sum over some rows is that of Python's integers."""
    chosen = [value for value, kept in pairs if kept]
    rows = np.flatnonzero(np.array([kept for _, kept in pairs], np.bool_))
    array = np.array([value for value, _ in pairs], np.int64)
    try:
        found: int | str = masked_sum(array, rows)
    except CountOverflowError:
        found = "refused"
    assert sum_or_refusal(chosen) == found


@given(st.lists(st.tuples(st.integers(0, 3), counts), max_size=30))
@settings(max_examples=50)
def test_sums_by_code_are_exact(pairs: list[tuple[int, int]]) -> None:
    """For each code the sum of its rows, in any unsigned width; an error beyond 64 bits."""
    expected = [sum_or_refusal([v for code, v in pairs if code == each]) for each in range(5)]
    codes = np.array([code for code, _ in pairs], np.intp)
    values = narrowest(np.array([value for _, value in pairs], np.int64))
    if "refused" in expected:
        with pytest.raises(CountOverflowError):
            sums_by_code(codes, values, 5)
        return
    assert expected == sums_by_code(codes, values, 5)


# Ranks

rates = st.tuples(
    st.integers(0, 6) | st.sampled_from((LARGEST - 2, LARGEST - 1, LARGEST, 2**60)),
    st.integers(1, 6) | st.sampled_from((LARGEST - 1, LARGEST, 2**60 + 1)),
)


@given(st.lists(rates, max_size=25))
@settings(max_examples=50)
def test_ranks_are_those_of_fractions(pairs: list[tuple[int, int]]) -> None:
    """Ranks follow the exact rates: dense, equal ones alike, also where doubles tie."""
    fractions = [Fraction(*pair) for pair in pairs]
    places = {rate: place for place, rate in enumerate(sorted(set(fractions)))}
    sides = np.array(pairs, np.int64).reshape(-1, 2).T
    assert [places[rate] for rate in fractions] == exact_ranks(*sides).tolist()


@given(st.permutations(range(12)))
@settings(max_examples=50)
def test_ranks_of_many_rates_in_one_double(order: list[int]) -> None:
    """A run of different rates that are all one double is put in order."""
    top = 2**53 - 20
    pairs = [(top + n, top + n + 1) for n in order]
    assert 1 < len(pairs) > len({n / d for n, d in pairs})
    sides = np.array(pairs, np.int64).T
    assert order == exact_ranks(*sides).tolist()


# Groups: naive ones are lists of rows


def layout_of(sizes: list[int]) -> tuple[Levels, list[list[int]]]:
    """The layout of groups of so many rows, and each group's rows by the layout's own words."""
    falls = sorted(sizes, reverse=True)
    layout = Levels.of(np.array(falls, np.int64))
    rows = [
        [int(layout.place(rows_of(g), rows_of(t))[0]) for t in range(n)]
        for g, n in enumerate(falls)
    ]
    return layout, rows


def rows_of(*numbers: int) -> NDArray[np.intp]:
    """Row numbers."""
    return np.array(numbers, np.intp)


@given(group_sizes)
@settings(max_examples=50)
def test_every_row_has_one_place(sizes: list[int]) -> None:
    """All members of all groups together are all rows, each once."""
    layout, rows = layout_of(sizes)
    assert list(range(sum(sizes))) == sorted(row for group in rows for row in group)
    assert sum(sizes) == len(layout)
    assert sorted(sizes, reverse=True) == layout.counts().tolist()
    assert [g for g, group in enumerate(rows) for _ in group] == sorted(layout.owners().tolist())
    assert all(g == layout.owners()[row] for g, group in enumerate(rows) for row in group)


@given(group_sizes, st.data())
@settings(max_examples=50)
def test_group_sums_are_naive_sums(sizes: list[int], data: st.DataObject) -> None:
    """Sums, bits and flags of groups are those of Python's lists; empty groups have none."""
    layout, rows = layout_of(sizes)
    values = np.array(data.draw(exactly(len(layout), st.integers(0, 255))), np.uint8)
    flags = values % 3 == 0
    bits = [0] * len(rows)
    for group, mine in enumerate(rows):
        for row in mine:
            bits[group] |= int(values[row])

    sums, any_of = np.empty(layout.groups, np.int64), np.empty(layout.groups, np.bool_)
    layout.sums(values, sums)
    layout.any(flags, any_of)
    assert [sum(map(int, values[mine])) for mine in rows] == sums.tolist()
    assert bits == layout.any_bits(values).tolist()
    assert [any(flags[mine]) for mine in rows] == any_of.tolist()


def exactly(size: int, elements: st.SearchStrategy[int]) -> st.SearchStrategy[list[int]]:
    """So many of these, cheaply: a few drawn ones over and over."""
    some = st.lists(elements, min_size=1, max_size=7)
    return some.map(lambda few: [few[row % len(few)] for row in range(size)])


@given(group_sizes, st.data())
@settings(max_examples=50)
def test_members_come_group_by_group(sizes: list[int], data: st.DataObject) -> None:
    """The rows of some groups, in the order asked for, each with the position of its group."""
    layout, rows = layout_of(sizes)
    wanted = data.draw(
        st.lists(st.sampled_from(range(len(rows))), max_size=5) if rows else st.just([])
    )
    found, position = layout.members(rows_of(*wanted))
    expected = [(row, place) for place, group in enumerate(wanted) for row in rows[group]]
    assert expected == list(zip(found.tolist(), position.tolist(), strict=True))


@given(group_sizes, st.data())
@settings(max_examples=50)
def test_some_groups_taken_out(sizes: list[int], data: st.DataObject) -> None:
    """The layout of some groups has their rows, in their order, and nothing else."""
    layout, rows = layout_of(sizes)
    kept = sorted(data.draw(st.sets(st.sampled_from(range(len(rows))))) if rows else set())
    smaller, source = layout.taken(rows_of(*kept))
    found, position = smaller.members(np.arange(len(kept)))

    assert [len(rows[group]) for group in kept] == smaller.counts().tolist()
    assert [rows[group] for group in kept] == [
        source[found[position == place]].tolist() for place in range(len(kept))
    ]


@given(st.lists(st.integers(0, 2**17), max_size=20))
@settings(max_examples=50)
def test_falling_is_a_stable_order(sizes: list[int]) -> None:
    """The greatest first, equal ones as they come."""
    expected = sorted(range(len(sizes)), key=lambda row: (-sizes[row], row))
    assert expected == falling(np.array(sizes, np.int64)).tolist()


def test_a_layout_travels_locked() -> None:
    """Pickled and back, a layout is the same, and nobody can write into it."""
    layout, _ = layout_of([MOST_LEVELS + 3, 2, 0])
    home = pickle.loads(pickle.dumps(layout))  # noqa: S301  # our own bytes
    assert (layout.groups, layout.sizes, layout.starts) == (home.groups, home.sizes, home.starts)
    assert layout.tail.tolist() == home.tail.tolist()
    assert not home.tail.flags.writeable


@given(st.lists(st.sampled_from((0, 1, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, LARGEST))))
@settings(max_examples=50)
def test_counts_take_the_narrowest_type(values: list[int]) -> None:
    """The smallest unsigned type that holds them all, 64 bits signed at last; locked."""
    array = narrowest(np.array(values, np.int64))
    top = max(values, default=0)
    width = next((w for w in ("u1", "u2", "u4") if top <= np.iinfo(w).max), "i8")
    assert (values, np.dtype(width)) == (array.tolist(), array.dtype)
    assert not array.flags.writeable


# Whole reports at the edge of 64 bits


def many(lines: int, count: int = LARGEST) -> list[LicenseLine]:
    """So many lines of one product, each with a huge count."""
    return [line(count, 0, name=f"L{number}") for number in range(lines)]


def test_a_report_at_the_edge() -> None:
    """1024 lines of the largest count add up to a number that is exactly right."""
    one = customer(subscription(*many(1024), added_at="2026-11-01"))
    sections = reported(one).licenses["calling"]
    assert 1024 * LARGEST == sections.recently_added.total_licenses.value
    assert 1024 * LARGEST == sections.distribution_trend[-1].total


@pytest.mark.parametrize("spread", ["one subscription", "one customer", "two customers"])
def test_a_report_beyond_the_edge_is_refused(spread: str) -> None:
    """One line more is an error, wherever the sum is taken."""
    lines, rest = many(600), many(425)
    first = subscription(*lines, added_at="2026-11-01")
    second = subscription(*rest, added_at="2026-11-01", id="Sub2")
    customers = {
        "one subscription": [customer(subscription(*many(1025), added_at="2026-11-01"))],
        "one customer": [customer(first, second)],
        "two customers": [customer(first), customer(second, id="c-2")],
    }[spread]
    with pytest.raises(CountOverflowError):
        reported(*customers, as_of=AS_OF)
