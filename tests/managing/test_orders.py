"""Orders, invoices and the details of a subscription."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings

from partnerkpi.errors import ChangeRefusedError, InputError
from partnerkpi.managing import order_history, record_payment, subscription_details
from partnerkpi.managing_models import Checklist, Invoice, Order, OrderItem, OrderKind
from partnerkpi.models import LicenseLine, Observation, Subscription, SubscriptionState
from partnerkpi.status import Status, derive
from tests.managed_strategies import managed_subscriptions
from tests.managing.examples import ADA, WHEN, at, globex, subscription


def order(name: str, day: str, kind: str, **quantities: int) -> Order:
    """An order of these quantities by license name, all of Calling."""
    items = [OrderItem(product="calling", name=key, quantity=q) for key, q in quantities.items()]
    return Order(id=name, placed_at=at(day), kind=kind, items=items)


def invoice(number: str, due: str, paid: str | None = None) -> Invoice:
    """An invoice due on a day."""
    return Invoice(
        number=number,
        issued_on=date(2026, 1, 1),
        due_on=date.fromisoformat(due),
        amount_minor=100,
        currency="EUR",
        paid_on=None if paid is None else date.fromisoformat(paid),
    )


def totals(*orders: Order) -> list[tuple[str, dict[str, int], int]]:
    """The history of some orders, as plain values."""
    return [
        (row.order.id, {each.name: each.quantity for each in row.totals}, row.total)
        for row in order_history(subscription(orders=orders))
    ]


def test_the_history_is_newest_first_with_totals_after_each() -> None:
    """New and change add, a renewal sets what it names, a cancellation takes away or ends all."""
    assert [
        ("G", {}, 0),
        ("F", {"B": 7}, 7),
        ("E", {"A": 90, "B": 7}, 97),
        ("D", {"A": 70, "B": 7}, 77),
        ("C", {"A": 100, "B": 7}, 107),
        ("B", {"A": 100, "B": 5}, 105),
        ("A", {"A": 100}, 100),
    ] == totals(
        order("C", "2026-03-01", "new", B=2),
        order("A", "2026-01-01", "new", A=100),
        order("B", "2026-02-01", "change", B=5),
        order("D", "2026-04-01", "change", A=-30),
        order("E", "2026-05-01", "renewal", A=90),
        order("F", "2026-06-01", "cancellation", A=90),
        order("G", "2026-07-01", "cancellation"),
    )


def test_lines_of_one_order_add_up_and_one_instant_goes_by_id() -> None:
    """A line that stands twice in an order counts twice; a renewal sets their sum."""
    twice = [OrderItem(product="calling", name="A", quantity=3)] * 2

    assert [("2", {"A": 6}, 6), ("1", {"A": 10}, 10)] == totals(
        evolve(order("2", "2026-01-01", "renewal"), items=twice),
        order("1", "2026-01-01", "new", A=10),
    )


def test_a_total_below_zero_says_that_orders_are_missing() -> None:
    """Nothing is clipped in silence."""
    assert [("1", {"A": -20}, -20)] == totals(order("1", "2026-01-01", "change", A=-20))


def test_without_orders_there_is_no_history() -> None:
    """Nothing, not an error."""
    assert () == order_history(subscription())


@settings(max_examples=60)
@given(managed_subscriptions())
def test_totals_are_those_of_an_oracle(sub: Subscription) -> None:
    """Row by row, each order anew from the first."""
    rows = order_history(sub)
    placed = sorted(sub.orders, key=lambda each: (each.placed_at, each.id))

    for count, row in enumerate(reversed(rows), 1):
        held: dict[tuple[str, str], int] = {}
        for one in placed[:count]:
            if one.kind is OrderKind.CANCELLATION and not one.items:
                held.clear()
            if one.kind is OrderKind.RENEWAL:
                held.update({(item.product, item.name): 0 for item in one.items})
            for item in one.items:
                sign = -1 if one.kind is OrderKind.CANCELLATION else 1
                line = (item.product, item.name)
                held[line] = held.get(line, 0) + sign * item.quantity
        expected = sorted((*line, count) for line, count in held.items() if count)

        assert placed[count - 1] is row.order
        assert expected == [(each.product, each.name, each.quantity) for each in row.totals]


# Payments


def test_a_paid_invoice_clears_suspended() -> None:
    """From the day of the payment on; before it the customer was suspended."""
    late = globex(subscription(invoices=[invoice("1", "2026-11-01"), invoice("2", "2026-12-01")]))
    paid, change = record_payment(late, "Sub1", "1", by=ADA, at=WHEN)

    assert Status.SUSPENDED in derive(late, as_of=WHEN)
    assert Status.SUSPENDED not in derive(paid, as_of=WHEN)
    assert Status.SUSPENDED in derive(paid, as_of=WHEN - timedelta(days=1))
    assert date(2026, 11, 22) == paid.subscriptions[0].invoices[0].paid_on
    assert (late.subscriptions[0], paid.subscriptions[0]) == (change.before, change.after)


@pytest.mark.parametrize(("stated", "after"), [(False, None), (True, True), (None, None)])
def test_a_payment_overrules_only_that_it_was_stated_unpaid(
    stated: bool | None, after: bool | None
) -> None:
    """What was stated paid stays so."""
    one = globex(subscription(invoices=[invoice("1", "2026-11-01")], paid=stated))

    assert after is record_payment(one, "Sub1", "1", by=ADA, at=WHEN)[0].subscriptions[0].paid


def test_the_day_of_a_payment_may_be_given() -> None:
    """It is a date; anything else is faulty input."""
    one = globex(subscription(invoices=[invoice("1", "2026-11-01")]))
    day = date(2026, 11, 3)
    paid, _ = record_payment(one, "Sub1", "1", by=ADA, at=WHEN, paid_on=day)

    assert day == paid.subscriptions[0].invoices[0].paid_on
    with pytest.raises(InputError, match="paid_on"):
        record_payment(one, "Sub1", "1", by=ADA, at=WHEN, paid_on=WHEN)


@pytest.mark.parametrize(
    ("name", "number", "rule"),
    [
        ("Sub2", "1", "subscription_known"),
        ("Sub1", "3", "invoice_open"),
        ("Sub1", "2", "invoice_open"),
    ],
)
def test_only_an_open_invoice_is_paid(name: str, number: str, rule: str) -> None:
    """One that is there and was not paid before."""
    one = globex(
        subscription(
            invoices=[invoice("1", "2026-11-01"), invoice("2", "2026-11-01", "2026-11-02")]
        )
    )
    with pytest.raises(ChangeRefusedError) as caught:
        record_payment(one, name, number, by=ADA, at=WHEN)

    assert rule == caught.value.rule


# Details


def line(product: str, name: str, total: int, assigned: int, used: int) -> LicenseLine:
    """A license line observed before the instant, and again after it."""
    seen = Observation(
        observed_at=at("2026-11-15"),
        total=total,
        assigned=assigned,
        used_7d=used,
        used_3mo=used + 1,
    )
    later = Observation(observed_at=at("2026-11-23"), total=999, assigned=999)
    return LicenseLine(product=product, name=name, observations=(seen, later))


def test_the_details_hold_what_the_page_shows() -> None:
    """State, renewal, licenses per product at the instant, orders, overdue invoices, next step."""
    sub = subscription(
        ends_at=at("2026-12-31"),
        auto_renew=True,
        orders=[order("W-1", "2026-01-08", "new", A=10)],
        invoices=[
            invoice("due", "2026-11-22"),
            invoice("late", "2026-11-21"),
            invoice("paid", "2026-11-01", "2026-11-22"),
            invoice("paid tomorrow", "2026-11-01", "2026-11-23"),
        ],
        checklist=Checklist(plan_reviewed=True),
        licenses=[
            line("meetings", "Suite", 5, 1, 1),
            line("calling", "B", 10, 12, 3),
            line("calling", "A", 10, 4, 2),
        ],
    )
    found = subscription_details(sub, WHEN)

    assert (SubscriptionState.ACTIVE, 39, at("2026-12-31")) == (
        found.state,
        found.days_left,
        found.renews_at,
    )
    assert (False, False, "accept_terms") == (found.paid, found.set_up, found.next_step)
    assert [
        ("calling", 20, 16, 5, 7, 6, 2),
        ("meetings", 5, 1, 1, 2, 4, 0),
    ] == [
        (e.product, e.total, e.assigned, e.used_7d, e.used_3mo, e.available, e.overage)
        for e in found.licenses
    ]
    assert order_history(sub) == found.orders
    assert ["late", "paid tomorrow"] == [each.number for each in found.overdue]
    assert sub is found.subscription


def test_the_details_of_a_bare_subscription() -> None:
    """Open-ended, stated paid and set up, nothing ordered, nothing next."""
    found = subscription_details(subscription(), WHEN)

    assert (None, None, True, True, None, (), (), ()) == (
        found.days_left,
        found.renews_at,
        found.paid,
        found.set_up,
        found.next_step,
        found.licenses,
        found.orders,
        found.overdue,
    )
