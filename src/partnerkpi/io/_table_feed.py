"""Machinery: a table in a file, CSV or JSON lines, as typed columns of some rows at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define

from partnerkpi._arrays import as_rows
from partnerkpi.errors import Place
from partnerkpi.io._csv import CsvReader
from partnerkpi.io._csv_columns import CellColumns
from partnerkpi.io._fast_tables import FastCsv, FastJson
from partnerkpi.io._json_lines import ObjectColumns, read_objects
from partnerkpi.io._table_columns import Header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerkpi._faults import FaultLog
    from partnerkpi.io._files import ByteSource
    from partnerkpi.io._table_batches import Columns
    from partnerkpi.io._table_columns import Table, UnknownKeys
    from partnerkpi.io._table_files import TableFormat
    from partnerkpi.io._table_places import LineMap, TablePlaces

__all__ = ["TableFeed"]


@define
class TableFeed:
    """Reads one table."""

    table: Table
    places: TablePlaces
    log: FaultLog
    unknown: UnknownKeys
    fast: bool = False
    ids_known: bool = True

    def parts(self, source: ByteSource, form: TableFormat) -> Iterator[Columns]:
        """The rows of a file, some at a time."""
        lines = self.places.begin(self.table.name, source.name)

        return self._csv(source, lines) if form == "csv" else self._json(source, lines)

    def _csv(self, source: ByteSource, lines: LineMap) -> Iterator[Columns]:
        reader = FastCsv(source, self.log) if self.fast else CsvReader(source, self.log)
        header = self._header(reader, lines)
        if header is None:
            self.ids_known = False
            return
        self.ids_known = header.ids_known
        if isinstance(reader, FastCsv) and header.usable:
            yield from reader.parts(self.table, header, lines.extend)
            return
        for cells in reader.cells(header.width):
            lines.extend(cells.lines)
            columns = CellColumns(cells, header, source.name, self.log)
            columns.bad |= not header.usable
            yield columns

    def _header(self, reader: CsvReader, lines: LineMap) -> Header | None:
        first = reader.header()
        if first is None:
            return None
        line, names = first

        def report(column: str | None, expected: str, found: str) -> None:
            self.log.add(Place(lines.source, line=line, column=column), expected, found)

        return Header.of(self.table, names, report, self.unknown)

    def _json(self, source: ByteSource, lines: LineMap) -> Iterator[Columns]:
        if self.fast:
            yield from FastJson(self.table, source, self.log, self.unknown).parts(lines.extend)
            return
        for objects in read_objects(source, self.log):
            lines.extend(as_rows(objects.lines))
            yield ObjectColumns(objects, self.table, source.name, self.log, self.unknown)
