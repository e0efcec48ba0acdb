"""The example host over HTTP on this machine: what it serves, what it refuses, what it keeps."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import partnerkpi as pk
from examples.host.__main__ import beginning
from examples.host.app import create_app
from examples.host.store import Store
from partnerkpi import managing

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ADA = {"X-Administrator": "ada"}


@contextmanager
def served(store: Store) -> Iterator[str]:
    """The address at which a store is served meanwhile, on a port that is free."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        config = uvicorn.Config(create_app(store, lambda: NOW), log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A journal in a file."""
    with closing(Store(tmp_path / "journal.sqlite", beginning())) as kept:
        yield kept


@pytest.fixture
def host(store: Store) -> Iterator[httpx.Client]:
    """Asks the service, as the full administrator unless said otherwise."""
    with (
        served(store) as address,
        httpx.Client(base_url=address, headers=ADA, trust_env=False) as client,
    ):
        yield client


def ids(answer: httpx.Response) -> list[str]:
    """The ids of the customers in an answer."""
    assert answer.status_code == HTTPStatus.OK

    return [row["customer_id"] for row in answer.json()]


def problem(answer: httpx.Response) -> tuple[int, list[str]]:
    """The status of a refusal, and the places of its faults."""
    return answer.status_code, [fault["place"] for fault in answer.json()["faults"]]


def test_the_list_is_filtered_and_the_report_is_that_of_the_library(host: httpx.Client) -> None:
    """The same customers and the same document, at now or at another instant."""
    portfolio = beginning()
    meant = pk.where(portfolio, "status:trial", as_of=NOW)

    assert sorted(each.id for each in meant.customers) == ids(
        host.get("/customers", params={"q": "status:trial"})
    )
    assert pk.report(portfolio, as_of=NOW).to_dict() == host.get("/report").json()
    assert pk.report(portfolio, as_of=NOW.replace(day=1)).to_dict() == (
        host.get("/report", params={"as_of": "2026-11-01"}).json()
    )


def test_the_page_has_the_filter_in_its_box(host: httpx.Client) -> None:
    """Escaped, with the customers it means, or with what is wrong with it."""
    shown = host.get("/", params={"q": 'name:"<b>" OR status:trial', "by": "ada"})
    wrong = host.get("/", params={"q": "stauts:trial"})

    assert (shown.status_code, wrong.status_code) == (HTTPStatus.OK, HTTPStatus.BAD_REQUEST)
    assert 'value="name:&quot;&lt;b&gt;&quot; OR status:trial"' in shown.text
    assert "<b>" not in shown.text
    assert "did you mean &#x27;status&#x27;?" in wrong.text


def test_changes_are_seen_at_once_and_survive_in_the_journal(
    host: httpx.Client, store: Store, tmp_path: Path
) -> None:
    """By filters, by the journal, and by a host that begins anew from the same file."""
    new = {"trial_id": "T-1", "products": {"calling": 5}}
    started = host.post("/customers/c-1010/start_trial", json=new)
    tagged = host.post("/customers/c-1010/add_tag", json={"tag": "watched"})
    own = host.post(
        "/administrators/remove_partner_administrator", json={"administrator_id": "ron"}
    )

    assert [each.status_code for each in (started, tagged, own)] == [HTTPStatus.CREATED] * 3
    assert [each.json()["sequence"] for each in (started, tagged, own)] == [1, 2, 3]
    assert ids(host.get("/customers", params={"q": "tag:watched status:trial"})) == ["c-1010"]
    journal = host.get("/journal").json()

    with closing(Store(tmp_path / "journal.sqlite")) as again:
        assert store.portfolio == again.portfolio
    assert store.portfolio == managing.replay(beginning(), map(managing.change_from, journal))
    assert journal[1:] == host.get("/journal", params={"after": 1}).json()


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("customers/c-1010/add_tag", {"tag": 7}, (400, ["tag"])),
        ("customers/c-1010/add_tag", {"tga": "gold"}, (400, ["tga", "tag"])),
        ("customers/c-1010/add_tag", [], (400, ["body"])),
        ("customers/c-1010/add_tag", {"tag": "x" * 26}, (409, [])),
        ("customers/c-1010/assign_tags", {"tags": ["a", 7]}, (400, ["tags"])),
        ("customers/c-9/add_tag", {"tag": "gold"}, (404, [])),
        (
            "customers/c-1010/start_trial",
            {"trial_id": None, "products": {"calling": True}, "days": "30"},
            (400, ["trial_id", "products", "days"]),
        ),
        (
            "customers/c-1010/assign_administrator",
            {"id": "", "name": "Ben", "email": "ben", "role": "partner_admin"},
            (400, ["id", "email"]),
        ),
        (
            "customers/c-1010/change_role",
            {"administrator_id": "b", "role": "king"},
            (400, ["role"]),
        ),
        (
            "customers/c-1010/record_payment",
            {"subscription_id": "S", "number": "1", "paid_on": "20261122"},
            (400, ["paid_on"]),
        ),
        (
            "administrators/remove_partner_administrator",
            {"administrator_id": "ada"},
            (409, []),
        ),
    ],
)
def test_what_is_faulty_or_refused_changes_nothing(
    host: httpx.Client, path: str, body: Any, expected: tuple[int, list[str]]
) -> None:
    """Faults are 400 with every place, an unknown customer 404, what a rule forbids 409."""
    assert expected == problem(host.post(f"/{path}", json=body))
    assert host.get("/journal").json() == []


