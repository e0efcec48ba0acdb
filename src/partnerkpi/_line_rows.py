"""Machinery: which license rows are observations of which line, in which order."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from attrs import define, frozen

from partnerkpi._sorting import heads, ordered, row_type, taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerkpi._arrays import Codes, Mask, Rows

__all__ = ["LineKeys", "LineRows", "line_rows"]

# How many rows are sorted at once, or put into time: at least so many, or such a part of all.
_LEAST = 1 << 20
_MOST_SHARES = 8
# How many rows are looked through at once, and how many lines are laid out.
_STEP = 1 << 17


@frozen(eq=False)
class LineKeys:
    """One number for the subscription, product and name of each license row.

    Attributes:
        keys: The numbers; they rise with the subscription.
        kinds: How many pairs of product and name are told apart.
        names: How many names.
        table: What kinds mean, where they are no product and name themselves.
    """

    keys: Codes
    kinds: int
    names: int
    table: Codes | None

    @staticmethod
    def of(parents: Codes, products: Codes, names: Codes) -> LineKeys:
        """The keys of rows; those of rows with a negative parent mean nothing."""
        top, owners = int(names.max(initial=0)) + 1, int(parents.max(initial=0)) + 1
        kinds = (int(products.max(initial=0)) + 1) * top
        pairs = _joined(products, names, kinds, top)
        if kinds * owners <= np.iinfo(np.int64).max:
            return LineKeys(_joined(parents, pairs, kinds * owners, kinds), kinds, top, None)
        # As many different products and names as that are numbered anew.
        table, pairs = np.unique(pairs, return_inverse=True)
        keys = _joined(parents, pairs, len(table) * owners, len(table))

        return LineKeys(keys, len(table), top, table)

    def owners(self, rows: Codes) -> Codes:
        """The subscriptions of some rows."""
        return self.keys[rows] // self.keys.dtype.type(self.kinds)

    def products_and_names(self, rows: Codes) -> tuple[Codes, Codes]:
        """The codes of the products of some rows, and of the names."""
        kinds = self.keys[rows] % self.keys.dtype.type(self.kinds)
        pairs = kinds if self.table is None else self.table[kinds]
        products, names = np.divmod(pairs, pairs.dtype.type(self.names))

        return _narrow(products), _narrow(names)


def _narrow(codes: Codes) -> Codes:
    return codes.astype(np.min_scalar_type(int(codes.max(initial=0))))


def _joined(high: Codes, low: Codes, size: int, top: int) -> Codes:
    """``high`` and ``low`` in one number below ``size``, where ``low`` is below ``top``."""
    width = np.min_scalar_type(size)
    joined: Codes = high.astype(width)
    joined *= width.type(top)
    joined += low.astype(width, copy=False)

    return joined


@define(eq=False, kw_only=True)
class LineRows:
    """License lines in the order in which they first come, and their observations.

    Attributes:
        owners: For each line the row of its subscription, as the door counts them.
        products: For each line its product's code.
        names: For each line its name's code.
        starts: For each line where its observations begin in ``rows``.
        counts: For each line how many observations it has.
        rows: License rows that are observations, those of a line together, in the order of time.
        repeated_lines: Rows of a line whose product and name another line has: a fault.
        repeated_instants: Rows observed at an instant that the line already has: a fault.
    """

    owners: Codes
    products: Codes
    names: Codes
    starts: Codes
    counts: Codes
    rows: Codes
    repeated_lines: Codes
    repeated_instants: Codes

    def laid(self, order: Codes) -> tuple[Codes, Codes]:
        """For lines in another order: where each one's observations begin and end, and all rows.

        The rows in the old order are let go: both at once would be much to hold.
        """
        old, self.rows = self.rows, self.rows[:0].copy()
        first = np.zeros(len(order) + 1, row_type(len(old)))
        np.cumsum(self.counts[order], dtype=first.dtype, out=first[1:])
        if len(old) == len(order) and (self.counts == 1).all():
            return first, taken(old, self.starts[order])
        rows = np.empty(int(first[-1]), old.dtype)
        for start in range(0, len(order), _STEP):
            lines = order[start : start + _STEP]
            places = _spread(self.starts[lines], self.counts[lines])
            at = int(first[start])
            rows[at : at + len(places)] = old[places]

        return first, rows


def line_rows(
    keys: LineKeys, *, lines: Codes | None, observed: Mask, instants: Codes, keep: Mask
) -> LineRows:
    """Sort license rows into lines, and each line's observations into time.

    Args:
        keys: Subscription, product and name of each row.
        lines: The lines of nested documents by number; without it, rows of one subscription,
            product and name are one line.
        observed: Which rows are observations; the others only say that there is such a line.
        instants: Numbers that rise with the instants of observation.
        keep: Which rows count.
    """
    rows, starts = _by_line(keys.keys, keep)
    rows, starts, repeated = _one_of_each(rows, starts, lines)
    if len(starts) == len(rows):
        # Each row is a line of its own: lines stand in their order if rows do.
        rows = np.sort(rows)
    first = rows[starts]
    rows, starts, counts, again = _in_time(rows, starts, observed, instants)
    order = ordered(first)
    first = first[order]
    products, names = keys.products_and_names(first)

    return LineRows(
        owners=keys.owners(first),
        products=products,
        names=names,
        starts=starts[order],
        counts=counts[order].astype(np.min_scalar_type(int(counts.max(initial=0)))),
        rows=rows,
        repeated_lines=repeated,
        repeated_instants=again,
    )


def _share(size: int) -> int:
    return max(_LEAST, -(-size // _MOST_SHARES))


def _by_line(keys: Codes, keep: Mask) -> tuple[Codes, Codes]:
    """The rows line by line, those of a line as they came, and where each line begins."""
    width = row_type(len(keep))
    rows = np.empty(np.count_nonzero(keep), width)
    starts, at = [rows[:0]], 0
    for share in _shares(keys, keep):
        mine = keys[share]
        order = ordered(mine)
        rows[at : at + len(share)] = share[order]
        starts.append((heads(mine[order]) + at).astype(width))
        at += len(share)

    return rows, np.concatenate(starts)


def _shares(keys: Codes, keep: Mask) -> Iterator[Codes]:
    """The rows of some lines after the other; sorting a few at a time needs less memory."""
    count = -(-len(keys) // _share(len(keys)))
    top = max((int(keys[part][keep[part]].max(initial=0)) for part in _steps(keys)), default=0)
    width = top // max(count, 1) + 1
    for low in range(0, top + 1, width):
        yield _between(keys, keep, low, low + width)


def _between(keys: Codes, keep: Mask, low: int, high: int) -> Codes:
    """The rows to keep that have keys from ``low`` to below ``high``."""
    found = [np.empty(0, np.intp)]
    for part in _steps(keys):
        mine = keys[part]
        inside = keep[part] & (mine >= low)
        inside &= mine < high
        found.append(np.flatnonzero(inside) + part.start)

    return np.concatenate(found).astype(row_type(len(keys)))


def _steps(keys: Codes) -> Iterator[slice]:
    return (slice(start, start + _STEP) for start in range(0, len(keys), _STEP))


def _one_of_each(rows: Codes, starts: Codes, lines: Codes | None) -> tuple[Codes, Codes, Codes]:
    """Without rows of lines whose like came before, and with the first row of each of these."""
    if lines is None or not len(rows):
        return rows, starts, rows[:0]
    numbers = lines[rows]
    again = numbers != np.repeat(numbers[starts], np.diff(starts, append=len(rows)))
    begins = again.copy()
    begins[1:] &= numbers[1:] != numbers[:-1]
    before = np.cumsum(again)[starts]

    return rows[~again], (starts - before).astype(starts.dtype), np.sort(rows[begins])


def _in_time(
    rows: Codes, starts: Codes, observed: Mask, instants: Codes
) -> tuple[Codes, Codes, Codes, Codes]:
    """Rows of observations in the order of time, where lines begin, their sizes, repeated rows."""
    counts = np.diff(starts, append=starts.dtype.type(len(rows)))
    if len(counts) and not observed.all():
        seen = observed[rows]
        counts = np.add.reduceat(seen, starts, dtype=counts.dtype)
        rows = rows[seen]
    if counts.max(initial=0) <= 1:
        return rows, _begins(counts), counts, rows[:0]
    again = [_part_in_time(rows, counts, part, instants) for part in _parts(counts)]
    places = np.concatenate(again)
    repeated = np.sort(rows[places])
    if len(places):
        lines = np.searchsorted(_begins(counts), places, side="right") - 1
        counts = counts - np.bincount(lines, minlength=len(counts)).astype(counts.dtype)
        rows = np.delete(rows, places)

    return rows, _begins(counts), counts, repeated


def _begins(counts: Codes) -> Codes:
    return (np.cumsum(counts) - counts).astype(counts.dtype)


def _parts(counts: Codes) -> Iterator[slice]:
    """Some lines after the other, which together have not many more rows than a share."""
    ends = np.cumsum(counts)
    total = int(ends[-1])
    bounds = np.searchsorted(ends, range(_share(total), total, _share(total))) + 1
    cuts = [0, *np.unique(bounds).tolist(), len(counts)]

    return (slice(*cut) for cut in pairwise(cuts))


def _part_in_time(rows: Codes, counts: Codes, part: slice, instants: Codes) -> Rows:
    """Put the rows of some lines into the order of time, in place; where one repeats an instant."""
    at = int(counts[: part.start].sum())
    sizes = counts[part]
    mine = rows[at : at + int(sizes.sum())]
    line = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    when = instants[mine]
    same = line[1:] == line[:-1]
    if (same & (when[1:] < when[:-1])).any():
        order = ordered(when, line)
        mine[:] = mine[order]
        when = when[order]

    return np.flatnonzero(same & (when[1:] == when[:-1])) + at + 1


def _spread(starts: Codes, counts: Codes) -> Rows:
    """So many places from each start on."""
    ends = np.cumsum(counts, dtype=np.intp)
    places = np.repeat(starts - (ends - counts), counts)
    places += np.arange(len(places))

    return places
