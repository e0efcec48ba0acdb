"""Machinery: the three tables of a portfolio as Arrow arrays, in the order that records came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
from attrs import frozen

from partnerkpi._arrays import NEVER, OPEN
from partnerkpi._arrow import (
    Exporting,
    coded_array,
    codes_array,
    flags_array,
    instants_array,
    lists_array,
    numbers_array,
    text_array,
)
from partnerkpi._history_rows import PortfolioRows
from partnerkpi.io._table_columns import ATTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerkpi._arrays import Mask, Micros, Rows
    from partnerkpi._moments import Moments
    from partnerkpi.columns import Portfolio

__all__ = ["PortfolioTable", "PortfolioTables", "portfolio_tables"]


@frozen(eq=False)
class PortfolioTable(Exporting):
    """A table of a portfolio, ready to go out as an Arrow stream."""

    columns: Mapping[str, Any]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(next(iter(self.columns.values())))

    def _arrow_columns(self) -> Mapping[str, Any]:
        return self.columns


class PortfolioTables(TypedDict):
    """The three tables of a portfolio by name."""

    customers: PortfolioTable
    subscriptions: PortfolioTable
    licenses: PortfolioTable


def portfolio_tables(portfolio: Portfolio) -> PortfolioTables:
    """The three tables of a portfolio."""
    at = PortfolioRows.of(portfolio)
    owners = at.customers.take(at.owners)

    return {
        "customers": PortfolioTable(_customers(portfolio, at.customers)),
        "subscriptions": PortfolioTable(_subscriptions(portfolio, at.subscriptions, owners)),
        "licenses": PortfolioTable(_licenses(at)),
    }


def _customers(portfolio: Portfolio, rows: Rows) -> Mapping[str, Any]:
    columns = portfolio.customer_columns
    place = np.empty(len(rows), np.intp)
    place[rows] = np.arange(len(rows))
    owners = place.take(columns.tags.rows)
    # A customer's tags keep their order.
    order = np.argsort(owners, kind="stable")
    tags = columns.tags.texts.labels.take(columns.tags.texts.codes.take(order))
    attributes = {
        f"{ATTRIBUTE}{name}": codes_array(column.codes.take(rows), column.labels)
        for name, column in columns.attributes.items()
    }

    return {
        "customer_id": text_array(columns.ids.take(rows)),
        "name": text_array(columns.names.take(rows)),
        "managed_by": coded_array(
            columns.external.take(rows).view(np.int8), ("partner", "external")
        ),
        "last_admin_sign_in_at": _instants(columns.signed_in.take(rows)),
        "tags": lists_array(owners.take(order), text_array(tags), len(rows)),
        **attributes,
    }


def _subscriptions(portfolio: Portfolio, rows: Rows, customers: Rows) -> Mapping[str, Any]:
    columns = portfolio.subscription_columns
    return {
        "subscription_id": text_array(columns.ids.take(rows)),
        "customer_id": text_array(portfolio.customer_columns.ids.take(customers)),
        "kind": coded_array(columns.trial.take(rows).view(np.int8), ("subscription", "trial")),
        "added_at": _instants(columns.added.take(rows)),
        "starts_at": _instants(columns.starts.take(rows)),
        "ends_at": _instants(columns.ends.take(rows)),
        "auto_renew": flags_array(columns.auto_renew.take(rows)),
        "paid": _stated(columns.paid, columns.managed.invoiced, rows),
        "set_up": _stated(columns.set_up, columns.managed.listed, rows),
    }


def _stated(flags: Mask, unstated: Rows, rows: Rows) -> Any:
    """What is stated; null where invoices or a checklist say it."""
    stated = np.ones(len(flags), np.bool_)
    stated[unstated] = False

    return flags_array(flags.take(rows), stated.take(rows))


def _licenses(at: PortfolioRows) -> Mapping[str, Any]:
    portfolio = at.portfolio
    columns, observations = portfolio.line_columns, portfolio.observation_columns
    # A line without observations has a row of its own, with nothing in it.
    rows, of, known = at.observed()
    rows[~known] = 0
    lines, holders = at.lines.take(of), at.subscriptions.take(at.holders.take(of))
    counts = {
        name: numbers_array(_taken(getattr(observations, name), rows), known)
        for name in ("total", "assigned", "used_7d", "used_3mo")
    }
    observed = _micros(observations.observed, rows)

    return {
        "subscription_id": text_array(portfolio.subscription_columns.ids.take(holders)),
        "product": codes_array(columns.product.codes.take(lines), columns.product.labels),
        "name": codes_array(columns.name.codes.take(lines), columns.name.labels),
        "observed_at": instants_array(observed, known & (observed != NEVER)),
        **counts,
    }


def _taken(values: Any, rows: Rows) -> Any:
    return values.take(rows) if len(values) else np.zeros(len(rows), values.dtype)


def _micros(moments: Moments, rows: Rows) -> Micros:
    codes = _taken(moments.codes, rows)
    if moments.table is not None:
        micros: Micros = _taken(moments.table, codes.astype(np.intp))
        return micros

    return np.where(codes == 0, NEVER, (codes.astype(np.int64) - 1) * moments.step)


def _instants(micros: Micros) -> Any:
    return instants_array(micros, (micros != NEVER) & (micros != OPEN))
