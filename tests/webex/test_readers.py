"""Readers of answers: samples, quirks, faults with their places, keys that are passed over."""

import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from partnerkpi import webex
from partnerkpi.errors import InputError, MergeError
from partnerkpi.webex import Payload
from tests.webex.answers import GLOBEX, INITECH, SAMPLES, encoded, license_row, organization_row

Reader = Callable[..., Payload[Any]]
READERS: dict[str, tuple[Reader, int]] = {
    "calling_metrics/call_quality_stats_example": (webex.quality_statistics, 1),
    "derived/licenses_trial_org_masked": (webex.licenses, 19),
    "derived/partner_organizations_real_encoding": (webex.managed_organizations, 3),
    "openapi_admin/license_details_with_users": (webex.licenses, 1),
    "openapi_admin/licenses_list": (webex.licenses, 1),
    "openapi_admin/organization_details": (webex.organizations, 1),
    "openapi_admin/organizations_list": (webex.organizations, 1),
    "openapi_admin/partner_admins": (webex.administrators, 1),
    "openapi_admin/partner_assign_tags_response": (webex.tag_catalogue, 1),
    "openapi_admin/partner_organizations": (webex.managed_organizations, 1),
    "openapi_admin/partner_organizations_by_tags": (webex.tags, 1),
    "openapi_admin/partner_subscription_details": (webex.tags, 1),
    "openapi_admin/partner_subscriptions_by_tags": (webex.tags, 1),
    "openapi_admin/partner_tags": (webex.tag_catalogue, 1),
    "openapi_admin/partner_tags_of_organization": (webex.tags, 1),
    "openapi_admin/partner_report_details": (webex.reports, 1),
    "openapi_admin/partner_report_templates": (webex.report_templates, 1),
    "openapi_admin/report_details": (webex.reports, 1),
    "openapi_admin/report_templates": (webex.report_templates, 1),
    "openapi_admin/reports_list": (webex.reports, 1),
    "openapi_admin/roles_list": (webex.roles, 1),
    "openapi_wholesale/wholesale_billing_report": (webex.reports, 1),
    "openapi_wholesale/wholesale_billing_reports": (webex.reports, 3),
    "openapi_wholesale/wholesale_customer": (webex.wholesale_customers, 1),
    "openapi_wholesale/wholesale_customers": (webex.wholesale_customers, 1),
    "openapi_wholesale/wholesale_subpartners": (webex.wholesale_subpartners, 2),
    "openapi_wholesale/wholesale_subscribers": (webex.wholesale_subscribers, 2),
}


def faults_of(read: Callable[[], object]) -> list[str]:
    """The faults of reading, each as its line."""
    with pytest.raises(InputError) as raised:
        read()
    assert raised.value.count == len(raised.value.faults)
    return [str(fault) for fault in raised.value.faults]


def test_every_sample_has_a_reader() -> None:
    """No sample lies about unread."""
    folders = {name.partition("/")[0] for name in READERS}
    found = [path for folder in folders for path in SAMPLES.joinpath(folder).glob("*.json")]

    assert set(READERS) == {str(path.relative_to(SAMPLES).with_suffix("")) for path in found}


@pytest.mark.parametrize("name", READERS)
def test_every_sample_parses(name: str) -> None:
    """Each sample gives its records; only listings have keys that nothing is made of."""
    reader, count = READERS[name]
    found = reader(SAMPLES / f"{name}.json")

    assert (count, 0) == (len(found), found.fault_count)
    assert reader in {webex.reports, webex.report_templates} or not found.ignored


@pytest.mark.parametrize("name", READERS)
def test_every_form_gives_the_same(name: str, tmp_path: Path) -> None:
    """Parsed, as bytes, as text, as a stream, as a path, packed: the records are the same."""
    reader, _ = READERS[name]
    data = SAMPLES.joinpath(f"{name}.json").read_bytes()
    packed = tmp_path / "answer.json.gz"
    packed.write_bytes(gzip.compress(data, mtime=0))
    forms = [json.loads(data), data, data.decode(), io.BytesIO(data), packed, str(packed)]

    assert [list(reader(SAMPLES / f"{name}.json"))] * 6 == [list(reader(form)) for form in forms]


