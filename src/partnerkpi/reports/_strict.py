"""Machinery: documents read strictly, every fault noted with its path, nothing coerced.

A faulty value leaves a filler, so that reading goes on; what was read is used only after
``refuse``. ``SKIP`` stands for what cannot be there because something around it was faulted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

from attrs import define, field, fields

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import MAX_COUNT
from partnerkpi._faults import FaultLog, shown
from partnerkpi._instants import format_one, parse_one
from partnerkpi.aggregates import Ratio
from partnerkpi.errors import Fault, FormatError, InputError, InstantError, Place, PolicyError
from partnerkpi.io._cells import MISSING, Number, came, step, text_fault
from partnerkpi.io._collection import collection_held
from partnerkpi.io._files import Source, opened, text_pieces
from partnerkpi.io._json import CHUNK, JsonText, Repeated
from partnerkpi.policy import LowAssignmentRule, Policy, ServiceLevelFormula

__all__ = [
    "MAX_SUM",
    "SKIP",
    "Reader",
    "Rules",
    "any_whole",
    "integer",
    "loaded",
    "require_format",
    "said_value",
    "step",
    "whole_check",
    "word_check",
]

Rules: TypeAlias = Mapping[str, type[LowAssignmentRule]]
Check: TypeAlias = Callable[[object], str | None]

MAX_SUM: Final = 2**63 - 1

_MemberT = TypeVar("_MemberT", bound=Enum)
_FRACTION = re.compile(r"-?[0-9]{1,400}(/[0-9]{1,400})?")
_DIGITS = re.compile(r"-?[0-9]{1,4000}")
_DEPTH = 64


class _Skip(Enum):
    SKIP = "nothing, as what is around it was faulted"


SKIP: Final = _Skip.SKIP


def loaded(source: Source) -> tuple[str, object]:
    """What faults call a source, and its JSON, read to the end.

    Raises:
        InputError: it is no JSON, no UTF-8, or truncated gzip data.
        OSError: the path cannot be opened.
    """
    with opened(source) as data, collection_held():
        text = JsonText(data.name, text_pieces(data, CHUNK))
        value = text.value()
        text.finish()

        return data.name, value


def require_format(document: object, wanted: str, source: str) -> Mapping[str, object]:
    """The document, if it is one of the format that this release reads.

    Raises:
        InputError: it is no object at all.
        FormatError: it is of another format or version.
    """
    if not isinstance(document, Mapping):
        raise InputError([Fault(Place(source), "an object", came(document))])
    found = document.get("format", MISSING)
    if found != wanted:
        other = isinstance(found, str) and found.startswith(wanted.partition("@")[0] + "@")
        note = ", another version of it" if other else ""
        msg = f"this release reads {wanted}; the format of {source} is {came(found)}{note}"
        raise FormatError(msg)

    return document


@define
class Reader:
    """Looks at values of a document and notes what is wrong with them."""

    source: str
    log: FaultLog = field(factory=FaultLog)

    def fault(self, path: str, expected: str, found: str) -> None:
        """Note a fault."""
        self.log.add(Place(self.source, path or None), expected, found)

    def record(
        self, path: str, value: object, needed: Sequence[str], optional: Sequence[str] = ()
    ) -> Mapping[str, object]:
        """The members of an object that has these keys and no others."""
        known = (*needed, *optional)
        members = self._members(path, value)
        if members is None:
            return dict.fromkeys(known, SKIP)
        for key in members:
            if key not in known:
                near = get_close_matches(str(key), known, n=1)
                hint = f" (did you mean {near[0]!r}?)" if near else ""
                self.fault(step(path, key), f"a known key{hint}", shown(key))

        return {key: members.get(key, MISSING) for key in known}

    def mapping(self, path: str, value: object) -> Mapping[str, object]:
        """The members of an object with keys of any name."""
        members = self._members(path, value) or {}
        for key in members:
            if expected := text_fault(key):
                self.fault(step(path, key), f"a name that is {expected}", shown(key))

        return members

    def _members(self, path: str, value: object) -> Mapping[str, object] | None:
        if not isinstance(value, Mapping):
            self.check(path, value, lambda _: "an object")
            return None
        if isinstance(value, Repeated):
            for key in value.repeated:
                self.fault(step(path, key), "each key once", f"{shown(key)} again")

        return value

    def listed(self, path: str, value: object) -> Sequence[object]:
        """The elements of a list."""
        if isinstance(value, (list, tuple)):
            return value
        self.check(path, value, lambda _: "a list")

        return ()

    def check(self, path: str, value: object, check: Check) -> bool:
        """Whether a value is as a check wants it; notes the fault if it is not."""
        expected = check(value)
        if expected and value is not SKIP:
            self.fault(path, expected, came(value))

        return not expected

    def column(
        self, cells: Iterable[object], place: Callable[[int], str], check: Check, filler: object
    ) -> list[object]:
        """Cells with a filler where one is faulty."""
        return [
            cell if check(cell) is None or self.check(place(row), cell, check) else filler
            for row, cell in enumerate(cells)
        ]

    def whole(self, path: str, value: object, least: int = 0, most: int = MAX_SUM) -> int:
        """A whole number of a range."""
        good = self.check(path, value, whole_check(least, most))

        return value if good and isinstance(value, int) else least

    def wholes(self, path: str, value: object, least: int = 0) -> list[int]:
        """A list of whole numbers."""
        cells = self.listed(path, value)
        check = whole_check(least, MAX_SUM)
        found = self.column(cells, lambda row: f"{path}[{row}]", check, least)

        return [cell for cell in found if isinstance(cell, int)]

    def text(self, path: str, value: object) -> str:
        """A text of any kind."""
        good = self.check(path, value, lambda cell: None if type(cell) is str else rules.A_TEXT)

        return str(value) if good else "?"

    def member(self, path: str, value: object, choices: type[_MemberT]) -> _MemberT:
        """One of the words of an enumeration."""
        words = [choice.value for choice in choices]
        good = self.check(path, value, word_check(words))

        return choices(value) if good else next(iter(choices))

    def same(self, path: str, value: object, expected: str) -> None:
        """A text that is known beforehand."""
        self.check(path, value, lambda cell: None if cell == expected else expected)

    def instant(self, path: str, value: object) -> int:
        """An instant in the spelling of documents, in microseconds."""
        good = self.check(path, value, _instant_fault)

        return parse_one(str(value)) if good else 0

    def fraction(self, path: str, value: object) -> Fraction:
        """An exact fraction as text, in lowest terms."""
        good = self.check(path, value, _fraction_fault)

        return Fraction(str(value)) if good else Fraction(0)

    def ratio(self, path: str, value: object, check: Check | None = None) -> Ratio:
        """A ratio; its value must be what its two integers give."""
        record = self.record(path, value, ("numerator", "denominator", "value"))
        wanted = check or whole_check(0, MAX_SUM)
        pair = [self._part(step(path, key), record[key], wanted) for key in _PARTS]
        if None in pair:
            return Ratio(0, 0)
        found = Ratio(*(part for part in pair if part is not None))
        told = _double(record["value"])
        expected = _value_of(found)
        if expected != told or isinstance(told, bool):
            said = "null" if expected is None else f"{expected}, the nearest double to the ratio"
            self.fault(step(path, "value"), said, came(record["value"]))

        return found

    def _part(self, path: str, value: object, check: Check) -> int | None:
        value = integer(value)

        return value if self.check(path, value, check) and isinstance(value, int) else None

    def policy(self, path: str, value: object, known: Rules | None) -> Policy:
        """Windows, thresholds and rules, each spelled as a policy writes it.

        Raises:
            FormatError: a low-assignment rule that is not known here.
        """
        before = self.log.count
        record = self.record(path, value, [setting.name for setting in fields(Policy)])
        settings = {
            name: self._setting(step(path, name), name, cell, known)
            for name, cell in record.items()
        }

        return Policy.from_dict(settings, known) if self.log.count == before else Policy()

    def _setting(self, path: str, name: str, value: object, known: Rules | None) -> object:
        if value is SKIP or not self.check(path, value, _setting_check(name)):
            return None
        if name == "service_level" and not self._has_level(path, value):
            return None
        try:
            given = {name: _as_written(name, _plain(value, _DEPTH))}
            made = Policy.from_dict(given, known)
            written = made.to_dict()[name]
        except FormatError:
            raise
        except (PolicyError, TypeError, ValueError, ArithmeticError) as error:
            self.fault(path, f"a usable setting ({error})", came(value))
            return None
        if _spelled(written) != _spelled(given[name]):
            self.fault(path, f"the setting as a policy writes it, {shown(written)}", shown(value))

        return given[name]

    def _has_level(self, path: str, value: object) -> bool:
        """Whether a service level has all its settings and no others."""
        before = self.log.count
        record = self.record(path, value, list(_LEVEL_CHECKS))
        for name, cell in record.items():
            self.check(step(path, name), integer(cell), _LEVEL_CHECKS[name])

        return self.log.count == before

    def refuse(self) -> None:
        """Raise one error that carries every fault, if there is any."""
        self.log.refuse()


_PARTS: Final = ("numerator", "denominator")


def whole_check(least: int, most: int) -> Check:
    """A check for a whole number of a range."""
    expected = f"a whole number from {least} to {most}"

    return lambda cell: None if type(cell) is int and least <= cell <= most else expected


def any_whole(cell: object) -> str | None:
    """What was expected of a cell that is no whole number."""
    return None if type(cell) is int else "a whole number"


def word_check(words: Sequence[str]) -> Check:
    """A check for one of a few words."""
    expected = " or ".join(words)

    return lambda cell: None if type(cell) is str and cell in words else expected


def said_value(value: object) -> str:
    """A number, a ratio or null, as faults spell them."""
    if isinstance(value, Ratio):
        return f"{value.numerator} / {value.denominator}"

    return came(value)


_LEVEL_CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "threshold_ms": whole_check(0, MAX_COUNT),
        "inclusive": lambda cell: None if type(cell) is bool else "true or false",
        "formula": word_check([*ServiceLevelFormula]),
    }
)


def integer(value: object) -> object:
    """A whole number beyond the digits that are read at once, made one."""
    if isinstance(value, Number) and _DIGITS.fullmatch(value.text):
        return int(value.text)

    return value


def _instant_fault(cell: object) -> str | None:
    if type(cell) is not str:
        return "an instant"
    try:
        spelled = format_one(parse_one(cell))
    except InstantError:
        return "an instant such as 2026-11-22T00:00:00Z"

    return None if spelled == cell else f"the instant as documents spell it, {spelled}"


def _fraction_fault(cell: object) -> str | None:
    expected = "an exact fraction in lowest terms as text, such as '1/2'"
    if type(cell) is not str or not _FRACTION.fullmatch(cell):
        return expected
    try:
        return None if str(Fraction(cell)) == cell else expected
    except ZeroDivisionError:
        return expected


def _double(value: object) -> object:
    return float(value.text) if isinstance(value, Number) else value


def _value_of(ratio: Ratio) -> float | str | None:
    try:
        return ratio.value
    except OverflowError:
        return "integers whose ratio is a double"


_DECIMALS: Final = ("poor_packet_loss_percent", "poor_latency_ms", "poor_jitter_ms")


def _as_written(name: str, value: object) -> object:
    """A setting as a policy writes it, where other languages leave out the fraction of a number."""
    whole = name in _DECIMALS and type(value) is int and abs(value) <= MAX_SUM

    return float(value) if whole and isinstance(value, int) else value


def _there(cell: object) -> str | None:
    return "a setting" if cell is MISSING else None


def _setting_check(name: str) -> Check:
    if name == "low_assignment_fraction":
        return _fraction_fault
    if name == "low_assignment_rule":
        return lambda cell: None if isinstance(cell, Mapping) and "rule" in cell else "a rule"
    if name in {"size_bands", "usage_bands"}:
        return lambda cell: None if isinstance(cell, (list, tuple)) else "a list"
    if name == "service_level":
        return lambda cell: None if isinstance(cell, Mapping) else "an object"
    if name in _DECIMALS:
        return lambda cell: None if type(cell) in {int, float, Number} else "a number"

    return lambda cell: None if type(cell) in {int, bool} else "a usable setting"


def _plain(value: object, depth: int) -> object:
    """A setting as plain JSON, numbers with a fraction as doubles."""
    if not depth or isinstance(value, Repeated):
        msg = "its keys each once, and nested less deeply"
        raise ValueError(msg)
    if isinstance(value, Mapping):
        return {key: _plain(each, depth - 1) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each, depth - 1) for each in value]

    return _double(integer(value))


def _spelled(value: object) -> str:
    # As text, true and 1 differ, and so do 1 and 1.0.
    return json.dumps(value, sort_keys=True)
