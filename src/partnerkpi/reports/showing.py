"""What figures, tables, sections and reports show of themselves: as text, and in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import evolve

from partnerkpi.calling.figures import WeekFigure
from partnerkpi.calling.legs.feature_kpis import Features
from partnerkpi.calling.legs.quality_kpis import Quality
from partnerkpi.calling.legs.usage_kpis import Usage
from partnerkpi.calling.queues.section import QueueSection
from partnerkpi.calling.sections import Calling
from partnerkpi.kpi import Figure, Table
from partnerkpi.licenses.figures import LicenseFigures
from partnerkpi.licenses.kpis import (
    Expiring,
    LowAssignment,
    Overage,
    Overview,
    ProductSections,
    RecentlyAdded,
    Renewing,
)
from partnerkpi.present.html import notebook_html
from partnerkpi.present.pieces import Block, Page
from partnerkpi.present.text import page_text
from partnerkpi.reports import calling_page, comparison_page, page
from partnerkpi.reports.assembly import Report
from partnerkpi.reports.comparison import Comparison
from partnerkpi.reports.telling import TERMINAL, Telling

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = ["page_of", "shown_html", "shown_text"]

Blocks: TypeAlias = "Callable[[Any, Telling], Iterable[Block]]"


def shown_text(shown: object) -> str:
    """What shows itself, as lines of text.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.columns import Portfolio
        >>> from partnerkpi.reports.assembly import report
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> found = report(Portfolio.from_customers([]), as_of=when)
        >>> print(shown_text(found.overview.total_customers))
        Total customers
        as of 2026-11-22
        <BLANKLINE>
          Total customers  0 customers
            Customers with a Meetings or Calling license in any subscription or trial,
            also a pending or ended one.
    """
    return page_text(page_of(shown, TERMINAL))


def shown_html(shown: object) -> str:
    """What shows itself, as the output of a notebook's cell."""
    return notebook_html(page_of(shown, Telling(whole=True)))


def page_of(shown: object, telling: Telling) -> Page:
    """The page of a report, a comparison, a section, a table or a figure.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(shown, Report):
        return page.page_of(shown, telling)
    if isinstance(shown, Comparison):
        return comparison_page.page_of(shown)
    for kind, blocks in _SHOWN.items():
        if isinstance(shown, kind):
            return _titled(list(blocks(shown, telling)), getattr(shown, "as_of", None), telling)
    msg = f"a {type(shown).__name__} shows nothing of itself"
    raise TypeError(msg)


def _titled(blocks: list[Block], as_of: datetime | None, telling: Telling) -> Page:
    """A page that is called like its first block."""
    words = telling.words
    when = "" if as_of is None else words.text("as_of", when=words.date(as_of))

    return Page(blocks[0].title, when, (evolve(blocks[0], title=""), *blocks[1:]))


def _figure(figure: Any, telling: Telling) -> Iterable[Block]:
    title = telling.words.title(figure.definition)

    return (Block(title=title, figures=(figure,), explained=True),)


def _table(table: Table[Any], telling: Telling) -> Iterable[Block]:
    title = telling.words.title(table.definition)

    return (Block(title=title, listing=calling_page.whole_listing(table, telling)),)


def _overview(overview: Overview, telling: Telling) -> Iterable[Block]:
    return (page.overview_block(overview, telling),)


def _section(section: Any, telling: Telling) -> Iterable[Block]:
    return (page.section_block(section, telling),)


def _product(sections: ProductSections, telling: Telling) -> Iterable[Block]:
    yield Block(title=telling.words.text("licenses"), level=1)
    yield from page.section_blocks(sections, telling)


def _licenses(found: LicenseFigures, telling: Telling) -> Iterable[Block]:
    yield Block(title=telling.words.text("licenses"), level=1)
    yield page.overview_block(found.overview, telling)
    for code, sections in found.products.items():
        yield Block(title=code, level=1)
        yield from page.section_blocks(sections, telling)


#: The blocks that each kind of value shows of itself; it is called like the first of them.
_SHOWN: Final[Mapping[type, Blocks]] = MappingProxyType(
    {
        Figure: _figure,
        WeekFigure: _figure,
        Table: _table,
        Overview: _overview,
        RecentlyAdded: _section,
        Expiring: _section,
        Renewing: _section,
        LowAssignment: _section,
        Overage: _section,
        ProductSections: _product,
        LicenseFigures: _licenses,
        Calling: calling_page.calling_blocks,
        Usage: calling_page.usage_blocks,
        Quality: calling_page.quality_blocks,
        Features: calling_page.feature_blocks,
        QueueSection: calling_page.queue_blocks,
    }
)
