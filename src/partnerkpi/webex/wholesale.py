"""Wholesale: customers, their packages and subscribers, and partners below a partner."""

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
    "WebexAddress",
    "WebexIssue",
    "WebexPackage",
    "WebexSubPartner",
    "WebexSubscriber",
    "WebexWholesaleCustomer",
    "wholesale_customers",
    "wholesale_subpartners",
    "wholesale_subscribers",
]


@frozen(kw_only=True)
class WebexAddress:
    """Where a wholesale customer is.

    Attributes:
        lines: The lines of the address, without empty ones.
        city: The city, or nothing.
        state: The state or province, or nothing.
        postal_code: The postal code, or nothing.
        country: The country's code, or nothing.

    Example:
        >>> WebexAddress(lines=("1 Main Street",), country="US").country
        'US'
    """

    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


@frozen(kw_only=True)
class WebexIssue:
    """A warning or an error of provisioning.

    Attributes:
        code: Its number; ``None`` where it has none.
        description: What is the matter.

    Example:
        >>> WebexIssue(code=2560, description="unavailable").code
        2560
    """

    code: int | None = None
    description: str = ""


@frozen(kw_only=True)
class WebexPackage:
    """A package of a wholesale customer, and how far it is provisioned.

    Attributes:
        name: Its name, such as ``webex_calling``.
        status: How far it is, such as ``provisioned``; names may be added by the platform.
        warnings: What is the matter without hindering it.
        errors: What hinders it.
        licenses: The ids of its licenses.

    Example:
        >>> WebexPackage(name="webex_calling", status="provisioned").errors
        ()
    """

    name: str
    status: str
    warnings: tuple[WebexIssue, ...] = ()
    errors: tuple[WebexIssue, ...] = ()
    licenses: tuple[str, ...] = ()


@frozen(kw_only=True)
class WebexWholesaleCustomer:
    """A customer as ``GET /wholesale/customers`` gives it.

    Attributes:
        id: Its id.
        organization: The id of its organization; ``None`` until that is provisioned.
        external_id: The partner's own id of it, or nothing.
        address: Where it is; ``None`` where that is not said.
        status: How far it is, such as ``provisioned_with_errors``.
        packages: The names of its packages.
        package_details: How far each package is.
        errors: What hinders it.

    Example:
        >>> row = {"id": "c-1", "status": "provisioning", "packages": ["webex_calling"]}
        >>> found = wholesale_customers([row])[0]
        >>> found.organization, found.packages
        (None, ('webex_calling',))
    """

    id: WebexId
    organization: WebexId | None = None
    external_id: str = ""
    address: WebexAddress | None = None
    status: str
    packages: tuple[str, ...] = ()
    package_details: tuple[WebexPackage, ...] = ()
    errors: tuple[WebexIssue, ...] = ()


@frozen(kw_only=True)
class WebexSubscriber:
    """A user of a wholesale customer as ``GET /wholesale/subscribers`` gives it.

    Attributes:
        id: Its id.
        person: The id of the person; ``None`` where it is not said.
        customer: The id of the customer.
        external_customer_id: The partner's own id of the customer, or nothing.
        email: The e-mail address, or nothing.
        packages: The names of the packages, the main one first.
        status: How far it is, such as ``provisioned``.
        created: When it was created; ``None`` where that is not said.
        last_status_change: When its status last changed; ``None`` where that is not said.

    Example:
        >>> row = {"id": "s-1", "customerId": "c-1", "package": "webex_suite", "status": "new"}
        >>> wholesale_subscribers([row])[0].packages
        ('webex_suite',)
    """

    id: WebexId
    person: WebexId | None = None
    customer: WebexId
    external_customer_id: str = ""
    email: str = ""
    packages: tuple[str, ...] = ()
    status: str
    created: datetime | None = None
    last_status_change: datetime | None = None


@frozen(kw_only=True)
class WebexSubPartner:
    """A partner below a partner as ``GET /wholesale/subPartners`` gives it.

    Attributes:
        organization: The id of its organization.
        subscription: The id of its subscription, which several of them may share, or nothing.
        state: ``active`` or ``suspended``; names may be added by the platform.
        created: When it was created; ``None`` where that is not said.
        billing_start: From when on it is billed; ``None`` where that is not said.

    Example:
        >>> row = {"orgId": "o-1", "provisioningState": "active"}
        >>> wholesale_subpartners({"subPartners": [row]})[0].state
        'active'
    """

    organization: WebexId
    subscription: str = ""
    state: str
    created: datetime | None = None
    billing_start: datetime | None = None


