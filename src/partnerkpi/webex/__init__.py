"""The platform's own payloads and exports, to records, columns and states; nothing is fetched."""

from partnerkpi.webex.call_history import CallHistory, call_history, call_history_in_batches
from partnerkpi.webex.clients import CLIENT_TYPES
from partnerkpi.webex.features import FEATURES
from partnerkpi.webex.queue_legs import LegQueueCalls
from partnerkpi.webex.queue_legs_rules import QueueRule
from partnerkpi.webex.queue_legs_stream import queue_calls_from_legs
from partnerkpi.webex.queue_statistics import QueueStatistics, queue_statistics
from partnerkpi.webex.queue_statistics_rows import QueueStatisticsRow

__all__ = [
    "CLIENT_TYPES",
    "FEATURES",
    "CallHistory",
    "LegQueueCalls",
    "QueueRule",
    "QueueStatistics",
    "QueueStatisticsRow",
    "call_history",
    "call_history_in_batches",
    "queue_calls_from_legs",
    "queue_statistics",
]
