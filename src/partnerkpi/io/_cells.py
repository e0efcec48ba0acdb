"""Machinery: Python objects that came out of JSON or of plain mappings, to typed columns.

Whole lists are judged at once (the set of their types, then one pass of NumPy); only a list with
something suspicious in it is gone through cell by cell, to word its faults. Nothing is coerced:
``2.0`` and ``true`` are no counts, ``null`` is no name.

Each reader of a column takes the cells and ``report``, which is told the row, the place inside the
cell (such as ``[2]`` of a list of tags, or nothing), what was expected and what came. ``absent`` is
what stands for a cell that is not there (``MISSING``), with ``null`` also for a null; without it
both are faults. A faulty cell gets a filler, so every column is as long as its cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar, cast

import numpy as np
from attrs import frozen

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import MAX_COUNT
from partnerkpi._batches import TextRows
from partnerkpi._faults import shown
from partnerkpi._instants import of_datetime, parse, parse_one, why_bad
from partnerkpi._text import Text
from partnerkpi.errors import InstantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from partnerkpi._arrays import Mask, Micros

__all__ = [
    "MISSING",
    "REFUSED",
    "Absent",
    "Number",
    "Report",
    "attribute_faults",
    "boolean_fault",
    "came",
    "count_fault",
    "counts",
    "flags",
    "instant_fault",
    "instants",
    "optional_texts",
    "quick_counts",
    "quick_flags",
    "quick_instants",
    "quick_texts",
    "quick_words",
    "tag_faults",
    "tags",
    "text_fault",
    "texts",
    "value_fault",
    "word_fault",
    "words",
]

Report: TypeAlias = "Callable[[int, str, str, str], None]"
Check: TypeAlias = "Callable[[object], str | None]"
Inner: TypeAlias = tuple[str, str, str]

A_LIST_OF_TEXTS = "a list of texts"
A_MAPPING = "a mapping of text to text"
PLAIN_OR_EMPTY = "a text without control characters or lone surrogates"
_Column = TypeVar("_Column")
_FILLER = "?"
_AN_INSTANT = "1970-01-01"


class Absent(Enum):
    """What is not there: ``MISSING`` in the place of a cell, ``REFUSED`` in that of a default."""

    MISSING = "nothing"
    REFUSED = "refused"


MISSING: Final = Absent.MISSING
REFUSED: Final = Absent.REFUSED


@frozen(repr=False)
class Number:
    """A number that is never taken for a count, as it was written: ``2.0``, ``1e400``, ``NaN``."""

    text: str

    def __repr__(self) -> str:
        return self.text

    @property
    def finite(self) -> bool:
        """Whether JSON knows such a number."""
        return not self.text.endswith(("NaN", "Infinity"))


def came(cell: object) -> str:
    """What came in a cell, in words."""
    if isinstance(cell, Absent):
        return cell.value
    if isinstance(cell, Mapping):
        return "an object"
    if isinstance(cell, (list, tuple)):
        return "a list"

    return cell.isoformat() if isinstance(cell, datetime) else shown(cell)


def text_fault(cell: object) -> str | None:
    """What was expected of a cell that is no usable text."""
    if type(cell) is not str:
        return rules.A_TEXT

    return None if _is_plain(cell) else rules.PLAIN_TEXT


def _is_plain(text: str) -> bool:
    # What is printable has no control character; the rest is gone through.
    return (text.isprintable() and text != "") or rules.is_plain(text)


def value_fault(cell: object) -> str | None:
    """What was expected of an attribute's value; it may be empty."""
    if type(cell) is not str:
        return rules.A_TEXT

    return None if not cell or _is_plain(cell) else PLAIN_OR_EMPTY


def count_fault(cell: object) -> str | None:
    """What was expected of a cell that is no count."""
    return None if type(cell) is int and 0 <= cell <= MAX_COUNT else rules.A_COUNT


def boolean_fault(cell: object) -> str | None:
    """What was expected of a cell that is no boolean."""
    return None if type(cell) is bool else rules.A_BOOLEAN


def instant_fault(cell: object) -> str | None:
    """What was expected of a cell that is no instant: a text of the one grammar, or aware."""
    if isinstance(cell, datetime):
        return _moment_fault(cell)
    if type(cell) is not str:
        return "an instant"

    return None if _is_instant(cell) else why_bad(cell)


