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

import numpy as np
from attrs import define, field, frozen

from partnerkpi.io._json import key_count
from partnerkpi.io._managed_in import administrators_in, keys_within, managed_in, quick
from partnerkpi.io._nested import Decoded, Suspicious

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from partnerkpi._arrays import Bytes
    from partnerkpi.io._json import JsonText
    from partnerkpi.io._managed_in import Keys

__all__ = ["Decode", "Piece", "cut", "decoder", "installed"]

Decode: TypeAlias = "Callable[[bytes], Decoded]"

_BRACKET = re.compile(rb"[][{}]")
# One bit apart: with it cleared, a bracket and a brace are the same.
_EITHER_BRACKET, _OPENING, _CLOSING = 0xDF, ord("["), ord("]")
_GOES_ON = 0x80
_TAIL = 1 << 14


@frozen
class Piece:
    """Customers that seem to stand complete, and where their text ends in the text at hand."""

    data: bytes
    end: int


def installed() -> bool:
    """Whether the extra is installed."""
    return find_spec("msgspec") is not None


def decoder(known: Keys) -> Decode:
    """The decoder of customers that may have these keys."""
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
            **dict.fromkeys(known.of_subscriptions, Any),
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
            **dict.fromkeys(known.of_customers, Any),
        },
    )
    decode = msgspec.json.Decoder(GenericAlias(list, (customer,)), strict=True).decode
    # A lone surrogate is an encoding error, and too deep a nesting a recursion error.
    refusals = (msgspec.MsgspecError, ValueError, RecursionError)

    def decoded(data: bytes) -> Decoded:
        try:
            customers = decode(b"[%b]" % data)
        except refusals as error:
            raise Suspicious from error
        columns = _Columns(unset, observation, known)
        columns.customers(customers)
        if columns.keys != key_count(data):
            raise Suspicious

        return columns.to

    return decoded


@define
class _Columns:
    """Columns of decoded customers, and how many keys their text must have had."""

    unset: object
    observation: Any
    known: Keys
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
        for row, record in self._with_any(found, self.known.of_customers):
            to.held.assigned[row] = quick(administrators_in, record)
        lists = [one.subscriptions for one in found]
        to.subscriptions = list(map(len, lists))
        self._subscriptions(list(chain.from_iterable(lists)))

    def _subscriptions(self, found: Sequence[Any]) -> None:
        to, unset = self.to, self.unset
        self.keys += 4 * len(found)
        to.subscription_ids = [one.id for one in found]
        to.kinds = [one.kind for one in found]
        to.added = [one.added_at for one in found]
        to.starts = self._given([one.starts_at for one in found], None)
        to.ends = self._given([one.ends_at for one in found], None)
        to.auto_renew = self._given([one.auto_renew for one in found], default=False)
        to.paid = self._given([one.paid for one in found], default=True)
        to.set_up = self._given([one.set_up for one in found], default=True)
        for row, record in self._with_any(found, self.known.of_subscriptions):
            stated = [name for name in ("paid", "set_up") if getattr(found[row], name) is not unset]
            to.held.managed[row] = quick(managed_in, record | dict.fromkeys(stated))
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

    def _with_any(
        self, found: Sequence[Any], names: Sequence[str]
    ) -> Iterator[tuple[int, dict[str, object]]]:
        """The rows that hold what is managed, and what they hold; the keys of it are counted."""
        for row, one in enumerate(found if names else ()):
            cells = {name: getattr(one, name) for name in names}
            record = {name: cell for name, cell in cells.items() if cell is not self.unset}
            self.keys += keys_within(record)
            if record:
                yield row, record

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


def cut(text: JsonText) -> Piece | None:
    """The customers that stand complete in the text at hand; none if none is seen.

    A guess by brackets, which one in a text may spoil: what is cut in the wrong place does not
    decode, and goes to the base door.
    """
    held = text.text[text.at :].encode()
    codes = np.frombuffer(held, np.uint8)
    for end in _ends(held, codes):
        size = end if held.isascii() else _characters(codes[:end])
        if text.after(text.at + size):
            return Piece(held[:end], text.at + size)

    return None


def _characters(codes: Bytes) -> int:
    """How many characters these bytes of UTF-8 are: those that do not go on with one."""
    return int(np.count_nonzero((codes & 0xC0) != _GOES_ON))


def _ends(held: bytes, codes: Bytes) -> Iterator[int]:
    """Where the depth of brackets comes back to none, last one first."""
    kinds = codes & _EITHER_BRACKET
    depth = int(np.count_nonzero(kinds == _OPENING)) - int(np.count_nonzero(kinds == _CLOSING))
    end, size = len(held), _TAIL
    while end:
        start = max(0, end - size)
        for at in reversed([found.start() for found in _BRACKET.finditer(held, start, end)]):
            if kinds[at] == _OPENING:
                depth -= 1
                continue
            if depth == 0:
                yield at + 1
            depth += 1
        end, size = start, 2 * size
