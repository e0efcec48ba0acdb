"""Tables for spreadsheets: CSV without surprises, and workbooks."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from partnerkpi._instants import instant_text
from partnerkpi.aggregates import Ratio
from partnerkpi.errors import MissingExtraError
from partnerkpi.kpi import Unit
from partnerkpi.present._flat import FlatColumn, flat_columns, joined
from partnerkpi.present.words import ENGLISH

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping

    from partnerkpi.kpi import Table
    from partnerkpi.present.words import Words

__all__ = ["guarded", "table_csv", "write_workbook"]

# What makes spreadsheets take a text for a formula, also as wide letters.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def guarded(text: str) -> str:
    r"""A text that no spreadsheet takes for a formula: with an apostrophe before it, if it could.

    Example:
        >>> guarded("=1+1"), guarded("Globex"), guarded("-5 %")
        ("'=1+1", 'Globex', "'-5 %")
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def table_csv(table: Table[Any], *, guard: bool = True) -> str:
    r"""A table as CSV: names of columns as in documents, a row in a line, lines ending with LF.

    Whole numbers, ``true`` and ``false`` and instants stand as in documents; what is ``None`` or
    undefined is empty. A ratio is its nearest double, with its two integers in columns of their
    own, ``.numerator`` and ``.denominator``; other values of several numbers have a column for
    each. Several texts in a cell, such as tags, have ``;`` between them.

    Args:
        table: The table.
        guard: Whether texts that a spreadsheet would take for a formula get an apostrophe before
            them; numbers never do. Off, every text stays as it is.

    Example:
        >>> from partnerkpi.kpi import Column, Table, TableDefinition, Unit
        >>> columns = (Column("seats", "Seats", Unit.COUNT), Column("name", "Name", Unit.TEXT))
        >>> definition = TableDefinition("free", "Free seats", "Free seats.", columns, "seats")
        >>> table_csv(Table(definition, dict, ()))
        'seats,name\n'
    """
    columns = list(flat_columns(table, parts=True))
    cells = ([_cell(value, guard=guard) for value in column.values] for column in columns)
    lines = [[column.name for column in columns], *zip(*cells, strict=True)]

    return "".join(f"{','.join(line)}\n" for line in lines)


def _cell(value: object, *, guard: bool) -> str:
    plain = _plain(value)
    safe = guarded(plain) if guard and isinstance(value, str | tuple) else plain

    return f'"{safe.replace(_QUOTE, _QUOTE * 2)}"' if _QUOTED.search(safe) else safe


_QUOTE: Final = '"'
_QUOTED: Final = re.compile('[,"\r\n]')


def _plain(value: object) -> str:
    if value is None or (isinstance(value, Ratio) and not value.denominator):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, tuple):
        return joined(value)

    return str(value.value if isinstance(value, Ratio | Enum) else value)


def write_workbook(
    tables: Iterable[tuple[str, Table[Any]]],
    path: str | os.PathLike[str],
    *,
    words: Words = ENGLISH,
    created: datetime | None = None,
) -> None:
    """Write tables into a workbook (XLSX), a sheet for each.

    Texts are texts, whatever they begin with: no cell is ever a formula or a link. Whole numbers
    and shares are numbers; durations and instants are those of spreadsheets, in UTC. A number
    beyond 2^53, which a spreadsheet would round, stands as text. Equal tables give equal bytes.

    Args:
        tables: Names of sheets with their tables; names are cut to what a sheet may have, and
            told apart by numbers.
        path: Where to; an existing file is replaced.
        words: The words of the language of titles, sheets and statuses.
        created: What the workbook says of its making; the same for all if not given.

    Raises:
        MissingExtraError: the extra ``xlsx`` is not installed.
        ValueError: a table has more rows, or a cell more characters, than a sheet can hold.
        OSError: the path cannot be written.

    Example:
        >>> import tempfile
        >>> from partnerkpi.kpi import Column, Table, TableDefinition, Unit
        >>> columns = (Column("seats", "Seats", Unit.COUNT), Column("name", "Name", Unit.TEXT))
        >>> definition = TableDefinition("free", "Free seats", "Free seats.", columns, "seats")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "seats.xlsx")
        ...     write_workbook([("Free seats", Table(definition, dict, ()))], path)
        ...     path.read_bytes()[:2]
        b'PK'
    """
    try:
        import xlsxwriter
    except ImportError as missing:
        extra = "xlsx"
        raise MissingExtraError(extra) from missing

    with io.BytesIO() as out:
        with xlsxwriter.Workbook(out, dict(_OPTIONS)) as book:
            book.set_properties({"created": (created or _LONG_AGO).replace(tzinfo=None)})
            sheets = _Sheets(book, words)
            for name, table in tables:
                sheets.add(name, table)
        Path(path).write_bytes(out.getvalue())


