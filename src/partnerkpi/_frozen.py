"""Machinery: a mapping that does not change, and can leave the process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

__all__ = ["Frozen"]

_Key = TypeVar("_Key")
_Value_co = TypeVar("_Value_co", covariant=True)


class Frozen(Mapping[_Key, _Value_co]):
    """Values by key, in the order in which they came.

    Example:
        >>> Frozen({"calling": 1})["calling"]
        1
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[_Key, _Value_co]) -> None:
        """Hold the values."""
        self._values = dict(values)

    def __getitem__(self, key: _Key) -> _Value_co:
        """Return the value of a key."""
        return self._values[key]

    def __iter__(self) -> Iterator[_Key]:
        """Go through the keys."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._values)

    def __repr__(self) -> str:
        return f"Frozen({self._values!r})"

    def __reduce__(self) -> tuple[type[Frozen[_Key, _Value_co]], tuple[dict[_Key, _Value_co]]]:
        return Frozen, (self._values,)
