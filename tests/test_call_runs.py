"""Queue calls as runs of one week each: every row is in one, and counted there."""

from contextlib import ExitStack
from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi import _call_runs
from partnerkpi._arrays import Codes, Counts, Micros
from partnerkpi._call_runs import WeekRun, week_runs
from partnerkpi.periods import WEEK, last_week_end
from tests.call_doors import QUEUED

SUNDAY = last_week_end(0)
EDGES = (0, 1, 5, WEEK - 1)
WAITS = (0, 1, 19_999, 2**23 - 1, 2**23, 2**31 - 1)
TYPES = (np.uint8, np.uint32, np.int32, np.int64)

Row = tuple[int, int, int, int]
CALLS = st.lists(
    st.tuples(
        st.integers(-2, 2), st.sampled_from(EDGES), st.sampled_from(WAITS), st.integers(0, 8)
    ),
    max_size=40,
)


def columns(rows: list[Row]) -> tuple[Micros, Counts, Codes]:
    """Instants, waits and outcomes of rows given as week, moment of the week, wait, outcome."""
    table = np.array(rows, np.int64).reshape(-1, 4)
    return SUNDAY + table[:, 0] * WEEK + table[:, 1], table[:, 2], table[:, 3].astype(np.uint8)


def runs_of(rows: list[Row], dtype: type = np.int64) -> tuple[WeekRun, ...]:
    """The runs of rows, a few of which are looked at at a time."""
    entered, wait, outcome = columns(rows)
    steps = {"_STEP": 7, "_SPLIT": 2, "_BLOCK": 3}
    with ExitStack() as stack:
        for name, value in steps.items():
            stack.enter_context(patch.object(_call_runs, name, value))
        return week_runs(entered, wait.astype(dtype), outcome)


def counted(rows: list[Row]) -> tuple[tuple[int, ...], tuple[int, int]]:
    """Calls by outcome, and sums of waits, one row at a time."""
    outcomes = [row[3] for row in rows]
    answered = sum(row[2] for row in rows if row[3] in (0, 1))
    abandoned = sum(row[2] for row in rows if row[3] in (2, 3))
    return tuple(outcomes.count(code) for code in range(9)), (answered, abandoned)


@given(CALLS, st.booleans())
def test_runs_hold_all_rows_and_count_their_own(rows: list[Row], by_week: bool) -> None:
    """One behind the other; those of one week say which, and count what one row at a time does."""
    rows = sorted(rows) if by_week else rows
    runs = runs_of(rows)
    bounds = [0, *(run.stop for run in runs)]

    assert [*pairwise(bounds)] == [(run.start, run.stop) for run in runs]
    assert len(rows) == bounds[-1]
    for run in runs:
        mine = rows[run.start : run.stop]
        if run.week is None:
            assert (len({row[0] for row in mine}) > 1, (), ()) == (True, run.counts, run.waits)
        else:
            assert {run.week} == {SUNDAY + row[0] * WEEK for row in mine}
            assert counted(mine) == (run.counts, run.waits)


@pytest.mark.parametrize("dtype", TYPES)
def test_waits_of_any_type_add_up(dtype: type) -> None:
    """As wide as they are given, up to the greatest of the type."""
    most = min(np.iinfo(dtype).max, 2**53 - 1)
    rows = [(0, 0, wait, code) for wait in (1, 7, most) for code in (0, 3)] * 5

    assert [counted(rows)] == [(run.counts, run.waits) for run in runs_of(rows, dtype)]


def test_sums_beyond_64_bits_are_exact() -> None:
    """They are refused when they are counted, not when columns are made."""
    rows = [(0, 0, 2**53 - 1, 2)] * 2100

    assert [(0, 2100 * (2**53 - 1))] == [run.waits for run in runs_of(rows)]


def test_rows_by_week_are_a_run_a_week() -> None:
    """Also where a week ends in the midst of the rows that are looked at at a time."""
    rows = [(week, 0, 1, 0) for week, many in ((-1, 8), (0, 6), (2, 16)) for _ in range(many)]
    weeks = [(0, 8, -1), (8, 14, 0), (14, 30, 2)]

    assert [(start, stop, SUNDAY + week * WEEK) for start, stop, week in weeks] == [
        (run.start, run.stop, run.week) for run in runs_of(rows)
    ]


def test_rows_in_no_order_are_one_run() -> None:
    """Of several weeks, whatever their number."""
    rows = [(row % 3, 0, 1, 0) for row in range(49)]

    assert (WeekRun(0, 49, None),) == runs_of(rows)


def test_changed_columns_have_runs_of_their_own() -> None:
    """What was made for other columns never stays."""
    calls = pk.queue_calls_from_rows([QUEUED])
    later = evolve(calls, entered=calls.entered + WEEK, wait=calls.wait + 1)

    assert calls.runs[0].week is not None
    assert [
        evolve(run, week=run.week + WEEK, waits=(run.waits[0] + 1, 0))
        for run in calls.runs
        if run.week is not None
    ] == [*later.runs]
