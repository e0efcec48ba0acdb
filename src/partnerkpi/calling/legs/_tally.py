"""Machinery: counts call legs for all figures, a batch at a time, in one pass over the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from attrs import define, field

from partnerkpi.calling.legs._feature_tally import FeatureTally
from partnerkpi.calling.legs._labels import Coder
from partnerkpi.calling.legs._quality_tally import QualityTally
from partnerkpi.calling.legs._usage_tally import UsageTally
from partnerkpi.calling.legs.columns import LegSource, Limits, sights
from partnerkpi.calling.weeks import Weeks

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes
    from partnerkpi.calling.legs.columns import Sight
    from partnerkpi.calling.legs.feature_measures import FeatureState
    from partnerkpi.calling.legs.quality_measures import QualityState
    from partnerkpi.calling.legs.usage_measures import UsageState

__all__ = ["LegTally", "feature_state", "quality_state", "usage_state"]

_State = TypeVar("_State")
_State_co = TypeVar("_State_co", covariant=True)


@define(eq=False)
class LegTally:
    """Counts call legs, a batch at a time.

    A customer's rows may come in any batches. Memory grows with what the states hold, with the
    labels of the first batch, and while keys wait to be sorted with a small multiple of the
    different ones; never with rows. Batches that share their tables of labels are counted without
    looking at a text.

    Attributes:
        weeks: The weeks of the trend.
        limits: From which measurement on a leg is poor.
    """

    weeks: Weeks
    limits: Limits
    _customers: Coder = field(init=False, factory=Coder)
    _usage: UsageTally = field(init=False)
    _quality: QualityTally = field(init=False)
    _features: FeatureTally = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with nothing."""
        self._usage = UsageTally(self.weeks)
        self._quality = QualityTally(self.weeks, self.limits)
        self._features = FeatureTally(self.weeks)

    def add(self, source: LegSource) -> None:
        """Count a batch.

        Raises:
            CountOverflowError: a sum is beyond 64 bits.
        """
        calls = source.calls
        self._customers.use(calls.customer.labels)
        self._usage.begin(calls)
        for sight in sights(source, self.weeks):
            customer = self._customers(sight.of(calls.customer.codes))
            customers = self._customers.size
            self._usage.add(sight, customer, customers)
            self._quality.add(sight, customer, customers)
            self._features.add(sight, customer, customers)

    def states(self) -> tuple[UsageState, QualityState, FeatureState]:
        """What was counted by now; counting may go on."""
        return (
            self._usage.state(self._customers),
            self._quality.state(self._customers),
            self._features.state(self._customers),
        )


def usage_state(source: LegSource, weeks: Weeks) -> UsageState:
    """Count call legs for usage alone.

    Raises:
        CountOverflowError: a sum is beyond 64 bits.
    """
    tally = UsageTally(weeks)
    tally.begin(source.calls)

    return _counted(tally, source, weeks)


def quality_state(source: LegSource, weeks: Weeks, limits: Limits) -> QualityState:
    """Count call legs for quality alone."""
    return _counted(QualityTally(weeks, limits), source, weeks)


def feature_state(source: LegSource, weeks: Weeks) -> FeatureState:
    """Count call legs for features alone."""
    return _counted(FeatureTally(weeks), source, weeks)


class _Tally(Protocol[_State_co]):
    def add(self, sight: Sight, customer: Codes, customers: int) -> None: ...

    def state(self, customers: Coder) -> _State_co: ...


def _counted(tally: _Tally[_State], source: LegSource, weeks: Weeks) -> _State:
    owners = source.calls.customer
    customers = Coder.of(owners.labels)
    for sight in sights(source, weeks):
        tally.add(sight, customers(sight.of(owners.codes)), customers.size)

    return tally.state(customers)
