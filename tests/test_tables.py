"""The three portfolio tables as CSV and as JSON lines: what is read, what is refused, in words."""

import csv
import gzip
import json
import re
from collections.abc import Callable
from io import BytesIO, StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi._batches import CustomerBatch
from partnerkpi._faults import FaultLog
from partnerkpi._instants import EARLIEST, LATEST, parse_one
from partnerkpi._intake import Intake
from partnerkpi.columns import Portfolio
from partnerkpi.errors import InputError
from partnerkpi.io import _csv, _json_lines
from partnerkpi.io import read as read_directory
from partnerkpi.io._table_places import LineMap, TablePlaces
from partnerkpi.io.tables import TableFile, TableFiles, TableFormat, load_tables, write_tables
from partnerkpi.models import (
    Attributes,
    Customer,
    Kind,
    LicenseLine,
    ManagedBy,
    Observation,
    Subscription,
)
from tests.oracles.times import instant
from tests.table_rows import CUSTOMERS, LICENSES, SUBSCRIPTIONS, Row, Rows, faults, read


def micros(text: str) -> int:
    """An instant as the columns hold it."""
    return parse_one(text)


# What is read


def test_every_column_of_csv_is_read() -> None:
    """All columns of the three tables come in, whatever their order."""
    rows, log = read(
        "tags,attr.region,name,last_admin_sign_in_at,managed_by,customer_id\n"
        "gold;test,emea,Globex,2026-11-01T08:00:00Z,external,c-1\n",
        "set_up,paid,auto_renew,ends_at,starts_at,added_at,kind,customer_id,subscription_id\n"
        "false,false,true,2027-01-10,2026-01-11,2026-01-10,subscription,c-1,s-1\n",
        "used_3mo,used_7d,assigned,total,observed_at,name,product,subscription_id\n"
        "75,60,80,100,2026-11-15T00:00:00Z,Pro,calling,s-1\n",
    )

    assert () == log.faults
    assert rows == Rows(
        customers=[
            {
                "id": "c-1",
                "name": "Globex",
                "external": True,
                "signed_in": micros("2026-11-01T08:00:00Z"),
                "tags": ["gold", "test"],
                "attributes": {"region": "emea"},
            }
        ],
        subscriptions=[
            {
                "id": "s-1",
                "customer": "c-1",
                "trial": False,
                "added": micros("2026-01-10"),
                "starts": micros("2026-01-11"),
                "ends": micros("2027-01-10"),
                "auto_renew": True,
                "paid": False,
                "set_up": False,
            }
        ],
        licenses=[
            {
                "subscription": "s-1",
                "product": "calling",
                "name": "Pro",
                "observed": True,
                "observed_at": micros("2026-11-15"),
                "counts": (100, 80, 60, 75),
            }
        ],
    )


DEFAULTS = Rows(
    customers=[
        {
            "id": "c-1",
            "name": "Globex",
            "external": False,
            "signed_in": "never",
            "tags": [],
            "attributes": {},
        }
    ],
    subscriptions=[
        {
            "id": "s-1",
            "customer": "c-1",
            "trial": True,
            "added": micros("2026-01-10"),
            "starts": micros("2026-01-10"),
            "ends": "open",
            "auto_renew": False,
            "paid": True,
            "set_up": True,
        }
    ],
    licenses=[
        {
            "subscription": "s-1",
            "product": "calling",
            "name": "Pro",
            "observed": True,
            "observed_at": "never",
            "counts": (10, 5, 0, 0),
        }
    ],
)


def test_columns_that_are_not_there_have_defaults() -> None:
    """The required columns are enough; the others take the defaults of the definitions."""
    assert read()[0] == DEFAULTS


def test_empty_cells_are_null() -> None:
    """An empty cell in an optional column stands for nothing given: the default."""
    rows, log = read(
        "customer_id,name,managed_by,last_admin_sign_in_at,tags,attr.region\nc-1,Globex,,,,\n",
        "subscription_id,customer_id,kind,added_at,starts_at,ends_at,auto_renew,paid,set_up\n"
        "s-1,c-1,trial,2026-01-10,,,,,\n",
        "subscription_id,product,name,observed_at,total,assigned,used_7d,used_3mo\n"
        "s-1,calling,Pro,,10,5,,\n",
    )

    assert () == log.faults
    assert rows == DEFAULTS


def test_nulls_of_json_lines_are_no_values() -> None:
    """Null in an optional column of JSON lines is the same as no such key."""
    rows, log = read(
        '{"customer_id":"c-1","name":"Globex","managed_by":null,"last_admin_sign_in_at":null,'
        '"tags":null,"attr.region":null}',
        '{"subscription_id":"s-1","customer_id":"c-1","kind":"trial","added_at":"2026-01-10",'
        '"starts_at":null,"ends_at":null,"auto_renew":null,"paid":null,"set_up":null}\n',
        '{"subscription_id":"s-1","product":"calling","name":"Pro","observed_at":null,'
        '"total":10,"assigned":5,"used_7d":null,"used_3mo":null}\n',
        "jsonl",
    )

    assert () == log.faults
    assert rows == DEFAULTS


LINE = "subscription_id,product,name,observed_at,total,assigned,used_7d,used_3mo\n"


