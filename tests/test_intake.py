"""What one row cannot tell: ids, parents, periods, lines and instants; and what is left then."""

import json
from collections.abc import Callable, Iterable
from copy import deepcopy
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi._arrays import NEVER, OPEN
from partnerkpi._batches import CustomerBatch, LicenseBatch, SubscriptionBatch, TextRows
from partnerkpi._faults import FaultLog
from partnerkpi._intake import Intake
from partnerkpi._text import Text
from partnerkpi.errors import Fault, InputError, Place
from partnerkpi.io import TableFile, TableFiles
from tests.strategies import Case, cases

Document = dict[str, Any]
LARGEST = 2**53 - 1
UNIQUE = "an id that occurs once"
NO_CUSTOMER = "the id of a customer that is there"
NO_SUBSCRIPTION = "the id of a subscription that is there"
ONE_LINE = "one license line per product and name in a subscription"
ONCE = "one observation of a line at an instant"


# Tables: rows as a person writes them, each fault with its file's line.


def bought(**fields: object) -> Document:
    """A row of the table `subscriptions`."""
    defaults: Document = {
        "subscription_id": "S1",
        "customer_id": "c-1",
        "kind": "subscription",
        "added_at": "2026-01-10",
    }
    return defaults | fields


def seen(**fields: object) -> Document:
    """A row of the table `licenses`."""
    defaults: Document = {
        "subscription_id": "S1",
        "product": "calling",
        "name": "P",
        "total": 1,
        "assigned": 1,
    }
    return defaults | fields


def read(
    customers: Iterable[str],
    subscriptions: Iterable[Document],
    licenses: Iterable[Document] = (),
    **options: Any,  # of the door
) -> pk.Portfolio:
    """A portfolio of tables as JSON lines."""
    rows = ([{"customer_id": id_, "name": id_} for id_ in customers], subscriptions, licenses)
    files = (
        TableFile(BytesIO("\n".join(map(json.dumps, each)).encode()), "jsonl") for each in rows
    )
    return pk.read_tables(TableFiles(*files), **options)


def faults_of(
    customers: Iterable[str], subscriptions: Iterable[Document], licenses: Iterable[Document] = ()
) -> list[tuple[int | None, str | None, str, str]]:
    """The faults that tables are refused for: line, column, expected, found."""
    with pytest.raises(InputError) as caught:
        read(customers, list(subscriptions), list(licenses))
    return [
        (each.place.line, each.place.column, each.expected, each.found)
        for each in caught.value.faults
    ]


def test_a_customer_id_occurs_once() -> None:
    """The first row has the id, every later one is a fault."""
    assert [(2, "customer_id", UNIQUE, "'a'"), (4, "customer_id", UNIQUE, "'a'")] == faults_of(
        ["a", "a", "b", "a"], []
    )


def test_a_subscription_id_occurs_once_in_the_portfolio() -> None:
    """Also when the other one is another customer's."""
    rows = [bought(), bought(customer_id="c-2"), bought(subscription_id="S2")]
    assert [(2, "subscription_id", UNIQUE, "'S1'")] == faults_of(["c-1", "c-2"], rows)


def test_ids_are_compared_exactly() -> None:
    """Case, composition of accents, and zeros in front make another id."""
    ids = ["c-1", "C-1", "é", "e\u0301", "7", "07", "c-1 "]
    assert ids == [each.id for each in read(ids, []).customers]


def test_orphans() -> None:
    """A subscription needs its customer, a license its subscription."""
    rows = [bought(), bought(subscription_id="S2", customer_id="c-9")]
    licenses = [seen(subscription_id="S9"), seen()]
    assert [
        (2, "customer_id", NO_CUSTOMER, "'c-9'"),
        (1, "subscription_id", NO_SUBSCRIPTION, "'S9'"),
    ] == faults_of(["c-1"], rows, licenses)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"ends_at": "2026-01-10"}, "2026-01-10T00:00:00Z"),
        ({"ends_at": "2026-01-09T23:59:59.999999Z"}, "2026-01-09T23:59:59.999999Z"),
        ({"starts_at": "2026-02-01", "ends_at": "2026-01-31"}, "2026-01-31T00:00:00Z"),
        (
            {"starts_at": "2026-02-01", "ends_at": "2026-02-01T01:00:00+01:00"},
            "2026-02-01T00:00:00Z",
        ),
    ],
)
def test_an_end_comes_after_the_start(fields: Document, found: str) -> None:
    """At the start or before it, by the instants and not by their texts."""
    assert [(1, "ends_at", "an end after the start", found)] == faults_of(
        ["c-1"], [bought(**fields)]
    )


