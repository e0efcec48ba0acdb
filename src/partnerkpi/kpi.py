"""What a KPI is: its definition, its value, and where the value comes from; and what a table is.

A figure is made in three steps that never mix: ``lift`` looks at columns and counts, ``merge`` adds
two counts, ``finish`` says the value. A figure of one's own is any object with these three and a
``definition``; it is handed to ``report`` and appears in its document and its text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum, StrEnum
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    Protocol,
    TypeVar,
    overload,
    runtime_checkable,
)

import numpy as np
from attrs import Factory, asdict, field, frozen

from partnerkpi._arrow import Exporting
from partnerkpi._cells import Texts, joined, text_ranks
from partnerkpi._instants import instant_text
from partnerkpi._showing import Shown
from partnerkpi.aggregates import Ratio
from partnerkpi.errors import UnknownNameError

if TYPE_CHECKING:
    import os

    from great_tables import GT
    from numpy.typing import NDArray

    from partnerkpi._arrays import Mask, Rows
    from partnerkpi._cells import Cells
    from partnerkpi._text import Text
    from partnerkpi.columns import Portfolio
    from partnerkpi.policy import Policy

__all__ = [
    "Check",
    "Column",
    "Condition",
    "Definition",
    "Evidence",
    "Figure",
    "Kpi",
    "Members",
    "Reason",
    "RowPart",
    "Table",
    "TableDefinition",
    "Unit",
    "Value",
    "Why",
]


class Unit(StrEnum):
    """What a figure or a column is counted in.

    Example:
        >>> Unit("licenses")
        <Unit.LICENSES: 'licenses'>
    """

    CUSTOMERS = "customers"
    SUBSCRIPTIONS = "subscriptions"
    LICENSES = "licenses"
    LICENSES_PER_CUSTOMER = "licenses per customer"
    SHARE = "share"
    DAYS = "days"
    MONTHS = "months"
    INSTANT = "instant"
    TEXT = "text"
    FLAG = "flag"
    COUNT = "count"
    USERS = "users"
    CALLS = "calls"
    CALL_LEGS = "call legs"
    CALL_LEGS_PER_USER = "call legs per user"
    MILLISECONDS = "milliseconds"


Value = int | Ratio | None
ValueT_co = TypeVar("ValueT_co", bound=Value, covariant=True)
StateT = TypeVar("StateT")
RowT = TypeVar("RowT")
FactsT = TypeVar("FactsT")


@frozen
class Definition:
    """What a figure means: the one place that documents, reports and pages read.

    Attributes:
        name: Its name in documents, lower case with underscores.
        title: Its title for people.
        sentence: What it counts, in words of the business.
        unit: What it is counted in.
        measures: The measures it is finished from.
        undefined: When it has no value; ``None`` if it always has one.
        source: Where the definition comes from.
        formula: How it is computed of what records and other figures are called; of those built in
            never empty.

    Example:
        >>> Definition("seats", "Seats", "Licenses bought.", Unit.LICENSES).undefined is None
        True
    """

    name: str
    title: str
    sentence: str
    unit: Unit
    measures: tuple[str, ...] = ()
    undefined: str | None = None
    source: str = ""
    formula: str = ""


@frozen
class Check:
    """One condition of a definition, tried on one customer or subscription.

    Attributes:
        condition: The condition, in words.
        holds: Whether it holds.
        by: By how much it fails, in ``unit``; ``None`` if it holds or knows no measure.
        unit: What ``by`` is counted in.

    Example:
        >>> print(Check("ends within 90 days", False, 12, "days"))
        no: ends within 90 days (by 12 days)
    """

    condition: str
    holds: bool
    by: int | str | None = None
    unit: str = ""

    def __str__(self) -> str:
        unit = self.unit.removesuffix("s") if self.by == 1 else self.unit
        margin = "" if self.by is None else f" (by {self.by} {unit})"

        return f"{'yes' if self.holds else 'no'}: {self.condition}{margin}"


@frozen(eq=False)
class Condition(Generic[FactsT]):
    """One condition of a definition: its words and its arithmetic, in one place.

    Attributes:
        sentence: What must hold, of a subscription; ``{window_days}`` and the like stand for the
            policy's settings.
        holds: For which rows of the facts it holds.
        by: By how much it fails, for one row; ``None`` where there is no measure.
        unit: What that is counted in.
    """

    sentence: str
    holds: Callable[[FactsT], Mask]
    by: Callable[[FactsT, int], int | str | None] | None = None
    unit: str = ""

    def check(self, facts: FactsT, row: int, policy: Policy) -> Check:
        """Try one row."""
        holds = bool(self.holds(facts)[row])
        margin = None if holds or self.by is None else self.by(facts, row)

        return Check(said(self.sentence, policy), holds, margin, self.unit if margin else "")


def said(sentence: str, policy: Policy) -> str:
    """A sentence with the policy's settings in place."""
    return sentence.format(**asdict(policy, recurse=False))


