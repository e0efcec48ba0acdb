"""Reading a portfolio document through every door, and saying plainly what came through."""

import io
import json
from collections.abc import Mapping
from typing import Any, TypeAlias

import attrs
import numpy as np
from attrs import define, field, frozen

from partnerkpi._batches import (
    CustomerBatch,
    LabeledRows,
    LicenseBatch,
    SubscriptionBatch,
    TextRows,
)
from partnerkpi._faults import FaultLog
from partnerkpi._managed import Held
from partnerkpi._text import Text
from partnerkpi.errors import InputError
from partnerkpi.io.documents import DocumentPlaces, load_document, load_mapping
from partnerkpi.models import Partner

FORMAT = "partnerkpi/portfolio@1"
Batch: TypeAlias = CustomerBatch | SubscriptionBatch | LicenseBatch
DOORS = ("base", "fast", "mapping")


@define
class Recorder:
    """Takes batches and joins their rows, as plain Python values per table and column."""

    tables: dict[str, dict[str, list[Any]]] = field(factory=dict)
    batches: int = 0
    held: Held = field(factory=Held)

    def add_customers(self, batch: CustomerBatch) -> None:
        """Take customers."""
        self.batches += 1
        before = len(self.tables.get("customers", {"bad": []})["bad"])
        self._add("customers", batch, ("tags", "attributes"))
        self._add_texts("tags", batch.tags, before)
        for name, cells in batch.attributes.items():
            self._add_texts(f"attr.{name}", cells, before)

    def add_subscriptions(self, batch: SubscriptionBatch) -> None:
        """Take subscriptions."""
        self._add("subscriptions", batch, ())

    def add_licenses(self, batch: LicenseBatch) -> None:
        """Take license rows."""
        self._add("licenses", batch, ())

    def add_held(self, held: Held) -> None:
        """Take what is managed."""
        self.held.add(held)

    def _add(self, table: str, batch: Batch, without: tuple[str, ...]) -> None:
        columns = self.tables.setdefault(table, {})
        for attribute in attrs.fields(type(batch)):
            if attribute.name not in without:
                cells = columns.setdefault(attribute.name, [])
                cells.extend(plain(getattr(batch, attribute.name)))

    def _add_texts(self, name: str, cells: TextRows | LabeledRows, before: int) -> None:
        assert isinstance(cells, TextRows), "documents spell every text out"
        rows = (cells.rows + before).tolist()
        column = self.tables["customers"].setdefault(name, [])
        column.extend(zip(rows, cells.texts.to_list(), strict=True))


@frozen
class Came:
    """What came through a door."""

    partner: Partner | None
    tables: Mapping[str, Mapping[str, list[Any]]]
    faults: tuple[str, ...]
    count: int
    refused: bool
    places: DocumentPlaces = field(eq=False)
    batches: int = field(eq=False)


def plain(column: Text | np.ndarray[Any, Any]) -> list[Any]:
    """A column as a list."""
    return column.to_list() if isinstance(column, Text) else column.tolist()


def read(source: object, door: str = "base", **options: object) -> Came:
    """Read a document (a mapping, text or bytes) through a door."""
    log, places, recorder = FaultLog(), DocumentPlaces(), Recorder()
    partner, refused = None, False
    try:
        if door == "mapping":
            partner = load_mapping(source, recorder, log, places, **options)  # type: ignore[arg-type]
        else:
            stream = io.BytesIO(as_bytes(source))
            partner = load_document(stream, recorder, log, places, engine=door, **options)  # type: ignore[arg-type]
    except InputError as error:
        refused = error.faults == log.faults and error.count == log.count
    faults = tuple(map(str, log.faults))
    return Came(partner, recorder.tables, faults, log.count, refused, places, recorder.batches)


def as_bytes(source: object) -> bytes:
    """A document as the bytes of a file."""
    if isinstance(source, bytes):
        return source
    return (source if isinstance(source, str) else json.dumps(source)).encode()


def document(*customers: object) -> dict[str, Any]:
    """A document with these customers."""
    return {"format": FORMAT, "customers": list(customers)}


def customer(**fields: object) -> dict[str, Any]:
    """A customer with these fields beside the needed ones."""
    return {"id": "c-1", "name": "Globex", "subscriptions": []} | fields


def subscription(**fields: object) -> dict[str, Any]:
    """A subscription with these fields beside the needed ones."""
    needed = {"id": "Sub1", "kind": "subscription", "added_at": "2026-01-10", "licenses": []}
    return needed | fields


def line(**fields: object) -> dict[str, Any]:
    """A license line with these fields beside its product and name."""
    return {"product": "calling", "name": "Professional"} | fields


def observation(**fields: object) -> dict[str, Any]:
    """An observation with these fields beside the needed ones."""
    return {"total": 10, "assigned": 8} | fields
