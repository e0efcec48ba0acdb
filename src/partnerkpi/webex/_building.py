"""Machinery: rows of customers, subscriptions and licenses, to a portfolio."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from attrs import define, field, frozen

from partnerkpi._arrays import NEVER, OPEN, as_rows
from partnerkpi._batches import CustomerBatch, LicenseBatch, SubscriptionBatch, TextRows
from partnerkpi._faults import FaultLog
from partnerkpi._instants import EARLIEST, of_datetime
from partnerkpi._intake import Intake
from partnerkpi._managed import Held as HeldRows
from partnerkpi._text import Text
from partnerkpi.models import Kind
from partnerkpi.webex.notes import FIGURES_OF_FACTS, IncompleteFigure, MissingFacts
from partnerkpi.webex.subscription_facts import SubscriptionFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from partnerkpi._arrays import Mask, Micros
    from partnerkpi.columns import Portfolio
    from partnerkpi.errors import Place
    from partnerkpi.models import Partner
    from partnerkpi.webex._customer_rows import CustomerFacts
    from partnerkpi.webex._fact_index import FactIndex
    from partnerkpi.webex._license_rows import Held, Line
    from partnerkpi.webex._organizations import Organizations

__all__ = ["Builder", "incomplete_figures", "missing_of"]

_SIGN_IN = "last_admin_sign_in_at"
_FLAGS = ("auto_renew", "paid", "set_up")
_NO_FACTS = SubscriptionFacts()
#: No answer tells which licenses were used.
_NEVER_SAID = ("used_7d", "used_3mo")


@frozen
class Row:
    """A subscription with its facts."""

    held: Held
    facts: SubscriptionFacts
    trial: bool

    @property
    def added(self) -> int:
        """When it was added; long ago where nobody says."""
        known = self.facts.added_at or self.facts.starts_at

        return EARLIEST if known is None else of_datetime(known)

    @property
    def starts(self) -> int:
        """When it starts; when it was added where nobody says."""
        known = self.facts.starts_at

        return self.added if known is None else of_datetime(known)

    @property
    def ends(self) -> int:
        """When it ends; never where nobody says."""
        known = self.facts.ends_at

        return OPEN if known is None else of_datetime(known)

    @property
    def is_dated(self) -> bool:
        """Whether anybody says since when it is there."""
        return bool({"added_at", "starts_at"} & self.facts.stated)

    def missing(self) -> tuple[str, ...]:
        """The facts that nobody states."""
        needed = ("ends_at", *_FLAGS[self.trial :])
        found = [name for name in needed if name not in self.facts.stated]

        return tuple(found if self.is_dated else ["added_at", *found])


@define
class Builder:
    """Makes portfolios of some of the organizations."""

    organizations: Organizations
    customers: CustomerFacts
    facts: FactIndex
    shared: frozenset[str]
    observed_at: datetime
    log: FaultLog
    rows: dict[int, list[Row]] = field(factory=lambda: defaultdict(list))
    #: The positions of the customers.
    wanted: Sequence[int] = ()

    def row_of(self, held: Held) -> Row:
        """A subscription with its facts."""
        key = (held.organization, held.subscription)
        placed = self.facts.of_subscriptions.get(key)
        facts = _NO_FACTS if placed is None else placed.record
        said = self.customers.trials.get(key, held.is_trial)
        trial = said if facts.kind is None else facts.kind is Kind.TRIAL

        return Row(held, facts, trial)

    def id_of(self, held: Held) -> str:
        """The id of a subscription; one that several organizations share has one for each."""
        if held.subscription not in self.shared:
            return held.subscription

        return f"{held.subscription}@{self.organizations.id_of(held.organization)}"

    def portfolio(self, wanted: Sequence[int], partner: Partner | None) -> Portfolio:
        """The portfolio of some organizations."""
        rows = [(at, row) for at, owner in enumerate(wanted) for row in self.rows.get(owner, ())]
        lines = [(at, line) for at, (_, row) in enumerate(rows) for line in row.held.lines]
        intake = Intake(self.log, _Places(self, [row for _, row in rows], lines))
        intake.add_customers(self._customers(wanted))
        intake.add_subscriptions(self._subscriptions(rows))
        intake.add_licenses(self._licenses(lines))
        assigned = {
            at: tuple(self.customers.administrators[owner].values())
            for at, owner in enumerate(wanted)
            if owner in self.customers.administrators
        }
        intake.add_held(HeldRows(assigned))

        return intake.finish(partner=partner, strict=False)

    def _customers(self, wanted: Sequence[int]) -> CustomerBatch:
        names = [self.organizations.name_of(owner) for owner in wanted]
        said = self.customers.attributes
        attributes = {name for owner in wanted for name in said.get(owner, ())}

        return CustomerBatch(
            ids=Text.from_strings([self.organizations.id_of(owner) for owner in wanted]),
            names=Text.from_strings(names),
            external=np.zeros(len(wanted), np.bool_),
            signed_in=_instants((self.facts.sign_ins.get(owner) for owner in wanted), NEVER),
            tags=_texts(
                (at, tag)
                for at, owner in enumerate(wanted)
                for tag in self.customers.tags.get(owner, ())
            ),
            attributes={
                name: _texts(
                    (at, said[owner][name])
                    for at, owner in enumerate(wanted)
                    if name in said.get(owner, ())
                )
                for name in sorted(attributes)
            },
            bad=np.zeros(len(wanted), np.bool_),
        )

    def _subscriptions(self, rows: Sequence[tuple[int, Row]]) -> SubscriptionBatch:
        found = [row for _, row in rows]

        return SubscriptionBatch(
            ids=Text.from_strings([self.id_of(row.held) for row in found]),
            customers=as_rows(at for at, _ in rows),
            trial=_mask(row.trial for row in found),
            added=_micros(row.added for row in found),
            starts=_micros(row.starts for row in found),
            ends=_micros(row.ends for row in found),
            auto_renew=_mask(row.facts.auto_renew is True for row in found),
            paid=_mask(row.facts.paid is not False for row in found),
            set_up=_mask(row.facts.set_up is not False for row in found),
            bad=np.zeros(len(found), np.bool_),
        )

    def _licenses(self, lines: Sequence[tuple[int, Line]]) -> LicenseBatch:
        size = len(lines)
        nothing = np.zeros(size, np.int64)

        return LicenseBatch(
            subscriptions=as_rows(at for at, _ in lines),
            products=Text.from_strings([line.product for _, line in lines]),
            names=Text.from_strings([line.name for _, line in lines]),
            observed=np.ones(size, np.bool_),
            observed_at=np.full(size, of_datetime(self.observed_at), np.int64),
            total=_micros(line.total for _, line in lines),
            assigned=_micros(line.assigned for _, line in lines),
            used_7d=nothing,
            used_3mo=nothing,
            bad=np.zeros(size, np.bool_),
            lines=np.arange(size),
        )


@frozen
class _Places:
    """Where rows of a portfolio stand in the answers, or in the facts.

    Customers have no faults any more: each organization is there once, and the own one is none.
    """

    builder: Builder
    rows: Sequence[Row]
    lines: Sequence[tuple[int, Line]]

    def __call__(self, table: str, row: int, column: str | None, /) -> Place:
        if table == "licenses":
            return self.lines[row][1].license.place()
        held = self.rows[row].held
        facts = self.builder.facts.of_subscriptions.get((held.organization, held.subscription))
        if facts is None:
            return held.lines[0].license.place("subscriptionId")

        return facts.place(column)


def missing_of(builder: Builder) -> Iterator[MissingFacts]:
    """What nobody says, customer by customer."""
    for owner in builder.wanted:
        rows = builder.rows.get(owner, ())
        if owner not in builder.facts.sign_ins:
            total = sum(row.held.total for row in rows)
            yield _missing(builder, owner, None, (_SIGN_IN,), total)
        for row in rows:
            if facts := row.missing():
                yield _missing(builder, owner, row, facts, row.held.total)


def _missing(
    builder: Builder, owner: int, row: Row | None, facts: tuple[str, ...], licenses: int
) -> MissingFacts:
    return MissingFacts(
        customer_id=builder.organizations.id_of(owner),
        customer=builder.organizations.name_of(owner),
        subscription_id=None if row is None else builder.id_of(row.held),
        facts=facts,
        licenses=licenses,
    )


def incomplete_figures(
    missing: Sequence[MissingFacts], builder: Builder
) -> tuple[IncompleteFigure, ...]:
    """The figures that need what is missing."""
    concerned: dict[str, list[MissingFacts]] = defaultdict(list)
    for each in [*missing, *_unused(builder)]:
        for figure in dict.fromkeys(name for fact in each.facts for name in FIGURES_OF_FACTS[fact]):
            concerned[figure].append(each)
    order = dict.fromkeys(name for names in FIGURES_OF_FACTS.values() for name in names)

    return tuple(_incomplete(name, concerned[name]) for name in order if name in concerned)


def _incomplete(figure: str, missing: Sequence[MissingFacts]) -> IncompleteFigure:
    facts = {fact for each in missing for fact in each.facts}

    return IncompleteFigure(
        figure=figure,
        facts=tuple(
            fact
            for fact, figures in FIGURES_OF_FACTS.items()
            if fact in facts and figure in figures
        ),
        customers=len({each.customer_id for each in missing}),
        licenses=sum(each.licenses for each in missing),
    )


def _unused(builder: Builder) -> Iterator[MissingFacts]:
    """Every subscription misses which of its licenses were used."""
    for owner in builder.wanted:
        for row in builder.rows.get(owner, ()):
            yield _missing(builder, owner, row, _NEVER_SAID, row.held.total)


def _texts(pairs: Iterable[tuple[int, str]]) -> TextRows:
    found = [*pairs]

    return TextRows(as_rows(at for at, _ in found), Text.from_strings([text for _, text in found]))


def _mask(values: Iterable[bool]) -> Mask:
    return np.fromiter(values, np.bool_)


def _micros(values: Iterable[int]) -> Micros:
    return np.fromiter(values, np.int64)


def _instants(moments: Iterable[datetime | None], missing: int) -> Micros:
    return _micros(missing if each is None else of_datetime(each) for each in moments)
