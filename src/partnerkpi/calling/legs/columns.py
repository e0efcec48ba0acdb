"""Look: which call legs are in the weeks of a trend, and how good each of them was.

Legs are looked at some rows at a time, in buffers that are kept: what a ``Sight`` shows is gone
when the next one is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from partnerkpi._arrays import Mask, Rows
    from partnerkpi.call_columns import Calls
    from partnerkpi.calling.weeks import Weeks
    from partnerkpi.policy import Policy

__all__ = [
    "GOOD",
    "POOR",
    "QUALITIES",
    "RECENT",
    "UNKNOWN",
    "LegSource",
    "Limits",
    "Sight",
    "sights",
]

#: How good a leg was; a number for each.
UNKNOWN, GOOD, POOR = range(3)
QUALITIES = 3

#: What changes is counted in so many weeks: the last one, and the one before.
RECENT = 2

_STEP = 1 << 17
_Scalar = TypeVar("_Scalar", bound=np.generic)


@frozen
class Limits:
    """From which measurement on a call leg is poor.

    Attributes:
        loss: Packet loss in percent.
        latency: Latency in milliseconds.
        jitter: Jitter in milliseconds.

    Example:
        >>> from partnerkpi.policy import Policy
        >>> Limits.of(Policy())
        Limits(loss=5.0, latency=400.0, jitter=150.0)
    """

    loss: float
    latency: float
    jitter: float

    @staticmethod
    def of(policy: Policy) -> Limits:
        """The limits of a policy."""
        return Limits(
            policy.poor_packet_loss_percent, policy.poor_latency_ms, policy.poor_jitter_ms
        )


@frozen(eq=False)
class LegSource:
    """Rows of call legs, and which of them count.

    Attributes:
        calls: The columns as they were given.
        kept: Which rows are no duplicates; ``None`` if all.
    """

    calls: Calls
    kept: Mask | None = None


@frozen(eq=False)
class Sight:
    """Some rows of call legs, and which of them are in the trend's weeks.

    Attributes:
        calls: The call legs.
        start: The first row looked at.
        stop: The row behind the last one looked at.
        rows: Which of these rows count in the trend's weeks, from ``start`` on; ``None`` if all.
        week: For each of those the position of its week.
    """

    calls: Calls
    start: int
    stop: int
    rows: Rows | None
    week: NDArray[np.int64]

    def of(self, column: NDArray[_Scalar]) -> NDArray[_Scalar]:
        """What a column of the calls holds for the rows in the trend's weeks."""
        part = column[self.start : self.stop]

        return part if self.rows is None else part.take(self.rows)

    def quality(self, limits: Limits) -> NDArray[np.uint8]:
        """How good each leg in the trend's weeks was.

        Poor when any available measurement meets or exceeds its limit, good when one is available
        and none is poor, unknown otherwise.
        """
        calls = self.calls
        loss, latency, jitter = map(self.of, (calls.loss, calls.latency, calls.jitter))
        with np.errstate(invalid="ignore"):
            # What was not measured is NaN, which neither reaches a limit nor equals itself.
            poor = loss >= limits.loss
            poor |= latency >= limits.latency
            poor |= jitter >= limits.jitter
            measured = loss == loss  # noqa: PLR0124
            measured |= latency == latency  # noqa: PLR0124
            measured |= jitter == jitter  # noqa: PLR0124
        codes: NDArray[np.uint8] = measured.view(np.uint8)
        codes += poor.view(np.uint8)

        return codes


def sights(source: LegSource, weeks: Weeks) -> Iterator[Sight]:
    """Look at call legs, some rows at a time; rows without any leg in the weeks are passed over.

    A leg belongs to the week in which it started; duplicates are in no week.
    """
    calls = source.calls
    buffer = np.empty(min(_STEP, len(calls)), np.uint64)
    for start in range(0, len(calls), _STEP):
        stop = min(start + _STEP, len(calls))
        slots = weeks.slots(calls.started[start:stop], buffer[: stop - start])
        inside = slots < weeks.count
        if source.kept is not None:
            inside &= source.kept[start:stop]
        found = int(np.count_nonzero(inside))
        if found == stop - start:
            yield Sight(calls, start, stop, None, slots.view(np.int64))
        elif found:
            rows = np.flatnonzero(inside)
            yield Sight(calls, start, stop, rows, slots.take(rows).view(np.int64))
