"""Peak memory of folding queue calls, in a process of its own.

Run as ``python -m tests.benchmarks.calls_queues_memory ROWS BATCH``: folds so many rows in batches
and prints, in bytes, by how much resident memory rose above what the process held when its first
batch was there.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from tests.benchmarks import calls_queues_ours
from tests.benchmarks.calls_queues_data import END, START, generate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerkpi.call_columns import QueueCalls

__all__ = ["peak_of_folding"]


def peak_of_folding(rows: int, batch: int) -> int:
    """Bytes above one batch."""
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(rows), str(batch)],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout)


def _measured(rows: int, batch: int) -> int:
    stream = _batches(rows, batch)
    calls_queues_ours.folded_at_once(_batches(1000, 1000))
    first = [next(stream)]
    held = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")

    def each() -> Iterator[QueueCalls]:
        yield first.pop()
        yield from stream

    calls_queues_ours.folded_at_once(each())

    return _status("VmHWM") - held


def _batches(rows: int, batch: int) -> Iterator[QueueCalls]:
    """One batch again and again, moved on in time and with other waits: made with little memory."""
    table = generate(batch)
    known = calls_queues_ours.labels(table)
    count = rows // batch
    entered, wait = (table.entered - START) // count, table.wait
    for place in range(count):
        yield calls_queues_ours.columns(
            attrs.evolve(
                table, entered=entered + (START + place * (END - START) // count), wait=wait ^ place
            ),
            known,
        )


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (found,) = (line.split()[1] for line in lines if line.startswith(name))
    return int(found) * 1024


if __name__ == "__main__":
    print(_measured(*map(int, sys.argv[1:])))
