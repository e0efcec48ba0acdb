"""What is managed, in tables of its own: what comes through, what is refused, and where."""

import json
from pathlib import Path
from typing import Literal

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.errors import InputError
from partnerkpi.managing_models import Acceptance, Checklist
from partnerkpi.models import Customer
from tests.managed_strategies import customer_lists
from tests.managing.examples import at

CSV = {
    "customers": "customer_id,name\nc-1,Globex\nc-2,Initech\n",
    "subscriptions": (
        "subscription_id,customer_id,kind,added_at,paid,set_up\n"
        "S-1,c-1,subscription,2026-01-10,,\n"
        "S-2,c-2,subscription,2026-01-10,false,true\n"
    ),
    "licenses": "subscription_id,product,name,total,assigned\n",
    "administrators": (
        "customer_id,administrator_id,name,email,role\n"
        "c-1,007,Ben,ben@north.example,partner_admin\n"
    ),
    "orders": (
        "subscription_id,order_id,placed_at,kind,product,name,quantity\n"
        "S-1,W-1,2026-01-08,new,calling,A,100\n"
        "S-1,W-2,2026-02-08,cancellation,,,\n"
        "S-1,W-1,2026-01-08,new,meetings,B,5\n"
        "S-2,W-1,2026-01-09T10:00:00Z,change,calling,A,-5\n"
    ),
    "invoices": (
        "subscription_id,number,issued_on,due_on,amount_minor,currency,paid_on\n"
        "S-1,1,2026-01-10,2026-02-09,125000,EUR,\n"
        "S-1,2,2026-01-10,2026-02-09,0,EUR,2026-02-01\n"
        "S-2,1,2026-01-10,2026-02-09,5,EUR,\n"
    ),
    "checklists": (
        "subscription_id,plan_reviewed,terms_accepted_by,terms_accepted_at,services_configured\n"
        "S-1,true,Gil,2026-01-11,\n"
        "S-2,,,,false\n"
    ),
}


