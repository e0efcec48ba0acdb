"""All sections of calling together: what is counted of call legs and queue calls, and what is said.

Which sections there are depends on what was given: call legs give usage and quality, queue calls
the queues, both together the features.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from partnerkpi._instants import instant_text, to_datetime
from partnerkpi._merging import require_same, require_same_policy, together
from partnerkpi._showing import Shown
from partnerkpi.calling.legs.feature_kpis import Features, finish_features
from partnerkpi.calling.legs.quality_kpis import Quality, finish_quality
from partnerkpi.calling.legs.state import LegState, leg_state
from partnerkpi.calling.legs.usage_kpis import Usage, finish_usage
from partnerkpi.calling.queues.kpis import finish_queues
from partnerkpi.calling.queues.state import QueueState, queue_state
from partnerkpi.calling.weeks import Weeks
from partnerkpi.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from partnerkpi.call_columns import Calls, QueueCalls
    from partnerkpi.calling.queues.section import QueueSection
    from partnerkpi.calling.seats import CallingSeats

__all__ = ["Calling", "CallingState", "calling_state", "finish_calling"]


@frozen(eq=False, kw_only=True)
class CallingState:
    """What all sections of calling count: a mergeable state.

    Attributes:
        legs: What is counted of call legs; ``None``: none were given.
        queues: What is counted of queue calls; ``None``: none were given.
        seats: The Calling licenses of a portfolio's customers, if there is a portfolio.

    Raises:
        MergeError: the three are of different instants or policies.
    """

    legs: LegState | None = None
    queues: QueueState | None = None
    seats: CallingSeats | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse counts that do not belong together."""
        counted = [each.terms for each in (self.legs, self.queues) if each is not None]
        for mine, theirs in pairwise(counted):
            require_same("instant", mine.micros, theirs.micros)
            require_same_policy(mine.policy, theirs.policy)
        seats = () if self.seats is None else (self.seats,)
        for one, another in pairwise((*counted, *seats)):
            require_same("weeks", one.weeks, another.weeks)

    def merge(self, other: CallingState) -> CallingState:
        """Add what was counted elsewhere.

        Raises:
            MergeError: the other was counted at another instant or under another policy.
            CountOverflowError: a sum is beyond 64 bits.

        Example:
            >>> CallingState().merge(CallingState()).legs is None
            True
        """
        return CallingState(
            legs=together(self.legs, other.legs),
            queues=together(self.queues, other.queues),
            seats=together(self.seats, other.seats),
        )


def calling_state(
    calls: Calls | LegState | None = None,
    queue_calls: QueueCalls | QueueState | None = None,
    *,
    as_of: datetime,
    policy: Policy | None = None,
    seats: CallingSeats | None = None,
) -> CallingState:
    """Count what was given; rows with one record id count once.

    Args:
        calls: Call legs, or what ``fold`` counted of them.
        queue_calls: Queue calls, or what ``fold`` counted of them.
        as_of: A timezone-aware instant.
        policy: Windows, thresholds and formulas; the defaults if not given.
        seats: The Calling licenses of a portfolio's customers.

    Raises:
        InstantError: the instant is naive or out of range.
        MergeError: what was counted already is of another instant or policy.
        CountOverflowError: a sum is beyond 64 bits.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.call_columns import Calls
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> calling_state(Calls.from_records([]), as_of=when).queues is None
        True
    """
    policy = policy or Policy()

    def counted(given: Any, kind: type, count: Callable[..., Any]) -> Any:
        if given is None or isinstance(given, kind):
            return given
        return count(given, as_of=as_of, policy=policy)

    return CallingState(
        legs=counted(calls, LegState, leg_state),
        queues=counted(queue_calls, QueueState, queue_state),
        seats=seats,
    )


@frozen(eq=False, kw_only=True)
class Calling(Shown):
    """What is said of calls in the last completed week and the weeks before.

    Attributes:
        weeks: The weeks of the trend; the last one is the week that the figures speak of.
        usage: Who calls, and how much; ``None``: no call legs were given.
        quality: How well calls go; ``None``: no call legs were given.
        features: What calls of customers with call queues use; ``None``: one of the two was not
            given.
        queues: Calls into queues; ``None``: none were given.
    """

    weeks: Weeks = field(repr=False)
    usage: Usage | None
    quality: Quality | None
    features: Features | None
    queues: QueueSection | None

    @property
    def week(self) -> tuple[datetime, datetime]:
        """When the last completed week began and ended."""
        return to_datetime(self.weeks.last_start), to_datetime(self.weeks.end)

    def to_dict(self) -> dict[str, Any]:
        """The sections as plain values, as they stand in the report document."""
        start, end = map(instant_text, self.week)

        def plain(section: Any) -> Any:
            return None if section is None else section.to_dict()

        return {
            "week": {"start": start, "end": end},
            "usage": plain(self.usage),
            "quality": plain(self.quality),
            "features": plain(self.features),
            "queues": plain(self.queues),
        }


def finish_calling(state: CallingState) -> Calling | None:
    """Say what was counted; ``None`` if there were neither call legs nor queue calls.

    Raises:
        CountOverflowError: a sum is beyond 64 bits.

    Example:
        >>> finish_calling(CallingState()) is None
        True
    """
    legs, queues, seats = state.legs, state.queues, state.seats
    counted = legs or queues
    if counted is None:
        return None

    return Calling(
        weeks=counted.terms.weeks,
        usage=None
        if legs is None
        else finish_usage(legs.usage, legs.terms.say, seats, legs.sources),
        quality=None
        if legs is None
        else finish_quality(legs.quality, legs.terms.say, seats, legs.sources),
        features=None if legs is None or queues is None else _features(legs, queues),
        queues=None if queues is None else finish_queues(queues, seats),
    )


def _features(legs: LegState, queues: QueueState) -> Features | None:
    counted = legs.with_queues(queues.customers)

    return finish_features(counted.features, counted.terms.say, counted.sources)
