"""Tables in Parquet files: the same rows and faults as through the other doors."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.errors import InputError, MissingExtraError, Place
from partnerkpi.io import TableFile, TableFiles
from tests.arrow_tables import arrow_table
from tests.call_doors import LEG, QUEUED, TABLES, Row, of_columns
from tests.call_strategies import call_rows, queue_call_rows
from tests.strategies import portfolio_documents

WHEN = datetime(2026, 11, 22, tzinfo=UTC)


def typed(row: Row) -> Row:
    """A row with its instants as datetimes."""
    return {
        name: datetime.fromisoformat(value) if name.endswith("_at") else value
        for name, value in row.items()
    }


def packed(rows: list[Row], **options: Any) -> BytesIO:
    """Rows as a Parquet file in memory."""
    stream = BytesIO()
    pq.write_table(pa.Table.from_pylist([typed(row) for row in rows]), stream, **options)
    stream.seek(0)

    return stream


def read(table: str, source: Any, **options: Any) -> Any:
    """Calls of a table."""
    return (pk.read_calls if table == "calls" else pk.read_queue_calls)(source, **options)


def written(table: Any, folder: Path, name: str, **options: Any) -> Path:
    """A table as a file."""
    path = folder / name
    pq.write_table(table, path, **options)

    return path


@given(data=st.data(), rows=call_rows(6), groups=st.integers(1, 4), coded=st.booleans())
def test_call_legs_in_parquet_are_those_of_columns(
    data: st.DataObject, rows: list[Row], groups: int, *, coded: bool
) -> None:
    """Whatever the types, the row groups and the encoding."""
    whole = flat(arrow_table(data.draw, rows or [LEG]))
    stream = BytesIO()
    pq.write_table(whole, stream, row_group_size=groups, use_dictionary=coded)
    stream.seek(0)

    assert of_columns("calls", rows or [LEG]) == pk.read_calls(stream, form="parquet")


@given(data=st.data(), rows=queue_call_rows(6), groups=st.integers(1, 4), coded=st.booleans())
def test_queue_calls_in_parquet_are_those_of_columns(
    data: st.DataObject, rows: list[Row], groups: int, *, coded: bool
) -> None:
    """Whatever the types, the row groups and the encoding."""
    whole = flat(arrow_table(data.draw, rows or [QUEUED]))
    stream = BytesIO()
    pq.write_table(whole, stream, row_group_size=groups, use_dictionary=coded)
    stream.seek(0)

    assert of_columns("queue_calls", rows or [QUEUED]) == pk.read_queue_calls(
        stream, form="parquet"
    )


def flat(table: Any) -> Any:
    """A table of types that Parquet files can be written of."""
    columns = {}
    for field, column in zip(table.schema, table.columns, strict=True):
        if pa.types.is_run_end_encoded(field.type) or field.type == pa.string_view():
            columns[field.name] = pa.array(column.to_pylist(), pa.string())
        elif field.name == "features":
            columns[field.name] = pa.array(column.to_pylist(), pa.list_(pa.string()))
        else:
            columns[field.name] = column

    return pa.table(columns)


@pytest.mark.parametrize("table", TABLES)
def test_a_path_tells_that_it_is_parquet(table: str, tmp_path: Path) -> None:
    """By its ending; a stream must be told, and one that seeks is enough."""
    rows = [TABLES[table], TABLES[table] | {"call_id": "k-2"}]
    path = tmp_path / f"{table}.parquet"
    path.write_bytes(packed(rows).getvalue())

    assert of_columns(table, rows) == read(table, path)
    assert of_columns(table, rows) == read(table, str(path))
    assert of_columns(table, rows) == read(table, packed(rows), form="parquet")


@pytest.mark.parametrize("table", TABLES)
def test_batches_are_bounded(table: str, tmp_path: Path) -> None:
    """No batch is larger than asked for, whatever the row groups."""
    rows = [TABLES[table] | {"call_id": f"k-{number}"} for number in range(7)]
    path = tmp_path / "mine.parquet"
    path.write_bytes(packed(rows, row_group_size=3).getvalue())
    batches: Callable[..., Any] = (
        pk.calls_in_batches if table == "calls" else pk.queue_calls_in_batches
    )

    found = list(batches(path, rows=2))

    assert [2, 2, 2, 1] == [len(each) for each in found] or max(map(len, found)) <= 2
    assert of_columns(table, rows) == type(found[0]).concatenate(found)


@given(document=portfolio_documents())
def test_portfolios_are_written_and_read(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]
) -> None:
    """A directory of the three tables gives the portfolio back."""
    portfolio = pk.from_dict(document)
    folder = tmp_path_factory.mktemp("tables")

    pk.write(portfolio, folder, tables="parquet")
    again = pk.read(folder)

    assert list(portfolio.customers) == list(again.customers)


def test_calls_are_written_and_read(tmp_path: Path) -> None:
    """Into a directory, to a path by its ending, into a stream."""
    for table, row in TABLES.items():
        calls = of_columns(table, [row, row | {"call_id": "k-2", "record_id": None}])
        stream = BytesIO()
        pk.write(calls, tmp_path, tables="parquet", gzip=True)
        pk.write(calls, tmp_path / f"other-{table}.parquet")
        pk.write(calls, stream, tables="parquet")
        stream.seek(0)

        assert calls == read(table, tmp_path / f"{table}.parquet")
        assert calls == read(table, tmp_path / f"other-{table}.parquet")
        assert calls == read(table, stream, form="parquet")
    inputs = pk.read_inputs(tmp_path)
    assert (2, 2) == (len(inputs.calls or ()), len(inputs.queue_calls or ()))


def test_what_is_managed_is_not_written_as_parquet(tmp_path: Path) -> None:
    """The tables of what is managed are lines of text; nothing is left out in silence."""
    administrator = pk.Administrator(
        id="a-1", name="Ada", email="ada@example.com", role="helpdesk_admin"
    )
    customer = pk.Customer(id="c-1", name="Globex", administrators=(administrator,))
    portfolio = pk.Portfolio.from_customers([customer])

    with pytest.raises(ValueError, match="what is managed"):
        pk.write(portfolio, tmp_path, tables="parquet")


def test_forms_may_be_mixed(tmp_path: Path) -> None:
    """Each of the three tables has a form of its own; what is stated is known in all of them."""
    subscriptions = pa.table(
        {
            "subscription_id": ["s-1", "s-2"],
            "customer_id": ["c-1", "c-1"],
            "kind": ["trial", "subscription"],
            "added_at": pa.array([WHEN, WHEN]),
            "paid": pa.array([True, None]),
        }
    )
    path = written(subscriptions, tmp_path, "subscriptions.parquet")
    files = TableFiles(
        TableFile(BytesIO(b"customer_id,name\nc-1,Globex\n"), "csv"),
        TableFile(path, "parquet"),
        TableFile(BytesIO(b""), "jsonl"),
        invoices=TableFile(
            BytesIO(
                b"subscription_id,number,issued_on,due_on,amount_minor,currency\n"
                b"s-2,i-1,2026-01-10,2026-02-10,100,EUR\n"
            ),
            "csv",
        ),
    )

    portfolio = pk.read_tables(files)

    assert [True, None] == [each.paid for each in portfolio.customers[0].subscriptions]


def test_progress_is_told(tmp_path: Path) -> None:
    """What has been read never goes back."""
    path = tmp_path / "queue_calls.parquet"
    path.write_bytes(packed([QUEUED] * 10, row_group_size=3).getvalue())
    heard: list[int] = []

    pk.read_queue_calls(path, progress=heard.append)

    assert sorted(heard) == heard
    assert 0 < heard[-1] <= path.stat().st_size
    told: list[int] = []
    pk.read_inputs(tmp_path, progress=told.append)
    assert path.stat().st_size >= told[-1] > 0


# What is refused


def test_faults_name_file_row_and_column(tmp_path: Path) -> None:
    """Rows are counted from 0 over all row groups."""
    rows = [QUEUED | {"wait_ms": -1 if number == 5 else 1} for number in range(7)]
    path = tmp_path / "queue_calls.parquet"
    path.write_bytes(packed(rows, row_group_size=2).getvalue())

    with pytest.raises(InputError) as caught:
        pk.read_queue_calls(path)

    (fault,) = caught.value.faults
    assert Place(str(path), line=5, column="wait_ms") == fault.place
    assert f"{path}, row 5, column wait_ms" == str(fault.place)
    lenient = pk.read_queue_calls(path, lenient=True)
    assert (6, (fault,)) == (len(lenient), lenient.faults)


def test_faults_between_tables_know_their_rows(tmp_path: Path) -> None:
    """An orphan is told with its file and row."""
    customers = pa.table({"customer_id": ["c-1"], "name": ["x"]})
    subscriptions = pa.table(
        {
            "subscription_id": ["s-1", "s-2"],
            "customer_id": ["c-1", "c-9"],
            "kind": ["trial", "trial"],
            "added_at": pa.array([WHEN, WHEN]),
        }
    )
    written(customers, tmp_path, "customers.parquet")
    path = written(subscriptions, tmp_path, "subscriptions.parquet")
    (tmp_path / "licenses.csv").write_text("subscription_id,product,name,total,assigned\n")

    with pytest.raises(InputError, match="row 1, column customer_id: expected the id of a") as told:
        pk.read(tmp_path)

    assert [str(path)] == [fault.place.source for fault in told.value.faults]


def test_a_column_of_ids_that_is_missing_says_so_once(tmp_path: Path) -> None:
    """Rows that refer to it get no faults of their own."""
    written(pa.table({"name": ["x"]}), tmp_path, "customers.parquet")
    (tmp_path / "subscriptions.csv").write_text(
        "subscription_id,customer_id,kind,added_at\ns-1,c-1,trial,2026-01-10\n"
    )
    (tmp_path / "licenses.csv").write_text("subscription_id,product,name,total,assigned\n")

    with pytest.raises(InputError) as caught:
        pk.read(tmp_path)

    (fault,) = caught.value.faults
    assert "expected the column customer_id, found no such column" in str(fault)
    assert ("customer_id", None) == (fault.place.column, fault.place.line)


@pytest.mark.parametrize(
    "data", [b"", b"PAR1", b"no Parquet at all", b"PAR1" + bytes(40) + b"PAR1"]
)
def test_what_is_no_parquet_is_one_fault(data: bytes, tmp_path: Path) -> None:
    """The fault names the file."""
    path = tmp_path / "calls.parquet"
    path.write_bytes(data)

    with pytest.raises(InputError, match=r"calls\.parquet: expected a sound Parquet file"):
        pk.read_calls(path)
    with pytest.raises(InputError, match="columns calls: expected a sound Parquet file"):
        pk.read_calls(BytesIO(data), form="parquet")


@pytest.mark.parametrize("damage", ["cut", "zeros"])
def test_damaged_pages_are_one_fault(damage: str, tmp_path: Path) -> None:
    """A file that breaks off in the middle gives no rows at all."""
    rows = [QUEUED | {"call_id": f"k-{number}"} for number in range(1000)]
    data = packed(rows).getvalue()
    path = tmp_path / "queue_calls.parquet"
    middle = data[:400] if damage == "cut" else data[:4] + bytes(2000) + data[2004:]
    path.write_bytes(middle)

    with pytest.raises(InputError, match="expected a sound Parquet file"):
        pk.read_queue_calls(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Stays the error of the operating system."""
    with pytest.raises(FileNotFoundError):
        pk.read_queue_calls(tmp_path / "queue_calls.parquet")


def test_unknown_columns_are_refused_and_never_read(tmp_path: Path) -> None:
    """On request they are let pass, whatever is in them."""
    path = tmp_path / "queue_calls.parquet"
    path.write_bytes(packed([QUEUED | {"note": b"\xff", "much": {"a": 1}}]).getvalue())

    with pytest.raises(InputError, match="expected a known column, found 'note'"):
        pk.read_queue_calls(path)

    assert of_columns("queue_calls", [QUEUED]) == pk.read_queue_calls(path, unknown_keys="ignore")


def test_a_file_without_any_column_of_the_table(tmp_path: Path) -> None:
    """Is told by the columns that are missing; no row is read."""
    path = written(pa.table({"a": [1, 2]}), tmp_path, "queue_calls.parquet")

    with pytest.raises(InputError) as caught:
        pk.read_queue_calls(path)

    assert 7 == caught.value.count


def test_without_the_extra_its_name_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says what to install."""
    (tmp_path / "calls.parquet").write_bytes(b"")
    monkeypatch.setattr("partnerkpi._arrow.installed", lambda: False)

    with pytest.raises(MissingExtraError, match=r"partnerkpi\[arrow\]"):
        pk.read_calls(tmp_path / "calls.parquet")
