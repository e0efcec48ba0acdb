"""Usage, quality and features of call legs, row by row.

Rows are the objects of JSON lines; `without_duplicates` comes before everything else.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from attrs import frozen

from tests.oracles.counts import counts_at, sum_counts
from tests.oracles.records import Customer, all_lines
from tests.oracles.times import WEEK, instant, instant_text, week_ends

Row = dict[str, Any]


@frozen
class CallPolicy:
    """The settings that call legs are counted by."""

    trend_weeks: int = 8
    usage_bands: tuple[int, int, int] = (1, 11, 51)
    poor_packet_loss_percent: float = 5
    poor_latency_ms: float = 400
    poor_jitter_ms: float = 150


DEFAULT = CallPolicy()


# --- duplicates ----------------------------------------------------------------------------------


def without_duplicates(rows: Iterable[Row]) -> list[Row]:
    """Of several rows of a customer with one record id the one that was reported last."""
    kept: dict[object, Row] = {}
    for place, row in enumerate(rows):
        record = row.get("record_id")
        key = place if record is None else (row["customer_id"], record)
        if key not in kept or precedence(row) > precedence(kept[key]):
            kept[key] = row
    return list(kept.values())


def precedence(row: Row) -> list[object]:
    """What decides between duplicates: null first, then by value."""
    decisive = (
        *(optional(row.get("reported_at")), instant(row["started_at"]), row["duration_ms"]),
        *(row["call_id"], row.get("user_id"), row["answered"], row.get("endpoint_type")),
        *(row.get(name) for name in ("packet_loss_percent", "latency_ms", "jitter_ms")),
        sorted(row.get("features", ())),
    )
    return [(value is not None, value) if value is not None else (False,) for value in decisive]


def optional(text: str | None) -> datetime | None:
    """An instant that may be missing."""
    return None if text is None else instant(text)


# --- weeks ---------------------------------------------------------------------------------------


def rows_in(rows: Iterable[Row], week_end: datetime) -> list[Row]:
    """The legs that started in a week."""
    return [row for row in rows if week_end - WEEK <= instant(row["started_at"]) < week_end]


def rows_of(rows: Iterable[Row], customer_id: str) -> list[Row]:
    """The legs of a customer."""
    return [row for row in rows if row["customer_id"] == customer_id]


# --- usage ---------------------------------------------------------------------------------------


def usage_section(
    rows: list[Row],
    customers: list[Customer] | None,
    as_of: datetime,
    policy: CallPolicy = DEFAULT,
) -> dict[str, Any]:
    """The usage section; without a portfolio nothing is known of licenses."""
    ends = week_ends(as_of, policy.trend_weeks)
    seats = [customer for customer in customers or () if has_line(customer, as_of)]
    return {
        "trend": [usage_week(rows_in(rows, end), seats, end, policy) for end in ends],
        "customers": usage_customers(rows, seats, ends),
    }


def has_line(customer: Customer, as_of: datetime) -> bool:
    """Whether it has a line of calling in anything that is there."""
    return any(all_lines(customer.there(as_of), "calling"))


def usage_week(
    rows: list[Row], seats: list[Customer], end: datetime, policy: CallPolicy
) -> dict[str, Any]:
    """One week of the usage trend."""
    legs = legs_by_user(rows)
    light, moderate, heavy = policy.usage_bands
    return {
        "week_end": instant_text(end),
        "light": sum(light <= count < moderate for count in legs.values()),
        "moderate": sum(moderate <= count < heavy for count in legs.values()),
        "heavy": sum(heavy <= count for count in legs.values()),
        "inactive": inactive(rows, seats, end) if seats else None,
        "active_users": len(legs),
        "legs": len(rows),
        "duration_ms": sum(row["duration_ms"] for row in rows),
    }


def legs_by_user(rows: list[Row]) -> dict[tuple[str, str], int]:
    """The legs of each user, who is told by customer and id."""
    users = [(row["customer_id"], row["user_id"]) for row in rows if row.get("user_id") is not None]
    return {user: users.count(user) for user in users}


def inactive(rows: list[Row], seats: list[Customer], end: datetime) -> int:
    """Assigned licenses beyond active users, customer by customer."""
    return sum(
        max(assigned_and_total(customer, end)[0] - len(legs_by_user(rows_of(rows, customer.id))), 0)
        for customer in seats
    )


def assigned_and_total(customer: Customer, end: datetime) -> tuple[int, int]:
    """Calling licenses over subscriptions active at the week's end."""
    counts = sum_counts([counts_at(all_lines(customer.active(end), "calling"), end)])
    return counts.assigned, counts.total


def usage_customers(
    rows: list[Row], seats: list[Customer], ends: list[datetime]
) -> list[dict[str, Any]]:
    """The customers table, the most declining first."""
    owners = {customer.id: customer for customer in seats}
    callers = {row["customer_id"] for end in ends for row in rows_in(rows, end)}
    table = [
        usage_customer(rows_of(rows, customer_id), customer_id, owners.get(customer_id), ends)
        for customer_id in {*owners, *callers}
    ]
    return sorted(table, key=lambda row: (row["legs_change"], row["customer_id"]))


