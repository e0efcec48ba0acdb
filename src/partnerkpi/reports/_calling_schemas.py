"""Machinery: pieces of JSON Schemas for the calling part of reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import fields

from partnerkpi.calling.legs import (
    CustomerQualityRow,
    EndpointQualityRow,
    FeatureRow,
    QualityWeek,
    UsageRow,
    UsageWeek,
)
from partnerkpi.calling.queues import (
    CustomerQueuesRow,
    OutcomeCounts,
    QueueRow,
    QueueWeek,
    WaitPercentiles,
)
from partnerkpi.io._schema import array, either, null, record, ref
from partnerkpi.reports._calling_frames import MAYBE, RATIOS

if TYPE_CHECKING:
    from partnerkpi.io._schema import Schema

__all__ = ["calling_definitions", "calling_schema"]

_TEXTS = ("customer_id", "queue_id", "endpoint_type", "feature")


def calling_schema() -> Schema:
    """The calling part of a report, or null."""
    week = record(dict.fromkeys(("start", "end"), ref("week_end")))
    sections = {
        name: either(ref(name), null()) for name in ("usage", "quality", "features", "queues")
    }

    return either(record({"week": week, **sections}), null())


def calling_definitions() -> Schema:
    """What the calling part refers to."""
    queues = {**_cells(CustomerQueuesRow), **_cells(QueueWeek)}
    for name in ("customer_id", "customer", "week_end"):
        del queues[name]

    return {
        "outcomes": record(_cells(OutcomeCounts)),
        "percentiles": record(dict.fromkeys(_names(WaitPercentiles), _maybe())),
        "usage": record({"trend": _weeks(UsageWeek), "customers": _rows(UsageRow)}),
        "quality": record(
            {
                "trend": _weeks(QualityWeek),
                "endpoints": _rows(EndpointQualityRow),
                "customers": _rows(CustomerQualityRow),
            }
        ),
        "features": record({"calls": ref("count"), "features": _rows(FeatureRow)}),
        "queues": record(
            {
                **queues,
                "trend": _weeks(QueueWeek),
                "customers": _rows(CustomerQueuesRow),
                "queues": _rows(QueueRow),
            }
        ),
    }


def _maybe() -> Schema:
    return either(ref("count"), null())


def _names(row: type) -> list[str]:
    return [each.name for each in fields(row)]


def _weeks(week: type) -> Schema:
    return array(record(_cells(week)), minItems=2)


def _rows(row: type) -> Schema:
    return array(record(_cells(row)))


def _cells(row: type) -> Schema:
    return {name: _cell(name) for name in _names(row)}


def _cell(column: str) -> Schema:
    """What a cell of a column may be."""
    known: dict[str, Schema] = {
        **dict.fromkeys(_TEXTS, ref("text")),
        **dict.fromkeys(RATIOS, ref("ratio")),
        **dict.fromkeys(MAYBE, _maybe()),
        **dict.fromkeys(("answered_wait_ms", "abandoned_wait_ms"), ref("percentiles")),
        "customer": either(ref("text"), null()),
        "week_end": ref("week_end"),
        "legs_by_week": array(ref("count"), minItems=2),
        "legs_change": ref("difference"),
        "outcomes": ref("outcomes"),
    }

    return known.get(column, ref("count"))
