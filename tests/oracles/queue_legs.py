"""Calls into queues from legs, in plain Python: one call at a time, one leg at a time.

Written from the rules as the documentation states them, leg by leg over plain records.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["queue_rows"]

Record = dict[str, Any]
Row = dict[str, Any]

_QUEUES = ("callcenterpremium", "callcenterstandard", "callcenterbasic")
_PERSONS = ("user", "place")
_MAILBOX = "voice portal voice messaging group"
_UNSAID = ("", "unknown", "unrecognized", "unrecognised")


def queue_rows(records: list[Record]) -> list[Row]:
    """A row for each entry into a queue: record, queue, entered, wait, talk, outcome, rule."""
    calls: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        calls[record["Org UUID"], record["Correlation ID"]].append(record)

    return [row for legs in calls.values() for row in _of_call(legs)]


def _text(leg: Record, name: str) -> str:
    value = str(leg.get(name) or "").lower()
    return "" if value == "na" else value


def _time(leg: Record, name: str) -> datetime | None:
    text = str(leg.get(name) or "")
    if text in ("", "NA", "na"):
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _start(leg: Record) -> datetime:
    moment = _time(leg, "Start time")
    assert moment is not None
    return moment


def _reason(leg: Record) -> str:
    """Why the call was sent: the redirect reason, or the original one where it says nothing."""
    redirect = _text(leg, "Redirect reason")
    return _text(leg, "Original reason") if redirect in _UNSAID else redirect


def _is_queue(leg: Record) -> bool:
    return _text(leg, "User type") in _QUEUES


def _role(leg: Record) -> str:
    direction = _text(leg, "Direction")
    if direction == "terminating":
        return _ending_role(leg)

    return _queue_role(leg) if direction == "originating" and _is_queue(leg) else ""


def _ending_role(leg: Record) -> str:
    kind = _text(leg, "User type")
    reasons = [_text(leg, f"{name} reason") for name in ("Redirect", "Original", "Related")]
    if _is_queue(leg):
        return "entry"
    if kind in _PERSONS and "callqueue" in reasons:
        return "agent"

    return "mailbox" if kind == "voicemailgroup" else ""


def _queue_role(leg: Record) -> str:
    if _text(leg, "Called line ID") == _MAILBOX:
        return "message"
    if _text(leg, "Related reason") in ("unrecognized", "unrecognised"):
        return "callback"

    return {"userbusy": "busy", "noanswer": "no answer"}.get(_reason(leg), "attempt")


def _of_call(legs: list[Record]) -> list[Row]:
    entries = sorted(
        (leg for leg in legs if _role(leg) == "entry"),
        key=lambda leg: (_start(leg), leg["Report ID"]),
    )
    if not entries:
        return []
    own: list[list[Record]] = [[] for _ in entries]
    for leg in legs:
        if _role(leg) not in ("", "entry"):
            own[_entry_of(leg, entries)].append(leg)

    return [
        _row(entry, own[place], entries[place + 1] if place + 1 < len(entries) else None)
        for place, entry in enumerate(entries)
    ]


def _entry_of(leg: Record, entries: list[Record]) -> int:
    named = str(leg.get("Related call ID") or "")
    if named and _role(leg) != "agent":
        for place, entry in enumerate(entries):
            if entry.get("Local call ID") == named:
                return place
    places = list(range(len(entries)))
    if _role(leg) not in ("agent", "mailbox"):
        places = [each for each in places if entries[each]["User"] == leg["User"]] or places
    before = [place for place in places if _start(entries[place]) <= _start(leg)]

    return before[-1] if before else places[0]


def _answer(leg: Record) -> datetime | None:
    said = _time(leg, "Answer time")
    if said is not None:
        return said
    if leg.get("Ring duration") not in (None, "", "NA", "na"):
        return _start(leg) + timedelta(seconds=int(leg["Ring duration"]))
    release = _time(leg, "Release time")
    return None if release is None else release - timedelta(seconds=int(leg["Duration"]))


def _was_answered(leg: Record) -> bool:
    return _text(leg, "Answered") == "true"


def _redirected(leg: Record) -> bool:
    return _text(leg, "Answer indicator") == "yes-postredirection"


def _was_taken(leg: Record) -> bool:
    return _was_answered(leg) and not _redirected(leg)


def _sent_elsewhere(leg: Record) -> bool:
    return _role(leg) == "attempt" and _reason(leg) not in (*_UNSAID, "callqueue")


#: Of events at one instant the first one here decides.
_ORDER = ("agent", "attempt", "message", "mailbox", "busy", "no answer", "elsewhere", "callback")
_RULES = {
    "busy": "sent_on_busy",
    "no answer": "sent_on_no_answer",
    "elsewhere": "sent_elsewhere",
}
Event = tuple[datetime, int, str, Record | None]


def _row(entry: Record, legs: list[Record], following: Record | None) -> Row:
    entered, release = _start(entry), _time(entry, "Release time")
    events = _answers(legs, release)
    for leg in legs:
        role = "elsewhere" if _sent_elsewhere(leg) else _role(leg)
        if role not in ("agent", "attempt") and (
            role not in ("elsewhere", "mailbox") or _was_taken(leg)
        ):
            moment = _start(leg)
            if role == "callback" and release is not None:
                moment = min(moment, release)
            events.append((moment, _ORDER.index(role), _RULES.get(role, role), None))
    if following is not None:
        why = {"userbusy": "next_queue_busy", "noanswer": "next_queue_no_answer"}
        rule = why.get(_reason(following), "next_queue")
        events.append((_start(following), len(_ORDER), rule, None))
    if events:
        moment, _, rule, winner = min(events, key=lambda each: each[:2])
    else:
        moment, rule, winner = release or entered, _end(entry, legs), None

    return {
        "record": entry["Report ID"],
        "queue": entry["User"],
        "entered": entered,
        "wait": moment - entered,
        "talk": None if winner is None else _talk(winner),
        "rule": rule,
        "answered_by": None if winner is None else winner["Report ID"],
    }


def _answers(legs: list[Record], release: datetime | None) -> list[Event]:
    """The first answer of an agent; without any, that of a leg to one."""
    for rank, role in enumerate(("agent", "attempt")):
        found = []
        for leg in legs:
            moment = _answer(leg)
            if _role(leg) != role or not _was_taken(leg) or _sent_elsewhere(leg) or moment is None:
                continue
            if release is None or moment <= release:
                found.append((moment, -int(leg["Duration"]), leg["Report ID"], leg))
        if found:
            first = min(found, key=lambda each: each[:3])
            return [(first[0], rank, role, first[3])]

    return []


def _talk(leg: Record) -> int | None:
    talk = int(leg["Duration"]) - int(leg.get("Hold Duration") or 0)
    return talk if talk >= 0 else None


def _end(entry: Record, legs: list[Record]) -> str:
    """What decides when no event does."""
    rings = [leg for leg in legs if _role(leg) in ("agent", "attempt")]
    release = _time(entry, "Release time")
    if any(_redirected(leg) and (_was_answered(leg) or _time(leg, "Answer time")) for leg in rings):
        return "redirected"
    answers = [_answer(leg) for leg in rings if _was_taken(leg)]
    if release is not None and any(each is not None and each > release for each in answers):
        return "answered_too_late"

    return "not_released" if release is None else _own_end(entry)


def _own_end(entry: Record) -> str:
    """What the entry's own leg says."""
    if _text(entry, "Call outcome reason") == "userbusy":
        return "busy"
    if _text(entry, "Call outcome") in ("failure", "refusal"):
        return "failed"

    return "released_by_queue" if _text(entry, "Releasing party") == "local" else "hung_up"
