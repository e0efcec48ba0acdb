"""The three portfolio tables, customers, subscriptions and licenses, as CSV and as JSON lines.

One row per record, the nested names flattened; spec: *Definitions 3, Tables*. In CSV the header
names the columns in any order, an empty cell is null, booleans are ``true`` and ``false``, and
``;`` stands between tags; ids are text always. In JSON lines every line is an object with the
columns as keys. Null in an optional column is the same as no such column: its default.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from attrs import define

from partnerkpi._arrays import as_rows
from partnerkpi.errors import Place
from partnerkpi.io._csv import CsvReader
from partnerkpi.io._csv_columns import CellColumns
from partnerkpi.io._files import opened
from partnerkpi.io._json_lines import ObjectColumns, read_objects
from partnerkpi.io._table_batches import EMIT
from partnerkpi.io._table_columns import Header
from partnerkpi.io._table_files import TableFile, TableFiles, TableFormat
from partnerkpi.io._write_tables import write_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from partnerkpi._faults import FaultLog
    from partnerkpi.io._files import ByteSource
    from partnerkpi.io._table_batches import Columns
    from partnerkpi.io._table_columns import Table, UnknownKeys
    from partnerkpi.io._table_places import LineMap, TablePlaces
    from partnerkpi.io.documents import Taker

__all__ = ["TableFile", "TableFiles", "TableFormat", "load_tables", "write_tables"]


def load_tables(
    files: TableFiles,
    taker: Taker,
    places: TablePlaces,
    log: FaultLog,
    *,
    unknown_keys: UnknownKeys = "refuse",
    progress: Callable[[int], None] | None = None,
) -> None:
    """Hand the rows of the tables on: customers, then subscriptions, then licenses.

    Args:
        files: Where the three tables are.
        taker: Takes the batches.
        places: Learns where the rows stand.
        log: Takes the faults; the rows of faulty cells are marked ``bad`` in the batches.
        unknown_keys: Whether a column that the table does not know is a fault.
        progress: Told how many bytes of the files have been read, part by part.

    Raises:
        InputError: a file cannot be read to its end (a truncated gzip file, UTF-16); it carries
            the faults found so far, too.
        OSError: a path cannot be opened.
    """
    told = progress or (lambda _: None)
    parents_known, before = True, 0
    for table in EMIT:
        feed = _Feed(table, places, log, unknown_keys)
        file: TableFile = getattr(files, table.name)
        with log.refusing(), opened(file.source, file.name or _name(file, table)) as source:
            for part in feed.parts(source, file.format):
                # Where the ids of the table above are not known, its rows here have no chance.
                part.bad |= not parents_known
                EMIT[table](part, taker)
                told(before + source.consumed)
            before += source.consumed
        parents_known = feed.ids_known


def _name(file: TableFile, table: Table) -> str | None:
    return None if isinstance(file.source, (str, os.PathLike)) else table.name


@define
class _Feed:
    """Reads one table."""

    _table: Table
    _places: TablePlaces
    _log: FaultLog
    _unknown: UnknownKeys
    ids_known: bool = True

    def parts(self, source: ByteSource, form: TableFormat) -> Iterator[Columns]:
        """The rows of a file, some at a time."""
        lines = self._places.begin(self._table.name, source.name)

        return self._csv(source, lines) if form == "csv" else self._json(source, lines)

    def _csv(self, source: ByteSource, lines: LineMap) -> Iterator[Columns]:
        reader = CsvReader(source, self._log)
        header = self._header(reader, lines)
        if header is None:
            self.ids_known = False
            return
        self.ids_known = header.ids_known
        for cells in reader.cells(header.width):
            lines.extend(cells.lines)
            columns = CellColumns(cells, header, source.name, self._log)
            columns.bad |= not header.usable
            yield columns

    def _header(self, reader: CsvReader, lines: LineMap) -> Header | None:
        first = reader.header()
        if first is None:
            return None
        line, names = first

        def report(column: str | None, expected: str, found: str) -> None:
            self._log.add(Place(lines.source, line=line, column=column), expected, found)

        return Header.of(self._table, names, report, self._unknown)

    def _json(self, source: ByteSource, lines: LineMap) -> Iterator[Columns]:
        for objects in read_objects(source, self._log):
            lines.extend(as_rows(objects.lines))
            yield ObjectColumns(objects, self._table, source.name, self._log, self._unknown)
