"""Tables for spreadsheets: CSV that no spreadsheet runs, and workbooks of texts and numbers."""

import csv
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi._cells import Objects
from partnerkpi.aggregates import Ratio
from partnerkpi.errors import MissingExtraError, UnknownLanguageError
from partnerkpi.kpi import Column, Table, TableDefinition, Unit
from partnerkpi.present import guarded, write_workbook
from partnerkpi.present.words import words
from partnerkpi.status import Status

DATA = Path(__file__).resolve().parent.parent / "examples" / "data"
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
HOSTILE = st.builds(str.__add__, st.sampled_from(FORMULAS), TEXTS) | TEXTS


@frozen
class Row:
    """A row with a value of each kind."""

    name: str | None
    count: int | None
    share: Ratio
    wait: int | None
    at: datetime | None
    flag: bool | None
    tags: tuple[str, ...]
    status: Status | None


@frozen
class Rows:
    """Rows that are there already."""

    rows: tuple[Row, ...]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.rows)

    def cells(self, column: str, rows: Any = None, /) -> Any:
        """The cells of a column."""
        if column not in Row.__match_args__:
            raise KeyError(column)
        some = self.rows if rows is None else [self.rows[row] for row in rows]
        return Objects([getattr(row, column) for row in some])


COLUMNS = (
    Column("name", "Name", Unit.TEXT),
    Column("count", "Count", Unit.LICENSES),
    Column("share", "Share", Unit.SHARE),
    Column("wait", "Wait", Unit.MILLISECONDS),
    Column("at", "At", Unit.INSTANT),
    Column("flag", "Flag", Unit.FLAG),
    Column("tags", "Tags", Unit.TEXT),
    Column("status", "Status", Unit.TEXT),
)
DEFINITION = TableDefinition("some", "Some: rows?", "Some rows.", COLUMNS, "count")


def table_of(*rows: Row) -> Table[Row]:
    """A table of rows, in their order."""
    return Table(DEFINITION, Row, (Rows(rows),))


def row_of(name: str | None = "Globex", **others: Any) -> Row:
    """A row with a name, and little else."""
    plain: dict[str, Any] = dict.fromkeys(("count", "wait", "at", "flag", "status"))
    return Row(name=name, **plain | {"share": Ratio(0, 0), "tags": ()} | others)


