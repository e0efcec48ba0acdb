"""Help around filters: suggestions for a search box, sentences, saved filters."""

import json
from datetime import UTC, datetime

import pytest

import partnerkpi as pk
from partnerkpi.errors import FormatError, InputError, InstantError, UnknownNameError
from partnerkpi.filters import (
    F,
    FieldType,
    SavedFilters,
    Suggestion,
    describe,
    fields,
    leaves,
    parse,
    suggest,
    where,
)
from partnerkpi.filters.words import WORDS
from tests.library import AS_OF, customer, line, subscription

SOME = pk.Portfolio.from_customers(
    [
        customer(
            subscription(line(), line(product="own product"), id="S1", paid=False),
            id="c-1",
            tags=["gold", "key account"],
            attributes={"region": "EMEA", "account manager": "Zoë"},
        ),
        customer(
            subscription(line(), id="S2", kind="trial"),
            id="c-2",
            tags=["Gold", "golden"],
            attributes={"region": "emea"},
        ),
        customer(id="c-3", tags=["old"], managed_by="external", attributes={"Region": "APAC"}),
    ]
)


def offered(
    text: str, cursor: int | None = None, **options: object
) -> list[tuple[str, int | None]]:
    """What is suggested with the portfolio, and how many have it."""
    given = {"as_of": AS_OF, "limit": 40} | options
    return [(each.text, each.count) for each in suggest(text, cursor, SOME, **given)]  # type: ignore[arg-type]


def test_fields_are_suggested() -> None:
    """Fields that begin as what was typed, before those that contain it; also after a minus."""
    assert ["status:", "signed_in:", "licenses:"] == [each.text for each in suggest("s", limit=3)]
    assert [("tag:", None)] == offered("tag")
    assert [("expires:", None)] == offered("-exp")
    assert ["utilization:"] == [each.text for each in suggest("util")]
    assert [] == offered("nonsense")


def test_attributes_and_products_are_suggested_as_fields() -> None:
    """With how many customers have the attribute; a product stands before its numbers."""
    assert [
        ("attr.Region:", 3),
        ("attr.region:", 3),
        ('attr."account manager":', 1),
    ] == offered("attr.")
    assert [("attr.", None)] == [(each.text, each.count) for each in suggest("att")]
    assert ("calling.", None) in offered("cal")
    assert [("calling.overage:", None)] == offered("calling.o")
    assert ('"own product".', None) in offered("own")
    assert ["calling.overage:"] == [each.text for each in suggest("a -calling.ov")]


def test_keywords_are_suggested_where_they_can_stand() -> None:
    """`OR` needs something before it."""
    assert "OR" not in [text for text, _ in offered("o")]
    assert "OR" in [text for text, _ in offered("tag:gold o")]
    assert "NOT" in [text for text, _ in offered("(")]


def test_values_in_use_are_suggested() -> None:
    """With the number of customers that a filter of each means, the greatest first."""
    assert [("gold", 2), ('"key account"', 1), ("golden", 1), ("old", 1), ("*", 3)] == offered(
        "tag:"
    )
    assert [("old", 1), ("gold", 2), ("golden", 1)] == offered("-tag:x,old")
    assert [("EMEA", 2), ("APAC", 1), ("*", 3)] == offered("attr.region:")
    assert [("calling", 2), ('"own product"', 1), ("*", 2)] == offered("product:")
    assert [("calling", 2)] == offered("product:webex")
    assert [("partner", 2), ("external", 1), ("*", 3)] == offered("managed:")
    assert [("trial", 1)] == offered("type:tri")
    assert ("suspended", 1) in offered("status:")
    assert ("expired", 1) in offered("status:")


def test_values_that_nobody_has_any_more() -> None:
    """What customers had who are not there is not suggested; fixed words are, with a 0."""
    fewer = where(SOME, "id:c-3", as_of=AS_OF)

    assert ["old", "*"] == [each.text for each in suggest("tag:", None, fewer, as_of=AS_OF)]
    assert [("external", 1), ("partner", 0), ("*", 1)] == [
        (each.text, each.count) for each in suggest("managed:", None, fewer, as_of=AS_OF)
    ]


def test_values_are_suggested_without_a_portfolio() -> None:
    """Those that the definitions know, without counts."""
    assert [("trial", None)] == [(each.text, each.count) for each in suggest("status:tr")]
    assert ["meetings", "calling"] == [each.text for each in suggest("product:")][:2]
    assert ["*"] == [each.text for each in suggest("tag:")]
    assert [] == [each.text for each in suggest("tag:g")]


