"""The section of call queues: which figures and tables it has, wherever they come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from attrs import evolve, frozen

from partnerkpi._showing import Shown
from partnerkpi.aggregates import Ratio
from partnerkpi.calling.queues.columns import OFFERED
from partnerkpi.calling.queues.rules import FIGURES, PERCENTS, percentile_figure
from partnerkpi.kpi import Table, plain

if TYPE_CHECKING:
    from fractions import Fraction

    from partnerkpi.call_models import Outcome
    from partnerkpi.calling.figures import WeekFigure
    from partnerkpi.calling.queues.hours import HoursRow
    from partnerkpi.calling.queues.rows import CustomerQueuesRow, QueueRow, QueueWeek
    from partnerkpi.calling.queues.rules import QueueFigure
    from partnerkpi.policy import Policy, ServiceLevel

__all__ = ["QueueSection", "WaitFigures"]

_GROUPS = ("answered", "abandoned")


@frozen(eq=False, kw_only=True)
class WaitFigures:
    """Nearest-rank percentiles of waits in milliseconds; ``None`` where nobody waited.

    Attributes:
        p50: The wait that half of the calls did not exceed.
        p90: The wait that 90 % of the calls did not exceed.
        p95: The wait that 95 % of the calls did not exceed.
    """

    p50: WeekFigure[int | None, int]
    p90: WeekFigure[int | None, int]
    p95: WeekFigure[int | None, int]


class QueueSection(Shown, ABC):
    """Calls into queues in the last completed week, overall and by customer and queue.

    Counted here (``QueueKpis``) or read from a document (``StoredQueues``): the same figures and
    tables. Every figure is made when asked for; each knows the value of the week before and its
    definition.
    """

    __slots__ = ()

    @property
    def offered(self) -> WeekFigure[int, int]:
        """Entries into queues, less those still waiting."""
        return self._count("offered")

    @property
    def waiting(self) -> WeekFigure[int, int]:
        """Calls still in a queue."""
        return self._count("waiting")

    @property
    def outcomes(self) -> Mapping[Outcome, WeekFigure[int, int]]:
        """Calls offered, by outcome; all eight are there."""
        return MappingProxyType({each: self._count(f"outcomes.{each.value}") for each in OFFERED})

    @property
    def average_time_to_answer_ms(self) -> WeekFigure[Ratio, int]:
        """Mean wait of the answered and transferred, in milliseconds."""
        return self._ratio("average_time_to_answer_ms")

    @property
    def average_wait_before_abandon_ms(self) -> WeekFigure[Ratio, int]:
        """Mean wait of the abandoned and those who left a message, in milliseconds."""
        return self._ratio("average_wait_before_abandon_ms")

    @property
    def abandoned_rate(self) -> WeekFigure[Ratio, int]:
        """Abandoned, or ended with a message, of those offered."""
        return self._ratio("abandoned_rate")

    @property
    def longest_answered_ms(self) -> WeekFigure[int | None, int]:
        """Longest wait of the answered and transferred, in milliseconds."""
        return self._wait("longest_answered_ms")

    @property
    def longest_abandoned_ms(self) -> WeekFigure[int | None, int]:
        """Longest wait of the abandoned and those who left a message, in milliseconds."""
        return self._wait("longest_abandoned_ms")

    @property
    def answered_wait_ms(self) -> WaitFigures:
        """Percentiles of the waits of the answered and transferred."""
        return self._percentiles("answered")

    @property
    def abandoned_wait_ms(self) -> WaitFigures:
        """Percentiles of the waits of the abandoned and those who left a message."""
        return self._percentiles("abandoned")

    @property
    def service_level(self) -> WeekFigure[Ratio, int]:
        """Answered in time, by the policy's formula."""
        return self._ratio("service_level")

    def wait_percentile_ms(
        self, group: Literal["answered", "abandoned"], percent: int | Fraction
    ) -> WeekFigure[int | None, int]:
        """Any nearest-rank percentile of the waits of a group, in milliseconds.

        Args:
            group: ``answered`` for the answered and transferred, ``abandoned`` for the abandoned
                and those who left a message.
            percent: Above 0, at most 100.

        Raises:
            PolicyError: the percentile is outside its range.
            RecordsMissingError: waits were not kept.
        """
        figure: WeekFigure[int | None, int] = self._figure(
            percentile_figure(_GROUPS.index(group), percent)
        )

        return figure

    def service_level_at(
        self, level: ServiceLevel, *, short_abandon_ms: int = 0
    ) -> WeekFigure[Ratio, int]:
        """The service level by any threshold and formula, without another pass over the rows.

        Args:
            level: Threshold, whether it is inclusive, and formula.
            short_abandon_ms: The wait up to which hanging up is short; 0 for never.

        Raises:
            PolicyError: a setting is outside its range.
            RecordsMissingError: waits were not kept.
        """
        policy = evolve(self._policy, service_level=level, short_abandon_ms=short_abandon_ms)

        return self._ratio("service_level", policy)

    @property
    @abstractmethod
    def trend(self) -> tuple[QueueWeek, ...]:
        """All queues in each of the trend's weeks, oldest first."""

    @property
    @abstractmethod
    def customers(self) -> Table[CustomerQueuesRow]:
        """Customers with a call into a queue in the last week, highest abandoned rate first."""

    @property
    @abstractmethod
    def queues(self) -> Table[QueueRow]:
        """Queues with a call in the last week, highest abandoned rate first."""

    @property
    @abstractmethod
    def customer_changes(self) -> Table[CustomerQueuesRow]:
        """What every customer's figures changed by since the week before.

        Raises:
            RecordsMissingError: changes were not counted.
        """

    @property
    @abstractmethod
    def queue_changes(self) -> Table[QueueRow]:
        """What every queue's figures changed by since the week before; otherwise as for customers.

        Raises:
            RecordsMissingError: changes were not counted.
        """

    @property
    @abstractmethod
    def hours(self) -> Table[HoursRow]:
        """When each queue is called: by hour of the week, over the trend's weeks.

        Raises:
            RecordsMissingError: hours were not counted.
        """

    @abstractmethod
    def trending_down(self, *, weeks: int = 3) -> WeekFigure[int | None, str]:
        """Customers with fewer calls offered in each of the last weeks than in the week before.

        Raises:
            PolicyError: the trend has not as many weeks.
            RecordsMissingError: weeks were not counted by queue.
        """

    def to_dict(self) -> dict[str, Any]:
        """The section as plain values, as it stands in the report document."""
        trend = [plain(each) for each in self.trend]

        return {
            **{name: value for name, value in trend[-1].items() if name != "week_end"},
            "trend": trend,
            "customers": self.customers.to_dicts(),
            "queues": self.queues.to_dicts(),
        }

    @property
    @abstractmethod
    def _policy(self) -> Policy:
        """The policy of the section."""

    @abstractmethod
    def _figure(self, figure: QueueFigure, policy: Policy | None = None) -> Any:
        """A figure, by the section's policy or another one."""

    def _count(self, name: str) -> WeekFigure[int, int]:
        figure: WeekFigure[int, int] = self._figure(FIGURES[name])

        return figure

    def _ratio(self, name: str, policy: Policy | None = None) -> WeekFigure[Ratio, int]:
        figure: WeekFigure[Ratio, int] = self._figure(FIGURES[name], policy)

        return figure

    def _wait(self, name: str) -> WeekFigure[int | None, int]:
        figure: WeekFigure[int | None, int] = self._figure(FIGURES[name])

        return figure

    def _percentiles(self, group: str) -> WaitFigures:
        names = (f"{group}_wait_ms.p{percent}" for percent in PERCENTS)
        p50, p90, p95 = map(self._wait, names)

        return WaitFigures(p50=p50, p90=p90, p95=p95)
