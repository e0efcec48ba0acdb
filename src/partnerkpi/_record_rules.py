"""Machinery: what every record must keep, in the words of its faults.

The rules between columns are written so that they hold for one record and for whole arrays: the
models and the doors refuse by the same ones.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from partnerkpi._arrays import MAX_COUNT
from partnerkpi._faults import shown
from partnerkpi._instants import of_datetime
from partnerkpi.errors import InstantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from enum import Enum

__all__ = [
    "AN_ADDRESS",
    "AN_AWARE_INSTANT",
    "AN_EMAIL",
    "AN_INSTANT_IN_RANGE",
    "A_BOOLEAN",
    "A_COUNT",
    "A_CURRENCY",
    "A_DATE",
    "A_LANGUAGE",
    "A_MEASUREMENT",
    "A_PERCENTAGE",
    "A_QUANTITY",
    "A_TEXT",
    "DUE_AFTER_ISSUE",
    "END_AFTER_START",
    "KNOWN_CUSTOMER",
    "KNOWN_SUBSCRIPTION",
    "NEVER_PAID",
    "NOT_OWN",
    "NO_RENEWING_TRIAL",
    "ONCE_AN_INSTANT",
    "ONE_OF_A_LINE",
    "ONE_OF_A_TAG",
    "ONLY_CHANGES_TAKE",
    "PATTERNS",
    "PLAIN_OR_EMPTY",
    "PLAIN_TEXT",
    "SEES_ALL",
    "UNIQUE_ID",
    "UNIQUE_NUMBER",
    "Finding",
    "boolean_faults",
    "count_faults",
    "date_faults",
    "day_of",
    "ends_too_early",
    "instant_faults",
    "instant_shown",
    "is_plain",
    "measure_faults",
    "measure_words",
    "member_faults",
    "member_of",
    "overdue",
    "pattern_faults",
    "quantity_faults",
    "record_faults",
    "renewing_trial",
    "repeated_faults",
    "text_faults",
    "why_bad_datetime",
]

Finding: TypeAlias = tuple[str, str, str]

A_TEXT = "a text"
AN_AWARE_INSTANT = "an instant with an offset (this one is naive)"
AN_INSTANT_IN_RANGE = "an instant from 1970-01-01 to 2200-01-01 UTC"
PLAIN_OR_EMPTY = "a text without control characters or lone surrogates"
PLAIN_TEXT = "a text without control characters or lone surrogates, not empty"
A_BOOLEAN = "true or false"
A_COUNT = f"a count from 0 to {MAX_COUNT}"
A_MEASUREMENT = "a finite number, 0 or more"
A_PERCENTAGE = "a number from 0 to 100"
UNIQUE_ID = "an id that occurs once"
NOT_OWN = "an id other than that of the partner's own organization"
UNIQUE_NUMBER = "a number that occurs once"
SEES_ALL = "a role that sees all customers"
KNOWN_CUSTOMER = "the id of a customer that is there"
KNOWN_SUBSCRIPTION = "the id of a subscription that is there"
END_AFTER_START = "an end after the start"
NO_RENEWING_TRIAL = "false, as trials never renew themselves"
ONE_OF_A_LINE = "one license line per product and name in a subscription"
ONCE_AN_INSTANT = "one observation of a line at an instant"
ONE_OF_A_TAG = "each tag once"
A_DATE = "a date from 1970-01-01 to 2200-01-01, without a time"
A_QUANTITY = f"a whole number from {-MAX_COUNT} to {MAX_COUNT}"
AN_EMAIL = "an e-mail address"
A_CURRENCY = "a currency of three capital letters (ISO 4217)"
A_LANGUAGE = "the tag of a language, such as en or sr-Latn"
AN_ADDRESS = "an address that begins with https://, mailto: or tel:"
DUE_AFTER_ISSUE = "a day not before that of the issue"
ONLY_CHANGES_TAKE = "0 or more, as only a change takes licenses away"

#: The day on which what is not paid is paid: after every day.
NEVER_PAID = 2**31 - 1
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2200, 1, 1)
#: The shape of a text, for each of these expectations, in any dialect of regular expressions.
PATTERNS = MappingProxyType(
    {
        AN_EMAIL: r"[^@\s]+@[^@\s]+",
        A_CURRENCY: "[A-Z]{3}",
        A_LANGUAGE: "[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*",
        AN_ADDRESS: r"(https:\/\/[^\/\s]|mailto:\S|tel:\S)\S*",
    }
)
_C0, _DEL, _C1_END = 0x20, 0x7F, 0xA0
_SURROGATES = (0xD800, 0xDFFF)
_Member = TypeVar("_Member", bound="Enum")


def ends_too_early(starts: Any, ends: Any) -> Any:
    """Whether the end is not after the start: of two instants, or of two arrays of them."""
    return ends <= starts


def renewing_trial(trial: Any, auto_renew: Any) -> Any:
    """Whether a trial claims to renew itself: of two booleans, or of two arrays of them."""
    return trial & auto_renew


def overdue(due: Any, paid: Any, day: Any) -> Any:
    """Whether an invoice due on a day is not paid on another: of numbers of days, or arrays."""
    return (due < day) & (paid > day)


def day_of(value: date | None) -> int:
    """The number of a date, counted from 1970-01-01; ``NEVER_PAID`` where there is none."""
    return NEVER_PAID if value is None else (value - _FIRST_DAY) // timedelta(days=1)


def member_of(kind: type[_Member], value: _Member | str) -> _Member:
    """The member that a text stands for; anything else is left as it came."""
    found = value if type(value) is not str else _members(kind).get(value, value)

    return cast("_Member", found)


def _members(kind: type[_Member]) -> dict[str, _Member]:
    return {str(member.value): member for member in kind}


def text_faults(path: str, value: object, *, empty: bool = False) -> Iterator[Finding]:
    """The fault of a value that is no usable text, which may be empty only if told so."""
    if type(value) is not str:
        yield path, A_TEXT, shown(value)
    elif not (is_plain(value) or (empty and not value)):
        yield path, PLAIN_OR_EMPTY if empty else PLAIN_TEXT, shown(value)


def is_plain(value: str) -> bool:
    """Whether a text is not empty and free of control characters and lone surrogates."""
    return bool(value) and not any(_barred(ord(char)) for char in value)


def _barred(code: int) -> bool:
    return code < _C0 or _DEL <= code < _C1_END or _SURROGATES[0] <= code <= _SURROGATES[1]


def count_faults(path: str, value: object) -> Iterator[Finding]:
    """The fault of a value that is no count."""
    if type(value) is not int or not 0 <= value <= MAX_COUNT:
        yield path, A_COUNT, shown(value)


def measure_words(most: float) -> str:
    """What a measurement must be that is at most so much."""
    return A_MEASUREMENT if most == math.inf else A_PERCENTAGE


def measure_faults(path: str, value: object, most: float) -> Iterator[Finding]:
    """The fault of a value that is neither null nor a measurement of at most so much."""
    good = type(value) is float and 0 <= value <= most and value < math.inf
    if not (good or value is None):
        yield path, measure_words(most), shown(value)


def quantity_faults(path: str, value: object) -> Iterator[Finding]:
    """The fault of a value that is no number of licenses to be added or taken."""
    if type(value) is not int or not -MAX_COUNT <= value <= MAX_COUNT:
        yield path, A_QUANTITY, shown(value)


def date_faults(path: str, value: object, *, optional: bool = False) -> Iterator[Finding]:
    """The fault of a value that is no date; an instant is none."""
    good = type(value) is date and _FIRST_DAY <= value <= _LAST_DAY
    if not (good or (optional and value is None)):
        yield path, A_DATE, instant_shown(value)


def pattern_faults(path: str, value: object, expected: str) -> Iterator[Finding]:
    """The fault of a text that has not the shape of an e-mail address, a currency, and so on."""
    found = list(text_faults(path, value))
    yield from found
    if not found and not re.fullmatch(PATTERNS[expected], cast("str", value)):
        yield path, expected, shown(value)


def boolean_faults(path: str, value: object) -> Iterator[Finding]:
    """The fault of a value that is no boolean."""
    if type(value) is not bool:
        yield path, A_BOOLEAN, shown(value)


def member_faults(path: str, value: object, kind: type[Enum]) -> Iterator[Finding]:
    """The fault of a value that is no member of a closed vocabulary."""
    if not isinstance(value, kind):
        yield path, " or ".join(str(member.value) for member in kind), shown(value)


def why_bad_datetime(value: object) -> str | None:
    """What was expected in place of a value that is no usable instant; ``None`` if it is one."""
    if not isinstance(value, datetime):
        return "an aware datetime"
    if value.utcoffset() is None:
        return AN_AWARE_INSTANT
    try:
        of_datetime(value)
    except InstantError:
        return AN_INSTANT_IN_RANGE

    return None


def instant_faults(path: str, value: object, *, optional: bool) -> Iterator[Finding]:
    """The fault of a value that is no usable instant."""
    reason = None if optional and value is None else why_bad_datetime(value)
    if reason:
        yield path, reason, instant_shown(value)


def instant_shown(value: object) -> str:
    """An instant or a date in words, or whatever came in its place."""
    return value.isoformat() if isinstance(value, date) else shown(value)


def record_faults(path: str, values: object, kind: type) -> Iterator[Finding]:
    """The faults of what should be a list of records, each of a kind."""
    if not isinstance(values, tuple):
        yield path, f"a list of {kind.__name__}", shown(values)
        return
    for position, value in enumerate(values):
        if not isinstance(value, kind):
            yield f"{path}[{position}]", f"a {kind.__name__}", shown(value)


def repeated_faults(
    path: str, values: Iterable[Any], expected: str, say: Callable[[Any], str] = shown
) -> Iterator[Finding]:
    """The faults of values that occurred before."""
    seen = set()
    for position, value in enumerate(values):
        if value in seen:
            yield f"{path}[{position}]", expected, say(value)
        seen.add(value)
