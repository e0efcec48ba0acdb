"""How values are said in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerkpi.present.words import ENGLISH

if TYPE_CHECKING:
    from datetime import datetime

    from partnerkpi.aggregates import Ratio
    from partnerkpi.kpi import Definition, Unit, Value

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

MISSING = ENGLISH.text("missing")


def percent(ratio: Ratio) -> str:
    """A share in percent with one decimal, halves rounded away from zero.

    Example:
        >>> from partnerkpi.aggregates import Ratio
        >>> percent(Ratio(1, 16)), percent(Ratio(0, 0))
        ('6.3%', 'n/a')
    """
    return ENGLISH.ratio(ratio)


def average(ratio: Ratio) -> str:
    """A mean with two decimals, halves rounded away from zero.

    Example:
        >>> from partnerkpi.aggregates import Ratio
        >>> average(Ratio(51, 4)), average(Ratio(-1, 3)), average(Ratio(0, 0))
        ('12.75', '-0.33', 'n/a')
    """
    return ENGLISH.average(ratio)


def duration(milliseconds: int | Ratio) -> str:
    """A duration in seconds with one decimal, from ten minutes on in minutes.

    Example:
        >>> from partnerkpi.aggregates import Ratio
        >>> duration(83_450), duration(Ratio(5, 2)), duration(12_345_678), duration(Ratio(0, 0))
        ('83.5 s', '0.0 s', '205.8 min', 'n/a')
    """
    return ENGLISH.duration(milliseconds)


def said_count(count: int, unit: Unit) -> str:
    """A whole number with its unit.

    Example:
        >>> from partnerkpi.kpi import Unit
        >>> said_count(1, Unit.CUSTOMERS), said_count(1204, Unit.LICENSES)
        ('1 customer', '1,204 licenses')
    """
    return ENGLISH.count(count, unit)


def said_value(value: Value, definition: Definition, *, unit: bool = False) -> str:
    """The value of a figure: a whole number, a share or mean with its two integers, or why not.

    Args:
        value: The value.
        definition: What it means: says the unit, and when it is undefined.
        unit: Whether to say the unit.

    Example:
        >>> from partnerkpi.aggregates import Ratio
        >>> from partnerkpi.kpi import Definition, Unit
        >>> share = Definition("rate", "Rate", "Assigned.", Unit.SHARE, undefined="no licenses")
        >>> said_value(Ratio(240, 300), share)
        '80.0% (240 of 300)'
        >>> said_value(Ratio(0, 0), share)
        'undefined: no licenses'
    """
    return ENGLISH.figure(value, definition, unit=unit)


def said_instant(instant: datetime) -> str:
    """An instant in UTC: the date alone at midnight.

    Example:
        >>> from datetime import UTC, datetime
        >>> said_instant(datetime(2026, 11, 22, tzinfo=UTC))
        '2026-11-22'
        >>> said_instant(datetime(2026, 11, 22, 8, 30, tzinfo=UTC))
        '2026-11-22 08:30:00 UTC'
    """
    return ENGLISH.date(instant)


def said_cell(value: object, unit: Unit) -> str:
    """A cell of a table.

    Example:
        >>> from partnerkpi.aggregates import Ratio
        >>> from partnerkpi.kpi import Unit
        >>> said_cell(1204, Unit.LICENSES), said_cell(Ratio(1, 2), Unit.SHARE)
        ('1,204', '50.0%')
        >>> said_cell(True, Unit.FLAG), said_cell(("a", "b"), Unit.TEXT), said_cell(None, Unit.DAYS)
        ('yes', 'a, b', 'n/a')
    """
    return ENGLISH.value(value, unit)
