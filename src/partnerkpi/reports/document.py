"""A report as its document: plain values, in the order of the definitions."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import fields

from partnerkpi._instants import instant_text
from partnerkpi.aggregates import Ratio
from partnerkpi.kpi import Figure, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from attrs import AttrsInstance

    from partnerkpi.kpi import Value
    from partnerkpi.licenses.kpis import ProductSections
    from partnerkpi.reports.assembly import DataNotes, Report

__all__ = ["REPORT_FORMAT", "document_of", "figures_of", "plain_value"]

REPORT_FORMAT = "partnerkpi/report@1"


def document_of(report: Report) -> dict[str, Any]:
    """The report document."""
    document = {
        "format": REPORT_FORMAT,
        "as_of": instant_text(report.as_of),
        "policy": report.policy.to_dict(),
        "data": _notes(report.data),
        **(_portfolio(report) if report.has_portfolio else _NO_PORTFOLIO),
        "calling": report.calling.to_dict() if report.calling else None,
    }
    if report.figures:
        document["figures"] = {name: _own(each) for name, each in report.figures.items()}

    return document


_NO_PORTFOLIO: Mapping[str, Any] = MappingProxyType(
    {"overview": None, "customers": None, "licenses": None}
)


def _notes(data: DataNotes) -> dict[str, Any]:
    """What is to be known about the data; contradictions stand where it is known of any or none."""
    told = plain(data)

    return {
        name: value
        for name, value in told.items()
        if value is not None or not name.startswith("tied")
    }


def _portfolio(report: Report) -> dict[str, Any]:
    return {
        "overview": section_dict(report.overview),
        "customers": report.customers.to_dicts(),
        "licenses": {code: _product(each) for code, each in report.licenses.items()},
    }


def _product(sections: ProductSections) -> dict[str, Any]:
    trend = [plain(week) for week in sections.distribution_trend]
    rest = {
        name: {**section_dict(section), "rows": section.rows.to_dicts()}
        for name in SECTION_NAMES
        if (section := getattr(sections, name))
    }

    return {"distribution_trend": trend, **rest}


SECTION_NAMES = ("recently_added", "expiring", "renewing", "low_assignment", "overage")


def figures_of(section: AttrsInstance) -> dict[str, Figure[Any]]:
    """The figures of a section, by the name of their field."""
    named = {each.name: getattr(section, each.name) for each in fields(type(section))}

    return {name: value for name, value in named.items() if isinstance(value, Figure)}


def section_dict(section: AttrsInstance) -> dict[str, Any]:
    """The figures of a section as plain values."""
    return {name: plain_value(each.value) for name, each in figures_of(section).items()}


def plain_value(value: Value) -> object:
    """A figure's value as it stands in documents."""
    return value.to_dict() if isinstance(value, Ratio) else value


def _own(figure: Figure[Any]) -> dict[str, Any]:
    definition = figure.definition

    return {
        "title": definition.title,
        "sentence": definition.sentence,
        "unit": definition.unit.value,
        "value": plain_value(figure.value),
    }
