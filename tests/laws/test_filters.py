"""Laws of filters: what they mean, on one customer and on many, and that they read back."""

import json
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.errors import FilterSyntaxError
from partnerkpi.filters import (
    Expression,
    F,
    all_of,
    any_of,
    format,  # noqa: A004 (the counterpart of parse)
    from_dict,
    mask,
    matches,
    parse,
    suggest,
    to_dict,
)
from partnerkpi.filters.evaluate import answered
from partnerkpi.filters.facts import Facts
from partnerkpi.filters.terms import OPERATORS, Among, Between, Compare, Contains, Exists, Term
from partnerkpi.snapshot import snapshot
from partnerkpi.testing import filter_texts, filters
from tests.library import policy_of, portfolio_of, records_of
from tests.oracles import read_customers
from tests.oracles.filters import DAYS, NUMBERS, means, number_of, texts_of
from tests.strategies import Case, cases, partitions

WHEN = datetime.fromisoformat("2026-11-22T00:00:00Z")
ODD = pk.Portfolio.from_customers(
    [
        pk.Customer(
            id="c-1",
            name='Globex "OR" *',
            tags=["*", "OR", '"', "\\", "a b", "ß"],
            attributes={"region": "", "attr.x": "-y", '"': ">5"},
        )
    ]
)
WORDS = ("managed", "status", "type", "product", "tag", "id")


@st.composite
def asked(draw: st.DrawFn) -> tuple[Case, list[Expression]]:
    """A case, and filters that ask for what is in it."""
    case = draw(cases(max_customers=6))
    several = st.lists(filters(portfolio_of(case.document)), min_size=2, max_size=6)
    return case, draw(several)


def mask_of(case: Case, wanted: Expression) -> np.ndarray:
    """The mask of a filter."""
    policy = policy_of(case.policy)
    return mask(portfolio_of(case.document), wanted, as_of=case.as_of, policy=policy)


def ids_of(portfolio: pk.Portfolio, wanted: Expression, case: Case) -> set[str]:
    """Whom a filter means."""
    chosen = pk.where(portfolio, wanted, as_of=case.as_of, policy=policy_of(case.policy))
    return {customer.id for customer in chosen.customers}


@settings(max_examples=150)
@given(asked())
def test_a_filter_means_whom_a_naive_reading_means(pair: tuple[Case, list[Expression]]) -> None:
    """Each customer is meant exactly if the sentence of each term says so."""
    case, several = pair
    portfolio, customers = portfolio_of(case.document), read_customers(case.document)
    for wanted in several:
        plain = to_dict(wanted)
        expected = {each.id for each in customers if means(plain, each, case.as_of, case.policy)}

        assert expected == ids_of(portfolio, wanted, case), wanted.text


def terms_at_the_edges(case: Case) -> Iterator[Term]:
    """Every comparison of every field with every number there is, and with its neighbors."""
    customers = read_customers(case.document)
    products = {line.product for c in customers for s in c.subscriptions for line in s.lines}
    of_products = [(name, of) for name in NUMBERS for of in (None, *sorted(products))]
    for name, of in [*of_products, *((name, None) for name in DAYS)]:
        wanted = {"field": name, "of": of} if of else {"field": name}
        numbers = {number_of(wanted, customer, case.as_of) for customer in customers}
        for number in numbers - {None, "endless"}:
            below, above = neighbors(number)
            for bound in (below, number, above):
                yield from (Compare(name, each, bound, of=of) for each in OPERATORS)
            yield Between(name, below, number, of=of)
            yield Between(name, number, above, of=of)
        yield Exists(name, of=of)


def neighbors(number: int | Fraction) -> tuple[int | Fraction, int | Fraction]:
    """A number a little smaller and one a little greater, which still fit 64 bits."""
    little = 1 if isinstance(number, int) or number.denominator > 2**40 else Fraction(1, 1000)
    return number - little, number + little


def terms_in_use(case: Case) -> Iterator[Term]:
    """Every value that any customer has, also with the case of its letters swapped."""
    customers = read_customers(case.document)
    attributes = {name for customer in customers for name in customer.attributes}
    for name, of in [(name, None) for name in WORDS] + [("attr", each) for each in attributes]:
        wanted = {"field": name, "of": of}
        found = [texts_of(wanted, each, case.as_of, case.policy) for each in customers]
        for value in set().union(*found):
            yield Among(name, [value], of=of)
            yield Among(name, [value.swapcase()], of=of)
        yield Exists(name, of=of)
    for customer in customers:
        yield Contains("name", [customer.name[1:-1].swapcase()])


