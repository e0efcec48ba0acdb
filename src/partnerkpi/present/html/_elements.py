"""Machinery: elements of a page, and the one place where text is escaped."""

from __future__ import annotations

from html import escape
from typing import Final, NewType, TypeAlias

from partnerkpi.present._widths import printable

__all__ = ["NOTHING", "Attribute", "Markup", "element", "joined", "raw", "text"]

#: Markup that was made here: nothing in it is taken for an element but what is one.
Markup = NewType("Markup", str)
Attribute: TypeAlias = "str | int | bool | None"

NOTHING: Final = Markup("")
_VOID: Final = frozenset({"input", "link", "meta"})


def text(said: str) -> Markup:
    r"""A text as it stands between elements: whatever it holds, it opens and closes none.

    Characters that a page would obey instead of show are written as escapes.

    Example:
        >>> text("<b>Globex & Söhne</b>\x00")
        '&lt;b&gt;Globex &amp; Söhne&lt;/b&gt;\\x00'
    """
    return Markup(escape(printable(said)))


def element(tag: str, *children: Markup, **attributes: Attribute) -> Markup:
    """An element with its attributes and what is in it.

    Underscores in names of attributes stand for hyphens; one at the end is left out, for names that
    Python keeps to itself. Attributes that are ``None`` or ``False`` are left out.

    Example:
        >>> element("td", text("a < b"), class_="number", data_v=3, hidden=False)
        '<td class="number" data-v="3">a &lt; b</td>'
    """
    told = "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in _VOID:
        return Markup(f"<{tag}{told}>")

    return Markup(f"<{tag}{told}>{''.join(children)}</{tag}>")


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"

    return f' {name}="{text(str(value))}"'


def joined(*children: Markup) -> Markup:
    """Elements one after the other."""
    return Markup("".join(children))


def raw(written: str) -> Markup:
    """A style or script of this package: it is written by hand and holds no data."""
    return Markup(written)
