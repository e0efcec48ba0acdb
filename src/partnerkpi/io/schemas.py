"""JSON Schemas of the documents that hosts exchange with the library.

Spec: *Definitions 3, Portfolio document*. A schema says what one value may be and what must stand
together; what needs several records (an id that occurs twice, an end before a start) only reading
finds out. JSON Schema also counts ``2.0`` among the integers, which reading refuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from partnerkpi._arrays import MAX_COUNT
from partnerkpi.errors import UnknownNameError
from partnerkpi.io._nested import KINDS, MANAGERS
from partnerkpi.io.documents import FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Schema", "portfolio_schema", "schema"]

Schema: TypeAlias = "dict[str, object]"

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_PREFIX: Final = "partnerkpi/"
_CONTROL: Final = "[\\u0000-\\u001f\\u007f-\\u009f]"
# `$` would let a newline follow in some dialects of regular expressions; this lets nothing follow.
_NOTHING_MORE: Final = "(?![\\s\\S])"
_CLOCK: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
_INSTANT_PATTERN: Final = (
    "^(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2}|2200|1969)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    f"([Tt ]{_CLOCK}:[0-5][0-9](\\.[0-9]{{1,6}}0*)?([Zz]|[+-]{_CLOCK}))?{_NOTHING_MORE}"
)


def schema(name: str) -> Schema:
    """The JSON Schema of a document, by the name of its format.

    Args:
        name: Such as ``portfolio@1``, or as it stands in documents, ``partnerkpi/portfolio@1``.

    Returns:
        A schema of the dialect 2020-12 as plain dicts and lists; a new one each time.

    Raises:
        UnknownNameError: no document of this library has that format.

    Example:
        >>> schema("portfolio@1")["required"]
        ['format', 'customers']
    """
    makers: Mapping[str, Callable[[], Schema]] = {FORMAT: portfolio_schema}
    maker = makers.get(name) or makers.get(_PREFIX + name)
    if maker is None:
        kind = "schema"
        raise UnknownNameError(kind, name, [known.removeprefix(_PREFIX) for known in makers])

    return maker()


def portfolio_schema() -> Schema:
    """The JSON Schema of the portfolio document.

    Example:
        >>> portfolio_schema()["properties"]["format"]
        {'const': 'partnerkpi/portfolio@1'}
    """
    document = _object(
        {
            "format": {"const": FORMAT},
            "customers": _list_of("customer"),
        },
        {
            "partner": _maybe(_object({"id": _our("text"), "name": _our("text")})),
        },
    )
    definitions = {
        "text": {"type": "string", "minLength": 1, "not": {"pattern": _CONTROL}},
        "instant": {"type": "string", "pattern": _INSTANT_PATTERN},
        "count": {"type": "integer", "minimum": 0, "maximum": MAX_COUNT},
        "customer": _customer(),
        "subscription": _subscription(),
        "line": _line(),
        "observation": _object(*_counts(), {"observed_at": _maybe(_our("instant"))}),
    }

    return {
        "$schema": _DIALECT,
        "title": "Portfolio document",
        "description": "A partner's customers with their subscriptions and licenses.",
        **document,
        "$defs": definitions,
    }


def _customer() -> Schema:
    return _object(
        {
            "id": _our("text"),
            "name": _our("text"),
            "subscriptions": _list_of("subscription"),
        },
        {
            "managed_by": {"enum": [*MANAGERS], "default": MANAGERS[0]},
            "last_admin_sign_in_at": _maybe(_our("instant")),
            "tags": {"type": "array", "items": _our("text"), "uniqueItems": True},
            "attributes": {
                "type": "object",
                "propertyNames": _our("text"),
                "additionalProperties": {"type": "string", "not": {"pattern": _CONTROL}},
            },
        },
    )


def _subscription() -> Schema:
    trial = {"properties": {"kind": {"const": "trial"}}}
    not_renewing = {"properties": {"auto_renew": {"const": False}}}

    return {
        **_object(
            {
                "id": _our("text"),
                "kind": {"enum": [*KINDS]},
                "added_at": _our("instant"),
                "licenses": _list_of("line"),
            },
            {
                "starts_at": _maybe(_our("instant")),
                "ends_at": _maybe(_our("instant")),
                "auto_renew": _flag(default=False),
                "paid": _flag(default=True),
                "set_up": _flag(default=True),
            },
        ),
        "if": trial,
        "then": not_renewing,
    }


def _line() -> Schema:
    names: Schema = {"product": _our("text"), "name": _our("text")}
    needed, optional = _counts()

    return {
        "oneOf": [
            _object({**names, "observations": _list_of("observation")}),
            _object({**names, **needed}, optional),
        ]
    }


def _counts() -> tuple[Schema, Schema]:
    used = {**_our("count"), "default": 0}

    return {"total": _our("count"), "assigned": _our("count")}, {"used_7d": used, "used_3mo": used}


def _our(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _list_of(name: str) -> Schema:
    return {"type": "array", "items": _our(name)}


def _maybe(one: Schema) -> Schema:
    return {"anyOf": [one, {"type": "null"}]}


def _flag(*, default: bool) -> Schema:
    return {"type": "boolean", "default": default}


def _object(needed: Schema, *optional: Schema) -> Schema:
    """An object with these members and no others."""
    properties = dict(needed)
    for members in optional:
        properties.update(members)

    return {
        "type": "object",
        "properties": properties,
        "required": list(needed),
        "additionalProperties": False,
    }
