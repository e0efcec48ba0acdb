"""Every door of calls, for tests that hold for all of them: rows in, column sets or faults out."""

import csv
import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any, Literal, TypeAlias

import numpy as np
import pytest

import partnerkpi as pk
from partnerkpi.errors import Fault, InputError

__all__ = [
    "DOORS",
    "FILES",
    "LEG",
    "QUEUED",
    "TABLES",
    "Drip",
    "Form",
    "Made",
    "Row",
    "as_csv",
    "as_json_lines",
    "faults",
    "read",
    "told",
]

Row: TypeAlias = dict[str, Any]
Made: TypeAlias = pk.Calls | pk.QueueCalls
Form: TypeAlias = Literal["csv", "jsonl"]

LEG: Row = {
    "record_id": "r-1",
    "reported_at": "2026-11-20T00:00:00Z",
    "call_id": "k-1",
    "customer_id": "c-1",
    "user_id": "u-1",
    "started_at": "2026-11-16T09:30:00Z",
    "duration_ms": 61_000,
    "answered": True,
    "endpoint_type": "desk_phone",
    "packet_loss_percent": 9.5,
    "latency_ms": 20,
    "jitter_ms": 1.5,
    "features": ["call_park", "voicemail"],
}
QUEUED: Row = {
    "record_id": "r-1",
    "reported_at": "2026-11-20T00:00:00Z",
    "call_id": "k-1",
    "customer_id": "c-1",
    "queue_id": "Q1",
    "entered_at": "2026-11-16T09:30:00Z",
    "wait_ms": 19_999,
    "outcome": "answered",
    "talk_ms": 60_000,
}
TABLES: Mapping[str, Row] = {"calls": LEG, "queue_calls": QUEUED}


def columns_of(rows: Sequence[Row]) -> list[str]:
    """The names of all columns that any row has, in the order in which they first come."""
    return list(dict.fromkeys(name for row in rows for name in row))


def as_csv(rows: Sequence[Row], names: Sequence[str] | None = None) -> bytes:
    """Rows as CSV, every cell as its plain text."""
    text = StringIO()
    names = columns_of(rows) if names is None else names
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([cell(row.get(name)) for name in names] for row in rows)

    return text.getvalue().encode("utf-8", "surrogatepass")


def cell(value: object) -> str:
    """The cell of a value."""
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"

    return "" if value is None else str(value)


def as_json_lines(rows: Sequence[Row]) -> bytes:
    """Rows as JSON lines."""
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def of_columns(table: str, rows: Sequence[Row], **options: Any) -> Made:
    """Rows as columns of Python objects."""
    names = columns_of(rows)
    columns = {name: [row.get(name) for row in rows] for name in names}
    make = pk.calls_from_columns if table == "calls" else pk.queue_calls_from_columns

    return make(columns, **options)


def of_arrays(table: str, rows: Sequence[Row], **options: Any) -> Made:
    """Rows as columns of the narrowest types that hold them: coded text, numbers, instants."""
    columns = {name: array(name, [row.get(name) for row in rows]) for name in columns_of(rows)}
    make = pk.calls_from_columns if table == "calls" else pk.queue_calls_from_columns

    return make(columns, **options)


CODED = (
    *("record_id", "call_id", "customer_id", "user_id", "queue_id", "endpoint_type"),
    *("outcome", "features"),
)


def array(name: str, values: Sequence[Any]) -> Any:
    """Texts coded, numbers and booleans as arrays, masked where null; anything else as it is."""
    null = [value is None for value in values]
    if name in CODED:
        texts = [";".join(value) if isinstance(value, list) else value for value in values]
        labels = list(dict.fromkeys(text for text in texts if text is not None))
        codes = [-1 if text is None else labels.index(text) for text in texts]
        return pk.Coded(np.array(codes), labels)
    fill = False if name == "answered" else 0
    whole = {type(value) for value in values} <= {int, bool, type(None)}
    kind = np.uint64 if whole and max(value or 0 for value in values) == 2**63 else None
    plain = np.array([fill if value is None else value for value in values], kind)
    if name.endswith("_at") or plain.dtype.kind == "O":
        return list(values)

    return np.ma.masked_array(plain, null) if any(null) else plain


def of_rows(table: str, rows: Sequence[Row], **options: Any) -> Made:
    """Rows as they are."""
    make = pk.calls_from_rows if table == "calls" else pk.queue_calls_from_rows

    return make(rows, **options)


class Drip:
    """A stream that hands out a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        """Hold the bytes."""
        self._stream = BytesIO(data)
        self._size = size

    def read(self, size: int, /) -> bytes:
        """At most so many bytes."""
        return self._stream.read(min(size, self._size))


def of_bytes(table: str, data: bytes, form: Form, **options: Any) -> Made:
    """A table in a stream."""
    make = pk.read_calls if table == "calls" else pk.read_queue_calls

    return make(BytesIO(data), form=form, **options)


def in_batches(table: str, data: bytes, form: Form, **options: Any) -> Made:
    """A table in a stream, two rows at a time."""
    stream = Drip(data, 300)
    if table == "calls":
        return pk.Calls.concatenate(pk.calls_in_batches(stream, rows=2, form=form, **options))

    return pk.QueueCalls.concatenate(
        pk.queue_calls_in_batches(stream, rows=2, form=form, **options)
    )


Door: TypeAlias = Callable[..., Made]
FILES: Mapping[str, Door] = {
    "csv": lambda table, rows, **o: of_bytes(table, as_csv(rows), "csv", **o),
    "csv.gz": lambda table, rows, **o: of_bytes(
        table, gzip.compress(as_csv(rows), mtime=0), "csv", **o
    ),
    "csv in batches": lambda table, rows, **o: in_batches(table, as_csv(rows), "csv", **o),
    "jsonl": lambda table, rows, **o: of_bytes(table, as_json_lines(rows), "jsonl", **o),
    "jsonl.gz": lambda table, rows, **o: of_bytes(
        table, gzip.compress(as_json_lines(rows), mtime=0), "jsonl", **o
    ),
    "jsonl in batches": lambda table, rows, **o: in_batches(
        table, as_json_lines(rows), "jsonl", **o
    ),
}
FAST: Mapping[str, Door] = {
    f"{name}, fast": lambda table, rows, _read=read, **o: _read(table, rows, engine="fast", **o)
    for name, read in FILES.items()
    if "gz" not in name
}
DOORS: Mapping[str, Door] = {
    **FILES,
    **FAST,
    "rows": of_rows,
    "columns": of_columns,
    "arrays": of_arrays,
}
# Where the first row stands: below the header, on the first line, or at the beginning.
FIRST = {"csv": 2, "csv.gz": 2, "csv in batches": 2, "jsonl": 1, "jsonl.gz": 1}
FIRST |= {f"{name}, fast": line for name, line in FIRST.items()}


def read(door: str, table: str, rows: Sequence[Row], **options: Any) -> Made:
    """Rows through a door."""
    return DOORS[door](table, rows, **options)


def faults(door: str, table: str, rows: Sequence[Row], **options: Any) -> list[Fault]:
    """The faults of rows that a door refuses."""
    with pytest.raises(InputError) as caught:
        read(door, table, rows, **options)

    return list(caught.value.faults)


def told(door: str, table: str, rows: Sequence[Row]) -> list[tuple[int, str | None, str]]:
    """The faults of rows that a door refuses: the row, the column, what was expected."""
    first = FIRST.get(door, 1 if door.startswith("jsonl in batches") else 0)

    return [
        ((fault.place.line or 0) - first, fault.place.column, fault.expected)
        for fault in faults(door, table, rows)
    ]
