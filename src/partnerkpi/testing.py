"""For tests of one's own: strategies for records and policies, and the laws of merging.

Needs the extra ``testing``. The strategies aim at the edges of the definitions: the days on which
windows end, instants a microsecond apart, counts that tie, nothing at all, and the greatest count.
With the extra installed, ``hypothesis.strategies.from_type`` knows them as well.

Example:
    >>> from hypothesis import given, settings
    >>> from partnerkpi.reports import report
    >>> @settings(max_examples=10)
    ... @given(cases(max_customers=3))
    ... def test_rows(case):
    ...     found = report(case.portfolio(), as_of=case.as_of, policy=case.policy)
    ...     assert len(case.customers) == len(found.customers)
    >>> test_rows()
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import reduce
from typing import TypeVar

from attrs import evolve, frozen

from partnerkpi.columns import Portfolio
from partnerkpi.errors import MissingExtraError
from partnerkpi.kpi import Kpi, Value
from partnerkpi.models import (
    Attributes,
    Customer,
    CustomerId,
    Kind,
    LicenseLine,
    ManagedBy,
    Observation,
    Subscription,
    SubscriptionId,
)
from partnerkpi.policy import FixedRate, PeerMedian, PeerQuantile, Policy

try:
    from hypothesis import given, settings
    from hypothesis import strategies as st
except ImportError as _missing:
    _extra = "testing"
    raise MissingExtraError(_extra) from _missing

__all__ = [
    "Case",
    "cases",
    "check_merge_laws",
    "customer_lists",
    "customers",
    "instants",
    "license_lines",
    "observations",
    "policies",
    "portfolios",
    "subscriptions",
]

_State = TypeVar("_State")

_NEAR = datetime(2026, 11, 22, tzinfo=UTC)
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_DAYS = (0, 1, 6, 7, 8, 29, 30, 31, 59, 89, 90, 91, 92, 365, 366)
_GREATEST = 2**53 - 1
_COUNTS = (0, 1, 2, 3, 10, 20, 24, 25, 100, 250, 1000, 5000, _GREATEST - 1, _GREATEST)
_ATTRIBUTES = (Attributes({}), Attributes({"region": "EMEA"}), Attributes({"region": "ŁÓDŹ"}))
_PRODUCTS = ("calling", "meetings", "calling", "meetings", "messaging", "call_on_webex")


@frozen
class Case:
    """Some customers, an instant, and a policy: what a figure is made of.

    Attributes:
        customers: The customers, their subscriptions with different ids.
        as_of: An aware instant, near those in the records.
        policy: Windows and thresholds.

    Example:
        >>> from datetime import datetime, timezone
        >>> case = Case((), datetime(2026, 11, 22, tzinfo=timezone.utc), Policy())
        >>> len(case.portfolio())
        0
    """

    customers: tuple[Customer, ...]
    as_of: datetime
    policy: Policy

    def portfolio(self) -> Portfolio:
        """The portfolio of the customers.

        Example:
            >>> from datetime import datetime, timezone
            >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
            >>> globex = Customer(id="c-1", name="Globex")
            >>> len(Case((globex,), when, Policy()).portfolio())
            1
        """
        return Portfolio.from_customers(self.customers)


def instants(near: datetime = _NEAR) -> st.SearchStrategy[datetime]:
    """Aware instants, UTC: at telling distances from one instant, and anywhere in range.

    Args:
        near: The instant; days on which windows end lie before and after it, its midnights and a
            microsecond off included.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(instants())
        ... def test(moment):
        ...     assert moment.tzinfo is not None
        >>> test()
    """
    anywhere = st.datetimes(
        _EARLIEST.replace(tzinfo=None), _LATEST.replace(tzinfo=None), timezones=st.just(UTC)
    )

    return _before(near) | _after(near) | anywhere


def _before(near: datetime) -> st.SearchStrategy[datetime]:
    return _edges(near, _DAYS)


def _after(near: datetime) -> st.SearchStrategy[datetime]:
    return _edges(near, tuple(-days for days in _DAYS))


def _edges(near: datetime, days: Sequence[int]) -> st.SearchStrategy[datetime]:
    """So many days before an instant, at its hour or at midnight, or a microsecond off."""
    return st.builds(
        _edge, st.just(near), st.sampled_from(days), st.booleans(), st.sampled_from((0, -1, 1))
    )


def _edge(near: datetime, days: int, midnight: bool, ticks: int) -> datetime:  # noqa: FBT001 (drawn)
    at = near.astimezone(UTC)
    at = at.replace(hour=0, minute=0, second=0, microsecond=0) if midnight else at

    return min(max(at - timedelta(days, microseconds=-ticks), _EARLIEST), _LATEST)


def observations(near: datetime = _NEAR) -> st.SearchStrategy[Observation]:
    """Observations of a license line, undated ones and ones beyond the licenses included.

    Args:
        near: The instant that they are made around.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(observations())
        ... def test(seen):
        ...     assert seen.total >= 0
        >>> test()
    """
    counts = st.sampled_from(_COUNTS)

    return st.builds(
        Observation,
        observed_at=st.none() | _before(near) | instants(near),
        total=counts,
        assigned=counts,
        used_7d=counts,
        used_3mo=counts,
    )


def license_lines(near: datetime = _NEAR) -> st.SearchStrategy[LicenseLine]:
    """License lines of any product, with no, one or several observations.

    Args:
        near: The instant that they are observed around.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(license_lines())
        ... def test(line):
        ...     assert len(line.observations) <= 3
        >>> test()
    """
    seen = st.lists(observations(near), max_size=3, unique_by=lambda each: each.observed_at)

    return st.builds(
        LicenseLine,
        product=st.sampled_from(_PRODUCTS),
        name=st.sampled_from(("Professional", "Suite", "Añadido")),
        observations=seen.map(tuple),
    )


def subscriptions(near: datetime = _NEAR) -> st.SearchStrategy[Subscription]:
    """Subscriptions and trials in every state, all with the id ``Sub``.

    Args:
        near: The instant that they start, end and are observed around.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(subscriptions())
        ... def test(each):
        ...     assert each.ends_at is None or each.ends_at > each.starts_at
        >>> test()
    """
    lines = st.lists(
        license_lines(near), max_size=3, unique_by=lambda line: (line.product, line.name)
    )

    return st.builds(
        _subscription,
        kind=st.sampled_from(Kind),
        dates=st.tuples(
            _before(near) | instants(near),
            st.none() | _before(near) | _after(near),
            st.none() | _after(near) | instants(near),
        ),
        flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
        lines=lines,
    )


def _subscription(
    kind: Kind,
    dates: tuple[datetime, datetime | None, datetime | None],
    flags: tuple[bool, bool, bool],
    lines: list[LicenseLine],
) -> Subscription:
    """A subscription of facts drawn apart: an end too early is left out, trials never renew."""
    added_at, starts_at, ends_at = dates
    start = starts_at or added_at

    return Subscription(
        id=SubscriptionId("Sub"),
        kind=kind,
        added_at=added_at,
        starts_at=start,
        ends_at=ends_at if ends_at is not None and ends_at > start else None,
        auto_renew=kind is Kind.SUBSCRIPTION and flags[0],
        paid=not flags[1],
        set_up=not flags[2],
        licenses=tuple(lines),
    )


def customers(near: datetime = _NEAR) -> st.SearchStrategy[Customer]:
    """Customers with up to three subscriptions, all with the id ``c``.

    Args:
        near: The instant that everything happens around.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(customers())
        ... def test(customer):
        ...     assert customer.id == "c"
        >>> test()
    """
    owned = st.lists(subscriptions(near), max_size=3)

    return st.builds(
        Customer,
        id=st.just(CustomerId("c")),
        name=st.sampled_from(("Globex", "Ünï <b>& Söhne", "株式会社", "=cmd()")),
        managed_by=st.sampled_from(ManagedBy),
        last_admin_sign_in_at=st.none() | _before(near) | instants(near),
        tags=st.sampled_from(((), ("gold",), ("gold", "key account"))),
        attributes=st.sampled_from(_ATTRIBUTES),
        subscriptions=owned.map(lambda some: _numbered("c", some)),
    )


def _numbered(name: str, owned: Sequence[Subscription]) -> tuple[Subscription, ...]:
    """Subscriptions of a customer, by ids that begin with the customer's."""
    numbered = enumerate(owned, 1)

    return tuple(evolve(each, id=SubscriptionId(f"{name}/Sub{place}")) for place, each in numbered)


