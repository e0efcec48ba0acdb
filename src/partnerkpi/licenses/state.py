"""All license states together: lifted from one part of a portfolio, merged over the parts.

Low assignment needs the rates of all customers, so lifting has two phases: ``look`` and
``rates_state`` on every part, ``limits`` on the merged rates, then ``license_state`` on every part.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from attrs import Factory, frozen

from partnerkpi._seats import PRODUCTS
from partnerkpi.kpi import all_hold
from partnerkpi.licenses import measures, rows
from partnerkpi.licenses.columns import (
    CustomerCounts,
    ProductCounts,
    Scope,
    customer_counts,
    customer_sums,
    product_counts,
    scope_of,
)
from partnerkpi.licenses.evidence import RuledRows, SelectedRows
from partnerkpi.licenses.measures import SectionState, Sight
from partnerkpi.licenses.peers import Rates, Thresholds, rates_of, thresholds
from partnerkpi.licenses.rows import SectionSight
from partnerkpi.licenses.trend import NO_TREND, TrendState, trend_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerkpi._arrays import Rows
    from partnerkpi.kpi import TableDefinition
    from partnerkpi.licenses.measures import Rule
    from partnerkpi.policy import Policy
    from partnerkpi.snapshot import Snapshot

__all__ = [
    "PRODUCTS",
    "LicenseLook",
    "LicenseState",
    "Limits",
    "OverviewState",
    "ProductState",
    "RatesState",
    "license_state",
    "limits",
    "look",
    "rates_state",
]


@frozen(eq=False)
class ProductLook:
    """What subscriptions and customers count of a product."""

    scope: Scope
    counts: ProductCounts
    customers: CustomerCounts
    rates: Rates


@frozen(eq=False)
class LicenseLook:
    """A portfolio looked at for its license figures.

    Attributes:
        snapshot: The portfolio at the instant.
        scope: Which lines and subscriptions are of Meetings or Calling.
        customers: What customers count of both together.
        rates: Their rates.
        products: Each of the products whose sections are wanted, in their order.
    """

    snapshot: Snapshot
    scope: Scope
    customers: CustomerCounts
    rates: Rates
    products: tuple[ProductLook, ...]


def look(snapshot: Snapshot, products: Sequence[str] = PRODUCTS) -> LicenseLook:
    """Look at the lines of some products, and of those of the overview together.

    Args:
        snapshot: The portfolio at the instant.
        products: Codes of the products whose sections are wanted.
    """
    counts = {each: product_counts(snapshot, each) for each in PRODUCTS}
    customers = {each: customer_counts(counts[each], snapshot) for each in PRODUCTS}
    both = reduce(customer_sums, customers.values())
    scope = scope_of(snapshot, counts)
    for each in set(products) - set(PRODUCTS):
        counts[each] = product_counts(snapshot, each)
        customers[each] = customer_counts(counts[each], snapshot)

    def of_product(code: str) -> ProductLook:
        alone = scope_of(snapshot, {code: counts[code]})
        return ProductLook(alone, counts[code], customers[code], rates_of(customers[code]))

    return LicenseLook(snapshot, scope, both, rates_of(both), tuple(map(of_product, products)))


@frozen(eq=False)
class RatesState:
    """The first phase of low assignment: the rates of all customers, which merge.

    Attributes:
        both: Rates over Meetings and Calling together.
        products: Rates of each product.
    """

    both: Rates
    products: tuple[Rates, ...]

    @staticmethod
    def empty() -> RatesState:
        """No customers at all.

        Example:
            >>> len(RatesState.empty().both)
            0
        """
        return RatesState(Rates.empty(), tuple(Rates.empty() for _ in PRODUCTS))

    def merge(self, other: RatesState) -> RatesState:
        """The rates of both, which are of different customers.

        Example:
            >>> len(RatesState.empty().merge(RatesState.empty()).products)
            2
        """
        pairs = zip(self.products, other.products, strict=True)

        return RatesState(
            self.both.merge(other.both), tuple(mine.merge(theirs) for mine, theirs in pairs)
        )


def rates_state(seen: LicenseLook) -> RatesState:
    """The rates of a part's customers."""
    return RatesState(seen.rates, tuple(each.rates for each in seen.products))


@frozen
class Limits:
    """Between the phases: the thresholds that follow from the rates of all customers.

    Attributes:
        both: Over Meetings and Calling together, where everyone is one band.
        products: Of each product, by size band.
    """

    both: Thresholds
    products: tuple[Thresholds, ...]


