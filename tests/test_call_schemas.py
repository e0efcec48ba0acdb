"""JSON Schemas of the tables of calls: what the doors take is valid, what they refuse is not."""

import json
from typing import Any, cast

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

import partnerkpi as pk
from partnerkpi.errors import InputError
from tests.call_doors import TABLES, Row, read
from tests.call_strategies import call_rows, queue_call_rows


def valid(table: str, row: Row) -> bool:
    """Whether a line is valid by the schema of its table."""
    return Draft202012Validator(pk.schema(f"{table}@1")).is_valid(json.loads(json.dumps(row)))


@given(call_rows(max_size=4))
def test_call_legs_are_valid(rows: list[Row]) -> None:
    """Rows that the doors take."""
    assert [] == [row for row in rows if not valid("calls", row)]


@given(queue_call_rows(max_size=4))
def test_queue_calls_are_valid(rows: list[Row]) -> None:
    """Rows that the doors take."""
    assert [] == [row for row in rows if not valid("queue_calls", row)]


# Of each column values that no row may have.
WRONG: dict[str, dict[str, list[Any]]] = {
    "calls": {
        "started_at": [None, "2026-11-16T24:00:00Z", "1968-12-31"],
        "duration_ms": [None, -1, 2.5, True, "1", 2**53],
        "answered": [None, 1, "true"],
        "packet_loss_percent": [-1, 100.5, "5", True],
        "latency_ms": [-1, "5", True],
        "features": ["voicemail", [None], [""], [1], {"a": 1}],
    },
    "queue_calls": {
        "entered_at": [None, "2026-11-16T09:30:00", "2201-01-01"],
        "wait_ms": [None, -1, 2.5, True, "1", 2**53],
        "talk_ms": [-1, 2.5, True, "1", 2**53],
        "outcome": [None, "went fishing", 3],
    },
}
BOTH: dict[str, list[Any]] = {
    "record_id": [7, "", "a\x00"],
    "call_id": [None, 7, "", "a\x85"],
    "customer_id": [None, 7, "", ["c-1"]],
    "reported_at": [5, "yesterday", "2026-11-16T09"],
    "record": ["r-1"],
}
FAULTY = [
    (table, name, value)
    for table, wrong in WRONG.items()
    for name, values in (wrong | BOTH).items()
    for value in values
]


@pytest.mark.parametrize(("table", "name", "value"), FAULTY)
def test_what_is_refused_is_invalid(table: str, name: str, value: object) -> None:
    """One fault in a row, for the doors and by the schema."""
    row = TABLES[table] | {name: value}

    assert not valid(table, row)
    with pytest.raises(InputError):
        read("jsonl", table, [row])


@pytest.mark.parametrize("table", TABLES)
def test_every_needed_key_is_needed(table: str) -> None:
    """A row without it is refused, and invalid; without any other it is neither."""
    needed = cast("list[str]", pk.schema(f"{table}@1")["required"])
    for name in TABLES[table]:
        row = {key: value for key, value in TABLES[table].items() if key != name}

        assert (name not in needed) == valid(table, row)
        assert (name not in needed) == bool(len(read("jsonl", table, [row], lenient=True)))
