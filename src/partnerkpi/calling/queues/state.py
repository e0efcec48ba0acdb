"""All that figures of call queues are made of: lifted from rows, merged over batches of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from attrs import evolve, field, fields, frozen

from partnerkpi._arrays import lock_counts, reduced
from partnerkpi._instants import of_datetime, to_datetime
from partnerkpi._merging import require_same, require_same_policy
from partnerkpi._text import Text, group
from partnerkpi.calling.histograms import Histogram
from partnerkpi.calling.queues._tally import HOUR_KINDS, Room, Tally
from partnerkpi.calling.queues.measures import Cells
from partnerkpi.calling.queues.names import NO_NAMES, PairNames, union
from partnerkpi.calling.weeks import Weeks, weeks_at
from partnerkpi.deduplication import Duplicates, survivors
from partnerkpi.errors import RecordsMissingError
from partnerkpi.policy import Policy

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from partnerkpi._arrays import Counts, Rows
    from partnerkpi.call_columns import QueueCalls
    from partnerkpi.errors import Fault

__all__ = ["Profile", "QueueSource", "QueueState", "QueueTerms", "queue_state"]

_ROOM = 1 << 24


@frozen
class QueueTerms:
    """What states of call queues are counted by; states of different terms never mix.

    Attributes:
        micros: The instant, in microseconds UTC.
        policy: Windows, thresholds and formulas.
        changes: Whether each queue's week before the last is counted as well.
        waits: Whether waits are kept, from which longest waits, percentiles and service levels
            are finished.
        hours: Whether each queue's calls are counted by hour of the week, and by week.
    """

    micros: int
    policy: Policy
    changes: bool = True
    waits: bool = True
    hours: bool = True

    @staticmethod
    def at(
        as_of: datetime,
        policy: Policy | None = None,
        *,
        changes: bool = True,
        waits: bool = True,
        hours: bool = True,
    ) -> QueueTerms:
        """The terms at an instant.

        Raises:
            InstantError: the instant is naive or out of range.

        Example:
            >>> from datetime import datetime, timezone
            >>> QueueTerms.at(datetime(2026, 11, 22, tzinfo=timezone.utc)).weeks.count
            8
        """
        return QueueTerms(of_datetime(as_of), policy or Policy(), changes, waits, hours)

    @property
    def as_of(self) -> datetime:
        """The instant, in UTC."""
        return to_datetime(self.micros)

    @property
    def weeks(self) -> Weeks:
        """The trend's weeks."""
        return weeks_at(self.micros, self.policy.trend_weeks)

    def require_same(self, other: QueueTerms) -> None:
        """Refuse other terms.

        Raises:
            MergeError: they differ; says in what.
        """
        for each in fields(QueueTerms):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if each.name == "policy":
                require_same_policy(mine, theirs)
            else:
                require_same(each.name, mine, theirs)


@frozen(eq=False)
class Profile:
    """When each queue is called: by hour of the week, and by week, over the trend's weeks.

    Attributes:
        hours: A group for each queue; numbers are hours of the week (Sunday 00 UTC is 0) times 3,
            plus 0 for a call offered and not abandoned, 1 for one abandoned, 2 for one waiting.
        offered: Calls offered, a row for each queue and a column for each week.
    """

    hours: Histogram
    offered: Counts = field(converter=lock_counts)

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def spread(self, places: Rows, size: int) -> Profile:
        """The same queues among others that are empty."""
        offered = np.zeros((size, self.offered.shape[1]), np.int64)
        offered[places] = self.offered

        return Profile(self.hours.spread(places, size), offered)

    def take(self, queues: Rows) -> Profile:
        """Some queues, in the order asked for."""
        return Profile(self.hours.take(queues), self.offered[queues])

    def by_hour(self) -> NDArray[np.bool_]:
        """Of which queues every call offered is counted by hour, not by week alone.

        Example:
            >>> Profile(Histogram.empty(1), np.array([[0, 5]])).by_hour().tolist()
            [False]
        """
        kinds = self.hours.values.astype(np.int64) % HOUR_KINDS
        queues = np.repeat(np.arange(self.hours.groups), np.diff(self.hours.first))
        offered = np.zeros(self.hours.groups, np.int64)
        there = kinds != HOUR_KINDS - 1
        np.add.at(offered, queues[there], self.hours.counts[there].astype(np.int64))
        mask: NDArray[np.bool_] = offered == self.offered.sum(axis=1)

        return mask

    def merge(self, other: Profile) -> Profile:
        """Add the calls of the same queues elsewhere."""
        return Profile(self.hours.merge(other.hours), self.offered + other.offered)


