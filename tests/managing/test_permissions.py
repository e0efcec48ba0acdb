"""The table of roles: every cell of it, by what really may be done."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi import managing
from partnerkpi.errors import NotPermittedError
from partnerkpi.managing import Operation
from partnerkpi.managing_models import Administrator, Role
from partnerkpi.models import Customer
from tests.managed_strategies import customer_lists
from tests.managing.examples import BEN, EVE, NORTH, WHEN, administrator, globex, subscription

# A literal copy of the definitions.
TABLE = """
| role | sees customers | tags | trials | administrators |
| --- | --- | --- | --- | --- |
| `partner_full_admin` | all | edit | start, extend | add, remove, change role |
| `partner_admin` | those assigned | edit (assigned) | start, extend (assigned) | view |
| `partner_readonly_admin` | all | view | view | view |
| `helpdesk_admin` | all | view | view | view |
"""

COLUMNS = ("sees customers", "tags", "trials", "administrators")
ROWS = {
    cells[0].strip("`"): dict(zip(COLUMNS, cells[1:], strict=True))
    for line in TABLE.strip().splitlines()[2:]
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}
OF_COLUMN = {
    "tags": ("assign_tags", "add_tag", "remove_tag"),
    "trials": ("start_trial", "extend_trial"),
    "administrators": (
        "assign_administrator",
        "remove_administrator",
        "change_role",
        "add_partner_administrator",
        "remove_partner_administrator",
        "change_partner_role",
    ),
}
OTHER = administrator("Oscar", Role.PARTNER_ADMIN)
ZOE = administrator("Zoe", Role.HELPDESK_ADMIN)
UNTIL = WHEN.replace(month=12)


def customer(*assigned: Administrator) -> Customer:
    """A customer of which everything may be changed by whoever may."""
    return globex(
        subscription("T-1", kind="trial", ends_at=UNTIL),
        subscription("Sub1", set_up=False),
        tags=("gold",),
        administrators=(OTHER, *assigned),
    )


ACTS: dict[str, Callable[[Customer, Administrator], object]] = {
    "assign_tags": lambda c, by: managing.assign_tags(c, ["new"], by=by, at=WHEN),
    "add_tag": lambda c, by: managing.add_tag(c, "new", by=by, at=WHEN),
    "remove_tag": lambda c, by: managing.remove_tag(c, "gold", by=by, at=WHEN),
    "start_trial": lambda c, by: managing.start_trial(
        c, {"calling": 5}, trial_id="T-2", by=by, at=WHEN
    ),
    "extend_trial": lambda c, by: managing.extend_trial(c, "T-1", by=by, at=WHEN),
    "assign_administrator": lambda c, by: managing.assign_administrator(
        c, administrator("New", Role.PARTNER_ADMIN), by=by, at=WHEN
    ),
    "remove_administrator": lambda c, by: managing.remove_administrator(c, "oscar", by=by, at=WHEN),
    "change_role": lambda c, by: managing.change_role(
        c, "oscar", Role.HELPDESK_ADMIN, by=by, at=WHEN
    ),
    "add_partner_administrator": lambda _, by: managing.add_partner_administrator(
        NORTH, ZOE, by=by, at=WHEN
    ),
    "remove_partner_administrator": lambda _, by: managing.remove_partner_administrator(
        NORTH, EVE.id, by=by, at=WHEN
    ),
    "change_partner_role": lambda _, by: managing.change_partner_role(
        NORTH, EVE.id, Role.PARTNER_FULL_ADMIN, by=by, at=WHEN
    ),
}


@pytest.mark.parametrize("role", ROWS)
@pytest.mark.parametrize("assigned", [True, False])
def test_the_first_column_says_which_customers_are_seen(role: str, assigned: bool) -> None:
    """All, or those to which the administrator is assigned; of records and of portfolios."""
    mia = administrator("Mia", Role(role))
    one = customer(*([mia] if assigned else []))
    expected = ROWS[role]["sees customers"] == "all" or assigned
    portfolio = pk.Portfolio.from_customers([one])

    assert ((one,) if expected else ()) == managing.visible_customers(mia, [one])
    assert [one][:expected] == list(managing.visible_customers(mia, portfolio).customers)
    assert expected == managing.sees(mia, one)


@pytest.mark.parametrize("role", ROWS)
@pytest.mark.parametrize("column", OF_COLUMN)
@pytest.mark.parametrize("assigned", [True, False])
def test_each_cell_says_what_may_be_done(role: str, column: str, assigned: bool) -> None:
    """`view` may do nothing; `(assigned)` only where assigned; everything else may."""
    cell = ROWS[role][column]
    mia = administrator("Mia", Role(role))
    one = customer(*([mia] if assigned else []))
    expected = cell != "view" and ("(assigned)" not in cell or assigned)

    for name in OF_COLUMN[column]:
        assert expected == managing.may(mia, name, one)
        if expected:
            assert ACTS[name](one, mia)
        else:
            with pytest.raises(NotPermittedError) as caught:
                ACTS[name](one, mia)
            assert (name, role) == (caught.value.operation, caught.value.role)
            assert "permission" == caught.value.rule


def test_the_cells_name_the_operations() -> None:
    """They are all there are, but for set-up and payments: who starts trials may do these."""
    of_subscriptions = {"review_plan", "accept_terms", "configure_services", "record_payment"}
    named = {name for names in OF_COLUMN.values() for name in names}

    assert {each.value for each in Operation} == named | of_subscriptions
    for role in Role:
        row = managing.PERMISSIONS[role]

        assert row.trials is row.subscriptions


def test_an_unknown_operation_is_an_error() -> None:
    """Asking whether something may be done that cannot be done is a mistake of the host."""
    with pytest.raises(ValueError, match="rename"):
        managing.may(BEN, "rename")


@settings(max_examples=30)
@given(customer_lists(), st.sampled_from(Role), st.sampled_from(["a-1", "007", "none"]))
def test_a_portfolio_shows_what_its_records_show(
    customers: list[Customer], role: Role, name: str
) -> None:
    """The same customers are seen of columns and of records."""
    mia = Administrator(id=name, name="Mia", email="mia@north.example", role=role)
    portfolio = pk.Portfolio.from_customers(customers)

    assert list(managing.visible_customers(mia, customers)) == list(
        managing.visible_customers(mia, portfolio).customers
    )
