"""Calls into queues from legs: scenarios by hand, the oracle, batches, faults."""

import pickle
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi import webex
from partnerkpi.call_columns import QueueCalls
from partnerkpi.calling import fold, queue_state
from partnerkpi.errors import InputError
from tests.oracles.queue_legs import queue_rows
from tests.webex.legs import NINE, Record, agent, attempt, entry, mailbox, message, sent_on
from tests.webex.queue_leg_scenarios import SCENARIOS, Scenario

RULES = tuple(webex.QueueRule)


def expected_of(found: webex.LegQueueCalls) -> list[tuple[object, ...]]:
    """Queue, outcome, wait and talk in seconds, and rule, of each entry."""
    return [
        (
            record.queue_id,
            record.outcome.value,
            record.wait_ms / 1000,
            None if record.talk_ms is None else record.talk_ms / 1000,
            RULES[int(found.rule[row])].value,
        )
        for row, record in enumerate(found.calls.records)
    ]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
def test_scenarios(scenario: Scenario) -> None:
    """Each legs' story gives the queue calls that are expected of it, in any order."""
    for seed in range(3):
        legs = list(scenario.legs)
        random.Random(seed).shuffle(legs)
        history = webex.call_history(legs)
        found = history.queue_calls()

        assert sorted(scenario.expected, key=str) == sorted(expected_of(found), key=str)
        assert scenario.loose == found.loose_legs
        assert scenario.duplicates == history.duplicates.count
        assert len(scenario.expected) == sum(found.rules.values())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
def test_scenarios_by_the_oracle(scenario: Scenario) -> None:
    """The oracle says of each scenario what was written by hand."""
    latest: dict[str, Record] = {}
    for leg in scenario.legs:
        known = latest.get(leg["Report ID"])
        if known is None or known["Report time"] <= leg["Report time"]:
            latest[leg["Report ID"]] = leg
    found = [
        (row["queue"], row["wait"] / timedelta(seconds=1), row["talk"], row["rule"])
        for row in queue_rows(list(latest.values()))
    ]
    expected = [(queue, wait, talk, rule) for queue, _, wait, talk, rule in scenario.expected]

    assert sorted(expected, key=str) == sorted(found, key=str)


def test_every_rule_has_a_scenario() -> None:
    """No rule is without an example."""
    told = {row[4] for scenario in SCENARIOS for row in scenario.expected}

    assert {rule.value for rule in webex.QueueRule} == told


def test_there_are_enough_scenarios() -> None:
    """Names are different, and every scenario says why."""
    assert len({each.name for each in SCENARIOS}) == len(SCENARIOS)
    assert all(each.reason for each in SCENARIOS)


# --- property tests ------------------------------------------------------------------------------

TIMES = st.integers(0, 12)
NUMBERS = st.integers(0, 10**6)
REASONS = st.sampled_from(["", "CallQueue", "UserBusy", "NoAnswer", "TimeOfDay", "Unrecognized"])
OPTIONAL = {
    "Call_outcome": st.sampled_from(["Success", "Failure", "Refusal", ""]),
    "Call_outcome_reason": st.sampled_from(["Normal", "UserBusy", "SIP480"]),
    "Releasing_party": st.sampled_from(["Local", "Remote", "Unknown", ""]),
    "Answer_indicator": st.sampled_from(["Yes", "No", "Yes-PostRedirection", "NA"]),
    "Related_reason": st.sampled_from(["", "Unrecognised", "CallQueue", "CallPark"]),
    "Redirect_reason": REASONS,
    "Original_reason": REASONS,
    "Ring_duration": st.sampled_from(["", 0, 3, "4"]),
    "Hold_Duration": st.sampled_from(["", "1", 9]),
    "Related_call_ID": st.sampled_from(["", "e0:0", "e1:0", "e9:0"]),
}
MAKERS = (entry, attempt, agent, message, mailbox, sent_on)


@st.composite
def legs(draw: st.DrawFn) -> list[Record]:
    """Legs of two calls, most of them with one thing that says otherwise."""
    return [_drawn(draw, f"e{number}") for number in range(draw(st.integers(1, 7)))]


def _drawn(draw: st.DrawFn, report: str) -> Record:
    start = draw(TIMES)
    end: Any = start + draw(TIMES)
    kind: Any = draw(st.sampled_from(MAKERS))
    others = draw(st.fixed_dictionaries({}, optional=OPTIONAL))
    fields = {**others, "Correlation_ID": draw(st.sampled_from(["k-1", "k-2"]))}
    given: tuple[object, ...] = ()
    if kind is entry:
        given = (draw(st.sampled_from(["Support", "Sales"])),)
        end = draw(st.sampled_from([None, end]))
    elif kind in (attempt, agent):
        given = (draw(st.one_of(st.none(), st.integers(start, end))),)
    elif kind is sent_on:
        given = (fields.pop("Redirect_reason", "UserBusy"),)
    made: Record = kind(report, start, end, *given, **fields)

    return made


