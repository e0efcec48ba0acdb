"""What is managed, in documents of the second version: what comes through, what is refused."""

import io
import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import jsonschema
import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.errors import InputError
from partnerkpi.io.documents import SECOND_FORMAT
from partnerkpi.managing_models import Acceptance, Checklist, Invoice
from partnerkpi.models import Customer, Partner, Subscription
from partnerkpi.status import Status, derive, explain
from tests.document_doors import customer, subscription
from tests.managed_strategies import NEAR, customer_lists, managed_subscriptions, partners

DOORS = ("base", "fast", "mapping")
SUB = "customers[0].subscriptions[0]"
ADA = {"id": "a-1", "name": "Ada", "email": "ada@north.example", "role": "partner_full_admin"}
BEN = {"id": "a-2", "name": "Ben", "email": "ben@north.example", "role": "partner_admin"}
ITEM = {"product": "calling", "name": "Professional", "quantity": 100}
ORDER = {"id": "W-1", "placed_at": "2026-01-08T10:00:00Z", "kind": "new", "items": [ITEM]}
INVOICE = {
    "number": "I-1",
    "issued_on": "2026-01-10",
    "due_on": "2026-02-09",
    "amount_minor": 125_000,
    "currency": "EUR",
    "paid_on": None,
}
CHECKLIST = {
    "plan_reviewed": True,
    "terms_accepted": {"by": "Gil", "at": "2026-01-11T09:00:00Z"},
    "services_configured": False,
}


def managed(**fields: object) -> dict[str, Any]:
    """A document with one of everything, and these fields in its subscription."""
    whole = {
        "format": SECOND_FORMAT,
        "partner": {
            "id": "p-1",
            "name": "North Partner",
            "administrators": [ADA],
            "organization": customer(id="own", subscriptions=[subscription(id="OwnSub")]),
        },
        "customers": [
            customer(
                administrators=[BEN],
                subscriptions=[
                    subscription(orders=[ORDER], invoices=[INVOICE], checklist=CHECKLIST) | fields
                ],
            )
        ],
    }
    return deepcopy(whole)


def read(whole: object, door: str = "base", **options: Any) -> pk.Portfolio:
    """Read a document through a door."""
    if door == "mapping":
        return pk.from_dict(whole, **options)  # type: ignore[arg-type]
    data = whole if isinstance(whole, bytes) else json.dumps(whole).encode()
    return pk.read(io.BytesIO(data), engine=door, **options)  # type: ignore[arg-type]


def faults(whole: object, door: str, **options: Any) -> list[str]:
    """The faults of a document, as text."""
    with pytest.raises(InputError) as caught:
        read(whole, door, **options)
    return [str(fault) for fault in caught.value.faults]


