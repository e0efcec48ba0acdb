"""License distribution over the last completed weeks."""

from datetime import datetime
from typing import Any

from tests.oracles.counts import counts_at, sum_counts
from tests.oracles.policy import OraclePolicy
from tests.oracles.records import Customer, all_lines
from tests.oracles.times import instant_text, week_ends


def distribution_trend(
    customers: list[Customer], product: str, as_of: datetime, policy: OraclePolicy
) -> list[dict[str, Any]]:
    """One row a week, oldest first."""
    return [week_row(customers, product, end) for end in week_ends(as_of, policy.trend_weeks)]


def week_row(customers: list[Customer], product: str, week_end: datetime) -> dict[str, Any]:
    """The sums over subscriptions active at the week's end, as they were then."""
    counts = sum_counts(
        counts_at(all_lines(customer.active(week_end), product), week_end) for customer in customers
    )
    return {
        "week_end": instant_text(week_end),
        "total": counts.total,
        "assigned": counts.assigned,
        "used": counts.used,
        "available": counts.available,
    }
