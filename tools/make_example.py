"""Write the example portfolio to examples/data: one JSON document, and the same as three tables.

    python tools/make_example.py [FOLDER]

Invented companies with twelve weekly observations up to 22 November 2026, a Sunday. Every
"random" number is a digest of the name of what it is for, so the same files come out everywhere
and a company added later changes no other's numbers. Nothing here knows the library: what it
reads must be what a host would write by hand.
"""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "data"
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
WEEKS = 12

Record = dict[str, Any]


class Company(NamedTuple):
    """A customer: what it is called, where it is, who looks after it, and how it behaves."""

    id: str
    name: str
    country: str
    shape: str
    seats: int
    tags: tuple[str, ...] = ()
    managed_by: str = "partner"


COMPANIES = (
    Company("c-1001", "Larkspur Freight", "US", "steady", 420, ("gold",)),
    Company("c-1002", "Bluestem Credit Union", "US", "renewing", 260, ("gold", "finance")),
    Company("c-1003", "Cedar & Pine Outfitters", "US", "low", 130),
    Company("c-1004", "Quill River Schools", "US", "steady", 1850, ("public sector",)),
    Company("c-1005", "Harborlight Clinics", "US", "over", 310, ("health", "gold")),
    Company("c-1006", "Prairie Signal Cooperative", "CA", "expiring", 75),
    Company("c-1007", "Érablière Saint-Ours", "CA", "small", 14, ("silver",)),
    Company("c-1008", "Nordlys Shipping AS", "NO", "growing", 640, ("gold",)),
    Company("c-1009", "Brunnenhof Werkzeuge GmbH", "DE", "steady", 118, ("silver",)),
    Company("c-1010", "Kühnel & Söhne KG", "DE", "expiring_soon", 36),
    Company("c-1011", "Donau Optik GmbH", "AT", "renewing", 180, ("silver",)),
    Company("c-1012", "Les Ateliers du Héron", "FR", "small", 22),
    Company("c-1013", "Moulin Vert Énergie", "FR", "growing", 930, ("gold", "key account")),
    Company("c-1014", "Skogsvik Trä AB", "SE", "low", 145),
    Company("c-1015", "Łąka Logistyka sp. z o.o.", "PL", "steady", 205),
    Company("c-1016", "Zelená Dílna s.r.o.", "CZ", "trial", 20),
    Company("c-1017", "Plavi Most d.o.o.", "RS", "expiring", 48, ("silver",)),
    Company("c-1018", "Šumadija Mlin d.o.o.", "RS", "never_signed_in", 26),
    Company("c-1019", "Olivares Hermanos S.L.", "ES", "suspended", 90),
    Company("c-1020", "Azulejo Norte Lda", "PT", "small", 18),
    Company("c-1021", "Tre Fontane Tessuti S.r.l.", "IT", "inactive", 64),
    Company("c-1022", "Windmolen Data B.V.", "NL", "renewing_soon", 510, ("gold",)),
    Company("c-1023", "Glenmarrow Distillers Ltd", "GB", "steady", 155),
    Company("c-1024", "Ballyhaven Foods", "IE", "order", 85),
    Company("c-1025", "Kaleva Puu Oy", "FI", "ended", 40),
    Company("c-1026", "Aegean Lantern Hotels", "GR", "trial_ending", 60, ("hospitality",)),
    Company("c-1027", "Wadi Ghaf Medical Supplies", "AE", "fresh", 240, ("health",)),
    Company("c-1028", "واحة النخيل للتجارة", "SA", "growing", 125),
    Company("c-1029", "Baobab Microfinance", "KE", "steady", 330, ("finance",)),
    Company("c-1030", "Table Bay Instruments", "ZA", "over", 58),
    Company("c-1031", "Sahel Solaire SARL", "SN", "unobserved", 34),
    Company("c-1032", "Nile Ledger Partners", "EG", "messaging_only", 70, ("finance",)),
    Company("c-1033", "青葉精密株式会社", "JP", "steady", 2600, ("key account", "gold")),
    Company("c-1034", "Hikari Kindergartens", "JP", "low", 110, ("public sector",)),
    Company("c-1035", "한빛물류", "KR", "renewing", 720),
    Company("c-1036", "晨星教育", "TW", "yesterday", 45, ("public sector",)),
    Company("c-1037", "Banyan Court Legal", "SG", "open_ended", 52),
    Company("c-1038", "Straits Harbour Insurance", "SG", "expiring_soon", 1200, ("finance",)),
    Company("c-1039", "Monsoon Robotics Pvt Ltd", "IN", "growing", 275, ("silver",)),
    Company("c-1040", "Lotus Weave Textiles", "VN", "legacy", 160),
    Company("c-1041", "Merapi Coffee Traders", "ID", "true_up", 12),
    Company("c-1042", "Kookaburra Rail Services", "AU", "steady", 880, ("public sector",)),
    Company("c-1043", "Tūī Valley Wines", "NZ", "coming", 95),
    Company("c-1044", "Açaí do Norte Alimentos", "BR", "two_contracts", 380, ("gold",)),
    Company("c-1045", "Jacarandá Seguros", "AR", "ended_this_week", 66, ("finance",)),
    Company("c-1046", "Cóndor Azul Turismo", "CL", "trial", 30, ("hospitality",), "external"),
    Company("c-1047", "Maíz Dorado S.A.", "MX", "idle", 115),
    Company("c-1048", "Río Claro Aguas", "CO", "steady", 140, ("public sector",), "external"),
    Company("c-1049", "Quetzal Telares", "GT", "nothing", 0, (), "external"),
    Company("c-1050", "Tidewrack Salvage", "GB", "free_calling", 25, (), "external"),
    Company("c-1051", "Vetrarbraut Ferðir", "IS", "expiring", 28, ("hospitality",)),
    Company("c-1052", "Zagros Stone & Tile", "TR", "shrinking", 190, ("silver",), "external"),
)

