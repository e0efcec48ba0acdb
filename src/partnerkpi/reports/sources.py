"""What a report is made of, and how all of it is counted together."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from attrs import evolve, frozen

from partnerkpi._text import Text, TextIndex
from partnerkpi.calling.legs.state import LegState
from partnerkpi.calling.queues.state import QueueState
from partnerkpi.calling.seats import CallingSeats
from partnerkpi.calling.sections import calling_state
from partnerkpi.columns import Portfolio
from partnerkpi.errors import RecordsMissingError
from partnerkpi.reports.seats import calling_seats
from partnerkpi.reports.state import ReportState, lift_all
from partnerkpi.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partnerkpi._arrays import Mask
    from partnerkpi.call_columns import Calls, QueueCalls
    from partnerkpi.kpi import Kpi
    from partnerkpi.licenses.state import Limits
    from partnerkpi.policy import Policy

__all__ = ["Sources", "calls_of", "lift_report"]


@frozen(eq=False)
class Sources:
    """What a report is made of.

    Attributes:
        parts: The portfolio, in parts cut by customer; ``None`` if there is none.
        calls: Call legs, or what was counted of them.
        queue_calls: Queue calls, or what was counted of them.
    """

    parts: tuple[Portfolio, ...] | None = None
    calls: Calls | LegState | None = None
    queue_calls: QueueCalls | QueueState | None = None

    @property
    def bound(self) -> tuple[Portfolio, ...]:
        """The portfolio, in parts.

        Raises:
            RecordsMissingError: it is not here.
        """
        if not self.parts:
            msg = "the customers' records behind this report are not here, only what was counted"
            raise RecordsMissingError(msg)

        return self.parts

    def of_customers(self, parts: Sequence[Portfolio], *, strangers: bool) -> Sources:
        """The same of some customers only.

        Args:
            parts: The customers, with all that is theirs.
            strangers: Whether calls of customers whom the portfolio does not hold stay as well.

        Raises:
            RecordsMissingError: calls are here only as what was counted of all of them.
        """
        others = self.bound if strangers else ()

        def theirs(calls: Any) -> Any:
            return None if calls is None else calls_of(_rows(calls), parts, others)

        return Sources(tuple(parts), theirs(self.calls), theirs(self.queue_calls))

    @property
    def has_strangers(self) -> bool:
        """Whether there are calls of customers whom the portfolio does not hold.

        Raises:
            RecordsMissingError: calls are here only as what was counted of all of them.
        """
        of_nobody = self.of_customers((), strangers=True)
        tables = (of_nobody.calls, of_nobody.queue_calls)

        return any(len(_rows(table)) for table in tables if table is not None)


_Calls = TypeVar("_Calls", "Calls", "QueueCalls")


def calls_of(
    calls: _Calls, customers: Sequence[Portfolio], strangers_to: Sequence[Portfolio] = ()
) -> _Calls:
    """The calls of some customers.

    Args:
        calls: Call legs or queue calls.
        customers: The customers.
        strangers_to: Whoever these portfolios do not hold is meant as well, if there are any.
    """
    labels = calls.customer.labels
    wanted = _held(customers, labels)
    if strangers_to:
        wanted |= ~_held(strangers_to, labels)

    return calls.take(np.flatnonzero(wanted[calls.customer.codes]))


def _held(parts: Sequence[Portfolio], labels: Text) -> Mask:
    ids = Text.concatenate([part.customer_columns.ids for part in parts])
    held: Mask = TextIndex(ids).find(labels) >= 0

    return held


def _rows(given: Any) -> Any:
    if isinstance(given, (LegState, QueueState)):
        msg = "the calls' rows behind this report are not here, only what was counted of them all"
        raise RecordsMissingError(msg)

    return given


def lift_report(
    sources: Sources,
    as_of: datetime,
    policy: Policy,
    figures: Sequence[Kpi[Any]] = (),
    found: Limits | None = None,
) -> ReportState:
    """Count all that a report is made of.

    Args:
        sources: A portfolio in parts, calls, or both.
        as_of: The instant.
        policy: Windows and thresholds.
        figures: Figures of one's own.
        found: Thresholds of low assignment, if they are those of a greater whole.

    Raises:
        InstantError: the instant is naive or out of range.
        MergeError: calls were counted at another instant or under another policy.
        CountOverflowError: a sum is beyond 64 bits.
    """
    parts = sources.parts or (Portfolio.from_customers([]),)
    state = lift_all(parts, as_of, policy, figures, found)
    if sources.calls is None and sources.queue_calls is None:
        return state
    seats = sources.parts and reduce(
        CallingSeats.merge, (calling_seats(snapshot(part, as_of, policy)) for part in parts)
    )
    counted = calling_state(
        sources.calls, sources.queue_calls, as_of=as_of, policy=policy, seats=seats or None
    )

    return evolve(state, calling=counted, portfolio=sources.parts is not None)
