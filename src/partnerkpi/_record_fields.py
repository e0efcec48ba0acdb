"""Machinery: what the fields of records become before they are checked, and the refusal.

A converter leaves a value that it has no use for as it came: the check of the record words the
fault.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar, cast

from partnerkpi._instants import of_datetime, to_datetime
from partnerkpi.errors import Fault, InputError, InstantError, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnerkpi._record_rules import Finding

__all__ = ["measured", "refuse", "sequence", "text_set", "utc", "utc_or_none"]

_Value = TypeVar("_Value")


def utc_or_none(value: datetime | None) -> datetime | None:
    """An instant in UTC, or none."""
    try:
        return to_datetime(of_datetime(value)) if isinstance(value, datetime) else value
    except InstantError:
        return value


def utc(value: datetime) -> datetime:
    """An instant in UTC."""
    return cast("datetime", utc_or_none(value))


def sequence(values: Iterable[_Value]) -> tuple[_Value, ...]:
    """A list as a tuple."""
    listed = isinstance(values, (list, tuple))

    return tuple(values) if listed else cast("tuple[_Value, ...]", values)


def text_set(values: Iterable[str] | None) -> tuple[str, ...]:
    """A set of texts, in whatever it came: each once, by code point."""
    if values is None:
        return ()
    if not isinstance(values, (list, tuple, set, frozenset)):
        return cast("tuple[str, ...]", values)

    return tuple(sorted(set(values)) if set(map(type, values)) <= {str} else values)


def measured(value: float | None) -> float | None:
    """A measurement as a float, never a negative zero."""
    try:
        return float(value) + 0.0 if type(value) in (int, float) else value  # type: ignore[arg-type]
    except OverflowError:
        return value


def refuse(record: str, faults: Iterable[Finding]) -> None:
    """Refuse a record that has faults.

    Raises:
        InputError: it has; all of them at once.
    """
    found = tuple(
        Fault(Place(record, path=path or None), expected, came) for path, expected, came in faults
    )
    if found:
        raise InputError(found)
