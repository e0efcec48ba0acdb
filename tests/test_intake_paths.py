"""Every short way through the intake leads where the plain way would."""

from __future__ import annotations

import pickle
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

import partnerkpi as pk
from partnerkpi import _layout, _line_rows
from partnerkpi._arrays import NEVER, OPEN, Codes, reached
from partnerkpi._gathered import Vocabulary
from partnerkpi._groups import Levels
from partnerkpi._ids import IdIndex, joined_ids
from partnerkpi._layout import laid_out
from partnerkpi._line_rows import LineKeys, line_rows
from partnerkpi._moments import Moments, MomentsGathered
from partnerkpi._sorting import heads, ordered, rises, taken
from partnerkpi._text import Text
from partnerkpi._text_forms import AnyText, Labeled, Numbers, text_of
from tests.benchmarks import generate

DAY = 86_400_000_000
SECONDS = st.integers(0, 4_102_444_800).map(lambda seconds: seconds * 1_000_000)
# Up to the year 2200; whole seconds fit 32 bits until 2106.
MICROS = st.one_of(st.just(NEVER), SECONDS, st.integers(0, 7_258_118_400_000_000))
SNAPSHOTS = st.sampled_from([NEVER, 0, DAY, DAY + 1, 7 * DAY])
WORDS = st.sampled_from(["a", "b", "calling", "a longer word than sixteen bytes", "ß"])


def batches(cells: st.SearchStrategy[int]) -> st.SearchStrategy[list[list[int]]]:
    """Some batches of cells."""
    return st.lists(st.lists(cells, max_size=30), max_size=5)


def int64(values: list[int]) -> NDArray[np.int64]:
    """An array of instants or ids."""
    return np.array(values, np.int64)


# --- sorting -------------------------------------------------------------------------------------


@given(st.data(), st.integers(0, 40), st.integers(1, 3))
def test_order_is_stable_and_the_last_key_counts_most(
    data: st.DataObject, size: int, count: int
) -> None:
    """Keys of any width are ordered as a plain stable sort orders them."""
    widths = st.sampled_from([0, 1, 3, 2**16, 2**40, 2**62])
    keys = [
        np.array(data.draw(st.lists(st.integers(0, top), min_size=size, max_size=size)), np.int64)
        for top in data.draw(st.lists(widths, min_size=count, max_size=count))
    ]

    assert np.lexsort(keys).tolist() == ordered(*keys).tolist()


@given(st.lists(st.integers(0, 5)))
def test_runs_and_rising_values(values: list[int]) -> None:
    """A run begins wherever a value differs from the one before it."""
    lengths = [len([*run]) for _, run in groupby(values)]

    assert [sum(lengths[:run]) for run in range(len(lengths))] == heads(int64(values)).tolist()
    assert (values == sorted(values)) == rises(int64(values))


def test_values_are_taken_a_part_at_a_time() -> None:
    """More rows than are taken at once come out the same, as a locked column of their own."""
    column = np.arange(300_000, dtype=np.uint32)
    rows = column[::-1].astype(np.int32)
    found = taken(column, rows)

    assert np.array_equal(column[::-1], found)
    assert np.uint32 == found.dtype
    assert not found.flags.writeable


# --- layout --------------------------------------------------------------------------------------


@pytest.mark.parametrize("looks", [0, 4, 1_000])
@given(st.lists(st.one_of(st.integers(0, 4), st.sampled_from([64, 65, 70])), max_size=6), st.data())
@example([70, 65, 64, 1], None)
def test_members_are_laid_out_level_by_level(
    looks: int, counts: list[int], data: st.DataObject | None
) -> None:
    """Level by level or sorted, each group's members stand on its levels in their order."""
    counts.sort(reverse=True)
    owners = [group for group, count in enumerate(counts) for _ in range(count)]
    if data is not None:
        owners = data.draw(st.permutations(owners))
    layout = Levels.of(int64(counts))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_layout, "_LOOKS", looks)
        slots = laid_out(layout, int64(owners))

    for group in range(len(counts)):
        places, _ = layout.members(np.array([group]))
        expected = [row for row, owner in enumerate(owners) if owner == group]
        assert expected == slots[places].tolist()


