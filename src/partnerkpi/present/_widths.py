"""Machinery: how many columns of a terminal a text takes, and text that stays in its place."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["fill", "isolated", "pad", "printable", "width_of", "words_of", "wrapped"]

# Scripts and emoji need the joiners; every other format character can reorder or hide text.
_JOINERS = "\u200c\u200d"
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
# Vowels and finals of Korean letters stand in the cell of the consonant before them.
_JAMO = range(0x1160, 0x1200)


def printable(text: str) -> str:
    r"""The text with what a terminal would obey instead of show written as an escape.

    Example:
        >>> print(printable("Globex\x1b[2J\u202exelbolG"))
        Globex\x1b[2J\u202exelbolG
    """
    if text.isascii() and text.isprintable():
        return text

    return "".join(_shown(letter) for letter in text)


def _shown(letter: str) -> str:
    if letter in _JOINERS or unicodedata.category(letter) not in _UNPRINTABLE:
        return letter

    return letter.encode("unicode_escape").decode("ascii")


def isolated(text: str) -> str:
    """The text, kept from reordering its neighbors if it runs from right to left."""
    if text.isascii() or not any(
        unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in text
    ):
        return text

    return f"\u2068{text}\u2069"


def width_of(text: str) -> int:
    """How many columns of a terminal a text takes.

    Example:
        >>> width_of("Globex"), width_of("\u9752\u8449"), width_of("e\u0301")
        (6, 4, 1)
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in {"Mn", "Me", "Cf"} or ord(letter) in _JAMO:
        return 0

    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text filled up with blanks, isolated if it needs it."""
    blanks = " " * (width - width_of(text))

    return blanks + isolated(text) if right else isolated(text) + blanks


def words_of(text: str) -> list[str]:
    r"""What stands between blanks; one at which no line breaks belongs to the word.

    Example:
        >>> words_of("1\xa0204 licences")
        ['1\xa0204', 'licences']
    """
    return _BLANKS.sub(" ", text).split(" ") if _FIXED.search(text) else text.split()


_FIXED = re.compile("[\u00a0\u202f]")
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns, at least one line.

    Example:
        >>> wrapped("Weekly assignment change", 10)
        ['Weekly', 'assignment', 'change']
        >>> wrapped("a-very-long-name", 7)
        ['a-very-', 'long-na', 'me']
    """
    lines = [""]
    for word in words_of(text):
        for piece in _pieces(word, width):
            longer = f"{lines[-1]} {piece}" if lines[-1] else piece
            if width_of(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(piece)

    return lines


def _pieces(word: str, width: int) -> Iterator[str]:
    piece, room = "", width
    for letter in word:
        columns = _columns(letter)
        if columns > room:
            yield piece
            piece, room = "", width
        piece += letter
        room -= columns
    yield piece


def fill(text: str, width: int, indent: str = "", hanging: str | None = None) -> list[str]:
    """The text in lines of at most so many columns, the first indented, and those that follow."""
    further = indent if hanging is None else hanging
    lines = wrapped(text, width - max(len(indent), len(further)))

    return [
        f"{further if place else indent}{isolated(line)}".rstrip()
        for place, line in enumerate(lines)
    ]
