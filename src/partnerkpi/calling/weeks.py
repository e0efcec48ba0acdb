"""The weeks of calling: Sunday 00:00:00 UTC to the next, half-open, counted in microseconds.

A trend covers the last completed weeks, oldest first; the last of them is *the last week*. A week
is a number here: its position in the trend. What lies before the trend or after it gets a number
that no week has, without being looked for: the distance from the trend's start, taken as unsigned,
is huge for what is earlier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi.periods import WEEK, last_week_end

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Micros, Rows

__all__ = ["HOUR", "HOURS", "Weeks", "weeks_at"]

HOUR = 3_600_000_000
HOURS = 168


@frozen
class Weeks:
    """The completed weeks of a trend.

    Attributes:
        start: When the first of them begins, microseconds UTC.
        count: How many there are.

    Example:
        >>> weeks = weeks_at(20 * 86_400_000_000, 2)
        >>> [end // 86_400_000_000 for end in weeks.ends]
        [10, 17]
    """

    start: int
    count: int

    @property
    def end(self) -> int:
        """When the last of them ends."""
        return self.start + self.count * WEEK

    @property
    def last_start(self) -> int:
        """When the last of them begins."""
        return self.end - WEEK

    @property
    def ends(self) -> tuple[int, ...]:
        """When each of them ends."""
        return tuple(range(self.start + WEEK, self.end + WEEK, WEEK))

    def position(self, begin: int) -> int:
        """The position of the week that begins at an instant; none of the trend's is negative.

        Example:
            >>> weeks = weeks_at(17 * 86_400_000_000, 2)
            >>> weeks.position(weeks.start), weeks.position(weeks.end)
            (0, 2)
        """
        return (begin - self.start) // WEEK

    def slots(self, instants: Micros, out: NDArray[np.uint64] | None = None) -> NDArray[np.uint64]:
        """For each instant the position of its week, ``count`` or more if the trend has none.

        Args:
            instants: Microseconds UTC.
            out: Where the positions go, if a buffer is kept for them.

        Example:
            >>> weeks = weeks_at(17 * 86_400_000_000, 2)
            >>> weeks.slots(np.array([weeks.start, weeks.end - 1])).tolist()
            [0, 1]
            >>> bool((weeks.slots(np.array([weeks.start - 1, weeks.end])) >= 2).all())
            True
        """
        return self._steps(instants, WEEK, out)

    def hours(self, instants: Micros, out: NDArray[np.uint64] | None = None) -> NDArray[np.uint64]:
        """For each instant the hours since the trend began, ``168 * count`` or more if outside.

        The remainder of 168 is the hour of the week (Sunday 00 first), the quotient the position
        of the week.

        Example:
            >>> weeks = weeks_at(17 * 86_400_000_000, 2)
            >>> weeks.hours(np.array([weeks.end - 1])).tolist()
            [335]
        """
        return self._steps(instants, HOUR, out)

    def bounds(self, rising: Micros) -> Rows:
        """For instants in rising order where each week begins, and where the last one ends.

        Example:
            >>> weeks = weeks_at(17 * 86_400_000_000, 2)
            >>> weeks.bounds(np.array([weeks.start, weeks.end - 1, weeks.end])).tolist()
            [0, 1, 2]
        """
        edges = np.array([self.start, *self.ends], np.int64)

        return np.searchsorted(rising, edges)

    def _steps(
        self, instants: Micros, step: int, out: NDArray[np.uint64] | None
    ) -> NDArray[np.uint64]:
        # Signed division is four times slower, a search thirty times.
        steps = np.empty(len(instants), np.uint64) if out is None else out
        np.subtract(instants, np.int64(self.start), out=steps.view(np.int64))

        return np.floor_divide(steps, np.uint64(step), out=steps)


def weeks_at(micros: int, count: int) -> Weeks:
    """The last completed weeks at an instant; one that ends at the very instant is complete.

    Args:
        micros: The instant, in microseconds UTC.
        count: How many weeks.

    Example:
        >>> weeks_at(10 * 86_400_000_000, 1).start // 86_400_000_000
        3
    """
    return Weeks(last_week_end(micros) - count * WEEK, count)
