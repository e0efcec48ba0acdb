"""An input as a whole: portfolios, tables of calls, or all of them in one directory."""

from io import BytesIO
from pathlib import Path

import pytest

import partnerkpi as pk
from partnerkpi.errors import InputError
from tests.call_doors import LEG, QUEUED, as_csv, as_json_lines
from tests.document_doors import as_bytes, customer, document

PORTFOLIO = as_bytes(document(customer()))


def test_a_directory_of_everything(tmp_path: Path) -> None:
    """A portfolio with both tables of calls beside it."""
    (tmp_path / "portfolio.json").write_bytes(PORTFOLIO)
    (tmp_path / "calls.csv").write_bytes(as_csv([LEG]))
    (tmp_path / "queue_calls.jsonl").write_bytes(as_json_lines([QUEUED, QUEUED]))
    inputs = pk.read_inputs(tmp_path)

    assert (
        pk.Inputs(
            portfolio=pk.read(tmp_path),
            calls=pk.calls_from_rows([LEG]),
            queue_calls=pk.queue_calls_from_rows([QUEUED, QUEUED]),
        )
        == inputs
    )


@pytest.mark.parametrize("name", ["calls.csv", "queue_calls.csv"])
def test_a_directory_of_one_table_of_calls(tmp_path: Path, name: str) -> None:
    """Is an input without a portfolio; `read`, which is asked for one, refuses it."""
    row = LEG if name == "calls.csv" else QUEUED
    (tmp_path / name).write_bytes(as_csv([row]))
    inputs = pk.read_inputs(str(tmp_path))
    found = inputs.calls if name == "calls.csv" else inputs.queue_calls

    assert inputs.portfolio is None
    assert [inputs.calls, inputs.queue_calls].count(None) == 1
    assert 1 == len(found or ())
    with pytest.raises(InputError, match="found tables of calls alone"):
        pk.read(tmp_path)


def test_the_tables_of_a_portfolio(tmp_path: Path) -> None:
    """A directory of the three tables is one as before."""
    pk.write(pk.read(BytesIO(PORTFOLIO)), tmp_path, tables="csv")

    assert pk.Inputs(portfolio=pk.read(tmp_path)) == pk.read_inputs(tmp_path)


def test_a_document_alone(tmp_path: Path) -> None:
    """A path or a stream of a document."""
    (tmp_path / "mine.json").write_bytes(PORTFOLIO)
    expected = pk.Inputs(portfolio=pk.read(BytesIO(PORTFOLIO)))

    assert expected == pk.read_inputs(tmp_path / "mine.json")
    assert expected == pk.read_inputs(BytesIO(PORTFOLIO))


def test_a_directory_of_nothing(tmp_path: Path) -> None:
    """Is refused, with what was looked for."""
    with pytest.raises(InputError, match="or tables of calls, found none of them"):
        pk.read_inputs(tmp_path)


def test_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    """Also those that no more than their number is carried of."""
    (tmp_path / "portfolio.json").write_bytes(as_bytes(document(customer(name=None))))
    (tmp_path / "calls.csv").write_bytes(as_csv([LEG | {"duration_ms": -1}] * 5))
    (tmp_path / "queue_calls.jsonl").write_bytes(as_json_lines([QUEUED | {"wait_ms": -1}]))
    with pytest.raises(InputError) as caught:
        pk.read_inputs(tmp_path)
    with pytest.raises(InputError) as capped:
        pk.read_inputs(tmp_path, max_faults=3)

    assert 7 == caught.value.count == len(caught.value.faults)
    assert ["portfolio.json", *["calls.csv"] * 5, "queue_calls.jsonl"] == [
        Path(fault.place.source).name for fault in caught.value.faults
    ]
    assert (7, 3) == (capped.value.count, len(capped.value.faults))


def test_lenient_reading_leaves_each_its_faults(tmp_path: Path) -> None:
    """None is lost, none is told twice."""
    (tmp_path / "portfolio.json").write_bytes(as_bytes(document(customer(name=None))))
    (tmp_path / "calls.csv").write_bytes(as_csv([LEG, LEG | {"duration_ms": -1}]))
    (tmp_path / "queue_calls.jsonl").write_bytes(as_json_lines([QUEUED | {"outcome": "odd"}]))
    inputs = pk.read_inputs(tmp_path, lenient=True)

    assert inputs.portfolio is not None
    assert inputs.calls is not None
    assert inputs.queue_calls is not None
    assert (0, 1) == (len(inputs.portfolio), inputs.portfolio.fault_count)
    assert (1, 1) == (len(inputs.calls), inputs.calls.fault_count)
    assert (1, 1) == (len(inputs.queue_calls), inputs.queue_calls.fault_count)


def test_progress_goes_on_from_file_to_file(tmp_path: Path) -> None:
    """Bytes of all files, rising, to the last one."""
    sizes = []
    for name, data in (
        ("portfolio.json", PORTFOLIO),
        ("calls.csv", as_csv([LEG])),
        ("queue_calls.jsonl", as_json_lines([QUEUED])),
    ):
        (tmp_path / name).write_bytes(data)
        sizes.append(len(data))
    heard: list[int] = []
    pk.read_inputs(tmp_path, progress=heard.append)

    assert sorted(heard) == heard
    assert sum(sizes) == heard[-1]
    assert sizes[0] in heard


def test_tables_that_are_none_are_refused(tmp_path: Path) -> None:
    """A file that is called a table of Parquet, and is none."""
    (tmp_path / "calls.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="expected a sound Parquet file"):
        pk.read_inputs(tmp_path)
