"""The doors of calls: what is read, what is refused, in words, the same through every door."""

import gzip
import json
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.errors import InputError
from partnerkpi.io import _columns_in
from partnerkpi.testing import call_leg_lists
from tests.call_doors import (
    DOORS,
    LEG,
    QUEUED,
    TABLES,
    Drip,
    Form,
    Row,
    as_csv,
    as_json_lines,
    faults,
    in_batches,
    of_bytes,
    read,
    told,
)
from tests.call_strategies import call_rows, queue_call_rows
from tests.oracles.records import optional_instant

COUNT = "a count from 0 to 9007199254740991"
PLAIN = "a text without control characters or lone surrogates, not empty"
PERCENT = "a number from 0 to 100"
MEASUREMENT = "a finite number, 0 or more"
IN_RANGE = "an instant from 1970-01-01 to 2200-01-01 UTC"
UNSHAPED = "an instant such as 2026-01-31T09:30:00Z, or a date such as 2026-01-31"
NAIVE = "an instant with an offset or Z (this one is naive)"
OUTCOMES = (
    "answered or transferred or abandoned or voicemail or overflowed or timed_out or callback or "
    "waiting or unknown"
)
TEXT_COLUMNS = {
    "calls": ("record_id", "call_id", "customer_id", "user_id", "endpoint_type"),
    "queue_calls": ("record_id", "call_id", "customer_id", "queue_id"),
}
INSTANTS = (("calls", "started_at"), ("queue_calls", "entered_at"), ("calls", "reported_at"))
COUNTS = (("calls", "duration_ms"), ("queue_calls", "wait_ms"), ("queue_calls", "talk_ms"))
MEASURES = ("packet_loss_percent", "latency_ms", "jitter_ms")
OPTIONAL = {
    "calls": ("record_id", "reported_at", "user_id", "endpoint_type", *MEASURES, "features"),
    "queue_calls": ("record_id", "reported_at", "talk_ms"),
}
every_door = pytest.mark.parametrize("door", DOORS)
typed_door = pytest.mark.parametrize("door", [d for d in DOORS if not d.startswith("csv")])
both_tables = pytest.mark.parametrize("table", TABLES)


# What is read


def expected_leg(row: Row) -> dict[str, Any]:
    """The fields of a call leg, as plain Python has them."""
    measures = {name: None if row.get(name) is None else float(row[name]) for name in MEASURES}
    return {
        **dict.fromkeys(("record_id", "user_id", "endpoint_type")),
        **row,
        **measures,
        "reported_at": optional_instant(row.get("reported_at")),
        "started_at": optional_instant(row["started_at"]),
        "features": tuple(sorted(set(row.get("features") or ()))),
    }


def expected_queue_call(row: Row) -> dict[str, Any]:
    """The fields of a queue call, as plain Python has them."""
    return {
        **dict.fromkeys(("record_id", "talk_ms")),
        **row,
        "reported_at": optional_instant(row.get("reported_at")),
        "entered_at": optional_instant(row["entered_at"]),
        "outcome": pk.Outcome(row["outcome"]),
    }


@given(call_rows(max_size=8), st.sampled_from(sorted(DOORS)))
def test_call_legs_come_in_as_they_are(rows: list[Row], door: str) -> None:
    """Every field of every row, through every door, in the order of the rows."""
    calls = cast("pk.Calls", read(door, "calls", rows) if rows else pk.calls_from_rows([]))

    assert [pk.CallLeg(**expected_leg(row)) for row in rows] == list(calls.records)


@given(queue_call_rows(max_size=8), st.sampled_from(sorted(DOORS)))
def test_queue_calls_come_in_as_they_are(rows: list[Row], door: str) -> None:
    """Every field of every row, through every door, in the order of the rows."""
    calls = cast(
        "pk.QueueCalls", read(door, "queue_calls", rows) if rows else pk.queue_calls_from_rows([])
    )

    assert [pk.QueueCall(**expected_queue_call(row)) for row in rows] == list(calls.records)


@every_door
@both_tables
def test_columns_may_be_left_out(door: str, table: str) -> None:
    """An optional column that is not there is the same as one that is null everywhere."""
    row = TABLES[table]
    short = {name: value for name, value in row.items() if name not in OPTIONAL[table]}
    nulls = row | dict.fromkeys(OPTIONAL[table])

    assert read(door, table, [short, short]) == read(door, table, [nulls, nulls])


