"""The tables as NumPy columns in memory: which types are taken, what is null, what is refused."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import DTypeLike

from partnerkpi._coded import Coded
from partnerkpi._faults import FaultLog
from partnerkpi._instants import LATEST, parse_one
from partnerkpi._intake import Intake
from partnerkpi.errors import InputError
from partnerkpi.io import _columns_in
from partnerkpi.io._array_column import micros_of
from partnerkpi.io._columns_in import ColumnLike, ColumnPlaces, load_columns
from tests.table_rows import Rows

Columns = Mapping[str, ColumnLike]

CUSTOMERS: Columns = {
    "customer_id": np.array(["c-1", "c-2"]),
    "name": np.array(["Globex", "Initech"]),
}
SUBSCRIPTIONS: Columns = {
    "subscription_id": np.array(["s-1", "s-2"]),
    "customer_id": np.array(["c-1", "c-2"]),
    "kind": np.array(["trial", "subscription"]),
    "added_at": np.array(["2026-01-10", "2026-01-11"], "M8[D]"),
}
LICENSES: Columns = {
    "subscription_id": np.array(["s-1", "s-2"]),
    "product": np.array(["calling", "meetings"]),
    "name": np.array(["Pro", "Suite"]),
    "total": np.array([10, 20]),
    "assigned": np.array([5, 6]),
}

SOUND = {"customers": CUSTOMERS, "subscriptions": SUBSCRIPTIONS, "licenses": LICENSES}


def load(
    customers: Columns = CUSTOMERS,
    subscriptions: Columns = SUBSCRIPTIONS,
    licenses: Columns = LICENSES,
) -> tuple[Rows, FaultLog]:
    """The rows of columns, and the faults."""
    rows, log = Rows(), FaultLog()
    tables = {"customers": customers, "subscriptions": subscriptions, "licenses": licenses}
    load_columns(tables, rows, log)

    return rows, log


def cells(table: str, key: str, **columns: ColumnLike) -> list[Any]:
    """The cells of one column of rows that are all sound."""
    rows, log = load(**{table: {**SOUND[table], **columns}})

    assert () == log.faults

    return [row[key] for row in getattr(rows, table)]


def said(table: str, **columns: ColumnLike) -> list[str]:
    """The faults of a table with these columns."""
    return [str(fault) for fault in load(**{table: {**SOUND[table], **columns}})[1].faults]


def objects(*values: object) -> np.ndarray[Any, Any]:
    """An array of Python objects."""
    return np.fromiter(values, np.object_, len(values))


MASKED = np.ma.masked_array


# What is taken


def test_required_columns_are_enough() -> None:
    """The other columns take the defaults of the definitions."""
    rows, log = load()

    assert () == log.faults
    assert {
        "id": "c-1",
        "name": "Globex",
        "external": False,
        "signed_in": "never",
        "tags": [],
        "attributes": {},
    } == rows.customers[0]
    added = parse_one("2026-01-11")
    assert {
        "id": "s-2",
        "customer": "c-2",
        "trial": False,
        "added": added,
        "starts": added,
        "ends": "open",
        "auto_renew": False,
        "paid": True,
        "set_up": True,
    } == rows.subscriptions[1]
    assert {
        "subscription": "s-2",
        "product": "meetings",
        "name": "Suite",
        "observed": True,
        "observed_at": "never",
        "counts": (20, 6, 0, 0),
    } == rows.licenses[1]


@pytest.mark.parametrize(
    "column",
    [
        np.array(["Glo é", "I😀"]),
        np.array(["Glo é".encode(), "I😀".encode()]),
        np.array(["Glo é", "I😀"], np.dtypes.StringDType()),
        np.array(["Glo é", "I😀"], np.dtypes.StringDType(na_object=None)),
        objects("Glo é", "I😀"),
        ["Glo é", "I😀"],
        Coded(np.array([1, 0], np.int8), ["I😀", "Glo é"]),
        Coded(np.array([1, 0], np.uint32), np.array(["I😀", "Glo é"])),
        MASKED(["Glo é", "I😀"], [False, False]),
        np.array(["I😀", "x", "Glo é"])[::-2],
    ],
)
def test_text_may_have_many_types(column: ColumnLike) -> None:
    """Text is read from every type of text, from objects and from codes with labels."""
    assert ["Glo é", "I😀"] == cells("customers", "name", name=column)


@pytest.mark.parametrize("dtype", [np.int8, np.uint64, np.int64, ">i4"])
def test_whole_numbers_as_ids_become_text(dtype: DTypeLike) -> None:
    """Ids of integers become their decimal digits."""
    assert ["7", "120"] == cells("customers", "id", customer_id=np.array([7, 120], dtype))


@pytest.mark.parametrize(
    "column",
    [
        np.array(["partner", "external"]),
        np.array([b"partner", b"external"]),
        np.array(["partner", "external"], np.dtypes.StringDType()),
        objects(None, "external"),
        np.array([None, "external"], np.dtypes.StringDType(na_object=None)),
        MASKED(["external", "external"], [True, False]),
        Coded(np.array([-1, 0]), ["external"]),
        Coded(np.array([1, 0]), ["external", "partner"]),
        Coded(MASKED([7, 0], [True, False]), ["external"]),
    ],
)
def test_words_may_have_many_types(column: ColumnLike) -> None:
    """Who manages a customer is read from every type of text; null is the default."""
    assert [False, True] == cells("customers", "external", managed_by=column)


WHEN = "2026-01-10T00:00:00Z"


@pytest.mark.parametrize(
    "column",
    [
        *(np.array(["2026-01-10", "NaT"], f"M8[{unit}]") for unit in ("D", "h", "m", "s", "ms")),
        np.array(["2026-01-10", "NaT"], "M8[us]"),
        np.array(["2026-01-10", "NaT"], "M8[ns]"),
        np.array(["2026-01-10", "NaT"], ">M8[ns]"),
        objects(datetime(2026, 1, 10, tzinfo=UTC), None),
        [datetime(2026, 1, 10, 2, tzinfo=timezone(timedelta(hours=2))), None],
        objects("2026-01-10", None),
        MASKED(["2026-01-10", "x"], [False, True]),
        MASKED(np.array(["2026-01-10", "1950-01-01"], "M8[us]"), [False, True]),
    ],
)
def test_instants_may_have_many_types(column: ColumnLike) -> None:
    """Instants are read from any unit of datetime64, taken as UTC, and from aware datetimes."""
    expected = [parse_one(WHEN), "open"]

    assert expected == cells("subscriptions", "ends", ends_at=column)


@pytest.mark.parametrize(
    ("unit", "text"),
    [("W", "2026-01-08"), ("M", "2026-01-01"), ("Y", "2026-01-01"), ("ps", "1970-01-02")],
)
def test_instants_of_rare_units_are_exact(unit: str, text: str) -> None:
    """Weeks, months and years mean their first instant; tiny units are whole microseconds."""
    column = np.array([text, text], f"M8[{unit}]")

    assert [parse_one(text)] * 2 == cells("customers", "signed_in", last_admin_sign_in_at=column)


@pytest.mark.parametrize(
    "column",
    [
        np.array([False, True]),
        objects(None, True),
        [False, True],
        MASKED([True, True], [True, False]),
    ],
)
def test_booleans_may_be_null(column: ColumnLike) -> None:
    """A boolean that is null takes its default."""
    assert [False, True] == cells("subscriptions", "auto_renew", auto_renew=column)


@pytest.mark.parametrize(
    "column",
    [
        np.array([0, 7], np.int8),
        np.array([0, 7], np.uint64),
        np.array([0, 7], ">i2"),
        objects(None, 7),
        MASKED([-1, 7], [True, False]),
    ],
)
def test_counts_may_have_many_types(column: ColumnLike) -> None:
    """Counts are read from any type of integers; null is the default."""
    assert [(10, 5, 0, 0), (20, 6, 7, 0)] == cells("licenses", "counts", used_7d=column)


@pytest.mark.parametrize(
    "column",
    [
        [["a", "b"], None],
        [("a", "b"), ()],
        objects(["a", "b"], []),
        objects(np.array(["a", "b"]), None),
        MASKED(objects(["a", "b"], ["", ""]), [False, True]),
    ],
)
def test_tags_are_lists(column: ColumnLike) -> None:
    """Tags are lists of text, also inside of arrays."""
    assert [["a", "b"], []] == cells("customers", "tags", tags=column)


@pytest.mark.parametrize(
    "column",
    [
        objects("emea", None),
        ["emea", None],
        np.array(["emea", None], np.dtypes.StringDType(na_object=None)),
        np.array(["emea", np.nan], np.dtypes.StringDType(na_object=np.nan)),
        MASKED(["emea", "x"], [False, True]),
        Coded(np.array([0, -1]), ["emea"]),
    ],
)
def test_attributes_may_be_null(column: ColumnLike) -> None:
    """A customer without a value of an attribute has none."""
    assert [{"region": "emea"}, {}] == cells("customers", "attributes", **{"attr.region": column})


@pytest.mark.parametrize(
    "column", [np.array(["", "x"]), ["", "x"], Coded(np.array([0, 1]), ["", "x"])]
)
def test_an_attribute_may_be_empty(column: ColumnLike) -> None:
    """An empty text is a value of an attribute; only null is none."""
    assert [{"a": ""}, {"a": "x"}] == cells("customers", "attributes", **{"attr.a": column})


def test_a_row_of_nulls_declares_a_line() -> None:
    """A license row whose counts and instant are all null declares a line without observation."""
    null = [True, False]
    columns: Columns = {
        "total": MASKED([1, 20], null),
        "assigned": MASKED([1, 6], null),
        "used_7d": MASKED([1, 0], null),
        "observed_at": np.array(["NaT", "NaT"], "M8[s]"),
    }

    assert [False, True] == cells("licenses", "observed", **columns)


def test_nothing_is_kept_by_reference() -> None:
    """Changing an array after it was handed over changes nothing that was read."""
    columns: dict[str, Any] = {
        "subscription_id": np.array(["s-1", "s-2"]),
        "product": objects("calling", "meetings"),
        "name": Coded(np.array([0, 1]), np.array(["Pro", "Suite"])),
        "total": np.array([10, 20]),
        "assigned": np.array([5, 6]),
        "observed_at": np.array([5, 6], "M8[us]"),
    }
    flags = np.array([False, False])
    intake = Intake(FaultLog(), ColumnPlaces())
    tables = {
        "customers": CUSTOMERS,
        "subscriptions": {**SUBSCRIPTIONS, "paid": flags},
        "licenses": columns,
    }
    load_columns(tables, intake, FaultLog())
    portfolio = intake.finish()
    flags[:] = True
    for column in columns.values():
        array = column.codes if isinstance(column, Coded) else column
        array[:] = array[0]

    subscriptions = [one for customer in portfolio.customers for one in customer.subscriptions]
    assert [False, False] == [one.paid for one in subscriptions]
    assert [("calling", "Pro", 10), ("meetings", "Suite", 20)] == [
        (line.product, line.name, line.observations[0].total)
        for one in subscriptions
        for line in one.licenses
    ]


def test_rows_come_in_bounded_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns are cut into parts, and rows keep their numbers in faults."""
    monkeypatch.setattr(_columns_in, "ROWS", 3)
    ids = np.arange(10)
    names = objects(*"abcdefgh", None, "j")

    rows, log = load({"customer_id": ids, "name": names}, {**SUBSCRIPTIONS, "customer_id": ids[:2]})

    assert ["0", "1", "2", "3", "4", "5", "6", "7", None, "9"] == [
        row and row["id"] for row in rows.customers
    ]
    assert ["columns customers, row 8, column name: expected a text, found null"] == [
        str(fault) for fault in log.faults
    ]


