"""Machinery: instants in columns of bytes, read and written many at a time.

A run of at most ``USUAL`` bytes is read here exactly if it is an instant. Longer ones, with many
digits of a fraction, may be left to the reader of single texts, which also words all faults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from partnerkpi._arrays import locked
from partnerkpi._bytes import WORD, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Bytes, Mask, Micros, Rows
    from partnerkpi._bytes import Words

__all__ = ["CELL", "EARLIEST", "LATEST", "USUAL", "read", "write"]

EARLIEST = 0
LATEST = 7_258_118_400_000_000

_MONTHS_A_YEAR, _HOURS, _SIXTY = 12, 24, 60
_SECOND = 1_000_000
_MINUTE = _SIXTY * _SECOND
_DAY = _HOURS * _SIXTY * _MINUTE

# An offset can bring the last hours of 1969 and the first of 2200 into range.
_FIRST_YEAR, _LAST_YEAR = 1969, 2200
_DATE_SIZE, _BODY_SIZE, _ZONE_SIZE = 10, 19, 6
_STAMP = b"0000-00-00T00:00:00.000000Z"
CELL = len(_STAMP)
# Up to here a fraction has at most eight digits, one word; with an offset there may be more.
USUAL = _BODY_SIZE + 1 + WORD + 1
_OVERLONG = USUAL + _ZONE_SIZE


def _month_starts() -> NDArray[np.int64]:
    # Days since 1970 to the first of each month. Years are counted from March, so that a leap
    # day comes last: then 153 days go to every five months.
    months = np.arange((_LAST_YEAR + 1 - _FIRST_YEAR) * 12 + 1)
    years = _FIRST_YEAR + (months - 2) // 12
    leaps = years // 4 - years // 100 + years // 400

    return 365 * years + leaps + (153 * ((months - 2) % 12) + 2) // 5 - 719_468


_MONTHS = locked(_month_starts())


def read(data: Bytes, at: Rows, lengths: Rows) -> tuple[Micros, Mask]:
    """The instants of runs in the usual shapes (else 0), and which of them were read."""
    micros, good = np.zeros(at.size, np.int64), np.zeros(at.size, np.bool_)
    shapes = _shapes(data, at, lengths)
    for shape in np.flatnonzero(np.bincount(shapes)).tolist():
        rows = np.flatnonzero(shapes == shape)
        micros[rows], good[rows] = _read(data, at[rows], shape // 2, zulu=bool(shape % 2))
    micros[~good] = 0

    return micros, good


def _shapes(data: Bytes, at: Rows, lengths: Rows) -> Rows:
    # Twice the length, and one more where the last letter is a Z.
    shapes = 2 * np.minimum(lengths, _OVERLONG)
    held = np.flatnonzero(lengths)
    last = data[at[held] + lengths[held] - 1]
    shapes[held] += (last == ord("Z")) | (last == ord("z"))

    return shapes


def _read(data: Bytes, at: Rows, length: int, *, zulu: bool) -> tuple[Micros, Mask]:
    body = length - (1 if zulu else _ZONE_SIZE)
    digits = body - _BODY_SIZE - 1
    if length == _DATE_SIZE:
        micros, good = _read_date(data, at)
    elif body == _BODY_SIZE or 1 <= digits <= WORD:
        micros, good = _read_full(data, at, max(digits, 0))
    else:
        return np.zeros(at.size, np.int64), np.zeros(at.size, np.bool_)
    if length != _DATE_SIZE and not zulu:
        ahead, fits = _read_zone(words(data, at + body, _ZONE_SIZE))
        micros, good = micros - ahead, good & fits

    return micros, good & (micros >= EARLIEST) & (micros <= LATEST)


def _read_full(data: Bytes, at: Rows, digits: int) -> tuple[Micros, Mask]:
    days, good = _read_date(data, at)
    clock, fits = _read_clock(words(data, at + 8, WORD), words(data, at + 16, 3))
    if not digits:
        return days + clock, good & fits
    fraction, fine = _read_fraction(words(data, at + 20, digits), digits)

    return days + clock + fraction, good & fits & fine & (data[at + _BODY_SIZE] == ord("."))


def _read_date(data: Bytes, at: Rows) -> tuple[Micros, Mask]:
    head, tail = words(data, at, WORD), words(data, at + WORD, 2)
    good = _like(head, b"0000-00-") & _like(tail, b"00")
    year, month, day = 100 * _pair(head, 0) + _pair(head, 2), _pair(head, 5), _pair(tail, 0)
    good &= (year >= _FIRST_YEAR) & (year <= _LAST_YEAR) & (month >= 1)
    good &= month <= _MONTHS_A_YEAR
    months = np.where(good, 12 * (year - _FIRST_YEAR) + month - 1, 0)
    days = _MONTHS.take(months) + day - 1

    return days * _DAY, good & (day >= 1) & (days < _MONTHS.take(months + 1))


def _read_clock(head: Words, tail: Words) -> tuple[Micros, Mask]:
    # ``head`` has the day, a separator, hour and minute; ``tail`` the second.
    separator = (head >> 16) & 0xFF
    good = (separator == ord("T")) | (separator == ord("t")) | (separator == ord(" "))
    good &= _like(head, b"00?00:00") & _like(tail, b":00")
    hour, minute, second = _pair(head, 3), _pair(head, 6), _pair(tail, 1)
    good &= (hour < _HOURS) & (minute < _SIXTY) & (second < _SIXTY)

    return ((hour * 60 + minute) * 60 + second) * _SECOND, good


def _read_fraction(word: Words, digits: int) -> tuple[Micros, Mask]:
    # Digits that are not there are zero bytes, and count as zeros.
    micros = 10_000 * _pair(word, 0) + 100 * _pair(word, 2) + _pair(word, 4)

    return micros, _like(word, b"0" * digits) & (_pair(word, 6) == 0)


def _read_zone(word: Words) -> tuple[Micros, Mask]:
    sign = word & 0xFF
    hour, minute = _pair(word, 1), _pair(word, 4)
    good = ((sign == ord("+")) | (sign == ord("-"))) & _like(word, b"?00:00")
    ahead = (hour * 60 + minute) * _MINUTE

    return np.where(sign == ord("-"), -ahead, ahead), good & (hour < _HOURS) & (minute < _SIXTY)


def _like(word: Words, pattern: bytes) -> Mask:
    # In a pattern 0 stands for any digit and ? for any byte. A digit has the high half 3 before
    # and after 6 is added; a byte that carries into the next one then fails the first test.
    digits = int.from_bytes(bytes(byte == ord("0") for byte in pattern), "little")
    fixed = bytes(0 if byte in b"0?" else byte for byte in pattern)
    high = 0xF0 * digits
    mask = high | int.from_bytes(bytes(0xFF * bool(byte) for byte in fixed), "little")
    value = 0x30 * digits | int.from_bytes(fixed, "little")

    like: Mask = np.equal(word & mask, value) & np.equal((word + 6 * digits) & high, 0x30 * digits)

    return like


def _pair(word: Words, byte: int) -> Micros:
    # The number that two digits make.
    both = word >> (8 * byte)

    return (10 * (both & 0xF) + ((both >> 8) & 0xF)).astype(np.int64)


def write(micros: Micros) -> tuple[Bytes, Rows]:
    """Instants in cells of ``CELL`` bytes each, and how many bytes each takes of its cell."""
    days, clock = _split(micros, _DAY)
    seconds, fraction = _split(clock, _SECOND)
    months = np.searchsorted(_MONTHS, days, side="right") - 1
    years, month = _split(months, _MONTHS_A_YEAR)
    minutes, second = _split(seconds, _SIXTY)
    hour, minute = _split(minutes, _SIXTY)
    cells = np.tile(np.frombuffer(_STAMP, np.uint8), (micros.size, 1))
    _put(cells, 0, 4, years + _FIRST_YEAR)
    _put(cells, 5, 2, month + 1)
    _put(cells, 8, 2, days - _MONTHS.take(months) + 1)
    _put(cells, 11, 2, hour)
    _put(cells, 14, 2, minute)
    _put(cells, 17, 2, second)
    whole = fraction == 0
    if not whole.all():
        _put(cells, 20, 6, fraction)
    cells[whole, _BODY_SIZE] = ord("Z")

    return cells.ravel(), np.where(whole, _BODY_SIZE + 1, CELL)


def _split(numbers: NDArray[np.int64], unit: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    # Much faster than divmod.
    whole = numbers // unit

    return whole, numbers - whole * unit


def _put(cells: Bytes, column: int, width: int, numbers: NDArray[np.int64]) -> None:
    rest = numbers.astype(np.uint32)
    for place in range(column + width - 1, column - 1, -1):
        rest, before = rest // 10, rest
        cells[:, place] += (before - rest * 10).astype(np.uint8)
