"""Where a figure of call legs comes from: the very rows, and why a customer is counted or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import numpy as np
from attrs import frozen

from partnerkpi.calling.figures import RowNumbers
from partnerkpi.calling.legs.columns import LegSource, sights
from partnerkpi.calling.weeks import Weeks
from partnerkpi.errors import RecordsMissingError, UnknownNameError
from partnerkpi.kpi import Condition, Members, Reason, Why, all_hold

if TYPE_CHECKING:
    from partnerkpi._arrays import Mask, Rows
    from partnerkpi._text import Text
    from partnerkpi.call_columns import Calls
    from partnerkpi.calling.legs.columns import Sight
    from partnerkpi.policy import Policy

__all__ = ["CustomerGrounds", "Facts", "LegGrounds", "LegRule"]


class Facts(Protocol):
    """What the figures of a family know of each customer."""

    @property
    def weeks(self) -> Weeks:
        """The weeks of the trend."""
        ...

    @property
    def policy(self) -> Policy:
        """The windows and thresholds."""
        ...

    @property
    def ids(self) -> Text:
        """Ids of the customers."""
        ...


FactsT = TypeVar("FactsT", bound=Facts)


@frozen(eq=False)
class LegRule(Generic[FactsT]):
    """Whose legs are counted, and which.

    Attributes:
        conditions: What must hold for a customer that is counted.
        legs: Which legs are counted: for some call legs, how to tell those of the last week.
    """

    conditions: tuple[Condition[FactsT], ...]
    legs: Callable[[FactsT, Calls], Callable[[Sight], Mask]]


@frozen(eq=False)
class LegGrounds(Generic[FactsT]):
    """Where a figure that counts legs comes from."""

    facts: FactsT
    rule: LegRule[FactsT]
    sources: tuple[LegSource, ...] | None

    def members(self) -> Sequence[int]:
        """Numbers of the rows counted, over all sources one after the other.

        Raises:
            RecordsMissingError: the rows are not here.
        """
        if self.sources is None:
            msg = "the rows behind this figure are not here, only what was counted"
            raise RecordsMissingError(msg)
        found: list[Rows] = [np.empty(0, np.intp)]
        week, before = Weeks(self.facts.weeks.last_start, 1), 0
        for source in self.sources:
            counted = self.rule.legs(self.facts, source.calls)
            for sight in sights(source, week):
                rows = np.flatnonzero(counted(sight))
                rows = rows if sight.rows is None else sight.rows.take(rows)
                found.append(rows + (before + sight.start))
            before += len(source.calls)

        return RowNumbers(np.concatenate(found))

    def why(self, customer_id: str, /) -> Why:
        """Why a customer is counted or not.

        Raises:
            UnknownNameError: nothing is known of such a customer.
        """
        return _why(self.facts, self.rule.conditions, customer_id)

    def __reduce__(self) -> tuple[Any, ...]:
        # What leaves the process takes along what was counted, not the rows.
        return LegGrounds, (self.facts, self.rule, None)


@frozen(eq=False)
class CustomerGrounds(Generic[FactsT]):
    """Where a figure that counts customers, or what they have, comes from."""

    facts: FactsT
    conditions: tuple[Condition[FactsT], ...]

    def members(self) -> Sequence[str]:
        """Ids of the customers counted, by code point."""
        rows = np.flatnonzero(all_hold(self.conditions, self.facts))

        return Members(self.facts.ids.take(rows))

    def why(self, customer_id: str, /) -> Why:
        """Why a customer is counted or not.

        Raises:
            UnknownNameError: nothing is known of such a customer.
        """
        return _why(self.facts, self.conditions, customer_id)


def _why(facts: FactsT, conditions: tuple[Condition[FactsT], ...], customer_id: str) -> Why:
    row = facts.ids.position(customer_id)
    if row < 0:
        raise UnknownNameError("customer", customer_id)
    reason = Reason(None, tuple(each.check(facts, row, facts.policy) for each in conditions))

    return Why(customer_id, reason.holds, (reason,))
