"""Machinery: a portfolio and a later one of the same partner, as one with the history of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from attrs import evolve, frozen

from partnerkpi._arrays import NEVER
from partnerkpi._batches import (
    CustomerBatch,
    LabeledRows,
    SubscriptionBatch,
    TextRows,
)
from partnerkpi._faults import FaultLog
from partnerkpi._history_rows import (
    IdUnion,
    Observations,
    PortfolioRows,
    cells_of,
    coded,
    count_of,
    instants_of,
    labeled,
)
from partnerkpi._instants import format_one
from partnerkpi._intake import Intake
from partnerkpi._layout import places_of
from partnerkpi._managed import Held
from partnerkpi._sorting import ordered
from partnerkpi._text import Text
from partnerkpi._text_forms import Labeled
from partnerkpi.columns import Portfolio
from partnerkpi.errors import Fault, InputError, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnerkpi._arrays import Rows
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
    both = _Both(PortfolioRows.of(earlier), PortfolioRows.of(later))
    customers = IdUnion.of(both.ids("customer_columns", "customers"))
    ids = both.ids("subscription_columns", "subscriptions")
    subscriptions = IdUnion.of(ids)
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


def _refuse_conflicts(seen: Observations, subscriptions: Text) -> None:
    again, before = seen.again()
    log = FaultLog()
    log.add_rows(
        range(len(again)), lambda turn: _conflict(seen, subscriptions, again[turn], before[turn])
    )
    log.refuse()


def _conflict(seen: Observations, subscriptions: Text, again: int, before: int) -> Fault:
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


_COUNTS = ("total", "assigned", "used_7d", "used_3mo")
_FLAGS = ("trial", "auto_renew", "paid", "set_up")
_INSTANTS = ("added", "starts", "ends")


@frozen(eq=False)
class _Both:
    """Two portfolios, row by row: those of the earlier one, then those of the later one."""

    earlier: PortfolioRows
    later: PortfolioRows

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

    def customer_batch(self, union: IdUnion) -> CustomerBatch:
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

    def _tags(self, union: IdUnion) -> TextRows:
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

    def _attribute(self, name: str, union: IdUnion) -> LabeledRows:
        joined = coded(
            cells_of(each.portfolio.customer_columns.attributes.get(name), each.customers)
            for each in (self.earlier, self.later)
        )
        codes = joined.codes[union.latest]
        rows = np.flatnonzero(codes >= 0)

        return LabeledRows(rows, Labeled(codes[rows], joined.labels))

    def subscription_batch(self, union: IdUnion, customers: IdUnion) -> SubscriptionBatch:
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

    def observations(self, union: IdUnion) -> Observations:
        """What was observed of each line, each once."""
        sides = [(each, *each.observed()) for each in (self.earlier, self.later)]
        holders = np.concatenate(
            [
                self.earlier.holders[sides[0][2]],
                self.later.holders[sides[1][2]] + len(self.earlier.subscriptions),
            ]
        )
        lines = [(each.portfolio.line_columns, each.lines[at]) for each, _, at, _ in sides]
        found = Observations(
            subscriptions=union.number[holders].astype(np.intp),
            products=labeled((columns.product, rows) for columns, rows in lines),
            names=labeled((columns.name, rows) for columns, rows in lines),
            observed=np.concatenate([observed for *_, observed in sides]),
            instants=np.concatenate([instants_of(*side) for side in sides]),
            counts={
                name: np.concatenate([count_of(name, *side) for side in sides]) for name in _COUNTS
            },
        )

        return found.distinct()

    def held(self, customers: IdUnion, subscriptions: IdUnion) -> Held:
        """Who is assigned to customers and what is managed of subscriptions, by the last word."""
        sides = [(each, each.portfolio) for each in (self.earlier, self.later)]
        people = [(each.customers, one.customer_columns.administrators) for each, one in sides]
        records = [
            (each.subscriptions, one.subscription_columns.managed.records) for each, one in sides
        ]

        return Held(_last_words(people, customers), _last_words(records, subscriptions))


def _last_words(sides: Iterable[tuple[Rows, Sparse[_Value]]], union: IdUnion) -> dict[int, _Value]:
    """What the last portfolio that has an id holds of it, by the number of the id."""
    numbers = places_of(union.latest, len(union.number))
    found: dict[int, _Value] = {}
    at = 0
    for rows, held in sides:
        places = numbers[places_of(rows, len(rows))[held.rows] + at].tolist()
        found |= {n: each for n, each in zip(places, held.values, strict=True) if n >= 0}
        at += len(rows)

    return found
