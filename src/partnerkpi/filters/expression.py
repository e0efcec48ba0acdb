"""The tree of a filter: terms, put together with ``&``, ``|`` and ``~``.

A tree is in normal form as soon as it is built: groups of one kind are one group, nothing is
negated twice, and its canonical text keeps the limits. So every filter can be written down and read
back: ``parse(format(f)) == f``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NoReturn

from attrs import field, frozen

from partnerkpi.errors import (
    FilterDepthError,
    FilterError,
    FilterLengthError,
    FilterTermsError,
)

__all__ = [
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_TERMS",
    "And",
    "Expression",
    "Not",
    "Or",
]

MAX_LENGTH: Final = 4096
MAX_TERMS: Final = 200
MAX_DEPTH: Final = 64


@frozen(repr=False, eq=False)
class Expression:
    """A filter: which customers are meant.

    Filters are made with ``F`` or read with ``parse``, combined with ``&``, ``|`` and ``~``, equal
    when they are the same tree, and hashable. Their ``repr`` is the Python that makes them.

    Attributes:
        text: The canonical text.
        size: How many terms there are.
        depth: How deep groups are nested; 0 of a term alone.

    Example:
        >>> from partnerkpi.filters import F
        >>> gold = F.tag == "gold"
        >>> print(~(gold & (F.licenses > 100)))
        -(tag:gold licenses:>100)
        >>> ~~gold == gold
        True
    """

    text: str = field(init=False, eq=False)
    size: int = field(init=False, eq=False)
    depth: int = field(init=False, eq=False)

    def __and__(self, other: Expression) -> Expression:
        """The customers that both mean."""
        return And((self, other))

    def __or__(self, other: Expression) -> Expression:
        """The customers that either means."""
        return Or((self, other))

    def __invert__(self) -> Expression:
        """The customers that it does not mean."""
        return self.term if isinstance(self, Not) else Not(self)

    def __bool__(self) -> NoReturn:
        # `and`, `or`, `not` and chained comparisons would silently drop half of a filter.
        msg = "filters are combined with & | ~, ranges asked with between(); they are not true"
        raise TypeError(msg)

    def __str__(self) -> str:
        return self.text

    @property
    def loose(self) -> bool:
        """Whether its Python needs parentheses beside ``&`` and ``|``."""
        return True

    def _settle(self, text: str, size: int = 1, depth: int = 0) -> None:
        """Keep what is known of the whole, if it keeps the limits."""
        if size > MAX_TERMS:
            raise FilterTermsError(MAX_TERMS)
        if depth > MAX_DEPTH:
            raise FilterDepthError(MAX_DEPTH)
        if len(text) > MAX_LENGTH:
            raise FilterLengthError(MAX_LENGTH)
        for name, value in (("text", text), ("size", size), ("depth", depth)):
            object.__setattr__(self, name, value)


def _expressions(terms: Iterable[Expression]) -> tuple[Expression, ...]:
    found = tuple(terms)
    for term in found:
        _require_filter(term)

    return found


def _require_filter(term: object) -> None:
    if not isinstance(term, Expression):
        msg = f"expected a filter to combine, found {term!r}"
        raise FilterError(msg)


@frozen(repr=False)
class And(Expression):
    """The customers that all terms mean; made by ``&`` and ``all_of``.

    Attributes:
        terms: Two or more, none of them an ``And`` itself: the terms of such a one stand here.

    Raises:
        FilterError: fewer than two terms, or something that is no filter.
    """

    terms: tuple[Expression, ...] = field(converter=_expressions)

    def __attrs_post_init__(self) -> None:
        """Flatten the group."""
        terms = _flattened(And, self.terms)
        object.__setattr__(self, "terms", terms)
        self._settle(" ".join(_inside(Or, terms)), *_measures(terms))

    def __repr__(self) -> str:
        return " & ".join(map(_operand, self.terms))


@frozen(repr=False)
class Or(Expression):
    """The customers that any of the terms means; made by ``|`` and ``any_of``.

    Attributes:
        terms: Two or more, none of them an ``Or`` itself: the terms of such a one stand here.

    Raises:
        FilterError: fewer than two terms, or something that is no filter.
    """

    terms: tuple[Expression, ...] = field(converter=_expressions)

    def __attrs_post_init__(self) -> None:
        """Flatten the group."""
        terms = _flattened(Or, self.terms)
        object.__setattr__(self, "terms", terms)
        self._settle(" OR ".join(_inside(And, terms)), *_measures(terms))

    def __repr__(self) -> str:
        return " | ".join(map(_operand, self.terms))


@frozen(repr=False)
class Not(Expression):
    """The customers that a term does not mean; made by ``~``.

    Attributes:
        term: Any filter but a negated one.

    Raises:
        FilterError: the term is a ``Not`` itself, or no filter.
    """

    term: Expression

    def __attrs_post_init__(self) -> None:
        """Refuse what is negated already."""
        _require_filter(self.term)
        if isinstance(self.term, Not):
            msg = "a filter is not negated twice: ~ takes the first negation away"
            raise FilterError(msg)
        (text,) = _inside((And, Or), (self.term,))
        self._settle(f"-{text}", self.term.size, self.term.depth)

    @property
    def loose(self) -> bool:
        """Nothing binds closer than ``~``."""
        return False

    def __repr__(self) -> str:
        return f"~{_operand(self.term)}"


def _flattened(kind: type[And | Or], terms: tuple[Expression, ...]) -> tuple[Expression, ...]:
    if len(terms) < _A_GROUP:
        msg = "a group has two terms or more: all_of and any_of take any number"
        raise FilterError(msg)

    return tuple(
        inner for term in terms for inner in (term.terms if isinstance(term, kind) else (term,))
    )


_A_GROUP = 2


def _inside(
    kinds: type[Expression] | tuple[type[Expression], ...], terms: Iterable[Expression]
) -> Iterator[str]:
    """The texts of terms, those of some kinds in parentheses."""
    return (f"({term.text})" if isinstance(term, kinds) else term.text for term in terms)


def _measures(terms: tuple[Expression, ...]) -> tuple[int, int]:
    return sum(term.size for term in terms), 1 + max(term.depth for term in terms)


def _operand(term: Expression) -> str:
    return f"({term!r})" if term.loose else repr(term)
