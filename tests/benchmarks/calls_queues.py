"""Measure queue calls side by side with polars, DuckDB and pandas.

Answers of all sides are compared before any of them is timed.

Every side starts from its columns as it keeps them, none of which is timed: DuckDB's table knows
the least and greatest value of each of its row groups, and QueueCalls know which rows stand
together in one week and what these count. A line of its own measures them with that layout made
anew.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from tests.benchmarks import (
    calls_queues_duckdb,
    calls_queues_ours,
    calls_queues_pandas,
    calls_queues_polars,
)
from tests.benchmarks.calls_queues_answers import differences
from tests.benchmarks.calls_queues_data import batches, generate
from tests.benchmarks.calls_queues_memory import peak_of_folding
from tests.benchmarks.calls_queues_ours import Counted
from tests.benchmarks.sides import OURS, agree, compared
from tests.benchmarks.table import Row
from tests.benchmarks.timing import medians

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.benchmarks.calls_queues_data import Order
    from tests.benchmarks.calls_queues_ours import Labels

__all__ = ["folding", "queues"]

_ENGINES = ("polars", "duckdb")
_BATCH = 1_000_000
_MIB = 2**20
_LIMIT = 300 * _MIB


def queues(rows: int, repetitions: int) -> Iterator[Row]:
    """Counts, averages and rates of the last week and the trend; then percentiles on top."""
    with ThreadPoolExecutor(2) as pool:
        yield from _counts(rows, repetitions, "any", 2 / 3, pool)
        yield from _counts(rows, repetitions, "weeks", 1 / 5, pool)
    yield from _waits(rows, repetitions)


def _counts(
    rows: int, repetitions: int, order: Order, target: float, pool: ThreadPoolExecutor
) -> Iterator[Row]:
    table = generate(rows, order)
    known = calls_queues_ours.labels(table)
    calls, frame = calls_queues_ours.columns(table, known), calls_queues_polars.frame(table)
    customers = table.customers
    database = calls_queues_duckdb.database(frame)
    sides: dict[str, Callable[[], object]] = {
        OURS: partial(calls_queues_ours.counts, calls),
        "partnerkpi, its layout included": partial(calls_queues_ours.counts_of_new, calls),
        "partnerkpi, two threads": partial(calls_queues_ours.counts_in_parts, calls, pool, 2),
        "polars": partial(calls_queues_polars.counts, frame, customers),
        "polars, a sum an outcome": partial(calls_queues_polars.conditional, frame, customers),
        "duckdb": partial(calls_queues_duckdb.counts, database, customers),
        "pandas": partial(calls_queues_pandas.counts, calls_queues_pandas.frame(table), customers),
    }
    _agree(sides, known)
    times = medians(sides, repetitions)
    yield from compared(f"queue calls, {_SAID[order]}", rows, times, {_ENGINES: target})


_SAID: dict[Order, str] = {"any": "in any order", "weeks": "week by week"}


def _waits(rows: int, repetitions: int) -> Iterator[Row]:
    table = generate(rows)
    known = calls_queues_ours.labels(table)
    calls, frame = calls_queues_ours.columns(table, known), calls_queues_polars.frame(table)
    sizes = (table.customers, table.queues)
    database = calls_queues_duckdb.database(frame)
    sides: dict[str, Callable[[], object]] = {
        OURS: partial(calls_queues_ours.waits, calls),
        "polars": partial(calls_queues_polars.waits, frame, *sizes),
        "duckdb": partial(calls_queues_duckdb.waits, database, *sizes),
        "pandas": partial(calls_queues_pandas.waits, calls_queues_pandas.frame(table), *sizes),
    }
    _agree(sides, known)
    times = medians(sides, min(repetitions, 3))
    work = "queue calls, percentiles and service level"
    yield from compared(work, rows, times, {_ENGINES: 1.0})


def _agree(sides: dict[str, Callable[[], object]], known: Labels) -> None:
    """Refuse to time work that is not the same."""
    found = {name: job() for name, job in sides.items()}
    answers = {
        name: each.answers(known) if isinstance(each, Counted) else each
        for name, each in found.items()
    }
    agree(answers, differences)


def folding(rows: int, many: int, repetitions: int) -> Iterator[Row]:
    """Batches that share their labels, against the whole in memory; and the peak of memory."""
    table = generate(rows, "weeks")
    calls = calls_queues_ours.columns(table, calls_queues_ours.labels(table))
    jobs = {"whole": partial(calls_queues_ours.whole, calls)}
    whole = medians(jobs, min(repetitions, 3))["whole"] / rows
    del table, calls, jobs
    stream = batches(many, _BATCH)
    first = next(stream)
    known = calls_queues_ours.labels(first)
    made = (calls_queues_ours.columns(each, known) for each in chain([first], stream))
    _, seconds = calls_queues_ours.folded(made, time.perf_counter)
    work = f"queue calls in batches, {_BATCH:,} of {many:,}"
    yield Row.ratio(
        work,
        rows,
        ours=seconds / many * _BATCH,
        peer="as many of the whole",
        theirs=whole * _BATCH,
        target=1.3,
    )
    peak = peak_of_folding(many, _BATCH)
    yield Row.limit(f"{work}: peak / 300 MiB", "resident memory", peak / _LIMIT, 1.0, rows)
