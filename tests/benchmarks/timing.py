"""Medians of repetitions that take turns, so that a busy machine disturbs all sides alike."""

from __future__ import annotations

import gc
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_SHORT = 3.0

__all__ = ["Jobs", "import_times", "medians", "slope"]

Jobs: TypeAlias = "Mapping[str, Callable[[], object]]"


def medians(jobs: Jobs, repetitions: int) -> dict[str, float]:
    """Median seconds of each job; short jobs run once untimed before every timed run.

    Otherwise each would meet the caches and the allocator as the job before it left them.
    """
    first = {name: _seconds(job) for name, job in jobs.items()}
    rounds = [
        {name: _warm_seconds(job, first[name]) for name, job in jobs.items()}
        for _ in range(repetitions)
    ]
    return {name: statistics.median(times[name] for times in rounds) for name in jobs}


def import_times(statements: Mapping[str, str], repetitions: int) -> dict[str, float]:
    """Median seconds of each import statement, in fresh interpreters that take turns.

    All find everything compiled: the first round, which is not timed, compiles what is not.
    """
    with tempfile.TemporaryDirectory() as compiled:
        rounds = [
            {name: _import_seconds(statement, compiled) for name, statement in statements.items()}
            for _ in range(repetitions + 1)
        ][1:]
    return {name: statistics.median(times[name] for times in rounds) for name in statements}


def slope(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Growth in log-log: 1 is proportional to the size."""
    x, y = [math.log(size) for size in sizes], [math.log(second) for second in seconds]
    return statistics.linear_regression(x, y).slope


def _warm_seconds(job: Callable[[], object], expected: float) -> float:
    if expected < _SHORT:
        job()

    return _seconds(job)


def _seconds(job: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    result = job()
    elapsed = time.perf_counter() - start
    del result
    return elapsed


def _import_seconds(statement: str, compiled: str) -> float:
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    # An environment that forbids to keep what was compiled would charge only sources for it.
    surroundings = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-X", f"pycache_prefix={compiled}", "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env=surroundings,
    )
    return float(done.stdout)
