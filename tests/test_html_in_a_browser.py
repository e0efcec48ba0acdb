"""The HTML page in a headless Chromium: silent, self-contained, readable, operable, accessible."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import partnerkpi as pk
from tests.browser.chromium import Tab, chromium, found
from tests.strange import strange_report

ROOT = Path(__file__).resolve().parent.parent
BROWSER = found()
PICTURES = ROOT / "build" / "pictures"
AXE = "4.14.1"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ("report", "fr", "sr", "strange", "notebook")
WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
LAYOUT = Path(__file__).with_name("browser").joinpath("layout.js").read_text("utf-8")

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")


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
def pages(report: pk.Report, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report as a page, one of names that nobody has, and cells of a notebook."""
    folder = tmp_path_factory.mktemp("pages")
    paths = {name: folder / f"{name}.html" for name in PAGES}
    report.to_html(paths["report"])
    for language in ("fr", "sr"):
        report.to_html(paths[language], language=language)
    strange_report("<i>&\"'\u202e" * 12 + "W" * 60).to_html(paths["strange"])
    paths["notebook"].write_text(notebook(report), "utf-8")
    return paths


def notebook(report: pk.Report) -> str:
    """A page of several cells of a notebook."""
    shown = (report.overview.total_customers, report.licenses["calling"].overage, report)
    cells = "".join(each._repr_html_() for each in shown)
    head = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Cells</title>'
    return f"{head}<link rel=icon href='data:,'><main><h1>Cells</h1>{cells}</main></html>"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A page in the browser."""
    assert BROWSER is not None
    with chromium(BROWSER, tmp_path_factory.mktemp("profile")) as made:
        yield made


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core, from the registry of npm, kept beside what is built."""
    folder = ROOT / "build" / "axe"
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("there is no npm to get axe-core with")
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--prefix", str(folder), "--no-save", "--ignore-scripts"]
        command += ["--no-audit", "--no-fund", f"axe-core@{AXE}"]
        done = subprocess.run(command, check=False, capture_output=True)
        if done.returncode or not script.is_file():
            pytest.skip("axe-core cannot be had from npm here")
    return script.read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_silent_and_asks_for_nothing(
    tab: Tab, pages: dict[str, Path], name: str, scheme: str, width: int
) -> None:
    """No message on the console, none of the page's own policy either, and no request."""
    tab.open(pages[name], width=width, scheme=scheme)
    tab.picture(PICTURES / f"{name}-{width}-{scheme}.png")

    assert [] == tab.messages()
    assert [] == tab.requests()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [*WIDTHS, 700])
@pytest.mark.parametrize("choice", [0, 1])
def test_no_text_is_cut_or_overlaps(
    tab: Tab, pages: dict[str, Path], name: str, width: int, choice: int
) -> None:
    """By their boxes: texts are inside the window and their cells, and beside each other."""
    tab.open(pages[name], width=width)
    tab.run(f"document.getElementById('choice-{choice}')?.click()")
    actual = tab.run(LAYOUT)

    assert [] == actual["faults"]
    assert actual["texts"] > 50


