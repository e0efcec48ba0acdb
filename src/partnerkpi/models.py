"""Frozen records of what a partner manages: customers, subscriptions, lines, observations.

Building one by hand checks as strictly as reading one from a file: no coercion, all faults of the
record at once. Instants are timezone-aware and become UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NewType, TypeVar, cast

from attrs import Factory, field, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._faults import shown
from partnerkpi._instants import of_datetime
from partnerkpi._record_fields import refuse, sequence, utc, utc_or_none
from partnerkpi.managing_models import Administrator, Checklist, Invoice, Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "Attributes",
    "Customer",
    "CustomerId",
    "Kind",
    "LicenseLine",
    "ManagedBy",
    "Observation",
    "Partner",
    "PartnerId",
    "ProductCode",
    "Subscription",
    "SubscriptionId",
    "SubscriptionState",
]

PartnerId = NewType("PartnerId", str)
CustomerId = NewType("CustomerId", str)
SubscriptionId = NewType("SubscriptionId", str)
ProductCode = NewType("ProductCode", str)

_Record = TypeVar("_Record")


class ManagedBy(StrEnum):
    """Who manages a customer: the partner organization itself, or it as an external administrator.

    Example:
        >>> ManagedBy("external")
        <ManagedBy.EXTERNAL: 'external'>
    """

    PARTNER = "partner"
    EXTERNAL = "external"


class Kind(StrEnum):
    """What was ordered: a paid subscription, or a trial.

    Example:
        >>> Kind.TRIAL.value
        'trial'
    """

    SUBSCRIPTION = "subscription"
    TRIAL = "trial"


class SubscriptionState(StrEnum):
    """Where a subscription stands at an instant.

    ``not_there`` before it was added, ``pending`` until it starts, ``active`` until it ends,
    ``ended`` from its end on.

    Example:
        >>> SubscriptionState.PENDING.value
        'pending'
    """

    NOT_THERE = "not_there"
    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"


class Attributes(Mapping[str, str]):
    """A host's own facts of a customer, text to text: frozen, hashable, ordered by name.

    Example:
        >>> Attributes({"region": "emea"})["region"]
        'emea'
    """

    __slots__ = ("_pairs",)

    _pairs: tuple[tuple[str, str], ...]

    def __init__(self, pairs: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        """Keep the pairs, ordered by name."""
        object.__setattr__(self, "_pairs", tuple(sorted(dict(pairs).items())))

    def __getitem__(self, name: str) -> str:
        """Return the value of an attribute."""
        return dict(self._pairs)[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return (name for name, _ in self._pairs)

    def __len__(self) -> int:
        """Return how many attributes there are."""
        return len(self._pairs)

    def __hash__(self) -> int:
        return hash(self._pairs)

    def __repr__(self) -> str:
        return f"Attributes({dict(self._pairs)!r})"

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"attributes are frozen: {name!r} cannot be set"
        raise AttributeError(msg)

    def __reduce__(self) -> tuple[type[Attributes], tuple[dict[str, str]]]:
        return Attributes, (dict(self._pairs),)


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return sequence(values)


def _lines(values: Iterable[LicenseLine]) -> tuple[LicenseLine, ...]:
    return sequence(values)


def _subscriptions(values: Iterable[Subscription]) -> tuple[Subscription, ...]:
    return sequence(values)


def _orders(values: Iterable[Order]) -> tuple[Order, ...]:
    return sequence(values)


def _invoices(values: Iterable[Invoice]) -> tuple[Invoice, ...]:
    return sequence(values)


def _administrators(values: Iterable[Administrator]) -> tuple[Administrator, ...]:
    return sequence(values)


def _kind(value: Kind | str) -> Kind:
    return rules.member_of(Kind, value)


def _managed_by(value: ManagedBy | str) -> ManagedBy:
    return rules.member_of(ManagedBy, value)


def _customer_id(value: str) -> CustomerId:
    return CustomerId(value)


def _subscription_id(value: str) -> SubscriptionId:
    return SubscriptionId(value)


def _partner_id(value: str) -> PartnerId:
    return PartnerId(value)


def _in_time_order(values: Iterable[Observation]) -> tuple[Observation, ...]:
    observations = sequence(values)
    if type(observations) is tuple and {*map(type, observations)} <= {Observation}:
        return tuple(sorted(observations, key=_instant_of))

    return observations


def _instant_of(observation: Observation) -> tuple[bool, int]:
    # Compared by microseconds: two undated observations (a fault) must compare as well.
    moment = observation.observed_at

    return (False, 0) if moment is None else (True, of_datetime(moment))


def _attributes(value: Mapping[str, str]) -> Mapping[str, str]:
    given: object = value
    if isinstance(given, Mapping) and all(isinstance(name, str) for name in given):
        return Attributes(given)

    return value


@frozen(kw_only=True)
class Observation:
    """How many licenses of a line were bought, assigned and used at an instant.

    Attributes:
        total: Licenses bought, 0 to 2**53 - 1.
        assigned: Licenses assigned to users; may exceed ``total`` (an overage).
        used_7d: Licenses used in the seven days up to the observation.
        used_3mo: Licenses used in the three months up to the observation.
        observed_at: When it was seen; ``None`` precedes every dated observation.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> Observation(total=100, assigned=80).used_7d
        0
        >>> Observation(total=-1, assigned=2.0)
        Traceback (most recent call last):
        ...
        partnerkpi.errors.InputError: 2 faults in the input
        Observation, total: expected a count from 0 to 9007199254740991, found -1
        Observation, assigned: expected a count from 0 to 9007199254740991, found 2.0
    """

    total: int
    assigned: int
    used_7d: int = 0
    used_3mo: int = 0
    observed_at: datetime | None = field(default=None, converter=utc_or_none)

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty observation."""
        refuse("Observation", _of_observation(self))


