"""Portfolios of answers: what becomes of each quirk, and what is said beside them."""

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import attrs
import pytest

import partnerkpi as pk
from partnerkpi import webex
from partnerkpi.errors import InputError, InstantError
from partnerkpi.managing_models import Role
from partnerkpi.policy import FixedRate
from partnerkpi.webex import LeftOutReason, WebexPortfolio
from tests.library import figures_only, line
from tests.oracles import report_document
from tests.webex.answers import (
    GLOBEX,
    INITECH,
    NORTH,
    SAMPLES,
    WHEN,
    encoded,
    license_row,
    organization_row,
)

ORGANIZATIONS = [
    organization_row(NORTH, "North Partner"),
    organization_row(GLOBEX, "Globex"),
    organization_row(INITECH, "Initech"),
]


def made(*licenses: object, **fields: Any) -> WebexPortfolio:
    """The portfolio of three organizations with these licenses."""
    given: dict[str, Any] = {"organizations": ORGANIZATIONS, "licenses": licenses}
    given |= {"observed_at": WHEN} | fields
    return webex.portfolio(**given)


def faults_of(*licenses: object, **fields: Any) -> list[tuple[str, str, str]]:
    """The faults of making one, which lenient making lists as well."""
    with pytest.raises(InputError) as raised:
        made(*licenses, **fields)
    lenient = made(*licenses, **fields, lenient=True).portfolio
    assert (raised.value.faults, raised.value.count) == (lenient.faults, lenient.fault_count)
    return [(str(each.place), each.expected, each.found) for each in raised.value.faults]


def reasons(found: WebexPortfolio) -> list[tuple[str, str, LeftOutReason]]:
    """What was left out: where, what, and why."""
    return [(str(each.place), each.what, each.reason) for each in found.left_out]


def only(found: WebexPortfolio, customer: str = GLOBEX) -> pk.Subscription:
    """The only subscription of a customer."""
    (subscription,) = found.portfolio.customer(customer).subscriptions
    return subscription


# Samples


def test_the_sample_of_a_trial_organization() -> None:
    """Nine free licenses, one that nobody can have, nine lines of a trial, by their products."""
    licenses = webex.licenses(SAMPLES / "derived" / "licenses_trial_org_masked.json")
    owner = licenses[0].organization
    assert owner is not None
    found = made(organizations=[organization_row(owner.text, "Sandbox")], licenses=licenses)
    trial = only(found, owner.text)

    assert (9, 1, 9) == (len(found.free_licenses), len(found.left_out), len(trial.licenses))
    assert pk.Kind.TRIAL is trial.kind
    assert {
        "calling": 2,
        "meetings": 2,
        "messaging": 1,
        "Contact Center Premium Agent": 1,
        "Epic Desktop Connector for Webex Contact Center": 1,
        "Salesforce Desktop Connector": 1,
        "Webex Room Kit": 1,
    } == {
        product: sum(line.product == product for line in trial.licenses)
        for product in {line.product for line in trial.licenses}
    }
    assert {"Webex Calling - Hot desk only": 9, "Hybrid - Message": 44}.items() <= (
        found.free_license_counts.items()
    )


def sample(folder: str, name: str) -> Any:
    """A sample answer."""
    return json.loads(SAMPLES.joinpath(folder, f"{name}.json").read_bytes())


def all_samples() -> WebexPortfolio:
    """What all samples of the administration say together; they speak of one organization."""
    owner = sample("openapi_admin", "organization_details")["id"]
    return webex.portfolio(
        organizations=sample("openapi_admin", "organizations_list"),
        licenses={owner: sample("openapi_admin", "licenses_list")},
        tags=[
            SAMPLES / "openapi_admin" / "partner_organizations_by_tags.json",
            SAMPLES / "openapi_admin" / "partner_subscriptions_by_tags.json",
        ],
        administrators={owner: sample("openapi_admin", "partner_admins")},
        wholesale=sample("openapi_wholesale", "wholesale_customers"),
        facts="subscription_id,starts_at,ends_at\nSub-hydraOct26a,2026-10-26,2026-12-26\n",
        observed_at=WHEN,
    )


