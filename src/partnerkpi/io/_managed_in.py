"""Machinery: administrators, orders, invoices and checklists as documents have them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from attrs import frozen

from partnerkpi import _record_rules as rules
from partnerkpi._faults import FaultLog, shown
from partnerkpi._managed import Managed
from partnerkpi.io._nested import Suspicious
from partnerkpi.io._notes import Notes
from partnerkpi.io._shapes import (
    COUNT,
    DATE,
    FLAG,
    INSTANT,
    QUANTITY,
    TEXT,
    Shape,
    many,
    maybe,
    one,
    optional,
    pattern,
    word,
)
from partnerkpi.managing_models import (
    Acceptance,
    Administrator,
    Checklist,
    Invoice,
    Order,
    OrderItem,
    OrderKind,
    Role,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerkpi.io._notes import Record

__all__ = [
    "ACCEPTANCE",
    "ADMINISTRATOR",
    "CHECKLIST",
    "FIRST",
    "INVOICE",
    "ITEM",
    "ORDER",
    "SECOND",
    "Keys",
    "administrators_in",
    "keys_within",
    "managed_in",
    "quick",
]

_Value = TypeVar("_Value")

ADMINISTRATOR: Final = Shape(
    Administrator,
    MappingProxyType(
        {"id": TEXT, "name": TEXT, "email": pattern(rules.AN_EMAIL, "?@?"), "role": word(Role)}
    ),
)
ITEM: Final = Shape(
    OrderItem, MappingProxyType({"product": TEXT, "name": TEXT, "quantity": QUANTITY})
)
ORDER: Final = Shape(
    Order,
    MappingProxyType(
        {"id": TEXT, "placed_at": INSTANT, "kind": word(OrderKind), "items": many(ITEM)}
    ),
)
INVOICE: Final = Shape(
    Invoice,
    MappingProxyType(
        {
            "number": TEXT,
            "issued_on": DATE,
            "due_on": DATE,
            "amount_minor": COUNT,
            "currency": pattern(rules.A_CURRENCY, "XXX"),
            "paid_on": maybe(DATE),
        }
    ),
)
ACCEPTANCE: Final = Shape(Acceptance, MappingProxyType({"by": TEXT, "at": INSTANT}))
CHECKLIST: Final = Shape(
    Checklist,
    MappingProxyType(
        {
            "plan_reviewed": optional(FLAG, absent=False),
            "terms_accepted": maybe(one(ACCEPTANCE)),
            "services_configured": optional(FLAG, absent=False),
        }
    ),
)


@frozen
class Keys:
    """The keys that records have in a version of the document; ``of_...`` hold what is managed."""

    partner: tuple[str, ...]
    customer: tuple[str, ...]
    subscription: tuple[str, ...]
    of_customers: tuple[str, ...] = ()
    of_subscriptions: tuple[str, ...] = ()


FIRST: Final = Keys(
    ("id", "name"),
    (
        "id",
        "name",
        "managed_by",
        "last_admin_sign_in_at",
        "tags",
        "attributes",
        "subscriptions",
    ),
    (
        "id",
        "kind",
        "added_at",
        "starts_at",
        "ends_at",
        "auto_renew",
        "paid",
        "set_up",
        "licenses",
    ),
)
_OF_CUSTOMERS = ("administrators",)
_OF_SUBSCRIPTIONS = ("orders", "invoices", "checklist")
SECOND: Final = Keys(
    (*FIRST.partner, "administrators", "organization"),
    FIRST.customer + _OF_CUSTOMERS,
    FIRST.subscription + _OF_SUBSCRIPTIONS,
    _OF_CUSTOMERS,
    _OF_SUBSCRIPTIONS,
)


@frozen(eq=False)
class _Listed(Generic[_Value]):
    """The records under a key, each with a name of its own."""

    key: str
    shape: Shape[_Value]
    name: Callable[[_Value], str]
    expected: str

    def read(self, notes: Notes, path: str, found: Record) -> tuple[_Value, ...]:
        """The records; faulty ones are left out, and who has a name that an earlier one has."""
        kept: dict[str, _Value] = {}
        values = notes.list_of(path, found, self.key) if self.key in found else ()
        for at, value in enumerate(values):
            where = f"{path}.{self.key}[{at}]"
            record = self.shape.read(notes, where, value)
            if record is not None and self.name(record) in kept:
                notes.fault(where, self.expected, shown(self.name(record)))
            elif record is not None:
                kept[self.name(record)] = record

        return tuple(kept.values())


_ADMINISTRATORS = _Listed("administrators", ADMINISTRATOR, lambda each: each.id, rules.UNIQUE_ID)
_ORDERS = _Listed("orders", ORDER, lambda order: order.id, rules.UNIQUE_ID)
_INVOICES = _Listed("invoices", INVOICE, lambda invoice: invoice.number, rules.UNIQUE_NUMBER)


def administrators_in(notes: Notes, path: str, found: Record) -> tuple[Administrator, ...]:
    """The administrators of a customer, or of the partner; faulty ones are left out."""
    return _ADMINISTRATORS.read(notes, path, found)


def managed_in(notes: Notes, path: str, found: Record) -> Managed:
    """What is managed of a subscription; what is faulty is left out."""
    checklist = None
    if "checklist" in found:
        checklist = CHECKLIST.read(notes, f"{path}.checklist", found["checklist"])

    return Managed(
        _ORDERS.read(notes, path, found),
        _INVOICES.read(notes, path, found),
        checklist,
        paid_stated="paid" in found,
        set_up_stated="set_up" in found,
    )


def quick(read: Callable[[Notes, str, Record], _Value], record: Record) -> _Value:
    """What is read of a record in which nothing is wrong.

    Raises:
        Suspicious: something is.
    """
    notes = Notes(FaultLog(1), "")
    found = read(notes, "", record)
    if notes.log.count:
        raise Suspicious

    return found


def keys_within(value: object) -> int:
    """How many keys stand in a decoded value, at all depths."""
    found, stack = 0, [value]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            found += len(node)
            stack.extend(node.values())
        elif isinstance(node, (list, tuple)):
            stack.extend(node)

    return found
