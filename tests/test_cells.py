"""Python objects out of JSON become typed columns, or faults; nothing is coerced."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi._arrays import MAX_COUNT, NEVER
from partnerkpi.io import _cells as cells
from partnerkpi.io._cells import MISSING, Number

WORDS = ("partner", "external")
COUNT = f"a count from 0 to {MAX_COUNT}"


@define
class Reports:
    """What was reported of a column."""

    found: list[tuple[int, str, str, str]] = field(factory=list)

    def __call__(self, row: int, inner: str, expected: str, came: str) -> None:
        """Take a fault."""
        self.found.append((row, inner, expected, came))


ODD = st.sampled_from(
    (
        *(None, True, False, 0, 7, -1, 2.0, 1e400, float("nan"), 2**53, 2**64, 10**5000),
        *("", "7", "a\x00", "a\x9f", "\ud800", "partner", "trial", "é", Number("1e2")),
        *("2026-01-01", "2026-01-01T00:00:00", "1969-12-31", b"bytes", MISSING),
        *([], ["a"], ["a", "a"], {}, {"a": "b"}, {"a": 1}, object),
        *(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1)),  # noqa: DTZ001
    )
)


def is_count(cell: object) -> bool:
    """A whole number in range, no boolean."""
    return isinstance(cell, int) and not isinstance(cell, bool) and 0 <= cell < 2**53


def is_text(cell: object) -> bool:
    """A text that is not empty and holds nothing odd."""
    return isinstance(cell, str) and cell in {"7", "partner", "trial", "é", "2026-01-01"} | {
        "2026-01-01T00:00:00",
        "1969-12-31",
    }


READERS: list[tuple[Callable[[Any, Any], Any], Callable[[Any], bool]]] = [
    (cells.counts, is_count),
    (cells.flags, lambda cell: cell is True or cell is False),
    (cells.texts, is_text),
    (lambda column, report: cells.words(column, report, WORDS), lambda cell: cell == "partner"),
    (
        cells.instants,
        lambda cell: cell in ("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC)),
    ),
]


@pytest.mark.parametrize(("reader", "usable"), READERS)
@given(column=st.lists(ODD, max_size=8))
def test_every_unusable_cell_is_reported_and_no_other(
    reader: Callable[[Any, Any], Any], usable: Callable[[Any], bool], column: list[object]
) -> None:
    """One report a faulty cell, in the order of the rows; the column is as long as its cells."""
    report = Reports()
    found = reader(column, report)

    assert [row for row, cell in enumerate(column) if not usable(cell)] == [
        row for row, *_ in report.found
    ]
    assert len(column) == len(found)


@pytest.mark.parametrize(
    ("read", "column", "expected"),
    [
        (cells.counts, [0, MAX_COUNT], [0, MAX_COUNT]),
        (cells.counts, [3, -1, 5], [3, 0, 5]),
        (cells.flags, [True, False], [True, False]),
        (cells.flags, [True, 1], [True, False]),
        (cells.instants, ["1970-01-02", "1970-01-01T01:00:00+01:00"], [86_400_000_000, 0]),
        (cells.instants, [datetime(1970, 1, 2, tzinfo=UTC), "x"], [86_400_000_000, 0]),
    ],
)
def test_good_cells_keep_their_value_beside_faulty_ones(
    read: Callable[..., Any], column: Sequence[object], expected: list[object]
) -> None:
    """A faulty cell has a filler; the others are what they were."""
    assert expected == read(column, Reports()).tolist()


def test_absent_cells_take_their_default() -> None:
    """What is not there has the default, and null only where it is said to mean the same."""
    report = Reports()

    assert [5, 1] == cells.counts([MISSING, 1], report, absent=5).tolist()
    assert [5, 5] == cells.counts([MISSING, None], report, absent=5, null=True).tolist()
    assert [True, False] == cells.flags([MISSING, False], report, absent=True).tolist()
    assert [True] == cells.flags([None], report, absent=True, null=True).tolist()
    assert [False, True] == cells.words(
        [MISSING, "external"], report, WORDS, absent="partner"
    ).tolist()
    assert [NEVER, NEVER, 0] == cells.instants(
        [MISSING, None, "1970-01-01"], report, absent=NEVER
    ).tolist()
    assert [] == report.found


def test_a_null_without_a_meaning_is_a_fault() -> None:
    """An absent cell may have a default where null has none."""
    report = Reports()
    cells.counts([None, MISSING], report, absent=0)
    cells.instants([None, MISSING], report)

    assert [
        (0, "", COUNT, "null"),
        (0, "", "an instant", "null"),
        (1, "", "an instant", "nothing"),
    ] == report.found


def test_an_absent_instant_beside_a_datetime() -> None:
    """The default stands where nothing is, also in a column that is read cell by cell."""
    moment = datetime(1970, 1, 2, tzinfo=UTC)

    assert [NEVER, 86_400_000_000] == cells.instants(
        [None, moment], Reports(), absent=NEVER
    ).tolist()


def test_tags_are_rows_of_texts() -> None:
    """A list of tags each; a faulty list gives none, and each fault has its position."""
    report = Reports()
    column = [["a", "b"], MISSING, [], ["c", "c", 1], None, ("d",)]
    found = cells.tags(column, report)

    assert [0, 0, 5] == found.rows.tolist()
    assert ["a", "b", "d"] == found.texts.to_list()
    assert [
        (3, "[1]", "each tag once", "'c'"),
        (3, "[2]", "a text", "1"),
        (4, "", "a list of texts", "null"),
    ] == report.found
    assert [] == cells.tags([None], report, null=True).rows.tolist()


def test_values_of_an_attribute_may_be_absent_or_empty() -> None:
    """Null and absent are no value, an empty text is one; a faulty one names its own row."""
    report = Reports()
    found = cells.optional_texts([None, "x", MISSING, "", 7, "\t"], report)

    assert [1, 3, 4, 5] == found.rows.tolist()
    assert ["x", "", "", ""] == found.texts.to_list()
    assert [
        (4, "", "a text", "7"),
        (5, "", "a text without control characters or lone surrogates", "'\\t'"),
    ] == report.found


@pytest.mark.parametrize(
    ("cell", "came"),
    [
        (None, "null"),
        (True, "true"),
        (MISSING, "nothing"),
        ([1, 2], "a list"),
        ((1,), "a list"),
        ({"a": 1}, "an object"),
        (Number("1e400"), "1e400"),
        ("x" * 100, f"'{'x' * 76}..."),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00+00:00"),
    ],
)
def test_what_came_is_said_shortly(cell: object, came: str) -> None:
    """In the words of JSON, at most 80 characters."""
    assert came == cells.came(cell)


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        ("", "a", "a"),
        ("a", "b", "a.b"),
        ("a", "b c", "a['b c']"),
        ("a", "", "a['']"),
        ("a", 1, "a[1]"),
    ],
)
def test_steps_of_a_path(path: str, key: object, expected: str) -> None:
    """A plain name follows a dot, anything else stands in brackets."""
    assert expected == cells.step(path, key)
