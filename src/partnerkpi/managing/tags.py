"""Tags of customers: assign, add, remove, and those in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._faults import shown
from partnerkpi.managing._acts import acting
from partnerkpi.managing.changes import ChangeRecord, Operation, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from partnerkpi.managing._acts import Act
    from partnerkpi.managing_models import Administrator
    from partnerkpi.models import Customer

__all__ = [
    "MAX_TAGS",
    "MAX_TAG_LENGTH",
    "TagUse",
    "add_tag",
    "assign_tags",
    "remove_tag",
    "tags_in_use",
]

MAX_TAGS: Final = 5
MAX_TAG_LENGTH: Final = 25


def assign_tags(
    customer: Customer, tags: Iterable[str], *, by: Administrator, at: datetime
) -> tuple[Customer, ChangeRecord[tuple[str, ...]]]:
    """Replace the whole set of a customer's tags.

    Tags are trimmed; of tags that differ only in case (by Unicode case folding) the first stays.

    Args:
        customer: The customer.
        tags: At most 5, each 1 to 25 characters, without comma, semicolon, control characters.
        by: Who does it.
        at: When, a timezone-aware instant.

    Raises:
        NotPermittedError: the role may not do it.
        ChangeRefusedError: a tag is not what it must be, or there are too many.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.managing_models import Administrator
        >>> from partnerkpi.models import Customer
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> globex = Customer(id="c-1", name="Globex", tags=["old"])
        >>> globex, change = assign_tags(globex, [" gold ", "Gold"], by=ada, at=when)
        >>> globex.tags, change.before
        (('gold',), ('old',))
    """
    act = acting(Operation.ASSIGN_TAGS, by, at, customer)
    given = [tags] if isinstance(tags, str) else list(tags)

    return _retagged(act, customer, [_tag(act, tag) for tag in given])


def add_tag(
    customer: Customer, tag: str, *, by: Administrator, at: datetime
) -> tuple[Customer, ChangeRecord[tuple[str, ...]]]:
    """Add one tag; one that the customer carries already, in whatever case, stays as it is.

    Args:
        customer: The customer.
        tag: 1 to 25 characters after trimming, without comma, semicolon, control characters.
        by: Who does it.
        at: When, a timezone-aware instant.

    Raises:
        NotPermittedError: the role may not do it.
        ChangeRefusedError: the tag is not what it must be, or one too many.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.managing_models import Administrator
        >>> from partnerkpi.models import Customer
        >>> eve = Administrator(id="e", name="Eve", email="e@n.example", role="helpdesk_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> add_tag(Customer(id="c-1", name="Globex"), "gold", by=eve, at=when)
        Traceback (most recent call last):
        ...
        partnerkpi.errors.NotPermittedError: add_tag by helpdesk_admin is refused: the role may do
        this, of customers that it sees, found helpdesk_admin 'e' at customer 'c-1'
    """
    act = acting(Operation.ADD_TAG, by, at, customer)

    return _retagged(act, customer, [*customer.tags, _tag(act, tag)])


def remove_tag(
    customer: Customer, tag: str, *, by: Administrator, at: datetime
) -> tuple[Customer, ChangeRecord[tuple[str, ...]]]:
    """Take one tag off a customer, in whatever case it is carried.

    Args:
        customer: The customer.
        tag: The tag.
        by: Who does it.
        at: When, a timezone-aware instant.

    Raises:
        NotPermittedError: the role may not do it.
        ChangeRefusedError: the customer does not carry it.
        InstantError: the instant is naive or out of range.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.managing_models import Administrator
        >>> from partnerkpi.models import Customer
        >>> ada = Administrator(id="a", name="Ada", email="a@n.example", role="partner_full_admin")
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> globex = Customer(id="c-1", name="Globex", tags=["Gold", "test"])
        >>> remove_tag(globex, "gold", by=ada, at=when)[0].tags
        ('test',)
    """
    act = acting(Operation.REMOVE_TAG, by, at, customer)
    given: object = tag
    wanted = given.strip().casefold() if isinstance(given, str) else None
    left = tuple(each for each in customer.tags if each.casefold() != wanted)
    if left == customer.tags:
        raise act.refusal(Rule.TAG_CARRIED, shown(tag))

    return evolve(customer, tags=left), act.change(customer.tags, left)


def _tag(act: Act, tag: str) -> str:
    given: object = tag
    trimmed = given.strip() if isinstance(given, str) else ""
    if not rules.is_plain(trimmed) or len(trimmed) > MAX_TAG_LENGTH or set(trimmed) & set(",;"):
        raise act.refusal(Rule.TAG_TEXT, shown(given))

    return trimmed


def _retagged(
    act: Act, customer: Customer, tags: Iterable[str]
) -> tuple[Customer, ChangeRecord[tuple[str, ...]]]:
    by_folding: dict[str, str] = {}
    for tag in tags:
        by_folding.setdefault(tag.casefold(), tag)
    after = tuple(by_folding.values())
    if len(after) > MAX_TAGS:
        raise act.refusal(Rule.TAG_COUNT, str(len(after)))

    return evolve(customer, tags=after), act.change(customer.tags, after)


@frozen
class TagUse:
    """A tag, and how many customers carry it.

    Attributes:
        tag: The tag, as it is spelled where it comes first.
        customers: How many customers carry it, in whatever case.

    Example:
        >>> TagUse("gold", 3).customers
        3
    """

    tag: str
    customers: int


def tags_in_use(customers: Iterable[Customer]) -> tuple[TagUse, ...]:
    """The tags that customers carry, with counts, by code point; other tags do not exist.

    Example:
        >>> from partnerkpi.models import Customer
        >>> globex = Customer(id="c-1", name="Globex", tags=["test", "Gold"])
        >>> initech = Customer(id="c-2", name="Initech", tags=["gold"])
        >>> [(use.tag, use.customers) for use in tags_in_use([globex, initech])]
        [('Gold', 2), ('test', 1)]
    """
    spelled: dict[str, str] = {}
    counts: dict[str, int] = {}
    for customer in customers:
        folded = {tag.casefold(): tag for tag in reversed(customer.tags)}
        for folding, tag in folded.items():
            spelled.setdefault(folding, tag)
            counts[folding] = counts.get(folding, 0) + 1

    return tuple(
        sorted((TagUse(spelled[key], count) for key, count in counts.items()), key=lambda u: u.tag)
    )
