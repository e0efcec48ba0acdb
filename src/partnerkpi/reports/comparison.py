"""Two reports side by side: who entered and left, and what every figure changed by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from partnerkpi._showing import Shown
from partnerkpi.aggregates import Ratio
from partnerkpi.errors import RecordsMissingError
from partnerkpi.kpi import Definition, Figure, Unit, Value
from partnerkpi.status import Status

if TYPE_CHECKING:
    import os
    from datetime import datetime

    from partnerkpi.calling.figures import WeekFigure
    from partnerkpi.licenses.kpis import (
        Expiring,
        LowAssignment,
        Overage,
        RecentlyAdded,
        Renewing,
    )
    from partnerkpi.policy import LowAssignmentRule, Policy

    _Said = Figure[Any] | WeekFigure[Any, Any]
    Section = RecentlyAdded | Expiring | Renewing | LowAssignment | Overage

__all__ = [
    "BadgeChange",
    "Basis",
    "CallingChange",
    "Change",
    "Comparison",
    "Moves",
    "PortfolioChange",
    "ProductChange",
    "SectionChange",
    "WeekChange",
]

_PAGE = "Partner Hub, license distribution trend"
UNOBSERVED_LINES: Final = Definition(
    "unobserved_lines",
    "Unobserved lines",
    "License lines of subscriptions that are there, without an observation by the instant.",
    Unit.COUNT,
    source="partnerkpi, data notes",
    formula="number of license lines",
)
_WEEK: Final = (
    Definition(
        "total",
        "Total licenses",
        "Licenses bought at the end of the week.",
        Unit.LICENSES,
        source=_PAGE,
        formula="sum(total)",
    ),
    Definition(
        "assigned",
        "Assigned",
        "Licenses assigned at the end of the week.",
        Unit.LICENSES,
        source=_PAGE,
        formula="sum(assigned)",
    ),
    Definition(
        "used",
        "Used",
        "Licenses used in the seven days before.",
        Unit.LICENSES,
        source=_PAGE,
        formula="sum(used_7d)",
    ),
    Definition(
        "available",
        "Available",
        "Licenses bought and not assigned, line by line.",
        Unit.LICENSES,
        source=_PAGE,
        formula="sum(max(0, total - assigned)), line by line",
    ),
)
WEEK_DEFINITIONS: Final[Mapping[str, Definition]] = MappingProxyType(
    {each.name: each for each in _WEEK}
)


@frozen
class Basis:
    """What a report was counted by.

    Attributes:
        as_of: Its instant.
        policy: Its windows and thresholds.
    """

    as_of: datetime
    policy: Policy


@frozen
class Moves:
    """Which customers came into a group and which went out of it.

    Attributes:
        entered: Ids of the customers that are in it later and were not earlier, by code point.
        left: Ids of those that were in it earlier and are not later.

    Example:
        >>> Moves.between({"c-1", "c-2"}, {"c-2", "c-3"})
        Moves(entered=('c-3',), left=('c-1',))
    """

    entered: tuple[str, ...]
    left: tuple[str, ...]

    @staticmethod
    def between(earlier: Iterable[str], later: Iterable[str]) -> Moves:
        """The moves from one set of customers to another."""
        before, after = set(earlier), set(later)

        return Moves(tuple(sorted(after - before)), tuple(sorted(before - after)))

    def __bool__(self) -> bool:
        """Whether any customer moved."""
        return bool(self.entered or self.left)


def _as_told(definition: Definition) -> tuple[object, ...]:
    # What a report document tells of a figure of one's own.
    return definition.name, definition.title, definition.sentence, definition.unit


@frozen
class Change:
    """A figure in the earlier and in the later report.

    Attributes:
        definition: What the figure means.
        earlier: Its earlier value; ``None`` where the figure is in the later report alone.
        later: Its later value; ``None`` where the figure is in the earlier report alone.

    Example:
        >>> seats = Definition("seats", "Seats", "Licenses bought.", Unit.LICENSES)
        >>> Change(seats, 5, 8).difference
        3
        >>> Change(seats, Ratio(1, 2), Ratio(3, 4)).difference
        Ratio(numerator=1, denominator=4)
        >>> Change(seats, Ratio(0, 0), Ratio(3, 4)).difference is None
        True
    """

    definition: Definition = field(eq=_as_told)
    earlier: Value
    later: Value

    @property
    def difference(self) -> Value:
        """Later minus earlier: a whole number, or the exact ratio in lowest terms.

        ``None`` where either side is undefined, is not there, or is of another kind.
        """
        if isinstance(self.earlier, int) and isinstance(self.later, int):
            return self.later - self.earlier
        if not (isinstance(self.earlier, Ratio) and isinstance(self.later, Ratio)):
            return None
        before, after = self.earlier.fraction(), self.later.fraction()
        if before is None or after is None:
            return None
        gap = after - before

        return Ratio(gap.numerator, gap.denominator)

    def __bool__(self) -> bool:
        """Whether the figure is another one now, be it only in the integers of a ratio."""
        return self.earlier != self.later


@frozen
class BadgeChange:
    """A customer that is in both reports and shows another badge.

    Attributes:
        customer_id: Which customer.
        earlier: The badge it showed; ``None`` for none.
        later: The badge it shows.
    """

    customer_id: str
    earlier: Status | None
    later: Status | None


@frozen
class WeekChange:
    """The latest week of a distribution trend in both reports.

    Attributes:
        earlier_end: When the week ended that was the last completed one.
        later_end: When the one ended that is now.
        figures: Total, assigned, used and available licenses at these ends.
    """

    earlier_end: datetime
    later_end: datetime
    figures: Mapping[str, Change]


@frozen
class SectionChange:
    """A license section in both reports.

    Attributes:
        customers: Which customers entered and left its rows.
        figures: Its figures, by name.
    """

    customers: Moves
    figures: Mapping[str, Change]


@frozen
class ProductChange:
    """The license sections of a product in both reports.

    Attributes:
        distribution_trend: The latest week of the trend.
        sections: The sections, by name.
    """

    distribution_trend: WeekChange
    sections: Mapping[str, SectionChange]


@frozen
class CallingChange:
    """The calling part in both reports.

    Attributes:
        earlier_end: When the week ended that the earlier report speaks of.
        later_end: When the one ended that the later report speaks of.
        sections: ``usage``, ``quality``, ``features`` and ``queues``, each with the customers that
            entered and left its table (features have none) and its figures by name: shares of
            features as ``share.CODE``, outcomes as ``outcomes.answered``. A section is ``None``
            unless both reports have it.
    """

    earlier_end: datetime
    later_end: datetime
    sections: Mapping[str, SectionChange | None]

    def changes(self) -> Iterable[Moves | Change]:
        """Every change."""
        for section in self.sections.values():
            if section is not None:
                yield section.customers
                yield from section.figures.values()


@frozen(kw_only=True)
class PortfolioChange:
    """What happened to a portfolio between two reports.

    Attributes:
        customers: Customers that are new and that are gone altogether.
        statuses: For each status the customers that have it now and did not, and the reverse; new
            customers enter their statuses, and those that are gone leave theirs.
        badges: Customers of both reports whose badge changed, by id.
        overview: The overview's figures, by name.
        licenses: The license sections, by product.
    """

    customers: Moves
    statuses: Mapping[Status, Moves]
    badges: tuple[BadgeChange, ...]
    overview: Mapping[str, Change]
    licenses: Mapping[str, ProductChange]

    def changes(self) -> Iterable[Moves | Change]:
        """Every change but those of badges."""
        yield self.customers
        yield from self.statuses.values()
        yield from self.overview.values()
        for product in self.licenses.values():
            yield from product.distribution_trend.figures.values()
            for section in product.sections.values():
                yield section.customers
                yield from section.figures.values()


@frozen(kw_only=True)
class Comparison(Shown):
    """What happened between two reports.

    What both reports speak of is compared; where one of them is of calls alone, or has not been
    given a table of calls, there is no change to be told.

    Attributes:
        earlier: Instant and policy of the earlier report.
        later: Instant and policy of the later one; the policy is the same.
        unobserved_lines: License lines without an observation.
        calling: The calling part; ``None`` unless both reports have one.
        figures: Figures of one's own, by name.
    """

    earlier: Basis
    later: Basis
    unobserved_lines: Change
    figures: Mapping[str, Change]
    calling: CallingChange | None = None
    _portfolio: PortfolioChange | None = field(alias="portfolio", default=None)

    @property
    def has_portfolio(self) -> bool:
        """Whether both reports are of a portfolio."""
        return self._portfolio is not None

    @property
    def customers(self) -> Moves:
        """Customers that are new and that are gone altogether.

        Raises:
            RecordsMissingError: one of the reports is of calls alone; likewise below.
        """
        return self._of_portfolio.customers

    @property
    def statuses(self) -> Mapping[Status, Moves]:
        """For each status the customers that have it now and did not, and the reverse."""
        return self._of_portfolio.statuses

    @property
    def badges(self) -> tuple[BadgeChange, ...]:
        """Customers of both reports whose badge changed, by id."""
        return self._of_portfolio.badges

    @property
    def overview(self) -> Mapping[str, Change]:
        """The overview's figures, by name."""
        return self._of_portfolio.overview

    @property
    def licenses(self) -> Mapping[str, ProductChange]:
        """The license sections, by product."""
        return self._of_portfolio.licenses

    @property
    def _of_portfolio(self) -> PortfolioChange:
        if self._portfolio is None:
            msg = "not both of these reports are of a portfolio"
            raise RecordsMissingError(msg)

        return self._portfolio

    def __bool__(self) -> bool:
        """Whether anything changed but the instant."""
        badges = self._portfolio is not None and self._portfolio.badges

        return bool(badges) or any(self._changes())

    def _changes(self) -> Iterable[Moves | Change]:
        yield self.unobserved_lines
        yield from self.figures.values()
        if self._portfolio is not None:
            yield from self._portfolio.changes()
        if self.calling is not None:
            yield from self.calling.changes()

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain values: the document ``partnerkpi/comparison@1``."""
        from partnerkpi.reports.comparison_document import document_of

        return document_of(self)

    @staticmethod
    def from_dict(
        document: Mapping[str, object],
        rules: Mapping[str, type[LowAssignmentRule]] | None = None,
    ) -> Comparison:
        """Read a comparison document back.

        Args:
            document: What ``to_dict`` gave.
            rules: Low-assignment rules of one's own, by name, as for ``Policy.from_dict``.

        Raises:
            FormatError: a format, version or rule that this release does not read.
            InputError: the document is faulty; all faults at once.
        """
        from partnerkpi.reports.comparison_document import comparison_from

        return comparison_from(document, rules)

    def to_text(self, *, width: int = 80, rows: int | None = 10, language: str = "en") -> str:
        """The comparison as a page for a terminal.

        Args:
            width: How many columns the terminal has; at least 40.
            rows: How many rows of each table to show; ``None`` for all.
            language: ``en``, ``fr`` or ``sr``, also with a region as in ``fr-CA``.

        Raises:
            ValueError: a width below 40, or a negative number of rows.
            UnknownLanguageError: no such language; names those that there are.
            MissingExtraError: any language but English without the extra ``locales``.
        """
        from partnerkpi.present import page_text
        from partnerkpi.present.words import words
        from partnerkpi.reports.comparison_page import page_of

        said = words(language)

        return page_text(page_of(self, said), width=width, rows=rows, words=said)

    def to_html(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        language: str = "en",
        rows: int | None = 200,
    ) -> str:
        """The comparison as one HTML page that holds all it needs and asks for nothing.

        Args:
            path: Where to write the page as well, in UTF-8.
            language: ``en``, ``fr`` or ``sr``, also with a region as in ``fr-CA``.
            rows: How many rows of each table to show, the number of all being said; ``None`` for
                all.

        Returns:
            The page.

        Raises:
            ValueError: a negative number of rows.
            UnknownLanguageError: no such language; names those that there are.
            MissingExtraError: any language but English without the extra ``locales``.
            OSError: the file cannot be written.
        """
        from partnerkpi.present.html import page_html, write_page
        from partnerkpi.present.words import words
        from partnerkpi.reports.comparison_page import page_of

        said = words(language)

        return write_page(page_html(page_of(self, said), said, rows=rows), path)
