"""Machinery: from the batches of a door to the columns of calls.

Every fault of a row of calls is in one cell, so a door has told them all when it hands in a batch;
here the faulty rows are left out, and columns are gathered and joined.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from attrs import define, field

from partnerkpi._batches import Given, LabeledRows, TextRows
from partnerkpi._coded_columns import joined_codes, joined_lists, recoded
from partnerkpi._gathered import NO_TEXT
from partnerkpi._ids import numbered
from partnerkpi._sorting import row_type
from partnerkpi._text import Text, group
from partnerkpi._text_forms import Labeled, Numbers, text_of
from partnerkpi.columns import CodedText, TextLists

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Mask, Rows
    from partnerkpi._text_forms import AnyText

__all__ = ["CallIntake", "RawColumn"]

#: So few rows tell nothing of how many texts are alike.
_FEW = 1 << 10
#: A column as a door hands it over: numbers, texts that need not be given, or lists of texts.
RawColumn: TypeAlias = "NDArray[Any] | Given | TextRows | LabeledRows"


@define
class CallIntake:
    """Takes rows of calls, a batch at a time, and gives their columns by name."""

    rows: int = 0
    _parts: dict[str, list[Any]] = field(factory=dict)
    _sizes: list[int] = field(factory=list)
    _labels: dict[str, _Labels] = field(factory=dict)

    def add(self, columns: Mapping[str, RawColumn], bad: Mask) -> None:
        """Take the rows of a batch that are not bad."""
        good = np.flatnonzero(~bad) if bad.any() else None
        size = len(bad) if good is None else len(good)
        self.rows += size
        self._sizes.append(size)
        for name, column in columns.items():
            sound = column if good is None else _only(column, good, len(bad))
            self._parts.setdefault(name, []).append(self._part(name, sound, size))

    def _part(self, name: str, column: RawColumn, size: int) -> Any:
        if isinstance(column, np.ndarray):
            return column
        labels = self._labels.setdefault(name, _Labels())
        if isinstance(column, Given):
            return labels.coded(column, size)

        return _sets(column.rows, labels.texts(column.texts))

    def columns(self) -> dict[str, Any]:
        """The columns of all rows that were taken; they are let go."""
        sizes, self._sizes, self.rows = self._sizes, [], 0
        parts, self._parts = self._parts, {}

        return {name: _joined(parts.pop(name), sizes) for name in list(parts)}


@define
class _Labels:
    """The labels that a column came with last: different ones, and a code for each as it came."""

    came: Text | None = None
    different: Text = NO_TEXT
    table: Codes | None = None
    various: bool = False

    def coded(self, given: Given, size: int) -> CodedText | _Numbered | _Various:
        """The texts as codes; those of which nearly every row has another are grouped later."""
        if isinstance(given.texts, Numbers):
            return _Numbered(given.texts, given.rows, size)
        if self.various and isinstance(given.texts, Text):
            return _Various(given.texts, given.rows, size)
        column = self.texts(given.texts)
        if given.rows is None:
            return column
        codes = np.full(size, -1, column.codes.dtype)
        codes[given.rows] = column.codes

        return CodedText(codes, column.labels)

    def texts(self, texts: AnyText) -> CodedText:
        """The texts as codes, where every row has one."""
        if not isinstance(texts, Labeled):
            column = _grouped(texts)
            self.various = 2 * len(column.labels) > len(column) > _FEW
            return column
        if texts.labels is not self.came:
            self._learn(texts.labels)
        codes = texts.codes if self.table is None else recoded(texts.codes, self.table)

        return CodedText(codes.astype(row_type(len(self.different))), self.different)

    def _learn(self, labels: Text) -> None:
        codes, firsts = group(labels)
        alike = len(firsts) == len(labels)
        self.came = labels
        self.different = labels if alike else labels.take(firsts)
        self.table = None if alike else codes


@define
class _Various:
    """Texts of which nearly every row has another, in some of so many rows."""

    text: Text
    rows: Rows | None
    size: int

    def coded(self, *, alone: bool) -> CodedText:
        """The texts as codes; beside other parts, equal texts need not have one code yet."""
        own: Codes = np.arange(len(self.text)).astype(row_type(len(self.text)))
        column = _grouped(self.text) if alone else CodedText(own, self.text)
        if self.rows is None:
            return column
        codes = np.full(self.size, -1, column.codes.dtype)
        codes[self.rows] = column.codes

        return CodedText(codes, column.labels)


@define
class _Numbered:
    """Integers that stand for the text of their digits, in some of so many rows."""

    numbers: Numbers
    rows: Rows | None
    size: int

    def coded(self) -> CodedText:
        codes, labels = numbered(self.numbers.values)
        if self.rows is not None:
            given, codes = codes, np.full(self.size, -1, codes.dtype)
            codes[self.rows] = given

        return CodedText(codes, Text.from_numpy(labels))


def _grouped(texts: AnyText) -> CodedText:
    text = text_of(texts)
    codes, firsts = group(text)

    return CodedText(codes.astype(row_type(len(firsts)), copy=False), text.take(firsts))


def _sets(rows: Rows, texts: CodedText) -> TextLists:
    """Lists as sets: each text once in a row, by code point."""
    order = texts.labels.order()
    ranks = np.empty(len(order), np.intp)
    ranks[order] = np.arange(len(order))
    keys = rows * len(order) + ranks[texts.codes]
    if (keys[1:] > keys[:-1]).all():
        return TextLists(rows, texts)
    rows, ranks = np.divmod(np.unique(keys), len(order))

    return TextLists(rows, CodedText(order[ranks].astype(texts.codes.dtype), texts.labels))


def _only(column: RawColumn, good: Rows, size: int) -> RawColumn:
    """The column of the good rows."""
    if isinstance(column, Given) and column.rows is None:
        return Given(column.texts.take(good))
    if isinstance(column, np.ndarray):
        return column[good]
    places = np.full(size, -1, np.intp)
    places[good] = np.arange(len(good))
    rows = places[column.rows]
    kept = np.flatnonzero(rows >= 0)
    if isinstance(column, Given):
        return Given(column.texts.take(kept), rows[kept])
    if isinstance(column, LabeledRows):
        return LabeledRows(rows[kept], column.texts.take(kept))

    return TextRows(rows[kept], column.texts.take(kept))


def _joined(parts: Sequence[Any], sizes: Sequence[int]) -> Any:
    if isinstance(parts[0], TextLists):
        return joined_lists(parts, sizes)
    if isinstance(parts[0], (CodedText, _Numbered, _Various)):
        return _joined_texts(parts)

    return np.concatenate(parts)


def _joined_texts(parts: Sequence[CodedText | _Numbered | _Various]) -> CodedText:
    alone = len(parts) == 1
    given = [each.coded(alone=alone) if isinstance(each, _Various) else each for each in parts]
    numbers = [part for part in given if isinstance(part, _Numbered)]
    if len(numbers) == len(parts):
        return _joined_numbers(numbers).coded()

    return joined_codes([part.coded() if isinstance(part, _Numbered) else part for part in given])


def _joined_numbers(parts: Sequence[_Numbered]) -> _Numbered:
    values = np.concatenate([part.numbers.values for part in parts])
    starts = np.cumsum([0, *(part.size for part in parts)])
    size = int(starts[-1])
    if all(part.rows is None for part in parts):
        return _Numbered(Numbers(values), None, size)
    rows = [
        (np.arange(part.size) if part.rows is None else part.rows) + start
        for part, start in zip(parts, starts.tolist(), strict=False)
    ]

    return _Numbered(Numbers(values), np.concatenate(rows), size)
