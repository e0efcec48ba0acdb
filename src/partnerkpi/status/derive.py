"""Ask for statuses: of one customer, of one among many, or of a whole portfolio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerkpi import snapshot as seen
from partnerkpi.columns import Portfolio
from partnerkpi.models import Customer
from partnerkpi.policy import Policy
from partnerkpi.status.columns import StatusColumns, facts_of, status_columns
from partnerkpi.status.rules import Explanation, Status, explanations

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["derive", "derive_all", "explain"]


def derive(
    customer: Customer, *, as_of: datetime, policy: Policy | None = None
) -> frozenset[Status]:
    """The set of statuses that a customer has at an instant.

    The rules and the kernels are those of a whole portfolio.

    Args:
        customer: The record.
        as_of: A timezone-aware instant.
        policy: Windows and thresholds; the defaults if not given.

    Raises:
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> globex = Customer(id="c-1", name="Globex", last_admin_sign_in_at=when)
        >>> derive(globex, as_of=when)
        frozenset({<Status.EXPIRED: 'expired'>})
    """
    return derive_all(Portfolio.from_customers([customer]), as_of=as_of, policy=policy).of_row(0)


def derive_all(
    portfolio: Portfolio, *, as_of: datetime, policy: Policy | None = None
) -> StatusColumns:
    """The statuses of every customer of a portfolio at an instant, as columns.

    Raises:
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> portfolio = Portfolio.from_customers([Customer(id="c-1", name="Globex")])
        >>> derive_all(portfolio, as_of=when).has(Status.EXPIRED).tolist()
        [True]
    """
    return status_columns(seen.snapshot(portfolio, as_of, policy or Policy()))


def explain(
    source: Customer | Portfolio,
    customer_id: str | None = None,
    *,
    as_of: datetime,
    policy: Policy | None = None,
) -> tuple[Explanation, ...]:
    """Why a customer has its statuses: for each the rule and the evidence, most urgent first.

    Args:
        source: The customer, or a portfolio it is in.
        customer_id: Which customer of the portfolio; not needed for a single one.
        as_of: A timezone-aware instant.
        policy: Windows and thresholds; the defaults if not given.

    Raises:
        InstantError: the instant is naive or out of range.
        UnknownNameError: the portfolio has no such customer.

    Example:
        >>> from datetime import datetime, timezone
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> for each in explain(Customer(id="c-1", name="Globex"), as_of=when):
        ...     print(each)
        expired: no subscription and no trial is active or pending
        no_recent_activity: no administrator signed in during the last 90 days (no sign-in so far)
    """
    if isinstance(source, Customer):
        customer_id, source = source.id, Portfolio.from_customers([source])
    facts = facts_of(seen.snapshot(source, as_of, policy or Policy()))

    return explanations(facts, source.row_of(customer_id or ""))
