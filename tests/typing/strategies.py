"""Right and wrong uses of the strategies and of the laws of merging; never run, only checked.

A wrong use names the refusal of mypy and of pyright on its line: an ignore that refuses nothing is
itself an error for both.
"""

from datetime import UTC, datetime
from typing import assert_type

from hypothesis import given
from hypothesis import strategies as st

import partnerkpi as pk
from partnerkpi.testing import Case, cases, check_merge_laws, customers, policies, portfolios

NEAR = datetime(2026, 11, 22, tzinfo=UTC)

assert_type(customers(NEAR), st.SearchStrategy[pk.Customer])
assert_type(policies(), st.SearchStrategy[pk.Policy])
assert_type(portfolios(NEAR, max_size=2), st.SearchStrategy[pk.Portfolio])
assert_type(cases(max_customers=3), st.SearchStrategy[Case])
portfolios(NEAR, 2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
customers("2026-11-22")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@given(cases())
def check(case: Case) -> None:
    """A property of every case."""
    assert_type(case.customers, tuple[pk.Customer, ...])
    assert_type(case.portfolio(), pk.Portfolio)


check_merge_laws(len)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
