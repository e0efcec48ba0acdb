"""Machinery: usage, quality and features read from a document, and what must agree in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from partnerkpi.aggregates import Ratio
from partnerkpi.calling.figures import WeekSayer
from partnerkpi.calling.legs import (
    CustomerQualityRow,
    EndpointQualityRow,
    FeatureRow,
    QualityWeek,
    UsageRow,
    UsageWeek,
)
from partnerkpi.calling.legs.feature_kpis import CALLS, Features
from partnerkpi.calling.legs.quality_kpis import Quality, said_quality
from partnerkpi.calling.legs.usage_facts import ToldLegs
from partnerkpi.calling.legs.usage_kpis import Usage, said_usage
from partnerkpi.licenses.evidence import StoredRows
from partnerkpi.reports._calling_frames import refuse_repeated
from partnerkpi.reports._sections import MissingEvidence, figure_names
from partnerkpi.reports._strict import MAX_SUM

if TYPE_CHECKING:
    from partnerkpi.calling.figures import Grounds
    from partnerkpi.reports._calling_frames import CallReading, Told

__all__ = ["read_features", "read_quality", "read_usage"]

_ADDED = "as the rows of customers add up to"


def _grounds(section: type) -> dict[str, Grounds[Any]]:
    return {name: MissingEvidence() for name in figure_names(section)}


def read_usage(reading: CallReading, path: str, value: object, say: WeekSayer) -> Usage | None:
    """Usage; ``None`` if it is faulty."""
    before = reading.reader.log.count
    record = reading.reader.record(path, value, ("trend", "customers"))
    weeks = reading.trend(f"{path}.trend", record["trend"], UsageWeek)
    customers = reading.table(f"{path}.customers", record["customers"], UsageRow)
    if weeks is not None and customers is not None:
        _check_callers(reading, customers)
        _check_usage_weeks(reading, weeks)
        if reading.reader.log.count == before:
            _check_usage_sums(reading, weeks, customers.rows)
    if weeks is None or customers is None or reading.reader.log.count > before:
        return None

    return said_usage(
        weeks.rows,
        (_per_user(customers.rows), None),
        say,
        _grounds(Usage),
        facts=_told_legs(reading, customers),
        rows=StoredRows(customers.frame),
    )


def _per_user(rows: Sequence[UsageRow]) -> Ratio:
    return Ratio(sum(row.user_legs for row in rows), sum(row.active_users for row in rows))


def _told_legs(reading: CallReading, customers: Told) -> ToldLegs:
    by_customer = [row.legs_by_week for row in customers.rows]
    legs = np.array(by_customer, np.int64).reshape(len(by_customer), reading.weeks.count)

    return ToldLegs(
        weeks=reading.weeks,
        policy=reading.terms.policy,
        ids=customers.frame["customer_id"].text,
        legs=legs.T.copy(),
    )


def _check_callers(reading: CallReading, told: Told) -> None:
    """Note where a customer's row contradicts itself."""
    refuse_repeated(reading, told, "customer_id")
    for at, row in enumerate(told.rows):
        by_week = row.legs_by_week
        if len(by_week) != reading.weeks.count:
            expected = f"{reading.weeks.count} weeks, as the policy has it"
            reading.reader.fault(told.place(at, "legs_by_week"), expected, str(len(by_week)))
            continue
        legs = told.place(at, "legs_by_week")
        reading.agrees(told.place(at, "legs"), row.legs, by_week[-1], "as in the last week")
        change = by_week[-1] - by_week[-2]
        reading.agrees(told.place(at, "legs_change"), row.legs_change, change, "as by week")
        share = Ratio(row.user_legs, row.active_users)
        place = told.place(at, "legs_per_active_user")
        reading.agrees(place, row.legs_per_active_user, share, "user_legs / active_users")
        _check_users(reading, told, at, row)
        if row.assigned is None and not any(by_week):
            reading.reader.fault(legs, "a leg, or a line of Calling", "neither")


def _check_users(reading: CallReading, told: Told, at: int, row: UsageRow) -> None:
    reading.within(told.place(at, "user_legs"), row.user_legs, 0, row.legs, "call legs")
    least, most = min(row.user_legs, 1), row.user_legs
    reading.within(told.place(at, "active_users"), row.active_users, least, most, "users")
    if not row.legs:
        reading.agrees(told.place(at, "duration_ms"), row.duration_ms, 0, "as there are no legs")
    reading.null_with(told.place(at, "total"), row.total, row.assigned, "assigned")
    if row.customer is None and reading.names is not None:
        reason = "as no portfolio has the customer"
        reading.agrees(told.place(at, "assigned"), row.assigned, None, reason)


def _check_usage_weeks(reading: CallReading, told: Told) -> None:
    """Note weeks with more users in bands than active ones, or more active ones than legs."""
    all_are_light = reading.terms.policy.usage_bands[0] == 1
    for at, week in enumerate(told.rows):
        banded = week.light + week.moderate + week.heavy
        least, most = banded, banded if all_are_light else max(banded, week.legs)
        reading.within(told.place(at, "active_users"), week.active_users, least, most, "users")
        reading.within(told.place(at, "legs"), week.legs, week.active_users, MAX_SUM, "call legs")
        if not week.legs:
            reason = "as there are no legs"
            reading.agrees(told.place(at, "duration_ms"), week.duration_ms, 0, reason)
        last = told.rows[-1].inactive
        reading.null_with(told.place(at, "inactive"), week.inactive, last, "that of the last week")


