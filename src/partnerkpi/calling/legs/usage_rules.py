"""Who is counted in a figure of usage, and with which legs: each condition with its words."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from partnerkpi._instants import to_datetime
from partnerkpi.calling.legs._labels import Coder
from partnerkpi.calling.legs.evidence import LegRule
from partnerkpi.calling.legs.usage_facts import BANDS, UsageFacts, WeeklyLegs, band_of
from partnerkpi.kpi import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from partnerkpi._arrays import Codes, Mask
    from partnerkpi.call_columns import Calls
    from partnerkpi.calling.legs._distinct import Keys
    from partnerkpi.calling.legs.columns import Sight
    from partnerkpi.calling.weeks import Weeks

__all__ = ["ACTIVE", "BANDED", "CALLED", "INACTIVE", "falling"]


def _one(_facts: UsageFacts, _row: int) -> int | str | None:
    return 1


def _has_leg(facts: UsageFacts) -> Mask:
    mask: Mask = facts.legs[-1] > 0

    return mask


def _has_user(facts: UsageFacts) -> Mask:
    mask: Mask = facts.active[-1] > 0

    return mask


def _all_legs(_facts: UsageFacts, _calls: Calls) -> Callable[[Sight], Mask]:
    return lambda sight: np.ones(len(sight.week), np.bool_)


def _user_legs(_facts: UsageFacts, calls: Calls) -> Callable[[Sight], Mask]:
    return lambda sight: sight.of(calls.user.codes) >= 0


def _last_pairs(facts: UsageFacts, band: int) -> Keys:
    """The pairs of customer and user in a band in the last week, as the state's keys have them."""
    state = facts.state
    last = state.fields.lead(state.keys, 1) == state.weeks.count - 1
    last &= band_of(state.user_legs, facts.policy) == band
    _, customer, user = state.fields.unpacked(state.keys[last])

    return _pair(customer, user)


def _pair(customer: Codes, user: Codes) -> Keys:
    # Codes are row numbers at most, so two of them fit one word.
    pair: Keys = (customer.astype(np.int64) << _HALF) + user.astype(np.int64)

    return pair


_HALF = 32


def _has_user_in(band: int, facts: UsageFacts) -> Mask:
    mask = np.zeros(len(facts.ids), np.bool_)
    mask[_last_pairs(facts, band) >> _HALF] = True

    return mask


def _legs_in(band: int, facts: UsageFacts, calls: Calls) -> Callable[[Sight], Mask]:
    pairs = np.sort(_last_pairs(facts, band))
    customers, users = Coder.of(facts.state.customers), Coder.of(facts.state.users)
    customers.use(calls.customer.labels)
    users.use(calls.user.labels)

    def legs(sight: Sight) -> Mask:
        customer = customers(sight.of(calls.customer.codes))
        user = users(sight.of(calls.user.codes))
        mask: Mask = np.isin(_pair(customer, user), pairs, kind="sort")
        mask &= user >= 0

        return mask

    return legs


def _has_line(facts: UsageFacts) -> Mask:
    return facts.has_line


def _has_idle(facts: UsageFacts) -> Mask:
    mask: Mask = facts.assigned[-1] > facts.active[-1]

    return mask


def _licenses_short(facts: UsageFacts, row: int) -> int | str | None:
    return int(facts.active[-1, row] - facts.assigned[-1, row]) + 1


def _fell(week: int, facts: WeeklyLegs) -> Mask:
    mask: Mask = facts.legs[week] < facts.legs[week - 1]

    return mask


def _legs_too_many(week: int, facts: WeeklyLegs, row: int) -> int | str | None:
    return int(facts.legs[week, row] - facts.legs[week - 1, row]) + 1


_CALLED = Condition[UsageFacts]("has a call leg in the last week", _has_leg, _one, "call legs")
_USED = Condition[UsageFacts]("has a call leg of a user in the last week", _has_user, _one, "users")

CALLED: LegRule[UsageFacts] = LegRule((_CALLED,), _all_legs)
ACTIVE: LegRule[UsageFacts] = LegRule((_CALLED, _USED), _user_legs)
BANDED: Mapping[str, LegRule[UsageFacts]] = MappingProxyType(
    {
        name: LegRule(
            (
                _CALLED,
                Condition[UsageFacts](
                    f"has a user of {name} use in the last week, by {{usage_bands}} legs",
                    partial(_has_user_in, band),
                    _one,
                    "users",
                ),
            ),
            partial(_legs_in, band),
        )
        for band, name in enumerate(BANDS)
    }
)
INACTIVE: tuple[Condition[UsageFacts], ...] = (
    Condition("has a line of calling in a subscription or trial that is there", _has_line),
    Condition(
        "has more licenses assigned at the end of the last week than active users",
        _has_idle,
        _licenses_short,
        "licenses",
    ),
)


def falling(weeks: Weeks, count: int, *, until: int = 0) -> tuple[Condition[WeeklyLegs], ...]:
    """That there are fewer legs in each of some weeks than in the week before.

    Args:
        weeks: The weeks of the trend.
        count: How many weeks, the latest of them first.
        until: How many of the last weeks are passed over.
    """
    ends = weeks.ends
    positions = [weeks.count - 1 - until - back for back in range(count)]

    return tuple(
        Condition[WeeklyLegs](
            f"has fewer call legs in the week to {to_datetime(ends[week]).date()} than before",
            partial(_fell, week),
            partial(_legs_too_many, week),
            "call legs",
        )
        for week in positions
    )
