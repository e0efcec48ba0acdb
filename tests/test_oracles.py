"""The naive reading itself, on small cases worked out by hand from the definitions."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles import OraclePolicy, read_customers, report_document, statuses
from tests.oracles.peers import Rate, low_among_all, low_among_their_size, median
from tests.oracles.policy import DEFAULT_POLICY
from tests.oracles.times import days, instant, instant_text, months, week_ends

TEN_YEARS = timedelta(days=3653)
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)


def portfolio(*customers: dict[str, Any]) -> dict[str, Any]:
    """A portfolio document of these customers."""
    return {"customers": list(customers)}


def customer(*subscriptions: dict[str, Any], **fields: object) -> dict[str, Any]:
    """A customer whose administrator signed in an hour before the instant."""
    defaults = {"id": "c-1", "name": "Globex", "last_admin_sign_in_at": "2026-11-21T23:00:00Z"}
    return {**defaults, "subscriptions": list(subscriptions), **fields}


def subscription(*lines: dict[str, Any], **fields: object) -> dict[str, Any]:
    """A subscription added on the first of June 2026."""
    defaults = {"id": "s-1", "kind": "subscription", "added_at": "2026-06-01"}
    return {**defaults, "licenses": list(lines), **fields}


def seats(total: int, assigned: int, **fields: object) -> dict[str, Any]:
    """A calling line with one undated observation."""
    return {"product": "calling", "name": "L", "total": total, "assigned": assigned, **fields}


def observed(*observations: tuple[str | None, int, int]) -> dict[str, Any]:
    """A calling line with observations: instant, total, assigned."""
    return {
        "product": "calling",
        "name": "L",
        "observations": [
            {"observed_at": at, "total": total, "assigned": assigned}
            for at, total, assigned in observations
        ],
    }


def calling(*customers: dict[str, Any]) -> dict[str, Any]:
    """The calling sections of the report on these customers."""
    document = report_document(portfolio(*customers), AS_OF)
    sections: dict[str, Any] = document["licenses"]["calling"]
    return sections


def statuses_of(one: dict[str, Any], policy: OraclePolicy = DEFAULT_POLICY) -> list[str]:
    """The statuses of one customer."""
    (read,) = read_customers(portfolio(one))
    return statuses(read, AS_OF, policy)


def rows(section: dict[str, Any], *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of a section's rows."""
    return [tuple(row[column] for column in columns) for row in section["rows"]]


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2026-02-27", 0),
        ("2024-02-29", "2025-02-28", 12),
        ("2026-01-15", "2026-01-15", 0),
        ("2026-01-15T23:59:59-08:00", "2026-02-16", 1),
    ],
)
def test_months_are_complete_calendar_months(earlier: str, later: str, expected: int) -> None:
    """A month is complete on its own day, or on the last day of a month too short for it."""
    assert expected == months(instant(earlier), instant(later))


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)), st.timedeltas(timedelta(0), TEN_YEARS))
def test_months_agree_with_relativedelta(start: date, length: timedelta) -> None:
    """Counting months one by one gives what `dateutil.relativedelta` counts."""
    delta = relativedelta(start + length, start)
    expected = delta.years * 12 + delta.months
    earlier = datetime(start.year, start.month, start.day, tzinfo=UTC)
    assert expected == months(earlier, earlier + length)


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("2026-11-21T23:59:59Z", "2026-11-22T00:00:00Z", 1),
        ("2026-11-22T00:00:00Z", "2026-11-22T23:59:59Z", 0),
        ("2026-11-22T01:00:00+02:00", "2026-11-22", 1),
    ],
)
def test_days_are_differences_of_utc_dates(earlier: str, later: str, expected: int) -> None:
    """The hour does not matter, the date in UTC does."""
    assert expected == days(instant(earlier), instant(later))


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-11-22T00:00:00Z", ["2026-11-15T00:00:00Z", "2026-11-22T00:00:00Z"]),
        ("2026-11-21T23:59:59.999999Z", ["2026-11-08T00:00:00Z", "2026-11-15T00:00:00Z"]),
    ],
)
def test_weeks_end_on_sunday_midnight(as_of: str, expected: list[str]) -> None:
    """The week that ends exactly now is complete; the one that ends in a moment is not."""
    assert expected == [instant_text(end) for end in week_ends(instant(as_of), 2)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["subscription"]),
        ({"kind": "trial"}, ["trial"]),
        ({"added_at": "2026-11-22T00:00:00.000001Z"}, ["expired"]),
        ({"starts_at": "2026-11-23"}, []),
        ({"starts_at": "2026-11-23", "paid": False}, ["suspended"]),
        ({"starts_at": "2026-11-23", "set_up": False}, ["ready_for_order_setup"]),
        ({"ends_at": "2026-11-22"}, ["expired"]),
        ({"ends_at": "2026-11-22", "paid": False}, ["expired"]),
        ({"ends_at": "2026-12-22T23:59:59Z"}, ["expiring_soon", "subscription"]),
        ({"ends_at": "2026-12-23"}, ["subscription"]),
        ({"ends_at": "2026-12-22", "auto_renew": True}, ["subscription"]),
    ],
)
def test_statuses_of_one_subscription(fields: dict[str, Any], expected: list[str]) -> None:
    """One subscription, at the edges of being there, pending, active and ended."""
    assert expected == statuses_of(customer(subscription(**fields)))


