"""Stored states of calls: they finish and merge like those that were stored; faults are refused."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi import testing
from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.calling import calling_state, queue_state
from partnerkpi.errors import InputError, RecordsMissingError
from partnerkpi.reports import finish, state_document, state_from
from partnerkpi.reports.sources import Sources, lift_report
from tests.call_reports import CASES, case_report, reports_with_calls
from tests.strategies import Document
from tests.test_reading_calls import as_json
from tests.test_reading_reports import altered

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)


def travelled(report: pk.Report) -> pk.Report:
    """The report of a state that was stored as text and read back."""
    assert report.state is not None

    return finish(state_from(as_json(state_document(report.state))))


@given(st.data(), testing.instants(AS_OF), testing.policies())
def test_a_stored_state_finishes_to_the_same_report(
    data: st.DataObject, as_of: datetime, policy: pk.Policy
) -> None:
    """Whichever tables there are; and its stored form is the same again."""
    report = data.draw(reports_with_calls(as_of, policy))
    assert report.state is not None
    back = travelled(report)
    assert back.state is not None

    assert report.to_dict() == back.to_dict()
    assert state_document(report.state) == state_document(back.state)


@settings(max_examples=40)
@given(
    testing.call_leg_lists(AS_OF, max_size=16),
    testing.queue_call_lists(AS_OF, max_size=16),
    st.integers(0, 2),
)
def test_merging_after_reading_equals_merging_before(legs: Any, queues: Any, cut: int) -> None:
    """Parts by customer, stored each for itself, add up to the whole; the stored form too."""
    first = {"c-1", "007"} if cut else {"c-2"}

    def part(rows: Any, kind: Any, *, inside: bool) -> Any:
        return kind.from_records([row for row in rows if (row.customer_id in first) == inside])

    def lifted(calls: Any, queue_calls: Any) -> Any:
        return lift_report(Sources(None, calls, queue_calls), AS_OF, pk.Policy())

    parts = [
        lifted(part(legs, Calls, inside=inside), part(queues, QueueCalls, inside=inside))
        for inside in (True, False)
    ]
    whole = lifted(Calls.from_records(legs), QueueCalls.from_records(queues))
    stored = [state_from(as_json(state_document(each))) for each in parts]
    before, after = parts[0].merge(parts[1]), stored[0].merge(stored[1])

    assert finish(whole).to_dict() == finish(after).to_dict()
    assert state_document(whole) == state_document(before) == state_document(after)
    assert state_document(before) == state_document(stored[0].merge(parts[1]))


@pytest.fixture(scope="module")
def live() -> pk.Report:
    """The report on a case in which no section is empty."""
    return case_report(CASES[0])


@pytest.fixture(scope="module")
def document(live: pk.Report) -> Document:
    """Its stored state."""
    assert live.state is not None

    return as_json(state_document(live.state))


def test_further_figures_are_finished_from_a_stored_state(live: pk.Report) -> None:
    """What a report document does not tell; the rows alone are not here."""
    back = travelled(live)
    assert live.calling is not None
    assert back.calling is not None
    before, after = live.calling.queues, back.calling.queues
    assert before is not None
    assert after is not None

    assert before.hours.to_dicts() == after.hours.to_dicts()
    assert before.queue_changes.to_dicts() == after.queue_changes.to_dicts()
    assert before.trending_down(weeks=2).value == after.trending_down(weeks=2).value
    percentile = before.wait_percentile_ms("answered", 99).value
    assert percentile == after.wait_percentile_ms("answered", 99).value
    with pytest.raises(RecordsMissingError):
        after.offered.members  # noqa: B018 (looking is what is refused)


def test_states_that_keep_less_are_stored_as_they_are() -> None:
    """Without waits, changes or hours."""
    calls = pk.read_queue_calls(CASES[0] / "queue_calls.jsonl")
    counted = queue_state(calls, as_of=AS_OF, changes=False, waits=False, hours=False)
    state = lift_report(Sources(None, None, counted), AS_OF, pk.Policy())
    back = state_from(as_json(state_document(state)))
    assert back.calling is not None
    assert back.calling.queues is not None

    assert counted.terms == back.calling.queues.terms
    assert state_document(state) == state_document(back)


def test_faults_of_rows_travel(tmp_path: Any) -> None:
    """With their places, and how many there were in truth."""
    path = tmp_path / "queue_calls.jsonl"
    row = '{"call_id": "k", "customer_id": "c", "queue_id": "Q", "entered_at": "2026-11-16"'
    path.write_text(f'{row}, "wait_ms": -1, "outcome": "answered"}}\n', "utf-8")
    calls = pk.read_queue_calls(path, lenient=True)
    state = lift_report(Sources(None, None, calls), AS_OF, pk.Policy())
    back = state_from(as_json(state_document(state)))
    assert state.calling is not None
    assert state.calling.queues is not None
    assert back.calling is not None
    assert back.calling.queues is not None

    assert 1 == back.calling.queues.fault_count
    assert state.calling.queues.faults == back.calling.queues.faults


def test_who_has_queues_travels() -> None:
    """Where call legs were told so by themselves."""
    legs = Calls.from_records([])
    state = calling_state(legs, as_of=AS_OF)
    assert state.legs is not None
    told = state.legs.with_queues(QueueCalls.from_records([]).customer.labels)
    lifted = lift_report(Sources(None, told, None), AS_OF, pk.Policy())
    back = state_from(as_json(state_document(lifted)))

    assert back.calling is not None
    assert back.calling.legs is not None
    assert back.calling.legs.features.queues is not None


def test_documents_of_earlier_releases_still_read(live: pk.Report, document: Document) -> None:
    """Without the keys that came with calls."""
    earlier = {key: each for key, each in document.items() if key not in {"portfolio", "calling"}}
    found = finish(state_from(earlier))

    assert found.calling is None
    assert live.to_dict()["licenses"] == found.to_dict()["licenses"]


def test_documents_of_fewer_legs_are_plain(document: Document) -> None:
    """Ids stand by code point, so that equal counts have equal forms."""
    legs = document["calling"]["legs"]

    assert sorted(legs["customers"]) == legs["customers"]
    assert sorted(legs["users"]) == legs["users"]


L, Q, S = "calling.legs", "calling.queues", "calling.seats"
FAULTY: tuple[tuple[str, object, tuple[str, ...]], ...] = (
    ("portfolio", 1, ("portfolio",)),
    ("portfolio", False, ("portfolio",)),
    ("calling", [], ("calling",)),
    ("calling.extra", [], ("calling.extra",)),
    (L, [], (L,)),
    (f"{L}.customers", ["b", "a"], (f"{L}.customers",)),
    (f"{L}.customers.0", "", (f"{L}.customers[0]",)),
    (f"{L}.customers.0", 1, (f"{L}.customers[0]",)),
    (f"{L}.legs", [], (f"{L}.legs",)),
    (f"{L}.legs", {}, (f"{L}.legs",)),
    (f"{L}.legs.0", [1], (f"{L}.legs[0]",)),
    (f"{L}.legs.0.0", -1, (f"{L}.legs[0][0]",)),
    (f"{L}.legs.0.0", 2**63 - 1, (f"{L}.legs",)),
    (f"{L}.legs.0.0", 5, (f"{L}.quality.weeks",)),
    (f"{L}.user_legs.week", [], (f"{L}.user_legs.user",)),
    (f"{L}.user_legs.user.0", 10**6, (f"{L}.user_legs.user[0]",)),
    (f"{L}.user_legs.legs.0", 0, (f"{L}.user_legs.legs[0]",)),
    (f"{L}.user_legs.legs.0", 10**6, (f"{L}.user_legs",)),
    (f"{L}.user_legs.week.0", 7, (f"{L}.user_legs",)),
    (f"{L}.quality", None, (f"{L}.quality",)),
    (f"{L}.quality.weeks.good", [], (f"{L}.quality.weeks.good",)),
    (f"{L}.quality.weeks.good.0", 10**6, (f"{L}.quality.weeks",)),
    (f"{L}.quality.customers.1.good.0", 10**6, (f"{L}.quality.customers[1]",)),
    (f"{L}.quality.without_endpoint.1.good.0", 10**6, (f"{L}.quality.endpoints[1]",)),
    (f"{L}.quality.endpoint_types.0", None, (f"{L}.quality.endpoint_types[0]",)),
    (f"{L}.features.calls", ["b", "b"], (f"{L}.features.calls",)),
    (f"{L}.features.seen", None, (f"{L}.features.seen",)),
    (f"{L}.features.seen.call.0", -1, (f"{L}.features.seen.call[0]",)),
    (f"{L}.features.queues", ["z", "a"], (f"{L}.features.queues",)),
    (f"{L}.duplicates.ties", 10**6, (f"{L}.duplicates.ties",)),
    (f"{L}.duplicates", 0, (f"{L}.duplicates",)),
    (f"{L}.faults", {}, (f"{L}.faults",)),
    (f"{L}.faults", [{}], (f"{L}.faults[0].source", f"{L}.faults[0].line")),
    (f"{L}.faults", [1], (f"{L}.faults[0]",)),
    (f"{L}.fault_count", -1, (f"{L}.fault_count",)),
    (Q, [], (Q,)),
    (f"{Q}.names.customer_id", [], (f"{Q}.names",)),
    (f"{Q}.names.queue_id.0", None, (f"{Q}.names.queue_id[0]",)),
    (f"{Q}.names.customer_id.0", "zzz", (f"{Q}.names",)),
    (f"{Q}.weeks.calls.answered", [1], (f"{Q}.weeks.calls.answered",)),
    (f"{Q}.weeks.calls.overflowed.0", 10**6, (f"{Q}.profile.offered",)),
    (f"{Q}.weeks.calls.waiting.0", 10**6, (f"{Q}.profile.hours.waiting",)),
    (f"{Q}.weeks.calls.answered.0", 10**6, (f"{Q}.weeks.calls.answered",)),
    (f"{Q}.weeks.wait_ms.answered.0", 10**6, (f"{Q}.weeks.wait_ms.answered",)),
    (f"{Q}.weeks.wait_ms.answered.0", 2**63 - 1, (f"{Q}.weeks.wait_ms",)),
    (f"{Q}.weeks.waits.answered.wait_ms.0", -1, (f"{Q}.weeks.waits.answered.wait_ms[0]",)),
    (f"{Q}.last", None, (f"{Q}.last",)),
    (f"{Q}.last.waits", None, (f"{Q}.last.waits",)),
    (f"{Q}.last.calls.waiting.0", 10**6, (f"{Q}.last.calls",)),
    (f"{Q}.previous.calls.overflowed.0", 10**6, (f"{Q}.previous.calls",)),
    (f"{Q}.profile.offered.0.0", 10**6, (f"{Q}.profile.offered",)),
    (f"{Q}.profile.hours.abandoned.hour.0", 168, (f"{Q}.profile.hours.abandoned.hour[0]",)),
    (f"{Q}.profile.hours.abandoned.calls.0", 10**6, (f"{Q}.profile.hours.abandoned",)),
    (S, 1, (S,)),
    (f"{S}.customer_id.0", "nobody", (f"{S}.customer_id[0]",)),
    (f"{S}.customer.0", "Nobody", (f"{S}.customer[0]",)),
    (f"{S}.has_line.0", 1, (f"{S}.has_line[0]",)),
    (f"{S}.has_line", [], (f"{S}.has_line",)),
    (f"{S}.assigned.0", [], (f"{S}.assigned[0]",)),
    ("as_of", "yesterday", ("as_of",)),
)


def faults_of(document: Document) -> set[str]:
    """The paths of the faults."""
    with pytest.raises(InputError) as refused:
        state_from(document)

    return {str(fault.place.path) for fault in refused.value.faults}


@pytest.mark.parametrize(("path", "value", "places"), FAULTY)
def test_faulty_documents_are_refused_with_the_place(
    document: Document, path: str, value: object, places: tuple[str, ...]
) -> None:
    """Nothing coerced, nothing beyond its range, and counts that say one thing."""
    assert set(places) <= faults_of(altered(document, path, value))


def first_without_leg(document: Document) -> tuple[int, int]:
    """A week and a customer without a leg in it."""
    legs = document["calling"]["legs"]["legs"]

    return next(
        (week, customer)
        for week, row in enumerate(legs)
        for customer, count in enumerate(row)
        if not count
    )


def test_time_without_a_leg_is_refused(document: Document) -> None:
    """Of any customer in any week."""
    week, customer = first_without_leg(document)
    path = f"{L}.duration_ms.{week}.{customer}"

    assert f"{L}.duration_ms[{week}][{customer}]" in faults_of(altered(document, path, 1))


def test_calls_need_legs_and_features_calls(document: Document) -> None:
    """Every leg is of a call; a feature is used by a call that was seen."""
    nothing: Document = {name: [] for name in ("week", "customer", "call")}

    assert {f"{L}.features.seen", f"{L}.features.used.call[0]"} <= (
        faults_of(altered(document, f"{L}.features.seen", nothing))
    )


def test_waits_of_a_week_are_those_of_its_queues(document: Document) -> None:
    """Also where their number and sum are the same."""
    changed = altered(document, "own", document["own"])
    waits = changed["calling"]["queues"]["weeks"]["waits"]["answered"]
    last = [row for row, cell in enumerate(waits["cell"]) if cell == 7]
    low, high = last[-2:]
    assert (1, 1) == (waits["calls"][low], waits["calls"][high])
    waits["wait_ms"][low] += 1
    waits["wait_ms"][high] -= 1

    assert {f"{Q}.last.waits"} == faults_of(changed)


def test_a_customer_has_licenses_once(document: Document) -> None:
    """A portfolio's customers are different ones."""
    changed = altered(
        document, f"{S}.customer_id.1", document["calling"]["seats"]["customer_id"][0]
    )

    assert f"{S}.customer_id[1]" in faults_of(changed)
