"""A partner's administrators who are assigned to an organization."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from attrs import frozen

from partnerkpi._faults import FAULT_CAP
from partnerkpi.managing_models import Role
from partnerkpi.webex._answer_cells import Cells
from partnerkpi.webex._reading import Kind, read_payload
from partnerkpi.webex.ids import WebexId, decode_id

if TYPE_CHECKING:
    from partnerkpi.webex._loading import PayloadSource
    from partnerkpi.webex.payloads import Payload

__all__ = ["ADMINISTRATOR_ROLES", "WebexAdministrator", "administrators"]

#: The role here for each role of the platform; an administrator of another one is left out and
#: listed. Whoever is assigned to an organization as its full administrator is a partner
#: administrator here: those who see all customers are not assigned.
ADMINISTRATOR_ROLES: Final[Mapping[str, Role]] = MappingProxyType(
    {
        "id_full_admin": Role.PARTNER_ADMIN,
        "id_readonly_admin": Role.PARTNER_READONLY_ADMIN,
        "atlas-portal.partner.salesfulladmin": Role.PARTNER_FULL_ADMIN,
        "atlas-portal.partner.salesadmin": Role.PARTNER_ADMIN,
        "atlas-portal.partner.helpdesk": Role.HELPDESK_ADMIN,
    }
)


@frozen(kw_only=True)
class WebexAdministrator:
    """An administrator as ``GET /partner/organizations/{orgId}/partnerAdmins`` gives one.

    Attributes:
        id: The person's id.
        organization: To which organization the person is assigned, as the caller says;
            ``None`` otherwise.
        name: The display name, else first and last name, else nothing.
        emails: The e-mail addresses.
        role: The role in the organization, such as ``id_full_admin``; nothing where it is not
            said.

    Example:
        >>> row = {"id": "p-1", "firstName": "Ada", "lastName": "Byron", "emails": []}
        >>> administrators({"items": [row]})[0].name
        'Ada Byron'
    """

    id: WebexId
    organization: WebexId | None = None
    name: str
    emails: tuple[str, ...] = ()
    role: str = ""


def administrators(
    *sources: PayloadSource,
    organization: str | None = None,
    lenient: bool = False,
    max_faults: int = FAULT_CAP,
) -> Payload[WebexAdministrator]:
    """Read the administrators who are assigned to one organization.

    Args:
        sources: Answers: parsed JSON, bytes or text of JSON, paths (gzipped or not), streams.
        organization: Whose administrators were asked for: the answer does not say.
        lenient: Leave faulty records out and list them in the result, instead of raising.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer is faulty; carries every fault of all of them.
        OSError: a path cannot be opened.

    Example:
        >>> row = {"id": "p-1", "displayName": "Ada", "emails": ["ada@north.example"]}
        >>> administrators([row])[0].emails
        ('ada@north.example',)
    """
    told = None if organization is None else decode_id(organization)

    return read_payload(
        _ADMINISTRATORS.of(organization),
        sources,
        lambda cells: _administrator(cells, told),
        lenient=lenient,
        max_faults=max_faults,
    )


_ADMINISTRATORS = Kind("administrators", "an administrator", "emails")


def _administrator(cells: Cells, told: WebexId | None) -> WebexAdministrator:
    first, last = (cells.text(key, optional=True) for key in ("firstName", "lastName"))

    return WebexAdministrator(
        id=cells.id("id"),
        organization=told,
        name=cells.text("displayName", optional=True) or f"{first} {last}".strip(),
        emails=cells.texts("emails"),
        role=cells.text("roleInCustomerOrg", optional=True),
    )
