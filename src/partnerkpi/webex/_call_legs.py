"""Machinery: records of the call history to columns of call legs, and of what queue legs say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from partnerkpi import _record_rules as rules
from partnerkpi._batches import Given
from partnerkpi._coded_columns import coded
from partnerkpi._sorting import row_type
from partnerkpi._text import Text, group
from partnerkpi._text_forms import Labeled
from partnerkpi.columns import CodedText
from partnerkpi.io._call_cells import labeled_sets
from partnerkpi.webex._call_facts import CallEnd, LegFacts, Party, Role, Sent
from partnerkpi.webex._call_headings import SECONDS, squeezed
from partnerkpi.webex._call_values import (
    Category,
    category,
    flags,
    instants,
    require,
    seconds,
    texts,
)
from partnerkpi.webex.clients import CLIENT_TYPES
from partnerkpi.webex.features import FEATURES, MAILBOX_LINE, PERSONS, QUEUES

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes, Counts, Mask, Rows
    from partnerkpi._batches import LabeledRows
    from partnerkpi._call_intake import RawColumn
    from partnerkpi.webex._call_values import Records

__all__ = ["CATEGORIES", "facts_of", "leg_columns", "read_categories"]

#: The columns of few different values that are read.
CATEGORIES: Final = (
    *("Direction", "User type", "Original reason", "Redirect reason", "Related reason"),
    *("Client type", "Sub client type", "Answer indicator", "Call Recording Result"),
    *("Recall Type", "Releasing party", "Call outcome", "Call outcome reason"),
)
_NO, _YES, _NOT_SAID = 0, 1, 2
_TERMINATING, _ORIGINATING = 1, 2
_PERSON, _QUEUE, _MAILBOX = 1, 2, 3
_DIRECTIONS: Final[Mapping[str, int]] = MappingProxyType(
    {"terminating": _TERMINATING, "originating": _ORIGINATING}
)
_KINDS: Final[Mapping[str, int]] = MappingProxyType(
    {
        **{squeezed(each): _PERSON for each in PERSONS},
        **{squeezed(each): _QUEUE for each in QUEUES},
        squeezed("VoiceMailGroup"): _MAILBOX,
    }
)
_SENT: Final[Mapping[str, int]] = MappingProxyType(
    {
        squeezed(reason): int(number)
        for reason, number in {
            "CallQueue": Sent.BY_QUEUE,
            "UserBusy": Sent.BUSY,
            "NoAnswer": Sent.NO_ANSWER,
            "Unrecognized": Sent.NOT_SAID,
            "Unrecognised": Sent.NOT_SAID,
            "Unknown": Sent.NOT_SAID,
        }.items()
    }
)
_PARTIES: Final[Mapping[str, int]] = MappingProxyType(
    {"local": int(Party.LOCAL), "remote": int(Party.REMOTE)}
)
_LINE: Final = "Called line ID"


def read_categories(records: Records) -> dict[str, Category]:
    """The columns of few different values; of called lines only whether it is that of messages."""
    found = {heading: category(records, heading) for heading in CATEGORIES}
    require(records, "Direction", found["Direction"])

    return {**found, _LINE: _lines(records)}


def _lines(records: Records) -> Category:
    values = records.given(_LINE)
    long = np.flatnonzero(values.lengths == len(MAILBOX_LINE))
    same = [squeezed(each) == squeezed(MAILBOX_LINE) for each in values.text(long)]
    codes = np.ones(len(records), np.int32)
    codes[values.rows[long[np.array(same, np.bool_)]]] = 0

    return Category(codes, (MAILBOX_LINE, None))


def leg_columns(records: Records, found: Mapping[str, Category]) -> dict[str, RawColumn]:
    """The columns of call legs."""
    answered = _answered(records, found)
    nothing = np.full(len(records), np.nan)

    return {
        "record": _given(*texts(records, "Report ID")),
        "reported": instants(records, "Report time"),
        "call": _given(*texts(records, "Correlation ID", needed=True)),
        "customer": _customers(records),
        "user": _users(records, found["User type"]),
        "started": instants(records, "Start time", needed=True),
        "duration": _durations(records, answered),
        "answered": answered,
        "endpoint": _endpoints(found),
        "loss": nothing,
        "latency": nothing,
        "jitter": nothing,
        "features": _features(found, len(records)),
    }


def _given(rows: Rows, text: Text) -> Given:
    return Given(text, rows)


def _customers(records: Records) -> Given:
    column = category(records, "Org UUID")
    require(records, "Org UUID", column)

    return _labeled(column.codes, column.labels)


def _labeled(codes: Codes, labels: tuple[str | None, ...]) -> Given:
    """A column of labels, of which the last stands for none."""
    known = [each for each in labels if each is not None]
    table = np.append(np.arange(len(known)), -1).astype(np.int32)

    return Given(Labeled(table.take(codes), Text.from_strings(known)))


def _users(records: Records, user_type: Category) -> Given:
    persons = np.flatnonzero(user_type.mapped(dict(_KINDS)) == _PERSON)

    return _given(*texts(records, "User UUID", among=persons))


def _answered(records: Records, found: Mapping[str, Category]) -> Mask:
    """Whether each leg was answered; the indicator tells where ``Answered`` does not."""
    answered = flags(
        category(records, "Answered"), records, "Answered", {"false": _NO, "true": _YES}
    )
    silent = np.flatnonzero(answered == _NOT_SAID)
    if len(silent):
        words = {"no": _NO, "yespostredirection": _NO, "yes": _YES}
        answered[silent] = found["Answer indicator"].mapped(words, _NOT_SAID)[silent]
        missing = silent[answered[silent] == _NOT_SAID]
        records.refuse("Answered", missing, lambda _: rules.A_BOOLEAN)
    mask: Mask = answered == _YES

    return mask


def _durations(records: Records, answered: Mask) -> Counts:
    """Durations in milliseconds; a leg that was not answered may give none."""
    durations = seconds(records, "Duration")
    missing = durations < 0
    durations[missing] = 0
    needed = np.flatnonzero(missing & answered)
    if len(needed):
        records.refuse("Duration", needed, lambda _: SECONDS)

    return durations


def _endpoints(found: Mapping[str, Category]) -> Given:
    client, sub = found["Client type"], found["Sub client type"]
    known = {squeezed(name): endpoint for name, endpoint in CLIENT_TYPES.items()}
    # A sub client type without a line says nothing beside the client type.
    inner = [known.get(squeezed(each or "")) for each in sub.labels]
    outer = [each and known.get(squeezed(each), each) for each in client.labels]
    labels = list(dict.fromkeys(each for each in (*inner, *outer) if each))
    places = {each: place for place, each in enumerate(labels)}
    by_sub = np.array([places[each] if each else -1 for each in inner], np.int32)
    by_client = np.array([places[each] if each else -1 for each in outer], np.int32)
    codes = by_sub.take(sub.codes)
    codes = np.where(codes >= 0, codes, by_client.take(client.codes))

    return Given(Labeled(codes, Text.from_strings(labels)))


def _features(found: Mapping[str, Category], size: int) -> LabeledRows:
    """The features that the values of each leg show."""
    names = sorted({name for values in FEATURES.values() for name in values.values() if name})
    bits = np.zeros(size, np.uint64)
    for heading, values in FEATURES.items():
        shown = {squeezed(value): name for value, name in values.items()}
        column = found[heading]
        marks = [shown.get(squeezed(each)) if each else None for each in column.labels]
        table = [1 << names.index(each) if each else 0 for each in marks]
        if any(table):
            bits |= np.array(table, np.uint64).take(column.codes)
    sets, codes = np.unique(bits, return_inverse=True)
    members = {
        code: [name for place, name in enumerate(names) if each >> place & 1]
        for code, each in enumerate(sets.tolist())
    }

    return labeled_sets(codes.reshape(-1), members)


def facts_of(records: Records, found: Mapping[str, Category]) -> LegFacts:
    """What the legs of call queues say."""
    sent = _sent(found)
    roles = _roles(found, sent)
    rows = np.flatnonzero(roles)
    of_queue = (roles[rows] >= Role.ENTRY) & (roles[rows] <= Role.SENT)
    queue_rows = rows[of_queue]
    queue, uuid = _queues(records, queue_rows)

    return LegFacts(
        rows=rows,
        role=roles[rows],
        sent=sent[rows],
        answer=instants(records, "Answer time", among=rows),
        release=instants(records, "Release time", among=rows),
        ring=seconds(records, "Ring duration", among=rows),
        hold=seconds(records, "Hold Duration", among=rows),
        party=found["Releasing party"].mapped(dict(_PARTIES))[rows],
        end=_ends(found)[rows],
        redirected=found["Answer indicator"].mapped({"yespostredirection": 1})[rows] == 1,
        local=_ids(records, "Local call ID", rows),
        related=_ids(records, "Related call ID", rows),
        queue=_spread(queue, of_queue),
        queue_uuid=_spread(uuid, of_queue),
    )


def _sent(found: Mapping[str, Category]) -> Codes:
    """Why each call was sent: by the last redirection, or by the first where that is not said."""
    redirect, original = (
        _with_none(found[heading]) for heading in ("Redirect reason", "Original reason")
    )

    return np.where(redirect == Sent.NOT_SAID, original, redirect)


def _with_none(column: Category) -> Codes:
    codes = column.mapped(dict(_SENT), int(Sent.OTHERWISE))
    codes[column.codes == len(column.labels) - 1] = int(Sent.NOT_SAID)

    return codes


def _roles(found: Mapping[str, Category], sent: Codes) -> Codes:
    """What each leg is for a queue call."""
    direction = found["Direction"].mapped(dict(_DIRECTIONS))
    kind = found["User type"].mapped(dict(_KINDS))
    mailbox = found["Called line ID"].mapped({squeezed(MAILBOX_LINE): 1}) == 1
    unrecognized = found["Related reason"].mapped({"unrecognized": 1, "unrecognised": 1}) == 1
    by_queue = np.zeros(len(kind), np.bool_)
    for heading in ("Redirect reason", "Original reason", "Related reason"):
        by_queue |= found[heading].mapped({"callqueue": 1}) == 1
    roles = np.zeros(len(kind), np.uint8)
    roles[(direction == _TERMINATING) & (kind == _QUEUE)] = Role.ENTRY
    roles[(direction == _TERMINATING) & (kind == _PERSON) & by_queue] = Role.AGENT
    roles[(direction == _TERMINATING) & (kind == _MAILBOX)] = Role.MAILBOX
    out = (direction == _ORIGINATING) & (kind == _QUEUE)
    roles[out] = Role.ATTEMPT
    roles[out & ((sent == Sent.BUSY) | (sent == Sent.NO_ANSWER))] = Role.SENT
    roles[out & unrecognized] = Role.CALLBACK
    roles[out & mailbox] = Role.DEPOSIT

    return roles


def _ends(found: Mapping[str, Category]) -> Codes:
    outcome = found["Call outcome"].mapped({"failure": 1, "refusal": 1})
    reason = found["Call outcome reason"].mapped({"userbusy": 1})
    ends = np.where(outcome == 1, int(CallEnd.FAILED), int(CallEnd.NORMAL)).astype(np.uint8)
    ends[reason == 1] = int(CallEnd.BUSY)

    return ends


def _ids(records: Records, heading: str, among: Rows) -> CodedText:
    rows, text = texts(records, heading, among=among)
    numbers, firsts = group(text)
    codes = np.full(len(among), -1, row_type(len(firsts)))
    codes[np.searchsorted(among, rows)] = numbers

    return CodedText(codes, text.take(firsts))


def _queues(records: Records, rows: Rows) -> tuple[CodedText, CodedText]:
    """The queues of legs of queues: by name and location, and by UUID."""
    name, place, number = (
        category(records, heading, rows) for heading in ("User", "Location", "User number")
    )
    width, depth = len(place.labels), len(number.labels)
    keys = (name.codes.astype(np.int64) * width + place.codes) * depth + number.codes
    used, codes = np.unique(keys, return_inverse=True)
    labels = [
        queue_name(
            name.labels[key // depth // width] or number.labels[key % depth],
            place.labels[key // depth % width],
        )
        for key in used.tolist()
    ]
    column = coded(labels)

    return CodedText(column.codes.take(codes.reshape(-1)), column.labels), _ids(
        records, "User UUID", rows
    )


def queue_name(name: str | None, location: str | None) -> str | None:
    """What a queue is called: names are unique within a location only.

    Example:
        >>> queue_name("Support", "Berlin"), queue_name("Support", None)
        ('Support (Berlin)', 'Support')
    """
    return name if name is None or location is None else f"{name} ({location})"


def _spread(column: CodedText, where: Mask) -> CodedText:
    codes = np.full(len(where), -1, column.codes.dtype)
    codes[where] = column.codes

    return CodedText(codes, column.labels)
