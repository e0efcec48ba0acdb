"""A report as a page: which figures, rows and facts it shows, in which order."""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from partnerkpi.kpi import Column, Unit
from partnerkpi.present.pieces import Bar, Block, Listing, Page, Picture, listing
from partnerkpi.reports.calling_page import calling_blocks
from partnerkpi.reports.customers import CUSTOMERS_TABLE
from partnerkpi.reports.document import SECTION_NAMES, figures_of
from partnerkpi.reports.telling import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from attrs import AttrsInstance

    from partnerkpi.kpi import Table
    from partnerkpi.licenses.kpis import Overview, ProductSections
    from partnerkpi.policy import Policy
    from partnerkpi.present.words import Words
    from partnerkpi.reports.assembly import DataNotes, Report
    from partnerkpi.reports.customers import CustomerRow
    from partnerkpi.reports.telling import Telling
    from partnerkpi.status import Status

__all__ = ["TREND_COLUMNS", "overview_block", "page_of", "section_block", "section_blocks"]

_CUSTOMER_COLUMNS = (
    Column("customer_id", "Customer ID", Unit.TEXT, "Unique id of the customer."),
    Column("customer", "Customer", Unit.TEXT, "Name of the customer's organization."),
    Column("badge", "Badge", Unit.TEXT, "The most urgent status of the customer."),
    Column(
        "others",
        "Other statuses",
        Unit.TEXT,
        "Every other status that holds for the customer, the most urgent first.",
    ),
)
_WHOLE_CUSTOMER_COLUMNS = (
    *_CUSTOMER_COLUMNS,
    *(each for each in CUSTOMERS_TABLE.columns if each.name in {"managed_by", "tags", "products"}),
)
_SEATS = Bar("seats", ("used", "assigned", "available", "overage", "total"))
_LICENSES = Picture("lines", ("total", "assigned", "used"))
TREND_COLUMNS = (
    Column("week_end", "Week's end", Unit.INSTANT, "End of the week, Sunday 00:00 UTC."),
    Column("total", "Total licenses", Unit.LICENSES, "Licenses bought at the end of the week."),
    Column("assigned", "Assigned", Unit.LICENSES, "Licenses assigned at the end of the week."),
    Column("used", "Used", Unit.LICENSES, "Licenses used in the seven days before."),
    Column(
        "available", "Available", Unit.LICENSES, "Licenses bought and not assigned, line by line."
    ),
)
_WEEK_CELLS = attrgetter(*(column.name for column in TREND_COLUMNS))


def page_of(report: Report, telling: Telling = TERMINAL) -> Page:
    """The page of a report."""
    words = telling.words
    when = words.text("as_of", when=words.moment(report.as_of))

    return Page(words.text("report"), when, tuple(_blocks(report, telling)))


def _blocks(report: Report, telling: Telling) -> Iterator[Block]:
    text = telling.words.text
    if report.has_portfolio:
        yield from _portfolio(report, telling)
    if report.calling:
        yield from calling_blocks(report.calling, telling)
    if report.figures:
        own = tuple(report.figures.values())
        yield Block(title=text("own_figures"), level=1, figures=own, explained=True)
    facts = _data(report.data, telling.words, portfolio=report.has_portfolio)
    yield Block(title=text("data"), level=1, facts=facts)
    yield Block(title=text("policy"), level=1, facts=_settings(report.policy))


def _portfolio(report: Report, telling: Telling) -> Iterator[Block]:
    text = telling.words.text
    rows = (_whole_customers if telling.whole else _customers)(report.customers, telling.words)
    customers = Block(title=text("customers"), level=1, listing=rows)
    overview = overview_block(report.overview, telling)
    yield from (customers, overview) if telling.list_first else (overview, customers)
    for code, sections in report.licenses.items():
        yield Block(title=text(f"{code}_licenses"), level=1, choice=text(code))
        yield from section_blocks(sections, telling)


def overview_block(overview: Overview, telling: Telling) -> Block:
    """The overview's figures."""
    figures = tuple(figures_of(overview).values())

    return Block(title=telling.words.text("overview"), level=1, figures=figures)


def _customers(table: Table[CustomerRow], words: Words) -> Listing:
    return Listing(_all_of(table, words), _CUSTOMER_COLUMNS, table, _customer_cells)


def _whole_customers(table: Table[CustomerRow], words: Words) -> Listing:
    return Listing(
        _all_of(table, words),
        _WHOLE_CUSTOMER_COLUMNS,
        table,
        partial(_whole_customer_cells, words),
        statuses=_own_statuses,
    )


def _all_of(table: Table[CustomerRow], words: Words) -> str:
    return words.text("customers_sentence", count=words.number(len(table)))


def _customer_cells(row: CustomerRow) -> tuple[object, ...]:
    return row.customer_id, row.customer, row.badge, row.statuses[1:]


def _whole_customer_cells(words: Words, row: CustomerRow) -> tuple[object, ...]:
    products = tuple(map(words.product, row.products))

    return *_customer_cells(row), row.managed_by, row.tags, products


def _own_statuses(rows: Sequence[CustomerRow]) -> list[tuple[Status, ...]]:
    return [row.statuses for row in rows]


def section_blocks(sections: ProductSections, telling: Telling) -> Iterator[Block]:
    """The trend and the sections of a product."""
    text = telling.words.text
    weeks = Listing(
        text("distribution_trend_sentence"),
        TREND_COLUMNS,
        sections.distribution_trend,
        _WEEK_CELLS,
        newest_last=True,
        picture=_LICENSES,
    )
    yield Block(title=text("distribution_trend"), listing=weeks)
    for name in SECTION_NAMES:
        yield section_block(getattr(sections, name), telling)


def section_block(section: AttrsInstance, telling: Telling) -> Block:
    """The figures and the rows of a license section."""
    rows: Table[Any] = section.rows  # type: ignore[attr-defined]
    figures = tuple(figures_of(section).values())
    shown = listing(rows, telling.words, bar=_SEATS, statuses=telling.statuses)

    return Block(title=telling.words.title(rows.definition), figures=figures, listing=shown)


def _data(data: DataNotes, words: Words, *, portfolio: bool) -> tuple[tuple[str, str], ...]:
    counts = {
        "unobserved_lines": (data.unobserved_lines if portfolio else None, "count_zero"),
        "duplicate_calls": (data.duplicate_calls, "left_out"),
        "duplicate_queue_calls": (data.duplicate_queue_calls, "left_out"),
        "tied_calls": (data.tied_calls or None, "tied"),
        "tied_queue_calls": (data.tied_queue_calls or None, "tied"),
    }

    return tuple(
        (words.text(key), _noted(count, note, words))
        for key, (count, note) in counts.items()
        if count is not None
    )


def _noted(count: int, note: str, words: Words) -> str:
    said = words.number(count)

    return words.text("count_with_note", count=said, note=words.text(note)) if count else said


def _settings(policy: Policy) -> tuple[tuple[str, str], ...]:
    return tuple((name, _setting(value)) for name, value in policy.to_dict().items())


def _setting(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(_setting, value))
    if isinstance(value, dict):
        return "; ".join(
            _setting(each) if name == "rule" else f"{name} {_setting(each)}"
            for name, each in value.items()
        )

    return str(value)
