"""The stored form of states: what was counted of a part, as plain values that any host can keep.

A part is counted where its records are; its state travels as JSON, merges with the others, and is
finished to the report of the whole. Nothing of it is pickled, so nothing in it can be run.

Two formats bear one version, ``partnerkpi/state@1``, told apart by ``phase``: ``rates`` is what the
first phase of low assignment hands on, ``counts`` is a whole report's state. Tables stand column by
column; instants, and the thresholds of low assignment as exact fractions, are text; counts are
integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Literal,
    TypeAlias,
)

import numpy as np

from partnerkpi._instants import format_one, instant_text, to_datetime
from partnerkpi.io._cells import MISSING
from partnerkpi.kpi import Kpi, cells_of
from partnerkpi.licenses.measures import SectionState
from partnerkpi.licenses.peers import Rates, Thresholds
from partnerkpi.licenses.state import (
    PRODUCTS,
    LicenseState,
    ProductState,
    RatesState,
)
from partnerkpi.licenses.trend import TrendState
from partnerkpi.reports._frames import columns_of
from partnerkpi.reports._sections import (
    SECTION_TABLES,
    Terms,
)
from partnerkpi.reports._stored_own import Storable, load_own, store_own
from partnerkpi.reports._stored_reading import OVERVIEW, ROW_IDS, SUMS, StateReading
from partnerkpi.reports._strict import Reader, require_format
from partnerkpi.reports.customers import CUSTOMERS_TABLE, StoredCustomerRows
from partnerkpi.reports.state import ReportState
from partnerkpi.reports.stored_calling import calling_document, calling_from

if TYPE_CHECKING:
    from partnerkpi.kpi import RowPart
    from partnerkpi.policy import LowAssignmentRule

__all__ = [
    "STATE_FORMAT",
    "Storable",
    "rates_document",
    "rates_from",
    "state_document",
    "state_from",
]

Document: TypeAlias = dict[str, Any]

STATE_FORMAT: Final = "partnerkpi/state@1"
_COUNTS_KEYS: Final = (
    "format",
    "phase",
    "as_of",
    "policy",
    "limits",
    "unobserved_lines",
    "customers",
    "overview",
    "licenses",
    "own",
)
# What documents need not have that were written before calls were counted.
_LATER_KEYS: Final = ("portfolio", "calling")


def state_document(state: ReportState, figures: Sequence[Kpi[Any]] = ()) -> dict[str, Any]:
    """What was counted of a part, in its stored form.

    Args:
        state: The state of a part, or merged over several.
        figures: The figures of one's own that it was lifted with. Their states are stored as they
            are where they are plain JSON values, else through ``store`` and ``load``.

    Raises:
        TypeError: the state of a figure of one's own is no plain JSON value.
        ValueError: these are not the figures that the state was lifted with.

    Example:
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.columns import Portfolio
        >>> from partnerkpi.policy import Policy
        >>> from partnerkpi.reports.state import lift_all
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> state = lift_all([Portfolio.from_customers([])], when, Policy())
        >>> document = state_document(state)
        >>> document["format"], document["phase"]
        ('partnerkpi/state@1', 'counts')
        >>> state_document(state_from(document)) == document
        True
    """
    products = zip(PRODUCTS, state.limits.products, state.licenses.products, strict=True)
    limits, licenses = {}, {}
    for code, limit, counted in products:
        limits[code] = _thresholds(limit)
        licenses[code] = _product(counted)
    columns = [column.name for column in CUSTOMERS_TABLE.columns]

    return {
        "format": STATE_FORMAT,
        "phase": "counts",
        "as_of": format_one(state.micros),
        "policy": state.policy.to_dict(),
        "limits": {"both": _thresholds(state.limits.both), "products": limits},
        "unobserved_lines": state.unobserved_lines,
        "customers": _rows(state.customers, columns),
        "overview": {name: _counted(getattr(state.licenses.overview, name)) for name in OVERVIEW},
        "licenses": licenses,
        "own": store_own(state.own, figures),
        "portfolio": state.portfolio,
        "calling": calling_document(state.calling),
    }


def _thresholds(limits: Thresholds) -> Document:
    rates = [None if rate is None else str(rate) for rate in limits.rates]

    return {"rates": rates, "peers": list(limits.peers)}


def _product(state: ProductState) -> Document:
    sections = {name: _section(getattr(state, name), name) for name in SECTION_TABLES}

    return {"distribution_trend": _trend(state.trend), **sections}


def _trend(state: TrendState) -> Document:
    return {
        "week_end": [instant_text(to_datetime(end)) for end in state.week_ends],
        "total": list(state.total),
        "assigned": list(state.assigned),
        "used": list(state.used_7d),
        "available": list(state.available),
    }


def _section(state: SectionState, name: str) -> Document:
    columns = [column.name for column in SECTION_TABLES[name].columns]

    return {**{each: getattr(state, each) for each in SUMS}, "rows": _rows(state.parts, columns)}


def _counted(state: SectionState) -> Document:
    return {"customers": state.customers, "rows": _rows(state.parts, ROW_IDS)}


def _rows(parts: Sequence[RowPart], columns: Sequence[str]) -> Document:
    rows = np.arange(sum(map(len, parts)), dtype=np.intp)
    frame = {name: cells_of(parts, name, rows) for name in columns}

    return columns_of(frame, columns)


def rates_document(rates: RatesState) -> dict[str, Any]:
    """The first phase of low assignment, the rates of a part's customers, in its stored form.

    Example:
        >>> document = rates_document(RatesState.empty())
        >>> document["phase"], document["both"]
        ('rates', {'assigned': [], 'total': []})
        >>> len(rates_from(document).both)
        0
    """
    products = zip(PRODUCTS, rates.products, strict=True)

    return {
        "format": STATE_FORMAT,
        "phase": "rates",
        "both": _pairs(rates.both),
        "products": {code: _pairs(each) for code, each in products},
    }


def _pairs(rates: Rates) -> Document:
    """The rates of the customers that have one."""
    found = rates.take(np.flatnonzero(rates.total))

    return {"assigned": found.assigned.tolist(), "total": found.total.tolist()}


def state_from(
    document: Mapping[str, object],
    figures: Sequence[Kpi[Any]] = (),
    rules: Mapping[str, type[LowAssignmentRule]] | None = None,
) -> ReportState:
    """The state of a stored form: it merges and finishes like the one that was stored.

    Args:
        document: What ``state_document`` gave.
        figures: The figures of one's own that it was lifted with, in their order.
        rules: Low-assignment rules of one's own, by name, as for ``Policy.from_dict``.

    Raises:
        FormatError: another format, version or phase, or a low-assignment rule that is not known.
        InputError: the document is faulty, or its counts are not what its rows add up to; carries
            every fault with its path.
    """
    reader = Reader("document")
    record = _phase(reader, document, "counts", _COUNTS_KEYS, _LATER_KEYS)
    reading = StateReading(reader, Terms.of(reader, record, rules))
    limits = reading.limits(record["limits"])
    unobserved = reader.whole("unobserved_lines", record["unobserved_lines"])
    customers = reading.customers(record["customers"])
    overview = reading.overview(record["overview"])
    products = reading.products(record["licenses"])
    own = load_own(reader, record["own"], figures)
    portfolio = reading.portfolio(record["portfolio"])
    counted = None if record["calling"] is MISSING else record["calling"]
    calling = calling_from(reader, counted, reading.terms, reading.names)
    reader.refuse()

    return ReportState(
        micros=reading.terms.micros,
        policy=reading.terms.policy,
        limits=limits,
        unobserved_lines=unobserved,
        customers=(StoredCustomerRows(customers),),
        licenses=LicenseState(overview, products),
        own=own,
        calling=calling,
        portfolio=portfolio,
    )


def rates_from(document: Mapping[str, object]) -> RatesState:
    """The first phase of low assignment, of its stored form.

    Raises:
        FormatError: another format, version or phase.
        InputError: the document is faulty; carries every fault with its path.
    """
    reader = Reader("document")
    record = _phase(reader, document, "rates", ("format", "phase", "both", "products"))
    both = _rates(reader, "both", record["both"])
    members = reader.record("products", record["products"], PRODUCTS)
    products = tuple(_rates(reader, f"products.{code}", members[code]) for code in PRODUCTS)
    reader.refuse()

    return RatesState(both, products)


def _phase(
    reader: Reader,
    document: object,
    phase: Literal["rates", "counts"],
    keys: Sequence[str],
    optional: Sequence[str] = (),
) -> Mapping[str, object]:
    members = require_format(document, STATE_FORMAT, reader.source)
    reader.same("phase", members.get("phase"), phase)
    if reader.log.count:
        # A document of the other phase has nothing in common with this one.
        reader.refuse()

    return reader.record("", members, keys, optional)


def _rates(reader: Reader, path: str, value: object) -> Rates:
    record = reader.record(path, value, ("assigned", "total"))
    assigned = reader.wholes(f"{path}.assigned", record["assigned"])
    total = reader.wholes(f"{path}.total", record["total"], least=1)
    if len(assigned) != len(total):
        reader.fault(path, "as many assigned as total", f"{len(assigned)} and {len(total)}")

    return Rates(np.array(assigned, np.int64), np.array(total, np.int64))