# Region, account manager and the clock's hours ahead of UTC.
COUNTRIES = {
    **dict.fromkeys(("US", "CA"), ("Americas", "Dana Whitlock", -5)),
    **dict.fromkeys(("MX", "GT", "CO"), ("Americas", "Inés Paredes", -6)),
    **dict.fromkeys(("BR", "AR", "CL"), ("Americas", "Inés Paredes", -3)),
    **dict.fromkeys(("GB", "IE", "PT", "IS", "SN"), ("EMEA", "Rhys Penhallow", 0)),
    **dict.fromkeys(("DE", "AT", "NL", "CZ", "PL"), ("EMEA", "Jule Ostermann", 1)),
    **dict.fromkeys(("FR", "ES", "IT", "RS"), ("EMEA", "Noémie Carlier", 1)),
    **dict.fromkeys(("NO", "SE"), ("EMEA", "Jule Ostermann", 1)),
    **dict.fromkeys(("FI", "GR", "EG", "ZA"), ("EMEA", "Rhys Penhallow", 2)),
    **dict.fromkeys(("SA", "KE", "TR"), ("EMEA", "Noémie Carlier", 3)),
    "AE": ("EMEA", "Noémie Carlier", 4),
    **dict.fromkeys(("VN", "ID"), ("APAC", "Mika Tanabe", 7)),
    **dict.fromkeys(("SG", "TW"), ("APAC", "Mika Tanabe", 8)),
    **dict.fromkeys(("JP", "KR"), ("APAC", "Mika Tanabe", 9)),
    **dict.fromkeys(("IN",), ("APAC", "Arun Velayudhan", 5.5)),
    **dict.fromkeys(("AU",), ("APAC", "Arun Velayudhan", 10)),
    **dict.fromkeys(("NZ",), ("APAC", "Arun Velayudhan", 13)),
}


class Seats(NamedTuple):
    """A license line: how much of the company's size, how well assigned and used."""

    product: str
    name: str
    size: float = 1.0
    assigned: float = 0.86
    used: float = 0.7
    growth: float = 0.05
    kept: str = "weekly"


class Deal(NamedTuple):
    """A subscription or trial, its dates as days after (before: negative) 22 November 2026."""

    added: int
    lines: tuple[Seats, ...]
    ends: int | None = 400
    starts: int | None = None
    kind: str = "subscription"
    auto_renew: bool = False
    paid: bool = True
    set_up: bool = True


