"""A portfolio that was made of the platform's answers, and what has to be said beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from partnerkpi._frozen import Frozen
from partnerkpi.columns import Portfolio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from partnerkpi.webex.notes import FreeLicense, IncompleteFigure, LeftOut, MissingFacts

__all__ = ["WebexPortfolio"]


def _counts(counts: Mapping[str, int]) -> Mapping[str, int]:
    return Frozen(counts)


@frozen(eq=False, kw_only=True)
class WebexPortfolio:
    """A portfolio made of answers of the platform: what a report can be made of, and its limits.

    Attributes:
        portfolio: The customers, each line observed once, at ``observed_at``.
        observed_at: When the answers were fetched.
        missing: What nobody says, customer by customer.
        incomplete: Which figures need what is missing, and how much that concerns.
        free_licenses: Licenses without a subscription, which are not in the portfolio.
        left_out: What else is not in it, and why.
        shared_subscriptions: Ids of subscriptions that several organizations share; in the
            portfolio each of these has one of its own, ``id@customer``.
        without_licenses: Ids of customers of which no license came.
        ignored: How often each key that this release does not know was passed over, by answer.

    What was left out in lenient reading is listed in ``portfolio.faults``.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi import webex
        >>> row = {"id": "l", "name": "Webex Suite", "totalUnits": 5, "consumedUnits": 1}
        >>> found = webex.portfolio(
        ...     organizations={"items": [{"id": "o-1", "displayName": "Globex"}]},
        ...     licenses={"o-1": {"items": [row | {"subscriptionId": "Sub1"}]}},
        ...     observed_at=datetime(2026, 11, 22, tzinfo=timezone.utc),
        ... )
        >>> found.portfolio.customers[0].subscriptions[0].licenses[0].product
        'meetings'
        >>> print(found.missing[1])
        Globex (o-1), Sub1: added_at, ends_at, auto_renew, paid, set_up
    """

    portfolio: Portfolio
    observed_at: datetime
    missing: tuple[MissingFacts, ...] = ()
    incomplete: tuple[IncompleteFigure, ...] = ()
    free_licenses: tuple[FreeLicense, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    shared_subscriptions: tuple[str, ...] = ()
    without_licenses: tuple[str, ...] = ()
    ignored: Mapping[str, int] = field(default=Frozen({}), converter=_counts)

    @property
    def left_out_counts(self) -> Mapping[str, int]:
        """How much was left out for each reason."""
        return Frozen(Counter(each.reason.value for each in self.left_out))

    @property
    def free_license_counts(self) -> Mapping[str, int]:
        """How many licenses of each name are free."""
        found = Counter[str]()
        for each in self.free_licenses:
            found[each.name] += each.total

        return Frozen(found)

    def notes(self) -> tuple[str, ...]:
        """What has to be said, a sentence each: incomplete figures first, then what is not there.

        Example:
            >>> from datetime import datetime, timezone
            >>> from partnerkpi import webex
            >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
            >>> found = webex.portfolio(organizations=[], licenses=[], observed_at=when)
            >>> found.notes()
            ()
        """
        return tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        yield from _incomplete(self.incomplete)
        unsigned = sum(each.subscription_id is None for each in self.missing)
        if unsigned:
            yield f"no_recent_activity holds of {unsigned} customers of whom no sign-in is known"
        free = self.free_license_counts
        if free:
            what = ", ".join(f"{name} ({count})" for name, count in sorted(free.items()))
            yield f"free licenses are in no share: {what}"
        for reason, count in self.left_out_counts.items():
            yield f"left out {count}: {reason}"
        for each in self.shared_subscriptions:
            yield f"subscription {each!r} is shared by several organizations"
        if self.without_licenses:
            yield f"no license came of {len(self.without_licenses)} customers"
        for name, count in self.ignored.items():
            yield f"passed over {name!r} {count} times"

    def to_text(self, *, rows: int | None = 10) -> str:
        """The notes and what is missing, as lines of plain text.

        Args:
            rows: How many customers or subscriptions with missing facts to list; ``None`` for all.

        Example:
            >>> from datetime import datetime, timezone
            >>> from partnerkpi import webex
            >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
            >>> print(webex.portfolio(organizations=[], licenses=[], observed_at=when).to_text())
            0 customers, observed at 2026-11-22T00:00:00+00:00
        """
        shown = self.missing[:rows]
        lines = [f"{len(self.portfolio)} customers, observed at {self.observed_at.isoformat()}"]
        lines += self._notes()
        lines += [f"missing of {each}" for each in shown]
        if len(self.missing) > len(shown):
            lines.append(f"... and {len(self.missing) - len(shown)} more")

        return "\n".join(lines)


def _incomplete(figures: tuple[IncompleteFigure, ...]) -> Iterator[str]:
    """Figures that miss the same of the same, together."""
    together: dict[str, list[str]] = {}
    for each in figures:
        together.setdefault(each.what, []).append(each.figure)
    for what, names in together.items():
        yield f"incomplete, as {what} is known: {', '.join(names)}"
