"""Answers that the tests of the platform's readers speak of."""

from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = [
    "GLOBEX",
    "INITECH",
    "NORTH",
    "SAMPLES",
    "WHEN",
    "encoded",
    "license_row",
    "organization_row",
]

SAMPLES = Path(__file__).parent / "samples"
WHEN = datetime(2026, 11, 22, tzinfo=UTC)

GLOBEX = "96abc2aa-3dcc-11e5-a152-fe34819cdc9a"
INITECH = "16f9316d-69b4-4603-a49a-3922c510d5ad"
NORTH = "52cf576d-60a8-407a-b22c-467c51591909"

Row = dict[str, Any]


def encoded(kind: str, value: str) -> str:
    """An id as the platform spells it, without padding."""
    return b64encode(f"ciscospark://us/{kind}/{value}".encode()).decode().rstrip("=")


def organization_row(uuid: str = GLOBEX, name: str = "Globex") -> Row:
    """An organization of an answer."""
    return {"id": encoded("ORGANIZATION", uuid), "displayName": name}


def license_row(
    number: str = "1",
    name: str = "Webex Calling - Professional",
    *,
    owner: str | None = GLOBEX,
    **fields: Any,  # a key of JSON may hold anything
) -> Row:
    """A license of an answer, of the subscription Sub1 unless told otherwise."""
    within = f"{owner}:BCSTD_{number}" if owner else number
    counts = {"totalUnits": 100, "consumedUnits": 60}
    row = {"id": encoded("LICENSE", within), "name": name, "subscriptionId": "Sub1"}
    return {key: each for key, each in (row | counts | fields).items() if each is not ...}
