"""What adds up exactly: ratios kept as two integers, and sums by group that never wrap."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from partnerkpi._arrays import exact_sum, fits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts, Rows

__all__ = ["Ratio", "exact_ranks", "masked_sum", "pair_sums_by_code", "sums_by_code"]


@frozen
class Ratio:
    """A share or mean, kept as its two integers until it is shown.

    Undefined when the denominator is 0: then ``value`` is ``None``, never 0 and never NaN. Ratios
    are pooled by ``+``: numerators and denominators add up, percentages are never averaged.

    Attributes:
        numerator: What is counted.
        denominator: Out of how many, or over how many.

    Example:
        >>> Ratio(1, 2) + Ratio(2, 2)
        Ratio(numerator=3, denominator=4)
        >>> Ratio(0, 0).value is None
        True
    """

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """The nearest double to numerator / denominator; ``None`` where that is undefined."""
        return self.numerator / self.denominator if self.denominator else None

    def __add__(self, other: Ratio) -> Ratio:
        """Pool two ratios."""
        return Ratio(self.numerator + other.numerator, self.denominator + other.denominator)

    def fraction(self) -> Fraction | None:
        """The exact value; ``None`` where it is undefined.

        Example:
            >>> Ratio(2, 4).fraction()
            Fraction(1, 2)
        """
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    def to_dict(self) -> dict[str, int | float | None]:
        """The ratio as it stands in documents.

        Example:
            >>> Ratio(1, 4).to_dict()
            {'numerator': 1, 'denominator': 4, 'value': 0.25}
        """
        return {
            "numerator": self.numerator,
            "denominator": self.denominator,
            "value": self.value,
        }


_EXACT_IN_DOUBLES = 2**53
_HALF = 26


def masked_sum(values: Counts, rows: Rows) -> int:
    """The exact sum over some rows.

    Raises:
        CountOverflowError: it is beyond 64 bits.

    Example:
        >>> masked_sum(np.array([1, 2, 4]), np.array([0, 2]))
        5
    """
    return exact_sum(values.take(rows))


def sums_by_code(codes: Codes, values: Counts, size: int) -> list[int]:
    """For each code below ``size`` the exact sum of its rows' values.

    Raises:
        CountOverflowError: a sum is beyond 64 bits.

    Example:
        >>> sums_by_code(np.array([0, 2, 0]), np.array([1, 2, 4]), 3)
        [5, 0, 2]
    """
    if not len(codes):
        return [0] * size
    if len(codes) * int(values.max()) < _EXACT_IN_DOUBLES:
        return _binned(codes, values, size)

    # Two halves of at most 27 bits each stay exact in doubles for any number of rows in memory.
    high = _binned(codes, values >> np.uint64(_HALF).astype(values.dtype), size)
    low = _binned(codes, values & np.array(2**_HALF - 1, values.dtype), size)

    return [fits((upper << _HALF) + lower) for upper, lower in zip(high, low, strict=True)]


def pair_sums_by_code(
    codes: Codes, left: Counts, right: Counts, size: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Sums by code of two columns at once: half the work where both are small.

    Returns:
        Two arrays of whole numbers: int64, or objects where that might not hold their sum.

    Raises:
        CountOverflowError: a sum is beyond 64 bits.

    Example:
        >>> left, right = np.array([1, 2, 4]), np.array([0, 1, 1])
        >>> [sums.tolist() for sums in pair_sums_by_code(np.array([0, 2, 0]), left, right, 3)]
        [[5, 0, 2], [1, 0, 1]]
    """
    if max(exact_sum(left), exact_sum(right)) >= 2**_HALF:
        exact = [sums_by_code(codes, values, size) for values in (left, right)]
        return np.array(exact[0], object), np.array(exact[1], object)
    # Both sums stand in one double: the left one in the bits above the right one.
    both = left * np.float64(2**_HALF)
    both += right
    sums = np.bincount(codes, both, size).astype(np.int64)

    return sums >> _HALF, sums & (2**_HALF - 1)


def _binned(codes: Codes, values: NDArray[Any], size: int) -> list[int]:
    sums = np.bincount(codes, weights=values, minlength=size)

    return [int(total) for total in sums.tolist()]


def exact_ranks(numerators: NDArray[Any], denominators: NDArray[Any]) -> NDArray[np.int64]:
    """Dense ranks of ratios from the smallest, exactly equal ones alike; denominators not 0.

    Example:
        >>> exact_ranks(np.array([1, 2, 1]), np.array([2, 4, 3])).tolist()
        [1, 1, 0]
    """
    pairs = np.stack([numerators, denominators]).astype(np.int64)
    if not pairs.size:
        return np.empty(0, np.int64)
    divisors = np.gcd(pairs[0], pairs[1])
    pairs //= divisors
    distinct, place = np.unique(pairs, axis=1, return_inverse=True)
    ranks = np.empty(distinct.shape[1], np.int64)
    ranks[_order(distinct)] = np.arange(distinct.shape[1])

    return ranks[place.reshape(-1)]


def _order(distinct: NDArray[np.int64]) -> Rows:
    """The order of different reduced fractions: by doubles, and by fractions where those tie."""
    if int(distinct.max()) >= _EXACT_IN_DOUBLES:
        fractions = [Fraction(*pair) for pair in distinct.T.tolist()]
        return np.array(sorted(range(len(fractions)), key=fractions.__getitem__), np.intp)

    # Division is rounded correctly, so smaller fractions never get greater doubles.
    doubles = distinct[0] / distinct[1]
    order = np.argsort(doubles, kind="stable")
    ties = np.flatnonzero(doubles[order][1:] == doubles[order][:-1])
    for first in ties.tolist() if len(ties) else ():
        _swap_if_needed(order, first, distinct)

    return order


def _swap_if_needed(order: Rows, first: int, distinct: NDArray[np.int64]) -> None:
    # Insertion into the run of equal doubles before it, which stands in order already.
    at = first + 1
    while at > 0 and _after(distinct, int(order[at - 1]), int(order[at])):
        order[at - 1], order[at] = order[at], order[at - 1]
        at -= 1


def _after(distinct: NDArray[np.int64], left: int, right: int) -> bool:
    (a, b), (c, d) = distinct[:, left].tolist(), distinct[:, right].tolist()

    return bool(a * d > c * b)
