"""Machinery: JSON lines, one object a line, to typed columns.

A line that is no JSON object, or has a key twice, is one fault; reading goes on with the next.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
from attrs import define, field

from partnerkpi._arrays import NEVER, as_rows
from partnerkpi._batches import Given, TextRows
from partnerkpi._faults import shown
from partnerkpi.errors import Place
from partnerkpi.io import _cells
from partnerkpi.io._call_cells import choices, measures, sets
from partnerkpi.io._cells import MISSING, REFUSED, came
from partnerkpi.io._collection import collection_held
from partnerkpi.io._json import Repeated, _scan_careful, _scan_plain
from partnerkpi.io._table_columns import ATTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from partnerkpi._arrays import Codes, Mask, Measures, Micros
    from partnerkpi._faults import FaultLog
    from partnerkpi._text import Text
    from partnerkpi.io._cells import Report
    from partnerkpi.io._files import ByteSource
    from partnerkpi.io._table_columns import Table, UnknownKeys

__all__ = ["ObjectColumns", "Objects", "read_objects"]

BLOCK = 1 << 19
LINE_LIMIT = 1 << 20
_BLANKS = b" \t\r"
_NO_JSON = "well-formed JSON"
_KEY = '":'
#: With blanks between a key and its colon, counting `":` would miss the key.
_LOOSE = (" :", "\t:", "\r:")

Lines: TypeAlias = "tuple[int, list[bytes]]"


@define
class Objects:
    """The objects of some lines, those lines, and which objects were faulted as a whole."""

    records: list[dict[str, object]] = field(factory=list)
    lines: list[int] = field(factory=list)
    broken: list[bool] = field(factory=list)

    def add(self, record: dict[str, object], line: int, *, broken: bool) -> None:
        """Add the object of a line."""
        self.records.append(record)
        self.lines.append(line)
        self.broken.append(broken)


def read_objects(source: ByteSource, log: FaultLog, block_bytes: int = BLOCK) -> Iterator[Objects]:
    """The objects of all lines, a bounded number of them at a time; blank lines are skipped."""
    for first, lines in _blocks(source, block_bytes):
        with collection_held():
            objects = _plain(lines, first) or _careful(lines, first, source.name, log)
        if objects.records:
            yield objects


def _plain(lines: list[bytes], first: int) -> Objects | None:
    """The objects of some lines, unless a line may be anything but one with every key once."""
    try:
        text = b"\n".join(lines).decode()
        texts = text.splitlines() if "\r" in text else text.split("\n")
        found = [_scan_plain(line, 0) for line in texts]
    except (StopIteration, ValueError, RecursionError):
        return None
    records = cast("list[dict[str, object]]", [record for record, _ in found])
    if len(texts) != len(lines) or [end for _, end in found] != list(map(len, texts)):
        return None
    # A key apart from its colon would not be counted.
    if set(map(type, records)) - {dict} or any(loose in text for loose in _LOOSE):
        return None
    if text.count(_KEY) != sum(map(len, records)) or max(map(len, lines)) > LINE_LIMIT:
        return None

    return Objects(records, list(range(first, first + len(records))), [False] * len(records))


def _careful(lines: list[bytes], first: int, source: str, log: FaultLog) -> Objects:
    """The objects of some lines one by one, with the faults of those that are none."""
    objects = Objects()
    for line, raw in enumerate(lines, first):
        text = raw.strip(_BLANKS)
        if text:
            _read(text, Place(source, line=line), objects, log)

    return objects


def _blocks(source: ByteSource, block_bytes: int) -> Iterator[Lines]:
    """The lines of a source, block by block, with the number of the first one."""
    line, rest = 1, b""
    while new := source.read(block_bytes):
        *lines, rest = (rest + new).split(b"\n")
        # What is beyond the limit is a fault, however long it is, and is not kept.
        rest = rest[: LINE_LIMIT + 1]
        yield line, lines
        line += len(lines)
    if rest:
        yield line, [rest]


def _read(raw: bytes, place: Place, objects: Objects, log: FaultLog) -> None:
    if len(raw) > LINE_LIMIT:
        log.add(place, f"a line of at most {LINE_LIMIT} bytes", "a longer one")
        return
    try:
        record = _decoded(raw.decode())
    except (UnicodeDecodeError, RecursionError, json.JSONDecodeError) as error:
        log.add(place, *_words(error))
        return
    if not isinstance(record, dict):
        log.add(place, "an object", came(record))
        return
    repeated = record.repeated if isinstance(record, Repeated) else ()
    for key in repeated:
        log.add(place, "each key once", f"{shown(key)} again")
    objects.add(record, place.line or 0, broken=bool(repeated))


def _decoded(text: str) -> object:
    try:
        value, end = _scan_careful(text, 0)
    except StopIteration as stop:
        raise json.JSONDecodeError(_NO_JSON, text, int(stop.value)) from None
    if end < len(text):
        raise json.JSONDecodeError(_NO_JSON, text, end)

    return value


def _words(error: UnicodeDecodeError | RecursionError | json.JSONDecodeError) -> tuple[str, str]:
    if isinstance(error, UnicodeDecodeError):
        return "UTF-8 text", f"the byte 0x{error.object[error.start]:02x}"
    if isinstance(error, RecursionError):
        return "JSON that is not nested so deeply", "a deeper one"
    came_ = shown(error.doc[error.pos]) if error.pos < len(error.doc) else "the end of the line"

    return _NO_JSON, f"{came_} at column {error.pos + 1}"


class ObjectColumns:
    """The values of some objects by key, with the faults found in them."""

    def __init__(
        self, objects: Objects, table: Table, source: str, log: FaultLog, unknown: UnknownKeys
    ) -> None:
        """Look at some objects as records of a table."""
        self._records = objects.records
        self._lines = objects.lines
        self._broken = objects.broken
        self._table = table
        self._source = source
        self._log = log
        self.bad: Mask = np.array(objects.broken, np.bool_)
        self._keys: set[str] = set().union(*objects.records)
        if unknown == "refuse":
            self._refuse_unknown()

    def texts(self, name: str) -> Text:
        """A column of texts, not empty, without control characters and lone surrogates."""
        return _cells.texts(self._cells(name), self._report(name))

    def words(self, name: str, known: Sequence[str], *, optional: bool) -> Mask:
        """Whether each cell is the second of two words; null stands for the first, if at all."""
        absent = known[0] if optional else REFUSED

        return _cells.words(
            self._cells(name), self._report(name), known, absent=absent, null=optional
        )

    def given(self, name: str) -> Given:
        """A column of texts that may be null, not empty, without control characters."""
        cells, report = self._cells(name), self._report(name)
        rows = [row for row, cell in enumerate(cells) if cell is not None and cell is not MISSING]
        given = [cells[row] for row in rows]
        texts = _cells.texts(given, lambda at, *what: report(rows[at], *what))

        return Given(texts, as_rows(rows))

    def choices(self, name: str, known: Mapping[str, int]) -> Codes:
        """For each cell the number of its word; another text has that of the last, and is noted."""
        return choices(self._cells(name), self._report(name), self._note(name), known)

    def measures(self, name: str, most: float) -> Measures:
        """A column of measurements of at most so much, NaN where null."""
        return measures(self._cells(name), self._report(name), most)

    def sets(self, name: str) -> TextRows:
        """A column of sets of texts; a text that a cell repeats is no fault."""
        return sets(self._cells(name), self._report(name))

    def flags(self, name: str, *, absent: bool | None) -> Mask:
        """A column of booleans; ``absent`` stands where null, without it null is a fault."""
        cells, report = self._cells(name), self._report(name)
        if absent is None:
            return _cells.flags(cells, report)

        return _cells.flags(cells, report, absent=absent, null=True)

    def counts(self, name: str) -> tuple[Micros, Mask]:
        """A column of counts, 0 where null, and where it is null; a required key must be there."""
        cells = self._cells(name)
        if name not in self._table.required:
            cells = [None if cell is MISSING else cell for cell in cells]
        null = np.fromiter((cell is None for cell in cells), np.bool_, len(cells))
        filled = [0 if cell is None else cell for cell in cells] if null.any() else cells

        return _cells.counts(filled, self._report(name)), null

    def instants(self, name: str, *, absent: int | Micros | None = None) -> Micros:
        """A column of instants; ``absent`` stands where null, without it null is a fault."""
        cells, report = self._cells(name), self._report(name)
        if absent is None:
            return _cells.instants(cells, report)
        column = _cells.instants(cells, report, absent=NEVER)

        return np.where(column == NEVER, absent, column)

    def tags(self, name: str) -> TextRows:
        """A column of lists of tags."""
        return _cells.tags(self._cells(name), self._report(name), null=True)

    def attributes(self) -> Mapping[str, TextRows]:
        """The attributes by name; null gives none."""
        known = {key for key in self._keys if key.startswith(ATTRIBUTE) and self._table.knows(key)}
        given: dict[str, tuple[list[int], list[object]]] = {key: ([], []) for key in sorted(known)}
        for row, record in enumerate(self._records) if known else ():
            # There may be many attributes of which every object has few.
            for key in record.keys() & known:
                rows, values = given[key]
                rows.append(row)
                values.append(record[key])

        return {
            key.removeprefix(ATTRIBUTE): self._attribute(key, rows, values)
            for key, (rows, values) in given.items()
        }

    def stated(self, name: str) -> Mask:
        """Which objects have a value that is not null."""
        cells = (record.get(name) is not None for record in self._records)

        return np.fromiter(cells, np.bool_, len(self._records))

    def missing(self, name: str, null: Mask, expected: str) -> None:
        """Fault nulls where a value is needed."""
        report = self._report(name)
        for row in np.flatnonzero(null).tolist():
            report(row, "", expected, came(None))

    def _cells(self, name: str) -> list[object]:
        return [record.get(name, MISSING) for record in self._records]

    def _attribute(self, key: str, rows: list[int], values: list[object]) -> TextRows:
        report = self._report(key)
        given = _cells.optional_texts(values, lambda at, *what: report(rows[at], *what))

        return TextRows(as_rows(rows)[given.rows], given.texts)

    def _refuse_unknown(self) -> None:
        unknown = {key for key in self._keys if not self._table.knows(key)}
        if not unknown:
            return
        for row, record in enumerate(self._records):
            for key in record:
                if key in unknown:
                    self._report(None)(row, "", self._table.unknown(key, "key"), shown(key))

    def _report(self, name: str | None) -> Report:
        """Takes the faults of a column; an object faulted as a whole gets no others."""
        note = self._note(name)

        def report(row: int, inner: str, expected: str, found: str) -> None:
            self.bad[row] = True
            note(row, inner, expected, found)

        return report

    def _note(self, name: str | None) -> Report:
        """Takes the faults of a column that leave their rows good."""

        def note(row: int, inner: str, expected: str, found: str) -> None:
            if not self._broken[row]:
                column = None if name is None else name + inner
                place = Place(self._source, line=self._lines[row], column=column)
                self._log.add(place, expected, found)

        return note
