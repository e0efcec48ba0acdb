"""Scans: call tables of any number of files, a bounded number of rows at a time.

What a scan gives is what reading gives, with the same faults; no more of it is in memory than one
batch. It may be gone through again: the files are then read again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar, overload

from attrs import field, frozen

from partnerkpi._faults import FAULT_CAP
from partnerkpi._frozen import Frozen
from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.errors import Fault, InputError, Place
from partnerkpi.io._call_door import CallDoor, form_of
from partnerkpi.io._call_tables import LEGS, QUEUED
from partnerkpi.io._parquet import column_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from partnerkpi.io._table_columns import UnknownKeys

__all__ = ["Scan", "scan"]

CallsT = TypeVar("CallsT", Calls, QueueCalls)

Path_: TypeAlias = "str | os.PathLike[str]"

_MILLION = 1_000_000
#: Larger batches are counted no faster.
_COUNTED = 1 << 18
_ENDINGS = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet")
# The longer name first: the other one is the end of it.
_TABLES = Frozen({"queue_calls": QUEUED, "calls": LEGS})
#: What is not looked at where no two rows are taken for one.
_UNCOUNTED = frozenset({"record", "call"})


@frozen(kw_only=True)
class Scan(Generic[CallsT]):
    r"""Batches of calls, read from files when gone through.

    Attributes:
        kind: What the batches are.
        paths: The files, in the order in which they are read.
        rows: How many rows a batch has at most.
        lenient: Whether faulty rows are left out; each batch then carries the faults met since the
            one before.
        unknown_keys: Whether a column that the format does not know is a fault.
        max_faults: How many faults are carried; all are counted.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory:
        ...     path = Path(directory, "queue_calls.csv")
        ...     _ = path.write_text("call_id,customer_id,queue_id,entered_at,wait_ms,outcome\n")
        ...     [len(batch) for batch in scan(path)]
        []
    """

    kind: type[CallsT]
    paths: tuple[Path, ...]
    rows: int = _MILLION
    lenient: bool = False
    unknown_keys: UnknownKeys = "refuse"
    max_faults: int = FAULT_CAP
    _progress: Callable[[int], None] | None = field(alias="progress", default=None, repr=False)

    def __iter__(self) -> Iterator[CallsT]:
        """Go through the batches.

        Raises:
            InputError: a file is faulty. After the first fault no batch comes any more, and at the
                end of the last file the error carries all of them.
            MissingExtraError: Parquet without the extra ``arrow``.
            OSError: a file cannot be opened.
        """
        yield from self._read(self.rows, frozenset())

    def counted(self, *, duplicates: bool) -> Iterator[CallsT]:
        """The same rows in batches that are quickly counted, without what no figure looks at.

        Queue calls are counted without their call ids, and without record ids where no row is taken
        for a duplicate; they are checked all the same, and stand as ``?`` and as not given.

        Args:
            duplicates: Whether duplicates are going to be looked for.
        """
        whole = self._of_legs or (duplicates and self.has_record_ids)
        yield from self._read(min(self.rows, _COUNTED), frozenset() if whole else _UNCOUNTED)

    @property
    def has_record_ids(self) -> bool:
        """Whether any row may have a record id, as far as can be told without reading the rows."""
        return any(_may_have(path, "record_id") for path in self.paths)

    @property
    def _of_legs(self) -> bool:
        return issubclass(self.kind, Calls)

    def _read(self, rows: int, unkept: frozenset[str]) -> Iterator[CallsT]:
        table: Any = LEGS if self._of_legs else QUEUED
        door: CallDoor[CallsT] = CallDoor(
            table, self.lenient, self.unknown_keys, self.max_faults, self._progress, unkept=unkept
        )
        yield from door.read_all([(path, form_of(path)) for path in self.paths], rows)


def _may_have(path: Path, column: str) -> bool:
    return path.suffix != ".parquet" or column in column_names(path)


@overload
def scan(
    paths: Path_ | Iterable[Path_],
    *,
    table: Literal["calls"],
    rows: int = _MILLION,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
    progress: Callable[[int], None] | None = None,
) -> Scan[Calls]: ...
@overload
def scan(
    paths: Path_ | Iterable[Path_],
    *,
    table: Literal["queue_calls"],
    rows: int = _MILLION,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
    progress: Callable[[int], None] | None = None,
) -> Scan[QueueCalls]: ...
@overload
def scan(
    paths: Path_ | Iterable[Path_],
    *,
    table: None = None,
    rows: int = _MILLION,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
    progress: Callable[[int], None] | None = None,
) -> Scan[Any]: ...
def scan(
    paths: Path_ | Iterable[Path_],
    *,
    table: Literal["calls", "queue_calls"] | None = None,
    rows: int = _MILLION,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
    progress: Callable[[int], None] | None = None,
) -> Scan[Any]:
    r"""Look at call tables as batches of bounded size, which ``fold`` and ``report`` take.

    Nothing is read before the batches are gone through. The files are read as one table, in the
    order given.

    Args:
        paths: A file (CSV, JSON lines, gzipped or not, or Parquet), a directory, or several of
            both. Of a directory that holds the table by name only that is read; of any other all
            files with such endings, by name.
        table: ``calls`` or ``queue_calls``; not needed where every path begins with that name.
        rows: How many rows a batch has at most.
        lenient: As for ``read_calls``; each batch carries the faults met since the one before.
        unknown_keys: As for ``read_calls``.
        max_faults: How many faults a batch, or the error, carries; all are counted.
        progress: Told how many bytes of all files have been read so far.

    Raises:
        InputError: a path is of no form that is read, or a directory holds no such file.
        OSError: a directory may not be read.
        TypeError: the names of the paths do not tell which table they are.
        ValueError: fewer than one row.

    Example:
        >>> from datetime import datetime, timezone
        >>> from tempfile import TemporaryDirectory
        >>> from partnerkpi.calling import fold
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> header = "call_id,customer_id,queue_id,entered_at,wait_ms,outcome\n"
        >>> row = "k-1,c-1,Q1,2026-11-16T09:30:00Z,19999,answered\n"
        >>> with TemporaryDirectory() as directory:
        ...     for day in (1, 2):
        ...         _ = Path(directory, f"queue_calls-{day}.csv").write_text(header + row)
        ...     state = fold(scan(sorted(Path(directory).iterdir())), as_of=when)
        >>> state.last.offered().tolist()
        [2]
    """
    if rows < 1:
        msg = f"a batch has at least one row, not {rows}"
        raise ValueError(msg)
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    wanted = [Path(path) for path in given]
    name = table or _table_of(wanted)
    files = tuple(file for path in wanted for file in _files(path, name))
    for file in files:
        form_of(file)

    return Scan(
        kind=Calls if name == "calls" else QueueCalls,
        paths=files,
        rows=rows,
        lenient=lenient,
        unknown_keys=unknown_keys,
        max_faults=max_faults,
        progress=progress,
    )


def _table_of(paths: Sequence[Path]) -> str:
    names = {_named(path) for path in paths}
    if len(names) != 1 or None in names:
        msg = "tell which table it is, 'calls' or 'queue_calls': the names of the files do not"
        raise TypeError(msg)

    return str(names.pop())


def _named(path: Path) -> str | None:
    """The table whose name a path begins with."""
    return next((name for name in _TABLES if path.name.startswith(name)), None)


def _files(path: Path, table: str) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(each for each in path.iterdir() if _is_table(each))
    named = [each for each in files if each.name.split(".")[0] == table]
    if not files:
        fault = Fault(Place(str(path)), "files as .csv, .jsonl or .parquet", "none")
        raise InputError([fault])

    return named or files


def _is_table(path: Path) -> bool:
    # What begins with a dot or a line was put there by what wrote the files.
    return path.name.endswith(_ENDINGS) and not path.name.startswith((".", "_"))
