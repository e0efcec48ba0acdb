"""The whole report of a portfolio: assembled, cut into segments, compared, stored."""

from partnerkpi.reports.assembly import DataNotes, Report, finish, report
from partnerkpi.reports.comparing import compare
from partnerkpi.reports.comparison import (
    BadgeChange,
    Basis,
    CallingChange,
    Change,
    Comparison,
    Moves,
    PortfolioChange,
    ProductChange,
    SectionChange,
    WeekChange,
)
from partnerkpi.reports.customers import CustomerRow
from partnerkpi.reports.details import CustomerDetails, customer_details
from partnerkpi.reports.reading import read_report
from partnerkpi.reports.schemas import schema
from partnerkpi.reports.segments import Segments
from partnerkpi.reports.state import ReportState, lift, lift_all, look, merged
from partnerkpi.reports.stored import (
    Storable,
    rates_document,
    rates_from,
    state_document,
    state_from,
)

__all__ = [
    "BadgeChange",
    "Basis",
    "CallingChange",
    "Change",
    "Comparison",
    "CustomerDetails",
    "CustomerRow",
    "DataNotes",
    "Moves",
    "PortfolioChange",
    "ProductChange",
    "Report",
    "ReportState",
    "SectionChange",
    "Segments",
    "Storable",
    "WeekChange",
    "compare",
    "customer_details",
    "finish",
    "lift",
    "lift_all",
    "look",
    "merged",
    "rates_document",
    "rates_from",
    "read_report",
    "report",
    "schema",
    "state_document",
    "state_from",
]