@frozen(eq=False)
class QueueSource:
    """Rows that a state was lifted from, as long as they are in this process.

    Attributes:
        calls: The columns as they were given.
        rows: Which of them count; ``None`` if all.
    """

    calls: QueueCalls
    rows: Rows | None


@frozen(eq=False, kw_only=True)
class QueueState:
    """What calls into queues count, overall and by queue: a mergeable state.

    Attributes:
        terms: What it is counted by.
        names: Whose queues there are; a queue is here if it was called in any week that is counted
            by queue.
        weeks: Each week of the trend, oldest first, over all queues.
        last: Each queue in the last week.
        previous: Each queue in the week before; ``None`` if it was not counted.
        profile: When each queue is called; ``None`` if it was not counted.
        duplicates: Rows left out because another one with their record id counts.
        summed: Whether some calls came as counts and sums of a week: their waits and hours are
            not here, so that figures over single waits are undefined where they are counted.
        faults: What was left out of the rows, or kept as ``unknown``, up to the cap of the door.
        fault_count: How many faults there were in truth.
    """

    terms: QueueTerms
    names: PairNames
    weeks: Cells
    last: Cells
    previous: Cells | None
    profile: Profile | None
    duplicates: Duplicates = field(factory=Duplicates)
    summed: bool = False
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0
    _sources: tuple[QueueSource, ...] | None = field(default=(), alias="sources", repr=False)

    @staticmethod
    def empty(terms: QueueTerms) -> QueueState:
        """No calls at all: adding this changes nothing."""
        weeks = terms.weeks.count
        nothing = Cells.empty(0, waits=terms.waits)

        return QueueState(
            terms=terms,
            names=NO_NAMES,
            weeks=Cells.empty(weeks, waits=terms.waits),
            last=nothing,
            previous=nothing if terms.changes else None,
            profile=Profile(Histogram.empty(0), np.zeros((0, weeks), np.int64))
            if terms.hours
            else None,
        )

    def merge(self, other: QueueState) -> QueueState:
        """Add the calls of other rows: of other customers, or of the same.

        Rows that may be duplicates of each other have to be in one of the two.

        Raises:
            MergeError: the two were counted at different instants, under different policies, or
                one of them keeps more than the other.
            CountOverflowError: a sum of waits is beyond 64 bits.
        """
        self.terms.require_same(other.terms)
        names, mine, theirs = union(self.names, other.names)

        def both(left: Any, right: Any) -> Any:
            if left is None:
                return None
            return left.spread(mine, len(names)).merge(right.spread(theirs, len(names)))

        return QueueState(
            terms=self.terms,
            names=names,
            weeks=self.weeks.merge(other.weeks),
            last=both(self.last, other.last),
            previous=both(self.previous, other.previous),
            profile=both(self.profile, other.profile),
            duplicates=Duplicates(
                self.duplicates.count + other.duplicates.count,
                self.duplicates.ties + other.duplicates.ties,
            ),
            summed=self.summed or other.summed,
            faults=self.faults + other.faults,
            fault_count=self.fault_count + other.fault_count,
            sources=None
            if self._sources is None or other._sources is None
            else self._sources + other._sources,
        )

    def in_order(self) -> QueueState:
        """The same with its queues by customer id and queue id, by code point."""
        owners = self.names.customers.take(self.names.owner.astype(np.intp))
        order = np.lexsort((_ranks(self.names.queues), _ranks(owners)))

        def taken(counted: Any) -> Any:
            return None if counted is None else counted.take(order)

        return evolve(
            self,
            names=PairNames.of(
                self.names.customers,
                self.names.owner.take(order),
                self.names.queues,
                order,
            ),
            last=taken(self.last),
            previous=taken(self.previous),
            profile=taken(self.profile),
        )

    @property
    def customers(self) -> Text:
        """Ids of customers with call queues: with a call of any outcome in the trend's weeks.

        Raises:
            RecordsMissingError: weeks were not counted by queue.
        """
        if self.profile is None:
            msg = "weeks were not counted by queue: it is not known who has call queues"
            raise RecordsMissingError(msg)
        by_week = self.profile.offered.any(axis=1)
        called = np.flatnonzero(np.diff(self.profile.hours.first).astype(np.bool_) | by_week)

        return self.names.customers.take(np.unique(self.names.owner[called]))

    @property
    def sources(self) -> tuple[QueueSource, ...] | None:
        """The rows it was lifted from; ``None`` if some of them are not here."""
        return self._sources

    def __reduce__(self) -> tuple[Any, ...]:
        # What leaves the process takes its counts along, not the rows behind them.
        made, (kind, values) = reduced(self)

        return made, (kind, {**values, "sources": None})


