"""Exact histograms: how often each whole number occurs in each of many groups.

A histogram of waits answers any threshold and any nearest-rank percentile after the fact, and two
of them add up. It holds one entry for each number that occurs in a group, by group and then by
number, so it grows with what differs, not with how many rows there were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import lock_counts, lock_rows, narrowest, reduced
from partnerkpi._sorting import heads, rises

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts, Mask, Rows

__all__ = ["Histogram", "joined"]

_STEP = 1 << 17
_WORD = 64


@frozen(eq=False)
class Histogram:
    """How often each whole number, 0 or more, occurs in each of some groups.

    Attributes:
        first: For each group its first entry, and behind the last one the number of entries.
        values: The number of each entry; rising within a group.
        counts: How often it occurs there, 1 or more.

    Example:
        >>> waits = Histogram.of(np.array([0, 1, 0]), np.array([7, 5, 7]), np.array([1, 1, 2]), 2)
        >>> waits.values.tolist(), waits.counts.tolist()
        ([7, 5], [3, 1])
    """

    first: Rows = field(converter=lock_rows)
    values: Counts = field(converter=lock_counts)
    counts: Counts = field(converter=lock_counts)

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    @staticmethod
    def empty(groups: int) -> Histogram:
        """Nothing in any of so many groups.

        Example:
            >>> Histogram.empty(3).totals().tolist()
            [0, 0, 0]
        """
        nothing = np.empty(0, np.uint8)

        return Histogram(np.zeros(groups + 1, np.intp), nothing, nothing.copy())

    @staticmethod
    def of(groups: Codes, values: Counts, counts: Counts, size: int) -> Histogram:
        """The histogram of entries in any order; equal ones add up.

        Args:
            groups: For each entry its group, below ``size``.
            values: Its number.
            counts: How often it occurs.
            size: How many groups there are.
        """
        owners, found, often = _summed(groups, values, counts)
        first = np.searchsorted(owners, np.arange(size + 1))

        return Histogram(first, narrowest(found), narrowest(often))

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self.first) - 1

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self.values)

    def totals(self) -> NDArray[np.int64]:
        """How many occurrences there are in each group."""
        return self._between(self.first[:-1], self.first[1:])

    def up_to(self, limit: int, *, inclusive: bool) -> NDArray[np.int64]:
        """How many occurrences of each group are below a limit.

        Args:
            limit: The limit.
            inclusive: Whether one of exactly the limit is among them.

        Example:
            >>> waits = Histogram.of(np.array([0, 0]), np.array([5, 7]), np.array([1, 2]), 1)
            >>> waits.up_to(7, inclusive=True).tolist(), waits.up_to(7, inclusive=False).tolist()
            ([3], [1])
        """
        stops = _bisected(self.values, self.first[:-1], self.first[1:], limit + inclusive)

        return self._between(self.first[:-1], stops)

    def greatest(self) -> tuple[NDArray[np.int64], Mask]:
        """The greatest number of each group, and whether the group has any; 0 if not.

        Example:
            >>> waits = Histogram.of(np.array([0, 0]), np.array([5, 7]), np.array([1, 2]), 2)
            >>> [each.tolist() for each in waits.greatest()]
            [[7, 0], [True, False]]
        """
        known: Mask = self.first[1:] > self.first[:-1]
        numbers = np.zeros(self.groups, np.int64)
        numbers[known] = self.values.take(self.first[1:][known] - 1)

        return numbers, known

    def ranked(self, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each group the number of a rank, counted from 1 at the smallest; 0 where none has it.

        Example:
            >>> waits = Histogram.of(np.array([0, 0]), np.array([5, 7]), np.array([1, 2]), 1)
            >>> [int(waits.ranked(np.array([rank]))[0]) for rank in (1, 2, 3, 4)]
            [5, 7, 7, 0]
        """
        below = self._running()
        wanted = below.take(self.first[:-1]) + ranks
        good = (ranks > 0) & (wanted <= below.take(self.first[1:]))
        numbers = np.zeros(self.groups, np.int64)
        numbers[good] = self.values.take(np.searchsorted(below[1:], wanted[good]))

        return numbers

    def take(self, groups: Rows) -> Histogram:
        """The histogram of some groups, in the order asked for."""
        sizes = np.diff(self.first).take(groups)
        first = np.concatenate([[0], np.cumsum(sizes)])
        values = np.empty(first[-1], self.values.dtype)
        counts = np.empty(first[-1], self.counts.dtype)
        for start, stop in _parts(first):
            cut = slice(first[start], first[stop])
            shift = self.first.take(groups[start:stop]) - first[start:stop]
            places = np.repeat(shift, sizes[start:stop]) + np.arange(cut.start, cut.stop)
            values[cut], counts[cut] = self.values.take(places), self.counts.take(places)

        return Histogram(first, values, counts)

    def spread(self, places: Rows, size: int) -> Histogram:
        """The same groups among others that are empty.

        Args:
            places: For each group its place among ``size``, no two the same.
            size: How many groups there are then.
        """
        if not rises(places):
            order = np.argsort(places)
            return self.take(order).spread(places[order], size)
        sizes = np.zeros(size, np.intp)
        sizes[places] = np.diff(self.first)

        return Histogram(np.concatenate([[0], np.cumsum(sizes)]), self.values, self.counts)

    def pooled(self, places: Rows, size: int) -> Histogram:
        """Groups put together.

        Args:
            places: For each group the one of ``size`` that it goes into; -1 for none.
            size: How many groups there are then.

        Example:
            >>> waits = Histogram.of(np.array([0, 1]), np.array([5, 5]), np.array([1, 2]), 2)
            >>> waits.pooled(np.array([0, 0]), 1).counts.tolist()
            [3]
        """
        owners = np.repeat(places, np.diff(self.first))
        if (places >= 0).all():
            return Histogram.of(owners, self.values, self.counts, size)
        kept = np.flatnonzero(owners >= 0)

        return Histogram.of(owners.take(kept), self.values.take(kept), self.counts.take(kept), size)

    def merge(self, other: Histogram) -> Histogram:
        """Add the occurrences of the same groups elsewhere."""
        return joined([self, other])

    @property
    def nbytes(self) -> int:
        """The bytes that the arrays take."""
        return self.first.nbytes + self.values.nbytes + self.counts.nbytes

    def _running(self) -> NDArray[np.int64]:
        running = np.zeros(len(self) + 1, np.int64)
        np.cumsum(self.counts, out=running[1:])

        return running

    def _between(self, starts: Rows, stops: Rows) -> NDArray[np.int64]:
        running = self._running()
        counts: NDArray[np.int64] = running.take(stops) - running.take(starts)

        return counts


