"""Calling figures: usage, quality, features, and calls into queues, week by week."""

from partnerkpi.calling.figures import RowNumbers, WeekFigure, WeekSayer
from partnerkpi.calling.fold import Within, fold, within
from partnerkpi.calling.legs import (
    Features,
    LegState,
    LegTerms,
    Quality,
    Usage,
    features,
    finish_features,
    finish_quality,
    finish_usage,
    leg_state,
    quality,
    queue_customers,
    usage,
)
from partnerkpi.calling.queues import (
    QueueKpis,
    QueueSection,
    QueueState,
    QueueTerms,
    StoredQueues,
    finish_queues,
    queue_kpis,
    queue_state,
)
from partnerkpi.calling.seats import CallingSeats
from partnerkpi.calling.sections import Calling, CallingState, calling_state, finish_calling
from partnerkpi.calling.weeks import Weeks, weeks_at

__all__ = [
    "Calling",
    "CallingSeats",
    "CallingState",
    "Features",
    "LegState",
    "LegTerms",
    "Quality",
    "QueueKpis",
    "QueueSection",
    "QueueState",
    "QueueTerms",
    "RowNumbers",
    "StoredQueues",
    "Usage",
    "WeekFigure",
    "WeekSayer",
    "Weeks",
    "Within",
    "calling_state",
    "features",
    "finish_calling",
    "finish_features",
    "finish_quality",
    "finish_queues",
    "finish_usage",
    "fold",
    "leg_state",
    "quality",
    "queue_customers",
    "queue_kpis",
    "queue_state",
    "usage",
    "weeks_at",
    "within",
]
