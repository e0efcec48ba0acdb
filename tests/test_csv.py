"""The two ways of cutting CSV into cells, and what neither takes."""

import csv
import re
from io import BytesIO, StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from partnerkpi._faults import FaultLog
from partnerkpi.errors import Fault
from partnerkpi.io import _csv
from partnerkpi.io._csv import Block, CsvReader, split_plain
from partnerkpi.io._csv_values import counts_of, decimals_of, equal_to
from partnerkpi.io._files import opened

Record = tuple[int, tuple[str, ...], bool]

#: Every byte that means something to CSV, some that do not, and one that is half a character.
PIECES = st.sampled_from(
    [
        b"a",
        b"bc",
        b",",
        b"\n",
        b"\r\n",
        b"\r",
        b'"',
        b'""',
        b'"q"',
        b";",
        b" ",
        b"\0",
        "é€".encode(),
    ]
)
WILD = st.lists(PIECES | st.just(b"\xc3"), max_size=60).map(b"".join)
TAME = st.lists(PIECES, max_size=60).map(b"".join)


def cut(
    text: bytes, width: int, block_bytes: int, *, checked: bool
) -> tuple[list[Record], tuple[Fault, ...], int]:
    """The records and faults of a text, read in blocks of so many bytes, one way or the other."""
    log = FaultLog()
    records: list[Record] = []
    with opened(BytesIO(text), "t") as source, pytest.MonkeyPatch.context() as patch:
        if checked:
            patch.setattr(_csv, "split_plain", lambda *_: None)
        reader = CsvReader(source, log, block_bytes)
        for cells in reader.cells(width):
            for row in range(len(cells)):
                texts = tuple(cells.text(column, row) for column in range(width))
                records.append((int(cells.lines[row]), texts, bool(cells.broken[row])))

    return records, log.faults, log.count


@given(text=WILD | TAME, width=st.integers(1, 4), block_bytes=st.integers(1, 80))
def test_both_ways_cut_alike(text: bytes, width: int, block_bytes: int) -> None:
    """Every text gives the same cells, lines and faults by NumPy and by `csv` alone."""
    assert cut(text, width, 1 << 20, checked=True) == cut(text, width, block_bytes, checked=False)


@given(
    rows=st.lists(st.lists(st.text('ab ,;"\n\0é', max_size=6), min_size=3, max_size=3), min_size=1),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    block_bytes=st.integers(1, 80),
)
def test_what_is_written_is_read(
    rows: list[list[str]], quoting: int, line_end: str, block_bytes: int
) -> None:
    """Cells written by `csv` come back as they were, whatever is in them."""
    text = StringIO(newline="")
    csv.writer(text, lineterminator=line_end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]

    records, faults, _ = cut(text.getvalue().encode(), 3, block_bytes, checked=False)

    assert not faults
    assert rows == [list(cells) for _, cells, _ in records]


@pytest.mark.parametrize(
    "text",
    [
        b"a,b\nc,d\n",
        b"a,b\r\nc,d\r\n",
        b"a,\n,d\n",
        "é,€\n".encode(),
        b'"a","b"\n',
        b'"a,1","b\n2"\nc,d\n',
        b'"say ""a""",b\n',
        b'"""",""\n',
    ],
)
def test_plain_bytes_need_no_csv(text: bytes) -> None:
    """Cells with and without quotes are found without `csv`, also doubled quotes and line ends."""
    piece = split_plain(Block.of(text, 1, at_end=True), 2)

    assert piece is not None
    assert len(text) == piece.consumed
    expected = [tuple(row) for row in csv.reader(StringIO(text.decode(), newline=""), strict=True)]
    assert expected == [
        (piece.cells.text(0, row), piece.cells.text(1, row)) for row in range(len(piece.cells))
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"a,b\nc\n",
        b"a,b,c\n",
        b"a,b\n\nc,d\n",
        b"a,b\rc,d\n",
        b'a"b,c\n',
        b'"a"b,c\n',
        b'"a,b\n',
        b'"a"b"c",d\n',
        b"a,\xff\n",
        b"x" * 131_073 + b",a\n",
    ],
)
def test_odd_bytes_are_left_to_csv(text: bytes) -> None:
    """What commas and line ends do not settle is never guessed."""
    assert split_plain(Block.of(text, 1, at_end=True), 2) is None


