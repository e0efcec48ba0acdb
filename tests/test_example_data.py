"""The example portfolio shows everything: each status, section and undefined case, and change."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import partnerkpi
from tests.oracles import read_customers, report_document
from tests.oracles.statuses import BY_URGENCY

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "examples" / "data"
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
A_WEEK_EARLIER = datetime(2026, 11, 15, tzinfo=UTC)
TABLES = ("recently_added", "expiring", "renewing", "low_assignment", "overage")
WRITTEN = (
    "portfolio.json",
    "tables/customers.csv",
    "tables/subscriptions.csv",
    "tables/licenses.csv",
)

PORTFOLIO: dict[str, Any] = json.loads(DATA.joinpath("portfolio.json").read_text("utf-8"))
REPORT = report_document(PORTFOLIO, AS_OF)
EARLIER = report_document(PORTFOLIO, A_WEEK_EARLIER)

each_product = pytest.mark.parametrize("product", ["meetings", "calling"])
each_table = pytest.mark.parametrize("table", TABLES)


def section(report: dict[str, Any], product: str, table: str) -> dict[str, Any]:
    """A license section of a report."""
    found: dict[str, Any] = report["licenses"][product][table]
    return found


def rows(table: str) -> Iterator[dict[str, Any]]:
    """The rows of a table, of both products."""
    for product in ("meetings", "calling"):
        yield from section(REPORT, product, table)["rows"]


def test_there_are_enough_customers() -> None:
    """A portfolio of a realistic size, looked after in more than one region."""
    customers = PORTFOLIO["customers"]
    regions = {customer["attributes"]["region"] for customer in customers}
    assert len(customers) >= 48
    assert {"Americas", "APAC", "EMEA"} == regions


def test_every_status_occurs() -> None:
    """Each status holds for some customer, and is the badge of some customer."""
    badges = {row["badge"] for row in REPORT["customers"]}
    held = {status for row in REPORT["customers"] for status in row["statuses"]}
    assert set(BY_URGENCY) == held
    assert {*BY_URGENCY, None} == badges


def test_every_overview_figure_counts_someone() -> None:
    """No figure of the overview is zero."""
    assert [] == [name for name, count in REPORT["overview"].items() if count == 0]


@each_product
@each_table
def test_no_table_is_empty(product: str, table: str) -> None:
    """Each table of each product has rows and customers."""
    found = section(REPORT, product, table)
    assert found["rows"]
    assert found["customers"] > 0


@each_product
def test_the_trend_moves_every_week(product: str) -> None:
    """The licenses used differ from each week to the next."""
    used = [row["used"] for row in REPORT["licenses"][product]["distribution_trend"]]
    assert 8 == len(used)
    assert all(left != right for left, right in pairwise(used))


def test_undefined_weekly_changes_occur() -> None:
    """Where nothing dated was observed a week earlier, the change is undefined."""
    changes = {row["weekly_assignment_change"] for row in rows("recently_added")}
    assert None in changes
    assert len(changes) > 2


def test_an_end_that_is_open_leaves_no_months() -> None:
    """An overage in an open-ended subscription has neither months nor days remaining."""
    left = [(row["months_remaining"], row["days_remaining"]) for row in rows("overage")]
    assert (None, None) in left


def test_a_ratio_over_no_licenses_is_undefined() -> None:
    """Something assigned although nothing was bought: a row with an undefined assignment."""
    assert None in [row["assignment"]["value"] for row in rows("overage")]


def test_use_of_what_is_assigned_is_undefined_where_nothing_is() -> None:
    """A customer in low assignment has assigned nothing at all."""
    assert 0 in [row["assigned"] for row in rows("low_assignment")]


def test_a_customer_without_a_rate_occurs() -> None:
    """An active line without any license, and a customer without any subscription."""
    assert [] in [customer["subscriptions"] for customer in PORTFOLIO["customers"]]
    free = [row for row in rows("recently_added") if row["total"] == row["assigned"] == 0]
    assert free


def test_a_line_is_unobserved() -> None:
    """Some line was never observed."""
    assert REPORT["data"]["unobserved_lines"] > 0


def test_an_administrator_never_signed_in() -> None:
    """Some customer's administrators never signed in to their console."""
    assert None in [one.last_admin_sign_in_at for one in read_customers(PORTFOLIO)]


def test_every_state_of_a_subscription_occurs() -> None:
    """There are pending, active and ended ones."""
    there = [s for one in read_customers(PORTFOLIO) for s in one.there(AS_OF)]
    states = {(s.is_pending(AS_OF), s.is_active(AS_OF)) for s in there}
    assert {(True, False), (False, True), (False, False)} == states


@pytest.mark.parametrize("figure", ["total_customers", "nearing_expiration"])
def test_overview_figures_change_in_a_week(figure: str) -> None:
    """The overview of a week earlier was another one."""
    assert REPORT["overview"][figure] != EARLIER["overview"][figure]


@each_product
@each_table
def test_tables_change_in_a_week(product: str, table: str) -> None:
    """The tables of a week earlier were other ones."""
    assert section(REPORT, product, table) != section(EARLIER, product, table)


def test_statuses_change_in_a_week() -> None:
    """Some customers have another badge than a week earlier, and most have the same."""
    badges = [row["badge"] for row in REPORT["customers"]]
    earlier = [row["badge"] for row in EARLIER["customers"]]
    changed = [now != then for now, then in zip(badges, earlier, strict=True)]
    assert 0 < sum(changed) < len(changed) / 2


@pytest.mark.parametrize("name", WRITTEN)
def test_the_tool_writes_what_is_kept(name: str, written: Path) -> None:
    """The files in the repository are those that the tool writes, byte for byte."""
    assert written.joinpath(name).read_bytes() == DATA.joinpath(name).read_bytes()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the tool has just written to."""
    folder = tmp_path_factory.mktemp("example")
    tool = ROOT / "tools" / "make_example.py"
    subprocess.run([sys.executable, str(tool), str(folder)], check=True)
    return folder


@pytest.mark.parametrize("name", ["portfolio.json", "tables"])
@pytest.mark.parametrize("as_of", [A_WEEK_EARLIER, AS_OF], ids=["earlier", "now"])
def test_the_library_reports_the_same(name: str, as_of: datetime) -> None:
    """Read as a document or as tables, the library's report is the naive one."""
    report = partnerkpi.report(partnerkpi.read(DATA / name), as_of=as_of)
    expected = report_document(PORTFOLIO, as_of)
    actual = report.to_dict()
    assert expected == {part: actual[part] for part in expected}