def test_an_end_may_come_before_the_addition() -> None:
    """What was entered late may have ended already; only the start must come first."""
    row = bought(starts_at="2025-01-01", ends_at="2026-01-01")
    assert 1 == len(read(["c-1"], [row]).customers[0].subscriptions)


def test_trials_never_renew() -> None:
    """A trial with automatic renewal, as the definitions say."""
    rows = [bought(auto_renew=True), bought(subscription_id="S2", kind="trial", auto_renew=True)]
    assert [(2, "auto_renew", "false, as trials never renew themselves", "true")] == faults_of(
        ["c-1"], rows
    )


def test_an_instant_of_a_line_occurs_once() -> None:
    """By the instant, not its text; undated at most once; of the line, not the subscription."""
    rows = [
        seen(observed_at="2026-02-01"),
        seen(observed_at="2026-02-01", name="Q"),
        seen(observed_at="2026-02-01T01:00:00+01:00"),
        seen(),
        seen(observed_at=None),
        seen(observed_at="2026-02-01", product="meetings"),
    ]
    assert [
        (3, "observed_at", ONCE, "2026-02-01T00:00:00Z"),
        (5, "observed_at", ONCE, "undated"),
    ] == faults_of(["c-1"], [bought()], rows)


def test_one_row_may_have_two_faults() -> None:
    """Every rule that a row breaks is told."""
    row = bought(subscription_id="S2", kind="trial", auto_renew=True, ends_at="2026-01-01")
    assert {"ends_at", "auto_renew"} == {each[1] for each in faults_of(["c-1"], [bought(), row])}


def test_a_row_that_is_bad_already_is_no_orphan() -> None:
    """One fault is enough to know: what a bad row refers to is not looked for."""
    rows = [bought(customer_id="c-9", kind="gift")]
    assert [(1, "kind")] == [each[:2] for each in faults_of(["c-1"], rows)]


def test_what_depends_on_a_bad_row_is_no_fault_of_its_own() -> None:
    """A license of a bad subscription is left out, and not called an orphan."""
    licenses = [seen(), seen()]
    strict = faults_of(["c-1"], [bought(kind="gift")], licenses[:1])
    assert [(1, "kind")] == [each[:2] for each in strict]


def test_lenient_reading_keeps_the_rest() -> None:
    """Customers with what is sound of theirs; the faults are carried."""
    rows = [bought(), bought(subscription_id="S2", kind="gift"), bought(subscription_id="S3")]
    licenses = [seen(), seen(subscription_id="S2"), seen(subscription_id="S3", total=-1)]
    portfolio = read(["c-1", "c-1", "c-2"], rows, licenses, lenient=True)

    assert ["c-1", "c-2"] == [each.id for each in portfolio.customers]
    assert [("S1", 1), ("S3", 0)] == [
        (each.id, len(each.licenses)) for each in portfolio.customers[0].subscriptions
    ]
    assert (3, 3) == (portfolio.fault_count, len(portfolio.faults))


def test_caps_keep_the_true_count() -> None:
    """So many faults are carried, the count is that of all; in both ways of reading."""
    with pytest.raises(InputError) as caught:
        read(["c-1"] * 50, [], max_faults=7)
    assert (7, 49) == (len(caught.value.faults), caught.value.count)
    portfolio = read(["c-1"] * 50, [], max_faults=7, lenient=True)
    assert (7, 49, 1) == (len(portfolio.faults), portfolio.fault_count, len(portfolio))


def test_the_cap_unless_given() -> None:
    """A thousand faults are carried at most."""
    with pytest.raises(InputError) as caught:
        read(["c-1"] * 3001, [])
    assert (1000, 3000) == (len(caught.value.faults), caught.value.count)
    assert str(caught.value).endswith("... and 2000 more")


# Batches: what one door hands in at a time must not matter.


def place(table: str, row: int, column: str | None) -> Place:
    """Where a row stands."""
    return Place(f"columns {table}", line=row, column=column)


