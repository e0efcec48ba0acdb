"""Measure call legs: usage, quality and features side by side with polars, DuckDB and pandas.

``python -m tests.benchmarks.calls_legs`` prints a table; ``--legs`` and ``--fold`` set the numbers
of rows. Answers of all sides are compared before any of them is timed.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from typing import TYPE_CHECKING

from tests.benchmarks import (
    calls_legs_duckdb,
    calls_legs_ours,
    calls_legs_pandas,
    calls_legs_polars,
)
from tests.benchmarks.calls_legs_answers import differences
from tests.benchmarks.calls_legs_data import batches, generate
from tests.benchmarks.table import Row, text
from tests.benchmarks.timing import medians

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.benchmarks.calls_legs_answers import LegAnswers
    from tests.benchmarks.calls_legs_data import LegTable

__all__ = ["folding", "legs", "main"]

_OURS = "partnerkpi"
_BATCH = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both parts and print their lines."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.calls_legs")
    parser.add_argument("--legs", type=int, default=10_000_000, help="rows in memory")
    parser.add_argument("--fold", type=int, default=50_000_000, help="rows in batches; 0 for none")
    parser.add_argument("--repeat", type=int, default=5, help="repetitions of every job")
    given = parser.parse_args(arguments)
    for row in legs(given.legs, given.repeat):
        print(text([row]), flush=True)
    if given.fold:
        for row in folding(given.legs, given.fold, given.repeat):
            print(text([row]), flush=True)

    return 0


def legs(rows: int, repetitions: int) -> Iterator[Row]:
    """Rows in any order and in time order: the last week, the trends, different users and calls."""
    for ordered in (False, True):
        sides = _sides(rows, ordered=ordered)
        _agree(sides)
        times = medians(sides, repetitions)
        peers = sorted((name for name in times if name != _OURS), key=times.__getitem__)
        work = f"call legs, {'in time order' if ordered else 'in any order'}"
        for name in peers:
            target = 1.0 if name == peers[0] else None
            yield Row.ratio(
                work, rows, ours=times[_OURS], peer=name, theirs=times[name], target=target
            )


def _sides(rows: int, *, ordered: bool) -> dict[str, Callable[[], LegAnswers]]:
    table = generate(rows, ordered=ordered)
    known = calls_legs_ours.labels(table)
    frame = calls_legs_polars.frame(table)
    customers = table.customers
    return {
        _OURS: partial(calls_legs_ours.answers, calls_legs_ours.columns(table, known), known),
        "polars": partial(calls_legs_polars.answers, frame, customers),
        "duckdb": partial(calls_legs_duckdb.answers, calls_legs_duckdb.database(frame), customers),
        "pandas": partial(calls_legs_pandas.answers, calls_legs_pandas.frames(table), customers),
    }


def _agree(sides: dict[str, Callable[[], LegAnswers]]) -> None:
    answers = {name: job() for name, job in sides.items()}
    first, *others = answers
    for name in others:
        if lines := differences(answers[first], answers[name]):
            message = f"{first} and {name} disagree:\n" + "\n".join(lines)
            raise AssertionError(message)


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
    made = (calls_legs_ours.columns(each, known) for each in _chained(first, stream))
    _, seconds = calls_legs_ours.folded(made, time.perf_counter)
    yield Row.ratio(
        f"call legs in batches, {_BATCH:,} of {many:,}",
        rows,
        ours=seconds / many * _BATCH,
        peer="as many of the whole",
        theirs=whole * _BATCH,
        target=1.3,
    )


def _chained(first: LegTable, others: Iterator[LegTable]) -> Iterator[LegTable]:
    yield first
    yield from others


if __name__ == "__main__":
    raise SystemExit(main())
