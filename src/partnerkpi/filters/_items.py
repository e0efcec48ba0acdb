"""Machinery: what stands behind the colon, item by item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from types import MappingProxyType
from typing import Final, NoReturn

from attrs import define

from partnerkpi.errors import FilterSyntaxError, FilterTermsError
from partnerkpi.filters._quoting import BARE_VALUE, QUOTED, QUOTED_BEGIN, plain, unquoted
from partnerkpi.filters.expression import MAX_TERMS, Expression
from partnerkpi.filters.products import folded_code
from partnerkpi.filters.terms import (
    MAX_NUMBER,
    OPERATORS,
    Among,
    Between,
    Compare,
    Contains,
    Exists,
    any_of,
)
from partnerkpi.filters.vocabulary import Field, Fields, FieldType, Prefix

__all__ = ["Asked", "Scanner"]

_NUMBER: Final = r"-?[0-9]+(?:\.[0-9]+|/[0-9]+)?%?"
_COMPARISON: Final = re.compile(rf"(>=|<=|>|<|=|)({_NUMBER})")
_RANGE: Final = re.compile(rf"({_NUMBER})\.\.({_NUMBER})")
_SIGNS: Final = re.compile(r"[<>=!~]+")
_TOKEN: Final = re.compile(r'\S[^\s()",]*+')
_NUMBERS: Final[Mapping[FieldType, str]] = MappingProxyType(
    {
        FieldType.NUMBER: "a whole number, such as >100 or 10..20",
        FieldType.DAYS: "a number of days, such as <=30 or 10..20",
        FieldType.PERCENT: "a percentage, such as <50 or 25..37.5",
    }
)


@define
class Scanner:
    """A place in a text, and what can be read from there on.

    Attributes:
        text: The text.
        fields: The vocabulary.
        at: The place.
        terms: How many terms were read so far.
    """

    text: str
    fields: Fields
    at: int = 0
    terms: int = 0

    def refuse(
        self, expected: str, start: int, end: int | None = None, near: Iterable[str] = ()
    ) -> NoReturn:
        """Refuse what stands from one place to another; to the end of the word if not said."""
        if end is None:
            word = _TOKEN.match(self.text, start)
            end = word.end() if word else start

        raise FilterSyntaxError(self.text, start, end, expected, near)

    def begins(self, letters: str) -> bool:
        """Whether these characters stand here."""
        return self.text.startswith(letters, self.at)

    def items(self, asked: Asked) -> Expression:
        """What a field is asked: an item, or several with commas between them."""
        return self._comparisons(asked) if asked.field.type.compares else self._values(asked)

    def _counted(self, start: int) -> None:
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise FilterTermsError(MAX_TERMS, self.text, start)

    def _comparisons(self, asked: Asked) -> Expression:
        found = [self._comparison(asked)]
        while self.begins(","):
            self.at += 1
            found.append(self._comparison(asked))

        return any_of(found)

    def _comparison(self, asked: Asked) -> Expression:
        start = self.at
        self._counted(start)
        self.at = BARE_VALUE.match(self.text, start).end()  # type: ignore[union-attr] # may be empty
        item = self.text[start : self.at]
        name, of = asked.field.name, asked.of
        if item == "*":
            return Exists(name, of=of)
        if compared := _COMPARISON.fullmatch(item):
            operator, number = compared.groups()
            return Compare(name, operator or "=", self._number(asked, number, start), of=of)
        if ranged := _RANGE.fullmatch(item):
            low, high = (self._number(asked, number, start) for number in ranged.groups())
            if low > high:
                self.refuse("the smaller number first", start)
            return Between(name, low, high, of=of)

        return self._refuse_comparison(asked, item, start)

    def _number(self, asked: Asked, said: str, start: int) -> int | Fraction:
        kind = asked.field.type
        try:
            number = Fraction(said.removesuffix("%"))
        except ZeroDivisionError:
            self.refuse(_NUMBERS[kind], start)
        if kind is not FieldType.PERCENT and (number.denominator > 1 or said.endswith("%")):
            self.refuse(_NUMBERS[kind], start)
        if max(abs(number.numerator), number.denominator) > MAX_NUMBER:
            self.refuse("a number that fits 64 bits", start)

        return number

    def _refuse_comparison(self, asked: Asked, item: str, start: int) -> NoReturn:
        signs = _SIGNS.match(item)
        if signs and signs.group() not in OPERATORS:
            near = get_close_matches(signs.group(), OPERATORS, n=2)
            operators = " ".join(OPERATORS)
            self.refuse(f"an operator, one of {operators}", start, start + signs.end(), near)

        self.refuse(_NUMBERS[asked.field.type], start)

    def _values(self, asked: Asked) -> Expression:
        start = self.at
        self._counted(start)
        values = [self._value(asked)]
        while self.begins(","):
            self.at += 1
            values.append(self._value(asked))
        if None in values and len(values) > 1:
            self.refuse("a value or several, or * alone", start, self.at)
        texts = [value for value in values if value is not None]
        name = asked.field.name
        if not texts:
            return Exists(name, of=asked.of)

        contains = asked.field.type is FieldType.TEXT

        return Contains(name, texts) if contains else Among(name, texts, of=asked.of)

    def _value(self, asked: Asked) -> str | None:
        """One value; ``None`` for the ``*`` that means any."""
        start = self.at
        if self.begins('"'):
            value = unquoted(self.quoted())
        else:
            self.at = BARE_VALUE.match(self.text, start).end()  # type: ignore[union-attr]
            value = self.text[start : self.at]
            if value == "*":
                return None
            if not value or value[0] in "<>=":
                self.refuse(asked.expected, start)

        return self._spelled(asked, value, start)

    def _spelled(self, asked: Asked, value: str, start: int) -> str:
        known = asked.field
        spelled = known.canonical(value)
        if spelled is None:
            near = get_close_matches(folded_code(value), known.values, n=1)
            self.refuse(f"one of {', '.join(known.values)}", start, self.at, near)
        if not (spelled or known.prefix is Prefix.ATTRIBUTE):
            self.refuse("a value that is not empty", start, self.at)
        self.require_plain(value, start, self.at)

        return spelled

    def require_plain(self, value: str, start: int, end: int) -> None:
        """Refuse a text that no record can hold."""
        if not plain(value):
            self.refuse("a text without control characters or lone surrogates", start, end)

    def quoted(self) -> str:
        """A text in quotes, the quotes included."""
        start = self.at
        found = QUOTED.match(self.text, start)
        if found is None:
            begin = QUOTED_BEGIN.match(self.text, start)
            end = begin.end() if begin else start
            if end + 1 < len(self.text):
                self.refuse(r"\" or \\ in a quoted text", end, end + 2)
            self.refuse("a quote that closes this one", start, start + 1)
        self.at = found.end()

        return found.group()


@define
class Asked:
    """A field that is asked, and what is expected of it."""

    field: Field
    of: str | None
    expected: str
