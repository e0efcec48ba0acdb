"""What goes out as an Arrow stream: the values of the rows, with as few copies as can be."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given

import partnerkpi as pk
from partnerkpi import _arrow, _cells
from partnerkpi._text import Text
from partnerkpi.calling._cells import Differences, WideCells, difference
from partnerkpi.calling.queues.rows import OutcomeCounts
from partnerkpi.errors import CountOverflowError, MissingExtraError
from partnerkpi.kpi import Column, Table, TableDefinition, Unit
from tests.call_doors import of_columns
from tests.call_strategies import call_rows, queue_call_rows
from tests.strategies import Document, portfolio_documents

WHEN = datetime(2026, 11, 22, tzinfo=UTC)
DATA = Path(__file__).resolve().parent.parent / "examples" / "data"


def plain(value: Any) -> Any:
    """A value as Arrow gives it back."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]

    return value.value if isinstance(value, Enum) else value


TABLES: dict[str, Callable[[pk.Report], Table[Any]]] = {
    "customers": lambda report: report.customers,
    "recently_added": lambda report: report.licenses["calling"].recently_added.rows,
    "expiring": lambda report: report.licenses["calling"].expiring.rows,
    "renewing": lambda report: report.licenses["calling"].renewing.rows,
    "low_assignment": lambda report: report.licenses["meetings"].low_assignment.rows,
    "overage": lambda report: report.licenses["calling"].overage.rows,
    "usage": lambda report: report.calling.usage.customers,  # type: ignore[union-attr]
    "usage changes": lambda report: report.calling.usage.customer_changes,  # type: ignore[union-attr]
    "endpoints": lambda report: report.calling.quality.endpoints,  # type: ignore[union-attr]
    "quality": lambda report: report.calling.quality.customers,  # type: ignore[union-attr]
    "quality changes": lambda report: report.calling.quality.customer_changes,  # type: ignore[union-attr]
    "features": lambda report: report.calling.features.rows,  # type: ignore[union-attr]
    "queue customers": lambda report: report.calling.queues.customers,  # type: ignore[union-attr]
    "queues": lambda report: report.calling.queues.queues,  # type: ignore[union-attr]
    "queue changes": lambda report: report.calling.queues.queue_changes,  # type: ignore[union-attr]
    "hours": lambda report: report.calling.queues.hours,  # type: ignore[union-attr]
}


@pytest.fixture(scope="module")
def report() -> pk.Report:
    """The report of the example data."""
    inputs = pk.read_inputs(DATA)
    return pk.report(
        inputs.portfolio, as_of=WHEN, calls=inputs.calls, queue_calls=inputs.queue_calls
    )


@pytest.mark.parametrize("name", TABLES)
def test_every_result_table_goes_out_as_it_is(name: str, report: pk.Report) -> None:
    """Its rows in their order, with the plain values of the document."""
    table = TABLES[name](report)

    actual = pa.table(table)

    actual.validate(full=True)
    assert plain(table.to_dicts()) == actual.to_pylist()
    assert len(table) > 0


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_its_types_without_rows_too(name: str, report: pk.Report) -> None:
    """Tables of several weeks can be put one below the other."""
    table = TABLES[name](report)

    assert pa.table(table).schema == pa.table(table[:0]).schema


def test_a_report_read_back_goes_out_alike(report: pk.Report) -> None:
    """What stands in a document has the same values."""
    again = pk.Report.from_dict(report.to_dict())

    for name, table in TABLES.items():
        if "changes" in name or name == "hours":
            # These do not stand in a document.
            continue
        assert pa.table(table(report)).to_pylist() == pa.table(table(again)).to_pylist()


def test_every_library_takes_a_table(report: pk.Report) -> None:
    """Polars, pandas, DuckDB and pyarrow read the stream; to_* go through it."""
    table = report.licenses["calling"].expiring.rows
    frame = table.to_polars()
    with duckdb.connect() as database:
        database.register("rows", table)
        [(total,)] = database.execute("select sum(total)::bigint from rows").fetchall()

    assert sum(table.column("total")) == total
    assert table.column("total") == frame["total"].to_list()
    assert table.column("total") == table.to_pandas()["total"].tolist()
    assert table.column("total") == table.to_arrow()["total"].to_pylist()


