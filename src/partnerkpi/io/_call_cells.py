"""Machinery: cells that only tables of calls have: measurements, outcomes, sets of codes.

As in :mod:`partnerkpi.io._cells`, each reader of a column takes the cells and ``report``; a cell
that is null or not there is nothing given.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from partnerkpi import _record_rules as rules
from partnerkpi._batches import LabeledRows, TextRows
from partnerkpi._text import Text, group
from partnerkpi._text_forms import Labeled, text_of
from partnerkpi.io._cells import MISSING, Absent, Number, came, quick_texts, text_fault, text_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Measures
    from partnerkpi._text_forms import AnyText
    from partnerkpi.io._cells import Report

__all__ = [
    "choices",
    "codes_of",
    "labeled",
    "labeled_sets",
    "measures",
    "number_of",
    "set_faults",
    "sets",
    "words_of",
]

Inner: TypeAlias = tuple[str, str, str]

A_LIST_OF_TEXTS = "a list of texts"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LISTS = (list, tuple, set, frozenset)
_LISTED = frozenset((list, tuple, type(None), Absent))
_MEASURED = frozenset((int, float, Number, type(None), Absent))


def number_of(text: str) -> float:
    """The number that a text spells as JSON does, infinite beyond all doubles; NaN if none."""
    return float(text) if _NUMBER.fullmatch(text) else math.nan


def measures(cells: Sequence[object], report: Report, most: float) -> Measures:
    """A column of measurements of at most so much, NaN where none was made."""
    column = _quick_measures(cells, most)
    if column is not None:
        return column
    column = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if cell is None or cell is MISSING:
            continue
        value = _float(cell)
        if 0 <= value <= most and value < math.inf:
            column[row] = value + 0.0
        else:
            report(row, "", rules.measure_words(most), came(cell))

    return column


def _quick_measures(cells: Sequence[object], most: float) -> Measures | None:
    """The column, if every cell is a measurement or none was made."""
    types = list(map(type, cells))
    if set(types) - _MEASURED:
        return None
    plain = [None if kind is Absent else cell for kind, cell in zip(types, cells, strict=True)]
    if Number in types:
        plain = [cell.text if type(cell) is Number else cell for cell in plain]
    try:
        column = np.array(plain, np.float64)
    except OverflowError:
        return None
    good = np.count_nonzero((column >= 0) & (column <= most) & (column < math.inf))

    return column + 0.0 if good == len(plain) - plain.count(None) else None


def _float(cell: object) -> float:
    if type(cell) is Number:
        # The scanner has seen to its spelling; its NaN and infinities are beyond every limit.
        return float(cell.text)
    try:
        return float(cell) if type(cell) in (int, float) else math.nan  # type: ignore[arg-type]
    except OverflowError:
        return math.inf


def choices(
    cells: Sequence[object], report: Report, note: Report, known: Mapping[str, int]
) -> Codes:
    """For each cell the number of the word in it; any other text is noted, and has the last one."""
    other = len(known) - 1
    column = np.full(len(cells), other, np.uint8)
    for row, cell in enumerate(cells):
        # The members of an enumeration of words are texts as well.
        code = known.get(cell) if isinstance(cell, str) else None
        if code is not None:
            column[row] = code
            continue
        fault = text_fault(cell)
        tell = report if fault else note
        tell(row, "", fault or words_of(known), came(cell))

    return column


def words_of(known: Mapping[str, int]) -> str:
    """What a cell must be that is one of some words."""
    return " or ".join(known)


def labeled(texts: AnyText) -> Labeled:
    """Texts with each different one told once."""
    if isinstance(texts, Labeled):
        return texts
    text = text_of(texts)
    codes, firsts = group(text)

    return Labeled(codes, text.take(firsts))


def codes_of(texts: Labeled, known: Mapping[str, int]) -> NDArray[np.uint8]:
    """For each text the number of the word that it is, ``len(known)`` for any other."""
    numbers = [known.get(label, len(known)) for label in texts.labels]

    return np.array([*numbers, 0], np.uint8).take(texts.codes)


def sets(cells: Sequence[object], report: Report) -> TextRows:
    """A column of sets of texts, in whatever kind of list they come."""
    quick = _quick_sets(cells)
    if quick is not None:
        return quick
    lists: list[Sequence[str]] = []
    for row, cell in enumerate(cells):
        if cell is None or cell is MISSING:
            lists.append(())
            continue
        faults = list(set_faults("", cell))
        for inner, expected, found in faults:
            report(row, inner, expected, found)
        lists.append(() if faults else [*cell])  # type: ignore[misc]  # it is a list of texts

    return text_rows(lists)


def _quick_sets(cells: Sequence[object]) -> TextRows | None:
    """The column, if every cell is a list of usable texts, or none is given."""
    if set(map(type, cells)) - _LISTED:
        return None
    lists = [cell if isinstance(cell, (list, tuple)) else () for cell in cells]
    texts = quick_texts([text for each in lists for text in each])
    if texts is None:
        return None
    sizes = np.fromiter(map(len, lists), np.intp, len(lists))

    return TextRows(np.repeat(np.arange(len(lists)), sizes), texts)


def labeled_sets(codes: Codes, members: Mapping[int, Sequence[str]]) -> LabeledRows:
    """For each code of a set its texts; -1 has none."""
    words = sorted({text for some in members.values() for text in some})
    numbers = {text: number for number, text in enumerate(words)}
    flat = [numbers[text] for code in sorted(members) for text in members[code]]
    # The last place is that of -1.
    counts = np.zeros(max(members, default=-1) + 2, np.intp)
    counts[list(members)] = [len(some) for some in members.values()]
    sizes = counts[codes]
    rows = np.repeat(np.arange(len(codes)), sizes)
    first = (np.cumsum(counts) - counts)[codes] - (np.cumsum(sizes) - sizes)
    places = np.repeat(first, sizes) + np.arange(len(rows))

    return LabeledRows(rows, Labeled(np.array(flat, np.int32)[places], Text.from_strings(words)))


def set_faults(path: str, cell: object) -> Iterator[Inner]:
    """The faults of a set of texts: the path of each, what was expected, what came."""
    if not isinstance(cell, _LISTS):
        yield path, A_LIST_OF_TEXTS, came(cell)
        return
    for position, text in enumerate(cell):
        if expected := text_fault(text):
            yield f"{path}[{position}]", expected, came(text)
