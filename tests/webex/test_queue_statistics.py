"""The call queue statistics report: rows, faults, states, and figures that they cannot give."""

import io
import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi import webex
from partnerkpi.aggregates import Ratio
from partnerkpi.call_columns import QueueCalls
from partnerkpi.call_models import Outcome, QueueCall
from partnerkpi.calling import QueueState, finish_queues, queue_state
from partnerkpi.errors import InputError, InstantError, RecordsMissingError
from partnerkpi.reports import finish, state_document, state_from

SAMPLES = Path(__file__).parent / "samples" / "calls"
HEADER = SAMPLES.joinpath("call_queue_stats.header.csv").read_text(encoding="utf-8").strip()
SUNDAY = datetime(2026, 11, 15, tzinfo=UTC)
WEEK = timedelta(days=7)
AS_OF = SUNDAY + WEEK
ROW: dict[str, Any] = {
    "Call Queue": "Support",
    "Location": "Berlin",
    "Phone NO.": "+15550100100",
    "Total Hold Time": "0:01:00",
    "Total Talk Time": "10:00:00",
    "Total Wait Time": "00:06:40",
    "Answered Calls": "20",
    "Abandoned Calls": "5",
    "Total Abandoned Time": "00:00:50",
    "Total Calls": "30",
    "Calls Overflowed": "2",
    "Calls Timed Out": "1",
    "Calls Transferred": "1",
}


def report(*rows: dict[str, Any], unit: Any = None, **options: Any) -> webex.QueueStatistics:
    """The statistics of some rows over the last week."""
    given = {"customer_id": "o-1", "start": SUNDAY, "end": AS_OF}
    return webex.queue_statistics(list(rows), unit=unit, **{**given, **options})


def changed(**fields: object) -> dict[str, Any]:
    """The row with other values."""
    return {**ROW, **{name.replace("_", " "): value for name, value in fields.items()}}


def table(*rows: dict[str, Any], header: str = HEADER) -> bytes:
    """A report as CSV."""
    lines = [",".join(str(row.get(name, "")) for name in header.split(",")) for row in rows]
    return "\n".join([header, *lines, ""]).encode()


def call(wait: int, outcome: str = "answered", **fields: Any) -> QueueCall:
    """A queue call in the last week."""
    given = {"call_id": "k", "customer_id": "o-2", "queue_id": "Q", "entered_at": SUNDAY}
    return QueueCall(**{**given, "wait_ms": wait, "outcome": outcome, **fields})


def counted(*calls: QueueCall) -> QueueState:
    """The state of some rows."""
    return queue_state(QueueCalls.from_records(calls), as_of=AS_OF)


# --- rows ----------------------------------------------------------------------------------------


def test_a_row() -> None:
    """Counts are outcomes, sums are milliseconds; what is above the outcomes is unknown."""
    (row,) = report(ROW).rows
    outcomes = {outcome.value: count for outcome, count in row.outcomes.items()}
    times = (row.wait_ms, row.abandoned_ms, row.hold_ms, row.talk_ms, row.handle_ms)

    assert ("Support (Berlin)", "+15550100100", None) == (
        row.queue_id,
        row.phone_number,
        row.extension,
    )
    assert (400_000, 50_000, 60_000, 36_000_000, None) == times
    assert {
        "answered": 20,
        "abandoned": 5,
        "overflowed": 2,
        "timed_out": 1,
        "transferred": 1,
        "unknown": 1,
    } == outcomes


