"""CSV and JSON lines cut by Arrow: the same rows, and the same faults, as the base readers have."""

import gzip
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.errors import Fault, InputError, MissingExtraError
from partnerkpi.io import TableFile, TableFiles, _fast_tables, _table_parts
from tests.call_doors import LEG, QUEUED, Form, as_csv, as_json_lines, of_columns
from tests.call_strategies import call_rows, queue_call_rows
from tests.strategies import Document, portfolio_documents

Found = tuple[Any, tuple[Fault, ...], int]

ODD = (
    *(b'"', b'""', b",", b"\n", b"\r", b"\r\n", b"\n\n", b";", b"\x00", b"\xff", b"\xc3\xa9", b" "),
    *(b"\t", b"-", b"+", b"0", b"1e5", b"0x1", b"null", b"true", b"NaN", b"{", b"}", b"[", b"]"),
    *(b":", b"\\", b"\\u0000", b"\\ud800", b'"a":1,', b'{"a":1}', b".5", b"-0", b"9" * 20, b""),
)


def calls(data: bytes, form: Form, engine: str, table: str) -> Found:
    """What lenient reading makes of a table of calls."""
    read: Any = pk.read_calls if table == "calls" else pk.read_queue_calls
    try:
        found = read(BytesIO(data), form=form, engine=engine, lenient=True)
    except InputError as error:
        return None, error.faults, error.count

    return found, found.faults, found.fault_count


def tables(texts: list[bytes], form: Form, engine: Any) -> Found:
    """What lenient reading makes of three tables."""
    files = TableFiles(*(TableFile(BytesIO(text), form) for text in texts))
    try:
        found = pk.read_tables(files, engine=engine, lenient=True)
    except InputError as error:
        return None, error.faults, error.count

    return list(found.customers), found.faults, found.fault_count


@st.composite
def damaged(draw: Any, text: bytes) -> bytes:
    """A text with a few bytes put in or taken out."""
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        size = draw(st.integers(0, 2))
        text = text[:at] + draw(st.sampled_from(ODD)) + text[at + size :]

    return text


@given(data=st.data(), rows=call_rows(5), block=st.sampled_from([40, 300, 1 << 22]))
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_damaged_call_legs_are_the_same(
    form: Form, data: st.DataObject, rows: list[Any], block: int
) -> None:
    """Whatever is wrong with the text, wherever blocks end."""
    write = as_csv if form == "csv" else as_json_lines
    text = data.draw(damaged(write(rows or [LEG])))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_fast_tables, "BLOCK", block)

        assert calls(text, form, "base", "calls") == calls(text, form, "fast", "calls")


@given(data=st.data(), rows=queue_call_rows(5), block=st.sampled_from([40, 300, 1 << 22]))
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_damaged_queue_calls_are_the_same(
    form: Form, data: st.DataObject, rows: list[Any], block: int
) -> None:
    """Whatever is wrong with the text, wherever blocks end."""
    write = as_csv if form == "csv" else as_json_lines
    text = data.draw(damaged(write(rows or [QUEUED])))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_fast_tables, "BLOCK", block)

        assert calls(text, form, "base", "queue_calls") == calls(text, form, "fast", "queue_calls")


@given(data=st.data(), document=portfolio_documents())
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_damaged_portfolios_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, form: Form, data: st.DataObject, document: Document
) -> None:
    """Faults between rows, which are found late, know their lines as well."""
    folder = tmp_path_factory.mktemp("tables")
    try:
        pk.write(pk.from_dict(document), folder, tables=form)
    except InputError:
        # What CSV cannot carry.
        return
    names = ("customers", "subscriptions", "licenses")
    texts = [data.draw(damaged((folder / f"{name}.{form}").read_bytes())) for name in names]

    assert tables(texts, form, "base") == tables(texts, form, "fast")


QUEUE_HEAD = b"call_id,customer_id,queue_id,entered_at,wait_ms,outcome\n"
QUEUE_ROW = b"k-1,c-1,Q1,2026-11-16T09:30:00Z,19999,answered\n"


