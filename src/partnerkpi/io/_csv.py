"""Machinery: CSV as cells, by NumPy where the bytes are plain and by ``csv`` where they are not.

Bytes are cut into blocks at line ends. ``split_plain`` finds the cells of a block by looking for
commas and line ends only, and refuses (``None``) whatever a comma and a line end do not settle;
``split_checked`` reads the same block with ``csv.reader(strict=True)`` and alone says what is
wrong. Both hand over the same cells for every block that both can read.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from attrs import define, field, frozen

from partnerkpi._encoding import is_utf8
from partnerkpi._faults import shown
from partnerkpi.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Bytes, Mask, Rows
    from partnerkpi._faults import FaultLog
    from partnerkpi.io._files import ByteSource

__all__ = ["PAD", "Block", "Cells", "CsvReader", "Piece", "split_checked", "split_plain"]

#: Zero bytes before and after the cells: 16 bytes around a cell may be read without a look.
PAD = 16
BLOCK = 1 << 20
FIELD_LIMIT = 131_072
RECORD_LIMIT = 1 << 20
#: How many bytes of a file may be read again because a record before them is broken.
SECOND_LOOK = 1 << 24

Quotes: TypeAlias = "NDArray[np.int32]"

_COMMA, _LINE_END, _RETURN, _QUOTE = b',\n\r"'
#: The quotes around a cell.
_AROUND = 2
_QUOTED = re.compile(rb'"(?:[^"]|"")*"')


@frozen(eq=False)
class Cells:
    """The cells of some records: slices of a buffer of UTF-8 bytes.

    ``starts`` and ``lengths`` have a row per column of the table and a column per record.
    ``lines`` are the lines where the records start. ``broken`` marks records with too few or too
    many cells: they were faulted, and their cells mean little.
    """

    buffer: Bytes
    starts: NDArray[np.intp]
    lengths: NDArray[np.intp]
    lines: Rows
    broken: Mask

    def __len__(self) -> int:
        return len(self.lines)

    def text(self, column: int, record: int) -> str:
        """The text of one cell."""
        start = int(self.starts[column, record])

        return bytes(self.buffer[start : start + int(self.lengths[column, record])]).decode()


@frozen(eq=False)
class Block:
    """Some bytes of a file from the start of a record on, with ``PAD`` zero bytes around them.

    ``line`` is the number of the first line. At the end of the file the text ends with a line end,
    also where the file does not.
    """

    data: bytes
    line: int
    at_end: bool

    @classmethod
    def of(cls, text: bytes, line: int, *, at_end: bool) -> Block:
        """Set zero bytes around a text."""
        closing = b"\n" if at_end and text and not text.endswith(b"\n") else b""

        return cls(b"".join((bytes(PAD), text, closing, bytes(PAD))), line, at_end)

    @property
    def stop(self) -> int:
        """Where the last complete line ends."""
        return max(PAD, self.data.rfind(b"\n", PAD, len(self.data) - PAD) + 1)

    def rest(self, consumed: int) -> bytes:
        """The bytes that were not consumed yet."""
        return self.data[PAD + consumed : -PAD]


@frozen(eq=False)
class Piece:
    """What was split off a block: cells, the bytes they took, and the line after them."""

    cells: Cells
    consumed: int
    line: int


def split_plain(block: Block, width: int) -> Piece | None:
    """The cells of a block's records, or ``None`` where ``csv`` has to look."""
    stop = block.stop
    # In a table of one column only `csv` tells an empty cell from a blank line.
    if width == 1 or stop == PAD or not is_utf8(block.data[PAD:stop]):
        return None
    view = np.frombuffer(block.data, np.uint8)[:stop]
    quotes = _quotes(view, block.data)
    marks = np.flatnonzero((view == _COMMA) | (view == _LINE_END))
    if quotes is not None:
        marks = _whole_records(marks[quotes[marks] % 2 == 0], view)
    if not _rectangular(view[marks], width) or (block.at_end and marks[-1] != stop - 1):
        return None

    return _plain_piece(block, view, marks.reshape(-1, width), quotes)


def _positions(view: Bytes, data: bytes, byte: int) -> Rows:
    # Looking for one byte is a hundred times cheaper than comparing all, and mostly finds none.
    if data.find(byte, PAD, len(view)) < 0:
        return np.empty(0, np.intp)

    return np.flatnonzero(view == byte)


