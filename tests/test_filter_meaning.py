"""Whom filters mean: the edges that the definitions decide, pinned one by one."""

import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest

import partnerkpi as pk
from partnerkpi.columns import CodedText
from partnerkpi.errors import (
    CountOverflowError,
    FilterError,
    FilterSyntaxError,
    InstantError,
    UnknownNameError,
)
from partnerkpi.filters import (
    Expression,
    F,
    FieldType,
    Numbers,
    Ratios,
    fields,
    mask,
    matches,
    missing_names,
    parse,
    product_code,
    product_name,
    where,
)
from partnerkpi.filters.products import PRODUCT_NAMES
from partnerkpi.policy import Policy
from partnerkpi.snapshot import Snapshot
from tests.library import AS_OF, customer, line, subscription

BARE = customer()
NEVER_IN = customer(last_admin_sign_in_at=None)
HALF = customer(subscription(line(total=10, assigned=5, used_7d=1)))
ENDED = customer(subscription(line(total=10, assigned=20), ends_at="2026-11-01"))
LATER = customer(subscription(line(), added_at="2026-11-23"))
PENDING = customer(subscription(line(), starts_at="2026-12-01", kind="trial"))
ENDING = customer(
    subscription(line(), ends_at="2026-12-22", auto_renew=True),
    subscription(line(), id="Sub2", ends_at="2027-06-01", added_at="2026-11-22"),
)


def means(wanted: str | Expression, each: pk.Customer, as_of: datetime = AS_OF) -> bool:
    """Whether a filter means a customer."""
    return matches(each, wanted, as_of=as_of)


THREE_VALUED = [
    # Without licenses there is no rate: on neither side of a comparison, but in every negation.
    (BARE, "assignment:<50", False),
    (BARE, "assignment:>=50", False),
    (BARE, "assignment:=0", False),
    (BARE, "assignment:0..100", False),
    (BARE, "assignment:*", False),
    (BARE, "-assignment:<50", True),
    (BARE, "-assignment:>=50", True),
    (BARE, "licenses:0 used:0 available:0 overage:0", True),
    (ENDED, "assignment:*", False),
    (ENDED, "overage:>0", False),
    (HALF, "assignment:=50 utilization:10", True),
    (HALF, "assignment:<50 OR assignment:>50", False),
    (HALF, "meetings.assignment:*", False),
    (HALF, "meetings.licenses:0", True),
    # Without such a date there is no comparison.
    (BARE, "expires:>0", False),
    (BARE, "expires:<=1000", False),
    (BARE, "added:>=0", False),
    (BARE, "-added:>=0", True),
    (HALF, "expires:*", False),
    (ENDED, "expires:*", False),
    (ENDED, "added:*", True),
    (LATER, "added:*", False),
    (PENDING, "expires:*", False),
    # Who never signed in did so more days ago than any number, and not any number of days ago.
    (NEVER_IN, "signed_in:>9223372036854775807", True),
    (NEVER_IN, "signed_in:>=0", True),
    (NEVER_IN, "signed_in:<9223372036854775807", False),
    (NEVER_IN, "signed_in:=90", False),
    (NEVER_IN, "signed_in:0..9223372036854775807", False),
    (NEVER_IN, "signed_in:*", False),
    (BARE, "signed_in:1", True),
    (BARE, "signed_in:>1", False),
]


@pytest.mark.parametrize(("each", "wanted", "expected"), THREE_VALUED)
def test_what_is_not_there_matches_no_comparison(
    each: pk.Customer, wanted: str, expected: bool
) -> None:
    """A filter has an answer for every customer, and its negation has the other one."""
    assert expected is means(wanted, each)
    assert expected is not means(~parse(wanted), each)


