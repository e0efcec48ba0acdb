"""A portfolio and a later one of the same partner become one with the history of both."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.errors import InputError
from tests.library import customer, line, observed, subscription
from tests.managing.examples import ADA, BEN

DAY = datetime(2026, 11, 14, tzinfo=UTC)
SEATS = st.integers(0, 3)


def seen(day: int | None, *, total: int = 10, assigned: int = 4) -> pk.Observation:
    """An observation some days after the first."""
    at = None if day is None else DAY + timedelta(days=day)
    return pk.Observation(observed_at=at, total=total, assigned=assigned)


def portfolio(*customers: pk.Customer, **fields: Any) -> pk.Portfolio:
    """A portfolio of some customers."""
    return pk.Portfolio.from_customers(customers, **fields)


def held(*observations: pk.Observation, **fields: Any) -> pk.Portfolio:
    """A portfolio of one customer with one line."""
    return portfolio(customer(subscription(observed(*observations), **fields)))


def lines_of(found: pk.Portfolio) -> list[tuple[str, str, list[int]]]:
    """Of each line its subscription, its name, and what was assigned."""
    return [
        (each.id, line.name, [one.assigned for one in line.observations])
        for owner in found.customers
        for each in owner.subscriptions
        for line in each.licenses
    ]


# The oracle: plain records, one after the other.


def merge_records(earlier: pk.Portfolio, later: pk.Portfolio) -> list[pk.Customer]:
    """What `merged_with` should hold, record by record."""
    old, new = ({each.id: each for each in side.customers} for side in (earlier, later))
    subscriptions = {each.id: each for owner in old.values() for each in owner.subscriptions}
    owners = {each.id: owner.id for owner in old.values() for each in owner.subscriptions}
    for owner in new.values():
        for each in owner.subscriptions:
            before = subscriptions.get(each.id)
            subscriptions[each.id] = each if before is None else merge_lines(before, each)
            owners[each.id] = owner.id
    found = []
    for key in [*old, *(key for key in new if key not in old)]:
        fields = new.get(key) or old[key]
        signed = [side[key].last_admin_sign_in_at for side in (old, new) if key in side]
        mine = [each for each in subscriptions.values() if owners[each.id] == key]
        found.append(
            attrs.evolve(
                fields,
                last_admin_sign_in_at=max((each for each in signed if each), default=None),
                subscriptions=mine,
            )
        )
    return found


def merge_lines(before: pk.Subscription, after: pk.Subscription) -> pk.Subscription:
    """The later subscription with the lines of both."""
    lines = {(each.product, each.name): each.observations for each in before.licenses}
    for each in after.licenses:
        key = (each.product, each.name)
        known = {one.observed_at: one for one in lines.get(key, ())}
        for one in each.observations:
            assert known.setdefault(one.observed_at, one) == one
        lines[key] = tuple(known.values())
    return attrs.evolve(
        after,
        licenses=[
            pk.LicenseLine(product=product, name=name, observations=observations)
            for (product, name), observations in lines.items()
        ],
    )


@st.composite
def takings(draw: st.DrawFn) -> pk.Portfolio:
    """Portfolios of few ids, so that two of them share many; a count is a function of its place."""
    customers = []
    ids = iter(draw(st.permutations([f"Sub{number}" for number in range(5)])))
    for key in draw(st.lists(st.sampled_from("abc"), unique=True, max_size=3)):
        owned = [
            subscription(*draw(some_lines(name)), id=name, **draw(some_fields()))
            for name in [next(ids) for _ in range(draw(st.integers(0, 1)))]
        ]
        customers.append(
            customer(
                *owned,
                id=key,
                name=draw(st.sampled_from(["Globex", "Ŝtrange"])),
                tags=draw(st.lists(st.sampled_from(["gold", "test"]), unique=True)),
                attributes=draw(st.dictionaries(st.sampled_from(["region", "tier"]), st.just("1"))),
                administrators=draw(st.lists(st.sampled_from([ADA, BEN]), unique=True)),
                last_admin_sign_in_at=draw(st.sampled_from([None, DAY, DAY + timedelta(1)])),
            )
        )
    return portfolio(*customers)


@st.composite
def some_lines(draw: st.DrawFn, name: str) -> list[pk.LicenseLine]:
    """Lines of one subscription."""
    names = draw(st.lists(st.sampled_from(["Suite", "Pro"]), unique=True))
    days = st.lists(st.sampled_from([None, 0, 1, 2]), unique=True)
    return [
        observed(
            *(seen(day, assigned=len(name + each) + (day or 9)) for day in draw(days)), name=each
        )
        for each in names
    ]


def some_fields() -> st.SearchStrategy[dict[str, Any]]:
    """Facts of a subscription."""
    return st.fixed_dictionaries(
        {"paid": st.booleans(), "ends_at": st.sampled_from([None, "2027-01-01"])},
        optional={
            "checklist": st.just(pk.Checklist(plan_reviewed=True)),
            "auto_renew": st.booleans(),
        },
    )


@settings(max_examples=150)
@given(takings(), takings())
def test_it_is_what_records_say(earlier: pk.Portfolio, later: pk.Portfolio) -> None:
    """The columns hold what a walk over the records gives."""
    assert merge_records(earlier, later) == list(earlier.merged_with(later).customers)


@settings(max_examples=60)
@given(takings(), takings(), takings())
def test_it_is_associative(first: pk.Portfolio, second: pk.Portfolio, third: pk.Portfolio) -> None:
    """Days can be joined one after the other, or the later ones first."""
    forward = first.merged_with(second).merged_with(third)

    assert forward == first.merged_with(second.merged_with(third))


@given(takings())
def test_the_same_again_changes_nothing(taken: pk.Portfolio) -> None:
    """A portfolio joined with itself, or with an empty one, is itself."""
    assert taken == taken.merged_with(taken)
    assert taken == taken.merged_with(portfolio())
    assert taken == portfolio().merged_with(taken)


def test_observations_are_united() -> None:
    """Each day adds its own; the one that both have stays one."""
    both = held(seen(0), seen(7, assigned=5)).merged_with(held(seen(7, assigned=5), seen(9)))

    assert [("Sub1", "Professional", [4, 5, 4])] == lines_of(both)


def test_different_counts_at_one_instant_are_faults() -> None:
    """Every line that counts differently is named, with both counts."""
    earlier = portfolio(
        customer(
            subscription(observed(seen(0))),
            subscription(line(), id="Sub2"),
            subscription(observed(seen(0)), id="Sub3"),
        )
    )
    later = portfolio(
        customer(
            subscription(observed(seen(0, assigned=7))),
            subscription(line(assigned=6), id="Sub2"),
            subscription(observed(seen(0)), id="Sub3"),
        )
    )
    with pytest.raises(InputError) as raised:
        earlier.merged_with(later)
    place = "the later portfolio, subscriptions['{}'].licenses['calling', 'Professional']"
    counts = "total 10, assigned {}, used_7d 0, used_3mo 0"

    assert 2 == raised.value.count
    assert [
        (place.format("Sub1"), f"{counts.format(4)} at 2026-11-14T00:00:00Z, as observed before"),
        (place.format("Sub2"), f"{counts.format(5)} undated, as observed before"),
    ] == [(str(fault.place), fault.expected) for fault in raised.value.faults]
    assert [counts.format(each) for each in (7, 6)] == [f.found for f in raised.value.faults]


def test_later_facts_stand() -> None:
    """Dates and flags are those of the later portfolio; a sign-in never goes back."""
    earlier = held(seen(0), ends_at="2026-12-01T00:00:00Z", paid=False)
    later = held(seen(1), ends_at="2027-12-01T00:00:00Z")
    late = attrs.evolve(later.customers[0], last_admin_sign_in_at=None, name="Globex Inc")
    both = earlier.merged_with(portfolio(late)).customers[0]

    assert (datetime(2027, 12, 1, tzinfo=UTC), True) == (
        both.subscriptions[0].ends_at,
        both.subscriptions[0].paid,
    )
    assert "Globex Inc" == both.name
    assert earlier.customers[0].last_admin_sign_in_at == both.last_admin_sign_in_at


def test_a_subscription_may_change_hands() -> None:
    """It belongs to whom the later portfolio says, with its whole history."""
    both = held(seen(0)).merged_with(
        portfolio(customer(subscription(observed(seen(1, assigned=9))), id="c-2"))
    )

    assert [("c-1", 0), ("c-2", 1)] == [(c.id, len(c.subscriptions)) for c in both.customers]
    assert [("Sub1", "Professional", [4, 9])] == lines_of(both)


def test_partners_must_be_one() -> None:
    """Portfolios of two partners are never one; one that does not say is taken for the same."""
    north, south = (pk.Partner(id=each, name=each) for each in ("north", "south"))
    with pytest.raises(InputError, match=r"partner\.id: expected the partner of .* \('north'\)"):
        portfolio(partner=north).merged_with(portfolio(partner=south))
    assert north == portfolio(partner=north).merged_with(portfolio()).partner
    assert north == portfolio(partner=north).merged_with(portfolio(partner=north)).partner
    assert south == portfolio().merged_with(portfolio(partner=south)).partner


def test_the_own_organization_has_a_history_too() -> None:
    """What was observed of the partner's own organization is united as well."""
    own = [customer(subscription(observed(seen(day)), id="Own"), id="o-1") for day in (0, 1)]
    first, second = (pk.Partner(id="p", name="North", organization=each) for each in own)
    both = portfolio(partner=first).merged_with(portfolio(partner=second)).partner
    kept = portfolio(partner=first).merged_with(
        portfolio(partner=attrs.evolve(second, organization=None))
    )

    assert both is not None
    assert both.organization is not None
    assert 2 == len(both.organization.subscriptions[0].licenses[0].observations)
    assert kept.partner == first


