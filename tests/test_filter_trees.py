"""Trees of filters: built in Python, normal, frozen, written as JSON and read back."""

import json
import pickle
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from attrs import exceptions, frozen
from cattrs import Converter
from cattrs.errors import ClassValidationError

from partnerkpi.errors import (
    FilterDepthError,
    FilterError,
    FilterLengthError,
    InputError,
    UnknownNameError,
)
from partnerkpi.filters import (
    Among,
    And,
    Between,
    Compare,
    Contains,
    Exists,
    Expression,
    F,
    FieldType,
    Not,
    Or,
    all_of,
    any_of,
    check,
    configure_converter,
    everybody,
    fields,
    from_dict,
    leaves,
    parse,
    to_dict,
)
from partnerkpi.models import Kind, ManagedBy
from partnerkpi.status import Status

GOLD, TEST, ACME = F.tag == "gold", F.tag == "test", F.name.contains("acme")

BUILT: list[tuple[Expression, str, str]] = [
    (F.managed == ManagedBy.PARTNER, "managed:partner", "F.managed == 'partner'"),
    (F.product == "Webex Calling", "product:calling", "F.product == 'calling'"),
    (F.status == Status.TRIAL, "status:trial", "F.status == 'trial'"),
    (F.status != Status.TRIAL, "-status:trial", "~(F.status == 'trial')"),
    (F.type.any(*Kind), "type:subscription,trial", "F.type.any('subscription', 'trial')"),
    (
        F.tag.any("gold", "key account"),
        'tag:gold,"key account"',
        "F.tag.any('gold', 'key account')",
    ),
    (F.tag.exists(), "tag:*", "F.tag.exists()"),
    (F.name.contains("acme"), "acme", "F.name.contains('acme')"),
    (F.id == "c-1", "id:c-1", "F.id == 'c-1'"),
    (F.attr("region") == "emea", "attr.region:emea", "F.attr('region') == 'emea'"),
    (F.licenses > 100, "licenses:>100", "F.licenses > 100"),
    (100 < F.licenses, "licenses:>100", "F.licenses > 100"),
    (F.assigned >= 5, "assigned:>=5", "F.assigned >= 5"),
    (F.used <= 5, "used:<=5", "F.used <= 5"),
    (F.available == 0, "available:=0", "F.available == 0"),
    (F.available != 0, "-available:=0", "~(F.available == 0)"),
    (F.overage.between(1, 5), "overage:1..5", "F.overage.between(1, 5)"),
    (F.of("calling").overage > 0, "calling.overage:>0", "F.of('calling').overage > 0"),
    (F.assignment < Decimal("12.50"), "assignment:<12.5", "F.assignment < Fraction(25, 2)"),
    (F.utilization < 50, "utilization:<50", "F.utilization < 50"),
    (F.expires <= 30, "expires:<=30", "F.expires <= 30"),
    (F.added < 90, "added:<90", "F.added < 90"),
    (F.signed_in > 90, "signed_in:>90", "F.signed_in > 90"),
    (F.number("stars") > 3, "stars:>3", "F.number('stars') > 3"),
    (F.percent("churn") > 3, "churn:>3", "F.number('churn') > 3"),
    (F.label("sector") == "x", "sector:x", "F.label('sector') == 'x'"),
    (F.text("notes").contains("x"), "notes:x", "F.text('notes').contains('x')"),
    (F.label("sector").exists(), "sector:*", "F.label('sector').exists()"),
    (
        F.tag.exists() & F.used.between(1, 2) & F.tag.any("a", "b"),
        "tag:* used:1..2 tag:a,b",
        "F.tag.exists() & F.used.between(1, 2) & F.tag.any('a', 'b')",
    ),
    (
        ~(GOLD & (F.licenses > 5)) | ACME,
        "-(tag:gold licenses:>5) OR acme",
        "~((F.tag == 'gold') & (F.licenses > 5)) | F.name.contains('acme')",
    ),
    (
        (GOLD | TEST) & ~ACME,
        "(tag:gold OR tag:test) -acme",
        "((F.tag == 'gold') | (F.tag == 'test')) & ~F.name.contains('acme')",
    ),
]


