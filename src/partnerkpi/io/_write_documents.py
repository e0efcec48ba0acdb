"""Machinery: portfolio documents written, customer by customer.

What is written reads back as the equal portfolio, and equal portfolios give equal bytes: every
field stands in a fixed order, one customer a line, and packed files carry no time. A file takes its
name only once all of it is written.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

from partnerkpi._instants import format_one, of_datetime
from partnerkpi.io._files import created
from partnerkpi.io._shapes import written
from partnerkpi.io.documents import FIRST_FORMAT, SECOND_FORMAT

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from datetime import datetime

    from partnerkpi.io._files import Writable
    from partnerkpi.models import Customer, LicenseLine, Observation, Partner, Subscription

__all__ = ["customer_document", "subscription_document", "write_document"]

Document: TypeAlias = "dict[str, object]"


def write_document(
    customers: Iterable[Customer],
    partner: Partner | None,
    target: str | os.PathLike[str] | Writable,
    *,
    managed: bool = False,
) -> None:
    """Write a portfolio document.

    Args:
        customers: They are gone through once, and written in this order.
        partner: The partner whose customers they are, if known.
        target: A path, packed if it ends with ``.gz``, or a binary stream, left open.
        managed: Whether there is anything that only the second version of the format has.

    Raises:
        OSError: the path cannot be written.
    """
    with created(target) as stream:
        head: Document = {"format": SECOND_FORMAT if managed else FIRST_FORMAT}
        if partner is not None:
            head["partner"] = _partner(partner)
        stream.write(f'{_text(head)[:-1]}, "customers": ['.encode())
        between = "\n"
        for customer in customers:
            stream.write(f"{between}{_text(customer_document(customer))}".encode())
            between = ",\n"
        stream.write(b"]}\n")


def customer_document(customer: Customer) -> Document:
    """A customer as an element of ``customers`` in a portfolio document.

    Example:
        >>> from partnerkpi.models import Customer
        >>> customer_document(Customer(id="c-1", name="Globex"))["managed_by"]
        'partner'
    """
    return {
        "id": customer.id,
        "name": customer.name,
        "managed_by": customer.managed_by.value,
        "last_admin_sign_in_at": _instant(customer.last_admin_sign_in_at),
        "tags": list(customer.tags),
        "attributes": dict(sorted(customer.attributes.items())),
        **_given(administrators=customer.administrators),
        "subscriptions": [subscription_document(one) for one in customer.subscriptions],
    }


def _partner(partner: Partner) -> Document:
    organization = partner.organization
    own = {} if organization is None else {"organization": customer_document(organization)}

    return {
        "id": partner.id,
        "name": partner.name,
        **_given(administrators=partner.administrators),
        **own,
    }


def subscription_document(subscription: Subscription) -> Document:
    """A subscription as an element of ``subscriptions`` in a portfolio document.

    What is not stated but follows from invoices or a checklist is left out.
    """
    stated = {"paid": subscription.paid, "set_up": subscription.set_up}

    return {
        "id": subscription.id,
        "kind": subscription.kind.value,
        "added_at": _instant(subscription.added_at),
        "starts_at": _instant(subscription.starts_at),
        "ends_at": _instant(subscription.ends_at),
        "auto_renew": subscription.auto_renew,
        **{name: flag for name, flag in stated.items() if flag is not None},
        **_given(
            orders=subscription.orders,
            invoices=subscription.invoices,
            checklist=subscription.checklist,
        ),
        "licenses": [_line(line) for line in subscription.licenses],
    }


def _given(**parts: object) -> Document:
    """The parts that there are."""
    return {name: written(part) for name, part in parts.items() if part}


def _line(line: LicenseLine) -> Document:
    head: Document = {"product": line.product, "name": line.name}
    observations = [_observation(one) for one in line.observations]
    if len(observations) == 1 and observations[0]["observed_at"] is None:
        # The one undated observation stands in the line itself, as the format has it.
        del observations[0]["observed_at"]
        return head | observations[0]

    return {**head, "observations": observations}


def _observation(observation: Observation) -> Document:
    return {
        "observed_at": _instant(observation.observed_at),
        "total": observation.total,
        "assigned": observation.assigned,
        "used_7d": observation.used_7d,
        "used_3mo": observation.used_3mo,
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else format_one(of_datetime(moment))


def _text(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False)