@pytest.mark.parametrize(
    ("form", "licenses"),
    [
        ("csv", LINE + "s-1,calling,Pro,,,,,\n"),
        ("csv", "subscription_id,product,name,total,assigned\ns-1,calling,Pro,,\n"),
        (
            "jsonl",
            (
                '{"subscription_id":"s-1","product":"calling","name":"Pro","total":null,'
                '"assigned":null,"used_7d":null}'
            ),
        ),
    ],
)
def test_a_row_of_nulls_declares_a_line(form: TableFormat, licenses: str) -> None:
    """A license row without instant and counts declares a line that was not observed."""
    rows, log = read("", "", licenses, form) if form == "jsonl" else read(licenses=licenses)

    assert () == log.faults
    assert [False] == [row["observed"] for row in rows.licenses if row]


@pytest.mark.parametrize("cells", ["2026-11-15,,,,", ",,,1,", ",,,,1", ",,,0,"])
def test_an_observation_has_its_counts(cells: str) -> None:
    """A row with an instant or a used count is an observation, and needs total and assigned."""
    count = "expected a count from 0 to 9007199254740991, found null"

    assert [
        f"licenses, line 2, column {column}: {count}" for column in ("assigned", "total")
    ] == sorted(faults(licenses=f"{LINE}s-1,calling,Pro,{cells}\n"))


@pytest.mark.parametrize(
    "text", ["007", "NA", "null", "1e400", "N/A", "nan", "=1+1", "c 1", "é€😀"]
)
def test_ids_are_text_always(text: str) -> None:
    """What looks like a number, a null or a formula stays the text that it is."""
    rows, log = read(f"customer_id,name\n{text},{text}\n")

    assert () == log.faults
    assert [(text, text)] == [(row["id"], row["name"]) for row in rows.customers if row]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
        lambda text: f"\ufeff{text}",
        lambda text: f"\n\r\n{text}\n\n",
        lambda text: ",".join(f'"{cell}"' for cell in text.rstrip().split(",")).replace(
            "\n", '"\n"'
        ),
    ],
)
def test_line_ends_marks_and_quotes_change_nothing(change: Callable[[str], str]) -> None:
    """CRLF, no last line end, a byte order mark, blank lines and quotes give the same rows."""
    rows, log = read(change(CUSTOMERS), change(SUBSCRIPTIONS), change(LICENSES))

    assert () == log.faults
    assert rows == DEFAULTS


def test_packed_files_are_unpacked(tmp_path: Path) -> None:
    """Gzip is noticed by its first bytes, whatever the name."""
    texts = {"customers": CUSTOMERS, "subscriptions": SUBSCRIPTIONS, "licenses": LICENSES}
    for name, text in texts.items():
        (tmp_path / name).write_bytes(gzip.compress(text.encode(), mtime=0))
    rows, seen = Rows(), list[int]()
    files = TableFiles(*(TableFile(tmp_path / name, "csv") for name in texts))

    load_tables(files, rows, TablePlaces(), FaultLog(), progress=seen.append)

    assert rows == DEFAULTS
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == seen[-1]


def test_a_table_may_be_empty() -> None:
    """A header alone is a table without rows; so are JSON lines without a line."""
    header = CUSTOMERS.partition("\n")[0]

    assert [] == read(f"{header}\n")[0].customers
    assert [] == read("", "", "", "jsonl")[0].customers


# Headers


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "customer_id",
            ["customers, line 1, column name: expected the column name, found no such column"],
        ),
        (
            "customer_id,name,name",
            ["customers, line 1, column name: expected each column once, found 'name' again"],
        ),
        (
            "customer_id,name,Tags",
            ["customers, line 1: expected a known column (did you mean 'tags'?), found 'Tags'"],
        ),
        ("customer_id,name,attr.", ["customers, line 1: expected a known column, found 'attr.'"]),
        ("customer_id,name,", ["customers, line 1: expected a known column, found ''"]),
        (
            "customer_id,name,attr.a,attr.a",
            ["customers, line 1, column attr.a: expected each column once, found 'attr.a' again"],
        ),
        (
            "",
            [
                (
                    "customers, line 1: expected a header line with the names of the columns, "
                    "found an empty file"
                )
            ],
        ),
        (
            "\n\n",
            [
                (
                    "customers, line 1: expected a header line with the names of the columns, "
                    "found an empty file"
                )
            ],
        ),
        (
            'customer_id,"name',
            ["customers, line 1: expected a closing quote, found the end of the file"],
        ),
        (
            "customer_id\rname",
            [
                (
                    "customers, line 1: expected a line end of LF or CRLF, not a carriage return "
                    "alone, found 'customer_id\\rname'"
                )
            ],
        ),
    ],
)
def test_headers_are_looked_at(header: str, expected: list[str]) -> None:
    """A column that is missing, twice or unknown is one fault; so is a header that is none."""
    assert expected == faults(customers=header)


def test_only_customers_have_attributes() -> None:
    """A column of an attribute is unknown in the other tables."""
    assert ["licenses, line 1: expected a known column, found 'attr.region'"] == faults(
        licenses=LICENSES.replace("assigned\n", "assigned,attr.region\n").replace("5\n", "5,x\n")
    )


def test_unknown_columns_are_ignored_on_request() -> None:
    """On request, columns that the tables do not know are passed over."""
    rows, log = read(
        "customer_id,auto,name\nc-1,x,Globex\n",
        SUBSCRIPTIONS.replace("\n", ",x\n"),
        LICENSES,
        unknown_keys="ignore",
    )

    assert () == log.faults
    assert rows == DEFAULTS


