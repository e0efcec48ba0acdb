"""From the reasons and user types of a call leg to the features that it used."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["FEATURES", "MAILBOX_LINE", "PERSONS", "QUEUES"]

#: The called line of a leg that leaves a message.
MAILBOX_LINE: Final = "Voice Portal Voice Messaging Group"

#: The user types of a user's or a workspace's own legs. Only these legs have a user: ids of queues,
#: hunt groups, auto attendants and virtual lines are those of services, not of active users.
PERSONS: Final = ("User", "Place")

#: The user types of call queues.
QUEUES: Final = ("CallCenterPremium", "CallCenterStandard", "CallCenterBasic")

_FORWARDED: Final[Mapping[str, str | None]] = MappingProxyType(
    {
        "Unconditional": "call_forward",
        "NoAnswer": "call_forward",
        "UserBusy": "call_forward",
        "TimeOfDay": "call_forward",
        "Unavailable": "call_forward",
        "FollowMe": "single_number_reach",
        "Deflection": "call_transfer",
        "CallQueue": "call_queue",
        "HuntGroup": "hunt_group",
        "ExplicitIdxxx": None,
        "ImplicitId": None,
        "Unrecognized": None,
        "Unrecognised": None,
        "Unknown": None,
    }
)
_RELATED: Final[Mapping[str, str | None]] = MappingProxyType(
    {
        "ConsultativeTransfer": "call_transfer",
        "Deflection": "call_transfer",
        "CallForwardModeBased": "call_forward",
        "CallForwardSelective": "call_forward",
        "CallForwardAlways": "call_forward",
        "CallForwardNoAnswer": "call_forward",
        "CallForwardBusy": "call_forward",
        "CallForwardNotReachable": "call_forward",
        "CallQueue": "call_queue",
        "HuntGroup": "hunt_group",
        "CallPickup": "call_pickup",
        "DirectedCallPickup": "call_pickup",
        "CallPark": "call_park",
        "CallParkRetrieve": "call_park",
        "CallRetrieve": "call_park",
        "FaxDeposit": "fax",
        "PushNotificationRetrieval": "push_notification",
        "BargeIn": "barge_in",
        "VoiceXMLScriptTermination": "route_point",
        "RoutePoint": "route_point",
        "AnywhereLocation": "single_number_reach",
        "AnywherePortal": "single_number_reach",
        "CallRecording": "call_recording",
        "Executive": "executive_assistant",
        "ExecutiveAssistantInitiateCall": "executive_assistant",
        "ExecutiveAssistantDivert": "executive_assistant",
        "ExecutiveForward": "executive_assistant",
        "ExecutiveAssistantCallPush": "executive_assistant",
        "Remote Office": "remote_office",
        "SequentialRing": "sequential_ring",
        "SimultaneousRingPersonal": "simultaneous_ring",
        "CCMonitoringBI": "silent_monitoring",
        "Unrecognized": None,
        "Unrecognised": None,
    }
)
_USER_TYPES: Final[Mapping[str, str | None]] = MappingProxyType(
    {
        "User": None,
        "Place": None,
        "LocalGateway": None,
        "VirtualLine": "virtual_line",
        "VirtuaLline": "virtual_line",
        "HuntGroup": "hunt_group",
        **dict.fromkeys(QUEUES, "call_queue"),
        "AutomatedAttendantVideo": "auto_attendant",
        "Anchor": "contact_center",
        "BroadworksAnywhere": "single_number_reach",
        "VoiceMailRetrieval": "voicemail",
        "VoiceMailGroup": "voicemail",
        "GroupPaging": "group_paging",
        "VoiceXML": "route_point",
        "RoutePoint": "route_point",
        "RouteList": "route_list",
    }
)
_RECORDED: Final[Mapping[str, str | None]] = MappingProxyType(
    dict.fromkeys(("successful", "failed", "successful but not kept"), "call_recording")
)

#: The feature of each documented value, heading by heading; ``None`` where a value shows none. A
#: leg uses every feature that any of its values shows. A value without a line shows none, and is
#: counted as unknown. Of called lines and recalls only the values listed are looked for.
FEATURES: Final[Mapping[str, Mapping[str, str | None]]] = MappingProxyType(
    {
        "Original reason": _FORWARDED,
        "Redirect reason": _FORWARDED,
        "Related reason": _RELATED,
        "User type": _USER_TYPES,
        "Call Recording Result": _RECORDED,
        "Recall Type": MappingProxyType({"call park": "call_park"}),
        "Called line ID": MappingProxyType({MAILBOX_LINE: "voicemail"}),
    }
)