# --- license lines -------------------------------------------------------------------------------

Row = tuple[int, int, int, int, bool, int, bool]
ROWS = st.lists(
    st.tuples(
        st.integers(-1, 3),  # subscription
        st.integers(0, 1),  # product
        st.integers(0, 2),  # name
        st.integers(0, 1),  # whether a new line begins, in nested documents
        st.booleans(),  # observed
        st.integers(0, 4),  # instant
        st.booleans(),  # sound
    ),
    max_size=40,
)
Lines = tuple[list[tuple[int, int, int, list[int]]], list[int], list[int]]


def plain_lines(rows: list[Row], *, numbered: bool) -> Lines:
    """Lines, repeated lines and repeated instants, row by row."""
    number = 0
    lines: dict[tuple[int, int, int], list[int]] = {}
    numbers: dict[tuple[int, int, int], int] = {}
    repeated: dict[int, int] = {}
    for row, (parent, product, name, new, _, _, sound) in enumerate(rows):
        number += new
        if not sound or parent < 0:
            continue
        key = (parent, product, name)
        if numbered and numbers.setdefault(key, number) != number:
            repeated.setdefault(number, row)
        else:
            lines.setdefault(key, []).append(row)
    again = []
    found = []
    for key, mine in lines.items():
        seen = sorted((row for row in mine if rows[row][4]), key=lambda row: rows[row][5])
        kept = [next(run) for _, run in groupby(seen, key=lambda row: rows[row][5])]
        again += sorted({*seen} - {*kept})
        found.append((*key, kept))

    return found, sorted(repeated.values()), sorted(again)


