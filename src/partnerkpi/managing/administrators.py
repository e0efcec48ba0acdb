"""Administrators of the partner: those assigned to a customer, and those who see all customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from partnerkpi._faults import shown
from partnerkpi.managing._acts import acting
from partnerkpi.managing.changes import ChangeRecord, Operation, Rule
from partnerkpi.managing_models import PERMISSIONS, Administrator, Reach, Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partnerkpi.managing._acts import Act
    from partnerkpi.models import Customer, Partner

__all__ = [
    "CustomerAdministrators",
    "Listed",
    "add_partner_administrator",
    "administrators",
    "assign_administrator",
    "change_partner_role",
    "change_role",
    "remove_administrator",
    "remove_partner_administrator",
]

Listed = tuple[Administrator, ...]


@frozen
class CustomerAdministrators:
    """The administrators of the partner who see a customer.

    Attributes:
        assigned: Those who see it because they are assigned to it.
        all_customers: Those who see all customers, each once; they cannot be removed from one.
    """

    assigned: Listed
    all_customers: Listed


def administrators(customer: Customer, partner: Partner | None = None) -> CustomerAdministrators:
    """The administrators who see a customer; those who see all customers are listed apart.

    Args:
        customer: The customer.
        partner: The partner, with those who see all customers.

    Example:
        >>> from partnerkpi.models import Customer, Partner
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> ben = Administrator(id="b", name="Ben", email="b@n.example", role="partner_admin")
        >>> globex = Customer(id="c-1", name="Globex", administrators=[ben])
        >>> found = administrators(globex, Partner(id="p", name="North", administrators=[ada]))
        >>> [each.name for each in found.assigned], [each.name for each in found.all_customers]
        (['Ben'], ['Ada'])
    """
    everywhere = () if partner is None else partner.administrators
    apart: dict[str, Administrator] = {}
    for each in (*everywhere, *customer.administrators):
        if each.sees_all:
            apart.setdefault(each.id, each)

    return CustomerAdministrators(
        tuple(each for each in customer.administrators if each.id not in apart),
        tuple(apart.values()),
    )


def assign_administrator(
    customer: Customer, administrator: Administrator, *, by: Administrator, at: datetime
) -> tuple[Customer, ChangeRecord[Listed]]:
    """Assign an administrator to a customer, which is seen from then on.

    Args:
        customer: The customer.
        administrator: Who; a role that sees all customers needs no assignment.
        by: Who does it.
        at: When, a timezone-aware instant.

    Raises:
        NotPermittedError: the role may not do it.
        ChangeRefusedError: the administrator is assigned already, or sees all customers.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.models import Customer
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> ben = Administrator(id="b", name="Ben", email="b@n.example", role="partner_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> globex, _ = assign_administrator(Customer(id="c", name="G"), ben, by=ada, at=when)
        >>> [each.name for each in globex.administrators]
        ['Ben']
    """
    act = acting(Operation.ASSIGN_ADMINISTRATOR, by, at, customer)
    _check_new(act, customer.administrators, administrator, Rule.NOT_ASSIGNED)
    if administrator.sees_all:
        raise act.refusal(Rule.SEES_SOME, _named(administrator))

    return _of_customer(act, customer, (*customer.administrators, administrator))


def remove_administrator(
    customer: Customer, administrator_id: str, *, by: Administrator, at: datetime
) -> tuple[Customer, ChangeRecord[Listed]]:
    """Take an administrator off a customer; who sees all customers cannot be taken off one.

    Args:
        customer: The customer.
        administrator_id: Whom.
        by: Who does it.
        at: When, a timezone-aware instant.

    Raises:
        NotPermittedError: the role may not do it.
        ChangeRefusedError: the administrator is not assigned, or sees all customers.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.models import Customer
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> ben = Administrator(id="b", name="Ben", email="b@n.example", role="partner_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> globex = Customer(id="c-1", name="Globex", administrators=[ben])
        >>> remove_administrator(globex, "b", by=ada, at=when)[0].administrators
        ()
    """
    act = acting(Operation.REMOVE_ADMINISTRATOR, by, at, customer)
    known = _assigned(act, customer, administrator_id)

    return _of_customer(act, customer, _without(customer.administrators, known))


def change_role(
    customer: Customer,
    administrator_id: str,
    role: Role | str,
    *,
    by: Administrator,
    at: datetime,
) -> tuple[Customer, ChangeRecord[Listed]]:
    """Change the role of an administrator who is assigned to a customer.

    In a role that sees all customers the administrator is listed apart from then on, and managed
    among the administrators of the partner, where the host adds it.

    Args:
        customer: The customer.
        administrator_id: Whose.
        role: The new role.
        by: Who does it.
        at: When, a timezone-aware instant.

    Raises:
        NotPermittedError: the role of who does it may not.
        ChangeRefusedError: the administrator is not assigned, or sees all customers.
        InstantError: the instant is naive or out of range.
        ValueError: there is no such role.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.models import Customer
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> ben = Administrator(id="b", name="Ben", email="b@n.example", role="partner_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> globex = Customer(id="c-1", name="Globex", administrators=[ben])
        >>> globex, _ = change_role(globex, "b", "helpdesk_admin", by=ada, at=when)
        >>> administrators(globex).assigned
        ()
    """
    act = acting(Operation.CHANGE_ROLE, by, at, customer)
    known = _assigned(act, customer, administrator_id)
    after = _with(customer.administrators, evolve(known, role=Role(role)))

    return _of_customer(act, customer, after)


def add_partner_administrator(
    partner: Partner, administrator: Administrator, *, by: Administrator, at: datetime
) -> tuple[Partner, ChangeRecord[Listed]]:
    """Add an administrator who sees all customers.

    Args:
        partner: The partner.
        administrator: Who, in a role that sees all customers.
        by: Who does it.
        at: When, a timezone-aware instant.

    Raises:
        NotPermittedError: the role may not do it.
        ChangeRefusedError: the administrator is one already, or does not see all customers.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.models import Partner
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> eve = Administrator(id="e", name="Eve", email="e@n.example", role="helpdesk_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> north = Partner(id="p-1", name="North", administrators=[ada])
        >>> north, change = add_partner_administrator(north, eve, by=ada, at=when)
        >>> [each.name for each in north.administrators]
        ['Ada', 'Eve']
    """
    act = acting(Operation.ADD_PARTNER_ADMINISTRATOR, by, at)
    _check_new(act, partner.administrators, administrator, Rule.NOT_LISTED)
    _check_sees_all(act, administrator.role)

    return _of_partner(act, partner, (*partner.administrators, administrator))


def remove_partner_administrator(
    partner: Partner, administrator_id: str, *, by: Administrator, at: datetime
) -> tuple[Partner, ChangeRecord[Listed]]:
    """Remove an administrator who sees all customers; never the last full administrator.

    Args:
        partner: The partner.
        administrator_id: Whom.
        by: Who does it.
        at: When, a timezone-aware instant.

    Raises:
        NotPermittedError: the role may not do it.
        ChangeRefusedError: the administrator is none of the partner's, or the last full one.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.models import Partner
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> north = Partner(id="p-1", name="North", administrators=[ada])
        >>> remove_partner_administrator(north, "a", by=ada, at=when)
        Traceback (most recent call last):
        ...
        partnerkpi.errors.ChangeRefusedError: remove_partner_administrator by partner_full_admin is
        refused: a partner keeps at least one full administrator, found 'a', the last one
    """
    act = acting(Operation.REMOVE_PARTNER_ADMINISTRATOR, by, at)
    known = _known(act, partner.administrators, administrator_id, Rule.LISTED)

    return _of_partner(act, partner, _without(partner.administrators, known))


def change_partner_role(
    partner: Partner,
    administrator_id: str,
    role: Role | str,
    *,
    by: Administrator,
    at: datetime,
) -> tuple[Partner, ChangeRecord[Listed]]:
    """Change the role of an administrator who sees all customers, to another that sees all.

    Args:
        partner: The partner.
        administrator_id: Whose.
        role: The new role.
        by: Who does it.
        at: When, a timezone-aware instant.

    Raises:
        NotPermittedError: the role of who does it may not.
        ChangeRefusedError: the administrator is none of the partner's, or the last full one, or the
            role does not see all customers.
        InstantError: the instant is naive or out of range.
        ValueError: there is no such role.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.models import Partner
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> eve = Administrator(id="e", name="Eve", email="e@n.example", role="helpdesk_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> north = Partner(id="p-1", name="North", administrators=[ada, eve])
        >>> north, _ = change_partner_role(north, "e", "partner_full_admin", by=ada, at=when)
        >>> north.administrators[1].role.value
        'partner_full_admin'
    """
    act = acting(Operation.CHANGE_PARTNER_ROLE, by, at)
    known = _known(act, partner.administrators, administrator_id, Rule.LISTED)
    changed = evolve(known, role=Role(role))
    _check_sees_all(act, changed.role)

    return _of_partner(act, partner, _with(partner.administrators, changed))


def _of_customer(
    act: Act, customer: Customer, after: Listed
) -> tuple[Customer, ChangeRecord[Listed]]:
    return evolve(customer, administrators=after), act.change(customer.administrators, after)


def _of_partner(act: Act, partner: Partner, after: Listed) -> tuple[Partner, ChangeRecord[Listed]]:
    before = partner.administrators
    if _full(before) and not _full(after):
        raise act.refusal(Rule.LAST_FULL_ADMIN, f"{shown(_full(before)[0].id)}, the last one")

    return evolve(partner, administrators=after), act.change(before, after)


def _full(listed: Listed) -> Listed:
    return tuple(each for each in listed if each.role is Role.PARTNER_FULL_ADMIN)


def _known(act: Act, listed: Listed, administrator_id: str, rule: Rule) -> Administrator:
    found = next((each for each in listed if each.id == administrator_id), None)
    if found is None:
        raise act.refusal(rule, shown(administrator_id))

    return found


def _assigned(act: Act, customer: Customer, administrator_id: str) -> Administrator:
    known = _known(act, customer.administrators, administrator_id, Rule.ASSIGNED)
    if known.sees_all:
        raise act.refusal(Rule.SEES_SOME, _named(known))

    return known


def _check_new(act: Act, listed: Listed, administrator: Administrator, rule: Rule) -> None:
    if any(each.id == administrator.id for each in listed):
        raise act.refusal(rule, shown(administrator.id))


def _check_sees_all(act: Act, role: Role) -> None:
    if PERMISSIONS[role].sees is not Reach.ALL:
        raise act.refusal(Rule.SEES_ALL, role.value)


def _named(administrator: Administrator) -> str:
    return f"{administrator.role.value} {shown(administrator.id)}"


def _without(listed: Listed, gone: Administrator) -> Listed:
    return tuple(each for each in listed if each.id != gone.id)


def _with(listed: Sequence[Administrator], changed: Administrator) -> Listed:
    return tuple(changed if each.id == changed.id else each for each in listed)
