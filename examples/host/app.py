"""The service: the customer list, the report, the journal, and the operations that change things.

Who acts is named by the header ``X-Administrator`` (or ``by`` in the address, for a browser), an id
that is simply believed: a real host puts its own sign-in in the place of ``acting``.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import (
    HTTPException,
    NotAuthorizedException,
    PermissionDeniedException,
    ValidationException,
)
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, SkipValidation

import partnerkpi as pk
from examples.host import bodies
from examples.host.bodies import FaultFound, Problem, Recorded, Row
from examples.host.page import page
from examples.host.store import Store
from examples.host.strict import instant, strictly
from partnerkpi import errors, managing
from partnerkpi.managing import ChangeRecord, Operation
from partnerkpi.managing_models import Administrator

Clock = Callable[[], datetime]
Kept = NamedDependency[Store]
Now = NamedDependency[datetime]
Actor = NamedDependency[Administrator]
Act = Callable[..., tuple[Any, ChangeRecord[Any]]]
Acts = dict[Operation, tuple[type[Any], Act]]

#: Errors of the library, and how they are answered; the first that fits.
STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (errors.NotPermittedError, 403),
    (errors.ChangeRefusedError, 409),
    (errors.UnknownNameError, 404),
    (errors.PartnerKpiError, 400),
)
PROBLEMS = {
    400: ResponseSpec(Problem, description="faulty input: all faults with their places"),
    401: ResponseSpec(Problem, description="nobody of that id is an administrator"),
}
REFUSALS = PROBLEMS | {
    403: ResponseSpec(Problem, description="the role may not do it"),
    404: ResponseSpec(Problem, description="there is no such customer"),
    409: ResponseSpec(Problem, description="a rule forbids it"),
}

# What can be done to a customer: the body of the request, and what is called with it.
OF_CUSTOMER: Acts = {
    Operation.ASSIGN_TAGS: (
        bodies.Tags,
        lambda customer, body, **how: managing.assign_tags(customer, body.tags, **how),
    ),
    Operation.ADD_TAG: (
        bodies.Tag,
        lambda customer, body, **how: managing.add_tag(customer, body.tag, **how),
    ),
    Operation.REMOVE_TAG: (
        bodies.Tag,
        lambda customer, body, **how: managing.remove_tag(customer, body.tag, **how),
    ),
    Operation.START_TRIAL: (
        bodies.NewTrial,
        lambda customer, body, **how: managing.start_trial(
            customer, body.products, trial_id=body.trial_id, days=body.days, **how
        ),
    ),
    Operation.EXTEND_TRIAL: (
        bodies.LongerTrial,
        lambda customer, body, **how: managing.extend_trial(
            customer, body.trial_id, days=body.days, **how
        ),
    ),
    Operation.ASSIGN_ADMINISTRATOR: (
        bodies.Person,
        lambda customer, body, **how: managing.assign_administrator(customer, body.record(), **how),
    ),
    Operation.REMOVE_ADMINISTRATOR: (
        bodies.PersonId,
        lambda customer, body, **how: managing.remove_administrator(
            customer, body.administrator_id, **how
        ),
    ),
    Operation.CHANGE_ROLE: (
        bodies.NewRole,
        lambda customer, body, **how: managing.change_role(
            customer, body.administrator_id, body.role, **how
        ),
    ),
    Operation.REVIEW_PLAN: (
        bodies.Step,
        lambda customer, body, **how: managing.review_plan(customer, body.subscription_id, **how),
    ),
    Operation.ACCEPT_TERMS: (
        bodies.Terms,
        lambda customer, body, **how: managing.accept_terms(
            customer, body.subscription_id, accepted_by=body.accepted_by, **how
        ),
    ),
    Operation.CONFIGURE_SERVICES: (
        bodies.Step,
        lambda customer, body, **how: managing.configure_services(
            customer, body.subscription_id, **how
        ),
    ),
    Operation.RECORD_PAYMENT: (
        bodies.Payment,
        lambda customer, body, **how: managing.record_payment(
            customer, body.subscription_id, body.number, paid_on=body.paid_on, **how
        ),
    ),
}
# What can be done to the partner's own administrators.
OF_PARTNER: Acts = {
    Operation.ADD_PARTNER_ADMINISTRATOR: (
        bodies.Person,
        lambda partner, body, **how: managing.add_partner_administrator(
            partner, body.record(), **how
        ),
    ),
    Operation.REMOVE_PARTNER_ADMINISTRATOR: (
        bodies.PersonId,
        lambda partner, body, **how: managing.remove_partner_administrator(
            partner, body.administrator_id, **how
        ),
    ),
    Operation.CHANGE_PARTNER_ROLE: (
        bodies.NewRole,
        lambda partner, body, **how: managing.change_partner_role(
            partner, body.administrator_id, body.role, **how
        ),
    ),
}


NOBODY = "X-Administrator names none of the administrators"
OF_ALL = "the journal speaks of all customers"


def acting(
    store: Kept,
    x_administrator: Annotated[str | None, HeaderParameter(name="X-Administrator")] = None,
    by: FromQuery[str | None] = None,
) -> Administrator:
    """Who acts: one of the partner's administrators, or of those assigned to a customer."""
    wanted = x_administrator or by
    listed = [store.partner.administrators, *(c.administrators for c in store.portfolio.customers)]
    for administrators in listed:
        for administrator in administrators:
            if administrator.id == wanted:
                return administrator

    raise NotAuthorizedException(detail=NOBODY)


