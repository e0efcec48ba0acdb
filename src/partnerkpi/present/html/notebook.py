"""Blocks of a page as they show themselves in a notebook: no script, no network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partnerkpi.present.html._blocks import Part, Setting, block_body, parts_of
from partnerkpi.present.html._elements import Markup, element, joined, raw, text
from partnerkpi.present.html.page import style_of
from partnerkpi.present.words import ENGLISH

if TYPE_CHECKING:
    from partnerkpi.present.pieces import Block, Page

__all__ = ["notebook_html"]

ROWS: Final = 10
_STYLES: Final = ("figures.css", "notebook.css")


def notebook_html(page: Page) -> str:
    """The blocks of a page for a cell of a notebook, the first rows of each table.

    A part of several is folded, but for the first.

    Example:
        >>> from partnerkpi.present.pieces import Block, Page
        >>> html = notebook_html(Page("Report", "now", (Block(title="<i>", level=1),)))
        >>> html.partition("</style>")[2]
        '<p class="title">Report <span>now</span></p><p class="head">&lt;i&gt;</p></div>'
    """
    setting = Setting(ENGLISH, ROWS, tools=False)
    parts = parts_of(page.blocks)
    folds = len(parts) > 1
    shown = (
        _folded(part, setting, open_=not at) if folds and part.head.title else _whole(part, setting)
        for at, part in enumerate(parts)
    )
    title = element(
        "p", text(f"{page.title} "), element("span", text(page.subtitle)), class_="title"
    )

    return element(
        "div",
        element("style", raw(style_of(_STYLES))),
        title,
        *shown,
        class_="partnerkpi partnerkpi-cell",
    )


def _whole(part: Part, setting: Setting) -> Markup:
    return joined(*_head(part.head), _body(part, setting))


def _folded(part: Part, setting: Setting, *, open_: bool) -> Markup:
    summary = element("summary", text(part.head.title))

    return element("details", summary, _body(part, setting), open=open_)


def _body(part: Part, setting: Setting) -> Markup:
    below = (joined(*_head(block), block_body(block, setting)) for block in part.blocks)

    return joined(block_body(part.head, setting), *below)


def _head(block: Block) -> list[Markup]:
    return [element("p", text(block.title), class_="head")] if block.title else []