class Shape(NamedTuple):
    """How a company behaves: what it bought, and how many days ago an administrator signed in."""

    deals: tuple[Deal, ...]
    signed_in: tuple[int, int] | None = (8, 40)


CALLING = Seats("calling", "Webex Calling Professional")
COMMON_AREA = Seats("calling", "Webex Calling Common Area", 0.1, 0.95, 0.5)
MEETINGS = Seats("meetings", "Webex Suite Meetings", 1.1, 0.8, 0.55)
MESSAGING = Seats("messaging", "Webex Messaging", 1.2, 0.75, 0.6)
ON_WEBEX = Seats("call_on_webex", "Call on Webex", 0.6, 0.7, 0.3)
TRANSLATIONS = Seats("real_time_translations", "Real-Time Translations", 0.05, 0.9, 0.4)

ALL_THREE = (CALLING, MEETINGS, MESSAGING)
BARELY = (CALLING._replace(assigned=0.22, used=0.5), MEETINGS._replace(assigned=0.18, used=0.6))
OVER = (
    CALLING._replace(assigned=1.07),
    COMMON_AREA._replace(assigned=0.6),
    MEETINGS._replace(assigned=1.08),
)
RISING = (CALLING._replace(growth=0.45), MEETINGS._replace(growth=0.35), TRANSLATIONS)
FALLING = (CALLING._replace(growth=-0.3), MEETINGS._replace(growth=-0.4))
OLD = tuple(line._replace(kept="undated") for line in (CALLING, MEETINGS))
UNUSED = tuple(line._replace(assigned=0, used=0) for line in (CALLING, MEETINGS))
FREE = (CALLING._replace(size=0), MEETINGS)

SHAPES = {
    "steady": Shape((Deal(-500, (*ALL_THREE, COMMON_AREA), 230, auto_renew=True),)),
    "small": Shape((Deal(-310, (MEETINGS, ON_WEBEX), 260), Deal(-290, (CALLING,), 260))),
    "growing": Shape((Deal(-210, RISING, 520, auto_renew=True),), (1, 14)),
    "shrinking": Shape((Deal(-640, FALLING, 95),), (20, 30)),
    "renewing": Shape((Deal(-330, ALL_THREE, 34, auto_renew=True),)),
    "renewing_soon": Shape((Deal(-360, ALL_THREE, 5, auto_renew=True), Deal(-40, (CALLING,)))),
    "expiring": Shape((Deal(-275, ALL_THREE, 90),)),
    "expiring_soon": Shape((Deal(-355, (CALLING, MEETINGS), 10), Deal(-100, (ON_WEBEX,), None))),
    "low": Shape((Deal(-190, BARELY, 175), Deal(-60, (MESSAGING,), 305)), (45, 75)),
    "idle": Shape((Deal(-150, UNUSED, 215, set_up=False),), (80, 83)),
    "over": Shape((Deal(-420, OVER, 310, auto_renew=True),)),
    "open_ended": Shape((Deal(-700, (CALLING._replace(assigned=1.2), MEETINGS), None),)),
    "true_up": Shape((Deal(-130, (CALLING._replace(size=0, assigned=4),), 235), Deal(-130, FREE))),
    "free_calling": Shape((Deal(-88, FREE, 277),), (60, 83)),
    "legacy": Shape((Deal(-900, OLD, 130), Deal(-80, OLD, 285))),
    "two_contracts": Shape((Deal(-365, ALL_THREE, 61), Deal(-30, RISING, 700, auto_renew=True))),
    "trial": Shape((Deal(-12, (CALLING, MEETINGS), 45, kind="trial"),), (0, 11)),
    "trial_ending": Shape((Deal(-27, (MEETINGS, TRANSLATIONS), 3, kind="trial"),), (2, 14)),
    "fresh": Shape((Deal(-20, ALL_THREE, 345),), (1, 5)),
    "yesterday": Shape((Deal(-1, (CALLING, MEETINGS), 364, set_up=False),), (0, 0)),
    "coming": Shape((Deal(-6, ALL_THREE, 380, starts=9),), (4, 4)),
    "order": Shape((Deal(-45, ALL_THREE, 320, set_up=False),)),
    "suspended": Shape((Deal(-240, ALL_THREE, 125, paid=False), Deal(-240, (ON_WEBEX,)))),
    "inactive": Shape((Deal(-480, ALL_THREE, 250),), (120, 150)),
    "never_signed_in": Shape((Deal(-70, (CALLING, MEETINGS), 295),), None),
    "ended": Shape(
        (Deal(-800, ALL_THREE, -70), Deal(-85, (MEETINGS,), -55, kind="trial")), (190, 220)
    ),
    "ended_this_week": Shape((Deal(-369, (CALLING, MEETINGS), -4),)),
    "unobserved": Shape((Deal(-15, (CALLING._replace(kept="nothing"), MEETINGS)),)),
    "messaging_only": Shape((Deal(-220, (MESSAGING, ON_WEBEX), 145),)),
    "nothing": Shape(()),
}


