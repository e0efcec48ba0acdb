"""Look: what the status rules look at, and the statuses of every customer as one bit each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import lock_bits, locked, new
from partnerkpi.status.rules import RULES, Status, StatusFacts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Bits, Mask
    from partnerkpi.columns import Portfolio
    from partnerkpi.snapshot import Snapshot

__all__ = ["StatusColumns", "facts_of", "status_columns"]


@frozen(eq=False)
class StatusColumns:
    """The statuses of every customer of a portfolio at an instant.

    Attributes:
        portfolio: The columns.
        bits: For each customer one bit per status, bit 0 the most urgent.
    """

    portfolio: Portfolio
    bits: Bits = field(converter=lock_bits)

    def has(self, status: Status) -> Mask:
        """Which customers have a status: one boolean per row of ``customer_columns``."""
        mask: Mask = (self.bits & np.uint8(_BIT[status])) != 0

        return mask

    def count(self, status: Status) -> int:
        """How many customers have a status."""
        return int(np.count_nonzero(self.has(status)))

    def of_row(self, row: int) -> frozenset[Status]:
        """The statuses of the customer at a row."""
        return _SETS[int(self.bits[row])]

    def of(self, customer_id: str) -> frozenset[Status]:
        """The statuses of a customer.

        Raises:
            UnknownNameError: there is no such customer.
        """
        return self.of_row(self.portfolio.row_of(customer_id))

    def badges(self) -> NDArray[np.int8]:
        """For each customer the position of its most urgent status in ``Status``; -1 for none."""
        lowest = self.bits & (~self.bits + np.uint8(1))
        badges: NDArray[np.int8] = _POSITIONS[lowest]

        return badges


_BIT: Mapping[Status, int] = MappingProxyType(
    {status: 1 << place for place, status in enumerate(Status)}
)
_SETS = tuple(frozenset(s for s in Status if _BIT[s] & bits) for bits in range(256))
_POSITIONS = locked(np.array([bits.bit_length() - 1 for bits in range(256)], np.int8))


def facts_of(snapshot: Snapshot) -> StatusFacts:
    """What the rules look at."""
    return StatusFacts(snapshot, locked(snapshot.pending | snapshot.active))


def status_columns(snapshot: Snapshot) -> StatusColumns:
    """The statuses of every customer.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.columns import Portfolio
        >>> from partnerkpi.models import Customer
        >>> from partnerkpi.policy import Policy
        >>> from partnerkpi.snapshot import snapshot
        >>> portfolio = Portfolio.from_customers([Customer(id="c-1", name="Globex")])
        >>> seen = snapshot(portfolio, datetime(2026, 11, 22, tzinfo=timezone.utc), Policy())
        >>> status_columns(seen).count(Status.EXPIRED)
        1
    """
    facts = facts_of(snapshot)
    columns = snapshot.portfolio.customer_columns
    bits = new(len(snapshot.active), np.uint8)
    bits[:] = 0
    for rule in RULES:
        if rule.of_subscriptions is not None:
            bits |= rule.of_subscriptions(facts).view(np.uint8) * np.uint8(_BIT[rule.status])
    found = columns.subscriptions.any_bits(bits)
    for rule in RULES:
        if rule.of_customers is not None:
            found |= rule.of_customers(facts).view(np.uint8) * np.uint8(_BIT[rule.status])
    found ^= np.uint8(_INVERTED)

    return StatusColumns(snapshot.portfolio, found)


_INVERTED = sum(_BIT[rule.status] for rule in RULES if rule.unless)
