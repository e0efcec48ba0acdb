"""Machinery: array roles, exact casts, locks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from partnerkpi.errors import CountOverflowError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "MAX_COUNT",
    "NEVER",
    "OPEN",
    "Bits",
    "Bytes",
    "Codes",
    "Counts",
    "Mask",
    "Micros",
    "Rows",
    "as_rows",
    "exact_sum",
    "locked",
    "narrowest",
]

Mask: TypeAlias = NDArray[np.bool_]
Rows: TypeAlias = NDArray[np.intp]
Micros: TypeAlias = NDArray[np.int64]
Counts: TypeAlias = NDArray[np.unsignedinteger[Any]] | NDArray[np.signedinteger[Any]]
Codes: TypeAlias = NDArray[np.integer[Any]]
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


def narrowest(array: NDArray[np.integer[Any]]) -> Counts:
    """The same counts in the smallest unsigned type that holds them, locked."""
    top = int(array.max()) if array.size else 0
    width = next(w for w in _WIDTHS if top <= np.iinfo(w).max)

    return locked(array.astype(width, copy=False))


def as_rows(values: Iterable[int]) -> Rows:
    """Row numbers as an index array."""
    return np.fromiter(values, np.intp)


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
