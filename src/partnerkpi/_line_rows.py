"""Machinery: which license rows are observations of which line, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes, Mask, Micros, Rows

__all__ = ["LineRows", "line_rows"]


@frozen(eq=False, kw_only=True)
class LineRows:
    """License lines, those of a subscription in the order in which they first come.

    Attributes:
        parents: For each line the row of its subscription, as the door counts them; rising.
        turns: For each line its position among those of its subscription.
        products: For each line its product's code.
        names: For each line its name's code.
        first: For each line where its observations begin in ``rows``.
        counts: For each line how many observations it has.
        rows: License rows that are observations, line by line, in the order of their instants.
        instants: For each license row, the rank of its instant.
        repeated_lines: Rows of a line whose product and name another line has: a fault.
        repeated_instants: Rows observed at an instant that the line already has: a fault.
        all_products: For each license row its product's code.
        all_names: For each license row its name's code.
    """

    parents: Rows
    turns: Rows
    products: Codes
    names: Codes
    first: Rows
    counts: Rows
    rows: Rows
    instants: Codes
    repeated_lines: Rows
    repeated_instants: Rows
    all_products: Codes
    all_names: Codes

    def product_at(self, row: int) -> int:
        """The product's code of a license row."""
        return int(self.all_products[row])

    def name_at(self, row: int) -> int:
        """The name's code of a license row."""
        return int(self.all_names[row])

    def instant_at(self, row: int) -> int:
        """The rank of a license row's instant."""
        return int(self.instants[row])


def line_rows(
    *,
    parents: Rows,
    products: Codes,
    names: Codes,
    lines: Rows | None,
    observed: Mask,
    instants: Codes,
    keep: Mask,
) -> LineRows:
    """Sort license rows into lines, and each line's observations into time.

    ``lines`` numbers the lines of nested documents; without it, rows of one subscription, product
    and name are one line.
    """
    rows = np.flatnonzero(keep).astype(_row_type(len(keep)))
    keys = _keys(parents[rows], products[rows], names[rows])
    repeated, rest = _repeated_lines(rows, keys, lines)
    rows, starts = _runs(rows[rest], keys[rest], parents)
    del keys
    heads = rows[starts]
    counts, rows, again = _in_time(rows, starts, observed, instants)
    owners = parents[heads]

    return LineRows(
        parents=owners,
        turns=_turns(owners),
        products=products[heads],
        names=names[heads],
        first=np.cumsum(counts) - counts,
        counts=counts,
        rows=rows,
        instants=instants,
        repeated_lines=repeated,
        repeated_instants=again,
        all_products=products,
        all_names=names,
    )


def _row_type(size: int) -> type[np.int32] | type[np.int64]:
    return np.int32 if size < 2**31 else np.int64


def _keys(parents: Rows, products: Codes, names: Codes) -> Micros:
    """One number per subscription, product and name, rising with the subscription."""
    tops = [int(codes.max(initial=0)) + 1 for codes in (products, names)]
    if (int(parents.max(initial=0)) + 1) * tops[0] * tops[1] >= 2**63:  # pragma: no cover
        msg = "more subscriptions, products and license names than can be told apart"
        raise OverflowError(msg)
    keys = parents.astype(np.int64)
    keys *= tops[0]
    keys += products
    keys *= tops[1]
    keys += names

    return keys


def _repeated_lines(rows: Rows, keys: Micros, lines: Rows | None) -> tuple[Rows, Mask]:
    """First rows of lines whose product and name came before, and the mask without any of them."""
    rest = np.ones(len(rows), np.bool_)
    if lines is None or not len(rows):
        return rows[:0], rest
    numbers = lines[rows]
    heads = _heads(numbers)
    order = np.argsort(keys[heads], kind="stable")
    ordered = keys[heads][order]
    again = np.sort(heads[order[1:][ordered[1:] == ordered[:-1]]])
    if len(again):
        rest = ~np.isin(numbers, numbers[again])

    return rows[again], rest


def _heads(values: Codes) -> Rows:
    """Where runs of equal values begin."""
    if not len(values):
        return np.empty(0, np.intp)

    return np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1])


def _runs(rows: Rows, keys: Micros, parents: Rows) -> tuple[Rows, Rows]:
    """The rows line by line, and where each line begins.

    Lines of a subscription come in the order of their first rows, rows of a line in their own.
    """
    heads = _heads(keys)
    ordered = np.argsort(keys[heads], kind="stable")
    sorted_keys = keys[heads][ordered]
    if (sorted_keys[1:] != sorted_keys[:-1]).all():
        return _by_subscription(rows, heads, parents)
    order = np.argsort(keys, kind="stable")

    return _by_subscription(rows[order], _heads(keys[order]), parents)


def _by_subscription(rows: Rows, heads: Rows, parents: Rows) -> tuple[Rows, Rows]:
    """Put runs in the order of their subscription, then of their first row."""
    owners, first = parents[rows[heads]], rows[heads]
    if _rises(owners) and _rises_within(owners, first):
        return rows, heads
    sizes = np.diff(np.append(heads, len(rows)))
    order = np.lexsort((first, owners))
    sizes = sizes[order]
    starts = np.cumsum(sizes) - sizes
    shift = np.repeat(heads[order] - starts, sizes)

    return rows[shift + np.arange(len(rows))], starts


def _rises(values: Rows) -> bool:
    return bool((values[1:] >= values[:-1]).all())


def _rises_within(owners: Rows, values: Rows) -> bool:
    return bool(((values[1:] >= values[:-1]) | (owners[1:] != owners[:-1])).all())


def _in_time(
    rows: Rows, starts: Rows, observed: Mask, instants: Codes
) -> tuple[Rows, Rows, Rows]:
    """How many observations each line has, their rows in the order of time, and repeated ones."""
    sizes = np.diff(np.append(starts, len(rows)))
    line = np.repeat(np.arange(len(starts), dtype=rows.dtype), sizes)
    if not observed.all():
        seen = observed[rows]
        rows, line = rows[seen], line[seen]
    when = instants[rows]
    if ((when[1:] < when[:-1]) & (line[1:] == line[:-1])).any():
        order = np.lexsort((when, line))
        rows, when = rows[order], when[order]
    again = np.zeros(len(rows), np.bool_)
    again[1:] = (when[1:] == when[:-1]) & (line[1:] == line[:-1])
    repeated = np.sort(rows[again])
    if len(repeated):
        rows, line = rows[~again], line[~again]

    return np.bincount(line, minlength=len(starts)), rows, repeated


def _turns(owners: Rows) -> Rows:
    """For each row of rising owners, how many rows of the same owner come before it."""
    heads = _heads(owners)
    sizes = np.diff(np.append(heads, len(owners)))

    return np.arange(len(owners)) - np.repeat(heads, sizes)
