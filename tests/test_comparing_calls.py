"""Reports with calls side by side: the naive reading of both documents, and what is refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi import testing
from partnerkpi.errors import InputError, MergeError, RecordsMissingError
from partnerkpi.reports import Comparison
from tests.call_reports import CASES, case_report, reports_with_calls, tables_of_calls
from tests.oracles.comparison import comparison_document
from tests.strategies import Document
from tests.test_comparison import without_policies
from tests.test_reading_reports import altered

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)


def comparable(earlier: pk.Report, later: pk.Report) -> bool:
    """Whether both are of a portfolio, or both of calls."""
    portfolios = earlier.has_portfolio and later.has_portfolio

    sections = [
        {name for name in ("usage", "quality", "queues") if getattr(each.calling, name, None)}
        for each in (earlier, later)
    ]

    return portfolios or bool(sections[0] & sections[1])


@settings(max_examples=60)
@given(st.data(), testing.policies(), st.sampled_from((0, 1, 7, 30)))
def test_the_naive_reading_agrees(data: st.DataObject, policy: pk.Policy, days: int) -> None:
    """Section by section; live or stored, the comparison is the same and reads back."""
    earlier = data.draw(reports_with_calls(AS_OF, policy))
    later = data.draw(reports_with_calls(AS_OF + timedelta(days=days), policy))
    if not comparable(earlier, later):
        with pytest.raises(MergeError, match="have neither a portfolio nor a section"):
            pk.compare(earlier, later)
        return
    found = pk.compare(earlier, later)
    document = found.to_dict()
    stored = [pk.Report.from_dict(each.to_dict()) for each in (earlier, later)]

    assert comparison_document(earlier.to_dict(), later.to_dict()) == without_policies(document)
    assert found == pk.compare(*stored)
    assert found == Comparison.from_dict(json.loads(json.dumps(document)))


@pytest.fixture(scope="module")
def pair() -> tuple[pk.Report, pk.Report]:
    """The reports on the calls of a case, a week apart."""
    later = case_report(CASES[0], portfolio=False)
    week = later.as_of - timedelta(days=7)

    return pk.report(as_of=week, **tables_of_calls(CASES[0])), later


@pytest.fixture(scope="module")
def document(pair: tuple[pk.Report, pk.Report]) -> Document:
    """Their comparison."""
    told: Document = json.loads(json.dumps(pk.compare(*pair).to_dict()))

    return told


def test_calls_alone_have_no_portfolio(pair: tuple[pk.Report, pk.Report]) -> None:
    """What it would tell is refused by name; what changed is seen nevertheless."""
    found = pk.compare(*pair)

    assert not found.has_portfolio
    assert found
    assert not pk.compare(pair[1], pair[1])
    with pytest.raises(RecordsMissingError, match="of a portfolio"):
        found.customers  # noqa: B018 (looking is what is refused)


def test_the_page_tells_what_changed(pair: tuple[pk.Report, pk.Report]) -> None:
    """Every section, and each feature by its code."""
    text = pk.compare(*pair).to_text(rows=None)
    lines = text.splitlines()

    assert {"Calls", "Usage", "Quality", "Features", "Queues"} <= set(lines)
    assert "Feature use: call_queue" in text
    assert "Overview" not in lines


def test_a_section_of_one_report_alone_is_null(pair: tuple[pk.Report, pk.Report]) -> None:
    """What both have is compared."""
    legs = tables_of_calls(CASES[0])["calls"]
    found = pk.compare(pk.report(calls=legs, as_of=pair[0].as_of), pair[1]).to_dict()["calling"]

    assert (None, None) == (found["features"], found["queues"])
    assert found["usage"] is not None


FAULTY: tuple[tuple[str, object, str], ...] = (
    ("calling", None, "calling"),
    ("calling", [], "calling"),
    ("calling.extra", 0, "calling.extra"),
    ("calling.later_week_end", "2026-01-01T00:00:00Z", "calling.later_week_end"),
    ("calling.usage", [], "calling.usage"),
    ("calling.usage.entered", ["b", "a"], "calling.usage.entered"),
    ("calling.usage.legs.later", None, "calling.usage.legs.later"),
    ("calling.usage.legs.difference", 10**6, "calling.usage.legs.difference"),
    ("calling.usage.inactive.later", "1", "calling.usage.inactive.later"),
    ("calling.quality.poor_share.later", None, "calling.quality.poor_share.later"),
    ("calling.features.shares", [], "calling.features.shares"),
    ("calling.features.shares.call_queue", 1, "calling.features.shares.call_queue"),
    ("calling.features.calls.earlier", -1, "calling.features.calls.earlier"),
    ("calling.queues.offered", None, "calling.queues.offered"),
    ("customers", {"entered": [], "left": []}, "overview"),
)


@pytest.mark.parametrize(("path", "value", "place"), FAULTY)
def test_faulty_documents_are_refused(
    document: Document, path: str, value: object, place: str
) -> None:
    """With the place of each fault."""
    assert place in faults_of(altered(document, path, value))


def test_a_calling_part_without_sections_is_refused(document: Document) -> None:
    """Then it is null as a whole."""
    sections = dict.fromkeys(("usage", "quality", "features", "queues"))

    assert ["calling"] == faults_of({**document, "calling": {**document["calling"], **sections}})


def faults_of(document: Document) -> list[Any]:
    """The paths of the faults."""
    with pytest.raises(InputError) as refused:
        Comparison.from_dict(document)

    return [fault.place.path for fault in refused.value.faults]
