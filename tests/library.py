"""From the documents of the tests to the library's own objects, without passing its doors."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias

import partnerkpi as pk
from tests.oracles.policy import OraclePolicy
from tests.oracles.records import optional_instant
from tests.oracles.times import instant
from tests.strategies import Case, policy_settings

__all__ = [
    "AS_OF",
    "Document",
    "Field",
    "customer",
    "figures_only",
    "line",
    "observed",
    "policy_of",
    "portfolio_of",
    "records_of",
    "report_of",
    "report_of_parts",
    "reported",
    "subscription",
]

Document = dict[str, Any]
# A field or setting by name: each has a type of its own, which the constructors check.
Field: TypeAlias = Any
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)


def line(total: int = 10, assigned: int = 5, **fields: Field) -> pk.LicenseLine:
    """A calling line with one undated observation."""
    names = ("observed_at", "used_7d", "used_3mo")
    given = {name: fields.pop(name) for name in names if name in fields}
    seen = pk.Observation(total=total, assigned=assigned, **given)
    return observed(seen, **fields)


def observed(*observations: pk.Observation, **fields: Field) -> pk.LicenseLine:
    """A calling line with these observations."""
    defaults = {"product": "calling", "name": "Professional"}
    return pk.LicenseLine(**(defaults | fields), observations=observations)


def subscription(*lines: pk.LicenseLine, **fields: Field) -> pk.Subscription:
    """A paid subscription added on the first of June 2026; instants may be given as text."""
    defaults = {"id": "Sub1", "kind": "subscription", "added_at": "2026-06-01"}
    return pk.Subscription(**_with_instants(defaults | fields), licenses=lines)


def customer(*subscriptions: pk.Subscription, **fields: Field) -> pk.Customer:
    """A customer whose administrator signed in a moment before the instant."""
    defaults = {"id": "c-1", "name": "Globex", "last_admin_sign_in_at": "2026-11-21T23:00:00Z"}
    return pk.Customer(**_with_instants(defaults | fields), subscriptions=subscriptions)


def _with_instants(fields: Document) -> Document:
    return {
        name: instant(value) if name.endswith("_at") and isinstance(value, str) else value
        for name, value in fields.items()
    }


def reported(*customers: pk.Customer, as_of: datetime = AS_OF, **settings: Field) -> pk.Report:
    """The report on some customers."""
    portfolio = pk.Portfolio.from_customers(customers)
    return pk.report(portfolio, as_of=as_of, policy=pk.Policy(**settings))


def policy_of(policy: OraclePolicy, **others: Field) -> pk.Policy:
    """The library's policy with the settings of the naive reading's, its own rule put beside."""
    settings = policy_settings(policy)
    del settings["low_rule"]
    return pk.Policy(**settings, **others)


def records_of(document: Document) -> list[pk.Customer]:
    """The customers of a document as records."""
    return [_customer(fields) for fields in document["customers"]]


def _customer(fields: Document) -> pk.Customer:
    given = {name: fields[name] for name in ("tags", "attributes", "managed_by") if name in fields}
    return pk.Customer(
        id=fields["id"],
        name=fields["name"],
        last_admin_sign_in_at=optional_instant(fields.get("last_admin_sign_in_at")),
        subscriptions=tuple(map(_subscription, fields["subscriptions"])),
        **given,
    )


def _subscription(fields: Document) -> pk.Subscription:
    names = ("auto_renew", "paid", "set_up")
    given = {name: fields[name] for name in names if name in fields}
    if fields.get("starts_at") is not None:
        given["starts_at"] = instant(fields["starts_at"])
    return pk.Subscription(
        id=fields["id"],
        kind=pk.Kind(fields["kind"]),
        added_at=instant(fields["added_at"]),
        ends_at=optional_instant(fields.get("ends_at")),
        licenses=tuple(map(_line, fields["licenses"])),
        **given,
    )


def _line(fields: Document) -> pk.LicenseLine:
    return pk.LicenseLine(
        product=fields["product"],
        name=fields["name"],
        observations=tuple(map(_observation, fields.get("observations", [fields]))),
    )


def _observation(fields: Document) -> pk.Observation:
    names = ("total", "assigned", "used_7d", "used_3mo")
    given = {name: fields[name] for name in names if name in fields}
    return pk.Observation(observed_at=optional_instant(fields.get("observed_at")), **given)


def portfolio_of(document: Document) -> pk.Portfolio:
    """The portfolio of a document's records."""
    return pk.Portfolio.from_customers(records_of(document))


def report_of(case: Case) -> pk.Report:
    """The library's report on a case."""
    return pk.report(portfolio_of(case.document), as_of=case.as_of, policy=policy_of(case.policy))


def report_of_parts(parts: Iterable[Document], as_of: datetime, policy: OraclePolicy) -> pk.Report:
    """The library's report on documents of different customers."""
    return pk.report(map(portfolio_of, parts), as_of=as_of, policy=policy_of(policy))


def figures_only(document: Document) -> Document:
    """A report document without its policy, which the naive reading does not write."""
    return {name: value for name, value in document.items() if name != "policy"}