def test_the_samples_of_the_administration() -> None:
    """They make a customer; tags and wholesale are of organizations that are not in the list."""
    found = all_samples()
    customer = found.portfolio.customers[0]

    assert ("Acme, Inc.", "johndoe@example.com") == (
        customer.name,
        customer.administrators[0].email,
    )
    assert [LeftOutReason.UNKNOWN_ORGANIZATION] * 3 == [each.reason for each in found.left_out]
    assert [("meetings", 50, 5)] == [
        (each.product, each.observations[0].total, each.observations[0].assigned)
        for each in customer.subscriptions[0].licenses
    ]


def test_the_samples_survive_our_own_documents() -> None:
    """Written and read again they are the same, and the report is that of plain Python."""
    found = all_samples().portfolio
    stream = io.BytesIO()
    pk.write(found, stream)
    report = pk.report(found, as_of=WHEN)

    assert found == pk.read(io.BytesIO(stream.getvalue()))
    assert report_document(json.loads(stream.getvalue()), WHEN) == figures_only(report.to_dict())
    assert 1 == report.overview.nearing_expiration.value


# Organizations


def test_a_customer_is_called_by_its_uuid() -> None:
    """So it meets the calls, which call history names by the UUID of the organization."""
    assert [NORTH, GLOBEX, INITECH] == [each.id for each in made().portfolio.customers]


def test_an_id_that_does_not_decode_is_kept() -> None:
    """The customer is called by it as it came; others find it whatever the case."""
    shouted = encoded("ORGANIZATION", GLOBEX).upper()
    found = made(
        organizations=[{"id": shouted, "displayName": "Globex"}],
        licenses={shouted.lower(): [license_row(owner=None)]},
    )

    assert "Sub1" == only(found, shouted).id


def test_ids_that_differ_only_in_case_are_told_apart() -> None:
    """Whoever names one of two such ids in a third spelling names neither."""
    twins = [{"id": each, "displayName": each} for each in ("ab-1", "AB-1")]
    given: dict[str, Any] = {"organizations": twins}

    assert "Sub1" == only(made(**given, licenses={"AB-1": [license_row(owner=None)]}), "AB-1").id
    assert [("licenses of Ab-1, [0].id", "'Ab-1'")] == [
        (place, found)
        for place, _, found in faults_of(**given, licenses={"Ab-1": [license_row(owner=None)]})
    ]


def test_an_organization_that_comes_again() -> None:
    """On two pages it is one; under two names it is a fault."""
    again = made(organizations=[*ORGANIZATIONS, ORGANIZATIONS[1]])

    assert 3 == len(again.portfolio)
    assert [("organizations, [3]", "Globex", LeftOutReason.REPEATED)] == reasons(again)
    assert [
        ("organizations, [3].displayName", "one name of an organization ('Globex')", "'Globecks'")
    ] == faults_of(organizations=[*ORGANIZATIONS, organization_row(GLOBEX, "Globecks")])


OWN = [NORTH, encoded("ORGANIZATION", NORTH), "upper", "record", "organization"]


@pytest.mark.parametrize("own", OWN)
def test_the_own_organization_is_no_customer(own: str) -> None:
    """It becomes that of the partner, with what is its own, whichever way it is named."""
    partner: object = {
        "upper": encoded("ORGANIZATION", NORTH).upper(),
        "record": pk.Partner(id=NORTH, name="We"),
        "organization": pk.Partner(
            id="p-1", name="We", organization=pk.Customer(id=NORTH, name="Us")
        ),
    }.get(own, own)
    row = license_row("9", owner=NORTH, subscriptionId="Own")
    found = made(license_row(), row, partner=partner)
    kept = found.portfolio.partner

    assert kept is not None
    assert kept.organization is not None
    assert (NORTH, "Own") == (kept.organization.id, kept.organization.subscriptions[0].id)
    assert ("We" if own in {"record", "organization"} else "North Partner") == kept.name
    assert [GLOBEX, INITECH] == [each.id for each in found.portfolio.customers]
    assert NORTH not in {each.customer_id for each in found.missing}


def test_a_partner_that_is_not_in_the_list() -> None:
    """A record is taken as it is; an id alone leads nowhere, and is a fault."""
    stranger = pk.Partner(id="p-1", name="We")

    assert stranger == made(partner=stranger).portfolio.partner
    assert [
        ("partner", "the id of the partner's own organization, among the organizations", "'p-1'")
    ] == faults_of(partner="p-1")


# Licenses