@pytest.mark.parametrize(("wanted", "text", "code"), BUILT)
def test_python_text_and_repr(wanted: Expression, text: str, code: str) -> None:
    """What is built has a text, and the `repr` is Python that builds it."""
    assert text == str(wanted)
    assert code == repr(wanted)
    assert wanted == eval(code, {"F": F, "Fraction": Fraction})  # noqa: S307 (written above)


def test_trees_are_normal() -> None:
    """Groups of one kind are one group, and nothing is negated twice."""
    assert And([GOLD, TEST, ACME]) == GOLD & (TEST & ACME) == (GOLD & TEST) & ACME
    assert Or([GOLD, TEST, ACME]) == GOLD | (TEST | ACME)
    assert And([And([GOLD, TEST]), ACME]) == And([GOLD, TEST, ACME])
    assert ~~GOLD == GOLD
    assert Not(GOLD) == ~GOLD
    assert Among("status", ["Expiring-Soon", "expiring_soon"]) == (F.status == Status.EXPIRING_SOON)
    assert Compare("used", ">", Fraction(4, 2)) == (F.used > 2)
    assert [GOLD, TEST] == list(leaves(~(GOLD & ~TEST)))


def test_trees_are_values() -> None:
    """Equal trees are equal, hash alike, travel, and never change."""
    wanted = ~(GOLD & (F.of("calling").overage > 0))

    assert wanted == deepcopy(wanted) == pickle.loads(pickle.dumps(wanted))  # noqa: S301
    assert 1 == len({wanted, parse(wanted.text)})
    assert wanted != GOLD
    assert (2, 1) == (wanted.size, wanted.depth)
    with pytest.raises(exceptions.FrozenInstanceError):
        wanted.text = "x"  # type: ignore[misc]


def test_groups_of_none_and_one() -> None:
    """All of nothing is everybody, any of nothing is nobody, one filter is itself."""
    assert everybody() == all_of([])
    assert ~everybody() == any_of([])
    assert GOLD is all_of([GOLD])
    assert GOLD is any_of([GOLD])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: bool(GOLD),
        lambda: GOLD and TEST,  # type: ignore[redundant-expr, unreachable]
        lambda: not GOLD,
        lambda: 5 < F.licenses < 10,
        lambda: hash(F.tag),
        lambda: F.licenses > 5 & F.used,  # type: ignore[operator]
    ],
)
def test_python_that_would_lose_half_of_a_filter(wrong: Callable[[], object]) -> None:
    """`and`, `or`, `not` and chained comparisons are refused instead of dropping something."""
    with pytest.raises(TypeError):
        wrong()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (lambda: GOLD & 5, "expected a filter to combine, found 5"),  # type: ignore[operator]
        (lambda: And([GOLD]), "a group has two terms or more"),
        (lambda: Not(~GOLD), "not negated twice"),
        (lambda: Not("x"), "expected a filter to combine"),  # type: ignore[arg-type]
        (lambda: F.licenses > 0.5, "a Fraction or a Decimal, found 0.5"),  # type: ignore[operator]
        (lambda: F.licenses > True, "found True"),
        (lambda: F.licenses > 2**63, "fits 64 bits"),
        (lambda: F.licenses > Fraction(1, 2), "licenses holds whole"),  # type: ignore[operator]
        (lambda: F.assignment > Decimal("NaN"), "finite"),
        (lambda: F.assignment > Decimal("Infinity"), "finite"),
        (lambda: F.licenses.between(5, 1), "expected a range from the smaller number"),
        (lambda: Compare("licenses", "~", 5), "expected one of >="),
        (lambda: Compare("tag", ">", 5), "tag holds texts"),
        (lambda: Contains("tag", "x"), "tag holds texts"),
        (lambda: Among("licenses", ["5"]), "licenses holds whole numbers"),
        (lambda: Among("status", ["tried"]), "status is never 'tried'"),
        (lambda: Among("tag", [""]), "tag is never ''"),
        (lambda: Among("tag", []), "expected a value or several, found none"),
        (lambda: Among("tag", ["a\x00"]), "without control characters"),
        (lambda: Among("tag", [5]), "characters, found 5"),  # type: ignore[list-item]
        (lambda: Among("tag", ["x"], of="calling"), "tag takes nothing"),
        (lambda: Among("attr", ["x"]), "attr takes an attribute's name"),
        (lambda: Exists("attr", of=""), "expected a product or an attribute"),
        (lambda: Contains("name", [""]), "expected a text to look for"),
        (lambda: Exists("Tag"), "a filter field cannot be called 'Tag'"),
        (lambda: Exists("stars", of="calling"), "stars is no field of the definitions"),
    ],
)
def test_filters_that_mean_nothing(wrong: Callable[[], object], reason: str) -> None:
    """What a field has no answer to is refused when it is built, with the reason."""
    with pytest.raises(FilterError) as caught:
        wrong()

    assert reason in str(caught.value)


