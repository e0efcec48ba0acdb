"""The report as an HTML page: what stands on it, and that no data becomes part of its structure."""

import re
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.aggregates import Ratio
from partnerkpi.errors import UnknownLanguageError
from partnerkpi.kpi import Column, Unit
from partnerkpi.present import Bar, Block, Listing, Page, Picture, page_html
from partnerkpi.present.html._charts import ticks
from partnerkpi.present.languages import CATALOGUES
from partnerkpi.present.words import ENGLISH, words
from partnerkpi.status import Status
from tests.call_reports import CASES, case_report
from tests.html_reading import Element, read_page, shape
from tests.library import AS_OF, customer, line, reported, subscription
from tests.strange import strange_report

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></title></script><!--",
    "--><!DOCTYPE x><![CDATA[",
    "&lt;b&gt; &amp; &#60; &copy",
    "{shown} {rows} {0} %s ${x}",
    "\u202eevil\u2066",
    "\u2028\ufeff\u00ad\u200d",
    "javascript:alert(1)//",
    "שלום مرحبا",
    "a" * 300,
)


@pytest.fixture(scope="module")
def report() -> pk.Report:
    """The report of the example, with calls."""
    inputs = pk.read_inputs(ROOT / "examples" / "data")
    return pk.report(
        inputs.portfolio,
        calls=inputs.calls,
        queue_calls=inputs.queue_calls,
        as_of=datetime(2026, 11, 22, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def page(report: pk.Report) -> Element:
    """Its page, read back."""
    return read_page(report.to_html())


def html_of(listing: Listing, **others: Any) -> Element:
    """The page of one table."""
    return read_page(page_html(Page("T", "now", (Block(title="Rows", listing=listing),)), **others))


def table_of(part: Element) -> list[list[str]]:
    """The texts of a table's cells, row by row, without the bars."""
    (body,) = part.all("tbody")
    return [
        [
            cell.text
            for cell in row.children
            if isinstance(cell, Element) and "b" not in (cell.attributes.get("class") or "").split()
        ]
        for row in body.all("tr")
    ]


def below(page: Element, title: str, level: str) -> Element:
    """What stands between a heading and the next one."""
    (parent,) = (
        each
        for each in (page, *page.below())
        for child in each.children
        if is_heading(child, title, level)
    )
    found = Element("part", {})
    inside = False
    for child in parent.children:
        if isinstance(child, Element) and child.tag in {"h2", "h3", "h4"}:
            inside = is_heading(child, title, level)
        elif inside:
            found.children.append(child)
    return found


def is_heading(child: Element | str, title: str, level: str) -> bool:
    """Whether something is the heading so called."""
    return isinstance(child, Element) and child.tag == level and child.text == title


def panel(page: Element, place: int) -> Element:
    """A part of the switch: 0 for Meetings, 1 for Calling."""
    (found,) = page.all("section", class_=f"panel panel-{place}")
    return found


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)


PLAIN = read_page(strange_report("plain").to_html())


@settings(max_examples=50)
@given(text=texts | st.sampled_from(HOSTILE))
@example(text=HOSTILE[0])
@example(text=HOSTILE[1])
@example(text=HOSTILE[3])
def test_no_text_changes_the_structure_of_the_page(text: str) -> None:
    """Names, ids, tags, products, queues, features: the elements stay those of plain letters."""
    assert shape(PLAIN) == shape(read_page(strange_report(text).to_html()))


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_shown_as_they_are(text: str) -> None:
    """A name is read back as it was written, but for characters that a page would obey."""
    page = read_page(strange_report(text).to_html())
    actual = table_of(below(page, "Customers", "h2"))[0][1]

    assert f"n0{pk.present.printable(text)}" == actual


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_changes_the_structure_of_a_notebook_cell(text: str) -> None:
    """The same in notebooks."""
    plain, strange = (read_page(strange_report(each)._repr_html_()) for each in ("plain", text))

    assert shape(plain) == shape(strange)


def test_the_policy_names_style_and_script_by_their_hashes(report: pk.Report) -> None:
    """Nothing is allowed but what is in the page, and no attribute runs or styles anything."""
    html = report.to_html()
    page = read_page(html)
    (policy,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    parts = {
        name: re.findall(rf"<{name}>(.*?)</{name}>", html, re.DOTALL)
        for name in ("style", "script")
    }
    hashes = {
        name: b64encode(sha256(only.encode()).digest()).decode() for name, (only,) in parts.items()
    }
    attributes = {name for each in page.below() for name in each.attributes}
    links = {each.attributes["href"] for tag in ("a", "link") for each in page.all(tag)}

    assert (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; script-src"
        f" 'sha256-{hashes['script']}'; img-src data:; base-uri 'none'; form-action 'none'"
        == policy.attributes["content"]
    )
    assert set() == {each for each in attributes if each.startswith("on")} | (
        attributes & {"style", "src", "action", "srcset"}
    )
    assert {"data:,"} == {each for each in links if not str(each).startswith("#")}


def test_links_of_the_contents_lead_somewhere(page: Element) -> None:
    """Each part of the page has a place in the contents, and every id stands once."""
    ids = [each.attributes["id"] for each in page.below() if "id" in each.attributes]
    links = [str(each.attributes["href"])[1:] for each in page.all("a")]

    assert len(set(ids)) == len(ids)
    assert set() == set(links) - set(ids)
    assert ["Customers", "Overview", "Licenses", "Calls", "Data", "Policy"] == [
        each.text for each in page.all("nav")[0].all("a")
    ]


def test_headings_do_not_skip_a_level(page: Element) -> None:
    """One first, then never more than a level deeper."""
    levels = [int(each.tag[1]) for each in page.below() if re.fullmatch(r"h\d", each.tag)]

    assert [1] == [each for each in levels if each == 1]
    assert 1 == levels[0]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def cards(part: Element) -> dict[str, str | None]:
    """The figures of a part: the number that a card stands for, by the figure's name."""
    found = [each for each in part.all("div") if "data-figure" in each.attributes]
    return {str(each.attributes["data-figure"]): each.attributes.get("data-v") for each in found}


def key_of(value: Any) -> str | None:
    """The same of a value of the document."""
    plain = value["value"] if isinstance(value, dict) else value
    return None if plain is None else repr(plain)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_the_figures_are_those_of_the_document(case: Path) -> None:
    """Every figure of the document stands on a card, with its exact value."""
    report = case_report(case)
    document, page = report.to_dict(), read_page(report.to_html())
    overview = {name: key_of(each) for name, each in document["overview"].items()}
    sections = [
        {
            f"{section}.{name}": key_of(value)
            for section, told in product.items()
            if section != "distribution_trend"
            for name, value in told.items()
            if name != "rows"
        }
        for product in document["licenses"].values()
    ]

    assert overview == cards(below(page, "Overview", "h2"))
    assert sections == [cards(panel(page, place)) for place in (0, 1)]
    if document["calling"] is not None:
        expected = calling_cards(document["calling"])
        actual = cards(page.all("main")[0])
        assert expected == {name: actual[name] for name in expected}


def calling_cards(calling: dict[str, Any]) -> dict[str, str | None]:
    """The figures of the calling part of a document, by name."""
    found: dict[str, Any] = {}
    for section in ("usage", "quality"):
        if calling[section]:
            last = dict(calling[section]["trend"][-1])
            del last["week_end"]
            found |= {f"{section}.{name}": value for name, value in last.items()}
    if calling["features"]:
        found["features.calls"] = calling["features"]["calls"]
    for name, value in (calling["queues"] or {}).items():
        if name in {"outcomes", "answered_wait_ms", "abandoned_wait_ms"}:
            found |= {f"queues.{name}.{inner}": each for inner, each in value.items()}
        elif not isinstance(value, list):
            found[f"queues.{name}"] = value
    return {name: key_of(value) for name, value in found.items()}


def test_the_rows_are_those_of_the_document(report: pk.Report, page: Element) -> None:
    """Every table has the rows of the document in its order, each number as it is said."""
    document = report.to_dict()
    customers = table_of(below(page, "Customers", "h2"))
    assert [each["customer_id"] for each in document["customers"]] == [row[0] for row in customers]
    for place, product in enumerate(("meetings", "calling")):
        for name in ("recently_added", "expiring", "renewing", "low_assignment", "overage"):
            rows = getattr(report.licenses[product], name).rows
            actual = table_of(below(panel(page, place), rows.definition.title, "h4"))
            expected = [
                [
                    pk.present.said_cell(getattr(row, column.name), column.unit)
                    for column in rows.definition.columns
                ]
                for row in rows
            ]
            assert expected == actual


def test_tables_of_queues_tell_every_outcome_and_percentile(
    report: pk.Report, page: Element
) -> None:
    """What a row holds several of stands in columns of its own."""
    part = below(page, "Queues", "h3")
    heads = [each.text for each in part.all("thead")[0].all("th")]
    assert report.calling is not None
    assert report.calling.queues is not None
    row = report.calling.queues.queues[0]
    told = dict(zip(heads, table_of(part)[0], strict=True))

    assert str(row.outcomes.timed_out) == told["Timed out"]
    assert str(row.outcomes.unknown) == told["Unknown outcome"]
    expected = pk.present.said_cell(row.answered_wait_ms.p90, Unit.MILLISECONDS)
    assert expected == told["Wait, answered: percentile 90"]


def test_badges_stand_in_the_list_of_customers(report: pk.Report, page: Element) -> None:
    """Each status is a badge, the most urgent one in a column of its own."""
    rows = below(page, "Customers", "h2").all("tbody")[0].all("tr")
    actual = [
        [each.text for each in row.all("span") if "badge" in str(each.attributes["class"])]
        for row in rows
    ]

    assert [list(map(ENGLISH.status, row.statuses)) for row in report.customers] == actual


def test_rows_know_the_statuses_of_their_customers(report: pk.Report, page: Element) -> None:
    """So that a table of subscriptions or callers narrows by status; strangers have none."""
    held = {row.customer_id: " ".join(s.value for s in row.statuses) for row in report.customers}
    rows = [row for row in page.all("tr") if "data-s" in row.attributes]
    told = [(row.all("th")[0].text, row.attributes["data-s"]) for row in rows]

    assert ("c-9001", "") in told
    assert [] == [pair for pair in told if held.get(pair[0], "") != pair[1]]
    assert len(told) > 200


def test_statuses_are_found_in_every_part() -> None:
    """Of a portfolio that came in parts, each row's customer is found in the part that has it."""
    parts = [
        pk.Portfolio.from_customers(
            [customer(subscription(line(9, 9 + place), id=f"S{place}"), id=f"c-{place}")]
        )
        for place in range(3)
    ]
    html = read_page(pk.report(parts, as_of=AS_OF).to_html())
    rows = below(panel(html, 1), "Subscriptions with license overage", "h4").all("tr")[1:]

    assert ["license_overage subscription"] * 2 == [row.attributes["data-s"] for row in rows]


def test_a_bar_tells_its_numbers_on_hover(page: Element) -> None:
    """Used, assigned, available, overage and total; licenses beyond those bought are marked."""
    part = below(panel(page, 0), "Subscriptions with license overage", "h4")
    bar = part.all("svg", class_="bar")[0]
    (title,) = bar.all("title")
    marks = [(each.attributes["class"], each.attributes["width"]) for each in bar.all("rect")]

    assert ["Used: 229, Assigned: 378, Available: 0, Overage: 37, Total licenses: 341"] == (
        title.children
    )
    assert [("s-used", "60.58"), ("s-assigned", "39.42"), ("s-overage", "9.788")] == marks


def bars_of(kind: Any, columns: tuple[str, ...], *rows: tuple[Any, ...]) -> list[Element]:
    """The bars of some rows."""
    told = tuple(Column(name, name, Unit.LICENSES) for name in columns)
    bar = Bar(kind, columns)
    return html_of(Listing("Some.", told, rows, tuple, bar=bar)).all("svg", class_="bar")


def test_a_bar_of_more_used_than_assigned_stays_in_its_frame() -> None:
    """Licenses used in seven days may be more than are assigned now; the bar ends at its end."""
    names = ("used", "assigned", "available", "overage", "total")
    (bar,) = bars_of("seats", names, (9, 5, 5, 0, 10))

    assert [("0", "50"), ("50", "50")] == [
        (each.attributes["x"], each.attributes["width"]) for each in bar.all("rect")
    ]


def test_a_bar_of_nothing_is_empty() -> None:
    """Without any license, any call leg or any call there is nothing to draw, nor to sort by."""
    seats = ("used", "assigned", "available", "overage", "total")
    bars = bars_of("seats", seats, (0, 0, 0, 0, 0))
    bars += bars_of("parts", ("good", "poor", "unknown"), (0, 0, 0))
    bars += bars_of("share", ("share",), (Ratio(0, 0),))

    assert [[], [], []] == [each.all("rect") for each in bars]


def test_a_table_of_a_hundred_thousand_rows_costs_those_it_shows() -> None:
    """Rows that are cut are never asked for; how many there are is said."""
    asked = []

    def cells(row: int) -> tuple[int]:
        asked.append(row)
        return (row,)

    column = Column("seats", "Seats", Unit.LICENSES)
    page = html_of(Listing("Some.", (column,), range(100_000), cells), rows=3)

    assert [0, 1, 2] == asked
    assert "Showing 3 of 100,000. Sorting and finding look at the rows shown." in page.text


def test_a_trend_that_is_cut_keeps_its_latest_weeks(report: pk.Report) -> None:
    """Of the weeks the last ones are shown, in the table and in the picture."""
    page = read_page(report.to_html(rows=2))
    part = below(panel(page, 0), "License distribution trend", "h4")

    assert ["2026-11-15", "2026-11-22"] == [row[0] for row in table_of(part)]
    assert "Showing the last 2 of 8." in part.text
    assert 6 == len(part.all("svg", class_="chart")[0].all("circle"))


def test_no_rows_and_all_rows(report: pk.Report) -> None:
    """Nought shows heads and counts; `None` shows all."""
    none = below(read_page(report.to_html(rows=0)), "Customers", "h2")
    every = below(read_page(report.to_html(rows=None)), "Customers", "h2")

    assert [] == table_of(none)
    assert "Showing 0 of 52." in none.text
    assert 52 == len(table_of(every))
    assert "Showing" not in every.text
    with pytest.raises(ValueError, match="the number of rows is 0 or more, not -1"):
        report.to_html(rows=-1)


def large(count: int) -> pk.Portfolio:
    """Many customers, each in every table of both products."""
    ids = np.arange(count).astype(np.str_)
    customers = np.char.add("customer-", ids)
    rows = np.repeat(np.arange(count), 2)
    return pk.from_columns(
        customers={"customer_id": customers, "name": np.char.add("Name of ", ids)},
        subscriptions={
            "subscription_id": np.char.add("s-", ids),
            "customer_id": customers,
            "kind": np.full(count, "subscription"),
            "added_at": np.full(count, np.datetime64("2026-11-01", "us")),
            "ends_at": np.full(count, np.datetime64("2026-12-24", "us")),
        },
        licenses={
            "subscription_id": np.char.add("s-", ids)[rows],
            "product": np.tile(["meetings", "calling"], count),
            "name": np.full(2 * count, "Suite"),
            "total": np.full(2 * count, 1000),
            "assigned": np.where(rows % 2, 1200, 100),
        },
    )


def test_a_report_of_a_hundred_thousand_customers_is_a_small_page() -> None:
    """At most three million bytes, each large table cut."""
    html = pk.report(large(100_000), as_of=AS_OF).to_html()

    assert html.count("Showing 200 of ") >= 7
    assert len(html.encode()) <= 3_000_000


def test_the_page_is_written_to_a_file(report: pk.Report, tmp_path: Path) -> None:
    """The same page, in UTF-8, whatever the system's own encoding is; a path may be a text."""
    path = tmp_path / "report.html"
    given_back = report.to_html(str(path))

    assert given_back.encode() == path.read_bytes()
    assert "晨星教育" in given_back


def test_a_language_without_pages_is_refused(report: pk.Report) -> None:
    """By its name, with those that there are."""
    with pytest.raises(UnknownLanguageError, match=re.escape("'de' (known: en, fr, sr)")):
        report.to_html(language="de")


def words_in(page: Element) -> set[str]:
    """Every text that stands in an element of its own, and the names of pictures and groups."""
    elements = [each for each in page.below() if each.tag not in {"script", "style"}]
    told = {child.strip() for each in elements for child in each.children if isinstance(child, str)}
    return told | {each.attributes.get("aria-label") or "" for each in elements}


@pytest.mark.parametrize(("language", "tag"), [("fr", "fr"), ("sr", "sr-Latn")])
def test_the_page_is_complete_in_the_language(report: pk.Report, language: str, tag: str) -> None:
    """Every title, sentence, status and label is translated, and the page says its language."""
    page = read_page(report.to_html(language=language))
    english = words_in(read_page(report.to_html()))
    known = CATALOGUES[language].texts
    same = {text for text, said in known.items() if said == text} | set(known.values())
    statuses = set(map(ENGLISH.status, Status)) - set(map(words(language).status, Status))

    assert tag == page.all("html")[0].attributes["lang"]
    assert len(english & set(known)) > 150
    assert set() == words_in(page) & (set(known) - same)
    assert set() == words_in(page) & statuses


def test_a_report_of_calls_alone() -> None:
    """Has no overview, no customers and no switch; rows have no statuses."""
    page = read_page(case_report(CASES[0], portfolio=False).to_html())

    assert ["Calls", "Data", "Policy"] == [each.text for each in page.all("nav")[0].all("a")]
    assert [] == page.all("select")
    assert [] == page.all("fieldset")


def test_the_page_of_nothing() -> None:
    """An empty portfolio has a whole page: zeros, reasons for what is undefined, empty tables."""
    page = read_page(pk.report(pk.Portfolio.from_customers([]), as_of=AS_OF).to_html())
    part = below(panel(page, 0), "Expiring subscriptions", "h4")

    assert "undefined: no licenses are expiring" in part.text
    assert "none" == part.all("p", class_="note")[0].text
    assert "0" == cards(below(page, "Overview", "h2"))["total_customers"]


def test_a_report_that_was_read_shows_the_same_page(report: pk.Report) -> None:
    """Written as a document and read back, every figure, row and status is still there."""
    assert report.to_html() == pk.Report.from_dict(report.to_dict()).to_html()


def test_a_comparison_is_a_page_too(report: pk.Report, tmp_path: Path) -> None:
    """With the parts of its text, and written to a file if one is named."""
    changes = pk.compare(report, report)
    html = changes.to_html(tmp_path / "changes.html")
    page = read_page(html)

    assert "What changed" == page.all("h1")[0].text
    assert html.encode() == (tmp_path / "changes.html").read_bytes()
    titles = [each.text for each in page.all("h2")]
    assert ["Overview", "Customers", "Licenses: meetings", "Licenses: calling", "Calls"] == titles


def test_ticks_of_a_picture_are_round_and_reach_the_top() -> None:
    """From 0 in equal steps of 1, 2 or 5 and zeros; few, and not far above the greatest count."""
    for greatest in (*range(1, 400), 16_195, 10**12, 2**63):
        found = ticks(greatest)
        step = found[1]

        assert [step * place for place in range(len(found))] == found
        assert str(step).rstrip("0") in {"1", "2", "5"}
        assert found[-2] < greatest <= found[-1]
        assert 2 <= len(found) <= 6


def test_a_picture_of_many_weeks_labels_only_some() -> None:
    """Labels have room: of a year of weeks few are told, the last one always."""
    weeks = [(datetime.fromtimestamp(w * 604_800, tz=UTC), w) for w in range(1, 53)]
    columns = (Column("week_end", "Week", Unit.INSTANT), Column("used", "Used", Unit.LICENSES))
    picture = Picture("lines", ("used",))
    page = html_of(Listing("Weeks.", columns, weeks, tuple, picture=picture))
    (chart,) = page.all("svg", class_="chart")
    labels = [each.text for each in chart.all("text") if "x" in str(each.attributes["class"])]

    assert 2 <= len(labels) <= 5
    assert "1970-12-31" in labels
    assert 52 == len(chart.all("circle"))


def test_a_picture_of_nothing_has_a_ground() -> None:
    """Weeks without anything are drawn as such."""
    empty = reported(customer())
    page = read_page(empty.to_html())
    chart = below(panel(page, 0), "License distribution trend", "h4").all("svg", class_="chart")[0]

    assert ["0", "1"] == [each.text for each in chart.all("text", class_="y")]
