"""Machinery: counts usage, some legs at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import define, field

from partnerkpi.calling.legs._labels import Coder
from partnerkpi.calling.legs._terms import Sums, checked
from partnerkpi.calling.legs._user_weeks import UserWeeks
from partnerkpi.calling.legs.usage_measures import UsageState
from partnerkpi.calling.weeks import Weeks

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes
    from partnerkpi.call_columns import Calls
    from partnerkpi.calling.legs._distinct import Keys
    from partnerkpi.calling.legs.columns import Sight

__all__ = ["UsageTally"]

# So many rows with the longest duration there can be still fit 64 bits together.
_FEW = 1 << 9
_LONG = 1 << 44
_WRAPS = 2**63


@define(eq=False)
class UsageTally:
    """Counts usage, some legs at a time.

    Attributes:
        weeks: The weeks of the trend.
    """

    weeks: Weeks
    _users: Coder = field(init=False)
    _user_weeks: UserWeeks = field(init=False)
    _legs: Sums = field(init=False)
    _duration: Sums = field(init=False)
    _bound: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        """Begin with nothing."""
        self._users, self._user_weeks = Coder(), UserWeeks(self.weeks.count)
        self._legs = np.zeros((self.weeks.count, 0), np.int64)
        self._duration = self._legs.copy()

    def begin(self, calls: Calls) -> None:
        """Say of which call legs the next ones are."""
        self._users.use(calls.user.labels)
        self._user_weeks.expect(len(calls))

    def add(self, sight: Sight, customer: Codes, customers: int) -> None:
        """Count some legs.

        Args:
            sight: The legs.
            customer: The number of each one's customer.
            customers: How many customers there are by now.

        Raises:
            CountOverflowError: a sum is beyond 64 bits.
        """
        user = self._users(sight.of(sight.calls.user.codes))
        self._user_weeks.add(sight.week, customer, user, (customers, self._users.size))
        self._grow(customers)
        cell = sight.week * self._legs.shape[1]
        cell += customer
        np.add.at(self._legs.reshape(-1), cell, 1)
        self._last(cell, sight.of(sight.calls.duration))

    def _last(self, cell: Keys, duration: Codes) -> None:
        most = int(duration.max())
        self._bound += most * len(cell)
        sums = self._duration.reshape(-1)
        step = len(cell) if most < _LONG else _FEW
        for start in range(0, len(cell), step):
            part = slice(start, start + step)
            np.add.at(sums, cell[part], duration[part].astype(np.int64))
            if self._bound >= _WRAPS:
                checked(sums)

    def _grow(self, customers: int) -> None:
        room = self._legs.shape[1]
        if customers > room:
            more = ((0, 0), (0, max(customers, 2 * room) - room))
            self._legs, self._duration = np.pad(self._legs, more), np.pad(self._duration, more)

    def state(self, customers: Coder) -> UsageState:
        """What was counted by now.

        Args:
            customers: The numbers of the customers.
        """
        self._grow(customers.size)
        fields, keys, counts = self._user_weeks.settle((customers.size, self._users.size))

        return UsageState(
            self.weeks,
            customers.text(),
            self._legs[:, : customers.size].copy(),
            self._duration[:, : customers.size].copy(),
            self._users.text(),
            fields,
            keys,
            counts,
        )
