"""Reports with calls read back from their documents: the same sections, and what is refused."""

import json
import pickle
from copy import deepcopy
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from attrs import fields
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi import testing
from partnerkpi.aggregates import Ratio
from partnerkpi.calling.figures import WeekFigure
from partnerkpi.calling.queues import DEFINITIONS
from partnerkpi.errors import InputError, PolicyError, RecordsMissingError
from partnerkpi.policy import ServiceLevel, ServiceLevelFormula
from tests.call_reports import CASES, case_report, reports_with_calls
from tests.strategies import Document
from tests.test_reading_reports import altered, faults_of, keys_of, packed

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
WITH_CALLS = [case for case in CASES if list(case.glob("*calls.jsonl"))]

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
each_with_calls = pytest.mark.parametrize("case", WITH_CALLS, ids=lambda case: case.name)


def as_json(document: Document) -> Document:
    """The document after a journey as text."""
    travelled: Document = json.loads(json.dumps(document))

    return travelled


@pytest.fixture(scope="module")
def live() -> pk.Report:
    """The report on a case in which no section is empty."""
    return case_report(CASES[0])


@pytest.fixture(scope="module")
def stored(live: pk.Report) -> pk.Report:
    """The same, read back."""
    return pk.Report.from_dict(live.to_dict())


@pytest.fixture(scope="module")
def document(live: pk.Report) -> Document:
    """Its document."""
    return as_json(live.to_dict())


@pytest.fixture(scope="module")
def alone() -> Document:
    """The document on the calls of the case alone."""
    return as_json(case_report(CASES[0], portfolio=False).to_dict())


# What comes back


@given(st.data(), testing.instants(AS_OF), testing.policies())
def test_a_document_reads_back_to_itself(
    data: st.DataObject, as_of: datetime, policy: pk.Policy
) -> None:
    """With calls, with a portfolio, with both or with one table alone; as text too."""
    expected = data.draw(reports_with_calls(as_of, policy)).to_dict()

    assert expected == pk.Report.from_dict(expected).to_dict()
    assert expected == pk.read_report(packed(expected)).to_dict()


@each_case
def test_the_conformance_cases_read_back(case: Any) -> None:
    """Documents and pages."""
    report = case_report(case)
    back = pk.read_report(packed(report.to_dict()))

    assert report.to_dict() == back.to_dict()
    assert report.to_text(rows=None) == back.to_text(rows=None)


@each_with_calls
def test_reports_of_calls_alone_read_back(case: Any) -> None:
    """Without any portfolio."""
    report = case_report(case, portfolio=False)
    back = pk.Report.from_dict(as_json(report.to_dict()))

    assert not back.has_portfolio
    assert report.to_dict() == back.to_dict()
    with pytest.raises(RecordsMissingError):
        back.overview  # noqa: B018 (looking is what is refused)


def test_any_order_of_rows_reads(live: pk.Report, document: Document) -> None:
    """Tables order themselves, features of equal use too."""
    mixed = deepcopy(document)
    for path in (
        "usage.customers",
        "quality.endpoints",
        "quality.customers",
        "features.features",
        "queues.customers",
        "queues.queues",
    ):
        section, table = path.split(".")
        mixed["calling"][section][table].reverse()

    assert live.to_dict() == pk.Report.from_dict(mixed).to_dict()


def test_contradictions_among_duplicates_need_not_be_told(document: Document) -> None:
    """Other hosts write the counts of the definitions alone."""
    bare = deepcopy(document)
    del bare["data"]["tied_calls"], bare["data"]["tied_queue_calls"]
    back = pk.Report.from_dict(bare)

    assert back.data.tied_calls is None
    assert bare == back.to_dict()


# What it can still say


