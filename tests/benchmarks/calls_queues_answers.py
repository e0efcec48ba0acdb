"""What every engine has to answer about queue calls, so that equal work is timed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["QueueAnswers", "WaitAnswers", "answered", "differences", "rates"]

_ABANDONED = [2, 3]
_ANSWERED = [0, 1]
_WAITING = 7


@attrs.frozen(eq=False)
class QueueAnswers:
    """Counts, sums of waits, averages and rates.

    ``counts``: calls, a row a week or customer and a column an outcome. ``sums``: sums of waits of
    the answered and transferred, and of the abandoned and voicemail. ``rates``: average time to
    answer, average wait before abandon, abandoned rate.
    """

    trend_counts: npt.NDArray[np.int64]
    trend_sums: npt.NDArray[np.int64]
    trend_rates: npt.NDArray[np.float64]
    last_counts: npt.NDArray[np.int64]
    last_sums: npt.NDArray[np.int64]
    last_rates: npt.NDArray[np.float64]


@attrs.frozen(eq=False)
class WaitAnswers:
    """Percentiles 50, 90 and 95 of the answered, then of the abandoned, and the service level.

    A row a week, a customer or a queue (of the last week); the service level as its two integers.
    """

    trend: npt.NDArray[np.int64]
    customers: npt.NDArray[np.int64]
    queues: npt.NDArray[np.int64]


def answered(
    trend: tuple[npt.NDArray[Any], npt.NDArray[Any]],
    last: tuple[npt.NDArray[Any], npt.NDArray[Any]],
) -> QueueAnswers:
    """The answers of counts and sums by outcome; averages and rates are divided here."""
    (trend_counts, trend_sums), (last_counts, last_sums) = trend, last
    return QueueAnswers(
        trend_counts, trend_sums, rates(*trend), last_counts, last_sums, rates(*last)
    )


def rates(counts: npt.NDArray[np.int64], sums: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Averages and the abandoned rate; NaN where undefined."""
    answered_calls = counts[:, _ANSWERED].sum(axis=1)
    abandoned = counts[:, _ABANDONED].sum(axis=1)
    offered = counts.sum(axis=1) - counts[:, _WAITING]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.column_stack(
            [sums[:, 0] / answered_calls, sums[:, 1] / abandoned, abandoned / offered]
        )


def differences(expected: Any, actual: Any) -> list[str]:
    """One line per part that two engines answer differently; none when they agree."""
    parts = [field.name for field in attrs.fields(type(expected))]
    pairs = ((name, getattr(expected, name), getattr(actual, name)) for name in parts)
    return [
        f"{name}: {np.argwhere(mine != theirs)[:5].tolist()}"
        if mine.shape == theirs.shape
        else f"{name}: shapes {mine.shape} and {theirs.shape}"
        for name, mine, theirs in pairs
        if not np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f")
    ]