def test_filters_of_another_vocabulary() -> None:
    """A field of a host's is refused by a vocabulary that does not know it, or not like that."""
    stars = fields.with_field("stars", FieldType.NUMBER, lambda _: [])
    check(F.number("stars") > 3, stars)
    with pytest.raises(UnknownNameError, match="did you mean 'status'"):
        check(F.number("star") > 3)
    with pytest.raises(FilterError, match="stars holds whole numbers"):
        check(GOLD & (F.label("stars") == "many"), stars)
    sector = fields.with_field("sector", FieldType.LABEL, lambda _: [])
    with pytest.raises(FilterError, match="sector is never ''"):
        check(F.label("sector") == "", sector)


PLAIN: list[tuple[Expression, dict[str, Any]]] = [
    (GOLD, {"field": "tag", "values": ["gold"]}),
    (~GOLD, {"not": {"field": "tag", "values": ["gold"]}}),
    (ACME, {"field": "name", "contains": ["acme"]}),
    (F.tag.exists(), {"field": "tag", "exists": True}),
    (
        F.of("calling").used < 5,
        {"field": "used", "of": "calling", "operator": "<", "number": 5},
    ),
    (
        F.assignment.between(0, Fraction(25, 2)),
        {"field": "assignment", "low": 0, "high": "25/2"},
    ),
    (
        GOLD & (TEST | ACME),
        {
            "and": [
                {"field": "tag", "values": ["gold"]},
                {
                    "or": [
                        {"field": "tag", "values": ["test"]},
                        {"field": "name", "contains": ["acme"]},
                    ]
                },
            ]
        },
    ),
]


@pytest.mark.parametrize(("wanted", "plain"), PLAIN)
def test_filters_as_json(wanted: Expression, plain: dict[str, Any]) -> None:
    """Every kind of term and group is plain values, and is read back from JSON."""
    assert plain == to_dict(wanted)
    assert wanted == from_dict(json.loads(json.dumps(plain)))


def test_json_is_made_normal() -> None:
    """Spellings that trees do not have are brought into normal form when they are read."""
    gold = {"field": "tag", "values": ["gold"]}

    assert GOLD == from_dict({"not": {"not": gold}})
    assert GOLD == from_dict({"and": [gold]})
    assert GOLD & GOLD & TEST == from_dict(
        {"and": [{"and": [gold, gold]}, {"field": "tag", "values": ("test",)}]}
    )


A_TERM = "operator and number, low and high, values, contains, or exists"
FAULTY: list[tuple[object, list[str]]] = [
    (5, ["filter: expected an object with a group or a term, found 5"]),
    ({}, ["filter: expected and, or, not, or a field and what it is asked, found []"]),
    (
        {"and": [], "or": []},
        ["filter: expected and, or, not, or a field and what it is asked, found ['and', 'or']"],
    ),
    ({"and": 5}, ["filter, and: expected a list of groups and terms, not empty, found 5"]),
    ({"or": []}, ["filter, or: expected a list of groups and terms, not empty, found []"]),
    ({"not": 5}, ["filter, not: expected an object with a group or a term, found 5"]),
    (
        {"and": [{"field": "stauts", "values": ["x"]}, {"or": [{"field": [], "exists": True}]}]},
        [
            "filter, and[0].field: expected a known field (did you mean 'status'?), found 'stauts'",
            "filter, and[1].or[0].field: expected a known field, found []",
        ],
    ),
    (
        {"field": "tag", "value": "gold"},
        [
            f"filter: expected {A_TERM}, found ['field', 'value']",
        ],
    ),
]
UNUSABLE: list[tuple[dict[str, object], str]] = [
    ({"field": "tag", "values": "gold"}, "expected a list of texts, found 'gold'"),
    ({"field": "tag", "values": [5]}, "found 5"),
    ({"field": "tag", "exists": 1}, "expected true, found 1"),
    ({"field": "status", "values": ["tried"]}, "status is never 'tried'"),
    ({"field": "licenses", "operator": ">", "number": 0.5}, "found 0.5"),
    ({"field": "licenses", "operator": ">", "number": "5"}, "found '5'"),
    ({"field": "assignment", "operator": ">", "number": "1/0"}, "found '1/0'"),
    ({"field": "licenses", "operator": [], "number": 5}, "found []"),
    ({"field": "licenses", "low": 5, "high": 1}, "expected a range"),
    ({"field": "licenses", "of": 5, "exists": True}, "found 5"),
    ({"field": "stars", "values": ["x"]}, "stars holds whole numbers"),
]


