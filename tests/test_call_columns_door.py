"""Calls as NumPy columns in memory: which types are taken, what is null, what is refused."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi import _ids
from partnerkpi._arrays import NEVER
from partnerkpi.errors import InputError
from partnerkpi.io import _columns_in

MASKED = np.ma.masked_array
LEG: dict[str, Any] = {
    "call_id": np.array(["k-1", "k-2"]),
    "customer_id": np.array(["c-1", "c-1"]),
    "started_at": np.array(["2026-11-16T09:30", "2026-11-16T09:31"], "M8[s]"),
    "duration_ms": np.array([61_000, 1]),
    "answered": np.array([True, False]),
}
QUEUED: dict[str, Any] = {
    "call_id": np.array(["k-1", "k-2"]),
    "customer_id": np.array(["c-1", "c-1"]),
    "queue_id": np.array(["Q1", "Q1"]),
    "entered_at": np.array(["2026-11-16T09:30", "2026-11-16T09:31"], "M8[s]"),
    "wait_ms": np.array([19_999, 1]),
    "outcome": np.array(["answered", "abandoned"]),
}


def legs(**columns: Any) -> pk.Calls:
    """Two call legs with these columns."""
    return pk.calls_from_columns(LEG | columns)


def queued(**columns: Any) -> pk.QueueCalls:
    """Two queue calls with these columns."""
    return pk.queue_calls_from_columns(QUEUED | columns)


def said(make: Any, **columns: Any) -> list[str]:
    """The faults of two rows with these columns."""
    with pytest.raises(InputError) as caught:
        make(**columns)

    return [str(fault) for fault in caught.value.faults]


def objects(*values: object) -> np.ndarray[Any, Any]:
    """An array of Python objects."""
    return np.fromiter(values, np.object_, len(values))


STRINGS = np.dtypes.StringDType
NULLS = [False, False, False, True, False, False]


@pytest.mark.parametrize(
    "column",
    [
        np.array(["a", "b"]),
        np.array([b"a", b"b"]),
        np.array(["a", "b"], STRINGS()),
        objects("a", "b"),
        ["a", "b"],
        pk.Coded(np.array([1, 0]), ["b", "a"]),
        pk.Coded(np.array([2, 0], np.uint8), np.array(["b", "x", "a"])),
        pk.Coded(np.array([2, 1], np.int8), np.array(["a", "b", "a"])),
    ],
)
@pytest.mark.parametrize("name", ["call_id", "customer_id", "user_id", "record_id"])
def test_ids_come_as_any_text(name: str, column: Any) -> None:
    """Of every string type, or coded; labels may repeat and need not occur."""
    rows = legs(**{name: column})

    assert ["a", "b"] == [getattr(record, name) for record in rows.records]


@pytest.mark.parametrize(
    "column",
    [
        np.array([7, 12]),
        np.array([7, 12], np.uint8),
        np.array([7, 12], np.int16),
        np.array([7, 12], ">i8"),
    ],
)
@pytest.mark.parametrize("name", ["call_id", "customer_id", "queue_id", "record_id"])
def test_ids_come_as_integers(name: str, column: Any) -> None:
    """And become the text of their digits."""
    rows = queued(**{name: column})

    assert ["7", "12"] == [getattr(record, name) for record in rows.records]


def test_integers_far_apart_are_ids() -> None:
    """Negative ones and the greatest ones, repeated or not, with the same labels as texts."""
    ids = np.array([-(2**63), 2**63 - 1, 0, -(2**63), 5, 2**63 - 1])
    same = {name: np.repeat(column, 3) for name, column in QUEUED.items()}
    numbers = pk.queue_calls_from_columns(same | {"call_id": ids, "record_id": ids})
    texts = pk.queue_calls_from_columns(same | {"call_id": ids.astype("U"), "record_id": ids})

    assert texts == numbers
    assert 4 == len(numbers.call.labels) == len(numbers.record.labels)


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-5, 5)))
def test_numbers_get_codes(numbers: list[int]) -> None:
    """Equal ones equal codes, different ones different codes, dense or far apart."""
    values = np.array(numbers, np.int64)
    codes, different = _ids.numbered(values)

    assert numbers == different[codes].tolist()
    assert len(set(numbers)) == len(different)


def test_the_greatest_unsigned_integers_are_ids() -> None:
    """Beyond what is signed."""
    assert [str(2**64 - 1), "1"] == [
        call.call_id for call in queued(call_id=np.array([2**64 - 1, 1], np.uint64)).records
    ]


@pytest.mark.parametrize(
    "column",
    [
        MASKED(np.array([7, 9]), [False, True]),
        MASKED(np.array(["7", "9"]), [False, True]),
        objects("7", None),
        ["7", None],
        np.array(["7", None], STRINGS(na_object=None)),
        pk.Coded(np.array([0, -1]), ["7"]),
        pk.Coded(np.array([1, -1]), ["7", "7"]),
        pk.Coded(MASKED(np.array([0, 0]), [False, True]), ["7"]),
    ],
)
@pytest.mark.parametrize("name", ["record_id", "user_id", "endpoint_type"])
def test_null_ids(name: str, column: Any) -> None:
    """Masked, ``None``, or the code -1."""
    if name == "endpoint_type" and getattr(column, "dtype", np.dtype("U")).kind == "i":
        column = column.astype("U1")
    rows = legs(**{name: column})

    assert ["7", None] == [getattr(record, name) for record in rows.records]


def test_integers_may_be_null_in_one_part_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts with and without nulls, and parts that needed a closer look, are joined."""
    monkeypatch.setattr(_columns_in, "ROWS", 2)
    six = {name: np.tile(column, 3) for name, column in LEG.items()}
    ids = MASKED(np.array([7, 8, 9, 7, 7, 8]), NULLS)
    calls = pk.calls_from_columns(six | {"user_id": ids, "call_id": np.array([5, 5, 6, 5, 7, 7])})

    assert ["7", "8", "9", None, "7", "8"] == [leg.user_id for leg in calls.records]
    assert ["5", "5", "6", "5", "7", "7"] == [leg.call_id for leg in calls.records]


