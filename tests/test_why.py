"""Where a figure comes from: who is counted, which condition fails for the others, by how much."""

import pickle
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest
from attrs import fields, frozen
from hypothesis import given, settings

import partnerkpi as pk
from partnerkpi.errors import RecordsMissingError, UnknownNameError
from partnerkpi.kpi import Check, Figure, Reason, Why
from partnerkpi.licenses.kpis import ProductSections
from partnerkpi.reports import finish
from partnerkpi.reports.document import SECTION_NAMES
from tests.library import AS_OF, Field, customer, line, observed, report_of, reported, subscription
from tests.oracles import OraclePolicy, read_customers, report_document
from tests.oracles.peers import low_among_all, rates
from tests.oracles.records import Customer
from tests.oracles.sections import (
    IN_SCOPE,
    any_in_scope,
    in_scope,
    is_expiring,
    is_over,
    is_renewing,
)
from tests.strategies import Case, cases

PRODUCTS = ("meetings", "calling")
OF_CUSTOMERS = ("customers",)


@frozen
class Asked:
    """A figure, and whom it counts by the naive reading."""

    name: str
    figure: Figure[Any]
    customers: set[str]
    subscriptions: set[str] | None


def figures_in(group: object) -> dict[str, Figure[Any]]:
    """The figures of a group of them, by name."""
    names = [each.name for each in fields(type(group))]  # type: ignore[arg-type]  # an attrs class
    found = {name: getattr(group, name) for name in names}
    return {name: each for name, each in found.items() if isinstance(each, Figure)}


def asked(case: Case, report: pk.Report) -> Iterator[Asked]:
    """Every figure of a report, beside the naive reading's answer."""
    customers = read_customers(case.document)
    for name, counted in overview_members(customers, case.as_of, case.policy).items():
        yield Asked(name, getattr(report.overview, name), counted, None)
    sections = report_document(case.document, case.as_of, case.policy)["licenses"]
    for product in PRODUCTS:
        for section in SECTION_NAMES:
            rows = sections[product][section]["rows"]
            ids = [{row[f"{whose}_id"] for row in rows} for whose in ("customer", "subscription")]
            group = getattr(report.licenses[product], section)
            for name, figure in figures_in(group).items():
                behind = None if name in OF_CUSTOMERS else ids[1]
                yield Asked(f"{product}.{section}.{name}", figure, ids[0], behind)


def overview_members(
    customers: list[Customer], as_of: datetime, policy: OraclePolicy
) -> dict[str, set[str]]:
    """Whom the overview's figures count."""
    scope = in_scope(customers, as_of)
    conditions = {
        "nearing_expiration": lambda s: is_expiring(s, as_of, policy),
        "nearing_renewal": lambda s: is_renewing(s, as_of, policy),
        "over_license_limit": lambda s: is_over(s, as_of),
    }
    return {
        "total_customers": {one.id for one in scope},
        "low_license_assignment": set(low_among_all(rates(scope, as_of, *IN_SCOPE), policy)),
        **{
            name: {one.id for one in scope if any_in_scope(one, condition)}
            for name, condition in conditions.items()
        },
    }


@given(cases())
@settings(max_examples=50)
def test_members_are_those_of_the_definitions(case: Case) -> None:
    """Every figure names exactly the customers or subscriptions counted, by code point."""
    for each in asked(case, report_of(case)):
        expected = each.customers if each.subscriptions is None else each.subscriptions
        assert sorted(expected) == list(each.figure.members), each.name


@given(cases(max_customers=5))
@settings(max_examples=40)
def test_why_agrees_with_the_members(case: Case) -> None:
    """A customer is said to be counted exactly if it is, on the subscriptions that are."""
    ids = [one["id"] for one in case.document["customers"]]
    for each in asked(case, report_of(case)):
        for customer_id in ids:
            why = each.figure.why(customer_id)
            assert (customer_id, customer_id in each.customers) == (why.customer_id, why.counted)
            assert [] == [reason for reason in why.reasons if disagrees(reason, each)]


def disagrees(reason: Reason, each: Asked) -> bool:
    """Whether the conditions tried on a subscription contradict the naive reading."""
    failing = [check for check in reason.checks if not check.holds]
    if reason.holds == bool(failing) or any(check.by for check in reason.checks if check.holds):
        return True
    known = each.subscriptions is not None
    return known and reason.holds != (reason.subscription_id in (each.subscriptions or ()))


