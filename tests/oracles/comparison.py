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
    compared = {
        "format": "partnerkpi/comparison@1",
        "earlier": {"as_of": earlier["as_of"]},
        "later": {"as_of": later["as_of"]},
        "customers": moves(ids(earlier["customers"]), ids(later["customers"])),
        "statuses": {
            status: moves(holders(earlier, status), holders(later, status)) for status in STATUSES
        },
        "badges": badges(earlier["customers"], later["customers"]),
        "data": {
            "unobserved_lines": change(
                earlier["data"]["unobserved_lines"], later["data"]["unobserved_lines"]
            )
        },
        "overview": {
            name: change(value, later["overview"][name])
            for name, value in earlier["overview"].items()
        },
        "licenses": {
            product: sections(parts, later["licenses"][product])
            for product, parts in earlier["licenses"].items()
        },
    }
    own = own_figures(earlier.get("figures", {}), later.get("figures", {}))

    return compared | ({"figures": own} if own else {})


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
