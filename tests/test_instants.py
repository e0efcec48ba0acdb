"""Instants: one grammar, exact, the same one by one and in columns."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import numpy as np
import pytest
from dateutil import tz
from hypothesis import example, given
from hypothesis import strategies as st

from partnerkpi._instants import (
    EARLIEST,
    LATEST,
    format_all,
    format_one,
    of_datetime,
    parse,
    parse_one,
    to_datetime,
    why_bad,
)
from partnerkpi._text import Text
from partnerkpi.errors import InstantError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
FULL = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
FIRST_DAY = datetime.fromisoformat("1969-12-30")
LAST_DAY = datetime.fromisoformat("2200-01-03")
BERLIN = tz.tzstr("CET-1CEST,M3.5.0,M10.5.0/3")


def oracle(text: str) -> int | None:
    """The instant by the standard library, on nothing but the accepted grammar."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        text += "T00:00:00Z"
    match = FULL.fullmatch(text)
    if match is None:
        return None
    date, time, fraction, zone = match.groups("")
    if time.startswith("24") or fraction[6:].strip("0"):
        return None
    try:
        local = datetime.fromisoformat(f"{date}T{time}.{fraction[:6].ljust(6, '0')}")
        offset = datetime.fromisoformat(f"2000-01-01T00:00:00{zone.upper()}").utcoffset()
    except ValueError:
        return None
    assert offset is not None
    micros = (local - EPOCH.replace(tzinfo=None) - offset) // TICK

    return micros if EARLIEST <= micros <= LATEST else None


@st.composite
def stamps(draw: st.DrawFn) -> str:
    """Texts in the shape of an instant, often one, with every part at its edges."""

    def two(*edges: int) -> str:
        return f"{draw(st.one_of(st.sampled_from(edges), st.integers(edges[0], edges[1]))):02}"

    years = st.one_of(st.sampled_from([0, 1, 1969, 1970, 2000, 2100, 2200, 9999]), YEARS)
    date = f"{draw(years):04}-{two(1, 12, 0, 2, 13)}-{two(1, 28, 0, 29, 30, 31, 32)}"
    if draw(st.integers(0, 9)) == 0:
        return date
    time = f"{two(0, 23, 24, 99)}:{two(0, 59, 60)}:{two(0, 59, 60, 61)}"
    fraction = draw(st.one_of(st.just(""), st.from_regex(r"\.[0-9]{0,6}0{0,4}[0-9]?\Z")))
    zone = draw(st.sampled_from(["Z", "Z", "z", "", "+", "-"]))
    if zone in {"+", "-"}:
        zone += f"{two(0, 23, 24)}:{two(0, 59, 60)}"

    separator = draw(st.sampled_from("TTt _"))

    return f"{date}{separator}{time}{fraction}{zone}"


