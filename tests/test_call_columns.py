"""Column sets of calls: records from and to them, rows taken, cut and joined, compared, locked."""

import pickle
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi._text import Text
from partnerkpi.columns import CodedText
from partnerkpi.errors import Fault, Place
from partnerkpi.testing import call_leg_lists, queue_call_lists
from tests.call_doors import LEG, QUEUED, read

Rows = tuple[Any, ...]

BOTH = st.one_of(
    st.tuples(st.just(pk.Calls), call_leg_lists(max_size=12)),
    st.tuples(st.just(pk.QueueCalls), queue_call_lists(max_size=12)),
)
FAULT = Fault(Place("calls.csv", line=7), "a text", "null")


@given(BOTH)
def test_records_come_back(both: tuple[Any, Rows]) -> None:
    """What columns are made of, in its order; sliced and indexed as a sequence."""
    kind, records = both
    rows = kind.from_records(records)

    assert records == tuple(rows.records)
    assert list(records) == rows.records[:]
    assert list(records[1::2]) == rows.records[1::2]
    assert len(records) == len(rows) == len(rows.records)
    if records:
        assert records[-1] == rows.records[-1]
        with pytest.raises(IndexError):
            rows.records[len(records)]


@given(BOTH, st.data())
def test_rows_are_taken(both: tuple[Any, Rows], data: st.DataObject) -> None:
    """In any order, also more than once, also none."""
    kind, records = both
    places = data.draw(st.lists(st.integers(0, len(records) - 1)) if records else st.just([]))
    taken = kind.from_records(records).take(np.array(places, np.intp))

    assert kind.from_records([records[place] for place in places]) == taken
    assert [records[place] for place in places] == list(taken.records)


@given(BOTH, st.integers(-2, 14), st.integers(-2, 14))
def test_rows_are_cut(both: tuple[Any, Rows], start: int, stop: int) -> None:
    """As a sequence is sliced."""
    kind, records = both
    part = kind.from_records(records).part(start, stop)

    assert list(records[start:stop]) == list(part.records)
    assert kind.from_records(records[start:stop]) == part


def test_rows_that_are_cut_are_not_copied() -> None:
    """Batches of a column set cost nothing."""
    rows = pk.QueueCalls.from_records(pk.queue_calls_from_rows([QUEUED] * 4).records)

    assert np.shares_memory(rows.wait, rows.part(1, 3).wait)
    assert rows.call.labels is rows.part(1, 3).call.labels


def test_a_mask_is_no_list_of_rows() -> None:
    """Taken for row numbers it would be rows 0 and 1."""
    rows = pk.calls_from_rows([LEG, LEG])
    with pytest.raises(TypeError, match="expected row numbers, found an array of bool"):
        rows.take(np.array([False, True]))


@given(BOTH, st.lists(st.integers(0, 12), max_size=4))
def test_rows_are_joined(both: tuple[Any, Rows], cuts: list[int]) -> None:
    """Parts cut anywhere and joined are the whole, whether or not they share their labels."""
    kind, records = both
    whole = kind.from_records(records)
    bounds = [0, *sorted(cuts), len(records)]
    pairs = list(pairwise(bounds))
    parts = [whole.part(start, stop) for start, stop in pairs]
    apart = [kind.from_records(records[start:stop]) for start, stop in pairs]

    assert whole == kind.concatenate(parts)
    assert whole == kind.concatenate(apart)
    assert len(set(kind.concatenate(apart).customer.labels)) == len(
        kind.concatenate(apart).customer.labels
    )


def test_joined_rows_carry_all_faults() -> None:
    """And count them."""
    one = evolve(pk.calls_from_rows([LEG]), faults=(FAULT,), fault_count=3)
    none = evolve(pk.calls_from_rows([]), faults=(FAULT,), fault_count=1)
    joined = pk.Calls.concatenate([one, none])

    assert (1, (FAULT, FAULT), 4) == (len(joined), joined.faults, joined.fault_count)


def test_nothing_is_joined() -> None:
    """No parts are no rows."""
    assert pk.Calls.from_records([]) == pk.Calls.concatenate([])
    assert pk.QueueCalls.from_records([]) == pk.QueueCalls.concatenate(iter([]))


@given(BOTH, st.data())
def test_equal_rows_have_equal_records(both: tuple[Any, Rows], data: st.DataObject) -> None:
    """Equal exactly where the records are, whatever the labels and the widths are."""
    kind, records = both
    other = tuple(data.draw(st.permutations(records)))

    assert (records == other) == (kind.from_records(records) == kind.from_records(other))


