"""Machinery: the three portfolio tables written as CSV or JSON lines, row by row.

What is written reads back as the equal portfolio, and equal portfolios give equal bytes: columns
stand in a fixed order, lines end with LF, packed files carry no time. A file takes its name only
once all of it is written.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, cast

from attrs import define

from partnerkpi._faults import shown
from partnerkpi._instants import format_one, of_datetime
from partnerkpi.errors import Fault, InputError, Place
from partnerkpi.io._csv import FIELD_LIMIT, RECORD_LIMIT
from partnerkpi.io._managed_rows import managed_rows
from partnerkpi.io._managed_tables import MANAGED_TABLES
from partnerkpi.io._table_columns import ATTRIBUTE, CUSTOMERS, LICENSES, SUBSCRIPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from partnerkpi.io._table_columns import Table
    from partnerkpi.io._table_files import TableFile, TableFiles
    from partnerkpi.models import Customer, LicenseLine, Subscription

__all__ = ["write_tables"]

Row: TypeAlias = "dict[str, object]"

_PACKED = ".gz"


def write_tables(
    customers: Iterable[Customer], files: TableFiles, *, attributes: Sequence[str] = ()
) -> None:
    """Write customers and all that is theirs into three files.

    Args:
        customers: They are gone through once.
        files: Where to; every source must be a path, and is packed if it ends with ``.gz``.
            Of the tables of what is managed there must be all or none.
        attributes: The names of all attributes that occur; CSV has a column for each.

    Raises:
        InputError: a customer has what the format cannot carry: in CSV a tag with ``;``, an empty
            value of an attribute, an attribute that was not named, or a text beyond 131072
            characters. The files stay as they were.
        OSError: a path cannot be written.
    """
    with ExitStack() as stack:
        to_customers, to_subscriptions, to_licenses = (
            stack.enter_context(_opened(table, getattr(files, table.name), attributes))
            for table in (CUSTOMERS, SUBSCRIPTIONS, LICENSES)
        )
        managed = {
            table: stack.enter_context(_opened(table, file, ()))
            for table in MANAGED_TABLES
            if (file := getattr(files, table.name)) is not None
        }
        for customer in customers:
            to_customers.write(_customer(customer), customer.id)
            for table, row in managed_rows(customer) if managed else ():
                managed[table].write(row, customer.id)
            for subscription in customer.subscriptions:
                to_subscriptions.write(_subscription(subscription, customer.id), customer.id)
                for line in subscription.licenses:
                    for row in _license_rows(line, subscription.id):
                        to_licenses.write(row, customer.id)


def _customer(customer: Customer) -> Row:
    row: Row = {
        "customer_id": customer.id,
        "name": customer.name,
        "managed_by": customer.managed_by.value,
        "last_admin_sign_in_at": _instant(customer.last_admin_sign_in_at),
        "tags": list(customer.tags),
    }

    return row | {f"{ATTRIBUTE}{name}": value for name, value in customer.attributes.items()}


def _subscription(subscription: Subscription, customer: str) -> Row:
    return {
        "subscription_id": subscription.id,
        "customer_id": customer,
        "kind": subscription.kind.value,
        "added_at": _instant(subscription.added_at),
        "starts_at": _instant(subscription.starts_at),
        "ends_at": _instant(subscription.ends_at),
        "auto_renew": subscription.auto_renew,
        "paid": subscription.paid,
        "set_up": subscription.set_up,
    }


def _license_rows(line: LicenseLine, subscription: str) -> Iterator[Row]:
    """A row per observation; without any, one that declares the line."""
    own: Row = {"subscription_id": subscription, "product": line.product, "name": line.name}
    for seen in line.observations:
        yield own | {
            "total": seen.total,
            "assigned": seen.assigned,
            "observed_at": _instant(seen.observed_at),
            "used_7d": seen.used_7d,
            "used_3mo": seen.used_3mo,
        }
    if not line.observations:
        yield own | dict.fromkeys(LICENSES.columns[len(own) :])


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else format_one(of_datetime(moment))


@define
class _Lines:
    """Rows to lines of JSON."""

    _stream: BinaryIO

    def write(self, row: Row, customer: str) -> None:
        """Write one row, which belongs to a customer."""
        line = f"{json.dumps(row, ensure_ascii=False, separators=(',', ':'))}\n".encode()
        _fits(line, customer)
        self._stream.write(line)


@define
class _Cells:
    """Rows to records of CSV, columns in a fixed order."""

    _stream: BinaryIO
    _columns: Sequence[str]

    def begin(self) -> None:
        """Write the header."""
        self._stream.write(_record(self._columns))

    def write(self, row: Row, customer: str) -> None:
        """Write one row, which belongs to a customer."""
        for column in row.keys() - set(self._columns):
            _refuse(
                customer, column, "an attribute among those named for the header", shown(column)
            )
        cells = [_cell(row.get(column), column, customer) for column in self._columns]
        record = _record(cells)
        _fits(record, customer)
        self._stream.write(record)


def _record(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)

    return text.getvalue().encode()


def _cell(value: object, column: str, customer: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = _joined(value, column, customer) if isinstance(value, list) else str(value)
    if column.startswith(ATTRIBUTE) and not text:
        _refuse(customer, column, "a value that is not empty (in CSV an empty one is none)", "''")
    if len(text) > FIELD_LIMIT:
        _refuse(customer, column, f"a text of at most {FIELD_LIMIT} characters", "a longer one")

    return text


def _joined(tags: list[str], column: str, customer: str) -> str:
    for tag in tags:
        if ";" in tag:
            _refuse(
                customer, column, "tags without ';' (in CSV it stands between tags)", shown(tag)
            )

    return ";".join(tags)


def _fits(line: bytes, customer: str) -> None:
    if len(line) > RECORD_LIMIT:
        _refuse(customer, None, f"a row of at most {RECORD_LIMIT} bytes", str(len(line)))


def _refuse(customer: str, column: str | None, expected: str, found: str) -> None:
    place = Place(f"customer {shown(customer)}", column=column)
    raise InputError([Fault(place, expected, found)])


@contextmanager
def _opened(table: Table, file: TableFile, attributes: Sequence[str]) -> Iterator[_Lines | _Cells]:
    """The writer of a table; the file takes its name when all of it is written."""
    path = Path(cast("str | os.PathLike[str]", file.source))
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("wb") as stream, _packing(stream, path) as packed:
            yield _writer(table, file, packed, attributes)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _packing(stream: BinaryIO, path: Path) -> Iterator[BinaryIO]:
    if path.suffix != _PACKED:
        yield stream
        return
    # Neither a name nor a time inside: equal tables are equal files.
    with gzip.GzipFile("", "wb", fileobj=stream, mtime=0) as packed:
        yield cast("BinaryIO", packed)


def _writer(
    table: Table, file: TableFile, stream: BinaryIO, attributes: Sequence[str]
) -> _Lines | _Cells:
    if file.format == "jsonl":
        return _Lines(stream)
    own = [f"{ATTRIBUTE}{name}" for name in attributes] if table.open else []
    cells = _Cells(stream, (*table.columns, *own))
    cells.begin()

    return cells
