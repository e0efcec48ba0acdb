"""The report as a page of text: what stands on it, its rounding, and that it keeps its shape."""

import unicodedata
from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.aggregates import Ratio
from partnerkpi.kpi import Column, Definition, Unit
from partnerkpi.present import (
    Block,
    Listing,
    Page,
    average,
    page_text,
    percent,
    said_cell,
    said_value,
)
from tests.library import portfolio_of, report_of
from tests.strategies import Case, cases

ROOT = Path(__file__).resolve().parent.parent
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def report() -> pk.Report:
    """The report of the example portfolio."""
    return pk.report(pk.read(ROOT / "examples" / "data" / "portfolio.json"), as_of=AS_OF)


def columns_of(line: str) -> int:
    """How many columns of a terminal a line takes, counted letter by letter."""
    wide = sum(unicodedata.east_asian_width(each) in {"W", "F"} for each in line)
    none = sum(unicodedata.category(each) in {"Mn", "Me", "Cf"} for each in line)
    none += sum(0x1160 <= ord(each) < 0x1200 for each in line)
    return len(line) + wide - none


def one_table(rows: list[tuple[Any, ...]], columns: tuple[Column, ...], *, width: int = 80) -> str:
    """A page of one table."""
    listing = Listing("Some rows.", columns, rows, tuple)
    return page_text(Page("Title", "now", (Block(title="Table", listing=listing),)), width=width)


NAME = Column("name", "Name", Unit.TEXT)
SEATS = Column("seats", "Seats", Unit.LICENSES)


def test_the_page_of_nothing() -> None:
    """An empty portfolio has a whole page: zeros, reasons for what is undefined, empty tables."""
    text = pk.report(pk.Portfolio.from_customers([]), as_of=AS_OF).to_text()
    expiring = text.partition("Expiring subscriptions")[2].partition("\n\n")[0].splitlines()

    assert [
        "",
        "----------------------",
        "  Expiring customers   0",
        "  License assignment   undefined: no licenses are expiring",
        "  License utilization  undefined: no licenses are expiring",
    ] == expiring
    assert text.splitlines()[:8] == [
        "Partner report",
        "as of 2026-11-22T00:00:00Z",
        "",
        "Overview",
        "========",
        "  Total customers         0",
        "  Nearing expiration      0",
        "  Nearing renewal         0",
    ]


def test_every_figure_and_row_of_the_document_is_on_the_whole_page(report: pk.Report) -> None:
    """With `rows=None` each customer, each subscription of each table and each title is there."""
    text = report.to_text(rows=None)
    ids = {row.customer_id for row in report.customers}
    tables = [
        getattr(sections, name).rows
        for sections in report.licenses.values()
        for name in ("recently_added", "expiring", "renewing", "low_assignment", "overage")
    ]
    ids |= {row.subscription_id for table in tables for row in table}
    titles = {each.title for each in pk.licenses.kpis.DEFINITIONS}

    assert "more" not in text
    assert [] == [each for each in sorted(ids | titles) if each not in text]


@pytest.mark.parametrize("width", [40, 61, 80, 100, 160])
def test_no_line_is_wider_than_asked_for(report: pk.Report, width: int) -> None:
    """Each line fits, whichever layout the width allows."""
    lines = report.to_text(width=width, rows=None).splitlines()

    assert [] == [line for line in lines if columns_of(line) > width]


def test_columns_stay_aligned_beside_wide_letters(report: pk.Report) -> None:
    """Numbers of a flat table end where their heading's rule ends, also after Chinese names."""
    text = report.to_text(width=200, rows=None)
    table = text.partition("Recently added subscriptions")[2].split("\n\n")[1].splitlines()
    (rule,) = (line for line in table if line.lstrip().startswith("-----"))
    rows = table[table.index(rule) + 1 :][:13]

    assert {columns_of(rule)} == {columns_of(row) for row in rows}
    assert any("晨星教育" in row for row in rows)


def test_long_tables_are_cut_and_say_so(report: pk.Report) -> None:
    """Ten rows are shown, and how many more there are; `rows` decides otherwise."""
    customers = report.to_text().partition("Customers")[2].partition("\n\n")[0]
    none = report.to_text(rows=0).partition("Customers")[2].partition("\n\n")[0]

    assert 10 == customers.count("c-10")
    assert customers.endswith("\n  ... and 42 more")
    assert "c-10" not in none
    assert none.endswith("\n  ... and 52 more")


