"""Where a figure of call queues comes from: the very rows, and why a customer is counted or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi._instants import to_datetime
from partnerkpi.calling.figures import RowNumbers
from partnerkpi.calling.queues.rules import SUMS_ALONE
from partnerkpi.errors import RecordsMissingError, UnknownNameError
from partnerkpi.kpi import Check, Reason, Why, said

if TYPE_CHECKING:
    from partnerkpi._arrays import Rows
    from partnerkpi.aggregates import Ratio
    from partnerkpi.calling.queues.picks import Pick
    from partnerkpi.calling.queues.rules import QueueFigure
    from partnerkpi.calling.queues.state import QueueSource, QueueState
    from partnerkpi.policy import Policy

__all__ = ["CallGrounds"]

_STEP = 1 << 20
_WHO = "customer with calls into queues"


@frozen(eq=False)
class CallGrounds:
    """Where a figure over calls into queues comes from.

    Attributes:
        state: What was counted.
        figure: What the figure counts.
        policy: Thresholds and formulas it is said by.
        value: Its value.
    """

    state: QueueState
    figure: QueueFigure
    policy: Policy
    value: int | Ratio | None

    def members(self) -> Sequence[int]:
        """Numbers of the rows counted, over all sources one after the other.

        Raises:
            RecordsMissingError: the rows are not here.
        """
        if self.state.sources is None:
            msg = "the rows behind this figure are not here, only what was counted"
            raise RecordsMissingError(msg)
        pick = self.figure.pick(self.policy, self.value)
        found: list[Rows] = [np.empty(0, np.intp)]
        before = 0
        for source in self.state.sources:
            found += [rows + before for rows in self._picked(source, pick)]
            before += len(source.calls)

        return RowNumbers(np.concatenate(found))

    def _picked(self, source: QueueSource, pick: Pick) -> list[Rows]:
        calls, weeks = source.calls, self.state.terms.weeks
        found = []
        for start in range(0, len(calls), _STEP):
            cut = slice(start, start + _STEP)
            entered = calls.entered[cut]
            mask = pick.mask(calls.outcome[cut], calls.wait[cut])
            mask &= (entered >= weeks.last_start) & (entered < weeks.end)
            found.append(np.flatnonzero(mask) + start)
        if source.rows is not None:
            found = [np.intersect1d(rows, source.rows, assume_unique=True) for rows in found]

        return found

    def why(self, customer_id: str, /) -> Why:
        """Why a customer is counted or not: queue by queue, whether any of its calls is counted.

        Raises:
            RecordsMissingError: waits decide, and those of some of its calls came as sums.
            UnknownNameError: the customer has no call in the weeks that are counted by queue.
        """
        queues = self.state.names.queues_of(customer_id)
        if not len(queues):
            raise UnknownNameError(_WHO, customer_id)
        cells = self.state.last.take(queues)
        by_wait = [each for pick in self._picks() for each in pick.by_wait()]
        if by_wait and cells.summed(by_wait).any():
            raise RecordsMissingError(SUMS_ALONE)
        counts = [cells.there(), *(pick.count(cells) for pick in self._picks())]
        checks = [
            tuple(Check(told, bool(count[place])) for told, count in zip(self._told(), counts))  # noqa: B905
            for place in range(len(queues))
        ]
        reasons = tuple(
            Reason(self.state.names.queues[queue], each)
            for queue, each in zip(queues.tolist(), checks, strict=True)
        )

        return Why(customer_id, any(each.holds for each in reasons), reasons)

    @property
    def base(self) -> Pick:
        """The calls among which the figure counts."""
        return self.figure.base(self.policy)

    def _picks(self) -> tuple[Pick, Pick]:
        return self.base, self.figure.pick(self.policy, self.value)

    def _told(self) -> list[str]:
        weeks = self.state.terms.weeks
        start, end = (to_datetime(each).date() for each in (weeks.last_start, weeks.end))
        told = (self.figure.told_base, self.figure.told_pick)

        return [
            f"has a call that entered the queue from {start} to {end}",
            *(f"has one that {said(each, self.policy)}" for each in told),
        ]
