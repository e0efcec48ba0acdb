"""Results in English, French and Serbian: nothing is left unsaid, and nothing rounds twice."""

import os
import pickle
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import Enum
from fractions import Fraction
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.aggregates import Ratio
from partnerkpi.call_models import Outcome
from partnerkpi.errors import MissingExtraError, UnknownLanguageError, UnknownNameError
from partnerkpi.kpi import Definition, TableDefinition, Unit
from partnerkpi.languages import LANGUAGES, PRODUCT_NAMES, STATUS_NAMES, language_of
from partnerkpi.models import Kind, ManagedBy
from partnerkpi.present import Block, Page, page_text
from partnerkpi.present.languages import CATALOGUES, Catalogue
from partnerkpi.present.languages.catalogue import parsed
from partnerkpi.present.words import ENGLISH, Words, words
from partnerkpi.status import RULES, Status
from tests.told import texts, told

DATA = Path(__file__).resolve().parent.parent / "examples" / "data"
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
OTHERS = [each for each in LANGUAGES if each != "en"]
# Blanks at which no line breaks, of which languages have two.
BLANKS = {0x00A0: " ", 0x202F: " "}
WHOLE = st.integers(-(10**40), 10**40)
PERCENTILE = re.compile(r"(?<=percentile )\d+|\d+(?= % of them)")


@pytest.fixture(scope="module")
def report() -> pk.Report:
    """The report of the example, with its calls."""
    inputs = pk.read_inputs(DATA)
    return pk.report(
        inputs.portfolio, calls=inputs.calls, queue_calls=inputs.queue_calls, as_of=AS_OF
    )


def wanted() -> set[str]:
    """Every text that a catalogue must have; the percentiles share theirs."""
    return {PERCENTILE.sub("{percent}", text) for text in texts()}


def places(text: str) -> set[str]:
    """The places of a text that are to be filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("catalogue", CATALOGUES.values(), ids=lambda each: each.language)
def test_everything_is_said_in_every_language(catalogue: Catalogue) -> None:
    """Each title, sentence, reason, rule and label of the package has its translation."""
    assert [] == sorted(wanted() - set(catalogue.texts))


@pytest.mark.parametrize("catalogue", CATALOGUES.values(), ids=lambda each: each.language)
def test_no_translation_is_stale(catalogue: Catalogue) -> None:
    """No catalogue has a text that the package no longer says, word for word."""
    assert [] == sorted(set(catalogue.texts) - wanted())


@pytest.mark.parametrize("catalogue", CATALOGUES.values(), ids=lambda each: each.language)
def test_translations_have_the_same_places(catalogue: Catalogue) -> None:
    """What is filled into a text in English is filled into its translation."""
    actual = {
        english: said
        for english, said in catalogue.texts.items()
        if places(english) != places(said)
    }

    assert {} == actual


@pytest.mark.parametrize("catalogue", CATALOGUES.values(), ids=lambda each: each.language)
def test_sentences_stay_sentences(catalogue: Catalogue) -> None:
    """A translation ends with a full stop where the English text does."""
    actual = [
        english
        for english, said in catalogue.texts.items()
        if english.endswith(".") != said.endswith(".") and english != "n/a"
    ]

    assert [] == actual


@pytest.mark.parametrize("catalogue", CATALOGUES.values(), ids=lambda each: each.language)
def test_units_have_every_plural_form(catalogue: Catalogue) -> None:
    """The forms are those of the language, for each unit that English speaks."""
    english = words("en")._catalogue.units
    forms = {*Locale.parse(catalogue.locale).plural_form.tags, "other"} - {"many"}

    assert set(english) == set(catalogue.units)
    assert dict.fromkeys(english, forms) == {
        unit: set(each) for unit, each in catalogue.units.items()
    }


def test_nothing_told_is_without_words() -> None:
    """Each figure, column and table of the package has a title and a sentence."""
    assert [] == [each for each in told() if not each.title or not each.sentence]


def figures_in(value: object) -> Iterator[Any]:
    """Every figure and table that a result holds."""
    if isinstance(getattr(value, "definition", None), Definition | TableDefinition):
        yield value
    for each in getattr(type(value), "__attrs_attrs__", ()):
        yield from figures_in(getattr(value, each.name))


def test_all_that_a_report_shows_is_found_by_walking(report: pk.Report) -> None:
    """What the tests of translations walk has every figure and table of a real report."""
    assert report.calling is not None
    sections = [report.overview, *report.licenses.values(), *vars_of(report.calling)]
    shown = [each.definition for section in sections for each in figures_in(section)]
    shown += [each.definition for each in report.tables().values()]

    assert len(shown) > 40
    known = told()
    assert [] == [each for each in shown if each not in known]


def vars_of(calling: Any) -> list[Any]:
    """The sections of calls, with the figures of queues, which are made when asked for."""
    queues = calling.queues
    named = [getattr(queues, each) for each in ("offered", "waiting", "service_level")]
    return [calling.usage, calling.quality, calling.features, *queues.outcomes.values(), *named]


@pytest.mark.parametrize("language", OTHERS)
def test_statuses_and_codes_are_said(language: str) -> None:
    """Each status has a name and a rule; each word of a record is another one than in English."""
    said = words(language)
    codes: list[Enum] = [*Kind, *ManagedBy, *Status]

    assert {each.value for each in Status} == set(STATUS_NAMES[language])
    assert all(said.status(each) != ENGLISH.status(each) for each in Status)
    for rule in RULES:
        assert said.holds_when(rule.status, pk.Policy()) != rule.sentence
        assert "{" not in said.holds_when(rule.status, pk.Policy())
    assert {"partner"} >= {each.value for each in codes if said.code(each) == ENGLISH.code(each)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_products_have_a_name_in_each_language(language: str) -> None:
    """Those of the table by their names, any other by its code."""
    said = words(language)

    assert [names[language][0] for names in PRODUCT_NAMES.values()] == [
        said.product(code) for code in PRODUCT_NAMES
    ]
    assert "own-1" == said.product("own-1")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("EN-us", "en"),
        ("fr-CA", "fr"),
        ("fr_CA", "fr"),
        ("fr-Latn-CA", "fr"),
        ("sr", "sr"),
        ("sr-RS", "sr"),
        ("sr-Latn", "sr"),
        ("sr_latn_rs", "sr"),
        ("fr-CA-x-private", "fr"),
    ],
)
def test_tags_of_languages(tag: str, language: str) -> None:
    """A region does not matter, nor does the case; Latin letters may be named."""
    assert language == language_of(tag)
    assert language == words(tag).language


@pytest.mark.parametrize(
    "tag", ["", "de", "sr-Cyrl", "sr-Cyrl-RS", "french", "fr-", "-fr", "f", "fré"]
)
def test_unknown_languages_are_refused(tag: str) -> None:
    """The refusal names the tag and the languages that there are, and travels."""
    with pytest.raises(UnknownLanguageError) as caught:
        words(tag)

    assert repr(tag) in str(caught.value)
    assert "(known: en, fr, sr)" in str(caught.value)
    assert str(caught.value) == str(pickle.loads(pickle.dumps(caught.value)))  # noqa: S301


def test_without_babel_only_english_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another language names the extra that it needs."""
    monkeypatch.setitem(sys.modules, "babel", None)

    assert "1,204" == words("en-GB").number(1204)
    with pytest.raises(MissingExtraError, match=r"partnerkpi\[locales\]"):
        words("fr")


