"""Right and wrong uses of reports, figures, tables and policies; never run, only checked.

A wrong use names the refusal of mypy and of pyright on its line: an ignore that refuses nothing is
itself an error for both.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import assert_type

import partnerkpi as pk
from partnerkpi import status
from partnerkpi.aggregates import Ratio
from partnerkpi.kpi import Definition, Figure, Kpi, Table, Unit, Value, Why
from partnerkpi.licenses import ExpiringRow, TrendWeek
from partnerkpi.policy import FixedRate, PeerRates
from partnerkpi.present import Chart, Words, words
from partnerkpi.reports import CustomerRow, Segments
from partnerkpi.status import Explanation, Status

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)

portfolio = pk.Portfolio.from_customers([pk.Customer(id="c-1", name="Globex")])
policy = pk.Policy(window_days=60, low_assignment_rule=FixedRate(Fraction(1, 5)))
report = pk.report(portfolio, as_of=AS_OF, policy=policy)

# A report is of a portfolio or of its parts, at an instant.
assert_type(report, pk.Report)
assert_type(pk.report([portfolio, portfolio], as_of=AS_OF), pk.Report)
pk.report(portfolio)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
pk.report(portfolio, AS_OF)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
pk.report(portfolio, as_of="2026-11-22")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
pk.report("portfolio.json", as_of=AS_OF)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

# A page is a text, also where it is written to a file.
assert_type(report.to_html(), str)
assert_type(report.to_html("report.html", language="fr", rows=None), str)
report.to_html(rows="all")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

# Figures know whether they are whole numbers or ratios.
assert_type(report.overview.total_customers, Figure[int])
assert_type(report.overview.total_customers.value, int)
assert_type(report.overview.total_customers.members, Sequence[str])
assert_type(report.overview.total_customers.why("c-1"), Why)
calling = report.licenses["calling"]
assert_type(calling.expiring.assignment.value, Ratio)
assert_type(calling.expiring.assignment.value.value, float | None)
assert_type(calling.distribution_trend, tuple[TrendWeek, ...])
report.overview.customers  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
report.overview.total_customers.value = 1  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
_ = calling.expiring.assignment.value + 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]

# Tables are sequences of typed rows.
rows = calling.expiring.rows
assert_type(rows, Table[ExpiringRow])
assert_type(rows[0], ExpiringRow)
assert_type(rows[1:3], Table[ExpiringRow])
assert_type(rows.sorted_by("total", descending=True), Table[ExpiringRow])
assert_type([row.days_until_expiration for row in rows], list[int])
assert_type(report.customers[0], CustomerRow)
assert_type(report.customers[0].badge, Status | None)
rows.sorted_by("total", True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
rows[0].days_until_renewal  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
rows["total"]  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]

# Segments are reports by name, `None` for the customers in none.
assert_type(report.by("tag"), Segments)
assert_type(report.by("tag")[None], pk.Report)

# Statuses of one customer and of many.
globex = portfolio.customers[0]
assert_type(globex, pk.Customer)
assert_type(status.derive(globex, as_of=AS_OF), frozenset[Status])
assert_type(status.explain(portfolio, "c-1", as_of=AS_OF), tuple[Explanation, ...])
status.derive(portfolio, as_of=AS_OF)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
status.derive(globex)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]

# Policies are built by keyword, never change, and take any rule with the two methods.
pk.Policy(30)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
pk.Policy(window_days="90")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
policy.window_days = 90  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


class Never:
    """A rule of one's own."""

    def threshold(self, peers: PeerRates, fraction: Fraction, /) -> Fraction | None:
        """Nobody is low."""
        return fraction if len(peers) < 0 else None

    def to_dict(self) -> dict[str, object]:
        """The rule as plain values."""
        return {"rule": "never"}


class Nameless:
    """No rule: it cannot be written down."""

    def threshold(self, peers: PeerRates, fraction: Fraction, /) -> Fraction | None:
        """The smallest."""
        return peers.ranked(0) * fraction


pk.Policy(low_assignment_rule=Never())
pk.Policy(low_assignment_rule=Nameless())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


# A figure of one's own has a definition, and looks, adds up and says.
class Customers:
    """Customers, counted."""

    @property
    def definition(self) -> Definition:
        """What the figure means."""
        return Definition("own", "Own", "Customers.", Unit.CUSTOMERS)

    def lift(self, columns: pk.Portfolio, as_of: datetime, policy: pk.Policy, /) -> int:
        """Count."""
        return len(columns) + as_of.year * policy.window_days

    def merge(self, left: int, right: int, /) -> int:
        """Add."""
        return left + right

    def finish(self, state: int, /) -> Value:
        """Say."""
        return state


class Unfinished:
    """No figure: it cannot say its value."""

    definition = Definition("own", "Own", "Customers.", Unit.CUSTOMERS)

    def lift(self, columns: pk.Portfolio, as_of: datetime, policy: pk.Policy, /) -> int:
        """Count."""
        return len(columns) + as_of.year * policy.window_days


own: Kpi[int] = Customers()
pk.report(portfolio, as_of=AS_OF, figures=[own, Customers()])
pk.report(portfolio, as_of=AS_OF, figures=[Unfinished()])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
wrong: Kpi[str] = Customers()  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]

# What is shown has a language, a text; what is written has a path.
assert_type(report.to_text(language="fr-CA"), str)
report.to_text(language=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
assert_type(report.charts(language="sr")["calling.features"], Chart)
assert_type(report.charts()["calling.features"].to_svg(), str)
assert_type(report.charts()["calling.features"].to_png(scale=1), bytes)
assert_type(report.tables()["customers"].to_csv("customers.csv", guard=False), str)
report.customers.to_csv("customers.csv", False)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
report.to_xlsx("report.xlsx", language="fr")
report.to_xlsx()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
french = words("fr")
assert_type(french, Words)
assert_type(french.title(report.overview.total_customers.definition), str)
assert_type(french.value(3, Unit.DAYS), str)
french.title("total_customers")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