def usage_customer(
    rows: list[Row], customer_id: str, customer: Customer | None, ends: list[datetime]
) -> dict[str, Any]:
    """One row of the customers table."""
    last = rows_in(rows, ends[-1])
    legs = legs_by_user(last)
    weekly = [len(rows_in(rows, end)) for end in ends]
    assigned, total = (None, None) if customer is None else assigned_and_total(customer, ends[-1])
    return {
        "customer_id": customer_id,
        "active_users": len(legs),
        "legs": len(last),
        "duration_ms": sum(row["duration_ms"] for row in last),
        "user_legs": sum(legs.values()),
        "legs_per_active_user": ratio(sum(legs.values()), len(legs)),
        "assigned": assigned,
        "total": total,
        "legs_by_week": weekly,
        "legs_change": weekly[-1] - weekly[-2],
    }


def trending_down(rows: list[Row], as_of: datetime, weeks: int, trend_weeks: int = 8) -> list[str]:
    """Ids of customers whose legs fell in each of the last weeks, by code point."""
    ends = week_ends(as_of, trend_weeks)[-weeks - 1 :]
    counts = {
        owner: [len(rows_in(rows_of(rows, owner), end)) for end in ends]
        for owner in {row["customer_id"] for row in rows}
    }
    return sorted(
        owner
        for owner, legs in counts.items()
        if all(after < before for before, after in pairwise(legs))
    )


def ratio(numerator: int, denominator: int) -> dict[str, Any]:
    """A ratio as documents hold it."""
    value = numerator / denominator if denominator else None
    return {"numerator": numerator, "denominator": denominator, "value": value}


# --- quality -------------------------------------------------------------------------------------


def quality_section(
    rows: list[Row], as_of: datetime, policy: CallPolicy = DEFAULT
) -> dict[str, Any]:
    """The quality section."""
    ends = week_ends(as_of, policy.trend_weeks)
    last = rows_in(rows, ends[-1])
    customers = [
        {"customer_id": owner, **counts}
        for owner, counts in grouped(last, lambda row: row["customer_id"], policy)
    ]
    return {
        "trend": [
            {"week_end": instant_text(end), **quality(rows_in(rows, end), policy)} for end in ends
        ],
        "endpoints": [
            {"endpoint_type": name, **counts}
            for name, counts in grouped(last, lambda row: row["endpoint_type"] or "unknown", policy)
        ],
        "customers": sorted(customers, key=poorest),
    }


def grouped(
    rows: list[Row], group: Callable[[Row], str], policy: CallPolicy
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The quality of each group, by name."""
    for name in sorted({group(row) for row in rows}):
        yield name, quality([row for row in rows if group(row) == name], policy)


def poorest(row: dict[str, Any]) -> tuple[bool, float]:
    """The highest poor share first, the undefined ones last."""
    share = row["poor_share"]["value"]
    return share is None, -(share or 0)


def quality(rows: list[Row], policy: CallPolicy) -> dict[str, Any]:
    """Good, poor and unknown legs, and the poor share."""
    kinds = [kind(row, policy) for row in rows]
    good, poor, unknown = (kinds.count(name) for name in ("good", "poor", "unknown"))
    return {
        "good": good,
        "poor": poor,
        "unknown": unknown,
        "poor_share": ratio(poor, good + poor),
    }


def kind(row: Row, policy: CallPolicy) -> str:
    """Poor when any measurement reaches its limit, good when there is one, unknown otherwise."""
    names = ("packet_loss_percent", "latency_ms", "jitter_ms")
    measured = {name: row[name] for name in names if row.get(name) is not None}
    if any(value >= getattr(policy, f"poor_{name}") for name, value in measured.items()):
        return "poor"
    return "good" if measured else "unknown"


# --- features ------------------------------------------------------------------------------------


def features_section(
    rows: list[Row],
    queue_rows: list[Row] | None,
    as_of: datetime,
    policy: CallPolicy = DEFAULT,
) -> dict[str, Any] | None:
    """The features section; without queue calls nothing is known."""
    if queue_rows is None:
        return None
    ends = week_ends(as_of, policy.trend_weeks)
    with_queues = {
        row["customer_id"]
        for row in queue_rows
        if ends[0] - WEEK <= instant(row["entered_at"]) < ends[-1]
    }
    counted = [row for row in rows_in(rows, ends[-1]) if row["customer_id"] in with_queues]
    calls = len(different_calls(counted))
    used = {
        feature: len(different_calls(row for row in counted if feature in row["features"]))
        for feature in {feature for row in counted for feature in row["features"]}
    }
    table = [
        {"feature": feature, "calls": count, "share": ratio(count, calls)}
        for feature, count in used.items()
    ]
    return {
        "calls": calls,
        "features": sorted(table, key=lambda row: (-row["calls"], row["feature"])),
    }


def different_calls(rows: Iterable[Row]) -> set[tuple[str, str]]:
    """The different calls of some legs, told by customer and id."""
    return {(row["customer_id"], row["call_id"]) for row in rows}
