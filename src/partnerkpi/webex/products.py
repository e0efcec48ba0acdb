"""Which product a license is of, by its name: one visible table."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Final

__all__ = ["LICENSE_PRODUCTS", "product_of"]

#: The product's code for each pattern of license names, in which ``*`` stands for any letters;
#: letters compare without regard to case, and the first pattern that fits holds.
LICENSE_PRODUCTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "call on webex*": "call_on_webex",
        "webex calling": "calling",
        "webex calling - professional*": "calling",
        "webex calling - standard*": "calling",
        "webex calling - workspace*": "calling",
        "webex calling - hot desk*": "calling",
        "*messaging*": "messaging",
        "*meeting*": "meetings",
        "*suite*": "meetings",
    }
)


def product_of(name: str, products: Mapping[str, str] | None = None) -> str:
    """The product's code of a license; a name that no pattern fits is its own product.

    Args:
        name: The license's name.
        products: Patterns of the caller's own, asked before those of ``LICENSE_PRODUCTS``.

    Example:
        >>> product_of("Webex Calling - Hot desk only"), product_of("Webex Room Kit")
        ('calling', 'Webex Room Kit')
        >>> product_of("Webex Room Kit", {"* room kit": "devices"})
        'devices'
    """
    folded = " ".join(name.split()).casefold()
    for table in (products or {}, LICENSE_PRODUCTS):
        for pattern, product in table.items():
            if fnmatchcase(folded, pattern.casefold()):
                return product

    return name
