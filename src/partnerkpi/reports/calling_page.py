"""The calling part of a report's page: which figures and rows it shows, in which order."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from attrs import fields

from partnerkpi.calling.figures import WeekFigure
from partnerkpi.calling.queues.columns import OFFERED
from partnerkpi.calling.queues.rules import FIGURES, PERCENTS
from partnerkpi.kpi import Column, Unit
from partnerkpi.present.pieces import Bar, Block, Listing, Picture, listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from attrs import AttrsInstance

    from partnerkpi.calling.legs.feature_kpis import Features
    from partnerkpi.calling.legs.quality_kpis import Quality
    from partnerkpi.calling.legs.usage_kpis import Usage
    from partnerkpi.calling.queues.section import QueueSection
    from partnerkpi.calling.sections import Calling
    from partnerkpi.kpi import Table, TableDefinition
    from partnerkpi.reports.telling import Telling

__all__ = [
    "QUALITY_WEEK",
    "USAGE_WEEK",
    "calling_blocks",
    "feature_blocks",
    "quality_blocks",
    "queue_blocks",
    "usage_blocks",
    "whole_listing",
]


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


_USERS = Picture("stack", ("light", "moderate", "heavy"))
_LEGS = Picture("stack", ("good", "poor", "unknown"))
_GOOD = Bar("parts", ("good", "poor", "unknown"))
_SHARE = Bar("share", ("share",))


def calling_blocks(calling: Calling, telling: Telling) -> Iterator[Block]:
    """The blocks of the calling part."""
    text = telling.words.text
    start, end = (telling.words.date(each) for each in calling.week)
    facts = ((text("week"), text("from_to", start=start, end=end)),)
    yield Block(title=text("calls"), level=1, facts=facts)
    yield from usage_blocks(calling.usage, telling) if calling.usage else ()
    yield from quality_blocks(calling.quality, telling) if calling.quality else ()
    yield from feature_blocks(calling.features, telling) if calling.features else ()
    yield from queue_blocks(calling.queues, telling) if calling.queues else ()


def _figures(section: AttrsInstance) -> tuple[WeekFigure[Any, Any], ...]:
    """The figures that a section holds."""
    found = (getattr(section, each.name) for each in fields(type(section)))

    return tuple(each for each in found if isinstance(each, WeekFigure))


def _weeks(
    sentence: str,
    columns: tuple[Column, ...],
    weeks: tuple[Any, ...],
    picture: Picture | None = None,
) -> Listing:
    return Listing(sentence, columns, weeks, _cells(columns), newest_last=True, picture=picture)


def _rows(table: Table[Any], some: tuple[Column, ...], telling: Telling) -> Listing:
    """A table's columns: all, or as many as a terminal has room for."""
    return _listing(table, _all_columns(table.definition) if telling.whole else some, telling)


def whole_listing(table: Table[Any], telling: Telling) -> Listing:
    """All columns of a table, those that hold several values told one by one."""
    return _listing(table, _all_columns(table.definition), telling)


def _listing(table: Table[Any], columns: tuple[Column, ...], telling: Telling) -> Listing:
    sentence = telling.words.sentence(table.definition)

    return Listing(sentence, columns, table, _cells(columns), statuses=telling.statuses)


def _all_columns(definition: TableDefinition) -> tuple[Column, ...]:
    several = ("outcomes", "answered_wait_ms", "abandoned_wait_ms")

    return tuple(
        each
        for column in definition.columns
        for each in (_one_by_one(column.name) if column.name in several else (column,))
    )


def _one_by_one(name: str) -> tuple[Column, ...]:
    inner = [each.value for each in OFFERED] if name == "outcomes" else [f"p{p}" for p in PERCENTS]
    told = [FIGURES[f"{name}.{each}"].definition for each in inner]

    return tuple(
        Column(each.name.removeprefix("queues."), each.title, each.unit, each.sentence)
        for each in told
    )


def _cells(columns: tuple[Column, ...]) -> attrgetter[tuple[Any, ...]]:
    return attrgetter(*(column.name for column in columns))


def usage_blocks(usage: Usage, telling: Telling) -> Iterator[Block]:
    """Who called: users by usage volume, then customers."""
    text = telling.words.text
    weeks = _weeks(text("usage_sentence"), USAGE_WEEK, usage.trend, _USERS)
    yield Block(title=text("usage"), figures=_figures(usage), listing=weeks)
    table = usage.customers
    title = telling.words.title(table.definition)
    yield Block(title=title, listing=_rows(table, _USAGE, telling))


def quality_blocks(quality: Quality, telling: Telling) -> Iterator[Block]:
    """How well calls went: by week, by endpoint type, by customer."""
    words = telling.words
    weeks = _weeks(words.text("quality_sentence"), QUALITY_WEEK, quality.trend, _LEGS)
    yield Block(title=words.text("quality"), figures=_figures(quality), listing=weeks)
    endpoints, customers = quality.endpoints, quality.customers
    shown = listing(endpoints, words, bar=_GOOD)
    yield Block(title=words.title(endpoints.definition), listing=shown)
    shown = listing(customers, words, bar=_GOOD, statuses=telling.statuses)
    yield Block(title=words.title(customers.definition), listing=shown)


def feature_blocks(features: Features, telling: Telling) -> Iterator[Block]:
    """What calls used."""
    rows = features.rows
    shown = listing(rows, telling.words, bar=_SHARE)
    title = telling.words.title(rows.definition)
    yield Block(title=title, figures=_figures(features), listing=shown)


def queue_blocks(queues: QueueSection, telling: Telling) -> Iterator[Block]:
    """Calls into queues: by week, by customer, by queue."""
    text = telling.words.text
    weeks = _weeks(text("queues_sentence"), (_WEEK, *_CALLS), queues.trend)
    yield Block(title=text("queues"), figures=_queue_figures(queues), listing=weeks)
    customers, each_queue = queues.customers, queues.queues
    shown = _rows(customers, (_ID, _NAME, *_CALLS), telling)
    yield Block(title=text("queue_customers"), listing=shown)
    yield Block(
        title=text("queue_list"), listing=_rows(each_queue, (_ID, _QUEUE, *_CALLS), telling)
    )


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
