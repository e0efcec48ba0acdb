"""Read a report back from its document: figures and tables, without the records behind them.

A document says some things twice: the figures of a section and its rows, the integers of a ratio
and its value, statuses and badge. What is said twice must agree, or the document is faulty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from attrs import define, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._frozen import Frozen
from partnerkpi._instants import to_datetime
from partnerkpi._text import TextIndex, duplicates
from partnerkpi.aggregates import Ratio
from partnerkpi.io._cells import MISSING, came
from partnerkpi.kpi import Definition, Figure, Unit, Value
from partnerkpi.licenses.kpis import (
    DEFINITIONS,
    Overview,
    ProductSections,
    Sayer,
    finish_product,
)
from partnerkpi.licenses.measures import SectionState
from partnerkpi.licenses.state import PRODUCTS, ProductState
from partnerkpi.licenses.trend import NO_TREND, TrendState
from partnerkpi.reports._calling_frames import CallReading
from partnerkpi.reports._frames import Frame, frame_of_rows
from partnerkpi.reports._sections import (
    SECTION_TABLES,
    SECTION_TYPES,
    TREND_COUNTS,
    MissingEvidence,
    Terms,
    check_rows,
    figure_names,
    section_of,
    trend_of,
)
from partnerkpi.reports._strict import (
    SKIP,
    Reader,
    any_whole,
    integer,
    loaded,
    require_format,
    said_value,
    step,
)
from partnerkpi.reports.assembly import DataNotes, PortfolioPart, Report
from partnerkpi.reports.calling_reading import DUPLICATES, read_calling
from partnerkpi.reports.customers import CUSTOMERS_TABLE, StoredCustomerRows
from partnerkpi.reports.document import REPORT_FORMAT, figures_of

if TYPE_CHECKING:
    from partnerkpi.io._files import Source
    from partnerkpi.policy import LowAssignmentRule

__all__ = ["read_report", "report_from"]

_KEYS: Final = (
    "format",
    "as_of",
    "policy",
    "data",
    "overview",
    "customers",
    "licenses",
    "calling",
)
_PORTFOLIO: Final = ("overview", "customers", "licenses")
_OWN_KEYS: Final = ("title", "sentence", "unit", "value")


def read_report(
    source: Source, *, rules: Mapping[str, type[LowAssignmentRule]] | None = None
) -> Report:
    """A report as it was written: its figures, its tables, and the policy it was counted by.

    The records behind the figures are not in the document. Tables work fully; the figures of
    license sections know their members from the rows, those of the overview do not; ``why``
    answers only for customers in the rows.

    Args:
        source: A path to a report document, plain or gzipped, or a binary stream of one.
        rules: Low-assignment rules of one's own, by name, as for ``Policy.from_dict``.

    Raises:
        FormatError: another format or version, or a low-assignment rule that is not known.
        InputError: the document is faulty; carries every fault with its path.
        OSError: the file cannot be opened.

    Example:
        >>> from io import BytesIO
        >>> import json
        >>> from datetime import datetime, timezone
        >>> from partnerkpi.columns import Portfolio
        >>> from partnerkpi.reports import report
        >>> when = datetime(2026, 11, 22, tzinfo=timezone.utc)
        >>> document = report(Portfolio.from_customers([]), as_of=when).to_dict()
        >>> read_report(BytesIO(json.dumps(document).encode())).to_dict() == document
        True
    """
    name, document = loaded(source)

    return _report(document, name, rules)


def report_from(
    document: Mapping[str, object],
    rules: Mapping[str, type[LowAssignmentRule]] | None = None,
) -> Report:
    """The same of a report document that is already plain mappings and lists.

    Raises:
        FormatError: another format or version, or a low-assignment rule that is not known.
        InputError: the document is faulty; carries every fault with its path.
    """
    return _report(document, "document", rules)


def _report(
    document: object, source: str, known: Mapping[str, type[LowAssignmentRule]] | None
) -> Report:
    members = require_format(document, REPORT_FORMAT, source)
    reader = Reader(source)
    record = reader.record("", members, _KEYS, ("figures",))
    reading = _Reading(reader, Terms.of(reader, record, known))
    notes = reading.notes(record["data"])
    portfolio = reading.portfolio(record)
    own = reading.own(record["figures"] if "figures" in members else {})
    calls = CallReading(reader, reading.terms, reading.names)
    calling = read_calling(calls, record["calling"], reading.counted)
    reader.refuse()

    return Report(
        as_of=reading.say.as_of,
        policy=reading.terms.policy,
        data=notes,
        figures=Frozen(own),
        calling=calling,
        portfolio=portfolio,
    )


@define
class _Reading:
    """Reads the parts of a report."""

    reader: Reader
    terms: Terms
    known: TextIndex | None = None
    names: Mapping[str, str] | None = None
    counted: Mapping[str, object] = Frozen({})

    @property
    def say(self) -> Sayer:
        """Says figures at the instant of the document, under its policy."""
        return Sayer(to_datetime(self.terms.micros), self.terms.policy)

    def notes(self, value: object) -> DataNotes:
        """What is to be known about the data."""
        tables = [names for *names, _ in DUPLICATES]
        left_out, tied = zip(*tables, strict=True)
        record = self.reader.record("data", value, ("unobserved_lines", *left_out), tied)
        unobserved = self.reader.whole("data.unobserved_lines", record["unobserved_lines"])
        counts = {
            name: self._left_out(f"data.{name}", record[name])
            for name in (*left_out, *tied)
            if record[name] is not (None if name in left_out else MISSING)
        }
        self.counted = {**dict.fromkeys((*left_out, *tied)), **counts}
        sound = {name: each for name, each in counts.items() if isinstance(each, int)}

        return DataNotes(unobserved, **sound)

    def _left_out(self, path: str, value: object) -> object:
        """How many rows were left out, if the count is sound."""
        before, found = self.reader.log.count, self.reader.whole(path, value)

        return found if self.reader.log.count == before else SKIP

    def portfolio(self, record: Mapping[str, object]) -> PortfolioPart | None:
        """What is said of a portfolio; ``None`` in a report of calls alone."""
        if all(record[name] is None for name in _PORTFOLIO):
            self.names = {}
            alone = "an object: a report is of a portfolio, of calls, or of both"
            self.reader.check(
                "calling", record["calling"], lambda cell: alone if cell is None else None
            )
            return None
        customers = self.customers(record["customers"])
        overview = self.overview(record["overview"])
        licenses = self.licenses(record["licenses"])

        return PortfolioPart(overview, Frozen(licenses), (StoredCustomerRows(customers),))

    def customers(self, value: object) -> Frame:
        """The list of customers."""
        reader, before = self.reader, self.reader.log.count
        frame = frame_of_rows(reader, "customers", value, CUSTOMERS_TABLE)
        ids = frame["customer_id"].text
        if reader.log.count == before:
            self.known = TextIndex(ids)
            self.names = dict(zip(ids, frame["customer"].text, strict=True))
            for row in duplicates(ids).tolist():
                reader.fault(f"customers[{row}].customer_id", rules.UNIQUE_ID, came(ids[row]))
            self._badges(frame)

        return frame

    def _badges(self, frame: Frame) -> None:
        pairs = zip(frame["statuses"].values(), frame["badge"].values(), strict=True)
        for row, (statuses, badge) in enumerate(pairs):
            first = statuses[0] if statuses else None
            if badge is not first:
                expected = f"{first.value if first else 'null'}, the most urgent status"
                found = came(badge.value if badge else None)
                self.reader.fault(f"customers[{row}].badge", expected, found)

    def overview(self, value: object) -> Overview:
        """The overview's figures; whom they count is not in the document."""
        names, say = figure_names(Overview), self.say
        record = self.reader.record("overview", value, names)
        counts = {name: self.reader.whole(f"overview.{name}", record[name]) for name in names}

        return Overview(
            **{
                each.name: say.figure(each, counts[each.name], MissingEvidence())
                for each in DEFINITIONS
                if each.name in counts
            }
        )

    def licenses(self, value: object) -> dict[str, ProductSections]:
        """The license sections of each product."""
        record = self.reader.record("licenses", value, PRODUCTS)

        return {code: self._product(f"licenses.{code}", record[code]) for code in PRODUCTS}

    def _product(self, path: str, value: object) -> ProductSections:
        record = self.reader.record(path, value, ("distribution_trend", *SECTION_TABLES))
        trend = self._trend(f"{path}.distribution_trend", record["distribution_trend"])
        found = {
            name: self._section(f"{path}.{name}", record[name], name) for name in SECTION_TABLES
        }
        states = {name: section.state for name, section in found.items()}
        sections = finish_product(ProductState(trend, **states), self.say)
        for name, section in found.items():
            for figure, counted in figures_of(getattr(sections, name)).items():
                self._agrees(f"{path}.{name}.{figure}", section, figure, counted.value)

        return sections

    def _trend(self, path: str, value: object) -> TrendState:
        reader, before = self.reader, self.reader.log.count
        names = ("week_end", *TREND_COUNTS)
        weeks = reader.listed(path, value)
        if reader.log.count > before or value is SKIP:
            return NO_TREND
        records = [reader.record(f"{path}[{at}]", week, names) for at, week in enumerate(weeks)]
        columns = {name: [record[name] for record in records] for name in names}

        return trend_of(
            reader, path, columns, lambda week, name: f"{path}[{week}].{name}", self.terms
        )

    def _section(self, path: str, value: object, name: str) -> _Section:
        """What the rows of a section add up to, and the figures that the document tells."""
        reader, before, rows = self.reader, self.reader.log.count, f"{path}.rows"
        record = reader.record(path, value, (*figure_names(SECTION_TYPES[name]), "rows"))
        frame = frame_of_rows(reader, rows, record["rows"], SECTION_TABLES[name])
        sound = reader.log.count == before
        if sound:
            check_rows(reader, frame, self.known, lambda row, column: f"{rows}[{row}].{column}")

        return _Section(section_of(frame), record, sound)

    def _agrees(self, path: str, section: _Section, name: str, counted: int | Ratio) -> None:
        """Note a figure that is not what the rows add up to."""
        reader, before, value = self.reader, self.reader.log.count, section.told[name]
        told = (
            reader.ratio(path, value) if isinstance(counted, Ratio) else reader.whole(path, value)
        )
        if section.sound and reader.log.count == before and told != counted:
            reader.fault(path, f"{said_value(counted)}, as the rows add up to", said_value(told))

    def own(self, value: object) -> dict[str, Figure[Any]]:
        """Figures of one's own."""
        members = self.reader.mapping("figures", value)

        return {
            name: self._own(step("figures", name), name, each) for name, each in members.items()
        }

    def _own(self, path: str, name: str, value: object) -> Figure[Any]:
        reader, record = self.reader, self.reader.record(path, value, _OWN_KEYS)
        definition = own_definition(reader, path, name, record)
        found = own_value(reader, step(path, "value"), record["value"])

        return self.say.figure(definition, found, MissingEvidence())


@frozen
class _Section:
    """A section as read: what its rows add up to, what is told, and whether the rows are sound."""

    state: SectionState
    told: Mapping[str, object]
    sound: bool


def own_definition(
    reader: Reader, path: str, name: str, record: Mapping[str, object]
) -> Definition:
    """What a document tells of the meaning of a figure of one's own."""
    return Definition(
        name,
        reader.text(step(path, "title"), record["title"]),
        reader.text(step(path, "sentence"), record["sentence"]),
        reader.member(step(path, "unit"), record["unit"], Unit),
    )


def own_value(reader: Reader, path: str, value: object) -> Value:
    """The value of a figure of one's own: a whole number of any size, a ratio, or null."""
    if isinstance(value, Mapping):
        return reader.ratio(path, value, any_whole)
    found = integer(value)
    good = reader.check(path, found, _own_fault)

    return found if good and isinstance(found, int) else None


def _own_fault(cell: object) -> str | None:
    return None if cell is None or type(cell) is int else "a whole number, a ratio or null"
