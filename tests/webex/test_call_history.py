"""The detailed call history to call legs: headings, values, forms, duplicates, faults."""

import gzip
import io
import json
import pickle
import random
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from attrs import asdict
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi import webex
from partnerkpi.call_models import CallLeg
from partnerkpi.calling import fold
from partnerkpi.deduplication import deduplicated
from partnerkpi.errors import InputError
from partnerkpi.webex import _call_csv
from tests.webex.history_strategies import Meant, as_csv, headings, meant, spelled

SAMPLES = Path(__file__).parent / "samples" / "calls"
OLD = SAMPLES.joinpath("cdr_report_2024.header.csv").read_text(encoding="utf-8").strip().split(",")
ADDED = [
    line
    for line in SAMPLES.joinpath("cdr_added_since_2024.txt").read_text(encoding="utf-8").split("\n")
    if line and not line.startswith("#")
]

RECORD = {
    "Start time": "2026-03-02T09:00:00.000Z",
    "Answer time": "2026-03-02T09:00:05.000Z",
    "Duration": "36",
    "Answered": "true",
    "Answer indicator": "Yes",
    "Correlation ID": "k-1",
    "Org UUID": "o-1",
    "Direction": "ORIGINATING",
    "User type": "User",
    "User UUID": "u-1",
    "Report ID": "r-1",
    "Report time": "2026-03-02T09:01:00.000Z",
    "Client type": "WXC_CLIENT",
    "Hold duration": "1",
}
LEG = CallLeg(
    record_id="r-1",
    reported_at=datetime(2026, 3, 2, 9, 1, tzinfo=UTC),
    call_id="k-1",
    customer_id="o-1",
    user_id="u-1",
    started_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    duration_ms=36_000,
    answered=True,
    endpoint_type="app",
)


class Way(StrEnum):
    """A direction as a member of an enumeration."""

    OUT = "ORIGINATING"


def table(names: list[str], *rows: dict[str, str], quoted: bool = True) -> bytes:
    """An export with these headings, in this order."""
    mark = '"' if quoted else ""
    found = {squeezed(name): name for name in RECORD}
    known = [found.get(squeezed(name), name) for name in names]
    lines = [",".join(f"{mark}{row.get(name, '')}{mark}" for name in known) for row in rows]
    return "\n".join([",".join(names), *lines, ""]).encode()


def squeezed(name: str) -> str:
    """A heading in small letters, without blanks and underscores."""
    return name.lower().replace(" ", "").replace("_", "")


def only(history: webex.CallHistory) -> CallLeg:
    """The one leg of a history."""
    (record,) = history.calls.records
    return record


def changed(**fields: object) -> dict[str, Any]:
    """The record with other values; ``None`` leaves a heading out."""
    others = {name.replace("_", " "): value for name, value in fields.items()}
    return {name: value for name, value in {**RECORD, **others}.items() if value is not None}


def faults_of(*records: dict[str, Any]) -> list[tuple[str | None, str, str]]:
    """Column, expected and found of every fault."""
    with pytest.raises(InputError) as refused:
        webex.call_history(records)
    return [(each.place.column, each.expected, each.found) for each in refused.value.faults]


# --- headings ------------------------------------------------------------------------------------

SECONDS = "a count of seconds from 0 to 9007199254740"

HEADERS = {
    "january 2024": OLD,
    "with those added since": [*OLD, *ADDED],
    "in another order": [*ADDED, *reversed(OLD)],
    "small letters": [name.lower() for name in OLD],
    "capitals": [name.upper() for name in OLD],
    "camel case": [headings(name)[4] for name in OLD],
    "underscores": [headings(name)[5] for name in OLD],
    "only what is needed": list(RECORD),
    "columns nobody knows": [*OLD, "Mood of caller", "x"],
}


