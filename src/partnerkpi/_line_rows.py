"""Machinery: which license rows are observations of which line, in which order."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi._sorting import heads, ordered, row_type, taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerkpi._arrays import Codes, Mask, Rows

__all__ = ["LineRows", "line_rows"]

# How many rows are sorted at once, or put into time, and how many lines are laid out.
_SHARE = 1 << 22
_STEP = 1 << 17


@frozen(eq=False, kw_only=True)
class LineRows:
    """License lines in the order in which they first come, and their observations.

    Attributes:
        owners: For each line the row of its subscription, as the door counts them.
        heads: For each line its first license row.
        starts: For each line where its observations begin in ``rows``.
        counts: For each line how many observations it has.
        rows: License rows that are observations, those of a line together, in the order of time.
        repeated_lines: Rows of a line whose product and name another line has: a fault.
        repeated_instants: Rows observed at an instant that the line already has: a fault.
    """

    owners: Codes
    heads: Codes
    starts: Codes
    counts: Codes
    rows: Codes
    repeated_lines: Codes
    repeated_instants: Codes

    def laid(self, order: Codes) -> tuple[Codes, Codes]:
        """For lines in another order: where each one's observations begin and end, and all rows."""
        first = np.zeros(len(order) + 1, row_type(len(self.rows)))
        np.cumsum(self.counts[order], out=first[1:])
        if len(self.rows) == len(order) and (self.counts == 1).all():
            return first, taken(self.rows, self.starts[order])
        rows = np.empty(int(first[-1]), self.rows.dtype)
        for start in range(0, len(order), _STEP):
            lines = order[start : start + _STEP]
            places = _spread(self.starts[lines], self.counts[lines])
            at = int(first[start])
            rows[at : at + len(places)] = self.rows[places]

        return first, rows


def line_rows(
    *,
    parents: Codes,
    kinds: Codes,
    lines: Codes | None,
    observed: Mask,
    instants: Codes,
    keep: Mask,
) -> LineRows:
    """Sort license rows into lines, and each line's observations into time.

    Args:
        parents: For each row the row of its subscription.
        kinds: A number for each row's product and name.
        lines: The lines of nested documents by number; without it, rows of one subscription and
            kind are one line.
        observed: Which rows are observations; the others only say that there is such a line.
        instants: Numbers that rise with the instants of observation.
        keep: Which rows count.
    """
    kept = _kept(keep)
    rows, starts = _by_line(parents, kinds, kept)
    rows, starts, repeated = _one_of_each(rows, starts, lines)
    if len(starts) == len(rows):
        # Each row is a line of its own, so they are in their order before they were sorted.
        rows = kept if not len(repeated) else np.sort(rows)
    first = rows[starts]
    rows, starts, counts, again = _in_time(rows, starts, observed, instants)
    order = ordered(first)
    first = first[order]

    return LineRows(
        owners=parents[first],
        heads=first,
        starts=starts[order],
        counts=counts[order],
        rows=rows,
        repeated_lines=repeated,
        repeated_instants=again,
    )


def _kept(keep: Mask) -> Codes:
    width = row_type(len(keep))
    if keep.all():
        return np.arange(len(keep), dtype=width)

    return np.flatnonzero(keep).astype(width)


def _by_line(parents: Codes, kinds: Codes, kept: Codes) -> tuple[Codes, Codes]:
    """The rows line by line, those of a line as they came, and where each line begins."""
    top = int(kinds.max(initial=0)) + 1
    if (int(parents.max(initial=0)) + 1) * top >= 2**63:  # pragma: no cover
        msg = "more subscriptions, products and license names than can be told apart"
        raise OverflowError(msg)
    rows, starts, at = np.empty_like(kept), [kept[:0]], 0
    for share in _shares(parents, kept):
        keys = parents[share].astype(np.int64)
        keys *= top
        keys += kinds[share]
        order = ordered(keys)
        rows[at : at + len(share)] = share[order]
        starts.append((heads(keys[order]) + at).astype(kept.dtype))
        at += len(share)

    return rows, np.concatenate(starts)


def _shares(parents: Codes, kept: Codes) -> Iterator[Codes]:
    """The rows of some subscriptions after the other; sorting a few at a time needs less memory."""
    count = -(-len(kept) // _SHARE)
    if count <= 1:
        yield kept
        return
    owners = parents[kept]
    width = int(owners.max()) // count + 1
    for low in range(0, width * count, width):
        yield kept[(owners >= low) & (owners < low + width)]


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
    rows = rows.copy()
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
    bounds = np.searchsorted(ends, range(_SHARE, int(ends[-1]), _SHARE)) + 1
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
