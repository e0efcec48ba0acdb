"""The refusals of the library: one family, facts as attributes, one sentence each.

Every error derives from :class:`PartnerKpiError` and from the builtin a caller would already
catch, carries its facts as attributes, and survives pickling, because workers send it home.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CountOverflowError",
    "Fault",
    "FormatError",
    "InputError",
    "InstantError",
    "MergeError",
    "MissingExtraError",
    "PartnerKpiError",
    "Place",
    "PolicyError",
    "RecordsMissingError",
    "UnknownNameError",
]


@frozen
class Place:
    """Where a fault stands: a file's line and column, a path in a document, or a row of a column.

    Attributes:
        source: What was read: a file's name, ``document``, ``columns`` or a model's name.
        path: The path inside a JSON document or a record, such as
            ``customers[3].subscriptions[0].ends_at``; ``None`` in tables.
        line: The line in a file, or the row (from 0) of columns in memory; ``None`` in documents.
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
        row = "row" if self.source == "columns" or self.source.startswith("columns ") else "line"
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