def test_unknown_keys_are_ignored_on_request() -> None:
    """On request, keys that the tables do not know are passed over."""
    text = '{"customer_id":"c-1","name":"Globex","auto":{}}'

    assert () == read(text, "", "", "jsonl", unknown_keys="ignore")[1].faults


@pytest.mark.parametrize("header", ["name", "", "customer_id,customer_id,name", "\xff"])
def test_rows_of_unreadable_parents_are_left_out_in_silence(header: str) -> None:
    """Where the ids of customers cannot be read, nothing is said of those who refer to them."""
    rows, log = read(f"{header}\nGlobex\n".encode("latin-1"))

    assert {"customers"} == {fault.place.source for fault in log.faults}
    assert [None] == rows.subscriptions


def test_a_missing_column_is_no_fault_of_every_row() -> None:
    """What the header lacks is said once; every row is left out, and its other cells are judged."""
    rows, log = read("customer_id,tags\nc-1,a;a\nc-2,\n")

    assert ["name", "tags[1]"] == [fault.place.column for fault in log.faults]
    assert [None, None] == rows.customers


# Cells

COUNT = "a count from 0 to 9007199254740991"
PLAIN = "a text without control characters or lone surrogates, not empty"


@pytest.mark.parametrize(
    ("column", "cell", "expected", "found"),
    [
        ("customer_id", "", "a text", "null"),
        ("name", "", "a text", "null"),
        ("name", "a\0b", PLAIN, "'a\\x00b'"),
        ("name", "a\tb", PLAIN, "'a\\tb'"),
        ("name", "a\x7f", PLAIN, "'a\\x7f'"),
        ("customer_id", "a\u0085", PLAIN, "'a\\x85'"),
        ("managed_by", "Partner", "partner or external", "'Partner'"),
        ("managed_by", "partner ", "partner or external", "'partner '"),
        ("managed_by", "nobody-knows-who-it-is", "partner or external", "'nobody-knows-who-it-is'"),
        ("attr.region", "\x01", "a text without control characters or lone surrogates", "'\\x01'"),
        ("tags", "a\x01", PLAIN, "'a\\x01'"),
        ("last_admin_sign_in_at", "yesterday", None, "'yesterday'"),
    ],
)
def test_cells_of_customers_are_judged(column: str, cell: str, expected: str, found: str) -> None:
    """A faulty cell is one fault with line, column, what was expected and what came."""
    row = {"customer_id": "c-1", "name": "Globex", column: cell}
    text = f"{','.join(row)}\n{','.join(row.values())}\n"
    rows, log = read(text)

    assert [None] == rows.customers
    (fault,) = log.faults
    assert (2, column) == (fault.place.line, (fault.place.column or "").removesuffix("[0]"))
    assert found == fault.found
    assert expected in (None, fault.expected)


@pytest.mark.parametrize(
    ("cell", "inner", "expected", "found"),
    [
        ("a;;b", "[1]", PLAIN, "''"),
        (";a", "[0]", PLAIN, "''"),
        ("a;", "[1]", PLAIN, "''"),
        ("a;b;a", "[2]", "each tag once", "'a'"),
    ],
)
def test_every_tag_is_judged(cell: str, inner: str, expected: str, found: str) -> None:
    """An empty tag between two `;` and a tag twice are faults, with their place in the cell."""
    assert [f"customers, line 2, column tags{inner}: expected {expected}, found {found}"] == faults(
        customers=f"customer_id,name,tags\nc-1,Globex,{cell}\nc-2,Initech,b;a\n"
    )


@pytest.mark.parametrize(
    "cell",
    [
        "2026-01-10T00:00:00",
        "2026-01-10T23:59:60Z",
        "2026-01-10T24:00:00Z",
        "2026-01-10T00:00:00.000000001Z",
        "1/2/2026",
        "٢٠٢٦-٠١-١٠",
        "2026-01-10 GMT",
        "20260110",
        "2026-W01-1",
        "9999-12-31T23:59:59-01:00",
        "0001-01-01T00:00:00+01:00",
        "2026-01-10T00:00:00+25:00",
        "2026-02-30",
        "1969-12-31",
        "2200-01-02",
        "",
    ],
)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_instants_have_one_grammar(form: TableFormat, cell: str) -> None:
    """A naive, leap, impossible, foreign or far instant is a fault of its cell in both formats."""
    row = {"subscription_id": "s", "customer_id": "c", "kind": "trial", "added_at": cell}
    text = json.dumps(row) if form == "jsonl" else f"{','.join(row)}\n{','.join(row.values())}\n"

    assert 1 == len(faults(form, subscriptions=text))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-01-10T05:45:00+05:45", "2026-01-10"),
        ("1970-01-01", "1970-01-01"),
        ("2200-01-01T00:00:00Z", "2200-01-01"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00Z"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z"),
    ],
)
def test_instants_are_utc(cell: str, expected: str) -> None:
    """Offsets are taken off, also around the change of the clocks."""
    rows, _ = read(subscriptions=SUBSCRIPTIONS.replace("2026-01-10", cell))

    assert [micros(expected)] == [row["added"] for row in rows.subscriptions if row]


