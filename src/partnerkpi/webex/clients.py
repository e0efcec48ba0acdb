"""From the client type of a call leg to the endpoint type of quality by endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["CLIENT_TYPES"]

#: The endpoint type of each documented client type. The sub client type comes first where it has a
#: line of its own: calls of a mobile network say ``SIP`` and beside it ``MOBILE_NETWORK``. A client
#: type without a line is kept as an endpoint type as it was written, and counted as unknown.
#: ``WXC_DEVICE`` is any device of the vendor's own, desk phone or room device: the client type does
#: not tell them apart.
CLIENT_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "MOBILE_NETWORK": "mobile_network",
        "WXC_CLIENT": "app",
        "TEAMS_WXC_CLIENT": "app",
        "TEAMS_CLIENT": "app",
        "WXC_DEVICE": "webex_device",
        "TEAMS_DEVICE": "webex_device",
        "TEAMS_SHARE": "webex_device",
        "WXC_THIRD_PARTY": "third_party_device",
        "WXC_SIP_GW": "gateway",
        "SIP": "sip",
        "CLOUD_AWARE_SIP": "sip",
        "WXCC": "contact_center",
    }
)
