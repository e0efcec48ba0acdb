"""What no answer of the platform says of subscriptions: a small table that the caller supplies."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from attrs import frozen

from partnerkpi._faults import FAULT_CAP, FaultLog
from partnerkpi.models import Kind
from partnerkpi.webex._fact_rows import FactRow, Headings, sheet_of
from partnerkpi.webex.ids import WebexId, decode_id
from partnerkpi.webex.payloads import Origin, Payload

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.webex._fact_rows import UnknownKeys
    from partnerkpi.webex._loading import PayloadSource

__all__ = ["FACT_COLUMNS", "SubscriptionFacts", "subscription_facts"]

#: The fact that each column holds. Headings compare without regard to case; blanks, hyphens and
#: underscores are alike. Empty: a column of the partner report that says nothing here.
FACT_COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "subscription id": "subscription",
        "sub ref id(s)": "subscription",
        "organization id": "organization",
        "customer id": "organization",
        "customer org id": "organization",
        "customer name": "name",
        "kind": "kind",
        "added at": "added_at",
        "starts at": "starts_at",
        "recent subscription start date": "starts_at",
        "ends at": "ends_at",
        "recent subscription end date": "ends_at",
        "auto renew": "auto_renew",
        "paid": "paid",
        "set up": "set_up",
        "last admin sign in at": "last_admin_sign_in_at",
        "booked (total)": "",
        "booked professional licenses": "",
        "booked workspaces": "",
        "provisioned (total)": "",
        "provisioned professional licenses": "",
        "provisioned workspaces": "",
    }
)

_FACTS = (
    "kind",
    "added_at",
    "starts_at",
    "ends_at",
    "auto_renew",
    "paid",
    "set_up",
    "last_admin_sign_in_at",
)
_AN_OWNER = "a subscription id or an organization id"


@frozen(kw_only=True)
class SubscriptionFacts:
    """What the caller knows of a subscription, or of a customer; what is not stated is ``None``.

    Attributes:
        subscription: The subscription's id; ``None`` where the row is of a customer, or names
            several subscriptions.
        several: The ids of a row that names several: which of them its dates are of is not said,
            so they are taken for none.
        organization: The organization's id.
        name: The customer's name, or nothing.
        kind: A subscription or a trial.
        added_at: When it was added.
        starts_at: When it starts.
        ends_at: When it ends.
        auto_renew: Whether it renews itself.
        paid: Whether it is paid.
        set_up: Whether it is set up.
        last_admin_sign_in_at: When an administrator of the customer last signed in.
        stated: The names of what is stated; an end or a sign-in that is stated to be ``none`` is
            among them: the subscription is open-ended, nobody ever signed in.

    Example:
        >>> row = {"subscription_id": "Sub1", "ends_at": "none", "paid": True}
        >>> sorted(subscription_facts([row])[0].stated)
        ['ends_at', 'paid']
    """

    subscription: str | None = None
    several: tuple[str, ...] = ()
    organization: WebexId | None = None
    name: str = ""
    kind: Kind | None = None
    added_at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    auto_renew: bool | None = None
    paid: bool | None = None
    set_up: bool | None = None
    last_admin_sign_in_at: datetime | None = None
    stated: frozenset[str] = frozenset()


def subscription_facts(
    source: PayloadSource,
    *,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
) -> Payload[SubscriptionFacts]:
    r"""Read what no answer of the platform says: dates, renewal, payment, set-up, sign-ins.

    A table with one row per subscription, or per customer; ``FACT_COLUMNS`` has its columns, those
    of the partner report among them. A cell that is empty, ``NA`` or ``N/A`` says nothing; an end
    or a sign-in may be ``none``: open-ended, never signed in.

    Args:
        source: CSV or JSON as a path (gzipped or not), bytes, a text of several lines or a stream;
            or rows in memory, each a mapping.
        lenient: Leave faulty rows out and list them in the result, instead of raising.
        unknown_keys: Whether a column that is not known is a fault, or is passed over and counted.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: the table is faulty; carries every fault with its line and heading.
        OSError: the path cannot be opened.

    Example:
        >>> table = "Sub-Ref Id(s),Recent Subscription End Date\nSub1,2027-01-10\n"
        >>> subscription_facts(table)[0].ends_at.date().isoformat()
        '2027-01-10'
    """
    log = FaultLog(max_faults)
    sheet = sheet_of(source, "subscription_facts", log)
    headings = Headings(FACT_COLUMNS, sheet, log, may_ignore=unknown_keys == "ignore")
    found, rows = [], []
    for row, cells in sheet.rows:
        before = log.count
        facts = _facts(FactRow(headings, row, headings.sorted_out(row, cells)))
        if log.count == before:
            found.append(facts)
            rows.append(row)
    if not lenient:
        log.refuse()
    origin = Origin(sheet.name, sheet.prefix, tuple(rows), headings.of_table)

    return Payload(tuple(found), headings.ignored, log.faults, log.count, (origin,))


def _facts(row: FactRow) -> SubscriptionFacts:
    ids, owner = row.ids("subscription"), row.text("organization")
    kind = row.word("kind", [*Kind])
    found = SubscriptionFacts(
        subscription=ids[0] if len(ids) == 1 else None,
        several=ids if len(ids) > 1 else (),
        organization=decode_id(owner) if owner else None,
        name=row.text("name"),
        kind=Kind(kind) if kind in {*Kind} else None,
        added_at=row.instant("added_at"),
        starts_at=row.instant("starts_at"),
        ends_at=row.instant("ends_at"),
        auto_renew=row.flag("auto_renew"),
        paid=row.flag("paid"),
        set_up=row.flag("set_up"),
        last_admin_sign_in_at=row.instant("last_admin_sign_in_at"),
        stated=frozenset(each for each in _FACTS if row.is_said(each)),
    )
    if not (ids or owner or row.faulty):
        row.fault("subscription", _AN_OWNER, "neither")

    return found
