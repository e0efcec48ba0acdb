"""Customer statuses: each rule at its edges, what explains it, and one answer for one and many."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import partnerkpi as pk
from partnerkpi import status
from partnerkpi.errors import InstantError, UnknownNameError
from partnerkpi.models import SubscriptionState
from partnerkpi.status import SignInEvidence, Status, SubscriptionEvidence
from tests.library import (
    AS_OF,
    Field,
    customer,
    line,
    policy_of,
    portfolio_of,
    records_of,
    subscription,
)
from tests.oracles import badge, read_customers, statuses
from tests.strategies import Case, cases

MICROSECOND = timedelta(microseconds=1)
URGENCY = [
    "suspended",
    "expired",
    "license_overage",
    "expiring_soon",
    "ready_for_order_setup",
    "no_recent_activity",
    "trial",
    "subscription",
]


def held(one: pk.Customer, as_of: datetime = AS_OF, **settings: Field) -> list[str]:
    """The statuses of a customer, the most urgent first."""
    found = status.derive(one, as_of=as_of, policy=pk.Policy(**settings))
    return [each.value for each in status.by_urgency(found)]


def evidence(one: pk.Customer, name: str, **settings: Field) -> list[Any]:
    """What stands behind one status of a customer."""
    found = status.explain(one, as_of=AS_OF, policy=pk.Policy(**settings))
    (mine,) = (each.evidence for each in found if each.status.value == name)
    return list(mine)


def test_the_order_of_urgency() -> None:
    """Statuses are listed from the most urgent, as the definitions order them."""
    assert URGENCY == [each.value for each in Status]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["subscription"]),
        ({"kind": "trial"}, ["trial"]),
        # There from the very instant on; before that it counts in nothing.
        ({"added_at": AS_OF}, ["subscription"]),
        ({"added_at": AS_OF + MICROSECOND}, ["expired"]),
        ({"added_at": AS_OF + MICROSECOND, "paid": False, "set_up": False}, ["expired"]),
        # Pending until the instant of the start.
        ({"starts_at": AS_OF}, ["subscription"]),
        ({"starts_at": AS_OF + MICROSECOND}, []),
        ({"starts_at": AS_OF + MICROSECOND, "kind": "trial"}, []),
        ({"starts_at": AS_OF + MICROSECOND, "paid": False}, ["suspended"]),
        ({"starts_at": AS_OF + MICROSECOND, "set_up": False}, ["ready_for_order_setup"]),
        ({"starts_at": AS_OF + MICROSECOND, "ends_at": AS_OF + 2 * MICROSECOND}, []),
        # A start before the addition does not make it earlier.
        ({"starts_at": "2026-01-01", "added_at": AS_OF}, ["subscription"]),
        # Ended from the instant of the end on.
        ({"ends_at": AS_OF}, ["expired"]),
        ({"ends_at": AS_OF + MICROSECOND}, ["expiring_soon", "subscription"]),
        ({"ends_at": AS_OF, "paid": False, "set_up": False}, ["expired"]),
        # Day 30 at any hour, not day 31.
        ({"ends_at": "2026-12-22T23:59:59.999999Z"}, ["expiring_soon", "subscription"]),
        ({"ends_at": "2026-12-23T00:00:00Z"}, ["subscription"]),
        ({"ends_at": "2026-12-23T01:59:59+02:00"}, ["expiring_soon", "subscription"]),
        ({"ends_at": "2026-12-22T23:00:00-01:00"}, ["subscription"]),
        ({"ends_at": "2026-12-01", "kind": "trial"}, ["expiring_soon", "trial"]),
        ({"ends_at": "2026-12-01", "auto_renew": True}, ["subscription"]),
        # Unpaid and not set up while active.
        ({"paid": False}, ["suspended", "subscription"]),
        ({"set_up": False}, ["ready_for_order_setup", "subscription"]),
    ],
)
def test_one_subscription_at_the_edges(fields: dict[str, Any], expected: list[str]) -> None:
    """There, pending, active, ended, expiring soon: each at its very first and last instant."""
    assert expected == held(customer(subscription(**fields)))


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_days_do_not_depend_on_the_hour(hour: int) -> None:
    """Day counts are differences of UTC dates, at any hour of the instant."""
    late = subscription(ends_at="2026-12-22T23:59:59Z")
    next_day = subscription(ends_at="2026-12-23")
    as_of = AS_OF.replace(hour=hour)

    assert "expiring_soon" in held(customer(late), as_of)
    assert "expiring_soon" not in held(customer(next_day), as_of)


def test_an_instant_counts_by_its_utc_date() -> None:
    """Asked at 01:00 on the 23rd by a clock two hours ahead, it is still the 22nd."""
    as_of = datetime.fromisoformat("2026-11-23T01:00:00+02:00")
    one = customer(subscription(ends_at="2026-12-22T23:59:59Z"))
    assert ["expiring_soon", "subscription"] == held(one, as_of)


def test_auto_renewal_expires_if_the_policy_says_so() -> None:
    """With `auto_renewing_expires` a renewal counts as an end."""
    one = customer(subscription(ends_at="2026-12-22", auto_renew=True))
    assert ["expiring_soon", "subscription"] == held(one, auto_renewing_expires=True)


@pytest.mark.parametrize(
    ("days", "expected"), [(0, False), (1, True), (2, True)], ids=["0 days", "1 day", "2 days"]
)
def test_the_window_is_a_setting(days: int, expected: bool) -> None:
    """An end tomorrow is within one day and not within none."""
    one = customer(subscription(ends_at="2026-11-23T23:59:59Z"))
    assert expected == ("expiring_soon" in held(one, expiring_soon_days=days))


@pytest.mark.parametrize(
    ("signed_in_at", "expected"),
    [
        (None, True),
        (AS_OF, False),
        (AS_OF + MICROSECOND, True),
        ("2026-08-24T00:00:00Z", False),
        ("2026-08-23T23:59:59.999999Z", True),
        ("2026-08-24T01:00:00+02:00", True),
    ],
)
def test_recent_activity(signed_in_at: str | datetime | None, expected: bool) -> None:
    """A sign-in on day 90 is recent, on day 91 it is not, and a later one has not happened."""
    one = customer(subscription(), last_admin_sign_in_at=signed_in_at)
    assert expected == ("no_recent_activity" in held(one))


@pytest.mark.parametrize(
    ("lines", "fields", "expected"),
    [
        ([line(10, 10)], {}, False),
        ([line(10, 11)], {}, True),
        ([line(0, 1)], {}, True),
        ([line(10, 11, product="anything")], {}, True),
        ([line(10, 11)], {"kind": "trial"}, True),
        ([line(10, 0), line(1, 2, name="Other")], {}, True),
        ([line(10, 11)], {"ends_at": AS_OF}, False),
        ([line(10, 11)], {"starts_at": AS_OF + MICROSECOND}, False),
        ([line(10, 11, observed_at=AS_OF)], {}, True),
        ([line(10, 11, observed_at=AS_OF + MICROSECOND)], {}, False),
        ([], {}, False),
    ],
)
def test_overage(lines: list[pk.LicenseLine], fields: dict[str, Any], expected: bool) -> None:
    """An active one with a line over its licenses, whatever the product and the other lines."""
    one = customer(subscription(*lines, **fields))
    assert expected == ("license_overage" in held(one))


def test_a_customer_that_never_had_anything_has_expired() -> None:
    """Without any subscription there is none that is active or pending."""
    assert ["expired"] == held(customer())


def test_one_pending_is_not_expired() -> None:
    """Next to an ended one, something pending keeps the customer from having expired."""
    ended = subscription(ends_at="2026-07-01")
    pending = subscription(id="Sub2", starts_at="2027-01-01")
    assert [] == held(customer(ended, pending))
    assert ["expired"] == held(customer(ended))


def test_all_at_once() -> None:
    """One customer may have every status but `expired`, the most urgent as its badge."""
    everything = customer(
        subscription(line(1, 2), paid=False, set_up=False, ends_at="2026-12-01"),
        subscription(id="Sub2", kind="trial"),
        last_admin_sign_in_at=None,
    )
    assert [name for name in URGENCY if name != "expired"] == held(everything)
    assert Status.SUSPENDED is status.badge(status.derive(everything, as_of=AS_OF))


@pytest.mark.parametrize("position", range(8))
def test_the_badge_is_the_most_urgent(position: int) -> None:
    """Whatever less urgent ones hold as well, and in whatever order they come."""
    some = list(Status)[position:]
    assert some[0] is status.badge(reversed(some))
    assert tuple(some) == status.by_urgency(reversed(some))


def test_no_status_no_badge() -> None:
    """Only pending, set up, paid and recently active: nothing to show."""
    one = customer(subscription(starts_at="2027-01-01"))
    (row,) = pk.report(pk.Portfolio.from_customers([one]), as_of=AS_OF).customers
    assert (None, ()) == (row.badge, row.statuses)


@given(cases())
@settings(max_examples=50)
def test_statuses_are_those_of_the_definitions(case: Case) -> None:
    """One customer by itself, and each in the columns, has the statuses of the naive reading."""
    policy = policy_of(case.policy)
    columns = status.derive_all(portfolio_of(case.document), as_of=case.as_of, policy=policy)
    badges = columns.badges().tolist()
    for record in records_of(case.document):
        (naive,) = read_customers(case.document | {"customers": [only(case, record.id)]})
        expected = statuses(naive, case.as_of, case.policy)
        alone = status.derive(record, as_of=case.as_of, policy=policy)
        row = columns.portfolio.row_of(record.id)
        shown = badge(naive, case.as_of, case.policy)

        assert expected == [each.value for each in status.by_urgency(alone)]
        assert alone == columns.of(record.id) == columns.of_row(row)
        assert (shown is None, shown or "") == (
            badges[row] == -1,
            "" if badges[row] < 0 else URGENCY[badges[row]],
        )


def only(case: Case, customer_id: str) -> dict[str, Any]:
    """One customer of a case's document."""
    (found,) = (each for each in case.document["customers"] if each["id"] == customer_id)
    return dict(found)


