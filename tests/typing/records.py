"""Right and wrong uses of the records; never run, only checked.

A wrong use names the refusal of mypy and of pyright on its line: an ignore that refuses nothing is
itself an error for both.
"""

from datetime import UTC, datetime
from typing import assert_type

from partnerkpi.models import Customer, CustomerId, Kind, LicenseLine, Subscription, SubscriptionId

ADDED = datetime(2026, 1, 10, tzinfo=UTC)

line = LicenseLine(product="calling", name="Professional")
trial = Subscription(id=SubscriptionId("Sub1"), kind=Kind.TRIAL, added_at=ADDED, licenses=(line,))
customer = Customer(id=CustomerId("c-1"), name="Globex", tags=("gold",), subscriptions=(trial,))

# What is inside is a tuple of records, and an end may be open.
assert_type(customer.name, str)
assert_type(customer.tags, tuple[str, ...])
assert_type(customer.subscriptions, tuple[Subscription, ...])
assert_type(trial.added_at, datetime)
assert_type(trial.ends_at, datetime | None)
assert_type(line.product, str)

# A record has a name, is built by keyword, and never changes.
Customer(id=CustomerId("c-1"))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Customer("c-1", "Globex")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
customer.name = "Initech"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
line.seats  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
