"""Machinery: cells of CSV to typed columns, whole columns at a time.

A cell is accepted by NumPy over its bytes; only cells that are not accepted become Python strings,
to word their faults. An empty cell is null: nothing given, where the column is optional.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from attrs import define, field

from partnerkpi import _record_rules as rules
from partnerkpi._batches import Given, TextRows
from partnerkpi._faults import shown
from partnerkpi._instants import parse, why_bad
from partnerkpi._text import Text, group
from partnerkpi.errors import Fault, Place
from partnerkpi.io._call_cells import codes_of, labeled, number_of, set_faults, words_of
from partnerkpi.io._cells import tag_faults, text_fault, value_fault, word_fault
from partnerkpi.io._csv_values import counts_of, decimals_of, equal_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from partnerkpi._arrays import Codes, Mask, Measures, Micros, Rows
    from partnerkpi._faults import FaultLog
    from partnerkpi.io._csv import Cells
    from partnerkpi.io._table_columns import Header

__all__ = ["CellColumns"]

_ListFaults: TypeAlias = "Callable[[str, object], Iterator[tuple[str, str, str]]]"

_SEMICOLON = ord(";")


@define
class CellColumns:
    """The cells of some records by column name, with the faults found in them.

    A column that is not there stands for nothing given.
    A record that was faulted as a whole gets no faults for its cells.
    """

    cells: Cells
    header: Header
    source: str
    log: FaultLog
    #: Records with a fault.
    bad: Mask = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.bad = self.cells.broken.copy()

    def texts(self, name: str) -> Text:
        """A column of texts, not empty, without control characters."""
        at = self.header.places.get(name)
        if at is None:
            return Text.from_strings([""] * len(self.cells))
        text = Text.from_slices(self.cells.buffer, self.cells.starts[at], self.cells.lengths[at])
        self._refuse(name, text.faulty(), _text_or_null_fault)

        return text

    def words(self, name: str, known: Sequence[str], *, optional: bool) -> Mask:
        """Whether each cell is the second of two words; null stands for the first, if at all."""
        at = self.header.places.get(name)
        if at is None:
            return np.zeros(len(self.cells), np.bool_)
        first, second = (self._equal(at, word.encode()) for word in known)
        good = first | second | ((self.cells.lengths[at] == 0) if optional else False)
        self._refuse(name, np.flatnonzero(~good), word_fault(known))

        return second

    def given(self, name: str) -> Given:
        """A column of texts that may be null, not empty, without control characters."""
        rows, text = self._given(name)
        self._refuse(name, rows[text.faulty()], text_fault)

        return Given(text, rows)

    def choices(self, name: str, known: Mapping[str, int]) -> Codes:
        """For each cell the number of its word; another text has that of the last, and is noted."""
        if name not in self.header.places:
            return np.zeros(len(self.cells), np.uint8)
        text = self.texts(name)
        found = codes_of(labeled(text), known)
        other = np.flatnonzero(found == len(known))
        found[other] = len(known) - 1
        faulty = text.faulty()
        self._tell(name, np.setdiff1d(other, faulty), lambda _: words_of(known))

        return found

    def measures(self, name: str, most: float) -> Measures:
        """A column of measurements of at most so much, NaN where null."""
        column = np.full(len(self.cells), np.nan)
        at = self.header.places.get(name)
        if at is None:
            return column
        starts, lengths = self.cells.starts[at], self.cells.lengths[at]
        found, plain = decimals_of(self.cells.buffer, starts, lengths)
        # Other spellings are left to Python, each different one once.
        odd = np.flatnonzero(~plain & (lengths > 0))
        text = Text.from_slices(self.cells.buffer, starts[odd], lengths[odd])
        codes, firsts = group(text)
        found[odd] = np.array([number_of(each) for each in text.take(firsts)])[codes] + 0.0
        good = (found >= 0) & (found <= most) & (found < np.inf) & (lengths > 0)
        self._refuse(
            name, np.flatnonzero(~good & (lengths > 0)), lambda _: rules.measure_words(most)
        )
        column[good] = found[good]

        return column

    def sets(self, name: str) -> TextRows:
        """A column of sets of texts, with ``;`` between those of one cell."""
        texts = self._listed(name)
        self._refuse_lists(name, np.unique(texts.rows[texts.texts.faulty()]), set_faults)

        return texts

    def flags(self, name: str, *, absent: bool | None) -> Mask:
        """A column of booleans; ``absent`` stands where null, without it null is a fault."""
        at = self.header.places.get(name)
        if at is None:
            return np.full(len(self.cells), bool(absent))
        true, false = self._equal(at, b"true"), self._equal(at, b"false")
        null = (self.cells.lengths[at] == 0) & (absent is not None)
        self._refuse(name, np.flatnonzero(~(true | false | null)), lambda _: rules.A_BOOLEAN)

        return true | null if absent else true

    def counts(self, name: str) -> tuple[Micros, Mask]:
        """A column of counts, 0 where null, and where it is null."""
        at = self.header.places.get(name)
        if at is None:
            return np.zeros(len(self.cells), np.int64), np.ones(len(self.cells), np.bool_)
        lengths = self.cells.lengths[at]
        values, good = counts_of(self.cells.buffer, self.cells.starts[at], lengths)
        null = lengths == 0
        self._refuse(name, np.flatnonzero(~(good | null)), lambda _: rules.A_COUNT)
        values[~good] = 0

        return values, null

    def instants(self, name: str, *, absent: int | Micros | None = None) -> Micros:
        """A column of instants; ``absent`` stands where null, without it null is a fault."""
        given, text = self._given(name)
        micros, bad = parse(text)
        self._refuse(name, given[bad], why_bad)
        column = np.empty(len(self.cells), np.int64)
        column[:] = 0 if absent is None else absent
        column[given] = micros
        if absent is None and given.size < column.size:
            null = np.ones(column.size, np.bool_)
            null[given] = False
            self.missing(name, null, "an instant")

        return column

    def tags(self, name: str) -> TextRows:
        """A column of tags, with ``;`` between those of one cell."""
        tags = self._listed(name)
        repeating = _repeating(tags)
        self._refuse_lists(name, np.union1d(tags.rows[tags.texts.faulty()], repeating), tag_faults)

        return tags

    def _listed(self, name: str) -> TextRows:
        rows, text = self._given(name)
        offsets = text.offsets.astype(np.intp)
        marks = np.flatnonzero(text.data == _SEMICOLON)
        starts = np.sort(np.concatenate([offsets[:-1], marks + 1]))
        ends = np.sort(np.concatenate([offsets[1:], marks]))
        of = np.repeat(np.arange(rows.size), 1 + np.diff(np.searchsorted(marks, offsets)))

        return TextRows(rows[of], Text.from_slices(text.data, starts, ends - starts))

    def attributes(self) -> Mapping[str, TextRows]:
        """The attributes by name; an empty cell gives none."""
        return {
            attribute: self._optional_texts(column)
            for column, attribute in self.header.attributes.items()
        }

    def stated(self, name: str) -> Mask:
        """Which records have a cell that is not null."""
        at = self.header.places.get(name)

        return np.zeros(len(self.cells), np.bool_) if at is None else self.cells.lengths[at] > 0

    def missing(self, name: str, null: Mask, expected: str) -> None:
        """Fault nulls where a value is needed."""
        # A missing column was one fault of the header, and is not one more for every record.
        if name in self.header.places:
            self._refuse(name, np.flatnonzero(null), lambda _: expected)

    def _equal(self, at: int, word: bytes) -> Mask:
        return equal_to(self.cells.buffer, self.cells.starts[at], self.cells.lengths[at], word)

    def _given(self, name: str) -> tuple[Rows, Text]:
        """The records with a cell that is not empty, and the texts in it."""
        at = self.header.places.get(name)
        if at is None:
            return np.empty(0, np.intp), Text.from_strings([])
        starts, lengths = self.cells.starts[at], self.cells.lengths[at]
        rows = np.flatnonzero(lengths > 0)
        if rows.size < lengths.size:
            starts, lengths = starts[rows], lengths[rows]

        return rows, Text.from_slices(self.cells.buffer, starts, lengths)

    def _optional_texts(self, name: str) -> TextRows:
        rows, text = self._given(name)
        self._refuse(name, rows[text.faulty()], value_fault)

        return TextRows(rows, text)

    def _refuse(self, name: str, rows: Rows, expected: Callable[[str], str | None]) -> None:
        """Fault the cells of these records."""
        self._tell(name, rows, expected)
        self.bad[rows] = True

    def _tell(self, name: str, rows: Rows, expected: Callable[[str], str | None]) -> None:
        """Note faults of the cells of these records."""
        if rows.size:
            at = self.header.places[name]
            self.log.add_rows(self._whole(rows), lambda row: self._fault(name, at, row, expected))

    def _whole(self, rows: Rows) -> Rows:
        # The cells of a broken record may be those of other columns.
        return rows[~self.cells.broken[rows]]

    def _fault(self, name: str, at: int, row: int, expected: Callable[[str], str | None]) -> Fault:
        text = self.cells.text(at, row)

        return Fault(self._place(row, name), str(expected(text)), shown(text or None))

    def _refuse_lists(self, name: str, rows: Rows, faults_of: _ListFaults) -> None:
        self.bad[rows] = True
        for row in self._whole(rows).tolist():
            text = self.cells.text(self.header.places[name], row)
            for path, expected, found in faults_of(name, text.split(";")):
                self.log.add(self._place(row, path), expected, found)

    def _place(self, row: int, column: str) -> Place:
        return Place(self.source, line=int(self.cells.lines[row]), column=column)


def _text_or_null_fault(text: str) -> str | None:
    return text_fault(text or None)


def _repeating(tags: TextRows) -> Rows:
    """The rows that have some tag twice."""
    same = np.flatnonzero(tags.rows[1:] == tags.rows[:-1])
    several = np.union1d(same, same + 1)
    if not several.size:
        return several
    codes, firsts = group(tags.texts.take(several))
    pairs = np.sort(tags.rows[several] * len(firsts) + codes)
    again: Rows = pairs[1:][pairs[1:] == pairs[:-1]] // len(firsts)

    return again
