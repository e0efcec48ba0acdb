"""Where a license figure comes from: the subscriptions counted, and why a customer is or is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from attrs import frozen

from partnerkpi._arrays import as_rows
from partnerkpi._cells import Texts
from partnerkpi._text import Text
from partnerkpi.errors import RecordsMissingError, UnknownNameError
from partnerkpi.kpi import Check, Members, Reason, Why, all_hold
from partnerkpi.licenses.rows import cells_of_rows

if TYPE_CHECKING:
    from partnerkpi._arrays import Rows
    from partnerkpi.licenses.measures import Rule, Sight
    from partnerkpi.licenses.rows import SectionSight

__all__ = ["RuledRows", "SectionEvidence", "SelectedRows", "StoredRows"]

Whose = Literal["customer", "subscription"]


@frozen(eq=False)
class SelectedRows:
    """The subscriptions for which a rule holds, their cells made when asked for.

    Attributes:
        facts: What the rule looks at, and the counts.
        rule: The conditions.
        rows: The subscriptions for which they hold.
        columns: The columns that travel when the part leaves this process.
    """

    facts: SectionSight
    rule: Rule
    rows: Rows
    columns: tuple[str, ...]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    def cells(self, column: str, rows: Rows | None = None, /) -> Any:
        """The cells of a column, of some rows or of all."""
        return cells_of_rows(self.facts, column, self.rows if rows is None else self.rows[rows])

    def ids(self, whose: Whose) -> Text:
        """The ids of the customers or subscriptions, each once."""
        return _ids(self.facts.sight, self.rows, whose)

    def why(self, customer_id: str) -> Why:
        """Try the rule on every subscription of a customer."""
        return _why(self.facts.sight, self.rule, customer_id)

    def __reduce__(self) -> tuple[type[StoredRows], tuple[Mapping[str, Any]]]:
        # What leaves the process takes its cells along, not the portfolio behind them.
        return StoredRows, ({column: self.cells(column) for column in self.columns},)


@frozen(eq=False)
class RuledRows:
    """Like ``SelectedRows``, for a figure that only counts customers: found when asked for."""

    facts: Sight
    rule: Rule

    @property
    def rows(self) -> Rows:
        """The subscriptions for which the rule holds."""
        return np.flatnonzero(all_hold(self.rule, self.facts))

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    def cells(self, column: str, rows: Rows | None = None, /) -> Texts:
        """The ids of the customers or subscriptions, of some rows or of all."""
        chosen = self.rows if rows is None else self.rows[rows]
        portfolio = self.facts.snapshot.portfolio
        if column == "subscription_id":
            return Texts(portfolio.subscription_columns.ids.take(chosen))
        owners = portfolio.subscription_columns.customer.take(chosen).astype(np.intp)

        return Texts(portfolio.customer_columns.ids.take(owners))

    def ids(self, whose: Whose) -> Text:
        """The ids of the customers or subscriptions, each once."""
        return _ids(self.facts, self.rows, whose)

    def why(self, customer_id: str) -> Why:
        """Try the rule on every subscription of a customer."""
        return _why(self.facts, self.rule, customer_id)

    def __reduce__(self) -> tuple[type[StoredRows], tuple[Mapping[str, Any]]]:
        columns = ("customer_id", "subscription_id")

        return StoredRows, ({column: self.cells(column) for column in columns},)


@frozen(eq=False)
class StoredRows:
    """Rows that came from elsewhere: the cells, without the records behind them."""

    frame: Mapping[str, Any]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(next(iter(self.frame.values())))

    def cells(self, column: str, rows: Rows | None = None, /) -> Any:
        """The cells of a column, of some rows or of all."""
        return self.frame[column] if rows is None else self.frame[column].take(rows)

    def ids(self, whose: Whose) -> Text:
        """The ids of the customers or subscriptions, each once."""
        ids = sorted(set(self.frame[f"{whose}_id"].values()))

        return Text.from_strings(ids)

    def why(self, customer_id: str) -> Why:
        """Say that a customer is counted; what is not among the rows cannot be explained here.

        Raises:
            RecordsMissingError: the customer is not among the rows.
        """
        pairs = zip(
            self.frame["customer_id"].values(), self.frame["subscription_id"].values(), strict=True
        )
        found = [subscription for customer, subscription in pairs if customer == customer_id]
        if not found:
            msg = f"the records that would explain {customer_id!r} are not here, only its figures"
            raise RecordsMissingError(msg)
        counted = (Check("was counted where the figure was made", holds=True),)

        return Why(customer_id, True, tuple(Reason(each, counted) for each in found))  # noqa: FBT003


def _ids(facts: Sight, rows: Rows, whose: Whose) -> Text:
    portfolio = facts.snapshot.portfolio
    if whose == "subscription":
        return portfolio.subscription_columns.ids.take(rows)
    mask = np.zeros(len(portfolio), np.bool_)
    mask[portfolio.subscription_columns.customer[rows]] = True

    return portfolio.customer_columns.ids.take(np.flatnonzero(mask))


def _why(facts: Sight, rule: Rule, customer_id: str) -> Why:
    at = facts.snapshot
    layout = at.portfolio.customer_columns.subscriptions
    rows, _ = layout.members(as_rows([at.portfolio.row_of(customer_id)]))
    reasons = tuple(
        Reason(
            at.portfolio.subscription_columns.ids[row],
            tuple(condition.check(facts, row, at.policy) for condition in rule),
        )
        for row in rows.tolist()
    )
    nothing = Reason(None, (Check("has a subscription or trial", holds=False),))

    return Why(customer_id, any(each.holds for each in reasons), reasons or (nothing,))


@frozen(eq=False)
class SectionEvidence:
    """Where a figure of a section comes from."""

    parts: tuple[Any, ...]
    whose: Whose

    def members(self) -> Sequence[str]:
        """Ids of the customers or subscriptions counted, by code point."""
        return Members(Text.concatenate([part.ids(self.whose) for part in self.parts]))

    def why(self, customer_id: str, /) -> Why:
        """Why a customer is counted or not.

        Raises:
            UnknownNameError: no part knows the customer.
            RecordsMissingError: the records behind the figure are not here.
        """
        missing: LookupError = UnknownNameError("customer", customer_id)
        for part in self.parts:
            try:
                why: Why = part.why(customer_id)
            except LookupError as unknown:
                missing = unknown
            else:
                return why

        raise missing
