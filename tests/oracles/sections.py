"""The license sections of one product, and the overview figures."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from attrs import frozen

from tests.oracles.counts import Counts, counts_a_week_earlier, counts_at, ratio, sum_counts
from tests.oracles.peers import Rate, low_among_all, low_among_their_size, rates
from tests.oracles.policy import OraclePolicy
from tests.oracles.records import Customer, Subscription
from tests.oracles.statuses import ends_within
from tests.oracles.times import days, months

IN_SCOPE = ("meetings", "calling")


@frozen
class Holding:
    """A subscription with a line of the product, its owner, and its figures now."""

    customer: Customer
    subscription: Subscription
    counts: Counts
    earlier: Counts | None

    def row(self) -> dict[str, Any]:
        """The columns that every section shows."""
        return {
            "customer_id": self.customer.id,
            "customer": self.customer.name,
            "subscription_id": self.subscription.id,
            "kind": self.subscription.kind,
            "total": self.counts.total,
            "used": self.counts.used,
            "assigned": self.counts.assigned,
            "available": self.counts.available,
            "overage": self.counts.overage,
        }

    def key(self) -> tuple[str, str]:
        """What decides between rows that tie."""
        return self.customer.id, self.subscription.id

    def assignment_change(self) -> int | None:
        """Assigned now less assigned seven days ago."""
        return None if self.earlier is None else self.counts.assigned - self.earlier.assigned

    def usage_change(self) -> int | None:
        """Used now less used seven days ago."""
        return None if self.earlier is None else self.counts.used - self.earlier.used


def holdings(customers: list[Customer], product: str, as_of: datetime) -> list[Holding]:
    """Every subscription that is there and has a line of the product."""
    return [
        holding(customer, subscription, product, as_of)
        for customer in customers
        for subscription in customer.there(as_of)
        if subscription.lines_of(product)
    ]


def holding(
    customer: Customer, subscription: Subscription, product: str, as_of: datetime
) -> Holding:
    """One subscription's figures, over all its lines of the product."""
    lines = subscription.lines_of(product)
    return Holding(
        customer=customer,
        subscription=subscription,
        counts=counts_at(lines, as_of),
        earlier=counts_a_week_earlier(subscription, lines, as_of),
    )


def distinct_customers(held: Iterable[Holding]) -> int:
    """How many different customers these belong to."""
    return len({one.customer.id for one in held})


def whole(held: Iterable[Holding]) -> Counts:
    """The figures of all of them together."""
    return sum_counts(one.counts for one in held)


def recently_added(held: list[Holding], as_of: datetime, policy: OraclePolicy) -> dict[str, Any]:
    """Added within the window, whatever the state now; the newest first."""
    chosen = [one for one in held if days(one.subscription.added_at, as_of) <= policy.window_days]
    chosen.sort(key=lambda one: (days(one.subscription.added_at, as_of), *one.key()))
    return {
        "customers": distinct_customers(chosen),
        "total_licenses": whole(chosen).total,
        "rows": [recently_added_row(one, as_of) for one in chosen],
    }


def recently_added_row(one: Holding, as_of: datetime) -> dict[str, Any]:
    """A row of the recently added."""
    return one.row() | {
        "days_since_added": days(one.subscription.added_at, as_of),
        "weekly_assignment_change": one.assignment_change(),
        "weekly_usage_change": one.usage_change(),
    }


def is_expiring(subscription: Subscription, as_of: datetime, policy: OraclePolicy) -> bool:
    """Active, with an end in the window, not renewing itself."""
    window = policy.window_days
    return subscription.is_active(as_of) and ends_within(subscription, as_of, window, policy)


def is_renewing(subscription: Subscription, as_of: datetime, policy: OraclePolicy) -> bool:
    """Active, a subscription, renewing itself, with an end in the window."""
    if not subscription.is_active(as_of) or subscription.ends_at is None:
        return False
    if subscription.kind != "subscription" or not subscription.auto_renew:
        return False
    return days(as_of, subscription.ends_at) <= policy.window_days


def expiring(held: list[Holding], as_of: datetime, policy: OraclePolicy) -> dict[str, Any]:
    """What is about to expire, the fewest days left first."""
    chosen = [one for one in held if is_expiring(one.subscription, as_of, policy)]
    return ending_section(chosen, as_of, "days_until_expiration")


def renewing(held: list[Holding], as_of: datetime, policy: OraclePolicy) -> dict[str, Any]:
    """What is about to renew itself, the fewest days left first."""
    chosen = [one for one in held if is_renewing(one.subscription, as_of, policy)]
    return ending_section(chosen, as_of, "days_until_renewal")


