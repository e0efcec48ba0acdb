"""The portfolio document: what it gives, what it refuses, and where it says so."""

import gc
import gzip
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi._arrays import MAX_COUNT, NEVER, OPEN
from partnerkpi._faults import FaultLog
from partnerkpi.errors import InputError, MissingExtraError
from partnerkpi.io import _fast
from partnerkpi.io.documents import DocumentPlaces, Engine, load_document
from partnerkpi.models import Partner, PartnerId
from tests.document_doors import (
    DOORS,
    Recorder,
    as_bytes,
    customer,
    document,
    line,
    observation,
    read,
    subscription,
)
from tests.strategies import portfolio_documents

JAN_10 = 1_768_003_200_000_000
ENGINES: tuple[Engine, ...] = ("base", "fast")


def with_line(**fields: object) -> dict[str, Any]:
    """A document with one license line."""
    return document(customer(subscriptions=[subscription(licenses=[line(**fields)])]))


def with_observation(**fields: object) -> dict[str, Any]:
    """A document with one observation."""
    return with_line(observations=[observation(**fields)])


def with_subscription(**fields: object) -> dict[str, Any]:
    """A document with one subscription."""
    return document(customer(subscriptions=[subscription(**fields)]))


def without(record: dict[str, Any], key: str) -> dict[str, Any]:
    """A record without one of its keys."""
    return {name: value for name, value in record.items() if name != key}


# What is read


@pytest.mark.parametrize("door", DOORS)
def test_what_is_not_given_has_its_default(door: str) -> None:
    """Only the needed fields given, every other column holds the default of the definitions."""
    found = read(with_line(total=10, assigned=8), door)

    assert () == found.faults
    assert {
        "ids": ["c-1"],
        "names": ["Globex"],
        "external": [False],
        "signed_in": [NEVER],
        "bad": [False],
        "tags": [],
    } == found.tables["customers"]
    assert {
        "ids": ["Sub1"],
        "customers": [0],
        "trial": [False],
        "added": [JAN_10],
        "starts": [JAN_10],
        "ends": [OPEN],
        "auto_renew": [False],
        "paid": [True],
        "set_up": [True],
        "bad": [False],
    } == found.tables["subscriptions"]
    assert {
        "subscriptions": [0],
        "products": ["calling"],
        "names": ["Professional"],
        "observed": [True],
        "observed_at": [NEVER],
        "total": [10],
        "assigned": [8],
        "used_7d": [0],
        "used_3mo": [0],
        "bad": [False],
        "lines": [0],
    } == found.tables["licenses"]


