"""Look: the columns that filters ask, one entry per customer, made when first asked for.

Three kinds: what can be compared (``Ordered``), what customers have some of (``Labels``), and
texts. Sums, statuses and days come from where they are defined; here they are only arranged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import lock_bits, lock_mask, new
from partnerkpi.columns import CodedText, TextLists

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Bits, Codes, Mask

__all__ = [
    "AGES",
    "Days",
    "Flags",
    "Labels",
    "Numbers",
    "OneEach",
    "Ordered",
    "Ratios",
    "Several",
    "coded",
    "counted",
]

Number: TypeAlias = int | Fraction


class Ordered(Protocol):
    """Something of every customer that can be compared with a number."""

    def below(self, number: Number, /) -> Mask:
        """Which customers have one, and it is smaller."""

    def at_most(self, number: Number, /) -> Mask:
        """Which customers have one, and it is not greater."""

    def present(self) -> Mask:
        """Which customers have one."""

    def endless(self) -> Mask | None:
        """Which customers have none because it would be greater than every number."""


def _known_mask(known: Mask | None) -> Mask | None:
    return None if known is None else lock_mask(known)


@frozen(eq=False)
class Numbers:
    """A whole number of every customer.

    Attributes:
        values: Integers, one per row of ``customer_columns``.
        known: Which customers have one at all; all of them if not given.

    Raises:
        TypeError: the values are no integers.

    Example:
        >>> Numbers(np.array([5, 50])).below(10).tolist()
        [True, False]
    """

    values: NDArray[np.integer[Any]]
    known: Mask | None = field(default=None, converter=_known_mask)

    def __attrs_post_init__(self) -> None:
        """Refuse values that are no integers."""
        if self.values.dtype.kind not in "iu":
            msg = f"expected integers, one per customer, found {self.values.dtype}"
            raise TypeError(msg)

    def below(self, number: Number, /) -> Mask:
        """Which customers have one, and it is smaller."""
        return self._where(self.values < -(-number // 1))

    def at_most(self, number: Number, /) -> Mask:
        """Which customers have one, and it is not greater."""
        return self._where(self.values <= number // 1)

    def present(self) -> Mask:
        """Which customers have one."""
        return np.ones(len(self.values), np.bool_) if self.known is None else self.known

    def endless(self) -> Mask | None:
        """Nobody's is greater than every number."""
        return None

    def _where(self, mask: Mask) -> Mask:
        return mask if self.known is None else mask & self.known


@frozen(eq=False)
class Ratios:
    """A share of every customer, compared in percent; undefined over 0.

    Attributes:
        numerators: Integers from 0, one per row of ``customer_columns``.
        denominators: Integers from 0: out of how many.

    Raises:
        TypeError: the values are no integers, or negative.

    Example:
        >>> Ratios(np.array([1, 0]), np.array([3, 0])).below(Fraction(100, 3)).tolist()
        [False, False]
    """

    numerators: NDArray[np.integer[Any]]
    denominators: NDArray[np.integer[Any]]

    def __attrs_post_init__(self) -> None:
        """Refuse values that are no integers, and negative ones."""
        for values in (self.numerators, self.denominators):
            if values.dtype.kind not in "iu" or int(values.min(initial=0)) < 0:
                msg = f"expected integers from 0, one per customer, found {values.dtype}"
                raise TypeError(msg)

    def below(self, number: Number, /) -> Mask:
        """Which customers have one, and it is smaller."""
        return self._compared(np.less, number)

    def at_most(self, number: Number, /) -> Mask:
        """Which customers have one, and it is not greater."""
        return self._compared(np.less_equal, number)

    def present(self) -> Mask:
        """Which customers have one."""
        mask: Mask = self.denominators > 0

        return mask

    def endless(self) -> Mask | None:
        """Nobody's is greater than every number."""
        return None

    def _compared(self, compare: Callable[[Any, Any], Any], percent: Number) -> Mask:
        # n/d against p/q of a hundredth, as integers: n * 100 * q against p * d.
        shorter = gcd(100 * percent.denominator, percent.numerator)
        left, right = 100 * percent.denominator // shorter, percent.numerator // shorter
        top, bottom = (int(each.max(initial=0)) for each in (self.numerators, self.denominators))
        kind = _type_for(max(left * max(top, 1), abs(right) * max(bottom, 1)), right)
        found = new(len(self.numerators), np.bool_)
        for start in range(0, len(found), _BLOCK):
            # Some at a time: temporaries that stay in the fast caches.
            rows = slice(start, start + _BLOCK)
            tops = self.numerators[rows].astype(kind, copy=False) * _factor(kind, left)
            bottoms = self.denominators[rows].astype(kind, copy=False)
            found[rows] = compare(tops, bottoms * _factor(kind, right))
            found[rows] &= bottoms > 0

        return cast("Mask", found)


