"""Machinery: the columns of result tables, read from rows or columns of a document, and told.

How a cell stands in documents is said here once for each kind of column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from attrs import frozen

from partnerkpi import _record_rules as rules
from partnerkpi._cells import Choices, Flags, Integers, Objects, Ratios, Texts
from partnerkpi._text import Text, duplicates
from partnerkpi.io._cells import MISSING, came, text_fault
from partnerkpi.models import Kind, ManagedBy
from partnerkpi.reports._strict import MAX_SUM, SKIP, Reader, integer, step, whole_check, word_check
from partnerkpi.status import Status, by_urgency

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._cells import Cells
    from partnerkpi.kpi import TableDefinition
    from partnerkpi.reports._strict import Check

__all__ = [
    "KINDS_OF_COLUMNS",
    "Column",
    "Frame",
    "Places",
    "array_of",
    "columns_of",
    "differences",
    "frame_of",
    "frame_of_columns",
    "frame_of_rows",
    "integers",
    "optional_integers",
    "ratios",
    "texts",
]

Frame: TypeAlias = Mapping[str, Any]
Places: TypeAlias = Callable[[int], str]
Column: TypeAlias = "Callable[[Reader, Sequence[object], Places], Any]"

_NEGATIVE = -MAX_SUM - 1
_WHOLE = whole_check(0, MAX_SUM)
_ANY = whole_check(_NEGATIVE, MAX_SUM)
_KINDS = tuple(kind.value for kind in Kind)
_MANAGERS = tuple(manager.value for manager in ManagedBy)
_STATUSES = tuple(status.value for status in Status)


def frame_of_rows(reader: Reader, path: str, value: object, table: TableDefinition) -> Frame:
    """The columns of a table that stands in a document row by row."""
    return frame_of(
        reader, path, value, {each.name: KINDS_OF_COLUMNS[each.name] for each in table.columns}
    )


def frame_of(reader: Reader, path: str, value: object, kinds: Mapping[str, Column]) -> Frame:
    """The columns of rows that stand in a document, by how their cells stand there."""
    names = list(kinds)
    plain, rows = set(names), reader.listed(path, value)
    records: list[Mapping[str, object]] = [
        row
        if type(row) is dict and row.keys() == plain
        else reader.record(f"{path}[{at}]", row, names)
        for at, row in enumerate(rows)
    ]

    return {
        name: column(reader, [record[name] for record in records], _in_rows(path, name))
        for name, column in kinds.items()
    }


def _in_rows(path: str, name: str) -> Places:
    return lambda row: f"{path}[{row}].{name}"


def frame_of_columns(reader: Reader, path: str, value: object, names: Sequence[str]) -> Frame:
    """The columns of a table that stands in a document column by column, all equally long."""
    record = reader.record(path, value, names)
    cells, whole = {}, []
    for name in names:
        before, column = reader.log.count, step(path, name)
        read = _pairs if name in _SHARES else Reader.listed
        cells[name] = read(reader, column, record[name])
        if reader.log.count == before and record[name] is not SKIP:
            whole.append(name)
    longest = max(map(len, cells.values()), default=0)
    for name in whole:
        if len(cells[name]) != longest:
            found = str(len(cells[name]))
            reader.fault(step(path, name), f"{longest} cells, as in the longest", found)

    return {
        name: KINDS_OF_COLUMNS[name](
            reader, [*column, *[SKIP] * (longest - len(column))], _in_columns(path, name)
        )
        for name, column in cells.items()
    }


def _pairs(reader: Reader, path: str, value: object) -> Sequence[object]:
    """The cells of a column of ratios, which stands as two lists of integers."""
    record = reader.record(path, value, ("numerator", "denominator"))
    upper, lower = (reader.wholes(step(path, key), record[key]) for key in record)
    if len(upper) != len(lower):
        reader.fault(path, "as many numerators as denominators", f"{len(upper)} and {len(lower)}")

    return [_Pair(*pair) for pair in zip(upper, lower, strict=False)]


@frozen
class _Pair:
    """A ratio that was read from two columns."""

    numerator: int
    denominator: int


def _in_columns(path: str, name: str) -> Places:
    return lambda row: f"{path}.{name}[{row}]"


def columns_of(frame: Frame, names: Iterable[str]) -> dict[str, object]:
    """The columns as they stand in a stored state."""
    return {name: _told(frame[name]) for name in names}


def _told(cells: Cells) -> object:
    if isinstance(cells, Ratios):
        return {
            "numerator": cells.numerators.tolist(),
            "denominator": cells.denominators.tolist(),
        }
    if isinstance(cells, Choices):
        words = [None if choice is None else choice.value for choice in cells.choices]
        return [words[code] for code in cells.codes.tolist()]
    if isinstance(cells, Objects):
        return [[getattr(each, "value", each) for each in value] for value in cells.objects]

    return cells.values()


def texts(reader: Reader, cells: Sequence[object], place: Places) -> Texts:
    """A column of texts."""
    good = reader.column(cells, place, text_fault, "?")

    return Texts(Text.from_strings(list(map(str, good))))


def _ids(reader: Reader, cells: Sequence[object], place: Places) -> Texts:
    """Ids of which each occurs once."""
    before = reader.log.count
    found = texts(reader, cells, place)
    if reader.log.count == before:
        for row in duplicates(found.text).tolist():
            reader.fault(place(row), rules.UNIQUE_ID, came(found.text[row]))

    return found


def _words(words: Sequence[str], choices: tuple[Any, ...], *, optional: bool = False) -> Column:
    known: Check = word_check(words)
    codes: dict[object, int] = {word: code for code, word in enumerate((*words, None))}

    def check(cell: object) -> str | None:
        return None if optional and cell is None else known(cell)

    def column(reader: Reader, cells: Sequence[object], place: Places) -> Choices:
        good = reader.column(cells, place, check, words[0])

        return Choices(np.array([codes[cell] for cell in good], np.uint8), choices)

    return column


def integers(reader: Reader, cells: Sequence[object], place: Places) -> Integers:
    """A column of whole numbers."""
    return Integers(array_of(reader.column(cells, place, _WHOLE, 0)))


def array_of(numbers: Sequence[object]) -> NDArray[np.int64]:
    """Whole numbers that were checked, as an array."""
    return np.fromiter(numbers, np.int64, len(numbers))


def _optional(check: Check) -> Column:
    def optional(cell: object) -> str | None:
        return None if cell is None else (fault := check(cell)) and f"{fault}, or null"

    def column(reader: Reader, cells: Sequence[object], place: Places) -> Integers:
        good = reader.column(map(integer, cells), place, optional, None)
        known = np.fromiter((cell is not None for cell in good), np.bool_, len(good))

        return Integers(array_of([cell or 0 for cell in good]), known)

    return column


optional_integers: Final[Column] = _optional(_WHOLE)


def differences(reader: Reader, cells: Sequence[object], place: Places) -> Integers:
    """A column of whole numbers that may be negative."""
    good = reader.column(map(integer, cells), place, _ANY, 0)

    return Integers(array_of(good))


def _flags(reader: Reader, cells: Sequence[object], place: Places) -> Flags:
    good = reader.column(
        cells, place, lambda cell: None if type(cell) is bool else rules.A_BOOLEAN, filler=False
    )

    return Flags(np.array(good, np.bool_))


def ratios(reader: Reader, cells: Sequence[object], place: Places) -> Ratios:
    """A column of ratios."""
    pairs = [
        cell if isinstance(cell, _Pair) else reader.ratio(place(row), cell)
        for row, cell in enumerate(cells)
    ]

    return Ratios(
        array_of([pair.numerator for pair in pairs]), array_of([pair.denominator for pair in pairs])
    )


def _lists(
    item: Check,
    order: Callable[[Sequence[Any]], Sequence[Any]],
    expected: str,
    made: Callable[[Any], Any] = str,
) -> Column:
    """Lists of texts or words, each once and in an order."""

    def cell_of(reader: Reader, path: str, cell: object) -> tuple[Any, ...]:
        before, items = reader.log.count, reader.listed(path, cell)
        for at, each in enumerate(items):
            reader.check(f"{path}[{at}]", each, item)
        if cell is SKIP or cell is MISSING or reader.log.count > before:
            return ()
        values = tuple(map(made, items))
        if values != tuple(order(values)):
            reader.fault(path, expected, ", ".join(map(str, items))[:80])

        return values

    def column(reader: Reader, cells: Sequence[object], place: Places) -> Objects:
        return Objects([cell_of(reader, place(row), cell) for row, cell in enumerate(cells)])

    return column


def _each_once(values: Sequence[str]) -> Sequence[str]:
    return tuple(dict.fromkeys(values))


def _by_code_point(values: Sequence[str]) -> Sequence[str]:
    return sorted(set(values))


_COUNTS = ("total", "used", "assigned", "available", "overage", "used_3mo")
_DAYS = ("days_since_added", "days_until_expiration", "days_until_renewal", "months_since_added")
_LEFT = ("months_remaining", "days_remaining")
_CHANGES = ("weekly_assignment_change", "weekly_usage_change")
_SHARES = ("assignment", "utilization", "customer_assignment")

KINDS_OF_COLUMNS: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "customer_id": texts,
        "customer": texts,
        "subscription_id": _ids,
        "kind": _words(_KINDS, tuple(Kind)),
        "managed_by": _words(_MANAGERS, tuple(ManagedBy)),
        "badge": _words(_STATUSES, (*Status, None), optional=True),
        "tags": _lists(text_fault, _each_once, "each tag once"),
        "products": _lists(text_fault, _by_code_point, "each product once, by code point"),
        "statuses": _lists(
            word_check(_STATUSES), by_urgency, "each status once, the most urgent first", Status
        ),
        "auto_renew": _flags,
        **dict.fromkeys((*_COUNTS, *_DAYS), integers),
        **dict.fromkeys(_LEFT, optional_integers),
        **dict.fromkeys(_CHANGES, _optional(_ANY)),
        **dict.fromkeys(_SHARES, ratios),
    }
)