def all_hold(conditions: Sequence[Condition[FactsT]], facts: FactsT) -> Mask:
    """For which rows every condition holds."""
    mask = conditions[0].holds(facts)
    for condition in conditions[1:]:
        mask = mask & condition.holds(facts)

    return mask


@frozen
class Reason:
    """The conditions of a definition, tried on one subscription, or on the customer as a whole.

    Attributes:
        subscription_id: Which subscription or trial; ``None`` for the customer itself.
        checks: Every condition, in the order of the definition.

    Example:
        >>> Reason("Sub1", (Check("is active", True),)).holds
        True
    """

    subscription_id: str | None
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether all the conditions hold."""
        return all(check.holds for check in self.checks)


@frozen
class Why:
    """Why a customer is counted in a figure, or why it is not.

    Attributes:
        customer_id: Which customer.
        counted: Whether it is counted.
        reasons: What was tried: a customer is counted when all conditions of some reason hold.

    Example:
        >>> why = Why("c-1", False, (Reason("Sub1", (Check("is active", False),)),))
        >>> print(why)
        c-1 is not counted
          Sub1: no: is active
    """

    customer_id: str
    counted: bool
    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        lines = [f"{self.customer_id} is {'counted' if self.counted else 'not counted'}"]
        lines += [
            f"  {reason.subscription_id or self.customer_id}: {check}"
            for reason in self.reasons
            for check in reason.checks
        ]

        return "\n".join(lines)


class Evidence(Protocol):
    """Where a figure comes from, made when asked for."""

    def members(self) -> Sequence[str]:
        """Ids of the customers or subscriptions that are counted, by code point."""
        ...

    def why(self, customer_id: str, /) -> Why:
        """Why a customer is counted or not."""
        ...


@frozen(eq=False)
class Figure(Shown, Generic[ValueT_co]):
    """A figure of a report: a value that can say what it means and where it comes from.

    Attributes:
        value: A whole number, or a ratio (undefined when its denominator is 0).
        definition: What it means.
        as_of: The instant it holds at.
        policy: The windows and thresholds it was counted by.
    """

    value: ValueT_co
    definition: Definition
    as_of: datetime
    policy: Policy
    _evidence: Evidence = field(repr=False)

    @property
    def members(self) -> Sequence[str]:
        """Ids of the customers (or, for sums of licenses, subscriptions) counted, by code point."""
        return self._evidence.members()

    def why(self, customer_id: str) -> Why:
        """Why a customer is counted in this figure, or which condition fails and by how much.

        Raises:
            UnknownNameError: there is no such customer, or the figure was read from a document,
                which does not hold the records behind it.
        """
        return self._evidence.why(customer_id)

    def __int__(self) -> int:
        """Return the value, if it is a whole number."""
        if isinstance(self.value, int):
            return self.value
        msg = f"{self.definition.name} is no whole number"
        raise TypeError(msg)


@runtime_checkable
class Kpi(Protocol[StateT]):
    """A figure of one's own: a definition, and how to look, add up and say.

    ``lift`` of a portfolio's parts (cut by customer), merged in any order, must finish to the same
    value as ``lift`` of the whole; ``partnerkpi.testing`` tests that. States must be picklable.
    """

    @property
    def definition(self) -> Definition:
        """What the figure means."""
        ...

    def lift(self, columns: Portfolio, as_of: datetime, policy: Policy, /) -> StateT:
        """Look at the columns and count."""
        ...

    def merge(self, left: StateT, right: StateT, /) -> StateT:
        """Add two counts of different customers."""
        ...

    def finish(self, state: StateT, /) -> Value:
        """Say the value; reads the state and never writes."""
        ...


class Members(Sequence[str]):
    """Ids, as text only when asked for.

    Example:
        >>> from partnerkpi._text import Text
        >>> Members(Text.from_strings(["c-2", "c-1"]))
        Members(['c-1', 'c-2'])
    """

    __slots__ = ("_ids",)

    def __init__(self, ids: Text) -> None:
        """Order the ids by code point."""
        self._ids = ids.take(ids.order())

    def __len__(self) -> int:
        """Return how many ids there are."""
        return len(self._ids)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        """Return the id at a position, or a list of those in a range."""
        if isinstance(place, slice):
            return [self._ids[row] for row in range(len(self))[place]]

        return self._ids[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:10]))

        return f"Members([{shown}{', ...' if len(self) > 10 else ''}])"  # noqa: PLR2004


@frozen
class Column:
    """A column of a table.

    Attributes:
        name: Its name in documents.
        title: Its title for people.
        unit: What it is counted in.
        sentence: What its cells say, in words of the business; of those built in never empty.
    """

    name: str
    title: str
    unit: Unit
    sentence: str = ""


@frozen
class TableDefinition:
    """What a table lists, and in which order.

    Attributes:
        name: Its name in documents.
        title: Its title for people.
        sentence: What its rows are.
        columns: Its columns.
        key: The column it is ordered by; ties by customer id, then subscription or queue id.
        descending: Whether the greatest comes first; what is undefined comes last in any case.
    """

    name: str
    title: str
    sentence: str
    columns: tuple[Column, ...]
    key: str
    descending: bool = False


class RowPart(Protocol):
    """Some rows of a table, their cells made when asked for."""

    def __len__(self) -> int:
        """Return how many rows there are."""
        ...

    def cells(self, column: str, rows: Rows | None, /) -> Cells:
        """The cells of a column, of some rows or of all."""
        ...


@frozen(eq=False)
class Table(Exporting, Sequence[RowT], Shown):
    """Typed rows in the order of the definition, made when asked for: a page costs its own rows.

    Slicing gives a shorter table; ``sorted_by`` another order; ``to_dicts`` plain values. It goes
    out as an Arrow stream, which libraries of frames take as it is.
    """

    definition: TableDefinition
    row_type: Callable[..., RowT]
    _parts: tuple[RowPart, ...]
    _order: _Order = field(
        default=Factory(lambda self: _order_of(self, None), takes_self=True), repr=False
    )

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._order)

    @overload
    def __getitem__(self, place: int) -> RowT: ...
    @overload
    def __getitem__(self, place: slice) -> Table[RowT]: ...
    def __getitem__(self, place: int | slice) -> RowT | Table[RowT]:
        """Return the row at a position, or the table of a range of rows."""
        if isinstance(place, slice):
            return Table(self.definition, self.row_type, self._parts, self._order.page(place))
        at = range(len(self))[place]

        return next(self._rows(self._order.page(slice(at, at + 1)).rows))

    def __iter__(self) -> Iterator[RowT]:
        """Go through the rows."""
        yield from self._rows(self._order.page(slice(None)).rows)

    def sorted_by(self, column: str, *, descending: bool = False) -> Table[RowT]:
        """The same rows ordered by a column; ties by customer id, then subscription id.

        Raises:
            UnknownNameError: the table has no such column; names the nearest.
        """
        names = [each.name for each in self.definition.columns]
        if column not in names:
            raise UnknownNameError("column", column, names)
        rows = self._order.page(slice(None)).rows

        return Table(
            self.definition,
            self.row_type,
            self._parts,
            _Order.of(self._parts, rows, column, descending=descending),
        )

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as plain values, as in the report document."""
        return [plain(row) for row in self]

    def column(self, name: str) -> list[Any]:
        """The values of one column, in the order of the rows.

        Raises:
            UnknownNameError: the table has no such column; names the nearest.
        """
        names = [each.name for each in self.definition.columns]
        if name not in names:
            raise UnknownNameError("column", name, names)
        values: list[Any] = cells_of(self._parts, name, self._order.page(slice(None)).rows).values()

        return values

    def to_csv(self, path: str | os.PathLike[str] | None = None, *, guard: bool = True) -> str:
        """The rows as CSV for spreadsheets, named as in documents; see ``present.table_csv``.

        Args:
            path: Where to write it as well, in UTF-8; an existing file is replaced.
            guard: Whether texts that a spreadsheet would take for a formula get an apostrophe
                before them. Numbers never do; off, every text stays as it is.

        Raises:
            OSError: the path cannot be written.
        """
        from partnerkpi.present.spreadsheets import table_csv

        text = table_csv(self, guard=guard)
        if path is not None:
            Path(path).write_text(text, "utf-8", newline="")

        return text

    def to_xlsx(self, path: str | os.PathLike[str], *, language: str = "en") -> None:
        """Write the rows into a workbook of one sheet; see ``present.write_workbook``.

        Args:
            path: Where to; an existing file is replaced.
            language: ``en``, ``fr`` or ``sr``, also with a region as in ``fr-CA``.

        Raises:
            UnknownLanguageError: no such language; names those that there are.
            MissingExtraError: the extra ``xlsx`` is not installed, or any language but English
                without the extra ``locales``.
            ValueError: there are more rows, or a cell has more characters, than a sheet can hold.
            OSError: the path cannot be written.
        """
        from partnerkpi.present.spreadsheets import write_workbook
        from partnerkpi.present.words import words

        said = words(language)
        write_workbook([(said.title(self.definition), self)], path, words=said)

    def to_great_tables(self, *, language: str = "en", rows: int | None = 100) -> GT:
        """The rows as an object of great-tables, its cells as texts of a language.

        Args:
            language: ``en``, ``fr`` or ``sr``, also with a region as in ``fr-CA``.
            rows: How many rows to show, the number of the others being said; ``None`` for all.

        Raises:
            UnknownLanguageError: no such language; names those that there are.
            MissingExtraError: the extra ``tables`` is not installed, or any language but English
                without the extra ``locales``.
            ValueError: a negative number of rows.
        """
        from partnerkpi.present.great import great_table
        from partnerkpi.present.words import words

        return great_table(self, words=words(language), rows=rows)

    def _arrow_columns(self) -> Mapping[str, Any]:
        rows = self._order.page(slice(None)).rows
        names = [each.name for each in self.definition.columns]

        return {name: cells_of(self._parts, name, rows).arrow() for name in names}

    def _rows(self, rows: Rows) -> Iterator[RowT]:
        names = [each.name for each in self.definition.columns]
        columns = [cells_of(self._parts, name, rows).values() for name in names]
        for cells in zip(*columns, strict=True):
            yield self.row_type(*cells)


