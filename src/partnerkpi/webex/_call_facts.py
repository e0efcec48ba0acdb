"""Machinery: what legs of call queues say beyond what every call leg says.

Only legs that may tell what became of a queue call are here: those of the queues themselves, those
of agents, and messages. What each is, is settled when it is read.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, fields, frozen

from partnerkpi._coded_columns import joined_codes
from partnerkpi._gathered import NO_TEXT
from partnerkpi.call_columns import Calls
from partnerkpi.columns import CodedText
from partnerkpi.errors import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerkpi._arrays import Codes, Counts, Mask, Micros, Rows

__all__ = ["CallEnd", "LegFacts", "Legs", "Party", "Role", "Sent", "joined_facts", "joined_legs"]


_SOURCE = "legs of queue calls"


class Role(IntEnum):
    """What a leg is for its queue call."""

    OTHER = 0
    ENTRY = 1
    ATTEMPT = 2
    DEPOSIT = 3
    CALLBACK = 4
    SENT = 5
    AGENT = 6
    MAILBOX = 7


class Sent(IntEnum):
    """Why a call was sent to the party of a leg, or on by it."""

    NOT_SAID = 0
    BY_QUEUE = 1
    BUSY = 2
    NO_ANSWER = 3
    OTHERWISE = 4


class Party(IntEnum):
    """Who released a leg first."""

    NOT_SAID = 0
    LOCAL = 1
    REMOTE = 2


class CallEnd(IntEnum):
    """How a leg ended."""

    NORMAL = 0
    BUSY = 1
    FAILED = 2


@frozen(eq=False, kw_only=True)
class LegFacts:
    """Legs that tell of queue calls.

    Attributes:
        rows: Which call legs these are, rising.
        role: What each is.
        sent: Why the call came here, or was sent on by it.
        answer: When it was answered, microseconds UTC; ``NEVER`` if not said.
        release: When it ended, microseconds UTC; ``NEVER`` if not said.
        ring: How long it rang, in milliseconds; -1 if not said.
        hold: How long it was on hold, in milliseconds; -1 if not said.
        party: Who released it first.
        end: How it ended.
        redirected: Whether it was answered after it was redirected.
        local: The id of the leg itself.
        related: The id of the leg that it follows from.
        queue: The queue by name and location, of legs of queues.
        queue_uuid: The queue by its UUID, of legs of queues.
    """

    rows: Rows
    role: Codes
    sent: Codes
    answer: Micros
    release: Micros
    ring: Counts
    hold: Counts
    party: Codes
    end: Codes
    redirected: Mask
    local: CodedText
    related: CodedText
    queue: CodedText
    queue_uuid: CodedText

    @staticmethod
    def none() -> LegFacts:
        """Nothing said by any leg."""
        codes, longs = np.empty(0, np.uint8), np.empty(0, np.int64)
        nothing = CodedText(np.empty(0, np.int32), NO_TEXT)

        columns: dict[str, Any] = {
            "rows": np.empty(0, np.intp),
            **dict.fromkeys(("role", "sent", "party", "end"), codes),
            **dict.fromkeys(("answer", "release", "ring", "hold"), longs),
            "redirected": np.empty(0, np.bool_),
            **dict.fromkeys(("local", "related", "queue", "queue_uuid"), nothing),
        }

        return LegFacts(**columns)

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, some: Rows) -> LegFacts:
        """Some of the legs."""
        return LegFacts(**{name: column.take(some) for name, column in _columns(self)})

    def among(self, kept: Rows, size: int) -> LegFacts:
        """The legs among call legs of which only some (rising) of so many are kept."""
        places = np.full(size, -1, np.intp)
        places[kept] = np.arange(len(kept))
        found = places[self.rows]
        some = np.flatnonzero(found >= 0)
        taken = self.take(some)
        columns = dict(_columns(taken))

        return LegFacts(**{**columns, "rows": found[some]})


def _columns(facts: LegFacts) -> list[tuple[str, Any]]:
    return [(each.name, getattr(facts, each.name)) for each in fields(LegFacts)]


@frozen(eq=False)
class Legs:
    """Call legs, and what those of queue calls say.

    Attributes:
        calls: Call legs.
        facts: What some of them say.
    """

    calls: Calls
    facts: LegFacts

    @staticmethod
    def none() -> Legs:
        """No legs at all."""
        return Legs(Calls.from_records([]), LegFacts.none())

    def __len__(self) -> int:
        return len(self.calls)

    def take(self, rows: Rows) -> Legs:
        """Some of the legs, rising."""
        return Legs(self.calls.take(rows), self.facts.among(rows, len(self)))

    def place(self, leg: int, column: str) -> Place:
        """Where a leg stands: its organization, call and report id."""
        calls = self.calls
        names = (calls.customer[leg], calls.call[leg], calls.record[leg])
        words = ("organization", "correlation", "report")
        path = ", ".join(f"{word} {name}" for word, name in zip(words, names, strict=True) if name)

        return Place(_SOURCE, path=path, column=column)


def joined_legs(parts: Sequence[Legs]) -> Legs:
    """Legs one after the other; they carry no faults."""
    calls = Calls.concatenate([evolve(part.calls, faults=(), fault_count=0) for part in parts])

    return Legs(calls, joined_facts([part.facts for part in parts], [len(part) for part in parts]))


def joined_facts(parts: Sequence[LegFacts], sizes: Sequence[int]) -> LegFacts:
    """Facts one after the other; each is told by how many call legs it is among."""
    starts = np.cumsum([0, *sizes])[:-1].tolist()
    columns: dict[str, Any] = {}
    for each in fields(LegFacts):
        found = [getattr(part, each.name) for part in parts]
        if each.name == "rows":
            found = [rows + start for rows, start in zip(found, starts, strict=True)]
        columns[each.name] = (
            joined_codes(found) if isinstance(found[0], CodedText) else np.concatenate(found)
        )

    return LegFacts(**columns)