@settings(max_examples=60)
@given(cases(max_customers=6))
def test_every_edge_is_where_the_definitions_put_it(case: Case) -> None:
    """Each comparison and each value divides customers as a naive reading does."""
    policy = policy_of(case.policy)
    at = snapshot(portfolio_of(case.document), case.as_of, policy)
    facts, customers = Facts(at), read_customers(case.document)
    for term in [*terms_at_the_edges(case), *terms_in_use(case)]:
        plain = to_dict(term)
        expected = {each.id for each in customers if means(plain, each, case.as_of, case.policy)}
        rows = np.flatnonzero(answered(facts, term)).tolist()

        assert expected == {at.portfolio.customer_columns.ids[row] for row in rows}, term.text


@settings(max_examples=30)
@given(asked())
def test_one_customer_answers_like_its_row(pair: tuple[Case, list[Expression]]) -> None:
    """A customer alone and a whole portfolio say the same of everybody."""
    case, several = pair
    policy = policy_of(case.policy)
    records = records_of(case.document)
    order = portfolio_of(case.document).customer_columns.order
    for wanted in several:
        alone = [matches(each, wanted, as_of=case.as_of, policy=policy) for each in records]

        assert alone == mask_of(case, wanted)[order].tolist(), wanted.text


@settings(max_examples=30)
@given(asked(), st.data())
def test_parts_answer_like_the_whole(
    pair: tuple[Case, list[Expression]], data: st.DataObject
) -> None:
    """However customers are cut into parts, the same ones are meant."""
    case, several = pair
    parts = [portfolio_of(part) for part in data.draw(partitions(case.document))]
    for wanted in several:
        found = set[str]().union(*(ids_of(part, wanted, case) for part in parts))

        assert ids_of(portfolio_of(case.document), wanted, case) == found, wanted.text


@settings(max_examples=50)
@given(asked())
def test_negation_is_everybody_else(pair: tuple[Case, list[Expression]]) -> None:
    """De Morgan, double negation, and no customer between a filter and its negation."""
    case, (one, other, *_) = pair
    ones, others = mask_of(case, one), mask_of(case, other)

    assert (ones ^ mask_of(case, ~one)).all()
    assert one == ~~one
    assert np.array_equal(ones & others, mask_of(case, one & other))
    assert np.array_equal(ones | others, mask_of(case, one | other))
    assert np.array_equal(mask_of(case, ~(one & other)), mask_of(case, ~one | ~other))
    assert np.array_equal(mask_of(case, ~(one | other)), mask_of(case, ~one & ~other))


@settings(max_examples=300)
@given(filters())
def test_a_filter_reads_back(wanted: Expression) -> None:
    """From its text, from JSON, and from the Python that its `repr` is."""
    assert wanted == parse(format(wanted))
    assert wanted == from_dict(json.loads(json.dumps(to_dict(wanted))))
    assert wanted == eval(repr(wanted), {"F": F, "Fraction": Fraction})  # noqa: S307 (its own repr)
    assert hash(wanted) == hash(parse(format(wanted)))


@settings(max_examples=400)
@given(filter_texts())
@example("-" * 4095 + "a")
@example('"' + '\\"' * 2047)
@example("(" * 64 + "a" + ")" * 64)
@example("licenses:1..2..3")
@example("\ud800")
def test_any_text_is_a_filter_or_a_syntax_error(text: str) -> None:
    """Whatever is typed is read, or refused with a place inside of the text."""
    wanted = read_or_refused(text)
    if isinstance(wanted, FilterSyntaxError):
        assert 0 <= wanted.start <= wanted.end <= len(text)
        assert "\n" in str(wanted)
    else:
        assert wanted == parse(wanted.text)


def read_or_refused(text: str) -> Expression | FilterSyntaxError:
    """The filter that a text is, or why it is none."""
    try:
        return parse(text)
    except FilterSyntaxError as error:
        return error


@given(filter_texts(), st.integers(0, 40))
@example("attr.\x1battr:", 11)
@example("attr." + "a" * 5000 + ":", 5006)
def test_help_is_never_refused(text: str, cursor: int) -> None:
    """Whatever is typed, suggestions replace something around the cursor."""
    for each in suggest(text, cursor) + suggest(text, cursor, ODD, as_of=WHEN):
        assert 0 <= each.start <= min(cursor, len(text)) <= each.end <= len(text)


@given(st.lists(filters(), max_size=4))
def test_groups_of_any_size(wanted: list[Expression]) -> None:
    """All of no filters mean everybody, any of none nobody; one filter is itself."""
    answers = [bool(mask(ODD, each, as_of=WHEN)[0]) for each in wanted]

    assert all(answers) == bool(mask(ODD, all_of(wanted), as_of=WHEN)[0])
    assert any(answers) == bool(mask(ODD, any_of(wanted), as_of=WHEN)[0])
