"""Machinery: pieces of JSON Schemas, and finding a schema by the name of its format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from partnerkpi._arrays import MAX_COUNT
from partnerkpi.errors import UnknownNameError

__all__ = [
    "NOTHING_MORE",
    "Maker",
    "Schema",
    "array",
    "count",
    "document",
    "either",
    "found",
    "instant",
    "measurement",
    "no_control",
    "null",
    "record",
    "ref",
    "settled_instant",
    "text",
]

Schema: TypeAlias = dict[str, object]
Maker: TypeAlias = Callable[[], Schema]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_PREFIX: Final = "partnerkpi/"
# `$` would let a newline follow in some dialects of regular expressions; this lets nothing follow.
NOTHING_MORE: Final = "(?![\\s\\S])"
_CLOCK: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DATE: Final = (
    "(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2}|2200|1969)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
)


def found(makers: Mapping[str, Maker], name: str) -> Schema:
    """The schema of a format, its name with or without that of the library.

    Raises:
        UnknownNameError: no document has that format; names the nearest.
    """
    maker = makers.get(name) or makers.get(_PREFIX + name)
    if maker is None:
        kind, asked = "schema", name.removeprefix(_PREFIX)
        raise UnknownNameError(kind, asked, [known.removeprefix(_PREFIX) for known in makers])

    return maker()


def document(title: str, description: str, body: Schema, definitions: Schema) -> Schema:
    """The schema of a whole document."""
    return {
        "$schema": _DIALECT,
        "title": title,
        "description": description,
        **body,
        "$defs": definitions,
    }


def record(needed: Schema, *optional: Schema) -> Schema:
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


def array(items: Schema, **others: object) -> Schema:
    """A list."""
    return {"type": "array", "items": items, **others}


def ref(name: str) -> Schema:
    """What stands among the definitions of the document."""
    return {"$ref": f"#/$defs/{name}"}


def either(*schemas: Schema) -> Schema:
    """One of some."""
    return {"anyOf": list(schemas)}


def null() -> Schema:
    """Nothing but null."""
    return {"type": "null"}


def no_control() -> Schema:
    """A text, perhaps empty, without control characters."""
    return {"type": "string", "not": {"pattern": "[\\u0000-\\u001f\\u007f-\\u009f]"}}


def text() -> Schema:
    """A text that is not empty and has no control characters."""
    return {**no_control(), "minLength": 1}


def count() -> Schema:
    """A count of the input."""
    return {"type": "integer", "minimum": 0, "maximum": MAX_COUNT}


def measurement(most: int | None = None) -> Schema:
    """A number that is not negative, and at most so much."""
    schema: Schema = {"type": "number", "minimum": 0}

    return schema if most is None else {**schema, "maximum": most}


def instant() -> Schema:
    """An instant of the one grammar: with an offset, or a bare date."""
    zone, fraction = f"([Zz]|[+-]{_CLOCK})", "(\\.[0-9]{1,6}0*)?"
    clock = f"([Tt ]{_CLOCK}:[0-5][0-9]{fraction}{zone})?"

    return {"type": "string", "pattern": f"^{_DATE}{clock}{NOTHING_MORE}"}


def settled_instant(years: Iterable[str] = ("19[7-9][0-9]", "2[01][0-9]{2}", "2200")) -> Schema:
    """An instant as the library writes it."""
    date = f"({'|'.join(years)})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"

    return {
        "type": "string",
        "pattern": f"^{date}T{_CLOCK}:[0-5][0-9](\\.[0-9]{{6}})?Z{NOTHING_MORE}",
    }
