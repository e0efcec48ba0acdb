"""What usage looks at to be said: the counts of every caller and every customer with licenses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import lock_mask, reduced
from partnerkpi._merging import require_same
from partnerkpi.calling.legs._labels import Coder
from partnerkpi.calling.legs._terms import Sums, lock_sums
from partnerkpi.calling.legs.evidence import Facts
from partnerkpi.calling.names import Names

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes, Counts, Mask
    from partnerkpi._text import Text
    from partnerkpi.calling.legs.usage_measures import UsageState
    from partnerkpi.calling.seats import CallingSeats
    from partnerkpi.calling.weeks import Weeks
    from partnerkpi.policy import Policy

__all__ = [
    "BANDS",
    "ToldLegs",
    "UsageFacts",
    "WeeklyLegs",
    "band_of",
    "usage_facts",
    "users_by_band",
]

#: How much a user calls in a week, after too little to be called light.
BANDS = ("light", "moderate", "heavy")

_STEP = 1 << 17


class WeeklyLegs(Facts, Protocol):
    """What is known of each customer's legs, week by week."""

    @property
    def legs(self) -> Sums:
        """Legs, a row per week and a column per customer."""
        ...


@frozen(eq=False, kw_only=True)
class ToldLegs:
    """Each customer's legs as a document tells them, without the users behind them.

    Attributes:
        weeks: The weeks of the trend.
        policy: The windows and thresholds.
        ids: Ids of the customers.
        legs: Legs, a row per week and a column per customer.
    """

    weeks: Weeks
    policy: Policy
    ids: Text
    legs: Sums = field(converter=lock_sums)

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)


@frozen(eq=False, kw_only=True)
class UsageFacts:
    """What usage knows of each customer: of callers, and of the customers of the portfolio.

    Attributes:
        state: What was counted.
        policy: The windows and thresholds.
        ids: Ids of the customers, those of the state first.
        legs: Legs, a row per week and a column per customer.
        active: Active users, likewise.
        user_legs: Legs that have a user, likewise.
        has_line: Which customers have a line of ``calling`` at the instant of the report.
        assigned: Licenses assigned at the week's end, a row per week.
        total: Licenses bought, likewise.
        names: Their names, as far as a portfolio knows them.
    """

    state: UsageState
    policy: Policy
    ids: Text
    legs: Sums = field(converter=lock_sums)
    active: Sums = field(converter=lock_sums)
    user_legs: Sums = field(converter=lock_sums)
    has_line: Mask = field(converter=lock_mask)
    assigned: Sums = field(converter=lock_sums)
    total: Sums = field(converter=lock_sums)
    names: Names

    @property
    def weeks(self) -> Weeks:
        """The weeks of the trend."""
        return self.state.weeks

    @property
    def idle(self) -> Sums:
        """Assigned licenses beyond active users, never below 0, of customers with a line."""
        spare: Sums = np.maximum(self.assigned - self.active, 0)
        spare[:, ~self.has_line] = 0

        return spare

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)


def usage_facts(state: UsageState, policy: Policy, seats: CallingSeats | None) -> UsageFacts:
    """Put what was counted beside the licenses.

    Args:
        state: What was counted.
        policy: The windows and thresholds.
        seats: The licenses, if there is a portfolio.

    Raises:
        MergeError: the licenses are of other weeks.
    """
    ids = Coder.of(state.customers)
    places: Codes = np.empty(0, np.intp)
    if seats is not None:
        require_same("weeks", state.weeks, seats.weeks)
        places = ids.numbers(seats.customers)
    none = np.empty((state.weeks.count, 0), np.int64)
    active, user_legs = _by_customer(state)

    return UsageFacts(
        state=state,
        policy=policy,
        ids=ids.text(),
        legs=_spread(state.legs, None, ids.size),
        active=_spread(active, None, ids.size),
        user_legs=_spread(user_legs, None, ids.size),
        has_line=_spread(none[0] > 0 if seats is None else seats.has_line, places, ids.size),
        assigned=_spread(none if seats is None else seats.assigned, places, ids.size),
        total=_spread(none if seats is None else seats.total, places, ids.size),
        names=Names.of(ids.text(), seats),
    )


def _spread(values: Any, places: Codes | None, size: int) -> Any:
    """Values by customer at the customers' places, nothing for all others."""
    spread = np.zeros((*values.shape[:-1], size), values.dtype)
    spread[..., slice(values.shape[-1]) if places is None else places] = values

    return spread


def _by_customer(state: UsageState) -> tuple[Sums, Sums]:
    """Active users, and legs that have a user, a row per week and a column per customer."""
    cells = state.fields.lead(state.keys, 2)
    shape = (state.weeks.count, 1 << state.fields.widths[1])
    active, legs = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    np.add.at(active.reshape(-1), cells, 1)
    for start in range(0, len(cells), _STEP):
        part = slice(start, start + _STEP)
        np.add.at(legs.reshape(-1), cells[part], state.user_legs[part].astype(np.int64))

    return active[:, : len(state.customers)], legs[:, : len(state.customers)]


def band_of(legs: Counts, policy: Policy) -> Sums:
    """The position of each user's use among ``BANDS``, -1 for less than light.

    Example:
        >>> from partnerkpi.policy import Policy
        >>> band_of(np.array([1, 10, 11, 50, 51]), Policy()).tolist()
        [0, 0, 1, 1, 2]
    """
    bands = np.full(len(legs), -1, np.int64)
    for bound in policy.usage_bands:
        bands += legs >= bound

    return bands


def users_by_band(state: UsageState, policy: Policy) -> Sums:
    """Users of each week and band, a row per week; in the last column those below light."""
    cells = state.fields.lead(state.keys, 1)
    sums = np.zeros((state.weeks.count, len(BANDS) + 1), np.int64)
    # The band -1 is the last column of the week.
    bands = band_of(state.user_legs, policy) % (len(BANDS) + 1)
    np.add.at(sums.reshape(-1), cells * (len(BANDS) + 1) + bands, 1)

    return sums
