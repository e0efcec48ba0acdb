"""Edges of usage, quality and features: limits, bands, week ends, overflow, and what is refused."""

import pickle
from datetime import timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from attrs import evolve

import partnerkpi as pk
from partnerkpi import calling
from partnerkpi._text import Text
from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.call_models import CallLeg, QueueCall
from partnerkpi.calling.figures import RowNumbers
from partnerkpi.calling.legs import (
    FeatureState,
    LegState,
    LegTerms,
    QualityState,
    Usage,
    UsageState,
    finish_features,
    finish_quality,
    finish_usage,
    leg_state,
)
from partnerkpi.calling.legs.columns import Limits
from partnerkpi.calling.names import OptionalTexts
from partnerkpi.calling.seats import CallingSeats
from partnerkpi.calling.weeks import Weeks
from partnerkpi.columns import CodedText
from partnerkpi.errors import (
    CountOverflowError,
    InstantError,
    MergeError,
    PolicyError,
    RecordsMissingError,
    UnknownNameError,
)
from partnerkpi.reports.seats import calling_seats
from partnerkpi.snapshot import snapshot
from tests.call_rows import LAST_WEEK, leg
from tests.library import AS_OF, customer, line, subscription

WEEK = timedelta(days=7)
MICROSECOND = timedelta(microseconds=1)


def used(*legs: CallLeg, **settings: Any) -> Usage:
    """The usage of some legs."""
    return calling.usage(Calls.from_records(legs), as_of=AS_OF, policy=pk.Policy(**settings))


def seats_of(*customers: pk.Customer) -> CallingSeats:
    """The licenses of some customers."""
    portfolio = pk.Portfolio.from_customers(customers)
    return calling_seats(snapshot(portfolio, AS_OF, pk.Policy()))


def entry(**fields: Any) -> QueueCall:
    """An entry into a queue of customer c-1 in the last week."""
    ids = {"call_id": "k-1", "customer_id": "c-1", "queue_id": "Q1"}
    given = {**ids, "entered_at": LAST_WEEK, "wait_ms": 0, "outcome": "waiting"}
    return QueueCall(**{**given, **fields})


# --- weeks ---------------------------------------------------------------------------------------


def test_a_leg_belongs_to_the_week_it_started_in() -> None:
    """From a week's first microsecond to the one before its end; at the end it is the next's."""
    sunday = AS_OF - WEEK
    starts = (sunday - MICROSECOND, sunday, AS_OF - MICROSECOND, AS_OF)
    usage = used(*(leg(started_at=each) for each in starts))

    assert [0] * 6 + [1, 2] == [week.legs for week in usage.trend]


def test_weeks_without_legs_are_there() -> None:
    """Without any leg the trend has all its weeks, with zeros and nothing unknown made up."""
    usage = used(trend_weeks=3)
    ends = [AS_OF - 2 * WEEK, AS_OF - WEEK, AS_OF]

    assert ends == [week.week_end for week in usage.trend]
    assert [(0, 0, 0, None, 0, 0, 0)] * 3 == [
        (w.light, w.moderate, w.heavy, w.inactive, w.active_users, w.legs, w.duration_ms)
        for w in usage.trend
    ]
    assert [] == list(usage.customers)
    assert usage.legs_per_active_user.value.value is None
    assert usage.legs_per_active_user.change is None
    quality = calling.quality(Calls.from_records([]), as_of=AS_OF)
    assert [(0, 0, 0, None)] * 8 == [
        (w.good, w.poor, w.unknown, w.poor_share.value) for w in quality.trend
    ]
    assert ([], []) == (list(quality.endpoints), list(quality.customers))


def test_a_naive_instant_is_refused() -> None:
    """The instant is aware, as everywhere."""
    nothing = Calls.from_records([])
    for ask in (calling.usage, calling.quality):
        with pytest.raises(InstantError, match="naive"):
            ask(nothing, as_of=AS_OF.replace(tzinfo=None))


