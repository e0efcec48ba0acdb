"""Who sees which customers, and may do what of them: the table of permissions, applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import numpy as np

from partnerkpi.columns import Portfolio
from partnerkpi.managing.changes import AREAS, Operation
from partnerkpi.managing_models import PERMISSIONS, Access, Permission, Reach, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnerkpi.managing_models import Administrator
    from partnerkpi.models import Customer

__all__ = [
    "PERMISSIONS",
    "Access",
    "Permission",
    "Reach",
    "Role",
    "may",
    "sees",
    "visible_customers",
]


def sees(administrator: Administrator, customer: Customer) -> bool:
    """Whether an administrator sees a customer: all are seen, or it is assigned.

    Example:
        >>> from partnerkpi.managing_models import Administrator
        >>> from partnerkpi.models import Customer
        >>> ben = Administrator(id="a-2", name="Ben", email="b@n.example", role="partner_admin")
        >>> sees(ben, Customer(id="c-1", name="Globex"))
        False
        >>> sees(ben, Customer(id="c-1", name="Globex", administrators=[ben]))
        True
    """
    return administrator.sees_all or any(
        each.id == administrator.id for each in customer.administrators
    )


def may(
    administrator: Administrator, operation: Operation | str, customer: Customer | None = None
) -> bool:
    """Whether an administrator may do something, of a customer that is seen or of the partner.

    Args:
        administrator: Who wants to.
        operation: What.
        customer: Of which customer; none for the administrators of the partner.

    Raises:
        ValueError: there is no such operation.

    Example:
        >>> from partnerkpi.managing_models import Administrator
        >>> from partnerkpi.models import Customer
        >>> eve = Administrator(id="a-3", name="Eve", email="e@n.example", role="helpdesk_admin")
        >>> may(eve, "add_tag", Customer(id="c-1", name="Globex"))
        False
    """
    area = AREAS[Operation(operation)]
    edits = getattr(PERMISSIONS[administrator.role], area.value) is Access.EDIT

    return edits and (customer is None or sees(administrator, customer))


@overload
def visible_customers(administrator: Administrator, customers: Portfolio) -> Portfolio: ...
@overload
def visible_customers(
    administrator: Administrator, customers: Iterable[Customer]
) -> tuple[Customer, ...]: ...
def visible_customers(
    administrator: Administrator, customers: Portfolio | Iterable[Customer]
) -> Portfolio | tuple[Customer, ...]:
    """The customers that an administrator sees: all of them, or those assigned.

    Args:
        administrator: Who looks.
        customers: A portfolio, of which a portfolio comes back, or records.

    Example:
        >>> from partnerkpi.managing_models import Administrator
        >>> from partnerkpi.models import Customer
        >>> ben = Administrator(id="a-2", name="Ben", email="b@n.example", role="partner_admin")
        >>> mine = Customer(id="c-1", name="Globex", administrators=[ben])
        >>> [each.id for each in visible_customers(ben, [mine, Customer(id="c-2", name="Initech")])]
        ['c-1']
    """
    if not isinstance(customers, Portfolio):
        return tuple(each for each in customers if sees(administrator, each))
    if administrator.sees_all:
        return customers
    assigned = customers.customer_columns.administrators
    mask = np.zeros(len(customers), np.bool_)
    mask[assigned.rows] = [
        any(each.id == administrator.id for each in each_list) for each_list in assigned.values
    ]

    return customers.where(mask)