def portion(*names: object) -> float:
    """A number from 0 up to 1 that depends on nothing but the names."""
    digest = sha256("/".join(map(str, ("example", *names))).encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


def between(low: int, high: int, *names: object) -> int:
    """A whole number from low to high, both included, that depends on nothing but the names."""
    return low + int(portion(*names) * (high - low + 1))


def instant_text(moment: datetime) -> str:
    """An instant in UTC with a `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_text(day: datetime, company: Company, label: str) -> str:
    """A moment in business hours of a day, as the company's own clock shows it."""
    hours = COUNTRIES[company.country][2]
    zone = timezone(timedelta(hours=hours))
    minutes = between(8 * 60, 17 * 60, company.id, label)
    morning = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (morning + timedelta(minutes=minutes)).isoformat()


def day(offset: int) -> datetime:
    """The midnight so many days after the instant of the report."""
    return AS_OF + timedelta(days=offset)


def customer(company: Company, first_number: int) -> Record:
    """A company as a customer record, its subscriptions numbered from here."""
    region, manager, _ = COUNTRIES[company.country]
    shape = SHAPES[company.shape]
    return {
        "id": company.id,
        "name": company.name,
        "managed_by": company.managed_by,
        "last_admin_sign_in_at": signed_in_at(company, shape.signed_in),
        "tags": list(company.tags),
        "attributes": {
            "account_manager": manager,
            "country": company.country,
            "region": region,
        },
        "subscriptions": [
            subscription(company, deal, f"Sub{first_number + position}")
            for position, deal in enumerate(shape.deals)
        ],
    }


def signed_in_at(company: Company, days_ago: tuple[int, int] | None) -> str | None:
    """When an administrator last signed in, before the instant of the report."""
    if days_ago is None:
        return None
    return local_text(day(-1 - between(*days_ago, company.id, "days ago")), company, "sign-in")


def subscription(company: Company, deal: Deal, subscription_id: str) -> Record:
    """A deal as a subscription record."""
    added_at = day(deal.added)
    fields: Record = {
        "id": subscription_id,
        "kind": deal.kind,
        "added_at": local_text(added_at, company, subscription_id),
    }
    if deal.starts is not None:
        fields["starts_at"] = instant_text(day(deal.starts))
    return fields | {
        "ends_at": None if deal.ends is None else instant_text(day(deal.ends)),
        "auto_renew": deal.auto_renew,
        "paid": deal.paid,
        "set_up": deal.set_up,
        "licenses": [line(company, deal, seats, subscription_id) for seats in deal.lines],
    }


def line(company: Company, deal: Deal, seats: Seats, subscription_id: str) -> Record:
    """A license line with what was seen of it: weekly, once without a date, or never."""
    fields: Record = {"product": seats.product, "name": seats.name}
    if seats.kept == "undated":
        return fields | counts(company, seats, subscription_id, WEEKS - 1)
    weeks = [week for week in range(WEEKS) if seen_in(week, deal) and seats.kept == "weekly"]
    observations = [
        {"observed_at": instant_text(observed_at(week))}
        | counts(company, seats, subscription_id, week)
        for week in weeks
    ]
    return fields | {"observations": observations}


def observed_at(week: int) -> datetime:
    """The Sunday at which a week's counts were taken; the last is the instant of the report."""
    return AS_OF - timedelta(weeks=WEEKS - 1 - week)


def seen_in(week: int, deal: Deal) -> bool:
    """Whether there was something to count at a week's end."""
    return observed_at(week) > day(deal.added)


def counts(company: Company, seats: Seats, subscription_id: str, week: int) -> Record:
    """The counts of a line in a week: growing towards today, with a little noise in the use."""
    names = (subscription_id, seats.name)
    total = max(1, round(company.seats * seats.size)) if seats.size else 0
    base = total or company.seats
    today = base * seats.assigned * (0.94 + 0.12 * portion(*names))
    if not total:
        today = float(between(1, 4, *names)) if seats.assigned > 1 else 0.0
    assigned = round(today * (1 - seats.growth * (WEEKS - 1 - week) / (WEEKS - 1)))
    used = round(assigned * seats.used * (0.9 + 0.2 * portion(*names, week)))
    used_3mo = min(assigned, round(used * 1.25))
    return {"total": total, "assigned": assigned, "used_7d": used, "used_3mo": used_3mo}


def portfolio() -> Record:
    """The whole portfolio document."""
    customers, number = [], 4001
    for company in COMPANIES:
        customers.append(customer(company, number))
        number += len(customers[-1]["subscriptions"])
    return {
        "format": "partnerkpi/portfolio@1",
        "partner": {"id": "p-1", "name": "North Partner"},
        "customers": customers,
    }


# Writing

LINE_WIDTH = 120


def pretty(value: object, indent: str = "") -> str:
    """JSON with every record that fits on a line on one line, the rest a field a line."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(flat) <= LINE_WIDTH or not isinstance(value, dict | list):
        return flat
    inner = indent + " "
    if isinstance(value, list):
        items = [inner + pretty(item, inner) for item in value]
        return "[\n" + ",\n".join(items) + "\n" + indent + "]"
    fields = [f"{inner}{json.dumps(key)}: {pretty(child, inner)}" for key, child in value.items()]
    return "{\n" + ",\n".join(fields) + "\n" + indent + "}"


def cell(value: object) -> str:
    """A value as it stands in CSV: null is empty, lists are joined with a semicolon."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ";".join(value) if isinstance(value, list) else str(value)


def customer_rows(document: Record) -> Iterator[Record]:
    """The rows of the table of customers."""
    for one in document["customers"]:
        attributes = {f"attr.{name}": text for name, text in one["attributes"].items()}
        kept = ("name", "managed_by", "last_admin_sign_in_at", "tags")
        yield {"customer_id": one["id"]} | {name: one[name] for name in kept} | attributes


def subscription_rows(document: Record) -> Iterator[Record]:
    """The rows of the table of subscriptions."""
    kept = ("kind", "added_at", "starts_at", "ends_at", "auto_renew", "paid", "set_up")
    for one in document["customers"]:
        for bought in one["subscriptions"]:
            ids = {"subscription_id": bought["id"], "customer_id": one["id"]}
            yield ids | {name: bought.get(name) for name in kept}


def license_rows(document: Record) -> Iterator[Record]:
    """The rows of the table of licenses: one per observation, one without counts if none."""
    kept = ("observed_at", "total", "assigned", "used_7d", "used_3mo")
    for one in document["customers"]:
        for bought in one["subscriptions"]:
            for held in bought["licenses"]:
                names = {"product": held["product"], "name": held["name"]}
                for seen in held.get("observations", [held]) or [{}]:
                    counted = {name: seen.get(name) for name in kept}
                    yield {"subscription_id": bought["id"]} | names | counted


def write_table(path: Path, rows: Sequence[Record]) -> None:
    """Write one table with a header line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows[0])
        writer.writerows([cell(value) for value in row.values()] for row in rows)


def write_example(folder: Path) -> None:
    """Write the document and the three tables."""
    document = portfolio()
    tables = folder / "tables"
    tables.mkdir(parents=True, exist_ok=True)
    (folder / "portfolio.json").write_text(pretty(document) + "\n", encoding="utf-8", newline="\n")
    write_table(tables / "customers.csv", list(customer_rows(document)))
    write_table(tables / "subscriptions.csv", list(subscription_rows(document)))
    write_table(tables / "licenses.csv", list(license_rows(document)))


if __name__ == "__main__":
    write_example(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