def rows_of(store: Store, administrator: Administrator, text: str, as_of: datetime) -> list[Row]:
    """The customers that an administrator sees and a filter means, by id."""
    seen = managing.visible_customers(administrator, store.portfolio)
    meant = pk.where(seen, text, as_of=as_of)

    return [
        Row(
            each.customer_id,
            each.customer,
            each.managed_by.value,
            each.tags,
            each.products,
            tuple(status.value for status in each.statuses),
            None if each.badge is None else each.badge.value,
        )
        for each in pk.report(meant, as_of=as_of).customers
    ]


@get("/", media_type=MediaType.HTML, include_in_schema=False, sync_to_thread=True)
def show_page(store: Kept, administrator: Actor, now: Now, q: FromQuery[str] = "") -> Response[str]:
    """The customer list with a filter box."""
    try:
        content, status = page(administrator.id, q, rows_of(store, administrator, q, now)), 200
    except errors.FilterError as error:
        content, status = page(administrator.id, q, [], str(error)), 400

    return Response(content, status_code=status, media_type=MediaType.HTML)


@get("/customers", responses=PROBLEMS, sync_to_thread=True)
def list_customers(
    store: Kept,
    administrator: Actor,
    now: Now,
    q: FromQuery[str] = "",
    as_of: FromQuery[str | None] = None,
) -> list[Row]:
    """The customers that a filter means."""
    return rows_of(store, administrator, q, instant("as_of", as_of) if as_of else now)


@get("/report", responses=PROBLEMS, sync_to_thread=True)
def make_report(
    store: Kept, administrator: Actor, now: Now, as_of: FromQuery[str | None] = None
) -> dict[str, Any]:
    """The report document of the customers that the administrator sees."""
    seen = managing.visible_customers(administrator, store.portfolio)

    return pk.report(seen, as_of=instant("as_of", as_of) if as_of else now).to_dict()


@get("/journal", responses=REFUSALS, sync_to_thread=True)
def read_journal(
    store: Kept, administrator: Actor, after: FromQuery[int] = 0
) -> list[dict[str, Any]]:
    """The change records behind a place in the journal; only who sees all customers may."""
    if not administrator.sees_all:
        raise PermissionDeniedException(detail=OF_ALL)

    return [managing.change_document(change) for change in store.journal(after)]


def recorded(change: ChangeRecord[Any]) -> Recorded:
    """A change as it is answered."""
    document: dict[str, Any] = managing.change_document(change)
    del document["format"], document["partner_id"]

    return Recorded(**document)


def customer_operation(operation: Operation) -> HTTPRouteHandler:
    """The handler of something that is done to a customer."""
    kind, act = OF_CUSTOMER[operation]

    def handler(
        customer_id: FromPath[str],
        data: SkipValidation[JSONBody[kind]],  # type: ignore[valid-type] # read at run time
        store: Kept,
        administrator: Actor,
        now: Now,
    ) -> Recorded:
        body = strictly(kind, data)

        def done(portfolio: pk.Portfolio) -> ChangeRecord[Any]:
            return act(portfolio.customer(customer_id), body, by=administrator, at=now)[1]

        return recorded(store.change(done))

    return post(
        f"/customers/{{customer_id:str}}/{operation.value}",
        operation_id=operation.value,
        responses=REFUSALS,
        sync_to_thread=True,
    )(handler)


def partner_operation(operation: Operation) -> HTTPRouteHandler:
    """The handler of something that is done to the partner's own administrators."""
    kind, act = OF_PARTNER[operation]

    def handler(
        data: SkipValidation[JSONBody[kind]],  # type: ignore[valid-type] # read at run time
        store: Kept,
        administrator: Actor,
        now: Now,
    ) -> Recorded:
        body = strictly(kind, data)

        def done(_: pk.Portfolio) -> ChangeRecord[Any]:
            return act(store.partner, body, by=administrator, at=now)[1]

        return recorded(store.change(done))

    return post(
        f"/administrators/{operation.value}",
        operation_id=operation.value,
        responses=REFUSALS,
        sync_to_thread=True,
    )(handler)


def answer_error(_: Request[Any, Any, Any], error: errors.PartnerKpiError) -> Response[Problem]:
    """Answer an error of the library."""
    status = next(status for kind, status in STATUSES if isinstance(error, kind))

    return Response(Problem.of(error), status_code=status)


def answer_refusal(_: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """Answer a request that did not even reach the library."""
    told: Any = error.extra if isinstance(error, ValidationException) else None
    faults = [
        FaultFound(str(each.get("key", each.get("source"))), each["message"], "something else")
        for each in told or []
    ]

    return Response(Problem(error.detail, faults), status_code=error.status_code)


def create_app(store: Store, clock: Clock) -> Litestar:
    """The service over a store; the clock tells the instant of every change."""
    return Litestar(
        [
            show_page,
            list_customers,
            make_report,
            read_journal,
            *map(customer_operation, OF_CUSTOMER),
            *map(partner_operation, OF_PARTNER),
        ],
        dependencies={
            "store": Provide(lambda: store, sync_to_thread=False),
            "now": Provide(clock, sync_to_thread=False),
            "administrator": Provide(acting, sync_to_thread=False),
        },
        exception_handlers={
            errors.PartnerKpiError: answer_error,
            HTTPException: answer_refusal,
        },
        openapi_config=OpenAPIConfig(
            title="partnerkpi host", version=pk.__version__, render_plugins=[JsonRenderPlugin()]
        ),
    )
