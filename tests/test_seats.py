"""What a portfolio holds of its subscriptions' licenses is what their lines add up to."""

import pickle
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi._groups import Arranged
from partnerkpi.licenses.columns import product_counts
from partnerkpi.snapshot import Snapshot, snapshot
from tests.library import customer, line, observed, subscription

FIRST = datetime(2026, 11, 2, tzinfo=UTC)
PRODUCTS = ("meetings", "calling", "messaging")
Sums = tuple[bool, int, int, int, int]

counts = st.integers(0, 9) | st.sampled_from((255, 256, 2**31))
# How many days after the first each observation of a line was made; the last days are few.
ages = st.lists(st.sampled_from((0, 1, 1, 2, 2, 2, 3, 5)), unique=True, max_size=3)


@st.composite
def observations(draw: st.DrawFn) -> list[pk.Observation]:
    """The observations of a line: none, an undated one, or some on different days."""
    moments: list[datetime | None] = [FIRST + timedelta(days) for days in draw(ages)]
    moments = [None, *moments] if draw(st.booleans()) else moments
    return [
        pk.Observation(
            observed_at=moment, total=draw(counts), assigned=draw(counts), used_7d=draw(counts)
        )
        for moment in moments
    ]


@st.composite
def customers(draw: st.DrawFn) -> list[pk.Customer]:
    """Customers with subscriptions of no, one and several lines."""
    lines = st.builds(
        lambda product, seen: (product, seen), st.sampled_from(PRODUCTS), observations()
    )
    held = draw(st.lists(st.lists(st.lists(lines, max_size=4), max_size=3), max_size=6))
    return [
        customer(
            *(
                subscription(
                    *(
                        observed(*seen, product=product, name=f"L{place}")
                        for place, (product, seen) in enumerate(mine)
                    ),
                    id=f"Sub{row}-{number}",
                )
                for number, mine in enumerate(subscriptions)
            ),
            id=f"c-{row}",
        )
        for row, subscriptions in enumerate(held)
    ]


def naive_sums(each: pk.Subscription, product: str, when: datetime) -> Sums:
    """Whether a subscription has the product, and the four sums over its lines."""
    mine = [every for every in each.licenses if every.product == product]
    seen = [_latest(every, when) for every in mine]
    return (
        bool(mine),
        sum(one.total for one in seen if one),
        sum(one.assigned for one in seen if one),
        sum(one.used_7d for one in seen if one),
        sum(max(one.assigned - one.total, 0) for one in seen if one),
    )


def _latest(each: pk.LicenseLine, when: datetime) -> pk.Observation | None:
    known = [one for one in each.observations if one.observed_at is None or one.observed_at <= when]
    undated = datetime.min.replace(tzinfo=UTC)
    return max(known, key=lambda one: one.observed_at or undated, default=None)


def sums_of(at: Snapshot, product: str) -> dict[str, Sums]:
    """What the library says of every subscription."""
    found = product_counts(at, product)
    columns = (found.has, found.total, found.assigned, found.used_7d, found.overage)
    assert (found.overage > 0).tolist() == found.over.tolist()
    rows = zip(*(column.tolist() for column in columns), strict=True)
    ids = list(at.portfolio.subscription_columns.ids)
    return dict(zip(ids, rows, strict=True))


def at_days(portfolio: pk.Portfolio) -> list[Snapshot]:
    """The portfolio at the end of each day, from before the first observation to after the last."""
    moments = [FIRST + timedelta(days, hours=1) for days in range(-1, 7)]
    return [snapshot(portfolio, moment, pk.Policy()) for moment in moments]


@given(customers())
@settings(max_examples=60)
def test_sums_are_those_of_the_lines_at_any_instant(given_customers: list[pk.Customer]) -> None:
    """Held, corrected or made anew: at every instant the sums are the naive ones."""
    portfolio = pk.Portfolio.from_customers(given_customers)
    everything = [each for one in given_customers for each in one.subscriptions]
    for at in at_days(portfolio):
        for product in PRODUCTS:
            expected = {each.id: naive_sums(each, product, at.as_of) for each in everything}
            assert expected == sums_of(at, product)


def observed_weekly() -> pk.Portfolio:
    """Nine lines last observed on the first day, and one of which that was not the last time."""
    early = pk.Observation(observed_at=FIRST, total=10, assigned=12, used_7d=4)
    late = pk.Observation(observed_at=FIRST + timedelta(7), total=20, assigned=5, used_7d=5)
    lines = [observed(early, name=f"L{number}") for number in range(9)]
    return pk.Portfolio.from_customers(
        [customer(subscription(*lines, observed(early, late, name="late")))]
    )


def test_what_the_newest_observations_say_is_held() -> None:
    """From the newest observation on nothing is added up: the portfolio has the sums."""
    portfolio = observed_weekly()
    held = portfolio.subscription_columns.seats
    assert held is not None
    at = snapshot(portfolio, FIRST + timedelta(7), pk.Policy())
    assert at.seats is held
    assert {"Sub1": (True, 110, 113, 41, 18)} == sums_of(at, "calling")