def _called(customer: Customer, name: str) -> Customer:
    """The customer by another id, and its subscriptions as well."""
    owned = _numbered(name, customer.subscriptions)

    return evolve(customer, id=CustomerId(name), subscriptions=owned)


def customer_lists(
    near: datetime = _NEAR, *, max_size: int = 8
) -> st.SearchStrategy[tuple[Customer, ...]]:
    """Customers that may make a portfolio: no two ids alike, in any order.

    Args:
        near: The instant that everything happens around.
        max_size: How many there are at most.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(customer_lists())
        ... def test(some):
        ...     assert len({each.id for each in some}) == len(some)
        >>> test()
    """
    names = st.permutations([f"c-{number}" for number in range(1, max_size + 1)])
    some = st.lists(customers(near), max_size=max_size)

    return st.builds(lambda each, ids: tuple(map(_called, each, ids)), some, names)


def portfolios(near: datetime = _NEAR, *, max_size: int = 8) -> st.SearchStrategy[Portfolio]:
    """Portfolios of a few customers.

    Args:
        near: The instant that everything happens around.
        max_size: How many customers there are at most.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(portfolios(max_size=3))
        ... def test(portfolio):
        ...     assert len(portfolio) <= 3
        >>> test()
    """
    return customer_lists(near, max_size=max_size).map(Portfolio.from_customers)


