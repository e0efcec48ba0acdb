"""What shows itself in a notebook: as HTML and as text, without script or network."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import partnerkpi as pk
from partnerkpi.reports.showing import shown_html
from tests.html_reading import read_page

ROOT = Path(__file__).resolve().parent.parent
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
Pick = Callable[[pk.Report], Any]


@pytest.fixture(scope="module")
def report() -> pk.Report:
    """The report of the example, with calls."""
    inputs = pk.read_inputs(ROOT / "examples" / "data")
    return pk.report(
        inputs.portfolio, calls=inputs.calls, queue_calls=inputs.queue_calls, as_of=AS_OF
    )


def calling(report: pk.Report) -> Any:
    """The calling part of a report."""
    return report.calling


SHOWN: dict[str, tuple[Pick, str]] = {
    "report": (lambda each: each, "Partner report"),
    "comparison": (lambda each: pk.compare(each, each), "What changed"),
    "figure": (lambda each: each.overview.nearing_renewal, "Nearing renewal"),
    "figure of a week": (lambda each: calling(each).usage.legs, "Call legs"),
    "overview": (lambda each: each.overview, "Overview"),
    "product": (lambda each: each.licenses["calling"], "Licenses"),
    "recently added": (
        lambda each: each.licenses["calling"].recently_added,
        "Recently added subscriptions",
    ),
    "expiring": (lambda each: each.licenses["calling"].expiring, "Expiring subscriptions"),
    "renewing": (lambda each: each.licenses["calling"].renewing, "Renewing subscriptions"),
    "low assignment": (
        lambda each: each.licenses["calling"].low_assignment,
        "Subscriptions with low license assignment",
    ),
    "overage": (
        lambda each: each.licenses["calling"].overage,
        "Subscriptions with license overage",
    ),
    "table": (lambda each: each.customers, "Customers"),
    "table of queues": (lambda each: calling(each).queues.queues, "Call queues"),
    "calls": (calling, "Calls"),
    "usage": (lambda each: calling(each).usage, "Usage"),
    "quality": (lambda each: calling(each).quality, "Quality"),
    "features": (lambda each: calling(each).features, "Features used"),
    "queues": (lambda each: calling(each).queues, "Call queues"),
    "license figures": (
        lambda _: pk.licenses.figures(
            pk.read(ROOT / "examples" / "data" / "portfolio.json"),
            as_of=AS_OF,
            products=["messaging"],
        ),
        "Licenses",
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_it_shows_itself(report: pk.Report, name: str) -> None:
    """Under its title, as HTML without script, link, id or request, and as text."""
    pick, title = SHOWN[name]
    shown = pick(report)
    bundle = shown._repr_mimebundle_(include=None, exclude=None)
    cell = read_page(bundle["text/html"])
    attributes = {each for element in cell.below() for each in element.attributes}

    assert shown._repr_html_() == bundle["text/html"]
    assert {"text/plain", "text/html"} == set(bundle)
    assert title == bundle["text/plain"].splitlines()[0]
    assert cell.all("p", class_="title")[0].text.startswith(f"{title} ")
    assert set() == {each.tag for each in cell.below()} & {"script", "a", "link", "img", "iframe"}
    assert set() == attributes & {"src", "href", "style", "id", "onclick"}


def test_a_cell_shows_ten_rows(report: pk.Report) -> None:
    """And says how many there are; there is no script that could sort or find."""
    cell = read_page(report.customers._repr_html_())

    assert 10 == len(cell.all("tbody")[0].all("tr"))
    assert "Showing 10 of 52." in cell.text
    assert [] == cell.all("input")
    assert "Sorting" not in cell.text


def test_a_figure_tells_value_meaning_and_instant(report: pk.Report) -> None:
    """The two whole numbers of a ratio as well."""
    cell = read_page(report.licenses["calling"].expiring.assignment._repr_html_())

    assert "as of 2026-11-22" in cell.text
    assert "89.7%" == cell.all("dd", class_="value")[0].text
    assert "1,629 of 1,817" == cell.all("dd", class_="detail")[0].text
    assert "Assigned of all licenses of the expiring" in cell.text


def test_parts_of_a_report_are_folded(report: pk.Report) -> None:
    """Only the first is open; every part has its title."""
    parts = read_page(report._repr_html_()).children[0]
    assert not isinstance(parts, str)
    folded = [each for each in parts.all("details") if "class" not in each.attributes]

    assert [True] + [False] * (len(folded) - 1) == ["open" in each.attributes for each in folded]
    assert ["Overview", "Customers", "Meetings licenses", "Calling licenses"] == [
        each.all("summary")[0].text for each in folded[:4]
    ]


def test_what_shows_nothing_says_so() -> None:
    """Only what a report is made of shows itself."""
    with pytest.raises(TypeError, match="a int shows nothing of itself"):
        shown_html(1)
