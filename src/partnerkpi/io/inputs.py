"""An input as a whole: a portfolio, tables of calls, or all of them in one directory."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from attrs import define, frozen

from partnerkpi._faults import FAULT_CAP, FaultLog
from partnerkpi.io.calls import read_calls, read_queue_calls
from partnerkpi.io.directories import look_into
from partnerkpi.io.doors import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from partnerkpi.call_columns import Calls, QueueCalls
    from partnerkpi.columns import Portfolio
    from partnerkpi.io._files import Source
    from partnerkpi.io._table_columns import UnknownKeys
    from partnerkpi.io._table_parts import Engine

__all__ = ["Inputs", "read_inputs"]


class _Options(TypedDict):
    lenient: bool
    unknown_keys: UnknownKeys
    max_faults: int
    progress: Callable[[int], None]


@frozen(kw_only=True)
class Inputs:
    """What an input holds: at least one of the three.

    Attributes:
        portfolio: The customers with all that is theirs, if there are any.
        calls: The call legs, if there is a table of them.
        queue_calls: The queue calls, if there is a table of them.
    """

    portfolio: Portfolio | None = None
    calls: Calls | None = None
    queue_calls: QueueCalls | None = None


def read_inputs(
    source: Source,
    *,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    engine: Engine = "auto",
    max_faults: int = FAULT_CAP,
    progress: Callable[[int], None] | None = None,
) -> Inputs:
    """Read all that a directory holds, or the portfolio document that a path or stream is.

    A directory holds a portfolio (a document, or the three tables), tables ``calls`` and
    ``queue_calls``, or any of these.

    Args:
        source: As for ``read``.
        lenient: As for ``read``; each of the three carries its own faults.
        unknown_keys: As for ``read``.
        engine: As for ``read``.
        max_faults: As for ``read``.
        progress: Told how many bytes of all files have been read so far.

    Raises:
        InputError: something is faulty; carries every fault of all files.
        MissingExtraError: the engine ``fast`` without its extra.
        OSError: a file cannot be opened.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> row = b'{"call_id":"k-1","customer_id":"c-1","queue_id":"Q1","wait_ms":5,'
        >>> row += b'"entered_at":"2026-11-16T09:30:00Z","outcome":"answered"}'
        >>> with TemporaryDirectory() as directory:
        ...     _ = Path(directory, "queue_calls.jsonl").write_bytes(row)
        ...     inputs = read_inputs(directory)
        >>> inputs.portfolio, inputs.calls, len(inputs.queue_calls)
        (None, None, 1)
    """
    told = _Told(progress)
    on_the_way: _Options = {
        "lenient": lenient,
        "unknown_keys": unknown_keys,
        "max_faults": max_faults,
        "progress": told,
    }
    if not isinstance(source, (str, os.PathLike)) or not Path(source).is_dir():
        return Inputs(portfolio=read(source, engine=engine, **on_the_way))
    inside, log = look_into(source), FaultLog(max_faults)
    found: dict[str, Any] = {}
    if inside.document or inside.tables:
        with _noted(log, told):
            found["portfolio"] = read(source, engine=engine, **on_the_way)
    if inside.calls:
        with _noted(log, told):
            found["calls"] = read_calls(inside.calls, engine=engine, **on_the_way)
    if inside.queue_calls:
        with _noted(log, told):
            found["queue_calls"] = read_queue_calls(inside.queue_calls, engine=engine, **on_the_way)
    log.refuse()

    return Inputs(**found)


@define
class _Told:
    """Tells how much of several files has been read, of how much of one has been."""

    tell: Callable[[int], None] | None
    before: int = 0
    latest: int = 0

    def __call__(self, size: int) -> None:
        self.latest = size
        if self.tell:
            self.tell(self.before + size)

    def begin_another(self) -> None:
        """Go on with another file."""
        self.before += self.latest
        self.latest = 0


@contextmanager
def _noted(log: FaultLog, told: _Told) -> Iterator[None]:
    """Faults of one of several files are noted: those of the others are looked for as well."""
    with log.noting():
        yield
    told.begin_another()
