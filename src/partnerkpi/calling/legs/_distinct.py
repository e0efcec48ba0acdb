"""Machinery: different whole-number keys gathered from many rows, with or without their counts.

Keys wait until there are twice as many as are settled, then all are sorted together: so each key is
sorted a few times however many batches there are, and memory stays within a small multiple of the
different ones. Sorting plain 64-bit words is what NumPy does fastest; a count travels in the low
bits of its key's word. New memory costs more than sorting: keys that are not counted wait behind
those settled, and move up in the same block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from partnerkpi._arrays import locked, new
from partnerkpi._sorting import heads
from partnerkpi.errors import CountOverflowError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from partnerkpi._arrays import Codes, Counts

__all__ = ["Combinations", "Counted", "Fields", "Keys", "counted", "distinct", "summed"]

Keys: TypeAlias = NDArray[np.int64]

_BITS = 63
_FEW = 1 << 23
#: So many keys are rid of their duplicates by themselves: mostly rows of one call come together.
_LOT = 1 << 20
_STEP = 1 << 17
_NONE: Keys = locked(np.empty(0, np.int64))


@frozen
class Fields:
    """How several small numbers stand in one key, the first in the highest bits.

    Attributes:
        widths: How many bits each number has.
    """

    widths: tuple[int, ...]

    @staticmethod
    def of(*sizes: int) -> Fields:
        """Room for numbers below these sizes.

        Raises:
            CountOverflowError: they do not fit one key together.
        """
        widths = tuple(max(size - 1, 1).bit_length() for size in sizes)
        if sum(widths) > _BITS:
            msg = f"there are too many different ids to tell combinations apart: {sizes}"
            raise CountOverflowError(msg)

        return Fields(widths)

    def hold(self, *sizes: int) -> bool:
        """Whether numbers below these sizes have room."""
        return all(size <= 1 << width for size, width in zip(sizes, self.widths, strict=True))

    def packed(self, *columns: NDArray[np.integer], out: Keys | None = None) -> Keys:
        """A key for each row; in new memory, or where it is told."""
        keys: Keys = np.empty(len(columns[0]), np.int64) if out is None else out
        keys[:] = columns[0]
        for column, width in zip(columns[1:], self.widths[1:], strict=True):
            # A product costs a sixth of a shift.
            keys *= 1 << width
            keys += column

        return keys

    def unpacked(self, keys: Keys) -> tuple[Keys, ...]:
        """The numbers of each key."""
        columns = []
        for width in self.widths[::-1]:
            columns.append(keys & ((1 << width) - 1))
            keys = keys >> width

        return tuple(columns[::-1])

    def lead(self, keys: Keys, fields: int) -> Keys:
        """The first numbers of each key, still together."""
        return keys >> sum(self.widths[fields:])


def distinct(keys: Keys) -> Keys:
    """The different keys, rising; the keys given are sorted in place.

    Example:
        >>> distinct(np.array([3, 1, 3])).tolist()
        [1, 3]
    """
    keys.sort()

    return _copied(keys[: _moved_up(keys)])


def _moved_up(keys: Keys) -> int:
    """Move the different ones of rising keys to the front, and say how many there are."""
    end = 0
    for start in range(0, len(keys), _STEP):
        part = keys[start : start + _STEP]
        first = np.empty(len(part), np.bool_)
        first[0] = not end or part[0] != keys[end - 1]
        np.not_equal(part[1:], part[:-1], out=first[1:])
        found = part.take(np.flatnonzero(first))
        keys[end : end + len(found)] = found
        end += len(found)

    return end


def _copied(keys: Keys) -> Keys:
    copy: Keys = new(len(keys), np.int64)
    copy[:] = keys

    return copy


def counted(keys: Keys) -> tuple[Keys, Keys]:
    """The different keys, rising, and how often each occurs; those given are sorted in place.

    Example:
        >>> [each.tolist() for each in counted(np.array([3, 1, 3]))]
        [[1, 3], [1, 2]]
    """
    keys.sort()
    first = heads(keys)

    return keys.take(first), np.diff(first, append=len(keys)).astype(np.int64, copy=False)


def summed(keys: Keys, counts: Codes) -> tuple[Keys, Keys]:
    """The different keys, rising, and the sum of the counts of each; none is negative.

    Example:
        >>> [each.tolist() for each in summed(np.array([3, 1, 3]), np.array([1, 1, 4]))]
        [[1, 3], [1, 5]]
    """
    if not len(keys):
        return keys, counts.astype(np.int64)
    bits = int(counts.max()).bit_length()
    if int(keys.max()).bit_length() + bits > _BITS:
        order = np.argsort(keys, kind="stable")
        keys, counts = keys.take(order), counts.take(order)
    else:
        words = keys << bits
        words |= counts
        words.sort()
        keys, counts = words >> bits, words & ((1 << bits) - 1)
    first = heads(keys)

    return keys.take(first), np.add.reduceat(counts, first, dtype=np.int64)


@define(eq=False)
class Combinations:
    """Different combinations of numbers, gathered a batch at a time.

    They stand in one block: those settled, which are different and rise; then those that are
    different within their lot; then those that wait. New memory is taken as it is filled, and
    ``_most`` is how far that went.

    Attributes:
        fields: How the numbers stand in a key; grows with them.
    """

    fields: Fields | None = None
    _block: Keys = field(init=False, default=_NONE)
    _settled: int = field(init=False, default=0)
    _thinned: int = field(init=False, default=0)
    _filled: int = field(init=False, default=0)
    _most: int = field(init=False, default=0)

    def add(self, sizes: Sequence[int], *columns: Codes) -> None:
        """Take combinations, each of which may come any number of times.

        Args:
            sizes: Below which each of their numbers is by now.
            columns: The numbers, one column each.
        """
        fields, rows = self._room(sizes), len(columns[0])
        if not rows:
            return
        if self._filled - self._thinned >= _LOT:
            self._thinned = self._sort(self._thinned)
        if self._filled + rows > max(len(self._block), _FEW):
            self._settle()
        self._grow(rows)
        fields.packed(*columns, out=self._block[self._filled : self._filled + rows])
        self._filled += rows

    def settle(self, sizes: Sequence[int]) -> tuple[Fields, Keys]:
        """The layout, and all different combinations, rising."""
        fields = self._room(sizes)
        self._settle()
        # What is handed over is never written to again: there is no room behind it.
        keys = self._block[: self._settled]
        self._block = keys if self._most <= 2 * len(keys) else _copied(keys)
        self._most = len(keys)

        return fields, self._block

    def _grow(self, rows: int) -> None:
        """Have room for more rows, and for as many as are settled."""
        size = self._filled + max(rows, self._settled)
        if size > len(self._block):
            # What is not filled costs nothing; to move what is filled does.
            block: Keys = new(max(2 * size, _FEW if size >= _STEP else 0), np.int64)
            block[: self._filled] = self._block[: self._filled]
            self._block = block

    def _room(self, sizes: Sequence[int]) -> Fields:
        fields = _fields_for(self.fields, sizes)
        if self.fields is not None and fields is not self.fields:
            self._settle()
            keys = self._block[: self._settled]
            self._block = fields.packed(*self.fields.unpacked(keys))
        self.fields = fields

        return fields

    def _settle(self) -> None:
        if self._filled > self._settled:
            self._settled = self._thinned = self._sort(0)

    def _sort(self, start: int) -> int:
        """Sort what stands from some place on, and say where the different ones end then."""
        keys = self._block[start : self._filled]
        self._most = max(self._most, self._filled)
        keys.sort()
        self._filled = start + _moved_up(keys)

        return self._filled


@define(eq=False)
class Counted:
    """Different combinations of numbers and how often each came, gathered a batch at a time.

    Attributes:
        fields: How the numbers stand in a key; grows with them.
        keys: The combinations sorted by now.
        counts: How often each of these came.
    """

    fields: Fields | None = None
    keys: Keys = _NONE
    counts: Keys = _NONE
    _waiting: list[Keys] = field(init=False, factory=list)
    _count: int = field(init=False, default=0)

    def add(self, sizes: Sequence[int], *columns: Codes) -> None:
        """Take combinations, each as often as it comes.

        Args:
            sizes: Below which each of their numbers is by now.
            columns: The numbers, one column each.
        """
        keys = self._room(sizes).packed(*columns)
        self._waiting.append(keys)
        self._count += len(keys)
        if self._count > max(_FEW, 2 * len(self.keys)):
            self._sort()

    def take(self, sizes: Sequence[int], told: Callable[[Fields], tuple[Keys, Counts]]) -> None:
        """Take combinations that have been counted, and are told in a layout."""
        self._merge(*told(self._room(sizes)))

    def settle(self, sizes: Sequence[int]) -> tuple[Fields, Keys, Keys]:
        """The layout, all different combinations, rising, and how often each came."""
        fields = self._room(sizes)
        self._sort()

        return fields, self.keys, self.counts

    def _room(self, sizes: Sequence[int]) -> Fields:
        fields = _fields_for(self.fields, sizes)
        if self.fields is not None and fields is not self.fields:
            self._sort()
            self.keys = fields.packed(*self.fields.unpacked(self.keys))
        self.fields = fields

        return fields

    def _sort(self) -> None:
        if self._waiting:
            self._merge(*counted(np.concatenate(self._waiting)))
            self._waiting, self._count = [], 0

    def _merge(self, keys: Keys, counts: Counts) -> None:
        pairs = np.concatenate([self.keys, keys]), np.concatenate([self.counts, counts])
        self.keys, self.counts = summed(*pairs)


def _fields_for(old: Fields | None, sizes: Sequence[int]) -> Fields:
    """A layout with room for some numbers: the old one, or one for twice as many.

    Keys keep their order in it: each number only gets more room.
    """
    if old is None:
        return Fields.of(*sizes)

    return old if old.hold(*sizes) else Fields.of(*(2 * size for size in sizes))