@pytest.mark.parametrize(
    ("each", "wanted"),
    [
        (PENDING, "type:trial product:calling -type:subscription"),
        (ENDED, "-type:* -product:* -licenses:>0"),
        (LATER, "-type:* -product:calling"),
        (HALF, "type:subscription product:CALLING product:*"),
        (HALF, "product:webex-calling,Calling calling.used:1 Calling.licenses:10"),
        (ENDING, "expires:30 -expires:<30 added:0 expires:<=30"),
        (ENDING, "status:subscription -status:expiring_soon -status:trial status:*"),
        (BARE, "managed:partner -managed:external managed:* status:expired"),
        (BARE, "id:c-1 -id:C-1 id:x,c-1 id:* *"),
        (BARE, "GLOB glo,x -globexx -tag:* -attr.region:*"),
    ],
)
def test_fields_mean_what_the_table_says(each: pk.Customer, wanted: str) -> None:
    """Subscriptions that are not there, pending or ended, and whose days count."""
    for term in wanted.split():
        assert means(term, each), term


def test_an_instant_decides() -> None:
    """The same customer is meant at one instant and not at another, whatever the offset."""
    soon = F.expires <= 30

    assert means(soon, ENDING, datetime.fromisoformat("2026-11-22T01:00:00+01:00"))
    assert not means(soon, ENDING, AS_OF - timedelta(microseconds=1))
    with pytest.raises(InstantError):
        means(soon, ENDING, datetime(2026, 11, 22))  # noqa: DTZ001 (naive, which is refused)


def test_the_policy_decides_statuses() -> None:
    """Windows of statuses are those of the policy; days are compared as they are."""
    policy = Policy(expiring_soon_days=29, auto_renewing_expires=True)

    assert not matches(ENDING, "status:expiring_soon", as_of=AS_OF, policy=policy)
    assert matches(
        ENDING,
        "status:expiring_soon expires:30",
        as_of=AS_OF,
        policy=Policy(auto_renewing_expires=True),
    )


@pytest.mark.parametrize(
    ("fact", "wanted"),
    [
        ({"name": "Straße 5"}, "STRASSE"),
        ({"name": "STRASSE 5"}, '"straße 5"'),
        ({"name": "\u212aelvin"}, "kelvin"),
        ({"name": "ΣΊΣΥΦΟΣ"}, "σίσυφος"),
        ({"name": "ŁÓDŹ & co"}, "łódź"),
        ({"name": "a*b"}, "a*"),
        ({"name": "x, *"}, '"*"'),
        ({"tags": ["Straße"]}, "tag:STRASSE"),
        ({"tags": ["a,b", "c"]}, 'tag:"A,B" tag:x,C'),
        ({"attributes": {"Region": "EMEA"}}, "attr.region:emea attr.REGION:*"),
        ({"attributes": {"region": "x", "REGION": "y"}}, "attr.Region:x attr.Region:y"),
        ({"attributes": {"note": ""}}, 'attr.note:"" attr.note:*'),
    ],
)
def test_the_case_of_letters_does_not_count(fact: dict[str, object], wanted: str) -> None:
    """Names, tags and attributes are compared by Unicode case folding."""
    assert means(wanted, customer(**fact))


def test_products_are_compared_as_codes() -> None:
    """Codes are the same in any case, with `-` or `_`; an unknown one is its own product."""
    own = customer(subscription(line(product="Contact-Center"), line(product="calling")))

    assert means("product:contact_center contact-center.licenses:10 licenses:20", own)
    assert not means("product:contact", own)


def test_many_values_at_once() -> None:
    """A list of many values means whoever has any of them."""
    some = [customer(id=f"c-{n}", tags=[f"t{n}"], attributes={"a": f"v{n}"}) for n in range(30)]
    portfolio = pk.Portfolio.from_customers([*some, customer(id="none")])
    wanted = [f"{path}:{','.join(f'{letter}{n}' for n in range(5, 25))}" for path, letter in MANY]

    assert [20] * 3 == [len(where(portfolio, each, as_of=AS_OF)) for each in wanted]


MANY = (("tag", "T"), ("attr.a", "V"), ("id", "c-"))


