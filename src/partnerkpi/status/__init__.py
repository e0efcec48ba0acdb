"""Customer statuses: which hold at an instant, which one to show, and why.

Example:
    >>> from datetime import datetime, timezone
    >>> from partnerkpi.models import Customer
    >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
    >>> sorted(status.value for status in derive(Customer(id="c-1", name="Globex"), as_of=when))
    ['expired', 'no_recent_activity']
"""

from partnerkpi.status.columns import StatusColumns, status_columns
from partnerkpi.status.derive import derive, derive_all, explain
from partnerkpi.status.rules import (
    RULES,
    Explanation,
    LineEvidence,
    SignInEvidence,
    Status,
    StatusFacts,
    StatusRule,
    SubscriptionEvidence,
    badge,
    by_urgency,
)

__all__ = [
    "RULES",
    "Explanation",
    "LineEvidence",
    "SignInEvidence",
    "Status",
    "StatusColumns",
    "StatusFacts",
    "StatusRule",
    "SubscriptionEvidence",
    "badge",
    "by_urgency",
    "derive",
    "derive_all",
    "explain",
    "status_columns",
]
