"""Machinery: coded columns made, joined and compared; labels are different, whatever comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import fields

from partnerkpi._sorting import row_type
from partnerkpi._text import Text, TextIndex, group
from partnerkpi.columns import CodedText, TextLists

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerkpi._arrays import Codes

__all__ = [
    "coded",
    "column_names",
    "joined_codes",
    "joined_lists",
    "lists_of",
    "recoded",
    "same_lists",
    "same_texts",
]


def column_names(kind: type) -> list[str]:
    """The names of the columns of a column set, in the order in which they are defined.

    Neither what was found wrong with the rows nor what is made of them is a column.
    """
    given = [each.name for each in fields(kind) if each.init]

    return [name for name in given if not name.startswith("fault")]


def coded(texts: Sequence[str | None]) -> CodedText:
    """A column of Python strings; ``None`` where there is none."""
    numbers: dict[str, int] = {}
    codes = [-1 if text is None else numbers.setdefault(text, len(numbers)) for text in texts]

    return CodedText(np.array(codes, row_type(len(numbers))), Text.from_strings(list(numbers)))


def lists_of(lists: Sequence[Sequence[str]]) -> TextLists:
    """A column of lists of Python strings."""
    rows = np.repeat(np.arange(len(lists)), np.array([len(each) for each in lists], np.intp))

    return TextLists(rows, coded([text for each in lists for text in each]))


def recoded(codes: Codes, table: Codes) -> Codes:
    """The code that the table gives for each code; -1 stays."""
    found: Codes = np.append(table, table.dtype.type(-1)).take(codes)

    return found


def joined_codes(columns: Sequence[CodedText]) -> CodedText:
    """Columns one after the other; equal texts get one label."""
    labels = columns[0].labels
    if all(column.labels is labels for column in columns):
        return CodedText(np.concatenate([column.codes for column in columns]), labels)
    labels = Text.concatenate([column.labels for column in columns])
    places, firsts = group(labels)
    stops = np.cumsum([len(column.labels) for column in columns])
    codes = [
        recoded(column.codes, places[stop - len(column.labels) : stop])
        for column, stop in zip(columns, stops.tolist(), strict=True)
    ]

    return CodedText(np.concatenate(codes), labels.take(firsts))


def joined_lists(columns: Sequence[TextLists], sizes: Sequence[int]) -> TextLists:
    """Columns of lists one after the other; each is told by how many rows it has."""
    starts = np.cumsum([0, *sizes])[:-1].tolist()
    rows = [column.rows + start for column, start in zip(columns, starts, strict=True)]

    return TextLists(np.concatenate(rows), joined_codes([column.texts for column in columns]))


def same_texts(mine: CodedText, theirs: CodedText) -> bool:
    """Whether two columns have the same texts row by row, however they are coded."""
    if mine.labels is theirs.labels:
        return np.array_equal(mine.codes, theirs.codes)
    if len(mine) != len(theirs):
        return False
    # What is no label of mine must not be taken for no text.
    found = TextIndex(mine.labels).find(theirs.labels)
    found = np.where(found < 0, len(mine.labels), found)

    return np.array_equal(mine.codes, recoded(theirs.codes, found))


def same_lists(mine: TextLists, theirs: TextLists) -> bool:
    """Whether two columns have the same lists row by row."""
    return np.array_equal(mine.rows, theirs.rows) and same_texts(mine.texts, theirs.texts)