@pytest.mark.parametrize("names", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("quoted", [True, False], ids=["quoted", "bare"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "mark"])
def test_headers(names: list[str], mark: bytes, *, quoted: bool) -> None:
    """Exports of every age and spelling give the same leg."""
    history = webex.call_history(mark + table(names, RECORD, quoted=quoted))

    assert LEG == only(history)
    assert {name: 1 for name in names if name in ("Mood of caller", "x")} == dict(
        history.ignored_columns
    )


@pytest.mark.parametrize("way", range(6))
def test_keys_of_the_api(way: int) -> None:
    """Camel case or spaced, in any letter case."""
    record = {headings(name)[way]: value for name, value in RECORD.items()}

    assert LEG == only(webex.call_history([record]))


def test_every_documented_heading_is_known() -> None:
    """No heading of exports, of the live API or of its schema is counted as undocumented."""
    sample = json.loads(SAMPLES.joinpath("cdr_feed_example.json").read_text(encoding="utf-8"))
    names = dict.fromkeys([*OLD, *ADDED, *sample["items"][0]])
    folded = {squeezed(name): name for name in names}
    history = webex.call_history(table(list(folded.values()), RECORD))

    assert {} == dict(history.ignored_columns)


def test_ignored_keys_are_counted() -> None:
    """For each key that is not documented how many records have it."""
    history = webex.call_history([changed(Mood="sad"), changed(), changed(Mood="glad", x=[1])])

    assert {"Mood": 2, "x": 1} == dict(history.ignored_columns)


def test_missing_headings_are_faults() -> None:
    """A table without them is no call history; all at once, and broken lines too."""
    text = b"Report ID,Start time\nr-1\n"
    with pytest.raises(InputError) as refused:
        webex.call_history(text)
    missing = ["Duration", "Correlation ID", "Org UUID", "Direction", "User type", "Answered"]

    assert missing == [each.place.column for each in refused.value.faults if each.place.column]
    assert "call history, line 2: expected 2 cells, as in the header, found 1" == str(
        refused.value.faults[-1]
    )


def test_headings_that_repeat_are_faults() -> None:
    """Also in another spelling, and where nobody knows them."""
    names = [*RECORD, "report id", "x", "x"]
    with pytest.raises(InputError) as refused:
        webex.call_history(table(names, RECORD))

    assert ["report id", "x"] == sorted(str(each.place.column) for each in refused.value.faults)


def test_keys_that_repeat_are_faults() -> None:
    """In objects as well."""
    assert [("report id", "each heading once", "it again")] == faults_of(
        {**RECORD, "report id": "r-1"}
    )
    with pytest.raises(InputError, match="expected each key once"):
        webex.call_history(b'[{"a": 1, "a": 2}]')


# --- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"Start_time": "2026-03-02 09:00:00.000"}, {}),
        ({"Start_time": "2026-03-02 09:00:00"}, {}),
        ({"Start_time": "2026-03-02T10:00:00+01:00"}, {}),
        ({"Duration": 36}, {}),
        ({"Answered": True}, {}),
        ({"Answered": "NA"}, {}),
        ({"Answered": "", "Answer_indicator": "no"}, {"answered": False}),
        ({"Answered": "", "Answer_indicator": "Yes-PostRedirection"}, {"answered": False}),
        ({"Answered": "false", "Duration": "NA"}, {"answered": False, "duration_ms": 0}),
        ({"Answered": "False", "Duration": None}, {"answered": False, "duration_ms": 0}),
        ({"Report_ID": "na"}, {"record_id": None}),
        ({"Report_time": None}, {"reported_at": None}),
        ({"User_type": "CallCenterPremium"}, {"user_id": None, "features": ["call_queue"]}),
        ({"User_type": "VirtualLine"}, {"user_id": None, "features": ["virtual_line"]}),
        ({"User_type": "Place"}, {}),
        ({"Client_type": "WXC_DEVICE"}, {"endpoint_type": "webex_device"}),
        ({"Client_type": "wxc_device"}, {"endpoint_type": "webex_device"}),
        ({"Client_type": "Carrier Pigeon"}, {"endpoint_type": "Carrier Pigeon"}),
        ({"Client_type": "NA"}, {"endpoint_type": None}),
        (
            {"Client_type": "SIP", "Sub_client_type": "MOBILE_NETWORK"},
            {"endpoint_type": "mobile_network"},
        ),
        ({"Client_type": "SIP", "Sub_client_type": "OTHER"}, {"endpoint_type": "sip"}),
        ({"Redirect_reason": "CallQueue"}, {"features": ["call_queue"]}),
        ({"Related_reason": "RemoteOffice"}, {"features": ["remote_office"]}),
        ({"Recall_Type": "call park"}, {"features": ["call_park"]}),
        ({"Called_line_ID": webex.features.MAILBOX_LINE}, {"features": ["voicemail"]}),
        ({"Called_line_ID": "x" * len(webex.features.MAILBOX_LINE)}, {}),
        (
            {"Original_reason": "NoAnswer", "Call_Recording_Result": "successful but not kept"},
            {"features": ["call_forward", "call_recording"]},
        ),
    ],
)
def test_values(fields: dict[str, object], expected: dict[str, Any]) -> None:
    """Each value has one meaning, however it is written."""
    leg = CallLeg(**{**asdict(LEG), **expected})

    assert leg == only(webex.call_history([changed(**fields)]))


