"""Hypothesis strategies for portfolio documents, aimed at the edges of the definitions.

Every instant of a document lies at a telling distance from one anchor (the day of a window's end,
a midnight, a week's end, a microsecond off), and reports are asked for near the same anchor, so
that most examples sit on some edge. Documents are valid: what a door must refuse is tested apart.

Pools are drawn from with a single choice each, simplest first: fast to draw and quick to shrink.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import attrs
from attrs import frozen
from hypothesis import strategies as st

from tests.oracles import OraclePolicy
from tests.oracles.times import A_SUNDAY, WEEK, instant

__all__ = [
    "Case",
    "as_of_near",
    "cases",
    "partitions",
    "policies",
    "policy_settings",
    "portfolio_documents",
    "reordered",
]

Document = dict[str, Any]
Draw = st.DrawFn

LARGEST_COUNT = 2**53 - 1
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)


@frozen
class Case:
    """A portfolio document, an instant near those in it, and a policy."""

    document: Document
    as_of: datetime
    policy: OraclePolicy


# Instants

ANCHORS = (
    datetime(2026, 11, 22, tzinfo=UTC),
    datetime(2026, 11, 22, 15, 30, tzinfo=UTC),
    datetime(2027, 1, 3, tzinfo=UTC),
    datetime(2026, 3, 31, 1, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    datetime(2025, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)
TELLING_DAYS = (0, 7, 30, 90, 91)
NEAR_DAYS = (1, 2, 5, 6, 8, 13, 14, 15, 21, 28, 29, 31, 32)
FAR_DAYS = (56, 57, 59, 63, 64, 89, 92, 181, 365, 366, 400)
LONE_INSTANTS = ("1970-01-01", "2024-02-29", "2026-01-31", "2026-02-28", "2199-12-31T23:59:59Z")


def midnight(moment: datetime) -> datetime:
    """The UTC midnight at or before."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def week_start(moment: datetime) -> datetime:
    """The Sunday 00:00:00 UTC at or before."""
    return moment - (moment - A_SUNDAY) % WEEK


TWEAKS: tuple[Callable[[datetime], datetime], ...] = (
    lambda moment: moment,
    midnight,
    lambda moment: moment + MICROSECOND,
    lambda moment: moment - MICROSECOND,
    lambda moment: midnight(moment) + DAY - MICROSECOND,
    week_start,
    lambda moment: week_start(moment) + MICROSECOND,
    lambda moment: week_start(moment) - MICROSECOND,
)


def with_z(moment: datetime) -> str:
    """The instant with a `Z`."""
    return moment.replace(tzinfo=None).isoformat() + "Z"


def short(moment: datetime) -> str:
    """A bare date at midnight, else the instant with a `Z`."""
    return str(moment.date()) if moment == midnight(moment) else with_z(moment)


def with_offset(minutes: int) -> Callable[[datetime], str]:
    """A writer of instants as a clock with this offset shows them."""
    zone = timezone(timedelta(minutes=minutes))
    return lambda moment: moment.astimezone(zone).isoformat()


WRITERS = (short, with_z, *(with_offset(m) for m in (0, 120, -480, 345, 780, -720)))


def edges(anchor: datetime, day_shifts: Sequence[int]) -> list[datetime]:
    """Instants these days off the anchor, each with every tweak."""
    moments = [tweak(anchor + shift * DAY) for shift in day_shifts for tweak in TWEAKS]
    return list(dict.fromkeys(moments))


def written(moments: Sequence[datetime]) -> list[str]:
    """The instants as text, every way in turn."""
    spread = [
        WRITERS[(n + turn) % len(WRITERS)](m) for turn in (0, 3) for n, m in enumerate(moments)
    ]
    return list(dict.fromkeys(spread))


def half_telling(anchor: datetime, sign: int) -> list[str]:
    """Texts of instants on one side of the anchor, about half of them on telling days."""
    telling = edges(anchor, [sign * days for days in TELLING_DAYS])
    others = edges(anchor, [sign * days for days in NEAR_DAYS + FAR_DAYS])
    return 4 * written(telling) + written(others)


@cache
def past(anchor: datetime) -> st.SearchStrategy[str]:
    """Texts of instants mostly at or before the anchor."""
    return st.sampled_from(half_telling(anchor, -1) + written(edges(anchor, (1, 7))))


@cache
def future(anchor: datetime) -> st.SearchStrategy[str]:
    """Texts of instants mostly at or after the anchor."""
    return st.sampled_from(half_telling(anchor, 1))


@cache
def anywhere(anchor: datetime) -> st.SearchStrategy[str]:
    """Texts of instants around the anchor, and some that stand alone."""
    return past(anchor) | future(anchor) | st.sampled_from(LONE_INSTANTS)


