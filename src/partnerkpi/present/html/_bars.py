"""Machinery: the bar beside the numbers of a row, and what its colors mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerkpi.aggregates import Ratio
from partnerkpi.present.html._elements import NOTHING, Markup, element, joined, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerkpi.present.pieces import Bar
    from partnerkpi.present.words import Words

__all__ = ["bar_cell", "legend"]

_LENGTH, _HEIGHT = 100, 12


def bar_cell(bar: Bar, row: Mapping[str, Any], words: Words) -> Markup:
    """The bar of a row, its numbers told on hover; the columns beside tell them as well."""
    parts, whole = _parts(bar, row)
    drawn = element(
        "svg",
        element("title", text(_told(bar, row, words))),
        *_rectangles(parts, whole),
        class_="bar",
        viewBox=f"0 0 {_LENGTH} {_HEIGHT}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )
    first = parts[0][1] if bar.kind != "parts" else row["poor"]
    key = repr(first / whole) if whole else None

    return element("td", drawn, class_="b" if whole else "b q", data_v=key)


def _parts(bar: Bar, row: Mapping[str, Any]) -> tuple[list[tuple[str, int]], int]:
    """What is drawn one after the other, and the whole that it is part of."""
    if bar.kind == "seats":
        return _seats(row)
    if bar.kind == "share":
        share: Ratio = row[bar.columns[0]]
        return [("share", share.numerator)], share.denominator
    parts = [(name, row[name]) for name in bar.columns]

    return parts, sum(count for _, count in parts)


def _seats(row: Mapping[str, Any]) -> tuple[list[tuple[str, int]], int]:
    # More may be used in seven days than are assigned now.
    used = min(row["used"], row["assigned"])
    parts = [("used", used), ("assigned", row["assigned"] - used), ("available", row["available"])]

    return [*parts, ("overage", row["overage"])], row["assigned"] + row["available"]


def _rectangles(parts: Sequence[tuple[str, int]], whole: int) -> list[Markup]:
    drawn, at = [], 0
    for name, count in parts:
        if not count:
            continue
        if name == "overage":
            # Licenses beyond those bought are the last of the assigned ones.
            at = sum(size for part, size in parts if part in {"used", "assigned"}) - count
        top = _HEIGHT * 2 // 3 if name == "overage" else 0
        drawn.append(
            element(
                "rect",
                class_=f"s-{name}",
                x=_rounded(at, whole),
                y=top or None,
                width=_rounded(count, whole),
                height=_HEIGHT - top,
            )
        )
        at += count

    return drawn


def _rounded(count: int, whole: int) -> str:
    return f"{_LENGTH * count / whole:.4g}" if whole else "0"


def _told(bar: Bar, row: Mapping[str, Any], words: Words) -> str:
    if bar.kind == "share":
        share: Ratio = row[bar.columns[0]]
        part, whole = words.number(share.numerator), words.number(share.denominator)
        return words.text("part_of", part=part, whole=whole)
    return ", ".join(
        words.text("bar", part=words.text(name), count=words.number(row[name]))
        for name in bar.columns
    )


def legend(names: Sequence[str], words: Words, *, lines: bool = False) -> Markup:
    """What the colors mean."""
    shape = _line_swatch if lines else _swatch
    items = (element("li", shape(name), text(words.text(name))) for name in names)

    return element("ul", *items, class_="legend") if names else NOTHING


def _swatch(name: str) -> Markup:
    box = element("rect", class_=f"s-{name}", width=12, height=12)

    return element("svg", box, class_="swatch", viewBox="0 0 12 12", aria_hidden="true")


def _line_swatch(name: str) -> Markup:
    line = element("path", class_=f"l-{name}", d="M0 6H24")
    dot = element("circle", class_=f"p-{name}", cx=12, cy=6, r=3)

    return element(
        "svg", joined(line, dot), class_="swatch wide", viewBox="0 0 24 12", aria_hidden="true"
    )
