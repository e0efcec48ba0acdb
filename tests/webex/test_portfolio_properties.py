"""Portfolios of generated answers, with the quirks of the platform, against plain Python."""

import io
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi import webex
from tests.library import figures_only
from tests.oracles import report_document
from tests.oracles.webex_portfolio import expected_portfolio
from tests.webex.answers import WHEN, encoded

Row = dict[str, Any]
Partners: TypeAlias = tuple[list[tuple[str, str]], list[tuple[str, Row]], dict[str, Row]]
NAMES = (
    "Webex Calling - Professional",
    "Webex Calling - Workspaces",
    "Webex Meetings Suite",
    "Advanced Messaging",
    "Call on Webex (1:1 call, non-PSTN)",
    "Customer Experience - Essential",
)
DAYS = st.dates(datetime(2025, 1, 1, tzinfo=UTC).date(), datetime(2026, 12, 1, tzinfo=UTC).date())


@st.composite
def facts_of(draw: st.DrawFn, trial: bool) -> Row:
    """Facts of a subscription: any of them may be unknown."""
    renews = st.just(False) if trial else st.booleans()
    return draw(
        st.fixed_dictionaries(
            {},
            optional={
                "added_at": DAYS.map(str),
                "starts_at": DAYS.map(str),
                "ends_at": st.sampled_from(["none", "2027-01-10", "2028-02-29"]),
                "auto_renew": renews,
                "paid": st.booleans(),
                "set_up": st.booleans(),
            },
        )
    )


@st.composite
def counts(draw: st.DrawFn) -> Row:
    """What a license counts: numbers, nulls, or nothing at all."""
    found: Row = {
        "totalUnits": draw(st.integers(0, 9)),
        "consumedUnits": draw(st.integers(0, 12)),
        **draw(st.sampled_from([{}, {"totalUnits": None}, {"consumedUnits": None}])),
    }
    users, workspaces = (draw(st.sampled_from([..., None, 0, 3])) for _ in range(2))
    found |= {"consumedByUsers": users, "consumedByWorkspaces": workspaces}
    return {key: value for key, value in found.items() if value is not ...}


@st.composite
def partners(
    draw: st.DrawFn,
) -> tuple[list[tuple[str, str]], list[tuple[str, Row]], dict[str, Row]]:
    """Organizations, their licenses, and facts of some of their subscriptions."""
    uuids = draw(st.lists(st.uuids(version=4).map(str), unique=True, max_size=4))
    organizations = [(uuid, f"Customer {turn}") for turn, uuid in enumerate(uuids)]
    licenses: list[tuple[str, Row]] = []
    facts: dict[str, Row] = {}
    for turn, uuid in enumerate(uuids):
        for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
            kind = draw(st.sampled_from(["Sub", "trialSub.", None]))
            key = None if kind is None else f"{kind}{turn}"
            number = encoded("LICENSE", f"{uuid}:X_{len(licenses)}")
            row: Row = {"id": number, "name": name}
            row |= draw(counts())
            if key is not None or draw(st.booleans()):
                row["subscriptionId"] = key
            if draw(st.booleans()):
                row["news"] = {"nested": [1]}
            licenses.append((uuid, row))
            if key is not None and draw(st.booleans()):
                facts[key] = draw(facts_of(trial=key.startswith("trial")))
    return organizations, licenses, facts


def described(found: pk.Portfolio) -> list[Row]:
    """A portfolio as the oracle describes one."""
    return [
        {
            "id": customer.id,
            "name": customer.name,
            "subscriptions": [
                {
                    "id": each.id,
                    "trial": each.kind is pk.Kind.TRIAL,
                    "added": each.added_at.isoformat(),
                    "starts": each.starts_at.isoformat(),
                    "ends": each.ends_at and each.ends_at.isoformat(),
                    "auto_renew": each.auto_renew,
                    "paid": each.paid,
                    "set_up": each.set_up,
                    "lines": [described_line(line) for line in each.licenses],
                }
                for each in customer.subscriptions
            ],
        }
        for customer in found.customers
    ]


def described_line(line: pk.LicenseLine) -> Row:
    """A line as the oracle describes one."""
    (seen,) = line.observations
    at = seen.observed_at and seen.observed_at.isoformat()
    counts = {"total": seen.total, "assigned": seen.assigned, "at": at}
    return {"product": line.product, "name": line.name, "seen": counts}


def sent(rows: list[Row], form: str) -> Any:
    """Rows as the platform may answer with them."""
    answers = {"items": {"items": rows}, "bare": rows, "text": json.dumps({"items": rows})}
    return answers[form]


FORMS = st.tuples(*[st.sampled_from(["items", "bare", "text"])] * 2)


@settings(max_examples=150)
@given(partners(), st.sampled_from([None, str, str.upper]), FORMS, st.randoms())
def test_it_is_what_plain_python_says(
    partner: Partners,
    spell: Callable[[str], str] | None,
    forms: tuple[str, str],
    dice: random.Random,
) -> None:
    """Customers, subscriptions, lines, free licenses and what is missing, whatever the form."""
    organizations, licenses, facts = partner
    own = organizations[0][0] if spell and organizations else None
    whole = [
        {"id": encoded("ORGANIZATION", uuid), "displayName": name} for uuid, name in organizations
    ]
    known = {key: row for key, row in facts.items() if row}
    table = [{"subscription_id": key, **row} for key, row in known.items()]
    dice.shuffle(table)
    found = webex.portfolio(
        organizations=sent(whole, forms[0]),
        licenses=sent([row for _, row in licenses], forms[1]),
        facts=table,
        # An id in capital letters does not decode, and is the same organization.
        partner=spell(encoded("ORGANIZATION", own)) if spell and own else None,
        observed_at=WHEN,
    )
    customers, free, missing = expected_portfolio(organizations, licenses, known, own, WHEN)

    assert customers == described(found.portfolio)
    assert free == [
        {"customer_id": each.customer_id, "name": each.name, "total": each.total}
        for each in found.free_licenses
    ]
    assert missing == {
        each.subscription_id or each.customer_id: [*each.facts] for each in found.missing
    }
    assert sum("news" in row for _, row in licenses) == found.ignored.get("licenses.news", 0)
    kept = found.portfolio.partner
    assert own == (kept and kept.organization and kept.organization.id)


@settings(max_examples=50)
@given(partners())
def test_it_survives_our_own_documents(
    partner: Partners,
) -> None:
    """Written and read again it is the same, with the report that plain Python gives."""
    organizations, licenses, _ = partner
    found = webex.portfolio(
        organizations=[{"id": uuid, "displayName": name} for uuid, name in organizations],
        licenses=[row for _, row in licenses],
        partner=organizations[0][0] if organizations else None,
        observed_at=WHEN,
    ).portfolio
    stream = io.BytesIO()
    pk.write(found, stream)
    document = json.loads(stream.getvalue())

    assert found == pk.read(io.BytesIO(stream.getvalue()))
    assert report_document(document, WHEN) == figures_only(pk.report(found, as_of=WHEN).to_dict())
