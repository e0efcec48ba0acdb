"""The doors: read a portfolio from files, mappings or columns, and write it out again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from attrs import define, field

from partnerkpi._faults import FAULT_CAP, FaultLog
from partnerkpi._intake import Intake
from partnerkpi.call_columns import Calls, QueueCalls
from partnerkpi.errors import InputError, Place
from partnerkpi.io._call_door import form_of
from partnerkpi.io._columns_in import ColumnPlaces, load_columns
from partnerkpi.io._managed_tables import MANAGED_TABLES
from partnerkpi.io._nested import DocumentPlaces
from partnerkpi.io._portfolio_arrow import portfolio_tables
from partnerkpi.io._table_files import TableFile, TableFiles, TableFormat
from partnerkpi.io._table_parts import Engine
from partnerkpi.io._table_places import TablePlaces
from partnerkpi.io._write_calls import table_name, write_call_table, write_parquet
from partnerkpi.io._write_documents import write_document
from partnerkpi.io._write_tables import write_tables
from partnerkpi.io.directories import look_into
from partnerkpi.io.documents import load_document, load_mapping
from partnerkpi.io.tables import load_tables
from partnerkpi.models import Partner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from partnerkpi.columns import Portfolio
    from partnerkpi.io._columns_in import ColumnLike
    from partnerkpi.io._files import Source, Writable

__all__ = ["from_columns", "from_dict", "read", "read_tables", "write"]

UnknownKeys = Literal["refuse", "ignore"]


@define
class _Door:
    """What every door shares: a log of faults, and whether reading is strict."""

    lenient: bool
    log: FaultLog
    places: Any
    intake: Intake = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.intake = Intake(self.log, self.places)

    def finish(self, partner: Partner | None) -> Portfolio:
        return self.intake.finish(partner=partner, strict=not self.lenient)


def read(
    source: Source,
    *,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    engine: Engine = "auto",
    max_faults: int = FAULT_CAP,
    progress: Callable[[int], None] | None = None,
) -> Portfolio:
    """Read a portfolio: a document, or a directory with a document or the three tables.

    Files may be gzipped. Reading never stops at the first fault and never drops a row in silence.

    Args:
        source: A path to a portfolio document or to a directory, or a binary stream of a document.
        lenient: Leave faulty rows out, with everything that depends on them; the portfolio then
            carries the faults. If not, faults are raised, all at once.
        unknown_keys: Whether a key or column that the format does not know is a fault.
        engine: ``fast`` reads documents through the extra ``fast`` and tables through the extra
            ``arrow``; ``auto`` does for documents and for large files of JSON lines, if these are
            installed. All give the same portfolio and the same faults.
        max_faults: How many faults are carried; all are counted.
        progress: Told how many bytes have been read so far.

    Raises:
        InputError: the input is faulty; carries every fault with its place.
        MissingExtraError: the engine ``fast`` without its extra, or Parquet without ``arrow``.
        OSError: the file cannot be opened.

    Example:
        >>> from io import BytesIO
        >>> document = b'{"format": "partnerkpi/portfolio@1", "customers": []}'
        >>> len(read(BytesIO(document)))
        0
    """
    if isinstance(source, (str, os.PathLike)) and Path(source).is_dir():
        inside = look_into(source)
        if inside.tables is not None:
            return read_tables(
                inside.tables,
                lenient=lenient,
                unknown_keys=unknown_keys,
                engine=engine,
                max_faults=max_faults,
                progress=progress,
            )
        source = _document_of(Path(source), inside.document)
    places = DocumentPlaces(source_label(source))
    door = _Door(lenient, FaultLog(max_faults), places)
    partner = load_document(
        source,
        door.intake,
        door.log,
        places,
        unknown_keys=unknown_keys,
        engine=engine,
        progress=progress,
    )

    return door.finish(partner)


def _document_of(directory: Path, document: Path | None) -> Path:
    if document is None:
        where = Place(str(directory))
        log = FaultLog()
        log.add(where, "a portfolio: portfolio.json or the three tables", "tables of calls alone")
        raise InputError(log.faults)

    return document


def source_label(source: Source) -> str:
    """What faults call a source: its path, or ``document`` for a stream."""
    return os.fspath(source) if isinstance(source, (str, os.PathLike)) else "document"


def read_tables(
    files: TableFiles,
    *,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    engine: Engine = "auto",
    max_faults: int = FAULT_CAP,
    progress: Callable[[int], None] | None = None,
) -> Portfolio:
    r"""Read a portfolio from three tables: customers, subscriptions and licenses.

    Args:
        files: Where the tables are, and whether each is CSV, JSON lines or Parquet.
        lenient: As for ``read``.
        unknown_keys: As for ``read``.
        engine: ``fast`` cuts text through the extra ``arrow``; ``auto`` does for large files of
            JSON lines if it is installed. Both give the same portfolio and the same faults.
        max_faults: As for ``read``.
        progress: As for ``read``.

    Raises:
        InputError: the tables are faulty; carries every fault with its file, line and column.
        MissingExtraError: Parquet, or the engine ``fast``, without the extra ``arrow``.
        OSError: a file cannot be opened.

    Example:
        >>> from io import BytesIO
        >>> customers = b"customer_id,name\nc-1,Globex\n"
        >>> subscriptions = b"subscription_id,customer_id,kind,added_at\n"
        >>> licenses = b"subscription_id,product,name,total,assigned\n"
        >>> tables = TableFiles(
        ...     *(TableFile(BytesIO(text), "csv") for text in (customers, subscriptions, licenses))
        ... )
        >>> read_tables(tables).customers[0].name
        'Globex'
    """
    places = TablePlaces()
    door = _Door(lenient, FaultLog(max_faults), places)
    load_tables(
        files,
        door.intake,
        places,
        door.log,
        unknown_keys=unknown_keys,
        engine=engine,
        progress=progress,
    )

    return door.finish(None)


def from_dict(
    document: Mapping[str, object],
    *,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
) -> Portfolio:
    """Make a portfolio of a portfolio document that is already plain mappings and lists.

    As strict as reading the text; instants may also be aware datetimes, and lists tuples.

    Args:
        document: The document.
        lenient: As for ``read``.
        unknown_keys: As for ``read``.
        max_faults: As for ``read``.

    Raises:
        InputError: the document is faulty; carries every fault with its path.

    Example:
        >>> len(from_dict({"format": "partnerkpi/portfolio@1", "customers": []}))
        0
    """
    places = DocumentPlaces()
    door = _Door(lenient, FaultLog(max_faults), places)
    partner = load_mapping(document, door.intake, door.log, places, unknown_keys=unknown_keys)

    return door.finish(partner)


def from_columns(
    *,
    customers: Mapping[str, ColumnLike],
    subscriptions: Mapping[str, ColumnLike],
    licenses: Mapping[str, ColumnLike],
    partner: Partner | None = None,
    lenient: bool = False,
    unknown_keys: UnknownKeys = "refuse",
    max_faults: int = FAULT_CAP,
) -> Portfolio:
    """Make a portfolio of numpy columns in memory, named as those of the tables.

    Text is an array of any string type or ``Coded``; ids may also be integers and become their
    decimal digits. Instants are ``datetime64``, taken as UTC, or aware datetimes; booleans
    ``bool``; counts any integer type. Null is ``None``, ``NaT``, a masked row or the code -1.

    Args:
        customers: Columns of the table ``customers``, by name.
        subscriptions: Columns of the table ``subscriptions``.
        licenses: Columns of the table ``licenses``: one row per observation.
        partner: Whose customers they are.
        lenient: As for ``read``.
        unknown_keys: As for ``read``.
        max_faults: As for ``read``.

    Raises:
        InputError: the columns are faulty; carries every fault with its row and column.

    Example:
        >>> import numpy as np
        >>> portfolio = from_columns(
        ...     customers={"customer_id": np.array([1]), "name": np.array(["Globex"])},
        ...     subscriptions={
        ...         "subscription_id": np.array(["Sub1"]),
        ...         "customer_id": np.array([1]),
        ...         "kind": np.array(["trial"]),
        ...         "added_at": np.array(["2026-11-01"], "datetime64[D]"),
        ...     },
        ...     licenses={
        ...         "subscription_id": np.array(["Sub1"]),
        ...         "product": np.array(["calling"]),
        ...         "name": np.array(["Professional"]),
        ...         "total": np.array([10]),
        ...         "assigned": np.array([4]),
        ...     },
        ... )
        >>> portfolio.customers[0].subscriptions[0].id
        'Sub1'
    """
    door = _Door(lenient, FaultLog(max_faults), ColumnPlaces())
    tables = {"customers": customers, "subscriptions": subscriptions, "licenses": licenses}
    load_columns(tables, door.intake, door.log, unknown_keys=unknown_keys)

    return door.finish(partner)


def write(
    records: Portfolio | Calls | QueueCalls,
    target: str | os.PathLike[str] | Writable,
    *,
    tables: TableFormat | None = None,
    gzip: bool = False,
) -> None:
    """Write a portfolio, call legs or queue calls. Reading them gives them back.

    A portfolio becomes a document, or tables in a directory: the three, and those of what is
    managed where anything is; they do not carry the partner. Calls become a table.

    Args:
        records: What to write.
        target: A path, packed if it ends with ``.gz``, or a binary stream. With ``tables`` a
            directory, made if it is not there, or for calls a stream as well.
        tables: ``csv``, ``jsonl`` or ``parquet`` (with the extra ``arrow``). Without it a portfolio
            becomes a document, and the path of a table of calls tells it by its ending.
        gzip: Whether tables in a directory are gzipped; those of Parquet are packed as they are.

    Raises:
        InputError: CSV cannot carry something (a tag or feature with ``;``, an empty attribute).
        MissingExtraError: Parquet without the extra ``arrow``.
        OSError: the target cannot be written.
        TypeError: tables of a portfolio and a stream, or calls and a stream without ``tables``.
        ValueError: Parquet and a portfolio in which anything is managed.

    Example:
        >>> from io import BytesIO
        >>> from partnerkpi.columns import Portfolio
        >>> stream = BytesIO()
        >>> write(Portfolio.from_customers([]), stream)
        >>> _ = stream.seek(0)
        >>> len(read(stream))
        0
    """
    if isinstance(records, (Calls, QueueCalls)):
        _write_calls(records, target, tables, packed=gzip)
        return
    if tables is None:
        write_document(records.customers, records.partner, target, managed=_is_managed(records))
        return
    if not isinstance(target, (str, os.PathLike)):
        msg = f"tables are written into a directory, not to {type(target).__name__}"
        raise TypeError(msg)
    directory = Path(target)
    directory.mkdir(parents=True, exist_ok=True)
    if tables == "parquet":
        _write_parquet(records, directory)
        return
    suffix = f".{tables}" + (".gz" if gzip else "")
    names = ["customers", "subscriptions", "licenses"]
    if _has_managed(records):
        names += [table.name for table in MANAGED_TABLES]
    files = {name: TableFile(directory / f"{name}{suffix}", tables) for name in names}
    write_tables(
        records.customers,
        TableFiles(**files),
        attributes=sorted(records.customer_columns.attributes),
    )


def _write_parquet(records: Portfolio, directory: Path) -> None:
    if _has_managed(records):
        msg = "what is managed (orders, invoices, ...) is written as csv or jsonl, not as parquet"
        raise ValueError(msg)
    tables = portfolio_tables(records)
    write_parquet(tables["customers"], directory / "customers.parquet")
    write_parquet(tables["subscriptions"], directory / "subscriptions.parquet")
    write_parquet(tables["licenses"], directory / "licenses.parquet")


def _write_calls(
    rows: Calls | QueueCalls,
    target: str | os.PathLike[str] | Writable,
    tables: TableFormat | None,
    *,
    packed: bool,
) -> None:
    if tables is None:
        write_call_table(rows, target, form_of(target))
    elif isinstance(target, (str, os.PathLike)):
        directory = Path(target)
        directory.mkdir(parents=True, exist_ok=True)
        name = f"{table_name(rows)}.{tables}" + (".gz" if packed and tables != "parquet" else "")
        write_call_table(rows, directory / name, tables)
    else:
        write_call_table(rows, target, tables)


def _is_managed(portfolio: Portfolio) -> bool:
    partner = portfolio.partner
    of_partner = partner is not None and bool(partner.administrators or partner.organization)

    return of_partner or _has_managed(portfolio)


def _has_managed(portfolio: Portfolio) -> bool:
    assigned, managed = portfolio.customer_columns.administrators, portfolio.subscription_columns

    return bool(assigned or managed.managed.records)
