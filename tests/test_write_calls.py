"""Tables of calls that were written read back as the equal column set, and are the same bytes."""

import gzip
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import partnerkpi as pk
from partnerkpi.errors import InputError
from partnerkpi.io import _write_calls
from partnerkpi.testing import call_leg_lists, queue_call_lists
from tests.call_doors import LEG, QUEUED, Form, Row, as_json_lines, of_bytes

FORMS = st.sampled_from(["csv", "jsonl"])


def written(rows: pk.Calls | pk.QueueCalls, form: Form) -> bytes:
    """The bytes of a table."""
    stream = BytesIO()
    pk.write(rows, stream, tables=form)

    return stream.getvalue()


@given(call_leg_lists(), FORMS)
def test_legs_read_back_equal(legs: tuple[pk.CallLeg, ...], form: Form) -> None:
    """Every field, also measurements of many digits; written again they are the same bytes."""
    calls = pk.Calls.from_records(legs)
    data = written(calls, form)
    again = of_bytes("calls", data, form)

    assert calls == again
    assert data == written(again, form)


@given(queue_call_lists(), FORMS)
def test_queue_calls_read_back_equal(entries: tuple[pk.QueueCall, ...], form: Form) -> None:
    """Every field; written again they are the same bytes."""
    calls = pk.QueueCalls.from_records(entries)
    data = written(calls, form)
    again = of_bytes("queue_calls", data, form)

    assert calls == again
    assert data == written(again, form)


MEASURES = st.floats(0, 100) | st.none()


@given(st.lists(st.tuples(MEASURES, MEASURES, MEASURES), min_size=1), FORMS)
def test_measurements_read_back_to_the_last_bit(found: list[Any], form: Form) -> None:
    """Subnormal ones and those of seventeen digits included."""
    names = ("packet_loss_percent", "latency_ms", "jitter_ms")
    calls = pk.calls_from_rows([LEG | dict(zip(names, each, strict=True)) for each in found])

    assert calls == of_bytes("calls", written(calls, form), form)


TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters=',"; \u2028'), min_size=1
)


@given(st.lists(TEXTS, min_size=1, max_size=5), FORMS)
def test_texts_read_back(texts: list[str], form: Form) -> None:
    """Commas, quotes and blanks, and the line ends that only Unicode knows."""
    rows = [LEG | {"customer_id": text, "user_id": text, "endpoint_type": text} for text in texts]
    calls = pk.calls_from_rows(rows)

    assert calls == of_bytes("calls", written(calls, form), form)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_many_rows_are_written_in_parts(monkeypatch: pytest.MonkeyPatch, form: Form) -> None:
    """The bytes do not depend on the parts."""
    rows = [LEG | {"call_id": f"k-{n}", "user_id": None if n % 3 else "u"} for n in range(40)]
    calls = pk.calls_from_rows(rows)
    whole = written(calls, form)
    monkeypatch.setattr(_write_calls, "_AT_A_TIME", 7)

    assert whole == written(calls, form)


def test_the_layout_of_csv() -> None:
    """Columns as the format lists them, empty cells for null."""
    short = {**QUEUED, "record_id": None, "talk_ms": None, "queue_id": 'a "b", c'}
    calls = pk.queue_calls_from_rows([QUEUED, short])

    assert [
        "record_id,reported_at,call_id,customer_id,queue_id,entered_at,wait_ms,outcome,talk_ms",
        "r-1,2026-11-20T00:00:00Z,k-1,c-1,Q1,2026-11-16T09:30:00Z,19999,answered,60000",
        ',2026-11-20T00:00:00Z,k-1,c-1,"a ""b"", c",2026-11-16T09:30:00Z,19999,answered,',
    ] == written(calls, "csv").decode().splitlines()


def test_the_layout_of_json_lines() -> None:
    """All keys, in the order of the format, null where nothing is given."""
    row: Row = {**LEG, "reported_at": None, "features": [], "latency_ms": 20.0}
    calls = pk.calls_from_rows([row])

    assert [row] == [json.loads(line) for line in written(calls, "jsonl").splitlines()]
    assert list(row) == list(json.loads(written(calls, "jsonl")))


@given(call_leg_lists(max_size=5), queue_call_lists(max_size=5))
def test_written_lines_are_valid(legs: Any, entries: Any) -> None:
    """By the schemas of both tables."""
    for name, rows in (
        ("calls@1", pk.Calls.from_records(legs)),
        ("queue_calls@1", pk.QueueCalls.from_records(entries)),
    ):
        validator = Draft202012Validator(pk.schema(name))

        for line in written(rows, "jsonl").splitlines():
            validator.validate(json.loads(line))


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "jsonl", "jsonl.gz"])
def test_a_path_tells_its_form(tmp_path: Path, ending: str) -> None:
    """By its ending; equal rows are equal files, packed or not."""
    calls, path = pk.calls_from_rows([LEG, LEG]), tmp_path / f"mine.{ending}"
    pk.write(calls, path)
    data = path.read_bytes()
    pk.write(calls, str(path))

    assert calls == pk.read_calls(path)
    assert data == path.read_bytes()
    assert ending.endswith(".gz") == data.startswith(b"\x1f\x8b")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("gzip_", [False, True])
