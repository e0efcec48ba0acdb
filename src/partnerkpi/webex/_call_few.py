"""Machinery: texts of which few are different, numbered without hashing every one.

A text of up to 32 bytes is four words. Those of all texts are compared with the words of one text
at a time, until every text is numbered; what has many different texts, or long ones, is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from partnerkpi._bytes import WORD, spans, words

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes, Rows
    from partnerkpi._bytes import Words
    from partnerkpi._text import Text

__all__ = ["few"]

_WIDEST = 4 * WORD
_MOST = 24
#: Odd numbers by which words are mixed into one.
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)


def few(text: Text) -> tuple[Codes, Rows] | None:
    """A code for each text and the row where each first stands; ``None`` if they are not few.

    Example:
        >>> from partnerkpi._text import Text
        >>> found = few(Text.from_strings(["Yes", "No", "Yes"]))
        >>> [each.tolist() for each in found]
        [[0, 1, 0], [0, 1]]
    """
    starts, lengths = spans(text.offsets, slice(0, len(text)))
    longest = int(lengths.max(initial=0))
    if longest > _WIDEST:
        return None
    columns = [
        words(text.data, np.minimum(starts + depth, len(text.data)), np.maximum(lengths - depth, 0))
        for depth in range(0, longest, WORD)
    ]
    mixed = _mixed(columns, lengths)
    firsts = _firsts(mixed)
    if firsts is None:
        return None
    codes = np.zeros(len(text), np.int32)
    for code, first in enumerate(firsts[1:], 1):
        codes[mixed == mixed[first]] = code
    rows = np.array(firsts, np.intp)
    # Two texts whose mixed words happen to be equal are different all the same.
    same = all((column == column[rows].take(codes)).all() for column in (*columns, lengths))

    return (codes, rows) if same else None


def _mixed(columns: list[Words], lengths: Rows) -> Words:
    mixed = lengths.astype(np.uint64)
    for column, factor in zip(columns, _MIX, strict=False):
        mixed ^= column
        mixed *= np.uint64(factor)

    return mixed


def _firsts(mixed: Words) -> list[int] | None:
    """The first row of each different number; ``None`` if there are too many."""
    firsts: list[int] = []
    rows = np.arange(len(mixed))
    rest = mixed
    while len(rest):
        if len(firsts) == _MOST:
            return None
        firsts.append(int(rows[0]))
        other = rest != rest[0]
        rows, rest = rows[other], rest[other]

    return firsts
