"""What requests and answers hold; the OpenAPI document is made of these and of the records."""

from datetime import date, datetime
from typing import Any

from attrs import field, frozen

from partnerkpi.errors import FilterSyntaxError, InputError
from partnerkpi.managing import Operation
from partnerkpi.managing_models import Administrator, AdministratorId, Role


@frozen
class Tags:
    """The whole set of tags."""

    tags: list[str]


@frozen
class Tag:
    """One tag."""

    tag: str


@frozen
class NewTrial:
    """A trial to be started: its id, and the seats of each product."""

    trial_id: str
    products: dict[str, int]
    days: int = 30


@frozen
class LongerTrial:
    """A trial to be extended, counted from now."""

    trial_id: str
    days: int = 30


@frozen
class Person:
    """An administrator of the partner."""

    id: str
    name: str
    email: str
    role: Role

    def record(self) -> Administrator:
        """The record, whose faults name their places."""
        return Administrator(
            id=AdministratorId(self.id), name=self.name, email=self.email, role=self.role
        )


@frozen
class PersonId:
    """The id of an administrator."""

    administrator_id: str


@frozen
class NewRole:
    """The new role of an administrator."""

    administrator_id: str
    role: Role


@frozen
class Step:
    """A subscription of which a step of setting up is done."""

    subscription_id: str


@frozen
class Terms:
    """A subscription of which the terms are accepted, and by whom."""

    subscription_id: str
    accepted_by: str | None = None


@frozen
class Payment:
    """An invoice that was paid, and on which day; today unless given."""

    subscription_id: str
    number: str
    paid_on: date | None = None


@frozen
class Recorded:
    """A change as it stands in the journal."""

    sequence: int
    operation: Operation
    by: str
    role: Role
    at: datetime
    customer_id: str | None
    before: Any
    after: Any


@frozen
class Row:
    """A customer of the list."""

    customer_id: str
    customer: str
    managed_by: str
    tags: tuple[str, ...]
    products: tuple[str, ...]
    statuses: tuple[str, ...]
    badge: str | None


@frozen
class FaultFound:
    """One thing that is wrong in a request: where, what was expected, what came."""

    place: str
    expected: str
    found: str


@frozen
class Problem:
    """Why a request was not answered as asked."""

    error: str
    faults: list[FaultFound] = field(factory=list)

    @staticmethod
    def of(error: Exception) -> "Problem":
        """What an error of the library says, with the places of its faults."""
        if isinstance(error, FilterSyntaxError):
            place = f"q, character {error.start + 1}"
            return Problem(str(error), [FaultFound(place, error.expected, error.found)])
        if not isinstance(error, InputError):
            return Problem(str(error))
        faults = [
            FaultFound(fault.place.path or str(fault.place), fault.expected, fault.found)
            for fault in error.faults
        ]

        return Problem("faulty input", faults)
