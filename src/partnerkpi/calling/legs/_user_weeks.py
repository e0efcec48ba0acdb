"""Machinery: legs of every (customer, user) and week, counted in a table as long as that pays.

Most users have one customer each. Then a user's number stands for the pair, a table of weeks times
users holds all counts, and a row costs one addition in place. Where a user id occurs with two
customers, or the table would be mostly empty, combinations are sorted instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import define, field

from partnerkpi._arrays import narrowest, new
from partnerkpi.calling.legs._distinct import Counted, Fields, Keys

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts

__all__ = ["UserWeeks"]

# A table may have so many places a row, or so many.
_SPARSE = 16
_FEW = 1 << 20
_NOBODY = -1
_NARROW = 2**31
_STEP = 1 << 17


@define(eq=False)
class _Table:
    """A count for each week and user, and whose user each is. Place 0 is of legs without a user."""

    weeks: int
    users: int
    owners: NDArray[np.int32] = field(init=False)
    counts: NDArray[Any] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.owners = np.full(self.users + 1, _NOBODY, np.int32)
        self.counts = np.zeros((self.weeks, self.users + 1), np.int32)

    def grow(self, users: int) -> None:
        """Have room for more users."""
        more = users - self.users
        self.owners = np.pad(self.owners, (0, more), constant_values=_NOBODY)
        self.counts = np.pad(self.counts, ((0, 0), (0, more)))
        self.users = users

    def add(self, week: NDArray[np.int64], customer: Codes, user: Codes) -> bool:
        """Count legs, unless a user has two customers: then nothing changes."""
        place = user.astype(np.int64)
        place += 1
        owner = np.empty(len(place), np.int32)
        # All places exist; clipping spares a copy.
        self.owners.take(place, out=owner, mode="clip")
        other = owner != customer
        other &= place > 0
        rows = np.flatnonzero(other)
        if len(rows) and not self._own(place.take(rows), customer.take(rows)):
            return False
        place += week * (self.users + 1)
        np.add.at(self.counts.reshape(-1), place, self.counts.dtype.type(1))

        return True

    def _own(self, places: Keys, customer: Codes) -> bool:
        new = np.flatnonzero(self.owners.take(places) == _NOBODY)
        self.owners[places.take(new)] = customer.take(new)

        return bool((self.owners.take(places) == customer).all())

    def widen(self) -> None:
        """Have room for more legs than fit 32 bits."""
        self.counts = self.counts.astype(np.int64, copy=False)

    def told(self, fields: Fields) -> tuple[Keys, Counts]:
        """Week, customer and user of each count in one key, and the counts."""
        self.counts[:, 0] = 0
        size = int(np.count_nonzero(self.counts))
        most = narrowest(self.counts.max(initial=0, keepdims=True))
        keys, counts = new(size, np.int64), new(size, most.dtype)
        end = 0
        for week in range(self.weeks):
            for start in range(0, self.users + 1, _STEP):
                found = self.counts[week, start : start + _STEP]
                places = np.flatnonzero(found != 0)
                cut = slice(end, end := end + len(places))
                counts[cut] = found.take(places)
                places += start
                owners = self.owners.take(places)
                places -= 1
                keys[cut] = fields.packed(np.full(len(places), week), owners, places)

        return keys, counts


@define(eq=False)
class UserWeeks:
    """Legs of every customer's users in every week, gathered a batch at a time.

    Attributes:
        weeks: How many weeks there are.
    """

    weeks: int
    _rows: int = field(init=False, default=0)
    _table: _Table | None = field(init=False, default=None)
    _sorted: Counted | None = field(init=False, default=None)

    def expect(self, rows: int) -> None:
        """Say how many rows are to come: the more there are, the larger a table pays."""
        self._rows += rows
        if self._table is not None and self._rows >= _NARROW:
            self._table.widen()

    def add(
        self, week: NDArray[np.int64], customer: Codes, user: Codes, sizes: tuple[int, int]
    ) -> None:
        """Count legs.

        Args:
            week: The position of each leg's week.
            customer: Its customer's number.
            user: Its user's number, -1 for none.
            sizes: How many customers and users there are by now.
        """
        table = self._table_for(sizes[1])
        if table is not None and table.add(week, customer, user):
            return
        gathered = self._gathered(sizes)
        rows = np.flatnonzero(user >= 0)
        columns = (week, customer, user)
        if len(rows) < len(user):
            columns = (week.take(rows), customer.take(rows), user.take(rows))
        gathered.add((self.weeks, *sizes), *columns)

    def settle(self, sizes: tuple[int, int]) -> tuple[Fields, Keys, Counts]:
        """The layout, the different combinations of week, customer and user, and their legs."""
        if self._table is None:
            return self._gathered(sizes).settle((self.weeks, *sizes))
        fields = Fields.of(self.weeks, *sizes)

        return fields, *self._table.told(fields)

    def _table_for(self, users: int) -> _Table | None:
        if self._sorted is not None:
            return None
        if self._table is None and self._pays(users):
            self._table = _Table(self.weeks, users)
        elif self._table is not None and users > self._table.users:
            users = max(users, 2 * self._table.users)
            if not self._pays(users):
                return None
            self._table.grow(users)

        return self._table

    def _pays(self, users: int) -> bool:
        return self.weeks * (users + 1) <= max(_FEW, _SPARSE * self._rows)

    def _gathered(self, sizes: tuple[int, int]) -> Counted:
        if self._sorted is None:
            self._sorted = Counted()
            if self._table is not None:
                self._sorted.take((self.weeks, *sizes), self._table.told)
                self._table = None

        return self._sorted
