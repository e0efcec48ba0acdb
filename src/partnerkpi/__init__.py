"""Every partner figure, from one's own data: exact, explainable, defined in one place."""

from partnerkpi import errors, licenses, status
from partnerkpi.columns import Portfolio
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
from partnerkpi.report import Report, report

__version__ = "0.1.0"

__all__ = [
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
    "errors",
    "licenses",
    "report",
    "status",
]
