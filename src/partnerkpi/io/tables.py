"""The three portfolio tables, customers, subscriptions and licenses, as CSV and as JSON lines.

One row per record, the nested names flattened; spec: *Definitions 3, Tables*. In CSV the header
names the columns in any order, an empty cell is null, booleans are ``true`` and ``false``, and
``;`` stands between tags; ids are text always. In JSON lines every line is an object with the
columns as keys. Null in an optional column is the same as no such column: its default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from partnerkpi._arrays import as_rows
from partnerkpi.errors import InputError, Place
from partnerkpi.io._csv import CsvReader
from partnerkpi.io._csv_columns import CellColumns
from partnerkpi.io._files import opened
from partnerkpi.io._json_lines import ObjectColumns, read_objects
from partnerkpi.io._table_batches import EMIT
from partnerkpi.io._table_columns import Header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerkpi._faults import FaultLog
    from partnerkpi.io._files import ByteSource, Source
    from partnerkpi.io._table_batches import Columns, Sink
    from partnerkpi.io._table_columns import Table, UnknownKeys
    from partnerkpi.io._table_places import LineMap, TablePlaces

__all__ = ["TableFile", "TableFiles", "TableFormat", "feed_tables"]

TableFormat: TypeAlias = Literal["csv", "jsonl"]


@frozen
class TableFile:
    """One table in one file or stream.

    Attributes:
        source: A path, or a binary stream; gzip is noticed by its first bytes.
        format: ``csv`` or ``jsonl``.
        name: What faults call it; the path, or for a stream the table's name.
    """

    source: Source
    format: TableFormat
    name: str | None = None


@frozen
class TableFiles:
    """The three portfolio tables, each in a file of its own."""

    customers: TableFile
    subscriptions: TableFile
    licenses: TableFile


def feed_tables(
    files: TableFiles,
    sink: Sink,
    places: TablePlaces,
    log: FaultLog,
    *,
    unknown_keys: UnknownKeys = "refuse",
) -> None:
    """Hand all rows of the tables to a sink: customers, then subscriptions, then licenses.

    Faults of cells and lines go to the log; nothing is dropped without one.

    Raises:
        InputError: a file cannot be read to its end (a truncated gzip file, UTF-16); it carries
            the faults found so far, too.
        OSError: a path cannot be opened.
    """
    parents_known = True
    for table in EMIT:
        feed = _Feed(table, sink, places, log, unknown_keys, parents_known)
        file: TableFile = getattr(files, table.name)
        try:
            with opened(file.source, file.name) as source:
                feed.read(source, file.format)
        except InputError as error:
            for fault in error.faults:
                log.add(fault.place, fault.expected, fault.found)
            log.refuse()
        parents_known = feed.ids_known


class _Feed:
    """Reads one table into a sink."""

    def __init__(
        self,
        table: Table,
        sink: Sink,
        places: TablePlaces,
        log: FaultLog,
        unknown: UnknownKeys,
        parents_known: bool,  # noqa: FBT001 -- passed on from table to table
    ) -> None:
        self._table = table
        self._sink = sink
        self._places = places
        self._log = log
        self._unknown = unknown
        self._parents_known = parents_known
        self.ids_known = True

    def read(self, source: ByteSource, form: TableFormat) -> None:
        """Read a file to its end."""
        lines = self._places.begin(self._table.name, source.name)
        parts = self._csv(source, lines) if form == "csv" else self._json(source, lines)
        for columns in parts:
            # Where the ids of the table above could not be read, its rows here have no chance.
            columns.bad |= not self._parents_known
            EMIT[self._table](columns, self._sink)

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