@pytest.mark.parametrize("name", READERS)
def test_lists_come_bare_or_in_items(name: str) -> None:
    """A list of records, the same in `items`, and each of them alone are read alike."""
    reader, _ = READERS[name]
    answer = json.loads(SAMPLES.joinpath(f"{name}.json").read_bytes())
    rows = answer.get("items", answer.get("subPartners")) if isinstance(answer, dict) else answer
    rows = rows or [answer]
    expected = list(reader(SAMPLES / f"{name}.json"))

    assert expected == list(reader(rows))
    assert expected == list(reader({"items": rows}))
    assert expected == [record for row in rows for record in reader(row)]
    assert expected == list(reader(*[{"items": [row]} for row in rows]))


@pytest.mark.parametrize("name", READERS)
def test_new_keys_are_passed_over_and_counted(name: str) -> None:
    """The platform adds keys as it likes; none of them is a fault."""
    reader, count = READERS[name]
    answer = json.loads(SAMPLES.joinpath(f"{name}.json").read_bytes())
    rows = answer.get("items", answer.get("subPartners")) if isinstance(answer, dict) else answer
    found = reader({"items": [row | {"news": {"a": 1}} for row in rows or [answer]], "link": "x"})

    assert {"news": count, "link": 1}.items() <= found.ignored.items()


def test_keys_inside_are_counted_with_their_path() -> None:
    """What is new inside an object is told with the key above it."""
    found = webex.wholesale_customers(
        {"id": "c", "status": "error", "address": {"planet": "Mars"}, "errors": [{"when": 1}]}
    )

    assert {"address.planet": 1, "errors.when": 1} == dict(found.ignored)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("answer", [b"5", b"null", b'"x"', b"{}", b'{"items": 5}', b"[5]", b"[["])
def test_what_is_no_answer(name: str, answer: bytes) -> None:
    """Neither an object nor a list, or a list of neither: one fault, whatever is read."""
    reader, _ = READERS[name]

    assert 1 == len(faults_of(lambda: reader(answer)))


def test_all_faults_come_at_once_with_their_places(tmp_path: Path) -> None:
    """The file, the path in it, what was expected and what came, for every source."""
    path = tmp_path / "licenses.json"
    rows = [
        license_row(),
        license_row(totalUnits=2.5) | {"name": 7},
        license_row(consumedUnits="7"),
    ]
    path.write_text(json.dumps({"items": rows}), "utf-8")

    assert [
        f"{path}, items[1].name: expected a text, found 7",
        f"{path}, items[1].totalUnits: expected a count from 0 to 9007199254740991, found 2.5",
        f"{path}, items[2].consumedUnits: expected a count from 0 to 9007199254740991, found '7'",
        "licenses 2, [0].subscriptionId: expected a text, found 5",
        "licenses 2, [1]: expected an object, found 5",
    ] == faults_of(lambda: webex.licenses(path, [license_row(subscriptionId=5), 5]))


def test_lenient_reading_lists_the_same_faults() -> None:
    """What is faulty is left out, and the others stay where they stand."""
    rows = [license_row("1", totalUnits=-1), license_row("2")]
    found = webex.licenses({"items": rows}, lenient=True)

    assert (1, 1, "licenses, items[1].name") == (
        len(found),
        found.fault_count,
        str(found.place(0, "name")),
    )
    assert [str(fault) for fault in found.faults] == faults_of(
        lambda: webex.licenses({"items": rows})
    )


def test_faults_are_counted_beyond_the_cap() -> None:
    """Only as many as asked for are carried, and the true number is told."""
    found = webex.licenses([{}] * 9, lenient=True, max_faults=2)

    assert (2, 18) == (len(found.faults), found.fault_count)


def test_keys_that_occur_twice_are_faults() -> None:
    """Of two values nobody can tell which is meant; not even in an object inside."""
    text = '{"items": [{"id": "o", "id": "p", "displayName": "x"}], "items": []}'

    assert ["organizations, items: expected each key once, found 'items' again"] == faults_of(
        lambda: webex.organizations(text)
    )
    inside = '{"id": "c", "status": "x", "address": {"city": "A", "city": "B"}}'
    assert ["wholesale customers, address.city: expected each key once, found 'city' again"] == (
        faults_of(lambda: webex.wholesale_customers(inside))
    )


def test_records_with_a_key_twice_are_left_out() -> None:
    """Also leniently nobody takes one of two values."""
    text = '[{"id": "o", "displayName": "x", "displayName": "y"}, {"id": "p", "displayName": "z"}]'

    assert ["z"] == [each.name for each in webex.organizations(text, lenient=True)]


