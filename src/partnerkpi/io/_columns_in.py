"""Machinery: the portfolio tables as NumPy columns in memory.

Columns are judged once as a whole (their type, their length), then their rows, a bounded number of
them at a time. Where an array is plain, NumPy judges the rows; where something is null or odd, the
rows become Python objects, and the rules for those word the faults. Whatever is kept is a copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define

from partnerkpi.errors import Place
from partnerkpi.io._array_columns import ArrayColumns
from partnerkpi.io._table_batches import EMIT
from partnerkpi.io._whole_columns import ColumnLike, Whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from partnerkpi._faults import FaultLog
    from partnerkpi.io._table_columns import UnknownKeys
    from partnerkpi.io.documents import Taker

__all__ = ["ColumnLike", "ColumnPlaces", "load_columns", "parts_of"]

ROWS = 1 << 17


@define
class ColumnPlaces:
    """Where the rows of columns in memory stand: in which table's columns, in which row."""

    def __call__(self, table: str, row: int, column: str | None, /) -> Place:
        """The place of a row, counted from 0, and column of a table."""
        return Place(f"columns {table}", line=row, column=column)


def load_columns(
    tables: Mapping[str, Mapping[str, ColumnLike]],
    taker: Taker,
    log: FaultLog,
    *,
    unknown_keys: UnknownKeys = "refuse",
) -> None:
    """Hand the rows of columns in memory on: customers, then subscriptions, then licenses.

    Args:
        tables: ``customers``, ``subscriptions`` and ``licenses``, each a mapping of its columns by
            name. Text is an array of ``U``, ``S`` (UTF-8), ``StringDType`` or ``str`` objects, or
            :class:`Coded`; ids may be integers, and become their decimal digits. Instants are
            ``datetime64``, which knows no zone and is taken as UTC, or aware datetimes; booleans
            ``bool``; counts any integers. ``tags`` is a list of lists. Null is ``None``, ``NaT``,
            a masked row, or the code -1.
        taker: Takes the batches.
        log: Takes the faults; the rows of faulty cells are marked ``bad`` in the batches.
        unknown_keys: Whether a column that the table does not know is a fault.
    """
    parents_known = True
    for table, emit in EMIT.items():
        whole = Whole(table, log)
        whole.take(tables[table.name], unknown_keys)
        for part in parts_of(whole):
            # Where the ids of the table above are missing, its rows here have no chance.
            part.bad |= not parents_known
            emit(part, taker)
        parents_known = whole.ids_known


def parts_of(whole: Whole) -> Iterator[ArrayColumns]:
    """The rows of a table, a bounded number of them at a time."""
    for start in range(0, whole.rows, ROWS):
        part = slice(start, min(start + ROWS, whole.rows))
        columns = {name: column.part(part) for name, column in whole.columns.items()}
        yield ArrayColumns(whole, columns, start, part.stop - start)
