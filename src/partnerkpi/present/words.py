"""The words of a page in a language: titles, definitions, statuses, labels and formatted values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from partnerkpi.errors import UnknownNameError
from partnerkpi.present._labels import LABELS
from partnerkpi.present.formats import average, duration, percent, said_cell, said_instant

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.aggregates import Ratio
    from partnerkpi.kpi import Column, Definition, TableDefinition, Unit
    from partnerkpi.status import Status

__all__ = ["ENGLISH", "LANGUAGES", "Words", "words"]

#: The languages that pages are written in.
LANGUAGES: Final = ("en",)


@frozen
class Words:
    """All texts of pages in one language.

    Attributes:
        language: The language's tag, as HTML wants it.
    """

    language: str

    def title(self, what: Definition | Column | TableDefinition) -> str:
        """The title of a figure, a column or a table."""
        return what.title

    def sentence(self, what: Definition | TableDefinition) -> str:
        """What a figure counts, or what the rows of a table are."""
        return what.sentence

    def undefined(self, what: Definition) -> str:
        """Why a figure has no value.

        Example:
            >>> from partnerkpi.kpi import Definition, Unit
            >>> share = Definition("rate", "Rate", "Assigned.", Unit.SHARE, undefined="no licenses")
            >>> ENGLISH.undefined(share)
            'undefined: no licenses'
        """
        if not what.undefined:
            return self.text("undefined")

        return self.text("undefined_because").format(reason=what.undefined)

    def status(self, status: Status) -> str:
        """What a status is called.

        Example:
            >>> from partnerkpi.status import Status
            >>> ENGLISH.status(Status.EXPIRING_SOON)
            'expiring soon'
        """
        return status.value.replace("_", " ")

    def text(self, key: str) -> str:
        """A label, by its key; names in braces are to be filled in.

        Example:
            >>> ENGLISH.text("overview")
            'Overview'
        """
        return LABELS[key]

    def number(self, number: int) -> str:
        """A whole number.

        Example:
            >>> ENGLISH.number(1204)
            '1,204'
        """
        return f"{number:,}"

    def ratio(self, ratio: Ratio) -> str:
        """A share in percent."""
        return percent(ratio)

    def average(self, ratio: Ratio) -> str:
        """A mean."""
        return average(ratio)

    def value(self, value: object, unit: Unit) -> str:
        """A cell of a table, or the value of a figure.

        Example:
            >>> from partnerkpi.kpi import Unit
            >>> ENGLISH.value(83_450, Unit.MILLISECONDS)
            '83.5 s'
        """
        return said_cell(value, unit)

    def date(self, instant: datetime) -> str:
        """An instant in UTC; the date alone at midnight."""
        return said_instant(instant)

    def duration(self, milliseconds: int | Ratio) -> str:
        """A duration."""
        return duration(milliseconds)


#: The words of the definitions themselves.
ENGLISH: Final = Words("en")


def words(language: str = "en") -> Words:
    """The words of a language.

    Raises:
        UnknownNameError: no page is written in this language; names the nearest.

    Example:
        >>> words("en").text("customers")
        'Customers'
    """
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, LANGUAGES)

    return ENGLISH
