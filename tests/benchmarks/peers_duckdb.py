"""The same work in DuckDB, on tables already in memory.

One flat table, a row per observation in customer, line and time order. Conditions become bits of
one integer, one ``GROUP BY`` makes the OR of every customer, two more over the rows of active lines
the sums that rates need (faster than one with filtered aggregates, or than joins). With nine weekly
observations the row that counts at an instant is found by ``LEAD`` over the table's own order, a
streaming window; ``arg_max`` per line took as long for one instant, and the trend has eight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

import attrs
import duckdb
import numpy as np

from tests.benchmarks.answers import Answers, day_after, week_ends
from tests.benchmarks.generate import AS_OF, CALLING

if TYPE_CHECKING:
    import polars as pl

    from tests.benchmarks.answers import Change

__all__ = ["Database", "database", "flat", "flat_weekly"]

Database: TypeAlias = duckdb.DuckDBPyConnection
_THEN = AS_OF - np.timedelta64(7, "D")
_WEEK_MICROS = 7 * 86_400_000_000
_SCOPE, _NEAR_END, _NEAR_RENEWAL, _OVER_LIMIT, _ADDED, _EXPIRING, _RENEWING, _OVERAGE = range(8, 16)


def database(rows: pl.DataFrame) -> Database:
    """An in-memory database holding the flat frame, ``rows``, as its table ``flat``."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET threads = 2")
    connection.register("frame", rows)
    connection.execute("CREATE TABLE flat AS SELECT * FROM frame")
    connection.unregister("frame")
    return connection


def flat(connection: Database) -> Answers:
    """Statuses, overview and one product's sections with one observation a line."""
    return _answers(connection, "flat")


def flat_weekly(connection: Database) -> Answers:
    """The same with many observations a line, the trend and the weekly changes."""
    _temporary(connection, "stepped", _STEPPED)
    _temporary(connection, "now", _NOW)
    answers = _answers(connection, "now")
    _temporary(connection, "changes", _CHANGES)
    added = f"added >= {_at(day_after(-91))}"
    return attrs.evolve(
        answers,
        trend=tuple(connection.execute(_TREND).fetchall()),
        added_assignment=_change(connection, "assigned", added),
        added_usage=_change(connection, "used", added),
        low_assignment=_change(connection, "assigned", "active AND cust IN (SELECT cust FROM low)"),
    )


def _at(instant: np.datetime64) -> str:
    return f"TIMESTAMP '{np.datetime_as_string(instant)}'"


