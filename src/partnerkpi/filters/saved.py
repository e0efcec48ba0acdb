"""Saved filters: named ones, kept as text, checked whole when they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from partnerkpi._faults import FaultLog, shown
from partnerkpi._record_rules import PLAIN_TEXT, is_plain
from partnerkpi.errors import FilterError, FormatError, Place, UnknownNameError
from partnerkpi.filters.evaluate import usable
from partnerkpi.filters.expression import MAX_LENGTH, Expression
from partnerkpi.filters.vocabulary import Fields
from partnerkpi.filters.vocabulary import fields as known_fields

if TYPE_CHECKING:
    from partnerkpi.io.schemas import Schema

__all__ = ["FILTERS_FORMAT", "SavedFilters", "filters_schema"]

FILTERS_FORMAT: Final = "partnerkpi/filters@1"


class SavedFilters(Mapping[str, Expression]):
    """Filters by name, in the order in which they were saved; it never changes.

    Args:
        filters: Filters, or their texts, by name.
        fields: The vocabulary that they are checked by.

    Raises:
        InputError: a name or a filter is faulty; all faults at once.

    Example:
        >>> saved = SavedFilters({"Gold at risk": "tag:gold status:expiring_soon"})
        >>> saved["Gold at risk"].text
        'tag:gold status:expiring_soon'
        >>> SavedFilters({"Gold": "tagg:gold", "": "x"})
        Traceback (most recent call last):
        ...
        partnerkpi.errors.InputError: 2 faults in the input
        filters, filters[0].filter: expected a filter (character 1: expected a field, found 'tagg';
        did you mean 'tag'?), found 'tagg:gold'
        filters, filters[1].name: expected a text without control characters or lone surrogates, not
        empty, found ''
    """

    __slots__ = ("_filters",)

    def __init__(
        self,
        filters: Mapping[str, Expression | str] | None = None,
        *,
        fields: Fields = known_fields,
    ) -> None:
        """Check and keep the filters."""
        log = FaultLog()
        given = enumerate((filters or {}).items())
        places = [(f"filters[{number}]", *pair) for number, pair in given]
        self._filters = _read(places, fields, log)
        log.refuse()

    def __getitem__(self, name: str) -> Expression:
        """Return the filter of a name.

        Raises:
            UnknownNameError: there is no such filter; names the nearest.
        """
        if name not in self._filters:
            raise UnknownNameError(_SAVED_FILTER, name, self._filters)

        return self._filters[name]

    def __contains__(self, name: object) -> bool:
        return name in self._filters

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._filters)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._filters)

    def __repr__(self) -> str:
        return f"SavedFilters({ {name: each.text for name, each in self.items()} })"

    def __hash__(self) -> int:
        return hash(frozenset(self._filters.items()))

    def with_filter(
        self, name: str, expression: Expression | str, *, fields: Fields = known_fields
    ) -> SavedFilters:
        """The collection with one more filter, or with another one under a name it has.

        Raises:
            InputError: the name or the filter is faulty.

        Example:
            >>> len(SavedFilters().with_filter("Gold", "tag:gold"))
            1
        """
        return self._with(SavedFilters({name: expression}, fields=fields))

    def without(self, name: str) -> SavedFilters:
        """The collection without a filter.

        Raises:
            UnknownNameError: there is no such filter; names the nearest.

        Example:
            >>> len(SavedFilters({"Gold": "tag:gold"}).without("Gold"))
            0
        """
        self[name]

        return _kept({key: each for key, each in self.items() if key != name})

    def to_dict(self) -> dict[str, object]:
        """The collection as plain values, filters as their texts.

        Example:
            >>> SavedFilters({"Gold": "tag:gold"}).to_dict()["filters"]
            [{'name': 'Gold', 'filter': 'tag:gold'}]
        """
        return {
            "format": FILTERS_FORMAT,
            "filters": [{"name": name, "filter": each.text} for name, each in self.items()],
        }

    @staticmethod
    def from_dict(plain: object, *, fields: Fields = known_fields) -> SavedFilters:
        """Read a collection back, every filter checked.

        Args:
            plain: What ``to_dict`` gave.
            fields: The vocabulary that filters are checked by.

        Raises:
            FormatError: another format or version.
            InputError: names or filters are faulty; all faults at once, each with its path.

        Example:
            >>> saved = SavedFilters({"Gold": "tag:gold"})
            >>> SavedFilters.from_dict(saved.to_dict()) == saved
            True
        """
        log = FaultLog()
        pairs = list(_pairs(plain, log))
        found = _read(pairs, fields, log)
        log.refuse()

        return _kept(found)

    def _with(self, others: SavedFilters) -> SavedFilters:
        return _kept({**self._filters, **others})


def filters_schema() -> Schema:
    """The JSON Schema of saved filters; that a text is a filter, only reading finds out.

    Example:
        >>> filters_schema()["title"]
        'Saved filters'
    """
    # The doors are heavy, and filters need none.
    from partnerkpi.io._schema import array, document, record, text

    each = record({"name": text(), "filter": {"type": "string", "maxLength": MAX_LENGTH}})

    return document(
        "Saved filters",
        "Filters by name, as text.",
        record({"format": {"const": FILTERS_FORMAT}, "filters": array(each)}),
        {},
    )


_SAVED_FILTER: Final = "saved filter"
_KEYS: Final = ("name", "filter")


def _kept(filters: Mapping[str, Expression]) -> SavedFilters:
    """A collection of filters that were checked before, by whichever vocabulary."""
    saved = SavedFilters()
    saved._filters = dict(filters)  # noqa: SLF001 (of this very class)

    return saved


def _pairs(plain: object, log: FaultLog) -> Iterator[tuple[str, object, object]]:
    """The places, names and filters of a document."""
    members = plain if isinstance(plain, Mapping) else {}
    if members.get("format") != FILTERS_FORMAT:
        msg = f"this release reads {FILTERS_FORMAT}, not {shown(members.get('format'))}"
        raise FormatError(msg)
    for key in members:
        if key not in {"format", "filters"}:
            log.add(_place(str(key)), "a known key", shown(key))
    listed = members.get("filters")
    if not isinstance(listed, list | tuple):
        log.add(_place("filters"), "a list", shown(listed))
        return
    for number, each in enumerate(listed):
        place = f"filters[{number}]"
        if isinstance(each, Mapping) and set(each) == set(_KEYS):
            yield place, each["name"], each["filter"]
        else:
            found = [*each] if isinstance(each, Mapping) else each
            log.add(_place(place), "an object with name and filter", shown(found))


def _read(
    given: Iterable[tuple[str, object, object]], fields: Fields, log: FaultLog
) -> dict[str, Expression]:
    """The filters by name; notes what is wrong with any of them."""
    found: dict[str, Expression] = {}
    for place, name, each in given:
        if not isinstance(name, str) or not is_plain(name):
            log.add(_place(f"{place}.name"), PLAIN_TEXT, shown(name))
        elif name in found:
            log.add(_place(f"{place}.name"), "each name once", shown(name))
        usable_one = _checked(f"{place}.filter", each, fields, log)
        if usable_one is not None and isinstance(name, str):
            found.setdefault(name, usable_one)

    return found


def _checked(place: str, each: object, fields: Fields, log: FaultLog) -> Expression | None:
    try:
        return usable(each, fields)
    except (FilterError, UnknownNameError) as error:
        reason, *_ = str(error).splitlines()
        log.add(_place(place), f"a filter ({reason})", shown(getattr(each, "text", each)))

    return None


def _place(path: str) -> Place:
    return Place("filters", path=path)
