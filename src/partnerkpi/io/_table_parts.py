"""Machinery: the rows of one table in a file of any form, some at a time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from attrs import define

from partnerkpi._arrow import installed, library
from partnerkpi.io._files import opened
from partnerkpi.io._parquet import ParquetFeed
from partnerkpi.io._table_feed import TableFeed

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from partnerkpi._faults import FaultLog
    from partnerkpi.io._files import Source
    from partnerkpi.io._table_batches import Columns
    from partnerkpi.io._table_columns import Table, UnknownKeys
    from partnerkpi.io._table_files import TableFormat
    from partnerkpi.io._table_places import TablePlaces

__all__ = ["Engine", "TableParts"]

Engine: TypeAlias = Literal["auto", "base", "fast"]

#: Smaller files are read before the library is loaded.
_LARGE = 1 << 24


def is_fast(engine: Engine, source: Source, form: TableFormat) -> bool:
    """Whether text is cut by Arrow: if told, or if it is there and JSON lines are no small file.

    The base reader of CSV is as quick, but where a second processor waits for work.

    Raises:
        MissingExtraError: told, and the extra ``arrow`` is not installed.
    """
    if engine == "fast":
        library()
    if engine != "auto" or not installed():
        return engine == "fast"
    if form != "jsonl" or not isinstance(source, (str, os.PathLike)):
        return False

    return Path(source).stat().st_size >= _LARGE


@define
class TableParts:
    """Reads one table.

    Attributes:
        unkept: Columns that are checked and not kept.
        engine: What cuts text into cells.
        ids_known: Whether rows of other tables can be told who they belong to.
        consumed: How many bytes have been read so far.
    """

    table: Table
    places: TablePlaces
    log: FaultLog
    unknown: UnknownKeys
    unkept: Container[str] = ()
    engine: Engine = "auto"
    ids_known: bool = True
    consumed: int = 0

    def parts(self, source: Source, form: TableFormat, name: str | None) -> Iterator[Columns]:
        """The rows of a file; ``name`` is what faults call it, its path if not given."""
        with self.log.refusing():
            yield from (self._parquet if form == "parquet" else self._text)(source, form, name)

    def _text(self, source: Source, form: TableFormat, name: str | None) -> Iterator[Columns]:
        if name is None and not isinstance(source, (str, os.PathLike)):
            name = self.table.name
        fast = is_fast(self.engine, source, form)
        feed = TableFeed(self.table, self.places, self.log, self.unknown, fast)
        with opened(source, name) as stream:
            for part in feed.parts(stream, form):
                self.consumed = stream.consumed
                yield part
            self.consumed = stream.consumed
        self.ids_known = feed.ids_known

    def _parquet(self, source: Source, _: TableFormat, name: str | None) -> Iterator[Columns]:
        path = os.fspath(source) if isinstance(source, (str, os.PathLike)) else None
        name = name or path or f"columns {self.table.name}"
        feed = ParquetFeed(self.table, self.log, self.unknown, name, self.unkept)
        lines = self.places.begin(self.table.name, name)
        for part in feed.parts(source):
            lines.extend(np.arange(lines.rows, lines.rows + len(part.bad)))
            self.consumed = feed.consumed
            yield part
        self.consumed = feed.consumed
        self.ids_known = feed.ids_known
