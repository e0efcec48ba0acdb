"""Two reports side by side: the naive reading of both documents, and the laws of comparing."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.aggregates import Ratio
from partnerkpi.errors import FormatError, InputError, MergeError
from partnerkpi.kpi import Definition, Unit
from partnerkpi.policy import PeerRates
from partnerkpi.present._widths import width_of
from partnerkpi.reports import Change, Moves
from tests.library import policy_of, portfolio_of
from tests.oracles.comparison import comparison_document
from tests.own_figures import Named, Nothing, Tagged
from tests.strategies import Document, cases, portfolio_documents

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
LAST = datetime(2200, 1, 1, tzinfo=UTC)
DAYS = (0, 1, 7, 30, 91, 400)
OWN = (Named(), Tagged(), Nothing())


@frozen
class Pair:
    """Two reports of one policy, the earlier first."""

    earlier: pk.Report
    later: pk.Report


@st.composite
def pairs(draw: st.DrawFn, days: tuple[int, ...] = DAYS) -> Pair:
    """The same portfolio later, or another one whose customers may share ids and fates."""
    case = draw(cases(max_customers=6))
    document = draw(st.just(case.document) | portfolio_documents(max_customers=6))
    policy = policy_of(case.policy)
    later = min(LAST, case.as_of + timedelta(days=draw(st.sampled_from(days))))
    own = draw(st.sampled_from([(), OWN, OWN[:2]])), draw(st.sampled_from([(), OWN, OWN[1:]]))

    return Pair(
        pk.report(portfolio_of(case.document), as_of=case.as_of, policy=policy, figures=own[0]),
        pk.report(portfolio_of(document), as_of=later, policy=policy, figures=own[1]),
    )


def small(*customers: Document, as_of: datetime = AS_OF, **settings_: Any) -> pk.Report:
    """The report on a few customers."""
    document = {"format": "partnerkpi/portfolio@1", "customers": list(customers)}

    return pk.report(pk.from_dict(document), as_of=as_of, policy=pk.Policy(**settings_))


def customer(name: str, **fields: object) -> Document:
    """A customer with a calling subscription that ends in ten days."""
    line = {"product": "calling", "name": "Pro", "total": 10, "assigned": 5}
    subscription = {
        "id": f"S-{name}",
        "kind": "subscription",
        "added_at": "2026-01-01",
        "ends_at": "2026-12-02",
        "licenses": [line],
        **fields,
    }

    return {"id": name, "name": name, "subscriptions": [subscription]}


def without_policies(document: Document) -> Document:
    """A comparison document as the naive reading writes it."""
    bare = {name: {"as_of": document[name]["as_of"]} for name in ("earlier", "later")}

    return document | bare


@given(pairs())
def test_the_naive_reading_agrees(pair: Pair) -> None:
    """Set by set and figure by figure, read off the two documents."""
    expected = comparison_document(pair.earlier.to_dict(), pair.later.to_dict())

    assert expected == without_policies(pk.compare(pair.earlier, pair.later).to_dict())


@settings(max_examples=40)
@given(pairs())
def test_stored_reports_compare_like_live_ones(pair: Pair) -> None:
    """Whichever side was read from its document, the comparison is the same."""
    stored = [pk.Report.from_dict(each.to_dict()) for each in (pair.earlier, pair.later)]
    expected = pk.compare(pair.earlier, pair.later)

    assert expected == pk.compare(*stored)
    assert expected == pk.compare(stored[0], pair.later)
    assert expected == pk.compare(pair.earlier, stored[1])


@settings(max_examples=40)
@given(pairs())
def test_nothing_happens_between_a_report_and_itself(pair: Pair) -> None:
    """Nobody moves, no badge changes, and every difference is nothing, where it is defined."""
    same = pk.compare(pair.later, pair.later)
    differences = {
        None if gap is None else Fraction(gap.numerator, gap.denominator)
        for each in changes(same)
        for gap in [each.difference]
    }

    assert not same
    assert set() == differences - {None, 0}


@given(pairs(days=(0,)))
def test_looking_back_reverses_everything(pair: Pair) -> None:
    """Who entered one way has left the other way; differences change their sign."""
    there, back = pk.compare(pair.earlier, pair.later), pk.compare(pair.later, pair.earlier)

    assert [(each.entered, each.left) for each in moves(there)] == [
        (each.left, each.entered) for each in moves(back)
    ]
    assert {each.definition.name: signed(each, 1) for each in changes(there)} == {
        each.definition.name: signed(each, -1) for each in changes(back)
    }
    assert [(each.earlier, each.later) for each in there.badges] == [
        (each.later, each.earlier) for each in back.badges
    ]


@settings(max_examples=30)
@given(pairs(), portfolio_documents(max_customers=5))
def test_moves_add_up_over_three_reports(pair: Pair, document: Document) -> None:
    """Who is new after two steps was new in one of them, and integers' differences add up."""
    third = pk.report(portfolio_of(document), as_of=pair.later.as_of, policy=pair.later.policy)
    first, second = pk.compare(pair.earlier, pair.later), pk.compare(pair.later, third)
    whole = pk.compare(pair.earlier, third)

    assert set(whole.customers.entered) <= {*first.customers.entered, *second.customers.entered}
    for name, each in whole.overview.items():
        steps = [one.overview[name].difference for one in (first, second)]

        assert each.difference == sum(gap for gap in steps if isinstance(gap, int))


