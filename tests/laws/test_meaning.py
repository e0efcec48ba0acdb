"""The whole report is what the naive reading of the definitions gives, however it came to be."""

import json
import random
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from tests.library import figures_only, policy_of, report_of, report_of_parts
from tests.oracles import report_document
from tests.oracles.policy import DEFAULT_POLICY
from tests.strategies import Case, cases, partitions, reordered


def written(document: object) -> str:
    """A document as text, in which 1, 1.0 and true are three things."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)


def naive(case: Case) -> str:
    """What the naive reading gives."""
    return written(report_document(case.document, case.as_of, case.policy))


def said(report: pk.Report) -> str:
    """What the library gives."""
    return written(figures_only(report.to_dict()))


@given(cases())
@settings(max_examples=200)
def test_records_give_the_naive_report(case: Case) -> None:
    """A portfolio built of records is reported as the definitions read, under any policy."""
    assert naive(case) == said(report_of(case))


@given(cases(max_customers=4))
@settings(max_examples=50)
def test_a_mapping_gives_the_naive_report(case: Case) -> None:
    """A portfolio document as plain mappings is reported as the definitions read."""
    portfolio = pk.from_dict(case.document)
    report = pk.report(portfolio, as_of=case.as_of, policy=policy_of(case.policy))
    assert naive(case) == said(report)


@given(cases(max_customers=4))
@settings(max_examples=50)
def test_a_document_gives_the_naive_report(case: Case) -> None:
    """A portfolio document as text is reported as the definitions read."""
    portfolio = pk.read(BytesIO(json.dumps(case.document).encode()))
    report = pk.report(portfolio, as_of=case.as_of, policy=policy_of(case.policy))
    assert naive(case) == said(report)


@given(cases(max_customers=24))
@settings(max_examples=25)
def test_many_customers_give_the_naive_report(case: Case) -> None:
    """More customers than peers of one band need are reported as the definitions read."""
    assert naive(case) == said(report_of(case))


@given(cases(), st.data())
@settings(max_examples=50)
def test_parts_give_the_naive_report(case: Case, data: st.DataObject) -> None:
    """Parts cut by customer in any way, empty ones included, are reported as the whole is."""
    parts = data.draw(partitions(case.document))
    assert naive(case) == said(report_of_parts(parts, case.as_of, case.policy))


@given(cases(), st.data())
@settings(max_examples=50)
def test_order_never_matters(case: Case, data: st.DataObject) -> None:
    """Customers, subscriptions, lines and observations in any order give one report."""
    other = data.draw(reordered(case.document))
    parts = data.draw(partitions(other))
    assert naive(case) == said(report_of_parts(parts, case.as_of, case.policy))


@given(cases())
@settings(max_examples=50)
def test_a_report_echoes_its_instant_and_policy(case: Case) -> None:
    """The report carries the policy it was counted by and the instant in UTC."""
    report = report_of(case)
    assert (case.as_of, policy_of(case.policy)) == (report.as_of, report.policy)
    assert report.policy == pk.Policy.from_dict(report.to_dict()["policy"])


def crowded(seed: int) -> Case:
    """A few customers with very many subscriptions, lines and observations, drawn by a seed."""
    draw = random.Random(seed)
    as_of = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def instant(*days: int) -> str:
        moment = as_of - timedelta(days=draw.choice(days), microseconds=draw.choice((-1, 0, 1)))
        return moment.isoformat()

    def counts() -> dict[str, int]:
        top = draw.choice((0, 3, 20, 300, 70_000, 2**40))
        return {name: draw.randint(0, top) for name in ("total", "assigned", "used_7d", "used_3mo")}

    def line(number: int) -> dict[str, object]:
        days = draw.sample(range(80), draw.choice((0, 1, 1, 3, 30)))
        seen = [{"observed_at": instant(day), **counts()} for day in days]
        product = draw.choice(("calling", "meetings", "messaging"))
        return {"product": product, "name": f"L{number}", "observations": seen}

    def subscription(id_: str) -> dict[str, object]:
        lines = draw.choice((0, 1, 2, 3, 63, 64, 65, 90))
        kind = draw.choice(("subscription", "subscription", "trial"))
        dates = {"added_at": instant(0, 7, 30, 90, 91, 400), "starts_at": instant(-5, 0, 400)}
        return {
            "id": id_,
            "kind": kind,
            **dates,
            "ends_at": draw.choice((None, instant(-6, -30, -90, -91))),
            "auto_renew": kind == "subscription" and draw.random() < 0.5,
            "licenses": [line(number) for number in range(lines)],
        }

    customers = [
        {
            "id": f"c-{row}",
            "name": "Crowded",
            "tags": ["gold"] * (row % 2),
            "subscriptions": [
                subscription(f"S{row}-{number}") for number in range(draw.choice((0, 1, 2, 66)))
            ],
        }
        for row in range(12)
    ]
    return Case({"customers": customers}, as_of, DEFAULT_POLICY)


@pytest.mark.parametrize("seed", range(3))
def test_crowded_customers_give_the_naive_report(seed: int) -> None:
    """More subscriptions and lines than the layout has levels, whole and in parts."""
    case = crowded(seed)
    parts = [{"customers": case.document["customers"][start::3]} for start in range(3)]
    expected = naive(case)
    assert expected == said(report_of(case))
    assert expected == said(report_of_parts(parts, case.as_of, case.policy))


def test_nobody_at_all_has_a_report() -> None:
    """No customers, as one portfolio or as no parts at all, give the naive report of nobody."""
    case = Case({"customers": []}, datetime(2026, 11, 22, tzinfo=UTC), DEFAULT_POLICY)
    assert naive(case) == said(report_of(case))
    assert naive(case) == said(pk.report([], as_of=case.as_of))
