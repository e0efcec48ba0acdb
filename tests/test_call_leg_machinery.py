"""Keys, labels and tables behind call legs: every way to count gives the same."""

from collections import Counter
from collections.abc import Iterator
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerkpi._arrays import locked
from partnerkpi._text import Text
from partnerkpi.calling.legs import _distinct, _user_weeks
from partnerkpi.calling.legs._distinct import Combinations, Counted, Fields, summed
from partnerkpi.calling.legs._labels import Coder, compacted, same_texts
from partnerkpi.calling.legs._terms import added
from partnerkpi.calling.legs._user_weeks import UserWeeks
from partnerkpi.errors import CountOverflowError

Row = tuple[int, int, int]
rows = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(-1, 4)), max_size=30)


def column(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Values as an array."""
    return np.array(values, np.int64)


def columns(some: list[Row]) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Rows as columns."""
    return [column([row[place] for row in some]) for place in range(3)]


# --- keys ----------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 4), st.integers(0, 16))))
def test_keys_hold_their_numbers(some: list[Row]) -> None:
    """What was packed comes out again, and keys are ordered as the numbers are."""
    fields = Fields.of(8, 5, 17)
    keys = fields.packed(*columns(some))

    assert some == list(zip(*(each.tolist() for each in fields.unpacked(keys)), strict=True))
    assert sorted(some) == [
        tuple(int(each[0]) for each in fields.unpacked(keys[place : place + 1]))
        for place in np.argsort(keys, kind="stable").tolist()
    ]
    assert [row[:1] for row in some] == [(key,) for key in fields.lead(keys, 1).tolist()]


def test_keys_have_63_bits() -> None:
    """Numbers up to their sizes fit; more than one word holds is refused."""
    fields = Fields.of(2**31, 2**32)
    key = fields.packed(column([2**31 - 1]), column([2**32 - 1]))

    assert [2**63 - 1] == key.tolist()
    assert fields.hold(2**31, 2**32)
    assert not fields.hold(2**31 + 1, 1)
    with pytest.raises(CountOverflowError, match="too many different ids"):
        Fields.of(2**31 + 1, 2**32)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9))), st.booleans())
def test_sums_by_key(pairs: list[tuple[int, int]], large: bool) -> None:
    """Counts of equal keys add up, also where a key leaves no room for its count."""
    shift = 2**62 if large else 0
    keys, counts = summed(
        column([key + shift for key, _ in pairs]), column([count for _, count in pairs])
    )
    expected: Counter[int] = Counter()
    for key, count in pairs:
        expected[key + shift] += count

    assert dict(expected) == dict(zip(keys.tolist(), counts.tolist(), strict=True))
    assert sorted(expected) == keys.tolist()


Batches = list[list[Row]]


def growing(batches: Batches) -> Iterator[tuple[tuple[int, int, int], list[Row]]]:
    """Batches whose numbers are ever greater, and below which these are."""
    for turn, batch in enumerate(batches):
        yield (3, 4 << turn, 6), [(week, far << turn, user + 1) for week, far, user in batch]


def told(fields: Fields, keys: np.ndarray) -> list[Row]:
    """The numbers in keys."""
    return list(zip(*(each.tolist() for each in fields.unpacked(keys)), strict=True))


@given(
    st.lists(rows, max_size=5), st.sampled_from((1, 4, 99)), st.sampled_from((1, 9)), st.booleans()
)
def test_combinations_grow_with_their_numbers(
    batches: Batches, few: int, lot: int, often: bool
) -> None:
    """Different ones are gathered; what was told on the way stays as it was."""
    gathered, expected, sizes = Combinations(), set[Row](), (1, 1, 1)
    on_the_way = []
    with patch.multiple(_distinct, _FEW=few, _LOT=lot, _STEP=3):
        for sizes, batch in growing(batches):
            gathered.add(sizes, *columns(batch))
            expected.update(batch)
            if often:
                fields, keys = gathered.settle(sizes)
                on_the_way.append((fields, locked(keys), sorted(expected)))
        on_the_way.append((*gathered.settle(sizes), sorted(expected)))

    for fields, keys, then in on_the_way:
        assert then == told(fields, keys)


@given(st.lists(rows, max_size=5), st.booleans())
def test_counted_combinations_grow_with_their_numbers(batches: Batches, often: bool) -> None:
    """Equal ones are one, and counted."""
    gathered, expected, sizes = Counted(), Counter[Row](), (1, 1, 1)
    for sizes, batch in growing(batches):
        gathered.add(sizes, *columns(batch))
        expected.update(batch)
        if often:
            gathered.settle(sizes)
    fields, keys, counts = gathered.settle(sizes)

    assert sorted(expected) == told(fields, keys)
    assert [expected[row] for row in sorted(expected)] == counts.tolist()


def test_sums_that_wrap_are_refused() -> None:
    """Two sums of which each fits, and both together do not."""
    half = column([2**62])
    assert [2**63 - 1] == added(half, half - 1).tolist()
    with pytest.raises(CountOverflowError):
        added(half, half)


# --- labels --------------------------------------------------------------------------------------