def customer_batch(*ids: str, bad: Iterable[int] = ()) -> CustomerBatch:
    """Customers with these ids."""
    nothing = TextRows(np.empty(0, np.intp), Text.from_strings([]))
    return CustomerBatch(
        ids=Text.from_strings(ids),
        names=Text.from_strings(ids),
        external=np.zeros(len(ids), np.bool_),
        signed_in=np.full(len(ids), NEVER),
        tags=nothing,
        attributes={},
        bad=np.isin(np.arange(len(ids)), list(bad)),
    )


def subscription_batch(*pairs: tuple[str, str]) -> SubscriptionBatch:
    """Subscriptions with these ids, of these customers."""
    size = len(pairs)
    return SubscriptionBatch(
        ids=Text.from_strings([id_ for id_, _ in pairs]),
        customers=Text.from_strings([owner for _, owner in pairs]),
        trial=np.zeros(size, np.bool_),
        added=np.zeros(size, np.int64),
        starts=np.zeros(size, np.int64),
        ends=np.full(size, OPEN),
        auto_renew=np.zeros(size, np.bool_),
        paid=np.ones(size, np.bool_),
        set_up=np.ones(size, np.bool_),
        bad=np.zeros(size, np.bool_),
    )


def license_batch(*rows: tuple[str, str, int]) -> LicenseBatch:
    """Observations: subscription, product, day; as many licenses as the day's number."""
    size = len(rows)
    days = np.array([day for _, _, day in rows], np.int64)
    return LicenseBatch(
        subscriptions=Text.from_strings([owner for owner, _, _ in rows]),
        products=Text.from_strings([product for _, product, _ in rows]),
        names=Text.from_strings(["P"] * size),
        observed=np.ones(size, np.bool_),
        observed_at=days * 86_400_000_000,
        total=days,
        assigned=days,
        used_7d=days,
        used_3mo=days,
        bad=np.zeros(size, np.bool_),
    )


def taken_in(
    customers: Iterable[CustomerBatch],
    subscriptions: Iterable[SubscriptionBatch] = (),
    licenses: Iterable[LicenseBatch] = (),
) -> tuple[pk.Portfolio, tuple[Fault, ...]]:
    """What an intake makes of batches, leniently."""
    log = FaultLog()
    intake = Intake(log, place)
    for one in customers:
        intake.add_customers(one)
    for two in subscriptions:
        intake.add_subscriptions(two)
    for three in licenses:
        intake.add_licenses(three)
    return intake.finish(strict=False), log.faults


def test_ids_are_unique_across_batches() -> None:
    """A row of a later batch repeats an id of an earlier one; its number counts over all."""
    portfolio, faults = taken_in(
        [customer_batch("a", "b"), customer_batch("c", "a")],
        [subscription_batch(("S1", "a")), subscription_batch(("S2", "c"), ("S1", "b"))],
    )
    assert [
        (Place("columns customers", line=3, column="customer_id"), "'a'"),
        (Place("columns subscriptions", line=2, column="subscription_id"), "'S1'"),
    ] == sorted(((each.place, each.found) for each in faults), key=str)
    assert ["a", "b", "c"] == [each.id for each in portfolio.customers]


def test_an_id_of_a_bad_row_is_free() -> None:
    """A row that is left out anyway does not take the id from a sound one."""
    portfolio, faults = taken_in([customer_batch("a", bad=[0]), customer_batch("a")])
    assert (["a"], ()) == ([each.id for each in portfolio.customers], faults)


def test_lines_are_put_together_across_batches() -> None:
    """Rows of one line in several batches and any order are one line, in the order of time."""
    batches = [
        license_batch(("S1", "calling", 3), ("S2", "calling", 1)),
        license_batch(("S1", "meetings", 2), ("S1", "calling", 1)),
        license_batch(("S1", "calling", 2)),
    ]
    portfolio, faults = taken_in(
        [customer_batch("a")], [subscription_batch(("S1", "a"), ("S2", "a"))], batches
    )
    assert () == faults
    first, second = portfolio.customers[0].subscriptions
    assert [("calling", [1, 2, 3]), ("meetings", [2])] == [
        (line.product, [each.total for each in line.observations]) for line in first.licenses
    ]
    assert ["calling"] == [line.product for line in second.licenses]


def test_no_batches_at_all() -> None:
    """Nothing taken gives a portfolio of nobody."""
    portfolio, faults = taken_in([])
    assert (0, ()) == (len(portfolio), faults)


