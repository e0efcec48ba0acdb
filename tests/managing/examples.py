"""Administrators and customers that the tests of managing speak of."""

from datetime import UTC, datetime

from partnerkpi.managing_models import Administrator, AdministratorId, Role
from partnerkpi.models import (
    Customer,
    CustomerId,
    Kind,
    LicenseLine,
    Partner,
    PartnerId,
    Subscription,
    SubscriptionId,
)

__all__ = [
    "ADA",
    "BEN",
    "EVE",
    "NORTH",
    "RON",
    "WHEN",
    "administrator",
    "at",
    "globex",
    "subscription",
]

WHEN = datetime(2026, 11, 22, 9, tzinfo=UTC)


def at(text: str) -> datetime:
    """An instant by its text; UTC where nothing else is said."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def administrator(name: str, role: Role) -> Administrator:
    """An administrator of the partner."""
    return Administrator(
        id=AdministratorId(name.lower()),
        name=name,
        email=f"{name.lower()}@north.example",
        role=role,
    )


ADA = administrator("Ada", Role.PARTNER_FULL_ADMIN)
BEN = administrator("Ben", Role.PARTNER_ADMIN)
RON = administrator("Ron", Role.PARTNER_READONLY_ADMIN)
EVE = administrator("Eve", Role.HELPDESK_ADMIN)
NORTH = Partner(id=PartnerId("p-1"), name="North Partner", administrators=(ADA, RON, EVE))


def globex(*subscriptions: Subscription, **fields: object) -> Customer:
    """A customer with these subscriptions and fields."""
    given = {"id": CustomerId("c-1"), "name": "Globex", "subscriptions": subscriptions} | fields
    return Customer(**given)  # type: ignore[arg-type]


def subscription(name: str = "Sub1", *products: str, **fields: object) -> Subscription:
    """A subscription added in January with lines of these products and these fields."""
    given: dict[str, object] = {
        "id": SubscriptionId(name),
        "kind": Kind.SUBSCRIPTION,
        "added_at": at("2026-01-10"),
        "licenses": [LicenseLine(product=each, name="Suite") for each in products],
    }
    return Subscription(**(given | fields))  # type: ignore[arg-type]
