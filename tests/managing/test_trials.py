"""Trials: how they start, are extended, and where they stand."""

from datetime import datetime, timedelta

import pytest

from partnerkpi.errors import ChangeRefusedError, InstantError
from partnerkpi.managing import extend_trial, start_trial, trials
from partnerkpi.models import Customer, Kind, Observation, Subscription
from partnerkpi.status import Status, derive
from tests.managing.examples import ADA, WHEN, at, globex, subscription

DAY = timedelta(days=1)


def trial(name: str, product: str, first: str, last: str | None, **fields: object) -> Subscription:
    """A trial of a product from one day to another."""
    return subscription(
        name,
        product,
        kind=Kind.TRIAL,
        added_at=at(first),
        ends_at=None if last is None else at(last),
        **fields,
    )


def started(customer: Customer, moment: datetime = WHEN, **options: object) -> Customer:
    """The customer with a trial of 10 seats of Calling."""
    given = {"trial_id": "T-1", "by": ADA, "at": moment} | options
    return start_trial(customer, {"calling": 10}, **given)[0]  # type: ignore[arg-type]


def rule_of(act: object) -> str:
    """The rule that refuses a change."""
    with pytest.raises(ChangeRefusedError) as caught:
        act()  # type: ignore[operator]
    return caught.value.rule


def test_a_trial_starts_at_once_and_shows() -> None:
    """Added and starting at the instant, ending days later, its seats observed then."""
    before = globex(subscription("Sub1", "meetings"), last_admin_sign_in_at=WHEN)
    after, change = start_trial(
        before, {"calling": 25, "meetings": 3}, trial_id="T-1", by=ADA, at=WHEN, days=14
    )
    new = after.subscriptions[1]

    assert before.subscriptions == after.subscriptions[:1]
    assert ("T-1", Kind.TRIAL, WHEN, WHEN, WHEN + 14 * DAY, False) == (
        new.id,
        new.kind,
        new.added_at,
        new.starts_at,
        new.ends_at,
        new.auto_renew,
    )
    assert [
        ("calling", (Observation(observed_at=WHEN, total=25, assigned=0),)),
        ("meetings", (Observation(observed_at=WHEN, total=3, assigned=0),)),
    ] == [(line.product, line.observations) for line in new.licenses]
    assert (None, new) == (change.before, change.after)
    assert Status.TRIAL not in derive(after, as_of=WHEN - timedelta(microseconds=1))
    assert Status.TRIAL in derive(after, as_of=WHEN)
    assert Status.TRIAL not in derive(after, as_of=WHEN + 14 * DAY)


@pytest.mark.parametrize("days", [1, 30, 120])
def test_a_trial_runs_for_1_to_120_days(days: int) -> None:
    """Both ends included."""
    assert WHEN + days * DAY == started(globex(), days=days).subscriptions[0].ends_at


@pytest.mark.parametrize("days", [0, -1, 121, 2.0, "30", True, None])
def test_other_days_are_refused(days: object) -> None:
    """Also what is no whole number; of starting and of extending."""
    known = started(globex())

    assert "trial_days" == rule_of(lambda: started(globex(), days=days))
    assert "trial_days" == rule_of(
        lambda: extend_trial(known, "T-1", by=ADA, at=WHEN, days=days)  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    "products",
    [{}, {"calling": 0}, {"calling": 2.0}, {"calling": True}, {"": 1}, {"calling": 2**53}],
)
def test_a_trial_needs_products_with_seats(products: dict[str, int]) -> None:
    """At least one product, at least one seat of each, in whole numbers."""
    assert "trial_seats" == rule_of(
        lambda: start_trial(globex(), products, trial_id="T", by=ADA, at=WHEN)
    )


@pytest.mark.parametrize("name", ["Sub1", "", "\x00", None])
def test_a_trial_needs_an_id_of_its_own(name: object) -> None:
    """One that no subscription of the customer has, and that is a text."""
    assert "trial_id" == rule_of(lambda: started(globex(subscription()), trial_id=name))


def test_a_trial_may_not_end_after_the_last_instant() -> None:
    """The range of instants is not left."""
    with pytest.raises(InstantError):
        started(globex(), at("2199-12-31"))


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        (trial("T-0", "calling", "2026-11-01", "2026-12-01"), True),
        (trial("T-0", "calling", "2026-11-01", None), True),
        (trial("T-0", "calling", "2026-11-22T09:00", "2026-11-23"), True),
        (trial("T-0", "calling", "2026-11-01", "2026-11-22T09:00:00.000001"), True),
        (trial("T-0", "calling", "2026-11-01", "2026-11-22T09:00"), False),
        (trial("T-0", "calling", "2026-10-01", "2026-11-01"), False),
        (trial("T-0", "meetings", "2026-11-01", "2026-12-01"), False),
        (trial("T-0", "calling", "2026-12-01", "2026-12-31"), True),
        (trial("T-0", "calling", "2026-11-01", None, starts_at=at("2026-12-22T08:59")), True),
        (trial("T-0", "calling", "2026-11-01", None, starts_at=at("2026-12-22T09:00")), False),
        (subscription("S", "calling"), False),
    ],
)
def test_one_trial_of_a_product_at_a_time(other: Subscription, refused: bool) -> None:
    """Refused beside one that runs at any instant of the new one; both are half-open."""
    if refused:
        assert "trial_once" == rule_of(lambda: started(globex(other)))
    else:
        assert 2 == len(started(globex(other)).subscriptions)


