"""Listings of the platform that no figure needs: roles, reports that can be or were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from partnerkpi._faults import FAULT_CAP
from partnerkpi.webex._answer_cells import Cells
from partnerkpi.webex._reading import Kind, read_payload
from partnerkpi.webex.ids import WebexId

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.webex._loading import PayloadSource
    from partnerkpi.webex.payloads import Payload

__all__ = [
    "WebexReport",
    "WebexReportTemplate",
    "WebexRole",
    "report_templates",
    "reports",
    "roles",
]


@frozen(kw_only=True)
class WebexRole:
    """A role as ``GET /roles`` gives it.

    Attributes:
        id: Its id.
        name: Its name.

    Example:
        >>> roles([{"id": "r-1", "name": "Full Administrator"}])[0].name
        'Full Administrator'
    """

    id: WebexId
    name: str


@frozen(kw_only=True)
class WebexReportTemplate:
    """What a report can be made of, for a partner or for an organization.

    Attributes:
        id: Its number; it differs between organizations, the title does not.
        title: Its title, such as ``Calling Usage``.
        service: What it is about, or nothing.
        category: Its category, or nothing.
        max_days: Of how many days it speaks at most; ``None`` where that is not said.

    Example:
        >>> report_templates([{"Id": 130, "title": "Calling Usage", "maxDays": 31}])[0].id
        130
    """

    id: int
    title: str
    service: str = ""
    category: str = ""
    max_days: int | None = None


@frozen(kw_only=True)
class WebexReport:
    """A report that was asked for: of a partner, of an organization, or of billing.

    Attributes:
        id: Its id.
        title: Its title, or nothing.
        start: The first day, as midnight UTC; ``None`` where it is not said.
        end: The last day.
        status: How far it is, such as ``done``.
        created: When it was asked for, as it comes: mostly without an offset.
        kind: What it is of, such as ``PARTNER``, or nothing.
        address: From where it can be fetched, or nothing.

    Example:
        >>> row = {"id": "r-1", "reportTitle": "Bots Activity", "status": "done"}
        >>> reports({"items": [row]})[0].title
        'Bots Activity'
    """

    id: WebexId
    title: str = ""
    start: datetime | None = None
    end: datetime | None = None
    status: str
    created: str = ""
    kind: str = ""
    address: str = ""


def roles(
    *sources: PayloadSource, lenient: bool = False, max_faults: int = FAULT_CAP
) -> Payload[WebexRole]:
    """Read roles.

    Args:
        sources: Answers: parsed JSON, bytes or text of JSON, paths (gzipped or not), streams.
        lenient: Leave faulty records out and list them in the result, instead of raising.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer is faulty; carries every fault of all of them.
        OSError: a path cannot be opened.

    Example:
        >>> len(roles({"items": []}))
        0
    """
    return read_payload(_ROLES, sources, _role, lenient=lenient, max_faults=max_faults)


def report_templates(
    *sources: PayloadSource, lenient: bool = False, max_faults: int = FAULT_CAP
) -> Payload[WebexReportTemplate]:
    """Read what reports can be made of; the number is spelled in several ways.

    Args:
        sources: Answers, as for ``roles``.
        lenient: Leave faulty records out and list them in the result, instead of raising.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer is faulty; carries every fault of all of them.
        OSError: a path cannot be opened.

    Example:
        >>> report_templates([{"templateId": 5, "title": "Calling Usage"}])[0].id
        5
    """
    return read_payload(_TEMPLATES, sources, _template, lenient=lenient, max_faults=max_faults)


def reports(
    *sources: PayloadSource, lenient: bool = False, max_faults: int = FAULT_CAP
) -> Payload[WebexReport]:
    """Read which reports were asked for; keys are spelled in several ways.

    Args:
        sources: Answers, as for ``roles``.
        lenient: Leave faulty records out and list them in the result, instead of raising.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer is faulty; carries every fault of all of them.
        OSError: a path cannot be opened.

    Example:
        >>> reports([{"reportId": "r-1", "status": "done", "startDate": "2024-02-23"}])[0].start.day
        23
    """
    return read_payload(_REPORTS, sources, _report, lenient=lenient, max_faults=max_faults)


_ROLES = Kind("roles", "a role", "name")
_TEMPLATES = Kind("report templates", "a report template", "title")
_REPORTS = Kind("reports", "a report", "status")


def _role(cells: Cells) -> WebexRole:
    return WebexRole(id=cells.id("id"), name=cells.text("name"))


def _template(cells: Cells) -> WebexReportTemplate:
    return WebexReportTemplate(
        id=cells.count(cells.spelled("templateId", "Id", "id")),
        title=cells.text("title"),
        service=cells.text("service", optional=True),
        category=cells.text("category", optional=True),
        max_days=cells.count_or_none("maxDays"),
    )


def _report(cells: Cells) -> WebexReport:
    return WebexReport(
        id=cells.id(cells.spelled("id", "reportId")),
        title=cells.text(cells.spelled("title", "reportTitle"), optional=True),
        start=cells.instant_or_none(cells.spelled("startDate", "billingStartDate")),
        end=cells.instant_or_none(cells.spelled("endDate", "billingEndDate")),
        status=cells.text("status"),
        created=cells.text(cells.spelled("created", "createdTime"), optional=True),
        kind=cells.text("type", optional=True),
        address=cells.text(cells.spelled("downloadURL", "tempDownloadURL"), optional=True),
    )