@pytest.mark.parametrize("name", LEG)
def test_each_column_of_legs_is_compared(name: str) -> None:
    """A leg that differs in one field only is another one, also one that lacks it."""
    others: dict[str, Any] = {"answered": False, "duration_ms": 1, "features": ["x", "voicemail"]}
    other = others.get(name, "2026-01-01" if name.endswith("_at") else "x")
    other = 7 if name in ("packet_loss_percent", "latency_ms", "jitter_ms") else other

    assert pk.calls_from_rows([LEG]) != pk.calls_from_rows([LEG | {name: other}])
    assert pk.calls_from_rows([LEG, LEG]) != pk.calls_from_rows([LEG, LEG | {name: other}])
    if name not in ("call_id", "customer_id", "started_at", "duration_ms", "answered"):
        assert pk.calls_from_rows([LEG]) != pk.calls_from_rows([LEG | {name: None}])


@pytest.mark.parametrize("name", QUEUED)
def test_each_column_of_queue_calls_is_compared(name: str) -> None:
    """A queue call that differs in one field only is another one."""
    other = {"wait_ms": 1, "talk_ms": 1, "outcome": "waiting"}.get(name, "x")
    other = "2026-01-01" if name.endswith("_at") else other

    assert pk.queue_calls_from_rows([QUEUED]) != pk.queue_calls_from_rows([QUEUED | {name: other}])


def test_column_sets_are_not_compared_with_others() -> None:
    """Legs are no queue calls, rows are no lists, and none can be a key."""
    legs = pk.calls_from_rows([LEG])

    assert legs != pk.queue_calls_from_rows([QUEUED])
    assert legs != [legs.records[0]]
    assert legs != pk.calls_from_rows([LEG, LEG])
    with pytest.raises(TypeError):
        hash(legs)


def test_faults_are_no_part_of_being_equal() -> None:
    """Two sources of the same rows."""
    rows = pk.calls_from_rows([LEG])

    assert rows == evolve(rows, faults=(FAULT,), fault_count=1)


def test_texts_that_only_one_side_has_are_not_nothing() -> None:
    """A label that the other side does not know is not the absence of one."""
    rows = pk.calls_from_rows([LEG | {"user_id": None}])
    named = evolve(rows, user=CodedText(np.array([0]), Text.from_strings(["u-1"])))

    assert rows != named
    assert named != rows


@pytest.mark.parametrize("kind", [pk.Calls, pk.QueueCalls])
@pytest.mark.parametrize("strange", [None, "k-1", LEG])
def test_only_records_make_columns(kind: Any, strange: object) -> None:
    """Rows have a door of their own."""
    with pytest.raises(TypeError, match=r"expected records of type (CallLeg|QueueCall), found"):
        kind.from_records([strange])


@pytest.mark.parametrize("table", ["calls", "queue_calls"])
def test_column_sets_travel(table: str) -> None:
    """Pickled ones arrive equal, locked, with their faults."""
    row = LEG if table == "calls" else QUEUED
    rows = evolve(read("rows", table, [row, row]), faults=(FAULT,), fault_count=2)
    arrived = pickle.loads(pickle.dumps(rows))  # noqa: S301  # of our own

    assert rows == arrived
    assert ((FAULT,), 2) == (arrived.faults, arrived.fault_count)
    assert not arrived.reported.flags.writeable
    assert not arrived.customer.codes.flags.writeable
    assert not arrived.customer.labels.data.flags.writeable


def test_columns_tell_their_size() -> None:
    """The bytes of all arrays and of the labels; a part counts its own rows."""
    rows = pk.calls_from_rows([LEG] * 1000)
    row_bytes = 5 * 4 + 2 * 8 + 4 + 1 + 3 * 8 + 2 * (8 + 4)

    assert 1000 * row_bytes < rows.nbytes < 1000 * row_bytes + 500
    assert rows.nbytes - rows.part(0, 500).nbytes == 500 * row_bytes
    queued = pk.queue_calls_from_rows([QUEUED] * 1000)
    assert queued.nbytes - queued.part(0, 500).nbytes == 500 * (4 * 4 + 2 * 8 + 2 * 4 + 1)


def test_records_are_shown_by_their_number() -> None:
    """Not one by one."""
    assert "<3 records>" == repr(pk.calls_from_rows([LEG] * 3).records)