@pytest.mark.parametrize(
    "cell",
    [
        "-1",
        "+1",
        "1.5",
        "1.0",
        "1e3",
        " 1",
        "1 ",
        "1_000",
        "0x1",
        "01",
        "00",
        "٣",
        "true",
        "NaN",
        "inf",
        "many",
        "9007199254740992",
        str(2**70),
        "9" * 40,
        "1;2",
    ],
)
def test_counts_are_plain_digits(cell: str) -> None:
    """A count in CSV is decimal digits without sign, blank, point or leading zero."""
    assert [f"licenses, line 2, column total: expected {COUNT}, found {cell!r}"] == faults(
        licenses=LICENSES.replace("10", cell)
    )


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2.9", "2.9"),
        ("2.0", "2.0"),
        ("true", "true"),
        ('"7"', "'7'"),
        ("-1", "-1"),
        ("9007199254740992", "9007199254740992"),
        (str(2**70), str(2**70)),
        ("9" * 40, "9" * 40),
        ("9" * 5000, None),
        ("1e400", "1e400"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("[]", "a list"),
        ("{}", "an object"),
    ],
)
def test_nothing_becomes_a_count(value: str, found: str | None) -> None:
    """No other type of JSON is taken for a count, and none beyond 2**53 - 1."""
    text = f'{{"subscription_id":"s","product":"p","name":"n","total":{value},"assigned":1}}'
    (fault,) = read("", "", text, "jsonl")[1].faults

    assert ("total", COUNT) == (fault.place.column, fault.expected)
    assert found in (None, fault.found)


@pytest.mark.parametrize("cell", ["True", "TRUE", "1", "0", "yes", "t", "truee", "fals", " true"])
def test_booleans_are_two_words(cell: str) -> None:
    """Booleans in CSV are exactly `true` and `false`."""
    text = SUBSCRIPTIONS.replace("added_at\n", "added_at,paid\n").replace("10\n", f"10,{cell}\n")

    assert [
        f"subscriptions, line 2, column paid: expected true or false, found {cell!r}"
    ] == faults(subscriptions=text)


@pytest.mark.parametrize("kind", ["", "Trial", "trials", "subscriptio", "subscription_"])
def test_a_kind_is_one_of_two(kind: str) -> None:
    """There is no default for the kind of a subscription."""
    found = repr(kind) if kind else "null"

    assert [
        f"subscriptions, line 2, column kind: expected subscription or trial, found {found}"
    ] == faults(subscriptions=SUBSCRIPTIONS.replace("trial", kind))


def test_all_faults_at_once() -> None:
    """Faults of all tables and rows come together, each once, and sound rows stay."""
    rows, log = read(
        "customer_id,name\nc-1,\nc-2,Globex\nc-3\n",
        SUBSCRIPTIONS + "s-2,c-2,trial,\ns-3,c-2,trial,2026-01-10,x\n",
        LICENSES.replace("10,5", "x,y"),
    )

    assert [None, "c-2", None] == [row and row["id"] for row in rows.customers]
    assert ["s-1", None, None] == [row and row["id"] for row in rows.subscriptions]
    assert {
        ("customers", 2, "name"),
        ("customers", 4, None),
        ("subscriptions", 3, "added_at"),
        ("subscriptions", 4, None),
        ("licenses", 2, "total"),
        ("licenses", 2, "assigned"),
    } == {(fault.place.source, fault.place.line, fault.place.column) for fault in log.faults}
    assert 6 == log.count


# Bytes


def test_foreign_encodings_are_never_guessed() -> None:
    """UTF-16 is refused at once; bytes of Latin-1 are a fault of their line."""
    with pytest.raises(InputError) as caught:
        read(CUSTOMERS.encode("utf-16"))
    assert "expected UTF-8 text, found a byte order mark of UTF-16" in str(caught.value)

    assert ["customers, line 3: expected UTF-8 text, found the byte 0xe9"] == faults(
        customers=CUSTOMERS.encode() + b"c-2,Caf\xe9\nc-3,Initech\n"
    )


def test_a_truncated_file_gives_no_part_of_a_portfolio() -> None:
    """Truncated gzip data is an error in any case, and brings the faults met before it along."""
    packed = gzip.compress(SUBSCRIPTIONS.encode() * 100, mtime=0)[:-9]

    with pytest.raises(InputError) as caught:
        read("customer_id,name\nc-1,\n", packed)

    assert {"customers", "subscriptions"} == {f.place.source for f in caught.value.faults}


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    """A path that is not there stays the operating system's error."""
    file = TableFile(tmp_path / "no.csv", "csv")

    with pytest.raises(FileNotFoundError):
        load_tables(TableFiles(file, file, file), Rows(), TablePlaces(), FaultLog())


