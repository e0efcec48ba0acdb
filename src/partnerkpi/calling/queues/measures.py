"""Add up: what calls into queues count in each week and queue, as states that merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import exact_sum, fits, lock_counts, reduced
from partnerkpi.calling.histograms import Histogram
from partnerkpi.calling.queues.columns import OFFERED, OUTCOMES, WAITING, WITH_WAITS, places_of
from partnerkpi.errors import RecordsMissingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Counts, Mask, Rows
    from partnerkpi.call_models import Outcome

__all__ = ["CLASSES", "GROUPS", "Cells", "waits_of"]

#: The outcomes whose waits are kept apart, and the groups that waits are averaged over.
CLASSES = len(WITH_WAITS)
GROUPS = 2


@frozen(eq=False)
class Cells:
    """What calls into queues count in each of some cells: weeks, queues or customers.

    A mergeable state: all numbers are sums, greatest values follow from the waits.

    Attributes:
        counts: Calls by cell and outcome, a column for each of ``tuple(Outcome)``.
        sums: Sums of waits in milliseconds by cell: of the answered and transferred, and of the
            abandoned and those who left a message.
        waits: How often each wait occurs; four groups a cell, one for each of the outcomes
            answered, transferred, abandoned, voicemail. ``None`` if waits were not kept.
    """

    counts: Counts = field(converter=lock_counts)
    sums: Counts = field(converter=lock_counts)
    waits: Histogram | None

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    @staticmethod
    def empty(cells: int, *, waits: bool) -> Cells:
        """Nothing in any of so many cells.

        Example:
            >>> Cells.empty(2, waits=True).offered().tolist()
            [0, 0]
        """
        return Cells(
            np.zeros((cells, len(OUTCOMES)), np.int64),
            np.zeros((cells, GROUPS), np.int64),
            Histogram.empty(cells * CLASSES) if waits else None,
        )

    def __len__(self) -> int:
        """Return how many cells there are."""
        return len(self.counts)

    def of(self, outcomes: Sequence[Outcome]) -> NDArray[np.int64]:
        """Calls with any of some outcomes."""
        calls: NDArray[np.int64] = self.counts[:, places_of(outcomes)].sum(axis=1)

        return calls

    def offered(self) -> NDArray[np.int64]:
        """Calls that were offered: all but those still waiting."""
        return self.of(OFFERED)

    def there(self) -> Mask:
        """Which cells have any call, also one that is still waiting."""
        mask: Mask = self.of((*OFFERED, WAITING)) > 0

        return mask

    def summed(self, outcomes: Sequence[Outcome]) -> Mask:
        """Which cells have calls of some outcomes whose waits came as a sum, not one by one.

        What asks for single waits is undefined there.

        Raises:
            RecordsMissingError: waits were not kept.

        Example:
            >>> Cells.empty(2, waits=True).summed(WITH_WAITS).tolist()
            [False, False]
        """
        places = [place for place in places_of(outcomes) if place < CLASSES]
        known = waits_of(self).totals().reshape(-1, CLASSES)
        mask: Mask = np.any(self.counts[:, places] > known[:, places], axis=1)

        return mask

    def merge(self, other: Cells) -> Cells:
        """Add the calls of the same cells elsewhere.

        Raises:
            CountOverflowError: the waits of all cells add up to more than fits 64 bits.
        """
        # Of all cells together, so that no pooling of them wraps either.
        fits(exact_sum(self.sums) + exact_sum(other.sums))
        waits = None
        if self.waits is not None and other.waits is not None:
            waits = self.waits.merge(other.waits)

        return Cells(self.counts + other.counts, self.sums + other.sums, waits)

    def spread(self, places: Rows, size: int) -> Cells:
        """The same cells among others that are empty."""
        counts = np.zeros((size, len(OUTCOMES)), np.int64)
        sums = np.zeros((size, GROUPS), np.int64)
        counts[places], sums[places] = self.counts, self.sums
        waits = None
        if self.waits is not None:
            waits = self.waits.spread(_classes(places), size * CLASSES)

        return Cells(counts, sums, waits)

    def take(self, cells: Rows) -> Cells:
        """Some cells, in the order asked for."""
        waits = None if self.waits is None else self.waits.take(_classes(cells))

        return Cells(self.counts[cells], self.sums[cells], waits)

    def without_waits(self) -> Cells:
        """The same cells, without their waits."""
        return Cells(self.counts, self.sums, None)

    def pooled(self, places: Rows, size: int) -> Cells:
        """Cells put together: queues to their customers, or all to one."""
        waits = None
        if self.waits is not None:
            waits = self.waits.pooled(_classes(places), size * CLASSES)

        return Cells(_pooled(self.counts, places, size), _pooled(self.sums, places, size), waits)


def _pooled(numbers: Counts, places: Rows, size: int) -> NDArray[np.int64]:
    """Rows of numbers added up at their places."""
    pooled = np.zeros((size, numbers.shape[1]), np.int64)
    # One after the other: row by row it takes ten times as long.
    np.add.at(pooled.reshape(-1), _parts(places, numbers.shape[1]), numbers.reshape(-1))

    return pooled


def _classes(cells: Rows) -> Rows:
    """The groups of waits of some cells."""
    return _parts(cells, CLASSES)


def _parts(cells: Rows, each: int) -> Rows:
    """The numbers of the parts of some cells, of which each has so many."""
    parts = np.asarray(cells)[:, np.newaxis] * each + np.arange(each)

    return parts.reshape(-1)


def waits_of(cells: Cells) -> Histogram:
    """The waits of some cells.

    Raises:
        RecordsMissingError: they were not kept.
    """
    if cells.waits is None:
        msg = "waits were not kept: longest waits, percentiles and service levels are not known"
        raise RecordsMissingError(msg)

    return cells.waits