def figures(report: pk.Report) -> dict[str, WeekFigure[Any, Any]]:
    """Every figure of the calling part by the name of its definition."""
    calling = report.calling
    assert calling is not None
    assert calling.usage is not None
    assert calling.quality is not None
    assert calling.features is not None
    assert calling.queues is not None
    sections = (calling.usage, calling.quality, calling.features)
    values = [getattr(each, one.name) for each in sections for one in fields(type(each))]
    queues, waits = calling.queues, ("answered_wait_ms", "abandoned_wait_ms")
    names = {each.name.removeprefix("queues.") for each in DEFINITIONS}
    values += [getattr(queues, name) for name in sorted(names) if "." not in name]
    values += list(queues.outcomes.values())
    values += [getattr(getattr(queues, name), p) for name in waits for p in ("p50", "p90", "p95")]

    return {each.definition.name: each for each in values if isinstance(each, WeekFigure)}


UNTOLD = {"usage.legs_per_active_user", "features.calls"}


def test_figures_keep_value_meaning_and_change(live: pk.Report, stored: pk.Report) -> None:
    """The week before is known from the trend, where the trend tells it."""
    before, after = figures(live), figures(stored)

    assert len(after) > 30
    assert list(before) == list(after)
    for name, figure in before.items():
        found = after[name]
        known = None if name in UNTOLD else figure.previous
        assert (figure.value, figure.definition) == (found.value, found.definition)
        assert (figure.as_of, figure.policy) == (found.as_of, found.policy)
        assert known == found.previous
        assert (None if name in UNTOLD else figure.change) == found.change


def test_the_rows_behind_figures_are_not_here(stored: pk.Report) -> None:
    """Neither members nor reasons."""
    for figure in figures(stored).values():
        with pytest.raises(RecordsMissingError):
            figure.members  # noqa: B018 (looking is what is refused)
        with pytest.raises(RecordsMissingError):
            figure.why("c-1")


def test_shares_of_features_are_told(live: pk.Report, stored: pk.Report) -> None:
    """Of each feature in the table, and none of any other."""
    before, after = live.calling, stored.calling
    assert before is not None
    assert after is not None
    assert before.features is not None
    assert after.features is not None
    for name in (*before.features.rows.column("feature"), "no such feature"):
        share = after.features.share(name)
        assert before.features.share(name).value == share.value
        assert share.previous is None
        with pytest.raises(RecordsMissingError):
            share.why("c-1")


def test_falling_usage_is_known_from_the_weeks(live: pk.Report, stored: pk.Report) -> None:
    """Whom it counts too, and why."""
    before, after = live.calling, stored.calling
    assert before is not None
    assert after is not None
    assert before.usage is not None
    assert after.usage is not None
    for weeks in range(1, 8):
        expected, found = (each.trending_down(weeks=weeks) for each in (before.usage, after.usage))
        assert (expected.value, expected.previous) == (found.value, found.previous)
        assert list(expected.members) == list(found.members)
        for customer in found.members:
            assert expected.why(customer) == found.why(customer)
    with pytest.raises(PolicyError):
        after.usage.trending_down(weeks=8)


def test_what_the_document_tells_of_queues_is_told(live: pk.Report, stored: pk.Report) -> None:
    """Its own percentiles and service level, by name or asked for; anything else is refused."""
    assert live.calling is not None
    assert stored.calling is not None
    before, after = live.calling.queues, stored.calling.queues
    assert before is not None
    assert after is not None
    half = Fraction(50)
    assert before.wait_percentile_ms("answered", half).value == (
        after.wait_percentile_ms("answered", half).value
    )
    same = ServiceLevel()
    assert before.service_level_at(same).value == after.service_level_at(same).value
    for ask in (
        lambda: after.wait_percentile_ms("answered", 99),
        lambda: after.service_level_at(ServiceLevel(threshold_ms=1)),
        lambda: after.customer_changes,
        lambda: after.queue_changes,
        lambda: after.hours,
        after.trending_down,
    ):
        with pytest.raises(RecordsMissingError, match="read from a document"):
            ask()


def test_read_reports_travel(stored: pk.Report) -> None:
    """To another process, with all they know."""
    back = pickle.loads(pickle.dumps(stored))  # noqa: S301 (our own bytes)

    assert stored.to_dict() == back.to_dict()
    assert 0 == len(back.calling.usage.trending_down(weeks=7).members)


# What is refused

