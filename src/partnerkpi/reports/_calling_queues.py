"""Machinery: calls into queues read from a document, and what must agree in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from attrs import astuple, fields

from partnerkpi import _record_rules as rules
from partnerkpi.aggregates import Ratio
from partnerkpi.calling.queues import CustomerQueuesRow, QueueRow, QueueWeek, StoredQueues
from partnerkpi.calling.queues.columns import OFFERED
from partnerkpi.calling.queues.service import service_level
from partnerkpi.io._cells import came
from partnerkpi.licenses.evidence import StoredRows
from partnerkpi.reports._calling_frames import kinds_of, refuse_repeated
from partnerkpi.reports._sections import MissingEvidence
from partnerkpi.reports._strict import SKIP

if TYPE_CHECKING:
    from partnerkpi.calling.figures import WeekSayer
    from partnerkpi.calling.queues.picks import Pick
    from partnerkpi.policy import Policy
    from partnerkpi.reports._calling_frames import CallReading, Told

__all__ = ["read_queues"]

_SAID: Final = tuple(each.name for each in fields(QueueWeek) if each.name != "week_end")
_OUTCOMES: Final = tuple(f"outcomes.{outcome.value}" for outcome in OFFERED)
_COUNTS: Final = ("waiting", "offered", *_OUTCOMES)
_POOLED: Final = (
    "average_time_to_answer_ms",
    "average_wait_before_abandon_ms",
    "abandoned_rate",
    "service_level",
)
_LONGEST: Final = ("longest_answered_ms", "longest_abandoned_ms")
# For each group of waits its mean, the longest, the percentiles, and the outcomes that it is of.
_GROUPS: Final = (
    (_POOLED[0], _LONGEST[0], "answered_wait_ms", ("answered", "transferred")),
    (_POOLED[1], _LONGEST[1], "abandoned_wait_ms", ("abandoned", "voicemail")),
)
_PERCENTILES: Final = ("p50", "p90", "p95")


def read_queues(
    reading: CallReading, path: str, value: object, say: WeekSayer
) -> StoredQueues | None:
    """Calls into queues; ``None`` if they are faulty."""
    before = reading.reader.log.count
    record = reading.reader.record(path, value, (*_SAID, "trend", "customers", "queues"))
    weeks = reading.trend(f"{path}.trend", record["trend"], QueueWeek)
    customers = reading.table(f"{path}.customers", record["customers"], CustomerQueuesRow)
    queues = reading.table(f"{path}.queues", record["queues"], QueueRow)
    for told in (weeks, customers, queues):
        if told is not None:
            _check_rows(reading, told)
    _check_tables(reading, customers, queues)
    last = _last_week(reading, path, record, weeks)
    if weeks is None or customers is None or queues is None:
        return None
    if last is not None and reading.reader.log.count == before:
        _check_sums(reading, path + ".", last, customers.rows)
        _check_owners(reading, customers, queues)
    if reading.reader.log.count > before:
        return None

    return StoredQueues(
        weeks=weeks.rows,
        say=say,
        grounds=MissingEvidence(),
        customers=StoredRows(customers.frame),
        queues=StoredRows(queues.frame),
    )


def _last_week(
    reading: CallReading, path: str, record: Mapping[str, object], weeks: Told | None
) -> QueueWeek | None:
    """The section's own figures, which are those of the last week."""
    before, kinds = reading.reader.log.count, kinds_of(QueueWeek)
    cells = {
        name: kinds[name](reading.reader, [record[name]], partial(_own_place, f"{path}.{name}"))
        for name in _SAID
    }
    if weeks is None or reading.reader.log.count > before or record["trend"] is SKIP:
        return None
    last: QueueWeek = weeks.rows[-1]
    told = QueueWeek(last.week_end, *(cells[name].values()[0] for name in _SAID))
    for name in _names():
        mine, theirs = attrgetter(name)(told), attrgetter(name)(last)
        reading.agrees(f"{path}.{name}", mine, theirs, "as in the last week of the trend")

    return last


def _own_place(path: str, _row: int) -> str:
    return path


def _names() -> Sequence[str]:
    """Every number and ratio of a row."""
    percentiles = [f"{group}.{each}" for *_, group, _ in _GROUPS for each in _PERCENTILES]

    return (*_COUNTS, *_POOLED, *_LONGEST, *percentiles)


def _check_rows(reading: CallReading, told: Told) -> None:
    """Note where a week, a customer or a queue contradicts itself."""
    for at, row in enumerate(told.rows):
        place = f"{told.path}[{at}]."
        counts = row.outcomes.to_dict()
        offered = sum(counts.values())
        reading.agrees(f"{place}offered", row.offered, offered, "as the outcomes add up to")
        abandoned = Ratio(counts["abandoned"] + counts["voicemail"], offered)
        reason = "(abandoned + voicemail) / offered"
        reading.agrees(f"{place}abandoned_rate", row.abandoned_rate, abandoned, reason)
        for mean, longest, group, outcomes in _GROUPS:
            calls = sum(counts[name] for name in outcomes)
            reason = f"as there are {calls} calls {' or '.join(outcomes)}"
            _check_waits(reading, (place, reason), row, (mean, longest, group), calls)
        _check_level(reading, f"{place}service_level", row, reading.terms.policy)


