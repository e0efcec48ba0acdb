"""Machinery: one NumPy column in memory: values or codes, and where they are null."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from attrs import frozen

from partnerkpi._instants import EARLIEST, LATEST
from partnerkpi._text import Text
from partnerkpi._text_forms import AnyText, Labeled, Numbers
from partnerkpi.io._cells import quick_texts, text_fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Mask, Micros, Rows

__all__ = ["Column", "Labels", "micros_of", "plain_unit"]

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
_DOUBLE = 8
_PER_MICRO = MappingProxyType({"ns": 10**3, "ps": 10**6, "fs": 10**9, "as": 10**12})
#: Units of the calendar, and how many of them reach beyond every instant.
_CALENDAR = MappingProxyType({"Y": 231, "M": 12 * 231})


@frozen(eq=False)
class Labels:
    """The labels of a coded column: as they came, as texts, and whether all are usable."""

    given: Sequence[str] | NDArray[np.str_] | Text
    texts: Text
    plain: bool

    def __len__(self) -> int:
        return len(self.texts)

    @classmethod
    def of(cls, labels: Sequence[str] | NDArray[np.str_]) -> Labels:
        """Look at labels as they came."""
        plain = _plain_labels(labels)
        if plain is not None:
            return cls(labels, plain, plain=True)
        texts = [str(one) if text_fault(one) is None else "?" for one in _objects(labels)]

        return cls(labels, Text.from_strings(texts), plain=False)

    @property
    def objects(self) -> list[object]:
        """The labels as Python objects, as they came."""
        return _objects(self.given)

    def object(self, code: int) -> object:
        """One label as a Python object, as it came."""
        label: object = self.given[code]

        return label.item() if isinstance(label, np.generic) else label


def _objects(labels: Sequence[str] | NDArray[np.str_] | Text) -> list[object]:
    return [*labels.tolist()] if isinstance(labels, np.ndarray) else [*labels]


def _plain_labels(labels: Sequence[str] | NDArray[np.str_]) -> Text | None:
    """The labels as texts, if all are usable."""
    if not isinstance(labels, np.ndarray) or labels.dtype.kind != "U":
        return quick_texts(_objects(labels))
    try:
        texts = Text.from_numpy(labels)
    except UnicodeError:
        return None

    return None if texts.faulty().size else texts


@frozen(eq=False)
class Column:
    """A column or a part of one: values (or codes), where they are null, labels of codes."""

    values: NDArray[Any]
    #: Where it is null, ``NaT`` left aside; no mask where it never is.
    masked: Mask | None
    labels: Labels | None = None
    #: Codes that are no place in the labels; they were faulted, and are null.
    wild: Mask | None = None

    def part(self, rows: slice | Rows) -> Column:
        """Some rows."""
        masked = None if self.masked is None else self.masked[rows]
        wild = None if self.wild is None else self.wild[rows]

        return Column(self.values[rows], masked, self.labels, wild)

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


def plain_unit(dtype: np.dtype[Any]) -> bool:
    if dtype.kind != "M":
        return dtype.kind != "f" or dtype.itemsize <= _DOUBLE
    unit, step = np.datetime_data(dtype)

    return step == 1 and unit in _MICROS.keys() | _PER_MICRO.keys() | _CALENDAR.keys()


def micros_of(values: NDArray[Any]) -> tuple[Micros, Mask, Mask]:
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