# What is refused

TEXT = "a column of text, or Coded"
IDS = "a column of text or integers, or Coded"
DATES = "a column of datetime64 (without a multiple), or aware datetimes"
CODES = "codes that are a column of integers"


@pytest.mark.parametrize(
    ("table", "name", "column", "expected", "found"),
    [
        ("customers", "name", np.array([1, 2]), TEXT, "one of int64"),
        ("customers", "name", "ab", TEXT, "str"),
        ("customers", "name", np.array([["a"], ["b"]]), TEXT, "an array of 2 dimensions"),
        ("customers", "name", Coded(np.array([0.0, 1.0]), ["a", "b"]), CODES, "ndarray"),
        ("customers", "customer_id", np.array([1.0, 2.0]), IDS, "one of float64"),
        ("customers", "customer_id", np.array([True, False]), IDS, "one of bool"),
        ("customers", "attr.x", np.array([1, 2]), TEXT, "one of int64"),
        ("customers", "tags", np.array(["a", "b"]), "a list of lists of text", "one of <U1"),
        ("licenses", "total", np.array([1.0, 2.0]), "a column of integers", "one of float64"),
        ("licenses", "total", np.array([True, False]), "a column of integers", "one of bool"),
        ("licenses", "total", np.array(["1", "2"]), "a column of integers", "one of <U1"),
        ("licenses", "total", Coded(np.array([0, 0]), ["1"]), "a column of integers", "Coded"),
        ("subscriptions", "paid", np.array([1, 0]), "a column of booleans", "one of int64"),
        ("subscriptions", "added_at", np.array([1, 0]), DATES, "one of int64"),
        ("subscriptions", "added_at", np.array([1, 0], "M8[25s]"), DATES, "one of datetime64[25s]"),
        ("subscriptions", "added_at", np.array(["NaT", "NaT"], "M8"), DATES, "one of datetime64"),
    ],
)  # fmt: skip
def test_a_column_of_the_wrong_type_is_one_fault(
    table: str, name: str, column: ColumnLike, expected: str, found: str
) -> None:
    """Nothing is cast: a column of another type is one fault, and all its rows are left out."""
    rows, log = load(**{table: {**SOUND[table], name: column}})

    assert [f"columns {table}, column {name}: expected {expected}, found {found}"] == [
        str(fault) for fault in log.faults
    ]
    assert [None, None] == getattr(rows, table)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            {"customer_id": ["a"]},
            "columns customers, column name: expected the column name, found no such column",
        ),
        (
            {"customer_id": ["a"], "name": ["b"], "nam": ["c"]},
            "columns customers: expected a known column (did you mean 'name'?), found 'nam'",
        ),
        (
            {"tags": [[], []], "customer_id": ["a"], "name": ["b"]},
            "columns customers, column tags: expected 1 rows, as in customer_id, found 2",
        ),
        (
            {"customer_id": ["a"], "name": []},
            "columns customers, column name: expected 1 rows, as in customer_id, found 0",
        ),
    ],
)
def test_columns_must_fit_together(columns: Columns, expected: str) -> None:
    """A column that is missing, unknown or of another length is one fault."""
    log = load(columns)[1]

    assert [expected] == [str(fault) for fault in log.faults]