def test_pages_are_read_together() -> None:
    """A license that is on two of them counts once, and is listed."""
    pages = [
        {"items": [license_row()]},
        {"items": [license_row(), license_row("2", "Webex Suite")]},
    ]
    found = made(licenses=pages)

    assert ["calling", "meetings"] == [line.product for line in only(found).licenses]
    assert [
        ("licenses, items[0]", "Webex Calling - Professional", LeftOutReason.REPEATED)
    ] == reasons(found)


def test_a_license_that_changes_between_pages_is_a_fault() -> None:
    """Nobody can tell which of two counts of one license holds."""
    assert [
        (
            "licenses, [1]",
            "what the license with this id says elsewhere (licenses, [0])",
            "something else",
        )
    ] == faults_of(license_row(), license_row(consumedUnits=61))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"totalUnits": None}, LeftOutReason.NO_COUNT),
        ({"consumedUnits": ...}, LeftOutReason.NO_COUNT),
        (
            {"consumedByUsers": None, "consumedByWorkspaces": None},
            LeftOutReason.NOT_ASSIGNABLE,
        ),
    ],
)
def test_licenses_without_a_count(fields: dict[str, Any], reason: LeftOutReason) -> None:
    """They are left out and listed; 0 would be a guess."""
    found = made(license_row(**fields))

    assert [("licenses, [0]", "Webex Calling - Professional", reason)] == reasons(found)
    assert () == found.portfolio.customer(GLOBEX).subscriptions
    assert GLOBEX not in found.without_licenses


def test_free_licenses_are_in_no_share() -> None:
    """They are listed with their customer, product and counts, and counted by name."""
    free = license_row(subscriptionId=..., name="Basic Messaging", totalUnits=44)
    found = made(license_row("2"), free)

    assert [("Globex", "messaging", 44, 60)] == [
        (each.customer, each.product, each.total, each.assigned) for each in found.free_licenses
    ]
    assert {"Basic Messaging": 44} == dict(found.free_license_counts)
    assert 1 == len(only(found).licenses)


def test_lines_of_one_name_are_told_apart() -> None:
    """By their sites where all have different ones, else by their ids."""
    sites = [license_row(str(n), "Suite", siteUrl=f"s{n}.example.com") for n in (1, 2)]
    same = [license_row(str(n), "Pro", siteUrl="s.example.com") for n in (3, 4)]
    names = [line.name for line in only(made(*sites, *same)).licenses]

    assert [
        "Suite (s1.example.com)",
        "Suite (s2.example.com)",
        f"Pro ({GLOBEX}:bcstd_3)",
        f"Pro ({GLOBEX}:bcstd_4)",
    ] == names


def test_a_subscription_that_organizations_share() -> None:
    """Each of them has one of its own, and facts are of both."""
    found = made(
        license_row(),
        license_row("2", owner=INITECH),
        facts=[{"subscription_id": "Sub1", "ends_at": "2027-01-01", "starts_at": "2026-01-01"}],
    )

    assert ("Sub1",) == found.shared_subscriptions
    assert [f"Sub1@{GLOBEX}", f"Sub1@{INITECH}"] == [only(found, i).id for i in (GLOBEX, INITECH)]
    assert only(found).ends_at == only(found, INITECH).ends_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert "subscription 'Sub1' is shared by several organizations" in found.notes()


def test_an_id_is_of_one_organization() -> None:
    """Ids that say no organization may be alike in answers about two of them."""
    row = license_row(owner=None)
    found = made(licenses={GLOBEX: [row], INITECH: [row | {"subscriptionId": "Sub2"}]})

    assert ("Sub1", "Sub2") == (only(found).id, only(found, INITECH).id)


def test_what_was_read_before_is_of_whom_it_is_told() -> None:
    """Licenses that were read without their organization get it from the mapping."""
    licenses = webex.licenses([license_row(owner=None)])

    assert "Sub1" == only(made(licenses={GLOBEX: licenses})).id


def test_a_refusal_of_the_platform_is_no_answer() -> None:
    """It is told as such, and its message is not taken for a path."""
    refusal = {"message": "The server refused", "errors": [], "trackingId": "T"}

    assert [
        ("licenses", "an object with items, a list, or a license", "an object with neither")
    ] == faults_of(licenses=refusal)


