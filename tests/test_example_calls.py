"""The calls of the example show everything: each outcome, band, feature and undefined case."""

import gzip
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import partnerkpi as pk

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "examples" / "data"
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
A_WEEK_EARLIER = datetime(2026, 11, 15, tzinfo=UTC)
WRITTEN = (
    "calls.csv.gz",
    "queue_calls.csv.gz",
    "tables/calls.jsonl.gz",
    "tables/queue_calls.jsonl.gz",
)


def reported(folder: Path, as_of: datetime = AS_OF) -> dict[str, Any]:
    """The report document of a folder."""
    found = pk.read_inputs(folder)
    report = pk.report(
        found.portfolio, calls=found.calls, queue_calls=found.queue_calls, as_of=as_of
    )
    return report.to_dict()


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """The report of the example."""
    return reported(DATA)


@pytest.fixture(scope="module")
def calling(report: dict[str, Any]) -> dict[str, Any]:
    """Its calling part."""
    part: dict[str, Any] = report["calling"]
    return part


def test_both_forms_say_the_same(report: dict[str, Any]) -> None:
    """CSV beside the document, JSON lines beside the tables: one report."""
    assert report == reported(DATA / "tables")


@pytest.mark.parametrize(
    "name", ["duplicate_calls", "duplicate_queue_calls", "tied_calls", "tied_queue_calls"]
)
def test_sources_repeat_and_contradict_themselves(report: dict[str, Any], name: str) -> None:
    """Rows come twice, and some of them say something else."""
    assert report["data"][name] > 0


def test_every_outcome_and_waiting_occur(calling: dict[str, Any]) -> None:
    """No outcome of the last week is zero."""
    counts = {**calling["queues"]["outcomes"], "waiting": calling["queues"]["waiting"]}

    assert {each.value for each in pk.Outcome} == {name for name, count in counts.items() if count}


@pytest.mark.parametrize("band", ["light", "moderate", "heavy", "inactive"])
def test_every_band_of_usage_occurs(calling: dict[str, Any], band: str) -> None:
    """Some user is in each band, and some licenses are without an active user."""
    assert calling["usage"]["trend"][-1][band] > 0


@pytest.mark.parametrize("kind", ["good", "poor", "unknown"])
def test_every_kind_of_quality_occurs(calling: dict[str, Any], kind: str) -> None:
    """Some leg of the last week is of each quality."""
    assert calling["quality"]["trend"][-1][kind] > 0


def test_every_endpoint_type_and_feature_occurs(calling: dict[str, Any]) -> None:
    """Four types and none, and all features that the definitions name."""
    endpoints = [row["endpoint_type"] for row in calling["quality"]["endpoints"]]

    assert ["app", "desk_phone", "gateway", "unknown", "webex_device"] == endpoints
    assert 8 == len(calling["features"]["features"])


def test_a_week_without_calls_is_a_row(calling: dict[str, Any]) -> None:
    """Everything is zero or undefined in it, in each of the trends."""
    (usage,) = [week for week in calling["usage"]["trend"] if not week["legs"]]
    (quality,) = [week for week in calling["quality"]["trend"] if not week["good"]]
    (queues,) = [week for week in calling["queues"]["trend"] if not week["offered"]]

    assert usage["week_end"] == quality["week_end"] == queues["week_end"]
    assert 0 == usage["active_users"] == usage["duration_ms"]
    assert quality["poor_share"]["value"] is None
    assert [] == [name for name, value in queues.items() if defined(value) and name != "week_end"]


def defined(value: object) -> bool:
    """Whether a cell says anything but zero or nothing."""
    if isinstance(value, Mapping):
        return any(map(defined, value.values()))
    return bool(value)


def test_undefined_figures_of_customers_occur(calling: dict[str, Any]) -> None:
    """A caller that no portfolio holds, whose calls wait to this day and were never measured."""
    (usage,) = of_stranger(calling["usage"]["customers"])
    (quality,) = of_stranger(calling["quality"]["customers"])
    (queues,) = of_stranger(calling["queues"]["customers"])

    assert usage["customer"] is usage["assigned"] is usage["total"] is None
    assert quality["poor_share"]["value"] is None
    assert queues["abandoned_rate"]["value"] is queues["longest_answered_ms"] is None
    assert queues["waiting"] > 0
    idle = [row for row in calling["usage"]["customers"] if not row["active_users"]]
    assert {None} == {row["legs_per_active_user"]["value"] for row in idle}


def of_stranger(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the caller that no portfolio holds."""
    return [row for row in rows if row["customer_id"] == "c-9001"]


@pytest.mark.parametrize("section", ["usage", "quality", "features", "queues"])
def test_sections_change_in_a_week(calling: dict[str, Any], section: str) -> None:
    """A week earlier each section said something else."""
    assert calling[section] != reported(DATA, A_WEEK_EARLIER)["calling"][section]


@pytest.mark.parametrize("name", WRITTEN)
def test_the_tool_writes_what_is_kept(name: str, written: Path) -> None:
    """The tables in the repository are those that the tool writes."""
    expected = gzip.decompress(written.joinpath(name).read_bytes())

    assert expected == gzip.decompress(DATA.joinpath(name).read_bytes())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the tool has just written to."""
    folder = tmp_path_factory.mktemp("example")
    folder.joinpath("tables").mkdir()
    tool = ROOT / "tools" / "make_example_calls.py"
    subprocess.run([sys.executable, str(tool), str(folder)], check=True)
    return folder
