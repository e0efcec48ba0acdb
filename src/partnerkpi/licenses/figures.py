"""Ask for license figures alone: of any products, with or without the trend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import frozen

from partnerkpi._showing import Shown
from partnerkpi.licenses.kpis import (
    Overview,
    ProductSections,
    Sayer,
    finish_overview,
    finish_product,
)
from partnerkpi.licenses.state import PRODUCTS, license_state, limits, look, rates_state
from partnerkpi.policy import Policy
from partnerkpi.snapshot import Snapshot, snapshot

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.columns import Portfolio

__all__ = ["LicenseFigures", "figures", "figures_at"]


@frozen(eq=False)
class LicenseFigures(Shown):
    """The license figures of a portfolio.

    Attributes:
        overview: The overview's figures, over Meetings and Calling.
        products: The sections of each product asked for, by its code.
    """

    overview: Overview
    products: Mapping[str, ProductSections]


def figures(
    portfolio: Portfolio,
    *,
    as_of: datetime,
    policy: Policy | None = None,
    products: Sequence[str] = PRODUCTS,
    trend: bool = True,
) -> LicenseFigures:
    """The overview, and the sections of some products: also of those that no report lists.

    Args:
        portfolio: The portfolio.
        as_of: A timezone-aware instant.
        policy: Windows and thresholds; the defaults if not given.
        products: Codes of the products whose sections are wanted, such as ``messaging``.
        trend: Whether the distribution trend is wanted, which looks at all observations.

    Raises:
        InstantError: the instant is naive or out of range.
        CountOverflowError: a sum is beyond 64 bits.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.columns import Portfolio
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> found = figures(Portfolio.from_customers([]), as_of=when, products=["messaging"])
        >>> found.products["messaging"].overage.licenses.value
        0
    """
    at = snapshot(portfolio, as_of, policy or Policy())

    return figures_at(at, products=products, trend=trend)


def figures_at(
    at: Snapshot, *, products: Sequence[str] = PRODUCTS, trend: bool = True
) -> LicenseFigures:
    """The same for a portfolio that has been looked at already."""
    seen = look(at, products)
    state = license_state(seen, limits(rates_state(seen), at.policy), trend=trend)
    say = Sayer(at.as_of, at.policy)
    pairs = zip(products, state.products, strict=True)

    return LicenseFigures(
        finish_overview(state.overview, say),
        MappingProxyType({code: finish_product(each, say) for code, each in pairs}),
    )
