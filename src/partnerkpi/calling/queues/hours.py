"""Say when queues are called: by hour of the week, and which customers are called less and less."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from partnerkpi._cells import Objects, Texts
from partnerkpi._instants import to_datetime
from partnerkpi.calling.queues._tally import HOUR_KINDS
from partnerkpi.calling.weeks import HOURS
from partnerkpi.errors import PolicyError, RecordsMissingError
from partnerkpi.kpi import Column, Condition, TableDefinition, Unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Mask, Rows
    from partnerkpi._text import Text
    from partnerkpi.calling.names import Names
    from partnerkpi.calling.queues.state import Profile, QueueState
    from partnerkpi.calling.weeks import Weeks
    from partnerkpi.policy import Policy

__all__ = ["HOURS_TABLE", "HourRows", "HoursRow", "OfferedFacts", "falling", "profile_of"]


@frozen
class HoursRow:
    """A queue's calls by hour of the week, over the trend's weeks.

    Attributes:
        customer_id: The customer's id.
        customer: The customer's name; ``None`` if no portfolio has it.
        queue_id: The queue's id, unique within the customer.
        offered: Calls offered in each of the 168 hours of the week in UTC, Sunday 00 first.
        abandoned: Those of them abandoned or ended with a message.
        waiting: Calls still waiting, which are not offered yet.
    """

    customer_id: str
    customer: str | None
    queue_id: str
    offered: tuple[int, ...]
    abandoned: tuple[int, ...]
    waiting: tuple[int, ...]


HOURS_TABLE = TableDefinition(
    "queues.hours",
    "Call queues by hour of the week",
    "Queues with a call in the trend's weeks, by customer id and queue id.",
    (
        Column("customer_id", "Customer ID", Unit.TEXT, "Unique id of the customer."),
        Column(
            "customer",
            "Customer",
            Unit.TEXT,
            "Name of the customer's organization; none if no portfolio has the customer.",
        ),
        Column("queue_id", "Queue ID", Unit.TEXT, "Id of the queue, unique within the customer."),
        Column(
            "offered",
            "Calls offered by hour",
            Unit.CALLS,
            "Calls offered in each of the 168 hours of the week, from Sunday 00:00 UTC.",
        ),
        Column(
            "abandoned",
            "Calls abandoned by hour",
            Unit.CALLS,
            "Those of them that were abandoned or ended with a message.",
        ),
        Column(
            "waiting",
            "Calls waiting by hour",
            Unit.CALLS,
            "Calls still waiting, which are not offered yet.",
        ),
    ),
    key="customer_id",
)


def profile_of(state: QueueState) -> Profile:
    """When the queues are called.

    Raises:
        RecordsMissingError: it was not counted.
    """
    if state.profile is None:
        msg = "hours were not counted: profiles and falling weeks are not known"
        raise RecordsMissingError(msg)

    return state.profile


@frozen(eq=False)
class HourRows:
    """The rows of the table of hours, their cells made when asked for.

    Attributes:
        names: Names of the customers, by their place.
        owner: For each queue the place of its customer.
        queues: Ids of the queues.
        profile: When they are called.
        rows: Which of them the table lists.
    """

    names: Names
    owner: Rows
    queues: Text
    profile: Profile
    rows: Rows

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    def cells(self, column: str, rows: Rows | None = None, /) -> Any:
        """The cells of a column, of some rows or of all.

        Raises:
            KeyError: there is no such column.
        """
        wanted = self.rows if rows is None else self.rows[rows]
        if column == "customer_id":
            return Texts(self.names.ids.take(self.owner[wanted]))
        if column == "customer":
            return self.names.cells(self.owner[wanted])
        if column == "queue_id":
            return Texts(self.queues.take(wanted))
        kinds = {"offered": (0, 1), "abandoned": (1,), "waiting": (2,)}[column]
        counts = _by_hour(self.profile, wanted)[:, :, list(kinds)].sum(axis=2)

        return Objects(list(map(tuple, counts.tolist())), counts=True)


def _by_hour(profile: Profile, queues: Rows) -> NDArray[np.int64]:
    """Calls by queue, hour of the week and kind."""
    hours = profile.hours.take(queues)
    owners = np.repeat(np.arange(len(queues)), np.diff(hours.first))
    counts = np.zeros((len(queues), HOURS * HOUR_KINDS), np.int64)
    counts[owners, hours.values] = hours.counts

    return counts.reshape(len(queues), HOURS, HOUR_KINDS)


@frozen(eq=False)
class OfferedFacts:
    """What is known of each customer's calls offered, week by week.

    Attributes:
        ids: Ids of the customers.
        weeks: The weeks of the trend.
        policy: The windows and thresholds.
        offered: Calls offered, a row for each customer and a column for each week.
    """

    ids: Text
    weeks: Weeks
    policy: Policy
    offered: NDArray[np.int64]

    @staticmethod
    def of(state: QueueState) -> OfferedFacts:
        """Put the queues of each customer together.

        Raises:
            RecordsMissingError: weeks were not counted by queue.
        """
        by_queue = profile_of(state).offered
        offered = np.zeros((len(state.names.customers), by_queue.shape[1]), np.int64)
        np.add.at(offered, state.names.owner, by_queue)
        terms = state.terms

        return OfferedFacts(state.names.customers, terms.weeks, terms.policy, offered)


def _fell(week: int, facts: OfferedFacts) -> Mask:
    mask: Mask = facts.offered[:, week] < facts.offered[:, week - 1]

    return mask


def _too_many(week: int, facts: OfferedFacts, row: int) -> int | str | None:
    return int(facts.offered[row, week] - facts.offered[row, week - 1]) + 1


def falling(weeks: Weeks, count: int, *, until: int = 0) -> tuple[Condition[OfferedFacts], ...]:
    """That fewer calls are offered in each of some weeks than in the week before.

    Args:
        weeks: The weeks of the trend.
        count: How many weeks, the latest of them first.
        until: How many of the last weeks are passed over.

    Raises:
        PolicyError: the trend has not as many weeks.
    """
    if not 1 <= count < weeks.count:
        msg = f"weeks must be from 1 to {weeks.count - 1}, not {count}"
        raise PolicyError(msg)
    positions = [weeks.count - 1 - until - back for back in range(count)]

    return tuple(
        Condition[OfferedFacts](
            f"was offered fewer calls in the week to {to_datetime(weeks.ends[week]).date()} than"
            " in the week before",
            partial(_fell, week),
            partial(_too_many, week),
            "calls",
        )
        for week in positions
    )