def put(folder: Path, tables: dict[str, str], suffix: str = "csv") -> Path:
    """Write tables into a folder."""
    for name, text in tables.items():
        (folder / f"{name}.{suffix}").write_text(text, encoding="utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    """The faults of a folder, as text without the folder."""
    with pytest.raises(InputError) as caught:
        pk.read(folder)
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


def test_every_table_comes_through(tmp_path: Path) -> None:
    """Rows of an order are joined; null flags follow invoices and checklists, others stay."""
    first, second = pk.read(put(tmp_path, CSV)).customers
    (one,), (two,) = first.subscriptions, second.subscriptions

    assert [("007", "Ben", "partner_admin")] == [
        (each.id, each.name, each.role.value) for each in first.administrators
    ]
    assert [("W-1", "new", [("A", 100), ("B", 5)]), ("W-2", "cancellation", [])] == [
        (order.id, order.kind.value, [(item.name, item.quantity) for item in order.items])
        for order in one.orders
    ]
    assert [("1", None), ("2", "2026-02-01")] == [
        (each.number, None if each.paid_on is None else str(each.paid_on)) for each in one.invoices
    ]
    assert (
        Checklist(plan_reviewed=True, terms_accepted=Acceptance(by="Gil", at=at("2026-01-11")))
        == one.checklist
    )
    assert (None, None) == (one.paid, one.set_up)
    assert (False, True, Checklist()) == (two.paid, two.set_up, two.checklist)
    assert -5 == two.orders[0].items[0].quantity


@pytest.mark.parametrize("without", ["administrators", "orders", "invoices", "checklists"])
def test_each_of_these_tables_may_be_missing(tmp_path: Path, without: str) -> None:
    """Then there is nothing of it, and the others are as they were."""
    whole = pk.read(put(tmp_path, CSV))
    (tmp_path / f"{without}.csv").unlink()
    less = pk.read(tmp_path)

    assert whole != less
    assert (without == "invoices") == (less.customers[0].subscriptions[0].paid is True)


@settings(max_examples=25)
@given(customers=customer_lists(), form=st.sampled_from(["csv", "jsonl"]), packed=st.booleans())
def test_what_was_written_reads_back_equal(
    tmp_path_factory: pytest.TempPathFactory,
    customers: list[Customer],
    form: Literal["csv", "jsonl"],
    packed: bool,
) -> None:
    """In both forms, packed or not; the schemas take every line."""
    folder = tmp_path_factory.mktemp("tables")
    portfolio = pk.Portfolio.from_customers(customers)
    pk.write(portfolio, folder, tables=form, gzip=packed)

    assert portfolio == pk.read(folder)
    if form == "jsonl" and not packed:
        for path in folder.iterdir():
            schema = jsonschema.Draft202012Validator(pk.schema(f"{path.stem}@1"))
            for line in path.read_text(encoding="utf-8").splitlines():
                schema.validate(json.loads(line))


def test_tables_of_what_is_managed_are_written_where_there_is_anything(tmp_path: Path) -> None:
    """Otherwise there are three, as before."""
    pk.write(pk.Portfolio.from_customers([]), tmp_path, tables="csv")

    assert ["customers", "licenses", "subscriptions"] == sorted(
        path.stem for path in tmp_path.iterdir()
    )


A_DATE = "a date from 1970-01-01 to 2200-01-01, without a time"
BAD = [
    (
        "administrators",
        "007,Ben",
        ",Ben",
        ["line 2, column administrator_id: expected a text, found null"],
    ),
    (
        "administrators",
        "c-1,007",
        "c-9,007",
        ["line 2, column customer_id: expected the id of a customer that is there, found 'c-9'"],
    ),
    (
        "administrators",
        "c-1,007",
        ",007",
        ["line 2, column customer_id: expected a text, found null"],
    ),
    (
        "administrators",
        "ben@north.example,partner_admin",
        "ben,admin",
        [
            "line 2, column email: expected an e-mail address, found 'ben'",
            (
                "line 2, column role: expected partner_full_admin or partner_admin or"
                " partner_readonly_admin or helpdesk_admin, found 'admin'"
            ),
        ],
    ),
    (
        "administrators",
        ",role\n",
        ",rôle\n",
        [
            "line 1, column role: expected the column role, found no such column",
            "line 1: expected a known column (did you mean 'role'?), found 'rôle'",
        ],
    ),
    (
        "orders",
        "S-1,W-2",
        "S-3,W-2",
        [
            (
                "line 3, column subscription_id: expected the id of a subscription that is"
                " there, found 'S-3'"
            )
        ],
    ),
    ("orders", "S-1,W-2", "S-1,", ["line 3, column order_id: expected a text, found null"]),
    (
        "orders",
        "W-1,2026-01-08,new,meetings",
        "W-1,2026-01-07,change,meetings",
        [
            "line 4, column kind: expected what the first row of the order says, found 'change'",
            (
                "line 4, column placed_at: expected what the first row of the order says,"
                " found '2026-01-07'"
            ),
        ],
    ),
    (
        "orders",
        "meetings,B,5",
        "meetings,,05",
        [
            "line 4, column name: expected a text, found null",
            (
                "line 4, column quantity: expected a whole number from -9007199254740991 to"
                " 9007199254740991, found '05'"
            ),
        ],
    ),
    (
        "orders",
        "meetings,B,5",
        "meetings,B,-5",
        [
            (
                "line 4, column quantity: expected 0 or more, as only a change takes licenses"
                " away, found -5"
            )
        ],
    ),
    (
        "orders",
        "2026-02-08,cancellation",
        "2026-02-30,gift",
        [
            "line 3, column kind: expected new or change or renewal or cancellation, found 'gift'",
            (
                "line 3, column placed_at: expected an instant on a day that the calendar"
                " has, found '2026-02-30'"
            ),
        ],
    ),
    (
        "invoices",
        "S-1,2",
        "S-1,1",
        ["line 3, column number: expected a number that occurs once, found '1'"],
    ),
    (
        "invoices",
        "125000,EUR,",
        "1.5,eur,2026-02-01T00:00:00Z",
        [
            "line 2, column amount_minor: expected a count from 0 to 9007199254740991, found '1.5'",
            (
                "line 2, column currency: expected a currency of three capital letters (ISO"
                " 4217), found 'eur'"
            ),
            f"line 2, column paid_on: expected {A_DATE}, found '2026-02-01T00:00:00Z'",
        ],
    ),
    (
        "invoices",
        "2026-01-10,2026-02-09,5",
        "2026-03-10,2026-02-09,5",
        ["line 4, column due_on: expected a day not before that of the issue, found 2026-02-09"],
    ),
    (
        "invoices",
        "S-2,1,",
        "S-2,1,,",
        ["line 4: expected 7 cells, as in the header, found 8"],
    ),
    (
        "checklists",
        "S-2,,,,false",
        "S-1,,,,false",
        ["line 3, column subscription_id: expected one checklist of a subscription, found 'S-1'"],
    ),
    (
        "checklists",
        "true,Gil,2026-01-11,",
        "yes,Gil,,",
        [
            "line 2, column plan_reviewed: expected true or false, found 'yes'",
            "line 2, column terms_accepted_at: expected an instant, found nothing",
        ],
    ),
]


@pytest.mark.parametrize(("table", "good", "odd", "expected"), BAD)
def test_a_faulty_row_is_told_with_line_and_column(
    tmp_path: Path, table: str, good: str, odd: str, expected: list[str]
) -> None:
    """All faults of it at once; lenient reading leaves it out and tells the same."""
    assert good in CSV[table]
    put(tmp_path, CSV | {table: CSV[table].replace(good, odd, 1)})
    told = [f"{table}.csv, {each}" for each in expected]

    assert sorted(told) == sorted(faults(tmp_path))
    assert sorted(told) == sorted(
        str(fault).replace(f"{tmp_path}/", "") for fault in pk.read(tmp_path, lenient=True).faults
    )


def test_faults_of_several_tables_are_told_together(tmp_path: Path) -> None:
    """What hangs on a faulty row is no fault of its own."""
    tables = CSV | {
        "subscriptions": CSV["subscriptions"].replace("S-1,c-1,subscription", "S-1,c-1,gift"),
        "invoices": CSV["invoices"].replace("S-2,1", "S-2,"),
    }

    assert [
        "subscriptions.csv, line 2, column kind: expected subscription or trial, found 'gift'",
        "invoices.csv, line 4, column number: expected a text, found null",
    ] == faults(put(tmp_path, tables))


def test_without_ids_above_there_are_no_orphans(tmp_path: Path) -> None:
    """The missing column is one fault, and not one more for every row below."""
    tables = CSV | {"subscriptions": CSV["subscriptions"].replace("subscription_id", "sub", 1)}

    assert 2 == len(faults(put(tmp_path, tables)))


LINES = {
    "customers": '{"customer_id":"c-1","name":"Globex"}\n',
    "subscriptions": (
        '{"subscription_id":"S-1","customer_id":"c-1","kind":"trial","added_at":"2026-01-10"}\n'
    ),
    "licenses": "",
}


@pytest.mark.parametrize(
    ("table", "line", "expected"),
    [
        ("invoices", '{"subscription_id":7}', "column subscription_id: expected a text, found 7"),
        ("invoices", "[]", "expected an object, found a list"),
        ("invoices", "{", "expected well-formed JSON, found the end of the line at column 2"),
        (
            "checklists",
            '{"subscription_id":"S-1","plan_review":true}',
            "expected a known key (did you mean 'plan_reviewed'?), found 'plan_review'",
        ),
        (
            "checklists",
            '{"subscription_id":"S-1","subscription_id":"S-1"}',
            "expected each key once, found 'subscription_id' again",
        ),
        (
            "checklists",
            '{"subscription_id":"S-1","plan_reviewed":"true"}',
            "column plan_reviewed: expected true or false, found 'true'",
        ),
        (
            "orders",
            '{"subscription_id":"S-1","order_id":["W"],"placed_at":"2026-01-01","kind":"new"}',
            "column order_id: expected a text, found a list",
        ),
    ],
)
def test_json_lines_are_read_as_strictly(
    tmp_path: Path, table: str, line: str, expected: str
) -> None:
    """Each fault at its line."""
    put(tmp_path, LINES | {table: f"\n{line}\n"}, "jsonl")
    separator = ": " if expected.startswith("expected") else ", "

    assert [f"{table}.jsonl, line 2{separator}{expected}"] == faults(tmp_path)


def test_unknown_keys_and_columns_are_ignored_on_request(tmp_path: Path) -> None:
    """As in the three tables."""
    more = '{"subscription_id":"S-1","plan_review":true}\n'
    put(tmp_path, LINES | {"checklists": more}, "jsonl")
    found = pk.read(tmp_path, unknown_keys="ignore")

    assert Checklist() == found.customers[0].subscriptions[0].checklist


def test_an_empty_file_is_a_fault(tmp_path: Path) -> None:
    """A table has a header."""
    assert [
        (
            "orders.csv, line 1: expected a header line with the names of the columns,"
            " found an empty"
            " file"
        )
    ] == faults(put(tmp_path, CSV | {"orders": ""}))


def test_a_document_has_no_tables_beside_it(tmp_path: Path) -> None:
    """Nor are tables of what is managed an input alone."""
    (tmp_path / "portfolio.json").write_text('{"format": "x"}')
    put(tmp_path, {"orders": CSV["orders"]})
    with pytest.raises(InputError, match="not both, found also orders"):
        pk.read(tmp_path)
    (tmp_path / "portfolio.json").unlink()
    with pytest.raises(InputError, match="3 faults"):
        pk.read(tmp_path)
