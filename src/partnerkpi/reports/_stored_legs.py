"""Machinery: what was counted of call legs, in its stored form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import frozen

from partnerkpi._text import Text
from partnerkpi.calling.legs._distinct import Fields
from partnerkpi.calling.legs._labels import compacted
from partnerkpi.calling.legs.columns import GOOD, POOR, RECENT, UNKNOWN, Limits
from partnerkpi.calling.legs.feature_measures import FeatureState
from partnerkpi.calling.legs.quality_measures import QualityState
from partnerkpi.calling.legs.state import LegState, LegTerms
from partnerkpi.calling.legs.usage_measures import UsageState
from partnerkpi.reports._stored_tables import (
    duplicates_document,
    faults_document,
    in_order,
)
from partnerkpi.reports._strict import SKIP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerkpi._arrays import Codes
    from partnerkpi.reports._stored_tables import Document, Numbers, Tables

__all__ = ["LEG_KEYS", "legs_document", "legs_from"]

LEG_KEYS: Final = (
    "customers",
    "legs",
    "duration_ms",
    "users",
    "user_legs",
    "quality",
    "features",
    "duplicates",
    "faults",
    "fault_count",
)
_QUALITY: Final[Mapping[str, int]] = MappingProxyType(
    {"good": GOOD, "poor": POOR, "unknown": UNKNOWN}
)
_QUALITY_KEYS: Final = ("weeks", "customers", "endpoint_types", "endpoints", "without_endpoint")
_FEATURE_KEYS: Final = ("calls", "features", "seen", "used", "queues")


def legs_document(state: LegState) -> Document:
    """What was counted of call legs; the same whatever parts it was merged of."""
    usage, quality = state.usage.compacted(), state.quality
    features = state.features.compacted()
    whose = (usage.customers, quality.customers, features.customers)
    customers, places = in_order(Text.concatenate(list(whose)))
    mine, theirs, others = np.split(places, np.cumsum([len(each) for each in whose])[:2])
    users, user_places = in_order(usage.users)
    week, customer, user = usage.fields.unpacked(usage.keys)
    keys = (week, mine.take(customer), user_places.take(user), usage.user_legs)

    return {
        "customers": customers,
        "legs": _spread(usage.legs, mine, len(customers)).tolist(),
        "duration_ms": _spread(usage.duration, mine, len(customers)).tolist(),
        "users": users,
        "user_legs": _rows(("week", "customer", "user", "legs"), keys),
        "quality": _quality_document(quality, theirs, len(customers)),
        "features": _feature_document(features, others),
        "duplicates": duplicates_document(state.duplicates),
        "faults": faults_document(state.faults),
        "fault_count": state.fault_count,
    }


def _spread(counts: Numbers, places: Numbers, size: int) -> Numbers:
    """Counts by customer at the customers' places."""
    spread = np.zeros((len(counts), size), np.int64)
    spread[:, places] = counts

    return spread


def _rows(names: Sequence[str], columns: Sequence[Codes]) -> Document:
    """Columns of combinations, rising."""
    order = np.lexsort(columns[::-1])

    return {name: column[order].tolist() for name, column in zip(names, columns, strict=True)}


def _counts(counts: Numbers) -> Document:
    """Legs by quality, column by column."""
    return {name: counts[:, place].tolist() for name, place in _QUALITY.items()}


def _quality_document(state: QualityState, places: Numbers, size: int) -> Document:
    # Types of which no leg is counted say nothing.
    there = np.flatnonzero(state.by_endpoint[:, 1:].any(axis=(0, 2)))
    endpoints, order = in_order(state.endpoints.take(there))

    def spread(counts: Numbers, places: Numbers, size: int) -> Document:
        return _counts(_spread(counts.T, places, size).T)

    return {
        "weeks": _counts(state.trend),
        "customers": [spread(week, places, size) for week in state.by_customer],
        "endpoint_types": endpoints,
        "endpoints": [spread(week[1 + there], order, len(endpoints)) for week in state.by_endpoint],
        "without_endpoint": [_counts(week[:1]) for week in state.by_endpoint],
    }


def _feature_document(state: FeatureState, places: Numbers) -> Document:
    calls, call_places = in_order(state.calls)
    week, customer, call = state.fields.unpacked(state.seen)
    seen = (week, places.take(customer), call_places.take(call))
    week, customer, call, code = state.used_fields.unpacked(state.used)
    features, kind = compacted(state.features, code)
    codes, code_places = in_order(features)
    used = (week, places.take(customer), call_places.take(call), code_places.take(kind))

    return {
        "calls": calls,
        "features": codes,
        "seen": _rows(("week", "customer", "call"), seen),
        "used": _rows(("week", "customer", "call", "feature"), used),
        "queues": None if state.queues is None else in_order(state.queues)[0],
    }


