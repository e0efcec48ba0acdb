"""Machinery: a table as a stream of Arrow record batches, judged by its schema, then its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, field

from partnerkpi._arrow import library
from partnerkpi.errors import Place
from partnerkpi.io._array_column import Column
from partnerkpi.io._arrow_arrays import Reader, cell_objects
from partnerkpi.io._arrow_columns import ArrowColumns
from partnerkpi.io._arrow_types import said, usable
from partnerkpi.io._table_columns import CUSTOMERS, LICENSES, SUBSCRIPTIONS, Header
from partnerkpi.io._whole_columns import Whole, role_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from partnerkpi.io._arrow_arrays import AnyColumn
    from partnerkpi.io._table_columns import UnknownKeys

__all__ = ["ArrowTable", "opened_stream"]

ROWS = 1 << 17
_SOUND = "an Arrow column that is valid"
#: Columns of text whose rows are found by them, or are looked up: they are not grouped.
_ALONE = frozenset(
    {
        (CUSTOMERS.name, "customer_id"),
        (CUSTOMERS.name, "name"),
        (SUBSCRIPTIONS.name, "subscription_id"),
        (SUBSCRIPTIONS.name, "customer_id"),
        (LICENSES.name, "subscription_id"),
    }
)
_INSTANTS = "M"


def opened_stream(source: object) -> Any:
    """The record batches of anything that exports an Arrow stream.

    Raises:
        MissingExtraError: the extra ``arrow`` is not installed.
        TypeError: it exports none, or one that is no table.
    """
    pa = library()
    if not hasattr(source, "__arrow_c_stream__"):
        msg = f"expected an object with __arrow_c_stream__, found {type(source).__name__}"
        raise TypeError(msg)
    try:
        return pa.RecordBatchReader.from_stream(source)
    except pa.ArrowInvalid as error:
        msg = f"expected a table of named columns, found {type(source).__name__} ({error})"
        raise TypeError(msg) from error


@define
class ArrowTable(Whole):
    """Judges the columns of one table by its schema, and cuts record batches into parts."""

    name: str = ""
    first: int = 0
    unkept: Container[str] = ()
    _readers: dict[str, Reader] = field(factory=dict)

    @property
    def source(self) -> str:
        """What faults call the table."""
        return self.name or f"columns {self.table.name}"

    @property
    def ids_known(self) -> bool:
        """Whether rows of other tables can be told who they belong to."""
        return self.table.ids is None or self.table.ids in self._readers

    def take_schema(self, schema: Any, unknown: UnknownKeys) -> None:
        """Take the columns that can be used."""
        self.header = Header.of(self.table, list(schema.names), self.fault, unknown)
        for name, place in self.header.places.items():
            kind, role = schema.field(place).type, role_of(name)
            if usable(kind, role):
                self._readers[name] = Reader(role.coded, self._is_grouped(name))
            else:
                self.fault(name, role.arrow, said(kind))
        self.usable = self.header.usable and len(self._readers) == len(self.header.places)

    def _is_grouped(self, name: str) -> bool:
        looked_up = (self.table.name, name) in _ALONE or name in self.unkept

        return not looked_up and _INSTANTS not in role_of(name).kinds

    @property
    def readable(self) -> Iterable[str]:
        """The names of the columns that can be used."""
        return self._readers.keys()

    def parts(self, batches: Iterable[Any]) -> Iterator[ArrowColumns]:
        """The rows of record batches, a bounded number of them at a time."""
        for batch in _large(batches):
            yield from self._cut(self._columns(batch), len(batch))

    def _cut(self, columns: dict[str, AnyColumn], size: int) -> Iterator[ArrowColumns]:
        for start in range(0, size, ROWS):
            rows = slice(start, min(start + ROWS, size))
            part = {name: column.part(rows) for name, column in columns.items()}
            yield ArrowColumns(self, part, self.first + start, rows.stop - start)
        self.first += size

    def _columns(self, batch: Any) -> dict[str, AnyColumn]:
        return {
            name: self._read(name, reader, batch.column(_place(batch, name)))
            for name, reader in self._readers.items()
        }

    def _read(self, name: str, reader: Reader, array: Any) -> AnyColumn:
        pa = library()
        try:
            array.validate(full=True)
        except pa.ArrowInvalid as error:
            return self._unsound(name, array, error)

        return reader.column(array)

    def _unsound(self, name: str, array: Any, error: Exception) -> Column:
        """A column with text that is no UTF-8: the cells say which; any other is beyond use.

        Raises:
            InputError: offsets, sizes or codes that lead nowhere.
        """
        if "UTF8" not in str(error).upper().replace("-", ""):
            self.log.add(Place(self.source, column=name), _SOUND, str(error))
            self.log.refuse()
        cells = cell_objects(array)
        if role_of(name).lists:
            cells = [cell.split(";") if isinstance(cell, str) else cell for cell in cells]
        masked = np.fromiter((cell is None for cell in cells), np.bool_, len(cells))

        return Column(np.fromiter(cells, np.object_, len(cells)), masked)


def _place(batch: Any, name: str) -> int:
    # A name that comes twice is a fault of its own.
    return int(batch.schema.get_all_field_indices(name)[0])


def _large(batches: Iterable[Any]) -> Iterator[Any]:
    """Small record batches joined: each costs as much as a great one before its first row."""
    waiting: list[Any] = []
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= ROWS:
            yield from _joined(waiting)
            waiting = []
    yield from _joined(waiting)


def _joined(batches: list[Any]) -> Iterator[Any]:
    pa = library()
    if len(batches) < 2:  # noqa: PLR2004  # one is joined already
        yield from batches
        return
    try:
        yield from pa.Table.from_batches(batches).unify_dictionaries().combine_chunks().to_batches()
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        yield from batches
