"""Records built by hand refuse what the doors refuse, all faults at once, in the same words."""

import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve, exceptions
from hypothesis import given, settings

import partnerkpi as pk
from partnerkpi.errors import InputError
from partnerkpi.models import Attributes
from partnerkpi.testing import customers
from tests.library import records_of
from tests.strategies import Case, cases

ADDED = datetime(2026, 1, 10, tzinfo=UTC)
LARGEST = 2**53 - 1


def line(**fields: Any) -> pk.LicenseLine:  # right and wrong values
    """A license line."""
    return pk.LicenseLine(**({"product": "calling", "name": "Professional"} | fields))


def observation(**fields: Any) -> pk.Observation:  # right and wrong values
    """An observation."""
    return pk.Observation(**({"total": 1, "assigned": 1} | fields))


def subscription(**fields: Any) -> pk.Subscription:  # right and wrong values
    """A subscription."""
    defaults: dict[str, Any] = {"id": "Sub1", "kind": pk.Kind.SUBSCRIPTION, "added_at": ADDED}
    return pk.Subscription(**(defaults | fields))


def customer(**fields: Any) -> pk.Customer:  # right and wrong values
    """A customer."""
    return pk.Customer(**({"id": "c-1", "name": "Globex"} | fields))


def partner(**fields: Any) -> pk.Partner:  # right and wrong values
    """A partner."""
    return pk.Partner(**({"id": "p-1", "name": "North Partner"} | fields))


def faults_of(make: Callable[[], object]) -> list[tuple[str | None, str, str]]:
    """The faults that building a record is refused for."""
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.count == len(caught.value.faults)
    return [(each.place.path, each.expected, each.found) for each in caught.value.faults]


A_TEXT = "a text"
PLAIN = "a text without control characters or lone surrogates, not empty"
A_COUNT = f"a count from 0 to {LARGEST}"
A_BOOLEAN = "true or false"
IN_RANGE = "an instant from 1970-01-01 to 2200-01-01 UTC"
NAIVE = "an instant with an offset (this one is naive)"
NO_OFFSET = datetime(2026, 1, 10)  # noqa: DTZ001  # on purpose

WRONG: list[tuple[Callable[..., object], dict[str, Any], tuple[str, str, str]]] = [
    (customer, {"id": None}, ("id", A_TEXT, "null")),
    (customer, {"id": 7}, ("id", A_TEXT, "7")),
    (customer, {"id": ""}, ("id", PLAIN, "''")),
    (customer, {"id": "c\x00"}, ("id", PLAIN, "'c\\x00'")),
    (customer, {"id": "c\x85"}, ("id", PLAIN, "'c\\x85'")),
    (customer, {"id": "c\ud800"}, ("id", PLAIN, "'c\\ud800'")),
    (customer, {"name": None}, ("name", A_TEXT, "null")),
    (customer, {"name": "Glo\tbex"}, ("name", PLAIN, "'Glo\\tbex'")),
    (customer, {"managed_by": "nobody"}, ("managed_by", "partner or external", "'nobody'")),
    (customer, {"managed_by": None}, ("managed_by", "partner or external", "null")),
    (
        customer,
        {"last_admin_sign_in_at": NO_OFFSET},
        ("last_admin_sign_in_at", NAIVE, "2026-01-10T00:00:00"),
    ),
    (
        customer,
        {"last_admin_sign_in_at": "2026-01-10"},
        ("last_admin_sign_in_at", "an aware datetime", "'2026-01-10'"),
    ),
    (customer, {"tags": "gold"}, ("tags", "a list of texts", "'gold'")),
    (customer, {"tags": [1]}, ("tags[0]", A_TEXT, "1")),
    (customer, {"tags": ["gold", ""]}, ("tags[1]", PLAIN, "''")),
    (customer, {"tags": ["a", "b", "a"]}, ("tags[2]", "each tag once", "'a'")),
    (customer, {"attributes": ["a"]}, ("attributes", "a mapping of text to text", "['a']")),
    (customer, {"attributes": {"": "x"}}, ("attributes", f"a name that is {PLAIN}", "''")),
    (customer, {"attributes": {"a": 1}}, ("attributes.a", A_TEXT, "1")),
    (
        customer,
        {"attributes": {"a": "\n"}},
        ("attributes.a", PLAIN.removesuffix(", not empty"), "'\\n'"),
    ),
    (
        customer,
        {"subscriptions": [7]},
        ("subscriptions[0]", "a Subscription", "7"),
    ),
    (
        customer,
        {"subscriptions": [subscription(), subscription()]},
        ("subscriptions[1]", "an id that occurs once", "'Sub1'"),
    ),
    (subscription, {"id": 1}, ("id", A_TEXT, "1")),
    (subscription, {"kind": "gift"}, ("kind", "subscription or trial", "'gift'")),
    (subscription, {"added_at": None}, ("added_at", "an aware datetime", "null")),
    (
        subscription,
        {"ends_at": datetime(1969, 12, 31, tzinfo=UTC), "starts_at": ADDED},
        ("ends_at", IN_RANGE, "1969-12-31T00:00:00+00:00"),
    ),
    (
        subscription,
        {"ends_at": datetime(2200, 1, 1, 0, 0, 0, 1, tzinfo=UTC)},
        ("ends_at", IN_RANGE, "2200-01-01T00:00:00.000001+00:00"),
    ),
    (
        subscription,
        {"ends_at": ADDED},
        ("ends_at", "an end after the start", "2026-01-10T00:00:00+00:00"),
    ),
    (subscription, {"auto_renew": 1}, ("auto_renew", A_BOOLEAN, "1")),
    (subscription, {"paid": None}, ("paid", A_BOOLEAN, "null")),
    (subscription, {"set_up": "true"}, ("set_up", A_BOOLEAN, "'true'")),
    (
        subscription,
        {"kind": pk.Kind.TRIAL, "auto_renew": True},
        ("auto_renew", "false, as trials never renew themselves", "true"),
    ),
    (
        subscription,
        {"licenses": [line(), line(product="meetings"), line()]},
        (
            "licenses[2]",
            "one license line per product and name in a subscription",
            "('calling', 'Professional')",
        ),
    ),
    (line, {"product": None}, ("product", A_TEXT, "null")),
    (line, {"name": ""}, ("name", PLAIN, "''")),
    (line, {"observations": {}}, ("observations", "a list of Observation", "{}")),
    (
        line,
        {"observations": [observation(), observation()]},
        ("observations[1]", "one observation of a line at an instant", "null"),
    ),
    (
        line,
        {"observations": [observation(observed_at=ADDED), observation(observed_at=ADDED)]},
        (
            "observations[1]",
            "one observation of a line at an instant",
            "2026-01-10T00:00:00+00:00",
        ),
    ),
    *(
        (observation, {name: value}, (name, A_COUNT, found))
        for name in ("total", "assigned", "used_7d", "used_3mo")
        for value, found in ((-1, "-1"), (2.0, "2.0"), (True, "true"), ("7", "'7'"), (None, "null"))
    ),
    (observation, {"total": LARGEST + 1}, ("total", A_COUNT, str(LARGEST + 1))),
    (observation, {"observed_at": NO_OFFSET}, ("observed_at", NAIVE, "2026-01-10T00:00:00")),
    (partner, {"id": 1}, ("id", A_TEXT, "1")),
    (partner, {"name": ""}, ("name", PLAIN, "''")),
]