def legs_from(tables: Tables, path: str, value: object, terms: LegTerms) -> LegState:
    """The state of a stored form; what it holds is to be used only if no fault was noted."""
    record = tables.reader.record(path, value, LEG_KEYS)
    before = tables.reader.log.count
    usage = _usage_from(tables, path, record)
    told = _Told(tables, before, usage)
    quality = _quality_from(told, f"{path}.quality", record["quality"], terms)
    features = _features_from(told, f"{path}.features", record["features"])
    faults = tables.faults(f"{path}.faults", record["faults"])
    count = tables.reader.whole(f"{path}.fault_count", record["fault_count"], len(faults))

    return LegState(
        terms=terms,
        usage=usage,
        quality=quality,
        features=features,
        duplicates=tables.duplicates(f"{path}.duplicates", record["duplicates"]),
        faults=faults,
        fault_count=count,
        sources=None,
    )


@frozen(eq=False)
class _Told:
    """What has been read, with which the rest must agree.

    Attributes:
        tables: Reads tables.
        before: How many faults there were before the legs.
        usage: What usage counts.
    """

    tables: Tables
    before: int
    usage: UsageState

    @property
    def sound(self) -> bool:
        """Whether nothing of the legs was faulty by now."""
        return self.tables.sound and self.tables.reader.log.count == self.before

    @property
    def size(self) -> int:
        """How many customers there are."""
        return len(self.usage.customers)


def _usage_from(tables: Tables, path: str, record: Mapping[str, object]) -> UsageState:
    weeks, before = tables.weeks, tables.reader.log.count
    customers = tables.ids(f"{path}.customers", record["customers"])
    users = tables.ids(f"{path}.users", record["users"])
    legs = tables.by_week(f"{path}.legs", record["legs"], len(customers))
    duration = tables.by_week(f"{path}.duration_ms", record["duration_ms"], len(customers))
    sizes = {"week": weeks.count, "customer": len(customers), "user": len(users)}
    place = f"{path}.user_legs"
    rows = tables.keyed(place, record["user_legs"], sizes, "legs")
    if tables.sound and tables.reader.log.count == before:
        tables.fits(f"{path}.legs", *legs.tolist())
        _check_users(tables, place, rows, legs)
        for week, customer in np.argwhere((legs == 0) & (duration > 0)).tolist():
            found = str(duration[week, customer])
            tables.reader.fault(f"{path}.duration_ms[{week}][{customer}]", "0, as no leg", found)
    fields = Fields.of(*sizes.values())

    return UsageState(
        weeks,
        Text.from_strings(customers),
        legs,
        duration,
        Text.from_strings(users),
        fields,
        fields.packed(*(np.array(rows[name], np.int64) for name in sizes)),
        np.array(rows["legs"], np.int64),
    )


def _check_users(
    tables: Tables, path: str, rows: Mapping[str, Sequence[int]], legs: Numbers
) -> None:
    """Note more legs of a customer's users than the customer has."""
    sums: Counter[tuple[int, int]] = Counter()
    for week, customer, count in zip(rows["week"], rows["customer"], rows["legs"], strict=True):
        sums[week, customer] += count
    for (week, customer), count in sums.items():
        most = int(legs[week, customer])
        if count > most:
            expected = f"at most {most} legs of customer {customer} in week {week}"
            tables.reader.fault(path, expected, str(count))


def _quality_from(told: _Told, path: str, value: object, terms: LegTerms) -> QualityState:
    tables, usage = told.tables, told.usage
    record = tables.reader.record(path, value, _QUALITY_KEYS)
    endpoints = tables.ids(f"{path}.endpoint_types", record["endpoint_types"])
    sizes = {"customers": told.size, "endpoints": len(endpoints), "without_endpoint": 1}
    weeks = _quality_counts(tables, f"{path}.weeks", record["weeks"], tables.weeks.count)
    found = {
        name: _recent_counts(tables, f"{path}.{name}", record[name], size)
        for name, size in sizes.items()
    }
    if told.sound:
        _check_quality(told, path, weeks, found)

    return QualityState(
        tables.weeks,
        Limits.of(terms.policy),
        weeks,
        usage.customers,
        found["customers"],
        Text.from_strings(endpoints),
        np.concatenate([found["without_endpoint"], found["endpoints"]], axis=1),
    )


