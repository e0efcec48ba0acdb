"""What does not hold, on purpose: each with the smallest portfolio that shows it."""

from collections.abc import Iterable

import pytest

import partnerkpi as pk
from partnerkpi.aggregates import Ratio
from partnerkpi.errors import InputError
from tests.library import AS_OF, customer, line, reported, subscription


def assigning(number: int, assigned: int, total: int = 10, **fields: str) -> pk.Customer:
    """A customer with so many of its licenses assigned."""
    bought = subscription(line(total, assigned), id=f"Sub{number}", ends_at="2026-12-01")
    return customer(bought, id=f"c-{number}", **fields)


def low(customers: Iterable[pk.Customer]) -> int:
    """How many of these are low, by themselves."""
    return int(reported(*customers).overview.low_license_assignment)


def test_low_assignment_of_parts_does_not_add_up() -> None:
    """Two customers, one low beside the other: alone each is its own median, and none is low."""
    some, others = assigning(1, 1), assigning(2, 10)
    assert 1 == low([some, others])
    assert (0, 0) == (low([some]), low([others]))


def test_low_assignment_may_be_many_in_parts_and_few_in_the_whole() -> None:
    """What is low beside one may be common beside all."""
    few, more = [assigning(1, 1), assigning(2, 4)], [assigning(3, 2), assigning(4, 10)]
    assert 1 == low([*few, *more])
    assert (1, 1) == (low(few), low(more))


def test_percentages_are_pooled_not_averaged() -> None:
    """9 of 10 and 0 of 90 are 9 of 100, not the mean of 90 % and 0 %."""
    large, small = assigning(1, 9), assigning(2, 0, total=90)
    rates = [
        reported(*some).licenses["calling"].expiring.assignment.value
        for some in ([large], [small], [large, small])
    ]
    assert Ratio(9, 100) == rates[2] == rates[0] + rates[1]
    assert [0.9, 0.0, 0.09] == [rate.value for rate in rates]
    assert rates[2].value != (0.9 + 0.0) / 2


def test_ratios_of_parts_keep_no_order() -> None:
    """Higher rates in both parts may be the lower rate of the whole: shares cannot be compared."""
    ours, theirs = (Ratio(9, 10), Ratio(2, 100)), (Ratio(80, 100), Ratio(0, 10))
    values = [[each.value or 0 for each in some] for some in (ours, theirs)]
    whole = [(some[0] + some[1]).value or 0 for some in (ours, theirs)]
    assert all(mine > yours for mine, yours in zip(*values, strict=True))
    assert whole[0] < whole[1]


def test_segments_by_tag_do_not_add_up() -> None:
    """One customer with two tags counts in both segments; the segments say that they overlap."""
    both = customer(subscription(line()), tags=("gold", "test"))
    segments = reported(both).by("tag")
    counted = {tag: int(segments[tag].overview.total_customers) for tag in segments}
    assert {"gold": 1, "test": 1} == counted
    assert 1 == int(reported(both).overview.total_customers)
    assert segments.overlapping


def test_spare_seats_never_hide_an_overage() -> None:
    """Available of a sum is not the sum of available: lines are not interchangeable."""
    one = customer(subscription(line(10, 4), line(5, 8, name="Other")))
    (row,) = reported(one).licenses["calling"].overage.rows
    assert (15, 12, 6, 3) == (row.total, row.assigned, row.available, row.overage)
    assert row.available != max(0, row.total - row.assigned)


def test_customers_of_sections_do_not_add_up() -> None:
    """One customer may be in every section, and counts once in each."""
    one = customer(
        subscription(line(1, 2), added_at="2026-11-01", ends_at="2026-12-01"),
        subscription(line(1, 2), id="Sub2", ends_at="2026-12-01", auto_renew=True),
    )
    sections = reported(one).licenses["calling"]
    found = (sections.recently_added, sections.expiring, sections.renewing, sections.overage)
    assert [1] * 4 == [int(section.customers) for section in found]


def test_parts_must_not_share_a_customer() -> None:
    """A customer in two parts would count twice: the report is refused."""
    part = pk.Portfolio.from_customers([customer(subscription())])
    with pytest.raises(InputError) as caught:
        pk.report([part, part], as_of=AS_OF)
    assert ["'c-1'", "'Sub1'"] == [fault.found for fault in caught.value.faults]


def test_a_customer_cut_in_two_is_another_report() -> None:
    """Parts are cut by customer: by subscription, its rate would be another."""
    halves = [subscription(line(10, 0)), subscription(line(10, 10), id="Sub1b")]
    peers = [assigning(number, 10) for number in (2, 3)]
    whole = reported(customer(*halves), *peers)
    cut = reported(customer(halves[0]), customer(halves[1], id="c-1b"), *peers)
    assert (0, 1) == tuple(int(each.overview.low_license_assignment) for each in (whole, cut))


def test_an_order_by_name_is_not_the_order_of_people() -> None:
    """Text is ordered by code point: Z before a, and no accent, width or number is looked at."""
    some = [
        customer(id=id_)
        for id_ in ("a", "Z", "é", "e\u0301", "c-10", "c-9", "\U00010000", "\uffff")
    ]
    ids = [row.customer_id for row in reported(*some).customers]
    assert ["Z", "a", "c-10", "c-9", "e\u0301", "é", "\uffff", "\U00010000"] == ids
