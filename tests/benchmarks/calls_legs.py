"""Measure call legs: usage, quality and features side by side with polars, DuckDB and pandas.

Answers of all sides are compared before any of them is timed.
"""

from __future__ import annotations

import time
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from tests.benchmarks import (
    calls_legs_duckdb,
    calls_legs_ours,
    calls_legs_pandas,
    calls_legs_polars,
)
from tests.benchmarks.calls_legs_answers import differences
from tests.benchmarks.calls_legs_data import batches, generate
from tests.benchmarks.sides import OURS, agree, compared
from tests.benchmarks.table import Row
from tests.benchmarks.timing import medians

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.benchmarks.calls_legs_answers import LegAnswers

__all__ = ["folding", "legs"]

_ENGINES = ("polars", "duckdb", "pandas")
_BATCH = 1_000_000


def legs(rows: int, repetitions: int) -> Iterator[Row]:
    """Rows in any order and in time order: the last week, the trends, different users and calls."""
    for ordered in (False, True):
        sides = _sides(rows, ordered=ordered)
        agree({name: job() for name, job in sides.items()}, differences)
        work = f"call legs, {'in time order' if ordered else 'in any order'}"
        yield from compared(work, rows, medians(sides, repetitions), {_ENGINES: 1.0})


def _sides(rows: int, *, ordered: bool) -> dict[str, Callable[[], LegAnswers]]:
    table = generate(rows, ordered=ordered)
    known = calls_legs_ours.labels(table)
    frame = calls_legs_polars.frame(table)
    customers = table.customers
    return {
        OURS: partial(calls_legs_ours.answers, calls_legs_ours.columns(table, known), known),
        "polars": partial(calls_legs_polars.answers, frame, customers),
        "duckdb": partial(calls_legs_duckdb.answers, calls_legs_duckdb.database(frame), customers),
        "pandas": partial(calls_legs_pandas.answers, calls_legs_pandas.frames(table), customers),
    }


def folding(rows: int, many: int, repetitions: int) -> Iterator[Row]:
    """Batches that come in time order and share their labels, against the whole in memory."""
    table = generate(rows, ordered=True)
    calls = calls_legs_ours.columns(table, calls_legs_ours.labels(table))
    jobs = {"whole": partial(calls_legs_ours.whole, calls)}
    whole = medians(jobs, repetitions)["whole"] / rows
    del table, calls, jobs
    stream = batches(many, _BATCH)
    first = next(stream)
    known = calls_legs_ours.labels(first)
    made = (calls_legs_ours.columns(each, known) for each in chain([first], stream))
    _, seconds = calls_legs_ours.folded(made, time.perf_counter)
    yield Row.ratio(
        f"call legs in batches, {_BATCH:,} of {many:,}",
        rows,
        ours=seconds / many * _BATCH,
        peer="as many of the whole",
        theirs=whole * _BATCH,
        target=1.3,
    )
