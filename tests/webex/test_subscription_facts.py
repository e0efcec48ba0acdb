"""What the caller supplies: CSV, JSON or rows, under headings of several kinds."""

import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from partnerkpi import webex
from partnerkpi.errors import InputError
from partnerkpi.models import Kind
from partnerkpi.webex import SubscriptionFacts, subscription_facts
from tests.webex.answers import GLOBEX, SAMPLES

HEADING = (
    "subscription_id,organization_id,kind,added_at,starts_at,ends_at,auto_renew,paid,set_up,"
    "last_admin_sign_in_at"
)
ROW = f"Sub1,{GLOBEX},trial,2026-01-01,2026-01-02,2027-01-02,true,false,TRUE,2026-11-01T08:00:00Z"


def day(year: int, month: int, day: int, hour: int = 0) -> datetime:
    """An instant."""
    return datetime(year, month, day, hour, tzinfo=UTC)


def one(source: Any) -> SubscriptionFacts:  # whatever a reader takes
    """The only row of a source."""
    (found,) = subscription_facts(source)
    return found


def faults_of(source: Any, **options: Any) -> list[str]:
    """The faults of a source."""
    with pytest.raises(InputError) as raised:
        subscription_facts(source, **options)
    return [str(fault) for fault in raised.value.faults]


def short(source: Any) -> list[tuple[str, str, str]]:
    """The faults of a source: place without the source, the first words expected, what came."""
    with pytest.raises(InputError) as raised:
        subscription_facts(source)
    return [
        (str(each.place).partition(", ")[2], " ".join(each.expected.split()[:4]), each.found)
        for each in raised.value.faults
    ]


def test_every_column_is_read() -> None:
    """Each cell becomes the fact of its heading."""
    assert SubscriptionFacts(
        subscription="Sub1",
        organization=webex.decode_id(GLOBEX),
        kind=Kind.TRIAL,
        added_at=day(2026, 1, 1),
        starts_at=day(2026, 1, 2),
        ends_at=day(2027, 1, 2),
        auto_renew=True,
        paid=False,
        set_up=True,
        last_admin_sign_in_at=day(2026, 11, 1, 8),
        stated=frozenset(set(HEADING.split(",")) - {"subscription_id", "organization_id"}),
    ) == one(f"{HEADING}\n{ROW}\n")


def test_every_form_gives_the_same(tmp_path: Path) -> None:
    """CSV and JSON, as paths, packed, bytes, texts and streams, and rows in memory."""
    table = f"{HEADING}\n{ROW}\n"
    row = dict(zip(HEADING.split(","), ROW.split(","), strict=True))
    typed = row | {"auto_renew": True, "paid": False, "set_up": True}
    plain, packed, listed = (tmp_path / name for name in ("a.csv", "a.csv.gz", "a.json"))
    plain.write_text("\ufeff" + table.replace("\n", "\r\n"), "utf-8")
    packed.write_bytes(gzip.compress(table.encode(), mtime=0))
    listed.write_text(json.dumps([typed]), "utf-8")
    forms = [
        *(table, table.encode(), io.BytesIO(table.encode()), plain, str(plain), packed),
        *([row], [typed], {"items": [typed]}, listed, listed.read_bytes(), listed.read_text()),
        [row | {"last_admin_sign_in_at": day(2026, 11, 1, 8)}],
    ]

    assert [one(table)] * len(forms) == [one(form) for form in forms]


VARIANTS = {
    "subscription_id": "subscription_id,ends_at",
    "capitals": "SUBSCRIPTION ID,Ends At",
    "hyphens": "Subscription-Id,ends-at",
    "blanks": "  subscription   id , ends  at ",
    "underscores": "subscription__id,ends__at",
    "quotes": '"subscription_id","ends_at"',
    "the partner report": "Sub-Ref Id(s),Recent Subscription End Date",
    "the partner report in capitals": "SUB-REF ID(S),RECENT SUBSCRIPTION END DATE",
}


@pytest.mark.parametrize("heading", VARIANTS.values(), ids=VARIANTS)
def test_headings_in_many_spellings(heading: str) -> None:
    """Letters of any case, blanks, hyphens and underscores: the same column."""
    found = one(f"{heading}\nSub1,2027-01-10\n")

    assert ("Sub1", day(2027, 1, 10)) == (found.subscription, found.ends_at)


def test_the_partner_report_is_a_table_of_facts() -> None:
    """Its heading is taken as it is; its counts say nothing here."""
    heading = SAMPLES.joinpath("headers", "gve_partner_report_1.header.csv").read_text("utf-8")
    row = f"Globex,{GLOBEX},Sub1,2026-01-10,2027-01-10,130,120,10,100,96,4"
    found = one(f"{heading.strip()}\n{row}\n")

    assert ("Sub1", "Globex", GLOBEX) == (
        found.subscription,
        found.name,
        found.organization and found.organization.text,
    )
    assert (day(2026, 1, 10), day(2027, 1, 10)) == (found.starts_at, found.ends_at)
    assert frozenset({"starts_at", "ends_at"}) == found.stated


@pytest.mark.parametrize("cell", ["Sub1, Sub2", "Sub1;Sub2", " Sub1 ,Sub2,Sub1,"])
def test_several_subscriptions_in_a_cell(cell: str) -> None:
    """Which of them the dates are of is not said: none takes them."""
    found = one([{"Sub-Ref Id(s)": cell, "ends_at": "2027-01-10"}])

    assert (None, ("Sub1", "Sub2")) == (found.subscription, found.several)


