"""Look: the rows of queue calls that lie in the trend's weeks, and what their outcomes count as."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi._call_runs import ABANDONED, ANSWERED, OUTCOMES
from partnerkpi.call_models import Outcome
from partnerkpi.calling._buffers import buffers
from partnerkpi.calling.weeks import HOURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partnerkpi._arrays import Bits, Codes, Counts, Rows
    from partnerkpi._call_runs import WeekRun
    from partnerkpi.call_columns import QueueCalls
    from partnerkpi.calling.weeks import Weeks

__all__ = [
    "ABANDONED",
    "ANSWERED",
    "OFFERED",
    "OUTCOMES",
    "STEP",
    "WAITING",
    "WITH_WAITS",
    "Piece",
    "Pieces",
    "places_of",
]

STEP = 1 << 17

WAITING = Outcome.WAITING
OFFERED = tuple(outcome for outcome in OUTCOMES if outcome is not WAITING)
#: The outcomes whose waits are kept, each for itself: the first of all, so that they are codes.
WITH_WAITS = (*ANSWERED, *ABANDONED)

_NARROW = 256


def places_of(outcomes: Sequence[Outcome]) -> list[int]:
    """The codes of some outcomes.

    Example:
        >>> places_of(WITH_WAITS)
        [0, 1, 2, 3]
    """
    return [OUTCOMES.index(outcome) for outcome in outcomes]


@frozen(eq=False)
class Piece:
    """Some rows, all of them in the trend's weeks; to be used before the next piece is asked for.

    Attributes:
        week: The position of their week; of each row, where they are of several.
        hour: The hour of the week of each row, if asked for.
        customer: Codes of customers.
        queue: Codes of queues.
        wait: Waits in milliseconds.
        outcome: Codes of outcomes.
    """

    week: int | Bits
    hour: Bits | None
    customer: Codes
    queue: Codes
    wait: Counts
    outcome: Codes

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.outcome)

    def take(self, rows: Rows) -> Piece:
        """Some of the rows."""
        return Piece(
            self.week if isinstance(self.week, int) else self.week.take(rows),
            None if self.hour is None else self.hour.take(rows),
            self.customer.take(rows),
            self.queue.take(rows),
            self.wait.take(rows),
            self.outcome.take(rows),
        )


class Pieces:
    """Runs of queue calls in the trend's weeks, some rows at a time, in buffers that are kept."""

    def __init__(self, calls: QueueCalls, weeks: Weeks, *, hours: bool) -> None:
        """Begin with the first row.

        Args:
            calls: Queue calls.
            weeks: The trend's weeks.
            hours: Whether the hour of the week is wanted.
        """
        self._calls = calls
        self._weeks = weeks
        self._hours = hours
        rows = min(STEP, len(calls))
        # Weeks times outcomes are to fit the same type.
        narrow = np.uint8 if weeks.count * len(OUTCOMES) <= _NARROW else np.uint16
        self._step, self._week = buffers(rows, np.uint64, narrow)
        self._hour = buffers(rows if hours else 0, np.uint64)[0]

    def of(self, run: WeekRun) -> Iterator[Piece]:
        """The rows of a run that are in the trend's weeks, in the order in which they stand."""
        week = None if run.week is None else self._weeks.position(run.week)
        if week is not None and not 0 <= week < self._weeks.count:
            return
        for start in range(run.start, run.stop, STEP):
            cut = slice(start, min(start + STEP, run.stop))
            piece = self._mixed(cut) if week is None else self._plain(cut, week)
            if piece is not None:
                yield piece

    def _plain(self, cut: slice, week: int) -> Piece:
        """Rows of one week."""
        hour = None
        if self._hours:
            entered = self._calls.entered[cut]
            hour = self._weeks.hours(entered, self._hour[: len(entered)])
            hour -= np.uint64(week * HOURS)

        return self._piece(cut, week, hour)

    def _mixed(self, cut: slice) -> Piece | None:
        """Rows of several weeks, less those outside of the trend; ``None`` if none is left."""
        entered = self._calls.entered[cut]
        steps, hour = self._step[: len(entered)], None
        if self._hours:
            hour = self._weeks.hours(entered, self._hour[: len(entered)])
            np.floor_divide(hour, np.uint64(HOURS), out=steps)
            np.remainder(hour, np.uint64(HOURS), out=hour)
        else:
            self._weeks.slots(entered, steps)
        outside = int(steps.max()) >= self._weeks.count
        inside = np.flatnonzero(steps < np.uint64(self._weeks.count)) if outside else None
        found = self._week[: len(entered)]
        np.copyto(found, steps, casting="unsafe")
        piece = self._piece(cut, found, hour)
        if inside is None:
            return piece

        return piece.take(inside) if len(inside) else None

    def _piece(self, cut: slice, week: int | Bits, hour: Bits | None) -> Piece:
        calls = self._calls
        columns = (calls.customer.codes[cut], calls.queue.codes[cut], calls.wait[cut])

        return Piece(week, hour, *columns, calls.outcome[cut])
