"""Columns: what a portfolio is in memory, and records from and to it.

A portfolio is a few locked numpy columns per level: customers, subscriptions, license lines,
observations. Customers stand so that the subscriptions of each are found without an index;
``customers`` gives typed records in the order they came.

What is missing: an instant that never was is ``NEVER`` (before every instant), an end that never
comes is ``OPEN`` (after every instant), an attribute that a customer lacks has the code -1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import (
    NEVER,
    OPEN,
    as_rows,
    lock_codes,
    lock_counts,
    lock_mask,
    lock_micros,
    lock_rows,
    reduced,
)
from partnerkpi._frozen import Frozen
from partnerkpi._instants import to_datetime
from partnerkpi._managed import NOTHING_MANAGED, Managed, ManagedColumns, Sparse
from partnerkpi._text import Text
from partnerkpi.errors import UnknownNameError
from partnerkpi.models import (
    Attributes,
    Customer,
    CustomerId,
    Kind,
    LicenseLine,
    ManagedBy,
    Observation,
    Partner,
    Subscription,
    SubscriptionId,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from partnerkpi._arrays import Codes, Counts, Mask, Micros, Rows
    from partnerkpi._groups import Arranged, Levels
    from partnerkpi._moments import Moments
    from partnerkpi._seats import HeldSeats
    from partnerkpi.errors import Fault
    from partnerkpi.managing_models import Administrator

__all__ = [
    "CodedText",
    "CustomerColumns",
    "Customers",
    "LineColumns",
    "ObservationColumns",
    "Portfolio",
    "SubscriptionColumns",
    "TextLists",
]


@frozen(eq=False)
class CodedText:
    """A column of text in which few different texts occur often.

    Attributes:
        codes: For each row the position of its text in ``labels``; -1 where there is none.
        labels: The different texts, no two of them alike: equal texts have equal codes. Not every
            label needs to occur.

    Example:
        >>> column = CodedText(np.array([1, 0, -1]), Text.from_strings(["gold", "test"]))
        >>> column[0], column[2]
        ('test', None)
    """

    codes: Codes = field(converter=lock_codes)
    labels: Text

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.codes)

    def __getitem__(self, row: int) -> str | None:
        """Return the text of a row."""
        code = int(self.codes[row])

        return None if code < 0 else self.labels[code]

    def is_label(self, label: str) -> Mask:
        """Which rows have this text."""
        mask: Mask = self.codes == self.code_of(label)

        return mask

    def code_of(self, label: str) -> int:
        """The code of a text; one that no row has where it is unknown."""
        found = (code for code, known in enumerate(self.labels) if known == label)

        return next(found, len(self.labels))

    def take(self, rows: Rows) -> CodedText:
        """The column of some rows."""
        return CodedText(self.codes[rows], self.labels)


@frozen(eq=False)
class TextLists:
    """A column of short lists of text, such as tags.

    Attributes:
        rows: For each text, the row whose list it is in; rising.
        texts: The texts, coded.
    """

    rows: Rows = field(converter=lock_rows)
    texts: CodedText

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def __getitem__(self, row: int) -> tuple[str, ...]:
        """Return the list of a row."""
        first, last = np.searchsorted(self.rows, [row, row + 1]).tolist()
        codes = self.texts.codes[first:last].tolist()

        return tuple(self.texts.labels[code] for code in codes)

    def take(self, rows: Rows) -> TextLists:
        """The column of some rows."""
        first = np.searchsorted(self.rows, rows)
        counts = np.searchsorted(self.rows, rows, side="right") - first
        places = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
        owners = np.repeat(np.arange(len(rows), dtype=np.intp), counts)

        return TextLists(owners, self.texts.take(places))


def _named(columns: Mapping[str, CodedText]) -> Mapping[str, CodedText]:
    return Frozen(columns)


@frozen(eq=False, kw_only=True)
class CustomerColumns:
    """One row per customer, those with the most subscriptions first.

    Attributes:
        ids: Ids.
        names: Names.
        external: Whether managed as an external administrator.
        signed_in: Last administrator sign-in, microseconds UTC; ``NEVER`` if none.
        tags: Tags.
        attributes: A host's own columns, by name.
        order: For each position in which customers came, the row.
        subscriptions: The layout of the subscriptions by customer.
        administrators: The administrators assigned to a customer, for rows that have any.
    """

    ids: Text
    names: Text
    external: Mask = field(converter=lock_mask)
    signed_in: Micros = field(converter=lock_micros)
    tags: TextLists
    attributes: Mapping[str, CodedText] = field(converter=_named)
    order: Codes = field(converter=lock_codes)
    subscriptions: Levels
    administrators: Sparse[tuple[Administrator, ...]] = field(factory=Sparse)

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def __len__(self) -> int:
        """Return how many customers there are."""
        return len(self.external)


@frozen(eq=False, kw_only=True)
class SubscriptionColumns:
    """One row per subscription or trial, laid out by ``CustomerColumns.subscriptions``.

    Attributes:
        ids: Ids.
        customer: The row of its customer.
        trial: Whether it is a trial.
        added: When it was added, microseconds UTC.
        starts: When it starts.
        ends: When it ends; ``OPEN`` if it does not.
        auto_renew: Whether it renews itself.
        paid: Whether it is paid, as stated; true where ``managed`` says.
        set_up: Whether it is set up, as stated; true where ``managed`` says.
        lines: The layout of the license lines by subscription.
        managed: Orders, invoices and checklists, for rows that have any.
        seats: What each counts by the newest observations of its lines; ``None`` where its sums
            might not fit four bytes.
    """

    ids: Text
    customer: Codes = field(converter=lock_codes)
    trial: Mask = field(converter=lock_mask)
    added: Micros = field(converter=lock_micros)
    starts: Micros = field(converter=lock_micros)
    ends: Micros = field(converter=lock_micros)
    auto_renew: Mask = field(converter=lock_mask)
    paid: Mask = field(converter=lock_mask)
    set_up: Mask = field(converter=lock_mask)
    lines: Arranged
    managed: ManagedColumns = NOTHING_MANAGED
    seats: HeldSeats | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def __len__(self) -> int:
        """Return how many subscriptions and trials there are."""
        return len(self.trial)


@frozen(eq=False, kw_only=True)
class LineColumns:
    """One row per license line, laid out by ``SubscriptionColumns.lines``.

    Attributes:
        product: Product codes.
        name: License names.
        first: For each line its first observation's row, and behind the last line the number of
            observations: observations of a line stand together, in the order of their instants.
    """

    product: CodedText
    name: CodedText
    first: Codes = field(converter=lock_codes)

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def __len__(self) -> int:
        """Return how many license lines there are."""
        return len(self.product)


@frozen(eq=False, kw_only=True)
class ObservationColumns:
    """One row per observation.

    Attributes:
        observed: When each was observed, if that is known.
        total: Licenses bought.
        assigned: Licenses assigned.
        used_7d: Licenses used in seven days.
        used_3mo: Licenses used in three months.
    """

    observed: Moments
    total: Counts = field(converter=lock_counts)
    assigned: Counts = field(converter=lock_counts)
    used_7d: Counts = field(converter=lock_counts)
    used_3mo: Counts = field(converter=lock_counts)

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def __len__(self) -> int:
        """Return how many observations there are."""
        return len(self.observed)


@frozen(eq=False, kw_only=True)
class Portfolio:
    """A partner's customers with their subscriptions, license lines and observations.

    Held as locked columns; as records only when asked for. Equal portfolios have equal records in
    the same order.

    Attributes:
        partner: Whose customers these are, if said.
        customer_columns: A row per customer.
        subscription_columns: A row per subscription or trial.
        line_columns: A row per license line.
        observation_columns: A row per observation.
        faults: What was left out in lenient reading, up to the cap of the door.
        fault_count: How many faults there were in truth.

    Example:
        >>> portfolio = Portfolio.from_customers([Customer(id="c-1", name="Globex")])
        >>> len(portfolio), portfolio.customers[0].name
        (1, 'Globex')
    """

    partner: Partner | None
    customer_columns: CustomerColumns
    subscription_columns: SubscriptionColumns
    line_columns: LineColumns
    observation_columns: ObservationColumns
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0

    @staticmethod
    def from_customers(
        customers: Iterable[Customer], *, partner: Partner | None = None
    ) -> Portfolio:
        """Make a portfolio of typed records.

        Args:
            customers: The records, gone through once.
            partner: Whose customers they are.

        Raises:
            InputError: two customers or two subscriptions share an id; all faults at once.
            TypeError: something that is no ``Customer``.

        Example:
            >>> globex = Customer(id="c-1", name="Globex", tags=("gold",))
            >>> Portfolio.from_customers([globex]).customers[0] == globex
            True
        """
        from partnerkpi._records import portfolio_of

        return portfolio_of(customers, partner)

    def __len__(self) -> int:
        """Return how many customers there are."""
        return len(self.customer_columns)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Portfolio):
            return NotImplemented
        sizes = [(len(p), len(p.subscription_columns), len(p.line_columns)) for p in (self, other)]

        return (
            sizes[0] == sizes[1]
            and self.partner == other.partner
            and all(mine == theirs for mine, theirs in zip(self.customers, other.customers))  # noqa: B905
        )

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    @property
    def customers(self) -> Customers:
        """The customers as typed records, made when asked for, in the order they came."""
        return Customers(self)

    def row_of(self, customer_id: str) -> int:
        """The row of a customer in ``customer_columns``.

        Raises:
            UnknownNameError: no customer has that id.

        Example:
            >>> Portfolio.from_customers([Customer(id="c-1", name="Globex")]).row_of("c-1")
            0
        """
        ids = self.customer_columns.ids
        row = ids.position(customer_id)
        if row < 0:
            raise UnknownNameError("customer", customer_id, ids if len(ids) <= _FEW else ())

        return row

    def customer(self, customer_id: str) -> Customer:
        """The record of one customer.

        Raises:
            UnknownNameError: no customer has that id.

        Example:
            >>> globex = Customer(id="c-1", name="Globex")
            >>> Portfolio.from_customers([globex]).customer("c-1").name
            'Globex'
        """
        return _customer(self, self.row_of(customer_id))

    def where(self, customers: Mask) -> Portfolio:
        """The portfolio of some customers, with all that is theirs.

        Args:
            customers: Which rows of ``customer_columns`` to keep; one boolean per customer.

        Raises:
            ValueError: the mask has another length or type.

        Example:
            >>> portfolio = Portfolio.from_customers([Customer(id="c-1", name="Globex")])
            >>> len(portfolio.where(np.array([False])))
            0
        """
        if customers.dtype != np.bool_ or customers.shape != (len(self),):
            msg = f"expected a mask of {len(self)} booleans, one per customer"
            raise ValueError(msg)

        return taken(self, np.flatnonzero(customers), arrivals(self))

    def merged_with(self, later: Portfolio) -> Portfolio:
        """The history of a portfolio that was taken at an instant, and of a later one.

        Customers, subscriptions and license lines are those of both, matched by their ids (lines
        by product and name), in the order in which they first came; nothing is taken away because
        a later portfolio lacks it. What both state of one thing is as the later one states it: a
        customer's name, tags, attributes and administrators, a subscription's dates and flags,
        orders and invoices. Only the last administrator sign-in is the later of both. Observations
        are united; the same one may be in both.

        Args:
            later: The portfolio that was taken later, of the same partner if both say whose.

        Returns:
            A portfolio with the faults of both.

        Raises:
            InputError: the portfolios are of different partners, or a line has different counts
                at one instant; all such lines at once.

        Example:
            >>> from datetime import datetime, timezone
            >>> added = datetime(2026, 1, 10, tzinfo=timezone.utc)
            >>> def seen(day: int, assigned: int) -> Portfolio:
            ...     when = datetime(2026, 11, day, tzinfo=timezone.utc)
            ...     count = Observation(observed_at=when, total=10, assigned=assigned)
            ...     line = LicenseLine(product="calling", name="Suite", observations=[count])
            ...     trial = Subscription(id="Sub1", kind="trial", added_at=added, licenses=[line])
            ...     return Portfolio.from_customers(
            ...         [Customer(id="c-1", name="Globex", subscriptions=[trial])]
            ...     )
            >>> both = seen(14, 4).merged_with(seen(21, 6))
            >>> [
            ...     each.assigned
            ...     for each in both.customers[0].subscriptions[0].licenses[0].observations
            ... ]
            [4, 6]
        """
        from partnerkpi._histories import merged

        return merged(self, later)

    @property
    def nbytes(self) -> int:
        """The bytes that the columns take."""
        return sum(map(_bytes_of, _arrays_of(self)))


_FEW = 10_000


class Customers(Sequence[Customer]):
    """A portfolio's customers as typed records, each made when asked for.

    Example:
        >>> portfolio = Portfolio.from_customers([Customer(id="c-1", name="Globex")])
        >>> [customer.id for customer in portfolio.customers]
        ['c-1']
    """

    __slots__ = ("_portfolio",)

    def __init__(self, portfolio: Portfolio) -> None:
        """Look at a portfolio."""
        self._portfolio = portfolio

    def __len__(self) -> int:
        """Return how many customers there are."""
        return len(self._portfolio)

    @overload
    def __getitem__(self, place: int) -> Customer: ...
    @overload
    def __getitem__(self, place: slice) -> list[Customer]: ...
    def __getitem__(self, place: int | slice) -> Customer | list[Customer]:
        """Return the customer at a position, or a list of those in a range."""
        rows = self._portfolio.customer_columns.order[place]
        if isinstance(place, slice):
            return [_customer(self._portfolio, row) for row in rows.tolist()]

        return _customer(self._portfolio, int(rows))

    def __iter__(self) -> Iterator[Customer]:
        """Go through the customers, making one record at a time."""
        for row in self._portfolio.customer_columns.order.tolist():
            yield _customer(self._portfolio, row)

    def __repr__(self) -> str:
        return f"<{len(self)} customers>"


def _customer(portfolio: Portfolio, row: int) -> Customer:
    columns = portfolio.customer_columns
    subscriptions, _ = columns.subscriptions.members(as_rows([row]))
    attributes = {name: column[row] for name, column in columns.attributes.items()}

    return Customer(
        id=CustomerId(columns.ids[row]),
        name=columns.names[row],
        managed_by=ManagedBy.EXTERNAL if columns.external[row] else ManagedBy.PARTNER,
        last_admin_sign_in_at=_moment(columns.signed_in[row]),
        tags=columns.tags[row],
        attributes=Attributes({n: text for n, text in attributes.items() if text is not None}),
        administrators=columns.administrators.get(row) or (),
        subscriptions=tuple(_subscription(portfolio, each) for each in subscriptions.tolist()),
    )


def _subscription(portfolio: Portfolio, row: int) -> Subscription:
    columns = portfolio.subscription_columns
    lines, _ = columns.lines.members(as_rows([row]))
    managed = columns.managed.records.get(row) or Managed()

    return Subscription(
        id=SubscriptionId(columns.ids[row]),
        kind=Kind.TRIAL if columns.trial[row] else Kind.SUBSCRIPTION,
        added_at=to_datetime(int(columns.added[row])),
        starts_at=to_datetime(int(columns.starts[row])),
        ends_at=_moment(columns.ends[row]),
        auto_renew=bool(columns.auto_renew[row]),
        orders=managed.orders,
        invoices=managed.invoices,
        checklist=managed.checklist,
        paid=None if managed.invoices_say else bool(columns.paid[row]),
        set_up=None if managed.checklist_says else bool(columns.set_up[row]),
        licenses=tuple(_line(portfolio, line) for line in lines.tolist()),
    )


def _line(portfolio: Portfolio, row: int) -> LicenseLine:
    columns = portfolio.line_columns
    rows = range(int(columns.first[row]), int(columns.first[row + 1]))

    return LicenseLine(
        product=columns.product[row] or "",
        name=columns.name[row] or "",
        observations=tuple(_observation(portfolio.observation_columns, each) for each in rows),
    )


def _observation(columns: ObservationColumns, row: int) -> Observation:
    return Observation(
        observed_at=_moment(columns.observed[row]),
        total=int(columns.total[row]),
        assigned=int(columns.assigned[row]),
        used_7d=int(columns.used_7d[row]),
        used_3mo=int(columns.used_3mo[row]),
    )


def _moment(micros: int | np.int64) -> datetime | None:
    return None if micros in (NEVER, OPEN) else to_datetime(int(micros))


def taken(portfolio: Portfolio, rows: Rows, arrival: Rows) -> Portfolio:
    """The portfolio of the customers at some rising rows; the cost is that of these rows.

    ``arrival`` is the position at which each customer of the whole came: ``arrivals``.
    """
    # Every level keeps its order, so what remains is laid out as before, only shorter.
    columns = portfolio.customer_columns
    layout, keeps = columns.subscriptions.taken(rows)
    subscriptions, lines, observations = _taken_below(portfolio, keeps, layout)

    return Portfolio(
        partner=portfolio.partner,
        customer_columns=CustomerColumns(
            ids=columns.ids.take(rows),
            names=columns.names.take(rows),
            external=columns.external[rows],
            signed_in=columns.signed_in[rows],
            tags=columns.tags.take(rows),
            attributes={n: c.take(rows) for n, c in columns.attributes.items()},
            order=np.argsort(arrival[rows], kind="stable"),
            subscriptions=layout,
            administrators=columns.administrators.take(rows),
        ),
        subscription_columns=subscriptions,
        line_columns=lines,
        observation_columns=observations,
    )


def arrivals(portfolio: Portfolio) -> Rows:
    """For each customer row the position at which it came."""
    order = portfolio.customer_columns.order
    arrival = np.empty(len(order), np.intp)
    arrival[order] = np.arange(len(order))

    return arrival


def _taken_below(
    portfolio: Portfolio, rows: Rows, owners: Levels
) -> tuple[SubscriptionColumns, LineColumns, ObservationColumns]:
    columns, lines = portfolio.subscription_columns, portfolio.line_columns
    layout, line_rows = columns.lines.taken(rows)
    begin = lines.first[line_rows].astype(np.int64)
    counts = lines.first[line_rows + 1].astype(np.int64) - begin
    first = np.concatenate([[0], np.cumsum(counts)])
    shift = np.repeat(begin - first[:-1], counts)
    subscriptions = SubscriptionColumns(
        ids=columns.ids.take(rows),
        customer=owners.owners().astype(np.int32),
        **{name: getattr(columns, name)[rows] for name in _PLAIN_SUBSCRIPTION_COLUMNS},
        lines=layout,
        managed=columns.managed.take(rows),
        seats=None if columns.seats is None else columns.seats.take(rows),
    )
    kept_lines = LineColumns(
        product=lines.product.take(line_rows),
        name=lines.name.take(line_rows),
        first=first.astype(lines.first.dtype),
    )

    return subscriptions, kept_lines, _observations_at(portfolio, shift + np.arange(len(shift)))


_PLAIN_SUBSCRIPTION_COLUMNS = ("trial", "added", "starts", "ends", "auto_renew", "paid", "set_up")


def _observations_at(portfolio: Portfolio, rows: Rows) -> ObservationColumns:
    columns = portfolio.observation_columns

    return ObservationColumns(
        observed=columns.observed.take(rows),
        total=columns.total[rows],
        assigned=columns.assigned[rows],
        used_7d=columns.used_7d[rows],
        used_3mo=columns.used_3mo[rows],
    )


def _arrays_of(portfolio: Portfolio) -> Iterator[Any]:
    customers, subscriptions = portfolio.customer_columns, portfolio.subscription_columns
    lines, observations = portfolio.line_columns, portfolio.observation_columns
    yield from (customers.ids, customers.names, customers.external, customers.signed_in)
    yield from (customers.tags.rows, customers.tags.texts.codes, customers.order)
    yield from (column.codes for column in customers.attributes.values())
    yield from (subscriptions.ids, subscriptions.customer, subscriptions.lines)
    yield from () if subscriptions.seats is None else (subscriptions.seats,)
    yield from (getattr(subscriptions, name) for name in _PLAIN_SUBSCRIPTION_COLUMNS)
    yield from (lines.product.codes, lines.name.codes, lines.first, observations.observed)
    yield from (observations.total, observations.assigned)
    yield from (observations.used_7d, observations.used_3mo)


def _bytes_of(column: Any) -> int:
    return int(column.nbytes)
