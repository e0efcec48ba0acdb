"""The portfolio document: a nested JSON text, or the same as plain mappings, read strictly.

Reading streams: a part of the text is held at a time, and memory grows with the columns alone.
While a part is decoded the collection of garbage is held off, if it was on: making many objects
costs several times as much with it. That is the one thing of the process that reading touches, and
it is put back after every part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from attrs import define, field

from partnerkpi._faults import shown
from partnerkpi.errors import Fault, InputError, MissingExtraError, Place
from partnerkpi.io import _fast
from partnerkpi.io._cells import MISSING, came, step
from partnerkpi.io._collection import collection_held
from partnerkpi.io._files import Source, opened, text_pieces
from partnerkpi.io._json import CHUNK, JsonText
from partnerkpi.io._managed_in import FIRST, SECOND, Keys
from partnerkpi.io._nested import (
    Batches,
    Decoded,
    DocumentPlaces,
    Suspicious,
    Totals,
    packed,
)
from partnerkpi.io._notes import AN_OBJECT, ONCE, Notes
from partnerkpi.io._partner_in import partner_in
from partnerkpi.io._plain import plain_columns
from partnerkpi.io._walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from partnerkpi._batches import CustomerBatch, LicenseBatch, SubscriptionBatch
    from partnerkpi._faults import FaultLog
    from partnerkpi._managed import Held
    from partnerkpi.models import Partner

__all__ = [
    "FIRST_FORMAT",
    "SECOND_FORMAT",
    "DocumentPlaces",
    "Engine",
    "ManagedTaker",
    "Taker",
    "UnknownKeys",
    "load_document",
    "load_mapping",
]

FIRST_FORMAT, SECOND_FORMAT = "partnerkpi/portfolio@1", "partnerkpi/portfolio@2"
Engine: TypeAlias = Literal["auto", "base", "fast"]
UnknownKeys: TypeAlias = Literal["refuse", "ignore"]

_KEYS = ("format", "partner", "customers")
_KEYS_OF: Mapping[str, Keys] = MappingProxyType({FIRST_FORMAT: FIRST, SECOND_FORMAT: SECOND})
_MAPPINGS = 2048


class Taker(Protocol):
    """What takes the batches: customers first, then their subscriptions, then their licenses."""

    def add_customers(self, batch: CustomerBatch, /) -> object:
        """Take customers."""
        ...

    def add_subscriptions(self, batch: SubscriptionBatch, /) -> object:
        """Take subscriptions."""
        ...

    def add_licenses(self, batch: LicenseBatch, /) -> object:
        """Take license rows."""
        ...


class ManagedTaker(Taker, Protocol):
    """What also takes what is managed of them."""

    def add_held(self, held: Held, /) -> object:
        """Take what is managed of rows that were taken before, where there is anything."""
        ...


def load_document(
    source: Source,
    taker: ManagedTaker,
    log: FaultLog,
    places: DocumentPlaces,
    *,
    unknown_keys: UnknownKeys = "refuse",
    engine: Engine = "auto",
    progress: Callable[[int], None] | None = None,
    part: int = CHUNK,
) -> Partner | None:
    """Read a portfolio document, plain or gzipped, and hand its columns on.

    Args:
        source: A path, or a binary stream that is read to its end and left open.
        taker: Takes the batches.
        log: Takes the faults; the rows of faulty cells are marked ``bad`` in the batches.
        places: Learns where the rows stand; its name is what faults call the source.
        unknown_keys: Whether a key that the format does not know is a fault.
        engine: ``fast`` needs the extra ``fast``; ``auto`` takes it when it is installed. Both
            give the same columns and the same faults.
        progress: Told how many bytes of the source have been read, part by part.
        part: How many characters are decoded at a time, at least; a customer is never cut.

    Returns:
        The partner, if the document names one.

    Raises:
        InputError: nothing more can be read (no JSON, no UTF-8, truncated gzip data, another
            format); it carries all faults of the log, those met before included.
        MissingExtraError: the engine ``fast`` without its extra.
        OSError: the path cannot be opened.
    """
    if engine == "fast" and not _fast.installed():
        raise MissingExtraError(engine)
    quick = engine != "base" and _fast.installed()
    with log.refusing(), opened(source, places.name) as data:
        text = JsonText(places.name, text_pieces(data, part))
        door = _Door(taker, log, places, unknown_keys == "ignore")
        reader = _Reader(text, door, part, quick)
        for _ in reader.parts():
            if progress is not None:
                progress(data.consumed)

    return door.partner


def load_mapping(
    mapping: Mapping[str, object],
    taker: ManagedTaker,
    log: FaultLog,
    places: DocumentPlaces,
    *,
    unknown_keys: UnknownKeys = "refuse",
) -> Partner | None:
    """Read a portfolio document that is already plain mappings, lists and texts.

    As strict as reading the text; instants may also be aware datetimes, and lists tuples.

    Args:
        mapping: The document.
        taker: Takes the batches.
        log: Takes the faults; the rows of faulty cells are marked ``bad`` in the batches.
        places: Learns where the rows stand.
        unknown_keys: Whether a key that the format does not know is a fault.

    Returns:
        The partner, if the document names one.

    Raises:
        InputError: the mapping is of another format; it carries all faults of the log.
    """
    door = _Door(taker, log, places, unknown_keys == "ignore")
    with log.refusing():
        _read_mapping(mapping, door)

    return door.partner


def _read_mapping(mapping: object, door: _Door) -> None:
    if not isinstance(mapping, Mapping):
        raise _refusal(door.places.name, None, AN_OBJECT, came(mapping))
    door.take_format(mapping.get("format", MISSING))
    for key, value in mapping.items():
        if key == "partner":
            door.take_partner(value)
        elif key not in _KEYS and not door.ignore_unknown:
            door.notes.unknown_key("", key, _KEYS)
    customers = mapping.get("customers", MISSING)
    if isinstance(customers, (list, tuple)):
        door.take_mappings(customers)
    else:
        door.no_customers(customers)


@define
class _Door:
    """Judges what was decoded, and hands it on."""

    taker: ManagedTaker
    log: FaultLog
    places: DocumentPlaces
    ignore_unknown: bool
    partner: Partner | None = None
    totals: Totals = field(factory=Totals)
    #: The latest version until the document has said its own.
    keys: Keys = SECOND
    _is_second: bool = False

    @property
    def notes(self) -> Notes:
        """Takes the faults of plain values."""
        return Notes(self.log, self.places.name, self.ignore_unknown)

    def take_format(self, value: object) -> None:
        """Refuse a format that this release does not read."""
        keys = _KEYS_OF.get(value) if isinstance(value, str) else None
        if keys is None:
            expected = f"{SECOND_FORMAT} or {FIRST_FORMAT} (the formats that this release reads)"
            raise _refusal(self.places.name, "format", expected, came(value))
        if keys is FIRST and self._is_second:
            expected = f"{SECOND_FORMAT} (the document has keys of it)"
            raise _refusal(self.places.name, "format", expected, came(value))
        self.keys = keys

    def take_partner(self, value: object) -> None:
        """Take the partner; null is no partner."""
        if value is not None:
            self.partner = partner_in(self.notes, value, self.keys)
            self._is_second |= self.keys is SECOND and _has_more(self.partner)

    def no_customers(self, value: object) -> None:
        """Note that there is no list of customers."""
        self.notes.fault("customers", "a list of customers", came(value))

    def take_mappings(self, customers: Sequence[object]) -> None:
        """Take customers that are plain mappings."""
        for start in range(0, len(customers), _MAPPINGS):
            records = customers[start : start + _MAPPINGS]
            if not self.offer(partial(plain_columns, records, self.keys, None)):
                self.take_carefully(records)

    def take_carefully(self, records: Iterable[object]) -> None:
        """Take customers one by one, and word their faults."""
        walk = Walk(self.notes, self.keys)
        for position, record in enumerate(records, self.totals.customers):
            walk.customer(f"customers[{position}]", record)
        self._hand_on(walk.columns, packed(walk.columns, self.totals))

    def offer(self, decode: Callable[[], Decoded]) -> bool:
        """Take customers from a quick decoder; false, and nothing is taken, when suspicious."""
        try:
            decoded = decode()
            batches = packed(decoded, self.totals)
        except Suspicious:
            return False
        self._hand_on(decoded, batches)

        return True

    def _hand_on(self, decoded: Decoded, batches: Batches) -> None:
        self.places.note(batches, self.totals)
        held = decoded.held.moved(self.totals.customers, self.totals.subscriptions)
        self.totals.add(decoded)
        self.taker.add_customers(batches.customers)
        self.taker.add_subscriptions(batches.subscriptions)
        self.taker.add_licenses(batches.licenses)
        if held:
            self._is_second = True
            self.taker.add_held(held)


@define
class _Reader:
    """Walks the top of a document, and decodes its customers part by part."""

    text: JsonText
    door: _Door
    part: int
    quick: bool
    decode: _fast.Decode | None = None

    def parts(self) -> Iterator[None]:
        """Read everything; stops after every part of the customers."""
        text, seen = self.text, set[str]()
        if text.look() not in {"{", ""}:
            raise _refusal(self.door.places.name, None, AN_OBJECT, f"{text.look()!r} at the start")
        for key in text.members():
            if key in seen:
                self.door.notes.fault(step("", key), ONCE, f"{shown(key)} again")
                self._pass_over(key)
            elif key == "customers":
                yield from self._customers()
            else:
                self._member(key)
            seen.add(key)
        text.finish()
        if "format" not in seen:
            self.door.take_format(MISSING)
        if "customers" not in seen:
            self.door.no_customers(MISSING)

    def _member(self, key: str) -> None:
        if key == "format":
            self.door.take_format(self.text.value(key))
        elif key == "partner":
            self.door.take_partner(self.text.value(key))
        else:
            if not self.door.ignore_unknown:
                self.door.notes.unknown_key("", key, _KEYS)
            self._pass_over(key)

    def _pass_over(self, key: str) -> None:
        """Let a value pass, an element at a time, yet as strictly decoded as any."""
        path = step("", key)
        for inner, value in self._values(path):
            self.door.notes.beneath(inner, value)

    def _values(self, path: str) -> Iterator[tuple[str, object]]:
        if self.text.look() != "[":
            yield path, self.text.value(path)
            return
        more, index = self.text.enter("[]"), 0
        while more:
            yield f"{path}[{index}]", self.text.value(f"{path}[{index}]")
            more, index = self.text.step("]"), index + 1

    def _customers(self) -> Iterator[None]:
        if self.text.look() != "[":
            self.door.no_customers(self.text.value("customers"))
            return
        self.decode = _fast.decoder(self.door.keys) if self.quick else None
        more = self.text.enter("[]")
        while more:
            self.text.look()
            self.text.fill(self.part)
            with collection_held():
                more = self._part()
            yield

    def _part(self) -> bool:
        """Take the customers that stand complete in the text at hand; whether more follow."""
        text = self.text
        if self.decode is not None:
            piece = _fast.cut(text)
            if piece is not None and self.door.offer(partial(self.decode, piece.data)):
                text.at = piece.end
                return text.step("]")
        run = text.run()
        if run.records and self.door.offer(
            partial(plain_columns, run.records, self.door.keys, run.keys)
        ):
            text.at = run.end
            return not run.closed

        return self._carefully(len(run.records) or 1)

    def _carefully(self, count: int) -> bool:
        more = True

        def records() -> Iterator[object]:
            nonlocal more
            for position in range(self.door.totals.customers, self.door.totals.customers + count):
                yield self.text.value(f"customers[{position}]")
                more = self.text.step("]")

        self.door.take_carefully(records())

        return more


def _has_more(partner: Partner | None) -> bool:
    return partner is not None and bool(partner.administrators or partner.organization)


def _refusal(name: str, path: str | None, expected: str, found: str) -> InputError:
    return InputError([Fault(Place(name, path), expected, found)])
