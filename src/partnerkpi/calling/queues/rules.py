"""The figures of call queues: what each means, how it is said, and which calls it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from partnerkpi._cells import Integers, Ratios
from partnerkpi.aggregates import Ratio
from partnerkpi.call_models import Outcome
from partnerkpi.calling.queues.columns import ABANDONED, ANSWERED, OFFERED, OUTCOMES, WAITING
from partnerkpi.calling.queues.picks import Pick
from partnerkpi.calling.queues.service import service_level
from partnerkpi.calling.queues.waiting import average_wait, longest_wait, percentiles
from partnerkpi.kpi import Definition, Unit

if TYPE_CHECKING:
    from partnerkpi.calling.queues.measures import Cells
    from partnerkpi.policy import Policy

__all__ = [
    "DEFINITIONS",
    "FIGURES",
    "PERCENTS",
    "SUMS_ALONE",
    "QueueFigure",
    "figure_named",
    "percentile_figure",
]

_Said: TypeAlias = Integers | Ratios
_Value: TypeAlias = int | Ratio | None

_SOURCE = "Control Hub, call queue analytics"
#: Why a figure over single waits has no value where counts and sums are all that came.
SUMS_ALONE = "some calls came as counts and sums of waits, without the single waits"
_NOBODY = ("nobody was answered", "nobody hung up or left a message")
_WAIT_NAMES = ("answered_wait_ms", "abandoned_wait_ms")
_WHO = ("answered or transferred", "abandoned or ended with a message")

#: The percentiles that reports tell.
PERCENTS = (50, 90, 95)


@frozen(eq=False)
class QueueFigure:
    """A figure over calls into queues.

    Attributes:
        definition: What it means.
        say: Its value for each of some cells: weeks, queues or customers.
        base: The calls among which it counts; those it is a share of, where it is one.
        told_base: What those calls have in common, in words.
        pick: The calls it counts, given the policy and its value.
        told_pick: What those calls have in common, in words.
    """

    definition: Definition
    say: Callable[[Cells, Policy], _Said]
    base: Callable[[Policy], Pick]
    told_base: str
    pick: Callable[[Policy, _Value], Pick]
    told_pick: str

    def __reduce__(self) -> tuple[Any, ...]:
        # By its name: arithmetic does not travel.
        return figure_named, (self.definition.name.removeprefix("queues."),)


def _always(outcomes: tuple[Outcome, ...]) -> Callable[..., Pick]:
    pick = Pick.of(outcomes)

    return lambda *_: pick


_ALL = _always(OUTCOMES)
_OFFERED_CALLS = _always(OFFERED)
_WAS_OFFERED = "was offered: does not wait any longer"


def _count(
    name: str, title: str, sentence: str, outcomes: tuple[Outcome, ...], told: str
) -> QueueFigure:
    offered = set(outcomes) < set(OFFERED)

    return QueueFigure(
        Definition(
            f"queues.{name}",
            title,
            sentence,
            Unit.CALLS,
            ("calls",),
            source=_SOURCE,
            formula="number of calls",
        ),
        lambda cells, _: Integers(cells.of(outcomes)),
        _OFFERED_CALLS if offered else _ALL,
        _WAS_OFFERED if offered else "entered a queue in the last week",
        _always(outcomes),
        told,
    )


_OUTCOMES = (
    (Outcome.ANSWERED, "Answered", "Calls taken by an agent", "was taken by an agent"),
    (
        Outcome.TRANSFERRED,
        "Transferred",
        "Calls placed in another queue",
        "was placed in another queue",
    ),
    (Outcome.ABANDONED, "Abandoned", "Calls whose callers hung up while waiting", "was hung up"),
    (
        Outcome.VOICEMAIL,
        "Voicemail",
        "Calls whose callers left a message instead of waiting",
        "ended with a message",
    ),
    (
        Outcome.OVERFLOWED,
        "Overflowed",
        "Calls sent on because the queue was full",
        "was sent on because the queue was full",
    ),
    (
        Outcome.TIMED_OUT,
        "Timed out",
        "Calls sent on because the wait was too long",
        "was sent on because the wait was too long",
    ),
    (
        Outcome.CALLBACK,
        "Callback",
        "Calls whose callers asked to be called back",
        "is to be called back",
    ),
    (
        Outcome.UNKNOWN,
        "Unknown outcome",
        "Calls of which the source said anything else",
        "ended in a way that is not known",
    ),
)


def _group(name: str, title: str, sentence: str, group: int) -> QueueFigure:
    return QueueFigure(
        Definition(
            f"queues.{name}",
            title,
            sentence,
            Unit.MILLISECONDS,
            ("calls", "waits"),
            _NOBODY[group],
            _SOURCE,
            f"sum(wait_ms) / number of calls, {_WHO[group]}",
        ),
        lambda cells, _: average_wait(cells, group),
        _OFFERED_CALLS,
        _WAS_OFFERED,
        _always((ANSWERED, ABANDONED)[group]),
        f"was {_WHO[group]}",
    )


def _waited(group: int) -> Callable[[Policy, _Value], Pick]:
    """The calls of a group that waited exactly as long as the value says."""

    def pick(_: Policy, value: _Value) -> Pick:
        if not isinstance(value, int):
            return Pick({})
        return Pick.of((ANSWERED, ABANDONED)[group], value, value + 1)

    return pick


def _of_waits(
    name: str,
    title: str,
    sentence: str,
    group: int,
    say: Callable[[Cells, Policy], _Said],
    *,
    formula: str,
) -> QueueFigure:
    return QueueFigure(
        Definition(
            f"queues.{name}",
            title,
            sentence,
            Unit.MILLISECONDS,
            ("waits",),
            _NOBODY[group],
            _SOURCE,
            f"{formula}, {_WHO[group]}",
        ),
        say,
        _always((ANSWERED, ABANDONED)[group]),
        f"was {_WHO[group]}",
        _waited(group),
        "waited just so long",
    )


def _longest(group: int) -> QueueFigure:
    return _of_waits(
        ("longest_answered_ms", "longest_abandoned_ms")[group],
        ("Longest wait, answered", "Longest wait, abandoned")[group],
        f"Longest wait in the last week of a call that was {_WHO[group]}.",
        group,
        lambda cells, _: longest_wait(cells, group),
        formula="max(wait_ms)",
    )


def percentile_figure(group: int, percent: int | Fraction) -> QueueFigure:
    """A percentile of the waits of a group.

    Args:
        group: 0 for the answered and transferred, 1 for those abandoned or with a message.
        percent: Which percentile; above 0, at most 100.
    """
    return _of_waits(
        f"{_WAIT_NAMES[group]}.p{percent}",
        f"{('Wait, answered', 'Wait, abandoned')[group]}: percentile {percent}",
        f"Of the waits of calls of the last week that were {_WHO[group]} the smallest that"
        f" {percent} % of them did not exceed, by nearest rank.",
        group,
        lambda cells, _: percentiles(cells, group, [percent])[0],
        formula=f"the ceil({percent} n / 100)-th smallest of n wait_ms",
    )


def _say_level(cells: Cells, policy: Policy) -> Ratios:
    in_time, all_calls = service_level(policy)
    counts = in_time.count(cells), all_calls.count(cells)
    by_wait = {*in_time.by_wait(), *all_calls.by_wait()}
    # Without single waits there is no counting, and no share of none.
    known = ~cells.summed(tuple(by_wait))

    return Ratios(*(count * known for count in counts))


_SERVICE_LEVEL = QueueFigure(
    Definition(
        "queues.service_level",
        "Service level",
        "Share of the calls of the last week answered within the policy's threshold, by the"
        " policy's formula.",
        Unit.SHARE,
        ("calls", "waits"),
        "no call counts by the formula",
        _SOURCE,
        "by the policy's service_level.formula; answered within threshold_ms / offered by default",
    ),
    _say_level,
    lambda policy: service_level(policy)[1],
    "counts in the denominator of {service_level.formula}",
    lambda policy, _: service_level(policy)[0],
    "was answered, or counts as such, within {service_level.threshold_ms} ms"
    " (inclusive: {service_level.inclusive})",
)

_FIGURES = (
    _count(
        "offered",
        "Calls offered",
        "Entries of calls into queues in the last week, less those still waiting.",
        OFFERED,
        _WAS_OFFERED,
    ),
    _count(
        "waiting",
        "Calls waiting",
        "Calls that entered a queue in the last week and are still in it.",
        (WAITING,),
        "is still in the queue",
    ),
    *(
        _count(
            f"outcomes.{outcome.value}", title, f"{sentence}, in the last week.", (outcome,), told
        )
        for outcome, title, sentence, told in _OUTCOMES
    ),
    _group(
        "average_time_to_answer_ms",
        "Average time to answer",
        "Mean wait of the calls of the last week that were answered or transferred.",
        0,
    ),
    _group(
        "average_wait_before_abandon_ms",
        "Average wait before abandon",
        "Mean wait of the calls of the last week that were abandoned or ended with a message.",
        1,
    ),
    QueueFigure(
        Definition(
            "queues.abandoned_rate",
            "Abandoned calls",
            "Calls abandoned or ended with a message of all calls offered in the last week.",
            Unit.SHARE,
            ("calls",),
            "no call was offered",
            _SOURCE,
            "(abandoned + voicemail) / offered",
        ),
        lambda cells, _: Ratios(cells.of(ABANDONED), cells.offered()),
        _OFFERED_CALLS,
        _WAS_OFFERED,
        _always(ABANDONED),
        f"was {_WHO[1]}",
    ),
    *map(_longest, (0, 1)),
    *(percentile_figure(group, percent) for group in (0, 1) for percent in PERCENTS),
    _SERVICE_LEVEL,
)

#: Every figure that reports tell, by its name in documents.
FIGURES: Mapping[str, QueueFigure] = MappingProxyType(
    {each.definition.name.removeprefix("queues."): each for each in _FIGURES}
)
DEFINITIONS: tuple[Definition, ...] = tuple(each.definition for each in _FIGURES)


def figure_named(name: str) -> QueueFigure:
    """The figure of a name: one that reports tell, or any percentile.

    Example:
        >>> figure_named("answered_wait_ms.p99").definition.title
        'Wait, answered: percentile 99'
    """
    if name in FIGURES:
        return FIGURES[name]
    group, _, percent = name.partition(".p")

    return percentile_figure(_WAIT_NAMES.index(group), Fraction(percent))
