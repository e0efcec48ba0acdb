"""Calls into queues as a document tells them: the figures and tables, without what they count."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

from attrs import field, frozen

from partnerkpi.calling.queues.rows import (
    CUSTOMERS_TABLE,
    QUEUES_TABLE,
    CustomerQueuesRow,
    QueueRow,
)
from partnerkpi.calling.queues.rules import FIGURES
from partnerkpi.calling.queues.section import QueueSection
from partnerkpi.errors import RecordsMissingError
from partnerkpi.kpi import Table

if TYPE_CHECKING:
    from partnerkpi.calling.figures import Grounds, WeekFigure, WeekSayer
    from partnerkpi.calling.queues.hours import HoursRow
    from partnerkpi.calling.queues.rows import QueueWeek
    from partnerkpi.calling.queues.rules import QueueFigure
    from partnerkpi.kpi import RowPart
    from partnerkpi.policy import Policy

__all__ = ["StoredQueues"]


@frozen(eq=False, kw_only=True)
class StoredQueues(QueueSection):
    """Calls into queues that were read from a document.

    What the document does not tell (changes by customer and queue, hours of the week, other
    percentiles and service levels) raises ``RecordsMissingError``.

    Attributes:
        weeks: All queues in each of the trend's weeks.
    """

    weeks: tuple[QueueWeek, ...]
    _say: WeekSayer = field(alias="say", repr=False)
    _grounds: Grounds[int] = field(alias="grounds", repr=False)
    _customers: RowPart = field(alias="customers", repr=False)
    _queues: RowPart = field(alias="queues", repr=False)

    @property
    def trend(self) -> tuple[QueueWeek, ...]:
        """All queues in each of the trend's weeks, oldest first."""
        return self.weeks

    @property
    def customers(self) -> Table[CustomerQueuesRow]:
        """Customers with a call into a queue in the last week, highest abandoned rate first."""
        return Table(CUSTOMERS_TABLE, CustomerQueuesRow, (self._customers,))

    @property
    def queues(self) -> Table[QueueRow]:
        """Queues with a call in the last week, highest abandoned rate first."""
        return Table(QUEUES_TABLE, QueueRow, (self._queues,))

    @property
    def customer_changes(self) -> Table[CustomerQueuesRow]:
        """Refuse, as the week before is not told by customer.

        Raises:
            RecordsMissingError: always.
        """
        self._refuse("changes of customers")

    @property
    def queue_changes(self) -> Table[QueueRow]:
        """Refuse, as the week before is not told by queue.

        Raises:
            RecordsMissingError: always.
        """
        self._refuse("changes of queues")

    @property
    def hours(self) -> Table[HoursRow]:
        """Refuse, as hours are not told.

        Raises:
            RecordsMissingError: always.
        """
        self._refuse("hours of the week")

    def trending_down(self, *, weeks: int = 3) -> WeekFigure[int | None, str]:
        """Refuse, as earlier weeks are not told by customer.

        Raises:
            RecordsMissingError: always.
        """
        self._refuse(f"customers whose calls fell over {weeks} weeks")

    @property
    def _policy(self) -> Policy:
        return self._say.policy

    def _figure(self, figure: QueueFigure, policy: Policy | None = None) -> Any:
        name = figure.definition.name.removeprefix("queues.")
        if name not in FIGURES or not self._told(policy):
            self._refuse(figure.definition.title)
        previous, value = map(attrgetter(name), self.weeks[-2:])

        return self._say.figure(figure.definition, value, previous, self._grounds)

    def _told(self, policy: Policy | None) -> bool:
        """Whether the document was counted by this policy."""
        return policy is None or policy.to_dict() == self._policy.to_dict()

    def _refuse(self, what: str) -> NoReturn:
        msg = f"{what}: the counts behind it are not here, the report was read from a document"
        raise RecordsMissingError(msg)
