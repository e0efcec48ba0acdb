"""Scans: call tables of many files in batches, and what is counted of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi._instants import parse_one, to_datetime
from partnerkpi.calling import fold
from partnerkpi.errors import InputError, RecordsMissingError
from tests.call_doors import LEG, QUEUED, TABLES, Form, as_csv, as_json_lines, of_columns
from tests.call_strategies import call_rows, queue_call_rows

WHEN = datetime(2026, 11, 22, tzinfo=UTC)


def put(path: Path, rows: list[Any]) -> Path:
    """Rows as a file of the form that its name tells."""
    if path.suffix == ".parquet":
        whole = [
            {k: to_datetime(parse_one(v)) if k.endswith("_at") and v else v for k, v in row.items()}
            for row in rows
        ]
        pq.write_table(pa.Table.from_pylist(whole), path)
    else:
        path.write_bytes((as_csv if path.suffix == ".csv" else as_json_lines)(rows))

    return path


def numbered(row: Any, first: int, last: int) -> list[Any]:
    """Rows that differ by their ids."""
    return [row | {"call_id": f"k-{n}", "record_id": f"r-{n}"} for n in range(first, last)]


@pytest.mark.parametrize("table", TABLES)
def test_files_of_every_form_are_one_table(table: Any, tmp_path: Path) -> None:
    """In the order given, in batches of so many rows, whatever file they come from."""
    row = TABLES[table]
    paths = [
        put(tmp_path / f"{table}-{name}", numbered(row, first, first + 3))
        for name, first in (("a.csv", 0), ("b.jsonl", 3), ("c.parquet", 6))
    ]

    for given_paths in (paths, [str(path) for path in paths], tmp_path):
        scan = pk.scan(given_paths, table=table, rows=2)
        batches = list(scan)
        assert max(map(len, batches)) <= 2
        assert of_columns(table, numbered(row, 0, 9)) == type(batches[0]).concatenate(batches)
        assert 9 == sum(map(len, scan))


@given(rows=queue_call_rows(12), size=st.integers(1, 5), form=st.sampled_from(["csv", "parquet"]))
def test_folding_a_scan_is_folding_all(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], size: int, form: str
) -> None:
    """With and without duplicates, the state is that of the rows read at once."""
    folder = tmp_path_factory.mktemp("scans")
    rows = [dict.fromkeys(QUEUED) | row for row in rows or [QUEUED]]
    path = put(folder / f"queue_calls.{form}", rows)
    whole = of_columns("queue_calls", rows)
    assert isinstance(whole, pk.QueueCalls)
    for duplicates in ("none", "by_record_id"):
        expected = fold([whole], as_of=WHEN, duplicates=duplicates)
        state = fold(pk.scan(path, rows=size), as_of=WHEN, duplicates=duplicates)
        assert documents(queue_calls=expected) == documents(queue_calls=state)


@given(rows=call_rows(12), size=st.integers(1, 5))
def test_folding_a_scan_of_legs_is_folding_all(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], size: int
) -> None:
    """Features need to know which legs are of one call."""
    folder = tmp_path_factory.mktemp("scans")
    rows = [dict.fromkeys(LEG) | row for row in rows or [LEG]]
    path = put(folder / "calls.jsonl", rows)
    whole = of_columns("calls", rows)
    assert isinstance(whole, pk.Calls)

    assert documents(calls=whole) == documents(calls=pk.scan(path, rows=size))


def documents(**calls: Any) -> Any:
    """The calling part of a report."""
    return pk.report(as_of=WHEN, **calls).to_dict()["calling"]


@pytest.mark.parametrize("records", [True, False])
def test_a_report_of_a_scan_is_that_of_the_rows(records: bool, tmp_path: Path) -> None:
    """Rows that share a record id count once; a file may have none."""
    rows = numbered(QUEUED, 0, 5) + numbered(QUEUED, 3, 7)
    if not records:
        rows = [{k: v for k, v in row.items() if k != "record_id"} for row in rows]
    path = put(tmp_path / "queue_calls.parquet", rows)

    expected = pk.report(queue_calls=pk.read_queue_calls(path), as_of=WHEN)
    actual = pk.report(queue_calls=pk.scan(path, rows=2), as_of=WHEN)

    assert expected.to_dict() == actual.to_dict()
    with pytest.raises(RecordsMissingError):
        actual.by("tag")


def test_what_is_not_counted_is_checked(tmp_path: Path) -> None:
    """A call id that nobody looks at is refused all the same."""
    for name in ("queue_calls.parquet", "queue_calls.csv"):
        rows = numbered(QUEUED, 0, 3)
        rows[1] |= {"call_id": "bad\x01"}
        path = put(tmp_path / name, rows)
        with pytest.raises(InputError, match="column call_id: expected a text without control"):
            fold(pk.scan(path), as_of=WHEN)
        lenient = fold(pk.scan(path, lenient=True), as_of=WHEN)
        assert (2, 1) == (int(lenient.last.offered().sum()), lenient.fault_count)


def test_what_is_not_counted_is_not_kept(tmp_path: Path) -> None:
    """Batches that are counted have no ids of calls; those that are looked at have."""
    path = put(tmp_path / "queue_calls.parquet", numbered(QUEUED, 0, 3))
    (batch,) = pk.scan(path, table="queue_calls").counted(duplicates=False)
    (whole,) = pk.scan(path, table="queue_calls").counted(duplicates=True)

    assert ["?"] * 3 == [each.call_id for each in batch.records]
    assert [None] * 3 == [each.record_id for each in batch.records]
    assert ["r-0", "r-1", "r-2"] == [each.record_id for each in whole.records]
    assert len(whole) == len(batch)


def test_an_empty_scan_is_counted(tmp_path: Path) -> None:
    """Its kind is known without a batch."""
    path = tmp_path / "queue_calls.csv"
    path.write_bytes(b"call_id,customer_id,queue_id,entered_at,wait_ms,outcome\n")

    assert [] == list(pk.scan(path))
    assert 0 == len(fold(pk.scan(path), as_of=WHEN).names.customers)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_faults_of_all_files_are_one_error(form: Form, tmp_path: Path) -> None:
    """After the first fault no batch comes, and the error names the files."""
    good = put(tmp_path / f"queue_calls-1.{form}", numbered(QUEUED, 0, 2))
    bad = put(tmp_path / f"queue_calls-2.{form}", [QUEUED | {"wait_ms": -1}])
    worse = put(tmp_path / f"queue_calls-3.{form}", [QUEUED | {"talk_ms": -2}])
    seen: list[pk.QueueCalls] = []

    with pytest.raises(InputError) as caught:
        seen.extend(pk.scan([good, bad, worse], rows=1))

    assert [str(bad), str(worse)] == [fault.place.source for fault in caught.value.faults]
    assert [1] * len(seen) == [len(batch) for batch in seen]
    lenient = list(pk.scan([good, bad, worse], lenient=True))
    assert (2, 2) == (sum(map(len, lenient)), sum(each.fault_count for each in lenient))


def test_a_schema_that_differs_names_its_file(tmp_path: Path) -> None:
    """An optional column may be missing from a file; a needed one may not."""
    one = put(tmp_path / "queue_calls-1.parquet", [QUEUED])
    less = {k: v for k, v in QUEUED.items() if k != "talk_ms"}
    two = put(tmp_path / "queue_calls-2.parquet", [less])
    assert 2 == sum(map(len, pk.scan([one, two])))
    three = put(tmp_path / "queue_calls-3.csv", [{k: v for k, v in less.items() if k != "wait_ms"}])

    with pytest.raises(InputError, match=r"queue_calls-3\.csv.*expected the column wait_ms"):
        list(pk.scan([one, two, three]))


def test_directories_hold_tables_or_parts(tmp_path: Path) -> None:
    """A table by its name, or else every file of a form that is read; others are not looked at."""
    export, parts = tmp_path / "export", tmp_path / "queue_calls"
    for folder in (export, parts):
        folder.mkdir()
    put(export / "queue_calls.csv", [QUEUED])
    put(export / "calls.csv", [LEG])
    for name in ("part-1.parquet", "part-0.parquet"):
        put(parts / name, [QUEUED | {"call_id": name}])
    for name in ("_SUCCESS.csv", ".hidden.parquet", "notes.txt"):
        (parts / name).write_bytes(b"x")

    assert 1 == sum(map(len, pk.scan(export, table="calls")))
    (batch,) = pk.scan(parts)
    assert ["part-0.parquet", "part-1.parquet"] == [each.call_id for each in batch.records]
    empty = tmp_path / "calls"
    empty.mkdir()
    with pytest.raises(InputError, match=r"expected files as \.csv, \.jsonl or \.parquet"):
        pk.scan(empty)


def test_progress_goes_on_over_files(tmp_path: Path) -> None:
    """Bytes of all files."""
    paths = [put(tmp_path / f"queue_calls-{n}.csv", [QUEUED]) for n in range(3)]
    heard: list[int] = []

    list(pk.scan(paths, progress=heard.append))

    assert sorted(heard) == heard
    assert sum(path.stat().st_size for path in paths) == heard[-1]


def test_what_is_no_scan_is_refused(tmp_path: Path) -> None:
    """Names that do not tell the table, other forms, and batches of no rows."""
    with pytest.raises(TypeError, match="tell which table it is"):
        pk.scan(tmp_path / "mine.csv")
    with pytest.raises(TypeError, match="tell which table it is"):
        pk.scan(["calls.csv", "queue_calls.csv"])
    with pytest.raises(InputError, match=r"expected a table as \.csv, \.jsonl or \.parquet"):
        pk.scan(tmp_path / "calls.xlsx")
    with pytest.raises(ValueError, match="at least one row"):
        pk.scan(tmp_path / "calls.csv", rows=0)
    with pytest.raises(FileNotFoundError):
        list(pk.scan(tmp_path / "calls.csv"))


def test_a_broken_file_may_have_anything(tmp_path: Path) -> None:
    """What its columns are is told when it is read."""
    path = tmp_path / "queue_calls.parquet"
    path.write_bytes(b"PAR1")

    with pytest.raises(InputError, match="expected a sound Parquet file"):
        fold(pk.scan(path), as_of=WHEN, duplicates="by_record_id")
