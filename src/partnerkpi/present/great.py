"""Tables as objects of great-tables, for those who lay them out further."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from partnerkpi.errors import MissingExtraError
from partnerkpi.kpi import Unit
from partnerkpi.present._flat import flat_columns
from partnerkpi.present._widths import printable
from partnerkpi.present.words import ENGLISH

if TYPE_CHECKING:
    from great_tables import GT

    from partnerkpi.kpi import Table
    from partnerkpi.present._flat import FlatColumn
    from partnerkpi.present.words import Words

__all__ = ["great_table"]

_TEXTS = frozenset({Unit.TEXT, Unit.FLAG})


def great_table(table: Table[Any], *, words: Words = ENGLISH, rows: int | None = 100) -> GT:
    """A table of great-tables: its title, its sentence, and its cells as texts of a language.

    Args:
        table: The table.
        words: The words of the language.
        rows: How many rows to show, the number of the others being said below; ``None`` for all.

    Raises:
        MissingExtraError: the extra ``tables`` is not installed.
        ValueError: a negative number of rows.

    Example:
        >>> from partnerkpi.kpi import Column, Table, TableDefinition, Unit
        >>> columns = (Column("seats", "Seats", Unit.COUNT), Column("name", "Name", Unit.TEXT))
        >>> definition = TableDefinition("free", "Free seats", "Free seats.", columns, "seats")
        >>> "Free seats." in great_table(Table(definition, dict, ())).as_raw_html()
        True
    """
    try:
        import polars as pl
        from great_tables import GT, html
    except ImportError as missing:
        extra = "tables"
        raise MissingExtraError(extra) from missing
    if rows is not None and rows < 0:
        msg = f"the number of rows is 0 or more, not {rows}"
        raise ValueError(msg)
    shown = table if rows is None else table[:rows]
    columns = list(flat_columns(shown, parts=False))
    frame = pl.DataFrame(
        {each.name: _said(each, words) for each in columns},
        {each.name: pl.String for each in columns},
    )
    # What a function formats is taken as it is; whether other cells are escaped is the release's.
    made = (
        GT(frame)
        .fmt(escape)
        .tab_header(
            html(escape(words.title(table.definition))),
            html(escape(words.sentence(table.definition))),
        )
    )
    made = made.cols_label({each.name: html(escape(each.title(words))) for each in columns})
    made = made.cols_align("right", [each.name for each in columns if _is_number(each)])
    made = made.cols_align("left", [each.name for each in columns if not _is_number(each)])
    if hidden := len(table) - len(shown):
        made = made.tab_source_note(words.text("more_rows", count=words.number(hidden)))

    return made


def _said(column: FlatColumn, words: Words) -> list[str]:
    unit = column.column.unit

    return [printable(words.value(value, unit)) for value in column.values]


def _is_number(column: FlatColumn) -> bool:
    return column.column.unit not in _TEXTS
