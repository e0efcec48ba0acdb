"""De-duplication: which of several rows with one record id counts, and how many do not."""

from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi import deduplication
from partnerkpi._text import Text
from partnerkpi.columns import CodedText
from partnerkpi.errors import Fault, Place
from partnerkpi.testing import call_leg_lists, queue_call_lists
from tests.call_strategies import call_rows, queue_call_rows
from tests.oracles.deduplication import deduplicate

Row = dict[str, Any]

LEG: Row = {
    "record_id": "r-1",
    "reported_at": "2026-11-20T00:00:00Z",
    "call_id": "k-5",
    "customer_id": "c-1",
    "user_id": "u-5",
    "started_at": "2026-11-16T09:30:00Z",
    "duration_ms": 50,
    "answered": False,
    "endpoint_type": "e-5",
    "packet_loss_percent": 5,
    "latency_ms": 50,
    "jitter_ms": 50,
    "features": ["f-5"],
}
QUEUED: Row = {
    "record_id": "r-1",
    "reported_at": "2026-11-20T00:00:00Z",
    "call_id": "k-5",
    "customer_id": "c-1",
    "queue_id": "Q5",
    "entered_at": "2026-11-16T09:30:00Z",
    "wait_ms": 50,
    "outcome": "callback",
    "talk_ms": 50,
}


def legs(*rows: Row) -> pk.Calls:
    """Call legs of rows."""
    return pk.calls_from_rows(rows)


def queued(*rows: Row) -> pk.QueueCalls:
    """Queue calls of rows."""
    return pk.queue_calls_from_rows(rows)


# Two rows with one record id: the second one wins, whichever column differs.
GREATER_LEGS: list[tuple[Row, Row]] = [
    ({"reported_at": None, "duration_ms": 99}, {"reported_at": "1970-01-01", "duration_ms": 0}),
    ({"duration_ms": 99}, {"reported_at": "2026-11-20T00:00:00.000001Z", "duration_ms": 0}),
    ({"duration_ms": 99}, {"started_at": "2026-11-16T10:30:00.001+01:00", "duration_ms": 0}),
    ({"call_id": "k-9"}, {"duration_ms": 51, "call_id": "k-0"}),
    ({"user_id": "u-9"}, {"call_id": "k-6", "user_id": "u-0"}),
    ({"call_id": "\uffff"}, {"call_id": "\U00010000"}),
    ({"call_id": "k"}, {"call_id": "k "}),
    ({"user_id": None, "answered": True}, {"user_id": "!", "answered": False}),
    ({"answered": False, "endpoint_type": "z"}, {"answered": True, "endpoint_type": "a"}),
    ({"endpoint_type": None, "latency_ms": 99}, {"endpoint_type": "!", "latency_ms": 1}),
    ({"packet_loss_percent": None}, {"packet_loss_percent": 0}),
    ({"packet_loss_percent": 5, "jitter_ms": 99}, {"packet_loss_percent": 5.5, "jitter_ms": 1}),
    ({"latency_ms": None, "jitter_ms": 99}, {"latency_ms": 0, "jitter_ms": 0}),
    ({"jitter_ms": None, "features": ["z"]}, {"jitter_ms": 0, "features": []}),
    ({"features": None}, {"features": ["a"]}),
    ({"features": ["a"]}, {"features": ["b", "a"]}),
    ({"features": ["b", "a"]}, {"features": ["b"]}),
    ({"features": ["a", "c"]}, {"features": ["a", "d"]}),
]
GREATER_QUEUED: list[tuple[Row, Row]] = [
    ({"wait_ms": 99}, {"entered_at": "2026-11-16T09:30:00.000001Z", "wait_ms": 0}),
    ({"call_id": "k-9"}, {"wait_ms": 51, "call_id": "k-0"}),
    ({"queue_id": "Q9"}, {"call_id": "k-6", "queue_id": "Q0"}),
    ({"outcome": "voicemail"}, {"queue_id": "Q6", "outcome": "abandoned"}),
    # By their texts, not in the order in which outcomes are listed.
    ({"outcome": "answered"}, {"outcome": "callback"}),
    ({"outcome": "abandoned"}, {"outcome": "answered"}),
    ({"outcome": "unknown"}, {"outcome": "waiting"}),
    ({"outcome": "overflowed", "talk_ms": 99}, {"outcome": "timed_out", "talk_ms": 0}),
    ({"talk_ms": None}, {"talk_ms": 0}),
]


