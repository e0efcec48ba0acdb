"""Machinery: the pieces that the text of a filter is made of, and how they are spelled."""

from __future__ import annotations

import re
from typing import Final

from partnerkpi._record_rules import is_plain

__all__ = [
    "BARE_VALUE",
    "GAP",
    "JOINT",
    "KEYWORD",
    "NEGATION",
    "PATH",
    "QUOTED",
    "QUOTED_BEGIN",
    "parts_of",
    "plain",
    "quoted",
    "said_path",
    "said_value",
    "said_word",
    "unquoted",
]

# Possessive: a character that was taken is never looked at again by the same piece.
_QUOTED_BEGIN: Final = r'"[^"\\]*+(?:\\["\\][^"\\]*+)*+'
_QUOTED: Final = f'{_QUOTED_BEGIN}"'
_ENDS: Final = r"(?=[\s()]|\Z)"

GAP: Final = re.compile(r"\s*+")
JOINT: Final = re.compile(rf"(?:OR|AND){_ENDS}")
NEGATION: Final = re.compile(rf"NOT{_ENDS}")
KEYWORD: Final = re.compile(rf"(?:OR|AND|NOT){_ENDS}")
QUOTED: Final = re.compile(_QUOTED)
QUOTED_BEGIN: Final = re.compile(_QUOTED_BEGIN)
BARE_VALUE: Final = re.compile(r'[^\s()",]*+')
# A field: a name; a name behind a product; or `attr` and a name. Products and attributes that hold
# blanks and the like are quoted.
PATH: Final = re.compile(rf'({_QUOTED})?([^\s()":,]*+)({_QUOTED})?:')

_WORD: Final = re.compile(r'(?![-<>=*])[^\s()":,]++|\*[^\s()":,]++')
_VALUE: Final = re.compile(r'(?![<>=*])[^\s()",]++|\*[^\s()",]++')
_NAME: Final = re.compile(r'[^\s()":,]++')
_ESCAPED: Final = re.compile(r"\\(.)")
_TO_ESCAPE: Final = re.compile(r'(["\\])')


def quoted(text: str) -> str:
    r"""A text in quotes.

    Example:
        >>> print(quoted('5" disk'))
        "5\" disk"
    """
    escaped = _TO_ESCAPE.sub(r"\\\1", text)

    return f'"{escaped}"'


def unquoted(text: str) -> str:
    r"""What stands in quotes.

    Example:
        >>> unquoted(r'"5\" disk"')
        '5" disk'
    """
    return _ESCAPED.sub(r"\1", text[1:-1])


def said_value(text: str) -> str:
    """A value behind a colon or a comma, in quotes if it needs them.

    Example:
        >>> said_value("key account"), said_value("-1:2"), said_value("*")
        ('"key account"', '-1:2', '"*"')
    """
    return text if _VALUE.fullmatch(text) else quoted(text)


def said_word(text: str) -> str:
    """A value that stands alone, in quotes if it needs them.

    Example:
        >>> said_word("acme"), said_word("-1:2"), said_word("OR")
        ('acme', '"-1:2"', '"OR"')
    """
    return text if _WORD.fullmatch(text) and not KEYWORD.fullmatch(text) else quoted(text)


def said_path(field: str, of: str | None) -> str:
    """A field with the product or the attribute that it is of.

    Example:
        >>> said_path("overage", "calling"), said_path("attr", "account manager")
        ('calling.overage', 'attr."account manager"')
    """
    if of is None:
        return field
    if field == "attr":
        return f"attr.{of if _NAME.fullmatch(of) else quoted(of)}"
    bare = _WORD.fullmatch(of) and of.partition(".")[0].casefold() != "attr"

    return f"{of if bare else quoted(of)}.{field}"


def plain(text: str) -> bool:
    r"""Whether some record could hold a text: no control characters, no lone surrogates.

    Example:
        >>> plain("gold"), plain(""), plain("go\x00ld")
        (True, True, False)
    """
    return (text.isascii() and text.isprintable()) or not text or is_plain(text)


def parts_of(lead: str | None, bare: str, trail: str | None) -> tuple[str | None, str]:
    """What a field is of, and its name, out of the groups of ``PATH``."""
    if lead is not None and trail is None and bare.startswith("."):
        return unquoted(lead), bare[1:]
    if lead is None and trail is not None and bare.casefold() == "attr.":
        return unquoted(trail), "attr"
    if lead is not None or trail is not None:
        return None, f"{lead or ''}{bare}{trail or ''}"
    head, dot, tail = bare.partition(".")
    if not dot or head.casefold() == "attr":
        return (tail if dot else None), head
    of, _, name = bare.rpartition(".")

    return of, name
