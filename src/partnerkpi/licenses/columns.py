"""Look: what each subscription counts of a product, and which conditions hold for it."""

from __future__ import annotations

from functools import cached_property, reduce
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi._arrays import fits, locked
from partnerkpi._seats import ProductCounts, level_sums

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerkpi._arrays import Counts, Mask
    from partnerkpi.snapshot import Snapshot

__all__ = [
    "CustomerCounts",
    "ProductCounts",
    "Scope",
    "customer_counts",
    "customer_sums",
    "product_counts",
    "scope_of",
]


@frozen(eq=False)
class Scope:
    """Which lines and subscriptions are of some products at an instant.

    Attributes:
        snapshot: The portfolio at the instant.
        products: The products' codes.
        has: Which subscriptions have a line of these products.
        over: Which subscriptions have such a line with overage.
    """

    snapshot: Snapshot
    products: tuple[str, ...]
    has: Mask
    over: Mask

    @cached_property
    def line_mask(self) -> Mask:
        """Which license lines are of these products."""
        return _lines_of(self.snapshot, self.products)


def scope_of(snapshot: Snapshot, counts: Mapping[str, ProductCounts]) -> Scope:
    """Where some products are, of which every subscription counts so much."""
    has, over = (
        reduce(np.logical_or, masks)
        for masks in (
            [each.has for each in counts.values()],
            [each.over for each in counts.values()],
        )
    )

    return Scope(snapshot, tuple(counts), locked(has), locked(over))


def _lines_of(snapshot: Snapshot, products: tuple[str, ...]) -> Mask:
    column = snapshot.portfolio.line_columns.product

    return locked(reduce(np.logical_or, (column.is_label(each) for each in products)))


def product_counts(snapshot: Snapshot, product: str) -> ProductCounts:
    """What every subscription counts of a product at an instant.

    Raises:
        CountOverflowError: a subscription's sum is beyond 64 bits.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.columns import Portfolio
        >>> from partnerkpi.policy import Policy
        >>> from partnerkpi.snapshot import snapshot
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> empty = snapshot(Portfolio.from_customers([]), when, Policy())
        >>> len(product_counts(empty, "calling").total)
        0
    """
    if snapshot.seats is not None and product in snapshot.seats.products:
        return snapshot.seats.products[product]
    layout = snapshot.portfolio.subscription_columns.lines

    return ProductCounts.of_lines(layout, snapshot.lines, _lines_of(snapshot, (product,)))


@frozen(eq=False)
class CustomerCounts:
    """What every customer counts of some products over its active subscriptions.

    Attributes:
        total: Licenses bought, one number per customer.
        assigned: Licenses assigned.
    """

    total: Counts
    assigned: Counts


def customer_counts(counts: ProductCounts, snapshot: Snapshot) -> CustomerCounts:
    """Sum the active subscriptions of each customer.

    Raises:
        CountOverflowError: a customer's sum is beyond 64 bits.
    """
    layout = snapshot.portfolio.customer_columns.subscriptions

    return CustomerCounts(*level_sums(layout, (counts.total, counts.assigned), snapshot.active))


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
