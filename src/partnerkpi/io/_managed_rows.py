"""Machinery: what is managed of a customer, as rows of the tables beside the three."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from partnerkpi.io._managed_tables import ADMINISTRATORS, CHECKLISTS, INVOICES, ORDERS
from partnerkpi.io._shapes import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerkpi.io._table_columns import Table
    from partnerkpi.managing_models import Checklist, Order
    from partnerkpi.models import Customer, Subscription

__all__ = ["managed_rows"]

Row: TypeAlias = "dict[str, object]"


def managed_rows(customer: Customer) -> Iterator[tuple[Table, Row]]:
    """The rows of a customer, each with its table."""
    for each in customer.administrators:
        row = written(each)
        yield ADMINISTRATORS, {"customer_id": customer.id, "administrator_id": row.pop("id"), **row}
    for subscription in customer.subscriptions:
        yield from _of_subscription(subscription)


def _of_subscription(subscription: Subscription) -> Iterator[tuple[Table, Row]]:
    own: Row = {"subscription_id": subscription.id}
    for order in subscription.orders:
        for row in _of_order(order):
            yield ORDERS, own | row
    for invoice in subscription.invoices:
        yield INVOICES, own | written(invoice)
    if subscription.checklist is not None:
        yield CHECKLISTS, own | _of_checklist(subscription.checklist)


def _of_order(order: Order) -> Iterator[Row]:
    """A row an item; without any, one of the order alone."""
    row = written(order)
    head = {"order_id": row["id"], "placed_at": row["placed_at"], "kind": row["kind"]}
    for item in row["items"] or [dict.fromkeys(("product", "name", "quantity"))]:
        yield head | item


def _of_checklist(checklist: Checklist) -> Row:
    row: dict[str, Any] = written(checklist)
    terms: Row = row.pop("terms_accepted") or dict.fromkeys(("by", "at"))

    return row | {f"terms_accepted_{key}": cell for key, cell in terms.items()}
