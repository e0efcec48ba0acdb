"""Windows, thresholds and rules: one frozen object, echoed in every result.

Results made under different policies are never added or compared.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from attrs import Factory, asdict, field, fields, frozen

from partnerkpi.errors import FormatError, PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "QUALITY_LIMITS",
    "BenchmarkRates",
    "FixedRate",
    "LowAssignmentRule",
    "PeerMedian",
    "PeerQuantile",
    "PeerRates",
    "Policy",
    "ServiceLevel",
    "ServiceLevelFormula",
]


#: The settings that are numbers with decimals.
QUALITY_LIMITS = ("poor_packet_loss_percent", "poor_latency_ms", "poor_jitter_ms")


class PeerRates(Protocol):
    """The assignment rates of one customer's peers, as a low-assignment rule sees them."""

    @property
    def band(self) -> int:
        """The lower bound of the size band compared; 0 when all customers are one band.

        A band with too few peers keeps its bound, while the peers are all customers.
        """

    def __len__(self) -> int:
        """Return how many peers there are."""

    def ranked(self, rank: int, /) -> Fraction:
        """The exact rate of a rank, counted from 0 at the smallest."""

    def median(self) -> Fraction:
        """The exact median rate: for an even number of peers the mean of the two middle ones."""


@runtime_checkable
class LowAssignmentRule(Protocol):
    """Which rate is low among peers: a customer is low when its rate is strictly below.

    A rule of one's own has a ``threshold`` and a ``to_dict`` with its name under ``rule``.
    """

    def threshold(self, peers: PeerRates, fraction: Fraction, /) -> Fraction | None:
        """The rate below which a customer is low; ``None`` if nobody can be."""
        ...

    def to_dict(self) -> dict[str, object]:
        """The rule as plain values, ``rule`` naming it."""
        ...


def _fraction(value: Fraction | int | str) -> Fraction:
    if isinstance(value, float):
        # Fraction(0.4) is a little more than 2/5: what ties with 2/5 would be low.
        msg = f"expected an exact fraction such as '2/5', not the double {value!r}"
        raise PolicyError(msg)
    try:
        return Fraction(value)
    except (ArithmeticError, TypeError, ValueError) as error:
        msg = f"expected a fraction such as 1/2, not {value!r}"
        raise PolicyError(msg) from error


def _bounds(value: Iterable[int]) -> tuple[int, ...]:
    try:
        return tuple(value)
    except TypeError as error:
        msg = f"size_bands must be rising whole numbers, 0 or more, not {value!r}"
        raise PolicyError(msg) from error


def _three(value: Iterable[int]) -> tuple[int, ...]:
    try:
        return tuple(value)
    except TypeError as error:
        msg = f"usage_bands must be three rising numbers from 1, not {value!r}"
        raise PolicyError(msg) from error


@frozen
class PeerMedian:
    """Low is below the policy's fraction of the peers' median rate, strictly.

    For an even number of peers the median is the mean of the two middle rates.

    Example:
        >>> PeerMedian().to_dict()
        {'rule': 'peer_median'}
    """

    def threshold(self, peers: PeerRates, fraction: Fraction, /) -> Fraction | None:
        """The fraction of the median of the peers."""
        return fraction * peers.median()

    def to_dict(self) -> dict[str, object]:
        """The rule as plain values."""
        return {"rule": "peer_median"}