def put(whole: dict[str, Any], path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """The document with another value at a path; `...` takes the key away."""
    node: Any = whole
    for step in path[:-1]:
        node = node[step]
    if value is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return whole


# What is read


@pytest.mark.parametrize("door", DOORS)
def test_everything_comes_through(door: str) -> None:
    """Each key of the second version is a field of the records."""
    portfolio = read(managed(), door)
    partner, (globex,) = portfolio.partner, portfolio.customers
    (sub,) = globex.subscriptions

    assert partner is not None
    assert partner.organization is not None
    assert ["partner_full_admin"] == [each.role.value for each in partner.administrators]
    assert ("own", "OwnSub") == (
        partner.organization.id,
        partner.organization.subscriptions[0].id,
    )
    assert [("a-2", "Ben", "ben@north.example", "partner_admin")] == [
        (each.id, each.name, each.email, each.role.value) for each in globex.administrators
    ]
    assert ("W-1", "new", 100) == (
        sub.orders[0].id,
        sub.orders[0].kind.value,
        sub.orders[0].items[0].quantity,
    )
    assert (
        Invoice(
            number="I-1",
            issued_on=date(2026, 1, 10),
            due_on=date(2026, 2, 9),
            amount_minor=125_000,
            currency="EUR",
        )
        == sub.invoices[0]
    )
    assert (
        Checklist(
            plan_reviewed=True,
            terms_accepted=Acceptance(by="Gil", at=datetime(2026, 1, 11, 9, tzinfo=UTC)),
        )
        == sub.checklist
    )
    assert (None, None) == (sub.paid, sub.set_up)


@pytest.mark.parametrize("door", DOORS)
def test_a_document_of_the_second_version_may_be_as_the_first(door: str) -> None:
    """All keys of the second version may be left out; nulls and empty lists are nothing too."""
    plain = {"format": SECOND_FORMAT, "customers": [customer(subscriptions=[subscription()])]}
    empty = managed(orders=[], invoices=[])
    del empty["customers"][0]["subscriptions"][0]["checklist"]
    empty["customers"][0]["administrators"] = []
    empty["partner"] = {"id": "p-1", "name": "N", "administrators": [], "organization": None}

    assert read(plain, door) == evolve(read(empty, door), partner=None)
    assert read(plain, door).customers[0].subscriptions[0].paid is True


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("alone", ["orders", "invoices", "checklist"])
def test_a_flag_follows_only_what_is_there(door: str, alone: str) -> None:
    """Beside orders alone a subscription is paid and set up, as without anything."""
    whole = managed()
    (sub,) = whole["customers"][0]["subscriptions"]
    for key in {"orders", "invoices", "checklist"} - {alone}:
        del sub[key]
    found = read(whole, door).customers[0].subscriptions[0]

    assert (None if alone == "invoices" else True) is found.paid
    assert (None if alone == "checklist" else True) is found.set_up


@settings(max_examples=40)
@given(customer_lists(), st.none() | partners(), st.sampled_from(DOORS))
def test_what_was_written_reads_back_equal(
    customers: list[Customer], partner: Partner | None, door: str
) -> None:
    """Through every door; writing it again changes no byte; the schema takes it."""
    portfolio = pk.Portfolio.from_customers(customers, partner=partner)
    stream = io.BytesIO()
    pk.write(portfolio, stream)
    data = stream.getvalue()
    whole = json.loads(data)
    found = read(whole if door == "mapping" else data, door)
    again = io.BytesIO()
    pk.write(found, again)

    assert portfolio == found
    assert customers == list(found.customers)
    assert data == again.getvalue()
    jsonschema.validate(whole, pk.schema(whole["format"]))


@given(customer_lists())
@settings(max_examples=40)
def test_parts_of_a_portfolio_keep_what_is_theirs(customers: list[Customer]) -> None:
    """Cut by any mask, the records of those that remain are the same."""
    portfolio = pk.Portfolio.from_customers(customers)
    every_other = np.arange(len(customers)) % 2 == 0
    kept = portfolio.where(every_other)
    names = {portfolio.customer_columns.ids[row] for row in np.flatnonzero(every_other).tolist()}

    assert [each for each in customers if each.id in names] == list(kept.customers)


def test_only_what_needs_it_is_written_in_the_second_version() -> None:
    """A portfolio of what the first version knows stays in it; one key more, and it does not."""
    plain = Customer(id="c-1", name="Globex")
    versions = []
    for whole in (
        pk.Portfolio.from_customers([plain]),
        read(managed()).where(np.array([False])),
        read(managed()),
    ):
        stream = io.BytesIO()
        pk.write(whole, stream)
        versions.append(json.loads(stream.getvalue())["format"])

    assert ["partnerkpi/portfolio@1", SECOND_FORMAT, SECOND_FORMAT] == versions


# What is refused

INV, CHECK = (*["customers", "0", "subscriptions", "0"], "invoices", 0), "checklist"


def at(text: str) -> tuple[str | int, ...]:
    """A path written with blanks."""
    return tuple(int(part) if part.isdigit() else part for part in text.split())


OF_SUB = "customers 0 subscriptions 0"
A_DATE = "a date from 1970-01-01 to 2200-01-01, without a time"
BAD: list[tuple[str, object, str]] = [
    (f"{OF_SUB} orders", None, f"{SUB}.orders: expected a list, found null"),
    (f"{OF_SUB} orders 0", 7, f"{SUB}.orders[0]: expected an object, found 7"),
    (f"{OF_SUB} orders 0 id", ..., f"{SUB}.orders[0].id: expected a text, found nothing"),
    (f"{OF_SUB} orders 0 items", ..., f"{SUB}.orders[0].items: expected a list, found nothing"),
    (f"{OF_SUB} orders 0 items", {}, f"{SUB}.orders[0].items: expected a list, found an object"),
    (
        f"{OF_SUB} orders 0 kind",
        "gift",
        f"{SUB}.orders[0].kind: expected new or change or renewal or cancellation, found 'gift'",
    ),
    (
        f"{OF_SUB} orders 0 placed_at",
        "2026-01-08T10:00:00",
        (
            f"{SUB}.orders[0].placed_at: expected an instant with an offset or Z (this one is"
            " naive), found '2026-01-08T10:00:00'"
        ),
    ),
    (
        f"{OF_SUB} orders 0 items 0 quantity",
        2.0,
        (
            f"{SUB}.orders[0].items[0].quantity: expected a whole number from -9007199254740991 to"
            " 9007199254740991, found 2.0"
        ),
    ),
    (
        f"{OF_SUB} orders 0 items 0 quantity",
        -1,
        (
            f"{SUB}.orders[0].items[0].quantity: expected 0 or more, as only a change takes"
            " licenses away, found -1"
        ),
    ),
    (
        f"{OF_SUB} orders 0 itmes",
        [],
        f"{SUB}.orders[0].itmes: expected a known key (did you mean 'items'?), found 'itmes'",
    ),
    (
        f"{OF_SUB} orders",
        [ORDER, ORDER],
        f"{SUB}.orders[1]: expected an id that occurs once, found 'W-1'",
    ),
    (
        f"{OF_SUB} invoices",
        [INVOICE, INVOICE],
        f"{SUB}.invoices[1]: expected a number that occurs once, found 'I-1'",
    ),
    (
        f"{OF_SUB} invoices 0 due_on",
        "2026-01-09",
        f"{SUB}.invoices[0].due_on: expected a day not before that of the issue, found 2026-01-09",
    ),
    (
        f"{OF_SUB} invoices 0 due_on",
        "2026-02-09T00:00:00Z",
        f"{SUB}.invoices[0].due_on: expected {A_DATE}, found '2026-02-09T00:00:00Z'",
    ),
    (
        f"{OF_SUB} invoices 0 due_on",
        ...,
        f"{SUB}.invoices[0].due_on: expected {A_DATE}, found nothing",
    ),
    (
        f"{OF_SUB} invoices 0 due_on",
        "20260209",
        f"{SUB}.invoices[0].due_on: expected {A_DATE}, found '20260209'",
    ),
    (
        f"{OF_SUB} invoices 0 due_on",
        "2200-01-02",
        f"{SUB}.invoices[0].due_on: expected {A_DATE}, found 2200-01-02",
    ),
    (
        f"{OF_SUB} invoices 0 paid_on",
        True,
        f"{SUB}.invoices[0].paid_on: expected {A_DATE}, found true",
    ),
    (
        f"{OF_SUB} invoices 0 amount_minor",
        -1,
        f"{SUB}.invoices[0].amount_minor: expected a count from 0 to 9007199254740991, found -1",
    ),
    (
        f"{OF_SUB} invoices 0 currency",
        "eur",
        (
            f"{SUB}.invoices[0].currency: expected a currency of three capital letters (ISO 4217),"
            " found 'eur'"
        ),
    ),
    (f"{OF_SUB} checklist", None, f"{SUB}.checklist: expected an object, found null"),
    (
        f"{OF_SUB} checklist plan_reviewed",
        1,
        f"{SUB}.checklist.plan_reviewed: expected true or false, found 1",
    ),
    (
        f"{OF_SUB} checklist terms_accepted",
        "yes",
        f"{SUB}.checklist.terms_accepted: expected an object, found 'yes'",
    ),
    (
        f"{OF_SUB} checklist terms_accepted by",
        "",
        (
            f"{SUB}.checklist.terms_accepted.by: expected a text without control characters or lone"
            " surrogates, not empty, found ''"
        ),
    ),
    (f"{OF_SUB} paid", None, f"{SUB}.paid: expected true or false, found null"),
    (
        "customers 0 administrators 0 email",
        "ben",
        "customers[0].administrators[0].email: expected an e-mail address, found 'ben'",
    ),
    (
        "customers 0 administrators 0 role",
        "admin",
        (
            "customers[0].administrators[0].role: expected partner_full_admin or partner_admin or"
            " partner_readonly_admin or helpdesk_admin, found 'admin'"
        ),
    ),
    (
        "customers 0 administrators",
        [BEN, BEN],
        "customers[0].administrators[1]: expected an id that occurs once, found 'a-2'",
    ),
    (
        "customers 0 id",
        "own",
        (
            "customers[0].id: expected an id other than that of the partner's own organization,"
            " found 'own'"
        ),
    ),
    ("partner", 7, "partner: expected an object, found 7"),
    ("partner name", ..., "partner.name: expected a text, found nothing"),
    (
        "partner administrators 0 role",
        "partner_admin",
        (
            "partner.administrators[0].role: expected a role that sees all customers, found"
            " 'partner_admin'"
        ),
    ),
    (
        "partner administrators 0 name",
        "\x07",
        (
            "partner.administrators[0].name: expected a text without control characters or lone"
            " surrogates, not empty, found '\\x07'"
        ),
    ),
    ("partner organization name", None, "partner.organization.name: expected a text, found null"),
    (
        "partner organization subscriptions 0 ends_at",
        "2026-01-10",
        (
            "partner.organization.subscriptions[0].ends_at: expected an end after the start, found"
            " 2026-01-10T00:00:00Z"
        ),
    ),
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("path", "value", "expected"), BAD)
def test_a_faulty_field_is_one_fault_with_its_place(
    path: str, value: object, expected: str, door: str
) -> None:
    """Every door words the same fault; lenient reading carries it."""
    whole = put(managed(), at(path), value)

    assert [f"document, {expected}"] == faults(deepcopy(whole), door)
    assert [f"document, {expected}"] == [
        str(fault) for fault in read(whole, door, lenient=True).faults
    ]


@pytest.mark.parametrize("door", DOORS)
def test_all_faults_are_told_at_once(door: str) -> None:
    """One of each level, in the order of the document."""
    whole = managed()
    for path in ("partner name", "customers 0 administrators 0 name", f"{OF_SUB} orders 0 id"):
        put(whole, at(path), None)
    put(whole, at(f"{OF_SUB} invoices 0 currency"), 9)
    put(whole, at(f"{OF_SUB} checklist services_configured"), "no")

    assert [
        "document, customers[0].administrators[0].name: expected a text, found null",
        f"document, {SUB}.checklist.services_configured: expected true or false, found 'no'",
        f"document, {SUB}.invoices[0].currency: expected a text, found 9",
        f"document, {SUB}.orders[0].id: expected a text, found null",
        "document, partner.name: expected a text, found null",
    ] == faults(whole, door)


def test_what_contains_itself_or_is_deep_is_one_fault() -> None:
    """A mapping in memory may; it is not gone through without end."""
    endless: list[object] = []
    endless.append(endless)
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]
    expected = [f"document, {SUB}.orders[0]: expected an object, found a list"]

    for orders in (endless, deep):
        whole = managed()
        whole["customers"][0]["subscriptions"][0]["orders"] = orders
        assert expected == faults(whole, "mapping")


