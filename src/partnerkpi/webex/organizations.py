"""Organizations: those a partner manages, its own among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from partnerkpi._faults import FAULT_CAP
from partnerkpi.webex._answer_cells import Cells
from partnerkpi.webex._reading import Kind, read_payload
from partnerkpi.webex.ids import WebexId, decode_role

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.webex._loading import PayloadSource
    from partnerkpi.webex.payloads import Payload

__all__ = [
    "WebexManagedOrganization",
    "WebexOrganization",
    "managed_organizations",
    "organizations",
]


@frozen(kw_only=True)
class WebexOrganization:
    """An organization as ``GET /organizations`` gives it.

    Attributes:
        id: Its id.
        name: Its display name.
        created: When it was created; ``None`` where the answer does not say.

    Example:
        >>> answer = {"id": "96abc2aa-3dcc-11e5-a152-fe34819cdc9a", "displayName": "Globex"}
        >>> organizations(answer)[0].name
        'Globex'
    """

    id: WebexId
    name: str
    created: datetime | None = None


@frozen(kw_only=True)
class WebexManagedOrganization:
    """An organization that an administrator manages, as ``GET /partner/organizations`` gives it.

    Attributes:
        organization: Its id.
        role: The administrator's role, decoded, such as ``atlas-portal.partner.salesadmin``;
            ``None`` where it does not decode.
        raw_role: The role as it came.

    Example:
        >>> role = "YXRsYXMtcG9ydGFsLnBhcnRuZXIuaGVscGRlc2s="
        >>> managed_organizations([{"orgId": "o-1", "role": role}])[0].role
        'atlas-portal.partner.helpdesk'
    """

    organization: WebexId
    role: str | None
    raw_role: str


def organizations(
    *sources: PayloadSource, lenient: bool = False, max_faults: int = FAULT_CAP
) -> Payload[WebexOrganization]:
    """Read organizations: a list of them, or the details of one.

    The list holds the partner's own organization as well.

    Args:
        sources: Answers: parsed JSON, bytes or text of JSON, paths (gzipped or not), streams.
        lenient: Leave faulty records out and list them in the result, instead of raising.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer is faulty; carries every fault of all of them.
        OSError: a path cannot be opened.

    Example:
        >>> answer = '{"items": [{"id": "o-1", "displayName": "Globex"}]}'
        >>> organizations(answer)[0].id.text
        'o-1'
    """
    return read_payload(
        _ORGANIZATIONS, sources, _organization, lenient=lenient, max_faults=max_faults
    )


def managed_organizations(
    *sources: PayloadSource, lenient: bool = False, max_faults: int = FAULT_CAP
) -> Payload[WebexManagedOrganization]:
    """Read which organizations an administrator manages, and in which role.

    Args:
        sources: Answers, as for ``organizations``.
        lenient: Leave faulty records out and list them in the result, instead of raising.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer is faulty; carries every fault of all of them.
        OSError: a path cannot be opened.

    Example:
        >>> len(managed_organizations({"items": []}))
        0
    """
    return read_payload(_MANAGED, sources, _managed, lenient=lenient, max_faults=max_faults)


_ORGANIZATIONS = Kind("organizations", "an organization", "displayName")
_MANAGED = Kind("managed organizations", "an organization", "orgId")


def _organization(cells: Cells) -> WebexOrganization:
    return WebexOrganization(
        id=cells.id("id"),
        name=cells.text("displayName"),
        created=cells.instant_or_none("created"),
    )


def _managed(cells: Cells) -> WebexManagedOrganization:
    role = cells.text("role")

    return WebexManagedOrganization(
        organization=cells.id("orgId"), role=decode_role(role), raw_role=role
    )
