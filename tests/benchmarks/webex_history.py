"""The detailed call history as CSV: our reader against ``csv.reader`` and a loop over its rows.

The export is as the platform writes it: 56 headings, every value in quotes. Both sides make the
same call legs of it, which is looked at before anything is timed. There are two loops: one makes
plain tuples and checks nothing, the other makes the records of the library.
"""

from __future__ import annotations

import csv
import uuid
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from partnerkpi import webex
from partnerkpi.call_models import CallLeg
from partnerkpi.webex.clients import CLIENT_TYPES
from partnerkpi.webex.features import FEATURES, PERSONS
from tests.benchmarks.table import Row
from tests.benchmarks.timing import medians

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from partnerkpi.call_columns import Calls

__all__ = ["rows"]

Leg = tuple[Any, ...]
_NAMES = (
    *("record_id", "reported_at", "call_id", "customer_id", "user_id", "started_at"),
    *("duration_ms", "answered", "endpoint_type", "features"),
)

_HEADER = (
    "Start time,Answer time,Duration,Calling number,Called number,User,Calling line ID,"
    "Called line ID,Correlation ID,Location,Inbound trunk,Outbound trunk,Route group,Direction,"
    "Call type,Client type,Client version,Sub client type,OS type,Device Mac,Model,Answered,"
    "International Country,Original reason,Related reason,Redirect reason,Site main number,"
    "Site timezone,User type,Call ID,Local SessionID,Remote SessionID,User UUID,Org UUID,Report ID,"
    "Department ID,Site UUID,Releasing party,Redirecting number,Transfer related call ID,"
    "Dialed digits,Authorization code,Call transfer time,User number,Local call ID,Remote call ID,"
    "Network call ID,Related call ID,Call outcome,Call outcome reason,Final local sessionID,"
    "Final remote sessionID,Answer Indicator,Ring duration,Release time,Report time"
)
_FIRST = datetime(2026, 11, 15, tzinfo=UTC)


def rows(folder: Path, records: int, repetitions: int) -> Iterator[Row]:
    """Our reader against both loops."""
    path = write_history(folder / "history.csv", records)
    if lines := differences_of_legs(ours(path), legs_by_hand(path)):
        message = "the two make different call legs:\n" + "\n".join(lines[:10])
        raise AssertionError(message)
    jobs: dict[str, Callable[[], object]] = {
        "partnerkpi": partial(ours, path),
        "csv.reader and a loop to tuples": partial(legs_by_hand, path),
        "csv.reader and a loop to records": partial(records_by_hand, path),
    }
    times = medians(jobs, repetitions)
    first, *peers = jobs
    for peer, target in zip(peers, (1.0, 1 / 4), strict=True):
        yield Row.ratio(
            "CSV call history to call legs",
            records,
            ours=times[first],
            peer=peer,
            theirs=times[peer],
            target=target,
        )


def write_history(path: Path, records: int, seed: int = 0) -> Path:
    """An export of so many records: a fifth of them legs of queue calls, one in fifty twice."""
    draw = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(_HEADER + "\r\n")
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        before: list[str] = []
        for number in range(records):
            row = before if before and number % 50 == 0 else _record(draw, number)
            writer.writerow(row)
            before = row

    return path


