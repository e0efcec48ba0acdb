"""Frozen records of help: resources, and contacts of the partner help desk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from attrs import field, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._faults import shown
from partnerkpi._record_fields import refuse, sequence

__all__ = ["HelpDeskContact", "Resource", "Section"]


class Section(StrEnum):
    """Where a resource stands on the page.

    Example:
        >>> Section("featured")
        <Section.FEATURED: 'featured'>
    """

    QUICK_LINK = "quick_link"
    FEATURED = "featured"
    ALL = "all"


def _section(value: Section | str) -> Section:
    return rules.member_of(Section, value)


def _topics(values: Iterable[str]) -> tuple[str, ...]:
    return sequence(values)


@frozen(kw_only=True)
class Resource:
    """A help resource.

    Attributes:
        title: Its title.
        address: Where it is: ``https://``, ``mailto:`` or ``tel:``.
        section: Where it stands on the page; every resource is found by searching.
        topics: What it is about, each once.
        language: The tag of its language, such as ``en`` or ``sr-Latn``.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> ports = Resource(
        ...     title="Port numbers to Calling",
        ...     address="https://help.example.com/port",
        ...     section="quick_link",
        ...     topics=["calling", "numbers"],
        ...     language="en",
        ... )
        >>> ports.topics
        ('calling', 'numbers')
    """

    title: str
    address: str
    section: Section = field(converter=_section)
    topics: tuple[str, ...] = field(default=(), converter=_topics)
    language: str

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty resource."""
        refuse("Resource", _of_resource(self))


@frozen(kw_only=True)
class HelpDeskContact:
    """A contact of the partner help desk for a product.

    Attributes:
        title: Its title.
        product: The product's code.
        address: Where to turn to: ``https://``, ``mailto:`` or ``tel:``.
        hours: When somebody is there, in words.
        language: The tag of the language that is spoken there.

    Raises:
        InputError: a field is not what it must be; all faults at once.

    Example:
        >>> desk = HelpDeskContact(
        ...     title="Calling desk",
        ...     product="calling",
        ...     address="tel:+381-11-000000",
        ...     hours="Mon-Fri 8-18",
        ...     language="sr-Latn",
        ... )
        >>> desk.product
        'calling'
    """

    title: str
    product: str
    address: str
    hours: str
    language: str

    def __attrs_post_init__(self) -> None:
        """Refuse a faulty contact."""
        refuse("HelpDeskContact", _of_contact(self))


def _of_resource(resource: Resource) -> Iterator[rules.Finding]:
    yield from rules.text_faults("title", resource.title)
    yield from rules.pattern_faults("address", resource.address, rules.AN_ADDRESS)
    yield from rules.member_faults("section", resource.section, Section)
    yield from _of_topics(resource.topics)
    yield from rules.pattern_faults("language", resource.language, rules.A_LANGUAGE)


def _of_topics(topics: object) -> Iterator[rules.Finding]:
    if not isinstance(topics, tuple):
        yield "topics", "a list of texts", shown(topics)
        return
    found = [
        fault
        for position, topic in enumerate(topics)
        for fault in rules.text_faults(f"topics[{position}]", topic)
    ]
    yield from found or rules.repeated_faults("topics", topics, "each topic once")


def _of_contact(contact: HelpDeskContact) -> Iterator[rules.Finding]:
    yield from rules.text_faults("title", contact.title)
    yield from rules.text_faults("product", contact.product)
    yield from rules.pattern_faults("address", contact.address, rules.AN_ADDRESS)
    yield from rules.text_faults("hours", contact.hours)
    yield from rules.pattern_faults("language", contact.language, rules.A_LANGUAGE)