@pytest.mark.parametrize("door", DOORS)
def test_what_is_given_is_kept(door: str) -> None:
    """Every field given, every column holds it, instants in UTC."""
    given_ = document(
        customer(
            managed_by="external",
            last_admin_sign_in_at="2026-01-10T05:45:00+05:45",
            tags=["gold", "ключ"],
            attributes={"region": "emea", "note": ""},
            subscriptions=[
                subscription(
                    kind="trial",
                    starts_at="2026-01-11",
                    ends_at="2026-01-12T00:00:00.5Z",
                    paid=False,
                    set_up=False,
                    licenses=[
                        line(
                            observations=[
                                observation(observed_at="2026-01-10", used_7d=3, used_3mo=4),
                                observation(observed_at=None, total=MAX_COUNT),
                            ]
                        ),
                        line(product="odd one", observations=[]),
                    ],
                ),
                subscription(id="007", auto_renew=True),
            ],
        )
    )
    found = read(given_ | {"partner": {"id": "p-1", "name": "North"}}, door)
    customers, subscriptions = found.tables["customers"], found.tables["subscriptions"]
    licenses = found.tables["licenses"]

    assert () == found.faults
    assert Partner(id=PartnerId("p-1"), name="North") == found.partner
    assert [True] == customers["external"]
    assert [JAN_10] == customers["signed_in"]
    assert [(0, "gold"), (0, "ключ")] == customers["tags"]
    assert [(0, "emea")] == customers["attr.region"]
    assert [(0, "")] == customers["attr.note"]
    assert ["Sub1", "007"] == subscriptions["ids"]
    assert [True, False] == subscriptions["trial"]
    assert [JAN_10 + 86_400_000_000, JAN_10] == subscriptions["starts"]
    assert [JAN_10 + 2 * 86_400_000_000 + 500_000, OPEN] == subscriptions["ends"]
    assert [False, True] == subscriptions["auto_renew"]
    assert [False, True] == subscriptions["paid"]
    assert [False, True] == subscriptions["set_up"]
    assert ["calling", "calling", "odd one"] == licenses["products"]
    assert [True, True, False] == licenses["observed"]
    assert [JAN_10, NEVER, NEVER] == licenses["observed_at"]
    assert [10, MAX_COUNT, 0] == licenses["total"]
    assert [3, 0, 0] == licenses["used_7d"]
    assert [4, 0, 0] == licenses["used_3mo"]
    assert [0, 0, 1] == licenses["lines"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("order", [("format", "customers"), ("customers", "format")])
def test_the_keys_of_the_document_stand_in_any_order(engine: str, order: tuple[str, str]) -> None:
    """A document whose format comes last reads as one whose format comes first."""
    whole = with_observation()

    assert read(whole, engine) == read({key: whole[key] for key in order}, engine)


@pytest.mark.parametrize("door", DOORS)
def test_a_partner_may_be_null(door: str) -> None:
    """As one that is not given."""
    assert read(document(customer()), door) == read(document(customer()) | {"partner": None}, door)


@pytest.mark.parametrize("engine", ENGINES)
def test_layout_changes_nothing(engine: str) -> None:
    """Indentation, line ends, blanks before colons, a byte order mark and gzip change nothing."""
    whole = with_observation(observed_at="2026-01-10")
    expected = read(whole, engine)
    indented = json.dumps(whole, indent=2)
    loose = json.dumps(whole, separators=(" ,\t", " \r\n: "))

    for text in (indented, indented.replace("\n", "\r\n"), loose):
        assert expected == read(text, engine)
        assert expected == read(b"\xef\xbb\xbf" + text.encode(), engine)
        assert expected == read(gzip.compress(text.encode(), mtime=0), engine)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "name", ["مرحبا", "👩‍👩‍👧 GmbH", "<b>bold</b>", "=cmd|x", 'a "b": c } ] {', "NA"]
)
def test_names_are_any_text(door: str, name: str) -> None:
    """Right-to-left text, emoji, markup, formulas, quotes and brackets are kept as they are."""
    found = read(document(customer(name=name)), door)

    assert [name] == found.tables["customers"]["names"]
    assert () == found.faults