def _moment_fault(moment: datetime) -> str | None:
    try:
        of_datetime(moment)
    except InstantError as error:
        return str(error)

    return None


def _is_instant(text: str) -> bool:
    try:
        parse_one(text)
    except InstantError:
        return False

    return True


def word_fault(known: Sequence[str]) -> Check:
    """A check whether a cell is one of a few words."""
    expected = " or ".join(known)

    return lambda cell: None if type(cell) is str and cell in known else expected


def tag_faults(path: str, cell: object) -> Iterator[Inner]:
    """The faults of a list of tags: the path of each, what was expected, what came."""
    if not isinstance(cell, (list, tuple)):
        yield path, A_LIST_OF_TEXTS, came(cell)
        return
    seen: set[str] = set()
    for position, tag in enumerate(cell):
        expected = text_fault(tag) or (rules.ONE_OF_A_TAG if tag in seen else None)
        if expected:
            yield f"{path}[{position}]", expected, came(tag)
        else:
            seen.add(tag)


def attribute_faults(path: str, cell: object) -> Iterator[Inner]:
    """The faults of a mapping of attributes: the path of each, what was expected, what came."""
    if not isinstance(cell, Mapping):
        yield path, A_MAPPING, came(cell)
        return
    for name, value in cell.items():
        if expected := text_fault(name):
            yield path, f"a name that is {expected}", came(name)
        elif expected := value_fault(value):
            yield step(path, name), expected, came(value)


def step(path: str, key: object) -> str:
    """The path to a member of an object."""
    if isinstance(key, str) and key.isidentifier():
        return f"{path}.{key}" if path else key

    return f"{path}[{shown(key)}]"


def quick_texts(cells: Sequence[object], *, empty: bool = False) -> Text | None:
    """The column, if every cell is a usable text."""
    if set(map(type, cells)) - {str}:
        return None
    try:
        text = Text.from_strings(cast("Sequence[str]", cells))
    except UnicodeEncodeError:
        return None
    faulty = text.faulty()
    if empty and faulty.size:
        faulty = faulty[text.lengths[faulty] > 0]

    return None if faulty.size else text


def quick_counts(cells: Sequence[object]) -> Micros | None:
    """The column, if every cell is a count."""
    if set(map(type, cells)) - {int}:
        return None
    try:
        array = np.fromiter(cells, np.int64, len(cells))
    except OverflowError:
        return None
    if array.size and (array.min() < 0 or array.max() > MAX_COUNT):
        return None

    return array


def quick_flags(cells: Sequence[object]) -> Mask | None:
    """The column, if every cell is a boolean."""
    if set(map(type, cells)) - {bool}:
        return None

    return np.fromiter(cells, np.bool_, len(cells))


def quick_words(cells: Sequence[object], known: Sequence[str]) -> Mask | None:
    """Whether each cell is the second of two words, if every cell is one of them."""
    if set(map(type, cells)) - {str} or set(cells) - set(known):
        return None

    return np.fromiter(map(known[1].__eq__, cells), np.bool_, len(cells))


def quick_instants(cells: Sequence[object], *, null: int | None = None) -> Micros | None:
    """The column, if every cell is the text of an instant, or null where that means something."""
    types = set(map(type, cells))
    if types <= {str}:
        return _parsed(cells)
    if null is None or types - {str, type(None)}:
        return None
    given = np.fromiter((cell is not None for cell in cells), np.bool_, len(cells))
    parsed = _parsed([cell for cell in cells if cell is not None])
    if parsed is None:
        return None
    column = np.full(len(cells), null, np.int64)
    column[given] = parsed

    return column


def _parsed(cells: Sequence[object]) -> Micros | None:
    try:
        micros, bad = parse(Text.from_strings(cast("Sequence[str]", cells)))
    except UnicodeEncodeError:
        return None

    return None if bad.size else micros


def texts(cells: Sequence[object], report: Report) -> Text:
    """A column of texts, not empty, without control characters and lone surrogates."""
    column = quick_texts(cells)
    if column is None:
        column = quick_texts(_mended(cells, report, text_fault, _FILLER))

    return _sure(column)


