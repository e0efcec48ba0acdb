"""Machinery: columns of text as UTF-8 bytes and offsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import as_rows, locked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Bytes, Codes, Mask, Rows

__all__ = ["Text", "TextIndex", "duplicates", "faulty_strings", "group"]


@frozen(eq=False)
class Text:
    """A column of texts: their UTF-8 bytes end to end, and where each begins and ends."""

    data: Bytes = field(converter=locked)
    offsets: NDArray[np.uint32] | NDArray[np.int64] = field(converter=locked)

    @classmethod
    def from_strings(cls, strings: Sequence[str]) -> Text:
        """The texts of Python strings."""
        pieces = [string.encode() for string in strings]
        data = np.frombuffer(b"".join(pieces), np.uint8)

        return cls(data, _offsets(np.fromiter(map(len, pieces), np.int64, len(pieces))))

    @classmethod
    def from_slices(cls, buffer: Bytes, starts: Codes, lengths: Codes) -> Text:
        """The texts at places of a buffer of UTF-8 bytes."""
        starts, lengths = np.asarray(starts, np.int64), np.asarray(lengths, np.int64)
        offsets = _offsets(lengths)
        shift = np.repeat(starts - offsets[:-1].astype(np.int64), lengths)

        return cls(buffer[shift + np.arange(shift.size)], offsets)

    @classmethod
    def from_numpy(cls, array: NDArray[np.generic]) -> Text:
        """The texts of a NumPy column of strings, or the decimal digits of one of integers."""
        if array.dtype.kind in "iu":
            return cls.from_strings([str(value) for value in array.tolist()])
        if array.dtype.kind == "S":
            return cls.from_strings([value.decode() for value in array.tolist()])
        if array.dtype.kind not in "UOT":
            msg = f"expected a column of text or integers, found {array.dtype}"
            raise TypeError(msg)

        return cls.from_strings(array.tolist())

    @classmethod
    def concatenate(cls, texts: Sequence[Text]) -> Text:
        """Columns of text one after the other."""
        data = np.concatenate([np.empty(0, np.uint8), *(text.data for text in texts)])
        lengths = np.concatenate([np.empty(0, np.intp), *(text.lengths for text in texts)])

        return cls(data, _offsets(lengths))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> str:
        row = range(len(self))[row]

        return self.data[int(self.offsets[row]) : int(self.offsets[row + 1])].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        return (self[row] for row in range(len(self)))

    def __reduce__(self) -> tuple[type[Text], tuple[object, object]]:
        return Text, (self.data, self.offsets)

    @property
    def lengths(self) -> Rows:
        """The length of each text in bytes."""
        return np.diff(self.offsets.astype(np.intp))

    @property
    def nbytes(self) -> int:
        """The bytes the column takes."""
        return self.data.nbytes + self.offsets.nbytes

    def take(self, rows: Rows) -> Text:
        """The texts of these rows, in this order."""
        return Text.from_slices(self.data, self.offsets[rows], self.lengths[rows])

    def to_list(self) -> list[str]:
        """The texts as Python strings."""
        return list(self)

    def order(self) -> Rows:
        """The rows in the order of their texts by Unicode code point; equal ones as they stand."""
        texts = [text.encode() for text in self]

        return as_rows(sorted(range(len(self)), key=texts.__getitem__))

    def equal(self, other: Text) -> Mask:
        """Whether the texts of two equally long columns are equal, row by row."""
        if len(self) != len(other):
            msg = f"expected {len(self)} texts to compare with, found {len(other)}"
            raise ValueError(msg)

        return np.array([a == b for a, b in zip(self, other, strict=True)], np.bool_)

    def faulty(self) -> Rows:
        """The rows whose text is empty or holds a control character."""
        return as_rows(i for i, text in enumerate(self) if not text or any(map(_control, text)))


def _control(char: str) -> bool:
    return char < " " or "\x7f" <= char <= "\x9f"


def _offsets(lengths: NDArray[np.integer[object]]) -> NDArray[np.uint32] | NDArray[np.int64]:  # type: ignore[type-var]
    offsets = np.zeros(lengths.size + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])

    return offsets.astype(np.uint32) if offsets[-1] < 2**32 else offsets


def faulty_strings(strings: Sequence[object]) -> Rows:
    """The rows that are not exactly ``str``, or hold a lone surrogate."""
    return as_rows(row for row, value in enumerate(strings) if not _sound(value))


def _sound(value: object) -> bool:
    if type(value) is not str:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False

    return True


def group(text: Text) -> tuple[Codes, Rows]:
    """A code for each text, numbered by first appearance, and the row where each code begins."""
    seen: dict[str, int] = {}
    codes = np.fromiter((seen.setdefault(t, len(seen)) for t in text), np.int32, len(text))

    return codes, np.unique(codes, return_index=True)[1]


def duplicates(text: Text) -> Rows:
    """The rows whose text stands in an earlier row too."""
    codes, firsts = group(text)

    return np.flatnonzero(firsts[codes] != np.arange(len(text)))


class TextIndex:
    """Finds texts in a column."""

    def __init__(self, text: Text) -> None:
        """Index a column."""
        self._rows: dict[str, int] = {}
        for row, value in enumerate(text):
            self._rows.setdefault(value, row)

    def find(self, other: Text) -> Rows:
        """The first row that holds each text, or -1."""
        return as_rows(self._rows.get(value, -1) for value in other)