@pytest.mark.parametrize(
    "rows",
    [
        QUEUE_ROW.replace(b"19999", each)
        for each in (b"007", b"+5", b" 5", b"0x1F", b"5.0", b"1e3", b"-0", b"", b"9007199254740992")
    ]
    + [
        QUEUE_ROW.replace(b"2026-11-16T09:30:00Z", each)
        for each in (b"2026-11-16", b"2026-11-16 09:30:00Z", b"2026-11-16T09:30:00", b"1/2/2026")
    ]
    + [
        QUEUE_ROW.replace(b"k-1", each)
        for each in (b'"k-1"', b'"k,1"', b'"k""1"', b'"k\n1"', b'k"1', b'"k-1', b'"k"1', b"NA", b"")
    ]
    + [QUEUE_ROW.replace(b"\n", b"\r\n"), QUEUE_ROW + b"\n" + QUEUE_ROW, QUEUE_ROW[:-1]]
    + [QUEUE_ROW + b"a,b\n" + QUEUE_ROW, QUEUE_ROW.replace(b"k-1", b"k" * 140_000)],
)
def test_csv_of_every_kind_is_the_same(rows: bytes) -> None:
    """What Arrow would take and the definitions do not, and the other way round."""
    text = QUEUE_HEAD + QUEUE_ROW + rows

    assert calls(text, "csv", "base", "queue_calls") == calls(text, "csv", "fast", "queue_calls")


@pytest.mark.parametrize(
    "line",
    [
        b'{"call_id":"k","call_id":"l"}', b"[]", b"5", b"", b"{}", b' {"call_id":"k"}',
        b'{"call_id":"\\ud800"}', b'{"call_id":"\xff"}', b'{"latency_ms":NaN}',
        b'{"latency_ms":1e400}', b'{"latency_ms":-0}', b'{"duration_ms":-0}',
        b'{"duration_ms":01}', b'{"features":["a",null]}', b'{"features":"a"}', b'{"a":1}',
        b'{"call_id":"k"} {"call_id":"l"}', b'{"call_id":\n"k"}', b'{"call_id" :"k"}',
        b'{"call_id":{}}', b'{"features":[["a"]]}', b'{"call_id":null}', b"{" * 5000,
    ],
)  # fmt: skip
def test_lines_of_every_kind_are_the_same(line: bytes) -> None:
    """What Arrow would take and the definitions do not, and the other way round."""
    sound = as_json_lines([LEG])
    key, end = line[1:-1], sound.rstrip()[1:]
    with_keys = b"{" + key + b"," + end + b"\n" if line.startswith(b'{"') else b""
    text = sound + line + b"\n" + with_keys + sound

    assert calls(text, "jsonl", "base", "calls") == calls(text, "jsonl", "fast", "calls")


CUSTOMERS = (
    "customer_id,name,managed_by,last_admin_sign_in_at,tags,attr.region\n"
    "c-1,Globex,external,2026-11-01,gold;test,EMEA\n"
    "c-2,Initech,,,,\n"
)
SUBSCRIPTIONS = (
    "subscription_id,customer_id,kind,added_at,starts_at,auto_renew,paid\n"
    "s-1,c-1,subscription,2026-01-10,,true,\n"
    "s-2,c-2,trial,2026-01-10,2026-01-11T00:00:00Z,false,false\n"
)
LICENSES = (
    "subscription_id,product,name,observed_at,total,assigned,used_7d\n"
    "s-1,calling,Pro,2026-11-01,10,4,\n"
    "s-2,calling,Pro,,,,\n"
)


