"""The same work in polars, on a frame already in memory.

Missing values are nulls; ids are integer codes; features are a list column. One plan makes
everything; ``streaming`` was the faster engine (1.9 s against 3.3 s for 10 M legs).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa

from tests.benchmarks.calls_legs_answers import LegAnswers
from tests.benchmarks.calls_legs_data import END, ENDPOINTS, FEATURES, WEEK, WEEKS

if TYPE_CHECKING:
    from tests.benchmarks.calls_legs_data import LegTable

__all__ = ["answers", "frame"]

C = pl.col
_START = END - WEEKS * WEEK
_MEASURED = ("loss", "latency", "jitter")


def frame(table: LegTable) -> pl.DataFrame:
    """The columns, not timed."""
    lists = pa.LargeListArray.from_arrays(table.starts(), pa.array(table.feature))
    names = ("customer", "user", "call", "started", "duration", "endpoint", *_MEASURED)
    plain = pl.DataFrame({name: getattr(table, name) for name in names})
    coded = {name: pl.when(C(name) >= 0).then(C(name)) for name in ("user", "endpoint")}
    measured = {name: C(name).fill_nan(None) for name in _MEASURED}
    features = pl.Series("features", pl.from_arrow(lists))
    return plain.with_columns(features, **coded, **measured).rechunk()


def answers(legs: pl.DataFrame, customers: int) -> LegAnswers:
    """All figures from one plan."""
    looked = _look(legs.lazy())
    last = looked.filter(C("week") == WEEKS - 1)
    queued = last.filter(C("customer") < customers // 2).select("customer", "call", "features")
    users = (
        looked.filter(C("user").is_not_null())
        .group_by("week", "customer", "user")
        .agg(n=pl.len().cast(pl.Int64))
    )
    plans = [
        looked.group_by("week", "customer").agg(
            pl.len().cast(pl.Int64).alias("legs"),
            C("duration").cast(pl.Int64).sum(),
            C("user").count().cast(pl.Int64).alias("user_legs"),
            *((C("quality") == code).sum().cast(pl.Int64).alias(f"q{code}") for code in range(3)),
        ),
        users.group_by("week").agg(
            pl.len().cast(pl.Int64).alias("active"),
            (C("n") < 11).sum().cast(pl.Int64).alias("light"),
            ((C("n") >= 11) & (C("n") < 51)).sum().cast(pl.Int64).alias("moderate"),
            (C("n") >= 51).sum().cast(pl.Int64).alias("heavy"),
        ),
        users.filter(C("week") == WEEKS - 1)
        .group_by("customer")
        .agg(active=pl.len().cast(pl.Int64)),
        last.group_by("endpoint", "quality").agg(n=pl.len().cast(pl.Int64)),
        queued.select("customer", "call").unique().select(n=pl.len().cast(pl.Int64)),
        queued.explode("features")
        .drop_nulls()
        .unique()
        .group_by("features")
        .agg(n=pl.len().cast(pl.Int64)),
    ]
    return _told(pl.collect_all(plans, engine="streaming"), customers)


def _look(legs: pl.LazyFrame) -> pl.LazyFrame:
    limits = zip(_MEASURED, (5, 400, 150), strict=True)
    poor = pl.any_horizontal(*((C(name) >= most).fill_null(value=False) for name, most in limits))
    measured = pl.any_horizontal(*(C(name).is_not_null() for name in _MEASURED))
    return legs.filter((C("started") >= _START) & (C("started") < END)).with_columns(
        week=((C("started") - _START) // WEEK).cast(pl.UInt8),
        quality=poor.cast(pl.UInt8) + measured.cast(pl.UInt8),
    )


def _told(frames: list[Any], customers: int) -> LegAnswers:
    cells, users, active, endpoints, calls, features = frames
    at = (cells["week"].to_numpy(), cells["customer"].to_numpy())
    names = ("legs", "duration", "user_legs", "q0", "q1", "q2")
    sums = np.zeros((len(names), WEEKS, customers), np.int64)
    for place, name in enumerate(names):
        sums[(place, *at)] = cells[name].to_numpy()
    bands = np.zeros((WEEKS, 4), np.int64)
    bands[users["week"].to_numpy()] = users.select(
        "active", "light", "moderate", "heavy"
    ).to_numpy()
    callers = np.zeros(customers, np.int64)
    callers[active["customer"].to_numpy()] = active["active"].to_numpy()
    types = np.zeros((len(ENDPOINTS) + 1, 3), np.int64)
    row = endpoints["endpoint"].fill_null(-1).cast(pl.Int64).to_numpy() + 1
    types[row, endpoints["quality"].to_numpy()] = endpoints["n"].to_numpy()
    used = np.zeros(len(FEATURES), np.int64)
    used[features["features"].to_numpy()] = features["n"].to_numpy()
    totals = sums.sum(axis=2)

    return LegAnswers(
        np.column_stack([totals[0], totals[1], bands, totals[3:].T]),
        sums[0],
        np.column_stack([callers, sums[1, -1], sums[2, -1], *sums[3:, -1]]),
        types,
        np.concatenate([calls["n"].to_numpy(), used]),
    )
