"""The calling part of a report's page: which figures and rows it shows, in which order."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from attrs import fields

from partnerkpi.calling.figures import WeekFigure
from partnerkpi.calling.queues.rules import FIGURES
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
    from partnerkpi.present.words import Words

__all__ = ["QUALITY_WEEK", "USAGE_WEEK", "calling_blocks"]


def _sentence(name: str) -> str:
    """What a figure of queues counts."""
    return FIGURES[name].definition.sentence


_ID = Column("customer_id", "Customer ID", Unit.TEXT, "Unique id of the customer.")
_NAME = Column(
    "customer",
    "Customer",
    Unit.TEXT,
    "Name of the customer's organization; none if no portfolio has the customer.",
)
_WEEK = Column("week_end", "Week's end", Unit.INSTANT, "End of the week, Sunday 00:00 UTC.")
USAGE_WEEK = (
    _WEEK,
    Column("light", "Light", Unit.USERS, "Users in the lowest of the usage bands."),
    Column("moderate", "Moderate", Unit.USERS, "Users in the middle of the usage bands."),
    Column("heavy", "Heavy", Unit.USERS, "Users in the highest of the usage bands."),
    Column(
        "inactive",
        "Inactive",
        Unit.LICENSES,
        "Assigned Calling licenses beyond active users: an estimate.",
    ),
    Column(
        "active_users",
        "Active users",
        Unit.USERS,
        "Users with a call leg in the week, each once per customer.",
    ),
    Column("legs", "Call legs", Unit.CALL_LEGS, "Call legs that started in the week."),
    Column(
        "duration_ms", "Duration", Unit.MILLISECONDS, "How long these call legs lasted together."
    ),
)
_USAGE = (
    _ID,
    _NAME,
    Column(
        "active_users",
        "Active users",
        Unit.USERS,
        "Users with a call leg in the week, each once per customer.",
    ),
    Column("legs", "Call legs", Unit.CALL_LEGS, "Call legs that started in the week."),
    Column(
        "legs_change",
        "Change",
        Unit.CALL_LEGS,
        "Call legs of the last week, less those of the week before.",
    ),
    Column(
        "assigned",
        "Assigned",
        Unit.LICENSES,
        "Calling licenses assigned at the end of the last week.",
    ),
)
QUALITY_WEEK = (
    _WEEK,
    Column(
        "good",
        "Good",
        Unit.CALL_LEGS,
        "Call legs of which something was measured, and nothing reached its limit.",
    ),
    Column(
        "poor",
        "Poor",
        Unit.CALL_LEGS,
        "Call legs whose packet loss, latency or jitter met or exceeded its limit.",
    ),
    Column("unknown", "Unknown", Unit.CALL_LEGS, "Call legs of which nothing was measured."),
    Column("poor_share", "Poor (%)", Unit.SHARE, "Poor of the good and poor call legs."),
)
_CALLS = (
    Column("offered", "Offered", Unit.CALLS, _sentence("offered")),
    Column("abandoned_rate", "Abandoned", Unit.SHARE, _sentence("abandoned_rate")),
    Column(
        "average_time_to_answer_ms",
        "Time to answer",
        Unit.MILLISECONDS,
        _sentence("average_time_to_answer_ms"),
    ),
    Column("service_level", "Service level", Unit.SHARE, _sentence("service_level")),
)
_QUEUE = Column("queue_id", "Queue", Unit.TEXT, "Id of the queue, unique within the customer.")


def calling_blocks(calling: Calling, words: Words) -> Iterator[Block]:
    """The blocks of the calling part, in the words of a language."""
    start, end = (words.date(each) for each in calling.week)
    facts = ((words.text("week"), words.text("from_to", start=start, end=end)),)
    yield Block(title=words.text("calls"), level=1, facts=facts)
    yield from _usage(calling.usage, words) if calling.usage else ()
    yield from _quality(calling.quality, words) if calling.quality else ()
    yield from _features(calling.features, words) if calling.features else ()
    yield from _queues(calling.queues, words) if calling.queues else ()


def _figures(section: AttrsInstance) -> tuple[WeekFigure[Any, Any], ...]:
    """The figures that a section holds."""
    found = (getattr(section, each.name) for each in fields(type(section)))

    return tuple(each for each in found if isinstance(each, WeekFigure))


def _weeks(sentence: str, columns: tuple[Column, ...], weeks: tuple[Any, ...]) -> Listing:
    return Listing(sentence, columns, weeks, _cells(columns), newest_last=True)


def _some(table: Table[Any], columns: tuple[Column, ...], words: Words) -> Listing:
    """Some columns of a table: as many as a terminal has room for."""
    return Listing(words.sentence(table.definition), columns, table, _cells(columns))


def _cells(columns: tuple[Column, ...]) -> attrgetter[tuple[Any, ...]]:
    return attrgetter(*(column.name for column in columns))


def _usage(usage: Usage, words: Words) -> Iterator[Block]:
    weeks = _weeks(words.text("usage_sentence"), USAGE_WEEK, usage.trend)
    yield Block(title=words.text("usage"), figures=_figures(usage), listing=weeks)
    table = usage.customers
    yield Block(title=words.title(table.definition), listing=_some(table, _USAGE, words))


def _quality(quality: Quality, words: Words) -> Iterator[Block]:
    weeks = _weeks(words.text("quality_sentence"), QUALITY_WEEK, quality.trend)
    yield Block(title=words.text("quality"), figures=_figures(quality), listing=weeks)
    for table in (quality.endpoints, quality.customers):
        yield Block(title=words.title(table.definition), listing=listing(table, words))


def _features(features: Features, words: Words) -> Iterator[Block]:
    rows, figures = features.rows, _figures(features)
    title = words.title(rows.definition)
    yield Block(title=title, figures=figures, listing=listing(rows, words))


def _queues(queues: QueueSection, words: Words) -> Iterator[Block]:
    weeks = _weeks(words.text("queues_sentence"), (_WEEK, *_CALLS), queues.trend)
    yield Block(title=words.text("queues"), figures=_queue_figures(queues), listing=weeks)
    customers = _some(queues.customers, (_ID, _NAME, *_CALLS), words)
    yield Block(title=words.text("queue_customers"), listing=customers)
    each_queue = _some(queues.queues, (_ID, _QUEUE, *_CALLS), words)
    yield Block(title=words.text("queue_list"), listing=each_queue)


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
