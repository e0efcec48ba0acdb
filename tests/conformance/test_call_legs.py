"""Usage, quality and features of every case are the expected ones, by both readings.

Until the doors read calls, rows come from the JSON lines directly.
"""

import json
from pathlib import Path
from typing import Any

import pytest

import partnerkpi as pk
from partnerkpi import calling
from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.calling.legs import leg_state
from partnerkpi.calling.seats import CallingSeats
from partnerkpi.reports.seats import calling_seats
from partnerkpi.snapshot import snapshot
from tests.call_rows import leg_of, queue_call_of
from tests.conformance.test_conformance import CASES, as_of, differences, read_json
from tests.oracles.call_legs import (
    features_section,
    quality_section,
    usage_section,
    without_duplicates,
)
from tests.oracles.records import read_customers

CALL_CASES = [case for case in CASES if (case / "calls.jsonl").is_file()]
PARTS = ("usage", "quality", "features")

each_case = pytest.mark.parametrize("case", CALL_CASES, ids=lambda case: case.name)


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def queue_rows(case: Path) -> list[dict[str, Any]] | None:
    """The queue calls of a case, if it has any."""
    path = case / "queue_calls.jsonl"
    return rows(path) if path.is_file() else None


def seats(case: Path) -> CallingSeats:
    """The licenses of a case."""
    portfolio = pk.read(case / "portfolio.json")
    return calling_seats(snapshot(portfolio, as_of(case), pk.Policy()))


@each_case
def test_the_library_gives_the_expected_sections(case: Path) -> None:
    """Counting a case's call legs gives the expected usage, quality and features."""
    calls = Calls.from_records(map(leg_of, rows(case / "calls.jsonl")))
    queues = queue_rows(case)
    when, held = as_of(case), seats(case)
    actual = {
        "usage": calling.usage(calls, as_of=when, seats=held).to_dict(),
        "quality": calling.quality(calls, as_of=when, seats=held).to_dict(),
        "features": None,
    }
    if queues is not None:
        entries = QueueCalls.from_records(map(queue_call_of, queues))
        actual["features"] = calling.features(calls, entries, as_of=when).to_dict()
    expected = read_json(case / "expected.json")

    assert [] == differences({part: expected["calling"][part] for part in PARTS}, actual)
    assert expected["data"]["duplicate_calls"] == leg_state(calls, as_of=when).duplicates.count


@each_case
def test_the_naive_reading_gives_the_expected_sections(case: Path) -> None:
    """The plain-Python reading of the definitions gives the expected sections."""
    legs = without_duplicates(rows(case / "calls.jsonl"))
    customers = read_customers(read_json(case / "portfolio.json"))
    actual = {
        "usage": usage_section(legs, customers, as_of(case)),
        "quality": quality_section(legs, as_of(case)),
        "features": features_section(legs, queue_rows(case), as_of(case)),
    }
    expected = read_json(case / "expected.json")["calling"]

    assert [] == differences({part: expected[part] for part in PARTS}, actual)


def test_there_are_cases() -> None:
    """The folder has cases with call legs, so that the tests above cannot pass by having none."""
    assert 8 == len(CALL_CASES)
