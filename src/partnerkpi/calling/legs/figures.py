"""Ask for the figures of call legs alone: usage, quality, features."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerkpi.calling.legs._tally import feature_state, quality_state, usage_state
from partnerkpi.calling.legs.columns import Limits
from partnerkpi.calling.legs.feature_kpis import Features, finish_features
from partnerkpi.calling.legs.feature_measures import queue_customers
from partnerkpi.calling.legs.quality_kpis import Quality, finish_quality
from partnerkpi.calling.legs.state import LegTerms, Mode, leg_source
from partnerkpi.calling.legs.usage_kpis import Usage, finish_usage
from partnerkpi.deduplication import deduplicated
from partnerkpi.policy import Policy

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.call_columns import Calls, QueueCalls
    from partnerkpi.calling.seats import CallingSeats

__all__ = ["features", "quality", "usage"]


def usage(
    calls: Calls,
    *,
    as_of: datetime,
    policy: Policy | None = None,
    seats: CallingSeats | None = None,
    duplicates: Mode = "by_record_id",
) -> Usage:
    """Who called, and how much, in the last completed week and the weeks before.

    Args:
        calls: Call legs.
        as_of: A timezone-aware instant; nothing is counted by any clock.
        policy: Windows and thresholds; the defaults if not given.
        seats: The Calling licenses of a portfolio, for licenses beside users and for names.
        duplicates: ``by_record_id`` leaves out rows for which another one with the same record id
            counts; with ``none`` the caller vouches that there are no such rows.

    Raises:
        InstantError: the instant is naive or out of range.
        MergeError: the licenses are of other weeks.
        CountOverflowError: a sum is beyond 64 bits.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.call_columns import Calls
        >>> from partnerkpi.call_models import CallLeg
        >>> leg = CallLeg(
        ...     call_id="k-1",
        ...     customer_id="c-1",
        ...     user_id="u-1",
        ...     started_at=datetime(2026, 11, 16, 9, 30, tzinfo=timezone.utc),
        ...     duration_ms=61_000,
        ...     answered=True,
        ... )
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> found = usage(Calls.from_records([leg]), as_of=when)
        >>> found.active_users.value, found.active_users.change, found.active_users.members
        (1, 1, RowNumbers([0]))
        >>> print(found.heavy.why("c-1"))
        c-1 is not counted
          c-1: yes: has a call leg in the last week
          c-1: no: has a user of heavy use in the last week, by (1, 11, 51) legs (by 1 user)
    """
    terms = LegTerms.at(as_of, policy)
    source, _ = leg_source(calls, duplicates)

    return finish_usage(usage_state(source, terms.weeks), terms.say, seats, (source,))


def quality(
    calls: Calls,
    *,
    as_of: datetime,
    policy: Policy | None = None,
    seats: CallingSeats | None = None,
    duplicates: Mode = "by_record_id",
) -> Quality:
    """How well calls went in the last completed week and the weeks before.

    Args:
        calls: Call legs.
        as_of: A timezone-aware instant; nothing is counted by any clock.
        policy: Windows and thresholds; the defaults if not given.
        seats: The Calling licenses of a portfolio, for the names of its customers.
        duplicates: ``by_record_id`` leaves out rows for which another one with the same record id
            counts; with ``none`` the caller vouches that there are no such rows.

    Raises:
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.call_columns import Calls
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> quality(Calls.from_records([]), as_of=when).poor_share.value
        Ratio(numerator=0, denominator=0)
    """
    terms = LegTerms.at(as_of, policy)
    source, _ = leg_source(calls, duplicates)
    state = quality_state(source, terms.weeks, Limits.of(terms.policy))

    return finish_quality(state, terms.say, seats, (source,))


def features(
    calls: Calls,
    queue_calls: QueueCalls,
    *,
    as_of: datetime,
    policy: Policy | None = None,
    duplicates: Mode = "by_record_id",
) -> Features:
    """Which features the calls of customers with call queues used in the last completed week.

    Args:
        calls: Call legs.
        queue_calls: Calls into queues: who has one in the trend's weeks has call queues.
        as_of: A timezone-aware instant; nothing is counted by any clock.
        policy: Windows and thresholds; the defaults if not given.
        duplicates: ``by_record_id`` leaves out rows for which another one with the same record id
            counts; with ``none`` the caller vouches that there are no such rows.

    Raises:
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.call_columns import Calls, QueueCalls
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> nothing = Calls.from_records([]), QueueCalls.from_records([])
        >>> features(*nothing, as_of=when).to_dict()
        {'calls': 0, 'features': []}
    """
    terms = LegTerms.at(as_of, policy)
    source, _ = leg_source(calls, duplicates)
    entries = queue_calls if duplicates == "none" else deduplicated(queue_calls)[0]
    queues = queue_customers(entries, terms.weeks)
    state = feature_state(source, terms.weeks).with_queues(queues)
    found = finish_features(state, terms.say, (source,))
    assert found is not None  # noqa: S101 (the queues are known)

    return found