def test_rows_of_unreadable_parents_are_left_out_in_silence() -> None:
    """Where ids cannot be read, nothing is said of the rows that refer to them."""
    rows, log = load({"customer_id": np.array([0.5, 1]), "name": ["a", "b"]})

    assert {"columns customers"} == {fault.place.source for fault in log.faults}
    assert [None, None] == rows.subscriptions


COUNT = "a count from 0 to 9007199254740991"
PLAIN = "a text without control characters or lone surrogates, not empty"
RANGE = "an instant from 1970-01-01 to 2200-01-01 UTC"
EMPTY = "a text without control characters or lone surrogates"
KIND = "subscription or trial"
WHOLE = "an instant in whole microseconds"


@pytest.mark.parametrize(
    ("table", "name", "column", "expected", "found"),
    [
        ("customers", "name", np.array(["", "a"]), PLAIN, "''"),
        ("customers", "name", np.array(["a\tb", "a"]), PLAIN, "'a\\tb'"),
        ("customers", "name", np.array(["\ud800", "a"]), PLAIN, "'\\ud800'"),
        ("customers", "name", np.array([b"\xff", b"a"]), "a text", "b'\\xff'"),
        ("customers", "name", [None, "a"], "a text", "null"),
        ("customers", "name", [7, "a"], "a text", "7"),
        ("customers", "name", Coded(np.array([-1, 0]), ["a"]), "a text", "null"),
        ("customers", "name", Coded(np.array([2, 0]), ["a", "b"]), "a code from -1 to 1", "2"),
        ("customers", "name", Coded(np.array([-2, 0]), ["a"]), "a code from -1 to 0", "-2"),
        ("customers", "name", Coded(np.array([1, 0]), ["a", "\n"]), PLAIN, "'\\n'"),
        ("customers", "name", Coded(np.array([1, 0]), ["a", 7]), "a text", "7"),  # type: ignore[list-item]
        ("customers", "customer_id", MASKED([1, 2], [True, False]), "a text", "null"),
        ("customers", "managed_by", np.array(["", "partner"]), "partner or external", "''"),
        ("customers", "managed_by", np.array([b"x", b"partner"]), "partner or external", "'x'"),
        ("customers", "attr.x", np.array(["\n", "a"]), EMPTY, "'\\n'"),
        ("customers", "attr.x", [7, None], "a text", "7"),
        ("subscriptions", "kind", [None, "trial"], KIND, "null"),
        ("subscriptions", "kind", Coded(np.array([0, 1]), ["x", "trial"]), KIND, "'x'"),
        ("subscriptions", "ends_at",
         np.array(["1969-12-31", "2026-01-01"], "M8[s]"), RANGE, "1969-12-31T00:00:00"),
        ("subscriptions", "added_at",
         np.array(["2200-01-02", "2026"], "M8[D]"), RANGE, "2200-01-02"),
        ("subscriptions", "added_at", np.array(["2300", "2026"], "M8[Y]"), RANGE, "2300"),
        ("subscriptions", "added_at", np.array(["2200-02", "2026-01"], "M8[M]"), RANGE, "2200-02"),
        ("subscriptions", "added_at",
         np.array(["2262-01-01", "2026-01-01"], "M8[ns]"), RANGE, "2262-01-01T00:00:00.000000000"),
        ("subscriptions", "added_at",
         np.array([1, 2000], "M8[ns]"), WHOLE, "1970-01-01T00:00:00.000000001"),
        ("subscriptions", "added_at",
         np.array(["NaT", "2026-01-01"], "M8[s]"), "an instant", "null"),
        ("subscriptions", "added_at", [None, "2026-01-01"], "an instant", "null"),
        ("subscriptions", "paid", [1, True], "true or false", "1"),
        ("licenses", "total", np.array([-1, 2]), COUNT, "-1"),
        ("licenses", "total", np.array([2**53, 2], np.uint64), COUNT, "9007199254740992"),
        ("licenses", "total", np.array([2**63, 2], np.uint64), COUNT, "9223372036854775808"),
        ("licenses", "total", [2**70, 2], COUNT, str(2**70)),
        ("licenses", "total", [True, 2], COUNT, "true"),
        ("licenses", "total", [1.0, 2], COUNT, "1.0"),
        ("licenses", "total", MASKED([1, 2], [True, False]), COUNT, "null"),
    ],
)  # fmt: skip
def test_a_faulty_row_is_one_fault(
    table: str, name: str, column: ColumnLike, expected: str, found: str
) -> None:
    """A faulty cell is a fault with its row, and only its row is left out."""
    rows, log = load(**{table: {**SOUND[table], name: column}})

    assert [f"columns {table}, row 0, column {name}: expected {expected}, found {found}"] == [
        str(fault) for fault in log.faults
    ]
    assert [True, False] == [row is None for row in getattr(rows, table)]


