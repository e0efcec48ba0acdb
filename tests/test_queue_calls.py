"""Calls into queues: every figure is that of the naive reading, and knows where it comes from."""

import pickle
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi._text import Text
from partnerkpi.aggregates import Ratio
from partnerkpi.call_columns import QueueCalls
from partnerkpi.call_models import Outcome
from partnerkpi.calling.queues import QueueKpis, finish_queues, queue_kpis, queue_state
from partnerkpi.calling.queues.columns import OFFERED
from partnerkpi.calling.queues.rules import FIGURES, figure_named
from partnerkpi.calling.seats import CallingSeats
from partnerkpi.calling.weeks import Weeks
from partnerkpi.errors import (
    InstantError,
    MergeError,
    PolicyError,
    RecordsMissingError,
    UnknownNameError,
)
from partnerkpi.policy import ServiceLevel, ServiceLevelFormula
from tests.call_rows import queue_call_of
from tests.call_strategies import queue_call_rows
from tests.oracles import queue_calls as oracle
from tests.oracles.deduplication import deduplicate
from tests.oracles.queue_calls import QueuePolicy

Row = dict[str, Any]
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
MONDAY = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
INSTANTS = (AS_OF, AS_OF - timedelta(microseconds=1), AS_OF + timedelta(days=6, hours=23))


def columns(rows: Sequence[Row]) -> QueueCalls:
    """The columns of some rows."""
    return QueueCalls.from_records(map(queue_call_of, rows))


def policies() -> st.SearchStrategy[QueuePolicy]:
    """Every formula, thresholds that waits meet, and trends of several lengths."""
    return st.builds(
        QueuePolicy,
        trend_weeks=st.sampled_from((8, 2, 3, 60)),
        threshold_ms=st.sampled_from((20_000, 0, 5_000)),
        inclusive=st.booleans(),
        formula=st.sampled_from([*oracle.FORMULAS]),
        short_abandon_ms=st.sampled_from((0, 1, 5_000)),
    )


def policy_of(policy: QueuePolicy) -> pk.Policy:
    """The library's policy."""
    level = ServiceLevel(
        threshold_ms=policy.threshold_ms,
        inclusive=policy.inclusive,
        formula=ServiceLevelFormula(policy.formula),
    )
    return pk.Policy(
        trend_weeks=policy.trend_weeks,
        service_level=level,
        short_abandon_ms=policy.short_abandon_ms,
    )


def without_names(value: Any) -> Any:
    """A document without the customers' names, which are not known here."""
    if isinstance(value, dict):
        return {key: without_names(each) for key, each in value.items() if key != "customer"}
    return [without_names(each) for each in value] if isinstance(value, list) else value


def call(wait: int = 1_000, outcome: str = "answered", **fields: Any) -> Row:
    """A queue call of customer c-1 in the last week."""
    row = {"call_id": "k-1", "customer_id": "c-1", "queue_id": "Q1", "wait_ms": wait}
    return {**row, "entered_at": MONDAY.isoformat(), "outcome": outcome, **fields}


def told(rows: Sequence[Row], **policy: Any) -> QueueKpis:
    """The figures of some rows."""
    return queue_kpis(columns(rows), as_of=AS_OF, policy=pk.Policy(**policy))


# --- against the naive reading -------------------------------------------------------------------


@given(queue_call_rows(), st.sampled_from(INSTANTS), policies())
@settings(max_examples=150)
@example([], AS_OF, QueuePolicy())
def test_figures_are_those_of_the_naive_reading(
    rows: list[Row], as_of: datetime, policy: QueuePolicy
) -> None:
    """Every figure, trend and table, from rows with duplicates among them."""
    kept, dropped, ties = deduplicate(rows)
    found = queue_kpis(columns(rows), as_of=as_of, policy=policy_of(policy))

    assert oracle.queue_part(kept, as_of, policy) == without_names(found.to_dict())
    assert (dropped, ties) == (found.state.duplicates.count, found.state.duplicates.ties)


