"""Machinery: of several records with one report id the one that counts, legs and facts alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import fields

from partnerkpi.columns import CodedText
from partnerkpi.deduplication import Duplicates, survivors
from partnerkpi.webex._call_facts import LegFacts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Rows
    from partnerkpi.call_columns import Calls

__all__ = ["sole"]


def sole(calls: Calls, facts: LegFacts) -> tuple[Rows | None, LegFacts, Duplicates, int]:
    """The legs that count, what they say, how many others there were, and were reported earlier.

    Of records that make the same call leg the one that says more of its queue call counts, by the
    columns of the facts in turn; so the order of records never matters.

    Returns:
        The legs, ``None`` if all count; and what is told of the others.
    """
    shared = _sharing(calls)
    if not len(shared):
        return None, facts, Duplicates(), 0
    shared = shared[_order(facts, shared, len(calls))]
    winners, duplicates = survivors(calls.take(shared))
    if winners is None:
        return None, facts, duplicates, 0
    keep = np.ones(len(calls), np.bool_)
    keep[shared] = False
    keep[shared[winners]] = True
    kept = np.flatnonzero(keep)

    return kept, facts.among(kept, len(calls)), duplicates, _earlier(calls, keep)


def _sharing(calls: Calls) -> Rows:
    """The legs with a report id that more than one leg has."""
    places = calls.record.codes.astype(np.intp) + 1
    often = np.bincount(places, minlength=1) > 1
    often[0] = False

    return np.flatnonzero(often.take(places))


def _order(facts: LegFacts, legs: Rows, size: int) -> Rows:
    """The order of some legs by what they say of queue calls, greatest first."""
    places = np.full(size, -1, np.intp)
    places[facts.rows] = np.arange(len(facts))
    told = places[legs]
    keys: list[NDArray[Any]] = []
    for each in fields(LegFacts):
        if each.name != "rows":
            ranks = _ranks(getattr(facts, each.name), told[told >= 0])
            column = np.full(len(legs), np.iinfo(np.int64).max)
            column[told >= 0] = -ranks
            keys.append(column)

    return np.lexsort(keys[::-1])


def _ranks(column: Any, rows: Rows) -> NDArray[np.int64]:
    """Numbers that compare as the values of some rows do; texts that are not given first."""
    if not isinstance(column, CodedText):
        return np.unique(column[rows], return_inverse=True)[1].reshape(-1).astype(np.int64)
    used, codes = np.unique(column.codes[rows], return_inverse=True)
    given = np.flatnonzero(used >= 0)
    order = column.labels.take(used[given]).order()
    ranks = np.zeros(len(used), np.int64)
    ranks[given[order]] = np.arange(1, len(order) + 1)

    return ranks.take(codes.reshape(-1))


def _earlier(calls: Calls, keep: NDArray[np.bool_]) -> int:
    """How many legs left out were reported earlier than the one that counts."""
    keys = calls.customer.codes.astype(np.int64) * len(calls.record.labels) + calls.record.codes
    lost, kept = np.flatnonzero(~keep), np.flatnonzero(keep & (calls.record.codes >= 0))
    order = np.argsort(keys[kept], kind="stable")
    winners = kept[order[np.searchsorted(keys[kept], keys[lost], sorter=order)]]

    return int(np.count_nonzero(calls.reported[lost] < calls.reported[winners]))
