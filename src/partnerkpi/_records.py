"""Machinery: typed records to batches."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from partnerkpi._arrays import NEVER, OPEN, as_rows
from partnerkpi._batches import CustomerBatch, LicenseBatch, SubscriptionBatch, TextRows
from partnerkpi._faults import FaultLog
from partnerkpi._instants import of_datetime
from partnerkpi._intake import Intake
from partnerkpi._managed import Held, Managed
from partnerkpi._text import Text
from partnerkpi.errors import Place
from partnerkpi.models import Customer, Kind, LicenseLine, ManagedBy, Observation, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from partnerkpi._arrays import Mask, Micros
    from partnerkpi.columns import Portfolio
    from partnerkpi.models import Partner

__all__ = ["portfolio_of"]

_AT_A_TIME = 4096
_NOTHING = Observation(total=0, assigned=0)


def portfolio_of(customers: Iterable[Customer], partner: Partner | None) -> Portfolio:
    """The portfolio of some records."""
    intake = Intake(FaultLog(), _place)
    taken = 0
    source = iter(customers)
    while batch := list(islice(source, _AT_A_TIME)):
        taken += _take(intake, batch, taken)

    return intake.finish(partner=partner)


def _place(table: str, row: int, column: str | None) -> Place:
    return Place(f"{table} of the records", line=row, column=column)


def _take(intake: Intake, customers: Sequence[Customer], before: int) -> int:
    strange = next((type(each) for each in customers if type(each) is not Customer), None)
    if strange is not None:
        msg = f"expected records of type Customer, found {strange.__name__}"
        raise TypeError(msg)
    owned = [
        (before + position, subscription)
        for position, customer in enumerate(customers)
        for subscription in customer.subscriptions
    ]
    intake.add_customers(_customers(customers))
    at = intake.add_subscriptions(_subscriptions(owned))
    lined = [
        (at + position, line)
        for position, (_, subscription) in enumerate(owned)
        for line in subscription.licenses
    ]
    intake.add_licenses(_licenses(lined))
    intake.add_held(_held(customers, before, owned, at))

    return len(customers)


def _held(
    customers: Sequence[Customer], before: int, owned: Sequence[tuple[int, Subscription]], at: int
) -> Held:
    rows = enumerate(customers, before)
    managed = {row: _managed(record) for row, (_, record) in enumerate(owned, at)}

    return Held(
        {row: each.administrators for row, each in rows if each.administrators},
        {row: found for row, found in managed.items() if found},
    )


def _managed(record: Subscription) -> Managed:
    return Managed(
        record.orders,
        record.invoices,
        record.checklist,
        paid_stated=record.paid is not None,
        set_up_stated=record.set_up is not None,
    )


def _customers(customers: Sequence[Customer]) -> CustomerBatch:
    names = sorted({name for customer in customers for name in customer.attributes})

    return CustomerBatch(
        ids=Text.from_strings([customer.id for customer in customers]),
        names=Text.from_strings([customer.name for customer in customers]),
        external=_mask(customer.managed_by is ManagedBy.EXTERNAL for customer in customers),
        signed_in=_instants((customer.last_admin_sign_in_at for customer in customers), NEVER),
        tags=_text_rows((row, tag) for row, each in enumerate(customers) for tag in each.tags),
        attributes={
            name: _text_rows(
                (row, each.attributes[name])
                for row, each in enumerate(customers)
                if name in each.attributes
            )
            for name in names
        },
        bad=np.zeros(len(customers), np.bool_),
    )


def _subscriptions(owned: Sequence[tuple[int, Subscription]]) -> SubscriptionBatch:
    records = [subscription for _, subscription in owned]

    return SubscriptionBatch(
        ids=Text.from_strings([record.id for record in records]),
        customers=as_rows(row for row, _ in owned),
        trial=_mask(record.kind is Kind.TRIAL for record in records),
        added=_instants((record.added_at for record in records), NEVER),
        starts=_instants((record.starts_at for record in records), NEVER),
        ends=_instants((record.ends_at for record in records), OPEN),
        auto_renew=_mask(record.auto_renew for record in records),
        paid=_mask(record.paid is not False for record in records),
        set_up=_mask(record.set_up is not False for record in records),
        bad=np.zeros(len(records), np.bool_),
    )


def _licenses(lined: Sequence[tuple[int, LicenseLine]]) -> LicenseBatch:
    rows = [
        (row, line, observation)
        for row, line in lined
        for observation in line.observations or (_NOTHING,)
    ]
    seen = [observation for _, _, observation in rows]

    return LicenseBatch(
        subscriptions=as_rows(row for row, _, _ in rows),
        products=Text.from_strings([line.product for _, line, _ in rows]),
        names=Text.from_strings([line.name for _, line, _ in rows]),
        observed=_mask(observation is not _NOTHING for observation in seen),
        observed_at=_instants((observation.observed_at for observation in seen), NEVER),
        total=_counts(observation.total for observation in seen),
        assigned=_counts(observation.assigned for observation in seen),
        used_7d=_counts(observation.used_7d for observation in seen),
        used_3mo=_counts(observation.used_3mo for observation in seen),
        bad=np.zeros(len(rows), np.bool_),
    )


def _mask(values: Iterable[bool]) -> Mask:
    return np.fromiter(values, np.bool_)


def _counts(values: Iterable[int]) -> Micros:
    return np.fromiter(values, np.int64)


def _instants(moments: Iterable[datetime | None], missing: int) -> Micros:
    return np.fromiter(
        (missing if moment is None else of_datetime(moment) for moment in moments), np.int64
    )


def _text_rows(pairs: Iterator[tuple[int, str]]) -> TextRows:
    rows: list[int] = []
    texts: list[str] = []
    for row, text in pairs:
        rows.append(row)
        texts.append(text)

    return TextRows(as_rows(rows), Text.from_strings(texts))
