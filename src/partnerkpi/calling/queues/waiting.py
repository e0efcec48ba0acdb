"""Say: averages, longest waits and nearest-rank percentiles of some cells, cell by cell."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from partnerkpi._cells import Integers, Ratios
from partnerkpi.calling.queues.columns import ABANDONED, ANSWERED, places_of
from partnerkpi.calling.queues.measures import CLASSES, waits_of
from partnerkpi.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Mask
    from partnerkpi.calling.histograms import Histogram
    from partnerkpi.calling.queues.measures import Cells

__all__ = ["GROUPS_OF_WAITS", "average_wait", "longest_wait", "percentiles"]

#: The outcomes over which waits are averaged together; sums of waits stand in this order.
GROUPS_OF_WAITS = (ANSWERED, ABANDONED)


def average_wait(cells: Cells, group: int) -> Ratios:
    """The sum of waits over the calls of a group, in milliseconds.

    Args:
        cells: Weeks, queues or customers.
        group: 0 for the answered and transferred, 1 for those abandoned or with a message.
    """
    return Ratios(cells.sums[:, group].astype(np.int64), cells.of(GROUPS_OF_WAITS[group]))


def longest_wait(cells: Cells, group: int) -> Integers:
    """The greatest wait of a group in milliseconds.

    Missing where nobody waited, or where waits came as a sum.

    Raises:
        RecordsMissingError: waits were not kept.
    """
    waits, known = waits_of(cells).greatest()
    mine = places_of(GROUPS_OF_WAITS[group])
    some: Mask = np.logical_or.reduce(known.reshape(-1, CLASSES)[:, mine], axis=1)
    some &= ~cells.summed(GROUPS_OF_WAITS[group])

    return Integers(waits.reshape(-1, CLASSES)[:, mine].max(axis=1), some)


def percentiles(
    cells: Cells, group: int, percents: Sequence[int | Fraction]
) -> tuple[Integers, ...]:
    """Nearest-rank percentiles of the waits of a group, in milliseconds.

    The p-th percentile of n waits is the ceil(p n / 100)-th smallest; missing where nobody waited,
    or where waits came as a sum.

    Args:
        cells: Weeks, queues or customers.
        group: 0 for the answered and transferred, 1 for those abandoned or with a message.
        percents: Each above 0 and at most 100.

    Raises:
        RecordsMissingError: waits were not kept.
        PolicyError: a percentile outside its range.
    """
    waits = _of_group(cells, group)
    totals = waits.totals()
    known = (totals > 0) & ~cells.summed(GROUPS_OF_WAITS[group])

    return tuple(
        Integers(waits.ranked(_ranks(totals, Fraction(percent))), known) for percent in percents
    )


def _of_group(cells: Cells, group: int) -> Histogram:
    places = np.full((len(cells), CLASSES), -1, np.intp)
    places[:, places_of(GROUPS_OF_WAITS[group])] = np.arange(len(cells))[:, np.newaxis]

    return waits_of(cells).pooled(places.reshape(-1), len(cells))


def _ranks(totals: NDArray[np.int64], percent: Fraction) -> NDArray[np.int64]:
    if not 0 < percent <= 100:  # noqa: PLR2004
        msg = f"a percentile is above 0 and at most 100, not {percent}"
        raise PolicyError(msg)
    share = percent / 100
    # Whole numbers throughout, and none of them beyond 64 bits.
    if int(totals.max(initial=0)) * share.numerator < 2**62:
        ranks: NDArray[np.int64] = -(-totals * share.numerator // share.denominator)
        return ranks

    return np.array([-(-total * share // 1) for total in totals.tolist()], np.int64)
