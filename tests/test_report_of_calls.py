"""Reports with calls: beside a portfolio, alone, by segment, from states, as text."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

import partnerkpi as pk
from partnerkpi.calling import (
    CallingState,
    calling_state,
    finish_calling,
    leg_state,
    queue_state,
)
from partnerkpi.errors import MergeError, RecordsMissingError
from partnerkpi.reports import finish, merged
from partnerkpi.reports.sources import Sources, lift_report
from partnerkpi.testing import call_leg_lists, queue_call_lists

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
DATA = Path(__file__).resolve().parent.parent / "examples" / "data"


@pytest.fixture(scope="module")
def inputs() -> pk.Inputs:
    """The example, with its calls."""
    return pk.read_inputs(DATA)


@pytest.fixture(scope="module")
def report(inputs: pk.Inputs) -> pk.Report:
    """The report of the example, with its calls."""
    return pk.report(
        inputs.portfolio, calls=inputs.calls, queue_calls=inputs.queue_calls, as_of=AS_OF
    )


def test_sections_are_those_asked_for_alone(inputs: pk.Inputs, report: pk.Report) -> None:
    """What the room of calling says alone stands in the report, names and licenses added."""
    assert inputs.queue_calls is not None
    assert report.calling is not None
    assert report.calling.queues is not None
    alone = pk.calling.queue_kpis(inputs.queue_calls, as_of=AS_OF)

    assert alone.to_dict()["trend"] == report.calling.to_dict()["queues"]["trend"]
    assert alone.abandoned_rate.value == report.calling.queues.abandoned_rate.value


@pytest.mark.parametrize(
    ("given", "sections"),
    [
        (("calls",), {"usage", "quality"}),
        (("queue_calls",), {"queues"}),
        (("calls", "queue_calls"), {"usage", "quality", "features", "queues"}),
    ],
)
def test_what_is_not_given_is_null(
    inputs: pk.Inputs, given: tuple[str, ...], sections: set[str]
) -> None:
    """Sections whose table is missing are null, with their counts; so is the portfolio's part."""
    tables = {name: getattr(inputs, name) for name in given}
    document = pk.report(as_of=AS_OF, **tables).to_dict()
    calling = document["calling"]

    assert (None, None, None) == tuple(document[x] for x in ("overview", "customers", "licenses"))
    assert sections == {name for name in calling if calling[name] is not None} - {"week"}
    assert {"start": "2026-11-15T00:00:00Z", "end": "2026-11-22T00:00:00Z"} == calling["week"]
    for name in ("calls", "queue_calls"):
        assert (name in given) == (document["data"][f"duplicate_{name}"] is not None)


def test_a_report_of_calls_alone_says_what_it_lacks(inputs: pk.Inputs) -> None:
    """Asking it for the portfolio's figures is refused in words."""
    alone = pk.report(calls=inputs.calls, as_of=AS_OF)

    assert not alone.has_portfolio
    assert "<report as of 2026-11-22T00:00:00+00:00: of calls alone>" == str(alone)
    for name in ("overview", "licenses", "customers"):
        with pytest.raises(RecordsMissingError, match="no portfolio was given"):
            getattr(alone, name)
    with pytest.raises(RecordsMissingError):
        alone.by("tag")


def test_nothing_at_all_is_no_report() -> None:
    """Neither a portfolio nor calls."""
    with pytest.raises(TypeError, match="a portfolio, calls, or both"):
        pk.report(as_of=AS_OF)


def test_an_empty_portfolio_is_a_portfolio() -> None:
    """It has no customers, which is something else than not being there."""
    nobody = pk.Portfolio.from_customers([])
    document = pk.report(nobody, calls=pk.Calls.from_records([]), as_of=AS_OF).to_dict()

    assert [] == document["customers"]
    assert [] == document["calling"]["usage"]["customers"]