def policies() -> st.SearchStrategy[Policy]:
    """Policies: the default one, and any other windows, thresholds and rules.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(policies())
        ... def test(policy):
        ...     assert policy == Policy.from_dict(policy.to_dict())
        >>> test()
    """
    days = st.sampled_from((0, 1, 7, 30, 90, 91))
    rules = (PeerMedian(), PeerQuantile(Fraction(1, 4)), FixedRate(Fraction(1, 2)))
    drawn = st.builds(
        Policy,
        expiring_soon_days=days,
        window_days=days,
        inactivity_days=days,
        auto_renewing_expires=st.booleans(),
        low_assignment_fraction=st.sampled_from([Fraction(n, 3) for n in range(5)]),
        low_assignment_min_peers=st.integers(0, 6),
        low_assignment_rule=st.sampled_from(rules),
        size_bands=st.sampled_from(((1, 25, 100, 250, 1000, 5000), (), (1, 11, 101))),
        trend_weeks=st.integers(2, 10),
    )

    return st.just(Policy()) | drawn


def cases(near: datetime = _NEAR, *, max_customers: int = 8) -> st.SearchStrategy[Case]:
    """Customers, an instant near those in their records, and a policy.

    Args:
        near: The instant that everything happens around.
        max_customers: How many customers there are at most.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(cases())
        ... def test(case):
        ...     assert len(case.portfolio()) == len(case.customers)
        >>> test()
    """
    return st.builds(
        Case,
        customers=customer_lists(near, max_size=max_customers),
        as_of=_edges(near, (0, 7, -7, -90)),
        policy=policies(),
    )


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
        >>> from partnerkpi.kpi import Definition, Unit
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


# As functions, because hypothesis may look for them while it is still being imported itself.
st.register_type_strategy(Customer, lambda _: customers())
st.register_type_strategy(LicenseLine, lambda _: license_lines())
st.register_type_strategy(Observation, lambda _: observations())
st.register_type_strategy(Policy, lambda _: policies())
st.register_type_strategy(Portfolio, lambda _: portfolios())
st.register_type_strategy(Subscription, lambda _: subscriptions())
