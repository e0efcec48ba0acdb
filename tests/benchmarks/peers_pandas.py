"""The same work in pandas, on frames already in memory, with one observation a line.

One flat frame, a row per license line with its subscription's and customer's columns. Every
condition is a boolean column, the customers of a condition are the ``unique`` codes of its rows and
set a flag by position: no ``groupby`` over all rows is needed. Two over the rows of active lines
make the sums that rates need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from tests.benchmarks.answers import Answers, day_after
from tests.benchmarks.generate import AS_OF, CALLING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["flat", "flat_frame"]

_BANDS = (25, 100, 250, 1000, 5000)
_MIN_PEERS = 5
_NOW = pd.Timestamp(AS_OF)


def flat_frame(rows: pl.DataFrame) -> pd.DataFrame:
    """The polars flat frame as a pandas frame of numpy columns; missing counts are 0."""
    filled = rows.with_columns(
        *(rows[name].fill_null(0) for name in ("total", "assigned", "used_7d")),
        *(rows[name].fill_null(value=False) for name in ("trial", "auto", "paid", "set_up")),
        rows["sub"].fill_null(0),
    )
    return pd.DataFrame({name: filled[name].to_numpy() for name in filled.columns})


def flat(rows: pd.DataFrame) -> Answers:
    """Statuses, overview and one product's sections."""
    n = int(rows["cust"].iat[-1]) + 1
    there = rows["added"] <= _NOW
    alive = there & (rows["ends"].isna() | (rows["ends"] > _NOW))
    active = alive & (rows["starts"] <= _NOW)
    seen = rows["seen_at"].isna() | (rows["seen_at"] <= _NOW)
    over = active & seen & (rows["assigned"] > rows["total"])
    expires = active & ~rows["auto"]
    near = rows["ends"] < day_after(90)
    renews = active & rows["auto"] & ~rows["trial"] & near
    both, one = rows["product"] <= CALLING, rows["product"] == CALLING
    in_statuses = {
        0: alive & ~rows["paid"],
        1: alive,
        2: over,
        3: expires & (rows["ends"] < day_after(30)),
        4: alive & ~rows["set_up"],
        6: active & rows["trial"],
        7: active & ~rows["trial"],
    }
    added = there & one & (rows["added"] >= day_after(-91))
    expiring, renewing = expires & near & one, renews & one
    low = _low(_rates(rows[active & seen & one]), banded=True)
    return Answers(
        statuses=_statuses(rows, in_statuses, n),
        overview=(
            _customers(rows, there & both),
            _customers(rows, expires & near & both),
            _customers(rows, renews & both),
            len(_low(_rates(rows[active & seen & both]), banded=False)),
            _customers(rows, over & both),
        ),
        recently_added=(_customers(rows, added), *_sums(rows[added & seen], "total")),
        expiring=(
            _customers(rows, expiring),
            *_sums(rows[expiring & seen], "assigned", "used_7d", "total"),
        ),
        renewing=(
            _customers(rows, renewing),
            *_sums(rows[renewing & seen], "assigned", "used_7d", "total"),
        ),
        low=(len(low), *_sums(low, "assigned", "used_7d", "total", "spare")),
        overage=(
            _customers(rows, over & one),
            int((rows["assigned"] - rows["total"])[over & one].clip(lower=0).sum()),
        ),
    )


def _statuses(
    rows: pd.DataFrame, conditions: dict[int, pd.Series[bool]], n: int
) -> npt.NDArray[np.uint8]:
    statuses = np.zeros(n, np.uint8)
    for bit, condition in conditions.items():
        statuses[rows["cust"][condition].unique()] |= 1 << bit
    signed = rows["signed"][~rows["cust"].duplicated()]
    idle = signed.isna() | (signed > _NOW) | (signed < day_after(-91))
    statuses ^= np.uint8(2)
    statuses |= idle.to_numpy().astype(np.uint8) << 5
    return statuses


def _customers(rows: pd.DataFrame, condition: pd.Series[bool]) -> int:
    return len(rows["cust"][condition].unique())


def _sums(rows: pd.DataFrame, *names: str) -> tuple[int, ...]:
    return tuple(int(rows[name].sum()) for name in names)


def _rates(lines: pd.DataFrame) -> pd.DataFrame:
    spare = (lines["total"] - lines["assigned"]).clip(lower=0)
    columns = lines[["cust", "total", "assigned", "used_7d"]].assign(spare=spare)
    return columns.groupby("cust", sort=False).sum()


def _low(rates: pd.DataFrame, *, banded: bool) -> pd.DataFrame:
    rated = rates[rates["total"] > 0]
    rate = rated["assigned"] / rated["total"]
    middle = rate.median()
    if not banded:
        return rated[rate < middle / 2]

    band = np.searchsorted(_BANDS, rated["total"].to_numpy(), side="right")
    groups = rate.groupby(band)
    medians = groups.median().where(groups.size() >= _MIN_PEERS, middle)
    return rated[rate < medians.reindex(band).to_numpy() / 2]