_NOW_AT = _at(AS_OF)
_THEN_AT = _at(_THEN)
_THERE = f"added <= {_NOW_AT}"
_ACTIVE = f"({_THERE} AND starts <= {_NOW_AT} AND (ends IS NULL OR ends > {_NOW_AT}))"
_SEEN = f"(seen_at IS NULL OR seen_at <= {_NOW_AT})"
_ONE = f"product = {CALLING}"
_FOREVER = "TIMESTAMP '2200-01-01'"
_CONDITIONS = {
    0: "alive AND NOT paid",
    1: "alive",
    2: "over",
    3: f"active AND NOT auto AND ending < {_at(day_after(30))}",
    4: "alive AND NOT set_up",
    6: "active AND trial",
    7: "active AND NOT trial",
    _SCOPE: "there AND in_overview",
    _NEAR_END: "ends_soon AND in_overview",
    _NEAR_RENEWAL: "renews_soon AND in_overview",
    _OVER_LIMIT: "over AND in_overview",
    _ADDED: f"there AND of_product AND added >= {_at(day_after(-91))}",
    _EXPIRING: "ends_soon AND of_product",
    _RENEWING: "renews_soon AND of_product",
    _OVERAGE: "over AND of_product",
}
_BITS = " + ".join(
    f"({condition})::USMALLINT * {1 << bit}::USMALLINT" for bit, condition in _CONDITIONS.items()
)
_MARKED = f"""
WITH alive AS (
  SELECT *, coalesce({_THERE} AND coalesce(ends > {_NOW_AT}, true), false) AS alive,
         coalesce({_THERE}, false) AS there, coalesce(ends, {_FOREVER}) AS ending,
         coalesce(seen_at <= {_NOW_AT}, true) AS seen, product <= {CALLING} AS in_overview,
         product = {CALLING} AS of_product FROM {{table}}),
active AS (
  SELECT *, alive AND starts <= {_NOW_AT} AS active,
         alive AND starts <= {_NOW_AT} AND seen AND coalesce(assigned > total, false) AS over,
         alive AND starts <= {_NOW_AT} AND NOT auto AND ending < {_at(day_after(90))} AS ends_soon,
         alive AND starts <= {_NOW_AT} AND auto AND NOT trial AND ending < {_at(day_after(90))}
           AS renews_soon FROM alive)
SELECT cust, signed, ({_BITS})::USMALLINT AS bits, seen, total, assigned, used_7d,
       active AND seen AND in_overview AS meet_call, active AND seen AND of_product AS calling
FROM active
"""
_ORS = "SELECT cust, any_value(signed) AS signed, bit_or(bits) AS bits FROM marked GROUP BY cust"
_RATES = """
SELECT sum(total) AS total, sum(assigned) AS assigned FROM marked WHERE meet_call GROUP BY cust
"""
_PRODUCT_RATES = """
SELECT cust, sum(total) AS total, sum(assigned) AS assigned, sum(used_7d) AS used,
       sum(greatest(total - assigned, 0)) AS spare FROM marked WHERE calling GROUP BY cust
"""
_IDLE = f"(signed IS NULL OR signed > {_NOW_AT} OR signed < {_at(day_after(-91))})"
_STATUSES = f"""
SELECT (xor(bits & 255, 2) + {_IDLE}::USMALLINT * 32)::UTINYINT AS statuses FROM per ORDER BY cust
"""
_COUNTS = "SELECT {} FROM per".format(
    ", ".join(f"count(*) FILTER (bits & {1 << bit} <> 0)" for bit in range(8, 16))
)
_SECTIONS = {
    _ADDED: ("total",),
    _EXPIRING: ("assigned", "used_7d", "total"),
    _RENEWING: ("assigned", "used_7d", "total"),
    _OVERAGE: ("greatest(assigned - total, 0)",),
}
_SUMS = "SELECT {} FROM marked WHERE seen".format(
    ", ".join(
        f"coalesce(sum({column}) FILTER (bits & {1 << bit} <> 0), 0)::BIGINT"
        for bit, columns in _SECTIONS.items()
        for column in columns
    )
)
_LOW_ALL = """
WITH rated AS (SELECT assigned / total AS rate FROM rates WHERE total > 0)
SELECT count(*) FROM rated WHERE rate < (SELECT median(rate) FROM rated) / 2
"""
_LOW = """
WITH rated AS (
  SELECT *, assigned / total AS rate,
         (total >= 25)::INT + (total >= 100)::INT + (total >= 250)::INT
         + (total >= 1000)::INT + (total >= 5000)::INT AS band
  FROM product_rates WHERE total > 0),
medians AS (
  SELECT band, CASE WHEN count(*) < 5 THEN (SELECT median(rate) FROM rated)
               ELSE median(rate) END AS middle
  FROM rated GROUP BY band)
SELECT rated.* FROM rated JOIN medians USING (band) WHERE rate < middle / 2
"""
_LOW_SUMS = """
SELECT count(*), coalesce(sum(assigned), 0)::BIGINT, coalesce(sum(used), 0)::BIGINT,
       coalesce(sum(total), 0)::BIGINT, coalesce(sum(spare), 0)::BIGINT FROM low
"""
_NOW = f"""
SELECT * EXCLUDE (following_line, previous_line, next_seen)
FROM (SELECT *, lead(line) OVER () AS following_line, lead(seen_at) OVER () AS next_seen,
             lag(line) OVER () AS previous_line FROM flat)
WHERE ({_SEEN} AND (following_line IS DISTINCT FROM line OR next_seen > {_NOW_AT}))
   OR (previous_line IS DISTINCT FROM line AND NOT {_SEEN})
"""
_STEPPED = f"""
SELECT * EXCLUDE (following_line, next_seen),
       CASE WHEN following_line = line THEN next_seen END AS until
FROM (SELECT line, seen_at, total, assigned, used_7d, added, starts, ends,
             lead(line) OVER () AS following_line, lead(seen_at) OVER () AS next_seen
      FROM flat WHERE {_ONE})
"""
_FIRST_END = week_ends()[0]
_TREND = f"""
WITH spans AS (
  SELECT added, starts, ends, total, assigned, used_7d,
         CASE WHEN seen_at IS NULL THEN 0 ELSE least(greatest(ceil(
           epoch_us(seen_at - {_at(_FIRST_END)}) / {_WEEK_MICROS})::INT, 0), 8) END AS since,
         CASE WHEN until IS NULL THEN 8 ELSE least(greatest(ceil(
           epoch_us(until - {_at(_FIRST_END)}) / {_WEEK_MICROS})::INT, 0), 8) END AS until
  FROM stepped),
counted AS (
  SELECT *, {_at(_FIRST_END)} + to_days(7 * week::INT) AS week_end
  FROM spans JOIN range(8) weeks(week) ON week >= since AND week < until)
SELECT sum(total)::BIGINT, sum(assigned)::BIGINT, sum(used_7d)::BIGINT,
       sum(greatest(total - assigned, 0))::BIGINT
FROM counted
WHERE added <= week_end AND starts <= week_end AND (ends IS NULL OR ends > week_end)
GROUP BY week ORDER BY week
"""
_CHANGES = f"""
WITH wanted AS (
  SELECT cust, sub, line, added, {_ACTIVE} AS active,
         CASE WHEN {_SEEN} THEN assigned ELSE 0 END AS assigned,
         CASE WHEN {_SEEN} THEN used_7d ELSE 0 END AS used
  FROM now WHERE {_ONE} AND {_THERE} AND (added >= {_at(day_after(-91))} OR {_ACTIVE})),
earlier AS (
  SELECT line, assigned AS assigned_then, used_7d AS used_then FROM stepped
  WHERE seen_at <= {_THEN_AT} AND (until IS NULL OR until > {_THEN_AT}))
SELECT any_value(cust) AS cust, any_value(added) AS added, any_value(active) AS active,
       CASE WHEN any_value(added) > {_THEN_AT} THEN sum(assigned)
            WHEN count(assigned_then) = count(*) THEN sum(assigned - assigned_then) END AS assigned,
       CASE WHEN any_value(added) > {_THEN_AT} THEN sum(used)
            WHEN count(used_then) = count(*) THEN sum(used - used_then) END AS used
FROM wanted LEFT JOIN earlier USING (line) GROUP BY sub
"""


