"""Filters to masks: one boolean per customer, for one customer or millions.

Every question has an answer for every customer: what a customer does not have matches no
comparison, and negation is exactly the others. So ``assignment:<50`` and ``assignment:>=50`` both
leave out a customer without licenses, and ``-assignment:<50`` takes it in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import numpy as np

from partnerkpi._faults import shown
from partnerkpi.columns import Portfolio
from partnerkpi.errors import FilterError
from partnerkpi.filters._texts import FoldedText, equal_to_any, folded_text
from partnerkpi.filters.columns import Labels, Ordered
from partnerkpi.filters.expression import And, Expression, Not, Or
from partnerkpi.filters.facts import Facts
from partnerkpi.filters.syntax import parse
from partnerkpi.filters.terms import Among, Between, Compare, Contains, Exists, Term, leaves
from partnerkpi.filters.vocabulary import Fields, FieldType
from partnerkpi.filters.vocabulary import fields as known_fields
from partnerkpi.policy import Policy
from partnerkpi.snapshot import snapshot

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi._arrays import Mask
    from partnerkpi._text import Text
    from partnerkpi.models import Customer

__all__ = ["answered", "check", "mask", "matches", "usable", "where"]


def where(
    portfolio: Portfolio,
    expression: Expression | str,
    *,
    as_of: datetime,
    policy: Policy | None = None,
    fields: Fields = known_fields,
) -> Portfolio:
    """The portfolio of the customers that a filter means, with all that is theirs.

    A report of it is the report of these customers and of nobody else. So the peers of low
    assignment are the filtered customers as well: a customer that is low among all may not be low
    among these. ``Report.by`` keeps the peers of the whole portfolio instead.

    Args:
        portfolio: The customers to choose from.
        expression: A filter, or the text of one.
        as_of: The instant at which the filter holds: statuses, sums and days.
        policy: Windows and thresholds of the statuses; the defaults if not given.
        fields: The vocabulary, with a host's own fields if it has any.

    Raises:
        FilterSyntaxError: the text is no filter.
        FilterError: the filter asks a field what it has no answer to.
        UnknownNameError: the filter asks a field that is not in the vocabulary.
        InstantError: the instant is naive or out of range.
        CountOverflowError: a sum is beyond 64 bits.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.models import Customer
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> globex = Customer(id="c-1", name="Globex", tags=["gold"])
        >>> portfolio = Portfolio.from_customers([globex, Customer(id="c-2", name="Initech")])
        >>> [each.name for each in where(portfolio, "tag:gold", as_of=when).customers]
        ['Globex']
    """
    found = mask(portfolio, expression, as_of=as_of, policy=policy, fields=fields)

    return portfolio.where(found)


def mask(
    portfolio: Portfolio,
    expression: Expression | str,
    *,
    as_of: datetime,
    policy: Policy | None = None,
    fields: Fields = known_fields,
) -> Mask:
    """Which customers a filter means: one boolean per row of ``customer_columns``.

    Args:
        portfolio: The customers.
        expression: A filter, or the text of one.
        as_of: The instant at which the filter holds.
        policy: Windows and thresholds of the statuses; the defaults if not given.
        fields: The vocabulary.

    Raises:
        FilterSyntaxError: the text is no filter.
        FilterError: the filter asks a field what it has no answer to.
        UnknownNameError: the filter asks a field that is not in the vocabulary.
        InstantError: the instant is naive or out of range.
        CountOverflowError: a sum is beyond 64 bits.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.models import Customer
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> portfolio = Portfolio.from_customers([Customer(id="c-1", name="Globex")])
        >>> mask(portfolio, "-globex OR licenses:0", as_of=when).tolist()
        [True]
    """
    wanted = usable(expression, fields)

    return answered(Facts(snapshot(portfolio, as_of, policy or Policy())), wanted, fields)


def matches(
    customer: Customer,
    expression: Expression | str,
    *,
    as_of: datetime,
    policy: Policy | None = None,
    fields: Fields = known_fields,
) -> bool:
    """Whether a filter means a customer: what the customer's row of a mask says.

    Args:
        customer: The record.
        expression: A filter, or the text of one.
        as_of: The instant at which the filter holds.
        policy: Windows and thresholds of the statuses; the defaults if not given.
        fields: The vocabulary.

    Raises:
        FilterSyntaxError: the text is no filter.
        FilterError: the filter asks a field what it has no answer to.
        UnknownNameError: the filter asks a field that is not in the vocabulary.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.models import Customer
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> matches(Customer(id="c-1", name="Globex"), "status:expired", as_of=when)
        True
    """
    alone = Portfolio.from_customers([customer])

    return bool(mask(alone, expression, as_of=as_of, policy=policy, fields=fields)[0])


def check(expression: Expression, fields: Fields = known_fields) -> None:
    """Refuse a filter that a vocabulary does not know, or that asks a field wrongly.

    Args:
        expression: The filter.
        fields: The vocabulary.

    Raises:
        FilterError: a field is asked what it has no answer to.
        UnknownNameError: a field is not in the vocabulary; names the nearest.

    Example:
        >>> from partnerkpi.filters import F
        >>> check(F.number("star") > 3)
        Traceback (most recent call last):
        ...
        partnerkpi.errors.UnknownNameError: no filter field is called 'star'; did you mean 'status'?
    """
    for term in leaves(expression):
        term.check(fields[term.field])


def usable(expression: object, fields: Fields = known_fields) -> Expression:
    """A filter that was read from its text if it is one, and checked.

    Raises:
        FilterSyntaxError: the text is no filter.
        FilterError: a field is asked what it has no answer to; or it is no filter at all.
        UnknownNameError: a field is not in the vocabulary; names the nearest.
    """
    if isinstance(expression, str):
        return parse(expression, fields=fields)
    if not isinstance(expression, Expression):
        msg = f"expected a filter or its text, found {shown(expression)}"
        raise FilterError(msg)
    check(expression, fields)

    return expression


def answered(facts: Facts, expression: Expression, fields: Fields = known_fields) -> Mask:
    """The mask of a filter that was checked, on a portfolio that is looked at already."""
    if isinstance(expression, And | Or):
        join = np.logical_and if isinstance(expression, And) else np.logical_or
        found = (answered(facts, term, fields) for term in expression.terms)
        return reduce(join, found)
    if isinstance(expression, Not):
        return ~answered(facts, expression.term, fields)
    assert isinstance(expression, Term)  # noqa: S101 (what else a checked tree is made of)

    return _answers(facts, expression, fields)


def _answers(facts: Facts, term: Term, fields: Fields) -> Mask:
    known = fields[term.field]
    column = facts.once((term.field, term.of), lambda: known.column(facts, term.of))
    if known.type.compares:
        return _COMPARED[type(term)](column, term)
    if isinstance(column, tuple):
        return _labeled(facts, column, term, fields)

    return _written(facts, cast("Text", column), term, known.type)


def _compared(column: Ordered, term: Compare) -> Mask:
    return _COMPARISONS[term.operator](column, term.number)


def _within(column: Ordered, term: Between) -> Mask:
    return column.at_most(term.high) & ~column.below(term.low)


def _present(column: Ordered, _term: Exists) -> Mask:
    return column.present()


def _beyond(column: Ordered, smaller: Mask) -> Mask:
    """Those that have a number which is not smaller, and those whose number never ends."""
    found = column.present() & ~smaller
    endless = column.endless()

    return found if endless is None else found | endless


_Comparison: TypeAlias = Callable[[Ordered, Any], "Mask"]

_COMPARED: Final[Mapping[type[Term], Callable[[Any, Any], Mask]]] = MappingProxyType(
    {Compare: _compared, Between: _within, Exists: _present}
)
_COMPARISONS: Final[Mapping[str, _Comparison]] = MappingProxyType(
    {
        "<": lambda column, number: column.below(number),
        "<=": lambda column, number: column.at_most(number),
        ">": lambda column, number: _beyond(column, column.at_most(number)),
        ">=": lambda column, number: _beyond(column, column.below(number)),
        "=": lambda column, number: column.at_most(number) & ~column.below(number),
    }
)


def _labeled(facts: Facts, columns: tuple[Labels, ...], term: Term, fields: Fields) -> Mask:
    """Those that have any of the labels that are asked for, in any of the columns."""
    known = fields[term.field]
    wanted = {known.folded(value) for value in term.values} if isinstance(term, Among) else None
    found = np.zeros(len(facts), np.bool_)
    for place, column in enumerate(columns):
        key = (term.field, term.of, place)
        folded = facts.once(key, lambda column=column: [*map(known.folded, column.labels)])  # type: ignore[misc]
        chosen = [wanted is None or label in wanted for label in folded]
        found |= column.having(np.array(chosen, np.bool_))

    return found


def _written(facts: Facts, column: Text, term: Term, kind: FieldType) -> Mask:
    if isinstance(term, Exists):
        return np.ones(len(facts), np.bool_)
    values = cast("Among | Contains", term).values
    if kind is FieldType.ID:
        return equal_to_any(column, values)
    folded: FoldedText = facts.once((term.field, FoldedText), lambda: folded_text(column))

    return reduce(np.logical_or, map(folded.containing, values))