@pytest.mark.parametrize(
    "source",
    [
        table(ROW),
        b"\xef\xbb\xbf" + table(ROW),
        table(ROW)
        .replace(b"Phone NO.", b"phone no")
        .replace(b"Calls Timed Out", b"CALLS TIMEDOUT"),
        table(ROW, header=",".join(reversed(HEADER.split(",")))),
        table(ROW, header=",".join(ROW)),
        io.BytesIO(table(ROW)),
    ],
    ids=["bytes", "mark", "spelling", "order", "only what is needed", "stream"],
)
def test_headers(source: Any) -> None:
    """However it is spelled, the report says the same."""
    found = webex.queue_statistics(source, customer_id="o-1", unit=None, start=SUNDAY, end=AS_OF)

    assert report(ROW).rows == found.rows
    assert () == found.ignored_columns


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        (None, "00:00:00", 0),
        (None, "123:00:01", 442_801_000),
        ("seconds", "00:06:40", 400_000),
        ("seconds", "400", 400_000),
        ("seconds", 400, 400_000),
        ("seconds", 0.5, 500),
        ("seconds", "0.0005", 1),
        ("minutes", "6.5", 390_000),
        ("minutes", "0.1", 6_000),
        ("hours", "2", 7_200_000),
    ],
)
def test_times(unit: Any, value: object, expected: int) -> None:
    """A clock needs no unit; numbers are in the unit that is told, to the nearest millisecond."""
    zeros = {"Total Abandoned Time": "0:00:00", "Total Hold Time": "", "Total Talk Time": "NA"}
    (row,) = report({**changed(Total_Wait_Time=value), **zeros}, unit=unit).rows

    assert (expected, None, None) == (row.wait_ms, row.hold_ms, row.talk_ms)


@pytest.mark.parametrize(
    ("fields", "column", "words"),
    [
        ({"Total_Wait_Time": "400"}, "Total Wait Time", "a time such as 01:02:03"),
        ({"Total_Wait_Time": "00:61:00"}, "Total Wait Time", "a time"),
        ({"Total_Wait_Time": ""}, "Total Wait Time", "a time"),
        ({"Total_Wait_Time": "9" * 50 + ":00:00"}, "Total Wait Time", "a time"),
        ({"Total_Wait_Time": "9999999999:00:00"}, "Total Wait Time", "a time"),
        ({"Total_Hold_Time": "-1"}, "Total Hold Time", "a time"),
        ({"Answered_Calls": "20.0"}, "Answered Calls", "a count"),
        ({"Answered_Calls": True}, "Answered Calls", "a count"),
        ({"Answered_Calls": "NA"}, "Answered Calls", "a count"),
        ({"Answered_Calls": 20.0}, "Answered Calls", "a count"),
        ({"Answered_Calls": "1" * 50}, "Answered Calls", "a count"),
        ({"Total_Calls": "28"}, "Total Calls", "at least 29, as outcomes add up to"),
        ({"Call_Queue": ""}, "Call Queue", "a text"),
        ({"Call_Queue": "a\x00"}, "Call Queue", "control"),
        ({"Location": 5}, "Location", "a text"),
        ({"Abandoned_Calls": 0}, "Total Abandoned Time", "0, as no call was abandoned"),
        (
            {"Answered_Calls": 0, "Calls_Transferred": 0},
            "Total Wait Time",
            "0, as no call was answered or transferred",
        ),
    ],
)
def test_faults(fields: dict[str, object], column: str, words: str) -> None:
    """Each has its row, its heading, and what was expected."""
    with pytest.raises(InputError) as refused:
        report(ROW | {"Call Queue": "Sales"}, changed(**fields))
    (fault,) = refused.value.faults

    assert (1, column) == (fault.place.line, fault.place.column)
    assert words in fault.expected


def test_a_fault_names_the_unit_that_was_told() -> None:
    """So that a wrong one is seen."""
    with pytest.raises(InputError, match="or a number of minutes, found 'soon'"):
        report(changed(Total_Wait_Time="soon"), unit="minutes")


def test_lenient_reading_leaves_rows_out() -> None:
    """And carries the faults, into the state as well."""
    found = report(ROW, ROW, changed(Total_Calls="x"), lenient=True)

    assert (1, 2) == (len(found.rows), found.fault_count)
    assert "each queue of a location once" == found.faults[0].expected
    assert found.faults == found.state(as_of=AS_OF).faults


