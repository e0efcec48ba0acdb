"""Machinery: the passes over rows of queue calls that fill the states.

The layout knows what runs of rows of one week count in the trend. Other rows go by in pieces small
enough for the caches, with one key a row and one word that carries wait and count at once. Rows of
the last weeks are set aside, and counted by queue when there are enough of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, field, frozen

from partnerkpi.calling._buffers import buffers
from partnerkpi.calling._pools import Pool
from partnerkpi.calling.queues._pairs import Pairs
from partnerkpi.calling.queues._sums import CellSums
from partnerkpi.calling.queues.columns import (
    ABANDONED,
    OUTCOMES,
    STEP,
    WAITING,
    Pieces,
    places_of,
)
from partnerkpi.calling.queues.measures import CLASSES, Cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts, Mask, Rows
    from partnerkpi._call_runs import WeekRun
    from partnerkpi.call_columns import QueueCalls
    from partnerkpi.calling.histograms import Histogram
    from partnerkpi.calling.queues.columns import Piece
    from partnerkpi.calling.weeks import Weeks

__all__ = ["HOUR_KINDS", "Room", "Tally"]

_FLUSH = 1 << 17
_WAIT_BITS = 24
_HOUR_BITS = 9
#: Up to so many queues times hours each has a counter of its own.
_HOUR_CELLS = 1 << 22

#: What is counted by the hour: a call offered and not abandoned, one abandoned, one waiting.
HOUR_KINDS = 3
_KIND = np.zeros(len(OUTCOMES), np.uint8)
_KIND[places_of(ABANDONED)] = 1
_KIND[places_of([WAITING])] = 2
_KIND.flags.writeable = False


@frozen
class Room:
    """How many occurrences are gathered before they are sorted.

    Attributes:
        weeks: Waits of the trend's weeks.
        queues: Waits of a week by queue.
        hours: Hours of the week by queue.
    """

    weeks: int
    queues: int
    hours: int


class Tally:
    """Counts queue calls, a batch at a time."""

    def __init__(
        self, weeks: Weeks, room: Room, *, changes: bool, waits: bool, hours: bool
    ) -> None:
        """Begin with nothing.

        Args:
            weeks: The trend's weeks.
            room: How much is gathered at a time.
            changes: Whether the week before the last is counted by queue as well.
            waits: Whether waits are kept.
            hours: Whether calls are counted by hour of the week, and by week, in each queue.
        """
        self.weeks: Weeks = weeks
        self.pairs: Pairs = Pairs()
        pool = Pool(room.weeks, _WAIT_BITS) if waits else None
        self.trend: _Trend = _Trend.of(weeks, pool)
        positions = [weeks.count - 1, weeks.count - 2] if changes else [weeks.count - 1]
        self.queues: list[_Queues] = [
            _Queues(position, Pool(room.queues, _WAIT_BITS) if waits else None)
            for position in positions
        ]
        self.hours: _Hours | None = (
            _Hours(weeks.count, Pool(room.hours, _HOUR_BITS, dense=_HOUR_CELLS)) if hours else None
        )

    def add(self, calls: QueueCalls) -> None:
        """Count the rows of a batch.

        Raises:
            CountOverflowError: a sum of waits is beyond 64 bits.
        """
        self.pairs.use(calls.customer, calls.queue)
        by_queue: list[_Queues | _Hours] = [*self.queues]
        if self.hours is not None:
            by_queue.append(self.hours)
        for each in by_queue:
            each.begin(calls)
        pieces = Pieces(calls, self.weeks, hours=self.hours is not None)
        for run in calls.runs:
            self.trend.add_run(run)
            for piece in pieces.of(run) if self._wants(run) else ():
                self.trend.add(piece)
                for each in by_queue:
                    each.add(piece, self.pairs)
        for each in by_queue:
            each.flush(self.pairs)

    def _wants(self, run: WeekRun) -> bool:
        """Whether more is wanted of a run than what it counts."""
        if run.week is None or self.hours is not None or self.trend.pool is not None:
            return True
        week = self.weeks.position(run.week)

        return any(week == queues.week for queues in self.queues)


# --- the trend -----------------------------------------------------------------------------------


@define(eq=False)
class _Trend:
    """What each week of the trend counts."""

    weeks: Weeks
    sums: CellSums
    pool: Pool | None

    @staticmethod
    def of(weeks: Weeks, pool: Pool | None) -> _Trend:
        return _Trend(weeks, CellSums.of(weeks.count, STEP), pool)

    def add_run(self, run: WeekRun) -> None:
        """Count the rows of a run, if they are of one week."""
        if run.week is None:
            return
        week = self.weeks.position(run.week)
        if 0 <= week < self.weeks.count:
            self.sums.add_counted(week, run.counts, run.waits)

    def add(self, piece: Piece) -> None:
        """Count rows of several weeks, and keep the waits of any."""
        if not isinstance(piece.week, int):
            self.sums.add(piece.week, piece.outcome, piece.wait)
        if self.pool is not None:
            self._add_waits(piece, self.pool)

    def _add_waits(self, piece: Piece, pool: Pool) -> None:
        # Other outcomes share a group of their own in each week, which is left out in the end.
        groups = np.minimum(piece.outcome, CLASSES).astype(np.uint32)
        week: Any = piece.week
        groups += np.multiply(week, CLASSES + 1, dtype=np.uint32)
        pool.add(groups, piece.wait)

    def cells(self) -> Cells:
        """The weeks; their waits are let go."""
        weeks, waits = len(self.sums), None
        if self.pool is not None:
            groups = np.arange(weeks * (CLASSES + 1)).reshape(weeks, -1)[:, :CLASSES]
            waits = self.pool.taken(weeks * (CLASSES + 1)).take(groups.reshape(-1))

        return _cells(self.sums, waits)


def _cells(sums: CellSums, waits: Histogram | None) -> Cells:
    sums.settle()

    return Cells(sums.counts.copy(), sums.sums.copy(), waits)


# --- rows set aside ------------------------------------------------------------------------------


@define(eq=False)
class _Aside:
    """Columns of rows that are set aside until there are enough of them."""

    columns: list[NDArray[Any]]
    rows: int = 0

    @staticmethod
    def of(*columns: NDArray[Any]) -> _Aside:
        """Room for columns of the types of these."""
        return _Aside(buffers(_FLUSH, *(column.dtype for column in columns)))

    def has_room(self, rows: int) -> bool:
        return self.rows + rows <= _FLUSH

    def add(self, *columns: NDArray[Any], rows: Rows | None) -> None:
        """Set some rows of the columns aside, or all."""
        count = len(columns[0]) if rows is None else len(rows)
        for kept, column in zip(self.columns, columns, strict=True):
            out = kept[self.rows : self.rows + count]
            if rows is None:
                out[:] = column
            else:
                # Row numbers are good: only so NumPy writes where it is told at once.
                np.take(column, rows, out=out, mode="clip")
        self.rows += count

    def taken(self) -> list[NDArray[Any]]:
        """What was set aside, to be used before more is."""
        rows, self.rows = self.rows, 0

        return [column[:rows] for column in self.columns]


# --- one week by queue ---------------------------------------------------------------------------


@define(eq=False)
class _Queues:
    """What each queue counts in one week."""

    week: int
    pool: Pool | None
    sums: CellSums = field(factory=lambda: CellSums.of(0, _FLUSH))
    aside: _Aside = field(factory=lambda: _Aside([]))
    mask: Mask = field(factory=lambda: np.empty(_FLUSH, np.bool_))

    def begin(self, calls: QueueCalls) -> None:
        """Make room for rows of a batch."""
        self.aside = _Aside.of(calls.customer.codes, calls.queue.codes, calls.wait, calls.outcome)

    def add(self, piece: Piece, pairs: Pairs) -> None:
        rows = self._rows(piece)
        count = len(piece) if rows is None else len(rows)
        columns = (piece.customer, piece.queue, piece.wait, piece.outcome)
        if rows is None and count > _FLUSH // 2:
            self._count(pairs, *columns)
        elif count:
            if not self.aside.has_room(count):
                self.flush(pairs)
            self.aside.add(*columns, rows=rows)

    def _rows(self, piece: Piece) -> Rows | None:
        """The rows of the week; ``None`` for all."""
        if isinstance(piece.week, int):
            return None if piece.week == self.week else np.empty(0, np.intp)

        mask = self.mask[: len(piece)]

        return np.flatnonzero(np.equal(piece.week, piece.week.dtype.type(self.week), out=mask))

    def flush(self, pairs: Pairs) -> None:
        """Count what was set aside."""
        if self.aside.rows:
            self._count(pairs, *self.aside.taken())

    def _count(
        self, pairs: Pairs, customer: Codes, queue: Codes, wait: Counts, outcome: Codes
    ) -> None:
        numbers = pairs.numbers(customer, queue)
        self.sums.grow(len(pairs))
        self.sums.add(numbers, outcome, wait)
        if self.pool is not None:
            rows = np.flatnonzero(outcome < CLASSES)
            groups = numbers.take(rows) * CLASSES
            groups += outcome.take(rows)
            self.pool.add(groups, wait.take(rows))

    def cells(self, size: int) -> Cells:
        """So many queues, by their numbers; their waits are let go."""
        self.sums.grow(size)
        waits = None if self.pool is None else self.pool.taken(size * CLASSES)

        return _cells(self.sums, waits)


# --- hours and weeks by queue --------------------------------------------------------------------


@define(eq=False)
class _Hours:
    """What each queue counts by hour of the week, and what it was offered in each week."""

    weeks: int
    pool: Pool
    offered: NDArray[np.int64] = field(factory=lambda: np.zeros(1, np.int64))
    aside: _Aside = field(factory=lambda: _Aside([]))

    def begin(self, calls: QueueCalls) -> None:
        """Make room for rows of a batch."""
        narrow = np.empty(0, np.uint16)
        self.aside = _Aside.of(calls.customer.codes, calls.queue.codes, narrow, narrow)

    def add(self, piece: Piece, pairs: Pairs) -> None:
        assert piece.hour is not None  # noqa: S101 (asked for when pieces are cut)
        if not self.aside.has_room(len(piece)):
            self.flush(pairs)
        hours = piece.hour.astype(np.uint16)
        hours *= np.uint16(HOUR_KINDS)
        hours += _KIND.take(piece.outcome)
        week = np.broadcast_to(np.asarray(piece.week, np.uint16), hours.shape)
        self.aside.add(piece.customer, piece.queue, hours, week, rows=None)

    def flush(self, pairs: Pairs) -> None:
        """Count what was set aside."""
        if not self.aside.rows:
            return
        customer, queue, hours, week = self.aside.taken()
        groups = pairs.numbers(customer, queue)
        self.pool.add(groups, hours)
        groups *= self.weeks
        groups += week
        # Those waiting are counted behind all weeks, and left out.
        self._grow(len(pairs))
        groups[hours % HOUR_KINDS == HOUR_KINDS - 1] = len(self.offered) - 1
        np.add.at(self.offered, groups, 1)

    def _grow(self, size: int) -> None:
        more = size * self.weeks + 1 - len(self.offered)
        if more:
            self.offered = np.concatenate([self.offered[:-1], np.zeros(more + 1, np.int64)])

    def cells(self, size: int) -> tuple[Histogram, NDArray[np.int64]]:
        """Hours of so many queues by their numbers, and what they were offered in each week.

        The hours are let go.
        """
        self._grow(size)

        return self.pool.taken(size), self.offered[:-1].reshape(-1, self.weeks).copy()
