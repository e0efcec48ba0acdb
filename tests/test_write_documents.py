"""A written portfolio document reads back as the equal portfolio, and is always the same bytes."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi._faults import FaultLog
from partnerkpi._intake import Intake
from partnerkpi.io._write_documents import customer_document, write_document
from partnerkpi.io.documents import DocumentPlaces, load_document
from partnerkpi.models import Customer, LicenseLine, Observation, Partner, PartnerId
from tests.document_doors import as_bytes, customer, document, line, observation, read, subscription
from tests.strategies import portfolio_documents

NORTH = Partner(id=PartnerId("p-1"), name="North Partner")


def customers_of(data: bytes) -> list[Customer]:
    """The customers of a document, as records."""
    log, places = FaultLog(), DocumentPlaces()
    intake = Intake(log, places)
    load_document(io.BytesIO(data), intake, log, places)

    return list(intake.finish().customers)


def written(customers: list[Customer], partner: Partner | None = NORTH) -> bytes:
    """The bytes of a document."""
    stream = io.BytesIO()
    write_document(customers, partner, stream)

    return stream.getvalue()


@given(portfolio_documents(), st.sampled_from(["base", "fast"]))
def test_what_was_written_reads_back_equal(whole: dict[str, Any], engine: str) -> None:
    """The same records, without a fault, through both engines."""
    customers = customers_of(as_bytes(whole))
    data = written(customers)

    assert () == read(data, engine).faults
    assert NORTH == read(data, engine).partner
    assert customers == customers_of(data)


@given(portfolio_documents())
def test_writing_again_changes_no_byte(whole: dict[str, Any]) -> None:
    """What is read from what was written is written the same."""
    data = written(customers_of(as_bytes(whole)))

    assert data == written(customers_of(data))


def test_the_layout_is_settled() -> None:
    """One customer a line, fields in the order of the format, instants in UTC."""
    whole = document(
        customer(
            name="Größe 👩",
            attributes={"region": "emea", "manager": "Ann"},
            subscriptions=[
                subscription(
                    ends_at="2027-01-10T01:00:00.5+01:00",
                    licenses=[
                        line(total=1, assigned=2),
                        line(name="B", observations=[observation(observed_at="2026-01-01")]),
                        line(name="C", observations=[]),
                    ],
                )
            ],
        ),
        customer(id="c-2"),
    )

    assert (
        '{"format": "partnerkpi/portfolio@1", "partner": {"id": "p-1", "name": "North Partner"}, '
        '"customers": [\n'
        '{"id": "c-1", "name": "Größe 👩", "managed_by": "partner", "last_admin_sign_in_at": null, '
        '"tags": [], "attributes": {"manager": "Ann", "region": "emea"}, "subscriptions": ['
        '{"id": "Sub1", "kind": "subscription", "added_at": "2026-01-10T00:00:00Z", '
        '"starts_at": "2026-01-10T00:00:00Z", "ends_at": "2027-01-10T00:00:00.500000Z", '
        '"auto_renew": false, "paid": true, "set_up": true, "licenses": ['
        '{"product": "calling", "name": "Professional", '
        '"total": 1, "assigned": 2, "used_7d": 0, "used_3mo": 0}, '
        '{"product": "calling", "name": "B", "observations": ['
        '{"observed_at": "2026-01-01T00:00:00Z", '
        '"total": 10, "assigned": 8, "used_7d": 0, "used_3mo": 0}]}, '
        '{"product": "calling", "name": "C", "observations": []}]}]},\n'
        '{"id": "c-2", "name": "Globex", "managed_by": "partner", "last_admin_sign_in_at": null, '
        '"tags": [], "attributes": {}, "subscriptions": []}]}\n'
    ) == written(customers_of(as_bytes(whole))).decode()


@pytest.mark.parametrize("partner", [None, NORTH])
def test_a_portfolio_without_customers_is_a_document_too(partner: Partner | None) -> None:
    """It reads back as no customers, and names the partner if there is one."""
    data = written([], partner)

    assert (partner is not None) == ("partner" in json.loads(data))
    assert [] == customers_of(data)


def test_an_undated_observation_beside_dated_ones_keeps_its_place() -> None:
    """Only a line's single undated observation is written into the line itself."""
    undated = Observation(total=1, assigned=1)
    found = customers_of(
        as_bytes(
            document(
                customer(
                    subscriptions=[
                        subscription(
                            licenses=[
                                line(
                                    observations=[
                                        observation(total=1, assigned=1),
                                        observation(observed_at="2026-01-01"),
                                    ]
                                )
                            ]
                        )
                    ]
                )
            )
        )
    )
    (found_line,) = found[0].subscriptions[0].licenses
    assert isinstance(found_line, LicenseLine)

    assert undated in found_line.observations
    assert found == customers_of(written(found))


@pytest.mark.parametrize("name", ["portfolio.json", "portfolio.json.gz"])
def test_a_path_says_whether_it_is_packed(tmp_path: Path, name: str) -> None:
    """A name ending in .gz is packed, and read back by what stands in it."""
    customers = customers_of(as_bytes(document(customer())))
    write_document(customers, None, tmp_path / name)
    data = (tmp_path / name).read_bytes()

    assert written(customers, None) == (gzip.decompress(data) if name.endswith(".gz") else data)
    assert customers == customers_of(data)


def test_a_customer_document_is_an_element_of_the_list() -> None:
    """What is made of one customer is what stands in the whole document."""
    (one,) = customers_of(as_bytes(document(customer(tags=["gold"]))))

    assert json.loads(written([one]))["customers"] == [customer_document(one)]