@pytest.mark.parametrize(
    ("fields", "column", "words"),
    [
        ({"Start_time": "yesterday"}, "Start time", "an instant such as"),
        ({"Start_time": "2026-13-02 09:00:00"}, "Start time", "on a day that the calendar has"),
        ({"Start_time": "NA"}, "Start time", "an instant"),
        ({"Start_time": 5}, "Start time", "a text"),
        ({"Report_time": "1969-01-01 00:00:00"}, "Report time", "from 1970-01-01"),
        ({"Duration": "36.5"}, "Duration", "a count of seconds"),
        ({"Duration": 36.0}, "Duration", "a count of seconds"),
        ({"Duration": "-1"}, "Duration", "a count of seconds"),
        ({"Duration": 10**30}, "Duration", "a count of seconds"),
        ({"Duration": "9007199254741"}, "Duration", "a count of seconds"),
        ({"Duration": True}, "Duration", "a count of seconds"),
        ({"Duration": ""}, "Duration", "a count of seconds"),
        ({"Answered": "maybe"}, "Answered", "false or true"),
        ({"Answered": "", "Answer_indicator": "NA"}, "Answered", "true or false"),
        ({"Correlation_ID": None}, "Correlation ID", "a text"),
        ({"Correlation_ID": "a\x07"}, "Correlation ID", "control"),
        ({"Correlation_ID": "a\ud800"}, "Correlation ID", "surrogates"),
        ({"Org_UUID": ""}, "Org UUID", "a text"),
        ({"Org_UUID": "o\n"}, "Org UUID", "control"),
        ({"Client_type": "SIP\x00"}, "Client type", "control"),
        ({"Direction": "NA"}, "Direction", "a text"),
        ({"User_UUID": ["u"]}, "User UUID", "a text"),
    ],
)
def test_faulty_values(fields: dict[str, object], column: str, words: str) -> None:
    """Nothing is coerced: one fault, with its heading."""
    found = faults_of(changed(**fields))

    assert [column] == [each[0] for each in found]
    assert words in found[0][1]


def test_floats_are_no_counts() -> None:
    """Plain mappings are judged as the text of JSON is."""
    assert [("Duration", SECONDS, "36.0")] == faults_of(changed(Duration=36.0))
    with pytest.raises(InputError, match="expected a count of seconds"):
        webex.call_history(json.dumps([changed(Duration=36.0)]).encode())


def test_unknown_values_are_kept_and_counted() -> None:
    """Enumerations are open sets; what is not documented is told."""
    records = [
        changed(Client_type="PIGEON", User_type="Wizard", Call_outcome_reason="Bored"),
        changed(Client_type="PIGEON", Redirect_reason="ExplicitId7", Report_ID="r-2"),
    ]
    history = webex.call_history(records)

    expected = {
        "Client type": {"PIGEON": 2},
        "User type": {"Wizard": 1},
        "Call outcome reason": {"Bored": 1},
    }

    assert expected == {name: dict(counts) for name, counts in history.unknown_values.items()}
    assert [None, "u-1"] == [each.user_id for each in history.calls.records]


@pytest.mark.parametrize("width", [20, 50])
def test_columns_of_many_values(width: int) -> None:
    """Organizations and endpoints are told apart however many there are, and however long."""
    names = [f"org {number:02} {'x' * (number % width)}" for number in range(60)]
    records = [changed(Org_UUID=name, Client_type=name) for name in [*names, *names]]
    history = webex.call_history([{**each, "Report ID": ""} for each in records])

    assert [*names, *names] == [each.customer_id for each in history.calls.records]
    assert [*names, *names] == [each.endpoint_type for each in history.calls.records]


def test_texts_of_other_types() -> None:
    """Members of enumerations of texts are texts."""
    assert LEG == only(webex.call_history([changed(Direction=Way.OUT)]))


def test_lone_surrogates_beside_sound_texts() -> None:
    """One record is faulty, the other is read."""
    history = webex.call_history(
        [changed(Report_ID="a\ud800"), changed(Report_ID="r-1")], lenient=True
    )

    assert (LEG, 1) == (only(history), history.left_out)


