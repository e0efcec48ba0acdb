"""Machinery: cells that hold several numbers, and what cells differ by."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from attrs import fields, frozen

from partnerkpi._arrays import fits
from partnerkpi._arrow import structs_array
from partnerkpi._cells import Integers, Ratios, ratios_array
from partnerkpi.aggregates import Ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Rows

__all__ = ["Differences", "WideCells", "difference"]

_MISSING = np.iinfo(np.int64).max


@frozen(eq=False)
class WideCells:
    """Cells of several whole numbers, some of which may be missing; ordered by the first, then on.

    Attributes:
        kind: What one cell is made as.
        columns: The numbers, column by column.
    """

    kind: Callable[..., Any]
    columns: tuple[Integers, ...]

    def __len__(self) -> int:
        """Return how many cells there are."""
        return len(self.columns[0])

    def take(self, rows: Rows, /) -> WideCells:
        """The cells of some rows."""
        return WideCells(self.kind, tuple(column.take(rows) for column in self.columns))

    def values(self) -> list[Any]:
        """The cells as Python values."""
        columns = [column.values() for column in self.columns]

        return [self.kind(*each) for each in zip(*columns, strict=True)]

    def ranks(self) -> NDArray[np.int64]:
        """Numbers in the order of the cells; cells whose first number is missing last."""
        ranks = np.stack([column.ranks() for column in self.columns])
        found: NDArray[np.int64] = np.unique(ranks, axis=1, return_inverse=True)[1].reshape(-1)

        return np.where(ranks[0] == _MISSING, _MISSING, found)

    def arrow(self) -> Any:
        """The cells as an Arrow array: a struct of the numbers."""
        names = [each.name for each in fields(cast("type", self.kind))]
        columns = [column.arrow() for column in self.columns]

        return structs_array(dict(zip(names, columns, strict=True)))


@frozen(eq=False)
class Differences:
    """Exact differences of ratios; undefined where one of the two is.

    Attributes:
        fractions: The differences, ``None`` where undefined.
    """

    fractions: list[Fraction | None]

    def __len__(self) -> int:
        """Return how many cells there are."""
        return len(self.fractions)

    def take(self, rows: Rows, /) -> Differences:
        """The cells of some rows."""
        return Differences([self.fractions[row] for row in rows.tolist()])

    def values(self) -> list[Ratio]:
        """The cells as Python values: ratios in lowest terms."""
        return [
            Ratio(0, 0) if each is None else Ratio(each.numerator, each.denominator)
            for each in self.fractions
        ]

    def ranks(self) -> NDArray[np.int64]:
        """Numbers in the order of the differences, undefined ones last."""
        distinct = sorted({each for each in self.fractions if each is not None})
        places = {each: place for place, each in enumerate(distinct)}

        return np.array(
            [_MISSING if each is None else places[each] for each in self.fractions], np.int64
        )

    def arrow(self) -> Any:
        """The cells as an Arrow array: ratios in lowest terms.

        Raises:
            CountOverflowError: a numerator or denominator no longer fits 64 bits.
        """
        pairs = [(each.numerator, each.denominator) for each in self.values()]
        columns = [[_fitting(value) for value in column] for column in zip(*pairs, strict=True)]
        numerators, denominators = columns or ([], [])

        return ratios_array(np.array(numerators, np.int64), np.array(denominators, np.int64))


def _fitting(value: int) -> int:
    return fits(value) if value > 0 else -fits(-value)


def difference(later: Any, earlier: Any) -> Any:
    """What cells of one column differ by, cell by cell; missing where one of the two is."""
    if isinstance(later, WideCells):
        pairs = zip(later.columns, earlier.columns, strict=True)
        return WideCells(later.kind, tuple(difference(*pair) for pair in pairs))
    if isinstance(later, Ratios):
        return Differences(
            [
                None if now is None or then is None else now - then
                for now, then in zip(_fractions(later), _fractions(earlier), strict=True)
            ]
        )
    known = _known(later) & _known(earlier)

    return Integers(later.numbers - earlier.numbers, known)


def _fractions(cells: Ratios) -> list[Fraction | None]:
    return [each.fraction() for each in cells.values()]


def _known(cells: Integers) -> NDArray[np.bool_]:
    return np.ones(len(cells), np.bool_) if cells.known is None else cells.known
