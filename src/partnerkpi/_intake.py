"""Machinery: from the batches of a door to a portfolio, every check between rows included.

Rows keep their number until the end, so that a fault found late still knows its place. What is
faulty is left out together with everything that depends on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import define, field

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import NEVER, narrowest
from partnerkpi._columns_of_tables import columns_of
from partnerkpi._gathered import NO_INT, NO_MASK, NO_ROWS, NO_TEXT, Gathered, Tables, Vocabulary
from partnerkpi._ids import IdIndex
from partnerkpi._instants import format_one
from partnerkpi._line_rows import LineKeys, LineRows, line_rows
from partnerkpi._managed import Held
from partnerkpi._text import Text
from partnerkpi._text_forms import text_of
from partnerkpi.columns import Portfolio
from partnerkpi.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerkpi._arrays import Codes, Counts, Mask
    from partnerkpi._batches import (
        CustomerBatch,
        LabeledRows,
        LicenseBatch,
        Places,
        SubscriptionBatch,
        TextRows,
    )
    from partnerkpi._faults import FaultLog
    from partnerkpi._text_forms import AnyText
    from partnerkpi.models import Customer, Partner

__all__ = ["Intake"]

CUSTOMERS, SUBSCRIPTIONS, LICENSES = "customers", "subscriptions", "licenses"


@define
class Intake:
    """Takes batches of customers, then subscriptions, then licenses, and gives a portfolio.

    In nested documents the three may come in turns, as long as a parent comes before its rows.
    """

    log: FaultLog
    places: Places
    _tables: Tables = field(factory=Tables)
    _customer_index: IdIndex | None = None
    _subscription_index: IdIndex | None = None
    _held: Held = field(factory=Held)

    def add_customers(self, batch: CustomerBatch) -> None:
        """Take customers."""
        table = self._tables.customers
        at = table.rows
        table.add(
            len(batch.bad),
            ids=batch.ids,
            names=text_of(batch.names),
            external=batch.external,
            signed_in=batch.signed_in,
            bad=batch.bad,
            tag_rows=_narrow(batch.tags.rows + at),
            tag_codes=self._tables.tags.code(batch.tags.texts),
        )
        for name, cells in batch.attributes.items():
            self._add_attribute(name, cells, at)

    def _add_attribute(self, name: str, cells: TextRows | LabeledRows, at: int) -> None:
        vocabulary, gathered = self._tables.attributes.setdefault(name, (Vocabulary(), Gathered()))
        codes = vocabulary.code(cells.texts)
        gathered.add(len(codes), rows=_narrow(cells.rows + at), codes=codes)

    def add_subscriptions(self, batch: SubscriptionBatch) -> int:
        """Take subscriptions, whose customers have all been taken; the number of the first."""
        table = self._tables.subscriptions
        at = table.rows
        table.add(
            len(batch.bad),
            ids=batch.ids,
            parents=_narrow(self._customers_of(batch, at)),
            trial=batch.trial,
            added=batch.added,
            starts=batch.starts,
            ends=batch.ends,
            auto_renew=batch.auto_renew,
            paid=batch.paid,
            set_up=batch.set_up,
            bad=batch.bad,
        )

        return at

    def _customers_of(self, batch: SubscriptionBatch, at: int) -> Codes:
        wanted = batch.customers
        if isinstance(wanted, np.ndarray):
            return wanted
        index = self._customer_index or _indexed(self._tables.customers)
        self._customer_index = index

        return self._found(index, wanted, batch.bad, at, _OF_CUSTOMER)

    def add_licenses(self, batch: LicenseBatch) -> None:
        """Take license rows, whose subscriptions have all been taken."""
        table = self._tables.licenses
        self._tables.instants.add(batch.observed_at)
        table.add(
            len(batch.bad),
            parents=_narrow(self._subscriptions_of(batch, table.rows)),
            products=self._tables.products.code(batch.products),
            names=self._tables.names.code(batch.names),
            observed=batch.observed,
            total=_narrow_counts(batch.total),
            assigned=_narrow_counts(batch.assigned),
            used_7d=_narrow_counts(batch.used_7d),
            used_3mo=_narrow_counts(batch.used_3mo),
            bad=batch.bad,
        )
        if batch.lines is not None:
            table.add(0, lines=_narrow(batch.lines))

    def _subscriptions_of(self, batch: LicenseBatch, at: int) -> Codes:
        wanted = batch.subscriptions
        if isinstance(wanted, np.ndarray):
            return wanted
        index = self._subscription_index or _indexed(self._tables.subscriptions)
        self._subscription_index = index

        return self._found(index, wanted, batch.bad, at, _OF_SUBSCRIPTION)

    def _found(
        self, index: IdIndex, wanted: AnyText, bad: Mask, at: int, orphan: tuple[str, str, str]
    ) -> Codes:
        """The rows of the parents; who has none is a fault (unless the row is bad already)."""
        table, column, expected = orphan
        rows = index.find(wanted)
        lost = np.flatnonzero((rows < 0) & ~bad)
        self.log.add_rows(
            lost,
            lambda row: Fault(self.places(table, at + row, column), expected, repr(wanted[row])),
        )

        return rows

    def rows_of(self, table: str, ids: AnyText) -> Codes:
        """The rows of customers or subscriptions with some ids, all of them taken; -1 if none."""
        if table == CUSTOMERS:
            self._customer_index = self._customer_index or _indexed(self._tables.customers)
            return self._customer_index.find(ids)
        self._subscription_index = self._subscription_index or _indexed(self._tables.subscriptions)

        return self._subscription_index.find(ids)

    def add_held(self, held: Held) -> None:
        """Take who is assigned to customers and what is managed of subscriptions, after them."""
        self._held.add(held)

    def finish(self, *, partner: Partner | None = None, strict: bool = True) -> Portfolio:
        """The portfolio of all that was taken.

        Raises:
            InputError: there are faults, and reading is strict.
        """
        customers = self._sound_customers(None if partner is None else partner.organization)
        subscriptions = self._sound_subscriptions(customers)
        lines = self._sound_lines(subscriptions)
        if strict:
            self.log.refuse()

        return Portfolio(
            partner=partner,
            **columns_of(self._tables, self._held, customers, subscriptions, lines),
            faults=self.log.faults,
            fault_count=self.log.count,
        )

    def _sound_customers(self, organization: Customer | None) -> Mask:
        table, index = self._tables.customers, self._customer_index
        self._customer_index = None
        keep: Mask = ~table.take("bad", NO_MASK)
        self._drop_repeated(table, index, keep, CUSTOMERS, "customer_id")
        if organization is not None:
            self._drop_organization(index or _indexed(table), organization.id, keep)

        return keep

    def _drop_organization(self, index: IdIndex, own: str, keep: Mask) -> None:
        """The partner's own organization is no customer of it."""
        rows = np.flatnonzero((index.firsts == index.find(Text.from_strings([own]))[0]) & keep)
        self._fault(rows, CUSTOMERS, "customer_id", rules.NOT_OWN, lambda _: repr(own))
        keep[rows] = False

    def _drop_repeated(
        self, table: Gathered, index: IdIndex | None, keep: Mask, name: str, column: str
    ) -> None:
        """An id is taken by the first row that has it; every later one is a fault."""
        index = index or _indexed(table)
        ids = table.peek("ids", NO_TEXT)
        again = index.repeated(keep)
        self._fault(again, name, column, rules.UNIQUE_ID, lambda row: repr(ids[row]))
        keep[again] = False

    def _sound_subscriptions(self, customers: Mask) -> Mask:
        table, index = self._tables.subscriptions, self._subscription_index
        self._subscription_index = None
        keep: Mask = ~table.take("bad", NO_MASK)
        starts, ends = table.peek("starts", NO_INT), table.peek("ends", NO_INT)
        early = np.flatnonzero(rules.ends_too_early(starts, ends) & keep)
        trial, renews = table.peek("trial", NO_MASK), table.peek("auto_renew", NO_MASK)
        renewing = np.flatnonzero(rules.renewing_trial(trial, renews) & keep)
        self._fault(
            early,
            SUBSCRIPTIONS,
            "ends_at",
            rules.END_AFTER_START,
            lambda row: format_one(ends[row]),
        )
        self._fault(
            renewing, SUBSCRIPTIONS, "auto_renew", rules.NO_RENEWING_TRIAL, lambda _: "true"
        )
        self._drop_repeated(table, index, keep, SUBSCRIPTIONS, "subscription_id")
        keep[early] = keep[renewing] = False

        return keep & _with_parent(table.peek("parents", NO_ROWS), customers)

    def _sound_lines(self, subscriptions: Mask) -> LineRows:
        table, moments = self._tables.licenses, self._tables.instants.joined()
        keep: Mask = ~table.take("bad", NO_MASK)
        parents = table.take("parents", NO_ROWS)
        keep &= _with_parent(parents, subscriptions)
        keys = LineKeys.of(parents, table.take("products", NO_ROWS), table.take("names", NO_ROWS))
        del parents
        found = line_rows(
            keys,
            lines=table.take("lines", None) if "lines" in table.parts else None,
            observed=table.take("observed", NO_MASK),
            instants=moments.codes,
            keep=keep,
        )
        products, names = self._tables.products.labels(), self._tables.names.labels()
        self._fault(
            found.repeated_lines,
            LICENSES,
            None,
            rules.ONE_OF_A_LINE,
            lambda row: _named(products, names, *keys.products_and_names(np.array([row]))),
        )
        self._fault(
            found.repeated_instants,
            LICENSES,
            "observed_at",
            rules.ONCE_AN_INSTANT,
            lambda row: _said(moments[row]),
        )

        return found

    def _fault(
        self,
        rows: Codes,
        table: str,
        column: str | None,
        expected: str,
        found: Callable[[int], str],
    ) -> None:
        self.log.add_rows(
            rows, lambda row: Fault(self.places(table, row, column), expected, found(row))
        )


_OF_CUSTOMER = (SUBSCRIPTIONS, "customer_id", rules.KNOWN_CUSTOMER)
_OF_SUBSCRIPTION = (LICENSES, "subscription_id", rules.KNOWN_SUBSCRIPTION)


def _said(instant: int) -> str:
    return "undated" if instant == NEVER else format_one(instant)


def _indexed(table: Gathered) -> IdIndex:
    return IdIndex.of(table.peek("ids", NO_TEXT))


def _narrow(rows: Codes) -> Codes:
    top = int(rows.max(initial=0))

    return rows.astype(np.int32, copy=False) if top < 2**31 else rows


def _narrow_counts(counts: Counts) -> Counts:
    # Rows found faulty may hold any number.
    return narrowest(counts) if counts.min(initial=0) >= 0 else narrowest(np.abs(counts))


def _with_parent(parents: Codes, kept: Mask) -> Mask:
    if not len(kept):
        return np.zeros(len(parents), np.bool_)

    return (parents >= 0) & kept[parents]


def _named(products: Text, names: Text, product: Codes, name: Codes) -> str:
    return f"{products[int(product[0])]!r}, {names[int(name[0])]!r}"
