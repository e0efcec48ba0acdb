"""Machinery: the portfolio tables as NumPy columns in memory.

Columns are judged once as a whole (their type, their length), then their rows, a bounded number of
them at a time. Where an array is plain, NumPy judges the rows; where something is null or odd, the
rows become Python objects, and the rules for those word the faults. Whatever is kept is a copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
from attrs import define, field, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import MAX_COUNT, NEVER
from partnerkpi._batches import LabeledRows, TextRows
from partnerkpi._coded import Coded
from partnerkpi._instants import EARLIEST, LATEST
from partnerkpi._text import Text
from partnerkpi._text_forms import AnyText, Labeled, Numbers, text_of
from partnerkpi.errors import Fault, Place
from partnerkpi.io import _cells
from partnerkpi.io._cells import REFUSED, came, text_fault
from partnerkpi.io._table_batches import EMIT
from partnerkpi.io._table_columns import Header

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from partnerkpi._arrays import Counts, Mask, Micros, Rows
    from partnerkpi._faults import FaultLog
    from partnerkpi.io._cells import Report
    from partnerkpi.io._table_columns import Table, UnknownKeys
    from partnerkpi.io.documents import Taker

__all__ = ["ColumnLike", "ColumnPlaces", "load_columns"]

#: One column: a NumPy array (masked, too), codes with labels, or a list of Python objects.
ColumnLike: TypeAlias = "NDArray[np.generic] | Coded | Sequence[object]"

ROWS = 1 << 17

#: Microseconds in one unit of ``datetime64``, or units in one microsecond.
_MICROS = MappingProxyType(
    {
        "W": 604_800_000_000,
        "D": 86_400_000_000,
        "h": 3_600_000_000,
        "m": 60_000_000,
        "s": 1_000_000,
        "ms": 1_000,
        "us": 1,
    }
)
_PER_MICRO = MappingProxyType({"ns": 10**3, "ps": 10**6, "fs": 10**9, "as": 10**12})
#: Units of the calendar, and how many of them reach beyond every instant.
_CALENDAR = MappingProxyType({"Y": 231, "M": 12 * 231})
_WHOLE_MICROS = "an instant in whole microseconds"


@frozen
class _Role:
    """What a column may be: kinds of dtype, whether as codes, and that in words."""

    kinds: str
    words: str
    coded: bool = False


_IDS = _Role("UTSOiu", "a column of text or integers, or Coded", coded=True)
_TEXTS = _Role("UTSO", "a column of text, or Coded", coded=True)
_INSTANTS = _Role("MUTSO", "a column of datetime64 (without a multiple), or aware datetimes")
_FLAGS = _Role("bO", "a column of booleans")
_COUNTS = _Role("iuO", "a column of integers")
_CODES = _Role("iu", "codes that are a column of integers")
_LISTS = _Role("O", "a list of lists of text")
_ROLES = MappingProxyType(
    dict.fromkeys(("customer_id", "subscription_id"), _IDS)
    | dict.fromkeys(("name", "product", "managed_by", "kind"), _TEXTS)
    | dict.fromkeys(
        ("last_admin_sign_in_at", "added_at", "starts_at", "ends_at", "observed_at"), _INSTANTS
    )
    | dict.fromkeys(("auto_renew", "paid", "set_up"), _FLAGS)
    | dict.fromkeys(("total", "assigned", "used_7d", "used_3mo"), _COUNTS)
    | {"tags": _LISTS}
)


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
        whole = _Whole(table, log)
        whole.take(tables[table.name], unknown_keys)
        for part in whole.parts():
            # Where the ids of the table above are missing, its rows here have no chance.
            part.bad |= not parents_known
            emit(part, taker)
        parents_known = whole.ids_known


@frozen(eq=False)
class _Labels:
    """The labels of a coded column: as they came, as texts, and whether all are usable."""

    objects: list[object]
    texts: Text
    plain: bool

    @classmethod
    def of(cls, labels: Sequence[str] | NDArray[np.str_]) -> _Labels:
        objects: list[object] = [*labels.tolist()] if isinstance(labels, np.ndarray) else [*labels]
        usable = [text_fault(label) is None for label in objects]
        texts = [str(one) if good else "?" for one, good in zip(objects, usable, strict=True)]

        return cls(objects, Text.from_strings(texts), all(usable))


@frozen(eq=False)
class _Column:
    """A column or a part of one: values (or codes), where they are null, labels of codes."""

    values: NDArray[Any]
    #: Where it is null, ``NaT`` left aside; no mask where it never is.
    masked: Mask | None
    labels: _Labels | None = None
    #: Codes that are no place in the labels; they were faulted, and are null.
    wild: Mask | None = None

    def part(self, rows: slice | Rows) -> _Column:
        """Some rows."""
        masked = None if self.masked is None else self.masked[rows]
        wild = None if self.wild is None else self.wild[rows]

        return _Column(self.values[rows], masked, self.labels, wild)

    @property
    def null(self) -> Mask:
        """Where it is null."""
        masked = np.zeros(len(self.values), np.bool_) if self.masked is None else self.masked

        return masked | np.isnat(self.values) if self.values.dtype.kind == "M" else masked

    @property
    def has_null(self) -> bool:
        """Whether it is null anywhere."""
        return self.masked is not None and bool(self.masked.any())

    def objects(self) -> list[object]:
        """The cells as Python objects, ``None`` where null."""
        cells: list[object] = self.values.tolist()
        if self.labels is not None:
            labels = self.labels.objects
            cells = [labels[code] if code >= 0 else None for code in self.values.tolist()]
        elif self.values.dtype.kind == "S":
            cells = [_decoded(cell) for cell in self.values.tolist()]
        elif self.values.dtype.kind in "iu":
            cells = [str(cell) for cell in cells]
        null = self.null
        if not null.any():
            return cells

        return [None if gone else cell for cell, gone in zip(cells, null.tolist(), strict=True)]

    def quick_text(self, *, empty: bool = False) -> AnyText | None:
        """The cells as texts, empty ones only if allowed, unless that takes a closer look."""
        if self.has_null or self.values.dtype.kind == "O":
            return None
        if self.labels is not None:
            return Labeled(self.values, self.labels.texts) if self.labels.plain else None
        if self.values.dtype.kind in "iu":
            return self._numbers()
        try:
            text = Text.from_numpy(self.values)
        except UnicodeError:
            return None

        faulty = text.faulty()

        return None if (text.lengths[faulty] if empty else faulty + 1).any() else text

    def _numbers(self) -> AnyText:
        # The greatest unsigned integers do not fit where all others do.
        if self.values.max(initial=0) > np.iinfo(np.int64).max:
            return Text.from_numpy(self.values)

        return Numbers(self.values.astype(np.int64, copy=False))

    def plain_micros(self) -> Micros | None:
        """The instants, if they are microseconds of this machine, in range and never null."""
        if self.values.dtype != np.dtype("M8[us]") or self.has_null:
            return None
        micros = self.values.view(np.int64)
        # NaT is below all.
        inside = micros.min(initial=0) >= EARLIEST and micros.max(initial=0) <= LATEST

        return micros if inside else None

    def second_of(self, known: Sequence[str]) -> Mask | None:
        """Which cells are the second of two words, if all are known to be one of these."""
        if self.labels is None:
            first, second = (self._equal(word) for word in known)
            return second if (first | second).all() else None
        if self.has_null:
            return None
        words = [known.index(word) if word in known else 2 for word in self.labels.objects]
        which = np.array(words, np.uint8).take(self.values)

        return which.view(np.bool_) if which.max(initial=0) < len(known) else None

    def _equal(self, word: str) -> Mask:
        if self.values.dtype.kind == "O":
            return np.zeros(len(self.values), np.bool_)
        wanted = word.encode() if self.values.dtype.kind == "S" else word

        return cast("Mask", (self.values == wanted) & ~self.null)


def _decoded(cell: bytes) -> str | bytes:
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return cell


@define
class _Whole:
    """Judges the columns of one table as wholes, and cuts them into parts."""

    table: Table
    log: FaultLog
    columns: dict[str, _Column] = field(factory=dict)
    header: Header = field(init=False)
    usable: bool = False

    def take(self, given: Mapping[str, ColumnLike], unknown: UnknownKeys) -> None:
        """Take the columns that can be used."""
        self.header = Header.of(self.table, list(given), self.fault, unknown)
        for name in sorted(self.header.places, key=self._turn):
            column = self._column(name, given[name])
            if column is not None and self._fits(name, column):
                self.columns[name] = column
        self.usable = self.header.usable and len(self.columns) == len(self.header.places)

    @property
    def ids_known(self) -> bool:
        """Whether rows of other tables can be told who they belong to."""
        return self.table.ids is None or self.table.ids in self.columns

    @property
    def rows(self) -> int:
        """How many rows the table has: those of its first column."""
        return next((len(column.values) for column in self.columns.values()), 0)

    def parts(self) -> Iterator[ArrayColumns]:
        """The rows, a bounded number of them at a time."""
        for start in range(0, self.rows, ROWS):
            part = slice(start, min(start + ROWS, self.rows))
            columns = {name: column.part(part) for name, column in self.columns.items()}
            yield ArrayColumns(self, columns, start, part.stop - start)

    def fault(self, name: str | None, expected: str, found: str) -> None:
        """Note a fault of a whole column."""
        self.log.add(Place(self.source, column=name), expected, found)

    @property
    def source(self) -> str:
        """What faults call the table."""
        return f"columns {self.table.name}"

    def _turn(self, name: str) -> int:
        # Required columns first: the others are measured by them.
        return self.table.columns.index(name) if name in self.table.columns else ROWS

    def _fits(self, name: str, column: _Column) -> bool:
        if not self.columns or len(column.values) == self.rows:
            return True
        self.fault(
            name, f"{self.rows} rows, as in {next(iter(self.columns))}", str(len(column.values))
        )

        return False

    def _column(self, name: str, value: ColumnLike) -> _Column | None:
        """The column, if it is of a usable type."""
        role = _ROLES.get(name, _TEXTS)
        if isinstance(value, Coded):
            return self._coded(name, value) if role.coded else self._no(name, role, "Coded")
        array = _array(value)
        if array is None:
            return self._no(name, role, type(value).__name__)
        if array.ndim != 1:
            return self._no(name, role, f"an array of {array.ndim} dimensions")
        if array.dtype.kind not in role.kinds or not _plain_unit(array.dtype):
            return self._no(name, role, f"one of {array.dtype}")

        return _Column(np.asarray(array), _masked(array))

    def _no(self, name: str, role: _Role, found: str) -> _Column | None:
        self.fault(name, role.words, found)

        return None

    def _coded(self, name: str, value: Coded) -> _Column | None:
        codes = _array(value.codes)
        if codes is None or codes.ndim != 1 or codes.dtype.kind not in "iu":
            return self._no(name, _CODES, type(value.codes).__name__)
        labels = _Labels.of(value.labels)
        plain = np.asarray(codes)
        inside = not len(plain) or (plain.min() >= 0 and plain.max() < len(labels.objects))
        if inside and not isinstance(codes, np.ma.MaskedArray):
            return _Column(plain, None, labels)
        masked = np.ma.getmaskarray(codes)
        out = ((plain < -1) | (plain >= len(labels.objects))) & ~masked
        self.log.add_rows(np.flatnonzero(out), lambda row: self._wild(name, labels, row, plain))
        null = masked | out | (plain == -1)

        return _Column(np.where(null, -1, plain).astype(np.intp), null, labels, wild=out)

    def _wild(self, name: str, labels: _Labels, row: int, codes: NDArray[Any]) -> Fault:
        place = Place(self.source, line=row, column=name)

        return Fault(place, f"a code from -1 to {len(labels.objects) - 1}", str(codes[row]))


def _array(value: ColumnLike) -> NDArray[Any] | None:
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, (list, tuple)):
        return np.fromiter(value, np.object_, len(value))

    return None


def _plain_unit(dtype: np.dtype[Any]) -> bool:
    if dtype.kind != "M":
        return True
    unit, step = np.datetime_data(dtype)

    return step == 1 and unit in _MICROS.keys() | _PER_MICRO.keys() | _CALENDAR.keys()


def _masked(array: NDArray[Any]) -> Mask | None:
    """Where a column is null, ``NaT`` left aside; none where it never is."""
    own = _own_null(np.asarray(array))
    if not isinstance(array, np.ma.MaskedArray):
        return own
    masked = np.ma.getmaskarray(array)

    return masked if own is None else own | masked


def _own_null(array: NDArray[Any]) -> Mask | None:
    if array.dtype.kind == "O":
        return np.fromiter((cell is None for cell in array.tolist()), np.bool_, len(array))
    if array.dtype.kind == "T" and hasattr(array.dtype, "na_object"):
        cells = array.tolist()
        return np.fromiter((not isinstance(cell, str) for cell in cells), np.bool_, len(array))

    return None


class ArrayColumns:
    """Some rows of the columns of a table, with the faults found in them."""

    def __init__(self, whole: _Whole, columns: dict[str, _Column], first: int, size: int) -> None:
        """Look at some rows, the first of which has the number ``first``."""
        self._whole = whole
        self._columns = columns
        self._first = first
        self._size = size
        self.bad: Mask = np.full(size, not whole.usable)
        for column in columns.values():
            if column.wild is not None:
                self.bad |= column.wild

    def texts(self, name: str) -> AnyText:
        """A column of texts, not empty, without control characters and lone surrogates."""
        column = self._columns.get(name)
        if column is None:
            return Text.from_strings(["?"] * self._size)
        text = column.quick_text()
        if text is None:
            return _cells.texts(column.objects(), self._report(name))

        return text

    def words(self, name: str, known: Sequence[str], *, optional: bool) -> Mask:
        """Whether each cell is the second of two words; null stands for the first, if at all."""
        column = self._columns.get(name)
        if column is None:
            return np.zeros(self._size, np.bool_)
        second = column.second_of(known)
        if second is not None:
            return second
        absent = known[0] if optional else REFUSED

        return _cells.words(
            column.objects(), self._report(name), known, absent=absent, null=optional
        )

    def flags(self, name: str, *, absent: bool) -> Mask:
        """A column of booleans, ``absent`` where null."""
        column = self._columns.get(name)
        if column is None:
            return np.full(self._size, absent)
        if column.values.dtype.kind == "b":
            return (
                np.where(column.null, absent, column.values) if column.has_null else column.values
            )

        return _cells.flags(column.objects(), self._report(name), absent=absent, null=True)

    def counts(self, name: str) -> tuple[Counts, Mask]:
        """A column of counts, 0 where null, and where it is null."""
        column = self._columns.get(name)
        if column is None:
            return np.zeros(self._size, np.int64), np.ones(self._size, np.bool_)
        if column.values.dtype.kind in "iu" and not column.has_null:
            least, most = column.values.min(initial=0), column.values.max(initial=0)
            if least >= 0 and most <= MAX_COUNT:
                return column.values, column.null
        report = self._report(name)
        if column.values.dtype.kind == "O":
            cells = [0 if cell is None else cell for cell in column.objects()]
            return _cells.counts(cells, report), column.null
        wrong = ((column.values < 0) | (column.values > MAX_COUNT)) & ~column.null
        for row in np.flatnonzero(wrong).tolist():
            report(row, "", rules.A_COUNT, str(column.values[row]))

        return np.where(column.null | wrong, 0, column.values).astype(np.int64), column.null

    def instants(self, name: str, *, absent: int | Micros | None = None) -> Micros:
        """A column of instants; ``absent`` stands where null, without it null is a fault."""
        column = self._columns.get(name)
        if column is None:
            return np.full(self._size, 0 if absent is None else absent, np.int64)
        if column.values.dtype.kind == "M":
            plain = column.plain_micros()
            if plain is not None:
                return plain
            micros = self._micros(name, column)
        else:
            micros = _cells.instants(column.objects(), self._report(name), absent=NEVER)
        null = column.null
        if absent is None:
            self.missing(name, null, "an instant")

        return np.where(null, 0 if absent is None else absent, micros)

    def tags(self, name: str) -> TextRows:
        """A column of lists of tags."""
        column = self._columns.get(name)
        cells = [] if column is None else column.objects()
        lists = [cell.tolist() if isinstance(cell, np.ndarray) else cell for cell in cells]

        return _cells.tags(lists, self._report(name), null=True)

    def attributes(self) -> Mapping[str, TextRows | LabeledRows]:
        """The attributes by name; null gives none."""
        return {
            attribute: self._attribute(name, self._columns[name])
            for name, attribute in self._whole.header.attributes.items()
            if name in self._columns
        }

    def missing(self, name: str, null: Mask, expected: str) -> None:
        """Fault nulls where a value is needed."""
        # A missing column was one fault, and is not one more for every row.
        if name in self._columns:
            report = self._report(name)
            for row in np.flatnonzero(null).tolist():
                report(row, "", expected, came(None))

    def _attribute(self, name: str, column: _Column) -> TextRows | LabeledRows:
        rows = np.flatnonzero(~column.null)
        given = column.part(rows)
        text = given.quick_text(empty=True)
        if isinstance(text, Labeled):
            return LabeledRows(rows, text)
        if text is not None:
            return TextRows(rows, text_of(text))
        report = self._report(name)
        texts = _cells.optional_texts(
            given.objects(), lambda at, *what: report(int(rows[at]), *what)
        )

        return TextRows(rows[texts.rows], texts.texts)

    def _micros(self, name: str, column: _Column) -> Micros:
        micros, reached, whole = _micros_of(column.values)
        report, null = self._report(name), column.null
        for right, expected in ((reached, rules.AN_INSTANT_IN_RANGE), (whole, _WHOLE_MICROS)):
            for row in np.flatnonzero(~(right | null)).tolist():
                report(row, "", expected, str(column.values[row]))

        return micros

    def _report(self, name: str) -> Report:
        column = self._columns.get(name)
        wild = None if column is None else column.wild

        def report(row: int, inner: str, expected: str, found: str) -> None:
            self.bad[row] = True
            # A code out of range was faulted before, and is null since.
            if wild is None or not wild[row]:
                place = Place(self._whole.source, line=self._first + row, column=name + inner)
                self._whole.log.add(place, expected, found)

        return report


def _micros_of(values: NDArray[Any]) -> tuple[Micros, Mask, Mask]:
    """The instants, which are in range, and which are whole microseconds."""
    unit, _ = np.datetime_data(values.dtype)
    since = values.astype(values.dtype.newbyteorder("=")).view(np.int64)
    if unit in _CALENDAR:
        reached = (since >= 0) & (since < _CALENDAR[unit])
        dates = np.where(reached, since, 0).view(f"M8[{unit}]")
        micros = dates.astype("M8[us]").view(np.int64)
        return micros, reached & (micros <= LATEST), np.ones(len(since), np.bool_)
    if unit in _MICROS:
        reached = (since >= EARLIEST) & (since <= LATEST // _MICROS[unit])
        return np.where(reached, since, 0) * _MICROS[unit], reached, np.ones(len(since), np.bool_)
    reached = (since >= EARLIEST) & (since <= LATEST * _PER_MICRO[unit])
    micros, rest = np.divmod(np.where(reached, since, 0), _PER_MICRO[unit])

    return micros, reached, rest == 0
