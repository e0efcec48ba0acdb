"""Charts as Vega-Lite specifications: data inline, titles in a language, colors told apart by all.

The colors are those of Okabe and Ito, or one hue from light to dark where there is an order; lines
differ in their dashes and points as well. Texts of the data are values, never names of fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from partnerkpi.errors import MissingExtraError, UnknownNameError
from partnerkpi.kpi import Unit
from partnerkpi.present._widths import printable

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

    from partnerkpi.aggregates import Ratio
    from partnerkpi.present.words import Words

__all__ = ["Chart", "Charts", "Frame", "Series", "bars", "heat_map", "lines", "stacked"]

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v5.json"
COLORS: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
GRAY: Final = "#999999"
_WIDTH: Final = 560
_HEIGHT: Final = 280


@frozen(eq=False)
class Chart:
    """A chart.

    Attributes:
        name: Its name among the charts of a report.
    """

    name: str
    _specification: str

    def to_vega_lite(self) -> dict[str, Any]:
        """The chart as a specification of Vega-Lite 5, its data inline; one's own to change."""
        specification: dict[str, Any] = json.loads(self._specification)

        return specification

    def to_svg(self, path: str | os.PathLike[str] | None = None) -> str:
        """The chart as a picture in SVG, made without network.

        Args:
            path: Where to write it as well; an existing file is replaced.

        Raises:
            MissingExtraError: the extra ``charts`` is not installed.
            OSError: the path cannot be written.
        """
        # No address is allowed, so nothing is fetched.
        picture: str = _renderer().vegalite_to_svg(self._specification, allowed_base_urls=[])
        if path is not None:
            Path(path).write_text(picture, "utf-8", newline="")

        return picture

    def to_png(self, path: str | os.PathLike[str] | None = None, *, scale: float = 2) -> bytes:
        """The chart as a picture in PNG, made without network.

        Args:
            path: Where to write it as well; an existing file is replaced.
            scale: How many pixels there are for each of the chart's.

        Raises:
            MissingExtraError: the extra ``charts`` is not installed.
            OSError: the path cannot be written.
        """
        picture: bytes = _renderer().vegalite_to_png(
            self._specification, scale=scale, allowed_base_urls=[]
        )
        if path is not None:
            Path(path).write_bytes(picture)

        return picture

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        """What notebooks draw."""
        return {_MIME: self.to_vega_lite(), "text/plain": repr(self)}


_MIME: Final = "application/vnd.vegalite.v5+json"


def _renderer() -> Any:
    try:
        import vl_convert
    except ImportError as missing:
        extra = "charts"
        raise MissingExtraError(extra) from missing

    return vl_convert


