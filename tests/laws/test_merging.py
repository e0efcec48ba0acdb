"""Every state merges: with nothing, in any grouping, in any order; and different terms never do."""

import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import reduce
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from attrs import AttrsInstance, asdict, evolve, fields
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerkpi import Policy, Portfolio, read, report
from partnerkpi.errors import MergeError
from partnerkpi.licenses.evidence import SectionEvidence
from partnerkpi.licenses.measures import SectionState
from partnerkpi.licenses.peers import Rates
from partnerkpi.licenses.state import LicenseState, RatesState, limits, rates_state
from partnerkpi.licenses.trend import TrendState
from partnerkpi.reports import ReportState, finish, lift, lift_all, look, merged
from tests.library import AS_OF as TODAY
from tests.library import policy_of, portfolio_of
from tests.strategies import Case, cases, partitions

Mergeable: TypeAlias = Any
NOBODY = Portfolio.from_customers([])
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)


def told_rates(state: RatesState) -> list[list[tuple[int, int]]]:
    """The pairs of assigned and total, in order, for each group of products."""
    return [told_pairs(each) for each in (state.both, *state.products)]


def told_pairs(rates: Rates) -> list[tuple[int, int]]:
    """The pairs of assigned and total, in order."""
    return sorted(zip(rates.assigned.tolist(), rates.total.tolist(), strict=True))


def told_section(state: SectionState) -> tuple[object, ...]:
    """The counts of a section, and the subscriptions behind them in order."""
    ids = list(SectionEvidence(state.parts, "subscription").members())
    return (*(getattr(state, name) for name in SUMS), ids)


SUMS = ("customers", "total", "assigned", "used_7d", "overage", "available")


def told_licenses(state: LicenseState) -> list[object]:
    """Every section and trend of the license figures."""
    groups: tuple[AttrsInstance, ...] = (state.overview, *state.products)
    values = [getattr(group, each.name) for group in groups for each in fields(type(group))]
    return [
        told_section(value) if isinstance(value, SectionState) else told_trend(value)
        for value in values
    ]


def told_trend(state: TrendState) -> dict[str, object]:
    """The numbers of a trend."""
    return asdict(state)


def told_report(state: ReportState) -> dict[str, Any]:
    """The report document."""
    return finish(state).to_dict()


def lifted(parts: Sequence[Portfolio], as_of: datetime, policy: Policy) -> list[ReportState]:
    """The states of some parts, under the thresholds of all of them."""
    seen = [look(part, as_of, policy) for part in parts]
    rates = reduce(RatesState.merge, map(rates_state, seen), RatesState.empty())
    found = limits(rates, policy)
    return [lift(each, found) for each in seen]


def cut(case: Case, data: st.DataObject) -> list[Portfolio]:
    """The parts of a case, some of them perhaps empty."""
    return [portfolio_of(part) for part in data.draw(partitions(case.document))]


def states(case: Case, data: st.DataObject) -> list[ReportState]:
    """The states of the parts of a case."""
    return lifted(cut(case, data), case.as_of, policy_of(case.policy))


def check_laws(
    told: Callable[[Any], object], nothing: Mergeable, some: Sequence[Any], data: st.DataObject
) -> None:
    """Identity, associativity and commutativity, up to the order of parts."""
    first, second, third = (data.draw(st.sampled_from(some)) for _ in range(3))
    left_first = first.merge(second).merge(third)
    right_first = first.merge(second.merge(third))
    assert told(first) == told(nothing.merge(first))
    assert told(first) == told(first.merge(nothing))
    assert told(left_first) == told(right_first)
    assert told(first.merge(second)) == told(second.merge(first))


@given(cases(max_customers=6), st.data())
@settings(max_examples=30)
def test_rates_merge(case: Case, data: st.DataObject) -> None:
    """The rates of parts: no customers at all are the identity."""
    policy = policy_of(case.policy)
    some = [rates_state(look(part, case.as_of, policy)) for part in cut(case, data)]
    check_laws(told_rates, RatesState.empty(), some, data)


@given(cases(max_customers=6), st.data())
@settings(max_examples=30)
def test_sections_merge(case: Case, data: st.DataObject) -> None:
    """A section of parts: one that counted nothing is the identity."""
    some = [
        section
        for state in states(case, data)
        for product in state.licenses.products
        for section in (product.expiring, product.low_assignment, product.overage)
    ]
    check_laws(told_section, SectionState(), some, data)


@given(cases(max_customers=6), st.data())
@settings(max_examples=30)
def test_trends_merge(case: Case, data: st.DataObject) -> None:
    """A trend of parts: the trend of nobody is the identity."""
    (nothing,) = lifted([NOBODY], case.as_of, policy_of(case.policy))
    some = [product.trend for state in states(case, data) for product in state.licenses.products]
    check_laws(told_trend, nothing.licenses.products[0].trend, some, data)