@given(cases(max_customers=5))
@settings(max_examples=40)
def test_why_tries_every_subscription(case: Case) -> None:
    """Whoever is asked about, all its subscriptions are tried, in the order they came."""
    report = report_of(case)
    for one in case.document["customers"]:
        expected = [each["id"] for each in one["subscriptions"]] or [None]
        for each in asked(case, report):
            reasons = each.figure.why(one["id"]).reasons
            assert expected == [reason.subscription_id for reason in reasons]


def failing(figure: Figure[Any], customer_id: str = "c-1") -> list[tuple[str, int | str | None]]:
    """The failing conditions of a customer, each with its margin in words."""
    why = figure.why(customer_id)
    assert not why.counted
    return [
        (check.condition, check.by if check.by is None else f"{check.by} {check.unit}")
        for reason in why.reasons
        for check in reason.checks
        if not check.holds
    ]


def calling(*customers: pk.Customer, **settings: Field) -> ProductSections:
    """The calling sections of the report on some customers."""
    return reported(*customers, **settings).licenses["calling"]


@pytest.mark.parametrize(
    ("ends_at", "expected"),
    [("2027-02-21", "1 days"), ("2027-03-01", "9 days"), (None, None)],
)
def test_how_far_an_end_is_beyond_the_window(ends_at: str | None, expected: str | None) -> None:
    """So many days beyond the last day of the window; nothing where there is no end."""
    sections = calling(customer(subscription(line(), ends_at=ends_at)))
    assert [("has an end within 90 days", expected)] == failing(sections.expiring.customers)


def test_an_end_that_has_been_fails_by_its_state_alone() -> None:
    """What has ended is not active; its end still lies within the window."""
    sections = calling(customer(subscription(line(), ends_at="2026-11-22")))
    assert [("is active", None)] == failing(sections.expiring.customers)


@pytest.mark.parametrize(
    ("added_at", "expected"),
    [
        ("2026-08-23T23:59:59Z", "1 days"),
        ("2026-06-01", "84 days"),
        ("2026-11-23", None),
    ],
)
def test_how_long_ago_an_addition_was(added_at: str, expected: str | None) -> None:
    """So many days before the first day of the window; nothing for what is still to come."""
    sections = calling(customer(subscription(line(), added_at=added_at)))
    found = [("was added within 90 days", expected)]
    assert found == failing(sections.recently_added.customers)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([line(10, 5)], "6 licenses"),
        ([line(10, 10)], "1 licenses"),
        ([line(10, 2), line(10, 7, name="Other")], "4 licenses"),
        ([line(10, 10, product="meetings"), line(10, 7)], "4 licenses"),
    ],
)
def test_how_many_licenses_are_missing_to_an_overage(
    lines: list[pk.LicenseLine], expected: str
) -> None:
    """So many more assigned, on the line with the fewest to spare, would be an overage."""
    sections = calling(customer(subscription(*lines)))
    condition = "has more licenses assigned than bought on some line"
    assert [(condition, expected)] == failing(sections.overage.customers)


def test_how_far_a_rate_is_above_the_threshold() -> None:
    """In percentage points: 30 % where the threshold is half of 45 %."""
    peers = [customer(subscription(line(100, n), id=f"S{n}"), id=f"p-{n}") for n in (40, 50, 60)]
    sections = calling(customer(subscription(line(100, 30))), *peers)
    condition = "the customer's assignment rate is below the threshold of its peers"
    assert [(condition, "7.50 percentage points")] == failing(sections.low_assignment.customers)


def test_a_tie_is_above_the_threshold_by_nothing() -> None:
    """Exactly at the threshold is not below it; the margin is zero."""
    peers = [customer(subscription(line(10, 4), id=f"S{n}"), id=f"p-{n}") for n in range(3)]
    ((_, by),) = failing(
        calling(customer(subscription(line(10, 2))), *peers).low_assignment.customers
    )
    assert "0.00 percentage points" == by


def test_without_licenses_there_is_no_rate_to_be_above() -> None:
    """No total, no rate, no margin."""
    ((_, by),) = failing(calling(customer(subscription(line(0, 0)))).low_assignment.customers)
    assert by is None


def test_every_failing_condition_is_named() -> None:
    """Another product, not active, renewing itself, and out of the window: all four at once."""
    one = customer(
        subscription(
            line(product="messaging"),
            starts_at="2026-12-01",
            ends_at="2027-12-01",
            auto_renew=True,
        )
    )
    assert [
        ("has a license line of the product", None),
        ("is active", None),
        ("does not renew itself (or auto_renewing_expires, here False)", None),
        ("has an end within 90 days", "284 days"),
    ] == failing(calling(one).expiring.customers)


def test_conditions_speak_of_the_policy() -> None:
    """The words carry the setting that was tried."""
    one = customer(subscription(line(), ends_at="2026-12-01"))
    figure = calling(one, window_days=7).expiring.customers
    assert [("has an end within 7 days", "2 days")] == failing(figure)