@given(cases())
@settings(max_examples=40)
def test_explanations_never_disagree_with_the_flags(case: Case) -> None:
    """A status is explained exactly where it holds, in the order of urgency."""
    policy = policy_of(case.policy)
    portfolio = portfolio_of(case.document)
    columns = status.derive_all(portfolio, as_of=case.as_of, policy=policy)
    for record in records_of(case.document):
        among = status.explain(portfolio, record.id, as_of=case.as_of, policy=policy)
        alone = status.explain(record, as_of=case.as_of, policy=policy)

        assert status.by_urgency(columns.of(record.id)) == tuple(e.status for e in among)
        assert among == alone


@given(cases())
@settings(max_examples=40)
def test_evidence_fulfills_its_rule(case: Case) -> None:
    """What an explanation points at has, by its own facts, what the status asks for."""
    policy = policy_of(case.policy)
    for record in records_of(case.document):
        for each in status.explain(record, as_of=case.as_of, policy=policy):
            wrong = [one for one in each.evidence if not fulfills(each.status, one, policy)]
            assert [] == wrong
            assert each.evidence or each.status is Status.EXPIRED


def fulfills(which: Status, one: SubscriptionEvidence | SignInEvidence, policy: pk.Policy) -> bool:
    """Whether evidence has what a status asks for."""
    if isinstance(one, SignInEvidence):
        return one.days_since is None or one.days_since > policy.inactivity_days
    alive = one.state in {SubscriptionState.PENDING, SubscriptionState.ACTIVE}
    active = one.state is SubscriptionState.ACTIVE
    soon = one.days_left is not None and one.days_left <= policy.expiring_soon_days
    renews = one.auto_renew and not policy.auto_renewing_expires
    return {
        Status.SUSPENDED: alive and not one.paid,
        Status.EXPIRED: one.state is SubscriptionState.ENDED,
        Status.LICENSE_OVERAGE: active and bool(one.lines_over),
        Status.EXPIRING_SOON: active and soon and not renews,
        Status.READY_FOR_ORDER_SETUP: alive and not one.set_up,
        Status.TRIAL: active and one.kind is pk.Kind.TRIAL,
        Status.SUBSCRIPTION: active and one.kind is pk.Kind.SUBSCRIPTION,
    }[which]