# JSON lines


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{", "line 1: expected well-formed JSON, found the end of the line at column 2"),
        ('{"a":1}}', "line 1: expected well-formed JSON, found '}' at column 8"),
        ("nul", "line 1: expected well-formed JSON, found 'n' at column 1"),
        ('{"a":"\x01"}', "line 1: expected well-formed JSON, found '\\x01' at column 7"),
        ("[1]", "line 1: expected an object, found a list"),
        ("null", "line 1: expected an object, found null"),
        ("[" * 100_000, "line 1: expected JSON that is not nested so deeply, found a deeper one"),
        (
            '{"customer_id":"c-1","name":"A","name":"B"}',
            "line 1: expected each key once, found 'name' again",
        ),
        (
            '{"customer_id":"c-1","nmae":"A","name":"B"}',
            "line 1: expected a known key (did you mean 'name'?), found 'nmae'",
        ),
        ('{"customer_id":"c-1"}', "line 1, column name: expected a text, found nothing"),
        ('{"customer_id":7,"name":"A"}', "line 1, column customer_id: expected a text, found 7"),
        (
            '{"customer_id":"c","name":"\\ud800"}',
            f"line 1, column name: expected {PLAIN}, found '\\ud800'",
        ),
        (
            '{"customer_id":"c","name":"A","tags":"a;b"}',
            "line 1, column tags: expected a list of texts, found 'a;b'",
        ),
        (
            '{"customer_id":"c","name":"A","tags":["a","a"]}',
            "line 1, column tags[1]: expected each tag once, found 'a'",
        ),
        (
            '{"customer_id":"c","name":"A","attr.x":1}',
            "line 1, column attr.x: expected a text, found 1",
        ),
        (
            '{"customer_id":"c","name":"A","attr.":"x"}',
            "line 1: expected a known key, found 'attr.'",
        ),
    ],
)
def test_a_faulty_line_is_one_fault(line: str, expected: str) -> None:
    """Each line that is no sound record is one fault, and the lines after it are read."""
    rows, log = read(f'{line}\n{{"customer_id":"c-9","name":"Z"}}\n', "", "", "jsonl")

    assert [f"customers, {expected}"] == [str(fault) for fault in log.faults]
    assert ["c-9"] == [row["id"] for row in rows.customers if row]


def test_bytes_that_are_no_text_are_a_fault_of_their_line() -> None:
    """Bytes of Latin-1 in JSON lines are said with their line."""
    text = b'{"customer_id":"c","name":"A"}\n\n{"customer_id":"c","name":"\xe9"}\n'

    assert ["customers, line 3: expected UTF-8 text, found the byte 0xe9"] == faults(
        "jsonl", customers=text
    )


def test_an_observation_of_json_lines_has_its_counts() -> None:
    """Null counts of an observation are faults in JSON lines, too; so are keys left out."""
    row = '{"subscription_id":"s","product":"p","name":"n","observed_at":"2026-11-15",'
    rows, log = read("", "", f'{row}"total":null,"assigned":1}}\n{row}"total":1}}', "jsonl")

    assert [
        f"licenses, line 1, column total: expected {COUNT}, found null",
        f"licenses, line 2, column assigned: expected {COUNT}, found nothing",
    ] == [str(fault) for fault in log.faults]
    assert [None, None] == rows.licenses


def test_a_line_that_is_broken_has_no_other_fault() -> None:
    """Nothing is said of the values of an object in which a key is twice."""
    assert ["customers, line 1: expected each key once, found 'name' again"] == faults(
        "jsonl", customers='{"customer_id":7,"name":"A","name":"B","tags":"a"}'
    )


def test_an_endless_line_of_json_is_one_fault() -> None:
    """A line beyond the limit is a fault, is not kept, and the lines after it are read."""
    text = '{"customer_id":"' + "x" * 3_000_000 + '","name":"A"}\n{"customer_id":"c","name":"A"}'

    rows, log = read(text, "", "", "jsonl")

    assert ["customers, line 1: expected a line of at most 1048576 bytes, found a longer one"] == [
        str(fault) for fault in log.faults
    ]
    assert ["c"] == [row["id"] for row in rows.customers if row]


def test_an_empty_attribute_is_a_value_in_json_lines() -> None:
    """JSON lines tell an empty value of an attribute from none."""
    rows, _ = read('{"customer_id":"c","name":"A","attr.x":"","attr.y":"1"}', "", "", "jsonl")

    assert [{"x": "", "y": "1"}] == [row["attributes"] for row in rows.customers if row]


# Both formats alike

TEXTS = st.sampled_from(["a", "Globex", "é€😀", 'say "x"', "a,b", " a ", "=1", "007", "a;b", "'"])
INSTANTS = st.sampled_from(
    ["2026-11-15T00:00:00Z", "2026-11-15", "2026-11-15T01:02:03.5+05:45", "1970-01-01"]
)
COUNTS = st.sampled_from([0, 1, 9, 10, 99_999_999, 100_000_000, 2**53 - 1])
TAGS = st.lists(st.sampled_from(["a", "b", "é", "g h"]), unique=True, max_size=3)


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Such a value or none."""
    return st.none() | values


CUSTOMER_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": TEXTS,
            "name": TEXTS,
            "managed_by": optional(st.sampled_from(["partner", "external"])),
            "last_admin_sign_in_at": optional(INSTANTS),
            "tags": optional(TAGS),
            "attr.region": optional(TEXTS),
            "attr.x y": optional(TEXTS),
        }
    )
)
LICENSE_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "subscription_id": TEXTS,
            "product": TEXTS,
            "name": TEXTS,
            "observed_at": optional(INSTANTS),
            "total": COUNTS,
            "assigned": COUNTS,
            "used_7d": optional(COUNTS),
            "used_3mo": optional(COUNTS),
        }
    )
)


def as_csv(rows: list[Row], columns: list[str]) -> str:
    """Rows as CSV with these columns."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)

    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()

    return ";".join(value) if isinstance(value, list) else value


