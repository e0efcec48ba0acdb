"""The calling part of a report's page: which figures and rows it shows, in which order."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from attrs import fields

from partnerkpi.calling.figures import WeekFigure
from partnerkpi.kpi import Column, Unit
from partnerkpi.present.pieces import Block, Listing, listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from attrs import AttrsInstance

    from partnerkpi.calling.legs.feature_kpis import Features
    from partnerkpi.calling.legs.quality_kpis import Quality
    from partnerkpi.calling.legs.usage_kpis import Usage
    from partnerkpi.calling.queues.section import QueueSection
    from partnerkpi.calling.sections import Calling
    from partnerkpi.kpi import Table

__all__ = ["calling_blocks"]

_ID = Column("customer_id", "Customer ID", Unit.TEXT)
_NAME = Column("customer", "Customer", Unit.TEXT)
_WEEK = Column("week_end", "Week's end", Unit.INSTANT)
_USAGE_WEEK = (
    _WEEK,
    Column("light", "Light", Unit.USERS),
    Column("moderate", "Moderate", Unit.USERS),
    Column("heavy", "Heavy", Unit.USERS),
    Column("inactive", "Inactive", Unit.LICENSES),
    Column("active_users", "Active users", Unit.USERS),
    Column("legs", "Call legs", Unit.CALL_LEGS),
    Column("duration_ms", "Duration", Unit.MILLISECONDS),
)
_USAGE = (
    _ID,
    _NAME,
    Column("active_users", "Active users", Unit.USERS),
    Column("legs", "Call legs", Unit.CALL_LEGS),
    Column("legs_change", "Change", Unit.CALL_LEGS),
    Column("assigned", "Assigned", Unit.LICENSES),
)
_QUALITY_WEEK = (
    _WEEK,
    Column("good", "Good", Unit.CALL_LEGS),
    Column("poor", "Poor", Unit.CALL_LEGS),
    Column("unknown", "Unknown", Unit.CALL_LEGS),
    Column("poor_share", "Poor (%)", Unit.SHARE),
)
_CALLS = (
    Column("offered", "Offered", Unit.CALLS),
    Column("abandoned_rate", "Abandoned", Unit.SHARE),
    Column("average_time_to_answer_ms", "Time to answer", Unit.MILLISECONDS),
    Column("service_level", "Service level", Unit.SHARE),
)
_QUEUE = Column("queue_id", "Queue", Unit.TEXT)


def calling_blocks(calling: Calling) -> Iterator[Block]:
    """The blocks of the calling part."""
    start, end = (each.date().isoformat() for each in calling.week)
    facts = (("Week", f"from {start} to {end}"),)
    yield Block(title="Calls", level=1, facts=facts)
    yield from _usage(calling.usage) if calling.usage else ()
    yield from _quality(calling.quality) if calling.quality else ()
    yield from _features(calling.features) if calling.features else ()
    yield from _queues(calling.queues) if calling.queues else ()


def _figures(section: AttrsInstance) -> tuple[WeekFigure[Any, Any], ...]:
    """The figures that a section holds."""
    found = (getattr(section, each.name) for each in fields(type(section)))

    return tuple(each for each in found if isinstance(each, WeekFigure))


def _weeks(sentence: str, columns: tuple[Column, ...], weeks: tuple[Any, ...]) -> Listing:
    return Listing(sentence, columns, weeks, _cells(columns), newest_last=True)


def _some(table: Table[Any], columns: tuple[Column, ...]) -> Listing:
    """Some columns of a table: as many as a terminal has room for."""
    return Listing(table.definition.sentence, columns, table, _cells(columns))


def _cells(columns: tuple[Column, ...]) -> attrgetter[tuple[Any, ...]]:
    return attrgetter(*(column.name for column in columns))


def _usage(usage: Usage) -> Iterator[Block]:
    sentence = "Users by usage volume, in each completed week."
    weeks = _weeks(sentence, _USAGE_WEEK, usage.trend)
    yield Block(title="Usage", figures=_figures(usage), listing=weeks)
    table = usage.customers
    yield Block(title=table.definition.title, listing=_some(table, _USAGE))


def _quality(quality: Quality) -> Iterator[Block]:
    weeks = _weeks("Call legs by quality, in each completed week.", _QUALITY_WEEK, quality.trend)
    yield Block(title="Quality", figures=_figures(quality), listing=weeks)
    for table in (quality.endpoints, quality.customers):
        yield Block(title=table.definition.title, listing=listing(table))


def _features(features: Features) -> Iterator[Block]:
    rows = features.rows
    yield Block(title=rows.definition.title, figures=_figures(features), listing=listing(rows))


def _queues(queues: QueueSection) -> Iterator[Block]:
    weeks = _weeks("All queues, in each completed week.", (_WEEK, *_CALLS), queues.trend)
    yield Block(title="Call queues", figures=_queue_figures(queues), listing=weeks)
    customers, each_queue = queues.customers, queues.queues
    yield Block(title="Customers with call queues", listing=_some(customers, (_ID, _NAME, *_CALLS)))
    yield Block(title="Queues", listing=_some(each_queue, (_ID, _QUEUE, *_CALLS)))


def _queue_figures(queues: QueueSection) -> tuple[WeekFigure[Any, Any], ...]:
    return (
        queues.offered,
        queues.waiting,
        *queues.outcomes.values(),
        queues.abandoned_rate,
        queues.service_level,
        queues.average_time_to_answer_ms,
        queues.average_wait_before_abandon_ms,
        queues.longest_answered_ms,
        queues.longest_abandoned_ms,
        *(
            getattr(waits, percent)
            for waits in (queues.answered_wait_ms, queues.abandoned_wait_ms)
            for percent in ("p50", "p90", "p95")
        ),
    )