@pytest.mark.parametrize(("make", "fields", "expected"), WRONG)
def test_what_is_wrong_is_refused(
    make: Callable[..., object], fields: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    """One fault, with its path, what was expected, and what came."""
    assert [expected] == faults_of(lambda: make(**fields))


def test_all_faults_at_once() -> None:
    """One error carries every fault of a record, in the order of its fields."""
    assert ["id", "kind", "added_at", "paid"] == [
        path
        for path, _, _ in faults_of(
            lambda: subscription(id=1, kind="gift", added_at=None, paid="yes")
        )
    ]


def document_with(customer_fields: dict[str, Any]) -> dict[str, Any]:
    """A portfolio document of one customer."""
    one = {"id": "c-1", "name": "Globex", "subscriptions": []}
    return {"format": "partnerkpi/portfolio@1", "customers": [one | customer_fields]}


def wire(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields as a document has them."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in fields.items()
    }


SAME_WORDS = [
    (make, fields, expected)
    for make, fields, expected in WRONG
    if make in {customer, subscription, line, observation}
    and not any(isinstance(value, datetime) for value in fields.values())
    and not set(fields) & {"subscriptions", "licenses", "observations", "added_at"}
    and not (make is customer and fields.keys() & {"last_admin_sign_in_at"})
    # A list in place of a mapping is shown as such in documents, and in full by the records.
    and fields != {"attributes": ["a"]}
]


@pytest.mark.parametrize(("make", "fields", "expected"), SAME_WORDS)
def test_the_doors_refuse_the_same_in_the_same_words(
    make: Callable[..., object], fields: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    """What building refuses, reading refuses at the same field, expecting and showing the same."""
    seen = {"total": 1, "assigned": 1} | (fields if make is observation else {})
    product = {"product": "calling", "name": "P"} | (fields if make is line else {})
    bought = {"id": "S1", "kind": "subscription", "added_at": "2026-01-10"}
    bought |= {k: getattr(v, "value", v) for k, v in fields.items()} if make is subscription else {}
    whole = document_with(
        {"subscriptions": [bought | {"licenses": [product | {"observations": [seen]}]}]}
        | (fields if make is customer else {})
    )
    with pytest.raises(InputError) as caught:
        pk.from_dict(whole)
    (fault,) = caught.value.faults
    path, words, found = expected
    assert (words, found) == (fault.expected, fault.found)
    assert fault.place.path is not None
    assert fault.place.path.endswith(path)


@pytest.mark.parametrize(
    ("make", "fields"),
    [
        (customer, {"id": "007", "name": "NA"}),
        (customer, {"tags": [], "attributes": {"region": ""}}),
        (customer, {"name": "شركة 🏢 <b>", "attributes": {"a": " "}}),
        (observation, {"total": LARGEST, "assigned": LARGEST, "used_7d": LARGEST}),
        (observation, {"total": 0, "assigned": 5, "used_7d": 9, "used_3mo": 0}),
        (observation, {"observed_at": datetime(1970, 1, 1, tzinfo=UTC)}),
        (observation, {"observed_at": datetime(2200, 1, 1, tzinfo=UTC)}),
        (subscription, {"starts_at": datetime(1970, 1, 1, tzinfo=UTC)}),
        (subscription, {"ends_at": ADDED + timedelta(microseconds=1)}),
        (subscription, {"kind": "trial", "auto_renew": False}),
        (subscription, {"licenses": [line(), line(name="Suite"), line(product="x_unknown")]}),
        (line, {"observations": [observation(), observation(observed_at=ADDED)]}),
    ],
)
def test_what_is_odd_but_right_is_kept(make: Callable[..., Any], fields: dict[str, Any]) -> None:
    """Values at the edges of what is allowed, as they came."""
    record = make(**fields)
    given = {name: value for name, value in fields.items() if not isinstance(value, (list, dict))}
    assert given == {name: getattr(record, name) for name in given}


def test_instants_become_utc() -> None:
    """Whatever the offset, the same instant in UTC."""
    nepal = timezone(timedelta(hours=5, minutes=45))
    added = subscription(added_at=datetime(2026, 1, 10, 5, 45, tzinfo=nepal)).added_at
    assert (ADDED, UTC) == (added, added.tzinfo)


def test_the_start_is_the_addition_unless_given() -> None:
    """Without a start it begins when it was added."""
    assert ADDED == subscription().starts_at
    later = ADDED + timedelta(days=1)
    assert later == subscription(starts_at=later).starts_at


def test_observations_stand_in_time() -> None:
    """Whatever their order was, undated first, then by instant."""
    seen = [observation(observed_at=ADDED), observation(), observation(observed_at=ADDED - DAY)]
    assert [None, ADDED - DAY, ADDED] == [
        each.observed_at for each in line(observations=seen).observations
    ]


DAY = timedelta(days=1)


def test_lists_become_tuples() -> None:
    """What is inside a record cannot change either."""
    tags = ["gold"]
    one = customer(tags=tags, subscriptions=[subscription(licenses=[line()])])
    tags.append("late")
    assert ("gold",) == one.tags
    assert {tuple} == {type(one.tags), type(one.subscriptions), type(one.subscriptions[0].licenses)}


@pytest.mark.parametrize("record", [customer(), subscription(), line(), observation(), partner()])
def test_records_are_frozen(record: Any) -> None:  # one of each kind
    """No attribute changes, none is added, equal ones are equal and hash alike."""
    with pytest.raises(exceptions.FrozenInstanceError):
        record.id = "other"
    with pytest.raises((exceptions.FrozenInstanceError, AttributeError)):
        record.more = 1
    assert not hasattr(record, "__dict__")
    assert 1 == len({record, evolve(record)})


@given(customers())
@settings(max_examples=50)
def test_records_travel(one: pk.Customer) -> None:
    """Pickled and back, a record is the same, and still frozen."""
    home = pickle.loads(pickle.dumps(one))  # noqa: S301  # our own bytes
    assert (one, hash(one)) == (home, hash(home))


@given(cases())
@settings(max_examples=50)
def test_records_are_what_a_portfolio_gives_back(case: Case) -> None:
    """Into columns and out again, every record is the same, in the same order."""
    records = records_of(case.document)
    assert records == list(pk.Portfolio.from_customers(records).customers)


def test_attributes_are_a_frozen_mapping() -> None:
    """Ordered by name, hashable, like any mapping to look at; never to write to."""
    attributes = Attributes({"b": "2", "a": "1"})
    assert (["a", "b"], 2, "1") == (list(attributes), len(attributes), attributes["a"])
    assert attributes == {"a": "1", "b": "2"}
    assert hash(attributes) == hash(Attributes([("a", "1"), ("b", "2")]))
    assert attributes == pickle.loads(pickle.dumps(attributes))  # noqa: S301  # our own bytes
    assert "Attributes({'a': '1', 'b': '2'})" == repr(attributes)
    with pytest.raises(AttributeError, match="frozen"):
        attributes.more = 1
    with pytest.raises(KeyError):
        attributes["c"]
