"""Strategies for filters and their texts."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from partnerkpi.columns import Portfolio
from partnerkpi.filters import Among, Between, Compare, Contains, Exists, Expression, all_of, any_of
from partnerkpi.filters import fields as filter_fields
from partnerkpi.filters.vocabulary import Field, FieldType, Prefix
from partnerkpi.testing._edges import COUNTS, DAYS
from partnerkpi.testing._hypothesis import st

__all__ = ["filter_texts", "filters"]


def filters(portfolio: Portfolio | None = None) -> st.SearchStrategy[Expression]:
    """Filters of every kind, nested, aimed at the edges of what they ask.

    Args:
        portfolio: Customers whose tags, products, attributes, ids and counts are asked for, beside
            ones that nobody has.

    Example:
        >>> from hypothesis import given, settings
        >>> from partnerkpi.filters import parse
        >>> @settings(max_examples=5)
        ... @given(filters())
        ... def test(wanted):
        ...     assert parse(wanted.text) == wanted
        >>> test()
    """
    terms = _filter_terms(_Asked() if portfolio is None else _asked_of(portfolio))

    return st.recursive(
        terms,
        lambda inner: (
            inner.map(lambda each: ~each)
            | st.lists(inner, min_size=2, max_size=4).map(all_of)
            | st.lists(inner, min_size=2, max_size=4).map(any_of)
        ),
        max_leaves=8,
    )


def filter_texts() -> st.SearchStrategy[str]:
    """Texts that someone might type for a filter: right ones, almost right ones, and any others.

    Example:
        >>> from hypothesis import given, settings
        >>> from partnerkpi.errors import FilterSyntaxError
        >>> from partnerkpi.filters import parse
        >>> @settings(max_examples=5)
        ... @given(filter_texts())
        ... def test(text):
        ...     try:
        ...         parse(text)
        ...     except FilterSyntaxError as error:
        ...         assert error.start <= error.end <= len(text)
        >>> test()
    """
    pieces = st.sampled_from([*_PIECES, *(f"{name}:" for name in filter_fields)])
    soup = st.lists(pieces | st.text(max_size=4), max_size=24)

    return soup.map("".join) | filters().map(lambda each: each.text) | st.text(max_size=60)


_PIECES = (
    *(" ", " ", " ", "(", ")", '"', "-", ",", ".", ":", "*", "\\", '\\"', "\t", "\u00a0", "\x00"),
    *(">", ">=", "<", "=", "..", "%", "/", "0", "5", "12.5", "1/3", "-1", "9" * 20),
    *("OR", " OR ", "NOT ", " AND ", "or", "gold", '"key account"', "trial", "expiring-soon"),
    *("calling.", "attr.", "attr.region", '"Webex Calling"', "Webex", "ŁÓDŹ", "株式会社", "\ud800"),
)
# What has a meaning in the text of a filter, and what case folding makes longer.
_ODD_TEXTS = (
    *("OR", "NOT", "*", "-x", ">5", "a:b", "a,b", "(a)", '"', "\\", '\\"', " ", "a b", "\u00a0"),
    *(
        "attr",
        "attr.x",
        "a.b",
        ".",
        "..",
        "ß",
        "SS",
        "ﬁ",
        "İ",
        "ŁÓDŹ",
        "株式",
        "*a",
        "=",
        "%",
        "1..2",
    ),
)


@frozen
class _Asked:
    """Values to ask for, by kind."""

    labels: tuple[str, ...] = ("gold", "Key Account", "EMEA", "ß")
    names: tuple[str, ...] = ("glob", "SÖHNE", "社")
    attributes: tuple[str, ...] = ("region", "Account_Manager")
    products: tuple[str, ...] = ("calling", "Meetings", "x-unknown", "Webex Calling")
    counts: tuple[int, ...] = COUNTS
    shares: tuple[Fraction, ...] = tuple(Fraction(100 * n, 4) for n in range(9))


def _asked_of(portfolio: Portfolio) -> _Asked:
    customers, seen = portfolio.customer_columns, portfolio.observation_columns
    tags, products = customers.tags.texts.labels, portfolio.line_columns.product.labels
    values = (each for column in customers.attributes.values() for each in column.labels)
    pairs = list(zip(seen.assigned.tolist(), seen.total.tolist(), strict=True))
    plain = _Asked()

    return _Asked(
        labels=(*plain.labels, *tags, *values),
        names=(*plain.names, *customers.names, *customers.ids),
        attributes=(*plain.attributes, *customers.attributes),
        products=(*plain.products, *products),
        counts=(*plain.counts, *(count for pair in pairs for count in pair)),
        shares=(*plain.shares, *(Fraction(100 * n, d) for n, d in pairs if d)),
    )


def _filter_terms(asked: _Asked) -> st.SearchStrategy[Expression]:
    return st.one_of([_terms_of(field, asked) for field in filter_fields.values()])


def _terms_of(field: Field, asked: _Asked) -> st.SearchStrategy[Expression]:
    """Terms that ask one field."""
    of = _prefixes(field, asked)
    exists = st.builds(Exists, st.just(field.name), of=of)
    if field.type.compares:
        numbers = _numbers_of(field, asked)
        pairs = st.tuples(numbers, numbers).map(sorted)
        operators = st.sampled_from(("<", "<=", ">", ">=", "="))
        compared = st.builds(Compare, st.just(field.name), operators, numbers, of=of)
        ranged = st.builds(lambda pair, of: Between(field.name, *pair, of=of), pairs, of)
        return compared | ranged | exists
    values = st.lists(_values_of(field, asked), min_size=1, max_size=3)
    kind = Contains if field.type is FieldType.TEXT else Among

    return st.builds(kind, st.just(field.name), values, of=of) | exists


def _prefixes(field: Field, asked: _Asked) -> st.SearchStrategy[str | None]:
    if field.prefix is Prefix.NONE:
        return st.none()
    odd = st.sampled_from(_ODD_TEXTS)
    if field.prefix is Prefix.ATTRIBUTE:
        return st.sampled_from(asked.attributes) | odd

    return st.none() | st.sampled_from(asked.products) | odd


def _numbers_of(field: Field, asked: _Asked) -> st.SearchStrategy[int | Fraction]:
    if field.type is FieldType.DAYS:
        return st.sampled_from(DAYS) | st.integers(-1, 400)
    near = st.sampled_from(asked.counts).flatmap(lambda n: st.sampled_from((n, n + 1, n - 1)))
    if field.type is FieldType.NUMBER:
        return near | st.integers(-(2**63) + 1, 2**63 - 1)
    tenths = st.integers(0, 2000).map(lambda tenth: Fraction(tenth, 10))

    return st.sampled_from(asked.shares) | tenths | st.fractions(0, 200, max_denominator=10**6)


def _values_of(field: Field, asked: _Asked) -> st.SearchStrategy[str]:
    if field.values:
        return st.sampled_from([*field.values, *(each.upper() for each in field.values)])
    pools = {"product": asked.products, "name": asked.names, "id": asked.names}
    drawn = st.sampled_from(pools.get(field.name, asked.labels))
    texts = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=5)

    return drawn | drawn.map(str.swapcase) | st.sampled_from(_ODD_TEXTS) | texts
