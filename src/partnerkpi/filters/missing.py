"""Names in a filter that a portfolio does not know: no error, but often a slip."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from partnerkpi.errors import UnknownNameError
from partnerkpi.filters.evaluate import usable
from partnerkpi.filters.expression import Expression
from partnerkpi.filters.facts import Facts
from partnerkpi.filters.products import folded_code
from partnerkpi.filters.terms import Among, Term, leaves
from partnerkpi.filters.vocabulary import Fields
from partnerkpi.filters.vocabulary import fields as known_fields
from partnerkpi.policy import Policy
from partnerkpi.snapshot import snapshot

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.columns import Portfolio

__all__ = ["missing_names"]


def missing_names(
    portfolio: Portfolio,
    expression: Expression | str,
    *,
    as_of: datetime,
    fields: Fields = known_fields,
) -> tuple[UnknownNameError, ...]:
    """The tags, products and attributes of a filter that nobody in a portfolio has.

    Such a filter is none the less right: a tag may be gone, and another part of the portfolio may
    have it. So these are notes for whoever typed it, with the nearest names there are, and are
    given instead of raised.

    Args:
        portfolio: The customers.
        expression: A filter, or the text of one.
        as_of: The instant at which a host's own columns are looked up.
        fields: The vocabulary.

    Raises:
        FilterSyntaxError: the text is no filter.
        FilterError: the filter asks a field what it has no answer to.
        UnknownNameError: the filter asks a field that is not in the vocabulary.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.columns import Portfolio
        >>> from partnerkpi.models import Customer
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> globex = Customer(id="c-1", name="Globex", tags=["gold"])
        >>> portfolio = Portfolio.from_customers([globex])
        >>> for note in missing_names(portfolio, "tag:glod,gold", as_of=when):
        ...     print(note)
        no tag is called 'glod'; did you mean 'gold'?
    """
    wanted = usable(expression, fields)
    facts = Facts(snapshot(portfolio, as_of, Policy()))

    return tuple(note for term in leaves(wanted) for note in _notes(facts, term, fields))


def _notes(facts: Facts, term: Term, fields: Fields) -> Iterator[UnknownNameError]:
    if term.of is not None:
        kind, names = _of_names(facts, term)
        if folded_code(term.of) not in map(folded_code, names):
            yield UnknownNameError(kind, term.of, names)
            return
    known = fields[term.field]
    columns = known.column(facts, term.of) if isinstance(term, Among) else None
    if isinstance(term, Among) and isinstance(columns, tuple):
        labels = [label for column in columns for label in column.labels]
        folded = {known.folded(label) for label in labels}
        for value in term.values:
            if known.folded(value) not in folded and value not in known.values:
                near = labels if len(labels) <= _FEW else ()
                yield UnknownNameError(known.title or term.path, value, near)


# To find what comes near among more of them would take seconds.
_FEW = 10_000


def _of_names(facts: Facts, term: Term) -> tuple[str, list[str]]:
    portfolio = facts.snapshot.portfolio
    if term.field == "attr":
        return "attribute", list(portfolio.customer_columns.attributes)

    return "product", portfolio.line_columns.product.labels.to_list()