def test_a_page_costs_only_its_own_rows() -> None:
    """Rows that are not shown are never asked for."""
    asked = []

    def cells(row: int) -> tuple[int]:
        asked.append(row)
        return (row,)

    listing = Listing("Some rows.", (SEATS,), range(1000), cells)
    text = page_text(Page("Title", "now", (Block(title="Table", listing=listing),)), rows=2)

    assert [0, 1] == asked
    assert text.endswith("\n      0\n      1\n  ... and 998 more")


def test_a_trend_that_is_cut_keeps_its_latest_weeks(report: pk.Report) -> None:
    """Of the weeks the last ones are shown, and how many there were before."""
    trend = report.to_text(rows=2).partition("trend")[2].partition("\n\n")[0].splitlines()

    assert "  2026-11-15    16,195    12,543  6,827      3,692" == trend[-3]
    assert "  2026-11-22    16,172    12,627  6,845      3,586" == trend[-2]
    assert "  ... and 6 more before" == trend[-1]


def test_unobserved_lines_and_policy_are_said(report: pk.Report) -> None:
    """What is missing in the data, and by which windows and thresholds was counted."""
    lines = report.to_text().splitlines()

    assert "  License lines without an observation  1 (they count 0)" in lines
    assert "  low_assignment_fraction   1/2" in lines
    assert "  auto_renewing_expires     false" in lines
    assert "  size_bands                1, 25, 100, 250, 1000, 5000" in lines


def test_a_rule_of_low_assignment_is_said_with_its_settings() -> None:
    """The name of the rule, then what it was made with."""
    rule = pk.policy.FixedRate(Fraction(1, 5))
    empty = pk.Portfolio.from_customers([])
    found = pk.report(empty, as_of=AS_OF, policy=pk.Policy(low_assignment_rule=rule))

    assert "low_assignment_rule       fixed_rate; rate 1/5" in found.to_text()


class Seats:
    """A figure of one's own: licenses bought over all lines, ever observed last."""

    definition = Definition(
        "seats",
        "Seats of every product",
        "Licenses bought, over all products and observations.",
        Unit.LICENSES,
        undefined="nobody looked",
    )

    def __init__(self, say: str = "sum") -> None:
        self.say = say

    def lift(self, columns: pk.Portfolio, _as_of: datetime, _policy: pk.Policy, /) -> int:
        """Count."""
        return int(columns.observation_columns.total.astype(np.int64).sum())

    def merge(self, left: int, right: int, /) -> int:
        """Add."""
        return left + right

    def finish(self, state: int, /) -> int | Ratio | None:
        """Say."""
        values: dict[str, int | Ratio | None] = {"sum": state, "mean": Ratio(state, 3)}
        return values.get(self.say)


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        ("sum", "1,204 licenses"),
        ("mean", "401.33 licenses (1,204 / 3)"),
        ("nothing", "undefined: nobody looked"),
    ],
)
def test_a_figure_of_ones_own_is_said_by_its_definition(say: str, expected: str) -> None:
    """Title, value with its unit, and sentence stand under `Further figures`."""
    line = {"product": "badges", "name": "Badge", "total": 1204, "assigned": 0}
    subscription = {
        "id": "s-1",
        "kind": "trial",
        "added_at": "2026-01-01",
        "licenses": [line],
    }
    document = {"customers": [{"id": "c-1", "name": "A", "subscriptions": [subscription]}]}
    found = pk.report(portfolio_of(document), as_of=AS_OF, figures=[Seats(say)])
    text = found.to_text().partition("Further figures\n")[2].partition("\n\n")[0]

    assert text.splitlines() == [
        "===============",
        f"  Seats of every product  {expected}",
        "    Licenses bought, over all products and observations.",
    ]


def test_without_figures_of_ones_own_there_is_no_such_part(report: pk.Report) -> None:
    """The heading stands only above something."""
    assert "Further figures" not in report.to_text()


def test_a_report_in_a_line(report: pk.Report) -> None:
    """`str` tells reports apart without printing a page."""
    assert "<report as of 2026-11-22T00:00:00+00:00: 52 customers, 50 in scope>" == str(report)


