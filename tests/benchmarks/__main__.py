"""Measure what the library promises, side by side with its peers in one run.

``python -m tests.benchmarks`` measures everything and prints one table; names of parts measure
only those. ``--write`` also renews the Markdown page. Answers of all sides are compared before any
of them is timed; times are medians of repetitions that take turns.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import sys
import tempfile
import textwrap
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np

from tests.benchmarks import cattrs_orjson, files, peers_duckdb, peers_pandas, peers_polars
from tests.benchmarks.answers import Answers, differences
from tests.benchmarks.generate import generate, nbytes
from tests.benchmarks.memory import peak_of_reading
from tests.benchmarks.sides import OURS, agree, compared
from tests.benchmarks.table import Row, markdown, text
from tests.benchmarks.timing import import_times, medians, slope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.benchmarks.sides import Targets

try:
    from tests.benchmarks import (
        call_doors,
        calls_legs,
        calls_queues,
        filters,
        ours,
        parquet,
        webex_history,
    )
except ImportError as missing:
    print(f"partnerkpi is left out: {missing}", file=sys.stderr)
    _WITH_OURS = False
else:
    _WITH_OURS = True

Sides: TypeAlias = "dict[str, Callable[[], Answers]]"

_SIZES = (10_000, 100_000, 1_000_000)
_READING_SIZES = (10_000, 100_000)
_FIGURE_TARGETS: Targets = {("polars",): 1 / 8, ("pandas",): 1 / 20}
_WEEKLY_TARGETS: Targets = {("polars", "duckdb"): 1 / 4}
_COLUMN_TARGETS: Targets = {("polars",): 1.5}
_PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
_MIB = 2**20
_PACKAGES = (
    "numpy",
    "polars",
    "pandas",
    "duckdb",
    "pyarrow",
    "attrs",
    "cattrs",
    "orjson",
    "msgspec",
)
_ENTERED = "partnerkpi, to read and to report"
_IMPORTS = {
    OURS: "import partnerkpi",
    _ENTERED: "from partnerkpi import read, report",
    "numpy, attrs, cattrs": "import numpy, attrs, cattrs",
}


@attrs.frozen
class Options:
    """Sizes and repetitions of a run."""

    sizes: tuple[int, ...]
    reading_sizes: tuple[int, ...]
    repetitions: int
    imports: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the named parts (all by default), print the table, renew the page if asked."""
    given = _parser().parse_args(arguments)
    options = _options(given)
    before = os.getloadavg()[0]
    rows: list[Row] = []
    for part in given.parts or _PARTS:
        for row in _PARTS[part](options):
            print(text([row]), flush=True)
            rows.append(row)
    if given.write:
        _PAGE.parent.mkdir(exist_ok=True)
        _PAGE.write_text(markdown(rows, _circumstances(before)), encoding="utf-8")

    return 0


