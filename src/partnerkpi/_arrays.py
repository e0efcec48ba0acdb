"""Machinery: array roles, exact casts, locks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from attrs import fields
from numpy.typing import DTypeLike, NDArray

from partnerkpi.errors import CountOverflowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "MAX_COUNT",
    "NEVER",
    "OPEN",
    "Bits",
    "Bytes",
    "Codes",
    "Counts",
    "Mask",
    "Measures",
    "Micros",
    "Rows",
    "as_rows",
    "exact_sum",
    "lock_bits",
    "lock_codes",
    "lock_counts",
    "lock_mask",
    "lock_measures",
    "lock_micros",
    "lock_rows",
    "locked",
    "narrowest",
    "new",
    "reached",
    "reduced",
    "rows_where",
    "sheet",
    "signed",
]

Mask: TypeAlias = NDArray[np.bool_]
Rows: TypeAlias = NDArray[np.intp]
Micros: TypeAlias = NDArray[np.int64]
Counts: TypeAlias = NDArray[np.unsignedinteger[Any]] | NDArray[np.signedinteger[Any]]
Codes: TypeAlias = NDArray[np.integer[Any]]
Measures: TypeAlias = NDArray[np.float64]
Bits: TypeAlias = NDArray[np.unsignedinteger[Any]]
Bytes: TypeAlias = NDArray[np.uint8]

MAX_COUNT = 2**53 - 1
NEVER = int(np.iinfo(np.int64).min)
OPEN = int(np.iinfo(np.int64).max)

# Counts stay below 2**53, and signed 64 bits mix with the unsigned narrow ones without doubles.
_WIDTHS = (np.uint8, np.uint16, np.uint32, np.int64)
_Array = TypeVar("_Array", bound="NDArray[Any]")


def locked(array: _Array) -> _Array:
    """The array, no longer writeable."""
    array.flags.writeable = False

    return array


def lock_mask(array: Mask) -> Mask:
    """A mask, no longer writeable."""
    return locked(array)


def lock_micros(array: Micros) -> Micros:
    """Instants, no longer writeable."""
    return locked(array)


def lock_measures(array: Measures) -> Measures:
    """Measurements, no longer writeable."""
    return locked(array)


def lock_counts(array: Counts) -> Counts:
    """Counts, no longer writeable."""
    return locked(array)


def lock_codes(array: Codes) -> Codes:
    """Codes, no longer writeable."""
    return locked(array)


def lock_rows(array: Rows) -> Rows:
    """Row numbers, no longer writeable."""
    return locked(array)


def lock_bits(array: Bits) -> Bits:
    """Bits, no longer writeable."""
    return locked(array)


def reduced(self: Any) -> tuple[Any, ...]:
    """Pickle an attrs class so that it is made anew on arrival, its arrays locked again."""
    values = {each.alias: getattr(self, each.name) for each in fields(type(self)) if each.init}

    return _made, (type(self), values)


def _made(kind: Any, values: dict[str, Any]) -> Any:
    return kind(**values)


def narrowest(array: NDArray[np.integer[Any]]) -> Counts:
    """The same counts in the smallest unsigned type that holds them, locked."""
    top = int(array.max()) if array.size else 0
    width = next(w for w in _WIDTHS if top <= np.iinfo(w).max)
    narrow: Any = array.astype(width, copy=False)
    counts: Counts = locked(narrow)

    return counts


def signed(array: NDArray[np.integer]) -> Counts:
    """The same whole numbers in four bytes each if these hold them, else in eight."""
    top = max(int(array.max(initial=0)), -int(array.min(initial=0)))
    cast: Any = array.astype(np.int32 if top < 2**31 else np.int64, copy=False)
    counts: Counts = cast

    return counts


def as_rows(values: Iterable[int]) -> Rows:
    """Row numbers as an index array."""
    return np.fromiter(values, np.intp)


def sheet(columns: int, rows: int, dtype: DTypeLike) -> Any:
    """Several new columns of one type in one block of memory, to be filled.

    New memory is paid for by the page when it is first written. A block that numpy asks large
    pages for (4 MiB and more), begun on the edge of one, costs a fraction of small pages.
    """
    size = columns * rows * np.dtype(dtype).itemsize
    if size < _LARGE_PAGE // 4:
        return np.empty((columns, rows), dtype)
    block = np.empty(size + 2 * _LARGE_PAGE, np.uint8)
    edge = -block.__array_interface__["data"][0] % _LARGE_PAGE

    return block[edge : edge + size].view(dtype).reshape(columns, rows)


_LARGE_PAGE = 1 << 21


def new(rows: int, dtype: DTypeLike) -> Any:
    """A new column, to be filled."""
    return sheet(1, rows, dtype)[0]


def rows_where(mask: Mask) -> Rows:
    """The rows at which a mask is true.

    Numpy's own search is slow on masks that are true here and there (a few percent), so those are
    searched eight at a time first.
    """
    hits = int(np.count_nonzero(mask))
    if not len(mask) // 100 < hits <= len(mask) // 10:
        return np.flatnonzero(mask)
    whole = len(mask) // 8 * 8
    words = np.flatnonzero(mask[:whole].view(np.uint64) != 0)
    found = np.flatnonzero(mask[:whole].reshape(-1, 8).take(words, axis=0))
    rows = words.take(found >> 3) * 8 + (found & 7)

    return np.concatenate([rows, whole + np.flatnonzero(mask[whole:])])


def reached(values: NDArray[np.integer[Any]], bounds: Sequence[int]) -> Bits:
    """For each value, how many of the rising bounds are at or below it."""
    width = np.min_scalar_type(len(bounds))
    if len(bounds) > _FEW:
        return np.searchsorted(bounds, values, side="right").astype(width)
    counts = np.zeros(len(values), width)
    reach = np.empty(min(len(values), _STEP), np.bool_)
    for start in range(0, len(counts), _STEP):
        part, seen = counts[start : start + _STEP], values[start : start + _STEP]
        mine = reach[: len(part)]
        for bound in bounds:
            np.greater_equal(seen, bound, out=mine)
            part += mine.view(np.uint8)

    return counts


_STEP = 1 << 16
# Beyond so many bounds a search costs less than a comparison with each.
_FEW = 16


def exact_sum(array: NDArray[np.integer[Any]]) -> int:
    """The exact sum, also where it would not fit 64 bits half-way.

    Raises:
        CountOverflowError: the sum itself is beyond 64 bits.
    """
    if not array.size:
        return 0
    if array.size * int(array.max()) < 2**63:
        return int(array.sum(dtype=np.int64))

    # High and low halves are summed apart: neither can wrap below 2**31 rows.
    wide = array.astype(np.uint64)
    total = (int((wide >> 32).sum(dtype=np.uint64)) << 32) + int((wide & 0xFFFFFFFF).sum())

    return fits(total)


def fits(total: int) -> int:
    """The total, if it fits 64 bits.

    Raises:
        CountOverflowError: it does not.
    """
    if total >= 2**63:
        msg = f"a sum of {total} no longer fits 64 bits"
        raise CountOverflowError(msg)

    return total
