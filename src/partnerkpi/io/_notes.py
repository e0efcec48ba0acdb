"""Machinery: what is noted of plain values: faults, unknown keys, keys that occur twice."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from partnerkpi._faults import shown
from partnerkpi.errors import Place
from partnerkpi.io._cells import MISSING, Number, came, step
from partnerkpi.io._json import Repeated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from partnerkpi._faults import FaultLog

__all__ = ["AN_OBJECT", "A_LIST", "ONCE", "Notes", "Record"]

Record: TypeAlias = "Mapping[str, object]"

A_LIST = "a list"
AN_OBJECT = "an object"
ONCE = "each key once"
A_JSON_NUMBER = "a number that JSON knows"
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


@frozen
class Notes:
    """Notes faults of plain values in a log, with their paths."""

    log: FaultLog
    name: str
    ignore_unknown: bool = False
    place: Callable[[str], Place] | None = None

    def fault(self, path: str, expected: str, found: str) -> None:
        """Note a fault."""
        place = Place(self.name, path or None) if self.place is None else self.place(path)
        self.log.add(place, expected, found)

    def unknown_key(self, path: str, key: object, known: Sequence[str]) -> None:
        """Note a key that is not known, with the nearest one that is."""
        near = get_close_matches(str(key), known, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        self.fault(step(path, key), f"a known key{hint}", shown(key))

    def record(
        self,
        path: str,
        record: object,
        known: Sequence[str],
        misplaced: Mapping[str, str] = _NO_TEXTS,
    ) -> Record | None:
        """The record, its keys checked; none when it is no object."""
        if not isinstance(record, Mapping):
            self.fault(path, AN_OBJECT, came(record))
            return None
        self.once(path, record)
        for key in record:
            if key in misplaced:
                self.fault(step(path, key), misplaced[key], came(record[key]))
            elif key not in known and self.ignore_unknown:
                self.beneath(step(path, key), record[key])
            elif key not in known:
                self.unknown_key(path, key, known)

        return record

    def list_of(self, path: str, found: Record | None, key: str) -> Sequence[object]:
        """The list under a key of a record."""
        value = () if found is None else found.get(key, MISSING)
        if isinstance(value, (list, tuple)):
            return value
        self.fault(step(path, key), A_LIST, came(value))

        return ()

    def once(self, path: str, record: object) -> None:
        """Note the keys that a record has twice."""
        for key in record.repeated if isinstance(record, Repeated) else ():
            self.fault(step(path, key), ONCE, f"{shown(key)} again")

    def beneath(self, path: str, value: object) -> None:
        """Note what is no strict JSON in a value that is otherwise let pass."""
        stack = [(path, value)]
        while stack:
            path, value = stack.pop()
            self.once(path, value)
            if isinstance(value, Number) and not value.finite:
                self.fault(path, A_JSON_NUMBER, came(value))
            elif isinstance(value, dict):
                stack.extend((step(path, key), one) for key, one in reversed(value.items()))
            elif isinstance(value, list):
                stack.extend((f"{path}[{at}]", one) for at, one in reversed([*enumerate(value)]))
