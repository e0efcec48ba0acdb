"""The journal: random sequences of changes, replayed; what does not follow is refused."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import jsonschema
import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import partnerkpi as pk
from partnerkpi import managing
from partnerkpi.errors import ChangeRefusedError, NotPermittedError, ReplayError
from partnerkpi.managing import ChangeRecord, Operation, replay
from partnerkpi.managing_models import Administrator, Checklist, Invoice, Role
from partnerkpi.models import Customer, Kind
from tests.managing.examples import (
    ADA,
    BEN,
    EVE,
    NORTH,
    RON,
    WHEN,
    administrator,
    globex,
    subscription,
)

DAY = timedelta(days=1)
BILL = Invoice(
    number="1",
    issued_on=date(2026, 11, 1),
    due_on=date(2026, 11, 15),
    amount_minor=100,
    currency="EUR",
)
INITIAL = pk.Portfolio.from_customers(
    [
        globex(
            subscription("Sub1", "calling", invoices=[BILL], checklist=Checklist()),
            subscription("T-0", "calling", kind=Kind.TRIAL, ends_at=WHEN + 10 * DAY),
            administrators=(BEN,),
            tags=("gold",),
        ),
        globex(id="c-2", name="Initech"),
    ],
    partner=NORTH,
)

PEOPLE = tuple(
    administrator(name, role)
    for name, role in (
        ("Ada", Role.PARTNER_FULL_ADMIN),
        ("Zoe", Role.PARTNER_FULL_ADMIN),
        ("Ben", Role.PARTNER_ADMIN),
        ("Oscar", Role.PARTNER_ADMIN),
        ("Ron", Role.PARTNER_READONLY_ADMIN),
        ("Eve", Role.HELPDESK_ADMIN),
    )
)
TAGS = st.sampled_from(["gold", "GOLD", " Gold ", "a", "A", "b", "c", "d", "e", "f,"])
PRODUCTS = st.sampled_from([{"calling": 1}, {"meetings": 2}, {"calling": 3, "meetings": 0}])
SUBSCRIPTIONS = st.sampled_from(["Sub1", "T-0", "T-1", "T-2", "T-3"])
WHOSE = st.sampled_from(["c-1", "c-1", "c-2"])
DAYS = st.sampled_from([0, 1, 5, 30, 120, 121])
SOMEBODY = st.sampled_from(PEOPLE)
NAMES = SOMEBODY.map(lambda each: each.id)
#: Mostly those who may do anything, so that much is done.
ACTORS = st.sampled_from((ADA, ADA, ADA, *PEOPLE))
MOMENTS = st.sampled_from([0, 1, 9, 10, 11, 40, 130]).map(lambda days: WHEN + days * DAY)
HOW = st.fixed_dictionaries({"by": ACTORS, "at": MOMENTS})
FOR = st.fixed_dictionaries({"by": ACTORS, "at": MOMENTS, "days": DAYS})

OF_CUSTOMER: dict[Operation, tuple[Callable[..., Any], tuple[st.SearchStrategy[Any], ...]]] = {
    Operation.ASSIGN_TAGS: (managing.assign_tags, (st.lists(TAGS, max_size=7),)),
    Operation.ADD_TAG: (managing.add_tag, (TAGS,)),
    Operation.REMOVE_TAG: (managing.remove_tag, (TAGS,)),
    Operation.ASSIGN_ADMINISTRATOR: (managing.assign_administrator, (SOMEBODY,)),
    Operation.REMOVE_ADMINISTRATOR: (managing.remove_administrator, (NAMES,)),
    Operation.CHANGE_ROLE: (managing.change_role, (NAMES, st.sampled_from(Role))),
    Operation.REVIEW_PLAN: (managing.review_plan, (SUBSCRIPTIONS,)),
    Operation.ACCEPT_TERMS: (managing.accept_terms, (SUBSCRIPTIONS,)),
    Operation.CONFIGURE_SERVICES: (managing.configure_services, (SUBSCRIPTIONS,)),
    Operation.RECORD_PAYMENT: (managing.record_payment, (SUBSCRIPTIONS, st.sampled_from("12"))),
}
#: Tags are changed more often than anything else.
OF_TAGS = 3 * (Operation.ASSIGN_TAGS, Operation.ADD_TAG, Operation.ADD_TAG, Operation.REMOVE_TAG)
OF_PARTNER: dict[Operation, tuple[Callable[..., Any], tuple[st.SearchStrategy[Any], ...]]] = {
    Operation.ADD_PARTNER_ADMINISTRATOR: (managing.add_partner_administrator, (SOMEBODY,)),
    Operation.REMOVE_PARTNER_ADMINISTRATOR: (managing.remove_partner_administrator, (NAMES,)),
    Operation.CHANGE_PARTNER_ROLE: (
        managing.change_partner_role,
        (NAMES, st.sampled_from(Role)),
    ),
}


class Managing(RuleBasedStateMachine):
    """Random administrators do random things at random times, in the order of one journal."""

    def __init__(self) -> None:
        """Begin with the portfolio above."""
        super().__init__()
        self.portfolio = INITIAL
        self.journal: list[ChangeRecord[Any]] = []

    def keep(self, act: Callable[[], tuple[Any, ChangeRecord[Any]]], by: Administrator) -> None:
        """Do something, put it into the journal; a refusal names the role and changes nothing."""
        try:
            after, change = act()
        except ChangeRefusedError as error:
            assert error.role == by.role.value  # noqa: PT017
            return
        numbered = change.numbered("p-1", len(self.journal) + 1)
        self.portfolio = replay(self.portfolio, [numbered], after=len(self.journal))
        self.journal.append(numbered)
        held = (*self.portfolio.customers, self.portfolio.partner)

        assert after in held
        assert numbered == managing.change_from(
            json.loads(json.dumps(managing.change_document(numbered)))
        )

    @rule(what=st.sampled_from([*OF_CUSTOMER, *OF_TAGS]), whose=WHOSE, how=HOW, data=st.data())
    def change_customer(
        self, what: Operation, whose: str, how: dict[str, Any], data: st.DataObject
    ) -> None:
        """Something is done to a customer."""
        verb, facts = OF_CUSTOMER[what]
        given = [data.draw(each) for each in facts]
        customer = self.portfolio.customer(whose)
        self.keep(lambda: verb(customer, *given, **how), how["by"])

    @rule(whose=WHOSE, products=PRODUCTS, name=SUBSCRIPTIONS, how=FOR)
    def start_trial(
        self, whose: str, products: dict[str, int], name: str, how: dict[str, Any]
    ) -> None:
        """A trial is started, its id made the customer's own."""
        customer, own = self.portfolio.customer(whose), name + ("" if whose == "c-1" else "'")
        self.keep(lambda: managing.start_trial(customer, products, trial_id=own, **how), how["by"])

    @rule(whose=WHOSE, name=SUBSCRIPTIONS, how=FOR)
    def extend_trial(self, whose: str, name: str, how: dict[str, Any]) -> None:
        """A trial is extended."""
        customer, own = self.portfolio.customer(whose), name + ("" if whose == "c-1" else "'")
        self.keep(lambda: managing.extend_trial(customer, own, **how), how["by"])

    @rule(what=st.sampled_from([*OF_PARTNER]), how=HOW, data=st.data())
    def change_partner(self, what: Operation, how: dict[str, Any], data: st.DataObject) -> None:
        """Something is done to the partner's own administrators."""
        verb, facts = OF_PARTNER[what]
        given = [data.draw(each) for each in facts]
        self.keep(lambda: verb(self.portfolio.partner, *given, **how), how["by"])

    @invariant()
    def tags_are_few_and_different(self) -> None:
        """At most five, none twice by case folding."""
        for customer in self.portfolio.customers:
            assert len(customer.tags) <= 5
            assert len(customer.tags) == len({tag.casefold() for tag in customer.tags})

    @invariant()
    def one_trial_of_a_product_runs_at_a_time(self) -> None:
        """At every instant at which a trial begins, each product is in one trial that runs."""
        for customer in self.portfolio.customers:
            for begin in {each.starts_at for each in customer.subscriptions}:
                running = [
                    line.product
                    for each in managing.trials(customer, begin).active
                    for line in each.trial.licenses
                ]

                assert len(running) == len(set(running))

    @invariant()
    def a_full_administrator_remains(self) -> None:
        """Never zero."""
        partner = self.portfolio.partner
        assert partner is not None
        assert any(each.role is Role.PARTNER_FULL_ADMIN for each in partner.administrators)

    def teardown(self) -> None:
        """The whole journal makes the same of the beginning."""
        assert self.portfolio == replay(INITIAL, self.journal)