def texts(*strings: str) -> Text:
    """A column of text."""
    return Text.from_strings(strings)


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8), max_size=6))
def test_each_text_has_one_number(tables: list[list[str]]) -> None:
    """Whatever tables of labels come, equal texts get equal numbers; only what is used is known."""
    coder = Coder()
    seen: dict[str, int] = {}
    for labels in tables:
        codes = column([-1, *range(len(labels)), 0][: len(labels) + 1])
        coder.use(texts(*labels))
        numbers = coder(codes).tolist()
        assert -1 == numbers[0]
        for label, number in zip(labels, numbers[1:], strict=True):
            assert number == seen.setdefault(label, number)
    known = coder.text().to_list()

    assert {number: label for label, number in seen.items()} == dict(enumerate(known))
    assert coder.size == len(known)


def test_only_labels_in_use_are_taken_up() -> None:
    """Of a table other than the first, labels no row uses stay unknown until one does."""
    coder = Coder.of(texts("a", "b"))
    coder.use(texts("x", "y", "b"))

    assert [1, 2] == coder(column([2, 1])).tolist()
    assert ["a", "b", "y"] == coder.text().to_list()
    assert [3, -1] == coder(column([0, -1])).tolist()
    coder.use(texts("a", "b"))
    assert [0, 1] == coder(column([0, 1])).tolist()


def test_equal_tables_are_told_by_content() -> None:
    """Texts are compared, not objects; other cuts of the same bytes are other texts."""
    assert same_texts(texts("a", "bc"), texts("a", "bc"))
    assert not same_texts(texts("ab", "c"), texts("a", "bc"))
    assert not same_texts(texts("a"), texts("a", "b"))


def test_unused_labels_are_left_out() -> None:
    """What is used keeps its order and gets new codes; nothing changes where all is used."""
    labels = texts("a", "b", "c")
    kept, codes = compacted(labels, column([2, 0, 2]))

    assert (["a", "c"], [1, 0, 1]) == (kept.to_list(), codes.tolist())
    assert labels is compacted(labels, column([2, 0, 1]))[0]


# --- users ---------------------------------------------------------------------------------------


def add(users: UserWeeks, some: list[Row], sizes: tuple[int, int]) -> None:
    """Count rows, of so many customers and users."""
    week, customer, user = columns(some)
    users.add(week, customer, user, sizes)


def counted(batches: list[list[Row]]) -> Counter[Row]:
    """The legs of each week, customer and user, users growing from batch to batch."""
    users = UserWeeks(3)
    sizes = (4, 0)
    for turn, batch in enumerate(batches):
        sizes = (4, 5 * (turn + 1))
        users.expect(len(batch))
        add(users, batch, sizes)
    fields, keys, counts = users.settle(sizes)
    numbers = zip(*(each.tolist() for each in fields.unpacked(keys)), strict=True)

    return Counter(dict(zip(numbers, counts.tolist(), strict=True)))


@given(st.lists(rows, max_size=4), st.sampled_from((0, 1, 2, 1 << 20)), st.sampled_from((0, 1, 16)))
@settings(max_examples=200)
def test_users_are_counted_in_tables_or_by_sorting(
    batches: list[list[Row]], few: int, sparse: int
) -> None:
    """Tables that grow, that stop paying, or whose users turn out to have two customers."""
    expected = Counter(row for batch in batches for row in batch if row[2] >= 0)
    with patch.object(_user_weeks, "_FEW", few), patch.object(_user_weeks, "_SPARSE", sparse):
        assert expected == counted(batches)


def test_a_user_of_one_customer_is_counted_in_a_table() -> None:
    """As long as no user has a second customer, nothing is sorted."""
    users = UserWeeks(3)
    users.expect(2)
    add(users, [(0, 0, 0), (2, 1, 1)], (2, 2))
    assert users._sorted is None
    add(users, [(1, 1, 0)], (2, 2))
    assert users._table is None


def test_legs_of_nobody_are_nobodys() -> None:
    """Legs without a user, of several customers, do not make one user of two customers."""
    users = UserWeeks(3)
    users.expect(3)
    add(users, [(0, 0, -1), (1, 1, -1), (1, 1, 0)], (2, 1))

    assert users._table is not None
    assert [1] == users.settle((2, 1))[2].tolist()


def test_a_table_that_would_be_mostly_empty_is_given_up() -> None:
    """When many more users come than rows, what a table holds is sorted with the rest."""
    users = UserWeeks(3)
    users.expect(2)
    add(users, [(0, 0, 0)], (1, 1))
    many = 2**20
    add(users, [(2, 0, many - 1)], (1, many))

    assert users._table is None
    assert [1, 1] == users.settle((1, many))[2].tolist()


def test_tables_hold_more_legs_than_32_bits() -> None:
    """When so many rows are expected, counts get 64 bits."""
    users = UserWeeks(1)
    users.expect(1)
    add(users, [(0, 0, 0)], (1, 1))
    assert users._table is not None
    users._table.counts[0, 1] = 2**31 - 1
    users.expect(2**31)
    add(users, [(0, 0, 0)], (1, 1))

    assert [2**31] == users.settle((1, 1))[2].tolist()
