"""Rows of the quality tables: what each column shows, made when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import reduced
from partnerkpi._cells import Integers, Ratios, Texts
from partnerkpi._text import Text
from partnerkpi.calling._cells import difference
from partnerkpi.calling.legs._labels import Coder
from partnerkpi.calling.legs._terms import Sums, lock_sums
from partnerkpi.calling.legs.columns import GOOD, POOR, QUALITIES, RECENT, UNKNOWN
from partnerkpi.calling.names import Names
from partnerkpi.kpi import Column, TableDefinition, Unit

if TYPE_CHECKING:
    from partnerkpi._arrays import Rows
    from partnerkpi.aggregates import Ratio
    from partnerkpi.calling.legs.quality_measures import QualityState

__all__ = [
    "CUSTOMERS_TABLE",
    "CUSTOMER_CHANGES_TABLE",
    "ENDPOINTS_TABLE",
    "ENDPOINT_CHANGES_TABLE",
    "CustomerQualityRow",
    "EndpointQualityRow",
    "QualityRows",
    "QualityWeek",
    "customer_rows",
    "endpoint_rows",
]

#: What legs without an endpoint type are listed as.
NO_ENDPOINT = "unknown"


@frozen
class QualityWeek:
    """Quality in a week.

    Attributes:
        week_end: The week's end, a Sunday 00:00:00 UTC.
        good: Legs of which something was measured, and nothing reached its limit.
        poor: Legs of which a measurement reached its limit.
        unknown: Legs of which nothing was measured.
        poor_share: Poor of good and poor legs.
    """

    week_end: datetime
    good: int
    poor: int
    unknown: int
    poor_share: Ratio


@frozen
class EndpointQualityRow:
    """Quality of an endpoint type in the last week, or how it changed since the week before.

    Attributes:
        endpoint_type: The type; ``unknown`` where none was given.
        good: Legs of which something was measured, and nothing reached its limit.
        poor: Legs of which a measurement reached its limit.
        unknown: Legs of which nothing was measured.
        poor_share: Poor of good and poor legs.
    """

    endpoint_type: str
    good: int
    poor: int
    unknown: int
    poor_share: Ratio


@frozen
class CustomerQualityRow:
    """Quality of a customer in the last week, or how it changed since the week before.

    Attributes:
        customer_id: The customer's id.
        customer: The customer's name; ``None`` if no portfolio has it.
        good: Legs of which something was measured, and nothing reached its limit.
        poor: Legs of which a measurement reached its limit.
        unknown: Legs of which nothing was measured.
        poor_share: Poor of good and poor legs.
    """

    customer_id: str
    customer: str | None
    good: int
    poor: int
    unknown: int
    poor_share: Ratio


_COUNTS = (
    Column(
        "good",
        "Good",
        Unit.CALL_LEGS,
        "Call legs of which something was measured, and nothing reached its limit.",
    ),
    Column(
        "poor",
        "Poor",
        Unit.CALL_LEGS,
        "Call legs whose packet loss, latency or jitter met or exceeded its limit.",
    ),
    Column("unknown", "Unknown", Unit.CALL_LEGS, "Call legs of which nothing was measured."),
    Column("poor_share", "Poor (%)", Unit.SHARE, "Poor of the good and poor call legs."),
)

_TYPE = Column(
    "endpoint_type", "Endpoint type", Unit.TEXT, "What kind of device or app was called with."
)
_CUSTOMER = (
    Column("customer_id", "Customer ID", Unit.TEXT, "Unique id of the customer."),
    Column(
        "customer",
        "Customer",
        Unit.TEXT,
        "Name of the customer's organization; none if no portfolio has the customer.",
    ),
)

ENDPOINTS_TABLE = TableDefinition(
    "quality.endpoints",
    "Quality by endpoint type",
    "Endpoint types with a call leg in the last week, by name.",
    (_TYPE, *_COUNTS),
    key="endpoint_type",
)
CUSTOMERS_TABLE = TableDefinition(
    "quality.customers",
    "Quality by customer",
    "Customers with a call leg in the last week, the highest poor share first.",
    (*_CUSTOMER, *_COUNTS),
    key="poor_share",
    descending=True,
)
ENDPOINT_CHANGES_TABLE = TableDefinition(
    "quality.endpoint_changes",
    "Quality by endpoint type: change against the week before",
    "Endpoint types with a call leg in the last week or the week before, by name.",
    (_TYPE, *_COUNTS),
    key="endpoint_type",
)
CUSTOMER_CHANGES_TABLE = TableDefinition(
    "quality.customer_changes",
    "Quality by customer: change against the week before",
    "Customers with a call leg in the last week or the week before, the greatest rise of the poor"
    " share first.",
    (*_CUSTOMER, *_COUNTS),
    key="poor_share",
    descending=True,
)


@frozen(eq=False)
class QualityRows:
    """The rows of a quality table, their cells made when asked for.

    Attributes:
        names: Who or what the rows are of.
        counts: Legs of unknown, good and poor quality of each, in the last two weeks.
        rows: Which of them the table lists.
        changes: Whether it tells what changed from one week to the other.
    """

    names: Names
    counts: Sums = field(converter=lock_sums)
    rows: Rows
    changes: bool

    @staticmethod
    def of(names: Names, counts: Sums, *, changes: bool) -> QualityRows:
        """Those with a leg in the last week, or where changes are told in either week."""
        weeks = counts if changes else counts[-1:]

        return QualityRows(names, counts, np.flatnonzero(weeks.any(axis=(0, 2))), changes)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    def cells(self, column: str, rows: Rows | None = None, /) -> Any:
        """The cells of a column, of some rows or of all.

        Raises:
            KeyError: there is no such column.
        """
        wanted = self.rows if rows is None else self.rows[rows]
        if column in ("customer_id", "endpoint_type"):
            return Texts(self.names.ids.take(wanted))
        if column == "customer":
            return self.names.cells(wanted)
        then, now = (_CELLS[column](week) for week in self.counts[:, wanted])

        return difference(now, then) if self.changes else now

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)


def customer_rows(state: QualityState, names: Names, *, changes: bool = False) -> QualityRows:
    """The rows of customers."""
    return QualityRows.of(names, state.by_customer, changes=changes)


def endpoint_rows(state: QualityState, *, changes: bool = False) -> QualityRows:
    """The rows of endpoint types; legs without any count as ``unknown``."""
    types = Coder.of(state.endpoints)
    place = types.numbers(Text.from_strings([NO_ENDPOINT]))
    counts = np.zeros((RECENT, types.size, QUALITIES), np.int64)
    counts[:, : len(state.endpoints)] = state.by_endpoint[:, 1:]
    counts[:, place] += state.by_endpoint[:, :1]

    return QualityRows.of(Names.of(types.text(), None), counts, changes=changes)


_CELLS: Mapping[str, Callable[[Sums], Integers | Ratios]] = MappingProxyType(
    {
        "good": lambda counts: Integers(counts[:, GOOD]),
        "poor": lambda counts: Integers(counts[:, POOR]),
        "unknown": lambda counts: Integers(counts[:, UNKNOWN]),
        "poor_share": lambda counts: Ratios(counts[:, POOR], counts[:, POOR] + counts[:, GOOD]),
    }
)
