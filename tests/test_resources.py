"""The catalogue of help: sections, the search and its ranking, the help desk, the document."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi import resources
from partnerkpi.errors import FilterSyntaxError, InputError
from partnerkpi.resources import Catalogue, HelpDeskContact, Resource


def resource(title: str, *topics: str, **fields: str) -> Resource:
    """A resource of these topics."""
    given_ = {"address": "https://help.example.com/", "section": "all", "language": "en"} | fields
    return Resource(title=title, topics=topics, **given_)


PORTS = resource("Port numbers to Calling", "calling", "numbers", section="quick_link")
PORTS_FR = resource("Transférer des numéros", "calling", "numbers", language="fr-CA")
QUEUES = resource("Call queues", "calling", "queues", section="featured")
MEETINGS = resource("Calling into meetings", "meetings", section="featured")
STRASSE = resource("Adressen: Straße und Ort", language="de")
NOTHING = resource("Glossary", language="sr-Latn")
ALL = Catalogue([PORTS, PORTS_FR, QUEUES, MEETINGS, STRASSE, NOTHING])


def test_sections_stand_in_the_order_of_the_host() -> None:
    """Quick links and featured ones; the rest is found by searching alone."""
    assert (PORTS,) == ALL.quick_links
    assert (QUEUES, MEETINGS) == ALL.featured


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [PORTS, PORTS_FR, QUEUES, MEETINGS, STRASSE, NOTHING]),
        ("topic:calling", [PORTS, PORTS_FR, QUEUES]),
        ("topic:CALLING language:fr", [PORTS_FR]),
        ("topic:call", []),
        ("topic:*", [PORTS, PORTS_FR, QUEUES, MEETINGS]),
        ("-topic:*", [STRASSE, NOTHING]),
        ("language:sr", [NOTHING]),
        ("language:sr-latn", [NOTHING]),
        ("language:s", []),
        ("language:fr-FR", []),
        ("language:de,sr", [STRASSE, NOTHING]),
        ("section:quick-link", [PORTS]),
        ("section:featured,quick_link", [PORTS, QUEUES, MEETINGS]),
        ('"port numbers"', [PORTS]),
        ("STRASSE", [STRASSE]),
        ("title:calling", [PORTS, MEETINGS]),
        ("numbers", [PORTS, PORTS_FR]),
        # A match in the title comes before one in the topics, whatever the order of the catalogue.
        ("calling", [PORTS, MEETINGS, PORTS_FR, QUEUES]),
        ("calling queues", [QUEUES]),
        ("calling OR queues", [QUEUES, PORTS, MEETINGS, PORTS_FR]),
        ("calling,queues", [QUEUES, PORTS, MEETINGS, PORTS_FR]),
        ("numbers OR topic:queues", [PORTS, PORTS_FR, QUEUES]),
        # What is negated is not looked for, and ranks nothing.
        ("topic:calling -title:queues", [PORTS, PORTS_FR]),
        ("-calling", [STRASSE, NOTHING]),
        ("NOT (topic:calling OR topic:meetings)", [STRASSE, NOTHING]),
        ("*", [PORTS, PORTS_FR, QUEUES, MEETINGS, STRASSE, NOTHING]),
    ],
)
def test_a_search_means_these_in_this_order(text: str, expected: list[Resource]) -> None:
    """Most matches in the title first, then in the topics, then as the catalogue has them."""
    assert [each.title for each in expected] == [each.title for each in ALL.search(text)]


@pytest.mark.parametrize("text", ["status:trial", "licenses:>5", "section:all,", "(", "topic:"])
def test_a_text_that_is_no_search_is_refused_with_its_place(text: str) -> None:
    """The fields of customers are none here."""
    with pytest.raises(FilterSyntaxError) as caught:
        ALL.search(text)

    assert text == caught.value.text


TITLES = ["Port numbers", "numbers", "Calling", "port"]
TOPICS = ["port", "numbers", "calling"]


@given(
    st.lists(st.tuples(st.sampled_from(TITLES), st.sets(st.sampled_from(TOPICS))), max_size=6),
    st.lists(
        st.sampled_from(["port", "numbers", "calling", "x"]), min_size=1, max_size=3, unique=True
    ),
)
def test_any_of_some_words_finds_and_ranks_as_an_oracle(
    made: list[tuple[str, set[str]]], words: list[str]
) -> None:
    """Counted word by word, in titles and in topics."""
    catalogue = Catalogue([resource(title, *sorted(topics)) for title, topics in made])
    counted = [
        (
            sum(word in each.title.casefold() for word in words),
            sum(any(word in topic for topic in each.topics) for word in words),
            -place,
        )
        for place, each in enumerate(catalogue.resources)
    ]
    expected = [
        catalogue.resources[-place]
        for *matches, place in sorted(counted, reverse=True)
        if any(matches)
    ]

    assert expected == list(catalogue.search(" OR ".join(words)))


def contact(product: str, **fields: str) -> HelpDeskContact:
    """A contact for a product."""
    given_ = {
        "title": "Desk",
        "address": "tel:+1-555",
        "hours": "Mon-Fri",
        "language": "en",
    } | fields
    return HelpDeskContact(product=product, **given_)


def test_the_help_desk_is_found_by_code_or_name() -> None:
    """All contacts of the product, in their order."""
    first, second, other = contact("calling"), contact("calling", title="B"), contact("meetings")
    catalogue = Catalogue(contacts=[first, other, second])

    assert (first, second) == catalogue.help_desk("calling") == catalogue.help_desk("Webex Calling")
    assert () == catalogue.help_desk("messaging")


DOCUMENT: dict[str, Any] = {
    "format": "partnerkpi/resources@1",
    "resources": [
        {
            "title": "Port numbers",
            "address": "https://help.example.com/port",
            "section": "quick_link",
            "topics": ["calling"],
            "language": "en",
        },
    ],
    "contacts": [
        {
            "title": "Desk",
            "product": "calling",
            "address": "mailto:desk@north.example",
            "hours": "8-18",
            "language": "sr-Latn",
        }
    ],
}


def test_a_document_reads_and_writes_the_same(tmp_path: Path) -> None:
    """From a mapping, a stream, a file, a packed file; the schema takes it."""
    data = json.dumps(DOCUMENT).encode()
    plain, packed = tmp_path / "help.json", tmp_path / "help.json.gz"
    plain.write_bytes(data)
    packed.write_bytes(gzip.compress(data, mtime=0))

    for source in (DOCUMENT, io.BytesIO(data), plain, str(packed)):
        assert DOCUMENT == resources.read(source).to_dict()
    jsonschema.validate(DOCUMENT, pk.schema("resources@1"))


def with_resource(**fields: object) -> dict[str, Any]:
    """The document with these fields in its resource."""
    return {**DOCUMENT, "resources": [DOCUMENT["resources"][0] | fields]}


HTTPS = "an address that begins with https://, mailto: or tel:"
TAG = "the tag of a language, such as en or sr-Latn"


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (DOCUMENT | {"format": "x"}, ["format: expected partnerkpi/resources@1, found 'x'"]),
        (
            {"resources": {}},
            [
                "format: expected partnerkpi/resources@1, found nothing",
                "resources: expected a list, found an object",
            ],
        ),
        (DOCUMENT | {"contacts": None}, ["contacts: expected a list, found null"]),
        (
            DOCUMENT | {"contact": []},
            ["contact: expected a known key (did you mean 'contacts'?), found 'contact'"],
        ),
        (
            with_resource(address="http://e.com", language="en_US"),
            [
                f"resources[0].address: expected {HTTPS}, found 'http://e.com'",
                f"resources[0].language: expected {TAG}, found 'en_US'",
            ],
        ),
        (
            with_resource(address="javascript:alert(1)"),
            [f"resources[0].address: expected {HTTPS}, found 'javascript:alert(1)'"],
        ),
        (
            with_resource(section="new", title=None),
            [
                "resources[0].section: expected quick_link or featured or all, found 'new'",
                "resources[0].title: expected a text, found null",
            ],
        ),
        (
            with_resource(topics=["a", "", "a"]),
            [
                (
                    "resources[0].topics[1]: expected a text without control characters or lone"
                    " surrogates, not empty, found ''"
                )
            ],
        ),
        (
            with_resource(topics=["a", "a"]),
            ["resources[0].topics[1]: expected each topic once, found 'a'"],
        ),
        (with_resource(topics="a"), ["resources[0].topics: expected a list of texts, found 'a'"]),
        (
            DOCUMENT | {"contacts": [{"title": "Desk"}, 7]},
            [
                f"contacts[0].address: expected {HTTPS}, found nothing",
                "contacts[0].hours: expected a text, found nothing",
                f"contacts[0].language: expected {TAG}, found nothing",
                "contacts[0].product: expected a text, found nothing",
                "contacts[1]: expected an object, found 7",
            ],
        ),
    ],
)
def test_every_fault_is_told_with_its_place(given_: dict[str, Any], expected: list[str]) -> None:
    """From a mapping and from the bytes of a file."""
    for source in (given_, io.BytesIO(json.dumps(given_).encode())):
        with pytest.raises(InputError) as caught:
            resources.read(source)

        assert [f"document, {each}" for each in expected] == [*map(str, caught.value.faults)]


@pytest.mark.parametrize("data", [b"", b"[", b"[]", b'{"format": NaN}', b"{} {}"])
def test_what_is_no_document_is_refused(data: bytes) -> None:
    """Nothing, broken JSON, a list, no number of JSON, something behind it."""
    with pytest.raises(InputError):
        resources.read(io.BytesIO(data))


def test_a_key_that_occurs_twice_is_a_fault() -> None:
    """As in every document."""
    data = b'{"format": "partnerkpi/resources@1", "resources": [], "resources": []}'
    with pytest.raises(InputError, match="resources: expected each key once"):
        resources.read(io.BytesIO(data))


def test_a_catalogue_does_not_turn_into_a_portfolio() -> None:
    """Its fields have no column: a filter of customers does not meet them."""
    wanted = resources._FIELDS["topic"]
    with pytest.raises(TypeError, match="no portfolio"):
        wanted.column(None, None)  # type: ignore[arg-type]