def plain(row: Any) -> dict[str, Any]:
    """A row as plain values."""
    values = asdict(row, recurse=False)

    return {name: _plain(value) for name, value in values.items()}


@runtime_checkable
class _Telling(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


def _plain(value: object) -> object:
    if isinstance(value, _Telling):
        return value.to_dict()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return instant_text(value)

    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def cells_of(parts: Sequence[RowPart], column: str, rows: Rows) -> Any:
    """The cells of a column at rows counted over all parts, in the order asked for."""
    if len(parts) == 1:
        return parts[0].cells(column, rows)
    sizes = [len(part) for part in parts]
    starts = np.cumsum([0, *sizes])
    owner = np.searchsorted(starts, rows, side="right") - 1
    order = np.argsort(owner, kind="stable")
    wanted = [
        part.cells(column, rows[owner == place] - starts[place]) for place, part in enumerate(parts)
    ]
    back = np.empty(len(rows), np.intp)
    back[order] = np.arange(len(rows))

    return joined(wanted).take(back)


@frozen(eq=False)
class _Order:
    """Rows sorted by a key; rows of equal keys are put in order only when a page needs them."""

    parts: tuple[RowPart, ...]
    rows: Rows
    keys: NDArray[np.int64] | None

    @staticmethod
    def of(
        parts: tuple[RowPart, ...],
        rows: Rows,
        column: str,
        *,
        descending: bool,
        missing_last: bool = False,
    ) -> _Order:
        keys = cells_of(parts, column, rows).ranks() if len(rows) else np.empty(0, np.int64)
        falling = -keys if descending else keys
        if missing_last:
            falling = np.where(keys == _MISSING, _MISSING, falling)
        order = np.argsort(falling, kind="stable")

        return _Order(parts, rows[order], keys[order])

    def __len__(self) -> int:
        return len(self.rows)

    def page(self, place: slice) -> _Order:
        """The rows of a range, in their final order."""
        wanted = range(len(self.rows))[place]
        if self.keys is None or not len(wanted):
            return _Order(self.parts, self.rows[place], None)
        low, high = sorted((wanted[0], wanted[-1]))
        first = self._edge(low, -1)
        last = self._edge(high, 1)
        rows = self._settled(first, last)

        return _Order(self.parts, rows[np.array(wanted) - first], None)

    def _edge(self, at: int, step: int) -> int:
        keys = self.keys
        assert keys is not None  # noqa: S101 (page asks only then)
        differs = np.flatnonzero(keys != keys[at])
        if step < 0:
            return int(differs[differs < at].max(initial=-1)) + 1

        return int(differs[differs > at].min(initial=len(keys)))

    def _settled(self, first: int, last: int) -> Rows:
        rows = self.rows[first:last]
        keys = self.keys
        assert keys is not None  # noqa: S101 (page asks only then)
        steps = np.concatenate([[0], np.cumsum(keys[first + 1 : last] != keys[first : last - 1])])
        ids = [
            text_ranks(cells.text)
            for name in ("queue_id", "subscription_id", "customer_id")
            if isinstance(cells := _maybe(self.parts, name, rows), Texts)
        ]

        return rows[np.lexsort((*ids, steps))]


def _maybe(parts: Sequence[RowPart], column: str, rows: Rows) -> object:
    try:
        return cells_of(parts, column, rows)
    except KeyError:
        return None


def _order_of(table: Table[Any], _: None) -> _Order:
    definition = table.definition
    size = sum(map(len, table._parts))  # noqa: SLF001 (the table's own default)

    return _Order.of(
        table._parts,  # noqa: SLF001
        np.arange(size, dtype=np.intp),
        definition.key,
        descending=definition.descending,
        missing_last=True,
    )


_MISSING = np.iinfo(np.int64).max