def test_naive_datetimes_are_faults() -> None:
    """A datetime object without a zone is refused; only datetime64 is taken as UTC."""
    naive = datetime(2026, 1, 10)  # noqa: DTZ001 -- that is the point

    (fault,) = said("subscriptions", added_at=[naive, datetime(2026, 1, 10, tzinfo=UTC)])

    assert "naive" in fault


def test_tags_are_judged_one_by_one() -> None:
    """A tag twice, an empty one and what is no list are faults with their place."""
    assert [
        "columns customers, row 0, column tags[1]: expected each tag once, found 'a'",
        f"columns customers, row 0, column tags[2]: expected {PLAIN}, found ''",
        "columns customers, row 1, column tags: expected a list of texts, found 'a;b'",
    ] == sorted(said("customers", tags=[["a", "a", ""], "a;b"]))


def test_faults_between_rows_know_their_rows() -> None:
    """A fault that is found late still names the table and the row."""
    log = FaultLog()
    intake = Intake(log, ColumnPlaces())
    tables = {
        "customers": CUSTOMERS,
        "subscriptions": {**SUBSCRIPTIONS, "customer_id": ["c-1", "c-9"]},
        "licenses": LICENSES,
    }
    load_columns(tables, intake, log)

    with pytest.raises(InputError, match="columns subscriptions, row 1, column customer_id"):
        intake.finish(strict=True)


