"""Rows of the license tables: what each column shows, made when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from partnerkpi._arrays import OPEN
from partnerkpi._cells import Choices, Flags, Integers, Ratios, Texts
from partnerkpi.kpi import Column, TableDefinition, Unit
from partnerkpi.models import Kind
from partnerkpi.periods import WEEK, day_count, month_count
from partnerkpi.snapshot import last_dated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Counts, Mask, Rows
    from partnerkpi.aggregates import Ratio
    from partnerkpi.licenses.columns import ProductCounts
    from partnerkpi.licenses.measures import Sight

__all__ = [
    "EXPIRING_TABLE",
    "LOW_ASSIGNMENT_TABLE",
    "OVERAGE_TABLE",
    "RECENTLY_ADDED_TABLE",
    "RENEWING_TABLE",
    "ExpiringRow",
    "LowAssignmentRow",
    "OverageRow",
    "RecentlyAddedRow",
    "RenewingRow",
    "SectionSight",
    "cells_of_rows",
]


@frozen
class RecentlyAddedRow:
    """A subscription or trial added within the window.

    Attributes:
        customer_id: The customer's id.
        customer: The customer's name.
        subscription_id: The subscription's id.
        kind: Subscription or trial.
        days_since_added: Days since it was added.
        total: Licenses bought.
        used: Licenses used in seven days.
        assigned: Licenses assigned.
        available: Licenses bought and not assigned.
        overage: Licenses assigned beyond those bought.
        weekly_assignment_change: Assigned licenses more than a week ago; ``None`` if a line was not
            observed then.
        weekly_usage_change: Used licenses more than a week ago; ``None`` likewise.
    """

    customer_id: str
    customer: str
    subscription_id: str
    kind: Kind
    days_since_added: int
    total: int
    used: int
    assigned: int
    available: int
    overage: int
    weekly_assignment_change: int | None
    weekly_usage_change: int | None


@frozen
class ExpiringRow:
    """A subscription or trial that ends within the window.

    Attributes:
        customer_id: The customer's id.
        customer: The customer's name.
        subscription_id: The subscription's id.
        kind: Subscription or trial.
        days_until_expiration: Days until it ends.
        total: Licenses bought.
        used: Licenses used in seven days.
        assigned: Licenses assigned.
        available: Licenses bought and not assigned.
        overage: Licenses assigned beyond those bought.
        used_3mo: Licenses used in three months.
    """

    customer_id: str
    customer: str
    subscription_id: str
    kind: Kind
    days_until_expiration: int
    total: int
    used: int
    assigned: int
    available: int
    overage: int
    used_3mo: int


@frozen
class RenewingRow:
    """A subscription that renews itself within the window.

    Attributes:
        customer_id: The customer's id.
        customer: The customer's name.
        subscription_id: The subscription's id.
        kind: Always a subscription.
        days_until_renewal: Days until it renews itself.
        total: Licenses bought.
        used: Licenses used in seven days.
        assigned: Licenses assigned.
        available: Licenses bought and not assigned.
        overage: Licenses assigned beyond those bought.
        used_3mo: Licenses used in three months.
    """

    customer_id: str
    customer: str
    subscription_id: str
    kind: Kind
    days_until_renewal: int
    total: int
    used: int
    assigned: int
    available: int
    overage: int
    used_3mo: int


@frozen
class LowAssignmentRow:
    """An active subscription or trial of a customer that assigned few licenses.

    Attributes:
        customer_id: The customer's id.
        customer: The customer's name.
        subscription_id: The subscription's id.
        kind: Subscription or trial.
        months_since_added: Complete months since it was added.
        total: Licenses bought.
        used: Licenses used in seven days.
        assigned: Licenses assigned.
        available: Licenses bought and not assigned.
        overage: Licenses assigned beyond those bought.
        assignment: Assigned of all licenses of this subscription.
        customer_assignment: The customer's rate, which made it low.
        weekly_assignment_change: Assigned licenses more than a week ago; ``None`` if a line was not
            observed then.
    """

    customer_id: str
    customer: str
    subscription_id: str
    kind: Kind
    months_since_added: int
    total: int
    used: int
    assigned: int
    available: int
    overage: int
    assignment: Ratio
    customer_assignment: Ratio
    weekly_assignment_change: int | None


@frozen
class OverageRow:
    """An active subscription or trial with more licenses assigned than bought.

    Attributes:
        customer_id: The customer's id.
        customer: The customer's name.
        subscription_id: The subscription's id.
        kind: Subscription or trial.
        months_remaining: Complete months until it ends; ``None`` if it does not.
        days_remaining: Days until it ends; ``None`` if it does not.
        auto_renew: Whether it renews itself.
        total: Licenses bought.
        used: Licenses used in seven days.
        assigned: Licenses assigned.
        available: Licenses bought and not assigned.
        overage: Licenses assigned beyond those bought.
        assignment: Assigned of all licenses; above 1 where there is overage.
        utilization: Used in seven days of all licenses.
    """

    customer_id: str
    customer: str
    subscription_id: str
    kind: Kind
    months_remaining: int | None
    days_remaining: int | None
    auto_renew: bool
    total: int
    used: int
    assigned: int
    available: int
    overage: int
    assignment: Ratio
    utilization: Ratio


_WHO = (
    Column("customer_id", "Customer ID", Unit.TEXT, "Unique id of the customer."),
    Column("customer", "Customer", Unit.TEXT, "Name of the customer's organization."),
    Column(
        "subscription_id", "Subscription ID", Unit.TEXT, "Unique id of the subscription or trial."
    ),
    Column("kind", "Kind", Unit.TEXT, "Whether it is a subscription or a trial."),
)
_COUNTS = (
    Column("total", "Total licenses", Unit.LICENSES, "Licenses of the product bought."),
    Column("used", "Used", Unit.LICENSES, "Licenses used in the last seven days."),
    Column("assigned", "Assigned", Unit.LICENSES, "Licenses assigned to users."),
    Column(
        "available", "Available", Unit.LICENSES, "Licenses bought and not assigned, line by line."
    ),
    Column(
        "overage", "Overage", Unit.LICENSES, "Licenses assigned beyond those bought, line by line."
    ),
)
_ASSIGNMENT_CHANGE = Column(
    "weekly_assignment_change",
    "Weekly assignment change",
    Unit.LICENSES,
    "Licenses assigned now, less those assigned a week ago.",
)
_ASSIGNMENT = Column(
    "assignment", "Assigned (%)", Unit.SHARE, "Assigned of all licenses of the row."
)
_USED_3MO = Column(
    "used_3mo", "Used in 3 months", Unit.LICENSES, "Licenses used in the last three months."
)

RECENTLY_ADDED_TABLE = TableDefinition(
    "recently_added",
    "Recently added subscriptions",
    "Subscriptions and trials added within the window, newest first.",
    (
        *_WHO,
        Column(
            "days_since_added",
            "Days since added",
            Unit.DAYS,
            "Days since the subscription or trial was added.",
        ),
        *_COUNTS,
        _ASSIGNMENT_CHANGE,
        Column(
            "weekly_usage_change",
            "Weekly usage change",
            Unit.LICENSES,
            "Licenses used in seven days now, less those a week ago.",
        ),
    ),
    key="days_since_added",
)
EXPIRING_TABLE = TableDefinition(
    "expiring",
    "Expiring subscriptions",
    "Active subscriptions and trials that end within the window, soonest first.",
    (
        *_WHO,
        Column(
            "days_until_expiration",
            "Days until expiration",
            Unit.DAYS,
            "Days until the subscription or trial ends.",
        ),
        *_COUNTS,
        _USED_3MO,
    ),
    key="days_until_expiration",
)
RENEWING_TABLE = TableDefinition(
    "renewing",
    "Renewing subscriptions",
    "Active subscriptions that renew themselves within the window, soonest first.",
    (
        *_WHO,
        Column(
            "days_until_renewal",
            "Days until renewal",
            Unit.DAYS,
            "Days until the subscription renews itself.",
        ),
        *_COUNTS,
        _USED_3MO,
    ),
    key="days_until_renewal",
)
LOW_ASSIGNMENT_TABLE = TableDefinition(
    "low_assignment",
    "Subscriptions with low license assignment",
    "Active subscriptions and trials of customers with a low rate, lowest rate first.",
    (
        *_WHO,
        Column(
            "months_since_added",
            "Months since added",
            Unit.MONTHS,
            "Complete months since the subscription or trial was added.",
        ),
        *_COUNTS,
        _ASSIGNMENT,
        Column(
            "customer_assignment",
            "Customer's rate",
            Unit.SHARE,
            "Assigned of all active licenses of the customer: the rate that made it low.",
        ),
        _ASSIGNMENT_CHANGE,
    ),
    key="customer_assignment",
)
OVERAGE_TABLE = TableDefinition(
    "overage",
    "Subscriptions with license overage",
    "Active subscriptions and trials with overage, greatest overage first.",
    (
        *_WHO,
        Column(
            "months_remaining",
            "Months remaining",
            Unit.MONTHS,
            "Complete months until the subscription or trial ends; none if it is open-ended.",
        ),
        Column(
            "days_remaining",
            "Days remaining",
            Unit.DAYS,
            "Days until the subscription or trial ends; none if it is open-ended.",
        ),
        Column(
            "auto_renew",
            "Auto-renew",
            Unit.FLAG,
            "Whether the subscription renews itself at its end.",
        ),
        *_COUNTS,
        _ASSIGNMENT,
        Column(
            "utilization",
            "Used (%)",
            Unit.SHARE,
            "Licenses used in the last seven days of all licenses of the row.",
        ),
    ),
    key="overage",
    descending=True,
)


@frozen(eq=False)
class SectionSight:
    """All that the rows of a section show: what its rule looks at, and the counts.

    Attributes:
        sight: What the rule looks at.
        counts: What every subscription counts of the product.
    """

    sight: Sight
    counts: ProductCounts


def _wide(counts: Counts, rows: Rows) -> NDArray[np.int64]:
    return counts[rows].astype(np.int64)


def _owners(facts: SectionSight, rows: Rows) -> Rows:
    return facts.sight.snapshot.portfolio.subscription_columns.customer[rows].astype(np.intp)


def _customer_id(facts: SectionSight, rows: Rows) -> Texts:
    return Texts(facts.sight.snapshot.portfolio.customer_columns.ids.take(_owners(facts, rows)))


def _customer(facts: SectionSight, rows: Rows) -> Texts:
    return Texts(facts.sight.snapshot.portfolio.customer_columns.names.take(_owners(facts, rows)))


def _subscription_id(facts: SectionSight, rows: Rows) -> Texts:
    return Texts(facts.sight.snapshot.portfolio.subscription_columns.ids.take(rows))


def _kind(facts: SectionSight, rows: Rows) -> Choices:
    trial = facts.sight.snapshot.portfolio.subscription_columns.trial[rows]

    return Choices(trial.view(np.uint8), (Kind.SUBSCRIPTION, Kind.TRIAL))


def _days_since_added(facts: SectionSight, rows: Rows) -> Integers:
    at = facts.sight.snapshot

    return Integers(day_count(at.portfolio.subscription_columns.added[rows], at.micros))


def _months_since_added(facts: SectionSight, rows: Rows) -> Integers:
    at = facts.sight.snapshot

    return Integers(month_count(at.portfolio.subscription_columns.added[rows], np.array(at.micros)))


def _days_left(facts: SectionSight, rows: Rows) -> Integers:
    at = facts.sight.snapshot
    ends = at.portfolio.subscription_columns.ends[rows]

    return Integers(day_count(at.micros, ends), ends != OPEN)


def _months_left(facts: SectionSight, rows: Rows) -> Integers:
    at = facts.sight.snapshot
    ends = at.portfolio.subscription_columns.ends[rows]
    known = ends != OPEN
    months = month_count(np.array(at.micros), np.where(known, ends, at.micros))

    return Integers(months, known)


def _auto_renew(facts: SectionSight, rows: Rows) -> Flags:
    return Flags(facts.sight.snapshot.portfolio.subscription_columns.auto_renew[rows])


def _ratio(facts: SectionSight, rows: Rows, part: Counts) -> Ratios:
    return Ratios(_wide(part, rows), _wide(facts.counts.total, rows))


def _customer_assignment(facts: SectionSight, rows: Rows) -> Ratios:
    owners, customers = _owners(facts, rows), facts.sight.customers

    return Ratios(_wide(customers.assigned, owners), _wide(customers.total, owners))


def _used_3mo(facts: SectionSight, rows: Rows) -> Integers:
    return Integers(_line_sums(facts, rows, facts.sight.snapshot.lines.used_3mo))


def _line_sums(facts: SectionSight, rows: Rows, counts: Counts) -> NDArray[np.int64]:
    lines, position = _lines(facts, rows)

    return _summed(position, counts[lines].astype(np.int64), len(rows))


def _lines(facts: SectionSight, rows: Rows) -> tuple[Rows, Rows]:
    """The lines of the product of some subscriptions, and each one's position among ``rows``."""
    layout = facts.sight.snapshot.portfolio.subscription_columns.lines
    lines, position = layout.members(rows)
    wanted = facts.sight.scope.line_mask[lines]

    return lines[wanted], position[wanted]


