"""Which fields a filter may ask, of which type each is, and where its column comes from.

``fields`` is the vocabulary of the definitions. A host adds fields of its own, which gives another
vocabulary, and hands that to whatever reads or evaluates a filter; nothing is registered anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum, StrEnum
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias, cast

import numpy as np
from attrs import frozen

from partnerkpi._faults import shown
from partnerkpi._text import Text
from partnerkpi.columns import CodedText, TextLists
from partnerkpi.errors import FilterError, UnknownNameError
from partnerkpi.filters import facts as look
from partnerkpi.filters.columns import (
    Days,
    Flags,
    Labels,
    Numbers,
    OneEach,
    Ordered,
    Ratios,
    Several,
)
from partnerkpi.filters.facts import Facts, Products, Sums
from partnerkpi.filters.products import folded_code, product_code
from partnerkpi.models import Kind, ManagedBy
from partnerkpi.status.columns import status_columns
from partnerkpi.status.rules import Status

if TYPE_CHECKING:
    from partnerkpi.snapshot import Snapshot

__all__ = ["FIELD_NAME", "Field", "FieldType", "Fields", "Prefix", "fields"]

Column: TypeAlias = Ordered | tuple[Labels, ...] | Text
HostColumn: TypeAlias = Callable[["Snapshot"], object]


class FieldType(Enum):
    """What a field holds, and so how it is asked.

    Example:
        >>> FieldType.NUMBER.compares, FieldType.LABEL.compares
        (True, False)
    """

    NUMBER = "whole numbers", True
    PERCENT = "shares in percent", True
    DAYS = "days", True
    CHOICE = "one or several of a few words", False
    LABEL = "texts, equal to a value but for their case", False
    ID = "texts, equal to a value letter by letter", False
    TEXT = "texts that contain a value, whatever the case", False

    def __init__(self, words: str, compares: bool) -> None:  # noqa: FBT001 (of the table above)
        """Say what such a field holds, and whether it is compared with numbers."""
        self.words = words
        self.compares = compares


class Prefix(Enum):
    """What may or must stand before or behind a field's name, after a dot."""

    NONE = "nothing"
    PRODUCT = "a product, which may be left out"
    ATTRIBUTE = "an attribute's name"


@frozen(eq=False)
class Field:
    """Something that a filter can ask of a customer.

    Attributes:
        name: Its name in filters.
        type: What it holds.
        column: Looks it up for all customers; with the product or attribute that it is of.
        prefix: Whether it can be of a product, or is of an attribute.
        values: The words that it may be, if they are fixed.
        title: What it is called in sentences; a host's own, in its own language.
    """

    name: str
    type: FieldType
    column: Callable[[Facts, str | None], Column]
    prefix: Prefix = Prefix.NONE
    values: tuple[str, ...] = ()
    title: str = ""

    def canonical(self, value: str) -> str | None:
        """A value as filters spell it; ``None`` if the field is never that.

        Example:
            >>> fields["status"].canonical("Expiring-Soon"), fields["status"].canonical("expiring")
            ('expiring_soon', None)
        """
        if self.name == "product":
            return product_code(value)
        if not self.values:
            return value
        folded = folded_code(value)

        return folded if folded in self.values else None

    def folded(self, value: str) -> str:
        """A value as values of this field are compared."""
        codes = self.type is FieldType.CHOICE or self.name == "product"

        return folded_code(value) if codes else value.casefold()