@pytest.mark.parametrize("door", ["base", "fast"])
def test_a_key_that_occurs_twice_is_a_fault(door: str) -> None:
    """Also deep inside what is managed, where both engines look."""
    data = json.dumps(managed()).replace('"by": "Gil"', '"by": "Gil", "by": "Ann"').encode()

    assert [
        f"document, {SUB}.checklist.terms_accepted.by: expected each key once, found 'by' again"
    ] == faults(data, door)


@pytest.mark.parametrize("door", DOORS)
def test_lenient_reading_leaves_out_the_faulty_record_alone(door: str) -> None:
    """The order goes, its subscription stays with everything else; a faulty partner goes whole."""
    whole = managed(orders=[ORDER, ORDER | {"id": 7}])
    put(whole, at("partner administrators 0 email"), "@")
    found = read(whole, door, lenient=True)
    expected = read(managed())

    assert 2 == found.fault_count
    assert list(expected.customers) == list(found.customers)
    assert expected.partner is not None
    assert evolve(expected.partner, administrators=()) == found.partner


# Versions

FIRST = "partnerkpi/portfolio@1"


@pytest.mark.parametrize("door", DOORS)
def test_the_first_version_does_not_know_the_new_keys(door: str) -> None:
    """They are unknown there, and passed over where unknown keys are."""
    whole = {**managed(), "format": FIRST}
    ignoring = read(deepcopy(whole), door, unknown_keys="ignore")

    assert [
        "customers[0].administrators",
        f"{SUB}.checklist",
        f"{SUB}.invoices",
        f"{SUB}.orders",
        "partner.administrators",
        "partner.organization",
    ] == sorted(line.split(", ")[1].split(":")[0] for line in faults(whole, door))
    assert () == ignoring.customers[0].administrators
    assert () == ignoring.customers[0].subscriptions[0].orders
    assert ignoring.customers[0].subscriptions[0].paid is True


