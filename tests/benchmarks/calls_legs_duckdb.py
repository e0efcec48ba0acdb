"""The same work in DuckDB, on a table already in memory, its own threads on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import numpy.typing as npt

from tests.benchmarks.calls_legs_answers import LegAnswers
from tests.benchmarks.calls_legs_data import END, ENDPOINTS, FEATURES, WEEK, WEEKS

if TYPE_CHECKING:
    import polars as pl

__all__ = ["answers", "database"]

_START = END - WEEKS * WEEK
_LAST = WEEKS - 1
_LOOK = f"""
    CREATE OR REPLACE TEMP VIEW looked AS
    SELECT ((started - {_START}) // {WEEK})::UTINYINT AS week, customer, "user", call, duration,
        endpoint, features,
        (coalesce(loss >= 5, false) OR coalesce(latency >= 400, false)
            OR coalesce(jitter >= 150, false))::UTINYINT
        + (loss IS NOT NULL OR latency IS NOT NULL OR jitter IS NOT NULL)::UTINYINT AS quality
    FROM legs WHERE started >= {_START} AND started < {END}
"""
_CELLS = """
    SELECT week, customer, count(*), sum(duration)::BIGINT, count("user"),
        count(*) FILTER (quality = 0), count(*) FILTER (quality = 1),
        count(*) FILTER (quality = 2)
    FROM looked GROUP BY ALL
"""
_USERS = """
    CREATE OR REPLACE TEMP TABLE users AS
    SELECT week, customer, "user", count(*) AS n FROM looked WHERE "user" IS NOT NULL GROUP BY ALL
"""
_BANDS = """
    SELECT week, count(*), count(*) FILTER (n < 11), count(*) FILTER (n >= 11 AND n < 51),
        count(*) FILTER (n >= 51)
    FROM users GROUP BY week
"""
_ACTIVE = f"SELECT customer, count(*) FROM users WHERE week = {_LAST} GROUP BY customer"
_ENDPOINTS = f"""
    SELECT coalesce(endpoint, -1) + 1, quality, count(*) FROM looked WHERE week = {_LAST}
    GROUP BY ALL
"""


def database(frame: pl.DataFrame) -> duckdb.DuckDBPyConnection:
    """The rows as a table of its own, not timed."""
    connection = duckdb.connect()
    connection.register("frame", frame.to_arrow())
    connection.execute("CREATE TABLE legs AS SELECT * FROM frame")
    return connection


def answers(connection: duckdb.DuckDBPyConnection, customers: int) -> LegAnswers:
    """All figures; users of a week are counted once."""
    queued = f"FROM looked WHERE week = {_LAST} AND customer < {customers // 2}"
    calls = f"SELECT count(*) FROM (SELECT DISTINCT customer, call {queued})"
    features = f"""
        SELECT feature, count(*)
        FROM (SELECT DISTINCT customer, call, unnest(features) AS feature {queued})
        GROUP BY feature
    """
    connection.execute(_LOOK)
    connection.execute(_USERS)
    week, customer, *sums = _columns(connection, _CELLS)
    cells = np.zeros((len(sums), WEEKS, customers), np.int64)
    for place, each in enumerate(sums):
        cells[place, week, customer] = each
    week, *counts = _columns(connection, _BANDS)
    bands = np.zeros((WEEKS, 4), np.int64)
    bands[week] = np.column_stack(counts)
    callers = np.zeros(customers, np.int64)
    customer, active = _columns(connection, _ACTIVE)
    callers[customer] = active
    types = np.zeros((len(ENDPOINTS) + 1, 3), np.int64)
    endpoint, quality, legs = _columns(connection, _ENDPOINTS)
    types[endpoint, quality] = legs
    used = np.zeros(len(FEATURES), np.int64)
    feature, by = _columns(connection, features)
    used[feature] = by
    totals = cells.sum(axis=2)

    return LegAnswers(
        np.column_stack([totals[0], totals[1], bands, totals[3:].T]),
        cells[0],
        np.column_stack([callers, cells[1, -1], cells[2, -1], *cells[3:, -1]]),
        types,
        np.concatenate([*_columns(connection, calls), used]),
    )


def _columns(connection: duckdb.DuckDBPyConnection, query: str) -> list[npt.NDArray[np.int64]]:
    return [each.astype(np.int64) for each in connection.sql(query).fetchnumpy().values()]