def test_the_own_organization_was_never_a_customer() -> None:
    """What one portfolio has as a customer cannot be the partner's own organization in another."""
    own = customer(id="o-1")
    partner = pk.Partner(id="p", name="North", organization=own)
    with pytest.raises(InputError, match="other than that of the partner's own organization"):
        portfolio(own).merged_with(portfolio(partner=partner))


def test_faults_of_both_are_carried() -> None:
    """What was left out of either stays listed."""
    broken = {"format": "partnerkpi/portfolio@1", "customers": [{"id": "c-1"}]}
    taken = pk.from_dict(broken, lenient=True)
    both = taken.merged_with(taken)

    assert (4, taken.faults * 2) == (both.fault_count, both.faults)


def test_many_instants_are_kept_exactly() -> None:
    """More instants than a table holds, to the microsecond."""
    at = [DAY + timedelta(days=day, microseconds=day % 3) for day in range(400)]
    days = [
        held(*(pk.Observation(observed_at=one, total=9, assigned=1) for one in part))
        for part in (at[:300], at[200:])
    ]
    both = days[0].merged_with(days[1]).customers[0].subscriptions[0].licenses[0].observations

    assert at == [each.observed_at for each in both]


def test_columns_stay_locked() -> None:
    """What comes out can be written to no more than what went in."""
    both = held(seen(0)).merged_with(held(seen(1)))
    with pytest.raises(ValueError, match="read-only"):
        both.observation_columns.total[0] = 1
    assert np.array_equal([10, 10], both.observation_columns.total)
