"""Machinery of a report: parts that must not overlap, and evidence of figures of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from partnerkpi._faults import FAULT_CAP
from partnerkpi._record_rules import UNIQUE_ID
from partnerkpi._text import Text, duplicates
from partnerkpi.errors import Fault, Place, RecordsMissingError

if TYPE_CHECKING:
    from partnerkpi.columns import Portfolio
    from partnerkpi.kpi import Kpi, Why

__all__ = ["OwnEvidence", "shared_ids"]


def shared_ids(parts: Sequence[Portfolio]) -> tuple[Fault, ...]:
    """A fault for each customer or subscription that two parts have in common."""
    customers = Text.concatenate([part.customer_columns.ids for part in parts])
    subscriptions = Text.concatenate([part.subscription_columns.ids for part in parts])

    return (
        *_repeated("customers of the parts", customers),
        *_repeated("subscriptions of the parts", subscriptions),
    )


def _repeated(source: str, ids: Text) -> list[Fault]:
    return [
        Fault(Place(source, line=row), UNIQUE_ID, repr(ids[row]))
        for row in duplicates(ids)[:FAULT_CAP].tolist()
    ]


@frozen(eq=False)
class OwnEvidence:
    """Where a figure of one's own comes from, as far as it can say: ``members`` and ``why``."""

    figure: Kpi[Any]
    state: object

    def members(self) -> Sequence[str]:
        """Ask the figure for its members."""
        members: Sequence[str] = self._asked("members")(self.state)

        return members

    def why(self, customer_id: str, /) -> Why:
        """Ask the figure why a customer is counted or not."""
        why: Why = self._asked("why")(self.state, customer_id)

        return why

    def _asked(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] | None = getattr(self.figure, name, None)
        if method is None:
            msg = f"the figure {self.figure.definition.name!r} has no method {name!r}"
            raise RecordsMissingError(msg)

        return method
