"""De-duplication: of several rows with one record id, the one that counts.

Sources deliver at least once, and correct what they said before. A record id is unique within a
customer; of several rows of one customer with the same one, the one that was reported last counts
(not said when precedes every instant). Between equal instants it is the one that began later, then
the longer one, then the one with the greater value in the remaining columns, in the order in which
the table lists them: nothing is less than something, texts compare by code point, false is less
than true, features compare as sorted lists. So the order of rows never matters. Rows without a
record id are no duplicates of anything.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from attrs import define, evolve, field, frozen

from partnerkpi._arrays import locked
from partnerkpi._sorting import heads, ordered
from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.call_models import Outcome
from partnerkpi.columns import CodedText, TextLists

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Mask, Rows

__all__ = ["Duplicates", "deduplicated", "survivors"]

_RowsT = TypeVar("_RowsT", Calls, QueueCalls)

_OF_A_QUEUE_CALL = ("reported", "entered", "wait", "call", "queue", "outcome", "talk")
_OF_A_LEG = (
    *("reported", "started", "duration", "call", "user", "answered", "endpoint"),
    *("loss", "latency", "jitter", "features"),
)
#: The columns that decide, in turn, until one differs; those of the key never do.
_DECIDING: Mapping[type, tuple[str, ...]] = MappingProxyType(
    {Calls: _OF_A_LEG, QueueCalls: _OF_A_QUEUE_CALL}
)
#: For each outcome the place of its text among theirs.
_OUTCOME_RANKS = locked(np.argsort(np.argsort(np.array([*Outcome], np.str_))).astype(np.uint8))
#: With so many times more labels than rows, counting each label costs more than sorting the rows.
_SPARSE = 8


@frozen
class Duplicates:
    """How many rows were left out because another one with their record id counts.

    Attributes:
        count: Rows left out.
        ties: Those of them that were reported at the very instant of the row that counts, and say
            something else: the source contradicts itself.

    Example:
        >>> Duplicates(count=3, ties=1).ties
        1
    """

    count: int = 0
    ties: int = 0


def deduplicated(rows: _RowsT) -> tuple[_RowsT, Duplicates]:
    """The rows that count, in the order in which they came, and how many others there were.

    Args:
        rows: Call legs or queue calls. Of rows that are alike in everything the first is kept.

    Example:
        >>> from datetime import datetime, timedelta, timezone
        >>> from partnerkpi.call_models import QueueCall
        >>> at = datetime(2026, 11, 16, 9, 30, tzinfo=timezone.utc)
        >>> ids = {"record_id": "r-1", "call_id": "k-1", "customer_id": "c-1", "queue_id": "Q1"}
        >>> said, corrected = (
        ...     QueueCall(**ids, reported_at=at + later, entered_at=at, wait_ms=wait, outcome=what)
        ...     for later, wait, what in (
        ...         (timedelta(0), 5_000, "waiting"),
        ...         (timedelta(1), 7_000, "answered"),
        ...     )
        ... )
        >>> calls, duplicates = deduplicated(QueueCalls.from_records([corrected, said]))
        >>> calls.records[0] == corrected, duplicates
        (True, Duplicates(count=1, ties=0))
    """
    kept, duplicates = survivors(rows)
    if kept is None:
        return rows, duplicates

    return evolve(rows.take(kept), faults=rows.faults, fault_count=rows.fault_count), duplicates


def survivors(rows: Calls | QueueCalls) -> tuple[Rows | None, Duplicates]:
    """Which rows count, in the order in which they came, and how many others there were.

    Args:
        rows: Call legs or queue calls.

    Returns:
        The row numbers, ``None`` if all rows count; and the others.

    Example:
        >>> survivors(QueueCalls.from_records([]))
        (None, Duplicates(count=0, ties=0))
    """
    race = _Race(*_sharing(rows.record, rows.customer))
    for turn, name in enumerate(_DECIDING[type(rows)]):
        if not len(race.rows):
            break
        race.decide(_ranks(name, getattr(rows, name), race), tie=turn > 0)
    race.end()
    if not race.lost:
        return None, Duplicates()
    keep = np.ones(len(rows), np.bool_)
    keep[np.concatenate(race.lost)] = False
    kept = np.flatnonzero(keep)

    return kept, Duplicates(len(rows) - len(kept), race.ties)


def _sharing(record: CodedText, customer: CodedText) -> tuple[Rows, Codes]:
    """The rows that share record id and customer with others, group by group; and the groups."""
    rows = _likely(record.codes)
    keys = customer.codes[rows].astype(np.int64) * len(record.labels) + record.codes[rows]
    order = ordered(keys)

    return _several(rows[order], keys[order])


def _several(rows: Rows, groups: Codes) -> tuple[Rows, Codes]:
    """Those rows that are not alone in their groups, which stand one after the other."""
    starts = heads(groups)
    sizes = np.diff(starts, append=len(groups))
    places = np.flatnonzero(np.repeat(sizes > 1, sizes))

    return rows[places], groups[places]


def _likely(records: Codes) -> Rows:
    """The rows with a record id that more than one row has, of whichever customer."""
    if int(records.max(initial=-1)) >= _SPARSE * len(records):
        return np.flatnonzero(records >= 0)
    # The first place is for rows without a record id.
    places = records.astype(np.intp)
    places += 1
    often = np.bincount(places, minlength=1) > 1
    often[0] = False

    return np.flatnonzero(often.take(places))


@define
class _Race:
    """Rows in groups, of each of which one row is going to win.

    Attributes:
        rows: The rows still in, group by group, and within one as they came. A winner is gone.
        groups: The group of each.
        lost: Rows that are out.
        ties: How many of them were reported when the winner was, and say something else.
    """

    rows: Rows
    groups: Codes
    lost: list[Rows] = field(factory=list)
    ties: int = 0

    @property
    def starts(self) -> Rows:
        """Where the groups begin."""
        return heads(self.groups)

    def decide(self, ranks: NDArray[Any], *, tie: bool) -> None:
        """Let all go out that have not the highest rank in their group."""
        starts = self.starts
        beaten = ranks < _spread(np.maximum.reduceat(ranks, starts), starts, len(ranks))
        if not beaten.any():
            return
        self.lost.append(self.rows[beaten])
        self.ties += len(self.lost[-1]) if tie else 0
        self.rows, self.groups = _several(self.rows[~beaten], self.groups[~beaten])

    def end(self) -> None:
        """Let all go out but the first of each group: they are alike in everything."""
        later = np.ones(len(self.rows), np.bool_)
        later[self.starts] = False
        if len(later):
            self.lost.append(self.rows[later])


def _spread(values: NDArray[Any], starts: Rows, size: int) -> NDArray[Any]:
    """For each row what its group has."""
    return np.repeat(values, np.diff(starts, append=size))


def _ranks(name: str, column: Any, race: _Race) -> NDArray[Any]:
    """Numbers that compare within each group as the values of the column do."""
    if isinstance(column, CodedText):
        return _text_ranks(column, race)
    if isinstance(column, TextLists):
        return _list_ranks(column, race)
    values: NDArray[Any] = column[race.rows]
    if name == "outcome":
        values = _OUTCOME_RANKS[values]

    return np.nan_to_num(values, nan=-1.0) if values.dtype.kind == "f" else values


def _text_ranks(column: CodedText, race: _Race) -> NDArray[Any]:
    codes, starts = column.codes[race.rows], race.starts
    # Texts are put in order only where a group has different ones.
    mixed = _in_mixed(codes != _spread(codes[starts], starts, len(codes)), starts)
    used, places = np.unique(codes[mixed], return_inverse=True)
    given = np.flatnonzero(used >= 0)
    order = column.labels.take(used[given]).order()
    ranks = np.full(len(used), -1)
    ranks[given[order]] = np.arange(len(order))
    found = np.zeros(len(codes), np.intp)
    found[mixed] = ranks[places]

    return found


def _list_ranks(column: TextLists, race: _Race) -> NDArray[Any]:
    starts, size = race.starts, len(race.rows)
    mixed = _in_mixed(_unlike(column, race.rows, _spread(starts, starts, size)), starts)
    lists = [tuple(sorted(column[row])) for row in race.rows[mixed].tolist()]
    ranks = {each: rank for rank, each in enumerate(sorted(set(lists)))}
    found = np.zeros(size, np.intp)
    found[mixed] = [ranks[each] for each in lists]

    return found


def _unlike(column: TextLists, rows: Rows, leaders: Rows) -> Mask:
    """Which rows have another list than the first row of their group."""
    first = np.searchsorted(column.rows, rows)
    counts = np.searchsorted(column.rows, rows, side="right") - first
    unlike: Mask = counts != counts[leaders]
    counts[unlike] = 0
    owners = np.repeat(np.arange(len(rows)), counts)
    within = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    codes = column.texts.codes
    differing = codes[first[owners] + within] != codes[first[leaders[owners]] + within]
    unlike[owners[differing]] = True

    return unlike


def _in_mixed(unlike: Mask, starts: Rows) -> Rows:
    """The rows of groups in which any row is unlike the first."""
    mixed = np.logical_or.reduceat(unlike, starts)

    return np.flatnonzero(_spread(mixed, starts, len(unlike)))
