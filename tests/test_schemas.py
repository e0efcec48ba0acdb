"""JSON Schemas: what the library reads and writes is valid by them, what it refuses is not."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from partnerkpi.errors import UnknownNameError
from partnerkpi.io._write_documents import write_document
from partnerkpi.io.schemas import portfolio_schema, schema
from tests.document_doors import as_bytes, customer, document, read
from tests.strategies import portfolio_documents
from tests.test_document_door import FAULTY
from tests.test_write_documents import NORTH, customers_of

PORTFOLIO = Draft202012Validator(portfolio_schema())

# What JSON Schema cannot say: 2.0 is an integer there, and a lone surrogate a character.
BEYOND = {"2.0", "'\\ud800'"}


def test_the_schema_is_a_schema() -> None:
    """By the meta-schema of its dialect, as plain JSON."""
    Draft202012Validator.check_schema(portfolio_schema())

    assert portfolio_schema() == json.loads(json.dumps(portfolio_schema()))


@given(portfolio_documents())
def test_what_is_read_is_valid(whole: dict[str, Any]) -> None:
    """Every document that reads without a fault."""
    assert () == read(whole).faults
    assert [] == [error.message for error in PORTFOLIO.iter_errors(whole)]


@given(portfolio_documents())
def test_what_is_written_is_valid(whole: dict[str, Any]) -> None:
    """Every document that the library writes."""
    stream = io.BytesIO()
    write_document(customers_of(as_bytes(whole)), NORTH, stream)

    assert [] == [error.message for error in PORTFOLIO.iter_errors(json.loads(stream.getvalue()))]


@pytest.mark.parametrize("whole", [whole for whole, *_, came in FAULTY if came not in BEYOND])
def test_what_a_single_value_makes_faulty_is_invalid(whole: dict[str, Any]) -> None:
    """Every fault of the doors that stands in one value."""
    assert not PORTFOLIO.is_valid(whole)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-10T00:00:00",
        "2026-01-10T00:00:00Z\n",
        "2026-01-10\n",
        "2026-01-10T24:00:00Z",
        "2026-01-10T23:59:60Z",
        "2026-01-10T00:00:00.1234567Z",
        "2026-01-10T00:00:00+24:00",
        "2026-13-10",
        "20260110",
        "1968-01-01",
        "",
    ],
)
def test_what_is_no_instant_is_invalid(text: str) -> None:
    """Another shape, another grammar, or naive."""
    assert not PORTFOLIO.is_valid(document(customer(last_admin_sign_in_at=text)))


def test_names_ending_in_a_newline_are_invalid() -> None:
    """Some dialects of regular expressions let one pass at the end."""
    assert not PORTFOLIO.is_valid(document(customer(name="a\n")))


def test_a_renewing_trial_is_invalid() -> None:
    """Trials never renew themselves; subscriptions may."""
    for kind, valid in (("trial", False), ("subscription", True)):
        one = {"id": "s", "kind": kind, "added_at": "2026-01-01", "licenses": []}
        whole = document(customer(subscriptions=[one | {"auto_renew": True}]))

        assert valid == PORTFOLIO.is_valid(whole)


@pytest.mark.parametrize("name", ["portfolio@1", "partnerkpi/portfolio@1"])
def test_schemas_are_found_by_name(name: str) -> None:
    """With or without the name of the library; a new one each time."""
    assert portfolio_schema() == schema(name)
    assert schema(name) is not schema(name)


def test_an_unknown_name_names_the_known_ones() -> None:
    """Another format or version is refused."""
    with pytest.raises(UnknownNameError, match="did you mean 'portfolio@1'"):
        schema("portfolio@2")
