"""Figures of one's own: written here with the public contract alone, they are in every report."""

import pickle
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi import status
from partnerkpi.aggregates import Ratio
from partnerkpi.errors import RecordsMissingError
from partnerkpi.kpi import Check, Definition, Kpi, Reason, Unit, Value, Why
from partnerkpi.reports import finish, lift_all, merged
from partnerkpi.testing import Case, cases, check_merge_laws, instants
from tests.library import AS_OF, customer, line, reported, subscription

TRIAL_SHARE = Definition(
    "trial_share",
    "Trial share",
    "Active trials of all active subscriptions and trials.",
    Unit.SHARE,
    ("active",),
    "nothing is active",
)
SUSPENDED = Definition("suspended", "Suspended", "Customers not paying.", Unit.CUSTOMERS)


@frozen
class TrialShare:
    """How many of the active subscriptions and trials are trials."""

    @property
    def definition(self) -> Definition:
        """What the figure means."""
        return TRIAL_SHARE

    def lift(self, columns: pk.Portfolio, as_of: datetime, policy: pk.Policy, /) -> Ratio:
        """Count active trials, and all that is active."""
        del policy
        active = [
            record.kind
            for each in columns.customers
            for record in each.subscriptions
            if max(record.added_at, record.starts_at) <= as_of
            and (record.ends_at is None or as_of < record.ends_at)
        ]
        return Ratio(active.count(pk.Kind.TRIAL), len(active))

    def merge(self, left: Ratio, right: Ratio, /) -> Ratio:
        """Pool."""
        return left + right

    def finish(self, state: Ratio, /) -> Value:
        """Say the ratio."""
        return state


@frozen
class Suspended:
    """Customers with the status suspended; this one can say whom it counts and why."""

    @property
    def definition(self) -> Definition:
        """What the figure means."""
        return SUSPENDED

    def lift(self, columns: pk.Portfolio, as_of: datetime, policy: pk.Policy, /) -> frozenset[str]:
        """Look whom the status holds for."""
        found = status.derive_all(columns, as_of=as_of, policy=policy)
        rows = np.flatnonzero(found.has(status.Status.SUSPENDED))
        return frozenset(columns.customer_columns.ids.take(rows))

    def merge(self, left: frozenset[str], right: frozenset[str], /) -> frozenset[str]:
        """All of both."""
        return left | right

    def finish(self, state: frozenset[str], /) -> Value:
        """Say how many there are."""
        return len(state)

    def members(self, state: frozenset[str]) -> Sequence[str]:
        """Whom it counts."""
        return sorted(state)

    def why(self, state: frozenset[str], customer_id: str) -> Why:
        """Why a customer is counted or not."""
        counted = customer_id in state
        return Why(customer_id, counted, (Reason(None, (Check("does not pay", counted),)),))


@frozen
class Broken:
    """A figure that breaks a law, or none."""

    law: str

    @property
    def definition(self) -> Definition:
        """What the figure means."""
        return Definition("broken", "Broken", "Customers, wrongly.", Unit.CUSTOMERS)

    def lift(self, columns: pk.Portfolio, as_of: datetime, policy: pk.Policy, /) -> list[int]:
        """Count customers."""
        del as_of, policy
        start = len(columns) and columns.customers[0].id == "c-2"
        return [len(columns) + (start if self.law == "order" else 0)]

    def merge(self, left: list[int], right: list[int], /) -> list[int]:
        """Add, as far as this figure can."""
        if self.law == "identity" and not right[0]:
            return right
        if self.law == "commutativity" and left[0] == right[0] == 1:
            return [2]
        if self.law == "commutativity":
            return [2 * left[0]]
        if self.law == "operands":
            left[0] += right[0]
            return left
        return [left[0] + right[0]]

    def finish(self, state: list[int], /) -> Value:
        """Say the count."""
        if self.law == "finish":
            state[0] += 1
        return state[0]


def own() -> tuple[Kpi[Any], ...]:
    """The figures of this file."""
    return TrialShare(), Suspended()


