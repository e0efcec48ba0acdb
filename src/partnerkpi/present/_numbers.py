"""Machinery: how numbers and instants are written in a language."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Literal, Protocol

from attrs import frozen

from partnerkpi._instants import format_one, of_datetime
from partnerkpi.errors import MissingExtraError

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["LocaleNumbers", "Numbers", "PlainNumbers", "rounded"]


class Numbers(Protocol):
    """Writes numbers, which are whole by then: a decimal comes as so many tenths."""

    def decimal(self, scaled: int, digits: int = 0, /) -> str:
        """A number that was multiplied by ten so many times."""
        ...

    def percent(self, tenths: int, /) -> str:
        """A share, in tenths of a percent."""
        ...

    def seconds(self, tenths: int, /) -> str:
        """A duration, in tenths of a second."""
        ...

    def minutes(self, tenths: int, /) -> str:
        """A duration, in tenths of a minute."""
        ...

    def instant(self, at: datetime, /) -> str:
        """An instant in a table: in UTC, the date alone at midnight."""
        ...

    def moment(self, at: datetime, /) -> str:
        """An instant in a heading."""
        ...

    def plural(self, scaled: int, digits: int, /) -> str:
        """The plural form that a number takes."""
        ...


def rounded(numerator: int, denominator: int, digits: int) -> int:
    """A ratio times ten so many times, halves rounded away from zero.

    Example:
        >>> rounded(1, 16, 3), rounded(-1, 2, 0), rounded(-1, 3, 0)
        (63, -1, 0)
    """
    # Whole numbers all the way: a double would round twice.
    scale: int = 10**digits
    size = (2 * abs(numerator) * scale + abs(denominator)) // (2 * abs(denominator))

    return size if (numerator < 0) is (denominator < 0) else -size


@frozen
class PlainNumbers:
    """English, the same on every machine, with nothing installed."""

    def decimal(self, scaled: int, digits: int = 0, /) -> str:
        """Groups of three, and a point.

        Example:
            >>> PlainNumbers().decimal(-123456, 1)
            '-12,345.6'
        """
        whole, part = divmod(abs(scaled), 10**digits)
        sign = "-" if scaled < 0 else ""

        return f"{sign}{whole:,}.{part:0{digits}}" if digits else f"{sign}{whole:,}"

    def percent(self, tenths: int, /) -> str:
        """With the sign behind it."""
        return f"{self.decimal(tenths, 1)}%"

    def seconds(self, tenths: int, /) -> str:
        """With the symbol of the unit."""
        return f"{self.decimal(tenths, 1)} s"

    def minutes(self, tenths: int, /) -> str:
        """With the symbol of the unit."""
        return f"{self.decimal(tenths, 1)} min"

    def instant(self, at: datetime, /) -> str:
        """Year, month and day, and the time if it is not midnight."""
        utc = at.astimezone(UTC)

        return (
            utc.date().isoformat()
            if _is_midnight(utc)
            else f"{utc.replace(tzinfo=None).isoformat(' ')} UTC"
        )

    def moment(self, at: datetime, /) -> str:
        """As documents write it."""
        return format_one(of_datetime(at))

    def plural(self, scaled: int, digits: int, /) -> str:
        """One, or other."""
        return "one" if (scaled, digits) == (1, 0) else "other"


def _is_midnight(at: datetime) -> bool:
    return at == at.replace(hour=0, minute=0, second=0, microsecond=0)


@frozen
class LocaleNumbers:
    """As a locale writes them, by babel: of whole numbers all the way, so nothing rounds again."""

    locale: Locale

    @staticmethod
    def of(name: str) -> LocaleNumbers:
        """The numbers of a locale.

        Raises:
            MissingExtraError: the extra ``locales`` is not installed.

        Example:
            >>> LocaleNumbers.of("sr_Latn").decimal(-123456, 1)
            '-12.345,6'
        """
        try:
            from babel import Locale
        except ImportError as missing:
            extra = "locales"
            raise MissingExtraError(extra) from missing

        return LocaleNumbers(Locale.parse(name))

    def decimal(self, scaled: int, digits: int = 0, /) -> str:
        """With the signs and groups of the locale."""
        return self._written(scaled, digits, _pattern(digits))

    def percent(self, tenths: int, /) -> str:
        """With the percent sign where the locale has it."""
        pattern = self.locale.percent_formats[None].pattern

        return self._written(tenths, 3, pattern.replace("#,##0", _pattern(1)))

    def seconds(self, tenths: int, /) -> str:
        """With the locale's abbreviation of the unit."""
        return self._unit(tenths, "duration-second")

    def minutes(self, tenths: int, /) -> str:
        """With the locale's abbreviation of the unit."""
        return self._unit(tenths, "duration-minute")

    def instant(self, at: datetime, /) -> str:
        """The date as short as it is clear, and the time if it is not midnight."""
        return self._dated(at, "medium")

    def moment(self, at: datetime, /) -> str:
        """The date in words."""
        return self._dated(at, "long")

    def plural(self, scaled: int, digits: int, /) -> str:
        """By the rule of the locale."""
        return self.locale.plural_form(Decimal(scaled).scaleb(-digits))

    def _written(self, scaled: int, digits: int, pattern: str) -> str:
        from babel.numbers import format_decimal

        with localcontext(prec=_digits(scaled)):
            return format_decimal(Decimal(scaled).scaleb(-digits), pattern, self.locale)

    def _unit(self, tenths: int, unit: str) -> str:
        from babel.units import format_unit

        with localcontext(prec=_digits(tenths)):
            return format_unit(
                Decimal(tenths).scaleb(-1), unit, "short", _pattern(1), locale=self.locale
            )

    def _dated(self, at: datetime, length: Literal["medium", "long"]) -> str:
        from babel.dates import format_date, format_time

        utc = at.astimezone(UTC)
        date = format_date(utc.date(), length, self.locale)
        if _is_midnight(utc):
            return date

        return f"{date} {format_time(utc, _TIME, tzinfo=UTC, locale=self.locale)} UTC"


_TIME = "HH:mm:ss"


def _pattern(digits: int) -> str:
    return f"#,##0.{'0' * digits}" if digits else "#,##0"


def _digits(number: int) -> int:
    """A precision that holds the number whole, and with room to spare."""
    return number.bit_length() // 3 + 12