_LONG_AGO: Final = datetime(1980, 1, 1, tzinfo=UTC)
_OPTIONS: Final = (
    ("in_memory", True),
    ("strings_to_formulas", False),
    ("strings_to_numbers", False),
    ("strings_to_urls", False),
)
_MAX_ROWS: Final = 1_048_575
_MAX_TEXT: Final = 32_767
_MAX_NAME: Final = 31
_MAX_WHOLE: Final = 2**53
_DAY_MS: Final = 86_400_000
_NOT_IN_NAMES: Final = MappingProxyType(str.maketrans(dict.fromkeys("[]:*?/\\", " ")))
_FORMATS: Final[Mapping[Unit, str]] = MappingProxyType(
    {
        Unit.SHARE: "0.0%",
        Unit.MILLISECONDS: "[h]:mm:ss.0",
        Unit.INSTANT: "yyyy-mm-dd hh:mm",
    }
)


@frozen(eq=False)
class _Sheets:
    """Adds sheets to a workbook."""

    book: Any
    words: Words
    names: set[str] = field(factory=set)

    def add(self, title: str, table: Table[Any]) -> None:
        """Add a sheet with a table."""
        if len(table) > _MAX_ROWS:
            msg = f"{title}: a sheet has at most {_MAX_ROWS} rows below its header"
            raise ValueError(msg)
        sheet = self.book.add_worksheet(self._name(title))
        columns = list(flat_columns(table, parts=False))
        for place, column in enumerate(columns):
            self._write(sheet, place, column)
        sheet.freeze_panes(1, 0)
        if columns:
            sheet.autofilter(0, 0, len(table), len(columns) - 1)

    def _name(self, title: str) -> str:
        """A name that a sheet may have, and that no other has."""
        plain = title.translate(_NOT_IN_NAMES)[:_MAX_NAME].strip("' ") or "Sheet"
        number, name = 1, plain
        while name.casefold() in self.names:
            number += 1
            name = f"{plain[: _MAX_NAME - 4]} {number}"
        self.names.add(name.casefold())

        return name

    def _write(self, sheet: Any, place: int, column: FlatColumn) -> None:
        title = column.title(self.words)
        texts = [self._written(sheet, row, place, column) for row in range(len(column.values))]
        widest = max(map(len, [title, *texts]))
        sheet.set_column(place, place, min(max(widest + 2, 9), 48), self._format(column))
        sheet.write_string(0, place, title, self.book.add_format({"bold": True}))

    def _format(self, column: FlatColumn) -> Any:
        found = _FORMATS.get(column.column.unit)

        return self.book.add_format({"num_format": found}) if found else None

    def _written(self, sheet: Any, row: int, place: int, column: FlatColumn) -> str:
        """Write a cell; what stands in it, as far as its width goes."""
        value = column.values[row]
        if value is None or (isinstance(value, Ratio) and not value.denominator):
            return ""
        write, plain = self._plain(sheet, value, column.column.unit)
        if isinstance(plain, str) and len(plain) > _MAX_TEXT:
            msg = f"{column.name}: a cell has at most {_MAX_TEXT} characters, not {len(plain)}"
            raise ValueError(msg)
        write(row + 1, place, plain)

        return plain if isinstance(plain, str) else "0" * 8

    def _plain(self, sheet: Any, value: object, unit: Unit) -> tuple[Callable[..., Any], object]:
        if isinstance(value, bool):
            return sheet.write_boolean, value
        if isinstance(value, datetime):
            return sheet.write_datetime, value.astimezone(UTC).replace(tzinfo=None)
        if isinstance(value, int | Ratio):
            return self._number(sheet, value, unit)

        return sheet.write_string, self._text(value)

    def _number(
        self, sheet: Any, value: int | Ratio, unit: Unit
    ) -> tuple[Callable[..., Any], object]:
        if isinstance(value, int) and abs(value) > _MAX_WHOLE:
            return sheet.write_string, str(value)
        number = value.value if isinstance(value, Ratio) else value
        if unit is Unit.MILLISECONDS and number is not None:
            return sheet.write_number, number / _DAY_MS

        return sheet.write_number, number

    def _text(self, value: object) -> str:
        if isinstance(value, tuple):
            return joined(
                [self.words.code(each) if isinstance(each, Enum) else each for each in value]
            )

        return self.words.code(value) if isinstance(value, Enum) else str(value)