@settings(max_examples=40)
@given(pairs())
def test_the_document_reads_back(pair: Pair) -> None:
    """A comparison, its document as JSON, and back."""
    comparison = pk.compare(pair.earlier, pair.later)
    document = json.loads(json.dumps(comparison.to_dict()))

    assert comparison.to_dict() == document
    assert comparison == pk.Comparison.from_dict(document)
    assert document == pk.Comparison.from_dict(document).to_dict()


@settings(max_examples=30)
@given(pairs(), st.integers(40, 120))
def test_the_text_keeps_its_width(pair: Pair, width: int) -> None:
    """No line takes more columns than asked for, and the instant stands in it."""
    text = pk.compare(pair.earlier, pair.later).to_text(width=width)

    assert max(map(width_of, text.splitlines())) <= width
    assert pair.earlier.as_of.date().isoformat() in text


def moves(comparison: pk.Comparison) -> list[Moves]:
    """Every group of customers."""
    sections = [
        section for each in comparison.licenses.values() for section in each.sections.values()
    ]

    return [
        comparison.customers,
        *comparison.statuses.values(),
        *(section.customers for section in sections),
    ]


def changes(comparison: pk.Comparison) -> list[Change]:
    """Every figure."""
    found = [comparison.unobserved_lines, *comparison.overview.values()]
    found += comparison.figures.values()
    for product in comparison.licenses.values():
        found += product.distribution_trend.figures.values()
        for section in product.sections.values():
            found += section.figures.values()

    return found


def signed(change: Change, sign: int) -> Fraction | None:
    """The difference under a sign."""
    gap = change.difference

    return None if gap is None else sign * Fraction(gap.numerator, gap.denominator)


def test_new_customers_enter_and_those_that_are_gone_leave() -> None:
    """Into and out of the list, their statuses and their sections; no badge is told of them."""
    comparison = pk.compare(small(customer("a")), small(customer("b")))
    expiring = comparison.licenses["calling"].sections["expiring"]

    assert Moves(("b",), ("a",)) == comparison.customers == expiring.customers
    assert Moves(("b",), ("a",)) == comparison.statuses[pk.status.Status.SUBSCRIPTION]
    assert () == comparison.badges
    assert 0 == comparison.overview["total_customers"].difference


def test_a_badge_change_names_both_badges() -> None:
    """A subscription that ends between the two instants."""
    later = AS_OF + timedelta(days=10)
    (change,) = pk.compare(small(customer("a")), small(customer("a"), as_of=later)).badges

    assert "a" == change.customer_id
    assert pk.status.Status.EXPIRING_SOON is change.earlier
    assert pk.status.Status.EXPIRED is change.later


