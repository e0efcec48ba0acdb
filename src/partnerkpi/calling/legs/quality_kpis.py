"""Say quality: how many call legs were good, poor, or not measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from partnerkpi._instants import to_datetime
from partnerkpi._showing import Shown
from partnerkpi.aggregates import Ratio
from partnerkpi.calling.figures import counted
from partnerkpi.calling.legs.columns import GOOD, POOR, UNKNOWN
from partnerkpi.calling.legs.evidence import LegGrounds, LegRule
from partnerkpi.calling.legs.quality_rows import (
    CUSTOMER_CHANGES_TABLE,
    CUSTOMERS_TABLE,
    ENDPOINT_CHANGES_TABLE,
    ENDPOINTS_TABLE,
    CustomerQualityRow,
    EndpointQualityRow,
    QualityWeek,
    customer_rows,
    endpoint_rows,
)
from partnerkpi.calling.names import Names
from partnerkpi.kpi import Condition, Definition, Table, Unit, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from partnerkpi._arrays import Mask
    from partnerkpi._text import Text
    from partnerkpi.call_columns import Calls
    from partnerkpi.calling.figures import Grounds, WeekFigure, WeekSayer
    from partnerkpi.calling.legs.columns import LegSource, Sight
    from partnerkpi.calling.legs.quality_measures import QualityState
    from partnerkpi.calling.seats import CallingSeats
    from partnerkpi.calling.weeks import Weeks
    from partnerkpi.kpi import RowPart
    from partnerkpi.policy import Policy

__all__ = ["DEFINITIONS", "Quality", "finish_quality", "said_quality"]

_SOURCE = "Control Hub, calling quality"

GOOD_LEGS = Definition(
    "quality.good",
    "Good call legs",
    "Call legs of the last week of which packet loss, latency or jitter was measured, and none"
    " reached its limit.",
    Unit.CALL_LEGS,
    ("quality",),
    source=_SOURCE,
    formula="number of call legs",
)
POOR_LEGS = Definition(
    "quality.poor",
    "Poor call legs",
    "Call legs of the last week whose packet loss, latency or jitter met or exceeded its limit.",
    Unit.CALL_LEGS,
    ("quality",),
    source=_SOURCE,
    formula="number of call legs",
)
UNKNOWN_LEGS = Definition(
    "quality.unknown",
    "Call legs of unknown quality",
    "Call legs of the last week of which nothing was measured.",
    Unit.CALL_LEGS,
    ("quality",),
    source=_SOURCE,
    formula="number of call legs",
)
POOR_SHARE = Definition(
    "quality.poor_share",
    "Poor share",
    "Poor of the good and poor call legs of the last week; those of unknown quality stay out.",
    Unit.SHARE,
    ("quality",),
    "no call leg was measured",
    _SOURCE,
    formula="poor / (good + poor)",
)

DEFINITIONS: tuple[Definition, ...] = (GOOD_LEGS, POOR_LEGS, UNKNOWN_LEGS, POOR_SHARE)


@frozen(eq=False)
class QualityFacts:
    """What quality knows of each customer.

    Attributes:
        state: What was counted.
        policy: The windows and thresholds.
    """

    state: QualityState
    policy: Policy

    @property
    def weeks(self) -> Weeks:
        """The weeks of the trend."""
        return self.state.weeks

    @property
    def ids(self) -> Text:
        """Ids of the customers."""
        return self.state.customers


def _one(_facts: QualityFacts, _row: int) -> int | str | None:
    return 1


def _has_leg(facts: QualityFacts) -> Mask:
    mask: Mask = facts.state.by_customer[-1].sum(axis=1) > 0

    return mask


def _has_good(facts: QualityFacts) -> Mask:
    mask: Mask = facts.state.by_customer[-1, :, GOOD] > 0

    return mask


def _has_poor(facts: QualityFacts) -> Mask:
    mask: Mask = facts.state.by_customer[-1, :, POOR] > 0

    return mask


def _has_unknown(facts: QualityFacts) -> Mask:
    mask: Mask = facts.state.by_customer[-1, :, UNKNOWN] > 0

    return mask


def _has_measured(facts: QualityFacts) -> Mask:
    mask: Mask = facts.state.by_customer[-1][:, [GOOD, POOR]].sum(axis=1) > 0

    return mask


def _good(facts: QualityFacts, _calls: Calls) -> Callable[[Sight], Mask]:
    return lambda sight: sight.quality(facts.state.limits) == GOOD


def _poor(facts: QualityFacts, _calls: Calls) -> Callable[[Sight], Mask]:
    return lambda sight: sight.quality(facts.state.limits) == POOR


def _unknown(facts: QualityFacts, _calls: Calls) -> Callable[[Sight], Mask]:
    return lambda sight: sight.quality(facts.state.limits) == UNKNOWN


def _measured(facts: QualityFacts, _calls: Calls) -> Callable[[Sight], Mask]:
    return lambda sight: sight.quality(facts.state.limits) > UNKNOWN


_LIMITS = (
    "{poor_packet_loss_percent:g} % loss, {poor_latency_ms:g} ms latency or {poor_jitter_ms:g} ms"
    " jitter"
)
_CALLED = Condition[QualityFacts]("has a call leg in the last week", _has_leg, _one, "call legs")
_GOOD: LegRule[QualityFacts] = LegRule(
    (
        _CALLED,
        Condition(f"has a measured leg that stayed below {_LIMITS}", _has_good, _one, "call legs"),
    ),
    _good,
)
_POOR: LegRule[QualityFacts] = LegRule(
    (_CALLED, Condition(f"has a leg that reached {_LIMITS}", _has_poor, _one, "call legs")), _poor
)
_UNKNOWN: LegRule[QualityFacts] = LegRule(
    (
        _CALLED,
        Condition("has a leg of which nothing was measured", _has_unknown, _one, "call legs"),
    ),
    _unknown,
)
_MEASURED: LegRule[QualityFacts] = LegRule(
    (_CALLED, Condition("has a leg that was measured", _has_measured, _one, "call legs")),
    _measured,
)


@frozen(eq=False, kw_only=True)
class Quality(Shown):
    """How well calls went.

    Attributes:
        good: Good call legs in the last week.
        poor: Poor ones.
        unknown: Those of which nothing was measured.
        poor_share: Poor of good and poor ones.
        trend: Every week of the trend, oldest first.
    """

    good: WeekFigure[int, int]
    poor: WeekFigure[int, int]
    unknown: WeekFigure[int, int]
    poor_share: WeekFigure[Ratio, int]
    trend: tuple[QualityWeek, ...]
    _endpoints: RowPart = field(alias="endpoints", repr=False)
    _customers: RowPart = field(alias="customers", repr=False)
    _changes: tuple[RowPart, RowPart] | None = field(alias="changes", default=None, repr=False)

    @property
    def endpoints(self) -> Table[EndpointQualityRow]:
        """Endpoint types with a leg in the last week, by name."""
        return Table(ENDPOINTS_TABLE, EndpointQualityRow, (self._endpoints,))

    @property
    def customers(self) -> Table[CustomerQualityRow]:
        """Customers with a leg in the last week, the highest poor share first."""
        return Table(CUSTOMERS_TABLE, CustomerQualityRow, (self._customers,))

    @property
    def endpoint_changes(self) -> Table[EndpointQualityRow]:
        """What every endpoint type's figures changed by since the week before, by name.

        Rows are of types with a leg in either week; a share that is undefined in one of the two
        has no change.

        Raises:
            RecordsMissingError: the report was read from a document.
        """
        rows, _ = counted(self._changes)

        return Table(ENDPOINT_CHANGES_TABLE, EndpointQualityRow, (rows,))

    @property
    def customer_changes(self) -> Table[CustomerQualityRow]:
        """What every customer's figures changed by since the week before; as for endpoint types.

        The greatest rise of the poor share comes first.

        Raises:
            RecordsMissingError: the report was read from a document.
        """
        _, rows = counted(self._changes)

        return Table(CUSTOMER_CHANGES_TABLE, CustomerQualityRow, (rows,))

    def to_dict(self) -> dict[str, Any]:
        """The section as plain values, as it stands in the report document."""
        return {
            "trend": [plain(week) for week in self.trend],
            "endpoints": self.endpoints.to_dicts(),
            "customers": self.customers.to_dicts(),
        }


def finish_quality(
    state: QualityState,
    say: WeekSayer,
    seats: CallingSeats | None = None,
    sources: tuple[LegSource, ...] | None = None,
) -> Quality:
    """Say quality.

    Args:
        state: What was counted.
        say: The instant and the policy.
        seats: Who the portfolio's customers are, if there is a portfolio.
        sources: The rows that were counted, to list those behind a figure; ``None`` if they are
            not here.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.calling.legs.state import LegState, LegTerms
        >>> terms = LegTerms.at(datetime(2026, 11, 22, tzinfo=timezone.utc))
        >>> state = LegState.empty(terms)
        >>> finish_quality(state.quality, terms.say).poor.value
        0
    """
    facts = QualityFacts(state, say.policy)
    rules = {"good": _GOOD, "poor": _POOR, "unknown": _UNKNOWN, "poor_share": _MEASURED}

    names = Names.of(state.customers, seats)

    return said_quality(
        _trend(state),
        say,
        {name: LegGrounds(facts, rule, sources) for name, rule in rules.items()},
        endpoints=endpoint_rows(state),
        customers=customer_rows(state, names),
        changes=(endpoint_rows(state, changes=True), customer_rows(state, names, changes=True)),
    )


def said_quality(
    trend: tuple[QualityWeek, ...],
    say: WeekSayer,
    grounds: Mapping[str, Grounds[Any]],
    *,
    endpoints: RowPart,
    customers: RowPart,
    changes: tuple[RowPart, RowPart] | None = None,
) -> Quality:
    """Say quality of what is known by week, endpoint type and customer.

    Args:
        trend: Every week of the trend.
        say: The instant and the policy.
        grounds: Where each figure comes from, by the name of its field.
        endpoints: The rows of the table of endpoint types.
        customers: The rows of the table of customers.
        changes: The rows of both tables of changes, if they are known.
    """
    now, then = trend[-1], trend[-2]

    def figure(definition: Definition) -> WeekFigure[Any, Any]:
        name = definition.name.removeprefix("quality.")
        return say.figure(definition, getattr(now, name), getattr(then, name), grounds[name])

    return Quality(
        good=figure(GOOD_LEGS),
        poor=figure(POOR_LEGS),
        unknown=figure(UNKNOWN_LEGS),
        poor_share=figure(POOR_SHARE),
        trend=trend,
        endpoints=endpoints,
        customers=customers,
        changes=changes,
    )


def _trend(state: QualityState) -> tuple[QualityWeek, ...]:
    weeks = zip(map(to_datetime, state.weeks.ends), state.trend.tolist(), strict=True)

    return tuple(
        QualityWeek(
            end,
            counts[GOOD],
            counts[POOR],
            counts[UNKNOWN],
            Ratio(counts[POOR], counts[POOR] + counts[GOOD]),
        )
        for end, counts in weeks
    )