@frozen(kw_only=True)
class LicenseLine:
    """One product inside a subscription, under one license name, with its observations.

    Attributes:
        product: The product's code, such as ``calling``; an unknown code is its own product.
        name: The license's name, such as ``Professional``; one product may have several.
        observations: What was seen of it, at most one per instant and one undated; kept in the
            order of their instants, the undated one first.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> line = LicenseLine(product="calling", name="Professional")
        >>> line.observations
        ()
    """

    product: str
    name: str
    observations: tuple[Observation, ...] = field(default=(), converter=_in_time_order)

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty line."""
        refuse("LicenseLine", _of_line(self))


@frozen(kw_only=True)
class Subscription:
    """A subscription or trial of a customer.

    Attributes:
        id: Its id, unique in the portfolio; always text.
        kind: ``Kind.SUBSCRIPTION`` or ``Kind.TRIAL``.
        added_at: When it was added to the customer; before that it counts in nothing.
        starts_at: When it starts; ``added_at`` unless given.
        ends_at: When it ends; ``None`` is open-ended.
        auto_renew: Whether it renews itself; never true for a trial.
        orders: What was ordered, each id once.
        invoices: What was invoiced, each number once.
        checklist: How far its first-time set-up is, if that is kept.
        paid: Whether it is paid, as stated; if not, ``None`` beside invoices: what they say at an
            instant, and true without any.
        set_up: Whether the order is set up, as stated; if not, ``None`` beside a checklist: what
            that says, and true without one.
        licenses: Its license lines, one per product and name.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> from datetime import datetime, timezone
        >>> added = datetime(2026, 1, 10, tzinfo=timezone.utc)
        >>> Subscription(id="Sub1", kind=Kind.TRIAL, added_at=added).starts_at.isoformat()
        '2026-01-10T00:00:00+00:00'
    """

    id: SubscriptionId = field(converter=_subscription_id)
    kind: Kind = field(converter=_kind)
    added_at: datetime = field(converter=utc)
    starts_at: datetime = field(
        default=Factory(lambda self: self.added_at, takes_self=True), converter=utc
    )
    ends_at: datetime | None = field(default=None, converter=utc_or_none)
    auto_renew: bool = False
    orders: tuple[Order, ...] = field(default=(), converter=_orders)
    invoices: tuple[Invoice, ...] = field(default=(), converter=_invoices)
    checklist: Checklist | None = None
    paid: bool | None = Factory(lambda self: None if self.invoices else True, takes_self=True)
    set_up: bool | None = Factory(lambda self: None if self.checklist else True, takes_self=True)
    licenses: tuple[LicenseLine, ...] = field(default=(), converter=_lines)

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty subscription."""
        refuse("Subscription", _of_subscription(self))