USAGE, QUALITY, QUEUES = "calling.usage", "calling.quality", "calling.queues"
NOBODY = {"numerator": 0, "denominator": 0, "value": None}
FAULTY: tuple[tuple[str, object, tuple[str, ...]], ...] = (
    ("data.duplicate_calls", None, ("data.duplicate_calls", "data.tied_calls")),
    ("data.duplicate_queue_calls", "1", ("data.duplicate_queue_calls",)),
    ("data.tied_calls", 10**9, ("data.tied_calls",)),
    ("data.tied_queue_calls", None, ("data.tied_queue_calls",)),
    ("calling", None, ("data.duplicate_calls", "data.duplicate_queue_calls")),
    ("calling.week", None, ("calling.week",)),
    ("calling.week.start", "2026-11-15", ("calling.week.start",)),
    ("calling.week.end", 0, ("calling.week.end",)),
    ("calling.extra", 0, ("calling.extra",)),
    (USAGE, [], (USAGE,)),
    (USAGE, None, ("calling.features", QUALITY, "data.duplicate_calls")),
    (QUALITY, None, (QUALITY,)),
    ("calling.features", None, ("calling.features",)),
    (QUEUES, None, ("calling.features", "data.duplicate_queue_calls")),
    (f"{USAGE}.trend", [], (f"{USAGE}.trend",)),
    (f"{USAGE}.trend.0.week_end", "2026-01-01T00:00:00Z", (f"{USAGE}.trend[0].week_end",)),
    (f"{USAGE}.trend.0.week_end", None, (f"{USAGE}.trend[0].week_end",)),
    (f"{USAGE}.trend.0.light", True, (f"{USAGE}.trend[0].light",)),
    (f"{USAGE}.trend.0.light", 10**6, (f"{USAGE}.trend[0].active_users",)),
    (f"{USAGE}.trend.0.legs", 10**6, (f"{USAGE}.trend[0].legs",)),
    (f"{USAGE}.trend.0.legs", 0, (f"{USAGE}.trend[0].duration_ms", f"{USAGE}.trend[0].legs")),
    (f"{USAGE}.trend.0.inactive", None, (f"{USAGE}.trend[0].inactive",)),
    (f"{USAGE}.trend.7.inactive", 10**6, (f"{USAGE}.trend[7].inactive",)),
    (f"{USAGE}.trend.7.duration_ms", 1, (f"{USAGE}.trend[7].duration_ms",)),
    (f"{USAGE}.customers", None, (f"{USAGE}.customers",)),
    (f"{USAGE}.customers.0.customer", "Nobody", (f"{USAGE}.customers[0].customer",)),
    (f"{USAGE}.customers.0.customer", "", (f"{USAGE}.customers[0].customer",)),
    (f"{USAGE}.customers.0.legs_by_week", [1], (f"{USAGE}.customers[0].legs_by_week",)),
    (f"{USAGE}.customers.0.legs_by_week", 1, (f"{USAGE}.customers[0].legs_by_week",)),
    (f"{USAGE}.customers.0.legs_by_week.2", -1, (f"{USAGE}.customers[0].legs_by_week[2]",)),
    (f"{USAGE}.customers.0.legs_change", 10**6, (f"{USAGE}.customers[0].legs_change",)),
    (f"{USAGE}.customers.0.legs_change", 1.0, (f"{USAGE}.customers[0].legs_change",)),
    (
        f"{USAGE}.customers.0.user_legs",
        10**6,
        (f"{USAGE}.customers[0].legs_per_active_user", f"{USAGE}.customers[0].user_legs"),
    ),
    (f"{USAGE}.customers.7.total", None, (f"{USAGE}.customers[7].total",)),
    (f"{USAGE}.customers.0.assigned", "1", (f"{USAGE}.customers[0].assigned",)),
    (
        f"{USAGE}.customers.7.legs_per_active_user",
        NOBODY,
        (f"{USAGE}.customers[7].legs_per_active_user",),
    ),
    (f"{USAGE}.customers.0.duration_ms", 1, (f"{USAGE}.customers[0].duration_ms",)),
    (f"{USAGE}.customers.0.active_users", 1, (f"{USAGE}.customers[0].active_users",)),
    (f"{USAGE}.customers.11.assigned", 1, (f"{USAGE}.customers[11].assigned",)),
    (f"{QUALITY}.trend.0.poor_share", NOBODY, (f"{QUALITY}.trend[0].poor_share",)),
    (f"{QUALITY}.trend.0.unknown", 10**6, (f"{QUALITY}.trend[0]",)),
    (f"{QUALITY}.trend.7.unknown", 10**6, (f"{QUALITY}.trend[7].unknown",) * 2),
    (f"{QUALITY}.endpoints.0.endpoint_type", None, (f"{QUALITY}.endpoints[0].endpoint_type",)),
    (f"{QUALITY}.endpoints.0.unknown", 10**6, (f"{QUALITY}.trend[7].unknown",)),
    (f"{QUALITY}.customers.0.unknown", 10**6, (f"{QUALITY}.trend[7].unknown",)),
    (f"{QUALITY}.customers.0.poor_share.value", 3, (f"{QUALITY}.customers[0].poor_share.value",)),
    ("calling.features.calls", None, ("calling.features.calls",)),
    ("calling.features.features", 1, ("calling.features.features",)),
    ("calling.features.features.0.share", NOBODY, ("calling.features.features[0].share",)),
    ("calling.features.features.0.feature", "a\nb", ("calling.features.features[0].feature",)),
    (f"{QUEUES}.offered", 10**6, (f"{QUEUES}.offered",)),
    (f"{QUEUES}.outcomes.answered", -1, (f"{QUEUES}.outcomes.answered",)),
    (f"{QUEUES}.outcomes.lost", 0, (f"{QUEUES}.outcomes.lost",)),
    (f"{QUEUES}.service_level", NOBODY, (f"{QUEUES}.service_level",)),
    (f"{QUEUES}.answered_wait_ms.p90", None, (f"{QUEUES}.answered_wait_ms.p90",)),
    (f"{QUEUES}.abandoned_wait_ms", None, (f"{QUEUES}.abandoned_wait_ms",)),
    (f"{QUEUES}.trend", {}, (f"{QUEUES}.trend",)),
    (f"{QUEUES}.trend.0.waiting", None, (f"{QUEUES}.trend[0].waiting",)),
    (f"{QUEUES}.trend.0.offered", 10**6, (f"{QUEUES}.trend[0].offered",)),
    (f"{QUEUES}.trend.0.longest_answered_ms", 0, (f"{QUEUES}.trend[0].longest_answered_ms",) * 2),
    (f"{QUEUES}.trend.0.answered_wait_ms.p95", None, (f"{QUEUES}.trend[0].answered_wait_ms.p95",)),
    (f"{QUEUES}.trend.0.answered_wait_ms.p50", 10**9, (f"{QUEUES}.trend[0].answered_wait_ms.p90",)),
    (f"{QUEUES}.trend.0.abandoned_rate", NOBODY, (f"{QUEUES}.trend[0].abandoned_rate",)),
    (
        f"{QUEUES}.trend.0.average_time_to_answer_ms",
        NOBODY,
        tuple(
            f"{QUEUES}.trend[0].average_time_to_answer_ms.{p}" for p in ("numerator", "denominator")
        ),
    ),
    (f"{QUEUES}.trend.0.service_level", NOBODY, (f"{QUEUES}.trend[0].service_level.denominator",)),
    (f"{QUEUES}.customers.0.waiting", 10**6, (f"{QUEUES}.customers[0].waiting",)),
    (f"{QUEUES}.customers.0.customer", 1, (f"{QUEUES}.customers[0].customer",)),
    (f"{QUEUES}.queues.0.queue_id", "", (f"{QUEUES}.queues[0].queue_id",)),
)


