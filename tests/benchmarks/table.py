"""Measured rows as a table for the terminal and as a Markdown page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Row", "markdown", "text"]

_HEAD = ("work", "customers", "partnerkpi", "compared with", "its time", "ratio", "at most", "")
_WIDTHS = (48, 10, 10, 33, 28, 7, 7, 5)
_PAGE = """# Benchmarks

Made by `python -m tests.benchmarks --write`. Every line was measured side by side in one run on two
cores; times are medians of repetitions that take turns, and the answers of all sides were compared
before any was timed. A ratio is partnerkpi's time divided by the other's (for growth and memory
the figure itself). Frames and portfolios of the figures are in memory before the clock starts.
Growth is the slope of time against size in log-log. Memory is counted by `tracemalloc`, to which
numpy reports its arrays, and, where said, as resident memory of a process of its own.

"""


@attrs.frozen
class Row:
    """One line: our time, a peer's time, their ratio and what the ratio may be at most."""

    work: str
    customers: int | None
    ours: float | None
    peer: str
    theirs: float | None
    value: float | None
    target: float | None
    rows: int | None = None

    @classmethod
    def ratio(
        cls,
        work: str,
        customers: int | None,
        *,
        ours: float | None,
        peer: str,
        theirs: float,
        target: float | None,
        rows: int | None = None,
    ) -> Row:
        """Two times of the same work."""
        value = None if ours is None else ours / theirs
        return cls(work, customers, ours, peer, theirs, value, target, rows)

    @classmethod
    def limit(cls, work: str, what: str, value: float, target: float | None) -> Row:
        """A figure of its own, not a pair of times."""
        return cls(work, None, None, what, None, value, target)

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as it is shown."""
        return (
            self.work,
            "" if self.customers is None else f"{self.customers:,}",
            _time(self.ours, self.rows if self.theirs is None else None),
            self.peer,
            _time(self.theirs, self.rows),
            "" if self.value is None else f"{self.value:.3f}",
            "" if self.target is None else f"{self.target:.3f}",
            self._verdict,
        )

    @property
    def _verdict(self) -> str:
        if self.value is None or self.target is None:
            return ""

        return "ok" if self.value <= self.target else "miss"


def text(rows: Sequence[Row]) -> str:
    """Lines of fixed columns."""
    return "\n".join(_line(row.cells) for row in rows)


def markdown(rows: Sequence[Row]) -> str:
    """The page."""
    lines = [_HEAD, tuple("---" for _ in _HEAD), *(row.cells for row in rows)]
    return _PAGE + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _line(cells: Sequence[str]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
    return " ".join(padded).rstrip()


def _time(seconds: float | None, rows: int | None) -> str:
    if seconds is None:
        return ""

    shown = f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
    return shown if rows is None else f"{shown}, {rows / seconds:,.0f} rows/s"
