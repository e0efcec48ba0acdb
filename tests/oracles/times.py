"""Instants, day counts, month counts and weeks, from the standard library alone."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

WEEK = timedelta(days=7)
A_SUNDAY = datetime(1970, 1, 4, tzinfo=UTC)


def instant(text: str) -> datetime:
    """An instant as UTC; a bare date is its midnight."""
    moment = datetime.fromisoformat(text)
    if len(text) == len("2026-11-22"):
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def instant_text(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS[.ffffff]Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def days(earlier: datetime, later: datetime) -> int:
    """The difference of the two UTC calendar dates."""
    return (later.astimezone(UTC).date() - earlier.astimezone(UTC).date()).days


def months(earlier: datetime, later: datetime) -> int:
    """Complete calendar months from the earlier UTC date to the later one."""
    start, end = earlier.astimezone(UTC).date(), later.astimezone(UTC).date()
    complete = 0
    while months_after(start, complete + 1) <= end:
        complete += 1
    return complete


def months_after(start: date, count: int) -> date:
    """The same day `count` months on, or that month's last day when it is shorter."""
    year, month_index = divmod(start.year * 12 + start.month - 1 + count, 12)
    last_day = monthrange(year, month_index + 1)[1]
    return date(year, month_index + 1, min(start.day, last_day))


def week_ends(as_of: datetime, weeks: int) -> list[datetime]:
    """The ends of the last completed weeks, oldest first: Sundays 00:00:00 UTC."""
    completed = (as_of - A_SUNDAY) // WEEK
    last_end = A_SUNDAY + completed * WEEK
    return [last_end - back * WEEK for back in reversed(range(weeks))]
