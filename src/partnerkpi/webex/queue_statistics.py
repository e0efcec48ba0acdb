"""The call queue statistics report, which is already added up, to mergeable states of queues."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from attrs import evolve, field, frozen

from partnerkpi._arrays import exact_sum, fits
from partnerkpi._faults import FAULT_CAP, FaultLog
from partnerkpi._instants import of_datetime, to_datetime
from partnerkpi._text import Text
from partnerkpi.calling.histograms import Histogram
from partnerkpi.calling.queues.columns import OUTCOMES
from partnerkpi.calling.queues.measures import CLASSES, GROUPS, Cells
from partnerkpi.calling.queues.names import PairNames
from partnerkpi.calling.queues.state import Profile, QueueState, QueueTerms
from partnerkpi.errors import InstantError, RecordsMissingError
from partnerkpi.models import CustomerId
from partnerkpi.periods import last_week_end
from partnerkpi.webex.queue_statistics_rows import QueueStatisticsRow, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partnerkpi.errors import Fault
    from partnerkpi.io._files import Source
    from partnerkpi.policy import Policy

__all__ = ["QueueStatistics", "QueueStatisticsRow", "TimeUnit", "queue_statistics"]

TimeUnit: TypeAlias = Literal["seconds", "minutes", "hours"]

_WEEK = timedelta(days=7)


@frozen(kw_only=True)
class QueueStatistics:
    """A call queue statistics report: counts and sums of each queue over a period.

    Attributes:
        customer_id: Whose queues these are; the report does not say.
        start: When the period begins.
        end: When it ends, itself not in it.
        rows: The queues, in the order of the report.
        ignored_columns: Headings that are not documented.
        faults: What lenient reading left out, up to the cap.
        fault_count: How many faults there were in truth.
    """

    customer_id: CustomerId
    start: datetime
    end: datetime
    rows: tuple[QueueStatisticsRow, ...]
    ignored_columns: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = field(default=())
    fault_count: int = 0

    @property
    def is_week(self) -> bool:
        """Whether the period is exactly a week, from a Sunday 00:00:00 UTC to the next.

        Example:
            >>> from datetime import timezone
            >>> sunday = datetime(2026, 11, 15, tzinfo=timezone.utc)
            >>> period = {"start": sunday, "end": sunday + timedelta(days=7)}
            >>> QueueStatistics(customer_id="c-1", rows=(), **period).is_week
            True
        """
        start = of_datetime(self.start)

        return self.end - self.start == _WEEK and last_week_end(start) == start

    def state(self, *, as_of: datetime, policy: Policy | None = None) -> QueueState:
        """What the report counts, as a state that merges with those of rows.

        Counts feed counts and rates, sums feed averages. The single waits and the hours are not in
        the report: percentiles, longest waits and service levels are undefined wherever its calls
        are counted, also together with rows, and say so; queues have no hours of the week.
        Whoever merges it with rows vouches that no call is in both.

        Args:
            as_of: A timezone-aware instant.
            policy: Windows, thresholds and formulas; the defaults if not given.

        Returns:
            A state; without calls if the report's week is none of the trend's.

        Raises:
            InstantError: the instant is naive or out of range.
            RecordsMissingError: the report does not cover exactly a week: nothing of it can be
                said of any week.
            CountOverflowError: a sum of waits is beyond 64 bits.
        """
        if not self.is_week:
            msg = (
                f"the report goes from {self.start.isoformat()} to {self.end.isoformat()}, which is"
                " not exactly a week from Sunday to Sunday (00:00 UTC): it says nothing of any week"
            )
            raise RecordsMissingError(msg)
        terms = QueueTerms.at(as_of, policy)
        week = int(terms.weeks.slots(np.array([of_datetime(self.start)]))[0])
        empty = QueueState.empty(terms)
        if week >= terms.weeks.count:
            return empty.merge(_with_faults(empty, self))

        return empty.merge(_with_faults(_state(self, terms, week), self))


def queue_statistics(
    source: Source | bytes | Iterable[Mapping[str, object]],
    *,
    customer_id: str,
    unit: TimeUnit | None,
    start: datetime,
    end: datetime,
    lenient: bool = False,
    max_faults: int = FAULT_CAP,
) -> QueueStatistics:
    r"""Read a call queue statistics report: a row for each queue, counts and sums over a period.

    The report says neither whose it is, nor which period it covers, nor in which unit its times
    are: all three are arguments. Headings are compared without regard to case, blanks and points.
    What the columns count as:

    * *Answered Calls*, *Calls Transferred*, *Abandoned Calls*, *Calls Overflowed* and *Calls Timed
      Out* are outcomes of their own; what *Total Calls* has above them is ``unknown``. By the
      platform's definition *abandoned* holds those who left a message too, so ``voicemail`` has
      none.
    * *Total Wait Time* is the sum of waits of the answered and transferred, *Total Abandoned Time*
      that of the abandoned.
    * A queue is known by its name and location, as ``queue_calls`` names it.
    * Times of hold, talk and handling are kept beside; averages and percentages follow from the
      others, and are not looked at.

    Args:
        source: A path, a binary stream, bytes, or rows that are already parsed; CSV.
        customer_id: Whose queues these are: the UUID of the organization.
        unit: The unit of times that are numbers. Times written ``hh:mm:ss`` need none; without a
            unit others are faults.
        start: When the period of the report begins, timezone-aware.
        end: When it ends, itself not in it.
        lenient: Leave faulty rows out; the result then carries the faults.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: the report is faulty; carries every fault with its file, line and heading.
        InstantError: an instant is naive or out of range, or the end is not after the start.
        OSError: the file cannot be opened.
        ValueError: there is no such unit.

    Example:
        >>> from datetime import timezone
        >>> header = (
        ...     b"Call Queue,Location,Total Wait Time,Answered Calls,Abandoned Calls,"
        ...     b"Total Abandoned Time,Total Calls,Calls Overflowed,Calls Timed Out,"
        ...     b"Calls Transferred\n"
        ... )
        >>> sunday = datetime(2026, 11, 15, tzinfo=timezone.utc)
        >>> found = queue_statistics(
        ...     header + b"Support,Berlin,00:06:40,20,5,00:00:50,25,0,0,0\n",
        ...     customer_id="o-1",
        ...     unit=None,
        ...     start=sunday,
        ...     end=sunday + timedelta(days=7),
        ... )
        >>> found.rows[0].queue_id, found.rows[0].wait_ms
        ('Support (Berlin)', 400000)
    """
    if of_datetime(end) <= of_datetime(start):
        msg = f"expected an end after the start, found {start.isoformat()} to {end.isoformat()}"
        raise InstantError(msg)
    log = FaultLog(max_faults)
    rows, ignored = rows_of(source, unit, log)
    if not lenient:
        log.refuse()
    faults, count = log.taken()

    return QueueStatistics(
        customer_id=CustomerId(customer_id),
        start=to_datetime(of_datetime(start)),
        end=to_datetime(of_datetime(end)),
        rows=rows,
        ignored_columns=ignored,
        faults=faults,
        fault_count=count,
    )


def _with_faults(state: QueueState, told: QueueStatistics) -> QueueState:
    return evolve(state, faults=told.faults, fault_count=told.fault_count, sources=None)


def _state(told: QueueStatistics, terms: QueueTerms, week: int) -> QueueState:
    """The state of the queues that had calls."""
    rows = [row for row in told.rows if row.total]
    cells = _cells(rows)
    size, weeks = len(rows), terms.weeks.count
    everything = np.zeros(size, np.intp)
    nothing = Cells.empty(size, waits=True)
    offered = np.zeros((size, weeks), np.int64)
    offered[:, week] = cells.offered()

    return QueueState(
        terms=terms,
        names=PairNames(
            Text.from_strings([told.customer_id] if rows else []),
            everything,
            Text.from_strings([row.queue_id for row in rows]),
        ),
        weeks=cells.pooled(everything, 1).spread(np.array([week]), weeks),
        last=cells if week == weeks - 1 else nothing,
        previous=cells if week == weeks - 2 else nothing,
        profile=Profile(Histogram.empty(size), offered),
        summed=bool(rows),
    )


def _cells(rows: list[QueueStatisticsRow]) -> Cells:
    counts = np.zeros((len(rows), len(OUTCOMES)), np.int64)
    sums = np.zeros((len(rows), GROUPS), np.int64)
    for place, row in enumerate(rows):
        for outcome, count in row.outcomes.items():
            counts[place, OUTCOMES.index(outcome)] = count
        sums[place] = row.wait_ms, row.abandoned_ms

    fits(exact_sum(sums))

    return Cells(counts, sums, Histogram.empty(len(rows) * CLASSES))