def test_evidence_tells_the_facts() -> None:
    """Which subscription, which line, which dates and counts."""
    over = line(10, 12, name="Suite", product="meetings")
    one = customer(
        subscription(line(5, 5), over, ends_at="2026-12-01", paid=False),
        subscription(id="Sub2"),
    )
    (found,) = evidence(one, "license_overage")

    assert found == evidence(one, "suspended")[0] == evidence(one, "expiring_soon")[0]
    assert ("Sub1", pk.Kind.SUBSCRIPTION, 9, False, True, False) == (
        found.subscription_id,
        found.kind,
        found.days_left,
        found.paid,
        found.set_up,
        found.auto_renew,
    )
    assert [("meetings", "Suite", 10, 12, 2)] == [
        (each.product, each.name, each.total, each.assigned, each.overage)
        for each in found.lines_over
    ]
    assert datetime(2026, 6, 1, tzinfo=UTC) == found.added_at == found.starts_at
    assert "subscription Sub1 (active, 9 days left)" == str(found)


def test_expired_shows_what_has_ended() -> None:
    """For `expired` the evidence is everything that is there, and nothing that comes later."""
    one = customer(
        subscription(ends_at="2026-11-20"),
        subscription(id="Sub2", added_at="2026-12-01"),
    )
    (found,) = evidence(one, "expired")
    assert ("Sub1", SubscriptionState.ENDED, -2) == (
        found.subscription_id,
        found.state,
        found.days_left,
    )