def test_english_does_not_look_for_babel() -> None:
    """A report in English is the same on a machine without any extra, and loads none."""
    code = (
        "import sys, datetime; sys.modules['babel'] = None; import partnerkpi as pk;"
        "empty = pk.Portfolio.from_customers([]);"
        "when = datetime.datetime(2026, 11, 22, tzinfo=datetime.timezone.utc);"
        "print(pk.report(empty, as_of=when).to_text().splitlines()[1])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert "as of 2026-11-22T00:00:00Z\n" == done.stdout


def test_unknown_words_are_refused() -> None:
    """A status or label that there is not names the nearest."""
    with pytest.raises(UnknownNameError, match="did you mean 'expired'"):
        ENGLISH.status("expird")
    with pytest.raises(UnknownNameError, match="did you mean 'expired'"):
        ENGLISH.holds_when("expird", pk.Policy())
    with pytest.raises(UnknownNameError, match="did you mean 'overview'"):
        ENGLISH.text("overvew")


def test_labels_are_filled_in_now_or_later() -> None:
    """Without facts a label keeps its places."""
    assert "au {when}" == words("fr").text("as_of")
    assert "au lundi" == words("fr").text("as_of", when="lundi")


def test_what_hosts_define_is_said_as_it_is() -> None:
    """A figure of one's own has its own words in every language."""
    own = Definition("seats", "Seats per chair", "Chairs.", Unit.LICENSES, undefined="no chair")
    said = words("sr")

    assert ("Seats per chair", "Chairs.") == (said.title(own), said.sentence(own))
    assert "nije definisano: no chair" == said.figure(None, own)


@pytest.mark.parametrize("percent", [1, 50, 99, Fraction(199, 2)])
def test_any_percentile_is_said(report: pk.Report, percent: int | Fraction) -> None:
    """Percentiles that nobody listed have words as well, with the number in its place."""
    assert report.calling is not None
    assert report.calling.queues is not None
    definition = report.calling.queues.wait_percentile_ms("answered", percent).definition

    assert f"Attente, répondus\u00a0: centile {percent}" == words("fr").title(definition)
    assert f" {percent}\u00a0% d’" in words("fr").sentence(definition)
    assert f"Čekanje, odgovoreni: percentil {percent}" == words("sr").title(definition)


def digits_of(said: Words, text: str) -> Decimal:
    """The number that a text stands for, by the signs of its language."""
    decimal, group, percent = said.separators()
    plain = text.removesuffix(percent).replace(group, "").replace(decimal, ".")
    return Decimal(plain.replace("\u2212", "-"))


def exactly(ratio: Ratio, digits: int) -> Decimal:
    """A ratio with so many decimals, halves rounded away from zero."""
    with localcontext(prec=200):
        whole = Decimal(ratio.numerator) / Decimal(ratio.denominator)
        return whole.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


@given(st.sampled_from(LANGUAGES), WHOLE)
def test_whole_numbers_are_written_whole(language: str, number: int) -> None:
    """Whatever the signs and groups, no digit is lost."""
    said = words(language)

    assert number == digits_of(said, said.number(number))


@given(
    st.sampled_from(LANGUAGES),
    st.builds(Ratio, st.integers(-(10**20), 10**20), st.integers(1, 10**9)),
)
def test_ratios_round_once(language: str, ratio: Ratio) -> None:
    """Percents and means are the exact quotient, rounded half away from zero, in any language."""
    said = words(language)

    assert exactly(Ratio(100 * ratio.numerator, ratio.denominator), 1) == digits_of(
        said, said.ratio(ratio)
    )
    assert exactly(ratio, 2) == digits_of(said, said.average(ratio))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["-12,345", "6.3%", "83.5 s", "205.8 min", "2026-11-22", "2026-11-22T00:00:00Z"]),
        ("fr", ["-12 345", "6,3 %", "83,5 s", "205,8 min", "22 nov. 2026", "22 novembre 2026"]),
        ("sr", ["-12.345", "6,3%", "83,5 sek", "205,8 min", "22. 11. 2026.", "22. novembar 2026."]),
    ],
)
def test_each_language_has_its_formats(language: str, expected: list[str]) -> None:
    """Numbers, percents, durations and dates as people of the language write them."""
    said = words(language)
    actual = [
        said.number(-12345),
        said.ratio(Ratio(1, 16)),
        said.duration(83_450),
        said.duration(12_345_678),
        said.date(AS_OF),
        said.moment(AS_OF),
    ]

    assert expected == [each.translate(BLANKS) for each in actual]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "2026-11-22 08:30:05 UTC"),
        ("fr", "22 nov. 2026 08:30:05 UTC"),
        ("sr", "22. 11. 2026. 08:30:05 UTC"),
    ],
)
def test_times_are_in_utc(language: str, expected: str) -> None:
    """An instant with a time tells it, in UTC."""
    when = datetime.fromisoformat("2026-11-22T10:30:05+02:00")

    assert expected == words(language).date(when)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["0 users", "1 user", "2 users", "5 users", "21 users"]),
        (
            "fr",
            [
                "0 utilisateur",
                "1 utilisateur",
                "2 utilisateurs",
                "5 utilisateurs",
                "21 utilisateurs",
            ],
        ),
        ("sr", ["0 korisnika", "1 korisnik", "2 korisnika", "5 korisnika", "21 korisnik"]),
    ],
)
def test_units_take_the_plural_of_the_number(language: str, expected: list[str]) -> None:
    """One, few and many as the language counts."""
    said = words(language)

    assert expected == [said.count(number, Unit.USERS) for number in (0, 1, 2, 5, 21)]


