"""Machinery: the rows of groups, laid out level by level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from partnerkpi._sorting import heads, ordered, row_type

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes, Rows
    from partnerkpi._groups import Levels

__all__ = ["laid_out", "places_of"]

# Level by level pays as long as rows are looked at so many times on average.
_LOOKS = 4


def laid_out(layout: Levels, owners: Codes) -> Codes:
    """For each place of a layout the row that stands there; rows of a group keep their order.

    Args:
        layout: As many rows for each group as ``owners`` says.
        owners: For each row its group.
    """
    slots = np.empty(len(owners), row_type(len(owners)))
    rows = np.arange(len(owners), dtype=slots.dtype)
    if _looks(layout) > _LOOKS * len(owners):
        return _laid_out_sorted(layout, owners, slots)
    for start, size in layout:
        # Every group that reaches this level has a row left; of several rows the last one assigned
        # stays, so the first goes last.
        level = slots[start : start + size]
        level[owners[::-1]] = rows[::-1]
        left = np.flatnonzero(level[owners] != rows)
        owners, rows = owners[left], rows[left]
    slots[layout.starts[-1] :] = rows[ordered(owners)]

    return slots


def _looks(layout: Levels) -> int:
    return sum(len(layout) - start for start, _ in layout)


def _laid_out_sorted(layout: Levels, owners: Codes, slots: Codes) -> Codes:
    order = ordered(owners)
    owners = owners[order]
    begins = heads(owners)
    turns: Rows = np.arange(len(owners)) - np.repeat(begins, np.diff(begins, append=len(owners)))
    slots[layout.place(owners.astype(np.intp), turns)] = order

    return slots


def places_of(rows: Codes, size: int) -> Codes:
    """Where each of ``size`` rows stands in ``rows``; -1 where it does not."""
    places = np.full(size, -1, row_type(size))
    places[rows] = np.arange(len(rows), dtype=places.dtype)

    return places
