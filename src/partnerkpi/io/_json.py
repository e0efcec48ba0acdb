"""Machinery: strict JSON that arrives in pieces, read with the standard library alone.

The standard decoder takes ``NaN``, the last of two equal keys, and ``1e400`` as infinity. Here
``NaN`` and everything written as a fraction or an exponent stays as it was written (a
:class:`~partnerkpi.io._cells.Number`, which no count is), and an object with a key twice comes out
as :class:`Repeated`. After a fault of syntax nothing further can be read.
"""

from __future__ import annotations

import json
import re
from json.scanner import make_scanner
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import numpy as np
from attrs import define, frozen

from partnerkpi._faults import shown
from partnerkpi.errors import Fault, InputError, Place
from partnerkpi.io._cells import Number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["CHUNK", "JsonText", "Repeated", "Run", "key_count"]

Scan: TypeAlias = "Callable[[str, int], tuple[object, int]]"

CHUNK: Final = 1 << 20

_SPACE = re.compile(r"[ \t\n\r]*")
_SEPARATOR = re.compile(r"[ \t\n\r]*([,\]])[ \t\n\r]*")
_BLANK, _QUOTE, _COLON = 0x20, 0x22, 0x3A
# Where a text is cut, the decoder stumbles at most this far before the cut (the longest word or
# escape), or at the opening quote of a string.
_NEAR = 16
# Integers with more digits than this are beyond every count, and too many digits cost too long.
_DIGITS = 20


