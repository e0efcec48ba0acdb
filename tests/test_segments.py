"""Segments: each is the report of its own customers, under the peers of the whole portfolio."""

import random
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.errors import UnknownNameError
from partnerkpi.reports import Segments, finish, merged
from tests.library import (
    AS_OF,
    customer,
    figures_only,
    line,
    portfolio_of,
    records_of,
    report_of,
    report_of_parts,
    reported,
    subscription,
)
from tests.oracles import read_customers, report_document
from tests.strategies import Case, cases, partitions

KEYS = ("tag", "product", "managed_by", "region", "attr.region", "account_manager")


def segments_of_customer(record: pk.Customer, key: str, case: Case) -> set[str | None]:
    """The segments of one customer, from its own fields."""
    if key == "managed_by":
        return {record.managed_by.value}
    if key == "tag":
        return set(record.tags) or {None}
    if key == "product":
        there = [each for each in record.subscriptions if each.added_at <= case.as_of]
        return {one.product for each in there for one in each.licenses} or {None}
    return {record.attributes.get(key.removeprefix("attr."))}


def naive_segments(case: Case, key: str) -> dict[str | None, list[dict[str, Any]]]:
    """The customers of a document, by segment."""
    found: dict[str | None, list[dict[str, Any]]] = {}
    for record, fields in zip(records_of(case.document), case.document["customers"], strict=True):
        for segment in segments_of_customer(record, key, case):
            found.setdefault(segment, []).append(fields)
    return found


def known_key(report: pk.Report, key: str) -> Segments | None:
    """The segments by a key; none where no customer has such an attribute."""
    try:
        return report.by(key)
    except UnknownNameError:
        return None


@given(cases(), st.sampled_from(KEYS))
@settings(max_examples=40)
def test_segments_hold_their_customers(case: Case, key: str) -> None:
    """Every segment there is, by code point, customers without any last, and nothing else."""
    segments = known_key(report_of(case), key)
    expected = naive_segments(case, key)
    if segments is None:
        assert {None} >= set(expected)
        return
    order = sorted(expected, key=lambda name: (name is None, name or ""))
    assert order == list(segments)
    assert len(order) == len(segments)
    for name, members in expected.items():
        ids = sorted(member["id"] for member in members)
        assert ids == segments[name].customers.column("customer_id")


@given(cases(max_customers=6), st.sampled_from(KEYS))
@settings(max_examples=40)
def test_a_segment_is_the_report_of_its_customers(case: Case, key: str) -> None:
    """But for low assignment, which needs the peers of all, it is as if there were no others."""
    plain = evolve(case, policy=evolve(case.policy, low_assignment_fraction=Fraction(0)))
    segments = known_key(report_of(plain), key)
    for name, members in naive_segments(plain, key).items() if segments else ():
        document = case.document | {"customers": members}
        expected = report_document(document, plain.as_of, plain.policy)
        assert segments is not None
        assert expected == figures_only(segments[name].to_dict())


@given(cases(), st.sampled_from(KEYS))
@settings(max_examples=40)
def test_who_is_low_stays_low_in_its_segment(case: Case, key: str) -> None:
    """The low customers of a segment are those of the whole that are in it."""
    report = report_of(case)
    segments = known_key(report, key)
    for name, members in naive_segments(case, key).items() if segments else ():
        assert segments is not None
        ids = {member["id"] for member in members}
        for whole, part in low_figures(report, segments[name]):
            assert [each for each in whole.members if each in ids] == list(part.members)


def low_figures(whole: pk.Report, part: pk.Report) -> list[tuple[Any, Any]]:
    """The low-assignment figures of two reports."""
    pairs = [(whole.overview.low_license_assignment, part.overview.low_license_assignment)]
    return pairs + [
        (
            whole.licenses[product].low_assignment.customers,
            part.licenses[product].low_assignment.customers,
        )
        for product in ("meetings", "calling")
    ]


@given(cases(), st.sampled_from(("managed_by", "region", "account_manager")))
@settings(max_examples=40)
def test_segments_of_a_true_partition_merge_to_the_whole(case: Case, key: str) -> None:
    """By manager or attribute every customer is in one segment: together they are the report."""
    report = report_of(case)
    segments = known_key(report, key)
    if segments is None or not segments:
        assert not any(each for each in naive_segments(case, key) if each)
        return
    states = [each.state for each in segments.values() if each.state is not None]
    random.Random(0).shuffle(states)
    assert not segments.overlapping
    assert report.to_dict() == finish(merged(states)).to_dict()


@given(cases(), st.sampled_from(KEYS), st.data())
@settings(max_examples=40)
def test_segments_of_parts_are_those_of_the_whole(
    case: Case, key: str, data: st.DataObject
) -> None:
    """However the portfolio was cut, its segments are the same."""
    parts = data.draw(partitions(case.document))
    whole = known_key(report_of(case), key)
    cut = known_key(report_of_parts(parts, case.as_of, case.policy), key)
    assert as_documents(whole) == as_documents(cut)