def test_operators_are_suggested() -> None:
    """Of numbers the comparisons; nothing once the number is begun."""
    assert [(">", None), (">=", None), ("<", None), ("<=", None), ("=", None)] == offered("used:")
    assert [("<", None), ("<=", None)] == offered("calling.used:<")
    assert [] == offered("licenses:>1")


@pytest.mark.parametrize("text", ["name:", "id:", "nonsense:", "attr:", "foo.tag:", "tag.x:"])
def test_nothing_is_suggested_where_nothing_can_be(text: str) -> None:
    """Names and ids are the host's to search; unknown fields have no values."""
    assert [] == offered(text)


@pytest.mark.parametrize(
    ("text", "cursor", "expected"),
    [
        ("sta", 3, "status:"),
        ("statu:x y", 3, "status:x y"),
        ("a -tag:gol b", 10, "a -tag:gold b"),
        ("tag:go,x", 6, "tag:gold,x"),
        ("tag:x,go", 8, "tag:x,gold"),
        ('tag:"key', 8, 'tag:"key account"'),
        ('tag:"key" b', 8, 'tag:"key account" b'),
        ('tag:"x y",g', 11, 'tag:"x y",gold'),
        ('tag:"x\\"y",g', 12, 'tag:"x\\"y",gold'),
        ("(licenses:)", 10, "(licenses:>)"),
    ],
)
def test_a_suggestion_takes_the_place_of_the_word(text: str, cursor: int, expected: str) -> None:
    """What stands at the cursor is replaced whole, and nothing else."""
    best = suggest(text, cursor, SOME, as_of=AS_OF)[0]

    assert expected == best.applied(text)


def test_every_suggested_value_is_a_filter() -> None:
    """Taken over, each value reads, and means as many customers as were told."""
    for text in ("tag:", "product:", "status:", "type:", "managed:", "attr.region:"):
        for each in suggest(text, None, SOME, as_of=AS_OF, limit=40):
            assert each.count == len(where(SOME, each.applied(text), as_of=AS_OF))


def test_suggestions_speak_a_language() -> None:
    """Labels are in the language that was asked for; what is typed is the same in all."""
    found = suggest("status:exp", language="fr")

    assert [("expired", "Expiré"), ("expiring_soon", "Bientôt expiré")] == [
        (each.text, each.label) for each in found
    ]
    assert ["expiring_soon"] == [each.text for each in suggest("status:uskoro", language="sr")]
    assert [Suggestion("messaging", 8, 12, "Messagerie Webex")] == list(
        suggest("product:mess", language="fr")
    )


def test_suggestions_of_a_hosts_fields() -> None:
    """A host's field has a title to show, and its values are counted."""
    own = fields.with_field(
        "sector", FieldType.LABEL, lambda at: ["x"] * len(at.portfolio), "Sector"
    )

    assert [("sector:", "Sector")] == [
        (each.text, each.label) for each in suggest("sec", fields=own)
    ]
    assert [("x", 3), ("*", 3)] == offered("sector:", fields=own)


def test_suggestions_that_cannot_be() -> None:
    """A portfolio is counted at an instant; a language is one of three."""
    with pytest.raises(ValueError, match="as_of is missing"):
        suggest("", None, SOME)
    with pytest.raises(InstantError):
        suggest("", None, SOME, as_of=datetime(2026, 11, 22))  # noqa: DTZ001 (naive)
    with pytest.raises(UnknownNameError, match="did you mean 'fr'"):
        suggest("", language="fre")


# Sentences


