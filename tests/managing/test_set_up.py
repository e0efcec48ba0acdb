"""The first-time set-up: steps in any order, each once; what is complete is set up."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from partnerkpi.errors import ChangeRefusedError, InputError
from partnerkpi.managing import accept_terms, configure_services, review_plan
from partnerkpi.managing_models import Checklist, SetUpStep
from partnerkpi.models import Customer
from partnerkpi.status import Status, derive
from tests.managing.examples import ADA, BEN, WHEN, globex, subscription

STEPS: tuple[Callable[..., Any], ...] = (review_plan, accept_terms, configure_services)


def ready(customer: Customer) -> bool:
    """Whether the customer waits for its order to be set up."""
    return Status.READY_FOR_ORDER_SETUP in derive(customer, as_of=WHEN)


@pytest.mark.parametrize("order", [*permutations(range(3))])
@pytest.mark.parametrize("stated", [False, None])
def test_a_completed_checklist_clears_ready_for_order_setup(
    order: tuple[int, ...], stated: bool | None
) -> None:
    """After the last step, whichever that is; what is next is the first one still to be done."""
    one = globex(subscription(checklist=Checklist(), set_up=stated))
    left = set(range(3))
    for step in order:
        checklist = one.subscriptions[0].checklist

        assert ready(one)
        assert checklist is not None
        assert [*SetUpStep][min(left)] is checklist.next_step
        before = one.subscriptions[0]
        one, change = STEPS[step](one, "Sub1", by=ADA, at=WHEN)
        left.remove(step)
        assert (before, one.subscriptions[0]) == (change.before, change.after)

    assert not ready(one)
    assert one.subscriptions[0].checklist is not None
    assert one.subscriptions[0].checklist.next_step is None


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_done_once(step: Callable[..., Any]) -> None:
    """The second time it is refused, also where others are open; the first acceptance stays."""
    one = globex(subscription(checklist=Checklist()))
    done, _ = step(one, "Sub1", by=ADA, at=WHEN)
    with pytest.raises(ChangeRefusedError) as caught:
        step(done, "Sub1", by=ADA, at=WHEN)

    assert "step_open" == caught.value.rule


@pytest.mark.parametrize("step", STEPS)
def test_a_step_begins_the_checklist_of_what_is_not_set_up(step: Callable[..., Any]) -> None:
    """What is set up without one has nothing to be done."""
    begun, _ = step(globex(subscription(set_up=False)), "Sub1", by=ADA, at=WHEN)

    assert begun.subscriptions[0].checklist is not None
    assert begun.subscriptions[0].set_up is None
    for customer, rule in (
        (globex(subscription()), "step_open"),
        (globex(), "subscription_known"),
    ):
        with pytest.raises(ChangeRefusedError) as caught:
            step(customer, "Sub1", by=ADA, at=WHEN)
        assert rule == caught.value.rule


def test_what_is_stated_set_up_stays_so() -> None:
    """A step is noted, and opens nothing again."""
    one = globex(subscription(checklist=Checklist(), set_up=True))
    done, _ = review_plan(one, "Sub1", by=ADA, at=WHEN)

    assert done.subscriptions[0].set_up is True


def test_the_terms_carry_who_accepted_them() -> None:
    """The administrator by name, or whoever is named; always at the instant of the change."""
    one = globex(subscription(checklist=Checklist()), administrators=(BEN,))
    mine, _ = accept_terms(one, "Sub1", by=BEN, at=WHEN)
    theirs, _ = accept_terms(one, "Sub1", by=BEN, at=WHEN, accepted_by="Gil")
    accepted = [
        each.subscriptions[0].checklist.terms_accepted  # type: ignore[union-attr]
        for each in (mine, theirs)
    ]

    assert [("Ben", WHEN), ("Gil", WHEN)] == [(each.by, each.at) for each in accepted if each]
    with pytest.raises(InputError, match="by"):
        accept_terms(one, "Sub1", by=BEN, at=WHEN, accepted_by="")
