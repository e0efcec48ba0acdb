"""Machinery: rows of groups laid out level by level, so that a group's sum is a few plain passes.

Groups stand in falling order of their number of rows. Level 0 holds the first row of every group
that has one, level 1 the second row of those with two, and so on: row ``starts[level] + group``.
A reduction over groups then adds contiguous slices, without an index. Rows beyond the last level
(of very long groups only) stand in a tail, group by group, with their group written out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import lock_codes, lock_rows, locked, new, reduced
from partnerkpi._sorting import ordered, row_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from partnerkpi._arrays import Bits, Codes, Mask, Rows

__all__ = ["MOST_LEVELS", "Arranged", "Levels", "falling"]

MOST_LEVELS = 64


def falling(counts: NDArray[np.integer[Any]]) -> Rows:
    """The order that puts the greatest counts first, equal ones as they come."""
    top = int(counts.max()) if counts.size else 0
    # A stable sort of 16 bits is a radix sort, several times faster than one of 64.
    width = np.uint16 if top < 2**16 else np.int64

    return np.argsort((top - counts).astype(width), kind="stable")


@frozen(eq=False)
class Levels:
    """The layout: how many groups there are, and how many of them reach each level.

    Attributes:
        groups: How many groups there are, those without rows included.
        sizes: For each level, how many groups reach it; falling.
        tail: For each row of the tail, its group; rising.
    """

    groups: int
    sizes: tuple[int, ...]
    tail: Rows
    starts: tuple[int, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Work out where each level starts."""
        ends = np.cumsum((0, *self.sizes)).tolist()
        object.__setattr__(self, "starts", tuple(ends))
        locked(self.tail)

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    @staticmethod
    def of(counts: NDArray[np.integer[Any]]) -> Levels:
        """The layout of groups with so many rows each; ``counts`` must fall."""
        reach = np.bincount(np.minimum(counts, MOST_LEVELS), minlength=MOST_LEVELS + 1)
        sizes = reach[::-1].cumsum()[::-1][1:].tolist()
        long = np.flatnonzero(counts > MOST_LEVELS)
        tail = np.repeat(long, (counts[long] - MOST_LEVELS).astype(np.intp))

        return Levels(len(counts), tuple(size for size in sizes if size), tail)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self.starts[-1] + len(self.tail)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Go through the levels: where one starts, and how many groups reach it."""
        return zip(self.starts, self.sizes, strict=False)

    def place(self, group: Rows, turn: Rows) -> Rows:
        """The row of each group's ``turn``-th member, counted from 0."""
        starts = np.array(self.starts[:-1], np.intp)
        levels = len(starts)
        if not len(self.tail):
            return starts.take(turn) + group
        first = np.searchsorted(self.tail, group)
        beyond = self.starts[-1] + first + turn - levels

        return np.where(turn < levels, starts.take(np.minimum(turn, levels - 1)) + group, beyond)

    def counts(self) -> Rows:
        """How many rows each group has."""
        return self._counts_of(np.arange(self.groups, dtype=np.intp))

    def _counts_of(self, groups: Rows) -> Rows:
        """How many rows each of some groups has; the cost is that of these groups."""
        rising = np.array(self.sizes[::-1], np.intp)
        first, last = self._tails(groups)

        return len(rising) - np.searchsorted(rising, groups, side="right") + last - first

    def _tails(self, groups: Rows) -> tuple[Rows, Rows]:
        """For each of some groups where its rows of the tail begin and end."""
        first, last = (np.searchsorted(self.tail, groups, side=side) for side in _SIDES)

        return first, last

    def owners(self) -> Rows:
        """The group of each row."""
        parts = [np.arange(size, dtype=np.intp) for size in self.sizes]

        return np.concatenate([*parts, self.tail])

    def spread(self, values: NDArray[Any], out: NDArray[Any]) -> None:
        """For each row what is known of its group, into ``out``."""
        for rows, groups in self._blocks():
            out[rows] = values[groups]
        out[self.starts[-1] :] = values[self.tail]

    def owners_of(self, rows: Rows) -> Rows:
        """The group of each of some rows."""
        starts = np.array(self.starts, np.intp)
        levels = len(starts) - 1
        level = np.searchsorted(starts, rows, side="right") - 1
        owners = rows - starts.take(level)
        beyond = np.flatnonzero(level == levels)
        owners[beyond] = self.tail[owners[beyond]]

        return owners

    @property
    def longest(self) -> int:
        """How many rows the group with the most has."""
        tail = np.bincount(self.tail).max(initial=0) if len(self.tail) else 0

        return len(self.sizes) + int(tail)

    def any_bits(self, codes: Bits) -> Bits:
        """For each group, the bits that any of its rows has."""
        bits: Bits = new(self.groups, codes.dtype)
        self._any_bits(codes, bits)

        return bits

    def _any_bits(self, codes: Bits, bits: Bits) -> None:
        bits[:] = 0
        for rows, groups in self._blocks():
            bits[groups] |= codes[rows]
        if len(self.tail):
            np.bitwise_or.at(bits, self.tail, codes[self.starts[-1] :])

    def any(self, mask: Mask, out: Mask) -> None:
        """For each group, whether any of its rows is true, into ``out``."""
        self._any_bits(mask.view(np.uint8), out.view(np.uint8))

    def sums(
        self, values: NDArray[Any], out: NDArray[Any], factors: NDArray[Any] | None = None
    ) -> None:
        """For each group, the sum of its rows' values, into ``out``, whose type must hold it.

        With ``factors``, of the type of ``out``, each value counts so many times.
        """
        out[:] = 0
        for rows, groups in self._blocks():
            chosen = out[groups]
            found = values[rows] if factors is None else _times(values[rows], factors[rows])
            np.add(chosen, found, out=chosen, casting="unsafe")
        if len(self.tail):
            rows = slice(self.starts[-1], None)
            found = values[rows] if factors is None else _times(values[rows], factors[rows])
            np.add.at(out, self.tail, found.astype(out.dtype))

    def _blocks(self) -> Iterator[tuple[slice, slice]]:
        """Rows and their groups, some at a time: temporaries that stay in the fast caches."""
        for start, size in self:
            for at in range(0, size, _BLOCK):
                end = min(at + _BLOCK, size)
                yield slice(start + at, start + end), slice(at, end)

    def members(self, groups: Rows) -> tuple[Rows, Rows]:
        """The rows of some groups, and for each row the position of its group in ``groups``.

        Rows come group by group, in each group in their order.
        """
        turns = self._counts_of(groups)
        position = np.repeat(np.arange(len(groups), dtype=np.intp), turns)
        first = np.cumsum(turns) - turns
        turn = np.arange(len(position), dtype=np.intp) - first.take(position)

        return self.place(groups.take(position), turn), position

    def taken(self, groups: Rows) -> tuple[Levels, Rows]:
        """The layout of some groups, in rising order, and the rows they have, in the new order."""
        parts = [start + groups[: np.searchsorted(groups, size)] for start, size in self]
        first, last = self._tails(groups)
        counts = last - first
        owners = np.repeat(np.arange(len(groups), dtype=np.intp), counts)
        shift = np.repeat(first - (np.cumsum(counts) - counts), counts)
        tail = self.starts[-1] + shift + np.arange(len(shift))
        sizes = tuple(len(part) for part in parts if len(part))

        return Levels(len(groups), sizes, owners), np.concatenate([*parts, tail])


