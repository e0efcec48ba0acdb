"""Measured rows as a table for the terminal and as a Markdown page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Row", "markdown", "text"]

_HEAD = (
    "Work",
    "Customers",
    "partnerkpi",
    "Compared with",
    "Its time",
    "Ratio",
    "At most",
    "Reached",
)
_WIDTHS = (48, 10, 10, 33, 28, 7, 7, 5)
_PAGE = """# Benchmarks

What the library promises of time and memory, and whether it keeps it. `make bench` measures
everything side by side in one run and prints these lines; `--write` after
`python -m tests.benchmarks` also renews this page.

- Times are medians of repetitions that take turns; the answers of all sides were compared before
  any of the figures was timed. A ratio is partnerkpi's time divided by the other's, smaller is
  better; for growth and memory it is the figure itself. "At most" is what was promised of it.
- The figures start from a portfolio, or frames, in memory. They are the statuses of all customers,
  the overview and the five sections of one product; with nine weekly observations of every line
  also the distribution trend and the weekly changes. Rows of tables are not made.
- Columns to a portfolio start from shuffled columns, for polars from finished frames of them.
- A document is read to a checked portfolio; cattrs makes records of it, and checks nothing between
  them. Its second line is with the garbage collector off, as partnerkpi holds it while reading.
  Rows of CSV are compared with a loop over `csv.reader` that does nothing with them.
- A filter starts from its text and a portfolio in memory; by hand, numpy starts from the same
  columns, and from a column of each license line's customer.
- Queue calls come as dictionary-coded columns of nine weeks, as text with as many record ids and
  call ids as rows; two in a hundred rows have the record id of another. De-duplication keeps the
  row reported last, which for polars is the last row.
- A call history is an export of 56 quoted columns. The first loop over the rows of `csv.reader`
  makes tuples and checks nothing, the second one records; partnerkpi also finds what legs of queues
  say. "Customers" are records there.
- Figures of queue calls start from the columns as each side keeps them. DuckDB's table knows the
  least and greatest value of each row group; the library's columns know which rows stand together
  in one week, and how many calls and how much waiting these have: that is made with them, and
  spares rows that stand by week a pass. With that layout made anew, they have a line of their own.
- Batches are counted one after the other, and compared with as many rows of the whole in memory.
- From Parquet, figures start from files: reading, every refusal, laying out and counting. The peers
  refuse the same; the peak of memory is that of a process of its own above its imports.
- Growth is the slope of time against size in log-log.
- Memory is counted by `tracemalloc`, to which numpy reports its arrays, and, where said, as
  resident memory of a process of its own. The limit of a peak is 64 MiB and a quarter of what is
  kept, above what is kept.

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
        target: float | None = None,
        rows: int | None = None,
    ) -> Row:
        """Two times of the same work."""
        value = None if ours is None else ours / theirs
        return cls(work, customers, ours, peer, theirs, value, target, rows)

    @classmethod
    def limit(
        cls, work: str, what: str, value: float, target: float | None, customers: int | None = None
    ) -> Row:
        """A figure of its own, not a pair of times."""
        return cls(work, customers, None, what, None, value, target)

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as it is shown."""
        return (
            self.work,
            "" if self.customers is None else f"{self.customers:,}",
            _time(self.ours, None),
            self.peer,
            _time(self.theirs, self.rows),
            "" if self.value is None else self._said(self.value),
            "" if self.target is None else self._said(self.target),
            self._verdict,
        )

    @property
    def _verdict(self) -> str:
        if self.value is None or self.target is None:
            return ""

        if self.value <= self.target:
            return "reached"

        return f"not yet: {self._said(self.value)} of the wanted {self._said(self.target)}"

    def _said(self, value: float) -> str:
        """A ratio of times as a fraction of one where it is small, as promises are worded."""
        smallest = min(value, self.target or value)
        if self.theirs is None or smallest > _SMALL:
            return f"{value:.2f}"

        return f"1/{1 / value:.1f}".removesuffix(".0")


_SMALL = 0.5


def text(rows: Sequence[Row]) -> str:
    """Lines of fixed columns."""
    return "\n".join(_line(row.cells) for row in rows)


def markdown(rows: Sequence[Row], circumstances: str) -> str:
    """The page; the circumstances stand above the table."""
    lines = [_HEAD, tuple("---" for _ in _HEAD), *(row.cells for row in rows)]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)

    return f"{_PAGE}{circumstances}\n\n{table}"


def _line(cells: Sequence[str]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
    return " ".join(padded).rstrip()


def _time(seconds: float | None, rows: int | None) -> str:
    if seconds is None:
        return ""

    shown = f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
    return shown if rows is None else f"{shown}, {rows / seconds:,.0f} rows/s"
