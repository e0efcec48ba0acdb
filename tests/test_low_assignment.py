"""Low license assignment is exact: ties, even numbers of peers, huge counts, any rule, any band."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import pytest
from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.aggregates import Ratio
from partnerkpi.policy import (
    BenchmarkRates,
    FixedRate,
    LowAssignmentRule,
    PeerMedian,
    PeerQuantile,
    PeerRates,
)
from tests.library import (
    AS_OF,
    Field,
    customer,
    figures_only,
    line,
    policy_of,
    portfolio_of,
    reported,
    subscription,
)
from tests.oracles import OraclePolicy, report_document
from tests.oracles.peers import (
    Rate,
    below_benchmark,
    below_quantile,
    below_rate,
    low_among_all,
    low_among_their_size,
)
from tests.oracles.policy import Rule
from tests.strategies import Case, cases, policies

LARGEST = 2**53 - 1
HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
Pairs = list[tuple[int, int]]


@frozen
class SmallestOfPeers:
    """A rule of one's own: low is below so many times the smallest rate above 0."""

    times: int

    def threshold(self, peers: PeerRates, _: Fraction, /) -> Fraction | None:
        """So many times the smallest rate above 0."""
        found = (peers.ranked(rank) for rank in range(len(peers)))
        smallest = next((rate for rate in found if rate), None)
        return None if smallest is None else self.times * smallest

    def to_dict(self) -> dict[str, object]:
        """The rule as plain values."""
        return {"rule": "smallest_of_peers", "times": self.times}


def times_the_smallest(times: int) -> Rule:
    """The same rule, naively."""

    def rule(peers: list[Fraction], _: int) -> Fraction | None:
        positive = [rate for rate in peers if rate > 0]
        return times * min(positive) if positive else None

    return rule