@given(cases(max_customers=6), st.data())
@settings(max_examples=30)
def test_license_states_merge(case: Case, data: st.DataObject) -> None:
    """All license figures of parts: those of nobody are the identity."""
    (nothing,) = lifted([NOBODY], case.as_of, policy_of(case.policy))
    some = [state.licenses for state in states(case, data)]
    check_laws(told_licenses, nothing.licenses, some, data)


@given(cases(max_customers=6), st.data())
@settings(max_examples=30)
def test_report_states_merge(case: Case, data: st.DataObject) -> None:
    """Whole reports of parts: nobody, under the same thresholds, is the identity."""
    policy = policy_of(case.policy)
    parts = cut(case, data)
    nothing, *some = lifted([NOBODY, *parts], case.as_of, policy)
    whole = told_report(lift_all([portfolio_of(case.document)], case.as_of, policy))

    assert whole == told_report(merged(some))
    assert whole == told_report(merged(some[::-1]))
    assert whole == told_report(merged([nothing, *some, nothing]))
    assert whole == told_report(reduce(lambda right, left: left.merge(right), some[::-1]))


@given(cases(max_customers=6), st.data())
@settings(max_examples=30)
def test_saying_changes_nothing(case: Case, data: st.DataObject) -> None:
    """Finished twice, and merged further after that, a state says the same."""
    some = states(case, data)
    whole = merged(some)
    expected = told_report(whole)

    assert expected == told_report(whole)
    assert expected == told_report(merged(some))


@given(cases(max_customers=6), st.data())
@settings(max_examples=30)
def test_states_travel(case: Case, data: st.DataObject) -> None:
    """Pickled in a worker and merged at home, states say the same report."""
    some = states(case, data)
    home = [pickle.loads(pickle.dumps(state)) for state in some]  # noqa: S301  # our own bytes

    assert told_report(merged(some)) == told_report(merged(home))


@given(cases(max_customers=6), st.data())
@settings(max_examples=30)
def test_rates_travel(case: Case, data: st.DataObject) -> None:
    """Pickled rates of parts give the thresholds of the whole."""
    policy = policy_of(case.policy)
    some = [rates_state(look(part, case.as_of, policy)) for part in cut(case, data)]
    home = [pickle.loads(pickle.dumps(state)) for state in some]  # noqa: S301  # our own bytes
    thresholds = [limits(reduce(RatesState.merge, group), policy) for group in (some, home)]

    assert thresholds[0] == thresholds[1]
    assert thresholds[0] == pickle.loads(pickle.dumps(thresholds[0]))  # noqa: S301


@given(cases(max_customers=8), st.data())
@settings(max_examples=20)
def test_threads_may_look_at_parts(case: Case, data: st.DataObject) -> None:
    """Parts looked at and lifted in threads, all at once, give the report of the whole."""
    policy = policy_of(case.policy)
    parts = cut(case, data)
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda part: look(part, case.as_of, policy), parts))
        rates = reduce(RatesState.merge, pool.map(rates_state, seen))
        found = limits(rates, policy)
        some = list(pool.map(lambda each: lift(each, found), seen))
        documents = list(pool.map(told_report, [merged(some)] * 3))

    assert [told_report(lift_all(parts, case.as_of, policy))] * 3 == documents


def nobody(as_of: datetime = AS_OF, policy: Policy | None = None) -> ReportState:
    """The state of no customers."""
    return lift_all([NOBODY], as_of, policy or Policy())


def test_other_instants_never_mix() -> None:
    """Counts at two instants are refused, with both in the message."""
    later = nobody(AS_OF + timedelta(microseconds=1))
    with pytest.raises(MergeError, match="instant") as caught:
        nobody().merge(later)

    assert str(nobody().micros) in str(caught.value)
    assert str(later.micros) in str(caught.value)


def test_other_policies_never_mix() -> None:
    """Counts under two policies are refused, with both in the message."""
    with pytest.raises(MergeError, match="policy") as caught:
        nobody().merge(nobody(policy=Policy(window_days=60)))

    assert "window_days=90" in str(caught.value)
    assert "window_days=60" in str(caught.value)


def test_other_thresholds_never_mix() -> None:
    """Counts under thresholds of two portfolios are refused, with both in the message."""
    mine = nobody()
    both = evolve(mine.limits.both, peers=(7,))
    other = lift(look(NOBODY, AS_OF, Policy()), evolve(mine.limits, both=both))
    with pytest.raises(MergeError, match="threshold") as caught:
        mine.merge(other)

    assert "peers=(0,)" in str(caught.value)
    assert "peers=(7,)" in str(caught.value)


def test_a_report_survives_pickling() -> None:
    """A report comes back from another process with its document and its segments."""
    portfolio = read(Path(__file__).parents[2] / "examples" / "data" / "portfolio.json")
    whole = report(portfolio, as_of=TODAY)
    back = pickle.loads(pickle.dumps(whole))  # noqa: S301 (its own bytes)

    assert whole.to_dict() == back.to_dict()
    assert list(whole.by("region")) == list(back.by("region"))
