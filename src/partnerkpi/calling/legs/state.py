"""All that figures of call legs are made of: lifted from rows, merged over batches of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from attrs import evolve, field, frozen

from partnerkpi._arrays import reduced
from partnerkpi._instants import of_datetime, to_datetime
from partnerkpi._merging import require_same, require_same_policy
from partnerkpi.calling.figures import WeekSayer
from partnerkpi.calling.legs._tally import LegTally
from partnerkpi.calling.legs.columns import LegSource, Limits
from partnerkpi.calling.legs.feature_measures import FeatureState
from partnerkpi.calling.legs.quality_measures import QualityState
from partnerkpi.calling.legs.usage_measures import UsageState
from partnerkpi.calling.weeks import Weeks, weeks_at
from partnerkpi.deduplication import Duplicates, survivors
from partnerkpi.policy import Policy

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi._text import Text
    from partnerkpi.call_columns import Calls
    from partnerkpi.errors import Fault

__all__ = ["LegState", "LegTerms", "Mode", "leg_source", "leg_state", "state_of", "tally_of"]

#: Which rows count: of those with one record id one, or all that there are.
Mode: TypeAlias = Literal["by_record_id", "none"]


@frozen
class LegTerms:
    """What states of call legs are counted by; states of different terms never mix.

    Attributes:
        micros: The instant, in microseconds UTC.
        policy: Windows and thresholds.

    Example:
        >>> from datetime import datetime, timezone
        >>> LegTerms.at(datetime(2026, 11, 22, tzinfo=timezone.utc)).weeks.count
        8
    """

    micros: int
    policy: Policy

    @staticmethod
    def at(as_of: datetime, policy: Policy | None = None) -> LegTerms:
        """The terms at an instant.

        Raises:
            InstantError: the instant is naive or out of range.
        """
        return LegTerms(of_datetime(as_of), policy or Policy())

    @property
    def weeks(self) -> Weeks:
        """The trend's weeks."""
        return weeks_at(self.micros, self.policy.trend_weeks)

    @property
    def say(self) -> WeekSayer:
        """What says figures under these terms."""
        return WeekSayer(to_datetime(self.micros), self.policy)

    def require_same(self, other: LegTerms) -> None:
        """Refuse other terms.

        Raises:
            MergeError: they differ; says in what.
        """
        require_same("instant", self.micros, other.micros)
        require_same_policy(self.policy, other.policy)


@frozen(eq=False, kw_only=True)
class LegState:
    """What the figures of call legs count: a mergeable state.

    Attributes:
        terms: What it is counted by.
        usage: What usage counts.
        quality: What quality counts.
        features: What features count.
        duplicates: Rows left out because another one with their record id counts.
        faults: What was left out of the rows, up to the cap of the door.
        fault_count: How many faults there were in truth.
    """

    terms: LegTerms
    usage: UsageState
    quality: QualityState
    features: FeatureState
    duplicates: Duplicates = field(factory=Duplicates)
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0
    _sources: tuple[LegSource, ...] | None = field(default=(), alias="sources", repr=False)

    @staticmethod
    def empty(terms: LegTerms) -> LegState:
        """No legs at all: adding this changes nothing."""
        return LegState(
            terms=terms,
            usage=UsageState.empty(terms.weeks),
            quality=QualityState.empty(terms.weeks, Limits.of(terms.policy)),
            features=FeatureState.empty(terms.weeks),
        )

    def with_queues(self, customers: Text) -> LegState:
        """The same legs, and who has call queues.

        Args:
            customers: Ids of customers with a queue call of any outcome in the trend's weeks.
        """
        return evolve(self, features=self.features.with_queues(customers))

    def merge(self, other: LegState) -> LegState:
        """Add the legs of other rows: of other customers, or of the same.

        Rows that may be duplicates of each other have to be in one of the two.

        Raises:
            MergeError: the two were counted at different instants or under different policies.
            CountOverflowError: a sum is beyond 64 bits.
        """
        self.terms.require_same(other.terms)
        mine, theirs = self._sources, other._sources

        return LegState(
            terms=self.terms,
            usage=self.usage.merge(other.usage),
            quality=self.quality.merge(other.quality),
            features=self.features.merge(other.features),
            duplicates=Duplicates(
                self.duplicates.count + other.duplicates.count,
                self.duplicates.ties + other.duplicates.ties,
            ),
            faults=self.faults + other.faults,
            fault_count=self.fault_count + other.fault_count,
            sources=None if mine is None or theirs is None else mine + theirs,
        )

    @property
    def sources(self) -> tuple[LegSource, ...] | None:
        """The rows it was lifted from; ``None`` if some of them are not here."""
        return self._sources

    def __reduce__(self) -> tuple[Any, ...]:
        # What leaves the process takes its counts along, not the rows behind them.
        made, (kind, values) = reduced(self)

        return made, (kind, {**values, "sources": None})


def leg_state(
    calls: Calls,
    *,
    as_of: datetime,
    policy: Policy | None = None,
    duplicates: Mode = "by_record_id",
) -> LegState:
    """Count call legs that are in memory, for usage, quality and features at once.

    Args:
        calls: The rows, in any order.
        as_of: A timezone-aware instant.
        policy: Windows and thresholds; the defaults if not given.
        duplicates: ``by_record_id`` leaves out rows for which another one with the same record id
            counts; with ``none`` the caller vouches that there are no such rows.

    Returns:
        A state; its size grows with customers, weeks, different users of each week, and different
        calls of the last two weeks, not with rows.

    Raises:
        InstantError: the instant is naive or out of range.
        CountOverflowError: a sum is beyond 64 bits.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.call_columns import Calls
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> len(leg_state(Calls.from_records([]), as_of=when).usage.keys)
        0
    """
    terms = LegTerms.at(as_of, policy)
    source, left_out = leg_source(calls, duplicates)
    tally = tally_of(terms)
    tally.add(source)

    return state_of(tally, terms, left_out, (source,))


def leg_source(calls: Calls, duplicates: Mode) -> tuple[LegSource, Duplicates]:
    """Which rows count, and how many others there are."""
    rows, left_out = (None, Duplicates()) if duplicates == "none" else survivors(calls)
    if rows is None:
        return LegSource(calls), left_out
    kept = np.zeros(len(calls), np.bool_)
    kept[rows] = True

    return LegSource(calls, kept), left_out


def tally_of(terms: LegTerms) -> LegTally:
    """A tally under terms."""
    return LegTally(terms.weeks, Limits.of(terms.policy))


def state_of(
    tally: LegTally,
    terms: LegTerms,
    duplicates: Duplicates,
    sources: tuple[LegSource, ...] | None,
    late: tuple[tuple[Fault, ...], int] = ((), 0),
) -> LegState:
    """The state of what was tallied.

    Args:
        tally: What was tallied.
        terms: The terms it was tallied by.
        duplicates: Rows left out.
        sources: The rows that were tallied, if they are kept.
        late: Faults that came to light while rows went by, and how many there were.
    """
    usage, quality, features = tally.states()
    known = sources or ()

    return LegState(
        terms=terms,
        usage=usage,
        quality=quality,
        features=features,
        duplicates=duplicates,
        faults=(*(fault for each in known for fault in each.calls.faults), *late[0]),
        fault_count=sum(each.calls.fault_count for each in known) + late[1],
        sources=sources,
    )
