"""Policies: frozen, strict, echoed in results, and read back as they were written."""

import json
import math
import pickle
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve, exceptions, frozen
from hypothesis import given

from partnerkpi.errors import FormatError, PolicyError
from partnerkpi.policy import (
    BenchmarkRates,
    FixedRate,
    LowAssignmentRule,
    PeerMedian,
    PeerQuantile,
    PeerRates,
    Policy,
    ServiceLevel,
    ServiceLevelFormula,
)
from partnerkpi.testing import policies

HALF = Fraction(1, 2)
BENCHMARK = BenchmarkRates({100: Fraction(4, 5), 1: Fraction(3, 5)})


@frozen
class NeverLow:
    """A rule of one's own, by which nobody is low."""

    reason: str = "none"

    def threshold(self, peers: PeerRates, fraction: Fraction, /) -> Fraction | None:
        """No rate at all."""
        return None if len(peers) else fraction

    def to_dict(self) -> dict[str, object]:
        """The rule as plain values."""
        return {"rule": "never_low", "reason": self.reason}


def test_the_defaults_of_the_definitions() -> None:
    """Every setting, with its default, in order, as the document writes it."""
    assert {
        "expiring_soon_days": 30,
        "window_days": 90,
        "inactivity_days": 90,
        "auto_renewing_expires": False,
        "low_assignment_fraction": "1/2",
        "low_assignment_min_peers": 5,
        "low_assignment_rule": {"rule": "peer_median"},
        "size_bands": [1, 25, 100, 250, 1000, 5000],
        "trend_weeks": 8,
        "usage_bands": [1, 11, 51],
        "poor_packet_loss_percent": 5.0,
        "poor_latency_ms": 400.0,
        "poor_jitter_ms": 150.0,
        "service_level": {
            "threshold_ms": 20_000,
            "inclusive": True,
            "formula": "answered_of_offered",
        },
        "short_abandon_ms": 0,
    } == Policy().to_dict()


@given(policies())
def test_policies_are_read_back(policy: Policy) -> None:
    """Written to JSON and read back, a policy is the same; pickled it is as well."""
    assert policy == Policy.from_dict(json.loads(json.dumps(policy.to_dict())))
    assert policy == pickle.loads(pickle.dumps(policy))  # noqa: S301  # our own bytes
    assert hash(policy) == hash(evolve(policy))


@pytest.mark.parametrize(
    "rule", [PeerMedian(), PeerQuantile(HALF), FixedRate(Fraction(1, 5)), BENCHMARK]
)
def test_rules_are_read_back(rule: LowAssignmentRule) -> None:
    """Every rule, with its settings."""
    policy = Policy(low_assignment_rule=rule)
    assert rule == Policy.from_dict(json.loads(json.dumps(policy.to_dict()))).low_assignment_rule


def test_a_rule_of_ones_own_is_read_back() -> None:
    """By the name its values give, if its class is told."""
    policy = Policy(low_assignment_rule=NeverLow("a test"))
    values = policy.to_dict()
    assert policy == Policy.from_dict(values, {"never_low": NeverLow})
    with pytest.raises(FormatError, match="no low-assignment rule is called 'never_low'"):
        Policy.from_dict(values)


@pytest.mark.parametrize("formula", list(ServiceLevelFormula))
def test_service_levels_are_read_back(formula: ServiceLevelFormula) -> None:
    """Every formula, by its name; settings that are left out take their default."""
    level = ServiceLevel(threshold_ms=0, inclusive=False, formula=formula)
    policy = Policy(service_level=level)
    assert policy == Policy.from_dict(json.loads(json.dumps(policy.to_dict())))
    values = {"service_level": {"formula": str(formula)}}
    assert ServiceLevel(formula=formula) == Policy.from_dict(values).service_level


def test_settings_left_out_take_their_default() -> None:
    """No values at all are the default policy."""
    assert Policy() == Policy.from_dict({})
    assert Policy(window_days=7) == Policy.from_dict({"window_days": 7})


