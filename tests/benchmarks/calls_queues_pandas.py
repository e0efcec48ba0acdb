"""The same work in pandas, on a frame already in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tests.benchmarks.calls_queues_answers import QueueAnswers, WaitAnswers, answered
from tests.benchmarks.calls_queues_data import END, START, WEEK, WEEKS

if TYPE_CHECKING:
    from tests.benchmarks.calls_queues_data import QueueTable

__all__ = ["counts", "frame", "waits"]

_OUTCOMES = 9


def frame(table: QueueTable) -> pd.DataFrame:
    """The columns, not timed."""
    names = ("customer", "queue", "entered", "wait", "outcome")
    return pd.DataFrame({name: getattr(table, name) for name in names})


def counts(calls: pd.DataFrame, customers: int) -> QueueAnswers:
    """Counts, sums, averages and rates of each week, and of each customer in the last one."""
    return answered(
        _turned(_trend(calls), "week", WEEKS), _turned(_last(calls), "customer", customers)
    )


def _trend(calls: pd.DataFrame) -> pd.DataFrame:
    there = calls[(calls["entered"] >= START) & (calls["entered"] < END)]
    return there.assign(week=((there["entered"] - START) // WEEK).astype(np.uint8))


def _last(calls: pd.DataFrame) -> pd.DataFrame:
    return calls[(calls["entered"] >= END - WEEK) & (calls["entered"] < END)]


def _turned(calls: pd.DataFrame, cell: str, size: int) -> tuple[Any, Any]:
    found = calls.groupby([cell, "outcome"])["wait"].agg(["size", "sum"]).reset_index()
    n, s = np.zeros((2, size, _OUTCOMES), np.int64)
    at = (found[cell].to_numpy(), found["outcome"].to_numpy())
    n[at], s[at] = found["size"].to_numpy(), found["sum"].to_numpy()
    return n, np.stack([s[:, 0] + s[:, 1], s[:, 2] + s[:, 3]], axis=1)


def waits(calls: pd.DataFrame, customers: int, queues: int) -> WaitAnswers:
    """Percentiles and service levels of weeks, customers and queues."""
    last = _last(calls)
    parts = ((_trend(calls), "week", WEEKS), (last, "customer", customers), (last, "queue", queues))
    return WaitAnswers(*(_waits(*part) for part in parts))


def _waits(calls: pd.DataFrame, cell: str, size: int) -> Any:
    values = np.zeros((size, 8), np.int64)
    for group in (0, 1):
        # pandas has no nearest-rank quantile: sorted waits at their rank.
        some = calls[calls["outcome"] // 2 == group].sort_values([cell, "wait"])
        sizes = some.groupby(cell).size()
        starts = sizes.cumsum() - sizes
        for place, percent in enumerate((50, 90, 95)):
            rows = (starts + (sizes * percent + 99) // 100 - 1).to_numpy()
            values[sizes.index.to_numpy(), 3 * group + place] = some["wait"].to_numpy()[rows]
    in_time = calls["outcome"].eq(0) & calls["wait"].le(20_000)
    sums = (
        pd.DataFrame({cell: calls[cell], "t": in_time, "n": calls["outcome"].ne(7)})
        .groupby(cell)
        .sum()
    )
    values[sums.index.to_numpy(), 6:] = sums.to_numpy()
    return values