def as_json(rows: list[Row]) -> str:
    """Rows as JSON lines, without the keys of some nulls."""
    return "\n".join(
        json.dumps({k: v for k, v in row.items() if v is not None or len(k) % 2}) for row in rows
    )


@given(rows=CUSTOMER_ROWS, data=st.data())
def test_customers_are_the_same_in_both_formats(rows: list[Row], data: st.DataObject) -> None:
    """CSV with any order of columns and JSON lines give the rows that were written."""
    columns = data.draw(st.permutations(["customer_id", "name", *_optional(rows)]))
    from_csv, log = read(as_csv(rows, columns))
    from_json, other = read(as_json(rows), "", "", "jsonl")

    assert () == log.faults + other.faults
    assert from_csv.customers == from_json.customers
    assert from_csv.customers == [
        {
            "id": row["customer_id"],
            "name": row["name"],
            "external": row["managed_by"] == "external",
            "signed_in": _micros(row["last_admin_sign_in_at"], "never"),
            "tags": row["tags"] or [],
            "attributes": {
                key[5:]: row[key] for key in ("attr.region", "attr.x y") if row[key] is not None
            },
        }
        for row in rows
    ]


def _optional(rows: list[Row]) -> list[str]:
    """The optional columns in which some row has something."""
    return sorted(
        {key for row in rows for key, value in row.items() if value} - {"customer_id", "name"}
    )


def _micros(text: str | None, absent: str) -> int | str:
    if text is None:
        return absent
    since = instant(text) - instant("1970-01-01")

    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


@given(rows=LICENSE_ROWS)
def test_licenses_are_the_same_in_both_formats(rows: list[Row]) -> None:
    """CSV and JSON lines give the license rows that were written."""
    columns = LINE.rstrip().split(",")
    from_csv, log = read(licenses=as_csv(rows, columns))
    from_json, other = read("", "", as_json(rows), "jsonl")

    assert () == log.faults + other.faults
    assert from_csv.licenses == from_json.licenses
    assert from_csv.licenses == [
        {
            "subscription": row["subscription_id"],
            "product": row["product"],
            "name": row["name"],
            "observed": True,
            "observed_at": _micros(row["observed_at"], "never"),
            "counts": (row["total"], row["assigned"], row["used_7d"] or 0, row["used_3mo"] or 0),
        }
        for row in rows
    ]


# Cells good and bad, with what a plain reading of the rules says of each.
POOLS: dict[str, dict[str, bool]] = {
    "subscription_id": {"s": True, "é": True, "": False, "a\x01": False, "\x7f": False},
    "customer_id": {"c-1": True, "": False},
    "kind": {"trial": True, "subscription": True, "Trial": False, "": False},
    "added_at": {"2026-11-15": True, "2026-11-15T00:00:00": False, "x": False, "": False},
    "starts_at": {"2026-11-16": True, "": True, "2026-13-01": False},
    "ends_at": {"2027-11-16T00:00:00Z": True, "": True, "2201-01-01": False},
    "auto_renew": {"true": True, "false": True, "": True, "no": False},
    "paid": {"true": True, "": True, "TRUE": False},
    "set_up": {"false": True, "": True, "falsee": False},
}
CELLS = st.tuples(*(st.sampled_from(sorted(pool)) for pool in POOLS.values()))


@given(rows=st.lists(CELLS, max_size=12), quoted=st.booleans())
def test_every_faulty_cell_is_found(rows: list[tuple[str, ...]], quoted: bool) -> None:
    """Exactly the cells that break a rule are faulted, and exactly their rows are bad."""
    text = StringIO(newline="")
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows([tuple(POOLS), *rows])

    read_rows, log = read(subscriptions=text.getvalue())

    bad = [
        (line, column)
        for line, row in enumerate(rows, 2)
        for column, cell in zip(POOLS, row, strict=True)
        if not POOLS[column][cell]
    ]
    assert sorted(bad) == sorted((f.place.line, f.place.column) for f in log.faults)
    bad_lines = {line for line, _ in bad}
    assert [line in bad_lines for line in range(2, len(rows) + 2)] == [
        row is None for row in read_rows.subscriptions
    ]


SOUND = (
    LINE
    + "s-1,calling,Pro,2026-11-15T00:00:00Z,100,80,60,75\n" * 3
    + 's-1,"a, b","say ""x""",,1,1,,\n'
    + "s-2,é,€,2026-11-15,0,0,0,0\n" * 3
).encode()
CHANGES = st.lists(
    st.tuples(
        st.integers(0, len(SOUND) - 1),
        st.integers(0, 2),
        st.sampled_from([*(bytes([byte]) for byte in b'",\n\r\0;x0-\xc3'), b"\r\n", b'""']),
    ),
    min_size=1,
    max_size=4,
)


@given(changes=CHANGES)
def test_both_ways_read_damaged_files_alike(changes: list[tuple[int, int, bytes]]) -> None:
    """A file damaged anywhere gives the same rows and faults by NumPy and by `csv` alone."""
    text = SOUND
    for at, left_out, new in changes:
        text = text[:at] + new + text[at + left_out :]

    quick, log = read(licenses=text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_csv, "split_plain", lambda *_: None)
        careful, other = read(licenses=text)

    assert careful == quick
    assert (other.faults, other.count) == (log.faults, log.count)