def test_a_policy_is_frozen() -> None:
    """A policy that results carry never changes."""
    with pytest.raises(exceptions.FrozenInstanceError):
        Policy().window_days = 7  # type: ignore[misc]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"expiring_soon_days": -1},
            "expiring_soon_days must be a whole number, 0 or more, not -1",
        ),
        ({"window_days": 1.5}, "window_days must be a whole number, 0 or more, not 1.5"),
        ({"window_days": True}, "window_days must be a whole number, 0 or more, not True"),
        ({"inactivity_days": "90"}, "inactivity_days must be a whole number"),
        ({"low_assignment_min_peers": -1}, "low_assignment_min_peers must be a whole number"),
        ({"trend_weeks": 1}, "trend_weeks must be a whole number, 2 or more, not 1"),
        ({"trend_weeks": 5201}, "trend_weeks must be at most 5200, not 5201"),
        ({"auto_renewing_expires": 1}, "auto_renewing_expires must be true or false, not 1"),
        ({"low_assignment_fraction": -HALF}, "low_assignment_fraction must be not negative"),
        ({"low_assignment_fraction": 0.1}, "an exact fraction such as '2/5', not the double 0.1"),
        ({"low_assignment_fraction": "half"}, "a fraction such as 1/2, not 'half'"),
        ({"low_assignment_fraction": "1/0"}, "a fraction such as 1/2, not '1/0'"),
        ({"low_assignment_fraction": None}, "a fraction such as 1/2, not None"),
        ({"size_bands": 25}, "size_bands must be rising whole numbers, 0 or more, not 25"),
        ({"size_bands": (25, 1)}, "size_bands must be rising whole numbers, 0 or more"),
        ({"size_bands": (1, 1)}, "size_bands must be rising whole numbers, 0 or more"),
        ({"size_bands": (-1, 1)}, "size_bands must be rising whole numbers, 0 or more"),
        ({"size_bands": (1, 2.0)}, "size_bands must be rising whole numbers, 0 or more"),
        ({"low_assignment_rule": "median"}, "low_assignment_rule must be a rule, not median"),
        ({"usage_bands": 11}, "usage_bands must be three rising numbers from 1, not 11"),
        ({"usage_bands": (0, 11, 51)}, "usage_bands must be three rising numbers from 1"),
        ({"usage_bands": (1, 11)}, "usage_bands must be three rising numbers from 1"),
        ({"usage_bands": (1, 51, 11)}, "usage_bands must be three rising numbers from 1"),
        ({"usage_bands": (1, 11, 2**53)}, "usage_bands must be three rising numbers from 1"),
        ({"poor_latency_ms": -1}, "a limit of quality must be a finite number, 0 or more, not -1"),
        ({"poor_jitter_ms": math.nan}, "a limit of quality must be a finite number, 0 or more"),
        ({"poor_jitter_ms": math.inf}, "a limit of quality must be a finite number, 0 or more"),
        ({"poor_jitter_ms": 10**400}, "a limit of quality must be a finite number, 0 or more"),
        ({"poor_packet_loss_percent": True}, "a limit of quality must be a finite number"),
        ({"poor_packet_loss_percent": "5"}, "a limit of quality must be a finite number"),
        ({"short_abandon_ms": -1}, "short_abandon_ms must be a whole number, 0 or more, not -1"),
        ({"short_abandon_ms": 2**53}, "short_abandon_ms must be at most 9007199254740991"),
        ({"service_level": 20_000}, "service_level must be a ServiceLevel, not 20000"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], expected: str) -> None:
    """Which setting, what it may be, and what came; so from plain values as well."""
    with pytest.raises(PolicyError, match=expected):
        Policy(**settings)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: PeerQuantile(Fraction(0)), "quantile must be above 0 and at most 1, not 0"),
        (lambda: PeerQuantile(Fraction(5, 4)), "quantile must be above 0 and at most 1, not 5/4"),
        (lambda: FixedRate(-HALF), "rate must be not negative, not -1/2"),
        (lambda: FixedRate(0.2), "an exact fraction such as '2/5', not the double 0.2"),  # type: ignore[arg-type]
        (lambda: BenchmarkRates({}), "rates must be at least one rate, none negative"),
        (lambda: BenchmarkRates(5), "rates must be pairs of a lower bound and a rate, not 5"),  # type: ignore[arg-type]
        (lambda: BenchmarkRates({1: -HALF}), "rates must be at least one rate, none negative"),
        (lambda: ServiceLevel(threshold_ms=20.5), "threshold_ms must be a whole number"),  # type: ignore[arg-type]
        (lambda: ServiceLevel(threshold_ms=-1), "threshold_ms must be a whole number, 0 or more"),
        (lambda: ServiceLevel(threshold_ms=2**53), "threshold_ms must be at most"),
        (lambda: ServiceLevel(inclusive=1), "inclusive must be true or false, not 1"),  # type: ignore[arg-type]
        (lambda: ServiceLevel(formula="best"), "formula must be one of answered_of_offered, "),
    ],
)
def test_rules_out_of_range_are_refused(make: Any, expected: str) -> None:  # each of its own kind
    """A quantile that no rank has, rates below nothing, no rates, no formula."""
    with pytest.raises(PolicyError, match=expected):
        make()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"windows_days": 7}, "no policy setting is called 'windows_days'"),
        ({"low_assignment_rule": {"rule": "median"}}, "no low-assignment rule is called 'median'"),
        ({"low_assignment_rule": {}}, "no low-assignment rule is called None"),
        ({"low_assignment_rule": "median"}, "no low-assignment rule is called None"),
        ({"service_level": {"limit": 5}}, "a service level has formula, inclusive, threshold_ms"),
        ({"service_level": 20_000}, "a service level has .*, not 20000"),
    ],
)
def test_unknown_settings_are_refused(values: dict[str, Any], expected: str) -> None:
    """A document with settings of another release is not guessed at."""
    with pytest.raises(FormatError, match=expected):
        Policy.from_dict(values)


def test_fractions_come_from_exact_numbers_and_texts() -> None:
    """A fraction as text, as it stands in documents, is exact."""
    assert Fraction(1, 3) == Policy(low_assignment_fraction="1/3").low_assignment_fraction
    assert FixedRate("0.2").rate == Fraction(1, 5)
    assert ((1, Fraction(3, 5)), (100, Fraction(4, 5))) == BENCHMARK.rates
    assert BENCHMARK == BenchmarkRates(BENCHMARK.rates)
