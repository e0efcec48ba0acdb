"""What a partner holds of Webex, fetched on two Sundays, as one report.

Each folder has the answers of one day as they came, and a small table of what no answer says. The
organizations, ids and numbers are invented.

python examples/webex_exports/history.py
"""

from datetime import UTC, datetime
from pathlib import Path

import partnerkpi as pk
from partnerkpi import webex

HERE = Path(__file__).parent
OWN = "North Partner"


def fetched(day: str) -> webex.WebexPortfolio:
    """The answers of a day."""
    folder = HERE / day
    names = {each.name: each.id for each in webex.organizations(folder / "organizations.json")}
    found = webex.read(
        folder, observed_at=datetime.fromisoformat(f"{day}T00:00:00Z"), partner=names[OWN].text
    )
    return found.portfolio


first, second = fetched("2026-11-15"), fetched("2026-11-22")
portfolio = first.portfolio.merged_with(second.portfolio)
report = pk.report(portfolio, as_of=datetime(2026, 11, 22, tzinfo=UTC))

print(second.to_text())
print(f"\nThe own organization, {portfolio.partner.organization.name}, is no customer.\n")
for row in report.licenses["calling"].low_assignment.rows:
    print(f"{row.customer} assigns {row.assigned} of {row.total}, {row.weekly_assignment_change:+}")
figure = report.overview.over_license_limit
for customer_id in figure.members:
    print(figure.why(customer_id))
