"""The refusals of the library: one family, facts as attributes, one sentence each.

Every error derives from :class:`PartnerKpiError` and from the builtin a caller would already
catch, carries its facts as attributes, and survives pickling, because workers send it home.
"""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ChangeRefusedError",
    "CountOverflowError",
    "Fault",
    "FilterAmbiguityError",
    "FilterDepthError",
    "FilterError",
    "FilterLengthError",
    "FilterSyntaxError",
    "FilterTermsError",
    "FormatError",
    "InputError",
    "InstantError",
    "LaunchLinkError",
    "MergeError",
    "MissingExtraError",
    "NotPermittedError",
    "PartnerKpiError",
    "Place",
    "PolicyError",
    "RecordsMissingError",
    "ReplayError",
    "UnknownLanguageError",
    "UnknownNameError",
]


@frozen
class Place:
    """Where a fault stands: a file's line and column, a path in a document, or a row of a column.

    Attributes:
        source: What was read: a file's name, ``document``, ``columns`` or a model's name.
        path: The path inside a JSON document or a record, such as
            ``customers[3].subscriptions[0].ends_at``; ``None`` in tables.
        line: The line in a file, or the row (from 0) in Parquet or of columns in memory; ``None``
            in documents.
        column: The column of a table; ``None`` for a whole row and in documents.

    Example:
        >>> str(Place("licenses.csv", line=7, column="total"))
        'licenses.csv, line 7, column total'
        >>> str(Place("portfolio.json", path="customers[3].id"))
        'portfolio.json, customers[3].id'
    """

    source: str
    path: str | None = None
    line: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        # Rows of columns are counted from 0; only texts have lines.
        of_rows = self.source.startswith(("columns ", "rows of ")) or self.source == "columns"
        row = "row" if of_rows or self.source.endswith(".parquet") else "line"
        parts = (
            self.source,
            self.path,
            None if self.line is None else f"{row} {self.line}",
            None if self.column is None else f"column {self.column}",
        )

        return ", ".join(part for part in parts if part)


@frozen
class Fault:
    """One thing that is wrong in the input: where, what was expected, what came.

    Attributes:
        place: Where it stands.
        expected: What the definition asks for, in words.
        found: What came, shortened to at most 80 characters.

    Example:
        >>> print(Fault(Place("licenses.csv", line=7, column="total"), "a count", "'many'"))
        licenses.csv, line 7, column total: expected a count, found 'many'
    """

    place: Place
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.place}: expected {self.expected}, found {self.found}"


class PartnerKpiError(Exception):
    """The root of every refusal of this library."""


class InputError(PartnerKpiError, ValueError):
    """The input is faulty: every fault at once, each with its place.

    Attributes:
        faults: The faults, in the order of the input, up to the cap of the door.
        count: How many faults there are in truth, also beyond the cap.

    Example:
        >>> fault = Fault(Place("document", path="customers[0].id"), "a text", "null")
        >>> print(InputError([fault]))
        1 fault in the input
        document, customers[0].id: expected a text, found null
    """

    def __init__(self, faults: Iterable[Fault], count: int | None = None) -> None:
        """Carry the faults, and the true count where it exceeds them."""
        self.faults: tuple[Fault, ...] = tuple(faults)
        self.count: int = len(self.faults) if count is None else count
        super().__init__(self.faults, self.count)

    def __str__(self) -> str:
        noun = "fault" if self.count == 1 else "faults"
        lines = [f"{self.count} {noun} in the input", *map(str, self.faults)]
        if self.count > len(self.faults):
            lines.append(f"... and {self.count - len(self.faults)} more")

        return "\n".join(lines)


class InstantError(PartnerKpiError, ValueError):
    """An instant that cannot be used: naive, or outside 1970-01-01 to 2200-01-01 UTC."""


class PolicyError(PartnerKpiError, ValueError):
    """A policy setting outside what it may be."""


class MergeError(PartnerKpiError, ValueError):
    """Two results that were counted differently, and therefore are never added or compared."""


class RecordsMissingError(PartnerKpiError, LookupError):
    """A question about records that are not here: the report was read from a document."""


class FormatError(PartnerKpiError, ValueError):
    """A document or stored state of a format or version that this release does not read."""


class CountOverflowError(PartnerKpiError, OverflowError):
    """A sum that no longer fits 64 bits: an error, never a wrapped number."""