def test_tables_are_written_into_a_directory(tmp_path: Path, form: Form, gzip_: bool) -> None:
    """By the names under which a directory is read; it is made if it is not there."""
    calls, queue_calls = pk.calls_from_rows([LEG]), pk.queue_calls_from_rows([QUEUED])
    for rows in (calls, queue_calls):
        pk.write(rows, tmp_path / "export", tables=form, gzip=gzip_)
    inputs = pk.read_inputs(tmp_path / "export")

    assert (None, calls, queue_calls) == (inputs.portfolio, inputs.calls, inputs.queue_calls)
    assert {gzip_} == {path.suffix == ".gz" for path in (tmp_path / "export").iterdir()}


def test_a_stream_must_be_told_its_form() -> None:
    """Nothing is guessed."""
    with pytest.raises(
        TypeError, match="a stream must be told to be of 'csv', of 'jsonl' or of 'parquet'"
    ):
        pk.write(pk.calls_from_rows([LEG]), BytesIO())


def test_a_path_of_another_form_is_refused(tmp_path: Path) -> None:
    """No file is begun."""
    with pytest.raises(
        InputError, match=r"expected a table as \.csv, \.jsonl or \.parquet, found '\.txt'"
    ):
        pk.write(pk.calls_from_rows([LEG]), tmp_path / "calls.txt")

    assert [] == list(tmp_path.iterdir())


LONG = "x" * 131_073


@pytest.mark.parametrize(
    ("changes", "column", "expected"),
    [
        ({"features": ["a;b"]}, "features", "codes without ';' (in CSV it is between)"),
        ({"user_id": LONG}, "user_id", "a text of at most 131072 characters"),
        ({"user_id": '"' + LONG}, "user_id", "a text of at most 131072 characters"),
        ({"features": ["a" * 70_000, "b" * 70_000]}, "features", "a text of at most 131072"),
        (
            dict.fromkeys(("user_id", "call_id", "customer_id"), "株" * 131072),
            None,
            "a row of at most 1048576 bytes",
        ),
    ],
)
def test_what_csv_cannot_carry_is_refused(
    tmp_path: Path, changes: Row, column: str | None, expected: str
) -> None:
    """With its row and column; the file stays as it was."""
    path = tmp_path / "calls.csv"
    path.write_bytes(b"as it was")
    with pytest.raises(InputError) as caught:
        pk.write(pk.calls_from_rows([LEG] * 9000 + [LEG | changes]), path)
    (fault,) = caught.value.faults

    assert ("columns calls", 9000, column) == (
        fault.place.source,
        fault.place.line,
        fault.place.column,
    )
    assert expected in fault.expected
    assert b"as it was" == path.read_bytes()
    assert ["calls.csv"] == [each.name for each in tmp_path.iterdir()]


def test_long_texts_that_fit_are_written() -> None:
    """JSON lines carry what CSV does not, up to a megabyte a row; a quote counts once."""
    features = pk.calls_from_rows([LEG | {"user_id": LONG, "features": ["a;b"]}])
    longest = pk.calls_from_rows([LEG | {"user_id": '"' + LONG[2:]}])

    assert features == of_bytes("calls", written(features, "jsonl"), "jsonl")
    assert longest == of_bytes("calls", written(longest, "csv"), "csv")


def test_rows_that_json_lines_cannot_carry_are_refused() -> None:
    """Beyond a megabyte; one that just fits is read again."""
    room = (1 << 20) - len(as_json_lines([LEG | {"user_id": ""}]).replace(b" ", b""))
    fitting = pk.calls_from_rows([LEG | {"user_id": "x" * (room - 2), "latency_ms": 20.0}])

    assert fitting == of_bytes("calls", written(fitting, "jsonl"), "jsonl")
    with pytest.raises(InputError, match="a row of at most 1048576 bytes"):
        written(pk.calls_from_rows([LEG | {"user_id": "x" * (room + 20)}]), "jsonl")


def test_nothing_is_written() -> None:
    """Empty tables: the header of CSV, no line of JSON."""
    assert 1 == len(written(pk.calls_from_rows([]), "csv").splitlines())
    assert b"" == written(pk.queue_calls_from_rows([]), "jsonl")


def test_packed_files_tell_no_time(tmp_path: Path) -> None:
    """Neither a name nor a time is in them."""
    pk.write(pk.calls_from_rows([LEG]), tmp_path / "calls.csv.gz")
    head = (tmp_path / "calls.csv.gz").read_bytes()[:10]

    assert (0, bytes(4)) == (head[3], head[4:8])
    assert gzip.decompress((tmp_path / "calls.csv.gz").read_bytes()).startswith(b"record_id,")


def test_rows_of_a_part_are_written() -> None:
    """With labels that no row of the part has."""
    part = pk.calls_from_rows([LEG | {"call_id": f"k-{n}"} for n in range(9)]).part(3, 5)
    wide = evolve(part, duration=part.duration.astype(np.int64))

    assert written(pk.Calls.from_records(part.records), "csv") == written(wide, "csv")
