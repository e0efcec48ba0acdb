"""The figures of the calling part by name, as comparisons tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from partnerkpi.calling.legs import feature_kpis, quality_kpis, usage_kpis
from partnerkpi.calling.legs.feature_kpis import Features
from partnerkpi.calling.queues import DEFINITIONS
from partnerkpi.calling.queues.section import QueueSection
from partnerkpi.kpi import Definition, Unit

if TYPE_CHECKING:
    from partnerkpi.calling.figures import WeekFigure
    from partnerkpi.calling.legs.quality_kpis import Quality
    from partnerkpi.calling.legs.usage_kpis import Usage

__all__ = [
    "CALLING_FIGURES",
    "SHARE",
    "SHARE_PREFIX",
    "customers_of_calls",
    "features_used",
    "figures_of_calls",
    "is_ratio",
    "may_be_null",
]

Section: TypeAlias = "Usage | Quality | Features | QueueSection"

SHARE_PREFIX: Final = "share."
#: What the share of any feature means.
SHARE: Final = feature_kpis.SHARE


def _named(room: str, definitions: tuple[Definition, ...]) -> Mapping[str, Definition]:
    told = {each.name.removeprefix(f"{room}."): each for each in definitions}

    return MappingProxyType(
        {name: each for name, each in told.items() if name not in {"trending_down", "share"}}
    )


#: The figures of each section by name; features have a share for each feature besides.
CALLING_FIGURES: Final[Mapping[str, Mapping[str, Definition]]] = MappingProxyType(
    {
        "usage": _named("usage", usage_kpis.DEFINITIONS),
        "quality": _named("quality", quality_kpis.DEFINITIONS),
        "features": _named("features", feature_kpis.DEFINITIONS),
        "queues": _named("queues", DEFINITIONS),
    }
)


_MEANS: Final = ("average_time_to_answer_ms", "average_wait_before_abandon_ms")
_RATIOS: Final = frozenset({Unit.SHARE, Unit.LICENSES_PER_CUSTOMER, Unit.CALL_LEGS_PER_USER})


def is_ratio(definition: Definition) -> bool:
    """Whether a figure of a report is a ratio.

    Example:
        >>> is_ratio(SHARE), is_ratio(CALLING_FIGURES["queues"]["offered"])
        (True, False)
    """
    return definition.unit in _RATIOS or definition.name.removeprefix("queues.") in _MEANS


def may_be_null(definition: Definition) -> bool:
    """Whether a figure of a report that is no ratio may be undefined.

    Example:
        >>> may_be_null(CALLING_FIGURES["usage"]["inactive"])
        True
    """
    return definition.undefined is not None and not is_ratio(definition)


def figures_of_calls(section: Section, used: Iterable[str]) -> dict[str, WeekFigure[Any, Any]]:
    """Every figure of a section by its name.

    Args:
        section: Usage, quality, features, or queues.
        used: The features whose shares are told.
    """
    if isinstance(section, QueueSection):
        return {name: _of_queues(section, name) for name in CALLING_FIGURES["queues"]}
    if isinstance(section, Features):
        shares = {f"{SHARE_PREFIX}{name}": section.share(name) for name in used}
        return {"calls": section.calls, **shares}
    room = "usage" if hasattr(section, "legs") else "quality"

    return {name: getattr(section, name) for name in CALLING_FIGURES[room]}


def _of_queues(section: QueueSection, name: str) -> WeekFigure[Any, Any]:
    group, _, outcome = name.partition(".")
    if group == "outcomes":
        return next(each for key, each in section.outcomes.items() if key.value == outcome)
    figure: WeekFigure[Any, Any] = attrgetter(name)(section)

    return figure


def features_used(section: Section) -> list[str]:
    """The features that a section lists; none in any other section than features."""
    return section.rows.column("feature") if isinstance(section, Features) else []


def customers_of_calls(section: Section) -> list[str]:
    """Ids of the customers that a section lists."""
    if isinstance(section, Features):
        return []

    return section.customers.column("customer_id")
