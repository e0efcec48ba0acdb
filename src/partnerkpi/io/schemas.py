"""JSON Schemas of the portfolio document, and of a line of each table as JSON lines.

Spec: *Definitions 3, Portfolio document* and *Tables*. A schema says what one value may be and what
must stand together; what needs several records (an id that occurs twice, an end before a start)
only reading finds out. JSON Schema also counts ``2.0`` among the integers, which reading refuses.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from partnerkpi.call_models import Outcome
from partnerkpi.io._managed_in import (
    ACCEPTANCE,
    ADMINISTRATOR,
    CHECKLIST,
    INVOICE,
    ITEM,
    ORDER,
)
from partnerkpi.io._managed_tables import ADMINISTRATORS, CHECKLISTS, INVOICES, ORDERS
from partnerkpi.io._nested import KINDS, MANAGERS
from partnerkpi.io._schema import (
    NOTHING_MORE,
    Maker,
    Schema,
    array,
    count,
    document,
    either,
    found,
    instant,
    measurement,
    no_control,
    null,
    record,
    ref,
    text,
)
from partnerkpi.io.catalogues import RESOURCES_FORMAT, catalogue_schema
from partnerkpi.io.documents import FIRST_FORMAT, SECOND_FORMAT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerkpi.io._table_columns import Table

__all__ = [
    "PORTFOLIO_SCHEMAS",
    "Schema",
    "administrators_schema",
    "calls_schema",
    "checklists_schema",
    "customers_schema",
    "invoices_schema",
    "licenses_schema",
    "managed_portfolio_schema",
    "orders_schema",
    "portfolio_schema",
    "queue_calls_schema",
    "schema",
    "subscriptions_schema",
]


def schema(name: str) -> Schema:
    """The JSON Schema of the portfolio document, or of a line of one of the tables.

    Args:
        name: ``portfolio@1`` or ``portfolio@2``, or ``customers@1``, ``subscriptions@1``,
            ``licenses@1``, ``calls@1`` and ``queue_calls@1`` for a line of these tables as JSON
            lines, likewise ``administrators@1``, ``orders@1``, ``invoices@1`` and
            ``checklists@1``, or ``resources@1``; ``partnerkpi/`` may stand before it.

    Returns:
        A schema of the dialect 2020-12 as plain dicts and lists; a new one each time.

    Raises:
        UnknownNameError: no such document; names the nearest.

    Example:
        >>> schema("portfolio@1")["required"]
        ['format', 'customers']
    """
    return found(PORTFOLIO_SCHEMAS, name)


def portfolio_schema() -> Schema:
    """The JSON Schema of the first version of the portfolio document.

    Example:
        >>> portfolio_schema()["properties"]["format"]
        {'const': 'partnerkpi/portfolio@1'}
    """
    return _portfolio(FIRST_FORMAT, {}, {}, {}, {})


def managed_portfolio_schema() -> Schema:
    """The JSON Schema of the second version of the portfolio document.

    Example:
        >>> managed_portfolio_schema()["properties"]["format"]
        {'const': 'partnerkpi/portfolio@2'}
    """
    administrators = array(ref("administrator"))
    shapes: Schema = {
        "administrator": ADMINISTRATOR.schema(),
        "order": ORDER.schema(),
        "invoice": INVOICE.schema(),
        "checklist": CHECKLIST.schema(),
    }

    return _portfolio(
        SECOND_FORMAT,
        {"administrators": administrators, "organization": either(ref("customer"), null())},
        {"administrators": administrators},
        {
            "orders": array(ref("order")),
            "invoices": array(ref("invoice")),
            "checklist": ref("checklist"),
        },
        shapes,
    )


def _portfolio(
    form: str, of_partner: Schema, of_customer: Schema, of_subscription: Schema, managed: Schema
) -> Schema:
    """The document of a version, by what that has beside the keys of the first one."""
    partner = record({"id": ref("text"), "name": ref("text")}, of_partner)
    body = record(
        {"format": {"const": form}, "customers": array(ref("customer"))},
        {"partner": either(partner, null())},
    )

    return document(
        "Portfolio document",
        "A partner's customers with their subscriptions and licenses.",
        body,
        {
            **_basic(),
            "customer": _customer(of_customer),
            "subscription": _subscription(of_subscription),
            "line": _line(),
            "observation": record(*_counts(), {"observed_at": _maybe("instant")}),
            **managed,
        },
    )


def _basic() -> Schema:
    return {"text": text(), "instant": instant(), "count": count()}


def _maybe(name: str) -> Schema:
    return either(ref(name), null())


def _customer(more: Schema) -> Schema:
    attributes: Schema = {
        "type": "object",
        "propertyNames": ref("text"),
        "additionalProperties": no_control(),
    }

    return record(
        {"id": ref("text"), "name": ref("text"), "subscriptions": array(ref("subscription"))},
        {
            "managed_by": {"enum": [*MANAGERS], "default": MANAGERS[0]},
            "last_admin_sign_in_at": _maybe("instant"),
            "tags": array(ref("text"), uniqueItems=True),
            "attributes": attributes,
        },
        more,
    )


def _subscription(more: Schema) -> Schema:
    return {
        **record(
            {
                "id": ref("text"),
                "kind": {"enum": [*KINDS]},
                "added_at": ref("instant"),
                "licenses": array(ref("line")),
            },
            {
                "starts_at": _maybe("instant"),
                "ends_at": _maybe("instant"),
                "auto_renew": _flag(default=False),
                "paid": _flag(default=True),
                "set_up": _flag(default=True),
            },
            more,
        ),
        **_no_renewing_trial(),
    }


def _no_renewing_trial() -> Schema:
    return {
        "if": {"properties": {"kind": {"const": "trial"}}},
        "then": {"properties": {"auto_renew": {"enum": [False, None]}}},
    }


def _line() -> Schema:
    names: Schema = {"product": ref("text"), "name": ref("text")}
    needed, optional = _counts()

    return {
        "oneOf": [
            record({**names, "observations": array(ref("observation"))}),
            record({**names, **needed}, optional),
        ]
    }


def _counts() -> tuple[Schema, Schema]:
    used = {**ref("count"), "default": 0}

    return {"total": ref("count"), "assigned": ref("count")}, {"used_7d": used, "used_3mo": used}


def _flag(*, default: bool) -> Schema:
    return {"type": "boolean", "default": default}


def customers_schema() -> Schema:
    """The JSON Schema of a line of the table ``customers``.

    Example:
        >>> customers_schema()["required"]
        ['customer_id', 'name']
    """
    body = record(
        {"customer_id": ref("text"), "name": ref("text")},
        {
            "managed_by": {"enum": [*MANAGERS, None]},
            "last_admin_sign_in_at": _maybe("instant"),
            "tags": either(array(ref("text"), uniqueItems=True), null()),
        },
    )
    name = f"^attr\\.[^\\u0000-\\u001f\\u007f-\\u009f]+{NOTHING_MORE}"
    attributes: Schema = {"patternProperties": {name: either(no_control(), null())}}

    return _row("customers", "A customer; attr.NAME holds an attribute.", {**body, **attributes})


def subscriptions_schema() -> Schema:
    """The JSON Schema of a line of the table ``subscriptions``.

    Example:
        >>> subscriptions_schema()["required"]
        ['subscription_id', 'customer_id', 'kind', 'added_at']
    """
    flag: Schema = {"type": ["boolean", "null"]}
    body = record(
        {
            "subscription_id": ref("text"),
            "customer_id": ref("text"),
            "kind": {"enum": [*KINDS]},
            "added_at": ref("instant"),
        },
        {name: _maybe("instant") for name in ("starts_at", "ends_at")},
        dict.fromkeys(("auto_renew", "paid", "set_up"), flag),
    )

    return _row("subscriptions", "A subscription or trial.", {**body, **_no_renewing_trial()})


def licenses_schema() -> Schema:
    """The JSON Schema of a line of the table ``licenses``.

    Example:
        >>> [len(shape["required"]) for shape in licenses_schema()["anyOf"]]
        [5, 5]
    """
    own = {name: ref("text") for name in ("subscription_id", "product", "name")}
    used = ("used_7d", "used_3mo")
    observed = record(
        {**own, "total": ref("count"), "assigned": ref("count")},
        {"observed_at": _maybe("instant"), **dict.fromkeys(used, _maybe("count"))},
    )
    declared = record(
        {**own, "total": null(), "assigned": null()},
        dict.fromkeys(("observed_at", *used), null()),
    )

    return _row(
        "licenses",
        "An observation of a license line, or the line alone where nothing was observed.",
        either(observed, declared),
    )


def calls_schema() -> Schema:
    """The JSON Schema of a line of the table ``calls``.

    Example:
        >>> calls_schema()["required"]
        ['call_id', 'customer_id', 'started_at', 'duration_ms', 'answered']
    """
    body = record(
        {
            "call_id": ref("text"),
            "customer_id": ref("text"),
            "started_at": ref("instant"),
            "duration_ms": ref("count"),
            "answered": {"type": "boolean"},
        },
        _origin(),
        {name: _maybe("text") for name in ("user_id", "endpoint_type")},
        {"packet_loss_percent": either(measurement(100), null())},
        {name: either(measurement(), null()) for name in ("latency_ms", "jitter_ms")},
        {"features": either(array(ref("text")), null())},
    )

    return _row("calls", "A call leg; its features are a set, in any order.", body)


def queue_calls_schema() -> Schema:
    """The JSON Schema of a line of the table ``queue_calls``.

    Example:
        >>> queue_calls_schema()["properties"]["outcome"]["enum"][:2]
        ['answered', 'transferred']
    """
    body = record(
        {
            "call_id": ref("text"),
            "customer_id": ref("text"),
            "queue_id": ref("text"),
            "entered_at": ref("instant"),
            "wait_ms": ref("count"),
            "outcome": {"enum": [str(outcome) for outcome in Outcome]},
        },
        _origin(),
        {"talk_ms": _maybe("count")},
    )

    return _row("queue_calls", "An entry of a call into a queue.", body)


def _origin() -> Schema:
    return {"record_id": _maybe("text"), "reported_at": _maybe("instant")}


def _managed_schema(table: Table, columns: Mapping[str, object], description: str) -> Schema:
    """The JSON Schema of a line of a table of what is managed, by the cells of its columns."""
    needed: Schema = {name: columns[name] for name in table.required}
    others: Schema = {name: {"anyOf": [columns[name], null()]} for name in table.optional}

    return _row(table.name, description, record(needed, others))


def administrators_schema() -> Schema:
    """The JSON Schema of a line of the table ``administrators``.

    Example:
        >>> administrators_schema()["required"]
        ['customer_id', 'administrator_id', 'name', 'email', 'role']
    """
    cells = ADMINISTRATOR.cell_schemas()
    own = {"customer_id": ref("text"), "administrator_id": cells.pop("id")}

    return _managed_schema(ADMINISTRATORS, own | cells, "An administrator assigned to a customer.")


def orders_schema() -> Schema:
    """The JSON Schema of a line of the table ``orders``.

    Example:
        >>> orders_schema()["required"]
        ['subscription_id', 'order_id', 'placed_at', 'kind']
    """
    cells = ORDER.cell_schemas()
    own = {"subscription_id": ref("text"), "order_id": cells.pop("id")}

    return _managed_schema(
        ORDERS, own | cells | ITEM.cell_schemas(), "An item of an order, or an order without any."
    )


def invoices_schema() -> Schema:
    """The JSON Schema of a line of the table ``invoices``.

    Example:
        >>> invoices_schema()["properties"]["currency"]["pattern"][:9]
        '^[A-Z]{3}'
    """
    own: Schema = {"subscription_id": ref("text")}

    return _managed_schema(INVOICES, own | INVOICE.cell_schemas(), "An invoice.")


def checklists_schema() -> Schema:
    """The JSON Schema of a line of the table ``checklists``.

    Example:
        >>> checklists_schema()["required"]
        ['subscription_id']
    """
    terms = {f"terms_accepted_{key}": cell for key, cell in ACCEPTANCE.cell_schemas().items()}
    own: Schema = {"subscription_id": ref("text")}

    return _managed_schema(
        CHECKLISTS, own | CHECKLIST.cell_schemas() | terms, "How far a set-up is."
    )


def _row(table: str, description: str, body: Schema) -> Schema:
    return document(f"A line of the table {table}", description, body, _basic())


PORTFOLIO_SCHEMAS: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        FIRST_FORMAT: portfolio_schema,
        SECOND_FORMAT: managed_portfolio_schema,
        "partnerkpi/customers@1": customers_schema,
        "partnerkpi/subscriptions@1": subscriptions_schema,
        "partnerkpi/licenses@1": licenses_schema,
        "partnerkpi/administrators@1": administrators_schema,
        "partnerkpi/orders@1": orders_schema,
        "partnerkpi/invoices@1": invoices_schema,
        "partnerkpi/checklists@1": checklists_schema,
        "partnerkpi/calls@1": calls_schema,
        "partnerkpi/queue_calls@1": queue_calls_schema,
        RESOURCES_FORMAT: catalogue_schema,
    }
)
