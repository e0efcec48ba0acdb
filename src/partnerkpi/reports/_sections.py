"""Machinery: license sections of rows that came from elsewhere, and what must agree in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from attrs import fields, frozen

from partnerkpi import _record_rules as rules
from partnerkpi._cells import Ratios
from partnerkpi._instants import instant_text, to_datetime
from partnerkpi.errors import RecordsMissingError
from partnerkpi.io._cells import came
from partnerkpi.licenses import kpis, rows
from partnerkpi.licenses.evidence import StoredRows
from partnerkpi.licenses.measures import SectionState
from partnerkpi.licenses.trend import NO_TREND, TrendState
from partnerkpi.periods import week_ends
from partnerkpi.reports._strict import MAX_SUM, step, whole_check

if TYPE_CHECKING:
    from partnerkpi._text import TextIndex
    from partnerkpi.kpi import TableDefinition
    from partnerkpi.policy import Policy
    from partnerkpi.reports._frames import Frame
    from partnerkpi.reports._strict import Reader, Rules

__all__ = [
    "SECTION_TABLES",
    "SECTION_TYPES",
    "TREND_COUNTS",
    "MissingEvidence",
    "Terms",
    "check_owners",
    "check_rows",
    "figure_names",
    "section_of",
    "trend_of",
]

Place: TypeAlias = Callable[[int, str], str]

SECTION_TABLES: Final[Mapping[str, TableDefinition]] = MappingProxyType(
    {
        table.name: table
        for table in (
            rows.RECENTLY_ADDED_TABLE,
            rows.EXPIRING_TABLE,
            rows.RENEWING_TABLE,
            rows.LOW_ASSIGNMENT_TABLE,
            rows.OVERAGE_TABLE,
        )
    }
)
SECTION_TYPES: Final[Mapping[str, type]] = MappingProxyType(
    {
        "recently_added": kpis.RecentlyAdded,
        "expiring": kpis.Expiring,
        "renewing": kpis.Renewing,
        "low_assignment": kpis.LowAssignment,
        "overage": kpis.Overage,
    }
)
TREND_COUNTS: Final = ("total", "assigned", "used", "available")
# A ratio of a row, and the counts that it is made of.
_SHARES: Final = (("assignment", "assigned"), ("utilization", "used"))


def figure_names(section: type) -> tuple[str, ...]:
    """The figures of a section, by the name of their field."""
    return tuple(each.name for each in fields(section) if not each.name.startswith("_"))


@frozen(eq=False)
class MissingEvidence:
    """Where a figure comes from that was read from a document: elsewhere."""

    def members(self) -> NoReturn:
        """Refuse, as the records are not here."""
        self._refuse()

    def why(self, _customer_id: str, /) -> NoReturn:
        """Refuse, as the records are not here."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        msg = "the records behind this figure are not here: it was read from a document"
        raise RecordsMissingError(msg)


def section_of(frame: Frame) -> SectionState:
    """What the rows of a section add up to."""

    def total(name: str) -> int:
        return sum(frame[name].values())

    return SectionState(
        customers=len(set(frame["customer_id"].values())),
        total=total("total"),
        assigned=total("assigned"),
        used_7d=total("used"),
        overage=total("overage"),
        parts=(StoredRows(frame),),
    )


def check_rows(reader: Reader, frame: Frame, customers: TextIndex | None, place: Place) -> None:
    """Note where the rows of a section contradict themselves or the list of customers."""
    check_owners(reader, frame, customers, place)
    _check_available(reader, frame, place)
    for share, part in _SHARES:
        if share in frame:
            _check_share(reader, frame, (share, part), place)
    if "days_remaining" in frame:
        _check_end(reader, frame, place)


def check_owners(reader: Reader, frame: Frame, customers: TextIndex | None, place: Place) -> None:
    """Note rows of customers that are not in the list, if there is a sound one."""
    ids = frame["customer_id"].text
    found = () if customers is None else (customers.find(ids) < 0).nonzero()[0].tolist()
    for row in found:
        reader.fault(place(row, "customer_id"), rules.KNOWN_CUSTOMER, came(ids[row]))