@pytest.mark.parametrize(("less", "greater"), GREATER_LEGS)
def test_the_greater_leg_counts(less: Row, greater: Row) -> None:
    """Each column decides only where those before it are equal, in either order of rows."""
    first, second = LEG | less, LEG | greater
    expected = list(legs(second).records)

    assert expected == list(pk.deduplicated(legs(first, second))[0].records)
    assert expected == list(pk.deduplicated(legs(second, first))[0].records)


@pytest.mark.parametrize(("less", "greater"), GREATER_QUEUED)
def test_the_greater_queue_call_counts(less: Row, greater: Row) -> None:
    """Each column decides only where those before it are equal, in either order of rows."""
    first, second = QUEUED | less, QUEUED | greater
    expected = list(queued(second).records)

    assert expected == list(pk.deduplicated(queued(first, second))[0].records)
    assert expected == list(pk.deduplicated(queued(second, first))[0].records)


@pytest.mark.parametrize("key", ["record_id", "customer_id"])
def test_rows_of_another_key_are_no_duplicates(key: str) -> None:
    """A record id is unique within a customer: another id, or another customer, is another row."""
    rows = queued(QUEUED, QUEUED | {key: "another"})

    assert (rows, pk.Duplicates(0, 0)) == pk.deduplicated(rows)


def test_rows_without_a_record_id_are_no_duplicates() -> None:
    """However alike they are."""
    rows = queued(*[QUEUED | {"record_id": None}] * 3)

    assert (rows, pk.Duplicates(0, 0)) == pk.deduplicated(rows)


def test_what_was_delivered_again_is_no_tie() -> None:
    """Rows that are alike in everything, and corrections reported later, contradict nothing."""
    late = QUEUED | {"reported_at": "2026-11-21", "wait_ms": 1}

    assert pk.Duplicates(2, 0) == pk.deduplicated(queued(QUEUED, QUEUED, QUEUED))[1]
    assert pk.Duplicates(2, 0) == pk.deduplicated(queued(QUEUED, late, late))[1]


def test_ties_are_counted_apart() -> None:
    """Rows reported at one instant that say different things: all of them but the one kept."""
    rows = queued(QUEUED, QUEUED | {"talk_ms": 1}, QUEUED, QUEUED | {"wait_ms": 51})

    assert pk.Duplicates(3, 3) == pk.deduplicated(rows)[1]


def test_the_order_of_rows_stays() -> None:
    """What counts stands where it stood, whatever was left out before it."""
    rows = [QUEUED | {"record_id": f"r-{n % 4}", "wait_ms": n} for n in range(9)]
    left, duplicates = pk.deduplicated(queued(*rows))

    assert [5, 6, 7, 8] == left.wait.tolist()
    assert pk.Duplicates(5, 5) == duplicates


def test_rows_without_duplicates_are_not_copied() -> None:
    """The very column set comes back."""
    rows = queued(QUEUED, QUEUED | {"record_id": "r-2"})

    assert pk.deduplicated(rows)[0] is rows


def test_no_rows_have_no_duplicates() -> None:
    """Empty column sets stay as they are."""
    assert (legs(), pk.Duplicates()) == pk.deduplicated(legs())
    assert (queued(), pk.Duplicates()) == pk.deduplicated(queued())


def test_faults_are_kept() -> None:
    """What reading left out is still told of the rows that count."""
    fault = Fault(Place("calls.csv", line=2), "a text", "null")
    rows = evolve(queued(QUEUED, QUEUED), faults=(fault,), fault_count=7)
    left = pk.deduplicated(rows)[0]

    assert (1, (fault,), 7) == (len(left), left.faults, left.fault_count)


def test_many_labels_of_few_rows() -> None:
    """A part of a large column set, whose labels are mostly those of other rows."""
    many = Text.from_strings([f"r-{n}" for n in range(1000)])
    codes = np.array([999, -1, 999, 3, -1])
    rows = evolve(queued(*[QUEUED] * 5), record=CodedText(codes, many))

    assert pk.Duplicates(1, 0) == pk.deduplicated(rows)[1]


