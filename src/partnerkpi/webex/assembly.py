"""From answers of the platform to a portfolio, with what has to be said beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

from attrs import define, evolve

from partnerkpi._faults import FAULT_CAP, FaultLog, shown
from partnerkpi._instants import of_datetime, to_datetime
from partnerkpi.errors import Place
from partnerkpi.io._cells import step, text_fault
from partnerkpi.models import Partner, PartnerId
from partnerkpi.webex._answers import Gathering, owners_and_sources
from partnerkpi.webex._building import Builder, incomplete_figures, missing_of
from partnerkpi.webex._customer_rows import CustomerFacts
from partnerkpi.webex._fact_index import FactIndex
from partnerkpi.webex._license_rows import Sorted
from partnerkpi.webex._organizations import Organizations
from partnerkpi.webex.administrators import ADMINISTRATOR_ROLES
from partnerkpi.webex.administrators import administrators as read_administrators
from partnerkpi.webex.ids import decode_id
from partnerkpi.webex.licenses import licenses as read_licenses
from partnerkpi.webex.notes import LeftOut, LeftOutReason
from partnerkpi.webex.organizations import organizations as read_organizations
from partnerkpi.webex.subscription_facts import subscription_facts
from partnerkpi.webex.tags import tags as read_tags
from partnerkpi.webex.webex_portfolio import WebexPortfolio
from partnerkpi.webex.wholesale import wholesale_customers

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.columns import Portfolio
    from partnerkpi.managing_models import Role
    from partnerkpi.webex._answers import ByOrganization, Given, Placed
    from partnerkpi.webex.administrators import WebexAdministrator
    from partnerkpi.webex.licenses import WebexLicense
    from partnerkpi.webex.organizations import WebexOrganization
    from partnerkpi.webex.subscription_facts import SubscriptionFacts
    from partnerkpi.webex.tags import WebexTags
    from partnerkpi.webex.wholesale import WebexWholesaleCustomer

__all__ = ["portfolio"]

Undated: TypeAlias = Literal["long_ago", "leave_out"]

_OWN = "the id of the partner's own organization, among the organizations"


class _Reading(TypedDict):
    lenient: bool
    max_faults: int


def portfolio(
    *,
    organizations: Given[WebexOrganization],
    licenses: Given[WebexLicense] | ByOrganization[WebexLicense],
    observed_at: datetime,
    tags: Given[WebexTags] | None = None,
    facts: Given[SubscriptionFacts] | None = None,
    administrators: ByOrganization[WebexAdministrator] | None = None,
    wholesale: Given[WebexWholesaleCustomer] | None = None,
    partner: Partner | str | None = None,
    products: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
    undated: Undated = "long_ago",
    lenient: bool = False,
    max_faults: int = FAULT_CAP,
) -> WebexPortfolio:
    """Make a portfolio of answers of the platform, and say what they leave open.

    A customer is an organization, its id the organization's UUID, as call history has it. A
    subscription is what licenses have the id of; a license line is a license with that name, its
    product by ``LICENSE_PRODUCTS``, observed once, at ``observed_at``. Lines of one name in one
    subscription are told apart by their sites, else by their ids. A subscription is a trial where
    the facts say so, else where its tags do, else where its id begins with ``trialSub.``.

    No answer tells dates, renewal, payment, set-up, sign-ins, or which licenses were used: what
    ``facts`` do not state is listed as missing, and the figures that need it as incomplete. Until
    then a subscription has no end, does not renew itself, is paid and set up, nobody signed in to
    the customer, and nothing was used: figures count only what is stated. One that has a start and
    no day of being added was added at its start.

    Args:
        organizations: All organizations, the partner's own may be among them.
        licenses: Licenses of all of them; or a mapping from organizations to answers, which is
            needed for ids that do not say the organization.
        observed_at: When the answers were fetched; a timezone-aware instant.
        tags: Tags of organizations, and of subscriptions (which say whether they are trials).
        facts: What no answer says: see ``subscription_facts``.
        administrators: Who is assigned to each organization, by its id.
        wholesale: Wholesale customers: country, own id, status and packages become attributes
            ``country``, ``external_id``, ``wholesale_status`` and ``wholesale_packages``.
        partner: The partner: the id of its own organization, or a ``Partner`` with that id, or
            with that organization. It becomes ``partner.organization`` and is no customer.
        products: Products of license names, asked before ``LICENSE_PRODUCTS``.
        roles: Roles of administrators, asked before ``ADMINISTRATOR_ROLES``.
        undated: What becomes of a subscription of which nobody says since when it is there:
            ``long_ago`` has it there from 1970-01-01, so that it is never recent and its weekly
            changes are those of its observations; ``leave_out`` leaves it out, and lists it.
        lenient: Leave out what is faulty, with all that depends on it; the result lists it.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: an answer, the facts, or what they say together is faulty; carries every fault.
        InstantError: ``observed_at`` is naive or out of range.
        OSError: a path cannot be opened.

    Example:
        >>> from datetime import datetime, timezone
        >>> row = {"id": "l-1", "name": "Webex Calling - Professional", "totalUnits": 50}
        >>> found = portfolio(
        ...     organizations=[{"id": "o-1", "displayName": "Globex"}],
        ...     licenses={"o-1": [row | {"consumedUnits": 60, "subscriptionId": "Sub1"}]},
        ...     facts=[{"subscription_id": "Sub1", "starts_at": "2026-01-10"}],
        ...     observed_at=datetime(2026, 11, 22, tzinfo=timezone.utc),
        ... )
        >>> subscription = found.portfolio.customers[0].subscriptions[0]
        >>> subscription.licenses[0].product, subscription.added_at.date().isoformat()
        ('calling', '2026-01-10')
    """
    when = to_datetime(of_datetime(observed_at))
    reader = _Reader(Gathering(FaultLog(max_faults)), max_faults)
    known = reader.organizations(organizations)
    said = CustomerFacts(known, reader.log)
    said.take_tags(reader.tags(tags))
    said.take_wholesale(reader.wholesale(wholesale))
    for owner, people in reader.administrators(administrators):
        said.take_administrators(decode_id(owner), people, {**ADMINISTRATOR_ROLES, **(roles or {})})
    lines = Sorted(known, _checked(products or {}, reader.log), reader.log)
    lines.take(reader.licenses(licenses))
    index = FactIndex(known, reader.log)
    index.take(reader.facts(facts), lines)
    builder = Builder(known, said, index, lines.shared(), when, reader.log)
    undated_ones = [*_added(builder, lines, leave_out=undated == "leave_out")]
    whole = _portfolio(builder, partner)
    if not lenient:
        reader.log.refuse()
    left_out = (*known.repeated, *said.left_out, *lines.left_out, *undated_ones, *index.left_out)

    return _noted(builder, lines, whole, reader.gathering, left_out)


@define
class _Reader:
    """Reads what was not read yet; faults go where all of them do."""

    gathering: Gathering
    max_faults: int

    @property
    def log(self) -> FaultLog:
        """Where faults go."""
        return self.gathering.log

    @property
    def _how(self) -> _Reading:
        return {"lenient": True, "max_faults": self.max_faults}

    def organizations(self, given: Given[WebexOrganization]) -> Organizations:
        """The organizations, each once."""
        read = partial(read_organizations, **self._how)

        return Organizations.of(self.gathering.records("organizations", given, read), self.log)

    def tags(self, given: Given[WebexTags] | None) -> list[Placed[WebexTags]]:
        """The tags."""
        return self.gathering.records("tags", given, partial(read_tags, **self._how))

    def wholesale(
        self, given: Given[WebexWholesaleCustomer] | None
    ) -> list[Placed[WebexWholesaleCustomer]]:
        """The wholesale customers."""
        read = partial(wholesale_customers, **self._how)

        return self.gathering.records("wholesale", given, read)

    def administrators(
        self, given: ByOrganization[WebexAdministrator] | None
    ) -> Iterator[tuple[str, list[Placed[WebexAdministrator]]]]:
        """The administrators of each organization."""
        for owner in given or ():
            answers: Given[WebexAdministrator] = (given or {})[owner]
            read = partial(read_administrators, organization=owner, **self._how)
            yield owner, self.gathering.records("administrators", answers, read)

    def licenses(
        self, given: Given[WebexLicense] | ByOrganization[WebexLicense]
    ) -> Iterator[Placed[WebexLicense]]:
        """The licenses, of whichever organization."""
        pairs: Iterator[tuple[str | None, Given[WebexLicense]]]
        pairs = owners_and_sources(given, _KEYS_OF_LICENSES)
        for told, answers in pairs:
            read = partial(read_licenses, organization=told, **self._how)
            for each in self.gathering.records("licenses", answers, read):
                yield each if told is None else _owned(each, told)

    def facts(self, given: Given[SubscriptionFacts] | None) -> list[Placed[SubscriptionFacts]]:
        """The facts."""
        return self.gathering.records("facts", given, partial(subscription_facts, **self._how))


#: Keys by which an answer, or a refusal of the platform, is told from a mapping of organizations.
_KEYS_OF_LICENSES = frozenset({"items", "id", "totalUnits", "message", "errors", "trackingId"})


def _owned(each: Placed[WebexLicense], told: str) -> Placed[WebexLicense]:
    """A license of the organization that is told, if nothing said so where it was read."""
    if each.record.organization is not None:
        return each

    return evolve(each, record=evolve(each.record, organization=decode_id(told)))


def _checked(products: Mapping[str, str], log: FaultLog) -> Mapping[str, str]:
    """The caller's own products, each of which must be a text."""
    for pattern, product in products.items():
        if expected := text_fault(product):
            log.add(Place("products", path=step("", pattern)), expected, shown(product))

    return products


