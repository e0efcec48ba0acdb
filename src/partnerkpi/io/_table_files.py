"""Machinery: where the three portfolio tables are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from partnerkpi.io._files import Source

__all__ = ["TableFile", "TableFiles", "TableFormat"]

TableFormat: TypeAlias = Literal["csv", "jsonl"]


@frozen
class TableFile:
    """One table in one file or stream.

    Attributes:
        source: A path, or a binary stream; gzip is noticed by its first bytes.
        format: ``csv`` or ``jsonl``.
        name: What faults call it; the path, or for a stream the table's name.
    """

    source: Source
    format: TableFormat
    name: str | None = None


@frozen
class TableFiles:
    """The three portfolio tables, each in a file of its own."""

    customers: TableFile
    subscriptions: TableFile
    licenses: TableFile
