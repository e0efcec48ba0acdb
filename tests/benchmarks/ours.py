"""Every call of partnerkpi that the benchmarks make, in one place.

What is timed of the figures: the portfolio looked at, the statuses of all customers and where each
customer's stand in the order in which customers came (the order of the peers' answers), the
overview and the sections of one product. Rows of the tables are neither put in order nor made
into Python objects; of the weekly work the changes of the rows that show them are timed as columns.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np

import partnerkpi as pk
from partnerkpi.licenses import figures_at
from partnerkpi.licenses.evidence import SelectedRows
from partnerkpi.licenses.rows import cells_of_rows
from partnerkpi.snapshot import snapshot
from partnerkpi.status import Status, status_columns
from tests.benchmarks.answers import STATUSES, Answers
from tests.benchmarks.generate import AS_OF, CALLING, PRODUCTS, Coded

if TYPE_CHECKING:
    from pathlib import Path

    from partnerkpi.licenses import (
        Expiring,
        LicenseFigures,
        LowAssignment,
        RecentlyAdded,
        Renewing,
    )
    from partnerkpi.snapshot import Snapshot
    from tests.benchmarks.answers import Change
    from tests.benchmarks.generate import Table, Tables

__all__ = [
    "columns",
    "figures",
    "kept_bytes",
    "portfolio",
    "portfolio_figures",
    "read",
    "read_without_extra",
    "weekly_figures",
]

Columns: TypeAlias = "dict[str, np.ndarray | pk.Coded]"
_PRODUCT = PRODUCTS[CALLING]
_WHEN = AS_OF.item().replace(tzinfo=UTC)


def portfolio(tables: Tables) -> pk.Portfolio:
    """Columns to a checked, grouped, locked portfolio."""
    return pk.from_columns(
        customers=columns(tables["customers"]),
        subscriptions=columns(tables["subscriptions"]),
        licenses=columns(tables["licenses"]),
    )


def figures(portfolio_: pk.Portfolio) -> Answers:
    """Statuses, overview and one product's sections; no rows."""
    at = snapshot(portfolio_, _WHEN, pk.Policy())

    return _answers(at, figures_at(at, products=(_PRODUCT,), trend=False))


def portfolio_figures(tables: Tables) -> Answers:
    """Columns to a portfolio and its figures."""
    return figures(portfolio(tables))


def weekly_figures(portfolio_: pk.Portfolio) -> Answers:
    """The same with the trend, and the weekly changes of the rows that show them."""
    at = snapshot(portfolio_, _WHEN, pk.Policy())
    found = figures_at(at, products=(_PRODUCT,), trend=True)
    sections = found.products[_PRODUCT]

    return attrs.evolve(
        _answers(at, found),
        trend=tuple(
            (week.total, week.assigned, week.used, week.available)
            for week in sections.distribution_trend
        ),
        added_assignment=_change(sections.recently_added, "weekly_assignment_change"),
        added_usage=_change(sections.recently_added, "weekly_usage_change"),
        low_assignment=_change(sections.low_assignment, "weekly_assignment_change"),
    )


def read(path: Path) -> pk.Portfolio:
    """Read a document through the extra ``fast``, or a folder of tables."""
    return pk.read(path, engine="fast")


def read_without_extra(path: Path) -> pk.Portfolio:
    """Read a document through the base door alone."""
    return pk.read(path, engine="base")


def kept_bytes(portfolio_: pk.Portfolio) -> int:
    """Bytes of the arrays that a portfolio keeps."""
    return portfolio_.nbytes


def columns(table: Table) -> Columns:
    """A table as the door takes it."""
    return {
        name: pk.Coded(column.codes, column.labels) if isinstance(column, Coded) else column
        for name, column in table.items()
    }


def _answers(at: Snapshot, found: LicenseFigures) -> Answers:
    overview, sections = found.overview, found.products[_PRODUCT]
    added, low, overage = sections.recently_added, sections.low_assignment, sections.overage

    return Answers(
        statuses=_statuses(at),
        overview=(
            overview.total_customers.value,
            overview.nearing_expiration.value,
            overview.nearing_renewal.value,
            overview.low_license_assignment.value,
            overview.over_license_limit.value,
        ),
        recently_added=(added.customers.value, added.total_licenses.value),
        expiring=_shares(sections.expiring),
        renewing=_shares(sections.renewing),
        low=(*_shares(low), low.unassigned.value),
        overage=(overage.customers.value, overage.licenses.value),
    )


def _statuses(at: Snapshot) -> np.ndarray:
    """The bits of every customer, in the order in which customers came."""
    if tuple(Status) != STATUSES:
        raise AssertionError(tuple(Status))

    return status_columns(at).bits.take(at.portfolio.customer_columns.order)


def _shares(section: Expiring | Renewing | LowAssignment) -> tuple[int, ...]:
    assignment, utilization = section.assignment.value, section.utilization.value

    return (
        section.customers.value,
        assignment.numerator,
        utilization.numerator,
        assignment.denominator,
    )


def _change(section: RecentlyAdded | LowAssignment, column: str) -> Change:
    (part,) = section._parts
    assert isinstance(part, SelectedRows)
    cells = cells_of_rows(part.facts, column, part.rows)
    known = int(np.count_nonzero(cells.known))

    return len(cells), len(cells) - known, int(cells.numbers.sum(where=cells.known))
