"""Calling licenses beside calls: what every customer of a portfolio has at the end of each week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import lock_counts, lock_mask, reduced
from partnerkpi._merging import require_same
from partnerkpi._text import Text
from partnerkpi.calling.weeks import Weeks

if TYPE_CHECKING:
    from partnerkpi._arrays import Counts, Mask

__all__ = ["CallingSeats"]


@frozen(eq=False, kw_only=True)
class CallingSeats:
    """Calling licenses of a portfolio's customers at the end of each week of a trend.

    Attributes:
        weeks: The weeks of the trend.
        customers: Ids of all customers of the portfolio.
        names: Their names.
        has_line: Which of them have a line of ``calling`` in a subscription or trial that is there
            at the instant of the report, pending and ended ones included.
        assigned: Licenses assigned in active subscriptions and trials, a row per week and a column
            per customer, int64; 0 where none is active at the week's end.
        total: Licenses bought, likewise.

    Example:
        >>> nothing = CallingSeats.empty(Weeks(0, 8))
        >>> len(nothing.merge(nothing).customers)
        0
    """

    weeks: Weeks
    customers: Text
    names: Text
    has_line: Mask = field(converter=lock_mask)
    assigned: Counts = field(converter=lock_counts)
    total: Counts = field(converter=lock_counts)

    @staticmethod
    def empty(weeks: Weeks) -> CallingSeats:
        """The licenses of nobody: the identity of merging."""
        nothing = np.zeros((weeks.count, 0), np.int64)

        return CallingSeats(
            weeks=weeks,
            customers=Text.from_strings([]),
            names=Text.from_strings([]),
            has_line=np.zeros(0, np.bool_),
            assigned=nothing,
            total=nothing.copy(),
        )

    def merge(self, other: CallingSeats) -> CallingSeats:
        """Add other customers.

        Raises:
            MergeError: the other is of other weeks.
        """
        require_same("weeks", self.weeks, other.weeks)

        return CallingSeats(
            weeks=self.weeks,
            customers=Text.concatenate([self.customers, other.customers]),
            names=Text.concatenate([self.names, other.names]),
            has_line=np.concatenate([self.has_line, other.has_line]),
            assigned=np.concatenate([self.assigned, other.assigned], axis=1),
            total=np.concatenate([self.total, other.total], axis=1),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)
