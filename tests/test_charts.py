"""Charts: specifications that Vega-Lite takes, with the numbers of the report, in each language."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import altair as alt
import jsonschema
import pytest
from hypothesis import given, settings

import partnerkpi as pk
from partnerkpi.aggregates import Ratio
from partnerkpi.call_columns import Calls
from partnerkpi.errors import MissingExtraError, UnknownLanguageError, UnknownNameError
from partnerkpi.kpi import Unit
from partnerkpi.languages import LANGUAGES
from partnerkpi.present.charts import COLORS, Frame, Series, bars, stacked
from partnerkpi.present.words import ENGLISH, words
from tests.call_reports import reports_with_calls

DATA = Path(__file__).resolve().parent.parent / "examples" / "data"
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
NAMES = [
    "licenses.meetings.distribution_trend",
    "licenses.meetings.assignment",
    "licenses.calling.distribution_trend",
    "licenses.calling.assignment",
    "calling.usage.trend",
    "calling.quality.trend",
    "calling.quality.endpoints",
    "calling.features",
    "calling.queues.trend",
    "calling.queues.hours",
]


@pytest.fixture(scope="module")
def report() -> pk.Report:
    """The report of the example, with its calls."""
    inputs = pk.read_inputs(DATA)
    return pk.report(
        inputs.portfolio, calls=inputs.calls, queue_calls=inputs.queue_calls, as_of=AS_OF
    )


def schema() -> Any:
    """The schema of Vega-Lite that altair brings, of whichever edition."""
    (path,) = Path(alt.__file__).parent.glob("vegalite/v*/schema/vega-lite-schema.json")
    return jsonschema.Draft7Validator(json.loads(path.read_text("utf-8")))


SCHEMA = schema()


def faults(specification: object) -> list[str]:
    """What is wrong with a specification."""
    return [error.message[:300] for error in SCHEMA.iter_errors(specification)]


def values_of(specification: dict[str, Any]) -> list[dict[str, Any]]:
    """All the data of a specification."""
    layers = specification.get("layer", [specification])
    return [each for layer in layers for each in layer["data"]["values"]]


def by_series(specification: dict[str, Any]) -> dict[str, list[Any]]:
    """The values of each series, in the order of the places."""
    found: dict[str, list[Any]] = {}
    for each in values_of(specification):
        found.setdefault(each["series"], []).append(each["value"])
    return found


def test_every_trend_and_distribution_has_a_chart(report: pk.Report) -> None:
    """They are listed by name, and each knows its own."""
    charts = report.charts()

    assert NAMES == list(charts)
    assert NAMES == [charts[name].name for name in charts]
    assert len(NAMES) == len(charts)
    assert "calling.features" in charts
    assert f"<10 charts: {', '.join(NAMES)}>" == repr(charts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_specifications_are_valid(report: pk.Report, name: str, language: str) -> None:
    """By the schema; plain JSON, with a title and a description of the language."""
    chart = report.charts(language=language)[name]
    specification = chart.to_vega_lite()

    assert [] == faults(specification)
    assert specification == json.loads(json.dumps(specification, allow_nan=False))
    assert specification["title"]["text"]
    assert specification["description"].endswith(".")
    assert list(words(language).separators()) == [
        specification["config"]["locale"]["number"][key]
        for key in ("decimal", "thousands", "percent")
    ]


@settings(max_examples=15)
@given(reports_with_calls(AS_OF, pk.Policy(trend_weeks=3)))
def test_any_report_has_valid_charts(report: pk.Report) -> None:
    """Whatever the data, also none at all; nothing but the data differs."""
    for chart in report.charts().values():
        assert [] == faults(chart.to_vega_lite())


def test_a_specification_is_ones_own(report: pk.Report) -> None:
    """What is changed in one does not change the next."""
    chart = report.charts()["calling.features"]
    chart.to_vega_lite()["title"]["text"] = "Mine"

    assert "Features used" == chart.to_vega_lite()["title"]["text"]
    assert chart.to_vega_lite() == chart._repr_mimebundle_()["application/vnd.vegalite.v5+json"]


def test_the_license_trend_has_the_numbers_of_the_report(report: pk.Report) -> None:
    """A line for each kind of count, a point for each week."""
    weeks = report.licenses["calling"].distribution_trend
    found = by_series(report.charts()["licenses.calling.distribution_trend"].to_vega_lite())

    assert {
        "Total licenses": [week.total for week in weeks],
        "Assigned": [week.assigned for week in weeks],
        "Used": [week.used for week in weeks],
        "Available": [week.available for week in weeks],
    } == found


def test_trends_of_calls_have_the_numbers_of_the_report(report: pk.Report) -> None:
    """Bars of what adds up; a week without data leaves a gap in the line over them."""
    assert report.calling is not None
    usage, quality, queues = report.calling.usage, report.calling.quality, report.calling.queues
    assert usage is not None
    assert quality is not None
    assert queues is not None
    charts = report.charts()
    users = by_series(charts["calling.usage.trend"].to_vega_lite())
    legs = by_series(charts["calling.quality.trend"].to_vega_lite())
    calls = by_series(charts["calling.queues.trend"].to_vega_lite())

    assert [week.moderate for week in usage.trend] == users["Moderate"]
    assert [week.inactive for week in usage.trend] == users["Inactive licenses"]
    assert [week.poor for week in quality.trend] == legs["Poor"]
    assert [week.poor_share.value for week in quality.trend] == legs["Poor (%)"]
    assert [week.abandoned_rate.value for week in queues.trend] == calls["Abandoned calls"]
    assert None in calls["Abandoned calls"]
    offered = [sum(week) for week in zip(*list(calls.values())[:8], strict=True)]
    assert [week.offered for week in queues.trend] == offered


def test_distributions_have_the_numbers_of_the_report(report: pk.Report) -> None:
    """Endpoint types, features and hours."""
    assert report.calling is not None
    quality, features, queues = (
        report.calling.quality,
        report.calling.features,
        report.calling.queues,
    )
    assert quality is not None
    assert features is not None
    assert queues is not None
    charts = report.charts()
    types = values_of(charts["calling.quality.endpoints"].to_vega_lite())
    used = values_of(charts["calling.features"].to_vega_lite())
    hours = values_of(charts["calling.queues.hours"].to_vega_lite())

    assert {row.endpoint_type: row.poor for row in quality.endpoints} == {
        each["place"]: each["value"] for each in types if each["series"] == "Poor"
    }
    assert {row.feature: row.calls for row in features.rows} == {
        each["place"]: each["value"] for each in used
    }
    assert 168 == len(hours)
    assert sum(week.offered for week in queues.trend) == sum(each["value"] for each in hours)
    monday_nine = next(each for each in hours if (each["down"], each["across"]) == ("Monday", 9))
    assert sum(row.offered[24 + 9] for row in queues.hours) == monday_nine["value"]


@pytest.mark.parametrize("product", ["meetings", "calling"])
def test_assignment_counts_every_customer_once(report: pk.Report, product: str) -> None:
    """By the exact tenth of its share; all of it is in the last tenth, more is apart."""
    portfolio = pk.read(DATA / "portfolio.json")
    found = values_of(report.charts()[f"licenses.{product}.assignment"].to_vega_lite())
    expected: Counter[str] = Counter()
    for customer in portfolio.customers:
        total, assigned = seats_of(customer, product)
        if total:
            tenth = min(Fraction(assigned, total) * 10 // 1, 9)
            over = assigned > total
            expected["> 100" if over else f"{10 * tenth}\u2013{10 * tenth + 10}"] += 1

    assert expected == {each["place"]: each["value"] for each in found if each["value"]}
    assert 11 == len(found)


def seats_of(customer: pk.Customer, product: str) -> tuple[int, int]:
    """Licenses bought and assigned on a customer's active lines, one by one."""
    total = assigned = 0
    for subscription in customer.subscriptions:
        start = max(subscription.starts_at, subscription.added_at)
        ended = subscription.ends_at is not None and subscription.ends_at <= AS_OF
        if start <= AS_OF and not ended:
            for line in subscription.licenses:
                seen = [
                    each
                    for each in line.observations
                    if each.observed_at is None or each.observed_at <= AS_OF
                ]
                if line.product == product and seen:
                    never = datetime(1, 1, 1, tzinfo=UTC)
                    last = max(seen, key=lambda each: each.observed_at or never)
                    total, assigned = total + last.total, assigned + last.assigned
    return total, assigned


