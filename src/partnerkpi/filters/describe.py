"""Filters in a sentence: English, French, or Serbian."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from partnerkpi.filters.evaluate import usable
from partnerkpi.filters.expression import And, Expression, Not, Or
from partnerkpi.filters.products import product_name
from partnerkpi.filters.terms import (
    Among,
    Between,
    Compare,
    Contains,
    Exists,
    Term,
    everybody,
    said_number,
)
from partnerkpi.filters.vocabulary import Field, Fields, FieldType
from partnerkpi.filters.vocabulary import fields as known_fields
from partnerkpi.filters.words import WORDS, Words
from partnerkpi.languages import language_of

__all__ = ["describe"]


def describe(
    expression: Expression | str, language: str = "en", *, fields: Fields = known_fields
) -> str:
    """A filter in one sentence.

    Args:
        expression: A filter, or the text of one.
        language: ``en``, ``fr``, or ``sr`` (Serbian in Latin letters), also with a region.
        fields: The vocabulary; the titles of a host's own fields are said as they are.

    Raises:
        FilterSyntaxError: the text is no filter.
        UnknownLanguageError: no such language.
        UnknownNameError: a field that is not in the vocabulary.

    Example:
        >>> print(describe("status:expiring_soon -tag:test (licenses:>100 OR acme)"))
        Customers with the status “Expiring soon”, without the tag “test” and (whose number of
        licenses is more than 100 or whose name contains “acme”).
        >>> print(describe("calling.licenses:<10 type:trial", "fr"))
        Clients dont le nombre de licences de Webex Calling est inférieur à 10 et avec un essai.
        >>> print(describe("-tag:* product:messaging", "sr"))
        Kupci bez ijedne oznake i sa proizvodom Webex Messaging.
    """
    spoken = language_of(language)
    wanted, saying = usable(expression, fields), _Saying(WORDS[spoken], spoken, fields)
    for special, key in ((everybody(), "everybody"), (~everybody(), "nobody")):
        if wanted == special:
            return saying.words[key]

    return saying.words["sentence"].format(phrases=saying.phrases(wanted))


@frozen(eq=False)
class _Saying:
    """Says filters in the words of a language."""

    words: Words
    language: str
    fields: Fields

    def phrases(self, expression: Expression) -> str:
        """What customers have to be, without parentheses around it."""
        if isinstance(expression, And | Or):
            last = self.words["and" if isinstance(expression, And) else "or"]
            return _listed([self._inside(term) for term in expression.terms], last)

        return self._inside(expression)

    def _inside(self, expression: Expression) -> str:
        """The same as a part of something greater."""
        negated = isinstance(expression, Not)
        term = expression.term if isinstance(expression, Not) else expression
        if isinstance(term, Term):
            return self._term(term, negated=negated)

        return self.words["not group" if negated else "group"].format(phrases=self.phrases(term))

    def _term(self, term: Term, *, negated: bool) -> str:
        known = self.fields[term.field]
        sort = _SORTS.get(known.type, known.name) if _general(known) else known.name
        if isinstance(term, Exists):
            key = "label" if sort == "text" else sort
            return self._said(f"{'no' if negated else 'any'} {key}", noun=self._noun(known, term))
        facts = _FACTS[type(term)](self, term, known, negated)

        return self._said(f"{'not ' * negated}{sort}", noun=self._noun(known, term), **facts)

    def _said(self, key: str, **facts: str) -> str:
        return self.words[key].format(**facts)

    def _noun(self, known: Field, term: Term) -> str:
        if known.title:
            return self._said("noun own", title=self._quoted(known.title))
        if known.name == "attr":
            return self._said("noun attr", of=self._quoted(term.of or ""))
        noun = self.words.get(f"noun {known.name}", "")
        if term.of is None:
            return noun

        return self._said("of product", noun=noun, product=product_name(term.of, self.language))

    def values(self, term: Among | Contains, known: Field, negated: bool) -> dict[str, str]:  # noqa: FBT001
        """The values, the last two joined by a word."""
        said = [self._value(known, value, negated=negated) for value in term.values]

        return {"values": _listed(said, self.words["nor" if negated else "or"])}

    def compared(self, term: Compare, known: Field, _negated: bool) -> dict[str, str]:  # noqa: FBT001
        """The comparison."""
        number = self._number(known, term.number)

        return {"compared": self._said(term.operator, number=number)}

    def ranged(self, term: Between, known: Field, _negated: bool) -> dict[str, str]:  # noqa: FBT001
        """The range."""
        low, high = self._number(known, term.low), self._number(known, term.high)

        return {"compared": self._said("between", low=low, high=high)}

    def _value(self, known: Field, value: str, *, negated: bool) -> str:
        if known.name == "product":
            return product_name(value, self.language)
        word = self.words.get(f"{known.name} {value}", value)
        if known.name == "type" and negated:
            return self.words[f"not type {value}"]

        return word if known.name in {"managed", "type"} else self._quoted(word)

    def _number(self, known: Field, number: int | Fraction) -> str:
        said = said_number(number).replace(".", self.words["decimal"])

        return self._said("percent", number=said) if known.type is FieldType.PERCENT else said

    def _quoted(self, text: str) -> str:
        return self._said("quotes", text=text)


def _general(known: Field) -> bool:
    """Whether a field has no phrase of its own."""
    return known.type.compares or bool(known.title) or known.name == "attr"


_SORTS: Final[Mapping[FieldType, str]] = MappingProxyType(
    {
        FieldType.NUMBER: "number",
        FieldType.PERCENT: "number",
        FieldType.DAYS: "number",
        FieldType.LABEL: "label",
        FieldType.ID: "label",
        FieldType.TEXT: "text",
    }
)
_FACTS: Final[Mapping[type[Term], Callable[[Any, Any, Field, bool], dict[str, str]]]] = (
    MappingProxyType(
        {
            Among: _Saying.values,
            Contains: _Saying.values,
            Compare: _Saying.compared,
            Between: _Saying.ranged,
        }
    )
)


def _listed(said: Iterable[str], last: str) -> str:
    """Phrases in a row, with a word before the last."""
    *others, final = said

    return f"{', '.join(others)}{last}{final}" if others else final