# --- usage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("legs", "band"),
    [(1, "light"), (10, "light"), (11, "moderate"), (50, "moderate"), (51, "heavy")],
)
def test_bands_begin_at_their_bounds(legs: int, band: str) -> None:
    """A user is in the highest band whose lower bound its legs meet."""
    usage = used(*[leg(user_id="u-1")] * legs)

    assert {band: 1} == {
        name: figure.value
        for name in ("light", "moderate", "heavy")
        if (figure := getattr(usage, name)).value
    }
    assert legs == len(getattr(usage, band).members)


def test_less_than_light_is_active_all_the_same() -> None:
    """With a first bound above 1 a user of fewer legs is in no band, and active."""
    usage = used(leg(user_id="u-1"), usage_bands=(2, 3, 4))

    assert (0, 1) == (usage.light.value, usage.active_users.value)


def test_users_are_told_by_customer_and_id() -> None:
    """One user id with two customers is two users, in any order of the rows."""
    legs = [leg(user_id="u-1", customer_id=owner) for owner in ("c-1", "c-2", "c-1")]
    usage = used(*legs)

    assert 2 == usage.active_users.value
    assert [("c-2", 1, 1), ("c-1", 1, 2)] == [
        (row.customer_id, row.active_users, row.legs) for row in usage.customers
    ]


def test_legs_without_a_user_count_as_legs() -> None:
    """They are legs and time, and nobody's: legs per active user leave them out."""
    usage = used(leg(user_id="u-1"), leg(user_id="u-1"), leg(), leg())
    (row,) = usage.customers

    assert (4, 2, 1) == (row.legs, row.user_legs, row.active_users)
    assert Fraction(2) == row.legs_per_active_user.fraction()
    assert [0, 1] == list(usage.active_users.members)
    assert [0, 1, 2, 3] == list(usage.legs.members)


def test_customers_come_the_most_declining_first() -> None:
    """By change in legs, then customer id; a caller of earlier weeks has a row as well."""
    before = {"started_at": LAST_WEEK - WEEK}
    long_ago = {"started_at": LAST_WEEK - 7 * WEEK}
    too_old = {"started_at": LAST_WEEK - 8 * WEEK}
    usage = used(
        leg(customer_id="b"),
        leg(customer_id="a", **before),
        leg(customer_id="d", **long_ago),
        leg(customer_id="c", **long_ago),
        leg(customer_id="e", **too_old),
    )

    assert [("a", -1), ("c", 0), ("d", 0), ("b", 1)] == [
        (row.customer_id, row.legs_change) for row in usage.customers
    ]
    assert (1, 0, 0, 0, 0, 0, 0, 0) == usage.customers[1].legs_by_week
    assert (1, 1, 0) == (int(usage.legs), usage.legs.previous, usage.legs.change)


def test_licenses_stand_beside_users() -> None:
    """Inactive licenses are floored by customer; whoever has no line has no licenses to show."""
    many = subscription(line(10, 5), id="S1")
    few = subscription(line(10, 1), id="S2")
    late = subscription(line(4, 3), id="S3", starts_at="2026-12-01")
    other = subscription(line(9, 9, product="meetings"), id="S4")
    held = seats_of(
        customer(many, id="many", name="Many"),
        customer(few, id="few", name="Few"),
        customer(late, id="late", name="Late"),
        customer(other, id="other", name="Other"),
    )
    callers = [("many", "u-1"), ("few", "u-1"), ("few", "u-2"), ("other", "u-1"), ("none", "u-1")]
    legs = [leg(customer_id=owner, user_id=user) for owner, user in callers]
    usage = calling.usage(Calls.from_records(legs), as_of=AS_OF, seats=held)
    licenses = {row.customer_id: (row.customer, row.assigned, row.total) for row in usage.customers}

    assert {
        "many": ("Many", 5, 10),
        "few": ("Few", 1, 10),
        "late": ("Late", 0, 0),
        "other": ("Other", None, None),
        "none": (None, None, None),
    } == licenses
    assert (4, 6) == (usage.inactive.value, usage.inactive.previous)
    assert ["many"] == list(usage.inactive.members)
    assert usage.inactive.why("few").reasons[0].checks[1].by == 2
    assert not usage.inactive.why("other").reasons[0].checks[0].holds