def test_parts_of_integers_with_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part in which a needed id is null becomes text, the others stay numbers."""
    monkeypatch.setattr(_columns_in, "ROWS", 2)
    six = {name: np.tile(column, 3) for name, column in LEG.items()}
    ids = MASKED(np.array([7, 8, 9, 7, 7, 8]), NULLS)
    calls = pk.calls_from_columns(six | {"call_id": ids}, lenient=True)

    assert ["7", "8", "9", "7", "8"] == [leg.call_id for leg in calls.records]
    assert "columns calls, row 3, column call_id" == str(calls.faults[0].place)


def test_codes_out_of_range_are_refused() -> None:
    """Below -1, or beyond the labels: the row is faulty, not null."""
    ids = pk.Coded(np.array([-2, 1]), ["u-1"])

    assert [
        f"columns calls, row {row}, column user_id: expected a code from -1 to 0, found {code}"
        for row, code in ((0, -2), (1, 1))
    ] == said(legs, user_id=ids)


def test_faulty_labels_are_refused_where_they_occur() -> None:
    """A label that no row has is nobody's fault."""
    labels = ["u-1", "a\x00b", ""]
    expected = "a text without control characters or lone surrogates, not empty"

    assert ["u-1"] * 2 == [
        leg.user_id for leg in legs(user_id=pk.Coded(np.array([0, 0]), labels)).records
    ]
    assert [
        f"columns calls, row {row}, column user_id: expected {expected}, found {found}"
        for row, found in ((0, "'a\\x00b'"), (1, "''"))
    ] == said(legs, user_id=pk.Coded(np.array([1, 2]), labels))


@pytest.mark.parametrize(
    "column",
    [
        np.array(["2026-11-16", "NaT"], "M8[D]"),
        np.array(["2026-11-16", "NaT"], "M8[ns]"),
        MASKED(np.array(["2026-11-16", "2026-11-17"], "M8[us]"), [False, True]),
        ["2026-11-16", None],
        [datetime(2026, 11, 16, tzinfo=UTC), None],
    ],
)
def test_null_instants(column: Any) -> None:
    """``NaT``, ``None`` or masked: not reported; but begun it must have."""
    assert [datetime(2026, 11, 16, tzinfo=UTC), None] == [
        leg.reported_at for leg in legs(reported_at=column).records
    ]
    assert ["columns calls, row 1, column started_at: expected an instant, found null"] == said(
        legs, started_at=column
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int8, np.uint64])
def test_measurements_are_numbers_of_any_width(dtype: Any) -> None:
    """Floats or integers, as doubles."""
    assert [5.0, 100.0] == legs(packet_loss_percent=np.array([5, 100], dtype)).loss.tolist()


def test_measurements_of_python_numbers() -> None:
    """A list of numbers, some not made."""
    assert [5.5, None] == [leg.latency_ms for leg in legs(latency_ms=[5.5, None]).records]
    assert [5.0, None] == [leg.latency_ms for leg in legs(latency_ms=[5, None]).records]