def _quotes(view: Bytes, data: bytes) -> Quotes | None:
    """How many quotes there are up to each byte, if there are any."""
    if data.find(_QUOTE, PAD, len(view)) < 0:
        return None

    return np.cumsum(view == _QUOTE, dtype=np.int32)


def _whole_records(marks: Rows, view: Bytes) -> Rows:
    line_ends = np.flatnonzero(view[marks] == _LINE_END)

    return marks[: line_ends[-1] + 1] if line_ends.size else marks[:0]


def _rectangular(kinds: Bytes, width: int) -> bool:
    """Whether every record has its cells: a line end after each ``width`` marks, nowhere else."""
    if not kinds.size or kinds.size % width:
        return False
    line_ends = kinds == _LINE_END

    return bool(
        line_ends[width - 1 :: width].all() and np.count_nonzero(line_ends) == kinds.size // width
    )


def _plain_piece(block: Block, view: Bytes, table: Rows, quotes: Quotes | None) -> Piece | None:
    stop = int(table[-1, -1]) + 1
    returns = _positions(view, block.data, _RETURN)
    records = np.diff(table[:, -1], prepend=PAD - 1)
    if records.max() > FIELD_LIMIT or (view[returns + 1] != _LINE_END).any():
        return None
    starts, ends = _bounds(table)
    if returns.size:
        ends[-1] -= view[ends[-1] - 1] == _RETURN
    lines, line = _lines(block, view[:stop], starts[0], may_be_quoted=quotes is not None)
    buffer = np.frombuffer(block.data, np.uint8)
    cells = Cells(buffer, starts, ends - starts, lines, np.zeros(len(table), np.bool_))
    unquoted = cells if quotes is None else _without_quotes(cells, quotes)

    return Piece(unquoted, stop - PAD, line) if unquoted else None


def _bounds(table: Rows) -> tuple[Rows, Rows]:
    ends = np.ascontiguousarray(table.T)
    starts = np.empty_like(ends)
    starts[1:] = ends[:-1] + 1
    starts[0, 0] = PAD
    starts[0, 1:] = ends[-1, :-1] + 1

    return starts, ends


def _lines(block: Block, view: Bytes, starts: Rows, *, may_be_quoted: bool) -> tuple[Rows, int]:
    """The lines on which records start, and the line after the last record."""
    if not may_be_quoted:
        return np.arange(block.line, block.line + len(starts)), block.line + len(starts)
    line_ends = np.flatnonzero(view == _LINE_END)

    return block.line + np.searchsorted(line_ends, starts), block.line + line_ends.size


def _without_quotes(cells: Cells, quotes: Quotes) -> Cells | None:
    """The cells without the quotes around them, or ``None`` if some quote is out of place."""
    counts = quotes[cells.starts + cells.lengths - 1] - quotes[cells.starts - 1]
    column, record = np.nonzero(counts)
    counts, starts = counts[column, record], cells.starts[column, record]
    last = cells.buffer[starts + cells.lengths[column, record] - 1]
    if (cells.buffer[starts] != _QUOTE).any() or (last != _QUOTE).any() or (counts % 2).any():
        return None
    cells.starts[column, record] += 1
    cells.lengths[column, record] -= _AROUND
    doubled = counts > _AROUND

    return _without_doubled(cells, column[doubled], record[doubled]) if doubled.any() else cells


def _without_doubled(cells: Cells, columns: Rows, records: Rows) -> Cells | None:
    """The cells with one quote for each two in these cells."""
    data, written = bytes(cells.buffer), [bytes(cells.buffer)]
    place = len(data)
    for column, record in zip(columns.tolist(), records.tolist(), strict=True):
        start = int(cells.starts[column, record])
        stop = start + int(cells.lengths[column, record])
        if not _QUOTED.fullmatch(data, start - 1, stop + 1):
            return None
        text = data[start:stop].replace(b'""', b'"')
        cells.starts[column, record], cells.lengths[column, record] = place, len(text)
        place += len(text)
        written.append(text)
    buffer = np.frombuffer(b"".join((*written, bytes(PAD))), np.uint8)

    return Cells(buffer, cells.starts, cells.lengths, cells.lines, cells.broken)