def test_broken_json_is_told_with_its_line() -> None:
    """Nothing after it can be read, and nothing of it is taken."""
    text = '{"items": [\n{"id": "o" "displayName": "x"}]}'

    (fault,) = faults_of(lambda: webex.organizations(text))

    assert fault.startswith(
        "organizations, line 2: expected well-formed JSON, found '\"' at column"
    )


def test_what_cannot_be_read_at_all() -> None:
    """A number is no source, and a path that leads nowhere is an error of the system."""
    with pytest.raises(TypeError, match="expected parsed JSON"):
        webex.organizations(7)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        webex.organizations("nowhere.json")


def test_a_payload_is_a_sequence() -> None:
    """It has a length, positions, ranges, and places of its records only."""
    found = webex.tag_catalogue([{"name": "a"}, {"name": "b"}], {"name": "c"})

    assert (["b", "c"], "<3 records, 0 faults>") == ([one.name for one in found[1:]], repr(found))
    assert ["tags 1, [1]", "tags 2", "tags 2, name"] == [
        str(place) for place in (found.place(1), found.place(2), found.place(2, "name"))
    ]
    with pytest.raises(IndexError, match="no record"):
        found.place(3)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"consumedByUsers": None, "consumedByWorkspaces": None}, (False, None, None)),
        ({"consumedByUsers": None, "consumedByWorkspaces": 3}, (True, None, 3)),
        ({"consumedByUsers": 57}, (True, 57, None)),
        ({}, (True, None, None)),
    ],
)
def test_null_is_not_the_same_as_absent(fields: dict[str, Any], expected: object) -> None:
    """Only a license of which both counts are null is assigned to nobody."""
    (found,) = webex.licenses([license_row(**fields)])

    assert expected == (found.assignable, found.by_users, found.by_workspaces)


@pytest.mark.parametrize("absent", [..., None, ""])
def test_a_license_without_a_subscription_is_free(absent: object) -> None:
    """Absent, null or empty: there is none."""
    (found,) = webex.licenses([license_row(subscriptionId=absent)])

    assert (True, False) == (found.is_free, found.is_trial)


@pytest.mark.parametrize(
    ("name", "trial"), [("trialSub.1", True), ("Sub1", False), ("TRIALSUB.x", True)]
)
def test_the_id_of_a_trial(name: str, trial: bool) -> None:
    """A subscription that begins with `trialSub.` is a trial."""
    assert trial == webex.licenses([license_row(subscriptionId=name)])[0].is_trial


def test_whose_a_license_is() -> None:
    """Its id says, else the caller; a license of another organization is a fault."""
    own, told = license_row(), license_row(owner=None)
    found = webex.licenses([own, told], organization=encoded("ORGANIZATION", GLOBEX))

    assert [GLOBEX, GLOBEX] == [one.organization and one.organization.text for one in found]
    assert webex.licenses([told])[0].organization is None
    (fault,) = faults_of(lambda: webex.licenses([own], organization=INITECH))
    expected = "[0].id: expected a license of the organization that was asked for"
    assert fault.startswith(f"licenses of {INITECH}, {expected}")
    assert ["licenses, organization: expected the id of an organization, found an empty text"] == (
        faults_of(lambda: webex.licenses([own], organization=""))
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["Tags1,Tags2"], ("Tags1", "Tags2")),
        (["Tags1", "Tags2"], ("Tags1", "Tags2")),
        ([" gold , ,GOLD", "ßtag", "SStag"], ("gold", "ßtag")),
        ([], ()),
        (None, ()),
    ],
)
def test_tags_in_one_text_or_several(given: object, expected: tuple[str, ...]) -> None:
    """Commas separate, blanks around do not count, and a tag is there once whatever its case."""
    assert expected == webex.tags([{"orgId": "o", "tags": given}])[0].tags


@pytest.mark.parametrize(
    ("given", "expected"),
    [("true", True), ("false", False), ("True", True), (True, True), (False, False), (None, None)],
)
def test_truth_comes_as_text(given: object, expected: bool | None) -> None:
    """Whether it is a trial is told as a text, and would be understood as a boolean."""
    assert expected is webex.tags([{"orgId": "o", "tags": [], "trial": given}])[0].is_trial