def limits(rates: RatesState, policy: Policy) -> Limits:
    """What follows from the rates of all customers."""
    return Limits(
        thresholds(rates.both, policy, banded=False),
        tuple(thresholds(each, policy, banded=True) for each in rates.products),
    )


@frozen(eq=False)
class OverviewState:
    """What the overview's figures count: a mergeable state; only its customers are said."""

    in_scope: SectionState = Factory(SectionState)
    expiring: SectionState = Factory(SectionState)
    renewing: SectionState = Factory(SectionState)
    low_assignment: SectionState = Factory(SectionState)
    overage: SectionState = Factory(SectionState)

    def merge(self, other: OverviewState) -> OverviewState:
        """Add the counts of other customers."""
        return OverviewState(
            self.in_scope.merge(other.in_scope),
            self.expiring.merge(other.expiring),
            self.renewing.merge(other.renewing),
            self.low_assignment.merge(other.low_assignment),
            self.overage.merge(other.overage),
        )


@frozen(eq=False)
class ProductState:
    """What the sections of one product count: a mergeable state."""

    trend: TrendState
    recently_added: SectionState
    expiring: SectionState
    renewing: SectionState
    low_assignment: SectionState
    overage: SectionState

    def merge(self, other: ProductState) -> ProductState:
        """Add the counts of other customers."""
        return ProductState(
            self.trend.merge(other.trend),
            self.recently_added.merge(other.recently_added),
            self.expiring.merge(other.expiring),
            self.renewing.merge(other.renewing),
            self.low_assignment.merge(other.low_assignment),
            self.overage.merge(other.overage),
        )


@frozen(eq=False)
class LicenseState:
    """What all license figures count: a mergeable state.

    Attributes:
        overview: The overview's figures.
        products: The sections of each product, in the order of ``PRODUCTS``.
    """

    overview: OverviewState
    products: tuple[ProductState, ...]

    def merge(self, other: LicenseState) -> LicenseState:
        """Add the counts of other customers."""
        pairs = zip(self.products, other.products, strict=True)

        return LicenseState(
            self.overview.merge(other.overview),
            tuple(mine.merge(theirs) for mine, theirs in pairs),
        )


def license_state(seen: LicenseLook, found: Limits, *, trend: bool = True) -> LicenseState:
    """Count a part of a portfolio under the thresholds of all parts.

    Args:
        seen: The part, looked at.
        found: The thresholds.
        trend: Whether the weeks' ends are counted as well.

    Raises:
        CountOverflowError: a sum is beyond 64 bits.
    """
    pairs = zip(seen.products, found.products, strict=True)

    return LicenseState(
        _overview(measures.sight(seen.scope, seen.customers, seen.rates, found.both)),
        tuple(_product(each, limit, trend=trend) for each, limit in pairs),
    )


def _overview(facts: Sight) -> OverviewState:
    rules = (
        measures.IN_SCOPE,
        measures.EXPIRING,
        measures.RENEWING,
        measures.LOW_ASSIGNMENT,
        measures.OVERAGE,
    )
    counts = (measures.customers_of(all_hold(rule, facts), facts.snapshot) for rule in rules)
    pairs = zip(rules, counts, strict=True)

    return OverviewState(
        *(SectionState(customers=n, parts=(RuledRows(facts, rule),)) for rule, n in pairs)
    )


def _product(seen: ProductLook, limit: Thresholds, *, trend: bool) -> ProductState:
    facts = SectionSight(
        measures.sight(seen.scope, seen.customers, seen.rates, limit),
        seen.counts,
    )

    masks = [all_hold(rule, facts.sight) for rule, _ in _SECTIONS]
    states = measures.section_states(
        masks, facts.sight, facts.counts, lambda place, found: _selected(place, found, facts)
    )

    return ProductState(trend_state(seen.scope) if trend else NO_TREND, *states)


# In the order in which a ProductState has them.
_SECTIONS: tuple[tuple[Rule, TableDefinition], ...] = (
    (measures.RECENTLY_ADDED, rows.RECENTLY_ADDED_TABLE),
    (measures.EXPIRING, rows.EXPIRING_TABLE),
    (measures.RENEWING, rows.RENEWING_TABLE),
    (measures.LOW_ASSIGNMENT, rows.LOW_ASSIGNMENT_TABLE),
    (measures.OVERAGE, rows.OVERAGE_TABLE),
)


def _selected(place: int, found: Rows, facts: SectionSight) -> SelectedRows:
    rule, table = _SECTIONS[place]

    return SelectedRows(facts, rule, found, tuple(column.name for column in table.columns))