@pytest.mark.parametrize(
    ("ratio", "as_percent", "as_average"),
    [
        (Ratio(1, 16), "6.3%", "0.06"),
        (Ratio(1, 2000), "0.1%", "0.00"),
        (Ratio(49, 100_000), "0.0%", "0.00"),
        (Ratio(9995, 10_000), "100.0%", "1.00"),
        (Ratio(9994, 10_000), "99.9%", "1.00"),
        (Ratio(3, 2), "150.0%", "1.50"),
        (Ratio(-1, 3), "-33.3%", "-0.33"),
        (Ratio(-1, 10_000), "0.0%", "0.00"),
        (Ratio(-1, -3), "33.3%", "0.33"),
        (Ratio(2**80, 1), "120,892,581,961,462,917,470,617,600.0%", None),
        (Ratio(0, 0), "n/a", "n/a"),
        (Ratio(7, 0), "n/a", "n/a"),
    ],
)
def test_rounding(ratio: Ratio, as_percent: str, as_average: str | None) -> None:
    """One decimal for shares, two for means, halves away from zero, never a negative zero."""
    assert as_percent == percent(ratio)
    assert as_average in {None, average(ratio)}


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**20))
def test_rounding_is_exact(numerator: int, denominator: int) -> None:
    """What is said is within half a unit of the last decimal, for integers of any size."""
    said = Fraction(average(Ratio(numerator, denominator)).replace(",", ""))

    assert abs(said - Fraction(numerator, denominator)) <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (Ratio(0, 0), Unit.SHARE, "undefined: because"),
        (Ratio(5, 0), Unit.LICENSES_PER_CUSTOMER, "undefined: because"),
        (None, Unit.COUNT, "undefined: because"),
        (1, Unit.CUSTOMERS, "1 customer"),
        (0, Unit.MONTHS, "0 months"),
        (-1200, Unit.COUNT, "-1,200"),
        (Ratio(1, 2), Unit.SHARE, "50.0% (1 of 2)"),
        (Ratio(1, 2), Unit.DAYS, "0.50 days (1 / 2)"),
        (599_949, Unit.MILLISECONDS, "599.9 s"),
        (600_000, Unit.MILLISECONDS, "10.0 min"),
        (Ratio(5_000, 2), Unit.MILLISECONDS, "2.5 s (5.0 s / 2)"),
    ],
)
def test_a_value_with_its_unit(value: int | Ratio | None, unit: Unit, expected: str) -> None:
    """Counts agree with their unit in number; the undefined says why."""
    definition = Definition("name", "Title", "Sentence.", unit, undefined="because")

    assert expected == said_value(value, definition, unit=True)


def test_the_undefined_without_a_reason() -> None:
    """A definition that gives no reason leaves it at the word."""
    assert "undefined" == said_value(None, Definition("name", "Title", "Sentence.", Unit.COUNT))


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (datetime(2026, 11, 22, tzinfo=UTC), Unit.INSTANT, "2026-11-22"),
        (datetime(2026, 11, 22, 8, 30, tzinfo=UTC), Unit.INSTANT, "2026-11-22 08:30:00 UTC"),
        (None, Unit.DAYS, "n/a"),
        (None, Unit.MILLISECONDS, "n/a"),
        (90_000, Unit.MILLISECONDS, "90.0 s"),
        (Ratio(0, 0), Unit.MILLISECONDS, "n/a"),
        (None, Unit.TEXT, "none"),
        ((), Unit.TEXT, ""),
        (Ratio(51, 4), Unit.LICENSES_PER_CUSTOMER, "12.75"),
        (pk.Kind.TRIAL, Unit.TEXT, "trial"),
        (False, Unit.FLAG, "no"),
    ],
)
def test_a_cell(value: object, unit: Unit, expected: str) -> None:
    """Every kind of cell has its words."""
    assert expected == said_cell(value, unit)


def test_missing_cells_are_explained() -> None:
    """Below a table that shows `n/a` stands what that means; below others nothing does."""
    with_some = one_table([("a", None), ("b", 1)], (NAME, SEATS))
    without = one_table([("a", 2), ("b", 1)], (NAME, SEATS))

    assert with_some.endswith("\n  n/a: not known, or not defined for this row.")
    assert "n/a" not in without


