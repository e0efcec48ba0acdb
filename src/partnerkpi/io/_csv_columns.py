"""Machinery: cells of CSV to typed columns, whole columns at a time.

A cell is accepted by NumPy over its bytes; only cells that are not accepted become Python strings,
to word their faults. An empty cell is null: nothing given, where the column is optional.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from attrs import define, field

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import MAX_COUNT, locked
from partnerkpi._batches import TextRows
from partnerkpi._faults import shown
from partnerkpi._instants import parse, why_bad
from partnerkpi._text import Text, group
from partnerkpi.errors import Fault, Place
from partnerkpi.io._cells import tag_faults, text_fault, value_fault, word_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Bytes, Mask, Micros, Rows
    from partnerkpi._faults import FaultLog
    from partnerkpi.io._csv import Cells
    from partnerkpi.io._table_columns import Header

__all__ = ["CellColumns", "counts_of", "equal_to"]

_Words: TypeAlias = "NDArray[np.uint64]"

_WORD = 8
_SEMICOLON = ord(";")
#: The bytes of a little-endian word that belong to a text of 0 to 8 bytes at its start or its end.
_FIRST = locked(np.array([(1 << 8 * n) - 1 for n in range(_WORD + 1)], np.uint64))
_LAST = locked(~_FIRST[::-1])
_POWERS = locked(np.array([0, 0, *(10**n for n in range(1, 16))], np.int64))
_ZEROS = np.uint64(0x3030303030303030)
_OVER_NINE, _HIGH_BITS = np.uint64(0x7676767676767676), np.uint64(0x8080808080808080)
#: Neighbors are joined three times: digits to pairs, pairs to fours, fours to eights.
_JOINS = tuple(
    (np.uint64((base << bits) + 1), np.uint64(bits), np.uint64(mask))
    for base, bits, mask in (
        (10, 8, 0x00FF00FF00FF00FF),
        (100, 16, 0x0000FFFF0000FFFF),
        (10_000, 32, 0x00000000FFFFFFFF),
    )
)


def _words(buffer: Bytes, places: Rows) -> _Words:
    """The eight bytes from each place on, the first one lowest."""
    # A view with a step of one byte: nothing is copied but the words asked for.
    view: _Words = np.ndarray(buffer.size - _WORD + 1, "<u8", buffer, strides=(1,))

    return view[places]


def equal_to(buffer: Bytes, starts: Rows, lengths: Rows, word: bytes) -> Mask:
    """Whether each cell is the word, of at most 16 bytes."""
    head = int.from_bytes(word[:_WORD], "little")
    found = _words(buffer, starts) & _FIRST[min(len(word), _WORD)]
    same: Mask = (found == np.uint64(head)) & (lengths == len(word))
    if len(word) > _WORD:
        tail = int.from_bytes(word[-_WORD:], "little")
        same &= _words(buffer, starts + (len(word) - _WORD)) == np.uint64(tail)

    return same


def counts_of(buffer: Bytes, starts: Rows, lengths: Rows) -> tuple[Micros, Mask]:
    """The count in each cell, and whether it holds one: canonical decimal digits."""
    ends = starts + lengths
    values, good = _digits(_words(buffer, ends - _WORD), np.minimum(lengths, _WORD))
    long = np.flatnonzero(lengths > _WORD)
    if long.size:
        rest = np.minimum(lengths[long] - _WORD, _WORD)
        high, fine = _digits(_words(buffer, ends[long] - 2 * _WORD), rest)
        values[long] += high * 10**_WORD
        good[long] &= fine & (lengths[long] <= 2 * _WORD)
    # A number below the power of ten that its length promises begins with a zero.
    good &= (lengths > 0) & (values <= MAX_COUNT)
    good &= values >= _POWERS[np.minimum(lengths, 2 * _WORD)]

    return values, good


def _digits(words: _Words, lengths: Rows) -> tuple[Micros, Mask]:
    """The number that the last bytes of each word spell, and whether all of them are digits."""
    digits = (words ^ _ZEROS) & _LAST[lengths]
    good: Mask = ((digits + _OVER_NINE) | digits) & _HIGH_BITS == 0
    for factor, shift, mask in _JOINS:
        digits = ((digits * factor) >> shift) & mask

    return digits.view(np.int64), good


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

    def flags(self, name: str, *, absent: bool) -> Mask:
        """A column of booleans."""
        at = self.header.places.get(name)
        if at is None:
            return np.full(len(self.cells), absent)
        true, false = self._equal(at, b"true"), self._equal(at, b"false")
        null = self.cells.lengths[at] == 0
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
        rows, text = self._given(name)
        offsets = text.offsets.astype(np.intp)
        marks = np.flatnonzero(text.data == _SEMICOLON)
        starts = np.sort(np.concatenate([offsets[:-1], marks + 1]))
        ends = np.sort(np.concatenate([offsets[1:], marks]))
        of = np.repeat(np.arange(rows.size), 1 + np.diff(np.searchsorted(marks, offsets)))
        tags = TextRows(rows[of], Text.from_slices(text.data, starts, ends - starts))
        self._refuse_tags(name, np.union1d(tags.rows[tags.texts.faulty()], _repeating(tags)))

        return tags

    def attributes(self) -> Mapping[str, TextRows]:
        """The attributes by name; an empty cell gives none."""
        return {
            attribute: self._optional_texts(column)
            for column, attribute in self.header.attributes.items()
        }

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
        if rows.size:
            at = self.header.places[name]
            self.log.add_rows(self._whole(rows), lambda row: self._fault(name, at, row, expected))
            self.bad[rows] = True

    def _whole(self, rows: Rows) -> Rows:
        # The cells of a broken record may be those of other columns.
        return rows[~self.cells.broken[rows]]

    def _fault(self, name: str, at: int, row: int, expected: Callable[[str], str | None]) -> Fault:
        text = self.cells.text(at, row)

        return Fault(self._place(row, name), str(expected(text)), shown(text or None))

    def _refuse_tags(self, name: str, rows: Rows) -> None:
        self.bad[rows] = True
        for row in self._whole(rows).tolist():
            text = self.cells.text(self.header.places[name], row)
            for path, expected, found in tag_faults(name, text.split(";")):
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