def ending_section(chosen: list[Holding], as_of: datetime, column: str) -> dict[str, Any]:
    """Figures and rows of what ends in the window."""
    counts = whole(chosen)
    ordered = sorted(chosen, key=lambda one: (days_left(one, as_of) or 0, *one.key()))
    return {
        "customers": distinct_customers(chosen),
        "assignment": ratio(counts.assigned, counts.total),
        "utilization": ratio(counts.used, counts.total),
        "rows": [
            one.row() | {column: days_left(one, as_of), "used_3mo": one.counts.used_3mo}
            for one in ordered
        ],
    }


def days_left(one: Holding, as_of: datetime) -> int | None:
    """Days until the end, if it has one."""
    ends_at = one.subscription.ends_at
    return None if ends_at is None else days(as_of, ends_at)


def months_left(one: Holding, as_of: datetime) -> int | None:
    """Complete months until the end, if it has one."""
    ends_at = one.subscription.ends_at
    return None if ends_at is None else months(as_of, ends_at)


def low_assignment(
    customers: list[Customer],
    held: list[Holding],
    product: str,
    as_of: datetime,
    policy: OraclePolicy,
) -> dict[str, Any]:
    """Every active subscription of a low customer, the lowest customer first."""
    low = low_among_their_size(rates(customers, as_of, product), policy)
    chosen = [one for one in held if one.customer.id in low and one.subscription.is_active(as_of)]
    chosen.sort(key=lambda one: (low[one.customer.id].exact, *one.key()))
    counts = whole(chosen)
    return {
        "customers": len(low),
        "assignment": ratio(counts.assigned, counts.total),
        "utilization": ratio(counts.used, counts.total),
        "used_when_assigned": ratio(counts.used, counts.assigned),
        "unassigned": counts.available,
        "rows": [low_row(one, low[one.customer.id], as_of) for one in chosen],
    }


def low_row(one: Holding, customer_rate: Rate, as_of: datetime) -> dict[str, Any]:
    """A row of the low, with the rate that made its customer low."""
    return one.row() | {
        "months_since_added": months(one.subscription.added_at, as_of),
        "assignment": ratio(one.counts.assigned, one.counts.total),
        "customer_assignment": ratio(customer_rate.assigned, customer_rate.total),
        "weekly_assignment_change": one.assignment_change(),
    }


def overage(held: list[Holding], as_of: datetime) -> dict[str, Any]:
    """Active with more assigned than bought on some line, the largest overage first."""
    chosen = [one for one in held if one.subscription.is_active(as_of) and one.counts.overage > 0]
    chosen.sort(key=lambda one: (-one.counts.overage, *one.key()))
    customers, licenses = distinct_customers(chosen), whole(chosen).overage
    return {
        "customers": customers,
        "licenses": licenses,
        "average": ratio(licenses, customers),
        "rows": [overage_row(one, as_of) for one in chosen],
    }


def overage_row(one: Holding, as_of: datetime) -> dict[str, Any]:
    """A row of what is in overage."""
    return one.row() | {
        "months_remaining": months_left(one, as_of),
        "days_remaining": days_left(one, as_of),
        "auto_renew": one.subscription.auto_renew,
        "assignment": ratio(one.counts.assigned, one.counts.total),
        "utilization": ratio(one.counts.used, one.counts.total),
    }


def in_scope(customers: list[Customer], as_of: datetime) -> list[Customer]:
    """Those with a line of meetings or calling in anything that is there."""
    return [
        customer
        for customer in customers
        if any(s.lines_of(*IN_SCOPE) for s in customer.there(as_of))
    ]


def overview(customers: list[Customer], as_of: datetime, policy: OraclePolicy) -> dict[str, Any]:
    """The five figures above the product toggle."""
    scope = in_scope(customers, as_of)

    def counted(condition: Callable[[Subscription], bool]) -> int:
        return sum(1 for customer in scope if any_in_scope(customer, condition))

    return {
        "total_customers": len(scope),
        "nearing_expiration": counted(lambda s: is_expiring(s, as_of, policy)),
        "nearing_renewal": counted(lambda s: is_renewing(s, as_of, policy)),
        "low_license_assignment": len(low_among_all(rates(scope, as_of, *IN_SCOPE), policy)),
        "over_license_limit": counted(lambda s: is_over(s, as_of)),
    }


def any_in_scope(customer: Customer, condition: Callable[[Subscription], bool]) -> bool:
    """Whether the condition holds for one that has a line of meetings or calling."""
    return any(s.lines_of(*IN_SCOPE) and condition(s) for s in customer.subscriptions)


def is_over(subscription: Subscription, as_of: datetime) -> bool:
    """Active with an overage on a line of meetings or calling."""
    counts = counts_at(subscription.lines_of(*IN_SCOPE), as_of)
    return subscription.is_active(as_of) and counts.overage > 0
