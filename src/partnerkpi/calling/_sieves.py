"""Machinery: which rows of a batch can be counted at once, and which wait for their duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from partnerkpi._instants import format_one
from partnerkpi.calling._keeping import Keeper
from partnerkpi.deduplication import Duplicates
from partnerkpi.errors import Fault, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerkpi._arrays import Micros, Rows
    from partnerkpi._faults import FaultLog

    # Call legs or queue calls, the same all the time.
    _Batch: TypeAlias = Any

__all__ = ["ByRecordId", "Open", "Sieve", "Window"]

_MANY = 1 << 20


class Sieve(Protocol):
    """Which rows can be counted at once, and which have to wait."""

    def passed(self, batch: _Batch) -> Iterator[_Batch]:
        """The rows that can be counted now that a batch has come."""
        ...

    def rest(self) -> Iterator[_Batch]:
        """The rows that still wait when no batch is to come."""
        ...

    def duplicates(self) -> Duplicates:
        """How many rows were left out."""
        ...


class Open:
    """All rows count."""

    def passed(self, batch: _Batch) -> Iterator[_Batch]:
        """The rows that can be counted now that a batch has come."""
        yield batch

    def rest(self) -> Iterator[_Batch]:
        """The rows that still wait when no batch is to come."""
        yield from ()

    def duplicates(self) -> Duplicates:
        """How many rows were left out."""
        return Duplicates()


class ByRecordId:
    """Rows with a record id wait to the end."""

    def __init__(self, rows: type) -> None:
        """Keep nothing of this kind of rows."""
        self._keeper = Keeper(rows)

    def passed(self, batch: _Batch) -> Iterator[_Batch]:
        """The rows that can be counted now that a batch has come."""
        free, keyed = _by_key(batch)
        if len(free):
            yield batch.take(free)
        if len(keyed):
            self._keeper.add(batch.take(keyed))
        # In ever greater lots, so that the rows kept are not gone through too often.
        if self._keeper.waiting >= max(_MANY, len(self._keeper.kept) // 2):
            self._keeper.drop_duplicates()

    def rest(self) -> Iterator[_Batch]:
        """The rows that still wait when no batch is to come."""
        self._keeper.drop_duplicates()
        kept = self._keeper.kept
        for start in range(0, len(kept), _MANY):
            yield kept.part(start, start + _MANY)

    def duplicates(self) -> Duplicates:
        """How many rows were left out."""
        return self._keeper.duplicates()


class Window:
    """Rows with a record id wait until nothing as early as they may come."""

    def __init__(self, rows: type, began: str, lateness: int, log: FaultLog) -> None:
        """Keep nothing of this kind of rows, in which a column tells when they begin.

        Args:
            rows: The kind of rows.
            began: The column.
            lateness: How many microseconds earlier than a row before it a row may begin.
            log: Where rows are noted that come later than that.
        """
        self._keeper = Keeper(rows)
        self._name = began
        self._lateness = lateness
        self._log = log
        self._latest: int | None = None
        self._done = 0

    def passed(self, batch: _Batch) -> Iterator[_Batch]:
        """The rows that can be counted now that a batch has come."""
        if not len(batch):
            return
        batch = self._in_time(batch)
        free, keyed = _by_key(batch)
        if len(free):
            yield batch.take(free)
        if len(keyed):
            self._keeper.add(batch.take(keyed))
        self._keeper.drop_duplicates()
        assert self._latest is not None  # noqa: S101 (the batch had rows)
        settled = self._began(self._keeper.kept) < self._latest - self._lateness
        if settled.any():
            yield self._keeper.release(settled)

    def rest(self) -> Iterator[_Batch]:
        """The rows that still wait when no batch is to come."""
        yield self._keeper.kept

    def duplicates(self) -> Duplicates:
        """How many rows were left out."""
        return self._keeper.duplicates()

    def _began(self, rows: _Batch) -> Micros:
        began: Micros = getattr(rows, self._name)

        return began

    def _in_time(self, batch: _Batch) -> _Batch:
        began = self._began(batch)
        latest = np.maximum.accumulate(began)
        before = np.concatenate([latest[:1], latest[:-1]])
        if self._latest is not None:
            before = np.maximum(before, self._latest)
        bound = before - self._lateness
        late = np.flatnonzero(began < bound)
        self._latest = (
            int(latest[-1]) if self._latest is None else max(int(latest[-1]), self._latest)
        )
        self._log.add_rows(late, lambda row: self._fault(row, int(bound[row]), int(began[row])))
        self._done += len(batch)

        return batch.take(np.flatnonzero(began >= bound)) if len(late) else batch

    def _fault(self, row: int, bound: int, began: int) -> Fault:
        return Fault(
            Place("batches", line=self._done + row, column=f"{self._name}_at"),
            f"an instant from {format_one(bound)} on, in the order of time",
            format_one(began),
        )


def _by_key(rows: _Batch) -> tuple[Rows, Rows]:
    """Rows without a record id, and with one."""
    keyed = rows.record.codes >= 0

    return np.flatnonzero(~keyed), np.flatnonzero(keyed)
