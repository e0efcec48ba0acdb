"""Tables that come as Arrow streams: of which types, from where, what is null, what is refused."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.errors import InputError, MissingExtraError
from partnerkpi.io import _arrow_tables
from tests.arrow_tables import arrow_table
from tests.call_doors import LEG, QUEUED, Row, of_columns
from tests.call_strategies import call_rows, queue_call_rows
from tests.strategies import portfolio_documents

WHEN = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
TABLES = ("customers", "subscriptions", "licenses")


def make(table: str, given: Any, **options: Any) -> Any:
    """Calls of a table."""
    door = pk.calls_from_arrow if table == "calls" else pk.queue_calls_from_arrow

    return door(given, **options)


def typed(row: Row) -> Row:
    """A row with its instants as datetimes."""
    return {
        name: datetime.fromisoformat(value) if name.endswith("_at") else value
        for name, value in row.items()
    }


def said(table: str, **columns: Any) -> list[str]:
    """The faults of two rows with these columns."""
    row = typed(LEG if table == "calls" else QUEUED)
    whole = {name: pa.array([value, value]) for name, value in row.items()} | columns
    with pytest.raises(InputError) as caught:
        make(table, pa.table(whole))

    return [str(fault) for fault in caught.value.faults]


# What is taken


@given(data=st.data(), rows=call_rows(8))
def test_call_legs_of_any_types_are_those_of_columns(data: st.DataObject, rows: list[Row]) -> None:
    """Whatever the types, the chunks and the offsets, the legs are those of Python objects."""
    expected = of_columns("calls", rows or [LEG])
    table = arrow_table(data.draw, rows or [LEG])

    assert expected == pk.calls_from_arrow(table)


@given(data=st.data(), rows=queue_call_rows(8))
def test_queue_calls_of_any_types_are_those_of_columns(
    data: st.DataObject, rows: list[Row]
) -> None:
    """Whatever the types, the chunks and the offsets, the calls are those of Python objects."""
    expected = of_columns("queue_calls", rows or [QUEUED])
    table = arrow_table(data.draw, rows or [QUEUED])

    assert expected == pk.queue_calls_from_arrow(table)


def table_rows(portfolio: pk.Portfolio) -> dict[str, list[Row]]:
    """The rows of the three tables of a portfolio."""
    with TemporaryDirectory() as folder:
        pk.write(portfolio, folder, tables="jsonl")
        return {
            name: [
                json.loads(line)
                for line in Path(folder, f"{name}.jsonl").read_bytes().split(b"\n")[:-1]
            ]
            for name in TABLES
        }


NEEDED = {
    "customers": ["customer_id", "name"],
    "subscriptions": ["subscription_id", "customer_id", "kind", "added_at"],
    "licenses": ["subscription_id", "product", "name", "total", "assigned"],
}


@given(data=st.data(), document=portfolio_documents())
def test_portfolios_of_any_types_are_those_of_columns(
    data: st.DataObject, document: dict[str, Any]
) -> None:
    """Whatever the types, the chunks and the offsets, the portfolio is that of the document."""
    expected = pk.from_dict(document)
    rows = table_rows(expected)
    tables = {}
    for name, some in rows.items():
        names = list(dict.fromkeys([*NEEDED[name], *(key for row in some for key in row)]))
        tables[name] = arrow_table(data.draw, some, names)

    actual = pk.from_arrow(**tables, partner=expected.partner)

    assert expected == actual


SOURCES: Mapping[str, Callable[[Any], Any]] = {
    "pyarrow": lambda table: table,
    "a reader": lambda table: table.to_reader(),
    "polars": pl.from_arrow,
    "pandas": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "pandas on numpy": lambda table: table.to_pandas(),
    "duckdb": duckdb.from_arrow,
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("table", "row"), [("calls", LEG), ("queue_calls", QUEUED)])
def test_frames_of_every_library_are_taken(table: str, row: Row, source: str) -> None:
    """Whatever exports an Arrow stream is a table of calls."""
    rows = [row, row | {"call_id": "k-2", "customer_id": "007"}]
    whole = pa.Table.from_pylist([typed(each) for each in rows])

    assert of_columns(table, rows) == make(table, SOURCES[source](whole))


def test_codes_of_polars_are_taken() -> None:
    """A categorical and an enumeration are text."""
    frame = pl.from_dicts([typed(QUEUED)]).with_columns(
        pl.col("customer_id").cast(pl.Categorical), pl.col("outcome").cast(pl.Enum(["answered"]))
    )

    assert of_columns("queue_calls", [QUEUED]) == pk.queue_calls_from_arrow(frame)


def test_labels_may_differ_repeat_and_be_null() -> None:
    """Each chunk of a dictionary-encoded column has labels of its own, null ones included."""
    rows = [QUEUED | {"record_id": each} for each in ("a", "b", None, "a", "c")]
    chunks = [
        pa.DictionaryArray.from_arrays(pa.array([2, 1, 0]), pa.array([None, "b", "a"])),
        pa.DictionaryArray.from_arrays(pa.array([0, 3]), pa.array(["a", "x", "a", "c"])),
    ]
    columns = {name: pa.array([typed(QUEUED)[name]] * 5) for name in QUEUED if name != "record_id"}

    table = pa.table({**columns, "record_id": pa.chunked_array(chunks)})
    in_parts = pa.Table.from_batches(table.to_batches(max_chunksize=2))

    assert of_columns("queue_calls", rows) == pk.queue_calls_from_arrow(table)
    assert of_columns("queue_calls", rows) == pk.queue_calls_from_arrow(in_parts)


def test_nulls_stay_nulls_beside_great_integers() -> None:
    """A column with nulls never becomes doubles on its way."""
    rows = [QUEUED | {"talk_ms": talk} for talk in (2**53 - 1, None, 2**53 - 2)]
    columns = {name: pa.array([typed(row)[name] for row in rows]) for name in QUEUED}

    calls = pk.queue_calls_from_arrow(pa.table(columns))

    assert [2**53 - 1, -1, 2**53 - 2] == calls.talk.tolist()


def test_what_is_null_may_hold_anything() -> None:
    """Values under a null are never looked at."""
    ints = pa.Array.from_buffers(
        pa.int64(), 2, [pa.py_buffer(b"\x02"), pa.py_buffer(np.array([-5, 7]))]
    )
    least = np.array([-(2**63), 0])
    moments = pa.Array.from_buffers(
        pa.timestamp("us", "UTC"), 2, [pa.py_buffer(b"\x02"), pa.py_buffer(least)]
    )
    text = pa.Array.from_buffers(
        pa.string(),
        2,
        [pa.py_buffer(b"\x02"), pa.py_buffer(np.array([0, 1, 2], np.int32)), pa.py_buffer(b"\nx")],
    )
    columns = {name: pa.array([typed(QUEUED)[name]] * 2) for name in QUEUED}
    columns |= {"talk_ms": ints, "reported_at": moments, "record_id": text}

    calls = pk.queue_calls_from_arrow(pa.table(columns))

    expected: list[Row] = [{"talk_ms": None, "reported_at": None, "record_id": None}]
    expected += [{"talk_ms": 7, "reported_at": "1970-01-01", "record_id": "x"}]
    assert of_columns("queue_calls", [QUEUED | each for each in expected]) == calls


def test_what_is_kept_is_a_copy() -> None:
    """Writing to the frame afterwards changes nothing."""
    wait, entered = np.array([5, 6]), np.array([0, 1], "M8[us]")
    columns = {name: pa.array([typed(QUEUED)[name]] * 2) for name in QUEUED}
    columns["wait_ms"] = pa.array(wait)
    columns["entered_at"] = pa.array(entered.view(np.int64)).view(pa.timestamp("us", "UTC"))
    calls = pk.queue_calls_from_arrow(pa.table(columns))

    wait[:], entered[:] = 9, 9

    assert ([5, 6], [0, 1]) == (calls.wait.tolist(), calls.entered.tolist())


def test_many_small_batches_are_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Record batches of any size, joined or cut, are the same rows, and keep their numbers."""
    monkeypatch.setattr(_arrow_tables, "ROWS", 3)
    rows = [QUEUED | {"call_id": f"k-{number}", "wait_ms": number} for number in range(10)]
    whole = pa.Table.from_pylist([typed(row) for row in rows])
    for size in (1, 2, 4, 10):
        batches = whole.to_batches(max_chunksize=size)
        calls = pk.queue_calls_from_arrow(pa.Table.from_batches(batches))
        assert of_columns("queue_calls", rows) == calls

    wrong = [row | {"wait_ms": -1 if number == 7 else 1} for number, row in enumerate(rows)]
    whole = pa.Table.from_pylist([typed(row) for row in wrong])
    with pytest.raises(InputError, match="row 7, column wait_ms: expected a count"):
        pk.queue_calls_from_arrow(pa.Table.from_batches(whole.to_batches(max_chunksize=2)))


