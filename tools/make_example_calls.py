"""Write the calls of the example portfolio: call legs and calls into queues.

    python tools/make_example_calls.py [FOLDER]

The same rows twice: as CSV beside the portfolio document, as JSON lines beside its three tables.
Ten weeks up to 22 November 2026 and a little beyond, told by digests like the portfolio itself.
What real sources do is in them: rows delivered twice, corrected later or contradicting each other,
calls without a user, an endpoint type or a measurement, and a caller that no portfolio holds.
"""

import csv
import gzip
import io
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from make_example import AS_OF, FOLDER, Record, between, cell, portion

WEEKS = 10
ENDPOINTS = ("desk_phone", "app", "webex_device", "gateway", None)
FEATURES = (
    "auto_attendant",
    "call_forward",
    "call_park",
    "call_queue",
    "call_recording",
    "call_transfer",
    "hunt_group",
    "voicemail",
)


class Caller(NamedTuple):
    """How a customer calls: users, legs of a user in a week, and how these change by the week."""

    id: str
    users: int
    legs: int
    change: float = 0.0
    poor: float = 0.1
    queues: tuple[str, ...] = ()
    abandons: float = 0.08


# No portfolio holds this customer, and its reception never answers.
STRANGER = "c-9001"
CALLERS = (
    Caller("c-1001", 9, 6, 0.02, queues=("Dispatch", "Billing")),
    Caller("c-1002", 6, 5, queues=("Member services",), abandons=0.15),
    Caller("c-1003", 2, 4, -0.05),
    Caller("c-1004", 12, 3, 0.01, poor=0.04, queues=("Enrolment", "Help desk", "Transport")),
    Caller("c-1005", 8, 7, 0.03, poor=0.3, queues=("Appointments",), abandons=0.35),
    Caller("c-1006", 3, 4, -0.1),
    Caller("c-1008", 7, 6, 0.08, queues=("Bookings",)),
    Caller("c-1009", 4, 3),
    Caller("c-1013", 8, 8, 0.05, queues=("Dépannage", "Factures"), abandons=0.2),
    Caller("c-1014", 1, 60, poor=0.02),
    Caller("c-1022", 6, 5, queues=("Support",), abandons=0.02),
    Caller("c-1024", 3, 2, -0.08, poor=0.5),
    Caller("c-1028", 4, 5, 0.06),
    Caller("c-1033", 10, 4, poor=0.01, queues=("受付", "技術")),
    Caller("c-1038", 7, 5, -0.07, queues=("Claims", "Policies"), abandons=0.5),
    Caller("c-1042", 9, 3, queues=("Lost property",)),
    Caller("c-1048", 3, 2, -0.12),
    Caller("c-1052", 4, 6, -0.09, queues=("Orders",), abandons=0.3),
    Caller(STRANGER, 2, 3, queues=("Reception",)),
)
# Everybody's telephones were silent in this week: a week without data is a row all the same.
SILENT = 4


def week_start(week: int) -> datetime:
    """When a week begins; the last one ends at the instant of the report."""
    return AS_OF - timedelta(weeks=WEEKS - week)


def moment(week: int, *names: object) -> datetime:
    """A moment in the business hours of a week, to the millisecond."""
    opens = week_start(week) + timedelta(days=between(1, 5, *names, "day"), hours=8)
    return opens + timedelta(milliseconds=between(0, 10 * 3_600_000 - 1, *names, "time"))