HOSTILE = (
    "a\x1b[2Jb",
    "a\u202eb",
    "a\u2066b",
    "a\u2028b",
    "a\nb",
    "a\x85b",
    "a\u200eb",
    "a\ufeffb",
    "a\U000e0041b",
    "a\ud800b",
)


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_what_a_terminal_would_obey_is_written_out(name: str) -> None:
    """Escape sequences, overrides of direction and line separators become visible escapes."""
    text = one_table([(name, 1)], (NAME, SEATS))
    (line,) = (line for line in text.splitlines() if line.startswith("  a"))

    assert ["a" + ascii(name[1])[1:-1] + name[2:], "1"] == line.split()


def test_joined_letters_are_left_alone() -> None:
    """Scripts and emoji that need joiners keep them."""
    name = "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc"

    assert name in one_table([(name, 1)], (NAME, SEATS))


def test_text_from_right_to_left_is_isolated() -> None:
    """An Arabic or Hebrew name stands between isolates, so that the numbers beside it stay put."""
    arabic, latin = "\u0648\u0627\u062d\u0629", "Oasis"
    text = one_table([(arabic, 1), (latin, 2)], (NAME, SEATS))

    assert f"  \u2068{arabic}\u2069" in text
    assert 1 == text.count("\u2068")


texts = st.text(min_size=1, max_size=60)
counts = st.one_of(st.none(), st.integers(0, 2**53))
titles = st.sampled_from(["Seats", "Weekly assignment change", "晨星", "Donaudampfschiffahrt" * 3])
units = st.sampled_from(list(Unit))


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[Column, ...], list[tuple[Any, ...]]]:
    """Columns of any units, and rows of what may stand in them."""
    drawn = draw(st.lists(st.tuples(titles, units), min_size=1, max_size=9))
    columns = tuple(Column("x", title, unit) for title, unit in drawn)
    cells = [texts if each.unit is Unit.TEXT else counts for each in columns]
    return columns, draw(st.lists(st.tuples(*cells), min_size=1, max_size=4))


@given(tables(), st.integers(40, 130))
def test_any_table_fits(
    table: tuple[tuple[Column, ...], list[tuple[Any, ...]]], width: int
) -> None:
    """Whatever the texts, numbers and titles: no line is too wide, none has a control character."""
    columns, rows = table
    text = one_table(rows, columns, width=width)
    letters = text.replace("\n", "").replace("\u200c", "").replace("\u200d", "")
    letters = letters.replace("\u2068", "").replace("\u2069", "")

    assert [] == [line for line in text.split("\n") if columns_of(line) > width]
    assert set() == {unicodedata.category(each) for each in letters} & {"Cc", "Cf", "Zl", "Zp"}


@given(texts, texts, st.integers(40, 130))
def test_any_fact_fits(label: str, said: str, width: int) -> None:
    """Labels and what is said of them are broken where they must be."""
    page = Page(label, said, (Block(title=label, facts=((label, said), ("Data", said))),))

    assert [] == [
        line for line in page_text(page, width=width).split("\n") if columns_of(line) > width
    ]


@given(tables())
def test_nothing_of_a_table_is_lost(
    table: tuple[tuple[Column, ...], list[tuple[Any, ...]]],
) -> None:
    """Every number of every row is on the page in any layout, as often as in the table.

    Durations are said in other words, and texts and flags are no numbers.
    """
    columns, rows = table
    others = {Unit.TEXT, Unit.FLAG, Unit.MILLISECONDS}
    counted = [column.unit not in others for column in columns]
    numbers = Counter(
        f"{cell:,}"
        for row in rows
        for cell, is_count in zip(row, counted, strict=True)
        if is_count and isinstance(cell, int) and cell > 10**6
    )
    for width in (40, 80, 400):
        words = Counter(one_table(rows, columns, width=width).replace(";", " ").split())

        assert numbers <= words


@given(cases())
def test_any_report_has_a_page(case: Case) -> None:
    """Every report can be shown, the same each time, and stays within its width."""
    found = report_of(case)
    text = found.to_text(rows=3)

    assert text == found.to_text(rows=3)
    assert [] == [line for line in text.split("\n") if columns_of(line) > 80]


@pytest.mark.parametrize(
    ("options", "words"),
    [({"width": 39}, "at least 40 columns wide, not 39"), ({"rows": -1}, "0 or more, not -1")],
)
def test_a_page_that_cannot_be(options: dict[str, Any], words: str) -> None:
    """Too narrow a page and fewer than no rows are refused in words."""
    page = Page("Title", "now", ())

    with pytest.raises(ValueError, match=words):
        page_text(page, **options)
