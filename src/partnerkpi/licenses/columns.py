"""Look: what each subscription counts of a product, and which conditions hold for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from partnerkpi._arrays import fits, locked, new, rows_where, sheet
from partnerkpi.errors import CountOverflowError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Counts, Mask, Rows
    from partnerkpi._groups import Arranged, Levels
    from partnerkpi.snapshot import Snapshot

__all__ = [
    "CustomerCounts",
    "ProductCounts",
    "Scope",
    "Seats",
    "customer_counts",
    "customer_sums",
    "excess",
    "level_sums",
    "product_counts",
    "scopes_of",
    "seats_of",
]


@frozen(eq=False)
class Scope:
    """Which lines and subscriptions are of some products at an instant.

    Attributes:
        snapshot: The portfolio at the instant.
        products: The products' codes.
        line_mask: Which license lines are of these products.
        has: Which subscriptions have such a line.
        over: Which subscriptions have such a line with overage.
    """

    snapshot: Snapshot
    products: tuple[str, ...]
    line_mask: Mask
    has: Mask
    over: Mask


def scopes_of(snapshot: Snapshot, products: Sequence[str]) -> tuple[Scope, ...]:
    """Look for the lines of each of some products, and last of any of them.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.columns import Portfolio
        >>> from partnerkpi.policy import Policy
        >>> from partnerkpi.snapshot import snapshot
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> empty = snapshot(Portfolio.from_customers([]), when, Policy())
        >>> [scope.products for scope in scopes_of(empty, ["meetings", "calling"])]
        [('meetings',), ('calling',), ('meetings', 'calling')]
    """
    layout = snapshot.portfolio.subscription_columns.lines
    column = snapshot.portfolio.line_columns.product
    masks = sheet(len(products) + 1, len(column), np.bool_)
    has, over = sheet(2 * len(products) + 2, layout.groups, np.bool_).reshape(
        2, len(products) + 1, layout.groups
    )
    for place, product in enumerate(products):
        masks[place] = column.is_label(product)
        layout.any(masks[place], has[place])
        layout.any(masks[place] & snapshot.over, over[place])
    for columns in (masks, has, over):
        np.logical_or.reduce(columns[:-1], out=columns[-1])
    names = [*((product,) for product in products), tuple(products)]

    return tuple(
        Scope(snapshot, codes, *map(locked, arrays))
        for codes, *arrays in zip(names, masks, has, over, strict=True)
    )


@frozen(eq=False)
class ProductCounts:
    """What every subscription counts of some products at an instant: sums over its lines of them.

    Of the four sums, ``total + overage == assigned + available`` always; spare seats of one line
    never hide an overage of another, because each is summed by line.

    Attributes:
        total: Licenses bought, one number per subscription.
        assigned: Licenses assigned.
        used_7d: Licenses used in seven days.
        overage: Licenses assigned beyond those bought.
    """

    total: Counts
    assigned: Counts
    used_7d: Counts
    overage: Counts

    def available(self, rows: Rows) -> NDArray[np.int64]:
        """Licenses bought and not assigned, of some subscriptions."""
        wide = [each[rows].astype(np.int64) for each in (self.total, self.overage, self.assigned)]
        spare: NDArray[np.int64] = wide[0] + wide[1] - wide[2]

        return spare


@frozen(eq=False)
class Seats:
    """What every subscription counts of some products, as far as rates need it.

    Attributes:
        total: Licenses bought, one number per subscription.
        assigned: Licenses assigned.
    """

    total: Counts
    assigned: Counts


def seats_of(scope: Scope) -> Seats:
    """Sum the lines of each subscription.

    Raises:
        CountOverflowError: a subscription's sum is beyond 64 bits.
    """
    lines = scope.snapshot.lines

    return Seats(*_by_subscription(scope, lines.total, lines.assigned))


def _by_subscription(scope: Scope, *counts: Counts) -> list[Counts]:
    layout = scope.snapshot.portfolio.subscription_columns.lines

    return level_sums(layout, counts, scope.line_mask)


def product_counts(scope: Scope, seats: Seats) -> ProductCounts:
    """Sum the lines of each subscription, beside its seats what was used and what is in excess.

    Raises:
        CountOverflowError: a subscription's sum is beyond 64 bits.
    """
    (used_7d,) = _by_subscription(scope, scope.snapshot.lines.used_7d)

    return ProductCounts(
        total=seats.total,
        assigned=seats.assigned,
        used_7d=used_7d,
        overage=excess(scope.snapshot, scope.line_mask, seats.assigned.dtype),
    )


def excess(snapshot: Snapshot, mask: Mask, dtype: np.dtype[Any]) -> Counts:
    """Sum by subscription what the lines under a mask have assigned beyond those bought.

    Args:
        snapshot: The portfolio at the instant.
        mask: Which license lines count.
        dtype: A type that holds what is assigned, which the excess never exceeds.
    """
    lines = snapshot.lines
    layout = snapshot.portfolio.subscription_columns.lines
    rows = rows_where(mask & snapshot.over)
    found: Counts = new(layout.groups, dtype)
    found[:] = 0
    seats = (lines.assigned.take(rows) - lines.total.take(rows)).astype(dtype)
    np.add.at(found, layout.owners_of(rows), seats)

    return locked(found)


def level_sums(
    layout: Levels | Arranged, columns: Sequence[Counts], mask: Mask
) -> list[Counts]:
    """Sums per group of columns under a mask, in a type that is known to hold them.

    Raises:
        CountOverflowError: a sum is beyond 64 bits.
    """
    most = max(int(counts.max(initial=0)) for counts in columns) * layout.longest
    sums = sheet(len(columns), layout.groups, np.uint32 if most < 2**32 else np.int64)
    chosen: Counts = new(len(mask), np.result_type(*columns))
    for counts, out in zip(columns, sums, strict=True):
        np.multiply(counts, mask, out=chosen)
        if most >= 2**63:
            _refuse_overflow(layout, chosen)
        layout.sums(chosen, out)

    return [locked(each) for each in sums]


def _refuse_overflow(layout: Levels | Arranged, counts: Any) -> None:
    # The doubles only choose whom to sum exactly: they are off by far less than a factor of two.
    rough = np.empty(layout.groups, np.float64)
    layout.sums(counts, rough)
    rows, position = layout.members(np.flatnonzero(rough >= 2**62))
    exact: dict[int, int] = {}
    for place, count in zip(position.tolist(), counts[rows].tolist(), strict=True):
        exact[place] = exact.get(place, 0) + count
    if any(total >= 2**63 for total in exact.values()):
        msg = "the licenses of one customer or subscription add up to more than fits 64 bits"
        raise CountOverflowError(msg)


@frozen(eq=False)
class CustomerCounts:
    """What every customer counts of some products over its active subscriptions.

    Attributes:
        total: Licenses bought, one number per customer.
        assigned: Licenses assigned.
    """

    total: Counts
    assigned: Counts


def customer_counts(seats: Seats, snapshot: Snapshot) -> CustomerCounts:
    """Sum the active subscriptions of each customer.

    Raises:
        CountOverflowError: a customer's sum is beyond 64 bits.
    """
    layout = snapshot.portfolio.customer_columns.subscriptions

    return CustomerCounts(*level_sums(layout, (seats.total, seats.assigned), snapshot.active))


def customer_sums(left: CustomerCounts, right: CustomerCounts) -> CustomerCounts:
    """What customers count of the products of both, which are different ones.

    Raises:
        CountOverflowError: a customer's sum is beyond 64 bits.
    """
    return CustomerCounts(_added(left.total, right.total), _added(left.assigned, right.assigned))


def _added(left: Counts, right: Counts) -> Counts:
    top = int(left.max(initial=0)) + int(right.max(initial=0))
    if top >= 2**63:
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        fits(max(a + b for a, b in pairs))
    width = np.uint32 if top < 2**32 else np.int64

    return locked(np.add(left, right, dtype=width, casting="unsafe"))
