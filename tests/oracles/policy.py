"""The windows and thresholds of the definitions, with their defaults."""

from fractions import Fraction

from attrs import frozen


@frozen
class OraclePolicy:
    """Windows in days, the trend's length in weeks, and the rule of low assignment.

    `size_bands` are the lower bounds, in total licenses; totals below the first bound form a band
    of their own.
    """

    expiring_soon_days: int = 30
    window_days: int = 90
    inactivity_days: int = 90
    auto_renewing_expires: bool = False
    low_assignment_fraction: Fraction = Fraction(1, 2)
    low_assignment_min_peers: int = 5
    size_bands: tuple[int, ...] = (1, 25, 100, 250, 1000, 5000)
    trend_weeks: int = 8


DEFAULT_POLICY = OraclePolicy()