class Fields(Mapping[str, Field]):
    """A vocabulary: fields by name.

    Example:
        >>> fields["tag"].type.name, len(fields)
        ('LABEL', 18)
        >>> fields["tagg"]
        Traceback (most recent call last):
        ...
        partnerkpi.errors.UnknownNameError: no filter field is called 'tagg'; did you mean 'tag'?
    """

    __slots__ = ("_known",)

    def __init__(self, known: Mapping[str, Field]) -> None:
        """Hold the fields."""
        self._known = dict(known)

    def __getitem__(self, name: str) -> Field:
        """Return the field of a name.

        Raises:
            UnknownNameError: there is no such field; names the nearest.
        """
        if name not in self._known:
            raise UnknownNameError(_FILTER_FIELD, name, self._known)

        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._known)

    def __len__(self) -> int:
        """Return how many fields there are."""
        return len(self._known)

    def __repr__(self) -> str:
        return f"<{len(self)} filter fields: {', '.join(self)}>"

    def with_field(self, name: str, kind: FieldType, column: HostColumn, title: str = "") -> Fields:
        """The vocabulary with one more field, a host's own.

        Args:
            name: Letters, digits and ``_``, a letter first, all in lower case.
            kind: What the field holds; any but ``CHOICE``.
            column: Looks it up: gets the portfolio at an instant (``Snapshot``) and gives one
                entry per row of ``customer_columns``. Integers or ``Numbers`` for ``NUMBER`` and
                ``DAYS``, ``Ratios`` for ``PERCENT``; texts for ``ID`` and ``TEXT``; texts or
                ``None``, ``CodedText`` or ``TextLists`` for ``LABEL``.
            title: What the field is called in sentences; its name if not given.

        Raises:
            FilterError: the name is taken, or cannot be one; or the type is ``CHOICE``.

        Example:
            >>> import numpy as np
            >>> def letters(at):
            ...     return np.array([len(name) for name in at.portfolio.customer_columns.names])
            >>> own = fields.with_field("letters", FieldType.NUMBER, letters)
            >>> "letters" in own, "letters" in fields
            (True, False)
        """
        if name in self or not FIELD_NAME.fullmatch(name):
            msg = f"a filter field cannot be called {name!r}" + (", a known one" * (name in self))
            raise FilterError(msg)
        if kind is FieldType.CHOICE:
            msg = "fixed words belong to the definitions; a host's field of words is a LABEL"
            raise FilterError(msg)
        own = Field(name, kind, partial(_of_host, kind, column), title=title or name)

        return Fields({**self._known, name: own})


_FILTER_FIELD = "filter field"
FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


def _of_host(kind: FieldType, column: HostColumn, facts: Facts, _of: str | None) -> Column:
    return cast("Column", _HOST_COLUMNS[kind](column(facts.snapshot), len(facts)))


def _numbers(found: Any, customers: int) -> Numbers:
    numbers = found if isinstance(found, Numbers) else Numbers(np.asarray(found))
    _require_size(len(numbers.values), customers)

    return numbers


def _ratios(found: Any, customers: int) -> Ratios:
    if not isinstance(found, Ratios):
        _refuse("Ratios", found)
    _require_size(len(found.numerators), customers)

    return found


def _texts(found: Any, customers: int) -> Text:
    texts = found if isinstance(found, Text) else Text.from_strings(_strings(found, str))
    _require_size(len(texts), customers)

    return texts


def _labels(found: Any, customers: int) -> tuple[Labels, ...]:
    if isinstance(found, TextLists):
        return (Several(found, customers),)
    coded = found if isinstance(found, CodedText) else _coded(found)
    _require_size(len(coded), customers)

    return (OneEach(coded),)


def _coded(found: Any) -> CodedText:
    texts = _strings(found, str | None)
    labels = [text for text in dict.fromkeys(texts) if text is not None]
    places = {None: -1, **{text: code for code, text in enumerate(labels)}}
    codes = np.array([places[text] for text in texts], np.int64)

    return CodedText(codes, Text.from_strings(labels))


def _strings(found: Any, kind: Any) -> Sequence[Any]:
    texts = list(found)
    if not all(isinstance(text, kind) for text in texts):
        _refuse("texts", found)

    return texts


def _require_size(size: int, customers: int) -> None:
    if size != customers:
        _refuse(f"{customers} entries, one per customer", size)


def _refuse(expected: str, found: object) -> NoReturn:
    msg = f"expected of a field's column {expected}, found {shown(found)}"
    raise FilterError(msg)


_HOST_COLUMNS: Final[Mapping[FieldType, Callable[[Any, int], Any]]] = MappingProxyType(
    {
        FieldType.NUMBER: _numbers,
        FieldType.DAYS: _numbers,
        FieldType.PERCENT: _ratios,
        FieldType.ID: _texts,
        FieldType.TEXT: _texts,
        FieldType.LABEL: _labels,
    }
)


def _words(kind: type[StrEnum]) -> tuple[str, ...]:
    return tuple(member.value for member in kind)