def counts(
    cells: Sequence[object],
    report: Report,
    *,
    absent: int | Absent = REFUSED,
    null: bool = False,
) -> Micros:
    """A column of counts, 0 to 2**53 - 1."""
    cells = _settled(cells, absent, null=null)
    column = quick_counts(cells)
    if column is None:
        column = quick_counts(_mended(cells, report, count_fault, 0))

    return _sure(column)


def flags(
    cells: Sequence[object],
    report: Report,
    *,
    absent: bool | Absent = REFUSED,
    null: bool = False,
) -> Mask:
    """A column of booleans."""
    cells = _settled(cells, absent, null=null)
    column = quick_flags(cells)
    if column is None:
        column = quick_flags(_mended(cells, report, boolean_fault, filler=False))

    return _sure(column)


def words(
    cells: Sequence[object],
    report: Report,
    known: Sequence[str],
    *,
    absent: str | Absent = REFUSED,
    null: bool = False,
) -> Mask:
    """Whether each cell is the second of two words."""
    cells = _settled(cells, absent, null=null)
    column = quick_words(cells, known)
    if column is None:
        column = quick_words(_mended(cells, report, word_fault(known), known[0]), known)

    return _sure(column)


def instants(cells: Sequence[object], report: Report, *, absent: int | None = None) -> Micros:
    """A column of instants: texts, or aware datetimes; ``absent`` stands for absent and null."""
    if absent is not None:
        cells = _settled(cells, None)
    column = quick_instants(cells, null=absent)
    if column is not None:
        return column
    check = instant_fault if absent is None else _optional_instant_fault
    plain = _mended(cells, report, check, _AN_INSTANT)

    return np.fromiter((micros_of(cell, absent) for cell in plain), np.int64, len(plain))


def tags(cells: Sequence[object], report: Report, *, null: bool = False) -> TextRows:
    """A column of lists of tags; no list is no tag."""
    lists: list[Sequence[str]] = []
    for row, cell in enumerate(_settled(cells, (), null=null)):
        faults = list(tag_faults("", cell))
        for inner, expected, found in faults:
            report(row, inner, expected, found)
        lists.append(() if faults else cast("Sequence[str]", cell))

    return text_rows(lists)


def optional_texts(cells: Sequence[object], report: Report) -> TextRows:
    """A column of an attribute's values; a cell that is absent or null has none."""
    rows = [row for row, cell in enumerate(cells) if cell is not None and cell is not MISSING]
    given = [cells[row] for row in rows]
    column = quick_texts(given, empty=True)
    if column is None:
        mended = _mended(given, lambda row, *what: report(rows[row], *what), value_fault, "")
        column = quick_texts(mended, empty=True)

    return TextRows(np.array(rows, np.intp), _sure(column))


def text_rows(lists: Sequence[Sequence[str]]) -> TextRows:
    """Lists of texts, checked before, as the rows that have them."""
    lengths = np.fromiter(map(len, lists), np.intp, len(lists))
    flat = [text for texts_ in lists for text in texts_]

    return TextRows(np.repeat(np.arange(len(lists)), lengths), Text.from_strings(flat))


def micros_of(cell: object, absent: int | None = None) -> int:
    """The instant of a cell that was checked before; ``absent`` where it is null."""
    if cell is None and absent is not None:
        return absent

    return of_datetime(cell) if isinstance(cell, datetime) else parse_one(str(cell))


def _optional_instant_fault(cell: object) -> str | None:
    return None if cell is None else instant_fault(cell)


def _settled(cells: Sequence[object], absent: object, *, null: bool = False) -> Sequence[object]:
    """The cells with the default in the place of what is absent."""
    types = set(map(type, cells))
    if absent is REFUSED or not (Absent in types or (null and type(None) in types)):
        return cells

    return [absent if cell is MISSING or (null and cell is None) else cell for cell in cells]


def _mended(cells: Sequence[object], report: Report, check: Check, filler: object) -> list[object]:
    """The cells with a filler where a fault was reported."""
    column: list[object] = []
    for row, cell in enumerate(cells):
        expected = check(cell)
        if expected:
            report(row, "", expected, came(cell))
        column.append(filler if expected else cell)

    return column


def _sure(column: _Column | None) -> _Column:
    # Only asked of a column whose faulty cells have been filled.
    return cast("_Column", column)