@pytest.mark.parametrize("table", ["calls", "queue_calls"])
def test_no_rows_are_no_calls(table: str) -> None:
    """A table without rows, or without a single batch, is an empty column set."""
    schema = pa.Table.from_pylist([typed(LEG if table == "calls" else QUEUED)]).schema

    assert 0 == len(make(table, schema.empty_table()))
    assert 0 == len(make(table, pa.Table.from_batches([], schema)))


# What is refused

COUNT = "a count from 0 to 9007199254740991"
PLAIN = "a text without control characters or lone surrogates, not empty"


@pytest.mark.parametrize(
    ("name", "column", "expected", "found"),
    [
        ("entered_at", pa.array([0, 0], pa.timestamp("us")),
         "a column of timestamps with a zone, of dates, or of text",
         "one of timestamp[us], which has no zone (naive)"),
        ("wait_ms", pa.array([1, 2], pa.decimal128(5, 0)), "a column of integers",
         "one of decimal128(5, 0)"),
        ("wait_ms", pa.array([1.0, 2.0]), "a column of integers", "one of double"),
        ("wait_ms", pa.array(["1", "2"]), "a column of integers", "one of string"),
        ("talk_ms", pa.array([True, False]), "a column of integers", "one of bool"),
        ("customer_id", pa.array([1.0, 2.0]), "a column of text or integers", "one of double"),
        ("customer_id", pa.array([b"a", b"b"]), "a column of text or integers", "one of binary"),
        ("outcome", pa.array([1, 2]), "a column of text", "one of int64"),
        ("outcome", pa.array([["a"], ["b"]]), "a column of text", "one of list<item: string>"),
        ("outcome", pa.array([{"a": 1}] * 2), "a column of text", "one of struct<a: int64>"),
    ],
)  # fmt: skip
def test_a_column_of_another_type_is_one_fault(
    name: str, column: Any, expected: str, found: str
) -> None:
    """Nothing is coerced: a column of a type that it may not have is told once."""
    assert [f"columns queue_calls, column {name}: expected {expected}, found {found}"] == said(
        "queue_calls", **{name: column}
    )


