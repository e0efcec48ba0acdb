"""Directories of answers and exports: each file is known by what is in it, also by `report`."""

import gzip
import json
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import partnerkpi as pk
from partnerkpi import webex
from partnerkpi.__main__ import main
from partnerkpi.errors import InputError
from tests.webex.answers import GLOBEX, NORTH, SAMPLES, WHEN, license_row, organization_row

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "webex_exports"
NORTH_OF_EXAMPLE = webex.organizations(EXAMPLE / "2026-11-22" / "organizations.json")[0].id.text
KINDS = {
    "calling_metrics/call_quality_stats_example.json": "quality_statistics",
    "calls/call_queue_stats.header.csv": "queue_statistics",
    "calls/cdr_feed_example.json": "call_history",
    "calls/cdr_report_2024.header.csv": "call_history",
    "calls/queue_call_legs.json": "call_history",
    "derived/licenses_trial_org_masked.json": "licenses",
    "derived/partner_organizations_real_encoding.json": "managed_organizations",
    "headers/gve_partner_report_1.header.csv": "facts",
    "openapi_admin/license_details_with_users.json": "licenses",
    "openapi_admin/licenses_list.json": "licenses",
    "openapi_admin/organization_details.json": "organizations",
    "openapi_admin/organizations_list.json": "organizations",
    "openapi_admin/partner_admins.json": "administrators",
    "openapi_admin/partner_assign_tags_response.json": "tag_catalogue",
    "openapi_admin/partner_organizations.json": "managed_organizations",
    "openapi_admin/partner_organizations_by_tags.json": "tags",
    "openapi_admin/partner_subscription_details.json": "tags",
    "openapi_admin/partner_subscriptions_by_tags.json": "tags",
    "openapi_admin/partner_tags.json": "tag_catalogue",
    "openapi_admin/partner_tags_of_organization.json": "tags",
    "openapi_admin/partner_report_details.json": "reports",
    "openapi_admin/partner_report_templates.json": "report_templates",
    "openapi_admin/report_details.json": "reports",
    "openapi_admin/report_templates.json": "report_templates",
    "openapi_admin/reports_list.json": "reports",
    "openapi_admin/roles_list.json": "roles",
    "openapi_wholesale/wholesale_billing_report.json": "reports",
    "openapi_wholesale/wholesale_billing_reports.json": "reports",
    "openapi_wholesale/wholesale_customer.json": "wholesale",
    "openapi_wholesale/wholesale_customers.json": "wholesale",
    "openapi_wholesale/wholesale_subpartners.json": "subpartners",
    "openapi_wholesale/wholesale_subscribers.json": "subscribers",
}


def filled(directory: Path, **files: Any) -> Path:
    """A directory of files, each its JSON, or its text; two underscores stand for a point."""
    for name, value in files.items():
        text = value if isinstance(value, str) else json.dumps(value)
        directory.joinpath(name.replace("__", ".")).write_text(text, "utf-8")
    return directory


def fetched(directory: Path, **files: Any) -> Path:
    """A directory with an organization and a license of it, and other files."""
    given = {
        "a__json": {"items": [organization_row(), organization_row(NORTH, "North Partner")]},
        "b__json": {"items": [license_row(consumedUnits=120)]},
    }
    return filled(directory, **(given | files))


@pytest.mark.parametrize("folder", sorted({name.partition("/")[0] for name in KINDS}))
def test_every_sample_is_recognized(folder: str) -> None:
    """By its keys or its heading, whatever it is called."""
    expected = {
        name.partition("/")[2]: kind for name, kind in KINDS.items() if name.startswith(folder)
    }

    assert expected == dict(webex.recognized(SAMPLES / folder))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"format": "partnerkpi/portfolio@1", "customers": []}'),
        ("a.json", "[]"),
        ("a.json", '{"items": []}'),
        ("a.json", "5"),
        ("a.json", "[5]"),
        ("a.csv", "name,color\n"),
    ],
)
def test_what_is_not_recognized(tmp_path: Path, name: str, text: str) -> None:
    """Something else, or nothing at all, is told by its name and otherwise left alone."""
    tmp_path.joinpath(name).write_text(text, "utf-8")

    assert {name: ""} == dict(webex.recognized(tmp_path))


def test_other_files_are_nobodys_business(tmp_path: Path) -> None:
    """Only files of JSON and CSV are looked at, packed ones too; folders are not."""
    filled(tmp_path, README__md="{", c__txt="{")
    tmp_path.joinpath("folder.json").mkdir()
    packed = gzip.compress(json.dumps([organization_row()]).encode(), mtime=0)
    tmp_path.joinpath("o.json.gz").write_bytes(packed)

    assert {"o.json.gz": "organizations"} == dict(webex.recognized(tmp_path))


