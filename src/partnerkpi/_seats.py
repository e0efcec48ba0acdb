"""Machinery: what subscriptions count of a product, summed over their license lines.

A portfolio holds these sums as the newest observation of every line gives them: they are a part of
its columns, like the layout. Whoever asks for an earlier instant corrects them by the lines that
were observed since, mostly few.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import lock_counts, lock_mask, locked, new, reduced, sheet
from partnerkpi._frozen import Frozen
from partnerkpi.errors import CountOverflowError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Counts, Mask, Rows
    from partnerkpi._groups import Arranged, Levels
    from partnerkpi._moments import Moments

__all__ = ["PRODUCTS", "HeldSeats", "LineSeats", "ProductCounts", "held_seats", "level_sums"]

PRODUCTS = ("meetings", "calling")

_HELD = np.uint32


@frozen(eq=False)
class LineSeats:
    """What some license lines count.

    Attributes:
        total: Licenses bought, one number per line.
        assigned: Licenses assigned.
        used_7d: Licenses used in seven days.
    """

    total: Counts
    assigned: Counts
    used_7d: Counts

    @property
    def overage(self) -> Counts:
        """Licenses assigned beyond those bought."""
        excess: Counts = np.maximum(self.total, self.assigned)
        excess -= self.total

        return excess

    def columns(self) -> tuple[Counts, Counts, Counts, Counts]:
        """What is summed, in the order of ``ProductCounts``."""
        return self.total, self.assigned, self.used_7d, self.overage

    def take(self, rows: Codes) -> LineSeats:
        """Some of the lines."""
        return LineSeats(*(each.take(rows) for each in (self.total, self.assigned, self.used_7d)))

    def where(self, known: Mask) -> LineSeats:
        """The same, with 0 where nothing is known."""
        return LineSeats(*(each * known for each in (self.total, self.assigned, self.used_7d)))


@frozen(eq=False)
class ProductCounts:
    """What every subscription counts of a product: sums over its lines of it.

    Of the four sums, ``total + overage == assigned + available`` always; spare seats of one line
    never hide an overage of another, because each is summed by line.

    Attributes:
        has: Which subscriptions have such a line.
        total: Licenses bought, one number per subscription.
        assigned: Licenses assigned.
        used_7d: Licenses used in seven days.
        overage: Licenses assigned beyond those bought.
        over: Which subscriptions have any.
    """

    has: Mask = field(converter=lock_mask)
    total: Counts = field(converter=lock_counts)
    assigned: Counts = field(converter=lock_counts)
    used_7d: Counts = field(converter=lock_counts)
    overage: Counts = field(converter=lock_counts)
    over: Mask = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Compare once, for all who ask."""
        object.__setattr__(self, "over", locked(self.overage > 0))

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    @staticmethod
    def of_lines(layout: Arranged, lines: LineSeats, mask: Mask) -> ProductCounts:
        """Sum the lines under a mask.

        Raises:
            CountOverflowError: a subscription's sum is beyond 64 bits.
        """
        has = new(layout.groups, np.bool_)
        layout.any(mask, has)

        return ProductCounts(has, *level_sums(layout, lines.columns(), mask))

    @property
    def nbytes(self) -> int:
        """The bytes that the arrays take."""
        return self.has.nbytes + self.over.nbytes + sum(each.nbytes for each in self._sums())

    def _sums(self) -> tuple[Counts, Counts, Counts, Counts]:
        return self.total, self.assigned, self.used_7d, self.overage

    def available(self, rows: Rows) -> NDArray[np.int64]:
        """Licenses bought and not assigned, of some subscriptions."""
        wide = [each[rows].astype(np.int64) for each in (self.total, self.overage, self.assigned)]
        spare: NDArray[np.int64] = wide[0] + wide[1] - wide[2]

        return spare

    def copy(self) -> ProductCounts:
        """The same without the room to spare of new columns, to be kept."""
        return ProductCounts(self.has.copy(), *(each.copy() for each in self._sums()))

    def take(self, rows: Rows) -> ProductCounts:
        """The sums of some subscriptions."""
        return ProductCounts(self.has.take(rows), *(each.take(rows) for each in self._sums()))

    def corrected(self, owners: Rows, gains: Iterable[Counts]) -> ProductCounts:
        """The sums after some lines of these subscriptions gained so much, modulo their type."""
        pairs = zip(self._sums(), gains, strict=True)

        return ProductCounts(self.has, *(_gained(each, owners, gain) for each, gain in pairs))


