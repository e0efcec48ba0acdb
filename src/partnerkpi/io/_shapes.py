"""Machinery: small records as JSON has them: read strictly, written, and described.

A shape says once which keys a record has; reading, writing and the JSON Schema follow from it. What
a field may be is said by the record itself: its faults get the path at which it stands.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from attrs import evolve, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import MAX_COUNT
from partnerkpi._instants import format_one, of_datetime, parse_one, to_datetime
from partnerkpi.errors import InputError
from partnerkpi.io import _schema as schemas
from partnerkpi.io._cells import MISSING, came, instant_fault, step
from partnerkpi.io._notes import A_LIST, AN_OBJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from partnerkpi.io._notes import Notes
    from partnerkpi.io._schema import Schema

__all__ = [
    "COUNT",
    "DATE",
    "FLAG",
    "INSTANT",
    "QUANTITY",
    "TEXT",
    "Cell",
    "Shape",
    "made",
    "many",
    "maybe",
    "one",
    "optional",
    "pattern",
    "word",
    "written",
]

_Record = TypeVar("_Record")
_AN_INSTANT = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@frozen
class Cell:
    """A key of a record.

    Attributes:
        read: The value of a cell, its faults noted; the filler when there are any.
        expected: What is expected where the key is missing.
        filler: A value that has no fault.
        schema: What the cell may be.
        absent: What stands for a key that is not there, if it may be missing.
    """

    read: Callable[[Notes, str, object], object]
    expected: str
    filler: object
    schema: Schema
    absent: object = MISSING

    def value(self, notes: Notes, path: str, cell: object) -> object:
        """The value of a cell, or of none."""
        if cell is not MISSING:
            return self.read(notes, path, cell)
        if self.absent is MISSING:
            notes.fault(path, self.expected, came(cell))
            return self.filler

        return self.absent


@frozen(eq=False)
class Shape(Generic[_Record]):
    """The keys of a record.

    Attributes:
        make: Makes the record of its fields, and refuses faulty ones.
        cells: The keys, which are the names of the fields.
    """

    make: Callable[..., _Record]
    cells: Mapping[str, Cell]

    def read(self, notes: Notes, path: str, value: object) -> _Record | None:
        """The record at a path; none when it is faulty."""
        before = notes.log.count
        found = notes.record(path, value, tuple(self.cells))
        if found is None:
            return None
        fields, faulty = {}, set[str]()
        for key, cell in self.cells.items():
            count = notes.log.count
            fields[key] = cell.value(notes, step(path, key), found.get(key, MISSING))
            if notes.log.count > count:
                faulty.add(key)
        record = made(notes, path, self.make, fields, faulty)

        return record if notes.log.count == before else None

    def read_all(self, notes: Notes, path: str, values: Sequence[object]) -> list[_Record]:
        """The records of a list; faulty ones are left out."""
        found = (self.read(notes, f"{path}[{at}]", value) for at, value in enumerate(values))

        return [record for record in found if record is not None]

    def cell_schemas(self) -> Schema:
        """The JSON Schema of each key."""
        return {key: cell.schema for key, cell in self.cells.items()}

    def schema(self) -> Schema:
        """The JSON Schema of the record."""
        cells = self.cell_schemas()
        needed: Schema = {k: cells[k] for k, cell in self.cells.items() if cell.absent is MISSING}
        others: Schema = {key: cell for key, cell in cells.items() if key not in needed}

        return schemas.record(needed, others)


def made(
    notes: Notes,
    path: str,
    make: Callable[..., _Record],
    fields: Mapping[str, object],
    told: Collection[str] = (),
) -> _Record | None:
    """The record of some fields; none when they are faulty, their faults noted with their path.

    Of fields in ``told``, which hold fillers, nothing more is noted.
    """
    try:
        return make(**fields)
    except InputError as error:
        for fault in error.faults:
            if fault.place.path not in told:
                inner = fault.place.path or ""
                notes.fault(f"{path}.{inner}" if path else inner, fault.expected, fault.found)

    return None


def written(value: Any) -> Any:
    """A record, or a value of a field, as JSON has it."""
    if isinstance(value, datetime):
        return format_one(of_datetime(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [written(each) for each in value]
    if hasattr(value, "__attrs_attrs__"):
        return {each.name: written(getattr(value, each.name)) for each in value.__attrs_attrs__}

    return value


def _as_it_is(_: Notes, __: str, cell: object) -> object:
    return cell


def _instant(notes: Notes, path: str, cell: object) -> object:
    if expected := instant_fault(cell):
        notes.fault(path, expected, came(cell))
        return _AN_INSTANT

    return cell if isinstance(cell, datetime) else to_datetime(parse_one(str(cell)))


def _date(_: Notes, __: str, cell: object) -> object:
    try:
        day = date.fromisoformat(cell) if isinstance(cell, str) else None
    except ValueError:
        day = None

    # Other spellings of ISO 8601, such as 20260131 and 2026-W05-6, are left to be refused.
    return day if day is not None and day.isoformat() == cell else cell


def optional(cell: Cell, absent: object) -> Cell:
    """A key that may be missing."""
    return evolve(cell, absent=absent)


def maybe(cell: Cell) -> Cell:
    """A key that may be missing or null, which is the same."""

    def read(notes: Notes, path: str, value: object) -> object:
        return None if value is None else cell.read(notes, path, value)

    schema = schemas.either(cell.schema, schemas.null())

    return Cell(read, cell.expected, None, schema, absent=None)


def word(kind: type[Enum]) -> Cell:
    """One of a closed vocabulary."""
    words = [str(member.value) for member in kind]

    return Cell(_as_it_is, " or ".join(words), words[0], {"enum": words})


def pattern(expected: str, filler: str) -> Cell:
    """A text of the shape of an e-mail address, a currency, and so on."""
    shape = f"^{rules.PATTERNS[expected]}{schemas.NOTHING_MORE}"

    return Cell(_as_it_is, expected, filler, {**schemas.text(), "pattern": shape})


def one(shape: Shape[Any]) -> Cell:
    """A record."""
    return Cell(shape.read, AN_OBJECT, None, shape.schema())


def many(shape: Shape[Any]) -> Cell:
    """A list of records."""

    def read(notes: Notes, path: str, value: object) -> object:
        if isinstance(value, (list, tuple)):
            return tuple(shape.read_all(notes, path, value))
        notes.fault(path, A_LIST, came(value))

        return ()

    return Cell(read, A_LIST, (), schemas.array(shape.schema()))


_A_DAY: Final = (
    "^((19[7-9][0-9]|2[01][0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])|2200-01-01)"
    f"{schemas.NOTHING_MORE}"
)

TEXT = Cell(_as_it_is, rules.A_TEXT, "?", schemas.text())
COUNT = Cell(_as_it_is, rules.A_COUNT, 0, schemas.count())
QUANTITY = Cell(
    _as_it_is,
    rules.A_QUANTITY,
    0,
    {"type": "integer", "minimum": -MAX_COUNT, "maximum": MAX_COUNT},
)
FLAG = Cell(_as_it_is, rules.A_BOOLEAN, filler=False, schema={"type": "boolean"})
INSTANT = Cell(_instant, "an instant", _AN_INSTANT, schemas.instant())
DATE = Cell(_date, rules.A_DATE, _AN_INSTANT.date(), {"type": "string", "pattern": _A_DAY})
