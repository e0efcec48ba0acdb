"""Which calls a figure counts: by outcome and, where it says so, by wait."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from partnerkpi.call_models import Outcome
from partnerkpi.calling.queues.columns import OUTCOMES, WITH_WAITS
from partnerkpi.calling.queues.measures import CLASSES, waits_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts, Mask
    from partnerkpi.calling.queues.measures import Cells

__all__ = ["Pick"]

_OPEN = 2**62


def _frozen(ranges: Mapping[Outcome, tuple[int, int]]) -> Mapping[Outcome, tuple[int, int]]:
    return MappingProxyType(dict(ranges))


@frozen(eq=False)
class Pick:
    """Some calls: those of some outcomes whose waits are in a range.

    Attributes:
        ranges: For each outcome from which wait on, and below which one.

    Example:
        >>> pick = Pick.of([Outcome.ANSWERED], until=20_001)
        >>> pick.mask(np.array([0, 0, 1]), np.array([20_000, 20_001, 0])).tolist()
        [True, False, False]
    """

    ranges: Mapping[Outcome, tuple[int, int]] = field(converter=_frozen)

    @staticmethod
    def of(outcomes: Sequence[Outcome], since: int = 0, until: int = _OPEN) -> Pick:
        """The calls of some outcomes, all with the same range of waits."""
        return Pick(dict.fromkeys(outcomes, (since, until)))

    def whole(self) -> tuple[Outcome, ...]:
        """The outcomes of which every call is picked, whatever its wait.

        Example:
            >>> picked = Pick.of([Outcome.ANSWERED], until=5) | Pick.of([Outcome.VOICEMAIL])
            >>> picked.whole()
            (<Outcome.VOICEMAIL: 'voicemail'>,)
        """
        return tuple(each for each, span in self.ranges.items() if span == (0, _OPEN))

    def by_wait(self) -> tuple[Outcome, ...]:
        """The outcomes of which some calls are picked by their waits.

        Example:
            >>> (Pick.of([Outcome.ANSWERED], until=5) | Pick.of([Outcome.VOICEMAIL])).by_wait()
            (<Outcome.ANSWERED: 'answered'>,)
        """
        return tuple(each for each, span in self.ranges.items() if span != (0, _OPEN))

    def __or__(self, other: Pick) -> Pick:
        """The calls of both; of an outcome that both have, those of the other."""
        return Pick({**self.ranges, **other.ranges})

    def mask(self, outcome: Codes, wait: Counts) -> Mask:
        """Which rows are picked."""
        since = np.full(len(OUTCOMES), _OPEN)
        until = np.zeros(len(OUTCOMES), np.int64)
        for each, (low, high) in self.ranges.items():
            since[OUTCOMES.index(each)], until[OUTCOMES.index(each)] = low, high
        mask: Mask = (wait >= since.take(outcome)) & (wait < until.take(outcome))

        return mask

    def count(self, cells: Cells) -> NDArray[np.int64]:
        """How many calls of each cell are picked.

        Raises:
            RecordsMissingError: waits matter, and were not kept.
        """
        calls, whole = np.zeros(len(cells), np.int64), self.whole()
        for outcome, (low, high) in self.ranges.items():
            if outcome in whole:
                calls += cells.of([outcome])
            else:
                waits = waits_of(cells)
                between = waits.up_to(high, inclusive=False) - waits.up_to(low, inclusive=False)
                calls += between.reshape(-1, CLASSES)[:, WITH_WAITS.index(outcome)]

        return calls
