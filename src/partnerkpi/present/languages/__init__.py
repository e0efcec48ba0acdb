"""What the definitions, the statuses and the labels are called in other languages than English.

Each catalogue is keyed by the English words themselves, so a definition that says something else
from now on has no translation until someone looks at it again; a test finds it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from partnerkpi.present._labels import UNITS
from partnerkpi.present.languages import fr, sr
from partnerkpi.present.languages.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CATALOGUES", "ENGLISH_CATALOGUE", "Catalogue"]

ENGLISH_CATALOGUE: Final = Catalogue("en", "en", MappingProxyType({}), UNITS)
CATALOGUES: Final[Mapping[str, Catalogue]] = MappingProxyType(
    {"fr": fr.CATALOGUE, "sr": sr.CATALOGUE}
)