def test_a_coded_column_has_a_length() -> None:
    """Codes with labels are as long as the codes."""
    assert 3 == len(Coded(np.array([0, 0, -1]), ["a"]))


UNITS = {"D": 86_400_000_000, "h": 3_600_000_000, "s": 1_000_000, "ms": 1000, "us": 1}


@given(
    unit=st.sampled_from(sorted(UNITS)),
    data=st.data(),
)
def test_every_unit_is_exact(unit: str, data: st.DataObject) -> None:
    """The microseconds of an instant are the whole multiple of its unit, or it is out of range."""
    last = LATEST // UNITS[unit]
    near = st.sampled_from([-(2**63) + 1, -1, 0, last, last + 1, 2**63 - 1])
    value = data.draw(near | st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(0, last))

    micros, reached, whole = micros_of(np.array([value]).view(f"M8[{unit}]"))

    assert [0 <= value <= last] == reached.tolist()
    assert whole.all()
    assert not reached[0] or value * UNITS[unit] == micros[0]


@given(unit=st.sampled_from([("ns", 10**3), ("ps", 10**6), ("as", 10**12)]), data=st.data())
def test_tiny_units_are_exact(unit: tuple[str, int], data: st.DataObject) -> None:
    """A unit below the microsecond is an instant only if it is a whole number of them."""
    name, per = unit
    value = data.draw(
        st.integers(-(2**63) + 1, 2**63 - 1)
        | st.integers(0, min(LATEST, (2**63 - 1) // per)).map(per.__mul__)
    )

    micros, reached, whole = micros_of(np.array([value]).view(f"M8[{name}]"))

    assert [0 <= value <= LATEST * per] == reached.tolist()
    assert not reached[0] or (value // per, value % per == 0) == (micros[0], whole[0])