@given(cases(), st.integers(1, 3))
@settings(max_examples=40)
def test_the_size_of_batches_never_matters(case: Case, size: int) -> None:
    """Customers taken a few at a time make the portfolio of all at once."""
    import partnerkpi._records as records
    from tests.library import records_of

    some = records_of(case.document)
    whole = pk.Portfolio.from_customers(some)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "_AT_A_TIME", size)
        assert whole == pk.Portfolio.from_customers(some)


# Documents: one fault put into a sound document; lenient reading gives the document without it.


Spoil = Callable[[Document], tuple[Document, Document] | None]


def nobody_named(document: Document) -> tuple[Document, Document] | None:
    """A customer without a name is left out with all that is its."""
    return without(document, lambda sound: sound["customers"], lambda one: {**one, "name": None})


def unknown_kind(document: Document) -> tuple[Document, Document] | None:
    """A subscription of no known kind is left out with its lines."""
    return without(document, all_subscriptions, lambda one: {**one, "kind": "gift"})


def early_end(document: Document) -> tuple[Document, Document] | None:
    """So is one that ends before it starts."""
    dates = {"starts_at": "2026-01-02", "ends_at": "2026-01-01"}
    return without(document, all_subscriptions, lambda one: one | dates)


def renewing_trial(document: Document) -> tuple[Document, Document] | None:
    """So is a trial that renews itself."""
    fields = {"kind": "trial", "auto_renew": True}
    return without(document, all_subscriptions, lambda one: one | fields)


def misspelt_key(document: Document) -> tuple[Document, Document] | None:
    """So is one with a key that nobody knows."""
    return without(document, all_subscriptions, lambda one: one | {"auto_renwe": True})


def nameless_line(document: Document) -> tuple[Document, Document] | None:
    """A line without a product is left out."""
    return without(document, all_lines, lambda one: {**one, "product": ""})


def same_customer(document: Document) -> tuple[Document, Document] | None:
    """A second customer of one id is left out with all that is its."""
    spoiled = deepcopy(document)
    for first in spoiled["customers"][:1]:
        again = {"id": first["id"], "name": "Again", "subscriptions": [new_subscription("again")]}
        spoiled["customers"].append(again)
        return spoiled, document
    return None


def same_subscription(document: Document) -> tuple[Document, Document] | None:
    """A second subscription of one id is left out, whoever's it is."""
    spoiled = deepcopy(document)
    for first in all_subscriptions(spoiled)[:1]:
        spoiled["customers"][-1]["subscriptions"].append(new_subscription(first["id"]))
        return spoiled, document
    return None


def same_line(document: Document) -> tuple[Document, Document] | None:
    """A second line of one product and name is left out with its observations."""
    spoiled = deepcopy(document)
    for one in all_subscriptions(spoiled):
        for first in one["licenses"][:1]:
            fields = {"product": first["product"], "name": first["name"]}
            one["licenses"].append(fields | {"total": 77, "assigned": 7})
            return spoiled, document
    return None


def same_instant(document: Document) -> tuple[Document, Document] | None:
    """A second observation at one instant is left out."""
    spoiled = deepcopy(document)
    for line in all_lines(spoiled):
        for first in line.get("observations", ())[:1]:
            again = {name: first[name] for name in ("observed_at",) if name in first}
            line["observations"].append(again | {"total": 77, "assigned": 7})
            return spoiled, document
    return None


def negative_count(document: Document) -> tuple[Document, Document] | None:
    """An observation with a negative count is left out beside sound ones."""
    spoiled = deepcopy(document)
    for line in all_lines(spoiled):
        if line.get("observations"):
            late = {"observed_at": "2150-01-01", "total": -1, "assigned": 7}
            line["observations"].append(late)
            return spoiled, document
    return None


def new_subscription(id_: str) -> Document:
    """A subscription that would show in every figure."""
    line = {"product": "calling", "name": "P", "total": 1, "assigned": 9}
    return {"id": id_, "kind": "subscription", "added_at": "2026-01-01", "licenses": [line]}


def all_subscriptions(document: Document) -> list[Document]:
    """Every subscription."""
    return [each for customer in document["customers"] for each in customer["subscriptions"]]


def all_lines(document: Document) -> list[Document]:
    """Every license line."""
    return [line for each in all_subscriptions(document) for line in each["licenses"]]