def test_mappings_may_hold_datetimes_and_tuples() -> None:
    """Aware datetimes read as their text does, and tuples as lists."""
    moment = datetime(2026, 1, 10, 5, 45, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    as_text = document(customer(tags=["a"], last_admin_sign_in_at=moment.isoformat()))
    as_values = document(customer(tags=("a",), last_admin_sign_in_at=moment, subscriptions=()))

    assert read(as_text, "base") == read(as_values, "mapping")


# What is refused


COUNT = f"a count from 0 to {MAX_COUNT}"
PLAIN = "a text without control characters or lone surrogates, not empty"
AT = "customers[0]"
SUB = f"{AT}.subscriptions[0]"
LINE = f"{SUB}.licenses[0]"
SEEN = f"{LINE}.observations[0]"

FAULTY: list[tuple[dict[str, Any], str, str, str]] = [
    (document(7), AT, "an object", "7"),
    (document(without(customer(), "id")), f"{AT}.id", "a text", "nothing"),
    (document(customer(id=7)), f"{AT}.id", "a text", "7"),
    (document(customer(id="")), f"{AT}.id", PLAIN, "''"),
    (document(customer(id="a\x00b")), f"{AT}.id", PLAIN, "'a\\x00b'"),
    (document(customer(id="a\x85b")), f"{AT}.id", PLAIN, "'a\\x85b'"),
    (document(customer(name=None)), f"{AT}.name", "a text", "null"),
    (document(customer(name="\ud800")), f"{AT}.name", PLAIN, "'\\ud800'"),
    (document(customer(name=["a"])), f"{AT}.name", "a text", "a list"),
    (document(customer(name={"a": 1})), f"{AT}.name", "a text", "an object"),
    (document(customer(managed_by="us")), f"{AT}.managed_by", "partner or external", "'us'"),
    (document(customer(managed_by=None)), f"{AT}.managed_by", "partner or external", "null"),
    (document(customer(tags=None)), f"{AT}.tags", "a list of texts", "null"),
    (document(customer(tags=["a", "b", "a"])), f"{AT}.tags[2]", "each tag once", "'a'"),
    (document(customer(tags=["a", 2])), f"{AT}.tags[1]", "a text", "2"),
    (document(customer(tags=[["a"]])), f"{AT}.tags[0]", "a text", "a list"),
    (document(customer(tags=[""])), f"{AT}.tags[0]", PLAIN, "''"),
    (document(customer(tags="gold")), f"{AT}.tags", "a list of texts", "'gold'"),
    (
        document(customer(attributes=["a"])),
        f"{AT}.attributes",
        "a mapping of text to text",
        "a list",
    ),
    (document(customer(attributes={"a": 1})), f"{AT}.attributes.a", "a text", "1"),
    (document(customer(attributes={"a b": None})), f"{AT}.attributes['a b']", "a text", "null"),
    (
        document(customer(attributes={"a": "\n"})),
        f"{AT}.attributes.a",
        "a text without control characters or lone surrogates",
        "'\\n'",
    ),
    (
        document(customer(attributes={"": "x"})),
        f"{AT}.attributes",
        f"a name that is {PLAIN}",
        "''",
    ),
    (document(customer(subscriptions=None)), f"{AT}.subscriptions", "a list", "null"),
    (document(customer(subscriptions={})), f"{AT}.subscriptions", "a list", "an object"),
    (document(without(customer(), "subscriptions")), f"{AT}.subscriptions", "a list", "nothing"),
    (
        document(customer(subscription=[])),
        f"{AT}.subscription",
        "a known key (did you mean 'subscriptions'?)",
        "'subscription'",
    ),
    (document(customer(xyz=[])), f"{AT}.xyz", "a known key", "'xyz'"),
    (document(customer(subscriptions=["s"])), SUB, "an object", "'s'"),
    (with_subscription(id=None), f"{SUB}.id", "a text", "null"),
    (with_subscription(kind="paid"), f"{SUB}.kind", "subscription or trial", "'paid'"),
    (with_subscription(kind=None), f"{SUB}.kind", "subscription or trial", "null"),
    (with_subscription(kind=["trial"]), f"{SUB}.kind", "subscription or trial", "a list"),
    (with_subscription(added_at=None), f"{SUB}.added_at", "an instant", "null"),
    (with_subscription(added_at=20260101), f"{SUB}.added_at", "an instant", "20260101"),
    (with_subscription(auto_renew=1), f"{SUB}.auto_renew", "true or false", "1"),
    (with_subscription(paid="true"), f"{SUB}.paid", "true or false", "'true'"),
    (with_subscription(set_up=None), f"{SUB}.set_up", "true or false", "null"),
    (
        with_subscription(auto_renwe=True),
        f"{SUB}.auto_renwe",
        "a known key (did you mean 'auto_renew'?)",
        "'auto_renwe'",
    ),
    (with_subscription(licenses=None), f"{SUB}.licenses", "a list", "null"),
    (with_subscription(licenses=[None]), LINE, "an object", "null"),
    (with_line(product=None, total=1, assigned=1), f"{LINE}.product", "a text", "null"),
    (with_line(name="", total=1, assigned=1), f"{LINE}.name", PLAIN, "''"),
    (with_line(observations=None), f"{LINE}.observations", "a list", "null"),
    (with_line(observations=""), f"{LINE}.observations", "a list", "''"),
    (with_line(observations=[3]), SEEN, "an object", "3"),
    (with_line(assigned=1), f"{LINE}.total", COUNT, "nothing"),
    (
        with_line(total=1, assigned=1, observed_at="2026-01-01"),
        f"{LINE}.observed_at",
        "no instant, as counts in the line itself are undated (dated ones go to observations)",
        "'2026-01-01'",
    ),
    (
        with_line(observations=[], used_7d=1),
        f"{LINE}.used_7d",
        "counts either in the line or in its observations, not in both",
        "1",
    ),
    (with_observation(total=-1), f"{SEEN}.total", COUNT, "-1"),
    (with_observation(total=2**53), f"{SEEN}.total", COUNT, str(2**53)),
    (with_observation(total=2**70), f"{SEEN}.total", COUNT, str(2**70)),
    (with_observation(total="12"), f"{SEEN}.total", COUNT, "'12'"),
    (with_observation(total=1.5), f"{SEEN}.total", COUNT, "1.5"),
    (with_observation(total=2.0), f"{SEEN}.total", COUNT, "2.0"),
    (with_observation(total=True), f"{SEEN}.total", COUNT, "true"),
    (with_observation(assigned=None), f"{SEEN}.assigned", COUNT, "null"),
    (with_observation(used_7d=None), f"{SEEN}.used_7d", COUNT, "null"),
    (with_observation(used_3mo=[]), f"{SEEN}.used_3mo", COUNT, "a list"),
    (with_observation(product="x"), f"{SEEN}.product", "a known key", "'product'"),
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("whole", "path", "expected", "came"), FAULTY)
def test_a_faulty_value_is_named_with_its_place(
    door: str, whole: dict[str, Any], path: str, expected: str, came: str
) -> None:
    """Every door says the same of it: where it stands, what was expected, and what came."""
    found = read(whole, door)

    assert (f"document, {path}: expected {expected}, found {came}",) == found.faults
    assert not found.refused


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "text",
    [
        "2026-01-10T00:00:00",
        "2026-01-10T23:59:60Z",
        "2026-01-10T24:00:00Z",
        "2026-01-10T00:00:00.1234567Z",
        "1/2/2026",
        "٢٠٢٦-٠١-٠١",
        "Sat, 10 Jan 2026 00:00:00 GMT",
        "20260101",
        "2026-W01-1",
        "2026-02-30",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+01:00",
        "1969-12-31T23:59:59Z",
        "2200-01-01T00:00:00.000001Z",
        "2026-01-10T00:00:00+25:00",
        "",
    ],
)
def test_an_unusable_instant_is_one_fault(door: str, text: str) -> None:
    """Naive, out of range, or of another grammar: one fault at the field, the row is bad."""
    found = read(with_subscription(ends_at=text), door)

    assert 1 == found.count
    assert found.faults[0].startswith(f"document, {SUB}.ends_at: expected ")
    assert found.faults[0].endswith(f", found {text!r}")
    assert [True] == found.tables["subscriptions"]["bad"]