def test_cells_and_figures_in_french() -> None:
    """What is missing, undefined, a flag, a list or a share with its parts."""
    said = words("fr")
    share = Definition("x", "X", "Y.", Unit.SHARE, undefined="no customer is low")
    wait = Definition("x", "X", "Y.", Unit.MILLISECONDS)

    assert "oui" == said.value(True, Unit.FLAG)
    assert "n.d." == said.value(None, Unit.DAYS)
    assert "aucun" == said.value(None, Unit.TEXT)
    assert "Essai, Suspendu" == said.value((Status.TRIAL, Status.SUSPENDED), Unit.TEXT)
    assert "n.d." == said.value(Ratio(0, 0), Unit.SHARE)
    assert "n.d." == said.value(Ratio(0, 0), Unit.MILLISECONDS)
    assert "n.d." == said.value(Ratio(0, 0), Unit.LICENSES_PER_CUSTOMER)
    assert "80,0\u00a0% (4 sur 5)" == said.figure(Ratio(4, 5), share)
    assert "non défini\u00a0: aucun client n’a une faible attribution" == said.figure(None, share)
    assert "non défini" == said.figure(None, wait)
    assert "2,5 s (5,0 s / 2)" == said.figure(Ratio(5000, 2), wait).translate(BLANKS)
    assert "1,50 licence par client (3 / 2)" == said.figure(
        Ratio(3, 2), Definition("x", "X", "Y.", Unit.LICENSES_PER_CUSTOMER), unit=True
    )


