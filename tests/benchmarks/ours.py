"""Every call of partnerkpi that the benchmarks make, in one place."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np

import partnerkpi as pk
from tests.benchmarks.answers import STATUSES, Answers
from tests.benchmarks.generate import AS_OF, CALLING, PRODUCTS, Coded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.benchmarks.answers import Change
    from tests.benchmarks.generate import Table, Tables

__all__ = [
    "figures",
    "kept_bytes",
    "portfolio",
    "portfolio_figures",
    "read",
    "read_without_extra",
    "weekly_figures",
]

Columns: TypeAlias = dict[str, "np.ndarray | pk.Coded"]
_WHEN = AS_OF.astype(datetime).replace(tzinfo=UTC)


def portfolio(tables: Tables) -> pk.Portfolio:
    """Columns to a checked, grouped, locked portfolio."""
    return pk.Portfolio.from_columns(**{name: _columns(tables[name]) for name in tables})


def figures(portfolio_: pk.Portfolio) -> Answers:
    """Statuses, overview and one product's sections; no rows."""
    report = pk.report(portfolio_, as_of=_WHEN)
    overview, sections = report.overview, report.licenses[PRODUCTS[CALLING]]
    added, low, overage = sections.recently_added, sections.low_assignment, sections.overage
    return Answers(
        statuses=_statuses(report),
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


def portfolio_figures(tables: Tables) -> Answers:
    """Columns to a portfolio and its figures."""
    return figures(portfolio(tables))


def weekly_figures(portfolio_: pk.Portfolio) -> Answers:
    """The same with the trend, and the weekly changes of the rows that show them."""
    import attrs

    report = pk.report(portfolio_, as_of=_WHEN)
    sections = report.licenses[PRODUCTS[CALLING]]
    added, low = sections.recently_added.rows, sections.low_assignment.rows
    return attrs.evolve(
        figures(portfolio_),
        trend=tuple(
            (week.total, week.assigned, week.used, week.available)
            for week in sections.distribution_trend
        ),
        added_assignment=_change(added.column("weekly_assignment_change")),
        added_usage=_change(added.column("weekly_usage_change")),
        low_assignment=_change(low.column("weekly_assignment_change")),
    )


def read(path: Path) -> pk.Portfolio:
    """Read a document or a folder of tables, with the extra ``fast`` where it helps."""
    return pk.read(path)


def read_without_extra(path: Path) -> pk.Portfolio:
    """The same through the base door alone."""
    with _hidden("msgspec"):
        return pk.read(path)


def kept_bytes(portfolio_: pk.Portfolio) -> int:
    """Bytes of the arrays that a portfolio keeps."""
    return portfolio_.nbytes


def _columns(table: Table) -> Columns:
    return {
        name: pk.Coded(column.codes, column.labels) if isinstance(column, Coded) else column
        for name, column in table.items()
    }


def _statuses(report: pk.Report) -> np.ndarray:
    bits = np.zeros(len(report.customers), np.uint8)
    for bit, status in enumerate(STATUSES):
        bits |= report.statuses.mask(status).astype(np.uint8) << bit
    return bits


def _shares(section: pk.licenses.Section) -> tuple[int, ...]:
    assignment, utilization = section.assignment.value, section.utilization.value
    return (
        section.customers.value,
        assignment.numerator,
        utilization.numerator,
        assignment.denominator,
    )


def _change(column: Sequence[int | None]) -> Change:
    known = [value for value in column if value is not None]
    return len(column), len(column) - len(known), sum(known)


@contextmanager
def _hidden(module: str) -> Iterator[None]:
    """Make an optional module look as if it were not installed."""
    missing = object()
    before = sys.modules.get(module, missing)
    sys.modules[module] = cast("object", None)  # type: ignore[assignment]
    try:
        yield
    finally:
        if before is missing:
            del sys.modules[module]
        else:
            sys.modules[module] = before  # type: ignore[assignment]