def _check_available(reader: Reader, frame: Frame, place: Place) -> None:
    names = ("total", "overage", "assigned", "available")
    for row, counts in enumerate(zip(*(frame[name].values() for name in names), strict=True)):
        total, overage, assigned, available = counts
        if total + overage != assigned + available:
            expected = f"{total + overage - assigned}, as total + overage = assigned + available"
            reader.fault(place(row, "available"), expected, came(available))


def _check_share(reader: Reader, frame: Frame, names: tuple[str, str], place: Place) -> None:
    share, part = names
    told: Ratios = frame[share]
    counts = Ratios(frame[part].numbers, frame["total"].numbers)
    differs = (told.numerators != counts.numerators) | (told.denominators != counts.denominators)
    for row in differs.nonzero()[0].tolist():
        pair = f"{counts.numerators[row]} / {counts.denominators[row]}"
        reader.fault(place(row, share), f"{pair}, {part} / total", str(told.values()[row]))


def _check_end(reader: Reader, frame: Frame, place: Place) -> None:
    pairs = zip(frame["days_remaining"].values(), frame["months_remaining"].values(), strict=True)
    for row, (days, months) in enumerate(pairs):
        if (days is None) != (months is None):
            expected = "null together with days_remaining"
            reader.fault(place(row, "months_remaining"), expected, came(months))


@frozen
class Terms:
    """The instant and the policy of a document, and whether both could be read.

    Attributes:
        micros: The instant, in microseconds UTC.
        policy: The windows and thresholds.
        sound: Whether they are those of the document, not fillers.
    """

    micros: int
    policy: Policy
    sound: bool

    @staticmethod
    def of(
        reader: Reader, record: Mapping[str, object], known: Rules | None, path: str = ""
    ) -> Terms:
        """Read them from an object of a document.

        Raises:
            FormatError: a low-assignment rule that is not known here.
        """
        before = reader.log.count
        micros = reader.instant(step(path, "as_of"), record["as_of"])
        policy = reader.policy(step(path, "policy"), record["policy"], known)

        return Terms(micros, policy, reader.log.count == before)


def trend_of(
    reader: Reader, path: str, columns: Mapping[str, Sequence[object]], place: Place, terms: Terms
) -> TrendState:
    """A distribution trend, one cell per week in each column."""
    weeks = terms.policy.trend_weeks if terms.sound else max(map(len, columns.values()))
    for cells in columns.values():
        if len(cells) != weeks:
            reader.fault(path, f"{weeks} weeks, as the policy has it", str(len(cells)))
            return NO_TREND
    check = whole_check(0, MAX_SUM)
    found = {
        name: reader.column(columns[name], partial(_placed, place, name), check, 0)
        for name in TREND_COUNTS
    }
    counts = {name: tuple(map(_whole, cells)) for name, cells in found.items()}
    _check_spare(reader, counts, place)
    ends = _ends(reader, columns["week_end"], place, terms)

    return TrendState(ends, *counts.values()) if ends else NO_TREND


def _placed(place: Place, name: str, week: int) -> str:
    return place(week, name)


def _whole(cell: object) -> int:
    return cell if isinstance(cell, int) else 0


def _ends(reader: Reader, cells: Sequence[object], place: Place, terms: Terms) -> tuple[int, ...]:
    """The ends of the weeks, which follow from the instant."""
    if not terms.sound:
        return ()
    ends = week_ends(terms.micros, len(cells))
    for week, (cell, end) in enumerate(zip(cells, ends, strict=True)):
        reader.same(place(week, "week_end"), cell, instant_text(to_datetime(end)))

    return ends


def _check_spare(reader: Reader, counts: Mapping[str, tuple[int, ...]], place: Place) -> None:
    """Note weeks with more licenses available than lines can leave, or fewer."""
    names = ("total", "assigned", "available")
    for week, cells in enumerate(zip(*(counts[name] for name in names), strict=True)):
        total, assigned, available = cells
        if not total - assigned <= available <= total:
            expected = f"from {max(0, total - assigned)} to {total} available licenses"
            reader.fault(place(week, "available"), expected, came(available))