@pytest.mark.parametrize(("path", "value", "places"), FAULTY)
def test_faulty_documents_are_refused_with_the_place(
    document: Document, path: str, value: object, places: tuple[str, ...]
) -> None:
    """No coercion, no unknown key, and nothing that is said twice in two ways."""
    found = faults_of(altered(document, path, value))

    assert set(places) <= set(found)


def test_every_key_is_needed(document: Document) -> None:
    """Leaving any key of the calling part out is a fault at that key."""
    paths = [path for path in keys_of(document) if path.startswith("calling.")]

    assert len(paths) > 150
    for path in paths:
        shorter = deepcopy(document)
        *steps, last = path.split(".")
        at: Any = shorter
        for step in steps:
            at = at[int(step)] if step.isdigit() else at[step]
        del at[last]
        with pytest.raises(InputError) as refused:
            pk.Report.from_dict(shorter)

        wanted = path.replace(".0", "[0]")
        assert wanted in {fault.place.path for fault in refused.value.faults}


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (f"{USAGE}.customers", "customer_id"),
        (f"{QUALITY}.endpoints", "endpoint_type"),
        (f"{QUALITY}.customers", "customer_id"),
        ("calling.features.features", "feature"),
        (f"{QUEUES}.customers", "customer_id"),
        (f"{QUEUES}.queues", "queue_id"),
    ],
)
def test_a_row_twice_is_refused(document: Document, table: str, key: str) -> None:
    """At its id; what the rows add up to is looked at only when they are sound."""
    twice = deepcopy(document)
    _, section, name = table.split(".")
    rows = twice["calling"][section][name]
    rows.append(rows[0])

    assert [f"{table}[{len(rows) - 1}].{key}"] == faults_of(twice)


