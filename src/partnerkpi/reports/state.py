"""Everything a report counts, as one mergeable state over the parts of a portfolio.

Phase one: ``look`` at every part and merge the ``rates``. Phase two: from the ``limits`` that
follow, ``lift`` every part and merge the states. Parts are cut by customer.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from partnerkpi._merging import require_same, require_same_policy, together
from partnerkpi.licenses.state import (
    LicenseLook,
    LicenseState,
    Limits,
    RatesState,
    license_state,
    limits,
    rates_state,
)
from partnerkpi.licenses.state import look as license_look
from partnerkpi.reports.customers import CustomerRows
from partnerkpi.snapshot import snapshot
from partnerkpi.status import status_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from partnerkpi.calling.sections import CallingState
    from partnerkpi.columns import Portfolio
    from partnerkpi.kpi import Kpi, RowPart
    from partnerkpi.policy import Policy
    from partnerkpi.snapshot import Snapshot

__all__ = ["ReportState", "lift", "lift_all", "look", "merged"]


@frozen(eq=False, kw_only=True)
class ReportState:
    """What a report counts: a mergeable state.

    Attributes:
        micros: The instant, in microseconds UTC.
        policy: The windows and thresholds.
        limits: The thresholds of low assignment, from the rates of all parts.
        unobserved_lines: Lines of subscriptions that are there, without an observation by then.
        customers: Rows of the customer list.
        licenses: What the license figures count.
        own: What figures of one's own count, by their position.
        calling: What the figures of calls count; ``None``: no calls were given.
        portfolio: Whether a portfolio was given, or calls alone.
    """

    micros: int
    policy: Policy
    limits: Limits
    unobserved_lines: int
    customers: tuple[RowPart, ...]
    licenses: LicenseState
    own: tuple[Any, ...] = ()
    calling: CallingState | None = None
    portfolio: bool = True

    def merge(self, other: ReportState, figures: Sequence[Kpi[Any]] = ()) -> ReportState:
        """Add what was counted of other customers.

        Args:
            other: The state of another part.
            figures: The figures of one's own that both were lifted with.

        Raises:
            MergeError: the two were counted at different instants or under different policies.
        """
        require_same("instant", self.micros, other.micros)
        require_same_policy(self.policy, other.policy)
        require_same("low-assignment threshold", self.limits, other.limits)

        return ReportState(
            micros=self.micros,
            policy=self.policy,
            limits=self.limits,
            unobserved_lines=self.unobserved_lines + other.unobserved_lines,
            customers=self.customers + other.customers,
            licenses=self.licenses.merge(other.licenses),
            own=tuple(
                figure.merge(mine, theirs)
                for figure, mine, theirs in zip(figures, self.own, other.own, strict=True)
            ),
            calling=together(self.calling, other.calling),
            portfolio=self.portfolio or other.portfolio,
        )


def look(portfolio: Portfolio, as_of: datetime, policy: Policy) -> LicenseLook:
    """Look at a part of a portfolio at an instant.

    Raises:
        InstantError: the instant is naive or out of range.
    """
    return license_look(snapshot(portfolio, as_of, policy))


def lift(seen: LicenseLook, found: Limits, figures: Sequence[Kpi[Any]] = ()) -> ReportState:
    """Count a part under the thresholds of all parts.

    Raises:
        CountOverflowError: a sum is beyond 64 bits.
    """
    at = seen.snapshot

    return ReportState(
        micros=at.micros,
        policy=at.policy,
        limits=found,
        unobserved_lines=_unobserved(at),
        customers=(CustomerRows(at, status_columns(at)),),
        licenses=license_state(seen, found),
        own=tuple(figure.lift(at.portfolio, at.as_of, at.policy) for figure in figures),
    )


def _unobserved(at: Snapshot) -> int:
    if at.lines.observed.all():
        return 0
    layout = at.portfolio.subscription_columns.lines
    unseen = np.empty(layout.groups, np.int64)
    layout.sums(~at.lines.observed, unseen)

    return int(unseen[at.there].sum())


def lift_all(
    parts: Iterable[Portfolio],
    as_of: datetime,
    policy: Policy,
    figures: Sequence[Kpi[Any]] = (),
    found: Limits | None = None,
) -> ReportState:
    """Count all parts of a portfolio, in both phases.

    Args:
        parts: Portfolios of different customers; at least one.
        as_of: The instant.
        policy: Windows and thresholds.
        figures: Figures of one's own.
        found: Thresholds of low assignment, if they are those of a greater whole.
    """
    seen = [look(part, as_of, policy) for part in parts]
    if found is None:
        rates = reduce(RatesState.merge, map(rates_state, seen), RatesState.empty())
        found = limits(rates, policy)

    return merged([lift(each, found, figures) for each in seen], figures)


def merged(states: Sequence[ReportState], figures: Sequence[Kpi[Any]] = ()) -> ReportState:
    """The states of several parts as one.

    Raises:
        MergeError: they were counted at different instants or under different policies.
    """
    return reduce(lambda left, right: left.merge(right, figures), states)
