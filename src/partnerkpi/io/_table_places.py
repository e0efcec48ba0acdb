"""Machinery: the lines of table rows, kept as runs of neighbors."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np
from attrs import define, field

from partnerkpi.errors import Place

if TYPE_CHECKING:
    from partnerkpi._arrays import Rows

__all__ = ["LineMap", "TablePlaces"]


@define
class LineMap:
    """The line of each row of a file; a run of rows on consecutive lines costs two numbers."""

    source: str
    rows: int = 0
    _first_rows: list[int] = field(factory=list)
    _first_lines: list[int] = field(factory=list)
    _next_line: int = -1

    def extend(self, lines: Rows) -> None:
        """Add the lines of the rows that follow, at least one."""
        jumps = np.flatnonzero(np.diff(lines, prepend=self._next_line - 1) != 1)
        self._first_rows += (jumps + self.rows).tolist()
        self._first_lines += lines[jumps].tolist()
        self._next_line = int(lines[-1]) + 1
        self.rows += lines.size

    def line(self, row: int) -> int:
        """The line on which a row starts."""
        run = bisect_right(self._first_rows, row) - 1

        return self._first_lines[run] + row - self._first_rows[run]


@define
class TablePlaces:
    """Where the rows of tables stand: in which file, on which line."""

    _maps: dict[str, LineMap] = field(factory=dict)

    def begin(self, table: str, source: str) -> LineMap:
        """The lines of a table that is going to be read from a source."""
        self._maps[table] = LineMap(source)

        return self._maps[table]

    def __call__(self, table: str, row: int, column: str | None, /) -> Place:
        """The place of a row, counted from 0, and column of a table."""
        lines = self._maps[table]

        return Place(lines.source, line=lines.line(row), column=column)
