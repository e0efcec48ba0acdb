"""Days, months and weeks on UTC dates, against the standard library and dateutil."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerkpi._instants import of_datetime, to_datetime
from partnerkpi.periods import (
    DAY,
    WEEK,
    day_count,
    days_after,
    days_before,
    last_week_end,
    month_count,
    week_ends,
)
from tests.oracles.times import days, months
from tests.oracles.times import week_ends as naive_week_ends

EARLIEST, LATEST = datetime(1970, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001  # hypothesis adds UTC

anytime = st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC))
midnights = st.dates(EARLIEST.date(), LATEST.date()).map(
    lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC)
)
month_ends = st.sampled_from(
    [
        datetime(year, month, 1, tzinfo=UTC) - timedelta(days=1)
        for year in (1972, 2023, 2024, 2100, 2199)
        for month in range(1, 13)
    ]
)
moments = anytime | midnights | month_ends
day_numbers = st.integers(0, 100) | st.integers(0, 80_000)


@given(moments, moments)
def test_days_are_differences_of_dates(earlier: datetime, later: datetime) -> None:
    """At any hour, in either direction, of one instant and of many."""
    first, last = of_datetime(earlier), of_datetime(later)
    assert days(earlier, later) == int(day_count(first, last))
    assert [days(earlier, later)] * 2 == day_count(np.array([first] * 2), last).tolist()


@given(moments, moments, day_numbers)
def test_windows_are_single_comparisons(moment: datetime, other: datetime, number: int) -> None:
    """Within so many days after or before is one comparison with a midnight."""
    at, that = of_datetime(moment), of_datetime(other)
    assert (days(moment, other) <= number) == (that < days_after(at, number))
    assert (days(other, moment) <= number) == (that >= days_before(at, number))


@given(st.lists(st.tuples(moments, moments), max_size=5))
@settings(max_examples=200)
def test_months_are_those_of_relativedelta(pairs: list[tuple[datetime, datetime]]) -> None:
    """Complete calendar months between any two dates, forwards and backwards."""
    expected = []
    for earlier, later in pairs:
        gap = relativedelta(later.date(), earlier.date())
        expected.append(gap.years * 12 + gap.months)
    sides = np.array([[of_datetime(each) for each in pair] for pair in pairs], np.int64)
    assert expected == month_count(*sides.reshape(-1, 2).T).tolist()


@given(moments, moments)
def test_months_are_counted_one_by_one(one: datetime, other: datetime) -> None:
    """Counting month after month, the end of short months clipped, gives the same."""
    earlier, later = sorted((one, other))
    sides = np.array([of_datetime(earlier)]), np.array(of_datetime(later))
    assert [months(earlier, later)] == month_count(*sides).tolist()


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2026-02-27", 0),
        ("2024-02-29", "2025-02-28", 12),
        ("2024-02-29", "2025-02-27", 11),
        ("2026-03-31", "2026-04-30", 1),
        ("2026-11-22", "2026-11-22", 0),
    ],
)
def test_ends_of_months(earlier: str, later: str, expected: int) -> None:
    """From 31 January to 28 February is one month, to 27 February none."""
    micros = [of_datetime(datetime.fromisoformat(f"{day}T00:00:00Z")) for day in (earlier, later)]
    assert [expected] == month_count(np.array(micros[:1]), np.array(micros[1:])).tolist()


@given(moments, st.integers(2, 60))
def test_weeks_end_on_sundays(moment: datetime, number: int) -> None:
    """The last completed weeks, oldest first; one that ends at the very instant is complete."""
    expected = [of_datetime(each) for each in naive_week_ends(moment, number) if each >= EPOCH]
    found = week_ends(of_datetime(moment), number)
    assert number == len(found)
    assert expected == [each for each in found if each >= 0]
    assert last_week_end(of_datetime(moment)) == found[-1]


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def test_a_week_that_ends_in_a_moment_is_not_complete() -> None:
    """At Sunday midnight it is, a microsecond before it is not."""
    sunday = of_datetime(datetime(2026, 11, 22, tzinfo=UTC))
    assert (sunday, sunday - WEEK) == (last_week_end(sunday), last_week_end(sunday - 1))
    assert "Sunday" == f"{to_datetime(sunday):%A}"
    assert 7 * DAY == WEEK
