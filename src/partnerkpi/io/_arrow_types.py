"""Machinery: which Arrow types a column of a table may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerkpi._arrow import library

if TYPE_CHECKING:
    from partnerkpi.io._whole_columns import Role

__all__ = ["CODES", "LISTS", "NOTHING", "TEXT", "kind_of", "said", "usable"]

#: Kinds beside those that NumPy has letters for.
TEXT, CODES, LISTS, NOTHING = "T", "D", "L", "0"
_NAIVE = "naive"


def kind_of(kind: Any) -> str | None:
    """What a type is: a letter, ``naive`` for timestamps without a zone, or nothing usable."""
    types = library().types
    if types.is_dictionary(kind):
        inner = kind_of(kind.value_type)
        return CODES if inner == TEXT else inner
    if types.is_run_end_encoded(kind):
        return kind_of(kind.value_type)
    if _is_list(kind):
        return LISTS if kind_of(kind.value_type) in (TEXT, CODES, NOTHING) else None
    if types.is_timestamp(kind):
        return _NAIVE if kind.tz is None else "M"

    return next((letter for letter, known in _tests() if known(kind)), None)


def _tests() -> tuple[tuple[str, Any], ...]:
    types = library().types

    return (
        ("i", types.is_integer),
        ("b", types.is_boolean),
        ("f", types.is_floating),
        ("M", types.is_date),
        (TEXT, _is_text),
        (NOTHING, types.is_null),
    )


def _is_text(kind: Any) -> bool:
    types = library().types

    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _is_list(kind: Any) -> bool:
    types = library().types
    tests = (
        *(types.is_list, types.is_large_list, types.is_fixed_size_list),
        *(types.is_list_view, types.is_large_list_view),
    )

    return any(test(kind) for test in tests)


def usable(kind: Any, role: Role) -> bool:
    """Whether a column may be of this type; one of nulls alone always may."""
    letter = kind_of(kind)
    if letter == LISTS:
        return role.lists
    wanted = TEXT if letter == CODES else letter

    return letter == NOTHING or (wanted is not None and wanted in role.kinds)


def said(kind: Any) -> str:
    """A type in words."""
    naive = kind_of(kind) == _NAIVE

    return f"one of {kind}, which has no zone (naive)" if naive else f"one of {kind}"
