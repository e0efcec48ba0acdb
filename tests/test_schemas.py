"""JSON Schemas: what the library reads and writes is valid by them, what it refuses is not."""

import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

import partnerkpi as pk
from partnerkpi.errors import UnknownNameError
from partnerkpi.io import schema as portfolio_schema_of
from partnerkpi.io._write_documents import write_document
from partnerkpi.io.schemas import portfolio_schema
from partnerkpi.licenses.state import rates_state
from partnerkpi.reports import look, rates_document, state_document
from tests import test_comparison, test_reading_reports, test_stored_states
from tests.document_doors import as_bytes, customer, document, read
from tests.library import policy_of, portfolio_of
from tests.own_figures import Named, Nothing, Tagged
from tests.strategies import Case, cases, portfolio_documents
from tests.test_document_door import FAULTY
from tests.test_write_documents import NORTH, customers_of

PORTFOLIO = Draft202012Validator(portfolio_schema())
NAMES = (
    "portfolio@1",
    "report@1",
    "comparison@1",
    "state@1",
    "filters@1",
    "customers@1",
    "subscriptions@1",
    "licenses@1",
    "calls@1",
    "queue_calls@1",
)
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
OWN = (Named(), Tagged(), Nothing())
ROOT = Path(__file__).resolve().parent
EXAMPLE = ROOT.parent / "examples" / "data" / "portfolio.json"
CONFORMANCE = sorted((ROOT / "conformance" / "cases").iterdir())

# What JSON Schema cannot say: 2.0 is an integer there, and a lone surrogate a character.
BEYOND = {"2.0", "'\\ud800'"}


def messages(name: str, document: object) -> list[str]:
    """What a schema has to say about a document, as JSON."""
    validator = Draft202012Validator(pk.schema(name))

    return [error.message for error in validator.iter_errors(json.loads(json.dumps(document)))]


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_is_a_schema(name: str) -> None:
    """By the meta-schema of its dialect, as plain JSON; a new one each time."""
    found = pk.schema(name)
    Draft202012Validator.check_schema(found)

    assert found == json.loads(json.dumps(found))
    assert found == pk.schema(f"partnerkpi/{name}")
    assert found is not pk.schema(name)


@given(portfolio_documents())
def test_what_is_read_is_valid(whole: dict[str, Any]) -> None:
    """Every document that reads without a fault."""
    assert () == read(whole).faults
    assert [] == [error.message for error in PORTFOLIO.iter_errors(whole)]


@given(portfolio_documents())
def test_what_is_written_is_valid(whole: dict[str, Any]) -> None:
    """Every document that the library writes."""
    stream = io.BytesIO()
    write_document(customers_of(as_bytes(whole)), NORTH, stream)

    assert [] == [error.message for error in PORTFOLIO.iter_errors(json.loads(stream.getvalue()))]


@pytest.mark.parametrize("whole", [whole for whole, *_, came in FAULTY if came not in BEYOND])
def test_what_a_single_value_makes_faulty_is_invalid(whole: dict[str, Any]) -> None:
    """Every fault of the doors that stands in one value."""
    assert not PORTFOLIO.is_valid(whole)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-10T00:00:00",
        "2026-01-10T00:00:00Z\n",
        "2026-01-10\n",
        "2026-01-10T24:00:00Z",
        "2026-01-10T23:59:60Z",
        "2026-01-10T00:00:00.1234567Z",
        "2026-01-10T00:00:00+24:00",
        "2026-13-10",
        "20260110",
        "1968-01-01",
        "",
    ],
)
def test_what_is_no_instant_is_invalid(text: str) -> None:
    """Another shape, another grammar, or naive."""
    assert not PORTFOLIO.is_valid(document(customer(last_admin_sign_in_at=text)))


def test_names_ending_in_a_newline_are_invalid() -> None:
    """Some dialects of regular expressions let one pass at the end."""
    assert not PORTFOLIO.is_valid(document(customer(name="a\n")))


def test_a_renewing_trial_is_invalid() -> None:
    """Trials never renew themselves; subscriptions may."""
    for kind, valid in (("trial", False), ("subscription", True)):
        one = {"id": "s", "kind": kind, "added_at": "2026-01-01", "licenses": []}
        whole = document(customer(subscriptions=[one | {"auto_renew": True}]))

        assert valid == PORTFOLIO.is_valid(whole)