def test_faults_of_tables(tmp_path: Path) -> None:
    """Headings that are missing or repeat, short rows, rows that are none."""
    path = tmp_path / "stats.csv"
    path.write_bytes(b"Call Queue,call queue,Mood\na,b\n")
    with pytest.raises(InputError) as refused:
        webex.queue_statistics(path, customer_id="o", unit=None, start=SUNDAY, end=AS_OF)
    told = [str(fault) for fault in refused.value.faults]

    assert 10 == len(told)
    assert f"{path}, line 1, column call queue: expected each heading once, found it again" in told
    assert f"{path}, line 2: expected 3 cells, as in the header, found 2" == told[-1]
    with pytest.raises(InputError, match="row 0: expected a mapping of headings to values"):
        report(5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="expected each heading once"):
        report({**ROW, "location": "x"})
    with pytest.raises(InputError, match="a header line"):
        webex.queue_statistics(b"", customer_id="o", unit=None, start=SUNDAY, end=AS_OF)


def test_broken_rows_of_tables_are_left_out() -> None:
    """One fault for the whole row, and the others stay."""
    text = table(ROW) + b"short\n" + table(ROW | {"Call Queue": "Sales"}).split(b"\n")[1] + b"\n"
    found = webex.queue_statistics(
        text, customer_id="o", unit=None, start=SUNDAY, end=AS_OF, lenient=True
    )

    assert (["Support", "Sales"], 1) == ([row.queue for row in found.rows], found.fault_count)


def test_undocumented_headings_are_told() -> None:
    """Not looked at, and not in silence."""
    assert ("Mood",) == report({**ROW, "Mood": "sad"}).ignored_columns


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: report(ROW, unit="days"), ValueError, "unit must be"),
        (lambda: report(ROW, end=SUNDAY), InstantError, "an end after the start"),
        (lambda: report(ROW, start=datetime(2026, 1, 1)), InstantError, "naive"),  # noqa: DTZ001
        (
            lambda: webex.queue_statistics(
                5,  # type: ignore[arg-type]
                customer_id="o",
                unit=None,
                start=SUNDAY,
                end=AS_OF,
            ),
            TypeError,
            "expected a path, a binary stream, bytes or rows",
        ),
    ],
)
def test_wrong_arguments(make: Callable[[], object], error: type[Exception], words: str) -> None:
    """Each is refused in words."""
    with pytest.raises(error, match=words):
        make()


# --- states --------------------------------------------------------------------------------------


def test_sums_and_counts_feed_figures() -> None:
    """Averages and rates as of rows, and the outcomes."""
    found = finish_queues(report(ROW).state(as_of=AS_OF))

    assert Ratio(400_000, 21) == found.average_time_to_answer_ms.value
    assert Ratio(50_000, 5) == found.average_wait_before_abandon_ms.value
    assert Ratio(5, 30) == found.abandoned_rate.value
    assert (30, 0) == (found.offered.value, found.waiting.value)
    assert 1 == found.outcomes[Outcome.UNKNOWN].value
    assert ["Support (Berlin)"] == found.queues.column("queue_id")
    assert 30 == found.trend[-1].offered


def test_single_waits_are_not_there() -> None:
    """Percentiles, longest waits and service levels are undefined, and say why."""
    found = finish_queues(report(ROW).state(as_of=AS_OF))
    reason = "some calls came as counts and sums of waits, without the single waits"
    figures = [
        *(found.longest_answered_ms, found.longest_abandoned_ms, found.service_level),
        *(found.answered_wait_ms.p50, found.abandoned_wait_ms.p95),
        found.wait_percentile_ms("answered", 99),
    ]

    assert [None, None, Ratio(0, 0), None, None, None] == [each.value for each in figures]
    assert {reason} == {each.definition.undefined for each in figures}
    assert "nobody was answered" == found.average_time_to_answer_ms.definition.undefined
    with pytest.raises(RecordsMissingError, match="without the single waits"):
        found.service_level.why("o-1")
    with pytest.raises(RecordsMissingError, match="rows behind this figure are not here"):
        _ = found.offered.members
    assert found.abandoned_rate.why("o-1").counted


