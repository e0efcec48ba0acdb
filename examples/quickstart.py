"""The figures of the example portfolio, in a few lines.

python examples/quickstart.py
"""

from datetime import UTC, datetime
from pathlib import Path

import partnerkpi as pk

portfolio = pk.read(Path(__file__).parent / "data" / "portfolio.json")
report = pk.report(portfolio, as_of=datetime(2026, 11, 22, tzinfo=UTC))

print(f"{report.overview.nearing_expiration.value} customers are nearing expiration")
for row in report.licenses["calling"].expiring.rows[:3]:
    print(
        f"{row.customer}: {row.days_until_expiration} days, {row.assigned} of {row.total} assigned"
    )

figure = report.licenses["meetings"].overage.customers
print(f"\n{figure.definition.title}: {figure.value}")
print(figure.definition.sentence)
for customer_id in figure.members:
    print(figure.why(customer_id))
