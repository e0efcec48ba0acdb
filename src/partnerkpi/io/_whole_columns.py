"""Machinery: the columns of one table in memory, judged as wholes: their types, their lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from attrs import define, field, frozen

from partnerkpi._coded import Coded
from partnerkpi.errors import Fault, Place
from partnerkpi.io._array_column import Column, Labels, plain_unit
from partnerkpi.io._table_columns import Header

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Mask
    from partnerkpi._faults import FaultLog
    from partnerkpi.io._table_columns import Table, UnknownKeys

__all__ = ["ColumnLike", "Role", "Whole", "role_of"]

#: One column: a NumPy array (masked, too), codes with labels, or a list of Python objects.
ColumnLike: TypeAlias = "NDArray[np.generic] | Coded | Sequence[object]"


@frozen
class Role:
    """What a column may be: kinds of dtype, whether as codes or lists, and that in words."""

    kinds: str
    words: str
    arrow: str
    coded: bool = False
    lists: bool = False


_IDS = Role(
    "UTSOiu",
    "a column of text or integers, or Coded",
    "a column of text or integers",
    coded=True,
)
_TEXTS = Role("UTSO", "a column of text, or Coded", "a column of text", coded=True)
_INSTANTS = Role(
    "MUTSO",
    "a column of datetime64 (without a multiple), or aware datetimes",
    "a column of timestamps with a zone, of dates, or of text",
)
_FLAGS = Role("bO", "a column of booleans", "a column of booleans")
_COUNTS = Role("iuO", "a column of integers", "a column of integers")
_CODES = Role("iu", "codes that are a column of integers", "codes that are integers")
_MEASURES = Role(
    "fiuO", "a column of numbers (of at most 64 bits)", "a column of doubles, floats or integers"
)
_LISTS = Role("O", "a list of lists of text", "a column of lists of text", lists=True)
_SETS = Role(
    "OUTS",
    "lists of text, or text with ';' between them, or Coded",
    "lists of text, or text with ';' between them",
    coded=True,
    lists=True,
)
#: What each column is, in whichever table it stands; any other is one of text.
_ROLES: Mapping[str, Role] = MappingProxyType(
    {
        name: role
        for role, names in (
            (_IDS, "customer_id subscription_id record_id call_id user_id queue_id"),
            (_INSTANTS, "last_admin_sign_in_at added_at starts_at ends_at observed_at"),
            (_INSTANTS, "reported_at started_at entered_at"),
            (_FLAGS, "auto_renew paid set_up answered"),
            (_COUNTS, "total assigned used_7d used_3mo duration_ms wait_ms talk_ms"),
            (_MEASURES, "packet_loss_percent latency_ms jitter_ms"),
            (_LISTS, "tags"),
            (_SETS, "features"),
        )
        for name in names.split()
    }
)


def role_of(name: str) -> Role:
    """What a column of this name may be."""
    return _ROLES.get(name, _TEXTS)


@define
class Whole:
    """Judges the columns of one table as wholes, and cuts them into parts."""

    table: Table
    log: FaultLog
    columns: dict[str, Column] = field(factory=dict)
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

    def fault(self, name: str | None, expected: str, found: str) -> None:
        """Note a fault of a whole column."""
        self.log.add(Place(self.source, column=name), expected, found)

    @property
    def source(self) -> str:
        """What faults call the table."""
        return f"columns {self.table.name}"

    def _turn(self, name: str) -> int:
        # Required columns first: the others are measured by them.
        return (
            self.table.columns.index(name)
            if name in self.table.columns
            else len(self.table.columns)
        )

    def _fits(self, name: str, column: Column) -> bool:
        if not self.columns or len(column.values) == self.rows:
            return True
        self.fault(
            name, f"{self.rows} rows, as in {next(iter(self.columns))}", str(len(column.values))
        )

        return False

    def _column(self, name: str, value: ColumnLike) -> Column | None:
        """The column, if it is of a usable type."""
        role = role_of(name)
        if isinstance(value, Coded):
            return self._coded(name, value) if role.coded else self._no(name, role, "Coded")
        array = _array(value)
        if array is None:
            return self._no(name, role, type(value).__name__)
        if array.ndim != 1:
            return self._no(name, role, f"an array of {array.ndim} dimensions")
        if array.dtype.kind not in role.kinds or not plain_unit(array.dtype):
            return self._no(name, role, f"one of {array.dtype}")

        return Column(np.asarray(array), _masked(array))

    def _no(self, name: str, role: Role, found: str) -> Column | None:
        self.fault(name, role.words, found)

        return None

    def _coded(self, name: str, value: Coded) -> Column | None:
        codes = _array(value.codes)
        if codes is None or codes.ndim != 1 or codes.dtype.kind not in "iu":
            return self._no(name, _CODES, type(value.codes).__name__)
        labels = Labels.of(value.labels)
        plain = np.asarray(codes)
        inside = not len(plain) or (plain.min() >= 0 and plain.max() < len(labels))
        if inside and not isinstance(codes, np.ma.MaskedArray):
            return Column(plain, None, labels)
        masked = np.ma.getmaskarray(codes)
        out = ((plain < -1) | (plain >= len(labels))) & ~masked
        self.log.add_rows(np.flatnonzero(out), lambda row: self._wild(name, labels, row, plain))
        null = masked | out | (plain == -1)

        return Column(np.where(null, -1, plain).astype(np.intp), null, labels, wild=out)

    def _wild(self, name: str, labels: Labels, row: int, codes: NDArray[Any]) -> Fault:
        place = Place(self.source, line=row, column=name)

        return Fault(place, f"a code from -1 to {len(labels) - 1}", str(codes[row]))


def _array(value: ColumnLike) -> NDArray[Any] | None:
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, (list, tuple)):
        return np.fromiter(value, np.object_, len(value))

    return None


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