def test_no_user_is_less_than_any_user() -> None:
    """Whatever other users there are in the same columns."""
    nobody, somebody = LEG | {"user_id": None}, LEG | {"user_id": "a"}
    other = LEG | {"record_id": "r-2", "user_id": "z"}

    for rows in ([nobody, somebody, other], [somebody, nobody, other]):
        assert ["a", "z"] == [leg.user_id for leg in pk.deduplicated(legs(*rows))[0].records]


def test_codes_of_any_width() -> None:
    """Codes may be of the smallest types: keys made of them do not wrap."""
    rows = queued(
        *[QUEUED | {"record_id": f"r-{n % 100}", "customer_id": "c-1"} for n in range(200)]
    )
    narrow = evolve(
        rows,
        record=CodedText(rows.record.codes.astype(np.int8), rows.record.labels),
        customer=CodedText(rows.customer.codes.astype(np.uint8), rows.customer.labels),
    )

    assert pk.Duplicates(100, 0) == pk.deduplicated(narrow)[1]


def test_outcomes_rank_by_their_texts() -> None:
    """The ranks that decide are those of the words of the format."""
    words = [str(outcome) for outcome in pk.Outcome]

    assert [sorted(words).index(word) for word in words] == deduplication._OUTCOME_RANKS.tolist()


@given(call_rows())
def test_legs_as_the_oracle_has_them(rows: list[Row]) -> None:
    """The same rows count in the same order, with the same numbers of duplicates and ties."""
    kept, count, ties = deduplicate(rows)

    assert (legs(*kept), pk.Duplicates(count, ties)) == pk.deduplicated(legs(*rows))


@given(queue_call_rows())
def test_queue_calls_as_the_oracle_has_them(rows: list[Row]) -> None:
    """The same rows count in the same order, with the same numbers of duplicates and ties."""
    kept, count, ties = deduplicate(rows)

    assert (queued(*kept), pk.Duplicates(count, ties)) == pk.deduplicated(queued(*rows))


@given(call_leg_lists(), st.randoms(use_true_random=False))
def test_the_order_of_legs_never_matters(found: tuple[pk.CallLeg, ...], random: Any) -> None:
    """Shuffled rows leave the same ones, and as many duplicates and ties."""
    shuffled = random.sample(found, len(found))
    left, duplicates = pk.deduplicated(pk.Calls.from_records(found))
    again, as_many = pk.deduplicated(pk.Calls.from_records(shuffled))

    assert sorted(map(repr, left.records)) == sorted(map(repr, again.records))
    assert duplicates == as_many


@given(queue_call_lists(), st.randoms(use_true_random=False))
def test_the_order_of_queue_calls_never_matters(
    found: tuple[pk.QueueCall, ...], random: Any
) -> None:
    """Shuffled rows leave the same ones, and as many duplicates and ties."""
    shuffled = random.sample(found, len(found))
    left, duplicates = pk.deduplicated(pk.QueueCalls.from_records(found))
    again, as_many = pk.deduplicated(pk.QueueCalls.from_records(shuffled))

    assert sorted(map(repr, left.records)) == sorted(map(repr, again.records))
    assert duplicates == as_many


@given(queue_call_lists())
def test_a_second_time_changes_nothing(found: tuple[pk.QueueCall, ...]) -> None:
    """What counts has no duplicates any more."""
    left = pk.deduplicated(pk.QueueCalls.from_records(found))[0]

    assert (left, pk.Duplicates()) == pk.deduplicated(left)


@given(call_leg_lists())
def test_parts_by_customer_add_up(found: tuple[pk.CallLeg, ...]) -> None:
    """Cut by customer, rows leave as many duplicates and ties as whole."""
    customers = {leg.customer_id for leg in found}
    parts = [
        pk.deduplicated(pk.Calls.from_records([leg for leg in found if leg.customer_id == each]))[1]
        for each in customers
    ]
    whole = pk.deduplicated(pk.Calls.from_records(found))[1]

    assert whole == pk.Duplicates(sum(d.count for d in parts), sum(d.ties for d in parts))
