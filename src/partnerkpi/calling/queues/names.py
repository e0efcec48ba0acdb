"""Whose queues are counted: pairs of customer and queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import lock_codes, locked, reduced
from partnerkpi._text import Text, group

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes, Rows

__all__ = ["NO_NAMES", "PairNames", "union"]


@frozen(eq=False)
class PairNames:
    """The ids of customers and of their queues: a row per queue of a customer, in any order.

    Attributes:
        customers: Ids of the customers, each once.
        owner: For each queue the place of its customer.
        queues: Ids of the queues, unique within a customer.
    """

    customers: Text
    owner: Codes = field(converter=lock_codes)
    queues: Text

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    @staticmethod
    def of(customers: Text, customer: Codes, queues: Text, queue: Codes) -> PairNames:
        """The names of pairs of labels.

        Args:
            customers: Labels of customers, each once.
            customer: For each pair the label of its customer.
            queues: Labels of queues, each once.
            queue: For each pair the label of its queue.
        """
        used, places = np.unique(customer, return_inverse=True)

        return PairNames(customers.take(used), places.reshape(-1), queues.take(queue))

    def __len__(self) -> int:
        """Return how many queues there are."""
        return len(self.queues)

    def queues_of(self, customer: str) -> Rows:
        """The places of a customer's queues, by their ids; none if the customer is not there.

        Example:
            >>> names = PairNames(
            ...     Text.from_strings(["c-2", "c-1"]),
            ...     np.array([0, 1, 0]),
            ...     Text.from_strings(["Q1", "Q1", "Q2"]),
            ... )
            >>> names.queues_of("c-2").tolist(), names.queues_of("c-3").tolist()
            ([0, 2], [])
        """
        place = self.customers.position(customer)

        rows = np.flatnonzero(self.owner == place) if place >= 0 else np.empty(0, np.intp)

        return rows[self.queues.take(rows).order()]


NO_NAMES = PairNames(Text.from_strings([]), locked(np.empty(0, np.intp)), Text.from_strings([]))


def union(mine: PairNames, theirs: PairNames) -> tuple[PairNames, Rows, Rows]:
    """The names of both, mine first, and for each of mine and of theirs its place among them."""
    customers = Text.concatenate([mine.customers, theirs.customers])
    numbers, heads = group(customers)
    owners = np.concatenate([mine.owner, theirs.owner + len(mine.customers)])
    queues = Text.concatenate([mine.queues, theirs.queues])
    codes, _ = group(queues)
    keys = numbers.take(owners).astype(np.int64) * max(len(queues), 1) + codes
    _, firsts, places = np.unique(keys, return_index=True, return_inverse=True)
    # Numbered as they first come, so that mine stay where they are.
    order = np.argsort(firsts)
    ranks = np.empty(len(order), np.intp)
    ranks[order] = np.arange(len(order))
    found: Rows = ranks.take(places.reshape(-1))
    kept = firsts[order]
    owner = numbers.take(owners.take(kept))
    names = PairNames.of(customers.take(heads), owner, queues, kept)

    return names, found[: len(mine)], found[len(mine) :]
