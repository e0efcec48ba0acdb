"""Machinery: some rows of the columns of a table in memory, with the faults found in them.

Where an array is plain, NumPy judges the rows; where something is null or odd, the rows become
Python objects, and the rules for those word the faults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import MAX_COUNT, NEVER
from partnerkpi._batches import Given, LabeledRows, TextRows
from partnerkpi._text import Text
from partnerkpi._text_forms import AnyText, Labeled, text_of
from partnerkpi.errors import Place
from partnerkpi.io import _cells
from partnerkpi.io._array_column import micros_of
from partnerkpi.io._call_cells import (
    choices,
    codes_of,
    labeled,
    labeled_sets,
    measures,
    set_faults,
    sets,
)
from partnerkpi.io._cells import REFUSED, came

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerkpi._arrays import Codes, Counts, Mask, Measures, Micros
    from partnerkpi.io._array_column import Column, Labels
    from partnerkpi.io._cells import Report
    from partnerkpi.io._whole_columns import Whole

__all__ = ["ArrayColumns"]

_WHOLE_MICROS = "an instant in whole microseconds"


class ArrayColumns:
    """Some rows of the columns of a table, with the faults found in them."""

    def __init__(self, whole: Whole, columns: dict[str, Column], first: int, size: int) -> None:
        """Look at some rows, the first of which has the number ``first``."""
        self._whole = whole
        self._columns = columns
        self._first = first
        self._size = size
        self.bad: Mask = np.full(size, not whole.usable)
        for column in columns.values():
            if column.wild is not None:
                self.bad |= column.wild

    def texts(self, name: str) -> AnyText:
        """A column of texts, not empty, without control characters and lone surrogates."""
        column = self._columns.get(name)
        if column is None:
            return Text.from_strings(["?"] * self._size)
        text = column.quick_text()
        if text is None:
            return _cells.texts(column.objects(), self._report(name))

        return text

    def words(self, name: str, known: Sequence[str], *, optional: bool) -> Mask:
        """Whether each cell is the second of two words; null stands for the first, if at all."""
        column = self._columns.get(name)
        if column is None:
            return np.zeros(self._size, np.bool_)
        second = column.second_of(known)
        if second is not None:
            return second
        absent = known[0] if optional else REFUSED

        return _cells.words(
            column.objects(), self._report(name), known, absent=absent, null=optional
        )

    def given(self, name: str) -> Given:
        """A column of texts that may be null, not empty, without control characters."""
        column = self._columns.get(name)
        if column is None:
            return Given(Text.from_strings([]), np.empty(0, np.intp))
        if column.labels is not None and column.labels.plain:
            return Given(Labeled(column.values, column.labels.texts))
        rows = np.flatnonzero(~column.null)
        given = column.part(rows)
        text = given.quick_text()
        if text is None:
            report = self._report(name)
            text = _cells.texts(given.objects(), lambda at, *what: report(int(rows[at]), *what))

        return Given(text, rows)

    def choices(self, name: str, known: Mapping[str, int]) -> Codes:
        """For each cell the number of its word; another text has that of the last, and is noted."""
        column = self._columns.get(name)
        if column is None:
            return np.zeros(self._size, np.uint8)
        texts = column.quick_text()
        if texts is not None:
            found = codes_of(labeled(texts), known)
            if found.max(initial=0) < len(known):
                return found

        return choices(column.objects(), self._report(name), self._note(name), known)

    def measures(self, name: str, most: float) -> Measures:
        """A column of measurements of at most so much, NaN where null."""
        column = self._columns.get(name)
        if column is None:
            return np.full(self._size, np.nan)
        report = self._report(name)
        if column.values.dtype.kind == "O":
            return measures(column.objects(), report, most)
        values, null = column.values.astype(np.float64), column.null
        wrong = ~((values >= 0) & (values <= most) & (values < np.inf)) & ~null
        for row in np.flatnonzero(wrong).tolist():
            report(row, "", rules.measure_words(most), str(column.values[row]))
        values[null | wrong] = np.nan

        return values + 0.0

    def sets(self, name: str) -> TextRows | LabeledRows:
        """A column of sets of texts: of lists, or of texts with ``;`` between those of one cell."""
        column = self._columns.get(name)
        if column is None:
            return TextRows(np.empty(0, np.intp), Text.from_strings([]))
        if column.labels is not None:
            return self._coded_sets(name, column.labels, column.values)
        cells = column.objects()
        if column.values.dtype.kind == "O":
            lists = [cell.tolist() if isinstance(cell, np.ndarray) else cell for cell in cells]
        else:
            lists = [cell.split(";") if isinstance(cell, str) and cell else None for cell in cells]

        return sets(lists, self._report(name))

    def _coded_sets(self, name: str, labels: Labels, codes: Codes) -> LabeledRows:
        """Sets that come as codes: each different one is looked at once."""
        report = self._report(name)
        members: dict[int, Sequence[str]] = {}
        for code in np.unique(codes[codes >= 0]).tolist():
            label = labels.object(code)
            texts: list[Any] = label.split(";") if isinstance(label, str) else [label]
            texts = [] if texts == [""] else texts
            faults = list(set_faults("", texts))
            for row in np.flatnonzero(codes == code).tolist() if faults else ():
                for fault in faults:
                    report(row, *fault)
            members[code] = [] if faults else texts

        return labeled_sets(codes, members)

    def flags(self, name: str, *, absent: bool | None) -> Mask:
        """A column of booleans; ``absent`` stands where null, without it null is a fault."""
        column = self._columns.get(name)
        if column is None:
            return np.full(self._size, bool(absent))
        if column.values.dtype.kind != "b":
            cells, report = column.objects(), self._report(name)
            if absent is None:
                return _cells.flags(cells, report)
            return _cells.flags(cells, report, absent=absent, null=True)
        if not column.has_null:
            return column.values
        if absent is None:
            self.missing(name, column.null, rules.A_BOOLEAN)

        return np.where(column.null, bool(absent), column.values)

    def counts(self, name: str) -> tuple[Counts, Mask]:
        """A column of counts, 0 where null, and where it is null."""
        column = self._columns.get(name)
        if column is None:
            return np.zeros(self._size, np.int64), np.ones(self._size, np.bool_)
        if column.values.dtype.kind in "iu" and not column.has_null:
            least, most = column.values.min(initial=0), column.values.max(initial=0)
            if least >= 0 and most <= MAX_COUNT:
                return column.values, column.null
        report = self._report(name)
        if column.values.dtype.kind == "O":
            cells = [0 if cell is None else cell for cell in column.objects()]
            return _cells.counts(cells, report), column.null
        wrong = ((column.values < 0) | (column.values > MAX_COUNT)) & ~column.null
        for row in np.flatnonzero(wrong).tolist():
            report(row, "", rules.A_COUNT, str(column.values[row]))

        return np.where(column.null | wrong, 0, column.values).astype(np.int64), column.null

    def instants(self, name: str, *, absent: int | Micros | None = None) -> Micros:
        """A column of instants; ``absent`` stands where null, without it null is a fault."""
        column = self._columns.get(name)
        if column is None:
            return np.full(self._size, 0 if absent is None else absent, np.int64)
        if column.values.dtype.kind == "M":
            plain = column.plain_micros()
            if plain is not None:
                return plain
            micros = self._micros(name, column)
        else:
            micros = _cells.instants(column.objects(), self._report(name), absent=NEVER)
        null = column.null
        if absent is None:
            self.missing(name, null, "an instant")

        return np.where(null, 0 if absent is None else absent, micros)

    def tags(self, name: str) -> TextRows:
        """A column of lists of tags."""
        column = self._columns.get(name)
        cells = [] if column is None else column.objects()
        lists = [cell.tolist() if isinstance(cell, np.ndarray) else cell for cell in cells]

        return _cells.tags(lists, self._report(name), null=True)

    def attributes(self) -> Mapping[str, TextRows | LabeledRows]:
        """The attributes by name; null gives none."""
        return {
            attribute: self._attribute(name, self._columns[name])
            for name, attribute in self._whole.header.attributes.items()
            if name in self._columns
        }

    def missing(self, name: str, null: Mask, expected: str) -> None:
        """Fault nulls where a value is needed."""
        # A missing column was one fault, and is not one more for every row.
        if name in self._columns:
            report = self._report(name)
            for row in np.flatnonzero(null).tolist():
                report(row, "", expected, came(None))

    def _attribute(self, name: str, column: Column) -> TextRows | LabeledRows:
        rows = np.flatnonzero(~column.null)
        given = column.part(rows)
        text = given.quick_text(empty=True)
        if isinstance(text, Labeled):
            return LabeledRows(rows, text)
        if text is not None:
            return TextRows(rows, text_of(text))
        report = self._report(name)
        texts = _cells.optional_texts(
            given.objects(), lambda at, *what: report(int(rows[at]), *what)
        )

        return TextRows(rows[texts.rows], texts.texts)

    def _micros(self, name: str, column: Column) -> Micros:
        micros, reached, whole = micros_of(column.values)
        report, null = self._report(name), column.null
        for right, expected in ((reached, rules.AN_INSTANT_IN_RANGE), (whole, _WHOLE_MICROS)):
            for row in np.flatnonzero(~(right | null)).tolist():
                report(row, "", expected, str(column.values[row]))

        return micros

    def _report(self, name: str) -> Report:
        note = self._note(name)

        def report(row: int, inner: str, expected: str, found: str) -> None:
            self.bad[row] = True
            note(row, inner, expected, found)

        return report

    def _note(self, name: str) -> Report:
        """Takes the faults of a column that leave their rows good."""
        column = self._columns.get(name)
        wild = None if column is None else column.wild

        def note(row: int, inner: str, expected: str, found: str) -> None:
            # A code out of range was faulted before, and is null since.
            if wild is None or not wild[row]:
                place = Place(self._whole.source, line=self._first + row, column=name + inner)
                self._whole.log.add(place, expected, found)

        return note
