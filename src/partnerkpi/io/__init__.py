"""The doors: documents, tables and columns in, documents and tables out."""

from partnerkpi.io.doors import from_columns, from_dict, read, read_tables, write
from partnerkpi.io.schemas import schema
from partnerkpi.io.tables import TableFile, TableFiles

__all__ = [
    "TableFile",
    "TableFiles",
    "from_columns",
    "from_dict",
    "read",
    "read_tables",
    "schema",
    "write",
]
