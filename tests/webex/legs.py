"""Records of legs of queue calls as the API gives them, at seconds after nine in the morning."""

from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = [
    "NINE",
    "Record",
    "agent",
    "attempt",
    "entry",
    "mailbox",
    "message",
    "own_leg",
    "sent_on",
]

Record = dict[str, Any]

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
_MAILBOX = "Voice Portal Voice Messaging Group"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    moment = NINE + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _leg(
    report: str,
    start: float,
    end: float | None,
    answer: float | None = None,
    **fields: Any,
) -> Record:
    talk = 0 if answer is None or end is None else int(end - answer)
    given = {
        "Report ID": report,
        "Report time": _time(start if end is None else end + 1),
        "Correlation ID": "k-1",
        "Org UUID": "o-1",
        "Start time": _time(start),
        "Answer time": _time(answer),
        "Release time": _time(end),
        "Duration": talk,
        "Answered": "false" if answer is None else "true",
        "Answer indicator": "No" if answer is None else "Yes",
        "Call outcome": "Success",
        "Call outcome reason": "Normal",
        "Original reason": "",
        "Redirect reason": "",
        "Related reason": "",
    }
    return {**given, **{name.replace("_", " "): value for name, value in fields.items()}}


def entry(
    report: str, start: float, end: float | None, queue: str = "Support", **fields: Any
) -> Record:
    """The terminating leg of a queue; the queue picks up after a second."""
    answer = None if end is None else min(start + 1, end)
    given = {"Direction": "TERMINATING", "User type": "CallCenterPremium", "User": queue}
    said = {"Local_call_ID": f"{report}:0", "Releasing_party": "Remote"}
    return _leg(report, start, end, answer, **{**given, **said, **fields})


def attempt(
    report: str,
    start: float,
    end: float,
    answer: float | None = None,
    queue: str = "Support",
    **fields: Any,
) -> Record:
    """The originating leg of a queue that rings an agent."""
    given = {"Direction": "ORIGINATING", "User type": "CallCenterPremium", "User": queue}
    return _leg(report, start, end, answer, **{**given, **fields})


def agent(
    report: str, start: float, end: float | None, answer: float | None = None, **fields: Any
) -> Record:
    """The terminating leg of an agent whom a queue rings."""
    given = {"Direction": "TERMINATING", "User type": "User", "User UUID": f"u-{report}"}
    return _leg(report, start, end, answer, **{**given, "Redirect_reason": "CallQueue", **fields})


def own_leg(report: str, start: float, end: float, **fields: Any) -> Record:
    """The leg of a user that no queue sent."""
    given = {"Direction": "ORIGINATING", "User type": "User", "User UUID": f"u-{report}"}
    return _leg(report, start, end, start, **{**given, **fields})


def message(report: str, start: float, end: float, **fields: Any) -> Record:
    """The originating leg of a queue that lets the caller leave a message."""
    given: dict[str, Any] = {"Called_line_ID": _MAILBOX, "Redirect_reason": "NoAnswer"}
    return attempt(report, start, end, min(start + 1, end), **{**given, **fields})


def mailbox(report: str, start: float, end: float, **fields: Any) -> Record:
    """The terminating leg of a shared mailbox."""
    given = {"Direction": "TERMINATING", "User type": "VoiceMailGroup"}
    return _leg(report, start, end, min(start + 1, end), **{**given, **fields})


def sent_on(report: str, start: float, end: float, reason: str, **fields: Any) -> Record:
    """The originating leg of a queue that sends the caller on."""
    return attempt(report, start, end, **{"Redirect_reason": reason, **fields})
