"""The same work in polars, on a frame already in memory; ids and outcomes are integer codes.

Counting by outcome as a further key, and turning that over in NumPy, took a third of the time of
one conditional sum an outcome; ``streaming`` was the faster engine (65 ms against 200 ms for 10 M
calls). Percentiles are sorted waits at their rank: polars has no nearest-rank quantile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from tests.benchmarks.calls_queues_answers import QueueAnswers, WaitAnswers, answered
from tests.benchmarks.calls_queues_data import END, START, WEEK, WEEKS

if TYPE_CHECKING:
    from tests.benchmarks.calls_queues_data import QueueTable

__all__ = ["conditional", "counts", "frame", "waits"]

C = pl.col
_OUTCOMES = 9
_THRESHOLD = 20_000


def frame(table: QueueTable) -> pl.DataFrame:
    """The columns, not timed."""
    names = ("customer", "queue", "entered", "wait", "outcome")
    return pl.DataFrame({name: getattr(table, name) for name in names})


def _week() -> pl.Expr:
    return ((C("entered") - START) // WEEK).cast(pl.UInt8)


def _trend(calls: pl.DataFrame) -> pl.LazyFrame:
    return (
        calls.lazy()
        .filter((C("entered") >= START) & (C("entered") < END))
        .with_columns(cell=_week())
    )


def _last(calls: pl.DataFrame, cell: str) -> pl.LazyFrame:
    return (
        calls.lazy()
        .filter((C("entered") >= END - WEEK) & (C("entered") < END))
        .with_columns(cell=C(cell))
    )


def counts(calls: pl.DataFrame, customers: int) -> QueueAnswers:
    """Counts, sums, averages and rates of each week, and of each customer in the last one."""
    plans = [
        each.group_by("cell", "outcome").agg(n=pl.len(), s=C("wait").cast(pl.Int64).sum())
        for each in (_trend(calls), _last(calls, "customer"))
    ]
    trend, last = (each.collect(engine="streaming") for each in plans)
    return answered(_turned(trend, WEEKS), _turned(last, customers))


def _turned(found: pl.DataFrame, size: int) -> tuple[Any, Any]:
    n, s = np.zeros((2, size, _OUTCOMES), np.int64)
    at = (found["cell"].to_numpy(), found["outcome"].to_numpy())
    n[at], s[at] = found["n"].to_numpy(), found["s"].to_numpy()
    return n, np.stack([s[:, 0] + s[:, 1], s[:, 2] + s[:, 3]], axis=1)


def conditional(calls: pl.DataFrame, customers: int) -> QueueAnswers:
    """The same as one conditional sum an outcome, the way it is mostly written."""
    wait, outcome = C("wait").cast(pl.Int64), C("outcome")
    sums = [
        *((outcome == code).sum().alias(f"o{code}") for code in range(_OUTCOMES)),
        wait.filter(outcome <= 1).sum().alias("s0"),
        wait.filter((outcome == 2) | (outcome == 3)).sum().alias("s1"),
    ]
    plans = [each.group_by("cell").agg(sums) for each in (_trend(calls), _last(calls, "customer"))]
    trend, last = (each.collect(engine="streaming").sort("cell") for each in plans)
    return answered(_columns(trend, WEEKS), _columns(last, customers))


def _columns(found: pl.DataFrame, size: int) -> tuple[Any, Any]:
    values = np.zeros((size, _OUTCOMES + 2), np.int64)
    values[found["cell"].to_numpy()] = found.drop("cell").to_numpy()
    return values[:, :_OUTCOMES], values[:, _OUTCOMES:]


def waits(calls: pl.DataFrame, customers: int, queues: int) -> WaitAnswers:
    """Percentiles and service levels of weeks, customers and queues."""
    parts = (
        (_trend(calls), WEEKS),
        (_last(calls, "customer"), customers),
        (_last(calls, "queue"), queues),
    )
    return WaitAnswers(*(_waits(plan, size) for plan, size in parts))


def _waits(plan: pl.LazyFrame, size: int) -> Any:
    outcome, wait = C("outcome"), C("wait")
    grouped = plan.filter(outcome < 4).group_by("cell", group=outcome // 2)
    ranks = [
        wait.sort().get((pl.len() * percent + 99) // 100 - 1).alias(f"p{percent}")
        for percent in (50, 90, 95)
    ]
    level = plan.group_by("cell").agg(
        ((outcome == 0) & (wait <= _THRESHOLD)).sum().alias("t"), (outcome != 7).sum().alias("n")
    )
    found, levels = pl.collect_all([grouped.agg(ranks), level], engine="streaming")
    values = np.zeros((size, 8), np.int64)
    for group in (0, 1):
        some = found.filter(C("group") == group)
        at = some["cell"].to_numpy()
        values[at, 3 * group : 3 * group + 3] = some.select("p50", "p90", "p95").to_numpy()
    values[levels["cell"].to_numpy(), 6:] = levels.select("t", "n").to_numpy()
    return values
