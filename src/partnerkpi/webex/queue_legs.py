"""Entries into queues as the legs of a detailed call history show them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from attrs import evolve, field, frozen

from partnerkpi._arrays import lock_codes, reduced
from partnerkpi._sorting import row_type
from partnerkpi._text import Text, group
from partnerkpi.call_columns import QueueCalls
from partnerkpi.call_models import Outcome
from partnerkpi.columns import CodedText
from partnerkpi.deduplication import Duplicates
from partnerkpi.webex.queue_legs_rules import OUTCOMES_OF_RULES, QueueRule, entries_of

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes, Rows
    from partnerkpi._faults import FaultLog
    from partnerkpi.errors import Fault
    from partnerkpi.webex._call_facts import Legs
    from partnerkpi.webex.queue_legs_rules import Entries

__all__ = ["LegQueueCalls", "QueueNaming", "made_of", "told"]

QueueNaming: TypeAlias = Literal["name", "uuid"]

_RULES = tuple(QueueRule)
_OUTCOMES = np.array([tuple(Outcome).index(OUTCOMES_OF_RULES[each]) for each in _RULES], np.uint8)
_OUTCOMES.flags.writeable = False


@frozen(eq=False, kw_only=True)
class LegQueueCalls:
    """Calls into queues as legs show them, and what else the legs showed.

    Attributes:
        calls: The entries into queues, in the order in which their legs came.
        rule: What decided the outcome of each: positions in ``tuple(QueueRule)``.
        answered_by: The report id of the leg that answered each; code -1 if none did.
        loose_legs: Legs of queues, of agents and of messages whose calls entered no queue here.
        late_legs: Legs left out because they came too late.
        duplicates: Legs left out because another one with their report id counts.
        faults: What is wrong, up to the cap.
        fault_count: How many faults there were in truth.
    """

    calls: QueueCalls
    rule: Codes = field(converter=lock_codes)
    answered_by: CodedText
    loose_legs: int = 0
    late_legs: int = 0
    duplicates: Duplicates = field(factory=Duplicates)
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self.calls)

    @property
    def rules(self) -> Mapping[QueueRule, int]:
        """How many entries each rule decided; rules that decided none are not there.

        Example:
            >>> from partnerkpi.webex import call_history
            >>> dict(call_history([]).queue_calls().rules)
            {}
        """
        often = np.bincount(self.rule, minlength=len(_RULES)).tolist()

        return MappingProxyType({rule: n for rule, n in zip(_RULES, often, strict=True) if n})


def told(made: LegQueueCalls, log: FaultLog) -> LegQueueCalls:
    """Entries with the faults met since those before."""
    faults, count = log.taken()

    return evolve(
        made,
        calls=evolve(made.calls, faults=faults, fault_count=count),
        faults=faults,
        fault_count=count,
    )


def made_of(legs: Legs, queues: QueueNaming, log: FaultLog) -> LegQueueCalls:
    """The entries that legs show; faulty ones are noted and left out."""
    if queues not in ("name", "uuid"):
        msg = f"queues must be 'name' or 'uuid', not {queues!r}"
        raise ValueError(msg)
    calls, facts = legs.calls, legs.facts
    entries = entries_of(calls, facts)
    order = np.argsort(entries.leg)
    queue = _queue(legs, entries, queues)
    rows = facts.rows[entries.leg]
    nameless, early = queue.codes < 0, entries.wait < 0
    for entry in np.flatnonzero(nameless).tolist():
        place = legs.place(int(rows[entry]), "User")
        log.add(place, "a queue that has a name or a UUID", "nothing")
    for entry in np.flatnonzero(early).tolist():
        place = legs.place(int(rows[entry]), "Start time")
        log.add(place, "a wait that is not negative", f"{entries.wait[entry] // 1000} ms")
    good = order[~(nameless | early)[order]]
    rows = rows[good]
    answering = entries.answering[good]

    return LegQueueCalls(
        calls=QueueCalls(
            record=calls.record.take(rows),
            reported=entries.reported[good],
            call=calls.call.take(rows),
            customer=calls.customer.take(rows),
            queue=queue.take(good),
            entered=calls.started[rows],
            wait=entries.wait[good] // 1000,
            outcome=_OUTCOMES[entries.rule[good]],
            talk=entries.talk[good],
        ),
        rule=entries.rule[good],
        answered_by=_answered_by(legs, answering),
        loose_legs=entries.loose,
    )


def _answered_by(legs: Legs, answering: Rows) -> CodedText:
    codes = legs.calls.record.codes
    found = np.full(len(answering), -1, codes.dtype)
    some = np.flatnonzero(answering >= 0)
    found[some] = codes[legs.facts.rows[answering[some]]]

    return CodedText(found, legs.calls.record.labels)


def _queue(legs: Legs, entries: Entries, queues: QueueNaming) -> CodedText:
    """The queue of each entry, by the one or, where that is not given, by the other."""
    name, uuid = (column.take(entries.leg) for column in (legs.facts.queue, legs.facts.queue_uuid))
    first, second = (name, uuid) if queues == "name" else (uuid, name)
    labels = Text.concatenate([first.labels, second.labels])
    places, firsts = group(labels)
    other = np.where(second.codes < 0, -1, second.codes + len(first.labels))
    codes = np.where(first.codes < 0, other, first.codes)
    codes = np.append(places, -1)[codes].astype(row_type(len(firsts)))

    return CodedText(codes, labels.take(firsts))
