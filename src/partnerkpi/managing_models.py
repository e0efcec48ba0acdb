"""Frozen records of managing customers: administrators and their rights, orders, invoices, set-up.

As with every record, building one by hand checks as strictly as reading one from a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NewType

from attrs import field, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._faults import shown
from partnerkpi._record_fields import refuse, sequence, utc

__all__ = [
    "PERMISSIONS",
    "Acceptance",
    "Access",
    "Administrator",
    "AdministratorId",
    "Checklist",
    "Invoice",
    "Order",
    "OrderItem",
    "OrderKind",
    "Permission",
    "Reach",
    "Role",
    "SetUpStep",
]

AdministratorId = NewType("AdministratorId", str)


class Role(StrEnum):
    """What an administrator of the partner may do; ``PERMISSIONS`` says what.

    Example:
        >>> Role("helpdesk_admin")
        <Role.HELPDESK_ADMIN: 'helpdesk_admin'>
    """

    PARTNER_FULL_ADMIN = "partner_full_admin"
    PARTNER_ADMIN = "partner_admin"
    PARTNER_READONLY_ADMIN = "partner_readonly_admin"
    HELPDESK_ADMIN = "helpdesk_admin"


class Reach(StrEnum):
    """Which customers a role sees: all of them, or those to which the administrator is assigned.

    Example:
        >>> Reach.ASSIGNED.value
        'assigned'
    """

    ALL = "all"
    ASSIGNED = "assigned"


class Access(StrEnum):
    """What a role may do with a part of the customers that it sees.

    Example:
        >>> Access.VIEW.value
        'view'
    """

    VIEW = "view"
    EDIT = "edit"


@frozen
class Permission:
    """What one role may do.

    Attributes:
        sees: Which customers it sees; what it may edit, it may edit of these.
        tags: Tags of customers.
        trials: Trials: start, extend.
        administrators: Administrators: assign, add, remove, change role.
        subscriptions: The steps of setting up, and payments; the source has no such column, and
            whoever may start a trial may do these.

    Example:
        >>> PERMISSIONS[Role.PARTNER_ADMIN].administrators.value
        'view'
    """

    sees: Reach
    tags: Access
    trials: Access
    administrators: Access
    subscriptions: Access


#: The one table of roles: who sees which customers, and may edit what of them.
PERMISSIONS: Final[Mapping[Role, Permission]] = MappingProxyType(
    {
        Role.PARTNER_FULL_ADMIN: Permission(
            Reach.ALL, Access.EDIT, Access.EDIT, Access.EDIT, Access.EDIT
        ),
        Role.PARTNER_ADMIN: Permission(
            Reach.ASSIGNED, Access.EDIT, Access.EDIT, Access.VIEW, Access.EDIT
        ),
        Role.PARTNER_READONLY_ADMIN: Permission(
            Reach.ALL, Access.VIEW, Access.VIEW, Access.VIEW, Access.VIEW
        ),
        Role.HELPDESK_ADMIN: Permission(
            Reach.ALL, Access.VIEW, Access.VIEW, Access.VIEW, Access.VIEW
        ),
    }
)


class OrderKind(StrEnum):
    """What an order does to the licenses of a subscription.

    Example:
        >>> OrderKind.RENEWAL.value
        'renewal'
    """

    NEW = "new"
    CHANGE = "change"
    RENEWAL = "renewal"
    CANCELLATION = "cancellation"


class SetUpStep(StrEnum):
    """The steps of the first-time set-up, in their order.

    Example:
        >>> next(iter(SetUpStep)).value
        'review_plan'
    """

    REVIEW_PLAN = "review_plan"
    ACCEPT_TERMS = "accept_terms"
    CONFIGURE_SERVICES = "configure_services"


def _administrator_id(value: str) -> AdministratorId:
    return AdministratorId(value)


def _role(value: Role | str) -> Role:
    return rules.member_of(Role, value)


def _order_kind(value: OrderKind | str) -> OrderKind:
    return rules.member_of(OrderKind, value)


def _items(values: Iterable[OrderItem]) -> tuple[OrderItem, ...]:
    return sequence(values)


@frozen(kw_only=True)
class Administrator:
    """An administrator of the partner.

    Attributes:
        id: Its id; always text.
        name: Its name.
        email: Its e-mail address.
        role: Its role.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> ada = Administrator(
        ...     id="a-1", name="Ada", email="ada@north.example", role="partner_full_admin"
        ... )
        >>> ada.sees_all
        True
    """

    id: AdministratorId = field(converter=_administrator_id)
    name: str
    email: str
    role: Role = field(converter=_role)

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty administrator."""
        refuse("Administrator", _of_administrator(self))

    @property
    def sees_all(self) -> bool:
        """Whether the role sees all customers."""
        return PERMISSIONS[self.role].sees is Reach.ALL


@frozen(kw_only=True)
class OrderItem:
    """A line of an order.

    Attributes:
        product: The product's code.
        name: The license's name.
        quantity: How many licenses; what that means is said by the order's kind.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> OrderItem(product="calling", name="Professional", quantity=100).quantity
        100
    """

    product: str
    name: str
    quantity: int

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty item."""
        refuse("OrderItem", _of_item(self))


@frozen(kw_only=True)
class Order:
    """An order of a subscription.

    A new order and a change add the quantities of their items, a change below 0 takes licenses
    away; a renewal sets the lines that it names to its quantities; a cancellation takes its
    quantities away, and everything where it names nothing.

    Attributes:
        id: Its id, unique in the subscription; always text.
        placed_at: When it was placed.
        kind: What it does.
        items: Its lines.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> from datetime import datetime, timezone
        >>> placed = datetime(2026, 1, 8, tzinfo=timezone.utc)
        >>> Order(id="W-1", placed_at=placed, kind="cancellation").items
        ()
    """

    id: str
    placed_at: datetime = field(converter=utc)
    kind: OrderKind = field(converter=_order_kind)
    items: tuple[OrderItem, ...] = field(default=(), converter=_items)

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty order."""
        refuse("Order", _of_order(self))


