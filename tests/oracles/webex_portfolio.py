"""A portfolio of answers in plain Python, row by row, from the sentences of the guide."""

from datetime import UTC, datetime
from typing import Any

__all__ = ["expected_portfolio"]

Row = dict[str, Any]
PRODUCTS = (
    ("call on webex", "call_on_webex"),
    ("webex calling - professional", "calling"),
    ("webex calling - workspaces", "calling"),
    ("messaging", "messaging"),
    ("suite", "meetings"),
)
LONG_AGO = "1970-01-01T00:00:00+00:00"


def expected_portfolio(
    organizations: list[tuple[str, str]],
    licenses: list[tuple[str, Row]],
    facts: dict[str, Row],
    own: str | None,
    when: datetime,
) -> tuple[list[Row], list[Row], dict[str, list[str]]]:
    """Customers, free licenses, and what is missing of each subscription or customer.

    Args:
        organizations: UUIDs and names.
        licenses: The UUID of the owner, and the row.
        facts: Facts by subscription.
        own: The UUID of the partner's own organization.
        when: When it was observed.
    """
    customers: list[Row] = []
    free: list[Row] = []
    missing: dict[str, list[str]] = {}
    for uuid, name in organizations:
        if uuid == own:
            continue
        subscriptions: dict[str, list[Row]] = {}
        for owner, row in licenses:
            if owner != uuid or _nobody_has(row) or None in (_total(row), _consumed(row)):
                continue
            if row.get("subscriptionId"):
                subscriptions.setdefault(row["subscriptionId"], []).append(_line(row, when))
            else:
                free.append({"customer_id": uuid, "name": row["name"], "total": _total(row)})
        customers.append(
            {
                "id": uuid,
                "name": name,
                "subscriptions": [_subscription(k, v, facts) for k, v in subscriptions.items()],
            }
        )
        missing[uuid] = ["last_admin_sign_in_at"]
        for key in subscriptions:
            missed = _missing(key, facts.get(key, {}))
            if missed:
                missing[key] = missed
    return customers, free, missing


def _nobody_has(row: Row) -> bool:
    keys = ("consumedByUsers", "consumedByWorkspaces")
    return all(key in row and row[key] is None for key in keys)


def _total(row: Row) -> int | None:
    return row.get("totalUnits")


def _consumed(row: Row) -> int | None:
    return row.get("consumedUnits")


def _line(row: Row, when: datetime) -> Row:
    name = row["name"].lower()
    product = next((code for part, code in PRODUCTS if part in name), row["name"])
    seen = {"total": _total(row), "assigned": _consumed(row), "at": when.isoformat()}
    return {"product": product, "name": row["name"], "seen": seen}


def _subscription(key: str, lines: list[Row], facts: dict[str, Row]) -> Row:
    known = facts.get(key, {})
    start = known.get("starts_at")
    return {
        "id": key,
        "trial": known.get("kind", "trial" if key.startswith("trialSub.") else "") == "trial",
        "added": _instant(known.get("added_at") or start) or LONG_AGO,
        "starts": _instant(start or known.get("added_at")) or LONG_AGO,
        "ends": _instant(known.get("ends_at")),
        "auto_renew": known.get("auto_renew", False),
        "paid": known.get("paid", True),
        "set_up": known.get("set_up", True),
        "lines": lines,
    }


def _instant(day: str | None) -> str | None:
    if day in (None, "none"):
        return None
    return datetime.fromisoformat(str(day)).replace(tzinfo=UTC).isoformat()


def _missing(key: str, known: Row) -> list[str]:
    trial = known.get("kind", "trial" if key.startswith("trialSub.") else "") == "trial"
    needed = ["ends_at", "auto_renew", "paid", "set_up"]
    missed = [each for each in needed if each not in known and not (trial and each == "auto_renew")]
    return missed if {"added_at", "starts_at"} & set(known) else ["added_at", *missed]
