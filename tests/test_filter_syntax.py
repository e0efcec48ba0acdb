"""The text of filters: what each spelling means, how it is written back, what is refused where."""

import pickle
from fractions import Fraction

import pytest

from partnerkpi.errors import (
    FilterAmbiguityError,
    FilterDepthError,
    FilterLengthError,
    FilterSyntaxError,
    FilterTermsError,
)
from partnerkpi.filters import (
    Among,
    And,
    Between,
    Compare,
    Contains,
    Exists,
    Expression,
    Not,
    Or,
    everybody,
    format,  # noqa: A004 (the counterpart of parse)
    parse,
)

GOLD, TEST = Among("tag", ["gold"]), Among("tag", ["test"])
ACME, LARGE = Contains("name", ["acme"]), Compare("licenses", ">", 100)

# What people type, the tree it is, and its canonical text.
READ: list[tuple[str, Expression, str]] = [
    ("", everybody(), "*"),
    (" \t\n\u00a0", everybody(), "*"),
    ("*", Exists("name"), "*"),
    ("acme", ACME, "acme"),
    ('"acme"', ACME, "acme"),
    ("name:acme", ACME, "acme"),
    ('"key account"', Contains("name", ["key account"]), '"key account"'),
    ("acme,globex", Contains("name", ["acme", "globex"]), "acme,globex"),
    ("acme,-x,a:b", Contains("name", ["acme", "-x", "a:b"]), "acme,-x,a:b"),
    ('"OR"', Contains("name", ["OR"]), '"OR"'),
    ("or", Contains("name", ["or"]), "or"),
    ('"*"', Contains("name", ["*"]), '"*"'),
    ("*x", Contains("name", ["*x"]), "*x"),
    ('"-x"', Contains("name", ["-x"]), '"-x"'),
    (r'"5\" \\ disk"', Contains("name", ['5" \\ disk']), r'"5\" \\ disk"'),
    ("tag:gold", GOLD, "tag:gold"),
    ("TAG:gold", GOLD, "tag:gold"),
    ("tag:gold,test,gold", Among("tag", ["gold", "test"]), "tag:gold,test"),
    ('tag:"key account",b', Among("tag", ["key account", "b"]), 'tag:"key account",b'),
    ("tag:-gold", Among("tag", ["-gold"]), "tag:-gold"),
    ("tag:*", Exists("tag"), "tag:*"),
    ('tag:"*"', Among("tag", ["*"]), 'tag:"*"'),
    ("id:urn:C-1", Among("id", ["urn:C-1"]), "id:urn:C-1"),
    ("status:Expiring-Soon", Among("status", ["expiring_soon"]), "status:expiring_soon"),
    ("managed:PARTNER", Among("managed", ["partner"]), "managed:partner"),
    (
        "type:trial,subscription",
        Among("type", ["trial", "subscription"]),
        "type:trial,subscription",
    ),
    ('product:"webex calling"', Among("product", ["calling"]), "product:calling"),
    ('product:"Messagerie Webex"', Among("product", ["messaging"]), "product:messaging"),
    ("product:Real-Time-Translations", Among("product", ["real_time_translations"]), ""),
    ("product:Own-1", Among("product", ["Own-1"]), "product:Own-1"),
    ("attr.region:emea", Among("attr", ["emea"], of="region"), "attr.region:emea"),
    ('attr."x y":""', Among("attr", [""], of="x y"), 'attr."x y":""'),
    ("attr.x.y:*", Exists("attr", of="x.y"), "attr.x.y:*"),
    ("licenses:>100", LARGE, "licenses:>100"),
    ("licenses:5", Compare("licenses", "=", 5), "licenses:=5"),
    ("licenses:=5", Compare("licenses", "=", 5), "licenses:=5"),
    ("licenses:007", Compare("licenses", "=", 7), "licenses:=7"),
    ("licenses:-5", Compare("licenses", "=", -5), "licenses:=-5"),
    ("licenses:1..4", Between("licenses", 1, 4), "licenses:1..4"),
    (
        "licenses:1,>=4",
        Or([Compare("licenses", "=", 1), Compare("licenses", ">=", 4)]),
        "licenses:=1 OR licenses:>=4",
    ),
    ("licenses:*", Exists("licenses"), "licenses:*"),
    ("assignment:<33.30%", Compare("assignment", "<", Fraction(333, 10)), "assignment:<33.3"),
    ("assignment:100/3", Compare("assignment", "=", Fraction(100, 3)), "assignment:=100/3"),
    (
        "utilization:1/1024",
        Compare("utilization", "=", Fraction(1, 1024)),
        "utilization:=1/1024",
    ),
    ("signed-in:>90", Compare("signed_in", ">", 90), "signed_in:>90"),
    ("calling.overage:>0", Compare("overage", ">", 0, of="calling"), "calling.overage:>0"),
    ('"Webex Calling".used:0', Compare("used", "=", 0, of="calling"), "calling.used:=0"),
    ('"attr".used:0', Compare("used", "=", 0, of="attr"), '"attr".used:=0'),
    ("a.b.used:0", Compare("used", "=", 0, of="a.b"), "a.b.used:=0"),
    ("tag:gold acme", And([GOLD, ACME]), "tag:gold acme"),
    ("tag:gold AND acme", And([GOLD, ACME]), "tag:gold acme"),
    ("tag:gold OR acme", Or([GOLD, ACME]), "tag:gold OR acme"),
    ("((tag:gold))", GOLD, "tag:gold"),
    ("(tag:gold acme) licenses:>100", And([GOLD, ACME, LARGE]), "tag:gold acme licenses:>100"),
    ("tag:gold (acme OR tag:test)", And([GOLD, Or([ACME, TEST])]), "tag:gold (acme OR tag:test)"),
    ("-tag:gold", Not(GOLD), "-tag:gold"),
    ("NOT tag:gold", Not(GOLD), "-tag:gold"),
    ("tag:gold OR(acme)", Or([GOLD, ACME]), "tag:gold OR acme"),
    ("NOT(tag:gold acme)", Not(And([GOLD, ACME])), "-(tag:gold acme)"),
    ("-(tag:gold OR acme)", Not(Or([GOLD, ACME])), "-(tag:gold OR acme)"),
    ("--tag:gold", GOLD, "tag:gold"),
    ("NOT -NOT tag:gold", Not(GOLD), "-tag:gold"),
    ("-*", Not(everybody()), "-*"),
]