_BLOCK = 1 << 15


def _factor(kind: Any, number: int) -> Any:
    return number if kind is object else kind(number)


def _type_for(most: int, least: int) -> Any:
    """The smallest type for numbers up to one, with a sign if there are negative ones."""
    if most < _NARROW and least >= 0:
        return np.uint32

    return np.int64 if most < _WIDE else object


_NARROW, _WIDE = 2**32, 2**63


@frozen(eq=False)
class Days:
    """Days of every customer, known by which of them are so many or fewer.

    Attributes:
        within: Which customers' days are at most so many.
        known: Which customers have such a date at all.
        unending: Whether those who have none wait longer than any number of days.
    """

    within: Callable[[int], Mask]
    known: Mask
    unending: bool = False

    def below(self, number: Number, /) -> Mask:
        """Which customers have one, and it is smaller."""
        return self._within(-(-number // 1) - 1)

    def at_most(self, number: Number, /) -> Mask:
        """Which customers have one, and it is not greater."""
        return self._within(number // 1)

    def present(self) -> Mask:
        """Which customers have one."""
        return self.known

    def endless(self) -> Mask | None:
        """Which customers' days never end."""
        return ~self.known if self.unending else None

    def _within(self, days: int) -> Mask:
        return self.within(min(max(days, -1), AGES))


# More days than lie between any two instants of the library.
AGES = 10**6


class Labels(Protocol):
    """What every customer has any number of: tags, products, statuses."""

    @property
    def labels(self) -> Sequence[str]:
        """All that some customer may have, each once."""

    def having(self, wanted: Mask, /) -> Mask:
        """Which customers have any of the wanted ones; one boolean per label."""

    def counts(self) -> Sequence[int]:
        """How many customers have each."""


@frozen(eq=False)
class Flags:
    """Labels as bits of every customer."""

    labels: tuple[str, ...]
    bits: Bits = field(converter=lock_bits)

    def having(self, wanted: Mask, /) -> Mask:
        """Which customers have any of the wanted ones."""
        chosen = sum(1 << place for place in np.flatnonzero(wanted).tolist())
        mask: Mask = (self.bits & self.bits.dtype.type(chosen)) != 0

        return mask

    def counts(self) -> Sequence[int]:
        """How many customers have each."""
        return counted(self)


@frozen(eq=False)
class OneEach:
    """Labels of which every customer has one or none."""

    column: CodedText

    @property
    def labels(self) -> Sequence[str]:
        """All that some customer may have."""
        return self.column.labels.to_list()

    def having(self, wanted: Mask, /) -> Mask:
        """Which customers have any of the wanted ones."""
        return coded(self.column.codes, wanted)

    def counts(self) -> Sequence[int]:
        """How many customers have each."""
        return _occurrences(self.column)


@frozen(eq=False)
class Several:
    """Labels of which every customer has a list."""

    lists: TextLists
    customers: int

    @property
    def labels(self) -> Sequence[str]:
        """All that some customer may have."""
        return self.lists.texts.labels.to_list()

    def having(self, wanted: Mask, /) -> Mask:
        """Which customers have any of the wanted ones."""
        mask = np.zeros(self.customers, np.bool_)
        mask[self.lists.rows[np.flatnonzero(coded(self.lists.texts.codes, wanted))]] = True

        return mask

    def counts(self) -> Sequence[int]:
        """How many customers have each: no customer has one twice."""
        return _occurrences(self.lists.texts)


def _occurrences(column: CodedText) -> list[int]:
    # The code of what is missing is -1.
    counts = np.bincount(column.codes.astype(np.int64) + 1, minlength=len(column.labels) + 1)
    found: list[int] = counts[1:].tolist()

    return found


def counted(labels: Labels) -> list[int]:
    """How many customers have each of a few labels."""
    each = np.eye(len(labels.labels), dtype=np.bool_)

    return [int(np.count_nonzero(labels.having(wanted))) for wanted in each]


def coded(codes: Codes, wanted: Mask) -> Mask:
    """Which codes are wanted; one boolean per label. The code -1 never is."""
    places = np.flatnonzero(wanted).tolist()
    if len(places) > _FEW:
        return np.append(wanted, np.False_).take(codes)
    found: Mask = new(len(codes), np.bool_)
    np.equal(codes, places[0] if places else len(wanted), out=found)
    for place in places[1:]:
        found |= codes == place

    return found


# So many comparisons cost less than to look every code up.
_FEW = 8
