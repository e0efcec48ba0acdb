"""The charts of a report: every trend and every distribution."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial, reduce
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from partnerkpi.call_models import Outcome
from partnerkpi.errors import RecordsMissingError
from partnerkpi.kpi import Unit
from partnerkpi.licenses.state import PRODUCTS, RatesState, look, rates_state
from partnerkpi.present.charts import (
    COLORS,
    GRAY,
    Charts,
    Frame,
    Series,
    bars,
    heat_map,
    lines,
    stacked,
)
from partnerkpi.reports.calling_page import QUALITY_WEEK, USAGE_WEEK
from partnerkpi.reports.page import TREND_COLUMNS
from partnerkpi.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from partnerkpi.calling.legs.feature_kpis import Features
    from partnerkpi.calling.legs.quality_kpis import Quality
    from partnerkpi.calling.legs.usage_kpis import Usage
    from partnerkpi.calling.queues.section import QueueSection
    from partnerkpi.calling.sections import Calling
    from partnerkpi.kpi import Column, Table
    from partnerkpi.licenses.kpis import TrendWeek
    from partnerkpi.licenses.peers import Rates
    from partnerkpi.present.words import Words
    from partnerkpi.reports.assembly import Report
    from partnerkpi.reports.sources import Sources

__all__ = ["charts_of"]

_Maker: TypeAlias = "tuple[str, Callable[[], Mapping[str, Any]]]"

_MOST: Final = 30
_DAY_HOURS: Final = 24
_TENTHS: Final = 10
_DAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_BLUES: Final = ("#9ECAE1", "#4292C6", "#08306B")


def charts_of(report: Report, sources: Sources, words: Words) -> Charts:
    """The charts of a report, in the words of a language."""
    makers = dict(_licenses(report, sources, words) if report.has_portfolio else ())
    makers |= dict(_calling(report.calling, words) if report.calling else ())

    return Charts(makers)


def _licenses(report: Report, sources: Sources, words: Words) -> Iterator[_Maker]:
    for code, sections in report.licenses.items():
        weeks = sections.distribution_trend
        yield f"licenses.{code}.distribution_trend", partial(_distribution, code, weeks, words)
        if sources.parts:
            make = partial(_assignment, report, sources, code, words)
            yield f"licenses.{code}.assignment", make


def _calling(calling: Calling, words: Words) -> Iterator[_Maker]:
    if calling.usage:
        yield "calling.usage.trend", partial(_usage, calling.usage, words)
    if calling.quality:
        yield "calling.quality.trend", partial(_quality, calling.quality, words)
        yield "calling.quality.endpoints", partial(_endpoints, calling.quality, words)
    if calling.features:
        yield "calling.features", partial(_features, calling.features, words)
    if calling.queues:
        yield "calling.queues.trend", partial(_queues, calling.queues, words)
        if _has_hours(calling.queues):
            yield "calling.queues.hours", partial(_hours, calling.queues, words)


def _has_hours(queues: QueueSection) -> bool:
    try:
        return queues.hours is not None
    except RecordsMissingError:
        return False


def _titled(title: str, sentence: str, words: Words) -> Frame:
    return Frame(words.text(title), words.text(sentence), words)


def _of_product(title: str, sentence: str, code: str, words: Words) -> Frame:
    whole = words.text("title_of_product", title=words.text(title), product=words.product(code))

    return Frame(whole, words.text(sentence), words)


def _ends(weeks: Sequence[Any], words: Words) -> list[str]:
    return [words.date(week.week_end) for week in weeks]


def _series(
    columns: Sequence[Column], colors: Sequence[str], rows: Sequence[Any], words: Words
) -> list[Series]:
    """A series for each of some columns of rows."""
    return [
        Series(words.title(each), [getattr(row, each.name) for row in rows], each.unit, color)
        for each, color in zip(columns, colors, strict=True)
    ]


def _named(columns: Sequence[Column], *names: str) -> list[Column]:
    return [next(each for each in columns if each.name == name) for name in names]


def _distribution(code: str, weeks: Sequence[TrendWeek], words: Words) -> dict[str, Any]:
    frame = _of_product("distribution_trend", "distribution_trend_sentence", code, words)
    columns = _named(TREND_COLUMNS, "total", "assigned", "used", "available")
    series = _series(columns, COLORS[:4], weeks, words)

    return lines(frame, words.text("week_end"), words.text("licenses"), _ends(weeks, words), series)


def _assignment(report: Report, sources: Sources, code: str, words: Words) -> dict[str, Any]:
    frame = _of_product("rates", "rates_sentence", code, words)
    place, count = words.text("share_of_licenses"), words.text("customers")
    customers = Series(count, _by_band(_rates(report, sources, code)), Unit.CUSTOMERS, COLORS[0])

    return stacked(frame, place, count, _BANDS, [customers])


_BANDS: Final = (
    *(f"{_TENTHS * band}\u2013{_TENTHS * band + _TENTHS}" for band in range(_TENTHS)),
    "> 100",
)


def _rates(report: Report, sources: Sources, code: str) -> Rates:
    """The rates of all customers, looked at anew: a report keeps only what follows from them."""
    looks = (look(snapshot(part, report.as_of, report.policy)) for part in sources.bound)
    merged = reduce(RatesState.merge, map(rates_state, looks))

    return merged.products[PRODUCTS.index(code)]


def _by_band(rates: Rates) -> list[int]:
    """Customers by the tenth that their share falls in; all of it is in the last tenth."""
    counts = [0] * len(_BANDS)
    for assigned, total in zip(rates.assigned.tolist(), rates.total.tolist(), strict=True):
        if total:
            over = assigned > total
            counts[_TENTHS if over else min(_TENTHS * assigned // total, _TENTHS - 1)] += 1

    return counts


def _usage(usage: Usage, words: Words) -> dict[str, Any]:
    frame = _titled("usage_trend", "usage_sentence", words)
    *bands, inactive = _named(USAGE_WEEK, "light", "moderate", "heavy", "inactive")
    series = _series(bands, _BLUES, usage.trend, words)
    title = words.title(usage.inactive.definition)
    over = Series(title, [week.inactive for week in usage.trend], inactive.unit, COLORS[5])

    return stacked(
        frame,
        words.text("week_end"),
        words.text("users"),
        _ends(usage.trend, words),
        series,
        over=over,
    )


_QUALITY_COLORS: Final = (COLORS[0], COLORS[5], GRAY)


def _quality(quality: Quality, words: Words) -> dict[str, Any]:
    frame = _titled("quality_trend", "quality_sentence", words)
    good, poor, unknown, share = _named(QUALITY_WEEK, "good", "poor", "unknown", "poor_share")
    series = _series([good, poor, unknown], _QUALITY_COLORS, quality.trend, words)
    (over,) = _series([share], ["#000000"], quality.trend, words)

    return stacked(
        frame,
        words.text("week_end"),
        words.text("call_legs"),
        _ends(quality.trend, words),
        series,
        over=over,
    )


def _endpoints(quality: Quality, words: Words) -> dict[str, Any]:
    table = quality.endpoints
    columns = _named(table.definition.columns, "good", "poor", "unknown")
    rows = list(table[:_MOST])
    place = words.title(table.definition.columns[0])
    frame = _first(table, words)
    names = [row.endpoint_type for row in rows]

    return bars(
        frame,
        place,
        words.text("call_legs"),
        names,
        _series(columns, _QUALITY_COLORS, rows, words),
    )


def _features(features: Features, words: Words) -> dict[str, Any]:
    table = features.rows
    feature, calls, _ = table.definition.columns
    rows = list(table[:_MOST])
    names = [row.feature for row in rows]
    frame = _first(table, words)

    return bars(
        frame,
        words.title(feature),
        words.title(calls),
        names,
        _series([calls], COLORS[:1], rows, words),
    )


def _first(table: Table[Any], words: Words) -> Frame:
    """The frame of a chart of a table's first rows: says how many more there are."""
    sentence, hidden = words.sentence(table.definition), len(table) - _MOST
    if hidden > 0:
        sentence += f" {words.text('more_rows', count=words.number(hidden))}"

    return Frame(words.title(table.definition), sentence, words)


