"""The Arrow doors: portfolios and calls of anything that exports an Arrow stream.

Polars and pandas frames, DuckDB relations and pyarrow tables do, and whatever else has
``__arrow_c_stream__``. As every door these are strict, with the same faults as columns in memory.
They need the extra ``arrow``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from partnerkpi._faults import FAULT_CAP, FaultLog
from partnerkpi._intake import Intake
from partnerkpi.io._arrow_tables import ArrowTable, opened_stream
from partnerkpi.io._call_door import CallDoor
from partnerkpi.io._call_tables import LEGS, QUEUED
from partnerkpi.io._columns_in import ColumnPlaces
from partnerkpi.io._portfolio_arrow import PortfolioTable, PortfolioTables, portfolio_tables
from partnerkpi.io._table_batches import EMIT

if TYPE_CHECKING:
    from partnerkpi.call_columns import Calls, QueueCalls
    from partnerkpi.columns import Portfolio
    from partnerkpi.io._table_columns import UnknownKeys
    from partnerkpi.models import Partner

__all__ = [
    "ArrowStream",
    "PortfolioTable",
    "PortfolioTables",
    "arrow_tables",
    "calls_from_arrow",
    "from_arrow",
    "queue_calls_from_arrow",
]


class ArrowStream(Protocol):
    """Anything that exports a table as an Arrow stream: a frame, a relation, a reader."""

    def __arrow_c_stream__(self, requested_schema: Any = None, /) -> Any:
        """The stream, as a PyCapsule."""
        ...


def from_arrow(
    *,
    customers: ArrowStream,
    subscriptions: ArrowStream,
    licenses: ArrowStream,
    partner: Partner | None = None,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
) -> Portfolio:
    """Make a portfolio of tables that come as Arrow streams, named as those of the tables.

    Text is of any Arrow type of text, or dictionary-encoded; ids may also be integers and become
    their decimal digits. Instants are timestamps of any unit with a zone (naive ones are refused),
    dates, or text; tags are lists of text; counts any integers, but no decimals and no doubles.
    Nulls are nulls, however they are kept. What is kept is a copy.

    Args:
        customers: The table ``customers``.
        subscriptions: The table ``subscriptions``.
        licenses: The table ``licenses``: one row per observation.
        partner: Whose customers they are.
        lenient: As for ``read``.
        unknown_keys: As for ``read``.
        max_faults: As for ``read``.

    Raises:
        InputError: the tables are faulty; carries every fault with its row (from 0) and column.
        MissingExtraError: without the extra ``arrow``.
        TypeError: something that exports no Arrow stream of named columns.

    Example:
        >>> import pyarrow as pa
        >>> from datetime import datetime, timezone
        >>> added = datetime(2026, 11, 1, tzinfo=timezone.utc)
        >>> portfolio = from_arrow(
        ...     customers=pa.table({"customer_id": [1], "name": ["Globex"]}),
        ...     subscriptions=pa.table(
        ...         {
        ...             "subscription_id": ["Sub1"],
        ...             "customer_id": [1],
        ...             "kind": ["trial"],
        ...             "added_at": [added],
        ...         }
        ...     ),
        ...     licenses=pa.table(
        ...         {
        ...             "subscription_id": ["Sub1"],
        ...             "product": ["calling"],
        ...             "name": ["Professional"],
        ...             "total": [10],
        ...             "assigned": [4],
        ...         }
        ...     ),
        ... )
        >>> portfolio.customers[0].subscriptions[0].id
        'Sub1'
    """
    streams = {"customers": customers, "subscriptions": subscriptions, "licenses": licenses}
    opened = {name: opened_stream(stream) for name, stream in streams.items()}
    log = FaultLog(max_faults)
    intake = Intake(log, ColumnPlaces())
    parents_known = True
    for table, emit in EMIT.items():
        reader, whole = opened[table.name], ArrowTable(table, log)
        whole.take_schema(reader.schema, unknown_keys)
        for part in whole.parts(reader):
            # Where the ids of the table above are missing, its rows here have no chance.
            part.bad |= not parents_known
            emit(part, intake)
        parents_known = whole.ids_known

    return intake.finish(partner=partner, strict=not lenient)


def arrow_tables(portfolio: Portfolio) -> PortfolioTables:
    """The three tables of a portfolio, each of which exports an Arrow stream.

    Reading them gives the portfolio back, but for its partner and what is managed.

    Args:
        portfolio: The portfolio.

    Returns:
        The tables ``customers``, ``subscriptions`` and ``licenses`` by name, their rows in the
        order in which records came. They have ``to_polars``, ``to_pandas`` and ``to_arrow``.

    Raises:
        MissingExtraError: without the extra ``arrow``.

    Example:
        >>> from partnerkpi.columns import Portfolio
        >>> from partnerkpi.models import Customer
        >>> portfolio = Portfolio.from_customers([Customer(id="c-1", name="Globex")])
        >>> tables = arrow_tables(portfolio)
        >>> tables["customers"].to_arrow()["name"].to_pylist()
        ['Globex']
        >>> from_arrow(**tables) == portfolio
        True
    """
    return portfolio_tables(portfolio)


def calls_from_arrow(
    table: ArrowStream,
    *,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
) -> Calls:
    """Make call legs of a table that comes as an Arrow stream.

    Columns are as for ``from_arrow``; measurements are numbers of any kind, null where none was
    made: NaN is a fault.

    Args:
        table: The table ``calls``. ``features`` is lists of text, or text with ``;`` between
            those of one row.
        lenient: As for ``read_calls``.
        unknown_keys: As for ``read_calls``.
        max_faults: As for ``read_calls``.

    Raises:
        InputError: the table is faulty; carries every fault with its row (from 0) and column.
        MissingExtraError: without the extra ``arrow``.
        TypeError: something that exports no Arrow stream of named columns.

    Example:
        >>> import pyarrow as pa
        >>> from datetime import datetime, timezone
        >>> started = datetime(2026, 11, 16, 9, 30, tzinfo=timezone.utc)
        >>> calls = calls_from_arrow(
        ...     pa.table(
        ...         {
        ...             "call_id": ["k-1"],
        ...             "customer_id": pa.array(["c-1"]).dictionary_encode(),
        ...             "started_at": [started],
        ...             "duration_ms": [61_000],
        ...             "answered": [True],
        ...             "features": [["voicemail", "call_park"]],
        ...         }
        ...     )
        ... )
        >>> calls.records[0].features
        ('call_park', 'voicemail')
    """
    return CallDoor(LEGS, lenient, unknown_keys, max_faults).of_arrow(table)


def queue_calls_from_arrow(
    table: ArrowStream,
    *,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
) -> QueueCalls:
    """Make queue calls of a table that comes as an Arrow stream.

    Args:
        table: The table ``queue_calls``; its columns are as for ``from_arrow``.
        lenient: As for ``read_queue_calls``.
        unknown_keys: As for ``read_calls``.
        max_faults: As for ``read_calls``.

    Raises:
        InputError: the table is faulty; carries every fault with its row (from 0) and column.
        MissingExtraError: without the extra ``arrow``.
        TypeError: something that exports no Arrow stream of named columns.

    Example:
        >>> import pyarrow as pa
        >>> from datetime import datetime
        >>> calls = pa.table(
        ...     {
        ...         "call_id": ["k-1"],
        ...         "customer_id": ["c-1"],
        ...         "queue_id": ["Q1"],
        ...         "entered_at": [datetime(2026, 11, 16, 9, 30)],
        ...         "wait_ms": [19_999],
        ...         "outcome": ["answered"],
        ...     }
        ... )
        >>> queue_calls_from_arrow(calls)
        Traceback (most recent call last):
        ...
        partnerkpi.errors.InputError: 1 fault in the input
        columns queue_calls, column entered_at: expected a column of timestamps with a zone, of
        dates, or of text, found one of timestamp[us], which has no zone (naive)
    """
    return CallDoor(QUEUED, lenient, unknown_keys, max_faults).of_arrow(table)