def test_only_customers_with_a_line_have_inactive_licenses() -> None:
    """Licenses of whoever has no line at the instant are no inactive ones, whatever they say."""
    held = seats_of(
        customer(subscription(line(10, 5), id="S1"), id="c-1"),
        customer(subscription(line(10, 3), id="S2"), id="c-2"),
    )
    without = evolve(held, has_line=held.customers.equal(Text.from_strings(["c-1"] * 2)))
    usage = calling.usage(Calls.from_records([]), as_of=AS_OF, seats=without)

    assert ([5] * 8, ["c-1"]) == (
        [week.inactive for week in usage.trend],
        list(usage.inactive.members),
    )


def test_licenses_of_customers_without_a_line_are_unknown() -> None:
    """Where no customer has a line of Calling, inactive licenses are undefined in every week."""
    held = seats_of(customer(subscription(line(product="meetings"))))
    usage = calling.usage(Calls.from_records([leg()]), as_of=AS_OF, seats=held)

    assert {None} == {week.inactive for week in usage.trend}
    assert (None, None) == (usage.inactive.value, usage.inactive.change)
    with pytest.raises(TypeError, match=r"usage\.inactive is no whole number"):
        int(usage.inactive)


def test_trending_down_asks_for_fewer_weeks_than_there_are() -> None:
    """Each week is compared with the one before, so that eight weeks allow seven."""
    usage = used(leg(started_at=LAST_WEEK - WEEK))

    assert ["c-1"] == list(usage.trending_down(weeks=1).members)
    assert 0 == usage.trending_down(weeks=7).value
    assert usage.trending_down(weeks=7).previous is None
    assert usage.trending_down(weeks=7).change is None
    assert 0 == usage.trending_down(weeks=6).previous
    for weeks in (0, 8):
        with pytest.raises(PolicyError, match=f"from 1 to 7, not {weeks}"):
            usage.trending_down(weeks=weeks)


def test_trending_down_says_by_how_much_a_week_failed() -> None:
    """Every week is a condition; one that did not fall says by how many legs."""
    before = LAST_WEEK - WEEK
    usage = used(leg(), leg(), leg(started_at=before), *[leg(started_at=before - WEEK)] * 3)
    figure = usage.trending_down(weeks=2)

    assert str(figure.why("c-1")).splitlines() == [
        "c-1 is not counted",
        "  c-1: no: has fewer call legs in the week to 2026-11-22 than before (by 2 call legs)",
        "  c-1: yes: has fewer call legs in the week to 2026-11-15 than before",
    ]
    assert "each of the last 2 weeks" in figure.definition.sentence


def test_a_sum_beyond_64_bits_is_refused() -> None:
    """Durations are summed exactly, and refused where no 64 bits hold them."""
    longest = Calls.from_records([leg(duration_ms=2**53 - 1)])
    most = longest.take(np.zeros(1024, np.intp))
    usage = calling.usage(most, as_of=AS_OF)
    assert 1024 * (2**53 - 1) == usage.duration_ms.value
    beyond = longest.take(np.zeros(1026, np.intp))
    with pytest.raises(CountOverflowError, match="more than fits 64 bits"):
        calling.usage(beyond, as_of=AS_OF)
    state = leg_state(most, as_of=AS_OF)
    with pytest.raises(CountOverflowError, match="more than fits 64 bits"):
        state.merge(state)


# --- quality -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measured", "kind"),
    [
        ({}, "unknown"),
        ({"packet_loss_percent": 5.0}, "poor"),
        ({"packet_loss_percent": 4.999}, "good"),
        ({"latency_ms": 400.0}, "poor"),
        ({"latency_ms": 399.9}, "good"),
        ({"jitter_ms": 150.0}, "poor"),
        ({"jitter_ms": 149.99}, "good"),
        ({"jitter_ms": 0.0, "latency_ms": 1e300}, "poor"),
        ({"packet_loss_percent": 0, "latency_ms": 0, "jitter_ms": 0}, "good"),
    ],
)
def test_limits_are_poor_when_met(measured: dict[str, float], kind: str) -> None:
    """Meeting or exceeding any limit is poor; one measurement below is good; none is unknown."""
    quality = calling.quality(Calls.from_records([leg(**measured)]), as_of=AS_OF)

    assert [kind] == [name for name in ("good", "poor", "unknown") if getattr(quality, name).value]
    assert [0] == list(getattr(quality, kind).members)
    assert quality.poor_share.why("c-1").counted is (kind != "unknown")


