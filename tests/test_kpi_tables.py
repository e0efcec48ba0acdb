"""Tables: rows in the order of the definitions, sliced, sorted by any column, paged, as values."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi._cells import Choices, Flags, Integers, Objects, Ratios, Texts, joined
from partnerkpi._text import Text
from partnerkpi.aggregates import Ratio
from partnerkpi.errors import UnknownNameError
from partnerkpi.kpi import Table
from partnerkpi.reports.document import SECTION_NAMES
from partnerkpi.status import Status
from tests.library import (
    customer,
    line,
    observed,
    report_of,
    report_of_parts,
    reported,
    subscription,
)
from tests.oracles import report_document
from tests.strategies import Case, cases, partitions

PRODUCTS = ("meetings", "calling")
Row = dict[str, Any]


def tables(report: pk.Report) -> dict[str, Table[Any]]:
    """Every table of a report."""
    found: dict[str, Table[Any]] = {"customers": report.customers}
    for product in PRODUCTS:
        for name in SECTION_NAMES:
            found[f"{product}.{name}"] = getattr(report.licenses[product], name).rows
    return found


def naive_tables(case: Case) -> dict[str, list[Row]]:
    """Every table by the naive reading, as plain values."""
    document = report_document(case.document, case.as_of, case.policy)
    found = {"customers": document["customers"]}
    for product in PRODUCTS:
        for name in SECTION_NAMES:
            found[f"{product}.{name}"] = document["licenses"][product][name]["rows"]
    return found


def parts_of(case: Case, data: st.DataObject) -> pk.Report:
    """The report on a case, of one portfolio or of several."""
    if data.draw(st.booleans()):
        return report_of(case)
    return report_of_parts(data.draw(partitions(case.document)), case.as_of, case.policy)


indices = st.none() | st.integers(-12, 12)
steps = st.none() | st.sampled_from((-3, -2, -1, 1, 2, 3))
slices = st.builds(slice, indices, indices, steps)


@given(cases(), slices, slices, st.data())
@settings(max_examples=50)
def test_slices_are_those_of_lists(
    case: Case, first: slice, second: slice, data: st.DataObject
) -> None:
    """A range of rows, and a range of that, is what a list of all rows gives."""
    naive = naive_tables(case)
    for name, table in tables(parts_of(case, data)).items():
        assert naive[name][first] == table[first].to_dicts()
        assert naive[name][first][second] == table[first][second].to_dicts()
        assert len(naive[name][first]) == len(table[first])


@given(cases(), st.integers(-12, 12))
@settings(max_examples=50)
def test_single_rows_are_those_of_lists(case: Case, place: int) -> None:
    """One row by its position, from either end; beyond them an `IndexError`."""
    naive = naive_tables(case)
    for name, table in tables(report_of(case)).items():
        if -len(table) <= place < len(table):
            assert [naive[name][place]] == table[place : place + 1 or None].to_dicts()
            assert table[place : place + 1 or None][0] == table[place]
            continue
        with pytest.raises(IndexError):
            table[place]


@given(cases(), st.integers(1, 5), st.data())
@settings(max_examples=40)
def test_pages_are_the_whole(case: Case, size: int, data: st.DataObject) -> None:
    """Page by page, from the last to the first, the rows are those of the whole table."""
    for table in tables(parts_of(case, data)).values():
        starts = range(0, len(table), size)
        pages = {start: list(table[start : start + size]) for start in reversed(starts)}
        assert list(table) == [row for start in starts for row in pages[start]]


def sort_key(value: object) -> tuple[int, Any]:
    """How values of a column are ordered: by themselves, missing and undefined ones last."""
    if isinstance(value, dict):
        rate = (
            None if value["value"] is None else Fraction(value["numerator"], value["denominator"])
        )
        return (rate is None, rate or 0)
    return (value is None, 0 if value is None else value)


ENUMERATIONS: dict[str, list[Any]] = {
    "kind": [kind.value for kind in pk.Kind],
    "managed_by": [each.value for each in pk.ManagedBy],
    "badge": [*(status.value for status in Status), None],
}


def naively_sorted(rows: list[Row], column: str, *, descending: bool) -> list[Row]:
    """Rows ordered by a column; ties by customer id, then subscription id."""
    places = ENUMERATIONS.get(column)

    def key(row: Row) -> tuple[int, Any]:
        return (0, places.index(row[column])) if places else sort_key(row[column])

    ties = sorted(rows, key=lambda row: (row["customer_id"], row.get("subscription_id", "")))
    # `reverse=True` keeps the order of equal ones, which is what ties ask for.
    return sorted(ties, key=key, reverse=descending)


@given(cases(), st.booleans(), st.data())
@settings(max_examples=40)
def test_sorted_by_every_column(case: Case, descending: bool, data: st.DataObject) -> None:
    """Any column orders the rows, both ways, as sorting the plain values does."""
    report = parts_of(case, data)
    naive = naive_tables(case)
    for name, table in tables(report).items():
        for column in (each.name for each in table.definition.columns):
            expected = naively_sorted(naive[name], column, descending=descending)
            actual = table.sorted_by(column, descending=descending)
            assert expected == actual.to_dicts(), (name, column)


@given(cases(), st.data())
@settings(max_examples=40)
def test_columns_are_those_of_the_rows(case: Case, data: st.DataObject) -> None:
    """A column's values are those of the rows' attributes, in the same order."""
    for table in tables(parts_of(case, data)).values():
        rows = list(table)
        for column in table.definition.columns:
            assert [getattr(row, column.name) for row in rows] == table.column(column.name)


def test_a_table_is_sorted_again_and_cut() -> None:
    """Sorting a page sorts that page; sorting again forgets the order before."""
    table = expiring(5)
    assert ["S4", "S3", "S2"] == table[2:].sorted_by("total", descending=True).column(
        "subscription_id"
    )
    assert list(table) == list(table.sorted_by("total").sorted_by("days_until_expiration"))


def expiring(number: int) -> Table[Any]:
    """The expiring table of so many subscriptions of one customer, one day apart each."""
    some = [
        subscription(line(10 + day, 1), id=f"S{day}", ends_at=f"2026-12-{day + 1:02}")
        for day in range(number)
    ]
    return reported(customer(*some)).licenses["calling"].expiring.rows


def test_ties_are_decided_by_ids() -> None:
    """Equal days: by customer id, then subscription id, by code point; so also backwards."""
    owners = ["b", "a", "Z"]
    some = [
        customer(
            *(
                subscription(line(), id=f"{owner}-{id_}", ends_at="2026-12-01")
                for id_ in ("s", "S", "é")
            ),
            id=owner,
        )
        for owner in owners
    ]
    table = reported(*some).licenses["calling"].expiring.rows
    expected = [f"{owner}-{id_}" for owner in ("Z", "a", "b") for id_ in ("S", "s", "é")]

    assert expected == table.column("subscription_id")
    assert expected == table.sorted_by("total", descending=True).column("subscription_id")
    for start in range(10):
        for stop in range(start, 10):
            assert expected[start:stop] == table[start:stop].column("subscription_id")


def test_missing_values_come_last_and_backwards_first() -> None:
    """What is unknown stands behind every number, and before them the other way round."""
    some = [
        subscription(line(1, 2), id="open"),
        subscription(line(1, 2), id="soon", ends_at="2026-12-01"),
        subscription(line(1, 2), id="late", ends_at="2027-12-01"),
    ]
    table = reported(customer(*some)).licenses["calling"].overage.rows
    by_days = table.sorted_by("days_remaining")
    assert ["soon", "late", "open"] == by_days.column("subscription_id")
    assert [9, 374, None] == by_days.column("days_remaining")
    backwards = table.sorted_by("days_remaining", descending=True)
    assert ["open", "late", "soon"] == backwards.column("subscription_id")


def test_undefined_ratios_come_last() -> None:
    """A rate over nothing stands behind every other, exactly equal ones tie."""
    some = [
        subscription(line(0, 1), id="nothing"),
        subscription(line(3, 6), id="b"),
        subscription(line(1, 2), id="a"),
        subscription(line(2, 3), id="c"),
    ]
    table = reported(customer(*some)).licenses["calling"].overage.rows.sorted_by("assignment")
    assert ["c", "a", "b", "nothing"] == table.column("subscription_id")


def test_an_empty_table() -> None:
    """No rows: nothing to show, slice, sort or page, and no error."""
    table = reported().customers
    assert ([], [], 0) == (list(table), table.to_dicts(), len(table))
    assert [] == list(table[:3].sorted_by("badge", descending=True)[::-1])
    assert [] == table.column("tags")
    with pytest.raises(IndexError):
        table[0]


def test_unknown_columns_are_refused() -> None:
    """A column that is not there names the nearest that is."""
    table = expiring(1)
    asks: list[Callable[[str], object]] = [table.sorted_by, table.column]
    for ask in asks:
        with pytest.raises(UnknownNameError, match="'asigned'; did you mean 'assigned'"):
            ask("asigned")


def test_rows_are_typed_and_plain() -> None:
    """A row has attributes of the right types; as plain values it is the document's."""
    table = expiring(1)
    (row,) = table
    assert ("c-1", "Globex", "S0", pk.Kind.SUBSCRIPTION, 9) == (
        row.customer_id,
        row.customer,
        row.subscription_id,
        row.kind,
        row.days_until_expiration,
    )
    assert [
        {
            "customer_id": "c-1",
            "customer": "Globex",
            "subscription_id": "S0",
            "kind": "subscription",
            "days_until_expiration": 9,
            "total": 10,
            "used": 0,
            "assigned": 1,
            "available": 9,
            "overage": 0,
            "used_3mo": 0,
        }
    ] == table.to_dicts()


