"""The strategies give valid documents, quickly reach the edges they aim at, and cut losslessly."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.oracles import read_customers, report_document
from tests.oracles.peers import low_among_all, low_among_their_size, rates
from tests.oracles.records import Customer, Subscription
from tests.oracles.times import days, week_ends
from tests.strategies import Case, cases, partitions, policy_settings, reordered


def read(case: Case) -> list[Customer]:
    """The customers of a case."""
    return read_customers(case.document)


def all_subscriptions(case: Case) -> Iterator[Subscription]:
    """Every subscription of a case."""
    for customer in read(case):
        yield from customer.subscriptions


def days_left(case: Case) -> set[int]:
    """The days until every end that is still to come."""
    return {
        days(case.as_of, s.ends_at)
        for s in all_subscriptions(case)
        if s.ends_at is not None and s.is_active(case.as_of)
    }


def observed(case: Case) -> set[timedelta | None]:
    """How long before the instant every observation was made; None for undated ones."""
    return {
        None if o.observed_at is None else case.as_of - o.observed_at
        for s in all_subscriptions(case)
        for line in s.lines
        for o in line.observations
    }


def calling(case: Case) -> dict[str, Any]:
    """The calling sections of the report on a case."""
    document = report_document(case.document, case.as_of, case.policy)
    sections: dict[str, Any] = document["licenses"]["calling"]
    return sections


def observed_at_a_week_end(case: Case) -> bool:
    """Some observation was made exactly at an earlier week's end."""
    ends = week_ends(case.as_of, 8)[:-1]
    return any(case.as_of - end in observed(case) for end in ends)


def ids_in_unnatural_order(case: Case) -> bool:
    """The order by code point differs from that of UTF-16 code units."""
    ids = [customer.id for customer in read(case)]
    return ids != sorted(ids, key=lambda text: text.encode("utf-16-be"))


def has_tied_rates(case: Case) -> bool:
    """Two customers in low assignment have one rate."""
    rates = [
        Fraction(row["customer_assignment"]["numerator"], row["customer_assignment"]["denominator"])
        for row in calling(case)["low_assignment"]["rows"]
        if row["customer_assignment"]["numerator"]
    ]
    return any(left == right for left, right in pairwise(rates))


def size_bands_matter(case: Case) -> bool:
    """Who is low among its size differs from who is low among all."""
    found = rates(read(case), case.as_of, "calling")
    among_all = low_among_all(found, case.policy)
    return set(low_among_their_size(found, case.policy)) != set(among_all)


EDGES: dict[str, Callable[[Case], bool]] = {
    "an end on day 30": lambda case: 30 in days_left(case),
    "an end on day 90": lambda case: 90 in days_left(case),
    "an end on day 91": lambda case: 91 in days_left(case),
    "an end now": lambda case: any(s.ends_at == case.as_of for s in all_subscriptions(case)),
    "a start now": lambda case: any(
        s.starts_at == case.as_of != s.added_at for s in all_subscriptions(case)
    ),
    "added now": lambda case: any(s.added_at == case.as_of for s in all_subscriptions(case)),
    "added a week ago": lambda case: any(
        case.as_of - s.added_at == timedelta(days=7) and s.lines for s in all_subscriptions(case)
    ),
    "pending": lambda case: any(s.is_pending(case.as_of) for s in all_subscriptions(case)),
    "not there": lambda case: not all(s.is_there(case.as_of) for s in all_subscriptions(case)),
    "an undated observation": lambda case: None in observed(case),
    "observed now": lambda case: timedelta(0) in observed(case),
    "observed a week ago": lambda case: timedelta(days=7) in observed(case),
    "observed in a moment": lambda case: timedelta(microseconds=-1) in observed(case),
    "observed at a week's end": observed_at_a_week_end,
    "a line without observations": lambda case: any(
        not line.observations for s in all_subscriptions(case) for line in s.lines
    ),
    "two lines of a product": lambda case: any(
        len(s.lines_of("calling")) > 1 for s in all_subscriptions(case)
    ),
    "the largest count": lambda case: "9007199254740991" in str(case.document),
    "a renewal": lambda case: bool(calling(case)["renewing"]["rows"]),
    "an overage without an end": lambda case: any(
        row["months_remaining"] is None for row in calling(case)["overage"]["rows"]
    ),
    "an overage over nothing": lambda case: any(
        row["assignment"]["value"] is None for row in calling(case)["overage"]["rows"]
    ),
    "an unknown weekly change": lambda case: any(
        row["weekly_usage_change"] is None for row in calling(case)["recently_added"]["rows"]
    ),
    "low assignment": lambda case: bool(calling(case)["low_assignment"]["rows"]),
    "size bands that matter": size_bands_matter,
    "tied rates": has_tied_rates,
    "ids in another order": ids_in_unnatural_order,
    "no badge": lambda case: any(
        row["badge"] is None for row in report_document(case.document, case.as_of)["customers"]
    ),
}


@pytest.fixture(scope="module")
def sample() -> list[Case]:
    """Cases as properties look at them, the same in every run of the tests."""
    drawn: list[Case] = []

    @settings(max_examples=1500, derandomize=True, database=None, phases=[Phase.generate])
    @given(cases())
    def look(case: Case) -> None:
        drawn.append(case)

    look()
    return drawn


@pytest.mark.parametrize("edge", EDGES)
def test_edges_are_reached(sample: list[Case], edge: str) -> None:
    """Each edge that the strategies aim at lies in some of many cases."""
    assert any(EDGES[edge](case) for case in sample)


@given(cases())
def test_ids_are_unique(case: Case) -> None:
    """No two customers, and no two subscriptions of a portfolio, have one id."""
    customer_ids = [customer.id for customer in read(case)]
    subscription_ids = [s.id for s in all_subscriptions(case)]
    assert len(set(customer_ids)) == len(customer_ids)
    assert len(set(subscription_ids)) == len(subscription_ids)


@given(cases())
def test_subscriptions_are_valid(case: Case) -> None:
    """Ends come after starts, trials never renew, no line is observed twice at one instant."""
    for subscription in all_subscriptions(case):
        assert subscription.ends_at is None or subscription.ends_at > subscription.starts_at
        assert not (subscription.kind == "trial" and subscription.auto_renew)
        for line in subscription.lines:
            instants = [o.observed_at for o in line.observations]
            assert len(set(instants)) == len(instants)


@given(cases(), st.data())
def test_a_partition_holds_every_customer_once(case: Case, data: st.DataObject) -> None:
    """Put together again, the parts have the customers of the whole."""
    parts = data.draw(partitions(case.document))
    together = [customer for part in parts for customer in part["customers"]]
    expected = sorted(case.document["customers"], key=lambda customer: customer["id"])
    assert expected == sorted(together, key=lambda customer: customer["id"])


@given(cases(), st.data())
def test_the_order_of_records_never_matters(case: Case, data: st.DataObject) -> None:
    """The naive reading gives one report for every order of the records."""
    other = data.draw(reordered(case.document))
    expected = report_document(case.document, case.as_of, case.policy)
    assert expected == report_document(other, case.as_of, case.policy)


@given(cases())
def test_seats_balance_in_every_row(case: Case) -> None:
    """Total and overage together are what is assigned and available together."""
    for name, section in calling(case).items():
        for row in [] if name == "distribution_trend" else section["rows"]:
            assert row["total"] + row["overage"] == row["assigned"] + row["available"]


@given(cases())
def test_policy_settings_are_those_of_the_policy(case: Case) -> None:
    """The settings by name make the same policy again."""
    assert case.policy == type(case.policy)(**policy_settings(case.policy))
