"""The platform's own payloads and exports, to records, columns and states; nothing is fetched."""

from partnerkpi.webex.call_history import CallHistory, call_history, call_history_in_batches
from partnerkpi.webex.clients import CLIENT_TYPES
from partnerkpi.webex.features import FEATURES

__all__ = [
    "CLIENT_TYPES",
    "FEATURES",
    "CallHistory",
    "call_history",
    "call_history_in_batches",
]