def test_a_naive_datetime_in_a_mapping_is_a_fault() -> None:
    """It is refused as its text would be."""
    naive = datetime(2026, 1, 10)  # noqa: DTZ001 -- the point of the test

    assert 1 == read(with_subscription(added_at=naive), "mapping").count
    assert 0 == read(with_subscription(added_at=naive.replace(tzinfo=UTC)), "mapping").count


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "number", ["2.0", "1e2", "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "9" * 5000]
)
def test_a_number_that_is_no_count_is_shown_as_written(engine: str, number: str) -> None:
    """Nothing is rounded or turned into infinity before it is refused."""
    text = json.dumps(with_observation(total=4711)).replace("4711", number)
    shown = number if len(number) <= 80 else f"{number[:77]}..."

    assert (f"document, {SEEN}.total: expected {COUNT}, found {shown}",) == read(
        text, engine
    ).faults


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("once", "twice", "path"),
    [
        ('"name": "Globex"', '"name": "Globex", "name": "Globex"', f"{AT}.name"),
        ('"name": "Globex"', '"name": "Globex", "n\\u0061me": "Globex"', f"{AT}.name"),
        ('"name": "Globex"', '"name": "Globex", "name" : "Globex"', f"{AT}.name"),
        ('"kind"', '"paid": true, "paid": false, "kind"', f"{SUB}.paid"),
        ('"product"', '"name": "x", "product"', f"{LINE}.name"),
        ('"total"', '"total": 1, "total"', f"{SEEN}.total"),
        (
            '"name": "Globex"',
            '"name": "\\":", "attributes": {"a": "1", "a": "1"}',
            f"{AT}.attributes.a",
        ),
    ],
)
def test_a_key_that_occurs_twice_is_a_fault(engine: str, once: str, twice: str, path: str) -> None:
    """Wherever it stands and however it is written; the record is left out."""
    text = json.dumps(with_observation()).replace(once, twice, 1)
    key = path.rsplit(".", 1)[1]

    assert (f"document, {path}: expected each key once, found {key!r} again",) == read(
        text, engine
    ).faults