@every_door
@both_tables
def test_rows_may_differ_in_what_they_give(door: str, table: str) -> None:
    """Null in one row and given in the next, in every optional column."""
    row = TABLES[table]
    rows = [row | {name: None} for name in OPTIONAL[table]] + [row]
    found = read(door, table, rows)
    names = {"endpoint_type": "endpoint_type"}

    for place, name in enumerate(OPTIONAL[table]):
        record = found.records[place]
        assert getattr(record, names.get(name, name)) in (None, ())
        assert found.records[-1] == type(record)(
            **(expected_leg(row) if table == "calls" else expected_queue_call(row))
        )


@every_door
def test_features_are_a_set(door: str) -> None:
    """A code that a row repeats counts once, and codes stand by code point."""
    features = ["voicemail", "\U00010000", "voicemail", "\uffff", "call_park"]
    calls = cast("pk.Calls", read(door, "calls", [LEG | {"features": features}, LEG]))

    assert ("call_park", "voicemail", "\uffff", "\U00010000") == calls.records[0].features
    assert ("call_park", "voicemail") == calls.records[1].features


@every_door
def test_measurements_are_exact(door: str) -> None:
    """Decimals and whole numbers come in as the nearest double; a negative zero is zero."""
    rows = [
        LEG | {"packet_loss_percent": 100, "latency_ms": 0.1, "jitter_ms": 1e300},
        LEG | {"packet_loss_percent": -0.0, "latency_ms": 5e-324, "jitter_ms": 2**53 + 1},
    ]
    calls = cast("pk.Calls", read(door, "calls", rows))

    assert [100.0, 0.0] == calls.loss.tolist()
    assert not np.signbit(calls.loss).any()
    assert [0.1, 5e-324] == calls.latency.tolist()
    assert [1e300, float(2**53)] == calls.jitter.tolist()


@every_door
def test_ids_are_text_always(door: str) -> None:
    """`007` stays `007`, `NA` and `null` are ids."""
    rows = [QUEUED | {"record_id": each, "queue_id": each} for each in ("007", "NA", "null", "1.0")]
    calls = cast("pk.QueueCalls", read(door, "queue_calls", rows))

    assert ["007", "NA", "null", "1.0"] == [call.record_id for call in calls.records]
    assert ["007", "NA", "null", "1.0"] == [call.queue_id for call in calls.records]


@every_door
def test_names_in_any_script_come_in(door: str) -> None:
    """Right-to-left text, emoji, markup and formulas are text like any other."""
    texts = ["شركة", "🏢", "<b>&", "=cmd()", "+1", "-1", "@x", 'a "b", c', "株式会社"]
    rows = [
        LEG | {"customer_id": text, "endpoint_type": text, "features": [text]} for text in texts
    ]
    calls = cast("pk.Calls", read(door, "calls", rows))

    assert texts == [leg.customer_id for leg in calls.records]
    assert texts == [leg.endpoint_type for leg in calls.records]
    assert [(text,) for text in texts] == [leg.features for leg in calls.records]


@every_door
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-29T02:30:00+02:00", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-11-16T00:00:00+05:45", datetime(2026, 11, 15, 18, 15, tzinfo=UTC)),
        ("2028-02-29", datetime(2028, 2, 29, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
        ("2200-01-01T00:00:00Z", datetime(2200, 1, 1, tzinfo=UTC)),
        ("2026-11-21T23:59:59.999Z", datetime(2026, 11, 21, 23, 59, 59, 999_000, tzinfo=UTC)),
        ("2026-11-21T23:59:59.9999990Z", datetime(2026, 11, 21, 23, 59, 59, 999_999, tzinfo=UTC)),
    ],
)
def test_instants_become_utc(door: str, text: str, moment: datetime) -> None:
    """Any whole-minute offset, bare dates, both ends of the range, fractions to microseconds."""
    calls = cast("pk.QueueCalls", read(door, "queue_calls", [QUEUED | {"entered_at": text}]))

    assert moment == calls.records[0].entered_at


# What is refused, through every door

BAD_INSTANTS = {
    "2026-11-16T09:30:00": NAIVE,
    "2026-11-16T23:59:60Z": "an instant without a leap second (second 60)",
    "2026-11-16T24:00:00Z": "an instant with an hour below 24",
    "2026-11-16T09:30:00.1234567Z": "an instant in whole microseconds (this one is finer)",
    "1/2/2026": UNSHAPED,
    "٢٠٢٦-11-16": UNSHAPED,
    "2026-11-16T09:30:00 GMT": UNSHAPED,
    "20260101": UNSHAPED,
    "2026-W01-1": UNSHAPED,
    "2026-11-16T09:30:00+25:00": "an instant with an offset below 24:00",
    "9999-12-31T23:59:59-01:00": IN_RANGE,
    "0001-01-01T00:00:00+01:00": IN_RANGE,
    "1969-12-31T23:59:59.999999Z": IN_RANGE,
    "2200-01-01T00:00:00.000001Z": IN_RANGE,
    "2026-02-29": "an instant on a day that the calendar has",
}