@pytest.mark.parametrize("cell", ["", "NA", "n/a", None])
def test_what_says_nothing(cell: str | None) -> None:
    """Empty, `NA`, `N/A` and null state nothing at all."""
    names = HEADING.split(",")[2:]
    found = one([{"subscription_id": "Sub1"} | dict.fromkeys(names, cell)])

    assert SubscriptionFacts(subscription="Sub1") == found


@pytest.mark.parametrize("name", ["ends_at", "last_admin_sign_in_at"])
def test_none_is_a_statement(name: str) -> None:
    """Open-ended, and never signed in, can be said."""
    found = one([{"subscription_id": "Sub1", name: "None"}])

    assert (None, frozenset({name})) == (getattr(found, name), found.stated)


def test_a_row_of_a_customer() -> None:
    """Without a subscription it is of the customer."""
    found = one([{"customer_id": GLOBEX, "last_admin_sign_in_at": "2026-11-01"}])

    assert (None, day(2026, 11, 1)) == (found.subscription, found.last_admin_sign_in_at)


@pytest.mark.parametrize(
    ("name", "cell", "expected"),
    [
        ("ends_at", "1/2/2026", "an instant such as 2026-01-31T09:30:00Z"),
        ("ends_at", "2026-01-01T00:00:00", "an instant with an offset"),
        ("ends_at", 20260101, "an instant"),
        ("starts_at", "none", "an instant"),
        ("auto_renew", "yes", "true or false"),
        ("auto_renew", 1, "true or false"),
        ("kind", "Trail", "subscription or trial"),
        ("customer_id", "a\x07", "a text without control characters"),
        ("customer_name", 5, "a text"),
    ],
)
def test_faulty_cells(name: str, cell: object, expected: str) -> None:
    """Nothing is coerced; the fault names the row, the column as it is spelled, and the cell."""
    (fault,) = faults_of([{"subscription_id": "Sub1"}, {"subscription_id": "Sub2", name: cell}])

    assert fault.startswith(f"rows of subscription_facts, [1].{name}: expected {expected}")
    assert fault.endswith(f"found {cell!r}")


def test_faults_of_a_file_name_line_and_heading(tmp_path: Path) -> None:
    """All of them at once, wherever they stand."""
    path = tmp_path / "facts.csv"
    path.write_text("Sub-Ref Id(s),Ends At,paid\nS1,soon,maybe\n\nS2,2027-01-01\n,,true\n", "utf-8")

    assert [
        ("line 2, column Ends At", "an instant such as", "'soon'"),
        ("line 2, column paid", "true or false", "'maybe'"),
        ("line 4", "3 cells, as in", "2"),
        ("line 5, column Sub-Ref Id(s)", "a subscription id or", "neither"),
    ] == short(path)
    assert all(fault.startswith(f"{path}, line ") for fault in faults_of(path))


def test_unknown_columns_are_refused_or_counted() -> None:
    """A misspelled heading must not pass silently; on request it is passed over and counted."""
    table = "subscription_id,auto_renwe,color\nSub1,true,red\nSub2,true,red\n"

    (fault, other) = faults_of(table)
    assert "column auto_renwe: expected a known column (did you mean 'auto_renew'?)" in fault
    assert "column color: expected a known column, found 'color'" in other
    found = subscription_facts(table, unknown_keys="ignore")
    assert (2, {"auto_renwe": 1, "color": 1}) == (len(found), dict(found.ignored))


def test_one_fact_in_two_columns() -> None:
    """Nobody can tell which of two columns is meant."""
    assert [
        ("line 1, column Sub-Ref Id(s)", "one column for subscription", "'subscription_id' as well")
    ] == short("subscription_id,Sub-Ref Id(s)\nSub1,Sub2\n")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"", "subscription_facts, line 1: expected a header line"),
        (b"\xff\xfe", "subscription_facts: expected UTF-8 text"),
        (b"[{", "subscription_facts, line 1: expected well-formed JSON"),
        ([5], "rows of subscription_facts, [0]: expected an object, found 5"),
        ({"rows": []}, "rows of subscription_facts: expected a list of rows, found an object"),
        ({"items": 5}, "rows of subscription_facts, items: expected a list of rows, found 5"),
        ([{}], "rows of subscription_facts, [0]: expected a subscription id or an organization"),
    ],
)
def test_what_is_no_table(source: object, expected: str) -> None:
    """One fault says what is wrong with the whole."""
    (fault,) = faults_of(source)

    assert fault.startswith(expected)


def test_lenient_reading_keeps_the_other_rows() -> None:
    """What is faulty is left out and listed, and the places of the others are right."""
    found = subscription_facts("subscription_id,paid\nS1,maybe\nS2,true\n", lenient=True)

    assert (["S2"], 1) == ([each.subscription for each in found], found.fault_count)
    assert "subscription_facts, line 3, column paid" == str(found.place(0, "paid"))


def test_rows_with_a_key_twice_or_unknown() -> None:
    """Of two values nobody can tell which is meant; leniently such rows are left out."""
    text = (
        '[{"subscription_id": "S1", "paid": true, "paid": false}, '
        '{"subscription_id": "S2", "piad": true}, {"subscription_id": "S3"}]'
    )

    assert [
        ("[0].paid", "each key once", "'paid' again"),
        ("[1].piad", "a known column (did", "'piad'"),
    ] == short(text)
    assert ["S3"] == [each.subscription for each in subscription_facts(text, lenient=True)]


def test_nothing_to_read() -> None:
    """An empty list, and a table of a heading alone, hold no facts."""
    assert not subscription_facts([])
    assert not subscription_facts("subscription_id,paid\n")
