"""Say features: which of them the calls of customers with call queues use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from attrs import evolve, field, frozen

from partnerkpi._arrays import lock_mask, reduced
from partnerkpi._cells import Integers, Ratios, Texts
from partnerkpi._showing import Shown
from partnerkpi.aggregates import Ratio
from partnerkpi.calling._cells import difference
from partnerkpi.calling.figures import counted
from partnerkpi.calling.legs._labels import Coder
from partnerkpi.calling.legs._terms import Sums, lock_sums
from partnerkpi.calling.legs.columns import RECENT
from partnerkpi.calling.legs.evidence import LegGrounds, LegRule
from partnerkpi.kpi import Column, Condition, Definition, Table, TableDefinition, Unit

if TYPE_CHECKING:
    from partnerkpi._arrays import Mask, Rows
    from partnerkpi._text import Text
    from partnerkpi.call_columns import Calls
    from partnerkpi.calling.figures import Grounds, WeekFigure, WeekSayer
    from partnerkpi.calling.legs.columns import LegSource, Sight
    from partnerkpi.calling.legs.feature_measures import FeatureState
    from partnerkpi.calling.weeks import Weeks
    from partnerkpi.kpi import RowPart
    from partnerkpi.policy import Policy

__all__ = [
    "CALLS",
    "DEFINITIONS",
    "FEATURES_TABLE",
    "FeatureRow",
    "FeatureUse",
    "Features",
    "finish_features",
]

_SOURCE = "Control Hub, calling analytics"

CALLS = Definition(
    "features.calls",
    "Calls",
    "Different calls in the last week, told apart by customer and call id, of customers with call"
    " queues.",
    Unit.CALLS,
    ("calls",),
    source=_SOURCE,
    formula="number of distinct (customer_id, call_id)",
)
SHARE = Definition(
    "features.share",
    "Feature use",
    "Different calls in the last week that used a feature of all different calls, over customers"
    " with call queues.",
    Unit.SHARE,
    ("calls", "features"),
    "no customer with call queues had a call",
    _SOURCE,
    formula="calls with the feature / calls",
)

DEFINITIONS: tuple[Definition, ...] = (CALLS, SHARE)


@frozen
class FeatureRow:
    """Use of a feature in the last week, or how it changed since the week before.

    Attributes:
        feature: The feature's code.
        calls: Different calls that used it.
        share: Their share of all different calls.
    """

    feature: str
    calls: int
    share: Ratio


FEATURES_TABLE = TableDefinition(
    "features",
    "Features used",
    "Features that a call of the last week used, the most used first.",
    (
        Column("feature", "Feature", Unit.TEXT, "The feature of calling."),
        Column("calls", "Calls", Unit.CALLS, "Different calls that used the feature."),
        Column(
            "share",
            "Calls (%)",
            Unit.SHARE,
            "Those of all different calls, over customers with call queues.",
        ),
    ),
    key="calls",
    descending=True,
)

CHANGES_TABLE = evolve(
    FEATURES_TABLE,
    name="features.changes",
    title="Features used: change against the week before",
    sentence="Features that a call of the last week or the week before used, the greatest rise"
    " first.",
)


@frozen(eq=False)
class FeatureFacts:
    """What features know of each customer.

    Attributes:
        state: What was counted.
        policy: The windows and thresholds.
        ids: Ids of the customers, those of the state first.
        has_queues: Which of them have call queues.
        calls: Different calls, a row for each of the last two weeks and a column per customer.
        used: Different calls of customers with queues that used a feature, a row for each of the
            weeks and a column per feature.
    """

    state: FeatureState
    policy: Policy
    ids: Text
    has_queues: Mask = field(converter=lock_mask)
    calls: Sums = field(converter=lock_sums)
    used: Sums = field(converter=lock_sums)

    @property
    def weeks(self) -> Weeks:
        """The weeks of the trend."""
        return self.state.weeks

    @property
    def totals(self) -> tuple[int, int]:
        """Different calls of customers with queues, in each of the two weeks."""
        then, now = self.calls[:, self.has_queues].sum(axis=1).tolist()

        return then, now

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)


def _facts(state: FeatureState, queues: Text, policy: Policy) -> FeatureFacts:
    ids = Coder.of(state.customers)
    places = ids.numbers(queues)
    has_queues = np.zeros(ids.size, np.bool_)
    has_queues[places] = True
    cells = np.zeros((RECENT, 1 << state.fields.widths[1]), np.int64)
    np.add.at(cells.reshape(-1), state.fields.lead(state.seen, 2), 1)
    calls = np.zeros((RECENT, ids.size), np.int64)
    calls[:, : len(state.customers)] = cells[:, : len(state.customers)]

    return FeatureFacts(state, policy, ids.text(), has_queues, calls, _used(state, has_queues))


def _used(state: FeatureState, has_queues: Mask) -> Sums:
    week, customer, _, feature = state.used_fields.unpacked(state.used)
    rows = np.flatnonzero(has_queues.take(customer))
    sums = np.zeros((RECENT, len(state.features)), np.int64)
    np.add.at(sums, (week.take(rows), feature.take(rows)), 1)

    return sums


def _one(_facts: FeatureFacts, _row: int) -> int | str | None:
    return 1


def _has_queues(facts: FeatureFacts) -> Mask:
    return facts.has_queues


def _has_call(facts: FeatureFacts) -> Mask:
    mask: Mask = facts.calls[-1] > 0

    return mask


def _has_used(feature: str, facts: FeatureFacts) -> Mask:
    week, customer, _, code = facts.state.used_fields.unpacked(facts.state.used)
    wanted = (week == RECENT - 1) & (code == facts.state.features.position(feature))
    mask = np.zeros(len(facts.ids), np.bool_)
    mask[customer[wanted]] = True

    return mask


def _of_queues(facts: FeatureFacts, calls: Calls) -> Callable[[Sight], Mask]:
    customers = Coder.of(facts.ids)
    customers.use(calls.customer.labels)

    return lambda sight: facts.has_queues.take(customers(sight.of(calls.customer.codes)))


def _using(feature: str, facts: FeatureFacts, calls: Calls) -> Callable[[Sight], Mask]:
    with_queues = _of_queues(facts, calls)
    using = np.zeros(len(calls), np.bool_)
    using[calls.features.rows[calls.features.texts.is_label(feature)]] = True

    return lambda sight: with_queues(sight) & sight.of(using)


_CONDITIONS: tuple[Condition[FeatureFacts], ...] = (
    Condition("has call queues: a queue call in the trend's weeks", _has_queues),
    Condition("has a call in the last week", _has_call, _one, "calls"),
)
_ALL: LegRule[FeatureFacts] = LegRule(_CONDITIONS, _of_queues)


def _rule(feature: str) -> LegRule[FeatureFacts]:
    # Braces would be taken for settings of the policy.
    name = feature.replace("{", "{{").replace("}", "}}")
    used = Condition[FeatureFacts](
        f"has a call in the last week that used {name}", partial(_has_used, feature), _one, "calls"
    )

    return LegRule((*_CONDITIONS, used), partial(_using, feature))


@frozen(eq=False)
class FeatureRows:
    """The rows of a table of features.

    Attributes:
        features: Codes of features, by code point.
        calls: Different calls that used each, in the last two weeks.
        totals: All different calls of the two weeks.
        changes: Whether it tells what changed from one week to the other.
    """

    features: Text
    calls: Sums = field(converter=lock_sums)
    totals: tuple[int, int]
    changes: bool

    @staticmethod
    def of(facts: FeatureFacts, *, changes: bool) -> FeatureRows:
        """The features used in the last week, or where changes are told in either week."""
        calls, names = facts.used, facts.state.features
        used = np.flatnonzero((calls if changes else calls[-1:]).any(axis=0))
        order = used[names.take(used).order()]

        return FeatureRows(names.take(order), calls[:, order], facts.totals, changes)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.features)

    def cells(self, column: str, rows: Rows | None = None, /) -> Any:
        """The cells of a column, of some rows or of all.

        Raises:
            KeyError: there is no such column.
        """
        wanted = np.arange(len(self)) if rows is None else rows
        if column == "feature":
            return Texts(self.features.take(wanted))
        weeks = zip(self.calls[:, wanted], self.totals, strict=True)
        then, now = (_CELLS[column](*week) for week in weeks)

        return difference(now, then) if self.changes else now

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)


#: What is told of features in a week: of their calls, and all calls.
_CELLS: Mapping[str, Callable[[Sums, int], Integers | Ratios]] = MappingProxyType(
    {
        "calls": lambda calls, _: Integers(calls),
        "share": lambda calls, total: Ratios(calls, np.full(len(calls), total, np.int64)),
    }
)


class FeatureUse(Protocol):
    """Where the shares of single features come from."""

    def calls(self, feature: str, /) -> tuple[int | None, int]:
        """Calls that used a feature in the week before the last, if that is known, and in the last.

        A feature that nobody uses has no call.
        """
        ...

    def grounds(self, feature: str, /) -> Grounds[int]:
        """Where the share of a feature comes from."""
        ...


@frozen(eq=False)
class CountedUse:
    """What was counted of each feature.

    Attributes:
        facts: What features know of each customer.
        sources: The rows that were counted, if they are here.
    """

    facts: FeatureFacts
    sources: tuple[LegSource, ...] | None

    def calls(self, feature: str, /) -> tuple[int | None, int]:
        """Calls that used a feature in each of the last two weeks."""
        place = self.facts.state.features.position(feature)
        then, now = self.facts.used[:, place].tolist() if place >= 0 else [0] * RECENT

        return then, now

    def grounds(self, feature: str, /) -> Grounds[int]:
        """The legs that used a feature."""
        return LegGrounds(self.facts, _rule(feature), self.sources)

    def __reduce__(self) -> tuple[Any, ...]:
        # What leaves the process takes along what was counted, not the rows.
        return CountedUse, (self.facts, None)


@frozen(eq=False, kw_only=True)
class Features(Shown):
    """Which features are used, over customers with call queues.

    Attributes:
        calls: Different calls in the last week.
    """

    calls: WeekFigure[int, int]
    _rows: RowPart = field(alias="rows", repr=False)
    _use: FeatureUse = field(alias="use", repr=False)
    _say: WeekSayer = field(alias="say", repr=False)
    _changes: RowPart | None = field(alias="changes", default=None, repr=False)

    @property
    def rows(self) -> Table[FeatureRow]:
        """Features that a call of the last week used, the most used first."""
        return Table(FEATURES_TABLE, FeatureRow, (self._rows,))

    @property
    def changes(self) -> Table[FeatureRow]:
        """What the use of every feature changed by since the week before, greatest rise first.

        Rows are of features used in either week; without any call in one of the two a share has
        no change.

        Raises:
            RecordsMissingError: the report was read from a document.
        """
        return Table(CHANGES_TABLE, FeatureRow, (counted(self._changes),))

    def share(self, feature: str) -> WeekFigure[Ratio, int]:
        """The share of calls that used a feature; no call where nobody uses a feature so called.

        Its members are the legs that used it.
        """
        then, now = self._use.calls(feature)
        before = self.calls.previous
        previous = None if then is None or before is None else Ratio(then, before)

        return self._say.figure(
            SHARE, Ratio(now, self.calls.value), previous, self._use.grounds(feature)
        )

    def to_dict(self) -> dict[str, Any]:
        """The section as plain values, as it stands in the report document."""
        return {"calls": self.calls.value, "features": self.rows.to_dicts()}


def finish_features(
    state: FeatureState, say: WeekSayer, sources: tuple[LegSource, ...] | None = None
) -> Features | None:
    """Say features; ``None`` where it is not known who has call queues.

    Args:
        state: What was counted.
        say: The instant and the policy.
        sources: The rows that were counted, to list those behind a figure; ``None`` if they are
            not here.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.calling.legs.state import LegState, LegTerms
        >>> terms = LegTerms.at(datetime(2026, 11, 22, tzinfo=timezone.utc))
        >>> state = LegState.empty(terms)
        >>> finish_features(state.features, terms.say) is None
        True
    """
    if state.queues is None:
        return None
    facts = _facts(state, state.queues, say.policy)
    then, now = facts.totals
    grounds = LegGrounds(facts, _ALL, sources)

    return Features(
        calls=say.figure(CALLS, now, then, grounds),
        rows=FeatureRows.of(facts, changes=False),
        changes=FeatureRows.of(facts, changes=True),
        use=CountedUse(facts, sources),
        say=say,
    )
