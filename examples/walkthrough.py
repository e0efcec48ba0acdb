"""A morning with a portfolio, cell by cell: editors that know `# %%` run it like a notebook.

python examples/walkthrough.py
"""

# %% Read a portfolio: faults would be raised all at once, each with its place
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import partnerkpi as pk
from partnerkpi.aggregates import Ratio
from partnerkpi.present import percent

portfolio = pk.read(Path(__file__).parent / "data" / "tables")
today = datetime(2026, 11, 22, tzinfo=UTC)
print(len(portfolio), "customers")

# %% Who shows which badge?
report = pk.report(portfolio, as_of=today)
badges = Counter(badge.value if badge else "none" for badge in report.customers.column("badge"))
for badge, customers in badges.most_common():
    print(f"{customers:3} {badge}")

# %% Why is this customer suspended?
suspended = next(row for row in report.customers if row.badge == pk.status.Status.SUSPENDED)
for explanation in pk.status.explain(portfolio, suspended.customer_id, as_of=today):
    print(explanation)

# %% The largest subscriptions that end soon
for row in report.licenses["meetings"].expiring.rows.sorted_by("total", descending=True)[:3]:
    print(f"{row.total:6,} licenses end in {row.days_until_expiration} days: {row.customer}")

# %% What changed in a week?
a_week_ago = pk.report(portfolio, as_of=today - timedelta(days=7))
changes = pk.compare(a_week_ago, report)
expiring = changes.licenses["meetings"].sections["expiring"].customers
print("entered:", ", ".join(expiring.entered), "- left:", ", ".join(expiring.left))

# %% How does each region use what it bought?
for region, part in report.by("region").items():
    week = part.licenses["calling"].distribution_trend[-1]
    share = percent(Ratio(week.used, week.total))
    print(f"{region}: {share} of {week.total:,} calling licenses used")

# %% The same under a stricter policy
policy = pk.Policy(window_days=30, low_assignment_fraction=Fraction(49, 50))
strict = pk.report(portfolio, as_of=today, policy=policy)
print("low under the default policy:", report.overview.low_license_assignment.value)
print("low under the stricter one:", strict.overview.low_license_assignment.value)

# %% The page
print(report.to_text(rows=3))