@pytest.mark.parametrize("engine", ENGINES)
def test_a_key_of_the_document_itself_that_occurs_twice_is_a_fault(engine: str) -> None:
    """The first one counts, the second is passed over."""
    text = json.dumps(document(customer()))[:-1] + ', "customers": [1, {"a": 1, "a": NaN}]}'
    found = read(text, engine)

    assert [
        "document, customers: expected each key once, found 'customers' again",
        "document, customers[1].a: expected a number that JSON knows, found NaN",
        "document, customers[1].a: expected each key once, found 'a' again",
    ] == sorted(found.faults)
    assert ["c-1"] == found.tables["customers"]["ids"]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("whole", "came"),
    [
        ({"format": "partnerkpi/portfolio@3", "customers": [7]}, "'partnerkpi/portfolio@3'"),
        ({"customers": []}, "nothing"),
        ({"format": None, "customers": []}, "null"),
    ],
)
def test_another_format_is_not_read(door: str, whole: dict[str, Any], came: str) -> None:
    """One fault names the formats that this release reads, and nothing more is judged."""
    found = read(whole, door)
    formats = "partnerkpi/portfolio@2 or partnerkpi/portfolio@1"
    expected = f"{formats} (the formats that this release reads)"

    assert (f"document, format: expected {expected}, found {came}",) == found.faults
    assert found.refused


@pytest.mark.parametrize("door", DOORS)
def test_what_stands_at_the_top_is_judged_too(door: str) -> None:
    """An unknown key, a partner without a name, customers that are no list: faults, all at once."""
    found = read({"format": "partnerkpi/portfolio@1", "custmers": [], "partner": {"id": "p"}}, door)
    no_list = read({"format": "partnerkpi/portfolio@1", "customers": {}, "partner": 7}, door)

    assert (
        "document, custmers: expected a known key (did you mean 'customers'?), found 'custmers'",
        "document, customers: expected a list of customers, found nothing",
        "document, partner.name: expected a text, found nothing",
    ) == found.faults
    assert (
        "document, customers: expected a list of customers, found an object",
        "document, partner: expected an object, found 7",
    ) == no_list.faults


@pytest.mark.parametrize("door", DOORS)
def test_no_object_is_no_document(door: str) -> None:
    """A list in its place is refused."""
    found = read([], door)

    assert 1 == found.count
    assert found.faults[0].startswith("document: expected an object, found ")
    assert found.refused


@pytest.mark.parametrize("door", DOORS)
def test_unknown_keys_pass_on_request(door: str) -> None:
    """On request they are let pass at every level, and change nothing."""
    known = with_observation()
    odd = with_observation(extra={"total": 1})
    odd["customers"][0] |= {"extra": [{"id": "x"}], "id_2": 1.5}
    odd["customers"][0]["subscriptions"][0]["extra"] = None
    odd["customers"][0]["subscriptions"][0]["licenses"][0]["extra"] = "x"
    odd["extra"] = [1, {"a": []}]
    found = read(odd, door, unknown_keys="ignore")

    assert read(known, door) == found
    assert 5 <= read(odd, door).count


