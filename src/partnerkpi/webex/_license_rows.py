"""Machinery: licenses sorted into subscriptions, and those that are in none."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from partnerkpi.webex.notes import FreeLicense, LeftOut, LeftOutReason
from partnerkpi.webex.products import product_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partnerkpi._faults import FaultLog
    from partnerkpi.webex._answers import Placed
    from partnerkpi.webex._organizations import Organizations
    from partnerkpi.webex.licenses import WebexLicense

__all__ = ["Held", "Line", "Sorted"]

_AN_OWNER = "an organization, by the id of the license or as told by the caller"
_KNOWN_OWNER = "an organization that is among the organizations"
_AS_BEFORE = "what the license with this id says elsewhere"


@frozen
class Line:
    """A license that is observed: its product, its name in the portfolio, and its two counts."""

    license: Placed[WebexLicense]
    product: str
    name: str
    total: int
    assigned: int


@define
class Held:
    """A subscription of an organization, as its licenses show it."""

    organization: int
    subscription: str
    lines: list[Line] = field(factory=list)

    @property
    def total(self) -> int:
        """How many licenses it has."""
        return sum(line.total for line in self.lines)

    @property
    def is_trial(self) -> bool:
        """Whether its id is that of a trial."""
        return self.lines[0].license.record.is_trial


@define
class Sorted:
    """All licenses, each once.

    Attributes:
        held: The subscriptions, in the order in which they first come.
        free: Licenses without a subscription.
        left_out: Licenses that are in no portfolio.
        owners: The positions of organizations of which any license came.
    """

    organizations: Organizations
    products: Mapping[str, str]
    log: FaultLog
    held: dict[tuple[int, str], Held] = field(factory=dict)
    free: list[FreeLicense] = field(factory=list)
    left_out: list[LeftOut] = field(factory=list)
    owners: set[int] = field(factory=set)
    _known: dict[str, str] = field(factory=dict)

    def take(self, licenses: Iterable[Placed[WebexLicense]]) -> None:
        """Sort licenses: all of them at once."""
        seen: dict[tuple[str, str], Placed[WebexLicense]] = {}
        for each in licenses:
            owner = each.record.organization
            key = ("" if owner is None else owner.text, each.record.id.text)
            before = seen.setdefault(key, each)
            if before is each:
                self._one(each)
            elif _same(before.record, each.record):
                self._leave_out(each, LeftOutReason.REPEATED)
            else:
                self.log.add(each.place(), f"{_AS_BEFORE} ({before.place()})", "something else")
        for held in self.held.values():
            _tell_apart(held)

    def shared(self) -> frozenset[str]:
        """The ids of subscriptions that several organizations have."""
        counts = Counter(subscription for _, subscription in self.held)

        return frozenset(name for name, count in counts.items() if count > 1)

    def _one(self, each: Placed[WebexLicense]) -> None:
        license_ = each.record
        owner = self._owner(each)
        if owner is None:
            return
        self.owners.add(owner)
        if not license_.assignable:
            self._leave_out(each, LeftOutReason.NOT_ASSIGNABLE)
        elif license_.total is None or license_.consumed is None:
            self._leave_out(each, LeftOutReason.NO_COUNT)
        elif license_.subscription is None:
            self._take_free(license_, owner, license_.total, license_.consumed)
        else:
            product = self._product(license_.name)
            key = (owner, license_.subscription)
            held = self.held.setdefault(key, Held(*key))
            held.lines.append(Line(each, product, license_.name, license_.total, license_.consumed))

    def _owner(self, each: Placed[WebexLicense]) -> int | None:
        told = each.record.organization
        found = None if told is None else self.organizations.find(told)
        if told is None:
            self.log.add(each.place("id"), _AN_OWNER, "neither")
        elif found is None:
            self.log.add(each.place("id"), _KNOWN_OWNER, repr(told.text))

        return found

    def _take_free(self, license_: WebexLicense, owner: int, total: int, consumed: int) -> None:
        self.free.append(
            FreeLicense(
                customer_id=self.organizations.id_of(owner),
                customer=self.organizations.name_of(owner),
                name=license_.name,
                product=self._product(license_.name),
                total=total,
                assigned=consumed,
            )
        )

    def _leave_out(self, each: Placed[WebexLicense], reason: LeftOutReason) -> None:
        self.left_out.append(LeftOut(each.place(), each.record.name, reason))

    def _product(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = product_of(name, self.products)

        return self._known[name]


def _same(one: WebexLicense, other: WebexLicense) -> bool:
    """Whether both say the same of the license; to whom it is assigned may be left out."""
    return all(getattr(one, name) == getattr(other, name) for name in _FACTS)


_FACTS = ("name", "total", "consumed", "subscription", "site", "assignable")


def _tell_apart(held: Held) -> None:
    """Lines of one product and name are told apart by their sites, or else by their ids."""
    groups = defaultdict(list)
    for place, line in enumerate(held.lines):
        groups[line.product, line.name].append(place)
    for places in groups.values():
        if len(places) == 1:
            continue
        licenses = [held.lines[place].license.record for place in places]
        sites = [each.site for each in licenses]
        apart = len({*sites}) == len(sites) and None not in sites
        for place, license_ in zip(places, licenses, strict=True):
            line = held.lines[place]
            mark = license_.site if apart else license_.id.text
            held.lines[place] = Line(
                line.license, line.product, f"{line.name} ({mark})", line.total, line.assigned
            )
