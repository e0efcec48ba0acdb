"""The laws of merging, checked of a figure of one's own."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import TypeVar

from partnerkpi.columns import Portfolio
from partnerkpi.kpi import Kpi, Value
from partnerkpi.models import (
    Customer,
)
from partnerkpi.testing._hypothesis import given, settings
from partnerkpi.testing._portfolios import Case, cases

__all__ = ["check_merge_laws"]

_State = TypeVar("_State")


def check_merge_laws(figure: Kpi[_State], *given_cases: Case, max_examples: int = 100) -> None:
    """Check that a figure of one's own may be counted in parts, in any order, anywhere.

    Nobody merged with somebody changes nothing; parts cut by customer in any way, grouped and
    ordered in any way, finish to the value of the whole; finishing twice says the same, and so do
    states that travelled between processes.

    Args:
        figure: The figure.
        given_cases: What to check it on; without any, cases are drawn, and a failure is shown on
            the simplest one.
        max_examples: How many cases are drawn.

    Raises:
        AssertionError: a law does not hold; names the law, and both values.

    Example:
        >>> from datetime import UTC, datetime
        >>> from partnerkpi.kpi import Definition, Unit
        >>> from partnerkpi.models import Customer, Kind, Subscription
        >>> from partnerkpi.policy import Policy
        >>> class Trials:
        ...     definition = Definition("trials", "Trials", "Trials there are.", Unit.SUBSCRIPTIONS)
        ...
        ...     def lift(self, columns, as_of, policy):
        ...         return int(columns.subscription_columns.trial.sum())
        ...
        ...     def merge(self, left, right):
        ...         return left + right
        ...
        ...     def finish(self, state):
        ...         return state
        >>> check_merge_laws(Trials(), max_examples=20)

        A merge that forgets is found out:

        >>> class Forgetful(Trials):
        ...     def merge(self, left, right):
        ...         return right
        >>> when = datetime(2026, 11, 22, tzinfo=UTC)
        >>> trial = Subscription(id="Sub1", kind=Kind.TRIAL, added_at=when)
        >>> globex = Customer(id="c-1", name="Globex", subscriptions=(trial,))
        >>> check_merge_laws(Forgetful(), Case((globex,), when, Policy()))
        Traceback (most recent call last):
        ...
        AssertionError: trials: somebody and nobody did not give the value of the whole: 0 is not 1
    """
    for case in given_cases:
        _check(figure, case)
    if not given_cases:
        _check_drawn(figure, max_examples)


def _check_drawn(figure: Kpi[_State], max_examples: int) -> None:
    @settings(max_examples=max_examples, deadline=None, derandomize=True, database=None)
    @given(cases())
    def check(case: Case) -> None:
        _check(figure, case)

    check()


def _check(figure: Kpi[_State], case: Case) -> None:
    whole = _lift(figure, case, case.customers)
    expected = figure.finish(whole)
    _require(figure, "a second look at the whole", figure.finish(whole), expected)
    for way, state in _ways(figure, case, case.customers):
        _require(figure, way, figure.finish(state), expected)


def _require(figure: Kpi[_State], way: str, found: Value, expected: Value) -> None:
    if found != expected:
        name = figure.definition.name
        msg = f"{name}: {way} did not give the value of the whole: {found} is not {expected}"
        raise AssertionError(msg)


def _lift(figure: Kpi[_State], case: Case, customers: Sequence[Customer]) -> _State:
    return figure.lift(Portfolio.from_customers(customers), case.as_of, case.policy)


def _ways(
    figure: Kpi[_State], case: Case, some: Sequence[Customer]
) -> Iterator[tuple[str, _State]]:
    """Every way to count that must not matter, with its name."""
    merge = figure.merge
    whole, nobody = _lift(figure, case, some), _lift(figure, case, ())
    halves = [_lift(figure, case, some[start::2]) for start in (0, 1)]
    singles = [_lift(figure, case, (each,)) for each in some] or [nobody]
    yield "customers in another order", _lift(figure, case, some[::-1])
    yield "nobody and somebody", merge(nobody, whole)
    yield "somebody and nobody", merge(whole, nobody)
    yield "two halves", merge(*halves)
    yield "two halves, swapped,", merge(*halves[::-1])
    yield "customers one by one", reduce(merge, singles)
    yield (
        "customers grouped from the last",
        reduce(lambda last, one: merge(one, last), singles[::-1]),
    )
    yield "states that were merged before", reduce(merge, singles)
    yield "states that travelled", reduce(merge, map(_travelled, singles))


def _travelled(state: _State) -> _State:
    home: _State = pickle.loads(pickle.dumps(state))  # noqa: S301 (what was just pickled here)

    return home