def test_no_endpoint_type_is_listed_as_unknown() -> None:
    """It shares its row with a type that is really called so; rows stand by name."""
    types = ("unknown", None, "desk_phone", None)
    legs = [leg(endpoint_type=name, jitter_ms=float(n)) for n, name in enumerate(types)]
    quality = calling.quality(Calls.from_records(legs), as_of=AS_OF)

    assert [("desk_phone", 1), ("unknown", 3)] == [
        (row.endpoint_type, row.good) for row in quality.endpoints
    ]


def test_customers_come_the_poorest_first() -> None:
    """The highest share first, equal ones by id, undefined ones last, also when sorted again."""
    measured: dict[str, tuple[float | None, ...]] = {
        "none": (None,),
        "half": (1, 150),
        "all": (150,),
        "also": (150, 150),
    }
    legs = [
        leg(customer_id=owner, jitter_ms=each) for owner, row in measured.items() for each in row
    ]
    quality = calling.quality(Calls.from_records(legs), as_of=AS_OF)

    assert ["all", "also", "half", "none"] == quality.customers.column("customer_id")
    assert ["half", "all", "also", "none"] == quality.customers.sorted_by("poor_share").column(
        "customer_id"
    )
    assert [None] * 4 == quality.customers.sorted_by("customer").column("customer")
    assert Fraction(4, 5) == quality.poor_share.value.fraction()


def test_quality_changes_are_exact() -> None:
    """The change of a share is a difference of fractions."""
    earlier = {"started_at": LAST_WEEK - WEEK}
    legs = [leg(jitter_ms=150), leg(jitter_ms=1), leg(jitter_ms=1)]
    legs += [leg(jitter_ms=150, **earlier), leg(jitter_ms=1, **earlier)]
    quality = calling.quality(Calls.from_records(legs), as_of=AS_OF)

    assert Fraction(-1, 6) == quality.poor_share.change
    assert 1 == quality.good.change
    with pytest.raises(TypeError, match=r"quality\.poor_share is no whole number"):
        int(quality.poor_share)


# --- features ------------------------------------------------------------------------------------


def feature_legs() -> list[CallLeg]:
    """Two calls of a customer with queues, one of them in two legs, and one of another customer."""
    return [
        leg(call_id="k-1", features=["voicemail", "call_park"]),
        leg(call_id="k-1", features=["voicemail"]),
        leg(call_id="k-2", features=["add{ed}"]),
        leg(call_id="k-3", started_at=LAST_WEEK - WEEK, features=["hunt_group"]),
        leg(call_id="k-1", customer_id="c-2", features=["voicemail"]),
    ]


def test_features_count_different_calls() -> None:
    """A call counts once for each feature, whatever its legs; only customers with queues count."""
    legs = Calls.from_records(feature_legs())
    features = calling.features(legs, QueueCalls.from_records([entry()]), as_of=AS_OF)

    assert 2 == features.calls.value
    assert [("add{ed}", 1), ("call_park", 1), ("voicemail", 1)] == [
        (row.feature, row.calls) for row in features.rows
    ]
    assert [0, 1, 2] == list(features.calls.members)
    assert (1, 1) == (features.calls.previous, features.calls.change)
    voicemail = features.share("voicemail")
    assert (Fraction(1, 2), [0, 1]) == (voicemail.value.fraction(), list(voicemail.members))
    assert [2] == list(features.share("add{ed}").members)
    assert "used add{ed}" in str(features.share("add{ed}").why("c-1"))
    before = features.share("hunt_group").previous
    assert before is not None
    assert Fraction(1) == before.fraction()


