"""Machinery: the tables of what is managed, beside the three of the portfolio.

They are small next to those, so they are read row by row, through the shapes of the document: what
is a fault there is one here, at its line and column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, cast

import numpy as np
from attrs import define, field, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._faults import shown
from partnerkpi._managed import Held, Managed
from partnerkpi._text import Text
from partnerkpi.errors import Place
from partnerkpi.io._cells import MISSING, came, text_fault
from partnerkpi.io._csv import CsvReader
from partnerkpi.io._files import opened, source_name
from partnerkpi.io._json_lines import read_objects
from partnerkpi.io._managed_in import ADMINISTRATOR, CHECKLIST, INVOICE, ORDER
from partnerkpi.io._notes import Notes
from partnerkpi.io._table_columns import Header, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from partnerkpi._arrays import Codes, Mask
    from partnerkpi._faults import FaultLog
    from partnerkpi.io._files import ByteSource
    from partnerkpi.io._shapes import Shape
    from partnerkpi.io._table_batches import Columns
    from partnerkpi.io._table_columns import UnknownKeys
    from partnerkpi.io._table_files import TableFile, TableFiles
    from partnerkpi.managing_models import Administrator, Checklist, Invoice, Order

__all__ = [
    "ADMINISTRATORS",
    "CHECKLISTS",
    "INVOICES",
    "MANAGED_TABLES",
    "ORDERS",
    "Stated",
    "load_managed",
]

_Record = TypeVar("_Record")

ADMINISTRATORS: Final = Table(
    "administrators", ("customer_id", "administrator_id", "name", "email", "role"), ()
)
ORDERS: Final = Table(
    "orders",
    ("subscription_id", "order_id", "placed_at", "kind"),
    ("product", "name", "quantity"),
)
INVOICES: Final = Table(
    "invoices",
    ("subscription_id", "number", "issued_on", "due_on", "amount_minor", "currency"),
    ("paid_on",),
)
CHECKLISTS: Final = Table(
    "checklists",
    ("subscription_id",),
    ("plan_reviewed", "terms_accepted_by", "terms_accepted_at", "services_configured"),
)
MANAGED_TABLES: Final = (ADMINISTRATORS, ORDERS, INVOICES, CHECKLISTS)

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_FLAGS: Mapping[str, object] = MappingProxyType({"true": True, "false": False})
_ITEM = ("product", "name", "quantity")
ONE_CHECKLIST = "one checklist of a subscription"
AS_THE_ORDER = "what the first row of the order says"


class _Taker(Protocol):
    """What knows the rows of the three tables, and takes what is managed of them."""

    def rows_of(self, table: str, ids: Text, /) -> Codes:
        """The row of each id in a table, or -1."""
        ...

    def add_held(self, held: Held, /) -> object:
        """Take what is managed."""
        ...


class _Staters(Protocol):
    def stated(self, name: str, /) -> Mask:
        """Which records have a cell that is not null."""
        ...


@define
class Stated:
    """Which subscriptions state whether they are paid and set up, part by part of their table."""

    _paid: list[Mask] = field(factory=lambda: [np.zeros(0, np.bool_)])
    _set_up: list[Mask] = field(factory=lambda: [np.zeros(0, np.bool_)])

    def note(self, part: Columns) -> None:
        """Note it of some subscriptions; of files, as only these have such tables."""
        columns = cast("_Staters", part)
        self._paid.append(columns.stated("paid"))
        self._set_up.append(columns.stated("set_up"))

    def masks(self) -> tuple[Mask, Mask]:
        """Which state that they are paid or not, and which that they are set up or not."""
        return np.concatenate(self._paid), np.concatenate(self._set_up)


@frozen
class _Row:
    """A row of a table: its line, and the cells that it has."""

    line: int
    cells: Mapping[str, object]

    def values(self, columns: Mapping[str, str]) -> dict[str, object]:
        """The cells under the keys of a record."""
        return {key: self.cells[name] for key, name in columns.items() if name in self.cells}


@frozen
class _File:
    """A table in a file, and where its faults go."""

    table: Table
    source: ByteSource
    log: FaultLog
    unknown: UnknownKeys

    def rows(self, form: str) -> Iterator[_Row]:
        """The rows that are sound as rows."""
        return self._csv() if form == "csv" else self._json()

    def fault(self, line: int, column: str | None, expected: str, found: str) -> None:
        """Note a fault at a line and column."""
        self.log.add(Place(self.source.name, line=line, column=column), expected, found)

    def notes(self, lines: Callable[[str], tuple[int, str]]) -> Notes:
        """Notes of a record whose paths are lines and columns."""

        def place(path: str) -> Place:
            line, column = lines(path)
            return Place(self.source.name, line=line, column=column)

        return Notes(self.log, self.source.name, place=place)

    def _csv(self) -> Iterator[_Row]:
        reader = CsvReader(self.source, self.log)
        first = reader.header()
        if first is None:
            return
        line, names = first
        header = Header.of(self.table, names, partial(self.fault, line), self.unknown)
        for cells in reader.cells(header.width):
            for record in np.flatnonzero(~cells.broken).tolist() if header.usable else ():
                texts = {name: cells.text(at, record) for name, at in header.places.items()}
                values = {name: _typed(name, text) for name, text in texts.items()}
                yield _Row(int(cells.lines[record]), values)

    def _json(self) -> Iterator[_Row]:
        for objects in read_objects(self.source, self.log):
            rows = zip(objects.records, objects.lines, objects.broken, strict=True)
            for record, line, broken in rows:
                known = {key: cell for key, cell in record.items() if self.table.knows(key)}
                if self.unknown == "refuse" and not broken and len(known) < len(record):
                    for key in record.keys() - known.keys():
                        self.fault(line, None, self.table.unknown(key, "key"), shown(key))
                elif not broken:
                    yield _Row(line, known)


def _typed(column: str, text: str) -> object:
    """A cell of CSV as JSON has it; what is none is left as text, to be refused."""
    if not text:
        return None
    if column in {"quantity", "amount_minor"}:
        return int(text) if _WHOLE.fullmatch(text) else text
    if column in {"plan_reviewed", "services_configured"}:
        return _FLAGS.get(text, text)

    return text


def load_managed(
    files: TableFiles,
    taker: object,
    log: FaultLog,
    stated: Stated,
    *,
    unknown_keys: UnknownKeys,
    parents_known: bool,
) -> None:
    """Hand on what the tables beside the three say, of rows that were taken before.

    Where ids of the tables above are not known, rows of these have no chance, and are no faults.
    """
    taker = cast("_Taker", taker)
    gathered = _Gathered(taker, log, unknown_keys, parents_known)
    held = Held(assigned=gathered.administrators(files))
    orders, invoices = gathered.orders(files), gathered.invoices(files)
    checklists = gathered.checklists(files)
    paid, set_up = stated.masks()
    for row in orders.keys() | invoices.keys() | checklists.keys():
        held.managed[row] = Managed(
            orders.get(row, ()),
            invoices.get(row, ()),
            checklists.get(row),
            paid_stated=bool(paid[row]),
            set_up_stated=bool(set_up[row]),
        )
    taker.add_held(held.moved(0, 0))


@frozen
class _Gathered:
    """Reads the tables, and finds the rows that theirs belong to."""

    taker: _Taker
    log: FaultLog
    unknown: UnknownKeys
    parents_known: bool

    def administrators(self, files: TableFiles) -> dict[int, tuple[Administrator, ...]]:
        """The administrators by the row of the customer."""
        columns = {key: key for key in ADMINISTRATOR.cells} | {"id": "administrator_id"}

        return self._listed(
            files.administrators, ADMINISTRATORS, ADMINISTRATOR, columns, rules.UNIQUE_ID
        )

    def invoices(self, files: TableFiles) -> dict[int, tuple[Invoice, ...]]:
        """The invoices by the row of the subscription."""
        columns = {key: key for key in INVOICE.cells}

        return self._listed(files.invoices, INVOICES, INVOICE, columns, rules.UNIQUE_NUMBER)

    def _listed(
        self,
        file: TableFile | None,
        table: Table,
        shape: Shape[_Record],
        columns: Mapping[str, str],
        unique: str,
    ) -> dict[int, tuple[_Record, ...]]:
        """Records of one row each, those of a parent with names of their own."""
        found: dict[int, dict[object, _Record]] = {}
        name = columns[next(iter(columns))]
        for source, parent, row in self._with_parents(file, table):
            notes = source.notes(partial(_at_line, row.line, columns))
            record = shape.read(notes, "", row.values(columns))
            mine = found.setdefault(parent, {})
            if record is not None and row.cells[name] in mine:
                source.fault(row.line, name, unique, shown(row.cells[name]))
            elif record is not None:
                mine[row.cells[name]] = record

        return {row: tuple(records.values()) for row, records in found.items()}

    def checklists(self, files: TableFiles) -> dict[int, Checklist]:
        """The checklists by the row of the subscription."""
        found: dict[int, Checklist] = {}
        for source, parent, row in self._with_parents(files.checklists, CHECKLISTS):
            notes = source.notes(partial(_at_line, row.line, _OF_CHECKLIST))
            record = CHECKLIST.read(notes, "", _checklist(row))
            if record is not None and parent in found:
                name = row.cells["subscription_id"]
                source.fault(row.line, "subscription_id", ONE_CHECKLIST, shown(name))
            elif record is not None:
                found[parent] = record

        return found

    def orders(self, files: TableFiles) -> dict[int, tuple[Order, ...]]:
        """The orders by the row of the subscription, their rows joined."""
        groups: dict[tuple[int, object], list[_Row]] = {}
        origin: _File | None = None
        for source, parent, row in self._with_parents(files.orders, ORDERS):
            origin, name = source, row.cells.get("order_id", MISSING)
            if expected := text_fault(name):
                source.fault(row.line, "order_id", expected, came(name))
            else:
                groups.setdefault((parent, name), []).append(row)
        found: dict[int, list[Order]] = {}
        for (parent, _), rows in groups.items():
            order = None if origin is None else _order(origin, rows)
            if order is not None:
                found.setdefault(parent, []).append(order)

        return {row: tuple(orders) for row, orders in found.items()}

    def _with_parents(
        self, file: TableFile | None, table: Table
    ) -> Iterator[tuple[_File, int, _Row]]:
        """The rows of a table with the row that each belongs to; orphans are faults."""
        if file is None:
            return
        column = table.required[0]
        named = file.name or (source_name(file.source) if _is_path(file) else table.name)
        with self.log.refusing(), opened(file.source, named) as bytes_:
            source = _File(table, bytes_, self.log, self.unknown)
            rows = [row for row in source.rows(file.format) if _has_parent(source, row, column)]
        names = Text.from_strings([str(row.cells[column]) for row in rows])
        parents = self.taker.rows_of(_PARENTS[column], names).tolist()
        for row, parent in zip(rows, parents, strict=True):
            if parent < 0 and self.parents_known:
                source.fault(row.line, column, _KNOWN[column], shown(row.cells[column]))
            elif parent >= 0:
                yield source, parent, row


def _is_path(file: TableFile) -> bool:
    return not hasattr(file.source, "read")


_PARENTS: Mapping[str, str] = MappingProxyType(
    {"customer_id": "customers", "subscription_id": "subscriptions"}
)
_KNOWN: Mapping[str, str] = MappingProxyType(
    {"customer_id": rules.KNOWN_CUSTOMER, "subscription_id": rules.KNOWN_SUBSCRIPTION}
)
_OF_CHECKLIST: Mapping[str, str] = MappingProxyType(
    {"terms_accepted.by": "terms_accepted_by", "terms_accepted.at": "terms_accepted_at"}
)
_OF_ORDER: Mapping[str, str] = MappingProxyType(
    {"id": "order_id", "placed_at": "placed_at", "kind": "kind"}
)


def _has_parent(source: _File, row: _Row, column: str) -> bool:
    cell = row.cells.get(column, MISSING)
    expected = text_fault(cell)
    if expected:
        source.fault(row.line, column, expected, came(cell))

    return expected is None


def _at_line(line: int, columns: Mapping[str, str], path: str) -> tuple[int, str]:
    return line, columns.get(path, path)


def _checklist(row: _Row) -> dict[str, object]:
    """The cells of a checklist as the document nests them; null is as nothing."""
    given = {key: cell for key, cell in row.cells.items() if cell is not None}
    terms = {key: given.pop(f"terms_accepted_{key}", MISSING) for key in ("by", "at")}
    terms = {key: cell for key, cell in terms.items() if cell is not MISSING}
    del given["subscription_id"]

    return given | ({"terms_accepted": terms} if terms else {})


def _order(source: _File, rows: Sequence[_Row]) -> Order | None:
    """The order of some rows, an item each."""
    first = rows[0]
    for row in rows[1:]:
        for name in ("placed_at", "kind"):
            if row.cells.get(name) != first.cells.get(name):
                source.fault(row.line, name, AS_THE_ORDER, came(row.cells.get(name, MISSING)))
    items = [row for row in rows if any(row.cells.get(name) is not None for name in _ITEM)]
    values = {"items": [{n: r.cells[n] for n in _ITEM if n in r.cells} for r in items]}

    return ORDER.read(
        source.notes(partial(_in_order, first.line, [row.line for row in items])),
        "",
        first.values(_OF_ORDER) | values,
    )


def _in_order(line: int, items: Sequence[int], path: str) -> tuple[int, str]:
    inner = _INNER.fullmatch(path)

    return (items[int(inner[1])], inner[2]) if inner else (line, _OF_ORDER.get(path, path))


_INNER = re.compile(r"items\[(\d+)\]\.(\w+)")