@pytest.mark.parametrize(("text", "wanted", "canonical"), READ)
def test_what_is_typed_is_what_is_meant(text: str, wanted: Expression, canonical: str) -> None:
    """Each spelling is one tree, which has one text, which is that tree again."""
    assert wanted == parse(text)
    assert (canonical or "product:real_time_translations") == format(wanted)
    assert wanted == parse(format(wanted))


# What is wrong: the text, the characters it is about, what was expected, what comes near.
REFUSED: list[tuple[str, str, str, tuple[str, ...]]] = [
    ("stauts:trial", "stauts", "a field", ("status",)),
    ("株式会社 stauts:trial", "stauts", "a field", ("status",)),
    ("http://x", "http", "a field", ()),
    (":gold", "", "a field", ()),
    ('"a":x', '"a"', "a field", ()),
    ('a"b":x', 'a"b"', "a field", ()),
    ("calling.:x", "", "a field", ()),
    ("foo.tag:x", "foo.tag", "tag alone", ()),
    (".overage:>0", ".overage", "a product before overage, or none", ()),
    ("attr:emea", "attr", "an attribute's name, such as attr.region", ()),
    ("attr.:emea", "attr.", "an attribute's name, such as attr.region", ()),
    ("type:trail", "trail", "one of subscription, trial", ("trial",)),
    ("managed:nobody", "nobody", "one of partner, external", ()),
    ("tag:", "", "a value of tag right behind the colon", ()),
    ("tag: gold", "", "a value of tag right behind the colon", ()),
    ("tag:>5", ">5", "a value of tag right behind the colon", ()),
    ("tag:a,,b", ",b", "a value of tag right behind the colon", ()),
    ("tag:*,a", "*,a", "a value or several, or * alone", ()),
    ('tag:""', '""', "a value that is not empty", ()),
    ('tag:"a\x07"', '"a\x07"', "a text without control characters or lone surrogates", ()),
    ("attr.a\x07:x", "attr.a\x07", "a text without control characters or lone surrogates", ()),
    ("\ud800", "\ud800", "a text without control characters or lone surrogates", ()),
    ("licenses:=>5", "=>", "an operator, one of >= <= > < =", (">", "=")),
    ("licenses:!5", "!", "an operator, one of >= <= > < =", ()),
    ("licenses:", "", "a whole number, such as >100 or 10..20", ()),
    ("licenses:many", "many", "a whole number, such as >100 or 10..20", ()),
    ("licenses:1.5", "1.5", "a whole number, such as >100 or 10..20", ()),
    ("licenses:>5%", ">5%", "a whole number, such as >100 or 10..20", ()),
    ("licenses:١", "١", "a whole number, such as >100 or 10..20", ()),
    ("expires:soon", "soon", "a number of days, such as <=30 or 10..20", ()),
    ("assignment:1/0", "1/0", "a percentage, such as <50 or 25..37.5", ()),
    ("licenses:5..1", "5..1", "the smaller number first", ()),
    ("licenses:9223372036854775808", "9223372036854775808", "a number that fits 64 bits", ()),
    ("licenses > 5", ">", "a term (a text with such characters stands in quotes)", ()),
    ("a,", "", "a term (a text with such characters stands in quotes)", ()),
    ('"abc', '"', "a quote that closes this one", ()),
    (r'"a\b"', r"\b", r"\" or \\ in a quoted text", ()),
    ('"a\\', '"', "a quote that closes this one", ()),
    ("(a", "(", "a ) that closes this group", ()),
    ("a)", ")", "a ( before this )", ()),
    ("()", "()", "a term in this group", ()),
    ("a(b)", "(b", "a blank", ()),
    ('a"b"', '"b', "a blank", ()),
    ("(a)(b)", "(b", "a blank", ()),
    ("- a", "-", "a term right behind the -", ()),
    ("-", "-", "a term right behind the -", ()),
    ("-)", ")", "a term", ()),
    ("NOT", "", "a term", ()),
    ("NOT OR", "OR", "a term", ()),
    ("OR a", "OR", "a term before it", ()),
    ("a OR OR b", "OR", "a term before it", ()),
    ("a OR", "OR", "a term behind it", ()),
    ("a AND ", "AND", "a term behind it", ()),
]