def _circumstances(before: float) -> str:
    """What a reader has to know to measure the same again."""
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return textwrap.fill(
        f"Measured with Python {platform.python_version()}, {versions} on {os.cpu_count()} cores;"
        f" the load average was {before:.1f} when the run began and {os.getloadavg()[0]:.1f} when"
        " it ended. The run itself makes one to two; more than that disturbed it.",
        width=100,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of: {', '.join(_PARTS)}")
    parser.add_argument("--quick", action="store_true", help="small sizes, few repetitions")
    parser.add_argument("--sizes", type=int, nargs="+", help="numbers of customers")
    parser.add_argument("--repeat", type=int, help="repetitions of every job")
    parser.add_argument("--write", action="store_true", help=f"renew docs/{_PAGE.name}")
    return parser


def _options(given: argparse.Namespace) -> Options:
    sizes = (2_000, 20_000) if given.quick else _SIZES
    reading = (1_000, 5_000) if given.quick else _READING_SIZES
    return Options(
        sizes=tuple(given.sizes or sizes),
        reading_sizes=tuple(given.sizes or reading),
        repetitions=given.repeat or (3 if given.quick else 9),
        imports=3 if given.quick else 21,
    )


# --- figures -------------------------------------------------------------------------------------


def _figures(options: Options) -> Iterator[Row]:
    """All statuses, overview, one product's sections; one observation a line."""
    yield from _grown("figures", _figure_sides, _FIGURE_TARGETS, options)


def _weekly(options: Options) -> Iterator[Row]:
    """The same with nine weekly observations a line, trend and weekly changes."""
    fewer = attrs.evolve(options, repetitions=min(options.repetitions, 5))
    yield from _grown("figures, 9 weeks", _weekly_sides, _WEEKLY_TARGETS, fewer)


def _grown(
    work: str,
    sides: Callable[[int], Sides],
    targets: Targets,
    options: Options,
) -> Iterator[Row]:
    """Rows of one work at every size, then the growth of each side over the sizes."""
    history: dict[str, list[float]] = {}
    for n in options.sizes:
        jobs = sides(n)
        _agree(jobs)
        times = medians(jobs, options.repetitions)
        del jobs
        for name in times:
            history.setdefault(name, []).append(times[name])
        largest = n == max(options.sizes)
        yield from compared(work, n, times, targets if largest else {})

    if len(options.sizes) > 1:
        for name, seconds in history.items():
            limit = 1.05 if name == OURS else None
            yield Row.limit(f"{work}: growth", name, slope(options.sizes, seconds), limit)


def _agree(jobs: Sides) -> None:
    """Refuse to time work that is not the same."""
    agree({name: job() for name, job in jobs.items()}, differences)


def _figure_sides(n: int) -> Sides:
    tables = generate(n)
    flat = peers_polars.flat_frame(tables)
    sides: Sides = {
        "polars flat": partial(peers_polars.flat, flat),
        "polars long": partial(peers_polars.long, peers_polars.long_frames(tables)),
        "pandas flat": partial(peers_pandas.flat, peers_pandas.flat_frame(flat)),
        "duckdb flat": partial(peers_duckdb.flat, peers_duckdb.database(flat)),
    }
    if _WITH_OURS:
        sides[OURS] = partial(ours.figures, ours.portfolio(tables))

    return sides


def _weekly_sides(n: int) -> Sides:
    tables = generate(n, weeks=9)
    flat = peers_polars.flat_frame(tables)
    sides: Sides = {
        "polars flat": partial(peers_polars.flat_weekly, flat),
        "polars long": partial(peers_polars.long_weekly, peers_polars.long_frames(tables)),
        "duckdb flat": partial(peers_duckdb.flat_weekly, peers_duckdb.database(flat)),
    }
    if _WITH_OURS:
        sides[OURS] = partial(ours.weekly_figures, ours.portfolio(tables))

    return sides


# --- columns to portfolio ------------------------------------------------------------------------


def _columns(options: Options) -> Iterator[Row]:
    """Shuffled columns to a checked portfolio, and its figures."""
    n = max(options.sizes)
    repetitions = min(options.repetitions, 5)
    for ids in ("integer", "text"):
        tables = generate(n, ids=ids, shuffled=True)
        raw = peers_polars.raw_frames(tables)
        sides: Sides = {"polars": partial(peers_polars.checked_figures, raw)}
        if _WITH_OURS:
            sides[OURS] = partial(ours.portfolio_figures, tables)
        _agree(sides)
        checks: dict[str, Callable[[], object]] = {"polars": partial(peers_polars.checks, raw)}
        if _WITH_OURS:
            checks[OURS] = partial(ours.portfolio, tables)
        yield from compared(
            f"columns to portfolio and figures, {ids} ids",
            n,
            medians(sides, repetitions),
            _COLUMN_TARGETS,
        )
        yield from compared(
            f"columns to portfolio alone, {ids} ids", n, medians(checks, repetitions), {}
        )


# --- reading -------------------------------------------------------------------------------------


def _reading(options: Options) -> Iterator[Row]:
    """The JSON document against cattrs with orjson, CSV against a bare loop of ``csv.reader``."""
    repetitions = min(options.repetitions, 3)
    for n in options.reading_sizes:
        tables = generate(n, ids="text")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            yield from _document(files.write_document(tables, folder / "big.json"), n, repetitions)
            for quoted in (False, True):
                work = "CSV tables" + (", 1 % of names quoted" if quoted else "")
                into = folder / f"csv-{quoted}"
                into.mkdir()
                yield from _tables(
                    work, files.write_csv(tables, into, quoted=quoted), n, repetitions
                )


def _document(path: Path, n: int, repetitions: int) -> Iterator[Row]:
    peer = "cattrs with orjson"
    quiet = f"{peer}, collector off"
    jobs: dict[str, Callable[[], object]] = {
        peer: partial(cattrs_orjson.read, path),
        quiet: partial(cattrs_orjson.read_without_collector, path),
    }
    if _WITH_OURS:
        jobs[OURS] = partial(ours.read_without_extra, path)
        jobs["with extra fast"] = partial(ours.read, path)
    times = medians(jobs, repetitions)
    yield Row.ratio(
        "JSON document", n, ours=times.get(OURS), peer=peer, theirs=times[peer], target=1.0
    )
    yield Row.ratio(
        "JSON document", n, ours=times.get(OURS), peer=quiet, theirs=times[quiet], target=None
    )
    fast = times.get("with extra fast")
    yield Row.ratio(
        "JSON document, extra fast", n, ours=fast, peer=peer, theirs=times[peer], target=1 / 3
    )


def _tables(work: str, folder: Path, n: int, repetitions: int) -> Iterator[Row]:
    peer = "bare csv.reader"
    jobs: dict[str, Callable[[], object]] = {peer: partial(_bare_rows, folder)}
    if _WITH_OURS:
        jobs[OURS] = partial(ours.read_without_extra, folder)
    times = medians(jobs, repetitions)
    yield Row.ratio(
        work,
        n,
        ours=times.get(OURS),
        peer=peer,
        theirs=times[peer],
        target=1 / 0.7,
        rows=_bare_rows(folder),
    )


def _bare_rows(folder: Path) -> int:
    rows = 0
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for _ in csv.reader(file):
                rows += 1

    return rows


# --- memory and import ---------------------------------------------------------------------------


def _memory(options: Options) -> Iterator[Row]:
    """What a portfolio keeps, and what reading tables needs above that."""
    if not _WITH_OURS:
        return

    n = max(options.sizes)
    for ids in ("integer", "text"):
        tables = generate(n, ids=ids)
        kept = ours.kept_bytes(ours.portfolio(tables))
        work = f"portfolio's arrays / columns it was made of, {ids} ids"
        yield Row.limit(work, "the columns", kept / nbytes(tables), 1.5, n)
    n = max(options.reading_sizes)
    tables = generate(n, ids="text")
    for what, write in (("CSV", files.write_csv), ("JSON lines", files.write_json_lines)):
        with tempfile.TemporaryDirectory() as name:
            peak = peak_of_reading(write(tables, Path(name)))
        work = f"reading {what} tables: "
        yield Row.limit(
            f"{work}all that is kept / the arrays", "tracemalloc", peak.kept / peak.arrays, 1.5, n
        )
        limit = 64 * _MIB + peak.kept / 4
        traced = peak.traced_above_kept / limit
        yield Row.limit(f"{work}peak / limit", "tracemalloc", traced, 1.0, n)
        above = max(0, peak.resident - peak.kept)
        yield Row.limit(f"{work}peak / limit", "resident memory", above / limit, 1.0, n)


# --- filters -------------------------------------------------------------------------------------


def _filters(options: Options) -> Iterator[Row]:
    """Five terms against the same by hand, and reading filters."""
    if not _WITH_OURS:
        return

    for n in options.sizes:
        portfolio = filters.tagged_portfolio(n)
        given = filters.ByHand.of(portfolio)
        if not np.array_equal(filters.typed(portfolio), filters.by_hand(given)):
            message = "the filter and what was written by hand mean other customers"
            raise AssertionError(message)
        jobs = {
            OURS: partial(filters.typed, portfolio),
            "by hand": partial(filters.by_hand, given),
        }
        times = medians(jobs, options.repetitions)
        yield Row.ratio(
            "a filter of five terms, text to mask",
            n,
            ours=times[OURS],
            peer="the same by hand in numpy",
            theirs=times["by hand"],
            target=3.0 if n == max(options.sizes) else None,
        )
    yield from _texts(options.repetitions)


def _texts(repetitions: int) -> Iterator[Row]:
    """Reading a typical filter, and the worst ones that fit."""
    rounds = 100
    jobs = {"typical": partial(_repeated, filters.FIVE_TERMS, rounds)}
    micros = medians(jobs, repetitions)["typical"] / rounds * 1e6
    yield Row.limit("reading a filter of five terms", "microseconds", micros, 100.0)
    sizes = (1024, 2048, 4096)
    worst = {size: dict(filters.worst_texts(size)) for size in sizes}
    for name in worst[sizes[0]]:
        texts = {str(size): partial(_repeated, worst[size][name], 5) for size in sizes}
        times = medians(texts, repetitions)
        seconds = [times[str(size)] for size in sizes]
        yield Row.limit(
            f"reading 4096 characters: {name}", "microseconds", seconds[-1] / 5 * 1e6, None
        )
        yield Row.limit(f"reading longer texts: {name}", "growth", slope(sizes, seconds), 1.2)


def _repeated(text: str, rounds: int) -> None:
    for _ in range(rounds):
        filters.read(text)


def _import(options: Options) -> Iterator[Row]:
    """Fresh interpreters."""
    peer = "numpy, attrs, cattrs"
    statements = _IMPORTS if _WITH_OURS else {peer: _IMPORTS[peer]}
    times = import_times(statements, options.imports)
    for work, name, target in (
        ("import", OURS, 1.3),
        ("import to read and to report", _ENTERED, None),
    ):
        yield Row.ratio(
            work, None, ours=times.get(name), peer=peer, theirs=times[peer], target=target
        )


# --- calls ---------------------------------------------------------------------------------------

#: Rows of calls for each customer of the other parts.
_CALLS = 10


def _call_doors(options: Options) -> Iterator[Row]:
    """Tables and columns of queue calls, and de-duplication of them."""
    if not _WITH_OURS:
        return

    most, repetitions = _CALLS * max(options.sizes), min(options.repetitions, 5)
    yield from call_doors.reading(_CALLS * max(options.reading_sizes), repetitions)
    yield from call_doors.fast_reading(_CALLS * max(options.reading_sizes), repetitions)
    yield from call_doors.columns(most, repetitions)
    yield from call_doors.deduplication(most, repetitions)


def _call_queues(options: Options) -> Iterator[Row]:
    """Figures of queue calls in memory, and folded in batches."""
    if not _WITH_OURS:
        return
    rows = _CALLS * max(options.sizes)
    repetitions = min(options.repetitions, 5)
    yield from calls_queues.queues(rows, repetitions)
    yield from calls_queues.folding(rows, 5 * rows, repetitions)


def _call_history(options: Options) -> Iterator[Row]:
    """A call history as CSV against ``csv.reader`` and a loop that makes the same call legs."""
    if not _WITH_OURS:
        return

    records = max(options.sizes) // 10
    with tempfile.TemporaryDirectory() as name:
        yield from webex_history.rows(Path(name), records, min(options.repetitions, 5))


def _call_legs(options: Options) -> Iterator[Row]:
    """Figures of call legs in memory, and folded in batches."""
    if not _WITH_OURS:
        return
    rows = _CALLS * max(options.sizes)
    repetitions = min(options.repetitions, 5)
    yield from calls_legs.legs(rows, repetitions)
    yield from calls_legs.folding(rows, 5 * rows, repetitions)


def _parquet(options: Options) -> Iterator[Row]:
    """From Parquet files to figures: licenses, and queue calls."""
    if not _WITH_OURS:
        return
    sizes = options.sizes
    yield from parquet.measured(
        sizes, [_CALLS * size for size in sizes], min(options.repetitions, 3)
    )


_PARTS: dict[str, Callable[[Options], Iterator[Row]]] = {
    "figures": _figures,
    "weekly": _weekly,
    "columns": _columns,
    "reading": _reading,
    "memory": _memory,
    "call doors": _call_doors,
    "call queues": _call_queues,
    "call history": _call_history,
    "call legs": _call_legs,
    "parquet": _parquet,
    "filters": _filters,
    "import": _import,
}


if __name__ == "__main__":
    raise SystemExit(main())
