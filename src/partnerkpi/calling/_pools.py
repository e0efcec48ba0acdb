"""Machinery: occurrences on their way into a histogram.

Sorting plain words is what NumPy does fastest, so occurrences are only written down, group and
number in one word, until there are enough of them to be worth sorting. What is sorted becomes a
histogram; those are added up when they have grown to twice the greatest of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from partnerkpi._arrays import narrowest, new
from partnerkpi.calling.histograms import Histogram, joined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts, Mask

__all__ = ["Pool"]

_STEP = 1 << 17
_NARROW = 32


class Pool:
    """Gathers occurrences of whole numbers in groups; both may come in any order.

    Words are of 32 bits while groups are few, then of 64. A number of more than the usual bits has
    no word: such are rare, and are kept aside.
    """

    def __init__(self, room: int, bits: int, *, dense: int = 0) -> None:
        """Begin with nothing.

        Args:
            room: How many occurrences are gathered at a time.
            bits: How many bits a number usually has.
            dense: Up to how many groups times numbers each has a counter of its own.
        """
        self._room = room
        self._dense = dense >> bits
        self._counters = np.zeros(0, np.uint32)
        self._counted = 0
        self._bits = bits
        self._words: NDArray[Any] = np.empty(0, np.uint32)
        self._filled = 0
        self._odd: list[tuple[Codes, Counts]] = []
        self._runs: list[Histogram] = []

    def add(self, groups: Codes, values: Counts) -> None:
        """Write down occurrences.

        Args:
            groups: The group of each, 0 or more.
            values: The number of each, 0 or more.
        """
        if not len(groups):
            return
        if int(values.max()) >> self._bits:
            odd = values >= 1 << self._bits
            self._odd.append((groups[odd], values[odd]))
            self.add(groups[~odd], values[~odd])
            return
        top = int(groups.max())
        if top < self._dense:
            self._count(groups, values, top)
            return
        self._make_room(len(groups), top)
        words = self._words[self._filled : self._filled + len(groups)]
        # In the words' own type: in that of narrow groups it would wrap.
        words[:] = groups
        words <<= words.dtype.type(self._bits)
        np.add(words, values, out=words, dtype=words.dtype, casting="unsafe")
        self._filled += len(groups)

    def taken(self, size: int) -> Histogram:
        """All occurrences, in so many groups; those of greater ones are left out.

        They are let go, and so is the memory they took.
        """
        self._sort()
        self._settle()
        self._words, self._counters = self._words[:0].copy(), self._counters[:0].copy()
        runs = [*self._runs, *(_of_odd(*each) for each in self._odd)]
        self._runs, self._odd = [], []

        return joined([Histogram.empty(size), *(_sized(run, size) for run in runs)])

    def _count(self, groups: Codes, values: Counts, top: int) -> None:
        cells = (top + 1) << self._bits
        if len(self._counters) < cells:
            counters = np.zeros(min(2 * cells, self._dense << self._bits), np.uint32)
            counters[: len(self._counters)] = self._counters
            self._counters = counters
        if self._counted + len(groups) >= 1 << _NARROW:
            self._settle()
        places = groups.astype(np.intp)
        places <<= self._bits
        places += values
        np.add.at(self._counters, places, np.uint32(1))
        self._counted += len(groups)

    def _settle(self) -> None:
        """Turn counters into a histogram."""
        if not self._counted:
            return
        self._runs.append(_of_counters(self._counters, self._bits))
        self._counters[:] = 0
        self._counted = 0

    def _make_room(self, rows: int, top: int) -> None:
        bits = top.bit_length() + self._bits
        width = 8 * self._words.itemsize
        if bits <= width and self._filled + rows <= len(self._words):
            return
        self._sort()
        if bits > width or rows > len(self._words):
            wide = bits > _NARROW or width > _NARROW
            self._words = new(max(self._room, rows), np.uint64 if wide else np.uint32)

    def _sort(self) -> None:
        if not self._filled:
            return
        words = self._words[: self._filled]
        words.sort()
        self._runs.append(_run(words, self._bits))
        self._filled = 0
        sizes = [len(run) for run in self._runs]
        if sum(sizes) > 2 * max(sizes):
            groups = max(run.groups for run in self._runs)
            self._runs = [joined([_sized(run, groups) for run in self._runs])]


def _of_odd(groups: Codes, values: Counts) -> Histogram:
    return Histogram.of(groups, values, np.ones(len(groups), np.uint8), int(groups.max()) + 1)


def _run(words: NDArray[Any], bits: int) -> Histogram:
    """The histogram of sorted words."""
    starts, values = _distinct(words, bits)
    edges = np.arange(int(words[-1] >> words.dtype.type(bits)) + 1, dtype=words.dtype)
    # Of the words' own type: of another one, the words would be copied to compare.
    places = np.searchsorted(words, edges << words.dtype.type(bits))
    first = np.append(np.searchsorted(starts, places.astype(starts.dtype)), len(starts))

    return Histogram(first, values, _gaps(starts, len(words)))


def _distinct(words: NDArray[Any], bits: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Where runs of equal words begin, and the numbers in these words."""
    parts = range(1, len(words), _STEP)
    size = 1 + sum(int(np.count_nonzero(_steps(words, part))) for part in parts)
    starts, values = new(size, np.uint32), new(size, np.uint32)
    low = words.dtype.type((1 << bits) - 1)
    starts[0], values[0] = 0, words[0] & low
    end = 1
    for part in parts:
        steps = np.flatnonzero(_steps(words, part))
        cut = slice(end, end := end + len(steps))
        values[cut] = words[part : part + _STEP].take(steps) & low
        starts[cut] = steps + part

    return starts, values


def _steps(words: NDArray[Any], start: int) -> Mask:
    """Which words of a part differ from the one before."""
    stop = min(start + _STEP, len(words))
    mask: Mask = words[start:stop] != words[start - 1 : stop - 1]

    return mask


def _gaps(starts: NDArray[np.uint32], end: int) -> Counts:
    """The distances from each start to the next."""
    cuts = [slice(part, part + _STEP + 1) for part in range(0, len(starts), _STEP)]
    most = max(int(np.diff(starts[cut]).max(initial=0)) for cut in cuts)
    last = end - int(starts[-1])
    gaps: Counts = new(len(starts), narrowest(np.array([most, last])).dtype)
    for cut in cuts:
        gaps[cut.start : cut.stop - 1] = np.diff(starts[cut], append=starts[-1:])[:_STEP]
    gaps[-1] = last

    return gaps


def _of_counters(counters: NDArray[np.uint32], bits: int) -> Histogram:
    """The histogram of counters, one for every number of every group."""
    groups = counters.reshape(-1, 1 << bits)
    sizes = np.count_nonzero(groups, axis=1)
    first = np.concatenate([[0], np.cumsum(sizes)])
    values, counts = new(first[-1], np.uint32), new(first[-1], counters.dtype)
    step = max(_STEP >> bits, 1)
    for start in range(0, len(groups), step):
        part = groups[start : start + step].reshape(-1)
        places = np.flatnonzero(part != 0)
        cut = slice(first[start], first[start] + len(places))
        values[cut] = places & (1 << bits) - 1
        counts[cut] = part.take(places)

    return Histogram(first, values, narrowest(counts))


def _sized(histogram: Histogram, size: int) -> Histogram:
    """The histogram with so many groups: empty ones behind, or without the last ones."""
    groups = histogram.groups
    if groups == size:
        return histogram
    if groups > size:
        return histogram.take(np.arange(size))

    return histogram.spread(np.arange(groups), size)
