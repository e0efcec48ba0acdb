"""Machinery: which columns the tables have, and which of them a source brings."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from partnerkpi._faults import shown
from partnerkpi._record_rules import is_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = [
    "ATTRIBUTE",
    "CALLS",
    "CUSTOMERS",
    "LICENSES",
    "QUEUE_CALLS",
    "SUBSCRIPTIONS",
    "Header",
    "Table",
    "UnknownKeys",
    "attribute_name",
]

UnknownKeys: TypeAlias = Literal["refuse", "ignore"]

ATTRIBUTE = "attr."


@frozen
class Table:
    """A table: its name, and the columns that it must have and may have.

    ``ids`` is the column that other tables refer to, if any do; ``open`` lets the table have a
    column per attribute.
    """

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    ids: str | None = None
    open: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of fixed names."""
        return self.required + self.optional

    def knows(self, column: str) -> bool:
        """Whether the table may have a column of this name."""
        return column in self.columns or (self.open and attribute_name(column) is not None)

    def unknown(self, column: str, noun: str = "column") -> str:
        """What was expected in the place of an unknown column, with the nearest known one."""
        near = get_close_matches(column, self.columns, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""

        return f"a known {noun}{hint}"


def attribute_name(column: str) -> str | None:
    """The attribute that a column holds, if it is one of an attribute."""
    name = column.removeprefix(ATTRIBUTE)

    return name if column.startswith(ATTRIBUTE) and is_plain(name) else None


CUSTOMERS = Table(
    "customers",
    ("customer_id", "name"),
    ("managed_by", "last_admin_sign_in_at", "tags"),
    ids="customer_id",
    open=True,
)
SUBSCRIPTIONS = Table(
    "subscriptions",
    ("subscription_id", "customer_id", "kind", "added_at"),
    ("starts_at", "ends_at", "auto_renew", "paid", "set_up"),
    ids="subscription_id",
)
LICENSES = Table(
    "licenses",
    ("subscription_id", "product", "name", "total", "assigned"),
    ("observed_at", "used_7d", "used_3mo"),
)
CALLS = Table(
    "calls",
    ("call_id", "customer_id", "started_at", "duration_ms", "answered"),
    (
        *("record_id", "reported_at", "user_id", "endpoint_type"),
        *("packet_loss_percent", "latency_ms", "jitter_ms", "features"),
    ),
)
QUEUE_CALLS = Table(
    "queue_calls",
    ("call_id", "customer_id", "queue_id", "entered_at", "wait_ms", "outcome"),
    ("record_id", "reported_at", "talk_ms"),
)


@frozen
class Header:
    """The columns that a source brings: how many, the place of each known one, the attributes.

    ``usable`` is false where a column is missing or twice: then no row is. ``ids_known`` is
    false where it is the column of ids, so that nothing can be said of rows that refer to it.
    """

    width: int
    places: dict[str, int]
    attributes: dict[str, str]
    usable: bool
    ids_known: bool

    @staticmethod
    def of(
        table: Table,
        names: Sequence[str],
        report: Callable[[str | None, str, str], None],
        unknown: UnknownKeys,
    ) -> Header:
        """Look at the names of columns, and report those that are missing, twice or unknown."""
        missing = [name for name in table.required if name not in names]
        twice = list(_repeated(names))
        for name in missing:
            report(name, f"the column {name}", "no such column")
        for name in twice:
            report(name, "each column once", f"{shown(name)} again")
        for name in dict.fromkeys(names):
            if unknown == "refuse" and not table.knows(name):
                report(None, table.unknown(name), shown(name))
        places = {name: names.index(name) for name in names if table.knows(name)}
        attributes = {n: a for n in places if table.open and (a := attribute_name(n)) is not None}

        usable, ids_known = not (missing or twice), table.ids not in missing + twice

        return Header(len(names), places, attributes, usable, ids_known)


def _repeated(names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield name
        seen.add(name)