@pytest.mark.parametrize(
    ("table", "name", "column", "expected", "found"),
    [
        ("queue_calls", "wait_ms", pa.array([1, -1]), COUNT, "-1"),
        ("queue_calls", "wait_ms", pa.array([1, 2**53]), COUNT, "9007199254740992"),
        ("queue_calls", "wait_ms", pa.array([1, 2**64 - 1], pa.uint64()), COUNT,
         "18446744073709551615"),
        ("queue_calls", "wait_ms", pa.array([1, None]), COUNT, "null"),
        ("queue_calls", "call_id", pa.array(["a", None]), "a text", "null"),
        ("queue_calls", "call_id", pa.array([1, None]), "a text", "null"),
        ("queue_calls", "call_id", pa.array(["a", ""], pa.string_view()), PLAIN, "''"),
        ("queue_calls", "queue_id", pa.array(["a", "b\x00"]).dictionary_encode(), PLAIN,
         r"'b\x00'"),
        ("queue_calls", "record_id", pa.array(["a", "b\x85"]), PLAIN, r"'b\x85'"),
        ("queue_calls", "customer_id",
         pa.array([b"a", b"\xff"]).view(pa.string()), "a text", r"b'\xff'"),
        ("queue_calls", "customer_id",
         pa.array([b"a", b"\xff"], pa.binary_view()).view(pa.string_view()), "a text",
         r"b'\xff'"),
        ("calls", "endpoint_type",
         pa.array([b"a", b"\xff"]).view(pa.string()).dictionary_encode(), "a text", r"b'\xff'"),
        ("queue_calls", "entered_at", pa.array([0, -1], pa.timestamp("us", "UTC")),
         "an instant from 1970-01-01 to 2200-01-01 UTC", "1969-12-31T23:59:59.999999"),
        ("queue_calls", "entered_at", pa.array([0, -(2**63)], pa.timestamp("s", "UTC")),
         "an instant from 1970-01-01 to 2200-01-01 UTC", "-292277022657-01-27T08:29:53"),
        ("queue_calls", "entered_at", pa.array([0, 1], pa.timestamp("ns", "UTC")),
         "an instant in whole microseconds", "1970-01-01T00:00:00.000000001"),
        ("queue_calls", "entered_at", pa.array([0, None], pa.timestamp("ms", "+05:45")),
         "an instant", "null"),
        ("queue_calls", "entered_at", pa.array(["2026-11-16", None]), "an instant", "null"),
        ("queue_calls", "reported_at", pa.array([None, "2026-11-16T09:30:00"]),
         "an instant with an offset or Z (this one is naive)", "'2026-11-16T09:30:00'"),
        ("calls", "answered", pa.array([True, None]), "true or false", "null"),
        ("calls", "latency_ms", pa.array([1.0, float("nan")]),
         "a finite number, 0 or more", "nan"),
        ("calls", "jitter_ms", pa.array([1.0, float("inf")], pa.float32()),
         "a finite number, 0 or more", "inf"),
    ],
)  # fmt: skip
def test_a_faulty_row_is_one_fault(
    table: str, name: str, column: Any, expected: str, found: str
) -> None:
    """A faulty cell is a fault with its row, in the words of the other doors."""
    assert [f"columns {table}, row 1, column {name}: expected {expected}, found {found}"] == said(
        table, **{name: column}
    )


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
@pytest.mark.parametrize("lists", [pa.list_, pa.large_list, pa.list_view])
def test_members_of_lists_are_judged_one_by_one(kind: Any, lists: Any) -> None:
    """A faulty member, a null one included, is told with its place; rows without lists are good."""
    cells = [["a"], None, ["a", "", None], ["b", "b"]]
    customers = {
        "customer_id": list("abcd"),
        "name": ["x"] * 4,
        "tags": pa.array(cells, lists(kind)),
    }
    empty = {name: pa.table({key: pa.nulls(0) for key in NEEDED[name]}) for name in TABLES}
    with pytest.raises(InputError) as caught:
        pk.from_arrow(**empty | {"customers": pa.table(customers)})

    assert [
        f"columns customers, row 2, column tags[1]: expected {PLAIN}, found ''",
        "columns customers, row 2, column tags[2]: expected a text, found null",
        "columns customers, row 3, column tags[1]: expected each tag once, found 'b'",
    ] == [str(fault) for fault in caught.value.faults]


