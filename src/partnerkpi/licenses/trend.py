"""Add up: the licenses at the end of each of the last completed weeks."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from attrs import frozen

from partnerkpi._arrays import fits, reached, rows_where
from partnerkpi._merging import require_same
from partnerkpi.aggregates import pair_sums_by_code
from partnerkpi.periods import week_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts, Rows
    from partnerkpi.columns import ObservationColumns
    from partnerkpi.licenses.columns import Scope

__all__ = ["NO_TREND", "TrendState", "trend_state"]


@frozen(eq=False)
class TrendState:
    """Licenses at the end of each of the last completed weeks: a mergeable state.

    Attributes:
        week_ends: The weeks' ends, oldest first, microseconds UTC.
        total: Licenses bought, one number per week.
        assigned: Licenses assigned.
        used_7d: Licenses used in seven days.
        available: Licenses bought and not assigned, line by line.
    """

    week_ends: tuple[int, ...]
    total: tuple[int, ...]
    assigned: tuple[int, ...]
    used_7d: tuple[int, ...]
    available: tuple[int, ...]

    def merge(self, other: TrendState) -> TrendState:
        """Add the licenses of other customers.

        Raises:
            MergeError: the other was counted at other weeks' ends.
            CountOverflowError: a sum is beyond 64 bits.

        Example:
            >>> week = TrendState((0,), (5,), (4,), (3,), (1,))
            >>> week.merge(week).total
            (10,)
        """
        require_same("weeks", self.week_ends, other.week_ends)

        return TrendState(
            self.week_ends,
            _added(self.total, other.total),
            _added(self.assigned, other.assigned),
            _added(self.used_7d, other.used_7d),
            _added(self.available, other.available),
        )


NO_TREND = TrendState((), (), (), (), ())


def _added(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(fits(mine + theirs) for mine, theirs in zip(left, right, strict=True))


def trend_state(scope: Scope) -> TrendState:
    """Count the licenses of active subscriptions at the end of each completed week.

    An observation counts from the first week end that sees it until the next one of its line takes
    over; within that, only while its subscription is active. So each is added where it begins to
    count and taken off where it ends, and running sums give the weeks.

    Raises:
        CountOverflowError: a sum is beyond 64 bits.
    """
    at = scope.snapshot
    ends = week_ends(at.micros, at.policy.trend_weeks)
    seen = at.portfolio.observation_columns
    gained = np.zeros((4, len(ends) + 1), object)
    for rows, begins, stops in _spans(scope, np.array(ends, np.int64)):
        gained += _changes(begins, stops, _counted(seen, rows), len(ends) + 1)
    running = np.cumsum(gained, axis=1)[:, :-1].tolist()

    return TrendState(ends, *(tuple(map(fits, totals)) for totals in running))


_Four: TypeAlias = "tuple[Counts, Counts, Counts, Counts]"


def _counted(seen: ObservationColumns, rows: Rows) -> _Four:
    total, assigned = seen.total[rows], seen.assigned[rows]

    return total, assigned, seen.used_7d[rows], total - np.minimum(total, assigned)


def _changes(begins: Codes, stops: Codes, values: _Four, weeks: int) -> NDArray[Any]:
    """By how much each of four sums changes with each week."""
    if weeks > _FEW:
        gains: NDArray[Any] = _sums(begins, values, weeks) - _sums(stops, values, weeks)
        return gains
    # Both at once: a number for every pair of weeks.
    pairs = begins * np.intp(weeks) + stops
    sums = _sums(pairs, values, weeks * weeks)
    grid: NDArray[Any] = sums.reshape(4, weeks, weeks)
    changes: NDArray[Any] = grid.sum(axis=2) - grid.sum(axis=1)

    return changes


# Beyond so many weeks their pairs are more than the observations looked at together.
_FEW = 64


def _sums(codes: Codes, values: _Four, size: int) -> NDArray[Any]:
    total, assigned, used_7d, spare = values
    left = pair_sums_by_code(codes, total, assigned, size)
    right = pair_sums_by_code(codes, used_7d, spare, size)

    stacked: NDArray[Any] = np.stack([*left, *right])

    return stacked


def _spans(scope: Scope, ends: NDArray[np.int64]) -> Iterator[tuple[Rows, Codes, Codes]]:
    """Observations that count in some week, the first of these weeks, the one after the last.

    Some lines at a time, so that all that is made on the way stays in the fast caches.
    """
    seen = scope.snapshot.portfolio.observation_columns.observed
    bounds = [seen.bound(end) for end in ends.tolist()]
    lines = _Lines.of(scope, ends)
    for low, high in lines.cuts():
        rows = lines.rows(low, high)
        weeks = reached(seen.codes.take(rows), bounds)
        begin, stop = np.repeat(lines.active[:, low:high], lines.sizes[low:high], axis=1)
        begins = np.maximum(weeks, begin)
        behind = lines.behind[low + 1 : high + 1] - lines.behind[low]
        stops = np.minimum(_until(weeks, behind, len(ends)), stop)
        counting = np.flatnonzero(stops > begins)
        yield rows.take(counting), begins.take(counting), stops.take(counting)


@frozen(eq=False)
class _Lines:
    """The lines that are active at the end of some week.

    Attributes:
        active: Two rows: the first week of each line, and the one after its last.
        first: The first observation of each.
        sizes: How many observations each has.
        behind: How many observations the lines before each have, and behind the last all of them.
    """

    active: Codes
    first: Rows
    sizes: Rows
    behind: Rows

    @staticmethod
    def of(scope: Scope, ends: NDArray[np.int64]) -> _Lines:
        active = _active_weeks(scope, ends)
        lines = rows_where(active[1] > active[0])
        columns = scope.snapshot.portfolio.line_columns
        first = columns.first.take(lines).astype(np.intp)
        sizes = columns.first.take(lines + 1) - first

        return _Lines(
            active.take(lines, axis=1), first, sizes, np.concatenate([[0], np.cumsum(sizes)])
        )

    def cuts(self) -> Iterator[tuple[int, int]]:
        """Where to cut, so that a piece has about so many observations, and none has none."""
        size = len(self.sizes)
        cuts = np.searchsorted(self.behind, np.arange(0, self.behind[-1], _STEP)).tolist()

        return ((low, high) for low, high in pairwise([*cuts, size]) if self._has(low, high))

    def _has(self, low: int, high: int) -> bool:
        return bool(self.behind[high] > self.behind[low])

    def rows(self, low: int, high: int) -> Rows:
        """The observations of some lines."""
        start, stop = self.behind[[low, high]].tolist()
        rows = np.repeat(self.first[low:high] - self.behind[low:high], self.sizes[low:high])
        rows += np.arange(start, stop)

        return rows


_STEP = 1 << 16


def _until(weeks: Codes, behind: Codes, end: int) -> Codes:
    """For each observation the week from which the next one of its line counts instead."""
    until = np.empty_like(weeks)
    until[:-1] = weeks[1:]
    # A line without observations names the last one of the line before it, which is right too.
    until[behind - 1] = end

    return until


def _active_weeks(scope: Scope, ends: NDArray[np.int64]) -> Codes:
    """For each line the first week end at which its subscription is active, and the one after.

    Lines of other products are active at none.
    """
    columns = scope.snapshot.portfolio.subscription_columns
    active = np.empty((2, len(columns.lines)), np.min_scalar_type(len(ends)))
    # An end of a week belongs to the subscriptions that start at it, and not to those that end.
    begin = reached(np.maximum(columns.added, columns.starts), (ends + 1).tolist())
    stop = reached(columns.ends, (ends + 1).tolist())
    columns.lines.spread(begin, active[0])
    columns.lines.spread(stop, active[1])
    active[1] *= scope.line_mask

    return active
