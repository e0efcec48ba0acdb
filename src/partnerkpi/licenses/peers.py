"""Low license assignment: a customer's rate among its peers' rates, exactly.

Two phases, so that it works over any partition by customer: first every part gives the rates of its
customers, which merge; then the thresholds that follow from all of them are handed back to the
parts.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, starmap
from math import isqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, field, frozen

from partnerkpi._arrays import lock_counts, locked, new, reached, reduced, rows_where
from partnerkpi.aggregates import exact_ranks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from partnerkpi._arrays import Counts, Mask, Rows
    from partnerkpi.licenses.columns import CustomerCounts
    from partnerkpi.policy import Policy

__all__ = ["Rates", "Thresholds", "is_low", "rates_of", "thresholds"]

_EXACT_IN_DOUBLES = 2**53
_CAP = Fraction(2**64)
_NONE = Fraction(0)


@frozen(eq=False)
class Rates:
    """The assignment rates of customers: assigned / total, kept as two integers.

    A customer without licenses stands here too, with total 0, and has no rate. A mergeable state:
    the identity is ``Rates.empty()``, ``merge`` puts two side by side.

    Attributes:
        assigned: Licenses assigned, one number per customer.
        total: Licenses bought.
        doubles: The rates as doubles, infinite or not a number where there is none; ``None`` where
            the integers are not exact in doubles. Division of exact doubles is rounded correctly:
            a smaller rate never gets a greater double.
    """

    assigned: Counts = field(converter=lock_counts)
    total: Counts = field(converter=lock_counts)
    doubles: NDArray[np.float64] | None = field(init=False, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    def __attrs_post_init__(self) -> None:
        """Divide once, for all who compare."""
        object.__setattr__(self, "doubles", _doubles(self.assigned, self.total))

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
        if not self.total.size or not other.total.size:
            return self if self.total.size else other

        return Rates(
            np.concatenate([self.assigned, other.assigned]),
            np.concatenate([self.total, other.total]),
        )

    def __len__(self) -> int:
        """Return how many customers have a rate.

        Example:
            >>> len(Rates(np.array([1, 0]), np.array([2, 0])))
            1
        """
        return int(np.count_nonzero(self.total != 0))

    def take(self, rows: Rows) -> Rates:
        """The rates at some rows."""
        return Rates(self.assigned.take(rows), self.total.take(rows))


def _doubles(assigned: Counts, total: Counts) -> NDArray[np.float64] | None:
    if max(int(assigned.max(initial=0)), int(total.max(initial=0))) >= _EXACT_IN_DOUBLES:
        return None
    doubles: NDArray[np.float64] = new(len(total), np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        for start in range(0, len(doubles), _STEP):
            part = slice(start, start + _STEP)
            doubles[part] = assigned[part]
            doubles[part] /= total[part].astype(np.float64)

    return locked(doubles)


# Numbers turned into doubles while they are in the fast caches cost half.
_STEP = 1 << 14


def rates_of(counts: CustomerCounts) -> Rates:
    """The rates of a part's customers.

    Example:
        >>> from partnerkpi.licenses.columns import CustomerCounts
        >>> len(rates_of(CustomerCounts(np.array([10, 0]), np.array([4, 0]))))
        1
    """
    return Rates(counts.assigned, counts.total)


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
    """The rates of one band, as a rule asks for them.

    ``rows`` are the rows of ``rates`` that are meant, ``doubles`` those rates.
    """

    band: int
    rates: Rates
    rows: Rows | None
    doubles: NDArray[np.float64] | None
    size: int

    def __len__(self) -> int:
        return self.size

    def ranked(self, rank: int, /) -> Fraction:
        """The exact rate of a rank."""
        return self._ranked(rank)[0]

    def median(self) -> Fraction:
        """The exact median rate."""
        low, high = self._ranked((self.size - 1) // 2, self.size // 2)

        return (low + high) / 2

    def _ranked(self, *ranks: int) -> list[Fraction]:
        # The rates of a wanted double hold the wanted rank, and only they are compared exactly.
        if self.doubles is None:
            known = self._exact_rates(np.arange(len(self.rates.total), dtype=np.intp))
            return [_nth(known, rank) for rank in ranks]
        inside, before = _bracket(self.doubles, self.size, ranks)
        doubles = self.doubles.take(inside)
        ordered = np.partition(doubles, [rank - before for rank in ranks])

        return [
            self._exact(inside, doubles, float(ordered[rank - before]), rank - before)
            for rank in ranks
        ]

    def _exact(
        self, inside: Rows, doubles: NDArray[np.float64], wanted: float, rank: int
    ) -> Fraction:
        below = int(np.count_nonzero(doubles < wanted))

        return _nth(self._exact_rates(inside[doubles == wanted]), rank - below)

    def _exact_rates(self, places: Rows) -> Rates:
        rows = places if self.rows is None else self.rows.take(places)
        rates = self.rates.take(rows)

        return rates.take(np.flatnonzero(rates.total))


_MANY = 4096
_SHARE = 64


def _bracket(doubles: NDArray[np.float64], size: int, ranks: tuple[int, ...]) -> tuple[Rows, int]:
    """Rows of which the wanted ranks are, as a sample suggests, and how many rank before them."""
    if len(doubles) < _MANY:
        return np.flatnonzero(np.isfinite(doubles)), 0
    wanted = min(max(len(doubles) // _SHARE, _MANY // 4), _MANY)
    sample = np.sort(doubles[:: len(doubles) // wanted])
    sample = sample[np.isfinite(sample)]
    # Four times what a rank of the sample strays from its share, in the middle.
    margin = 2 * isqrt(len(sample))
    low = sample[max(min(ranks) * len(sample) // size - margin, 0)]
    high = sample[min(max(ranks) * len(sample) // size + margin, len(sample) - 1)]
    inside = rows_where((doubles >= low) & (doubles <= high))
    before = int(np.count_nonzero(doubles < low))
    if before <= min(ranks) and max(ranks) < before + len(inside):
        return inside, before

    return np.flatnonzero(np.isfinite(doubles)), 0


def _nth(rates: Rates, rank: int) -> Fraction:
    """The exact rate of a rank among some rates, which mostly are all the same."""
    assigned, total = rates.assigned, rates.total
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
    if not banded:
        everyone = _Peers(0, rates, None, rates.doubles, len(rates))
        return Thresholds((), (_threshold(everyone, policy),), (len(rates),))
    everyone, *bands = _bands(rates, policy.size_bands)
    # Who lacks peers of its size is compared with everyone, yet stays of its size.
    compared = [
        peers
        if len(peers) >= policy.low_assignment_min_peers
        else evolve(everyone, band=peers.band)
        for peers in bands
    ]

    return Thresholds(
        policy.size_bands,
        tuple(_threshold(peers, policy) for peers in compared),
        tuple(map(len, compared)),
    )


def _bands(rates: Rates, bounds: tuple[int, ...]) -> Iterator[_Peers]:
    """The peers without bands, then those of each size band."""
    rows = rows_where(rates.total != 0)
    bands = reached(rates.total.take(rows), bounds)
    order = np.argsort(bands, kind="stable")
    rows = rows.take(order)
    doubles = None if rates.doubles is None else rates.doubles.take(rows)
    cuts = np.searchsorted(bands.take(order), range(len(bounds) + 2)).tolist()
    yield _peers(0, rates, rows, doubles)
    for bound, here in zip((0, *bounds), starmap(slice, pairwise(cuts)), strict=True):
        yield _peers(bound, rates, rows[here], None if doubles is None else doubles[here])


def _peers(band: int, rates: Rates, rows: Rows, doubles: NDArray[np.float64] | None) -> _Peers:
    if doubles is None:
        return _Peers(band, rates.take(rows), None, None, len(rows))

    return _Peers(band, rates, rows, doubles, len(rows))


def _threshold(peers: _Peers, policy: Policy) -> Fraction | None:
    if not len(peers):
        return None

    return policy.low_assignment_rule.threshold(peers, policy.low_assignment_fraction)


def is_low(rates: Rates, limits: Thresholds) -> Mask:
    """Which customers have a rate strictly below the threshold of their size.

    Exact: doubles only leave out those that are surely not low, integers decide.

    Example:
        >>> rates = Rates(np.array([1, 2, 0]), np.array([10, 10, 0]))
        >>> is_low(rates, Thresholds((), (Fraction(1, 5),), (3,))).tolist()
        [True, False, False]
    """
    low: Mask = new(len(rates.total), np.bool_)
    low[:] = False
    rows = _candidates(rates, limits)
    assigned, total = rates.assigned.take(rows), rates.total.take(rows)
    bands = reached(total, limits.bounds)
    for band, limit in enumerate(limits.rates):
        if limit is not None:
            within = np.flatnonzero(bands == band)
            low[rows[within]] = _below(assigned.take(within), total.take(within), limit)

    return low


def _candidates(rates: Rates, limits: Thresholds) -> Rows:
    """Who may be low: surely all that are below the highest threshold, and a little more."""
    # No rate is as high as the cap, and every fraction below it is a double.
    highest = max(
        (float(min(limit, _CAP)) for limit in limits.rates if limit is not None), default=0.0
    )
    if rates.doubles is None:
        return np.flatnonzero(rates.total)

    return rows_where(rates.doubles <= highest * (1 + 1e-9))


def _below(assigned: Counts, total: Counts, limit: Fraction) -> Mask:
    tops = int(assigned.max(initial=1)), int(total.max(initial=1))
    if max(tops[0] * limit.denominator, tops[1] * limit.numerator) < 2**63:
        below: Mask = assigned * np.int64(limit.denominator) < total * np.int64(limit.numerator)
        return below
    pairs = zip(assigned.tolist(), total.tolist(), strict=True)
    exact = (n * limit.denominator < d * limit.numerator for n, d in pairs)

    return np.fromiter(exact, np.bool_, len(total))
