"""Machinery: tables as plain columns, one value in a cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from attrs import fields, frozen, has

from partnerkpi.aggregates import Ratio

if TYPE_CHECKING:
    from partnerkpi.kpi import Column, Table

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


def flat_columns(table: Table[Any], *, parts: bool) -> Iterator[FlatColumn]:
    """The columns of a table, those of several numbers cut into one for each.

    Args:
        table: The table.
        parts: Whether a ratio has its numerator and denominator beside it as well.
    """
    held = _held(table.row_type)
    for column in table.definition.columns:
        values = table.column(column.name)
        kind = held.get(column.name)
        if kind is not None and kind is not Ratio:
            for each in fields(kind):
                own = [getattr(value, each.name) for value in values]
                yield FlatColumn(f"{column.name}.{each.name}", column, each.name, own)
            continue
        yield FlatColumn(column.name, column, "", values)
        for part in ("numerator", "denominator") if parts and kind is Ratio else ():
            own = [None if value is None else getattr(value, part) for value in values]
            yield FlatColumn(f"{column.name}.{part}", column, part, own)


def _held(row_type: Any) -> dict[str, Any]:
    """For each column of several numbers what holds them."""
    hints = get_type_hints(row_type) if isinstance(row_type, type) and has(row_type) else {}
    kinds = {name: (hint, *get_args(hint)) for name, hint in hints.items()}

    return {
        name: kind
        for name, several in kinds.items()
        for kind in several
        if isinstance(kind, type) and has(kind)
    }


def joined(values: Sequence[object]) -> str:
    r"""Several values in a cell, ``;`` between them; one inside of a text has a ``\`` before it.

    Example:
        >>> print(joined(["gold", "a;b"]), joined((3, 4)))
        gold;a\;b 3;4
    """
    texts = (str(each.value if isinstance(each, Enum) else each) for each in values)

    return ";".join(text.replace("\\", "\\\\").replace(";", "\\;") for text in texts)
