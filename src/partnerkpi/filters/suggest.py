"""Help for search boxes: what could stand at the cursor, with how many customers have it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen

from partnerkpi.errors import FilterError
from partnerkpi.filters._quoting import PATH, parts_of, said_path, said_value
from partnerkpi.filters.evaluate import answered
from partnerkpi.filters.facts import Facts
from partnerkpi.filters.products import PRODUCT_NAMES, folded_code, product_name
from partnerkpi.filters.terms import Among, Exists, Term
from partnerkpi.filters.vocabulary import Field, Fields, FieldType, Prefix
from partnerkpi.filters.vocabulary import fields as known_fields
from partnerkpi.filters.words import WORDS
from partnerkpi.languages import language_of
from partnerkpi.policy import Policy
from partnerkpi.snapshot import snapshot

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.columns import Portfolio

__all__ = ["Suggestion", "suggest"]


@frozen
class Suggestion:
    """Something that could stand at the cursor.

    Attributes:
        text: What to write.
        start: Where it begins, counted from 0.
        end: Up to where it replaces what stands there.
        label: What it is called, in the language that was asked for.
        count: How many customers a filter of this value alone means; ``None`` if it is no value,
            or no portfolio was looked at.

    Example:
        >>> suggest("stat")[0].applied("stat")
        'status:'
    """

    text: str
    start: int
    end: int
    label: str
    count: int | None = None

    def applied(self, text: str) -> str:
        """The text with the suggestion taken.

        Example:
            >>> Suggestion("tag:", 0, 2, "tag").applied("ta")
            'tag:'
        """
        return text[: self.start] + self.text + text[self.end :]


def suggest(
    text: str,
    cursor: int | None = None,
    portfolio: Portfolio | None = None,
    *,
    as_of: datetime | None = None,
    policy: Policy | None = None,
    fields: Fields = known_fields,
    language: str = "en",
    limit: int = 10,
) -> tuple[Suggestion, ...]:
    """What could stand at a cursor: fields, operators, and the values in use with their counts.

    Whatever is typed, faulty or not, is looked at only up to the word at the cursor; nothing is
    raised for it.

    Args:
        text: What was typed so far.
        cursor: Between which characters the cursor stands, counted from 0; the end if not given.
        portfolio: The customers whose tags, products and attributes are suggested.
        as_of: The instant at which they are counted; needed with a portfolio.
        policy: Windows and thresholds of the statuses; the defaults if not given.
        fields: The vocabulary.
        language: The language of the labels: ``en``, ``fr`` or ``sr``, also with a region.
        limit: How many suggestions there are at most.

    Returns:
        Suggestions: those that begin as what was typed before those that contain it, greater counts
        first.

    Raises:
        ValueError: a portfolio without an instant.
        UnknownLanguageError: no such language.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.models import Customer
        >>> from partnerkpi.columns import Portfolio
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> globex = Customer(id="c-1", name="Globex", tags=["gold", "key account"])
        >>> portfolio = Portfolio.from_customers([globex])
        >>> [(each.text, each.count) for each in suggest("tag:k", None, portfolio, as_of=when)]
        [('"key account"', 1)]
        >>> [each.text for each in suggest("licenses:<")]
        ['<', '<=']
    """
    if portfolio is not None and as_of is None:
        msg = "the customers of a portfolio are counted at an instant: as_of is missing"
        raise ValueError(msg)
    spoken, facts = language_of(language), None
    if portfolio is not None and as_of is not None:
        facts = Facts(snapshot(portfolio, as_of, policy or Policy()))
    place = place_at(text, len(text) if cursor is None else min(max(cursor, 0), len(text)))
    offers = list(_Offers(facts, fields, spoken).at(place))
    ranks = [_rank(offer, place.typed) for offer in offers]
    fitting = [turn for turn, rank in enumerate(ranks) if rank < _UNFIT]
    fitting.sort(key=lambda turn: (ranks[turn], -(offers[turn].count or 0)))

    return tuple(
        Suggestion(offer.text, place.start, place.end, offer.label, offer.count)
        for offer in (offers[turn] for turn in fitting[:limit])
    )


@frozen
class _Offer:
    """Something to suggest, and what people may have begun to type of it."""

    text: str
    label: str
    keys: tuple[str, ...]
    count: int | None = None


_UNFIT: Final = 3


def _rank(offer: _Offer, typed: str) -> int:
    """How well an offer goes on from what was typed: begins so, contains it, or not at all."""
    wanted = folded_code(typed)
    if offer.text == _ANY and not typed:
        return 2
    if any(key.startswith(wanted) for key in offer.keys):
        return 0

    return 1 if any(wanted in key for key in offer.keys) else _UNFIT


_ANY: Final = "*"
_OPERATORS: Final = (">", ">=", "<", "<=", "=")


@frozen
class _Offers:
    """What could stand somewhere."""

    facts: Facts | None
    fields: Fields
    language: str

    def at(self, place: Place) -> Iterator[_Offer]:
        """What could stand at a place."""
        if place.field is None:
            return self._fields(place)
        known = self.fields.get(folded_code(place.field))
        if known is None:
            return iter(())
        if known.type.compares:
            return (_Offer(operator, operator, (operator,)) for operator in _OPERATORS)

        return self._values(known, place.of)

    def _fields(self, place: Place) -> Iterator[_Offer]:
        for known in self.fields.values():
            if known.prefix is Prefix.ATTRIBUTE:
                yield from self._attributes()
            else:
                yield _Offer(f"{known.name}:", known.title or known.name, (known.name,))
        yield from self._product_fields(dotted="." in place.typed)
        if not place.first:
            yield _Offer("OR", "OR", ("or",))
        yield _Offer("NOT", "NOT", ("not",))

    def _attributes(self) -> Iterator[_Offer]:
        if self.facts is None:
            yield _Offer("attr.", "attr", ("attr.",))
            return
        for name in self.facts.snapshot.portfolio.customer_columns.attributes:
            path, anything = said_path("attr", name), _anything("attr", name)
            if anything is not None:
                keys = (folded_code(path), folded_code(name))
                yield _Offer(f"{path}:", name, keys, self._having(anything))

    def _product_fields(self, *, dotted: bool) -> Iterator[_Offer]:
        """The numbers of each product, or only what stands before the dot."""
        for code in self._products():
            paths = [
                said_path(known.name, code)
                for known in self.fields.values()
                if known.prefix is Prefix.PRODUCT
            ]
            for path in paths if dotted else ():
                yield _Offer(f"{path}:", path, (folded_code(path),))
            if not dotted:
                head, _, _ = paths[0].rpartition(".")
                yield _Offer(f"{head}.", product_name(code, self.language), (folded_code(code),))

    def _products(self) -> Iterable[str]:
        if self.facts is None:
            return PRODUCT_NAMES

        return self.facts.snapshot.portfolio.line_columns.product.labels.to_list()

    def _values(self, known: Field, of: str | None) -> Iterator[_Offer]:
        if known.type in {FieldType.ID, FieldType.TEXT}:
            return
        anything = _anything(known.name, of)
        if anything is None:
            return
        yield from self._known(known) if self.facts is None else self._used(known, of)
        yield _Offer(_ANY, _ANY, (_ANY,), self._having(anything))

    def _known(self, known: Field) -> Iterator[_Offer]:
        codes = tuple(PRODUCT_NAMES) if known.name == "product" else known.values
        for value in codes:
            yield self._value(known, value, None)

    def _used(self, known: Field, of: str | None) -> Iterator[_Offer]:
        """The values of customers, each spelled as it is met first, whatever its case."""
        assert self.facts is not None  # noqa: S101 (the caller looked)
        met: dict[str, list[tuple[str, int]]] = {}
        columns = known.column(self.facts, of)
        assert isinstance(columns, tuple)  # noqa: S101 (neither numbers nor texts)
        for column in columns:
            for label, count in zip(column.labels, column.counts(), strict=True):
                if len(label) < _LONGEST:
                    met.setdefault(known.folded(label), []).append((label, count))
        for (label, count), *others in met.values():
            # Of several spellings a customer may have more than one.
            exact = self._having(Among(known.name, (label,), of=of)) if others else count
            if exact or known.values:
                yield self._value(known, label, exact)

    def _value(self, known: Field, value: str, count: int | None) -> _Offer:
        label = value
        if known.name == "product":
            label = product_name(value, self.language)
        elif known.name == "status":
            label = WORDS[self.language][f"status {value}"]

        return _Offer(said_value(value), label, (folded_code(value), folded_code(label)), count)

    def _having(self, term: Term) -> int | None:
        """How many customers a term means."""
        if self.facts is None:
            return None

        return int(np.count_nonzero(answered(self.facts, term, self.fields)))


# What is longer is nothing to choose from a list.
_LONGEST: Final = 1000


def _anything(field: str, of: str | None) -> Term | None:
    """Whether there is anything in a field; ``None`` if a filter cannot ask for it."""
    try:
        return Exists(field, of=of)
    except FilterError:
        return None


@frozen
class Place:
    """Where a cursor stands in a text: in the word of a field, or behind its colon.

    Attributes:
        typed: What was typed of the word so far, without quotes.
        start: Where the word begins.
        end: Where it ends.
        field: The field in front of the colon; ``None`` if there is no colon.
        of: What that field is of.
        first: Whether nothing stands before the word.
    """

    typed: str
    start: int
    end: int
    field: str | None = None
    of: str | None = None
    first: bool = False


def place_at(text: str, cursor: int) -> Place:
    """What stands at a cursor, read from the beginning of the text up to it."""
    begin = cursor
    for run in _RUNS.finditer(text, 0, cursor):
        begin = run.start()
    while text.startswith("-", begin) and begin < cursor:
        begin += 1
    if begin < cursor and text[begin].isspace() | (text[begin] in "()"):
        begin = cursor
    path = PATH.match(text, begin, cursor)
    if path is None:
        end = _FIELD_REST.match(text, cursor).end()  # type: ignore[union-attr] # may be empty
        return Place(text[begin:cursor], begin, end, first=not text[:begin].strip("-( \t\n"))
    start = path.end()
    for piece in _PIECES.finditer(text, path.end(), cursor):
        start = piece.end() if piece.group() == "," else piece.start()
    of, field = parts_of(*path.groups())

    return Place(_plain(text[start:cursor]), start, _end_of_value(text, start, cursor), field, of)


# Quotes need not be closed yet.
_OPEN: Final = r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)'
_RUNS: Final = re.compile(rf'[\s()]++|(?:[^\s()"]++|{_OPEN})++')
_PIECES: Final = re.compile(rf'{_OPEN}|[^",]++|,')
_FIELD_REST: Final = re.compile(r'[^\s()":,]*+:?')
_VALUE_REST: Final = re.compile(r'[^\s()",]*+')
_ESCAPED: Final = re.compile(r"\\(.)")


def _plain(typed: str) -> str:
    if not typed.startswith('"'):
        return typed
    inner = typed[1:-1] if len(typed) > 1 and typed.endswith('"') else typed[1:]

    return _ESCAPED.sub(r"\1", inner)


def _end_of_value(text: str, start: int, cursor: int) -> int:
    if text.startswith('"', start):
        return cursor + text.startswith('"', cursor)

    return _VALUE_REST.match(text, cursor).end()  # type: ignore[union-attr] # may be empty