JSON_PIECES = st.sampled_from(
    [*'{}[]":,\\ \n\r\t1-e', "\r\n", '"name"', '"name":', "\u2028", "é", "null", '\\"', "\x01"]
)
JSON_SOUND = """{"customer_id":"c-1","name":"A","tags":["a","b"],"attr.x":"y"}
{"customer_id": "c-2", "name": "B", "managed_by": null}
{"customer_id":"c-3","name":"C\\":"}
{"name":"D","customer_id":"c-4"}"""
JSON_CHANGES = st.lists(
    st.tuples(st.integers(0, len(JSON_SOUND) - 1), st.integers(0, 4), JSON_PIECES), max_size=4
)


@given(changes=JSON_CHANGES)
def test_both_ways_read_damaged_json_lines_alike(changes: list[tuple[int, int, str]]) -> None:
    """Lines damaged anywhere give the same rows and faults decoded at once and one by one."""
    text = JSON_SOUND
    for at, left_out, new in changes:
        text = text[:at] + new + text[at + left_out :]

    quick, log = read(text, "", "", "jsonl")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_json_lines, "_plain", lambda *_: None)
        careful, other = read(text, "", "", "jsonl")

    assert careful == quick
    assert (other.faults, other.count) == (log.faults, log.count)


@pytest.mark.parametrize(
    "second",
    ['"name" :"B"', '"name"\t:"B"', '"name":"B","tags":[]', '"n\\u0061me":"B"', '"name" :"B\\":"'],
)
def test_a_key_twice_is_always_noticed(second: str) -> None:
    """However it is written, a second value for a key never takes the place of the first."""
    text = f'{{"customer_id":"c","name":"A",{second}}}'

    assert ["customers, line 1: expected each key once, found 'name' again"] == faults(
        "jsonl", customers=text
    )


@pytest.mark.parametrize(("form", "first_line"), [("csv", 2), ("jsonl", 1)])
def test_batches_are_bounded(form: TableFormat, first_line: int) -> None:
    """Many rows come in several batches, and their lines go on from one to the next."""
    rows: list[Row] = [{"customer_id": f"c-{n}", "name": "A" * 60} for n in range(60_000)]
    rows[59_000]["name"] = ""
    text = as_csv(rows, ["customer_id", "name"]) if form == "csv" else as_json(rows)
    places, log, taker = TablePlaces(), FaultLog(), Sizes()
    tables = (text, *_empty(form))
    load_tables(
        TableFiles(*(TableFile(BytesIO(table.encode()), form) for table in tables)),
        taker,
        places,
        log,
    )

    assert len(rows) == sum(taker.sizes)
    assert len(taker.sizes) > 1
    assert first_line + 59_000 == places("customers", 59_000, None).line
    assert [first_line + 59_000] == [fault.place.line for fault in log.faults]


class Sizes(Rows):
    """Takes the sizes of batches of customers."""

    def __init__(self) -> None:
        """Nothing was taken yet."""
        super().__init__()
        self.sizes: list[int] = []

    def add_customers(self, batch: CustomerBatch, /) -> None:
        """Take customers."""
        self.sizes.append(len(batch.bad))


def _empty(form: TableFormat) -> tuple[str, str]:
    if form == "jsonl":
        return "", ""

    return SUBSCRIPTIONS.partition("\n")[0], LICENSES.partition("\n")[0]


@given(gaps=st.lists(st.integers(1, 3), min_size=1), cuts=st.lists(st.integers(0, 30)))
def test_rows_keep_their_lines(gaps: list[int], cuts: list[int]) -> None:
    """Whatever gaps there are and however rows are cut into batches, each row has its line."""
    lines = np.cumsum(gaps)
    place = LineMap("t")
    bounds = sorted({0, len(lines), *(cut for cut in cuts if cut < len(lines))})
    for start, stop in pairwise(bounds):
        place.extend(lines[start:stop])

    assert lines.tolist() == [place.line(row) for row in range(len(lines))]


# Through to a portfolio and back


def portfolio(files: TableFiles) -> Portfolio:
    """The portfolio in some tables."""
    places, log = TablePlaces(), FaultLog()
    intake = Intake(log, places)
    load_tables(files, intake, places, log)

    return intake.finish(strict=True)


def files_in(directory: Path, form: TableFormat, packed: str = "") -> TableFiles:
    """Three tables in a directory."""
    names = ("customers", "subscriptions", "licenses")

    return TableFiles(*(TableFile(directory / f"{one}.{form}{packed}", form) for one in names))


GLOBEX = Customer(
    id="c-1",
    name='Globex, "the" é€😀',
    managed_by=ManagedBy.EXTERNAL,
    last_admin_sign_in_at=instant("2026-11-01T08:00:00.000001Z"),
    tags=["gold", "g h"],
    attributes=Attributes({"region": "emea", "account manager": "=1+1"}),
    subscriptions=[
        Subscription(
            id="007",
            kind=Kind.TRIAL,
            added_at=instant("2026-01-10"),
            starts_at=instant("2026-01-11"),
            ends_at=instant("2200-01-01"),
            paid=False,
            licenses=[
                LicenseLine(product="calling", name="Pro"),
                LicenseLine(
                    product="calling",
                    name="NA",
                    observations=[
                        Observation(total=0, assigned=2**53 - 1),
                        Observation(
                            total=10, assigned=1, used_7d=2, observed_at=instant("2026-11-15")
                        ),
                    ],
                ),
            ],
        ),
        Subscription(id="s-2", kind=Kind.SUBSCRIPTION, added_at=instant("1970-01-01")),
    ],
)
INITECH = Customer(id="c-2", name="Initech")
NAMES = ("account manager", "region")


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_is_written_is_read(tmp_path: Path, form: TableFormat, packed: str) -> None:
    """Tables that were written give the equal portfolio, and the same customers the same bytes."""
    files = files_in(tmp_path, form, packed)
    write_tables(iter([GLOBEX, INITECH]), files, attributes=NAMES)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert Portfolio.from_customers([GLOBEX, INITECH]) == portfolio(files)
    write_tables([GLOBEX, INITECH], files, attributes=NAMES)
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert 3 == len(before)


