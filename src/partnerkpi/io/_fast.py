"""Machinery: the fast door of the portfolio document, with msgspec (extra ``fast``).

It may only accept. Whatever is not plainly good (no JSON, another type, an unknown key, perhaps a
key twice, a cut in the wrong place) is left to the base door, which alone words faults. So both
doors are equally strict, whatever msgspec lets pass.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from itertools import chain
from types import GenericAlias
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import define, field

from partnerkpi.io._nested import Decoded, Suspicious

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from partnerkpi.io._json import JsonText

__all__ = ["Decode", "decoder", "end_of_customers"]

Decode: TypeAlias = "Callable[[JsonText, int], Decoded]"

_BRACKET = re.compile(r"[][{}]")
_TAIL = 1 << 14


def decoder() -> Decode | None:
    """The decoder, if the extra is installed."""
    return _decoder() if find_spec("msgspec") else None


def _decoder() -> Decode:
    import msgspec

    unset = msgspec.UNSET

    def record(name: str, needed: dict[str, Any], optional: dict[str, Any]) -> type[Any]:
        given = [(key, kind | msgspec.UnsetType, unset) for key, kind in optional.items()]

        return msgspec.defstruct(
            name, [*needed.items(), *given], forbid_unknown_fields=True, gc=False
        )

    counts = {"total": int, "assigned": int}
    uses = {"used_7d": int, "used_3mo": int}
    observation = record("Observation", counts, {"observed_at": str | None, **uses})
    line = record(
        "Line",
        {"product": str, "name": str},
        {"observations": GenericAlias(list, (observation,)), **counts, **uses},
    )
    subscription = record(
        "Subscription",
        {"id": str, "kind": str, "added_at": str, "licenses": GenericAlias(list, (line,))},
        {
            "starts_at": str | None,
            "ends_at": str | None,
            "auto_renew": bool,
            "paid": bool,
            "set_up": bool,
        },
    )
    customer = record(
        "Customer",
        {"id": str, "name": str, "subscriptions": GenericAlias(list, (subscription,))},
        {
            "managed_by": str,
            "last_admin_sign_in_at": str | None,
            "tags": list[str],
            "attributes": dict[str, str],
        },
    )
    decode = msgspec.json.Decoder(GenericAlias(list, (customer,)), strict=True).decode
    # A lone surrogate is an encoding error, and too deep a nesting a recursion error.
    refusals = (msgspec.MsgspecError, ValueError, RecursionError)

    def decoded(text: JsonText, end: int) -> Decoded:
        keys = text.keys(end)
        try:
            customers = decode(f"[{text.text[text.at : end]}]")
        except refusals as error:
            raise Suspicious from error
        columns = _Columns(unset, observation)
        columns.customers(customers)
        if columns.keys != keys:
            raise Suspicious

        return columns.to

    return decoded


@define
class _Columns:
    """Columns of decoded customers, and how many keys their text must have had."""

    unset: object
    observation: Any
    keys: int = 0
    to: Decoded = field(factory=Decoded)

    def customers(self, found: Sequence[Any]) -> None:
        to = self.to
        self.keys += 3 * len(found)
        to.ids = [one.id for one in found]
        to.names = [one.name for one in found]
        to.managers = self._given([one.managed_by for one in found], "partner")
        to.signed_in = self._given([one.last_admin_sign_in_at for one in found], None)
        to.tags = self._given([one.tags for one in found], ())
        to.attributes = self._given([one.attributes for one in found], {})
        self.keys += sum(map(len, to.attributes))
        lists = [one.subscriptions for one in found]
        to.subscriptions = list(map(len, lists))
        self._subscriptions(list(chain.from_iterable(lists)))

    def _subscriptions(self, found: Sequence[Any]) -> None:
        to = self.to
        self.keys += 4 * len(found)
        to.subscription_ids = [one.id for one in found]
        to.kinds = [one.kind for one in found]
        to.added = [one.added_at for one in found]
        to.starts = self._given([one.starts_at for one in found], None)
        to.ends = self._given([one.ends_at for one in found], None)
        to.auto_renew = self._given([one.auto_renew for one in found], default=False)
        to.paid = self._given([one.paid for one in found], default=True)
        to.set_up = self._given([one.set_up for one in found], default=True)
        lists = [one.licenses for one in found]
        to.lines = list(map(len, lists))
        self._lines(list(chain.from_iterable(lists)))

    def _lines(self, found: Sequence[Any]) -> None:
        to, unset = self.to, self.unset
        self.keys += 2 * len(found)
        to.products = [one.product for one in found]
        to.line_names = [one.name for one in found]
        given = [one.observations for one in found]
        to.inline = [cell is unset for cell in given]
        if any(to.inline):
            self._no_counts([one for one in found if one.observations is not unset])
            given = self._with_inline(found)
        else:
            self._no_counts(found)
        self.keys += len(found) - to.inline.count(True)
        nothing = [self.observation(total=0, assigned=0)]
        groups = [cell or nothing for cell in given]
        to.rows = list(map(len, groups))
        rows = list(chain.from_iterable(groups))
        to.observed = [one is not nothing[0] for one in rows]
        self.keys += 2 * to.observed.count(True)
        self._rows(rows)

    def _no_counts(self, found: Sequence[Any]) -> None:
        # Counts beside observations would go unread.
        unset = self.unset
        for one in found:
            if not one.total is one.assigned is one.used_7d is one.used_3mo is unset:
                raise Suspicious

    def _with_inline(self, found: Sequence[Any]) -> list[Any]:
        make, unset = self.observation, self.unset

        return [
            [make(one.total, one.assigned, unset, one.used_7d, one.used_3mo)]
            if one.observations is unset
            else one.observations
            for one in found
        ]

    def _rows(self, found: Sequence[Any]) -> None:
        to = self.to
        to.total = [one.total for one in found]
        to.assigned = [one.assigned for one in found]
        to.observed_at = self._given([one.observed_at for one in found], None)
        to.used_7d = self._given([one.used_7d for one in found], 0)
        to.used_3mo = self._given([one.used_3mo for one in found], 0)

    def _given(self, cells: list[Any], default: object) -> list[Any]:
        """The cells with the default where the key was not there; the others' keys are counted."""
        types = list(map(type, cells))
        missing = types.count(type(self.unset))
        self.keys += len(cells) - missing
        if not missing:
            return cells
        unset = self.unset

        return [default if cell is unset else cell for cell in cells]


def end_of_customers(text: JsonText) -> int:
    """The end of the last customer that stands complete, with what separates it; 0 if none does.

    A guess by brackets, which one in a text may spoil: what is cut in the wrong place does not
    decode, and goes to the base door.
    """
    held, at = text.text, text.at
    depth = sum(held.count(one, at) for one in "{[") - sum(held.count(one, at) for one in "}]")
    end, size = len(held), _TAIL
    while end > at:
        start = max(at, end - size)
        for found in reversed([*_BRACKET.finditer(held, start, end)]):
            if found[0] in "{[":
                depth -= 1
            elif depth == 0 and text.after(found.end()):
                return found.end()
            else:
                depth += 1
        end, size = start, 2 * size

    return 0
