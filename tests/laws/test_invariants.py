"""What holds in every report: balances, disjoint sections, and what changes nothing."""

from copy import deepcopy
from datetime import timedelta, timezone
from typing import Any

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.reports.document import SECTION_NAMES
from tests.library import figures_only, records_of, report_of
from tests.oracles.times import instant
from tests.strategies import Case, cases

PRODUCTS = ("meetings", "calling")


def sections(report: pk.Report) -> dict[str, Any]:
    """Every section of every product, by their names."""
    return {
        f"{product}.{name}": getattr(report.licenses[product], name)
        for product in PRODUCTS
        for name in SECTION_NAMES
    }


@given(cases())
@settings(max_examples=50)
def test_seats_balance(case: Case) -> None:
    """Total and overage together are assigned and available together, in every row."""
    unbalanced = [
        row
        for section in sections(report_of(case)).values()
        for row in section.rows
        if row.total + row.overage != row.assigned + row.available
    ]
    assert [] == unbalanced


@given(cases())
@settings(max_examples=50)
def test_expiring_and_renewing_share_nothing(case: Case) -> None:
    """Unless the policy says so, no subscription both expires and renews itself."""
    plain = evolve(case, policy=evolve(case.policy, auto_renewing_expires=False))
    report = report_of(plain)
    for product in PRODUCTS:
        here = report.licenses[product]
        expiring = set(here.expiring.rows.column("subscription_id"))
        assert set() == expiring & set(here.renewing.rows.column("subscription_id"))


@given(cases())
@settings(max_examples=50)
def test_what_renews_also_expires_if_the_policy_says_so(case: Case) -> None:
    """With `auto_renewing_expires` every renewing subscription is in both sections."""
    both = evolve(case, policy=evolve(case.policy, auto_renewing_expires=True))
    report = report_of(both)
    for product in PRODUCTS:
        here = report.licenses[product]
        renewing = set(here.renewing.rows.column("subscription_id"))
        assert set() == renewing - set(here.expiring.rows.column("subscription_id"))


@given(cases())
@settings(max_examples=50)
def test_figures_are_those_of_their_rows(case: Case) -> None:
    """Customers of a section are the different ones of its rows, its sums those of its rows."""
    for name, section in sections(report_of(case)).items():
        rows = list(section.rows)
        assert len({row.customer_id for row in rows}) == section.customers.value, name
        if name.endswith(("expiring", "renewing", "low_assignment")):
            total = sum(row.total for row in rows)
            assert (sum(row.assigned for row in rows), total) == (
                section.assignment.value.numerator,
                section.assignment.value.denominator,
            )


@given(cases())
@settings(max_examples=50)
def test_overview_figures_are_parts_of_the_scope(case: Case) -> None:
    """Whoever an overview figure counts is in scope."""
    overview = report_of(case).overview
    scope = set(overview.total_customers.members)
    for name in ("nearing_expiration", "nearing_renewal", "over_license_limit"):
        assert set() == set(getattr(overview, name).members) - scope


@given(cases())
@settings(max_examples=50)
def test_later_data_changes_nothing(case: Case) -> None:
    """What is only added, observed or signed in after the instant does not show before it."""
    later = deepcopy(case.document)
    after = (case.as_of + timedelta(days=1)).isoformat()
    for customer in later["customers"]:
        for subscription in customer["subscriptions"]:
            for line in subscription["licenses"]:
                if "observations" in line:
                    add_observation(line["observations"], after)
        extra = {"kind": "subscription", "added_at": after, "licenses": [], "paid": False}
        customer["subscriptions"].append(extra | {"id": f"later-{customer['id']}"})

    assert report_of(case).to_dict() == report_of(evolve(case, document=later)).to_dict()


def add_observation(observations: list[dict[str, Any]], moment: str) -> None:
    """One more, unless there is one at that instant."""
    taken = {instant(o["observed_at"]) for o in observations if o.get("observed_at")}
    if instant(moment) not in taken:
        observations.append({"observed_at": moment, "total": 999, "assigned": 9999})


@given(cases())
@settings(max_examples=50)
def test_other_products_change_no_section(case: Case) -> None:
    """Lines of other products show in the customer list alone."""
    more = deepcopy(case.document)
    other = {"product": "vidcast", "name": "Other", "total": 5, "assigned": 5}
    for customer in more["customers"]:
        for subscription in customer["subscriptions"]:
            subscription["licenses"].append(dict(other))
    expected, actual = (report_of(each) for each in (case, evolve(case, document=more)))

    assert expected.to_dict()["licenses"] == actual.to_dict()["licenses"]
    assert expected.to_dict()["overview"] == actual.to_dict()["overview"]


@given(cases())
@settings(max_examples=50)
def test_names_and_tags_change_no_figure(case: Case) -> None:
    """A customer by another name, with other tags and attributes, counts the same."""
    customers = [
        evolve(each, name="Other", tags=("new",), attributes={"x": "y"})
        for each in records_of(case.document)
    ]
    renamed = pk.report(
        pk.Portfolio.from_customers(customers), as_of=case.as_of, policy=report_of(case).policy
    )
    documents = [without_names(figures_only(r.to_dict())) for r in (report_of(case), renamed)]

    assert documents[0] == documents[1]


def without_names(node: object) -> object:
    """A document without the names and tags of customers."""
    if isinstance(node, list):
        return [without_names(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: without_names(each) for key, each in node.items() if key not in {"customer", "tags"}
    }


@given(cases(max_customers=5), st.integers(1, 10**6))
@settings(max_examples=30)
def test_offsets_of_the_instant_change_nothing(case: Case, minutes: int) -> None:
    """The same instant, told by a clock of any zone, gives the same report."""
    zone = timedelta(minutes=minutes % 1439)
    moved = case.as_of.astimezone(timezone(zone))
    portfolio = pk.Portfolio.from_customers(records_of(case.document))
    policy = report_of(case).policy

    assert report_of(case).to_dict() == pk.report(portfolio, as_of=moved, policy=policy).to_dict()