def test_text_that_is_no_utf_8_in_lists_is_told() -> None:
    """A member of a list that is no text is told with its place."""
    raw = pa.array([[b"a"], [b"b", b"\xff"]]).cast(pa.list_(pa.binary()))
    lists = pa.ListArray.from_arrays(raw.offsets, raw.values.view(pa.string()))

    assert [r"columns calls, row 1, column features[1]: expected a text, found b'\xff'"] == said(
        "calls", features=lists
    )
    broken = pa.array([b"a;b", b"\xff"]).view(pa.string())
    assert [
        r"columns calls, row 1, column features: expected a list of texts, found b'\xff'"
    ] == said("calls", features=broken)


def test_lists_without_any_member_are_lists() -> None:
    """Arrow may not know of what; a null member of such a list is told."""
    row = {name: pa.array([value]) for name, value in typed(LEG).items()}
    empty = pa.table(row | {"features": pa.array([[]])})

    assert of_columns("calls", [LEG | {"features": []}]) == pk.calls_from_arrow(empty)
    with pytest.raises(InputError, match=r"column features\[0\]: expected a text, found null"):
        pk.calls_from_arrow(pa.table(row | {"features": pa.array([[None]])}))


def test_attributes_are_texts_that_may_be_empty() -> None:
    """Of any type of text, null for none; a faulty one is told with its row."""
    empty = {name: pa.table({key: pa.nulls(0) for key in NEEDED[name]}) for name in TABLES}
    ids = {"customer_id": ["a", "b", "c"], "name": ["x"] * 3}
    for kind in (pa.string(), pa.dictionary(pa.int8(), pa.string())):
        columns = ids | {"attr.region": pa.array(["", None, "EMEA"], kind)}
        portfolio = pk.from_arrow(**empty | {"customers": pa.table(columns)})
        assert [{"region": ""}, {}, {"region": "EMEA"}] == [
            dict(each.attributes) for each in portfolio.customers
        ]
    wrong = ids | {"attr.region": [None, "a\x00", "b"]}
    with pytest.raises(InputError, match=r"row 1, column attr.region: expected a text"):
        pk.from_arrow(**empty | {"customers": pa.table(wrong)})
    bytes_ = ids | {"attr.region": pa.array([b"a", b"\xff", b"c"]).view(pa.string())}
    with pytest.raises(InputError, match=r"row 1, column attr.region: expected a text"):
        pk.from_arrow(**empty | {"customers": pa.table(bytes_)})


