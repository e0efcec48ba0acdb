"""Add up usage: legs and talk time of every customer and week, and legs of every user and week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, field, frozen

from partnerkpi._arrays import lock_counts, reduced
from partnerkpi._merging import require_same
from partnerkpi._text import Text
from partnerkpi.calling.legs._distinct import Fields, summed
from partnerkpi.calling.legs._labels import NO_TEXT, Coder, compacted, same_texts
from partnerkpi.calling.legs._terms import Sums, added, lock_sums
from partnerkpi.calling.weeks import Weeks

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes, Counts

__all__ = ["UsageState"]


@frozen(eq=False)
class UsageState:
    """What usage counts: a mergeable state.

    It grows with customers times weeks (16 bytes each), the texts of customers and users, and the
    different combinations of customer, user and week (9 bytes each, or a few more where a user has
    many legs); never with rows.

    Attributes:
        weeks: The weeks of the trend.
        customers: Ids of customers; not all of them need have a leg.
        legs: Legs, a row per week and a column per customer, int64.
        duration: How long they lasted together in milliseconds, likewise.
        users: Ids of users, which are unique within a customer.
        fields: How the numbers of week, customer and user stand in a key.
        keys: The different combinations of week, customer and user, in any order.
        user_legs: Legs of each combination, in any type of whole numbers.

    Example:
        >>> UsageState.empty(Weeks(0, 8)).legs.shape
        (8, 0)
    """

    weeks: Weeks
    customers: Text
    legs: Sums = field(converter=lock_sums)
    duration: Sums = field(converter=lock_sums)
    users: Text
    fields: Fields
    keys: Sums = field(converter=lock_sums)
    user_legs: Counts = field(converter=lock_counts)

    @staticmethod
    def empty(weeks: Weeks) -> UsageState:
        """No legs at all: the identity of merging."""
        nothing = np.zeros((weeks.count, 0), np.int64)
        none = np.zeros(0, np.int64)

        return UsageState(
            weeks,
            NO_TEXT,
            nothing,
            nothing.copy(),
            NO_TEXT,
            Fields.of(weeks.count, 0, 0),
            none,
            none.copy(),
        )

    def merge(self, other: UsageState) -> UsageState:
        """Add the counts of other legs; customers and users are told by their ids.

        Raises:
            MergeError: the other was counted over other weeks.
            CountOverflowError: a sum is beyond 64 bits.

        Example:
            >>> nothing = UsageState.empty(Weeks(0, 8))
            >>> len(nothing.merge(nothing).customers)
            0
        """
        require_same("weeks", self.weeks, other.weeks)
        mine = self if same_texts(self.users, other.users) else self.compacted()
        customers, users = Coder.of(mine.customers), Coder.of(mine.users)
        places = customers.numbers(other.customers)
        week, customer, user = other.fields.unpacked(other.keys)
        columns = (week, places.take(customer), users.numbers_of(other.users, user))
        fields = Fields.of(self.weeks.count, customers.size, users.size)
        keys = [fields.packed(*mine.fields.unpacked(mine.keys)), fields.packed(*columns)]
        counts = [mine.user_legs, other.user_legs]

        return UsageState(
            self.weeks,
            customers.text(),
            _placed(mine.legs, other.legs, places, customers.size),
            _placed(mine.duration, other.duration, places, customers.size),
            users.text(),
            fields,
            *summed(np.concatenate(keys), np.concatenate(counts)),
        )

    def compacted(self) -> UsageState:
        """The same, without the ids of users that have no leg."""
        week, customer, user = self.fields.unpacked(self.keys)
        users, codes = compacted(self.users, user)
        fields = Fields.of(self.weeks.count, len(self.customers), len(users))

        return evolve(self, users=users, fields=fields, keys=fields.packed(week, customer, codes))

    def __reduce__(self) -> tuple[Any, ...]:
        # A state that travels does not take along the users of all the other parts.
        return reduced(self.compacted())


def _placed(mine: Sums, theirs: Sums, places: Codes, size: int) -> Sums:
    """Both sums by week and customer, the other's customers at their places."""
    sums = np.zeros((len(mine), size), np.int64)
    sums[:, places] = theirs
    sums[:, : mine.shape[1]] = added(sums[:, : mine.shape[1]], mine)

    return sums