def test_a_trial_does_not_renew() -> None:
    """Why a trial that ends soon is not in the renewing section."""
    one = customer(subscription(line(), kind="trial", ends_at="2026-12-01"))
    assert [("is a subscription, not a trial", None), ("renews itself", None)] == failing(
        calling(one).renewing.customers
    )


def test_a_customer_without_anything() -> None:
    """There is nothing to try but that it has something."""
    figure = reported(customer()).overview.total_customers
    assert Why("c-1", False, (Reason(None, (Check("has a subscription or trial", False),)),)) == (
        figure.why("c-1")
    )


def test_the_whole_answer_in_words() -> None:
    """Printed, an answer has a line per condition, with its margin."""
    one = customer(
        subscription(line(), ends_at="2026-12-01"),
        subscription(line(), id="Sub2", ends_at="2027-02-21"),
    )
    assert [
        "c-1 is counted",
        "  Sub1: yes: has a license line of the product",
        "  Sub1: yes: is active",
        "  Sub1: yes: does not renew itself (or auto_renewing_expires, here False)",
        "  Sub1: yes: has an end within 90 days",
        "  Sub2: yes: has a license line of the product",
        "  Sub2: yes: is active",
        "  Sub2: yes: does not renew itself (or auto_renewing_expires, here False)",
        "  Sub2: no: has an end within 90 days (by 1 day)",
    ] == str(calling(one).expiring.customers.why("c-1")).splitlines()


def test_an_unknown_customer_is_refused() -> None:
    """Asking about a customer that is not there names the nearest; so in parts."""
    parts = [pk.Portfolio.from_customers([customer(id=f"globex-{name}")]) for name in ("us", "eu")]
    figure = pk.report(parts, as_of=AS_OF).overview.total_customers
    assert not figure.why("globex-us").counted
    assert not figure.why("globex-eu").counted
    with pytest.raises(UnknownNameError, match=r"customer is called 'globex-e'.*'globex-eu'"):
        figure.why("globex-e")


def test_what_travelled_still_knows_its_members() -> None:
    """A pickled state names members and says that they are counted; others it cannot explain."""
    portfolio = pk.Portfolio.from_customers([customer(subscription(line())), customer(id="c-2")])
    state = pk.report(portfolio, as_of=AS_OF).state
    home = finish(pickle.loads(pickle.dumps(state)))  # noqa: S301  # our own bytes
    figure = home.overview.total_customers

    assert ["c-1"] == list(figure.members)
    assert figure.why("c-1").counted
    assert ["Sub1"] == [reason.subscription_id for reason in figure.why("c-1").reasons]
    with pytest.raises(RecordsMissingError, match="c-2"):
        figure.why("c-2")


def test_a_figure_knows_what_it_is() -> None:
    """Value, definition, instant and policy; a whole number where it is one."""
    policy = pk.Policy(window_days=7)
    one = customer(subscription(line(), ends_at="2026-11-25"))
    report = pk.report(pk.Portfolio.from_customers([one]), as_of=AS_OF, policy=policy)
    customers = report.licenses["calling"].expiring.customers
    share = report.licenses["calling"].expiring.assignment

    assert (1, "expiring.customers", AS_OF, policy) == (
        int(customers),
        customers.definition.name,
        customers.as_of,
        customers.policy,
    )
    assert Fraction(1, 2) == share.value.fraction()
    with pytest.raises(TypeError, match=r"expiring\.assignment is no whole number"):
        int(share)


def test_members_are_a_sequence_of_ids() -> None:
    """Ids by code point, as text when asked for: one, some, from the end, compared, shown."""
    some = [customer(subscription(line(), id=f"S{n}"), id=f"c-{n:02}") for n in range(12)]
    members = reported(*some).overview.total_customers.members

    assert [f"c-{n:02}" for n in range(12)] == list(members)
    assert ("c-00", "c-11", ["c-03", "c-01"]) == (members[0], members[-1], members[3:0:-2])
    assert members == [f"c-{n:02}" for n in range(12)]
    assert "c-05" in members
    assert repr(members).startswith("Members(['c-00', ")
    assert repr(members).endswith("'c-09', ...])")
    with pytest.raises(IndexError):
        members[12]


def test_unobserved_lines_are_seats_of_nobody() -> None:
    """A line never observed is in scope, and one license away from an overage."""
    one = customer(subscription(observed()))
    sections = calling(one)
    assert "1 licenses" == failing(sections.overage.customers)[0][1]
    assert 1 == int(reported(one).overview.total_customers)
