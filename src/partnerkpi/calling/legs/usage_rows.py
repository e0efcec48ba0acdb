"""Rows of the usage tables: what each column shows, made when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from partnerkpi._cells import Integers, Objects, Ratios, Texts
from partnerkpi.calling._cells import difference
from partnerkpi.kpi import Column, TableDefinition, Unit

if TYPE_CHECKING:
    from partnerkpi._arrays import Rows
    from partnerkpi.aggregates import Ratio
    from partnerkpi.calling.legs.usage_facts import UsageFacts

__all__ = [
    "USAGE_CHANGES_TABLE",
    "USAGE_TABLE",
    "UsageChangeRow",
    "UsageRow",
    "UsageRows",
    "UsageWeek",
    "usage_rows",
]


@frozen
class UsageWeek:
    """Usage in a week.

    Attributes:
        week_end: The week's end, a Sunday 00:00:00 UTC.
        light: Users with few legs, from the first of the policy's ``usage_bands``.
        moderate: Users with more, from the second.
        heavy: Users with many, from the third.
        inactive: Assigned Calling licenses at the week's end beyond active users, customer by
            customer; ``None`` when no customer is known to have a line of Calling.
        active_users: Users with a leg, each once per customer.
        legs: Call legs.
        duration_ms: How long they lasted together.
    """

    week_end: datetime
    light: int
    moderate: int
    heavy: int
    inactive: int | None
    active_users: int
    legs: int
    duration_ms: int


@frozen
class UsageRow:
    """Usage of a customer in the last week.

    Attributes:
        customer_id: The customer's id.
        customer: The customer's name; ``None`` if no portfolio has it.
        active_users: Users with a leg.
        legs: Call legs.
        duration_ms: How long they lasted together.
        user_legs: Legs that have a user.
        legs_per_active_user: Legs that have a user, by active users.
        assigned: Calling licenses assigned at the week's end; ``None`` without any line of it.
        total: Calling licenses bought, likewise.
        legs_by_week: Legs in each week of the trend, oldest first.
        legs_change: Legs more than in the week before.
    """

    customer_id: str
    customer: str | None
    active_users: int
    legs: int
    duration_ms: int
    user_legs: int
    legs_per_active_user: Ratio
    assigned: int | None
    total: int | None
    legs_by_week: tuple[int, ...]
    legs_change: int


@frozen
class UsageChangeRow:
    """By how much a customer's usage changed since the week before.

    Attributes:
        customer_id: The customer's id.
        customer: The customer's name; ``None`` if no portfolio has it.
        active_users: Users with a leg.
        legs: Call legs.
        duration_ms: How long they lasted together.
        user_legs: Legs that have a user.
        legs_per_active_user: Legs that have a user, by active users; undefined if nobody was
            active in one of the weeks.
        assigned: Calling licenses assigned at the week's end; ``None`` without any line of it.
        total: Calling licenses bought, likewise.
    """

    customer_id: str
    customer: str | None
    active_users: int
    legs: int
    duration_ms: int
    user_legs: int
    legs_per_active_user: Ratio
    assigned: int | None
    total: int | None


_FIGURES = (
    Column("customer_id", "Customer ID", Unit.TEXT, "Unique id of the customer."),
    Column(
        "customer",
        "Customer",
        Unit.TEXT,
        "Name of the customer's organization; none if no portfolio has the customer.",
    ),
    Column(
        "active_users",
        "Active users",
        Unit.USERS,
        "Users of the customer with a call leg in the last week.",
    ),
    Column("legs", "Call legs", Unit.CALL_LEGS, "Call legs that started in the last week."),
    Column(
        "duration_ms", "Duration", Unit.MILLISECONDS, "How long these call legs lasted together."
    ),
    Column(
        "user_legs",
        "Call legs of users",
        Unit.CALL_LEGS,
        "Call legs of the last week that have a user.",
    ),
    Column(
        "legs_per_active_user",
        "Call legs per active user",
        Unit.CALL_LEGS_PER_USER,
        "Call legs that have a user, divided by the active users.",
    ),
    Column(
        "assigned",
        "Assigned",
        Unit.LICENSES,
        "Calling licenses assigned at the end of the last week.",
    ),
    Column(
        "total",
        "Total licenses",
        Unit.LICENSES,
        "Calling licenses bought, at the end of the last week.",
    ),
)

USAGE_TABLE = TableDefinition(
    "usage.customers",
    "Usage by customer",
    "Customers with a line of Calling or a call leg in the trend's weeks, the most declining"
    " first.",
    (
        *_FIGURES,
        Column(
            "legs_by_week",
            "Call legs by week",
            Unit.CALL_LEGS,
            "Call legs in each week of the trend, oldest first.",
        ),
        Column(
            "legs_change",
            "Change in call legs",
            Unit.CALL_LEGS,
            "Call legs of the last week, less those of the week before.",
        ),
    ),
    key="legs_change",
)


USAGE_CHANGES_TABLE = TableDefinition(
    "usage.customer_changes",
    "Usage by customer: change against the week before",
    "Customers with a line of Calling or a call leg in the trend's weeks, the most declining"
    " first.",
    _FIGURES,
    key="legs",
)


@frozen(eq=False)
class UsageRows:
    """The rows of a usage table, their cells made when asked for.

    Attributes:
        facts: What is known of the customers.
        rows: Which of them the table lists.
        changes: Whether it tells what changed since the week before.
    """

    facts: UsageFacts
    rows: Rows
    changes: bool = False

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    def cells(self, column: str, rows: Rows | None = None, /) -> Any:
        """The cells of a column, of some rows or of all.

        Raises:
            KeyError: there is no such column.
        """
        wanted = self.rows if rows is None else self.rows[rows]
        if column in _CELLS:
            return _CELLS[column](self.facts, wanted)
        now = _FIGURE_CELLS[column](self.facts, wanted, -1)

        return (
            difference(now, _FIGURE_CELLS[column](self.facts, wanted, -2)) if self.changes else now
        )


def usage_rows(facts: UsageFacts, *, changes: bool = False) -> UsageRows:
    """The customers with a line of Calling, or a leg in the trend's weeks."""
    rows = np.flatnonzero(facts.has_line | facts.legs.any(axis=0))

    return UsageRows(facts, rows, changes)


