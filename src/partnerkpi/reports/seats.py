"""Calling licenses for the usage of calls: counted once, by the definitions of the license room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from partnerkpi._instants import EARLIEST, to_datetime
from partnerkpi.calling.seats import CallingSeats
from partnerkpi.calling.weeks import weeks_at
from partnerkpi.licenses.columns import customer_counts, product_counts
from partnerkpi.snapshot import snapshot

if TYPE_CHECKING:
    from partnerkpi._arrays import Mask
    from partnerkpi.licenses.columns import CustomerCounts
    from partnerkpi.snapshot import Snapshot

__all__ = ["calling_seats"]

_PRODUCT = "calling"


def calling_seats(at: Snapshot) -> CallingSeats:
    """What the customers of a portfolio have of Calling at the end of each week of the trend.

    Raises:
        CountOverflowError: a customer's sum is beyond 64 bits.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.columns import Portfolio
        >>> from partnerkpi.policy import Policy
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> calling_seats(snapshot(Portfolio.from_customers([]), when, Policy())).total.shape
        (8, 0)
    """
    weeks = weeks_at(at.micros, at.policy.trend_weeks)
    columns = at.portfolio.customer_columns
    shape = (weeks.count, len(columns))
    assigned, total = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for week, end in enumerate(weeks.ends):
        # Before the first instant there can be, nobody has anything.
        if end >= EARLIEST:
            counts = _counts(at, end)
            assigned[week], total[week] = counts.assigned, counts.total

    return CallingSeats(
        weeks=weeks,
        customers=columns.ids,
        names=columns.names,
        has_line=_has_line(at),
        assigned=assigned,
        total=total,
    )


def _counts(at: Snapshot, end: int) -> CustomerCounts:
    then = snapshot(at.portfolio, to_datetime(end), at.policy)

    return customer_counts(product_counts(then, _PRODUCT), then)


def _has_line(at: Snapshot) -> Mask:
    has = product_counts(at, _PRODUCT).has & at.there

    return at.portfolio.customer_columns.subscriptions.any_bits(has.view(np.uint8)).view(np.bool_)