def _check_waits(
    reading: CallReading, place: tuple[str, str], row: Any, names: tuple[str, str, str], calls: int
) -> None:
    path, reason = place
    mean, longest, percentiles = (getattr(row, name) for name in names)
    reading.agrees(f"{path}{names[0]}.denominator", mean.denominator, calls, reason)
    ranks = (*astuple(percentiles), longest)
    paths = [*(f"{path}{names[2]}.{each}" for each in _PERCENTILES), f"{path}{names[1]}"]
    if calls and ranks.count(None) == len(ranks):
        # Waits came as sums: there is an average and nothing else.
        return
    for where, wait in zip(paths, ranks, strict=True):
        if (wait is None) != (calls == 0):
            expected = "a wait" if calls else "null"
            reading.reader.fault(where, f"{expected}, {reason}", came(wait))
            return
    if not calls:
        reading.agrees(f"{path}{names[0]}.numerator", mean.numerator, 0, reason)
        return
    for where, lower, upper in zip(paths[1:], ranks, ranks[1:], strict=False):
        if lower > upper:
            reading.reader.fault(where, f"at least {lower}, as a lower rank", str(upper))
    where = f"{path}{names[0]}.numerator"
    reading.within(
        where, mean.numerator, longest, longest * calls, "ms, as the longest wait has it"
    )


def _check_level(reading: CallReading, path: str, row: Any, policy: Policy) -> None:
    counts = row.outcomes.to_dict()
    parts = (row.service_level.numerator, row.service_level.denominator)
    if parts == (0, 0) and _summed(row):
        return
    names = ("numerator", "denominator")
    for name, told, pick in zip(names, parts, service_level(policy), strict=True):
        least, most = _bounds(pick, counts)
        reading.within(f"{path}.{name}", told, least, most, "calls, by the outcomes")


def _summed(row: Any) -> bool:
    """Whether the waits of some calls of a row are not told: they came as sums."""
    counts = row.outcomes.to_dict()

    return any(
        getattr(row, longest) is None and any(counts[name] for name in outcomes)
        for _, longest, _, outcomes in _GROUPS
    )


def _bounds(pick: Pick, counts: Mapping[str, int]) -> tuple[int, int]:
    """Between what a count lies: where waits matter, from none to all calls of an outcome."""
    whole = set(pick.whole())
    picked = {outcome: counts[outcome.value] for outcome in pick.ranges}

    return sum(picked[outcome] for outcome in whole), sum(picked.values())


def _check_tables(reading: CallReading, customers: Told | None, queues: Told | None) -> None:
    """Note rows that are told twice, and rows of nothing."""
    keys = ((customers, ("customer_id",)), (queues, ("customer_id", "queue_id")))
    for told, names in keys:
        if told is None:
            continue
        refuse_repeated(reading, told, *names)
        for at, row in enumerate(told.rows):
            if not row.offered + row.waiting:
                reading.reader.fault(f"{told.path}[{at}]", "a row with a call", "none")


def _check_sums(reading: CallReading, path: str, told: Any, rows: Sequence[Any]) -> None:
    """Note figures that are not what some rows add up to."""
    reason = "as the rows add up to"
    for name in _COUNTS:
        total = sum(map(attrgetter(name), rows))
        reading.agrees(f"{path}{name}", attrgetter(name)(told), total, reason)
    summed = any(map(_summed, rows))
    for name in _POOLED:
        if summed and name == "service_level" and getattr(told, name) == Ratio(0, 0):
            continue
        found = [getattr(row, name) for row in rows]
        pooled = Ratio(sum(r.numerator for r in found), sum(r.denominator for r in found))
        reading.agrees(f"{path}{name}", getattr(told, name), pooled, reason)
    for name in _LONGEST:
        if summed and getattr(told, name) is None:
            continue
        waits = [wait for row in rows if (wait := getattr(row, name)) is not None]
        longest = max(waits, default=None)
        reading.agrees(f"{path}{name}", getattr(told, name), longest, "the longest of the rows")


def _check_owners(reading: CallReading, customers: Told, queues: Told) -> None:
    """Note customers that are not what their queues add up to, and queues of nobody."""
    owned: dict[str, list[QueueRow]] = {row.customer_id: [] for row in customers.rows}
    for at, row in enumerate(queues.rows):
        if row.customer_id in owned:
            owned[row.customer_id].append(row)
        else:
            place = queues.place(at, "customer_id")
            reading.reader.fault(place, rules.KNOWN_CUSTOMER, came(row.customer_id))
    for at, row in enumerate(customers.rows):
        _check_sums(reading, f"{customers.path}[{at}].", row, owned[row.customer_id])
