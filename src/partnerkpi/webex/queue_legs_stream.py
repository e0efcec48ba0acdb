"""Calls into queues from the legs of a detailed call history, batch by batch."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from attrs import define, evolve, field

from partnerkpi._arrays import NEVER
from partnerkpi._faults import FAULT_CAP, FaultLog
from partnerkpi._instants import format_one
from partnerkpi.deduplication import Duplicates
from partnerkpi.errors import Fault
from partnerkpi.webex._call_facts import Legs, joined_legs
from partnerkpi.webex._call_repeats import sole
from partnerkpi.webex.queue_legs import made_of, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from partnerkpi._arrays import Micros
    from partnerkpi.webex.call_history import CallHistory
    from partnerkpi.webex.queue_legs import LegQueueCalls, QueueNaming

__all__ = ["queue_calls_from_legs"]

_MS = 1000
_HALF_A_DAY = timedelta(hours=12)
_MICROSECOND = timedelta(microseconds=1)


def queue_calls_from_legs(
    histories: Iterable[CallHistory],
    *,
    gap: timedelta = _HALF_A_DAY,
    queues: QueueNaming = "name",
    lenient: bool = False,
    max_faults: int = FAULT_CAP,
) -> Iterator[LegQueueCalls]:
    r"""The calls into queues that legs show, batch by batch, in bounded memory.

    The legs of one call share organization and correlation id. Every terminating leg of a queue
    (user type ``CallCenterPremium``, ``CallCenterStandard`` or ``CallCenterBasic``) is one entry
    into that queue; that this leg says *answered* means nothing, as the queue itself picks up.
    Every other leg belongs to one entry of its call: a leg of a queue to the one whose local call
    id is its related call id or, where that names none, to the last entry into this queue that
    began before it; legs of agents and mailboxes to the last entry that began before them (what is
    before all entries belongs to the first). The first of these events ends the wait:

    * *an agent answers* (``answered``): a terminating leg of a user or a workspace that was sent
      by a call queue (original, redirect or related reason ``CallQueue``), answered, not after a
      redirection, and not after the entry's end. Of several agents the first counts. It was
      answered at its answer time; where that is not given, after its ring; else so long before its
      end as it lasted. The time talked is its duration less its time on hold.
    * *an agent answered, whose leg is missing* (``answered``): the same of an originating leg of
      the queue, where no leg of an agent says it.
    * *a message* (``voicemail``): an originating leg of the queue to ``MAILBOX_LINE``, or an
      answered terminating leg of user type ``VoiceMailGroup``.
    * *sent on* (``overflowed``, ``timed_out``): an originating leg of the queue with the redirect
      (else original) reason ``UserBusy`` or ``NoAnswer``. With another reason than these and
      ``CallQueue``, and answered, the call was answered elsewhere: ``unknown``.
    * *a callback* (``callback``): an originating leg of the queue with the related reason
      ``Unrecognized``. The wait ends when the caller hung up, or with that leg if it is earlier.
    * *another entry of the same call* (``transferred``): the caller was placed in another queue;
      ``overflowed`` or ``timed_out`` if the reason of that entry is ``UserBusy`` or ``NoAnswer``.

    Without any of them the entry's own leg decides: the caller hung up (``abandoned``), unless it
    ended with ``UserBusy`` (``overflowed``: the queue was full), with a failure or refusal, was
    released by the queue itself, has no release time, or an agent's leg was answered after a
    redirection or after the entry's end (all of these ``unknown``). Each result counts the entries
    by what decided them, ``unknown`` ones too.

    What legs cannot tell: whether a caller is still waiting (records come when legs end); whether
    a caller who was sent on for no stated reason overflowed; that a blind transfer goes on, which
    gets a correlation id of its own; and agents outside of the organization, who leave no leg.

    Legs have to come about in the order in which they end, as deliveries do. A call is closed, and
    its entries handed out, when nothing of it ended within ``gap`` before the latest leg; a leg
    that ends earlier than that before the batches already taken is too late: it may belong to a
    closed call. Of legs with one report id the one that was reported last counts, as long as they
    are held at the same time.

    Args:
        histories: Batches as ``call_history_in_batches`` gives them, gone through once.
        gap: How far apart legs of one call may end, and how late a leg may come.
        queues: Whether a queue is known by its name and location (``Support (Berlin)``), or by the
            UUID of its legs; where that is not given, by the other one.
        lenient: Leave legs out that come too late, and entries that are faulty; each result then
            carries the faults met since the one before. If not, faults are raised, all at once,
            when the last batch has come.
        max_faults: How many faults a result, or the error, carries; all are counted.

    Yields:
        The entries of calls that were closed since the last result.

    Raises:
        InputError: legs came too late or entries are faulty; carries every fault with its place.
        ValueError: the gap is negative.

    Example:
        >>> from partnerkpi.webex import call_history_in_batches
        >>> header = (
        ...     b"Start time,Release time,Duration,Answered,Correlation ID,Org UUID,Direction,"
        ...     b"User type,User\n"
        ... )
        >>> record = (
        ...     b"2026-03-02T09:10:00Z,2026-03-02T09:10:41Z,40,true,k-1,o-1,TERMINATING,"
        ...     b"CallCenterPremium,Support\n"
        ... )
        >>> for found in queue_calls_from_legs(call_history_in_batches(header + record)):
        ...     print([(each.outcome.value, each.wait_ms) for each in found.calls.records])
        [('abandoned', 41000)]
    """
    window = _Window(gap, queues, FaultLog(max_faults))
    for history in histories:
        made = window.closed_by(Legs(history.calls, history.facts))
        if made is not None and (lenient or not window.log.count):
            yield told(made, window.log)
    if not lenient:
        window.log.refuse()
    rest = window.rest()
    if not lenient:
        window.log.refuse()
    yield told(rest, window.log)


@define
class _Window:
    """The legs of calls that are not closed yet.

    Attributes:
        gap: How far apart legs of one call may end.
        queues: By what queues are known.
        log: Where faults go.
    """

    gap: timedelta
    queues: QueueNaming
    log: FaultLog
    _held: Legs = field(init=False)
    _latest: int | None = None
    _late: int = 0
    _left_out: int = 0
    _ties: int = 0

    def __attrs_post_init__(self) -> None:
        if self.gap < timedelta(0):
            msg = f"expected a gap that is not negative, found {self.gap!r}"
            raise ValueError(msg)
        self._held = Legs.none()

    def closed_by(self, legs: Legs) -> LegQueueCalls | None:
        """The entries of calls that are closed now that a batch has come, if there are any."""
        self._hold(self._in_time(legs))
        if self._latest is None:
            return None
        bound = self._latest - self.gap // _MICROSECOND
        closed = self._last_of_call() < bound
        if not closed.any():
            return None
        made = self._made(self._held.take(np.flatnonzero(closed)))
        self._held = self._held.take(np.flatnonzero(~closed))

        return made

    def rest(self) -> LegQueueCalls:
        """The entries of all calls that are left."""
        held, self._held = self._held, Legs.none()

        return self._made(held)

    def _made(self, legs: Legs) -> LegQueueCalls:
        made = evolve(
            made_of(legs, self.queues, self.log),
            late_legs=self._late,
            duplicates=Duplicates(self._left_out, self._ties),
        )
        self._late = self._left_out = self._ties = 0

        return made

    def _in_time(self, legs: Legs) -> Legs:
        """The legs that do not come too late; the others are noted."""
        ends = _ends(legs)
        if self._latest is not None:
            bound = self._latest - self.gap // _MICROSECOND
            late = np.flatnonzero(ends < bound)
            self._late += len(late)
            self.log.add_rows(late, lambda leg: _too_late(legs, leg, bound, int(ends[leg])))
            if len(late):
                legs = legs.take(np.flatnonzero(ends >= bound))
        if len(ends):
            latest = int(ends.max())
            self._latest = latest if self._latest is None else max(latest, self._latest)

        return legs

    def _hold(self, legs: Legs) -> None:
        """Take legs up, and leave out those for which another one counts."""
        held = joined_legs([self._held, legs])
        kept, _, duplicates, _ = sole(held.calls, held.facts)
        self._left_out += duplicates.count
        self._ties += duplicates.ties
        self._held = held if kept is None else held.take(kept)

    def _last_of_call(self) -> Micros:
        """For each leg when the last leg of its call ended."""
        calls = self._held.calls
        pairs = calls.customer.codes.astype(np.int64) * len(calls.call.labels) + calls.call.codes
        used, keys = np.unique(pairs, return_inverse=True)
        last = np.full(len(used), NEVER)
        np.maximum.at(last, keys.reshape(-1), _ends(self._held))

        found: Micros = last[keys.reshape(-1)]

        return found


def _ends(legs: Legs) -> Micros:
    """When each leg ended: by its release time, where that is read, and never before its talk."""
    calls, facts = legs.calls, legs.facts
    ends = calls.started + calls.duration * _MS
    ends[facts.rows] = np.maximum(ends[facts.rows], facts.release)

    return ends


def _too_late(legs: Legs, leg: int, bound: int, ended: int) -> Fault:
    return Fault(
        legs.place(leg, "Release time"),
        f"a leg that ended from {format_one(bound)} on, as legs come in the order of their ends",
        format_one(ended),
    )