def _summed(position: Rows, values: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    sums = np.zeros(size, np.int64)
    np.add.at(sums, position, values)

    return sums


def _weekly_change(facts: SectionSight, rows: Rows, now: Counts, column: str) -> Integers:
    """What changed in a week: against 0 if added since, unknown if a line was not observed then."""
    at = facts.sight.snapshot
    then = at.micros - WEEK
    lines, position = _lines(facts, rows)
    found, known = last_dated(at.portfolio, lines, then)
    seen = getattr(at.portfolio.observation_columns, column)
    earlier = _summed(position[known], seen[found[known]].astype(np.int64), len(rows))
    whole: Mask = np.ones(len(rows), np.bool_)
    whole[position[~known]] = False
    new = at.portfolio.subscription_columns.added[rows] > then
    earlier[new] = 0

    return Integers(_wide(now, rows) - earlier, whole | new)


_CELLS: Mapping[str, Callable[[SectionSight, Rows], Any]] = MappingProxyType(
    {
        "customer_id": _customer_id,
        "customer": _customer,
        "subscription_id": _subscription_id,
        "kind": _kind,
        "days_since_added": _days_since_added,
        "months_since_added": _months_since_added,
        "days_until_expiration": _days_left,
        "days_until_renewal": _days_left,
        "days_remaining": _days_left,
        "months_remaining": _months_left,
        "auto_renew": _auto_renew,
        "total": lambda facts, rows: Integers(_wide(facts.counts.total, rows)),
        "used": lambda facts, rows: Integers(_wide(facts.counts.used_7d, rows)),
        "assigned": lambda facts, rows: Integers(_wide(facts.counts.assigned, rows)),
        "available": lambda facts, rows: Integers(facts.counts.available(rows)),
        "overage": lambda facts, rows: Integers(_wide(facts.counts.overage, rows)),
        "used_3mo": _used_3mo,
        "assignment": lambda facts, rows: _ratio(facts, rows, facts.counts.assigned),
        "utilization": lambda facts, rows: _ratio(facts, rows, facts.counts.used_7d),
        "customer_assignment": _customer_assignment,
        "weekly_assignment_change": lambda facts, rows: _weekly_change(
            facts, rows, facts.counts.assigned, "assigned"
        ),
        "weekly_usage_change": lambda facts, rows: _weekly_change(
            facts, rows, facts.counts.used_7d, "used_7d"
        ),
    }
)


def cells_of_rows(facts: SectionSight, column: str, rows: Rows) -> Any:
    """The cells of a column for some subscriptions.

    Raises:
        KeyError: there is no such column.
    """
    return _CELLS[column](facts, rows)