def test_auto_renewing_ones_expire_when_the_policy_says_so() -> None:
    """With `auto_renewing_expires` an automatic renewal counts as an end."""
    one = customer(subscription(ends_at="2026-12-22", auto_renew=True))
    policy = OraclePolicy(auto_renewing_expires=True)
    assert ["expiring_soon", "subscription"] == statuses_of(one, policy)


@pytest.mark.parametrize(
    ("signed_in_at", "expected"),
    [
        (None, True),
        ("2026-08-24T00:00:00Z", False),
        ("2026-08-23T23:59:59Z", True),
        ("2026-11-22T00:00:00Z", False),
        ("2026-11-22T00:00:01Z", True),
    ],
)
def test_no_recent_activity(signed_in_at: str | None, expected: bool) -> None:
    """Day 90 is still recent, day 91 is not; a later sign-in has not happened yet."""
    one = customer(subscription(), last_admin_sign_in_at=signed_in_at)
    assert expected == ("no_recent_activity" in statuses_of(one))


def test_spare_seats_never_hide_an_overage() -> None:
    """Two lines of one product, one with spare seats, one over: both are counted."""
    one = customer(subscription(seats(10, 4), seats(5, 8)))
    section = calling(one)["overage"]
    assert [(15, 12, 6, 3)] == rows(section, "total", "assigned", "available", "overage")


def test_an_undated_observation_precedes_every_dated_one() -> None:
    """The dated observation counts from its instant on, the undated one before it."""
    line = observed(("2026-11-22T00:00:00Z", 7, 7), (None, 5, 5), ("2026-11-22T00:00:01Z", 9, 9))
    trend = calling(customer(subscription(line)))["distribution_trend"]
    assert [5, 7] == [row["total"] for row in trend[-2:]]


@pytest.mark.parametrize(
    ("added_at", "line", "expected"),
    [
        ("2026-11-15", observed(("2026-11-15T00:00:00Z", 9, 2), ("2026-11-20", 9, 5)), 3),
        ("2026-11-15", observed(("2026-11-15T00:00:01Z", 9, 2), ("2026-11-20", 9, 5)), None),
        ("2026-11-15", observed((None, 9, 2)), None),
        ("2026-11-15T00:00:01Z", observed(("2026-11-01", 9, 2), ("2026-11-20", 9, 5)), 5),
        ("2026-11-15T00:00:01Z", observed((None, 9, 2)), 2),
        ("2026-11-15T00:00:01Z", observed(), 0),
    ],
)
def test_weekly_change(added_at: str, line: dict[str, Any], expected: int | None) -> None:
    """Against the last dated value seven days ago; against 0 when added since."""
    section = calling(customer(subscription(line, added_at=added_at)))["recently_added"]
    assert [(expected,)] == rows(section, "weekly_assignment_change")


