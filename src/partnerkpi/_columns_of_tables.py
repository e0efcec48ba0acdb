"""Machinery: from sound rows of the tables to the columns of a portfolio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from attrs import frozen

from partnerkpi._arrays import narrowest
from partnerkpi._gathered import NO_COUNTS, NO_INT, NO_MASK, NO_ROWS, NO_TEXT
from partnerkpi._groups import Arranged, Levels, falling
from partnerkpi._layout import laid_out, places_of
from partnerkpi._managed import ManagedColumns, Sparse
from partnerkpi._seats import LineSeats, held_seats
from partnerkpi._sorting import ordered, rows_of, taken
from partnerkpi._text_forms import text_of
from partnerkpi.columns import (
    CodedText,
    CustomerColumns,
    LineColumns,
    ObservationColumns,
    SubscriptionColumns,
    TextLists,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerkpi._arrays import Codes, Counts, Mask
    from partnerkpi._gathered import Gathered, Tables, Vocabulary
    from partnerkpi._line_rows import LineRows
    from partnerkpi._managed import Held
    from partnerkpi._seats import HeldSeats
    from partnerkpi.managing_models import Administrator

__all__ = ["columns_of"]

_Value = TypeVar("_Value")


@frozen(eq=False)
class _Order:
    """Customers in the order of the portfolio, those with the most subscriptions first.

    Attributes:
        source: For each row of the portfolio the row of the table.
        place: For each row of the table the row of the portfolio, or -1.
        layout: The layout of the subscriptions.
    """

    source: Codes
    place: Codes
    layout: Levels

    @staticmethod
    def of(rows: Codes, size: int, owners: Codes) -> _Order:
        """Order the rows to be kept, of a table's ``size``, by how many rows they own."""
        counts = np.bincount(owners, minlength=size)[rows]
        order = falling(counts)
        source = rows[order]

        return _Order(source, places_of(source, size), Levels.of(counts[order]))


def columns_of(
    tables: Tables, held: Held, customers: Mask, subscriptions: Mask, lines: LineRows
) -> dict[str, Any]:
    """The columns of a portfolio by name; columns of the tables are let go as they are used.

    Args:
        tables: All rows.
        held: What is managed of rows of the tables.
        customers: Which customers to keep.
        subscriptions: Which subscriptions.
        lines: The license lines to keep, and their observations.
    """
    parents = tables.subscriptions.take("parents", NO_ROWS)
    kept = rows_of(subscriptions)
    order = _Order.of(rows_of(customers), len(customers), parents[kept])
    source = kept[laid_out(order.layout, order.place[parents[kept]])]
    owners = order.place[parents[source]]
    # What is done with is let go at once: at a million customers each array counts.
    del parents, kept
    found: dict[str, Any] = {
        "customer_columns": _customer_columns(tables, order, _at(held.assigned, order.place))
    }
    del order
    place = places_of(source, len(subscriptions))
    columns = ManagedColumns.of(_at(held.managed, place))
    layout = Arranged.of(np.bincount(lines.owners, minlength=len(place))[source])
    groups = layout.group_of.astype(place.dtype)[place[lines.owners]]
    del place
    found |= _line_columns(tables, lines, laid_out(layout.levels, groups))
    found["subscription_columns"] = _subscription_columns(
        tables.subscriptions,
        source,
        customer=owners,
        lines=layout,
        managed=columns,
        seats=_seats(layout, found["line_columns"], found["observation_columns"]),
    )

    return found


def _customer_columns(
    tables: Tables, order: _Order, assigned: Sparse[tuple[Administrator, ...]]
) -> CustomerColumns:
    table, source = tables.customers, order.source

    return CustomerColumns(
        ids=text_of(table.take("ids", NO_TEXT).take(source)),
        names=table.take("names", NO_TEXT).take(source),
        external=taken(table.take("external", NO_MASK), source),
        signed_in=taken(table.take("signed_in", NO_INT), source),
        tags=_tag_lists(tables, order.place),
        attributes={
            name: _spread(vocabulary, gathered, order.place, len(source))
            for name, (vocabulary, gathered) in tables.attributes.items()
        },
        order=order.place[order.place >= 0],
        subscriptions=order.layout,
        administrators=assigned,
    )


def _at(values: Mapping[int, _Value], place: Codes) -> Sparse[_Value]:
    """Values by row of a table, to those by row of the portfolio; rows left out lose theirs."""
    return Sparse.of({int(place[row]): value for row, value in values.items() if place[row] >= 0})


def _tag_lists(tables: Tables, place: Codes) -> TextLists:
    rows = place[tables.customers.take("tag_rows", NO_ROWS)]
    codes = tables.customers.take("tag_codes", NO_ROWS)
    kept = np.flatnonzero(rows >= 0)
    rows, codes = rows[kept], codes[kept]
    order = ordered(rows)

    return TextLists(rows[order].astype(np.intp), _coded(tables.tags, codes[order]))


def _coded(vocabulary: Vocabulary, codes: Codes) -> CodedText:
    return CodedText(codes.astype(vocabulary.width, copy=False), vocabulary.labels())


def _spread(vocabulary: Vocabulary, gathered: Gathered, place: Codes, size: int) -> CodedText:
    rows = place[gathered.take("rows", NO_ROWS)]
    codes = np.full(size, -1, vocabulary.width)
    kept = rows >= 0
    codes[rows[kept]] = gathered.take("codes", NO_ROWS)[kept]

    return _coded(vocabulary, codes)


def _subscription_columns(table: Gathered, source: Codes, **known: Any) -> SubscriptionColumns:
    columns: dict[str, Any] = {
        name: taken(table.take(name, NO_INT), source) for name in _SUBSCRIPTION_COLUMNS
    }

    return SubscriptionColumns(
        ids=text_of(table.take("ids", NO_TEXT).take(source)), **known, **columns
    )


_SUBSCRIPTION_COLUMNS = ("trial", "added", "starts", "ends", "auto_renew", "paid", "set_up")


def _line_columns(tables: Tables, lines: LineRows, order: Codes) -> dict[str, Any]:
    table = tables.licenses
    product, name = lines.products[order], lines.names[order]
    first, rows = lines.laid(order)

    return {
        "line_columns": LineColumns(
            product=_coded(tables.products, product), name=_coded(tables.names, name), first=first
        ),
        "observation_columns": ObservationColumns(
            observed=tables.instants.take(rows),
            **{name: narrowest(taken(table.take(name, NO_COUNTS), rows)) for name in _COUNTS},
        ),
    }


_COUNTS = ("total", "assigned", "used_7d", "used_3mo")


def _seats(layout: Arranged, lines: LineColumns, seen: ObservationColumns) -> HeldSeats | None:
    """What subscriptions count by the newest observation of every line."""
    columns = (seen.total, seen.assigned, seen.used_7d)
    newest = LineSeats(*(_newest(column, lines.first) for column in columns))

    return held_seats(layout, newest, seen.observed, lines.product.is_label)


def _newest(counts: Counts, first: Codes) -> Counts:
    observed = first[1:] != first[:-1]
    if len(counts) == len(observed) == np.count_nonzero(observed):
        return counts
    newest: Any = np.zeros(len(observed), counts.dtype)
    newest[observed] = counts.take(first[1:][observed] - 1)
    found: Counts = newest

    return found
