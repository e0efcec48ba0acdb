"""Machinery: the careful walk over customers, record by record, that words every fault.

It goes in the order of the document, so the faults come in that order whatever was read quickly
before. A faulty cell leaves a filler and a bad row: what it hands over always packs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from attrs import define, field, frozen

from partnerkpi._instants import format_one, of_datetime
from partnerkpi.io._cells import (
    MISSING,
    attribute_faults,
    boolean_fault,
    came,
    count_fault,
    instant_fault,
    step,
    tag_faults,
    text_fault,
    word_fault,
)
from partnerkpi.io._managed_in import SECOND, administrators_in, managed_in
from partnerkpi.io._nested import KINDS, MANAGERS, Decoded
from partnerkpi.io._plain import (
    COUNT_KEYS,
    INLINE_KEYS,
    LINE_KEYS,
    OBSERVATION_KEYS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from partnerkpi.io._managed_in import Keys
    from partnerkpi.io._notes import Notes, Record

__all__ = ["Walk"]

INLINE_OR_NOT = "counts either in the line or in its observations, not in both"
UNDATED = "no instant, as counts in the line itself are undated (dated ones go to observations)"


def _optional_instant(cell: object) -> str | None:
    return None if cell is None else instant_fault(cell)


@frozen
class _Cell:
    """A key of a record: its check, its filler, and what stands for it when it is absent."""

    key: str
    check: Callable[[object], str | None]
    filler: object
    absent: object = MISSING


_TEXT = "?"
_DATE = "1970-01-01"
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})
_NOT_INLINE: Mapping[str, str] = MappingProxyType({"observed_at": UNDATED})
_NOT_BESIDE: Mapping[str, str] = MappingProxyType(dict.fromkeys(COUNT_KEYS, INLINE_OR_NOT))

_CUSTOMER = (
    _Cell("id", text_fault, _TEXT),
    _Cell("name", text_fault, _TEXT),
    _Cell("managed_by", word_fault(MANAGERS), MANAGERS[0], MANAGERS[0]),
    _Cell("last_admin_sign_in_at", _optional_instant, None, None),
)
_SUBSCRIPTION = (
    _Cell("id", text_fault, _TEXT),
    _Cell("kind", word_fault(KINDS), KINDS[0]),
    _Cell("added_at", instant_fault, _DATE),
    _Cell("starts_at", _optional_instant, None, None),
    _Cell("ends_at", _optional_instant, None, None),
    _Cell("auto_renew", boolean_fault, filler=False, absent=False),
    _Cell("paid", boolean_fault, filler=True, absent=True),
    _Cell("set_up", boolean_fault, filler=True, absent=True),
)
_LINE = (_Cell("product", text_fault, _TEXT), _Cell("name", text_fault, _TEXT))
_COUNTS = (
    _Cell("total", count_fault, 0),
    _Cell("assigned", count_fault, 0),
    _Cell("used_7d", count_fault, 0, 0),
    _Cell("used_3mo", count_fault, 0, 0),
)
_OBSERVATION = (_Cell("observed_at", _optional_instant, None, None), *_COUNTS)


@define
class Walk:
    """Goes through records, gathers columns, and notes faults in a log."""

    notes: Notes
    keys: Keys
    columns: Decoded = field(factory=Decoded)

    def customer(self, path: str, record: object) -> None:
        """Take the customer at a path of the document."""
        before = self.notes.log.count
        to, row = self.columns, len(self.columns.ids)
        found = self.notes.record(path, record, self.keys.customer)
        cells = self._cells(path, found, _CUSTOMER)
        to.ids.append(cells[0])
        to.names.append(cells[1])
        to.managers.append(cells[2])
        to.signed_in.append(cells[3])
        to.tags.append(self._tags(path, found))
        to.attributes.append(self._attributes(path, found))
        subscriptions = self.notes.list_of(path, found, "subscriptions")
        if self.notes.log.count > before:
            to.bad_customers.append(row)
        to.subscriptions.append(len(subscriptions))
        if found is not None and self.keys is SECOND:
            to.held.assigned[row] = administrators_in(self.notes, path, found)
        for index, subscription in enumerate(subscriptions):
            self.subscription(f"{path}.subscriptions[{index}]", subscription)

    def subscription(self, path: str, record: object) -> None:
        """Take a subscription at a path, of the customer that was taken last."""
        before = self.notes.log.count
        to, row = self.columns, len(self.columns.kinds)
        found = self.notes.record(path, record, self.keys.subscription)
        cells = self._cells(path, found, _SUBSCRIPTION)
        to.subscription_ids.append(cells[0])
        to.kinds.append(cells[1])
        to.added.append(cells[2])
        to.starts.append(cells[3])
        to.ends.append(cells[4])
        to.auto_renew.append(cells[5])
        to.paid.append(cells[6])
        to.set_up.append(cells[7])
        lines = self.notes.list_of(path, found, "licenses")
        if self.notes.log.count > before:
            to.bad_subscriptions.append(row)
        if found is not None and self.keys is SECOND:
            to.held.managed[row] = managed_in(self.notes, path, found)
        to.lines.append(len(lines))
        for index, line in enumerate(lines):
            self._line(f"{path}.licenses[{index}]", line)

    def _line(self, path: str, record: object) -> None:
        before = self.notes.log.count
        to, first = self.columns, len(self.columns.total)
        inline = isinstance(record, Mapping) and "observations" not in record
        found = (
            self.notes.record(path, record, INLINE_KEYS, _NOT_INLINE)
            if inline
            else self.notes.record(path, record, LINE_KEYS, _NOT_BESIDE)
        )
        product, name = self._cells(path, found, _LINE)
        to.products.append(product)
        to.line_names.append(name)
        to.inline.append(inline)
        observations = () if inline else self.notes.list_of(path, found, "observations")
        if inline:
            self._row(path, found, _COUNTS)
        bad = self.notes.log.count > before
        for index, observation in enumerate(observations):
            self._observation(f"{path}.observations[{index}]", observation)
        if len(to.total) == first:
            self._row(path, None, _COUNTS, observed=False)
        to.rows.append(len(to.total) - first)
        if bad:
            to.bad_rows.extend(range(first, len(to.total)))

    def _observation(self, path: str, record: object) -> None:
        before, row = self.notes.log.count, len(self.columns.total)
        found = self.notes.record(path, record, OBSERVATION_KEYS)
        self._row(path, found, _OBSERVATION)
        if self.notes.log.count > before:
            self.columns.bad_rows.append(row)

    def _row(
        self, path: str, found: Record | None, cells: Sequence[_Cell], *, observed: bool = True
    ) -> None:
        to = self.columns
        *instant, total, assigned, used_7d, used_3mo = self._cells(path, found, cells)
        to.observed.append(observed)
        to.observed_at.append(instant[0] if instant else None)
        to.total.append(total)
        to.assigned.append(assigned)
        to.used_7d.append(used_7d)
        to.used_3mo.append(used_3mo)

    def _cells(self, path: str, found: Record | None, cells: Sequence[_Cell]) -> list[object]:
        if found is None:
            return [cell.filler for cell in cells]

        return [self._cell(path, found, cell) for cell in cells]

    def _cell(self, path: str, found: Record, cell: _Cell) -> object:
        value = found.get(cell.key, cell.absent)
        if expected := cell.check(value):
            self.notes.fault(step(path, cell.key), expected, came(value))
            return cell.filler

        # Everything behind this walk reads instants as text.
        return format_one(of_datetime(value)) if isinstance(value, datetime) else value

    def _tags(self, path: str, found: Record | None) -> Sequence[str]:
        cell = () if found is None else found.get("tags", ())
        good = self._none_of(tag_faults(f"{path}.tags", cell))

        return cast("Sequence[str]", cell) if good else ()

    def _attributes(self, path: str, found: Record | None) -> dict[str, str]:
        cell = _NO_TEXTS if found is None else found.get("attributes", _NO_TEXTS)
        self.notes.once(f"{path}.attributes", cell)
        good = self._none_of(attribute_faults(f"{path}.attributes", cell))

        return dict(cast("Mapping[str, str]", cell)) if good else {}

    def _none_of(self, faults: Iterable[tuple[str, str, str]]) -> bool:
        before = self.notes.log.count
        for fault in faults:
            self.notes.fault(*fault)

        return self.notes.log.count == before
