"""A report as a page: which figures, rows and facts it shows, in which order."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from partnerkpi._instants import format_one, of_datetime
from partnerkpi.kpi import Column, Unit
from partnerkpi.present.pieces import Block, Listing, Page, listing
from partnerkpi.reports.calling_page import calling_blocks
from partnerkpi.reports.document import SECTION_NAMES, figures_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from partnerkpi.kpi import Table
    from partnerkpi.licenses.kpis import ProductSections, TrendWeek
    from partnerkpi.policy import Policy
    from partnerkpi.reports.assembly import Report
    from partnerkpi.reports.customers import CustomerRow

__all__ = ["page_of"]

_PRODUCT_TITLES: Mapping[str, str] = MappingProxyType(
    {"meetings": "Meetings licenses", "calling": "Calling licenses"}
)
_CUSTOMER_COLUMNS = (
    Column("customer_id", "Customer ID", Unit.TEXT),
    Column("customer", "Customer", Unit.TEXT),
    Column("badge", "Badge", Unit.TEXT),
    Column("others", "Other statuses", Unit.TEXT),
)
_TREND_COLUMNS = (
    Column("week_end", "Week's end", Unit.INSTANT),
    Column("total", "Total licenses", Unit.LICENSES),
    Column("assigned", "Assigned", Unit.LICENSES),
    Column("used", "Used", Unit.LICENSES),
    Column("available", "Available", Unit.LICENSES),
)


def page_of(report: Report) -> Page:
    """The page of a report."""
    when = format_one(of_datetime(report.as_of))

    return Page("Partner report", f"as of {when}", tuple(_blocks(report)))


def _blocks(report: Report) -> Iterator[Block]:
    if report.has_portfolio:
        yield from _portfolio(report)
    if report.calling:
        yield from calling_blocks(report.calling)
    if report.figures:
        own = tuple(report.figures.values())
        yield Block(title="Further figures", level=1, figures=own, explained=True)
    yield Block(title="Data", level=1, facts=_data(report))
    yield Block(title="Policy", level=1, facts=_settings(report.policy))


def _portfolio(report: Report) -> Iterator[Block]:
    overview = tuple(figures_of(report.overview).values())
    yield Block(title="Overview", level=1, figures=overview)
    yield Block(title="Customers", level=1, listing=_customers(report.customers))
    for code, sections in report.licenses.items():
        yield Block(title=_PRODUCT_TITLES.get(code, f"{code} licenses"), level=1)
        yield from _sections(sections)


def _customers(table: Table[CustomerRow]) -> Listing:
    sentence = (
        f"All {len(table):,}, also those without Meetings or Calling licenses, by id; the badge is"
        " the most urgent status."
    )

    return Listing(sentence, _CUSTOMER_COLUMNS, table, _customer_cells)


def _customer_cells(row: CustomerRow) -> tuple[object, ...]:
    return row.customer_id, row.customer, row.badge, row.statuses[1:]


def _sections(sections: ProductSections) -> Iterator[Block]:
    sentence = "At the end of each completed week, over the subscriptions active then."
    weeks = Listing(
        sentence, _TREND_COLUMNS, sections.distribution_trend, _week_cells, newest_last=True
    )
    yield Block(title="License distribution trend", listing=weeks)
    for name in SECTION_NAMES:
        section: Any = getattr(sections, name)
        rows = section.rows
        figures = tuple(figures_of(section).values())
        yield Block(title=rows.definition.title, figures=figures, listing=listing(rows))


def _week_cells(week: TrendWeek) -> tuple[object, ...]:
    return week.week_end, week.total, week.assigned, week.used, week.available


def _data(report: Report) -> tuple[tuple[str, str], ...]:
    data = report.data
    counts = {
        "License lines without an observation": (
            data.unobserved_lines if report.has_portfolio else None,
            "they count 0",
        ),
        "Duplicate rows of call legs": (data.duplicate_calls, "left out"),
        "Duplicate rows of queue calls": (data.duplicate_queue_calls, "left out"),
        "Contradictions among call legs": (data.tied_calls or None, _TIED),
        "Contradictions among queue calls": (data.tied_queue_calls or None, _TIED),
    }

    return tuple(
        (title, f"{count:,}" + (f" ({note})" if count else ""))
        for title, (count, note) in counts.items()
        if count is not None
    )


_TIED = "duplicates reported at one instant that say different things"


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
