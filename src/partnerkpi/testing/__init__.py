"""For tests of one's own: strategies for records, policies and filters, and the laws of merging.

Needs the extra ``testing``. The strategies aim at the edges of the definitions: the days on which
windows end, instants a microsecond apart, counts that tie, nothing at all, and the greatest count.
With the extra installed, ``hypothesis.strategies.from_type`` knows them as well.

Example:
    >>> from hypothesis import given, settings
    >>> from partnerkpi.reports import report
    >>> @settings(max_examples=10)
    ... @given(cases(max_customers=3))
    ... def test_rows(case):
    ...     found = report(case.portfolio(), as_of=case.as_of, policy=case.policy)
    ...     assert len(case.customers) == len(found.customers)
    >>> test_rows()
"""

from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.call_models import CallLeg, QueueCall
from partnerkpi.columns import Portfolio
from partnerkpi.filters import Expression
from partnerkpi.models import Customer, LicenseLine, Observation, Subscription
from partnerkpi.policy import Policy
from partnerkpi.testing._calls import call_leg_lists, call_legs, queue_call_lists, queue_calls
from partnerkpi.testing._edges import instants
from partnerkpi.testing._filters import filter_texts, filters
from partnerkpi.testing._hypothesis import st
from partnerkpi.testing._laws import check_merge_laws
from partnerkpi.testing._portfolios import (
    Case,
    cases,
    customer_lists,
    customers,
    license_lines,
    observations,
    policies,
    portfolios,
    subscriptions,
)

__all__ = [
    "Case",
    "call_leg_lists",
    "call_legs",
    "cases",
    "check_merge_laws",
    "customer_lists",
    "customers",
    "filter_texts",
    "filters",
    "instants",
    "license_lines",
    "observations",
    "policies",
    "portfolios",
    "queue_call_lists",
    "queue_calls",
    "subscriptions",
]

# As functions, because hypothesis may look for them while it is still being imported itself.
st.register_type_strategy(CallLeg, lambda _: call_legs())
st.register_type_strategy(Calls, lambda _: call_leg_lists().map(Calls.from_records))
st.register_type_strategy(Customer, lambda _: customers())
st.register_type_strategy(Expression, lambda _: filters())
st.register_type_strategy(LicenseLine, lambda _: license_lines())
st.register_type_strategy(Observation, lambda _: observations())
st.register_type_strategy(Policy, lambda _: policies())
st.register_type_strategy(Portfolio, lambda _: portfolios())
st.register_type_strategy(QueueCall, lambda _: queue_calls())
st.register_type_strategy(QueueCalls, lambda _: queue_call_lists().map(QueueCalls.from_records))
st.register_type_strategy(Subscription, lambda _: subscriptions())
