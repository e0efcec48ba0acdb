"""A portfolio document read into plain records, defaults filled in."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from attrs import frozen

from tests.oracles.times import instant

Document = dict[str, Any]


@frozen
class Observation:
    """What was counted on a line at one instant; `None` precedes every dated one."""

    observed_at: datetime | None
    total: int
    assigned: int
    used_7d: int
    used_3mo: int


@frozen
class Line:
    """One product inside a subscription."""

    product: str
    observations: tuple[Observation, ...]


@frozen
class Subscription:
    """A subscription or a trial."""

    id: str
    kind: str
    added_at: datetime
    starts_at: datetime
    ends_at: datetime | None
    auto_renew: bool
    paid: bool
    set_up: bool
    lines: tuple[Line, ...]

    def is_there(self, at: datetime) -> bool:
        """Whether it counts in anything at the instant."""
        return self.added_at <= at

    def is_pending(self, at: datetime) -> bool:
        """Whether it is there and has not started."""
        return self.added_at <= at < self.starts_at

    def is_active(self, at: datetime) -> bool:
        """Whether it is there, has started and has not ended."""
        ended = self.ends_at is not None and at >= self.ends_at
        return self.added_at <= at and self.starts_at <= at and not ended

    def lines_of(self, *products: str) -> list[Line]:
        """Its lines of these products."""
        return [line for line in self.lines if line.product in products]


@frozen
class Customer:
    """A customer with everything it bought."""

    id: str
    name: str
    managed_by: str
    tags: tuple[str, ...]
    attributes: dict[str, str]
    last_admin_sign_in_at: datetime | None
    subscriptions: tuple[Subscription, ...]

    def there(self, at: datetime) -> list[Subscription]:
        """The subscriptions and trials that are there at the instant."""
        return [s for s in self.subscriptions if s.is_there(at)]

    def active(self, at: datetime) -> list[Subscription]:
        """The subscriptions and trials that are active at the instant."""
        return [s for s in self.subscriptions if s.is_active(at)]


def read_customers(document: Document) -> list[Customer]:
    """The customers of a portfolio document, ordered by id (code points)."""
    customers = [read_customer(customer) for customer in document["customers"]]
    return sorted(customers, key=lambda customer: customer.id)


def read_customer(fields: Document) -> Customer:
    """One customer; `managed_by` is the partner unless given, tags and attributes are none."""
    return Customer(
        id=fields["id"],
        name=fields["name"],
        managed_by=fields.get("managed_by", "partner"),
        tags=tuple(fields.get("tags", ())),
        attributes=dict(fields.get("attributes", {})),
        last_admin_sign_in_at=optional_instant(fields.get("last_admin_sign_in_at")),
        subscriptions=tuple(read_subscription(s) for s in fields["subscriptions"]),
    )


def read_subscription(fields: Document) -> Subscription:
    """One subscription; it starts when it was added unless given, and is paid and set up."""
    return Subscription(
        id=fields["id"],
        kind=fields["kind"],
        added_at=instant(fields["added_at"]),
        starts_at=instant(fields.get("starts_at") or fields["added_at"]),
        ends_at=optional_instant(fields.get("ends_at")),
        auto_renew=fields.get("auto_renew", False),
        paid=fields.get("paid", True),
        set_up=fields.get("set_up", True),
        lines=tuple(read_line(line) for line in fields["licenses"]),
    )


def read_line(fields: Document) -> Line:
    """One line; without `observations` its own fields are one undated observation."""
    observations = fields.get("observations", [fields])
    return Line(
        product=fields["product"],
        observations=tuple(read_observation(o) for o in observations),
    )


def read_observation(fields: Document) -> Observation:
    """One observation; nothing was used unless given."""
    return Observation(
        observed_at=optional_instant(fields.get("observed_at")),
        total=fields["total"],
        assigned=fields["assigned"],
        used_7d=fields.get("used_7d", 0),
        used_3mo=fields.get("used_3mo", 0),
    )


def optional_instant(text: str | None) -> datetime | None:
    """An instant that may be missing."""
    return None if text is None else instant(text)


def all_lines(subscriptions: list[Subscription], *products: str) -> Iterator[Line]:
    """The lines of these products over several subscriptions."""
    for subscription in subscriptions:
        yield from subscription.lines_of(*products)