@pytest.mark.parametrize(
    ("sound", "odd"),
    [
        ("", ""), ("EMEA", "EM\x00A"), ("gold;test", "gold;gold"), ("gold;test", "gold;"),
        ("external", "nobody"), ("Initech", ""), ("subscription,2026", "gift,2026"),
        ("true,", "True,"), ("false,false", ",false"), (",10,4,", ",10,,"), (",10,4,", ",007,4,"),
        (",10,4,", ",10,4,9007199254740992"), ("s-2,c-2", "s-2,c-9"),
        ("s-2,calling", "s-9,calling"),
        ("2026-11-01,gold", "2026-11-01T00:00:00,gold"), ("s-1,c-1,sub", "s-1,,sub"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_portfolios_of_every_kind_are_the_same(form: Form, sound: str, odd: str) -> None:
    """A faulty column goes to the base reader, the others do not."""
    texts = [each.replace(sound, odd) for each in (CUSTOMERS, SUBSCRIPTIONS, LICENSES)]
    if form == "jsonl":
        texts = [as_objects(each) for each in texts]
    encoded = [each.encode() for each in texts]

    assert tables(encoded, form, "base") == tables(encoded, form, "fast")


def as_objects(text: str) -> str:
    """A table of CSV as JSON lines, its cells as what they look like."""
    names, *rows = (line.split(",") for line in text.splitlines())
    cells = (dict(zip(names, map(value, names, row), strict=True)) for row in rows)

    return "".join(f"{json.dumps(each)}\n" for each in cells)


def value(name: str, cell: str) -> object:
    """A cell as JSON has it."""
    if name == "tags":
        return cell.split(";") if cell else None
    if cell in ("true", "false"):
        return cell == "true"
    if cell.isdecimal() and not cell.startswith("0"):
        return int(cell)

    return cell or None


def test_what_is_stated_is_known(tmp_path: Path) -> None:
    """Invoices say whether a subscription is paid, unless its table does."""
    for name, text in (("customers", CUSTOMERS), ("subscriptions", SUBSCRIPTIONS)):
        (tmp_path / f"{name}.csv").write_text(text)
    (tmp_path / "licenses.csv").write_text(LICENSES)
    (tmp_path / "invoices.csv").write_text(
        "subscription_id,number,issued_on,due_on,amount_minor,currency\n"
        "s-1,i-1,2026-01-10,2026-02-10,100,EUR\n"
    )

    base, fast = (pk.read(tmp_path, engine=engine) for engine in ("base", "fast"))

    assert base == fast
    assert [None, False] == [each.subscriptions[0].paid for each in fast.customers]


@example(b"")
@example(b"\n\n")
@given(st.binary(max_size=40))
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_any_bytes_are_the_same(form: Form, data: bytes) -> None:
    """A file of anything at all."""
    assert calls(data, form, "base", "calls") == calls(data, form, "fast", "calls")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_faults_are_counted_beyond_the_cap(form: Form) -> None:
    """Those that are met while the next block is read, too."""
    rows = [QUEUED | {"wait_ms": -1} for _ in range(30)]
    text = (as_csv if form == "csv" else as_json_lines)(rows) + b'"broken\n' * 9
    read: Any = pk.read_queue_calls
    counts = []
    for engine in ("base", "fast"):
        with pytest.raises(InputError) as caught:
            read(BytesIO(text), form=form, engine=engine, max_faults=3)
        counts.append((caught.value.count, len(caught.value.faults)))

    assert counts[0] == counts[1]
    assert 3 == counts[0][1]


def test_packed_files_are_cut_as_well(tmp_path: Path) -> None:
    """The bytes are unpacked first; what is truncated is told as everywhere."""
    packed = gzip.compress(as_csv([QUEUED] * 50), mtime=0)
    path = tmp_path / "queue_calls.csv.gz"
    path.write_bytes(packed)

    assert of_columns("queue_calls", [QUEUED] * 50) == pk.read_queue_calls(path, engine="fast")
    path.write_bytes(packed[:-20])
    with pytest.raises(InputError, match="complete gzip data"):
        pk.read_queue_calls(path, engine="fast")


def test_large_files_are_cut_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of JSON lines; small ones are not: they are read before the library is there."""
    path = tmp_path / "queue_calls.jsonl"
    path.write_bytes(as_json_lines([QUEUED] * 50))
    seen: list[object] = []

    def parts(*found: object) -> Iterator[object]:
        seen.append(found)
        return iter(())

    monkeypatch.setattr(_fast_tables.FastJson, "parts", parts)

    pk.read_queue_calls(path)
    assert [] == seen
    monkeypatch.setattr(_table_parts, "_LARGE", 100)
    pk.read_queue_calls(path)
    assert 1 == len(seen)
    other = tmp_path / "queue_calls.csv"
    other.write_bytes(as_csv([QUEUED] * 50))
    pk.read_queue_calls(other)
    pk.read_queue_calls(path, engine="base")
    assert 1 == len(seen)
    monkeypatch.setattr(_table_parts, "installed", lambda: False)
    pk.read_queue_calls(path)
    assert 1 == len(seen)


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine that was asked for is not replaced in silence."""
    monkeypatch.setattr("partnerkpi._arrow.installed", lambda: False)

    with pytest.raises(MissingExtraError, match=r"partnerkpi\[arrow\]"):
        pk.read_queue_calls(BytesIO(QUEUE_HEAD), form="csv", engine="fast")