def test_tables_are_written_plainly(tmp_path: Path) -> None:
    """Columns stand in the order of the definitions, and nothing stands for null."""
    write_tables([GLOBEX], files_in(tmp_path, "csv"), attributes=NAMES)

    assert (
        "subscription_id,product,name,total,assigned,observed_at,used_7d,used_3mo\n"
        "007,calling,Pro,,,,,\n"
        "007,calling,NA,0,9007199254740991,,0,0\n"
        "007,calling,NA,10,1,2026-11-15T00:00:00Z,2,0\n"
    ) == (tmp_path / "licenses.csv").read_text()


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"tags": ["a;b"]}, "tags", "tags without ';'"),
        ({"attributes": {"region": ""}}, "attr.region", "a value that is not empty"),
        ({"attributes": {"owner": "x"}}, "attr.owner", "an attribute among those named"),
        ({"name": "x" * 131_073}, "name", "a text of at most 131072 characters"),
    ],
)
def test_what_csv_cannot_carry_is_refused(
    tmp_path: Path, changes: dict[str, Any], column: str, words: str
) -> None:
    """The customer and the column are named, and files that were there stay as they were."""
    files = files_in(tmp_path, "csv")
    write_tables([INITECH], files)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    odd = Customer(**{"id": "c-3", "name": "Odd", **changes})

    with pytest.raises(InputError, match=re.escape(f"expected {words}")) as caught:
        write_tables([GLOBEX, odd] if "name" in changes else [odd], files, attributes=NAMES)

    (fault,) = caught.value.faults
    assert ("customer 'c-3'", column) == (fault.place.source, fault.place.column)
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_json_lines_carry_what_csv_cannot(tmp_path: Path) -> None:
    """Tags with `;` and empty values of attributes go through JSON lines."""
    odd = Customer(id="c-3", name="x" * 131_073, tags=["a;b"], attributes={"region": ""})
    files = files_in(tmp_path, "jsonl")
    write_tables([odd], files)

    assert Portfolio.from_customers([odd]) == portfolio(files)


def test_a_row_beyond_reading_is_not_written(tmp_path: Path) -> None:
    """What could not be read back is refused when it is written."""
    huge = Customer(id="c-3", name="x" * 2_000_000)

    with pytest.raises(InputError, match="expected a row of at most 1048576 bytes"):
        write_tables([huge], files_in(tmp_path, "jsonl"))


def test_faults_between_rows_know_their_lines() -> None:
    """A fault that is found late still names the file and the line."""
    places, log = TablePlaces(), FaultLog()
    intake = Intake(log, places)
    texts = (
        CUSTOMERS + "\nc-1,Again\n",
        SUBSCRIPTIONS + '\n\n"s-2",c-9,trial,2026-01-10\n',
        LICENSES,
    )
    files = TableFiles(*(TableFile(BytesIO(text.encode()), "csv") for text in texts))
    load_tables(files, intake, places, log)

    with pytest.raises(InputError) as caught:
        intake.finish(strict=True)

    assert [("customers", 4, "customer_id"), ("subscriptions", 5, "customer_id")] == sorted(
        (fault.place.source, fault.place.line, fault.place.column) for fault in caught.value.faults
    )


@pytest.mark.parametrize("last", [EARLIEST, LATEST])
def test_the_first_and_the_last_instant_are_in_range(last: int) -> None:
    """Both ends of the range of instants are read."""
    text = {EARLIEST: "1970-01-01", LATEST: "2200-01-01"}[last]
    rows, _ = read(subscriptions=SUBSCRIPTIONS.replace("2026-01-10", text))

    assert [last] == [row["added"] for row in rows.subscriptions if row]


def test_faults_come_file_by_file(tmp_path: Path) -> None:
    """Faults of the customers stand before those of the licenses, whatever their lines."""
    (tmp_path / "customers.csv").write_text("customer_id,name\nc-1,One\nc-2,Two\nc-3,\n")
    (tmp_path / "subscriptions.csv").write_text(
        "subscription_id,customer_id,kind,added_at\nS1,c-1,gift,2026-01-01\n"
    )
    (tmp_path / "licenses.csv").write_text(
        "subscription_id,product,name,total,assigned\nS1,calling,Pro,many,1\n"
    )
    with pytest.raises(InputError) as caught:
        read_directory(tmp_path)

    assert ["customers.csv, line 4", "subscriptions.csv, line 2", "licenses.csv, line 2"] == [
        str(fault.place).rpartition("/")[2].rpartition(",")[0] for fault in caught.value.faults
    ]
