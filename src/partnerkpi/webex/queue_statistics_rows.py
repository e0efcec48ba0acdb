"""The rows of the call queue statistics report, checked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from attrs import frozen

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import MAX_COUNT
from partnerkpi._faults import FaultLog, shown
from partnerkpi.call_models import Outcome
from partnerkpi.errors import Place
from partnerkpi.io._cells import came, text_fault
from partnerkpi.io._csv import CsvReader
from partnerkpi.io._files import opened, source_name
from partnerkpi.webex._call_legs import queue_name

if TYPE_CHECKING:
    from partnerkpi.io._files import ByteSource, Source

__all__ = ["QueueStatisticsRow", "rows_of"]

_Row: TypeAlias = "tuple[Place, Mapping[str, object]]"

_NAME: Final = "call queue statistics"
_TIMES: Final = ("Total Wait Time", "Total Abandoned Time")
_OTHER_TIMES: Final = ("Total Hold Time", "Total Talk Time", "Total Handle Time")
_COUNTS: Final = (
    *("Answered Calls", "Abandoned Calls", "Total Calls"),
    *("Calls Overflowed", "Calls Timed Out", "Calls Transferred"),
)
_REQUIRED: Final = ("Call Queue", *_TIMES, *_COUNTS)
_COLUMNS: Final = (
    *(*_REQUIRED, *_OTHER_TIMES, "Location", "Phone NO.", "Extension"),
    *("Avg Hold Time", "Avg Talk Time", "Avg Handle Time", "Avg Wait Time", "Avg Abandoned Time"),
    *("% Answered Calls", "% Abandoned Calls"),
    *("Avg No. of Agents Assigned", "Avg No. of Agents Handling Calls"),
)
_CLOCK: Final = re.compile(r"([0-9]+):([0-5][0-9]):([0-5][0-9])")
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_COUNT: Final = re.compile(r"0|[1-9][0-9]*")
_UNITS: Final[Mapping[str, int]] = MappingProxyType(
    {"seconds": 1000, "minutes": 60_000, "hours": 3_600_000}
)
_MOST_DIGITS: Final = 40


def _key(name: str) -> str:
    """A heading as headings are compared."""
    return re.sub(r"[\s._-]+", "", name).lower()


_HEADINGS: Final[Mapping[str, str]] = MappingProxyType({_key(each): each for each in _COLUMNS})


@frozen(kw_only=True)
class QueueStatisticsRow:
    """What a call queue statistics report says of one queue.

    Attributes:
        queue: The queue's name.
        location: Its location; ``None`` if not said.
        phone_number: Its phone number; ``None`` if not said.
        extension: Its extension; ``None`` if not said.
        total: Calls into the queue.
        answered: Calls taken by an agent.
        abandoned: Calls hung up while waiting, or ended with a message.
        overflowed: Calls sent on because the queue was full.
        timed_out: Calls sent on because the wait was too long.
        transferred: Calls transferred out of the queue.
        wait_ms: The waits of the answered and transferred together, in milliseconds.
        abandoned_ms: The waits of the abandoned together.
        hold_ms: The time on hold together; ``None`` if not said.
        talk_ms: The time talked together; ``None`` if not said.
        handle_ms: The time of handling together; ``None`` if not said.
    """

    queue: str
    location: str | None = None
    phone_number: str | None = None
    extension: str | None = None
    total: int
    answered: int
    abandoned: int
    overflowed: int
    timed_out: int
    transferred: int
    wait_ms: int
    abandoned_ms: int
    hold_ms: int | None = None
    talk_ms: int | None = None
    handle_ms: int | None = None

    @property
    def queue_id(self) -> str:
        """The queue by its name and location."""
        return queue_name(self.queue, self.location) or self.queue

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """Calls by outcome; what the total has above those that are told is ``unknown``."""
        told = {
            Outcome.ANSWERED: self.answered,
            Outcome.ABANDONED: self.abandoned,
            Outcome.OVERFLOWED: self.overflowed,
            Outcome.TIMED_OUT: self.timed_out,
            Outcome.TRANSFERRED: self.transferred,
        }

        return {**told, Outcome.UNKNOWN: self.total - sum(told.values())}


def rows_of(
    source: object, unit: str | None, log: FaultLog
) -> tuple[tuple[QueueStatisticsRow, ...], tuple[str, ...]]:
    """The sound rows of a report, and the headings that are not documented.

    Raises:
        InputError: nothing can be read.
        OSError: a path cannot be opened.
        TypeError: it is no source of rows.
        ValueError: there is no such unit.
    """
    if unit is not None and unit not in _UNITS:
        msg = f"unit must be 'seconds', 'minutes', 'hours' or None, not {unit!r}"
        raise ValueError(msg)
    ignored: dict[str, None] = {}
    found: dict[str, QueueStatisticsRow] = {}
    with log.refusing():
        for place, cells in _cells_of(source, log, ignored):
            row = _Cells(place, cells, unit, log).row()
            if row is None:
                continue
            if row.queue_id in found:
                _tell(
                    log, place, "Call Queue", "each queue of a location once", shown(row.queue_id)
                )
                continue
            found[row.queue_id] = row

    return tuple(found.values()), tuple(ignored)


def _tell(log: FaultLog, place: Place, heading: str, expected: str, found: str) -> None:
    log.add(Place(place.source, place.path, place.line, heading), expected, found)


def _cells_of(source: object, log: FaultLog, ignored: dict[str, None]) -> Iterator[_Row]:
    """The cells of each row by documented heading."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        source = BytesIO(source)
    is_path = isinstance(source, (str, os.PathLike))
    if is_path or hasattr(source, "read"):
        name = source_name(cast("Source", source)) if is_path else _NAME
        with opened(cast("Source", source), name) as stream:
            yield from _of_csv(stream, log, ignored)
    elif isinstance(source, Iterable) and not isinstance(source, Mapping):
        yield from _of_rows(source, log, ignored)
    else:
        msg = f"expected a path, a binary stream, bytes or rows, found {type(source).__name__}"
        raise TypeError(msg)


