"""Machinery: calls and waits by cell and outcome, with one key and one word a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import define, field

from partnerkpi._arrays import exact_sum, fits
from partnerkpi.aggregates import sums_by_code
from partnerkpi.calling._buffers import buffers
from partnerkpi.calling.queues.columns import ABANDONED, ANSWERED, OUTCOMES, places_of
from partnerkpi.calling.queues.measures import GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts

__all__ = ["CellSums"]

#: A word holds a sum of waits of so many bits, and above it a count of so many.
_SUM_BITS = 42
_COUNT_BITS = 21
_PLACES = tuple(tuple(places_of(group)) for group in (ANSWERED, ABANDONED))


@define(eq=False)
class CellSums:
    """How many calls there are in each cell by outcome, and how long they waited by group.

    Rows are added up in words, as long as no sum of waits can grow into a count.

    Attributes:
        counts: Calls, a row for each cell and a column for each outcome.
        sums: Sums of waits in milliseconds: of the answered and transferred, and of the abandoned
            and those who left a message.
    """

    counts: NDArray[np.int64]
    sums: NDArray[np.int64]
    _words: NDArray[np.int64]
    _key: NDArray[np.int64]
    _narrow: NDArray[np.uint16]
    _word: NDArray[np.int64]
    _rows: int = field(init=False, default=0)
    _waited: int = field(init=False, default=0)
    _total: int = field(init=False, default=0)

    @staticmethod
    def of(cells: int, rows: int) -> CellSums:
        """Nothing in any of so many cells; so many rows may come at a time."""
        counts, sums = (np.zeros((cells, each), np.int64) for each in (len(OUTCOMES), GROUPS))

        return CellSums(
            counts, sums, counts.reshape(-1).copy(), *buffers(rows, np.int64, np.uint16, np.int64)
        )

    def __len__(self) -> int:
        """Return how many cells there are."""
        return len(self.counts)

    def grow(self, cells: int) -> None:
        """Have so many cells, or as many as there are if these are more."""
        more = cells - len(self)
        if more > 0:
            self.counts, self.sums = (
                np.pad(each, ((0, more), (0, 0))) for each in (self.counts, self.sums)
            )
            self._words = np.pad(self._words, (0, more * len(OUTCOMES)))

    def add(self, cell: Codes, outcome: Codes, wait: Counts) -> None:
        """Count rows.

        Raises:
            CountOverflowError: a sum of waits is beyond 64 bits.
        """
        keys = self._keys(cell, outcome)
        most = len(keys) * int(wait.max())
        if most >> _SUM_BITS:
            counts = np.bincount(keys, minlength=len(self._words))
            self._take(counts, np.array(sums_by_code(keys, wait, len(counts)), np.int64))
            return
        if self._rows + len(keys) >> _COUNT_BITS or self._waited + most >> _SUM_BITS:
            self.settle()
        words = self._word[: len(keys)]
        np.copyto(words, wait, casting="unsafe")
        words += 1 << _SUM_BITS
        np.add.at(self._words, keys, words)
        self._rows += len(keys)
        self._waited += most

    def add_counted(self, cell: int, counts: Sequence[int], waits: Sequence[int]) -> None:
        """Add to one cell what has been counted.

        Raises:
            CountOverflowError: a sum of waits is beyond 64 bits.
        """
        self._total = fits(self._total + sum(waits))
        self.counts[cell] += counts
        self.sums[cell] += waits

    def settle(self) -> None:
        """Take what is in the words out of them.

        Raises:
            CountOverflowError: a sum of waits is beyond 64 bits.
        """
        if self._rows:
            self._take(self._words >> _SUM_BITS, self._words & ((1 << _SUM_BITS) - 1))
            self._words[:] = 0
            self._rows = self._waited = 0

    def _keys(self, cell: Codes, outcome: Codes) -> NDArray[np.int64]:
        """For each row its cell and outcome in one number."""
        keys = self._key[: len(cell)]
        if cell.itemsize <= self._narrow.itemsize:
            # Narrow words first: a mixed sum is several times slower.
            narrow = self._narrow.view(cell.dtype)[: len(cell)]
            np.multiply(cell, cell.dtype.type(len(OUTCOMES)), out=narrow)
            np.add(narrow, outcome, out=narrow, casting="unsafe")
            keys[:] = narrow
        else:
            np.multiply(cell, len(OUTCOMES), out=keys)
            np.add(keys, outcome, out=keys)

        return keys

    def _take(self, counts: NDArray[np.int64], sums: NDArray[np.int64]) -> None:
        by_outcome = sums.reshape(self.counts.shape)
        grouped = np.zeros(self.sums.shape, np.int64)
        for group, places in enumerate(_PLACES):
            for place in places:
                grouped[:, group] += by_outcome[:, place]
        self._total = fits(self._total + exact_sum(grouped))
        self.counts += counts.reshape(self.counts.shape)
        self.sums += grouped
