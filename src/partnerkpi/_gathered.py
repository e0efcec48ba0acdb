"""Machinery: the columns of the tables, gathered a batch at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, field

from partnerkpi._arrays import locked
from partnerkpi._ids import joined_ids
from partnerkpi._moments import MomentsGathered
from partnerkpi._text import Text, group
from partnerkpi._text_forms import AnyText, Labeled, text_of

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
        if isinstance(empty, Text):
            return joined_ids(parts)

        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def peek(self, name: str, empty: Any) -> Any:
        """The whole column, which stays; once joined it takes the place of its parts."""
        column = self.take(name, empty)
        self.parts[name] = [column]

        return column


@define
class Vocabulary:
    """Codes for texts that occur often, in the order in which they first come."""

    codes: dict[str, int] = field(factory=dict)

    def code(self, texts: AnyText) -> Codes:
        """The code of each text, new texts taken up."""
        if isinstance(texts, Labeled):
            return self._recoded(texts)
        places, firsts = group(text_of(texts))
        labels = text_of(texts).take(firsts)

        return self._known(labels).take(places)

    def _recoded(self, texts: Labeled) -> Codes:
        codes, labels = texts.codes, texts.labels
        counts = np.bincount(codes, minlength=len(labels))
        used = np.flatnonzero(counts)
        if not all(labels[label] in self.codes for label in used.tolist()):
            # New ones are numbered as they first come.
            first = np.empty(len(labels), np.intp)
            first[codes[::-1]] = np.arange(len(codes))[::-1]
            used = used[np.argsort(first[used])]
        known = self._known(labels.take(used))
        table = np.zeros(len(labels), known.dtype)
        table[used] = known

        return table.take(codes)

    def _known(self, labels: Text) -> Codes:
        known = [self.codes.setdefault(label, len(self.codes)) for label in labels]

        return np.array(known, np.int64).astype(self.width)

    @property
    def width(self) -> type[np.int8 | np.int16 | np.int32]:
        """The smallest type that holds all codes and -1."""
        top = len(self.codes)

        return np.int8 if top < 2**7 else np.int16 if top < 2**15 else np.int32

    def labels(self) -> Text:
        """The text of each code."""
        return Text.from_strings(list(self.codes))


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
