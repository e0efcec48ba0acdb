"""What a catalogue of a language holds, and how its texts are written down."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerkpi.kpi import Unit

__all__ = ["Catalogue", "parsed"]


@frozen(eq=False)
class Catalogue:
    """The words of a language.

    Attributes:
        language: Its code.
        locale: What babel calls it.
        texts: For each text in English that text; places such as ``{count}`` are the same.
        units: For each unit that is spoken its words, by plural form.
    """

    language: str
    locale: str
    texts: Mapping[str, str]
    units: Mapping[Unit, Mapping[str, str]]


def parsed(texts: str) -> Mapping[str, str]:
    r"""Texts in English, each with its translation.

    Args:
        texts: Entries with an empty line between them: the English words, and below them the
            translation, indented. Lines that belong together are joined by a blank; ``~`` is a
            blank at which no line breaks; ``#`` begins a comment.

    Raises:
        ValueError: a text has no translation, or two.

    Example:
        >>> dict(
        ...     parsed('''
        ... # Totals
        ...
        ... Total
        ... customers
        ...     Nombre total
        ...     de clients~!
        ... ''')
        ... )
        {'Total customers': 'Nombre total de clients\xa0!'}
    """
    found: dict[str, str] = {}
    for entry in texts.split("\n\n"):
        lines = [line for line in entry.splitlines() if line and not line.startswith("#")]
        english = " ".join(line for line in lines if not line.startswith(" "))
        said = " ".join(line.strip() for line in lines if line.startswith(" "))
        if bool(english) != bool(said) or english in found:
            msg = f"not one text and its translation: {entry!r}"
            raise ValueError(msg)
        if english:
            found[english] = said.replace("~", "\u00a0")

    return MappingProxyType(found)