@every_door
@pytest.mark.parametrize(("table", "column"), INSTANTS)
@pytest.mark.parametrize("text", BAD_INSTANTS)
def test_bad_instants_are_refused(door: str, table: str, column: str, text: str) -> None:
    """There is one grammar, and one range."""
    rows = [TABLES[table], TABLES[table] | {column: text}]

    assert [(1, column, BAD_INSTANTS[text])] == told(door, table, rows)


@every_door
@pytest.mark.parametrize(("table", "column"), COUNTS)
@pytest.mark.parametrize("value", [-1, -(2**62), 2**53, 2**63, 2**70, 2.9, 2.0, 1e400])
def test_what_is_no_count_is_refused(door: str, table: str, column: str, value: object) -> None:
    """Negative, over-large or fractional lengths and waits; nothing is rounded or clamped."""
    rows = [TABLES[table], TABLES[table] | {column: value}]
    # A column of floats is refused as a whole.
    whole = door == "arrays" and isinstance(value, float)
    expected = (0, column, "a column of integers") if whole else (1, column, COUNT)

    assert [expected] == told(door, table, rows)


@every_door
@pytest.mark.parametrize("column", MEASURES)
@pytest.mark.parametrize("value", [-0.001, -1, float("nan"), float("inf"), -float("inf"), 10**400])
def test_what_is_no_measurement_is_refused(door: str, column: str, value: object) -> None:
    """Negative numbers, NaN and the infinities; nothing stands for unknown but null."""
    rows = [LEG, LEG | {column: value}]
    expected = PERCENT if column == "packet_loss_percent" else MEASUREMENT

    assert [(1, column, expected)] == told(door, "calls", rows)


@every_door
def test_nulls_beside_faults_are_no_faults(door: str) -> None:
    """What was not measured, and features that are not given, in rows before and after a fault."""
    null = LEG | dict.fromkeys((*MEASURES, "features", "user_id", "endpoint_type"))
    bad = LEG | dict.fromkeys(MEASURES, -1) | {"features": ["a", "b\x00"], "user_id": "\x00"}
    columns = [*MEASURES, "features[1]", "user_id"]
    found = told(door, "calls", [null, bad, null, LEG])

    assert [(1, column) for column in sorted(columns)] == sorted((r, str(c)) for r, c, _ in found)
    assert read(door, "calls", [null, null, LEG]) == read(
        door, "calls", [null, bad, null, LEG], lenient=True
    )


@every_door
def test_more_than_everything_lost_is_refused(door: str) -> None:
    """Packet loss is at most 100 percent; 100 itself is possible."""
    rows = [LEG | {"packet_loss_percent": loss} for loss in (100, 100.001, 101)]
    expected = [(1, "packet_loss_percent", PERCENT), (2, "packet_loss_percent", PERCENT)]

    assert expected == told(door, "calls", rows)


@every_door
@both_tables
def test_control_characters_are_refused(door: str, table: str) -> None:
    """NUL, line ends, DEL and the C1 characters, in every column of text."""
    for column in TEXT_COLUMNS[table]:
        for character in "\x00\n\t\x7f\x85":
            rows = [TABLES[table], TABLES[table] | {column: f"a{character}b"}]

            assert [(1, column, PLAIN)] == told(door, table, rows)


@every_door
@pytest.mark.parametrize("code", ["a\x00b", "a\nb"])
def test_control_characters_in_features_are_refused(door: str, code: str) -> None:
    """The place tells which code of the list."""
    rows = [LEG, LEG | {"features": ["voicemail", code]}]

    assert [(1, "features[1]", PLAIN)] == told(door, "calls", rows)


@typed_door
@both_tables
def test_lone_surrogates_are_refused(door: str, table: str) -> None:
    """A text that is no Unicode text."""
    for column in TEXT_COLUMNS[table]:
        rows = [TABLES[table], TABLES[table] | {column: "a\ud800"}]

        assert [(1, column, PLAIN)] == told(door, table, rows)


@every_door
@both_tables
def test_nulls_are_refused_where_a_value_is_needed(door: str, table: str) -> None:
    """Each required column, all of them at once."""
    needed = [name for name in TABLES[table] if name not in OPTIONAL[table]]
    rows = [TABLES[table], TABLES[table] | dict.fromkeys(needed)]
    found = told(door, table, rows)

    assert sorted(needed) == sorted(str(column) for _, column, _ in found)
    assert {1} == {row for row, _, _ in found}