def some_customers() -> list[pk.Customer]:
    """An unpaid trial, and two subscriptions."""
    return [
        customer(subscription(line(), kind="trial", paid=False), id="c-1", tags=("gold",)),
        customer(
            subscription(line(), id="S2"), subscription(id="S3"), id="c-2", tags=("gold", "test")
        ),
        customer(id="c-3"),
    ]


def some_report() -> pk.Report:
    """The report on them, with the figures of this file."""
    portfolio = pk.Portfolio.from_customers(some_customers())
    return pk.report(portfolio, as_of=AS_OF, figures=own())


def test_it_is_in_the_report() -> None:
    """By its name, with its value, its definition, and the report's instant and policy."""
    figure = some_report().figures["trial_share"]
    assert (Ratio(1, 3), TRIAL_SHARE, AS_OF, pk.Policy()) == (
        figure.value,
        figure.definition,
        figure.as_of,
        figure.policy,
    )


def test_it_is_in_the_document() -> None:
    """Under `figures`, in the order given, with what it means; without any there is no such key."""
    assert {
        "trial_share": {
            "title": "Trial share",
            "sentence": "Active trials of all active subscriptions and trials.",
            "unit": "share",
            "value": Ratio(1, 3).to_dict(),
        },
        "suspended": {
            "title": "Suspended",
            "sentence": "Customers not paying.",
            "unit": "customers",
            "value": 1,
        },
    } == some_report().to_dict()["figures"]
    assert "figures" not in reported().to_dict()


def test_it_is_in_the_text() -> None:
    """Title and sentence stand on the page, beside the value."""
    text = some_report().to_text()
    for expected in ("Trial share", "33.3", "Active trials of all", "Customers not paying."):
        assert expected in text
    assert "Trial share" not in reported(*some_customers()).to_text()


def test_it_says_where_it_comes_from() -> None:
    """Members and reasons are those that the figure itself gives."""
    figure = some_report().figures["suspended"]
    assert ["c-1"] == list(figure.members)
    assert (True, False) == (figure.why("c-1").counted, figure.why("c-2").counted)


def test_a_figure_need_not_say_where_it_comes_from() -> None:
    """Asked all the same, it is said which figure cannot answer."""
    figure = some_report().figures["trial_share"]
    with pytest.raises(RecordsMissingError, match="'trial_share' has no method 'members'"):
        _ = figure.members
    with pytest.raises(RecordsMissingError, match="'trial_share' has no method 'why'"):
        figure.why("c-1")


def test_it_is_in_every_segment() -> None:
    """Counted from the segment's own customers."""
    segments = some_report().by("tag")
    assert {"gold": Ratio(1, 3), "test": Ratio(0, 2), None: Ratio(0, 0)} == {
        name: report.figures["trial_share"].value for name, report in segments.items()
    }
    assert ["c-1"] == list(segments["gold"].figures["suspended"].members)


@given(cases(max_customers=5), st.integers(0, 5))
@settings(max_examples=40)
def test_parts_give_the_figure_of_the_whole(case: Case, cut: int) -> None:
    """Over parts of a portfolio, the figure and the document are those of the whole."""
    parts = [case.customers[:cut], case.customers[cut:]]
    whole, of_parts = (
        pk.report(source, as_of=case.as_of, policy=case.policy, figures=own())
        for source in (case.portfolio(), map(pk.Portfolio.from_customers, parts))
    )
    assert whole.to_dict() == of_parts.to_dict()
    assert list(whole.figures["suspended"].members) == list(of_parts.figures["suspended"].members)


def test_states_travel_with_it() -> None:
    """Pickled in workers and merged at home, the figure is there."""
    parts = [pk.Portfolio.from_customers([each]) for each in some_customers()]
    states = [lift_all([part], AS_OF, pk.Policy(), own()) for part in parts]
    # Low assignment needs the thresholds of all parts; the figures of one's own do not.
    shared = [evolve(state, limits=states[0].limits) for state in states]
    home = [pickle.loads(pickle.dumps(state)) for state in shared]  # noqa: S301  # our own bytes
    report = finish(merged(home, own()), own())
    assert Ratio(1, 3) == report.figures["trial_share"].value
    assert ["c-1"] == list(report.figures["suspended"].members)


