"""Hypothesis strategies for records of the call history with the quirks that are documented.

Each record is drawn as what it means and spelled in one of the ways that are seen: headings in any
case, with blanks, underscores or in camel case; times with and without T and Z; numbers as numbers
and as text; what is not given left out, empty, ``NA``, ``na`` or null.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import frozen
from hypothesis import strategies as st

from partnerkpi.call_models import CallLeg
from partnerkpi.webex import CLIENT_TYPES

__all__ = ["Meant", "as_csv", "meant", "spelled"]

Record = dict[str, Any]

FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
MOMENTS = st.integers(0, 10**9).map(lambda ms: FIRST + timedelta(milliseconds=ms))
#: Values of reasons and user types, and the features that they show.
SHOWN = {
    "Original reason": {"": None, "Unconditional": "call_forward", "HuntGroup": "hunt_group"},
    "Redirect reason": {"": None, "CallQueue": "call_queue", "ExplicitId12": None},
    "Related reason": {"": None, "CallPark": "call_park", "NeverSeen": None},
    "User type": {
        "User": None,
        "Place": None,
        "CallCenterPremium": "call_queue",
        "AutomatedAttendantVideo": "auto_attendant",
        "VoiceMailRetrieval": "voicemail",
        "Unknown": None,
        "": None,
    },
    "Call Recording Result": {"": None, "successful": "call_recording"},
}
OPTIONAL = ("Report ID", "Report time", "User UUID", "Client type", *SHOWN)


@frozen
class Meant:
    """What a record means: its values by documented heading, and the call leg that it makes."""

    values: dict[str, str]
    leg: CallLeg


@st.composite
def meant(draw: st.DrawFn) -> Meant:
    """A record in the usual spelling, and its leg."""
    started, reported = draw(MOMENTS), draw(st.one_of(st.none(), MOMENTS))
    answered = draw(st.booleans())
    duration = draw(st.integers(0, 10_000)) if answered else 0
    client = draw(st.sampled_from(["", *CLIENT_TYPES, "SIP_TOLLFREE"]))
    shown = {name: draw(st.sampled_from(list(values))) for name, values in SHOWN.items()}
    user = draw(st.sampled_from(["", "u-1", "u-2"]))
    ids = {
        "Report ID": draw(st.sampled_from(["", "r-1", "r-2", "r-3", "r-4"])),
        "Correlation ID": draw(st.sampled_from(["k-1", "k ü", "k,3", 'k"4'])),
        "Org UUID": draw(st.sampled_from(["o-1", "o-2"])),
    }
    values = {
        **ids,
        **shown,
        "User UUID": user,
        "Client type": "SIP" if client == "MOBILE_NETWORK" else client,
        "Sub client type": client if client == "MOBILE_NETWORK" else "",
        "Start time": _stamp(started),
        "Report time": "" if reported is None else _stamp(reported),
        "Duration": str(duration),
        "Answered": "true" if answered else "false",
        "Direction": draw(st.sampled_from(["ORIGINATING", "TERMINATING"])),
    }
    features = {SHOWN[name][value] for name, value in shown.items()}
    leg = CallLeg(
        record_id=ids["Report ID"] or None,
        reported_at=reported,
        call_id=ids["Correlation ID"],
        customer_id=ids["Org UUID"],
        user_id=user if user and shown["User type"] in ("User", "Place") else None,
        started_at=started,
        duration_ms=1000 * duration,
        answered=answered,
        endpoint_type=CLIENT_TYPES.get(client, client) or None,
        features=[each for each in features if each],
    )

    return Meant(values, leg)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def headings(name: str) -> list[str]:
    """The spellings of a heading."""
    words = name.split()
    camel = words[0].lower() + "".join(word.capitalize() for word in words[1:])
    return [name, name.lower(), name.upper(), name.title(), camel, "_".join(words).lower()]


@st.composite
def spelled(draw: st.DrawFn, record: Meant) -> Record:
    """A record of the API, spelled in some way."""
    found: Record = {}
    way = draw(st.integers(0, 5))
    for name, value in record.values.items():
        key = headings(name)[way]
        if value:
            found[key] = draw(st.sampled_from(values_of(name, value)))
        elif draw(st.booleans()):
            found[key] = draw(st.sampled_from(["", "NA", "na", None]))

    return found


def values_of(name: str, value: str) -> list[object]:
    """The spellings of a value."""
    if name in ("Start time", "Report time"):
        return [value, value[:-1].replace("T", " "), value.replace("Z", "+00:00"), value.lower()]
    if name == "Duration":
        return [value, int(value)]
    if name == "Answered":
        return [value, value.upper(), value == "true"]

    return [value]


@st.composite
def as_csv(draw: st.DrawFn, records: list[Meant]) -> bytes:
    """An export of the records: with or without quotes, mark, carriage returns and blanks."""
    way = draw(st.integers(0, 5))
    names = draw(st.permutations(list(records[0].values)))
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    out = io.StringIO(newline="")
    out.write(",".join(headings(name)[way] for name in names) + ending)
    quoting: Any = draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    writer = csv.writer(out, quoting=quoting, lineterminator=ending)
    for record in records:
        writer.writerow([str(_cell(draw, name, record.values[name])) for name in names])
    text = out.getvalue()
    if draw(st.booleans()):
        text = text.rstrip("\r\n")

    return (b"\xef\xbb\xbf" if draw(st.booleans()) else b"") + text.encode()


def _cell(draw: st.DrawFn, name: str, value: str) -> object:
    if not value:
        return draw(st.sampled_from(["", "NA", "na"]))
    found = draw(st.sampled_from(values_of(name, value)))

    return str(found).lower() if name == "Answered" else found