class _TooLongError(Exception):
    """A record that does not end within ``RECORD_LIMIT`` bytes."""


@define
class _Feed:
    """The lines of a block as ``csv.reader`` takes them, one record at a time."""

    lines: Sequence[bytes]
    at: int = 0
    #: Lines that a record within the limit may have.
    fitting: int = 0
    taken: int = 0
    ran_out: bool = False

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.at == len(self.lines):
            self.ran_out = True
            raise StopIteration
        line = self.lines[self.at]
        self.at += 1
        self.taken += len(line) + 1
        if self.taken > RECORD_LIMIT:
            raise _TooLongError
        self.fitting = self.at

        return f"{line.decode()}\n"

    def begin(self, at: int) -> None:
        """Forget the record before and go on with the line ``at``."""
        self.at = self.fitting = at
        self.taken, self.ran_out = 0, False


@define
class LineFaults:
    """Where the faults of one file's lines go."""

    source: str
    _log: FaultLog
    broken: int = 0
    second_look: int = field(factory=lambda: SECOND_LOOK)

    def send(self, log: FaultLog) -> None:
        """Have faults go somewhere else from now on."""
        self._log = log

    def at(self, line: int, expected: str, found: str) -> None:
        """Note a fault of a whole line."""
        self._log.add(Place(self.source, line=line), expected, found)

    def unreadable(self, line: int, last: int, error: Exception, raw: bytes) -> None:
        """Note a record that cannot be cut into cells, and up to which line it is left out."""
        self.broken += 1
        expected, found = _words(error, raw)
        self.at(line, expected, found if last == line else f"{found} (left out to line {last})")


def _words(error: Exception, raw: bytes) -> tuple[str, str]:
    if isinstance(error, UnicodeDecodeError):
        return "UTF-8 text", f"the byte 0x{error.object[error.start]:02x}"
    if isinstance(error, _TooLongError):
        return f"a record of at most {RECORD_LIMIT} bytes", "a longer one"
    said = str(error)
    expected, found = next((words for part, words in _REASONS if part in said), (said, None))

    return expected, found or shown(raw.decode(errors="replace"))


# What `csv` says of the mistakes that it knows, and what is said here.
_REASONS: tuple[tuple[str, tuple[str, str | None]], ...] = (
    ("unexpected end of data", ("a closing quote", "the end of the file")),
    ("expected after", ("a comma or a line end after a closing quote", None)),
    ("field limit", (f"a cell of at most {FIELD_LIMIT} characters", "a longer one")),
    ("new-line character", ("a line end of LF or CRLF, not a carriage return alone", None)),
)


@define
class _Records:
    """The records of a block one by one, with the number of the line where each starts."""

    block: Block
    faults: LineFaults
    feed: _Feed = field(init=False)
    #: Lines of the block that are done with.
    done: int = 0

    def __attrs_post_init__(self) -> None:
        text = self.block.data[PAD : self.block.stop]
        self.feed = _Feed(text.split(b"\n")[:-1])

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(self.feed, strict=True)
        while self.done < len(self.feed.lines):
            self.feed.begin(self.done)
            try:
                row = next(reader)
            except (csv.Error, UnicodeDecodeError, _TooLongError) as error:
                if self._unfinished():
                    return
                self._leave_out(error)
                continue
            start, self.done = self.done, self.feed.at
            if row:
                yield self.block.line + start, row

    def _unfinished(self) -> bool:
        """Whether the record may end in bytes that were not read yet."""
        return (
            self.feed.ran_out
            and not self.block.at_end
            and len(self.block.rest(self.consumed)) < RECORD_LIMIT
        )

    def _leave_out(self, error: Exception) -> None:
        """Fault a broken record, and go on behind its first line."""
        start, self.done = self.done, self.done + 1
        if self.feed.ran_out and not self.block.at_end:
            error = _TooLongError()
        swallowed = self.feed.taken - len(self.feed.lines[start]) - 1
        # An opened quote must not swallow good records in silence: they are looked at again, as
        # long as that does not make reading a multiple of the file.
        if isinstance(error, _TooLongError) or swallowed > self.faults.second_look:
            self.done = max(self.done, self.feed.fitting)
        else:
            self.faults.second_look -= swallowed
        last = self.line - 1
        self.faults.unreadable(self.block.line + start, last, error, self.feed.lines[start])

    @property
    def consumed(self) -> int:
        """The bytes of the lines that are done with."""
        return sum(len(line) + 1 for line in self.feed.lines[: self.done])

    @property
    def line(self) -> int:
        """The line after those that are done with."""
        return self.block.line + self.done


