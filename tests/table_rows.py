"""A taker that turns the batches of a door back into plain rows, for the tests of the doors."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
from attrs import define, field

from partnerkpi._arrays import NEVER, OPEN
from partnerkpi._batches import (
    CustomerBatch,
    LabeledRows,
    LicenseBatch,
    SubscriptionBatch,
    TextRows,
)
from partnerkpi._faults import FaultLog
from partnerkpi._text_forms import AnyText
from partnerkpi.io._table_columns import UnknownKeys
from partnerkpi.io._table_places import TablePlaces
from partnerkpi.io.tables import TableFile, TableFiles, TableFormat, load_tables

__all__ = ["CUSTOMERS", "LICENSES", "SUBSCRIPTIONS", "Rows", "faults", "read"]

Row = dict[str, Any]
Column = AnyText | np.ndarray[Any, Any] | list[Any]

#: Sound tables of one row each, for tests in which only one of the three matters.
CUSTOMERS = "customer_id,name\nc-1,Globex\n"
SUBSCRIPTIONS = "subscription_id,customer_id,kind,added_at\ns-1,c-1,trial,2026-01-10\n"
LICENSES = "subscription_id,product,name,total,assigned\ns-1,calling,Pro,10,5\n"


@define
class Rows:
    """Rows of the three tables as dicts; ``None`` in the place of a bad row."""

    customers: list[Row | None] = field(factory=list)
    subscriptions: list[Row | None] = field(factory=list)
    licenses: list[Row | None] = field(factory=list)

    def add_customers(self, batch: CustomerBatch, /) -> None:
        """Take customers."""
        attributes = {name: _lists(rows) for name, rows in batch.attributes.items()}
        tags = _lists(batch.tags)
        self.customers += _sound(
            batch.bad,
            id=batch.ids,
            name=batch.names,
            external=batch.external,
            signed_in=batch.signed_in,
            tags=[tags.get(row, []) for row in range(len(batch.bad))],
            attributes=[
                {name: by_row[row][0] for name, by_row in attributes.items() if row in by_row}
                for row in range(len(batch.bad))
            ],
        )

    def add_subscriptions(self, batch: SubscriptionBatch, /) -> None:
        """Take subscriptions."""
        assert not isinstance(batch.customers, np.ndarray)
        self.subscriptions += _sound(
            batch.bad,
            id=batch.ids,
            customer=batch.customers,
            trial=batch.trial,
            added=batch.added,
            starts=batch.starts,
            ends=batch.ends,
            auto_renew=batch.auto_renew,
            paid=batch.paid,
            set_up=batch.set_up,
        )

    def add_licenses(self, batch: LicenseBatch, /) -> None:
        """Take license rows."""
        assert not isinstance(batch.subscriptions, np.ndarray)
        counts = (batch.total, batch.assigned, batch.used_7d, batch.used_3mo)
        self.licenses += _sound(
            batch.bad,
            subscription=batch.subscriptions,
            product=batch.products,
            name=batch.names,
            observed=batch.observed,
            observed_at=batch.observed_at,
            counts=list(zip(*(column.tolist() for column in counts), strict=True)),
        )


def _lists(given: TextRows | LabeledRows) -> dict[int, list[str]]:
    by_row: dict[int, list[str]] = {}
    for row, text in zip(given.rows.tolist(), given.texts, strict=True):
        by_row.setdefault(row, []).append(text)

    return by_row


def _sound(bad: np.ndarray[Any, Any], **columns: Column) -> Iterator[Row | None]:
    cells = zip(*(_plain(column) for column in columns.values()), strict=True)
    for is_bad, row in zip(bad.tolist(), cells, strict=True):
        yield None if is_bad else dict(zip(columns, row, strict=True))


def _plain(column: Column) -> list[Any]:
    if isinstance(column, np.ndarray):
        return [{NEVER: "never", OPEN: "open"}.get(cell, cell) for cell in column.tolist()]

    return list(column)


def read(
    customers: str | bytes = CUSTOMERS,
    subscriptions: str | bytes = SUBSCRIPTIONS,
    licenses: str | bytes = LICENSES,
    form: TableFormat = "csv",
    unknown_keys: UnknownKeys = "refuse",
) -> tuple[Rows, FaultLog]:
    """The rows of three tables given as text, and the faults."""
    rows, log = Rows(), FaultLog()
    load_tables(
        _files(form, customers, subscriptions, licenses),
        rows,
        TablePlaces(),
        log,
        unknown_keys=unknown_keys,
    )

    return rows, log


def _files(form: TableFormat, *tables: str | bytes) -> TableFiles:
    data = (table.encode() if isinstance(table, str) else table for table in tables)

    return TableFiles(*(TableFile(BytesIO(table), form) for table in data))


def faults(
    form: TableFormat = "csv",
    customers: str | bytes | None = None,
    subscriptions: str | bytes | None = None,
    licenses: str | bytes | None = None,
) -> list[str]:
    """The faults of tables, each as its sentence; tables not given are sound."""
    sound = (CUSTOMERS, SUBSCRIPTIONS, LICENSES) if form == "csv" else ("", "", "")
    given = (customers, subscriptions, licenses)
    texts = [one if text is None else text for text, one in zip(given, sound, strict=True)]
    log = read(texts[0], texts[1], texts[2], form)[1]

    return [str(fault) for fault in log.faults]
