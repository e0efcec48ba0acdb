"""A naive second reading of the definitions, row by row in plain Python.

Nothing here knows numpy or `partnerkpi`: every function is one sentence of the definitions, so
that the library and this reading can only agree by both being right.
"""

from tests.oracles.document import report_document
from tests.oracles.policy import OraclePolicy
from tests.oracles.records import Customer, read_customers
from tests.oracles.statuses import badge, statuses

__all__ = [
    "Customer",
    "OraclePolicy",
    "badge",
    "read_customers",
    "report_document",
    "statuses",
]
