"""The whole report of a portfolio: assembled, cut into segments, compared, stored."""

from partnerkpi.report.assembly import DataNotes, Report, finish, report
from partnerkpi.report.customers import CustomerRow
from partnerkpi.report.segments import Segments
from partnerkpi.report.state import ReportState, lift, lift_all, look, merged

__all__ = [
    "CustomerRow",
    "DataNotes",
    "Report",
    "ReportState",
    "Segments",
    "finish",
    "lift",
    "lift_all",
    "look",
    "merged",
    "report",
]
