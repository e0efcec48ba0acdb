"""The parts of a stored state, read and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import (
    TYPE_CHECKING,
    Final,
)

from attrs import define, fields

from partnerkpi import _record_rules as rules
from partnerkpi._text import TextIndex, duplicates
from partnerkpi.io._cells import MISSING, came
from partnerkpi.licenses.evidence import StoredRows
from partnerkpi.licenses.measures import SectionState
from partnerkpi.licenses.peers import Thresholds
from partnerkpi.licenses.state import (
    PRODUCTS,
    Limits,
    OverviewState,
    ProductState,
)
from partnerkpi.licenses.trend import NO_TREND, TrendState
from partnerkpi.reports._frames import Frame, frame_of_columns
from partnerkpi.reports._sections import (
    SECTION_TABLES,
    TREND_COUNTS,
    Terms,
    check_owners,
    check_rows,
    section_of,
    trend_of,
)
from partnerkpi.reports._strict import SKIP, Reader
from partnerkpi.reports.customers import CUSTOMERS_TABLE

if TYPE_CHECKING:
    pass

__all__ = ["OVERVIEW", "ROW_IDS", "SUMS", "TREND", "StateReading"]

SUMS: Final = ("customers", "total", "assigned", "used_7d", "overage")
OVERVIEW: Final = tuple(each.name for each in fields(OverviewState))
ROW_IDS: Final = ("customer_id", "subscription_id")
TREND: Final = ("week_end", *TREND_COUNTS)


@define
class StateReading:
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
        record = self.reader.record("overview", value, OVERVIEW)

        return OverviewState(*(self._counted(f"overview.{n}", record[n]) for n in OVERVIEW))

    def _counted(self, path: str, value: object) -> SectionState:
        reader, before = self.reader, self.reader.log.count
        record = reader.record(path, value, ("customers", "rows"))
        frame = frame_of_columns(reader, f"{path}.rows", record["rows"], ROW_IDS)
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
        record = reader.record(path, value, TREND)
        columns = {name: reader.listed(f"{path}.{name}", record[name]) for name in TREND}
        if reader.log.count > before or value is SKIP:
            return NO_TREND

        return trend_of(
            reader, path, columns, lambda week, name: f"{path}.{name}[{week}]", self.terms
        )

    def _section(self, path: str, value: object, name: str) -> SectionState:
        reader, before = self.reader, self.reader.log.count
        record = reader.record(path, value, (*SUMS, "rows"))
        names = [column.name for column in SECTION_TABLES[name].columns]
        frame = frame_of_columns(reader, f"{path}.rows", record["rows"], names)
        sound = reader.log.count == before
        if sound:
            check_rows(reader, frame, self.known, _in_columns(path))
        state = section_of(frame)
        for each in SUMS:
            self._agrees(f"{path}.{each}", record[each], getattr(state, each), sound=sound)

        return state

    def _agrees(self, path: str, value: object, counted: int, *, sound: bool) -> None:
        """Note a count that is not what the rows add up to."""
        before, told = self.reader.log.count, self.reader.whole(path, value)
        if sound and self.reader.log.count == before and told != counted:
            self.reader.fault(path, f"{counted}, as the rows add up to", str(told))


def _in_columns(path: str) -> Callable[[int, str], str]:
    return lambda row, name: f"{path}.rows.{name}[{row}]"
