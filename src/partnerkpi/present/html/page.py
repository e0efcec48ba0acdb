"""A page as one HTML file that holds all it needs and asks for nothing."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from partnerkpi.present.html._blocks import Part, Setting, block_body, parts_of
from partnerkpi.present.html._elements import Markup, element, joined, raw, text
from partnerkpi.present.words import ENGLISH

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping

    from partnerkpi.present.pieces import Page
    from partnerkpi.present.words import Words

__all__ = ["page_html", "style_of", "write_page"]

ROWS: Final = 200
_STYLES: Final = ("figures.css", "page.css")
# Serbian is written in two alphabets; the pages are in this one.
_LATIN: Final[Mapping[str, str]] = MappingProxyType({"sr": "sr-Latn"})


def page_html(page: Page, words: Words = ENGLISH, *, rows: int | None = ROWS) -> str:
    """A page as one HTML document: no network, no other file; complete where scripts are off.

    Style and script stand in it, and its policy names them by their hashes and allows nothing else.

    Args:
        page: The page.
        words: Its language.
        rows: How many rows of each table to show, the number of all being said; ``None`` for all.

    Raises:
        ValueError: a negative number of rows.

    Example:
        >>> from partnerkpi.present.pieces import Block, Page
        >>> block = Block(title="Data", level=1, facts=(("Name", "<b>"),))
        >>> print(page_html(Page("Report", "now", (block,))).partition("<dl")[2][15:57])
        <div><dt>Name</dt><dd>&lt;b&gt;</dd></div>
    """
    if rows is not None and rows < 0:
        msg = f"the number of rows is 0 or more, not {rows}"
        raise ValueError(msg)
    style, script = style_of(_STYLES), _read("page.js")
    setting = Setting(words, rows, tools=True)

    return "<!DOCTYPE html>\n" + element(
        "html",
        _head(page, style, script),
        element(
            "body",
            *_body(page, setting),
            element("script", raw(script)),
            class_="partnerkpi partnerkpi-page",
        ),
        lang=_LATIN.get(words.language, words.language),
    )


def write_page(page: str, path: str | os.PathLike[str] | None) -> str:
    """The page, written to a file in UTF-8 as well if one is named.

    Raises:
        OSError: the file cannot be written.

    Example:
        >>> write_page("<!DOCTYPE html>", None)
        '<!DOCTYPE html>'
    """
    if path is not None:
        Path(path).write_text(page, "utf-8", newline="\n")

    return page


def style_of(names: Iterable[str]) -> str:
    """The style of a page, of its parts."""
    return "".join(map(_read, names))


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _head(page: Page, style: str, script: str) -> Markup:
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )

    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        # Without an icon of its own, a page on a server would ask for one.
        element("link", rel="icon", href="data:,"),
        element("title", text(f"{page.title}, {page.subtitle}")),
        element("style", raw(style)),
    )


def _hash(written: str) -> str:
    return f"sha256-{b64encode(sha256(written.encode()).digest()).decode()}"


def _body(page: Page, setting: Setting) -> Iterator[Markup]:
    text_of = setting.words.text
    parts = list(enumerate(parts_of(page.blocks)))
    yield element("a", text(text_of("skip")), class_="skip", href="#figures")
    yield element(
        "header",
        element("h1", text(page.title)),
        element("p", text(page.subtitle), class_="subtitle"),
    )
    links = (
        element("li", element("a", text(title), href=f"#{anchor}"))
        for title, anchor in _contents(parts, text_of("licenses"))
    )
    yield element("nav", element("ul", *links), aria_label=text_of("contents"))
    yield element("main", *_main(parts, setting), id="figures", tabindex=-1)
    yield element("footer", element("p", text(text_of("made_by"))))


def _contents(parts: list[tuple[int, Part]], switch: str) -> list[tuple[str, str]]:
    """Titles and where they stand; parts of a switch may be hidden, and stand under its own."""
    return list(
        dict.fromkeys(
            (switch, "title-choice") if part.head.choice else (part.head.title, f"part-{place}")
            for place, part in parts
        )
    )


def _main(parts: list[tuple[int, Part]], setting: Setting) -> Iterator[Markup]:
    for switched, some in groupby(parts, key=lambda each: bool(each[1].head.choice)):
        if switched:
            yield _switch(list(some), setting)
        else:
            yield from (_part(place, part, setting, 2) for place, part in some)


def _part(place: int, part: Part, setting: Setting, level: int, **more: str) -> Markup:
    title = element(f"h{level}", text(part.head.title), id=f"title-{place}")
    below = (
        joined(element(f"h{level + 1}", text(block.title)), block_body(block, setting))
        for block in part.blocks
    )

    return element(
        "section",
        title,
        block_body(part.head, setting),
        *below,
        id=f"part-{place}",
        aria_labelledby=f"title-{place}",
        **more,
    )


def _switch(parts: list[tuple[int, Part]], setting: Setting) -> Markup:
    """Parts of which a style shows one at a time; all, where it is printed or not understood."""
    text_of = setting.words.text
    buttons = (
        joined(
            element(
                "input",
                type="radio",
                name="choice",
                id=f"choice-{at}",
                checked=not at,
            ),
            element("label", text(part.head.choice), for_=f"choice-{at}"),
        )
        for at, (_, part) in enumerate(parts)
    )
    panels = (
        _part(place, part, setting, 3, class_=f"panel panel-{at}")
        for at, (place, part) in enumerate(parts)
    )

    return element(
        "section",
        element("h2", text(text_of("licenses")), id="title-choice"),
        element(
            "fieldset",
            element("legend", text(text_of("show_product"))),
            element("div", *buttons, class_="choices"),
            class_="choice",
        ),
        *panels,
        class_="switch",
        aria_labelledby="title-choice",
    )