@pytest.mark.parametrize("given", ["yes", "1", 1, 0, [], ""])
def test_other_truths_are_faults(given: object) -> None:
    """Nothing else is taken for true or false."""
    (fault,) = faults_of(lambda: webex.tags([{"orgId": "o", "tags": [], "trial": given}]))

    assert fault.startswith("tags, [0].trial: expected ")


def test_users_of_a_license() -> None:
    """Inside or outside, or of a kind that this release does not know."""
    users = [{"id": "p", "type": each} for each in ("INTERNAL", "external", "ALIEN")]
    (found,) = webex.licenses([license_row(users=users)])

    assert [True, False, None] == [user.is_internal for user in found.users]
    assert ["licenses, [0].users: expected a list, found 5"] == faults_of(
        lambda: webex.licenses([license_row(users=5)])
    )
    assert ["licenses, [0].users[0]: expected an object, found 5"] == faults_of(
        lambda: webex.licenses([license_row(users=[5])])
    )


def test_organizations_have_instants() -> None:
    """With an offset, with Z, or not at all; a naive one is a fault."""
    rows = [organization_row() | {"created": each} for each in ("2015-10-18T14:26:16+02:00", None)]
    found = webex.organizations(rows)

    assert [datetime(2015, 10, 18, 12, 26, 16, tzinfo=UTC), None] == [one.created for one in found]
    (fault,) = faults_of(
        lambda: webex.organizations([organization_row() | {"created": "2015-10-18T14:26:16"}])
    )
    assert "this one is naive" in fault


def test_names_of_administrators() -> None:
    """The display name, else both names, else nothing; addresses are texts."""
    rows = [
        {"id": "a", "displayName": "Ada", "firstName": "A", "emails": ["ada@north.example"]},
        {"id": "b", "firstName": "Ben", "lastName": None, "emails": []},
        {"id": "c", "emails": None},
    ]
    assert ["Ada", "Ben", ""] == [one.name for one in webex.administrators({"items": rows})]
    assert ["administrators, [0].emails[1]: expected a text, found 5"] == faults_of(
        lambda: webex.administrators([{"id": "a", "emails": ["x", 5]}])
    )
    assert ["administrators, [0].emails: expected a list of texts, found 'x'"] == faults_of(
        lambda: webex.administrators([{"id": "a", "emails": "x"}])
    )


METRICS = {
    "totalCalls": 10,
    "totalCallsWithMedia": 8,
    "totalGoodQualityCallsWithMedia": 6,
    "totalMediaSessions": 16,
    "totalGoodMediaSessions": 15,
}


def statistics(first: int, last: int, location: str | None = "HQ", **metrics: Any) -> Any:
    """Statistics of some days of August."""
    answer = {"startTime": f"2026-08-{first:02}", "endTime": f"2026-08-{last:02}"}
    return answer | {"location": location, "metrics": METRICS | metrics}


def test_shares_of_quality() -> None:
    """Good ones of those with media; without any the share is undefined."""
    some, none = webex.quality_statistics(
        [
            statistics(1, 2),
            statistics(2, 3, totalCallsWithMedia=0, totalGoodQualityCallsWithMedia=0),
        ]
    )

    assert (0.75, 0.9375, None) == (
        some.good_calls_share.value,
        some.good_sessions_share.value,
        none.good_calls_share.value,
    )


def test_shares_are_pooled() -> None:
    """Sum over sum, over days and locations that do not overlap."""
    found = webex.quality_statistics(
        [statistics(1, 3), statistics(3, 5, totalCallsWithMedia=10), statistics(1, 5, "Lab")]
    )
    share = webex.good_calls_share(found)

    assert Fraction(18, 26) == Fraction(share.numerator, share.denominator)


@pytest.mark.parametrize("other", [(2, 4, "HQ"), (1, 9, "HQ"), (2, 3, None)])
def test_overlapping_statistics_are_never_added(other: tuple[int, int, str | None]) -> None:
    """One location twice at a time, or all locations beside one of them, would count twice."""
    found = webex.quality_statistics([statistics(1, 3), statistics(*other)])
    with pytest.raises(MergeError, match="overlap"):
        webex.good_calls_share(found)