def test_other_faults_are_answered_alike(host: httpx.Client) -> None:
    """Broken JSON, a filter that is none, an instant that is none or naive, a wrong number."""
    assert host.post("/customers/c-1010/add_tag", content=b"{").status_code == 400
    assert problem(host.get("/customers", params={"q": "stauts:x"})) == (400, ["q, character 1"])
    assert problem(host.get("/report", params={"as_of": "tomorrow"})) == (400, ["as_of"])
    assert problem(host.get("/report", params={"as_of": "2026-11-22T09:00:00"})) == (400, [])
    assert problem(host.get("/journal", params={"after": "x"})) == (400, ["after"])


def test_who_acts_decides_what_is_seen_and_done(host: httpx.Client) -> None:
    """Nobody is 401, who may not is 403, and who is assigned sees and changes what is assigned."""
    ben = {"id": "ben", "name": "Ben", "email": "ben@north.example", "role": "partner_admin"}
    host.post("/customers/c-1010/assign_administrator", json=ben)
    as_ben, as_eve = {"X-Administrator": "ben"}, {"X-Administrator": "eve"}
    tag = {"tag": "mine"}

    assert host.get("/customers", headers={"X-Administrator": "nobody"}).status_code == 401
    assert ids(host.get("/customers", headers=as_ben)) == ["c-1010"]
    assert host.get("/report", headers=as_ben).json()["overview"]["total_customers"] == 1
    assert host.get("/journal", headers=as_ben).status_code == 403
    assert host.post("/customers/c-1010/add_tag", json=tag, headers=as_ben).status_code == 201
    assert host.post("/customers/c-1011/add_tag", json=tag, headers=as_ben).status_code == 403
    assert host.post("/customers/c-1010/add_tag", json=tag, headers=as_eve).status_code == 403


def test_every_operation_of_the_library_is_served(host: httpx.Client) -> None:
    """Under its own name, with a body of its own in the OpenAPI document."""
    paths = host.get("/schema/openapi.json").json()["paths"]
    named = {path.rpartition("/")[2] for path, verbs in paths.items() if "post" in verbs}

    assert {each.value for each in managing.Operation} == named
    assert all("requestBody" in verbs["post"] for verbs in paths.values() if "post" in verbs)


def test_a_new_journal_begins_with_a_partner() -> None:
    """Otherwise nobody could act."""
    with pytest.raises(ValueError, match="the portfolio of a partner"):
        Store(":memory:", pk.Portfolio.from_customers([]))


CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def test_no_request_breaks_the_service() -> None:
    """Whatever comes to whatever operation, the answer is one of those that OpenAPI speaks of."""
    with closing(Store(":memory:", beginning())) as kept, served(kept) as address:
        described = schemathesis.openapi.from_url(f"{address}/schema/openapi.json")
        for operation in described.get_all_operations():
            assert isinstance(operation, Ok)
            fuzz(operation.ok())


def fuzz(operation: Any) -> None:
    """Some requests to one operation, as it is described."""

    @settings(
        max_examples=5,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[*HealthCheck],
    )
    @given(operation.as_strategy())
    def ask(case: schemathesis.Case[Any]) -> None:
        if "customer_id" in case.path_parameters:
            case.path_parameters["customer_id"] = "c-1010"
        case.call_and_validate(headers=ADA, checks=CHECKS)

    ask()
