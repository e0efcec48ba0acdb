"""Low license assignment, in exact fractions."""

from datetime import datetime
from fractions import Fraction

from attrs import frozen

from tests.oracles.counts import counts_at
from tests.oracles.policy import OraclePolicy, Rule
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


def quantile(values: list[Fraction], share: Fraction) -> Fraction:
    """The smallest value that at least this share of all values does not exceed."""
    ordered = sorted(values)
    return next(
        value
        for value in ordered
        if sum(1 for other in ordered if other <= value) >= share * len(ordered)
    )


def below_quantile(share: Fraction) -> Rule:
    """Low is below a quantile of the peers."""
    return lambda peers, _: quantile(peers, share)


def below_rate(rate: Fraction) -> Rule:
    """Low is below one rate, whatever the peers do."""
    return lambda _, __: rate


def below_benchmark(rates_by_bound: dict[int, Fraction], fraction: Fraction) -> Rule:
    """Low is below the fraction of the rate of the greatest bound that the band reaches.

    A band below every bound takes the rate of the lowest.
    """

    def rule(_: list[Fraction], band_bound: int) -> Fraction:
        reached = [bound for bound in rates_by_bound if bound <= band_bound]
        return fraction * rates_by_bound[max(reached, default=min(rates_by_bound))]

    return rule


def band(total: int, lower_bounds: tuple[int, ...]) -> int:
    """How many of the bands' lower bounds a total reaches."""
    return sum(1 for bound in lower_bounds if total >= bound)


def band_bound(total: int, lower_bounds: tuple[int, ...]) -> int:
    """The lower bound of a total's band; 0 below the first."""
    return max((bound for bound in lower_bounds if total >= bound), default=0)


def peers_of(rate: Rate, everyone: list[Rate], policy: OraclePolicy) -> tuple[list[Rate], int]:
    """Those of the same size band, or everyone when these are too few; and the band's bound."""
    bound = band_bound(rate.total, policy.size_bands)
    own_band = band(rate.total, policy.size_bands)
    alike = [one for one in everyone if band(one.total, policy.size_bands) == own_band]
    if len(alike) < policy.low_assignment_min_peers:
        return everyone, bound
    return alike, bound


def is_low(rate: Rate, peers: list[Rate], bound: int, policy: OraclePolicy) -> bool:
    """Strictly below the fraction of the peers' median, or below what another rule says."""
    exact = [peer.exact for peer in peers]
    if policy.low_rule is None:
        return rate.exact < policy.low_assignment_fraction * median(exact)
    limit = policy.low_rule(exact, bound)
    return limit is not None and rate.exact < limit


def low_among_their_size(found: dict[str, Rate], policy: OraclePolicy) -> dict[str, Rate]:
    """The low customers, each compared with its size band."""
    everyone = list(found.values())
    return {
        customer_id: rate
        for customer_id, rate in found.items()
        if is_low(rate, *peers_of(rate, everyone, policy), policy)
    }


def low_among_all(found: dict[str, Rate], policy: OraclePolicy) -> dict[str, Rate]:
    """The low customers, each compared with everyone."""
    everyone = list(found.values())
    return {
        customer_id: rate
        for customer_id, rate in found.items()
        if is_low(rate, everyone, 0, policy)
    }
