"""Machinery: tables of whole numbers in stored states, and faults of the rows behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from attrs import fields, frozen

from partnerkpi._text import Text
from partnerkpi.deduplication import Duplicates
from partnerkpi.errors import Fault, Place
from partnerkpi.io._cells import text_fault
from partnerkpi.reports._strict import MAX_SUM, SKIP, any_whole, step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi.calling.weeks import Weeks
    from partnerkpi.reports._strict import Reader

__all__ = [
    "Document",
    "Numbers",
    "Tables",
    "duplicates_document",
    "faults_document",
    "in_order",
]

Document: TypeAlias = dict[str, Any]
Numbers: TypeAlias = "NDArray[np.int64]"


def in_order(ids: Text) -> tuple[list[str], Numbers]:
    """Ids by code point, each once, and for each of those given its place among them.

    Example:
        >>> ids, places = in_order(Text.from_strings(["b", "a", "b"]))
        >>> ids, places.tolist()
        (['a', 'b'], [1, 0, 1])
    """
    told = ids.to_list()
    distinct = sorted(set(told))
    places = {each: place for place, each in enumerate(distinct)}

    return distinct, np.array([places[each] for each in told], np.int64)


def duplicates_document(duplicates: Duplicates) -> Document:
    """How many rows were left out."""
    return {"count": duplicates.count, "ties": duplicates.ties}


def faults_document(faults: Sequence[Fault]) -> list[Document]:
    """Faults of rows, each with its place."""
    return [
        {
            **{each.name: getattr(fault.place, each.name) for each in fields(Place)},
            "expected": fault.expected,
            "found": fault.found,
        }
        for fault in faults
    ]


@frozen
class Tables:
    """Reads tables of whole numbers.

    Attributes:
        reader: Notes the faults.
        weeks: The weeks of the trend.
        sound: Whether these are those of the document.
    """

    reader: Reader
    weeks: Weeks
    sound: bool

    def ids(self, path: str, value: object) -> list[str]:
        """Ids by code point, each once."""
        before, ids = self.reader.log.count, self.texts(path, value)
        if self.reader.log.count == before and ids != sorted(set(ids)):
            self.reader.fault(path, "ids by code point, each once", "another order or an id twice")

        return ids

    def texts(self, path: str, value: object) -> list[str]:
        """Texts in any order."""
        cells = self.reader.listed(path, value)
        found = self.reader.column(cells, lambda row: f"{path}[{row}]", text_fault, "?")

        return list(map(str, found))

    def columns(
        self, path: str, value: object, names: Sequence[str], size: int | None = None
    ) -> dict[str, list[int]]:
        """Columns of counts, all equally long; nothing in them if any is faulty."""
        before, record = self.reader.log.count, self.reader.record(path, value, names)
        found = {name: self.reader.wholes(step(path, name), record[name]) for name in names}
        if value is SKIP or self.reader.log.count > before:
            return {name: [] for name in names}
        wanted = len(found[names[0]]) if size is None else size
        for name in names:
            if len(found[name]) != wanted:
                self.reader.fault(step(path, name), f"{wanted} cells", str(len(found[name])))

        return found

    def keyed(
        self, path: str, value: object, sizes: Mapping[str, int], count: str | None = None
    ) -> dict[str, list[int]]:
        """Combinations of numbers below some sizes, rising, each once; a count of each beside them.

        Args:
            path: Where they stand.
            value: What stands there.
            sizes: Below what each number of a combination is.
            count: The column that says how often each came, once or more; ``None`` for none.
        """
        before, reader = self.reader.log.count, self.reader
        names = [*sizes, *([count] if count else [])]
        found = self.columns(path, value, names)
        if reader.log.count > before:
            return {name: [] for name in names}
        for name, size in sizes.items():
            for row in (row for row, each in enumerate(found[name]) if each >= size):
                reader.fault(f"{path}.{name}[{row}]", f"below {size}", str(found[name][row]))
        keys = list(zip(*(found[name] for name in sizes), strict=True))
        if any(left >= right for left, right in pairwise(keys)):
            reader.fault(path, "rows that rise, each once", "another order or a row twice")
        for row in (row for row, each in enumerate(found[count] if count else ()) if not each):
            reader.fault(f"{path}.{count}[{row}]", "1 or more", "0")

        return found if reader.log.count == before else {name: [] for name in names}

    def by_week(self, path: str, value: object, size: int) -> Numbers:
        """Counts of each week: a row per week, and a column for each of some."""
        before, reader = self.reader.log.count, self.reader
        rows = [
            reader.wholes(f"{path}[{at}]", row) for at, row in enumerate(reader.listed(path, value))
        ]
        if value is SKIP or reader.log.count > before or not self.sound:
            return np.zeros((self.weeks.count, size), np.int64)
        if len(rows) != self.weeks.count:
            reader.fault(path, f"{self.weeks.count} weeks, as the policy has it", str(len(rows)))
        for at, row in enumerate(rows):
            if len(row) != size:
                reader.fault(f"{path}[{at}]", f"{size} cells", str(len(row)))
        if reader.log.count > before:
            return np.zeros((self.weeks.count, size), np.int64)

        return np.array(rows, np.int64).reshape(self.weeks.count, size)

    def fits(self, path: str, *columns: Sequence[int]) -> None:
        """Note counts whose sum is beyond 64 bits."""
        if sum(map(sum, columns)) > MAX_SUM:
            self.reader.fault(path, "counts whose sum fits 64 bits", "greater ones")

    def agrees(self, path: str, told: object, expected: object) -> None:
        """Note what is not what other counts add up to."""
        if told != expected:
            self.reader.fault(path, f"{expected}, as other counts add up to", str(told))

    def duplicates(self, path: str, value: object) -> Duplicates:
        """How many rows were left out."""
        before, record = self.reader.log.count, self.reader.record(path, value, ("count", "ties"))
        count, ties = (self.reader.whole(f"{path}.{each}", record[each]) for each in record)
        if self.reader.log.count == before and ties > count:
            self.reader.fault(f"{path}.ties", f"at most {count}", str(ties))

        return Duplicates(count, ties)

    def faults(self, path: str, value: object) -> tuple[Fault, ...]:
        """Faults of rows."""
        rows = self.reader.listed(path, value)

        return tuple(self._fault(f"{path}[{at}]", row) for at, row in enumerate(rows))

    def _fault(self, path: str, value: object) -> Fault:
        reader, names = self.reader, [each.name for each in fields(Place)]
        record = reader.record(path, value, (*names, "expected", "found"))
        texts = {
            name: None
            if record[name] is None and name in {"path", "column"}
            else reader.text(f"{path}.{name}", record[name])
            for name in ("source", "path", "column", "expected", "found")
        }
        line = record["line"]
        known = line is not None and reader.check(f"{path}.line", line, any_whole)

        return Fault(
            Place(
                texts["source"] or "",
                texts["path"],
                line if known and isinstance(line, int) else None,
                texts["column"],
            ),
            texts["expected"] or "",
            texts["found"] or "",
        )
