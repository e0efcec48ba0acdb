"""The doors of calls: read call legs and queue calls from tables, rows or columns.

Spec: *Definitions 3, Tables*. As every door these are strict: reading never stops at the first
fault and never drops a row in silence. In lenient reading faulty rows are left out; one whose
outcome is any other text than those known is kept as ``unknown``, and told as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerkpi._faults import FAULT_CAP
from partnerkpi.io._call_door import CallDoor
from partnerkpi.io._call_tables import LEGS, QUEUED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from partnerkpi.call_columns import Calls, QueueCalls
    from partnerkpi.io._files import Source
    from partnerkpi.io._table_columns import UnknownKeys
    from partnerkpi.io._table_files import TableFormat
    from partnerkpi.io._table_parts import Engine
    from partnerkpi.io._whole_columns import ColumnLike

__all__ = [
    "calls_from_columns",
    "calls_from_rows",
    "calls_in_batches",
    "queue_calls_from_columns",
    "queue_calls_from_rows",
    "queue_calls_in_batches",
    "read_calls",
    "read_queue_calls",
]

_MILLION = 1_000_000


def read_calls(
    source: Source,
    *,
    form: TableFormat | None = None,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    engine: Engine = "auto",
    max_faults: int = FAULT_CAP,
    progress: Callable[[int], None] | None = None,
) -> Calls:
    r"""Read call legs: a table as CSV or JSON lines, gzipped or not, or as Parquet.

    Args:
        source: A path, or a binary stream.
        form: ``csv``, ``jsonl`` or ``parquet`` (with the extra ``arrow``); a path tells it by its
            ending.
        lenient: Leave faulty rows out; the column set then carries the faults. If not, faults are
            raised, all at once.
        unknown_keys: Whether a key or column that the format does not know is a fault.
        engine: ``fast`` cuts text through the extra ``arrow``; ``auto`` does for large files of
            JSON lines if it is installed. Both give the same rows and the same faults.
        max_faults: How many faults are carried; all are counted.
        progress: Told how many bytes have been read so far.

    Raises:
        InputError: the table is faulty; carries every fault with its file, line and column.
        MissingExtraError: Parquet, or the engine ``fast``, without the extra ``arrow``.
        OSError: the file cannot be opened.
        TypeError: a stream without ``form``.

    Example:
        >>> from io import BytesIO
        >>> header = b"call_id,customer_id,user_id,started_at,duration_ms,answered,features\n"
        >>> row = b"k-1,c-1,u-1,2026-11-16T09:30:00Z,61000,true,voicemail;call_park\n"
        >>> read_calls(BytesIO(header + row), form="csv").records[0].features
        ('call_park', 'voicemail')
    """
    door = CallDoor(LEGS, lenient, unknown_keys, max_faults, progress, engine=engine)

    return next(door.read(source, form, None))


def read_queue_calls(
    source: Source,
    *,
    form: TableFormat | None = None,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    engine: Engine = "auto",
    max_faults: int = FAULT_CAP,
    progress: Callable[[int], None] | None = None,
) -> QueueCalls:
    r"""Read calls into queues: a table as CSV or JSON lines, gzipped or not, or as Parquet.

    Args:
        source: As for ``read_calls``.
        form: As for ``read_calls``.
        lenient: As for ``read_calls``; a row with an unknown outcome is kept as ``unknown``.
        unknown_keys: As for ``read_calls``.
        engine: As for ``read_calls``.
        max_faults: As for ``read_calls``.
        progress: As for ``read_calls``.

    Raises:
        InputError: the table is faulty; carries every fault with its file, line and column.
        MissingExtraError: Parquet, or the engine ``fast``, without the extra ``arrow``.
        OSError: the file cannot be opened.
        TypeError: a stream without ``form``.

    Example:
        >>> from io import BytesIO
        >>> header = b"call_id,customer_id,queue_id,entered_at,wait_ms,outcome\n"
        >>> row = b"k-1,c-1,Q1,2026-11-16T09:30:00Z,19999,went fishing\n"
        >>> calls = read_queue_calls(BytesIO(header + row), form="csv", lenient=True)
        >>> calls.records[0].outcome
        <Outcome.UNKNOWN: 'unknown'>
        >>> str(calls.faults[0].place), calls.faults[0].found
        ('queue_calls, line 2, column outcome', "'went fishing'")
    """
    door = CallDoor(QUEUED, lenient, unknown_keys, max_faults, progress, engine=engine)

    return next(door.read(source, form, None))


def calls_in_batches(
    source: Source,
    *,
    rows: int = _MILLION,
    form: TableFormat | None = None,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    engine: Engine = "auto",
    max_faults: int = FAULT_CAP,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Calls]:
    r"""Read call legs a bounded number of rows at a time, for tables larger than the memory.

    Args:
        source: As for ``read_calls``; it is opened when the first batch is asked for.
        rows: How many rows a batch has at most.
        form: As for ``read_calls``.
        lenient: As for ``read_calls``; each batch carries the faults met since the one before.
        unknown_keys: As for ``read_calls``.
        engine: As for ``read_calls``.
        max_faults: How many faults a batch, or the error, carries; all are counted.
        progress: As for ``read_calls``.

    Yields:
        Column sets of rows that follow each other, none for a table without rows.

    Raises:
        InputError: the table is faulty. After the first fault no batch comes any more, and at the
            end of the table the error carries all of them.
        MissingExtraError: Parquet, or the engine ``fast``, without the extra ``arrow``.
        OSError: the file cannot be opened.
        TypeError: a stream without ``form``.

    Example:
        >>> from io import BytesIO
        >>> header = b"call_id,customer_id,started_at,duration_ms,answered\n"
        >>> row = b"k-1,c-1,2026-11-16T09:30:00Z,61000,true\n"
        >>> table = BytesIO(header + 3 * row)
        >>> [len(batch) for batch in calls_in_batches(table, rows=2, form="csv")]
        [2, 1]
    """
    yield from CallDoor(LEGS, lenient, unknown_keys, max_faults, progress, engine=engine).read(
        source, form, rows
    )


def queue_calls_in_batches(
    source: Source,
    *,
    rows: int = _MILLION,
    form: TableFormat | None = None,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    engine: Engine = "auto",
    max_faults: int = FAULT_CAP,
    progress: Callable[[int], None] | None = None,
) -> Iterator[QueueCalls]:
    r"""Read queue calls a bounded number of rows at a time, for tables larger than the memory.

    Args:
        source: As for ``calls_in_batches``.
        rows: As for ``calls_in_batches``.
        form: As for ``read_calls``.
        lenient: As for ``calls_in_batches``.
        unknown_keys: As for ``read_calls``.
        engine: As for ``read_calls``.
        max_faults: As for ``calls_in_batches``.
        progress: As for ``read_calls``.

    Yields:
        Column sets of rows that follow each other, none for a table without rows.

    Raises:
        InputError: the table is faulty. After the first fault no batch comes any more, and at the
            end of the table the error carries all of them.
        MissingExtraError: Parquet, or the engine ``fast``, without the extra ``arrow``.
        OSError: the file cannot be opened.
        TypeError: a stream without ``form``.

    Example:
        >>> from io import BytesIO
        >>> header = b"call_id,customer_id,queue_id,entered_at,wait_ms,outcome\n"
        >>> row = b"k-1,c-1,Q1,2026-11-16T09:30:00Z,19999,answered\n"
        >>> table = BytesIO(header + 3 * row)
        >>> [len(batch) for batch in queue_calls_in_batches(table, rows=2, form="csv")]
        [2, 1]
    """
    yield from CallDoor(QUEUED, lenient, unknown_keys, max_faults, progress, engine=engine).read(
        source, form, rows
    )


def calls_from_rows(
    rows: Iterable[Mapping[str, object]],
    *,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
) -> Calls:
    """Make call legs of rows that are already plain mappings, as JSON lines have them.

    As strict as reading the text; instants may also be aware datetimes, and features any kind of
    list or set.

    Args:
        rows: Mappings of column names to values, gone through once.
        lenient: As for ``read_calls``.
        unknown_keys: As for ``read_calls``.
        max_faults: As for ``read_calls``.

    Raises:
        InputError: rows are faulty; carries every fault with its row (from 0) and column.

    Example:
        >>> row = {
        ...     "call_id": "k-1",
        ...     "customer_id": "c-1",
        ...     "started_at": "2026-11-16T09:30:00Z",
        ...     "duration_ms": 61_000,
        ...     "answered": True,
        ...     "features": {"voicemail"},
        ... }
        >>> calls_from_rows([row]).records[0].features
        ('voicemail',)
    """
    return CallDoor(LEGS, lenient, unknown_keys, max_faults).of_rows(rows)


def queue_calls_from_rows(
    rows: Iterable[Mapping[str, object]],
    *,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
) -> QueueCalls:
    """Make queue calls of rows that are already plain mappings, as JSON lines have them.

    Args:
        rows: As for ``calls_from_rows``.
        lenient: As for ``read_queue_calls``.
        unknown_keys: As for ``read_calls``.
        max_faults: As for ``read_calls``.

    Raises:
        InputError: rows are faulty; carries every fault with its row (from 0) and column.

    Example:
        >>> row = {
        ...     "call_id": "k-1",
        ...     "customer_id": "c-1",
        ...     "queue_id": "Q1",
        ...     "entered_at": "2026-11-16T09:30:00Z",
        ...     "wait_ms": -5,
        ...     "outcome": "answered",
        ... }
        >>> queue_calls_from_rows([row])
        Traceback (most recent call last):
        ...
        partnerkpi.errors.InputError: 1 fault in the input
        rows of queue_calls, row 0, column wait_ms: expected a count from 0 to 9007199254740991,
        found -5
    """
    return CallDoor(QUEUED, lenient, unknown_keys, max_faults).of_rows(rows)


def calls_from_columns(
    columns: Mapping[str, ColumnLike],
    *,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
) -> Calls:
    """Make call legs of numpy columns in memory, named as those of the table ``calls``.

    Columns are as for ``from_columns``; measurements are any numbers, and what was not measured is
    a masked row or ``None``: NaN is a fault. Dictionary-coded columns (``Coded``) cost least: with
    labels that are all different, codes are taken over as they are. What is kept is a copy.

    Args:
        columns: Columns by name. ``features`` is lists of text, or text with ``;`` between those
            of one row, best ``Coded``: few different sets occur often.
        lenient: As for ``read_calls``.
        unknown_keys: As for ``read_calls``.
        max_faults: As for ``read_calls``.

    Raises:
        InputError: the columns are faulty; carries every fault with its row and column.

    Example:
        >>> import numpy as np
        >>> from partnerkpi import Coded
        >>> calls = calls_from_columns(
        ...     {
        ...         "call_id": np.array([1, 1]),
        ...         "customer_id": Coded(np.array([0, 0]), ["c-1"]),
        ...         "started_at": np.array(["2026-11-16T09:30", "2026-11-16T09:31"], "M8[s]"),
        ...         "duration_ms": np.array([61_000, 1_000]),
        ...         "answered": np.array([True, False]),
        ...         "features": Coded(np.array([0, -1]), ["voicemail;call_park"]),
        ...     }
        ... )
        >>> [leg.features for leg in calls.records]
        [('call_park', 'voicemail'), ()]
    """
    return CallDoor(LEGS, lenient, unknown_keys, max_faults).of_columns(columns)


def queue_calls_from_columns(
    columns: Mapping[str, ColumnLike],
    *,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
) -> QueueCalls:
    """Make queue calls of numpy columns in memory, named as those of the table ``queue_calls``.

    Args:
        columns: As for ``calls_from_columns``.
        lenient: As for ``read_queue_calls``.
        unknown_keys: As for ``read_calls``.
        max_faults: As for ``read_calls``.

    Raises:
        InputError: the columns are faulty; carries every fault with its row and column.

    Example:
        >>> import numpy as np
        >>> from partnerkpi import Coded
        >>> calls = queue_calls_from_columns(
        ...     {
        ...         "call_id": np.array([1, 2]),
        ...         "customer_id": Coded(np.array([0, 0]), ["c-1"]),
        ...         "queue_id": Coded(np.array([0, 1]), ["Q1", "Q2"]),
        ...         "entered_at": np.array(["2026-11-16T09:30", "2026-11-16T09:31"], "M8[s]"),
        ...         "wait_ms": np.array([19_999, 20_000]),
        ...         "outcome": Coded(np.array([0, 1]), ["answered", "voicemail"]),
        ...     }
        ... )
        >>> calls.queue[1], calls.wait.tolist()
        ('Q2', [19999, 20000])
    """
    return CallDoor(QUEUED, lenient, unknown_keys, max_faults).of_columns(columns)
