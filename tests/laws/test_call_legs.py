"""Call legs count as the definitions read, however they are cut, ordered and gathered."""

import json
import pickle
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from typing import Any
from unittest.mock import patch

from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerkpi import Policy, Portfolio, calling
from partnerkpi.aggregates import Ratio
from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.call_models import CallLeg, QueueCall
from partnerkpi.calling.figures import WeekFigure
from partnerkpi.calling.legs import _distinct, _user_weeks, columns
from partnerkpi.calling.legs.columns import LegSource
from partnerkpi.calling.legs.feature_kpis import finish_features
from partnerkpi.calling.legs.feature_measures import queue_customers
from partnerkpi.calling.legs.quality_kpis import finish_quality
from partnerkpi.calling.legs.state import LegState, LegTerms, leg_state, state_of, tally_of
from partnerkpi.calling.legs.usage_kpis import Usage, finish_usage
from partnerkpi.calling.seats import CallingSeats
from partnerkpi.deduplication import Duplicates
from partnerkpi.io._write_documents import customer_document
from partnerkpi.models import Customer
from partnerkpi.reports.seats import calling_seats
from partnerkpi.snapshot import snapshot
from partnerkpi.testing import call_leg_lists, customer_lists, queue_call_lists
from tests.call_rows import row_of
from tests.oracles.call_legs import (
    CallPolicy,
    features_section,
    quality_section,
    trending_down,
    usage_section,
)
from tests.oracles.records import read_customers