def test_broken_files_are_faults(tmp_path: Path) -> None:
    """What is called JSON or CSV and is neither cannot be passed over; all are told."""
    with pytest.raises(InputError) as raised:
        webex.recognized(filled(tmp_path, a__json="{]", b__csv="", c__json="[{"))

    assert ["a.json", "b.csv", "c.json"] == [
        Path(fault.place.source).name for fault in raised.value.faults
    ]


def test_a_directory_becomes_a_portfolio(tmp_path: Path) -> None:
    """All that is in it, and what has to be said."""
    found = webex.read(
        fetched(
            tmp_path,
            facts__csv="subscription_id,ends_at\nSub1,2026-12-01\n",
            tags__json=[{"orgId": GLOBEX, "tags": ["gold"]}],
            quality__json=json.loads(
                SAMPLES.joinpath("calling_metrics", "call_quality_stats_example.json").read_bytes()
            ),
            catalogue__json=[{"name": "gold"}],
            other__json=[{"color": "red"}],
        ),
        observed_at=WHEN,
        partner=NORTH,
    )
    assert found.portfolio is not None
    customer = found.portfolio.portfolio.customers[0]

    assert (("gold",), 1, 1) == (
        customer.tags,
        len(found.portfolio.portfolio),
        len(found.quality_statistics),
    )
    assert datetime(2026, 12, 1, tzinfo=UTC) == customer.subscriptions[0].ends_at
    assert (("catalogue.json",), ("other.json",)) == (found.unused, found.unrecognized)
    assert [
        *found.portfolio.notes(),
        f"call quality by the platform's own rule: {found.quality_statistics[0]}",
        "not used: catalogue.json (tag_catalogue)",
        "not recognized: other.json",
    ] == [*found.notes()]
    assert (None, None) == (found.calls, found.queue_calls)


def test_a_call_history_becomes_calls_and_queue_calls(tmp_path: Path) -> None:
    """Of all files together: the legs of a call may be in several of them."""
    rows = json.loads(SAMPLES.joinpath("calls", "queue_call_legs.json").read_bytes())["items"]
    found = webex.read(filled(tmp_path, a__json=rows[1::2], b__json=rows[::2]), observed_at=WHEN)
    whole = webex.call_history(rows)

    assert found.portfolio is None
    assert found.calls is not None
    assert found.queue_calls is not None
    assert set(whole.calls.records) == set(pk.deduplicated(found.calls)[0].records)
    assert set(whole.queue_calls().calls.records) == set(found.queue_calls.records)


def test_products_and_undated_are_passed_on(tmp_path: Path) -> None:
    """A directory is read with the caller's own products, and without what is undated."""
    directory = fetched(tmp_path)
    own = webex.read(directory, observed_at=WHEN, products={"*professional": "own"}).portfolio
    none = webex.read(directory, observed_at=WHEN, undated="leave_out").portfolio

    assert own is not None
    assert none is not None
    assert "own" == own.portfolio.customer(GLOBEX).subscriptions[0].licenses[0].product
    assert () == none.portfolio.customer(GLOBEX).subscriptions


def test_statistics_alone_are_an_input(tmp_path: Path) -> None:
    """Without organizations there is no portfolio."""
    source = SAMPLES / "calling_metrics" / "call_quality_stats_example.json"
    found = webex.read(filled(tmp_path, q__json=source.read_text("utf-8")), observed_at=WHEN)

    assert (None, 1) == (found.portfolio, len(found.quality_statistics))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "answers or exports of the platform, as .json or .csv"),
        ({"a__json": [{"name": "gold"}]}, "answers or exports of the platform, as .json or .csv"),
        ({"a__json": [license_row()]}, "an answer with organizations, beside those with licenses"),
    ],
)
def test_what_makes_no_input(tmp_path: Path, files: dict[str, Any], expected: str) -> None:
    """Nothing that a report could be made of is a fault of the directory."""
    with pytest.raises(InputError) as raised:
        webex.read(filled(tmp_path, **files), observed_at=WHEN)

    assert [(str(tmp_path), expected)] == [
        (fault.place.source, fault.expected) for fault in raised.value.faults
    ]