@pytest.mark.parametrize("name", ["portfolio@1", "partnerkpi/portfolio@1"])
def test_the_doors_have_the_schemas_of_what_they_read(name: str) -> None:
    """The same as those at the front door, and no others."""
    assert pk.schema(name) == portfolio_schema_of(name)
    with pytest.raises(UnknownNameError, match="'report@1'"):
        portfolio_schema_of("partnerkpi/report@1")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("portfolio@3", "portfolio@2"),
        ("partnerkpi/reprot@1", "report@1"),
        ("comparison", "comparison@1"),
        ("license@1", "licenses@1"),
    ],
)
def test_an_unknown_name_names_the_nearest(name: str, near: str) -> None:
    """Another format or version, or none, is refused."""
    with pytest.raises(UnknownNameError, match=f"did you mean '{near}'"):
        pk.schema(name)


# Reports, comparisons, states


def report_on(case: Case) -> pk.Report:
    """The report on a case, with figures of one's own."""
    policy = policy_of(case.policy)

    return pk.report(portfolio_of(case.document), as_of=case.as_of, policy=policy, figures=OWN)


def refusals(report: pk.Report, source: pk.Portfolio) -> list[str]:
    """What the schemas have to say about all that follows from a report."""
    assert report.state is not None
    rates = rates_state(look(source, report.as_of, report.policy))

    return [
        *messages("report@1", report.to_dict()),
        *messages("comparison@1", pk.compare(report, report).to_dict()),
        *messages("state@1", state_document(report.state, OWN if report.figures else ())),
        *messages("state@1", rates_document(rates)),
    ]


@settings(max_examples=40)
@given(cases(max_customers=5))
def test_whatever_is_written_of_reports_is_valid(case: Case) -> None:
    """The report, its comparison, its state in both phases; figures of one's own included."""
    assert [] == refusals(report_on(case), portfolio_of(case.document))


@pytest.mark.parametrize("case", CONFORMANCE, ids=lambda case: case.name)
def test_the_reports_of_the_conformance_cases_are_valid(case: Path) -> None:
    """Each with its state and its comparison."""
    as_of = datetime.fromisoformat((case / "as_of.txt").read_text("ascii").strip())
    portfolio = pk.read(case / "portfolio.json")

    assert [] == refusals(pk.report(portfolio, as_of=as_of), portfolio)


def test_the_report_of_the_example_is_valid() -> None:
    """And the comparison of two of its instants."""
    portfolio = pk.read(EXAMPLE)
    later = pk.report(portfolio, as_of=AS_OF)
    earlier = pk.report(portfolio, as_of=datetime(2026, 10, 1, tzinfo=UTC))

    assert [] == refusals(later, portfolio)
    assert [] == messages("comparison@1", pk.compare(earlier, later).to_dict())


@pytest.mark.parametrize(
    "as_of", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)]
)
def test_the_first_and_last_instant_are_valid(as_of: datetime) -> None:
    """Also where the weeks of the trend lie before 1970."""
    portfolio = pk.Portfolio.from_customers([])

    assert [] == refusals(pk.report(portfolio, as_of=as_of), portfolio)


@pytest.mark.parametrize(
    "rule", [*test_reading_reports.RULES, test_comparison.Nobody()], ids=lambda r: type(r).__name__
)
def test_every_rule_is_valid(rule: Any) -> None:
    """Those of the library with their settings, and one of a host's own."""
    policy = pk.Policy(low_assignment_rule=rule)
    report = pk.report(pk.Portfolio.from_customers([]), as_of=AS_OF, policy=policy)

    assert [] == messages("report@1", report.to_dict())