def as_of_near(document: Document) -> st.SearchStrategy[datetime]:
    """Instants at, and one edge away from, those in a document."""
    moments = [instant(text) for text in instants_in(document)] or list(ANCHORS)
    shifts = [shift * DAY for shift in (0, 7, -7, -30, -90, -91, 90, 91)]
    tweaked = st.builds(
        lambda moment, shift, tweak: tweak(moment + shift),
        st.sampled_from(moments),
        st.sampled_from(shifts),
        st.sampled_from(TWEAKS),
    )
    earliest, latest = datetime(1970, 3, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)
    return tweaked.map(lambda moment: min(max(moment, earliest), latest))


def instants_in(node: object) -> Iterator[str]:
    """Every instant's text anywhere in a document."""
    if isinstance(node, dict):
        yield from (text for key, text in node.items() if key.endswith("_at") and text)
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from instants_in(child)


# Counts

SMALL_TOTALS = (0, 0, 0, 1, 2, 3, 10, 20, 100)
EDGE_TOTALS = (23, 24, 25, 26, 99, 101, 249, 250, 251, 999, 1000, 1001, 4999, 5000, 5001)
HUGE_TOTALS = (2**31 - 1, 2**31, 2**32, LARGEST_COUNT - 1, LARGEST_COUNT)


