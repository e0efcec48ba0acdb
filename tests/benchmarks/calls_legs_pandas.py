"""The same work in pandas, on frames already in memory; features are a long frame of their own.

Each grouping goes through one combined integer key, several times faster than several keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np
import pandas as pd

from tests.benchmarks.calls_legs_answers import LegAnswers
from tests.benchmarks.calls_legs_data import END, ENDPOINTS, FEATURES, WEEK, WEEKS

if TYPE_CHECKING:
    import numpy.typing as npt

    from tests.benchmarks.calls_legs_data import LegTable

__all__ = ["Frames", "answers", "frames"]

_START = END - WEEKS * WEEK


@attrs.frozen(eq=False)
class Frames:
    """Legs, and a row for each feature that one used."""

    legs: pd.DataFrame
    features: pd.DataFrame


def frames(table: LegTable) -> Frames:
    """The columns, not timed."""
    names = ("customer", "user", "call", "started", "duration", "endpoint")
    measured = ("loss", "latency", "jitter")
    legs = pd.DataFrame({name: getattr(table, name) for name in (*names, *measured)})
    return Frames(legs, pd.DataFrame({"row": table.listed, "feature": table.feature}))


def answers(given: Frames, customers: int) -> LegAnswers:
    """All figures."""
    legs = given.legs[given.legs["started"].between(_START, END, inclusive="left")]
    poor = (legs["loss"] >= 5) | (legs["latency"] >= 400) | (legs["jitter"] >= 150)
    measured = legs["loss"].notna() | legs["latency"].notna() | legs["jitter"].notna()
    legs = legs.assign(
        week=(legs["started"] - _START) // WEEK,
        quality=poor.astype(np.int8) + measured.astype(np.int8),
    )
    legs["cell"] = legs["week"] * customers + legs["customer"]
    last = legs[legs["week"] == WEEKS - 1]
    cells = _cells(legs, customers)
    users = _users(legs)
    week = users["cell"] // customers
    bounds = (users["n"] < 11, users["n"].between(11, 50), users["n"] >= 51)
    bands = [_binned(week[mask], WEEKS) for mask in bounds]
    callers = users["cell"][week == WEEKS - 1] - (WEEKS - 1) * customers
    types = (last["endpoint"].astype(np.int64) + 1) * 3 + last["quality"]
    totals = cells.sum(axis=2)

    return LegAnswers(
        np.column_stack([totals[0], totals[1], _binned(week, WEEKS), *bands, totals[3:].T]),
        cells[0],
        np.column_stack([_binned(callers, customers), cells[1, -1], cells[2, -1], *cells[3:, -1]]),
        _binned(types, (len(ENDPOINTS) + 1) * 3).reshape(-1, 3),
        _features(given.features, last[last["customer"] < customers // 2]),
    )


def _cells(legs: pd.DataFrame, customers: int) -> npt.NDArray[np.int64]:
    """Legs, duration, legs of users, unknown, good and poor legs by week and customer."""
    shape = (WEEKS, customers)
    size = WEEKS * customers
    named = legs["cell"][legs["user"] >= 0]
    duration = np.zeros(size, np.int64)
    sums = legs.groupby("cell")["duration"].sum()
    duration[sums.index.to_numpy()] = sums.to_numpy()
    kinds = [_binned(legs["cell"][legs["quality"] == code], size) for code in range(3)]
    columns = (_binned(legs["cell"], size), duration, _binned(named, size), *kinds)
    return np.stack([each.reshape(shape) for each in columns])


def _users(legs: pd.DataFrame) -> pd.DataFrame:
    """The legs of each user in each week; a user of a customer is told by both."""
    named = legs[legs["user"] >= 0]
    users = int(named["user"].max()) + 1 if len(named) else 1
    counts = (named["cell"] * users + named["user"]).value_counts(sort=False)
    keys = counts.index.to_numpy()
    return pd.DataFrame({"cell": keys // users, "n": counts.to_numpy()})


def _features(features: pd.DataFrame, last: pd.DataFrame) -> npt.NDArray[np.int64]:
    calls = last["customer"].astype(np.int64) * 2**32 + last["call"]
    used = features[features["row"].isin(last.index)]
    owners = calls.loc[used["row"]].to_numpy()
    pairs = pd.DataFrame({"call": owners, "feature": used["feature"].to_numpy()})
    distinct = pairs.drop_duplicates()["feature"]
    return np.concatenate([[calls.nunique()], _binned(distinct, len(FEATURES))])


def _binned(codes: pd.Series[int], size: int) -> npt.NDArray[np.int64]:
    return np.bincount(codes.to_numpy(), minlength=size).astype(np.int64)