def _recent_counts(tables: Tables, path: str, value: object, size: int) -> Numbers:
    """Legs by quality in each of the last weeks."""
    told = tables.reader.listed(path, value)
    if value is not SKIP and len(told) != RECENT:
        tables.reader.fault(path, f"{RECENT} weeks", str(len(told)))
    counts = np.zeros((RECENT, size, len(_QUALITY)), np.int64)
    for week, each in enumerate(told[:RECENT]):
        counts[week] = _quality_counts(tables, f"{path}[{week}]", each, size)

    return counts


def _quality_counts(tables: Tables, path: str, value: object, size: int) -> Numbers:
    found = tables.columns(path, value, tuple(_QUALITY), size if tables.sound else None)
    tables.fits(path, *found.values())
    counts = np.zeros((size, len(_QUALITY)), np.int64)
    for name, place in _QUALITY.items():
        # Columns of another length were faulted.
        if len(found[name]) == size:
            counts[:, place] = found[name]

    return counts


def _check_quality(told: _Told, path: str, weeks: Numbers, found: Mapping[str, Numbers]) -> None:
    """Note legs that are counted otherwise by usage, by customers, or by endpoint types."""
    tables, legs = told.tables, told.usage.legs
    tables.agrees(f"{path}.weeks", weeks.sum(axis=1).tolist(), legs.sum(axis=1).tolist())
    for week in range(RECENT):
        customers, place = found["customers"][week], week - RECENT
        known = weeks[place].tolist()
        each = customers.sum(axis=1).tolist()
        tables.agrees(f"{path}.customers[{week}]", each, legs[place].tolist())
        tables.agrees(f"{path}.customers[{week}]", customers.sum(axis=0).tolist(), known)
        endpoints = found["endpoints"][week].sum(axis=0) + found["without_endpoint"][week, 0]
        tables.agrees(f"{path}.endpoints[{week}]", endpoints.tolist(), known)


def _features_from(told: _Told, path: str, value: object) -> FeatureState:
    tables, usage = told.tables, told.usage
    record = tables.reader.record(path, value, _FEATURE_KEYS)
    calls = tables.ids(f"{path}.calls", record["calls"])
    features = tables.ids(f"{path}.features", record["features"])
    sizes = {"week": RECENT, "customer": told.size, "call": len(calls)}
    seen = tables.keyed(f"{path}.seen", record["seen"], sizes)
    wide = {**sizes, "feature": len(features)}
    used = tables.keyed(f"{path}.used", record["used"], wide)
    queues = record["queues"]
    with_queues = None if queues is None else tables.ids(f"{path}.queues", queues)
    if told.sound:
        _check_calls(told, path, seen, used)
    fields, used_fields = Fields.of(*sizes.values()), Fields.of(*wide.values())

    return FeatureState(
        tables.weeks,
        usage.customers,
        Text.from_strings(calls),
        Text.from_strings(features),
        fields,
        _packed(fields, seen),
        used_fields,
        _packed(used_fields, used),
        None if with_queues is None else Text.from_strings(with_queues),
    )


def _packed(fields: Fields, rows: Mapping[str, Sequence[int]]) -> Numbers:
    return fields.packed(*(np.array(column, np.int64) for column in rows.values()))


def _check_calls(told: _Told, path: str, seen: Mapping[str, Any], used: Mapping[str, Any]) -> None:
    """Note more different calls than legs, none where there are legs, and calls not seen."""
    tables, recent = told.tables, told.usage.legs[-RECENT:]
    calls = np.zeros(recent.shape, np.int64)
    np.add.at(calls, (seen["week"], seen["customer"]), 1)
    wrong = (calls > recent) | ((calls == 0) & (recent > 0))
    for week, customer in np.argwhere(wrong).tolist():
        most = int(recent[week, customer])
        expected = f"from {min(most, 1)} to {most} calls of customer {customer} in week {week}"
        tables.reader.fault(f"{path}.seen", expected, str(calls[week, customer]))
    known = set(zip(seen["week"], seen["customer"], seen["call"], strict=True))
    for row, call in enumerate(zip(used["week"], used["customer"], used["call"], strict=True)):
        if call not in known:
            tables.reader.fault(f"{path}.used.call[{row}]", "a call that was seen", str(call[-1]))
