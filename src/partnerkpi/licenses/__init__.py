"""License figures: what customers bought, assigned and used, and what needs attention.

``partnerkpi.report`` gives them all; the states and phases behind it are here for engines that
count the parts of a portfolio in different places.
"""

from partnerkpi.licenses.columns import CustomerCounts, ProductCounts, Scope
from partnerkpi.licenses.figures import LicenseFigures, figures, figures_at
from partnerkpi.licenses.kpis import (
    DEFINITIONS,
    Expiring,
    LowAssignment,
    Overage,
    Overview,
    ProductSections,
    RecentlyAdded,
    Renewing,
    TrendWeek,
)
from partnerkpi.licenses.measures import SectionState
from partnerkpi.licenses.peers import Rates, Thresholds
from partnerkpi.licenses.rows import (
    ExpiringRow,
    LowAssignmentRow,
    OverageRow,
    RecentlyAddedRow,
    RenewingRow,
)
from partnerkpi.licenses.state import (
    PRODUCTS,
    LicenseLook,
    LicenseState,
    Limits,
    OverviewState,
    ProductState,
    RatesState,
    license_state,
    limits,
    look,
    rates_state,
)
from partnerkpi.licenses.trend import TrendState

__all__ = [
    "DEFINITIONS",
    "PRODUCTS",
    "CustomerCounts",
    "Expiring",
    "ExpiringRow",
    "LicenseFigures",
    "LicenseLook",
    "LicenseState",
    "Limits",
    "LowAssignment",
    "LowAssignmentRow",
    "Overage",
    "OverageRow",
    "Overview",
    "OverviewState",
    "ProductCounts",
    "ProductSections",
    "ProductState",
    "Rates",
    "RatesState",
    "RecentlyAdded",
    "RecentlyAddedRow",
    "Renewing",
    "RenewingRow",
    "Scope",
    "SectionState",
    "Thresholds",
    "TrendState",
    "TrendWeek",
    "figures",
    "figures_at",
    "license_state",
    "limits",
    "look",
    "rates_state",
]
