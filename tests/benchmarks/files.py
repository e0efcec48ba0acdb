"""The generated tables as files: portfolio document, CSV tables, JSON lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import orjson

from tests.benchmarks.generate import Coded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.benchmarks.generate import Column, Table, Tables

__all__ = ["write_csv", "write_document", "write_json_lines"]

Cell: TypeAlias = str | int | bool | None
Row: TypeAlias = dict[str, object]

_TABLES = ("customers", "subscriptions", "licenses")
_BATCH = 10_000


def write_document(tables: Tables, path: Path) -> Path:
    """One JSON document; every line carries its observations, customers in the tables' order."""
    licenses = _lines_by_subscription(tables["licenses"])
    subscriptions = _subscriptions_by_customer(tables["subscriptions"], licenses)
    customers = (
        _without_nulls(row) | {"subscriptions": subscriptions.get(row["id"], [])}
        for row in _rows(tables["customers"], customer_id="id")
    )
    head = b'{"format":"partnerkpi/portfolio@1","partner":{"id":"p-1","name":"North"},"customers":['
    with path.open("wb") as file:
        file.write(head)
        for number, customer in enumerate(customers):
            file.write(b",\n" if number else b"\n")
            file.write(orjson.dumps(customer))
        file.write(b"\n]}\n")

    return path


def write_csv(tables: Tables, folder: Path, *, quoted: bool = False) -> Path:
    """The three tables as CSV; with ``quoted``, one name in a hundred needs quotation marks."""
    for name in _TABLES:
        columns = {key: _cells(column) for key, column in tables[name].items()}
        if quoted and name == "customers":
            columns["name"] = [_quoted(n, text) for n, text in enumerate(columns["name"])]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(",".join(columns) + "\n")
            file.writelines(",".join(row) + "\n" for row in zip(*columns.values(), strict=True))

    return folder


def write_json_lines(tables: Tables, folder: Path) -> Path:
    """The three tables with one JSON object a line."""
    for name in _TABLES:
        with (folder / f"{name}.jsonl").open("wb") as file:
            file.writelines(orjson.dumps(row) + b"\n" for row in _rows(tables[name]))

    return folder


def _rows(table: Table, **renamed: str) -> Iterator[Row]:
    names = [renamed.get(name, name) for name in table]
    for values in zip(*(_values(column) for column in table.values()), strict=True):
        yield dict(zip(names, values, strict=True))


def _values(column: Column) -> Iterable[object]:
    if isinstance(column, Coded):
        return [column.labels[code] for code in column.codes.tolist()]

    return _instants(column, None) if column.dtype.kind == "M" else column.tolist()


def _cells(column: Column) -> list[str]:
    if isinstance(column, Coded):
        return [column.labels[code] for code in column.codes.tolist()]

    if column.dtype.kind == "M":
        return [text or "" for text in _instants(column, "")]

    if column.dtype.kind == "b":
        return ["true" if value else "false" for value in column.tolist()]

    return [str(value) for value in column.tolist()]


def _instants(column: np.ndarray, missing: str | None) -> list[str | None]:
    """Whole seconds in the short form, as exports write them."""
    texts = np.datetime_as_string(column.astype("datetime64[s]"), timezone="UTC")
    return [
        missing if null else text
        for text, null in zip(texts.tolist(), np.isnat(column).tolist(), strict=True)
    ]


def _quoted(number: int, text: str) -> str:
    return text if number % 100 else f'"{text}, Inc."'


def _without_nulls(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None}


def _lines_by_subscription(table: Table) -> dict[object, list[Row]]:
    lines: dict[object, list[Row]] = {}
    latest: tuple[object, object, object] | None = None
    for row in _rows(table):
        key = row.pop("subscription_id"), row.pop("product"), row.pop("name")
        if key != latest:
            observations: list[Row] = []
            line: Row = {"product": key[1], "name": key[2], "observations": observations}
            lines.setdefault(key[0], []).append(line)
            latest = key
        observations.append(_without_nulls(row))

    return lines


def _subscriptions_by_customer(
    table: Table, licenses: dict[object, list[Row]]
) -> dict[object, list[Row]]:
    subscriptions: dict[object, list[Row]] = {}
    for row in _rows(table, subscription_id="id"):
        owner = row.pop("customer_id")
        full = _without_nulls(row) | {"licenses": licenses.get(row["id"], [])}
        subscriptions.setdefault(owner, []).append(full)

    return subscriptions