def test_an_extension_counts_from_its_own_instant() -> None:
    """Never added to the old end, so it may also bring the end nearer."""
    known = started(globex(), days=30)
    longer, change = extend_trial(known, "T-1", by=ADA, at=WHEN + 20 * DAY, days=30)
    shorter, _ = extend_trial(known, "T-1", by=ADA, at=WHEN + DAY, days=2)

    assert WHEN + 50 * DAY == longer.subscriptions[0].ends_at
    assert WHEN + 3 * DAY == shorter.subscriptions[0].ends_at
    assert (known.subscriptions[0], longer.subscriptions[0]) == (change.before, change.after)


@pytest.mark.parametrize(
    ("known", "name", "days"),
    [
        (trial("T-1", "calling", "2026-11-01", "2026-11-22T09:00"), "T-1", 30),
        (trial("T-1", "calling", "2026-11-22T09:01", "2026-12-31"), "T-1", 30),
        (subscription("T-1", "calling"), "T-1", 30),
        (trial("T-2", "calling", "2026-11-01", "2026-12-31"), "T-1", 30),
    ],
)
def test_only_a_trial_that_is_there_and_runs_is_extended(
    known: Subscription, name: str, days: int
) -> None:
    """Not one that has ended, is not there yet, is none, or of another id."""
    assert "trial_known" == rule_of(
        lambda: extend_trial(globex(known), name, by=ADA, at=WHEN, days=days)
    )


def test_a_pending_trial_still_ends_after_its_start() -> None:
    """An extension that would end it before is refused."""
    later = trial("T-1", "calling", "2026-11-01", "2027-01-31", starts_at=at("2026-12-22"))

    assert "trial_days" == rule_of(
        lambda: extend_trial(globex(later), "T-1", by=ADA, at=WHEN, days=29)
    )
    assert WHEN + 30 * DAY == (
        extend_trial(globex(later), "T-1", by=ADA, at=WHEN, days=30)[0].subscriptions[0].ends_at
    )


def test_an_extension_does_not_run_into_the_next_trial() -> None:
    """Of the same product; of another it may."""
    known = trial("T-1", "calling", "2026-11-01", "2026-12-01")
    following = trial("T-2", "calling", "2026-12-20", "2026-12-31")
    other = trial("T-3", "meetings", "2026-12-20", "2026-12-31")

    assert "trial_once" == rule_of(
        lambda: extend_trial(globex(known, following), "T-1", by=ADA, at=WHEN)
    )
    assert at("2026-12-22T09:00") == (
        extend_trial(globex(known, other), "T-1", by=ADA, at=WHEN)[0].subscriptions[0].ends_at
    )


def test_trials_stand_by_state_and_end() -> None:
    """With the days left; open-ended ones last; those of tomorrow are not there."""
    found = trials(
        globex(
            trial("A-2", "calling", "2026-11-01", "2026-12-31"),
            trial("A-0", "meetings", "2026-11-01", None),
            trial("A-1", "messaging", "2026-11-01", "2026-11-22T23:59"),
            trial("P-1", "x", "2026-11-01", "2027-01-01", starts_at=at("2026-11-23")),
            trial("E-1", "calling", "2026-10-01", "2026-10-31"),
            trial("E-2", "calling", "2026-11-01", "2026-11-22T09:00"),
            trial("N-1", "y", "2026-11-22T09:01", "2026-11-30"),
            subscription("S-1", "calling"),
        ),
        WHEN,
    )

    assert [("A-1", 0), ("A-2", 39), ("A-0", None)] == [
        (each.trial.id, each.days_left) for each in found.active
    ]
    assert [("P-1", 40)] == [(each.trial.id, each.days_left) for each in found.pending]
    assert [("E-1", -22), ("E-2", 0)] == [(each.trial.id, each.days_left) for each in found.ended]
    assert ["active", "pending", "ended"] == [
        group[0].state.value for group in (found.active, found.pending, found.ended)
    ]


def test_a_customer_without_an_active_trial_can_be_offered_one() -> None:
    """Pending and ended ones do not count."""
    ended = trial("E", "calling", "2026-10-01", "2026-10-31")

    assert trials(globex(ended, subscription()), WHEN).offerable
    assert not trials(started(globex(ended)), WHEN).offerable