def as_documents(segments: Segments | None) -> list[tuple[str | None, dict[str, Any]]] | None:
    """The documents of segments, in their order."""
    if segments is None:
        return None
    return [(name, report.to_dict()) for name, report in segments.items()]


def test_tags_overlap_and_say_so() -> None:
    """A customer is in the segment of each of its tags; without tags it is in that of none."""
    some = [
        customer(id="c-1", tags=("gold", "test")),
        customer(id="c-2", tags=("gold",)),
        customer(id="c-3"),
    ]
    segments = reported(*some).by("tag")
    assert ["gold", "test", None] == list(segments)
    assert [2, 1, 1] == [len(each.customers) for each in segments.values()]
    assert segments.overlapping
    assert "<3 segments by tag, overlapping>" == repr(segments)


def test_products_are_those_that_are_there() -> None:
    """Ended ones count, later ones do not; a customer without any product is in none."""
    some = [
        customer(
            subscription(line(product="calling"), ends_at="2026-07-01"),
            subscription(line(product="later"), id="S2", added_at="2026-11-23"),
            id="c-1",
        ),
        customer(subscription(line(product="calling"), id="S3"), id="c-2"),
        customer(id="c-3"),
    ]
    segments = reported(*some).by("product")
    assert ["calling", None] == list(segments)
    assert ["c-1", "c-2"] == segments["calling"].customers.column("customer_id")
    assert segments.overlapping


def test_an_attribute_called_like_a_key() -> None:
    """With the prefix `attr.` a host's own column is meant, without it the library's."""
    one = customer(attributes={"tag": "own", "region": "emea"}, tags=("gold",))
    report = reported(one)
    assert ["gold"] == list(report.by("tag"))
    assert ["own"] == list(report.by("attr.tag"))
    assert ["emea"] == list(report.by("region")) == list(report.by("attr.region"))


def test_who_lacks_the_attribute_is_in_none() -> None:
    """Customers without the attribute stand last, under no name."""
    some = [customer(id="c-1", attributes={"region": "emea"}), customer(id="c-2")]
    segments = reported(*some).by("region")
    assert ["emea", None] == list(segments)
    assert None in segments
    assert ["c-2"] == segments[None].customers.column("customer_id")
    assert not segments.overlapping


def test_a_report_of_a_segment_may_be_cut_again() -> None:
    """Segments of a segment: gold customers, by who manages them."""
    some = [
        customer(id="c-1", tags=("gold",), managed_by="external"),
        customer(id="c-2", tags=("gold",)),
        customer(id="c-3", managed_by="external"),
    ]
    inner = reported(*some).by("tag")["gold"].by("managed_by")
    assert {"external": ["c-1"], "partner": ["c-2"]} == {
        name: report.customers.column("customer_id") for name, report in inner.items()
    }


@pytest.mark.parametrize("customers", [[], [customer()]])
def test_an_unknown_key_is_refused(customers: list[pk.Customer]) -> None:
    """A key that no customer has names the nearest there is."""
    with pytest.raises(UnknownNameError, match="segment key is called 'tags'; did you mean 'tag'"):
        reported(*customers).by("tags")


def test_an_unknown_segment_is_refused() -> None:
    """A segment that is not there names the nearest there is."""
    segments = reported(customer(tags=("gold",))).by("tag")
    with pytest.raises(UnknownNameError, match=r"segment by tag is called 'glod'.*'gold'"):
        segments["glod"]
    assert segments.get("glod") is None
    assert "glod" not in segments


def test_segments_keep_evidence() -> None:
    """A figure of a segment knows its members and why a customer is counted."""
    some = [
        customer(subscription(line()), id="c-1", tags=("gold",)),
        customer(subscription(line(), id="S2"), id="c-2"),
    ]
    figure = reported(*some).by("tag")["gold"].overview.total_customers
    assert ["c-1"] == list(figure.members)
    assert figure.why("c-1").counted
    with pytest.raises(UnknownNameError, match="c-2"):
        figure.why("c-2")


@given(cases())
@settings(max_examples=30)
def test_masks_cut_as_segments_do(case: Case) -> None:
    """`where` by a mask of the columns gives the portfolio of the same customers."""
    portfolio = portfolio_of(case.document)
    external = portfolio.where(portfolio.customer_columns.external)
    expected = [
        each.id for each in records_of(case.document) if each.managed_by is pk.ManagedBy.EXTERNAL
    ]
    assert expected == [each.id for each in external.customers]
    assert sorted(expected) == [
        one.id for one in read_customers(case.document) if one.managed_by == "external"
    ]


def test_the_instant_of_segments_is_that_of_the_report() -> None:
    """Instant and policy are handed on."""
    report = reported(customer(tags=("gold",)), window_days=7)
    segment = report.by("tag")["gold"]
    assert (AS_OF, report.policy) == (segment.as_of, segment.policy)
