"""Machinery: one numbering of texts for batches that bring tables of labels of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import Factory, define, frozen

from partnerkpi._sorting import row_type
from partnerkpi._text import Text, TextIndex

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes

__all__ = ["NO_TEXT", "Coder", "compacted", "same_texts"]

NO_TEXT = Text.from_strings([])

_NOT_YET = -2


def same_texts(left: Text, right: Text) -> bool:
    """Whether two columns hold the same texts in the same order.

    Example:
        >>> same_texts(Text.from_strings(["a"]), Text.from_strings(["a"]))
        True
    """
    return left is right or (
        len(left) == len(right)
        and np.array_equal(left.offsets, right.offsets)
        and np.array_equal(left.data[: left.offsets[-1]], right.data[: right.offsets[-1]])
    )


def compacted(labels: Text, codes: Codes) -> tuple[Text, Codes]:
    """Only the labels that some codes stand for, none of them -1, and these codes anew.

    Example:
        >>> labels, codes = compacted(Text.from_strings(["a", "b", "c"]), np.array([2, 2, 0]))
        >>> labels.to_list(), codes.tolist()
        (['a', 'c'], [1, 1, 0])
    """
    used = np.zeros(len(labels), np.bool_)
    used[codes] = True
    if used.all():
        return labels, codes
    numbers = np.cumsum(used, dtype=np.int64) - 1

    return labels.take(np.flatnonzero(used)), numbers.take(codes)


@frozen(eq=False)
class _Shelf:
    """Some of the texts known, and where their numbers begin."""

    start: int
    texts: Text
    index: TextIndex

    @staticmethod
    def of(start: int, texts: Text) -> _Shelf:
        return _Shelf(start, texts, TextIndex(texts))


@define
class Coder:
    """Numbers texts as they come; those of the first table keep their positions in it.

    The usual stream shares one table among its batches: then codes are taken as they are. Of any
    other table only labels that rows really use are looked up, once each.
    """

    size: int = 0
    first: Text | None = None
    shelves: list[_Shelf] = Factory(list)
    texts: list[Text] = Factory(list)
    labels: Text | None = None
    table: Codes | None = None

    @staticmethod
    def of(labels: Text) -> Coder:
        """Number these texts by their positions."""
        coder = Coder()
        coder.use(labels)

        return coder

    def numbers(self, labels: Text) -> Codes:
        """The number of each of other texts, all of which are taken up."""
        return self.numbers_of(labels, np.arange(len(labels)))

    def numbers_of(self, labels: Text, codes: Codes) -> Codes:
        """The numbers of the texts that codes stand for, these texts being taken up."""
        self.use(labels)

        return self(codes)

    def use(self, labels: Text) -> None:
        """Say which labels the codes to come stand for."""
        if labels is self.labels:
            return
        if self.first is None or not self.size:
            self.first, self.texts, self.size = labels, [labels], len(labels)
        if same_texts(self.first, labels):
            self.labels, self.table = labels, None
        else:
            self.labels = labels
            self.table = np.full(len(labels) + 1, _NOT_YET, np.int64)
            # What has no text has the code -1, which is the last place of the table.
            self.table[-1] = -1

    def __call__(self, codes: Codes) -> Codes:
        """The number of each code's text, -1 for none; texts not known yet are taken up."""
        if self.table is None:
            return codes
        found = self.table.take(codes)
        unknown = np.flatnonzero(found == _NOT_YET)
        if len(unknown):
            self._learn(np.unique(codes.take(unknown)))
            found = self.table.take(codes)

        return found

    def text(self) -> Text:
        """The text of each number."""
        if len(self.texts) != 1:
            self.texts = [Text.concatenate(self.texts)]

        return self.texts[0]

    def _learn(self, codes: Codes) -> None:
        assert self.labels is not None  # noqa: S101 (there is no table without labels)
        assert self.table is not None  # noqa: S101
        wanted = self.labels.take(codes)
        found = self._find(wanted)
        new = np.flatnonzero(found < 0)
        if len(new):
            found[new] = np.arange(self.size, self.size + len(new))
            self._add(wanted.take(new))
        self.table[codes] = found

    def _find(self, wanted: Text) -> Codes:
        if not self.shelves:
            self.shelves.append(_Shelf.of(0, self.text()))
        found = np.full(len(wanted), -1, row_type(self.size + len(wanted)))
        for shelf in self.shelves:
            left = np.flatnonzero(found < 0)
            places = shelf.index.find(wanted.take(left) if len(left) < len(wanted) else wanted)
            hits = np.flatnonzero(places >= 0)
            found[left.take(hits)] = places.take(hits) + shelf.start

        return found

    def _add(self, texts: Text) -> None:
        """Take up new texts; shelves of like sizes become one, so that there are always few."""
        start = self.size
        self.texts.append(texts)
        self.size += len(texts)
        while self.shelves and len(self.shelves[-1].texts) <= 2 * len(texts):
            last = self.shelves.pop()
            start, texts = last.start, Text.concatenate([last.texts, texts])
        self.shelves.append(_Shelf.of(start, texts))