def instant_text(instant: datetime) -> str:
    """An instant in UTC to the millisecond."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def chance(share: float, *names: object) -> bool:
    """Whether something holds that holds for such a share of all."""
    return portion(*names) < share


def chosen(values: Sequence[str | None], *names: object) -> str | None:
    """One of some values, the first ones more often."""
    return values[int(portion(*names) ** 2 * len(values))]


def legs() -> Iterator[Record]:
    """Every call leg, once."""
    for caller in CALLERS:
        for week in range(WEEKS):
            if week == SILENT:
                continue
            wanted = caller.legs * (1 + caller.change) ** week
            for user in range(caller.users):
                for number in range(round(wanted * 2 * portion(caller.id, week, user))):
                    yield leg(caller, week, user, number)


def leg(caller: Caller, week: int, user: int, number: int) -> Record:
    """A call leg."""
    names = (caller.id, week, user, number)
    answered = chance(0.83, *names, "answered")
    started = moment(week, *names)
    return {
        "record_id": f"{caller.id}-{week}-{user}-{number}",
        "reported_at": instant_text(started + timedelta(hours=2)),
        "call_id": f"{caller.id}-{week}-{user}-{number // 2}",
        "customer_id": caller.id,
        "user_id": None if chance(0.04, *names, "user") else f"u{user + 1}",
        "started_at": instant_text(started),
        "duration_ms": between(4_000, 900_000, *names, "length") if answered else 0,
        "answered": answered,
        "endpoint_type": chosen(ENDPOINTS, *names, "endpoint"),
        **measurements(caller, names),
        "features": features(caller, names),
    }


def measurements(caller: Caller, names: tuple[object, ...]) -> Record:
    """What was measured of a leg: everything, something, or nothing."""
    poor = chance(caller.poor, *names, "poor")
    loss = round((5 if poor else 0) + 4.9 * portion(*names, "loss"), 1)
    measured = {
        "packet_loss_percent": loss,
        "latency_ms": between(8, 390, *names, "latency"),
        "jitter_ms": between(0, 60, *names, "jitter"),
    }
    silent = chance(0.12, *names, "measured") or caller.id == STRANGER
    return dict.fromkeys(measured) if silent else measured


def features(caller: Caller, names: tuple[object, ...]) -> list[str]:
    """The features a leg used; call queues only where there are some."""
    used = [each for each in FEATURES if chance(0.06, *names, each)]
    if caller.queues and chance(0.3, *names, "queue"):
        used.append("call_queue")
    return sorted({*used} - (set() if caller.queues else {"call_queue"}))


def queue_calls() -> Iterator[Record]:
    """Every call into a queue, once."""
    for caller in CALLERS:
        for week in range(WEEKS):
            for queue in caller.queues if week != SILENT else ():
                for number in range(between(2, 14, caller.id, week, queue)):
                    yield queue_call(caller, week, queue, number)


OTHERS = ("transferred", "overflowed", "timed_out", "callback", "unknown")


def queue_call(caller: Caller, week: int, queue: str, number: int) -> Record:
    """A call into a queue."""
    names = (caller.id, week, queue, number)
    entered = moment(week, *names)
    outcome = outcome_of(caller, names)
    wait = round(3_000 + 90_000 * portion(*names, "wait") ** 3)
    # Some waits stand on the very threshold.
    wait = 20_000 if chance(0.05, *names, "edge") else wait
    return {
        "record_id": f"q-{caller.id}-{week}-{queue}-{number}",
        "reported_at": instant_text(entered + timedelta(hours=1)),
        "call_id": f"k-{caller.id}-{week}-{queue}-{number}",
        "customer_id": caller.id,
        "queue_id": queue,
        "entered_at": instant_text(entered),
        "wait_ms": wait,
        "outcome": outcome,
        "talk_ms": between(20_000, 500_000, *names, "talk") if outcome == "answered" else None,
    }


def outcome_of(caller: Caller, names: tuple[object, ...]) -> str:
    """What became of a call; one reception has calls that wait to this day."""
    if caller.id == STRANGER:
        return "waiting"
    if chance(caller.abandons, *names, "outcome"):
        return "voicemail" if chance(0.2, *names, "message") else "abandoned"
    if chance(0.02, *names, "waiting"):
        return "waiting"
    return OTHERS[between(0, 4, *names, "which")] if chance(0.16, *names, "other") else "answered"


def delivered(rows: Sequence[Record], began: str) -> list[Record]:
    """Rows as a source delivers them: some twice, some corrected, some contradicting themselves."""
    found = list(rows)
    for row in rows:
        name = row["record_id"]
        if chance(0.02, name, "twice"):
            found.append(row)
        if chance(0.01, name, "corrected"):
            later = datetime.fromisoformat(row["reported_at"]) + timedelta(days=1)
            found.append(row | {"reported_at": instant_text(later), **longer(row)})
        if chance(0.003, name, "contradicted"):
            found.append(row | longer(row))
    return sorted(found, key=lambda row: (row[began], row["record_id"]))


def longer(row: Record) -> Record:
    """The same with the length told anew."""
    name = "wait_ms" if "wait_ms" in row else "duration_ms"
    return {name: row[name] + 1_500}


def csv_bytes(rows: Sequence[Record]) -> bytes:
    """A table as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([cell(value) for value in row.values()] for row in rows)
    return text.getvalue().encode()


def lines_bytes(rows: Sequence[Record]) -> bytes:
    """A table as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def write_calls(folder: Path) -> None:
    """Write both tables in both forms, gzipped without a date."""
    tables = {
        "calls": delivered(list(legs()), "started_at"),
        "queue_calls": delivered(list(queue_calls()), "entered_at"),
    }
    for name, rows in tables.items():
        packed = gzip.compress(csv_bytes(rows), mtime=0)
        (folder / f"{name}.csv.gz").write_bytes(packed)
        packed = gzip.compress(lines_bytes(rows), mtime=0)
        (folder / "tables" / f"{name}.jsonl.gz").write_bytes(packed)


if __name__ == "__main__":
    write_calls(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