Managing.TestCase.settings = settings(max_examples=30, stateful_step_count=30)
TestManaging = Managing.TestCase


# What does not follow


def tagged(*tags: str) -> list[ChangeRecord[Any]]:
    """The journal of some tags added one by one to the first customer."""
    customer, journal = INITIAL.customer("c-1"), []
    for sequence, tag in enumerate(tags, 1):
        customer, change = managing.add_tag(customer, tag, by=ADA, at=WHEN)
        journal.append(change.numbered("p-1", sequence))
    return journal


ONE, TWO, THREE = tagged("a", "b", "c")
ALONE = managing.add_tag(INITIAL.customer("c-2"), "x", by=ADA, at=WHEN)[1]


@pytest.mark.parametrize(
    ("journal", "after", "sequence", "expected", "found"),
    [
        ([TWO], 0, 2, "sequence 1", "sequence 2"),
        ([ONE, THREE], 0, 3, "sequence 2", "sequence 3"),
        ([ONE, ONE], 0, 1, "sequence 2", "sequence 1"),
        ([ONE, TWO, ONE], 0, 1, "sequence 3", "sequence 1"),
        ([TWO, ONE], 0, 2, "sequence 1", "sequence 2"),
        ([ONE], 1, 1, "sequence 2", "sequence 1"),
        ([ALONE], 0, 0, "the partner 'p-1'", "null"),
        ([ALONE.numbered("p-2", 1)], 0, 1, "the partner 'p-1'", "'p-2'"),
        (
            [evolve(ALONE, customer_id="c-9").numbered("p-1", 1)],
            0,
            1,
            "a customer who is there",
            "'c-9'",
        ),
        ([TWO.numbered("p-1", 1)], 0, 1, "before it ('gold', 'a')", "('gold',)"),
    ],
)
def test_what_does_not_follow_is_refused(
    journal: list[ChangeRecord[Any]], after: int, sequence: int, expected: str, found: str
) -> None:
    """Gaps, repeats, another order, another partner or customer, another state before."""
    with pytest.raises(ReplayError) as caught:
        replay(INITIAL, journal, after=after)

    assert (sequence, expected, found) == (
        caught.value.sequence,
        caught.value.expected,
        caught.value.found,
    )