@typed_door
@both_tables
def test_empty_texts_are_refused(door: str, table: str) -> None:
    """An empty id is no id; nothing given is null."""
    for column in TEXT_COLUMNS[table]:
        rows = [TABLES[table], TABLES[table] | {column: ""}]

        assert [(1, column, PLAIN)] == told(door, table, rows)


WRONG_TYPES: list[tuple[str, str, object]] = [
    ("calls", "duration_ms", "12"),
    ("calls", "duration_ms", True),
    ("queue_calls", "wait_ms", "12"),
    ("queue_calls", "wait_ms", False),
    ("queue_calls", "talk_ms", "12"),
    ("calls", "answered", 1),
    ("calls", "answered", "true"),
    ("calls", "packet_loss_percent", "9.5"),
    ("calls", "latency_ms", True),
    ("calls", "jitter_ms", [1]),
    ("calls", "customer_id", 7),
    ("calls", "user_id", 7),
    ("calls", "call_id", ["k-1"]),
    ("queue_calls", "record_id", 7),
    ("queue_calls", "queue_id", False),
    ("queue_calls", "outcome", 3),
    ("queue_calls", "outcome", ["answered"]),
    ("calls", "started_at", 1_700_000_000),
    ("calls", "reported_at", 1_700_000_000),
    ("calls", "features", "voicemail"),
    ("calls", "features", {"voicemail": True}),
    ("calls", "features", [1]),
]


@pytest.mark.parametrize("door", ["jsonl", "jsonl in batches", "rows", "columns"])
@pytest.mark.parametrize(("table", "column", "value"), WRONG_TYPES)
def test_nothing_is_coerced(door: str, table: str, column: str, value: object) -> None:
    """`"12"` and `true` are no counts, 7 is no id, a text is no list."""
    rows = [TABLES[table], TABLES[table] | {column: value}]
    found = told(door, table, rows)

    assert [1] == [row for row, _, _ in found]
    assert str(found[0][1]).startswith(column)


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("answered", "True", "true or false"),
        ("answered", "1", "true or false"),
        ("duration_ms", "+5", COUNT),
        ("duration_ms", "007", COUNT),
        ("duration_ms", "5.0", COUNT),
        ("duration_ms", "five", COUNT),
        ("packet_loss_percent", "+5", PERCENT),
        ("packet_loss_percent", ".5", PERCENT),
        ("packet_loss_percent", "5.", PERCENT),
        ("packet_loss_percent", "05", PERCENT),
        ("packet_loss_percent", "5 %", PERCENT),
        ("packet_loss_percent", "1_0", PERCENT),
        ("latency_ms", "1e400", MEASUREMENT),
        ("latency_ms", "0x10", MEASUREMENT),
        ("latency_ms", "nan", MEASUREMENT),
        ("latency_ms", "NA", MEASUREMENT),
        ("latency_ms", "٢٠", MEASUREMENT),
        ("features[0]", ";voicemail", PLAIN),
        ("features[1]", "voicemail;", PLAIN),
    ],
)
def test_cells_of_csv_are_read_strictly(column: str, cell: str, expected: str) -> None:
    """Numbers are spelled as in JSON, booleans as `true` and `false`, lists without gaps."""
    rows = [LEG, LEG | {column.partition("[")[0]: cell}]

    assert [(1, column, expected)] == told("csv", "calls", rows)


@pytest.mark.parametrize(
    ("cell", "value"), [("20", 20.0), ("0.5", 0.5), ("1e2", 100.0), ("1E-2", 0.01), ("-0", 0.0)]
)
def test_numbers_of_csv_are_spelled_as_in_json(cell: str, value: float) -> None:
    """Whole numbers, fractions and exponents."""
    calls = cast("pk.Calls", read("csv", "calls", [LEG | {"packet_loss_percent": cell}]))

    assert [value] == calls.loss.tolist()


@every_door
@both_tables
def test_all_faults_come_at_once(door: str, table: str) -> None:
    """Of every row and column; what is said of one cell hides nothing of the others."""
    legs = table == "calls"
    instant, length = ("started_at", "duration_ms") if legs else ("entered_at", "wait_ms")
    bad = TABLES[table] | {"customer_id": "\x00", instant: "2026-11-16T09:30:00", length: -5}
    found = told(door, table, [bad, TABLES[table], bad, bad])
    expected = {("customer_id", PLAIN), (instant, NAIVE), (length, COUNT)}

    assert [(row, *fault) for row in (0, 2, 3) for fault in sorted(expected)] == sorted(
        found, key=lambda one: (one[0], str(one[1]))
    )