@pytest.mark.parametrize(
    ("key", "given", "expected"),
    [
        ("totalCallsWithMedia", 11, "at most totalCalls (10)"),
        ("totalGoodMediaSessions", 17, "at most totalMediaSessions (16)"),
        ("totalCalls", None, "a count from 0 to 9007199254740991"),
        ("avgCallLegAudioJitter", -1, "a finite number, 0 or more"),
        ("avgCallLegAudioJitter", "1", "a finite number, 0 or more"),
        ("avgCallLegAudioJitter", True, "a finite number, 0 or more"),
    ],
)
def test_faulty_metrics(key: str, given: Any, expected: str) -> None:
    """Counts that do not fit each other, and measurements that are none, are faults."""
    (fault,) = faults_of(lambda: webex.quality_statistics([statistics(1, 2, **{key: given})]))

    assert fault.startswith(f"quality statistics, [0].metrics.{key}: expected {expected}, found ")


def test_faulty_statistics() -> None:
    """A period has a length, and metrics are an object."""
    answers = [statistics(3, 3), statistics(1, 2) | {"metrics": 5}, statistics(1, 2)]
    del answers[2]["metrics"]

    assert [
        ("[0].endTime", "an end after the start"),
        ("[1].metrics", "an object"),
        ("[2].metrics", "an object"),
    ] == [
        (fault.place.path, fault.expected)
        for fault in webex.quality_statistics(answers, lenient=True).faults
    ]


@pytest.mark.parametrize("given", ["1e400", "NaN", "-1.5", "1" * 400])
def test_measurements_are_finite(given: str) -> None:
    """Beyond all doubles, not a number, or below 0: none of these is a measurement."""
    text = json.dumps([statistics(1, 2, avgCallLegAudioJitter=0.5)]).replace("0.5", given)
    (fault,) = faults_of(lambda: webex.quality_statistics(text))

    assert "avgCallLegAudioJitter: expected a finite number, 0 or more" in fault


@pytest.mark.parametrize("given", ["0", "18.4", "1e2"])
def test_measurements_with_and_without_decimals(given: str) -> None:
    """Text of JSON and a parser of the caller's own give the same doubles."""
    text = json.dumps([statistics(1, 2, avgCallLegAudioJitter=0.5)]).replace("0.5", given)
    parsed, read = (webex.quality_statistics(each)[0] for each in (json.loads(text), text))

    assert float(given) == parsed.jitter_ms == read.jitter_ms


def test_listings_spell_their_keys_in_several_ways() -> None:
    """The number of a template, and the id, title and days of a report."""
    folder = SAMPLES / "openapi_admin"
    templates = [
        webex.report_templates(folder / f"{name}report_templates.json")[0]
        for name in ("", "partner_")
    ]
    listed, partner = (
        webex.reports(folder / f"{name}.json")[0]
        for name in ("reports_list", "partner_report_details")
    )

    assert [(130, "Client Version Prod", 31), (130, "Calling Usage", 31)] == [
        (each.id, each.title, each.max_days) for each in templates
    ]
    assert ("Bots Activity", "Calling Usage Reports") == (listed.title, partner.title)
    assert datetime(2024, 2, 23, tzinfo=UTC) == partner.start


def test_packages_of_subscribers_are_there_once() -> None:
    """The main one first, then the others."""
    row = {"id": "s", "customerId": "c", "status": "x", "package": "b", "packages": ["a", "b"]}

    assert ("b", "a") == webex.wholesale_subscribers([row])[0].packages


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("Webex Calling - Professional", "calling"),
        ("webex  calling - professional", "calling"),
        ("Webex Calling - Workspaces", "calling"),
        ("Webex Calling - Hot desk only", "calling"),
        ("Webex Meetings Suite", "meetings"),
        ("Meeting - Webex Meeting Center", "meetings"),
        ("Webex Suite", "meetings"),
        ("Advanced Messaging", "messaging"),
        ("Basic Messaging", "messaging"),
        ("Call on Webex (1:1 call, non-PSTN)", "call_on_webex"),
        ("Webex Calling - Route List Calls", "Webex Calling - Route List Calls"),
        ("Customer Experience - Essential", "Customer Experience - Essential"),
    ],
)
def test_products_of_names(name: str, product: str) -> None:
    """The visible table decides; what it does not know is its own product."""
    assert product == webex.product_of(name)


def test_products_of_the_callers_own() -> None:
    """They are asked first, with the same letters for any."""
    own = {"Advanced Space Meetings": "spaces", "customer experience*": "contact_center"}

    assert "spaces" == webex.product_of("Advanced space meetings", own)
    assert "contact_center" == webex.product_of("Customer Experience - Essential", own)
    assert "meetings" == webex.product_of("Webex Suite", own)