def read(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


@given(HOSTILE)
def test_no_text_is_a_formula(text: str) -> None:
    """A guarded text never begins as a formula does, and ends as it ended."""
    safe = guarded(text)

    assert not safe.startswith(FORMULAS)
    assert text in {safe, safe.removeprefix("'")}
    assert (safe == text) is (not text.startswith(FORMULAS))


@given(st.lists(st.builds(row_of, HOSTILE, tags=st.tuples(HOSTILE)), max_size=4))
def test_guarded_cells_cannot_run(rows: list[Row]) -> None:
    """Whatever customers and tags are called, no cell of a text begins as a formula does."""
    for cells in read(table_of(*rows).to_csv()):
        assert not cells["name"].startswith(FORMULAS)
        assert not cells["tags"].startswith(FORMULAS)


@given(st.lists(st.builds(row_of, HOSTILE, count=st.integers(-9, 2**70)), max_size=4))
def test_without_guard_everything_comes_back(rows: list[Row]) -> None:
    """Texts and numbers read back as they were."""
    cells = read(table_of(*rows).to_csv(guard=False))
    expected = sorted((row.name, str(row.count)) for row in rows)

    assert expected == sorted((each["name"], each["count"]) for each in cells)


def test_numbers_are_never_guarded() -> None:
    """A negative number stays a number; so does a share below 0."""
    (cells,) = read(table_of(row_of("-1", count=-5, share=Ratio(-1, 4))).to_csv())

    assert ("'-1", "-5", "-0.25") == (cells["name"], cells["count"], cells["share"])
    assert ("-1", "4") == (cells["share.numerator"], cells["share.denominator"])


def test_cells_are_as_in_documents() -> None:
    """Flags, instants, words of records, several texts, and nothing."""
    full = row_of(
        flag=True, at=AS_OF, status=Status.TRIAL, tags=("a;b", "c\\"), share=Ratio(1, 2), wait=5
    )
    text = table_of(full, row_of(None)).to_csv()
    first, second = read(text)

    assert (
        "name,count,share,share.numerator,share.denominator,wait,at,flag,tags,status"
        == (text.partition("\n")[0])
    )
    assert ["true", "2026-11-22T00:00:00Z", "trial", "a\\;b;c\\\\", "0.5", "5"] == [
        first[name] for name in ("flag", "at", "status", "tags", "share", "wait")
    ]
    assert ["", "", "", "", "0"] == [
        second[name] for name in ("name", "flag", "status", "share", "share.denominator")
    ]


def test_text_is_written_as_it_is_given(tmp_path: Path) -> None:
    """The file holds the text in UTF-8, lines ending with LF."""
    text = table_of(row_of("Zoë\nLtd")).to_csv(tmp_path / "some.csv")

    assert text.encode("utf-8") == tmp_path.joinpath("some.csv").read_bytes()
    assert [("Zoë\nLtd")] == [each["name"] for each in read(text)]


@pytest.fixture(scope="module")
def report() -> pk.Report:
    """The report of the example, with its calls."""
    inputs = pk.read_inputs(DATA)
    return pk.report(
        inputs.portfolio, calls=inputs.calls, queue_calls=inputs.queue_calls, as_of=AS_OF
    )


def test_every_table_of_a_report_is_written(report: pk.Report) -> None:
    """Each as many lines as rows; each number of a document stands in a cell."""
    assert 17 == len(report.tables())
    for name, table in report.tables().items():
        cells = read(table.to_csv(guard=False))
        assert len(table) == len(cells), name
        for row, told in zip(cells, table.to_dicts(), strict=True):
            assert numbers_in(told) <= {*row.values(), *";".join(row.values()).split(";")}, name


def numbers_in(told: object) -> set[str]:
    """Every whole number of a document, as text."""
    if isinstance(told, dict):
        return set().union(*map(numbers_in, told.values()))
    if isinstance(told, list):
        return set().union(*map(numbers_in, told))
    return {str(told)} if isinstance(told, int) and not isinstance(told, bool) else set()


def test_values_of_several_numbers_have_columns_of_their_own(report: pk.Report) -> None:
    """Outcomes and percentiles of queues; also where there is no row."""
    queues = report.tables()["calling.queues.queues"]
    first, row = read(queues.to_csv())[0], queues[0]

    assert str(row.outcomes.answered) == first["outcomes.answered"]
    assert str(row.answered_wait_ms.p95) == first["answered_wait_ms.p95"]
    assert list(first) == queues[:0].to_csv().rstrip("\n").split(",")


def sheets(path: Path) -> dict[str, list[list[tuple[str, str]]]]:
    """The sheets of a workbook: for each cell its type and what stands in it."""
    with zipfile.ZipFile(path) as book:
        shared = ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 (our own)
        texts = ["".join(part.text or "" for part in each.iter(f"{MAIN}t")) for each in shared]
        names = [
            each.attrib["name"]
            for each in ET.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")  # noqa: S314
        ]
        return {
            name: list(rows_of(book.read(f"xl/worksheets/sheet{number}.xml"), texts))
            for number, name in enumerate(names, 1)
        }


def rows_of(sheet: bytes, texts: list[str]) -> Iterator[list[tuple[str, str]]]:
    """The cells of a sheet, row by row."""
    for row in ET.fromstring(sheet).iter(f"{MAIN}row"):  # noqa: S314 (our own)
        cells = [
            (each.get("t", "n"), each.findtext(f"{MAIN}v") or "", each.find(f"{MAIN}f"))
            for each in row.iter(f"{MAIN}c")
        ]
        assert all(formula is None for *_, formula in cells)
        yield [(kind, texts[int(said)] if kind == "s" else said) for kind, said, _ in cells]


def test_a_workbook_holds_texts_and_numbers(tmp_path: Path) -> None:
    """Titles first; no cell is a formula or a link; numbers, flags and instants are such."""
    full = row_of(
        "=1+1",
        count=-5,
        flag=True,
        at=AS_OF,
        status=Status.TRIAL,
        tags=("https://example.org", "b"),
        share=Ratio(1, 2),
        wait=43_200_000,
    )
    table_of(full, row_of("x", count=2**53 + 1, status=Status.EXPIRED)).to_xlsx(
        tmp_path / "some.xlsx"
    )
    found = sheets(tmp_path / "some.xlsx")
    head, *rows = found["Some  rows"]

    assert [column.title for column in COLUMNS] == [said for _, said in head]
    # Smaller counts first.
    assert [
        [
            ("s", "=1+1"),
            ("n", "-5"),
            ("n", "0.5"),
            ("n", "0.5"),
            ("n", "46348"),
            ("b", "1"),
            ("s", "https://example.org;b"),
            ("s", "trial"),
        ],
        [("s", "x"), ("s", str(2**53 + 1)), ("s", ""), ("s", "expired")],
    ] == rows


def test_a_workbook_speaks_a_language(report: pk.Report, tmp_path: Path) -> None:
    """Every table has a sheet with titles of the language, and the same bytes each time."""
    report.to_xlsx(tmp_path / "one.xlsx", language="fr")
    report.to_xlsx(tmp_path / "two.xlsx", language="fr-CA")
    found = sheets(tmp_path / "one.xlsx")

    assert tmp_path.joinpath("one.xlsx").read_bytes() == tmp_path.joinpath("two.xlsx").read_bytes()
    assert len(report.tables()) == len(found)
    assert "Clients" == next(iter(found))
    assert all(len(name) <= 31 for name in found)
    assert [len(table) + 1 for table in report.tables().values()] == list(map(len, found.values()))
    queues = found["Files d’attente d’appels"][0]
    assert ("s", "Répondus") in queues
    assert ("s", "Attente, répondus\u00a0: centile 95") in queues


def test_sheets_have_names_of_their_own(tmp_path: Path) -> None:
    """Long names are cut, equal ones numbered, and letters that a name may not have are blanks."""
    long = "A very long name of a table, longer than names of sheets"
    given_names = [long, long, "a/b", "A b", "'"]
    write_workbook([(name, table_of()) for name in given_names], tmp_path / "some.xlsx")

    assert [long[:31], f"{long[:27]} 2", "a b", "A b 2", "Sheet"] == list(
        sheets(tmp_path / "some.xlsx")
    )


@pytest.mark.parametrize("text", ["a" * 32_768, "\u0001\ud7ff" * 20_000])
def test_what_no_cell_holds_is_refused(tmp_path: Path, text: str) -> None:
    """Nothing is cut silently; no file is left behind."""
    path = tmp_path / "some.xlsx"

    with pytest.raises(ValueError, match="name: a cell has at most 32767 characters, not"):
        table_of(row_of(text)).to_xlsx(path)
    assert not path.exists()


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    """A sheet ends somewhere; the table is named."""
    row = row_of("x")
    many = Table(DEFINITION, Row, (Rows((row,) * 1_048_576),))

    with pytest.raises(ValueError, match="Some: rows\\?: a sheet has at most 1048575 rows"):
        many.to_xlsx(tmp_path / "some.xlsx")


def test_extras_and_languages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the refusal names it; a language that there is not is refused."""
    with pytest.raises(UnknownLanguageError):
        table_of().to_xlsx(tmp_path / "some.xlsx", language="de")
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(MissingExtraError, match=r"partnerkpi\[xlsx\]"):
        table_of().to_xlsx(tmp_path / "some.xlsx")


@given(HOSTILE, HOSTILE)
def test_great_tables_show_texts(name: str, tag: str) -> None:
    """Names and tags are texts in the page that great-tables makes, whatever their characters."""
    made = table_of(row_of(f"<b>{name}", tags=(tag, "&amp;"))).to_great_tables()
    shown = made.as_raw_html()

    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown
    assert "&amp;amp;" in shown


def test_great_tables_speak_a_language(report: pk.Report) -> None:
    """Titles, sentences and cells are of the language; rows are cut with a note."""
    table = report.licenses["calling"].expiring.rows
    shown = table.to_great_tables(language="fr", rows=3).as_raw_html()
    whole = table.to_great_tables(language="fr", rows=None).as_raw_html()

    assert words("fr").title(table.definition) in shown
    assert "Jours avant l’expiration" in shown
    assert f"... et {len(table) - 3} de plus" in shown
    assert "de plus" not in whole
    assert all(f">{row.subscription_id}<" in whole for row in table)


def test_great_tables_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A negative number of rows, and no extra."""
    with pytest.raises(ValueError, match="0 or more, not -1"):
        table_of().to_great_tables(rows=-1)
    monkeypatch.setitem(sys.modules, "great_tables", None)
    with pytest.raises(MissingExtraError, match=r"partnerkpi\[tables\]"):
        table_of().to_great_tables()


def test_documents_and_tables_agree_on_ratios(report: pk.Report) -> None:
    """The double in a cell is that of the document."""
    table = report.licenses["calling"].overage.rows
    cells = [each["assignment"] for each in read(table.to_csv())]
    told = [row["assignment"]["value"] for row in table.to_dicts()]

    assert told == [json.loads(each) if each else None for each in cells]