def test_letters_are_found_inside_of_one_name() -> None:
    """What ends one name and begins the next is in neither."""
    names = ["Acme", "Globex", "Straße", "meglo"]
    some = [customer(id=f"c-{n}", name=name) for n, name in enumerate(names)]
    portfolio = pk.Portfolio.from_customers(some)

    assert ["c-3"] == [each.id for each in where(portfolio, "meglo", as_of=AS_OF).customers]
    assert 0 == len(where(portfolio, "xstr", as_of=AS_OF))
    assert 0 == len(where(portfolio, "a" * 300, as_of=AS_OF))


def test_percentages_are_exact() -> None:
    """A share that ties with a third is not below it, however great the counts are."""
    third = customer(subscription(line(total=3 * 2**51 - 3, assigned=2**51 - 1)))

    assert means(F.assignment == Fraction(100, 3), third)
    assert not means("assignment:<100/3", third)
    assert means("assignment:>33.33333333333333", third)
    assert means("assignment:<33.33333333333334", third)


def test_sums_beyond_64_bits_are_refused() -> None:
    """Nothing wraps: a sum that does not fit is an error."""
    most = 2**53 - 1
    lines = [line(total=most, assigned=0, name=f"n{number}") for number in range(1025)]
    with pytest.raises(CountOverflowError):
        means("licenses:>0", customer(subscription(*lines)))


def test_sums_that_only_might_be_beyond_64_bits() -> None:
    """One great count among very many lines is summed to the last unit."""
    most = 2**53 - 1
    lines = [
        line(total=most * (number < 2), assigned=0, name=f"n{number}") for number in range(1025)
    ]

    assert means(f"licenses:{2 * most} -licenses:<{2 * most}", customer(subscription(*lines)))


def test_spare_seats_hide_no_overage() -> None:
    """Licenses are spare or in excess line by line."""
    both = customer(
        subscription(line(total=10, assigned=4, name="a"), line(total=1, assigned=3, name="b"))
    )

    assert means("available:6 overage:2 licenses:11 assigned:7", both)


def test_where_is_a_portfolio() -> None:
    """The customers that are meant come with all that is theirs, in the order they came."""
    some = [customer(HALF.subscriptions[0], id="c-2"), customer(id="c-1"), customer(id="c-3")]
    chosen = pk.where(pk.Portfolio.from_customers(some), "id:c-3,c-2", as_of=AS_OF)

    assert [some[0], some[2]] == list(chosen.customers)
    assert 2 == len(pk.report(chosen, as_of=AS_OF).customers)


def test_the_peers_are_those_that_were_filtered() -> None:
    """Low assignment compares the customers of a filtered portfolio with each other."""
    rates = [1, 10, 10, 10, 10, 10, 2, 2]
    some = [
        customer(
            subscription(line(total=10, assigned=rate), id=f"S{number}"),
            id=f"c-{number}",
            tags=["few"] if rate < 10 else [],
        )
        for number, rate in enumerate(rates)
    ]
    portfolio = pk.Portfolio.from_customers(some)
    few = pk.where(portfolio, "tag:few", as_of=AS_OF)

    assert 3 == pk.report(portfolio, as_of=AS_OF).overview.low_license_assignment.value
    assert 0 == pk.report(few, as_of=AS_OF).overview.low_license_assignment.value


@pytest.mark.parametrize("wrong", ["tag:", "stauts:x", "a b OR c"])
def test_a_faulty_filter_is_never_an_empty_result(wrong: str) -> None:
    """An unknown field, operator or value is an error, also where there is nobody."""
    with pytest.raises(FilterSyntaxError):
        where(pk.Portfolio.from_customers([]), wrong, as_of=AS_OF)


def test_what_is_no_filter_is_refused() -> None:
    """Neither a text nor a tree, or a tree with an unknown field."""
    nobody = pk.Portfolio.from_customers([])
    with pytest.raises(FilterError, match="expected a filter or its text, found 5"):
        where(nobody, 5, as_of=AS_OF)  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="no filter field is called 'star'"):
        where(nobody, F.number("star") > 1, as_of=AS_OF)


