"""Say: the overview and the license sections as figures and tables, each with its definition."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from partnerkpi._instants import to_datetime
from partnerkpi._showing import Shown
from partnerkpi.aggregates import Ratio
from partnerkpi.kpi import Definition, Figure, Table, Unit
from partnerkpi.licenses import rows as tables
from partnerkpi.licenses.evidence import SectionEvidence
from partnerkpi.licenses.rows import (
    ExpiringRow,
    LowAssignmentRow,
    OverageRow,
    RecentlyAddedRow,
    RenewingRow,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerkpi.kpi import Evidence, RowPart
    from partnerkpi.licenses.measures import SectionState
    from partnerkpi.licenses.state import OverviewState, ProductState
    from partnerkpi.licenses.trend import TrendState
    from partnerkpi.policy import Policy

__all__ = [
    "DEFINITIONS",
    "Expiring",
    "LowAssignment",
    "Overage",
    "Overview",
    "ProductSections",
    "RecentlyAdded",
    "Renewing",
    "Sayer",
    "TrendWeek",
    "finish_overview",
    "finish_product",
]

_SOURCE = "Partner Hub, key performance indicators"

TOTAL_CUSTOMERS = Definition(
    "total_customers",
    "Total customers",
    "Customers with a Meetings or Calling license in any subscription or trial, also a pending or"
    " ended one.",
    Unit.CUSTOMERS,
    ("in scope",),
    source=_SOURCE,
    formula="number of distinct customers",
)
NEARING_EXPIRATION = Definition(
    "nearing_expiration",
    "Nearing expiration",
    "Customers with an active Meetings or Calling subscription or trial that ends within the"
    " window and does not renew itself.",
    Unit.CUSTOMERS,
    ("expiring",),
    source=_SOURCE,
    formula="number of distinct customers",
)
NEARING_RENEWAL = Definition(
    "nearing_renewal",
    "Nearing renewal",
    "Customers with an active Meetings or Calling subscription that renews itself within the"
    " window.",
    Unit.CUSTOMERS,
    ("renewing",),
    source=_SOURCE,
    formula="number of distinct customers",
)
LOW_LICENSE_ASSIGNMENT = Definition(
    "low_license_assignment",
    "Low license assignment",
    "Customers whose assigned share of active Meetings and Calling licenses is low compared with"
    " all customers in scope.",
    Unit.CUSTOMERS,
    ("low assignment", "rates"),
    source=_SOURCE,
    formula="number of distinct customers",
)
OVER_LICENSE_LIMIT = Definition(
    "over_license_limit",
    "Over license limit",
    "Customers with more licenses assigned than bought on an active Meetings or Calling line.",
    Unit.CUSTOMERS,
    ("overage",),
    source=_SOURCE,
    formula="number of distinct customers",
)
NEW_CUSTOMERS = Definition(
    "recently_added.customers",
    "New customers",
    "Customers with a subscription or trial of the product added within the window, whatever its"
    " state now.",
    Unit.CUSTOMERS,
    ("recently added",),
    source=_SOURCE,
    formula="number of distinct customers",
)
NEW_LICENSES = Definition(
    "recently_added.total_licenses",
    "Total licenses",
    "Licenses of the product bought in the recently added subscriptions and trials.",
    Unit.LICENSES,
    ("recently added",),
    source=_SOURCE,
    formula="sum(total)",
)
EXPIRING_CUSTOMERS = Definition(
    "expiring.customers",
    "Expiring customers",
    "Customers with an active subscription or trial of the product that ends within the window and"
    " does not renew itself.",
    Unit.CUSTOMERS,
    ("expiring",),
    source=_SOURCE,
    formula="number of distinct customers",
)
EXPIRING_ASSIGNMENT = Definition(
    "expiring.assignment",
    "License assignment",
    "Assigned of all licenses of the expiring subscriptions and trials, pooled.",
    Unit.SHARE,
    ("expiring",),
    "no licenses are expiring",
    _SOURCE,
    formula="sum(assigned) / sum(total)",
)
EXPIRING_UTILIZATION = Definition(
    "expiring.utilization",
    "License utilization",
    "Licenses used in the last seven days of all licenses of the expiring subscriptions and"
    " trials, pooled.",
    Unit.SHARE,
    ("expiring",),
    "no licenses are expiring",
    _SOURCE,
    formula="sum(used_7d) / sum(total)",
)
RENEWING_CUSTOMERS = Definition(
    "renewing.customers",
    "Renewing customers",
    "Customers with an active subscription of the product that renews itself within the window.",
    Unit.CUSTOMERS,
    ("renewing",),
    source=_SOURCE,
    formula="number of distinct customers",
)
RENEWING_ASSIGNMENT = Definition(
    "renewing.assignment",
    "License assignment",
    "Assigned of all licenses of the renewing subscriptions, pooled.",
    Unit.SHARE,
    ("renewing",),
    "no licenses are renewing",
    _SOURCE,
    formula="sum(assigned) / sum(total)",
)
RENEWING_UTILIZATION = Definition(
    "renewing.utilization",
    "License utilization",
    "Licenses used in the last seven days of all licenses of the renewing subscriptions, pooled.",
    Unit.SHARE,
    ("renewing",),
    "no licenses are renewing",
    _SOURCE,
    formula="sum(used_7d) / sum(total)",
)
LOW_CUSTOMERS = Definition(
    "low_assignment.customers",
    "Low assignment customers",
    "Customers whose assigned share of active licenses of the product is low compared with their"
    " peers of similar size.",
    Unit.CUSTOMERS,
    ("low assignment", "rates"),
    source=_SOURCE,
    formula="number of distinct customers",
)
LOW_RATE = Definition(
    "low_assignment.assignment",
    "License assignment",
    "Assigned of all licenses of the low customers' active subscriptions and trials, pooled.",
    Unit.SHARE,
    ("low assignment", "rates"),
    "no customer is low",
    _SOURCE,
    formula="sum(assigned) / sum(total)",
)
LOW_UTILIZATION = Definition(
    "low_assignment.utilization",
    "License utilization",
    "Licenses used in the last seven days of all licenses of the low customers' active"
    " subscriptions and trials, pooled.",
    Unit.SHARE,
    ("low assignment", "rates"),
    "no customer is low",
    _SOURCE,
    formula="sum(used_7d) / sum(total)",
)
LOW_USED_WHEN_ASSIGNED = Definition(
    "low_assignment.used_when_assigned",
    "Used when assigned",
    "Licenses used in the last seven days of the assigned licenses of the low customers' active"
    " subscriptions and trials, pooled.",
    Unit.SHARE,
    ("low assignment", "rates"),
    "low customers have no license assigned",
    _SOURCE,
    formula="sum(used_7d) / sum(assigned)",
)
LOW_UNASSIGNED = Definition(
    "low_assignment.unassigned",
    "Total unassigned licenses",
    "Licenses bought and not assigned of the low customers' active subscriptions and trials.",
    Unit.LICENSES,
    ("low assignment", "rates"),
    source=_SOURCE,
    formula="sum(max(0, total - assigned)), line by line",
)
OVERAGE_CUSTOMERS = Definition(
    "overage.customers",
    "Customers with overage",
    "Customers with more licenses of the product assigned than bought on a line of an active"
    " subscription or trial.",
    Unit.CUSTOMERS,
    ("overage",),
    source=_SOURCE,
    formula="number of distinct customers",
)
OVERAGE_LICENSES = Definition(
    "overage.licenses",
    "Total licenses in overage",
    "Licenses of the product assigned beyond those bought, line by line.",
    Unit.LICENSES,
    ("overage",),
    source=_SOURCE,
    formula="sum(max(0, assigned - total)), line by line",
)
OVERAGE_AVERAGE = Definition(
    "overage.average",
    "Average overage",
    "Licenses in overage divided by the customers with overage.",
    Unit.LICENSES_PER_CUSTOMER,
    ("overage",),
    "no customer has overage",
    _SOURCE,
    formula="overage.licenses / overage.customers",
)

DEFINITIONS: tuple[Definition, ...] = (
    TOTAL_CUSTOMERS,
    NEARING_EXPIRATION,
    NEARING_RENEWAL,
    LOW_LICENSE_ASSIGNMENT,
    OVER_LICENSE_LIMIT,
    NEW_CUSTOMERS,
    NEW_LICENSES,
    EXPIRING_CUSTOMERS,
    EXPIRING_ASSIGNMENT,
    EXPIRING_UTILIZATION,
    RENEWING_CUSTOMERS,
    RENEWING_ASSIGNMENT,
    RENEWING_UTILIZATION,
    LOW_CUSTOMERS,
    LOW_RATE,
    LOW_UTILIZATION,
    LOW_USED_WHEN_ASSIGNED,
    LOW_UNASSIGNED,
    OVERAGE_CUSTOMERS,
    OVERAGE_LICENSES,
    OVERAGE_AVERAGE,
)


@frozen
class TrendWeek:
    """Licenses of a product at the end of a week, over the subscriptions active then.

    Attributes:
        week_end: The week's end, a Sunday 00:00:00 UTC.
        total: Licenses bought.
        assigned: Licenses assigned.
        used: Licenses used in the seven days before the latest observation.
        available: Licenses bought and not assigned, line by line.
    """

    week_end: datetime
    total: int
    assigned: int
    used: int
    available: int


@frozen(eq=False, kw_only=True)
class Overview(Shown):
    """The overview: customers in scope, and those that need attention.

    Attributes:
        total_customers: Customers with a Meetings or Calling license.
        nearing_expiration: Of them, those with something that ends soon.
        nearing_renewal: Those with something that renews itself soon.
        low_license_assignment: Those with a low assignment rate.
        over_license_limit: Those with more licenses assigned than bought.
    """

    total_customers: Figure[int]
    nearing_expiration: Figure[int]
    nearing_renewal: Figure[int]
    low_license_assignment: Figure[int]
    over_license_limit: Figure[int]


@frozen(eq=False, kw_only=True)
class RecentlyAdded(Shown):
    """What was added within the window.

    Attributes:
        customers: New customers.
        total_licenses: Licenses they bought.
    """

    customers: Figure[int]
    total_licenses: Figure[int]
    _parts: tuple[RowPart, ...] = field(repr=False, alias="parts")

    @property
    def rows(self) -> Table[RecentlyAddedRow]:
        """The table of this section."""
        return Table(tables.RECENTLY_ADDED_TABLE, RecentlyAddedRow, self._parts)


@frozen(eq=False, kw_only=True)
class Expiring(Shown):
    """What ends within the window.

    Attributes:
        customers: Customers with something that ends.
        assignment: Assigned of all licenses.
        utilization: Used of all licenses.
    """

    customers: Figure[int]
    assignment: Figure[Ratio]
    utilization: Figure[Ratio]
    _parts: tuple[RowPart, ...] = field(repr=False, alias="parts")

    @property
    def rows(self) -> Table[ExpiringRow]:
        """The table of this section."""
        return Table(tables.EXPIRING_TABLE, ExpiringRow, self._parts)


@frozen(eq=False, kw_only=True)
class Renewing(Shown):
    """What renews itself within the window.

    Attributes:
        customers: Customers with something that renews itself.
        assignment: Assigned of all licenses.
        utilization: Used of all licenses.
    """

    customers: Figure[int]
    assignment: Figure[Ratio]
    utilization: Figure[Ratio]
    _parts: tuple[RowPart, ...] = field(repr=False, alias="parts")

    @property
    def rows(self) -> Table[RenewingRow]:
        """The table of this section."""
        return Table(tables.RENEWING_TABLE, RenewingRow, self._parts)


@frozen(eq=False, kw_only=True)
class LowAssignment(Shown):
    """Customers that assign few licenses compared with their peers.

    Attributes:
        customers: Those customers.
        assignment: Assigned of all licenses.
        utilization: Used of all licenses.
        used_when_assigned: Used of the assigned licenses.
        unassigned: Licenses not assigned.
    """

    customers: Figure[int]
    assignment: Figure[Ratio]
    utilization: Figure[Ratio]
    used_when_assigned: Figure[Ratio]
    unassigned: Figure[int]
    _parts: tuple[RowPart, ...] = field(repr=False, alias="parts")

    @property
    def rows(self) -> Table[LowAssignmentRow]:
        """The table of this section."""
        return Table(tables.LOW_ASSIGNMENT_TABLE, LowAssignmentRow, self._parts)


@frozen(eq=False, kw_only=True)
class Overage(Shown):
    """Customers with more licenses assigned than bought.

    Attributes:
        customers: Those customers.
        licenses: Licenses in overage.
        average: Licenses in overage per customer with overage.
    """

    customers: Figure[int]
    licenses: Figure[int]
    average: Figure[Ratio]
    _parts: tuple[RowPart, ...] = field(repr=False, alias="parts")

    @property
    def rows(self) -> Table[OverageRow]:
        """The table of this section."""
        return Table(tables.OVERAGE_TABLE, OverageRow, self._parts)


@frozen(eq=False, kw_only=True)
class ProductSections(Shown):
    """The license sections of one product.

    Attributes:
        distribution_trend: Licenses at the end of each completed week, oldest first.
        recently_added: What was added within the window.
        expiring: What ends within the window.
        renewing: What renews itself within the window.
        low_assignment: Customers that assign few licenses.
        overage: Customers with more licenses assigned than bought.
    """

    distribution_trend: tuple[TrendWeek, ...]
    recently_added: RecentlyAdded
    expiring: Expiring
    renewing: Renewing
    low_assignment: LowAssignment
    overage: Overage


@frozen(eq=False)
class Sayer:
    """Says figures and tables at an instant, under a policy."""

    as_of: datetime
    policy: Policy

    def figure(self, definition: Definition, value: Any, evidence: Evidence) -> Figure[Any]:
        """A figure with its value and where it comes from."""
        return Figure(value, definition, self.as_of, self.policy, evidence)


def finish_overview(state: OverviewState, say: Sayer) -> Overview:
    """Say the overview."""

    def figure(definition: Definition, counted: SectionState) -> Figure[int]:
        return say.figure(definition, counted.customers, SectionEvidence(counted.parts, "customer"))

    return Overview(
        total_customers=figure(TOTAL_CUSTOMERS, state.in_scope),
        nearing_expiration=figure(NEARING_EXPIRATION, state.expiring),
        nearing_renewal=figure(NEARING_RENEWAL, state.renewing),
        low_license_assignment=figure(LOW_LICENSE_ASSIGNMENT, state.low_assignment),
        over_license_limit=figure(OVER_LICENSE_LIMIT, state.overage),
    )


def finish_product(state: ProductState, say: Sayer) -> ProductSections:
    """Say the sections of a product."""
    return ProductSections(
        distribution_trend=trend_weeks(state.trend),
        recently_added=_recently_added(state.recently_added, say),
        expiring=_expiring(state.expiring, say),
        renewing=_renewing(state.renewing, say),
        low_assignment=_low_assignment(state.low_assignment, say),
        overage=_overage(state.overage, say),
    )


def trend_weeks(state: TrendState) -> tuple[TrendWeek, ...]:
    """Say the weeks of a trend."""
    weeks = zip(
        map(to_datetime, state.week_ends),
        state.total,
        state.assigned,
        state.used_7d,
        state.available,
        strict=True,
    )

    return tuple(TrendWeek(*week) for week in weeks)


def _sayers(
    state: SectionState, say: Sayer
) -> tuple[Callable[[Definition, int], Figure[int]], Callable[..., Figure[Any]]]:
    customers = SectionEvidence(state.parts, "customer")
    subscriptions = SectionEvidence(state.parts, "subscription")

    def of_customers(definition: Definition, value: int) -> Figure[int]:
        return say.figure(definition, value, customers)

    def of_licenses(definition: Definition, *value: int) -> Figure[Any]:
        return say.figure(definition, _said(value), subscriptions)

    return of_customers, of_licenses


def _said(value: tuple[int, ...]) -> int | Ratio:
    return value[0] if len(value) == 1 else Ratio(*value)


def _recently_added(state: SectionState, say: Sayer) -> RecentlyAdded:
    customers, licenses = _sayers(state, say)

    return RecentlyAdded(
        customers=customers(NEW_CUSTOMERS, state.customers),
        total_licenses=licenses(NEW_LICENSES, state.total),
        parts=state.parts,
    )


def _expiring(state: SectionState, say: Sayer) -> Expiring:
    customers, licenses = _sayers(state, say)

    return Expiring(
        customers=customers(EXPIRING_CUSTOMERS, state.customers),
        assignment=licenses(EXPIRING_ASSIGNMENT, state.assigned, state.total),
        utilization=licenses(EXPIRING_UTILIZATION, state.used_7d, state.total),
        parts=state.parts,
    )


def _renewing(state: SectionState, say: Sayer) -> Renewing:
    customers, licenses = _sayers(state, say)

    return Renewing(
        customers=customers(RENEWING_CUSTOMERS, state.customers),
        assignment=licenses(RENEWING_ASSIGNMENT, state.assigned, state.total),
        utilization=licenses(RENEWING_UTILIZATION, state.used_7d, state.total),
        parts=state.parts,
    )


def _low_assignment(state: SectionState, say: Sayer) -> LowAssignment:
    customers, licenses = _sayers(state, say)

    return LowAssignment(
        customers=customers(LOW_CUSTOMERS, state.customers),
        assignment=licenses(LOW_RATE, state.assigned, state.total),
        utilization=licenses(LOW_UTILIZATION, state.used_7d, state.total),
        used_when_assigned=licenses(LOW_USED_WHEN_ASSIGNED, state.used_7d, state.assigned),
        unassigned=licenses(LOW_UNASSIGNED, state.available),
        parts=state.parts,
    )


def _overage(state: SectionState, say: Sayer) -> Overage:
    customers, licenses = _sayers(state, say)

    return Overage(
        customers=customers(OVERAGE_CUSTOMERS, state.customers),
        licenses=licenses(OVERAGE_LICENSES, state.overage),
        average=licenses(OVERAGE_AVERAGE, state.overage, state.customers),
        parts=state.parts,
    )
