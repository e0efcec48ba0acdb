"""Machinery: what every door of tables hands over, and the portfolio tables made of it.

Every door of tables (cells of CSV, objects of JSON lines, arrays in memory) hands over its columns
through :class:`Columns`; which columns a table has, what is optional and what stands for null is
said here once.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import NEVER, OPEN
from partnerkpi._batches import CustomerBatch, LicenseBatch, SubscriptionBatch
from partnerkpi.io._table_columns import CUSTOMERS, LICENSES, SUBSCRIPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from partnerkpi._arrays import Codes, Counts, Mask, Measures, Micros
    from partnerkpi._batches import Given, LabeledRows, TextRows
    from partnerkpi._text_forms import AnyText
    from partnerkpi.io._table_columns import Table
    from partnerkpi.io.documents import Taker

__all__ = ["EMIT", "Columns"]


class Columns(Protocol):
    """Some records of a table, column by column; every faulty cell is reported once.

    ``bad`` marks the records with a fault; it is complete when every column was asked for.
    """

    bad: Mask

    def texts(self, name: str, /) -> AnyText:
        """A column of texts, not empty, without control characters."""
        ...

    def words(self, name: str, known: Sequence[str], /, *, optional: bool) -> Mask:
        """Whether each cell is the second of two words; null stands for the first, if at all."""
        ...

    def given(self, name: str, /) -> Given:
        """A column of texts that may be null, not empty, without control characters."""
        ...

    def choices(self, name: str, known: Mapping[str, int], /) -> Codes:
        """For each cell the number of its word.

        Any other text is a fault that leaves the row good, and has the number of the last word.
        """
        ...

    def measures(self, name: str, most: float, /) -> Measures:
        """A column of measurements of at most so much, NaN where null."""
        ...

    def sets(self, name: str, /) -> TextRows | LabeledRows:
        """A column of sets of texts; a text that a cell repeats is no fault."""
        ...

    def flags(self, name: str, /, *, absent: bool | None) -> Mask:
        """A column of booleans; ``absent`` stands where null, without it null is a fault."""
        ...

    def counts(self, name: str, /) -> tuple[Counts, Mask]:
        """A column of counts, 0 where null, and where it is null."""
        ...

    def instants(self, name: str, /, *, absent: int | Micros | None = None) -> Micros:
        """A column of instants; ``absent`` stands where null, without it null is a fault."""
        ...

    def tags(self, name: str, /) -> TextRows:
        """A column of tags."""
        ...

    def attributes(self) -> Mapping[str, TextRows | LabeledRows]:
        """The attributes by name."""
        ...

    def missing(self, name: str, null: Mask, expected: str, /) -> None:
        """Fault nulls where a value is needed."""
        ...


def _customers(columns: Columns, taker: Taker) -> None:
    taker.add_customers(
        CustomerBatch(
            ids=columns.texts("customer_id"),
            names=columns.texts("name"),
            external=columns.words("managed_by", ("partner", "external"), optional=True),
            signed_in=columns.instants("last_admin_sign_in_at", absent=NEVER),
            tags=columns.tags("tags"),
            attributes=columns.attributes(),
            bad=columns.bad,
        )
    )


def _subscriptions(columns: Columns, taker: Taker) -> None:
    added = columns.instants("added_at")
    taker.add_subscriptions(
        SubscriptionBatch(
            ids=columns.texts("subscription_id"),
            customers=columns.texts("customer_id"),
            trial=columns.words("kind", ("subscription", "trial"), optional=False),
            added=added,
            starts=columns.instants("starts_at", absent=added),
            ends=columns.instants("ends_at", absent=OPEN),
            auto_renew=columns.flags("auto_renew", absent=False),
            paid=columns.flags("paid", absent=True),
            set_up=columns.flags("set_up", absent=True),
            bad=columns.bad,
        )
    )


def _licenses(columns: Columns, taker: Taker) -> None:
    observed_at = columns.instants("observed_at", absent=NEVER)
    total, no_total = columns.counts("total")
    assigned, no_assigned = columns.counts("assigned")
    used_7d, no_used_7d = columns.counts("used_7d")
    used_3mo, no_used_3mo = columns.counts("used_3mo")
    # Nothing but the line itself: it is declared, and was not observed.
    observed = (observed_at != NEVER) | ~(no_total & no_assigned & no_used_7d & no_used_3mo)
    columns.missing("total", no_total & observed, rules.A_COUNT)
    columns.missing("assigned", no_assigned & observed, rules.A_COUNT)
    taker.add_licenses(
        LicenseBatch(
            subscriptions=columns.texts("subscription_id"),
            products=columns.texts("product"),
            names=columns.texts("name"),
            observed=observed,
            observed_at=observed_at,
            total=total,
            assigned=assigned,
            used_7d=used_7d,
            used_3mo=used_3mo,
            bad=columns.bad,
        )
    )


#: The tables in the order in which they are read, and how their columns become batches.
EMIT: Mapping[Table, Callable[[Columns, Taker], None]] = MappingProxyType(
    {CUSTOMERS: _customers, SUBSCRIPTIONS: _subscriptions, LICENSES: _licenses}
)