def test_faults_name_file_row_and_heading(tmp_path: Path) -> None:
    """Of all files at once; leniently they are carried."""
    directory = fetched(
        tmp_path,
        b__json=[license_row(totalUnits="7")],
        facts__csv="subscription_id,Paid\nSub1,maybe\n",
        quality__json={"startTime": "x", "metrics": {}},
    )
    with pytest.raises(InputError) as raised:
        webex.read(directory, observed_at=WHEN)
    places = [str(fault.place).removeprefix(str(tmp_path)) for fault in raised.value.faults]

    assert {"/b.json, [0].totalUnits", "/facts.csv, line 2, column Paid"} <= set(places)
    assert "/quality.json, startTime" in places
    lenient = webex.read(directory, observed_at=WHEN, lenient=True).portfolio
    assert lenient is not None
    assert 2 == lenient.portfolio.fault_count


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "partnerkpi", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, text=True, encoding="utf-8")


def test_report_recognizes_a_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The report is that of the portfolio; standard error says what it lacks."""
    directory = fetched(tmp_path)
    ask = ("report", str(directory), "--as-of", "2026-11-22", "--partner", NORTH)
    status = main([*ask, "--format", "json"])
    out, err = capsys.readouterr()
    found = webex.read(directory, observed_at=WHEN, partner=NORTH).portfolio
    assert found is not None

    assert 0 == status
    assert json.loads(out) == pk.report(found.portfolio, as_of=WHEN).to_dict()
    assert 1 == json.loads(out)["overview"]["over_license_limit"]
    lines = err.splitlines()
    assert [f"python -m partnerkpi: {note}" for note in found.notes()] == lines[:-2]
    assert [f"missing of {each}" for each in found.missing] == lines[-2:]


def test_report_knows_when_answers_were_fetched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was fetched later than the report speaks of was not observed yet."""
    ask = ["report", str(fetched(tmp_path)), "--as-of", "2026-11-22", "--format", "json"]

    assert 0 == main([*ask, "--observed-at", "2026-11-23"])
    assert 1 == json.loads(capsys.readouterr().out)["data"]["unobserved_lines"]


def test_report_shows_faults_of_a_directory(tmp_path: Path) -> None:
    """Strictly exit status 1 and a line a fault; leniently they are told beside the report."""
    directory = fetched(tmp_path, facts__csv="subscription_id,paid\nSub1,maybe\n")
    strict = run("report", directory, "--as-of", "2026-11-22")
    lenient = run("report", directory, "--as-of", "2026-11-22", "--lenient", "--max-faults", "1")
    fault = f"{directory}/facts.csv, line 2, column paid: expected true or false, found 'maybe'"

    assert (1, "", [fault]) == (strict.returncode, strict.stdout, strict.stderr.splitlines())
    assert 0 == lenient.returncode
    assert fault in lenient.stderr
    assert "\n... and 2 more\n" in lenient.stderr


def test_report_of_nothing(tmp_path: Path) -> None:
    """Statistics of call quality are told, but no report speaks of them."""
    source = SAMPLES / "calling_metrics" / "call_quality_stats_example.json"
    done = run(
        "report", filled(tmp_path, q__json=source.read_text("utf-8")), "--as-of", "2026-11-22"
    )
    note, refusal = done.stderr.splitlines()

    assert (2, "") == (done.returncode, done.stdout)
    assert note.endswith(
        "Headquarters, 2026-08-10T12:00:00Z to 2026-08-16T12:00:00Z: 11400 of "
        "12000 calls with media good"
    )
    assert refusal.endswith("holds nothing that a report speaks of")


def test_report_prefers_our_own_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside a portfolio document other files are none of its business."""
    document = {"format": "partnerkpi/portfolio@1", "customers": []}
    directory = fetched(tmp_path, portfolio__json=document)

    assert 0 == main(["report", str(directory), "--as-of", "2026-11-22", "--format", "json"])
    assert ([], "") == (
        (json.loads((captured := capsys.readouterr()).out))["customers"],
        captured.err,
    )


def test_what_was_read_survives_pickling() -> None:
    """Workers send it home with all its notes."""
    found = webex.read(EXAMPLE / "2026-11-22", observed_at=WHEN, partner=NORTH_OF_EXAMPLE)
    again = pickle.loads(pickle.dumps(found))  # noqa: S301

    assert found.notes() == again.notes()
    assert found.portfolio is not None
    assert found.portfolio.portfolio == again.portfolio.portfolio
    licenses = webex.licenses([license_row()])
    assert list(licenses) == list(pickle.loads(pickle.dumps(licenses)))  # noqa: S301


@pytest.mark.parametrize("day", ["2026-11-15", "2026-11-22"])
def test_the_example_is_read_without_a_fault(day: str) -> None:
    """Every file of it is recognized, and used."""
    found = webex.read(EXAMPLE / day, observed_at=WHEN)

    assert ((), ()) == (found.unused, found.unrecognized)
    assert found.portfolio is not None
    assert 0 == found.portfolio.portfolio.fault_count
