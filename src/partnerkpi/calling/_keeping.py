"""Machinery: rows kept while others with their record ids may still come, and what they beat.

Duplicates are dropped whenever enough rows have come, not only in the end; so each row that is kept
stands for others, and remembers how many of them would be ties with the row that finally counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from partnerkpi._coded_columns import column_names
from partnerkpi.columns import CodedText, TextLists
from partnerkpi.deduplication import Duplicates, survivors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Mask, Rows

    # Call legs or queue calls, the same all the time.
    _Batch: TypeAlias = Any

__all__ = ["Keeper"]


class Keeper:
    """Keeps one row of each record id of a customer, and counts the others."""

    def __init__(self, kind: Any) -> None:
        """Keep nothing of this kind of rows."""
        self._kind = kind
        self._kept: _Batch = kind.from_records([])
        self._new: list[_Batch] = []
        self._alike = np.empty(0, np.int64)
        self._beaten = np.empty(0, np.int64)
        self._left_out = 0
        self._ties = 0

    def add(self, rows: _Batch) -> None:
        """Take up rows, all with a record id."""
        self._new.append(rows)

    @property
    def kept(self) -> _Batch:
        """The rows kept, without duplicates."""
        return self._kept

    @property
    def waiting(self) -> int:
        """How many rows came since duplicates were dropped."""
        return sum(map(len, self._new))

    def drop_duplicates(self) -> None:
        """Keep of each record id the row that counts."""
        if not self._new:
            return
        more = self.waiting
        rows = self._kind.concatenate([self._kept, *self._new])
        self._new = []
        alike = np.concatenate([self._alike, np.ones(more, np.int64)])
        beaten = np.concatenate([self._beaten, np.zeros(more, np.int64)])
        kept, duplicates = survivors(rows)
        if kept is not None:
            _settle(rows, kept, alike, beaten)
            rows, alike, beaten = rows.take(kept), alike[kept], beaten[kept]
            self._left_out += duplicates.count
        self._kept, self._alike, self._beaten = rows, alike, beaten

    def release(self, mask: Mask) -> _Batch:
        """Let go of some of the rows kept, which count: nothing that comes can change them."""
        self._ties += int(self._beaten[mask].sum())
        self._alike, self._beaten = self._alike[~mask], self._beaten[~mask]
        released = self._kept.take(np.flatnonzero(mask))
        self._kept = self._kept.take(np.flatnonzero(~mask))

        return released

    def duplicates(self) -> Duplicates:
        """How many rows were left out, as told of all rows at once."""
        return Duplicates(self._left_out, self._ties + int(self._beaten.sum()))


def _settle(rows: Any, kept: Rows, alike: NDArray[np.int64], beaten: NDArray[np.int64]) -> None:
    """Add to the rows kept what those left out stand for.

    Args:
        rows: Rows, with duplicates.
        kept: Which of them are kept.
        alike: For each row how many rows are just like it, itself included.
        beaten: How many were reported at its instant, and say something else.
    """
    left = np.ones(len(rows), np.bool_)
    left[kept] = False
    lost = np.flatnonzero(left)
    keys = rows.customer.codes.astype(np.int64) * len(rows.record.labels) + rows.record.codes
    order = np.argsort(keys[kept], kind="stable")
    winners = kept[order[np.searchsorted(keys[kept], keys[lost], sorter=order)]]
    at_once = rows.reported[lost] == rows.reported[winners]
    lost, winners = lost[at_once], winners[at_once]
    equal = np.ones(len(lost), np.bool_)
    for name in column_names(type(rows)):
        equal &= _equal(getattr(rows, name), lost, winners)
    np.add.at(alike, winners[equal], alike[lost[equal]])
    np.add.at(beaten, winners, beaten[lost])
    np.add.at(beaten, winners[~equal], alike[lost[~equal]])


def _equal(column: Any, mine: Rows, theirs: Rows) -> Mask:
    """Whether a column holds the same in rows side by side."""
    if isinstance(column, TextLists):
        same = [column[a] == column[b] for a, b in zip(mine.tolist(), theirs.tolist(), strict=True)]
        return np.array(same, np.bool_)
    values = column.codes if isinstance(column, CodedText) else column
    left, right = values[mine], values[theirs]
    equal: Mask = left == right
    if values.dtype.kind == "f":
        equal |= np.isnan(left) & np.isnan(right)

    return equal
