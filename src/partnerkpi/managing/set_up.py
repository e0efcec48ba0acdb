"""The first-time set-up of a subscription, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from partnerkpi.managing._acts import acting, subscription_of, with_subscription
from partnerkpi.managing.changes import ChangeRecord, Operation, Rule
from partnerkpi.managing_models import Acceptance, Checklist

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.managing._acts import Act
    from partnerkpi.managing_models import Administrator
    from partnerkpi.models import Customer, Subscription

__all__ = ["accept_terms", "configure_services", "review_plan"]


def review_plan(
    customer: Customer, subscription_id: str, *, by: Administrator, at: datetime
) -> tuple[Customer, ChangeRecord[Subscription | None]]:
    """Note that the plan of a subscription was reviewed.

    A step begins the checklist where there is none and the subscription is not set up. Once all
    steps are done the subscription is set up; that it is not, as may have been stated, no longer
    counts.

    Args:
        customer: The customer.
        subscription_id: Of which subscription.
        by: Who does it.
        at: When, a timezone-aware instant.

    Raises:
        NotPermittedError: the role may not do it.
        ChangeRefusedError: there is no such subscription, or the step is done.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.managing_models import Administrator
        >>> from partnerkpi.models import Customer, Subscription
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> sub = Subscription(id="S", kind="subscription", added_at=when, set_up=False)
        >>> globex = Customer(id="c-1", name="Globex", subscriptions=[sub])
        >>> globex, change = review_plan(globex, "S", by=ada, at=when)
        >>> change.after.checklist.next_step.value
        'accept_terms'
    """
    act = acting(Operation.REVIEW_PLAN, by, at, customer)
    before, checklist = _begun(act, customer, subscription_id)

    return _done(act, customer, before, checklist, evolve(checklist, plan_reviewed=True))


def accept_terms(
    customer: Customer,
    subscription_id: str,
    *,
    by: Administrator,
    at: datetime,
    accepted_by: str | None = None,
) -> tuple[Customer, ChangeRecord[Subscription | None]]:
    """Note that the terms of a subscription were accepted, by whom and when; see ``review_plan``.

    Args:
        customer: The customer.
        subscription_id: Of which subscription.
        by: Who does it.
        at: When, a timezone-aware instant.
        accepted_by: Who accepted them; the name of who does it unless given.

    Raises:
        NotPermittedError: the role may not do it.
        ChangeRefusedError: there is no such subscription, or the terms were accepted.
        InputError: who accepted them is no name.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.managing_models import Administrator
        >>> from partnerkpi.models import Customer, Subscription
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> sub = Subscription(id="S", kind="subscription", added_at=when, set_up=False)
        >>> globex = Customer(id="c-1", name="Globex", subscriptions=[sub])
        >>> accept_terms(globex, "S", by=ada, at=when)[1].after.checklist.terms_accepted.by
        'Ada'
    """
    act = acting(Operation.ACCEPT_TERMS, by, at, customer)
    before, checklist = _begun(act, customer, subscription_id)
    accepted = checklist.terms_accepted or Acceptance(
        by=by.name if accepted_by is None else accepted_by, at=act.at
    )

    return _done(act, customer, before, checklist, evolve(checklist, terms_accepted=accepted))


def configure_services(
    customer: Customer, subscription_id: str, *, by: Administrator, at: datetime
) -> tuple[Customer, ChangeRecord[Subscription | None]]:
    """Note that the services of a subscription are configured; see ``review_plan``.

    Args:
        customer: The customer.
        subscription_id: Of which subscription.
        by: Who does it.
        at: When, a timezone-aware instant.

    Raises:
        NotPermittedError: the role may not do it.
        ChangeRefusedError: there is no such subscription, or the step is done.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.managing_models import Administrator
        >>> from partnerkpi.models import Customer, Subscription
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> sub = Subscription(id="S", kind="subscription", added_at=when, set_up=False)
        >>> globex = Customer(id="c-1", name="Globex", subscriptions=[sub])
        >>> configure_services(globex, "S", by=ada, at=when)[1].after.checklist.complete
        False
    """
    act = acting(Operation.CONFIGURE_SERVICES, by, at, customer)
    before, checklist = _begun(act, customer, subscription_id)

    return _done(act, customer, before, checklist, evolve(checklist, services_configured=True))


def _begun(act: Act, customer: Customer, subscription_id: str) -> tuple[Subscription, Checklist]:
    """The subscription and its checklist, which begins now where it is not set up without one."""
    found = subscription_of(act, customer, subscription_id, Rule.SUBSCRIPTION_KNOWN)
    if found.checklist is None and found.set_up:
        raise act.refusal(Rule.STEP_OPEN, "a subscription that is set up")

    return found, found.checklist or Checklist()


def _done(
    act: Act, customer: Customer, before: Subscription, checklist: Checklist, done: Checklist
) -> tuple[Customer, ChangeRecord[Subscription | None]]:
    if done == checklist:
        raise act.refusal(Rule.STEP_OPEN, f"{act.operation.value}, done before")
    after = evolve(before, checklist=done, set_up=before.set_up or None)

    return with_subscription(customer, after), act.change(before, after)
