"""Machinery: different whole-number keys gathered from many rows, with or without their counts.

Keys wait until there are twice as many as are settled, then all are sorted together: so each key is
sorted a few times however many batches there are, and memory stays within a small multiple of the
different ones. Sorting plain 64-bit words is what NumPy does fastest; a count travels in the low
bits of its key's word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from partnerkpi._arrays import locked
from partnerkpi._sorting import heads
from partnerkpi.errors import CountOverflowError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerkpi._arrays import Codes

__all__ = ["Combinations", "Fields", "Keys", "counted", "distinct", "summed"]

Keys: TypeAlias = NDArray[np.int64]

_BITS = 63
_FEW = 1 << 22
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

    def packed(self, *columns: NDArray[np.integer]) -> Keys:
        """A key for each row."""
        keys = columns[0].astype(np.int64)
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

    return keys.take(heads(keys))


def counted(keys: Keys) -> tuple[Keys, Keys]:
    """The different keys, rising, and how often each occurs; those given are sorted in place.

    Example:
        >>> [each.tolist() for each in counted(np.array([3, 1, 3]))]
        [[1, 3], [1, 2]]
    """
    keys.sort()
    first = heads(keys)

    return keys.take(first), np.diff(first, append=len(keys)).astype(np.int64, copy=False)


def summed(keys: Keys, counts: Keys) -> tuple[Keys, Keys]:
    """The different keys, rising, and the sum of the counts of each; none is negative.

    Example:
        >>> [each.tolist() for each in summed(np.array([3, 1, 3]), np.array([1, 1, 4]))]
        [[1, 3], [1, 5]]
    """
    if not len(keys):
        return keys, counts
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

    return keys.take(first), np.add.reduceat(counts, first)


@define(eq=False)
class Combinations:
    """Different combinations of numbers, gathered a batch at a time.

    Attributes:
        counting: Whether it matters how often each came.
        fields: How the numbers stand in a key; grows with them.
        keys: The combinations sorted by now.
        counts: How often each of these came, if that matters.
    """

    counting: bool
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

    def take(self, sizes: Sequence[int], columns: Sequence[Codes], counts: Keys) -> None:
        """Take combinations that have been counted."""
        self._merge(self._room(sizes).packed(*columns), counts)

    def settle(self, sizes: Sequence[int]) -> tuple[Fields, Keys, Keys]:
        """The layout, all different combinations, rising, and how often each came."""
        fields = self._room(sizes)
        self._sort()

        return fields, self.keys, self.counts

    def _room(self, sizes: Sequence[int]) -> Fields:
        """A layout with room for these numbers and, where it has to grow, for twice as many."""
        old = self.fields
        if old is None:
            self.fields = Fields.of(*sizes)
        elif not old.hold(*sizes):
            self._sort()
            self.fields = Fields.of(*(2 * size for size in sizes))
            # Keys keep their order: each number only gets more room.
            self.keys = self.fields.packed(*old.unpacked(self.keys))
        assert self.fields is not None  # noqa: S101 (made above)

        return self.fields

    def _sort(self) -> None:
        if not self._waiting:
            return
        if self.counting:
            self._merge(*counted(np.concatenate(self._waiting)))
        else:
            self.keys = distinct(np.concatenate([self.keys, *self._waiting]))
        self._waiting, self._count = [], 0

    def _merge(self, keys: Keys, counts: Keys) -> None:
        pairs = np.concatenate([self.keys, keys]), np.concatenate([self.counts, counts])
        self.keys, self.counts = summed(*pairs)
