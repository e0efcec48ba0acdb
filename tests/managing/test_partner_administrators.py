"""Administrators: those assigned to a customer, those who see all, and the last full one."""

import pytest
from attrs import evolve

from partnerkpi import managing
from partnerkpi.errors import ChangeRefusedError
from partnerkpi.managing_models import Role
from tests.managing.examples import ADA, BEN, EVE, NORTH, RON, WHEN, administrator, globex

OSCAR = administrator("Oscar", Role.PARTNER_ADMIN)
ZOE = administrator("Zoe", Role.PARTNER_FULL_ADMIN)


def rule_of(act: object) -> str:
    """The rule that refuses a change."""
    with pytest.raises(ChangeRefusedError) as caught:
        act()  # type: ignore[operator]
    return caught.value.rule


def test_assigning_and_removing_lists_who_is_assigned() -> None:
    """In the order of assignment; the record has the whole list before and after."""
    one, first = managing.assign_administrator(globex(), BEN, by=ADA, at=WHEN)
    two, second = managing.assign_administrator(one, OSCAR, by=ADA, at=WHEN)
    left, third = managing.remove_administrator(two, "ben", by=ADA, at=WHEN)

    assert ((), (BEN,)) == (first.before, first.after)
    assert ((BEN,), (BEN, OSCAR)) == (second.before, second.after) == ((BEN,), two.administrators)
    assert ((BEN, OSCAR), (OSCAR,)) == (third.before, third.after)
    assert (OSCAR,) == left.administrators


@pytest.mark.parametrize("seer", [ADA, RON, EVE])
def test_who_sees_all_customers_is_neither_assigned_to_one_nor_taken_off(seer: object) -> None:
    """Nor is the role changed there; documents may list one with a customer all the same."""
    listed = globex(administrators=(BEN, seer))

    for act in (
        lambda: managing.assign_administrator(globex(), seer, by=ADA, at=WHEN),  # type: ignore[arg-type]
        lambda: managing.remove_administrator(listed, seer.id, by=ADA, at=WHEN),  # type: ignore[attr-defined]
        lambda: managing.change_role(listed, seer.id, "partner_admin", by=ADA, at=WHEN),  # type: ignore[attr-defined]
    ):
        assert "sees_some" == rule_of(act)
    assert ((BEN,), (seer,)) == (
        managing.administrators(listed).assigned,
        managing.administrators(listed).all_customers,
    )


def test_who_is_assigned_is_not_assigned_again_and_a_stranger_not_removed() -> None:
    """Each by the id alone."""
    one = globex(administrators=(BEN,))
    namesake = evolve(OSCAR, id=BEN.id)

    assert "not_assigned" == rule_of(
        lambda: managing.assign_administrator(one, namesake, by=ADA, at=WHEN)
    )
    assert "assigned" == rule_of(
        lambda: managing.remove_administrator(one, "oscar", by=ADA, at=WHEN)
    )
    assert "assigned" == rule_of(
        lambda: managing.change_role(one, "oscar", Role.HELPDESK_ADMIN, by=ADA, at=WHEN)
    )


def test_a_new_role_that_sees_all_customers_lists_apart() -> None:
    """The others keep their places."""
    two = globex(administrators=(BEN, OSCAR))
    after, change = managing.change_role(two, "ben", "helpdesk_admin", by=ADA, at=WHEN)
    promoted = evolve(BEN, role=Role.HELPDESK_ADMIN)

    assert (promoted, OSCAR) == after.administrators == change.after
    assert ((OSCAR,), (promoted,)) == (
        managing.administrators(after).assigned,
        managing.administrators(after).all_customers,
    )


def test_those_of_the_partner_see_every_customer() -> None:
    """Listed apart with each customer, once, the partner's first."""
    listed = globex(administrators=(evolve(EVE, name="Eva"), BEN))
    found = managing.administrators(listed, NORTH)

    assert ((BEN,), (ADA, RON, EVE)) == (found.assigned, found.all_customers)


def test_a_role_that_does_not_exist_is_an_error() -> None:
    """A mistake of the host, not a refusal."""
    with pytest.raises(ValueError, match="king"):
        managing.change_role(globex(administrators=(BEN,)), "ben", "king", by=ADA, at=WHEN)


def test_the_partners_own_are_added_removed_and_given_roles() -> None:
    """In their order, with the whole list before and after."""
    four, added = managing.add_partner_administrator(NORTH, ZOE, by=ADA, at=WHEN)
    moved, changed = managing.change_partner_role(four, "ron", "helpdesk_admin", by=ZOE, at=WHEN)
    left, removed = managing.remove_partner_administrator(moved, "ada", by=ZOE, at=WHEN)

    assert (ADA, RON, EVE, ZOE) == four.administrators == added.after
    assert NORTH.administrators == added.before
    assert (None, "zoe") == (changed.customer_id, changed.by)
    assert Role.HELPDESK_ADMIN is moved.administrators[1].role
    assert ["ron", "eve", "zoe"] == [each.id for each in left.administrators]
    assert moved.administrators == removed.before


@pytest.mark.parametrize(
    ("act", "rule"),
    [
        (lambda: managing.add_partner_administrator(NORTH, EVE, by=ADA, at=WHEN), "not_listed"),
        (lambda: managing.add_partner_administrator(NORTH, BEN, by=ADA, at=WHEN), "sees_all"),
        (lambda: managing.remove_partner_administrator(NORTH, "ben", by=ADA, at=WHEN), "listed"),
        (
            lambda: managing.change_partner_role(NORTH, "ben", "helpdesk_admin", by=ADA, at=WHEN),
            "listed",
        ),
        (
            lambda: managing.change_partner_role(NORTH, "eve", "partner_admin", by=ADA, at=WHEN),
            "sees_all",
        ),
        (
            lambda: managing.remove_partner_administrator(NORTH, "ada", by=ADA, at=WHEN),
            "last_full_admin",
        ),
        (
            lambda: managing.change_partner_role(NORTH, "ada", "helpdesk_admin", by=ADA, at=WHEN),
            "last_full_admin",
        ),
    ],
)
def test_the_partner_keeps_a_full_administrator_and_a_sound_list(act: object, rule: str) -> None:
    """The last one is neither removed nor given another role, by whomever."""
    assert rule == rule_of(act)


def test_the_last_full_administrator_may_keep_the_role() -> None:
    """A change to the same role changes nothing and is recorded."""
    same, change = managing.change_partner_role(NORTH, "ada", ADA.role, by=ADA, at=WHEN)

    assert NORTH == same
    assert change.before == change.after


def test_a_partner_without_a_full_administrator_gets_one() -> None:
    """Where a document brought none, the rule does not stand in the way."""
    bare = evolve(NORTH, administrators=(RON,))

    assert (RON, ZOE) == (
        managing.add_partner_administrator(bare, ZOE, by=ADA, at=WHEN)[0].administrators
    )
