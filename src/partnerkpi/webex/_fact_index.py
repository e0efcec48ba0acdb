"""Machinery: facts found by the subscription or the customer that they are of."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from attrs import define, field

from partnerkpi.webex.notes import LeftOut, LeftOutReason

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi._faults import FaultLog
    from partnerkpi.webex._answers import Placed
    from partnerkpi.webex._license_rows import Held, Sorted
    from partnerkpi.webex._organizations import Organizations
    from partnerkpi.webex.subscription_facts import SubscriptionFacts

__all__ = ["FactIndex"]

_ONE_ROW = "one row of a subscription, or the same facts again"
_SIGN_IN = "last_admin_sign_in_at"


@define
class FactIndex:
    """The facts, by whom they are of.

    Attributes:
        of_subscriptions: By the key of a subscription of an organization.
        sign_ins: By the position of an organization, where it is stated; none: nobody ever did.
        left_out: Rows that are of nobody, or of several.
    """

    organizations: Organizations
    log: FaultLog
    of_subscriptions: dict[tuple[int, str], Placed[SubscriptionFacts]] = field(factory=dict)
    sign_ins: dict[int, datetime | None] = field(factory=dict)
    left_out: list[LeftOut] = field(factory=list)

    def take(self, facts: list[Placed[SubscriptionFacts]], sorted_: Sorted) -> None:
        """Find out whom each row is of."""
        holders: defaultdict[str, list[Held]] = defaultdict(list)
        for held in sorted_.held.values():
            holders[held.subscription].append(held)
        for each in facts:
            self._one(each, holders)

    def _one(self, each: Placed[SubscriptionFacts], holders: defaultdict[str, list[Held]]) -> None:
        row = each.record
        told = None if row.organization is None else self.organizations.find(row.organization)
        if row.organization is not None and told is None:
            self._leave_out(each, row.organization.raw, LeftOutReason.UNKNOWN_ORGANIZATION)
            return
        mine = [
            held
            for held in holders.get(row.subscription or "", ())
            if told is None or held.organization == told
        ]
        if row.several:
            self._leave_out(each, ", ".join(row.several), LeftOutReason.SEVERAL_SUBSCRIPTIONS)
        elif row.subscription is not None and not mine:
            self._leave_out(each, row.subscription, LeftOutReason.UNKNOWN_SUBSCRIPTION)
        for held in mine:
            self._take(each, (held.organization, held.subscription))
        owners = {held.organization for held in mine} if told is None else {told}
        if _SIGN_IN in row.stated and len(owners) == 1:
            self._take_sign_in(owners.pop(), row.last_admin_sign_in_at)

    def _take(self, each: Placed[SubscriptionFacts], key: tuple[int, str]) -> None:
        before = self.of_subscriptions.setdefault(key, each)
        if before is not each and before.record == each.record:
            self._leave_out(each, key[1], LeftOutReason.REPEATED)
        elif before is not each:
            self.log.add(each.place("subscription"), f"{_ONE_ROW} ({before.place()})", repr(key[1]))

    def _take_sign_in(self, owner: int, at: datetime | None) -> None:
        known = [each for each in (self.sign_ins.get(owner), at) if each is not None]
        self.sign_ins[owner] = max(known, default=None)

    def _leave_out(self, each: Placed[SubscriptionFacts], what: str, reason: LeftOutReason) -> None:
        self.left_out.append(LeftOut(each.place(), what, reason))