def _temporary(connection: Database, name: str, query: str) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")


def _answers(connection: Database, table: str) -> Answers:
    _temporary(connection, "marked", _MARKED.format(table=table))
    _temporary(connection, "per", _ORS)
    _temporary(connection, "rates", _RATES)
    _temporary(connection, "product_rates", _PRODUCT_RATES)
    _temporary(connection, "low", _LOW)
    statuses = connection.execute(_STATUSES).fetchnumpy()["statuses"]
    scope, near_end, near_renewal, over, added, expiring, renewing, overage = _row(
        connection, _COUNTS
    )
    (low_all,) = _row(connection, _LOW_ALL)
    sums = _row(connection, _SUMS)
    return Answers(
        statuses=np.asarray(statuses),
        overview=(scope, near_end, near_renewal, low_all, over),
        recently_added=(added, sums[0]),
        expiring=(expiring, *sums[1:4]),
        renewing=(renewing, *sums[4:7]),
        low=_row(connection, _LOW_SUMS),
        overage=(overage, sums[7]),
    )


def _row(connection: Database, query: str) -> tuple[int, ...]:
    return cast("tuple[int, ...]", connection.execute(query).fetchone())


def _change(connection: Database, column: str, condition: str) -> Change:
    rows, known, change = _row(
        connection,
        f"SELECT count(*), count({column}), coalesce(sum({column}), 0)::BIGINT "
        f"FROM changes WHERE {condition}",
    )
    return rows, rows - known, change
