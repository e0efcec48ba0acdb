"""What is known of customers at an instant: looked up when first asked, kept while one is asked.

Statuses, what subscriptions are and what lines count come from where they are defined; here they
are only asked of customers: has it any, how many, since when.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np
from attrs import frozen

from partnerkpi._arrays import new
from partnerkpi._seats import level_sums
from partnerkpi.filters.columns import AGES, Days, coded, counted
from partnerkpi.periods import days_before
from partnerkpi.status.columns import facts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Bits, Counts, Mask
    from partnerkpi.snapshot import Snapshot

__all__ = ["Facts", "Products", "Sums", "added", "expires", "signed_in"]

_MadeT = TypeVar("_MadeT")


class Facts:
    """A portfolio at an instant, and what was already found out about its customers.

    Attributes:
        snapshot: The portfolio at the instant.
    """

    __slots__ = ("_made", "snapshot")

    snapshot: Snapshot

    def __init__(self, snapshot: Snapshot) -> None:
        """Look at nothing yet."""
        self.snapshot = snapshot
        self._made: dict[object, object] = {}

    def __len__(self) -> int:
        """Return how many customers there are."""
        return len(self.snapshot.portfolio)

    def once(self, key: object, make: Callable[[], _MadeT]) -> _MadeT:
        """What is made for a key, made only the first time."""
        if key not in self._made:
            self._made[key] = make()

        return cast("_MadeT", self._made[key])

    def any_of(self, bits: Bits) -> Bits:
        """For each customer the bits that any of its subscriptions has."""
        return self.snapshot.portfolio.customer_columns.subscriptions.any_bits(bits)

    def any(self, subscriptions: Mask) -> Mask:
        """Which customers have any of these subscriptions."""
        mask: Mask = self.any_of(subscriptions.view(np.uint8)).view(np.bool_)

        return mask

    def alive(self) -> Mask:
        """Which subscriptions are pending or active."""
        return self.once("alive", lambda: facts_of(self.snapshot).alive)

    def lines_of(self, products: Mask) -> Mask:
        """Which license lines are of these products; one boolean per label."""
        codes = self.snapshot.portfolio.line_columns.product.codes

        return coded(codes, products)


@frozen(eq=False)
class Products:
    """The products of every customer's lines in subscriptions that have not ended."""

    facts: Facts

    @property
    def labels(self) -> Sequence[str]:
        """All products that any line is of."""
        return self.facts.snapshot.portfolio.line_columns.product.labels.to_list()

    def having(self, wanted: Mask, /) -> Mask:
        """Which customers have any of the wanted ones."""
        layout = self.facts.snapshot.portfolio.subscription_columns.lines
        has = new(layout.groups, np.bool_)
        layout.any(self.facts.lines_of(wanted), has)
        has &= self.facts.alive()

        return self.facts.any(has)

    def counts(self) -> Sequence[int]:
        """How many customers have each."""
        return counted(self)


@frozen(eq=False)
class Sums:
    """What customers' active lines of some product add up to; of all products if none is named.

    Each sum is one number per customer, and raises ``CountOverflowError`` beyond 64 bits.
    """

    facts: Facts
    product: str | None
    lines: Mask | None

    def licenses(self) -> Counts:
        """Licenses bought."""
        return self._summed("licenses", lambda: self._lines(self.facts.snapshot.lines.total))

    def assigned(self) -> Counts:
        """Licenses assigned."""
        return self._summed("assigned", lambda: self._lines(self.facts.snapshot.lines.assigned))

    def used(self) -> Counts:
        """Licenses used in seven days."""
        return self._summed("used", lambda: self._lines(self.facts.snapshot.lines.used_7d))

    def overage(self) -> Counts:
        """Licenses assigned beyond those bought, line by line."""
        return self._summed("overage", lambda: self._lines(self.facts.snapshot.lines.overage))

    def available(self) -> Counts:
        """Licenses bought and not assigned, line by line, as total + overage - assigned."""
        # Never beyond 64 bits on the way: nobody has more in overage than is assigned.
        filled = self.assigned().astype(np.int64) - self.overage().astype(np.int64)
        spare: NDArray[np.int64] = self.licenses().astype(np.int64) - filled

        return spare

    def _summed(self, what: str, by_subscription: Callable[[], Counts]) -> Counts:
        at = self.facts.snapshot
        layout = at.portfolio.customer_columns.subscriptions

        def made() -> Counts:
            return level_sums(layout, [by_subscription()], at.active)[0]

        return self.facts.once((self.product, what), made)

    def _lines(self, counts: Counts) -> Counts:
        layout = self.facts.snapshot.portfolio.subscription_columns.lines

        return level_sums(layout, [counts], self._mask())[0]

    def _mask(self) -> Mask:
        return (
            np.ones(len(self.facts.snapshot.over), np.bool_) if self.lines is None else self.lines
        )


def expires(facts: Facts) -> Days:
    """Days until the soonest end of an active subscription or trial."""
    at = facts.snapshot

    def within(days: int) -> Mask:
        return facts.any(at.active & at.ends_within(days))

    return Days(within, within(AGES))


def added(facts: Facts) -> Days:
    """Days since the latest addition of a subscription or trial."""
    at = facts.snapshot
    columns = at.portfolio.subscription_columns

    def within(days: int) -> Mask:
        return facts.any(at.there & (columns.added >= days_before(at.micros, days)))

    return Days(within, facts.any(at.there))


def signed_in(facts: Facts) -> Days:
    """Days since an administrator last signed in; never is longer ago than any number of days."""
    at = facts.snapshot
    moments = at.portfolio.customer_columns.signed_in
    by_now = moments <= at.micros

    def within(days: int) -> Mask:
        mask: Mask = by_now & (moments >= days_before(at.micros, days))

        return mask

    return Days(within, within(AGES), unending=True)
