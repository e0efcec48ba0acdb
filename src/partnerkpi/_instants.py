"""Machinery: instants as text, as datetimes, and as microseconds since 1970 UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from partnerkpi._arrays import as_rows
from partnerkpi._text import Text
from partnerkpi.errors import InstantError

if TYPE_CHECKING:
    from partnerkpi._arrays import Micros, Rows

__all__ = [
    "EARLIEST",
    "LATEST",
    "format_all",
    "format_one",
    "of_datetime",
    "parse",
    "parse_one",
    "to_datetime",
    "why_bad",
]

EARLIEST = 0
LATEST = 7_258_118_400_000_000

_DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?")
_OFFSET = re.compile(r"[Zz]|([+-])([0-9]{2}):([0-9]{2})")


def parse(texts: Text) -> tuple[Micros, Rows]:
    """The instants of a column, and the rows that hold none (0 there)."""
    micros = np.zeros(len(texts), np.int64)
    bad = []
    for row, text in enumerate(texts):
        try:
            micros[row] = parse_one(text)
        except InstantError:
            bad.append(row)

    return micros, as_rows(bad)


def why_bad(text: str) -> str:
    """What was expected where a text is no instant, in words."""
    try:
        parse_one(text)
    except InstantError as error:
        return str(error)

    return "an instant"


def parse_one(text: str) -> int:
    """The instant that a text names.

    Raises:
        InstantError: it names none; says what was expected.
    """
    date = _DATE.match(text)
    if not date:
        msg = "an instant as YYYY-MM-DDTHH:MM:SSZ or YYYY-MM-DD"
        raise InstantError(msg)
    days = _days(*map(int, date.groups()))
    rest = text[10:]
    if not rest:
        return _in_range(days * _DAY)
    time = _TIME.match(rest, 1)
    if rest[0] not in "Tt " or not time:
        msg = "an instant as YYYY-MM-DDTHH:MM:SSZ or YYYY-MM-DD"
        raise InstantError(msg)

    return _in_range(days * _DAY + _clock(time) - _offset(rest[time.end() :]))


def _days(year: int, month: int, day: int) -> int:
    try:
        return (datetime(year, month, day, tzinfo=UTC) - _EPOCH).days
    except ValueError:
        msg = "an instant on a day of the calendar (this one does not exist)"
        raise InstantError(msg) from None


def _clock(time: re.Match[str]) -> int:
    hour, minute, second = map(int, time.group(1, 2, 3))
    fraction = (time.group(4) or "").ljust(6, "0")
    if fraction[6:].strip("0"):
        msg = "an instant in whole microseconds (a non-zero digit follows the sixth)"
        raise InstantError(msg)
    if second == 60:
        msg = "an instant without a leap second (second 60)"
        raise InstantError(msg)
    if hour > 23 or minute > 59 or second > 59:
        msg = "an instant with a time from 00:00:00 to 23:59:59"
        raise InstantError(msg)

    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + int(fraction[:6])


def _offset(text: str) -> int:
    if not text:
        msg = "an instant with an offset or Z (this one is naive)"
        raise InstantError(msg)
    offset = _OFFSET.fullmatch(text)
    if not offset:
        msg = "an instant that ends with Z or an offset as +HH:MM"
        raise InstantError(msg)
    sign, hours, minutes = offset.groups("0")
    if int(hours) > 23 or int(minutes) > 59:
        msg = "an instant with an offset below 24:00"
        raise InstantError(msg)
    size = (int(hours) * 60 + int(minutes)) * 60_000_000

    return -size if sign == "-" else size


def _in_range(micros: int) -> int:
    if not EARLIEST <= micros <= LATEST:
        msg = "an instant from 1970-01-01 to 2200-01-01"
        raise InstantError(msg)

    return micros


def of_datetime(moment: datetime) -> int:
    """The instant of an aware datetime.

    Raises:
        InstantError: it is naive, or out of range.
    """
    offset = moment.utcoffset()
    if offset is None:
        msg = "an aware datetime (this one is naive)"
        raise InstantError(msg)
    since = moment.replace(tzinfo=None) - _EPOCH.replace(tzinfo=None) - offset

    return _in_range(since // timedelta(microseconds=1))


def to_datetime(micros: int) -> datetime:
    """The aware datetime in UTC of an instant."""
    return _EPOCH + timedelta(microseconds=micros)


def format_one(micros: int) -> str:
    """The text of an instant, as ``YYYY-MM-DDTHH:MM:SS[.ffffff]Z``."""
    return to_datetime(int(micros)).replace(tzinfo=None).isoformat() + "Z"


def format_all(micros: Micros) -> Text:
    """The texts of instants."""
    return Text.from_strings([format_one(value) for value in micros.tolist()])