class ChangeRefusedError(PartnerKpiError, ValueError):
    """A change of what is managed that a rule forbids; nothing was changed.

    Attributes:
        operation: What was to be done, such as ``add_tag``.
        role: The role of the administrator who wanted it.
        rule: The name of the rule, such as ``tag_count``.
        sentence: The rule, in words.
        found: What came, in words.

    Example:
        >>> print(ChangeRefusedError("add_tag", "partner_admin", "tag_count", "at most 5", "6"))
        add_tag by partner_admin is refused: at most 5, found 6
    """

    def __init__(self, operation: str, role: str, rule: str, sentence: str, found: str) -> None:
        """Carry what was to be done, in which role, and the rule against it."""
        self.operation = operation
        self.role = role
        self.rule = rule
        self.sentence = sentence
        self.found = found
        super().__init__(operation, role, rule, sentence, found)

    def __str__(self) -> str:
        return f"{self.operation} by {self.role} is refused: {self.sentence}, found {self.found}"


class NotPermittedError(ChangeRefusedError):
    """A change for which the administrator's role has no permission; nothing was changed."""


class ReplayError(PartnerKpiError, ValueError):
    """A journal that does not follow from where it is replayed: a gap, a repeat, another state.

    Attributes:
        partner_id: Whose journal it is.
        sequence: The place in the journal of the record that does not fit.
        expected: What it should have been or found.
        found: What it was or found.

    Example:
        >>> print(ReplayError("p-1", 9, "sequence 8", "sequence 9"))
        journal of 'p-1', record 9: expected sequence 8, found sequence 9
    """

    def __init__(self, partner_id: str, sequence: int, expected: str, found: str) -> None:
        """Carry the place in the journal, what was expected and what came."""
        self.partner_id = partner_id
        self.sequence = sequence
        self.expected = expected
        self.found = found
        super().__init__(partner_id, sequence, expected, found)

    def __str__(self) -> str:
        where = f"journal of {self.partner_id!r}, record {self.sequence}"

        return f"{where}: expected {self.expected}, found {self.found}"


class LaunchLinkError(PartnerKpiError, ValueError):
    """A template that gives no safe link to a customer's organization."""