def test_a_row_is_a_member_of_its_table() -> None:
    """Tables are sequences: rows are found, counted and reversed."""
    table = expiring(3)
    assert table[1] in table
    assert (1, 1) == (table.index(table[1]), table.count(table[1]))
    assert list(table)[::-1] == list(reversed(table))


def test_unobserved_lines_have_rows_of_zeros() -> None:
    """A subscription whose lines were never observed is listed, with every count 0."""
    one = customer(subscription(observed(), ends_at="2026-12-01"))
    (row,) = reported(one).licenses["calling"].expiring.rows
    assert (0, 0, 0, 0, 0) == (row.total, row.used, row.assigned, row.available, row.overage)


# Columns of every kind joined over parts are what one column of all would be.

JOINED = [
    (Integers(np.array([3, 1])), Integers(np.array([2])), [3, 1, 2]),
    (
        Integers(np.array([3, 0]), np.array([True, False])),
        Integers(np.array([2])),
        [3, None, 2],
    ),
    (Flags(np.array([True])), Flags(np.array([False])), [True, False]),
    (Texts(Text.from_strings(["b", ""])), Texts(Text.from_strings(["ä"])), ["b", "", "ä"]),
    (Objects([("a",)]), Objects([(), ("b", "c")]), [("a",), (), ("b", "c")]),
    (
        Choices(np.array([1]), tuple(pk.Kind)),
        Choices(np.array([0]), tuple(pk.Kind)),
        [pk.Kind.TRIAL, pk.Kind.SUBSCRIPTION],
    ),
    (
        Ratios(np.array([1]), np.array([2])),
        Ratios(np.array([3]), np.array([0])),
        [Ratio(1, 2), Ratio(3, 0)],
    ),
]


@pytest.mark.parametrize(("left", "right", "expected"), JOINED)
def test_joined_cells(left: Any, right: Any, expected: list[object]) -> None:  # every kind of cells
    """Cells of every kind are joined in order, and taken in any other."""
    whole = joined([left, right])
    backwards = np.arange(len(expected))[::-1]
    assert (expected, len(expected)) == (whole.values(), len(whole))
    assert expected[::-1] == whole.take(backwards).values()
    assert left is joined([left])


@pytest.mark.parametrize(("left", "right", "expected"), JOINED)
def test_ranked_cells(left: Any, right: Any, expected: list[object]) -> None:  # every kind of cells
    """Ranks of cells are in the order of their values, and equal for equal ones."""
    whole = joined([left, right, left])
    ranks = whole.ranks().tolist()
    values = [*expected, *expected[: len(left)]]
    pairs = [(i, j) for i in range(len(values)) for j in range(len(values))]
    assert [(i, j) for i, j in pairs if values[i] == values[j]] == [
        (i, j) for i, j in pairs if ranks[i] == ranks[j]
    ]