# Outcomes


@every_door
def test_an_unknown_outcome_is_a_fault(door: str) -> None:
    """The known ones are named."""
    rows = [QUEUED, QUEUED | {"outcome": "went fishing"}, QUEUED | {"outcome": "Answered"}]

    assert [(row, "outcome", OUTCOMES) for row in (1, 2)] == told(door, "queue_calls", rows)


@every_door
def test_lenient_reading_keeps_an_unknown_outcome(door: str) -> None:
    """The row counts as `unknown`, and what the source said is told."""
    rows = [QUEUED, QUEUED | {"outcome": "went fishing"}, QUEUED | {"outcome": "unknown"}]
    calls = cast("pk.QueueCalls", read(door, "queue_calls", rows, lenient=True))

    assert ["answered", "unknown", "unknown"] == [call.outcome for call in calls.records]
    assert ["'went fishing'"] == [fault.found for fault in calls.faults]
    assert 1 == calls.fault_count


@every_door
def test_an_outcome_that_is_no_text_leaves_its_row_out(door: str) -> None:
    """Nothing, or a control character, is nothing that a source says."""
    rows = [QUEUED, QUEUED | {"outcome": None}, QUEUED | {"outcome": "a\x00"}]
    calls = read(door, "queue_calls", rows, lenient=True)

    assert (1, 2) == (len(calls), calls.fault_count)


@every_door
def test_an_unknown_outcome_of_a_faulty_row_is_told_as_well(door: str) -> None:
    """The row is left out for the other fault; both are told."""
    rows = [QUEUED, QUEUED | {"outcome": "went fishing", "wait_ms": -1}]
    calls = read(door, "queue_calls", rows, lenient=True)

    assert (1, ["outcome", "wait_ms"]) == (
        len(calls),
        sorted(str(fault.place.column) for fault in calls.faults),
    )


# Lenient reading


@every_door
@both_tables
def test_lenient_reading_leaves_faulty_rows_out(door: str, table: str) -> None:
    """The good rows stay in their order, and the column set carries the faults."""
    row, instant = TABLES[table], "started_at" if table == "calls" else "entered_at"
    bad = [row | {"customer_id": "\x00"}, row | {instant: "yesterday"}]
    good = [row | {"call_id": f"k-{n}"} for n in range(4)]
    rows = [bad[0], good[0], good[1], bad[1], bad[0], good[2], good[3], bad[1]]
    found = read(door, table, rows, lenient=True)

    assert read(door, table, good) == found
    assert 4 == found.fault_count == len(found.faults)


@every_door
@both_tables
def test_faults_are_carried_up_to_a_cap(door: str, table: str) -> None:
    """And counted beyond it."""
    rows = [TABLES[table] | {"customer_id": "\x00"}] * 5
    with pytest.raises(InputError) as caught:
        read(door, table, rows, max_faults=2)

    assert (2, 5) == (len(caught.value.faults), caught.value.count)


# Columns and keys


@every_door
@both_tables
def test_an_unknown_column_is_a_fault_unless_told_otherwise(door: str, table: str) -> None:
    """A misspelt one must not pass; the nearest known one is named."""
    rows = [{**TABLES[table], "custommer_id": "c-1"}]
    expected = "(did you mean 'customer_id'?)"

    assert faults(door, table, rows)[0].expected.endswith(expected)
    assert read(door, table, [TABLES[table]]) == read(door, table, rows, unknown_keys="ignore")


@every_door
@both_tables
def test_a_missing_column_is_a_fault(door: str, table: str) -> None:
    """Each that is needed; told once for the whole table where that has a header."""
    told_for_each_row = door.startswith("jsonl") or door == "rows"
    for missing in set(TABLES[table]) - set(OPTIONAL[table]):
        row = {name: value for name, value in TABLES[table].items() if name != missing}
        found = faults(door, table, [row, row])

        assert {missing} == {fault.place.column for fault in found}
        assert (2 if told_for_each_row else 1) == len(found)


@both_tables
def test_lenient_reading_of_a_table_without_a_needed_column_leaves_nothing(table: str) -> None:
    """No row can be told without it."""
    row = {name: value for name, value in TABLES[table].items() if name != "call_id"}

    assert [0] * len(DOORS) == [len(read(door, table, [row], lenient=True)) for door in DOORS]


