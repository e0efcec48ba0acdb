"""What every engine has to answer about call legs, so that equal work is timed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["LegAnswers", "differences"]


@attrs.frozen(eq=False)
class LegAnswers:
    """Usage, quality and features at ``END``, all int64.

    ``trend``, a row a week: legs, duration, active users, light, moderate, heavy, unknown, good,
    poor. ``weekly``: legs, a row a week and a column a customer. ``last``, a row a customer: active
    users, duration and legs that have a user, then unknown, good and poor legs, of the last week.
    ``endpoints``, a row a type behind that of none: unknown, good, poor. ``features``: different
    calls of customers with queues, and those that used each feature.
    """

    trend: npt.NDArray[np.int64]
    weekly: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    endpoints: npt.NDArray[np.int64]
    features: npt.NDArray[np.int64]


def differences(expected: LegAnswers, actual: LegAnswers) -> list[str]:
    """One line per part that two engines answer differently; none when they agree."""
    parts = [field.name for field in attrs.fields(LegAnswers)]
    pairs = ((name, getattr(expected, name), getattr(actual, name)) for name in parts)
    return [
        f"{name}: {np.argwhere(mine != theirs)[:5].tolist()}"
        if mine.shape == theirs.shape
        else f"{name}: shapes {mine.shape} and {theirs.shape}"
        for name, mine, theirs in pairs
        if not np.array_equal(mine, theirs)
    ]