@frozen
class PeerQuantile:
    """Low is below the nearest-rank quantile of the peers' rates, strictly.

    The quantile is the ``ceil(quantile * n)``-th smallest rate; the policy's fraction plays no
    part.

    Attributes:
        quantile: Above 0, at most 1.

    Raises:
        PolicyError: the quantile is outside that range.

    Example:
        >>> PeerQuantile(Fraction(1, 4)).to_dict()
        {'rule': 'peer_quantile', 'quantile': '1/4'}
    """

    quantile: Fraction = field(converter=_fraction)

    def __attrs_post_init__(self) -> None:
        """Refuse a quantile outside its range."""
        _require("quantile", 0 < self.quantile <= 1, "above 0 and at most 1", self.quantile)

    def threshold(self, peers: PeerRates, _fraction: Fraction, /) -> Fraction | None:
        """The quantile of the peers."""
        return peers.ranked(-(-self.quantile * len(peers) // 1) - 1)

    def to_dict(self) -> dict[str, object]:
        """The rule as plain values."""
        return {"rule": "peer_quantile", "quantile": str(self.quantile)}


@frozen
class FixedRate:
    """Low is below one fixed rate, whatever the peers do; the policy's fraction plays no part.

    Attributes:
        rate: The rate, such as ``Fraction(1, 5)`` for 20 %; not negative.

    Raises:
        PolicyError: the rate is negative.

    Example:
        >>> FixedRate(Fraction(1, 5)).to_dict()
        {'rule': 'fixed_rate', 'rate': '1/5'}
    """

    rate: Fraction = field(converter=_fraction)

    def __attrs_post_init__(self) -> None:
        """Refuse a negative rate."""
        _require("rate", self.rate >= 0, "not negative", self.rate)

    def threshold(self, _peers: PeerRates, _fraction: Fraction, /) -> Fraction | None:
        """The fixed rate."""
        return self.rate

    def to_dict(self) -> dict[str, object]:
        """The rule as plain values."""
        return {"rule": "fixed_rate", "rate": str(self.rate)}


def _rates(
    value: Mapping[int, Fraction] | Sequence[tuple[int, Fraction]],
) -> tuple[tuple[int, Fraction], ...]:
    pairs: Any = value.items() if isinstance(value, Mapping) else value
    try:
        rates = [(bound, _fraction(rate)) for bound, rate in pairs]
    except (TypeError, ValueError) as error:
        msg = f"rates must be pairs of a lower bound and a rate, not {value!r}"
        raise PolicyError(msg) from error
    for bound, _ in rates:
        _whole("a bound of the rates", bound, 0)

    return tuple(sorted(rates))


@frozen
class BenchmarkRates:
    """Low is below the policy's fraction of an external benchmark rate for the customer's size.

    Where no peers' data is wanted or enough: rates published or agreed elsewhere, by the lower
    bound of total licenses. The overview's figure, for which everyone is one band, takes the rate
    of the lowest bound.

    Attributes:
        rates: Pairs of lower bound and rate; a customer takes the pair of its size band: the
            greatest bound at or below the band's own.

    Raises:
        PolicyError: no rates, or a negative one.

    Example:
        >>> BenchmarkRates({1: Fraction(3, 5), 100: Fraction(4, 5)}).to_dict()
        {'rule': 'benchmark_rates', 'rates': [[1, '3/5'], [100, '4/5']]}
    """

    rates: tuple[tuple[int, Fraction], ...] = field(converter=_rates)

    def __attrs_post_init__(self) -> None:
        """Refuse rates that are none or negative."""
        good = bool(self.rates) and all(rate >= 0 for _, rate in self.rates)
        _require("rates", good, "at least one rate, none negative", self.rates)

    def threshold(self, peers: PeerRates, fraction: Fraction, /) -> Fraction | None:
        """The fraction of the benchmark rate of the peers' size."""
        below = [rate for bound, rate in self.rates if bound <= max(peers.band, self.rates[0][0])]

        return fraction * below[-1]

    def to_dict(self) -> dict[str, object]:
        """The rule as plain values."""
        return {
            "rule": "benchmark_rates",
            "rates": [[bound, str(rate)] for bound, rate in self.rates],
        }


class ServiceLevelFormula(StrEnum):
    """Which calls the share answered in time is taken of.

    With A answered, B abandoned (voicemail included), F all other offered calls; At, Bt those of
    them within the threshold, Bl those beyond; Bs hung up after a short while.

    Example:
        >>> ServiceLevelFormula("answered_only")
        <ServiceLevelFormula.ANSWERED_ONLY: 'answered_only'>
    """

    ANSWERED_OF_OFFERED = "answered_of_offered"
    """At / (A + B + F)"""
    ANSWERED_ONLY = "answered_only"
    """At / A"""
    ABANDONS_POSITIVE = "abandons_positive"
    """(At + Bt) / (A + B)"""
    ABANDONS_NEGATIVE = "abandons_negative"
    """At / (A + B)"""
    ABANDONS_IGNORED = "abandons_ignored"
    """At / (A + Bl)"""
    SHORT_POSITIVE = "short_positive"
    """(At + Bs) / (A + B)"""
    SHORT_EXCLUDED = "short_excluded"
    """At / (A + B - Bs)"""


def _formula(name: str) -> ServiceLevelFormula:
    known = ", ".join(ServiceLevelFormula)
    _require("formula", name in list(ServiceLevelFormula), f"one of {known}", name)

    return ServiceLevelFormula(name)


@frozen(kw_only=True)
class ServiceLevel:
    """What share of the calls into a queue has to be answered how soon, and how it is counted.

    Attributes:
        threshold_ms: The wait that still is in time, in milliseconds; 0 to 2**53 - 1.
        inclusive: Whether a wait of exactly the threshold is in time.
        formula: Which calls the share is taken of.

    Raises:
        PolicyError: a setting is outside its range.

    Example:
        >>> ServiceLevel(threshold_ms=30_000).to_dict()
        {'threshold_ms': 30000, 'inclusive': True, 'formula': 'answered_of_offered'}
    """

    threshold_ms: int = 20_000
    inclusive: bool = True
    formula: ServiceLevelFormula = field(
        default=ServiceLevelFormula.ANSWERED_OF_OFFERED, converter=_formula
    )

    def __attrs_post_init__(self) -> None:
        """Refuse settings outside their range."""
        _milliseconds("threshold_ms", self.threshold_ms)
        _require("inclusive", type(self.inclusive) is bool, "true or false", self.inclusive)

    def to_dict(self) -> dict[str, object]:
        """The settings as plain values."""
        return {**asdict(self), "formula": str(self.formula)}


def _limit(value: object) -> float:
    number: Any = value if type(value) in (int, float) else math.nan
    # Compared before it becomes a double: a whole number may be greater than any of them.
    _require("a limit of quality", 0 <= number <= _LARGEST, "a finite number, 0 or more", value)

    return float(number)


@frozen(kw_only=True)
class Policy:
    """The windows, thresholds and rules that figures are counted by.

    Attributes:
        expiring_soon_days: Days to the end within which the status ``expiring_soon`` holds.
        window_days: Days back (recently added) and ahead (expiring, renewing) of the sections.
        inactivity_days: Days since the last sign-in beyond which there is no recent activity.
        auto_renewing_expires: Whether what renews itself also counts as expiring.
        low_assignment_fraction: The fraction of the peers' reference rate below which a rate is
            low.
        low_assignment_min_peers: Peers a size band must hold to be compared within itself.
        low_assignment_rule: Which reference rate is taken; the peers' median by default.
        size_bands: Lower bounds, in total licenses, of the size bands; rising. Totals below the
            first bound are a band of their own.
        trend_weeks: Completed weeks in a trend, 2 to 5200 (a century).
        usage_bands: Call legs of one user in a week from which the use is light, moderate, heavy.
        poor_packet_loss_percent: Packet loss from which a call leg is poor, in percent.
        poor_latency_ms: Latency from which a call leg is poor, in milliseconds.
        poor_jitter_ms: Jitter from which a call leg is poor, in milliseconds.
        service_level: How soon calls into queues have to be answered, and how that is counted.
        short_abandon_ms: The wait up to which hanging up is no loss, for the formulas that say so;
            0 for none, at most 2**53 - 1.

    Raises:
        PolicyError: a setting is outside its range; says which, and what it may be.

    Example:
        >>> Policy().window_days
        90
        >>> Policy(window_days=-1)
        Traceback (most recent call last):
        ...
        partnerkpi.errors.PolicyError: window_days must be a whole number, 0 or more, not -1
    """

    expiring_soon_days: int = 30
    window_days: int = 90
    inactivity_days: int = 90
    auto_renewing_expires: bool = False
    low_assignment_fraction: Fraction = field(default=Fraction(1, 2), converter=_fraction)
    low_assignment_min_peers: int = 5
    low_assignment_rule: LowAssignmentRule = Factory(PeerMedian)
    size_bands: tuple[int, ...] = field(default=(1, 25, 100, 250, 1000, 5000), converter=_bounds)
    trend_weeks: int = 8
    usage_bands: tuple[int, ...] = field(default=(1, 11, 51), converter=_three)
    poor_packet_loss_percent: float = field(default=5.0, converter=_limit)
    poor_latency_ms: float = field(default=400.0, converter=_limit)
    poor_jitter_ms: float = field(default=150.0, converter=_limit)
    service_level: ServiceLevel = Factory(ServiceLevel)
    short_abandon_ms: int = 0

    def __attrs_post_init__(self) -> None:
        """Refuse settings outside their range."""
        for name in ("expiring_soon_days", "window_days", "inactivity_days"):
            _whole(name, getattr(self, name), 0)
        _whole("low_assignment_min_peers", self.low_assignment_min_peers, 0)
        _whole("trend_weeks", self.trend_weeks, 2)
        weeks = self.trend_weeks
        _require("trend_weeks", weeks <= _CENTURY, f"at most {_CENTURY}", weeks)
        flag = self.auto_renewing_expires
        _require("auto_renewing_expires", type(flag) is bool, "true or false", flag)
        fraction = self.low_assignment_fraction
        _require("low_assignment_fraction", fraction >= 0, "not negative", fraction)
        bands = self.size_bands
        whole = all(type(bound) is int and bound >= 0 for bound in bands)
        rising = whole and all(low < high for low, high in pairwise(bands))
        _require("size_bands", rising, "rising whole numbers, 0 or more", bands)
        rule = self.low_assignment_rule
        _require("low_assignment_rule", isinstance(rule, LowAssignmentRule), "a rule", rule)
        self._check_calling()

    def _check_calling(self) -> None:
        _milliseconds("short_abandon_ms", self.short_abandon_ms)
        level = self.service_level
        _require("service_level", isinstance(level, ServiceLevel), "a ServiceLevel", level)
        bands = self.usage_bands
        whole = all(type(bound) is int and 1 <= bound <= _GREATEST for bound in bands)
        rising = whole and all(low < high for low, high in pairwise(bands))
        three = rising and len(bands) == _BANDS
        _require("usage_bands", three, "three rising numbers from 1", bands)

    def to_dict(self) -> dict[str, object]:
        """The policy as plain values, as it stands in the report document.

        Example:
            >>> Policy().to_dict()["low_assignment_fraction"]
            '1/2'
        """
        return {
            **asdict(self, recurse=False),
            "low_assignment_fraction": str(self.low_assignment_fraction),
            "low_assignment_rule": self.low_assignment_rule.to_dict(),
            "size_bands": list(self.size_bands),
            "usage_bands": list(self.usage_bands),
            "service_level": self.service_level.to_dict(),
        }

    @staticmethod
    def from_dict(
        values: Mapping[str, object], rules: Mapping[str, type[LowAssignmentRule]] | None = None
    ) -> Policy:
        """Read a policy back from plain values.

        Args:
            values: What ``to_dict`` gave; settings left out take their default.
            rules: Low-assignment rules of one's own, by the name their ``to_dict`` gives; each
                takes its other values as keyword arguments.

        Raises:
            FormatError: a setting or rule that this release does not know.
            PolicyError: a setting outside its range.

        Example:
            >>> Policy.from_dict(Policy(window_days=60).to_dict()).window_days
            60
        """
        known = {setting.name for setting in fields(Policy)}
        unknown = sorted(set(values) - known)
        if unknown:
            msg = f"no policy setting is called {unknown[0]!r}"
            raise FormatError(msg)

        settings: dict[str, Any] = dict(_settings(values, {**_RULES, **(rules or {})}))

        return Policy(**settings)


_CENTURY = 5200
_BANDS = 3
# The greatest count that records may have.
_GREATEST = 2**53 - 1
_LARGEST = sys.float_info.max
_RULES: Mapping[str, type[LowAssignmentRule]] = MappingProxyType(
    {
        "peer_median": PeerMedian,
        "peer_quantile": PeerQuantile,
        "fixed_rate": FixedRate,
        "benchmark_rates": BenchmarkRates,
    }
)


def _settings(
    values: Mapping[str, object], rules: Mapping[str, type[LowAssignmentRule]]
) -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if name == "low_assignment_rule":
            yield name, _rule(value, rules)
        elif name == "service_level":
            yield name, _service_level(value)
        else:
            yield name, value


def _service_level(value: object) -> ServiceLevel:
    settings: dict[str, Any] = dict(value) if isinstance(value, Mapping) else {}
    known = {setting.name for setting in fields(ServiceLevel)}
    unknown = sorted(set(settings) - known)
    if unknown or not isinstance(value, Mapping):
        msg = f"a service level has {', '.join(sorted(known))}, not {unknown or value}"
        raise FormatError(msg)

    return ServiceLevel(**settings)


def _rule(value: object, rules: Mapping[str, type[LowAssignmentRule]]) -> LowAssignmentRule:
    settings: dict[str, Any] = dict(value) if isinstance(value, Mapping) else {}
    name = settings.pop("rule", None)
    if not isinstance(name, str) or name not in rules:
        msg = f"no low-assignment rule is called {name!r}; known are {', '.join(rules)}"
        raise FormatError(msg)

    try:
        return rules[name](**settings)
    except TypeError as error:
        msg = f"the low-assignment rule {name!r} takes other settings than {sorted(settings)}"
        raise PolicyError(msg) from error


def _whole(name: str, value: object, least: int) -> None:
    good = type(value) is int and value >= least
    _require(name, good, f"a whole number, {least} or more", value)


def _milliseconds(name: str, value: object) -> None:
    _whole(name, value, 0)
    _require(name, isinstance(value, int) and value <= _GREATEST, f"at most {_GREATEST}", value)


def _require(name: str, good: bool, expected: str, value: object) -> None:  # noqa: FBT001
    if not good:
        msg = f"{name} must be {expected}, not {value}"
        raise PolicyError(msg)
