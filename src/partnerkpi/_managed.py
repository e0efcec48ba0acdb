"""Machinery: what is managed of some customers and subscriptions, beside their columns.

Few rows have any of it, and what they have is nested: it is held as records by row. Only what
statuses ask of whole portfolios, invoices and checklists that say what is not stated, is columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from attrs import define, field, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import OPEN, as_rows, lock_codes, lock_micros, lock_rows, reduced
from partnerkpi._instants import of_datetime

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes, Mask, Micros, Rows
    from partnerkpi.managing_models import Administrator, Checklist, Invoice, Order

__all__ = ["NOTHING_MANAGED", "Held", "Managed", "ManagedColumns", "Sparse"]

_Value = TypeVar("_Value")


@frozen
class Managed:
    """What is managed of one subscription, and which of its flags are stated beside it."""

    orders: tuple[Order, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    checklist: Checklist | None = None
    paid_stated: bool = True
    set_up_stated: bool = True

    def __bool__(self) -> bool:
        return bool(self.orders or self.invoices or self.checklist)

    @property
    def invoices_say(self) -> bool:
        """Whether invoices say if it is paid."""
        return bool(self.invoices) and not self.paid_stated

    @property
    def checklist_says(self) -> bool:
        """Whether the checklist says if it is set up."""
        return self.checklist is not None and not self.set_up_stated


@define
class Held:
    """Who is assigned to customers, and what is managed of subscriptions, by row of their tables.

    Rows are counted over all batches of a door.
    """

    assigned: dict[int, tuple[Administrator, ...]] = field(factory=dict)
    managed: dict[int, Managed] = field(factory=dict)

    def __bool__(self) -> bool:
        return bool(self.assigned or self.managed)

    def add(self, other: Held) -> None:
        """Take up what other rows have."""
        self.assigned |= other.assigned
        self.managed |= other.managed

    def moved(self, customers: int, subscriptions: int) -> Held:
        """The same so many rows further on; what is nothing is left out."""
        return Held(
            {row + customers: each for row, each in self.assigned.items() if each},
            {row + subscriptions: each for row, each in self.managed.items() if each},
        )


@frozen(eq=False)
class Sparse(Generic[_Value]):
    """Values that some rows have and others have not: ``values[i]`` belongs to ``rows[i]``.

    Rows rise, each once.
    """

    rows: Rows = field(converter=lock_rows, factory=lambda: as_rows(()))
    values: tuple[_Value, ...] = ()

    @staticmethod
    def of(values: Mapping[int, _Value]) -> Sparse[_Value]:
        """The values by row."""
        rows = sorted(values)

        return Sparse(as_rows(rows), tuple(values[row] for row in rows))

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def __len__(self) -> int:
        """Return how many rows have a value."""
        return len(self.values)

    def get(self, row: int) -> _Value | None:
        """The value of a row, if it has one."""
        place = int(np.searchsorted(self.rows, row))
        has = place < len(self.rows) and int(self.rows[place]) == row

        return self.values[place] if has else None

    def take(self, rows: Rows) -> Sparse[_Value]:
        """The values of some rising rows, which become 0, 1, 2, ..."""
        if not len(self):
            return self
        places = np.searchsorted(rows, self.rows)
        kept = np.flatnonzero(np.isin(self.rows, rows))

        return Sparse(places[kept], tuple(self.values[each] for each in kept.tolist()))


@frozen(eq=False)
class ManagedColumns:
    """What is managed of subscriptions.

    Attributes:
        records: By row, where there is anything.
        invoiced: For each invoice of a subscription whose ``paid`` is not stated, the row.
        due: The day on which it is due, counted from 1970-01-01.
        settled: The day on which it was paid, or one after every day.
        listed: The rows with a checklist whose ``set_up`` is not stated.
        since: From when on each is set up; ``OPEN`` while it is not.
    """

    records: Sparse[Managed]
    invoiced: Rows = field(converter=lock_rows)
    due: Codes = field(converter=lock_codes)
    settled: Codes = field(converter=lock_codes)
    listed: Rows = field(converter=lock_rows)
    since: Micros = field(converter=lock_micros)

    @staticmethod
    def of(records: Sparse[Managed]) -> ManagedColumns:
        """The columns of some records."""
        pairs = [*zip(records.rows.tolist(), records.values, strict=True)]
        invoices = [(row, one) for row, each in pairs if each.invoices_say for one in each.invoices]
        lists = [(row, each.checklist) for row, each in pairs if each.checklist_says]

        return ManagedColumns(
            records=records,
            invoiced=as_rows(row for row, _ in invoices),
            due=np.array([rules.day_of(each.due_on) for _, each in invoices], np.int32),
            settled=np.array([rules.day_of(each.paid_on) for _, each in invoices], np.int32),
            listed=as_rows(row for row, _ in lists),
            since=np.array([_since(each) for _, each in lists], np.int64),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return ManagedColumns.of, (self.records,)

    def take(self, rows: Rows) -> ManagedColumns:
        """What is managed of some rising rows."""
        return ManagedColumns.of(self.records.take(rows)) if len(self.records) else self

    def paid(self, stated: Mask, day: int) -> Mask:
        """Which subscriptions are paid on a day: as stated, or as their invoices say."""
        late = self.invoiced[rules.overdue(self.due, self.settled, day)]

        return _without(stated, late)

    def set_up(self, stated: Mask, instant: int) -> Mask:
        """Which subscriptions are set up at an instant: as stated, or as their checklists say."""
        return _without(stated, self.listed[self.since > instant])


def _since(checklist: Checklist | None) -> int:
    accepted = checklist.terms_accepted if checklist and checklist.complete else None

    return OPEN if accepted is None else of_datetime(accepted.at)


def _without(stated: Mask, rows: Rows) -> Mask:
    if not len(rows):
        return stated
    changed = stated.copy()
    changed[rows] = False

    return changed


#: No subscription has anything that is managed.
NOTHING_MANAGED = ManagedColumns.of(Sparse())
