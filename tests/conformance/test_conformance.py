"""The report on every case is the expected one, from the library and from the naive reading."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import partnerkpi
from tests.oracles import report_document

CASES = sorted((Path(__file__).parent / "cases").iterdir())
PARTS = ("overview", "customers", "licenses")
TOLERANCE = 1e-12

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def as_of(case: Path) -> datetime:
    """The instant that a case is reported at."""
    return datetime.fromisoformat((case / "as_of.txt").read_text("ascii").strip())


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file."""
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def differences(expected: object, actual: object, place: str = "$") -> list[str]:
    """Where two documents differ; keys that only the actual one has are free."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [
            line
            for key in expected
            for line in key_differences(expected, actual, key, f"{place}.{key}")
        ]
    if isinstance(expected, list) and isinstance(actual, list):
        return list_differences(expected, actual, place)
    if same_value(expected, actual):
        return []
    return [f"{place}: expected {expected!r}, got {actual!r}"]


def key_differences(
    expected: dict[str, object], actual: dict[str, object], key: str, place: str
) -> list[str]:
    """Where one field of two objects differs."""
    if key not in actual:
        return [f"{place}: missing"]
    return differences(expected[key], actual[key], place)


def list_differences(expected: list[object], actual: list[object], place: str) -> list[str]:
    """Where two lists differ, item by item."""
    if len(expected) != len(actual):
        return [f"{place}: expected {len(expected)} items, got {len(actual)}"]
    return [
        line
        for position, (left, right) in enumerate(zip(expected, actual, strict=True))
        for line in differences(left, right, f"{place}[{position}]")
    ]


def same_value(expected: object, actual: object) -> bool:
    """Equal and of one type; doubles within the tolerance."""
    if type(expected) is not type(actual):
        return False
    if isinstance(expected, float) and isinstance(actual, float):
        return abs(expected - actual) <= TOLERANCE
    return expected == actual


def report_differences(expected: dict[str, Any], actual: dict[str, Any]) -> list[str]:
    """Where two reports differ in overview, customers, licenses or the unobserved lines."""
    unobserved = {"unobserved_lines": expected["data"]["unobserved_lines"]}
    return differences({part: expected[part] for part in PARTS} | {"data": unobserved}, actual)


@each_case
def test_the_library_gives_the_expected_report(case: Path) -> None:
    """Reading a case's portfolio document and reporting on it gives the expected figures."""
    report = partnerkpi.report(partnerkpi.read(case / "portfolio.json"), as_of=as_of(case))
    assert [] == report_differences(read_json(case / "expected.json"), report.to_dict())


@each_case
def test_the_naive_reading_gives_the_expected_report(case: Path) -> None:
    """The plain-Python reading of the definitions gives the expected figures."""
    actual = report_document(read_json(case / "portfolio.json"), as_of(case))
    assert [] == report_differences(read_json(case / "expected.json"), actual)


def test_there_are_cases() -> None:
    """The folder of cases is not empty, so that the tests above cannot pass by having none."""
    assert 12 == len(CASES)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"a": 1}, {}),
        ([1], [1, 2]),
        ({"a": 1}, {"a": True}),
        ({"a": None}, {"a": 0}),
        ({"a": 0.5}, {"a": 0.5 + 2e-12}),
    ],
)
def test_the_comparison_sees_differences(expected: object, actual: object) -> None:
    """A missing field, a longer list, another type and a double further off are differences."""
    assert 1 == len(differences(expected, actual))


def test_the_comparison_allows_further_keys_and_close_doubles() -> None:
    """Keys that the expected document does not have are free; doubles agree within 1e-12."""
    assert [] == differences({"a": 0.5}, {"a": 0.5 + 1e-13, "b": 1})
