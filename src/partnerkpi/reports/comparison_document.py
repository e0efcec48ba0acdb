"""A comparison as its document, and back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from partnerkpi._instants import instant_text, to_datetime
from partnerkpi.io._cells import came, text_fault
from partnerkpi.kpi import Definition, Value
from partnerkpi.licenses.kpis import DEFINITIONS, Overview
from partnerkpi.licenses.state import PRODUCTS
from partnerkpi.periods import last_week_end
from partnerkpi.reports._sections import SECTION_TYPES, Terms, figure_names
from partnerkpi.reports._strict import SKIP, Reader, require_format, said_value, step, word_check
from partnerkpi.reports.calling_figures import (
    CALLING_FIGURES,
    SHARE,
    SHARE_PREFIX,
    is_ratio,
    may_be_null,
)
from partnerkpi.reports.comparison import (
    UNOBSERVED_LINES,
    WEEK_DEFINITIONS,
    BadgeChange,
    Basis,
    CallingChange,
    Change,
    Comparison,
    Moves,
    PortfolioChange,
    ProductChange,
    SectionChange,
    WeekChange,
)
from partnerkpi.reports.document import plain_value
from partnerkpi.reports.reading import own_definition, own_value
from partnerkpi.status import Status

if TYPE_CHECKING:
    from partnerkpi.policy import LowAssignmentRule

__all__ = ["COMPARISON_FORMAT", "comparison_from", "document_of"]

COMPARISON_FORMAT: Final = "partnerkpi/comparison@1"
_KEYS: Final = (
    "format",
    "earlier",
    "later",
    "customers",
    "statuses",
    "badges",
    "data",
    "overview",
    "licenses",
    "calling",
)
_PORTFOLIO: Final = ("customers", "statuses", "badges", "overview", "licenses")
_BASIS: Final = ("as_of", "policy")
_MOVES: Final = ("entered", "left")
_CHANGE: Final = ("earlier", "later", "difference")
_OWN: Final = ("title", "sentence", "unit", *_CHANGE)
_BADGE: Final = ("customer_id", "earlier", "later")
_WEEK_ENDS: Final = ("earlier_week_end", "later_week_end")
_BUILT_IN: Final[Mapping[str, Definition]] = MappingProxyType(
    {each.name: each for each in DEFINITIONS}
)


def document_of(comparison: Comparison) -> dict[str, Any]:
    """The comparison document."""
    document = {
        "format": COMPARISON_FORMAT,
        "earlier": _basis(comparison.earlier),
        "later": _basis(comparison.later),
        **(_portfolio(comparison) if comparison.has_portfolio else dict.fromkeys(_PORTFOLIO)),
        "data": {UNOBSERVED_LINES.name: _change(comparison.unobserved_lines)},
        "calling": None if comparison.calling is None else _calling(comparison.calling),
    }
    if comparison.figures:
        document["figures"] = {name: _own(each) for name, each in comparison.figures.items()}

    return document


def _portfolio(comparison: Comparison) -> dict[str, Any]:
    return {
        "customers": _moves(comparison.customers),
        "statuses": {each.value: _moves(moves) for each, moves in comparison.statuses.items()},
        "badges": [_badge(each) for each in comparison.badges],
        "overview": _figures(comparison.overview),
        "licenses": {code: _product(each) for code, each in comparison.licenses.items()},
    }


def _calling(calling: CallingChange) -> dict[str, Any]:
    return {
        "earlier_week_end": instant_text(calling.earlier_end),
        "later_week_end": instant_text(calling.later_end),
        **{name: _called(name, section) for name, section in calling.sections.items()},
    }


def _called(name: str, section: SectionChange | None) -> dict[str, Any] | None:
    if section is None:
        return None
    figures = _figures(section.figures)
    if name != "features":
        return {**_moves(section.customers), **figures}
    calls = figures.pop("calls")
    shares = {each.removeprefix(SHARE_PREFIX): change for each, change in figures.items()}

    return {"calls": calls, "shares": shares}


def _basis(basis: Basis) -> dict[str, Any]:
    return {"as_of": instant_text(basis.as_of), "policy": basis.policy.to_dict()}


def _moves(moves: Moves) -> dict[str, Any]:
    return {"entered": list(moves.entered), "left": list(moves.left)}


def _badge(change: BadgeChange) -> dict[str, Any]:
    return {
        "customer_id": change.customer_id,
        "earlier": None if change.earlier is None else change.earlier.value,
        "later": None if change.later is None else change.later.value,
    }


def _change(change: Change) -> dict[str, Any]:
    return {name: plain_value(getattr(change, name)) for name in _CHANGE}


def _figures(figures: Mapping[str, Change]) -> dict[str, Any]:
    return {name: _change(each) for name, each in figures.items()}


def _product(product: ProductChange) -> dict[str, Any]:
    week = product.distribution_trend
    trend = {
        "earlier_week_end": instant_text(week.earlier_end),
        "later_week_end": instant_text(week.later_end),
        **_figures(week.figures),
    }
    sections = {
        name: {**_moves(each.customers), **_figures(each.figures)}
        for name, each in product.sections.items()
    }

    return {"distribution_trend": trend, **sections}


def _own(change: Change) -> dict[str, Any]:
    definition = change.definition
    head = {
        "title": definition.title,
        "sentence": definition.sentence,
        "unit": definition.unit.value,
    }

    return {**head, **_change(change)}


def comparison_from(
    document: Mapping[str, object],
    rules: Mapping[str, type[LowAssignmentRule]] | None = None,
) -> Comparison:
    """Read a comparison document back.

    Raises:
        FormatError: a format, version or rule that this release does not read.
        InputError: the document is faulty; all faults at once.
    """
    reader = Reader("document")
    members = require_format(document, COMPARISON_FORMAT, reader.source)
    record = reader.record("", members, _KEYS, ("figures",))
    earlier, later = (
        Terms.of(reader, reader.record(name, record[name], _BASIS), rules, name)
        for name in ("earlier", "later")
    )
    _check_terms(reader, earlier, later)
    read = _Read(reader, earlier, later)
    comparison = Comparison(
        earlier=Basis(to_datetime(earlier.micros), earlier.policy),
        later=Basis(to_datetime(later.micros), later.policy),
        portfolio=read.portfolio(record),
        unobserved_lines=read.notes(record["data"]),
        calling=read.calling(record["calling"]),
        figures=read.own(record["figures"] if "figures" in members else {}),
    )
    reader.refuse()

    return comparison


def _check_terms(reader: Reader, earlier: Terms, later: Terms) -> None:
    if not (earlier.sound and later.sound):
        return
    if earlier.micros > later.micros:
        found = instant_text(to_datetime(later.micros))
        reader.fault("later.as_of", "an instant that is not before the earlier one", found)
    if earlier.policy.to_dict() != later.policy.to_dict():
        reader.fault("later.policy", "the policy of the earlier report", "another one")


@frozen
class _Read:
    """Reads the parts of a comparison."""

    reader: Reader
    earlier: Terms
    later: Terms

    def portfolio(self, record: Mapping[str, object]) -> PortfolioChange | None:
        """What happened to the portfolio; ``None`` if not both reports are of one."""
        if all(record[name] is None for name in _PORTFOLIO):
            expected = "an object, where the reports are not both of a portfolio"
            self.reader.check(
                "calling", record["calling"], lambda cell: expected if cell is None else None
            )
            return None

        return PortfolioChange(
            customers=self.moves("customers", record["customers"]),
            statuses=self.statuses(record["statuses"]),
            badges=self.badges(record["badges"]),
            overview=self.overview(record["overview"]),
            licenses=self.licenses(record["licenses"]),
        )

    def calling(self, value: object) -> CallingChange | None:
        """What happened to the calling part; ``None`` if not both reports have one."""
        if value is None:
            return None
        record = self.reader.record("calling", value, (*_WEEK_ENDS, *CALLING_FIGURES))
        pairs = zip(_WEEK_ENDS, (self.earlier, self.later), strict=True)
        ends = [self._week_end(f"calling.{name}", record[name], terms) for name, terms in pairs]
        sections = {name: self._called(name, record[name]) for name in CALLING_FIGURES}
        if all(record[name] is None for name in CALLING_FIGURES):
            self.reader.fault("calling", "null, as no section is in both reports", "an object")

        earlier, later = map(to_datetime, ends)

        return CallingChange(earlier, later, MappingProxyType(sections))

    def _called(self, name: str, value: object) -> SectionChange | None:
        path, definitions = f"calling.{name}", CALLING_FIGURES[name]
        if value is None:
            return None
        if name == "features":
            return self._features(path, value)
        record = self.reader.record(path, value, (*_MOVES, *definitions))

        return SectionChange(self._moves(path, record), self._figures(path, record, definitions))

    def _features(self, path: str, value: object) -> SectionChange:
        record = self.reader.record(path, value, ("calls", "shares"))
        calls = self._figures(path, record, CALLING_FIGURES["features"])
        place = f"{path}.shares"
        shares = {
            f"{SHARE_PREFIX}{name}": self._change(step(place, name), each, SHARE)
            for name, each in self.reader.mapping(place, record["shares"]).items()
        }

        return SectionChange(Moves((), ()), MappingProxyType({**calls, **shares}))

    def moves(self, path: str, value: object) -> Moves:
        """Who entered and left."""
        return self._moves(path, self.reader.record(path, value, _MOVES))

    def _moves(self, path: str, record: Mapping[str, object]) -> Moves:
        entered, left = (self._ids(step(path, name), record[name]) for name in _MOVES)
        for both in sorted({*entered} & {*left}):
            self.reader.fault(step(path, "left"), "nobody who also entered", came(both))

        return Moves(entered, left)

    def _ids(self, path: str, value: object) -> tuple[str, ...]:
        reader, before = self.reader, self.reader.log.count
        cells = reader.listed(path, value)
        found = reader.column(cells, lambda row: f"{path}[{row}]", text_fault, "?")
        ids = tuple(map(str, found))
        if reader.log.count == before and list(ids) != sorted(set(ids)):
            reader.fault(path, "ids by code point, each once", "another order or an id twice")

        return ids

    def statuses(self, value: object) -> Mapping[Status, Moves]:
        """Who entered and left each status."""
        record = self.reader.record("statuses", value, [status.value for status in Status])
        moves = {each: self.moves(f"statuses.{each.value}", record[each.value]) for each in Status}

        return MappingProxyType(moves)

    def badges(self, value: object) -> tuple[BadgeChange, ...]:
        """Whose badge changed."""
        rows = self.reader.listed("badges", value)
        found = tuple(self._badge(f"badges[{at}]", row) for at, row in enumerate(rows))
        ids = [each.customer_id for each in found]
        if not self.reader.log.count and ids != sorted(set(ids)):
            self.reader.fault("badges", "rows by customer id, each once", "another order")

        return found

    def _badge(self, path: str, value: object) -> BadgeChange:
        reader, before = self.reader, self.reader.log.count
        record = reader.record(path, value, _BADGE)
        reader.check(f"{path}.customer_id", record["customer_id"], text_fault)
        earlier, later = (self._status(f"{path}.{n}", record[n]) for n in ("earlier", "later"))
        if reader.log.count == before and value is not SKIP and earlier is later:
            reader.fault(f"{path}.later", "another badge than the earlier one", came(later))

        return BadgeChange(str(record["customer_id"]), earlier, later)

    def _status(self, path: str, value: object) -> Status | None:
        if value is None:
            return None
        good = self.reader.check(path, value, word_check([status.value for status in Status]))

        return Status(str(value)) if good else None

    def notes(self, value: object) -> Change:
        """The change of the unobserved lines."""
        name = UNOBSERVED_LINES.name
        record = self.reader.record("data", value, (name,))

        return self._change(f"data.{name}", record[name], UNOBSERVED_LINES)

    def overview(self, value: object) -> Mapping[str, Change]:
        """The changes of the overview's figures."""
        names = figure_names(Overview)
        record = self.reader.record("overview", value, names)

        return self._figures("overview", record, {name: _BUILT_IN[name] for name in names})

    def licenses(self, value: object) -> Mapping[str, ProductChange]:
        """The changes of the license sections."""
        record = self.reader.record("licenses", value, PRODUCTS)
        products = {code: self._product(f"licenses.{code}", record[code]) for code in PRODUCTS}

        return MappingProxyType(products)

    def _product(self, path: str, value: object) -> ProductChange:
        record = self.reader.record(path, value, ("distribution_trend", *SECTION_TYPES))
        trend = self._week(f"{path}.distribution_trend", record["distribution_trend"])
        sections = {
            name: self._section(f"{path}.{name}", name, record[name]) for name in SECTION_TYPES
        }

        return ProductChange(trend, MappingProxyType(sections))

    def _week(self, path: str, value: object) -> WeekChange:
        record = self.reader.record(path, value, (*_WEEK_ENDS, *WEEK_DEFINITIONS))
        pairs = zip(_WEEK_ENDS, (self.earlier, self.later), strict=True)
        ends = [self._week_end(f"{path}.{name}", record[name], terms) for name, terms in pairs]
        figures = self._figures(path, record, WEEK_DEFINITIONS)

        return WeekChange(to_datetime(ends[0]), to_datetime(ends[1]), figures)

    def _week_end(self, path: str, value: object, terms: Terms) -> int:
        end = last_week_end(terms.micros)
        if terms.sound:
            self.reader.same(path, value, instant_text(to_datetime(end)))

        return end

    def _section(self, path: str, name: str, value: object) -> SectionChange:
        names = figure_names(SECTION_TYPES[name])
        record = self.reader.record(path, value, (*_MOVES, *names))
        definitions = {each: _BUILT_IN[f"{name}.{each}"] for each in names}

        return SectionChange(self._moves(path, record), self._figures(path, record, definitions))

    def _figures(
        self, path: str, record: Mapping[str, object], definitions: Mapping[str, Definition]
    ) -> Mapping[str, Change]:
        figures = {
            name: self._change(step(path, name), record[name], definition)
            for name, definition in definitions.items()
        }

        return MappingProxyType(figures)

    def _change(self, path: str, value: object, definition: Definition) -> Change:
        record, before = self.reader.record(path, value, _CHANGE), self.reader.log.count
        read = partial(self._value, definition)
        earlier, later = (read(step(path, name), record[name]) for name in _CHANGE[:2])

        return self._checked(path, record, Change(definition, earlier, later), before)

    def _value(self, definition: Definition, path: str, value: object) -> Value:
        if is_ratio(definition):
            return self.reader.ratio(path, value)
        if value is None and may_be_null(definition):
            return None

        return self.reader.whole(path, value)

    def _checked(
        self, path: str, record: Mapping[str, object], change: Change, before: int
    ) -> Change:
        """Note a difference that is not the one of the two values."""
        path = step(path, "difference")
        told, expected = own_value(self.reader, path, record["difference"]), change.difference
        if self.reader.log.count == before and told != expected:
            self.reader.fault(
                path, f"{said_value(expected)}, later minus earlier", said_value(told)
            )

        return change

    def own(self, value: object) -> Mapping[str, Change]:
        """The changes of figures of one's own."""
        members = self.reader.mapping("figures", value)
        changes = {
            name: self._own(step("figures", name), name, each) for name, each in members.items()
        }

        return MappingProxyType(changes)

    def _own(self, path: str, name: str, value: object) -> Change:
        reader, before = self.reader, self.reader.log.count
        record = reader.record(path, value, _OWN)
        definition = own_definition(reader, path, name, record)
        earlier, later = (own_value(reader, step(path, n), record[n]) for n in _CHANGE[:2])

        return self._checked(path, record, Change(definition, earlier, later), before)
