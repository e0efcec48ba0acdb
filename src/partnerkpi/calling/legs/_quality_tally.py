"""Machinery: counts quality, some legs at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import define, field

from partnerkpi.calling.legs._labels import Coder
from partnerkpi.calling.legs._terms import Sums
from partnerkpi.calling.legs.columns import QUALITIES, RECENT, Limits
from partnerkpi.calling.legs.quality_measures import QualityState
from partnerkpi.calling.weeks import Weeks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes
    from partnerkpi.calling.legs.columns import Sight

__all__ = ["QualityTally"]


@define(eq=False)
class QualityTally:
    """Counts quality, some legs at a time.

    Attributes:
        weeks: The weeks of the trend.
        limits: From which measurement on a leg is poor.
    """

    weeks: Weeks
    limits: Limits
    _endpoints: Coder = field(init=False)
    _trend: Sums = field(init=False)
    _by_customer: Sums = field(init=False)
    _by_endpoint: Sums = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with nothing."""
        self._endpoints = Coder()
        self._trend = np.zeros((self.weeks.count, QUALITIES), np.int64)
        self._by_customer = np.zeros((RECENT, 0, QUALITIES), np.int64)
        self._by_endpoint = np.zeros((RECENT, 1, QUALITIES), np.int64)

    def add(self, sight: Sight, customer: Codes, customers: int) -> None:
        """Count some legs.

        Args:
            sight: The legs.
            customer: The number of each one's customer.
            customers: How many customers there are by now.
        """
        quality = sight.quality(self.limits)
        cell = sight.week * QUALITIES
        cell += quality
        np.add.at(self._trend.reshape(-1), cell, 1)
        first = self.weeks.count - RECENT
        rows = np.flatnonzero(sight.week >= first)
        if not len(rows):
            return
        quality, week = quality.take(rows), sight.week.take(rows) - first
        self._endpoints.use(sight.calls.endpoint.labels)
        endpoint = self._endpoints(sight.of(sight.calls.endpoint.codes).take(rows))
        behind = endpoint.astype(np.int64) + 1
        types = self._endpoints.size + 1
        self._by_customer = _tallied(
            self._by_customer, customers, week, customer.take(rows), quality
        )
        self._by_endpoint = _tallied(self._by_endpoint, types, week, behind, quality)

    def state(self, customers: Coder) -> QualityState:
        """What was counted by now.

        Args:
            customers: The numbers of the customers.
        """
        types = self._endpoints.size + 1

        return QualityState(
            self.weeks,
            self.limits,
            self._trend.copy(),
            customers.text(),
            _grown(self._by_customer, customers.size)[:, : customers.size].copy(),
            self._endpoints.text(),
            _grown(self._by_endpoint, types)[:, :types].copy(),
        )


def _tallied(counts: Sums, size: int, week: Sums, who: Codes, quality: NDArray[np.uint8]) -> Sums:
    """Counts of so many groups at least, with one more for each leg."""
    counts = _grown(counts, size)
    cell = week * counts.shape[1]
    cell += who
    cell *= QUALITIES
    cell += quality
    np.add.at(counts.reshape(-1), cell, 1)

    return counts


def _grown(counts: Sums, size: int) -> Sums:
    room = counts.shape[1]
    if size <= room:
        return counts

    return np.pad(counts, ((0, 0), (0, max(size, 2 * room) - room), (0, 0)))
