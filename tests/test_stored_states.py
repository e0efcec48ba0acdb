"""States in their stored form: they finish and merge like those that were stored."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.errors import FormatError, InputError, MergeError, RecordsMissingError
from partnerkpi.kpi import Definition, Unit
from partnerkpi.licenses.state import RatesState, limits, rates_state
from partnerkpi.reports import (
    ReportState,
    finish,
    lift,
    look,
    merged,
    rates_document,
    rates_from,
    state_document,
    state_from,
)
from tests.library import policy_of, portfolio_of
from tests.own_figures import Named, Nothing, Tagged
from tests.strategies import Case, Document, cases, partitions

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
OWN = (Named(), Tagged(), Nothing())
EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "data" / "portfolio.json"


def as_json(document: Document) -> Document:
    """The document after a journey as text."""
    travelled: Document = json.loads(json.dumps(document))

    return travelled


def travelled(state: ReportState) -> ReportState:
    """A state that was stored as text and read back."""
    return state_from(as_json(state_document(state, OWN)), OWN)


@st.composite
def parts(draw: st.DrawFn) -> tuple[Case, list[pk.Portfolio]]:
    """A case, and its customers in up to four portfolios."""
    case = draw(cases(max_customers=6))

    return case, list(map(portfolio_of, draw(partitions(case.document))))


@given(cases(max_customers=6))
def test_a_stored_state_finishes_to_the_same_report(case: Case) -> None:
    """Document for document, and its stored form is the same again."""
    policy = policy_of(case.policy)
    report = pk.report(portfolio_of(case.document), as_of=case.as_of, policy=policy, figures=OWN)
    assert report.state is not None
    back = travelled(report.state)

    assert report.to_dict() == finish(back, OWN).to_dict()
    assert state_document(report.state, OWN) == state_document(back, OWN)


@given(parts())
def test_parts_counted_elsewhere_merge_to_the_whole(drawn: tuple[Case, list[pk.Portfolio]]) -> None:
    """Both phases over stored forms, some parts never stored: the report of the whole."""
    case, portfolios = drawn
    policy = policy_of(case.policy)
    seen = [look(each, case.as_of, policy) for each in portfolios]
    rates = [rates_from(as_json(rates_document(rates_state(each)))) for each in seen]
    found = limits(reduce(RatesState.merge, rates, RatesState.empty()), policy)
    states = [lift(each, found, OWN) for each in seen]
    expected = pk.report(
        portfolio_of(case.document), as_of=case.as_of, policy=policy, figures=OWN
    ).to_dict()

    assert expected == finish(merged([travelled(each) for each in states], OWN), OWN).to_dict()
    mixed = [travelled(each) if at % 2 else each for at, each in enumerate(states)]
    assert expected == finish(merged(mixed, OWN), OWN).to_dict()
    again = travelled(merged([travelled(each) for each in states], OWN))
    assert expected == finish(again, OWN).to_dict()


@pytest.fixture(scope="module")
def live() -> pk.Report:
    """The report on the example portfolio."""
    return pk.report(pk.read(EXAMPLE), as_of=AS_OF, figures=OWN)


@pytest.fixture
def document(live: pk.Report) -> Document:
    """Its stored state, to be changed."""
    assert live.state is not None

    return as_json(state_document(live.state, OWN))


def test_a_stored_state_knows_whom_it_counted(live: pk.Report, document: Document) -> None:
    """The overview's figures too: their members travel; what is not counted cannot be explained."""
    report = finish(state_from(document, OWN), OWN)
    figure = report.overview.low_license_assignment

    assert list(live.overview.low_license_assignment.members) == list(figure.members)
    assert figure.why(figure.members[0]).counted
    with pytest.raises(RecordsMissingError):
        figure.why("c-none")
    with pytest.raises(RecordsMissingError):
        report.by("tag")


def test_the_stored_form_holds_plain_values(document: Document, live: pk.Report) -> None:
    """Plain values: doubles are limits of the policy alone, and nothing is pickled."""
    assert live.state is not None
    assert document == state_document(live.state, OWN)
    assert float in types_in(document.pop("policy"))
    assert {dict, list, str, int, bool, type(None)} == types_in(document)


