"""Peak memory of one reading, in a process of its own.

Run as ``python -m tests.benchmarks.memory PATH``: reads the input with partnerkpi and prints, in
bytes, what stays, the peak above it while reading, both as ``tracemalloc`` counts them (Python
objects and numpy arrays), and the peak of resident memory above that of the warmed-up process
(everything, allocator's slack and compiled extensions included).
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tempfile
import tracemalloc
from pathlib import Path

import attrs

__all__ = ["Peak", "peak_of_reading"]


@attrs.frozen
class Peak:
    """Bytes kept by the portfolio, traced peak above it, resident peak above the start."""

    arrays: int
    kept: int
    traced_above_kept: int
    resident: int


def peak_of_reading(path: Path) -> Peak:
    """Read ``path`` twice in fresh processes, once traced and once watched from outside."""
    traced, plain = (_in_fresh_process(path, mode) for mode in ("traced", "resident"))
    return Peak(**traced, **plain)


def _in_fresh_process(path: Path, mode: str) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-m", __name__, mode, str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    figures: dict[str, int] = json.loads(done.stdout)
    return figures


def _imported() -> None:
    """Import all that reading imports late: modules are no part of a portfolio."""
    import pyarrow.csv
    import pyarrow.json  # noqa: F401 (only imported)

    from tests.benchmarks import ours
    from tests.benchmarks.files import write_csv
    from tests.benchmarks.generate import generate

    with tempfile.TemporaryDirectory() as folder:
        ours.read_without_extra(write_csv(generate(100, ids="text"), Path(folder)))


def _traced(path: Path) -> dict[str, int]:
    from tests.benchmarks import ours

    _imported()
    tracemalloc.start()
    portfolio = ours.read_without_extra(path)
    gc.collect()
    kept, peak = tracemalloc.get_traced_memory()
    return {"arrays": ours.kept_bytes(portfolio), "kept": kept, "traced_above_kept": peak - kept}


def _resident(path: Path) -> dict[str, int]:
    from tests.benchmarks import ours

    _imported()
    before = _high_water()
    portfolio = ours.read_without_extra(path)
    peak = _high_water()
    del portfolio
    return {"resident": peak - before}


def _high_water() -> int:
    """The peak of this process alone; ``getrusage`` would start from its parent's."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(peak) * 1024


if __name__ == "__main__":
    mode, path = sys.argv[1:]
    print(json.dumps((_traced if mode == "traced" else _resident)(Path(path))))