@both_tables
def test_a_column_twice_is_a_fault(table: str) -> None:
    """In a header of CSV."""
    data = as_csv([TABLES[table]], [*TABLES[table], "call_id"])
    with pytest.raises(InputError, match="expected each column once, found 'call_id' again"):
        of_bytes(table, data, "csv")


@both_tables
def test_a_key_twice_is_a_fault(table: str) -> None:
    """In an object of JSON lines."""
    data = as_json_lines([TABLES[table]]).replace(b"{", b'{"call_id": "k-2", ')
    with pytest.raises(InputError, match="expected each key once, found 'call_id' again"):
        of_bytes(table, data, "jsonl")


# Bytes


@both_tables
@pytest.mark.parametrize("door", ["csv", "jsonl"])
def test_a_byte_order_mark_is_skipped(table: str, door: str) -> None:
    """That of UTF-8; the first column keeps its name."""
    rows = [TABLES[table]]
    data = as_csv(rows) if door == "csv" else as_json_lines(rows)

    assert read(door, table, rows) == of_bytes(table, b"\xef\xbb\xbf" + data, cast("Any", door))


@both_tables
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_other_encodings_are_refused(table: str, form: Form) -> None:
    """UTF-16 by its mark, Latin-1 by its bytes; nothing is guessed."""
    rows = [TABLES[table] | {"customer_id": "Añadido"}]
    text = as_csv(rows) if form == "csv" else json.dumps(rows[0], ensure_ascii=False).encode()
    with pytest.raises(InputError, match="expected UTF-8 text, found a byte order mark of UTF-16"):
        of_bytes(table, text.decode().encode("utf-16"), form)
    with pytest.raises(InputError, match="expected UTF-8 text, found the byte 0xf1"):
        of_bytes(table, text.decode().encode("latin-1"), form)


@both_tables
def test_line_ends_of_both_kinds_are_read(table: str) -> None:
    """LF and CRLF, in CSV and in JSON lines."""
    rows = [TABLES[table], TABLES[table]]
    for data, form in ((as_csv(rows), "csv"), (as_json_lines(rows), "jsonl")):
        expected = of_bytes(table, data, cast("Any", form))

        assert expected == of_bytes(table, data.replace(b"\n", b"\r\n"), cast("Any", form))


@both_tables
@pytest.mark.parametrize("change", [b",extra", b""])
def test_short_and_long_rows_are_refused(table: str, change: bytes) -> None:
    """With the line; columns never shift."""
    lines = as_csv([TABLES[table]] * 3).splitlines()
    lines[2] = lines[2] + change if change else lines[2].rpartition(b",")[0]
    with pytest.raises(InputError, match=r"line 3: expected .* cells, as in the header"):
        of_bytes(table, b"\n".join(lines), "csv")


@both_tables
def test_an_unclosed_quote_is_refused(table: str) -> None:
    """It swallows no row in silence: rows behind it are read."""
    lines = as_csv([TABLES[table]] * 4).splitlines()
    lines[2] = b'"' + lines[2]
    found = of_bytes(table, b"\n".join(lines), "csv", lenient=True)

    assert 3 == len(found)
    assert "a closing quote" == found.faults[0].expected


@both_tables
def test_a_cell_beyond_the_limit_is_refused(table: str) -> None:
    """The limit of the csv module is kept, in the words of a fault."""
    rows = [TABLES[table], TABLES[table] | {"customer_id": "c" * 131_073}]
    with pytest.raises(InputError, match="expected a cell of at most 131072 characters"):
        read("csv", table, rows)


@both_tables
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_truncated_gzip_is_refused(table: str, form: Form) -> None:
    """There is no partial result, not even in lenient reading."""
    rows = [TABLES[table] | {"call_id": f"k-{n * 7919}"} for n in range(500)]
    data = gzip.compress(as_csv(rows) if form == "csv" else as_json_lines(rows), mtime=0)
    with pytest.raises(InputError, match="expected complete gzip data"):
        of_bytes(table, data[:-20], form, lenient=True)


@both_tables
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"customer_id": ' + "[" * 100_000, "JSON that is not nested so deeply"),
        ("{", "well-formed JSON"),
        ("[]", "an object"),
        ("", None),
    ],
)
def test_lines_that_are_no_objects_are_refused(table: str, line: str, expected: str | None) -> None:
    """Each is one fault, and the next line is read; blank lines are none."""
    data = as_json_lines([TABLES[table]]) + line.encode() + b"\n" + as_json_lines([TABLES[table]])
    found = of_bytes(table, data, "jsonl", lenient=True)

    assert 2 == len(found)
    assert ([] if expected is None else [expected]) == [fault.expected for fault in found.faults]


