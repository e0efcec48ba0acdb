"""Strategies for the records of a portfolio, policies, and what figures are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from attrs import evolve, frozen

from partnerkpi.columns import Portfolio
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
from partnerkpi.policy import (
    FixedRate,
    PeerMedian,
    PeerQuantile,
    Policy,
    ServiceLevel,
    ServiceLevelFormula,
)
from partnerkpi.testing._edges import COUNTS, NEAR, after, before, edges, instants
from partnerkpi.testing._hypothesis import st

__all__ = [
    "Case",
    "cases",
    "customer_lists",
    "customers",
    "license_lines",
    "observations",
    "policies",
    "portfolios",
    "subscriptions",
]

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


def observations(near: datetime = NEAR) -> st.SearchStrategy[Observation]:
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
    counts = st.sampled_from(COUNTS)

    return st.builds(
        Observation,
        observed_at=st.none() | before(near) | instants(near),
        total=counts,
        assigned=counts,
        used_7d=counts,
        used_3mo=counts,
    )


def license_lines(near: datetime = NEAR) -> st.SearchStrategy[LicenseLine]:
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


def subscriptions(near: datetime = NEAR) -> st.SearchStrategy[Subscription]:
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
            before(near) | instants(near),
            st.none() | before(near) | after(near),
            st.none() | after(near) | instants(near),
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


def customers(near: datetime = NEAR) -> st.SearchStrategy[Customer]:
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
        last_admin_sign_in_at=st.none() | before(near) | instants(near),
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
    near: datetime = NEAR, *, max_size: int = 8
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


def portfolios(near: datetime = NEAR, *, max_size: int = 8) -> st.SearchStrategy[Portfolio]:
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
    levels = st.builds(
        ServiceLevel,
        threshold_ms=st.sampled_from((20_000, 0, 5_000)),
        inclusive=st.booleans(),
        formula=st.sampled_from(ServiceLevelFormula),
    )
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
        usage_bands=st.sampled_from(((1, 11, 51), (1, 2, 3))),
        poor_packet_loss_percent=st.sampled_from((5.0, 0.0)),
        poor_latency_ms=st.sampled_from((400.0, 20.0)),
        poor_jitter_ms=st.sampled_from((150.0, 0.0)),
        service_level=levels,
        short_abandon_ms=st.sampled_from((0, 1, 5_000)),
    )

    return st.just(Policy()) | drawn


def cases(near: datetime = NEAR, *, max_customers: int = 8) -> st.SearchStrategy[Case]:
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
        as_of=edges(near, (0, 7, -7, -90)),
        policy=policies(),
    )