def test_charts_of_what_is_not_there(report: pk.Report) -> None:
    """A report from a document has no records, one of calls alone no licenses."""
    read = pk.Report.from_dict(report.to_dict())
    calls = pk.report(calls=Calls.from_records([]), as_of=AS_OF)

    assert set(NAMES) - set(read.charts()) >= {
        "licenses.meetings.assignment",
        "licenses.calling.assignment",
    }
    trend = "licenses.calling.distribution_trend"
    assert report.charts()[trend].to_vega_lite() == read.charts()[trend].to_vega_lite()
    assert NAMES[4:7] == list(calls.charts())
    assert ["calling.usage.customers", *_QUALITY] == list(calls.tables())


_QUALITY = ("calling.quality.endpoints", "calling.quality.customers")


def test_charts_of_queues_alone() -> None:
    """A section that is not there has neither charts nor tables."""
    empty = pk.report(queue_calls=pk.QueueCalls.from_records([]), as_of=AS_OF)

    assert ["calling.queues.trend", "calling.queues.hours"] == list(empty.charts())
    assert ["calling.queues.customers", "calling.queues.queues"] == list(empty.tables())
    assert empty.charts()["calling.queues.hours"].to_svg().startswith("<svg")


def test_long_lists_are_cut_with_a_note() -> None:
    """A chart shows the first names of an open vocabulary, and says how many more there are."""
    legs = [
        pk.CallLeg(
            call_id=f"c{number}",
            customer_id="c-1",
            started_at=datetime(2026, 11, 16, tzinfo=UTC),
            duration_ms=1,
            answered=True,
            endpoint_type=f"type {number:03}",
        )
        for number in range(40)
    ]
    report = pk.report(calls=Calls.from_records(legs), as_of=AS_OF)
    specification = report.charts()["calling.quality.endpoints"].to_vega_lite()

    assert specification["description"].endswith("... and 10 more")
    assert 30 == len({each["place"] for each in values_of(specification)})


