"""Records of what is managed, built by hand: what they refuse, in the words of every record."""

import pickle
from copy import copy
from datetime import UTC, date, datetime
from typing import Any

import pytest

from partnerkpi.errors import InputError
from partnerkpi.managing_models import (
    Acceptance,
    Administrator,
    Checklist,
    Invoice,
    Order,
    OrderItem,
    SetUpStep,
)
from partnerkpi.models import Customer, Partner, Subscription

WHEN = datetime(2026, 1, 10, tzinfo=UTC)
DAY = date(2026, 1, 10)
GOOD: dict[type[Any], dict[str, Any]] = {
    Administrator: {"id": "a", "name": "Ada", "email": "a@b", "role": "partner_full_admin"},
    OrderItem: {"product": "calling", "name": "A", "quantity": -5},
    Order: {"id": "W", "placed_at": WHEN, "kind": "change", "items": []},
    Invoice: {
        "number": "1",
        "issued_on": DAY,
        "due_on": DAY,
        "amount_minor": 0,
        "currency": "EUR",
    },
    Acceptance: {"by": "Gil", "at": WHEN},
    Checklist: {},
    Subscription: {"id": "S", "kind": "subscription", "added_at": WHEN},
    Customer: {"id": "c", "name": "Globex"},
    Partner: {"id": "p", "name": "North"},
}
ADA = Administrator(**GOOD[Administrator])
BEN = Administrator(**GOOD[Administrator] | {"role": "partner_admin"})
BILL, ORDER = Invoice(**GOOD[Invoice]), Order(**GOOD[Order])
TAKING = OrderItem(**GOOD[OrderItem])
A_DATE = "a date from 1970-01-01 to 2200-01-01, without a time"
PLAIN = "a text without control characters or lone surrogates, not empty"

BAD: list[tuple[type[Any], dict[str, Any], list[str]]] = [
    (
        Administrator,
        {"id": 7, "name": "", "email": "ada", "role": "king"},
        [
            "id: expected a text, found 7",
            f"name: expected {PLAIN}, found ''",
            "email: expected an e-mail address, found 'ada'",
            (
                "role: expected partner_full_admin or partner_admin or partner_readonly_admin or"
                " helpdesk_admin, found 'king'"
            ),
        ],
    ),
    (Administrator, {"email": "a b@c"}, ["email: expected an e-mail address, found 'a b@c'"]),
    (
        OrderItem,
        {"product": None, "name": "\x07", "quantity": True},
        [
            "product: expected a text, found null",
            f"name: expected {PLAIN}, found '\\x07'",
            (
                "quantity: expected a whole number from -9007199254740991 to 9007199254740991,"
                " found true"
            ),
        ],
    ),
    (
        Order,
        {"id": None, "placed_at": WHEN.replace(tzinfo=None), "kind": 1, "items": 5},
        [
            "id: expected a text, found null",
            (
                "placed_at: expected an instant with an offset (this one is naive), found"
                " 2026-01-10T00:00:00"
            ),
            "kind: expected new or change or renewal or cancellation, found 1",
            "items: expected a list of OrderItem, found 5",
        ],
    ),
    (Order, {"items": [ADA, TAKING]}, [f"items[0]: expected a OrderItem, found {ADA!r}"[:92]]),
    (
        Order,
        {"kind": "new", "items": [TAKING]},
        ["items[0].quantity: expected 0 or more, as only a change takes licenses away, found -5"],
    ),
    (
        Invoice,
        {"number": "", "issued_on": WHEN, "due_on": "2026-01-10", "paid_on": 7},
        [
            f"number: expected {PLAIN}, found ''",
            f"issued_on: expected {A_DATE}, found 2026-01-10T00:00:00+00:00",
            f"due_on: expected {A_DATE}, found '2026-01-10'",
            f"paid_on: expected {A_DATE}, found 7",
        ],
    ),
    (
        Invoice,
        {"due_on": date(2026, 1, 9), "amount_minor": 1.0, "currency": "euro"},
        [
            "due_on: expected a day not before that of the issue, found 2026-01-09",
            "amount_minor: expected a count from 0 to 9007199254740991, found 1.0",
            "currency: expected a currency of three capital letters (ISO 4217), found 'euro'",
        ],
    ),
    (
        Invoice,
        {"paid_on": date(2200, 1, 2)},
        [f"paid_on: expected {A_DATE}, found 2200-01-02"],
    ),
    (
        Acceptance,
        {"by": None, "at": "now"},
        ["by: expected a text, found null", "at: expected an aware datetime, found 'now'"],
    ),
    (
        Checklist,
        {"plan_reviewed": 1, "terms_accepted": "yes", "services_configured": None},
        [
            "plan_reviewed: expected true or false, found 1",
            "terms_accepted: expected an Acceptance or none, found 'yes'",
            "services_configured: expected true or false, found null",
        ],
    ),
    (
        Subscription,
        {"orders": [ORDER, ORDER], "invoices": [BILL, BILL], "checklist": "done"},
        [
            "orders[1]: expected an id that occurs once, found 'W'",
            "invoices[1]: expected a number that occurs once, found '1'",
            "checklist: expected a Checklist or none, found 'done'",
        ],
    ),
    (
        Subscription,
        {"paid": None, "set_up": None},
        ["paid: expected true or false, found null", "set_up: expected true or false, found null"],
    ),
    (
        Subscription,
        {"paid": 1, "invoices": [BILL], "set_up": "no", "checklist": Checklist()},
        ["paid: expected true or false, found 1", "set_up: expected true or false, found 'no'"],
    ),
    (
        Customer,
        {"administrators": [BEN, ADA]},
        ["administrators[1]: expected an id that occurs once, found 'a'"],
    ),
    (
        Partner,
        {"administrators": [BEN], "organization": "own"},
        [
            (
                "administrators[0].role: expected a role that sees all customers, found"
                " 'partner_admin'"
            ),
            "organization: expected a Customer or none, found 'own'",
        ],
    ),
    (Partner, {"administrators": 7}, ["administrators: expected a list of Administrator, found 7"]),
]


