"""Machinery: blocks of a page: headings, cards, facts, rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from partnerkpi.aggregates import Ratio
from partnerkpi.kpi import Unit
from partnerkpi.present.html._elements import NOTHING, Markup, element, joined, text
from partnerkpi.present.html._tables import listing_html
from partnerkpi.present.html._values import is_missing, sort_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from partnerkpi.kpi import Definition, Value
    from partnerkpi.present.pieces import Block, Said
    from partnerkpi.present.words import Words

__all__ = ["Part", "Setting", "block_body", "parts_of"]


@frozen(eq=False)
class Setting:
    """How blocks are shown.

    Attributes:
        words: The language.
        rows: How many rows of each table to show; ``None`` for all.
        tools: Whether a script is there that sorts and narrows tables.
    """

    words: Words
    rows: int | None
    tools: bool


@frozen(eq=False)
class Part:
    """A part of a page: the block that opens it, and those under it."""

    head: Block
    blocks: tuple[Block, ...]


def parts_of(blocks: Iterable[Block]) -> list[Part]:
    """The blocks of a page under the ones that open its parts."""
    parts: list[Part] = []
    for block in blocks:
        if block.level == 1 or not parts:
            parts.append(Part(block, ()))
        else:
            parts[-1] = Part(parts[-1].head, (*parts[-1].blocks, block))

    return parts


def block_body(block: Block, setting: Setting) -> Markup:
    """What stands under the title of a block."""
    words = setting.words
    parts = [_facts(block.facts), _cards(block.figures, words, explained=block.explained)]
    if block.listing is not None:
        shown = listing_html(block.listing, block.title, words, setting.rows, tools=setting.tools)
        parts.append(shown)

    return joined(*parts)


def _facts(facts: Sequence[tuple[str, str]]) -> Markup:
    pairs = (
        element("div", element("dt", text(label)), element("dd", text(said)))
        for label, said in facts
    )

    return element("dl", *pairs, class_="facts") if facts else NOTHING


def _cards(figures: Sequence[Said], words: Words, *, explained: bool) -> Markup:
    if not figures:
        return NOTHING
    cards = (_card(each, words, explained=explained) for each in figures)
    shown = element("dl", *cards, class_="cards")

    return shown if explained else joined(shown, _meanings(figures, words))


def _card(figure: Said, words: Words, *, explained: bool) -> Markup:
    value, what = figure.value, figure.definition
    missing = is_missing(value)
    parts = [
        element("dt", text(words.title(what))),
        element(
            "dd", text(words.value(value, what.unit)), class_="value q" if missing else "value"
        ),
    ]
    if detail := _detail(value, what, words):
        parts.append(element("dd", text(detail), class_="detail"))
    if explained:
        parts.append(element("dd", text(words.sentence(what)), class_="detail"))

    return element("div", *parts, class_="card", data_figure=what.name, data_v=sort_key(value))


def _detail(value: Value, what: Definition, words: Words) -> str:
    """The two whole numbers behind a ratio, or why there is no value."""
    if is_missing(value):
        return words.undefined(what)
    if not isinstance(value, Ratio):
        return ""
    part, whole = words.number(value.numerator), words.number(value.denominator)
    if what.unit is Unit.SHARE:
        return words.text("part_of", part=part, whole=whole)
    if what.unit is Unit.MILLISECONDS:
        part = words.duration(value.numerator)

    return words.text("divided", sum=part, count=whole)


def _meanings(figures: Sequence[Said], words: Words) -> Markup:
    """What the figures mean, for whoever asks."""
    pairs = (
        element(
            "div",
            element("dt", text(words.title(each.definition))),
            element("dd", text(words.sentence(each.definition))),
        )
        for each in figures
    )

    return element(
        "details",
        element("summary", text(words.text("meaning"))),
        element("dl", *pairs, class_="facts"),
        class_="meaning",
    )
