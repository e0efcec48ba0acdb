"""Calls through the doors: tables of CSV, columns in memory, and de-duplication of them."""

from __future__ import annotations

import csv
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import polars as pl

import partnerkpi as pk
from tests.benchmarks.table import Row
from tests.benchmarks.timing import medians

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

__all__ = ["columns", "deduplication", "fast_reading", "queue_columns", "reading"]

Columns: TypeAlias = "dict[str, Any]"

_OURS = "partnerkpi"
_KEY = ["customer_id", "record_id"]
_CUSTOMERS, _QUEUES = 1_000, 5_000
_WEEK = 604_800_000_000
_AS_OF = 1_795_305_600_000_000
_AGAIN = 0.02
_SEED = 20_261_122


def queue_columns(rows: int) -> Columns:
    """Queue calls of nine weeks, in the order in which they were reported.

    Record ids come in any order, and two in a hundred rows have the id of another one.
    """
    rng = np.random.default_rng(_SEED)
    ids = [f"id-{number}" for number in range(rows)]
    record, customer = rng.permutation(rows), rng.integers(0, _CUSTOMERS, rows)
    again, first = rng.integers(0, rows, (2, int(rows * _AGAIN)))
    record[again], customer[again] = record[first], customer[first]

    return {
        "record_id": pk.Coded(record.astype(np.int32), ids),
        "reported_at": (_AS_OF + np.arange(rows)).view("M8[us]"),
        "call_id": pk.Coded(rng.integers(0, rows, rows).astype(np.int32), ids),
        "customer_id": _few(customer, "c", _CUSTOMERS),
        "queue_id": _few(rng.integers(0, _QUEUES, rows), "q", _QUEUES),
        "entered_at": rng.integers(_AS_OF - 9 * _WEEK, _AS_OF, rows).view("M8[us]"),
        "wait_ms": rng.integers(0, 100_000, rows),
        "outcome": pk.Coded(rng.integers(0, 9, rows).astype(np.uint8), list(map(str, pk.Outcome))),
        "talk_ms": rng.integers(0, 600_000, rows),
    }


def _few(codes: NDArray[np.integer[Any]], prefix: str, size: int) -> pk.Coded:
    return pk.Coded(codes.astype(np.int32), [f"{prefix}-{number}" for number in range(size)])


def reading(rows: int, repetitions: int) -> Iterator[Row]:
    """A table of queue calls as CSV against a bare loop of ``csv.reader``."""
    peer = "bare csv.reader"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "queue_calls.csv")
        pk.write(pk.queue_calls_from_columns(queue_columns(rows)), path)
        jobs: dict[str, Callable[[], object]] = {
            peer: partial(_bare_rows, path),
            _OURS: partial(pk.read_queue_calls, path),
        }
        times = medians(jobs, repetitions)
    yield Row.ratio(
        f"CSV table of {rows:,} queue calls",
        None,
        ours=times[_OURS],
        peer=peer,
        theirs=times[peer],
        target=1 / 0.7,
        rows=rows,
    )


def fast_reading(rows: int, repetitions: int) -> Iterator[Row]:
    """Tables of queue calls cut by Arrow, against the base readers."""
    calls = pk.queue_calls_from_columns(queue_columns(rows))
    for form in ("csv", "jsonl"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"queue_calls.{form}")
            pk.write(calls, path)
            jobs: dict[str, Callable[[], object]] = {
                "the base reader": partial(pk.read_queue_calls, path, engine="base"),
                _OURS: partial(pk.read_queue_calls, path, engine="fast"),
            }
            times = medians(jobs, repetitions)
        yield Row.ratio(
            f"{form} table of {rows:,} queue calls, extra arrow",
            None,
            ours=times[_OURS],
            peer="the base reader",
            theirs=times["the base reader"],
            target=1 / 3,
            rows=rows,
        )


def _bare_rows(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file))


def columns(rows: int, repetitions: int) -> Iterator[Row]:
    """Dictionary-coded columns of queue calls to a checked column set, against copying them."""
    given = queue_columns(rows)
    few = {name: column for name, column in given.items() if name != "record_id"}
    few["call_id"] = given["queue_id"]
    for work, some in (("few ids", few), ("as many ids as rows", given)):
        jobs: dict[str, Callable[[], object]] = {
            "copies of the arrays": partial(_copies, some),
            _OURS: partial(pk.queue_calls_from_columns, some),
        }
        times = medians(jobs, repetitions)
        yield Row.ratio(
            f"columns of {rows:,} queue calls, {work}",
            None,
            ours=times[_OURS],
            peer="copies of the arrays",
            theirs=times["copies of the arrays"],
            target=None,
        )


def _copies(given: Columns) -> list[NDArray[Any]]:
    return [
        (column.codes if isinstance(column, pk.Coded) else column).copy()
        for column in given.values()
    ]


def deduplication(rows: int, repetitions: int) -> Iterator[Row]:
    """The last row of each record id, against ``unique(keep="last")`` on the same columns."""
    given = queue_columns(rows)
    ours = pk.queue_calls_from_columns(given)
    frame = pl.DataFrame(
        {
            name: column.codes if isinstance(column, pk.Coded) else column
            for name, column in given.items()
        }
    )
    peers: dict[str, Callable[[], pl.DataFrame]] = {
        "polars": partial(frame.unique, subset=_KEY, keep="last"),
        "polars, in order": partial(frame.unique, subset=_KEY, keep="last", maintain_order=True),
        "polars, by record id alone": partial(frame.unique, subset=["record_id"], keep="last"),
    }
    left = pk.deduplicated(ours)[0]
    found = peers["polars"]()
    if (len(left), int(left.wait.sum())) != (len(found), found["wait_ms"].sum()):
        message = "polars and partnerkpi keep different rows"
        raise AssertionError(message)
    times = medians({**peers, _OURS: partial(pk.deduplicated, ours)}, repetitions)
    for peer in sorted(peers, key=times.__getitem__):
        yield Row.ratio(
            f"de-duplication of {rows:,} queue calls",
            None,
            ours=times[_OURS],
            peer=peer,
            theirs=times[peer],
            target=1.0,
        )
