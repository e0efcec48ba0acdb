"""Every partner figure, from one's own data: exact, explainable, defined in one place."""

from partnerkpi import errors, licenses, status
from partnerkpi._coded import Coded
from partnerkpi.columns import Portfolio
from partnerkpi.io.doors import from_columns, from_dict, read, read_tables, write
from partnerkpi.models import (
    Customer,
    Kind,
    LicenseLine,
    ManagedBy,
    Observation,
    Partner,
    Subscription,
)
from partnerkpi.policy import Policy
from partnerkpi.report import Comparison, Report, compare, read_report, report, schema

__version__ = "0.1.0"

__all__ = [
    "Coded",
    "Comparison",
    "Customer",
    "Kind",
    "LicenseLine",
    "ManagedBy",
    "Observation",
    "Partner",
    "Policy",
    "Portfolio",
    "Report",
    "Subscription",
    "compare",
    "errors",
    "from_columns",
    "from_dict",
    "licenses",
    "read",
    "read_report",
    "read_tables",
    "report",
    "schema",
    "status",
    "write",
]
