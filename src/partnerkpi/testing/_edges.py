"""Instants and counts at the edges of the definitions, which all strategies draw from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from partnerkpi._instants import EARLIEST, LATEST, of_datetime, to_datetime
from partnerkpi.periods import WEEK, last_week_end
from partnerkpi.testing._hypothesis import st

__all__ = [
    "COUNTS",
    "DAYS",
    "GREATEST",
    "NEAR",
    "after",
    "before",
    "edges",
    "instants",
    "week_edges",
]

NEAR = datetime(2026, 11, 22, tzinfo=UTC)
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
DAYS = (0, 1, 6, 7, 8, 29, 30, 31, 59, 89, 90, 91, 92, 365, 366)
GREATEST = 2**53 - 1
COUNTS = (0, 1, 2, 3, 10, 20, 24, 25, 100, 250, 1000, 5000, GREATEST - 1, GREATEST)
_TICKS = (0, 0, -1, 1, -1_000, 1_000, -3_600_000_000, 3_600_000_000, 86_400_000_000)
_WEEKS = (0, 1, 0, 2, -1, 3, 7, 8, 9, -2)


def instants(near: datetime = NEAR) -> st.SearchStrategy[datetime]:
    """Aware instants, UTC: at telling distances from one instant, and anywhere in range.

    Args:
        near: The instant; days on which windows end lie before and after it, its midnights and a
            microsecond off included.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5)
        ... @given(instants())
        ... def test(moment):
        ...     assert moment.tzinfo is not None
        >>> test()
    """
    anywhere = st.datetimes(
        _EARLIEST.replace(tzinfo=None), _LATEST.replace(tzinfo=None), timezones=st.just(UTC)
    )

    return before(near) | after(near) | anywhere


def before(near: datetime) -> st.SearchStrategy[datetime]:
    return edges(near, DAYS)


def after(near: datetime) -> st.SearchStrategy[datetime]:
    return edges(near, tuple(-days for days in DAYS))


def edges(near: datetime, days: Sequence[int]) -> st.SearchStrategy[datetime]:
    """So many days before an instant, at its hour or at midnight, or a microsecond off."""
    return st.builds(
        _edge, st.just(near), st.sampled_from(days), st.booleans(), st.sampled_from((0, -1, 1))
    )


def _edge(near: datetime, days: int, midnight: bool, ticks: int) -> datetime:  # noqa: FBT001 (drawn)
    at = near.astimezone(UTC)
    at = at.replace(hour=0, minute=0, second=0, microsecond=0) if midnight else at

    return min(max(at - timedelta(days, microseconds=-ticks), _EARLIEST), _LATEST)


def week_edges(near: datetime) -> st.SearchStrategy[datetime]:
    """Instants at or beside the ends of weeks around an instant: a microsecond or a millisecond."""
    end = last_week_end(of_datetime(near))

    return st.builds(
        lambda weeks, ticks: to_datetime(min(max(end - weeks * WEEK + ticks, EARLIEST), LATEST)),
        st.sampled_from(_WEEKS),
        st.sampled_from(_TICKS),
    )