class Repeated(dict[str, object]):
    """An object of JSON in which keys occur twice: the last value of each, and those keys."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    found = Repeated(members)
    keys = [key for key, _ in pairs]
    found.repeated = tuple(key for key in members if keys.count(key) > 1)

    return found


def _integer(text: str) -> int | Number:
    return int(text) if len(text) < _DIGITS else Number(text)


# An integer is left to C here: one with thousands of digits is a ValueError, and then decoded again
# with care.
# Typeshed has the scanner made of a scanner; it is made of a decoder.
_make = cast("Callable[[json.JSONDecoder], Scan]", make_scanner)
_scan_plain = _make(json.JSONDecoder(parse_float=Number, parse_constant=Number))
_scan_careful = _make(
    json.JSONDecoder(
        parse_int=_integer, parse_float=Number, parse_constant=Number, object_pairs_hook=_object
    )
)


@frozen
class Run:
    """Elements of an array that stand complete in the text at hand, decoded without care.

    Attributes:
        records: The elements.
        end: Where the next element, or what follows the array, begins in the text.
        closed: Whether the array ends with them.
        keys: How many keys their text has at most, or -1 where they cannot be counted.
    """

    records: list[object]
    end: int
    closed: bool
    keys: int


@define
class JsonText:
    """A place in a JSON text of which only a part is held at a time.

    Attributes:
        text: The part at hand.
        at: The place in it.
    """

    name: str
    _pieces: Iterator[str]
    text: str = ""
    at: int = 0
    _ended: bool = False
    _line: int = 1
    _column: int = 1

    def fill(self, least: int) -> None:
        """Have at least so many characters at hand after the place, unless the text ends."""
        if self._ended or len(self.text) - self.at >= least:
            return
        parts = [self._rest()]
        size = len(parts[0])
        while size < least and not self._ended:
            parts.append(next(self._pieces, ""))
            self._ended = not parts[-1]
            size += len(parts[-1])
        self.text = "".join(parts)

    def _rest(self) -> str:
        """Let go of the text before the place."""
        self._line, self._column = self._position(self.at)
        rest = self.text[self.at :]
        self.at = 0

        return rest

    def _position(self, at: int) -> tuple[int, int]:
        """Line and column, from 1, of a place in the part at hand."""
        lines = self.text.count("\n", 0, at)
        if not lines:
            return self._line, self._column + at

        return self._line + lines, at - self.text.rfind("\n", 0, at)

    def _more(self) -> bool:
        """Read on, twice as far as before; false when there was nothing more to read."""
        if self._ended:
            return False
        self.fill(2 * (len(self.text) - self.at) + 1)

        return True

    def look(self) -> str:
        """The next character that is no blank, or nothing at the end."""
        while True:
            self.at = _end(_SPACE, self.text, self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._more():
                return ""

    def take(self, expected: str) -> str:
        """The next character, one of those expected."""
        found = self.look()
        if not found or found not in expected:
            raise self.broken(self.at)
        self.at += 1

        return found

    def enter(self, brackets: str) -> bool:
        """Step into an array or object; false when it is empty, and left again."""
        self.take(brackets[0])
        if self.look() != brackets[1]:
            return True
        self.at += 1

        return False

    def step(self, closing: str) -> bool:
        """Step over the comma to the next element or member; false when there is none."""
        return self.take("," + closing) == ","

    def members(self) -> Iterator[str]:
        """The keys of an object; whoever asks takes the value before the next key."""
        more = self.enter("{}")
        while more:
            if self.look() != '"':
                raise self.broken(self.at)
            key = str(self.value())
            self.take(":")
            yield key
            more = self.step("}")

    def value(self, path: str | None = None) -> object:
        """The next value, decoded with care.

        Raises:
            InputError: it is no JSON, or nested too deeply; the place is named with its line.
        """
        self.look()
        while True:
            try:
                found, end = _scan_careful(self.text, self.at)
            except StopIteration as stop:
                bad, open_string = int(stop.value), False
            except json.JSONDecodeError as error:
                bad, open_string = error.pos, error.msg.startswith("Unterminated")
            except RecursionError as error:
                raise self._broken(self.at, path, "JSON that is not nested so deeply") from error
            else:
                # At the very end of what is at hand a number may go on.
                if end < len(self.text) or not self._more():
                    self.at = end
                    return found
                continue
            cut = open_string or bad > len(self.text) - _NEAR
            if not (cut and self._more()):
                raise self.broken(bad, path)

    def run(self) -> Run:
        """The elements from here on that stand complete in the text at hand; the place stays.

        It ends before anything that is no JSON.
        """
        records: list[object] = []
        append, separator = records.append, _SEPARATOR.match
        text, end, closed = self.text, self.at, False
        try:
            while not closed:
                record, at = _scan_plain(text, end)
                found = separator(text, at)
                if found is None:
                    break
                append(record)
                end, closed = found.end(), found[1] == "]"
        except (StopIteration, ValueError, RecursionError):
            pass

        return Run(records, end, closed, key_count(text[self.at : end].encode()))

    def after(self, end: int) -> bool:
        """Whether a comma or the end of the array follows an element, in the text at hand."""
        return _SEPARATOR.match(self.text, end) is not None

    def finish(self) -> None:
        """Make sure that nothing follows.

        Raises:
            InputError: something does.
        """
        if self.look():
            raise self._broken(self.at, None, "nothing after the document")

    def broken(self, at: int, path: str | None = None) -> InputError:
        """The error of a text that is no JSON from here on."""
        return self._broken(at, path, "well-formed JSON")

    def _broken(self, at: int, path: str | None, expected: str) -> InputError:
        line, column = self._position(at)
        came = shown(self.text[at]) if at < len(self.text) else "the end of the text"
        found = f"{came} at column {column} (nothing after it can be read)"

        return InputError([Fault(Place(self.name, path, line), expected, found)])


def key_count(data: bytes) -> int:
    """How many keys stand in a JSON text, at most; -1 if they cannot be counted.

    A key is a quote, perhaps one blank, and a colon. Such inside a string are counted too: whoever
    compares the number with that of the decoded keys finds too many, never too few. With several
    blanks before a colon there is no counting.
    """
    codes = np.frombuffer(data, np.uint8)
    before = codes[:-1]
    colons = codes[1:] == _COLON
    tight = int(np.count_nonzero(colons & (before == _QUOTE)))
    blanks = np.flatnonzero(colons & (before <= _BLANK))
    if not blanks.size:
        return tight
    before = codes[blanks - 1]
    if (before <= _BLANK).any():
        return -1

    return tight + int(np.count_nonzero(before == _QUOTE))


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)

    return found.end() if found else at
