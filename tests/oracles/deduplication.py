"""Of several rows of calls with one record id, the one that counts: row by row."""

from collections.abc import Callable
from typing import Any

from tests.oracles.records import optional_instant

__all__ = ["deduplicate"]

Row = dict[str, Any]
Rank = tuple[Any, ...]


def deduplicate(rows: list[Row]) -> tuple[list[Row], int, int]:
    """The rows that count in their order, how many do not, and how many of those are ties.

    A tie was reported at the very instant of the row that counts, and says something else.
    """
    winners = winners_of(rows)
    kept = [row for row in rows if any(row is winner for winner in winners)]
    lost = [row for row in rows if not any(row is winner for winner in winners)]
    by_key = {key_of(winner): winner for winner in winners if key_of(winner)}
    ties = [row for row in lost if is_tie(row, by_key[key_of(row)])]
    return kept, len(lost), len(ties)


def winners_of(rows: list[Row]) -> list[Row]:
    """Every row without a record id, and for each record id of a customer the greatest row."""
    winners: dict[Any, Row] = {}
    for number, row in enumerate(rows):
        key = key_of(row) or number
        if key not in winners or rank_of(row) > rank_of(winners[key]):
            winners[key] = row
    return list(winners.values())


def key_of(row: Row) -> tuple[str, str] | None:
    """A record id is unique within a customer."""
    record_id = row.get("record_id")
    return None if record_id is None else (row["customer_id"], record_id)


def is_tie(row: Row, winner: Row) -> bool:
    """Reported when the winner was, with different content."""
    return rank_of(row)[0] == rank_of(winner)[0] and rank_of(row) != rank_of(winner)


def rank_of(row: Row) -> Rank:
    """Reported last, then begun later, then longer, then the columns in their order."""
    return queue_call_rank(row) if "queue_id" in row else leg_rank(row)


def leg_rank(row: Row) -> Rank:
    """The rank of a call leg."""
    return (
        nothing_first(optional_instant(row.get("reported_at"))),
        optional_instant(row["started_at"]),
        row["duration_ms"],
        row["call_id"],
        nothing_first(row.get("user_id")),
        row["answered"],
        nothing_first(row.get("endpoint_type")),
        *(nothing_first(row.get(name)) for name in MEASURES),
        sorted(set(row.get("features") or [])),
    )


def queue_call_rank(row: Row) -> Rank:
    """The rank of a queue call."""
    return (
        nothing_first(optional_instant(row.get("reported_at"))),
        optional_instant(row["entered_at"]),
        row["wait_ms"],
        row["call_id"],
        row["queue_id"],
        row["outcome"],
        nothing_first(row.get("talk_ms")),
    )


MEASURES = ("packet_loss_percent", "latency_ms", "jitter_ms")
nothing_first: Callable[[Any], Rank] = lambda value: () if value is None else (value,)  # noqa: E731
