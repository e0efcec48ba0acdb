"""Machinery: where the three portfolio tables are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from partnerkpi.io._files import Source

__all__ = ["TableFile", "TableFiles", "TableFormat"]

TableFormat: TypeAlias = Literal["csv", "jsonl", "parquet"]


@frozen
class TableFile:
    """One table in one file or stream.

    Attributes:
        source: A path, or a binary stream; gzip is noticed by its first bytes.
        format: ``csv``, ``jsonl`` or ``parquet``, which needs the extra ``arrow``, and of a
            stream that it can be gone back in.
        name: What faults call it; the path, or for a stream the table's name.
    """

    source: Source
    format: TableFormat
    name: str | None = None


@frozen
class TableFiles:
    """The three portfolio tables, each in a file of its own, and those of what is managed.

    Attributes:
        customers: The customers.
        subscriptions: The subscriptions and trials.
        licenses: The observations of license lines.
        administrators: The administrators assigned to customers, if there is such a table.
        orders: The items of orders, likewise.
        invoices: The invoices, likewise.
        checklists: The checklists of setting up, likewise.
    """

    customers: TableFile
    subscriptions: TableFile
    licenses: TableFile
    administrators: TableFile | None = None
    orders: TableFile | None = None
    invoices: TableFile | None = None
    checklists: TableFile | None = None

    @property
    def managed(self) -> bool:
        """Whether there is any table of what is managed."""
        tables = (self.administrators, self.orders, self.invoices, self.checklists)

        return any(table is not None for table in tables)
