"""What changes do is seen by statuses, by filters, and by whoever looks at the portfolio."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

import partnerkpi as pk
from partnerkpi import managing
from partnerkpi.managing_models import Checklist, Invoice
from partnerkpi.models import Customer
from tests.managing.examples import ADA, BEN, WHEN, globex, subscription

BILL = Invoice(
    number="1",
    issued_on=date(2026, 11, 1),
    due_on=date(2026, 11, 15),
    amount_minor=100,
    currency="EUR",
)
WAITING = Checklist(plan_reviewed=True, services_configured=True)
HOW: Any = {"by": ADA, "at": WHEN}


@pytest.mark.parametrize(
    ("one", "act", "gained", "lost"),
    [
        (
            globex(),
            lambda one: managing.start_trial(one, {"calling": 5}, trial_id="T", **HOW),
            ("status:trial", "type:trial", "product:calling", "licenses:5"),
            ("status:expired",),
        ),
        (
            globex(subscription("T", kind="trial", ends_at=WHEN + timedelta(days=5))),
            lambda one: managing.extend_trial(one, "T", days=60, **HOW),
            ("expires:60",),
            ("status:expiring_soon",),
        ),
        (
            globex(subscription(invoices=[BILL])),
            lambda one: managing.record_payment(one, "Sub1", "1", **HOW),
            (),
            ("status:suspended",),
        ),
        (
            globex(subscription(checklist=WAITING)),
            lambda one: managing.accept_terms(one, "Sub1", **HOW),
            (),
            ("status:ready_for_order_setup",),
        ),
        (globex(), lambda one: managing.add_tag(one, "Gold", **HOW), ("tag:gold", "tag:*"), ()),
        (
            globex(tags=("gold",)),
            lambda one: managing.remove_tag(one, "GOLD", **HOW),
            (),
            ("tag:gold", "tag:*"),
        ),
    ],
)
def test_a_change_is_seen_by_filters(
    one: Customer,
    act: Callable[[Customer], tuple[Customer, Any]],
    gained: tuple[str, ...],
    lost: tuple[str, ...],
) -> None:
    """Each of these holds after it and not before, or the other way round."""
    portfolios = [pk.Portfolio.from_customers([each]) for each in (one, act(one)[0])]

    for text, expected in [(each, [0, 1]) for each in gained] + [(each, [1, 0]) for each in lost]:
        assert expected == [len(pk.where(each, text, as_of=WHEN)) for each in portfolios], text


def test_an_assignment_is_seen_by_who_is_assigned() -> None:
    """The customer comes into sight, and with it what may be done."""
    before = globex()
    after, _ = managing.assign_administrator(before, BEN, **HOW)
    sizes = [
        len(managing.visible_customers(BEN, pk.Portfolio.from_customers([each])))
        for each in (before, after)
    ]

    assert [0, 1] == sizes
    assert [False, True] == [managing.may(BEN, "add_tag", each) for each in (before, after)]
