"""Machinery: rows that a caller supplies, as CSV, as JSON or in memory, by the names of facts."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from attrs import define, field, frozen

from partnerkpi._faults import shown
from partnerkpi._instants import of_datetime, parse_one, to_datetime
from partnerkpi.errors import InputError, Place
from partnerkpi.io._cells import MISSING, came, instant_fault, step, text_fault
from partnerkpi.io._csv import CsvReader
from partnerkpi.io._files import opened
from partnerkpi.io._json import Repeated
from partnerkpi.io._notes import AN_OBJECT, Notes
from partnerkpi.webex._loading import is_list, is_text_of, loaded, name_of, source_of

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi._faults import FaultLog
    from partnerkpi.webex._loading import PayloadSource

__all__ = ["FactRow", "Headings", "Sheet", "UnknownKeys", "heading_key", "sheet_of"]

UnknownKeys: TypeAlias = Literal["refuse", "ignore"]

A_TRUTH = "true or false"
A_LIST_OF_ROWS = "a list of rows"
_NOT_SAID = frozenset({"", "na", "n/a"})
_NONE = "none"
_MAY_BE_NONE = frozenset({"ends_at", "last_admin_sign_in_at"})
_BLANKS = re.compile(r"[\s_-]+")
_BETWEEN_IDS = re.compile(r"[,;]")
_PIECE = 1 << 20


def heading_key(heading: str) -> str:
    """A heading as it is compared: small letters, one blank for blanks, hyphens, underscores."""
    return _BLANKS.sub(" ", heading.strip()).casefold()


@frozen
class Sheet:
    """Rows of a table: each with its line, or with its position in a list.

    Attributes:
        name: What faults call it.
        prefix: The path of the list; ``None`` for a table with lines.
        header: The line of the headings, and the headings, of a table with lines.
        rows: The rows, each a mapping from its headings.
    """

    name: str
    prefix: str | None
    rows: Iterable[tuple[int, Mapping[str, object]]] = ()
    header: tuple[int, Sequence[str]] | None = None

    def place(self, row: int, heading: str | None = None) -> Place:
        """Where a row stands, or a cell of it."""
        if self.prefix is None:
            return Place(self.name, line=row, column=heading)
        path = f"{self.prefix}[{row}]"

        return Place(self.name, path=path if heading is None else step(path, heading))


def sheet_of(source: PayloadSource, name: str, log: FaultLog) -> Sheet:
    """The rows of a source, whatever they come in.

    Raises:
        OSError: the path cannot be opened.
    """
    if isinstance(source, Mapping) or is_list(source):
        return _listed(source, f"rows of {name}", log)
    name = name_of(source, name) if not _is_table(source) else name
    data = _whole(source, name, log)
    if data is None:
        return Sheet(name, "")
    if is_text_of(data[:_PIECE].decode("utf-8", "replace"), "{["):
        return _listed(loaded(data, name, log), name, log)

    return _table(data, name, log)


def _is_table(source: object) -> bool:
    """Whether a text is a table itself: no path has several lines."""
    return isinstance(source, str) and "\n" in source


def _whole(source: object, name: str, log: FaultLog) -> bytes | None:
    given = source.encode() if isinstance(source, str) and _is_table(source) else source
    try:
        with opened(source_of(given), name) as data:
            return b"".join(iter(lambda: data.read(_PIECE), b""))
    except InputError as error:
        log.take(error.faults, error.count)

    return None


def _listed(value: object, name: str, log: FaultLog) -> Sheet:
    prefix = ""
    if isinstance(value, Mapping) and "items" in value:
        prefix, value = "items", value["items"]
    if is_list(value):
        sheet = Sheet(name, prefix)
        return Sheet(name, prefix, _objects(cast("Sequence[object]", value), sheet, log))
    if value is not MISSING:
        log.add(Place(name, prefix or None), A_LIST_OF_ROWS, came(value))

    return Sheet(name, prefix)


def _objects(
    values: Sequence[object], sheet: Sheet, log: FaultLog
) -> Iterator[tuple[int, Mapping[str, object]]]:
    for row, value in enumerate(values):
        if not isinstance(value, Mapping):
            log.add(sheet.place(row), AN_OBJECT, came(value))
        elif isinstance(value, Repeated):
            Notes(log, sheet.name).once(f"{sheet.prefix}[{row}]", value)
        else:
            yield row, value


def _table(data: bytes, name: str, log: FaultLog) -> Sheet:
    with opened(io.BytesIO(data), name) as source:
        reader = CsvReader(source, log)
        header = reader.header()
        if header is None:
            return Sheet(name, None)

        return Sheet(name, None, [*_records(reader, header[1])], header)


def _records(
    reader: CsvReader, headings: Sequence[str]
) -> Iterator[tuple[int, Mapping[str, object]]]:
    for cells in reader.cells(len(headings)):
        for record, line in enumerate(cells.lines.tolist()):
            if not cells.broken[record]:
                texts = (cells.text(column, record) for column in range(len(headings)))
                yield line, dict(zip(headings, texts, strict=True))


@define
class Headings:
    """Which facts the headings of a sheet hold; what is wrong with them is noted once a table."""

    known: Mapping[str, str]
    sheet: Sheet
    log: FaultLog
    may_ignore: bool
    ignored: Counter[str] = field(factory=Counter)
    #: For the facts of a table its headings; ``None`` where each row has its own keys.
    of_table: dict[str, str] | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        if self.sheet.prefix is None:
            line, headings = self.sheet.header or (1, ())
            self.of_table = self.facts_of(line, headings)

    def sorted_out(self, row: int, cells: Mapping[str, object]) -> dict[str, tuple[str, object]]:
        """The cells of a row by fact, each with its heading."""
        facts = self.of_table
        if facts is None:
            facts = self.facts_of(row, [*map(str, cells)])

        return {fact: (heading, cells[heading]) for fact, heading in facts.items()}

    def facts_of(self, row: int, headings: Iterable[str]) -> dict[str, str]:
        """The heading of each fact."""
        found: dict[str, str] = {}
        for heading in headings:
            fact = self.known.get(heading_key(heading))
            place = self.sheet.place(row, heading)
            if fact is None:
                self._unknown(heading, place)
            elif fact in found:
                self.log.add(place, f"one column for {fact}", f"{found[fact]!r} as well")
            elif fact:
                found[fact] = heading

        return found

    def _unknown(self, heading: str, place: Place) -> None:
        if self.may_ignore:
            self.ignored[heading] += 1
            return
        near = get_close_matches(heading_key(heading), self.known, n=1)
        hint = f" (did you mean {near[0].replace(' ', '_')!r}?)" if near else ""
        self.log.add(place, f"a known column{hint}", shown(heading))


@define
class FactRow:
    """The cells of a row by fact; asking for one checks it."""

    headings: Headings
    row: int
    cells: Mapping[str, tuple[str, object]]
    faulty: bool = False

    def fault(self, fact: str, expected: str, found: str) -> None:
        """Note that a cell is not what it must be."""
        self.faulty = True
        heading = self.cells[fact][0] if fact in self.cells else None
        self.headings.log.add(self.headings.sheet.place(self.row, heading), expected, found)

    def is_said(self, fact: str) -> bool:
        """Whether the cell says anything."""
        cell = self._cell(fact)

        return not (cell is None or (isinstance(cell, str) and cell.lower() in _NOT_SAID))

    def text(self, fact: str) -> str:
        """A text, or nothing."""
        if not self.is_said(fact):
            return ""
        cell = self._cell(fact)
        if expected := text_fault(cell):
            self.fault(fact, expected, came(cell))

        return str(cell)

    def ids(self, fact: str) -> tuple[str, ...]:
        """The ids in a text, each once; commas or semicolons stand between them."""
        parts = map(str.strip, _BETWEEN_IDS.split(self.text(fact)))

        return tuple(dict.fromkeys(filter(None, parts)))

    def word(self, fact: str, known: Sequence[str]) -> str:
        """One of a few words, or nothing."""
        found = self.text(fact)
        if found and found.lower() not in known:
            self.fault(fact, " or ".join(known), shown(found))

        return found.lower()

    def instant(self, fact: str) -> datetime | None:
        """An instant, if one is stated."""
        cell = self._cell(fact)
        if not self.is_said(fact) or (fact in _MAY_BE_NONE and str(cell).lower() == _NONE):
            return None
        if expected := instant_fault(cell):
            self.fault(fact, expected, came(cell))
            return None
        micros = parse_one(cell) if isinstance(cell, str) else of_datetime(cast("datetime", cell))

        return to_datetime(micros)

    def flag(self, fact: str) -> bool | None:
        """A boolean, if one is stated."""
        if not self.is_said(fact):
            return None
        cell = self._cell(fact)
        found = cell.lower() if isinstance(cell, str) else cell
        if type(found) is bool or found in ("true", "false"):
            return found in (True, "true")
        self.fault(fact, A_TRUTH, came(cell))

        return None

    def _cell(self, fact: str) -> object:
        return self.cells.get(fact, (fact, None))[1]