def _managed(facts: Facts, _of: str | None) -> Column:
    external = facts.snapshot.portfolio.customer_columns.external

    return (Flags(_words(ManagedBy), external.view(np.uint8) + np.uint8(1)),)


def _status(facts: Facts, _of: str | None) -> Column:
    return (Flags(_words(Status), status_columns(facts.snapshot).bits),)


def _type(facts: Facts, _of: str | None) -> Column:
    trial = facts.snapshot.portfolio.subscription_columns.trial
    bits = facts.alive().view(np.uint8) * (trial.view(np.uint8) + np.uint8(1))

    return (Flags(_words(Kind), facts.any_of(bits)),)


def _product(facts: Facts, _of: str | None) -> Column:
    return (Products(facts),)


def _tag(facts: Facts, _of: str | None) -> Column:
    return (Several(facts.snapshot.portfolio.customer_columns.tags, len(facts)),)


def _attribute(facts: Facts, of: str | None) -> Column:
    attributes = facts.snapshot.portfolio.customer_columns.attributes
    wanted = (of or "").casefold()

    return tuple(OneEach(attributes[name]) for name in attributes if name.casefold() == wanted)


def _name(facts: Facts, _of: str | None) -> Column:
    return facts.snapshot.portfolio.customer_columns.names


def _id(facts: Facts, _of: str | None) -> Column:
    return facts.snapshot.portfolio.customer_columns.ids


def _sums(facts: Facts, product: str | None) -> Sums:
    if product is None:
        return Sums(facts, None, None)
    wanted = folded_code(product)
    labels = facts.snapshot.portfolio.line_columns.product.labels
    mask = np.array([folded_code(label) == wanted for label in labels], np.bool_)

    return Sums(facts, product, facts.lines_of(mask))


def _licenses(facts: Facts, of: str | None) -> Column:
    return Numbers(_sums(facts, of).licenses())


def _assigned(facts: Facts, of: str | None) -> Column:
    return Numbers(_sums(facts, of).assigned())


def _used(facts: Facts, of: str | None) -> Column:
    return Numbers(_sums(facts, of).used())


def _available(facts: Facts, of: str | None) -> Column:
    return Numbers(_sums(facts, of).available())


def _overage(facts: Facts, of: str | None) -> Column:
    return Numbers(_sums(facts, of).overage())


def _assignment(facts: Facts, of: str | None) -> Column:
    sums = _sums(facts, of)

    return Ratios(sums.assigned(), sums.licenses())


def _utilization(facts: Facts, of: str | None) -> Column:
    sums = _sums(facts, of)

    return Ratios(sums.used(), sums.licenses())


def _expires(facts: Facts, _of: str | None) -> Days:
    return look.expires(facts)


def _added(facts: Facts, _of: str | None) -> Days:
    return look.added(facts)


def _signed_in(facts: Facts, _of: str | None) -> Days:
    return look.signed_in(facts)


def _built_in() -> Iterator[Field]:
    yield Field("managed", FieldType.CHOICE, _managed, values=_words(ManagedBy))
    yield Field("product", FieldType.LABEL, _product)
    yield Field("status", FieldType.CHOICE, _status, values=_words(Status))
    yield Field("type", FieldType.CHOICE, _type, values=_words(Kind))
    yield Field("tag", FieldType.LABEL, _tag)
    yield Field("name", FieldType.TEXT, _name)
    yield Field("id", FieldType.ID, _id)
    for name, column in _COUNTS.items():
        yield Field(name, FieldType.NUMBER, column, Prefix.PRODUCT)
    yield Field("assignment", FieldType.PERCENT, _assignment, Prefix.PRODUCT)
    yield Field("utilization", FieldType.PERCENT, _utilization, Prefix.PRODUCT)
    yield Field("expires", FieldType.DAYS, _expires)
    yield Field("added", FieldType.DAYS, _added)
    yield Field("signed_in", FieldType.DAYS, _signed_in)
    yield Field("attr", FieldType.LABEL, _attribute, Prefix.ATTRIBUTE)


_COUNTS: Final[Mapping[str, Callable[[Facts, str | None], Column]]] = MappingProxyType(
    {
        "licenses": _licenses,
        "assigned": _assigned,
        "used": _used,
        "available": _available,
        "overage": _overage,
    }
)

fields: Final = Fields({field.name: field for field in _built_in()})
