"""License figures asked for alone: of any products, with or without the trend."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.errors import CountOverflowError, MergeError
from partnerkpi.licenses import SectionState, TrendState, figures
from partnerkpi.reports.document import section_dict
from partnerkpi.testing import Case, cases
from tests.library import AS_OF

EXAMPLE = Path(__file__).parents[1] / "examples" / "data" / "portfolio.json"
SECTIONS = ("recently_added", "expiring", "renewing", "low_assignment", "overage")


@pytest.fixture(scope="module")
def example() -> pk.Portfolio:
    """The example portfolio."""
    return pk.read(EXAMPLE)


def test_they_are_those_of_the_report(example: pk.Portfolio) -> None:
    """Asked for alone, the figures are the report's."""
    report = pk.report(example, as_of=AS_OF)
    found = figures(example, as_of=AS_OF)

    assert section_dict(report.overview) == section_dict(found.overview)
    for code, sections in report.licenses.items():
        assert sections.distribution_trend == found.products[code].distribution_trend
        for name in SECTIONS:
            theirs, mine = getattr(sections, name), getattr(found.products[code], name)
            assert section_dict(theirs) == section_dict(mine)
            assert theirs.rows.to_dicts() == mine.rows.to_dicts()


def test_any_product_has_sections(example: pk.Portfolio) -> None:
    """The sections of a product that no report lists count its lines, under any other name too."""
    messaging = figures(example, as_of=AS_OF, products=["messaging", "calling"])
    renamed = pk.Portfolio.from_customers(
        [_renamed(customer) for customer in example.customers], partner=example.partner
    )
    swapped = figures(renamed, as_of=AS_OF, products=["calling"])

    assert ["messaging", "calling"] == list(messaging.products)
    for name in SECTIONS:
        mine, theirs = messaging.products["messaging"], swapped.products["calling"]
        assert section_dict(getattr(theirs, name)) == section_dict(getattr(mine, name))
    assert 0 < messaging.products["messaging"].recently_added.total_licenses.value


def _renamed(customer: pk.Customer) -> pk.Customer:
    """A customer whose Messaging lines are Calling lines, and the other way round."""
    names = {"messaging": "calling", "calling": "messaging"}

    return pk.Customer(
        id=customer.id,
        name=customer.name,
        subscriptions=[
            pk.Subscription(
                id=each.id,
                kind=each.kind,
                added_at=each.added_at,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                auto_renew=each.auto_renew,
                licenses=[
                    pk.LicenseLine(
                        product=names.get(line.product, line.product),
                        name=line.name,
                        observations=line.observations,
                    )
                    for line in each.licenses
                ],
            )
            for each in customer.subscriptions
        ],
    )


def test_without_the_trend_the_rest_is_the_same(example: pk.Portfolio) -> None:
    """The trend is left out, nothing else."""
    found = figures(example, as_of=AS_OF, products=["calling"], trend=False)
    whole = figures(example, as_of=AS_OF, products=["calling"])

    assert () == found.products["calling"].distribution_trend
    for name in SECTIONS:
        mine, theirs = found.products["calling"], whole.products["calling"]
        assert section_dict(getattr(theirs, name)) == section_dict(getattr(mine, name))


def counted(**sums: Any) -> SectionState:
    """A state with some sums."""
    return SectionState(**sums)


@pytest.mark.parametrize("name", ["total", "assigned", "used_7d", "overage"])
def test_merged_sums_beyond_64_bits_are_refused(name: str) -> None:
    """A sum that two parts bring together is checked like one counted at once."""
    almost = counted(**{name: 2**63 - 1})

    assert 2**63 - 1 == getattr(almost.merge(SectionState()), name)
    with pytest.raises(CountOverflowError, match="9223372036854775808 no longer fits 64 bits"):
        almost.merge(counted(**{name: 1}))


def test_merged_weeks_beyond_64_bits_are_refused() -> None:
    """The weeks of a trend likewise."""
    almost = TrendState((0,), (2**63 - 1,), (0,), (0,), (0,))

    with pytest.raises(CountOverflowError):
        almost.merge(TrendState((0,), (1,), (0,), (0,), (0,)))


def test_trends_of_other_weeks_do_not_mix() -> None:
    """Both weeks stand in the refusal."""
    one, other = (TrendState((end,), (1,), (1,), (1,), (0,)) for end in (0, 7))

    with pytest.raises(MergeError, match=r"\(0,\) and \(7,\)"):
        one.merge(other)


@given(cases(), st.sampled_from([63, 64, 200]))
def test_a_longer_trend_ends_with_the_shorter_one(case: Case, weeks: int) -> None:
    """How many weeks are asked for changes nothing in the weeks themselves."""
    short, long = (
        figures(case.portfolio(), as_of=case.as_of, policy=pk.Policy(trend_weeks=count))
        for count in (8, weeks)
    )

    for code, sections in short.products.items():
        expected = sections.distribution_trend
        assert expected == long.products[code].distribution_trend[weeks - 8 :]


def test_both_products_together_beyond_64_bits_are_refused() -> None:
    """Each product still fits; what a customer has of both does not."""
    when = AS_OF
    lines = tuple(
        pk.LicenseLine(
            product=product,
            name=f"n{number}",
            observations=(pk.Observation(total=2**53 - 1, assigned=0),),
        )
        for product in ("meetings", "calling")
        for number in range(600)
    )
    trial = pk.Subscription(
        id="s-1", kind=pk.Kind.TRIAL, added_at=when, starts_at=when, licenses=lines
    )
    customer = pk.Customer(id="c-1", name="Globex", subscriptions=(trial,))

    with pytest.raises(CountOverflowError):
        figures(pk.Portfolio.from_customers([customer]), as_of=when, trend=False)
