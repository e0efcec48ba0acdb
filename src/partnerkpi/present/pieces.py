"""What a page is made of, whatever it is shown in: figures, rows and facts, in blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, Protocol

from attrs import frozen

from partnerkpi.present.words import ENGLISH

if TYPE_CHECKING:
    from partnerkpi.kpi import Column, Definition, Table, Value
    from partnerkpi.present.words import Words
    from partnerkpi.status import Status

__all__ = ["Bar", "Block", "Listing", "Page", "Picture", "Said", "listing"]


class Said(Protocol):
    """A figure, as far as a page shows it."""

    @property
    def value(self) -> Value:
        """Its value."""

    @property
    def definition(self) -> Definition:
        """What it means."""


@frozen
class Bar:
    """A bar beside the numbers of each row, on pages that can draw.

    Attributes:
        kind: ``seats``: used within assigned, beside available; ``parts``: parts of their sum;
            ``share``: a ratio of one.
        columns: The names of the columns that it draws.
    """

    kind: Literal["seats", "parts", "share"]
    columns: tuple[str, ...]


@frozen
class Picture:
    """Rows of weeks as a picture above them, on pages that can draw.

    Attributes:
        kind: ``lines``: a line for each column; ``stack``: the columns on top of each other.
        columns: The names of the columns that it draws; the first column of a row is its week.
    """

    kind: Literal["lines", "stack"]
    columns: tuple[str, ...]


@frozen(eq=False)
class Listing:
    """Rows to show, of which a page may show only the first.

    Attributes:
        sentence: What the rows are.
        columns: What each row shows.
        rows: All the rows; only those that are shown are ever asked for.
        cells: The values of a row, in the order of the columns.
        newest_last: Whether a page that cuts the rows keeps the last ones.
        bar: What is drawn beside each row.
        picture: What is drawn above the rows.
        statuses: The statuses of the customers of some rows; ``None`` where rows are of none, or
            where nothing is known of them.
    """

    sentence: str
    columns: tuple[Column, ...]
    rows: Sequence[object]
    cells: Callable[[Any], tuple[object, ...]]
    newest_last: bool = False
    bar: Bar | None = None
    picture: Picture | None = None
    statuses: Callable[[Sequence[Any]], Sequence[tuple[Status, ...]]] | None = None


def listing(
    table: Table[Any],
    words: Words = ENGLISH,
    *,
    bar: Bar | None = None,
    statuses: Callable[[Sequence[Any]], Sequence[tuple[Status, ...]]] | None = None,
) -> Listing:
    """All columns of a table.

    Args:
        table: The table.
        words: The language of its sentence.
        bar: What is drawn beside each row.
        statuses: The statuses of the customers of some rows.

    Example:
        >>> from partnerkpi.kpi import Column, Table, TableDefinition, Unit
        >>> columns = (Column("seats", "Seats", Unit.COUNT), Column("name", "Name", Unit.TEXT))
        >>> definition = TableDefinition("free", "Free seats", "Free seats.", columns, "seats")
        >>> listing(Table(definition, dict, ())).sentence
        'Free seats.'
    """
    definition = table.definition
    names = [column.name for column in definition.columns]

    return Listing(
        words.sentence(definition),
        definition.columns,
        table,
        attrgetter(*names),
        bar=bar,
        statuses=statuses,
    )


@frozen(eq=False, kw_only=True)
class Block:
    """A part of a page under a title.

    Attributes:
        title: Its title; empty where the page's own says it.
        level: 1 for a part of the page, 2 for a part of that.
        facts: Pairs of a label and what is to be said of it.
        figures: Figures with their values.
        explained: Whether each figure says its unit and its definition as well.
        listing: Rows; ``None`` where there is no table.
        choice: What a switch calls this part of the page, which shows one of several at a time;
            empty where it always shows.
    """

    title: str
    level: int = 2
    facts: tuple[tuple[str, str], ...] = ()
    figures: tuple[Said, ...] = ()
    explained: bool = False
    listing: Listing | None = None
    choice: str = ""


@frozen(eq=False)
class Page:
    """A page: a title, the instant it holds at, and its blocks.

    Attributes:
        title: Its title.
        subtitle: The line below it; may be empty.
        blocks: Its blocks, in order.
    """

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
