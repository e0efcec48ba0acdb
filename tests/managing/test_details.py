"""The page of one customer: everything at one instant, and the partner's own organization."""

import partnerkpi as pk
from partnerkpi.managing import administrators, launch_link, subscription_details, trials
from partnerkpi.models import Kind
from partnerkpi.policy import Policy
from partnerkpi.status import Status, derive, explain
from tests.managing.examples import BEN, NORTH, WHEN, at, globex, subscription

ONE = globex(
    subscription("Sub1", "calling", ends_at=at("2027-01-10")),
    subscription("T-1", "meetings", kind=Kind.TRIAL, ends_at=at("2026-12-10")),
    administrators=(BEN,),
    last_admin_sign_in_at=WHEN,
)


def test_the_page_holds_subscriptions_trials_administrators_and_statuses() -> None:
    """Each part is what its own verb says; trials are not told as subscriptions."""
    found = pk.customer_details(ONE, WHEN, partner=NORTH)

    assert (ONE, WHEN) == (found.customer, found.as_of)
    assert (subscription_details(ONE.subscriptions[0], WHEN),) == found.subscriptions
    assert trials(ONE, WHEN) == found.trials
    assert administrators(ONE, NORTH) == found.administrators
    assert explain(ONE, as_of=WHEN) == found.statuses
    assert Status.EXPIRING_SOON is found.badge


def test_the_policy_is_that_of_the_statuses() -> None:
    """Another window, other statuses."""
    found = pk.customer_details(ONE, WHEN, policy=Policy(expiring_soon_days=7))

    assert derive(ONE, as_of=WHEN, policy=Policy(expiring_soon_days=7)) == {
        each.status for each in found.statuses
    }
    assert Status.TRIAL is found.badge


def test_the_partners_own_organization_is_reported_on_and_launched_like_a_customer() -> None:
    """It stands beside the customers and is never counted among them."""
    own = globex(subscription("OwnSub", "calling"), id="own", name="North Partner")
    partner = pk.Partner(id=NORTH.id, name=NORTH.name, organization=own)
    portfolio = pk.Portfolio.from_customers([ONE], partner=partner)
    alone = pk.Portfolio.from_customers([own])

    assert 1 == pk.report(portfolio, as_of=WHEN).overview.total_customers.value
    assert 1 == pk.report(alone, as_of=WHEN).overview.total_customers.value
    assert pk.customer_details(own, WHEN).subscriptions
    assert "https://e.com/own" == launch_link(own, "https://e.com/{id}")