# What only reading sees: sums over rows, orders, what follows from the instant, 2.0 for 2.
UNSEEN_IN_REPORTS = {
    "customers.0.badge",
    "customers.0.customer",
    "customers.0.products",
    "customers.0.statuses",
    "data.duplicate_calls",
    "data.tied_calls",
    "figures.named.value.numerator",
    "figures.named.value.value",
    "licenses.calling.distribution_trend.0.available",
    "licenses.calling.distribution_trend.0.week_end",
    "licenses.calling.expiring.assignment",
    "licenses.calling.expiring.assignment.value",
    "licenses.calling.expiring.customers",
    "licenses.calling.expiring.rows.0.available",
    "licenses.calling.expiring.rows.0.customer_id",
    "licenses.calling.overage.rows.0.assignment",
    "licenses.calling.overage.rows.0.months_remaining",
    "licenses.calling.recently_added.rows.0.weekly_usage_change",
    "overview.total_customers",
    "policy.low_assignment_fraction",
    "policy.low_assignment_rule",
    "policy.short_abandon_ms",
    "policy.size_bands",
    "policy.trend_weeks",
    "policy.window_days",
}
UNSEEN_IN_COMPARISONS = {
    "badges",
    "badges.0.later",
    "customers.entered",
    "data.unobserved_lines.difference",
    "figures.named.difference",
    "later.policy.window_days",
    "licenses.calling.distribution_trend.later_week_end",
    "licenses.calling.expiring.assignment.earlier.value",
    "licenses.calling.recently_added.total_licenses.later",
    "overview.total_customers.difference",
}
UNSEEN_IN_STATES = {
    "customers.badge",
    "licenses.calling.distribution_trend.available.2",
    "licenses.calling.distribution_trend.week_end",
    "licenses.calling.distribution_trend.week_end.0",
    "licenses.calling.expiring.customers",
    "licenses.calling.expiring.rows.total.0",
    "licenses.calling.expiring.rows.used.0",
    "licenses.calling.expiring.total",
    "licenses.calling.expiring.used_7d",
    "licenses.calling.overage.rows.assignment.denominator",
    "licenses.calling.overage.rows.assignment.numerator.0",
    "limits.both.rates",
    "limits.both.rates.0",
    "limits.products.calling.peers",
    "overview.in_scope.customers",
    "overview.overage.rows.subscription_id",
    "own.named",
    "own.tagged",
    "policy.trend_weeks",
}


@pytest.fixture(scope="module")
def live() -> pk.Report:
    """The report on the example portfolio."""
    return pk.report(pk.read(EXAMPLE), as_of=AS_OF, figures=OWN)


@pytest.fixture(scope="module")
def small() -> pk.Report:
    """A small report in which no section is empty."""
    as_of = datetime.fromisoformat((CONFORMANCE[0] / "as_of.txt").read_text("ascii").strip())

    return pk.report(pk.read(CONFORMANCE[0] / "portfolio.json"), as_of=as_of, figures=OWN)


Faulty = Sequence[tuple[str, Any, object]]
Alter = Callable[[dict[str, Any], str, Any], dict[str, Any]]


def seen(
    name: str, whole: dict[str, Any], faulty: Faulty, alter: Alter
) -> tuple[list[str], set[str]]:
    """The paths at which a fault makes a document invalid, and those at which one does not."""
    validator = Draft202012Validator(pk.schema(name))
    valid = {
        (path, repr(value)): validator.is_valid(alter(whole, path, value))
        for path, value, _ in faulty
    }

    return (
        [path for (path, _), passes in valid.items() if not passes],
        {path for (path, _), passes in valid.items() if passes},
    )


def test_faulty_reports_are_invalid(live: pk.Report) -> None:
    """Everything that stands in one value; what is unseen is known by name."""
    whole = json.loads(json.dumps(live.to_dict()))
    invalid, unseen = seen(
        "report@1", whole, test_reading_reports.FAULTY, test_reading_reports.altered
    )

    assert [] == messages("report@1", whole)
    assert UNSEEN_IN_REPORTS == unseen
    assert len(invalid) > 50


def test_faulty_comparisons_are_invalid() -> None:
    """Likewise."""
    whole = test_comparison.stored()
    invalid, unseen = seen("comparison@1", whole, test_comparison.FAULTY, test_comparison.altered)

    assert [] == messages("comparison@1", whole)
    assert UNSEEN_IN_COMPARISONS == unseen
    assert len(invalid) > 12


def test_faulty_states_are_invalid(live: pk.Report) -> None:
    """Likewise."""
    assert live.state is not None
    whole = json.loads(json.dumps(state_document(live.state, OWN)))
    invalid, unseen = seen("state@1", whole, test_stored_states.FAULTY, test_stored_states.altered)

    assert [] == messages("state@1", whole)
    assert UNSEEN_IN_STATES == unseen
    assert len(invalid) > 20


@pytest.mark.parametrize("name", ["report@1", "comparison@1", "state@1"])
def test_every_key_is_needed(name: str, small: pk.Report) -> None:
    """Leaving any key out makes a document invalid, but for later ones and figures of one's own."""
    whole = {
        "report@1": small.to_dict(),
        "comparison@1": test_comparison.stored(),
        "state@1": state_document(small.state, OWN) if small.state else {},
    }[name]
    validator = Draft202012Validator(pk.schema(name))
    free = ("figures", "own.")
    later = {"portfolio", "calling"} if name == "state@1" else set()
    paths = [
        path
        for path in test_reading_reports.keys_of(json.loads(json.dumps(whole)))
        if not path.startswith(free) and "low_assignment_rule." not in path and path not in later
    ]

    assert len(paths) > 100
    for path in paths:
        assert not validator.is_valid(without(whole, path))


