"""Machinery: gather faults up to a cap, with the true count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import define, field

from partnerkpi.errors import Fault, InputError, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from partnerkpi._arrays import Rows

__all__ = ["FAULT_CAP", "FaultLog", "shown"]

FAULT_CAP = 1000
_SHOWN = 80
_WORDS: Mapping[bool | None, str] = MappingProxyType({None: "null", True: "true", False: "false"})


def shown(value: object) -> str:
    """What came, as text of at most 80 characters."""
    text = _WORDS[value] if value is None or isinstance(value, bool) else _repr(value)

    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _repr(value: object) -> str:
    # An int of more than 4300 digits refuses to become text; a nested value may be deep.
    try:
        return repr(value[:_SHOWN] if isinstance(value, (str, bytes)) else value)
    except (ValueError, RecursionError):
        return f"{type(value).__name__} too long to show"


@define
class FaultLog:
    """Faults as they are met, kept up to ``cap``, counted beyond it."""

    cap: int = FAULT_CAP
    count: int = 0
    _faults: list[Fault] = field(factory=list)

    def add(self, place: Place, expected: str, found: str) -> None:
        """Note one fault."""
        self.count += 1
        if len(self._faults) < self.cap:
            self._faults.append(Fault(place, expected, found))

    def add_rows(self, rows: Rows | Iterable[int], fault: Callable[[int], Fault]) -> None:
        """Note one fault a row; only those that fit under the cap are made."""
        for row in rows:
            self.count += 1
            if len(self._faults) < self.cap:
                self._faults.append(fault(int(row)))

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults kept so far, in the order of the input: file by file, line by line."""
        sources = {fault.place.source: None for fault in self._faults}
        turns = {source: turn for turn, source in enumerate(sources)}

        return tuple(
            sorted(self._faults, key=lambda fault: (turns[fault.place.source], *_in_order(fault)))
        )

    def taken(self) -> tuple[tuple[Fault, ...], int]:
        """The faults kept so far and how many there were in truth; all are let go."""
        found, self._faults = (self.faults, self.count), []
        self.count = 0

        return found

    def pour(self, other: FaultLog) -> None:
        """Hand all faults on to another log, and let them go."""
        faults, count = self.taken()
        for fault in faults:
            other.add(fault.place, fault.expected, fault.found)
        other.count += count - len(faults)

    def refuse(self) -> None:
        """Raise one error that carries every fault, if there is any."""
        if self.count:
            raise InputError(self.faults, self.count)

    def take(self, faults: Iterable[Fault], count: int) -> None:
        """Note the faults of another log, and how many there were in truth."""
        before = self.count
        for fault in faults:
            self.add(fault.place, fault.expected, fault.found)
        self.count = before + count

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Faults of one of several inputs are noted: those of the others are looked for as well."""
        try:
            yield
        except InputError as error:
            self.take(error.faults, error.count)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """What makes further reading impossible goes out together with all faults met before."""
        try:
            yield
        except InputError as error:
            for fault in error.faults:
                self.add(fault.place, fault.expected, fault.found)
            raise InputError(self.faults, self.count) from error.__cause__


def _in_order(fault: Fault) -> tuple[int, tuple[tuple[int, str], ...]]:
    # Numbers inside a path compare as numbers.
    return (fault.place.line or 0, _natural(fault.place.path or ""))


def _natural(path: str) -> tuple[tuple[int, str], ...]:
    return tuple(
        (int(part), "") if part.isdigit() else (-1, part) for part in _PIECES.findall(path)
    )


_PIECES = re.compile(r"\d+|\D+")