@pytest.mark.parametrize("door", ["base", "fast"])
@pytest.mark.parametrize("where", ["customers", "partner"])
def test_a_format_that_comes_late_is_judged_by_what_came_before(door: str, where: str) -> None:
    """Keys of the second version before `format` are good in that, and refused in the first."""
    late = {where: managed()[where], "format": SECOND_FORMAT, "customers": []} | (
        {"customers": managed()["customers"]} if where == "customers" else {}
    )
    as_first = json.dumps(late).replace(SECOND_FORMAT, FIRST).encode()

    assert read(json.dumps(late).encode(), door).partner is None or where == "partner"
    assert [
        f"document, format: expected {SECOND_FORMAT} (the document has keys of it), found '{FIRST}'"
    ] == faults(as_first, door)


# What follows from it


def oracle_paid(sub: Subscription, as_of: datetime) -> bool:
    """Row by row: as stated, or no invoice that is due on an earlier day and not paid by then."""
    if sub.paid is not None:
        return sub.paid
    for invoice in sub.invoices:
        paid = invoice.paid_on is not None and invoice.paid_on <= as_of.date()
        if invoice.due_on < as_of.date() and not paid:
            return False
    return True


def oracle_set_up(sub: Subscription, as_of: datetime) -> bool:
    """As stated, or all three steps done and the terms accepted by then."""
    if sub.set_up is not None:
        return sub.set_up
    steps = sub.checklist
    if steps is None or steps.terms_accepted is None:
        return False
    return steps.plan_reviewed and steps.services_configured and steps.terms_accepted.at <= as_of


