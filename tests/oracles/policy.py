"""The windows and thresholds of the definitions, with their defaults."""

from collections.abc import Callable
from fractions import Fraction

from attrs import frozen

# From the peers' rates and the lower bound of their size band (0 where everyone is one band, and
# below the first bound) to the rate below which a customer is low; None: nobody is.
Rule = Callable[[list[Fraction], int], Fraction | None]


@frozen
class OraclePolicy:
    """Windows in days, the trend's length in weeks, and the rule of low assignment.

    `size_bands` are the lower bounds, in total licenses; totals below the first bound form a band
    of their own. `low_rule` stands in for the fraction of the peers' median, if given.
    """

    expiring_soon_days: int = 30
    window_days: int = 90
    inactivity_days: int = 90
    auto_renewing_expires: bool = False
    low_assignment_fraction: Fraction = Fraction(1, 2)
    low_assignment_min_peers: int = 5
    size_bands: tuple[int, ...] = (1, 25, 100, 250, 1000, 5000)
    trend_weeks: int = 8
    low_rule: Rule | None = None


DEFAULT_POLICY = OraclePolicy()
