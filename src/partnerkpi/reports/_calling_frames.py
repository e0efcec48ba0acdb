"""Machinery: rows of the calling part, read from a document, as columns and as typed rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import fields, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._cells import Objects
from partnerkpi._instants import instant_text, to_datetime
from partnerkpi._text import Text
from partnerkpi.calling._cells import WideCells
from partnerkpi.calling.names import OptionalTexts
from partnerkpi.calling.queues import OutcomeCounts, WaitPercentiles
from partnerkpi.calling.weeks import weeks_at
from partnerkpi.io._cells import MISSING, came, text_fault
from partnerkpi.reports._frames import (
    Column,
    Frame,
    Places,
    differences,
    frame_of,
    integers,
    optional_integers,
    ratios,
    texts,
)
from partnerkpi.reports._strict import MAX_SUM, SKIP, said_value, whole_check

if TYPE_CHECKING:
    from partnerkpi.calling.weeks import Weeks
    from partnerkpi.reports._sections import Terms
    from partnerkpi.reports._strict import Reader

__all__ = [
    "MAYBE",
    "RATIOS",
    "CallReading",
    "Told",
    "kinds_of",
    "refuse_repeated",
]


def _maybe_texts(reader: Reader, cells: Sequence[object], place: Places) -> OptionalTexts:
    def fault(cell: object) -> str | None:
        return None if cell is None else (found := text_fault(cell)) and f"{found}, or null"

    good = reader.column(cells, place, fault, None)
    known = np.fromiter((cell is not None for cell in good), np.bool_, len(good))

    return OptionalTexts(
        Text.from_strings(["?" if cell is None else str(cell) for cell in good]), known
    )


def _as_told(_reader: Reader, cells: Sequence[object], _place: Places) -> Objects:
    """Cells that are looked at elsewhere."""
    return Objects(list(cells))


def _numbers_by_week(reader: Reader, cells: Sequence[object], place: Places) -> Objects:
    check = whole_check(0, MAX_SUM)

    def numbers(path: str, cell: object) -> tuple[object, ...]:
        listed = reader.listed(path, cell)
        return tuple(reader.column(listed, lambda week: f"{path}[{week}]", check, 0))

    lists = [numbers(place(row), cell) for row, cell in enumerate(cells)]

    return Objects(lists, counts=True)


def _wide(kind: type[Any], column: Column) -> Column:
    names = [each.name for each in fields(kind)]

    def read(reader: Reader, cells: Sequence[object], place: Places) -> WideCells:
        records = [reader.record(place(row), cell, names) for row, cell in enumerate(cells)]

        def of(name: str) -> Any:
            told = [record[name] for record in records]
            return column(reader, told, lambda row: f"{place(row)}.{name}")

        return WideCells(kind, tuple(of(name) for name in names))

    return read


RATIOS: Final = (
    "legs_per_active_user",
    "poor_share",
    "share",
    "average_time_to_answer_ms",
    "average_wait_before_abandon_ms",
    "abandoned_rate",
    "service_level",
)
MAYBE: Final = ("inactive", "assigned", "total", "longest_answered_ms", "longest_abandoned_ms")
_KINDS: Final[Mapping[str, Column]] = MappingProxyType(
    {
        **dict.fromkeys(("customer_id", "queue_id", "endpoint_type", "feature"), texts),
        "customer": _maybe_texts,
        "week_end": _as_told,
        "legs_by_week": _numbers_by_week,
        "legs_change": differences,
        "outcomes": _wide(OutcomeCounts, integers),
        **dict.fromkeys(
            ("answered_wait_ms", "abandoned_wait_ms"), _wide(WaitPercentiles, optional_integers)
        ),
        **dict.fromkeys(RATIOS, ratios),
        **dict.fromkeys(MAYBE, optional_integers),
    }
)


def kinds_of(row: type) -> dict[str, Column]:
    """How the cells of a row of the calling part stand in documents, by name."""
    return {each.name: _KINDS.get(each.name, integers) for each in fields(row)}


@frozen(eq=False)
class Told:
    """A table or a trend as a document tells it, without a fault in any single value.

    Attributes:
        path: Where it stands.
        frame: Its columns.
        rows: Its rows.
    """

    path: str
    frame: Frame
    rows: tuple[Any, ...]

    def place(self, row: int, name: str) -> str:
        """Where a cell stands."""
        return f"{self.path}[{row}].{name}"


@frozen
class CallReading:
    """Reads tables and trends of the calling part, and compares what is said twice.

    Attributes:
        reader: Notes the faults.
        terms: The instant and the policy of the document.
        names: Names of the portfolio's customers by id, if all of them could be read.
    """

    reader: Reader
    terms: Terms
    names: Mapping[str, str] | None

    @property
    def weeks(self) -> Weeks:
        """The weeks of the trend."""
        return weeks_at(self.terms.micros, self.terms.policy.trend_weeks)

    def table(self, path: str, value: object, kind: type) -> Told | None:
        """The rows of a table; ``None`` if any value is faulty."""
        before = self.reader.log.count
        frame = frame_of(self.reader, path, value, kinds_of(kind))
        if value is SKIP or self.reader.log.count > before:
            return None
        columns = (frame[each.name].values() for each in fields(kind))
        told = Told(path, frame, tuple(kind(*cells) for cells in zip(*columns, strict=True)))
        if "customer" in frame:
            self._check_names(told)

        return told

    def _check_names(self, told: Told) -> None:
        """Customers are called as in the portfolio, and not at all if it does not have them."""
        if self.names is None:
            return
        for at, row in enumerate(told.rows):
            expected = self.names.get(row.customer_id)
            self.agrees(
                told.place(at, "customer"), row.customer, expected, "as the customer is called"
            )

    def trend(self, path: str, value: object, kind: type) -> Told | None:
        """The weeks of a trend; ``None`` if any value is faulty, or the weeks are others."""
        before = self.reader.log.count
        frame = frame_of(self.reader, path, value, kinds_of(kind))
        if value is SKIP or self.reader.log.count > before or not self.terms.sound:
            return None
        ends = [to_datetime(end) for end in self.weeks.ends]
        cells = frame["week_end"].values()
        if len(cells) != len(ends):
            self.reader.fault(path, f"{len(ends)} weeks, as the policy has it", str(len(cells)))
            return None
        for week, (cell, end) in enumerate(zip(cells, ends, strict=True)):
            self.reader.same(f"{path}[{week}].week_end", cell, instant_text(end))
        if self.reader.log.count > before:
            return None
        frame = {**frame, "week_end": Objects(ends)}
        columns = (frame[each.name].values() for each in fields(kind))

        return Told(path, frame, tuple(kind(*cells) for cells in zip(*columns, strict=True)))

    def agrees(self, path: str, told: object, expected: object, reason: str) -> None:
        """Note a value that is not what follows from the others."""
        if told != expected:
            self.reader.fault(path, f"{said_value(expected)}, {reason}", said_value(told))

    def within(self, path: str, told: int, least: int, most: int, what: str) -> None:
        """Note a number outside the range that follows from the others."""
        if not least <= told <= most:
            self.reader.fault(path, f"from {least} to {most} {what}", str(told))

    def null_with(self, path: str, value: object, other: object, name: str) -> None:
        """Note a value that is null where another one is not, or the reverse."""
        unread = {SKIP, MISSING}
        if any(each in unread for each in (value, other) if isinstance(each, Enum)):
            return
        if (value is None) != (other is None):
            self.reader.fault(path, f"null exactly where {name} is", came(value))


def refuse_repeated(reading: CallReading, told: Told, *names: str) -> None:
    """Note rows of what another row is of already."""
    keys: Iterable[tuple[Any, ...]] = zip(
        *(told.frame[name].values() for name in names), strict=True
    )
    seen: Counter[tuple[Any, ...]] = Counter()
    for at, key in enumerate(keys):
        if seen[key]:
            reading.reader.fault(told.place(at, names[-1]), rules.UNIQUE_ID, came(key[-1]))
        seen[key] += 1
