"""Add up: states of the license figures, which merge over any partition by customer."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi._arrays import OPEN, as_rows, fits, locked, new, rows_where
from partnerkpi.aggregates import masked_sum
from partnerkpi.kpi import Condition
from partnerkpi.licenses.columns import CustomerCounts, ProductCounts, Scope
from partnerkpi.licenses.peers import Rates, Thresholds, is_low
from partnerkpi.periods import day_count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from partnerkpi._arrays import Mask, Rows
    from partnerkpi.kpi import RowPart
    from partnerkpi.snapshot import Snapshot

__all__ = [
    "EXPIRING",
    "IN_SCOPE",
    "LOW_ASSIGNMENT",
    "OVERAGE",
    "RECENTLY_ADDED",
    "RENEWING",
    "Rule",
    "SectionState",
    "Sight",
    "customers_of",
    "section_states",
    "sight",
]


@frozen(eq=False)
class Sight:
    """All that the conditions of the sections look at, for some products at an instant.

    Attributes:
        scope: Which subscriptions have the products.
        customers: What every customer counts of them.
        limits: Below which rate a customer is low.
        low_customers: Which customers are low.
        low: Which subscriptions are of low customers.
    """

    scope: Scope
    customers: CustomerCounts
    limits: Thresholds
    low_customers: Mask
    low: Mask

    @property
    def snapshot(self) -> Snapshot:
        """The portfolio at the instant."""
        return self.scope.snapshot


def sight(scope: Scope, customers: CustomerCounts, rates: Rates, limits: Thresholds) -> Sight:
    """Look at the customers' rates under the thresholds of all peers."""
    low = is_low(rates, limits)
    layout = scope.snapshot.portfolio.customer_columns.subscriptions
    theirs: Mask = new(len(layout), np.bool_)
    layout.spread(low, theirs)

    return Sight(scope, customers, limits, locked(low), locked(theirs))


Rule = tuple[Condition[Sight], ...]


def _days_beyond_window(facts: Sight, row: int) -> int | str | None:
    at = facts.snapshot
    end = at.portfolio.subscription_columns.ends[row]
    if end == OPEN:
        return None

    return int(day_count(at.micros, end)) - at.policy.window_days


def _days_too_old(facts: Sight, row: int) -> int | str | None:
    at = facts.snapshot
    added = at.portfolio.subscription_columns.added[row]

    return max(int(day_count(added, at.micros)) - at.policy.window_days, 0) or None


def _rate_too_high(facts: Sight, row: int) -> int | str | None:
    customer = int(facts.snapshot.portfolio.subscription_columns.customer[row])
    total = int(facts.customers.total[customer])
    limit = facts.limits.of(total) if total else None
    if limit is None:
        return None
    gap = facts.customers.assigned[customer] / total - float(limit)

    return f"{100 * gap:.2f}"


def _seats_below_overage(facts: Sight, row: int) -> int | str | None:
    at = facts.snapshot
    lines, _ = at.portfolio.subscription_columns.lines.members(as_rows([row]))
    mine = lines[facts.scope.line_mask[lines]]
    spare = at.lines.total[mine].astype(np.int64) - at.lines.assigned[mine]

    return int(spare.min()) + 1 if len(mine) else None


_HAS = Condition[Sight]("has a license line of the product", lambda f: f.scope.has)
_THERE = Condition[Sight]("has been added", lambda f: f.snapshot.there)
_ACTIVE = Condition[Sight]("is active", lambda f: f.snapshot.active)
_RECENT = Condition[Sight](
    "was added within {window_days} days",
    lambda f: f.snapshot.recent,
    _days_too_old,
    "days",
)
_ENDING = Condition[Sight](
    "has an end within {window_days} days",
    lambda f: f.snapshot.ending,
    _days_beyond_window,
    "days",
)
_EXPIRES = Condition[Sight](
    "does not renew itself (or auto_renewing_expires, here {auto_renewing_expires})",
    lambda f: f.snapshot.expires,
)
_SUBSCRIPTION = Condition[Sight](
    "is a subscription, not a trial",
    lambda f: ~f.snapshot.portfolio.subscription_columns.trial,
)
_RENEWS = Condition[Sight](
    "renews itself", lambda f: f.snapshot.portfolio.subscription_columns.auto_renew
)
_LOW = Condition[Sight](
    "the customer's assignment rate is below the threshold of its peers",
    lambda f: f.low,
    _rate_too_high,
    "percentage points",
)
_OVER = Condition[Sight](
    "has more licenses assigned than bought on some line",
    lambda f: f.scope.over,
    _seats_below_overage,
    "licenses",
)