_BLOCK = 1 << 16


def _times(values: NDArray[Any], factors: NDArray[Any]) -> NDArray[Any]:
    product: NDArray[Any] = np.multiply(values, factors, dtype=factors.dtype, casting="unsafe")

    return product


_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")


@frozen(eq=False)
class Arranged:
    """Rows of owners who stand in an order of their own: their layout, and which group is whose.

    Answers are by owner, as those of ``Levels`` are by group.

    Attributes:
        levels: The layout.
        group_of: For each owner its group.
        owner_of: For each group its owner.
    """

    levels: Levels
    group_of: Rows = field(converter=lock_rows)
    owner_of: Codes = field(converter=lock_codes)

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    @staticmethod
    def of(counts: NDArray[np.integer[Any]]) -> Arranged:
        """The layout of owners with so many rows each, in any order."""
        order = falling(counts)

        return Arranged._ordered(Levels.of(counts[order]), order)

    @staticmethod
    def _ordered(levels: Levels, order: Codes) -> Arranged:
        groups = np.empty(len(order), np.intp)
        groups[order] = np.arange(len(order))

        return Arranged(levels, groups, order.astype(row_type(len(order)), copy=False))

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.levels)

    @property
    def groups(self) -> int:
        """How many owners there are, those without rows included."""
        return self.levels.groups

    @property
    def longest(self) -> int:
        """How many rows the owner with the most has."""
        return self.levels.longest

    @property
    def nbytes(self) -> int:
        """The bytes that the arrays take."""
        return self.group_of.nbytes + self.owner_of.nbytes

    def owners(self) -> Rows:
        """The owner of each row."""
        return self.owner_of.take(self.levels.owners()).astype(np.intp)

    def owners_of(self, rows: Rows) -> Rows:
        """The owner of each of some rows."""
        return self.owner_of.take(self.levels.owners_of(rows)).astype(np.intp)

    def spread(self, values: NDArray[Any], out: NDArray[Any]) -> None:
        """For each row what is known of its owner, into ``out``."""
        self.levels.spread(values.take(self.owner_of), out)

    def any(self, mask: Mask, out: Mask) -> None:
        """For each owner, whether any of its rows is true, into ``out``."""
        found = new(self.groups, np.bool_)
        self.levels.any(mask, found)
        found.take(self.group_of, out=out, mode="clip")

    def sums(
        self, values: NDArray[Any], out: NDArray[Any], factors: NDArray[Any] | None = None
    ) -> None:
        """The same as ``Levels.sums`` by owner."""
        found = new(self.groups, out.dtype)
        self.levels.sums(values, found, factors)
        found.take(self.group_of, out=out, mode="clip")

    def members(self, owners: Rows) -> tuple[Rows, Rows]:
        """The rows of some owners, and for each row the position of its owner in ``owners``."""
        return self.levels.members(self.group_of.take(owners))

    def taken(self, owners: Rows) -> tuple[Arranged, Rows]:
        """The layout of some owners, in rising order, and the rows they have, in the new order."""
        groups = self.group_of.take(owners)
        order = ordered(groups)
        levels, rows = self.levels.taken(groups.take(order))

        return self._ordered(levels, order), rows