SAID = [
    ("", "All customers.", "Tous les clients.", "Svi kupci."),
    ("-*", "No customer.", "Aucun client.", "Nijedan kupac."),
    (
        "status:expiring_soon -tag:test",
        "Customers with the status “Expiring soon” and without the tag “test”.",
        "Clients avec le statut « Bientôt expiré » et sans la balise « test ».",
        "Kupci sa statusom „Uskoro ističe“ i bez oznake „test“.",
    ),
    (
        "-(acme OR -type:trial) product:messaging,own",
        (
            "Customers other than those (whose name contains “acme” or without a trial) and with"
            " the"
            " product Webex Messaging or own."
        ),
        (
            "Clients autres que ceux (dont le nom contient « acme » ou sans essai) et avec le"
            " produit"
            " Messagerie Webex ou own."
        ),
        (
            "Kupci osim onih (čije ime sadrži „acme“ ili bez probne verzije) i sa proizvodom Webex"
            " Messaging ili own."
        ),
    ),
    (
        "managed:external -type:subscription,trial -tag:a,b",
        (
            "Customers managed by an external administrator, without a subscription or a trial and"
            " without the tag “a” or “b”."
        ),
        (
            "Clients gérés par un administrateur externe, sans abonnement ni essai et sans la"
            " balise"
            " « a » ni « b »."
        ),
        (
            "Kupci koji su pod upravom spoljnog administratora, bez pretplate ili probne verzije"
            " i bez"
            " oznake „a“ ili „b“."
        ),
    ),
    (
        "calling.overage:>0 -utilization:<12.5 expires:1..30",
        (
            "Customers whose number of licenses in overage of Webex Calling is more than 0, whose"
            " license utilization is not less than 12.5% and whose number of days until the soonest"
            " end is from 1 to 30."
        ),
        (
            "Clients dont le nombre de licences excédentaires de Webex Calling est supérieur à 0,"
            " dont"
            " le taux d’utilisation des licences n’est pas inférieur à 12,5 % et dont le nombre de"
            " jours avant la prochaine expiration est compris entre 1 et 30."
        ),
        (
            "Kupci čiji je broj licenci u prekoračenju za Webex Calling veći od 0, čiji procenat"
            " upotrebe licenci nije manji od 12,5% i čiji je broj dana do najbližeg isteka od 1"
            " do 30."
        ),
    ),
    (
        "attr.region:emea -attr.x:*",
        "Customers whose attribute “region” is “emea” and without the attribute “x”.",
        "Clients dont l’attribut « region » est « emea » et sans l’attribut « x ».",
        "Kupci čiji je atribut „region“ „emea“ i koji nemaju atribut „x“.",
    ),
]


@pytest.mark.parametrize(("text", "english", "french", "serbian"), SAID)
def test_a_filter_in_a_sentence(text: str, english: str, french: str, serbian: str) -> None:
    """The same filter in each language, values in quotation marks of its own."""
    said = [describe(text, language) for language in ("en", "fr", "sr")]

    assert [english, french, serbian] == [each.replace("\u00a0", " ") for each in said]


ASKED = (
    "managed:partner,external product:calling,x status:trial type:trial tag:a acme id:x"
    " attr.r:x licenses:>1 assigned:>=1 used:<1 available:<=1 overage:=1 assignment:1..2"
    " calling.utilization:1 expires:1 added:1 signed_in:1"
    " managed:* product:* status:* type:* tag:* id:* attr.r:* licenses:* expires:*"
    " stars:1 stars:* churn:<5 sector:x sector:* notes:x notes:* code:x code:*"
)


@pytest.mark.parametrize("language", WORDS)
def test_everything_can_be_said(language: str) -> None:
    """Each field, asked in each way, has words in each language, negated as well."""
    own = fields
    for name, kind in (
        ("stars", FieldType.NUMBER),
        ("churn", FieldType.PERCENT),
        ("sector", FieldType.LABEL),
        ("notes", FieldType.TEXT),
        ("code", FieldType.ID),
    ):
        own = own.with_field(name, kind, lambda _: [], f"The {name}")
    for text in ASKED.split():
        wanted = parse(text, fields=own)
        said = describe(wanted, language, fields=own)
        negated = describe(~wanted, language, fields=own)

        assert said != negated
        assert "{" not in said + negated
        (term,) = leaves(wanted)
        assert (f"The {term.field}" in said) == (term.field not in fields)


def test_languages_have_the_same_phrases() -> None:
    """No phrase is missing in any language."""
    keys = {language: set(words) for language, words in WORDS.items()}

    assert keys["en"] == keys["fr"] == keys["sr"]
    with pytest.raises(UnknownNameError):
        describe("acme", "de")


# Saved filters

SAVED = SavedFilters({"Gold": "tag:gold", "Over": F.overage > 0})


def test_saved_filters_are_a_collection() -> None:
    """By name, in the order in which they were saved; made anew by each change."""
    more = SAVED.with_filter("Gold", "tag:gold,Gold").with_filter("Old", "tag:old")

    assert ["Gold", "Over"] == list(SAVED)
    assert ["Gold", "Over", "Old"] == list(more)
    assert F.tag.any("gold", "Gold") == more["Gold"]
    assert SAVED == more.without("Old").with_filter("Gold", "tag:gold")
    assert 1 == len({SAVED, SavedFilters(dict(SAVED))})
    assert "Gold" in SAVED
    assert 0 == len(SavedFilters())
    assert "SavedFilters({'Gold': 'tag:gold', 'Over': 'overage:>0'})" == repr(SAVED)
    with pytest.raises(UnknownNameError, match="no saved filter is called 'Golf'"):
        SAVED["Golf"]
    with pytest.raises(UnknownNameError):
        SAVED.without("Golf")


