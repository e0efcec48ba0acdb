"""Machinery: what was counted of calls into queues, in its stored form."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from partnerkpi import _record_rules as rules
from partnerkpi._text import Text
from partnerkpi.calling.histograms import Histogram
from partnerkpi.calling.queues.columns import ABANDONED, ANSWERED, OFFERED, OUTCOMES, WITH_WAITS
from partnerkpi.calling.queues.measures import CLASSES, GROUPS, Cells
from partnerkpi.calling.queues.names import PairNames
from partnerkpi.calling.queues.state import Profile, QueueState, QueueTerms
from partnerkpi.calling.weeks import HOURS
from partnerkpi.io._cells import MISSING, boolean_fault
from partnerkpi.reports._stored_tables import duplicates_document, faults_document
from partnerkpi.reports._strict import SKIP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerkpi.policy import Policy
    from partnerkpi.reports._stored_tables import Document, Tables

__all__ = ["queues_document", "queues_from"]

_KEYS: Final = (
    "names",
    "weeks",
    "last",
    "previous",
    "profile",
    "duplicates",
    "faults",
    "fault_count",
)
_NAMES: Final = ("customer_id", "queue_id")
_CELLS: Final = ("calls", "wait_ms", "waits")
_CALLS: Final = tuple(outcome.value for outcome in OUTCOMES)
_WAITED: Final = tuple(outcome.value for outcome in WITH_WAITS)
_GROUPS: Final = (("answered", ANSWERED), ("abandoned", ABANDONED))
#: What a call counts as by hour of the week, in the order of the profile's kinds.
_HOURS: Final = ("not_abandoned", "abandoned", "waiting")


def queues_document(state: QueueState) -> Document:
    """What was counted of calls into queues."""
    state = state.in_order()
    names = state.names
    owners = names.customers.take(names.owner.astype(np.intp)).to_list()

    return {
        "names": {"customer_id": owners, "queue_id": names.queues.to_list()},
        "weeks": _cells_document(state.weeks),
        "last": _cells_document(state.last),
        "previous": None if state.previous is None else _cells_document(state.previous),
        "profile": None if state.profile is None else _profile_document(state.profile),
        "duplicates": duplicates_document(state.duplicates),
        **({"summed": True} if state.summed else {}),
        "faults": faults_document(state.faults),
        "fault_count": state.fault_count,
    }


def _cells_document(cells: Cells) -> Document:
    return {
        "calls": {name: cells.counts[:, at].tolist() for at, name in enumerate(_CALLS)},
        "wait_ms": {name: cells.sums[:, at].tolist() for at, (name, _) in enumerate(_GROUPS)},
        "waits": None
        if cells.waits is None
        else _histogram_document(cells.waits, _WAITED, ("cell", "wait_ms")),
    }


def _histogram_document(
    histogram: Histogram, kinds: Sequence[str], names: tuple[str, str]
) -> Document:
    """For each kind the entries of its groups; groups go by cell, then by kind."""
    groups = np.repeat(np.arange(histogram.groups), np.diff(histogram.first))
    columns = (groups // len(kinds), histogram.values, histogram.counts)
    told = (*names, "calls")

    def of(kind: int) -> Document:
        rows = np.flatnonzero(groups % len(kinds) == kind)
        return {name: each[rows].tolist() for name, each in zip(told, columns, strict=True)}

    return {name: of(kind) for kind, name in enumerate(kinds)}


def _profile_document(profile: Profile) -> Document:
    queues, size = (
        np.repeat(np.arange(profile.hours.groups), np.diff(profile.hours.first)),
        len(_HOURS),
    )
    kinds = profile.hours.values.astype(np.int64) % size
    hours = profile.hours.values.astype(np.int64) // size
    columns = {"queue": queues, "hour": hours, "calls": profile.hours.counts}

    def of(kind: int) -> Document:
        rows = np.flatnonzero(kinds == kind)
        return {name: each[rows].tolist() for name, each in columns.items()}

    return {
        "offered": profile.offered.T.tolist(),
        "hours": {name: of(kind) for kind, name in enumerate(_HOURS)},
    }


def queues_from(
    tables: Tables, path: str, value: object, micros: int, policy: Policy
) -> QueueState:
    """The state of a stored form; what it holds is to be used only if no fault was noted."""
    reader, before = tables.reader, tables.reader.log.count
    record = reader.record(path, value, _KEYS, ("summed",))
    summed = _summed_from(tables, f"{path}.summed", record["summed"])
    names = _names_from(tables, f"{path}.names", record["names"])
    size = len(names)
    sizes = {"weeks": tables.weeks.count, "last": size}
    weeks, last = (
        _cells_from(tables, f"{path}.{each}", record[each], cells, summed=summed)
        for each, cells in sizes.items()
    )
    previous, profile = record["previous"], record["profile"]
    earlier = None
    if previous is not None:
        earlier = _cells_from(tables, f"{path}.previous", previous, size, summed=summed)
    counted = None if profile is None else _profile_from(tables, f"{path}.profile", profile, size)
    cells = {"weeks": weeks, "last": last, **({} if earlier is None else {"previous": earlier})}
    if tables.sound and reader.log.count == before:
        _check_weeks(tables, path, cells)
        if counted is not None:
            _check_profile(tables, f"{path}.profile", counted, cells, summed=summed)
    faults = tables.faults(f"{path}.faults", record["faults"])
    count = reader.whole(f"{path}.fault_count", record["fault_count"], len(faults))
    kept = {"changes": previous is not None, "hours": profile is not None}

    return QueueState(
        terms=QueueTerms(micros, policy, waits=weeks.waits is not None, **kept),
        names=names,
        weeks=weeks,
        last=last,
        previous=earlier,
        profile=counted,
        duplicates=tables.duplicates(f"{path}.duplicates", record["duplicates"]),
        summed=summed,
        faults=faults,
        fault_count=count,
        sources=None,
    )


def _summed_from(tables: Tables, path: str, value: object) -> bool:
    """Whether some calls came as counts and sums; what is not said is no."""
    if value is MISSING or value is SKIP:
        return False

    return tables.reader.check(path, value, boolean_fault) and value is True


def _names_from(tables: Tables, path: str, value: object) -> PairNames:
    """Whose queues there are, by the ids of customer and queue."""
    reader, before = tables.reader, tables.reader.log.count
    record = reader.record(path, value, _NAMES)
    columns = [tables.texts(f"{path}.{name}", record[name]) for name in _NAMES]
    if reader.log.count == before and len(columns[0]) != len(columns[1]):
        reader.fault(
            path, "as many customers as queues", " and ".join(str(len(c)) for c in columns)
        )
    pairs = list(zip(*columns, strict=False))
    if reader.log.count == before and pairs != sorted(set(pairs)):
        reader.fault(path, f"rows by code point; {rules.UNIQUE_ID}", "another order or a row twice")
    customers = sorted({customer for customer, _ in pairs})
    places = {customer: place for place, customer in enumerate(customers)}

    return PairNames(
        Text.from_strings(customers),
        np.array([places[customer] for customer, _ in pairs], np.intp),
        Text.from_strings([queue for _, queue in pairs]),
    )


def _cells_from(tables: Tables, path: str, value: object, size: int, *, summed: bool) -> Cells:
    """What some cells count."""
    reader, before = tables.reader, tables.reader.log.count
    record = reader.record(path, value, _CELLS)
    wanted = size if tables.sound else None
    calls = tables.columns(f"{path}.calls", record["calls"], _CALLS, wanted)
    names = [name for name, _ in _GROUPS]
    sums = tables.columns(f"{path}.wait_ms", record["wait_ms"], names, wanted)
    tables.fits(f"{path}.calls", *calls.values())
    tables.fits(f"{path}.wait_ms", *sums.values())
    waits = None
    if record["waits"] is not None:
        waits = _entries(tables, f"{path}.waits", record["waits"], size)
    if value is SKIP or not tables.sound or reader.log.count > before:
        return Cells.empty(size, waits=waits is not None)
    cells = Cells(
        np.array([calls[name] for name in _CALLS], np.int64).reshape(len(_CALLS), size).T.copy(),
        np.array([sums[name] for name in names], np.int64).reshape(GROUPS, size).T.copy(),
        None if waits is None else _histogram(waits, size),
    )
    if waits is not None:
        _check_waits(tables, path, cells, waits, summed=summed)

    return cells


def _entries(tables: Tables, path: str, value: object, size: int) -> list[dict[str, list[int]]]:
    """The waits of each outcome."""
    record = tables.reader.record(path, value, _WAITED)
    sizes = {"cell": size, "wait_ms": 2**63}

    return [tables.keyed(f"{path}.{name}", record[name], sizes, "calls") for name in _WAITED]


def _histogram(entries: Sequence[Mapping[str, Sequence[int]]], size: int) -> Histogram:
    groups, waits, counts = ([], [], [])  # type: tuple[list[int], list[int], list[int]]
    for kind, rows in enumerate(entries):
        groups += [cell * CLASSES + kind for cell in rows["cell"]]
        waits += rows["wait_ms"]
        counts += rows["calls"]

    return _made(groups, waits, counts, size * CLASSES)


def _made(groups: list[int], values: list[int], counts: list[int], size: int) -> Histogram:
    columns = (np.array(each, np.int64) for each in (groups, values, counts))
    owners, numbers, often = columns

    return Histogram.of(owners, numbers, often, size)


def _agree(tables: Tables, path: str, told: list[int], found: list[int], *, summed: bool) -> None:
    """Note counts that are not those of the entries; with sums beside them they may be more."""
    if summed:
        found = [max(each) for each in zip(told, found, strict=True)]
    tables.agrees(path, told, found)


def _check_waits(
    tables: Tables,
    path: str,
    cells: Cells,
    entries: Sequence[Mapping[str, Sequence[int]]],
    *,
    summed: bool,
) -> None:
    """Note calls and sums of waits that are not those of the waits."""
    calls: Counter[tuple[int, str]] = Counter()
    sums: Counter[tuple[int, int]] = Counter()
    for outcome, rows in zip(WITH_WAITS, entries, strict=True):
        group = 0 if outcome in ANSWERED else 1
        for cell, wait, count in zip(rows["cell"], rows["wait_ms"], rows["calls"], strict=True):
            calls[cell, outcome.value] += count
            sums[cell, group] += wait * count
    for at, name in enumerate(_WAITED):
        expected = [calls[cell, name] for cell in range(len(cells))]
        told = cells.counts[:, at].tolist()
        _agree(tables, f"{path}.calls.{name}", told, expected, summed=summed)
    for group, (name, _) in enumerate(_GROUPS):
        expected = [sums[cell, group] for cell in range(len(cells))]
        told = cells.sums[:, group].tolist()
        _agree(tables, f"{path}.wait_ms.{name}", told, expected, summed=summed)


def _check_weeks(tables: Tables, path: str, cells: Mapping[str, Cells]) -> None:
    """Note weeks that are not what the queues add up to."""
    weeks, kept = cells["weeks"], cells["weeks"].waits is not None
    for back, name in ((1, "last"), (2, "previous")):
        if name not in cells:
            continue
        queues, place = cells[name], f"{path}.{name}"
        if (queues.waits is not None) != kept:
            tables.reader.fault(
                f"{place}.waits", "null exactly where those of weeks are", "another"
            )
            continue
        week = weeks.take(np.array([len(weeks) - back]))
        pooled = queues.pooled(np.zeros(len(queues), np.intp), 1)
        tables.agrees(f"{place}.calls", pooled.counts.tolist(), week.counts.tolist())
        tables.agrees(f"{place}.wait_ms", pooled.sums.tolist(), week.sums.tolist())
        if _plain(pooled.waits) != _plain(week.waits):
            tables.reader.fault(f"{place}.waits", "the waits of the week", "others")


def _plain(histogram: Histogram | None) -> Any:
    if histogram is None:
        return None

    return histogram.first.tolist(), histogram.values.tolist(), histogram.counts.tolist()


def _profile_from(tables: Tables, path: str, value: object, size: int) -> Profile:
    """When queues are called."""
    reader, before = tables.reader, tables.reader.log.count
    record = reader.record(path, value, ("offered", "hours"))
    offered = tables.by_week(f"{path}.offered", record["offered"], size)
    hours = reader.record(f"{path}.hours", record["hours"], _HOURS)
    sizes = {"queue": size, "hour": HOURS}
    groups: list[int] = []
    values: list[int] = []
    counts: list[int] = []
    for kind, name in enumerate(_HOURS):
        rows = tables.keyed(f"{path}.hours.{name}", hours[name], sizes, "calls")
        groups += rows["queue"]
        values += [hour * len(_HOURS) + kind for hour in rows["hour"]]
        counts += rows["calls"]
    tables.fits(f"{path}.hours", counts)
    tables.fits(f"{path}.offered", *offered.tolist())
    if reader.log.count > before:
        return Profile(Histogram.empty(size), offered.T.copy())

    return Profile(_made(groups, values, counts, size), offered.T.copy())


def _check_profile(
    tables: Tables, path: str, profile: Profile, cells: Mapping[str, Cells], *, summed: bool
) -> None:
    """Note calls by week and hour that are counted otherwise by weeks or by queues."""
    weeks = cells["weeks"]
    by_week = profile.offered.sum(axis=0).tolist()
    tables.agrees(f"{path}.offered", by_week, weeks.offered().tolist())
    for back, name in ((1, "last"), (2, "previous")):
        if name in cells:
            told = profile.offered[:, -back].tolist()
            tables.agrees(f"{path}.offered", told, cells[name].offered().tolist())
    kinds = profile.hours.values.astype(np.int64) % len(_HOURS)
    queues = np.repeat(np.arange(profile.hours.groups), np.diff(profile.hours.first))
    counts = profile.hours.counts.astype(np.int64)
    offered = np.zeros(profile.hours.groups, np.int64)
    np.add.at(offered, queues[kinds < 2], counts[kinds < 2])  # noqa: PLR2004 (waiting is the last)
    by_queue = profile.offered.sum(axis=1).tolist()
    _agree(tables, f"{path}.hours", by_queue, offered.tolist(), summed=summed)
    abandoned, waiting = (int(counts[kinds == kind].sum()) for kind in (1, 2))
    told = int(weeks.of(ABANDONED).sum())
    _agree(tables, f"{path}.hours.abandoned", [told], [abandoned], summed=summed)
    left = [outcome for outcome in OUTCOMES if outcome not in OFFERED]
    tables.agrees(f"{path}.hours.waiting", waiting, int(weeks.of(left).sum()))