@pytest.mark.parametrize("engine", ENGINES)
def test_unknown_keys_that_pass_are_still_strict_json(engine: str) -> None:
    """A key twice, NaN, or counts where they would go unread: faults on request as well."""
    text = json.dumps(with_line(observations=[], total=1, used=5))
    text = text.replace('"used": 5', '"used": [[{"a": NaN, "b": {"c": 1, "c": 1e999}}]]')

    both = "counts either in the line or in its observations, not in both"

    assert (
        f"document, {LINE}.total: expected {both}, found 1",
        f"document, {LINE}.used[0][0].a: expected a number that JSON knows, found NaN",
        f"document, {LINE}.used[0][0].b.c: expected each key once, found 'c' again",
    ) == read(text, engine, unknown_keys="ignore").faults


@pytest.mark.parametrize("door", DOORS)
def test_a_faulty_record_stays_in_its_place_and_is_marked(door: str) -> None:
    """Rows keep their numbers: the bad one is marked, those after it are as they were."""
    good = subscription(id="Sub2", licenses=[line(total=1, assigned=1), line(observations=[])])
    bad_line = [line(total=1, assigned=-1), 7, line(name=None, observations=[observation()])]
    bad = subscription(id="Sub1", paid=None, licenses=bad_line)
    customers = [customer(), None, customer(id="c-3", subscriptions=[bad, good, 5])]
    found = read(document(*customers), door)

    assert [False, True, False] == found.tables["customers"]["bad"]
    assert [True, False, True] == found.tables["subscriptions"]["bad"]
    assert [2, 2, 2] == found.tables["subscriptions"]["customers"]
    assert [True, True, True, False, False] == found.tables["licenses"]["bad"]
    assert [0, 0, 0, 1, 1] == found.tables["licenses"]["subscriptions"]
    assert [0, 1, 2, 3, 4] == found.tables["licenses"]["lines"]
    assert [True, False, True, True, False] == found.tables["licenses"]["observed"]


# What can no longer be read


BROKEN = [
    ("", "line 1: expected well-formed JSON, found the end of the text at column 1"),
    ("{", "line 1: expected well-formed JSON, found the end of the text at column 2"),
    ("{1: 2}", "line 1: expected well-formed JSON, found '1' at column 2"),
    ("nonsense", "expected an object, found 'n' at the start"),
    ('{"format"\n"x"}', "line 2: expected well-formed JSON, found '\"' at column 1"),
    ('{"format": "partnerkpi/portfolio@1"', "line 1: expected well-formed JSON, found the end"),
    (json.dumps(document()) + "\n x", "line 2: expected nothing after the document, found 'x'"),
    (json.dumps(document()) + "{}", "line 1: expected nothing after the document, found '{'"),
    ('{"format": "partnerkpi/portfolio@1", "x": tru}', "x, line 1: expected well-formed JSON"),
    ('{"format": "partnerkpi/portfolio@1", "x": "a\x00"}', "x, line 1: expected well-formed JSON"),
    ('{"format": "partnerkpi/portfolio@1", "x": 007}', "line 1: expected well-formed JSON, found"),
    ('{"format": "partnerkpi/portfolio@1", "x": \'a\'}', "x, line 1: expected well-formed JSON"),
    ('{"format": "partnerkpi/portfolio@1",}', "line 1: expected well-formed JSON"),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("text", "fault"), BROKEN)
def test_a_text_that_is_no_json_is_refused_with_its_place(
    engine: str, text: str, fault: str
) -> None:
    """One fault says in which line and column, and that nothing after it is read."""
    found = read(text, engine, unknown_keys="ignore")

    assert found.refused
    assert found.faults[-1].startswith("document")
    assert fault in found.faults[-1]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("cut", "place"),
    [
        (', "name": "Initech"', "customers[1], line 2"),
        ("subscriptions", "customers[1], line 2"),
        ("licenses", "customers[1], line 2"),
    ],
)
def test_faults_before_a_broken_place_are_kept(engine: str, cut: str, place: str) -> None:
    """The customers before it are judged; the broken place comes last."""
    second = customer(id="c-2", name="Initech", subscriptions=[subscription()])
    text = json.dumps(document(customer(name=None), second)).replace(
        '{"id": "c-2"', '\n{"id": "c-2"'
    )
    found = read(text[: text.rindex(cut) + 3], engine)

    assert found.refused
    assert (2, "document, customers[0].name: expected a text, found null") == (
        found.count,
        found.faults[0],
    )
    assert found.faults[1].startswith(f"document, {place}: expected well-formed JSON")
    assert found.faults[1].endswith("(nothing after it can be read)")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("key", ["customers", "partner", "x"])