def test_nobody_who_waited_is_another_reason() -> None:
    """An undefined figure that single waits would not define either."""
    row = changed(Abandoned_Calls=0, Total_Abandoned_Time="0:00:00")
    found = finish_queues(report(row).state(as_of=AS_OF))

    assert "nobody hung up or left a message" == found.longest_abandoned_ms.definition.undefined
    assert (
        "nobody hung up or left a message"
        == found.average_wait_before_abandon_ms.definition.undefined
    )


def test_with_rows_only_what_lacks_is_undefined() -> None:
    """The customers and queues of rows keep their figures, all together has none."""
    state = counted(call(5000), call(9000, "abandoned")).merge(report(ROW).state(as_of=AS_OF))
    found = finish_queues(state)
    rows = {row.queue_id: row for row in found.queues}

    assert (32, Ratio(405_000, 22)) == (
        found.offered.value,
        found.average_time_to_answer_ms.value,
    )
    assert (None, Ratio(0, 0)) == (found.longest_answered_ms.value, found.service_level.value)
    assert (5000, Ratio(1, 2)) == (rows["Q"].longest_answered_ms, rows["Q"].service_level)
    assert (None, None) == (
        rows["Support (Berlin)"].longest_answered_ms,
        rows["Support (Berlin)"].answered_wait_ms.p50,
    )
    assert ["o-1", "o-2"] == sorted(state.customers.to_list())
    assert ["Q"] == found.hours.column("queue_id")
    assert found.service_level.why("o-2").counted


def test_of_the_week_before() -> None:
    """It feeds the trend and the changes of that week."""
    earlier = report(ROW, start=SUNDAY - WEEK, end=SUNDAY)
    found = finish_queues(counted(call(1)).merge(earlier.state(as_of=AS_OF)))

    assert [30, 1] == [week.offered for week in found.trend[-2:]]
    assert 30 == found.offered.previous
    assert Ratio(1, 1) == found.service_level.value
    assert {1, -30} == set(found.queue_changes.column("offered"))


@pytest.mark.parametrize("weeks", [9, -1])
def test_a_week_outside_of_the_trend_counts_nothing(weeks: int) -> None:
    """As rows of it do."""
    period = {"start": SUNDAY - weeks * WEEK, "end": AS_OF - weeks * WEEK}
    state = report(ROW, **period).state(as_of=AS_OF)

    assert (0, 0) == (int(state.weeks.counts.sum()), len(state.names))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (SUNDAY, AS_OF - timedelta(days=1)),
        (SUNDAY + timedelta(days=1), AS_OF + timedelta(days=1)),
        (SUNDAY - WEEK, AS_OF),
        (SUNDAY, AS_OF + timedelta(microseconds=1)),
    ],
)
def test_other_periods_feed_no_week(start: datetime, end: datetime) -> None:
    """From Monday to Monday, a month, or any other time: said, and not squeezed into a week."""
    found = report(ROW, start=start, end=end)

    assert not found.is_week
    with pytest.raises(RecordsMissingError, match="not exactly a week from Sunday to Sunday"):
        found.state(as_of=AS_OF)


def test_a_week_in_another_time_zone() -> None:
    """What counts is the instant."""
    start = datetime.fromisoformat("2026-11-15T05:00:00+05:00")

    assert report(ROW, start=start, end=start + WEEK).is_week


def test_queues_without_calls_are_not_there() -> None:
    """As a queue without rows."""
    empty = dict.fromkeys(ROW, "0") | {"Call Queue": "Quiet", "Location": "", "Phone NO.": ""}
    found = report(
        {**empty, **dict.fromkeys([n for n in ROW if "Time" in n], "0:00:00")}
        | {"Calls Timed Out": "0"}
    )

    assert 0 == len(found.state(as_of=AS_OF).names)
    assert not found.state(as_of=AS_OF).summed


def both() -> QueueState:
    """Rows of one customer, sums of another, and of both in the week before."""
    earlier = report(ROW, start=SUNDAY - WEEK, end=SUNDAY, customer_id="o-2")
    rows = counted(call(5000), call(9000, "abandoned"), call(1, entered_at=SUNDAY - WEEK))

    return rows.merge(report(ROW).state(as_of=AS_OF)).merge(earlier.state(as_of=AS_OF))