def test_rows_of_nothing_are_refused(document: Document) -> None:
    """Tables list who called."""
    empty = deepcopy(document)
    calling = empty["calling"]
    for name in ("good", "poor", "unknown"):
        calling["quality"]["endpoints"][0][name] = 0
    calling["quality"]["endpoints"][0]["poor_share"] = NOBODY
    row = calling["queues"]["queues"][0]
    row.update(offered=0, waiting=0, longest_answered_ms=None, longest_abandoned_ms=None)
    row["outcomes"] = dict.fromkeys(row["outcomes"], 0)
    row.update(dict.fromkeys(("answered_wait_ms", "abandoned_wait_ms"), WAITLESS))
    row.update(dict.fromkeys(POOLED, NOBODY))

    assert [f"{QUALITY}.endpoints[0]", f"{QUEUES}.queues[0]"] == faults_of(empty)


WAITLESS = {"p50": None, "p90": None, "p95": None}
POOLED = (
    "average_time_to_answer_ms",
    "average_wait_before_abandon_ms",
    "abandoned_rate",
    "service_level",
)


def test_customers_without_a_leg_or_a_line_are_refused(alone: Document) -> None:
    """Usage does not list them."""
    row = next(each for each in alone["calling"]["usage"]["customers"] if not each["legs"])
    at = alone["calling"]["usage"]["customers"].index(row)
    changed = altered(alone, f"{USAGE}.customers.{at}.legs_by_week", [0] * 8)
    changed["calling"]["usage"]["customers"][at]["legs_change"] = 0

    assert [f"{USAGE}.customers[{at}].legs_by_week"] == faults_of(changed)


def test_without_a_portfolio_nobody_has_a_name_or_licenses(alone: Document) -> None:
    """They are of the portfolio."""
    changed = altered(alone, f"{USAGE}.customers.0.customer", "Globex")
    row = changed["calling"]["usage"]["customers"][1]
    row["assigned"], row["total"] = 1, 1

    assert [f"{USAGE}.customers[0].customer", f"{USAGE}.customers[1].assigned"] == (
        faults_of(changed)
    )


def test_a_report_is_of_a_portfolio_or_of_calls(alone: Document) -> None:
    """Not of nothing; and the portfolio's parts are there together."""
    nothing = alone | {"calling": None}
    nothing["data"] = {**alone["data"]} | dict.fromkeys(
        ("duplicate_calls", "duplicate_queue_calls")
    )
    del nothing["data"]["tied_calls"], nothing["data"]["tied_queue_calls"]

    assert ["calling"] == faults_of(nothing)
    assert ["licenses", "overview"] == faults_of(alone | {"customers": []})


def test_a_calling_part_of_no_calls_is_refused(document: Document) -> None:
    """Then it is null as a whole."""
    sections = dict.fromkeys(("usage", "quality", "features", "queues"))
    changed = deepcopy(document)
    changed["calling"].update(sections)
    changed["data"] = {"unobserved_lines": 0, "duplicate_calls": None}
    changed["data"]["duplicate_queue_calls"] = None

    assert ["calling"] == faults_of(changed)