@pytest.mark.parametrize(
    ("signed_in_at", "expected"),
    [
        (None, "no sign-in so far"),
        ("2026-11-23", "no sign-in so far"),
        ("2026-08-01", "last sign-in 113 days ago"),
    ],
)
def test_inactivity_tells_the_sign_in(signed_in_at: str | None, expected: str) -> None:
    """The last sign-in and how long ago it was, or that there has been none so far."""
    one = customer(subscription(), last_admin_sign_in_at=signed_in_at)
    assert [expected] == list(map(str, evidence(one, "no_recent_activity")))


def test_rules_speak_of_the_policy() -> None:
    """The rule in an explanation carries the settings it was tried with."""
    one = customer(subscription(ends_at="2026-11-23"), last_admin_sign_in_at=None)
    policy = pk.Policy(expiring_soon_days=7, inactivity_days=3)
    said = {
        each.status.value: each.rule for each in status.explain(one, as_of=AS_OF, policy=policy)
    }

    assert "within 7 days" in said["expiring_soon"]
    assert "the last 3 days" in said["no_recent_activity"]


def test_columns_count_and_mask() -> None:
    """A status as a mask over the rows of the customers, and as a count."""
    some = [customer(id="c-1"), customer(subscription(), id="c-2")]
    columns = status.derive_all(pk.Portfolio.from_customers(some), as_of=AS_OF)
    ids = columns.portfolio.customer_columns.ids.take(np.flatnonzero(columns.has(Status.EXPIRED)))

    assert ["c-1"] == ids.to_list()
    assert (1, 1, 0) == tuple(
        columns.count(each) for each in (Status.EXPIRED, Status.SUBSCRIPTION, Status.TRIAL)
    )
    assert not columns.bits.flags.writeable


def test_nobody_has_statuses() -> None:
    """A portfolio without customers has columns without rows."""
    columns = status.derive_all(pk.Portfolio.from_customers([]), as_of=AS_OF)
    assert [0] * 8 == [columns.count(each) for each in Status]
    assert [] == columns.badges().tolist()


def test_a_naive_instant_is_refused() -> None:
    """Nothing is counted at an instant whose offset nobody knows."""
    naive = AS_OF.replace(tzinfo=None)
    for ask in (status.derive, status.explain):
        with pytest.raises(InstantError, match="naive"):
            ask(customer(), as_of=naive)


def test_an_unknown_customer_is_refused() -> None:
    """Asking about a customer that is not there names the nearest that is."""
    portfolio = pk.Portfolio.from_customers([customer(id="globex")])
    columns = status.derive_all(portfolio, as_of=AS_OF)
    with pytest.raises(UnknownNameError, match="did you mean 'globex'"):
        status.explain(portfolio, "globx", as_of=AS_OF)
    with pytest.raises(UnknownNameError, match="did you mean 'globex'"):
        columns.of("globx")
