"""A filter of five terms, beside the same question asked by hand in numpy of the same columns.

By hand, which license line is of which customer is looked up before the clock starts: whoever
writes it by hand has such a column.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

import partnerkpi as pk
from partnerkpi.errors import FilterSyntaxError
from partnerkpi.filters import mask, parse
from tests.benchmarks import ours
from tests.benchmarks.generate import AS_OF, generate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerkpi.columns import CodedText

__all__ = ["FIVE_TERMS", "ByHand", "by_hand", "read", "tagged_portfolio", "typed", "worst_texts"]

Mask: TypeAlias = npt.NDArray[np.bool_]
Rows: TypeAlias = npt.NDArray[np.intp]

FIVE_TERMS = "status:expiring_soon product:calling -tag:test managed:partner utilization:<50"
_WHEN = AS_OF.item().replace(tzinfo=UTC)
_MICROS = int(AS_OF.astype(np.int64))
_DAY = 86_400_000_000
_SOON = 30


def tagged_portfolio(customers: int) -> pk.Portfolio:
    """The generated customers, of whom each tenth has the tag ``test`` and each third another."""
    tables = generate(customers, ids="text")
    names = [
        ["gold"] * (number % 3 == 0) + ["test"] * (number % 10 == 0) for number in range(customers)
    ]
    given = ours.columns(tables["customers"]) | {"tags": names}

    return pk.from_columns(
        customers=given,
        subscriptions=ours.columns(tables["subscriptions"]),
        licenses=ours.columns(tables["licenses"]),
    )


def typed(portfolio: pk.Portfolio) -> Mask:
    """What a search box does: the text read, the mask made."""
    return mask(portfolio, FIVE_TERMS, as_of=_WHEN)


@attrs.frozen(eq=False)
class ByHand:
    """What is at hand: the columns, and of each line its subscription and its customer."""

    portfolio: pk.Portfolio
    subscription: Rows
    customer: Rows

    @classmethod
    def of(cls, portfolio: pk.Portfolio) -> ByHand:
        """Look up whose each line is."""
        subscriptions = portfolio.subscription_columns
        owners = subscriptions.lines.owners()

        return cls(portfolio, owners, subscriptions.customer.take(owners).astype(np.intp))


def by_hand(given: ByHand) -> Mask:
    """The same question in numpy."""
    customers = given.portfolio.customer_columns
    subscriptions = given.portfolio.subscription_columns
    lines, seen = given.portfolio.line_columns, given.portfolio.observation_columns
    size = len(customers)

    there = (subscriptions.added <= _MICROS) & (subscriptions.ends > _MICROS)
    active = there & (subscriptions.starts <= _MICROS)
    midnight = (_MICROS // _DAY + _SOON + 1) * _DAY
    ending = active & ~subscriptions.auto_renew & (subscriptions.ends < midnight)
    soon = np.zeros(size, np.bool_)
    soon[subscriptions.customer[ending]] = True

    rows = np.flatnonzero(lines.product.codes == _code(lines.product, "calling"))
    calling = np.zeros(size, np.bool_)
    calling[given.customer[rows[there[given.subscription[rows]]]]] = True

    tagged = np.zeros(size, np.bool_)
    tagged[
        customers.tags.rows[customers.tags.texts.codes == _code(customers.tags.texts, "test")]
    ] = True

    counting = np.flatnonzero(active[given.subscription] & seen.observed.visible(_MICROS))
    owners = given.customer[counting]
    total = np.bincount(owners, weights=seen.total[counting], minlength=size)
    used = np.bincount(owners, weights=seen.used_7d[counting], minlength=size)

    return soon & calling & ~tagged & ~customers.external & (100 * used < 50 * total)


def _code(column: CodedText, label: str) -> int:
    return column.labels.to_list().index(label)


def worst_texts(characters: int) -> Iterator[tuple[str, str]]:
    """Texts of so many characters on which a careless reader spends most, each with its name."""
    yield "values", "tag:" + "a," * ((characters - 5) // 2) + "a"
    yield "escapes", '"' + '\\"' * ((characters - 2) // 2) + '"'
    yield "an open quote", '"' + '\\"' * ((characters - 1) // 2)
    yield "negations", "-" * (characters - 1) + "a"
    yield "one word", "a" * characters
    yield "blanks", " " * characters
    yield "dots", "a." * (characters // 2) + ":"


def read(text: str) -> None:
    """Read a text, whatever it is."""
    with suppress(FilterSyntaxError):
        parse(text)
