"""Machinery: tables as plain columns, one value in a cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from attrs import fields, frozen, has

from partnerkpi.aggregates import Ratio
from partnerkpi.calling.queues.rules import FIGURES

if TYPE_CHECKING:
    from partnerkpi.kpi import Column, Table
    from partnerkpi.present.words import Words

__all__ = ["FlatColumn", "flat_columns", "joined"]


@frozen(eq=False)
class FlatColumn:
    """A column with one value in a cell.

    Attributes:
        name: Its name: that of the table's column, behind it after a dot which part it is.
        column: The column of the table.
        part: Which part of the value it holds; empty for the value as a whole.
        values: Its values, in the order of the rows.
    """

    name: str
    column: Column
    part: str
    values: list[Any]

    def title(self, words: Words) -> str:
        """What it is called."""
        figure = FIGURES.get(self.name) if self.part else None

        return words.title(self.column if figure is None else figure.definition)


def flat_columns(table: Table[Any], *, parts: bool) -> Iterator[FlatColumn]:
    """The columns of a table, those of several numbers cut into one for each.

    Args:
        table: The table.
        parts: Whether a ratio has its numerator and denominator beside it as well.
    """
    ratios = _ratios(table.row_type)
    for column in table.definition.columns:
        values = table.column(column.name) if len(table) else []
        inside = [name for name in FIGURES if name.startswith(f"{column.name}.")]
        if not inside:
            yield FlatColumn(column.name, column, "", values)
        for name in inside:
            part = name.removeprefix(f"{column.name}.")
            yield FlatColumn(name, column, part, [getattr(each, part) for each in values])
        for part in _PARTS if parts and column.name in ratios else ():
            own = [None if value is None else getattr(value, part) for value in values]
            yield FlatColumn(f"{column.name}.{part}", column, part, own)


_PARTS = ("numerator", "denominator")


def _ratios(row_type: Any) -> set[str]:
    """The columns that hold ratios, known from the row's fields, also where there is no row."""
    own = fields(row_type) if isinstance(row_type, type) and has(row_type) else ()

    return {each.name for each in own if each.type is Ratio or each.type == Ratio.__name__}


def joined(values: Sequence[object]) -> str:
    r"""Several values in a cell, ``;`` between them; one inside of a text has a ``\`` before it.

    Example:
        >>> print(joined(["gold", "a;b"]), joined((3, 4)))
        gold;a\;b 3;4
    """
    texts = (str(each.value if isinstance(each, Enum) else each) for each in values)

    return ";".join(text.replace("\\", "\\\\").replace(";", "\\;") for text in texts)