def rates_near_ties() -> st.SearchStrategy[Pairs]:
    """Pairs of assigned and total: few values, halves and thirds of each other, many ties."""
    small = [(a, t) for t in (1, 2, 3, 6, 10, 12) for a in (0, 1, t // 3, t // 2, t, t + 1)]
    near = [(a, t) for t in (LARGEST, LARGEST - 1, LARGEST - 2) for a in (1, t // 2, t - 1, t)]
    beyond = [(a, t) for t in (2**54, 2**54 + 1, 2**56 - 1) for a in (0, t // 2, t // 2 + 1, t)]
    pairs = st.sampled_from(6 * small + near + beyond)
    return st.lists(pairs, max_size=14) | st.lists(st.sampled_from(near), max_size=9)


def portfolio_with(pairs: Pairs) -> pk.Portfolio:
    """Customers 0, 1, ... with these rates; more than a line may hold is spread over lines."""
    ids = [str(row) for row in range(len(pairs))]
    lines = [(row, *part) for row, pair in enumerate(pairs) for part in line_parts(*pair)]
    owners = np.array([ids[row] for row, *_ in lines], np.str_)
    return pk.from_columns(
        customers={"customer_id": np.array(ids, np.str_), "name": np.array(ids, np.str_)},
        subscriptions={
            "subscription_id": np.array(ids, np.str_),
            "customer_id": np.array(ids, np.str_),
            "kind": np.full(len(ids), "subscription"),
            "added_at": np.full(len(ids), np.datetime64("2026-01-01", "D")),
        },
        licenses={
            "subscription_id": owners,
            "product": np.full(len(lines), "calling"),
            "name": np.array([f"L{place}" for _, place, *_ in lines], np.str_),
            "total": np.array([total for *_, total in lines], np.int64),
            "assigned": np.array([assigned for *_, assigned, _ in lines], np.int64),
        },
    )


def line_parts(assigned: int, total: int) -> Iterator[tuple[int, int, int]]:
    """A rate as numbered lines, each with a part of the assigned and of the total."""
    place = 0
    while place == 0 or assigned or total:
        yield place, min(assigned, LARGEST), min(total, LARGEST)
        assigned, total = max(assigned - LARGEST, 0), max(total - LARGEST, 0)
        place += 1


def low_rows(pairs: Pairs, policy: pk.Policy, *, banded: bool) -> list[int]:
    """Which of some customers are low, by the library."""
    report = pk.report(portfolio_with(pairs), as_of=AS_OF, policy=policy)
    low = report.licenses["calling"].low_assignment.customers
    return sorted(map(int, (low if banded else report.overview.low_license_assignment).members))


def naively_low(pairs: Pairs, policy: OraclePolicy, *, banded: bool) -> list[int]:
    """Which of some customers are low, in exact fractions."""
    found = {str(row): Rate(*pair) for row, pair in enumerate(pairs)}
    choose = low_among_their_size if banded else low_among_all
    return [int(row) for row in choose(found, policy)]


def policy_pairs() -> st.SearchStrategy[tuple[pk.Policy, OraclePolicy]]:
    """A policy with every rule, as the library and as the naive reading write it."""
    return st.builds(with_rule, policies(), st.sampled_from(RULES))


def with_rule(
    policy: OraclePolicy, rule: tuple[LowAssignmentRule, Rule | None]
) -> tuple[pk.Policy, OraclePolicy]:
    """The policy with a rule, for both."""
    ours, naive = rule
    if isinstance(ours, BenchmarkRates):
        naive = below_benchmark(dict(ours.rates), policy.low_assignment_fraction)
    return policy_of(policy, low_assignment_rule=ours), evolve(policy, low_rule=naive)


RULES: list[tuple[LowAssignmentRule, Rule | None]] = [
    (PeerMedian(), None),
    *(
        (PeerQuantile(share), below_quantile(share))
        for share in map(Fraction, ("1/100", "1/4", "1/3", "1/2", "2/3", "1"))
    ),
    *(
        (FixedRate(rate), below_rate(rate))
        for rate in (Fraction(0), HALF, THIRD, Fraction(3), Fraction(1, 10**30))
    ),
    (BenchmarkRates({1: HALF}), None),
    (BenchmarkRates({1: Fraction(3, 5), 25: Fraction(4, 5), 1000: Fraction(1, 7)}), None),
    (BenchmarkRates({30: Fraction(3, 5), 31: Fraction(2)}), None),
    (SmallestOfPeers(2), times_the_smallest(2)),
]


@given(rates_near_ties(), policy_pairs())
@settings(max_examples=200)
def test_everyone_is_one_band(pairs: Pairs, both: tuple[pk.Policy, OraclePolicy]) -> None:
    """Among all customers, who is low is what exact fractions say."""
    assert naively_low(pairs, both[1], banded=False) == low_rows(pairs, both[0], banded=False)


@given(rates_near_ties(), policy_pairs())
@settings(max_examples=200)
def test_bands_of_size(pairs: Pairs, both: tuple[pk.Policy, OraclePolicy]) -> None:
    """Within size bands, or among all where a band has too few, it is as well."""
    assert naively_low(pairs, both[1], banded=True) == low_rows(pairs, both[0], banded=True)


@given(cases(max_customers=8), st.sampled_from(RULES))
@settings(max_examples=60)
def test_whole_reports_under_any_rule(
    case: Case, rule: tuple[LowAssignmentRule, Rule | None]
) -> None:
    """The whole report, under every rule, is what the naive reading gives under it."""
    policy, naive = with_rule(case.policy, rule)
    report = pk.report(portfolio_of(case.document), as_of=case.as_of, policy=policy)
    expected = report_document(case.document, case.as_of, naive)
    assert expected == figures_only(report.to_dict())


def peers_of(kind: str) -> Pairs:
    """So many peers that the library looks for the median by samples."""
    draw = np.random.default_rng(20261122)
    size = 70_000 if kind == "rising" else 70_001
    total = {
        "random": draw.integers(1, 5000, size),
        "rising": np.full(size, size),
        "periodic": np.full(size, size),
        "two values": np.full(size, 3),
        "all alike": draw.integers(1, 9, size) * 7,
        # As huge as the sum over all allows.
        "huge": 2**46 - draw.integers(0, 3, size),
    }[kind]
    assigned = {
        "random": draw.integers(0, 5000, size) % (total + 1),
        "rising": np.arange(size),
        # Every seventeenth stands out: those that a sample of every seventeenth may meet alone.
        "periodic": np.where(np.arange(size) % 17 == 0, 0, np.arange(size)),
        "two values": np.arange(size) % 2 + 1,
        "all alike": total // 7,
        "huge": total // 2 + draw.integers(0, 2, size),
    }[kind]
    return list(zip(assigned.tolist(), total.tolist(), strict=True))


@pytest.mark.parametrize(
    "kind", ["random", "rising", "periodic", "two values", "all alike", "huge"]
)
def test_many_peers_are_ranked_exactly(kind: str) -> None:
    """Ranks and median of seventy thousand rates are those of the sorted fractions."""
    pairs = peers_of(kind)
    asked: list[tuple[list[Fraction], Fraction]] = []
    ranks = [0, 1, 70, len(pairs) // 4, len(pairs) // 2, len(pairs) - 2, len(pairs) - 1]
    rule = Probe(ranks, asked)
    portfolio = portfolio_with(pairs)
    pk.report(portfolio, as_of=AS_OF, policy=pk.Policy(low_assignment_rule=rule, size_bands=()))

    expected = sorted(map(exact_rates(pairs).__getitem__, pairs))
    middle = (expected[(len(pairs) - 1) // 2] + expected[len(pairs) // 2]) / 2
    assert ([expected[rank] for rank in ranks], middle) == asked[0]


def exact_rates(pairs: Pairs) -> dict[tuple[int, int], Fraction]:
    """The rate of each different pair, in exact fractions."""
    return {pair: Fraction(*pair) for pair in set(pairs)}


@frozen
class Probe:
    """A rule that asks for the rates of some ranks and the median, and finds nobody low."""

    ranks: list[int]
    asked: list[tuple[list[Fraction], Fraction]]

    def threshold(self, peers: PeerRates, _: Fraction, /) -> Fraction | None:
        """Note the answers, of all the peers together."""
        if len(peers) > max(self.ranks):
            self.asked.append(([peers.ranked(rank) for rank in self.ranks], peers.median()))
        return None

    def to_dict(self) -> dict[str, object]:
        """The rule as plain values."""
        return {"rule": "probe"}


def of_rates(pairs: Sequence[tuple[int, int]], **settings: Field) -> pk.Report:
    """The report on customers c-0, c-1, ... with these assigned and total."""
    some = [
        customer(subscription(line(total, assigned), id=f"Sub{row}"), id=f"c-{row}")
        for row, (assigned, total) in enumerate(pairs)
    ]
    return reported(*some, **settings)


def low_of(pairs: Sequence[tuple[int, int]], **settings: Field) -> list[str]:
    """Who of these is low within its size band."""
    return list(of_rates(pairs, **settings).licenses["calling"].low_assignment.customers.members)


def test_an_exact_tie_is_not_low() -> None:
    """Exactly half of the median is not low; a hair less is."""
    # 3/6 of 3/3 stays a tie although no double is exact on the way.
    assert [] == low_of([(1, 6), (1, 3), (1, 3)], low_assignment_min_peers=0)
    assert ["c-0"] == low_of([(LARGEST // 2, LARGEST), (LARGEST, LARGEST), (LARGEST, LARGEST)])
    assert [] == low_of([((LARGEST - 1) // 2, LARGEST - 1), (LARGEST, LARGEST), (LARGEST, LARGEST)])


def test_doubles_could_not_tell() -> None:
    """Rates that differ by less than doubles see are still told apart."""
    near, close = (LARGEST - 2, LARGEST - 1), (LARGEST - 1, LARGEST)
    assert near[0] / near[1] == close[0] / close[1]
    rule = PeerQuantile(Fraction(1))
    assert ["c-0"] == low_of([near, close], low_assignment_rule=rule)
    assert ["c-1"] == low_of([close, near], low_assignment_rule=rule)


def test_the_customer_is_its_own_peer() -> None:
    """Alone it is its own median, and never below a half of that."""
    assert [] == low_of([(1, 100)])
    assert ["c-0"] == low_of([(1, 100)], low_assignment_fraction=Fraction(101, 100))


def test_an_even_number_of_peers() -> None:
    """The median of two is the mean of the two: 1/10 is below half of 11/20, 3/10 is not."""
    assert ["c-0"] == low_of([(1, 10), (10, 10)])
    assert [] == low_of([(4, 10), (10, 10)])


@pytest.mark.parametrize(
    ("min_peers", "expected"),
    [(2, []), (3, ["c-0", "c-1"])],
    ids=["enough peers", "too few peers"],
)
def test_too_few_peers(min_peers: int, expected: list[str]) -> None:
    """Two alike in a small band are low only when compared with everyone."""
    pairs = [(1, 10), (1, 10), (100, 100), (100, 100), (100, 100)]
    assert expected == low_of(pairs, low_assignment_min_peers=min_peers)


@pytest.mark.parametrize(
    ("total", "expected"), [(24, ["c-0"]), (25, [])], ids=["below the bound", "at the bound"]
)
def test_a_band_begins_at_its_bound(total: int, expected: list[str]) -> None:
    """With 25 licenses a customer is among those of 25 and more, with 24 among the smaller."""
    small, large = [(20, 20)] * 5, [(1, 30)] * 5
    assert expected == low_of([(1, total), *small, *large])


def test_nothing_bought_is_no_rate() -> None:
    """Customers without licenses are neither low nor anybody's peers."""
    assert [] == low_of([(0, 0), (5, 0), (1, 1)])
    low = of_rates([(0, 0)]).licenses["calling"].low_assignment
    assert (0, Ratio(0, 0), Ratio(0, 0)) == (
        low.customers.value,
        low.assignment.value,
        low.used_when_assigned.value,
    )


def test_the_overview_compares_everyone() -> None:
    """In the overview all customers are one band, and Meetings and Calling count together."""
    pairs = [(30, 100), *[(9, 10)] * 6]
    report = of_rates(pairs)
    assert [] != list(report.overview.low_license_assignment.members)
    assert ["c-0"] == list(report.overview.low_license_assignment.members)
    together = customer(subscription(line(10, 0), line(90, 90, product="meetings")), id="c-0")
    peers = [
        customer(subscription(line(10, 10), id=f"Sub-{row}"), id=f"p-{row}") for row in range(3)
    ]
    report = reported(together, *peers)
    assert 0 == report.overview.low_license_assignment.value
    assert ["c-0"] == list(report.licenses["calling"].low_assignment.customers.members)


def test_only_what_is_active_has_a_rate() -> None:
    """Ended and pending subscriptions are nobody's rate, and no rows."""
    low = customer(
        subscription(line(100, 1)),
        subscription(line(100, 100), id="Sub2", ends_at=AS_OF),
        subscription(line(100, 100), id="Sub3", starts_at="2026-11-23"),
    )
    peers = [
        customer(subscription(line(100, 90), id=f"Sub-{row}"), id=f"p-{row}") for row in range(5)
    ]
    section = reported(low, *peers).licenses["calling"].low_assignment
    (row,) = section.rows
    assert ("Sub1", Ratio(1, 100)) == (row.subscription_id, row.customer_assignment)


def test_rows_show_every_active_subscription_of_a_low_customer() -> None:
    """Also one that by itself assigned everything; the customer's rate stands beside."""
    low = customer(subscription(line(100, 1)), subscription(line(5, 5), id="Sub2"))
    peers = [
        customer(subscription(line(100, 90), id=f"Sub-{row}"), id=f"p-{row}") for row in range(5)
    ]
    section = reported(low, *peers).licenses["calling"].low_assignment

    assert [
        ("Sub1", Ratio(1, 100), Ratio(6, 105)),
        ("Sub2", Ratio(5, 5), Ratio(6, 105)),
    ] == [(row.subscription_id, row.assignment, row.customer_assignment) for row in section.rows]
    assert (Ratio(6, 105), 99) == (section.assignment.value, section.unassigned.value)


def test_a_rule_sees_its_peers() -> None:
    """A rule is asked once a band, with the band's bound, its peers in order, and the fraction."""
    seen: list[tuple[int, list[Fraction], Fraction]] = []
    of_rates(
        [(1, 10), (3, 10), (2, 10), (5, 25), (1, 1000)],
        low_assignment_rule=Recorder(seen),
        low_assignment_min_peers=0,
        low_assignment_fraction=THIRD,
        size_bands=(5, 25, 100, 1000),
    )
    tenths = [Fraction(n, 10) for n in (1, 2, 3)]
    calling = [
        (5, tenths, THIRD),
        (25, [Fraction(1, 5)], THIRD),
        (1000, [Fraction(1, 1000)], THIRD),
    ]
    everyone = (0, [Fraction(1, 1000), *tenths[:2], Fraction(1, 5), tenths[2]], THIRD)
    assert sorted([*calling, everyone]) == sorted(seen)


@frozen
class Recorder:
    """A rule that notes what it was asked, and finds nobody low."""

    seen: list[tuple[int, list[Fraction], Fraction]]

    def threshold(self, peers: PeerRates, fraction: Fraction, /) -> Fraction | None:
        """Note the question."""
        self.seen.append((peers.band, [peers.ranked(n) for n in range(len(peers))], fraction))
        return None

    def to_dict(self) -> dict[str, object]:
        """The rule as plain values."""
        return {"rule": "recorder"}


def test_a_rule_may_find_nobody_low() -> None:
    """A rule without a threshold has no low customers."""
    report = of_rates([(0, 10), (10, 10)], low_assignment_rule=SmallestOfPeers(0))
    assert (0, 0) == (
        report.overview.low_license_assignment.value,
        report.licenses["calling"].low_assignment.customers.value,
    )


def test_one_instant_of_many_shows_the_rates_of_then() -> None:
    """The rate is that of the instant: the same customer is low later and not before."""
    seen = [
        pk.Observation(total=10, assigned=9, observed_at=datetime(2026, 6, 1, tzinfo=UTC)),
        pk.Observation(total=10, assigned=1, observed_at=AS_OF),
    ]
    falling = pk.LicenseLine(product="calling", name="Professional", observations=seen)
    peers = [customer(subscription(line(10, 9), id=f"S{n}"), id=f"p-{n}") for n in range(3)]
    some = [customer(subscription(falling)), *peers]
    low = [
        reported(*some, as_of=as_of).overview.low_license_assignment.value
        for as_of in (datetime(2026, 11, 21, tzinfo=UTC), AS_OF)
    ]
    assert [0, 1] == low


def test_a_rate_beyond_any_customer_makes_all_low() -> None:
    """A fixed rate that no double holds is still a rate."""
    assert ["c-0", "c-1"] == low_of(
        [(1, 2), (5, 3)], low_assignment_rule=FixedRate(Fraction(10**400))
    )
