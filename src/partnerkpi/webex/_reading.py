"""Machinery: from answers to records, every fault noted, unknown keys counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from attrs import evolve, frozen

from partnerkpi._faults import FaultLog
from partnerkpi.io._cells import MISSING, came
from partnerkpi.io._notes import AN_OBJECT, Notes
from partnerkpi.webex._answer_cells import Cells
from partnerkpi.webex._loading import is_list, loaded, name_of
from partnerkpi.webex.payloads import Origin, Payload

if TYPE_CHECKING:
    from partnerkpi.webex._loading import PayloadSource

__all__ = ["Kind", "Make", "read_payload"]

_Record = TypeVar("_Record")

Make: TypeAlias = Callable[[Cells], _Record | None]


@frozen
class Kind:
    """A kind of answer.

    Attributes:
        name: What faults call it where it has no path.
        one: What one record of it is called.
        key: A key that each record has, by which a single one is known.
        lists: Under which keys an answer may have its list.
    """

    name: str
    one: str
    key: str
    lists: tuple[str, ...] = ("items",)

    def of(self, organization: str | None) -> Kind:
        """The same of one organization, if that is told."""
        return self if organization is None else evolve(self, name=f"{self.name} of {organization}")

    @property
    def expected(self) -> str:
        """What an answer must be, in words."""
        return f"an object with {self.lists[0]}, a list, or {self.one}"


def read_payload(
    kind: Kind,
    sources: Sequence[PayloadSource],
    make: Make[_Record],
    *,
    lenient: bool,
    max_faults: int,
) -> Payload[_Record]:
    """The records of some answers, one after the other.

    Raises:
        InputError: something is faulty and reading is not lenient; all faults of all sources.
    """
    log, ignored = FaultLog(max_faults), Counter[str]()
    records: list[_Record] = []
    origins = []
    for turn, source in enumerate(sources, 1):
        name = name_of(source, kind.name if len(sources) == 1 else f"{kind.name} {turn}")
        answer = _Answer(kind, Notes(log, name), ignored)
        found, origin = answer.records(loaded(source, name, log), make)
        records += found
        origins.append(origin)
    if not lenient:
        log.refuse()

    return Payload(tuple(records), ignored, log.faults, log.count, tuple(origins))


@frozen
class _Answer:
    """One answer: finds its records, and makes them."""

    kind: Kind
    notes: Notes
    ignored: Counter[str]

    def records(self, value: object, make: Make[_Record]) -> tuple[list[_Record], Origin]:
        prefix, values = self._listed(value)
        records, rows = [], []
        for row, each in enumerate(values):
            path = "" if prefix is None else f"{prefix}[{row}]"
            record = self._one(path, each, make)
            if record is not None:
                records.append(record)
                rows.append(row)

        return records, Origin(self.notes.name, prefix, tuple(rows))

    def _listed(self, value: object) -> tuple[str | None, Sequence[object]]:
        """The path of the list of an answer, and what is in it."""
        if value is MISSING:
            return "", ()
        if is_list(value):
            return "", cast("Sequence[object]", value)
        if not isinstance(value, Mapping):
            self.notes.fault("", self.kind.expected, came(value))
            return "", ()
        key = next((each for each in self.kind.lists if each in value), None)
        if key is None:
            return self._single(value)
        self.notes.once("", value)
        self.ignored.update(str(each) for each in value if each != key)

        return key, self.notes.list_of("", value, key)

    def _single(self, value: Mapping[str, object]) -> tuple[str | None, Sequence[object]]:
        if self.kind.key in value:
            return None, (value,)
        self.notes.fault("", self.kind.expected, "an object with neither")

        return "", ()

    def _one(self, path: str, value: object, make: Make[_Record]) -> _Record | None:
        if not isinstance(value, Mapping):
            self.notes.fault(path, AN_OBJECT, came(value))
            return None
        before = self.notes.log.count
        self.notes.once(path, value)
        cells = Cells(self.notes, path, value)
        record = make(cells)
        self.ignored.update(cells.unknown())

        return record if self.notes.log.count == before else None
