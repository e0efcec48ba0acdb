"""What has to be said beside a portfolio that was made of the platform's answers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from partnerkpi.errors import Place

__all__ = [
    "FIGURES_OF_FACTS",
    "FreeLicense",
    "IncompleteFigure",
    "LeftOut",
    "LeftOutReason",
    "MissingFacts",
]

#: The figures that need each fact. They are named as in the report document; those of licenses
#: are of each product.
FIGURES_OF_FACTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "added_at": (
            "licenses.distribution_trend",
            "licenses.recently_added",
            "licenses.low_assignment.rows.months_since_added",
        ),
        "ends_at": (
            "overview.nearing_expiration",
            "overview.nearing_renewal",
            "licenses.expiring",
            "licenses.renewing",
            "licenses.overage.rows.days_remaining",
            "statuses.expiring_soon",
            "statuses.expired",
        ),
        "auto_renew": (
            "overview.nearing_expiration",
            "overview.nearing_renewal",
            "licenses.expiring",
            "licenses.renewing",
            "licenses.overage.rows.auto_renew",
            "statuses.expiring_soon",
        ),
        "paid": ("statuses.suspended",),
        "set_up": ("statuses.ready_for_order_setup",),
        "last_admin_sign_in_at": ("statuses.no_recent_activity",),
        "used_7d": (
            "licenses.distribution_trend.used",
            "licenses.recently_added.rows.weekly_usage_change",
            "licenses.expiring.utilization",
            "licenses.renewing.utilization",
            "licenses.low_assignment.utilization",
            "licenses.low_assignment.used_when_assigned",
            "licenses.overage.rows.utilization",
        ),
        "used_3mo": ("licenses.expiring.rows.used_3mo", "licenses.renewing.rows.used_3mo"),
    }
)


class LeftOutReason(StrEnum):
    """Why something of an answer is not in the portfolio.

    Example:
        >>> LeftOutReason.NO_COUNT.value
        'it has no count'
    """

    REPEATED = "it came before, and says the same"
    NO_COUNT = "it has no count"
    NOT_ASSIGNABLE = "it is not assigned to users or workspaces"
    UNDATED = "nobody says since when it is there"
    UNKNOWN_ORGANIZATION = "its organization is not among the organizations"
    UNKNOWN_SUBSCRIPTION = "no license is of its subscription"
    SEVERAL_SUBSCRIPTIONS = "it names several subscriptions, and not which of them its dates are of"
    TAGS_OF_SUBSCRIPTION = "only customers have tags here"
    NO_EMAIL = "it has no e-mail address"
    OTHER_ROLE = "its role has no counterpart"
    NOT_PROVISIONED = "it has no organization yet"


@frozen
class LeftOut:
    """Something of an answer, or of the facts, that is not in the portfolio.

    Attributes:
        place: Where it stands.
        what: Its name.
        reason: Why it is left out.

    Example:
        >>> from partnerkpi.errors import Place
        >>> place = Place("licenses.json", path="items[3]")
        >>> print(LeftOut(place, "Route List Calls", LeftOutReason.NOT_ASSIGNABLE))
        licenses.json, items[3]: 'Route List Calls': it is not assigned to users or workspaces
    """

    place: Place
    what: str
    reason: LeftOutReason

    def __str__(self) -> str:
        return f"{self.place}: {self.what!r}: {self.reason.value}"


@frozen(kw_only=True)
class FreeLicense:
    """A license without a subscription: it counts in no share, as its total means nothing.

    Attributes:
        customer_id: The customer's id.
        customer: The customer's name.
        name: The license's name.
        product: The product's code.
        total: Its total, mostly the number of users.
        assigned: How many of it are assigned.

    Example:
        >>> free = FreeLicense(
        ...     customer_id="c-1",
        ...     customer="Globex",
        ...     name="Basic Messaging",
        ...     product="messaging",
        ...     total=44,
        ...     assigned=44,
        ... )
        >>> free.total
        44
    """

    customer_id: str
    customer: str
    name: str
    product: str
    total: int
    assigned: int


@frozen(kw_only=True)
class MissingFacts:
    """What nobody says of a customer or of one of its subscriptions.

    Attributes:
        customer_id: The customer's id.
        customer: The customer's name.
        subscription_id: The subscription's id; ``None`` for what is of the customer itself.
        facts: The names of what is missing: keys of ``FIGURES_OF_FACTS``.
        licenses: How many licenses it concerns.

    Example:
        >>> print(
        ...     MissingFacts(
        ...         customer_id="c-1",
        ...         customer="Globex",
        ...         subscription_id="Sub1",
        ...         facts=("ends_at", "paid"),
        ...         licenses=100,
        ...     )
        ... )
        Globex (c-1), Sub1: ends_at, paid
    """

    customer_id: str
    customer: str
    subscription_id: str | None
    facts: tuple[str, ...]
    licenses: int

    def __str__(self) -> str:
        which = "" if self.subscription_id is None else f", {self.subscription_id}"

        return f"{self.customer} ({self.customer_id}){which}: {', '.join(self.facts)}"


@frozen(kw_only=True)
class IncompleteFigure:
    """A figure that needs facts which are missing: it speaks only of what is stated.

    Attributes:
        figure: Its name, as in the report document; of licenses for each product.
        facts: The names of the facts that it misses.
        customers: Of how many customers they are missing.
        licenses: How many licenses these concern.

    Example:
        >>> print(
        ...     IncompleteFigure(
        ...         figure="licenses.renewing",
        ...         facts=("auto_renew",),
        ...         customers=2,
        ...         licenses=150,
        ...     )
        ... )
        licenses.renewing is incomplete, as no auto_renew of 2 customers (150 licenses) is known
    """

    figure: str
    facts: tuple[str, ...]
    customers: int
    licenses: int

    @property
    def what(self) -> str:
        """What it misses, in words."""
        customers = f"{self.customers} customer{'' if self.customers == 1 else 's'}"
        licenses = f"{self.licenses} license{'' if self.licenses == 1 else 's'}"

        return f"no {', '.join(self.facts)} of {customers} ({licenses})"

    def __str__(self) -> str:
        return f"{self.figure} is incomplete, as {self.what} is known"
