"""The whole report on every case, calls included, through every door and in every cut."""

import gzip
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import partnerkpi as pk
from partnerkpi.calling import fold
from tests.conformance.test_conformance import CASES, as_of, differences, read_json
from tests.oracles.deduplication import deduplicate
from tests.oracles.queue_calls import QueuePolicy, queue_part

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def as_they_are(case: Path, _: Path) -> pk.Inputs:
    """JSON lines, as the case has them."""
    return pk.read_inputs(case)


def as_csv(case: Path, folder: Path) -> pk.Inputs:
    """Every table as gzipped CSV."""
    inputs = pk.read_inputs(case)
    assert inputs.portfolio is not None
    pk.write(inputs.portfolio, folder, tables="csv", gzip=True)
    for table in (inputs.calls, inputs.queue_calls):
        if table is not None:
            pk.write(table, folder, tables="csv", gzip=True)
    return pk.read_inputs(folder)


def packed(case: Path, folder: Path) -> pk.Inputs:
    """The files of the case, gzipped."""
    for path in case.glob("*.json*"):
        if path.name != "expected.json":
            folder.joinpath(f"{path.name}.gz").write_bytes(
                gzip.compress(path.read_bytes(), mtime=0)
            )
    return pk.read_inputs(folder)


def as_rows(case: Path, _: Path) -> pk.Inputs:
    """Plain mappings, in another order."""
    shuffle = random.Random(case.name).shuffle
    found: dict[str, Any] = {"portfolio": pk.from_dict(read_json(case / "portfolio.json"))}
    makers = {"calls": pk.calls_from_rows, "queue_calls": pk.queue_calls_from_rows}
    for name, make in makers.items():
        if (rows := list(rows_of(case, name))) or (case / f"{name}.jsonl").is_file():
            shuffle(rows)
            found[name] = make(rows)
    return pk.Inputs(**found)


def rows_of(case: Path, name: str) -> Iterator[dict[str, Any]]:
    """The rows of a table of calls, if the case has it."""
    path = case / f"{name}.jsonl"
    if path.is_file():
        yield from map(json.loads, path.read_text("utf-8").splitlines())


Door = Callable[[Path, Path], pk.Inputs]


@each_case
@pytest.mark.parametrize("door", [as_they_are, as_csv, packed, as_rows])
def test_every_door_gives_the_expected_report(case: Path, door: Door, tmp_path: Path) -> None:
    """However the records come in, the report is the expected one, in full."""
    inputs = door(case, tmp_path)
    report = pk.report(
        inputs.portfolio,
        calls=inputs.calls,
        queue_calls=inputs.queue_calls,
        as_of=as_of(case),
    )

    assert [] == differences(read_json(case / "expected.json"), report.to_dict())


@each_case
def test_the_command_line_prints_the_expected_report(case: Path, tmp_path: Path) -> None:
    """A directory with everything is an input as a whole."""
    folder = tmp_path / case.name
    shutil.copytree(case, folder)
    when = as_of(case).isoformat()
    command = ["-m", "partnerkpi", "report", str(folder), "--as-of", when, "--format", "json"]
    done = subprocess.run([sys.executable, *command], check=True, capture_output=True)

    assert [] == differences(read_json(case / "expected.json"), json.loads(done.stdout))


@each_case
def test_parts_and_batches_give_the_expected_report(case: Path) -> None:
    """A portfolio cut by customer, and calls folded a few rows at a time in any order."""
    inputs, when = pk.read_inputs(case), as_of(case)
    document = read_json(case / "portfolio.json")
    shuffle = random.Random(case.name)
    cut: list[list[dict[str, Any]]] = [[], [], []]
    for customer in document["customers"]:
        shuffle.choice(cut).append(customer)

    def folded(calls: Any) -> Any:
        if calls is None:
            return None
        order = np.array(shuffle.sample(range(len(calls)), len(calls)), np.intp)
        batches = (calls.take(order[start : start + 7]) for start in range(0, len(calls), 7))
        return fold(batches, as_of=when, duplicates="by_record_id", rows=type(calls))

    report = pk.report(
        [pk.from_dict({**document, "customers": part}) for part in cut],
        calls=folded(inputs.calls),
        queue_calls=folded(inputs.queue_calls),
        as_of=when,
    )

    assert [] == differences(read_json(case / "expected.json"), report.to_dict())


@each_case
def test_the_naive_reading_gives_the_expected_queues(case: Path) -> None:
    """The plain-Python reading of the definitions gives the expected queues."""
    rows = list(rows_of(case, "queue_calls"))
    expected = read_json(case / "expected.json")["calling"]
    queues = (expected or {}).get("queues")

    assert bool(rows) == bool(queues and queues["trend"])
    if queues:
        actual = queue_part(deduplicate(rows)[0], as_of(case), QueuePolicy())
        assert [] == differences(actual, queues)
