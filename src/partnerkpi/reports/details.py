"""The page of one customer as a value: subscriptions, trials, administrators, statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from partnerkpi.managing import administrators, subscription_details, trials
from partnerkpi.models import Kind
from partnerkpi.status import badge, explain

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.managing import CustomerAdministrators, SubscriptionDetails, Trials
    from partnerkpi.models import Customer, Partner
    from partnerkpi.policy import Policy
    from partnerkpi.status import Explanation, Status

__all__ = ["CustomerDetails", "customer_details"]


@frozen
class CustomerDetails:
    """A customer with all that its page shows at an instant.

    Attributes:
        customer: The record.
        as_of: The instant.
        subscriptions: Its subscriptions, trials left out, each with its details.
        trials: Its trials: active, pending and ended, with the days left.
        administrators: The administrators of the partner who see it.
        statuses: Its statuses with rule and evidence, the most urgent first.
    """

    customer: Customer
    as_of: datetime
    subscriptions: tuple[SubscriptionDetails, ...]
    trials: Trials
    administrators: CustomerAdministrators
    statuses: tuple[Explanation, ...]

    @property
    def badge(self) -> Status | None:
        """The one status to show; ``None`` if it has none."""
        return badge(each.status for each in self.statuses)


def customer_details(
    customer: Customer,
    as_of: datetime,
    *,
    partner: Partner | None = None,
    policy: Policy | None = None,
) -> CustomerDetails:
    """A customer, or the partner's own organization, as its page shows it at an instant.

    Args:
        customer: The record.
        as_of: A timezone-aware instant.
        partner: The partner, with the administrators who see all customers.
        policy: Windows and thresholds of the statuses; the defaults if not given.

    Raises:
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.models import Customer
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> details = customer_details(Customer(id="c-1", name="Globex"), when)
        >>> details.badge.value, details.trials.offerable
        ('expired', True)
    """
    statuses = explain(customer, as_of=as_of, policy=policy)

    return CustomerDetails(
        customer=customer,
        as_of=as_of,
        subscriptions=tuple(
            subscription_details(each, as_of)
            for each in customer.subscriptions
            if each.kind is Kind.SUBSCRIPTION
        ),
        trials=trials(customer, as_of),
        administrators=administrators(customer, partner),
        statuses=statuses,
    )