def _check_usage_sums(reading: CallReading, told: Told, rows: Sequence[UsageRow]) -> None:
    """Note weeks that are not what the customers add up to."""
    last = len(told.rows) - 1
    for at, week in enumerate(told.rows):
        legs = sum(row.legs_by_week[at] for row in rows)
        reading.agrees(told.place(at, "legs"), week.legs, legs, _ADDED)
    for name in ("active_users", "duration_ms"):
        total = sum(getattr(row, name) for row in rows)
        reading.agrees(told.place(last, name), getattr(told.rows[last], name), total, _ADDED)
    idle = [max(row.assigned - row.active_users, 0) for row in rows if row.assigned is not None]
    expected = sum(idle) if idle else None
    reading.agrees(told.place(last, "inactive"), told.rows[last].inactive, expected, _ADDED)


def read_quality(
    reading: CallReading, path: str, value: object, say: WeekSayer, usage: Usage | None
) -> Quality | None:
    """Quality; ``None`` if it is faulty.

    Args:
        reading: Reads and compares.
        path: Where it stands.
        value: What stands there.
        say: Says figures.
        usage: The usage of the same legs, if it is sound.
    """
    before = reading.reader.log.count
    record = reading.reader.record(path, value, ("trend", "endpoints", "customers"))
    weeks = reading.trend(f"{path}.trend", record["trend"], QualityWeek)
    endpoints = reading.table(f"{path}.endpoints", record["endpoints"], EndpointQualityRow)
    customers = reading.table(f"{path}.customers", record["customers"], CustomerQualityRow)
    if weeks is not None:
        _check_shares(reading, weeks)
    for table, name in ((endpoints, "endpoint_type"), (customers, "customer_id")):
        if table is not None:
            refuse_repeated(reading, table, name)
            _check_shares(reading, table)
            _check_filled(reading, table)
    if weeks is None or endpoints is None or customers is None:
        return None
    if reading.reader.log.count == before:
        _check_last_week(reading, weeks, endpoints, "endpoint types")
        _check_last_week(reading, weeks, customers, "customers")
    if usage is not None and reading.reader.log.count == before:
        _check_same_legs(reading, weeks, customers, usage)
    if reading.reader.log.count > before:
        return None

    return said_quality(
        weeks.rows,
        say,
        _grounds(Quality),
        endpoints=StoredRows(endpoints.frame),
        customers=StoredRows(customers.frame),
    )


def _legs(row: Any) -> int:
    legs: int = row.good + row.poor + row.unknown

    return legs


def _check_shares(reading: CallReading, told: Told) -> None:
    for at, row in enumerate(told.rows):
        share = Ratio(row.poor, row.poor + row.good)
        reading.agrees(told.place(at, "poor_share"), row.poor_share, share, "poor / (good + poor)")


def _check_filled(reading: CallReading, told: Told) -> None:
    for at, row in enumerate(told.rows):
        if not _legs(row):
            reading.reader.fault(f"{told.path}[{at}]", "a row with a call leg", "none")


def _check_last_week(reading: CallReading, weeks: Told, table: Told, whose: str) -> None:
    last = len(weeks.rows) - 1
    for name in ("good", "poor", "unknown"):
        total = sum(getattr(row, name) for row in table.rows)
        told = getattr(weeks.rows[last], name)
        reading.agrees(weeks.place(last, name), told, total, f"as the rows of {whose} add up to")


def _check_same_legs(reading: CallReading, weeks: Told, customers: Told, usage: Usage) -> None:
    """Note legs that are told otherwise by usage."""
    reason = "as usage has it: good + poor + unknown"
    for at, (week, used) in enumerate(zip(weeks.rows, usage.trend, strict=True)):
        reading.agrees(f"{weeks.path}[{at}]", _legs(week), used.legs, reason)
    table = usage.customers
    legs = dict(zip(table.column("customer_id"), table.column("legs"), strict=True))
    for at, row in enumerate(customers.rows):
        expected = legs.get(row.customer_id, 0)
        reading.agrees(f"{customers.path}[{at}]", _legs(row), expected, reason)


@frozen(eq=False)
class _ToldUse:
    """Calls that used each feature in the last week, as a document tells them."""

    by_feature: Mapping[str, int]

    def calls(self, feature: str, /) -> tuple[int | None, int]:
        return None, self.by_feature.get(feature, 0)

    def grounds(self, _feature: str, /) -> MissingEvidence:
        return MissingEvidence()


def read_features(
    reading: CallReading, path: str, value: object, say: WeekSayer, usage: Usage | None
) -> Features | None:
    """Features; ``None`` if they are faulty. Arguments as for quality."""
    before = reading.reader.log.count
    record = reading.reader.record(path, value, ("calls", "features"))
    calls = reading.reader.whole(f"{path}.calls", record["calls"])
    told = reading.table(f"{path}.features", record["features"], FeatureRow)
    if told is not None and reading.reader.log.count == before:
        refuse_repeated(reading, told, "feature")
        _check_use(reading, told, calls)
        if usage is not None:
            reading.within(f"{path}.calls", calls, 0, usage.trend[-1].legs, "calls, as legs")
    if told is None or reading.reader.log.count > before:
        return None
    # Features that are used equally often stand by code, whatever their order in the document.
    order = told.frame["feature"].text.order()

    return Features(
        calls=say.figure(CALLS, calls, None, MissingEvidence()),
        rows=StoredRows({name: cells.take(order) for name, cells in told.frame.items()}),
        use=_ToldUse({row.feature: row.calls for row in told.rows}),
        say=say,
    )


def _check_use(reading: CallReading, told: Told, calls: int) -> None:
    for at, row in enumerate(told.rows):
        reading.within(told.place(at, "calls"), row.calls, 1, calls, "calls")
        share = Ratio(row.calls, calls)
        reading.agrees(told.place(at, "share"), row.share, share, "calls / all calls")