def test_names_that_collide_in_the_end() -> None:
    """What is told apart by a mark may meet what is really called so: a fault, not one line."""
    suites = [license_row(str(n), "Suite", siteUrl=f"s{n}") for n in (1, 2)]
    shared = [license_row(str(n), owner=owner) for n, owner in ((3, GLOBEX), (4, INITECH))]
    same = license_row("5", subscriptionId=f"Sub1@{INITECH}")

    assert [("licenses, [2]", "one license line per product and name in a subscription")] == [
        (place, expected)
        for place, expected, _ in faults_of(*suites, license_row("6", "Suite (s2)"))
    ]
    assert [("licenses, [1].subscriptionId", "an id that occurs once")] == [
        (place, expected) for place, expected, _ in faults_of(*shared, same)
    ]


def test_a_license_of_nobody_we_know() -> None:
    """Without an organization, or of one that is not there, it cannot be counted anywhere."""
    assert [
        (
            "licenses, [0].id",
            "an organization, by the id of the license or as told by the caller",
            "neither",
        ),
        (
            "licenses, [1].id",
            "an organization that is among the organizations",
            "'718b521a-cded-5d44-be4f-4fe3e096c2a6'",
        ),
    ] == faults_of(
        license_row(owner=None), license_row(owner="718b521a-cded-5d44-be4f-4fe3e096c2a6")
    )


def test_products_can_be_told() -> None:
    """The caller's own table is asked first."""
    found = made(license_row(name="Suite"), products={"suite": "the_suite"})

    assert "the_suite" == only(found).licenses[0].product


def test_products_are_texts() -> None:
    """A product that is none is a fault, whether or not a license has it."""
    assert [("products, x", "a text", "5")] == faults_of(products={"x": 5})


# Trials


@pytest.mark.parametrize(
    ("subscription", "tagged", "stated", "trial"),
    [
        ("Sub1", None, "", False),
        ("trialSub.1", None, "", True),
        ("Sub1", "true", "", True),
        ("trialSub.1", "false", "", False),
        ("trialSub.1", "true", "subscription", False),
        ("Sub1", "false", "trial", True),
    ],
)
def test_what_is_a_trial(subscription: str, tagged: str | None, stated: str, trial: bool) -> None:
    """Facts decide, then tags, then the id."""
    row: dict[str, Any] = {"orgId": GLOBEX, "tags": [], "subscriptionId": subscription}
    tags = [row | {"trial": tagged}]
    facts = [{"subscription_id": subscription, "kind": stated}]
    found = only(made(license_row(subscriptionId=subscription), tags=tags, facts=facts))

    assert trial == (found.kind is pk.Kind.TRIAL)


# Tags, administrators, wholesale


def test_tags_of_customers() -> None:
    """One text or several; those of subscriptions are listed, as only customers have tags here."""
    tags = [
        {"orgId": encoded("ORGANIZATION", GLOBEX).upper(), "tags": ["gold,test"]},
        {"orgId": GLOBEX, "tags": ["x"], "subscriptionId": "Sub1", "trial": "true"},
        {"orgId": "elsewhere", "orgName": "Elsewhere", "tags": ["x"]},
    ]
    found = made(license_row(), tags=tags)

    assert ("gold", "test") == found.portfolio.customer(GLOBEX).tags
    assert [
        ("tags, [1]", "Sub1", LeftOutReason.TAGS_OF_SUBSCRIPTION),
        ("tags, [2]", "Elsewhere", LeftOutReason.UNKNOWN_ORGANIZATION),
    ] == reasons(found)
    assert [("tags, [1].tags", "one set of tags of an organization (gold, test)", "gold")] == (
        faults_of(tags=[{"orgId": GLOBEX, "tags": each} for each in (["gold,test"], ["gold"])])
    )


def admin(number: str, **fields: Any) -> dict[str, Any]:
    """An administrator of an answer."""
    row = {"id": number, "displayName": "Ada", "emails": ["ada@north.example"]}
    return row | {"roleInCustomerOrg": "id_full_admin"} | fields


