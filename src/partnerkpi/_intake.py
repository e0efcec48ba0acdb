"""Machinery: from the batches of a door to a portfolio, every check between rows included.

Rows keep their number until the end, so that a fault found late still knows its place. What is
faulty is left out together with everything that depends on it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, field

from partnerkpi import _record_rules as rules
from partnerkpi._arrays import NEVER, OPEN, locked, narrowest
from partnerkpi._batches import CustomerBatch, LicenseBatch, SubscriptionBatch, TextRows
from partnerkpi._groups import Levels, falling
from partnerkpi._instants import format_one
from partnerkpi._line_rows import LineRows, line_rows
from partnerkpi._moments import Moments
from partnerkpi._text import Text, TextIndex, duplicates, group
from partnerkpi.columns import (
    CodedText,
    CustomerColumns,
    LineColumns,
    ObservationColumns,
    Portfolio,
    SubscriptionColumns,
    TextLists,
)
from partnerkpi.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Mask, Micros, Rows
    from partnerkpi._batches import Places
    from partnerkpi._faults import FaultLog
    from partnerkpi.models import Partner

__all__ = ["Intake"]

CUSTOMERS, SUBSCRIPTIONS, LICENSES = "customers", "subscriptions", "licenses"


@define
class _Gathered:
    """The parts of each column as batches bring them; a column is joined once and let go."""

    rows: int = 0
    parts: dict[str, list[Any]] = field(factory=dict)

    def add(self, rows: int, /, **columns: Any) -> None:
        self.rows += rows
        for name, column in columns.items():
            self.parts.setdefault(name, []).append(column)

    def take(self, name: str, empty: Any) -> Any:
        parts = self.parts.pop(name, None) or [empty]
        if len(parts) == 1:
            return parts[0]

        return Text.concatenate(parts) if isinstance(empty, Text) else np.concatenate(parts)


@define
class _Vocabulary:
    """Codes for texts that occur often, in the order in which they first come."""

    codes: dict[str, int] = field(factory=dict)

    def code(self, texts: Text | CodedText) -> Codes:
        """The code of each text, new texts taken up."""
        if isinstance(texts, CodedText):
            return self._known(texts.labels)[texts.codes]
        places, firsts = group(texts)

        return self._known(texts.take(firsts))[places]

    def _known(self, labels: Text) -> NDArray[np.int32]:
        known = [self.codes.setdefault(label, len(self.codes)) for label in labels]

        return np.array(known, np.int32)

    def coded(self, codes: Codes) -> CodedText:
        """The column of such codes, in the smallest type that holds them and -1."""
        top = len(self.codes)
        width = np.int8 if top < 2**7 else np.int16 if top < 2**15 else np.int32

        return CodedText(codes.astype(width, copy=False), Text.from_strings(list(self.codes)))


@define
class _Calendar:
    """Codes for instants, of which many observations share few."""

    known: Micros = field(factory=lambda: np.empty(0, np.int64))
    codes: NDArray[np.int32] = field(factory=lambda: np.empty(0, np.int32))

    def code(self, instants: Micros) -> NDArray[np.int32]:
        """The code of each instant, new instants taken up in the order they come."""
        if not len(instants):
            return np.empty(0, np.int32)
        found = self._find(instants)
        if found is None:
            self._learn(np.unique(instants))
            found = self._find(instants)

        return self.codes[found]

    def _find(self, instants: Micros) -> Rows | None:
        if not len(self.known):
            return None
        places = np.searchsorted(self.known, instants)
        near = np.minimum(places, len(self.known) - 1)

        return near if (self.known[near] == instants).all() else None

    def _learn(self, instants: Micros) -> None:
        new = np.setdiff1d(instants, self.known, assume_unique=True)
        codes = np.arange(len(self.known), len(self.known) + len(new), dtype=np.int32)
        joined = np.concatenate([self.known, new])
        order = np.argsort(joined, kind="stable")
        self.known, self.codes = joined[order], np.concatenate([self.codes, codes])[order]

    def ranks(self) -> NDArray[np.int32]:
        """For each code, the position of its instant among all, in their order."""
        ranks = np.empty(len(self.codes), np.int32)
        ranks[self.codes] = np.arange(len(self.codes), dtype=np.int32)

        return ranks


@define
class Intake:
    """Takes batches of customers, then subscriptions, then licenses, and gives a portfolio.

    In nested documents the three may come in turns, as long as a parent comes before its rows.
    """

    log: FaultLog
    places: Places
    _customers: _Gathered = field(factory=_Gathered)
    _subscriptions: _Gathered = field(factory=_Gathered)
    _licenses: _Gathered = field(factory=_Gathered)
    _tags: _Vocabulary = field(factory=_Vocabulary)
    _attributes: dict[str, tuple[_Vocabulary, _Gathered]] = field(factory=dict)
    _products: _Vocabulary = field(factory=_Vocabulary)
    _names: _Vocabulary = field(factory=_Vocabulary)
    _instants: _Calendar = field(factory=_Calendar)
    _customer_index: TextIndex | None = None
    _subscription_index: TextIndex | None = None

    def add_customers(self, batch: CustomerBatch) -> None:
        """Take customers."""
        at = self._customers.rows
        self._customers.add(
            len(batch.bad),
            ids=batch.ids,
            names=batch.names,
            external=batch.external,
            signed_in=batch.signed_in,
            bad=batch.bad,
            tag_rows=batch.tags.rows + at,
            tag_codes=self._tags.code(batch.tags.texts),
        )
        for name, cells in batch.attributes.items():
            self._add_attribute(name, cells, at)

    def _add_attribute(self, name: str, cells: TextRows, at: int) -> None:
        vocabulary, gathered = self._attributes.setdefault(name, (_Vocabulary(), _Gathered()))
        codes = vocabulary.code(cells.texts)
        gathered.add(len(codes), rows=cells.rows + at, codes=codes)

    def add_subscriptions(self, batch: SubscriptionBatch) -> int:
        """Take subscriptions, whose customers have all been taken; the number of the first."""
        at = self._subscriptions.rows
        parents = batch.customers
        if isinstance(parents, Text):
            self._customer_index = self._customer_index or self._index(self._customers)
            parents = self._found(
                self._customer_index, parents, batch.bad, at, _OF_CUSTOMER
            )
        self._subscriptions.add(
            len(batch.bad),
            ids=batch.ids,
            parents=_narrow_rows(parents),
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

    def add_licenses(self, batch: LicenseBatch) -> None:
        """Take license rows, whose subscriptions have all been taken."""
        parents = batch.subscriptions
        if isinstance(parents, Text):
            self._subscription_index = self._subscription_index or self._index(
                self._subscriptions
            )
            parents = self._found(
                self._subscription_index, parents, batch.bad, self._licenses.rows, _OF_SUBSCRIPTION
            )
        self._licenses.add(
            len(batch.bad),
            parents=_narrow_rows(parents),
            products=self._products.code(batch.products),
            names=self._names.code(batch.names),
            observed=batch.observed,
            instants=self._instants.code(batch.observed_at),
            total=_narrow_counts(batch.total),
            assigned=_narrow_counts(batch.assigned),
            used_7d=_narrow_counts(batch.used_7d),
            used_3mo=_narrow_counts(batch.used_3mo),
            bad=batch.bad,
        )
        if batch.lines is not None:
            self._licenses.add(0, lines=batch.lines)

    def _index(self, table: _Gathered) -> TextIndex:
        # Joined once here; the joined column takes the place of its parts.
        ids = table.take("ids", _NO_TEXT)
        table.add(0, ids=ids)

        return TextIndex(ids)

    def _found(
        self, index: TextIndex, wanted: Text, bad: Mask, at: int, orphan: tuple[str, str, str]
    ) -> Rows:
        """The rows of the parents; who has none is a fault (unless the row is bad already)."""
        table, column, expected = orphan
        rows = index.find(wanted)
        lost = np.flatnonzero((rows < 0) & ~bad)
        self.log.add_rows(
            lost,
            lambda row: Fault(self.places(table, at + row, column), expected, repr(wanted[row])),
        )

        return rows

    def finish(self, *, partner: Partner | None = None, strict: bool = True) -> Portfolio:
        """The portfolio of all that was taken.

        Raises:
            InputError: there are faults, and reading is strict.
        """
        self._customer_index = self._subscription_index = None
        keep_customers = self._sound_customers()
        keep_subscriptions = self._sound_subscriptions(keep_customers)
        lines = self._sound_lines(keep_subscriptions)
        if strict:
            self.log.refuse()

        return self._laid_out(partner, keep_customers, keep_subscriptions, lines)

    def _sound_customers(self) -> Mask:
        keep: Mask = ~self._customers.take("bad", _NO_MASK)
        self._drop_repeated(self._customers, keep, CUSTOMERS, "customer_id")

        return keep

    def _drop_repeated(self, table: _Gathered, keep: Mask, name: str, column: str) -> None:
        """An id is taken by the first row that has it; every later one is a fault."""
        ids = table.take("ids", _NO_TEXT)
        table.add(0, ids=ids)
        good = np.flatnonzero(keep)
        again = good[duplicates(ids if len(good) == len(ids) else ids.take(good))]
        self._fault(again, name, column, rules.UNIQUE_ID, lambda row: repr(ids[row]))
        keep[again] = False

    def _sound_subscriptions(self, keep_customers: Mask) -> Mask:
        table = self._subscriptions
        keep: Mask = ~table.take("bad", _NO_MASK)
        starts, ends = self._peek(table, "starts", _NO_INT), self._peek(table, "ends", _NO_INT)
        early = np.flatnonzero(rules.ends_too_early(starts, ends) & keep)
        trial = self._peek(table, "trial", _NO_MASK)
        renews = self._peek(table, "auto_renew", _NO_MASK)
        renewing = np.flatnonzero(rules.renewing_trial(trial, renews) & keep)
        self._fault(
            early, SUBSCRIPTIONS, "ends_at", rules.END_AFTER_START, lambda row: format_one(ends[row])
        )
        self._fault(
            renewing, SUBSCRIPTIONS, "auto_renew", rules.NO_RENEWING_TRIAL, lambda _: "true"
        )
        self._drop_repeated(table, keep, SUBSCRIPTIONS, "subscription_id")
        keep[early] = keep[renewing] = False

        return keep & _with_parent(self._peek(table, "parents", _NO_ROWS), keep_customers)

    def _sound_lines(self, keep_subscriptions: Mask) -> LineRows:
        table = self._licenses
        keep: Mask = ~table.take("bad", _NO_MASK)
        parents = table.take("parents", _NO_ROWS)
        keep &= _with_parent(parents, keep_subscriptions)
        calendar = self._instants
        found = line_rows(
            parents=parents,
            products=table.take("products", _NO_ROWS),
            names=table.take("names", _NO_ROWS),
            lines=table.take("lines", None) if "lines" in table.parts else None,
            observed=table.take("observed", _NO_MASK),
            instants=calendar.ranks()[table.take("instants", _NO_ROWS)],
            keep=keep,
        )
        labels = list(self._products.codes), list(self._names.codes)
        self._fault(
            found.repeated_lines,
            LICENSES,
            None,
            rules.ONE_OF_A_LINE,
            lambda row: f"{labels[0][found.product_at(row)]!r}, {labels[1][found.name_at(row)]!r}",
        )
        self._fault(
            found.repeated_instants,
            LICENSES,
            "observed_at",
            rules.ONCE_AN_INSTANT,
            lambda row: _said(calendar.known[found.instant_at(row)]),
        )

        return found

    def _peek(self, table: _Gathered, name: str, empty: Any) -> Any:
        column = table.take(name, empty)
        table.add(0, **{name: column})

        return column

    def _fault(
        self,
        rows: Rows,
        table: str,
        column: str | None,
        expected: str,
        found: Callable[[int], str],
    ) -> None:
        self.log.add_rows(
            rows, lambda row: Fault(self.places(table, row, column), expected, found(row))
        )

    def _laid_out(
        self,
        partner: Partner | None,
        keep_customers: Mask,
        keep_subscriptions: Mask,
        lines: LineRows,
    ) -> Portfolio:
        customers = np.flatnonzero(keep_customers)
        subscriptions = np.flatnonzero(keep_subscriptions)
        parents = self._subscriptions.take("parents", _NO_ROWS)[subscriptions]
        counts = np.bincount(parents, minlength=len(keep_customers))[customers]
        customer_order = falling(counts)
        line_counts = np.bincount(lines.parents, minlength=len(keep_subscriptions))[subscriptions]
        subscription_order = falling(line_counts)
        customer_row = _places_of(customers[customer_order], len(keep_customers))
        subscription_row = _places_of(
            subscriptions[subscription_order], len(keep_subscriptions)
        )
        layout = Levels.of(counts[customer_order])
        slots = _slots(layout, customer_row[parents], subscription_row[subscriptions])
        line_layout = Levels.of(line_counts[subscription_order])

        return Portfolio(
            partner=partner,
            customer_columns=self._customer_columns(customers, customer_order, layout, slots),
            subscription_columns=self._subscription_columns(
                subscriptions[subscription_order],
                customer_row[parents[subscription_order]],
                line_layout,
            ),
            **self._line_columns(lines, line_layout, subscription_row),
            faults=self.log.faults,
            fault_count=self.log.count,
        )

    def _customer_columns(
        self, rows: Rows, order: Rows, layout: Levels, slots: Rows
    ) -> CustomerColumns:
        table = self._customers
        source = rows[order]
        place = _places_of(source, table.rows)

        return CustomerColumns(
            ids=table.take("ids", _NO_TEXT).take(source),
            names=table.take("names", _NO_TEXT).take(source),
            external=table.take("external", _NO_MASK)[source],
            signed_in=table.take("signed_in", _NO_INT)[source],
            tags=self._tag_lists(place),
            attributes=MappingProxyType(
                {
                    name: _spread(vocabulary, gathered, place, len(source))
                    for name, (vocabulary, gathered) in self._attributes.items()
                }
            ),
            order=_narrow_rows(place[rows]),
            subscriptions=layout,
            slots=_narrow_rows(slots),
        )

    def _tag_lists(self, place: Rows) -> TextLists:
        rows = place[self._customers.take("tag_rows", _NO_ROWS)]
        codes = self._customers.take("tag_codes", _NO_ROWS)
        order = np.argsort(rows, kind="stable")
        order = order[rows[order] >= 0]

        return TextLists(rows[order], self._tags.coded(codes[order]))

    def _subscription_columns(
        self, source: Rows, customer: Rows, lines: Levels
    ) -> SubscriptionColumns:
        table = self._subscriptions

        return SubscriptionColumns(
            ids=table.take("ids", _NO_TEXT).take(source),
            customer=_narrow_rows(customer),
            trial=table.take("trial", _NO_MASK)[source],
            added=table.take("added", _NO_INT)[source],
            starts=table.take("starts", _NO_INT)[source],
            ends=table.take("ends", _NO_INT)[source],
            auto_renew=table.take("auto_renew", _NO_MASK)[source],
            paid=table.take("paid", _NO_MASK)[source],
            set_up=table.take("set_up", _NO_MASK)[source],
            lines=lines,
        )

    def _line_columns(
        self, lines: LineRows, layout: Levels, subscription_row: Rows
    ) -> dict[str, Any]:
        place = layout.place(subscription_row[lines.parents], lines.turns)
        source = np.empty(len(place), np.intp)
        source[place] = np.arange(len(place))
        counts = lines.counts[source]
        first = np.concatenate([[0], np.cumsum(counts)])
        shift = np.repeat(lines.first[source] - first[:-1], counts)
        rows = lines.rows[shift + np.arange(len(shift))]

        return {
            "line_columns": LineColumns(
                product=self._products.coded(lines.products[source]),
                name=self._names.coded(lines.names[source]),
                first=_narrow_rows(first),
            ),
            "observation_columns": self._observation_columns(lines.instants, rows),
        }

    def _observation_columns(self, instants: Codes, rows: Rows) -> ObservationColumns:
        table = self._licenses

        return ObservationColumns(
            observed=Moments(narrowest(instants[rows]), self._instants.known),
            total=narrowest(table.take("total", _NO_COUNTS)[rows]),
            assigned=narrowest(table.take("assigned", _NO_COUNTS)[rows]),
            used_7d=narrowest(table.take("used_7d", _NO_COUNTS)[rows]),
            used_3mo=narrowest(table.take("used_3mo", _NO_COUNTS)[rows]),
        )


_OF_CUSTOMER = (SUBSCRIPTIONS, "customer_id", rules.KNOWN_CUSTOMER)
_OF_SUBSCRIPTION = (LICENSES, "subscription_id", rules.KNOWN_SUBSCRIPTION)
_NO_TEXT = Text.from_strings([])
_NO_MASK = locked(np.empty(0, np.bool_))
_NO_INT = locked(np.empty(0, np.int64))
_NO_ROWS = locked(np.empty(0, np.int32))
_NO_COUNTS = locked(np.empty(0, np.uint8))


def _said(instant: int) -> str:
    return "undated" if instant == NEVER else format_one(int(instant))


def _narrow_rows(rows: Rows) -> NDArray[np.int32] | Rows:
    top = int(rows.max()) if len(rows) else 0

    return rows.astype(np.int32, copy=False) if top < 2**31 else rows


def _narrow_counts(counts: Micros) -> Any:
    return narrowest(counts) if not len(counts) or counts.min() >= 0 else narrowest(np.abs(counts))


def _with_parent(parents: Rows, kept: Mask) -> Mask:
    if not len(kept):
        return np.zeros(len(parents), np.bool_)

    return (parents >= 0) & kept[parents]


def _places_of(rows: Rows, size: int) -> Rows:
    """Where each of ``size`` rows stands in ``rows``; -1 where it does not."""
    places = np.full(size, -1, np.intp)
    places[rows] = np.arange(len(rows))

    return places


def _slots(layout: Levels, owners: Rows, members: Rows) -> Rows:
    """For each row of a layout the member that stands there; members of an owner keep order."""
    slots = np.empty(len(owners), np.intp)
    slots[layout.place(owners, turns_of(owners, layout.groups))] = members

    return slots


def turns_of(owners: Rows, groups: int) -> Rows:
    """For each row, how many rows of the same owner come before it."""
    order = np.argsort(owners, kind="stable")
    counts = np.bincount(owners, minlength=groups)
    first = np.cumsum(counts) - counts
    turns = np.empty(len(owners), np.intp)
    turns[order] = np.arange(len(owners)) - np.repeat(first, counts)

    return turns


def _spread(vocabulary: _Vocabulary, gathered: _Gathered, place: Rows, size: int) -> CodedText:
    rows = place[gathered.take("rows", _NO_ROWS)]
    codes = np.full(size, -1, np.int32)
    kept = rows >= 0
    codes[rows[kept]] = gathered.take("codes", _NO_ROWS)[kept]

    return vocabulary.coded(codes)
