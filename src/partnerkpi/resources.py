"""The catalogue of help: quick links, featured resources, a search, and the help desk.

The search speaks the language of filters, with fields of its own: ``topic``, ``language``,
``section`` and ``title``. A word without a field is looked for in titles and topics::

    topic:calling language:fr "port numbers" -section:featured
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NoReturn

from attrs import field, frozen

from partnerkpi.filters import (
    Among,
    And,
    Contains,
    Exists,
    Field,
    Fields,
    FieldType,
    Not,
    Or,
    parse,
)
from partnerkpi.filters.products import product_code
from partnerkpi.io.catalogues import catalogue_document, read_catalogue
from partnerkpi.resource_models import HelpDeskContact, Resource, Section

if TYPE_CHECKING:
    from partnerkpi.filters import Expression
    from partnerkpi.filters.facts import Facts
    from partnerkpi.io._files import Source

__all__ = ["Catalogue", "HelpDeskContact", "Resource", "Section", "read"]


def _no_column(_: Facts, __: str | None) -> NoReturn:
    msg = "a search for resources asks no portfolio"
    raise TypeError(msg)


#: ``name`` is what a word without a field asks.
_FIELDS: Final = Fields(
    {
        "name": Field("name", FieldType.TEXT, _no_column),
        "title": Field("title", FieldType.TEXT, _no_column),
        "topic": Field("topic", FieldType.LABEL, _no_column),
        "language": Field("language", FieldType.LABEL, _no_column),
        "section": Field(
            "section", FieldType.CHOICE, _no_column, values=tuple(each.value for each in Section)
        ),
    }
)


def _resources(values: Iterable[Resource]) -> tuple[Resource, ...]:
    return tuple(values)


def _contacts(values: Iterable[HelpDeskContact]) -> tuple[HelpDeskContact, ...]:
    return tuple(values)


@frozen
class Catalogue:
    """Help resources and contacts of the help desk, in the order of the host.

    Attributes:
        resources: The resources.
        contacts: The contacts.

    Example:
        >>> ports = Resource(
        ...     title="Port numbers to Calling",
        ...     address="https://help.example.com/port",
        ...     section="quick_link",
        ...     topics=["calling", "numbers"],
        ...     language="en",
        ... )
        >>> catalogue = Catalogue([ports])
        >>> [each.title for each in catalogue.search('topic:calling "PORT numbers"')]
        ['Port numbers to Calling']
    """

    resources: tuple[Resource, ...] = field(default=(), converter=_resources)
    contacts: tuple[HelpDeskContact, ...] = field(default=(), converter=_contacts)

    @property
    def quick_links(self) -> tuple[Resource, ...]:
        """The resources that are quick links."""
        return self._of(Section.QUICK_LINK)

    @property
    def featured(self) -> tuple[Resource, ...]:
        """The resources that are featured."""
        return self._of(Section.FEATURED)

    def _of(self, section: Section) -> tuple[Resource, ...]:
        return tuple(each for each in self.resources if each.section is section)

    def search(self, text: str) -> tuple[Resource, ...]:
        """The resources that a text of the filter language means, best first.

        Of what is looked for (not of what is negated), most matches in the title come first, then
        most matches in the topics, then the order of the catalogue. Case never matters; a language
        also means its variants, ``sr`` that of ``sr-Latn``.

        Args:
            text: Terms as in filters: words, ``topic:``, ``language:``, ``section:``, ``title:``,
                ``-`` or ``NOT``, ``OR``, parentheses. An empty text means every resource.

        Raises:
            FilterSyntaxError: the text is no search; tells where, and what is near.

        Example:
            >>> Catalogue().search("stauts:trial")
            Traceback (most recent call last):
            ...
            partnerkpi.errors.FilterSyntaxError: character 1: expected a field, found 'stauts'
              stauts:trial
              ^^^^^^
        """
        wanted = parse(text, fields=_FIELDS)
        found = [each for each in self.resources if _means(wanted, each)]
        terms = [*_sought(wanted)]

        return tuple(sorted(found, key=lambda each: _rank(terms, each)))

    def help_desk(self, product: str) -> tuple[HelpDeskContact, ...]:
        """The contacts of the help desk for a product, by its code or its name.

        Example:
            >>> Catalogue().help_desk("Webex Calling")
            ()
        """
        wanted = product_code(product)

        return tuple(each for each in self.contacts if product_code(each.product) == wanted)

    def to_dict(self) -> dict[str, object]:
        """The catalogue as plain values that JSON knows.

        Example:
            >>> Catalogue().to_dict()["resources"]
            []
        """
        return catalogue_document(self.resources, self.contacts)


def read(source: Source | Mapping[str, object]) -> Catalogue:
    """Read a catalogue: a path to a document, a binary stream of one, or its mapping.

    Raises:
        InputError: the document is faulty; carries every fault with its place.
        OSError: the file cannot be opened.

    Example:
        >>> read({"format": "partnerkpi/resources@1", "resources": []}).quick_links
        ()
    """
    return Catalogue(*read_catalogue(source))


def _in_title(resource: Resource, value: str) -> bool:
    return value.casefold() in resource.title.casefold()


def _in_topics(resource: Resource, value: str) -> bool:
    return any(value.casefold() in topic.casefold() for topic in resource.topics)


def _is_topic(resource: Resource, value: str) -> bool:
    return any(value.casefold() == topic.casefold() for topic in resource.topics)


def _is_language(resource: Resource, value: str) -> bool:
    return f"{resource.language.casefold()}-".startswith(f"{value.casefold()}-")


def _is_section(resource: Resource, value: str) -> bool:
    return resource.section.value == value


def _anywhere(resource: Resource, value: str) -> bool:
    return _in_title(resource, value) or _in_topics(resource, value)


_TESTS: Final[Mapping[str, Callable[[Resource, str], bool]]] = MappingProxyType(
    {
        "name": _anywhere,
        "title": _in_title,
        "topic": _is_topic,
        "language": _is_language,
        "section": _is_section,
    }
)


def _means(wanted: Expression, resource: Resource) -> bool:
    """Whether a search means a resource."""
    if isinstance(wanted, Not):
        return not _means(wanted.term, resource)
    if isinstance(wanted, And):
        return all(_means(term, resource) for term in wanted.terms)
    if isinstance(wanted, Or):
        return any(_means(term, resource) for term in wanted.terms)
    if isinstance(wanted, Among | Contains):
        return any(_TESTS[wanted.field](resource, value) for value in wanted.values)

    # What is left asks for anything at all: only topics may be none.
    return wanted != Exists("topic") or bool(resource.topics)


def _sought(wanted: Expression) -> Iterator[Among | Contains]:
    """The terms that are looked for: those outside of negations."""
    if isinstance(wanted, And | Or):
        for term in wanted.terms:
            yield from _sought(term)
    elif isinstance(wanted, Among | Contains):
        yield wanted


def _rank(terms: Iterable[Among | Contains], resource: Resource) -> tuple[int, int]:
    """The more of the values looked for are in the title, and then in the topics, the smaller."""
    title = topics = 0
    for term in terms:
        for value in term.values:
            title += term.field in {"name", "title"} and _in_title(resource, value)
            topics += term.field == "topic" and _is_topic(resource, value)
            topics += term.field == "name" and _in_topics(resource, value)

    return -title, -topics