def without(document: dict[str, Any], path: str) -> dict[str, Any]:
    """The document without the key at a path."""
    shorter: dict[str, Any] = json.loads(json.dumps(document))
    *steps, last = path.split(".")
    at: Any = shorter
    for step in steps:
        at = at[int(step)] if step.isdigit() else at[step]
    del at[last]

    return shorter


# Lines of the tables


@settings(max_examples=40)
@given(portfolio_documents(max_customers=5))
def test_lines_that_are_written_are_valid(
    tmp_path_factory: pytest.TempPathFactory, whole: dict[str, Any]
) -> None:
    """Every line of the three tables as JSON lines."""
    folder = tmp_path_factory.mktemp("tables")
    pk.write(portfolio_of(whole), folder, tables="jsonl")
    for table in ("customers", "subscriptions", "licenses"):
        lines = folder.joinpath(f"{table}.jsonl").read_text("utf-8").split("\n")[:-1]

        assert [] == [found for line in lines for found in messages(f"{table}@1", json.loads(line))]


LINES: dict[str, dict[str, Any]] = {
    "customers": {"customer_id": "c-1", "name": "Globex"},
    "subscriptions": {
        "subscription_id": "s-1",
        "customer_id": "c-1",
        "kind": "trial",
        "added_at": "2026-01-10",
    },
    "licenses": {
        "subscription_id": "s-1",
        "product": "calling",
        "name": "Pro",
        "total": 10,
        "assigned": 5,
    },
}
ALTERATIONS: tuple[tuple[str, dict[str, Any], bool], ...] = (
    ("customers", {}, True),
    ("customers", {"managed_by": None, "tags": None, "last_admin_sign_in_at": None}, True),
    ("customers", {"attr.region": "", "attr.Ünï": "x", "attr.none": None}, True),
    ("customers", {"name": None}, False),
    ("customers", {"customer_id": ""}, False),
    ("customers", {"managed_by": "me"}, False),
    ("customers", {"tags": ["a", "a"]}, False),
    ("customers", {"tags": "a;b"}, False),
    ("customers", {"attr.": "x"}, False),
    ("customers", {"attr.a\n": "x"}, False),
    ("customers", {"attr.a": 1}, False),
    ("customers", {"seats": 1}, False),
    ("customers", {"last_admin_sign_in_at": "2026-01-10T00:00:00"}, False),
    ("subscriptions", {}, True),
    ("subscriptions", {"auto_renew": None, "paid": None, "set_up": False}, True),
    ("subscriptions", {"ends_at": None, "starts_at": "2026-01-11"}, True),
    ("subscriptions", {"kind": None}, False),
    ("subscriptions", {"added_at": None}, False),
    ("subscriptions", {"auto_renew": True}, False),
    ("subscriptions", {"auto_renew": True, "kind": "subscription"}, True),
    ("subscriptions", {"paid": "true"}, False),
    ("subscriptions", {"auto_renwe": False}, False),
    ("licenses", {}, True),
    ("licenses", {"observed_at": "2026-01-10", "used_7d": None, "used_3mo": 1}, True),
    ("licenses", {"total": None, "assigned": None, "used_7d": None}, True),
    ("licenses", {"total": None}, False),
    ("licenses", {"total": None, "assigned": None, "used_7d": 1}, False),
    ("licenses", {"total": None, "assigned": None, "observed_at": "2026-01-10"}, False),
    ("licenses", {"total": -1}, False),
    ("licenses", {"total": 2**53}, False),
    ("licenses", {"assigned": "5"}, False),
    ("licenses", {"product": ""}, False),
)


@pytest.mark.parametrize(("table", "changes", "good"), ALTERATIONS)
def test_schema_and_door_agree_on_lines(
    tmp_path: Path, table: str, changes: dict[str, Any], good: bool
) -> None:
    """What one accepts the other accepts, and the reverse."""
    for name, line in LINES.items():
        row = line | changes if name == table else line
        tmp_path.joinpath(f"{name}.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    faults = pk.read(tmp_path, lenient=True).fault_count

    assert good == (messages(f"{table}@1", LINES[table] | changes) == [])
    assert good == (faults == 0)


@pytest.mark.parametrize("table", LINES)
def test_every_required_column_is_needed(table: str) -> None:
    """A line without one of them is invalid."""
    for name in LINES[table]:
        shorter = {key: value for key, value in LINES[table].items() if key != name}

        assert messages(f"{table}@1", shorter)