@pytest.mark.skipif(
    np.dtype(np.longdouble).itemsize == 8, reason="long doubles are doubles on this machine"
)
def test_long_doubles_are_refused() -> None:
    """They would be rounded."""
    (found,) = said(legs, jitter_ms=np.array([1, 2], np.longdouble))

    assert "column jitter_ms: expected a column of numbers (of at most 64 bits)" in found


def test_nan_is_not_null() -> None:
    """What was not measured is masked or ``None``."""
    loss = MASKED(np.array([np.nan, 5.0]), [True, False])

    assert [None, 5.0] == [
        leg.packet_loss_percent for leg in legs(packet_loss_percent=loss).records
    ]
    (found,) = said(legs, packet_loss_percent=loss.data)

    assert "row 0, column packet_loss_percent: expected a number from 0 to 100, found nan" in found


@pytest.mark.parametrize("answered", [MASKED([True, False], [False, True]), [True, None]])
def test_answered_is_never_null(answered: Any) -> None:
    """Masked or ``None``."""
    assert ["columns calls, row 1, column answered: expected true or false, found null"] == said(
        legs, answered=answered
    )


FEATURES: list[Sequence[str]] = [("call_park", "voicemail"), ()]


@pytest.mark.parametrize(
    "column",
    [
        [["voicemail", "call_park"], []],
        [("voicemail", "call_park", "voicemail"), None],
        [{"voicemail", "call_park"}, frozenset()],
        objects(np.array(["voicemail", "call_park"]), None),
        np.array(["voicemail;call_park", ""]),
        np.array(["voicemail;call_park;voicemail", ""], STRINGS()),
        MASKED(np.array(["voicemail;call_park", "x"]), [False, True]),
        pk.Coded(np.array([0, -1]), ["voicemail;call_park"]),
        pk.Coded(np.array([1, 0]), ["", "voicemail;call_park;call_park"]),
        pk.Coded(np.array([3, -1]), ["x;y", "x", "call_park", "call_park;voicemail"]),
        pk.Coded(np.array([1, 0]), np.array(["", "call_park;voicemail"])),
    ],
)
def test_features_in_columns(column: Any) -> None:
    """Lists of any kind, or text with ``;`` between the codes of a row, coded or not."""
    assert FEATURES == [leg.features for leg in legs(features=column).records]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pk.Coded(np.array([0, 0]), ["a;;b"]), "features[1]: expected a text without"),
        (pk.Coded(np.array([0, 0]), ["a;\x00"]), "features[1]: expected a text without"),
        (pk.Coded(np.array([0, 0]), [7]), "features[0]: expected a text, found 7"),  # type: ignore[list-item]
        (np.array([";a", ";a"]), "features[0]: expected a text without"),
        (["a", "b"], "features: expected a list of texts, found 'a'"),
    ],
)
def test_faulty_features_in_columns(column: Any, expected: str) -> None:
    """Told for each row, with the place in its list."""
    found = said(legs, features=column)

    assert ["columns calls, row 0, column", "columns calls, row 1, column"] == [
        fault.partition(" features")[0] for fault in found
    ]
    assert expected in found[0]


def test_faulty_labels_in_arrays() -> None:
    """Lone surrogates and control characters in a numpy array of labels."""
    for bad in ("a\ud800", "a\x00b"):
        labels = np.array(["u-1", bad])
        found = said(legs, user_id=pk.Coded(np.array([0, 1]), labels))

        assert ["columns calls, row 1, column user_id"] == [
            each.partition(":")[0] for each in found
        ]