def test_queues_of_nobody_are_refused(document: Document) -> None:
    """Each belongs to a customer in the table of customers."""
    changed = deepcopy(document)
    row = changed["calling"]["queues"]["queues"][0]
    row["customer_id"], row["customer"] = "c-none", None

    assert f"{QUEUES}.queues[0].customer_id" in faults_of(changed)


def test_quality_and_usage_count_the_same_legs(document: Document) -> None:
    """Of every customer: here a leg has moved from one to another."""
    changed = deepcopy(document)
    rows = changed["calling"]["quality"]["customers"]
    giver = next(at for at, row in enumerate(rows) if row["unknown"])
    taker = (giver + 1) % len(rows)
    rows[giver]["unknown"] -= 1
    rows[taker]["unknown"] += 1
    found = set(faults_of(changed))

    assert f"{QUALITY}.customers[{giver}]" in found
    assert found <= {f"{QUALITY}.customers[{at}]" for at in (giver, taker)}


def test_a_call_has_a_leg(document: Document) -> None:
    """There are no more calls with features than legs."""
    changed = deepcopy(document)
    features = changed["calling"]["features"]
    features["calls"] = 10**6
    for row in features["features"]:
        row["share"] = Ratio(row["calls"], 10**6).to_dict()

    assert ["calling.features.calls"] == faults_of(changed)


def test_a_feature_is_used(document: Document) -> None:
    """By a call at least, and by all at most."""
    changed = deepcopy(document)
    for row, calls in zip(changed["calling"]["features"]["features"], (0, 10**6), strict=False):
        row["calls"] = calls
        row["share"] = Ratio(calls, changed["calling"]["features"]["calls"]).to_dict()
    table = "calling.features.features"

    assert [f"{table}[0].calls", f"{table}[1].calls"] == faults_of(changed)


def test_a_mean_lies_between_nothing_and_the_longest_wait(document: Document) -> None:
    """The longest wait is one of those that add up."""
    changed = deepcopy(document)
    for row, waits in zip(changed["calling"]["queues"]["trend"], (0, 2**60), strict=False):
        mean = row["average_time_to_answer_ms"]
        row["average_time_to_answer_ms"] = Ratio(waits, mean["denominator"]).to_dict()
    table = f"{QUEUES}.trend"

    assert {f"{table}[{at}].average_time_to_answer_ms.numerator" for at in (0, 1)} == (
        set(faults_of(changed))
    )


def test_a_faulty_list_of_customers_hides_no_other_fault(document: Document) -> None:
    """Names are compared only where all of them could be read."""
    changed = altered(document, "customers.0.customer", 7)
    changed["calling"]["usage"]["customers"][0]["legs_change"] = 10**6

    assert ["calling.usage.customers[0].legs_change", "customers[0].customer"] == (
        faults_of(changed)
    )


def test_faulty_terms_do_not_hide_faulty_weeks(document: Document) -> None:
    """Weeks follow from the instant; where it is faulty, single values are still looked at."""
    changed = altered(altered(document, "as_of", "yesterday"), f"{USAGE}.trend.0.legs", -1)

    assert ["as_of", f"{USAGE}.trend[0].legs"] == faults_of(changed)


@pytest.mark.parametrize("formula", ServiceLevelFormula)
def test_every_service_level_reads_back(formula: ServiceLevelFormula) -> None:
    """Whatever its formula, and none beyond the calls that it counts."""
    level = ServiceLevel(threshold_ms=5_000, formula=formula)
    policy = pk.Policy(service_level=level, short_abandon_ms=4_000)
    told = as_json(case_report(CASES[0], policy=policy).to_dict())
    changed = altered(told, f"{QUEUES}.trend.0.service_level", Ratio(10**6, 10**6).to_dict())
    wrong = [f"{QUEUES}.trend[0].service_level.{part}" for part in ("denominator", "numerator")]

    assert told == pk.Report.from_dict(told).to_dict()
    assert wrong == faults_of(changed)