def test_every_part_is_compared_with_what_was_before() -> None:
    """Tags, administrators, those of the partner, and subscriptions."""
    first = INITIAL.customer("c-1")
    changes: list[ChangeRecord[Any]] = [
        managing.remove_administrator(first, "ben", by=ADA, at=WHEN)[1],
        managing.remove_partner_administrator(NORTH, "eve", by=ADA, at=WHEN)[1],
        managing.extend_trial(first, "T-0", by=ADA, at=WHEN)[1],
        managing.review_plan(first, "Sub1", by=ADA, at=WHEN)[1],
        managing.start_trial(first, {"meetings": 1}, trial_id="T-9", by=ADA, at=WHEN)[1],
    ]

    for change in changes:
        once = [change.numbered("p-1", 1)]
        again = replay(INITIAL, once)

        assert INITIAL != again
        with pytest.raises(ReplayError, match="before it"):
            replay(again, once)


def test_an_empty_journal_changes_nothing() -> None:
    """Whoever's; a portfolio without a partner takes no change at all."""
    bare = pk.Portfolio.from_customers([globex()])

    assert INITIAL == replay(INITIAL, [])
    assert bare == replay(bare, [], after=7)
    with pytest.raises(ReplayError, match="the partner null"):
        replay(bare, [ONE])


def test_statuses_segments_and_reports_see_a_replayed_portfolio() -> None:
    """It is a portfolio like any other, the untouched customers in their places."""
    after = replay(INITIAL, [ONE, TWO])

    assert [("c-1", ("gold", "a", "b")), ("c-2", ())] == [
        (each.id, each.tags) for each in after.customers
    ]
    assert pk.report(after, as_of=WHEN).customers[0].tags == ("gold", "a", "b")


# Records


def every_change() -> list[ChangeRecord[Any]]:
    """A record of each operation."""
    first: Customer = INITIAL.customer("c-1")
    how: Any = {"by": ADA, "at": WHEN}
    return [
        managing.assign_tags(first, [], **how)[1],
        ONE,
        managing.remove_tag(first, "gold", **how)[1],
        managing.start_trial(first, {"x": 1}, trial_id="T", **how)[1],
        managing.extend_trial(first, "T-0", **how)[1],
        managing.assign_administrator(first, PEOPLE[3], **how)[1],
        managing.remove_administrator(first, "ben", **how)[1],
        managing.change_role(first, "ben", Role.HELPDESK_ADMIN, **how)[1],
        managing.add_partner_administrator(NORTH, PEOPLE[1], **how)[1],
        managing.remove_partner_administrator(NORTH, "eve", **how)[1],
        managing.change_partner_role(NORTH, "eve", RON.role, **how)[1],
        managing.review_plan(first, "Sub1", **how)[1],
        managing.accept_terms(first, "Sub1", **how)[1],
        managing.configure_services(first, "Sub1", **how)[1],
        managing.record_payment(first, "Sub1", "1", **how)[1],
    ]


