"""What results are called and how values are said, in a language."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from partnerkpi.aggregates import Ratio
from partnerkpi.errors import UnknownNameError
from partnerkpi.kpi import Definition, Unit, said
from partnerkpi.languages import LANGUAGES, PRODUCT_NAMES, STATUS_NAMES, language_of
from partnerkpi.present._labels import LABELS
from partnerkpi.present._numbers import LocaleNumbers, Numbers, PlainNumbers, rounded
from partnerkpi.present.languages import CATALOGUES, ENGLISH_CATALOGUE, Catalogue
from partnerkpi.status.rules import RULES, Status

if TYPE_CHECKING:
    from partnerkpi.kpi import Column, TableDefinition, Value
    from partnerkpi.policy import Policy

__all__ = ["ENGLISH", "LANGUAGES", "Words", "words"]


@frozen(eq=False)
class Words:
    """The words of a language, and the only place that rounds.

    English needs nothing installed and is written the same everywhere; other languages write
    numbers, dates and durations by the extra ``locales``. What a host defined itself has no other
    words than its own: it is said as it is.

    Attributes:
        language: ``en``, ``fr`` or ``sr``.

    Example:
        >>> french = words("fr-CA")
        >>> print(french.status("expiring_soon"))
        Bientôt expiré
        >>> print(french.text("product_licenses", product=french.product("messaging")))
        Licences Messagerie Webex
    """

    language: str
    _catalogue: Catalogue = field(repr=False)
    _numbers: Numbers = field(repr=False)

    def title(self, what: Definition | Column | TableDefinition) -> str:
        """What a figure, a column or a table is called."""
        return self._translated(what.title, what.name)

    def sentence(self, what: Definition | Column | TableDefinition) -> str:
        """What a figure counts, a column shows or a table lists."""
        return self._translated(what.sentence, what.name)

    def when_undefined(self, what: Definition) -> str | None:
        """When a figure has no value; ``None`` if it always has one."""
        return None if what.undefined is None else self._translated(what.undefined, what.name)

    def undefined(self, what: Definition) -> str:
        """What is said in place of a value, with the reason.

        Example:
            >>> share = Definition("rate", "Rate", "Assigned.", Unit.SHARE, undefined="no licenses")
            >>> ENGLISH.undefined(share)
            'undefined: no licenses'
        """
        why = self.when_undefined(what)

        return self.text("undefined_because", reason=why) if why else self.text("undefined")

    def status(self, status: Status | str) -> str:
        """What a status is called.

        Raises:
            UnknownNameError: there is no such status; names the nearest.
        """
        names = STATUS_NAMES[self.language]
        if status not in names:
            raise UnknownNameError(_STATUS, status, names)

        return names[status]

    def holds_when(self, status: Status | str, policy: Policy) -> str:
        """When a status holds, under a policy.

        Raises:
            UnknownNameError: there is no such status; names the nearest.
        """
        for rule in RULES:
            if rule.status == status:
                return said(self._translated(rule.sentence), policy)

        raise UnknownNameError(_STATUS, status, [each.value for each in Status])

    def product(self, code: str) -> str:
        """What a product is called; an unknown one is called by its code."""
        return PRODUCT_NAMES[code][self.language][0] if code in PRODUCT_NAMES else code

    def text(self, key: str, **facts: str) -> str:
        """A label of pages, with facts in its places; without any, its places as they are.

        Raises:
            UnknownNameError: there is no such label; names the nearest.
        """
        if key not in LABELS:
            raise UnknownNameError(_LABEL, key, LABELS)

        text = self._translated(LABELS[key])

        return text.format(**facts) if facts else text

    def code(self, code: Enum) -> str:
        """A word that a field of records holds, such as a kind or a status."""
        plain = str(code.value).replace("_", " ")
        if self.language == ENGLISH_CATALOGUE.language:
            return plain
        if isinstance(code, Status):
            return self.status(code)

        return self._translated(plain)

    def number(self, whole: int) -> str:
        """A whole number.

        Example:
            >>> ENGLISH.number(1204), words("sr").number(1204)
            ('1,204', '1.204')
        """
        return self._numbers.decimal(whole)

    def count(self, whole: int, unit: Unit) -> str:
        """A whole number with its unit.

        Example:
            >>> ENGLISH.count(1, Unit.CUSTOMERS), words("sr").count(22, Unit.CUSTOMERS)
            ('1 customer', '22 kupca')
        """
        return self._with_unit(whole, 0, unit)

    def ratio(self, ratio: Ratio) -> str:
        """A share in percent with one decimal, halves rounded away from zero.

        Example:
            >>> ENGLISH.ratio(Ratio(1, 16)), words("sr").ratio(Ratio(1, 16))
            ('6.3%', '6,3%')
        """
        if not ratio.denominator:
            return self.text("missing")

        return self._numbers.percent(rounded(ratio.numerator, ratio.denominator, 3))

    def average(self, ratio: Ratio) -> str:
        """A mean with two decimals, halves rounded away from zero."""
        if not ratio.denominator:
            return self.text("missing")

        return self._numbers.decimal(rounded(ratio.numerator, ratio.denominator, 2), 2)

    def duration(self, milliseconds: int | Ratio) -> str:
        """A duration in seconds with one decimal, from ten minutes on in minutes.

        Example:
            >>> ENGLISH.duration(83_450), words("sr").duration(83_450)
            ('83.5 s', '83,5 sek')
        """
        ratio = milliseconds if isinstance(milliseconds, Ratio) else Ratio(milliseconds, 1)
        if not ratio.denominator:
            return self.text("missing")
        long = abs(ratio.numerator) >= _LONG_MS * ratio.denominator
        scale, say = (
            (_MINUTE_MS, self._numbers.minutes) if long else (_SECOND_MS, self._numbers.seconds)
        )

        return say(rounded(ratio.numerator, ratio.denominator * scale, 1))

    def date(self, instant: datetime) -> str:
        """An instant in UTC: the date alone at midnight."""
        return self._numbers.instant(instant)

    def moment(self, instant: datetime) -> str:
        """An instant in UTC as a heading has it; in English as documents write it."""
        return self._numbers.moment(instant)

    def separators(self) -> tuple[str, str, str]:
        """What stands before decimals, between groups of three digits, and behind a percentage.

        Example:
            >>> ENGLISH.separators(), words("sr").separators()
            (('.', ',', '%'), (',', '.', '%'))
        """
        said = self._numbers.percent(12_345_670)
        group, *_, decimal = (each for each in said.rpartition("0")[0] if not each.isdigit())

        return decimal, group, said.rpartition("0")[2]

    def value(self, value: object, unit: Unit) -> str:
        """A cell of a table.

        Example:
            >>> ENGLISH.value(True, Unit.FLAG), words("fr").value(("a", "b"), Unit.TEXT)
            ('yes', 'a, b')
        """
        if value is None:
            return self.text("none" if unit is Unit.TEXT else "missing")
        if unit is Unit.MILLISECONDS and isinstance(value, (int, Ratio)):
            return self.duration(value)
        if isinstance(value, Ratio):
            return self.ratio(value) if unit is Unit.SHARE else self.average(value)
        if isinstance(value, tuple):
            return ", ".join(self.value(each, unit) for each in value)

        return self.code(value) if isinstance(value, Enum) else self._plain(value)

    def figure(self, value: Value, definition: Definition, *, unit: bool = False) -> str:
        """The value of a figure: a whole number, a share or mean with its integers, or why not.

        Args:
            value: The value.
            definition: What it means: says the unit, and when it is undefined.
            unit: Whether to say the unit.
        """
        if value is None or (isinstance(value, Ratio) and not value.denominator):
            return self.undefined(definition)
        if definition.unit is Unit.MILLISECONDS:
            return self._mean_duration(value) if isinstance(value, Ratio) else self.duration(value)
        spoken = definition.unit if unit else Unit.COUNT
        if not isinstance(value, Ratio):
            return self.count(value, spoken)
        if definition.unit is Unit.SHARE:
            return self._of_parts("share_with_parts", self.ratio(value), value)
        mean = self._with_unit(rounded(value.numerator, value.denominator, 2), 2, spoken)

        return self._of_parts("mean_with_parts", mean, value)

    def _mean_duration(self, mean: Ratio) -> str:
        return self.text(
            "mean_with_parts",
            value=self.duration(mean),
            part=self.duration(mean.numerator),
            whole=self.number(mean.denominator),
        )

    def _of_parts(self, key: str, value: str, ratio: Ratio) -> str:
        part, whole = self.number(ratio.numerator), self.number(ratio.denominator)

        return self.text(key, value=value, part=part, whole=whole)

    def _with_unit(self, scaled: int, digits: int, unit: Unit) -> str:
        number = self._numbers.decimal(scaled, digits)
        forms = self._catalogue.units.get(unit)
        if forms is None:
            return number

        return f"{number} {forms.get(self._numbers.plural(scaled, digits), forms['other'])}"

    def _plain(self, value: object) -> str:
        if isinstance(value, bool):
            return self.text("yes" if value else "no")
        if isinstance(value, datetime):
            return self.date(value)

        return self.number(value) if isinstance(value, int) else str(value)

    def _translated(self, text: str, name: str = "") -> str:
        texts = self._catalogue.texts
        percent = name.partition("_wait_ms.p")[2]
        if not percent or text in texts:
            return texts.get(text, text)
        # Any percentile can be asked for; all have the same words.
        pattern = text.replace(f" {percent}", " {percent}")

        return texts.get(pattern, text).replace("{percent}", percent)


_STATUS: Final = "status"
_LABEL: Final = "label"
_SECOND_MS, _MINUTE_MS = 1_000, 60_000
_LONG_MS = 10 * _MINUTE_MS

#: English, which needs nothing installed.
ENGLISH: Final = Words("en", ENGLISH_CATALOGUE, PlainNumbers())


def words(language: str = "en") -> Words:
    """The words of a language.

    Args:
        language: ``en``, ``fr``, or ``sr`` (Serbian in Latin letters), also with a region as in
            ``fr-CA`` or ``sr-Latn-RS``.

    Raises:
        UnknownLanguageError: no such language; names those that there are.
        MissingExtraError: any but English without the extra ``locales``.

    Example:
        >>> from partnerkpi.licenses.kpis import DEFINITIONS
        >>> total = DEFINITIONS[0]
        >>> [words(each).title(total) for each in ("en", "fr", "sr-Latn")]
        ['Total customers', 'Nombre total de clients', 'Ukupan broj kupaca']
    """
    known = language_of(language)
    if known == ENGLISH.language:
        return ENGLISH
    catalogue = CATALOGUES[known]

    return Words(known, catalogue, LocaleNumbers.of(catalogue.locale))
