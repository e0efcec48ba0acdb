"""The service level: which calls are in its numerator and denominator, by formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import frozen

from partnerkpi.call_models import Outcome
from partnerkpi.calling.queues.columns import ABANDONED, OFFERED
from partnerkpi.calling.queues.picks import Pick
from partnerkpi.policy import ServiceLevelFormula as Formula

if TYPE_CHECKING:
    from partnerkpi.policy import Policy

__all__ = ["service_level"]

_ANSWERED = Pick.of([Outcome.ANSWERED])
_BOTH = _ANSWERED | Pick.of(ABANDONED)


@frozen
class _Limits:
    """Up to which wait a call is in time, and up to which hanging up is short; both exclusive."""

    in_time: int
    short: int

    def answered(self) -> Pick:
        return Pick.of([Outcome.ANSWERED], until=self.in_time)


# In the words of ServiceLevelFormula: A, At and so on, each as a pick.
_FORMULAS: Mapping[Formula, Callable[[_Limits], tuple[Pick, Pick]]] = MappingProxyType(
    {
        Formula.ANSWERED_OF_OFFERED: lambda limits: (limits.answered(), Pick.of(OFFERED)),
        Formula.ANSWERED_ONLY: lambda limits: (limits.answered(), _ANSWERED),
        Formula.ABANDONS_POSITIVE: lambda limits: (
            limits.answered() | Pick.of(ABANDONED, until=limits.in_time),
            _BOTH,
        ),
        Formula.ABANDONS_NEGATIVE: lambda limits: (limits.answered(), _BOTH),
        Formula.ABANDONS_IGNORED: lambda limits: (
            limits.answered(),
            _ANSWERED | Pick.of(ABANDONED, since=limits.in_time),
        ),
        Formula.SHORT_POSITIVE: lambda limits: (
            limits.answered() | Pick.of([Outcome.ABANDONED], until=limits.short),
            _BOTH,
        ),
        Formula.SHORT_EXCLUDED: lambda limits: (
            limits.answered(),
            _BOTH | Pick.of([Outcome.ABANDONED], since=limits.short),
        ),
    }
)


def service_level(policy: Policy) -> tuple[Pick, Pick]:
    """The calls in the numerator and in the denominator of the service level.

    The threshold counts as in time if the policy says inclusive; ``short_abandon_ms`` always does,
    unless it is 0, which stands for no short call at all.

    Args:
        policy: Threshold, formula, and what is short.

    Example:
        >>> from partnerkpi.policy import Policy
        >>> answered, offered = service_level(Policy())
        >>> dict(answered.ranges)
        {<Outcome.ANSWERED: 'answered'>: (0, 20001)}
    """
    level = policy.service_level
    short = policy.short_abandon_ms + 1 if policy.short_abandon_ms else 0

    return _FORMULAS[level.formula](_Limits(level.threshold_ms + level.inclusive, short))