def test_a_cell_in_quotes_may_go_on_in_the_next_block() -> None:
    """Only whole records are taken from a block; the rest waits for more bytes."""
    piece = split_plain(Block.of(b'a,b\n"c\n', 1, at_end=False), 2)

    assert piece is not None
    assert (4, 2) == (piece.consumed, piece.line)


@given(
    text=st.text("0123456789", max_size=20)
    | st.text("0123456789+-_. :/\0é", max_size=12)
    | st.integers(2**53 - 3, 2**53 + 3).map(str)
)
def test_counts_are_canonical_digits(text: str) -> None:
    """A count is what Python writes for an int from 0 to 2**53 - 1, and nothing else."""
    is_count = text.isascii() and text.isdigit() and str(int(text)) == text
    expected = int(text) if is_count and int(text) < 2**53 else None

    cells = _csv._of_strings(["x", text, "7"], 3, [1], [False])
    values, good = counts_of(cells.buffer, cells.starts[1], cells.lengths[1])

    assert expected == (int(values[0]) if good[0] else None)


@given(
    text=st.decimals(0, 10**9, allow_nan=False, allow_infinity=False).map("{:f}".format)
    | st.text("0123456789.", max_size=20)
    | st.text("0123456789+-._ eE:/\0é", max_size=12)
    | st.from_regex(r"[0-9]{1,16}\.[0-9]{1,9}", fullmatch=True)
)
@example(text="9007199254740991.12345678")
@example(text="90071992547409.93")
@example(text="0.30000000")
def test_decimals_are_the_nearest_doubles(text: str) -> None:
    """What is told here is what Python reads, and is spelled as JSON spells numbers."""
    cells = _csv._of_strings(["x", text, "7"], 3, [1], [False])
    values, good = decimals_of(cells.buffer, cells.starts[1], cells.lengths[1])

    if good[0]:
        assert float(text) == values[0]
        assert re.fullmatch(r"(0|[1-9][0-9]*)(\.[0-9]+)?", text)


@pytest.mark.parametrize("text", ["0", "20", "9.5", "0.1", "0.00000001", "90071991.54740990"])
def test_usual_decimals_are_told(text: str) -> None:
    """Those of few digits need no second look."""
    cells = _csv._of_strings(["x", text, "7"], 3, [1], [False])
    values, good = decimals_of(cells.buffer, cells.starts[1], cells.lengths[1])

    assert [(float(text), True)] == list(zip(values.tolist(), good.tolist(), strict=True))


@given(
    text=st.sampled_from(
        ["", "true", "tru", "truee", "subscription", "subscriptioN", "Subscription"]
    )
    | st.text("suberipton", max_size=14),
    word=st.sampled_from(["true", "false", "external", "subscription"]),
)
def test_words_are_exact(text: str, word: str) -> None:
    """A word of up to sixteen bytes is told from everything else."""
    cells = _csv._of_strings(["true", text, "7"], 3, [1], [False])

    found = equal_to(cells.buffer, cells.starts[1], cells.lengths[1], word.encode())

    assert [text == word] == found.tolist()


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a\n", ["t, line 1: expected 2 cells, as in the header, found 1"]),
        (b"a,b,c\n", ["t, line 1: expected 2 cells, as in the header, found 3"]),
        (b'a,b\n"c,d\n', ["t, line 2: expected a closing quote, found the end of the file"]),
        (
            b'a,b\n"c"d,e\nf,g\n',
            [
                (
                    "t, line 2: expected a comma or a line end after a closing quote, "
                    """found '"c"d,e'"""
                )
            ],
        ),
        (
            b"a,b\rc,d\n",
            [
                (
                    "t, line 1: expected a line end of LF or CRLF, not a carriage return alone, "
                    "found 'a,b\\rc,d'"
                )
            ],
        ),
        (b"a,\xff\n", ["t, line 1: expected UTF-8 text, found the byte 0xff"]),
        (
            b"a," + b"x" * 131_073 + b"\n",
            ["t, line 1: expected a cell of at most 131072 characters, found a longer one"],
        ),
        (
            b'"' + b"x" * 200_000 + b'",a\n',
            ["t, line 1: expected a cell of at most 131072 characters, found a longer one"],
        ),
    ],
)
def test_broken_lines_are_said(text: bytes, expected: list[str], *, checked: bool) -> None:
    """Each line that cannot be cut is one fault with its line, in words, both ways."""
    _, faults, _ = cut(text, 2, 1 << 20, checked=checked)

    assert expected == [str(fault) for fault in faults]


