"""Machinery: tables of calls written as CSV or JSON lines, a bounded number of rows at a time.

What is written reads back as the equal column set, and equal column sets give equal bytes: columns
stand in a fixed order, lines end with LF, packed files carry no time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from attrs import frozen

from partnerkpi._arrays import NEVER
from partnerkpi._faults import shown
from partnerkpi._instants import format_all
from partnerkpi._text import Text
from partnerkpi.call_columns import Calls
from partnerkpi.call_models import Outcome
from partnerkpi.columns import CodedText, TextLists
from partnerkpi.errors import Fault, InputError, Place
from partnerkpi.io._csv import FIELD_LIMIT, RECORD_LIMIT
from partnerkpi.io._files import created

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Micros
    from partnerkpi._arrow import Exporting
    from partnerkpi.call_columns import QueueCalls
    from partnerkpi.io._files import Writable
    from partnerkpi.io._table_files import TableFormat

__all__ = ["table_name", "write_call_table", "write_parquet"]

Names: TypeAlias = tuple[tuple[str, str], ...]

_AT_A_TIME = 1 << 13
#: The columns of the tables in order, and what each is called in a column set.
_ORIGIN: Names = (
    ("record_id", "record"),
    ("reported_at", "reported"),
    ("call_id", "call"),
    ("customer_id", "customer"),
)
_OF_A_LEG: Names = (
    *_ORIGIN,
    ("user_id", "user"),
    ("started_at", "started"),
    ("duration_ms", "duration"),
    ("answered", "answered"),
    ("endpoint_type", "endpoint"),
    ("packet_loss_percent", "loss"),
    ("latency_ms", "latency"),
    ("jitter_ms", "jitter"),
    ("features", "features"),
)
_OF_A_QUEUE_CALL: Names = (
    *_ORIGIN,
    ("queue_id", "queue"),
    ("entered_at", "entered"),
    ("wait_ms", "wait"),
    ("outcome", "outcome"),
    ("talk_ms", "talk"),
)
_OUTCOMES = Text.from_strings([*Outcome])


def table_name(rows: Calls | QueueCalls) -> str:
    """The name of the table that holds such rows."""
    return "calls" if isinstance(rows, Calls) else "queue_calls"


def write_call_table(
    rows: Calls | QueueCalls, target: str | os.PathLike[str] | Writable, form: TableFormat
) -> None:
    """Write a table of calls.

    Args:
        rows: What to write.
        target: A path, packed if it ends with ``.gz``, or a binary stream, left open.
        form: ``csv``, ``jsonl`` or ``parquet``.

    Raises:
        InputError: the format cannot carry a row: in CSV a feature with ``;`` or a cell beyond
            131072 characters, a row of more than a megabyte. A file stays as it was.
        OSError: the path cannot be written.
    """
    names = _OF_A_LEG if isinstance(rows, Calls) else _OF_A_QUEUE_CALL
    source = f"columns {table_name(rows)}"
    if form == "parquet":
        write_parquet(rows, target)
        return
    with created(target) as stream:
        if form == "csv":
            stream.write(f"{','.join(name for name, _ in names)}\n".encode())
        for first in range(0, len(rows), _AT_A_TIME):
            part = rows.part(first, first + _AT_A_TIME)
            writer = _Rows(source, first, len(part), csv=form == "csv")
            stream.write(writer.lines({name: getattr(part, own) for name, own in names}))


def write_parquet(rows: Exporting, target: str | os.PathLike[str] | Writable) -> None:
    """Write rows that go out as Arrow as a Parquet file.

    Raises:
        MissingExtraError: without the extra ``arrow``.
        OSError: the path cannot be written.
    """
    table = rows.to_arrow()
    import pyarrow.parquet as pq

    with created(target) as stream:
        pq.write_table(table, stream)


@frozen
class _Rows:
    """Writes some rows, the first of which has the number ``first``."""

    source: str
    first: int
    size: int
    csv: bool

    def lines(self, columns: Mapping[str, Any]) -> bytes:
        """The lines of the rows."""
        cells = {name: self._cells(name, column) for name, column in columns.items()}
        rows = zip(*cells.values(), strict=True)
        shape = "{" + ",".join(f'"{name}":%s' for name in columns) + "}"
        lines = [",".join(row) if self.csv else shape % row for row in rows]
        for row, line in enumerate(lines):
            if len(line) > FIELD_LIMIT:
                self._judge(row, line, {name: column[row] for name, column in cells.items()})

        return "".join([f"{line}\n" for line in lines]).encode()

    def _judge(self, row: int, line: str, cells: Mapping[str, str]) -> None:
        for name, cell in cells.items() if self.csv else ():
            if len(_unquoted(cell)) > FIELD_LIMIT:
                self._refuse(
                    row, name, f"a text of at most {FIELD_LIMIT} characters", "a longer one"
                )
        if len(line.encode()) >= RECORD_LIMIT:
            self._refuse(row, None, f"a row of at most {RECORD_LIMIT} bytes", "a longer one")

    def _cells(self, name: str, column: Any) -> Sequence[str]:
        if isinstance(column, CodedText):
            return self._texts(column)
        if isinstance(column, TextLists):
            return list(self._lists(name, column))
        if name == "outcome":
            return self._texts(CodedText(column, _OUTCOMES))
        if name.endswith("_at"):
            return self._instants(column)
        if name == "answered":
            return ["true" if flag else "false" for flag in column.tolist()]

        return self._numbers(column)

    @property
    def _null(self) -> str:
        return "" if self.csv else "null"

    def _text(self, text: str) -> str:
        return _cell(text) if self.csv else json.dumps(text, ensure_ascii=False)

    def _texts(self, column: CodedText) -> list[str]:
        used, places = np.unique(column.codes, return_inverse=True)
        given = column.labels.take(used[used >= 0])
        # -1 is the least of all codes.
        cells = [self._null] * (len(used) - len(given)) + [self._text(text) for text in given]

        return [cells[place] for place in places.tolist()]

    def _instants(self, column: Micros) -> list[str]:
        cells = np.full(len(column), self._null, np.object_)
        given = np.flatnonzero(column != NEVER)
        cells[given] = [self._text(text) for text in format_all(column[given])]
        found: list[str] = cells.tolist()

        return found

    def _numbers(self, column: NDArray[Any]) -> list[str]:
        # NaN is no number, and -1 a talk time that is not known.
        return [repr(value) if value >= 0 else self._null for value in column.tolist()]

    def _lists(self, name: str, column: TextLists) -> Iterator[str]:
        lists: list[list[str]] = [[] for _ in range(self.size)]
        flat = column.texts.labels.take(column.texts.codes)
        for row, text in zip(column.rows.tolist(), flat, strict=True):
            lists[row].append(text)
        for row, texts in enumerate(lists):
            if not self.csv:
                yield json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
                continue
            for text in texts:
                if ";" in text:
                    self._refuse(row, name, "codes without ';' (in CSV it is between)", shown(text))
            yield _cell(";".join(texts))

    def _refuse(self, row: int, column: str | None, expected: str, found: str) -> None:
        place = Place(self.source, line=self.first + row, column=column)
        raise InputError([Fault(place, expected, found)])


def _cell(text: str) -> str:
    """A cell of CSV; texts never hold a line end."""
    if "," in text or '"' in text:
        doubled = text.replace('"', '""')
        return f'"{doubled}"'

    return text


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell
