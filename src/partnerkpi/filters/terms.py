"""The terms of a filter: a comparison, a range, membership, part of a text, anything at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final, cast

import attrs
from attrs import frozen

from partnerkpi.errors import FilterError
from partnerkpi.filters._quoting import plain, said_path, said_value, said_word
from partnerkpi.filters.expression import And, Expression, Not, Or
from partnerkpi.filters.products import product_code
from partnerkpi.filters.vocabulary import FIELD_NAME, Field, FieldType, Prefix, fields

__all__ = [
    "MAX_NUMBER",
    "OPERATORS",
    "Among",
    "Between",
    "Compare",
    "Contains",
    "Exists",
    "Term",
    "all_of",
    "any_of",
    "everybody",
    "exact",
    "leaves",
    "said_number",
]

OPERATORS: Final = (">=", "<=", ">", "<", "=")
MAX_NUMBER: Final = 2**63 - 1


def exact(number: int | Fraction | Decimal) -> int | Fraction:
    """A number as filters keep it: whole, or a fraction in lowest terms.

    Raises:
        FilterError: a double or a boolean, which are no exact numbers, or one beyond 64 bits.

    Example:
        >>> exact(Decimal("12.5")), exact(Fraction(100, 2))
        (Fraction(25, 2), 50)
    """
    if isinstance(number, bool) or not isinstance(number, int | Fraction | Decimal):
        msg = f"expected a whole number, a Fraction or a Decimal, found {number!r}"
        raise FilterError(msg)
    try:
        found = Fraction(number)
    except (OverflowError, ValueError) as error:
        msg = f"expected a finite number, found {number!r}"
        raise FilterError(msg) from error
    if max(abs(found.numerator), found.denominator) > MAX_NUMBER:
        msg = "expected a number that fits 64 bits"
        raise FilterError(msg)

    return found.numerator if found.denominator == 1 else found


def said_number(number: int | Fraction) -> str:
    """A number as filters spell it: decimals where they end and are not longer than a fraction.

    Example:
        >>> said_number(Fraction(25, 2)), said_number(Fraction(100, 3))
        ('12.5', '100/3')
    """
    decimals = _decimals(number.denominator)
    if not decimals:
        return str(number)
    digits = str(abs(number.numerator) * 10**decimals // number.denominator).rjust(
        decimals + 1, "0"
    )
    said = f"{'-' * (number < 0)}{digits[:-decimals]}.{digits[-decimals:]}"

    return min(said, str(number), key=len)


def _decimals(denominator: int) -> int:
    """How many decimals a fraction in lowest terms has; 0 of one that never ends."""
    places = 0
    while 10**places % denominator:
        places += 1
        if places > _MOST_DECIMALS:
            return 0

    return places


_MOST_DECIMALS = 20


@frozen(repr=False, eq=False)
class Term(Expression):
    """One question about one field.

    Attributes:
        field: The field's name.
        of: The product or the attribute that it is of.
    """

    field: str
    of: str | None = attrs.field(default=None, kw_only=True)

    @property
    def path(self) -> str:
        """The field as filters spell it, with what it is of."""
        return said_path(self.field, self.of)

    def check(self, known: Field) -> None:
        """Refuse a question that its field has no answer to.

        Args:
            known: The field.

        Raises:
            FilterError: the field is not asked like that.
        """
        if known.type not in self._types():
            msg = f"{known.name} holds {known.type.words}: {self.text} cannot be asked"
            raise FilterError(msg)
        unfit = Prefix.ATTRIBUTE if self.of is None else Prefix.NONE
        if known.prefix is unfit:
            msg = f"{known.name} takes {known.prefix.value}: {self.text} cannot be asked"
            raise FilterError(msg)

    def _types(self) -> frozenset[FieldType]:
        return frozenset(FieldType)

    def _begin(self) -> None:
        """Spell the product as filters do, and refuse names that cannot be written."""
        if not FIELD_NAME.fullmatch(self.field):
            msg = f"a filter field cannot be called {self.field!r}"
            raise FilterError(msg)
        if self.of is not None:
            _require_text(self.of)
            if not self.of:
                msg = "expected a product or an attribute, found an empty text"
                raise FilterError(msg)
            if self._prefix() is Prefix.PRODUCT:
                object.__setattr__(self, "of", product_code(self.of))

    def _end(self, text: str) -> None:
        """Keep the text, and refuse what a field of the definitions has no answer to."""
        self._settle(text)
        if self.field in fields:
            self.check(fields[self.field])
        elif self.of is not None:
            msg = f"{self.field} is no field of the definitions: {self.text} cannot be asked"
            raise FilterError(msg)

    def _prefix(self) -> Prefix:
        return fields[self.field].prefix if self.field in fields else Prefix.NONE

    def _asked(self, kind: str) -> str:
        """The Python that names the field."""
        if self.field not in fields:
            return f"F.{kind}({self.field!r})"
        if self.of is None:
            return f"F.{self.field}"

        return f"F.attr({self.of!r})" if self.field == "attr" else f"F.of({self.of!r}).{self.field}"


@frozen(repr=False)
class Compare(Term):
    """The customers whose number compares like that; those without a number do not.

    Attributes:
        field: The field's name.
        operator: One of ``OPERATORS``.
        number: Whole, or an exact fraction of a percentage.
        of: The product that it is of; of all if not given.

    Raises:
        FilterError: the field is not compared, or not with that.
    """

    operator: str
    number: int | Fraction = attrs.field(converter=exact)

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be asked."""
        self._begin()
        if self.operator not in OPERATORS:
            msg = f"expected one of {' '.join(OPERATORS)}, found {self.operator!r}"
            raise FilterError(msg)
        self._end(f"{self.path}:{self.operator}{said_number(self.number)}")

    def _types(self) -> frozenset[FieldType]:
        return _types_of(self.number)

    def __repr__(self) -> str:
        operator = "==" if self.operator == "=" else self.operator

        return f"{self._asked('number')} {operator} {self.number!r}"