def test_codes_that_lead_nowhere_are_refused() -> None:
    """Buffers that contradict each other are one fault of the column, and nothing is read."""
    indices = pa.Array.from_buffers(pa.int8(), 2, [None, pa.py_buffer(b"\x00\x05")])
    wild = pa.DictionaryArray.from_arrays(indices, pa.array(["a"]), safe=False)

    (fault,) = said("queue_calls", customer_id=wild)

    assert fault.startswith(
        "columns queue_calls, column customer_id: expected an Arrow column that is valid"
    )


def test_columns_missing_twice_and_unknown_are_told() -> None:
    """The names of the columns are judged as everywhere; unknown ones are let pass on request."""
    row = typed(QUEUED)
    missing = {name: pa.array([value]) for name, value in row.items() if name != "queue_id"}
    with pytest.raises(InputError, match="expected the column queue_id, found no such column"):
        pk.queue_calls_from_arrow(pa.table(missing))
    names = [*row, "wait_ms"]
    twice = pa.Table.from_arrays([pa.array([row[name]]) for name in names], names)
    with pytest.raises(InputError, match="expected each column once, found 'wait_ms' again"):
        pk.queue_calls_from_arrow(twice)
    unknown = pa.table({**{name: [value] for name, value in row.items()}, "wait_mss": [1]})
    with pytest.raises(InputError, match=r"expected a known column \(did you mean 'wait_ms'"):
        pk.queue_calls_from_arrow(unknown)

    assert 1 == len(pk.queue_calls_from_arrow(unknown, unknown_keys="ignore"))


def test_lenient_reading_leaves_faulty_rows_out() -> None:
    """The other rows stay, with the faults; an unknown outcome is kept and told."""
    rows = [QUEUED, QUEUED | {"wait_ms": -1}, QUEUED | {"outcome": "fished"}]
    table = pa.Table.from_pylist([typed(row) for row in rows])

    calls = pk.queue_calls_from_arrow(table, lenient=True)

    assert of_columns("queue_calls", rows, lenient=True) == calls
    assert of_columns("queue_calls", rows, lenient=True).faults == calls.faults


def test_orphans_know_their_rows() -> None:
    """Rows of other tables are found by text and by number alike, and orphans are told."""
    customers = pa.table({"customer_id": [7, 8], "name": ["a", "b"]})
    subscriptions = pa.table(
        {
            "subscription_id": ["s-1", "s-2"],
            "customer_id": ["7", "9"],
            "kind": ["trial", "trial"],
            "added_at": pa.array([WHEN, WHEN]),
        }
    )
    licenses = pa.table({name: pa.nulls(0) for name in NEEDED["licenses"]})

    with pytest.raises(InputError) as caught:
        pk.from_arrow(customers=customers, subscriptions=subscriptions, licenses=licenses)

    (fault,) = caught.value.faults
    place = "columns subscriptions, row 1, column customer_id"
    assert f"{place}: expected the id of a customer that is there, found '9'" == str(fault)


@pytest.mark.parametrize("source", [[QUEUED], 5, pl.Series(["a"])])
def test_only_streams_of_tables_are_taken(source: object) -> None:
    """What exports no stream, or one of no columns, is a mistake of the caller's."""
    with pytest.raises(TypeError, match=r"__arrow_c_stream__|a table of named columns"):
        pk.queue_calls_from_arrow(source)  # type: ignore[arg-type]


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setattr("partnerkpi._arrow.installed", lambda: False)

    with pytest.raises(MissingExtraError, match=r"partnerkpi\[arrow\]"):
        pk.queue_calls_from_arrow(pl.DataFrame(QUEUED))
