"""Queue calls of any number as dictionary-coded columns: what every engine starts from.

Everything comes from one seed. A customer has four queues, whose ids are its own; waits are about
half a minute, exponentially; calls lie in the eight weeks of the trend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

__all__ = ["END", "START", "WEEK", "WEEKS", "QueueTable", "batches", "generate"]

WEEK = 7 * 86_400_000_000
WEEKS = 8
#: 2026-11-22T00:00:00Z, a Sunday.
END = 1_795_305_600_000_000
START = END - WEEKS * WEEK
_CUSTOMERS = 2_000
_QUEUES = 4
# Of answered, transferred, abandoned, voicemail, overflowed, timed_out, callback, waiting, unknown.
_OUTCOMES = np.cumsum((0.62, 0.06, 0.14, 0.03, 0.03, 0.05, 0.03, 0.01))

Order = Literal["any", "weeks"]


@attrs.frozen(eq=False)
class QueueTable:
    """Columns of queue calls; ids and outcomes are codes."""

    customers: int
    queues: int
    customer: npt.NDArray[np.int32]
    queue: npt.NDArray[np.int32]
    entered: npt.NDArray[np.int64]
    wait: npt.NDArray[np.int32]
    outcome: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        """Return how many calls there are."""
        return len(self.entered)


def generate(calls: int, order: Order = "any", seed: int = 1) -> QueueTable:
    """Calls in any order, or week by week and in any order within a week."""
    random = np.random.default_rng(seed)
    share = random.random(calls)
    if order == "weeks":
        share = (np.sort((share * WEEKS).astype(np.uint8)) + random.random(calls)) / WEEKS
    return _table(random, share)


def batches(calls: int, size: int, seed: int = 1) -> Iterator[QueueTable]:
    """The same in batches that share their codes; time goes on from batch to batch."""
    random = np.random.default_rng(seed)
    for start in range(0, calls, size):
        rows = min(size, calls - start)
        yield _table(random, (start + rows * random.random(rows)) / calls)


def _table(random: np.random.Generator, share: npt.NDArray[np.float64]) -> QueueTable:
    rows = len(share)
    customer = random.integers(0, _CUSTOMERS, rows, np.int32)
    queue = customer * _QUEUES + random.integers(0, _QUEUES, rows, np.int32)
    milliseconds = (share * (WEEKS * WEEK // 1000)).astype(np.int64)
    wait = np.minimum(random.exponential(30_000, rows), 3_600_000).astype(np.int32)
    outcome = np.searchsorted(_OUTCOMES, random.random(rows), side="right").astype(np.uint8)

    return QueueTable(
        customers=_CUSTOMERS,
        queues=_CUSTOMERS * _QUEUES,
        customer=customer,
        queue=queue,
        entered=START + milliseconds * 1000,
        wait=wait,
        outcome=outcome,
    )
