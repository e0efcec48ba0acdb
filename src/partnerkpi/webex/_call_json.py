"""Machinery: records of the call history as objects: answers of the API, webhooks, JSON lines.

A payload is an object with a list ``items``, or a list; in JSON lines every line is a record or
a payload. Plain mappings are taken as JSON would have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import numpy as np
from attrs import define, field

from partnerkpi._arrays import MAX_COUNT
from partnerkpi._faults import shown
from partnerkpi._text import Text
from partnerkpi.errors import Fault, Place
from partnerkpi.io._cells import Number, came
from partnerkpi.io._json import JsonText, Repeated
from partnerkpi.webex._call_headings import HEADINGS, SECONDS, squeezed
from partnerkpi.webex._call_slices import Slices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from partnerkpi._arrays import Mask, Rows
    from partnerkpi._faults import FaultLog

__all__ = ["ObjectHistory", "ObjectRecords"]

_AT_A_TIME = 4096
_A_RECORD = "a record: an object"
_ITEMS = "items"
#: The headings whose values may come as numbers or as booleans.
_NUMBERS = frozenset({"Duration", "Ring duration", "Hold Duration"})
_FLAGS = frozenset({"Answered"})
_A_TEXT = "a text"


@define
class ObjectHistory:
    """Objects of the call history.

    Attributes:
        source: What faults call it.
        log: Where faults go.
        ignored: How many records have each key that is not documented.
        rejected: How many records were no objects, or have a key twice.
    """

    source: str
    log: FaultLog
    ignored: dict[str, int] = field(factory=dict)
    rejected: int = 0
    _keys: dict[str, str | None] = field(factory=dict)

    def of_json(self, text: JsonText) -> Iterator[ObjectRecords]:
        """The records of one payload."""
        found = self._elements(text, "") if text.look() == "[" else self._items(text)
        yield from self._some(found)

    def _items(self, text: JsonText) -> Iterator[tuple[Place, object]]:
        there = False
        for key in text.members():
            if key == _ITEMS and not there:
                there = True
                yield from self._elements(text, _ITEMS)
            else:
                if key == _ITEMS:
                    self.log.add(Place(self.source, path=_ITEMS), "each key once", "it again")
                text.value()
        text.finish()
        if not there:
            self.log.add(Place(self.source, path=_ITEMS), "a list of records", "nothing")

    def _elements(self, text: JsonText, path: str) -> Iterator[tuple[Place, object]]:
        more, number = text.enter("[]"), 0
        while more:
            place = Place(self.source, path=f"{path}[{number}]")
            yield place, text.value(place.path)
            more, number = text.step("]"), number + 1
        if not path:
            text.finish()

    def of_lines(
        self, lines: Iterable[tuple[int, Mapping[str, object]]]
    ) -> Iterator[ObjectRecords]:
        """The records of JSON lines, each of which has one or a payload of them."""
        yield from self._some(self._of_lines(lines))

    def _of_lines(
        self, lines: Iterable[tuple[int, Mapping[str, object]]]
    ) -> Iterator[tuple[Place, object]]:
        for line, record in lines:
            items = record.get(_ITEMS)
            if isinstance(items, list):
                for number, each in enumerate(items):
                    yield Place(self.source, path=f"{_ITEMS}[{number}]", line=line), each
            else:
                yield Place(self.source, line=line), record

    def of_rows(self, rows: Iterable[object]) -> Iterator[ObjectRecords]:
        """Plain mappings."""
        numbered = enumerate(rows)
        yield from self._some((Place(self.source, line=number), row) for number, row in numbered)

    def _some(self, found: Iterator[tuple[Place, object]]) -> Iterator[ObjectRecords]:
        places: list[Place] = []
        records: list[Mapping[str, object]] = []
        for place, record in found:
            members = self._record(place, record)
            if members is None:
                self.rejected += 1
                continue
            places.append(place)
            records.append(members)
            if len(records) == _AT_A_TIME:
                yield ObjectRecords(self.source, self.log, records, places)
                places, records = [], []
        if records:
            yield ObjectRecords(self.source, self.log, records, places)

    def _record(self, place: Place, record: object) -> dict[str, object] | None:
        """The members of a record by documented heading, or ``None`` (faulted)."""
        if not isinstance(record, Mapping):
            self.log.add(place, _A_RECORD, came(record))
            return None
        faults = self.log.count
        if isinstance(record, Repeated):
            for key in record.repeated:
                self.log.add(_at(place, key), "each key once", "it again")
        members: dict[str, object] = {}
        for name, value in cast("Mapping[object, object]", record).items():
            heading = self._heading(place, name)
            if heading in members:
                self.log.add(_at(place, str(name)), "each heading once", "it again")
            elif heading is not None:
                members[heading] = value

        return None if self.log.count > faults else members

    def _heading(self, place: Place, name: object) -> str | None:
        if not isinstance(name, str):
            self.log.add(place, "keys that are texts", came(name))
            return None
        if name not in self._keys:
            self._keys[name] = HEADINGS.get(squeezed(name))
        heading = self._keys[name]
        if heading is None:
            self.ignored[name] = self.ignored.get(name, 0) + 1

        return heading


def _at(place: Place, key: str) -> Place:
    return Place(place.source, place.path, place.line, key)


@define
class ObjectRecords:
    """Some records, column by column; empty text, ``NA`` and null are nothing given."""

    source: str
    log: FaultLog
    records: list[Mapping[str, object]]
    places: list[Place]
    #: Records with a fault.
    bad: Mask = field(init=False)
    _told: set[tuple[str, int]] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        self.bad = np.zeros(len(self.records), np.bool_)

    def __len__(self) -> int:
        return len(self.records)

    def given(self, heading: str, among: Rows | None = None) -> Slices:
        """The values of the records (of some, or of all) that give one."""
        rows: list[int] = []
        texts: list[str] = []
        for row in range(len(self.records)) if among is None else among.tolist():
            value = self.records[row].get(heading)
            text = value if type(value) is str else self._text(heading, row, value)
            if text and text.lower() != "na":
                rows.append(row)
                texts.append(text)

        return Slices.of_text(np.array(rows, np.intp), self._sound(heading, rows, texts))

    def _text(self, heading: str, row: int, value: object) -> str | None:
        """The text of what is no text, where such is documented."""
        if value is None:
            return None
        if type(value) is bool and heading in _FLAGS:
            return "true" if value else "false"
        if heading in _NUMBERS and (
            type(value) is Number or (type(value) is int and abs(value) <= MAX_COUNT)
        ):
            return str(value)
        if isinstance(value, str):
            return str(value)
        expected = SECONDS if heading in _NUMBERS else _A_TEXT
        self._refuse(heading, row, expected, came(value))

        return None

    def _sound(self, heading: str, rows: list[int], texts: list[str]) -> Text:
        try:
            return Text.from_strings(texts)
        except UnicodeEncodeError:
            pass
        for place, text in enumerate(texts):
            if any("\ud800" <= letter <= "\udfff" for letter in text):
                self._refuse(heading, rows[place], "a text without lone surrogates", shown(text))
                texts[place] = "?"

        return Text.from_strings(texts)

    def refuse(self, heading: str, rows: Rows, expected: Callable[[str], str | None]) -> None:
        """Fault a heading of some records."""
        for row in rows.tolist():
            value = self.records[row].get(heading)
            text = str(value) if isinstance(value, (str, Number)) else ""
            self._refuse(heading, row, str(expected(text)), came(value))

    def _refuse(self, heading: str, row: int, expected: str, found: str) -> None:
        # What is refused for its type is not there for whoever needs it: one fault is enough.
        if (heading, row) in self._told:
            return
        self._told.add((heading, row))
        self.log.add_rows([row], lambda _: Fault(self.place(row, heading), expected, found))
        self.bad[row] = True

    def place(self, row: int, heading: str | None) -> Place:
        """Where a record, or a heading of it, stands."""
        place = self.places[row]

        return Place(place.source, place.path, place.line, heading)