class Charts(Mapping[str, Chart]):
    """Charts by name, each made when asked for."""

    __slots__ = ("_makers",)

    def __init__(self, makers: Mapping[str, Callable[[], Mapping[str, Any]]]) -> None:
        """Hold how each is made."""
        self._makers = dict(makers)

    def __getitem__(self, name: str) -> Chart:
        """Return a chart.

        Raises:
            UnknownNameError: there is no such chart; names the nearest.
        """
        if name not in self._makers:
            raise UnknownNameError(_CHART, name, self._makers)

        return Chart(name, json.dumps(self._makers[name](), allow_nan=False))

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Return how many charts there are."""
        return len(self._makers)

    def __repr__(self) -> str:
        return f"<{len(self)} charts: {', '.join(self)}>"


_CHART: Final = "chart"


@frozen
class Series:
    """Numbers of a kind, one for each place of a chart.

    Attributes:
        title: What they are called.
        values: The numbers; ``None`` where there is none.
        unit: What they are counted in.
        color: How they are drawn.
    """

    title: str
    values: Sequence[int | Ratio | None]
    unit: Unit
    color: str


@frozen(eq=False)
class Frame:
    """What every chart has: its titles, and the words of its language.

    Attributes:
        title: Its title.
        sentence: What it shows, below the title.
        words: The words of its language.
    """

    title: str
    sentence: str
    words: Words

    def around(self, **drawing: Any) -> dict[str, Any]:
        """A specification with what is drawn."""
        decimal, group, percent = self.words.separators()
        number = {
            "decimal": decimal,
            "thousands": group,
            "grouping": [3],
            "currency": ["", ""],
            "percent": percent,
        }

        return {
            "$schema": SCHEMA,
            "description": self.sentence,
            "title": {
                "text": self.title,
                "subtitle": wrap(self.sentence, 90, break_long_words=False),
                "anchor": "start",
            },
            "background": "white",
            "config": {"locale": {"number": number}, "view": {"stroke": None}},
            **drawing,
        }

    def rows(self, places: Sequence[str], series: Sequence[Series]) -> list[dict[str, Any]]:
        """The data: a row for each place and series; one without a number leaves a gap."""
        return [
            {
                "place": printable(place),
                "series": each.title,
                "rank": rank,
                "value": _number(each.values[at]),
                "said": self.words.value(each.values[at], each.unit),
            }
            for at, place in enumerate(places)
            for rank, each in enumerate(series)
        ]


def _number(value: int | Ratio | None) -> int | float | None:
    return value if value is None or isinstance(value, int) else value.value


def _axis(title: str, places: Sequence[str]) -> dict[str, Any]:
    """The places in their order."""
    return {
        "field": "place",
        "type": "nominal",
        "title": title,
        "sort": list(map(printable, places)),
        "axis": {"labelAngle": -40, "labelOverlap": True},
    }


def _count(title: str, *, stack: str | None = None) -> dict[str, Any]:
    encoding = {
        "field": "value",
        "type": "quantitative",
        "title": title,
        "axis": {"format": ",d", "tickMinStep": 1},
    }

    return encoding | {"stack": stack}


def _colored(series: Sequence[Series]) -> dict[str, Any]:
    scale = {"domain": [each.title for each in series], "range": [each.color for each in series]}
    legend = {} if len(series) > 1 else {"legend": None}

    return {"field": "series", "type": "nominal", "title": None, "scale": scale} | legend


def _told(place: str) -> list[dict[str, Any]]:
    """What is said of the data that the pointer is on."""
    return [
        {"field": "place", "type": "nominal", "title": place},
        {"field": "series", "type": "nominal", "title": " "},
        {"field": "said", "type": "nominal", "title": "  "},
    ]


def lines(
    frame: Frame, place: str, count: str, places: Sequence[str], series: Sequence[Series]
) -> dict[str, Any]:
    """Several numbers from place to place as lines.

    Args:
        frame: Titles and words.
        place: What the places are called, such as weeks.
        count: What the numbers are called.
        places: The places, in order.
        series: The numbers.
    """
    color = _colored(series)
    dashes = color | {"scale": {"domain": color["scale"]["domain"]}}

    return frame.around(
        width=_WIDTH,
        height=_HEIGHT,
        data={"values": frame.rows(places, series)},
        mark={"type": "line", "point": {"size": 50}},
        encoding={
            "x": _axis(place, places),
            "y": _count(count),
            "color": color,
            "strokeDash": dashes,
            "tooltip": _told(place),
        },
    )


def stacked(
    frame: Frame,
    place: str,
    count: str,
    places: Sequence[str],
    series: Sequence[Series],
    *,
    over: Series | None = None,
) -> dict[str, Any]:
    """Numbers that add up, stacked; with others as a line over them if there are any.

    Args:
        frame: Titles and words.
        place: What the places are called, such as weeks.
        count: What the numbers are called.
        places: The places, in order.
        series: The numbers, the lowest first.
        over: What the line shows, with an axis of its own.
    """
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": frame.rows(places, series)},
            "mark": {"type": "bar"},
            "encoding": {
                "x": _axis(place, places),
                "y": _count(count, stack="zero"),
                "color": _colored([*series, *([over] if over else [])]),
                "order": {"field": "rank", "type": "quantitative"},
                "tooltip": _told(place),
            },
        }
    ]
    if over is not None:
        layers.append(_line_over(frame, place, places, over))

    return frame.around(
        width=_WIDTH, height=_HEIGHT, layer=layers, resolve={"scale": {"y": "independent"}}
    )


def _line_over(frame: Frame, place: str, places: Sequence[str], line: Series) -> dict[str, Any]:
    point = {"size": 50, "color": line.color}
    axis = {"format": ".0%" if line.unit is Unit.SHARE else ",d", "tickMinStep": 0.01}

    return {
        "data": {"values": frame.rows(places, [line])},
        "mark": {"type": "line", "color": line.color, "strokeDash": [4, 3], "point": point},
        "encoding": {
            "x": _axis(place, places),
            "y": {
                "field": "value",
                "type": "quantitative",
                "title": line.title,
                "scale": {"zero": True},
                "axis": axis,
            },
            "tooltip": _told(place),
        },
    }


def bars(
    frame: Frame, place: str, count: str, places: Sequence[str], series: Sequence[Series]
) -> dict[str, Any]:
    """Numbers of things with names: bars from left to right, those of a thing in one.

    Args:
        frame: Titles and words.
        place: What the things are called, to whom the pointer is on one.
        count: What the numbers are called.
        places: The names, in order.
        series: The numbers.
    """
    encoding: dict[str, Any] = {
        "y": _axis(place, places) | {"title": None, "axis": {"labelLimit": 240}},
        "x": _count(count, stack="zero"),
        "order": {"field": "rank", "type": "quantitative"},
        "color": _colored(series),
        "tooltip": _told(place),
    }

    return frame.around(
        width=_WIDTH,
        height={"step": 26},
        data={"values": frame.rows(places, series)},
        mark={"type": "bar"},
        encoding=encoding,
    )


def heat_map(
    frame: Frame,
    titles: tuple[str, str, str],
    rows: Sequence[str],
    values: Sequence[Sequence[int]],
) -> dict[str, Any]:
    """Numbers in a grid: the darker, the more.

    Args:
        frame: Titles and words.
        titles: What the columns, the rows and the numbers are called.
        rows: What each row is called, from above.
        values: The numbers, a sequence for each row.
    """
    across, down, count = titles
    cells = [
        {"across": at, "down": row, "value": value, "said": frame.words.number(value)}
        for row, numbers in zip(rows, values, strict=True)
        for at, value in enumerate(numbers)
    ]
    hover = [("down", down), ("across", across), ("said", count)]

    return frame.around(
        width={"step": 22},
        height={"step": 26},
        data={"values": cells},
        mark={"type": "rect"},
        encoding={
            "x": {
                "field": "across",
                "type": "ordinal",
                "title": across,
                "axis": {"labelAngle": 0},
            },
            "y": {"field": "down", "type": "nominal", "title": down, "sort": list(rows)},
            "color": {
                "field": "value",
                "type": "quantitative",
                "title": count,
                "scale": {"scheme": "blues", "domainMin": 0},
            },
            "tooltip": [
                {"field": name, "type": "nominal", "title": title} for name, title in hover
            ],
        },
    )
