"""Machinery: what every door of a table of calls shares."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from attrs import evolve

from partnerkpi._faults import FaultLog, shown
from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.errors import Fault, InputError, Place
from partnerkpi.io._arrow_tables import ArrowTable, opened_stream
from partnerkpi.io._call_tables import Gathering
from partnerkpi.io._cells import came
from partnerkpi.io._columns_in import parts_of
from partnerkpi.io._json_lines import ObjectColumns, Objects
from partnerkpi.io._table_parts import TableParts
from partnerkpi.io._table_places import TablePlaces
from partnerkpi.io._whole_columns import Whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from partnerkpi.io._call_tables import CallTable
    from partnerkpi.io._files import Source, Writable
    from partnerkpi.io._table_columns import UnknownKeys
    from partnerkpi.io._table_files import TableFormat
    from partnerkpi.io._table_parts import Engine
    from partnerkpi.io._whole_columns import ColumnLike

__all__ = ["CallDoor", "form_of"]

_Made = TypeVar("_Made", Calls, QueueCalls)

_AT_A_TIME = 4096
_A_MAPPING = "a mapping of column names to values"


class CallDoor(Generic[_Made]):
    """What every door of a table of calls shares."""

    def __init__(
        self,
        table: CallTable[_Made],
        lenient: bool,  # noqa: FBT001  # handed on by the verbs
        unknown: UnknownKeys,
        max_faults: int,
        progress: Callable[[int], None] | None = None,
        *,
        unkept: frozenset[str] = frozenset(),
        engine: Engine = "auto",
    ) -> None:
        """Make ready to read a table; columns that are not kept are checked all the same."""
        self._table: CallTable[_Made] = table
        self._unknown = unknown
        self._log = FaultLog(max_faults)
        self._gathering: Gathering[_Made] = Gathering(
            table, self._log, lenient=lenient, unkept=unkept
        )
        self._engine = engine
        self._unkept = frozenset(f"{name}_id" for name in unkept)
        self._told = progress or (lambda _: None)

    def read(self, source: Source, form: TableFormat | None, most: int | None) -> Iterator[_Made]:
        """The column sets of a file of so many rows each; without a limit it is one."""
        yield from self.read_all([(source, form or form_of(source))], most)

    def read_all(
        self, sources: Iterable[tuple[Source, TableFormat]], most: int | None
    ) -> Iterator[_Made]:
        """The column sets of files that are one table, of so many rows each."""
        gathering, before = self._gathering, 0
        for source, form in sources:
            feed = TableParts(
                self._table.table,
                TablePlaces(),
                self._log,
                self._unknown,
                self._unkept,
                self._engine,
            )
            for part in feed.parts(source, form, None):
                if most and gathering.rows and gathering.rows + len(part.bad) > most:
                    yield from self._cut(most)
                gathering.add(part)
                self._told(before + feed.consumed)
            before += feed.consumed
        if most is None:
            yield gathering.finish()
        elif gathering.rows or gathering.untold:
            yield from self._cut(most)

    def _cut(self, most: int) -> Iterator[_Made]:
        whole = self._gathering.finish()
        if len(whole) <= most:
            yield whole
            return
        for start in range(0, len(whole), most):
            part = whole.part(start, start + most)
            # The first one carries the faults of all.
            told = whole if start == 0 else part
            yield evolve(part, faults=told.faults, fault_count=told.fault_count)

    def of_rows(self, rows: Iterable[Mapping[str, object]]) -> _Made:
        """The column set of plain mappings."""
        source, first = f"rows of {self._table.table.name}", 0
        coming = iter(rows)
        while some := list(islice(coming, _AT_A_TIME)):
            found = self._objects(some, source, first)
            columns = ObjectColumns(found, self._table.table, source, self._log, self._unknown)
            self._gathering.add(columns)
            first += len(some)

        return self._gathering.finish()

    def _objects(self, rows: list[Mapping[str, object]], source: str, first: int) -> Objects:
        found = Objects()
        for number, row in enumerate(cast("list[object]", rows), first):
            if isinstance(row, Mapping) and set(map(type, row)) <= {str}:
                found.add(dict(row), number, broken=False)
            else:
                self._log.add(Place(source, line=number), _A_MAPPING, came(row))

        return found

    def of_columns(self, columns: Mapping[str, ColumnLike]) -> _Made:
        """The column set of columns in memory."""
        whole = Whole(self._table.table, self._log)
        whole.take(columns, self._unknown)
        for part in parts_of(whole):
            self._gathering.add(part)

        return self._gathering.finish()

    def of_arrow(self, table: object) -> _Made:
        """The column set of a table that exports an Arrow stream."""
        reader = opened_stream(table)
        whole = ArrowTable(self._table.table, self._log)
        whole.take_schema(reader.schema, self._unknown)
        for part in whole.parts(reader):
            self._gathering.add(part)

        return self._gathering.finish()


def form_of(source: Source | Writable) -> TableFormat:
    """Whether a path is one of CSV, of JSON lines or of Parquet, by its ending.

    Raises:
        InputError: it is none.
        TypeError: it is no path.
    """
    if not isinstance(source, (str, os.PathLike)):
        msg = "a stream must be told to be of 'csv', of 'jsonl' or of 'parquet'"
        raise TypeError(msg)
    name = os.fspath(source)
    ending = name.removesuffix(".gz").rpartition(".")[2]
    if ending not in ("csv", "jsonl") and not name.endswith(".parquet"):
        fault = Fault(Place(name), "a table as .csv, .jsonl or .parquet", shown(f".{ending}"))
        raise InputError([fault])

    return cast("TableFormat", ending)
