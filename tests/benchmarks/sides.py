"""Sides of one work: they have to agree before they are timed; then they stand in lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

from tests.benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["OURS", "Targets", "agree", "compared"]

OURS = "partnerkpi"
Targets: TypeAlias = "dict[tuple[str, ...], float]"

_Answers = TypeVar("_Answers")


def agree(
    answers: Mapping[str, _Answers], differences: Callable[[_Answers, _Answers], list[str]]
) -> None:
    """Refuse to time work that is not the same."""
    first, *others = answers
    for name in others:
        if lines := differences(answers[first], answers[name]):
            message = f"{first} and {name} disagree:\n" + "\n".join(lines)
            raise AssertionError(message)


def compared(work: str, n: int, times: Mapping[str, float], targets: Targets) -> Iterator[Row]:
    """A row per formulation, fastest first; a target is for the fastest of its engines."""
    peers = sorted((name for name in times if name != OURS), key=times.__getitem__)
    limits = {
        next(name for name in peers if name.split()[0] in engines): target
        for engines, target in targets.items()
    }
    for name in peers:
        yield Row.ratio(
            work, n, ours=times.get(OURS), peer=name, theirs=times[name], target=limits.get(name)
        )
