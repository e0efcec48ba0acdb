"""Rows of the tables of call queues: what each column shows, made when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from partnerkpi._cells import Integers, Texts
from partnerkpi.aggregates import Ratio
from partnerkpi.calling._cells import WideCells, difference
from partnerkpi.calling.queues.columns import OFFERED
from partnerkpi.calling.queues.rules import FIGURES, PERCENTS
from partnerkpi.calling.queues.waiting import percentiles
from partnerkpi.kpi import Column, TableDefinition, Unit

if TYPE_CHECKING:
    from partnerkpi._arrays import Rows
    from partnerkpi.calling.names import Names
    from partnerkpi.calling.queues.measures import Cells
    from partnerkpi.policy import Policy

__all__ = [
    "CUSTOMERS_TABLE",
    "CUSTOMER_CHANGES_TABLE",
    "QUEUES_TABLE",
    "QUEUE_CHANGES_TABLE",
    "CustomerQueuesRow",
    "OutcomeCounts",
    "QueueRow",
    "QueueRows",
    "QueueWeek",
    "WaitPercentiles",
    "plain_columns",
]


@frozen
class OutcomeCounts:
    """Calls by outcome, of those offered; or by how many more there are than the week before.

    Attributes:
        answered: Taken by an agent.
        transferred: Placed in another queue.
        abandoned: Hung up while waiting.
        voicemail: Left a message instead of waiting.
        overflowed: Sent on because the queue was full.
        timed_out: Sent on because the wait was too long.
        callback: Asked to be called back.
        unknown: Anything else the source said.
    """

    answered: int
    transferred: int
    abandoned: int
    voicemail: int
    overflowed: int
    timed_out: int
    callback: int
    unknown: int

    def to_dict(self) -> dict[str, Any]:
        """The counts as they stand in documents."""
        return asdict(self)


@frozen
class WaitPercentiles:
    """Nearest-rank percentiles of waits in milliseconds; ``None`` where nobody waited.

    Attributes:
        p50: The wait that half of the calls did not exceed.
        p90: The wait that 90 % of the calls did not exceed.
        p95: The wait that 95 % of the calls did not exceed.
    """

    p50: int | None
    p90: int | None
    p95: int | None

    def to_dict(self) -> dict[str, Any]:
        """The percentiles as they stand in documents."""
        return asdict(self)


@frozen
class QueueWeek:
    """Calls into all queues in a week.

    Attributes:
        week_end: The week's end, a Sunday 00:00:00 UTC.
        offered: Entries into queues, less those still waiting.
        waiting: Calls still in a queue.
        outcomes: Calls offered, by outcome.
        average_time_to_answer_ms: Mean wait of the answered and transferred.
        average_wait_before_abandon_ms: Mean wait of the abandoned and those who left a message.
        abandoned_rate: Abandoned, or ended with a message, of those offered.
        longest_answered_ms: Longest wait of the answered and transferred.
        longest_abandoned_ms: Longest wait of the abandoned and those who left a message.
        answered_wait_ms: Percentiles of the waits of the answered and transferred.
        abandoned_wait_ms: Percentiles of the waits of the others.
        service_level: Answered in time, by the policy's formula.
    """

    week_end: datetime
    offered: int
    waiting: int
    outcomes: OutcomeCounts
    average_time_to_answer_ms: Ratio
    average_wait_before_abandon_ms: Ratio
    abandoned_rate: Ratio
    longest_answered_ms: int | None
    longest_abandoned_ms: int | None
    answered_wait_ms: WaitPercentiles
    abandoned_wait_ms: WaitPercentiles
    service_level: Ratio


@frozen
class CustomerQueuesRow:
    """A customer's calls into queues in the last week, or how they changed since the week before.

    Attributes:
        customer_id: The customer's id.
        customer: The customer's name; ``None`` if no portfolio has it.
        offered: Entries into queues, less those still waiting.
        waiting: Calls still in a queue.
        outcomes: Calls offered, by outcome.
        average_time_to_answer_ms: Mean wait of the answered and transferred.
        average_wait_before_abandon_ms: Mean wait of the abandoned and those who left a message.
        abandoned_rate: Abandoned, or ended with a message, of those offered.
        longest_answered_ms: Longest wait of the answered and transferred.
        longest_abandoned_ms: Longest wait of the abandoned and those who left a message.
        answered_wait_ms: Percentiles of the waits of the answered and transferred.
        abandoned_wait_ms: Percentiles of the waits of the others.
        service_level: Answered in time, by the policy's formula.
    """

    customer_id: str
    customer: str | None
    offered: int
    waiting: int
    outcomes: OutcomeCounts
    average_time_to_answer_ms: Ratio
    average_wait_before_abandon_ms: Ratio
    abandoned_rate: Ratio
    longest_answered_ms: int | None
    longest_abandoned_ms: int | None
    answered_wait_ms: WaitPercentiles
    abandoned_wait_ms: WaitPercentiles
    service_level: Ratio


@frozen
class QueueRow:
    """A queue's calls in the last week, or how they changed since the week before.

    Attributes:
        customer_id: The customer's id.
        customer: The customer's name; ``None`` if no portfolio has it.
        queue_id: The queue's id, unique within the customer.
        offered: Entries into the queue, less those still waiting.
        waiting: Calls still in the queue.
        outcomes: Calls offered, by outcome.
        average_time_to_answer_ms: Mean wait of the answered and transferred.
        average_wait_before_abandon_ms: Mean wait of the abandoned and those who left a message.
        abandoned_rate: Abandoned, or ended with a message, of those offered.
        longest_answered_ms: Longest wait of the answered and transferred.
        longest_abandoned_ms: Longest wait of the abandoned and those who left a message.
        answered_wait_ms: Percentiles of the waits of the answered and transferred.
        abandoned_wait_ms: Percentiles of the waits of the others.
        service_level: Answered in time, by the policy's formula.
    """

    customer_id: str
    customer: str | None
    queue_id: str
    offered: int
    waiting: int
    outcomes: OutcomeCounts
    average_time_to_answer_ms: Ratio
    average_wait_before_abandon_ms: Ratio
    abandoned_rate: Ratio
    longest_answered_ms: int | None
    longest_abandoned_ms: int | None
    answered_wait_ms: WaitPercentiles
    abandoned_wait_ms: WaitPercentiles
    service_level: Ratio


def _column(name: str) -> Column:
    definition = FIGURES[name].definition

    return Column(name, definition.title, definition.unit, definition.sentence)


_CUSTOMER = (
    Column("customer_id", "Customer ID", Unit.TEXT, "Unique id of the customer."),
    Column(
        "customer",
        "Customer",
        Unit.TEXT,
        "Name of the customer's organization; none if no portfolio has the customer.",
    ),
)
_QUEUE = Column("queue_id", "Queue ID", Unit.TEXT, "Id of the queue, unique within the customer.")
_SAID = (
    _column("offered"),
    _column("waiting"),
    Column("outcomes", "Outcomes", Unit.CALLS, "Calls offered, by how they ended."),
    _column("average_time_to_answer_ms"),
    _column("average_wait_before_abandon_ms"),
    _column("abandoned_rate"),
    _column("longest_answered_ms"),
    _column("longest_abandoned_ms"),
    Column(
        "answered_wait_ms",
        "Wait percentiles, answered",
        Unit.MILLISECONDS,
        "Waits that 50, 90 and 95 % of the calls answered or transferred did not exceed.",
    ),
    Column(
        "abandoned_wait_ms",
        "Wait percentiles, abandoned",
        Unit.MILLISECONDS,
        "Waits that 50, 90 and 95 % of the calls abandoned or ended with a message did not exceed.",
    ),
    _column("service_level"),
)

CUSTOMERS_TABLE = TableDefinition(
    "queues.customers",
    "Call queues by customer",
    "Customers with a call into a queue in the last week, the highest abandoned rate first.",
    (*_CUSTOMER, *_SAID),
    key="abandoned_rate",
    descending=True,
)
QUEUES_TABLE = TableDefinition(
    "queues.queues",
    "Call queues",
    "Queues with a call in the last week, the highest abandoned rate first.",
    (*_CUSTOMER, _QUEUE, *_SAID),
    key="abandoned_rate",
    descending=True,
)
CUSTOMER_CHANGES_TABLE = TableDefinition(
    "queues.customer_changes",
    "Call queues by customer: change against the week before",
    "Customers with a call into a queue in the last week or the week before, the greatest rise of"
    " the abandoned rate first.",
    (*_CUSTOMER, *_SAID),
    key="abandoned_rate",
    descending=True,
)
QUEUE_CHANGES_TABLE = TableDefinition(
    "queues.queue_changes",
    "Call queues: change against the week before",
    "Queues with a call in the last week or the week before, the greatest rise of the abandoned"
    " rate first.",
    (*_CUSTOMER, _QUEUE, *_SAID),
    key="abandoned_rate",
    descending=True,
)


def said_cells(column: str, cells: Cells, policy: Policy) -> Any:
    """What a column says of some weeks, queues or customers.

    Raises:
        KeyError: there is no such column.
        RecordsMissingError: it needs waits, which were not kept.
    """
    if column == "outcomes":
        columns = [Integers(cells.of([outcome])) for outcome in OFFERED]
        return WideCells(OutcomeCounts, tuple(columns))
    if column in _GROUPS:
        return WideCells(WaitPercentiles, percentiles(cells, _GROUPS[column], PERCENTS))

    return FIGURES[column].say(cells, policy)


_GROUPS: Mapping[str, int] = MappingProxyType({"answered_wait_ms": 0, "abandoned_wait_ms": 1})
_WAITS = frozenset({*_GROUPS, "longest_answered_ms", "longest_abandoned_ms", "service_level"})


@frozen(eq=False)
class QueueRows:
    """The rows of a table, their cells made when asked for.

    Attributes:
        names: Names of the customers, by their place.
        owner: For each row of the cells the place of its customer.
        queues: For each row of the cells its queue's id; ``None`` in tables of customers.
        last: What each counts in the last week.
        previous: What each counts in the week before, in tables of changes.
        policy: Thresholds and formulas.
        rows: Which of them the table lists.
    """

    names: Names
    owner: Rows
    queues: Texts | None
    last: Cells
    previous: Cells | None
    policy: Policy
    rows: Rows

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    def cells(self, column: str, rows: Rows | None = None, /) -> Any:
        """The cells of a column, of some rows or of all.

        Raises:
            KeyError: there is no such column.
            RecordsMissingError: it needs waits, which were not kept.
        """
        wanted = self.rows if rows is None else self.rows[rows]
        if column == "customer_id":
            return Texts(self.names.ids.take(self.owner[wanted]))
        if column == "customer":
            return self.names.cells(self.owner[wanted])
        if column == "queue_id" and self.queues is not None:
            return self.queues.take(wanted)
        last = self._said(column, self.last, wanted)

        return (
            last
            if self.previous is None
            else difference(last, self._said(column, self.previous, wanted))
        )

    def _said(self, column: str, cells: Cells, rows: Rows) -> Any:
        # Waits are many, and most columns do not look at them.
        some = cells if column in _WAITS else cells.without_waits()

        return said_cells(column, some.take(rows), self.policy)


def plain_columns(cells: Cells, policy: Policy) -> dict[str, list[Any]]:
    """Every column as Python values, by name."""
    return {each.name: said_cells(each.name, cells, policy).values() for each in _SAID}