def test_many_parts_of_coded_features(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that use different labels are joined."""
    monkeypatch.setattr(_columns_in, "ROWS", 2)
    eight = {name: np.tile(column, 4) for name, column in LEG.items()}
    codes = pk.Coded(np.array([0, 1, 2, -1, 1, 1, -1, -1]), ["b;a", "c", "a;d"])
    calls = pk.calls_from_columns(eight | {"features": codes})
    expected = [("a", "b"), ("c",), ("a", "d"), (), ("c",), ("c",), (), ()]

    assert expected == [leg.features for leg in calls.records]


@pytest.mark.parametrize(
    "column",
    [
        ["answered", "went fishing"],
        np.array(["answered", "went fishing"]),
        np.array([b"answered", b"went fishing"]),
        pk.Coded(np.array([1, 0]), ["went fishing", "answered"]),
    ],
)
def test_unknown_outcomes_in_columns(column: Any) -> None:
    """Told with the word; lenient reading keeps the row."""
    calls = pk.queue_calls_from_columns(QUEUED | {"outcome": column}, lenient=True)

    assert ["answered", "unknown"] == [call.outcome for call in calls.records]
    assert ["'went fishing'"] == [fault.found for fault in calls.faults]


@pytest.mark.parametrize(
    ("make", "name", "column", "expected"),
    [
        (legs, "call_id", np.array([1.0, 2.0]), "a column of text or integers, or Coded"),
        (legs, "started_at", np.array([1, 2]), "a column of datetime64"),
        (legs, "duration_ms", np.array([1.0, 2.0]), "a column of integers"),
        (legs, "answered", np.array([1, 0]), "a column of booleans"),
        (legs, "endpoint_type", np.array([1, 0]), "a column of text, or Coded"),
        (legs, "jitter_ms", np.array(["1", "2"]), "a column of numbers"),
        (legs, "features", np.array([1, 2]), "lists of text, or text with ';' between them"),
        (queued, "outcome", np.array([1, 2]), "a column of text, or Coded"),
        (queued, "wait_ms", pk.Coded(np.array([0, 0]), ["1"]), "a column of integers"),
        (queued, "queue_id", np.array([["a"], ["b"]]), "a column of text or integers, or Coded"),
        (queued, "talk_ms", np.array([1, 2, 3]), "2 rows, as in call_id"),
        (queued, "talk_ms", 5, "a column of integers"),
    ],
)
def test_columns_of_another_type_are_refused_as_a_whole(
    make: Any, name: str, column: Any, expected: str
) -> None:
    """One fault, of the column."""
    found = said(make, **{name: column})

    assert 1 == len(found)
    assert f"column {name}: expected {expected}" in found[0]


def test_missing_and_unknown_columns() -> None:
    """All at once, and nothing is left of the rows."""
    columns = {name: column for name, column in LEG.items() if name != "call_id"}
    calls = pk.calls_from_columns(columns | {"call": LEG["call_id"]}, lenient=True)

    assert (0, ["no such column", "'call'"]) == (
        len(calls),
        sorted((fault.found for fault in calls.faults), reverse=True),
    )


def test_no_columns_at_all() -> None:
    """Each required one is missing."""
    assert 5 == len(said(lambda: pk.calls_from_columns({})))


def test_whatever_is_kept_is_a_copy() -> None:
    """What the host does with its arrays afterwards changes nothing; nor are they locked."""
    columns = {
        **{name: column.copy() for name, column in QUEUED.items()},
        "customer_id": pk.Coded(np.array([0, 0], np.int32), ["c-1"]),
        "talk_ms": np.array([1, 2], np.int32),
        "reported_at": np.array([1, 2], "M8[us]"),
        "record_id": np.array([1, 2], np.int64),
    }
    calls = pk.queue_calls_from_columns(columns)
    before = list(calls.records)
    for column in columns.values():
        array = column.codes if isinstance(column, pk.Coded) else column
        array[:] = array[::-1].copy()
    columns["customer_id"].codes[:] = 7

    assert before == list(calls.records)


def test_columns_are_held_in_few_bytes_and_locked() -> None:
    """Codes and short lengths in four bytes; what cannot be written cannot be changed."""
    calls = queued(talk_ms=np.array([0, 2**31]), customer_id=np.array([1, 2]))

    assert np.int32 == calls.wait.dtype == calls.customer.codes.dtype == calls.call.codes.dtype
    assert np.int64 == calls.talk.dtype == calls.entered.dtype
    assert np.uint8 == calls.outcome.dtype
    assert not calls.wait.flags.writeable
    assert not calls.customer.codes.flags.writeable


def test_labels_of_coded_columns_are_different() -> None:
    """Equal labels become one; those that are different anyway keep their codes."""
    repeated = queued(queue_id=pk.Coded(np.array([2, 1]), ["Q1", "Q2", "Q1"]))
    apart = queued(queue_id=pk.Coded(np.array([2, 0]), ["Q1", "Q2", "Q3"]))

    assert (["Q1", "Q2"], [0, 1]) == (
        list(repeated.queue.labels),
        repeated.queue.codes.tolist(),
    )
    assert (["Q1", "Q2", "Q3"], [2, 0]) == (list(apart.queue.labels), apart.queue.codes.tolist())


def test_what_is_not_given_has_its_mark() -> None:
    """``NEVER``, -1 and NaN in the columns."""
    calls, legs_ = queued(), legs()

    assert ([NEVER] * 2, [-1] * 2, [-1] * 2) == (
        calls.reported.tolist(),
        calls.talk.tolist(),
        calls.record.codes.tolist(),
    )
    assert np.isnan([legs_.loss, legs_.latency, legs_.jitter]).all()
    assert [-1] * 2 == legs_.user.codes.tolist() == legs_.endpoint.codes.tolist()