def test_words_that_are_no_status_or_kind() -> None:
    """An outcome is said as its code in any language, for want of a better word."""
    assert "timed out" == words("fr").code(Outcome.TIMED_OUT)


@pytest.mark.parametrize("language", OTHERS)
def test_the_page_is_in_the_language(report: pk.Report, language: str) -> None:
    """Every title of the page of text is a translation; no sentence in English is left."""
    page = report.to_text(language=language, width=400, rows=1)
    english = report.to_text(width=400, rows=1)
    known = CATALOGUES[language].texts
    sentences = [each for each in known if each.endswith(".") and each in english]

    assert len(sentences) >= 15
    assert [] == [each for each in sentences if each in page]
    titles = {
        line.strip()
        for line, below in zip(page.splitlines(), page.splitlines()[1:], strict=False)
        if set(below) in ({"="}, {"-"})
    }
    assert set() == titles - set(known.values())


@pytest.mark.parametrize("language", OTHERS)
def test_comparisons_are_in_the_language(language: str) -> None:
    """Every title is a translation, points have their word, and signs stand before numbers."""
    portfolio = pk.read(DATA / "portfolio.json")
    before = pk.report(portfolio, as_of=AS_OF - timedelta(days=14))
    changes = pk.compare(before, pk.report(portfolio, as_of=AS_OF))
    page = changes.to_text(language=language, width=300, rows=None)
    english = changes.to_text(width=300, rows=None)
    known = CATALOGUES[language].texts
    sentences = [each for each in known if each.endswith(".") and each in english]

    assert len(sentences) == 3
    assert [] == [each for each in sentences if each in page]
    assert known["What changed"] == page.splitlines()[0]
    assert re.search(rf"\+\d+,\d {known['{value} points'].removeprefix('{value} ')}", page)
    assert known["What changed"] in changes.to_html(language=language)


@pytest.mark.parametrize("language", OTHERS)
def test_the_html_page_is_in_the_language(report: pk.Report, language: str) -> None:
    """No text of the page, shown or spoken, is one that has a translation and is not translated."""
    page = re.sub(
        r"<(script|style).*?</\1>", "", report.to_html(language=language), flags=re.DOTALL
    )
    found = re.findall(r">([^<]+)<", page)
    found += re.findall(r'(?:aria-label|title|data-text|placeholder)="([^"]+)"', page)
    known = CATALOGUES[language].texts
    shown = {unescape(each).strip() for each in found}

    assert re.search(rf'<html [^>]*lang="{language}', page)
    assert len(shown & set(known.values())) > 100
    assert [] == [each for each in shown if known.get(each, each) != each]


def test_numbers_are_not_broken() -> None:
    """Lines of a page break between words, never inside of a number."""
    said = words("fr")
    facts = (("Total", " ".join(said.number(10**9 + each) for each in range(20))),)
    page = Page("Titre", "", (Block(title="Bloc", facts=facts),))
    lines = page_text(page, width=40, words=said).splitlines()[4:]

    found = [each for line in lines for each in line.replace("Total", "").split(" ") if each]
    assert [said.number(10**9 + each) for each in range(20)] == found


@pytest.mark.parametrize("text", ["Total\n", "    total\n", "A\n    a\n\nA\n    b\n"])
def test_faulty_catalogues_are_refused(text: str) -> None:
    """A text without its translation, one without its text, and one that stands twice."""
    with pytest.raises(ValueError, match="not one text and its translation"):
        parsed(text)


def test_the_command_line_speaks_languages() -> None:
    """``report --language`` prints the page in it; another language is wrong usage."""
    command = [sys.executable, "-m", "partnerkpi", "report", str(DATA / "portfolio.json")]
    command += ["--as-of", "2026-11-22", "--language"]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    options: dict[str, Any] = {"capture_output": True, "env": environment, "encoding": "utf-8"}
    done = subprocess.run([*command, "fr-CA"], check=False, **options)
    refused = subprocess.run([*command, "de"], check=False, **options)

    assert (0, "Rapport partenaire") == (done.returncode, done.stdout.splitlines()[0])
    assert 2 == refused.returncode
    assert "no language is called 'de' (known: en, fr, sr)" in refused.stderr
