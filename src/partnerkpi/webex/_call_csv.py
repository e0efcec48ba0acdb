"""Machinery: records of a CSV export of the call history, a block of bytes at a time.

Exports put every value in quotes. Then the quotes alone tell where cells are: between the second
quote of a cell and the first of the next one there is a comma or a line end, nothing else. Blocks
of any other shape are left to the splitters of all tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import define, evolve, field

from partnerkpi._encoding import is_utf8
from partnerkpi._faults import shown
from partnerkpi._text import Text
from partnerkpi.errors import Fault, Place
from partnerkpi.io._csv import PAD, Cells, CsvReader, Piece, split_checked, split_plain
from partnerkpi.webex._call_headings import ANSWER_COLUMNS, HEADINGS, REQUIRED, USED, squeezed
from partnerkpi.webex._call_slices import Slices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from partnerkpi._arrays import Bytes, Mask, Rows
    from partnerkpi._faults import FaultLog
    from partnerkpi.io._csv import Block
    from partnerkpi.io._files import ByteSource

__all__ = ["CsvHistory", "CsvRecords"]

_COMMA, _LINE_END, _RETURN, _QUOTE = b',\n\r"'
_BLOCK = 1 << 24
_LIMIT = 131_072
_NA = 2
_N, _A, _SMALL = ord("n"), ord("a"), 0x20


@define
class CsvHistory:
    """A CSV file of the call history.

    Attributes:
        source: What faults call it.
        log: Where faults go.
        ignored: Headings that are not documented.
    """

    source: ByteSource
    log: FaultLog
    ignored: tuple[str, ...] = ()

    def parts(self) -> Iterator[CsvRecords]:
        """The records, some at a time; none where the header is faulty."""
        reader = _Reader(self.source, self.log, _BLOCK)
        first = reader.header()
        if first is None:
            return
        places = self._places(*first)
        if places is None:
            # What else is wrong with the lines is told all the same.
            for _ in reader.cells(len(first[1])):
                pass
            return
        used = {name: at for name, at in places.items() if name in USED}
        reader.used = np.array(list(used.values()), np.intp)
        columns = {name: at for at, name in enumerate(used)}
        for cells in reader.cells(len(first[1])):
            yield CsvRecords(self.source.name, self.log, cells, columns)

    def _places(self, line: int, names: list[str]) -> Mapping[str, int] | None:
        """Where each documented heading stands, if those that are needed are there."""
        faults, places, ignored = self.log.count, dict[str, int](), list[str]()
        for at, name in enumerate(names):
            key = HEADINGS.get(squeezed(name))
            if (key or name) in places or (key is None and name in ignored):
                self._refuse(line, name, "each heading once", "it again")
            elif key is None:
                ignored.append(name)
            else:
                places[key] = at
        for name in REQUIRED:
            if name not in places:
                self._refuse(line, name, "this heading", "nothing")
        if not any(name in places for name in ANSWER_COLUMNS):
            self._refuse(line, ANSWER_COLUMNS[0], "this heading", "nothing")
        self.ignored = tuple(ignored)

        return None if self.log.count > faults else places

    def _refuse(self, line: int, name: str, expected: str, found: str) -> None:
        self.log.add(Place(self.source.name, line=line, column=name), expected, found)


@define
class _Reader(CsvReader):
    """A CSV file whose cells are mostly quoted, all of them.

    Attributes:
        used: Which columns are looked at.
    """

    used: Rows = field(factory=lambda: np.empty(0, np.intp))

    def cells(self, width: int) -> Iterator[Cells]:
        """The cells used of all records after the header, a bounded number of them at a time."""
        while not (self._ended and not self._rest):
            block = self._block()
            piece = _split_quoted(block, width, self.used) or self._otherwise(block, width)
            self._keep(block, piece.consumed, piece.line)
            if len(piece.cells):
                yield piece.cells

    def _otherwise(self, block: Block, width: int) -> Piece:
        """The cells used of a block in which not every cell is quoted."""
        piece = split_plain(block, width) or split_checked(block, width, self._faults)
        cells = piece.cells
        used = evolve(cells, starts=cells.starts[self.used], lengths=cells.lengths[self.used])

        return evolve(piece, cells=used)


def _split_quoted(block: Block, width: int, used: Rows) -> Piece | None:
    """The cells of a block in which every cell is quoted, and none holds a quote or a line end."""
    stop = block.stop
    view = np.frombuffer(block.data, np.uint8)
    if width == 1 or stop == PAD or view[PAD] != _QUOTE or not is_utf8(block.data[PAD:stop]):
        return None
    quotes = np.flatnonzero(view[:stop] == _QUOTE)
    line_ends = np.count_nonzero(view[:stop] == _LINE_END)
    if line_ends * 2 * width != len(quotes):
        return None
    firsts, lasts = (quotes[start::2].reshape(-1, width) for start in (0, 1))
    if np.diff(lasts[:, -1], prepend=PAD).max() > _LIMIT or not _regular(view, firsts, lasts):
        return None
    starts = np.take(firsts.T, used, axis=0)
    starts += 1
    lengths = np.take(lasts.T, used, axis=0)
    lengths -= starts
    lines = np.arange(block.line, block.line + len(firsts))
    cells = Cells(view, starts, lengths, lines, np.zeros(len(firsts), np.bool_))

    return Piece(cells, stop - PAD, block.line + len(firsts))


def _regular(view: Bytes, firsts: Rows, lasts: Rows) -> bool:
    """Whether commas stand between the cells of each record, and line ends between records."""
    between = lasts[:, :-1] + 1
    if (view[between] != _COMMA).any():
        return False
    between += 1
    if (between != firsts[:, 1:]).any():
        return False
    ends, after = lasts[:, -1] + 1, np.append(firsts[1:, 0], lasts[-1, -1] + 1)
    returns = view[ends] == _RETURN
    ends = ends + returns
    after[-1] = ends[-1] + 1

    return bool((view[ends] == _LINE_END).all() and (after - ends == 1).all())


@define
class CsvRecords:
    """Some records of a file, column by column; a cell that is empty or ``NA`` is nothing given."""

    source: str
    log: FaultLog
    cells: Cells
    places: Mapping[str, int]
    #: Records with a fault.
    bad: Mask = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.bad = self.cells.broken.copy()

    def __len__(self) -> int:
        return len(self.cells)

    def given(self, heading: str, among: Rows | None = None) -> Slices:
        """The values of the records (of some, or of all) that give one."""
        at = self.places.get(heading)
        if at is None:
            return Slices.of_text(np.empty(0, np.intp), Text.from_strings([]))
        starts, lengths = self.cells.starts[at], self.cells.lengths[at]
        if among is not None:
            starts, lengths = starts[among], lengths[among]
        rows = np.flatnonzero(self._stated(starts, lengths))
        if len(rows) < len(starts):
            starts, lengths = starts[rows], lengths[rows]

        return Slices(rows if among is None else among[rows], self.cells.buffer, starts, lengths)

    def _stated(self, starts: Rows, lengths: Rows) -> Mask:
        stated: Mask = lengths > 0
        short = np.flatnonzero(lengths == _NA)
        at = starts[short]
        first, second = (self.cells.buffer[at + place] | _SMALL for place in (0, 1))
        stated[short[(first == _N) & (second == _A)]] = False

        return stated

    def refuse(self, heading: str, rows: Rows, expected: Callable[[str], str | None]) -> None:
        """Fault a heading of some records."""
        told = rows[~self.cells.broken[rows]]
        self.log.add_rows(told, lambda row: self._fault(heading, row, expected))
        self.bad[rows] = True

    def _fault(self, heading: str, row: int, expected: Callable[[str], str | None]) -> Fault:
        at = self.places.get(heading)
        text = "" if at is None else self.cells.text(at, row)

        return Fault(self.place(row, heading), str(expected(text)), shown(text or None))

    def place(self, row: int, heading: str | None) -> Place:
        """Where a record, or a heading of it, stands."""
        return Place(self.source, line=int(self.cells.lines[row]), column=heading)
