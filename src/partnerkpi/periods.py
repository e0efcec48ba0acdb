"""Weeks, day counts and month counts: every calendar step of the library, in UTC.

Instants are integer microseconds since 1970-01-01T00:00:00Z, one or an array of them. Periods are
half-open. This is the only place that counts calendar months.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from dateutil.relativedelta import relativedelta

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Micros

__all__ = [
    "DAY",
    "WEEK",
    "day_count",
    "days_after",
    "days_before",
    "last_week_end",
    "month_count",
    "week_ends",
]

DAY = 86_400_000_000
WEEK = 7 * DAY

# 1970-01-01 was a Thursday: the first Sunday stands three days after it.
_FIRST_SUNDAY = 3 * DAY
_EPOCH = date(1970, 1, 1)


def days_after(instant: int, days: int) -> int:
    """The first instant that is more than so many days away: the midnight after the last of them.

    ``day_count(instant, other) <= days`` holds exactly for ``other < days_after(instant, days)``,
    so a window of days becomes one comparison of instants.

    Example:
        >>> days_after(DAY // 2, 1) == 2 * DAY
        True
    """
    return (instant // DAY + days + 1) * DAY


def days_before(instant: int, days: int) -> int:
    """The first instant that is at most so many days back: the midnight that opens that day.

    ``day_count(other, instant) <= days`` holds exactly for ``other >= days_before(instant, days)``.

    Example:
        >>> days_before(5 * DAY + 1, 2) == 3 * DAY
        True
    """
    return (instant // DAY - days) * DAY


def day_count(earlier: Micros | int, later: Micros | int) -> NDArray[np.int64]:
    """Days between two instants: the difference of their UTC calendar dates.

    Args:
        earlier: Where the count begins, in microseconds.
        later: Where it ends, in microseconds.

    Returns:
        Whole days, negative when ``later`` is on an earlier date.

    Example:
        >>> int(day_count(DAY - 1, DAY))
        1
    """
    days: NDArray[np.int64] = np.floor_divide(later, DAY) - np.floor_divide(earlier, DAY)

    return days


def month_count(earlier: Micros, later: Micros) -> NDArray[np.int64]:
    """Complete calendar months between two instants, on their UTC dates.

    Years x 12 + months as ``relativedelta(later, earlier)`` counts them, the clipping at the end
    of a month included: from 31 January to 28 February is 1 month, to 27 February none.

    Args:
        earlier: Where each count begins, in microseconds, int64.
        later: Where each ends; broadcast against ``earlier``.

    Returns:
        int64 months.

    Example:
        >>> january, february = 30 * DAY, (31 + 27) * DAY
        >>> month_count(np.array([january]), np.array([february])).tolist()
        [1]
    """
    first, last = np.broadcast_arrays(np.floor_divide(earlier, DAY), np.floor_divide(later, DAY))
    pairs, place = np.unique(np.stack([first, last]), axis=1, return_inverse=True)
    months = [_months(start, end) for start, end in pairs.T.tolist()]

    return np.array(months, np.int64)[place.reshape(first.shape)]


def _months(first: int, last: int) -> int:
    gap = relativedelta(_EPOCH + timedelta(last), _EPOCH + timedelta(first))

    return gap.years * 12 + gap.months


def last_week_end(as_of: int) -> int:
    """The end of the last completed week: the latest Sunday 00:00:00 UTC at or before ``as_of``.

    Example:
        >>> last_week_end(10 * DAY) // DAY, last_week_end(10 * DAY - 1) // DAY
        (10, 3)
    """
    return (as_of - _FIRST_SUNDAY) // WEEK * WEEK + _FIRST_SUNDAY


def week_ends(as_of: int, weeks: int) -> tuple[int, ...]:
    """The ends of the last completed weeks, oldest first.

    Example:
        >>> [end // DAY for end in week_ends(20 * DAY, 2)]
        [10, 17]
    """
    last = last_week_end(as_of)

    return tuple(last - WEEK * back for back in range(weeks - 1, -1, -1))