# A host's own fields.


def stars(at: Snapshot) -> list[int]:
    """A number of everybody."""
    return [len(name) for name in at.portfolio.customer_columns.names]


def maybe_stars(at: Snapshot) -> Numbers:
    """A number that only external customers have."""
    external = at.portfolio.customer_columns.external
    return Numbers(np.full(len(external), 5), external.copy())


def shares(at: Snapshot) -> Ratios:
    """A share of everybody."""
    names = at.portfolio.customer_columns.names
    return Ratios(np.array([len(name) for name in names]), np.full(len(names), 12))


def sectors(at: Snapshot) -> list[str | None]:
    """A word, or none."""
    return [name[:3] if name != "Acme" else None for name in at.portfolio.customer_columns.names]


OWN_COLUMNS: list[tuple[FieldType, Callable[[Snapshot], object], str, set[str]]] = [
    (FieldType.NUMBER, stars, "own:>4", {"Globex"}),
    (FieldType.NUMBER, lambda at: np.array(stars(at), np.uint8), "own:>-1", {"Globex", "Acme"}),
    (FieldType.NUMBER, maybe_stars, "own:<6", {"Acme"}),
    (FieldType.NUMBER, maybe_stars, "-own:*", {"Globex"}),
    (FieldType.DAYS, stars, "own:6..9", {"Globex"}),
    (FieldType.PERCENT, shares, "own:50", {"Globex"}),
    (FieldType.LABEL, sectors, "own:GLO", {"Globex"}),
    (FieldType.LABEL, sectors, "-own:*", {"Acme"}),
    (FieldType.LABEL, lambda at: at.portfolio.customer_columns.tags, "own:gold", {"Acme"}),
    (FieldType.LABEL, lambda at: at.portfolio.customer_columns.tags, "own:*", {"Acme"}),
    (FieldType.TEXT, lambda at: at.portfolio.customer_columns.names, "own:LOB", {"Globex"}),
    (
        FieldType.TEXT,
        lambda at: list(at.portfolio.customer_columns.names),
        "own:*",
        {"Globex", "Acme"},
    ),
    (FieldType.ID, lambda at: at.portfolio.customer_columns.names, "own:Acme,x", {"Acme"}),
    (FieldType.ID, lambda at: at.portfolio.customer_columns.names, "own:acme", set()),
]
TWO = pk.Portfolio.from_customers(
    [customer(), customer(id="c-2", name="Acme", tags=["gold"], managed_by="external")]
)


@pytest.mark.parametrize(("kind", "column", "wanted", "expected"), OWN_COLUMNS)
def test_a_host_adds_fields(
    kind: FieldType, column: Callable[[Snapshot], object], wanted: str, expected: set[str]
) -> None:
    """Each type of field takes a column of the host's, and is asked like the others."""
    own = fields.with_field("own", kind, column)
    chosen = pk.where(TWO, wanted, as_of=AS_OF, fields=own)

    assert expected == {each.name for each in chosen.customers}
    assert "own" not in fields


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        (FieldType.NUMBER, lambda _: [1]),
        (FieldType.NUMBER, lambda _: Numbers(np.array([1, 2, 3]))),
        (FieldType.PERCENT, lambda _: [1, 2]),
        (FieldType.PERCENT, lambda _: Ratios(np.array([1]), np.array([1]))),
        (FieldType.LABEL, lambda _: ["a"]),
        (FieldType.LABEL, lambda _: [1, 2]),
        (FieldType.LABEL, lambda at: CodedText(np.array([-1]), at.portfolio.customer_columns.ids)),
        (FieldType.TEXT, lambda _: ["a", None]),
        (FieldType.ID, lambda _: ["a"]),
    ],
)
def test_a_column_that_does_not_fit(kind: FieldType, column: Callable[[object], object]) -> None:
    """A column of another type or length is refused when it is looked up."""
    own = fields.with_field("own", kind, column)
    with pytest.raises(FilterError, match="expected of a field's column"):
        mask(TWO, "own:*", as_of=AS_OF, fields=own)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Numbers(np.array([1.5])),
        lambda: Ratios(np.array([1.5]), np.array([1])),
        lambda: Ratios(np.array([1]), np.array([-1])),
    ],
)
def test_columns_hold_integers(wrong: Callable[[], object]) -> None:
    """Doubles and negative parts of shares are refused."""
    with pytest.raises(TypeError, match="expected integers"):
        wrong()