def told_of(found: webex.LegQueueCalls) -> list[tuple[object, ...]]:
    """What there is to compare with the oracle's rows."""
    return sorted(
        (
            record.record_id,
            record.queue_id,
            record.entered_at,
            timedelta(milliseconds=record.wait_ms),
            None if record.talk_ms is None else record.talk_ms // 1000,
            RULES[int(found.rule[row])].value,
            found.answered_by[row],
        )
        for row, record in enumerate(found.calls.records)
    )


def told_by_oracle(records: list[Record]) -> list[tuple[object, ...]]:
    """The same of the oracle's rows, less those whose wait is negative."""
    return sorted(tuple(row.values()) for row in queue_rows(records) if row["wait"] >= timedelta(0))


@given(legs(), st.randoms(use_true_random=False))
def test_legs_in_any_order(records: list[Record], chance: random.Random) -> None:
    """The oracle's rows, in whatever order legs come and however often."""
    shuffled = [*records, *chance.choices(records, k=2)]
    chance.shuffle(shuffled)
    found = webex.call_history(shuffled).queue_calls(lenient=True)
    early = sum(row["wait"] < timedelta(0) for row in queue_rows(records))

    assert told_by_oracle(records) == told_of(found)
    assert early == found.fault_count


@given(legs(), st.integers(1, 4), st.randoms(use_true_random=False))
def test_legs_in_batches(records: list[Record], cuts: int, chance: random.Random) -> None:
    """Batches within the gap give what all legs give, duplicates in other batches included."""
    shuffled = [*records, *chance.choices(records, k=2)]
    chance.shuffle(shuffled)
    batches = [webex.call_history(shuffled[start::cuts]) for start in range(cuts)]
    found = [
        row
        for part in webex.queue_calls_from_legs(batches, gap=timedelta(minutes=1), lenient=True)
        for row in told_of(part)
    ]

    assert told_by_oracle(records) == sorted(found)


# --- batches -------------------------------------------------------------------------------------


def at(hours: float, records: Sequence[Record], number: int) -> list[Record]:
    """The same legs so many hours later, as legs of another call."""
    moved = []
    for record in records:
        later = dict(record)
        for name in ("Start time", "Answer time", "Release time", "Report time"):
            if record[name]:
                moment = NINE.fromisoformat(record[name]) + timedelta(hours=hours)
                later[name] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        later["Report ID"] = f"{record['Report ID']}-{number}"
        later["Correlation ID"] = f"k-{number}"
        moved.append(later)
    return moved


ANSWERED = (entry("e", 0, 100), attempt("o", 2, 100, 10), agent("a", 2, 100, 10))


def test_calls_are_closed_after_the_gap() -> None:
    """Entries are handed out as soon as nothing of their call is to come, and once."""
    batches = [webex.call_history(at(hour, ANSWERED, hour)) for hour in range(6)]
    sizes = [len(part) for part in webex.queue_calls_from_legs(batches, gap=timedelta(hours=2))]

    assert [1, 1, 1, 3] == sizes


def test_legs_of_a_call_may_come_in_different_batches() -> None:
    """As long as they end within the gap."""
    batches = [webex.call_history([leg]) for leg in (ANSWERED[2], ANSWERED[0])]
    (found,) = webex.queue_calls_from_legs(batches)

    assert [("Support", "answered", 10.0, 90.0, "agent")] == expected_of(found)


def test_late_legs_are_faults() -> None:
    """A leg that ends long before those taken already may belong to a closed call."""
    batches = [webex.call_history(at(hour, ANSWERED, hour)) for hour in (0, 20, 1)]
    with pytest.raises(InputError) as refused:
        list(webex.queue_calls_from_legs(batches))
    first = refused.value.faults[0]

    assert (3, "Release time") == (refused.value.count, first.place.column)
    assert "organization o-1, correlation k-1, report a-1" == first.place.path
    assert "a leg that ended from 2026-03-02T17:01:40Z on" in first.expected


def test_late_legs_are_counted() -> None:
    """In lenient reading they are left out, counted and told."""
    batches = [webex.call_history(at(hour, ANSWERED, hour)) for hour in (0, 20, 1)]
    parts = list(webex.queue_calls_from_legs(batches, lenient=True))

    assert [0, 3] == [part.late_legs for part in parts]
    assert [0, 3] == [part.fault_count for part in parts]
    assert 2 == sum(map(len, parts))