def test_every_operation_has_a_record_that_reads_back() -> None:
    """In a journal or not; the schema takes each."""
    changes = every_change()
    validator = jsonschema.Draft202012Validator(pk.schema("change@1"))

    assert [*Operation] == [each.operation for each in changes]
    for change in (*changes, *(each.numbered("p-1", 3) for each in changes)):
        document = json.loads(json.dumps(managing.change_document(change)))

        assert change == managing.change_from(document)
        validator.validate(document)


def document(**fields: object) -> dict[str, Any]:
    """The document of a change with these fields."""
    return managing.change_document(every_change()[11].numbered("p-1", 1)) | fields


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"format": "partnerkpi/change@2"},
            ["format: expected partnerkpi/change@1, found 'partnerkpi/change@2'"],
        ),
        ({"sequence": 0}, ["sequence: expected a whole number from 1 on, found 0"]),
        ({"sequence": 1.0}, ["sequence: expected a whole number from 1 on, found 1.0"]),
        ({"sequence": None}, ["sequence: expected a whole number from 1 on, found null"]),
        ({"partner_id": None}, ["partner_id: expected a text, found null"]),
        ({"customer_id": None}, ["customer_id: expected a text, found null"]),
        (
            {"at": "2026-11-22T09:00:00"},
            [
                (
                    "at: expected an instant with an offset or Z (this one is naive), found"
                    " '2026-11-22T09:00:00'"
                )
            ],
        ),
        (
            {"by": 7, "role": None},
            [
                "by: expected a text, found 7",
                (
                    "role: expected partner_full_admin or partner_admin or partner_readonly_admin"
                    " or helpdesk_admin, found null"
                ),
            ],
        ),
        ({"why": ""}, ["why: expected a known key, found 'why'"]),
        ({"after": None}, ["after: expected an object, found null"]),
        (
            {"after": {}},
            [
                "after.added_at: expected an instant, found nothing",
                "after.id: expected a text, found nothing",
                "after.kind: expected subscription or trial, found nothing",
                "after.licenses: expected a list, found nothing",
            ],
        ),
    ],
)
def test_a_faulty_record_is_refused_with_every_fault(
    fields: dict[str, object], expected: list[str]
) -> None:
    """As strictly as a portfolio: the place of each fault, what was expected and what came."""
    with pytest.raises(pk.errors.InputError) as caught:
        managing.change_from(document(**fields))

    assert [f"change, {each}" for each in expected] == [*map(str, caught.value.faults)]


@pytest.mark.parametrize(
    ("operation", "place", "expected"),
    [
        ("rename", "operation", "assign_tags or"),
        (["add_tag"], "operation", "assign_tags or"),
        ("add_tag", "before", "a list of texts"),
        ("change_role", "before", "a list"),
        ("start_trial", "before", "null, as the trial begins here"),
        ("add_partner_administrator", "customer_id", "null, as it is done to the partner"),
    ],
)
def test_what_stands_before_and_after_is_that_of_the_operation(
    operation: object, place: str, expected: str
) -> None:
    """A subscription is no list of tags; an unknown operation is one fault."""
    given = document(operation=operation)
    if place == "customer_id":
        given |= {"before": [], "after": []}
    with pytest.raises(pk.errors.InputError) as caught:
        managing.change_from(given)
    found = {str(each.place.path): each.expected for each in caught.value.faults}

    assert found[place].startswith(expected)
    assert place != "operation" or {"operation"} == set(found)


def test_what_is_no_object_is_no_record() -> None:
    """One fault."""
    with pytest.raises(pk.errors.InputError) as caught:
        managing.change_from([])  # type: ignore[arg-type]

    assert ["change: expected an object, found a list"] == [*map(str, caught.value.faults)]


def test_a_change_by_hand_is_checked() -> None:
    """As every record; the partner's own administrators are nobody's customers."""
    with pytest.raises(pk.errors.InputError, match="5 faults"):
        ChangeRecord(
            operation="rename",
            customer_id=None,
            by=7,  # type: ignore[arg-type]
            role="king",
            at=WHEN.replace(tzinfo=None),
            before=(),
            after=(),
            partner_id="p-1",
        )


def test_who_may_not_is_told_apart_from_what_may_not_be() -> None:
    """A host answers the one with "forbidden" and the other with "conflict"."""
    first = INITIAL.customer("c-1")
    with pytest.raises(NotPermittedError):
        managing.add_tag(first, "new", by=EVE, at=WHEN)
    with pytest.raises(ChangeRefusedError) as caught:
        managing.remove_tag(first, "new", by=ADA, at=WHEN)

    assert not isinstance(caught.value, NotPermittedError)
