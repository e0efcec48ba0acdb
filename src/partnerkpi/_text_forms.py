"""Machinery: what may stand for a column of text until the text itself is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import field, frozen

from partnerkpi._arrays import lock_codes, lock_micros
from partnerkpi._sorting import taken
from partnerkpi._text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerkpi._arrays import Codes, Micros

__all__ = ["AnyText", "Labeled", "Numbers", "text_of"]


@frozen(eq=False)
class Labeled:
    """A column of text in which few different texts occur often: a place in ``labels`` a row.

    Not every label needs to occur.
    """

    codes: Codes = field(converter=lock_codes)
    labels: Text

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.codes)

    def __getitem__(self, row: int) -> str:
        """Return the text of a row."""
        return self.labels[int(self.codes[row])]

    def __iter__(self) -> Iterator[str]:
        """Go through the texts."""
        return iter(self.text())

    def take(self, rows: Codes) -> Labeled:
        """The codes of some rows."""
        return Labeled(taken(self.codes, rows), self.labels)

    def text(self) -> Text:
        """The texts themselves."""
        return self.labels.take(self.codes)


@frozen(eq=False)
class Numbers:
    """A column of integers that stand for the text of their decimal digits."""

    values: Micros = field(converter=lock_micros)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.values)

    def __getitem__(self, row: int) -> str:
        """Return the text of a row."""
        return str(int(self.values[row]))

    def __iter__(self) -> Iterator[str]:
        """Go through the texts."""
        return iter(self.text())

    def take(self, rows: Codes) -> Numbers:
        """The integers of some rows."""
        return Numbers(taken(self.values, rows))

    def text(self) -> Text:
        """The texts themselves."""
        return Text.from_numpy(self.values)


AnyText: TypeAlias = Text | Labeled | Numbers


def text_of(texts: AnyText) -> Text:
    """A column of text in any form, as text."""
    return texts if isinstance(texts, Text) else texts.text()
