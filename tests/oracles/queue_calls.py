"""Calls into queues: every figure of the week, read off the rows one by one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from attrs import frozen

from tests.oracles.times import WEEK, instant, instant_text, week_ends

__all__ = ["QueuePolicy", "changes", "counted", "hours", "queue_part", "trending_down"]

Row = dict[str, Any]
Section = dict[str, Any]

OFFERED = (
    *("answered", "transferred", "abandoned", "voicemail"),
    *("overflowed", "timed_out", "callback", "unknown"),
)
ANSWERED = ("answered", "transferred")
ABANDONED = ("abandoned", "voicemail")


@frozen
class QueuePolicy:
    """The settings that matter here, with their defaults."""

    trend_weeks: int = 8
    threshold_ms: int = 20_000
    inclusive: bool = True
    formula: str = "answered_of_offered"
    short_abandon_ms: int = 0


def queue_part(rows: list[Row], as_of: datetime, policy: QueuePolicy) -> Section:
    """The section of a report, from rows without duplicates."""
    ends = week_ends(as_of, policy.trend_weeks)
    last = of_week(rows, ends[-1])
    return {
        **counted(last, policy),
        "trend": [
            {"week_end": instant_text(end), **counted(of_week(rows, end), policy)} for end in ends
        ],
        "customers": table(last, policy, ("customer_id",)),
        "queues": table(last, policy, ("customer_id", "queue_id")),
    }


def of_week(rows: list[Row], end: datetime) -> list[Row]:
    """The rows that entered their queue in the week before an instant."""
    return [row for row in rows if end - WEEK <= instant(row["entered_at"]) < end]


def table(rows: list[Row], policy: QueuePolicy, key: tuple[str, ...]) -> list[Section]:
    """Highest abandoned rate first, undefined last, then by the ids."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in key), []).append(row)
    lines = [
        {**dict(zip(key, ids, strict=True)), **counted(group, policy)}
        for ids, group in groups.items()
    ]
    return sorted(
        lines, key=lambda line: (falling(line["abandoned_rate"]), *(line[k] for k in key))
    )


def falling(rate: Section) -> tuple[bool, Fraction]:
    """Greatest first, undefined last."""
    if rate["denominator"] == 0:
        return (True, Fraction(0))
    return (False, -Fraction(rate["numerator"], rate["denominator"]))


def counted(rows: list[Row], policy: QueuePolicy) -> Section:
    """Every figure of some rows."""
    offered = [row for row in rows if row["outcome"] != "waiting"]
    answered, abandoned = waits(rows, ANSWERED), waits(rows, ABANDONED)
    return {
        "offered": len(offered),
        "waiting": len(rows) - len(offered),
        "outcomes": {name: len(waits(rows, (name,))) for name in OFFERED},
        "average_time_to_answer_ms": ratio(sum(answered), len(answered)),
        "average_wait_before_abandon_ms": ratio(sum(abandoned), len(abandoned)),
        "abandoned_rate": ratio(len(abandoned), len(offered)),
        "longest_answered_ms": max(answered, default=None),
        "longest_abandoned_ms": max(abandoned, default=None),
        "answered_wait_ms": percentiles(answered),
        "abandoned_wait_ms": percentiles(abandoned),
        "service_level": service_level(rows, policy),
    }


def waits(rows: list[Row], outcomes: tuple[str, ...]) -> list[int]:
    """The waits of the rows with some outcomes."""
    return [row["wait_ms"] for row in rows if row["outcome"] in outcomes]


def ratio(numerator: int, denominator: int) -> Section:
    """A ratio as documents have it."""
    value = numerator / denominator if denominator else None
    return {"numerator": numerator, "denominator": denominator, "value": value}


def percentiles(values: list[int]) -> Section:
    """The three that reports tell."""
    return {f"p{percent}": percentile(values, percent) for percent in (50, 90, 95)}


