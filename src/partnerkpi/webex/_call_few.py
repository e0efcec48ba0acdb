"""Machinery: values of which few are different, numbered without hashing every one.

A value of up to 32 bytes is four words. Those of all are compared with the words of one at a time,
until every value is numbered; where many are different, or some are long, there is no answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from partnerkpi._bytes import WORD, words
from partnerkpi.webex._call_slices import Slices

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes, Rows
    from partnerkpi._bytes import Words

__all__ = ["few"]

_WIDEST = 4 * WORD
_MOST = 24
#: Odd numbers by which words are mixed into one.
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)


def few(values: Slices) -> tuple[Codes, Rows] | None:
    """A code for each value and the place where each first stands; ``None`` if they are not few.

    Example:
        >>> from partnerkpi._text import Text
        >>> values = Slices.of_text(np.arange(3), Text.from_strings(["Yes", "No", "Yes"]))
        >>> [each.tolist() for each in few(values)]
        [[0, 1, 0], [0, 1]]
    """
    longest = int(values.lengths.max(initial=0))
    if longest > _WIDEST:
        return None
    columns = [
        words(values.buffer, values.starts + depth, np.maximum(values.lengths - depth, 0))
        for depth in range(0, longest, WORD)
    ]
    mixed = _mixed(columns, values.lengths)
    firsts = _firsts(mixed)
    if firsts is None:
        return None
    codes = np.zeros(len(values), np.int32)
    for code, first in enumerate(firsts[1:], 1):
        codes[mixed == mixed[first]] = code
    rows = np.array(firsts, np.intp)
    # Two values whose mixed words happen to be equal are different all the same.
    same = all((column == column[rows].take(codes)).all() for column in (*columns, values.lengths))

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