@pytest.mark.parametrize(
    "state", [report(ROW).state(as_of=AS_OF), both()], ids=["alone", "with rows"]
)
def test_reports_of_sums_are_told_and_read_back(state: QueueState) -> None:
    """The document, its check, and text and page."""
    made = pk.report(queue_calls=state, as_of=AS_OF)
    document = made.to_dict()
    read = pk.read_report(io.BytesIO(json.dumps(document).encode()))
    queues = document["calling"]["queues"]

    assert document == read.to_dict()
    assert (None, None) == (queues["longest_answered_ms"], queues["service_level"]["value"])
    assert "Calls offered" in made.to_text()


@pytest.mark.parametrize(
    "state", [report(ROW).state(as_of=AS_OF), both()], ids=["alone", "with rows"]
)
def test_states_of_sums_are_stored(state: QueueState) -> None:
    """They finish to the same report, and travel."""
    made = pk.report(queue_calls=state, as_of=AS_OF)
    assert made.state is not None
    stored = json.loads(json.dumps(state_document(made.state)))
    back = finish(state_from(stored))

    assert made.to_dict() == back.to_dict()
    assert stored["calling"]["queues"]["summed"] is True
    assert pickle.loads(pickle.dumps(state)).summed  # noqa: S301


def test_stored_sums_are_checked() -> None:
    """Fewer calls than there are waits, and no word of sums where there are some."""
    made = pk.report(queue_calls=both(), as_of=AS_OF)
    assert made.state is not None
    stored = json.loads(json.dumps(state_document(made.state)))
    stored["calling"]["queues"]["weeks"]["calls"]["answered"][-1] = 0
    with pytest.raises(InputError, match=r"weeks\.calls\.answered"):
        state_from(stored)
    stored = json.loads(json.dumps(state_document(made.state)))
    del stored["calling"]["queues"]["summed"]
    with pytest.raises(InputError, match=r"weeks\.calls\.answered"):
        state_from(stored)
    stored["calling"]["queues"]["summed"] = 1
    with pytest.raises(InputError, match=r"queues\.summed: expected true or false"):
        state_from(stored)


@given(
    st.lists(
        st.tuples(st.sampled_from(["A", "B"]), st.integers(0, 3), st.integers(0, 3)), max_size=4
    ),
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B"]),
            st.integers(0, 9),
            st.sampled_from(["answered", "voicemail"]),
        ),
        max_size=4,
    ),
)
def test_merging_is_adding(
    sums: list[tuple[str, int, int]], waits: list[tuple[str, int, str]]
) -> None:
    """Counts and sums add up queue by queue; waits are known where all of a cell are."""
    state = counted(
        *(call(wait, outcome, queue_id=queue, customer_id="o-1") for queue, wait, outcome in waits)
    )
    for queue, answered, abandoned in sums:
        row = dict.fromkeys(ROW, "0") | {
            **dict.fromkeys([name for name in ROW if name.startswith("Total")], "0:00:00"),
            "Call Queue": queue,
            "Location": "",
            "Answered Calls": answered,
            "Abandoned Calls": abandoned,
            "Total Calls": answered + abandoned,
        }
        state = report(row).state(as_of=AS_OF).merge(state)
    found = finish_queues(state)
    for group, at in (("answered", 0), ("abandoned", 1)):
        counts = [counts[at] for _, *counts in sums]
        outcome = "answered" if group == "answered" else "voicemail"
        known = [wait for _, wait, told in waits if told == outcome]
        longest = getattr(found, f"longest_{group}_ms").value

        assert (None if any(counts) else max(known, default=None)) == longest
        assert sum(counts) + len(known) == sum(
            found.outcomes[each].value for each in _OF_GROUP[group]
        )


_OF_GROUP = {
    "answered": (Outcome.ANSWERED, Outcome.TRANSFERRED),
    "abandoned": (Outcome.ABANDONED, Outcome.VOICEMAIL),
}