def _of_csv(stream: ByteSource, log: FaultLog, ignored: dict[str, None]) -> Iterator[_Row]:
    reader = CsvReader(stream, log)
    first = reader.header()
    if first is None:
        return
    line, names = first
    before, place = log.count, Place(stream.name, line=line)
    columns = _headings(place, names, log, ignored)
    for name in _REQUIRED:
        if name not in columns.values():
            _tell(log, place, name, "this heading", "nothing")
    usable = log.count == before
    for cells in reader.cells(len(names)):
        for record in range(len(cells) if usable else 0):
            if not cells.broken[record]:
                here = Place(stream.name, line=int(cells.lines[record]))
                yield here, {name: cells.text(at, record) for at, name in columns.items()}


def _headings(
    place: Place, names: Iterable[str], log: FaultLog, ignored: dict[str, None]
) -> dict[int, str]:
    """The documented headings by their place; the others are noted, and those that repeat."""
    found: dict[int, str] = {}
    for at, name in enumerate(names):
        heading = _HEADINGS.get(_key(name))
        if heading is None:
            ignored[name] = None
        elif heading in found.values():
            _tell(log, place, name, "each heading once", "it again")
        else:
            found[at] = heading

    return found


def _of_rows(rows: Iterable[object], log: FaultLog, ignored: dict[str, None]) -> Iterator[_Row]:
    for number, row in enumerate(rows):
        place = Place(f"rows of {_NAME}", line=number)
        if not isinstance(row, Mapping) or set(map(type, row)) - {str}:
            log.add(place, "a mapping of headings to values", came(row))
            continue
        before, values = log.count, list(row.values())
        columns = _headings(place, row, log, ignored)
        if log.count == before:
            yield place, {name: values[at] for at, name in columns.items()}