def _queues(queues: QueueSection, words: Words) -> dict[str, Any]:
    weeks = queues.trend
    frame = _titled("queue_trend", "queues_sentence", words)
    series = [
        Series(
            words.title(queues.outcomes[outcome].definition),
            [getattr(week.outcomes, outcome.value) for week in weeks],
            Unit.CALLS,
            color,
        )
        for outcome, color in _OUTCOME_COLORS
    ]
    rate = queues.abandoned_rate.definition
    share = Series(words.title(rate), [week.abandoned_rate for week in weeks], rate.unit, "#000000")

    return stacked(
        frame,
        words.text("week_end"),
        words.text("calls"),
        _ends(weeks, words),
        series,
        over=share,
    )


_OUTCOME_COLORS: Final = (
    (Outcome.ANSWERED, COLORS[0]),
    (Outcome.TRANSFERRED, COLORS[4]),
    (Outcome.ABANDONED, COLORS[5]),
    (Outcome.VOICEMAIL, COLORS[1]),
    (Outcome.OVERFLOWED, COLORS[3]),
    (Outcome.TIMED_OUT, COLORS[2]),
    (Outcome.CALLBACK, "#F0E442"),
    (Outcome.UNKNOWN, GRAY),
)


def _hours(queues: QueueSection, words: Words) -> dict[str, Any]:
    frame = _titled("hours_of_the_week", "hours_summed", words)
    summed = [sum(calls) for calls in zip(*queues.hours.column("offered"), strict=True)]
    hours = summed or [0] * (_DAY_HOURS * len(_DAYS))
    days = [hours[start : start + _DAY_HOURS] for start in range(0, len(hours), _DAY_HOURS)]
    titles = words.text("hour"), words.text("day"), words.title(queues.offered.definition)

    return heat_map(frame, titles, [words.text(day) for day in _DAYS], days)
