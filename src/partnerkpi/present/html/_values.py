"""Machinery: what stands in a cell: numbers, texts, badges, and what sorting looks at."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from partnerkpi.aggregates import Ratio
from partnerkpi.kpi import Unit
from partnerkpi.present.html._elements import Markup, element, joined, text
from partnerkpi.status import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerkpi.kpi import Column
    from partnerkpi.present.words import Words

__all__ = ["badge", "cell", "is_missing", "is_text", "kind_of", "sort_key"]

_TEXTS: Final = frozenset({Unit.TEXT, Unit.FLAG})
# How much a status asks for attention.
_TONES: Mapping[Status, str] = MappingProxyType(
    {
        Status.SUSPENDED: "bad",
        Status.EXPIRED: "bad",
        Status.LICENSE_OVERAGE: "bad",
        Status.EXPIRING_SOON: "warn",
        Status.READY_FOR_ORDER_SETUP: "warn",
        Status.NO_RECENT_ACTIVITY: "warn",
        Status.TRIAL: "calm",
        Status.SUBSCRIPTION: "calm",
    }
)
_URGENCY: Mapping[Status, int] = MappingProxyType(
    {status: place for place, status in enumerate(Status)}
)


def is_text(column: Column) -> bool:
    """Whether a column holds words rather than numbers."""
    return column.unit in _TEXTS


def kind_of(column: Column) -> str:
    """The style of a column: text, number, or date."""
    if column.unit is Unit.INSTANT:
        return "d"

    return "t" if is_text(column) else "n"


def is_missing(value: object) -> bool:
    """Whether there is nothing to say."""
    return value is None or (isinstance(value, Ratio) and not value.denominator)


def cell(value: object, column: Column, words: Words, *, heads: bool = False) -> Markup:
    """A cell of a table; one that heads its row is told so."""
    said = _said(value, column, words)
    kind = kind_of(column) + _more(value)
    key = sort_key(value)
    if key is not None and said == key:
        key = None

    return element(
        "th" if heads else "td",
        said,
        scope="row" if heads else None,
        class_=f"{kind} q" if is_missing(value) else kind,
        data_v=key,
    )


def _more(value: object) -> str:
    """How a value is kept together: lists have room, words of a vocabulary never break."""
    if isinstance(value, tuple):
        return " list"
    return " word" if isinstance(value, Enum) else ""


def _said(value: object, column: Column, words: Words) -> Markup:
    if isinstance(value, Status):
        return badge(value, words)
    if isinstance(value, tuple) and column.unit is Unit.TEXT:
        return joined(*(_chip(each, words) for each in value))

    return text(words.value(value, column.unit))


def _chip(value: object, words: Words) -> Markup:
    if isinstance(value, Status):
        return badge(value, words)

    return element("span", text(words.value(value, Unit.TEXT)), class_="chip")


def badge(status: Status, words: Words) -> Markup:
    """A status as a badge."""
    return element("span", text(words.status(status)), class_=f"badge {_TONES[status]}")


def sort_key(value: object) -> str | None:
    """The number that a cell is sorted by; ``None`` where its text decides.

    Example:
        >>> sort_key(1204), sort_key(Ratio(1, 4)), sort_key(Status.EXPIRED), sort_key("Globex")
        ('1204', '0.25', '1', None)
    """
    if isinstance(value, Status):
        return str(_URGENCY[value])
    if isinstance(value, Ratio):
        return repr(value.numerator / value.denominator) if value.denominator else None
    if isinstance(value, datetime):
        return str(int(value.timestamp()))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)

    return None
