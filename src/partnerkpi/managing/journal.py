"""The journal of a host: change records in their order, replayed to the state that they made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from partnerkpi._faults import shown
from partnerkpi.columns import Portfolio
from partnerkpi.errors import ReplayError, UnknownNameError
from partnerkpi.managing._acts import with_subscription
from partnerkpi.managing.changes import AREAS, OF_PARTNER, Area

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnerkpi.managing.changes import ChangeRecord
    from partnerkpi.models import Customer, Partner

__all__ = ["replay"]


def replay(
    initial: Portfolio, changes: Iterable[ChangeRecord[Any]], *, after: int = 0
) -> Portfolio:
    """The portfolio that a journal makes of an earlier one.

    Records are taken as they are: what was permitted when they were made is not asked again.

    Args:
        initial: The portfolio before the changes, with its partner.
        changes: The journal of that partner, in its order.
        after: The sequence number of the last change that the earlier portfolio already holds.

    Raises:
        ReplayError: a record is of another partner, leaves a gap, comes again, speaks of a customer
            who is not there, or found another state before it.
        InputError: what came out is no portfolio.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.managing import add_tag
        >>> from partnerkpi.managing_models import Administrator
        >>> from partnerkpi.models import Customer, Partner
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> globex = Customer(id="c-1", name="Globex")
        >>> initial = Portfolio.from_customers([globex], partner=Partner(id="p-1", name="North"))
        >>> _, change = add_tag(globex, "gold", by=ada, at=when)
        >>> journal = [change.numbered("p-1", 1)]
        >>> replay(initial, journal).customers[0].tags
        ('gold',)
        >>> replay(initial, journal, after=1)
        Traceback (most recent call last):
        ...
        partnerkpi.errors.ReplayError: journal of 'p-1', record 1: expected sequence 2, found
        sequence 1
    """
    state = _State(initial, initial.partner)
    for sequence, change in enumerate(changes, after + 1):
        state.take(change, sequence)

    return state.result()


@define
class _State:
    """A portfolio, and what has changed of it so far."""

    portfolio: Portfolio
    partner: Partner | None
    changed: dict[str, Customer] = field(factory=dict)

    def take(self, change: ChangeRecord[Any], sequence: int) -> None:
        """Apply a change to what it was made of."""
        if self.partner is None or self.partner.id != change.partner_id:
            known = None if self.partner is None else self.partner.id
            raise _unfit(change, f"the partner {shown(known)}", shown(change.partner_id))
        if change.sequence != sequence:
            raise _unfit(change, f"sequence {sequence}", f"sequence {change.sequence}")
        if change.operation in OF_PARTNER:
            _compare(change, self.partner.administrators)
            self.partner = evolve(self.partner, administrators=change.after)
        else:
            self._take_customer(change, change.customer_id or "")

    def _take_customer(self, change: ChangeRecord[Any], name: str) -> None:
        try:
            customer = self.changed.get(name) or self.portfolio.customer(name)
        except UnknownNameError as error:
            raise _unfit(change, "a customer who is there", shown(name)) from error
        _compare(change, _part_of(customer, change))
        self.changed[name] = _with_part(customer, change)

    def result(self) -> Portfolio:
        """The portfolio as it stands."""
        if not self.changed:
            return evolve(self.portfolio, partner=self.partner)
        customers = (self.changed.get(each.id, each) for each in self.portfolio.customers)

        return Portfolio.from_customers(customers, partner=self.partner)


def _part_of(customer: Customer, change: ChangeRecord[Any]) -> object:
    """The part of a customer that a change changes, as it stands."""
    area = AREAS[change.operation]
    if area is Area.TAGS:
        return customer.tags
    if area is Area.ADMINISTRATORS:
        return customer.administrators

    return next((each for each in customer.subscriptions if each.id == change.after.id), None)


def _with_part(customer: Customer, change: ChangeRecord[Any]) -> Customer:
    area = AREAS[change.operation]
    if area is Area.TAGS:
        return evolve(customer, tags=change.after)
    if area is Area.ADMINISTRATORS:
        return evolve(customer, administrators=change.after)

    return with_subscription(customer, change.after)


def _compare(change: ChangeRecord[Any], held: object) -> None:
    if held != change.before:
        raise _unfit(change, f"before it {shown(change.before)}", shown(held))


def _unfit(change: ChangeRecord[Any], expected: str, found: str) -> ReplayError:
    return ReplayError(change.partner_id or "", change.sequence or 0, expected, found)
