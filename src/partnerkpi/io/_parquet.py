"""Machinery: a table in a Parquet file, read row group by row group (extra ``arrow``).

Only the columns that the table knows are read. Text that the file keeps as a dictionary stays one:
its labels are looked at once. While some rows are looked at, the next ones are read.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from attrs import define

from partnerkpi._arrow import library
from partnerkpi.errors import Fault, InputError, Place
from partnerkpi.io._ahead import ahead
from partnerkpi.io._arrow_tables import ArrowTable
from partnerkpi.io._arrow_types import TEXT, kind_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from partnerkpi._faults import FaultLog
    from partnerkpi.io._arrow_columns import ArrowColumns
    from partnerkpi.io._files import Source
    from partnerkpi.io._table_columns import Table, UnknownKeys

__all__ = ["ParquetFeed", "column_names"]

ROWS = 1 << 17
_BUFFER = 1 << 18
#: Text that takes more bytes a row than codes would is not kept as a dictionary in the file.
_AS_CODES = 4.5


@define
class ParquetFeed:
    """Reads one table; ``name`` is what faults call the file.

    Attributes:
        ids_known: Whether rows of other tables can be told who they belong to.
        consumed: The bytes of the row groups read so far.
        unkept: Columns that are checked and not kept.
    """

    table: Table
    log: FaultLog
    unknown: UnknownKeys
    name: str
    unkept: Container[str] = ()
    ids_known: bool = True
    consumed: int = 0

    def parts(self, source: Source) -> Iterator[ArrowColumns]:
        """The rows of a file, some at a time.

        Raises:
            InputError: it is no Parquet file, or cannot be read to its end.
            MissingExtraError: without the extra ``arrow``.
            OSError: the path cannot be opened.
        """
        pa = library()
        whole = ArrowTable(self.table, self.log, name=self.name, unkept=self.unkept)
        with _opened(source, pa) as stream, self._readable(pa):
            file = _file(stream)
            whole.take_schema(file.schema_arrow, self.unknown)
            self.ids_known = whole.ids_known
            batches = self._batches(file, list(whole.readable))
            yield from whole.parts(ahead(batches))
            self.consumed = int(stream.size())

    def _batches(self, file: Any, names: list[str]) -> Iterator[Any]:
        # Without a column there are no rows to tell faults of.
        for group in range(file.num_row_groups if names else 0):
            # One thread reads while the other one works.
            yield from file.iter_batches(ROWS, [group], names, use_threads=False)
            self.consumed += _packed_size(file.metadata.row_group(group))

    @contextmanager
    def _readable(self, pa: Any) -> Iterator[None]:
        """What the library says of a broken file is a fault of the file."""
        try:
            yield
        except (pa.ArrowException, OSError) as error:
            place = Place(self.name)
            fault = Fault(place, "a sound Parquet file", str(error).partition("\n")[0])
            raise InputError([fault]) from error


@contextmanager
def _opened(source: Source, pa: Any) -> Iterator[Any]:
    """The file, opened by the operating system, whose errors stay its own."""
    if not isinstance(source, (str, os.PathLike)):
        yield pa.PythonFile(source, "r")
        return
    with open(source, "rb"):  # noqa: PTH123 -- a path, not always a pathlib one
        pass
    with pa.OSFile(os.fspath(source), "rb") as stream:
        yield stream


def _file(stream: Any) -> Any:
    """The file, its text columns read as dictionaries where they are kept as such."""
    import pyarrow.parquet as pq

    read: dict[str, Any] = {"pre_buffer": False, "buffer_size": _BUFFER}
    file = pq.ParquetFile(stream, **read)
    coded = [name for name in _text_names(file.schema_arrow) if _is_coded(file.metadata, name)]
    if not coded:
        return file

    return pq.ParquetFile(stream, metadata=file.metadata, read_dictionary=coded, **read)


def _packed_size(group: Any) -> int:
    """The bytes that a row group takes in its file."""
    columns = map(group.column, range(group.num_columns))

    return sum(int(column.total_compressed_size) for column in columns)


def column_names(path: str | os.PathLike[str]) -> list[str]:
    """The names of the columns of a file; none of one that cannot be read.

    Raises:
        MissingExtraError: without the extra ``arrow``.
        OSError: the path cannot be opened.
    """
    pa = library()
    import pyarrow.parquet as pq

    with _opened(path, pa) as stream:
        try:
            names: list[str] = pq.read_schema(stream).names
        except (pa.ArrowException, OSError):
            return []

    return names


def _text_names(schema: Any) -> list[str]:
    return [each.name for each in schema if kind_of(each.type) == TEXT]


def _is_coded(metadata: Any, name: str) -> bool:
    size = rows = 0
    for group in range(metadata.num_row_groups):
        columns = metadata.row_group(group)
        for place in range(columns.num_columns):
            column = columns.column(place)
            if column.path_in_schema == name:
                size += column.total_uncompressed_size
                rows += column.num_values

    return size < _AS_CODES * rows
