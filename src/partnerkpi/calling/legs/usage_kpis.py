"""Say usage: who called in the last week, how much, and where it is going."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, field, frozen

from partnerkpi._arrays import exact_sum
from partnerkpi._instants import to_datetime
from partnerkpi._showing import Shown
from partnerkpi.aggregates import Ratio
from partnerkpi.calling.figures import WeekFigure, WeekSayer, counted
from partnerkpi.calling.legs.evidence import CustomerGrounds, LegGrounds
from partnerkpi.calling.legs.usage_facts import BANDS, usage_facts, users_by_band
from partnerkpi.calling.legs.usage_rows import (
    USAGE_CHANGES_TABLE,
    USAGE_TABLE,
    UsageChangeRow,
    UsageRow,
    UsageWeek,
    usage_rows,
)
from partnerkpi.calling.legs.usage_rules import ACTIVE, BANDED, CALLED, INACTIVE, falling
from partnerkpi.errors import PolicyError
from partnerkpi.kpi import Definition, Table, Unit, all_hold, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerkpi.calling.figures import Grounds
    from partnerkpi.calling.legs.columns import LegSource
    from partnerkpi.calling.legs.evidence import LegRule
    from partnerkpi.calling.legs.usage_facts import UsageFacts, WeeklyLegs
    from partnerkpi.calling.legs.usage_measures import UsageState
    from partnerkpi.calling.seats import CallingSeats
    from partnerkpi.kpi import RowPart

__all__ = ["DEFINITIONS", "Usage", "finish_usage", "said_usage"]

_SOURCE = "Control Hub, calling analytics"

ACTIVE_USERS = Definition(
    "usage.active_users",
    "Active users",
    "Users with a call leg in the last week, each once per customer.",
    Unit.USERS,
    ("user weeks",),
    source=_SOURCE,
    formula="number of distinct (customer_id, user_id)",
)
LIGHT = Definition(
    "usage.light",
    "Light users",
    "Active users whose call legs in the last week are at least the first of the usage bands, and"
    " fewer than the second.",
    Unit.USERS,
    ("user weeks",),
    source=_SOURCE,
    formula="number of users with usage_bands[0] <= call legs < usage_bands[1]",
)
MODERATE = Definition(
    "usage.moderate",
    "Moderate users",
    "Active users whose call legs in the last week are at least the second of the usage bands, and"
    " fewer than the third.",
    Unit.USERS,
    ("user weeks",),
    source=_SOURCE,
    formula="number of users with usage_bands[1] <= call legs < usage_bands[2]",
)
HEAVY = Definition(
    "usage.heavy",
    "Heavy users",
    "Active users whose call legs in the last week are at least the third of the usage bands.",
    Unit.USERS,
    ("user weeks",),
    source=_SOURCE,
    formula="number of users with usage_bands[2] <= call legs",
)
INACTIVE_LICENSES = Definition(
    "usage.inactive",
    "Inactive licenses",
    "Assigned Calling licenses at the end of the last week beyond active users, never below 0 for"
    " a customer: an estimate, because users are not matched with licenses.",
    Unit.LICENSES,
    ("user weeks", "seats"),
    "no customer is known to have a line of Calling",
    _SOURCE,
    formula="sum over customers of max(0, assigned - active users)",
)
LEGS = Definition(
    "usage.legs",
    "Call legs",
    "Call legs that started in the last week.",
    Unit.CALL_LEGS,
    ("legs",),
    source=_SOURCE,
    formula="number of call legs",
)
DURATION = Definition(
    "usage.duration_ms",
    "Call time",
    "How long the call legs that started in the last week lasted together.",
    Unit.MILLISECONDS,
    ("duration",),
    source=_SOURCE,
    formula="sum(duration_ms)",
)
LEGS_PER_USER = Definition(
    "usage.legs_per_active_user",
    "Call legs per active user",
    "Call legs of the last week that have a user, divided by the active users.",
    Unit.CALL_LEGS_PER_USER,
    ("user weeks",),
    "nobody was active",
    _SOURCE,
    formula="call legs with a user_id / active users",
)
TRENDING_DOWN = Definition(
    "usage.trending_down",
    "Customers trending down",
    "Customers with fewer call legs in each of the last weeks asked for than in the week before.",
    Unit.CUSTOMERS,
    ("legs",),
    source=_SOURCE,
    formula="number of distinct customers",
)

DEFINITIONS: tuple[Definition, ...] = (
    ACTIVE_USERS,
    LIGHT,
    MODERATE,
    HEAVY,
    INACTIVE_LICENSES,
    LEGS,
    DURATION,
    LEGS_PER_USER,
    TRENDING_DOWN,
)


@frozen(eq=False, kw_only=True)
class Usage(Shown):
    """Who called, and how much.

    Attributes:
        active_users: Users with a leg in the last week.
        light: Of them, those with light use.
        moderate: Those with moderate use.
        heavy: Those with heavy use.
        inactive: Assigned licenses beyond active users.
        legs: Call legs.
        duration_ms: How long they lasted together.
        legs_per_active_user: Legs that have a user, by active users.
        trend: Every week of the trend, oldest first.
    """

    active_users: WeekFigure[int, int]
    light: WeekFigure[int, int]
    moderate: WeekFigure[int, int]
    heavy: WeekFigure[int, int]
    inactive: WeekFigure[int | None, str]
    legs: WeekFigure[int, int]
    duration_ms: WeekFigure[int, int]
    legs_per_active_user: WeekFigure[Ratio, int]
    trend: tuple[UsageWeek, ...]
    _facts: WeeklyLegs = field(alias="facts", repr=False)
    _rows: RowPart = field(alias="rows", repr=False)
    _changes: RowPart | None = field(alias="changes", default=None, repr=False)

    @property
    def customers(self) -> Table[UsageRow]:
        """Customers with a line of Calling or a leg in the trend, the most declining first."""
        return Table(USAGE_TABLE, UsageRow, (self._rows,))

    @property
    def customer_changes(self) -> Table[UsageChangeRow]:
        """What every customer's figures changed by since the week before, most declining first.

        Raises:
            RecordsMissingError: the report was read from a document.
        """
        return Table(USAGE_CHANGES_TABLE, UsageChangeRow, (counted(self._changes),))

    def trending_down(self, *, weeks: int = 3) -> WeekFigure[int | None, str]:
        """Customers whose call legs fell in each of the last weeks.

        Args:
            weeks: How many weeks; each is compared with the one before it, so that the trend must
                have more.

        Raises:
            PolicyError: the trend has not as many weeks.
        """
        counted = self._facts.weeks
        if not 1 <= weeks < counted.count:
            msg = f"weeks must be from 1 to {counted.count - 1}, not {weeks}"
            raise PolicyError(msg)
        sentence = (
            f"Customers with fewer call legs in each of the last {weeks} weeks than in the week"
            " before."
        )
        rule = falling(counted, weeks)

        return WeekSayer(self.legs.as_of, self.legs.policy).figure(
            evolve(TRENDING_DOWN, sentence=sentence),
            int(np.count_nonzero(all_hold(rule, self._facts))),
            self._fell_before(weeks),
            CustomerGrounds(self._facts, rule),
        )

    def _fell_before(self, weeks: int) -> int | None:
        """The same of the week before, if the trend goes back that far."""
        counted = self._facts.weeks
        if weeks + 1 >= counted.count:
            return None

        return int(np.count_nonzero(all_hold(falling(counted, weeks, until=1), self._facts)))

    def to_dict(self) -> dict[str, Any]:
        """The section as plain values, as it stands in the report document."""
        return {
            "trend": [plain(week) for week in self.trend],
            "customers": self.customers.to_dicts(),
        }


def finish_usage(
    state: UsageState,
    say: WeekSayer,
    seats: CallingSeats | None = None,
    sources: tuple[LegSource, ...] | None = None,
) -> Usage:
    """Say usage.

    Args:
        state: What was counted.
        say: The instant and the policy.
        seats: The licenses of the portfolio's customers, if there is a portfolio.
        sources: The rows that were counted, to list those behind a figure; ``None`` if they are
            not here.

    Raises:
        MergeError: the licenses are of other weeks.
        CountOverflowError: a sum is beyond 64 bits.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.calling.legs.state import LegState, LegTerms
        >>> terms = LegTerms.at(datetime(2026, 11, 22, tzinfo=timezone.utc))
        >>> state = LegState.empty(terms)
        >>> finish_usage(state.usage, terms.say).legs.value
        0
    """
    facts = usage_facts(state, say.policy, seats)

    def of_legs(rule: LegRule[UsageFacts]) -> LegGrounds[UsageFacts]:
        return LegGrounds(facts, rule, sources)

    active, called = of_legs(ACTIVE), of_legs(CALLED)
    grounds: dict[str, Grounds[Any]] = {band: of_legs(BANDED[band]) for band in BANDS}
    grounds |= dict.fromkeys(("active_users", "legs_per_active_user"), active)
    grounds |= dict.fromkeys(("legs", "duration_ms"), called)
    grounds["inactive"] = CustomerGrounds(facts, INACTIVE)

    return said_usage(
        _trend(facts),
        (_per_user(facts, -1), _per_user(facts, -2)),
        say,
        grounds,
        facts=facts,
        rows=usage_rows(facts),
        changes=usage_rows(facts, changes=True),
    )


def said_usage(
    trend: tuple[UsageWeek, ...],
    per_user: tuple[Ratio, Ratio | None],
    say: WeekSayer,
    grounds: Mapping[str, Grounds[Any]],
    *,
    facts: WeeklyLegs,
    rows: RowPart,
    changes: RowPart | None = None,
) -> Usage:
    """Say usage of what is known by week and by customer.

    Args:
        trend: Every week of the trend.
        per_user: Legs that have a user, by active users, of the last week and the one before.
        say: The instant and the policy.
        grounds: Where each figure comes from, by the name of its field.
        facts: Legs by week and customer.
        rows: The rows of the table of customers.
        changes: The rows of the table of their changes, if they are known.
    """
    now, then = trend[-1], trend[-2]

    def figure(definition: Definition) -> WeekFigure[Any, Any]:
        name = definition.name.removeprefix("usage.")
        return say.figure(definition, getattr(now, name), getattr(then, name), grounds[name])

    return Usage(
        active_users=figure(ACTIVE_USERS),
        light=figure(LIGHT),
        moderate=figure(MODERATE),
        heavy=figure(HEAVY),
        inactive=figure(INACTIVE_LICENSES),
        legs=figure(LEGS),
        duration_ms=figure(DURATION),
        legs_per_active_user=say.figure(LEGS_PER_USER, *per_user, grounds["legs_per_active_user"]),
        trend=trend,
        facts=facts,
        rows=rows,
        changes=changes,
    )


def _per_user(facts: UsageFacts, week: int) -> Ratio:
    return Ratio(int(facts.user_legs[week].sum()), int(facts.active[week].sum()))


def _trend(facts: UsageFacts) -> tuple[UsageWeek, ...]:
    state = facts.state
    weeks = zip(
        map(to_datetime, state.weeks.ends),
        *users_by_band(state, facts.policy)[:, :-1].T.tolist(),
        _inactive(facts),
        facts.active.sum(axis=1).tolist(),
        facts.legs.sum(axis=1).tolist(),
        map(exact_sum, state.duration),
        strict=True,
    )

    return tuple(UsageWeek(*week) for week in weeks)


def _inactive(facts: UsageFacts) -> list[int] | list[None]:
    if not facts.has_line.any():
        return [None] * facts.weeks.count

    return [exact_sum(week) for week in facts.idle]
