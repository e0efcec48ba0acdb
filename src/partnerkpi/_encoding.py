"""Machinery: Python strings and NumPy columns as runs of UTF-8 bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np

from partnerkpi._arrays import as_rows, locked
from partnerkpi._bytes import WORD, Offsets, chunks, gather, joined, offsets_of, stepping_offsets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Bytes, Rows

__all__ = ["faulty_strings", "faulty_values", "is_utf8", "of_numpy", "of_strings"]

Runs: TypeAlias = "tuple[Bytes, Offsets]"

_STEP = 1 << 20
_WIDE_STEP = 1 << 24
_ASCII = 0x80

# Four digits at a time: each number below ten thousand as four characters in a word.
_FOURS = 10_000
_DIGITS = (np.arange(_FOURS)[:, None] // [1000, 100, 10, 1] % 10 + ord("0")).astype(np.uint8)
_DIGITS = locked(_DIGITS.view("<u4")[:, 0])


def of_strings(strings: Sequence[str]) -> Runs:
    """The runs of Python strings, which hold no lone surrogate."""
    return joined([_encoded(strings[start:stop]) for start, stop in chunks(len(strings))])


def _encoded(strings: Sequence[str]) -> Runs:
    whole = "".join(strings)
    data = np.frombuffer(whole.encode(), np.uint8)
    offsets = offsets_of(np.fromiter(map(len, strings), np.intp, len(strings)))

    return data, offsets if data.size == len(whole) else _in_bytes(offsets, data)


def _in_bytes(offsets: Offsets, data: Bytes) -> Offsets:
    # Offsets in characters become offsets in bytes: each character has one byte that leads.
    out = np.full(offsets.size, data.size, np.int64)
    done = seen = 0
    for start, stop in chunks(data.size, _STEP):
        leads = np.flatnonzero((data[start:stop] & 0xC0) != _ASCII)
        until = int(np.searchsorted(offsets, seen + leads.size))
        out[done:until] = start + leads[offsets[done:until].astype(np.intp) - seen]
        done, seen = until, seen + leads.size

    return out.astype(np.uint32) if data.size < 2**32 else out


def of_numpy(array: NDArray[np.generic]) -> Runs:
    """The runs of a column of text, or the decimal digits of a column of integers.

    Raises:
        TypeError: the column is of another type.
    """
    make = _MAKERS.get(array.dtype.kind)
    if make is None:
        msg = f"expected a column of text or integers, found one of {array.dtype}"
        raise TypeError(msg)
    step = max(1, _WIDE_STEP // max(array.dtype.itemsize, _WIDE_STEP >> 17))

    return joined([make(array[start:stop]) for start, stop in chunks(len(array), step)])


def _of_wide(array: NDArray[np.generic]) -> Runs:
    native = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    codes = native.view(np.uint32).reshape(len(array), -1)
    if codes.max(initial=0) < _ASCII:
        return _of_matrix(codes.astype(np.uint8))

    return _of_objects(array)


def _of_bytes(array: NDArray[np.generic]) -> Runs:
    # A copy: where no cell ends early, these very bytes are kept.
    codes = locked(np.array(array, order="C")).view(np.uint8).reshape(len(array), -1)
    if codes.max(initial=0) < _ASCII:
        return _of_matrix(codes)

    return _encoded([value.decode() for value in cast("list[bytes]", array.tolist())])


def _of_matrix(codes: NDArray[np.uint8]) -> Runs:
    # NumPy fills cells up with NUL, and takes those at the end for no part of the text.
    rows, width = codes.shape
    if codes.all():
        return locked(codes).reshape(-1), stepping_offsets(rows, width)
    filled = codes != 0
    lengths = width - filled[:, ::-1].argmax(axis=1)
    lengths[~filled[:, 0] & ~filled.any(axis=1)] = 0

    return gather(codes.ravel(), np.arange(rows) * width, lengths)


def _of_objects(array: NDArray[np.generic]) -> Runs:
    return _encoded(cast("list[str]", array.tolist()))


def _of_integers(array: NDArray[np.generic]) -> Runs:
    numbers = cast("NDArray[np.integer]", array)
    if len(numbers) and numbers.min() >= 0 and numbers.max() < _FOURS**2:
        return _of_small(numbers.astype(np.uint32))

    return _of_large(numbers)


def _of_small(numbers: NDArray[np.uint32]) -> Runs:
    """Up to eight digits: four at a time, moved to the front of a word, and stored as words."""
    high = numbers // _FOURS
    fours = _DIGITS.take(high).astype(np.uint64)
    fours |= _DIGITS.take(numbers - high * _FOURS).astype(np.uint64) << np.uint64(32)
    lengths = np.ones(len(numbers), np.uint8)
    for power in range(1, len(str(numbers.max()))):
        lengths += numbers >= 10**power
    fours >>= (np.uint8(WORD) - lengths).astype(np.uint64) * np.uint64(8)
    offsets = offsets_of(lengths)
    out = np.empty(int(offsets[-1]) + WORD, np.uint8)
    # What a word spills over the texts that follow is stored again by these.
    np.ndarray((out.size - WORD + 1,), "<u8", out, strides=(1,))[offsets[:-1]] = fours

    return locked(out)[: int(offsets[-1])], offsets


def _of_large(numbers: NDArray[np.integer]) -> Runs:
    negative = numbers < 0
    sizes = numbers.astype(np.uint64)
    sizes[negative] = 0 - sizes[negative]
    width = len(str(sizes.max()))
    lengths = negative.astype(np.intp) + 1
    for power in range(1, width):
        lengths += sizes >= np.uint64(10**power)
    digits = np.full((sizes.size, width + 1), ord("-"), np.uint8)
    for column in range(width, 0, -1):
        sizes, digits[:, column] = _last_digit(sizes)
    ends = np.arange(1, sizes.size + 1) * (width + 1)
    digits.ravel()[(ends - lengths)[negative]] = ord("-")

    return gather(digits.ravel(), ends - lengths, lengths)


def _last_digit(sizes: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    rest = sizes // np.uint64(10)

    return rest, sizes - rest * np.uint64(10) + np.uint64(ord("0"))


_MAKERS: Mapping[str, Callable[[NDArray[np.generic]], Runs]] = MappingProxyType(
    {
        "U": _of_wide,
        "S": _of_bytes,
        "O": _of_objects,
        "T": _of_objects,
        "i": _of_integers,
        "u": _of_integers,
    }
)


def faulty_strings(values: Sequence[object]) -> Rows:
    """The rows of Python values that are not exactly ``str``, or hold a lone surrogate."""
    return as_rows(
        start + row
        for start, stop in chunks(len(values))
        if not _all_sound(values[start:stop])
        for row, value in enumerate(values[start:stop])
        if not _all_sound([value])
    )


def _all_sound(values: Sequence[object]) -> bool:
    if not {*map(type, values)} <= {str}:
        return False
    whole = "".join(cast("Sequence[str]", values))

    return whole.isascii() or _encodes(whole)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False

    return True


def faulty_values(array: NDArray[np.generic]) -> Rows:
    """The rows of a column of text or integers that are no text: ``of_numpy`` would raise."""
    if array.dtype.kind in "iu":
        return np.empty(0, np.intp)
    if array.dtype.kind == "S":
        return as_rows(row for row, value in enumerate(array.tolist()) if not is_utf8(value))

    return faulty_strings(array.tolist())


def is_utf8(text: bytes) -> bool:
    """Whether bytes are text."""
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False

    return True