@pytest.mark.parametrize("name", ["tag", "attr", "Own", "", "a.b", "5"])
def test_names_of_fields(name: str) -> None:
    """A host's field has a name of its own, which can be written."""
    with pytest.raises(FilterError, match="cannot be called"):
        fields.with_field(name, FieldType.LABEL, sectors)


def test_fixed_words_belong_to_the_definitions() -> None:
    """A host's words are not checked, so they are labels."""
    with pytest.raises(FilterError, match="LABEL"):
        fields.with_field("own", FieldType.CHOICE, sectors)


def test_the_vocabulary_travels() -> None:
    """Workers get the fields of a host with its columns, and count the same."""
    own = pickle.loads(pickle.dumps(fields.with_field("own", FieldType.NUMBER, stars)))  # noqa: S301

    assert [True, False] == mask(TWO, "own:4", as_of=AS_OF, fields=own)[::-1].tolist()
    assert repr(own).startswith("<19 filter fields: managed, product, status,")


def test_names_that_nobody_has_are_noted() -> None:
    """A filter with a slip is right, but can be told of with the nearest name."""
    globex = customer(subscription(line()), tags=["gold"], attributes={"region": "EMEA"})
    portfolio = pk.Portfolio.from_customers([globex])
    wanted = (
        "tag:glod,GOLD -product:caling attr.regoin:x attr.region:EMA,emea meetngs.overage:>0"
        " status:trial calling.overage:>0 glob id:x product:*"
    )
    notes = missing_names(portfolio, wanted, as_of=AS_OF)

    assert [
        "no tag is called 'glod'; did you mean 'gold'?",
        "no product is called 'caling'; did you mean 'calling'?",
        "no attribute is called 'regoin'; did you mean 'region'?",
        "no attr.region is called 'EMA'; did you mean 'EMEA'?",
        "no product is called 'meetngs'",
    ] == list(map(str, notes))


def test_of_very_many_names_none_is_called_near() -> None:
    """A slip among more names than can be searched at once is noted without a guess."""
    tags = [f"t{number}" for number in range(10_001)]
    portfolio = pk.Portfolio.from_customers([customer(tags=tags)])

    assert ["no tag is called 't'"] == list(
        map(str, missing_names(portfolio, "tag:t,t5", as_of=AS_OF))
    )


def test_names_of_products() -> None:
    """Every name of the table stands for its product, in every language."""
    for code, languages in PRODUCT_NAMES.items():
        assert {"en", "fr", "sr"} == set(languages)
        for language, names in languages.items():
            assert names[0] == product_name(code, language)
            assert {code} == {product_code(each) for name in names for each in (name, name.upper())}
            assert all(len(code) <= len(name) for name in names)


@pytest.mark.parametrize("days", [0, 1, 29, 30, 31, 400])
def test_days_are_those_of_the_calendar(days: int) -> None:
    """Days are differences of UTC dates: the hour of the day makes no difference."""
    ends = datetime(2026, 11, 22, 1, tzinfo=UTC) + timedelta(days)
    each = customer(subscription(line(), ends_at=ends))

    assert means(f"expires:{days}", each, AS_OF.replace(minute=59))
    assert means(f"expires:{days} -expires:>{days}", each, AS_OF)