@given(queue_call_rows(), st.sampled_from(INSTANTS), policies())
@settings(max_examples=60)
def test_hours_and_changes_are_those_of_the_naive_reading(
    rows: list[Row], as_of: datetime, policy: QueuePolicy
) -> None:
    """Calls by hour of the week, what figures changed by, and who is called less and less."""
    kept, _, _ = deduplicate(rows)
    found = queue_kpis(columns(rows), as_of=as_of, policy=policy_of(policy))
    of_customers = oracle.changes(kept, as_of, policy, ("customer_id",))
    of_queues = oracle.changes(kept, as_of, policy, ("customer_id", "queue_id"))

    assert oracle.hours(kept, as_of, policy) == without_names(found.hours.to_dicts())
    assert of_customers == without_names(found.customer_changes.to_dicts())
    assert of_queues == without_names(found.queue_changes.to_dicts())
    for weeks in range(1, min(policy.trend_weeks, 8)):
        falling = oracle.trending_down(kept, as_of, weeks, policy)
        figure = found.trending_down(weeks=weeks)
        assert (len(falling), falling) == (figure.value, list(figure.members))


@given(queue_call_rows(), st.data())
@settings(max_examples=40)
def test_order_and_repetition_never_matter(rows: list[Row], data: st.DataObject) -> None:
    """Rows in another order, and rows with record ids delivered again, change nothing."""
    again = [row for row in rows if row.get("record_id") is not None]
    shuffled = data.draw(st.permutations(rows + again))
    first, second = (queue_kpis(columns(each), as_of=AS_OF) for each in (rows, shuffled))

    assert first.to_dict() == second.to_dict()
    assert first.hours.to_dicts() == second.hours.to_dicts()


@given(queue_call_rows())
@settings(max_examples=40)
def test_offered_is_the_sum_of_outcomes(rows: list[Row]) -> None:
    """Overall, in each week, of each customer and of each queue; only waiting stays out."""
    found = queue_kpis(columns(rows), as_of=AS_OF).to_dict()
    sections = [found, *found["trend"], *found["customers"], *found["queues"]]

    assert [each["offered"] for each in sections] == [
        sum(each["outcomes"].values()) for each in sections
    ]


# --- figures -------------------------------------------------------------------------------------

CALLS_OF_GOLD = (
    *(("answered", 860, 20_000), ("answered", 140, 20_001)),
    *(("abandoned", 10, 5_000), ("abandoned", 10, 20_000), ("voicemail", 40, 20_001)),
)


@pytest.mark.parametrize(
    ("formula", "percent"),
    [
        ("answered_of_offered", "81.13"),
        ("answered_only", "86.00"),
        ("abandons_positive", "83.02"),
        ("abandons_negative", "81.13"),
        ("abandons_ignored", "82.69"),
        ("short_positive", "82.08"),
        ("short_excluded", "81.90"),
    ],
)
def test_service_levels_are_the_published_ones(formula: str, percent: str) -> None:
    """With A=1000, B=60, At=860, Bt=20, Bl=40, Bs=10, F=0, as the literature gives them."""
    rows = [call(wait, outcome) for outcome, times, wait in CALLS_OF_GOLD for _ in range(times)]
    level = ServiceLevel(formula=ServiceLevelFormula(formula))
    value = told(rows, service_level=level, short_abandon_ms=5_000).service_level.value

    assert percent == f"{100 * value.numerator / value.denominator:.2f}"


@given(queue_call_rows(), policies())
@settings(max_examples=60)
def test_any_service_level_is_asked_of_a_finished_state(
    rows: list[Row], policy: QueuePolicy
) -> None:
    """By any threshold and formula, without another pass; the figure carries that policy."""
    found = queue_kpis(columns(rows), as_of=AS_OF, policy=pk.Policy(trend_weeks=policy.trend_weeks))
    wanted = policy_of(policy)
    figure = found.service_level_at(wanted.service_level, short_abandon_ms=policy.short_abandon_ms)
    expected = queue_kpis(columns(rows), as_of=AS_OF, policy=wanted).service_level

    assert (expected.value, expected.previous) == (figure.value, figure.previous)
    assert wanted == figure.policy
    assert list(expected.members) == list(figure.members)