def _added(builder: Builder, lines: Sorted, *, leave_out: bool) -> Iterator[LeftOut]:
    """Give the builder its subscriptions; those that it does not get."""
    for held in lines.held.values():
        row = builder.row_of(held)
        if leave_out and not row.is_dated:
            place = held.lines[0].license.place("subscriptionId")
            yield LeftOut(place, held.subscription, LeftOutReason.UNDATED)
        else:
            builder.rows[held.organization].append(row)


def _portfolio(builder: Builder, partner: Partner | str | None) -> Portfolio:
    """The customers; the partner's own organization is none of them."""
    own = _own(builder, partner)
    who = partner if isinstance(partner, Partner) else None
    if own is not None:
        record = next(iter(builder.portfolio([own], None).customers), None)
        name = builder.organizations.name_of(own)
        who = who or Partner(id=PartnerId(builder.organizations.id_of(own)), name=name)
        who = evolve(who, organization=record)
    builder.wanted = [each for each in range(len(builder.organizations.placed)) if each != own]

    return builder.portfolio(builder.wanted, who)


def _own(builder: Builder, partner: Partner | str | None) -> int | None:
    if partner is None:
        return None
    own = partner.organization if isinstance(partner, Partner) else None
    told = partner if isinstance(partner, str) else own.id if own else partner.id
    found = builder.organizations.find(decode_id(told))
    if found is None and isinstance(partner, str):
        builder.log.add(Place("partner"), _OWN, shown(partner))

    return found


def _noted(
    builder: Builder,
    lines: Sorted,
    whole: Portfolio,
    gathering: Gathering,
    left_out: tuple[LeftOut, ...],
) -> WebexPortfolio:
    missing = tuple(missing_of(builder))
    customers = {builder.organizations.id_of(each) for each in builder.wanted}
    faults = (*gathering.kept, *gathering.log.faults)

    return WebexPortfolio(
        portfolio=evolve(
            whole, faults=faults, fault_count=gathering.kept_count + gathering.log.count
        ),
        observed_at=builder.observed_at,
        missing=missing,
        incomplete=incomplete_figures(missing, builder),
        free_licenses=tuple(each for each in lines.free if each.customer_id in customers),
        left_out=left_out,
        shared_subscriptions=tuple(sorted(lines.shared())),
        without_licenses=tuple(
            builder.organizations.id_of(each) for each in builder.wanted if each not in lines.owners
        ),
        ignored=gathering.ignored,
    )