@both_tables
def test_an_empty_table(table: str) -> None:
    """A header alone and an empty file of JSON lines are no rows; CSV needs a header."""
    assert 0 == len(of_bytes(table, as_csv([], list(TABLES[table])), "csv"))
    assert 0 == len(of_bytes(table, b"", "jsonl"))
    assert 0 == len(read("rows", table, []))
    with pytest.raises(InputError, match="expected a header line"):
        of_bytes(table, b"", "csv")


# Files, streams, blocks, batches


@both_tables
@pytest.mark.parametrize("ending", ["csv", "csv.gz", "jsonl", "jsonl.gz"])
def test_a_path_tells_its_form(tmp_path: Path, table: str, ending: str) -> None:
    """By its ending, packed or not; faults call the file by its path."""
    path = tmp_path / f"mine.{ending}"
    data = as_csv([TABLES[table]]) if "csv" in ending else as_json_lines([TABLES[table]])
    path.write_bytes(gzip.compress(data, mtime=0) if ending.endswith("gz") else data)
    make = pk.read_calls if table == "calls" else pk.read_queue_calls

    assert read("rows", table, [TABLES[table]]) == make(path) == make(str(path))


def test_a_path_of_another_form_is_refused(tmp_path: Path) -> None:
    """As an input that is faulty."""
    with pytest.raises(
        InputError, match=r"expected a table as \.csv, \.jsonl or \.parquet, found '\.xlsx'"
    ):
        pk.read_calls(tmp_path / "calls.xlsx")


