"""The same work in DuckDB, on a table of its own, in memory, as quickly as it would go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from tests.benchmarks.calls_queues_answers import QueueAnswers, WaitAnswers, answered
from tests.benchmarks.calls_queues_data import END, START, WEEK, WEEKS

if TYPE_CHECKING:
    import polars as pl

__all__ = ["counts", "database", "waits"]

_OUTCOMES = 9
_TREND = (
    f"(select *, (entered - {START}) // {WEEK} cell from calls"
    f" where entered >= {START} and entered < {END})"
)


def database(frame: pl.DataFrame) -> duckdb.DuckDBPyConnection:
    """The table, not timed."""
    database = duckdb.connect()
    database.register("frame", frame.to_arrow())
    database.execute("create table calls as select * from frame")
    database.unregister("frame")
    return database


def _last(cell: str) -> str:
    return f"(select *, {cell} cell from calls where entered >= {END - WEEK} and entered < {END})"


def counts(database: duckdb.DuckDBPyConnection, customers: int) -> QueueAnswers:
    """Counts, sums, averages and rates of each week, and of each customer in the last one."""
    query = "select cell, outcome, count(*) n, sum(wait)::bigint s from {} group by all"
    trend, last = (
        database.execute(query.format(rows)).fetchnumpy() for rows in (_TREND, _last("customer"))
    )
    return answered(_turned(trend, WEEKS), _turned(last, customers))


def _turned(found: dict[str, Any], size: int) -> tuple[Any, Any]:
    n, s = np.zeros((2, size, _OUTCOMES), np.int64)
    at = (found["cell"], found["outcome"])
    n[at], s[at] = found["n"], found["s"]
    return n, np.stack([s[:, 0] + s[:, 1], s[:, 2] + s[:, 3]], axis=1)


def waits(database: duckdb.DuckDBPyConnection, customers: int, queues: int) -> WaitAnswers:
    """Percentiles and service levels of weeks, customers and queues."""
    parts = ((_TREND, WEEKS), (_last("customer"), customers), (_last("queue"), queues))
    return WaitAnswers(*(_waits(database, rows, size) for rows, size in parts))


def _waits(database: duckdb.DuckDBPyConnection, rows: str, size: int) -> Any:
    disc = "quantile_disc(wait, [0.5, 0.9, 0.95]) filter"
    found = database.execute(
        "select cell, a[1] a1, a[2] a2, a[3] a3, b[1] b1, b[2] b2, b[3] b3, t, n from ("
        f"select cell, {disc} (outcome <= 1) a, {disc} (outcome in (2, 3)) b,"
        " count(*) filter (outcome = 0 and wait <= 20000) t, count(*) filter (outcome != 7) n"
        f" from {rows} group by cell)"
    ).fetchnumpy()
    values = np.zeros((size, 8), np.int64)
    names = ("a1", "a2", "a3", "b1", "b2", "b3", "t", "n")
    for place, name in enumerate(names):
        values[found["cell"], place] = np.ma.filled(found[name], 0)
    return values
