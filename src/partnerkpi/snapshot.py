"""A portfolio at an instant: which subscriptions are there, and what their lines count.

What statuses and license figures look at together. A snapshot is arithmetic over whole columns; it
is made once and handed to every measure.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from partnerkpi._arrays import OPEN, locked, rows_where, sheet
from partnerkpi._instants import of_datetime, to_datetime
from partnerkpi._seats import LineSeats
from partnerkpi.models import SubscriptionState
from partnerkpi.periods import DAY, days_after, days_before

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi._arrays import Codes, Counts, Mask, Rows
    from partnerkpi._moments import Moments
    from partnerkpi._seats import HeldSeats
    from partnerkpi.columns import ObservationColumns, Portfolio, SubscriptionColumns
    from partnerkpi.policy import Policy

__all__ = ["LineCounts", "Snapshot", "counts_at", "last_dated", "snapshot"]


@frozen(eq=False)
class LineCounts(LineSeats):
    """What every license line counts at an instant; 0 where nothing was observed by then.

    Attributes:
        total: Licenses bought, one number per line.
        assigned: Licenses assigned.
        used_7d: Licenses used in seven days.
        used_3mo: Licenses used in three months.
        observed: Whether the line has an observation by then.
    """

    used_3mo: Counts
    observed: Mask


@frozen(eq=False, kw_only=True)
class Snapshot:
    """A portfolio as it stands at an instant, under a policy.

    Attributes:
        portfolio: The columns.
        micros: The instant, in microseconds UTC.
        policy: The windows and thresholds.
        there: Which subscriptions had been added by then.
        pending: Which are there and start later.
        active: Which have started and not ended.
        recent: Which were added within the policy's window.
        ending: Which have an end within the policy's window, or behind them.
        ending_soon: The same within the fewer days of the status.
        expires: Which count as expiring when they end: not renewing themselves, or the policy says
            that this counts as well.
        paid: Which are paid: as stated, or as their invoices say.
        set_up: Which are set up: as stated, or as their checklists say.
    """

    portfolio: Portfolio
    micros: int
    policy: Policy
    there: Mask
    pending: Mask
    active: Mask
    recent: Mask
    ending: Mask
    ending_soon: Mask
    expires: Mask
    paid: Mask
    set_up: Mask

    @cached_property
    def seats(self) -> HeldSeats | None:
        """The sums that the portfolio holds, as they were; ``None``: they are to be made."""
        return _seats_at(self.portfolio, self.micros)

    @cached_property
    def lines(self) -> LineCounts:
        """What the license lines count."""
        return counts_at(self.portfolio, self.micros)

    @cached_property
    def over(self) -> Mask:
        """Which license lines have more licenses assigned than bought."""
        return locked(self.lines.assigned > self.lines.total)

    @property
    def as_of(self) -> datetime:
        """The instant, in UTC."""
        return to_datetime(self.micros)

    def state_of(self, row: int) -> SubscriptionState:
        """Where the subscription at a row stands."""
        if not self.there[row]:
            return SubscriptionState.NOT_THERE
        if self.pending[row]:
            return SubscriptionState.PENDING

        return SubscriptionState.ACTIVE if self.active[row] else SubscriptionState.ENDED

    def ends_within(self, days: int) -> Mask:
        """Which subscriptions have an end, at most so many days away (or past)."""
        mask: Mask = self.portfolio.subscription_columns.ends < min(
            days_after(self.micros, days), OPEN
        )

        return mask


def snapshot(portfolio: Portfolio, as_of: datetime, policy: Policy) -> Snapshot:
    """Look at a portfolio at an instant.

    Args:
        portfolio: The columns.
        as_of: A timezone-aware instant.
        policy: Windows and thresholds.

    Raises:
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.columns import Portfolio
        >>> from partnerkpi.policy import Policy
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> len(snapshot(Portfolio.from_customers([]), when, Policy()).active)
        0
    """
    micros = of_datetime(as_of)
    masks = _masks(portfolio, micros, policy)
    columns = portfolio.subscription_columns

    return Snapshot(
        portfolio=portfolio,
        micros=micros,
        policy=policy,
        **masks,
        paid=locked(columns.managed.paid(columns.paid, micros // DAY)),
        set_up=locked(columns.managed.set_up(columns.set_up, micros)),
    )


def _masks(portfolio: Portfolio, micros: int, policy: Policy) -> dict[str, Mask]:
    columns = portfolio.subscription_columns
    masks = sheet(len(_MASKS), len(columns), np.bool_)
    bounds = (
        days_before(micros, policy.window_days),
        days_after(micros, policy.window_days),
        days_after(micros, policy.expiring_soon_days),
    )
    for start in range(0, len(columns), _STEP):
        part = slice(start, start + _STEP)
        _compare(columns, part, micros, bounds, masks[:, part])
    np.less_equal(columns.auto_renew, policy.auto_renewing_expires, out=masks[-1])

    return dict(zip(_MASKS, map(locked, masks), strict=True))


_MASKS = ("there", "pending", "active", "recent", "ending", "ending_soon", "expires")
# So many rows stay in the fast caches, however often they are compared.
_STEP = 1 << 17


def _compare(
    columns: SubscriptionColumns, part: slice, micros: int, bounds: tuple[int, ...], out: Any
) -> None:
    there, pending, active, recent, ending, soon, _ = out
    added, ends = columns.added[part], columns.ends[part]
    since, until, until_soon = bounds
    np.less_equal(added, micros, out=there)
    np.less_equal(columns.starts[part], micros, out=active)
    np.greater(there, active, out=pending)
    active &= there
    active &= ends > micros
    np.greater_equal(added, since, out=recent)
    recent &= there
    np.less(ends, min(until, OPEN), out=ending)
    np.less(ends, min(until_soon, OPEN), out=soon)


def _seats_at(portfolio: Portfolio, micros: int) -> HeldSeats | None:
    """The sums that the portfolio holds, corrected where few lines were observed later."""
    seats = portfolio.subscription_columns.seats
    if seats is None or seats.since <= micros:
        return seats
    columns, lines = portfolio.subscription_columns, portfolio.line_columns
    later = _observed_later(portfolio, micros)
    if len(later) > len(lines) // _FEW:
        return None
    codes = lines.product.codes[later]

    return seats.corrected(
        micros,
        columns.lines.owners_of(later),
        {each: np.flatnonzero(codes == lines.product.code_of(each)) for each in seats.products},
        _then_and_now(portfolio, later, micros),
    )


# Beyond such a part of the lines it costs less to sum them all.
_FEW = 4


def _observed_later(portfolio: Portfolio, micros: int) -> Rows:
    """The lines whose newest observation was made after an instant."""
    first, observed = portfolio.line_columns.first, portfolio.observation_columns.observed
    newest = first[1:] - 1
    lines = rows_where(observed.codes.take(newest, mode="clip") >= observed.bound(micros))

    return lines[first[lines] <= newest[lines]]


def _then_and_now(portfolio: Portfolio, lines: Rows, micros: int) -> LineSeats:
    """For each of such lines what it counted at the instant, and what its newest one counts."""
    first, seen = portfolio.line_columns.first, portfolio.observation_columns
    low, newest = first[lines], first[lines + 1] - 1
    # The newest one is known not to count: the search begins behind it.
    then = _latest(seen.observed, low, newest, micros)
    known = np.stack([then >= low, np.ones(len(lines), np.bool_)], axis=1)
    # Both observations of a line stand near each other: so they are looked up one after the other.
    pairs = np.stack([np.maximum(then, 0), newest], axis=1)

    return LineSeats(seen.total, seen.assigned, seen.used_7d).take(pairs).where(known)


def counts_at(portfolio: Portfolio, micros: int) -> LineCounts:
    """What each line counts at an instant: its latest observation by then, undated ones first."""
    first, seen = portfolio.line_columns.first, portfolio.observation_columns
    if len(seen) == len(first) - 1 and bool((first[1:] != first[:-1]).all()):
        # As many observations as lines, and no line without: one each.
        return _counts(seen, seen.observed.visible(micros), None)
    rows = _latest(seen.observed, first[:-1], first[1:], micros)
    observed = rows >= first[:-1]

    return _counts(seen, observed, rows if observed.all() else rows[observed])


def _latest(observed: Moments, low: Codes, high: Codes, micros: int) -> Rows:
    """For each line the row of its latest observation by an instant; below ``low`` if none is.

    ``low`` and ``high`` bound the rows of each line, which stand in the order of their instants.
    """
    bound = observed.bound(micros)
    rows = high.astype(np.intp) - 1
    if not len(observed):
        return rows
    later = rows_where(observed.codes.take(rows) >= bound)
    for _ in range(_NEAR):
        rows[later] -= 1
        later = later[rows[later] >= low[later]]
        later = later[observed.codes[rows[later]] >= bound]
    rows[later] = _bisected(observed.codes, low[later], rows[later] + 1, bound) - 1

    np.maximum(rows, low - 1, out=rows)

    return rows


def _counts(seen: ObservationColumns, observed: Mask, rows: Rows | None) -> LineCounts:
    whole = bool(observed.all())
    columns = (seen.total, seen.assigned, seen.used_7d, seen.used_3mo)
    total, assigned, used_7d, used_3mo = (
        _at(column, observed, rows, whole=whole) for column in columns
    )

    return LineCounts(total, assigned, used_7d, used_3mo, locked(observed))


def _at(column: Counts, observed: Mask, rows: Rows | None, *, whole: bool) -> Any:
    if rows is None:
        return column if whole else locked(column * observed)
    found = column.take(rows)
    if whole:
        return locked(found)
    counts = np.zeros(len(observed), column.dtype)
    counts[observed] = found

    return locked(counts)


# It mostly is the last or one of so many before it: then that is cheaper than a search.
_NEAR = 3


def last_dated(portfolio: Portfolio, lines: Rows, micros: int) -> tuple[Rows, Mask]:
    """For some lines the row of the latest dated observation by an instant, and whether any is."""
    first, observed = portfolio.line_columns.first, portfolio.observation_columns.observed
    low = first[lines]
    rows = _latest(observed, low, first[lines + 1], micros)
    known = rows >= low
    known[known] = observed.dated(rows[known])

    return rows, known


def _bisected(observed: Codes, low: Codes, high: Rows, bound: int) -> Rows:
    """For each range of rising codes the first row at or above a bound."""
    first: Rows = low.astype(np.intp)
    high = high.copy()
    while (left := np.flatnonzero(first < high)).size:
        middle = (first[left] + high[left]) // 2
        below = observed[middle] < bound
        first[left[below]] = middle[below] + 1
        high[left[~below]] = middle[~below]

    return first
