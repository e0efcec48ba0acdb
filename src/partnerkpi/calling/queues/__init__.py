"""Calls into queues: look, add up and say by queue and customer, week by week."""

from partnerkpi.calling.queues.hours import HoursRow
from partnerkpi.calling.queues.kpis import (
    DEFINITIONS,
    QueueKpis,
    finish_queues,
    queue_kpis,
)
from partnerkpi.calling.queues.measures import Cells
from partnerkpi.calling.queues.names import PairNames
from partnerkpi.calling.queues.rows import (
    CustomerQueuesRow,
    OutcomeCounts,
    QueueRow,
    QueueWeek,
    WaitPercentiles,
)
from partnerkpi.calling.queues.section import QueueSection, WaitFigures
from partnerkpi.calling.queues.state import (
    Profile,
    QueueSource,
    QueueState,
    QueueTerms,
    queue_state,
)
from partnerkpi.calling.queues.stored import StoredQueues

__all__ = [
    "DEFINITIONS",
    "Cells",
    "CustomerQueuesRow",
    "HoursRow",
    "OutcomeCounts",
    "PairNames",
    "Profile",
    "QueueKpis",
    "QueueRow",
    "QueueSection",
    "QueueSource",
    "QueueState",
    "QueueTerms",
    "QueueWeek",
    "StoredQueues",
    "WaitFigures",
    "WaitPercentiles",
    "finish_queues",
    "queue_kpis",
    "queue_state",
]