def test_names_are_values_only() -> None:
    """No name becomes a field, a title or a control character; numbers keep their place."""
    hostile = ["datum.value", "</svg>", "\x00\x1b[2J", "{{title}}"]
    frame = Frame("Title", "Sentence.", ENGLISH)
    series = [Series("Calls", [1, 2, 3, 4], Unit.CALLS, COLORS[0])]
    specification = bars(frame, "Name", "Calls", hostile, series)

    assert [] == faults(specification)
    assert ["datum.value", "</svg>", "\\x00\\x1b[2J", "{{title}}"] == [
        each["place"] for each in values_of(specification)
    ]
    del specification["data"], specification["encoding"]["y"]["sort"]
    assert not any(name in json.dumps(specification) for name in hostile)


def test_missing_numbers_are_gaps() -> None:
    """An undefined ratio is null, and said to be missing."""
    share = Series("Share", [Ratio(1, 2), Ratio(0, 0), None], Unit.SHARE, COLORS[0])
    frame = Frame("Title", "Sentence.", ENGLISH)
    specification = stacked(frame, "Week", "Calls", ["a", "b", "c"], [], over=share)

    assert [(0.5, "50.0%"), (None, "n/a"), (None, "n/a")] == [
        (each["value"], each["said"]) for each in values_of(specification)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_pictures_are_made_offline(report: pk.Report, name: str, tmp_path: Path) -> None:
    """SVG with the words of the language, and PNG; written as they are given."""
    chart = report.charts(language="fr")[name]
    picture = chart.to_svg(tmp_path / "chart.svg")

    assert picture.startswith("<svg")
    assert chart.to_vega_lite()["title"]["text"].split("\u00a0")[0] in picture
    assert "http" not in picture.replace("http://www.w3.org/", "")
    assert picture.encode() == tmp_path.joinpath("chart.svg").read_bytes()
    small = chart.to_png(tmp_path / "chart.png", scale=1)
    assert small.startswith(b"\x89PNG\r\n\x1a\n")
    assert small == tmp_path.joinpath("chart.png").read_bytes()
    assert len(small) < len(chart.to_png())


def test_refusals(report: pk.Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chart or language that there is not, and pictures without the extra."""
    charts = report.charts()

    with pytest.raises(UnknownNameError, match=r"did you mean 'calling\.features'"):
        charts["calling.feature"]
    with pytest.raises(UnknownLanguageError):
        report.charts(language="de")
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MissingExtraError, match=r"partnerkpi\[charts\]"):
        charts["calling.features"].to_svg()


def test_colors_differ_for_everybody() -> None:
    """No two colors of a chart are alike to people who see red, green or blue less."""
    red_green = [(0.11, 0.89, 0.0), (0.33, 0.67, 0.0)]
    for weights in red_green:
        seen = [seen_as(color, weights) for color in COLORS]
        gaps = [
            sum(abs(mine - theirs) for mine, theirs in zip(one, other, strict=True))
            for number, one in enumerate(seen)
            for other in seen[:number]
        ]
        assert min(gaps) > 20


def seen_as(color: str, weights: tuple[float, float, float]) -> tuple[float, float]:
    """Roughly what is left of a color where red and green are told apart by weight alone."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return weights[0] * red + weights[1] * green, blue
