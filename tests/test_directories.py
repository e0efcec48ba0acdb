"""A directory as one input: what is found in it, and what makes no sense together."""

from pathlib import Path

import pytest

from partnerkpi.errors import InputError
from partnerkpi.io.directories import DirectoryInput, look_into
from partnerkpi.io.tables import TableFile, TableFiles


def directory(tmp_path: Path, *names: str) -> Path:
    """A directory with empty files of these names."""
    for name in names:
        (tmp_path / name).touch()

    return tmp_path


@pytest.mark.parametrize("name", ["portfolio.json", "portfolio.json.gz"])
def test_a_document_is_found(tmp_path: Path, name: str) -> None:
    """A portfolio document, packed or not, is the input; files of other names are ignored."""
    inside = look_into(directory(tmp_path, name, "README.md", "customers.txt", "customers.csv.bak"))

    assert DirectoryInput(document=tmp_path / name) == inside


def test_tables_are_found(tmp_path: Path) -> None:
    """Each of the three tables may have a format of its own."""
    names = ("customers.csv", "subscriptions.jsonl.gz", "licenses.csv.gz")
    inside = look_into(str(directory(tmp_path, *names)))

    assert (
        DirectoryInput(
            tables=TableFiles(
                customers=TableFile(tmp_path / "customers.csv", "csv"),
                subscriptions=TableFile(tmp_path / "subscriptions.jsonl.gz", "jsonl"),
                licenses=TableFile(tmp_path / "licenses.csv.gz", "csv"),
            )
        )
        == inside
    )


@pytest.mark.parametrize("suffix", ["csv", "jsonl.gz", "parquet"])
def test_call_tables_are_found(tmp_path: Path, suffix: str) -> None:
    """Tables of calls may stand beside a portfolio, or alone."""
    calls, queue_calls = f"calls.{suffix}", f"queue_calls.{suffix}"
    expected = DirectoryInput(calls=tmp_path / calls, queue_calls=tmp_path / queue_calls)

    assert expected == look_into(directory(tmp_path, calls, queue_calls))
    (tmp_path / "portfolio.json").touch()
    assert tmp_path / calls == look_into(tmp_path).calls


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            ["portfolio.json", "portfolio.json.gz"],
            ["one file for portfolio, found portfolio.json and portfolio.json.gz"],
        ),
        (
            ["customers.csv", "customers.jsonl", "subscriptions.csv", "licenses.csv"],
            ["one file for customers, found customers.csv and customers.jsonl"],
        ),
        (
            ["portfolio.json", "customers.csv"],
            ["portfolio.json or tables, not both, found also customers"],
        ),
        (
            ["licenses.csv"],
            [
                "the table customers as .csv, .jsonl or .parquet, found no such file",
                "the table subscriptions as .csv, .jsonl or .parquet, found no such file",
            ],
        ),
        (["calls.csv", "calls.csv.gz"], ["one file for calls, found calls.csv and calls.csv.gz"]),
        (
            ["notes.txt"],
            [
                (
                    "portfolio.json or the tables customers, subscriptions and licenses, or tables "
                    "of calls, found none of them"
                )
            ],
        ),
    ],
)
def test_what_makes_no_input_is_refused(
    tmp_path: Path, names: list[str], expected: list[str]
) -> None:
    """Two files for one thing, two forms of a portfolio and missing tables are all faults."""
    with pytest.raises(InputError) as caught:
        look_into(directory(tmp_path, *names))

    assert [f"{tmp_path}: expected {words}" for words in expected] == [
        str(fault) for fault in caught.value.faults
    ]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder called like a document is none."""
    (tmp_path / "portfolio.json").mkdir()

    with pytest.raises(InputError):
        look_into(tmp_path)


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_what_is_no_directory_is_an_error_of_the_system(tmp_path: Path, name: str) -> None:
    """A path that is no directory stays the operating system's error."""
    (tmp_path / "file").touch()

    with pytest.raises(OSError, match=name):
        look_into(tmp_path / name)