def _record(draw: np.random.Generator, number: int) -> list[str]:
    started = _FIRST + timedelta(milliseconds=number * 200)
    rang, lasted = int(draw.integers(0, 30)), int(draw.integers(0, 900))
    answered = bool(draw.integers(0, 4))
    kind = ("User", "User", "Place", "CallCenterPremium", "AutomatedAttendantVideo")[number % 5]
    of_queue = number % 10 == 0
    values = {
        "Start time": _time(started),
        "Answer time": _time(started + timedelta(seconds=rang)) if answered else "",
        "Duration": str(lasted if answered else 0),
        "Calling number": f"+155501{number % 100:02}",
        "Called number": f"+155502{number % 100:02}",
        "User": f"User {number % 500}",
        "Called line ID": f"Line {number % 700}",
        "Correlation ID": _uuid("call", number // 4),
        "Location": f"Site {number % 9}",
        "Direction": ("ORIGINATING", "TERMINATING")[number % 2],
        "Call type": ("SIP_ENTERPRISE", "SIP_NATIONAL", "SIP_INBOUND")[number % 3],
        "Client type": ("WXC_CLIENT", "WXC_DEVICE", "SIP", "TEAMS_WXC_CLIENT")[number % 4],
        "Client version": "1.0.2.3",
        "Sub client type": "NA",
        "OS type": "na",
        "Model": "8851-3PCC",
        "Answered": "true" if answered else "false",
        "International Country": "US",
        "Original reason": "CallQueue" if of_queue else "",
        "Redirect reason": "CallQueue" if of_queue else "",
        "Related reason": "CallForwardNoAnswer" if number % 13 == 0 else "",
        "Site main number": "+15550100002",
        "Site timezone": "-300",
        "User type": kind,
        "Call ID": f"SSE{number:026}@10.177.4.29",
        "Local SessionID": f"{number:032x}",
        "Remote SessionID": f"{number + 1:032x}",
        "User UUID": _uuid("user", number % 500),
        "Org UUID": _uuid("org", number % 40),
        "Report ID": _uuid("report", number),
        "Site UUID": _uuid("site", number % 9),
        "Releasing party": ("Local", "Remote")[number % 2],
        "Local call ID": f"{number}:0",
        "Remote call ID": f"{number + 1}:0",
        "Network call ID": f"BW{number:023}@10.21.0.192",
        "Call outcome": "Success",
        "Call outcome reason": "Normal" if answered else "NoAnswer",
        "Final local sessionID": f"{number:032x}",
        "Final remote sessionID": f"{number + 1:032x}",
        "Answer Indicator": "Yes" if answered else "No",
        "Ring duration": str(rang),
        "Release time": _time(started + timedelta(seconds=rang + lasted)),
        "Report time": _time(started + timedelta(seconds=rang + lasted + 1)),
    }

    return [values.get(name, "") for name in _HEADER.split(",")]


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def _uuid(kind: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind} {number}"))


def ours(path: Path) -> Calls:
    """The call legs of our reader."""
    return webex.call_history(path).calls


def legs_by_hand(path: Path) -> list[Leg]:
    """The call legs of a loop over the rows of ``csv.reader``, one of each report id."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        at = {name: place for place, name in enumerate(next(rows))}
        return list(_sole(_leg(row, at) for row in rows))


def records_by_hand(path: Path) -> list[CallLeg]:
    """The same as records of the library."""
    return [CallLeg(**dict(zip(_NAMES, leg, strict=True))) for leg in legs_by_hand(path)]


def _sole(legs: Iterator[Leg]) -> Iterator[Leg]:
    found: dict[tuple[object, object], Leg] = {}
    for leg in legs:
        known = found.get((leg[0], leg[3]))
        # A leg begins with its report id and report time.
        if known is None or known[1] < leg[1]:
            found[leg[0], leg[3]] = leg
    yield from found.values()


def _given(cell: str) -> str | None:
    return None if cell in ("", "NA", "na") else cell


_SHOWN = {
    heading: FEATURES[heading]
    for heading in ("Original reason", "Redirect reason", "Related reason", "User type")
}


def _leg(row: list[str], at: dict[str, int]) -> Leg:
    user_type, client = row[at["User type"]], row[at["Client type"]]
    sub = _given(row[at["Sub client type"]])
    shown = {values.get(row[at[heading]]) for heading, values in _SHOWN.items()}

    return (
        row[at["Report ID"]],
        datetime.fromisoformat(row[at["Report time"]]),
        row[at["Correlation ID"]],
        row[at["Org UUID"]],
        _given(row[at["User UUID"]]) if user_type in PERSONS else None,
        datetime.fromisoformat(row[at["Start time"]]),
        int(row[at["Duration"]]) * 1000,
        row[at["Answered"]] == "true",
        CLIENT_TYPES.get(sub or client, client),
        tuple(sorted(each for each in shown if each)),
    )


def differences_of_legs(calls: Calls, legs: list[Leg]) -> list[str]:
    """Where the two differ."""
    found = [tuple(getattr(record, name) for name in _NAMES) for record in calls.records]

    return [
        f"{mine} and {theirs}" for mine, theirs in zip(found, legs, strict=True) if mine != theirs
    ]