def test_an_opened_quote_swallows_nothing() -> None:
    """The lines after one with an unclosed quote are read, instead of vanishing in a cell."""
    records, faults, _ = cut(b'a,"b\nc,d\ne,f\n', 2, 1 << 20, checked=False)

    assert [(2, ("c", "d"), False), (3, ("e", "f"), False)] == records
    assert 1 == len(faults)


def test_blank_lines_count_but_give_nothing() -> None:
    """A blank line is skipped, and the lines after it keep their numbers."""
    records, faults, _ = cut(b"a,b\n\n\r\nc,d\n\n", 2, 1 << 20, checked=False)

    assert [(1, ("a", "b"), False), (4, ("c", "d"), False)] == records
    assert () == faults


def test_records_keep_the_line_on_which_they_start() -> None:
    """A line end in a cell counts for the lines of the records after it."""
    records, _, _ = cut(b'"a\n\n",b\nc,d\n', 2, 1 << 20, checked=False)

    assert [(1, ("a\n\n", "b"), False), (4, ("c", "d"), False)] == records


def test_a_limit_raised_elsewhere_does_not_count() -> None:
    """Another part of the program may let `csv` take longer cells; here they stay a fault."""
    before = csv.field_size_limit(1 << 20)
    try:
        _, faults, _ = cut(b"a," + b"x" * 131_073 + b"\n", 2, 1 << 20, checked=False)
    finally:
        csv.field_size_limit(before)

    assert 1 == len(faults)


@pytest.mark.parametrize("opening", [b"", b'a,"b\n', b'"'])
def test_an_endless_line_is_one_fault(opening: bytes) -> None:
    """A line beyond any record is let go of without being kept, and reading goes on."""
    text = b"a,b\n" + opening + b"x" * (3 << 20) + b"\nc,d\n"

    records, faults, _ = cut(text, 2, 1 << 18, checked=False)

    lines = 4 if opening.endswith(b"\n") else 3
    assert [(1, ("a", "b"), False), (lines, ("c", "d"), False)] == records
    assert lines - 2 == len(faults)


def test_an_endless_line_may_end_the_file() -> None:
    """An endless line without an end is still one fault."""
    records, faults, _ = cut(b"a,b\n" + b"x" * (3 << 20), 2, 1 << 18, checked=False)

    assert [(1, ("a", "b"), False)] == records
    assert 1 == len(faults)


def test_a_record_over_many_lines_has_a_limit() -> None:
    """A record of short cells that never ends is a fault that says how far it was left out."""
    lines = [b'x,"', *[b'a","'] * (_csv.RECORD_LIMIT // 5), b'a"', b"c,d"]
    text = b"\n".join(lines)

    records, faults, _ = cut(text, 2, 1 << 18, checked=False)

    assert [(len(lines), ("c", "d"), False)] == records[-1:]
    expected = "t, line 1: expected a record of at most 1048576 bytes, found a longer one (left out"
    assert str(faults[0]).startswith(expected)


def test_reading_again_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken lines that each would have many others read again are left out at a stroke."""
    monkeypatch.setattr(_csv, "SECOND_LOOK", 40)
    text = b'x,"\n' + b'a","\n' * 30

    assert [
        "t, line 1: expected a closing quote, found the end of the file (left out to line 31)"
    ] == [str(fault) for fault in cut(text, 2, 1 << 18, checked=False)[1]]