@frozen
class _Cells:
    """The cells of one row, read one by one."""

    place: Place
    cells: Mapping[str, object]
    unit: str | None
    log: FaultLog

    def row(self) -> QueueStatisticsRow | None:
        """The row, or ``None`` (faulted)."""
        before = self.log.count
        counts = {name: self._count(name) for name in _COUNTS}
        wait, abandoned = (self._time(name, needed=True) for name in _TIMES)
        hold, talk, handle = (self._time(name, needed=False) for name in _OTHER_TIMES)
        queue = self._text("Call Queue", needed=True)
        row = QueueStatisticsRow(
            queue=queue or "",
            location=self._text("Location"),
            phone_number=self._text("Phone NO."),
            extension=self._text("Extension"),
            total=counts["Total Calls"],
            answered=counts["Answered Calls"],
            abandoned=counts["Abandoned Calls"],
            overflowed=counts["Calls Overflowed"],
            timed_out=counts["Calls Timed Out"],
            transferred=counts["Calls Transferred"],
            wait_ms=wait or 0,
            abandoned_ms=abandoned or 0,
            hold_ms=hold,
            talk_ms=talk,
            handle_ms=handle,
        )
        if self.log.count == before:
            self._check(row)

        return row if self.log.count == before else None

    def _check(self, row: QueueStatisticsRow) -> None:
        """Note counts and sums that contradict each other."""
        told = row.total - row.outcomes[Outcome.UNKNOWN]
        if told > row.total:
            self._refuse("Total Calls", f"at least {told}, as outcomes add up to", str(row.total))
        nobody = "0, as no call was"
        if row.wait_ms and not row.answered + row.transferred:
            self._refuse(
                "Total Wait Time", f"{nobody} answered or transferred", f"{row.wait_ms} ms"
            )
        if row.abandoned_ms and not row.abandoned:
            self._refuse("Total Abandoned Time", f"{nobody} abandoned", f"{row.abandoned_ms} ms")

    def _given(self, name: str) -> object:
        value = self.cells.get(name)
        if isinstance(value, str) and value.strip().lower() in ("", "na"):
            return None

        return value

    def _text(self, name: str, *, needed: bool = False) -> str | None:
        value = self._given(name)
        if value is None and not needed:
            return None
        if expected := text_fault(value):
            self._refuse(name, expected, came(value))
            return None

        return str(value)

    def _count(self, name: str) -> int:
        value = self._given(name)
        if isinstance(value, str) and _COUNT.fullmatch(value) and len(value) < _MOST_DIGITS:
            value = int(value)
        if type(value) is int and 0 <= value <= MAX_COUNT:
            return value
        self._refuse(name, rules.A_COUNT, came(value))

        return 0

    def _time(self, name: str, *, needed: bool) -> int | None:
        """A time in milliseconds; fractions of one are rounded, half up."""
        value = self._given(name)
        if value is None and not needed:
            return None
        text = str(value) if type(value) in (int, float, str) else ""
        found = None if len(text) > _MOST_DIGITS else self._milliseconds(text)
        if found is None or found > MAX_COUNT:
            unit = "" if self.unit is None else f", or a number of {self.unit}"
            self._refuse(name, f"a time such as 01:02:03{unit}", came(value))
            return None

        return found

    def _milliseconds(self, text: str) -> int | None:
        if clock := _CLOCK.fullmatch(text):
            hours, minutes, seconds = map(int, clock.groups())
            return ((hours * 60 + minutes) * 60 + seconds) * 1000
        if self.unit is None or not _NUMBER.fullmatch(text):
            return None

        return int((Decimal(text) * _UNITS[self.unit]).to_integral_value(ROUND_HALF_UP))

    def _refuse(self, name: str, expected: str, found: str) -> None:
        _tell(self.log, self.place, name, expected, found)
