"""Look: the rows of queue calls that lie in the trend's weeks, and what their outcomes count as."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi.call_models import Outcome
from partnerkpi.calling._buffers import buffers
from partnerkpi.calling.weeks import HOURS
from partnerkpi.periods import WEEK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Bits, Codes, Counts, Micros, Rows
    from partnerkpi.call_columns import QueueCalls
    from partnerkpi.calling._buffers import buffers
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
    "pieces",
    "places_of",
]

STEP = 1 << 17

OUTCOMES = tuple(Outcome)
ANSWERED = (Outcome.ANSWERED, Outcome.TRANSFERRED)
ABANDONED = (Outcome.ABANDONED, Outcome.VOICEMAIL)
WAITING = Outcome.WAITING
OFFERED = tuple(outcome for outcome in OUTCOMES if outcome is not WAITING)
#: The outcomes whose waits are kept, each for itself: the first of all, so that they are codes.
WITH_WAITS = (*ANSWERED, *ABANDONED)

#: Rows that are worth being looked at by themselves because they are of one week.
_SPLIT = 1 << 12


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


def pieces(calls: QueueCalls, weeks: Weeks, *, hours: bool) -> Iterator[Piece]:
    """The rows in the trend's weeks, some at a time, in the order in which they stand.

    Rows that stand by week, in whatever order the weeks come, are of one week almost always: then
    nothing is computed row by row to find it.

    Args:
        calls: Queue calls.
        weeks: The trend's weeks.
        hours: Whether the hour of the week is wanted.
    """
    kept = _Kept.of(min(STEP, len(calls)))
    start = 0
    while start < len(calls):
        cut = slice(start, start + STEP)
        entered = calls.entered[cut]
        week = _only_week(entered, weeks)
        if week is None and (same := _same_week(entered, weeks)) >= _SPLIT:
            cut = slice(start, start + same)
            week = _week(entered[0], weeks)
        start = min(cut.stop, len(calls))
        if week is None or 0 <= week < weeks.count:
            piece = _piece(calls, cut, weeks, week, kept, hours=hours)
            if piece is not None:
                yield piece


@frozen(eq=False)
class _Kept:
    """Buffers that are kept."""

    step: NDArray[np.uint64]
    hour: NDArray[np.uint64]
    week: NDArray[np.uint16]

    @staticmethod
    def of(rows: int) -> _Kept:
        return _Kept(*buffers(rows, np.uint64, np.uint64, np.uint16))


def _piece(
    calls: QueueCalls, cut: slice, weeks: Weeks, week: int | None, kept: _Kept, *, hours: bool
) -> Piece | None:
    """Some rows, less those outside of the trend; ``None`` if none is left."""
    entered = calls.entered[cut]
    columns = (calls.customer.codes[cut], calls.queue.codes[cut], calls.wait[cut])
    hour = weeks.hours(entered, kept.hour[: len(entered)]) if hours else None
    if week is not None:
        if hour is not None:
            hour -= np.uint64(week * HOURS)
        return Piece(week, hour, *columns, calls.outcome[cut])
    steps = kept.step[: len(entered)]
    if hour is None:
        weeks.slots(entered, steps)
    else:
        np.floor_divide(hour, np.uint64(HOURS), out=steps)
        np.remainder(hour, np.uint64(HOURS), out=hour)
    outside = int(steps.max()) >= weeks.count
    inside = np.flatnonzero(steps < np.uint64(weeks.count)) if outside else None
    found = kept.week[: len(entered)]
    np.copyto(found, steps, casting="unsafe")
    piece = Piece(found, hour, *columns, calls.outcome[cut])
    if inside is None:
        return piece

    return piece.take(inside) if len(inside) else None


def _same_week(entered: Micros, weeks: Weeks) -> int:
    """How many of the first instants are in the week of the very first."""
    week = _week(entered[0], weeks)
    if week != _week(entered[min(_SPLIT, len(entered) - 1)], weeks):
        return 0
    start = weeks.start + week * WEEK
    other = (entered < start) | (entered >= start + WEEK)

    return int(other.argmax())


def _only_week(entered: Micros, weeks: Weeks) -> int | None:
    """The week that all instants are in; of those outside of the trend -1 or one beyond the last.

    ``None`` where they are of several; that is mostly seen from a few of them.
    """
    week = _week(entered[0], weeks)
    if any(week != _week(entered[place], weeks) for place in (-1, len(entered) // 2)):
        return None
    same = week == _week(entered.min(), weeks) == _week(entered.max(), weeks)

    return week if same else None


def _week(instant: np.int64, weeks: Weeks) -> int:
    return min(max((int(instant) - weeks.start) // WEEK, -1), weeks.count)
