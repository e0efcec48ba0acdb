"""What every engine has to answer, so that equal work can be asserted before it is timed.

The eight statuses of every customer as one small bit set, the five figures of the overview, the
figures of one product's five sections, and (with nine weekly observations) the distribution trend
and the weekly changes. Rows of the tables are made on demand and are no part of the work, but
their weekly changes are computed: rows, rows without a change, and the sum stand for them.
"""

from __future__ import annotations

from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from tests.benchmarks.generate import AS_OF

__all__ = ["STATUSES", "TREND_WEEKS", "Answers", "Change", "day_after", "differences", "week_ends"]

STATUSES = (
    "suspended",
    "expired",
    "license_overage",
    "expiring_soon",
    "ready_for_order_setup",
    "no_recent_activity",
    "trial",
    "subscription",
)
TREND_WEEKS = 8

Change: TypeAlias = tuple[int, int, int]
"""Rows, rows whose change is undefined, sum of the changes of the others."""


@attrs.frozen(eq=False)
class Answers:
    """Figures of one portfolio at one instant; bit k of a status is ``STATUSES[k]``.

    ``overview``: total, nearing expiration, nearing renewal, low assignment, over limit.
    ``recently_added``: customers, licenses. ``expiring`` and ``renewing``: customers, assigned,
    used, total. ``low``: customers, assigned, used, total, available. ``overage``: customers,
    licenses. ``trend``: total, assigned, used, available a week, oldest first.
    """

    statuses: npt.NDArray[np.uint8]
    overview: tuple[int, ...]
    recently_added: tuple[int, ...]
    expiring: tuple[int, ...]
    renewing: tuple[int, ...]
    low: tuple[int, ...]
    overage: tuple[int, ...]
    trend: tuple[tuple[int, ...], ...] = ()
    added_assignment: Change | None = None
    added_usage: Change | None = None
    low_assignment: Change | None = None


def differences(expected: Answers, actual: Answers) -> list[str]:
    """One line per figure that two engines answer differently; none when they agree."""
    names = [field.name for field in attrs.fields(Answers) if field.name != "statuses"]
    lines = [
        f"{name}: {getattr(expected, name)} != {getattr(actual, name)}"
        for name in names
        if getattr(expected, name) != getattr(actual, name)
    ]
    if not np.array_equal(expected.statuses, actual.statuses):
        lines.append(f"statuses: {_disagreeing(expected.statuses, actual.statuses)}")

    return lines


def day_after(days: int) -> np.datetime64:
    """The first midnight that is more than ``days`` calendar days from ``AS_OF``."""
    epoch, day = np.datetime64("1970-01-01", "us"), np.timedelta64(1, "D")
    return epoch + ((AS_OF - epoch) // day + days + 1) * day


def week_ends() -> list[np.datetime64]:
    """Ends of the last completed weeks (Sunday midnight) at ``AS_OF``, oldest first."""
    sunday = np.datetime64("1970-01-04", "us")
    week = np.timedelta64(7, "D")
    last = sunday + (AS_OF - sunday) // week * week
    return [last - k * week for k in range(TREND_WEEKS - 1, -1, -1)]


def _disagreeing(expected: npt.NDArray[np.uint8], actual: npt.NDArray[np.uint8]) -> str:
    if expected.shape != actual.shape:
        return f"{expected.size} customers against {actual.size}"

    different = np.bitwise_xor(expected, actual)
    counts = {s: int(np.count_nonzero(different & 1 << k)) for k, s in enumerate(STATUSES)}
    return str({status: count for status, count in counts.items() if count})
