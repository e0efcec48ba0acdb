"""Machinery: the subscriptions of one customer as they stand at an instant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from partnerkpi._arrays import OPEN, as_rows
from partnerkpi.columns import Portfolio
from partnerkpi.models import Customer, CustomerId
from partnerkpi.periods import day_count
from partnerkpi.policy import Policy
from partnerkpi.snapshot import snapshot

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.models import Subscription, SubscriptionState
    from partnerkpi.snapshot import Snapshot

__all__ = ["Standing", "standing", "standings"]


@frozen
class Standing:
    """A subscription as it stands at an instant."""

    subscription: Subscription
    row: int
    at: Snapshot

    @property
    def state(self) -> SubscriptionState:
        """Where it stands."""
        return self.at.state_of(self.row)

    @property
    def days_left(self) -> int | None:
        """Days until its end, negative when it has ended; none if it is open-ended."""
        end = int(self.at.portfolio.subscription_columns.ends[self.row])

        return None if end == OPEN else int(day_count(self.at.micros, end))


def standings(customer: Customer, as_of: datetime) -> tuple[Standing, ...]:
    """The subscriptions and trials of a customer at an instant, in their order.

    The arithmetic is that of whole portfolios.
    """
    at = snapshot(Portfolio.from_customers([customer]), as_of, Policy())
    found, _ = at.portfolio.customer_columns.subscriptions.members(as_rows([0]))
    rows = found.tolist()

    return tuple(map(Standing, customer.subscriptions, rows, [at] * len(rows)))


def standing(subscription: Subscription, as_of: datetime) -> Standing:
    """One subscription or trial at an instant."""
    owner = Customer(id=CustomerId("-"), name="-", subscriptions=(subscription,))

    return standings(owner, as_of)[0]
