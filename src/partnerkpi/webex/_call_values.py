"""Machinery: values of the call history, column by column: times, seconds, words.

Both spellings of times that are seen are UTC: ``2026-03-02T09:00:00.000Z`` and, without T and Z,
``2026-03-02 09:00:00.000``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from attrs import frozen

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import MAX_COUNT, NEVER
from partnerkpi._bytes import gather, spans
from partnerkpi._instants import parse, why_bad
from partnerkpi._stamps import read
from partnerkpi._text import Text, group
from partnerkpi.io._cells import text_fault
from partnerkpi.io._csv_values import counts_of
from partnerkpi.webex._call_csv import CsvRecords
from partnerkpi.webex._call_few import few
from partnerkpi.webex._call_headings import SECONDS, squeezed
from partnerkpi.webex._call_json import ObjectRecords

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts, Mask, Micros, Rows

__all__ = [
    "Category",
    "Records",
    "category",
    "flags",
    "instants",
    "require",
    "seconds",
    "texts",
]

Records: TypeAlias = CsvRecords | ObjectRecords

_SECOND_MS = 1000
_MOST = MAX_COUNT // _SECOND_MS
A_TIME = "a time"
_PAD = 16
_STAMP, _ZONE = 19, 6
_DIGITS = (ord("0"), ord("9"))


@frozen(eq=False)
class Category:
    """A column of few different values.

    Attributes:
        codes: For each record the place of its value in ``labels``, the last place where none is
            given.
        labels: The different values, and ``None``.
    """

    codes: Codes
    labels: tuple[str | None, ...]

    def mapped(self, table: dict[str, int], other: int = 0) -> NDArray[np.uint8]:
        """For each record the number of its value, compared squeezed; ``other`` for the others."""
        numbers = [
            other if each is None else table.get(squeezed(each), other) for each in self.labels
        ]

        return np.array(numbers, np.uint8).take(self.codes)

    def counts(self, bad: Mask) -> dict[str, int]:
        """How many sound records have each value."""
        codes = self.codes[~bad] if bad.any() else self.codes
        often = np.bincount(codes, minlength=len(self.labels)).tolist()

        return {each: n for each, n in zip(self.labels, often, strict=True) if each and n}


def category(records: Records, heading: str, among: Rows | None = None) -> Category:
    """A column of few different values; of some records, or of all."""
    values = records.given(heading, among)
    codes, firsts = few(values) or group(values.text())
    different = values.text(firsts)
    for faulty in different.faulty().tolist():
        records.refuse(heading, values.rows[codes == faulty], text_fault)
    size = len(records) if among is None else len(among)
    found = np.full(size, len(firsts), np.int32)
    found[_places(values.rows, among)] = codes

    return Category(found, (*different, None))


def _places(rows: Rows, among: Rows | None) -> Rows:
    """Where records stand among those that are looked at."""
    return rows if among is None else np.searchsorted(among, rows)


def require(records: Records, heading: str, column: Category) -> None:
    """Fault the records that give no value."""
    missing = np.flatnonzero(column.codes == len(column.labels) - 1)
    if len(missing):
        records.refuse(heading, missing, lambda _: rules.A_TEXT)


def texts(
    records: Records, heading: str, *, needed: bool = False, among: Rows | None = None
) -> tuple[Rows, Text]:
    """The records that give a text without control characters, and the texts."""
    values = records.given(heading, among)
    text = values.text()
    faulty = text.faulty()
    if len(faulty):
        records.refuse(heading, values.rows[faulty], text_fault)
    if needed:
        _require(records, heading, values.rows, rules.A_TEXT)

    return values.rows, text


def _require(records: Records, heading: str, rows: Rows, expected: str) -> None:
    """Fault the records that do not give what all must."""
    if len(rows) < len(records):
        missing = np.ones(len(records), np.bool_)
        missing[rows] = False
        records.refuse(heading, np.flatnonzero(missing), lambda _: expected)


def instants(
    records: Records, heading: str, *, needed: bool = False, among: Rows | None = None
) -> Micros:
    """A column of times; ``NEVER`` where none is given."""
    values = records.given(heading, among)
    micros, good = read(values.buffer, values.starts, values.lengths)
    odd = np.flatnonzero(~good)
    if len(odd):
        # Those of the other spelling are read one way, and faulty ones are worded, another way.
        micros[odd], bad = parse(_zoned(values.text(odd)))
        if len(bad):
            records.refuse(heading, values.rows[odd[bad]], _why_no_time)
    if needed:
        _require(records, heading, values.rows, "an instant")
    column = np.full(len(records) if among is None else len(among), NEVER)
    column[_places(values.rows, among)] = micros

    return column


def _why_no_time(text: str) -> str:
    return why_bad(_zoned(Text.from_strings([text]))[0]) if text else A_TIME


def _zoned(text: Text) -> Text:
    """The same texts, with a Z after each that ends with digits of the clock."""
    starts, lengths = spans(text.offsets, slice(0, len(text)))
    long = np.flatnonzero(lengths >= _STAMP)
    ends = starts[long] + lengths[long]
    last, sign = text.data[ends - 1], text.data[ends - _ZONE]
    naive = long[
        (last >= _DIGITS[0]) & (last <= _DIGITS[1]) & (sign != ord("+")) & (sign != ord("-"))
    ]
    if not len(naive):
        return text
    # One byte more of each, which is then overwritten.
    longer = lengths.copy()
    longer[naive] += 1
    padded = np.concatenate([text.data, np.zeros(_PAD, np.uint8)])
    data, offsets = gather(padded, starts, longer)
    data = data.copy()
    data[offsets[naive + 1].astype(np.intp) - 1] = ord("Z")

    return Text(data, offsets)


def seconds(records: Records, heading: str, among: Rows | None = None) -> Counts:
    """A column of whole seconds in milliseconds; -1 where nothing is given."""
    values = records.given(heading, among)
    numbers, good = counts_of(values.buffer, values.starts, values.lengths)
    good &= numbers <= _MOST
    faulty = np.flatnonzero(~good)
    if len(faulty):
        records.refuse(heading, values.rows[faulty], lambda _: SECONDS)
        numbers[faulty] = 0
    column = np.full(len(records) if among is None else len(among), -1)
    column[_places(values.rows, among)] = numbers * _SECOND_MS

    return column


def flags(column: Category, records: Records, heading: str, words: dict[str, int]) -> Codes:
    """A column of words that mean no (0) or yes (1); 2 where none is given, others are faults."""
    none, other = 2, 3
    found = column.mapped(words, other)
    found[column.codes == len(column.labels) - 1] = none
    faulty = np.flatnonzero(found == other)
    if len(faulty):
        records.refuse(heading, faulty, lambda _: " or ".join(words))

    return found