@frozen(kw_only=True)
class Invoice:
    """An invoice of a subscription.

    Attributes:
        number: Its number, unique in the subscription; always text.
        issued_on: The day of its issue.
        due_on: The last day on which it is paid in time.
        amount_minor: Its amount in minor units of the currency, such as cents.
        currency: The currency, by ISO 4217.
        paid_on: The day on which it was paid; ``None``: it was not.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> from datetime import date
        >>> invoice = Invoice(
        ...     number="I-1",
        ...     issued_on=date(2026, 1, 10),
        ...     due_on=date(2026, 2, 9),
        ...     amount_minor=125_000,
        ...     currency="EUR",
        ... )
        >>> invoice.paid_on is None
        True
    """

    number: str
    issued_on: date
    due_on: date
    amount_minor: int
    currency: str
    paid_on: date | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty invoice."""
        refuse("Invoice", _of_invoice(self))


@frozen(kw_only=True)
class Acceptance:
    """That the terms were accepted.

    Attributes:
        by: Who accepted them.
        at: When.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> from datetime import datetime, timezone
        >>> Acceptance(by="Gil", at=datetime(2026, 1, 11, tzinfo=timezone.utc)).by
        'Gil'
    """

    by: str
    at: datetime = field(converter=utc)

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty acceptance."""
        refuse("Acceptance", _of_acceptance(self))


@frozen(kw_only=True)
class Checklist:
    """How far the first-time set-up of a subscription is.

    Attributes:
        plan_reviewed: Whether the plan was reviewed.
        terms_accepted: By whom and when the terms were accepted; ``None``: they were not.
        services_configured: Whether the services are configured.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> checklist = Checklist(plan_reviewed=True)
        >>> checklist.complete, checklist.next_step.value
        (False, 'accept_terms')
    """

    plan_reviewed: bool = False
    terms_accepted: Acceptance | None = None
    services_configured: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty checklist."""
        refuse("Checklist", _of_checklist(self))

    @property
    def next_step(self) -> SetUpStep | None:
        """The first step that is not done; ``None`` when all are."""
        done = (self.plan_reviewed, self.terms_accepted is not None, self.services_configured)

        return next(
            (step for step, is_done in zip(SetUpStep, done, strict=True) if not is_done), None
        )

    @property
    def complete(self) -> bool:
        """Whether all steps are done."""
        return self.next_step is None


def _of_administrator(administrator: Administrator) -> Iterator[rules.Finding]:
    yield from rules.text_faults("id", administrator.id)
    yield from rules.text_faults("name", administrator.name)
    yield from rules.pattern_faults("email", administrator.email, rules.AN_EMAIL)
    yield from rules.member_faults("role", administrator.role, Role)


def _of_item(item: OrderItem) -> Iterator[rules.Finding]:
    yield from rules.text_faults("product", item.product)
    yield from rules.text_faults("name", item.name)
    yield from rules.quantity_faults("quantity", item.quantity)


def _of_order(order: Order) -> Iterator[rules.Finding]:
    yield from rules.text_faults("id", order.id)
    yield from rules.instant_faults("placed_at", order.placed_at, optional=False)
    yield from rules.member_faults("kind", order.kind, OrderKind)
    found = list(rules.record_faults("items", order.items, OrderItem))
    yield from found
    for position, item in enumerate(() if found else order.items):
        if item.quantity < 0 and order.kind is not OrderKind.CHANGE:
            yield f"items[{position}].quantity", rules.ONLY_CHANGES_TAKE, shown(item.quantity)


def _of_invoice(invoice: Invoice) -> Iterator[rules.Finding]:
    yield from rules.text_faults("number", invoice.number)
    days = [
        *rules.date_faults("issued_on", invoice.issued_on),
        *rules.date_faults("due_on", invoice.due_on),
    ]
    yield from days
    if not days and invoice.due_on < invoice.issued_on:
        yield "due_on", rules.DUE_AFTER_ISSUE, rules.instant_shown(invoice.due_on)
    yield from rules.count_faults("amount_minor", invoice.amount_minor)
    yield from rules.pattern_faults("currency", invoice.currency, rules.A_CURRENCY)
    yield from rules.date_faults("paid_on", invoice.paid_on, optional=True)


def _of_acceptance(acceptance: Acceptance) -> Iterator[rules.Finding]:
    yield from rules.text_faults("by", acceptance.by)
    yield from rules.instant_faults("at", acceptance.at, optional=False)


def _of_checklist(checklist: Checklist) -> Iterator[rules.Finding]:
    yield from rules.boolean_faults("plan_reviewed", checklist.plan_reviewed)
    accepted: object = checklist.terms_accepted
    if not (accepted is None or isinstance(accepted, Acceptance)):
        yield "terms_accepted", "an Acceptance or none", shown(accepted)
    yield from rules.boolean_faults("services_configured", checklist.services_configured)
