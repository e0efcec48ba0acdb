"""Machinery: one change while it is made: may it be done, what refuses it, what is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import evolve, frozen

from partnerkpi._faults import shown
from partnerkpi._instants import of_datetime, to_datetime
from partnerkpi.errors import ChangeRefusedError, NotPermittedError
from partnerkpi.managing.changes import ChangeRecord, Rule
from partnerkpi.managing.roles import may

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.managing.changes import Operation
    from partnerkpi.managing_models import Administrator
    from partnerkpi.models import Customer, Subscription

__all__ = ["Act", "acting", "subscription_of", "with_subscription"]

PartT = TypeVar("PartT")


@frozen
class Act:
    """What is being done, by whom and when."""

    operation: Operation
    by: Administrator
    at: datetime
    customer: Customer | None = None

    def refusal(self, rule: Rule, found: str) -> ChangeRefusedError:
        """The refusal of it by a rule."""
        kind = NotPermittedError if rule is Rule.PERMISSION else ChangeRefusedError

        return kind(self.operation.value, self.by.role.value, rule.name.lower(), rule.value, found)

    def change(self, before: PartT, after: PartT) -> ChangeRecord[PartT]:
        """The record of it."""
        return ChangeRecord(
            operation=self.operation,
            customer_id=None if self.customer is None else self.customer.id,
            by=self.by.id,
            role=self.by.role,
            at=self.at,
            before=before,
            after=after,
        )


def acting(
    operation: Operation, by: Administrator, at: datetime, customer: Customer | None = None
) -> Act:
    """Begin a change.

    Raises:
        NotPermittedError: the role may not do it.
        InstantError: the instant is naive or out of range.
    """
    act = Act(operation, by, to_datetime(of_datetime(at)), customer)
    if not may(by, operation, customer):
        whose = "the partner" if customer is None else f"customer {shown(customer.id)}"
        raise act.refusal(Rule.PERMISSION, f"{by.role.value} {shown(by.id)} at {whose}")

    return act


def subscription_of(act: Act, customer: Customer, subscription_id: str, rule: Rule) -> Subscription:
    """A subscription of the customer.

    Raises:
        ChangeRefusedError: it has none of that id.
    """
    found = next((each for each in customer.subscriptions if each.id == subscription_id), None)
    if found is None:
        raise act.refusal(rule, shown(subscription_id))

    return found


def with_subscription(customer: Customer, changed: Subscription) -> Customer:
    """The customer with a subscription in the place of that of the same id, or behind all."""
    known = {each.id: each for each in customer.subscriptions} | {changed.id: changed}

    return evolve(customer, subscriptions=tuple(known.values()))
