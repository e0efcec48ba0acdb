"""Machinery: what answers say of customers themselves: tags, administrators, attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

from partnerkpi.errors import InputError
from partnerkpi.managing_models import Administrator, AdministratorId, Role
from partnerkpi.webex.notes import LeftOut, LeftOutReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partnerkpi._faults import FaultLog
    from partnerkpi.webex._answers import Placed
    from partnerkpi.webex._organizations import Organizations
    from partnerkpi.webex.administrators import WebexAdministrator
    from partnerkpi.webex.ids import WebexId
    from partnerkpi.webex.tags import WebexTags
    from partnerkpi.webex.wholesale import WebexWholesaleCustomer

__all__ = ["CustomerFacts"]

_ONE_SET = "one set of tags of an organization"
_KNOWN_OWNER = "an organization that is among the organizations"


@define
class CustomerFacts:
    """What is said of customers, by the position of their organization.

    Attributes:
        tags: Their tags.
        trials: Of subscriptions whether they are trials, by id.
        administrators: Who is assigned to them.
        attributes: Texts about them, by name.
        left_out: What has no place in the portfolio.
    """

    organizations: Organizations
    log: FaultLog
    tags: dict[int, tuple[str, ...]] = field(factory=dict)
    trials: dict[tuple[int, str], bool] = field(factory=dict)
    administrators: dict[int, dict[str, Administrator]] = field(factory=dict)
    attributes: dict[int, dict[str, str]] = field(factory=dict)
    left_out: list[LeftOut] = field(factory=list)

    def take_tags(self, given: Iterable[Placed[WebexTags]]) -> None:
        """Take tags of organizations, and whether subscriptions are trials."""
        for each in given:
            owner = self.organizations.find(each.record.organization)
            if owner is None:
                self._leave_out(each, each.record.name, LeftOutReason.UNKNOWN_ORGANIZATION)
            elif each.record.subscription is None:
                self._take_tags(each, owner)
            else:
                self._take_trial(each, owner, each.record.subscription)

    def _take_tags(self, each: Placed[WebexTags], owner: int) -> None:
        before = self.tags.setdefault(owner, each.record.tags)
        if before != each.record.tags:
            expected = f"{_ONE_SET} ({', '.join(before)})"
            self.log.add(each.place("tags"), expected, ", ".join(each.record.tags))

    def _take_trial(self, each: Placed[WebexTags], owner: int, subscription: str) -> None:
        if each.record.is_trial is not None:
            self.trials[owner, subscription] = each.record.is_trial
        if each.record.tags:
            self._leave_out(each, subscription, LeftOutReason.TAGS_OF_SUBSCRIPTION)

    def take_administrators(
        self,
        told: WebexId,
        given: Iterable[Placed[WebexAdministrator]],
        roles: Mapping[str, Role],
    ) -> None:
        """Take who is assigned to an organization."""
        owner = self.organizations.find(told)
        for each in given:
            role = roles.get(each.record.role)
            if owner is None:
                self.log.add(each.place(), _KNOWN_OWNER, repr(told.text))
            elif role is None:
                self._leave_out(each, each.record.name, LeftOutReason.OTHER_ROLE)
            elif not each.record.emails:
                self._leave_out(each, each.record.name, LeftOutReason.NO_EMAIL)
            else:
                self._take_administrator(each, owner, role)

    def _take_administrator(self, each: Placed[WebexAdministrator], owner: int, role: Role) -> None:
        record, known = each.record, self.administrators.setdefault(owner, {})
        if record.id.text in known:
            self._leave_out(each, record.name, LeftOutReason.REPEATED)
            return
        try:
            known[record.id.text] = Administrator(
                id=AdministratorId(record.id.text),
                name=record.name or record.emails[0],
                email=record.emails[0],
                role=role,
            )
        except InputError as error:
            for fault in error.faults:
                self.log.add(each.place("emails"), fault.expected, fault.found)

    def take_wholesale(self, given: Iterable[Placed[WebexWholesaleCustomer]]) -> None:
        """Take what wholesale says of customers, as attributes."""
        for each in given:
            told = each.record.organization
            owner = None if told is None else self.organizations.find(told)
            name = each.record.external_id or each.record.id.text
            if told is None:
                self._leave_out(each, name, LeftOutReason.NOT_PROVISIONED)
            elif owner is None:
                self._leave_out(each, name, LeftOutReason.UNKNOWN_ORGANIZATION)
            else:
                self.attributes[owner] = _attributes(each.record)

    def _leave_out(self, each: Placed[object], what: str, reason: LeftOutReason) -> None:
        self.left_out.append(LeftOut(each.place(), what, reason))


def _attributes(customer: WebexWholesaleCustomer) -> dict[str, str]:
    found = {
        "country": customer.address.country if customer.address else "",
        "external_id": customer.external_id,
        "wholesale_status": customer.status,
        "wholesale_packages": ", ".join(customer.packages),
    }

    return {name: value for name, value in found.items() if value}
