"""The comparison of two reports, read off their documents line by line.

Policies are left out, as in the naive reports: reports of different ones are never compared.
"""

from fractions import Fraction
from typing import Any

__all__ = ["comparison_document"]

Document = dict[str, Any]

STATUSES = (
    "suspended",
    "expired",
    "license_overage",
    "expiring_soon",
    "ready_for_order_setup",
    "no_recent_activity",
    "trial",
    "subscription",
)


def comparison_document(earlier: Document, later: Document) -> Document:
    """What the comparison of two report documents says, less their policies."""
    compared: Document = {
        "format": "partnerkpi/comparison@1",
        "earlier": {"as_of": earlier["as_of"]},
        "later": {"as_of": later["as_of"]},
        "data": {
            "unobserved_lines": change(
                earlier["data"]["unobserved_lines"], later["data"]["unobserved_lines"]
            )
        },
    }
    compared |= portfolio(earlier, later)
    compared["calling"] = calling(earlier["calling"], later["calling"])
    own = own_figures(earlier.get("figures", {}), later.get("figures", {}))

    return compared | ({"figures": own} if own else {})


def portfolio(earlier: Document, later: Document) -> Document:
    """What happened to the portfolio, if both reports are of one."""
    if earlier["customers"] is None or later["customers"] is None:
        return dict.fromkeys(("customers", "statuses", "badges", "overview", "licenses"))

    return {
        "customers": moves(ids(earlier["customers"]), ids(later["customers"])),
        "statuses": {
            status: moves(holders(earlier, status), holders(later, status)) for status in STATUSES
        },
        "badges": badges(earlier["customers"], later["customers"]),
        "overview": {
            name: change(value, later["overview"][name])
            for name, value in earlier["overview"].items()
        },
        "licenses": {
            product: sections(parts, later["licenses"][product])
            for product, parts in earlier["licenses"].items()
        },
    }


def calling(earlier: Document | None, later: Document | None) -> Document | None:
    """The calling part, if both reports have one."""
    if earlier is None or later is None:
        return None
    told = {
        "usage": usage_figures,
        "quality": lambda section: section["trend"][-1],
        "features": lambda section: {"calls": section["calls"]},
        "queues": queue_figures,
    }
    found: Document = {
        "earlier_week_end": earlier["week"]["end"],
        "later_week_end": later["week"]["end"],
    }
    for name, figures in told.items():
        old, new = earlier[name], later[name]
        if old is None or new is None:
            found[name] = None
            continue
        before, after = figures(old), figures(new)
        found[name] = {key: change(before[key], after[key]) for key in before if key != "week_end"}
        if name == "features":
            found[name]["shares"] = shares(old, new)
        else:
            found[name] |= moves(ids(old["customers"]), ids(new["customers"]))

    return found if any(found[name] for name in told) else None


def usage_figures(section: Document) -> Document:
    """The last week of usage, and the legs of each active user."""
    pairs = [row["legs_per_active_user"] for row in section["customers"]]
    legs, users = (sum(pair[part] for pair in pairs) for part in ("numerator", "denominator"))

    return {**section["trend"][-1], "legs_per_active_user": ratio(legs, users)}


def ratio(numerator: int, denominator: int) -> Document:
    """A ratio as documents have it."""
    value = numerator / denominator if denominator else None

    return {"numerator": numerator, "denominator": denominator, "value": value}


def queue_figures(section: Document) -> Document:
    """The section's own figures, those of groups by names with a point."""
    figures: Document = {}
    for name, value in section.items():
        if name in {"outcomes", "answered_wait_ms", "abandoned_wait_ms"}:
            figures |= {f"{name}.{key}": each for key, each in value.items()}
        elif name not in {"trend", "customers", "queues"}:
            figures[name] = value

    return figures


def shares(earlier: Document, later: Document) -> Document:
    """The share of each feature that either report lists."""
    uses = [{row["feature"]: row["share"] for row in each["features"]} for each in (earlier, later)]
    sides = list(zip(uses, (earlier, later), strict=True))

    return {
        name: change(*(use.get(name, ratio(0, each["calls"])) for use, each in sides))
        for name in {**uses[0], **uses[1]}
    }


def ids(rows: list[Document]) -> set[str]:
    """The customers of some rows."""
    return {row["customer_id"] for row in rows}


def holders(report: Document, status: str) -> set[str]:
    """The customers that have a status."""
    return ids([row for row in report["customers"] if status in row["statuses"]])


def moves(earlier: set[str], later: set[str]) -> Document:
    """Who came and who went."""
    return {"entered": sorted(later - earlier), "left": sorted(earlier - later)}


def badges(earlier: list[Document], later: list[Document]) -> list[Document]:
    """Customers of both reports that show another badge."""
    return [
        {"customer_id": old["customer_id"], "earlier": old["badge"], "later": new["badge"]}
        for old in sorted(earlier, key=lambda row: str(row["customer_id"]))
        for new in later
        if old["customer_id"] == new["customer_id"] and old["badge"] != new["badge"]
    ]


def change(earlier: Any, later: Any) -> Document:
    """A figure on both sides, and later minus earlier where both are known."""
    return {"earlier": earlier, "later": later, "difference": difference(earlier, later)}


def difference(earlier: Any, later: Any) -> Any:
    """Later minus earlier: a whole number, or a ratio in lowest terms."""
    if isinstance(earlier, int) and isinstance(later, int):
        return later - earlier
    if not (isinstance(earlier, dict) and isinstance(later, dict)):
        return None
    if not (earlier["denominator"] and later["denominator"]):
        return None
    gap = Fraction(later["numerator"], later["denominator"]) - Fraction(
        earlier["numerator"], earlier["denominator"]
    )
    return {"numerator": gap.numerator, "denominator": gap.denominator, "value": float(gap)}


def sections(earlier: Document, later: Document) -> Document:
    """The sections of one product."""
    found = {"distribution_trend": latest_week(earlier, later)}
    for name in ("recently_added", "expiring", "renewing", "low_assignment", "overage"):
        old, new = earlier[name], later[name]
        figures = {key: change(value, new[key]) for key, value in old.items() if key != "rows"}
        found[name] = moves(ids(old["rows"]), ids(new["rows"])) | figures

    return found


def latest_week(earlier: Document, later: Document) -> Document:
    """The last week of both trends."""
    old, new = earlier["distribution_trend"][-1], later["distribution_trend"][-1]
    counts = {
        name: change(old[name], new[name]) for name in ("total", "assigned", "used", "available")
    }
    return {"earlier_week_end": old["week_end"], "later_week_end": new["week_end"]} | counts


def own_figures(earlier: Document, later: Document) -> Document:
    """Figures of one's own, also those that only one report has."""
    names = [*earlier, *(name for name in later if name not in earlier)]

    return {name: own_figure(earlier.get(name), later.get(name)) for name in names}


def own_figure(earlier: Document | None, later: Document | None) -> Document:
    """One of them; its words are those of the later report, if it is there."""
    told = later or earlier
    assert told is not None
    words = {key: told[key] for key in ("title", "sentence", "unit")}

    return words | change(earlier and earlier["value"], later and later["value"])
