"""Machinery: some rows of an Arrow table, with the faults found in them.

What is plain is judged in Arrow's own buffers; a column with anything odd in it becomes Python
objects, and the door of columns in memory words its faults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from partnerkpi._batches import Given, LabeledRows, TextRows
from partnerkpi._instants import parse
from partnerkpi._text import Text
from partnerkpi.io._array_column import Column
from partnerkpi.io._array_columns import ArrayColumns
from partnerkpi.io._arrow_arrays import Lists, Texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerkpi._arrays import Codes, Mask, Micros
    from partnerkpi._text_forms import AnyText
    from partnerkpi.io._arrow_arrays import AnyColumn
    from partnerkpi.io._whole_columns import Whole

__all__ = ["ArrowColumns"]


class ArrowColumns(ArrayColumns):
    """Some rows of an Arrow table, with the faults found in them."""

    def __init__(
        self, whole: Whole, columns: Mapping[str, AnyColumn], first: int, size: int
    ) -> None:
        """Look at some rows, the first of which has the number ``first``."""
        plain = {name: each for name, each in columns.items() if isinstance(each, Column)}
        super().__init__(whole, plain, first, size)
        self._texts = {name: each for name, each in columns.items() if isinstance(each, Texts)}
        self._lists = {name: each for name, each in columns.items() if isinstance(each, Lists)}

    def texts(self, name: str) -> AnyText:
        """A column of texts, not empty, without control characters and lone surrogates."""
        cells = self._texts.get(name)
        if cells and cells.masked is None and not cells.text.faulty().size:
            return cells.text
        self._spread(name)

        return super().texts(name)

    def words(self, name: str, known: Sequence[str], *, optional: bool) -> Mask:
        """Whether each cell is the second of two words; null stands for the first, if at all."""
        self._spread(name)

        return super().words(name, known, optional=optional)

    def given(self, name: str) -> Given:
        """A column of texts that may be null, not empty, without control characters."""
        cells = self._texts.get(name)
        found = None if cells is None else _given(cells, empty=False)
        if found is not None:
            return found
        self._spread(name)

        return super().given(name)

    def choices(self, name: str, known: Mapping[str, int]) -> Codes:
        """For each cell the number of its word; another text has that of the last, and is noted."""
        self._spread(name)

        return super().choices(name, known)

    def sets(self, name: str) -> TextRows | LabeledRows:
        """A column of sets of texts: of lists, or of texts with ``;`` between those of one cell."""
        found = self._listed(name)
        if found is not None:
            return found
        self._spread_lists(name)

        return super().sets(name)

    def tags(self, name: str) -> TextRows:
        """A column of lists of tags."""
        found = self._listed(name)
        if found is not None and not _repeating(found):
            texts = found.texts.text() if isinstance(found, LabeledRows) else found.texts
            return TextRows(found.rows, texts)
        self._spread_lists(name)

        return super().tags(name)

    def instants(self, name: str, *, absent: int | Micros | None = None) -> Micros:
        """A column of instants; ``absent`` stands where null, without it null is a fault."""
        cells = self._texts.get(name)
        found = None if cells is None else _instants(cells, absent)
        if found is not None:
            return found
        self._spread(name)

        return super().instants(name, absent=absent)

    def _attribute_of(self, name: str) -> TextRows | LabeledRows:
        cells = self._texts.get(name)
        found = None if cells is None else _given(cells, empty=True)
        if found is None:
            self._spread(name)
            return self._attribute(name, self._columns[name])
        assert isinstance(found.texts, Text)  # noqa: S101  # they came as texts
        rows = np.arange(self._size) if found.rows is None else found.rows

        return TextRows(rows, found.texts)

    def attributes(self) -> Mapping[str, TextRows | LabeledRows]:
        """The attributes by name; null gives none."""
        names = self._whole.header.attributes

        return {
            attribute: self._attribute_of(name)
            for name, attribute in names.items()
            if name in self._columns or name in self._texts
        }

    def stated(self, name: str) -> Mask:
        """Which rows have a value that is not null; asked of flags alone."""
        column = self._columns.get(name)

        return np.zeros(self._size, np.bool_) if column is None else ~column.null

    def _spread(self, name: str) -> None:
        """Make a column of text one of Python objects."""
        cells = self._texts.pop(name, None)
        if cells is not None:
            self._columns[name] = cells.objects()

    def _spread_lists(self, name: str) -> None:
        lists = self._lists.pop(name, None)
        if lists is not None:
            self._columns[name] = lists.objects()

    def _listed(self, name: str) -> LabeledRows | TextRows | None:
        """The lists, if all of their members are usable texts."""
        lists = self._lists.get(name)
        if lists is None or lists.texts is None:
            return None
        rows = np.repeat(np.arange(self._size), lists.sizes)
        if isinstance(lists.texts, Text):
            return TextRows(rows, lists.texts)

        return None if lists.texts.labels.faulty().size else LabeledRows(rows, lists.texts)


def _given(cells: Texts, *, empty: bool) -> Given | None:
    """The texts that are given, if all are usable."""
    rows = None if cells.masked is None else np.flatnonzero(~cells.masked)
    text = cells.text if rows is None else cells.text.take(rows)
    faulty = text.faulty()
    wrong = text.lengths[faulty] if empty else faulty + 1

    return None if wrong.any() else Given(text, rows)


def _instants(cells: Texts, absent: int | Micros | None) -> Micros | None:
    """The instants, if every text is one; nulls too, where these mean something."""
    if cells.masked is None:
        micros, bad = parse(cells.text)
        return None if bad.size else micros
    if absent is None:
        return None
    rows = np.flatnonzero(~cells.masked)
    given, bad = parse(cells.text.take(rows))
    if bad.size:
        return None
    column = np.empty(len(cells.masked), np.int64)
    column[:] = absent
    column[rows] = given

    return column


def _repeating(found: LabeledRows | TextRows) -> bool:
    """Whether any row has some text twice."""
    if not isinstance(found, LabeledRows):
        return False
    keys = np.sort(found.rows * len(found.texts.labels) + found.texts.codes)

    return bool((keys[1:] == keys[:-1]).any())
