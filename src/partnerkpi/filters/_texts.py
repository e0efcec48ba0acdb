"""Machinery: which texts of a column contain some letters, and which equal one of some ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi._arrays import locked
from partnerkpi._text import Text, TextIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerkpi._arrays import Bytes, Mask, Rows

__all__ = ["FoldedText", "equal_to_any", "folded_text"]


@frozen(eq=False)
class FoldedText:
    """A column of texts without case (Unicode case folding).

    Attributes:
        column: The texts.
        letters: Their bytes, Latin letters in lower case.
        rows: The rows of the texts with other letters than ASCII.
        others: These texts, folded.
    """

    column: Text
    letters: Bytes
    rows: Rows
    others: tuple[str, ...]

    def containing(self, text: str) -> Mask:
        """Which texts contain some letters, whatever their case."""
        wanted = text.casefold()
        found = np.zeros(len(self.column), np.bool_)
        if wanted.isascii():
            found[self._rows_at(wanted.encode())] = True
        if self.others:
            found[self.rows[[wanted in other for other in self.others]]] = True

        return found

    def _rows_at(self, wanted: bytes) -> Rows:
        """The rows whose bytes hold these ones."""
        places = _places(self.letters, wanted)
        rows = np.searchsorted(self.column.offsets, places, side="right") - 1
        inside = places + len(wanted) <= self.column.offsets[rows + 1]

        return rows[inside]


def _places(letters: Bytes, wanted: bytes) -> Rows:
    """Where some bytes begin: narrowed byte by byte."""
    last = len(letters) - len(wanted) + 1
    places = np.flatnonzero(letters[: max(last, 0)] == wanted[0])
    for turn, letter in enumerate(wanted[1:], 1):
        places = places[letters.take(places + turn) == letter]

    return places


def folded_text(column: Text) -> FoldedText:
    """A column of texts without case."""
    letters = np.frombuffer(column.data.tobytes().lower(), np.uint8)
    places = np.flatnonzero(letters > _ASCII)
    rows = np.unique(np.searchsorted(column.offsets, places, side="right") - 1)
    others = tuple(text.casefold() for text in column.take(rows))

    return FoldedText(column, locked(letters), locked(rows), others)


_ASCII = 127


def equal_to_any(column: Text, wanted: Sequence[str]) -> Mask:
    """Which texts equal one of some others, letter by letter."""
    mask: Mask = TextIndex(Text.from_strings(wanted)).find(column) >= 0

    return mask
