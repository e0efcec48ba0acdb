"""Say: calls into queues as figures and tables, each with its definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from attrs import evolve, field, frozen

from partnerkpi._cells import Texts
from partnerkpi._instants import to_datetime
from partnerkpi.aggregates import Ratio
from partnerkpi.calling.figures import WeekSayer
from partnerkpi.calling.legs.evidence import CustomerGrounds
from partnerkpi.calling.names import Names
from partnerkpi.calling.queues.evidence import CallGrounds
from partnerkpi.calling.queues.hours import (
    HOURS_TABLE,
    HourRows,
    HoursRow,
    OfferedFacts,
    falling,
    profile_of,
)
from partnerkpi.calling.queues.rows import (
    CUSTOMER_CHANGES_TABLE,
    CUSTOMERS_TABLE,
    QUEUE_CHANGES_TABLE,
    QUEUES_TABLE,
    CustomerQueuesRow,
    QueueRow,
    QueueRows,
    QueueWeek,
    plain_columns,
)
from partnerkpi.calling.queues.rules import DEFINITIONS, SUMS_ALONE
from partnerkpi.calling.queues.section import QueueSection
from partnerkpi.calling.queues.state import queue_state
from partnerkpi.errors import MergeError, RecordsMissingError
from partnerkpi.kpi import Definition, Table, Unit, all_hold

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi._arrays import Rows
    from partnerkpi.call_columns import QueueCalls
    from partnerkpi.calling.figures import WeekFigure
    from partnerkpi.calling.queues.measures import Cells
    from partnerkpi.calling.queues.rules import QueueFigure
    from partnerkpi.calling.queues.state import QueueState
    from partnerkpi.calling.seats import CallingSeats
    from partnerkpi.policy import Policy

__all__ = ["DEFINITIONS", "QueueKpis", "finish_queues", "queue_kpis"]

TRENDING_DOWN = Definition(
    "queues.trending_down",
    "Customers trending down",
    "Customers with fewer calls offered in each of the last weeks than in the week before.",
    Unit.CUSTOMERS,
    ("hours",),
    "the trend does not go back so far",
    source="Control Hub, call queue analytics",
    formula="number of distinct customers",
)


@frozen(eq=False)
class QueueKpis(QueueSection):
    """Calls into queues in the last completed week, overall and by customer and queue.

    Every figure is made when asked for; each knows the value of the week before, its definition,
    the very rows that it counts, and why a customer is counted or not.

    Attributes:
        state: What was counted.
    """

    state: QueueState
    _names: Names = field(repr=False)

    @property
    def trend(self) -> tuple[QueueWeek, ...]:
        """All queues in each of the trend's weeks, oldest first."""
        columns = plain_columns(self.state.weeks, self._policy)
        ends = map(to_datetime, self.state.terms.weeks.ends)
        weeks = zip(ends, *columns.values(), strict=True)

        return tuple(QueueWeek(*week) for week in weeks)

    @property
    def customers(self) -> Table[CustomerQueuesRow]:
        """Customers with a call into a queue in the last week, highest abandoned rate first."""
        last = self._by_customer(self.state.last)

        return Table(CUSTOMERS_TABLE, CustomerQueuesRow, (self._customer_rows(last, None),))

    @property
    def queues(self) -> Table[QueueRow]:
        """Queues with a call in the last week, highest abandoned rate first."""
        return Table(QUEUES_TABLE, QueueRow, (self._queue_rows(None),))

    @property
    def customer_changes(self) -> Table[CustomerQueuesRow]:
        """What every customer's figures changed by since the week before.

        Rows are of customers with a call in either week; what is undefined in one of the two has
        no change. The greatest rise of the abandoned rate comes first.

        Raises:
            RecordsMissingError: changes were not counted.
        """
        last, previous = self._by_customer(self.state.last), self._by_customer(self._previous)
        rows = self._customer_rows(last, previous)

        return Table(CUSTOMER_CHANGES_TABLE, CustomerQueuesRow, (rows,))

    @property
    def queue_changes(self) -> Table[QueueRow]:
        """What every queue's figures changed by since the week before; otherwise as for customers.

        Raises:
            RecordsMissingError: changes were not counted.
        """
        return Table(QUEUE_CHANGES_TABLE, QueueRow, (self._queue_rows(self._previous),))

    @property
    def hours(self) -> Table[HoursRow]:
        """When each queue is called: by hour of the week, over the trend's weeks.

        Queues of which some calls came as counts of a week are not listed.

        Raises:
            RecordsMissingError: hours were not counted.
        """
        names, profile = self.state.names, profile_of(self.state)
        rows = np.flatnonzero(np.diff(profile.hours.first).astype(np.bool_) & profile.by_hour())
        owner = names.owner.astype(np.intp)
        part = HourRows(self._names, owner, names.queues, profile, rows)

        return Table(HOURS_TABLE, HoursRow, (part,))

    def trending_down(self, *, weeks: int = 3) -> WeekFigure[int | None, str]:
        """Customers with fewer calls offered in each of the last weeks than in the week before.

        Args:
            weeks: How many weeks; each is compared with the one before it, so that the trend must
                have more.

        Raises:
            PolicyError: the trend has not as many weeks.
            RecordsMissingError: weeks were not counted by queue.
        """
        facts = OfferedFacts.of(self.state)
        rule = falling(facts.weeks, weeks)
        before = None
        if weeks + 1 < facts.weeks.count:
            earlier = falling(facts.weeks, weeks, until=1)
            before = int(np.count_nonzero(all_hold(earlier, facts)))
        sentence = (
            f"Customers with fewer calls offered in each of the last {weeks} weeks than in the week"
            " before."
        )

        return self._say(self._policy).figure(
            evolve(TRENDING_DOWN, sentence=sentence),
            int(np.count_nonzero(all_hold(rule, facts))),
            before,
            CustomerGrounds(facts, rule),
        )

    @property
    def _policy(self) -> Policy:
        return self.state.terms.policy

    @property
    def _previous(self) -> Cells:
        if self.state.previous is None:
            msg = "changes were not counted: the week before is not known by queue"
            raise RecordsMissingError(msg)

        return self.state.previous

    def _say(self, policy: Policy) -> WeekSayer:
        return WeekSayer(self.state.terms.as_of, policy)

    def _figure(self, figure: QueueFigure, policy: Policy | None = None) -> Any:
        policy = policy or self._policy
        weeks = len(self.state.weeks)
        cells = self.state.weeks.take(np.array([weeks - 2, weeks - 1]))
        previous, value = figure.say(cells, policy).values()
        grounds = CallGrounds(self.state, figure, policy, value)
        definition = figure.definition
        if _asks_for_waits(definition, value) and cells.summed(tuple(grounds.base.ranges))[1]:
            definition = evolve(definition, undefined=SUMS_ALONE)

        return self._say(policy).figure(definition, value, previous, grounds)

    def _by_customer(self, cells: Cells) -> Cells:
        names = self.state.names

        return cells.pooled(names.owner.astype(np.intp), len(names.customers))

    def _customer_rows(self, last: Cells, previous: Cells | None) -> QueueRows:
        owner = np.arange(len(last))

        return QueueRows(
            self._names, owner, None, last, previous, self._policy, _listed(last, previous)
        )

    def _queue_rows(self, previous: Cells | None) -> QueueRows:
        names, last = self.state.names, self.state.last

        return QueueRows(
            self._names,
            names.owner.astype(np.intp),
            Texts(names.queues),
            last,
            previous,
            self._policy,
            _listed(last, previous),
        )


