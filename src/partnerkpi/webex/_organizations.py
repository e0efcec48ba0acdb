"""Machinery: organizations found by their ids, whatever these look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

from partnerkpi.webex.notes import LeftOut, LeftOutReason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnerkpi._faults import FaultLog
    from partnerkpi.webex._answers import Placed
    from partnerkpi.webex.ids import WebexId
    from partnerkpi.webex.organizations import WebexOrganization

__all__ = ["Organizations"]

_ONE_NAME = "one name of an organization"


@define
class Organizations:
    """The organizations of a partner, each once, in the order in which they came.

    Attributes:
        placed: The organizations; others speak of them by their position here.
        repeated: Those that came again.
    """

    placed: list[Placed[WebexOrganization]] = field(factory=list)
    repeated: list[LeftOut] = field(factory=list)
    _by_text: dict[str, int] = field(factory=dict)
    #: By what ids look like in small letters; ``None`` where several do.
    _by_folded: dict[str, int | None] = field(factory=dict)

    @staticmethod
    def of(given: Iterable[Placed[WebexOrganization]], log: FaultLog) -> Organizations:
        """Take organizations up; one that comes again under another name is a fault."""
        found = Organizations()
        for each in given:
            found._take(each, log)

        return found

    def _take(self, each: Placed[WebexOrganization], log: FaultLog) -> None:
        own = each.record.id
        known = self._by_text.get(own.text)
        if known is None:
            self._by_text[own.text] = len(self.placed)
            taken = own.folded in self._by_folded
            self._by_folded[own.folded] = None if taken else len(self.placed)
            self.placed.append(each)
        elif self.placed[known].record.name == each.record.name:
            self.repeated.append(LeftOut(each.place(), each.record.name, LeftOutReason.REPEATED))
        else:
            before = self.placed[known].record.name
            log.add(each.place("displayName"), f"{_ONE_NAME} ({before!r})", repr(each.record.name))

    def find(self, wanted: WebexId) -> int | None:
        """The position of an organization; none where it is not there, or where several might be.

        Ids are compared by what they stand for, and where one does not decode without regard to
        case.
        """
        found = self._by_text.get(wanted.text)

        return self._by_folded.get(wanted.folded) if found is None else found

    def id_of(self, position: int) -> str:
        """The id of an organization as a customer."""
        return self.placed[position].record.id.text

    def name_of(self, position: int) -> str:
        """The name of an organization."""
        return self.placed[position].record.name
