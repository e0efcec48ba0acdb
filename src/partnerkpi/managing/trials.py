"""Trials of customers: start, extend, and where they stand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import MAX_COUNT
from partnerkpi._faults import shown
from partnerkpi._instants import of_datetime, to_datetime
from partnerkpi.managing._acts import acting, subscription_of, with_subscription
from partnerkpi.managing._seen import standings
from partnerkpi.managing.changes import ChangeRecord, Operation, Rule
from partnerkpi.models import (
    Customer,
    Kind,
    LicenseLine,
    Observation,
    Subscription,
    SubscriptionId,
    SubscriptionState,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from partnerkpi.managing._acts import Act
    from partnerkpi.managing_models import Administrator

__all__ = [
    "LONGEST_TRIAL_DAYS",
    "TRIAL_LICENSE",
    "TrialStanding",
    "Trials",
    "extend_trial",
    "start_trial",
    "trials",
]

LONGEST_TRIAL_DAYS: Final = 120
#: The license's name on the lines of a trial.
TRIAL_LICENSE: Final = "Trial"


def start_trial(
    customer: Customer,
    products: Mapping[str, int],
    *,
    trial_id: str,
    by: Administrator,
    at: datetime,
    days: int = 30,
) -> tuple[Customer, ChangeRecord[Subscription | None]]:
    """Start a trial for a customer: added and starting at an instant, ending some days later.

    The seats are an observation of that instant, none of them assigned yet. A trial that has
    another one of the same product beside it at any time of its own is refused, so that a customer
    never has two at once.

    Args:
        customer: The customer.
        products: The seats of each product, by its code; at least one product, one seat each.
        trial_id: The id of the new trial, from the host.
        by: Who does it.
        at: When, a timezone-aware instant.
        days: How long it runs, 1 to 120.

    Raises:
        NotPermittedError: the role may not do it.
        ChangeRefusedError: the days, products or id are not what they must be, or the customer has
            a trial of one of the products then.
        InstantError: the instant or the end is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.managing_models import Administrator
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> globex = Customer(id="c-1", name="Globex")
        >>> globex, change = start_trial(globex, {"calling": 25}, trial_id="T-1", by=ada, at=when)
        >>> change.after.ends_at.isoformat()
        '2026-12-22T00:00:00+00:00'
    """
    act = acting(Operation.START_TRIAL, by, at, customer)
    _check_seats(act, products)
    trial = Subscription(
        id=_new_id(act, customer, trial_id),
        kind=Kind.TRIAL,
        added_at=act.at,
        ends_at=_end(act, days),
        licenses=tuple(_line(act, product, seats) for product, seats in products.items()),
    )
    _check_alone(act, customer, trial)

    return with_subscription(customer, trial), act.change(None, trial)


def extend_trial(
    customer: Customer, trial_id: str, *, by: Administrator, at: datetime, days: int = 30
) -> tuple[Customer, ChangeRecord[Subscription | None]]:
    """Set a new end of a trial, counted from the instant of the change, never from the old end.

    Args:
        customer: The customer.
        trial_id: Which trial, pending or active; one that has ended is not taken up again.
        by: Who does it.
        at: When, a timezone-aware instant.
        days: How long it runs from then on, 1 to 120.

    Raises:
        NotPermittedError: the role may not do it.
        ChangeRefusedError: there is no such trial, or it would not end after it starts, or not
            before another one of the same product starts.
        InstantError: the instant or the end is naive or out of range.

    Example:
        >>> from datetime import datetime, timedelta, timezone
        >>> from partnerkpi.managing_models import Administrator
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> globex = Customer(id="c-1", name="Globex")
        >>> globex, _ = start_trial(globex, {"calling": 25}, trial_id="T-1", by=ada, at=when)
        >>> later = when + timedelta(days=20)
        >>> globex, change = extend_trial(globex, "T-1", by=ada, at=later)
        >>> change.after.ends_at.isoformat()
        '2027-01-11T00:00:00+00:00'
    """
    act = acting(Operation.EXTEND_TRIAL, by, at, customer)
    before = subscription_of(act, customer, trial_id, Rule.TRIAL_KNOWN)
    state = next(s.state for s in standings(customer, act.at) if s.subscription.id == before.id)
    alive = state in {SubscriptionState.PENDING, SubscriptionState.ACTIVE}
    if before.kind is not Kind.TRIAL or not alive:
        raise act.refusal(Rule.TRIAL_KNOWN, f"{before.kind.value} {shown(trial_id)}, {state.value}")
    end = _end(act, days)
    if end <= before.starts_at:
        raise act.refusal(Rule.TRIAL_DAYS, f"{days}, before it starts")
    after = evolve(before, ends_at=end)
    _check_alone(act, customer, after)

    return with_subscription(customer, after), act.change(before, after)


def _end(act: Act, days: int) -> datetime:
    if type(days) is not int or not 1 <= days <= LONGEST_TRIAL_DAYS:
        raise act.refusal(Rule.TRIAL_DAYS, shown(days))

    return to_datetime(of_datetime(act.at + timedelta(days=days)))


def _check_seats(act: Act, products: Mapping[str, int]) -> None:
    pairs = products.items()
    if not pairs or not all(_is_text(product) and _is_seats(seats) for product, seats in pairs):
        raise act.refusal(Rule.TRIAL_SEATS, shown(dict(products)))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and rules.is_plain(value)


def _is_seats(value: object) -> bool:
    return type(value) is int and 1 <= value <= MAX_COUNT


def _new_id(act: Act, customer: Customer, trial_id: str) -> SubscriptionId:
    if not _is_text(trial_id) or any(each.id == trial_id for each in customer.subscriptions):
        raise act.refusal(Rule.TRIAL_ID, shown(trial_id))

    return SubscriptionId(trial_id)


def _line(act: Act, product: str, seats: int) -> LicenseLine:
    seen = Observation(observed_at=act.at, total=seats, assigned=0)

    return LicenseLine(product=product, name=TRIAL_LICENSE, observations=(seen,))


def _check_alone(act: Act, customer: Customer, trial: Subscription) -> None:
    """Refuse a trial beside which another one of the same product runs at some time."""
    products = _products(trial)
    for other in customer.subscriptions:
        same = products & _products(other)
        if other.kind is Kind.TRIAL and other.id != trial.id and same and _meet(other, trial):
            raise act.refusal(Rule.TRIAL_ONCE, f"{shown(other.id)} of {', '.join(sorted(same))}")


def _products(subscription: Subscription) -> set[str]:
    return {line.product for line in subscription.licenses}


def _meet(one: Subscription, other: Subscription) -> bool:
    return _begins_before_end(one, other) and _begins_before_end(other, one)


def _begins_before_end(one: Subscription, other: Subscription) -> bool:
    return other.ends_at is None or max(one.added_at, one.starts_at) < other.ends_at


@frozen
class TrialStanding:
    """Where a trial stands.

    Attributes:
        trial: The trial.
        state: Active, pending or ended.
        days_left: Days until its end, negative when it has ended; ``None`` if it is open-ended.

    Example:
        >>> TrialStanding.__name__
        'TrialStanding'
    """

    trial: Subscription
    state: SubscriptionState
    days_left: int | None


@frozen
class Trials:
    """The trials of a customer at an instant, each group in the order of their ends.

    Attributes:
        active: Those that run.
        pending: Those that start later.
        ended: Those that are over.
    """

    active: tuple[TrialStanding, ...]
    pending: tuple[TrialStanding, ...]
    ended: tuple[TrialStanding, ...]

    @property
    def offerable(self) -> bool:
        """Whether the customer can be offered a trial: none is active."""
        return not self.active


def trials(customer: Customer, as_of: datetime) -> Trials:
    """The trials of a customer at an instant, with the days left; those added later are not there.

    Args:
        customer: The customer.
        as_of: A timezone-aware instant.

    Raises:
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> trials(Customer(id="c-1", name="Globex"), when).offerable
        True
    """
    found = sorted(
        (
            TrialStanding(each.subscription, each.state, each.days_left)
            for each in standings(customer, as_of)
            if each.subscription.kind is Kind.TRIAL
        ),
        key=_by_end,
    )

    def those(state: SubscriptionState) -> tuple[TrialStanding, ...]:
        return tuple(each for each in found if each.state is state)

    return Trials(
        those(SubscriptionState.ACTIVE),
        those(SubscriptionState.PENDING),
        those(SubscriptionState.ENDED),
    )


def _by_end(standing: TrialStanding) -> tuple[bool, int, str]:
    end = standing.trial.ends_at

    return end is None, 0 if end is None else of_datetime(end), standing.trial.id