def test_a_figure_on_one_side_has_no_difference() -> None:
    """Its value stands on its side, and nothing on the other."""
    bare = pk.report(pk.Portfolio.from_customers([]), as_of=AS_OF)
    with_own = pk.report(pk.Portfolio.from_customers([]), as_of=AS_OF, figures=[Tagged()])
    change = pk.compare(bare, with_own).figures["tagged"]

    assert (None, 0, None) == (change.earlier, change.later, change.difference)
    assert change
    assert Tagged().definition == pk.compare(with_own, bare).figures["tagged"].definition


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        (2, 5, 3),
        (Ratio(1, 2), Ratio(3, 4), Ratio(1, 4)),
        (Ratio(3, 4), Ratio(1, 2), Ratio(-1, 4)),
        (Ratio(2, 4), Ratio(1, 2), Ratio(0, 1)),
        (Ratio(0, 0), Ratio(1, 2), None),
        (Ratio(1, 2), Ratio(0, 0), None),
        (None, 3, None),
        (1, Ratio(1, 2), None),
        (Ratio(1, 2**62), Ratio(1, 2**62 - 1), Ratio(1, 2**62 * (2**62 - 1))),
    ],
)
def test_differences_are_exact(earlier: Any, later: Any, expected: Any) -> None:
    """Whole numbers, ratios in lowest terms, and nothing where a side is undefined."""
    definition = Definition("x", "X", "X.", Unit.SHARE)

    assert expected == Change(definition, earlier, later).difference


def test_other_policies_are_refused() -> None:
    """Both values of every setting that differs stand in the message."""
    with pytest.raises(MergeError) as refused:
        pk.compare(small(window_days=30, trend_weeks=3), small(window_days=60, trend_weeks=4))

    assert (
        "reports of different policies do not compare:"
        " window_days is 30 and 60, trend_weeks is 3 and 4"
    ) == str(refused.value)


def test_the_later_report_comes_last() -> None:
    """Both instants stand in the message; the same instant is no refusal."""
    later = AS_OF + timedelta(microseconds=1)
    with pytest.raises(MergeError) as refused:
        pk.compare(small(as_of=later), small())

    assert (
        "the earlier report comes first: 2026-11-22T00:00:00.000001Z is after 2026-11-22T00:00:00Z"
    ) == str(refused.value)


class Nobody:
    """A low-assignment rule of one's own, without an equality of its own."""

    def threshold(self, _peers: PeerRates, _fraction: Fraction, /) -> Fraction | None:
        """Nobody is low."""
        return None

    def to_dict(self) -> dict[str, object]:
        """Its name."""
        return {"rule": "nobody"}


def test_rules_of_ones_own_compare_by_what_they_say() -> None:
    """Two rules that write themselves alike are one, also after reading."""
    first, second = (small(customer("a"), low_assignment_rule=Nobody()) for _ in range(2))
    rules = {"nobody": Nobody}
    comparison = pk.compare(first, pk.Report.from_dict(second.to_dict(), rules))

    assert not comparison
    document = comparison.to_dict()
    assert document == pk.Comparison.from_dict(document, rules).to_dict()


# Documents


def stored() -> Document:
    """The document of a comparison in which something of every kind happened."""
    earlier = pk.report(
        portfolio_of({"customers": [customer("a"), customer("b")]}), as_of=AS_OF, figures=[Named()]
    )
    later = pk.report(
        portfolio_of({"customers": [customer("b"), customer("c")]}),
        as_of=AS_OF + timedelta(days=10),
        figures=[Named()],
    )
    document: Document = json.loads(json.dumps(pk.compare(earlier, later).to_dict()))

    return document


