"""Orders and invoices of subscriptions: the history, the payment, and the details beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._faults import shown
from partnerkpi.managing._acts import acting, subscription_of, with_subscription
from partnerkpi.managing._seen import standing
from partnerkpi.managing.changes import ChangeRecord, Operation, Rule
from partnerkpi.managing_models import Invoice, Order, OrderKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from partnerkpi.managing._seen import Standing
    from partnerkpi.managing_models import Administrator, SetUpStep
    from partnerkpi.models import Customer, Subscription, SubscriptionState

__all__ = [
    "LicenseTotal",
    "OrderRow",
    "ProductLicenses",
    "SubscriptionDetails",
    "order_history",
    "record_payment",
    "subscription_details",
]

_Line = tuple[str, str]


@frozen
class LicenseTotal:
    """How many licenses of a line are ordered.

    Attributes:
        product: The product's code.
        name: The license's name.
        quantity: How many; below 0 where orders before the first one that is known are missing.

    Example:
        >>> LicenseTotal("calling", "Professional", 100).quantity
        100
    """

    product: str
    name: str
    quantity: int


@frozen
class OrderRow:
    """An order in the history of a subscription.

    Attributes:
        order: The order.
        totals: The licenses of each line after it, lines without any left out, by code point.
    """

    order: Order
    totals: tuple[LicenseTotal, ...]

    @property
    def total(self) -> int:
        """The licenses of all lines after it."""
        return sum(each.quantity for each in self.totals)


def order_history(subscription: Subscription) -> tuple[OrderRow, ...]:
    """The orders of a subscription, newest first, with the license totals after each.

    Orders count in the order in which they were placed, those of one instant by id: a new order
    and a change add their quantities, a renewal sets the lines that it names, a cancellation takes
    its quantities away, and everything where it names nothing.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.managing_models import OrderItem
        >>> from partnerkpi.models import Subscription
        >>> def order(day, kind, quantity):
        ...     item = OrderItem(product="calling", name="Professional", quantity=quantity)
        ...     placed = datetime(2026, 1, day, tzinfo=timezone.utc)
        ...     return Order(id=f"W-{day}", placed_at=placed, kind=kind, items=[item])
        >>> sub = Subscription(
        ...     id="Sub1",
        ...     kind="subscription",
        ...     added_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
        ...     orders=[order(1, "new", 100), order(9, "change", -20), order(20, "renewal", 90)],
        ... )
        >>> [(row.order.id, row.total) for row in order_history(sub)]
        [('W-20', 90), ('W-9', 80), ('W-1', 100)]
    """
    held: dict[_Line, int] = {}
    rows = []
    for order in sorted(subscription.orders, key=lambda each: (each.placed_at, each.id)):
        held = _after(held, order)
        totals = [LicenseTotal(*line, count) for line, count in sorted(held.items()) if count]
        rows.append(OrderRow(order, tuple(totals)))

    return tuple(reversed(rows))


def _after(held: dict[_Line, int], order: Order) -> dict[_Line, int]:
    if order.kind is OrderKind.CANCELLATION and not order.items:
        return {}
    named: dict[_Line, int] = {}
    for item in order.items:
        line = (item.product, item.name)
        named[line] = named.get(line, 0) + item.quantity
    if order.kind is OrderKind.RENEWAL:
        return held | named
    sign = -1 if order.kind is OrderKind.CANCELLATION else 1

    return held | {line: held.get(line, 0) + sign * count for line, count in named.items()}


def record_payment(
    customer: Customer,
    subscription_id: str,
    number: str,
    *,
    by: Administrator,
    at: datetime,
    paid_on: date | None = None,
) -> tuple[Customer, ChangeRecord[Subscription | None]]:
    """Record that an invoice was paid; from then on the subscription is paid as its invoices say.

    That a subscription is paid may also have been stated; that it is not, no longer counts.

    Args:
        customer: The customer.
        subscription_id: Of which subscription.
        number: The number of the invoice.
        by: Who does it.
        at: When, a timezone-aware instant.
        paid_on: The day of the payment; that of the instant, in UTC, unless given.

    Raises:
        NotPermittedError: the role may not do it.
        ChangeRefusedError: there is no such subscription or invoice, or it is paid.
        InputError: the day is none.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import date, datetime, timezone
        >>> from partnerkpi.managing_models import Administrator
        >>> from partnerkpi.models import Customer, Subscription
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> day = date(2026, 10, 1)
        >>> bill = Invoice(number="1", issued_on=day, due_on=day, amount_minor=5, currency="EUR")
        >>> sub = Subscription(id="S", kind="subscription", added_at=when, invoices=[bill])
        >>> globex = Customer(id="c-1", name="Globex", subscriptions=[sub])
        >>> globex, change = record_payment(globex, "S", "1", by=ada, at=when)
        >>> globex.subscriptions[0].invoices[0].paid_on.isoformat()
        '2026-11-22'
    """
    act = acting(Operation.RECORD_PAYMENT, by, at, customer)
    before = subscription_of(act, customer, subscription_id, Rule.SUBSCRIPTION_KNOWN)
    known = next((each for each in before.invoices if each.number == number), None)
    if known is None or known.paid_on is not None:
        raise act.refusal(Rule.INVOICE_OPEN, shown(number))
    paid = evolve(known, paid_on=act.at.date() if paid_on is None else paid_on)
    invoices = tuple(paid if each is known else each for each in before.invoices)
    after = evolve(before, invoices=invoices, paid=before.paid or None)

    return with_subscription(customer, after), act.change(before, after)


@frozen
class ProductLicenses:
    """What the lines of a product in a subscription count at an instant.

    Attributes:
        product: The product's code.
        total: Licenses bought.
        assigned: Licenses assigned.
        used_7d: Licenses used in seven days.
        used_3mo: Licenses used in three months.
        available: Licenses that are bought and not assigned, summed over the lines.
        overage: Licenses that are assigned and not bought, summed over the lines.
    """

    product: str
    total: int
    assigned: int
    used_7d: int
    used_3mo: int
    available: int
    overage: int


@frozen
class SubscriptionDetails:
    """A subscription or trial with all that its page shows at an instant.

    Attributes:
        subscription: The record.
        state: Where it stands.
        days_left: Days until its end, negative when it has ended; ``None`` if it is open-ended.
        renews_at: When it renews itself; ``None`` if it does not.
        paid: Whether it is paid then.
        set_up: Whether it is set up then.
        next_step: What comes next in setting up, where a checklist is kept.
        licenses: What it counts per product, by the product's code.
        orders: Its orders, newest first, with the license totals after each.
        overdue: Its invoices that were due on an earlier day and are not paid by then.
    """

    subscription: Subscription
    state: SubscriptionState
    days_left: int | None
    renews_at: datetime | None
    paid: bool
    set_up: bool
    next_step: SetUpStep | None
    licenses: tuple[ProductLicenses, ...]
    orders: tuple[OrderRow, ...]
    overdue: tuple[Invoice, ...]


def subscription_details(subscription: Subscription, as_of: datetime) -> SubscriptionDetails:
    """A subscription as its page shows it: renewal, licenses per product, invoices, orders, set-up.

    Args:
        subscription: The subscription or trial.
        as_of: A timezone-aware instant.

    Raises:
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.models import Subscription
        >>> when = datetime(2026, 1, 10, tzinfo=timezone.utc)
        >>> end = datetime(2027, 1, 10, tzinfo=timezone.utc)
        >>> sub = Subscription(
        ...     id="Sub1", kind="subscription", added_at=when, ends_at=end, auto_renew=True
        ... )
        >>> details = subscription_details(sub, when)
        >>> details.renews_at == end, details.days_left
        (True, 365)
    """
    seen = standing(subscription, as_of)
    checklist = subscription.checklist
    today = rules.day_of(seen.at.as_of.date())

    return SubscriptionDetails(
        subscription=subscription,
        state=seen.state,
        days_left=seen.days_left,
        renews_at=subscription.ends_at if subscription.auto_renew else None,
        paid=bool(seen.at.paid[seen.row]),
        set_up=bool(seen.at.set_up[seen.row]),
        next_step=None if checklist is None else checklist.next_step,
        licenses=tuple(_per_product(seen)),
        orders=order_history(subscription),
        overdue=tuple(
            each
            for each in subscription.invoices
            if rules.overdue(rules.day_of(each.due_on), rules.day_of(each.paid_on), today)
        ),
    )


def _per_product(seen: Standing) -> Iterable[ProductLicenses]:
    counts, codes = seen.at.lines, seen.at.portfolio.line_columns.product
    lines = range(len(codes))
    for product in sorted({codes[line] or "" for line in lines}):
        mine = [line for line in lines if codes[line] == product]
        pairs = [(int(counts.total[line]), int(counts.assigned[line])) for line in mine]
        yield ProductLicenses(
            product,
            total=sum(total for total, _ in pairs),
            assigned=sum(assigned for _, assigned in pairs),
            used_7d=sum(int(counts.used_7d[line]) for line in mine),
            used_3mo=sum(int(counts.used_3mo[line]) for line in mine),
            available=sum(max(0, total - assigned) for total, assigned in pairs),
            overage=sum(max(0, assigned - total) for total, assigned in pairs),
        )
