"""What a figure of the last week is: its value, the week before, its meaning, and its grounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar, overload

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import locked
from partnerkpi._showing import Shown
from partnerkpi.aggregates import Ratio
from partnerkpi.errors import RecordsMissingError

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from partnerkpi.kpi import Definition, Why
    from partnerkpi.policy import Policy

__all__ = ["Grounds", "RowNumbers", "WeekFigure", "WeekSayer", "counted"]

ValueT_co = TypeVar("ValueT_co", bound=int | Ratio | None, covariant=True)
RowsT = TypeVar("RowsT")
ValueT = TypeVar("ValueT", bound=int | Ratio | None)
MemberT_co = TypeVar("MemberT_co", bound=int | str, covariant=True)
MemberT = TypeVar("MemberT", bound=int | str)

_SHOWN = 10


class Grounds(Protocol[MemberT_co]):
    """Where a figure of the last week comes from, found when asked for."""

    def members(self) -> Sequence[MemberT_co]:
        """What is counted."""
        ...

    def why(self, customer_id: str, /) -> Why:
        """Why a customer is counted or not."""
        ...


@frozen(eq=False)
class WeekFigure(Shown, Generic[ValueT_co, MemberT_co]):
    """A figure of the last completed week that can say what it means and where it comes from.

    Attributes:
        value: A whole number, or a ratio (undefined when its denominator is 0); ``None`` where
            the figure is undefined.
        previous: The same of the week before; ``None`` where it is undefined or not known, as of
            some figures that were read from a document.
        definition: What it means.
        as_of: The instant it holds at.
        policy: The windows and thresholds it was counted by.
    """

    value: ValueT_co
    previous: ValueT_co | None
    definition: Definition
    as_of: datetime
    policy: Policy
    _grounds: Grounds[MemberT_co] = field(repr=False)

    @property
    def change(self) -> int | Fraction | None:
        """The value less that of the week before, exactly; ``None`` where one is undefined."""
        return _difference(self.value, self.previous)

    @property
    def members(self) -> Sequence[MemberT_co]:
        """What is counted: numbers of the very rows, or ids of customers by code point.

        Rows are counted over the column sets that the figure was made of, one after the other.

        Raises:
            RecordsMissingError: the rows behind the figure are not here.
        """
        return self._grounds.members()

    def why(self, customer_id: str) -> Why:
        """Why a customer is counted in this figure, or which condition fails and by how much.

        Raises:
            UnknownNameError: nothing is known of such a customer.
        """
        return self._grounds.why(customer_id)

    def __int__(self) -> int:
        """Return the value, if it is a whole number."""
        if isinstance(self.value, int):
            return self.value
        msg = f"{self.definition.name} is no whole number"
        raise TypeError(msg)


def _difference(value: int | Ratio | None, previous: int | Ratio | None) -> int | Fraction | None:
    if isinstance(value, Ratio) and isinstance(previous, Ratio):
        now, then = value.fraction(), previous.fraction()
        return None if now is None or then is None else now - then
    if isinstance(value, int) and isinstance(previous, int):
        return value - previous

    return None


@frozen(eq=False)
class WeekSayer:
    """Says figures of the last week at an instant, under a policy.

    Attributes:
        as_of: The instant.
        policy: The windows and thresholds.
    """

    as_of: datetime
    policy: Policy

    def figure(
        self,
        definition: Definition,
        value: ValueT,
        previous: ValueT | None,
        grounds: Grounds[MemberT],
    ) -> WeekFigure[ValueT, MemberT]:
        """A figure with its value, that of the week before, and where it comes from."""
        return WeekFigure(value, previous, definition, self.as_of, self.policy, grounds)


def counted(rows: RowsT | None) -> RowsT:
    """Rows that only what was counted can give.

    Raises:
        RecordsMissingError: they are not here: the report was read from a document.
    """
    if rows is None:
        msg = "these rows are not here: a document tells those of the last week alone"
        raise RecordsMissingError(msg)

    return rows


class RowNumbers(Sequence[int]):
    """Numbers of rows, rising.

    Example:
        >>> RowNumbers(np.array([2, 5]))
        RowNumbers([2, 5])
    """

    __slots__ = ("_rows",)

    def __init__(self, rows: NDArray[np.int64]) -> None:
        """Hold the numbers."""
        self._rows = locked(rows)

    def to_numpy(self) -> NDArray[np.int64]:
        """The numbers as an array, with which columns may be indexed."""
        return self._rows

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> list[int]: ...
    def __getitem__(self, place: int | slice) -> int | list[int]:
        """Return the number at a position, or a list of those in a range."""
        found: int | list[int] = self._rows[place].tolist()

        return found

    def __iter__(self) -> Iterator[int]:
        """Go through the numbers."""
        for start in range(0, len(self._rows), 1 << 16):
            yield from self._rows[start : start + (1 << 16)].tolist()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:_SHOWN]))

        return f"RowNumbers([{shown}{', ...' if len(self) > _SHOWN else ''}])"