@pytest.mark.parametrize("kind", GOOD, ids=lambda kind: kind.__name__)
def test_a_good_record_is_itself_wherever_it_goes(kind: type[Any]) -> None:
    """Equal, hashable and whole after a journey."""
    record = kind(**GOOD[kind])

    assert record == copy(record) == pickle.loads(pickle.dumps(record))  # noqa: S301  # our own
    assert 1 == len({record, copy(record)})


@pytest.mark.parametrize(("kind", "fields", "expected"), BAD)
def test_a_faulty_record_is_refused_with_every_fault(
    kind: type[Any], fields: dict[str, Any], expected: list[str]
) -> None:
    """As strictly as from a file, in the order of its fields."""
    with pytest.raises(InputError) as caught:
        kind(**GOOD[kind] | fields)
    found = [str(fault).removeprefix(f"{kind.__name__}, ") for fault in caught.value.faults]

    assert len(expected) == len(found)
    assert [*expected] == [each[: len(text)] for each, text in zip(found, expected, strict=True)]


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({}, SetUpStep.REVIEW_PLAN),
        ({"services_configured": True}, SetUpStep.REVIEW_PLAN),
        ({"plan_reviewed": True}, SetUpStep.ACCEPT_TERMS),
        (
            {"plan_reviewed": True, "terms_accepted": Acceptance(by="Gil", at=WHEN)},
            SetUpStep.CONFIGURE_SERVICES,
        ),
        (
            {
                "plan_reviewed": True,
                "terms_accepted": Acceptance(by="Gil", at=WHEN),
                "services_configured": True,
            },
            None,
        ),
    ],
)
def test_the_checklist_says_what_is_next(fields: dict[str, Any], step: SetUpStep | None) -> None:
    """The first step that is not done; none when it is complete."""
    checklist = Checklist(**fields)

    assert step is checklist.next_step
    assert (step is None) is checklist.complete


def test_flags_that_are_not_stated_follow_what_is_there() -> None:
    """None beside invoices or a checklist, true without; what is stated stays."""
    bare = Subscription(**GOOD[Subscription])
    beside = Subscription(**GOOD[Subscription], invoices=[BILL], checklist=Checklist())
    stated = Subscription(
        **GOOD[Subscription], invoices=[BILL], checklist=Checklist(), paid=False, set_up=True
    )

    assert (True, True) == (bare.paid, bare.set_up)
    assert (None, None) == (beside.paid, beside.set_up)
    assert (False, True) == (stated.paid, stated.set_up)