def _gained(sums: Counts, owners: Rows, gains: Counts) -> Counts:
    changed = np.flatnonzero(gains != 0)
    gained: Counts = new(len(sums), sums.dtype)
    gained[:] = sums
    np.add.at(gained, owners.take(changed), gains.take(changed))

    return gained


def _frozen_products(products: Mapping[str, ProductCounts]) -> Mapping[str, ProductCounts]:
    return Frozen(products)


@frozen(eq=False)
class HeldSeats:
    """What subscriptions count of some products, and which have an overage of any product.

    Attributes:
        since: From which instant on this holds: that of the newest observation, microseconds UTC,
            or ``NEVER``.
        overage: Licenses assigned beyond those bought, over the lines of all products.
        products: The sums of each product, by its code.
        over: Which subscriptions have an overage.
    """

    since: int
    overage: Counts = field(converter=lock_counts)
    products: Mapping[str, ProductCounts] = field(converter=_frozen_products)
    over: Mask = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Compare once, for all who ask."""
        object.__setattr__(self, "over", locked(self.overage > 0))

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    @property
    def nbytes(self) -> int:
        """The bytes that the arrays take."""
        mine = self.overage.nbytes + self.over.nbytes

        return mine + sum(each.nbytes for each in self.products.values())

    def take(self, rows: Rows) -> HeldSeats:
        """The sums of some subscriptions."""
        products = {code: each.take(rows) for code, each in self.products.items()}

        return HeldSeats(self.since, self.overage[rows], products)

    def corrected(
        self, since: int, owners: Rows, of_product: Mapping[str, Rows], lines: LineSeats
    ) -> HeldSeats:
        """The sums from an earlier instant on.

        Args:
            since: The instant.
            owners: The subscriptions of the lines that counted something else then.
            of_product: Which of these lines are of each product.
            lines: For each of these lines what it counted then, and what it counts here.
        """
        # Unsigned numbers wrap on the way; the sums themselves fit.
        gains = [np.subtract(*each.T, dtype=_HELD, casting="unsafe") for each in lines.columns()]
        products = {
            code: each.corrected(owners.take(rows), [gain.take(rows) for gain in gains])
            for code, each in self.products.items()
            for rows in [of_product[code]]
        }

        return HeldSeats(since, _gained(self.overage, owners, gains[-1]), products)


def held_seats(
    layout: Arranged, lines: LineSeats, observed: Moments, of_product: Callable[[str], Mask]
) -> HeldSeats | None:
    """The sums to be held; none where they might not fit four bytes.

    Args:
        layout: The layout of the lines by subscription.
        lines: What every line counts by its newest observation.
        observed: When the observations were made, those of all lines.
        of_product: Which lines are of a product.
    """
    if not _fits(layout, lines):
        return None
    overage = np.empty(layout.groups, _HELD)
    layout.sums(lines.overage, overage)
    sums = {code: ProductCounts.of_lines(layout, lines, of_product(code)) for code in PRODUCTS}

    return HeldSeats(observed.newest, overage, {code: each.copy() for code, each in sums.items()})


def _fits(layout: Arranged, lines: LineSeats) -> bool:
    return _most(lines.columns()) * layout.longest <= np.iinfo(_HELD).max


def _most(columns: Iterable[Counts]) -> int:
    return max(int(counts.max(initial=0)) for counts in columns)


def level_sums(layout: Levels | Arranged, columns: Sequence[Counts], mask: Mask) -> list[Counts]:
    """Sums per group of columns under a mask, in a type that is known to hold them.

    Raises:
        CountOverflowError: a sum is beyond 64 bits.
    """
    most = _most(columns) * layout.longest
    sums = sheet(len(columns), layout.groups, np.uint32 if most < 2**32 else np.int64)
    factors = mask.astype(sums.dtype)
    for counts, out in zip(columns, sums, strict=True):
        if most >= 2**63:
            _refuse_overflow(layout, counts * mask)
        layout.sums(counts, out, factors)

    return [locked(each) for each in sums]


def _refuse_overflow(layout: Levels | Arranged, counts: Any) -> None:
    # The doubles only choose whom to sum exactly: they are off by far less than a factor of two.
    rough = np.empty(layout.groups, np.float64)
    layout.sums(counts, rough)
    rows, position = layout.members(np.flatnonzero(rough >= 2**62))
    exact: dict[int, int] = {}
    for place, count in zip(position.tolist(), counts[rows].tolist(), strict=True):
        exact[place] = exact.get(place, 0) + count
    if any(total >= 2**63 for total in exact.values()):
        msg = "the licenses of one customer or subscription add up to more than fits 64 bits"
        raise CountOverflowError(msg)
