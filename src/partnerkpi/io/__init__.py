"""The doors: documents, tables and columns in, documents and tables out."""

from partnerkpi.io.arrow import (
    ArrowStream,
    PortfolioTable,
    PortfolioTables,
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
from partnerkpi.io.schemas import schema
from partnerkpi.io.tables import TableFile, TableFiles

__all__ = [
    "ArrowStream",
    "Inputs",
    "PortfolioTable",
    "PortfolioTables",
    "Scan",
    "TableFile",
    "TableFiles",
    "arrow_tables",
    "calls_from_arrow",
    "calls_from_columns",
    "calls_from_rows",
    "calls_in_batches",
    "from_arrow",
    "from_columns",
    "from_dict",
    "queue_calls_from_arrow",
    "queue_calls_from_columns",
    "queue_calls_from_rows",
    "queue_calls_in_batches",
    "read",
    "read_calls",
    "read_inputs",
    "read_queue_calls",
    "read_tables",
    "scan",
    "schema",
    "write",
]