def assigned_beside(total: int) -> list[int]:
    """None, half, nearly half, all, one too many, twice as many."""
    beside = [0, total // 2, total // 2 + 1, max(total - 1, 0), total, total + 1, 2 * total]
    return [min(count, LARGEST_COUNT) for count in dict.fromkeys(beside)]


def used_beside(assigned: int) -> list[int]:
    """None, half, all, one more than is assigned."""
    beside = [0, assigned // 2, assigned, assigned + 1]
    return [min(count, LARGEST_COUNT) for count in dict.fromkeys(beside)]


def count_fields(totals: Sequence[int]) -> list[Document]:
    """The fields of observations with these totals; uses are left out where they are zero."""
    return [
        {"total": total, "assigned": assigned}
        | ({} if used == 0 else {"used_7d": used, "used_3mo": max(0, used - total % 2)})
        for total in totals
        for assigned in assigned_beside(total)
        for used in used_beside(assigned)
    ]


FEW, MORE, HUGE = map(count_fields, (SMALL_TOTALS, EDGE_TOTALS, HUGE_TOTALS))
COUNTS = st.sampled_from(3 * FEW + MORE + HUGE[::4])


# Lines, subscriptions, customers

COMMON_PRODUCTS = ("calling", "meetings")
OTHER_PRODUCTS = ("messaging", "call_on_webex", "real_time_translations", "x_unknown")
LINE_NAMES = ("Professional", "Suite", "Añadido, 2")
PRODUCTS = st.lists(st.sampled_from(4 * COMMON_PRODUCTS + OTHER_PRODUCTS), max_size=len(LINE_NAMES))


@cache
@st.composite
def observations(draw: Draw, anchor: datetime) -> list[Document]:
    """Up to four observations of a line, no two at one instant, at most one undated."""
    found: dict[datetime | None, Document] = {}
    for text in draw(st.lists(maybe_observed(anchor), max_size=4)):
        fields = dict(draw(COUNTS))
        if text is not None:
            fields["observed_at"] = text
        found[None if text is None else instant(text)] = fields
    return list(found.values())


@cache
@st.composite
def license_lines(draw: Draw, anchor: datetime) -> list[Document]:
    """Up to three lines; several of one product go by different names."""
    products = draw(PRODUCTS)
    return [
        {"product": code, "name": name} | draw(line_figures(anchor))
        for code, name in zip(products, LINE_NAMES, strict=False)
    ]


@cache
def line_figures(anchor: datetime) -> st.SearchStrategy[Document]:
    """Observations, or one undated observation inline."""
    listed = observations(anchor).map(lambda found: {"observations": found})
    return listed | COUNTS | listed


def subscription_flags() -> Iterator[Document]:
    """Kinds and flags, each given or left to its default; a trial never renews itself."""
    set_ups: tuple[Document, ...] = ({}, {"set_up": True}, {}, {"set_up": False})
    payments: tuple[Document, ...] = ({}, {"paid": True}, {}, {"paid": False})
    renewals: tuple[Document, ...] = ({}, {"auto_renew": False}, {"auto_renew": True})
    for set_up, paid, auto_renew in product(set_ups, payments, renewals):
        yield {"kind": "subscription"} | set_up | paid | auto_renew
        yield {"kind": "trial"} | set_up | paid | ({"auto_renew": False} if auto_renew else {})


FLAGS_OF_A_SUBSCRIPTION = st.sampled_from(list(subscription_flags()))
NO_END: st.SearchStrategy[Document] = st.sampled_from(({}, {"ends_at": None}))


@cache
def maybe_starts(anchor: datetime) -> st.SearchStrategy[str | None]:
    """Texts of starts, or none."""
    return st.none() | past(anchor) | future(anchor)


@cache
def maybe_ends(anchor: datetime) -> st.SearchStrategy[str | None]:
    """Texts of ends, or none."""
    return st.none() | future(anchor) | future(anchor) | anywhere(anchor)


@cache
def maybe_observed(anchor: datetime) -> st.SearchStrategy[str | None]:
    """Texts of observations' instants, or none."""
    return st.none() | past(anchor) | past(anchor)


@cache
def maybe_signed_in(anchor: datetime) -> st.SearchStrategy[str | None]:
    """Texts of sign-ins, or none."""
    return st.none() | past(anchor) | past(anchor) | anywhere(anchor)


@cache
@st.composite
def subscription_dates(draw: Draw, anchor: datetime) -> Document:
    """When it was added, starts and ends; the end comes after the start."""
    fields: Document = {"added_at": draw(past(anchor))}
    starts_at = draw(maybe_starts(anchor))
    if starts_at is not None:
        fields["starts_at"] = starts_at
    ends_at = draw(maybe_ends(anchor))
    start = instant(starts_at or fields["added_at"])
    if ends_at is not None and instant(ends_at) > start:
        return fields | {"ends_at": ends_at}
    return fields | draw(NO_END)


@cache
@st.composite
def subscriptions(draw: Draw, anchor: datetime) -> Document:
    """A subscription or trial without an id."""
    flags = draw(FLAGS_OF_A_SUBSCRIPTION)
    dates = draw(subscription_dates(anchor))
    return {**flags, **dates, "licenses": draw(license_lines(anchor))}


NAMES = st.sampled_from(
    (
        "Globex",
        "Ünï <b>& Söhne",
        "株式会社",
        "=cmd()",
        'O\'Hara, "Q"; Ltd',
        "شركة",
        "🏢 NA",
    )
)
FLAGS_OF_A_CUSTOMER: st.SearchStrategy[Document] = st.sampled_from(
    (
        {},
        {"tags": ["gold"]},
        {"managed_by": "external", "tags": ["Silver", "key account"]},
        {"managed_by": "partner", "attributes": {"region": "EMEA"}},
        {"tags": [], "attributes": {}},
        {"attributes": {"account_manager": "Zoë", "region": "ŁÓDŹ"}, "tags": ["ß", "test"]},
    )
)


@cache
@st.composite
def customers(draw: Draw, anchor: datetime) -> Document:
    """A customer without an id."""
    return {
        "name": draw(NAMES),
        **draw(FLAGS_OF_A_CUSTOMER),
        "last_admin_sign_in_at": draw(maybe_signed_in(anchor)),
        "subscriptions": draw(st.lists(subscriptions(anchor), max_size=3)),
    }


PLAIN_COUNTS = (
    *((total, assigned) for total in (10, 20) for assigned in (0, total // 2, total - 1, total)),
    *((24, 4), (25, 25), (26, 13), (99, 33), (100, 20), (100, 50)),
    *((LARGEST_COUNT, LARGEST_COUNT // 2), (LARGEST_COUNT - 1, LARGEST_COUNT // 2)),
)


def peer(added_at: str, signed_in_at: str, code: str, counts: tuple[int, int]) -> Document:
    """A customer with one active subscription of one line, to be compared with others."""
    total, assigned = counts
    line = {"product": code, "name": "Suite", "total": total, "assigned": assigned}
    bought = {"kind": "subscription", "added_at": added_at, "licenses": [line]}
    return {"name": "Peer", "last_admin_sign_in_at": signed_in_at, "subscriptions": [bought]}


@cache
def peers(anchor: datetime) -> st.SearchStrategy[Document]:
    """Customers that differ in little but their rates, many of them the same."""
    added_at, signed_in_at = short(midnight(anchor - 120 * DAY)), with_z(anchor)
    pool = [peer(added_at, signed_in_at, *way) for way in product(COMMON_PRODUCTS, PLAIN_COUNTS)]
    return st.sampled_from(pool).map(deepcopy)


@cache
def several_customers(anchor: datetime, at_most: int) -> st.SearchStrategy[list[Document]]:
    """Customers of every kind, often among plain peers, sometimes many peers alone."""
    anyone, mixed = customers(anchor), customers(anchor) | peers(anchor)
    alone = st.lists(peers(anchor), min_size=min(6, at_most), max_size=at_most)
    return st.lists(anyone, max_size=at_most) | st.lists(mixed, max_size=at_most) | alone


def odd_ids(prefix: str, number: int) -> str:
    """Ids whose order by code point is not the order by UTF-16 unit, nor that of the numbers."""
    stems = ("\uffff", "\U00010000", "é", "e\u0301", "Z", "a", "007", "NA", "null")
    return f"{prefix}{stems[number % len(stems)]}{number // len(stems) or ''}"


ID_STYLES: tuple[Callable[[str, int], str], ...] = (
    lambda prefix, number: f"{prefix}-{number}",
    lambda prefix, number: f"{prefix}-{12 - number if number < 12 else number + 1}",
    lambda prefix, number: f"{prefix}-{number:04d}",
    odd_ids,
)


def give_ids(found: list[Document], style: Callable[[str, int], str], first: int) -> None:
    """Name customers and, across all of them, subscriptions."""
    number = first
    for position, customer in enumerate(found):
        customer["id"] = style("c", first + position)
        for subscription in customer["subscriptions"]:
            subscription["id"] = style("S", number)
            number += 1


@st.composite
def portfolio_documents(
    draw: Draw, anchor: datetime | None = None, max_customers: int = 10
) -> Document:
    """A valid portfolio document with a few customers, its instants around one anchor."""
    around = anchor or draw(st.sampled_from(ANCHORS))
    found = draw(several_customers(around, max_customers))
    give_ids(found, draw(st.sampled_from(ID_STYLES)), draw(st.integers(0, 11)))
    return {
        "format": "partnerkpi/portfolio@1",
        "partner": {"id": "p-1", "name": "North Partner"},
        "customers": found,
    }


# Policies

POLICY_CHOICES: dict[str, tuple[Any, ...]] = {
    "expiring_soon_days": (30, 0, 1, 7, 31, 90),
    "window_days": (90, 0, 1, 7, 30, 91),
    "inactivity_days": (90, 0, 1, 30, 91),
    "auto_renewing_expires": (False, True),
    "low_assignment_fraction": tuple(map(Fraction, ("1/2", "1/3", "2/3", "1", "4/3", "0"))),
    "low_assignment_min_peers": (5, 0, 1, 2, 3, 100),
    "size_bands": ((1, 25, 100, 250, 1000, 5000), (1,), (1, 2, 3), (11, 21, 101), ()),
    "trend_weeks": (8, 2, 3, 12),
}


def policies() -> st.SearchStrategy[OraclePolicy]:
    """The default policy as often as one with every setting drawn."""
    choices = {name: st.sampled_from(values) for name, values in POLICY_CHOICES.items()}
    drawn = st.fixed_dictionaries(choices).map(lambda settings: OraclePolicy(**settings))
    return st.just(OraclePolicy()) | drawn


def policy_settings(policy: OraclePolicy) -> dict[str, Any]:
    """The settings by name, to make the library's own policy of."""
    return attrs.asdict(policy, recurse=False)


# Whole cases, and cuts of them


@st.composite
def cases(draw: Draw, max_customers: int = 10) -> Case:
    """A document, an instant near its anchor or near one of its own instants, and a policy."""
    anchor = draw(st.sampled_from(ANCHORS))
    document = draw(portfolio_documents(anchor, max_customers))
    as_of = draw(st.just(anchor) | st.just(anchor) | as_of_near(document))
    return Case(document, as_of, draw(policies()))


@st.composite
def partitions(draw: Draw, document: Document) -> list[Document]:
    """The document's customers in up to four groups, some of them perhaps empty."""
    parts = draw(st.integers(1, 4))
    groups: list[list[Document]] = [[] for _ in range(parts)]
    for customer in document["customers"]:
        groups[draw(st.integers(0, parts - 1))].append(customer)
    return [document | {"customers": group} for group in groups]


@st.composite
def reordered(draw: Draw, document: Document) -> Document:
    """The same document with customers, subscriptions, lines and observations in another order."""
    shuffle = draw(st.randoms(use_true_random=False)).shuffle
    return with_lists_shuffled(document, shuffle)


UNORDERED = {"customers", "subscriptions", "licenses", "observations"}


def with_lists_shuffled(node: Document, shuffle: Callable[[list[Document]], None]) -> Document:
    """A copy of a document in which every list of records was shuffled."""
    copied = dict(node)
    for key in UNORDERED & node.keys():
        copied[key] = [with_lists_shuffled(child, shuffle) for child in node[key]]
        shuffle(copied[key])
    return copied
