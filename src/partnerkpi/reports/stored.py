"""The stored form of states: what was counted of a part, as plain values that any host can keep.

A part is counted where its records are; its state travels as JSON, merges with the others, and is
finished to the report of the whole. Nothing of it is pickled, so nothing in it can be run.

Two formats bear one version, ``partnerkpi/state@1``, told apart by ``phase``: ``rates`` is what the
first phase of low assignment hands on, ``counts`` is a whole report's state. Tables stand column by
column; instants, and the thresholds of low assignment as exact fractions, are text; counts are
integers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Literal,
    Protocol,
    TypeAlias,
    TypeVar,
    runtime_checkable,
)

import numpy as np
from attrs import define, fields

from partnerkpi import _record_rules as rules
from partnerkpi._instants import format_one, instant_text, to_datetime
from partnerkpi._text import TextIndex, duplicates
from partnerkpi.io._cells import MISSING, came
from partnerkpi.kpi import Kpi, cells_of
from partnerkpi.licenses.evidence import StoredRows
from partnerkpi.licenses.measures import SectionState
from partnerkpi.licenses.peers import Rates, Thresholds
from partnerkpi.licenses.state import (
    PRODUCTS,
    LicenseState,
    Limits,
    OverviewState,
    ProductState,
    RatesState,
)
from partnerkpi.licenses.trend import NO_TREND, TrendState
from partnerkpi.reports._frames import Frame, columns_of, frame_of_columns
from partnerkpi.reports._sections import (
    SECTION_TABLES,
    TREND_COUNTS,
    Terms,
    check_owners,
    check_rows,
    section_of,
    trend_of,
)
from partnerkpi.reports._strict import SKIP, Reader, require_format, step
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
StateT = TypeVar("StateT")

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
_SUMS: Final = ("customers", "total", "assigned", "used_7d", "overage")
_OVERVIEW: Final = tuple(each.name for each in fields(OverviewState))
_ROW_IDS: Final = ("customer_id", "subscription_id")
_TREND: Final = ("week_end", *TREND_COUNTS)


@runtime_checkable
class Storable(Protocol[StateT]):
    """A figure of one's own whose state is no plain JSON value: it stores and loads it itself.

    ``load(store(state))`` must finish and merge like ``state``.
    """

    def store(self, state: StateT, /) -> object:
        """The state as a plain JSON value."""
        ...

    def load(self, stored: object, /) -> StateT:
        """The state of a value that ``store`` gave; a ``ValueError`` refuses any other."""
        ...


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
        "overview": {name: _counted(getattr(state.licenses.overview, name)) for name in _OVERVIEW},
        "licenses": licenses,
        "own": _own(state, figures),
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

    return {**{each: getattr(state, each) for each in _SUMS}, "rows": _rows(state.parts, columns)}


def _counted(state: SectionState) -> Document:
    return {"customers": state.customers, "rows": _rows(state.parts, _ROW_IDS)}


def _rows(parts: Sequence[RowPart], columns: Sequence[str]) -> Document:
    rows = np.arange(sum(map(len, parts)), dtype=np.intp)
    frame = {name: cells_of(parts, name, rows) for name in columns}

    return columns_of(frame, columns)


def _own(state: ReportState, figures: Sequence[Kpi[Any]]) -> Document:
    pairs = zip(figures, state.own, strict=True)

    return {figure.definition.name: _stored(figure, counted) for figure, counted in pairs}


def _stored(figure: Kpi[Any], counted: object) -> object:
    stored = figure.store(counted) if isinstance(figure, Storable) else counted
    if not _is_plain(stored):
        msg = (
            f"the state of the figure {figure.definition.name!r} is no plain JSON value;"
            " give the figure the methods store and load"
        )
        raise TypeError(msg)

    return stored


def _is_plain(value: object) -> bool:
    if type(value) is dict:
        return all(type(key) is str and _is_plain(each) for key, each in value.items())
    if type(value) is list:
        return all(map(_is_plain, value))
    # Doubles do not add up exactly, and NaN is no JSON.
    return value is None or type(value) in {bool, int, str}


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
    reading = _Reading(reader, Terms.of(reader, record, rules))
    limits = reading.limits(record["limits"])
    unobserved = reader.whole("unobserved_lines", record["unobserved_lines"])
    customers = reading.customers(record["customers"])
    overview = reading.overview(record["overview"])
    products = reading.products(record["licenses"])
    own = reading.own(record["own"], figures)
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


@define
class _Reading:
    """Reads the parts of a state."""

    reader: Reader
    terms: Terms
    known: TextIndex | None = None
    names: Mapping[str, str] | None = None

    def limits(self, value: object) -> Limits:
        """The thresholds of low assignment."""
        record = self.reader.record("limits", value, ("both", "products"))
        members = self.reader.record("limits.products", record["products"], PRODUCTS)
        bands = self.terms.policy.size_bands

        return Limits(
            self._thresholds("limits.both", record["both"], ()),
            tuple(
                self._thresholds(f"limits.products.{code}", members[code], bands)
                for code in PRODUCTS
            ),
        )

    def _thresholds(self, path: str, value: object, bounds: tuple[int, ...]) -> Thresholds:
        record = self.reader.record(path, value, ("rates", "peers"))
        cells = self.reader.listed(f"{path}.rates", record["rates"])
        peers = self.reader.wholes(f"{path}.peers", record["peers"])
        bands = len(bounds) + 1
        for name, found in (("rates", cells), ("peers", peers)):
            if self.terms.sound and record[name] is not SKIP and len(found) != bands:
                expected = f"one for each of {bands} size bands"
                self.reader.fault(f"{path}.{name}", expected, str(len(found)))
        rates = [self._rate(f"{path}.rates[{at}]", cell) for at, cell in enumerate(cells)]

        return Thresholds(bounds, tuple(rates), tuple(peers))

    def _rate(self, path: str, cell: object) -> Fraction | None:
        return None if cell is None else self.reader.fraction(path, cell)

    def customers(self, value: object) -> Frame:
        """The list of customers."""
        reader, before = self.reader, self.reader.log.count
        names = [column.name for column in CUSTOMERS_TABLE.columns]
        frame = frame_of_columns(reader, "customers", value, names)
        ids = frame["customer_id"].text
        if reader.log.count == before:
            self.known = TextIndex(ids)
            self.names = dict(zip(ids, frame["customer"].text, strict=True))
            for row in duplicates(ids).tolist():
                reader.fault(f"customers.customer_id[{row}]", rules.UNIQUE_ID, came(ids[row]))

        return frame

    def portfolio(self, value: object) -> bool:
        """Whether a portfolio was given; without one there are no customers."""
        if value is MISSING:
            return True
        reader = self.reader
        good = reader.check(
            "portfolio", value, lambda cell: None if type(cell) is bool else rules.A_BOOLEAN
        )
        if good and not value and self.names:
            reader.fault("portfolio", "true, as there are customers", came(value))

        return value is True

    def overview(self, value: object) -> OverviewState:
        """What the overview's figures count."""
        record = self.reader.record("overview", value, _OVERVIEW)

        return OverviewState(*(self._counted(f"overview.{n}", record[n]) for n in _OVERVIEW))

    def _counted(self, path: str, value: object) -> SectionState:
        reader, before = self.reader, self.reader.log.count
        record = reader.record(path, value, ("customers", "rows"))
        frame = frame_of_columns(reader, f"{path}.rows", record["rows"], _ROW_IDS)
        sound = reader.log.count == before
        if sound:
            check_owners(reader, frame, self.known, _in_columns(path))
        counted = len(set(frame["customer_id"].values()))
        self._agrees(f"{path}.customers", record["customers"], counted, sound=sound)

        return SectionState(customers=counted, parts=(StoredRows(frame),))

    def products(self, value: object) -> tuple[ProductState, ...]:
        """What the sections of each product count."""
        record = self.reader.record("licenses", value, PRODUCTS)

        return tuple(self._product(f"licenses.{code}", record[code]) for code in PRODUCTS)

    def _product(self, path: str, value: object) -> ProductState:
        record = self.reader.record(path, value, ("distribution_trend", *SECTION_TABLES))
        trend = self._trend(f"{path}.distribution_trend", record["distribution_trend"])
        sections = [self._section(f"{path}.{name}", record[name], name) for name in SECTION_TABLES]

        return ProductState(trend, *sections)

    def _trend(self, path: str, value: object) -> TrendState:
        reader, before = self.reader, self.reader.log.count
        record = reader.record(path, value, _TREND)
        columns = {name: reader.listed(f"{path}.{name}", record[name]) for name in _TREND}
        if reader.log.count > before or value is SKIP:
            return NO_TREND

        return trend_of(
            reader, path, columns, lambda week, name: f"{path}.{name}[{week}]", self.terms
        )

    def _section(self, path: str, value: object, name: str) -> SectionState:
        reader, before = self.reader, self.reader.log.count
        record = reader.record(path, value, (*_SUMS, "rows"))
        names = [column.name for column in SECTION_TABLES[name].columns]
        frame = frame_of_columns(reader, f"{path}.rows", record["rows"], names)
        sound = reader.log.count == before
        if sound:
            check_rows(reader, frame, self.known, _in_columns(path))
        state = section_of(frame)
        for each in _SUMS:
            self._agrees(f"{path}.{each}", record[each], getattr(state, each), sound=sound)

        return state

    def _agrees(self, path: str, value: object, counted: int, *, sound: bool) -> None:
        """Note a count that is not what the rows add up to."""
        before, told = self.reader.log.count, self.reader.whole(path, value)
        if sound and self.reader.log.count == before and told != counted:
            self.reader.fault(path, f"{counted}, as the rows add up to", str(told))

    def own(self, value: object, figures: Sequence[Kpi[Any]]) -> tuple[Any, ...]:
        """What figures of one's own count."""
        names = [figure.definition.name for figure in figures]
        record = self.reader.record("own", value, names)

        return tuple(
            self._loaded(step("own", name), figure, record[name])
            for name, figure in zip(names, figures, strict=True)
        )

    def _loaded(self, path: str, figure: Kpi[Any], stored: object) -> object:
        if not self.reader.check(path, stored, _own_fault) or not isinstance(figure, Storable):
            return stored
        try:
            return figure.load(stored)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            self.reader.fault(path, f"a state that the figure loads ({error})", came(stored))
            return None


def _own_fault(cell: object) -> str | None:
    return None if _is_plain(cell) else "a plain JSON value"


def _in_columns(path: str) -> Callable[[int, str], str]:
    return lambda row, name: f"{path}.rows.{name}[{row}]"
