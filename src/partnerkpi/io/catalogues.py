"""The catalogue of resources as a document: read strictly, written, and described."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from partnerkpi import _record_rules as rules
from partnerkpi._faults import FAULT_CAP, FaultLog
from partnerkpi.io._cells import MISSING, came
from partnerkpi.io._files import opened, source_name, text_pieces
from partnerkpi.io._json import CHUNK, JsonText
from partnerkpi.io._notes import Notes
from partnerkpi.io._schema import array, document, record, text
from partnerkpi.io._shapes import TEXT, Cell, Shape, pattern, word, written
from partnerkpi.resource_models import HelpDeskContact, Resource, Section

if TYPE_CHECKING:
    from partnerkpi.io._files import Source
    from partnerkpi.io._schema import Schema

__all__ = ["RESOURCES_FORMAT", "catalogue_document", "catalogue_schema", "read_catalogue"]

RESOURCES_FORMAT: Final = "partnerkpi/resources@1"


def _as_it_is(_: Notes, __: str, cell: object) -> object:
    return cell


_ADDRESS = pattern(rules.AN_ADDRESS, "tel:0")
_LANGUAGE = pattern(rules.A_LANGUAGE, "en")
_TOPICS = Cell(_as_it_is, "a list of texts", (), array(text(), uniqueItems=True), absent=())
_RESOURCE: Final = Shape(
    Resource,
    MappingProxyType(
        {
            "title": TEXT,
            "address": _ADDRESS,
            "section": word(Section),
            "topics": _TOPICS,
            "language": _LANGUAGE,
        }
    ),
)
_CONTACT: Final = Shape(
    HelpDeskContact,
    MappingProxyType(
        {
            "title": TEXT,
            "product": TEXT,
            "address": _ADDRESS,
            "hours": TEXT,
            "language": _LANGUAGE,
        }
    ),
)
_KEYS = ("format", "resources", "contacts")


def read_catalogue(
    source: Source | Mapping[str, object], *, max_faults: int = FAULT_CAP
) -> tuple[tuple[Resource, ...], tuple[HelpDeskContact, ...]]:
    """The resources and the contacts of a catalogue, in their order.

    Args:
        source: A path to a document, plain or gzipped, a binary stream of one, or its mapping.
        max_faults: How many faults are carried; all are counted.

    Raises:
        InputError: the document is faulty; carries every fault with its place.
        OSError: the file cannot be opened.

    Example:
        >>> read_catalogue({"format": "partnerkpi/resources@1", "resources": []})
        ((), ())
    """
    log = FaultLog(max_faults)
    notes = Notes(log, "document" if isinstance(source, Mapping) else source_name(source))
    with log.refusing():
        whole: object = source if isinstance(source, Mapping) else _decoded(source)
        found = notes.record("", whole, _KEYS) or {}
    if found.get("format", MISSING) != RESOURCES_FORMAT:
        notes.fault("format", RESOURCES_FORMAT, came(found.get("format", MISSING)))
    resources = _RESOURCE.read_all(notes, "resources", notes.list_of("", found, "resources"))
    given = notes.list_of("", found, "contacts") if "contacts" in found else ()
    contacts = _CONTACT.read_all(notes, "contacts", given)
    log.refuse()

    return tuple(resources), tuple(contacts)


def _decoded(source: Source) -> object:
    with opened(source) as data:
        whole = JsonText(data.name, text_pieces(data, CHUNK))
        found = whole.value()
        whole.finish()

    return found


def catalogue_document(
    resources: tuple[Resource, ...], contacts: tuple[HelpDeskContact, ...]
) -> dict[str, object]:
    """A catalogue as plain values that JSON knows.

    Example:
        >>> catalogue_document((), ())
        {'format': 'partnerkpi/resources@1', 'resources': [], 'contacts': []}
    """
    return {
        "format": RESOURCES_FORMAT,
        "resources": written(resources),
        "contacts": written(contacts),
    }


def catalogue_schema() -> Schema:
    """The JSON Schema of a catalogue.

    Example:
        >>> catalogue_schema()["required"]
        ['format', 'resources']
    """
    body = record(
        {"format": {"const": RESOURCES_FORMAT}, "resources": array(_RESOURCE.schema())},
        {"contacts": array(_CONTACT.schema())},
    )

    return document("Catalogue of resources", "Help resources and help-desk contacts.", body, {})
