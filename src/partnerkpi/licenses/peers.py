"""Low license assignment: a customer's rate among its peers' rates, exactly.

Two phases, so that it works over any partition by customer: first every part gives the rates of its
customers, which merge; then the thresholds that follow from all of them are handed back to the
parts.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import locked, reduced, rows_where
from partnerkpi.aggregates import exact_ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts, Mask, Rows
    from partnerkpi.licenses.columns import CustomerCounts
    from partnerkpi.policy import Policy

__all__ = ["Rates", "Thresholds", "is_low", "rates_of", "thresholds"]

_EXACT_IN_DOUBLES = 2**53


@frozen(eq=False)
class Rates:
    """The assignment rates of customers that have one: assigned / total, kept as two integers.

    A mergeable state: the identity is ``Rates.empty()``, ``merge`` puts two side by side.

    Attributes:
        assigned: Licenses assigned, one number per customer with a rate.
        total: Licenses bought; never 0.
    """

    assigned: Counts = field(converter=locked)
    total: Counts = field(converter=locked)

    __reduce__ = reduced

    @staticmethod
    def empty() -> Rates:
        """No customers at all.

        Example:
            >>> len(Rates.empty())
            0
        """
        return Rates(np.empty(0, np.uint32), np.empty(0, np.uint32))

    def merge(self, other: Rates) -> Rates:
        """The rates of both, which are of different customers.

        Example:
            >>> one = Rates(np.array([1]), np.array([2]))
            >>> len(one.merge(Rates.empty()).merge(one))
            2
        """
        return Rates(
            np.concatenate([self.assigned, other.assigned]),
            np.concatenate([self.total, other.total]),
        )

    def __len__(self) -> int:
        """Return how many customers have a rate."""
        return len(self.total)


def rates_of(counts: CustomerCounts) -> Rates:
    """The rates of the customers that have licenses.

    Example:
        >>> from partnerkpi.licenses.columns import CustomerCounts
        >>> len(rates_of(CustomerCounts(np.array([10, 0]), np.array([4, 0]))))
        1
    """
    rows = np.flatnonzero(counts.total > 0)

    return Rates(counts.assigned.take(rows), counts.total.take(rows))


@frozen
class Thresholds:
    """The rate below which a customer is low, by size band.

    Attributes:
        bounds: Lower bounds of the bands in total licenses; a total below the first is band 0.
        rates: For each band the threshold, one more than there are bounds; ``None``: nobody is low.
        peers: For each band how many peers were compared.
    """

    bounds: tuple[int, ...]
    rates: tuple[Fraction | None, ...]
    peers: tuple[int, ...]

    def of(self, total: int) -> Fraction | None:
        """The threshold for a customer of a size.

        Example:
            >>> Thresholds((), (Fraction(1, 4),), (7,)).of(100)
            Fraction(1, 4)
        """
        return self.rates[sum(bound <= total for bound in self.bounds)]


@frozen(eq=False)
class _Peers:
    """The rates of one band, as a rule asks for them."""

    band: int
    rates: Rates
    doubles: NDArray[np.float64] | None

    @staticmethod
    def of(band: int, rates: Rates) -> _Peers:
        """Look at the rates as doubles, as far as their integers are exact in doubles."""
        top = max(int(rates.assigned.max(initial=0)), int(rates.total.max(initial=0)))

        return _Peers(
            band, rates, rates.assigned / rates.total if top < _EXACT_IN_DOUBLES else None
        )

    def __len__(self) -> int:
        return len(self.rates)

    def ranked(self, rank: int, /) -> Fraction:
        """The exact rate of a rank.

        Division of exact doubles is rounded correctly: a smaller rate never gets a greater double.
        So the rates of the wanted double hold the wanted rank, and only they are compared exactly.
        """
        if self.doubles is None:
            return _nth(self.rates, np.arange(len(self)), rank)
        wanted = _selected(self.doubles, rank)
        before = int(np.count_nonzero(self.doubles < wanted))

        return _nth(self.rates, np.flatnonzero(self.doubles == wanted), rank - before)


_SAMPLE = 4096
_MANY = 16 * _SAMPLE


def _selected(doubles: NDArray[np.float64], rank: int) -> float:
    """The double of a rank: within a bracket that a sample suggests, if the rank lies in it."""
    if len(doubles) < _MANY:
        return float(np.partition(doubles, rank)[rank])
    sample = np.sort(doubles[:: len(doubles) // _SAMPLE])
    at, margin = rank * len(sample) // len(doubles), len(sample) // 32
    low = sample[max(at - margin, 0)]
    high = sample[min(at + margin, len(sample) - 1)]
    inside = doubles[(doubles >= low) & (doubles <= high)]
    place = rank - int(np.count_nonzero(doubles < low))
    if 0 <= place < len(inside):
        return float(np.partition(inside, place)[place])

    return float(np.partition(doubles, rank)[rank])


def _nth(rates: Rates, rows: Rows, rank: int) -> Fraction:
    """The exact rate of a rank among some rates, which mostly are all the same."""
    assigned, total = rates.assigned[rows], rates.total[rows]
    first = Fraction(int(assigned[0]), int(total[0]))
    if _all_equal(assigned, total, first):
        return first
    row = int(np.argsort(exact_ranks(assigned, total), kind="stable")[rank])

    return Fraction(int(assigned[row]), int(total[row]))


def _all_equal(assigned: Counts, total: Counts, rate: Fraction) -> bool:
    tops = int(assigned.max(initial=1)) * rate.denominator, int(total.max()) * rate.numerator
    if max(tops) >= 2**63:
        return False
    left = assigned * np.int64(rate.denominator)

    return bool((left == total * np.int64(rate.numerator)).all())


def thresholds(rates: Rates, policy: Policy, *, banded: bool) -> Thresholds:
    """What follows from all the rates: below which rate a customer of each size is low.

    A band with fewer peers than ``low_assignment_min_peers`` is compared with all customers that
    have a rate.

    Args:
        rates: The rates of all customers, of every part.
        policy: The rule, its fraction, the bands.
        banded: Whether customers are compared within size bands; if not, everyone is one band.

    Example:
        >>> from partnerkpi.policy import Policy
        >>> three = Rates(np.array([1, 4, 5]), np.array([10, 10, 10]))
        >>> thresholds(three, Policy(), banded=False).of(10)
        Fraction(1, 5)
    """
    bounds = policy.size_bands if banded else ()
    bands = band_codes(rates.total, bounds)
    sizes = np.bincount(bands, minlength=len(bounds) + 1).tolist()
    few = [size < policy.low_assignment_min_peers for size in sizes]
    everyone = _threshold(_Peers.of(0, rates), policy) if any(few) or not banded else None
    found = [
        everyone
        if few[band] or not banded
        else _threshold(_Peers.of((0, *bounds)[band], _of_band(rates, bands, band)), policy)
        for band in range(len(sizes))
    ]
    peers = [len(rates) if few[band] else size for band, size in enumerate(sizes)]

    return Thresholds(bounds, tuple(found), tuple(peers))


def _of_band(rates: Rates, bands: Codes, band: int) -> Rates:
    rows = np.flatnonzero(bands == band)

    return Rates(rates.assigned.take(rows), rates.total.take(rows))


def band_codes(totals: Counts, bounds: tuple[int, ...]) -> NDArray[np.uint8] | Rows:
    """The band of each total: how many bounds are at or below it."""
    if len(bounds) > np.iinfo(np.uint8).max:
        return np.searchsorted(np.array(bounds), totals, side="right")
    bands = np.zeros(len(totals), np.uint8)
    for bound in bounds:
        bands += totals >= bound

    return bands


def _threshold(peers: _Peers, policy: Policy) -> Fraction | None:
    if not len(peers):
        return None

    return policy.low_assignment_rule.threshold(peers, policy.low_assignment_fraction)


def is_low(counts: CustomerCounts, limits: Thresholds) -> Mask:
    """Which customers have a rate strictly below the threshold of their size.

    Exact: doubles decide where they differ, integers where they tie.

    Example:
        >>> from partnerkpi.licenses.columns import CustomerCounts
        >>> counts = CustomerCounts(np.array([10, 10, 0]), np.array([1, 2, 0]))
        >>> is_low(counts, Thresholds((), (Fraction(1, 5),), (3,))).tolist()
        [True, False, False]
    """
    low = np.zeros(len(counts.total), np.bool_)
    rows = _candidates(counts, limits)
    total, assigned = counts.total.take(rows), counts.assigned.take(rows)
    bands = band_codes(total, limits.bounds)
    for band, limit in enumerate(limits.rates):
        if limit is not None:
            within = np.flatnonzero(bands == band)
            low[rows[within]] = _below(assigned[within], total[within], limit)

    return low


def _candidates(counts: CustomerCounts, limits: Thresholds) -> Rows:
    """Customers with a rate that may be low: surely all that are below the highest threshold."""
    highest = max((float(limit) for limit in limits.rates if limit is not None), default=0.0)
    # A little more than the threshold makes up for any rounding.
    bound = counts.total * (highest * (1 + 1e-9))

    return rows_where((counts.assigned <= bound) & (counts.total > 0))


def _below(assigned: Counts, total: Counts, limit: Fraction) -> Mask:
    tops = int(assigned.max(initial=1)), int(total.max(initial=1))
    if max(tops[0] * limit.denominator, tops[1] * limit.numerator) < 2**63:
        below: Mask = assigned * np.int64(limit.denominator) < total * np.int64(limit.numerator)
        return below
    pairs = zip(assigned.tolist(), total.tolist(), strict=True)
    exact = (n * limit.denominator < d * limit.numerator for n, d in pairs)

    return np.fromiter(exact, np.bool_, len(total))
