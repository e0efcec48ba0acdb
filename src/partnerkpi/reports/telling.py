"""How a page is told: in which language, how much of each table, and who has which status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from partnerkpi._text import Text, TextIndex
from partnerkpi.present.words import ENGLISH, Words

if TYPE_CHECKING:
    from partnerkpi.kpi import RowPart
    from partnerkpi.status import Status

__all__ = ["TERMINAL", "Statuses", "Telling", "statuses_of"]

Statuses = Callable[[Sequence[Any]], Sequence[tuple["Status", ...]]]


@frozen(eq=False)
class Telling:
    """How a page is told.

    Attributes:
        words: Its language.
        whole: Whether tables show all their columns, or as many as a terminal has room for.
        statuses: The statuses of the customers of some rows, as far as they are known.
        list_first: Whether the list of customers stands before the overview.
    """

    words: Words = ENGLISH
    whole: bool = False
    statuses: Statuses | None = None
    list_first: bool = False


#: As a terminal has it.
TERMINAL = Telling()


def statuses_of(parts: Sequence[RowPart]) -> Statuses:
    """What finds the statuses of the customers of rows, by their ids.

    Args:
        parts: Rows of the list of customers.

    Example:
        >>> statuses_of(())([])
        []
    """
    columns: list[Any] = [part.cells("customer_id", None) for part in parts]
    indexes = [TextIndex(column.text) for column in columns]

    def found(rows: Sequence[Any]) -> list[tuple[Status, ...]]:
        ids = Text.from_strings([row.customer_id for row in rows])
        held: list[tuple[Status, ...]] = [()] * len(ids)
        for part, index in zip(parts, indexes, strict=True):
            places = index.find(ids)
            known = np.flatnonzero(places >= 0)
            cells = part.cells("statuses", places[known].astype(np.intp)).values()
            for row, statuses in zip(known.tolist(), cells, strict=True):
                held[row] = statuses
        return held

    return found
