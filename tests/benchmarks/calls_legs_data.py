"""Call legs of any number as dictionary-coded columns: what every engine starts from.

Everything comes from one seed. Users belong to one customer each, calls of 2.5 legs to one customer
and about one week; a tenth of the legs has no user, a tenth of each measurement is missing, half a
feature a leg is used. Legs lie in ten weeks, eight of which are the trend's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

__all__ = ["END", "ENDPOINTS", "FEATURES", "WEEK", "WEEKS", "LegTable", "batches", "generate"]

WEEK = 7 * 86_400_000_000
WEEKS = 8
#: 2026-11-22T00:00:00Z, a Sunday.
END = 1_795_305_600_000_000
ENDPOINTS = ("desk_phone", "app", "webex_device", "gateway", "browser")
FEATURES = (
    *("call_queue", "hunt_group", "auto_attendant", "voicemail"),
    *("call_forward", "call_park", "call_transfer", "call_recording"),
)
_LEGS_PER_CALL = 2.5
_SPREAD = 10
# More rows than these have more calls, but not more users.
_MOST = 10_000_000


@attrs.frozen(eq=False)
class LegTable:
    """Columns of call legs; ids are codes, -1 or NaN is missing.

    ``listed`` and ``feature`` are the features: for each the row that used it, rising, and its
    code. Customers below ``with_queues`` have call queues.
    """

    customers: int
    users: int
    calls: int
    customer: npt.NDArray[np.int32]
    user: npt.NDArray[np.int32]
    call: npt.NDArray[np.int32]
    started: npt.NDArray[np.int64]
    duration: npt.NDArray[np.uint32]
    endpoint: npt.NDArray[np.int8]
    loss: npt.NDArray[np.float64]
    latency: npt.NDArray[np.float64]
    jitter: npt.NDArray[np.float64]
    listed: npt.NDArray[np.intp]
    feature: npt.NDArray[np.int8]

    def __len__(self) -> int:
        """Return how many legs there are."""
        return len(self.started)

    @property
    def with_queues(self) -> int:
        """How many customers have call queues."""
        return self.customers // 2

    def starts(self) -> npt.NDArray[np.int64]:
        """Where each leg's features begin, and where the last one's end."""
        starts = np.zeros(len(self) + 1, np.int64)
        np.cumsum(np.bincount(self.listed, minlength=len(self)), out=starts[1:])
        return starts


def generate(legs: int, *, ordered: bool = False, seed: int = 1) -> LegTable:
    """Legs in any order, or in the order in which they started."""
    (table,) = batches(legs, legs, ordered=ordered, seed=seed)
    return table


def batches(legs: int, size: int, *, ordered: bool = True, seed: int = 1) -> Iterator[LegTable]:
    """The same in batches that share their codes; time goes on from batch to batch."""
    users, customers = (max(min(legs, _MOST) // each, 1) for each in (10, 1000))
    calls = int(legs / _LEGS_PER_CALL) + 1
    random = np.random.default_rng(seed)
    owner = random.integers(0, customers, users).astype(np.int32)
    for start in range(0, legs, size):
        rows = min(size, legs - start)
        share = np.sort(random.random(rows)) if ordered else random.random(rows)
        yield _batch(random, owner, (customers, users, calls), (start + rows * share) / legs)


def _batch(
    random: np.random.Generator,
    owner: npt.NDArray[np.int32],
    sizes: tuple[int, int, int],
    share: npt.NDArray[np.float64],
) -> LegTable:
    rows = len(share)
    user = random.integers(0, len(owner), rows).astype(np.int32)
    customer = owner[user]
    user[random.random(rows) < 0.1] = -1
    listed, feature = _features(random, rows)
    missing = (np.where(random.random(rows) < 0.1, np.nan, 1.0) for _ in range(3))
    loss, latency, jitter = (
        each * np.round(random.random(rows) * most, 2)
        for each, most in zip(missing, (5.5, 440, 165), strict=True)
    )

    return LegTable(
        *sizes,
        customer=customer,
        user=user,
        call=_calls(random, customer, share, sizes[2]),
        started=END - WEEK * _SPREAD + WEEK + (share * WEEK * _SPREAD).astype(np.int64),
        duration=random.integers(0, 3_600_000, rows).astype(np.uint32),
        endpoint=random.integers(-1, len(ENDPOINTS), rows).astype(np.int8),
        loss=loss,
        latency=latency,
        jitter=jitter,
        listed=listed,
        feature=feature,
    )


def _calls(
    random: np.random.Generator,
    customer: npt.NDArray[np.int32],
    share: npt.NDArray[np.float64],
    calls: int,
) -> npt.NDArray[np.int32]:
    """Calls whose legs lie near each other; their codes follow time, as a dictionary's would."""
    nearby = np.lexsort((customer, (share * 400).astype(np.int16)))
    low, high = (int(each * (calls - 1)) for each in (share.min(), share.max()))
    found = np.empty(len(share), np.int32)
    found[nearby] = np.sort(random.integers(low, high + 1, len(share)))
    return found


def _features(
    random: np.random.Generator, rows: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int8]]:
    listed = random.integers(0, rows, rows // 2) * len(FEATURES)
    keys = np.unique(listed + random.integers(0, len(FEATURES), rows // 2))
    return keys // len(FEATURES), (keys % len(FEATURES)).astype(np.int8)
