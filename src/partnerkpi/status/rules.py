"""The status table: for each status the rule that gives the flag and the evidence at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi._arrays import NEVER, OPEN, as_rows, locked, new
from partnerkpi._instants import to_datetime
from partnerkpi.kpi import said
from partnerkpi.models import Kind, SubscriptionState
from partnerkpi.periods import day_count, days_before

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from partnerkpi._arrays import Mask
    from partnerkpi.snapshot import Snapshot

__all__ = [
    "RULES",
    "Explanation",
    "LineEvidence",
    "SignInEvidence",
    "Status",
    "StatusFacts",
    "StatusRule",
    "SubscriptionEvidence",
    "badge",
    "by_urgency",
    "explanations",
]


class Status(StrEnum):
    """What holds for a customer at an instant; listed from the most urgent.

    Example:
        >>> Status("expiring_soon")
        <Status.EXPIRING_SOON: 'expiring_soon'>
    """

    SUSPENDED = "suspended"
    EXPIRED = "expired"
    LICENSE_OVERAGE = "license_overage"
    EXPIRING_SOON = "expiring_soon"
    READY_FOR_ORDER_SETUP = "ready_for_order_setup"
    NO_RECENT_ACTIVITY = "no_recent_activity"
    TRIAL = "trial"
    SUBSCRIPTION = "subscription"


def by_urgency(statuses: Iterable[Status]) -> tuple[Status, ...]:
    """Statuses in the order of their urgency.

    Example:
        >>> by_urgency({Status.TRIAL, Status.SUSPENDED})[0].value
        'suspended'
    """
    held = set(statuses)

    return tuple(status for status in Status if status in held)


def badge(statuses: Iterable[Status]) -> Status | None:
    """The one status to show for a customer: the most urgent; ``None`` if it has none.

    Example:
        >>> badge({Status.TRIAL, Status.NO_RECENT_ACTIVITY}).value
        'no_recent_activity'
        >>> badge(()) is None
        True
    """
    return next(iter(by_urgency(statuses)), None)


@frozen(eq=False)
class StatusFacts:
    """What the rules look at.

    Attributes:
        snapshot: The portfolio at the instant.
        alive: Which subscriptions are pending or active.
    """

    snapshot: Snapshot
    alive: Mask

    @cached_property
    def over(self) -> Mask:
        """Which subscriptions have a line with overage."""
        if self.snapshot.seats is not None:
            return self.snapshot.seats.over
        layout = self.snapshot.portfolio.subscription_columns.lines
        over: Mask = new(layout.groups, np.bool_)
        layout.any(self.snapshot.over, over)

        return locked(over)


@frozen(eq=False, kw_only=True)
class StatusRule:
    """When a status holds, of a customer's subscriptions or of the customer itself.

    Attributes:
        status: The status.
        sentence: The rule in words; ``{inactivity_days}`` and the like stand for policy settings.
        of_subscriptions: For which subscriptions it holds; one is enough for the customer.
        of_customers: For which customers it holds by themselves.
        unless: The status holds where no subscription fulfills the rule.
    """

    status: Status
    sentence: str
    of_subscriptions: Callable[[StatusFacts], Mask] | None = None
    of_customers: Callable[[StatusFacts], Mask] | None = None
    unless: bool = False


def _ends_soon(facts: StatusFacts) -> Mask:
    at = facts.snapshot

    return at.active & at.expires & at.ending_soon


def _inactive(facts: StatusFacts) -> Mask:
    at = facts.snapshot
    signed_in = at.portfolio.customer_columns.signed_in
    oldest = days_before(at.micros, at.policy.inactivity_days)
    mask: Mask = (signed_in > at.micros) | (signed_in < oldest)

    return mask


RULES: tuple[StatusRule, ...] = (
    StatusRule(
        status=Status.SUSPENDED,
        sentence="a pending or active subscription or trial is unpaid",
        of_subscriptions=lambda f: f.alive & ~f.snapshot.paid,
    ),
    StatusRule(
        status=Status.EXPIRED,
        sentence="no subscription and no trial is active or pending",
        of_subscriptions=lambda f: f.alive,
        unless=True,
    ),
    StatusRule(
        status=Status.LICENSE_OVERAGE,
        sentence="an active subscription or trial has a line with more licenses assigned than"
        " bought",
        of_subscriptions=lambda f: f.snapshot.active & f.over,
    ),
    StatusRule(
        status=Status.EXPIRING_SOON,
        sentence="an active subscription or trial ends within {expiring_soon_days} days"
        " (auto_renewing_expires is {auto_renewing_expires})",
        of_subscriptions=_ends_soon,
    ),
    StatusRule(
        status=Status.READY_FOR_ORDER_SETUP,
        sentence="a pending or active subscription or trial is not set up",
        of_subscriptions=lambda f: f.alive & ~f.snapshot.set_up,
    ),
    StatusRule(
        status=Status.NO_RECENT_ACTIVITY,
        sentence="no administrator signed in during the last {inactivity_days} days",
        of_customers=_inactive,
    ),
    StatusRule(
        status=Status.TRIAL,
        sentence="a trial is active",
        of_subscriptions=lambda f: (
            f.snapshot.active & f.snapshot.portfolio.subscription_columns.trial
        ),
    ),
    StatusRule(
        status=Status.SUBSCRIPTION,
        sentence="a subscription is active",
        of_subscriptions=lambda f: (
            f.snapshot.active & ~f.snapshot.portfolio.subscription_columns.trial
        ),
    ),
)


@frozen
class LineEvidence:
    """A license line behind a status.

    Attributes:
        product: The product's code.
        name: The license's name.
        total: Licenses bought.
        assigned: Licenses assigned.
    """

    product: str
    name: str
    total: int
    assigned: int

    @property
    def overage(self) -> int:
        """Licenses assigned beyond those bought."""
        return max(0, self.assigned - self.total)


@frozen
class SubscriptionEvidence:
    """A subscription or trial behind a status.

    Attributes:
        subscription_id: Its id.
        kind: Subscription or trial.
        state: Where it stands.
        added_at: When it was added.
        starts_at: When it starts.
        ends_at: When it ends, if it does.
        days_left: Days until it ends, negative when it has.
        auto_renew: Whether it renews itself.
        paid: Whether it is paid.
        set_up: Whether it is set up.
        lines_over: Its lines with overage.
    """

    subscription_id: str
    kind: Kind
    state: SubscriptionState
    added_at: datetime
    starts_at: datetime
    ends_at: datetime | None
    days_left: int | None
    auto_renew: bool
    paid: bool
    set_up: bool
    lines_over: tuple[LineEvidence, ...]

    def __str__(self) -> str:
        left = "" if self.days_left is None else f", {self.days_left} days left"

        return f"{self.kind.value} {self.subscription_id} ({self.state.value}{left})"


@frozen
class SignInEvidence:
    """The last administrator sign-in behind a status.

    Attributes:
        last_admin_sign_in_at: When it was; ``None``: never.
        days_since: Days since then.
    """

    last_admin_sign_in_at: datetime | None
    days_since: int | None

    def __str__(self) -> str:
        if self.days_since is None:
            return "no sign-in so far"

        return f"last sign-in {self.days_since} days ago"


@frozen
class Explanation:
    """Why a customer has a status: the rule that fired, and the evidence it fired on.

    Attributes:
        status: The status.
        rule: The rule, in words, with the policy's settings.
        evidence: The subscriptions or the sign-in that fulfill the rule; for ``expired`` all the
            subscriptions that are there, of which none is active or pending.
    """

    status: Status
    rule: str
    evidence: tuple[SubscriptionEvidence | SignInEvidence, ...]

    def __str__(self) -> str:
        behind = "; ".join(map(str, self.evidence))

        return f"{self.status.value}: {self.rule}" + (f" ({behind})" if behind else "")


def explanations(facts: StatusFacts, row: int) -> tuple[Explanation, ...]:
    """Every status of the customer at a row, explained, the most urgent first."""
    return tuple(_explanations(facts, row))


def _explanations(facts: StatusFacts, row: int) -> Iterator[Explanation]:
    at = facts.snapshot
    mine, _ = at.portfolio.customer_columns.subscriptions.members(as_rows([row]))
    for rule in RULES:
        words = said(rule.sentence, at.policy)
        if rule.of_customers is not None and rule.of_customers(facts)[row]:
            yield Explanation(rule.status, words, (_sign_in(facts, row),))
        if rule.of_subscriptions is not None:
            fired = mine[rule.of_subscriptions(facts)[mine]]
            shown = mine[at.there[mine]] if rule.unless else fired
            if bool(len(fired)) != rule.unless:
                evidence = tuple(_subscription(facts, each) for each in shown.tolist())
                yield Explanation(rule.status, words, evidence)


def _sign_in(facts: StatusFacts, row: int) -> SignInEvidence:
    at = facts.snapshot
    signed_in = int(at.portfolio.customer_columns.signed_in[row])
    if signed_in == NEVER or signed_in > at.micros:
        return SignInEvidence(None, None)

    return SignInEvidence(to_datetime(signed_in), int(day_count(signed_in, at.micros)))


def _subscription(facts: StatusFacts, row: int) -> SubscriptionEvidence:
    at = facts.snapshot
    columns = at.portfolio.subscription_columns
    end = int(columns.ends[row])

    return SubscriptionEvidence(
        subscription_id=columns.ids[row],
        kind=Kind.TRIAL if columns.trial[row] else Kind.SUBSCRIPTION,
        state=at.state_of(row),
        added_at=to_datetime(int(columns.added[row])),
        starts_at=to_datetime(int(columns.starts[row])),
        ends_at=None if end == OPEN else to_datetime(end),
        days_left=None if end == OPEN else int(day_count(at.micros, end)),
        auto_renew=bool(columns.auto_renew[row]),
        paid=bool(at.paid[row]),
        set_up=bool(at.set_up[row]),
        lines_over=_lines_over(at, row),
    )


def _lines_over(at: Snapshot, row: int) -> tuple[LineEvidence, ...]:
    lines, _ = at.portfolio.subscription_columns.lines.members(as_rows([row]))
    over = lines[at.over[lines]]
    columns = at.portfolio.line_columns

    return tuple(
        LineEvidence(
            columns.product[line] or "",
            columns.name[line] or "",
            int(at.lines.total[line]),
            int(at.lines.assigned[line]),
        )
        for line in over.tolist()
    )
