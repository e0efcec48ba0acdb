"""How values are said: the only place that rounds, and that puts a unit into words."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from partnerkpi.aggregates import Ratio
from partnerkpi.kpi import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerkpi.kpi import Definition, Value

__all__ = [
    "MISSING",
    "average",
    "duration",
    "percent",
    "said_cell",
    "said_count",
    "said_instant",
    "said_value",
]

MISSING = "n/a"

# One and many of what is counted; units that are not here are not spoken.
_WORDS: Mapping[Unit, tuple[str, str]] = MappingProxyType(
    {
        Unit.CUSTOMERS: ("customer", "customers"),
        Unit.SUBSCRIPTIONS: ("subscription", "subscriptions"),
        Unit.LICENSES: ("license", "licenses"),
        Unit.LICENSES_PER_CUSTOMER: ("licenses per customer", "licenses per customer"),
        Unit.DAYS: ("day", "days"),
        Unit.MONTHS: ("month", "months"),
        Unit.CALLS: ("call", "calls"),
        Unit.CALL_LEGS: ("call leg", "call legs"),
        Unit.USERS: ("user", "users"),
    }
)


def percent(ratio: Ratio) -> str:
    """A share in percent with one decimal, halves rounded away from zero.

    Example:
        >>> percent(Ratio(1, 16)), percent(Ratio(0, 0))
        ('6.3%', 'n/a')
    """
    return (
        f"{_rounded(100 * ratio.numerator, ratio.denominator, 1)}%"
        if ratio.denominator
        else MISSING
    )


def average(ratio: Ratio) -> str:
    """A mean with two decimals, halves rounded away from zero.

    Example:
        >>> average(Ratio(51, 4)), average(Ratio(-1, 3)), average(Ratio(0, 0))
        ('12.75', '-0.33', 'n/a')
    """
    return _rounded(ratio.numerator, ratio.denominator, 2) if ratio.denominator else MISSING


def _rounded(numerator: int, denominator: int, digits: int) -> str:
    # Whole numbers all the way: a double would round twice.
    scale = 10**digits
    size = (2 * abs(numerator) * scale + abs(denominator)) // (2 * abs(denominator))
    whole, part = divmod(size, scale)
    sign = "-" if size and (numerator < 0) is not (denominator < 0) else ""

    return f"{sign}{whole:,}.{part:0{digits}}"


def duration(milliseconds: int | Ratio) -> str:
    """A duration in seconds with one decimal, from ten minutes on in minutes.

    Example:
        >>> duration(83_450), duration(Ratio(5, 2)), duration(12_345_678), duration(Ratio(0, 0))
        ('83.5 s', '0.0 s', '205.8 min', 'n/a')
    """
    ratio = milliseconds if isinstance(milliseconds, Ratio) else Ratio(milliseconds, 1)
    if not ratio.denominator:
        return MISSING
    long = abs(ratio.numerator) >= _LONG_MS * ratio.denominator
    scale, unit = (_MINUTE_MS, "min") if long else (_SECOND_MS, "s")

    return f"{_rounded(ratio.numerator, ratio.denominator * scale, 1)} {unit}"


_SECOND_MS, _MINUTE_MS = 1_000, 60_000
_LONG_MS = 10 * _MINUTE_MS


def _said_mean_duration(mean: Ratio) -> str:
    return f"{duration(mean)} ({duration(mean.numerator)} / {mean.denominator:,})"


def said_count(count: int, unit: Unit) -> str:
    """A whole number with its unit.

    Example:
        >>> said_count(1, Unit.CUSTOMERS), said_count(1204, Unit.LICENSES)
        ('1 customer', '1,204 licenses')
    """
    return _with_unit(f"{count:,}", unit, one=count == 1)


def _with_unit(said: str, unit: Unit, *, one: bool = False) -> str:
    words = _WORDS.get(unit)

    return f"{said} {words[0] if one else words[1]}" if words else said


def said_value(value: Value, definition: Definition, *, unit: bool = False) -> str:
    """The value of a figure: a whole number, a share or mean with its two integers, or why not.

    Args:
        value: The value.
        definition: What it means: says the unit, and when it is undefined.
        unit: Whether to say the unit.

    Example:
        >>> from partnerkpi.kpi import Definition
        >>> share = Definition("rate", "Rate", "Assigned.", Unit.SHARE, undefined="no licenses")
        >>> said_value(Ratio(240, 300), share)
        '80.0% (240 of 300)'
        >>> said_value(Ratio(0, 0), share)
        'undefined: no licenses'
    """
    if value is None or (isinstance(value, Ratio) and not value.denominator):
        return f"undefined: {definition.undefined}" if definition.undefined else "undefined"
    if definition.unit is Unit.MILLISECONDS:
        return _said_mean_duration(value) if isinstance(value, Ratio) else duration(value)
    if not isinstance(value, Ratio):
        return said_count(value, definition.unit if unit else Unit.COUNT)
    if definition.unit is Unit.SHARE:
        return f"{percent(value)} ({value.numerator:,} of {value.denominator:,})"
    said = _with_unit(average(value), definition.unit if unit else Unit.COUNT)

    return f"{said} ({value.numerator:,} / {value.denominator:,})"


def said_instant(instant: datetime) -> str:
    """An instant in UTC: the date alone at midnight.

    Example:
        >>> said_instant(datetime(2026, 11, 22, tzinfo=UTC))
        '2026-11-22'
        >>> said_instant(datetime(2026, 11, 22, 8, 30, tzinfo=UTC))
        '2026-11-22 08:30:00 UTC'
    """
    at = instant.astimezone(UTC)
    if at == at.replace(hour=0, minute=0, second=0, microsecond=0):
        return at.date().isoformat()

    return f"{at.replace(tzinfo=None).isoformat(' ')} UTC"


def said_cell(value: object, unit: Unit) -> str:
    """A cell of a table.

    Example:
        >>> said_cell(1204, Unit.LICENSES), said_cell(Ratio(1, 2), Unit.SHARE)
        ('1,204', '50.0%')
        >>> said_cell(True, Unit.FLAG), said_cell(("a", "b"), Unit.TEXT), said_cell(None, Unit.DAYS)
        ('yes', 'a, b', 'n/a')
    """
    if value is None:
        return "none" if unit is Unit.TEXT else MISSING
    if unit is Unit.MILLISECONDS and isinstance(value, (int, Ratio)):
        return duration(value)
    if isinstance(value, Ratio):
        return percent(value) if unit is Unit.SHARE else average(value)
    if isinstance(value, tuple):
        return ", ".join(said_cell(each, unit) for each in value)
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ")

    return _said_plain(value)


def _said_plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return said_instant(value)

    return f"{value:,}" if isinstance(value, int) else str(value)
