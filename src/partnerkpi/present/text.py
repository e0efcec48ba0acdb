"""A page as plain text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerkpi.present._tables import listing_lines
from partnerkpi.present._widths import fill, pad, printable, width_of
from partnerkpi.present.words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerkpi.present.pieces import Block, Page
    from partnerkpi.present.words import Words

__all__ = ["LEAST_WIDTH", "page_text"]

LEAST_WIDTH = 40
_RULES = " =-"


def page_text(page: Page, *, width: int = 80, rows: int | None = 10, words: Words = ENGLISH) -> str:
    """A page as plain text, no line wider than asked for.

    Wide letters count as two columns and combining marks as none. Characters that a terminal would
    obey instead of show are written as escapes, and text from right to left does not reorder what
    stands beside it.

    Args:
        page: The page.
        width: How many columns the terminal has; at least 40.
        rows: How many rows of each table to show, the number of the others being said; ``None``
            for all.
        words: The words of the language of the page, in which its labels are already.

    Returns:
        The lines, without a newline at the end.

    Raises:
        ValueError: a width below 40, or a negative number of rows.

    Example:
        >>> from partnerkpi.present.pieces import Block, Page
        >>> block = Block(title="Data", level=1, facts=(("Unobserved lines", "3"),))
        >>> print(page_text(Page("Partner report", "as of 2026-11-22", (block,))))
        Partner report
        as of 2026-11-22
        <BLANKLINE>
        Data
        ====
          Unobserved lines  3
    """
    if width < LEAST_WIDTH:
        msg = f"a page is at least {LEAST_WIDTH} columns wide, not {width}"
        raise ValueError(msg)
    if rows is not None and rows < 0:
        msg = f"the number of rows is 0 or more, not {rows}"
        raise ValueError(msg)
    lines = [
        line
        for said in (page.title, page.subtitle)
        for line in (fill(printable(said), width) if said else ())
    ]
    for block in page.blocks:
        lines += ["", *_block(block, width, rows, words)]

    return "\n".join(lines)


def _block(block: Block, width: int, rows: int | None, words: Words) -> Iterator[str]:
    yield from _title(block, width)
    figures = [(each.definition, each.value) for each in block.figures]
    values = [words.figure(value, what, unit=block.explained) for what, value in figures]
    pairs = [*block.facts, *zip((words.title(what) for what, _ in figures), values, strict=True)]
    notes = [words.sentence(what) if block.explained else "" for what, _ in figures]
    yield from _pairs(pairs, [""] * len(block.facts) + notes, width)
    if block.listing is not None:
        if pairs:
            yield ""
        yield from fill(printable(block.listing.sentence), width)
        yield from listing_lines(block.listing, width, rows, words)


def _title(block: Block, width: int) -> list[str]:
    if not block.title:
        return []
    title = fill(printable(block.title), width)

    return [*title, _RULES[block.level] * max(map(width_of, title))]


def _pairs(pairs: list[tuple[str, str]], notes: list[str], width: int) -> Iterator[str]:
    """Labels and what is said of them, beside each other where there is room."""
    labels = [printable(label) for label, _ in pairs]
    beside = max(
        (width_of(label) for label in labels if width_of(label) <= width * 2 // 3), default=0
    )
    for label, (_, said), note in zip(labels, pairs, notes, strict=True):
        if width_of(label) <= beside:
            first, *further = fill(printable(said), width, " " * (beside + 4))
            yield f"  {pad(label, beside)}  {first.lstrip()}".rstrip()
            yield from further
        else:
            yield from [
                *fill(label, width, "  "),
                *fill(printable(said), width, " " * (beside + 4)),
            ]
        yield from fill(printable(note), width, "    ") if note else ()
