"""For tests of one's own: strategies for records, policies and filters, and the laws of merging.

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
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import reduce
from typing import TypeVar

from attrs import evolve, frozen

from partnerkpi._instants import EARLIEST, LATEST, of_datetime, to_datetime
from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.call_models import CallId, CallLeg, Outcome, QueueCall, QueueId, RecordId, UserId
from partnerkpi.columns import Portfolio
from partnerkpi.errors import MissingExtraError
from partnerkpi.filters import Among, Between, Compare, Contains, Exists, Expression, all_of, any_of
from partnerkpi.filters import fields as filter_fields
from partnerkpi.filters.vocabulary import Field, FieldType, Prefix
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
from partnerkpi.periods import WEEK, last_week_end
from partnerkpi.policy import (
    FixedRate,
    PeerMedian,
    PeerQuantile,
    Policy,
    ServiceLevel,
    ServiceLevelFormula,
)

try:
    from hypothesis import given, settings
    from hypothesis import strategies as st
except ImportError as _missing:
    _extra = "testing"
    raise MissingExtraError(_extra) from _missing

__all__ = [
    "Case",
    "call_leg_lists",
    "call_legs",
    "cases",
    "check_merge_laws",
    "customer_lists",
    "customers",
    "filter_texts",
    "filters",
    "instants",
    "license_lines",
    "observations",
    "policies",
    "portfolios",
    "queue_call_lists",
    "queue_calls",
    "subscriptions",
]

_State = TypeVar("_State")
_Row = TypeVar("_Row", CallLeg, QueueCall)
_Id = TypeVar("_Id")

_NEAR = datetime(2026, 11, 22, tzinfo=UTC)
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_DAYS = (0, 1, 6, 7, 8, 29, 30, 31, 59, 89, 90, 91, 92, 365, 366)
_GREATEST = 2**53 - 1
_COUNTS = (0, 1, 2, 3, 10, 20, 24, 25, 100, 250, 1000, 5000, _GREATEST - 1, _GREATEST)
_ATTRIBUTES = (Attributes({}), Attributes({"region": "EMEA"}), Attributes({"region": "ŁÓDŹ"}))
_PRODUCTS = ("calling", "meetings", "calling", "meetings", "messaging", "call_on_webex")

_WEEKS = (0, 1, 0, 2, -1, 3, 7, 8, 9, -2)
_TICKS = (0, 0, -1, 1, -1_000, 1_000, -3_600_000_000, 3_600_000_000, 86_400_000_000)
_WAITS = (0, 1, 19_999, 20_000, 20_001, 5_000, 9_999, 61_000, 3_600_000, _GREATEST)
_LENGTHS = (0, 1, 60_000, 60_001, 183_173, 3_600_000, _GREATEST)
_FEATURES = ("call_queue", "voicemail", "call_park", "hunt_group", "añadida")
_ENDPOINTS = ("desk_phone", "app", "webex_device", "gateway", "unknown", None)
_RECORDS = (None, "r-1", "r-2", "r-3", "007")
_CALLERS = ("c-1", "c-2", "c-3")


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


def _week_edges(near: datetime) -> st.SearchStrategy[datetime]:
    """Instants at or beside the ends of weeks around an instant: a microsecond or a millisecond."""
    end = last_week_end(of_datetime(near))

    return st.builds(
        lambda weeks, ticks: to_datetime(min(max(end - weeks * WEEK + ticks, EARLIEST), LATEST)),
        st.sampled_from(_WEEKS),
        st.sampled_from(_TICKS),
    )


def _reported(near: datetime) -> st.SearchStrategy[datetime | None]:
    return st.sampled_from((None, near, near - timedelta(days=1), near - timedelta(milliseconds=1)))


def call_legs(near: datetime = _NEAR) -> st.SearchStrategy[CallLeg]:
    """Call legs of a few customers, users and calls, at and beside the ends of weeks.

    Record ids, and the instants at which rows were reported, are few, so that rows of one list
    often are duplicates of each other; measurements lie at and beside the limits of quality.

    Args:
        near: The instant around which the weeks lie.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(call_legs())
        ... def test(leg):
        ...     assert leg.duration_ms >= 0
        >>> test()
    """
    return st.builds(
        CallLeg,
        record_id=st.sampled_from(_RECORDS).map(_maybe(RecordId)),
        reported_at=_reported(near),
        call_id=st.sampled_from(("k-1", "k-2", "k-3")).map(CallId),
        customer_id=st.sampled_from(_CALLERS).map(CustomerId),
        user_id=st.sampled_from(("u-1", "u-2", None)).map(_maybe(UserId)),
        started_at=_week_edges(near) | _week_edges(near) | instants(near),
        duration_ms=st.sampled_from(_LENGTHS),
        answered=st.booleans(),
        endpoint_type=st.sampled_from(_ENDPOINTS),
        packet_loss_percent=st.sampled_from((None, 0.0, 4.999, 5.0, 9.5, 100.0)),
        latency_ms=st.sampled_from((None, 20.0, 399.9, 400.0, 1e300)),
        jitter_ms=st.sampled_from((None, 0.0, 149.99, 150.0)),
        features=st.lists(st.sampled_from(_FEATURES), max_size=3).map(tuple),
    )


def queue_calls(near: datetime = _NEAR) -> st.SearchStrategy[QueueCall]:
    """Queue calls of a few customers and queues, at and beside the ends of weeks.

    As for ``call_legs`` rows of one list often are duplicates; waits lie at and beside usual
    thresholds.

    Args:
        near: The instant around which the weeks lie.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(queue_calls())
        ... def test(call):
        ...     assert call.wait_ms >= 0
        >>> test()
    """
    return st.builds(
        QueueCall,
        record_id=st.sampled_from(_RECORDS).map(_maybe(RecordId)),
        reported_at=_reported(near),
        call_id=st.sampled_from(("k-1", "k-2", "k-3")).map(CallId),
        customer_id=st.sampled_from(_CALLERS).map(CustomerId),
        queue_id=st.sampled_from(("Q1", "Q2")).map(QueueId),
        entered_at=_week_edges(near) | _week_edges(near) | instants(near),
        wait_ms=st.sampled_from(_WAITS),
        outcome=st.sampled_from(Outcome),
        talk_ms=st.sampled_from((None, 0, 1, 60_000)),
    )


def _maybe(make: Callable[[str], _Id]) -> Callable[[str | None], _Id | None]:
    return lambda text: None if text is None else make(text)


def call_leg_lists(
    near: datetime = _NEAR, *, max_size: int = 30
) -> st.SearchStrategy[tuple[CallLeg, ...]]:
    """Call legs in any order, some of them delivered again as they were.

    Args:
        near: The instant around which the weeks lie.
        max_size: How many there are at most.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(call_leg_lists(max_size=4))
        ... def test(legs):
        ...     assert len(legs) <= 4
        >>> test()
    """
    return _delivered(call_legs(near), max_size)


def queue_call_lists(
    near: datetime = _NEAR, *, max_size: int = 30
) -> st.SearchStrategy[tuple[QueueCall, ...]]:
    """Queue calls in any order, some of them delivered again as they were.

    Args:
        near: The instant around which the weeks lie.
        max_size: How many there are at most.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(queue_call_lists(max_size=4))
        ... def test(calls):
        ...     assert len(calls) <= 4
        >>> test()
    """
    return _delivered(queue_calls(near), max_size)


def _delivered(rows: st.SearchStrategy[_Row], size: int) -> st.SearchStrategy[tuple[_Row, ...]]:
    """Some rows, each a few times: at least once."""
    pairs = st.lists(st.tuples(rows, st.sampled_from((1, 1, 1, 2, 3))), max_size=size)

    return pairs.map(lambda found: tuple(row for row, times in found for _ in range(times))[:size])


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
    counts: tuple[int, ...] = _COUNTS
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
        return st.sampled_from(_DAYS) | st.integers(-1, 400)
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
st.register_type_strategy(CallLeg, lambda _: call_legs())
st.register_type_strategy(Calls, lambda _: call_leg_lists().map(Calls.from_records))
st.register_type_strategy(Customer, lambda _: customers())
st.register_type_strategy(Expression, lambda _: filters())
st.register_type_strategy(LicenseLine, lambda _: license_lines())
st.register_type_strategy(Observation, lambda _: observations())
st.register_type_strategy(Policy, lambda _: policies())
st.register_type_strategy(Portfolio, lambda _: portfolios())
st.register_type_strategy(QueueCall, lambda _: queue_calls())
st.register_type_strategy(QueueCalls, lambda _: queue_call_lists().map(QueueCalls.from_records))
st.register_type_strategy(Subscription, lambda _: subscriptions())
