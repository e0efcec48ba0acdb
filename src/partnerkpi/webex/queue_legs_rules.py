"""Which leg decides what became of a queue call: the rules by which legs become entries."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen

from partnerkpi._arrays import NEVER
from partnerkpi._text import TextIndex
from partnerkpi.call_models import Outcome
from partnerkpi.webex._call_facts import CallEnd, Party, Role, Sent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts, Mask, Micros, Rows
    from partnerkpi.call_columns import Calls
    from partnerkpi.columns import CodedText
    from partnerkpi.webex._call_facts import LegFacts

__all__ = ["OUTCOMES_OF_RULES", "Entries", "QueueRule", "entries_of"]

_MS: Final = 1000
_OPEN: Final = int(np.iinfo(np.int64).max)


class QueueRule(StrEnum):
    """What in the legs decided what became of an entry into a queue.

    Example:
        >>> QueueRule("hung_up")
        <QueueRule.HUNG_UP: 'hung_up'>
    """

    AGENT = "agent"
    ATTEMPT = "attempt"
    MESSAGE = "message"
    MAILBOX = "mailbox"
    CALLBACK = "callback"
    SENT_ON_BUSY = "sent_on_busy"
    SENT_ON_NO_ANSWER = "sent_on_no_answer"
    SENT_ELSEWHERE = "sent_elsewhere"
    NEXT_QUEUE = "next_queue"
    NEXT_QUEUE_BUSY = "next_queue_busy"
    NEXT_QUEUE_NO_ANSWER = "next_queue_no_answer"
    REDIRECTED = "redirected"
    ANSWERED_TOO_LATE = "answered_too_late"
    NOT_RELEASED = "not_released"
    BUSY = "busy"
    FAILED = "failed"
    RELEASED_BY_QUEUE = "released_by_queue"
    HUNG_UP = "hung_up"


#: What each rule says became of an entry.
OUTCOMES_OF_RULES: Final[Mapping[QueueRule, Outcome]] = MappingProxyType(
    {
        QueueRule.AGENT: Outcome.ANSWERED,
        QueueRule.ATTEMPT: Outcome.ANSWERED,
        QueueRule.MESSAGE: Outcome.VOICEMAIL,
        QueueRule.MAILBOX: Outcome.VOICEMAIL,
        QueueRule.CALLBACK: Outcome.CALLBACK,
        QueueRule.SENT_ON_BUSY: Outcome.OVERFLOWED,
        QueueRule.SENT_ON_NO_ANSWER: Outcome.TIMED_OUT,
        QueueRule.SENT_ELSEWHERE: Outcome.UNKNOWN,
        QueueRule.NEXT_QUEUE: Outcome.TRANSFERRED,
        QueueRule.NEXT_QUEUE_BUSY: Outcome.OVERFLOWED,
        QueueRule.NEXT_QUEUE_NO_ANSWER: Outcome.TIMED_OUT,
        QueueRule.REDIRECTED: Outcome.UNKNOWN,
        QueueRule.ANSWERED_TOO_LATE: Outcome.UNKNOWN,
        QueueRule.NOT_RELEASED: Outcome.UNKNOWN,
        QueueRule.BUSY: Outcome.OVERFLOWED,
        QueueRule.FAILED: Outcome.UNKNOWN,
        QueueRule.RELEASED_BY_QUEUE: Outcome.UNKNOWN,
        QueueRule.HUNG_UP: Outcome.ABANDONED,
    }
)
_RULES: Final = tuple(QueueRule)
#: The events that end a wait; of those at one instant the first one here decides.
_EVENTS: Final = (
    *(QueueRule.AGENT, QueueRule.ATTEMPT, QueueRule.MESSAGE, QueueRule.MAILBOX),
    *(QueueRule.SENT_ON_BUSY, QueueRule.SENT_ON_NO_ANSWER, QueueRule.SENT_ELSEWHERE),
    *(QueueRule.CALLBACK, QueueRule.NEXT_QUEUE),
)


@frozen(eq=False)
class Entries:
    """Entries into queues, one for each terminating leg of a queue.

    Attributes:
        leg: The place of each entry's leg among the facts.
        rule: What decided: the place in ``tuple(QueueRule)``.
        wait: From entering to what decided, in microseconds; it may be negative.
        talk: How long was talked, in milliseconds; -1 if not known.
        answering: The place of the leg that answered among the facts; -1 if none did.
        reported: When the last of its legs was reported; ``NEVER`` if none says.
        loose: How many legs of queue calls belong to no entry.
    """

    leg: Rows
    rule: Codes
    wait: Micros
    talk: Counts
    answering: Rows
    reported: Micros
    loose: int


@frozen(eq=False)
class _Legs:
    """Legs with what they say, the entries among them, and to which entry each belongs.

    Attributes:
        calls: The call legs.
        facts: What they say.
        started: When each started.
        entries: The places of entries, by call and start.
        entry: For each leg the place of its entry in ``entries``; -1 if it has none.
    """

    calls: Calls
    facts: LegFacts
    started: Micros
    entries: Rows
    entry: Rows
    keys: Rows

    def of(self, role: Role) -> Mask:
        """The legs of a role that belong to an entry."""
        mask: Mask = (self.facts.role == role) & (self.entry >= 0)

        return mask

    def first(self, legs: Mask, moments: Micros) -> tuple[Micros, Rows]:
        """For each entry the first moment of some legs, and the leg; without any, open and -1."""
        rows = np.flatnonzero(legs & (moments != NEVER))
        lasted = self.calls.duration[self.facts.rows[rows]]
        names = _ranks(self.calls.record, self.facts.rows[rows])
        order = np.lexsort((names, -lasted, moments[rows], self.entry[rows]))
        rows = rows[order]
        firsts = np.flatnonzero(np.diff(self.entry[rows], prepend=-1))
        found, leg = np.full(len(self.entries), _OPEN), np.full(len(self.entries), -1)
        at = self.entry[rows[firsts]]
        found[at], leg[at] = moments[rows[firsts]], rows[firsts]

        return found, leg


def entries_of(calls: Calls, facts: LegFacts) -> Entries:
    """What became of every entry into a queue, by the legs of its call.

    Args:
        calls: Call legs, of each report id the one that counts.
        facts: What those of queue calls say.
    """
    legs = _grouped(calls, facts)
    moments, answering, late = _events(legs)
    event = moments.argmin(axis=0)
    moment = moments[event, np.arange(len(legs.entries))]
    rule = np.array([_RULES.index(each) for each in _EVENTS], np.uint8)[event]
    rule = _by_next(legs, rule)
    release = facts.release[legs.entries]
    silent = moment == _OPEN
    rule[silent] = _at_the_end(legs, late)[silent]
    moment = np.where(silent, release, moment)
    entered = legs.started[legs.entries]
    moment = np.where(moment == NEVER, entered, moment)
    answered = (rule == _RULES.index(QueueRule.AGENT)) | (rule == _RULES.index(QueueRule.ATTEMPT))
    answering = np.where(answered, answering, -1)

    return Entries(
        legs.entries,
        rule,
        moment - entered,
        _talk(legs, answering),
        answering,
        _reported(legs),
        int(np.count_nonzero(legs.entry < 0)),
    )


def _grouped(calls: Calls, facts: LegFacts) -> _Legs:
    """Legs by call, each with its entry.

    A leg of a queue that names the leg it follows from belongs to that entry; without, to the last
    entry of its call into this queue that began before it, or with it. Any other leg, and one of a
    queue that its call did not enter, belongs to the last entry of its call that began before it.
    What is before all of them belongs to the first.
    """
    started = calls.started[facts.rows]
    pairs = calls.customer.codes[facts.rows].astype(np.int64) * len(calls.call.labels)
    keys = np.unique(pairs + calls.call.codes[facts.rows], return_inverse=True)[1].reshape(-1)
    entries = np.flatnonzero(facts.role == Role.ENTRY)
    names = _ranks(calls.record, facts.rows[entries])
    entries = entries[np.lexsort((names, started[entries], keys[entries]))]
    entry = _latest(keys, started, entries)
    same = _of_own_queue(keys, started, facts, entries)
    entry = np.where(same >= 0, same, entry)
    named = _named(keys, facts, entries)
    entry = np.where(named >= 0, named, entry)
    entry[entries] = np.arange(len(entries))

    return _Legs(calls, facts, started, entries, entry, keys)


def _latest(keys: Rows, started: Micros, entries: Rows) -> Rows:
    """For each leg the last entry of its call that began before it; else the first of its call."""
    is_entry = np.zeros(len(keys), np.bool_)
    is_entry[entries] = True
    number = np.full(len(keys), -1)
    number[entries] = np.arange(len(entries))
    order = np.lexsort((number, ~is_entry, started, keys))
    last = np.maximum.accumulate(number[order]) if len(order) else order
    found = np.empty(len(keys), np.intp)
    found[order] = last
    first = np.searchsorted(keys[entries], keys)
    there = first < len(entries)
    there[there] = keys[entries[first[there]]] == keys[there]
    known = (found >= 0) & there
    known[known] = keys[entries[found[known]]] == keys[known]

    return np.where(known, found, np.where(there, first, -1))


def _of_own_queue(keys: Rows, started: Micros, facts: LegFacts, entries: Rows) -> Rows:
    """For each leg of a queue the last entry into that queue before it; -1 if there is none."""
    own = keys * (len(facts.queue.labels) + 1) + facts.queue.codes + 1
    order = np.argsort(own[entries], kind="stable")
    found = _latest(own, started, entries[order])
    # Legs of agents and mailboxes are of no queue themselves.
    known = (found >= 0) & (facts.queue.codes >= 0)

    return np.where(known, np.append(order, -1)[found], -1)


def _named(keys: Rows, facts: LegFacts, entries: Rows) -> Rows:
    """For each leg of a queue the entry of its call that it names; -1 if it names none."""
    found = np.full(len(keys), -1)
    if not len(entries) or not len(facts.related.labels):
        return found
    table = np.append(TextIndex(facts.local.labels).find(facts.related.labels), -1)
    wanted = table[facts.related.codes]
    size = len(facts.local.labels) + 1
    own = keys[entries] * size + facts.local.codes[entries]
    legs = np.flatnonzero((wanted >= 0) & (facts.role != Role.AGENT))
    asked = keys[legs] * size + wanted[legs]
    order = np.argsort(own, kind="stable")
    at = np.minimum(np.searchsorted(own[order], asked), len(own) - 1)
    same = own[order[at]] == asked
    found[legs[same]] = order[at[same]]

    return found


def _ranks(column: CodedText, rows: Rows) -> NDArray[np.int64]:
    """Numbers that compare as the texts of some rows do, by code point; no text first."""
    codes = column.codes[rows]
    used, places = np.unique(codes, return_inverse=True)
    given = np.flatnonzero(used >= 0)
    order = column.labels.take(used[given]).order()
    ranks = np.zeros(len(used), np.int64)
    ranks[given[order]] = np.arange(1, len(order) + 1)

    return ranks.take(places.reshape(-1))


def _events(legs: _Legs) -> tuple[NDArray[np.int64], Rows, Mask]:
    """When each event of each entry was, the legs that answered, and whether too late."""
    facts, started = legs.facts, legs.started
    release = facts.release[legs.entries]
    answers = _answers(legs)
    answered = legs.calls.answered[facts.rows] & ~facts.redirected
    by_queue = (facts.sent == Sent.NOT_SAID) | (facts.sent == Sent.BY_QUEUE)
    in_time, too_late = _within(legs, answers)
    agent, agent_leg = legs.first(legs.of(Role.AGENT) & answered & in_time, answers)
    attempts = legs.of(Role.ATTEMPT) & answered
    attempt, attempt_leg = legs.first(attempts & by_queue & in_time, answers)
    # Where an agent's own leg is there, it tells better than that of the queue.
    attempt[agent < _OPEN] = _OPEN
    elsewhere, _ = legs.first(attempts & ~by_queue, started)
    message, _ = legs.first(legs.of(Role.DEPOSIT), started)
    mailbox, _ = legs.first(legs.of(Role.MAILBOX) & answered, started)
    callback, _ = legs.first(legs.of(Role.CALLBACK), started)
    # Who asks to be called back hangs up then; the callback itself comes later.
    hung_up = (release != NEVER) & (callback < _OPEN)
    callback = np.where(hung_up, np.minimum(callback, release), callback)
    busy, _ = legs.first(legs.of(Role.SENT) & (facts.sent == Sent.BUSY), started)
    no_answer, _ = legs.first(legs.of(Role.SENT) & (facts.sent == Sent.NO_ANSWER), started)
    moments = np.stack(
        [agent, attempt, message, mailbox, busy, no_answer, elsewhere, callback, _next(legs)]
    )
    late = np.zeros(len(legs.entries), np.bool_)
    late[legs.entry[(legs.of(Role.AGENT) | attempts) & answered & too_late]] = True

    return moments, np.where(agent < _OPEN, agent_leg, attempt_leg), late


def _answers(legs: _Legs) -> Micros:
    """When each leg was answered: as said, else after its ring, else so long before its end."""
    facts, started = legs.facts, legs.started
    lasted = legs.calls.duration[facts.rows] * _MS
    by_end = np.where(facts.release == NEVER, NEVER, facts.release - lasted)
    by_ring = np.where(facts.ring < 0, by_end, started + facts.ring * _MS)

    return np.where(facts.answer == NEVER, by_ring, facts.answer)


def _within(legs: _Legs, moments: Micros) -> tuple[Mask, Mask]:
    """Which legs were answered while their entry lasted, and which after its end."""
    release = np.append(legs.facts.release[legs.entries], NEVER)[legs.entry]
    late = (moments != NEVER) & (release != NEVER) & (moments > release)

    return ~late, late


def _next(legs: _Legs) -> Micros:
    """When the same call entered a queue again."""
    keys, started = legs.keys[legs.entries], legs.started[legs.entries]
    following = np.full(len(keys), _OPEN)
    same = np.flatnonzero(keys[1:] == keys[:-1])
    following[same] = started[same + 1]

    return following


def _by_next(legs: _Legs, rule: Codes) -> Codes:
    """Rules of entries that ended in another queue, by why the call was sent there."""
    placed = np.flatnonzero(rule == _RULES.index(QueueRule.NEXT_QUEUE))
    placed = placed[placed + 1 < len(rule)]
    sent = legs.facts.sent[legs.entries[placed + 1]]
    rule[placed[sent == Sent.BUSY]] = _RULES.index(QueueRule.NEXT_QUEUE_BUSY)
    rule[placed[sent == Sent.NO_ANSWER]] = _RULES.index(QueueRule.NEXT_QUEUE_NO_ANSWER)

    return rule


def _at_the_end(legs: _Legs, late: Mask) -> Codes:
    """Rules of entries that nothing but their end decides."""
    facts, entries = legs.facts, legs.entries
    redirected = np.zeros(len(entries), np.bool_)
    taken = legs.of(Role.AGENT) | legs.of(Role.ATTEMPT)
    said = legs.calls.answered[facts.rows] | (facts.answer != NEVER)
    redirected[legs.entry[taken & facts.redirected & said]] = True
    # Of those that hold the first one decides.
    choices = (
        (redirected, QueueRule.REDIRECTED),
        (late, QueueRule.ANSWERED_TOO_LATE),
        (facts.release[entries] == NEVER, QueueRule.NOT_RELEASED),
        (facts.end[entries] == CallEnd.BUSY, QueueRule.BUSY),
        (facts.end[entries] == CallEnd.FAILED, QueueRule.FAILED),
        (facts.party[entries] == Party.LOCAL, QueueRule.RELEASED_BY_QUEUE),
    )
    masks, rules = zip(*choices, strict=True)
    numbers = [np.uint8(_RULES.index(each)) for each in rules]

    return np.select(masks, numbers, np.uint8(_RULES.index(QueueRule.HUNG_UP)))


def _talk(legs: _Legs, answering: Rows) -> Counts:
    """How long was talked: the duration of the leg that answered, less what was on hold."""
    if not len(legs.facts):
        return np.empty(0, np.int64)
    hold = legs.facts.hold[answering]
    talk = legs.calls.duration[legs.facts.rows[answering]] - np.maximum(hold, 0)

    return np.where((answering < 0) | (talk < 0), -1, talk)


def _reported(legs: _Legs) -> Micros:
    reported = np.full(len(legs.entries), NEVER)
    rows = np.flatnonzero(legs.entry >= 0)
    np.maximum.at(reported, legs.entry[rows], legs.calls.reported[legs.facts.rows[rows]])

    return reported
