"""Machinery: counts features, some legs at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import define, field

from partnerkpi.calling.legs._distinct import Combinations
from partnerkpi.calling.legs._labels import Coder
from partnerkpi.calling.legs.columns import RECENT
from partnerkpi.calling.legs.feature_measures import FeatureState
from partnerkpi.calling.weeks import Weeks

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes, Rows
    from partnerkpi.calling.legs.columns import Sight

__all__ = ["FeatureTally"]


@define(eq=False)
class FeatureTally:
    """Counts features, some legs at a time.

    Attributes:
        weeks: The weeks of the trend.
    """

    weeks: Weeks
    _calls: Coder = field(init=False)
    _features: Coder = field(init=False)
    _seen: Combinations = field(init=False)
    _used: Combinations = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with nothing."""
        self._calls, self._features = Coder(), Coder()
        self._seen, self._used = (Combinations() for _ in range(2))

    def add(self, sight: Sight, customer: Codes, customers: int) -> None:
        """Count some legs.

        Args:
            sight: The legs.
            customer: The number of each one's customer.
            customers: How many customers there are by now.
        """
        first = self.weeks.count - RECENT
        rows = np.flatnonzero(sight.week >= first)
        if not len(rows):
            return
        self._calls.use(sight.calls.call.labels)
        week = sight.week.take(rows) - first
        customer = customer.take(rows)
        call = self._calls(sight.of(sight.calls.call.codes).take(rows))
        sizes = (RECENT, customers, self._calls.size)
        self._seen.add(sizes, week, customer, call)

        place, feature = self._lists(sight, rows)
        used = (week.take(place), customer.take(place), call.take(place), feature)
        self._used.add((*sizes, self._features.size), *used)

    def _lists(self, sight: Sight, rows: Rows) -> tuple[Rows, Codes]:
        """For each feature used by some legs, the place of the leg among them and the feature."""
        lists = sight.calls.features
        first, last = np.searchsorted(lists.rows, [sight.start, sight.stop]).tolist()
        places = np.full(sight.stop - sight.start, -1, np.intp)
        places[rows if sight.rows is None else sight.rows.take(rows)] = np.arange(len(rows))
        place = places.take(lists.rows[first:last] - sight.start)
        wanted = np.flatnonzero(place >= 0)
        self._features.use(lists.texts.labels)

        return place.take(wanted), self._features(lists.texts.codes[first:last].take(wanted))

    def state(self, customers: Coder) -> FeatureState:
        """What was counted by now; who has call queues is not known from legs.

        Args:
            customers: The numbers of the customers.
        """
        sizes = (RECENT, customers.size, self._calls.size)
        fields, seen = self._seen.settle(sizes)
        used_fields, used = self._used.settle((*sizes, self._features.size))

        return FeatureState(
            self.weeks,
            customers.text(),
            self._calls.text(),
            self._features.text(),
            fields,
            seen,
            used_fields,
            used,
        )