@given(
    managed_subscriptions(),
    st.sampled_from([0, 1, -1, 29, 30, 31, -29, -30, -31]).map(lambda n: NEAR + timedelta(days=n)),
    st.sampled_from([timedelta(0), timedelta(microseconds=-1), timedelta(hours=23)]),
)
def test_statuses_see_invoices_and_checklists(
    sub: Subscription, day: datetime, shift: timedelta
) -> None:
    """Suspended and ready for order set-up hold exactly when the oracles say, and show it."""
    as_of = day + shift
    globex = Customer(id="c-1", name="Globex", subscriptions=[sub])
    alive = sub.ends_at is None or as_of < sub.ends_at
    statuses = derive(globex, as_of=as_of)
    evidence = {each.status: each.evidence for each in explain(globex, as_of=as_of)}

    assert (alive and not oracle_paid(sub, as_of)) == (Status.SUSPENDED in statuses)
    assert (alive and not oracle_set_up(sub, as_of)) == (Status.READY_FOR_ORDER_SETUP in statuses)
    assert statuses == set(evidence)
    if Status.SUSPENDED in statuses:
        assert [False] == [each.paid for each in evidence[Status.SUSPENDED]]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("paid_on", "day", "expected"),
    [
        (None, "2026-02-08", False),
        (None, "2026-02-09", False),
        (None, "2026-02-10", True),
        ("2026-02-12", "2026-02-11", True),
        ("2026-02-12", "2026-02-12", False),
        ("2026-02-09", "2026-02-10", False),
        ("2026-02-10", "2026-02-10", False),
    ],
)
@pytest.mark.parametrize("clock", ["00:00:00", "23:59:59.999999"])
def test_an_invoice_is_late_from_the_day_after_it_is_due_until_it_is_paid(
    paid_on: str | None, day: str, expected: bool, clock: str
) -> None:
    """At any hour of these days."""
    invoice = INVOICE | {"paid_on": paid_on}
    found = derive(
        read(managed(invoices=[invoice])).customers[0],
        as_of=datetime.fromisoformat(f"{day}T{clock}+00:00"),
    )

    assert expected == (Status.SUSPENDED in found)


@pytest.mark.parametrize(("micros", "expected"), [(-1, True), (0, False), (1, False)])
def test_a_checklist_is_complete_from_the_instant_of_the_acceptance(
    micros: int, expected: bool
) -> None:
    """That instant included."""
    whole = managed(checklist=CHECKLIST | {"services_configured": True})
    as_of = datetime(2026, 1, 11, 9, tzinfo=UTC) + timedelta(microseconds=micros)
    found = derive(read(whole).customers[0], as_of=as_of)

    assert expected == (Status.READY_FOR_ORDER_SETUP in found)