def test_the_tables_cover_what_is_documented() -> None:
    """Every feature and endpoint is a code, and no value stands in two spellings."""
    codes = {name for values in webex.FEATURES.values() for name in values.values() if name}
    codes |= set(webex.CLIENT_TYPES.values())

    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)


# --- forms ---------------------------------------------------------------------------------------

ITEMS = {"items": [RECORD]}
FORMS: dict[str, bytes] = {
    "object": json.dumps(ITEMS).encode(),
    "object over lines": json.dumps(ITEMS, indent=1).encode(),
    "array": json.dumps([RECORD]).encode(),
    "more keys": json.dumps({"next": None, **ITEMS, "total": 1}).encode(),
    "json lines": json.dumps(RECORD).encode() + b"\n\n",
    "payloads in lines": b"\n".join([json.dumps(ITEMS).encode(), b'{"items": []}']),
    "csv": table(OLD, RECORD),
    "packed": gzip.compress(json.dumps(ITEMS).encode(), mtime=0),
    "packed csv": gzip.compress(table(OLD, RECORD), mtime=0),
}


@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS)
def test_forms_are_recognized(data: bytes, tmp_path: Path) -> None:
    """By their first bytes: as bytes, stream and path."""
    path = tmp_path / "history"
    path.write_bytes(data)
    found = [webex.call_history(each) for each in (data, io.BytesIO(data), path, str(path))]

    assert [LEG] * 4 == list(map(only, found))


def test_a_form_may_be_told() -> None:
    """Then it is not looked for."""
    assert LEG == only(webex.call_history(json.dumps(RECORD).encode(), form="jsonl"))
    with pytest.raises(InputError):
        webex.call_history(FORMS["object"], form="csv")
    with pytest.raises(ValueError, match="form must be"):
        webex.call_history(b"", form="xml")  # type: ignore[arg-type]


def test_other_sources_are_refused() -> None:
    """A number is no source."""
    with pytest.raises(TypeError, match="expected a path, a binary stream, bytes or records"):
        webex.call_history(5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="found dict"):
        webex.call_history(RECORD)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "a header line"),
        (b"{}x", "nothing after the document"),
        (b"[1]", "a record: an object, found 1"),
        (b'{"item": []}\n', "line 1, column Start time: expected an instant, found null"),
        (b'{\n"item": []}', "a list of records"),
        (b'{\n"items": [], "items": []}', "each key once"),
        (b'{"items": [[]]}', "items[0], line 1: expected a record: an object, found a list"),
        (b'{"items": [', "well-formed JSON"),
        (b"[]x", "nothing after the document"),
        (b"\xff\xfeS\x00", "UTF-8 text"),
    ],
)
def test_broken_sources(data: bytes, words: str) -> None:
    """What cannot be read is said, with its place."""
    with pytest.raises(InputError) as refused:
        webex.call_history(data)

    assert words in str(refused.value)


def test_rows_that_are_no_records() -> None:
    """Each is one fault; lenient reading counts those left out."""
    rows: list[Any] = [RECORD, 5, {1: 2}, {**changed(Duration="x"), "Report ID": "r-2"}]
    with pytest.raises(InputError) as refused:
        webex.call_history(rows)
    history = webex.call_history(rows, lenient=True)

    assert [1, 2, 3] == [each.place.line for each in refused.value.faults]
    assert (4, 3, 3) == (history.records, history.left_out, history.fault_count)
    assert LEG == only(history)


def test_places_name_file_line_and_heading(tmp_path: Path) -> None:
    """As people find them."""
    path = tmp_path / "history.csv"
    path.write_bytes(table(OLD, RECORD, {**RECORD, "Duration": "soon"}))
    with pytest.raises(InputError) as refused:
        webex.call_history(path)
    (fault,) = refused.value.faults

    assert f"{path}, line 3, column Duration: expected a count of seconds" in str(fault)
    with pytest.raises(InputError, match=r"items\[0\], line 1, column Duration: expected"):
        webex.call_history(json.dumps({"items": [changed(Duration="soon")]}).encode())
    lines = [json.dumps(each) for each in (RECORD, changed(Duration="soon"))]
    with pytest.raises(InputError, match="line 2, column Duration"):
        webex.call_history("\n".join(lines).encode())