def test_an_earlier_instant_is_corrected_by_what_came_later() -> None:
    """A moment before the newest observation its line still counts what it counted before."""
    portfolio = observed_weekly()
    at = snapshot(portfolio, FIRST + timedelta(7, microseconds=-1), pk.Policy())
    assert at.seats is not None
    assert at.seats is not portfolio.subscription_columns.seats
    assert {"Sub1": (True, 100, 120, 40, 20)} == sums_of(at, "calling")
    assert [20] == at.seats.overage.tolist()


def test_where_most_lines_came_later_sums_are_made_anew() -> None:
    """Before the first observation there is nothing to correct; lines count 0."""
    at = snapshot(observed_weekly(), FIRST - timedelta(1), pk.Policy())
    assert at.seats is None
    assert {"Sub1": (True, 0, 0, 0, 0)} == sums_of(at, "calling")


def test_sums_beyond_four_bytes_are_not_held() -> None:
    """Where sums might not fit, they are made when asked for, and are exact."""
    portfolio = pk.Portfolio.from_customers(
        [customer(subscription(line(2**31, 2**31 + 1, name="a"), line(2**31, 1, name="b")))]
    )
    assert portfolio.subscription_columns.seats is None
    at = snapshot(portfolio, FIRST, pk.Policy())
    assert {"Sub1": (True, 2**32, 2**31 + 2, 0, 1)} == sums_of(at, "calling")


def test_held_sums_travel_and_are_taken_along() -> None:
    """A part of a portfolio, and one that was pickled, hold the sums of their subscriptions."""
    few, more = line(10, 12, name="a"), line(5, 1, name="b")
    portfolio = pk.Portfolio.from_customers(
        [
            customer(subscription(few, more), id="c-1"),
            customer(subscription(few, id="Sub2"), id="c-2"),
        ]
    )
    rows = np.array([one == "c-2" for one in portfolio.customer_columns.ids])
    part = portfolio.where(rows)
    home = pickle.loads(pickle.dumps(part))  # noqa: S301  # our own bytes
    for each in (part, home):
        held = each.subscription_columns.seats
        assert held is not None
        assert [2] == held.overage.tolist()
        assert not held.overage.flags.writeable
        assert not held.products["calling"].total.flags.writeable
        assert {"Sub2": (True, 10, 12, 0, 2)} == sums_of(
            snapshot(each, FIRST, pk.Policy()), "calling"
        )
    assert portfolio.nbytes > part.nbytes == home.nbytes


# Layouts of owners in an order of their own


def owners_of(sizes: list[int]) -> tuple[Arranged, list[list[int]]]:
    """The layout of owners of so many rows, and each owner's rows by the layout's own words."""
    layout = Arranged.of(np.array(sizes, np.int64))
    rows, position = layout.members(np.arange(len(sizes)))
    return layout, [rows[position == owner].tolist() for owner in range(len(sizes))]


sizes_of_owners = st.lists(st.integers(0, 4) | st.sampled_from((64, 65, 70)), max_size=9)


@given(sizes_of_owners)
@settings(max_examples=50)
def test_answers_are_by_owner(sizes: list[int]) -> None:
    """Rows, owners, sums, flags and what is spread are those of Python's lists."""
    layout, rows = owners_of(sizes)
    owner = [next(o for o, mine in enumerate(rows) if r in mine) for r in range(sum(sizes))]
    values = np.arange(len(layout), dtype=np.uint32) % 7
    factors = values % 3
    assert (sizes, sum(sizes)) == ([len(mine) for mine in rows], len(layout))
    assert (len(sizes), max(sizes, default=0)) == (layout.groups, layout.longest)
    assert owner == layout.owners().tolist() == layout.owners_of(np.arange(len(owner))).tolist()

    sums, any_of = np.empty(len(sizes), np.uint32), np.empty(len(sizes), np.bool_)
    layout.sums(values, sums)
    layout.any(values == 3, any_of)
    assert [int(values[mine].sum()) for mine in rows] == sums.tolist()
    assert [bool((values[mine] == 3).any()) for mine in rows] == any_of.tolist()
    layout.sums(values, sums, factors)
    assert [int((values * factors)[mine].sum()) for mine in rows] == sums.tolist()
    spread = np.empty(len(layout), np.intp)
    layout.spread(np.arange(len(sizes)), spread)
    assert owner == spread.tolist()


@given(sizes_of_owners, st.data())
@settings(max_examples=50)
def test_some_owners_taken_out(sizes: list[int], data: st.DataObject) -> None:
    """The layout of some owners has their rows, in their order, and nothing else."""
    layout, rows = owners_of(sizes)
    kept = sorted(data.draw(st.sets(st.sampled_from(range(len(sizes))))) if sizes else set())
    smaller, source = layout.taken(np.array(kept, np.intp))
    found, position = smaller.members(np.arange(len(kept)))
    assert [rows[owner] for owner in kept] == [
        source[found[position == place]].tolist() for place in range(len(kept))
    ]


def test_a_layout_of_owners_travels_locked() -> None:
    """Pickled and back, it is the same, and nobody can write into it."""
    layout, rows = owners_of([2, 70, 0, 3])
    home = pickle.loads(pickle.dumps(layout))  # noqa: S301  # our own bytes
    assert rows == [home.members(np.array([owner]))[0].tolist() for owner in range(4)]
    assert not home.group_of.flags.writeable
    assert not home.owner_of.flags.writeable