def shown_lines(rows: list[Row], *, numbered: bool, wide: bool) -> Lines:
    """The same by the intake's own way."""
    columns = [int64([row[place] for row in rows]) for place in range(7)]
    parents, products, names, new, observed, instants, sound = columns
    # Wide codes are too many to tell all subscriptions, products and names apart in one word.
    factor = 2**29 if wide else 1
    keys = LineKeys.of(parents * factor, products * factor, names * factor)
    lines = np.cumsum(new)
    # In nested documents the rows of a line follow each other, and are of one kind.
    found = line_rows(
        keys,
        lines=lines if numbered else None,
        observed=observed.astype(np.bool_),
        instants=instants,
        keep=sound.astype(np.bool_) & (parents >= 0),
    )
    order = np.arange(len(found.owners))[::-1]
    repeated = found.repeated_lines.tolist(), found.repeated_instants.tolist()
    described = zip(
        *(found.owners.tolist(), found.products.tolist(), found.names.tolist()), strict=True
    )
    first, laid = found.laid(order)
    parts = [part.tolist() for part in np.split(laid, first[1:-1])] if len(order) else []

    return [
        (parent // factor, product // factor, name // factor, part)
        for (parent, product, name), part in zip(described, parts[::-1], strict=True)
    ], *repeated


def of_one_kind(rows: list[Row]) -> list[Row]:
    """Rows of one line take the subscription, product and name of its first row."""
    made: list[Row] = []
    for row in rows:
        head = made[-1] if made and not row[3] else row
        made.append((*head[:3], *row[3:]))

    return made


@pytest.mark.parametrize("least", [1, 1 << 20])
@pytest.mark.parametrize("wide", [False, True])
@given(ROWS)
def test_rows_become_lines(least: int, wide: bool, rows: list[Row]) -> None:
    """Rows of one subscription, product and name are a line, its observations in time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_line_rows, "_LEAST", least)
        found = shown_lines(rows, numbered=False, wide=wide)

    assert plain_lines(rows, numbered=False) == found


@pytest.mark.parametrize("least", [1, 1 << 20])
@given(ROWS.map(of_one_kind))
def test_lines_of_documents_are_told_apart(least: int, rows: list[Row]) -> None:
    """Of two lines of one subscription, product and name the later one is a fault."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_line_rows, "_LEAST", least)
        found = shown_lines(rows, numbered=True, wide=False)

    assert plain_lines(rows, numbered=True) == found


# --- ids -----------------------------------------------------------------------------------------

NEAR = st.integers(-3, 12)
FAR = st.sampled_from([-(2**63), -7, 0, 5, 2**40, 2**63 - 1])
INTEGERS = st.one_of(st.lists(NEAR, max_size=20), st.lists(st.one_of(NEAR, FAR), max_size=20))


@given(INTEGERS, INTEGERS, st.booleans(), st.booleans())
def test_integers_are_found_as_their_digits(
    own: list[int], wanted: list[int], as_text: bool, sought_as_text: bool
) -> None:
    """Integers and texts of digits find each other, in the first row."""
    ids: Text | Numbers = Numbers(int64(own))
    others: AnyText = Numbers(int64(wanted))
    index = IdIndex.of(text_of(ids) if as_text else ids)
    if sought_as_text:
        others = text_of(others)

    expected = [own.index(one) if one in own else -1 for one in wanted]
    assert [expected, expected] == [index.find(others).tolist() for _ in range(2)]
    assert [own.index(one) for one in own] == index.firsts.tolist()
    assert [str(one) for one in own] == [*ids]


@given(st.lists(st.tuples(NEAR, st.booleans()), max_size=20), st.booleans())
def test_a_good_row_repeats_good_rows_only(rows: list[tuple[int, bool]], as_text: bool) -> None:
    """An id is taken by the first good row that has it."""
    numbers = Numbers(int64([one for one, _ in rows]))
    index = IdIndex.of(text_of(numbers) if as_text else numbers)
    good = [(row, one) for row, (one, sound) in enumerate(rows) if sound]
    expected = [row for place, (row, one) in enumerate(good) if one in [o for _, o in good[:place]]]

    assert expected == index.repeated(np.array([sound for _, sound in rows], np.bool_)).tolist()


@given(st.lists(st.tuples(st.sampled_from(["text", "labels", "numbers"]), INTEGERS), max_size=4))
def test_ids_of_any_form_are_joined(parts: list[tuple[str, list[int]]]) -> None:
    """Parts of ids in any form say the same one after the other; all integers stay integers."""
    made = [in_form(form, [str(one) for one in values]) for form, values in parts]
    joined = joined_ids(made)

    assert [[str(one) for one in values] for _, values in parts] == [
        [one[row] for row in range(len(one))] for one in made
    ]
    assert [str(one) for _, values in parts for one in values] == [*joined]
    assert (bool(parts) and {form for form, _ in parts} == {"numbers"}) == isinstance(
        joined, Numbers
    )


def in_form(form: str, texts: list[str]) -> AnyText:
    """Texts in a form that may stand for them."""
    if form == "numbers":
        return Numbers(int64([int(text) for text in texts]))
    if form == "text":
        return Text.from_strings(texts)
    labels = sorted({*texts, "unused"})

    return Labeled(int64([labels.index(text) for text in texts]), Text.from_strings(labels))


@given(st.lists(st.tuples(st.sampled_from(["text", "labels"]), st.lists(WORDS)), max_size=4))
def test_labels_are_numbered_as_their_texts_would_be(parts: list[tuple[str, list[str]]]) -> None:
    """Codes are numbered as texts first come, whatever the labels beside them."""
    ours, plain = Vocabulary(), Vocabulary()
    for form, texts in parts:
        codes = ours.code(in_form(form, texts))
        assert plain.code(Text.from_strings(texts)).tolist() == codes.tolist()

    assert plain.codes == ours.codes


# --- instants ------------------------------------------------------------------------------------


def gathered(parts: list[list[int]]) -> Moments:
    """The instants of some batches."""
    made = MomentsGathered()
    for part in parts:
        made.add(int64(part))

    return made.joined()


@given(st.one_of(batches(MICROS), batches(SNAPSHOTS), batches(SECONDS)), st.data())
@example([[NEVER, 0, 5], [7_258_118_400_000_000]], None)
@example([[*range(300)], [NEVER]], None)
@example([[second * 1_000_000 for second in range(300)], [NEVER]], None)
@example([[*range(0, 200_000_000, 1_000_000)], [*range(300)], [NEVER]], None)
@example([[NEVER, 0], [second * 1_000_000 for second in range(300)], [1, NEVER]], None)
def test_instants_say_the_same_in_every_form(
    parts: list[list[int]], data: st.DataObject | None
) -> None:
    """A table of few instants, seconds or microseconds: the instants are what came."""
    moments = gathered(parts)
    micros = [one for part in parts for one in part]
    at = 5 if data is None else data.draw(st.one_of(st.sampled_from(micros or [0]), SECONDS))
    at = max(at, 0)
    order = np.arange(len(micros))[::-1]

    assert micros == [moments[row] for row in range(len(moments))]
    assert micros[::-1] == [moments.take(order)[row] for row in range(len(moments))]
    assert (
        np.argsort(int64(micros), kind="stable").tolist()
        == np.argsort(moments.codes, kind="stable").tolist()
    )
    assert [one <= at for one in micros] == moments.visible(at).tolist()
    assert [one != NEVER for one in micros] == moments.dated(np.arange(len(micros))).tolist()


@pytest.mark.parametrize("count", [1, 3, 16, 17, 300])
@given(st.one_of(batches(MICROS), batches(SNAPSHOTS), batches(SECONDS)))
@example([[*range(0, 300 * DAY, DAY)]])
@example([[*range(300)]])
def test_instants_are_counted_into_periods(count: int, parts: list[list[int]]) -> None:
    """For each instant, how many of few or many ends lie before it."""
    ends = np.arange(count, dtype=np.int64) * DAY
    micros = [one for part in parts for one in part]
    moments = gathered(parts)
    bounds = [moments.bound(end) for end in ends.tolist()]

    assert np.searchsorted(ends, int64(micros)).tolist() == reached(moments.codes, bounds).tolist()


@pytest.mark.parametrize(
    ("parts", "width"),
    [
        ([[NEVER, 0, 1]], np.uint8),
        ([[*range(300)]], np.int64),
        ([[second * 1_000_000 for second in range(300)]], np.uint32),
        ([[second * 1_000_000 for second in range(300)], [1]], np.int64),
        ([], np.uint8),
    ],
)
def test_instants_take_as_few_bytes_as_they_need(parts: list[list[int]], width: type) -> None:
    """Few instants take a byte each, seconds four, microseconds eight; pickled ones stay locked."""
    moments = gathered(parts)
    arrived = pickle.loads(pickle.dumps(moments))  # noqa: S301

    assert np.dtype(width) == moments.codes.dtype
    assert moments.nbytes == moments.codes.nbytes + (
        0 if moments.table is None else moments.table.nbytes
    )
    assert not arrived.codes.flags.writeable
    assert [moments[row] for row in range(len(moments))] == [
        arrived[row] for row in range(len(arrived))
    ]


# --- columns to a portfolio ----------------------------------------------------------------------


def quick(tables: generate.Tables) -> dict[str, Any]:
    """Tables as the quickest ways take them."""
    return {
        table: {
            name: pk.Coded(column.codes, column.labels)
            if isinstance(column, generate.Coded)
            else column
            for name, column in columns.items()
        }
        for table, columns in tables.items()
    }


def plain(table: generate.Table) -> dict[str, Any]:
    """A table as lists of Python objects, which take none of the short ways."""
    return {name: objects_of(column) for name, column in table.items()}


def objects_of(column: generate.Column) -> list[object]:
    """The cells of a column as Python objects."""
    if isinstance(column, generate.Coded):
        return [column.labels[code] for code in column.codes.tolist()]
    if column.dtype.kind == "M":
        return [None if cell is None else f"{cell.isoformat()}Z" for cell in column.tolist()]
    cells: list[object] = column.tolist()

    return cells


def as_texts(cells: list[object]) -> list[object]:
    """Ids as text."""
    return [str(cell) for cell in cells]


@pytest.mark.parametrize("ids", ["integer", "text"])
@pytest.mark.parametrize("weeks", [1, 4])
@pytest.mark.parametrize("shuffled", [False, True])
def test_quick_columns_say_what_plain_ones_say(
    ids: generate.Ids, weeks: int, shuffled: bool
) -> None:
    """Integer ids, codes and plain arrays give the portfolio that Python objects give."""
    tables = generate.generate(300, ids=ids, weeks=weeks, shuffled=shuffled, seed=3)
    slow: Any = {name: plain(table) for name, table in tables.items()}
    for table in slow.values():
        for name in table.keys() & {"customer_id", "subscription_id"}:
            table[name] = as_texts(table[name])

    expected = pk.from_columns(**slow)
    actual = pk.from_columns(**quick(tables))

    assert 300 == len(actual)
    assert expected == actual
    assert expected.nbytes == actual.nbytes


@pytest.mark.parametrize("offset", [0, 10**9, 2**40])
def test_ids_far_apart_are_joined_as_well(offset: int) -> None:
    """Integer ids may lie close together or not: the portfolio is the same but for the ids."""
    tables = generate.generate(200, shuffled=True, seed=5)
    near = pk.from_columns(**quick(tables))
    for table in tables.values():
        for name in table.keys() & {"customer_id", "subscription_id"}:
            column = table[name]
            assert isinstance(column, np.ndarray)
            table[name] = column + np.where(column % 2, offset, 0)
    far = pk.from_columns(**quick(tables))

    for one, other in zip(near.customers, far.customers, strict=True):
        own = int(one.id) + (offset if int(one.id) % 2 else 0)
        assert str(own) == other.id
        assert [evolve(each, id="?") for each in one.subscriptions] == [
            evolve(each, id="?") for each in other.subscriptions
        ]


@pytest.mark.parametrize("kind", ["i8", "u8", "U20", "O"])
@pytest.mark.parametrize("parent", ["i8", "u8", "U20", "O"])
def test_ids_of_different_types_find_each_other(kind: str, parent: str) -> None:
    """An id is its decimal digits, whichever type it comes in."""
    ids = [7, 2**40, 12]
    subscriptions = {
        "subscription_id": column_of(kind, ids),
        "customer_id": column_of(parent, ids[::-1]),
        "kind": ["trial"] * 3,
        "added_at": np.full(3, "2026-01-01", "M8[us]"),
    }
    portfolio = pk.from_columns(
        customers={"customer_id": column_of(kind, ids), "name": ["a", "b", "c"]},
        subscriptions=subscriptions,
        licenses={
            "subscription_id": column_of(parent, [12, 12, 7]),
            "product": ["calling"] * 3,
            "name": ["Pro", "Pro", "Pro"],
            "observed_at": np.array(["NaT", "2026-01-02", "NaT"], "M8[us]"),
            "total": [1, 2, 3],
            "assigned": [1, 1, 1],
        },
    )
    found = {
        customer.id: [(one.id, len(one.licenses)) for one in customer.subscriptions]
        for customer in portfolio.customers
    }

    assert {"7": [("12", 1)], str(2**40): [(str(2**40), 0)], "12": [("7", 1)]} == found


def column_of(kind: str, ids: list[int]) -> Codes | NDArray[np.generic]:
    """Integers in an array of a type, as texts in arrays of text or objects."""
    if kind in {"U20", "O"}:
        return np.array([str(one) for one in ids], kind)

    return np.array(ids, kind)


def test_the_greatest_unsigned_integers_are_ids_too() -> None:
    """Ids beyond the signed integers are their digits as well."""
    ids = np.array([2**64 - 1, 5], np.uint64)
    portfolio = pk.from_columns(
        customers={"customer_id": ids, "name": ["a", "b"]},
        subscriptions={
            "subscription_id": ["s-1"],
            "customer_id": ids[:1],
            "kind": ["trial"],
            "added_at": np.full(1, "2026-01-01", "M8[us]"),
        },
        licenses={"subscription_id": [], "product": [], "name": [], "total": [], "assigned": []},
    )

    assert {str(2**64 - 1): 1, "5": 0} == {
        one.id: len(one.subscriptions) for one in portfolio.customers
    }
    assert OPEN == portfolio.subscription_columns.ends[0]
