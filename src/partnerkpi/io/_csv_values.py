"""Machinery: words and numbers in cells of CSV, read eight bytes of every cell at a time.

Cells are slices of a buffer in which at least sixteen bytes stand before and after each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from partnerkpi._arrays import MAX_COUNT, locked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Bytes, Mask, Measures, Micros, Rows

__all__ = ["counts_of", "decimals_of", "equal_to"]

_Words: TypeAlias = "NDArray[np.uint64]"

_WORD = 8
_POINT = ord(".")
#: The bytes of a little-endian word that belong to a text of 0 to 8 bytes at its start or its end.
_FIRST = locked(np.array([(1 << 8 * n) - 1 for n in range(_WORD + 1)], np.uint64))
_LAST = locked(~_FIRST[::-1])
_POWERS = locked(np.array([0, 0, *(10**n for n in range(1, 16))], np.int64))
_ZEROS = np.uint64(0x3030303030303030)
_OVER_NINE, _HIGH_BITS = np.uint64(0x7676767676767676), np.uint64(0x8080808080808080)
#: Neighbors are joined three times: digits to pairs, pairs to fours, fours to eights.
_JOINS = tuple(
    (np.uint64((base << bits) + 1), np.uint64(bits), np.uint64(mask))
    for base, bits, mask in (
        (10, 8, 0x00FF00FF00FF00FF),
        (100, 16, 0x0000FFFF0000FFFF),
        (10_000, 32, 0x00000000FFFFFFFF),
    )
)


def _words(buffer: Bytes, places: Rows) -> _Words:
    """The eight bytes from each place on, the first one lowest."""
    # A view with a step of one byte: nothing is copied but the words asked for.
    view: _Words = np.ndarray(buffer.size - _WORD + 1, "<u8", buffer, strides=(1,))

    return view[places]


def equal_to(buffer: Bytes, starts: Rows, lengths: Rows, word: bytes) -> Mask:
    """Whether each cell is the word, of at most 16 bytes."""
    head = int.from_bytes(word[:_WORD], "little")
    found = _words(buffer, starts) & _FIRST[min(len(word), _WORD)]
    same: Mask = (found == np.uint64(head)) & (lengths == len(word))
    if len(word) > _WORD:
        tail = int.from_bytes(word[-_WORD:], "little")
        same &= _words(buffer, starts + (len(word) - _WORD)) == np.uint64(tail)

    return same


def counts_of(buffer: Bytes, starts: Rows, lengths: Rows) -> tuple[Micros, Mask]:
    """The count in each cell, and whether it holds one: canonical decimal digits."""
    ends = starts + lengths
    values, good = _digits(_words(buffer, ends - _WORD), np.minimum(lengths, _WORD))
    long = np.flatnonzero(lengths > _WORD)
    if long.size:
        rest = np.minimum(lengths[long] - _WORD, _WORD)
        high, fine = _digits(_words(buffer, ends[long] - 2 * _WORD), rest)
        values[long] += high * 10**_WORD
        good[long] &= fine & (lengths[long] <= 2 * _WORD)
    # A number below the power of ten that its length promises begins with a zero.
    good &= (lengths > 0) & (values <= MAX_COUNT)
    good &= values >= _POWERS[np.minimum(lengths, 2 * _WORD)]

    return values, good


def decimals_of(buffer: Bytes, starts: Rows, lengths: Rows) -> tuple[Measures, Mask]:
    """The number in each cell, and whether it is told here: of few digits, without an exponent.

    It is the nearest double: whole number and power of ten are exact, and divided once.
    """
    values, good = counts_of(buffer, starts, lengths)
    found, ends = values.astype(np.float64), starts + lengths
    rest = np.flatnonzero(~good & (lengths > len("0.")))
    for places in range(1, _WORD + 1):
        pointed = buffer[ends[rest] - 1 - places] == _POINT
        at = rest[pointed & (lengths[rest] > 1 + places)]
        whole, fine = counts_of(buffer, starts[at], lengths[at] - 1 - places)
        part, digits = _digits(_words(buffer, ends[at] - _WORD), np.full(at.size, places))
        good[at] = fine & digits & (whole < MAX_COUNT // 10**places)
        found[at] = (np.where(good[at], whole, 0) * 10**places + part) / 10**places
        rest = rest[~pointed]

    return found, good


def _digits(words: _Words, lengths: Rows) -> tuple[Micros, Mask]:
    """The number that the last bytes of each word spell, and whether all of them are digits."""
    digits = (words ^ _ZEROS) & _LAST[lengths]
    good: Mask = ((digits + _OVER_NINE) | digits) & _HIGH_BITS == 0
    for factor, shift, mask in _JOINS:
        digits = ((digits * factor) >> shift) & mask

    return digits.view(np.int64), good
