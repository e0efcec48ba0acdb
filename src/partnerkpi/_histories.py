"""Machinery: a portfolio and a later one of the same partner, as one with the history of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from attrs import evolve, frozen

from partnerkpi._arrays import NEVER
from partnerkpi._batches import (
    CustomerBatch,
    LabeledRows,
    LicenseBatch,
    SubscriptionBatch,
    TextRows,
)
from partnerkpi._faults import FaultLog
from partnerkpi._ids import IdIndex
from partnerkpi._instants import format_one
from partnerkpi._intake import Intake
from partnerkpi._layout import places_of
from partnerkpi._managed import Held
from partnerkpi._sorting import ordered
from partnerkpi._text import Text, group
from partnerkpi._text_forms import Labeled
from partnerkpi.columns import CodedText, Portfolio
from partnerkpi.errors import Fault, InputError, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partnerkpi._arrays import Codes, Mask, Micros, Rows
    from partnerkpi._groups import Levels
    from partnerkpi._managed import Sparse
    from partnerkpi.models import Partner

__all__ = ["merged"]

_Value = TypeVar("_Value")

_SAME_PARTNER = "the partner of the earlier portfolio"


def merged(earlier: Portfolio, later: Portfolio) -> Portfolio:
    """The union of both; what both state of one thing is as the later one states it.

    Raises:
        InputError: they are of different partners, or a line counts differently at one instant.
    """
    partner = _partner(earlier.partner, later.partner)
    both = _Both(_Rows.of(earlier), _Rows.of(later))
    customers = _Union.of(both.ids("customer_columns", "customers"))
    ids = both.ids("subscription_columns", "subscriptions")
    subscriptions = _Union.of(ids)
    seen = both.observations(subscriptions)
    _refuse_conflicts(seen, ids.take(subscriptions.first))
    intake = Intake(FaultLog(), _place)
    intake.add_customers(both.customer_batch(customers))
    intake.add_subscriptions(both.subscription_batch(subscriptions, customers))
    intake.add_licenses(seen.batch())
    intake.add_held(both.held(customers, subscriptions))

    return evolve(
        intake.finish(partner=partner),
        faults=earlier.faults + later.faults,
        fault_count=earlier.fault_count + later.fault_count,
    )


def _place(table: str, row: int, column: str | None) -> Place:
    return Place(f"{table} of both portfolios", line=row, column=column)


def _refuse_conflicts(seen: _Observations, subscriptions: Text) -> None:
    again, before = seen.again()
    log = FaultLog()
    log.add_rows(
        range(len(again)), lambda turn: _conflict(seen, subscriptions, again[turn], before[turn])
    )
    log.refuse()


def _conflict(seen: _Observations, subscriptions: Text, again: int, before: int) -> Fault:
    line = f"{seen.products[again]!r}, {seen.names[again]!r}"
    place = Place(
        "the later portfolio",
        path=f"subscriptions[{subscriptions[int(seen.subscriptions[again])]!r}].licenses[{line}]",
    )
    instant = int(seen.instants[again])
    when = "undated" if instant == NEVER else f"at {format_one(instant)}"

    return Fault(place, f"{seen.said(before)} {when}, as observed before", seen.said(again))


def _partner(earlier: Partner | None, later: Partner | None) -> Partner | None:
    if earlier is None or later is None:
        return later or earlier
    if earlier.id != later.id:
        place = Place("the later portfolio", path="partner.id")
        raise InputError([Fault(place, f"{_SAME_PARTNER} ({earlier.id!r})", repr(later.id))])
    own = [each.organization for each in (earlier, later) if each.organization]
    if own:
        histories = [Portfolio.from_customers([each]) for each in own]
        own = [*(histories[0] if len(own) == 1 else merged(*histories)).customers]

    return evolve(later, organization=own[0] if own else None)


@frozen(eq=False)
class _Union:
    """Rows of two tables, one after the other, of which those with one id are one.

    Attributes:
        latest: For each id, in the order in which ids first come, the last row that has it.
        first: For each id the first row that has it.
        number: For each row the number of its id.
    """

    latest: Rows
    first: Rows
    number: Codes

    @staticmethod
    def of(ids: Text) -> _Union:
        firsts = IdIndex.of(ids).firsts
        rows = np.arange(len(ids))
        first = np.flatnonzero(firsts == rows)
        number = places_of(first, len(ids))[firsts]
        latest = first.copy()
        # Of several rows the last one assigned stays.
        latest[number] = rows

        return _Union(latest, first, number)


@frozen(eq=False)
class _Rows:
    """The rows of a portfolio's levels in the order in which records come.

    Attributes:
        portfolio: The columns.
        customers: Rows of customers.
        subscriptions: Rows of subscriptions, customer by customer.
        owners: For each of these its customer, as a place in ``customers``.
        lines: Rows of license lines, subscription by subscription.
        holders: For each of these its subscription, as a place in ``subscriptions``.
    """

    portfolio: Portfolio
    customers: Rows
    subscriptions: Rows
    owners: Rows
    lines: Rows
    holders: Rows

    @staticmethod
    def of(portfolio: Portfolio) -> _Rows:
        columns = portfolio.customer_columns
        customers = columns.order.astype(np.intp)
        slots, owners = _members(columns.subscriptions, customers)
        subscriptions = columns.slots[slots]
        lines, holders = _members(portfolio.subscription_columns.lines, subscriptions)

        return _Rows(portfolio, customers, subscriptions, owners, lines, holders)

    def observed(self) -> tuple[Rows, Rows, Mask]:
        """Rows of observations line by line, the place of the line, and whether there is any.

        A line without an observation has one row all the same, whose number means nothing.
        """
        first = self.portfolio.line_columns.first.astype(np.intp)
        begin, counts = first[self.lines], first[self.lines + 1] - first[self.lines]
        rows = np.maximum(counts, 1)
        places = np.repeat(np.arange(len(self.lines)), rows)
        turns = np.arange(len(places)) - np.repeat(np.cumsum(rows) - rows, rows)

        return begin[places] + turns, places, counts[places] > 0


def _members(layout: Levels, groups: Rows) -> tuple[Rows, Rows]:
    if not len(layout):
        return np.empty(0, np.intp), np.empty(0, np.intp)

    return layout.members(groups)


@frozen(eq=False)
class _Observations:
    """Observations of both portfolios, the earlier ones first, less what both have alike.

    Attributes:
        subscriptions: For each row the number of its subscription.
        products: Its product.
        names: Its license name.
        observed: Whether it is an observation, or only says that there is such a line.
        instants: Its instant, or ``NEVER``.
        counts: Its four counts, by name.
    """

    subscriptions: Rows
    products: Labeled
    names: Labeled
    observed: Mask
    instants: Micros
    counts: Mapping[str, Micros]

    def batch(self) -> LicenseBatch:
        """Them as a door hands them in."""
        return LicenseBatch(
            subscriptions=self.subscriptions,
            products=self.products,
            names=self.names,
            observed=self.observed,
            observed_at=self.instants,
            **self.counts,
            bad=np.zeros(len(self.observed), np.bool_),
        )

    def again(self) -> tuple[Rows, Rows]:
        """Rows that repeat an instant of a line, and for each the row before it that has it."""
        keys = (self.instants, self.names.codes, self.products.codes, self.subscriptions)
        rows = np.flatnonzero(self.observed)
        order = rows[np.lexsort([key[rows] for key in keys])]
        same = np.logical_and.reduce([key[order[1:]] == key[order[:-1]] for key in keys])
        places = np.flatnonzero(same)

        return order[places + 1], order[places]

    def distinct(self) -> _Observations:
        """Without the rows that say again what an earlier row says."""
        again, before = self.again()
        alike = np.logical_and.reduce(
            [column[again] == column[before] for column in self.counts.values()]
        )
        kept = np.ones(len(self.observed), np.bool_)
        kept[again[alike]] = False

        return self.take(np.flatnonzero(kept))

    def said(self, row: int) -> str:
        """The counts of a row in words."""
        return ", ".join(f"{name} {int(column[row])}" for name, column in self.counts.items())

    def take(self, rows: Rows) -> _Observations:
        """Some of the rows."""
        return _Observations(
            self.subscriptions[rows],
            self.products.take(rows),
            self.names.take(rows),
            self.observed[rows],
            self.instants[rows],
            {name: column[rows] for name, column in self.counts.items()},
        )


_COUNTS = ("total", "assigned", "used_7d", "used_3mo")
_FLAGS = ("trial", "auto_renew", "paid", "set_up")
_INSTANTS = ("added", "starts", "ends")


@frozen(eq=False)
class _Both:
    """Two portfolios, row by row: those of the earlier one, then those of the later one."""

    earlier: _Rows
    later: _Rows

    def _joined(self, level: str, rows: str, column: str) -> Any:
        return np.concatenate(
            [
                getattr(getattr(each.portfolio, level), column)[getattr(each, rows)]
                for each in (self.earlier, self.later)
            ]
        )

    def ids(self, level: str, rows: str) -> Text:
        """The ids of a level."""
        return self._texts(level, rows, "ids")

    def _texts(self, level: str, rows: str, column: str) -> Text:
        return Text.concatenate(
            [
                getattr(getattr(each.portfolio, level), column).take(getattr(each, rows))
                for each in (self.earlier, self.later)
            ]
        )

    def customer_batch(self, union: _Union) -> CustomerBatch:
        """Each customer once, as the last portfolio that has it states it."""
        level, rows, latest = "customer_columns", "customers", union.latest
        signed_in = self._joined(level, rows, "signed_in")
        names = sorted(
            set(self.earlier.portfolio.customer_columns.attributes)
            | set(self.later.portfolio.customer_columns.attributes)
        )

        return CustomerBatch(
            ids=self.ids(level, rows).take(latest),
            names=self._texts(level, rows, "names").take(latest),
            external=self._joined(level, rows, "external")[latest],
            # The last sign-in is the later of two, whoever states it.
            signed_in=np.maximum(signed_in[latest], signed_in[union.first]),
            tags=self._tags(union),
            attributes={name: self._attribute(name, union) for name in names},
            bad=np.zeros(len(latest), np.bool_),
        )

    def _tags(self, union: _Union) -> TextRows:
        places, texts, at = [], [], 0
        for each in (self.earlier, self.later):
            tags = each.portfolio.customer_columns.tags
            arrival = places_of(each.customers, len(each.customers))
            places.append(arrival[tags.rows] + at)
            texts.append(tags.texts.labels.take(tags.texts.codes))
            at += len(each.customers)
        rows = places_of(union.latest, at)[np.concatenate(places)].astype(np.intp)
        kept = np.flatnonzero(rows >= 0)
        order = kept[ordered(rows[kept])]

        return TextRows(rows[order], Text.concatenate(texts).take(order))

    def _attribute(self, name: str, union: _Union) -> LabeledRows:
        joined = _coded(
            _cells(each.portfolio.customer_columns.attributes.get(name), each.customers)
            for each in (self.earlier, self.later)
        )
        codes = joined.codes[union.latest]
        rows = np.flatnonzero(codes >= 0)

        return LabeledRows(rows, Labeled(codes[rows], joined.labels))

    def subscription_batch(self, union: _Union, customers: _Union) -> SubscriptionBatch:
        """Each subscription once, as the last portfolio that has it states it."""
        level, rows, latest = "subscription_columns", "subscriptions", union.latest
        owners = np.concatenate(
            [self.earlier.owners, self.later.owners + len(self.earlier.customers)]
        )
        columns = {name: self._joined(level, rows, name)[latest] for name in (*_FLAGS, *_INSTANTS)}

        return SubscriptionBatch(
            ids=self.ids(level, rows).take(latest),
            customers=customers.number[owners[latest]].astype(np.intp),
            **columns,
            bad=np.zeros(len(latest), np.bool_),
        )

    def observations(self, union: _Union) -> _Observations:
        """What was observed of each line, each once."""
        sides = [(each, *each.observed()) for each in (self.earlier, self.later)]
        holders = np.concatenate(
            [
                self.earlier.holders[sides[0][2]],
                self.later.holders[sides[1][2]] + len(self.earlier.subscriptions),
            ]
        )
        lines = [(each.portfolio.line_columns, each.lines[at]) for each, _, at, _ in sides]
        found = _Observations(
            subscriptions=union.number[holders].astype(np.intp),
            products=_labeled((columns.product, rows) for columns, rows in lines),
            names=_labeled((columns.name, rows) for columns, rows in lines),
            observed=np.concatenate([observed for *_, observed in sides]),
            instants=np.concatenate([_instants(*side) for side in sides]),
            counts={
                name: np.concatenate([_count(name, *side) for side in sides]) for name in _COUNTS
            },
        )

        return found.distinct()

    def held(self, customers: _Union, subscriptions: _Union) -> Held:
        """Who is assigned to customers and what is managed of subscriptions, by the last word."""
        sides = [(each, each.portfolio) for each in (self.earlier, self.later)]
        people = [(each.customers, one.customer_columns.administrators) for each, one in sides]
        records = [
            (each.subscriptions, one.subscription_columns.managed.records) for each, one in sides
        ]

        return Held(_last_words(people, customers), _last_words(records, subscriptions))


def _last_words(sides: Iterable[tuple[Rows, Sparse[_Value]]], union: _Union) -> dict[int, _Value]:
    """What the last portfolio that has an id holds of it, by the number of the id."""
    numbers = places_of(union.latest, len(union.number))
    found: dict[int, _Value] = {}
    at = 0
    for rows, held in sides:
        places = numbers[places_of(rows, len(rows))[held.rows] + at].tolist()
        found |= {n: each for n, each in zip(places, held.values, strict=True) if n >= 0}
        at += len(rows)

    return found


def _cells(column: CodedText | None, rows: Rows) -> CodedText:
    if column is None:
        return CodedText(np.full(len(rows), -1, np.int32), Text.from_strings([]))

    return column.take(rows)


def _labeled(columns: Iterable[tuple[CodedText, Rows]]) -> Labeled:
    joined = _coded(column.take(rows) for column, rows in columns)

    return Labeled(joined.codes, joined.labels)


def _coded(columns: Iterable[CodedText]) -> CodedText:
    """Columns one after the other, under labels of their own."""
    first, second = columns
    codes, firsts = group(Text.concatenate([first.labels, second.labels]))
    labels = Text.concatenate([first.labels, second.labels]).take(firsts)
    shifted = second.codes.astype(np.intp) + len(first.labels)
    whole = np.concatenate([first.codes.astype(np.intp), np.where(second.codes < 0, -1, shifted)])
    known = np.append(codes, -1)

    return CodedText(known[whole], labels)


def _instants(side: _Rows, rows: Rows, _: Rows, observed: Mask) -> Micros:
    moments = side.portfolio.observation_columns.observed
    found = np.full(len(rows), NEVER, np.int64)
    found[observed] = moments.micros(rows[observed])

    return found


def _count(name: str, side: _Rows, rows: Rows, _: Rows, observed: Mask) -> Micros:
    column = getattr(side.portfolio.observation_columns, name)
    found = np.zeros(len(rows), np.int64)
    found[observed] = column[rows[observed]]

    return found
