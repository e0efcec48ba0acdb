"""The fast door is as strict as the base door: the same columns, the same faults, always."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from partnerkpi.io import _fast
from partnerkpi.io._json import JsonText, key_count
from partnerkpi.io._managed_in import FIRST
from partnerkpi.io._nested import Batches, Suspicious, Totals, packed
from tests.document_doors import customer, document, line, observation, read, subscription
from tests.strategies import portfolio_documents

Nodes = list[tuple[Any, Any]]

ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2.0,
    2**53,
    2**64,
    10**400,
    float("nan"),
    float("inf"),
    "",
    "7",
    "a\x00",
    "\ud800",
    '"}]',
    '":',
    "2026-01-01",
    "2026-01-01T00:00:00",
    "partner",
    "trial",
    [],
    ["a", "a"],
    {},
    {"total": 1, "assigned": 2},
)
ODD_KEYS = ("id", "name", "kind", "total", "observed_at", "observations", "tags", "x", "")
LAYOUTS: tuple[dict[str, Any], ...] = (
    {},
    {"indent": 1},
    {"separators": (",", ":")},
    {"ensure_ascii": False},
    {"separators": (" , ", " : ")},
    {"separators": (",", "\n\t: ")},
)


def nodes(value: dict[str, Any] | list[Any]) -> Iterator[tuple[Any, Any]]:
    """Every container of a document with each of its keys or positions."""
    children = list(value.items() if isinstance(value, dict) else enumerate(value))
    for key, child in children:
        yield value, key
        if isinstance(child, (dict, list)):
            yield from nodes(child)


def replaced(found: Nodes, draw: st.DrawFn) -> None:
    """Another value in some place."""
    container, key = draw(st.sampled_from(found))
    container[key] = deepcopy(draw(st.sampled_from(ODD_VALUES)))


def removed(found: Nodes, draw: st.DrawFn) -> None:
    """A member or element less."""
    container, key = draw(st.sampled_from(found))
    del container[key]


def added(found: Nodes, draw: st.DrawFn) -> None:
    """A member more, or another value for one."""
    container, _ = draw(st.sampled_from([node for node in found if isinstance(node[0], dict)]))
    container[draw(st.sampled_from(ODD_KEYS))] = deepcopy(draw(st.sampled_from(ODD_VALUES)))


CHANGES: tuple[Callable[[Nodes, st.DrawFn], None], ...] = (replaced, removed, added)


@st.composite
def changed(draw: st.DrawFn) -> dict[str, Any]:
    """A document with up to three things changed at random."""
    whole = deepcopy(draw(portfolio_documents()))
    for _ in range(draw(st.integers(0, 3))):
        if found := list(nodes(whole)):
            draw(st.sampled_from(CHANGES))(found, draw)
    return whole


@st.composite
def texts(draw: st.DrawFn) -> str:
    """The text of a changed document, in some layout, perhaps spoilt as text."""
    text = json.dumps(draw(changed()), **draw(st.sampled_from(LAYOUTS)))
    at = draw(st.integers(0, len(text)))
    spoil = draw(st.sampled_from(("", "", "", "cut", "twice", '"', ",", "]", "}", "[", " ", "\\")))
    if spoil == "cut":
        return text[:at]
    if spoil == "twice":
        start = text.rfind('"', 0, at)
        key = text[text.rfind('"', 0, max(start, 0)) : start + 1]
        return f"{text[:at]}{key}: 1, {text[at:]}"
    return text[:at] + spoil + text[at:]


def utf8(text: str) -> bytes:
    """The bytes of a text; a lone surrogate that is no escape cannot come in a file."""
    return text.encode("utf-8", "replace")


@given(texts(), st.integers(1, 4000), st.sampled_from(["refuse", "ignore"]))
def test_both_doors_give_the_same(text: str, part: int, unknown_keys: str) -> None:
    """The same columns and the same faults in the same order, or the same refusal."""
    for size in (part, 1 << 20):
        options = {"part": size, "unknown_keys": unknown_keys}

        assert read(utf8(text), "base", **options) == read(utf8(text), "fast", **options)


@given(changed(), st.sampled_from(["refuse", "ignore"]))
def test_a_mapping_gives_the_same_as_its_text(whole: dict[str, Any], unknown_keys: str) -> None:
    """What is wrong with values is wrong with them in a mapping too, in the same words."""
    written = json.dumps(whole)
    # NaN is no JSON, wherever it stands; a mapping may hold it where nobody looks.
    assume("NaN" not in written and "Infinity" not in written)
    text = read(written, "base", unknown_keys=unknown_keys)
    mapping = read(whole, "mapping", unknown_keys=unknown_keys)

    assert (text.refused, text.partner) == (mapping.refused, mapping.partner)
    if not text.refused:
        assert text.tables == mapping.tables
        assert sorted(text.faults) == sorted(mapping.faults)


def decoded(text: str) -> Batches:
    """What the fast decoder alone makes of the elements of a list of customers."""
    return packed(_fast.decoder(FIRST)(text.encode()), Totals())


GOOD = json.dumps(
    customer(
        tags=["a"],
        attributes={"region": "emea"},
        subscriptions=[
            subscription(
                starts_at=None,
                licenses=[
                    line(observations=[observation(observed_at="2026-01-01", used_7d=1)]),
                    line(observations=[]),
                    line(total=1, assigned=2),
                ],
            )
        ],
    )
)


def test_the_fast_decoder_accepts_what_is_plainly_good() -> None:
    """Otherwise it would not be fast, and all comparing with the base door empty."""
    found = decoded(f"{GOOD}, {GOOD}")

    assert 2 == len(found.customers.ids)
    assert [10, 0, 1, 10, 0, 1] == found.licenses.total.tolist()


@pytest.mark.parametrize(
    ("good", "odd"),
    [
        ('"total": 10', '"total": 10.0'),
        ('"total": 10', '"total": 1e1'),
        ('"total": 10', '"total": 9007199254740992'),
        ('"total": 10', '"total": -1'),
        ('"total": 10', '"total": true'),
        ('"total": 10', '"total": "10"'),
        ('"total": 10', '"total": 10, "total": 10'),
        ('"total": 10', '"total"  : 10'),
        ('"name": "Globex"', '"name": "\\" :"'),
        ('"total": 1,', ""),
        ('"region": "emea"', '"region": "emea", "region": "emea"'),
        ('"region": "emea"', '"region": "\\u0000"'),
        ('"region": "emea"', '"": "emea"'),
        ('"name": "Globex"', '"name": "\\":"'),
        ('"name": "Globex"', '"name": "\\ud800"'),
        ('"name": "Globex"', '"name": ""'),
        ('"name": "Globex"', '"name": "Globex", "nam": 1'),
        ('"tags": ["a"]', '"tags": ["a", "a"]'),
        ('"tags": ["a"]', '"tags": [""]'),
        ('"tags": ["a"]', '"tags": null'),
        ('"observations": []', '"observations": [], "used_7d": 0'),
        ('"observations": []', '"observations": null'),
        ('"assigned": 2', '"assigned": 2, "observed_at": null'),
        ('"kind": "subscription"', '"kind": "other"'),
        ("2026-01-01", "2026-02-30"),
        ("2026-01-10", "2026-01-10T00:00:00"),
        ('"subscriptions": [', '"subscriptions": [' + "[" * 5000),
        ("]}", "]},"),
    ],
)
def test_the_fast_decoder_leaves_what_is_suspicious(good: str, odd: str) -> None:
    """It refuses by itself, whatever msgspec accepts; the base door looks closer."""
    assert GOOD.count(good)
    with pytest.raises(Suspicious):
        decoded(GOOD.replace(good, odd, 1))


def text_at_start(text: str) -> JsonText:
    """A text of which everything is at hand."""
    found = JsonText("document", iter([text]))
    found.fill(len(text) + 1)
    return found


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("{}, {}, {", "{}, {}"),
        ("{}, {}", "{}"),
        ("{}, {}]", "{}, {}"),
        ('{}, {"é": [{}]}], "more": 1}', '{}, {"é": [{}]}'),
        ('{"a": [1, {"b": []', None),
        ("", None),
        ("}", None),
    ],
)
def test_a_piece_ends_after_the_last_complete_customer(text: str, whole: str | None) -> None:
    """And after one only if what separates it from the next is there too."""
    piece = _fast.cut(text_at_start(text))

    assert whole == (None if piece is None else piece.data.decode())
    assert piece is None or len(whole or "") == piece.end


def test_a_long_customer_is_found_too() -> None:
    """The end is looked for beyond the tail of the text, as far back as it takes."""
    long = json.dumps(customer(tags=[f"{{{number}}}" for number in range(5000)]))
    piece = _fast.cut(text_at_start(f"{{}}, {long}, {long[:-10]}"))

    assert piece is not None
    assert len(f"{{}}, {long}") == piece.end


@given(portfolio_documents(), st.sampled_from(LAYOUTS))
def test_keys_are_counted_exactly_in_plain_text(
    whole: dict[str, Any], layout: dict[str, Any]
) -> None:
    """As many as the decoded objects hold; not at all with several blanks before the colons."""
    keys = sum(isinstance(container, dict) for container, _ in nodes(whole))
    count = key_count(json.dumps(whole, **layout).encode())

    assert count == (-1 if layout.get("separators") == (",", "\n\t: ") else keys)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (":", 0),
        (" :", 0),
        ('"":', 1),
        ('"" :', 1),
        ('""\n:', 1),
        ('"a : b"', 0),
        ('"a":"b:c"', 1),
        ('"a":"\\":"', 2),
        ('"a"  :', -1),
        ("  :", -1),
    ],
)
def test_keys_of_small_texts(text: str, count: int) -> None:
    """Never fewer than there are; too many when a string looks like one."""
    assert count == key_count(text.encode())


def test_a_bracket_in_a_name_costs_speed_and_nothing_else() -> None:
    """A name that spoils the guess is read by the base door."""
    whole = document(*(customer(id=f"c-{number}", name="[DE") for number in range(9)))

    assert read(whole, "base") == read(whole, "fast")
    assert 9 == len(read(whole, "fast").tables["customers"]["ids"])
