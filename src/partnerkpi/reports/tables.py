"""The tables of a report, by name, as spreadsheets show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerkpi.reports.document import SECTION_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerkpi.calling.sections import Calling
    from partnerkpi.kpi import Table
    from partnerkpi.present.words import Words
    from partnerkpi.reports.assembly import Report

__all__ = ["sheets_of", "tables_of"]


def tables_of(report: Report) -> dict[str, Table[Any]]:
    """The tables, in the order of the page."""
    return dict(_tables(report))


def _tables(report: Report) -> Iterator[tuple[str, Table[Any]]]:
    if report.has_portfolio:
        yield "customers", report.customers
        for code, sections in report.licenses.items():
            for name in SECTION_NAMES:
                yield f"licenses.{code}.{name}", getattr(sections, name).rows
    if report.calling:
        yield from _of_calls(report.calling)


def _of_calls(calling: Calling) -> Iterator[tuple[str, Table[Any]]]:
    if calling.usage:
        yield "calling.usage.customers", calling.usage.customers
    if calling.quality:
        yield "calling.quality.endpoints", calling.quality.endpoints
        yield "calling.quality.customers", calling.quality.customers
    if calling.features:
        yield "calling.features", calling.features.rows
    if calling.queues:
        yield "calling.queues.customers", calling.queues.customers
        yield "calling.queues.queues", calling.queues.queues


def sheets_of(report: Report, words: Words) -> Iterator[tuple[str, Table[Any]]]:
    """The tables with the names of their sheets: those of licenses begin with the product."""
    for name, table in tables_of(report).items():
        room, _, rest = name.partition(".")
        product = f"{rest.partition('.')[0].capitalize()} - " if room == "licenses" else ""
        yield f"{product}{words.title(table.definition)}", table