@frozen(kw_only=True)
class Customer:
    """A customer organization that the partner manages.

    Attributes:
        id: Its id, unique in the portfolio; always text.
        name: Its name.
        managed_by: Whether it belongs to the partner organization or is managed from outside.
        last_admin_sign_in_at: When any administrator of it last signed in; ``None``: never.
        tags: Its tags, each once.
        attributes: A host's own facts, text to text, such as region or account manager.
        administrators: The partner's administrators who are assigned to it, each id once.
        subscriptions: Its subscriptions and trials.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> Customer(id="c-1", name="Globex", tags=["gold"]).tags
        ('gold',)
        >>> Customer(id="c-1", name=None)
        Traceback (most recent call last):
        ...
        partnerkpi.errors.InputError: 1 fault in the input
        Customer, name: expected a text, found null
    """

    id: CustomerId = field(converter=_customer_id)
    name: str
    managed_by: ManagedBy = field(default=ManagedBy.PARTNER, converter=_managed_by)
    last_admin_sign_in_at: datetime | None = field(default=None, converter=utc_or_none)
    tags: tuple[str, ...] = field(default=(), converter=_texts)
    attributes: Mapping[str, str] = field(factory=Attributes, converter=_attributes)
    administrators: tuple[Administrator, ...] = field(default=(), converter=_administrators)
    subscriptions: tuple[Subscription, ...] = field(default=(), converter=_subscriptions)

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty customer."""
        refuse("Customer", _of_customer(self))


@frozen(kw_only=True)
class Partner:
    """The partner whose customers these are.

    Attributes:
        id: Its id.
        name: Its name.
        administrators: Its administrators who see all customers, each id once.
        organization: Its own organization, shaped as a customer and never counted among them.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> Partner(id="p-1", name="North Partner").name
        'North Partner'
    """

    id: PartnerId = field(converter=_partner_id)
    name: str
    administrators: tuple[Administrator, ...] = field(default=(), converter=_administrators)
    organization: Customer | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty partner."""
        refuse("Partner", _of_partner(self))


def _of_partner(partner: Partner) -> Iterator[rules.Finding]:
    yield from rules.text_faults("id", partner.id)
    yield from rules.text_faults("name", partner.name)
    yield from _of_partner_administrators(partner.administrators)
    organization: object = partner.organization
    if not (organization is None or isinstance(organization, Customer)):
        yield "organization", "a Customer or none", shown(organization)


def _of_partner_administrators(
    administrators: tuple[Administrator, ...],
) -> Iterator[rules.Finding]:
    found = [*_of_administrators(administrators)]
    yield from found
    for position, each in enumerate(() if found else administrators):
        if not each.sees_all:
            yield f"administrators[{position}].role", rules.SEES_ALL, shown(each.role.value)


def _of_administrators(administrators: tuple[Administrator, ...]) -> Iterator[rules.Finding]:
    return _members(
        "administrators", administrators, Administrator, lambda each: each.id, rules.UNIQUE_ID
    )


def _of_observation(observation: Observation) -> Iterator[rules.Finding]:
    for name in ("total", "assigned", "used_7d", "used_3mo"):
        yield from rules.count_faults(name, getattr(observation, name))
    yield from rules.instant_faults("observed_at", observation.observed_at, optional=True)


def _of_line(line: LicenseLine) -> Iterator[rules.Finding]:
    yield from rules.text_faults("product", line.product)
    yield from rules.text_faults("name", line.name)
    yield from _members(
        "observations",
        line.observations,
        Observation,
        lambda observation: observation.observed_at,
        rules.ONCE_AN_INSTANT,
    )


