"""Licenses of organizations: what was bought, and what is assigned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from partnerkpi._faults import FAULT_CAP
from partnerkpi.errors import Fault, InputError, Place
from partnerkpi.webex._answer_cells import Cells
from partnerkpi.webex._reading import Kind, read_payload
from partnerkpi.webex.ids import WebexId, decode_id, decode_license_id

if TYPE_CHECKING:
    from partnerkpi.webex._loading import PayloadSource
    from partnerkpi.webex.payloads import Payload

__all__ = ["WebexLicense", "WebexLicenseUser", "licenses"]

_TRIAL = "trialsub."


@frozen(kw_only=True)
class WebexLicenseUser:
    """Someone to whom a license is assigned.

    Attributes:
        id: The person's id.
        is_internal: Whether the person is of the organization; ``None`` where that is not said.
        name: The display name, or nothing.
        email: The e-mail address, or nothing.

    Example:
        >>> answer = {"id": "l-1", "name": "Suite", "totalUnits": 5, "consumedUnits": 1}
        >>> users = [{"id": "p-1", "type": "EXTERNAL", "email": "ada@north.example"}]
        >>> licenses(answer | {"users": users})[0].users[0].is_internal
        False
    """

    id: WebexId
    is_internal: bool | None = None
    name: str = ""
    email: str = ""


@frozen(kw_only=True)
class WebexLicense:
    """A license of an organization as ``GET /licenses`` gives it.

    Attributes:
        id: Its id.
        organization: Whose it is: as its id says, else as the caller does; ``None`` otherwise.
        type_code: The type in its id, such as ``BCSTD``; ``None`` where the id does not say.
        name: Its name, such as ``Webex Calling - Professional``.
        total: Licenses bought; ``None`` where the answer does not say.
        consumed: Licenses assigned, which may be more; ``None`` where the answer does not say.
        by_users: Of these, those of users.
        by_workspaces: Of these, those of workspaces.
        assignable: Whether it is assigned to users or workspaces at all: false where both are
            null, as for Route List Calls, which are calls at a time.
        subscription: The id of its subscription; ``None`` for a free license.
        site: The address of its meeting site, if it has one.
        site_type: How that site is managed.
        users: To whom it is assigned, where the answer includes that.

    Example:
        >>> answer = {"id": "l-1", "name": "Suite", "totalUnits": 5, "consumedUnits": 1}
        >>> licenses(answer)[0].is_free
        True
    """

    id: WebexId
    organization: WebexId | None = None
    type_code: str | None = None
    name: str
    total: int | None
    consumed: int | None
    by_users: int | None = None
    by_workspaces: int | None = None
    assignable: bool = True
    subscription: str | None = None
    site: str | None = None
    site_type: str | None = None
    users: tuple[WebexLicenseUser, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether it came without a subscription: its total is then the number of users."""
        return self.subscription is None

    @property
    def is_trial(self) -> bool:
        """Whether the id of its subscription is that of a trial (``trialSub.``)."""
        return (self.subscription or "").lower().startswith(_TRIAL)


def licenses(
    *sources: PayloadSource,
    organization: str | None = None,
    lenient: bool = False,
    max_faults: int = FAULT_CAP,
) -> Payload[WebexLicense]:
    """Read licenses: lists of them, or the details of one.

    Args:
        sources: Answers: parsed JSON, bytes or text of JSON, paths (gzipped or not), streams.
        organization: Whose licenses were asked for. Ids of licenses mostly say it themselves; a
            license whose id says otherwise is a fault.
        lenient: Leave faulty records out and list them in the result, instead of raising.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer is faulty; carries every fault of all of them.
        OSError: a path cannot be opened.

    Example:
        >>> row = {"id": "l-1", "name": "Suite", "totalUnits": 5, "consumedUnits": -1}
        >>> licenses({"items": [row]})
        Traceback (most recent call last):
        ...
        partnerkpi.errors.InputError: 1 fault in the input
        licenses, items[0].consumedUnits: expected a count from 0 to 9007199254740991, found -1
    """
    told = None if organization is None else decode_id(organization)
    if told is not None and not told.raw:
        place = Place("licenses", path="organization")
        raise InputError([Fault(place, "the id of an organization", "an empty text")])

    return read_payload(
        _LICENSES.of(organization),
        sources,
        lambda cells: _license(cells, told),
        lenient=lenient,
        max_faults=max_faults,
    )


_LICENSES = Kind("licenses", "a license", "totalUnits")
_ITS_ORGANIZATION = "a license of the organization that was asked for"


def _license(cells: Cells, told: WebexId | None) -> WebexLicense:
    found = decode_license_id(cells.text("id"))
    owner = found.organization
    if owner is not None and told is not None and not owner.is_same_as(told):
        cells.fault("id", _ITS_ORGANIZATION, f"one of {owner.text}")

    return WebexLicense(
        id=found.id,
        organization=owner or told,
        type_code=found.type_code,
        name=cells.text("name"),
        total=cells.count_or_none("totalUnits"),
        consumed=cells.count_or_none("consumedUnits"),
        by_users=cells.count_or_none("consumedByUsers"),
        by_workspaces=cells.count_or_none("consumedByWorkspaces"),
        assignable=not (cells.is_null("consumedByUsers") and cells.is_null("consumedByWorkspaces")),
        subscription=cells.text_or_none("subscriptionId"),
        site=cells.text_or_none("siteUrl"),
        site_type=cells.text_or_none("siteType"),
        users=cells.objects("users", _user),
    )


def _user(cells: Cells) -> WebexLicenseUser:
    kind = cells.text("type", optional=True).upper()

    return WebexLicenseUser(
        id=cells.id("id"),
        is_internal={"INTERNAL": True, "EXTERNAL": False}.get(kind),
        name=cells.text("displayName", optional=True),
        email=cells.text("email", optional=True),
    )
