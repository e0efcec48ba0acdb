"""Queue calls of every case give the expected figures, from the library and the naive reading."""

import json
from pathlib import Path
from typing import Any

import pytest

from partnerkpi import calling
from partnerkpi.calling.queues import finish_queues, queue_state
from partnerkpi.io.calls import queue_calls_in_batches, read_queue_calls
from tests.conformance.test_conformance import CASES, as_of, differences, read_json
from tests.oracles.deduplication import deduplicate
from tests.oracles.queue_calls import QueuePolicy, queue_part

QUEUE_CASES = [case for case in CASES if (case / "queue_calls.jsonl").is_file()]

each_case = pytest.mark.parametrize("case", QUEUE_CASES, ids=lambda case: case.name)


def expected_of(case: Path) -> tuple[dict[str, Any], int]:
    """The expected section, and how many duplicates there are."""
    document = read_json(case / "expected.json")
    return document["calling"]["queues"], document["data"]["duplicate_queue_calls"]


@each_case
def test_the_library_gives_the_expected_section(case: Path) -> None:
    """Reading a case's queue calls and counting them gives the expected figures."""
    section, duplicates = expected_of(case)
    calls = read_queue_calls(case / "queue_calls.jsonl")
    state = queue_state(calls, as_of=as_of(case))

    assert [] == differences(section, finish_queues(state).to_dict())
    assert duplicates == state.duplicates.count


@each_case
def test_folding_gives_the_expected_section(case: Path) -> None:
    """So does reading and counting a few rows at a time."""
    section, duplicates = expected_of(case)
    batches = queue_calls_in_batches(case / "queue_calls.jsonl", rows=17)
    state = calling.fold(batches, as_of=as_of(case), duplicates="by_record_id")

    assert [] == differences(section, finish_queues(state).to_dict())
    assert duplicates == state.duplicates.count


@each_case
def test_the_naive_reading_gives_the_expected_section(case: Path) -> None:
    """The plain-Python reading of the definitions gives the expected figures."""
    section, duplicates = expected_of(case)
    lines = (case / "queue_calls.jsonl").read_text("utf-8").splitlines()
    kept, dropped, _ = deduplicate([json.loads(line) for line in lines])

    assert [] == differences(section, queue_part(kept, as_of(case), QueuePolicy()))
    assert duplicates == dropped


def test_there_are_cases() -> None:
    """Cases with queue calls are there, so that the tests above cannot pass by having none."""
    assert len(QUEUE_CASES) >= 8