def joined(parts: Sequence[Histogram]) -> Histogram:
    """Histograms of the same groups as one.

    Goes by so many groups at a time that what is needed on the way stays small.

    Example:
        >>> one = Histogram.of(np.array([0]), np.array([5]), np.array([2]), 1)
        >>> joined([one, one, one]).counts.tolist()
        [6]
    """
    filled = [part for part in parts if len(part)] or list(parts[:1])
    if len(filled) == 1:
        return filled[0]
    entries = sum(map(len, filled))
    most = sum(int(part.counts.max()) for part in filled)
    values: Any = np.empty(entries, np.result_type(*(part.values.dtype for part in filled)))
    counts: Any = np.empty(entries, narrowest(np.array([most])).dtype)
    ends: Rows = np.sum([part.first for part in filled], axis=0)
    first = np.zeros(len(ends), np.intp)
    end = 0
    for start, stop in _parts(ends):
        owners, found, often = _summed(*_entries(filled, start, stop))
        cut = slice(end, end := end + len(found))
        values[cut], counts[cut] = found, often
        first[start + 1 : stop + 1] = cut.start + np.searchsorted(
            owners, np.arange(stop - start), side="right"
        )
    # What was too much goes back without a copy; nobody else has seen these arrays.
    values.resize(end, refcheck=False)
    counts.resize(end, refcheck=False)

    return Histogram(first, values, counts)


def _entries(parts: Sequence[Histogram], start: int, stop: int) -> tuple[Codes, Counts, Counts]:
    """The entries of some groups, which are counted from the first of them."""
    cuts = [slice(part.first[start], part.first[stop]) for part in parts]
    owners = [
        np.repeat(np.arange(stop - start), np.diff(part.first[start : stop + 1])) for part in parts
    ]
    pairs = list(zip(parts, cuts, strict=True))

    return (
        np.concatenate(owners),
        np.concatenate([part.values[cut] for part, cut in pairs]),
        np.concatenate([part.counts[cut] for part, cut in pairs]),
    )


def _parts(first: Rows) -> Iterator[tuple[int, int]]:
    """Ranges of groups with few entries each; a group is never cut."""
    start, groups = 0, len(first) - 1
    while start < groups:
        stop = int(np.searchsorted(first, first[start] + _STEP, side="right")) - 1
        stop = min(max(stop, start + 1), groups)
        yield start, stop
        start = stop


def _summed(
    groups: Codes, values: Counts, counts: Counts
) -> tuple[Codes, Counts, NDArray[np.int64]]:
    """Entries in order, equal ones added up."""
    room = int(groups.max(initial=0)).bit_length()
    bits = int(values.max(initial=0)).bit_length()
    if room + bits > _WORD - 1:
        # Numbers beyond reason: their ranks always fit beside the group.
        distinct, ranks = np.unique(values, return_inverse=True)
        owners, places, often = _summed(groups, ranks, counts)
        numbers: Any = distinct.take(places)
        return owners, numbers, often
    keys = groups.astype(np.uint64)
    keys <<= np.uint64(bits)
    keys |= values.astype(np.uint64)
    keys, often = _in_order(keys, counts, room + bits)
    starts = heads(keys)
    sums = often if len(starts) == len(keys) else _sums(often, starts)
    keys = keys.take(starts)
    found: Any = (keys & np.uint64((1 << bits) - 1)).astype(values.dtype)

    return (keys >> np.uint64(bits)).astype(np.intp), found, sums


def _in_order(
    keys: NDArray[np.uint64], counts: Counts, bits: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The keys in order, and their counts."""
    room = np.uint64(int(counts.max(initial=0)).bit_length())
    if bits + int(room) > _WORD:
        order = np.argsort(keys, kind="stable")
        return keys[order], counts[order].astype(np.int64)
    # Plain words are sorted several times faster than an index.
    words = keys << room
    words |= counts.astype(np.uint64)
    words.sort()
    often = words & ((np.uint64(1) << room) - np.uint64(1))
    words >>= room

    return words, often.astype(np.int64)


def _sums(counts: NDArray[np.int64], starts: Rows) -> NDArray[np.int64]:
    running = np.cumsum(counts)
    ends = np.append(starts[1:], len(counts)) - 1

    return np.diff(running.take(ends), prepend=0)


def _bisected(values: Counts, low: Rows, high: Rows, bound: int) -> Rows:
    """For each range of rising values the first place at or above a bound."""
    low, high = low.copy(), high.copy()
    while (still := np.flatnonzero(low < high)).size:
        middle = (low[still] + high[still]) // 2
        below = values.take(middle) < bound
        low[still[below]] = middle[below] + 1
        high[still[~below]] = middle[~below]

    return low