def test_a_feature_that_nobody_uses_has_no_share() -> None:
    """Asked for, it is 0 of all calls, and says so of a customer; it has no row."""
    legs = Calls.from_records(feature_legs())
    features = calling.features(legs, QueueCalls.from_records([entry()]), as_of=AS_OF)
    nothing = features.share("paging")

    assert (0, 2, []) == (nothing.value.numerator, nothing.value.denominator, list(nothing.members))
    assert [True, True, False] == [each.holds for each in nothing.why("c-1").reasons[0].checks]


@pytest.mark.parametrize(
    ("entered_at", "calls"),
    [
        (AS_OF - 8 * WEEK - MICROSECOND, 0),
        (AS_OF - 8 * WEEK, 2),
        (AS_OF - MICROSECOND, 2),
        (AS_OF, 0),
    ],
)
def test_queues_are_those_of_the_trend(entered_at: Any, calls: int) -> None:
    """A customer has call queues if one of its calls entered a queue in the trend's weeks."""
    legs = Calls.from_records(feature_legs())
    entries = QueueCalls.from_records([entry(entered_at=entered_at)])

    assert calls == calling.features(legs, entries, as_of=AS_OF).calls.value


def test_without_queue_calls_nothing_is_said_of_features() -> None:
    """Whether any customer has queues is then not known."""
    state = leg_state(Calls.from_records(feature_legs()), as_of=AS_OF)

    assert finish_features(state.features, state.terms.say) is None


def test_who_has_queues_is_known_from_any_part() -> None:
    """Merged states know the queues that either knew."""
    state = leg_state(Calls.from_records(feature_legs()), as_of=AS_OF)
    nothing = LegState.empty(state.terms)
    first, second = (Text.from_strings([each]) for each in ("c-1", "c-2"))
    for merged in (
        state.with_queues(first).merge(nothing.with_queues(second)),
        state.merge(nothing.with_queues(first)).merge(nothing.with_queues(second)),
    ):
        found = finish_features(merged.features, state.terms.say)
        assert found is not None
        assert 3 == found.calls.value


# --- duplicates ----------------------------------------------------------------------------------


def test_duplicates_are_left_out_unless_vouched_for() -> None:
    """Of two rows with one record id one counts; members are rows of the columns as given."""
    legs = [
        leg(record_id="r-1", reported_at=LAST_WEEK, user_id="u-1"),
        leg(record_id="r-1", reported_at=AS_OF, user_id="u-2", jitter_ms=1),
        leg(user_id="u-3"),
    ]
    calls = Calls.from_records(legs)
    usage = calling.usage(calls, as_of=AS_OF)

    assert (2, [1, 2]) == (usage.legs.value, list(usage.legs.members))
    assert 1 == calling.quality(calls, as_of=AS_OF).good.value
    assert 3 == calling.usage(calls, as_of=AS_OF, duplicates="none").legs.value
    assert (1, 0) == (
        (state := leg_state(calls, as_of=AS_OF)).duplicates.count,
        state.duplicates.ties,
    )
    entries = QueueCalls.from_records(
        [
            entry(record_id="r-1", reported_at=AS_OF, entered_at=LAST_WEEK - 9 * WEEK),
            entry(record_id="r-1", reported_at=LAST_WEEK),
        ]
    )
    assert 0 == calling.features(calls, entries, as_of=AS_OF).calls.value
    assert 1 == calling.features(calls, entries, as_of=AS_OF, duplicates="none").calls.value


# --- merging -------------------------------------------------------------------------------------