@pytest.mark.parametrize(("text", "found", "expected", "near"), REFUSED)
def test_what_is_wrong_is_told(text: str, found: str, expected: str, near: tuple[str, ...]) -> None:
    """The refusal knows the offending characters, what belongs there, and what comes near."""
    with pytest.raises(FilterSyntaxError) as caught:
        parse(text)
    error = caught.value

    assert (found, expected, near) == (error.found, error.expected, error.near)


def test_carets_stand_under_the_place() -> None:
    """The text is shown with a caret under each offending character, wide ones counted twice."""
    with pytest.raises(FilterSyntaxError) as caught:
        parse("株式会社 e\u0301 type:trail acme")

    assert (
        "character 14: expected one of subscription, trial, found 'trail'; did you mean 'trial'?\n"
        "  株式会社 e\u0301 type:trail acme\n"
        "                  ^^^^^"
    ) == str(caught.value)


def test_long_texts_are_cut_around_the_place() -> None:
    """Of a long text only a line is shown, and what a terminal would obey is not."""
    with pytest.raises(FilterSyntaxError) as caught:
        parse("a " * 60 + "\u202e x\ty type:trail " + "b " * 60)
    _, shown, carets = str(caught.value).split("\n")

    assert "  ..." + " a" * 14 + " \ufffd x y type:trail " + "b " * 13 + "..." == shown
    assert "trail" == shown[carets.index("^") : carets.rindex("^") + 1]


@pytest.mark.parametrize(
    ("text", "either", "other"),
    [
        ("a b OR c", "(a b) OR c", "a (b OR c)"),
        ("a OR b c OR d", "a OR (b c) OR d", "(a OR b) (c OR d)"),
        ("x (a OR -b c) y", "x (a OR (-b c)) y", "x ((a OR -b) c) y"),
        ("a AND b OR c", "(a b) OR c", "a (b OR c)"),
    ],
)
def test_both_readings_are_shown(text: str, either: str, other: str) -> None:
    """Terms beside each other and OR on one level are refused; each reading is a filter."""
    with pytest.raises(FilterAmbiguityError) as caught:
        parse(text)

    assert (either, other) == caught.value.readings
    assert "OR" == caught.value.found
    assert parse(either) != parse(other)
    assert str(caught.value).endswith(f"\neither\n  {either}\nor\n  {other}")


@pytest.mark.parametrize(
    ("allowed", "beyond", "kind"),
    [
        ("a" * 4096, "a" * 4097, FilterLengthError),
        (" ".join(["a"] * 200), " ".join(["a"] * 201), FilterTermsError),
        (
            "licenses:" + ",".join(["1"] * 200),
            "licenses:" + ",".join(["1"] * 201),
            FilterTermsError,
        ),
        ("(" * 64 + "a" + ")" * 64, "(" * 65 + "a" + ")" * 65, FilterDepthError),
    ],
)
def test_limits_of_texts(allowed: str, beyond: str, kind: type[FilterSyntaxError]) -> None:
    """At a limit a text is read; beyond it, the error is that limit's own, and knows the place."""
    assert isinstance(parse(allowed), Expression)
    with pytest.raises(kind) as caught:
        parse(beyond)

    assert 0 < caught.value.start < len(beyond)
    assert str(caught.value) == str(pickle.loads(pickle.dumps(caught.value)))  # noqa: S301


def nested(depth: int) -> Expression:
    """A tree with so many groups in each other."""
    found: Expression = GOLD
    for level in range(depth):
        found = found & ACME if level % 2 else found | ACME
    return found


def test_limits_of_trees() -> None:
    """Trees that are built keep the limits of texts, so that each can be written and read."""
    assert nested(64) == parse(nested(64).text)
    with pytest.raises(FilterDepthError, match="at most 64 deep"):
        nested(65)
    with pytest.raises(FilterTermsError, match="at most 200 terms"):
        And([ACME] * 201)
    with pytest.raises(FilterLengthError, match="at most 4096 characters"):
        And([Among("tag", ["x" * 2046]), Among("tag", ["x" * 2046])])
