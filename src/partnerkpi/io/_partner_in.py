"""Machinery: the partner as documents have it, its administrators and its own organization."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from partnerkpi._intake import Intake
from partnerkpi.errors import Place
from partnerkpi.io._cells import MISSING
from partnerkpi.io._managed_in import SECOND, administrators_in
from partnerkpi.io._nested import DocumentPlaces, Totals, packed
from partnerkpi.io._shapes import TEXT, made
from partnerkpi.io._walk import Walk
from partnerkpi.models import Partner

if TYPE_CHECKING:
    from partnerkpi.io._managed_in import Keys
    from partnerkpi.io._notes import Notes, Record
    from partnerkpi.models import Customer, Subscription

__all__ = ["customer_in", "partner_in", "subscription_in"]

_TEXTS = ("id", "name")
_OWNER: Mapping[str, object] = MappingProxyType({"id": "-", "name": "-", "subscriptions": ()})


def partner_in(notes: Notes, value: object, keys: Keys) -> Partner | None:
    """The partner of a document; none when it is faulty."""
    found = notes.record("partner", value, keys.partner)
    if found is None:
        return None
    before = notes.log.count
    texts = {key: TEXT.value(notes, f"partner.{key}", found.get(key, MISSING)) for key in _TEXTS}
    missing = notes.log.count > before
    managed = _managed_in(notes, found, keys) if keys is SECOND else {}
    partner = made(notes, "partner", Partner, texts | managed)

    return None if missing else partner


def _managed_in(notes: Notes, found: Record, keys: Keys) -> dict[str, object]:
    organization = found.get("organization")
    if organization is not None:
        organization = customer_in(notes, "partner.organization", organization, keys)

    return {
        "administrators": administrators_in(notes, "partner", found),
        "organization": organization,
    }


def customer_in(notes: Notes, path: str, value: object, keys: Keys) -> Customer | None:
    """The customer at a path, judged as those of a portfolio; none when it is faulty."""
    walk = Walk(notes, keys)
    walk.customer(path, value)

    return _settled(notes, walk, path, "customers[0]")


def subscription_in(notes: Notes, path: str, value: object, keys: Keys) -> Subscription | None:
    """The subscription at a path, judged as those of a portfolio; none when it is faulty."""
    walk = Walk(notes, keys)
    walk.customer("", _OWNER)
    walk.subscription(path, value)
    walk.columns.subscriptions[0] = 1
    owner = _settled(notes, walk, path, "customers[0].subscriptions[0]")

    return None if owner is None else next(iter(owner.subscriptions), None)


def _settled(notes: Notes, walk: Walk, path: str, prefix: str) -> Customer | None:
    """The one customer that was walked over; paths begin with another prefix."""
    places = DocumentPlaces(notes.name)
    batches = packed(walk.columns, Totals())
    places.note(batches, Totals())

    def place(table: str, row: int, column: str | None, /) -> Place:
        found = places(table, row, column).path or ""
        return Place(notes.name, path + found.removeprefix(prefix))

    intake = Intake(notes.log, place)
    intake.add_customers(batches.customers)
    intake.add_subscriptions(batches.subscriptions)
    intake.add_licenses(batches.licenses)
    intake.add_held(walk.columns.held.moved(0, 0))

    return next(iter(intake.finish(strict=False).customers), None)
