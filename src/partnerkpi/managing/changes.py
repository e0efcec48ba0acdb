"""What a change is: who, when, what, before and after, and the rules that may refuse it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final, Generic, TypeVar

from attrs import evolve, field, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._faults import shown
from partnerkpi._record_fields import refuse, utc
from partnerkpi.managing_models import AdministratorId, Role
from partnerkpi.models import CustomerId, PartnerId

__all__ = ["AREAS", "OF_PARTNER", "Area", "ChangeRecord", "Operation", "Rule"]

PartT = TypeVar("PartT")


class Area(StrEnum):
    """A column of the table of permissions.

    Example:
        >>> Area.TAGS.value
        'tags'
    """

    TAGS = "tags"
    TRIALS = "trials"
    ADMINISTRATORS = "administrators"
    SUBSCRIPTIONS = "subscriptions"


class Operation(StrEnum):
    """What can be done.

    Example:
        >>> Operation("add_tag")
        <Operation.ADD_TAG: 'add_tag'>
    """

    ASSIGN_TAGS = "assign_tags"
    ADD_TAG = "add_tag"
    REMOVE_TAG = "remove_tag"
    START_TRIAL = "start_trial"
    EXTEND_TRIAL = "extend_trial"
    ASSIGN_ADMINISTRATOR = "assign_administrator"
    REMOVE_ADMINISTRATOR = "remove_administrator"
    CHANGE_ROLE = "change_role"
    ADD_PARTNER_ADMINISTRATOR = "add_partner_administrator"
    REMOVE_PARTNER_ADMINISTRATOR = "remove_partner_administrator"
    CHANGE_PARTNER_ROLE = "change_partner_role"
    REVIEW_PLAN = "review_plan"
    ACCEPT_TERMS = "accept_terms"
    CONFIGURE_SERVICES = "configure_services"
    RECORD_PAYMENT = "record_payment"


#: Which column of the table of permissions speaks of an operation.
AREAS: Final[Mapping[Operation, Area]] = MappingProxyType(
    {
        Operation.ASSIGN_TAGS: Area.TAGS,
        Operation.ADD_TAG: Area.TAGS,
        Operation.REMOVE_TAG: Area.TAGS,
        Operation.START_TRIAL: Area.TRIALS,
        Operation.EXTEND_TRIAL: Area.TRIALS,
        Operation.ASSIGN_ADMINISTRATOR: Area.ADMINISTRATORS,
        Operation.REMOVE_ADMINISTRATOR: Area.ADMINISTRATORS,
        Operation.CHANGE_ROLE: Area.ADMINISTRATORS,
        Operation.ADD_PARTNER_ADMINISTRATOR: Area.ADMINISTRATORS,
        Operation.REMOVE_PARTNER_ADMINISTRATOR: Area.ADMINISTRATORS,
        Operation.CHANGE_PARTNER_ROLE: Area.ADMINISTRATORS,
        Operation.REVIEW_PLAN: Area.SUBSCRIPTIONS,
        Operation.ACCEPT_TERMS: Area.SUBSCRIPTIONS,
        Operation.CONFIGURE_SERVICES: Area.SUBSCRIPTIONS,
        Operation.RECORD_PAYMENT: Area.SUBSCRIPTIONS,
    }
)


#: What is done to the partner's own administrators, and not of a customer.
OF_PARTNER: Final = frozenset(
    {
        Operation.ADD_PARTNER_ADMINISTRATOR,
        Operation.REMOVE_PARTNER_ADMINISTRATOR,
        Operation.CHANGE_PARTNER_ROLE,
    }
)


class Rule(Enum):
    """The rules that a refused change breaks, each with its sentence.

    Example:
        >>> print(Rule.TAG_COUNT.value)
        a customer has at most 5 tags
    """

    PERMISSION = "the role may do this, of customers that it sees"
    TAG_TEXT = (
        "a tag is a text of 1 to 25 characters after trimming, without comma, semicolon and"
        " control characters"
    )
    TAG_COUNT = "a customer has at most 5 tags"
    TAG_CARRIED = "the customer carries the tag"
    TRIAL_DAYS = "a trial runs for 1 to 120 days from the instant of the change"
    TRIAL_SEATS = "a trial has products, and of each a whole number of seats, 1 or more"
    TRIAL_ID = "a new trial has an id that no subscription of the customer has"
    TRIAL_ONCE = "a customer has one trial of a product at a time"
    TRIAL_KNOWN = "the trial is there and has not ended"
    ASSIGNED = "the administrator is assigned to the customer"
    NOT_ASSIGNED = "the administrator is not assigned yet"
    SEES_SOME = "who sees all customers is managed among the administrators of the partner"
    SEES_ALL = "the administrators of the partner see all customers"
    LISTED = "the administrator is one of the partner's"
    NOT_LISTED = "the administrator is not yet one of the partner's"
    LAST_FULL_ADMIN = "a partner keeps at least one full administrator"
    SUBSCRIPTION_KNOWN = "the customer has the subscription"
    STEP_OPEN = "the step of setting up is still to be done"
    INVOICE_OPEN = "the invoice is there and not paid"


A_PLACE: Final = "a whole number from 1 on"


def _operation(value: Operation | str) -> Operation:
    return rules.member_of(Operation, value)


def _role(value: Role | str) -> Role:
    return rules.member_of(Role, value)


def _customer_id(value: str | None) -> CustomerId | None:
    return None if value is None else CustomerId(value)


def _administrator_id(value: str) -> AdministratorId:
    return AdministratorId(value)


def _partner_id(value: str | None) -> PartnerId | None:
    return None if value is None else PartnerId(value)


@frozen(kw_only=True)
class ChangeRecord(Generic[PartT]):
    """A change that was made: who did what, when, and the changed part before and after.

    Attributes:
        operation: What was done.
        customer_id: Of which customer; ``None`` for the administrators of the partner.
        by: The id of the administrator who did it.
        role: The role in which it was done.
        at: When it was done.
        before: The part that was changed, as it was: tags, administrators, or a subscription,
            ``None`` where a trial starts.
        after: The same part as it became.
        partner_id: In whose journal it stands, once it does.
        sequence: Its place there: 1, 2, 3, ... without a gap.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> from datetime import datetime, timezone
        >>> change = ChangeRecord(
        ...     operation="add_tag",
        ...     customer_id="c-1",
        ...     by="a-1",
        ...     role="partner_admin",
        ...     at=datetime(2026, 11, 22, tzinfo=timezone.utc),
        ...     before=(),
        ...     after=("gold",),
        ... )
        >>> change.operation.value, change.after
        ('add_tag', ('gold',))
    """

    operation: Operation = field(converter=_operation)
    customer_id: CustomerId | None = field(converter=_customer_id)
    by: AdministratorId = field(converter=_administrator_id)
    role: Role = field(converter=_role)
    at: datetime = field(converter=utc)
    before: PartT
    after: PartT
    partner_id: PartnerId | None = field(default=None, converter=_partner_id)
    sequence: int | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty change."""
        refuse("ChangeRecord", _of_change(self))

    def numbered(self, partner_id: str, sequence: int) -> ChangeRecord[PartT]:
        """The change as it stands in the journal of a partner.

        Raises:
            InputError: the id is no text, or the place below 1.
        """
        return evolve(self, partner_id=partner_id, sequence=sequence)


def _of_change(change: ChangeRecord[PartT]) -> Iterator[rules.Finding]:
    found = list(rules.member_faults("operation", change.operation, Operation))
    yield from found or _of_whose(change)
    yield from rules.text_faults("by", change.by)
    yield from rules.member_faults("role", change.role, Role)
    yield from rules.instant_faults("at", change.at, optional=False)
    if (change.partner_id, change.sequence) != (None, None):
        yield from rules.text_faults("partner_id", change.partner_id)
        yield from _of_sequence(change.sequence)


def _of_whose(change: ChangeRecord[PartT]) -> Iterator[rules.Finding]:
    if change.operation not in OF_PARTNER:
        yield from rules.text_faults("customer_id", change.customer_id)
    elif change.customer_id is not None:
        yield "customer_id", "null, as it is done to the partner", shown(change.customer_id)


def _of_sequence(sequence: object) -> Iterator[rules.Finding]:
    if type(sequence) is not int or sequence < 1:
        yield "sequence", A_PLACE, shown(sequence)