def test_counted_elsewhere(inputs: pk.Inputs, report: pk.Report) -> None:
    """States stand for the rows that they were counted of; segments then are refused."""
    assert inputs.calls is not None
    assert inputs.queue_calls is not None
    states: dict[str, Any] = {
        "calls": leg_state(inputs.calls, as_of=AS_OF),
        "queue_calls": queue_state(inputs.queue_calls, as_of=AS_OF),
    }
    found = pk.report(inputs.portfolio, as_of=AS_OF, **states)

    assert report.to_dict() == found.to_dict()
    with pytest.raises(RecordsMissingError, match="the calls' rows"):
        found.by("tag")
    with pytest.raises(MergeError):
        pk.report(inputs.portfolio, as_of=AS_OF - timedelta(days=7), **states)
    with pytest.raises(MergeError):
        pk.report(inputs.portfolio, as_of=AS_OF, policy=pk.Policy(trend_weeks=9), **states)


@given(call_leg_lists(), queue_call_lists())
@settings(max_examples=50)
def test_states_of_parts_merge_to_the_whole(
    legs: tuple[pk.CallLeg, ...], entries: tuple[pk.QueueCall, ...]
) -> None:
    """Cut by customer, each part with its own calls: the merged report is that of the whole."""
    customers = ["c-1", "c-2", "c-3"]
    policy = pk.Policy()

    def of(wanted: set[str]) -> Sources:
        held = [pk.Customer(id=one, name=one.upper()) for one in customers if one in wanted]
        mine: tuple[Any, ...] = (
            pk.Calls.from_records([each for each in legs if each.customer_id in wanted]),
            pk.QueueCalls.from_records([each for each in entries if each.customer_id in wanted]),
        )
        return Sources((pk.Portfolio.from_customers(held),), *mine)

    ids = (
        {each.customer_id for each in legs} | {each.customer_id for each in entries} | {*customers}
    )
    first = {each for each in ids if each < "c-2"}
    whole = lift_report(of(ids), AS_OF, policy)
    parts = [lift_report(of(each), AS_OF, policy) for each in (first, ids - first)]

    assert finish(whole).to_dict() == finish(merged(parts)).to_dict()


@pytest.mark.parametrize("key", ["managed_by", "region"])
def test_segments_hold_the_calls_of_their_customers(report: pk.Report, key: str) -> None:
    """Calls of a true partition add up; whoever no portfolio holds is in no segment: None."""
    assert report.calling is not None
    segments = report.by(key)
    counted: Counter[str] = Counter()
    for segment in segments.values():
        assert segment.calling is not None
        assert segment.calling.usage is not None
        assert segment.calling.queues is not None
        counted["legs"] += segment.calling.usage.legs.value
        counted["offered"] += segment.calling.queues.offered.value
        counted["waiting"] += segment.calling.queues.waiting.value
        counted["duplicates"] += segment.data.duplicate_calls or 0
    usage, queues = report.calling.usage, report.calling.queues
    assert usage is not None
    assert queues is not None

    assert None in segments
    assert {
        "legs": usage.legs.value,
        "offered": queues.offered.value,
        "waiting": queues.waiting.value,
        "duplicates": report.data.duplicate_calls,
    } == counted
    assert ["c-9001"] == [
        row["customer_id"] for row in segments[None].to_dict()["calling"]["usage"]["customers"]
    ]


@pytest.mark.parametrize("title", ["Usage", "Quality", "Features used", "Call queues", "Queues"])
def test_the_page_shows_calls(report: pk.Report, title: str) -> None:
    """Every section has its place on the page, in 80 columns."""
    lines = report.to_text().splitlines()

    assert title in lines
    assert max(map(len, lines)) <= 80


def test_the_page_of_calls_alone_says_nothing_of_licenses(inputs: pk.Inputs) -> None:
    """Neither an overview nor lines without an observation."""
    text = pk.report(queue_calls=inputs.queue_calls, as_of=AS_OF).to_text()

    assert "Call queues" in text
    assert "Overview" not in text
    assert "without an observation" not in text
    assert "Usage" not in text


def test_a_calling_state_has_an_identity() -> None:
    """Nothing counted adds nothing, and says nothing."""
    counted = calling_state(pk.Calls.from_records([]), as_of=AS_OF)

    assert finish_calling(CallingState()) is None
    for merged_state in (counted.merge(CallingState()), CallingState().merge(counted)):
        found, expected = finish_calling(merged_state), finish_calling(counted)
        assert found is not None
        assert expected is not None
        assert expected.to_dict() == found.to_dict()
