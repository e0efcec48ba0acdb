"""The customer list of a report: every customer, with its products and statuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from partnerkpi._cells import Choices, Objects, Texts
from partnerkpi._text import Text
from partnerkpi.kpi import Column, TableDefinition, Unit
from partnerkpi.models import ManagedBy
from partnerkpi.status import Status, by_urgency

if TYPE_CHECKING:
    from partnerkpi._arrays import Rows
    from partnerkpi.snapshot import Snapshot
    from partnerkpi.status import StatusColumns

__all__ = ["CUSTOMERS_TABLE", "CustomerRow", "CustomerRows", "StoredCustomerRows"]


@frozen
class CustomerRow:
    """A customer of the list.

    Attributes:
        customer_id: Its id.
        customer: Its name.
        managed_by: Who manages it.
        tags: Its tags.
        products: The products it has a license line of, in any subscription or trial that is
            there (pending and ended ones included), by code point.
        statuses: Its statuses, the most urgent first.
        badge: The one status to show; ``None`` if it has none.
    """

    customer_id: str
    customer: str
    managed_by: ManagedBy
    tags: tuple[str, ...]
    products: tuple[str, ...]
    statuses: tuple[Status, ...]
    badge: Status | None


CUSTOMERS_TABLE = TableDefinition(
    "customers",
    "Customers",
    "Every customer with its products and statuses, by id.",
    (
        Column("customer_id", "Customer ID", Unit.TEXT, "Unique id of the customer."),
        Column("customer", "Customer", Unit.TEXT, "Name of the customer's organization."),
        Column(
            "managed_by",
            "Managed by",
            Unit.TEXT,
            "Who manages the customer: the partner organization, or an external administrator.",
        ),
        Column("tags", "Tags", Unit.TEXT, "Tags that administrators gave the customer."),
        Column(
            "products",
            "Products",
            Unit.TEXT,
            "Products of which some subscription or trial that has not ended has a line.",
        ),
        Column(
            "statuses",
            "Statuses",
            Unit.TEXT,
            "Every status that holds for the customer, the most urgent first.",
        ),
        Column("badge", "Badge", Unit.TEXT, "The most urgent status of the customer."),
    ),
    key="customer_id",
)


@frozen(eq=False)
class CustomerRows:
    """A portfolio's customers as rows of the list, their cells made when asked for."""

    snapshot: Snapshot
    statuses: StatusColumns

    def __len__(self) -> int:
        """Return how many customers there are."""
        return len(self.snapshot.portfolio)

    def cells(self, column: str, rows: Rows | None = None, /) -> Any:
        """The cells of a column, of some rows or of all.

        Raises:
            KeyError: there is no such column.
        """
        make = _CELLS[column]

        return make(self, np.arange(len(self), dtype=np.intp) if rows is None else rows)

    def __reduce__(self) -> tuple[type[StoredCustomerRows], tuple[Mapping[str, Any]]]:
        # What leaves the process takes its cells along, not the portfolio behind them.
        return StoredCustomerRows, ({name: self.cells(name) for name in _CELLS},)


@frozen(eq=False)
class StoredCustomerRows:
    """Rows of the list that came from elsewhere."""

    frame: Mapping[str, Any]

    def __len__(self) -> int:
        """Return how many customers there are."""
        return len(self.frame["customer_id"])

    def cells(self, column: str, rows: Rows | None = None, /) -> Any:
        """The cells of a column, of some rows or of all."""
        return self.frame[column] if rows is None else self.frame[column].take(rows)


def _ids(part: CustomerRows, rows: Rows) -> Texts:
    return Texts(part.snapshot.portfolio.customer_columns.ids.take(rows))


def _names(part: CustomerRows, rows: Rows) -> Texts:
    return Texts(part.snapshot.portfolio.customer_columns.names.take(rows))


def _managed_by(part: CustomerRows, rows: Rows) -> Choices:
    external = part.snapshot.portfolio.customer_columns.external[rows]

    return Choices(external.view(np.uint8), (ManagedBy.PARTNER, ManagedBy.EXTERNAL))


def _tags(part: CustomerRows, rows: Rows) -> Objects:
    lists = part.snapshot.portfolio.customer_columns.tags.take(rows)
    labels = lists.texts.labels.to_list()
    tags: list[list[str]] = [[] for _ in range(len(rows))]
    for row, code in zip(lists.rows.tolist(), lists.texts.codes.tolist(), strict=True):
        tags[row].append(labels[code])

    return Objects(list(map(tuple, tags)))


def products_held(snapshot: Snapshot, rows: Rows) -> tuple[Rows, Rows, Text]:
    """Pairs of position among ``rows`` and product's code, each once, and the products' labels."""
    portfolio = snapshot.portfolio
    subscriptions, owner = portfolio.customer_columns.subscriptions.members(rows)
    there = snapshot.there[subscriptions]
    lines, position = portfolio.subscription_columns.lines.members(subscriptions[there])
    column = portfolio.line_columns.product
    many = max(len(column.labels), 1)
    pairs = np.unique(owner[there][position] * many + column.codes[lines])

    return pairs // many, pairs % many, column.labels


def _products(part: CustomerRows, rows: Rows) -> Objects:
    positions, codes, labels = products_held(part.snapshot, rows)
    names = labels.to_list()
    products: list[list[str]] = [[] for _ in range(len(rows))]
    for position, code in zip(positions.tolist(), codes.tolist(), strict=True):
        products[position].append(names[code])

    return Objects([tuple(sorted(held)) for held in products])


def _statuses(part: CustomerRows, rows: Rows) -> Objects:
    bits = part.statuses.bits[rows].tolist()
    known = {
        each: by_urgency(s for p, s in enumerate(Status) if each >> p & 1) for each in set(bits)
    }

    return Objects([known[each] for each in bits])


def _badges(part: CustomerRows, rows: Rows) -> Choices:
    codes = part.statuses.badges()[rows]

    return Choices(np.where(codes < 0, len(Status), codes), (*Status, None))


_CELLS: Mapping[str, Callable[[CustomerRows, Rows], Any]] = MappingProxyType(
    {
        "customer_id": _ids,
        "customer": _names,
        "managed_by": _managed_by,
        "tags": _tags,
        "products": _products,
        "statuses": _statuses,
        "badge": _badges,
    }
)
