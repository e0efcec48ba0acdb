"""Machinery: find equal keys with hash tables made of NumPy scatters.

Each round scatters the rows that are left into a table by their hash, the earliest row of a slot
last, so that it stays. A row whose key equals that of the row in its slot is settled; the others go
on to the next round, with another table. Keys are always compared, so hashes that collide, by
chance or by design, cost time only; what is left after the last round goes through a ``dict``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from partnerkpi._bytes import chunks
from partnerkpi._keys import AnyKeys, Key, Keys
from partnerkpi._sorting import row_type

if TYPE_CHECKING:
    from collections.abc import Hashable

    from partnerkpi._arrays import Rows
    from partnerkpi._bytes import Words

__all__ = ["Finder"]

_Numbers: TypeAlias = NDArray[np.signedinteger]
_Key = TypeVar("_Key", bound=Key)

_NONE = -1
_ROUNDS = 8
_SPREADS = tuple(np.uint64(0xD1342543DE82EF95 * odd % 2**64) for odd in range(1, 2 * _ROUNDS, 2))


@frozen(eq=False)
class Finder(Generic[_Key]):
    """The distinct keys of a column.

    ``firsts`` holds, for each row, the first row with an equal key.
    """

    keys: AnyKeys[_Key]
    firsts: _Numbers
    tables: list[_Table]
    rest: dict[Hashable, int]

    @staticmethod
    def of(keys: AnyKeys[_Key]) -> Finder[_Key]:
        """Settle which row is the first equal of each."""
        size = len(keys)
        rows: _Numbers = np.arange(size, dtype=row_type(size))
        made = Finder(keys, rows.copy(), [], {})
        hashed = np.empty(size, np.uint64)
        for start, stop in chunks(size):
            hashed[start:stop] = keys.part(start, stop).hashed()
        for spread in _SPREADS:
            if rows.size:
                made.tables.append(_Table.of(hashed, rows, spread))
                rows = made._settle(made.tables[-1], hashed, rows)
        for row, key in zip(rows.tolist(), keys.take(rows).objects(), strict=True):
            made.firsts[row] = made.rest.setdefault(key, row)

        return made

    def _settle(self, table: _Table, hashed: Words, rows: _Numbers) -> _Numbers:
        # Returns the rows whose slot another key has taken.
        left = [rows[:0]]
        for start, stop in chunks(rows.size):
            part = rows[start:stop]
            winners = table.find(hashed[part])
            self.firsts[part] = winners
            others = np.flatnonzero(winners != part)
            part, winners = part[others], winners[others]
            left.append(part[~self.keys.take(winners).equal(self.keys.take(part))])

        return np.concatenate(left)

    def find(self, keys: Keys[_Key]) -> _Numbers:
        """The first row that has each of other keys, or -1."""
        found = np.full(len(keys), _NONE, self.firsts.dtype)
        for start, stop in chunks(found.size):
            self._find(keys.part(start, stop), found[start:stop])

        return found

    def _find(self, wanted: _Key, found: _Numbers) -> None:
        rows: Rows | None = None
        hashed = wanted.hashed()
        for table in self.tables:
            winners = table.find(hashed)
            equal = self.keys.take(np.maximum(winners, 0)).equal(wanted)
            # An empty slot proves absence: an equal key would have taken it in its round.
            taken = winners != _NONE
            hits = np.flatnonzero(equal & taken)
            found[hits if rows is None else rows[hits]] = winners[hits]
            left = np.flatnonzero(equal < taken)
            rows = left if rows is None else rows[left]
            wanted, hashed = wanted.take(left), hashed[left]
            if not rows.size:
                return
        if self.rest and rows is not None:
            for row, key in zip(rows.tolist(), wanted.objects(), strict=True):
                found[row] = self.rest.get(key, _NONE)


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
