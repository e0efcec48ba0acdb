"""Machinery: what a call history comes in: a path, a stream, bytes or records; CSV or JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from attrs import define, field

from partnerkpi.io._files import opened, source_name, text_pieces
from partnerkpi.io._json import CHUNK, JsonText
from partnerkpi.io._json_lines import read_objects
from partnerkpi.webex._call_csv import CsvHistory
from partnerkpi.webex._call_json import ObjectHistory

if TYPE_CHECKING:
    from partnerkpi._faults import FaultLog
    from partnerkpi.io._files import ByteSource, Source
    from partnerkpi.webex._call_csv import CsvRecords
    from partnerkpi.webex._call_json import ObjectRecords

__all__ = ["History", "opened_history", "recognized"]

_NAME = "call history"
_ROWS = "rows of call history"
_HEAD = 1 << 16
_FORMS = ("csv", "json", "jsonl")


@define
class History:
    """The records of a source, and what of them is not used.

    Attributes:
        parts: The records, some at a time.
        told: For how many records each name is not documented, and how many were no records, since
            it was asked for last; given how many records came since.
    """

    parts: Iterator[CsvRecords | ObjectRecords]
    told: Callable[[int], tuple[dict[str, int], int]]


@contextmanager
def opened_history(source: object, form: str | None, log: FaultLog) -> Iterator[History]:
    """The records of a source; a path is closed in the end.

    Raises:
        InputError: nothing can be read.
        OSError: a path cannot be opened.
        TypeError: it is no source of records.
        ValueError: there is no such form.
    """
    if form not in (None, *_FORMS):
        msg = f"form must be 'csv', 'json' or 'jsonl', not {form!r}"
        raise ValueError(msg)
    if isinstance(source, (bytes, bytearray, memoryview)):
        source = BytesIO(source)
    is_path = isinstance(source, (str, os.PathLike))
    if is_path or hasattr(source, "read"):
        name = source_name(cast("Source", source)) if is_path else _NAME
        with opened(cast("Source", source), name) as stream:
            yield _of_stream(stream, form, log)
    elif isinstance(source, Iterable) and not isinstance(source, Mapping):
        objects = ObjectHistory(_ROWS, log)
        yield History(objects.of_rows(source), _teller(objects))
    else:
        msg = f"expected a path, a binary stream, bytes or records, found {type(source).__name__}"
        raise TypeError(msg)


def _of_stream(stream: ByteSource, form: str | None, log: FaultLog) -> History:
    held = _Peeked(stream)
    source = cast("ByteSource", held)
    form = form or recognized(held.peek())
    if form == "csv":
        table = CsvHistory(source, log)
        return History(table.parts(), lambda records: (dict.fromkeys(table.ignored, records), 0))
    objects = ObjectHistory(stream.name, log)
    if form == "json":
        text = JsonText(stream.name, text_pieces(source, CHUNK))
        return History(objects.of_json(text), _teller(objects))
    lines = (
        (line, record)
        for found in read_objects(source, log)
        for line, record in zip(found.lines, found.records, strict=True)
    )

    return History(objects.of_lines(lines), _teller(objects))


def _teller(objects: ObjectHistory) -> Callable[[int], tuple[dict[str, int], int]]:
    def told(_: int) -> tuple[dict[str, int], int]:
        found = dict(objects.ignored), objects.rejected
        objects.ignored.clear()
        objects.rejected = 0
        return found

    return told


def recognized(head: bytes) -> str:
    """The form that a text with these first bytes has.

    Example:
        >>> (
        ...     recognized(b'{"items": ['),
        ...     recognized(b'{"Report ID": "r-1"}'),
        ...     recognized(b"Report ID"),
        ... )
        ('json', 'jsonl', 'csv')
    """
    text = head.lstrip()
    if not text.startswith((b"[", b"{")):
        return "csv"
    if text.startswith(b"["):
        return "json"
    try:
        whole: Any = json.loads(text.partition(b"\n")[0])
    except (ValueError, RecursionError):
        return "json"

    return "jsonl" if isinstance(whole, dict) else "json"


@define
class _Peeked:
    """Bytes of which the first were looked at."""

    _stream: ByteSource
    _head: bytes = b""
    name: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.name = self._stream.name

    def peek(self) -> bytes:
        while len(self._head) < _HEAD and (more := self._stream.read(_HEAD - len(self._head))):
            self._head += more

        return self._head

    def read(self, size: int) -> bytes:
        if not self._head:
            return self._stream.read(size)
        data, self._head = self._head[:size], self._head[size:]

        return data