def test_deep_nesting_is_refused(engine: str, opening: str, key: str) -> None:
    """A hundred thousand levels are one fault, not a crash."""
    text = f'{{"format": "partnerkpi/portfolio@1", "{key}": {opening * 100_000}'
    found = read(text, engine, unknown_keys="ignore")

    assert found.refused
    assert "expected JSON that is not nested so deeply" in found.faults[-1]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (
            as_bytes(document()).decode().encode("utf-16"),
            "document: expected UTF-8 text, found a byte order mark of UTF-16",
        ),
        (
            as_bytes(document()).decode().encode("utf-32"),
            "document: expected UTF-8 text, found a byte order mark of UTF-32",
        ),
        (
            b'{"format":\n"caf\xe9"}',
            "document, line 2: expected UTF-8 text, found the byte 0xe9 at offset 15",
        ),
        (
            gzip.compress(as_bytes(document()), mtime=0)[:-9],
            "document: expected complete gzip data, found data that ends too early",
        ),
        (
            gzip.compress(as_bytes(document()), mtime=0) + b"xxxx",
            "document: expected sound gzip data, found corrupt data",
        ),
    ],
)
def test_other_encodings_and_broken_archives_are_refused(
    engine: str, data: bytes, fault: str
) -> None:
    """Nothing is guessed, and a truncated file has no partial result."""
    found = read(data, engine)

    assert found.refused
    assert 1 == found.count
    assert found.faults[0].startswith(fault)


def test_a_document_that_is_not_there_stays_an_os_error(tmp_path: Path) -> None:
    """The error of the operating system names the path; a directory is one too."""
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(OSError, match=re.escape(str(path))):
            load_document(path, Recorder(), FaultLog(), DocumentPlaces())


def test_a_stream_of_text_is_a_wrong_use() -> None:
    """It is refused with what is needed instead."""
    with pytest.raises(TypeError, match="a binary stream is needed, one that reads bytes, not str"):
        load_document(io.StringIO("{}"), Recorder(), FaultLog(), DocumentPlaces())  # type: ignore[arg-type]


def test_the_fast_door_without_its_extra_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for by name it is an error; left to the library the base door reads."""
    monkeypatch.setattr(_fast, "find_spec", lambda _: None)

    assert read(with_observation(), "base") == read(with_observation(), "auto")
    with pytest.raises(MissingExtraError, match="fast"):
        load_document(io.BytesIO(), Recorder(), FaultLog(), DocumentPlaces(), engine="fast")


# Places


def resolve(whole: object, path: str) -> object:
    """What stands at a path of a document."""
    for step in re.findall(r"[^.\[\]]+", path):
        whole = whole[int(step)] if isinstance(whole, list) else whole[step]  # type: ignore[index]
    return whole


def expected_cells(table: str) -> dict[str, str]:
    """Columns of a table whose values stand as they are in the document."""
    return {
        "customers": {"customer_id": "ids", "name": "names"},
        "subscriptions": {"subscription_id": "ids"},
        "licenses": {"product": "products", "name": "names"},
    }[table]


@given(portfolio_documents(), st.sampled_from(DOORS), st.integers(1, 3000))
def test_places_lead_to_the_value(whole: dict[str, Any], door: str, part: int) -> None:
    """The path of every row and column leads to the cell, whatever the parts were read in."""
    found = read(whole, door, **({} if door == "mapping" else {"part": part}))

    for table in found.tables:
        for column, name in expected_cells(table).items():
            cells = found.tables[table][name]
            paths = [found.places(table, row, column).path for row in range(len(cells))]

            assert cells == [resolve(whole, str(path)) for path in paths]


@given(portfolio_documents(), st.sampled_from(ENGINES), st.integers(1, 3000))
def test_license_rows_lead_to_their_counts(whole: dict[str, Any], engine: str, part: int) -> None:
    """A count inside a line leads to the line, one of an observation to the observation."""
    found = read(whole, engine, part=part)
    licenses = found.tables.get("licenses", {"total": [], "observed": []})
    observed = [row for row, seen in enumerate(licenses["observed"]) if seen]
    paths = [found.places("licenses", row, "total").path for row in observed]

    assert [licenses["total"][row] for row in observed] == [
        resolve(whole, str(path)) for path in paths
    ]


def test_whole_rows_and_odd_names_have_places() -> None:
    """A row without a column, a parent's id, and an attribute of an odd name."""
    lines = [line(total=1, assigned=1), line(observations=[observation(), observation()])]
    whole = document(customer(), customer(subscriptions=[subscription(licenses=lines)]))
    places = read(whole).places

    assert "customers[1]" == places("customers", 1, None).path
    assert "customers[1].attributes['a b']" == places("customers", 1, "attr.a b").path
    assert "customers[1].subscriptions[0]" == places("subscriptions", 0, None).path
    assert "customers[1].subscriptions[0]" == places("subscriptions", 0, "customer_id").path
    assert "customers[1].subscriptions[0]" == places("licenses", 2, "subscription_id").path
    assert "customers[1].subscriptions[0].licenses[0]" == places("licenses", 0, None).path
    assert "customers[1].subscriptions[0].licenses[1].observations[1].used_7d" == (
        places("licenses", 2, "used_7d").path
    )


