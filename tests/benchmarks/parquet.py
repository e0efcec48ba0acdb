"""From Parquet files to figures: read, check, lay out, count; and the peak of memory of each side.

``python -m tests.benchmarks.parquet`` prints a table; ``--customers`` and ``--calls`` set the
sizes. The peers make the refusals that partnerkpi makes: nulls, ranges, control characters, unknown
words, and of licenses ids that repeat and orphans. Polars and DuckDB check the different texts of a
column alone where that is quicker. Every peak is that of a process of its own, above its imports.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.benchmarks import parquet_calls, parquet_licenses
from tests.benchmarks.answers import Answers
from tests.benchmarks.calls_queues_data import generate as generate_calls
from tests.benchmarks.generate import Coded, generate
from tests.benchmarks.table import Row, text
from tests.benchmarks.timing import medians, slope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.benchmarks.generate import Column, Ids

__all__ = ["main", "measured", "write_calls", "write_tables"]

_OURS = "partnerkpi"
_PART = 1_000_000
_ROOM = 1.25
OUTCOMES = (
    *("answered", "transferred", "abandoned", "voicemail", "overflowed"),
    *("timed_out", "callback", "waiting", "unknown"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every part and print its lines."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.parquet")
    parser.add_argument("--customers", type=int, nargs="*", default=[1_000_000])
    parser.add_argument("--calls", type=int, nargs="*", default=[10_000_000])
    parser.add_argument("--repeat", type=int, default=5, help="repetitions of every job")
    given = parser.parse_args(arguments)
    for row in measured(given.customers, given.calls, given.repeat):
        print(text([row]), flush=True)

    return 0


def measured(customers: Sequence[int], calls: Sequence[int], repetitions: int) -> Iterator[Row]:
    """License work of either kind of ids, then queue work, each at all sizes."""
    ids: Ids
    for ids in ("integer", "text") if customers else ():
        work = f"license work from Parquet, {ids} ids"
        yield from _grown(
            work, customers, partial(write_tables, ids=ids), parquet_licenses.SIDES, repetitions
        )
    if calls:
        yield from _grown(
            "queue work from Parquet", calls, write_calls, parquet_calls.SIDES, repetitions
        )


def _grown(
    work: str,
    sizes: Sequence[int],
    write: Callable[[int, Path], None],
    sides: Mapping[str, Callable[[Path], Any]],
    repetitions: int,
) -> Iterator[Row]:
    history: list[float] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write(size, folder)
            _agree(sides, folder)
            times = medians(
                {name: partial(job, folder) for name, job in sides.items()}, repetitions
            )
            peaks = {name: _peak(sides[name].__module__, name, folder) for name in sides}
        history.append(times[_OURS])
        peers = sorted((name for name in sides if name != _OURS), key=times.__getitem__)
        for place, peer in enumerate(peers):
            yield Row.ratio(
                f"{work}, {size:,}",
                None,
                ours=times[_OURS],
                peer=peer,
                theirs=times[peer],
                target=None if place else 1.0,
            )
        least = min(peers, key=peaks.__getitem__)
        ratio = peaks[_OURS] / peaks[least]
        yield Row.limit(f"{work}, {size:,}: peak of memory", least, ratio, _ROOM)
    if len(sizes) > 1:
        yield Row.limit(f"{work}: growth", _OURS, slope(sizes, history), 1.05)


def _agree(sides: Mapping[str, Callable[[Path], Any]], folder: Path) -> None:
    """Refuse to time work that is not the same."""
    answers = {name: job(folder) for name, job in sides.items()}
    for name, answer in answers.items():
        if lines := _differences(answers[_OURS], answer):
            message = f"{_OURS} and {name} disagree:\n" + "\n".join(lines)
            raise AssertionError(message)


def _differences(expected: Any, actual: Any) -> list[str]:
    if isinstance(expected, Answers):
        return parquet_licenses.differences(expected, actual)

    return parquet_calls.differences(expected, actual)


def write_tables(customers: int, folder: Path, *, ids: Ids) -> None:
    """The three portfolio tables, their rows shuffled; few different texts are dictionaries."""
    for name, table in generate(customers, ids=ids, shuffled=True).items():
        columns = {key: _array(column) for key, column in table.items()}
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")


def _array(column: Column) -> Any:
    if isinstance(column, Coded):
        return _dictionary(column.codes, column.labels)
    if column.dtype.kind == "M":
        micros = pa.array(column.view(np.int64), mask=np.isnat(column))
        return micros.view(pa.timestamp("us", "UTC"))

    return pa.array(column)


def _dictionary(codes: Any, labels: Sequence[str]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array([*labels]))


def write_calls(calls: int, folder: Path) -> None:
    """Queue calls in any order; ids of customers and queues are dictionaries."""
    writer = None
    for start in range(0, calls, _PART):
        rows = min(_PART, calls - start)
        table = generate_calls(rows, seed=start + 1)
        columns = {
            "call_id": pa.array(np.arange(start, start + rows)),
            "customer_id": _dictionary(
                table.customer, [f"c-{number:05}" for number in range(table.customers)]
            ),
            "queue_id": _dictionary(
                table.queue, [f"q-{number:06}" for number in range(table.queues)]
            ),
            "entered_at": pa.array(table.entered).view(pa.timestamp("us", "UTC")),
            "wait_ms": pa.array(table.wait),
            "outcome": _dictionary(table.outcome, OUTCOMES),
        }
        part = pa.table(columns)
        writer = writer or pq.ParquetWriter(folder / "queue_calls.parquet", part.schema)
        writer.write_table(part)
    if writer is not None:
        writer.close()


def _peak(module: str, side: str, folder: Path) -> int:
    """Bytes of resident memory above the imports."""
    code = (
        "import sys, json; from pathlib import Path; from importlib import import_module\n"
        "from tests.benchmarks.parquet import _high, _reset\n"
        "module, side, folder = json.loads(sys.argv[1])\n"
        "job = import_module(module).SIDES[side]; warm = import_module(module).WARM[side]\n"
        "warm(); before = _reset(); job(Path(folder)); print(_high() - before)"
    )
    arguments = json.dumps(["tests.benchmarks." + module.rpartition(".")[2], side, str(folder)])
    done = subprocess.run(
        [sys.executable, "-c", code, arguments], capture_output=True, check=True, text=True
    )

    return int(done.stdout)


def _reset() -> int:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")

    return _status("VmRSS")


def _high() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (found,) = (line.split()[1] for line in lines if line.startswith(name))
    return int(found) * 1024


if __name__ == "__main__":
    raise SystemExit(main())