def test_faults_are_told_all_at_once_up_to_the_cap() -> None:
    """With the true count beyond it."""
    records = [changed(Duration="x", Start_time="y") for _ in range(3)]
    with pytest.raises(InputError) as refused:
        webex.call_history(records, max_faults=4)

    assert (4, 6) == (len(refused.value.faults), refused.value.count)


@pytest.mark.parametrize(
    "data",
    [
        table(OLD, {**RECORD, "User": ","}),
        table(OLD, RECORD).replace(b'"36",""', b'"36", ""'),
        table(OLD, {**RECORD, "User": 'a ""b""'}),
        table(OLD, {**RECORD, "User": "two\nlines"}),
        table(OLD, {**RECORD, "User": "comma, and more"}),
        table(OLD, RECORD).replace(b"\n", b"\r\n"),
        table(OLD, RECORD).rstrip(b"\n"),
        table(OLD, RECORD).replace(b'"r-1"', b"r-1"),
        table(OLD, {**RECORD, "User": "Zoë 株"}),
    ],
    ids=[
        *("only a comma", "blank after a comma", "quotes", "line end", "comma", "CRLF"),
        *("no last line end", "one bare", "letters"),
    ],
)
def test_cells_that_the_fast_splitter_leaves_to_others(data: bytes) -> None:
    """The leg is the same however cells are written."""
    assert LEG == only(webex.call_history(data))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace(b'","36","', b'"x"36","'),
        lambda text: text.replace(b'"36"', b'"36'),
        lambda text: text.replace(b'"\n"', b'" "'),
        lambda text: text.replace(b"k-1", b"\xff"),
        lambda text: text.replace(b'"\n', b'"\r'),
        lambda text: text.replace(b'"\n', b'";'),
        lambda text: text.replace(b'","', b'";"'),
        lambda text: text.replace(b'"36"', b'"36" '),
        lambda text: text.replace(b'"36","', b'"36""'),
        lambda text: text.replace(b"36", b"3" * 200_000),
    ],
)
def test_broken_cells_are_faults(spoil: Any) -> None:
    """A quote, a comma or a line end out of place never passes."""
    header, _, rest = table(OLD, RECORD, {**RECORD, "Report ID": "r-2"}).partition(b"\n")
    with pytest.raises(InputError):
        webex.call_history(header + b"\n" + spoil(rest))


# --- duplicates ----------------------------------------------------------------------------------


def test_the_later_report_counts() -> None:
    """Of records with one report id; how many were replaced is told."""
    records = [
        changed(Duration="1"),
        changed(Duration="2", Report_time="2026-03-02T10:00:00Z"),
        changed(Duration="3", Report_time=""),
        changed(Duration="4", Org_UUID="o-2"),
        changed(Duration="5", Report_ID=""),
        changed(Duration="5", Report_ID=""),
    ]
    history = webex.call_history(records)

    assert [2000, 4000, 5000, 5000] == history.calls.duration.tolist()
    assert (2, 0, 2, 6) == (
        history.duplicates.count,
        history.duplicates.ties,
        history.replaced,
        history.records,
    )


def test_ties_are_told() -> None:
    """Reported at one instant, and saying something else."""
    history = webex.call_history([changed(Duration="1"), changed(Duration="2"), changed()])

    assert (2, 2, 0) == (history.duplicates.count, history.duplicates.ties, history.replaced)


def test_batches_keep_duplicates_for_the_fold() -> None:
    """Which finds them wherever they are."""
    records = [changed(Report_ID=f"r-{number % 30}") for number in range(60)]
    as_of = datetime(2026, 3, 10, tzinfo=UTC)
    batches = webex.call_history_in_batches(table(OLD, *records))
    state = fold((each.calls for each in batches), as_of=as_of, duplicates="by_record_id")
    whole = webex.call_history(records)

    assert (30, 30) == (state.duplicates.count, whole.duplicates.count)


def test_batches_of_objects() -> None:
    """After so many records a batch is handed out."""
    records = [changed(Report_ID=f"r-{number}") for number in range(10_000)]
    batches = list(webex.call_history_in_batches(records, rows=4096))

    assert [4096, 4096, 1808] == list(map(len, batches))
    assert [] == list(webex.call_history_in_batches([]))


