"""License work from three Parquet files: every refusal of a portfolio, then statuses and figures.

Words become codes where the peers' figures want codes; what is joined and counted is what the other
parts time. DuckDB joins into a table of its own, whose rows then are those that it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

import duckdb
import polars as pl

import partnerkpi as pk
from tests.benchmarks import ours as licenses
from tests.benchmarks import peers_duckdb, peers_polars
from tests.benchmarks.answers import Answers, differences
from tests.benchmarks.generate import PRODUCTS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SIDES", "WARM", "differences"]

C = pl.col
_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "managed_by": ("partner", "external"),
        "kind": ("subscription", "trial"),
        "product": PRODUCTS,
        "name": ("Standard", "Professional", "Premium", "Enterprise"),
    }
)
_COUNTS = ("total", "assigned", "used_7d", "used_3mo")
_LARGEST = 2**53 - 1
_BETWEEN = "'1970-01-01 00:00:00+00' and '2200-01-01 00:00:00+00'"


def ours(folder: Path) -> Answers:
    """A portfolio, and its figures."""
    return licenses.figures(pk.read(folder))


def polars(folder: Path) -> Answers:
    """Lazy scans collected together, then the checks and figures of the other parts."""
    plans = [
        _coded(pl.scan_parquet(folder / "customers.parquet"), "managed_by"),
        _coded(pl.scan_parquet(folder / "subscriptions.parquet"), "kind"),
        _coded(pl.scan_parquet(folder / "licenses.parquet"), "product", "name"),
    ]
    frames = peers_polars.Frames(*pl.collect_all(plans, engine="streaming"))

    return peers_polars.checked_figures(frames)


def _coded(plan: pl.LazyFrame, *names: str) -> pl.LazyFrame:
    # A word that is none of the known ones is refused by the conversion.
    codes = [C(name).cast(pl.Enum(_WORDS[name])).to_physical().cast(pl.UInt8) for name in names]
    instants = pl.selectors.datetime().dt.replace_time_zone(None)

    return plan.with_columns(*codes, instants)


def duck(folder: Path) -> Answers:
    """Checks and a join over the files, then the figures of the other parts."""
    database = duckdb.connect()
    database.execute("set threads = 2")
    database.execute("set enable_progress_bar = false")
    for name in ("customers", "subscriptions", "licenses"):
        path = folder / f"{name}.parquet"
        database.execute(f"create temp view {name} as select * from '{path}'")
    wrong = [database.execute(query).fetchall()[0] for query in _FAULTS]
    if any(map(any, wrong)):
        raise ValueError(wrong)
    database.execute(_FLAT.replace("@", str(folder / "customers.parquet")))
    orphans = database.execute("select count(*) from flat where cust is null").fetchall()[0][0]
    lost = database.execute(
        "select count(*) from licenses anti join subscriptions using (subscription_id)"
    ).fetchall()[0][0]
    if orphans or lost:
        raise ValueError(orphans, lost)

    return peers_duckdb.flat(database)


def _text(name: str) -> str:
    return (
        f"count(*) filter ({name} is null"
        f" or regexp_matches({name}::varchar, '^$|[\\x00-\\x1f\\x7f]'))"
    )


def _instant(name: str, *, needed: bool = False) -> str:
    outside = f"{name} not between {_BETWEEN}"
    return f"count(*) filter ({outside}{f' or {name} is null' if needed else ''})"


def _word(name: str) -> str:
    return f"count(*) filter ({name} is null or {name} not in {_WORDS[name]})"


_CUSTOMER_FAULTS = (
    f"select count(*) - count(distinct customer_id), {_text('customer_id')}, {_text('name')},"
    f" {_word('managed_by')}, {_instant('last_admin_sign_in_at')} from customers"
)
_SUBSCRIPTION_FAULTS = (
    f"select count(*) - count(distinct subscription_id), {_text('subscription_id')},"
    f" count(*) - count(customer_id), {_word('kind')}, {_instant('added_at', needed=True)},"
    f" {_instant('starts_at')}, {_instant('ends_at')},"
    " count(*) filter (ends_at <= coalesce(starts_at, added_at)),"
    " count(*) filter (auto_renew and kind = 'trial'),"
    " count(*) * 3 - count(auto_renew) - count(paid) - count(set_up) from subscriptions"
)
_COUNT_FAULTS = ", ".join(
    f"count(*) filter ({name} is null or {name} not between 0 and {_LARGEST})" for name in _COUNTS
)
_LICENSE_FAULTS = (
    f"select {_word('product')}, {_word('name')}, {_instant('observed_at')}, {_COUNT_FAULTS},"
    " count(*) - (select count(*) from (select distinct subscription_id, product, name,"
    " observed_at from licenses)) from licenses"
)
_FAULTS = (_CUSTOMER_FAULTS, _SUBSCRIPTION_FAULTS, _LICENSE_FAULTS)
_NAIVE = "({} at time zone 'UTC')"
_FLAT = f"""
CREATE TABLE flat AS
SELECT c.cust, {_NAIVE.format("c.signed")} AS signed, s.kind = 'trial' AS trial,
       {_NAIVE.format("s.added_at")} AS added,
       {_NAIVE.format("coalesce(s.starts_at, s.added_at)")} AS starts,
       {_NAIVE.format("s.ends_at")} AS ends, s.auto_renew AS auto, s.paid, s.set_up,
       coalesce(list_position({list(PRODUCTS)}, l.product) - 1, 255)::UTINYINT AS product,
       {_NAIVE.format("l.observed_at")} AS seen_at, l.total, l.assigned, l.used_7d
FROM (SELECT customer_id, file_row_number::UINTEGER AS cust, last_admin_sign_in_at AS signed
      FROM read_parquet('@', file_row_number = true)) c
FULL JOIN subscriptions s USING (customer_id)
LEFT JOIN licenses l USING (subscription_id)
"""

SIDES: Mapping[str, Callable[[Path], Answers]] = MappingProxyType(
    {"partnerkpi": ours, "polars": polars, "duckdb": duck}
)
#: What brings all that is imported late into the process.
WARM: Mapping[str, Callable[[], object]] = MappingProxyType(
    {
        "partnerkpi": lambda: import_module("pyarrow.parquet"),
        "polars": lambda: pl.DataFrame({"a": [1]}).lazy().collect(engine="streaming"),
        "duckdb": lambda: duckdb.connect().execute("select 1").fetchall(),
    }
)