def _ranks(texts: Text) -> Rows:
    """For each text its rank by code point, equal ones alike."""
    numbers, heads = group(texts)
    order = texts.take(heads).order()
    ranks = np.empty(len(order), np.intp)
    ranks[order] = np.arange(len(order))

    return ranks.take(numbers)


def queue_state(
    calls: QueueCalls,
    *,
    as_of: datetime,
    policy: Policy | None = None,
    duplicates: Literal["by_record_id", "none"] = "by_record_id",
    changes: bool = True,
    waits: bool = True,
    hours: bool = True,
) -> QueueState:
    """Count queue calls that are in memory.

    Args:
        calls: The rows, in any order; rows that stand by week are counted faster.
        as_of: A timezone-aware instant.
        policy: Windows, thresholds and formulas; the defaults if not given.
        duplicates: ``by_record_id`` leaves out rows for which another one with the same record id
            counts; with ``none`` the caller vouches that there are no such rows.
        changes: Whether each queue's week before the last is counted as well.
        waits: Whether waits are kept: longest waits, percentiles and service levels need them.
        hours: Whether each queue's calls are counted by hour of the week, and by week.

    Returns:
        A state; its size grows with customers, queues, and different waits, not with rows.

    Raises:
        InstantError: the instant is naive or out of range.
        CountOverflowError: a sum of waits is beyond 64 bits.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.call_columns import QueueCalls
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> queue_state(QueueCalls.from_records([]), as_of=when).last.offered().tolist()
        []
    """
    terms = QueueTerms.at(as_of, policy, changes=changes, waits=waits, hours=hours)
    rows, left_out = (None, Duplicates()) if duplicates == "none" else survivors(calls)
    tally = tally_of(terms, len(calls))
    tally.add(calls if rows is None else calls.take(rows))

    return state_of(tally, terms, left_out, (QueueSource(calls, rows),))


def tally_of(terms: QueueTerms, rows: int) -> Tally:
    """A tally under terms, that gathers so many rows at a time."""
    room = min(rows, _ROOM)

    return Tally(
        terms.weeks,
        Room(weeks=room, queues=room // 2, hours=room // 2),
        changes=terms.changes,
        waits=terms.waits,
        hours=terms.hours,
    )


def state_of(
    tally: Tally,
    terms: QueueTerms,
    duplicates: Duplicates,
    sources: tuple[QueueSource, ...] | None,
    late: tuple[tuple[Fault, ...], int] = ((), 0),
) -> QueueState:
    """The state of what was tallied."""
    size = len(tally.pairs)
    last, *previous = [queues.cells(size) for queues in tally.queues]
    known = sources or ()

    return QueueState(
        terms=terms,
        names=tally.pairs.names(),
        weeks=tally.trend.cells(),
        last=last,
        previous=previous[0] if previous else None,
        profile=None if tally.hours is None else Profile(*tally.hours.cells(size)),
        duplicates=duplicates,
        faults=(*(fault for each in known for fault in each.calls.faults), *late[0]),
        fault_count=sum(each.calls.fault_count for each in known) + late[1],
        sources=sources,
    )
