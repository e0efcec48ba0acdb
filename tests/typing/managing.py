"""Managing customers: verbs that a checker accepts, and those it must refuse."""

from datetime import datetime
from typing import assert_type

import partnerkpi as pk
from partnerkpi import managing
from partnerkpi.managing import ChangeRecord
from partnerkpi.models import Customer, Subscription


def right(customer: Customer, by: pk.Administrator, at: datetime) -> None:
    """What a change gives is known: the new value, and what was before and after."""
    customer, tagged = managing.add_tag(customer, "gold", by=by, at=at)
    assert_type(tagged.before, tuple[str, ...])
    customer, started = managing.start_trial(customer, {"x": 1}, trial_id="T", by=by, at=at)
    assert_type(started.after, Subscription | None)
    assert_type(tagged.numbered("p-1", 1), ChangeRecord[tuple[str, ...]])
    assert_type(managing.visible_customers(by, [customer]), tuple[Customer, ...])
    assert_type(managing.launch_link(customer, "https://e.com/{id}"), str)


def portfolios(portfolio: pk.Portfolio, by: pk.Administrator, at: datetime) -> pk.Portfolio:
    """What is seen of a portfolio is a portfolio."""
    return managing.visible_customers(by, pk.where(portfolio, "tag:gold", as_of=at))


def wrong(customer: Customer, partner: pk.Partner, by: pk.Administrator, at: datetime) -> None:
    """Who and when are named, and a customer is no partner."""
    managing.add_tag(customer, "gold", by, at)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    managing.add_tag(customer, "gold", by=by)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    managing.add_tag(partner, "gold", by=by, at=at)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    managing.add_tag(customer, 7, by=by, at=at)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    by.role = pk.Role.HELPDESK_ADMIN  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]
