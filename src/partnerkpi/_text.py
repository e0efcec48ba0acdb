"""Machinery: columns of text as UTF-8 bytes and offsets."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi._arrays import locked
from partnerkpi._bytes import Offsets, chunks, gather, joined, picked, same, spans
from partnerkpi._encoding import faulty_strings, faulty_values, of_numpy, of_strings
from partnerkpi._hashing import Finder
from partnerkpi._keys import CellKeys, PaddedKeys, RunKeys, cells, padded_words
from partnerkpi._ordering import order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Bytes, Codes, Mask, Rows

__all__ = ["Text", "TextIndex", "duplicates", "faulty_strings", "faulty_values", "group"]

_STEP = 1 << 20
_BLANK, _DELETE = 0x20, 0x7F
_C1_LEAD, _C1_END = 0xC2, 0xA0


@frozen(eq=False)
class Text:
    """A column of texts: their UTF-8 bytes end to end, and where each begins and ends.

    ``offsets`` has one entry more than there are texts and begins with 0. Both arrays are locked.
    """

    data: Bytes
    offsets: Offsets

    def __attrs_post_init__(self) -> None:
        locked(self.data)
        locked(self.offsets)

    @classmethod
    def from_strings(cls, strings: Sequence[str]) -> Text:
        """The texts of Python strings.

        Raises:
            UnicodeEncodeError: one holds a lone surrogate; ``faulty_strings`` tells which.
        """
        return cls(*of_strings(strings))

    @classmethod
    def from_slices(cls, buffer: Bytes, starts: Codes, lengths: Codes) -> Text:
        """The texts at places of a buffer of UTF-8 bytes."""
        return cls(*gather(buffer, starts.astype(np.intp), lengths.astype(np.intp)))

    @classmethod
    def from_numpy(cls, array: NDArray[np.generic]) -> Text:
        """The texts of a column of text, or the decimal digits of a column of integers.

        Raises:
            TypeError: the column is of another type.
            UnicodeError: a row is no text; ``faulty_values`` tells which.
        """
        return cls(*of_numpy(array))

    @classmethod
    def concatenate(cls, texts: Sequence[Text]) -> Text:
        """Columns of text one after the other."""
        return cls(*joined([(text.data, text.offsets) for text in texts]))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> str:
        row = range(len(self))[row]

        return self.data[int(self.offsets[row]) : int(self.offsets[row + 1])].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        for start, stop in chunks(len(self)):
            yield from self._strings(start, stop)

    def __reduce__(self) -> tuple[type[Text], tuple[Bytes, Offsets]]:
        # Pickled arrays arrive writeable: making the text anew locks them again.
        return Text, (self.data, self.offsets)

    @property
    def lengths(self) -> Rows:
        """The length of each text in bytes."""
        return spans(self.offsets, slice(0, len(self)))[1]

    @property
    def nbytes(self) -> int:
        """The bytes that both arrays take."""
        return self.data.nbytes + self.offsets.nbytes

    def take(self, rows: Codes) -> Text:
        """The texts of these rows, in this order."""
        return Text(*picked(self.data, self.offsets, rows))

    def to_list(self) -> list[str]:
        """The texts as Python strings."""
        return list(self)

    def position(self, wanted: str) -> int:
        """The first row with a text, -1 if there is none: one narrowing pass per byte."""
        letters = wanted.encode("utf-8", "surrogatepass")
        rows = np.flatnonzero(self.lengths == len(letters))
        for turn, letter in enumerate(letters):
            rows = rows[self.data[self.offsets[rows] + np.uint32(turn)] == letter]

        return int(rows[0]) if len(rows) else -1

    def order(self) -> Rows:
        """The rows in the order of their texts by Unicode code point; equal ones as they stand."""
        return order(self.data, self.offsets)

    def equal(self, other: Text) -> Mask:
        """Whether the texts of two equally long columns are equal, row by row."""
        if len(self) != len(other):
            msg = f"expected {len(self)} texts to compare with, found {len(other)}"
            raise ValueError(msg)
        equal = np.empty(len(self), np.bool_)
        for start, stop in chunks(len(self)):
            part = slice(start, stop)
            own, others = spans(self.offsets, part), spans(other.offsets, part)
            equal[part] = same(self.data, own, other.data, others)

        return equal

    def faulty(self) -> Rows:
        """The rows whose text is empty or holds a control character (Unicode category Cc)."""
        empty = np.flatnonzero(self.offsets[1:] == self.offsets[:-1])
        holding = (self._rows_at(places) for places in _controls(self.data))

        return np.unique(np.concatenate([empty, *holding]))

    def _rows_at(self, places: Rows) -> Rows:
        return np.unique(np.searchsorted(self.offsets, places, side="right")) - 1

    def _strings(self, start: int, stop: int) -> list[str]:
        cuts = self.offsets[start : stop + 1].astype(np.intp)
        run = self.data[cuts[0] : cuts[-1]].tobytes()
        bounds = pairwise((cuts - cuts[0]).tolist())
        if run.isascii():
            whole = run.decode()
            return [whole[first:last] for first, last in bounds]

        return [run[first:last].decode() for first, last in bounds]


def _controls(data: Bytes) -> Iterator[Rows]:
    # Where control characters begin: bytes below a blank, DEL, and 0xC2 before a byte below 0xA0.
    for start, stop in chunks(data.size, _STEP):
        part, following = data[start:stop], data[start + 1 : stop + 1]
        if (part - np.uint8(_BLANK)).max() < _DELETE - _BLANK:
            continue
        found = (part < _BLANK) | (part == _DELETE)
        found[: following.size] |= (part[: following.size] == _C1_LEAD) & (following < _C1_END)
        yield start + np.flatnonzero(found)


def group(text: Text) -> tuple[Codes, Rows]:
    """A code for each text, numbered by first appearance, and the row where each code begins."""
    firsts = TextIndex(text).firsts
    leads = firsts == np.arange(firsts.size, dtype=firsts.dtype)
    numbers = np.cumsum(leads, dtype=firsts.dtype) - 1

    return locked(numbers[firsts]), locked(np.flatnonzero(leads))


def duplicates(text: Text) -> Rows:
    """The rows whose text stands in an earlier row too."""
    firsts = TextIndex(text).firsts

    return np.flatnonzero(firsts != np.arange(firsts.size, dtype=firsts.dtype))


class TextIndex:
    """Finds texts in a column.

    Attributes:
        firsts: For each row the first row that has the same text.
    """

    def __init__(self, text: Text) -> None:
        """Index a column."""
        self._find: Callable[[Text], Codes]
        self.firsts: Codes
        words = padded_words(text.data, text.offsets)
        matrix = cells(text.data, text.offsets) if words is None else None
        if words is not None:
            short, count = Finder.of(words), len(words.columns)
            self.firsts = short.firsts
            self._find = lambda other: short.find(PaddedKeys(other.data, other.offsets, count))
        elif matrix is not None:
            steady, width = Finder.of(matrix), matrix.cells.shape[1]
            self.firsts = steady.firsts
            self._find = lambda other: steady.find(CellKeys(other.data, other.offsets, width))
        else:
            runs = Finder.of(RunKeys(text.data, text.offsets))
            self.firsts = runs.firsts
            self._find = lambda other: runs.find(RunKeys(other.data, other.offsets))

    def find(self, other: Text) -> Codes:
        """The first row that holds each of other texts, or -1."""
        return self._find(other)