def _asks_for_waits(definition: Definition, value: object) -> bool:
    """Whether a figure has no value that single waits could give; an average needs only sums."""
    undefined = isinstance(value, Ratio) and value.denominator == 0

    return "waits" in definition.measures and (
        value is None or (undefined and definition.unit is not Unit.MILLISECONDS)
    )


def _listed(last: Cells, previous: Cells | None) -> Rows:
    """Who has a call in the last week, or in either of two."""
    there = last.there()

    return np.flatnonzero(there if previous is None else there | previous.there())


def finish_queues(state: QueueState, seats: CallingSeats | None = None) -> QueueKpis:
    """Say what a state counts.

    Args:
        state: What was counted.
        seats: The Calling licenses of a portfolio, for the names of its customers.

    Raises:
        MergeError: the licenses are of other weeks.

    Example:
        >>> from partnerkpi.calling.queues.state import QueueState, QueueTerms
        >>> from partnerkpi.policy import Policy
        >>> terms = QueueTerms(1_795_305_600_000_000, Policy())
        >>> finish_queues(QueueState.empty(terms)).abandoned_rate.value
        Ratio(numerator=0, denominator=0)
    """
    if seats is not None and seats.weeks != state.terms.weeks:
        msg = f"licenses and calls of different weeks: {seats.weeks} and {state.terms.weeks}"
        raise MergeError(msg)

    return QueueKpis(state, Names.of(state.names.customers, seats))


def queue_kpis(
    queue_calls: QueueCalls,
    *,
    as_of: datetime,
    policy: Policy | None = None,
    seats: CallingSeats | None = None,
    duplicates: Literal["by_record_id", "none"] = "by_record_id",
) -> QueueKpis:
    """Calls into queues in the last completed week and the weeks before: every figure and table.

    Args:
        queue_calls: The rows, in any order; rows that stand by week are counted faster.
        as_of: A timezone-aware instant; nothing is counted by any clock.
        policy: Windows, thresholds and formulas; the defaults if not given.
        seats: The Calling licenses of a portfolio, for the names of its customers.
        duplicates: ``by_record_id`` leaves out rows for which another one with the same record id
            counts; with ``none`` the caller vouches that there are no such rows.

    Raises:
        InstantError: the instant is naive or out of range.
        MergeError: the licenses are of other weeks.
        CountOverflowError: a sum of waits is beyond 64 bits.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.call_columns import QueueCalls
        >>> from partnerkpi.call_models import QueueCall
        >>> entered = datetime(2026, 11, 16, 9, 30, tzinfo=timezone.utc)
        >>> ids = {"call_id": "k-1", "customer_id": "c-1", "queue_id": "Q1"}
        >>> calls = [
        ...     QueueCall(**ids, entered_at=entered, wait_ms=wait, outcome=outcome)
        ...     for wait, outcome in ((19_999, "answered"), (30_000, "abandoned"), (5, "waiting"))
        ... ]
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> found = queue_kpis(QueueCalls.from_records(calls), as_of=when)
        >>> found.abandoned_rate.value, found.abandoned_rate.members
        (Ratio(numerator=1, denominator=2), RowNumbers([1]))
        >>> print(found.service_level.why("c-1"))
        c-1 is counted
          Q1: yes: has a call that entered the queue from 2026-11-15 to 2026-11-22
          Q1: yes: has one that counts in the denominator of answered_of_offered
          Q1: yes: has one that was answered, or counts as such, within 20000 ms (inclusive: True)
    """
    state = queue_state(queue_calls, as_of=as_of, policy=policy, duplicates=duplicates)

    return finish_queues(state, seats)
