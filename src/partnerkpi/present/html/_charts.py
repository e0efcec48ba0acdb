"""Machinery: weeks as a picture: lines, or columns of parts on top of each other.

The figures stand in the table below it as well; on hover each mark tells its own.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from attrs import frozen

from partnerkpi.present.html._elements import Markup, element, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partnerkpi.present.pieces import Picture
    from partnerkpi.present.words import Words

__all__ = ["chart", "ticks"]

_WIDTH, _HEIGHT = 560, 220
_TOP, _BOTTOM, _RIGHT = 16, 30, 8
# A letter at the greatest size that the style gives labels, on narrow screens.
_LETTER = 10
_TICKS = 5
_STEPS = (1, 2, 5)


@frozen(eq=False)
class _Weeks:
    """What is drawn: names of the series, the counts of each week, and the labels of weeks."""

    names: tuple[str, ...]
    counts: Sequence[Sequence[int]]
    labels: Sequence[str]
    words: Words

    def told(self, week: int, series: int) -> Markup:
        """What a mark tells on hover."""
        part = f"{self.words.text(self.names[series])}, {self.labels[week]}"
        count = self.words.number(self.counts[week][series])

        return element("title", text(self.words.text("bar", part=part, count=count)))


@frozen
class _Field:
    """Where things stand."""

    left: int
    slot: float
    top: int

    def x(self, week: int) -> float:
        """The middle of a week."""
        return self.left + self.slot * (week + 0.5)

    def y(self, count: int) -> float:
        """The height of a count."""
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * count / self.top


def chart(
    title: str,
    picture: Picture,
    rows: Sequence[tuple[Any, ...]],
    names: Sequence[str],
    words: Words,
) -> Markup:
    """A picture of weeks.

    Args:
        title: What it shows.
        picture: How, and which columns.
        rows: The values of each week, its end first.
        names: The names of the columns of a row.
        words: The language.
    """
    places = [names.index(name) for name in picture.columns]
    weeks = _Weeks(
        picture.columns,
        [[row[place] for place in places] for row in rows],
        [words.date(row[0]) for row in rows],
        words,
    )
    stacked = picture.kind == "stack"
    tops = ticks(max(*(sum(each) if stacked else max(each) for each in weeks.counts), 1))
    left = 12 + _LETTER * max(len(words.number(each)) for each in tops)
    field = _Field(left, (_WIDTH - left - _RIGHT) / len(rows), tops[-1])
    series = ", ".join(words.text(name) for name in picture.columns)

    return element(
        "svg",
        *_grid(field, tops, words),
        *_labels(field, weeks.labels),
        *(_columns if stacked else _lines)(field, weeks),
        class_="chart",
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_label=words.text("picture", title=title, series=series),
    )


def ticks(greatest: int) -> list[int]:
    """Round numbers from 0 up to the first that is not below the greatest count.

    Example:
        >>> ticks(16_195), ticks(7), ticks(1)
        ([0, 5000, 10000, 15000, 20000], [0, 2, 4, 6, 8], [0, 1])
    """
    scale = 10 ** max(len(str(greatest)) - 2, 0)
    sizes = (each * scale * ten for ten in (1, 10, 100) for each in _STEPS)
    step = next(size for size in sizes if size * _TICKS >= greatest)
    count = -(-greatest // step)

    return [step * place for place in range(count + 1)]


def _grid(field: _Field, tops: Sequence[int], words: Words) -> Iterator[Markup]:
    for count in tops:
        y = _short(field.y(count))
        yield element("path", class_="grid", d=f"M{field.left} {y}H{_WIDTH - _RIGHT}")
        yield element(
            "text",
            text(words.number(count)),
            class_="y",
            x=field.left - 6,
            y=_short(field.y(count) + 4),
        )


def _labels(field: _Field, labels: Sequence[str]) -> Iterator[Markup]:
    """Labels of as many weeks as there is room for, the last one among them."""
    wide = _LETTER * max(map(len, labels))
    step = max(1, -int(-(1.5 * wide - field.slot / 2) // field.slot))
    last = len(labels) - 1
    yield element("text", text(labels[last]), class_="x last", x=_WIDTH - _RIGHT, y=_HEIGHT - 8)
    for week in range(last - step, -1, -step):
        # Beyond the left edge a label would be cut.
        x = max(field.x(week), wide / 2)
        yield element("text", text(labels[week]), class_="x", x=_short(x), y=_HEIGHT - 8)


def _columns(field: _Field, weeks: _Weeks) -> Iterator[Markup]:
    for week, counts in enumerate(weeks.counts):
        tops = list(accumulate(counts))
        for series, (count, top) in enumerate(zip(counts, tops, strict=True)):
            if count:
                yield element(
                    "rect",
                    weeks.told(week, series),
                    class_=f"s-{weeks.names[series]}",
                    x=_short(field.x(week) - field.slot * 0.35),
                    y=_short(field.y(top)),
                    width=_short(field.slot * 0.7),
                    height=_short(field.y(top - count) - field.y(top)),
                )


def _lines(field: _Field, weeks: _Weeks) -> Iterator[Markup]:
    for series, name in enumerate(weeks.names):
        points = [
            f"{_short(field.x(week))} {_short(field.y(counts[series]))}"
            for week, counts in enumerate(weeks.counts)
        ]
        yield element("path", class_=f"l-{name}", d=f"M{'L'.join(points)}")
        for week, counts in enumerate(weeks.counts):
            yield element(
                "circle",
                weeks.told(week, series),
                class_=f"p-{name}",
                cx=_short(field.x(week)),
                cy=_short(field.y(counts[series])),
                r=4,
            )


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
