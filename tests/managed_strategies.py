"""Hypothesis strategies for what is managed: administrators, orders, invoices, checklists."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from partnerkpi.managing_models import (
    Acceptance,
    Administrator,
    AdministratorId,
    Checklist,
    Invoice,
    Order,
    OrderItem,
    OrderKind,
    Role,
)
from partnerkpi.models import (
    Customer,
    CustomerId,
    Kind,
    LicenseLine,
    Observation,
    Partner,
    PartnerId,
    Subscription,
    SubscriptionId,
)

__all__ = ["NEAR", "administrators", "customer_lists", "managed_subscriptions", "partners"]

#: Every instant and day that is drawn lies near this one.
NEAR = datetime(2026, 11, 22, tzinfo=UTC)
NAMES = st.sampled_from(["Ada", "Björn", "Цвета", 'O"Neil', "=1+1"])
SHIFTS = st.sampled_from([0, -1, 1, -30, 30, -31, 400])
INSTANTS = st.builds(
    lambda days, micros: NEAR + timedelta(days=days, microseconds=micros),
    SHIFTS,
    st.sampled_from([0, -1, 1]),
)
DAYS = SHIFTS.map(lambda days: NEAR.date() + timedelta(days=days))
SEES_ALL = (Role.PARTNER_FULL_ADMIN, Role.PARTNER_READONLY_ADMIN, Role.HELPDESK_ADMIN)


def administrators(*roles: Role) -> st.SearchStrategy[tuple[Administrator, ...]]:
    """Administrators of these roles, each id once."""
    one = st.builds(
        Administrator,
        id=st.sampled_from(["a-1", "a-2", "007"]).map(AdministratorId),
        name=NAMES,
        email=st.just("ada@north.example"),
        role=st.sampled_from(roles or tuple(Role)),
    )
    return st.lists(one, max_size=3, unique_by=lambda each: each.id).map(tuple)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """An order; only changes take licenses away."""
    kind = draw(st.sampled_from(OrderKind))
    least = -5 if kind is OrderKind.CHANGE else 0
    item = st.builds(
        OrderItem,
        product=st.sampled_from(["calling", "meetings"]),
        name=st.sampled_from(["Professional", "Suite"]),
        quantity=st.integers(least, 100) | st.just(2**53 - 1),
    )
    items = draw(st.lists(item, max_size=3))
    return Order(id=draw(st.sampled_from("XYZ")), placed_at=draw(INSTANTS), kind=kind, items=items)


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    """An invoice that is due on the day of its issue or later."""
    days: list[date] = sorted([draw(DAYS), draw(DAYS)])
    return Invoice(
        number=draw(st.sampled_from(["1", "2", "NA"])),
        issued_on=days[0],
        due_on=days[1],
        amount_minor=draw(st.sampled_from([0, 1, 125_000])),
        currency=draw(st.sampled_from(["EUR", "RSD"])),
        paid_on=draw(st.none() | DAYS),
    )


CHECKLISTS = st.builds(
    Checklist,
    plan_reviewed=st.booleans(),
    terms_accepted=st.none() | st.builds(Acceptance, by=NAMES, at=INSTANTS),
    services_configured=st.booleans(),
)
FLAGS = st.sampled_from([None, None, True, False])


@st.composite
def managed_subscriptions(draw: st.DrawFn, name: str = "Sub1") -> Subscription:
    """A subscription with whatever is managed of it, its flags stated or not."""
    owed = tuple(draw(st.lists(invoices(), max_size=3, unique_by=lambda each: each.number)))
    checklist = draw(st.none() | CHECKLISTS)
    paid, set_up = draw(FLAGS), draw(FLAGS)
    return Subscription(
        id=SubscriptionId(name),
        kind=draw(st.sampled_from(Kind)),
        added_at=NEAR - timedelta(days=500),
        ends_at=draw(st.sampled_from([None, NEAR + timedelta(days=1)])),
        orders=draw(st.lists(orders(), max_size=3, unique_by=lambda each: each.id)),
        invoices=owed,
        checklist=checklist,
        paid=paid if owed else paid is not False,
        set_up=set_up if checklist else set_up is not False,
        licenses=draw(
            st.sampled_from(
                [
                    (),
                    (
                        LicenseLine(
                            product="calling",
                            name="Professional",
                            observations=(Observation(total=3, assigned=4),),
                        ),
                    ),
                ]
            )
        ),
    )


@st.composite
def customer_lists(draw: st.DrawFn) -> list[Customer]:
    """Some customers, each subscription with an id of its own."""
    return [
        Customer(
            id=CustomerId(f"c-{row}"),
            name=draw(NAMES),
            administrators=draw(administrators()),
            subscriptions=[
                draw(managed_subscriptions(f"Sub{row}.{number}"))
                for number in range(draw(st.integers(0, 2)))
            ],
        )
        for row in range(draw(st.integers(0, 4)))
    ]


@st.composite
def partners(draw: st.DrawFn) -> Partner:
    """A partner with or without administrators and an organization of its own."""
    own = Customer(
        id=CustomerId("own"),
        name="North Partner",
        subscriptions=[draw(managed_subscriptions("OwnSub"))],
    )
    return Partner(
        id=PartnerId("p-1"),
        name="North Partner",
        administrators=draw(administrators(*SEES_ALL)),
        organization=draw(st.sampled_from([None, own])),
    )
