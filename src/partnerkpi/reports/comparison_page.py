"""A comparison as a page: neutral blocks, which any presentation lays out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from attrs import frozen

from partnerkpi.aggregates import Ratio
from partnerkpi.kpi import Column, Unit
from partnerkpi.present import Block, Listing, Page
from partnerkpi.present.words import ENGLISH
from partnerkpi.reports.calling_figures import SHARE_PREFIX

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.kpi import Value
    from partnerkpi.present.words import Words
    from partnerkpi.reports.comparison import (
        CallingChange,
        Change,
        Comparison,
        Moves,
        ProductChange,
    )

__all__ = ["page_of"]

_IDS_SHOWN: Final = 10
_CELLS: Final = itemgetter(slice(None))
_FIGURE_COLUMNS: Final = (
    Column("figure", "Figure", Unit.TEXT, "What the figure is called."),
    Column("earlier", "Earlier", Unit.COUNT, "Its value in the earlier report."),
    Column("later", "Later", Unit.COUNT, "Its value in the later report."),
    Column("difference", "Change", Unit.COUNT, "The later value, less the earlier one."),
)
_MOVE_COLUMNS: Final = (
    Column("group", "Status", Unit.TEXT, "The status."),
    Column("entered", "Entered", Unit.TEXT, "Customers that have it now and had it not."),
    Column("left", "Left", Unit.TEXT, "Customers that had it and have it no longer."),
)
_BADGE_COLUMNS: Final = (
    Column("customer_id", "Customer ID", Unit.TEXT, "Unique id of the customer."),
    Column("earlier", "Earlier badge", Unit.TEXT, "The most urgent status in the earlier report."),
    Column("later", "Later badge", Unit.TEXT, "The most urgent status in the later report."),
)


def page_of(comparison: Comparison, words: Words = ENGLISH) -> Page:
    """The comparison as blocks: the overview, the customers, then every section."""
    earlier, later = (words.date(basis.as_of) for basis in (comparison.earlier, comparison.later))
    blocks = tuple(_Telling(words).blocks(comparison))

    return Page(words.text("changed"), words.text("to", earlier=earlier, later=later), blocks)


@frozen
class _Telling:
    """Tells a comparison in the words of a language."""

    words: Words

    def blocks(self, comparison: Comparison) -> Iterator[Block]:
        """All of it."""
        if comparison.has_portfolio:
            yield from self.portfolio(comparison)
        if comparison.calling is not None:
            yield from self.calling(comparison.calling)
        if comparison.figures:
            own = self.figures(list(comparison.figures.values()))
            yield Block(title=self.words.text("own_figures"), level=1, listing=own)

    def portfolio(self, comparison: Comparison) -> Iterator[Block]:
        """The overview, who came and went, statuses, badges, and licenses."""
        text, customers = self.words.text, comparison.customers
        overview = [*comparison.overview.values(), comparison.unobserved_lines]
        yield Block(title=text("overview"), level=1, listing=self.figures(overview))
        facts = (
            (text("new"), self.ids(customers.entered)),
            (text("gone"), self.ids(customers.left)),
        )
        yield Block(title=text("customers"), level=1, facts=facts)
        yield self.statuses(comparison)
        yield self.badges(comparison)
        for code, product in comparison.licenses.items():
            yield from self.product(code, product)

    def calling(self, calling: CallingChange) -> Iterator[Block]:
        """The sections of calls."""
        ends = self.between(calling.earlier_end, calling.later_end)
        latest = (self.words.text("latest_week"), ends)
        yield Block(title=self.words.text("calls"), level=1, facts=(latest,))
        for name, section in calling.sections.items():
            if section is not None:
                listing = self.figures(list(section.figures.values()), self.titles(section.figures))
                facts = () if name == "features" else self.moves(section.customers)
                title = self.words.text(f"section_{name}")
                yield Block(title=title, facts=facts, listing=listing)

    def titles(self, figures: Mapping[str, Change]) -> list[str]:
        """What figures are called; shares of features by the feature's code."""
        return [
            self.words.text(
                "title_of_product",
                title=self.words.title(change.definition),
                product=name.removeprefix(SHARE_PREFIX),
            )
            if name.startswith(SHARE_PREFIX)
            else self.words.title(change.definition)
            for name, change in figures.items()
        ]

    def figures(self, changes: Sequence[Change], titles: Sequence[str] | None = None) -> Listing:
        """Figures before and after."""
        called = titles or [self.words.title(change.definition) for change in changes]
        rows = [
            (
                title,
                self.words.value(_told(change.earlier), change.definition.unit),
                self.words.value(_told(change.later), change.definition.unit),
                self.difference(change),
            )
            for title, change in zip(called, changes, strict=True)
        ]

        return Listing(self.words.text("changes_sentence"), _FIGURE_COLUMNS, rows, _CELLS)

    def difference(self, change: Change) -> str:
        """Later minus earlier with its sign; shares in percentage points."""
        gap, words = change.difference, self.words
        if gap is None:
            return words.text("missing")
        if not isinstance(gap, Ratio):
            return f"+{words.number(gap)}" if gap > 0 else words.number(gap)
        said = words.average(gap)
        if change.definition.unit is Unit.SHARE:
            share = words.ratio(gap).removesuffix(words.separators()[2])
            said = words.text("points", value=share)

        return said if gap.numerator <= 0 else f"+{said}"

    def statuses(self, comparison: Comparison) -> Block:
        """Who has which status now, and had it not, and the reverse."""
        rows = [
            (self.words.code(status), self.ids(moves.entered), self.ids(moves.left))
            for status, moves in comparison.statuses.items()
            if moves
        ]
        listing = Listing(self.words.text("statuses_sentence"), _MOVE_COLUMNS, rows, _CELLS)

        return Block(title=self.words.text("statuses"), listing=listing)

    def badges(self, comparison: Comparison) -> Block:
        """Who shows another status."""
        rows = [(each.customer_id, each.earlier, each.later) for each in comparison.badges]
        listing = Listing(self.words.text("badges_sentence"), _BADGE_COLUMNS, rows, _CELLS)

        return Block(title=self.words.text("badges"), listing=listing)

    def product(self, code: str, product: ProductChange) -> Iterator[Block]:
        """The trend and the sections of a product."""
        text, week = self.words.text, product.distribution_trend
        latest = (text("latest_week"), self.between(week.earlier_end, week.later_end))
        yield Block(title=text("licenses_of", product=_spoken(code)), level=1, facts=(latest,))
        trend = self.figures(list(week.figures.values()))
        yield Block(title=text("distribution"), listing=trend)
        for name, section in product.sections.items():
            yield Block(
                title=text(f"section_{name}"),
                facts=self.moves(section.customers),
                listing=self.figures(list(section.figures.values())),
            )

    def between(self, earlier: datetime, later: datetime) -> str:
        """Two instants."""
        return self.words.text("to", earlier=self.words.date(earlier), later=self.words.date(later))

    def moves(self, moves: Moves) -> tuple[tuple[str, str], ...]:
        """Who entered a section, and who left it."""
        text = self.words.text

        return (text("entered"), self.ids(moves.entered)), (text("left"), self.ids(moves.left))

    def ids(self, ids: tuple[str, ...]) -> str:
        """How many customers, and the first of them."""
        if not ids:
            return self.words.text("nobody")
        further = len(ids) - _IDS_SHOWN
        shown = ", ".join(ids[:_IDS_SHOWN])
        said = f"{self.words.number(len(ids))}: {shown}"
        if further <= 0:
            return said

        return self.words.text("and_more", shown=said, count=self.words.number(further))


def _told(value: Value) -> Value:
    undefined = isinstance(value, Ratio) and not value.denominator

    return None if undefined else value


def _spoken(name: str) -> str:
    return name.replace("_", " ")
