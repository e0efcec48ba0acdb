"""Queue calls counted by partnerkpi: every call of it that these benchmarks make.

What is timed: the rows counted in one pass into a state, and its cells put in the order of the
codes; rows of tables are neither put in order nor made objects.
"""

from __future__ import annotations

from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from partnerkpi._arrays import NEVER
from partnerkpi._text import Text, TextIndex
from partnerkpi.call_columns import QueueCalls
from partnerkpi.calling import fold
from partnerkpi.calling.queues import QueueState, queue_state
from partnerkpi.calling.queues.rows import said_cells
from partnerkpi.calling.queues.state import QueueTerms, state_of, tally_of
from partnerkpi.columns import CodedText
from partnerkpi.deduplication import Duplicates
from tests.benchmarks.calls_queues_answers import QueueAnswers, WaitAnswers, answered
from tests.benchmarks.calls_queues_data import END

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from partnerkpi.calling.queues.measures import Cells
    from tests.benchmarks.calls_queues_data import QueueTable

__all__ = [
    "Counted",
    "Labels",
    "columns",
    "counts",
    "counts_in_parts",
    "counts_of_new",
    "folded",
    "labels",
    "waits",
    "whole",
]

_WHEN = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=END)
_ROOM = 1 << 22


@attrs.frozen(eq=False)
class Labels:
    """The tables of labels that columns share."""

    none: Text
    customers: Text
    queues: Text


def labels(table: QueueTable) -> Labels:
    """The texts of the codes."""
    return Labels(
        Text.from_strings([]),
        *(Text.from_numpy(np.arange(n)) for n in (table.customers, table.queues)),
    )


def columns(table: QueueTable, known: Labels) -> QueueCalls:
    """The columns as the doors would make them."""
    missing = CodedText(np.full(len(table), -1, np.int8), known.none)
    return QueueCalls(
        record=missing,
        reported=np.broadcast_to(np.int64(NEVER), len(table)).copy(),
        call=missing,
        customer=CodedText(table.customer, known.customers),
        queue=CodedText(table.queue, known.queues),
        entered=table.entered,
        wait=table.wait,
        outcome=table.outcome,
        talk=np.full(len(table), -1, np.int8),
    )


def whole(
    calls: QueueCalls, *, waits: bool = True, changes: bool = True, hours: bool = True
) -> QueueState:
    """Count all rows: everything, or less where parts are switched off."""
    return queue_state(
        calls, as_of=_WHEN, duplicates="none", waits=waits, changes=changes, hours=hours
    )


@attrs.frozen(eq=False)
class Counted:
    """Answers by the numbers that queues and customers have in a state."""

    state: QueueState
    found: QueueAnswers | WaitAnswers

    def answers(self, known: Labels) -> QueueAnswers | WaitAnswers:
        """The same by codes; not timed, as peers speak of codes and never of texts."""
        names = self.state.names
        customers = TextIndex(known.customers).find(names.customers)
        queues = TextIndex(known.queues).find(names.queues)
        if isinstance(self.found, WaitAnswers):
            return WaitAnswers(
                self.found.trend,
                _placed(self.found.customers, customers, len(known.customers)),
                _placed(self.found.queues, queues, len(known.queues)),
            )
        last = (self.found.last_counts, self.found.last_sums)
        counts, sums = (_placed(each, customers, len(known.customers)) for each in last)
        return answered((self.found.trend_counts, self.found.trend_sums), (counts, sums))


def _placed(values: Any, places: Any, size: int) -> Any:
    placed = np.zeros((size, *values.shape[1:]), values.dtype)
    placed[places] = values
    return placed


def counts(calls: QueueCalls) -> Counted:
    """Counts, sums, averages and rates of each week, and of each customer in the last one."""
    return _counted(whole(calls, waits=False, changes=False, hours=False))


def counts_of_new(calls: QueueCalls) -> Counted:
    """The same with the layout made anew: what runs of one week count is found out once more."""
    return counts(attrs.evolve(calls))


def counts_in_parts(calls: QueueCalls, pool: Executor, parts: int) -> Counted:
    """The same from parts counted side by side, and merged."""
    edges = np.linspace(0, len(calls), parts + 1).astype(int).tolist()
    cuts = [calls.part(*edges[place : place + 2]) for place in range(parts)]
    states = pool.map(lambda cut: whole(cut, waits=False, changes=False, hours=False), cuts)
    first, *others = states
    for other in others:
        first = first.merge(other)
    return _counted(first)


def _counted(state: QueueState) -> Counted:
    last = _by_customer(state)
    trend: Any = (state.weeks.counts, state.weeks.sums)
    found: Any = (last.counts, last.sums)
    return Counted(state, answered(trend, found))


def _by_customer(state: QueueState) -> Cells:
    owner = state.names.owner.astype(np.intp)
    return state.last.pooled(owner, len(state.names.customers))


def waits(calls: QueueCalls) -> Counted:
    """Percentiles and service levels of weeks, customers and queues, on top of all counts."""
    state = whole(calls, changes=False, hours=False)
    cells = (state.weeks, _by_customer(state), state.last)
    return Counted(state, WaitAnswers(*(_waited(state, each) for each in cells)))


def _waited(state: QueueState, cells: Cells) -> Any:
    policy = state.terms.policy
    values = np.zeros((len(cells), 8), np.int64)
    for group, name in enumerate(("answered_wait_ms", "abandoned_wait_ms")):
        for place, column in enumerate(said_cells(name, cells, policy).columns):
            values[:, 3 * group + place] = column.numbers
    level = said_cells("service_level", cells, policy)
    values[:, 6], values[:, 7] = level.numerators, level.denominators
    return values


def folded_at_once(batches: Iterable[QueueCalls]) -> QueueState:
    """Count batches one after the other, as users do."""
    return fold(batches, as_of=_WHEN)


def folded(batches: Iterable[QueueCalls], clock: Callable[[], float]) -> tuple[QueueState, float]:
    """Count batches one after the other; only the counting is timed."""
    terms, seconds = QueueTerms.at(_WHEN), 0.0
    tally = tally_of(terms, _ROOM)
    for batch in batches:
        start = clock()
        tally.add(batch)
        seconds += clock() - start
    start = clock()
    state = state_of(tally, terms, Duplicates(), None)

    return state, seconds + clock() - start
