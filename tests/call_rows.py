"""Call legs and queue calls as the objects of JSON lines, and as records."""

from datetime import UTC, datetime
from typing import Any

from attrs import asdict

from partnerkpi.call_models import CallLeg, QueueCall
from tests.oracles.call_legs import Row
from tests.oracles.times import instant

__all__ = ["LAST_WEEK", "leg", "leg_of", "queue_call_of", "row_of"]

#: A Monday morning in the last week at 2026-11-22.
LAST_WEEK = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)


def leg_of(row: Row) -> CallLeg:
    """The record of a row."""
    return CallLeg(**_timed(row, "started_at"))


def queue_call_of(row: Row) -> QueueCall:
    """The record of a row."""
    return QueueCall(**_timed(row, "entered_at"))


def _timed(row: Row, began: str) -> dict[str, Any]:
    reported = row.get("reported_at")
    return {
        **row,
        began: instant(row[began]),
        "reported_at": None if reported is None else instant(reported),
    }


def row_of(record: CallLeg | QueueCall) -> Row:
    """The row of a record."""
    values = asdict(record)
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def leg(**fields: Any) -> CallLeg:
    """A leg of customer c-1 in the last week, of which nothing was measured."""
    given = {
        "call_id": "k-1",
        "customer_id": "c-1",
        "started_at": LAST_WEEK,
        "duration_ms": 1000,
        "answered": True,
    }
    return CallLeg(**{**given, **fields})
