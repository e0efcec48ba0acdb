"""Every partner figure, from one's own data: exact, explainable, defined in one place."""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from partnerkpi import (
        calling,
        errors,
        filters,
        licenses,
        managing,
        resources,
        status,
        webex,
    )
    from partnerkpi._coded import Coded
    from partnerkpi.call_columns import Calls, QueueCalls
    from partnerkpi.call_models import CallLeg, Outcome, QueueCall
    from partnerkpi.columns import Portfolio
    from partnerkpi.deduplication import Duplicates, deduplicated
    from partnerkpi.filters import where
    from partnerkpi.io.arrow import (
        arrow_tables,
        calls_from_arrow,
        from_arrow,
        queue_calls_from_arrow,
    )
    from partnerkpi.io.calls import (
        calls_from_columns,
        calls_from_rows,
        calls_in_batches,
        queue_calls_from_columns,
        queue_calls_from_rows,
        queue_calls_in_batches,
        read_calls,
        read_queue_calls,
    )
    from partnerkpi.io.doors import from_columns, from_dict, read, read_tables, write
    from partnerkpi.io.inputs import Inputs, read_inputs
    from partnerkpi.io.scans import Scan, scan
    from partnerkpi.managing_models import (
        Acceptance,
        Administrator,
        Checklist,
        Invoice,
        Order,
        OrderItem,
        OrderKind,
        Role,
    )
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
    from partnerkpi.reports import (
        Comparison,
        Report,
        compare,
        customer_details,
        read_report,
        report,
        schema,
    )

__version__ = "0.1.0"

__all__ = [
    "Acceptance",
    "Administrator",
    "CallLeg",
    "Calls",
    "Checklist",
    "Coded",
    "Comparison",
    "Customer",
    "Duplicates",
    "Inputs",
    "Invoice",
    "Kind",
    "LicenseLine",
    "ManagedBy",
    "Observation",
    "Order",
    "OrderItem",
    "OrderKind",
    "Outcome",
    "Partner",
    "Policy",
    "Portfolio",
    "QueueCall",
    "QueueCalls",
    "Report",
    "Role",
    "Scan",
    "Subscription",
    "arrow_tables",
    "calling",
    "calls_from_arrow",
    "calls_from_columns",
    "calls_from_rows",
    "calls_in_batches",
    "compare",
    "customer_details",
    "deduplicated",
    "errors",
    "filters",
    "from_arrow",
    "from_columns",
    "from_dict",
    "licenses",
    "managing",
    "queue_calls_from_arrow",
    "queue_calls_from_columns",
    "queue_calls_from_rows",
    "queue_calls_in_batches",
    "read",
    "read_calls",
    "read_inputs",
    "read_queue_calls",
    "read_report",
    "read_tables",
    "report",
    "resources",
    "scan",
    "schema",
    "status",
    "webex",
    "where",
    "write",
]

# Rooms are entered when something of them is asked for: a host that only reads pays for no report.
_ROOMS = MappingProxyType(
    {
        "_coded": ("Coded",),
        "call_columns": ("Calls", "QueueCalls"),
        "call_models": ("CallLeg", "Outcome", "QueueCall"),
        "columns": ("Portfolio",),
        "deduplication": ("Duplicates", "deduplicated"),
        "filters": ("where",),
        "io.arrow": ("arrow_tables", "calls_from_arrow", "from_arrow", "queue_calls_from_arrow"),
        "io.calls": (
            "calls_from_columns",
            "calls_from_rows",
            "calls_in_batches",
            "queue_calls_from_columns",
            "queue_calls_from_rows",
            "queue_calls_in_batches",
            "read_calls",
            "read_queue_calls",
        ),
        "io.doors": ("from_columns", "from_dict", "read", "read_tables", "write"),
        "io.inputs": ("Inputs", "read_inputs"),
        "io.scans": ("Scan", "scan"),
        "managing_models": (
            "Acceptance",
            "Administrator",
            "Checklist",
            "Invoice",
            "Order",
            "OrderItem",
            "OrderKind",
            "Role",
        ),
        "models": (
            "Customer",
            "Kind",
            "LicenseLine",
            "ManagedBy",
            "Observation",
            "Partner",
            "Subscription",
        ),
        "policy": ("Policy",),
        "reports": (
            "Comparison",
            "Report",
            "compare",
            "customer_details",
            "read_report",
            "report",
            "schema",
        ),
    }
)
_WHERE = MappingProxyType({name: room for room, names in _ROOMS.items() for name in names})


def __getattr__(name: str) -> object:
    """Find what the front door names in the room where it stands."""
    if name in _WHERE:
        found: object = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
        return found
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    """List what the front door names."""
    return sorted([*__all__, "__version__"])