def split_checked(block: Block, width: int, faults: LineFaults) -> Piece:
    """The cells of a block's records as ``csv`` reads them; what it cannot read is faulted."""
    records = _Records(block, faults)
    lines: list[int] = []
    broken: list[bool] = []
    cells: list[str] = []
    for line, row in records:
        sound = _sound(row, width, line, faults)
        lines.append(line)
        broken.append(not sound)
        cells += row if len(row) == width else [*row, *[""] * width][:width]

    return Piece(_of_strings(cells, width, lines, broken), records.consumed, records.line)


def _sound(row: list[str], width: int, line: int, faults: LineFaults) -> bool:
    if len(row) != width:
        faults.at(line, f"{width} cells, as in the header", str(len(row)))
        return False
    # `csv` has a limit of its own, which a program may have raised.
    if sum(map(len, row)) > FIELD_LIMIT and max(map(len, row)) > FIELD_LIMIT:
        faults.at(line, f"a cell of at most {FIELD_LIMIT} characters", "a longer one")
        return False

    return True


def _of_strings(cells: list[str], width: int, lines: list[int], broken: list[bool]) -> Cells:
    pieces = [cell.encode() for cell in cells]
    lengths = np.fromiter(map(len, pieces), np.intp, len(pieces))
    starts = np.cumsum(lengths) - lengths + PAD
    buffer = np.frombuffer(b"".join((bytes(PAD), *pieces, bytes(PAD))), np.uint8)

    return Cells(
        buffer,
        np.ascontiguousarray(starts.reshape(-1, width).T),
        np.ascontiguousarray(lengths.reshape(-1, width).T),
        np.array(lines, np.intp),
        np.array(broken, np.bool_),
    )


@define
class CsvReader:
    """A CSV file: its header, then the cells of its records, a block at a time."""

    source: ByteSource
    log: FaultLog
    block_bytes: int = BLOCK
    _faults: LineFaults = field(init=False)
    _rest: bytes = b""
    _line: int = 1
    _ended: bool = False

    def __attrs_post_init__(self) -> None:
        self._faults = LineFaults(self.source.name, self.log)

    def header(self) -> tuple[int, list[str]] | None:
        """The line of the header and the names of its columns, or ``None`` (faulted)."""
        while True:
            block = self._block()
            records = _Records(block, self._faults)
            first = next(iter(records), None)
            self._keep(block, records.consumed, records.line)
            if self._faults.broken:
                return None
            if first:
                return first
            if block.at_end:
                self._faults.at(1, "a header line with the names of the columns", "an empty file")
                return None

    def cells(self, width: int) -> Iterator[Cells]:
        """The cells of all records after the header, a bounded number of them at a time."""
        while not (self._ended and not self._rest):
            block = self._block()
            piece = split_plain(block, width) or split_checked(block, width, self._faults)
            self._keep(block, piece.consumed, piece.line)
            if len(piece.cells):
                yield piece.cells

    def _block(self) -> Block:
        """The bytes that are left over and as many new ones."""
        new = b"" if self._ended else self.source.read(self.block_bytes)
        self._ended = not new
        text = self._rest + new

        return Block.of(text, self._line, at_end=self._ended)

    def _keep(self, block: Block, consumed: int, line: int) -> None:
        self._rest = block.rest(consumed)
        self._line = line
        self._skip_endless_line()

    def _skip_endless_line(self) -> None:
        """Leave out a line that is longer than a record may be."""
        if len(self._rest) < RECORD_LIMIT or b"\n" in self._rest or self._ended:
            return
        self._faults.unreadable(self._line, self._line, _TooLongError(), b"")
        while not self._ended and b"\n" not in self._rest:
            self._rest = self.source.read(self.block_bytes)
            self._ended = not self._rest
        self._rest = self._rest.partition(b"\n")[2]
        self._line += 1
