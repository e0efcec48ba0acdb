"""Machinery: find equal runs of bytes with hash tables made of NumPy scatters.

Each round scatters the rows that are left into a table by their hash, the earliest row of a slot
last, so that it stays. A row whose bytes equal those of the row in its slot is settled; the others
go on to the next round, with another table. Bytes are always compared, so hashes that collide, by
chance or by design, cost time only; what is left after the last round goes through a ``dict``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from partnerkpi._bytes import SHORT, WORD, chunks, same, spans, words

if TYPE_CHECKING:
    from partnerkpi._arrays import Bytes, Mask, Rows
    from partnerkpi._bytes import Offsets, Words

__all__ = ["Finder"]

_Numbers: TypeAlias = NDArray[np.signedinteger]

_NONE = -1
_ROUNDS = 8
_MIX = np.uint64(0x9E3779B97F4A7C15)
_LENGTH = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_SPREADS = [np.uint64(0xD1342543DE82EF95 * odd % 2**64) for odd in range(1, 2 * _ROUNDS, 2)]


@frozen(eq=False)
class Finder:
    """The distinct runs of a column.

    ``firsts`` holds, for each row, the first row with equal bytes.
    """

    data: Bytes
    offsets: Offsets
    firsts: _Numbers
    tables: tuple[_Table, ...]
    rest: dict[bytes, int]

    @classmethod
    def of(cls, data: Bytes, offsets: Offsets) -> Finder:
        """Settle which row is the first equal of each."""
        size = len(offsets) - 1
        rows: _Numbers = np.arange(size).astype(np.int32 if size < 2**31 else np.int64)
        made = cls(data, offsets, rows.copy(), (), {})
        hashed = _hash_all(data, offsets)
        tables = []
        for spread in _SPREADS:
            if rows.size:
                tables.append(_Table.of(hashed, rows, spread))
                rows = made._settle(tables[-1], hashed, rows)
        for row in rows.tolist():
            run = data[int(offsets[row]) : int(offsets[row + 1])].tobytes()
            made.firsts[row] = made.rest.setdefault(run, row)

        return cls(data, offsets, made.firsts, tuple(tables), made.rest)

    def _settle(self, table: _Table, hashed: Words, rows: _Numbers) -> _Numbers:
        # Returns the rows whose slot another text has taken.
        left = [rows[:0]]
        for start, stop in chunks(rows.size):
            part = rows[start:stop]
            winners = table.find(hashed[part])
            self.firsts[part] = winners
            others = np.flatnonzero(winners != part)
            part, winners = part[others], winners[others]
            left.append(part[~self._equal(winners, self.data, *spans(self.offsets, part))])

        return np.concatenate(left)

    def find(self, data: Bytes, offsets: Offsets) -> Rows:
        """The first row that holds each of other runs, or -1."""
        found = np.full(len(offsets) - 1, _NONE, np.intp)
        for start, stop in chunks(found.size):
            found[start:stop] = self._find(data, *spans(offsets, slice(start, stop)))

        return found

    def _find(self, data: Bytes, at: Rows, lengths: Rows) -> Rows:
        found = np.full(at.size, _NONE, np.intp)
        rows, hashed = np.arange(at.size), _hash(data, at, lengths)
        for table in self.tables:
            winners = table.find(hashed)
            equal = self._equal(np.maximum(winners, 0), data, at[rows], lengths[rows])
            # An empty slot proves absence: an equal run would have taken it in its round.
            taken = winners != _NONE
            hits = np.flatnonzero(equal & taken)
            found[rows[hits]] = winners[hits]
            left = np.flatnonzero(equal < taken)
            rows, hashed = rows[left], hashed[left]
        for row in rows.tolist() if self.rest else ():
            found[row] = self.rest.get(data[at[row] :][: lengths[row]].tobytes(), _NONE)

        return found

    def _equal(self, rows: _Numbers, data: Bytes, at: Rows, lengths: Rows) -> Mask:
        return same(self.data, spans(self.offsets, rows), data, (at, lengths))


@frozen(eq=False)
class _Table:
    """Holds, in each slot, the earliest of the rows whose hashes fall into it, or -1."""

    rows: _Numbers
    spread: np.uint64
    shift: np.uint64

    @classmethod
    def of(cls, hashed: Words, rows: _Numbers, spread: np.uint64) -> _Table:
        bits = (2 * rows.size - 1).bit_length()
        table = cls(np.full(1 << bits, _NONE, rows.dtype), spread, np.uint64(64 - bits))
        for start, stop in reversed([*chunks(rows.size)]):
            # Of several rows for one slot the last one assigned stays: so the earliest goes last.
            falling = rows[start:stop][::-1]
            table.rows[table._slots(hashed[falling])] = falling

        return table

    def find(self, hashed: Words) -> _Numbers:
        return self.rows[self._slots(hashed)]

    def _slots(self, hashed: Words) -> Rows:
        return ((hashed * self.spread) >> self.shift).astype(np.intp)


def _hash_all(data: Bytes, offsets: Offsets) -> Words:
    out = np.empty(len(offsets) - 1, np.uint64)
    for start, stop in chunks(out.size):
        out[start:stop] = _hash(data, *spans(offsets, slice(start, stop)))

    return out


def _hash(data: Bytes, at: Rows, left: Rows) -> Words:
    out = _mixed(left.astype(np.uint64) * _LENGTH, words(data, at, left))
    for depth in range(WORD, SHORT, WORD):
        rows = np.flatnonzero(left > depth)
        if not rows.size:
            return out
        out[rows] = _mixed(out[rows], words(data, at[rows] + depth, left[rows] - depth))
    for row in np.flatnonzero(left > SHORT).tolist():
        out[row] ^= np.uint64(crc32(data[at[row] : at[row] + left[row]].tobytes())) << _HALF

    return out


def _mixed(state: Words, more: Words) -> Words:
    state ^= more
    state *= _MIX
    state ^= state >> _HALF

    return state