def test_recently_added_counts_pending_and_ended_ones() -> None:
    """Whatever the state now, an addition 90 days ago is recent and one 91 days ago is not."""
    one = customer(
        subscription(seats(1, 0), id="ended", added_at="2026-08-24", ends_at="2026-09-01"),
        subscription(seats(2, 0), id="pending", added_at="2026-11-22", starts_at="2026-12-01"),
        subscription(seats(4, 0), id="old", added_at="2026-08-23T23:59:59Z"),
    )
    section = calling(one)["recently_added"]
    assert [("pending", 0), ("ended", 90)] == rows(section, "subscription_id", "days_since_added")
    assert 3 == section["total_licenses"]


def test_expiring_and_renewing_share_the_window() -> None:
    """Day 90 is inside, day 91 is not; a trial never renews."""
    one = customer(
        subscription(seats(1, 1), id="a", ends_at="2027-02-20T23:00:00Z"),
        subscription(seats(1, 1), id="b", ends_at="2027-02-21"),
        subscription(seats(1, 1), id="c", ends_at="2026-11-23", auto_renew=True),
        subscription(seats(1, 1), id="d", ends_at="2026-11-24", kind="trial"),
    )
    sections = calling(one)
    expiring = rows(sections["expiring"], "subscription_id", "days_until_expiration")
    assert [("d", 2), ("a", 90)] == expiring
    assert [("c", 1)] == rows(sections["renewing"], "subscription_id", "days_until_renewal")


def test_an_open_end_leaves_nothing_to_count() -> None:
    """Months and days until the end are None for an open-ended subscription in overage."""
    section = calling(customer(subscription(seats(0, 2))))["overage"]
    assert [(None, None)] == rows(section, "months_remaining", "days_remaining")
    assert {"numerator": 2, "denominator": 0, "value": None} == section["rows"][0]["assignment"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([3, 1, 2], Fraction(2)), ([4, 1, 2, 3], Fraction(5, 2)), ([7], Fraction(7))],
)
def test_median(values: list[int], expected: Fraction) -> None:
    """The middle one, or the mean of the two middle ones."""
    assert expected == median([Fraction(value) for value in values])


def test_an_exact_tie_is_not_low() -> None:
    """A third of the median of three is low below a third, not at it."""
    found = {"a": Rate(1, 3), "b": Rate(3, 3), "c": Rate(3, 3), "d": Rate(0, 1)}
    low = low_among_all(found, OraclePolicy(low_assignment_fraction=Fraction(1, 3)))
    assert ["d"] == list(low)


def test_too_small_a_band_is_compared_with_everyone() -> None:
    """With two peers in its band a customer has them only when two are enough."""
    found = {"a": Rate(3, 10), "b": Rate(10, 10), "c": Rate(10, 50), "d": Rate(10, 50)}
    few = low_among_their_size(found, OraclePolicy(low_assignment_min_peers=2))
    many = low_among_their_size(found, OraclePolicy(low_assignment_min_peers=3))
    assert (["a"], []) == (list(few), list(many))


def test_messaging_alone_is_out_of_scope() -> None:
    """A customer with neither meetings nor calling is in the list but in no overview figure."""
    line = {"product": "call_on_webex", "name": "L", "total": 1, "assigned": 2}
    document = report_document(portfolio(customer(subscription(line))), AS_OF)
    assert {0} == set(document["overview"].values())
    assert [["call_on_webex"]] == [row["products"] for row in document["customers"]]


def test_unobserved_lines_are_counted_for_what_is_there() -> None:
    """A line without observations by now is counted, of any product; not before its addition."""
    one = customer(
        subscription(observed(), id="a"),
        subscription(observed(("2026-11-23", 1, 1)), id="b", ends_at="2026-07-01"),
        subscription(observed(), id="c", added_at="2026-11-23"),
    )
    assert 2 == report_document(portfolio(one), AS_OF)["data"]["unobserved_lines"]
