"""JSON Schemas of every document that the library reads or writes.

A schema says what one value may be; that figures are what their rows add up to, that lists stand in
their order, only reading finds out. JSON Schema also counts ``2.0`` among the integers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from attrs import fields

from partnerkpi._arrays import MAX_COUNT
from partnerkpi.io._schema import (
    NOTHING_MORE,
    Maker,
    array,
    document,
    either,
    found,
    null,
    record,
    ref,
    settled_instant,
    text,
)
from partnerkpi.io.schemas import PORTFOLIO_SCHEMAS, Schema
from partnerkpi.kpi import Unit
from partnerkpi.licenses.kpis import DEFINITIONS, Overview
from partnerkpi.licenses.state import PRODUCTS, OverviewState
from partnerkpi.managing.records import CHANGE_FORMAT, change_schema
from partnerkpi.models import Kind, ManagedBy
from partnerkpi.policy import QUALITY_LIMITS, ServiceLevelFormula
from partnerkpi.reports._calling_schemas import calling_definitions, calling_schema
from partnerkpi.reports._sections import (
    SECTION_TABLES,
    SECTION_TYPES,
    TREND_COUNTS,
    figure_names,
)
from partnerkpi.reports._stored_schemas import stored_calling, stored_definitions
from partnerkpi.reports._strict import MAX_SUM
from partnerkpi.reports.calling_figures import CALLING_FIGURES, is_ratio, may_be_null
from partnerkpi.reports.comparison_document import COMPARISON_FORMAT
from partnerkpi.reports.customers import CUSTOMERS_TABLE
from partnerkpi.reports.document import REPORT_FORMAT
from partnerkpi.reports.stored import STATE_FORMAT
from partnerkpi.status import Status

if TYPE_CHECKING:
    from partnerkpi.kpi import Definition, TableDefinition

__all__ = ["comparison_schema", "report_schema", "schema", "state_schema"]

_RATIOS: Final = frozenset({Unit.SHARE, Unit.LICENSES_PER_CUSTOMER})
_SHARES: Final = ("assignment", "utilization", "customer_assignment")
_CHANGES: Final = ("weekly_assignment_change", "weekly_usage_change")
_DOUBLE: Final = sys.float_info.max
_LEFT: Final = ("months_remaining", "days_remaining")
_SUMS: Final = ("customers", "total", "assigned", "used_7d", "overage")


def schema(name: str) -> Schema:
    """The JSON Schema of a document that the library reads or writes.

    Args:
        name: The format as it stands in documents, with or without ``partnerkpi/``:
            ``portfolio@1``, ``report@1``, ``comparison@1``, ``state@1`` or ``filters@1``; or
            ``customers@1``, ``subscriptions@1`` or ``licenses@1`` for a line of these tables as
            JSON lines.

    Returns:
        A schema of the dialect 2020-12 as plain dicts and lists; a new one each time.

    Raises:
        UnknownNameError: no document of this library has that format; names the nearest.

    Example:
        >>> schema("report@1")["properties"]["format"]
        {'const': 'partnerkpi/report@1'}
        >>> schema("partnerkpi/portfolio@1")["title"]
        'Portfolio document'
    """
    return found(_SCHEMAS, name)


def report_schema() -> Schema:
    """The JSON Schema of the report document.

    Example:
        >>> report_schema()["title"]
        'Report document'
    """
    own = record({**_own_head(), "value": _own_value()})
    body = record(
        {
            "format": {"const": REPORT_FORMAT},
            "as_of": ref("instant"),
            "policy": ref("policy"),
            "data": _notes(),
            "overview": either(_each(figure_names(Overview), ref("count")), null()),
            "customers": either(array(_row(CUSTOMERS_TABLE)), null()),
            "licenses": either(_each(PRODUCTS, ref("sections")), null()),
            "calling": calling_schema(),
        },
        {"figures": _named(own)},
    )
    # Of a portfolio, or of calls alone: then there are calls.
    alone = _all(("overview", "customers", "licenses"), null())
    whole = _all(("overview", "customers", "licenses"), {"not": null()})
    body["if"] = {"properties": {"overview": null()}}
    body["then"] = {"properties": {**alone, "calling": {"not": null()}}}
    body["else"] = {"properties": whole}
    sections = {name: _section(name) for name in SECTION_TYPES}
    week = record({"week_end": ref("week_end"), **_all(TREND_COUNTS, ref("count"))})
    product = record({"distribution_trend": array(week, minItems=2), **sections})

    return document(
        "Report document",
        "Every status, license and call figure at an instant.",
        body,
        {**_definitions(), **calling_definitions(), "sections": product},
    )


def _notes() -> Schema:
    maybe = either(ref("count"), null())

    return record(
        {
            "unobserved_lines": ref("count"),
            "duplicate_calls": maybe,
            "duplicate_queue_calls": maybe,
        },
        _all(("tied_calls", "tied_queue_calls"), ref("count")),
    )


def _section(name: str) -> Schema:
    return record({**_figures(name), "rows": array(_row(SECTION_TABLES[name]))})


def _figures(section: str) -> Schema:
    return {
        name: _value(_definition(section, name)) for name in figure_names(SECTION_TYPES[section])
    }


def _definition(section: str, name: str) -> Definition:
    return next(each for each in DEFINITIONS if each.name == f"{section}.{name}")


def _value(definition: Definition) -> Schema:
    return ref("ratio") if definition.unit in _RATIOS else ref("count")


def _row(table: TableDefinition) -> Schema:
    return record({column.name: _cell(column.name) for column in table.columns})


def _cell(column: str) -> Schema:
    """What a cell of a column may be."""
    statuses = [status.value for status in Status]
    known: Schema = {
        **_all(("customer_id", "customer", "subscription_id"), ref("text")),
        **_all(("tags", "products"), array(ref("text"), uniqueItems=True)),
        **_all(_SHARES, ref("ratio")),
        **_all(_CHANGES, either(ref("difference"), null())),
        **_all(_LEFT, either(ref("count"), null())),
        "kind": {"enum": [kind.value for kind in Kind]},
        "managed_by": {"enum": [manager.value for manager in ManagedBy]},
        "statuses": array({"enum": statuses}, uniqueItems=True),
        "badge": {"enum": [*statuses, None]},
        "auto_renew": {"type": "boolean"},
    }
    cell = known.get(column, ref("count"))
    assert isinstance(cell, dict)  # noqa: S101 (every piece of a schema is one)

    return cell


def comparison_schema() -> Schema:
    """The JSON Schema of the comparison document.

    Example:
        >>> comparison_schema()["title"]
        'Comparison document'
    """
    basis = record({"as_of": ref("instant"), "policy": ref("policy")})
    own = record({**_own_head(), **_all(("earlier", "later", "difference"), _own_value())})
    statuses = [status.value for status in Status]
    badge = _all(("earlier", "later"), {"enum": [*statuses, None]})
    portfolio: dict[str, Schema] = {
        "customers": ref("moves"),
        "statuses": _each(statuses, ref("moves")),
        "badges": array(record({"customer_id": ref("text"), **badge})),
        "overview": _each(figure_names(Overview), ref("count_change")),
        "licenses": _each(PRODUCTS, ref("sections")),
    }
    body = record(
        {
            "format": {"const": COMPARISON_FORMAT},
            "earlier": basis,
            "later": basis,
            **{name: either(each, null()) for name, each in portfolio.items()},
            "data": record({"unobserved_lines": ref("count_change")}),
            "calling": either(_calling_changes(), null()),
        },
        {"figures": _named(own)},
    )
    # Of portfolios, or of calls alone: then there are calls.
    body["if"] = {"properties": {"customers": null()}}
    body["then"] = {
        "properties": {**_all(portfolio, null()), "calling": {"not": null()}},
    }
    body["else"] = {"properties": _all(portfolio, {"not": null()})}

    return document(
        "Comparison document",
        "Who entered and left between two reports, and what every figure changed by.",
        body,
        {**_definitions(), **_change_definitions()},
    )


def _calling_changes() -> Schema:
    """The changes of the calling part; features have shares by their codes."""
    sections: Schema = {}
    for room, definitions in CALLING_FIGURES.items():
        changes = {name: _called(each) for name, each in definitions.items()}
        rest = {"shares": _named(ref("ratio_change"))} if room == "features" else _moves()
        sections[room] = either(record({**changes, **rest}), null())

    return record({**_all(("earlier_week_end", "later_week_end"), ref("week_end")), **sections})


def _called(definition: Definition) -> Schema:
    if is_ratio(definition):
        return ref("ratio_change")

    return ref("maybe_change" if may_be_null(definition) else "count_change")


def _change_definitions() -> Schema:
    sections = {name: record({**_moves(), **_figure_changes(name)}) for name in SECTION_TYPES}
    ends = _all(("earlier_week_end", "later_week_end"), ref("week_end"))
    week = record({**ends, **_all(TREND_COUNTS, ref("count_change"))})

    return {
        "moves": record(_moves()),
        "count_change": _change(ref("count"), ref("difference")),
        "maybe_change": _change(either(ref("count"), null()), either(ref("difference"), null())),
        "ratio_change": _change(ref("ratio"), either(ref("ratio_difference"), null())),
        "ratio_difference": _ratio({"type": "integer"}, {"type": "integer", "minimum": 1}),
        "sections": record({"distribution_trend": week, **sections}),
    }


def _moves() -> Schema:
    return _all(("entered", "left"), array(ref("text"), uniqueItems=True))


def _figure_changes(section: str) -> Schema:
    return {
        name: ref("ratio_change") if value == ref("ratio") else ref("count_change")
        for name, value in _figures(section).items()
    }


def _change(value: Schema, difference: Schema) -> Schema:
    return record({"earlier": value, "later": value, "difference": difference})


def state_schema() -> Schema:
    """The JSON Schema of the stored form of states, in both phases.

    Example:
        >>> state_schema()["title"]
        'Stored state'
    """
    pairs = record(_all(("assigned", "total"), array(ref("count"))))
    rates: Schema = {"both": ref("rates"), "products": _each(PRODUCTS, ref("rates"))}
    # Told apart by the phase, so that a validator speaks of the one that was meant.
    body: Schema = {
        "if": {"properties": {"phase": {"const": "rates"}}, "required": ["phase"]},
        "then": record({**_phase("rates"), **rates}),
        "else": _counts_phase(),
    }

    return document(
        "Stored state",
        "What was counted of a part of a portfolio: the rates of its customers, or everything.",
        {"type": "object", **body},
        {**_definitions(), **_state_definitions(), "rates": pairs},
    )


def _phase(name: str) -> Schema:
    return {"format": {"const": STATE_FORMAT}, "phase": {"const": name}}


def _counts_phase() -> Schema:
    customers = [column.name for column in CUSTOMERS_TABLE.columns]
    rules = [each.name for each in fields(OverviewState)]
    limits: Schema = {"both": ref("thresholds"), "products": _each(PRODUCTS, ref("thresholds"))}

    return record(
        {
            **_phase("counts"),
            "as_of": ref("instant"),
            "policy": ref("policy"),
            "limits": record(limits),
            "unobserved_lines": ref("count"),
            "customers": _columns(customers),
            "overview": _each(rules, ref("counted")),
            "licenses": _each(PRODUCTS, ref("sections")),
            "own": {"type": "object"},
        },
        {"portfolio": {"type": "boolean"}, "calling": stored_calling()},
    )


def _state_definitions() -> Schema:
    ids = _columns(("customer_id", "subscription_id"))
    trend = _all(TREND_COUNTS, array(ref("count"), minItems=2))
    sections = {name: ref(name) for name in SECTION_TABLES}
    weeks = record({"week_end": array(ref("week_end"), minItems=2), **trend})

    return {
        **stored_definitions(),
        "thresholds": record(
            {"rates": array(either(ref("fraction"), null())), "peers": array(ref("count"))}
        ),
        "counted": record({"customers": ref("count"), "rows": ids}),
        "sections": record({"distribution_trend": weeks, **sections}),
        **{
            name: record({**_all(_SUMS, ref("count")), "rows": _columns(_names(table))})
            for name, table in SECTION_TABLES.items()
        },
    }


def _names(table: TableDefinition) -> list[str]:
    return [column.name for column in table.columns]


def _columns(names: Sequence[str]) -> Schema:
    """A table that stands column by column; ratios as two columns."""
    pairs = record(_all(("numerator", "denominator"), array(ref("count"))))
    columns: Schema = {name: pairs if name in _SHARES else array(_cell(name)) for name in names}

    return record(columns)


def _definitions() -> Schema:
    whole: Schema = {"type": "integer", "minimum": 0, "maximum": MAX_SUM}

    return {
        "text": text(),
        "instant": settled_instant(),
        "week_end": settled_instant(["[0-9]{4}"]),
        "count": whole,
        "difference": {"type": "integer", "minimum": -MAX_SUM - 1, "maximum": MAX_SUM},
        "ratio": _ratio(ref("count"), ref("count")),
        "fraction": {
            "type": "string",
            "pattern": f"^(0|[1-9][0-9]*)(/[1-9][0-9]*)?{NOTHING_MORE}",
        },
        "policy": _policy(),
        "rule": _rule(),
    }


def _ratio(numerator: Schema, denominator: Schema) -> Schema:
    """Two integers and the nearest double, which is null when it is undefined."""
    value: Schema = {"type": ["number", "null"]}
    undefined: Schema = {"properties": {"denominator": {"const": 0}}}

    return {
        **record({"numerator": numerator, "denominator": denominator, "value": value}),
        "if": undefined,
        "then": {"properties": {"value": null()}},
        "else": {"properties": {"value": {"type": "number"}}},
    }


def _policy() -> Schema:
    whole: Schema = {"type": "integer", "minimum": 0}
    wait: Schema = {**whole, "maximum": MAX_COUNT}
    days = ("expiring_soon_days", "window_days", "inactivity_days", "low_assignment_min_peers")

    return record(
        {
            **_all(days, whole),
            "auto_renewing_expires": {"type": "boolean"},
            "low_assignment_fraction": ref("fraction"),
            "low_assignment_rule": ref("rule"),
            "size_bands": array(whole, uniqueItems=True),
            "trend_weeks": {"type": "integer", "minimum": 2},
            "usage_bands": array(
                {"type": "integer", "minimum": 1, "maximum": MAX_COUNT},
                minItems=3,
                maxItems=3,
                uniqueItems=True,
            ),
            **_all(QUALITY_LIMITS, {"type": "number", "minimum": 0, "maximum": _DOUBLE}),
            "service_level": record(
                {
                    "threshold_ms": wait,
                    "inclusive": {"type": "boolean"},
                    "formula": {"enum": [*ServiceLevelFormula]},
                }
            ),
            "short_abandon_ms": wait,
        }
    )


def _rule() -> Schema:
    """A low-assignment rule: one of the library's, or one of a host's own."""
    pair: Schema = {
        "type": "array",
        "prefixItems": [{"type": "integer"}, ref("fraction")],
        "minItems": 2,
        "maxItems": 2,
    }
    settings: Mapping[str, Schema] = {
        "peer_median": {},
        "peer_quantile": {"quantile": ref("fraction")},
        "fixed_rate": {"rate": ref("fraction")},
        "benchmark_rates": {"rates": array(pair, minItems=1)},
    }
    known = [record({"rule": {"const": name}, **each}) for name, each in settings.items()]
    own: Schema = {
        "type": "object",
        "properties": {"rule": {"type": "string", "not": {"enum": [*settings]}}},
        "required": ["rule"],
    }

    return either(*known, own)


def _own_head() -> Schema:
    return {
        "title": {"type": "string"},
        "sentence": {"type": "string"},
        "unit": {"enum": [unit.value for unit in Unit]},
    }


def _own_value() -> Schema:
    return either({"type": "integer"}, _ratio({"type": "integer"}, {"type": "integer"}), null())


def _named(value: Schema) -> Schema:
    """An object with members of any name."""
    return {"type": "object", "propertyNames": ref("text"), "additionalProperties": value}


def _each(names: Iterable[str], value: Schema) -> Schema:
    """An object whose members are all alike."""
    return record(_all(names, value))


def _all(names: Iterable[str], value: Schema) -> Schema:
    return dict.fromkeys(names, value)


def _saved_filters() -> Schema:
    # Filters are loaded when they are first asked for.
    from partnerkpi.filters.saved import filters_schema

    return filters_schema()


_SCHEMAS: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        **PORTFOLIO_SCHEMAS,
        REPORT_FORMAT: report_schema,
        COMPARISON_FORMAT: comparison_schema,
        STATE_FORMAT: state_schema,
        "partnerkpi/filters@1": _saved_filters,
        CHANGE_FORMAT: change_schema,
    }
)
