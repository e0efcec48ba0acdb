"""Change records as documents: to plain values, and strictly back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from partnerkpi import _record_rules as rules
from partnerkpi._faults import FaultLog
from partnerkpi.io import _schema as schemas
from partnerkpi.io._cells import came, tag_faults
from partnerkpi.io._managed_in import ADMINISTRATOR, SECOND
from partnerkpi.io._notes import Notes
from partnerkpi.io._partner_in import subscription_in
from partnerkpi.io._shapes import INSTANT, TEXT, Cell, Shape, many, maybe, word, written
from partnerkpi.io._write_documents import subscription_document
from partnerkpi.io.schemas import managed_portfolio_schema
from partnerkpi.managing.changes import A_PLACE, AREAS, Area, ChangeRecord, Operation
from partnerkpi.managing_models import Role
from partnerkpi.models import Subscription

if TYPE_CHECKING:
    from partnerkpi.io._schema import Schema

__all__ = ["CHANGE_FORMAT", "change_document", "change_from", "change_schema"]

CHANGE_FORMAT: Final = "partnerkpi/change@1"


def _format(notes: Notes, path: str, cell: object) -> object:
    if cell != CHANGE_FORMAT:
        notes.fault(path, CHANGE_FORMAT, came(cell))

    return cell


def _nothing(notes: Notes, path: str, cell: object) -> object:
    if cell is not None:
        notes.fault(path, "null, as the trial begins here", came(cell))

    return None


def _tags(notes: Notes, path: str, cell: object) -> object:
    for fault in tag_faults(path, cell):
        notes.fault(*fault)

    return tuple(cell) if isinstance(cell, (list, tuple)) else ()


def _subscription(notes: Notes, path: str, cell: object) -> object:
    return subscription_in(notes, path, cell, SECOND)


def _as_it_is(_: Notes, __: str, cell: object) -> object:
    return cell


_HEAD: Final[Mapping[str, Cell]] = MappingProxyType(
    {
        "format": Cell(_format, CHANGE_FORMAT, CHANGE_FORMAT, {"const": CHANGE_FORMAT}),
        "partner_id": maybe(TEXT),
        "sequence": maybe(Cell(_as_it_is, A_PLACE, 1, {"type": "integer", "minimum": 1})),
        "operation": word(Operation),
        "by": TEXT,
        "role": word(Role),
        "at": INSTANT,
        "customer_id": maybe(TEXT),
    }
)
_SUBSCRIPTION: Final = Cell(_subscription, "an object", None, schemas.ref("subscription"))
_PARTS: Final[Mapping[Area, Cell]] = MappingProxyType(
    {
        Area.TAGS: Cell(_tags, "a list of texts", (), schemas.array(schemas.text())),
        Area.ADMINISTRATORS: many(ADMINISTRATOR),
        Area.TRIALS: _SUBSCRIPTION,
        Area.SUBSCRIPTIONS: _SUBSCRIPTION,
    }
)
_NOTHING: Final = Cell(_nothing, "null, as the trial begins here", None, schemas.null())
_UNREAD: Final = Cell(_as_it_is, "what was changed", None, {})


def _shape(operation: object) -> Shape[ChangeRecord[Any]]:
    """The keys of a change; what stands before and after is not judged of an unknown operation."""
    known = rules.member_of(Operation, operation) if isinstance(operation, str) else None
    after = _PARTS[AREAS[known]] if isinstance(known, Operation) else _UNREAD
    before = _NOTHING if known is Operation.START_TRIAL else after

    return Shape(_change, {**_HEAD, "before": before, "after": after})


def _change(**fields: Any) -> ChangeRecord[Any]:
    del fields["format"]

    return ChangeRecord(**fields)


def change_document(change: ChangeRecord[Any]) -> dict[str, object]:
    """A change record as plain values that JSON knows.

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
        >>> document = change_document(change.numbered("p-1", 1))
        >>> document["at"], document["after"]
        ('2026-11-22T00:00:00Z', ['gold'])
    """
    return {
        "format": CHANGE_FORMAT,
        "partner_id": change.partner_id,
        "sequence": change.sequence,
        "operation": change.operation.value,
        "by": change.by,
        "role": change.role.value,
        "at": written(change.at),
        "customer_id": change.customer_id,
        "before": _part(change.before),
        "after": _part(change.after),
    }


def _part(value: object) -> object:
    return subscription_document(value) if isinstance(value, Subscription) else written(value)


def change_from(document: Mapping[str, object]) -> ChangeRecord[Any]:
    """A change record from plain values, read as strictly as a portfolio.

    Raises:
        InputError: the document is faulty; carries every fault with its path.

    Example:
        >>> change_from({"format": "partnerkpi/change@1", "operation": "add_tag", "by": 7})
        Traceback (most recent call last):
        ...
        partnerkpi.errors.InputError: 6 faults in the input
        change, after: expected a list of texts, found nothing
        change, at: expected an instant, found nothing
        change, before: expected a list of texts, found nothing
        change, by: expected a text, found 7
        change, customer_id: expected a text, found null
        change, role: expected partner_full_admin or partner_admin or partner_readonly_admin or
        helpdesk_admin, found nothing
    """
    log = FaultLog()
    given: object = document
    operation = given.get("operation") if isinstance(given, Mapping) else None
    change = _shape(operation).read(Notes(log, "change"), "", document)
    log.refuse()

    # Nothing is missing where nothing is faulty.
    return cast("ChangeRecord[Any]", change)


def change_schema() -> Schema:
    """The JSON Schema of a change record.

    Example:
        >>> change_schema()["title"]
        'Change record'
    """
    groups: dict[tuple[Area, bool], list[Operation]] = {}
    for operation in Operation:
        group = (AREAS[operation], operation is Operation.START_TRIAL)
        groups.setdefault(group, []).append(operation)

    return schemas.document(
        "Change record",
        "What was changed, by whom and when, before and after.",
        {"anyOf": [_schema_of(operations) for operations in groups.values()]},
        cast("Schema", managed_portfolio_schema()["$defs"]),
    )


def _schema_of(operations: list[Operation]) -> Schema:
    shape = _shape(operations[0])
    named = Cell(_as_it_is, "", None, {"enum": [each.value for each in operations]})

    return Shape(_change, {**shape.cells, "operation": named}).schema()
