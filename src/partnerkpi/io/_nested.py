"""Machinery: customers as they were decoded, to batches of columns.

A decoder, whichever it is, hands over :class:`Decoded`: a list per column. ``packed`` makes typed
columns of them, or refuses all of them when one cell is suspicious: it never words a fault.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from attrs import define, field, frozen

from partnerkpi._arrays import NEVER, OPEN
from partnerkpi._batches import CustomerBatch, LicenseBatch, SubscriptionBatch, TextRows
from partnerkpi._managed import Held
from partnerkpi._text import Text
from partnerkpi.errors import Place
from partnerkpi.io._cells import (
    quick_counts,
    quick_flags,
    quick_instants,
    quick_texts,
    quick_words,
    step,
    text_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Mask, Rows

__all__ = [
    "KINDS",
    "MANAGERS",
    "Batches",
    "Decoded",
    "DocumentPlaces",
    "Suspicious",
    "Totals",
    "need",
    "packed",
]

MANAGERS = ("partner", "external")
KINDS = ("subscription", "trial")

_Column = TypeVar("_Column")


class Suspicious(Exception):  # noqa: N818 -- no error of the input: only a reason to look closer
    """Something that a quick decoder leaves to the careful one."""


def need(column: _Column | None) -> _Column:
    """The column, if it was made.

    Raises:
        Suspicious: it was not.
    """
    if column is None:
        raise Suspicious

    return column


@define
class Decoded:
    """Some customers, a list of cells per column; ``bad_*`` are rows that hold fillers.

    ``subscriptions`` counts those of each customer, ``lines`` those of each subscription, ``rows``
    those of each line; a line has a row per observation, one row when its counts stand inline, and
    one row that is not ``observed`` when it has no observation.
    """

    ids: list[object] = field(factory=list)
    names: list[object] = field(factory=list)
    managers: list[object] = field(factory=list)
    signed_in: list[object] = field(factory=list)
    tags: list[Sequence[str]] = field(factory=list)
    attributes: list[Mapping[str, str]] = field(factory=list)
    subscriptions: list[int] = field(factory=list)
    subscription_ids: list[object] = field(factory=list)
    kinds: list[object] = field(factory=list)
    added: list[object] = field(factory=list)
    starts: list[object] = field(factory=list)
    ends: list[object] = field(factory=list)
    auto_renew: list[object] = field(factory=list)
    paid: list[object] = field(factory=list)
    set_up: list[object] = field(factory=list)
    lines: list[int] = field(factory=list)
    products: list[object] = field(factory=list)
    line_names: list[object] = field(factory=list)
    rows: list[int] = field(factory=list)
    inline: list[bool] = field(factory=list)
    observed: list[bool] = field(factory=list)
    observed_at: list[object] = field(factory=list)
    total: list[object] = field(factory=list)
    assigned: list[object] = field(factory=list)
    used_7d: list[object] = field(factory=list)
    used_3mo: list[object] = field(factory=list)
    bad_customers: list[int] = field(factory=list)
    bad_subscriptions: list[int] = field(factory=list)
    bad_rows: list[int] = field(factory=list)
    held: Held = field(factory=Held)


@frozen(eq=False)
class Batches:
    """The three batches of some customers, and which license rows stand inline in their line."""

    customers: CustomerBatch
    subscriptions: SubscriptionBatch
    licenses: LicenseBatch
    inline: Mask


@define
class Totals:
    """Rows handed over so far."""

    customers: int = 0
    subscriptions: int = 0
    lines: int = 0
    rows: int = 0

    def add(self, decoded: Decoded) -> None:
        """Count what was handed over."""
        self.customers += len(decoded.subscriptions)
        self.subscriptions += len(decoded.lines)
        self.lines += len(decoded.rows)
        self.rows += len(decoded.total)


def packed(decoded: Decoded, before: Totals) -> Batches:
    """The columns of some customers.

    Raises:
        Suspicious: a cell is not what it must be.
    """
    line_of_row = _owners(decoded.rows)
    subscription_of_line = _owners(decoded.lines)

    return Batches(
        _customers(decoded),
        _subscriptions(decoded, before),
        _licenses(decoded, line_of_row, subscription_of_line, before),
        np.fromiter(decoded.inline, np.bool_, len(decoded.inline))[line_of_row],
    )


def _customers(decoded: Decoded) -> CustomerBatch:
    return CustomerBatch(
        ids=need(quick_texts(decoded.ids)),
        names=need(quick_texts(decoded.names)),
        external=need(quick_words(decoded.managers, MANAGERS)),
        signed_in=need(quick_instants(decoded.signed_in, null=NEVER)),
        tags=_tags(decoded.tags),
        attributes=_attributes(decoded.attributes),
        bad=_mask(decoded.bad_customers, len(decoded.ids)),
    )


def _subscriptions(decoded: Decoded, before: Totals) -> SubscriptionBatch:
    added = need(quick_instants(decoded.added))
    starts = need(quick_instants(decoded.starts, null=NEVER))

    return SubscriptionBatch(
        ids=need(quick_texts(decoded.subscription_ids)),
        customers=_owners(decoded.subscriptions) + before.customers,
        trial=need(quick_words(decoded.kinds, KINDS)),
        added=added,
        starts=np.where(starts == NEVER, added, starts),
        ends=need(quick_instants(decoded.ends, null=OPEN)),
        auto_renew=need(quick_flags(decoded.auto_renew)),
        paid=need(quick_flags(decoded.paid)),
        set_up=need(quick_flags(decoded.set_up)),
        bad=_mask(decoded.bad_subscriptions, len(decoded.kinds)),
    )


def _licenses(
    decoded: Decoded, line_of_row: Rows, subscription_of_line: Rows, before: Totals
) -> LicenseBatch:
    return LicenseBatch(
        subscriptions=subscription_of_line[line_of_row] + before.subscriptions,
        products=_spread(need(quick_texts(decoded.products)), line_of_row),
        names=_spread(need(quick_texts(decoded.line_names)), line_of_row),
        observed=np.fromiter(decoded.observed, np.bool_, len(decoded.observed)),
        observed_at=need(quick_instants(decoded.observed_at, null=NEVER)),
        total=need(quick_counts(decoded.total)),
        assigned=need(quick_counts(decoded.assigned)),
        used_7d=need(quick_counts(decoded.used_7d)),
        used_3mo=need(quick_counts(decoded.used_3mo)),
        bad=_mask(decoded.bad_rows, len(decoded.total)),
        lines=line_of_row + before.lines,
    )


def _owners(counts: Sequence[int]) -> Rows:
    """The row of the parent of each child."""
    lengths = np.fromiter(counts, np.intp, len(counts))

    return np.repeat(np.arange(lengths.size), lengths)


def _spread(texts: Text, rows: Rows) -> Text:
    # A line with one row each, the usual case of a snapshot, needs no second copy.
    return texts if rows.size == len(texts) else texts.take(rows)


def _mask(rows: Iterable[int], size: int) -> Mask:
    mask = np.zeros(size, np.bool_)
    mask[list(rows)] = True

    return mask


def _tags(lists: list[Sequence[str]]) -> TextRows:
    if set(map(type, lists)) - {list, tuple}:
        raise Suspicious
    rows = text_rows_of(lists)
    # The texts were looked at before: a set of them cannot fail.
    if sum(map(len, map(set, lists))) != len(rows.texts):
        raise Suspicious

    return rows


def text_rows_of(lists: list[Sequence[str]]) -> TextRows:
    """Lists of texts as the rows that have them.

    Raises:
        Suspicious: one is no usable text.
    """
    need(quick_texts(list(chain.from_iterable(lists))))

    return text_rows(lists)


def _attributes(mappings: list[Mapping[str, str]]) -> dict[str, TextRows]:
    if set(map(type, mappings)) - {dict}:
        raise Suspicious
    rows: dict[str, list[int]] = {}
    values: dict[str, list[str]] = {}
    for row, mapping in enumerate(mappings):
        for name, value in mapping.items():
            rows.setdefault(name, []).append(row)
            values.setdefault(name, []).append(value)
    need(quick_texts(list(rows)))

    return {
        name: TextRows(np.array(rows[name], np.intp), need(quick_texts(values[name], empty=True)))
        for name in sorted(rows)
    }


@define
class DocumentPlaces:
    """Paths of the rows of a document, from the parents of the rows; built only when asked."""

    name: str = "document"
    _customers: list[NDArray[np.signedinteger]] = field(factory=list)
    _subscriptions: list[NDArray[np.signedinteger]] = field(factory=list)
    _lines: list[NDArray[np.signedinteger]] = field(factory=list)
    _inline: list[Mask] = field(factory=list)
    _first_subscriptions: list[int] = field(factory=list)
    _first_rows: list[int] = field(factory=list)

    def note(self, batches: Batches, before: Totals) -> None:
        """Keep what the paths of these rows need."""
        licenses = batches.licenses
        self._first_subscriptions.append(before.subscriptions)
        self._first_rows.append(before.rows)
        self._customers.append(_small(batches.subscriptions.customers))
        self._subscriptions.append(_small(licenses.subscriptions))
        self._lines.append(_small(licenses.lines))
        self._inline.append(batches.inline)

    def __call__(self, table: str, row: int, column: str | None, /) -> Place:
        """The place of a row, counted over all batches, and column of a table."""
        if table == "customers":
            path = f"customers[{row}]"
        elif table == "subscriptions":
            path = self._subscription(row)
        else:
            path = self._license(row, column)

        return Place(self.name, _with_column(path, table, column))

    def _subscription(self, row: int) -> str:
        batch = bisect_right(self._first_subscriptions, row) - 1
        customers = self._customers[batch]
        local = row - self._first_subscriptions[batch]

        return f"customers[{customers[local]}].subscriptions[{_nth(customers, local)}]"

    def _license(self, row: int, column: str | None) -> str:
        batch = bisect_right(self._first_rows, row) - 1
        local = row - self._first_rows[batch]
        subscriptions, lines = self._subscriptions[batch], self._lines[batch]
        first = np.searchsorted(subscriptions, subscriptions[local])
        path = self._subscription(int(subscriptions[local]))
        if column == "subscription_id":
            return path
        path = f"{path}.licenses[{lines[local] - lines[first]}]"
        if column in {"product", "name"} or self._inline[batch][local]:
            return path

        return f"{path}.observations[{_nth(lines, local)}]"


def _small(rows: object) -> NDArray[np.signedinteger]:
    array = np.asarray(rows)
    fits = not array.size or int(array[-1]) <= np.iinfo(np.int32).max

    return array.astype(np.int32 if fits else np.int64)


def _nth(parents: NDArray[np.signedinteger], row: int) -> int:
    """The number of a row among the rows of its parent; equal parents stand together."""
    return row - int(np.searchsorted(parents, parents[row]))


def _with_column(path: str, table: str, column: str | None) -> str:
    if column is None or (table != "customers" and column == "customer_id"):
        return path
    if column in {"customer_id", "subscription_id"}:
        return path if table == "licenses" else f"{path}.id"
    if column.startswith("attr."):
        return step(f"{path}.attributes", column.removeprefix("attr."))

    return step(path, column)
