"""Low license assignment, in exact fractions."""

from datetime import datetime
from fractions import Fraction

from attrs import frozen

from tests.oracles.counts import counts_at
from tests.oracles.policy import OraclePolicy
from tests.oracles.records import Customer, all_lines


@frozen
class Rate:
    """How many of a customer's active licenses are assigned."""

    assigned: int
    total: int

    @property
    def exact(self) -> Fraction:
        """Assigned over total."""
        return Fraction(self.assigned, self.total)


def rates(customers: list[Customer], as_of: datetime, *products: str) -> dict[str, Rate]:
    """The rate of every customer that has one; total 0 has none."""
    found: dict[str, Rate] = {}
    for customer in customers:
        counts = counts_at(all_lines(customer.active(as_of), *products), as_of)
        if counts.total > 0:
            found[customer.id] = Rate(counts.assigned, counts.total)
    return found


def median(values: list[Fraction]) -> Fraction:
    """The middle one, or the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def band(total: int, lower_bounds: tuple[int, ...]) -> int:
    """How many of the bands' lower bounds a total reaches."""
    return sum(1 for bound in lower_bounds if total >= bound)


def peers_of(rate: Rate, everyone: list[Rate], policy: OraclePolicy) -> list[Rate]:
    """Those of the same size band, or everyone when these are too few."""
    own_band = band(rate.total, policy.size_bands)
    alike = [one for one in everyone if band(one.total, policy.size_bands) == own_band]
    return everyone if len(alike) < policy.low_assignment_min_peers else alike


def is_low(rate: Rate, peers: list[Rate], policy: OraclePolicy) -> bool:
    """Strictly below the fraction of the peers' median."""
    middle = median([peer.exact for peer in peers])
    return rate.exact < policy.low_assignment_fraction * middle


def low_among_their_size(found: dict[str, Rate], policy: OraclePolicy) -> dict[str, Rate]:
    """The low customers, each compared with its size band."""
    everyone = list(found.values())
    return {
        customer_id: rate
        for customer_id, rate in found.items()
        if is_low(rate, peers_of(rate, everyone, policy), policy)
    }


def low_among_all(found: dict[str, Rate], policy: OraclePolicy) -> dict[str, Rate]:
    """The low customers, each compared with everyone."""
    everyone = list(found.values())
    return {
        customer_id: rate for customer_id, rate in found.items() if is_low(rate, everyone, policy)
    }