def _of_subscription(subscription: Subscription) -> Iterator[rules.Finding]:
    yield from rules.text_faults("id", subscription.id)
    yield from rules.member_faults("kind", subscription.kind, Kind)
    yield from rules.instant_faults("added_at", subscription.added_at, optional=False)
    if subscription.starts_at is not subscription.added_at:
        yield from rules.instant_faults("starts_at", subscription.starts_at, optional=False)
    yield from rules.instant_faults("ends_at", subscription.ends_at, optional=True)
    yield from rules.boolean_faults("auto_renew", subscription.auto_renew)
    yield from _of_managed(subscription)
    yield from _between_fields(subscription)
    yield from _members(
        "licenses",
        subscription.licenses,
        LicenseLine,
        lambda line: (line.product, line.name),
        rules.ONE_OF_A_LINE,
    )


def _of_managed(subscription: Subscription) -> Iterator[rules.Finding]:
    yield from _members(
        "orders", subscription.orders, Order, lambda order: order.id, rules.UNIQUE_ID
    )
    yield from _members(
        "invoices",
        subscription.invoices,
        Invoice,
        lambda invoice: invoice.number,
        rules.UNIQUE_NUMBER,
    )
    checklist: object = subscription.checklist
    if not (checklist is None or isinstance(checklist, Checklist)):
        yield "checklist", "a Checklist or none", shown(checklist)
    if not (subscription.paid is None and subscription.invoices):
        yield from rules.boolean_faults("paid", subscription.paid)
    if not (subscription.set_up is None and checklist):
        yield from rules.boolean_faults("set_up", subscription.set_up)


def _between_fields(subscription: Subscription) -> Iterator[rules.Finding]:
    start, end = subscription.starts_at, subscription.ends_at
    usable = end is not None and not any(map(rules.why_bad_datetime, (start, end)))
    if usable and rules.ends_too_early(start, end):
        yield "ends_at", rules.END_AFTER_START, rules.instant_shown(end)
    if rules.renewing_trial(subscription.kind is Kind.TRIAL, subscription.auto_renew is True):
        yield "auto_renew", rules.NO_RENEWING_TRIAL, "true"


def _of_customer(customer: Customer) -> Iterator[rules.Finding]:
    yield from rules.text_faults("id", customer.id)
    yield from rules.text_faults("name", customer.name)
    yield from rules.member_faults("managed_by", customer.managed_by, ManagedBy)
    yield from rules.instant_faults(
        "last_admin_sign_in_at", customer.last_admin_sign_in_at, optional=True
    )
    yield from _of_tags(customer.tags)
    yield from _of_attributes(customer.attributes)
    yield from _of_administrators(customer.administrators)
    yield from _members(
        "subscriptions",
        customer.subscriptions,
        Subscription,
        lambda subscription: subscription.id,
        rules.UNIQUE_ID,
    )


def _of_tags(tags: object) -> Iterator[rules.Finding]:
    if not isinstance(tags, tuple):
        yield "tags", "a list of texts", shown(tags)
        return
    found = [
        fault
        for position, tag in enumerate(tags)
        for fault in rules.text_faults(f"tags[{position}]", tag)
    ]
    yield from found or rules.repeated_faults("tags", tags, rules.ONE_OF_A_TAG)


def _of_attributes(attributes: object) -> Iterator[rules.Finding]:
    # The converter has made every mapping with text names into the frozen kind.
    if not isinstance(attributes, Attributes):
        yield "attributes", "a mapping of text to text", shown(attributes)
        return
    for name, value in attributes.items():
        for path, expected, found in rules.text_faults("attributes", name):
            yield path, f"a name that is {expected}", found
        yield from rules.text_faults(f"attributes.{name}", value, empty=True)


def _members(
    path: str,
    values: object,
    kind: type[_Record],
    key: Callable[[_Record], object],
    expected: str,
) -> Iterator[rules.Finding]:
    """The faults of a list of records, and of those that repeat another one's key."""
    found = list(rules.record_faults(path, values, kind))
    keys = [] if found else [key(value) for value in cast("tuple[_Record, ...]", values)]
    yield from found or rules.repeated_faults(path, keys, expected, rules.instant_shown)