YEARS = st.integers(1970, 2200)
MICROS = st.one_of(
    st.integers(EARLIEST, LATEST),
    st.integers(0, LATEST // 10**6).map(lambda seconds: seconds * 10**6),
    st.sampled_from([EARLIEST, EARLIEST + 1, LATEST - 1, LATEST]),
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Texts of instants with one character lost, doubled or replaced."""
    text: str = draw(st.one_of(MICROS.map(format_one), stamps()))
    place = draw(st.integers(0, len(text)))
    letters: str = draw(st.sampled_from([*"0123456789-:+.TtZz /", "\0", "٣", "\n", ""]))

    return text[:place] + letters + text[place + draw(st.integers(0, 1)) :]


@given(st.lists(st.one_of(stamps(), damaged(), MICROS.map(format_one))))
@example(["1969-12-31T23:59:59.999999Z", "1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00+00:01"])
@example(["2200-01-01T00:00:00Z", "2200-01-01T05:45:00+05:45", "2200-01-01T00:00:00.000001Z"])
@example(["2200-12-31T23:59:59Z", "1969-01-01", "2201-01-01", "1968-12-31", "9999-12-31"])
@example(["2026-01-01T00:00:00.00000012Z", "2026-01-01T00:00:00.123456000000Z", "", "2", "Z"])
def test_columns_read_as_the_standard_library(texts: list[str]) -> None:
    """A column holds exactly the instants the standard library finds in the accepted grammar."""
    expected = [oracle(text) for text in texts]

    micros, bad = parse(Text.from_strings(texts))

    assert [row for row, value in enumerate(expected) if value is None] == bad.tolist()
    assert [value or 0 for value in expected] == micros.tolist()


@given(st.one_of(stamps(), damaged(), st.text()))
def test_single_texts_read_as_columns(text: str) -> None:
    """One text gives the instant of the column, or is refused with the words of ``why_bad``."""
    expected = oracle(text)

    if expected is not None:
        assert expected == parse_one(text)
    else:
        with pytest.raises(InstantError, match=re.escape(f"expected {why_bad(text)}, found ")):
            parse_one(text)


def test_a_long_column_is_read_across_chunks() -> None:
    """Rows of every shape keep their place in a column of several chunks."""
    texts = ["2026-01-31", "2026-01-31T09:30:00+01:00", "nonsense", "2026-01-31T09:30:00.5Z"]
    wanted = [oracle(text) or 0 for text in texts]

    micros, bad = parse(Text.from_strings(texts * 50_000))

    assert wanted * 50_000 == micros.tolist()
    assert list(range(2, 200_000, 4)) == bad.tolist()


SHAPE = "an instant such as 2026-01-31T09:30:00Z, or a date such as 2026-01-31"
RANGE = "an instant from 1970-01-01 to 2200-01-01 UTC"
CALENDAR = "an instant on a day that the calendar has"
MINUTES = "an instant with minutes and seconds below 60"
HOURS = "an instant with an hour below 24"
OFFSET = "an instant with an offset below 24:00"
FINER = "an instant in whole microseconds (this one is finer)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T09:30:00", "an instant with an offset or Z (this one is naive)"),
        ("2026-01-31T09:30:00.5", "an instant with an offset or Z (this one is naive)"),
        ("2026-06-30T23:59:60Z", "an instant without a leap second (second 60)"),
        ("2026-01-31T24:00:00Z", HOURS),
        ("2026-01-31T09:60:00Z", MINUTES),
        ("2026-01-31T09:30:61Z", MINUTES),
        ("2026-01-31T09:30:00+25:00", OFFSET),
        ("2026-01-31T09:30:00-24:00", OFFSET),
        ("2026-01-31T09:30:00+01:60", OFFSET),
        ("2026-01-31T09:30:00.1234567Z", FINER),
        ("2026-01-31T09:30:00.123456789Z", FINER),
        ("2026-01-31T09:30:00.1234560000000000000001+01:00", FINER),
        ("1/2/2026", SHAPE),
        ("٢٠٢٦-٠١-٣١", SHAPE),
        ("2026-01-31T09:30:00 GMT", SHAPE),
        ("2026-01-31T09:30:00Z\n", SHAPE),
        (" 2026-01-31", SHAPE),
        ("20260101", SHAPE),
        ("2026-W01-1", SHAPE),
        ("2026-001", SHAPE),
        ("2026-01-31T09:30Z", SHAPE),
        ("2026-01-31T09:30:00,5Z", SHAPE),
        ("2026-01-31T09:30:00.Z", SHAPE),
        ("2026-01-31T09:30:00+0545", SHAPE),
        ("2026-01-31T09:30:00+05", SHAPE),
        ("2026-01-31T09:30:00+05:45:00", SHAPE),
        ("+002026-01-31T09:30:00Z", SHAPE),
        ("2026-01-31Z", SHAPE),
        ("2026-01-31T", SHAPE),
        ("NaN", SHAPE),
        ("", SHAPE),
        ("2026-02-29T00:00:00Z", CALENDAR),
        ("2100-02-29", CALENDAR),
        ("2026-04-31", CALENDAR),
        ("2026-13-01", CALENDAR),
        ("2026-00-01", CALENDAR),
        ("2026-01-00", CALENDAR),
        ("0000-01-01T00:00:00Z", RANGE),
        ("0001-01-01T00:00:00+05:00", RANGE),
        ("9999-12-31T23:59:59-05:00", RANGE),
        ("1969-12-31T23:59:59Z", RANGE),
        ("2200-01-01T00:00:00.000001Z", RANGE),
    ],
)
def test_each_kind_of_fault_has_its_words(text: str, expected: str) -> None:
    """A text that names no instant is refused everywhere, and told what was expected."""
    assert expected == why_bad(text)
    assert [0] == parse(Text.from_strings([text]))[1].tolist()


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T09:30:00Z",
        "2026-01-31t09:30:00z",
        "2026-01-31 09:30:00Z",
        "2026-01-31T09:30:00.000Z",
        "2026-01-31T09:30:00.0000000000000000000Z",
        "2026-01-31T09:30:00-00:00",
        "2026-01-31T15:15:00+05:45",
        "2026-01-30T09:31:00-23:59",
    ],
)
def test_every_spelling_of_an_instant_is_the_same(text: str) -> None:
    """Case, blank, zeros after the point and whole-minute offsets make no difference."""
    expected = of_datetime(datetime(2026, 1, 31, 9, 30, tzinfo=UTC))

    assert expected == parse_one(text)
    assert [expected] == parse(Text.from_strings([text]))[0].tolist()


def test_a_bare_date_is_midnight_utc() -> None:
    """A date without time means the first instant of that day in UTC, leap days included."""
    assert of_datetime(datetime(2028, 2, 29, tzinfo=UTC)) == parse_one("2028-02-29")


def test_the_message_shows_what_came() -> None:
    """The refusal of a text carries the text, shortened."""
    with pytest.raises(InstantError) as caught:
        parse_one("2026-01-31T09:30:00" + "x" * 200)

    assert str(caught.value).startswith(f"expected {SHAPE}, found '2026-01-31T09:30:00xxx")
    assert len(str(caught.value)) < 200


def test_a_good_text_has_no_fault_but_the_definition() -> None:
    """Asked about a text that names an instant, the words are the definition."""
    assert RANGE == why_bad("2026-01-31")


@given(MICROS)
def test_text_and_datetime_round_trip(micros: int) -> None:
    """An instant survives its text and its datetime exactly."""
    assert micros == parse_one(format_one(micros))
    assert micros == of_datetime(to_datetime(micros))
    assert EPOCH + micros * TICK == to_datetime(micros)


@given(st.lists(MICROS))
def test_columns_are_written_as_single_instants(micros: list[int]) -> None:
    """A column of instants is written as its instants one by one, and reads back."""
    column = np.array(micros, np.int64)

    texts = format_all(column)

    assert [format_one(value) for value in micros] == texts.to_list()
    assert micros == parse(texts)[0].tolist()


def test_fractions_have_six_digits_or_none() -> None:
    """A fraction of a second is written with six digits, and not at all where it is zero."""
    assert "2026-01-31T09:30:00.500000Z" == format_one(parse_one("2026-01-31T09:30:00.5Z"))
    assert "2026-01-31T09:30:00Z" == format_one(parse_one("2026-01-31T10:30:00+01:00"))


@pytest.mark.parametrize("micros", [EARLIEST - 1, LATEST + 1, np.iinfo(np.int64).min])
def test_no_text_for_what_is_no_instant(micros: int) -> None:
    """A number outside the range of instants is never written as one."""
    with pytest.raises(InstantError, match=r"from 1970-01-01T00:00:00Z to 2200-01-01T00:00:00Z"):
        format_all(np.array([0, micros], np.int64))


@given(
    st.datetimes(FIRST_DAY, LAST_DAY),
    st.timedeltas(timedelta(hours=-23, minutes=-59), timedelta(hours=23, minutes=59)),
)
def test_aware_datetimes_convert_exactly(naive: datetime, offset: timedelta) -> None:
    """Any offset, even of microseconds, is taken off exactly; out of range is refused."""
    moment = naive.replace(tzinfo=timezone(offset))
    expected = (moment - EPOCH) // TICK

    if EARLIEST <= expected <= LATEST:
        assert expected == of_datetime(moment)
    else:
        with pytest.raises(InstantError, match=re.escape(RANGE)):
            of_datetime(moment)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 29, 1, 59, 59, tzinfo=BERLIN), "2026-03-29T00:59:59Z"),
        (datetime(2026, 3, 29, 3, 0, tzinfo=BERLIN), "2026-03-29T01:00:00Z"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN), "2026-10-25T00:30:00Z"),
        (datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN), "2026-10-25T01:30:00Z"),
    ],
)
def test_summer_time_begins_and_ends(moment: datetime, expected: str) -> None:
    """Around a change of the clocks the offset of that very moment holds, fold included."""
    assert expected == format_one(of_datetime(moment))


@pytest.mark.parametrize(
    "moment",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=5))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_the_ends_of_the_calendar_do_not_overflow(moment: datetime) -> None:
    """The first and last datetimes there are fall out of range, with no other error."""
    with pytest.raises(InstantError, match=re.escape(RANGE)):
        of_datetime(moment)


class Nowhere(tzinfo):
    """A zone that knows no offset."""

    def utcoffset(self, _: datetime | None, /) -> None:
        """No offset at all."""

    def dst(self, _: datetime | None, /) -> None:
        """No summer time."""

    def tzname(self, _: datetime | None, /) -> None:
        """No name."""


class Finer(datetime):
    """A datetime with nanoseconds, as some libraries have."""

    nanosecond = 7


@pytest.mark.parametrize("zone", [None, Nowhere()])
def test_naive_datetimes_are_refused(zone: tzinfo | None) -> None:
    """Without an offset there is no instant, whether the zone is missing or knows none."""
    with pytest.raises(InstantError, match=r"expected an aware datetime \(this one is naive\)"):
        of_datetime(datetime(2026, 1, 31, tzinfo=zone))


def test_datetimes_with_nanoseconds_are_refused() -> None:
    """A datetime finer than microseconds is not cut off in silence."""
    with pytest.raises(InstantError, match="whole microseconds"):
        of_datetime(Finer(2026, 1, 31, tzinfo=UTC))