def percentile(values: list[int], percent: int) -> int | None:
    """The ceil(p n / 100)-th smallest."""
    rank = -(-percent * len(values) // 100)
    return sorted(values)[rank - 1] if values else None


def service_level(rows: list[Row], policy: QueuePolicy) -> Section:
    """By the policy's formula."""

    def in_time(wait: int) -> bool:
        return wait <= policy.threshold_ms if policy.inclusive else wait < policy.threshold_ms

    answered, abandoned = waits(rows, ("answered",)), waits(rows, ABANDONED)
    short = policy.short_abandon_ms
    hung_up = [wait for wait in waits(rows, ("abandoned",)) if short and wait <= short]
    others = [row for row in rows if row["outcome"] not in (*ABANDONED, "answered", "waiting")]
    parts = Parts(
        a=len(answered),
        b=len(abandoned),
        f=len(others),
        at=len(list(filter(in_time, answered))),
        bt=len(list(filter(in_time, abandoned))),
        bs=len(hung_up),
    )
    return ratio(*FORMULAS[policy.formula](parts))


@frozen(kw_only=True)
class Parts:
    """Answered, abandoned, others; those in time; those hung up after a short while."""

    a: int
    b: int
    f: int
    at: int
    bt: int
    bs: int


FORMULAS: dict[str, Callable[[Parts], tuple[int, int]]] = {
    "answered_of_offered": lambda p: (p.at, p.a + p.b + p.f),
    "answered_only": lambda p: (p.at, p.a),
    "abandons_positive": lambda p: (p.at + p.bt, p.a + p.b),
    "abandons_negative": lambda p: (p.at, p.a + p.b),
    "abandons_ignored": lambda p: (p.at, p.a + (p.b - p.bt)),
    "short_positive": lambda p: (p.at + p.bs, p.a + p.b),
    "short_excluded": lambda p: (p.at, p.a + p.b - p.bs),
}


def hours(rows: list[Row], as_of: datetime, policy: QueuePolicy) -> list[Section]:
    """Each queue's calls in the 168 hours of the week, Sunday 00 first, over the trend's weeks."""
    ends = week_ends(as_of, policy.trend_weeks)
    there = [row for row in rows if ends[0] - WEEK <= instant(row["entered_at"]) < ends[-1]]
    keys = sorted({(row["customer_id"], row["queue_id"]) for row in there})
    return [
        {
            "customer_id": customer,
            "queue_id": queue,
            "offered": by_hour(there, customer, queue, OFFERED, ends[0]),
            "abandoned": by_hour(there, customer, queue, ABANDONED, ends[0]),
            "waiting": by_hour(there, customer, queue, ("waiting",), ends[0]),
        }
        for customer, queue in keys
    ]


def by_hour(
    rows: list[Row], customer: str, queue: str, outcomes: tuple[str, ...], sunday: datetime
) -> list[int]:
    """Calls of one queue with some outcomes, hour by hour."""
    counts = [0] * 168
    for row in rows:
        if (row["customer_id"], row["queue_id"]) == (customer, queue) and row[
            "outcome"
        ] in outcomes:
            counts[(instant(row["entered_at"]) - sunday) // timedelta(hours=1) % 168] += 1
    return counts


def trending_down(rows: list[Row], as_of: datetime, weeks: int, policy: QueuePolicy) -> list[str]:
    """Customers offered fewer calls in each of the last weeks than in the week before."""
    ends = week_ends(as_of, policy.trend_weeks)

    def offered(customer: str, end: datetime) -> int:
        mine = [row for row in of_week(rows, end) if row["customer_id"] == customer]
        return len([row for row in mine if row["outcome"] != "waiting"])

    return [
        customer
        for customer in sorted({row["customer_id"] for row in rows})
        if all(
            offered(customer, ends[-back]) < offered(customer, ends[-back - 1])
            for back in range(1, weeks + 1)
        )
    ]


def changes(
    rows: list[Row], as_of: datetime, policy: QueuePolicy, key: tuple[str, ...]
) -> list[Section]:
    """What every figure changed by, of whoever has a row in one of the last two weeks."""
    last_end = week_ends(as_of, policy.trend_weeks)[-1]
    last, before = of_week(rows, last_end), of_week(rows, last_end - WEEK)
    who = sorted({tuple(row[name] for name in key) for row in last + before})
    lines = []
    for ids in who:
        mine, theirs = (
            counted([row for row in some if tuple(row[name] for name in key) == ids], policy)
            for some in (last, before)
        )
        lines.append({**dict(zip(key, ids, strict=True)), **difference(mine, theirs)})
    return sorted(
        lines, key=lambda line: (falling(line["abandoned_rate"]), *(line[k] for k in key))
    )


def difference(now: Any, then: Any) -> Any:
    """Now less then, field by field; undefined where one of the two is."""
    if isinstance(now, dict) and "denominator" in now:
        if not (now["denominator"] and then["denominator"]):
            return ratio(0, 0)
        exact = Fraction(now["numerator"], now["denominator"])
        exact -= Fraction(then["numerator"], then["denominator"])
        return ratio(exact.numerator, exact.denominator)
    if isinstance(now, dict):
        return {name: difference(now[name], then[name]) for name in now}
    return None if now is None or then is None else now - then
