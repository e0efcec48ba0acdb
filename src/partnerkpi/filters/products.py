"""What products are called: for reading what people type and for saying it back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from partnerkpi.languages import PRODUCT_NAMES

__all__ = ["PRODUCT_NAMES", "folded_code", "product_code", "product_name"]


def folded_code(text: str) -> str:
    """A code as codes are compared: letters without case, ``-`` and ``_`` the same.

    Example:
        >>> folded_code("Real-Time_Translations")
        'real_time_translations'
    """
    return text.casefold().replace("-", "_")


def product_code(text: str) -> str:
    """The product that a code or a display name of any language stands for.

    An unknown code is its own product and stays as it came.

    Example:
        >>> product_code("Webex Calling"), product_code("messagerie webex"), product_code("Own-1")
        ('calling', 'messaging', 'Own-1')
    """
    return _CODES.get(folded_code(text), text)


_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        folded_code(name): code
        for code, languages in PRODUCT_NAMES.items()
        for name in (code, *(name for names in languages.values() for name in names))
    }
)


def product_name(code: str, language: str = "en") -> str:
    """What a product is called in a language; an unknown one is called by its code.

    Example:
        >>> product_name("messaging", "fr"), product_name("own-1", "fr")
        ('Messagerie Webex', 'own-1')
    """
    return PRODUCT_NAMES[code][language][0] if code in PRODUCT_NAMES else code
