"""The set of statuses of a customer, and its badge."""

from datetime import datetime

from tests.oracles.counts import counts_at
from tests.oracles.policy import DEFAULT_POLICY, OraclePolicy
from tests.oracles.records import Customer, Subscription
from tests.oracles.times import days


def has_active_trial(customer: Customer, as_of: datetime, _: OraclePolicy) -> bool:
    """Some trial is active."""
    return any(s.kind == "trial" for s in customer.active(as_of))


def has_active_subscription(customer: Customer, as_of: datetime, _: OraclePolicy) -> bool:
    """Some non-trial subscription is active."""
    return any(s.kind == "subscription" for s in customer.active(as_of))


def ends_within(
    subscription: Subscription, as_of: datetime, window: int, policy: OraclePolicy
) -> bool:
    """It has an end in the window and will not renew itself (or that counts as well)."""
    if subscription.ends_at is None or days(as_of, subscription.ends_at) > window:
        return False
    return policy.auto_renewing_expires or not subscription.auto_renew


def is_expiring_soon(customer: Customer, as_of: datetime, policy: OraclePolicy) -> bool:
    """Some active subscription or trial ends in a few days."""
    window = policy.expiring_soon_days
    return any(ends_within(s, as_of, window, policy) for s in customer.active(as_of))


def has_overage(customer: Customer, as_of: datetime, _: OraclePolicy) -> bool:
    """Some active subscription or trial has a line with overage, of any product."""
    return any(
        counts_at([line], as_of).overage > 0 for s in customer.active(as_of) for line in s.lines
    )


def is_inactive(customer: Customer, as_of: datetime, policy: OraclePolicy) -> bool:
    """No administrator signed in by now, or the last sign-in is too long ago."""
    signed_in = customer.last_admin_sign_in_at
    if signed_in is None or signed_in > as_of:
        return True
    return days(signed_in, as_of) > policy.inactivity_days


def pending_or_active(customer: Customer, as_of: datetime) -> list[Subscription]:
    """The subscriptions and trials that are there and have not ended."""
    return [s for s in customer.subscriptions if s.is_pending(as_of) or s.is_active(as_of)]


def is_ready_for_setup(customer: Customer, as_of: datetime, _: OraclePolicy) -> bool:
    """Some pending or active subscription or trial is not set up."""
    return any(not s.set_up for s in pending_or_active(customer, as_of))


def is_suspended(customer: Customer, as_of: datetime, _: OraclePolicy) -> bool:
    """Some pending or active subscription or trial is unpaid."""
    return any(not s.paid for s in pending_or_active(customer, as_of))


def is_expired(customer: Customer, as_of: datetime, _: OraclePolicy) -> bool:
    """No subscription and no trial is active or pending."""
    return not pending_or_active(customer, as_of)


BY_URGENCY = {
    "suspended": is_suspended,
    "expired": is_expired,
    "license_overage": has_overage,
    "expiring_soon": is_expiring_soon,
    "ready_for_order_setup": is_ready_for_setup,
    "no_recent_activity": is_inactive,
    "trial": has_active_trial,
    "subscription": has_active_subscription,
}


def statuses(
    customer: Customer, as_of: datetime, policy: OraclePolicy = DEFAULT_POLICY
) -> list[str]:
    """Every status that holds, the most urgent first."""
    return [name for name, holds in BY_URGENCY.items() if holds(customer, as_of, policy)]


def badge(customer: Customer, as_of: datetime, policy: OraclePolicy = DEFAULT_POLICY) -> str | None:
    """The most urgent status, if there is any."""
    return next(iter(statuses(customer, as_of, policy)), None)
