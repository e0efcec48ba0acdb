"""Machinery: when each of many rows was observed, in as few bytes as the instants allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, field, frozen
from attrs.converters import optional

from partnerkpi._arrays import NEVER, lock_codes, lock_micros, reduced
from partnerkpi._sorting import taken

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes, Mask, Micros, Rows

__all__ = ["SECOND", "Moments", "MomentsGathered"]

SECOND = 1_000_000

# A table has room for so many different instants: their codes are one byte each.
_MOST = 256


@frozen(eq=False)
class Moments:
    """Instants or none (undated) of many rows, as numbers that rise with them.

    Undated comes before every instant. Where few different instants occur, ``codes`` are positions
    in ``table``; otherwise they count steps since 1970, one more than that, and 0 is undated.

    Attributes:
        codes: A number for each row.
        table: The different instants, rising, microseconds UTC, or ``NEVER`` for undated.
        step: Without a table, how many microseconds a step has.
    """

    codes: Codes = field(converter=lock_codes)
    table: Micros | None = field(default=None, converter=optional(lock_micros))
    step: int = field(default=1)

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.codes)

    def __getitem__(self, row: int) -> int:
        """Return the instant of a row, ``NEVER`` if it is undated."""
        code = int(self.codes[row])
        if self.table is not None:
            return int(self.table[code])

        return (code - 1) * self.step if code else NEVER

    def micros(self, rows: Rows) -> Micros:
        """The instants of some rows in microseconds UTC, ``NEVER`` where undated."""
        codes = self.codes[rows]
        if self.table is not None:
            return self.table[codes]
        steps = codes.astype(np.int64)

        return np.where(steps == 0, NEVER, (steps - 1) * self.step)

    @property
    def newest(self) -> int:
        """The latest instant; ``NEVER`` where no row is dated."""
        return self[int(self.codes.argmax())] if len(self) else NEVER

    @property
    def nbytes(self) -> int:
        """The bytes that the arrays take."""
        return self.codes.nbytes + (0 if self.table is None else self.table.nbytes)

    def take(self, rows: Codes) -> Moments:
        """The instants of some rows."""
        return Moments(taken(self.codes, rows), self.table, self.step)

    def bound(self, micros: int) -> int:
        """The number below which codes are undated or of instants up to this one."""
        if self.table is not None:
            return int(np.searchsorted(self.table, micros, side="right"))

        return max(micros // self.step + 2, 1)

    def visible(self, micros: int) -> Mask:
        """Which rows were observed at or before an instant, or are undated."""
        bound = self.bound(micros)
        if self.table is not None and bound == len(self.table):
            return np.ones(len(self), np.bool_)
        mask: Mask = self.codes < bound

        return mask

    def dated(self, rows: Rows) -> Mask:
        """Which of some rows are dated."""
        mask: Mask = self.codes[rows] >= self.bound(NEVER)

        return mask


@define
class MomentsGathered:
    """Instants as they come, a batch at a time."""

    _table: Micros | None = field(factory=lambda: np.empty(0, np.int64))
    _parts: list[Codes] = field(factory=list)

    def add(self, micros: Micros) -> None:
        """Take the instants of a batch; ``NEVER`` stands for undated."""
        if self._table is not None and not self._learn(self._table, micros):
            self._parts = [_counted(_micros_of(self._table, part)) for part in self._parts]
            self._table = None
        if self._table is None:
            self._parts.append(_counted(micros))
        else:
            self._parts.append(np.searchsorted(self._table, micros).astype(np.uint8))

    def _learn(self, table: Micros, micros: Micros) -> bool:
        """Take new instants up into the table, unless they are too many."""
        near = np.searchsorted(table, micros)
        known = table.take(near, mode="clip") == micros if len(table) else np.False_
        new = micros[~np.broadcast_to(known, micros.shape)]
        if not len(new):
            return True
        new = np.sort(new)
        new = new[np.concatenate([[True], new[1:] != new[:-1]])]
        if len(table) + len(new) > _MOST:
            return False
        joined = np.concatenate([table, new])
        order = np.argsort(joined, kind="stable")
        places = np.empty(len(joined), np.uint8)
        places[order] = np.arange(len(joined), dtype=np.uint8)
        self._parts = [places[part] for part in self._parts]
        self._table = joined[order]

        return True

    def joined(self) -> Moments:
        """All instants; once joined they take the place of the parts."""
        parts = self._parts or [np.empty(0, np.uint8)]
        seconds = self._table is None and all(part.dtype == np.uint32 for part in parts)
        if self._table is None and not seconds:
            parts = [_fine(part) for part in parts]
        codes = np.concatenate(parts) if len(parts) > 1 else parts[0]
        self._parts = [codes]

        return Moments(codes, self._table, SECOND if seconds else 1)

    def take(self, rows: Codes) -> Moments:
        """The instants of some rows; all are let go."""
        moments, self._parts = self.joined(), []

        return moments.take(rows)


def _micros_of(table: Micros, codes: Codes) -> Micros:
    micros: Micros = table[codes]

    return micros


def _counted(micros: Micros) -> Codes:
    """Whole seconds since 1970 plus 1, or microseconds plus 1 where they are not whole.

    0 where undated.
    """
    seconds = micros // SECOND
    dated = micros != NEVER
    whole = seconds * SECOND == micros
    seconds += 1
    seconds *= dated
    if (whole | ~dated).all() and seconds.max(initial=0) <= np.iinfo(np.uint32).max:
        return seconds.astype(np.uint32)
    fine: Micros = np.maximum(micros, -1)
    fine += 1

    return fine


def _fine(counted: Codes) -> Micros:
    """Microseconds plus 1 of what counts seconds plus 1."""
    micros: Micros = counted.astype(np.int64, copy=False)
    if micros is counted:
        return micros
    micros -= 1
    micros *= SECOND
    micros += 1

    return np.maximum(micros, 0)
