"""The report document: overview, customers, licenses and what the data lacked.

The policy of a report is left out (a reader compares figures), and so are call figures.
"""

from datetime import datetime
from typing import Any

from tests.oracles.counts import observation_at
from tests.oracles.policy import DEFAULT_POLICY, OraclePolicy
from tests.oracles.records import Customer, read_customers
from tests.oracles.sections import (
    expiring,
    holdings,
    low_assignment,
    overage,
    overview,
    recently_added,
    renewing,
)
from tests.oracles.statuses import badge, statuses
from tests.oracles.times import instant_text
from tests.oracles.trend import distribution_trend


def report_document(
    portfolio_doc: dict[str, Any], as_of: datetime, policy: OraclePolicy = DEFAULT_POLICY
) -> dict[str, Any]:
    """The report on a portfolio document at an instant; `calling` is None."""
    customers = read_customers(portfolio_doc)
    return {
        "format": "partnerkpi/report@1",
        "as_of": instant_text(as_of),
        "data": {
            "unobserved_lines": unobserved_lines(customers, as_of),
            "duplicate_calls": None,
            "duplicate_queue_calls": None,
        },
        "overview": overview(customers, as_of, policy),
        "customers": [customer_row(customer, as_of, policy) for customer in customers],
        "licenses": {
            product: license_sections(customers, product, as_of, policy)
            for product in ("meetings", "calling")
        },
        "calling": None,
    }


def unobserved_lines(customers: list[Customer], as_of: datetime) -> int:
    """Lines, of any product, that are there and were not observed by the instant."""
    return sum(
        1
        for customer in customers
        for subscription in customer.there(as_of)
        for line in subscription.lines
        if observation_at(line, as_of) is None
    )


def customer_row(customer: Customer, as_of: datetime, policy: OraclePolicy) -> dict[str, Any]:
    """A customer with its statuses, the most urgent first.

    Its products are those of every line in a subscription or trial that is there at the instant,
    pending and ended ones included, ordered by code point.
    """
    lines = [line for subscription in customer.there(as_of) for line in subscription.lines]
    return {
        "customer_id": customer.id,
        "customer": customer.name,
        "managed_by": customer.managed_by,
        "tags": list(customer.tags),
        "products": sorted({line.product for line in lines}),
        "statuses": statuses(customer, as_of, policy),
        "badge": badge(customer, as_of, policy),
    }


def license_sections(
    customers: list[Customer], product: str, as_of: datetime, policy: OraclePolicy
) -> dict[str, Any]:
    """The sections of one product."""
    held = holdings(customers, product, as_of)
    return {
        "distribution_trend": distribution_trend(customers, product, as_of, policy),
        "recently_added": recently_added(held, as_of, policy),
        "expiring": expiring(held, as_of, policy),
        "renewing": renewing(held, as_of, policy),
        "low_assignment": low_assignment(customers, held, product, as_of, policy),
        "overage": overage(held, as_of),
    }
