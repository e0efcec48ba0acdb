"""Machinery: CSV and JSON lines cut into columns by Arrow (extra ``arrow``), a block at a time.

Only blocks go to Arrow of which it is known that it cuts them as the base readers do; all others,
and every column with anything odd in it, are left to these. While some rows are looked at, the next
ones are read and cut.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, frozen

from partnerkpi._arrays import as_rows
from partnerkpi._arrow import library
from partnerkpi._encoding import is_utf8
from partnerkpi._faults import FaultLog
from partnerkpi._instants import parse
from partnerkpi.io._ahead import ahead
from partnerkpi.io._arrow_arrays import Reader, Texts
from partnerkpi.io._collection import collection_held
from partnerkpi.io._csv import FIELD_LIMIT, PAD, CsvReader, LineFaults, split_checked, split_plain
from partnerkpi.io._csv_columns import CellColumns
from partnerkpi.io._json_lines import LINE_LIMIT, ObjectColumns, _careful, _plain
from partnerkpi.io._quick_columns import CheckedColumns, QuickColumns
from partnerkpi.io._table_columns import attribute_name
from partnerkpi.io._whole_columns import role_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from partnerkpi._arrays import Bytes, Micros, Rows
    from partnerkpi.io._csv import Block, Cells
    from partnerkpi.io._files import ByteSource
    from partnerkpi.io._json_lines import Objects
    from partnerkpi.io._table_batches import Columns
    from partnerkpi.io._table_columns import Header, Table, UnknownKeys

__all__ = ["BLOCK", "FastCsv", "FastJson"]

BLOCK = 1 << 22
_HEAD = 1 << 14
_LINE_END, _QUOTE, _COMMA, _RETURN, _OPEN, _CLOSE = b'\n",\r{}'
#: Text of which nearly every row has another: to code it costs more than it saves.
_VARIOUS = frozenset(
    {"record_id", "call_id", "subscription_id", "customers.customer_id", "customers.name"}
    | {"subscriptions.customer_id"}
)
_NEGATIVE_ZERO = (b'":-0', b'": -0')


def _is_coded(table: Table, name: str) -> bool:
    """Whether a column of text is cut into codes at once."""
    if name in _VARIOUS or f"{table.name}.{name}" in _VARIOUS:
        return False
    role = role_of(name)
    numbers = "U" not in role.kinds and "b" not in role.kinds and not role.lists

    return "M" not in role.kinds and not numbers


def _columns(table: Table, cut: Any) -> dict[str, Any]:
    found = {}
    for name in cut.schema.names:
        array = cut.column(name)
        chunk = array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()
        found[name] = Reader(coded=True, grouped=_is_coded(table, name)).column(chunk)

    return found


def _quick(table: Table, cut: Any, size: int) -> QuickColumns:
    columns = _columns(table, cut)
    names = {
        name: attribute
        for name in columns
        if table.open and (attribute := attribute_name(name)) is not None
    }

    spelled = {
        name: _spelled(column)
        for name, column in columns.items()
        if isinstance(column, Texts) and "M" in role_of(name).kinds
    }

    return QuickColumns(table, columns, names, size, spelled)


def _spelled(column: Texts) -> tuple[Micros, Rows]:
    """The instants of the rows that have any, and which of these spell none."""
    if column.masked is None:
        return parse(column.text)

    return parse(column.text.take(np.flatnonzero(~column.masked)))


@define
class FastCsv(CsvReader):
    """A CSV file, read as the base reader does it wherever Arrow may not."""

    block_bytes: int = _HEAD

    def header(self) -> tuple[int, list[str]] | None:
        """The line of the header and the names of its columns; large blocks come after it."""
        found = super().header()
        self.block_bytes = BLOCK

        return found

    def parts(
        self, table: Table, header: Header, extend: Callable[[Rows], None]
    ) -> Iterator[Columns]:
        """The records after the header as columns; ``extend`` is told their lines."""
        for found in ahead(self._cuts(table, header)):
            if isinstance(found, _Cut):
                extend(found.lines)
                yield CheckedColumns(found.columns, self._later(found.block, header))
                continue
            found.log.pour(self.log)
            if len(found.cells):
                extend(found.cells.lines)
                yield self._base(found.cells, header)

    def _cuts(self, table: Table, header: Header) -> Iterator[_Cut | _Split]:
        """The blocks as they are cut; what the base reader says of one goes with it."""
        cutter = _Cutter.of(table, header)
        while not (self._ended and not self._rest):
            block = self._block()
            cut = cutter.cut(block)
            if cut is not None:
                lines = np.arange(block.line, block.line + cut.num_rows)
                self._keep(block, block.stop - PAD, block.line + cut.num_rows)
                yield _Cut(_quick(table, cut, cut.num_rows), block, lines)
                continue
            log = FaultLog(self.log.cap)
            self._faults.send(log)
            piece = split_plain(block, header.width)
            piece = piece or split_checked(block, header.width, self._faults)
            self._keep(block, piece.consumed, piece.line)
            yield _Split(piece.cells, log)

    def _later(self, block: Block, header: Header) -> Callable[[], Columns]:
        def base() -> Columns:
            faults = LineFaults(self.source.name, self.log)
            piece = split_plain(block, header.width)
            piece = piece or split_checked(block, header.width, faults)
            return self._base(piece.cells, header)

        return base

    def _base(self, cells: Cells, header: Header) -> CellColumns:
        return CellColumns(cells, header, self.source.name, self.log)


@frozen(eq=False)
class _Cut:
    """A block that Arrow cut into columns."""

    columns: QuickColumns
    block: Block
    lines: Rows


@frozen(eq=False)
class _Split:
    """A block that the base reader split into cells, and what it says of its lines."""

    cells: Cells
    log: FaultLog


@define
class _Cutter:
    """Cuts blocks of CSV into columns of text and codes."""

    width: int
    read: Any
    convert: Any
    csv: Any

    @staticmethod
    def of(table: Table, header: Header) -> _Cutter:
        pa = library()
        from pyarrow import csv

        text, codes = pa.string(), pa.dictionary(pa.int32(), pa.string())
        # Columns that nobody asks for need a name as well.
        names = [f"\n{place}" for place in range(header.width)]
        for name, place in header.places.items():
            names[place] = name
        kinds = {n: codes if _is_coded(table, n) else text for n in header.places}
        convert = csv.ConvertOptions(
            column_types=kinds,
            include_columns=list(header.places),
            null_values=[""],
            strings_can_be_null=True,
        )
        read = csv.ReadOptions(column_names=names, use_threads=False, block_size=BLOCK * 4)

        return _Cutter(header.width if header.usable else 0, read, convert, csv)

    def cut(self, block: Block) -> Any | None:
        """The columns of a block, if it is known to be cut as the base reader would."""
        stop, pa = block.stop, library()
        if self.width <= 1 or stop == PAD or not _is_sound(block, stop):
            return None
        view = np.frombuffer(block.data, np.uint8)[PAD:stop]
        ends = np.flatnonzero(view == _LINE_END)
        lengths = np.diff(ends, prepend=-1)
        if lengths.min() <= 1 or lengths.max() > FIELD_LIMIT or not _well_quoted(view, ends):
            return None
        try:
            cut = self.csv.read_csv(
                pa.BufferReader(pa.py_buffer(block.data).slice(PAD, stop - PAD)),
                read_options=self.read,
                convert_options=self.convert,
            )
        except pa.ArrowException:
            return None

        return cut if cut.num_rows == len(ends) else None


def _is_sound(block: Block, stop: int) -> bool:
    """Whether text is UTF-8, its lines end alike, and the last one is not cut short at the end."""
    data = block.data
    returns = data.count(b"\r", PAD, stop)
    if returns and returns != data.count(b"\r\n", PAD, stop):
        return False

    return not block.at_end or stop == len(data) - PAD


def _well_quoted(view: Bytes, ends: Rows) -> bool:
    """Whether quotes stand around whole cells alone, each on one line."""
    quotes = np.flatnonzero(view == _QUOTE)
    if not quotes.size:
        return True
    if quotes.size % 2:
        return False
    first, last = quotes[::2], quotes[1::2]
    before = view[np.maximum(first - 1, 0)]
    after = view[last + 1]
    opening = (first == 0) | (before == _COMMA) | (before == _LINE_END)
    closing = (after == _COMMA) | (after == _LINE_END) | (after == _RETURN)
    same_line = np.searchsorted(ends, first) == np.searchsorted(ends, last)

    return bool((opening & closing & same_line).all())


@define
class FastJson:
    """JSON lines, read as the base reader does it wherever Arrow may not."""

    table: Table
    source: ByteSource
    log: FaultLog
    unknown: UnknownKeys

    def parts(self, extend: Callable[[Rows], None]) -> Iterator[Columns]:
        """The objects of all lines as columns; ``extend`` is told their lines."""
        for line, data, cut in ahead(self._cuts()):
            if cut is not None:
                extend(np.arange(line, line + cut.size))
                yield CheckedColumns(cut, self._later(line, data))
                continue
            objects = self._objects(line, data)
            if objects.records:
                extend(as_rows(objects.lines))
                yield self._base(objects)

    def _cuts(self) -> Iterator[tuple[int, bytes, QuickColumns | None]]:
        for line, data in _line_blocks(self.source):
            cut = _cut_objects(data, self.table, self.unknown)
            yield line, data, None if cut is None else _quick(self.table, cut, cut.num_rows)

    def _later(self, line: int, data: bytes) -> Callable[[], Columns]:
        return lambda: self._base(self._objects(line, data))

    def _objects(self, first: int, data: bytes) -> Objects:
        lines = data.removesuffix(b"\n").split(b"\n")
        with collection_held():
            return _plain(lines, first) or _careful(lines, first, self.source.name, self.log)

    def _base(self, objects: Objects) -> ObjectColumns:
        return ObjectColumns(objects, self.table, self.source.name, self.log, self.unknown)


def _line_blocks(source: ByteSource) -> Iterator[tuple[int, bytes]]:
    """Whole lines, many at a time, with the number of the first one."""
    line, rest = 1, b""
    while new := source.read(BLOCK):
        lines, end, rest = (rest + new).rpartition(b"\n")
        # What is beyond the limit is a fault, however long it is, and is not kept.
        rest = rest[: LINE_LIMIT + 1]
        if end:
            yield line, lines + end
            line += lines.count(b"\n") + 1
    if rest:
        yield line, rest


def _cut_objects(data: bytes, table: Table, unknown: UnknownKeys) -> Any | None:
    """The columns of a block of lines, if every line is one flat object and nothing is odd."""
    data = data if data.endswith(b"\n") else data + b"\n"
    view = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(view == _LINE_END)
    lengths = np.diff(ends, prepend=-1) - 1
    if lengths.min() <= 1 or lengths.max() > LINE_LIMIT or not is_utf8(data):
        return None
    starts = ends - lengths
    if (view[starts] != _OPEN).any() or (view[ends - 1] != _CLOSE).any():
        return None
    if any(each in data for each in _NEGATIVE_ZERO):
        return None
    cut = _read_objects(data, _schema(data[: int(ends[0])], table), unknown)

    return cut if cut is not None and cut.num_rows == len(ends) else None


def _read_objects(data: bytes, schema: Any, unknown: UnknownKeys) -> Any | None:
    pa = library()
    from pyarrow import json as reader

    # A cut in the block would be looked for from its end on: there must be none.
    read = reader.ReadOptions(use_threads=False, block_size=2 * len(data))
    field = "error" if unknown == "refuse" else "ignore"
    options = reader.ParseOptions(explicit_schema=schema, unexpected_field_behavior=field)
    try:
        return reader.read_json(pa.py_buffer(data), read_options=read, parse_options=options)
    except pa.ArrowException:
        return None


def _schema(first: bytes, table: Table) -> Any:
    """All columns of the table, and the attributes that the first object has."""
    names: Sequence[str] = table.columns
    if table.open:
        names = [*names, *(key for key in _keys(first) if attribute_name(key) is not None)]

    return library().schema([(name, _type(name)) for name in names])


def _keys(line: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}

    return found if isinstance(found, dict) else {}


def _type(name: str) -> Any:
    pa, role = library(), role_of(name)
    if role.lists:
        return pa.list_(pa.string())
    if "U" in role.kinds:
        return pa.string()
    if "f" in role.kinds:
        return pa.float64()

    return pa.bool_() if "b" in role.kinds else pa.int64()
