"""Machinery: when each of many rows was observed, in as few bytes as the instants allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen
from attrs.converters import optional

from partnerkpi._arrays import NEVER, lock_codes, lock_micros, reduced

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Mask, Micros, Rows

__all__ = ["SECOND", "Moments"]

SECOND = 1_000_000

_STEP = 1 << 17
# Beyond so many bounds a search costs less than a comparison with each.
_FEW = 16


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

    __reduce__ = reduced

    @staticmethod
    def of(micros: Micros) -> Moments:
        """Count instants in whole seconds where they are, in microseconds otherwise.

        ``NEVER`` stands for undated.
        """
        whole = whole_seconds(micros)
        if whole is not None:
            return Moments(whole, step=SECOND)

        return Moments(in_micros(micros))

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.codes)

    def __getitem__(self, row: int) -> int:
        """Return the instant of a row, ``NEVER`` if it is undated."""
        code = int(self.codes[row])
        if self.table is not None:
            return int(self.table[code])

        return (code - 1) * self.step if code else NEVER

    @property
    def nbytes(self) -> int:
        """The bytes that the arrays take."""
        return self.codes.nbytes + (0 if self.table is None else self.table.nbytes)

    def take(self, rows: Rows) -> Moments:
        """The instants of some rows."""
        return Moments(self.codes[rows], self.table, self.step)

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

    def periods(self, ends: Micros) -> NDArray[np.unsignedinteger[Any]]:
        """For each row, how many of the rising ``ends`` lie before its instant."""
        width = np.min_scalar_type(len(ends))
        if self.table is not None:
            return np.searchsorted(ends, self.table).astype(width)[self.codes]
        bounds = [self.bound(end) for end in ends.tolist()]
        if len(bounds) > _FEW:
            return np.searchsorted(bounds, self.codes, side="right").astype(width)
        counts = np.zeros(len(self), width)
        for start in range(0, len(counts), _STEP):
            part, codes = counts[start : start + _STEP], self.codes[start : start + _STEP]
            for bound in bounds:
                part += codes >= bound

        return counts


def whole_seconds(micros: Micros) -> NDArray[np.uint32] | None:
    """Whole seconds since 1970 plus 1, or 0 where undated; ``None`` if they are not that."""
    seconds = micros // SECOND
    undated = micros == NEVER
    rest = seconds * SECOND != micros
    seconds += 1
    if (rest & ~undated).any() or seconds.max(initial=0) >= np.iinfo(np.uint32).max:
        return None
    seconds[undated] = 0

    return seconds.astype(np.uint32)


def in_micros(micros: Micros) -> Micros:
    """Microseconds since 1970 plus 1, or 0 where undated."""
    counted: Micros = np.maximum(micros, -1) + 1

    return counted