def address(array: Any) -> int:
    """Where the values of an Arrow array stand in memory."""
    (chunk,) = array.chunks if isinstance(array, pa.ChunkedArray) else [array]

    return int(chunk.buffers()[1].address)


@given(rows=queue_call_rows(6))
def test_queue_calls_go_out_and_come_back(rows: list[dict[str, Any]]) -> None:
    """The column set of a column set's stream is the same; numbers were not copied."""
    calls = of_columns("queue_calls", rows) if rows else pk.QueueCalls.from_records([])
    assert isinstance(calls, pk.QueueCalls)

    table = calls.to_arrow()

    table.validate(full=True)
    assert calls == pk.queue_calls_from_arrow(calls)
    for name, column in (
        ("reported_at", calls.reported),
        ("entered_at", calls.entered),
        ("wait_ms", calls.wait),
        ("talk_ms", calls.talk),
    ):
        assert not rows or column.ctypes.data == address(table[name])


@given(rows=call_rows(6))
def test_call_legs_go_out_and_come_back(rows: list[dict[str, Any]]) -> None:
    """The column set of a column set's stream is the same; numbers were not copied."""
    calls = of_columns("calls", rows) if rows else pk.Calls.from_records([])
    assert isinstance(calls, pk.Calls)

    table = calls.to_arrow()

    table.validate(full=True)
    assert calls == pk.calls_from_arrow(calls)
    assert calls.part(1, 4) == pk.calls_from_arrow(calls.part(1, 4))
    for name, column in (
        ("started_at", calls.started),
        ("duration_ms", calls.duration),
        ("packet_loss_percent", calls.loss),
        ("latency_ms", calls.latency),
    ):
        assert not rows or column.ctypes.data == address(table[name])


class Part:
    """Rows that are there already."""

    def __init__(self, **columns: Any) -> None:
        """Hold the cells by column."""
        self.columns = columns

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(next(iter(self.columns.values())))

    def cells(self, column: str, _rows: object, /) -> Any:
        """The cells of a column."""
        return self.columns[column]


def test_tables_hand_out_the_very_numbers() -> None:
    """Integers of a table are not copied, known or not."""
    numbers, some = np.array([3, 1, 2]), np.array([7, 8, 9])
    part = Part(a=_cells.Integers(numbers), b=_cells.Integers(some, np.array([True, False, True])))
    columns = tuple(Column(name, name, Unit.COUNT) for name in "ab")
    definition = TableDefinition("t", "T", "Rows.", columns, "a")

    table: Table[Any] = Table(definition, dict, (part,))
    actual = pa.table(table)

    assert numbers.ctypes.data == address(actual["a"])
    assert some.ctypes.data == address(actual["b"])
    assert [7, None, 9] == actual["b"].to_pylist()


def test_ratios_beyond_doubles_are_rounded_once() -> None:
    """The value is the nearest double to the ratio of the integers, not of their doubles."""
    numerators, denominators = [2**62 - 1, 5, 1, 0], [2**61 + 1, 0, 3, 4]
    ratios = _cells.Ratios(np.array(numerators), np.array(denominators))

    values = [row["value"] for row in ratios.arrow().to_pylist()]

    assert [numerators[0] / denominators[0], None, 1 / 3, 0.0] == values


