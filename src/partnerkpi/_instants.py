"""Machinery: instants as text, as datetimes, and as microseconds since 1970 UTC.

There is one grammar: the full shape of RFC 3339, ``YYYY-MM-DDTHH:MM:SS[.f]`` with ``Z`` or an
offset ``+HH:MM`` or ``-HH:MM`` after it (a small ``t`` or ``z``, and a blank for the ``T``, as the
RFC allows), or a bare ``YYYY-MM-DD``, which means midnight UTC. Instants go from 1970-01-01 to
2200-01-01, both midnights included, in whole microseconds.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi._bytes import chunks, spans
from partnerkpi._faults import shown
from partnerkpi._stamps import CELL, EARLIEST, LATEST, USUAL, read, write
from partnerkpi._text import Text
from partnerkpi.errors import InstantError

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerkpi._arrays import Micros, Rows

__all__ = [
    "EARLIEST",
    "LATEST",
    "format_all",
    "format_one",
    "instant_text",
    "of_datetime",
    "parse",
    "parse_one",
    "to_datetime",
    "why_bad",
]

_SECOND = 1_000_000
_DAY = 24 * 60 * 60
_SIXTY = 60
_HOURS = 24
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1969, 2201)  # those of 1969 and 2200 that an offset brings into range
_SHAPE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"([Zz]|([+-])([0-9]{2}):([0-9]{2}))?)?"
)


@frozen
class _Parts:
    """What a text of the right shape says."""

    date: tuple[int, int, int]
    clock: tuple[int, int, int]
    fraction: str
    offset: tuple[int, int]
    sign: int
    naive: bool

    @classmethod
    def of(cls, text: str) -> _Parts | None:
        match = _SHAPE.fullmatch(text)
        if match is None:
            return None
        year, month, day, hour, minute, second, fraction, zone, sign, *offset = match.groups("")

        return cls(
            (int(year), int(month), int(day)),
            (int(hour or 0), int(minute or 0), int(second or 0)),
            fraction.ljust(6, "0"),
            (int(offset[0] or 0), int(offset[1] or 0)),
            -1 if sign == "-" else 1,
            bool(hour) and not zone,
        )

    def on_calendar(self) -> bool:
        try:
            date(*self.date)
        except ValueError:
            return False

        return True

    def micros(self) -> int:
        days = date(*self.date).toordinal() - _EPOCH.toordinal()
        ahead = self.sign * _seconds(*self.offset, 0)
        seconds = days * _DAY + _seconds(*self.clock) - ahead

        return seconds * _SECOND + int(self.fraction[:6])


def _seconds(hour: int, minute: int, second: int) -> int:
    return (hour * 60 + minute) * 60 + second


_OTHERWISE = "an instant from 1970-01-01 to 2200-01-01 UTC"
_UNSHAPED = "an instant such as 2026-01-31T09:30:00Z, or a date such as 2026-01-31"
# What was expected, and when it is not so; the first that applies is told.
_FAULTS: tuple[tuple[str, Callable[[_Parts], bool]], ...] = (
    ("an instant with an offset or Z (this one is naive)", lambda parts: parts.naive),
    ("an instant without a leap second (second 60)", lambda parts: parts.clock[2] == _SIXTY),
    ("an instant with an hour below 24", lambda parts: parts.clock[0] >= _HOURS),
    (
        "an instant with minutes and seconds below 60",
        lambda parts: max(parts.clock[1:]) >= _SIXTY,
    ),
    (
        "an instant with an offset below 24:00",
        lambda parts: parts.offset[0] >= _HOURS or parts.offset[1] >= _SIXTY,
    ),
    (
        "an instant in whole microseconds (this one is finer)",
        lambda parts: bool(parts.fraction[6:].strip("0")),
    ),
    (_OTHERWISE, lambda parts: parts.date[0] not in _YEARS),
    ("an instant on a day that the calendar has", lambda parts: not parts.on_calendar()),
    (_OTHERWISE, lambda parts: not EARLIEST <= parts.micros() <= LATEST),
)


def parse(texts: Text) -> tuple[Micros, Rows]:
    """The instants of a column (0 where a text is none), and the rows that hold none."""
    micros, bad = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.bool_)
    for start, stop in chunks(len(texts)):
        at, lengths = spans(texts.offsets, slice(start, stop))
        micros[start:stop], done = read(texts.data, at, lengths)
        bad[start:stop] = ~done
        for row in (start + np.flatnonzero(~done & (lengths > USUAL))).tolist():
            value = _value(texts[row])
            bad[row] = isinstance(value, str)
            micros[row] = 0 if isinstance(value, str) else value

    return micros, np.flatnonzero(bad)


def _value(text: str) -> int | str:
    # The instant, or what was expected.
    parts = _Parts.of(text)
    if parts is None:
        return _UNSHAPED
    fault = next((words for words, broken in _FAULTS if broken(parts)), None)

    return parts.micros() if fault is None else fault


def why_bad(text: str) -> str:
    """What was expected where a text is no instant, in words."""
    value = _value(text)

    return value if isinstance(value, str) else _OTHERWISE


def parse_one(text: str) -> int:
    """The instant that a text names.

    Raises:
        InstantError: it names none; says what was expected.
    """
    value = _value(text)
    if isinstance(value, str):
        msg = f"expected {value}, found {shown(text)}"
        raise InstantError(msg)

    return value


def of_datetime(moment: datetime) -> int:
    """The instant of an aware datetime, exactly.

    Raises:
        InstantError: it is naive, out of range, or finer than microseconds (as those of pandas
            may be).
    """
    offset = None if moment.tzinfo is None else moment.utcoffset()
    if offset is None:
        msg = f"expected an aware datetime (this one is naive), found {shown(moment)}"
        raise InstantError(msg)
    if getattr(moment, "nanosecond", 0):
        msg = f"expected a datetime in whole microseconds (this one is finer), found {moment}"
        raise InstantError(msg)
    # Whole numbers throughout: no datetime in between leaves the years 1 to 9999.
    days = moment.toordinal() - _EPOCH.toordinal()
    seconds = days * _DAY + _seconds(moment.hour, moment.minute, moment.second)
    micros = seconds * _SECOND + moment.microsecond - offset // timedelta(microseconds=1)
    if not EARLIEST <= micros <= LATEST:
        msg = f"expected {_OTHERWISE}, found {shown(moment)}"
        raise InstantError(msg)

    return micros


def to_datetime(micros: int) -> datetime:
    """The aware datetime in UTC of an instant."""
    return _EPOCH + timedelta(microseconds=int(micros))


def format_one(micros: int) -> str:
    """The text of an instant: ``YYYY-MM-DDTHH:MM:SS[.ffffff]Z``."""
    return instant_text(to_datetime(micros))


def instant_text(moment: datetime) -> str:
    """The text of a datetime in UTC, as documents spell it; it may lie before 1970.

    Example:
        >>> from datetime import datetime, timezone
        >>> instant_text(datetime(2026, 11, 22, tzinfo=timezone.utc))
        '2026-11-22T00:00:00Z'
    """
    return moment.replace(tzinfo=None).isoformat() + "Z"


def format_all(micros: Micros) -> Text:
    """The texts of instants, each as ``format_one`` writes it.

    Raises:
        InstantError: one is out of range.
    """
    if ((micros < EARLIEST) | (micros > LATEST)).any():
        msg = f"expected instants from {format_one(EARLIEST)} to {format_one(LATEST)}"
        raise InstantError(msg)
    parts = []
    for start, stop in chunks(micros.size):
        cells, lengths = write(micros[start:stop])
        parts.append(Text.from_slices(cells, np.arange(stop - start) * CELL, lengths))

    return Text.concatenate(parts)
