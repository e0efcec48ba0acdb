"""Put two reports side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from partnerkpi._instants import instant_text
from partnerkpi.errors import MergeError
from partnerkpi.kpi import Figure
from partnerkpi.reports.calling_figures import (
    CALLING_FIGURES,
    customers_of_calls,
    features_used,
    figures_of_calls,
)
from partnerkpi.reports.comparison import (
    UNOBSERVED_LINES,
    WEEK_DEFINITIONS,
    BadgeChange,
    Basis,
    CallingChange,
    Change,
    Comparison,
    Moves,
    PortfolioChange,
    ProductChange,
    SectionChange,
    WeekChange,
)
from partnerkpi.reports.document import SECTION_NAMES, figures_of
from partnerkpi.status import Status

if TYPE_CHECKING:
    from partnerkpi.calling.figures import WeekFigure
    from partnerkpi.calling.sections import Calling
    from partnerkpi.licenses.kpis import (
        Expiring,
        LowAssignment,
        Overage,
        ProductSections,
        RecentlyAdded,
        Renewing,
        TrendWeek,
    )
    from partnerkpi.reports.assembly import Report

    _Said = Figure[Any] | WeekFigure[Any, Any]
    Section = RecentlyAdded | Expiring | Renewing | LowAssignment | Overage

__all__ = ["compare"]


def compare(earlier: Report, later: Report) -> Comparison:
    """What happened between two reports: who entered and left, and what every figure changed by.

    Args:
        earlier: The report of the earlier instant, just counted or read from a document.
        later: The report of the later instant, or of the same one.

    Raises:
        MergeError: the policies differ, the earlier report is of a later instant, or the two have
            neither a portfolio nor a section of calls in common.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.columns import Portfolio
        >>> from partnerkpi.models import Customer
        >>> from partnerkpi.reports import report
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> before = report(Portfolio.from_customers([]), as_of=when)
        >>> globex = Customer(id="c-1", name="Globex")
        >>> after = report(Portfolio.from_customers([globex]), as_of=when)
        >>> compare(before, after).customers.entered
        ('c-1',)
        >>> bool(compare(after, after))
        False
    """
    _refuse_incomparable(earlier, later)
    both = earlier.has_portfolio and later.has_portfolio
    calling = _calling(earlier.calling, later.calling)
    if not both and calling is None:
        msg = "these reports have neither a portfolio nor a section of calls in common"
        raise MergeError(msg)

    return Comparison(
        earlier=Basis(earlier.as_of, earlier.policy),
        later=Basis(later.as_of, later.policy),
        unobserved_lines=Change(
            UNOBSERVED_LINES, earlier.data.unobserved_lines, later.data.unobserved_lines
        ),
        figures=_changes(earlier.figures, later.figures),
        calling=calling,
        portfolio=_portfolio(earlier, later) if both else None,
    )


def _portfolio(earlier: Report, later: Report) -> PortfolioChange:
    before, after = _holders(earlier), _holders(later)

    return PortfolioChange(
        customers=Moves.between(before, after),
        statuses=MappingProxyType({each: _status_moves(each, before, after) for each in Status}),
        badges=tuple(_badges(before, after)),
        overview=_changes(figures_of(earlier.overview), figures_of(later.overview)),
        licenses=MappingProxyType(
            {
                code: _product(sections, later.licenses[code])
                for code, sections in earlier.licenses.items()
            }
        ),
    )


def _calling(before: Calling | None, after: Calling | None) -> CallingChange | None:
    """The change of the calling part; ``None`` if the reports have no section of it in common."""
    if before is None or after is None:
        return None
    sections = {
        name: _called(getattr(before, name), getattr(after, name)) for name in CALLING_FIGURES
    }
    if all(change is None for change in sections.values()):
        return None

    return CallingChange(
        earlier_end=before.week[1],
        later_end=after.week[1],
        sections=MappingProxyType(sections),
    )


def _called(before: Any, after: Any) -> SectionChange | None:
    """The change of a section of calling, if both reports have it."""
    if before is None or after is None:
        return None
    used = sorted({*features_used(before), *features_used(after)})
    earlier, later = (figures_of_calls(each, used) for each in (before, after))
    moves = Moves.between(customers_of_calls(before), customers_of_calls(after))

    return SectionChange(moves, _changes(earlier, later))


def _refuse_incomparable(earlier: Report, later: Report) -> None:
    mine, theirs = earlier.policy.to_dict(), later.policy.to_dict()
    differing = [name for name in mine if mine[name] != theirs.get(name)]
    if differing:
        pairs = (f"{name} is {mine[name]} and {theirs.get(name)}" for name in differing)
        msg = f"reports of different policies do not compare: {', '.join(pairs)}"
        raise MergeError(msg)
    if earlier.as_of > later.as_of:
        instants = f"{instant_text(earlier.as_of)} is after {instant_text(later.as_of)}"
        msg = f"the earlier report comes first: {instants}"
        raise MergeError(msg)


Held = Mapping[str, tuple[tuple[Status, ...], Status | None]]


def _holders(report: Report) -> Held:
    """For each customer its statuses and its badge."""
    table = report.customers
    told = zip(table.column("statuses"), table.column("badge"), strict=True)

    return dict(zip(table.column("customer_id"), told, strict=True))


def _status_moves(status: Status, before: Held, after: Held) -> Moves:
    earlier, later = (
        [customer for customer, (statuses, _) in held.items() if status in statuses]
        for held in (before, after)
    )

    return Moves.between(earlier, later)


def _badges(before: Held, after: Held) -> Iterable[BadgeChange]:
    for customer in sorted(before.keys() & after.keys()):
        earlier, later = before[customer][1], after[customer][1]
        if earlier is not later:
            yield BadgeChange(customer, earlier, later)


def _changes(before: Mapping[str, _Said], after: Mapping[str, _Said]) -> Mapping[str, Change]:
    names = dict.fromkeys((*before, *after))

    return MappingProxyType({name: _change(before.get(name), after.get(name)) for name in names})


def _change(before: _Said | None, after: _Said | None) -> Change:
    known = after if before is None else before
    assert known is not None  # noqa: S101 (a name comes from one of them)
    latest = known if after is None else after

    return Change(
        latest.definition,
        None if before is None else before.value,
        None if after is None else after.value,
    )


def _product(before: ProductSections, after: ProductSections) -> ProductChange:
    trend = _week(before.distribution_trend[-1], after.distribution_trend[-1])
    sections = {
        name: _section(getattr(before, name), getattr(after, name)) for name in SECTION_NAMES
    }

    return ProductChange(trend, MappingProxyType(sections))


def _week(before: TrendWeek, after: TrendWeek) -> WeekChange:
    figures = {
        name: Change(definition, getattr(before, name), getattr(after, name))
        for name, definition in WEEK_DEFINITIONS.items()
    }

    return WeekChange(before.week_end, after.week_end, MappingProxyType(figures))


def _section(before: Section, after: Section) -> SectionChange:
    moves = Moves.between(before.customers.members, after.customers.members)

    return SectionChange(moves, _changes(figures_of(before), figures_of(after)))