def wholesale_customers(
    *sources: PayloadSource, lenient: bool = False, max_faults: int = FAULT_CAP
) -> Payload[WebexWholesaleCustomer]:
    """Read wholesale customers: a list of them, or one.

    Args:
        sources: Answers: parsed JSON, bytes or text of JSON, paths (gzipped or not), streams.
        lenient: Leave faulty records out and list them in the result, instead of raising.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer is faulty; carries every fault of all of them.
        OSError: a path cannot be opened.

    Example:
        >>> wholesale_customers({"id": "c-1", "status": "error"})[0].status
        'error'
    """
    return read_payload(_CUSTOMERS, sources, _customer, lenient=lenient, max_faults=max_faults)


def wholesale_subscribers(
    *sources: PayloadSource, lenient: bool = False, max_faults: int = FAULT_CAP
) -> Payload[WebexSubscriber]:
    """Read users of wholesale customers.

    Args:
        sources: Answers, as for ``wholesale_customers``.
        lenient: Leave faulty records out and list them in the result, instead of raising.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer is faulty; carries every fault of all of them.
        OSError: a path cannot be opened.

    Example:
        >>> len(wholesale_subscribers({"items": []}))
        0
    """
    return read_payload(_SUBSCRIBERS, sources, _subscriber, lenient=lenient, max_faults=max_faults)


def wholesale_subpartners(
    *sources: PayloadSource, lenient: bool = False, max_faults: int = FAULT_CAP
) -> Payload[WebexSubPartner]:
    """Read partners below a partner; their list stands under ``subPartners``.

    Args:
        sources: Answers, as for ``wholesale_customers``.
        lenient: Leave faulty records out and list them in the result, instead of raising.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer is faulty; carries every fault of all of them.
        OSError: a path cannot be opened.

    Example:
        >>> len(wholesale_subpartners({"subPartners": []}))
        0
    """
    return read_payload(_SUBPARTNERS, sources, _subpartner, lenient=lenient, max_faults=max_faults)


_CUSTOMERS = Kind("wholesale customers", "a wholesale customer", "status")
_SUBSCRIBERS = Kind("wholesale subscribers", "a wholesale subscriber", "customerId")
_SUBPARTNERS = Kind(
    "wholesale sub-partners", "a sub-partner", "provisioningState", ("subPartners", "items")
)


def _customer(cells: Cells) -> WebexWholesaleCustomer:
    details = cells.inner("resourceDetails", lambda part: part.objects("packages", _package))

    return WebexWholesaleCustomer(
        id=cells.id("id"),
        organization=cells.id_or_none("orgId"),
        external_id=cells.text("externalId", optional=True),
        address=cells.inner("address", _address),
        status=cells.text("status"),
        packages=cells.texts("packages"),
        package_details=details or (),
        errors=cells.objects("errors", _issue),
    )


def _address(cells: Cells) -> WebexAddress:
    lines = (cells.text(f"addressLine{number}", optional=True) for number in (1, 2))

    return WebexAddress(
        lines=tuple(line for line in lines if line),
        city=cells.text("city", optional=True),
        state=cells.text("stateOrProvince", optional=True),
        postal_code=cells.text("zipOrPostalCode", optional=True),
        country=cells.text("country", optional=True),
    )


def _package(cells: Cells) -> WebexPackage:
    return WebexPackage(
        name=cells.text("name"),
        status=cells.text("status"),
        warnings=cells.objects("warnings", _issue),
        errors=cells.objects("errors", _issue),
        licenses=cells.texts("licenseIds"),
    )


def _issue(cells: Cells) -> WebexIssue:
    return WebexIssue(
        code=cells.count_or_none("errorCode"), description=cells.text("description", optional=True)
    )


def _subscriber(cells: Cells) -> WebexSubscriber:
    first = cells.text_or_none("package")
    packages = [*([first] if first else []), *cells.texts("packages")]

    return WebexSubscriber(
        id=cells.id("id"),
        person=cells.id_or_none("personId"),
        customer=cells.id("customerId"),
        external_customer_id=cells.text("externalCustomerId", optional=True),
        email=cells.text("email", optional=True),
        packages=tuple(dict.fromkeys(packages)),
        status=cells.text("status"),
        created=cells.instant_or_none("created"),
        last_status_change=cells.instant_or_none("lastStatusChange"),
    )


def _subpartner(cells: Cells) -> WebexSubPartner:
    return WebexSubPartner(
        organization=cells.id("orgId"),
        subscription=cells.text("subscriptionId", optional=True),
        state=cells.text("provisioningState"),
        created=cells.instant_or_none("created"),
        billing_start=cells.instant_or_none("billingStartDate"),
    )
