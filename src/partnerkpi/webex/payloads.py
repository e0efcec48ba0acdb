"""What a reader makes of answers of the platform: typed records, and what was passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar, overload

from attrs import field, frozen

from partnerkpi._frozen import Frozen
from partnerkpi.errors import Place

if TYPE_CHECKING:
    from partnerkpi.errors import Fault

__all__ = ["Origin", "Payload"]

_Record_co = TypeVar("_Record_co", covariant=True)


def _counts(counts: Mapping[str, int]) -> Mapping[str, int]:
    return Frozen(counts)


@frozen
class Origin:
    """Where the records of one source stand in it.

    Attributes:
        source: What faults call the source.
        prefix: The path of the list that they are in, such as ``items``; empty for a bare list,
            ``None`` where the source is one record, or a table.
        rows: For each record its position in the list, or its line in a table.
        headings: For the fields of a table's records the headings above them.
    """

    source: str
    prefix: str | None
    rows: tuple[int, ...]
    headings: Mapping[str, str] | None = None

    def place(self, position: int, name: str | None = None) -> Place:
        """The place of a record, or of a field of it."""
        if self.headings is not None:
            column = None if name is None else self.headings.get(name, name)
            return Place(self.source, line=self.rows[position], column=column)
        record = "" if self.prefix is None else f"{self.prefix}[{self.rows[position]}]"

        return Place(self.source, path=".".join(filter(None, (record, name))) or None)


@frozen(eq=False)
class Payload(Sequence[_Record_co]):
    """Records of one kind, read from answers of the platform: a sequence of them.

    Attributes:
        records: The records, in the order in which they came.
        ignored: How often each key that this release does not know was passed over. The platform
            adds keys as it likes; what you spell yourself (facts) is refused instead.
        faults: What was left out in lenient reading, up to the cap.
        fault_count: How many faults there were in truth.
        origins: Where the records stand, source by source.

    Example:
        >>> from partnerkpi import webex
        >>> found = webex.tag_catalogue([{"name": "gold", "color": "#fd0"}])
        >>> found[0].name, dict(found.ignored)
        ('gold', {'color': 1})
    """

    records: tuple[_Record_co, ...]
    ignored: Mapping[str, int] = field(default=Frozen({}), converter=_counts)
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0
    origins: tuple[Origin, ...] = ()

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self.records)

    @overload
    def __getitem__(self, place: int) -> _Record_co: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[_Record_co]: ...
    def __getitem__(self, place: int | slice) -> _Record_co | Sequence[_Record_co]:
        """Return the record at a position, or those in a range."""
        return self.records[place]

    def __iter__(self) -> Iterator[_Record_co]:
        """Go through the records."""
        return iter(self.records)

    def __repr__(self) -> str:
        return f"<{len(self)} records, {self.fault_count} faults>"

    def place(self, position: int, name: str | None = None) -> Place:
        """Where a record stands, or a field of it.

        Raises:
            IndexError: there is no such record.

        Example:
            >>> from partnerkpi import webex
            >>> answer = {"items": [{"name": "gold"}]}
            >>> str(webex.tag_catalogue(answer).place(0, "name"))
            'tags, items[0].name'
        """
        for origin in self.origins:
            if position < len(origin.rows):
                return origin.place(position, name)
            position -= len(origin.rows)
        msg = "no record stands there"
        raise IndexError(msg)