class UnknownNameError(PartnerKpiError, KeyError):
    """A name that does not exist here, with the nearest ones that do.

    Attributes:
        kind: What kind of name was asked for, such as ``customer`` or ``segment key``.
        name: The name that was asked for.
        known: The names that exist, as far as they were listed.

    Example:
        >>> print(UnknownNameError("section", "expirng", ["expiring", "renewing"]))
        no section is called 'expirng'; did you mean 'expiring'?
    """

    def __init__(self, kind: str, name: str, known: Iterable[str] = ()) -> None:
        """Carry the kind of name, the name, and the names that exist."""
        self.kind = kind
        self.name = name
        self.known: tuple[str, ...] = tuple(known)
        super().__init__(kind, name, self.known)

    def __str__(self) -> str:
        near = get_close_matches(self.name, self.known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""

        return f"no {self.kind} is called {self.name!r}{hint}"


class UnknownLanguageError(UnknownNameError):
    """A language that nothing is said in; names those that there are.

    Example:
        >>> print(UnknownLanguageError("language", "de", ["en", "fr"]))
        no language is called 'de' (known: en, fr)
    """

    def __str__(self) -> str:
        return f"{super().__str__()} (known: {', '.join(self.known)})"


class FilterError(PartnerKpiError, ValueError):
    """A filter that means nothing: a field with a value or an operator that it does not have."""


class FilterSyntaxError(FilterError):
    """A text that is no filter: where, what was expected, and the nearest names that exist.

    Attributes:
        text: The whole text.
        start: Where the offending characters begin, counted from 0.
        end: Where they end; equal to ``start`` where something is missing.
        expected: What the syntax asks for there, in words.
        near: The nearest valid spellings, the best first.

    Example:
        >>> print(FilterSyntaxError("type:trail", 5, 10, "a value of type", ["trial"]))
        character 6: expected a value of type, found 'trail'; did you mean 'trial'?
          type:trail
               ^^^^^
    """

    def __init__(
        self, text: str, start: int, end: int, expected: str, near: Iterable[str] = ()
    ) -> None:
        """Carry the text, the place, what was expected there, and what comes near."""
        self.text = text
        self.start = start
        self.end = end
        self.expected = expected
        self.near: tuple[str, ...] = tuple(near)
        super().__init__(text, start, end, expected, self.near)

    def __str__(self) -> str:
        found = repr(_shortened(self.found)) if self.found else "nothing"
        hint = f"; did you mean {' or '.join(map(repr, self.near))}?" if self.near else ""

        return f"{self._place}: expected {self.expected}, found {found}{hint}\n{self._pointed}"

    @property
    def found(self) -> str:
        """The offending characters; empty where something is missing."""
        return self.text[self.start : self.end]

    @property
    def _place(self) -> str:
        return f"character {self.start + 1}"

    @property
    def _pointed(self) -> str:
        return "\n".join(f"  {line}" for line in _pointed(self.text, self.start, self.end))


class FilterAmbiguityError(FilterSyntaxError):
    """Terms beside each other and ``OR`` on one level, which reads in two ways.

    Attributes:
        readings: The whole text in both readings, with the parentheses that decide.

    Example:
        >>> print(FilterAmbiguityError("a b OR c", 4, 6, ("(a b) OR c", "a (b OR c)")))
        character 5: expected parentheses, as this OR reads in two ways
          a b OR c
              ^^
        either
          (a b) OR c
        or
          a (b OR c)
    """

    def __init__(self, text: str, start: int, end: int, readings: tuple[str, str]) -> None:
        """Carry the text, where the ``OR`` stands, and the two readings."""
        super().__init__(text, start, end, "parentheses")
        self.readings = readings

    def __reduce__(self) -> tuple[type[FilterAmbiguityError], tuple[object, ...]]:
        return type(self), (self.text, self.start, self.end, self.readings)

    def __str__(self) -> str:
        either, other = map(_printable, self.readings)
        head = f"{self._place}: expected parentheses, as this OR reads in two ways"

        return f"{head}\n{self._pointed}\neither\n  {either}\nor\n  {other}"


class _FilterLimitError(FilterSyntaxError):
    _sentence = ""

    def __init__(self, limit: int, text: str = "", start: int = 0) -> None:
        """Carry the limit, and where a text exceeds it."""
        self.limit = limit
        super().__init__(text, start, len(text), self._sentence.format(limit=limit))

    def __reduce__(self) -> tuple[type[_FilterLimitError], tuple[object, ...]]:
        return type(self), (self.limit, self.text, self.start)

    def __str__(self) -> str:
        if not self.text:
            return f"expected {self.expected}"

        return f"{self._place}: expected {self.expected}\n{self._pointed}"


class FilterLengthError(_FilterLimitError):
    """A filter with more characters than are allowed, typed or in the text of a built tree.

    Attributes:
        limit: How many characters a filter may have.

    Example:
        >>> print(FilterLengthError(4096))
        expected a filter of at most 4096 characters
    """

    _sentence = "a filter of at most {limit} characters"


class FilterTermsError(_FilterLimitError):
    """A filter with more terms than are allowed.

    Attributes:
        limit: How many terms a filter may have.

    Example:
        >>> print(FilterTermsError(200))
        expected a filter of at most 200 terms
    """

    _sentence = "a filter of at most {limit} terms"


class FilterDepthError(_FilterLimitError):
    """A filter with groups nested deeper than is allowed.

    Attributes:
        limit: How deep groups may be nested.

    Example:
        >>> print(FilterDepthError(64))
        expected groups nested at most 64 deep
    """

    _sentence = "groups nested at most {limit} deep"


_LINE: Final = 72
_BEFORE: Final = 40


def _shortened(text: str) -> str:
    return text if len(text) <= _BEFORE else f"{text[: _BEFORE - 3]}..."


def _pointed(text: str, start: int, end: int) -> tuple[str, str]:
    """The text around a place, cut to a line, and carets under the place."""
    first = max(0, start - _BEFORE) if len(text) > _LINE else 0
    last = first + _LINE
    before = ("..." if first else "") + _printable(text[first:start])
    marked = _printable(text[start : min(end, last)])
    after = _printable(text[min(end, last) : last]) + ("..." if len(text) > last else "")

    return before + marked + after, " " * _columns(before) + "^" * max(1, _columns(marked))


def _printable(text: str) -> str:
    # A character in the place of each that a terminal would obey, so that carets stay below.
    return "".join(
        letter if letter.isprintable() else _UNSHOWN[letter.isspace()] for letter in text
    )


_UNSHOWN: Final = ("\N{REPLACEMENT CHARACTER}", " ")


def _columns(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def _columns_of(letter: str) -> int:
    if unicodedata.category(letter) in {"Mn", "Me"}:
        return 0

    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


class MissingExtraError(PartnerKpiError, ImportError):
    """A feature that needs an extra which is not installed; names the extra.

    Example:
        >>> print(MissingExtraError("fast"))
        this needs the extra 'fast': pip install 'partnerkpi[fast]'
    """

    def __init__(self, extra: str) -> None:
        """Carry the name of the extra."""
        self.extra = extra
        super().__init__(extra)

    def __str__(self) -> str:
        return f"this needs the extra {self.extra!r}: pip install 'partnerkpi[{self.extra}]'"