def types_in(node: object) -> set[type]:
    """The types of all values of a document."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()

    return {type(node)}.union(*map(types_in, children))


def test_other_terms_still_do_not_merge(document: Document) -> None:
    """A state read back under another policy or instant refuses to be added."""
    state = state_from(document, OWN)
    other = pk.report(
        pk.Portfolio.from_customers([]),
        as_of=AS_OF,
        policy=pk.Policy(window_days=3),
        figures=OWN,
    ).state
    assert other is not None

    with pytest.raises(MergeError, match="different policy"):
        state.merge(travelled(other), OWN)


# Figures of one's own


@frozen
class Tupled:
    """A figure whose state is no JSON value, and that does not store it."""

    @property
    def definition(self) -> Definition:
        """What it means."""
        return Definition("tupled", "Tupled", "A pair.", Unit.COUNT)

    def lift(self, _columns: pk.Portfolio, _as_of: datetime, _policy: pk.Policy, /) -> object:
        """A tuple inside a list."""
        return [(1, 2)]

    def merge(self, left: object, _right: object, /) -> object:
        """The left one."""
        return left

    def finish(self, _state: object, /) -> int:
        """One."""
        return 1


def test_a_state_that_is_no_json_value_is_refused() -> None:
    """With the name of the figure, and what it can do about it."""
    state = pk.report(pk.Portfolio.from_customers([]), as_of=AS_OF, figures=[Tupled()]).state
    assert state is not None

    with pytest.raises(TypeError, match="'tupled' is no plain JSON value; give the figure"):
        state_document(state, [Tupled()])


@pytest.mark.parametrize("value", [0.5, {1: 2}, {"a": {1}}, ["a", float("nan")]])
def test_only_exact_plain_values_are_stored(value: object) -> None:
    """No doubles, which do not add up exactly, and no keys but texts."""

    class Odd(Tupled):
        def lift(self, _columns: pk.Portfolio, _as_of: datetime, _policy: pk.Policy, /) -> object:
            return value

    state = pk.report(pk.Portfolio.from_customers([]), as_of=AS_OF, figures=[Odd()]).state
    assert state is not None

    with pytest.raises(TypeError, match="no plain JSON value"):
        state_document(state, [Odd()])


def test_a_state_is_stored_with_the_figures_it_was_lifted_with(live: pk.Report) -> None:
    """Others are too few or too many."""
    assert live.state is not None
    with pytest.raises(ValueError, match="argument"):
        state_document(live.state, OWN[:1])


@pytest.mark.parametrize(
    ("figures", "places"),
    [(OWN[:2], ["own.nothing"]), ((), ["own.named", "own.tagged", "own.nothing"])],
)
def test_a_state_is_read_with_the_same_figures(
    document: Document, figures: tuple[Any, ...], places: list[str]
) -> None:
    """The state of a figure that nobody names is not dropped in silence."""
    assert sorted(places) == faults_of(document, figures)


# What is refused


def faults_of(document: object, figures: tuple[Any, ...] = OWN) -> list[str]:
    """The paths of all faults."""
    with pytest.raises(InputError) as refused:
        state_from(document, figures)  # type: ignore[arg-type]

    return sorted(str(fault.place.path) for fault in refused.value.faults)


def altered(document: Document, path: str, value: object) -> Document:
    """The document with another value at a path; a callable is applied to the value there."""
    changed = deepcopy(document)
    *steps, last = path.split(".")
    at: Any = changed
    for step in steps:
        at = at[int(step)] if step.isdigit() else at[step]
    key = int(last) if last.isdigit() else last
    at[key] = value(at[key]) if callable(value) else value

    return changed


def plus_one(number: int) -> int:
    """One more."""
    return number + 1


def without_last(cells: list[Any]) -> list[Any]:
    """One cell less."""
    return cells[:-1]


SECTION = "licenses.calling.expiring"
TREND = "licenses.calling.distribution_trend"
Value = object | Callable[[Any], object]
FAULTY: tuple[tuple[str, Value, tuple[str, ...]], ...] = (
    ("as_of", 1_700_000_000, ("as_of",)),
    ("as_of", "2026-11-22", ("as_of",)),
    ("policy.trend_weeks", 2.0, ("policy.trend_weeks",)),
    ("unobserved_lines", -1, ("unobserved_lines",)),
    ("unobserved_lines", True, ("unobserved_lines",)),
    ("limits.both.rates", [], ("limits.both.rates",)),
    ("limits.both.rates.0", 0.5, ("limits.both.rates[0]",)),
    ("limits.both.rates.0", "2/4", ("limits.both.rates[0]",)),
    ("limits.both.peers.0", -1, ("limits.both.peers[0]",)),
    ("limits.products.calling.peers", without_last, ("limits.products.calling.peers",)),
    ("limits.products.messaging", {}, ("limits.products.messaging",)),
    ("limits.products", None, ("limits.products",)),
    ("customers.badge", without_last, ("customers.badge",)),
    ("customers.badge", {}, ("customers.badge",)),
    ("customers.statuses.0", "trial", ("customers.statuses[0]",)),
    ("customers.seats", [], ("customers.seats",)),
    ("overview.in_scope.customers", plus_one, ("overview.in_scope.customers",)),
    ("overview.in_scope.customers", -1, ("overview.in_scope.customers",)),
    (
        "overview.overage.rows.subscription_id",
        without_last,
        ("overview.overage.rows.subscription_id",),
    ),
    ("overview.total_customers", 1, ("overview.total_customers",)),
    (f"{SECTION}.total", plus_one, (f"{SECTION}.total",)),
    (f"{SECTION}.total", "many", (f"{SECTION}.total",)),
    (f"{SECTION}.total", -5, (f"{SECTION}.total",)),
    (f"{SECTION}.customers", plus_one, (f"{SECTION}.customers",)),
    (f"{SECTION}.used_7d", plus_one, (f"{SECTION}.used_7d",)),
    (f"{SECTION}.rows.total.0", -1, (f"{SECTION}.rows.total[0]",)),
    (f"{SECTION}.rows.used.0", plus_one, (f"{SECTION}.used_7d",)),
    (f"{SECTION}.rows.kind.0", 3, (f"{SECTION}.rows.kind[0]",)),
    (f"{SECTION}.rows", None, (f"{SECTION}.rows",)),
    (
        f"{SECTION}.rows.total.0",
        plus_one,
        (f"{SECTION}.rows.available[0]", f"{SECTION}.total"),
    ),
    (
        "licenses.calling.overage.rows.assignment.numerator.0",
        plus_one,
        ("licenses.calling.overage.rows.assignment[0]",),
    ),
    (
        "licenses.calling.overage.rows.assignment.denominator",
        without_last,
        ("licenses.calling.overage.rows.assignment",),
    ),
    (
        "licenses.calling.overage.rows.assignment.numerator.0",
        None,
        ("licenses.calling.overage.rows.assignment.numerator[0]",),
    ),
    ("licenses.calling.overage.rows.assignment", 1, ("licenses.calling.overage.rows.assignment",)),
    (
        "licenses.calling.low_assignment.rows.weekly_assignment_change.0",
        "1",
        ("licenses.calling.low_assignment.rows.weekly_assignment_change[0]",),
    ),
    (f"{TREND}.week_end.0", "2026-10-05T00:00:00Z", (f"{TREND}.week_end[0]",)),
    (f"{TREND}.week_end", without_last, (TREND,)),
    (f"{TREND}.used", None, (f"{TREND}.used",)),
    (f"{TREND}.used.2", -1, (f"{TREND}.used[2]",)),
    (f"{TREND}.available.2", 10**9, (f"{TREND}.available[2]",)),
    ("own.named", [2, 1], ("own.named",)),
    ("own.named", [0.5, 1], ("own.named",)),
    ("own.named", {"__reduce__": "os.system"}, ("own.named",)),
    ("own.tagged", {1, 2}, ("own.tagged",)),
    ("pickle", "gASVAAAA", ("pickle",)),
)


@pytest.mark.parametrize(("path", "value", "places"), FAULTY)
def test_tampered_states_are_refused_with_the_place(
    document: Document, path: str, value: Value, places: tuple[str, ...]
) -> None:
    """Shapes, types, negative counts, and sums that are not those of the rows."""
    assert sorted(places) == faults_of(altered(document, path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("customers.customer_id.1", "c-none"),
        ("overview.in_scope.rows.customer_id.0", "c-none"),
        ("licenses.meetings.expiring.rows.customer_id.0", "c-none"),
    ],
)
def test_rows_are_of_customers_that_are_there(document: Document, path: str, value: object) -> None:
    """A customer that only one of the lists knows is a fault of the rows."""
    faults = faults_of(altered(document, path, value))

    assert faults
    assert any("rows.customer_id[" in fault for fault in faults)


def test_a_customer_stands_in_the_list_once(document: Document) -> None:
    """The second time is the fault."""
    for column in document["customers"].values():
        column.append(column[0])
    last = len(document["customers"]["badge"]) - 1

    assert [f"customers.customer_id[{last}]"] == faults_of(document)


def test_more_weeks_than_the_policy_has_are_refused(document: Document) -> None:
    """A trend of a hundred thousand weeks, some of which no calendar has, is one fault."""
    weeks = 110_000
    for sections in document["licenses"].values():
        sections["distribution_trend"] = {
            name: [0] * weeks for name in sections["distribution_trend"]
        }
    with pytest.raises(InputError, match="expected 8 weeks, as the policy has it, found 110000"):
        state_from(document, OWN)


def test_everything_left_out_is_a_fault(document: Document) -> None:
    """At the top, but for what older documents do not know, and one floor below."""
    inner = [("limits", "both"), ("customers", "tags"), ("overview", "overage")]
    inner += [("licenses", "meetings"), ("own", "named")]
    for key in set(document) - {"format", "phase", "calling", "portfolio"}:
        assert faults_of({name: value for name, value in document.items() if name != key})
    for outer, key in inner:
        shorter = deepcopy(document)
        del shorter[outer][key]

        assert [f"{outer}.{key}"] == faults_of(shorter)


@pytest.mark.parametrize("name", ["partnerkpi/state@2", "partnerkpi/report@1", None, 1])
@pytest.mark.parametrize("door", [state_from, rates_from])
def test_other_formats_are_refused_by_name(
    document: Document, name: object, door: Callable[..., object]
) -> None:
    """The format that came and the one that this release reads."""
    with pytest.raises(FormatError, match="this release reads partnerkpi/state@1"):
        door(document | {"format": name})


def test_the_phases_are_not_mixed_up(document: Document) -> None:
    """The rates of the first phase are no counts, and the reverse."""
    rates = rates_document(RatesState.empty())
    with pytest.raises(InputError, match="phase: expected counts, found 'rates'"):
        state_from(rates)
    with pytest.raises(InputError, match="phase: expected rates, found 'counts'"):
        rates_from(document)


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("both.assigned", [-1], "both.assigned[0]"),
        ("both.total", [0], "both.total[0]"),
        ("both.total", [1, 2], "both"),
        ("products.calling", [], "products.calling"),
        ("products.calling.rates", [], "products.calling.rates"),
        ("products.meetings.total", ["1"], "products.meetings.total[0]"),
    ],
)
def test_tampered_rates_are_refused(path: str, value: object, place: str) -> None:
    """Negative and mistyped counts, totals of 0, lists of different lengths."""
    both, meetings, calling = ({"assigned": [1], "total": [2]} for _ in range(3))
    document = rates_document(RatesState.empty())
    document |= {"both": both, "products": {"meetings": meetings, "calling": calling}}
    assert 1 == len(rates_from(document).both)
    with pytest.raises(InputError) as refused:
        rates_from(altered(document, path, value))

    assert [place] == [fault.place.path for fault in refused.value.faults]
