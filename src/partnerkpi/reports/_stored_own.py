"""The states of figures of one's own in their stored form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import (
    TYPE_CHECKING,
    Any,
    Protocol,
    TypeVar,
    runtime_checkable,
)

from partnerkpi.io._cells import came
from partnerkpi.kpi import Kpi
from partnerkpi.reports._strict import Reader, step

if TYPE_CHECKING:
    pass

__all__ = ["Storable", "load_own", "store_own"]

StateT = TypeVar("StateT")


@runtime_checkable
class Storable(Protocol[StateT]):
    """A figure of one's own whose state is no plain JSON value: it stores and loads it itself.

    ``load(store(state))`` must finish and merge like ``state``.
    """

    def store(self, state: StateT, /) -> object:
        """The state as a plain JSON value."""
        ...

    def load(self, stored: object, /) -> StateT:
        """The state of a value that ``store`` gave; a ``ValueError`` refuses any other."""
        ...


def store_own(states: Sequence[Any], figures: Sequence[Kpi[Any]]) -> dict[str, object]:
    """What figures of one's own count, each as it stores it."""
    pairs = zip(figures, states, strict=True)

    return {figure.definition.name: _stored(figure, counted) for figure, counted in pairs}


def _stored(figure: Kpi[Any], counted: object) -> object:
    stored = figure.store(counted) if isinstance(figure, Storable) else counted
    if not _is_plain(stored):
        msg = (
            f"the state of the figure {figure.definition.name!r} is no plain JSON value;"
            " give the figure the methods store and load"
        )
        raise TypeError(msg)

    return stored


def _is_plain(value: object) -> bool:
    if type(value) is dict:
        return all(type(key) is str and _is_plain(each) for key, each in value.items())
    if type(value) is list:
        return all(map(_is_plain, value))
    # Doubles do not add up exactly, and NaN is no JSON.
    return value is None or type(value) in {bool, int, str}


def load_own(reader: Reader, value: object, figures: Sequence[Kpi[Any]]) -> tuple[Any, ...]:
    """What figures of one's own count, of what they stored."""
    names = [figure.definition.name for figure in figures]
    record = reader.record("own", value, names)

    return tuple(
        _loaded(reader, step("own", name), figure, record[name])
        for name, figure in zip(names, figures, strict=True)
    )


def _loaded(reader: Reader, path: str, figure: Kpi[Any], stored: object) -> object:
    if not reader.check(path, stored, _own_fault) or not isinstance(figure, Storable):
        return stored
    try:
        return figure.load(stored)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        reader.fault(path, f"a state that the figure loads ({error})", came(stored))
        return None


def _own_fault(cell: object) -> str | None:
    return None if _is_plain(cell) else "a plain JSON value"