def test_two_of_one_name_are_refused() -> None:
    """A name stands for one figure."""
    with pytest.raises(ValueError, match="share a name: suspended, suspended"):
        pk.report([], as_of=AS_OF, figures=[Suspended(), Suspended()])


def test_figures_cannot_be_changed() -> None:
    """What a report holds by name is locked."""
    figures: Mapping[str, Any] = some_report().figures
    with pytest.raises(TypeError):
        figures["more"] = 1  # type: ignore[index]


@pytest.mark.parametrize("figure", own(), ids=["ratio", "set"])
def test_the_figures_of_this_file_keep_the_laws(figure: Kpi[Any]) -> None:
    """The laws hold for figures that count right."""
    check_merge_laws(figure, max_examples=20)


def failing_case() -> Case:
    """Two customers, each with a trial."""
    some = tuple(customer(subscription(kind="trial", id=f"S{n}"), id=f"c-{n}") for n in (1, 2))
    return Case(some, AS_OF, pk.Policy())


@pytest.mark.parametrize(
    ("law", "expected"),
    [
        ("identity", "broken: somebody and nobody did not give the value of the whole: 0 is not 2"),
        ("order", "broken: customers in another order did not .*: 3 is not 2"),
        ("commutativity", "broken: nobody and somebody did not .*: 0 is not 2"),
        ("operands", "broken: .* did not give the value of the whole: .* is not 2"),
        ("finish", "broken: a second look at the whole did not .*: 4 is not 3"),
    ],
)
def test_the_laws_find_what_breaks_them(law: str, expected: str) -> None:
    """A figure that breaks one law is refused, with the law and both values."""
    with pytest.raises(AssertionError, match=expected):
        check_merge_laws(Broken(law), failing_case())


def test_a_figure_that_breaks_no_law_passes() -> None:
    """The same figure, with no law broken, passes on the same case and on drawn ones."""
    check_merge_laws(Broken("none"), failing_case())
    check_merge_laws(Broken("none"), max_examples=10)


def test_states_that_cannot_travel_are_found() -> None:
    """A state that cannot be pickled is no state."""

    @frozen
    class Closure(TrialShare):
        def finish(self, state: Any, /) -> Value:  # a function, on purpose
            made: Callable[[], Ratio] = state
            return made()

        def lift(self, columns: pk.Portfolio, as_of: datetime, policy: pk.Policy, /) -> Any:
            found = super().lift(columns, as_of, policy)
            return lambda: found

        def merge(self, left: Any, right: Any, /) -> Any:
            return lambda: left() + right()

    with pytest.raises((AttributeError, pickle.PicklingError)):
        check_merge_laws(Closure(), failing_case())


@given(st.from_type(pk.Portfolio), st.from_type(pk.Customer), st.from_type(pk.Policy))
@settings(max_examples=10)
def test_types_are_known_to_hypothesis(
    portfolio: pk.Portfolio, one: pk.Customer, policy: pk.Policy
) -> None:
    """Where `partnerkpi.testing` is known, hypothesis draws records and policies by their type."""
    report = pk.report(portfolio, as_of=AS_OF, policy=policy)
    assert len(portfolio) == len(report.customers)
    assert [one] == list(pk.Portfolio.from_customers([one]).customers)


@given(instants(AS_OF.replace(year=1970)) | instants(AS_OF.replace(year=2199)))
def test_instants_stay_in_range(moment: datetime) -> None:
    """Also near the ends of time, every instant can be used, and is UTC."""
    assert moment == pk.Observation(total=0, assigned=0, observed_at=moment).observed_at
    assert moment.tzinfo is UTC
