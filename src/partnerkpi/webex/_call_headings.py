"""Machinery: the documented headings of the detailed call history, and values that are open sets.

Exports, payloads and documentation spell one heading in several ways (``Report ID``, ``reportId``,
``Device Mac``, ``Device MAC``), so names are compared squeezed: without blanks, underscores and
hyphens, in small letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from partnerkpi._arrays import MAX_COUNT
from partnerkpi.webex.clients import CLIENT_TYPES
from partnerkpi.webex.features import FEATURES

__all__ = ["ANSWER_COLUMNS", "HEADINGS", "KNOWN_VALUES", "REQUIRED", "SECONDS", "USED", "squeezed"]

#: What is expected of a duration.
SECONDS: Final = f"a count of seconds from 0 to {MAX_COUNT // 1000}"

_OUT: Final = MappingProxyType(str.maketrans("", "", " _-\t"))

_DOCUMENTED: Final = (
    *("Start time", "Answer time", "Duration", "Calling number", "Called number", "User"),
    *("Calling line ID", "Called line ID", "Correlation ID", "Location", "Inbound trunk"),
    *("Outbound trunk", "Route group", "Direction", "Call type", "Client type", "Client version"),
    *("Sub client type", "OS type", "Device MAC", "Model", "Answered", "International country"),
    *("Original reason", "Related reason", "Redirect reason", "Site main number", "Site timezone"),
    *("User type", "Call ID", "Local SessionID", "Remote SessionID", "User UUID", "Org UUID"),
    *("Report ID", "Department ID", "Site UUID", "Releasing party", "Redirecting number"),
    *("Transfer related call ID", "Dialed digits", "Authorization code", "Call transfer time"),
    *("User number", "Local call ID", "Remote call ID", "Network call ID", "Related call ID"),
    *("Call outcome", "Call outcome reason", "Final local SessionID", "Final remote SessionID"),
    *("Answer indicator", "Ring duration", "Release time", "Report time"),
    *("PSTN legal entity", "PSTN vendor Org ID", "PSTN vendor name", "PSTN provider ID"),
    *("Caller ID number", "External caller ID number", "Device owner UUID"),
    *("Call Recording Platform Name", "Call Recording Result", "Call Recording Trigger"),
    *("Redirecting party UUID", "Public Calling IP Address", "Public Called IP Address"),
    *("Original called party UUID", "Recall Type", "Hold Duration", "Auto Attendant Key Pressed"),
    *("Queue Type", "Answered Elsewhere", "Route list calls overage", "Caller Reputation Score"),
    *("Caller Reputation Service Result", "Caller Reputation Score Reason", "Interaction ID"),
    *("WxCC consult merge status", "ELIN", "Emergency number source", "External customer ID"),
    *("Transfer type", "Transfer type context", "Answer reason"),
)


def squeezed(name: str) -> str:
    """A name as names are compared.

    Example:
        >>> squeezed("Report ID"), squeezed("reportId"), squeezed("report_id")
        ('reportid', 'reportid', 'reportid')
    """
    return name.translate(_OUT).lower()


#: Every documented heading by its squeezed name.
HEADINGS: Final[Mapping[str, str]] = MappingProxyType(
    {squeezed(each): each for each in _DOCUMENTED}
)

#: Headings without which a table is no detailed call history.
REQUIRED: Final = ("Start time", "Duration", "Correlation ID", "Org UUID", "Direction", "User type")
#: Of these one is needed.
ANSWER_COLUMNS: Final = ("Answered", "Answer indicator")

#: The headings that are looked at; the others are known, and nothing is made of them.
USED: Final = (
    *(*REQUIRED, *ANSWER_COLUMNS, "Report ID", "Report time", "User UUID", "Client type"),
    *("Sub client type", "Original reason", "Redirect reason", "Related reason", "Recall Type"),
    *("Call Recording Result", "Called line ID", "Answer time", "Release time", "Ring duration"),
    *("Hold Duration", "Releasing party", "Call outcome", "Call outcome reason", "Local call ID"),
    *("Related call ID", "User", "Location", "User number"),
)

_OUTCOME_REASONS: Final = (
    *("Normal", "UserBusy", "NoAnswer", "CallRejected", "UnassignedNumber", "SIP408"),
    *("InternalRequestTimeout", "Q850102ServerTimeout", "NoUserResponse", "NoAnswerFromUser"),
    *("SIP480", "SIP487", "TemporarilyUnavailable", "AdminCallBlock", "UserCallBlock"),
    *("Unreachable", "LocalGatewayLoop", "UserAbsent", "DestinationOutOfOrder", "SIP501"),
    *("SIP503", "ProtocolError", "SIP606", "NoRouteToDestination", "Internal"),
    *("MaxConcurrentTerminatingAlertingRequestsExceeded", "RouteListCalls"),
)

#: For columns whose values are open sets the documented values, squeezed.
KNOWN_VALUES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        heading: frozenset(map(squeezed, values))
        for heading, values in {
            "Direction": ("ORIGINATING", "TERMINATING"),
            "Answer indicator": ("Yes", "No", "Yes-PostRedirection"),
            "Releasing party": ("Local", "Remote", "Unknown"),
            "Call outcome": ("Success", "Failure", "Refusal"),
            "Call outcome reason": _OUTCOME_REASONS,
            "Client type": [each for each in CLIENT_TYPES if each != "MOBILE_NETWORK"],
            "Sub client type": ("MOBILE_NETWORK",),
            **{each: FEATURES[each] for each in ("Original reason", "Redirect reason")},
            **{each: FEATURES[each] for each in ("Related reason", "User type")},
            "Call Recording Result": FEATURES["Call Recording Result"],
        }.items()
    }
)