@pytest.mark.parametrize(("plain", "expected"), FAULTY)
def test_json_that_is_no_filter(plain: object, expected: list[str]) -> None:
    """All faults are told at once, each with its path."""
    with pytest.raises(InputError) as caught:
        from_dict(plain)

    assert expected == list(map(str, caught.value.faults))


@pytest.mark.parametrize(("plain", "reason"), UNUSABLE)
def test_json_of_terms_that_mean_nothing(plain: dict[str, object], reason: str) -> None:
    """A term that cannot be built is a fault that tells why."""
    own = fields.with_field("stars", FieldType.NUMBER, lambda _: [])
    with pytest.raises(InputError) as caught:
        from_dict({"not": plain}, fields=own)
    (fault,) = caught.value.faults

    assert "not" == fault.place.path
    assert reason in fault.expected


def test_json_beyond_the_limits() -> None:
    """A limit has its own error, whatever else is wrong."""
    with pytest.raises(FilterLengthError):
        from_dict({"and": [5, {"field": "tag", "values": ["x" * 5000]}]})


def test_deep_json_is_refused() -> None:
    """However deep a document is nested, it is refused before the stack is at its end."""
    deep: dict[str, object] = {"field": "tag", "values": ["gold"]}
    for _ in range(50_000):
        deep = {"not": deep}
    with pytest.raises(FilterDepthError):
        from_dict(deep)
    while "not" in deep:
        deep = deep["not"]  # type: ignore[assignment]  # or Python would take it apart by recursion
    with pytest.raises(FilterDepthError):
        from_dict(groups(65))

    assert 64 == from_dict(groups(64)).depth


def groups(depth: int) -> dict[str, object]:
    """So many groups in each other, as plain values."""
    found: dict[str, object] = {"field": "tag", "values": ["gold"]}
    for level in range(depth):
        found = {("and", "or")[level % 2]: [found, {"field": "tag", "values": ["test"]}]}
    return found


@frozen
class Alert:
    """A host's own record with filters in it."""

    about: Expression
    only: Not | None = None


def converter() -> Converter:
    """A converter of cattrs that knows filters."""
    made = Converter()
    configure_converter(made)
    return made


def test_filters_inside_of_a_hosts_records() -> None:
    """With cattrs, filters stand wherever a host puts them."""
    alert = Alert(GOLD & (F.overage > 0), Not(TEST))
    plain = json.loads(json.dumps(converter().unstructure(alert)))

    assert {"not": {"field": "tag", "values": ["test"]}} == plain["only"]
    assert alert == converter().structure(plain, Alert)


@pytest.mark.parametrize("plain", [{"about": 5}, {"about": {"field": "x", "exists": True}}])
def test_faulty_filters_inside_of_a_hosts_records(plain: dict[str, object]) -> None:
    """A fault inside is the converter's, with the refusal of the filter in it."""
    with pytest.raises(ClassValidationError) as caught:
        converter().structure(plain, Alert)

    assert [InputError] == [type(each) for each in caught.value.exceptions]


def test_a_filter_of_the_wrong_kind() -> None:
    """A record that asks for one kind of node refuses the others."""
    with pytest.raises(FilterError, match="expected a filter that is Not, found tag:gold"):
        converter().structure(to_dict(GOLD), Not)


def test_fields_speak_for_themselves() -> None:
    """A field has a name to show, ranges have both ends."""
    assert "<filter field tag>" == repr(F.tag)
    assert Between("used", 1, 2) == F.used.between(1, 2)