IN_SCOPE: Rule = (_HAS, _THERE)
RECENTLY_ADDED: Rule = (_HAS, _RECENT)
EXPIRING: Rule = (_HAS, _ACTIVE, _EXPIRES, _ENDING)
RENEWING: Rule = (_HAS, _ACTIVE, _SUBSCRIPTION, _RENEWS, _ENDING)
LOW_ASSIGNMENT: Rule = (_HAS, _ACTIVE, _LOW)
OVERAGE: Rule = (_HAS, _ACTIVE, _OVER)


@frozen(eq=False)
class SectionState:
    """What a section or an overview figure counts: a mergeable state.

    Attributes:
        customers: Different customers.
        total: Licenses bought.
        assigned: Licenses assigned.
        used_7d: Licenses used in seven days.
        overage: Licenses assigned beyond those bought, line by line.
        parts: The subscriptions counted, their cells made when asked for.
    """

    customers: int = 0
    total: int = 0
    assigned: int = 0
    used_7d: int = 0
    overage: int = 0
    parts: tuple[RowPart, ...] = ()

    @property
    def available(self) -> int:
        """Licenses bought and not assigned, line by line."""
        return self.total + self.overage - self.assigned

    def merge(self, other: SectionState) -> SectionState:
        """Add the counts of other customers.

        Raises:
            CountOverflowError: a sum is beyond 64 bits.

        Example:
            >>> SectionState(customers=1, total=5).merge(SectionState(customers=2)).customers
            3
        """
        return SectionState(
            self.customers + other.customers,
            fits(self.total + other.total),
            fits(self.assigned + other.assigned),
            fits(self.used_7d + other.used_7d),
            fits(self.overage + other.overage),
            self.parts + other.parts,
        )


def section_states(
    masks: Sequence[Mask], facts: Sight, counts: ProductCounts, part: Callable[[int, Rows], RowPart]
) -> tuple[SectionState, ...]:
    """Count subscriptions for each of some masks; what one counts is looked up once for all.

    Args:
        masks: Which subscriptions, of each section.
        facts: What the rules look at.
        counts: What every subscription counts.
        part: What a section says of its rows, by the section's place among the masks.

    Raises:
        CountOverflowError: a sum is beyond 64 bits.
    """
    rows = rows_where(reduce(np.logical_or, masks))
    found = counts.take(rows)

    return tuple(
        _section_state(mask, facts, found, places, part(place, rows.take(places)))
        for place, mask in enumerate(masks)
        for places in [np.flatnonzero(mask.take(rows))]
    )


def _section_state(
    mask: Mask, facts: Sight, counts: ProductCounts, rows: Rows, part: RowPart
) -> SectionState:
    return SectionState(
        customers=customers_of(mask, facts.snapshot),
        total=masked_sum(counts.total, rows),
        assigned=masked_sum(counts.assigned, rows),
        used_7d=masked_sum(counts.used_7d, rows),
        overage=masked_sum(counts.overage, rows),
        parts=(part,),
    )


def customers_of(mask: Mask, snapshot: Snapshot) -> int:
    """How many different customers have one of some subscriptions."""
    layout = snapshot.portfolio.customer_columns.subscriptions
    found: Mask = new(layout.groups, np.bool_)
    layout.any(mask, found)

    return int(np.count_nonzero(found))