def without(
    document: Document,
    find: Callable[[Document], list[Document]],
    spoil: Callable[[Document], Document],
) -> tuple[Document, Document] | None:
    """The document with the last of some records spoiled, and the document without it."""
    spoiled, sound = deepcopy(document), deepcopy(document)
    for victim, gone in zip(find(spoiled)[-1:], find(sound)[-1:], strict=True):
        worse = spoil(dict(victim))
        victim.clear()
        victim.update(worse)
        remove(sound, gone)
        return spoiled, sound
    return None


def remove(node: object, gone: Document) -> None:
    """Take one very record out of a document."""
    for child in node.values() if isinstance(node, dict) else ():
        if isinstance(child, list):
            child[:] = [each for each in child if each is not gone]
            for each in child:
                remove(each, gone)


SPOILS: list[Spoil] = [
    nobody_named,
    unknown_kind,
    early_end,
    renewing_trial,
    misspelt_key,
    nameless_line,
    same_customer,
    same_subscription,
    same_line,
    same_instant,
    negative_count,
]


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)
@given(case=cases(max_customers=4))
@settings(max_examples=30)
def test_lenient_reading_leaves_out_just_what_is_faulty(spoil: Spoil, case: Case) -> None:
    """What is faulty and all that depends on it; the rest is as if it had never been there."""
    made = spoil(case.document)
    if made is None:
        return
    spoiled, sound = made
    portfolio, expected = pk.from_dict(spoiled, lenient=True), pk.from_dict(sound)
    reports = [pk.report(each, as_of=case.as_of).to_dict() for each in (expected, portfolio)]

    assert expected == portfolio
    assert reports[0] == reports[1]
    assert (1, 0) == (portfolio.fault_count, expected.fault_count)


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)
@given(case=cases(max_customers=4))
@settings(max_examples=15)
def test_strict_and_lenient_reading_know_the_same_faults(spoil: Spoil, case: Case) -> None:
    """What lenient reading carries is what strict reading raises."""
    made = spoil(case.document)
    if made is None:
        return
    with pytest.raises(InputError) as caught:
        pk.from_dict(made[0])
    assert caught.value.faults == pk.from_dict(made[0], lenient=True).faults


@pytest.mark.parametrize(
    ("spoil", "path", "expected", "found"),
    [
        (same_customer, "customers[1].id", UNIQUE, "'c-1'"),
        (same_subscription, "customers[0].subscriptions[1].id", UNIQUE, "'S1'"),
        (
            same_line,
            "customers[0].subscriptions[0].licenses[1]",
            ONE_LINE,
            "'calling', 'P'",
        ),
        (
            same_instant,
            "customers[0].subscriptions[0].licenses[0].observations[1].observed_at",
            ONCE,
            "2026-02-01T00:00:00Z",
        ),
        (
            early_end,
            "customers[0].subscriptions[0].ends_at",
            "an end after the start",
            "2026-01-01T00:00:00Z",
        ),
        (
            renewing_trial,
            "customers[0].subscriptions[0].auto_renew",
            "false, as trials never renew themselves",
            "true",
        ),
    ],
)
def test_places_in_documents(spoil: Spoil, path: str, expected: str, found: str) -> None:
    """Each fault between records stands at its path, in words."""
    line = {
        "product": "calling",
        "name": "P",
        "observations": [{"observed_at": "2026-02-01", "total": 1, "assigned": 1}],
    }
    one = new_subscription("S1") | {"licenses": [line]}
    made = spoil({"customers": [{"id": "c-1", "name": "Globex", "subscriptions": [one]}]})
    assert made is not None
    with pytest.raises(InputError) as caught:
        pk.from_dict({"format": "partnerkpi/portfolio@1", **made[0]})
    (fault,) = caught.value.faults
    assert (Place("document", path=path), expected, found) == (
        fault.place,
        fault.expected,
        fault.found,
    )


def test_records_with_one_id_are_refused() -> None:
    """Records of different customers may still share an id with each other."""
    one = pk.Customer(id="c-1", name="Globex")
    with pytest.raises(InputError) as caught:
        pk.Portfolio.from_customers([one, one])
    (fault,) = caught.value.faults
    assert (Place("customers of the records", line=1, column="customer_id"), UNIQUE, "'c-1'") == (
        fault.place,
        fault.expected,
        fault.found,
    )


def test_only_records_are_customers() -> None:
    """Anything else is a mistake in the program, not in the data."""
    with pytest.raises(TypeError, match="expected records of type Customer, found dict"):
        pk.Portfolio.from_customers([{"id": "c-1"}])  # type: ignore[list-item]