# How it is read


@given(portfolio_documents(), st.sampled_from(ENGINES), st.integers(1, 5000))
def test_the_parts_change_nothing(whole: dict[str, Any], engine: str, part: int) -> None:
    """However much is decoded at a time, the columns are the same."""
    assert read(whole, engine) == read(whole, engine, part=part)


class Watched(io.BytesIO):
    """A stream that remembers how many batches had been taken at every read."""

    def __init__(self, data: bytes, recorder: Recorder) -> None:
        super().__init__(data)
        self.recorder = recorder
        self.seen: list[int] = []

    def read(self, size: int | None = -1) -> bytes:
        """Read, and remember."""
        self.seen.append(self.recorder.batches)
        return super().read(size)


@pytest.mark.parametrize("engine", ENGINES)
def test_customers_are_handed_on_while_the_text_is_read(engine: Engine) -> None:
    """The text is never held whole: parts are handed on, and the progress told, as it comes."""
    data = as_bytes(document(*(customer(id=f"c-{number}") for number in range(2000))))
    recorder = Recorder()
    stream = Watched(data, recorder)
    told: list[int] = []
    load_document(
        *(stream, recorder, FaultLog(), DocumentPlaces()),
        engine=engine,
        part=8192,
        progress=told.append,
    )

    assert len(data) // (2 * 8192) <= recorder.batches
    assert stream.seen == sorted(stream.seen)
    assert recorder.batches - 2 <= stream.seen[-1]
    assert told == sorted(told)
    assert len(data) == told[-1]


@pytest.fixture(params=[True, False])
def collection(request: pytest.FixtureRequest) -> Iterator[bool]:
    """The collection of garbage switched on or off, and put back after the test."""
    was_on = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if was_on else gc.disable)()


@pytest.mark.parametrize("source", [as_bytes(with_observation()), b'{"customers": [{"id": 1}, {'])
def test_the_collection_of_garbage_is_left_as_it_was(collection: bool, source: bytes) -> None:
    """Held off while a part is decoded, and put back, also after an error."""
    read(source)

    assert collection == gc.isenabled()


def test_faults_beyond_the_cap_are_counted() -> None:
    """The log keeps as many as it holds, and the true count is told."""
    log = FaultLog(cap=3)
    stream = io.BytesIO(as_bytes(document(*[customer(id=None)] * 10)) + b"x")
    with pytest.raises(InputError) as caught:
        load_document(stream, Recorder(), log, DocumentPlaces("p.json"))

    assert (3, 11) == (len(caught.value.faults), caught.value.count)
    assert "p.json, customers[0].id: expected a text, found null" == str(caught.value.faults[0])
