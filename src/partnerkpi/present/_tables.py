"""Machinery: rows as lines of text, laid out as the width allows.

Side by side if all columns fit; else the texts of a row in a line above its numbers; else, where
not even the numbers fit beside each other, every value after its title.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import frozen

from partnerkpi.kpi import Unit
from partnerkpi.present._widths import fill, isolated, pad, printable, width_of, words_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerkpi.kpi import Column
    from partnerkpi.present.pieces import Listing
    from partnerkpi.present.words import Words

__all__ = ["listing_lines"]

_T = TypeVar("_T")
_INDENT = "  "
_DEEP = "    "
_SPOKEN = frozenset({Unit.TEXT, Unit.FLAG})
_NARROWEST = 14


def listing_lines(listing: Listing, width: int, rows: int | None, words: Words) -> list[str]:
    """Some rows of a listing, and how many more there are."""
    units = [column.unit for column in listing.columns]
    missing = words.text("missing")
    hidden = 0 if rows is None else max(len(listing.rows) - rows, 0)
    place = slice(hidden, None) if listing.newest_last else slice(len(listing.rows) - hidden)
    cells = [_said(listing.cells(row), units, words) for row in listing.rows[place]]
    lines = (
        _laid_out(_grid(_titles(listing, words), listing.columns, cells), width) if cells else []
    )
    if any(missing in row for row in cells):
        lines += fill(words.text("missing_note", missing=missing), width, _INDENT)
    if hidden:
        which = "more_rows_before" if listing.newest_last else "more_rows"
        lines += fill(words.text(which, count=words.number(hidden)), width, _INDENT)

    return lines or [f"{_INDENT}{words.text('none')}"]


def _said(values: tuple[object, ...], units: list[Unit], words: Words) -> list[str]:
    return [printable(words.value(value, unit)) for value, unit in zip(values, units, strict=True)]


def _titles(listing: Listing, words: Words) -> list[str]:
    return [printable(words.title(column)) for column in listing.columns]


@frozen
class _Grid:
    """Titles and cells; which columns are counted, and how narrow each may be."""

    titles: list[str]
    cells: list[list[str]]
    counted: list[bool]
    narrow: list[int]

    def across(self) -> list[int]:
        """The widths of the columns that are counted."""
        return self.numbers(self.narrow)

    def numbers(self, row: Sequence[_T]) -> list[_T]:
        """What is counted of a row."""
        return [cell for cell, counted in zip(row, self.counted, strict=True) if counted]

    def texts(self, row: list[str], width: int) -> list[str]:
        """What is not counted of a row, in a line of its own; no line if all is counted."""
        pairs = zip(row, self.counted, strict=True)
        said = " | ".join(isolated(cell) for cell, counted in pairs if not counted)

        return [] if all(self.counted) else fill(said.rstrip(" |"), width, _INDENT, _DEEP)


def _grid(titles: list[str], columns: Sequence[Column], cells: list[list[str]]) -> _Grid:
    counted = [column.unit not in _SPOKEN for column in columns]
    narrow = [
        max(_longest_word(title), *(width_of(row[place]) for row in cells))
        for place, title in enumerate(titles)
    ]

    return _Grid(titles, cells, counted, narrow)


def _longest_word(title: str) -> int:
    return max(map(width_of, words_of(title)), default=0)


def _laid_out(grid: _Grid, width: int) -> list[str]:
    room = width - len(_INDENT)
    if widths := _shared(grid, room):
        return _side_by_side(grid, widths)
    across = grid.across()
    gap = 2 if _fits(across, room, 2) else 1
    if across and _fits(across, room, gap):
        return _stacked(grid, gap, width)

    return _one_by_one(grid, width)


def _fits(widths: Sequence[int], room: int, gap: int) -> bool:
    return sum(widths) + gap * (len(widths) - 1) <= room


def _shared(grid: _Grid, room: int) -> list[int] | None:
    """Widths of columns side by side, the widest texts broken until all fit; ``None`` if not."""
    widths = list(grid.narrow)
    least = [
        narrow if counted else max(min(narrow, _NARROWEST), _longest_word(title))
        for narrow, counted, title in zip(widths, grid.counted, grid.titles, strict=True)
    ]
    if not _fits(least, room, 2):
        return None
    while not _fits(widths, room, 2):
        loose = [place for place, width in enumerate(widths) if width > least[place]]
        widths[max(loose, key=widths.__getitem__)] -= 1

    return widths


def _side_by_side(grid: _Grid, widths: list[int]) -> list[str]:
    lines = [*_header(grid.titles, widths, grid.counted, 2), _rule(widths, 2)]
    for row in grid.cells:
        columns = [wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
        height = max(map(len, columns))
        level = [column + [""] * (height - len(column)) for column in columns]
        lines += _joined(level, widths, grid.counted, 2)

    return [f"{_INDENT}{line}".rstrip() for line in lines]


def _stacked(grid: _Grid, gap: int, width: int) -> list[str]:
    across, right = grid.across(), grid.numbers(grid.counted)
    heads = _header(grid.numbers(grid.titles), across, right, gap)
    lines = grid.texts(grid.titles, width)
    lines += [f"{_INDENT}{line}" for line in [*heads, _rule(across, gap)]]
    for row in grid.cells:
        numbers = [[cell] for cell in grid.numbers(row)]
        lines += grid.texts(row, width)
        lines += [f"{_INDENT}{line}" for line in _joined(numbers, across, right, gap)]

    return lines


def _one_by_one(grid: _Grid, width: int) -> list[str]:
    lines = grid.texts(grid.titles, width)
    for row in grid.cells:
        pairs = zip(grid.numbers(grid.titles), grid.numbers(row), strict=True)
        said = "; ".join(f"{title} {cell}" for title, cell in pairs)
        lines += grid.texts(row, width)
        lines += fill(said, width, _DEEP) if said else []

    return lines


def _header(titles: list[str], widths: list[int], right: list[bool], gap: int) -> list[str]:
    columns = [wrapped(title, width) for title, width in zip(titles, widths, strict=True)]
    height = max(map(len, columns))
    level = [[""] * (height - len(column)) + column for column in columns]

    return _joined(level, widths, right, gap)


def _rule(widths: list[int], gap: int) -> str:
    return (" " * gap).join("-" * width for width in widths)


def _joined(columns: list[list[str]], widths: list[int], right: list[bool], gap: int) -> list[str]:
    """Lines of columns that are equally high."""
    return [
        (" " * gap).join(
            pad(cell, width, right=at_right)
            for cell, width, at_right in zip(line, widths, right, strict=True)
        )
        for line in zip(*columns, strict=True)
    ]
