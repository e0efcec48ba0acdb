"""Machinery: the cells of one object of an answer, each checked when it is asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar, cast

from attrs import define, field

from partnerkpi import _record_rules as rules
from partnerkpi._instants import of_datetime, parse_one, to_datetime
from partnerkpi.io._cells import (
    MISSING,
    Number,
    came,
    count_fault,
    instant_fault,
    step,
    text_fault,
)
from partnerkpi.io._notes import AN_OBJECT, Notes
from partnerkpi.webex.ids import WebexId, decode_id

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Cells"]

_Inner = TypeVar("_Inner")

A_TRUTH = "'true' or 'false'"
TEXTS = "a list of texts"
_TRUTHS: tuple[tuple[object, bool], ...] = (
    (True, True),
    (False, False),
    ("true", True),
    ("false", False),
)


@define
class Cells:
    """The cells of one object; asking for one checks it and remembers that its key is known.

    A cell that is absent or null is ``None``; a fault where it is required. What is faulty is
    filled, and the record is left out.
    """

    notes: Notes
    path: str
    record: Mapping[str, object]
    faulty: bool = False
    asked: set[str] = field(factory=set)
    told: set[str] = field(factory=set)
    within: list[tuple[str, Cells]] = field(factory=list)

    def text(self, key: str, *, optional: bool = False) -> str:
        """A text; where it is optional and not there, an empty one."""
        if optional and self.record.get(key) == "":
            self.asked.add(key)
            return ""

        return cast("str", self._checked(key, text_fault, "", optional=optional))

    def text_or_none(self, key: str) -> str | None:
        """A text, if there is one; an empty one is none."""
        return self.text(key, optional=True) or None

    def id(self, key: str) -> WebexId:
        """An id of the platform."""
        return decode_id(self.text(key))

    def id_or_none(self, key: str) -> WebexId | None:
        """An id of the platform, if there is one."""
        found = self.text_or_none(key)

        return None if found is None else decode_id(found)

    def count(self, key: str) -> int:
        """A count."""
        return cast("int", self._checked(key, count_fault, 0))

    def count_or_none(self, key: str) -> int | None:
        """A count, if there is one."""
        return cast("int | None", self._checked(key, count_fault, None, optional=True))

    def spelled(self, *keys: str) -> str:
        """The first of some spellings of a key that is there; the first of all if none is."""
        return next((key for key in keys if key in self.record), keys[0])

    def is_null(self, key: str) -> bool:
        """Whether the key is there and says nothing."""
        self.asked.add(key)

        return self.record.get(key, MISSING) is None

    def instant(self, key: str) -> datetime:
        """An instant."""
        found = self._checked(key, instant_fault, "1970-01-01")

        return to_datetime(parse_one(found) if isinstance(found, str) else of_datetime(found))  # type: ignore[arg-type]

    def instant_or_none(self, key: str) -> datetime | None:
        """An instant, if there is one."""
        return None if self._value(key) is None else self.instant(key)

    def flag(self, key: str) -> bool | None:
        """A boolean, also one that is spelled as a text, if there is one."""
        value = self._value(key)
        if value is None:
            return None
        lowered = value.lower() if isinstance(value, str) else value
        for spelling, meaning in _TRUTHS:
            if type(spelling) is type(lowered) and spelling == lowered:
                return meaning
        self._fault(key, A_TRUTH if isinstance(value, str) else rules.A_BOOLEAN, value)

        return None

    def number_or_none(self, key: str) -> float | None:
        """A finite number that is not below 0, if there is one."""
        value = self._value(key)
        if value is None:
            return None
        found = _float_of(value)
        if found is None:
            self._fault(key, rules.A_MEASUREMENT, value)

        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; none where it is absent or null."""
        found = []
        for path, value in self._list(key):
            if expected := text_fault(value):
                self._fault_at(path, expected, value)
            else:
                found.append(cast("str", value))

        return tuple(found)

    def objects(self, key: str, make: Callable[[Cells], _Inner]) -> tuple[_Inner, ...]:
        """A list of objects, each made into a record; none where it is absent or null."""
        found = []
        for path, value in self._list(key):
            if not isinstance(value, Mapping):
                self._fault_at(path, AN_OBJECT, value)
                continue
            found.append(self._inside(key, path, value, make))

        return tuple(found)

    def inner(self, key: str, make: Callable[[Cells], _Inner]) -> _Inner | None:
        """An object made into a record, if there is one."""
        value = self._value(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self._fault(key, AN_OBJECT, value)
            return None

        return self._inside(key, step(self.path, key), value, make)

    def unknown(self) -> list[str]:
        """The keys that nobody asked for, with those of objects inside."""
        found = [str(key) for key in self.record if key not in self.asked]
        for key, cells in self.within:
            found += [f"{key}.{each}" for each in cells.unknown()]

        return found

    def _inside(
        self, key: str, path: str, value: Mapping[str, object], make: Callable[[Cells], _Inner]
    ) -> _Inner:
        cells = Cells(self.notes, path, value)
        self.notes.once(path, value)
        found = make(cells)
        self.faulty |= cells.faulty
        self.within.append((key, cells))

        return found

    def _list(self, key: str) -> list[tuple[str, object]]:
        value = self._value(key)
        if value is not None and not isinstance(value, (list, tuple)):
            self._fault(key, TEXTS if key in _LISTS_OF_TEXT else "a list", value)
            return []

        return [(f"{step(self.path, key)}[{at}]", each) for at, each in enumerate(value or ())]

    def _value(self, key: str) -> object:
        self.asked.add(key)

        return self.record.get(key)

    def _checked(
        self,
        key: str,
        check: Callable[[object], str | None],
        filler: object,
        *,
        optional: bool = False,
    ) -> object:
        self.asked.add(key)
        value = self.record.get(key, MISSING)
        if optional and (value is None or value is MISSING):
            return filler
        expected = check(value)
        if expected is None:
            return value
        if key not in self.told:
            self.told.add(key)
            self._fault(key, expected, value)

        return filler

    def fault(self, key: str, expected: str, found: str) -> None:
        """Note that a cell does not fit the others."""
        self.faulty = True
        self.notes.fault(step(self.path, key), expected, found)

    def _fault(self, key: str, expected: str, value: object) -> None:
        self.fault(key, expected, came(value))

    def _fault_at(self, path: str, expected: str, value: object) -> None:
        self.faulty = True
        self.notes.fault(path, expected, came(value))


_LISTS_OF_TEXT = ("emails", "licenseIds", "packages", "tags")


def _float_of(value: object) -> float | None:
    # Numbers with decimals come as they were written, or as floats from a parser of the caller's.
    if type(value) in {int, float}:
        found = float(cast("float", value)) if abs(cast("float", value)) < _MOST else math.inf
    elif isinstance(value, Number):
        found = float(value.text)
    else:
        return None

    return found if 0 <= found < math.inf else None


_MOST = 2.0**1000
