"""Filters as plain JSON values and back, alone or inside a host's own records through cattrs.

A group is ``{"and": [...]}``, ``{"or": [...]}`` or ``{"not": {...}}``. A term names its ``field``,
the product or attribute that it is ``of``, and what is asked: ``operator`` and ``number``, ``low``
and ``high``, ``values``, ``contains``, or ``"exists": true``. Fractions are text, such as ``25/2``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import define, field

from partnerkpi._faults import FaultLog, shown
from partnerkpi.errors import FilterDepthError, FilterError, FilterSyntaxError, Place
from partnerkpi.filters.expression import MAX_DEPTH, And, Expression, Not, Or
from partnerkpi.filters.terms import (
    Among,
    Between,
    Compare,
    Contains,
    Exists,
    Term,
    all_of,
    any_of,
    everybody,
)
from partnerkpi.filters.vocabulary import Fields
from partnerkpi.filters.vocabulary import fields as known_fields

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = ["configure_converter", "from_dict", "to_dict"]

_Plain: TypeAlias = dict[str, object]


def to_dict(expression: Expression) -> dict[str, object]:
    """A filter as plain values: what JSON can hold.

    Example:
        >>> from partnerkpi.filters import F
        >>> to_dict(~(F.tag == "gold"))
        {'not': {'field': 'tag', 'values': ['gold']}}
    """
    if isinstance(expression, And):
        return {"and": [to_dict(term) for term in expression.terms]}
    if isinstance(expression, Or):
        return {"or": [to_dict(term) for term in expression.terms]}
    if isinstance(expression, Not):
        return {"not": to_dict(expression.term)}
    assert isinstance(expression, Term)  # noqa: S101 (what else a tree is made of)
    of = {} if expression.of is None else {"of": expression.of}

    return {"field": expression.field, **of, **_ASKED[type(expression)](expression)}


def _number(number: int | Fraction) -> int | str:
    return number if isinstance(number, int) else str(number)


_ASKED: Final[Mapping[type[Term], Callable[[Any], _Plain]]] = MappingProxyType(
    {
        Compare: lambda term: {"operator": term.operator, "number": _number(term.number)},
        Between: lambda term: {"low": _number(term.low), "high": _number(term.high)},
        Among: lambda term: {"values": list(term.values)},
        Contains: lambda term: {"contains": list(term.values)},
        Exists: lambda _: {"exists": True},
    }
)


def from_dict(document: object, *, fields: Fields = known_fields) -> Expression:
    """The filter that plain values say, checked as strictly as a text.

    Args:
        document: What ``to_dict`` gave.
        fields: The vocabulary, with a host's own fields if it has any.

    Raises:
        InputError: the values are no filter; carries every fault with its path.
        FilterSyntaxError: a limit is exceeded: length, terms or depth.

    Example:
        >>> from_dict({"and": [{"field": "tag", "values": ["gold"]}, {"field": "expires"}]})
        Traceback (most recent call last):
        ...
        partnerkpi.errors.InputError: 1 fault in the input
        filter, and[1]: expected operator and number, low and high, values, contains, or exists,
        found ['field']
        >>> from_dict({"field": "tag", "values": ["gold"]})
        F.tag == 'gold'
    """
    reading = _Reading(fields)
    found = reading.expression("", document, 0)
    reading.log.refuse()

    return found


def configure_converter(converter: Converter, *, fields: Fields = known_fields) -> None:
    """Teach a converter of cattrs to read and write filters, wherever in a record they stand.

    Args:
        converter: The host's converter.
        fields: The vocabulary that filters are checked by.

    Example:
        >>> from attrs import frozen
        >>> from cattrs import Converter
        >>> from partnerkpi.filters import F, Expression
        >>> @frozen
        ... class Alert:
        ...     title: str
        ...     about: Expression
        >>> converter = Converter()
        >>> configure_converter(converter)
        >>> plain = converter.unstructure(Alert("Over", F.overage > 0))
        >>> plain["about"]
        {'field': 'overage', 'operator': '>', 'number': 0}
        >>> converter.structure(plain, Alert).about
        F.overage > 0
    """

    def is_filter(kind: object) -> bool:
        return isinstance(kind, type) and issubclass(kind, Expression)

    def structured(value: object, kind: type[Expression]) -> Expression:
        found = from_dict(value, fields=fields)
        if not isinstance(found, kind):
            msg = f"expected a filter that is {kind.__name__}, found {found.text}"
            raise FilterError(msg)

        return found

    converter.register_unstructure_hook_func(is_filter, to_dict)
    converter.register_structure_hook_func(is_filter, structured)


@define
class _Reading:
    """Reads plain values, and notes what is wrong with them."""

    fields: Fields
    log: FaultLog = field(factory=FaultLog)

    def fault(self, path: str, expected: str, value: object) -> Expression:
        """Note a fault; reading goes on with a filler."""
        self.log.add(Place("filter", path=path.strip(".") or None), expected, shown(value))

        return everybody()

    def expression(self, path: str, value: object, deep: int) -> Expression:
        """A group or a term."""
        if deep > _MOST_NESTED:
            raise FilterDepthError(MAX_DEPTH)
        if not isinstance(value, Mapping):
            return self.fault(path, "an object with a group or a term", value)
        keys = set(value)
        if keys == {"not"}:
            return ~self.expression(f"{path}.not", value["not"], deep + 1)
        for word, join in _GROUPS.items():
            if keys == {word}:
                return self._group(f"{path}.{word}", value[word], deep, join)

        return self._term(path, value)

    def _group(
        self, path: str, value: object, deep: int, join: Callable[[list[Expression]], Expression]
    ) -> Expression:
        if not isinstance(value, list | tuple) or not value:
            return self.fault(path, "a list of groups and terms, not empty", value)

        return join(
            [
                self.expression(f"{path}[{place}]", each, deep + 1)
                for place, each in enumerate(value)
            ]
        )

    def _term(self, path: str, value: Mapping[object, object]) -> Expression:
        asked = frozenset(key for key in value if key not in {"field", "of"})
        if "field" not in value or asked not in _MAKERS:
            return self.fault(path, _A_TERM if "field" in value else _A_GROUP, [*value])
        name = value["field"]
        if not isinstance(name, str) or name not in self.fields:
            near = get_close_matches(str(name), self.fields, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            return self.fault(f"{path}.field", f"a known field{hint}", name)

        return self._made(path, value, _MAKERS[asked])

    def _made(
        self, path: str, value: Mapping[Any, Any], make: Callable[[Mapping[Any, Any]], Term]
    ) -> Expression:
        try:
            made = make(value)
            made.check(self.fields[made.field])
        except FilterSyntaxError:
            raise
        except (FilterError, TypeError) as error:
            return self.fault(path, f"a usable term ({error})", dict(value))

        return made


_A_TERM = "operator and number, low and high, values, contains, or exists"
_A_GROUP = "and, or, not, or a field and what it is asked"
# A negation stands between groups at most.
_MOST_NESTED = 2 * MAX_DEPTH + 1
_GROUPS: Final[Mapping[str, Callable[[list[Expression]], Expression]]] = MappingProxyType(
    {"and": all_of, "or": any_of}
)
_FRACTION: Final = re.compile(r"-?[0-9]{1,20}/[1-9][0-9]{0,19}")


def _exact(value: object) -> Any:
    if isinstance(value, str) and _FRACTION.fullmatch(value):
        return Fraction(value)

    return value


def _listed(value: object) -> Sequence[str]:
    if not isinstance(value, list | tuple):
        msg = f"expected a list of texts, found {shown(value)}"
        raise FilterError(msg)

    return value


def _compare(value: Mapping[str, Any]) -> Term:
    return Compare(value["field"], value["operator"], _exact(value["number"]), of=value.get("of"))


def _between(value: Mapping[str, Any]) -> Term:
    low, high = _exact(value["low"]), _exact(value["high"])

    return Between(value["field"], low, high, of=value.get("of"))


def _among(value: Mapping[str, Any]) -> Term:
    return Among(value["field"], _listed(value["values"]), of=value.get("of"))


def _contains(value: Mapping[str, Any]) -> Term:
    return Contains(value["field"], _listed(value["contains"]), of=value.get("of"))


def _exists(value: Mapping[str, Any]) -> Term:
    if value["exists"] is not True:
        msg = f"expected true, found {shown(value['exists'])}"
        raise FilterError(msg)

    return Exists(value["field"], of=value.get("of"))


_MAKERS: Final[Mapping[frozenset[object], Callable[[Mapping[Any, Any]], Term]]] = MappingProxyType(
    {
        frozenset({"operator", "number"}): _compare,
        frozenset({"low", "high"}): _between,
        frozenset({"values"}): _among,
        frozenset({"contains"}): _contains,
        frozenset({"exists"}): _exists,
    }
)
