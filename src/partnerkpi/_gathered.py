"""Machinery: the columns of the tables, gathered a batch at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, field

from partnerkpi._arrays import locked
from partnerkpi._batches import Labeled
from partnerkpi._ids import joined_ids
from partnerkpi._moments import MomentsGathered
from partnerkpi._text import Text, group

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes

__all__ = [
    "NO_COUNTS",
    "NO_INT",
    "NO_MASK",
    "NO_ROWS",
    "NO_TEXT",
    "Gathered",
    "Tables",
    "Vocabulary",
]

NO_TEXT = Text.from_strings([])
NO_MASK = locked(np.empty(0, np.bool_))
NO_INT = locked(np.empty(0, np.int64))
NO_ROWS = locked(np.empty(0, np.int32))
NO_COUNTS = locked(np.empty(0, np.uint8))


@define
class Gathered:
    """The parts of each column as batches bring them; a column is joined once and let go."""

    rows: int = 0
    parts: dict[str, list[Any]] = field(factory=dict)

    def add(self, rows: int, /, **columns: Any) -> None:
        """Take the columns of so many rows."""
        self.rows += rows
        for name, column in columns.items():
            self.parts.setdefault(name, []).append(column)

    def take(self, name: str, empty: Any) -> Any:
        """The whole column, which is let go; ``empty`` if there is none."""
        parts = self.parts.pop(name, None) or [empty]
        if len(parts) == 1:
            return parts[0]

        return np.concatenate(parts) if isinstance(empty, np.ndarray) else joined_ids(parts)

    def peek(self, name: str, empty: Any) -> Any:
        """The whole column, which stays; once joined it takes the place of its parts."""
        column = self.take(name, empty)
        self.parts[name] = [column]

        return column


@define
class Vocabulary:
    """Codes for texts that occur often, in the order in which they first come."""

    codes: dict[str, int] = field(factory=dict)

    def code(self, texts: Text | Labeled) -> Codes:
        """The code of each text, new texts taken up."""
        places, labels = _places(texts)
        known = [self.codes.setdefault(label, len(self.codes)) for label in labels]

        codes: Codes = np.array(known, np.int64).astype(self.width)

        return codes.take(places)

    @property
    def width(self) -> type[np.int8 | np.int16 | np.int32]:
        """The smallest type that holds all codes and -1."""
        top = len(self.codes)

        return np.int8 if top < 2**7 else np.int16 if top < 2**15 else np.int32

    def labels(self) -> Text:
        """The text of each code."""
        return Text.from_strings(list(self.codes))


def _places(texts: Text | Labeled) -> tuple[Codes, Text]:
    """For each text a place among the different ones, which stand as they first come."""
    if isinstance(texts, Text):
        places, firsts = group(texts)
        return places, texts.take(firsts)
    codes, size = texts.codes, len(texts.codes)
    firsts = np.full(len(texts.labels), size)
    firsts[codes[::-1]] = np.arange(size)[::-1]
    used = np.argsort(firsts, kind="stable")[: np.count_nonzero(firsts < size)]
    places = np.zeros(len(texts.labels), np.intp)
    places[used] = np.arange(len(used))

    return places[codes], texts.labels.take(used)


@define
class Tables:
    """All that batches have brought so far."""

    customers: Gathered = field(factory=Gathered)
    subscriptions: Gathered = field(factory=Gathered)
    licenses: Gathered = field(factory=Gathered)
    tags: Vocabulary = field(factory=Vocabulary)
    attributes: dict[str, tuple[Vocabulary, Gathered]] = field(factory=dict)
    products: Vocabulary = field(factory=Vocabulary)
    names: Vocabulary = field(factory=Vocabulary)
    instants: MomentsGathered = field(factory=MomentsGathered)
