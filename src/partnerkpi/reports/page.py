"""A report as a page: which figures, rows and facts it shows, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerkpi.kpi import Column, Unit
from partnerkpi.present.pieces import Block, Listing, Page, listing
from partnerkpi.present.words import ENGLISH
from partnerkpi.reports.calling_page import calling_blocks
from partnerkpi.reports.document import SECTION_NAMES, figures_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerkpi.kpi import Table
    from partnerkpi.licenses.kpis import ProductSections, TrendWeek
    from partnerkpi.policy import Policy
    from partnerkpi.present.words import Words
    from partnerkpi.reports.assembly import Report
    from partnerkpi.reports.customers import CustomerRow

__all__ = ["TREND_COLUMNS", "page_of"]

_PRODUCTS = frozenset({"meetings", "calling"})
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
TREND_COLUMNS = (
    Column("week_end", "Week's end", Unit.INSTANT, "End of the week, Sunday 00:00 UTC."),
    Column("total", "Total licenses", Unit.LICENSES, "Licenses bought at the end of the week."),
    Column("assigned", "Assigned", Unit.LICENSES, "Licenses assigned at the end of the week."),
    Column("used", "Used", Unit.LICENSES, "Licenses used in the seven days before."),
    Column(
        "available", "Available", Unit.LICENSES, "Licenses bought and not assigned, line by line."
    ),
)


def page_of(report: Report, words: Words = ENGLISH) -> Page:
    """The page of a report, in the words of a language."""
    when = words.text("as_of", when=words.moment(report.as_of))

    return Page(words.text("report"), when, tuple(_blocks(report, words)))


def _blocks(report: Report, words: Words) -> Iterator[Block]:
    if report.has_portfolio:
        yield from _portfolio(report, words)
    if report.calling:
        yield from calling_blocks(report.calling, words)
    if report.figures:
        own = tuple(report.figures.values())
        yield Block(title=words.text("own_figures"), level=1, figures=own, explained=True)
    yield Block(title=words.text("data"), level=1, facts=_data(report, words))
    yield Block(title=words.text("policy"), level=1, facts=_settings(report.policy))


def _portfolio(report: Report, words: Words) -> Iterator[Block]:
    overview = tuple(figures_of(report.overview).values())
    yield Block(title=words.text("overview"), level=1, figures=overview)
    customers = _customers(report.customers, words)
    yield Block(title=words.text("customers"), level=1, listing=customers)
    for code, sections in report.licenses.items():
        yield Block(title=_product(code, words), level=1)
        yield from _sections(sections, words)


def _product(code: str, words: Words) -> str:
    if code in _PRODUCTS:
        return words.text(f"{code}_licenses")

    return words.text("product_licenses", product=words.product(code))


def _customers(table: Table[CustomerRow], words: Words) -> Listing:
    sentence = words.text("customers_sentence", count=words.number(len(table)))

    return Listing(sentence, _CUSTOMER_COLUMNS, table, _customer_cells)


def _customer_cells(row: CustomerRow) -> tuple[object, ...]:
    return row.customer_id, row.customer, row.badge, row.statuses[1:]


def _sections(sections: ProductSections, words: Words) -> Iterator[Block]:
    weeks = Listing(
        words.text("distribution_trend_sentence"),
        TREND_COLUMNS,
        sections.distribution_trend,
        _week_cells,
        newest_last=True,
    )
    yield Block(title=words.text("distribution_trend"), listing=weeks)
    for name in SECTION_NAMES:
        section: Any = getattr(sections, name)
        rows = section.rows
        figures = tuple(figures_of(section).values())
        title = words.title(rows.definition)
        yield Block(title=title, figures=figures, listing=listing(rows, words))


def _week_cells(week: TrendWeek) -> tuple[object, ...]:
    return week.week_end, week.total, week.assigned, week.used, week.available


def _data(report: Report, words: Words) -> tuple[tuple[str, str], ...]:
    data = report.data
    counts = {
        "unobserved_lines": (
            data.unobserved_lines if report.has_portfolio else None,
            "count_zero",
        ),
        "duplicate_calls": (data.duplicate_calls, "left_out"),
        "duplicate_queue_calls": (data.duplicate_queue_calls, "left_out"),
        "tied_calls": (data.tied_calls or None, "tied"),
        "tied_queue_calls": (data.tied_queue_calls or None, "tied"),
    }

    return tuple(
        (words.text(title), _noted(count, note, words))
        for title, (count, note) in counts.items()
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