def test_a_stream_must_say_its_form() -> None:
    """Nothing is guessed."""
    with pytest.raises(
        TypeError, match="a stream must be told to be of 'csv', of 'jsonl' or of 'parquet'"
    ):
        pk.read_calls(BytesIO(b""))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Stays the error of the operating system."""
    with pytest.raises(FileNotFoundError):
        pk.read_queue_calls(tmp_path / "queue_calls.csv")


def test_faults_name_the_path(tmp_path: Path) -> None:
    """With line and column."""
    path = tmp_path / "queue_calls.csv"
    path.write_bytes(as_csv([QUEUED | {"wait_ms": -1}]))
    with pytest.raises(InputError) as caught:
        pk.read_queue_calls(path)

    assert f"{path}, line 2, column wait_ms" == str(caught.value.faults[0].place)


@every_door
@both_tables
def test_parts_are_joined(monkeypatch: pytest.MonkeyPatch, door: str, table: str) -> None:
    """What comes in many parts is what comes in one, new labels and null columns included."""
    monkeypatch.setattr(_columns_in, "ROWS", 3)
    row = TABLES[table]
    nulls = dict.fromkeys(OPTIONAL[table])
    rows = [
        row | {"customer_id": f"c-{n % 5}", "call_id": f"k-{n // 2}"} | (nulls if n < 20 else {})
        for n in range(60)
    ]

    assert list(read("rows", table, rows).records) == list(read(door, table, rows).records)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("size", [300, 2_000, 1 << 20])
@pytest.mark.parametrize("most", [1, 7, 50, 1000])
def test_batches_are_bounded(form: Form, size: int, most: int) -> None:
    """No batch has more rows than asked for, whatever the blocks of the file; together: all."""
    rows = [QUEUED | {"call_id": f"k-{n}"} for n in range(50)]
    data = as_csv(rows) if form == "csv" else as_json_lines(rows)
    batches = list(pk.queue_calls_in_batches(Drip(data, size), rows=most, form=form))
    ids = [call.call_id for batch in batches for call in batch.records]

    assert [f"k-{n}" for n in range(50)] == ids
    assert {True} == {0 < len(batch) <= most for batch in batches}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("first", range(25, 35))
def test_batches_stop_at_the_first_fault(form: Form, first: int) -> None:
    """Those before it came; in the end the error carries all faults."""
    rows = [QUEUED | {"wait_ms": -1 if n in (first, 40, 49) else n} for n in range(50)]
    data = as_csv(rows) if form == "csv" else as_json_lines(rows)
    came: list[pk.QueueCalls] = []
    with pytest.raises(InputError) as caught:
        came.extend(pk.queue_calls_in_batches(Drip(data, 300), rows=10, form=form))

    assert 3 == caught.value.count
    assert 10 <= sum(map(len, came)) <= first


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_batches_carry_their_own_faults(form: Form) -> None:
    """In lenient reading every fault is carried once, also those behind the last good row."""
    rows = [QUEUED | {"wait_ms": -1 if n % 10 == 9 else n} for n in range(50)]
    data = as_csv(rows) if form == "csv" else as_json_lines(rows)
    joined = in_batches("queue_calls", data, form, lenient=True)

    assert (45, 5, 5) == (len(joined), joined.fault_count, len(joined.faults))


def test_batches_of_nothing_but_faults() -> None:
    """An empty batch carries them."""
    data = as_csv([QUEUED | {"wait_ms": -1}])
    batches = list(pk.queue_calls_in_batches(BytesIO(data), form="csv", lenient=True))

    assert [(0, 1)] == [(len(batch), batch.fault_count) for batch in batches]


def test_batches_of_nothing() -> None:
    """No rows are no batches."""
    assert [] == list(pk.calls_in_batches(BytesIO(b""), form="jsonl"))


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_progress_is_told(form: Form) -> None:
    """In bytes of the file, rising, to its end."""
    rows = [QUEUED | {"call_id": f"k-{n}"} for n in range(50)]
    data = as_csv(rows) if form == "csv" else as_json_lines(rows)
    heard: list[int] = []
    pk.read_queue_calls(Drip(data, 1000), form=form, progress=heard.append)

    assert len(heard) > 3
    assert sorted(heard) == heard
    assert len(data) == heard[-1]


# Rows


def test_rows_may_hold_datetimes_and_sets() -> None:
    """Aware datetimes are instants; features may be any kind of list or set."""
    zone = timezone(timedelta(hours=2))
    row = LEG | {
        "started_at": datetime(2026, 11, 16, 11, 30, tzinfo=zone),
        "features": frozenset({"voicemail", "call_park"}),
    }

    assert pk.calls_from_rows([LEG]) == pk.calls_from_rows([row])
    assert pk.calls_from_rows([LEG]) == pk.calls_from_rows(
        row for row in [LEG | {"features": ("voicemail", "call_park")}]
    )


def test_rows_may_hold_outcomes_as_members() -> None:
    """Members of the enumeration, in rows and in columns."""
    rows = [QUEUED | {"outcome": outcome} for outcome in pk.Outcome]
    expected = pk.queue_calls_from_rows([QUEUED | {"outcome": str(each)} for each in pk.Outcome])
    columns = {name: [row[name] for row in rows] for name in QUEUED}
    coded = pk.Coded(np.arange(9), [*pk.Outcome])

    assert expected == pk.queue_calls_from_rows(rows)
    assert expected == pk.queue_calls_from_columns(columns)
    assert expected == pk.queue_calls_from_columns({**columns, "outcome": coded})


def test_naive_datetimes_are_refused() -> None:
    """By the row and the column."""
    row = LEG | {"started_at": datetime(2026, 11, 16)}  # noqa: DTZ001  # on purpose
    with pytest.raises(InputError, match=r"rows of calls, row 0, column started_at: .*naive"):
        pk.calls_from_rows([row])


@pytest.mark.parametrize("row", [None, 7, ["k-1"], "row", {1: "k-1"}])
def test_what_is_no_row_is_refused(row: Any) -> None:
    """With its number; the rows around it are read."""
    with pytest.raises(InputError, match="rows of calls, row 1: expected a mapping of column"):
        pk.calls_from_rows([LEG, row, LEG])

    assert 2 == len(pk.calls_from_rows([LEG, row, LEG], lenient=True))


@given(call_leg_lists(max_size=5))
def test_records_are_the_rows_of_records(legs: tuple[pk.CallLeg, ...]) -> None:
    """What records make is what rows of the same fields make."""
    rows = [{name: getattr(leg, name) for name in LEG} for leg in legs]

    assert pk.Calls.from_records(legs) == pk.calls_from_rows(rows)


@pytest.mark.parametrize("rows", [3_000, 40_000])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_ids_of_which_every_row_has_another_are_one_text_each(form: Form, rows: int) -> None:
    """They are grouped once, at the end; those that repeat far apart, or are missing, as well."""
    many = [
        QUEUED | {"call_id": f"k-{n % (rows - 5)}", "record_id": None if n % 7 == 0 else f"r-{n}"}
        for n in range(rows)
    ]
    text = (as_csv if form == "csv" else as_json_lines)(many)

    whole = pk.read_queue_calls(BytesIO(text), form=form)
    batches = list(pk.queue_calls_in_batches(BytesIO(text), form=form, rows=1_000))

    assert rows - 5 == len(whole.call.labels) == len(set(whole.call.labels))
    assert [row["record_id"] for row in many] == [whole.record[n] for n in range(rows)]
    assert whole == pk.QueueCalls.concatenate(batches)
    for batch in batches:
        assert len(batch.call.labels) == len(set(batch.call.labels))
