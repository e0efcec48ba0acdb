"""Add up quality: good, poor and unknown legs by week, and lately by who and what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import reduced
from partnerkpi._merging import require_same
from partnerkpi._text import Text
from partnerkpi.calling.legs._labels import NO_TEXT, Coder
from partnerkpi.calling.legs._terms import Sums, added, lock_sums
from partnerkpi.calling.legs.columns import QUALITIES, RECENT, Limits
from partnerkpi.calling.weeks import Weeks

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes

__all__ = ["QualityState"]


@frozen(eq=False)
class QualityState:
    """What quality counts: a mergeable state.

    Every table has a column for legs of unknown, good and poor quality each, int64, those by
    customer and endpoint type for the last week but one and the last. The state grows with weeks
    (24 bytes each), customers and endpoint types (48 bytes each, and their texts); never with rows.

    Attributes:
        weeks: The weeks of the trend.
        limits: From which measurement on a leg is poor.
        trend: Legs of each week.
        customers: Ids of customers; not all of them need have a leg.
        by_customer: Legs of each customer in the last two weeks.
        endpoints: Endpoint types; not all of them need have a leg.
        by_endpoint: Legs of each endpoint type in the last two weeks, behind those without any.

    Example:
        >>> QualityState.empty(Weeks(0, 8), Limits(5, 400, 150)).trend.shape
        (8, 3)
    """

    weeks: Weeks
    limits: Limits
    trend: Sums = field(converter=lock_sums)
    customers: Text
    by_customer: Sums = field(converter=lock_sums)
    endpoints: Text
    by_endpoint: Sums = field(converter=lock_sums)

    @staticmethod
    def empty(weeks: Weeks, limits: Limits) -> QualityState:
        """No legs at all: the identity of merging."""
        return QualityState(
            weeks,
            limits,
            np.zeros((weeks.count, QUALITIES), np.int64),
            NO_TEXT,
            np.zeros((RECENT, 0, QUALITIES), np.int64),
            NO_TEXT,
            np.zeros((RECENT, 1, QUALITIES), np.int64),
        )

    def merge(self, other: QualityState) -> QualityState:
        """Add the counts of other legs; customers and endpoint types are told by their texts.

        Raises:
            MergeError: the other was counted over other weeks, or under other limits.

        Example:
            >>> nothing = QualityState.empty(Weeks(0, 8), Limits(5, 400, 150))
            >>> len(nothing.merge(nothing).customers)
            0
        """
        require_same("weeks", self.weeks, other.weeks)
        require_same("limits of quality", self.limits, other.limits)
        customers, endpoints = Coder.of(self.customers), Coder.of(self.endpoints)
        customer = customers.numbers(other.customers)
        endpoint = endpoints.numbers(other.endpoints)
        behind = np.concatenate([[0], np.asarray(endpoint) + 1])

        return QualityState(
            self.weeks,
            self.limits,
            added(self.trend, other.trend),
            customers.text(),
            _placed(self.by_customer, other.by_customer, customer, customers.size),
            endpoints.text(),
            _placed(self.by_endpoint, other.by_endpoint, behind, endpoints.size + 1),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)


def _placed(mine: Sums, theirs: Sums, places: Codes, size: int) -> Sums:
    sums = np.zeros((RECENT, size, QUALITIES), np.int64)
    sums[:, places] = theirs
    own = sums[:, : mine.shape[1]]
    own[:] = added(own, mine)

    return sums