def test_duplicates_across_batches_are_counted() -> None:
    """A record delivered again while its call is open is one leg."""
    batches = [webex.call_history(list(ANSWERED)) for _ in range(2)]
    (found,) = webex.queue_calls_from_legs(batches)

    assert (1, 3) == (len(found), found.duplicates.count)


def test_no_batches_are_no_calls() -> None:
    """Nothing comes of nothing, and is one empty result."""
    (found,) = webex.queue_calls_from_legs([])

    assert (0, {}) == (len(found), dict(found.rules))


def test_an_empty_batch_changes_nothing() -> None:
    """Batches without records are passed over."""
    batches = [webex.call_history([]), webex.call_history(list(ANSWERED)), webex.call_history([])]

    assert [1] == [len(part) for part in webex.queue_calls_from_legs(batches)]


def test_a_negative_gap_is_refused() -> None:
    """There is none."""
    with pytest.raises(ValueError, match="expected a gap that is not negative"):
        next(webex.queue_calls_from_legs([], gap=timedelta(seconds=-1)))


def test_batches_feed_a_state() -> None:
    """The entries of batches are counted as those of all legs at once."""
    records = [leg for hour in range(30) for leg in at(hour, ANSWERED, hour)]
    as_of = NINE + timedelta(days=7)
    whole = queue_state(webex.call_history(records).queue_calls().calls, as_of=as_of)
    batches = (webex.call_history(records[start : start + 7]) for start in range(0, 90, 7))
    parts = webex.queue_calls_from_legs(batches, gap=timedelta(hours=3))
    state = fold((part.calls for part in parts), as_of=as_of, rows=QueueCalls)

    assert np.array_equal(whole.weeks.counts, state.weeks.counts)
    assert np.array_equal(whole.weeks.sums, state.weeks.sums)


# --- names and faults ----------------------------------------------------------------------------


def test_queues_are_known_by_name_and_location() -> None:
    """Names are unique within a location only."""
    records = [
        entry("e1", 0, 9, Location="Berlin"),
        entry("e2", 0, 9, Location="Bonn", Correlation_ID="k-2"),
        entry("e3", 0, 9, "", User_number="+15550100100", Correlation_ID="k-3"),
    ]
    found = webex.call_history(records).queue_calls()

    assert ["Support (Berlin)", "Support (Bonn)", "+15550100100"] == [
        each.queue_id for each in found.calls.records
    ]


def test_queues_are_known_by_uuid() -> None:
    """Where legs give none, by name."""
    records = [entry("e1", 0, 9, User_UUID="q-1"), entry("e2", 0, 9, Correlation_ID="k-2")]
    found = webex.call_history(records).queue_calls(queues="uuid")

    assert ["q-1", "Support"] == [each.queue_id for each in found.calls.records]


def test_other_names_are_refused() -> None:
    """A queue is known by name or UUID."""
    with pytest.raises(ValueError, match="queues must be 'name' or 'uuid', not 'id'"):
        webex.call_history([]).queue_calls(queues="id")  # type: ignore[arg-type]


def test_nameless_queues_are_faults() -> None:
    """A queue that no name, number or UUID tells has no id."""
    history = webex.call_history([entry("e", 0, 9, "NA")])
    with pytest.raises(InputError) as refused:
        history.queue_calls()
    (fault,) = refused.value.faults

    assert ("User", "a queue that has a name or a UUID") == (fault.place.column, fault.expected)
    assert 0 == len(history.queue_calls(lenient=True))


def test_negative_waits_are_faults() -> None:
    """Clocks that contradict each other are told, and no wait is cut to nothing."""
    history = webex.call_history([entry("e", 10, 90), agent("a", 2, 90, 5)])
    found = history.queue_calls(lenient=True)

    assert (0, 1) == (len(found), found.fault_count)
    assert "a wait that is not negative, found -5000 ms" in str(found.faults[0])
    assert found.faults == found.calls.faults


def test_the_leg_that_answered_is_known() -> None:
    """By its report id."""
    found = webex.call_history(list(ANSWERED)).queue_calls()

    found = pickle.loads(pickle.dumps(found))  # noqa: S301

    assert "a" == found.answered_by[0]
    assert {webex.QueueRule.AGENT: 1} == dict(found.rules)


def test_the_sample_of_queue_legs() -> None:
    """One call answered by the second agent after 36 s, one given up after 41 s."""
    history = webex.call_history("tests/webex/samples/calls/queue_call_legs.json")
    queue = "Support Queue (Site A)"
    expected = [
        (queue, "answered", 36.0, 164.0, "agent"),
        (queue, "abandoned", 41.0, None, "hung_up"),
    ]

    assert expected == expected_of(history.queue_calls())
