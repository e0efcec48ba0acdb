"""The three portfolio tables, customers, subscriptions and licenses: CSV, JSON lines, Parquet.

One row per record, the nested names flattened; spec: *Definitions 3, Tables*. In CSV the header
names the columns in any order, an empty cell is null, booleans are ``true`` and ``false``, and
``;`` stands between tags; ids are text always. In JSON lines every line is an object with the
columns as keys. Null in an optional column is the same as no such column: its default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerkpi.io._managed_tables import Stated, load_managed
from partnerkpi.io._table_batches import EMIT
from partnerkpi.io._table_columns import SUBSCRIPTIONS
from partnerkpi.io._table_files import TableFile, TableFiles, TableFormat
from partnerkpi.io._table_parts import TableParts
from partnerkpi.io._write_tables import write_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerkpi._faults import FaultLog
    from partnerkpi.io._table_columns import UnknownKeys
    from partnerkpi.io._table_parts import Engine
    from partnerkpi.io._table_places import TablePlaces
    from partnerkpi.io.documents import Taker

__all__ = ["TableFile", "TableFiles", "TableFormat", "load_tables", "write_tables"]


def load_tables(
    files: TableFiles,
    taker: Taker,
    places: TablePlaces,
    log: FaultLog,
    *,
    unknown_keys: UnknownKeys = "refuse",
    engine: Engine = "auto",
    progress: Callable[[int], None] | None = None,
) -> None:
    """Hand the rows of the tables on: customers, then subscriptions, then licenses.

    Args:
        files: Where the three tables are.
        taker: Takes the batches.
        places: Learns where the rows stand.
        log: Takes the faults; the rows of faulty cells are marked ``bad`` in the batches.
        unknown_keys: Whether a column that the table does not know is a fault.
        engine: ``fast`` cuts text through the extra ``arrow``; ``auto`` does for large
            files of JSON lines.
        progress: Told how many bytes of the files have been read, part by part.

    Raises:
        InputError: a file cannot be read to its end (a truncated gzip file, UTF-16); it carries
            the faults found so far, too.
        OSError: a path cannot be opened.
    """
    told = progress or (lambda _: None)
    parents_known, before = True, 0
    all_known, stated = True, Stated()
    for table in EMIT:
        feed = TableParts(table, places, log, unknown_keys, engine=engine)
        file: TableFile = getattr(files, table.name)
        for part in feed.parts(file.source, file.format, file.name):
            # Where the ids of the table above are not known, its rows here have no chance.
            part.bad |= not parents_known
            EMIT[table](part, taker)
            if table is SUBSCRIPTIONS and files.managed:
                stated.note(part)
            told(before + feed.consumed)
        before += feed.consumed
        parents_known = feed.ids_known
        all_known &= parents_known
    if files.managed:
        load_managed(files, taker, log, stated, unknown_keys=unknown_keys, parents_known=all_known)
