"""A directory as one input: a portfolio document or the three tables, and call tables beside them.

Spec: *Definitions 3, Tables*. Files of other names are none of its business.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from attrs import frozen

from partnerkpi._faults import FaultLog
from partnerkpi.errors import Place
from partnerkpi.io._managed_tables import MANAGED_TABLES
from partnerkpi.io._table_batches import EMIT
from partnerkpi.io._table_files import TableFile, TableFiles

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from partnerkpi.io._table_files import TableFormat

__all__ = ["DirectoryInput", "holds_anything", "look_into"]

_DOCUMENT = ("json",)
_TEXT = ("csv", "jsonl")
_TABLE = (*_TEXT, "parquet")
_WHOLE = "portfolio.json or the tables customers, subscriptions and licenses, or tables of calls"


@frozen
class DirectoryInput:
    """What a directory holds: at most one of ``document`` and ``tables``.

    Attributes:
        document: The portfolio document.
        tables: The three portfolio tables.
        calls: The table of call legs.
        queue_calls: The table of queue calls.
    """

    document: Path | None = None
    tables: TableFiles | None = None
    calls: Path | None = None
    queue_calls: Path | None = None


def look_into(directory: str | os.PathLike[str]) -> DirectoryInput:
    """Find out what a directory holds, by the names of its files; nothing is opened.

    Every file but one of Parquet may be packed (``.gz``). A directory of call tables alone has no
    portfolio.

    Raises:
        InputError: two files for one thing, a document beside tables, a table that is missing, or
            nothing at all; all faults at once.
        OSError: it is no directory, or may not be read.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory:
        ...     _ = Path(directory, "portfolio.json.gz").write_bytes(b"")
        ...     look_into(directory).document.name
        'portfolio.json.gz'
    """
    found = _Found(Path(directory), FaultLog())
    document = found.one("portfolio", _DOCUMENT)
    tables = {table.name: found.one(table.name, _TABLE) for table in EMIT}
    managed = {table.name: found.one(table.name, _TEXT) for table in MANAGED_TABLES}
    calls, queue_calls = found.one("calls", _TABLE), found.one("queue_calls", _TABLE)
    found.judge(document, tables, managed, anything=bool(calls or queue_calls))

    return DirectoryInput(document, _table_files(tables | managed), calls, queue_calls)


def holds_anything(directory: str | os.PathLike[str]) -> bool:
    """Whether a directory has any file of those names, whether or not they make one input.

    Raises:
        OSError: it is no directory, or may not be read.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory:
        ...     holds_anything(directory)
        False
    """
    names = {"portfolio": _DOCUMENT, "calls": _TABLE, "queue_calls": _TABLE}
    names |= {table.name: _TABLE for table in EMIT}
    names |= {table.name: _TEXT for table in MANAGED_TABLES}
    known = {
        f"{name}.{suffix}{packed}"
        for name, suffixes in names.items()
        for suffix in suffixes
        for packed in ("", ".gz")
    }

    return any(path.name in known and path.is_file() for path in Path(directory).iterdir())


@frozen
class _Found:
    """The files of a directory, and what is wrong with them."""

    directory: Path
    log: FaultLog

    def one(self, name: str, suffixes: Sequence[str]) -> Path | None:
        """The file for one thing; several are a fault."""
        names = [
            f"{name}.{suffix}{packed}"
            for suffix in suffixes
            for packed in ("", ".gz")
            if not (packed and suffix == "parquet")
        ]
        paths = [path for one in names if (path := self.directory / one).is_file()]
        if len(paths) > 1:
            self._fault(f"one file for {name}", " and ".join(path.name for path in paths))

        return paths[0] if paths else None

    def judge(
        self,
        document: Path | None,
        tables: dict[str, Path | None],
        managed: dict[str, Path | None],
        *,
        anything: bool,
    ) -> None:
        """Fault what does not make one input.

        Raises:
            InputError: there is any fault.
        """
        # An unreadable or missing directory is an error of the operating system, not of the input.
        next(self.directory.iterdir(), None)
        there = [name for name, path in (tables | managed).items() if path]
        if document and there:
            self._fault(f"{document.name} or tables, not both", f"also {', '.join(there)}")
        elif there:
            for name in [name for name in tables if name not in there]:
                self._fault(f"the table {name} as .csv, .jsonl or .parquet", "no such file")
        elif not document and not anything:
            self._fault(_WHOLE, "none of them")
        self.log.refuse()

    def _fault(self, expected: str, found: str) -> None:
        self.log.add(Place(str(self.directory)), expected, found)


def _table_files(tables: dict[str, Path | None]) -> TableFiles | None:
    files = {name: _table_file(path) for name, path in tables.items() if path}

    return TableFiles(**files) if files else None


def _table_file(path: Path) -> TableFile:
    return TableFile(path, cast("TableFormat", path.name.split(".")[1]))
