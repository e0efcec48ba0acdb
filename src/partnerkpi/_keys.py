"""Machinery: what rows are told apart by.

Texts of up to sixteen bytes are words, texts that all have the same length are rows of a matrix,
and everything else is runs of bytes; each is several times faster than the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeVar
from zlib import crc32

import numpy as np
from attrs import frozen

from partnerkpi._bytes import (
    SHORT,
    WORD,
    chunks,
    gather,
    same,
    spans,
    stepping_words,
    width_of,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from numpy.typing import NDArray

    from partnerkpi._arrays import Bytes, Codes, Mask, Rows
    from partnerkpi._bytes import Offsets, Words

__all__ = [
    "AnyKeys",
    "CellKey",
    "CellKeys",
    "Key",
    "Keys",
    "PaddedKeys",
    "RunKey",
    "RunKeys",
    "WordKey",
    "cells",
    "padded_words",
]

_MIX = np.uint64(0x9E3779B97F4A7C15)
_LENGTH = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_SEARCHED = 1 << 20
_MOST_WORDS = 2
# NUL before another byte: no text without NUL looks like that, however it is filled up.
_NO_TEXT = np.uint64(1 << 8)
# Many rows of a matrix are copied at once: they must not be long.
_WIDEST = 64

_Made_co = TypeVar("_Made_co", bound="Key", covariant=True)


class Key(Protocol):
    """The keys of some rows."""

    def take(self, rows: Rows, /) -> Self:
        """The keys at some places among these."""
        ...

    def hashed(self) -> Words:
        """A number for each row, the same for equal keys."""
        ...

    def equal(self, other: Self, /) -> Mask:
        """Whether the keys of as many other rows are equal, row by row."""
        ...

    def objects(self) -> list[Hashable]:
        """The keys as Python objects."""
        ...


class Keys(Protocol[_Made_co]):
    """The keys of a column."""

    def __len__(self) -> int:
        """Return how many rows there are."""
        ...

    def part(self, start: int, stop: int, /) -> _Made_co:
        """The keys of rows that follow each other."""
        ...


class AnyKeys(Keys[_Made_co], Protocol[_Made_co]):
    """The keys of a column that is searched."""

    def take(self, rows: Codes, /) -> _Made_co:
        """The keys of rows anywhere."""
        ...


@frozen(eq=False)
class WordKey:
    """Keys of one word or more each: of some rows, or of a whole column."""

    columns: tuple[Words, ...]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.columns[0])

    def part(self, start: int, stop: int) -> WordKey:
        """The keys of rows that follow each other."""
        return WordKey(tuple(column[start:stop] for column in self.columns))

    def take(self, rows: Codes) -> WordKey:
        """The keys of rows anywhere."""
        return WordKey(tuple(column[rows] for column in self.columns))

    def hashed(self) -> Words:
        """A number for each row, the same for equal keys."""
        out = np.full(len(self), _LENGTH)
        for column in self.columns:
            out = _mixed(out, column)

        return out

    def equal(self, other: WordKey) -> Mask:
        """Whether the keys of as many other rows are equal, row by row."""
        equal: Mask = np.equal(self.columns[0], other.columns[0])
        for mine, theirs in zip(self.columns[1:], other.columns[1:], strict=True):
            equal &= mine == theirs

        return equal

    def objects(self) -> list[Hashable]:
        """The keys as Python objects."""
        return [*zip(*(column.tolist() for column in self.columns), strict=True)]


@frozen(eq=False)
class CellKey:
    """Keys that all have the same length: of some rows, or of a whole column.

    Attributes:
        cells: A row of bytes for each.
        wrong: Rows that stand for keys of another length, and equal none.
    """

    cells: NDArray[np.uint8]
    wrong: Mask | None = None

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.cells)

    def part(self, start: int, stop: int) -> CellKey:
        """The keys of rows that follow each other."""
        return CellKey(self.cells[start:stop])

    def take(self, rows: Codes) -> CellKey:
        """The keys of rows anywhere."""
        wrong = None if self.wrong is None else self.wrong[rows]

        return CellKey(np.take(self.cells, rows, axis=0), wrong)

    def hashed(self) -> Words:
        """A number for each row, the same for equal keys."""
        out = np.full(len(self), _LENGTH)
        for word in self._words():
            out = _mixed(out, word)

        return out

    def equal(self, other: CellKey) -> Mask:
        """Whether the keys of as many other rows are equal, row by row."""
        equal = np.ones(len(self), np.bool_)
        for mine, theirs in zip(self._words(), other._words(), strict=True):
            equal &= mine == theirs
        for wrong in (self.wrong, other.wrong):
            if wrong is not None:
                equal &= ~wrong

        return equal

    def objects(self) -> list[Hashable]:
        """The keys as Python objects."""
        wrong = np.zeros(len(self), np.bool_) if self.wrong is None else self.wrong

        return [
            None if no else cell.tobytes()
            for cell, no in zip(self.cells, wrong.tolist(), strict=True)
        ]

    def _words(self) -> Iterator[Words]:
        size, width = self.cells.shape
        data = self.cells.reshape(-1)

        return (
            stepping_words(data, depth, width, size, width - depth)
            for depth in range(0, width, WORD)
        )


@frozen(eq=False)
class RunKey:
    """Keys that are runs of bytes."""

    data: Bytes
    starts: Rows
    lengths: Rows

    def take(self, rows: Rows) -> RunKey:
        """The keys at some places among these."""
        return RunKey(self.data, self.starts[rows], self.lengths[rows])

    def hashed(self) -> Words:
        """A number for each row, the same for equal runs."""
        data, at, left = self.data, self.starts, self.lengths
        out = _mixed(left.astype(np.uint64) * _LENGTH, words(data, at, left))
        for depth in range(WORD, SHORT, WORD):
            rows = np.flatnonzero(left > depth)
            if not rows.size:
                return out
            out[rows] = _mixed(out[rows], words(data, at[rows] + depth, left[rows] - depth))
        for row in np.flatnonzero(left > SHORT).tolist():
            out[row] ^= np.uint64(crc32(self._bytes(row))) << _HALF

        return out

    def equal(self, other: RunKey) -> Mask:
        """Whether as many other runs are equal, one by one."""
        return same(
            self.data, (self.starts, self.lengths), other.data, (other.starts, other.lengths)
        )

    def objects(self) -> list[Hashable]:
        """The runs as Python objects."""
        return [self._bytes(row) for row in range(len(self.starts))]

    def _bytes(self, row: int) -> bytes:
        return self.data[self.starts[row] :][: self.lengths[row]].tobytes()


@frozen(eq=False)
class RunKeys:
    """The keys of a column of runs of bytes."""

    data: Bytes
    offsets: Offsets

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.offsets) - 1

    def part(self, start: int, stop: int) -> RunKey:
        """The keys of rows that follow each other."""
        return RunKey(self.data, *spans(self.offsets, slice(start, stop)))

    def take(self, rows: Codes) -> RunKey:
        """The keys of rows anywhere."""
        return RunKey(self.data, *spans(self.offsets, rows))


@frozen(eq=False)
class PaddedKeys:
    """The keys of a column of runs as words, to be compared with those of short runs only.

    A longer run, or one that ends with NUL, has a key that equals none of those.
    """

    data: Bytes
    offsets: Offsets
    words: int

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.offsets) - 1

    def part(self, start: int, stop: int) -> WordKey:
        """The keys of rows that follow each other."""
        at, lengths = spans(self.offsets, slice(start, stop))
        columns = _words_of(self.data, at, lengths, self.words)
        odd = np.flatnonzero(lengths > self.words * WORD)
        columns[0][odd] = _NO_TEXT
        if holds_nul(self.data[at[0] : at[-1] + lengths[-1]]):
            filled = np.flatnonzero(lengths)
            last = self.data[at[filled] + lengths[filled] - 1]
            columns[0][filled[last == 0]] = _NO_TEXT

        return WordKey(columns)


@frozen(eq=False)
class CellKeys:
    """The keys of a column of runs, to be compared with those of runs of one length only."""

    data: Bytes
    offsets: Offsets
    width: int

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.offsets) - 1

    def part(self, start: int, stop: int) -> CellKey:
        """The keys of rows that follow each other."""
        at, lengths = spans(self.offsets, slice(start, stop))
        wrong = lengths != self.width
        if not wrong.any():
            return CellKey(self.data[at[0] :][: len(at) * self.width].reshape(-1, self.width))
        right = np.flatnonzero(~wrong)
        cells = np.zeros((len(at), self.width), np.uint8)
        cells[right] = gather(self.data, at[right], lengths[right])[0].reshape(-1, self.width)

        return CellKey(cells, wrong)


def cells(data: Bytes, offsets: Offsets) -> CellKey | None:
    """The keys of a column of runs as rows of a matrix, if all have one length that is not long."""
    width = width_of(data, offsets)

    return CellKey(data.reshape(-1, width)) if 0 < width <= _WIDEST else None


def padded_words(data: Bytes, offsets: Offsets) -> WordKey | None:
    """The keys of a column of runs as words, if all are short and none holds NUL."""
    size = len(offsets) - 1
    longest = max((int(np.diff(offsets[a : b + 1]).max()) for a, b in chunks(size)), default=0)
    count = max(-(-longest // WORD), 1)
    if count > _MOST_WORDS or holds_nul(data):
        return None
    columns = tuple(np.empty(size, np.uint64) for _ in range(count))
    for start, stop in chunks(size):
        made = _words_of(data, *spans(offsets, slice(start, stop)), count)
        for column, part in zip(columns, made, strict=True):
            column[start:stop] = part

    return WordKey(columns)


def holds_nul(data: Bytes) -> bool:
    """Whether any byte is NUL."""
    return any(not part.all() for a, b in chunks(data.size, _SEARCHED) if len(part := data[a:b]))


def _words_of(data: Bytes, at: Rows, lengths: Rows, count: int) -> tuple[Words, ...]:
    if (lengths == lengths[0]).all():
        step = int(lengths[0])
        depths = range(0, count * WORD, WORD)
        return tuple(
            stepping_words(data, int(at[0]) + depth, step, len(at), step - depth)
            for depth in depths
        )

    return tuple(
        words(data, np.minimum(at + depth, data.size), np.maximum(lengths - depth, 0))
        for depth in range(0, count * WORD, WORD)
    )


def _mixed(state: Words, more: Words) -> Words:
    state ^= more
    state *= _MIX
    state ^= state >> _HALF

    return state