def test_administrators_of_customers() -> None:
    """By role and address; who has neither is listed, and so is who comes again."""
    people = [
        admin("a"),
        admin("b", roleInCustomerOrg="id_readonly_admin", displayName=None),
        admin("c", roleInCustomerOrg="id_device_admin"),
        admin("d", emails=[]),
        admin("a"),
    ]
    found = made(administrators={GLOBEX: people})
    kept = found.portfolio.customer(GLOBEX).administrators

    assert [("Ada", Role.PARTNER_ADMIN), ("ada@north.example", Role.PARTNER_READONLY_ADMIN)] == [
        (each.name, each.role) for each in kept
    ]
    assert [LeftOutReason.OTHER_ROLE, LeftOutReason.NO_EMAIL, LeftOutReason.REPEATED] == [
        each.reason for each in found.left_out
    ]
    told = made(
        administrators={GLOBEX: [people[2]]}, roles={"id_device_admin": Role.HELPDESK_ADMIN}
    )
    assert [Role.HELPDESK_ADMIN] == [
        each.role for each in told.portfolio.customer(GLOBEX).administrators
    ]


def test_faulty_administrators() -> None:
    """An address that is none, and an organization that is not there."""
    assert [
        (f"administrators of {GLOBEX}, [0].emails", "an e-mail address", "'nobody'"),
        ("administrators of x, [0]", "an organization that is among the organizations", "'x'"),
    ] == faults_of(administrators={GLOBEX: [admin("a", emails=["nobody"])], "x": [admin("a")]})


def test_wholesale_says_more_of_customers() -> None:
    """Country, own id, status and packages are attributes; who is not there yet is listed."""
    rows: list[Mapping[str, object]] = [
        {
            "id": "w-1",
            "orgId": GLOBEX,
            "externalId": "k-7",
            "status": "provisioned",
            "packages": ["webex_calling", "webex_suite"],
            "address": {"country": "US"},
        },
        {"id": "w-2", "orgId": INITECH, "status": "updating"},
        {"id": "w-3", "status": "provisioning"},
        {"id": "w-4", "orgId": "x", "externalId": "k-8", "status": "error"},
    ]
    found = made(wholesale=rows)

    assert {
        "country": "US",
        "external_id": "k-7",
        "wholesale_status": "provisioned",
        "wholesale_packages": "webex_calling, webex_suite",
    } == dict(found.portfolio.customer(GLOBEX).attributes)
    assert {"wholesale_status": "updating"} == dict(found.portfolio.customer(INITECH).attributes)
    assert [
        ("wholesale customers, [2]", "w-3", LeftOutReason.NOT_PROVISIONED),
        ("wholesale customers, [3]", "k-8", LeftOutReason.UNKNOWN_ORGANIZATION),
    ] == reasons(found)


# Facts


FACTS = {
    "subscription_id": "Sub1",
    "starts_at": "2026-01-10",
    "ends_at": "2027-01-10",
    "auto_renew": True,
    "paid": False,
    "set_up": False,
    "last_admin_sign_in_at": "2026-11-20",
}


def test_facts_make_a_subscription_whole() -> None:
    """Nothing is missing of it, nor of its customer; usage is never known."""
    found = made(license_row(), organizations=[ORGANIZATIONS[1]], facts=[FACTS])
    subscription = only(found)

    assert () == found.missing
    assert {"used_7d", "used_3mo"} == {fact for each in found.incomplete for fact in each.facts}
    assert (True, False, False) == (
        subscription.auto_renew,
        subscription.paid,
        subscription.set_up,
    )
    assert subscription.added_at == subscription.starts_at == datetime(2026, 1, 10, tzinfo=UTC)
    signed_in = found.portfolio.customers[0].last_admin_sign_in_at
    assert datetime(2026, 11, 20, tzinfo=UTC) == signed_in


def test_what_is_missing_is_listed_customer_by_customer() -> None:
    """With the licenses concerned, and the figures that need it."""
    found = made(
        license_row(), organizations=ORGANIZATIONS[1:], facts=[{"subscription_id": "Sub1"}]
    )

    assert [
        f"Globex ({GLOBEX}): last_admin_sign_in_at",
        f"Globex ({GLOBEX}), Sub1: added_at, ends_at, auto_renew, paid, set_up",
        f"Initech ({INITECH}): last_admin_sign_in_at",
    ] == [str(each) for each in found.missing]
    figures = {
        each.figure: (each.facts, each.customers, each.licenses) for each in found.incomplete
    }
    assert (("ends_at", "auto_renew"), 1, 100) == figures["overview.nearing_expiration"]
    assert (("last_admin_sign_in_at",), 2, 100) == figures["statuses.no_recent_activity"]
    assert (INITECH,) == found.without_licenses


