"""An HTML page read back: its elements, its cards, its tables."""

from collections.abc import Iterator
from html.parser import HTMLParser

__all__ = ["VOID", "Element", "read_page", "shape"]

VOID = {"input", "link", "meta"}


class Element:
    """An element with its attributes and what is in it.

    Attributes:
        tag: Its name.
        attributes: Its attributes.
        children: Texts and elements in it.
    """

    def __init__(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element | str] = []

    def all(self, tag: str, **attributes: str) -> "list[Element]":
        """The elements below it that are called so and have these attributes."""
        named = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            each
            for each in self.below()
            if each.tag == tag
            and all(each.attributes.get(name) == value for name, value in named.items())
        ]

    def below(self) -> "Iterator[Element]":
        """Every element below it, in the order of the page."""
        for each in self.children:
            if isinstance(each, Element):
                yield each
                yield from each.below()

    @property
    def text(self) -> str:
        """The text in it."""
        return "".join(
            each if isinstance(each, str) else each.text
            for each in self.children
            if isinstance(each, str) or each.tag != "title"
        )


class _Reader(HTMLParser):
    """Reads a page, and finds elements that are closed in another order than opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page", {})]
        self.declarations: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        assert len(dict(attrs)) == len(attrs), attrs
        made = Element(tag, dict(attrs))
        self.open[-1].children.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        assert tag == self.open.pop().tag

    def handle_data(self, data: str) -> None:
        """Take a text."""
        self.open[-1].children.append(data)

    def handle_decl(self, decl: str) -> None:
        """Take what kind of document it is."""
        self.declarations.append(decl)

    def handle_comment(self, data: str) -> None:
        """Refuse comments: a page has none."""
        raise AssertionError(data)

    handle_pi = unknown_decl = handle_comment


def read_page(html: str) -> Element:
    """The elements of a page or of a part of one; every one is closed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert 1 == len(reader.open)
    return reader.open[0]


def shape(element: Element) -> list[tuple[str, tuple[str, ...], str | None]]:
    """The elements with the names of their attributes, and their classes."""
    return [
        (each.tag, tuple(each.attributes), each.attributes.get("class")) for each in element.below()
    ]