def test_saved_filters_are_read_back() -> None:
    """As JSON, filters as their text."""
    plain = json.loads(json.dumps(SAVED.to_dict()))

    assert {"name": "Over", "filter": "overage:>0"} == plain["filters"][1]
    assert SAVED == SavedFilters.from_dict(plain)


def test_saved_filters_of_another_vocabulary() -> None:
    """Filters of a host's fields are read with its vocabulary, and refused without."""
    own = fields.with_field("stars", FieldType.NUMBER, lambda _: [])
    saved = SavedFilters({"Stars": F.number("stars") > 3}, fields=own)

    assert saved == SavedFilters.from_dict(saved.to_dict(), fields=own)
    with pytest.raises(InputError, match="expected a field, found 'stars'"):
        SavedFilters.from_dict(saved.to_dict())
    with pytest.raises(InputError, match="no filter field is called 'stars'"):
        SavedFilters({"Stars": F.number("stars") > 3})


def test_all_faults_of_saved_filters_are_told_at_once() -> None:
    """Each with its path; nothing is left out silently."""
    plain = {
        "format": "partnerkpi/filters@1",
        "more": 1,
        "filters": [
            {"name": "a", "filter": "tag:gold"},
            {"name": "a", "filter": "tagg:gold"},
            {"name": "", "filter": 5},
            {"name": 7, "filter": "x"},
            {"name": "b"},
            5,
        ],
    }
    with pytest.raises(InputError) as caught:
        SavedFilters.from_dict(plain)

    assert [
        (
            "filters, filters[1].filter: expected a filter (character 1: expected a field, found"
            " 'tagg'; did you mean 'tag'?), found 'tagg:gold'"
        ),
        "filters, filters[1].name: expected each name once, found 'a'",
        (
            "filters, filters[2].filter: expected a filter (expected a filter or its text, found"
            " 5),"
            " found 5"
        ),
        (
            "filters, filters[2].name: expected a text without control characters or lone"
            " surrogates,"
            " not empty, found ''"
        ),
        (
            "filters, filters[3].name: expected a text without control characters or lone"
            " surrogates,"
            " not empty, found 7"
        ),
        "filters, filters[4]: expected an object with name and filter, found ['name']",
        "filters, filters[5]: expected an object with name and filter, found 5",
        "filters, more: expected a known key, found 'more'",
    ] == list(map(str, caught.value.faults))


@pytest.mark.parametrize("plain", [5, {}, {"format": "partnerkpi/filters@2", "filters": []}])
def test_other_formats_are_refused(plain: object) -> None:
    """What is not of this format is not read."""
    with pytest.raises(FormatError, match="this release reads partnerkpi/filters@1"):
        SavedFilters.from_dict(plain)


def test_filters_that_are_no_list() -> None:
    """The filters of a document are a list."""
    with pytest.raises(InputError, match="filters: expected a list, found null"):
        SavedFilters.from_dict({"format": "partnerkpi/filters@1"})


def test_the_schema_of_saved_filters() -> None:
    """What is written is valid by the schema."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(pk.schema("filters@1"))

    assert [] == list(validator.iter_errors(SAVED.to_dict()))
    assert [] != list(validator.iter_errors({"format": "partnerkpi/filters@1", "filters": [{}]}))


def test_instants_of_another_offset() -> None:
    """An instant is the same with any offset."""
    other = datetime.fromisoformat("2026-11-22T01:00:00+01:00")

    assert offered("status:") == offered("status:", as_of=other.astimezone(UTC))


def test_what_a_filter_cannot_ask_is_not_suggested() -> None:
    """Names and values of records may be longer than filters are."""
    long = customer(tags=["x" * 5000, "y"], attributes={"x" * 5000: "z", "y": "x" * 5000})
    portfolio = pk.Portfolio.from_customers([long])
    found = [
        [each.text for each in suggest(text, None, portfolio, as_of=AS_OF)]
        for text in ("tag:", "attr.", "attr.y:", f"attr.{'x' * 5000}:")
    ]

    assert [["y", "*"], ["attr.y:"], ["*"], []] == found


def test_nobody_has_anything() -> None:
    """Of an empty portfolio only fixed words are suggested, each with 0."""
    nobody = pk.Portfolio.from_customers([])

    assert [("subscription", 0), ("trial", 0), ("*", 0)] == [
        (each.text, each.count) for each in suggest("type:", None, nobody, as_of=AS_OF)
    ]
    assert ["*"] == [each.text for each in suggest("product:", None, nobody, as_of=AS_OF)]