NEAR = datetime(2026, 11, 22, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
INSTANTS = (
    NEAR,
    NEAR - MICROSECOND,
    NEAR + MICROSECOND,
    NEAR + timedelta(days=3),
    NEAR + timedelta(days=7),
    NEAR - timedelta(days=8),
    datetime(1970, 1, 1, tzinfo=UTC),
)

Table = dict[str, dict[str, Any]]


@frozen
class Legs:
    """Call legs, queue calls and customers, an instant near them, and settings."""

    legs: tuple[CallLeg, ...]
    entries: tuple[QueueCall, ...]
    customers: tuple[Customer, ...]
    as_of: datetime
    naive: CallPolicy

    @property
    def policy(self) -> Policy:
        """The library's policy."""
        return Policy(
            trend_weeks=self.naive.trend_weeks,
            usage_bands=self.naive.usage_bands,
            poor_packet_loss_percent=self.naive.poor_packet_loss_percent,
            poor_latency_ms=self.naive.poor_latency_ms,
            poor_jitter_ms=self.naive.poor_jitter_ms,
        )

    @property
    def terms(self) -> LegTerms:
        """What the legs are counted by."""
        return LegTerms.at(self.as_of, self.policy)

    @property
    def calls(self) -> Calls:
        """The legs as columns."""
        return Calls.from_records(self.legs)

    @property
    def seats(self) -> CallingSeats:
        """The licenses of the customers."""
        portfolio = Portfolio.from_customers(self.customers)
        return calling_seats(snapshot(portfolio, self.as_of, self.policy))


policies = st.builds(
    CallPolicy,
    trend_weeks=st.sampled_from((8, 2, 3)),
    usage_bands=st.sampled_from(((1, 11, 51), (1, 2, 3), (2, 3, 4))),
    poor_packet_loss_percent=st.sampled_from((5, 0, 9.5)),
    poor_latency_ms=st.sampled_from((400, 20)),
    poor_jitter_ms=st.sampled_from((150, 0)),
)
cases = st.builds(
    Legs,
    legs=call_leg_lists(NEAR, max_size=24),
    entries=queue_call_lists(NEAR, max_size=4),
    customers=customer_lists(NEAR, max_size=3),
    as_of=st.sampled_from(INSTANTS),
    naive=policies,
)


def sections(state: LegState, case: Legs, seats: CallingSeats | None = None) -> dict[str, Any]:
    """The three sections as plain values, the customers' names left out."""
    queues = queue_customers(QueueCalls.from_records(case.entries), case.terms.weeks)
    found = finish_features(state.features.with_queues(queues), case.terms.say)
    assert found is not None
    usage = finish_usage(state.usage, case.terms.say, seats).to_dict()
    quality = finish_quality(state.quality, case.terms.say, seats).to_dict()
    for section in (usage, quality):
        for row in section["customers"]:
            del row["customer"]

    return {"usage": usage, "quality": quality, "features": found.to_dict()}


def lifted(calls: Calls, case: Legs) -> LegState:
    """The state of rows of which all count."""
    return leg_state(calls, as_of=case.as_of, policy=case.policy, duplicates="none")


def naive_sections(case: Legs) -> dict[str, Any]:
    """What the naive reading gives; customers have no licenses beside the calls."""
    rows, entries = (list(map(row_of, records)) for records in (case.legs, case.entries))
    return {
        "usage": usage_section(rows, None, case.as_of, case.naive),
        "quality": quality_section(rows, case.as_of, case.naive),
        "features": features_section(rows, entries, case.as_of, case.naive),
    }


def written(document: object) -> str:
    """A document as text, in which 1, 1.0 and true are three things."""
    return json.dumps(document, indent=1, sort_keys=True)


@contextmanager
def cramped() -> Iterator[None]:
    """Few rows at a time, no tables, and keys sorted as often as can be."""
    with ExitStack() as stack:
        for module, name, value in (
            (columns, "_STEP", 3),
            (_distinct, "_FEW", 1),
            (_user_weeks, "_FEW", 0),
            (_user_weeks, "_SPARSE", 0),
        ):
            stack.enter_context(patch.object(module, name, value))
        yield


def parts_of(case: Legs, data: st.DataObject) -> list[Calls]:
    """The legs cut anywhere, each part with labels of its own or all with the same."""
    ends = sorted(data.draw(st.lists(st.integers(0, len(case.legs)), max_size=4)))
    bounds = [0, *ends, len(case.legs)]
    if data.draw(st.booleans()):
        return [case.calls.part(*pair) for pair in pairwise(bounds)]
    return [Calls.from_records(case.legs[start:stop]) for start, stop in pairwise(bounds)]


@given(cases)
@settings(max_examples=100)
def test_legs_count_as_the_definitions_read(case: Legs) -> None:
    """Usage, quality and features are those of the naive reading, row by row."""
    state = lifted(case.calls, case)
    assert written(naive_sections(case)) == written(sections(state, case))


@given(cases)
@settings(max_examples=50)
def test_users_are_told_by_sorting_too(case: Legs) -> None:
    """Without tables, a few rows at a time, the sections are the same."""
    with cramped():
        state = lifted(case.calls, case)
    assert written(naive_sections(case)) == written(sections(state, case))


@given(cases)
@settings(max_examples=50)
def test_licenses_stand_beside_users(case: Legs) -> None:
    """With a portfolio, inactive licenses and customers' rows are those of the naive reading."""
    rows = list(map(row_of, case.legs))
    document = {"customers": [customer_document(each) for each in case.customers]}
    expected = usage_section(rows, read_customers(document), case.as_of, case.naive)
    state = lifted(case.calls, case)

    assert written(expected) == written(sections(state, case, case.seats)["usage"])


@given(cases, st.data())
@settings(max_examples=50)
def test_any_cut_merges_to_the_whole(case: Legs, data: st.DataObject) -> None:
    """States of parts, cut anywhere, merge to the whole in any order and grouping."""
    parts = data.draw(st.permutations(parts_of(case, data)))
    nothing = LegState.empty(case.terms)
    states = [lifted(part, case) for part in parts]
    expected = written(naive_sections(case))

    assert expected == written(sections(reduce(LegState.merge, states), case))
    from_the_right = reduce(lambda right, left: left.merge(right), states[::-1])
    assert expected == written(sections(from_the_right, case))
    assert expected == written(sections(reduce(LegState.merge, [nothing, *states, nothing]), case))


@given(cases, st.data(), st.booleans())
@settings(max_examples=50)
def test_batches_fold_to_the_whole(case: Legs, data: st.DataObject, narrow: bool) -> None:
    """Batches counted one after the other, in any order, are the whole, also half-way."""
    parts = data.draw(st.permutations(parts_of(case, data)))
    with cramped() if narrow else ExitStack():
        tally = tally_of(case.terms)
        for part in parts:
            tally.add(LegSource(part))
            tally.states()
        state = state_of(tally, case.terms, Duplicates(), None)

    assert written(naive_sections(case)) == written(sections(state, case))


@given(cases, st.data())
@settings(max_examples=30)
def test_order_never_matters(case: Legs, data: st.DataObject) -> None:
    """Rows in any order give one set of sections."""
    rows = data.draw(st.permutations(range(len(case.legs))))
    legs = Calls.from_records([case.legs[row] for row in rows])

    state = lifted(legs, case)
    assert written(naive_sections(case)) == written(sections(state, case))


@given(cases, st.data())
@settings(max_examples=30)
def test_states_travel(case: Legs, data: st.DataObject) -> None:
    """States pickled in workers and merged at home say the same."""
    states = [lifted(part, case) for part in parts_of(case, data)]
    home = [pickle.loads(pickle.dumps(state)) for state in states]  # noqa: S301  # our own bytes

    assert written(naive_sections(case)) == written(sections(reduce(LegState.merge, home), case))


NAMES = (
    *("active_users", "light", "moderate", "heavy", "inactive", "legs", "duration_ms"),
    *("legs_per_active_user", "good", "poor", "unknown", "poor_share", "calls"),
)


def figures(case: Legs) -> dict[str, WeekFigure[Any, Any]]:
    """Every figure of call legs."""
    state, say = lifted(case.calls, case), case.terms.say
    queues = queue_customers(QueueCalls.from_records(case.entries), case.terms.weeks)
    usage = finish_usage(state.usage, say, case.seats, state.sources)
    quality = finish_quality(state.quality, say, case.seats, state.sources)
    features = finish_features(state.features.with_queues(queues), say, state.sources)
    assert features is not None
    found = {
        name: getattr(section, name)
        for section in (usage, quality, features)
        for name in NAMES
        if hasattr(section, name)
    }
    shares = {f"share of {row.feature}": features.share(row.feature) for row in features.rows}

    return {**found, **shares, "trending_down": usage.trending_down(weeks=1)}


@given(cases)
@settings(max_examples=50)
def test_who_is_counted_has_members(case: Legs) -> None:
    """A customer is counted, as `why` says, exactly if it or one of its rows is a member."""
    for name, figure in figures(case).items():
        members = list(figure.members)
        owners = {
            case.legs[member].customer_id if isinstance(member, int) else member
            for member in members
        }
        known = {leg.customer_id for leg in case.legs} | owners
        assert owners == {each for each in known if figure.why(each).counted}, name
        assert sorted(members) == members, name


@given(cases)
@settings(max_examples=50)
def test_members_are_what_is_counted(case: Legs) -> None:
    """The value of a count of legs is its number of members, and sums are sums over them."""
    found = figures(case)
    for name in ("legs", "good", "poor", "unknown"):
        assert found[name].value == len(found[name].members), name
    durations = [case.legs[row].duration_ms for row in found["duration_ms"].members]
    assert found["duration_ms"].value == sum(durations)
    share = found["poor_share"].value
    assert share.denominator == len(found["poor_share"].members)
    assert found["legs_per_active_user"].value.numerator == len(found["active_users"].members)
    users = {
        (case.legs[row].customer_id, case.legs[row].user_id)
        for name in ("light", "moderate", "heavy")
        for row in found[name].members
    }
    assert sum(found[name].value for name in ("light", "moderate", "heavy")) == len(users)
    calls = {(case.legs[row].customer_id, case.legs[row].call_id) for row in found["calls"].members}
    assert found["calls"].value == len(calls)


@given(cases)
@settings(max_examples=30)
def test_the_week_before_was_the_last_week_then(case: Legs) -> None:
    """A figure's previous value is the value it had a week earlier."""
    if case.as_of < datetime(1970, 2, 1, tzinfo=UTC):
        return
    earlier = case.as_of - timedelta(days=7)
    terms: dict[str, Any] = {"policy": case.policy, "duplicates": "none"}
    now = calling.usage(case.calls, as_of=case.as_of, **terms)
    then = calling.usage(case.calls, as_of=earlier, **terms)
    for name in ("active_users", "light", "legs", "duration_ms", "legs_per_active_user"):
        assert getattr(then, name).value == getattr(now, name).previous
    good = [
        calling.quality(case.calls, as_of=at, policy=case.policy, duplicates="none")
        for at in (case.as_of, earlier)
    ]
    assert good[1].poor_share.value == good[0].poor_share.previous
    assert good[0].good.change == good[0].good.value - good[1].good.value


def exact(ratio: Ratio) -> Fraction | None:
    """A ratio, or a difference of two that is told as one."""
    return ratio.fraction()


def apart(now: Fraction | int | None, then: Fraction | int | None) -> Fraction | int | None:
    """A difference, unknown where one side is."""
    return None if now is None or then is None else now - then


@given(cases)
@settings(max_examples=50)
def test_changes_are_the_differences_of_two_weeks(case: Legs) -> None:
    """A row of changes is what the naive reading finds now, less what it finds a week earlier."""
    rows = list(map(row_of, case.legs))
    if case.as_of < datetime(1970, 2, 1, tzinfo=UTC):
        return
    instants = (case.as_of, case.as_of - timedelta(days=7))
    state, say = lifted(case.calls, case), case.terms.say
    quality = finish_quality(state.quality, say)
    read = [quality_section(rows, each, case.naive) for each in instants]
    for part, name in (("customers", "customer_id"), ("endpoints", "endpoint_type")):
        now, then = ({row[name]: row for row in each[part]} for each in read)
        table = getattr(quality, f"{part[:-1]}_changes")
        assert {*now, *then} == set(table.column(name))
        for row in table:
            key = getattr(row, name)
            assert [apart_of(now, then, key, count) for count in ("good", "poor", "unknown")] == [
                row.good,
                row.poor,
                row.unknown,
            ]
            assert apart(share(now, key), share(then, key)) == exact(row.poor_share)
    shares = [exact(row.poor_share) for row in quality.customer_changes]
    defined = [each for each in shares if each is not None]
    assert sorted(defined, reverse=True) == shares[: len(defined)]


def apart_of(now: Table, then: Table, key: str, count: str) -> int:
    """The difference of a count, which is 0 where there is no row."""
    found: int = now.get(key, {}).get(count, 0) - then.get(key, {}).get(count, 0)
    return found


def share(rows: Table, key: str) -> Fraction | None:
    """The exact poor share of a row, if it has one."""
    ratio = rows[key]["poor_share"] if key in rows else {"numerator": 0, "denominator": 0}
    return Ratio(ratio["numerator"], ratio["denominator"]).fraction()


@given(cases)
@settings(max_examples=30)
def test_changes_of_usage_are_those_of_its_rows(case: Legs) -> None:
    """A customer's changes are its row less that of a week earlier; its legs decline the most."""
    if case.as_of < datetime(1970, 2, 1, tzinfo=UTC):
        return
    rows, earlier = list(map(row_of, case.legs)), case.as_of - timedelta(days=7)
    usage = finish_usage(lifted(case.calls, case).usage, case.terms.say, case.seats)
    # One week more, so that whoever called then has a row in both.
    longer = evolve(case.naive, trend_weeks=case.naive.trend_weeks + 1)
    now, then = (
        {row["customer_id"]: row for row in usage_section(rows, None, at, longer)["customers"]}
        for at in (case.as_of, earlier)
    )
    names = ("active_users", "legs", "duration_ms", "user_legs")
    for row in usage.customer_changes:
        expected = [apart_of(now, then, row.customer_id, name) for name in names]
        assert expected == [getattr(row, name) for name in names]
    assert [row.legs_change for row in usage.customers] == usage.customer_changes.column("legs")
    assert usage.customers.column("customer_id") == usage.customer_changes.column("customer_id")


@given(cases)
@settings(max_examples=30)
def test_changes_of_features_are_those_of_their_shares(case: Legs) -> None:
    """A feature's changes are those of its calls and of its share; rows are of either week."""
    queues = queue_customers(QueueCalls.from_records(case.entries), case.terms.weeks)
    state = lifted(case.calls, case).features.with_queues(queues)
    features = finish_features(state, case.terms.say)
    assert features is not None
    for row in features.changes:
        figure = features.share(row.feature)
        assert figure.previous is not None
        now, then = figure.value.numerator, figure.previous.numerator
        assert now - then == row.calls
        assert figure.change == exact(row.share)
        assert (now, then) != (0, 0)
    assert set(features.rows.column("feature")) <= set(features.changes.column("feature"))
    assert sorted(features.changes.column("calls"), reverse=True) == features.changes.column(
        "calls"
    )


@given(cases, st.integers(1, 7))
@settings(max_examples=50)
def test_trending_down_is_falling_every_week(case: Legs, weeks: int) -> None:
    """Customers trend down if each of the last weeks had fewer legs than the one before."""
    rows = list(map(row_of, case.legs))
    usage = calling.usage(case.calls, as_of=case.as_of, duplicates="none")
    figure = usage.trending_down(weeks=weeks)
    expected = trending_down(rows, case.as_of, weeks)

    assert expected == list(figure.members)
    assert len(expected) == figure.value


def told(usage: Usage) -> Sequence[object]:
    """The trend and the table of usage."""
    return [usage.trend, list(usage.customers)]


@given(cases)
@settings(max_examples=20)
def test_customers_add_up_to_the_week(case: Legs) -> None:
    """Rows of customers sum to the last week of the trend; saying changes nothing."""
    usage = calling.usage(
        case.calls, as_of=case.as_of, policy=case.policy, duplicates="none", seats=case.seats
    )
    first = told(usage)
    last = usage.trend[-1]

    assert last.legs == sum(row.legs for row in usage.customers)
    assert last.active_users == sum(row.active_users for row in usage.customers)
    assert last.duration_ms == sum(row.duration_ms for row in usage.customers)
    weekly = [
        sum(row.legs_by_week[week] for row in usage.customers) for week in range(len(usage.trend))
    ]
    assert [week.legs for week in usage.trend] == weekly
    assert first == told(usage)
