"""Filters: which customers are meant, in Python or typed into a search box.

A filter is a tree that ``F`` builds or ``parse`` reads from text; ``where`` gives the portfolio of
the customers it means, ``mask`` one boolean per customer, ``matches`` the answer for one of them.
``suggest`` helps a search box, ``describe`` says a filter in a sentence, ``SavedFilters`` keeps
named ones, and ``fields`` is the vocabulary, to which a host adds fields of its own.
"""

from partnerkpi.filters.building import F
from partnerkpi.filters.columns import Numbers, Ratios
from partnerkpi.filters.describe import describe
from partnerkpi.filters.evaluate import check, mask, matches, where
from partnerkpi.filters.expression import And, Expression, Not, Or
from partnerkpi.filters.missing import missing_names
from partnerkpi.filters.plain import configure_converter, from_dict, to_dict
from partnerkpi.filters.products import PRODUCT_NAMES, product_code, product_name
from partnerkpi.filters.saved import SavedFilters
from partnerkpi.filters.suggest import Suggestion, suggest
from partnerkpi.filters.syntax import format, parse  # noqa: A004 (the counterpart of parse)
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
    leaves,
)
from partnerkpi.filters.vocabulary import Field, Fields, FieldType, fields

__all__ = [
    "PRODUCT_NAMES",
    "Among",
    "And",
    "Between",
    "Compare",
    "Contains",
    "Exists",
    "Expression",
    "F",
    "Field",
    "FieldType",
    "Fields",
    "Not",
    "Numbers",
    "Or",
    "Ratios",
    "SavedFilters",
    "Suggestion",
    "Term",
    "all_of",
    "any_of",
    "check",
    "configure_converter",
    "describe",
    "everybody",
    "fields",
    "format",
    "from_dict",
    "leaves",
    "mask",
    "matches",
    "missing_names",
    "parse",
    "product_code",
    "product_name",
    "suggest",
    "to_dict",
    "where",
]