@pytest.mark.parametrize("name", ["report", "fr", "strange", "notebook"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing(
    tab: Tab, pages: dict[str, Path], axe: str, name: str, *, width: int, scheme: str
) -> None:
    """No violation of WCAG 2.2 AA, of both choices of the switch."""
    tab.open(pages[name], width=width, scheme=scheme)
    if name == "notebook":
        # Of a cell, not of the page around it, which is the notebook's.
        tab.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        tab.run("document.querySelector('h1').remove()")
    tab.run(axe)
    rules = RULES[:-1] if name == "notebook" else RULES
    for choice in (0, 1):
        tab.run(f"document.getElementById('choice-{choice}')?.click()")
        where = "'.partnerkpi'" if name == "notebook" else "document"
        told = json.dumps({"runOnly": rules})
        found_ = tab.run(f"axe.run({where}, {told}).then((each) => each.violations)")

        assert [] == [(each["id"], each["nodes"][0]["html"]) for each in found_]


def rows_of(tab: Tab, title: str) -> list[list[str]]:
    """The cells of the rows shown of a table, by its caption."""
    found_: list[list[str]] = tab.run(
        f"""[...[...document.querySelectorAll("table")]
        .find((each) => each.caption.textContent === {json.dumps(title)} && each.checkVisibility())
        .tBodies[0].rows].filter((row) => !row.hidden)
        .map((row) => [...row.cells].map((cell) => cell.textContent))"""
    )
    return found_


def focused(tab: Tab, title: str, what: str) -> None:
    """Put the focus on something in or above a table."""
    tab.run(
        f"""[...document.querySelectorAll(".listing")]
        .find((each) => each.querySelector("caption")?.textContent === {json.dumps(title)}
          && each.checkVisibility())
        .querySelector({json.dumps(what)}).focus()"""
    )


def test_every_column_of_every_table_sorts(tab: Tab, pages: dict[str, Path]) -> None:
    """Each header has a button; up, down, and back to the order of the definition."""
    tab.open(pages["report"])
    wrong = tab.run(
        """[...document.querySelectorAll("table")].flatMap((table) => {
          const heads = [...table.tHead.rows[0].cells];
          const body = table.tBodies[0];
          const before = [...body.rows];
          return heads.map((head, column) => {
            const press = () => head.querySelector("button").click();
            const keys = () => [...body.rows].map((row) => row.cells[column].dataset.v)
              .filter((each) => each !== undefined).map(Number);
            const rises = (each) => each.every((key, at) => !at || each[at - 1] <= key);
            press();
            const up = head.ariaSort === "ascending" && rises(keys());
            press();
            const down = head.ariaSort === "descending" && rises(keys().reverse());
            press();
            const back = head.ariaSort === null && before.every((row, at) => row === body.rows[at]);
            return up && down && back ? null : `${table.caption.textContent}: ${head.textContent}`;
          });
        }).filter(Boolean)"""
    )

    assert [] == wrong


def test_the_keyboard_sorts_and_narrows(tab: Tab, pages: dict[str, Path]) -> None:
    """Enter on a header sorts its column, letters typed in `Find` leave the rows that hold them."""
    tab.open(pages["report"])
    title = "Expiring subscriptions"
    focused(tab, title, "thead th:nth-child(7) button")
    tab.press("Enter", 13)
    tab.press("Enter", 13)
    totals = [int(row[6].replace(",", "")) for row in rows_of(tab, title)]
    focused(tab, title, "input")
    tab.type("harbour")

    assert sorted(totals, reverse=True) == totals
    assert 9 == len(totals)
    assert ["c-1038"] == [row[0] for row in rows_of(tab, title)]
    told = "[...document.querySelectorAll('output')].map((each) => each.textContent)"
    assert "1 of 9 rows" in tab.run(told)


def test_rows_narrow_by_status(tab: Tab, pages: dict[str, Path], report: pk.Report) -> None:
    """Choosing a status leaves the customers that have it, in any table of customers."""
    tab.open(pages["report"])
    over = pk.status.Status.LICENSE_OVERAGE
    for listing in ("Customers", "Usage by customer"):
        focused(tab, listing, "select")
        tab.run(
            f"document.activeElement.value = {json.dumps(over.value)};"
            "document.activeElement.dispatchEvent(new Event('change'))"
        )
    expected = {row.customer_id for row in report.customers if over in row.statuses}

    assert expected == {row[0] for row in rows_of(tab, "Customers")}
    assert expected == {row[0] for row in rows_of(tab, "Usage by customer")}


def test_the_switch_needs_no_script(tab: Tab, pages: dict[str, Path]) -> None:
    """One product shows at a time; with scripts off, arrows on the keyboard switch as well."""
    tab.open(pages["report"], scripts=False)
    shown = "[...document.querySelectorAll('.panel')].map((each) => each.checkVisibility())"
    before = tab.run(shown)
    tab.run("document.getElementById('choice-0').focus()")
    tab.press("ArrowRight", 39)

    assert [True, False] == before
    assert [False, True] == tab.run(shown)


def test_without_scripts_all_is_there(tab: Tab, pages: dict[str, Path]) -> None:
    """Every row shows, and nothing that would not work: no button, no field to type in."""
    tab.open(pages["report"], scripts=False)

    assert 52 == len(rows_of(tab, "Customers"))
    assert 0 == tab.run("document.querySelectorAll('button').length")
    assert 0 == tab.run(
        "[...document.querySelectorAll('.tools')].filter((each) => each.checkVisibility()).length"
    )


def test_on_paper_both_products_are_told(tab: Tab, pages: dict[str, Path]) -> None:
    """What is printed is in light colors, has both products, and nothing to press."""
    tab.open(pages["report"], scheme="dark")
    tab.ask(
        "Emulation.setEmulatedMedia",
        media="print",
        features=[{"name": "prefers-color-scheme", "value": "dark"}],
    )
    ground = tab.run("getComputedStyle(document.body).backgroundColor")
    panels = tab.run("[...document.querySelectorAll('.panel')].map((e) => e.checkVisibility())")
    pressed = tab.run(
        "[...document.querySelectorAll('.tools, nav')].filter((e) => e.checkVisibility()).length"
    )

    assert ("rgb(255, 255, 255)", [True, True], 0) == (ground, panels, pressed)
