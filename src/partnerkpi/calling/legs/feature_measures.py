"""Add up features: the different calls of the last weeks, and which features each of them used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, field, frozen

from partnerkpi._arrays import reduced
from partnerkpi._bytes import chunks
from partnerkpi._merging import require_same
from partnerkpi._text import Text
from partnerkpi.calling.legs._distinct import Fields, Keys, distinct
from partnerkpi.calling.legs._labels import NO_TEXT, Coder, compacted, same_texts
from partnerkpi.calling.legs._terms import Sums, lock_sums
from partnerkpi.calling.legs.columns import RECENT
from partnerkpi.calling.weeks import Weeks

if TYPE_CHECKING:
    from partnerkpi._arrays import Codes
    from partnerkpi.call_columns import QueueCalls

__all__ = ["FeatureState", "queue_customers"]


@frozen(eq=False)
class FeatureState:
    """What features count: a mergeable state.

    It grows with customers (their texts) and with the different calls of the last two weeks: their
    texts, 8 bytes each, and 8 bytes for each feature that a call used; never with rows.

    Attributes:
        weeks: The weeks of the trend.
        customers: Ids of customers; not all of them need have a call.
        calls: Ids of calls, which are unique within a customer.
        features: Codes of features.
        fields: How the numbers of week (0 is the last but one), customer and call stand in a key.
        seen: The different combinations of week, customer and call, rising.
        used_fields: The same with a feature behind them.
        used: The different combinations of week, customer, call and feature, rising.
        queues: Ids of customers with call queues; ``None`` if no queue calls were given.

    Example:
        >>> FeatureState.empty(Weeks(0, 8)).seen.tolist()
        []
    """

    weeks: Weeks
    customers: Text
    calls: Text
    features: Text
    fields: Fields
    seen: Sums = field(converter=lock_sums)
    used_fields: Fields
    used: Sums = field(converter=lock_sums)
    queues: Text | None = None

    @staticmethod
    def empty(weeks: Weeks) -> FeatureState:
        """No calls at all: the identity of merging."""
        none = np.zeros(0, np.int64)

        return FeatureState(
            weeks,
            NO_TEXT,
            NO_TEXT,
            NO_TEXT,
            Fields.of(RECENT, 0, 0),
            none,
            Fields.of(RECENT, 0, 0, 0),
            none.copy(),
        )

    def with_queues(self, customers: Text) -> FeatureState:
        """The same calls, and who has call queues.

        Args:
            customers: Ids of customers with a queue row in the trend's weeks.
        """
        return evolve(self, queues=customers)

    def merge(self, other: FeatureState) -> FeatureState:
        """Add the calls of other legs; customers, calls and features are told by their texts.

        Raises:
            MergeError: the other was counted over other weeks.

        Example:
            >>> nothing = FeatureState.empty(Weeks(0, 8))
            >>> nothing.merge(nothing).queues is None
            True
        """
        require_same("weeks", self.weeks, other.weeks)
        mine = self if same_texts(self.calls, other.calls) else self.compacted()
        customers, calls = Coder.of(mine.customers), Coder.of(mine.calls)
        features = Coder.of(mine.features)
        places = customers.numbers(other.customers)
        kinds = features.numbers(other.features)
        week, customer, call = other.fields.unpacked(other.seen)
        seen = (week, places.take(customer), calls.numbers_of(other.calls, call))
        week, customer, call, feature = other.used_fields.unpacked(other.used)
        used = (week, places.take(customer), calls(call), kinds.take(feature))
        fields = Fields.of(RECENT, customers.size, calls.size)
        used_fields = Fields.of(RECENT, customers.size, calls.size, features.size)

        return FeatureState(
            self.weeks,
            customers.text(),
            calls.text(),
            features.text(),
            fields,
            _together(fields, mine.fields.unpacked(mine.seen), seen),
            used_fields,
            _together(used_fields, mine.used_fields.unpacked(mine.used), used),
            _either(self.queues, other.queues),
        )

    def compacted(self) -> FeatureState:
        """The same, without the ids of calls in other weeks."""
        week, customer, call = self.fields.unpacked(self.seen)
        owner, who, which, feature = self.used_fields.unpacked(self.used)
        calls, codes = compacted(self.calls, np.concatenate([call, which]))
        sizes = (RECENT, len(self.customers), len(calls))
        fields, used_fields = Fields.of(*sizes), Fields.of(*sizes, len(self.features))

        return evolve(
            self,
            calls=calls,
            fields=fields,
            seen=fields.packed(week, customer, codes[: len(call)]),
            used_fields=used_fields,
            used=used_fields.packed(owner, who, codes[len(call) :], feature),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # A state that travels does not take along the calls of all the other parts.
        return reduced(self.compacted())


def _together(fields: Fields, mine: tuple[Codes, ...], theirs: tuple[Codes, ...]) -> Keys:
    return distinct(np.concatenate([fields.packed(*mine), fields.packed(*theirs)]))


def _either(mine: Text | None, theirs: Text | None) -> Text | None:
    if mine is None or theirs is None:
        return theirs if mine is None else mine
    coder = Coder.of(mine)
    coder.numbers(theirs)

    return coder.text()


def queue_customers(queue_calls: QueueCalls, weeks: Weeks) -> Text:
    """Ids of customers with call queues: with a queue call of any outcome in the trend's weeks.

    Args:
        queue_calls: The rows, without duplicates.
        weeks: The weeks of the trend.

    Example:
        >>> from partnerkpi.call_columns import QueueCalls
        >>> len(queue_customers(QueueCalls.from_records([]), Weeks(0, 8)))
        0
    """
    customer = queue_calls.customer
    found = np.zeros(len(customer.labels), np.bool_)
    for start, stop in chunks(len(queue_calls)):
        inside = weeks.slots(queue_calls.entered[start:stop]) < weeks.count
        found[customer.codes[start:stop][inside]] = True

    return customer.labels.take(np.flatnonzero(found))
