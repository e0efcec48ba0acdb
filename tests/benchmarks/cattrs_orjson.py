"""The portfolio document to records with cattrs' orjson converter, detailed validation on.

The plain way to read such a document: attrs classes, the preconfigured converter, no strict hooks
(numbers in text pass), no checks between records. ``orjson.loads`` is part of the work.
"""

from __future__ import annotations

import gc
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import attrs
from cattrs.preconf.orjson import make_converter

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Portfolio", "read", "read_without_collector"]


@attrs.frozen
class Observation:
    """Counts of one line at one instant."""

    total: int
    assigned: int
    used_7d: int = 0
    used_3mo: int = 0
    observed_at: datetime | None = None


@attrs.frozen
class License:
    """One product in a subscription."""

    product: str
    name: str
    observations: tuple[Observation, ...] = ()


@attrs.frozen
class Subscription:
    """A subscription or a trial."""

    id: str
    kind: Literal["subscription", "trial"]
    added_at: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    auto_renew: bool = False
    paid: bool = True
    set_up: bool = True
    licenses: tuple[License, ...] = ()


@attrs.frozen
class Customer:
    """An organization and its subscriptions."""

    id: str
    name: str
    managed_by: Literal["partner", "external"] = "partner"
    last_admin_sign_in_at: datetime | None = None
    tags: tuple[str, ...] = ()
    attributes: dict[str, str] = attrs.field(factory=dict)
    subscriptions: tuple[Subscription, ...] = ()


@attrs.frozen
class Portfolio:
    """The document as a whole."""

    format: str
    partner: dict[str, str]
    customers: tuple[Customer, ...]


# Made once: it compiles its functions at the first document, which is not timed.
_CONVERTER = make_converter(detailed_validation=True, forbid_extra_keys=True)


def read(path: Path) -> Portfolio:
    """Parse and structure the document at ``path``."""
    return _CONVERTER.loads(path.read_bytes(), Portfolio)


def read_without_collector(path: Path) -> Portfolio:
    """The same with the garbage collector held off, which is not what callers do by themselves."""
    gc.disable()
    try:
        return read(path)
    finally:
        gc.enable()
