"""Machinery: ids as text or as integers, and rows found by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from attrs import frozen

from partnerkpi._hashing import Finder
from partnerkpi._keys import WordKey
from partnerkpi._sorting import row_type
from partnerkpi._text import Text, TextIndex
from partnerkpi._text_forms import AnyText, Numbers, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from partnerkpi._arrays import Codes, Mask, Micros, Rows

__all__ = ["IdIndex", "Ids", "joined_ids", "numbered"]

# A table of all integers from the least to the greatest may have so many places a row, or so many.
_SPARSE = 4
_FEW = 1 << 16

Ids: TypeAlias = Text | Numbers


def joined_ids(parts: Sequence[AnyText]) -> Ids:
    """Ids one part after the other; as integers if all are."""
    numbers = [part.values for part in parts if isinstance(part, Numbers)]
    if parts and len(numbers) == len(parts):
        return Numbers(np.concatenate(numbers, dtype=np.int64))

    return Text.concatenate([text_of(part) for part in parts])


@frozen(eq=False)
class IdIndex:
    """Finds rows by their ids.

    Attributes:
        firsts: For each row the first row that has the same id.
    """

    firsts: Codes
    _by_text: Callable[[Text], Codes]
    _by_number: Callable[[Micros], Codes] | None = None

    @staticmethod
    def of(ids: Ids) -> IdIndex:
        """Index the ids of a table."""
        if isinstance(ids, Text):
            index = TextIndex(ids)
            return IdIndex(index.firsts, index.find)
        by_number = _finder_in_span(ids.values) or _finder_by_hash(ids.values)

        return IdIndex(by_number(ids.values), _Late(ids), by_number)

    def find(self, wanted: AnyText) -> Codes:
        """The first row that has each id, or -1."""
        if isinstance(wanted, Numbers) and self._by_number is not None:
            return self._by_number(wanted.values)

        return self._by_text(text_of(wanted))

    def repeated(self, good: Mask) -> Rows:
        """The good rows whose id an earlier good row has."""
        rows = np.flatnonzero(good)
        firsts = self.firsts[rows]
        if len(rows) < len(good):
            # The first row of an id may be a bad one: then the first good one stands for it.
            stands = np.empty(len(good), self.firsts.dtype)
            stands[firsts[::-1]] = rows[::-1]
            firsts = stands[firsts]

        again: Rows = rows[firsts != rows]

        return again


class _Late:
    """An index of integers by their text, made when a text is first looked for."""

    def __init__(self, ids: Numbers) -> None:
        self._ids = ids
        self._index: TextIndex | None = None

    def __call__(self, wanted: Text) -> Codes:
        if self._index is None:
            self._index = TextIndex(text_of(self._ids))

        return self._index.find(wanted)


def _finder_in_span(values: Micros) -> Callable[[Micros], Codes] | None:
    """Finds integers in a table of all of them, unless that would be mostly empty."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    size = high - low + 1
    if size > max(_SPARSE * len(values), _FEW):
        return None
    rows = np.full(size, -1, row_type(len(values)))
    # Of several rows the last one assigned stays: so the first goes last.
    rows[values[::-1] - low] = np.arange(len(values), dtype=rows.dtype)[::-1]

    def find(wanted: Micros) -> Codes:
        outside = (wanted < low) | (wanted > high)
        if not outside.any():
            return rows[wanted - low]
        found = rows[np.clip(wanted, low, high) - low]
        found[outside] = -1

        return found

    return find


def _finder_by_hash(values: Micros) -> Callable[[Micros], Codes]:
    finder = Finder.of(_words_of(values))

    return lambda wanted: finder.find(_words_of(wanted))


def _words_of(values: Micros) -> WordKey:
    return WordKey((values.view(np.uint64),))


def numbered(values: Micros) -> tuple[Codes, Micros]:
    """A code for each integer, and the different integers."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    if high - low + 1 > max(_SPARSE * len(values), _FEW):
        firsts = Finder.of(_words_of(values)).firsts
        leads = firsts == np.arange(len(firsts), dtype=firsts.dtype)
        return (np.cumsum(leads, dtype=firsts.dtype) - 1)[firsts], values[leads]
    places = values - low
    there = np.zeros(high - low + 1, np.bool_)
    there[places] = True
    numbers: Any = np.cumsum(there, dtype=row_type(len(there))) - 1
    different: Micros = np.flatnonzero(there) + low

    return numbers.take(places), different