@frozen(repr=False)
class Between(Term):
    """The customers whose number is in a range, both ends included.

    Attributes:
        field: The field's name.
        low: The smallest number.
        high: The greatest.
        of: The product that it is of; of all if not given.

    Raises:
        FilterError: the field is not compared, or not with that; or the range is empty.
    """

    low: int | Fraction = attrs.field(converter=exact)
    high: int | Fraction = attrs.field(converter=exact)

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be asked."""
        self._begin()
        if self.low > self.high:
            msg = f"expected a range from the smaller number, found {self.low}..{self.high}"
            raise FilterError(msg)
        self._end(f"{self.path}:{said_number(self.low)}..{said_number(self.high)}")

    @property
    def loose(self) -> bool:
        """A call needs no parentheses."""
        return False

    def _types(self) -> frozenset[FieldType]:
        return _types_of(self.low) & _types_of(self.high)

    def __repr__(self) -> str:
        return f"{self._asked('number')}.between({self.low!r}, {self.high!r})"


def _types_of(number: int | Fraction) -> frozenset[FieldType]:
    return _COMPARED if isinstance(number, int) else _FRACTIONAL


_COMPARED: Final = frozenset(kind for kind in FieldType if kind.compares)
_FRACTIONAL: Final = frozenset({FieldType.PERCENT})
_WHOLE_VALUES: Final = frozenset({FieldType.CHOICE, FieldType.LABEL, FieldType.ID})


def _values(values: Iterable[str]) -> tuple[str, ...]:
    found = (values,) if isinstance(values, str) else tuple(values)
    for value in found:
        _require_text(value)
    if not found:
        msg = "expected a value or several, found none"
        raise FilterError(msg)

    return tuple(dict.fromkeys(found))


def _require_text(value: object) -> None:
    # An attribute may be empty text; nothing else is, which the fields refuse.
    if not isinstance(value, str) or not plain(value):
        msg = f"expected a text without control characters, found {value!r}"
        raise FilterError(msg)


@frozen(repr=False)
class Among(Term):
    """The customers that have any of some values: whole ones, whatever their case.

    Attributes:
        field: The field's name.
        values: One or several, each once; spelled as the field does.
        of: The attribute's name.

    Raises:
        FilterError: the field has no such value, or is not asked for values.
    """

    values: tuple[str, ...] = attrs.field(converter=_values)

    def __attrs_post_init__(self) -> None:
        """Spell the values as the field does."""
        self._begin()
        if self.field in fields:
            known = fields[self.field]
            spelled = [_spelled(known, value) for value in self.values]
            object.__setattr__(self, "values", tuple(dict.fromkeys(spelled)))
        self._end(f"{self.path}:{','.join(map(said_value, self.values))}")

    def check(self, known: Field) -> None:
        """Refuse values that the field never has, and a question that it has no answer to."""
        super().check(known)
        for value in self.values:
            _spelled(known, value)

    @property
    def loose(self) -> bool:
        """A call needs no parentheses."""
        return len(self.values) == 1

    def _types(self) -> frozenset[FieldType]:
        return _WHOLE_VALUES

    def __repr__(self) -> str:
        asked = self._asked("label")
        if len(self.values) == 1:
            return f"{asked} == {self.values[0]!r}"

        return f"{asked}.any({', '.join(map(repr, self.values))})"


def _spelled(known: Field, value: str) -> str:
    found = known.canonical(value)
    if found is None or (not found and known.prefix is not Prefix.ATTRIBUTE):
        msg = f"{known.name} is never {value!r}"
        raise FilterError(msg)

    return found


@frozen(repr=False)
class Contains(Term):
    """The customers whose text contains any of some others, whatever the case.

    Attributes:
        field: The field's name.
        values: One or several, each once.
        of: ``None``: texts are of nothing.

    Raises:
        FilterError: a value is empty, or the field is not asked for parts.
    """

    values: tuple[str, ...] = attrs.field(converter=_values)

    def __attrs_post_init__(self) -> None:
        """Refuse what every text contains."""
        self._begin()
        if not all(self.values):
            msg = "expected a text to look for, found an empty one"
            raise FilterError(msg)
        first, *others = self.values
        head = said_word(first) if self.field == "name" else f"{self.path}:{said_value(first)}"
        self._end(",".join([head, *map(said_value, others)]))

    @property
    def loose(self) -> bool:
        """A call needs no parentheses."""
        return False

    def _types(self) -> frozenset[FieldType]:
        return frozenset({FieldType.TEXT})

    def __repr__(self) -> str:
        return f"{self._asked('text')}.contains({', '.join(map(repr, self.values))})"


@frozen(repr=False)
class Exists(Term):
    """The customers that have anything in a field: any tag, an end, a rate.

    Attributes:
        field: The field's name.
        of: The product or the attribute that it is of.

    Raises:
        FilterError: there is no such field of a product or attribute.
    """

    def __attrs_post_init__(self) -> None:
        """Write it down."""
        self._begin()
        self._end("*" if self.field == "name" else f"{self.path}:*")

    @property
    def loose(self) -> bool:
        """A call needs no parentheses."""
        return False

    def __repr__(self) -> str:
        return f"{self._asked('label')}.exists()"


def everybody() -> Expression:
    """All customers: what an empty text means.

    Example:
        >>> print(everybody(), ~everybody())
        * -*
    """
    return Exists("name")


def all_of(terms: Iterable[Expression]) -> Expression:
    """The customers that all of any number of filters mean; of none: everybody.

    Example:
        >>> from partnerkpi.filters import F
        >>> print(all_of([F.tag == "gold", F.licenses > 100]))
        tag:gold licenses:>100
    """
    found = tuple(terms)

    return And(found) if len(found) > 1 else found[0] if found else everybody()


def any_of(terms: Iterable[Expression]) -> Expression:
    """The customers that any of any number of filters means; of none: nobody.

    Example:
        >>> from partnerkpi.filters import F
        >>> print(any_of([F.tag == "gold", F.licenses > 100]))
        tag:gold OR licenses:>100
    """
    found = tuple(terms)

    return Or(found) if len(found) > 1 else found[0] if found else ~everybody()


def leaves(expression: Expression) -> Iterator[Term]:
    """The terms of a filter, from left to right.

    Example:
        >>> from partnerkpi.filters import F
        >>> [term.text for term in leaves(~(F.tag == "gold") & (F.licenses > 100))]
        ['tag:gold', 'licenses:>100']
    """
    if isinstance(expression, And | Or):
        for term in expression.terms:
            yield from leaves(term)
    elif isinstance(expression, Not):
        yield from leaves(expression.term)
    else:
        yield cast("Term", expression)
