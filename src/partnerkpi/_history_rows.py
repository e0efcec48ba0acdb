"""Machinery: portfolios as rows in the order of their records, to be put one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi._arrays import NEVER
from partnerkpi._batches import LicenseBatch
from partnerkpi._ids import IdIndex
from partnerkpi._layout import places_of
from partnerkpi._text import Text, group
from partnerkpi._text_forms import Labeled
from partnerkpi.columns import CodedText, Portfolio

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partnerkpi._arrays import Codes, Mask, Micros, Rows
    from partnerkpi._groups import Arranged, Levels

__all__ = [
    "IdUnion",
    "Observations",
    "PortfolioRows",
    "cells_of",
    "coded",
    "count_of",
    "instants_of",
    "labeled",
]


@frozen(eq=False)
class IdUnion:
    """Rows of two tables, one after the other, of which those with one id are one.

    Attributes:
        latest: For each id, in the order in which ids first come, the last row that has it.
        first: For each id the first row that has it.
        number: For each row the number of its id.
    """

    latest: Rows
    first: Rows
    number: Codes

    @staticmethod
    def of(ids: Text) -> IdUnion:
        firsts = IdIndex.of(ids).firsts
        rows = np.arange(len(ids))
        first = np.flatnonzero(firsts == rows)
        number = places_of(first, len(ids))[firsts]
        latest = first.copy()
        # Of several rows the last one assigned stays.
        latest[number] = rows

        return IdUnion(latest, first, number)


@frozen(eq=False)
class PortfolioRows:
    """The rows of a portfolio's levels in the order in which records come.

    Attributes:
        portfolio: The columns.
        customers: Rows of customers.
        subscriptions: Rows of subscriptions, customer by customer.
        owners: For each of these its customer, as a place in ``customers``.
        lines: Rows of license lines, subscription by subscription.
        holders: For each of these its subscription, as a place in ``subscriptions``.
    """

    portfolio: Portfolio
    customers: Rows
    subscriptions: Rows
    owners: Rows
    lines: Rows
    holders: Rows

    @staticmethod
    def of(portfolio: Portfolio) -> PortfolioRows:
        columns = portfolio.customer_columns
        customers = columns.order.astype(np.intp)
        subscriptions, owners = _members(columns.subscriptions, customers)
        lines, holders = _members(portfolio.subscription_columns.lines, subscriptions)

        return PortfolioRows(portfolio, customers, subscriptions, owners, lines, holders)

    def observed(self) -> tuple[Rows, Rows, Mask]:
        """Rows of observations line by line, the place of the line, and whether there is any.

        A line without an observation has one row all the same, whose number means nothing.
        """
        first = self.portfolio.line_columns.first.astype(np.intp)
        begin, counts = first[self.lines], first[self.lines + 1] - first[self.lines]
        rows = np.maximum(counts, 1)
        places = np.repeat(np.arange(len(self.lines)), rows)
        turns = np.arange(len(places)) - np.repeat(np.cumsum(rows) - rows, rows)

        return begin[places] + turns, places, counts[places] > 0


def _members(layout: Levels | Arranged, groups: Rows) -> tuple[Rows, Rows]:
    if not len(layout):
        return np.empty(0, np.intp), np.empty(0, np.intp)

    return layout.members(groups)


@frozen(eq=False)
class Observations:
    """Observations of both portfolios, the earlier ones first, less what both have alike.

    Attributes:
        subscriptions: For each row the number of its subscription.
        products: Its product.
        names: Its license name.
        observed: Whether it is an observation, or only says that there is such a line.
        instants: Its instant, or ``NEVER``.
        counts: Its four counts, by name.
    """

    subscriptions: Rows
    products: Labeled
    names: Labeled
    observed: Mask
    instants: Micros
    counts: Mapping[str, Micros]

    def batch(self) -> LicenseBatch:
        """Them as a door hands them in."""
        return LicenseBatch(
            subscriptions=self.subscriptions,
            products=self.products,
            names=self.names,
            observed=self.observed,
            observed_at=self.instants,
            **self.counts,
            bad=np.zeros(len(self.observed), np.bool_),
        )

    def again(self) -> tuple[Rows, Rows]:
        """Rows that repeat an instant of a line, and for each the row before it that has it."""
        keys = (self.instants, self.names.codes, self.products.codes, self.subscriptions)
        rows = np.flatnonzero(self.observed)
        order = rows[np.lexsort([key[rows] for key in keys])]
        same = np.logical_and.reduce([key[order[1:]] == key[order[:-1]] for key in keys])
        places = np.flatnonzero(same)

        return order[places + 1], order[places]

    def distinct(self) -> Observations:
        """Without the rows that say again what an earlier row says."""
        again, before = self.again()
        alike = np.logical_and.reduce(
            [column[again] == column[before] for column in self.counts.values()]
        )
        kept = np.ones(len(self.observed), np.bool_)
        kept[again[alike]] = False

        return self.take(np.flatnonzero(kept))

    def said(self, row: int) -> str:
        """The counts of a row in words."""
        return ", ".join(f"{name} {int(column[row])}" for name, column in self.counts.items())

    def take(self, rows: Rows) -> Observations:
        """Some of the rows."""
        return Observations(
            self.subscriptions[rows],
            self.products.take(rows),
            self.names.take(rows),
            self.observed[rows],
            self.instants[rows],
            {name: column[rows] for name, column in self.counts.items()},
        )


def cells_of(column: CodedText | None, rows: Rows) -> CodedText:
    """The texts of some rows; of a column that is not there none."""
    if column is None:
        return CodedText(np.full(len(rows), -1, np.int32), Text.from_strings([]))

    return column.take(rows)


def labeled(columns: Iterable[tuple[CodedText, Rows]]) -> Labeled:
    """Rows of two columns, one after the other, without any that has no text."""
    joined = coded(column.take(rows) for column, rows in columns)

    return Labeled(joined.codes, joined.labels)


def coded(columns: Iterable[CodedText]) -> CodedText:
    """Columns one after the other, under labels of their own."""
    first, second = columns
    codes, firsts = group(Text.concatenate([first.labels, second.labels]))
    labels = Text.concatenate([first.labels, second.labels]).take(firsts)
    shifted = second.codes.astype(np.intp) + len(first.labels)
    whole = np.concatenate([first.codes.astype(np.intp), np.where(second.codes < 0, -1, shifted)])
    known = np.append(codes, -1)

    return CodedText(known[whole], labels)


def instants_of(side: PortfolioRows, rows: Rows, _: Rows, observed: Mask) -> Micros:
    """The instants of observations, ``NEVER`` where there is none."""
    moments = side.portfolio.observation_columns.observed
    found = np.full(len(rows), NEVER, np.int64)
    found[observed] = moments.micros(rows[observed])

    return found


def count_of(name: str, side: PortfolioRows, rows: Rows, _: Rows, observed: Mask) -> Micros:
    """A count of observations, 0 where there is none."""
    column = getattr(side.portfolio.observation_columns, name)
    found = np.zeros(len(rows), np.int64)
    found[observed] = column[rows[observed]]

    return found