def _by_week(facts: UsageFacts, rows: Rows) -> Objects:
    return Objects(list(map(tuple, facts.legs[:, rows].T.tolist())), counts=True)


def _change(facts: UsageFacts, rows: Rows) -> Integers:
    return Integers(facts.legs[-1, rows] - facts.legs[-2, rows])


_CELLS: Mapping[str, Callable[[UsageFacts, Rows], Any]] = MappingProxyType(
    {
        "customer_id": lambda facts, rows: Texts(facts.ids.take(rows)),
        "customer": lambda facts, rows: facts.names.cells(rows),
        "legs_by_week": _by_week,
        "legs_change": _change,
    }
)


def _duration(facts: UsageFacts, rows: Rows, week: int) -> Integers:
    counted = facts.state.duration[week]
    found = np.zeros(len(rows), np.int64)
    callers = np.flatnonzero(rows < len(counted))
    found[callers] = counted[rows[callers]]

    return Integers(found)


def _per_user(facts: UsageFacts, rows: Rows, week: int) -> Ratios:
    return Ratios(facts.user_legs[week, rows], facts.active[week, rows])


#: What is told of each customer and week: of some customers, in a week.
_FIGURE_CELLS: Mapping[str, Callable[[UsageFacts, Rows, int], Integers | Ratios]] = (
    MappingProxyType(
        {
            "active_users": lambda facts, rows, week: Integers(facts.active[week, rows]),
            "legs": lambda facts, rows, week: Integers(facts.legs[week, rows]),
            "duration_ms": _duration,
            "user_legs": lambda facts, rows, week: Integers(facts.user_legs[week, rows]),
            "legs_per_active_user": _per_user,
            "assigned": lambda facts, rows, week: Integers(
                facts.assigned[week, rows], facts.has_line[rows]
            ),
            "total": lambda facts, rows, week: Integers(
                facts.total[week, rows], facts.has_line[rows]
            ),
        }
    )
)
