"""Machinery: rows as a table, cut with a stated count, that a script may sort and narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from partnerkpi.present.html._bars import bar_cell, legend
from partnerkpi.present.html._charts import chart
from partnerkpi.present.html._elements import NOTHING, Markup, element, joined, text
from partnerkpi.present.html._values import cell, is_missing, is_text, kind_of
from partnerkpi.status import by_urgency

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partnerkpi.kpi import Column
    from partnerkpi.present.pieces import Bar, Listing, Picture
    from partnerkpi.present.words import Words
    from partnerkpi.status import Status

__all__ = ["listing_html"]

_WIDE = 16


@frozen(eq=False)
class _Shown:
    """The rows of a listing that are shown: their values and statuses, and how many there are."""

    values: list[tuple[Any, ...]]
    statuses: Sequence[tuple[Status, ...]] | None
    count: int


def listing_html(
    listing: Listing, title: str, words: Words, rows: int | None, *, tools: bool = True
) -> Markup:
    """Some rows of a listing: a picture of them, what narrows them, the table, and notes.

    Args:
        listing: The rows.
        title: What the table is called.
        words: The language.
        rows: How many rows to show; ``None`` for all.
        tools: Whether a script is there that narrows rows.
    """
    shown = _shown(listing, rows)
    what = element("p", text(listing.sentence), class_="what")
    if not listing.rows:
        return joined(what, element("p", text(words.text("none")), class_="note"))
    names = [column.name for column in listing.columns]
    table = element(
        "div",
        legend(_drawn(listing.bar), words) if listing.bar else NOTHING,
        _tools(shown, words) if tools else NOTHING,
        _table(listing, title, shown, names, words),
        *_notes(listing, shown, words, tools=tools),
    )
    if listing.picture and shown.values:
        weeks = _picture(listing.picture, title, shown, names, words)
        return element("div", what, element("div", weeks, table, class_="beside"), class_="listing")

    return element("div", what, table, class_="listing")


def _shown(listing: Listing, rows: int | None) -> _Shown:
    count = len(listing.rows)
    hidden = 0 if rows is None else max(count - rows, 0)
    place = slice(hidden, None) if listing.newest_last else slice(count - hidden)
    found = list(listing.rows[place])
    statuses = listing.statuses(found) if listing.statuses else None

    return _Shown(list(map(listing.cells, found)), statuses, count)


def _drawn(bar: Bar) -> tuple[str, ...]:
    return {
        "seats": ("used", "assigned", "available", "overage"),
        "parts": bar.columns,
        "share": (),
    }[bar.kind]


def _picture(
    picture: Picture, title: str, shown: _Shown, names: Sequence[str], words: Words
) -> Markup:
    drawn = chart(title, picture, shown.values, names, words)
    told = legend(picture.columns, words, lines=picture.kind == "lines")

    return element("figure", drawn, told, class_="weeks")


def _tools(shown: _Shown, words: Words) -> Markup:
    """What narrows the rows; hidden until a script makes it work."""
    find = element("input", type="search", autocomplete="off", spellcheck="false")
    parts = [element("label", element("span", text(words.text("find"))), find)]
    held = {each for some in shown.statuses or () for each in some}
    if held:
        parts.append(
            element("label", element("span", text(words.text("status"))), _select(held, words))
        )
    found = element("output", data_text=words.text("found"))

    return element("div", *parts, found, class_="tools", hidden=True)


def _select(held: set[Status], words: Words) -> Markup:
    options = (
        element("option", text(words.status(each)), value=each.value) for each in by_urgency(held)
    )

    return element("select", element("option", text(words.text("any_status")), value=""), *options)


def _table(
    listing: Listing, title: str, shown: _Shown, names: Sequence[str], words: Words
) -> Markup:
    place = _bar_place(listing)
    heads = [
        element("th", text(words.title(column)), scope="col", class_=kind_of(column))
        for column in listing.columns
    ]
    if listing.bar:
        heads.insert(place, element("th", text(words.text(listing.bar.kind)), scope="col"))
    table = element(
        "table",
        element("caption", text(title), class_="unseen"),
        element("thead", element("tr", *heads)),
        element("tbody", *_rows(listing, shown, names, place, words)),
        class_="wide" if len(heads) > _WIDE else None,
    )

    return element("div", table, class_="scroll", role="group", tabindex=0, aria_label=title)


def _bar_place(listing: Listing) -> int:
    """A bar stands before the first number."""
    counted = (place for place, each in enumerate(listing.columns) if not is_text(each))

    return next(counted, len(listing.columns))


def _rows(
    listing: Listing, shown: _Shown, names: Sequence[str], place: int, words: Words
) -> Iterator[Markup]:
    for row, values in enumerate(shown.values):
        cells = [
            cell(value, column, words, heads=not at)
            for at, (value, column) in enumerate(zip(values, listing.columns, strict=True))
        ]
        if listing.bar:
            drawn = bar_cell(listing.bar, dict(zip(names, values, strict=True)), words)
            cells.insert(place, drawn)
        held = " ".join(each.value for each in shown.statuses[row]) if shown.statuses else None
        yield element("tr", *cells, data_s=held)


def _notes(listing: Listing, shown: _Shown, words: Words, *, tools: bool) -> Iterator[Markup]:
    if any(_lacks(values, listing.columns) for values in shown.values):
        missing = words.value(None, next(c for c in listing.columns if not is_text(c)).unit)
        yield _note(words.text("missing_note", missing=missing))
    if len(shown.values) < shown.count:
        key = "showing_last" if listing.newest_last else "showing"
        some, every = words.number(len(shown.values)), words.number(shown.count)
        cut = words.text(key, shown=some, rows=every)
        yield _note(f"{cut} {words.text('among_shown')}" if tools else cut)


def _lacks(values: Sequence[object], columns: Sequence[Column]) -> bool:
    return any(
        is_missing(value) and not is_text(column)
        for value, column in zip(values, columns, strict=True)
    )


def _note(said: str) -> Markup:
    return element("p", text(said), class_="note")