def test_other_terms_never_mix() -> None:
    """Instants, policies, weeks and limits that differ are refused, with both in the message."""
    nothing = LegState.empty(LegTerms.at(AS_OF))
    later = LegState.empty(LegTerms.at(AS_OF + MICROSECOND))
    strict = LegState.empty(LegTerms.at(AS_OF, pk.Policy(poor_jitter_ms=1)))
    with pytest.raises(MergeError, match=r"different instant .*1795305600000000.*01$"):
        nothing.merge(later)
    with pytest.raises(MergeError, match="different policy"):
        nothing.merge(strict)
    two, three = Weeks(0, 2), Weeks(0, 3)
    with pytest.raises(MergeError, match=r"count=2.*count=3"):
        UsageState.empty(two).merge(UsageState.empty(three))
    with pytest.raises(MergeError, match=r"count=2.*count=3"):
        FeatureState.empty(two).merge(FeatureState.empty(three))
    limits = Limits(5, 400, 150)
    with pytest.raises(MergeError, match=r"count=2.*count=3"):
        QualityState.empty(two, limits).merge(QualityState.empty(three, limits))
    with pytest.raises(MergeError, match="limits of quality"):
        QualityState.empty(two, limits).merge(QualityState.empty(two, Limits(1, 400, 150)))
    with pytest.raises(MergeError, match=r"count=2.*count=3"):
        CallingSeats.empty(two).merge(CallingSeats.empty(three))
    with pytest.raises(MergeError, match="weeks"):
        finish_usage(nothing.usage, nothing.terms.say, CallingSeats.empty(two))


def test_licenses_of_parts_merge() -> None:
    """The licenses of two parts of a portfolio, merged and pickled, are those of the whole."""
    customers = [
        customer(subscription(line(10, 5), id="S1"), id="c-1"),
        customer(subscription(line(7, 3), id="S2"), id="c-2", name="Other"),
    ]
    parts = [pickle.loads(pickle.dumps(seats_of(each))) for each in customers]  # noqa: S301
    calls = Calls.from_records([leg(user_id="u-1")])
    expected = calling.usage(calls, as_of=AS_OF, seats=seats_of(*customers))

    for merged in (parts[0].merge(parts[1]), parts[1].merge(parts[0])):
        usage = calling.usage(calls, as_of=AS_OF, seats=merged)
        assert list(expected.customers) == list(usage.customers)
        assert expected.trend == usage.trend


def test_members_count_over_all_sources() -> None:
    """Rows of merged states are numbered over their columns, one after the other."""
    first = leg_state(Calls.from_records([leg(), leg(started_at=AS_OF)]), as_of=AS_OF)
    second = leg_state(Calls.from_records([leg(started_at=AS_OF), leg(user_id="u")]), as_of=AS_OF)
    merged = first.merge(second)
    usage = finish_usage(merged.usage, merged.terms.say, None, merged.sources)

    assert [0, 3] == list(usage.legs.members)
    assert ([3], [3]) == (list(usage.active_users.members), list(usage.light.members))


def test_what_has_travelled_knows_reasons_but_no_rows() -> None:
    """A pickled figure keeps its value and its reasons; its rows stayed behind."""
    calls = Calls.from_records([leg(user_id="u-1", jitter_ms=1, features=["voicemail"])])
    usage = calling.usage(calls, as_of=AS_OF, seats=seats_of(customer(subscription(line()))))
    quality = calling.quality(calls, as_of=AS_OF)
    features = calling.features(calls, QueueCalls.from_records([entry()]), as_of=AS_OF)
    home = [pickle.loads(pickle.dumps(each)) for each in (usage, quality, features)]  # noqa: S301

    assert [each.to_dict() for each in (usage, quality, features)] == [
        each.to_dict() for each in home
    ]
    assert list(usage.trending_down().members) == list(home[0].trending_down().members)
    share = home[2].share("voicemail")
    assert features.share("voicemail").value == share.value
    for figure in (home[0].legs, home[1].good, home[2].calls, share):
        assert figure.why("c-1").counted
        with pytest.raises(RecordsMissingError, match="not here"):
            figure.members  # noqa: B018 (asking is the point)


def test_a_state_that_travels_leaves_unused_labels_behind() -> None:
    """Users and calls of other rows that share the labels stay at home."""
    many = Calls.from_records(
        [leg(user_id=f"u-{each}", call_id=f"k-{each}") for each in range(1000)]
    )
    state = leg_state(many.part(0, 1), as_of=AS_OF)
    home: LegState = pickle.loads(pickle.dumps(state))  # noqa: S301 (our own bytes)

    assert (1000, 1000) == (len(state.usage.users), len(state.features.calls))
    assert (["u-0"], ["k-0"]) == (home.usage.users.to_list(), home.features.calls.to_list())
    assert home.sources is None


