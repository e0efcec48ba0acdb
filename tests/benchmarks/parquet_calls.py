"""Queue work from a Parquet file: counts, sums and percentiles of waits.

Of weeks, and of the customers and queues of the last week. What partnerkpi times is all that it
counts of queue calls: changes against the week before and hours of the week included, which the
peers do not make.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import duckdb
import numpy as np
import polars as pl

import partnerkpi as pk
from partnerkpi.calling import fold
from tests.benchmarks.calls_queues_data import END, START, WEEK, WEEKS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SIDES", "WARM", "differences"]

Found: TypeAlias = "tuple[dict[tuple[int, str], tuple[int, int]], dict[tuple[str, str], Any]]"
C = pl.col
_WHEN = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=END)
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_OUTCOMES = tuple(map(str, pk.Outcome))
_TEXTS = ("customer_id", "queue_id", "outcome")
_NAMES = ("call_id", *_TEXTS, "entered_at", "wait_ms")
_LARGEST = 2**53 - 1
_BETWEEN = "'1970-01-01 00:00:00+00' and '2200-01-01 00:00:00+00'"


def ours(folder: Path) -> Any:
    """Counted batch by batch."""
    return fold(pk.scan(folder, table="queue_calls"), as_of=_WHEN)


def polars(folder: Path) -> Any:
    """A lazy scan, in the streaming engine."""
    calls = pl.scan_parquet(folder / "queue_calls.parquet")
    at = C("entered_at").cast(pl.Int64)
    sums = {"n": pl.len(), "s": C("wait_ms").cast(pl.Int64).sum()}
    trend = calls.filter((at >= START) & (at < END)).with_columns(
        cell=((at - START) // WEEK).cast(pl.UInt8)
    )
    last = calls.filter((at >= END - WEEK) & (at < END))
    faults = calls.select(
        *(C(name).null_count().alias(f"{name} null") for name in _NAMES),
        *(_wrong(name).sum().alias(f"{name} text") for name in _TEXTS),
        C("wait_ms").is_between(0, _LARGEST).not_().sum().alias("wait"),
        C("entered_at").is_between(_FIRST, _LAST).not_().sum().alias("entered"),
    )
    found = pl.collect_all(
        [
            faults,
            trend.group_by("cell", "outcome").agg(**sums),
            last.group_by("customer_id", "outcome").agg(**sums),
            *(
                each.group_by(cell, answered=_GROUP).agg(_RANKS)
                for each, cell in _waits(trend, last)
            ),
        ],
        engine="streaming",
    )
    if any(found[0].row(0)):
        raise ValueError(found[0].row(0, named=True))

    return found[1], found[2]


def _waits(trend: pl.LazyFrame, last: pl.LazyFrame) -> list[tuple[pl.LazyFrame, str]]:
    left = C("outcome").cast(pl.String).is_in(_OUTCOMES[:4])
    plans = ((trend, "cell"), (last, "customer_id"), (last, "queue_id"))

    return [(plan.filter(left), cell) for plan, cell in plans]


_GROUP = C("outcome").cast(pl.String).is_in(_OUTCOMES[:2])
_RANKS = [
    C("wait_ms").sort().get((pl.len() * percent + 99) // 100 - 1).alias(f"p{percent}")
    for percent in (50, 90, 95)
]


def _wrong(name: str) -> pl.Expr:
    if name == "outcome":
        return C(name).cast(pl.String).is_in(_OUTCOMES).not_()

    return C(name).cast(pl.String).str.contains(r"^$|\p{Cc}")


def duck(folder: Path) -> Any:
    """Queries over the file."""
    path = f"'{folder / 'queue_calls.parquet'}'"
    database = duckdb.connect()
    database.execute("set threads = 2")
    database.execute("set enable_progress_bar = false")
    faults = [
        *(f"count(*) - count({name})" for name in _NAMES),
        *(f"count(*) filter (regexp_matches({name}, '^$|[\\x00-\\x1f\\x7f]'))" for name in _TEXTS),
        f"count(*) filter (outcome not in {_OUTCOMES})",
        f"count(*) filter (wait_ms not between 0 and {_LARGEST})",
        f"count(*) filter (entered_at not between {_BETWEEN})",
    ]
    wrong = database.execute(f"select {', '.join(faults)} from {path}").fetchall()[0]
    if any(wrong):
        raise ValueError(wrong)
    at, sums = "epoch_us(entered_at)", "count(*) n, sum(wait_ms)::bigint s"
    trend = database.execute(
        f"select ({at} - {START}) // {WEEK} as cell, outcome, {sums} from {path}"
        f" where {at} >= {START} and {at} < {END} group by all"
    ).fetchnumpy()
    last = database.execute(
        f"select customer_id, outcome, {sums} from {path}"
        f" where {at} >= {END - WEEK} and {at} < {END} group by all"
    ).fetchnumpy()
    recent = f"{at} >= {END - WEEK} and {at} < {END}"
    for cell, rows in (
        (f"({at} - {START}) // {WEEK}", f"{at} >= {START} and {at} < {END}"),
        ("customer_id", recent),
        ("queue_id", recent),
    ):
        database.execute(
            f"select {cell} as cell, {_percentiles(_OUTCOMES[:2])}, {_percentiles(_OUTCOMES[2:4])}"
            f" from {path} where {rows} group by cell"
        ).fetchnumpy()

    return trend, last


def _percentiles(outcomes: tuple[str, ...]) -> str:
    return f"quantile_disc(wait_ms, [0.5, 0.9, 0.95]) filter (outcome in {outcomes})"


def differences(expected: Any, actual: Any) -> list[str]:
    """How answers differ: of weeks by outcome, and of customers by outcome."""
    mine, theirs = _turned(expected), _turned(actual)

    return [
        name
        for name, one, other in zip(("weeks", "customers"), mine, theirs, strict=True)
        if one != other
    ]


def _turned(found: Any) -> Any:
    if not isinstance(found, tuple):
        return _of_state(found)

    return tuple(_calls(each) for each in found)


def _calls(table: Any) -> dict[tuple[Any, str], int]:
    """Calls by week or customer, and outcome."""
    columns = table.to_dict(as_series=False) if isinstance(table, pl.DataFrame) else table
    first = next(iter(columns))
    keys = zip(map(_key, columns[first]), map(str, columns["outcome"]), strict=True)

    return dict(zip(keys, map(int, columns["n"]), strict=True))


def _key(value: Any) -> Any:
    return value if isinstance(value, str) else int(value)


def _of_state(state: Any) -> Any:
    owner = state.names.owner.astype(np.intp)
    last = state.last.pooled(owner, len(state.names.customers))
    names = state.names.customers.to_list()

    return _cells(state.weeks.counts, range(WEEKS)), _cells(last.counts, names)


def _cells(counts: Any, names: Any) -> dict[tuple[Any, str], int]:
    return {
        (name, outcome): int(n)
        for name, row in zip(names, counts.tolist(), strict=True)
        for outcome, n in zip(_OUTCOMES, row, strict=True)
        if n
    }


SIDES: Mapping[str, Callable[[Path], Any]] = MappingProxyType(
    {"partnerkpi": ours, "polars": polars, "duckdb": duck}
)
#: What brings all that is imported late into the process.
WARM: Mapping[str, Callable[[], object]] = MappingProxyType(
    {
        "partnerkpi": lambda: import_module("pyarrow.parquet"),
        "polars": lambda: pl.DataFrame({"a": [1]}).lazy().collect(engine="streaming"),
        "duckdb": lambda: duckdb.connect().execute("select 1").fetchall(),
    }
)