TWICE = [{"customer_id": "b", "earlier": "trial", "later": None}] * 2
FAULTY: tuple[tuple[str, object, str], ...] = (
    ("earlier.as_of", "2026-11-22", "earlier.as_of"),
    ("later.policy.window_days", 30, "later.policy"),
    ("later.policy.window_days", "30", "later.policy.window_days"),
    ("customers", [], "customers"),
    ("customers.entered", ["c", "c"], "customers.entered"),
    ("customers.entered", ["c", "b"], "customers.entered"),
    ("customers.entered", ["a"], "customers.left"),
    ("customers.left", [1], "customers.left[0]"),
    ("statuses.trial", None, "statuses.trial"),
    ("statuses.gone", {"entered": [], "left": []}, "statuses.gone"),
    ("badges.0.later", "expiring_soon", "badges[0].later"),
    ("badges.0.later", "gold", "badges[0].later"),
    ("badges", {}, "badges"),
    ("badges", TWICE, "badges"),
    ("data.unobserved_lines.difference", 7, "data.unobserved_lines.difference"),
    ("overview.total_customers.earlier", -1, "overview.total_customers.earlier"),
    ("overview.total_customers.difference", None, "overview.total_customers.difference"),
    ("overview.total_customers.difference", 0.0, "overview.total_customers.difference"),
    (
        "licenses.calling.distribution_trend.later_week_end",
        "2026-11-22T00:00:00Z",
        "licenses.calling.distribution_trend.later_week_end",
    ),
    (
        "licenses.calling.expiring.assignment.earlier.value",
        0.75,
        "licenses.calling.expiring.assignment.earlier.value",
    ),
    (
        "licenses.calling.recently_added.total_licenses.later",
        7,
        "licenses.calling.recently_added.total_licenses.difference",
    ),
    ("licenses.messaging", {}, "licenses.messaging"),
    ("figures.named.unit", "seats", "figures.named.unit"),
    ("figures.named.later", True, "figures.named.later"),
    ("figures.named.difference", 1, "figures.named.difference"),
)


def altered(document: Document, path: str, value: object) -> Document:
    """The document with another value at a path."""
    changed = deepcopy(document)
    *steps, last = path.split(".")
    at: Any = changed
    for step in steps:
        at = at[int(step)] if step.isdigit() else at[step]
    at[last] = value

    return changed


@pytest.mark.parametrize(("path", "value", "place"), FAULTY)
def test_faulty_documents_are_refused_with_the_place(path: str, value: object, place: str) -> None:
    """Wrong types, values that contradict each other, unknown keys."""
    with pytest.raises(InputError) as refused:
        pk.Comparison.from_dict(altered(stored(), path, value))

    assert [place] == [fault.place.path for fault in refused.value.faults]


def test_an_earlier_instant_that_is_later_is_refused() -> None:
    """The instants are out of order, and the week's end is not the one of the instant."""
    document = altered(stored(), "earlier.as_of", "2026-12-22T00:00:00Z")
    week = "distribution_trend.earlier_week_end"
    with pytest.raises(InputError) as refused:
        pk.Comparison.from_dict(document)

    assert ["later.as_of", f"licenses.calling.{week}", f"licenses.meetings.{week}"] == sorted(
        str(fault.place.path) for fault in refused.value.faults
    )


def test_all_faults_come_at_once() -> None:
    """Each with its path, what was expected, and what came."""
    document = altered(stored(), "overview.total_customers.difference", 7)
    document = altered(document, "customers.extra", 1)
    with pytest.raises(InputError) as refused:
        pk.Comparison.from_dict(document)

    assert [
        "document, customers.extra: expected a known key, found 'extra'",
        "document, overview.total_customers.difference: expected 0, later minus earlier, found 7",
    ] == [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize("name", ["partnerkpi/comparison@2", "partnerkpi/report@1", None])
def test_other_formats_are_refused(name: str | None) -> None:
    """By name, with the one that this release reads."""
    with pytest.raises(FormatError, match="this release reads partnerkpi/comparison@1"):
        pk.Comparison.from_dict(altered(stored(), "format", name))


def test_the_text_of_a_small_comparison() -> None:
    """Who came and went, what changed by how much, and both instants in the subtitle."""
    text = pk.Comparison.from_dict(stored()).to_text()

    for line in (
        "2026-11-22 to 2026-12-02",
        "  New   1: c",
        "  Total customers               2      2       0",
        "  Nearing expiration            2      0      -2",
        "  b         expiring soon  expired",
        "  Expiring customers         2      0      -2",
        "  License assignment     50.0%    n/a     n/a",
        "  Long names     0.0%   0.0%  0.0 points",
    ):
        assert line in text.splitlines()


def test_long_lists_are_shortened() -> None:
    """The number of customers, and the first ten."""
    many = [customer(f"c-{number:02}") for number in range(12)]
    text = pk.compare(small(), small(*many)).to_text()

    assert "12: c-00, c-01" in text
    assert "c-09 and 2 more" in text
    assert "c-10" not in text
