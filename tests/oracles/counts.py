"""What a line shows at an instant, and sums over lines."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import frozen

from tests.oracles.records import Line, Observation, Subscription

BEFORE_EVERY_DATE = datetime.min.replace(tzinfo=UTC)


@frozen
class Counts:
    """Licenses bought, assigned, used, spare and over, each summed over lines."""

    total: int = 0
    assigned: int = 0
    used: int = 0
    used_3mo: int = 0
    available: int = 0
    overage: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Each count summed with its like."""
        return Counts(
            total=self.total + other.total,
            assigned=self.assigned + other.assigned,
            used=self.used + other.used,
            used_3mo=self.used_3mo + other.used_3mo,
            available=self.available + other.available,
            overage=self.overage + other.overage,
        )


def latest(observations: Iterable[Observation]) -> Observation | None:
    """The last of them; an undated one precedes every dated one."""
    return max(observations, key=lambda one: one.observed_at or BEFORE_EVERY_DATE, default=None)


def observation_at(line: Line, at: datetime) -> Observation | None:
    """The latest observation at or before the instant."""
    return latest(o for o in line.observations if o.observed_at is None or o.observed_at <= at)


def dated_observation_at(line: Line, at: datetime) -> Observation | None:
    """The latest dated observation at or before the instant."""
    return latest(o for o in line.observations if o.observed_at is not None and o.observed_at <= at)


def counts_of(seen: Observation | None) -> Counts:
    """The counts of one line; without an observation it counts 0 everywhere."""
    if seen is None:
        return Counts()
    return Counts(
        total=seen.total,
        assigned=seen.assigned,
        used=seen.used_7d,
        used_3mo=seen.used_3mo,
        available=max(0, seen.total - seen.assigned),
        overage=max(0, seen.assigned - seen.total),
    )


def counts_at(lines: Iterable[Line], at: datetime) -> Counts:
    """The counts of several lines at the instant, each line by itself."""
    return sum_counts(counts_of(observation_at(line, at)) for line in lines)


def sum_counts(several: Iterable[Counts]) -> Counts:
    """The sum of several counts."""
    whole = Counts()
    for counts in several:
        whole = whole.plus(counts)
    return whole


def counts_a_week_earlier(
    subscription: Subscription, lines: list[Line], as_of: datetime
) -> Counts | None:
    """What the lines showed seven days ago: 0 if added since, None if a line has no dated value."""
    then = as_of - timedelta(days=7)
    if subscription.added_at > then:
        return Counts()
    seen = [dated_observation_at(line, then) for line in lines]
    if any(observation is None for observation in seen):
        return None
    return sum_counts(counts_of(observation) for observation in seen)


def ratio(numerator: int, denominator: int) -> dict[str, Any]:
    """A ratio as it is written; with denominator 0 its value is undefined."""
    value = None if denominator == 0 else numerator / denominator
    return {"numerator": numerator, "denominator": denominator, "value": value}
