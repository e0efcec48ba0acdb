"""Machinery: numbers for the pairs of customer and queue, over batches with labels of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, field

from partnerkpi._sorting import heads, ordered
from partnerkpi._text import Text, group
from partnerkpi.calling._buffers import buffers
from partnerkpi.calling.queues.names import PairNames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Rows
    from partnerkpi.columns import CodedText

__all__ = ["Pairs"]

_SHIFT = 32
_LOW = (1 << _SHIFT) - 1
_DENSE = 1 << 22
_STEP = 1 << 15


def _labels() -> _Labels:
    return _Labels()


@define(eq=False)
class Pairs:
    """The different pairs so far, numbered as they come."""

    customers: _Labels = field(factory=_labels)
    queues: _Labels = field(factory=_labels)
    keys: NDArray[np.int64] = field(factory=lambda: np.empty(0, np.int64))
    ranked: NDArray[np.intp] = field(factory=lambda: np.empty(0, np.intp))
    table: _Table | None = None

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self.keys)

    def use(self, customer: CodedText, queue: CodedText) -> None:
        """Say which labels the codes to come stand for."""
        new = self.customers.use(customer.labels) | self.queues.use(queue.labels)
        if new or self.table is None:
            self.table = _Table.of(len(customer.labels), len(queue.labels))

    def numbers(self, customer: Codes, queue: Codes) -> Rows:
        """The number of each row's pair, new pairs taken up."""
        assert self.table is not None  # noqa: S101 (labels are told first)

        return self.table.numbers(customer, queue, self)

    def known(self, customer: Codes, queue: Codes) -> Rows:
        """The numbers of different pairs of labels, new ones taken up."""
        keys = self.customers.numbers.take(customer) << _SHIFT
        keys |= self.queues.numbers.take(queue)
        rising = np.sort(keys)
        self._learn(rising.take(heads(rising)))
        places = np.searchsorted(self.keys, keys, sorter=self.ranked)

        return self.ranked.take(places)

    def _learn(self, keys: NDArray[np.int64]) -> None:
        """Take up the new ones of different keys, which rise."""
        # What is behind the last one is none of the keys.
        known = np.append(self.keys.take(self.ranked), -1)
        new = keys[known.take(np.searchsorted(known[:-1], keys)) != keys]
        if len(new):
            self.keys = np.concatenate([self.keys, new])
            self.ranked = np.argsort(self.keys)

    def names(self) -> PairNames:
        """The names of the pairs, by their numbers."""
        return PairNames.of(
            self.customers.texts, self.keys >> _SHIFT, self.queues.texts, self.keys & _LOW
        )


@define(eq=False)
class _Labels:
    """One numbering of texts for tables of labels that may differ, and may hold a text twice.

    Attributes:
        texts: The text of each number.
        labels: The table in use.
        numbers: The number of each of its labels.
    """

    texts: Text = field(factory=lambda: Text.from_strings([]))
    labels: Text | None = None
    numbers: NDArray[np.int64] = field(factory=lambda: np.empty(0, np.int64))

    def use(self, labels: Text) -> bool:
        """Turn to a table; whether it is another one than before."""
        if self.labels is not None and _alike(labels, self.labels):
            return False
        both = Text.concatenate([self.texts, labels])
        codes, firsts = group(both)
        self.numbers = codes[len(self.texts) :].astype(np.int64)
        self.texts, self.labels = both.take(firsts), labels

        return True


def _alike(mine: Text, theirs: Text) -> bool:
    return mine is theirs or (
        np.array_equal(mine.offsets, theirs.offsets) and np.array_equal(mine.data, theirs.data)
    )


@define(eq=False)
class _Table:
    """The numbers of pairs by the labels of one pair of tables.

    Mostly a queue's id is of one customer only: then the queue's label tells the pair, once it is
    checked that the row's customer is the owner.

    Attributes:
        owner: For each queue the customer of its pair that came first; -1 if none did yet.
        number: The number of that pair.
        shared: For each customer and queue the number of their pair, -1 if it is not known;
            ``None`` as long as every queue has one customer, or if there are too many.
    """

    customers: int
    queues: int
    owner: NDArray[np.int32]
    number: NDArray[np.intp]
    shared: NDArray[np.int32] | None = None
    alone: bool = True
    places: NDArray[np.intp] = field(factory=lambda: np.empty(0, np.intp))
    found: NDArray[np.intp] = field(factory=lambda: np.empty(0, np.intp))
    owners: NDArray[np.int32] = field(factory=lambda: np.empty(0, np.int32))

    @staticmethod
    def of(customers: int, queues: int) -> _Table:
        return _Table(
            customers, queues, np.full(queues, -1, np.int32), np.full(queues, -1, np.intp)
        )

    def numbers(self, customer: Codes, queue: Codes, pairs: Pairs) -> Rows:
        """The number of each row's pair, to be used before more are asked for."""
        if len(self.places) < len(queue):
            kept = buffers(len(queue), np.intp, np.intp, np.int32)
            self.places, self.found, self.owners = kept
        places, found = self.places[: len(queue)], self.found[: len(queue)]
        places[:] = queue
        if self.alone and self._owned(customer, places, pairs):
            return self.number.take(places, out=found, mode="clip")
        self.alone = False
        found[:] = customer
        found *= self.queues
        found += places
        if self.customers * self.queues > _DENSE:
            return self._sorted(found, pairs)
        if self.shared is None:
            self.shared = np.full(self.customers * self.queues, -1, np.int32)
        numbers = self.shared.take(found)
        unknown = np.flatnonzero(numbers < 0)
        if len(unknown):
            new = np.unique(found.take(unknown))
            self.shared[new] = pairs.known(new // self.queues, new % self.queues)
            numbers = self.shared.take(found)
        places[:] = numbers

        return places

    def _owned(self, customer: Codes, places: Rows, pairs: Pairs) -> bool:
        """Whether every row's customer is the only one of its queue; owners are taken up."""
        owners = self.owners[: len(places)]
        for start in range(0, len(places), _STEP):
            cut = slice(start, start + _STEP)
            # Row numbers are good: only so NumPy writes where it is told at once.
            self.owner.take(places[cut], out=owners[cut], mode="clip")
            if not (owners[cut] == customer[cut]).all():
                new = np.flatnonzero(owners[cut] < 0)
                self.owner[places[cut].take(new)] = customer[cut].take(new)
                if (self.owner.take(places[cut]) != customer[cut]).any():
                    return False
        queues = np.flatnonzero((self.number < 0) & (self.owner >= 0))
        if len(queues):
            self.number[queues] = pairs.known(self.owner.take(queues), queues)

        return True

    def _sorted(self, keys: NDArray[np.int64], pairs: Pairs) -> Rows:
        order: Any = ordered(keys)
        sorted_keys = keys[order]
        starts = heads(sorted_keys)
        new = sorted_keys[starts]
        found = pairs.known(new // self.queues, new % self.queues)
        numbers = np.empty(len(keys), np.intp)
        numbers[order] = np.repeat(found, np.diff(starts, append=len(keys)))

        return numbers