def test_states_of_shared_and_other_labels_merge() -> None:
    """Labels that a state does not use are no obstacle to one with other labels."""
    shared = Calls.from_records([leg(user_id=f"u-{each}") for each in range(10)])
    mine = leg_state(shared.part(3, 4), as_of=AS_OF)
    theirs = leg_state(Calls.from_records([leg(user_id="u-3"), leg(user_id="u-9")]), as_of=AS_OF)

    for merged in (mine.merge(theirs), theirs.merge(mine)):
        usage = finish_usage(merged.usage, merged.terms.say)
        assert (2, 3) == (usage.active_users.value, usage.legs.value)


# --- asking --------------------------------------------------------------------------------------


def test_nothing_is_known_of_strangers() -> None:
    """Asked about a customer that neither called nor is in the portfolio, a figure says so."""
    usage = used(leg())
    for stranger in ("c-2", "", "\ud800"):
        with pytest.raises(UnknownNameError, match="no customer is called"):
            usage.legs.why(stranger)


def test_a_customer_in_the_portfolio_is_known() -> None:
    """Why it is not counted has an answer, although it never called."""
    held = seats_of(customer(subscription(line()), id="silent"))
    usage = calling.usage(Calls.from_records([leg()]), as_of=AS_OF, seats=held)

    assert "silent is not counted" in str(usage.legs.why("silent"))
    assert "by 1 call leg)" in str(usage.legs.why("silent"))


def test_row_numbers_are_a_sequence() -> None:
    """They have a length, are sliced, compared and shown like lists, and index columns."""
    rows = RowNumbers(np.arange(20) * 2)

    assert (20, 38, [2, 4]) == (len(rows), rows[-1], rows[1:3])
    assert rows == [*range(0, 40, 2)]
    assert rows != {0}
    assert "RowNumbers([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, ...])" == repr(rows)
    assert [0, 2] == np.arange(40)[rows.to_numpy()][:2].tolist()
    with pytest.raises(ValueError, match="read-only"):
        rows.to_numpy()[0] = 1


def test_missing_names_come_last() -> None:
    """Names are ordered by code point, whoever has none behind them."""
    names = OptionalTexts(Text.from_strings(["b", "a", "x"]), np.array([True, True, False]))

    assert [1, 0, 2] == np.argsort(names.ranks()).tolist()
    assert ["a", None] == names.take(np.array([1, 2])).values()
    assert 3 == len(names)


def test_codes_of_any_width_are_counted() -> None:
    """Codes may be as narrow or as wide as the columns' maker likes."""
    calls = Calls.from_records([leg(user_id="u-1"), leg(user_id="u-2"), leg()])
    expected = calling.usage(calls, as_of=AS_OF)
    for width in (np.int8, np.int16, np.int64):
        user = CodedText(calls.user.codes.astype(width), calls.user.labels)
        owner = CodedText(calls.customer.codes.astype(width), calls.customer.labels)
        other = evolve(calls, user=user, customer=owner)
        assert expected.to_dict() == calling.usage(other, as_of=AS_OF).to_dict()


def test_an_early_instant_has_weeks_before_1970() -> None:
    """Their ends are told, and nobody has licenses or legs there."""
    early = AS_OF.replace(year=1970, month=1, day=2)
    portfolio = pk.Portfolio.from_customers([customer(subscription(line(), added_at="1970-01-01"))])
    held = calling_seats(snapshot(portfolio, early, pk.Policy()))
    usage = calling.usage(Calls.from_records([]), as_of=early, seats=held)

    assert ["1969-12-28T00:00:00Z", 0] == [
        usage.to_dict()["trend"][-1]["week_end"],
        usage.inactive.value,
    ]
    quality = finish_quality(
        QualityState.empty(held.weeks, Limits(5, 400, 150)), LegTerms.at(early).say, held
    )
    assert "1969-12-28T00:00:00Z" == quality.to_dict()["trend"][-1]["week_end"]