def test_differences_and_wide_cells_are_structs() -> None:
    """Differences in lowest terms; several numbers by their names; too great ones are refused."""
    halves = _cells.Ratios(np.array([1, 0, 1]), np.array([2, 0, 3]))
    thirds = _cells.Ratios(np.array([1, 1, 1]), np.array([3, 3, 3]))
    found = difference(halves, thirds).arrow().to_pylist()
    assert [
        {"numerator": 1, "denominator": 6, "value": 1 / 6},
        {"numerator": 0, "denominator": 0, "value": None},
        {"numerator": 0, "denominator": 1, "value": 0.0},
    ] == found
    assert 0 == len(Differences([]).arrow())
    wide = WideCells(OutcomeCounts, tuple(_cells.Integers(np.array([n])) for n in range(8)))
    assert list(range(8)) == list(wide.arrow().to_pylist()[0].values())
    one, other = (_cells.Ratios(np.array([1]), np.array([n])) for n in (2**62 - 1, 2**62 - 3))
    with pytest.raises(CountOverflowError):
        difference(one, other).arrow()


def test_texts_of_any_width_go_out() -> None:
    """Offsets of four bytes go out as they are, those of eight are narrowed where they fit."""
    wide = Text(np.frombuffer(b"abc", np.uint8), np.array([0, 1, 3]))

    assert ["a", "bc"] == _arrow.text_array(wide).to_pylist()
    assert ["a", None] == _arrow.text_array(wide, np.array([True, False])).to_pylist()


def test_very_long_texts_have_long_offsets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond 31 bits of text the type is the large one."""
    monkeypatch.setattr(_arrow, "_NARROW", 3)

    array = _arrow.text_array(Text.from_strings(["ab", "c"]))

    assert (pa.large_string(), ["ab", "c"]) == (array.type, array.to_pylist())


@pytest.mark.parametrize(
    ("missing", "call"),
    [("arrow", "to_arrow"), ("arrow", "__arrow_c_stream__"), ("polars", "to_polars"),
     ("pandas", "to_pandas")],
)  # fmt: skip
def test_without_the_extra_its_name_is_told(
    missing: str, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says what to install."""
    name = "pyarrow" if missing == "arrow" else missing
    monkeypatch.setattr(_arrow, "find_spec", lambda each: None if each == name else find_spec(each))

    with pytest.raises(MissingExtraError, match=rf"partnerkpi\[{missing}\]"):
        getattr(pk.QueueCalls.from_records([]), call)()


@given(document=portfolio_documents())
def test_portfolios_go_out_and_come_back(document: Document) -> None:
    """The tables of a portfolio, as streams, make the portfolio again: tags, lines and all."""
    portfolio = pk.from_dict(document)

    tables = pk.arrow_tables(portfolio)

    for table in (tables["customers"], tables["subscriptions"], tables["licenses"]):
        table.to_arrow().validate(full=True)
        assert len(table) == table.to_arrow().num_rows
    assert portfolio == pk.from_arrow(**tables, partner=portfolio.partner)


def test_many_instants_go_out() -> None:
    """However instants of observations are kept, and where none are; lines without any stay."""
    when = [WHEN - timedelta(microseconds=7 * n * n + n) for n in range(400)]
    seen = [pk.Observation(observed_at=each, total=1, assigned=1) for each in when]
    lines = (
        pk.LicenseLine(product="calling", name="a", observations=tuple(seen)),
        pk.LicenseLine(product="calling", name="b", observations=()),
        pk.LicenseLine(product="x", name="c", observations=(pk.Observation(total=1, assigned=0),)),
    )
    subscription = pk.Subscription(id="s", kind="subscription", added_at=WHEN, licenses=lines)
    customer = pk.Customer(id="c", name="x", tags=("b", "a"), subscriptions=(subscription,))
    for customers in ([customer], [pk.Customer(id="d", name="y")], []):
        portfolio = pk.Portfolio.from_customers(customers)
        assert portfolio == pk.from_arrow(**pk.arrow_tables(portfolio))


def test_codes_of_any_integers_go_out() -> None:
    """Arrow's libraries want signed codes."""
    labels = Text.from_strings(["a", "b"])

    array = _arrow.codes_array(np.array([1, 0], np.uint8), labels)

    assert (pa.int8(), ["b", "a"]) == (array.type.index_type, array.to_pylist())
