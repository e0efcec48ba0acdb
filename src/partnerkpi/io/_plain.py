"""Machinery: decoded dicts and lists to columns, for documents in which nothing is wrong.

Whole levels are judged at once; the first thing that is not as it must be leaves the whole batch to
the careful walk. So nothing here ever words a fault.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, cast

from attrs import define, field

from partnerkpi.io._cells import MISSING, Absent
from partnerkpi.io._managed_in import administrators_in, keys_within, managed_in, quick
from partnerkpi.io._nested import Decoded, Suspicious

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from partnerkpi.io._managed_in import Keys

__all__ = [
    "COUNT_KEYS",
    "INLINE_KEYS",
    "LINE_KEYS",
    "OBSERVATION_KEYS",
    "plain_columns",
]

COUNT_KEYS: tuple[str, ...] = ("total", "assigned", "used_7d", "used_3mo")
LINE_KEYS = ("product", "name", "observations")
INLINE_KEYS = ("product", "name", *COUNT_KEYS)
OBSERVATION_KEYS = ("observed_at", *COUNT_KEYS)


def plain_columns(records: Sequence[object], known: Keys, keys: int | None) -> Decoded:
    """The columns of customers.

    Args:
        records: The customers.
        known: The keys that they may have.
        keys: How many keys the customers hold by the count of their text, so that a key that
            occurs twice is noticed; ``None`` where no text was read.

    Raises:
        Suspicious: something is not as it must be, or might not be.
    """
    plain = _Plain(known, counts=keys is not None)
    try:
        plain.customers(records)
    except (KeyError, TypeError) as error:
        raise Suspicious from error
    if keys is not None and keys != plain.keys:
        raise Suspicious

    return plain.columns


@define
class _Plain:
    known: Keys
    counts: bool
    keys: int = 0
    columns: Decoded = field(factory=Decoded)

    def customers(self, records: Sequence[object]) -> None:
        found = self._objects(records, self.known.customer)
        to = self.columns
        to.ids = [one["id"] for one in found]
        to.names = [one["name"] for one in found]
        to.managers = [one.get("managed_by", "partner") for one in found]
        to.signed_in = [one.get("last_admin_sign_in_at") for one in found]
        to.tags = cast("list[Sequence[str]]", [one.get("tags", ()) for one in found])
        to.attributes = cast(
            "list[Mapping[str, str]]", [one.get("attributes", {}) for one in found]
        )
        self.keys += sum(map(len, to.attributes))
        for row in self._with_any(found, self.known.of_customers):
            to.held.assigned[row] = quick(administrators_in, found[row])
        lists = _lists([one["subscriptions"] for one in found])
        to.subscriptions = list(map(len, lists))
        self.subscriptions(list(chain.from_iterable(lists)))

    def subscriptions(self, records: Sequence[object]) -> None:
        found = self._objects(records, self.known.subscription)
        to = self.columns
        to.subscription_ids = [one["id"] for one in found]
        to.kinds = [one["kind"] for one in found]
        to.added = [one["added_at"] for one in found]
        to.starts = [one.get("starts_at") for one in found]
        to.ends = [one.get("ends_at") for one in found]
        to.auto_renew = [one.get("auto_renew", False) for one in found]
        to.paid = [one.get("paid", True) for one in found]
        to.set_up = [one.get("set_up", True) for one in found]
        for row in self._with_any(found, self.known.of_subscriptions):
            to.held.managed[row] = quick(managed_in, found[row])
        lists = _lists([one["licenses"] for one in found])
        to.lines = list(map(len, lists))
        self.lines(list(chain.from_iterable(lists)))

    def lines(self, records: Sequence[object]) -> None:
        _only_objects(records)
        found = cast("Sequence[dict[str, object]]", records)
        given = [one.get("observations", MISSING) for one in found]
        if set(map(type, given)) - {list, tuple, Absent}:
            raise Suspicious
        to = self.columns
        to.products = [one["product"] for one in found]
        to.line_names = [one["name"] for one in found]
        to.inline = [cell is MISSING for cell in given]
        pairs = list(zip(found, given, strict=True))
        self._objects([one for one, cell in pairs if cell is MISSING], INLINE_KEYS)
        self._objects([one for one, cell in pairs if cell is not MISSING], LINE_KEYS)
        observations = [cell for cell in given if cell is not MISSING]
        self._objects(list(chain.from_iterable(_lists(observations))), OBSERVATION_KEYS)
        # Stands for the row of a line that has none, and is told apart by identity.
        nothing = {"total": 0, "assigned": 0}
        groups = [(one,) if cell is MISSING else cell or (nothing,) for one, cell in pairs]
        to.rows = list(map(len, _lists(groups)))
        rows = list(chain.from_iterable(_lists(groups)))
        to.observed = [one is not nothing for one in rows]
        self._rows(cast("list[dict[str, object]]", rows))

    def _rows(self, found: Sequence[dict[str, object]]) -> None:
        to = self.columns
        to.observed_at = [one.get("observed_at") for one in found]
        to.total = [one["total"] for one in found]
        to.assigned = [one["assigned"] for one in found]
        to.used_7d = [one.get("used_7d", 0) for one in found]
        to.used_3mo = [one.get("used_3mo", 0) for one in found]

    def _with_any(self, found: list[dict[str, object]], names: Sequence[str]) -> Iterator[int]:
        """The rows that hold what is managed; the keys in it are counted."""
        for row, one in enumerate(found if names else ()):
            values = [one[name] for name in names if name in one]
            # Mappings in memory, whose keys need no counting, may contain themselves.
            self.keys += keys_within(values) if self.counts else 0
            if values:
                yield row

    def _objects(self, records: Sequence[object], known: Sequence[str]) -> list[dict[str, object]]:
        """The records, all of them objects with known keys only; their keys are counted."""
        _only_objects(records)
        found = cast("list[dict[str, object]]", records)
        self.keys += sum(map(len, found))
        if set().union(*found).difference(known):
            raise Suspicious

        return found


def _only_objects(records: Sequence[object]) -> None:
    if set(map(type, records)) - {dict}:
        raise Suspicious


def _lists(cells: list[object]) -> list[Sequence[object]]:
    if set(map(type, cells)) - {list, tuple}:
        raise Suspicious

    return cast("list[Sequence[object]]", cells)