def test_figures_are_named_as_in_the_report() -> None:
    """Each name leads to a part of the report document, or to a status."""
    full = attrs.evolve(
        made(license_row(consumedUnits=101)).portfolio.customers[1].subscriptions[0],
        ends_at=datetime(2026, 12, 1, tzinfo=UTC),
        added_at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    renewing = attrs.evolve(full, id="Sub2", auto_renew=True)
    low = attrs.evolve(full, id="Sub3", licenses=[line(10, 5)])
    customers = [
        pk.Customer(id="c", name="c", subscriptions=[full, renewing]),
        pk.Customer(id="d", name="d", subscriptions=[low]),
    ]
    policy = pk.Policy(low_assignment_rule=FixedRate(Fraction(1)))
    whole = pk.Portfolio.from_customers(customers)
    report = pk.report(whole, as_of=WHEN, policy=policy).to_dict()
    names = {name for names in webex.FIGURES_OF_FACTS.values() for name in names}

    assert set() == {name for name in names if not leads_somewhere(name, report)}


def leads_somewhere(name: str, report: Any) -> bool:
    """Whether a dotted name is in a report document; of rows the first one is asked."""
    first, *path = name.split(".")
    if first == "statuses":
        return path[0] in set(pk.status.Status)
    found = report[first]
    for step in ["calling", *path] if first == "licenses" else path:
        if isinstance(found, list):
            return step in found[0]
        if step not in found:
            return False
        found = found[step]
    return True


def test_a_start_that_nobody_knows() -> None:
    """The subscription is there from long ago: never recent, its changes those that were seen."""
    found = made(license_row())
    earlier = made(license_row(consumedUnits=55), observed_at=datetime(2026, 11, 15, tzinfo=UTC))
    report = pk.report(earlier.portfolio.merged_with(found.portfolio), as_of=WHEN)

    assert datetime(1970, 1, 1, tzinfo=UTC) == only(found).added_at
    assert 0 == report.licenses["calling"].recently_added.customers.value
    assert [0] * 6 + [55, 60] == [
        week.assigned for week in report.licenses["calling"].distribution_trend
    ]


def test_undated_subscriptions_can_be_left_out() -> None:
    """Then they are listed, and those that are dated stay."""
    rows = license_row(), license_row("2", owner=INITECH, subscriptionId="Sub2")
    facts = [{"subscription_id": "Sub2", "added_at": "2026-01-01"}]
    found = made(*rows, facts=facts, undated="leave_out")

    assert [("licenses, [0].subscriptionId", "Sub1", LeftOutReason.UNDATED)] == reasons(found)
    assert ((), "Sub2") == (found.portfolio.customer(GLOBEX).subscriptions, only(found, INITECH).id)


def test_sign_ins_are_of_customers() -> None:
    """Of the subscription's or as told; the last one stands, and `none` is a statement."""
    facts = [
        {"subscription_id": "Sub1", "last_admin_sign_in_at": "2026-11-01"},
        {"organization_id": GLOBEX, "last_admin_sign_in_at": "2026-11-05"},
        {"organization_id": INITECH, "last_admin_sign_in_at": "none"},
    ]
    found = made(license_row(), facts=facts)
    customers = found.portfolio.customers

    assert [None, datetime(2026, 11, 5, tzinfo=UTC), None] == [
        each.last_admin_sign_in_at for each in customers
    ]
    assert [NORTH] == [each.customer_id for each in found.missing if not each.subscription_id]


def test_facts_of_nobody() -> None:
    """Rows that no license is of, that name several subscriptions, or strangers, are listed."""
    facts = [
        {"subscription_id": "Sub9", "paid": True},
        {"subscription_id": "Sub1,Sub2", "paid": True},
        {"organization_id": "x", "subscription_id": "Sub1"},
        {"organization_id": INITECH, "subscription_id": "Sub1", "paid": False},
        {"subscription_id": "Sub1", "paid": True},
        {"subscription_id": "Sub1", "paid": True},
    ]
    found = made(license_row(), facts=facts)
    source = "rows of subscription_facts"

    assert [
        (f"{source}, [0]", "Sub9", LeftOutReason.UNKNOWN_SUBSCRIPTION),
        (f"{source}, [1]", "Sub1, Sub2", LeftOutReason.SEVERAL_SUBSCRIPTIONS),
        (f"{source}, [2]", "x", LeftOutReason.UNKNOWN_ORGANIZATION),
        (f"{source}, [3]", "Sub1", LeftOutReason.UNKNOWN_SUBSCRIPTION),
        (f"{source}, [5]", "Sub1", LeftOutReason.REPEATED),
    ] == reasons(found)
    assert only(found).paid


def test_facts_that_disagree_are_faults() -> None:
    """With each other, with the calendar, or with what a trial is: the fault names the cell."""
    twice = "subscription_id,paid\nSub1,true\nSub1,false\n"
    early = "subscription_id,Starts At,Ends At\nSub1,2026-01-10,2026-01-10\n"
    trial = "subscription_id,Auto Renew,kind\nSub1,true,trial\n"

    assert [
        (
            "subscription_facts, line 3, column subscription_id",
            "one row of a subscription, or the same facts again (subscription_facts, line 2)",
            "'Sub1'",
        )
    ] == faults_of(license_row(), facts=twice)
    assert [
        (
            "subscription_facts, line 2, column Ends At",
            "an end after the start",
            "2026-01-10T00:00:00Z",
        )
    ] == faults_of(license_row(), facts=early)
    assert [
        (
            "subscription_facts, line 2, column Auto Renew",
            "false, as trials never renew themselves",
            "true",
        )
    ] == faults_of(license_row(), facts=trial)


# The whole


def test_faults_of_all_answers_come_together() -> None:
    """Answers, facts, and what they say together, in one error."""
    found = faults_of(
        license_row(totalUnits=-1),
        organizations=[*ORGANIZATIONS, {"id": "x"}],
        tags=[5],
        facts=[{"subscription_id": 5}],
        wholesale=b"[",
        administrators={GLOBEX: {"items": 7}},
    )

    assert [
        f"administrators of {GLOBEX}, items",
        "licenses, [0].totalUnits",
        "organizations, [3].displayName",
        "rows of subscription_facts, [0].subscription_id",
        "tags, [0]",
        "wholesale customers, line 1",
    ] == sorted(place for place, _, _ in found)


def test_what_was_read_leniently_stays_listed() -> None:
    """Whoever read an answer leniently is not told again, but the portfolio carries the list."""
    licenses = webex.licenses([license_row(), license_row("2", totalUnits=-1)], lenient=True)
    found = made(licenses=[licenses])

    assert (1, licenses.faults) == (found.portfolio.fault_count, found.portfolio.faults)


def test_the_instant_must_be_aware() -> None:
    """Nothing guesses where a clock stood."""
    with pytest.raises(InstantError, match="naive"):
        made(observed_at=datetime(2026, 11, 22))  # noqa: DTZ001


def test_no_answers_at_all() -> None:
    """A partner without customers has an empty portfolio, of which nothing has to be said."""
    found = webex.portfolio(organizations=[], licenses={}, observed_at=WHEN)

    assert (0, ()) == (len(found.portfolio), found.notes())


def test_the_notes_say_everything() -> None:
    """A line for what figures miss, what is free, what is left out, and what was passed over."""
    free = license_row("3", "Basic Messaging", subscriptionId=None)
    found = made(
        license_row(), license_row("2", totalUnits=None), free | {"color": 1}, partner=NORTH
    )
    text = found.to_text(rows=1)

    assert found.to_text(rows=None).startswith(text.rpartition("\n")[0])
    assert text.endswith("\n... and 2 more")
    assert {
        "no_recent_activity holds of 2 customers of whom no sign-in is known",
        "free licenses are in no share: Basic Messaging (100)",
        "left out 1: it has no count",
        "no license came of 1 customers",
        "passed over 'licenses.color' 1 times",
    } <= set(found.notes())
    assert str(found.incomplete[0]).startswith("licenses.distribution_trend is incomplete, as no")
    assert "licenses, [1]: 'Webex Calling - Professional': it has no count" == str(
        found.left_out[0]
    )


def test_a_history_of_two_days() -> None:
    """The same answers of two days are one portfolio with two observations of each line."""
    days = [
        made(license_row(consumedUnits=count), observed_at=datetime(2026, 11, day, tzinfo=UTC))
        for day, count in ((15, 50), (22, 60))
    ]
    both = days[0].portfolio.merged_with(days[1].portfolio)
    (line,) = both.customer(GLOBEX).subscriptions[0].licenses

    assert [50, 60] == [each.assigned for each in line.observations]
    assert both == both.merged_with(days[1].portfolio)
