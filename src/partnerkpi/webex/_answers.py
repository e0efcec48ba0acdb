"""Machinery: what callers hand over for one kind of answer, as payloads."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar, cast

from attrs import define, field, frozen

from partnerkpi.errors import Place
from partnerkpi.webex._loading import PayloadSource
from partnerkpi.webex.payloads import Payload

if TYPE_CHECKING:
    from partnerkpi._faults import FaultLog
    from partnerkpi.errors import Fault

__all__ = ["ByOrganization", "Gathering", "Given", "Placed", "owners_and_sources"]

_Record = TypeVar("_Record")
_Record_co = TypeVar("_Record_co", covariant=True)

#: One answer or several of one kind, read already or not.
Given: TypeAlias = Payload[_Record] | Sequence[Payload[_Record]] | PayloadSource
#: Answers by the id of the organization that they are of.
ByOrganization: TypeAlias = Mapping[str, Given[_Record]]
Read: TypeAlias = Callable[[PayloadSource], Payload[_Record]]


@frozen
class Placed(Generic[_Record_co]):
    """A record, and how to find out where it stands."""

    record: _Record_co
    payload: Payload[_Record_co]
    position: int

    def place(self, name: str | None = None) -> Place:
        """Where it stands, or a field of it."""
        return self.payload.place(self.position, name)


@define
class Gathering:
    """What all answers bring beside their records: faults, and keys that were passed over."""

    log: FaultLog
    ignored: Counter[str] = field(factory=Counter)
    kept: list[Fault] = field(factory=list)
    kept_count: int = 0

    def payloads(
        self, name: str, given: Given[_Record] | None, read: Read[_Record]
    ) -> Iterator[Payload[_Record]]:
        """The payloads of what was given; what is read here brings its faults along."""
        for each in _several(given):
            found = each if isinstance(each, Payload) else read(cast("PayloadSource", each))
            if found is each:
                # Whoever read leniently has been told already.
                self.kept += found.faults
                self.kept_count += found.fault_count
            else:
                self.log.take(found.faults, found.fault_count)
            for key, count in found.ignored.items():
                self.ignored[f"{name}.{key}"] += count
            yield found

    def records(
        self, name: str, given: Given[_Record] | None, read: Read[_Record]
    ) -> list[Placed[_Record]]:
        """The records of what was given."""
        return [
            Placed(record, payload, position)
            for payload in self.payloads(name, given, read)
            for position, record in enumerate(payload)
        ]


def _several(given: object) -> Iterable[object]:
    """One answer after the other: a list of answers is several, a list of records is one."""
    if given is None:
        return ()
    if isinstance(given, Payload) or not isinstance(given, Sequence) or isinstance(given, _TEXTS):
        return (given,)
    first = next(iter(given), None)
    if isinstance(first, (Payload, *_TEXTS, os.PathLike)) or hasattr(first, "read"):
        return given
    if isinstance(first, Mapping) and _LISTS & set(first):
        return given

    return (given,)


_TEXTS = (str, bytes)
_LISTS = frozenset({"items", "subPartners"})


def owners_and_sources(
    given: Given[_Record] | ByOrganization[_Record], keys: frozenset[str]
) -> Iterator[tuple[str | None, Given[_Record]]]:
    """Answers by the organization that they are of, if that is told.

    Args:
        given: Answers, or a mapping from organizations to answers.
        keys: Keys by which an answer is told from such a mapping.
    """
    if isinstance(given, Mapping) and not keys & set(given):
        yield from cast("ByOrganization[_Record]", given).items()
    else:
        yield None, given