@given(
    st.lists(st.integers(0, 5), max_size=30),
    st.sampled_from((1, 50, 100, Fraction(1, 1000), Fraction(999, 10))),
)
def test_any_percentile_is_asked_of_a_finished_state(
    waits: list[int], percent: int | Fraction
) -> None:
    """The ceil(p n / 100)-th smallest of both groups; exact for fractions as well."""
    rows = [call(wait, name) for wait in waits for name in ("transferred", "voicemail")]
    rank = -(-len(waits) * Fraction(percent) // 100)
    expected = sorted(waits)[rank - 1] if waits else None
    found = told(rows)

    assert expected == found.wait_percentile_ms("answered", percent).value
    assert expected == found.wait_percentile_ms("abandoned", percent).value


@pytest.mark.parametrize("percent", [0, -1, 101, Fraction(1001, 10)])
def test_percentiles_outside_their_range_are_refused(percent: int | Fraction) -> None:
    """Above 0 and at most 100."""
    with pytest.raises(PolicyError, match="a percentile is above 0 and at most 100, not"):
        told([]).wait_percentile_ms("answered", percent)


def test_a_week_ends_to_the_microsecond() -> None:
    """At its very end a call is of the next week; a moment before of this one."""
    end = AS_OF.replace(tzinfo=UTC)
    moments = [end - timedelta(weeks=1), end - timedelta(microseconds=1), end]
    outside = [end - timedelta(weeks=8, microseconds=1), end + timedelta(microseconds=1)]
    rows = [call(entered_at=moment.isoformat()) for moment in (*moments, *outside)]
    found = told(rows)

    assert 2 == found.offered.value
    assert [0, 0, 0, 0, 0, 0, 0, 2] == [week.offered for week in found.trend]


def test_weeks_without_calls_are_rows_of_zeros() -> None:
    """Zero counts, undefined averages, nothing longest: never a missing row."""
    week = told([]).trend[0]

    assert 8 == len(told([]).trend)
    assert (0, 0, None, None) == (
        week.offered,
        week.waiting,
        week.longest_answered_ms,
        week.answered_wait_ms.p50,
    )
    assert Ratio(0, 0) == week.average_time_to_answer_ms == week.service_level


def test_figures_know_the_week_before() -> None:
    """The value of the week before, and the exact change."""
    before = (MONDAY - timedelta(weeks=1)).isoformat()
    rows = [call(3_000), call(5_000), call(7_000, "voicemail"), call(2_000, entered_at=before)]
    found = told(rows)

    assert (3, 1, 2) == (found.offered.value, found.offered.previous, found.offered.change)
    assert Fraction(1, 3) == found.abandoned_rate.change
    assert Fraction(2000) == found.average_time_to_answer_ms.change
    assert found.average_wait_before_abandon_ms.change is None
    assert 3_000 == found.longest_answered_ms.change
    assert found.abandoned_wait_ms.p95.change is None


def test_tables_are_in_their_order() -> None:
    """Highest abandoned rate first, undefined last, then customer id, then queue id."""
    rows = [
        *(call(outcome="waiting", customer_id="c-0", queue_id="Q1"),),
        *(call(customer_id="c-3", queue_id=queue) for queue in ("Q2", "Q1")),
        *(call(customer_id="c-2", queue_id="Q1"),),
        *(call(outcome="abandoned", customer_id="c-9", queue_id="Q1"),),
    ]
    queues = [(row.customer_id, row.queue_id) for row in told(rows).queues]

    assert [("c-9", "Q1"), ("c-2", "Q1"), ("c-3", "Q1"), ("c-3", "Q2"), ("c-0", "Q1")] == queues
    assert ["c-9", "c-2", "c-3", "c-0"] == [row.customer_id for row in told(rows).customers]


def test_tables_are_sorted_by_every_column() -> None:
    """Also by columns of several numbers: by the first, missing ones last."""
    rows = [call(9, customer_id="c-1"), call(5, customer_id="c-2"), call(1, "callback")]
    rows.append(call(1, "abandoned", customer_id="c-3"))
    found = told(rows)
    for table in (found.customers, found.queues, found.queue_changes, found.hours):
        for column in table.definition.columns:
            assert len(table) == len(table.sorted_by(column.name))
    by_wait = found.customers.sorted_by("answered_wait_ms")

    assert ["c-2", "c-1", "c-3"] == by_wait.column("customer_id")
    assert [None] * 3 == found.customers.column("customer")
    with pytest.raises(UnknownNameError, match="no column is called 'queue_id'"):
        found.customers.column("queue_id")
    with pytest.raises(KeyError):
        found.hours._parts[0].cells("nothing", None)


def test_customers_of_a_portfolio_have_their_names() -> None:
    """The name beside the id, none where the portfolio has no such customer."""
    weeks = Weeks(queue_state(columns([]), as_of=AS_OF).terms.weeks.start, 8)
    nothing = np.zeros((8, 1), np.int64)
    seats = CallingSeats(
        weeks=weeks,
        customers=Text.from_strings(["c-1"]),
        names=Text.from_strings(["Globex"]),
        has_line=np.ones(1, np.bool_),
        assigned=nothing,
        total=nothing.copy(),
    )
    found = queue_kpis(columns([call(), call(customer_id="c-2")]), as_of=AS_OF, seats=seats)

    assert ["Globex", None] == [row.customer for row in found.customers]
    assert ["Globex", None] == [row.customer for row in found.hours]
    assert ["Globex", None] == found.queues.column("customer")
    with pytest.raises(MergeError, match="licenses and calls of different weeks"):
        finish_queues(queue_state(columns([]), as_of=AS_OF + timedelta(weeks=1)), seats)


def test_a_queue_id_is_of_its_customer() -> None:
    """Queues of different customers with one id are different queues."""
    rows = [call(), call(customer_id="c-2"), call(customer_id="c-2", outcome="abandoned")]

    assert [("c-2", 2), ("c-1", 1)] == [(row.customer_id, row.offered) for row in told(rows).queues]


def test_naive_instants_are_refused() -> None:
    """An instant without an offset names no week."""
    with pytest.raises(InstantError, match="naive"):
        queue_kpis(columns([]), as_of=datetime(2026, 11, 22))  # noqa: DTZ001 (that is the point)


# --- evidence ------------------------------------------------------------------------------------

PICKED: dict[str, Callable[[Row], bool]] = {
    "offered": lambda row: row["outcome"] != "waiting",
    "waiting": lambda row: row["outcome"] == "waiting",
    "abandoned_rate": lambda row: row["outcome"] in ("abandoned", "voicemail"),
    "average_time_to_answer_ms": lambda row: row["outcome"] in ("answered", "transferred"),
    "average_wait_before_abandon_ms": lambda row: row["outcome"] in ("abandoned", "voicemail"),
    "service_level": lambda row: row["outcome"] == "answered" and row["wait_ms"] <= 20_000,
}


@given(queue_call_rows())
@settings(max_examples=60)
def test_members_are_the_very_rows(rows: list[Row]) -> None:
    """Of a share the rows of its numerator, of a mean those averaged: no duplicates, one week."""
    kept, _, _ = deduplicate(rows)
    last = oracle.of_week(kept, AS_OF)
    found = queue_kpis(columns(rows), as_of=AS_OF)
    for name, picks in PICKED.items():
        members = [place for place, row in enumerate(rows) if any(row is each for each in last)]
        expected = [place for place in members if picks(rows[place])]
        assert expected == sorted(getattr(found, name).members), name
    for outcome, figure in found.outcomes.items():
        assert figure.value == len(figure.members)
        assert {outcome.value} >= {rows[place]["outcome"] for place in figure.members}


def test_members_of_a_longest_wait_waited_so_long() -> None:
    """All rows of the group with that wait; of a percentile likewise; none if there is none."""
    rows = [call(9), call(9, "transferred"), call(9, "abandoned"), call(3)]
    found = told(rows)

    assert [0, 1] == list(found.longest_answered_ms.members)
    assert [2] == list(found.abandoned_wait_ms.p50.members)
    assert [] == list(told([]).longest_abandoned_ms.members)


def test_members_are_numbered_over_all_sources() -> None:
    """Rows of merged states are counted on from one column set to the next."""
    first, second = columns([call(), call(1, "abandoned")]), columns([call(1, "abandoned")])
    states = [queue_state(each, as_of=AS_OF) for each in (first, second)]
    found = finish_queues(states[0].merge(states[1]))

    assert [1, 2] == list(found.abandoned_rate.members)
    assert [(first, None), (second, None)] == [
        (each.calls, each.rows) for each in found.state.sources or ()
    ]


def test_rows_do_not_travel() -> None:
    """A state that left its process still counts and explains, but has no rows."""
    found = finish_queues(pickle.loads(pickle.dumps(queue_state(columns([call()]), as_of=AS_OF))))  # noqa: S301 (our own bytes)
    rate = pickle.loads(pickle.dumps(found.service_level))  # noqa: S301
    percentile = pickle.loads(pickle.dumps(found.wait_percentile_ms("answered", 99)))  # noqa: S301

    assert Ratio(1, 1) == rate.value
    assert rate.why("c-1").counted
    assert 1_000 == percentile.value
    with pytest.raises(RecordsMissingError, match="the rows behind this figure are not here"):
        _ = rate.members


def test_why_says_which_condition_fails() -> None:
    """Queue by queue: whether a call entered, is in the denominator, and is counted."""
    rows = [
        call(30_000),
        call(1, "waiting", queue_id="Q2"),
        call(entered_at="2026-11-09T00:00:00Z", queue_id="Q3"),
    ]
    found = told(rows)
    why = found.service_level.why("c-1")
    holds = {each.subscription_id: [check.holds for check in each.checks] for each in why.reasons}

    assert not why.counted
    assert {
        "Q1": [True, True, False],
        "Q2": [True, False, False],
        "Q3": [False, False, False],
    } == holds
    assert str(why).splitlines()[1:4] == [
        "  Q1: yes: has a call that entered the queue from 2026-11-15 to 2026-11-22",
        "  Q1: yes: has one that counts in the denominator of answered_of_offered",
        "  Q1: no: has one that was answered, or counts as such, within 20000 ms (inclusive: True)",
    ]
    with pytest.raises(
        UnknownNameError, match="no customer with calls into queues is called 'c-7'"
    ):
        found.offered.why("c-7")


@given(queue_call_rows(max_size=12))
@settings(max_examples=40)
def test_whoever_has_a_row_behind_a_figure_is_counted(rows: list[Row]) -> None:
    """The reasons and the members of every figure agree, customer by customer."""
    found = queue_kpis(columns(rows), as_of=AS_OF)
    figures = [found._figure(each) for each in FIGURES.values()]
    customers = found.state.names.customers.to_list()
    for figure in figures:
        behind = {rows[place]["customer_id"] for place in figure.members}
        assert behind == {each for each in customers if figure.why(each).counted}


def test_trending_down_says_why() -> None:
    """Which week did not fall, and by how much."""
    weeks = [(MONDAY - timedelta(weeks=back)).isoformat() for back in range(3)]
    rows = [call(entered_at=weeks[back]) for back in (0, 1, 1, 2, 2)]
    figure = told(rows).trending_down(weeks=2)

    assert (0, 0) == (figure.value, figure.previous)
    assert str(figure.why("c-1")) == (
        "c-1 is not counted\n"
        "  c-1: yes: was offered fewer calls in the week to 2026-11-22 than in the week before\n"
        "  c-1: no: was offered fewer calls in the week to 2026-11-15 than in the week before"
        " (by 1 call)"
    )
    assert told(rows).trending_down(weeks=7).previous is None
    with pytest.raises(PolicyError, match="weeks must be from 1 to 7, not 8"):
        told(rows).trending_down(weeks=8)


# --- what was not counted ------------------------------------------------------------------------


def test_what_was_not_counted_is_not_told() -> None:
    """A state without waits, hours or the week before says so instead of guessing."""
    state = queue_state(columns([call()]), as_of=AS_OF, waits=False, hours=False, changes=False)
    found = finish_queues(state)

    assert (1, Ratio(0, 1)) == (found.offered.value, found.abandoned_rate.value)
    assert [1] == found.queues.column("offered")
    for ask in (
        lambda: found.longest_answered_ms,
        lambda: found.service_level,
        lambda: found.answered_wait_ms,
        lambda: found.customers.column("service_level"),
        lambda: found.hours,
        found.trending_down,
        lambda: found.customer_changes,
    ):
        with pytest.raises(RecordsMissingError, match=r"not (kept|counted)"):
            ask()


def test_faults_of_lenient_reading_are_carried() -> None:
    """What a door left out, or kept as unknown, stands in the state."""
    calls = pk.io.queue_calls_from_rows([{**call(), "outcome": "lost"}], lenient=True)
    state = queue_state(calls, as_of=AS_OF)

    assert calls.faults == state.faults
    assert 1 == state.fault_count == state.merge(queue_state(columns([]), as_of=AS_OF)).fault_count
    assert 1 == finish_queues(state).outcomes[Outcome.UNKNOWN].value


def test_every_figure_is_found_by_its_name() -> None:
    """Also percentiles that no report tells; their names are their definitions'."""
    assert all(figure_named(name) is figure for name, figure in FIGURES.items())
    assert (
        "queues.answered_wait_ms.p199/2" == figure_named("answered_wait_ms.p199/2").definition.name
    )
    assert len(OFFERED) + 14 == len(FIGURES)
