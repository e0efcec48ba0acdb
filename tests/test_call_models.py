"""Records of calls built by hand refuse what the doors refuse, all faults at once."""

import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve, exceptions, fields
from hypothesis import given

import partnerkpi as pk
from partnerkpi.errors import InputError
from partnerkpi.testing import call_legs, queue_calls
from tests.call_doors import LEG, QUEUED, told
from tests.oracles.times import instant

AT = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
NAIVE = datetime(2026, 11, 16)  # noqa: DTZ001  # on purpose
MEASURES = ("packet_loss_percent", "latency_ms", "jitter_ms")
PLAIN = "a text without control characters or lone surrogates, not empty"
COUNT = "a count from 0 to 9007199254740991"


def leg(**changes: Any) -> pk.CallLeg:
    """A call leg with these fields."""
    return pk.CallLeg(**(with_instants(LEG) | changes))


def queue_call(**changes: Any) -> pk.QueueCall:
    """A queue call with these fields."""
    return pk.QueueCall(**(with_instants(QUEUED) | changes))


def with_instants(row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a row, its instants as aware datetimes."""
    return {name: instant(value) if name.endswith("_at") else value for name, value in row.items()}


WRONG: list[tuple[Any, str, object, str]] = [
    *((make, name, None, "a text") for make in (leg, queue_call) for name in ("call_id",)),
    *((leg, name, "", PLAIN) for name in ("record_id", "call_id", "customer_id", "user_id")),
    *((leg, name, 7, "a text") for name in ("record_id", "customer_id", "user_id")),
    (leg, "endpoint_type", "a\x00", PLAIN),
    (leg, "endpoint_type", "a\ud800", PLAIN),
    (queue_call, "queue_id", "", PLAIN),
    (queue_call, "customer_id", None, "a text"),
    (leg, "started_at", None, "an aware datetime"),
    (leg, "started_at", "2026-11-16", "an aware datetime"),
    (leg, "started_at", NAIVE, "an instant with an offset (this one is naive)"),
    (leg, "reported_at", NAIVE, "an instant with an offset (this one is naive)"),
    (
        queue_call,
        "entered_at",
        datetime(2200, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        "an instant from 1970-01-01 to 2200-01-01 UTC",
    ),
    *((leg, "duration_ms", value, COUNT) for value in (-1, 2**53, 1.0, True, "1", None)),
    *((queue_call, "wait_ms", value, COUNT) for value in (-1, 2**53, 1.0, True, "1", None)),
    *((queue_call, "talk_ms", value, COUNT) for value in (-1, 2**53, 1.0, True)),
    *((leg, "answered", value, "true or false") for value in (None, 1, "true")),
    *(
        (leg, "packet_loss_percent", value, "a number from 0 to 100")
        for value in (-0.1, 100.1, 101, float("nan"), float("inf"), True, "5", 10**400)
    ),
    *(
        (leg, name, value, "a finite number, 0 or more")
        for name in ("latency_ms", "jitter_ms")
        for value in (-0.1, float("nan"), float("inf"), True, "5", 10**400)
    ),
    (leg, "features", "voicemail", "a list of texts"),
    (leg, "features", {"voicemail": 1}, "a list of texts"),
]


@pytest.mark.parametrize(("make", "name", "value", "expected"), WRONG)
def test_faults_are_worded(make: Any, name: str, value: object, expected: str) -> None:
    """The field, and what was expected."""
    with pytest.raises(InputError) as caught:
        make(**{name: value})

    assert [(name, expected)] == [(f.place.path, f.expected) for f in caught.value.faults]


def test_features_are_judged_one_by_one() -> None:
    """With their places."""
    with pytest.raises(InputError) as caught:
        leg(features=["voicemail", "", 7])

    assert [("features[1]", PLAIN), ("features[2]", "a text")] == [
        (fault.place.path, fault.expected) for fault in caught.value.faults
    ]


def test_an_unknown_outcome_is_refused() -> None:
    """By hand there is no lenient reading; the known words are named."""
    with pytest.raises(InputError, match=r"outcome: expected answered or transferred or .*unknown"):
        queue_call(outcome="went fishing")


@pytest.mark.parametrize("table", ["calls", "queue_calls"])
def test_all_faults_come_at_once(table: str) -> None:
    """As many as the same row has at a door, in the same words where the types allow it."""
    bad: dict[str, Any] = {"customer_id": "", "call_id": "\x00", "record_id": ""}
    bad |= {"duration_ms": -1} if table == "calls" else {"wait_ms": -1}
    make, row = (leg, LEG) if table == "calls" else (queue_call, QUEUED)
    with pytest.raises(InputError) as caught:
        make(**bad)
    by_hand = {(fault.place.path, fault.expected) for fault in caught.value.faults}

    assert by_hand == {
        (column, expected) for _, column, expected in told("rows", table, [row | bad])
    }


def test_what_need_not_be_given() -> None:
    """Optional fields are nothing unless given."""
    short = pk.CallLeg(
        call_id="k-1", customer_id="c-1", started_at=AT, duration_ms=1, answered=False
    )
    missing = ("record_id", "reported_at", "user_id", "endpoint_type", *MEASURES)

    assert [None] * 7 == [getattr(short, name) for name in missing]
    assert () == short.features


def test_instants_become_utc() -> None:
    """Equal instants make equal records."""
    east = AT.astimezone(timezone(timedelta(hours=5, minutes=45)))

    assert leg(started_at=AT) == leg(started_at=east)
    assert "UTC" == str(leg(started_at=east).started_at.tzinfo)


@pytest.mark.parametrize(
    "features", [["b", "a", "b"], ("a", "b"), {"a", "b"}, frozenset({"b", "a"})]
)
def test_features_are_a_set(features: Any) -> None:
    """Whatever they come in: each once, by code point."""
    assert ("a", "b") == leg(features=features).features
    assert () == leg(features=None).features


def test_measurements_are_floats() -> None:
    """Whole numbers as well; there is no negative zero."""
    measured = leg(packet_loss_percent=5, latency_ms=-0.0, jitter_ms=0)

    assert ["5.0", "0.0", "0.0"] == [repr(getattr(measured, name)) for name in MEASURES]


def test_outcomes_come_as_words_or_members() -> None:
    """And are members."""
    assert queue_call(outcome="timed_out") == queue_call(outcome=pk.Outcome.TIMED_OUT)
    assert queue_call(outcome="timed_out").outcome is pk.Outcome.TIMED_OUT


@given(call_legs(), queue_calls())
def test_records_are_facts(one: pk.CallLeg, other: pk.QueueCall) -> None:
    """Frozen, hashable, equal after a journey, and made anew of their own fields."""
    for record in (one, other):
        travelled = pickle.loads(pickle.dumps(record))  # noqa: S301  # of our own

        assert record == travelled == evolve(record)
        assert hash(record) == hash(travelled)
        with pytest.raises(exceptions.FrozenInstanceError):
            record.call_id = "another"  # type: ignore[misc, assignment]


@pytest.mark.parametrize(("kind", "row"), [(pk.CallLeg, LEG), (pk.QueueCall, QUEUED)])
def test_fields_are_the_columns_of_the_table(kind: Any, row: dict[str, Any]) -> None:
    """In the order in which the format lists them."""
    assert list(row) == [field.name for field in fields(kind)]