def test_batches_after_a_fault() -> None:
    """No batch comes any more, and the end tells every fault."""
    records = [changed(Report_ID=f"r-{number}") for number in range(9000)]
    records[4100]["Duration"] = records[8999]["Duration"] = "x"
    batches = webex.call_history_in_batches(records, rows=1)

    assert 4096 == len(next(batches))
    with pytest.raises(InputError) as refused:
        next(batches)
    assert 2 == refused.value.count
    lenient = list(webex.call_history_in_batches(records, rows=1, lenient=True))
    assert [0, 1, 1] == [each.fault_count for each in lenient]
    assert [0, 1, 1] == [each.left_out for each in lenient]


def test_histories_travel() -> None:
    """As every result does."""
    history = webex.call_history([RECORD])
    arrived = pickle.loads(pickle.dumps(history))  # noqa: S301

    assert history.calls == arrived.calls
    assert dict(history.ignored_columns) == dict(arrived.ignored_columns)


# --- samples -------------------------------------------------------------------------------------


def test_the_sample_of_the_api() -> None:
    """It parses, its implausible client type is kept, and its other time needs no T and Z."""
    history = webex.call_history(SAMPLES / "cdr_feed_example.json")
    leg = only(history)

    assert ("mobile_network", 36_000, True) == (leg.endpoint_type, leg.duration_ms, leg.answered)
    assert ("call_forward", "call_queue", "call_recording") == leg.features
    assert {"SIP_TOLLFREE": 1} == dict(history.unknown_values["Client type"])


# --- properties ----------------------------------------------------------------------------------


def records_of(found: list[Meant]) -> list[str]:
    """The legs that are expected, without duplicates."""
    calls, _ = deduplicated(webex.call_history([]).calls.from_records([each.leg for each in found]))
    return sorted(map(repr, calls.records))


@given(st.lists(meant(), max_size=6), st.data())
def test_objects_with_every_quirk(found: list[Meant], data: st.DataObject) -> None:
    """However records are spelled, the legs are those meant."""
    records = [data.draw(spelled(each)) for each in found]
    legs = webex.call_history(records).calls.records

    assert records_of(found) == sorted(map(repr, legs))


@given(st.lists(meant(), min_size=1, max_size=6), st.data())
def test_exports_with_every_quirk(found: list[Meant], data: st.DataObject) -> None:
    """However tables are written, the legs are those meant."""
    legs = webex.call_history(data.draw(as_csv(found))).calls.records

    assert records_of(found) == sorted(map(repr, legs))


@given(st.lists(meant(), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_records_never_matters(found: list[Meant], chance: random.Random) -> None:
    """Nor for what is told of duplicates."""
    records = [{name: value for name, value in each.values.items() if value} for each in found]
    shuffled = chance.sample(records, len(records))
    first, second = webex.call_history(records), webex.call_history(shuffled)

    assert sorted(map(repr, first.calls.records)) == sorted(map(repr, second.calls.records))
    assert (first.duplicates, first.replaced) == (second.duplicates, second.replaced)


SPOILS = st.lists(
    st.tuples(
        st.integers(0, 2000),
        st.integers(0, 2),
        st.sampled_from([b"", b'"', b",", b"\n", b"\r", b"x"]),
    ),
    max_size=4,
)


def read_leniently(data: bytes) -> tuple[list[str], list[str], int]:
    """The legs of an export, its faults, and how many records were left out."""
    history = webex.call_history(data, lenient=True)
    return list(map(repr, history.calls.records)), list(map(str, history.faults)), history.left_out


@given(st.lists(meant(), min_size=1, max_size=4), SPOILS, st.sampled_from(["\n", "\r\n"]))
def test_the_fast_splitter_takes_nothing_that_csv_refuses(
    found: list[Meant], spoils: list[tuple[int, int, bytes]], ending: str
) -> None:
    """Quoted exports with bytes put in, left out or changed: legs and faults are those of `csv`."""
    names = list(found[0].values)
    lines = [",".join(f'"{record.values[name]}"' for name in names) for record in found]
    body = (ending.join(lines) + ending).encode()
    for place, left_out, put_in in spoils:
        at = place % (len(body) + 1)
        body = body[:at] + put_in + body[at + left_out :]
    data = ",".join(names).encode() + b"\n" + body
    quick = _outcome(data)
    with patch.object(_call_csv, "_split_quoted", lambda *_: None):
        slow = _outcome(data)

    assert slow == quick


def _outcome(data: bytes) -> object:
    try:
        return read_leniently(data)
    except InputError as error:
        return str(error)
