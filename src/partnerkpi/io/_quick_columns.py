"""Machinery: columns that Arrow cut out of text, where nothing about them is odd.

A quick reader may only accept: it says nothing of a column in which it sees anything that it does
not know to be good. That column is then read by the base reader, which alone words faults; so both
give the same rows and the same faults, whatever Arrow lets pass.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from attrs import define, field, frozen

from partnerkpi._arrays import MAX_COUNT
from partnerkpi._batches import Given, LabeledRows, TextRows
from partnerkpi._text import Text
from partnerkpi._text_forms import Labeled, text_of
from partnerkpi.io._array_column import Column
from partnerkpi.io._arrow_arrays import Lists, Texts
from partnerkpi.io._call_cells import codes_of, labeled, labeled_sets, set_faults
from partnerkpi.io._cells import tag_faults
from partnerkpi.io._csv import PAD
from partnerkpi.io._csv_values import counts_of, decimals_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts, Mask, Measures, Micros, Rows
    from partnerkpi._text_forms import AnyText
    from partnerkpi.io._arrow_arrays import AnyColumn
    from partnerkpi.io._table_batches import Columns
    from partnerkpi.io._table_columns import Table

__all__ = ["CheckedColumns", "QuickColumns"]

_Found = TypeVar("_Found")
_NONE = Text.from_strings([])
_TRUTH: Mapping[str, int] = MappingProxyType({"false": 0, "true": 1})


@frozen(eq=False)
class QuickColumns:
    """The columns of some records; nothing where a column wants a closer look."""

    table: Table
    columns: Mapping[str, AnyColumn]
    attribute_names: Mapping[str, str]
    size: int
    #: What columns of instants spell, read ahead: the instants of the rows that have any.
    spelled: Mapping[str, tuple[Micros, Rows]]

    def texts(self, name: str) -> AnyText | None:
        column = self.columns[name]
        if isinstance(column, Texts):
            good = column.masked is None and not column.text.faulty().size
            return column.text if good else None

        return column.quick_text() if isinstance(column, Column) else None

    def words(self, name: str, known: Sequence[str], *, optional: bool) -> Mask | None:
        column = self.columns.get(name)
        if column is None:
            return np.zeros(self.size, np.bool_) if optional else None
        if not isinstance(column, Column) or column.labels is None:
            return None
        if column.has_null and not optional:
            return None
        words = [known.index(each) if each in known else 2 for each in column.labels.objects]
        # The last place is that of null.
        which = np.array([*words, 0], np.uint8).take(column.values)

        return which.view(np.bool_) if which.max(initial=0) < len(known) else None

    def given(self, name: str) -> Given | None:
        column = self.columns.get(name)
        if column is None:
            return Given(_NONE, np.empty(0, np.intp))
        if isinstance(column, Column):
            labels = column.labels
            plain = labels is not None and labels.plain
            return Given(Labeled(column.values, labels.texts)) if labels and plain else None
        if not isinstance(column, Texts):
            return None
        rows = None if column.masked is None else np.flatnonzero(~column.masked)
        text = column.text if rows is None else column.text.take(rows)

        return None if text.faulty().size else Given(text, rows)

    def choices(self, name: str, known: Mapping[str, int]) -> Codes | None:
        text = self.texts(name)
        if text is None:
            return None
        found = codes_of(labeled(text), known)

        return found if found.max(initial=0) < len(known) else None

    def measures(self, name: str, most: float) -> Measures | None:
        column = self.columns.get(name)
        if column is None:
            return np.full(self.size, np.nan)
        if isinstance(column, Texts):
            found, given = _parsed(column, decimals_of)
        elif isinstance(column, Column):
            found, given = column.values.astype(np.float64), ~column.null
        else:
            return None
        if found is None or not ((found >= 0) & (found <= most) & (found < np.inf) | ~given).all():
            return None

        return np.where(given, found + 0.0, np.nan)

    def counts(self, name: str) -> tuple[Counts, Mask] | None:
        column = self.columns.get(name)
        if column is None:
            return np.zeros(self.size, np.int64), np.ones(self.size, np.bool_)
        if isinstance(column, Texts):
            found, given = _parsed(column, counts_of)
        elif isinstance(column, Column):
            found, given = column.values, ~column.null
            # Where a key is needed, null and no key are not the same.
            if name in self.table.required and not given.all():
                return None
        else:
            return None
        if found is None:
            return None
        found = found if given.all() else np.where(given, found, 0)
        good = found.min(initial=0) >= 0 and found.max(initial=0) <= MAX_COUNT

        return (found, ~given) if good else None

    def flags(self, name: str, *, absent: bool | None) -> Mask | None:
        column = self.columns.get(name)
        if column is None:
            return None if absent is None else np.full(self.size, absent)
        if not isinstance(column, Column) or (absent is None and column.has_null):
            return None
        if column.labels is None:
            flags = column.values
        else:
            words = [_TRUTH.get(str(each), 2) for each in column.labels.objects]
            which = np.array([*words, 0], np.uint8).take(column.values)
            if which.max(initial=0) > 1:
                return None
            flags = which.view(np.bool_)

        return np.where(column.null, bool(absent), flags) if column.has_null else flags

    def instants(self, name: str, *, absent: int | Micros | None) -> Micros | None:
        column = self.columns.get(name)
        if column is None:
            return None if absent is None else _filled(self.size, absent)
        if not isinstance(column, Texts) or (absent is None and column.masked is not None):
            return None
        rows = None if column.masked is None else np.flatnonzero(~column.masked)
        micros, bad = self.spelled[name]
        if bad.size:
            return None
        if rows is None:
            return micros
        filled = _filled(self.size, 0 if absent is None else absent)
        filled[rows] = micros

        return filled

    def sets(self, name: str) -> TextRows | LabeledRows | None:
        return self._lists(name, set_faults)

    def tags(self, name: str) -> TextRows | None:
        found = self._lists(name, tag_faults)
        if isinstance(found, LabeledRows):
            return TextRows(found.rows, text_of(found.texts))

        return found

    def _lists(self, name: str, faults: Callable[..., Any]) -> TextRows | LabeledRows | None:
        column = self.columns.get(name)
        if column is None:
            return TextRows(np.empty(0, np.intp), _NONE)
        if isinstance(column, Lists):
            return _listed(column, self.size, once=faults is tag_faults)
        if not isinstance(column, Column) or column.labels is None:
            return None
        members = {code: text.split(";") for code, text in enumerate(column.labels.texts)}
        if any(True for texts in members.values() for _ in faults("", texts)):
            return None

        return labeled_sets(column.values.astype(np.intp), members)

    def attributes(self) -> Mapping[str, TextRows | LabeledRows] | None:
        found: dict[str, TextRows | LabeledRows] = {}
        for name, attribute in self.attribute_names.items():
            column = self.columns[name]
            if not isinstance(column, Column) or column.labels is None or not column.labels.plain:
                return None
            rows = np.flatnonzero(~column.null)
            found[attribute] = LabeledRows(rows, Labeled(column.values[rows], column.labels.texts))

        return found

    def stated(self, name: str) -> Mask:
        column = self.columns.get(name)
        if isinstance(column, Column):
            return ~column.null

        return np.zeros(self.size, np.bool_)


def _filled(size: int, value: int | Micros) -> Micros:
    column = np.empty(size, np.int64)
    column[:] = value

    return column


def _parsed(
    column: Texts, parse_cells: Callable[..., tuple[Any, Mask]]
) -> tuple[NDArray[Any] | None, Mask]:
    """What cells of text spell, if all that are given spell it, and which are given."""
    text = column.text
    # The readers of cells look a little way around each.
    edge = np.zeros(PAD, np.uint8)
    buffer = np.concatenate([edge, text.data, edge])
    offsets = text.offsets.astype(np.intp)
    lengths = np.diff(offsets)
    given = np.ones(len(text), np.bool_) if column.masked is None else ~column.masked
    values, good = parse_cells(buffer, offsets[:-1] + PAD, lengths)

    return (values if (good | ~given).all() else None), given


def _listed(lists: Lists, size: int, *, once: bool) -> LabeledRows | TextRows | None:
    texts = lists.texts
    if texts is None:
        return None
    rows = np.repeat(np.arange(size), lists.sizes)
    if isinstance(texts, Text):
        return TextRows(rows, texts)
    if texts.labels.faulty().size:
        return None
    keys = np.sort(rows * len(texts.labels) + texts.codes)
    if once and (keys[1:] == keys[:-1]).any():
        return None

    return LabeledRows(rows, texts)


@define(eq=False)
class CheckedColumns:
    """Each column as the quick reader has it, or else as the base reader has it."""

    quick: QuickColumns
    make_base: Callable[[], Columns]
    _base: Columns | None = None
    _bad: Mask = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._bad = np.zeros(self.quick.size, np.bool_)

    @property
    def bad(self) -> Mask:
        """The records with a fault."""
        return self._bad if self._base is None else self._bad | self._base.bad

    @bad.setter
    def bad(self, bad: Mask) -> None:
        self._bad = bad

    @property
    def base(self) -> Columns:
        """The base reader's columns."""
        if self._base is None:
            self._base = self.make_base()

        return self._base

    def texts(self, name: str, /) -> AnyText:
        found = self.quick.texts(name)

        return self.base.texts(name) if found is None else found

    def words(self, name: str, known: Sequence[str], /, *, optional: bool) -> Mask:
        return _or(
            self.quick.words(name, known, optional=optional),
            lambda: self.base.words(name, known, optional=optional),
        )

    def given(self, name: str, /) -> Given:
        return _or(self.quick.given(name), lambda: self.base.given(name))

    def choices(self, name: str, known: Mapping[str, int], /) -> Codes:
        return _or(self.quick.choices(name, known), lambda: self.base.choices(name, known))

    def measures(self, name: str, most: float, /) -> Measures:
        return _or(self.quick.measures(name, most), lambda: self.base.measures(name, most))

    def sets(self, name: str, /) -> TextRows | LabeledRows:
        found = self.quick.sets(name)

        return self.base.sets(name) if found is None else found

    def flags(self, name: str, /, *, absent: bool | None) -> Mask:
        return _or(
            self.quick.flags(name, absent=absent), lambda: self.base.flags(name, absent=absent)
        )

    def counts(self, name: str, /) -> tuple[Counts, Mask]:
        return _or(self.quick.counts(name), lambda: self.base.counts(name))

    def instants(self, name: str, /, *, absent: int | Micros | None = None) -> Micros:
        return _or(
            self.quick.instants(name, absent=absent),
            lambda: self.base.instants(name, absent=absent),
        )

    def tags(self, name: str, /) -> TextRows:
        return _or(self.quick.tags(name), lambda: self.base.tags(name))

    def attributes(self) -> Mapping[str, TextRows | LabeledRows]:
        return _or(self.quick.attributes(), self.base_attributes)

    def base_attributes(self) -> Mapping[str, TextRows | LabeledRows]:
        """The attributes as the base reader has them."""
        found: Mapping[str, TextRows | LabeledRows] = self.base.attributes()

        return found

    def stated(self, name: str, /) -> Mask:
        return self.quick.stated(name)

    def missing(self, name: str, null: Mask, expected: str, /) -> None:
        if null.any():
            self.base.missing(name, null, expected)


def _or(found: _Found | None, otherwise: Callable[[], _Found]) -> _Found:
    return otherwise() if found is None else found
