"""JSON Schemas of documents with calls: what is written is valid, what is left out is missed."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import partnerkpi as pk
from partnerkpi import testing
from partnerkpi.reports import state_document
from tests import test_reading_calls
from tests.call_reports import CASES, case_report, reports_with_calls
from tests.test_reading_reports import altered, keys_of
from tests.test_schemas import messages, without

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def refusals(report: pk.Report) -> list[str]:
    """What the schemas have to say about all that follows from a report."""
    assert report.state is not None

    return [
        *messages("report@1", report.to_dict()),
        *messages("comparison@1", pk.compare(report, report).to_dict()),
        *messages("state@1", state_document(report.state)),
    ]


@each_case
def test_the_conformance_cases_are_valid(case: Path) -> None:
    """With their portfolio, and where there are calls without it."""
    assert [] == refusals(case_report(case))
    if list(case.glob("*calls.jsonl")):
        assert [] == refusals(case_report(case, portfolio=False))


@settings(max_examples=40)
@given(st.data(), testing.policies())
def test_whatever_is_written_is_valid(data: st.DataObject, policy: pk.Policy) -> None:
    """Whichever tables there are."""
    assert [] == refusals(data.draw(reports_with_calls(AS_OF, policy)))


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    """The document of a case in which no section is empty."""
    told: dict[str, Any] = json.loads(json.dumps(case_report(CASES[0]).to_dict()))

    return told


def test_every_key_is_needed(whole: dict[str, Any]) -> None:
    """Leaving any key of the calling part out makes a report invalid."""
    validator = Draft202012Validator(pk.schema("report@1"))
    paths = [path for path in keys_of(whole) if path.startswith("calling.")]

    assert len(paths) > 150
    for path in paths:
        assert not validator.is_valid(without(whole, path))


def test_single_faulty_values_are_invalid(whole: dict[str, Any]) -> None:
    """Those of no kind that the schema knows; sums and orders only reading sees."""
    validator = Draft202012Validator(pk.schema("report@1"))
    alone = {
        path
        for path, value, _ in test_reading_calls.FAULTY
        if not validator.is_valid(altered(whole, path, value))
    }

    assert {"calling.usage.trend.0.light", "calling.queues.outcomes.lost"} <= alone
    assert len(alone) > 20


def test_a_report_is_of_a_portfolio_or_of_calls(whole: dict[str, Any]) -> None:
    """Of both, or of one of them; the portfolio's parts are there together."""
    validator = Draft202012Validator(pk.schema("report@1"))
    nothing = dict.fromkeys(("overview", "customers", "licenses"))

    assert validator.is_valid({**whole, **nothing})
    assert validator.is_valid({**whole, "calling": None})
    assert not validator.is_valid({**whole, **nothing, "calling": None})
    assert not validator.is_valid({**whole, "customers": None})
