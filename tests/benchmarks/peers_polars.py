"""The same work in polars, on frames already in memory.

Two formulations are kept, the runner times both; ``flat`` is the faster.

* ``flat``: one frame, a row per license line with its subscription's and customer's columns
  (subscriptions without lines and customers without subscriptions have one row). Conditions become
  bits of one integer, computed once; one streaming ``group_by`` makes the OR of every customer, two
  more over the rows of active lines make the sums that rates need. One ``group_by`` with
  conditional sums took 1.6 times as long, boolean ``any`` instead of bits 1.5 times as long for its
  part, the in-memory engine 1.2 times as long.
* ``long``: three frames with dense codes, joined in the query before the same steps; two to three
  times as long at a million customers.

With nine weekly observations the flat frame has a row per observation in line and time order:
``shift`` finds the one that counts at an instant; ``long`` takes the last of every group and needs
more than three times as long. The trend sees each observation as a span of weeks, one group-by.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np
import polars as pl

from tests.benchmarks.answers import Answers, day_after, week_ends
from tests.benchmarks.generate import AS_OF, CALLING, Coded

if TYPE_CHECKING:
    from tests.benchmarks.answers import Change
    from tests.benchmarks.generate import Table, Tables

__all__ = [
    "Frames",
    "checked_figures",
    "checks",
    "flat",
    "flat_frame",
    "flat_weekly",
    "frames",
    "long",
    "long_frames",
    "long_weekly",
    "raw_frames",
]

C = pl.col
Flat: TypeAlias = pl.DataFrame
_NOW = pl.lit(AS_OF)
_THEN = pl.lit(AS_OF - np.timedelta64(7, "D"))
_BANDS = (25, 100, 250, 1000, 5000)
_MIN_PEERS = 5
_NO_PRODUCT = 255
_STATUS_BITS = 0xFF
_EXPIRED, _IDLE = 1 << 1, 1 << 5
_SCOPE, _NEAR_END, _NEAR_RENEWAL, _OVER_LIMIT, _ADDED, _EXPIRING, _RENEWING, _OVERAGE = range(8, 16)
_BITS = 16
_LARGEST = 2**53 - 1


@attrs.frozen
class Frames:
    """Customers, subscriptions and license rows as three polars frames."""

    customers: pl.DataFrame
    subscriptions: pl.DataFrame
    licenses: pl.DataFrame


# --- frames, not timed ---------------------------------------------------------------------------


def raw_frames(tables: Tables) -> Frames:
    """The tables column by column; coded text stays coded, ids are text where they are text."""
    return Frames(*(pl.DataFrame(_series(tables[name])) for name in tables))


def frames(tables: Tables) -> Frames:
    """The tables, made in customer and line order, with dense codes for ids."""
    raw = raw_frames(tables)
    customers = raw.customers.with_row_index("cust").select(
        C("cust").set_sorted(), "customer_id", signed="last_admin_sign_in_at"
    )
    subscriptions = (
        raw.subscriptions.join(customers, on="customer_id", maintain_order="left")
        .with_row_index("sub")
        .select(C("sub", "cust").set_sorted(), "subscription_id", *_subscription_columns())
    )
    keys = subscriptions.select("sub", "subscription_id")
    licenses = raw.licenses.join(keys, on="subscription_id", maintain_order="left").select(
        C("sub").set_sorted(),
        _runs("sub", "product", "name").alias("line"),
        "product",
        *_observation_columns(),
    )
    return Frames(
        customers.drop("customer_id"), subscriptions.drop("subscription_id"), licenses.rechunk()
    )


def flat_frame(tables: Tables) -> Flat:
    """A row per observation with everything about its subscription and customer beside it."""
    return _flatten(frames(tables)).rechunk()


def long_frames(tables: Tables) -> Frames:
    """The three frames with dense ids."""
    return frames(tables)


def _series(table: Table) -> dict[str, pl.Series]:
    return {
        name: pl.Series(name, column.codes if isinstance(column, Coded) else column)
        for name, column in table.items()
    }


def _subscription_columns() -> list[pl.Expr]:
    return [
        C("kind").cast(pl.Boolean).alias("trial"),
        C("added_at").alias("added"),
        C("starts_at").fill_null(C("added_at")).alias("starts"),
        C("ends_at").alias("ends"),
        C("auto_renew").alias("auto"),
        C("paid"),
        C("set_up"),
    ]


def _observation_columns() -> list[pl.Expr]:
    return [C("observed_at").alias("seen_at"), C("total", "assigned", "used_7d").cast(pl.Int32)]


def _runs(*names: str) -> pl.Expr:
    """Number the runs of equal values in adjacent rows."""
    changed = pl.any_horizontal(C(name).ne_missing(C(name).shift(1)) for name in names)
    return changed.cast(pl.UInt32).cum_sum().set_sorted()


def _flatten(long_: Frames) -> Flat:
    return (
        long_.customers.join(long_.subscriptions, on="cust", how="left", maintain_order="left")
        .join(long_.licenses, on="sub", how="left", maintain_order="left")
        .with_columns(
            C("cust").set_sorted(),
            C("product").fill_null(_NO_PRODUCT),
            _runs("cust", "sub", "line").alias("line"),
        )
    )


# --- flat: one observation a line ----------------------------------------------------------------


def flat(rows: Flat) -> Answers:
    """Statuses, overview and one product's sections by streaming group-bys over one flat frame."""
    return _answers(rows.lazy().select(*_marked()).collect(engine="streaming"))


def _answers(marked: pl.DataFrame) -> Answers:
    """From rows with their bits to every figure but the trend and the weekly changes."""
    q = marked.lazy()
    both, one, ors, sums = pl.collect_all(
        [_rates(q), _product_rates(q), _bits(q), _sums(q)],
        engine="streaming",
    )
    return _finish(ors, both, one, sums)


def _marked() -> list[pl.Expr]:
    """The columns later steps need: the bits of all conditions and two masks for rates."""
    masks = _conditions()
    code = reduce(or_, (_flag(mask, 1 << bit) for bit, mask in masks.items()))
    active, seen = _active(), _seen()
    return [
        C("cust"),
        C("signed"),
        code.alias("bits"),
        (active & seen & (C("product") <= CALLING)).alias("meet_call"),
        (active & seen & (C("product") == CALLING)).alias("calling"),
        seen.alias("seen"),
        *(C(name) for name in ("total", "assigned", "used_7d")),
    ]


def _day_after(days: int) -> pl.Expr:
    return pl.lit(day_after(days))


def _flag(mask: pl.Expr, bit: int) -> pl.Expr:
    return mask.fill_null(value=False).cast(pl.UInt16) * pl.lit(bit, pl.UInt16)


def _there() -> pl.Expr:
    return C("added") <= _NOW


def _alive() -> pl.Expr:
    return _there() & (C("ends").is_null() | (C("ends") > _NOW))


def _active() -> pl.Expr:
    return _alive() & (C("starts") <= _NOW)


def _seen() -> pl.Expr:
    return C("seen_at").is_null() | (C("seen_at") <= _NOW)


def _conditions() -> dict[int, pl.Expr]:
    there, alive, active = _there(), _alive(), _active()
    over = active & _seen() & (C("assigned") > C("total"))
    ending = active & ~C("auto") & (C("ends") < _day_after(90))
    renewing = active & C("auto") & ~C("trial") & (C("ends") < _day_after(90))
    meet_call, calling = C("product") <= CALLING, C("product") == CALLING
    return {
        0: alive & ~C("paid"),
        1: alive,
        2: over,
        3: active & ~C("auto") & (C("ends") < _day_after(30)),
        4: alive & ~C("set_up"),
        6: active & C("trial"),
        7: active & ~C("trial"),
        _SCOPE: there & meet_call,
        _NEAR_END: ending & meet_call,
        _NEAR_RENEWAL: renewing & meet_call,
        _OVER_LIMIT: over & meet_call,
        _ADDED: there & calling & (C("added") >= _day_after(-91)),
        _EXPIRING: ending & calling,
        _RENEWING: renewing & calling,
        _OVERAGE: over & calling,
    }


def _rates(q: pl.LazyFrame) -> pl.LazyFrame:
    return q.filter("meet_call").group_by("cust").agg(C("total", "assigned").sum())


def _product_rates(q: pl.LazyFrame) -> pl.LazyFrame:
    spare = (C("total") - C("assigned")).clip(0)
    sums = C("total", "assigned", "used_7d").sum()
    return q.filter("calling").group_by("cust").agg(sums, spare.sum().alias("spare"))


def _bits(q: pl.LazyFrame) -> pl.LazyFrame:
    return q.group_by("cust", maintain_order=True).agg(C("bits").bitwise_or(), C("signed").first())


def _has(bit: int) -> pl.Expr:
    return (C("bits") & pl.lit(1 << bit, pl.UInt16)) != 0


def _sums(q: pl.LazyFrame) -> pl.LazyFrame:
    """Sums of the sections' rows, all filters in one pass."""
    figures = {
        _ADDED: [C("total")],
        _EXPIRING: [C("assigned"), C("used_7d"), C("total")],
        _RENEWING: [C("assigned"), C("used_7d"), C("total")],
        _OVERAGE: [(C("assigned") - C("total")).clip(0)],
    }
    return q.filter(C("seen")).select(
        column.filter(_has(bit)).cast(pl.Int64).sum().alias(f"{bit}_{k}")
        for bit, columns in figures.items()
        for k, column in enumerate(columns)
    )


def _finish(
    ors: pl.DataFrame, both: pl.DataFrame, one: pl.DataFrame, sums: pl.DataFrame
) -> Answers:
    q = ors.lazy()
    statuses, counts, low_all, low_one = pl.collect_all(
        [
            q.select(_statuses()),
            q.select(_has(bit).sum().alias(str(bit)) for bit in range(8, _BITS)),
            _low(both.lazy(), banded=False).select(pl.len()),
            _low(one.lazy(), banded=True).select(pl.len(), *_low_sums()),
        ]
    )
    n = dict(zip(range(8, _BITS), counts.row(0), strict=True))
    sum_ = _by_section(sums)
    return Answers(
        statuses=statuses["bits"].to_numpy(),
        overview=(
            n[_SCOPE],
            n[_NEAR_END],
            n[_NEAR_RENEWAL],
            low_all.item(),
            n[_OVER_LIMIT],
        ),
        recently_added=(n[_ADDED], *sum_[_ADDED]),
        expiring=(n[_EXPIRING], *sum_[_EXPIRING]),
        renewing=(n[_RENEWING], *sum_[_RENEWING]),
        low=tuple(low_one.row(0)),
        overage=(n[_OVERAGE], *sum_[_OVERAGE]),
    )


def _by_section(sums: pl.DataFrame) -> dict[int, list[int]]:
    sections: dict[int, list[int]] = {}
    for name, value in zip(sums.columns, sums.row(0), strict=True):
        sections.setdefault(int(name.split("_")[0]), []).append(value)

    return sections


def _statuses() -> pl.Expr:
    long_ago = _day_after(-91)
    idle = C("signed").is_null() | (C("signed") > _NOW) | (C("signed") < long_ago)
    flags = (C("bits") & pl.lit(_STATUS_BITS, pl.UInt16)).cast(pl.UInt8)
    return (
        flags.xor(pl.lit(_EXPIRED, pl.UInt8)) + idle.cast(pl.UInt8) * pl.lit(_IDLE, pl.UInt8)
    ).alias("bits")


def _low(q: pl.LazyFrame, *, banded: bool) -> pl.LazyFrame:
    """Customers under half of their peers' median rate; a band of few is compared with all."""
    rated = q.filter(C("total") > 0).with_columns(rate=C("assigned") / C("total"))
    if not banded:
        return rated.filter(C("rate") < C("rate").median() / 2)

    rated = rated.with_columns(
        band=pl.sum_horizontal((C("total") >= bound).cast(pl.UInt8) for bound in _BANDS),
        everybody=C("rate").median(),
    )
    medians = rated.group_by("band").agg(
        median=pl.when(pl.len() < _MIN_PEERS)
        .then(C("everybody").first())
        .otherwise(C("rate").median())
    )
    return rated.join(medians, on="band").filter(C("rate") < C("median") / 2)


def _low_sums() -> list[pl.Expr]:
    return [C(name).cast(pl.Int64).sum() for name in ("assigned", "used_7d", "total", "spare")]


# --- long: joins ---------------------------------------------------------------------------------


def long(frames_: Frames) -> Answers:
    """The same from three frames, joined by dense codes before the group-bys."""
    q = (
        frames_.customers.lazy()
        .join(frames_.subscriptions.lazy(), on="cust", how="left")
        .join(frames_.licenses.lazy(), on="sub", how="left")
        .select(*_marked())
    )
    return _sorted_by_customer(q.collect(engine="streaming"))


def _sorted_by_customer(marked: pl.DataFrame) -> Answers:
    """As ``_answers`` for rows in any order: only the statuses are put in customer order."""
    q = marked.lazy()
    both, one, ors, sums = pl.collect_all(
        [
            _rates(q),
            _product_rates(q),
            q.group_by("cust").agg(C("bits").bitwise_or(), C("signed").first()).sort("cust"),
            _sums(q),
        ],
        engine="streaming",
    )
    return _finish(ors, both, one, sums)


# --- nine weekly observations --------------------------------------------------------------------


def flat_weekly(rows: Flat) -> Answers:
    """As ``flat`` with many observations a line: current ones by ``shift``, trend and changes."""
    current = rows.lazy().filter(_counts_at(_NOW)).collect(engine="streaming")
    answers = _answers(current.lazy().select(*_marked()).collect(engine="streaming"))
    return _with_history(answers, rows, current)


def long_weekly(frames_: Frames) -> Answers:
    """As ``long``, with the current observation of each line by ``group_by``."""
    seen = (
        frames_.licenses.lazy()
        .group_by("line", maintain_order=True)
        .agg(
            C("sub", "product").first(), *_last_at(_NOW, "seen_at", "total", "assigned", "used_7d")
        )
    )
    current = (
        frames_.customers.lazy()
        .join(frames_.subscriptions.lazy(), on="cust", how="left")
        .join(seen, on="sub", how="left")
        .collect(engine="streaming")
    )
    answers = _sorted_by_customer(current.lazy().select(*_marked()).collect(engine="streaming"))
    rows = (
        frames_.licenses.lazy()
        .filter(C("product") == CALLING)
        .join(frames_.subscriptions.lazy(), on="sub", maintain_order="left")
    )
    return _with_history(answers, rows.collect(engine="streaming"), current)


def _last_at(instant: pl.Expr, *names: str) -> list[pl.Expr]:
    valid = C("seen_at").is_null() | (C("seen_at") <= instant)
    return [C(name).filter(valid).last() for name in names]


def _counts_at(instant: pl.Expr) -> pl.Expr:
    """The newest row of its line by the instant; the first row where the line has none by then."""
    seen = C("seen_at").is_null() | (C("seen_at") <= instant)
    superseded = (C("line") == C("line").shift(-1)) & (C("seen_at").shift(-1) <= instant)
    first = (C("line") != C("line").shift(1)).fill_null(value=True)
    return (seen & ~superseded.fill_null(value=False)) | (first & ~seen)


def _with_history(answers: Answers, rows: Flat, current: pl.DataFrame) -> Answers:
    calling = rows.lazy().filter(C("product") == CALLING)
    then = calling.filter(_counts_at(_THEN) & (C("seen_at") <= _THEN)).select(
        "line", assigned_then="assigned", used_then="used_7d"
    )
    trend, changes = pl.collect_all([_trend(calling), _changes(current, then)], engine="streaming")
    low = _low_customers(current)
    added = changes.filter(C("added") >= _day_after(-91))
    lows = changes.filter("active").join(low, on="cust", how="semi")
    return attrs.evolve(
        answers,
        trend=tuple(trend.drop("week").iter_rows()),
        added_assignment=_said(added, "assigned"),
        added_usage=_said(added, "used"),
        low_assignment=_said(lows, "assigned"),
    )


def _low_customers(current: pl.DataFrame) -> pl.DataFrame:
    active = _active() & _seen() & (C("product") == CALLING)
    rates = _product_rates(current.lazy().with_columns(calling=active))
    return _low(rates, banded=True).select("cust").collect(engine="streaming")


def _trend(calling: pl.LazyFrame) -> pl.LazyFrame:
    """An observation counts at the week ends from its own instant to before the next one's."""
    ends = week_ends()
    micros = 7 * 86_400_000_000
    start = int(ends[0].astype(np.int64))

    def week(instant: pl.Expr) -> pl.Expr:
        number = -((start - instant.cast(pl.Int64)) // micros)
        return number.clip(0, len(ends)).cast(pl.Int16)

    following = pl.when(C("line") == C("line").shift(-1)).then(C("seen_at").shift(-1))
    spans = calling.select(
        *(C(name) for name in ("added", "starts", "ends", "total", "assigned", "used_7d")),
        since=week(C("seen_at")).fill_null(0),
        until=week(following).fill_null(len(ends)),
    ).filter(C("since") < C("until"))
    weeks = [
        spans.filter(C("since") + later < C("until")).with_columns(week=C("since") + later)
        for later in range(len(ends))
    ]
    end = pl.lit(ends[0]) + pl.duration(weeks=C("week"))
    active = (C("added") <= end) & (C("starts") <= end) & (C("ends").is_null() | (C("ends") > end))
    return (
        pl.concat(weeks)
        .filter(active)
        .group_by("week")
        .agg(*(C(n).cast(pl.Int64).sum() for n in ("total", "assigned", "used_7d")), _spare())
        .sort("week")
    )


def _spare() -> pl.Expr:
    return (C("total") - C("assigned")).clip(0).cast(pl.Int64).sum().alias("spare")


def _changes(current: pl.DataFrame, then: pl.LazyFrame) -> pl.LazyFrame:
    """A row per subscription with the product: its change since a week before, null if unknown."""
    lines = current.lazy().filter(_there() & (C("product") == CALLING))
    wanted = lines.filter((C("added") >= _day_after(-91)) | _active()).select(
        "cust",
        "sub",
        "line",
        "added",
        active=_active(),
        assigned_now=pl.when(_seen()).then(C("assigned")).otherwise(0),
        used_now=pl.when(_seen()).then(C("used_7d")).otherwise(0),
    )
    joined = wanted.join(then, on="line", how="left")
    return joined.group_by("sub").agg(
        C("cust", "added", "active").first(),
        *(
            pl.when(C("added").first() > _THEN)
            .then(C(f"{name}_now").sum())
            .when(C(f"{name}_then").null_count() == 0)
            .then(C(f"{name}_now").sum() - C(f"{name}_then").sum())
            .alias(name)
            for name in ("assigned", "used")
        ),
    )


def _said(rows: pl.DataFrame, column: str) -> Change:
    known = rows[column]
    return rows.height, known.null_count(), int(known.cast(pl.Int64).sum())


# --- columns to portfolio ------------------------------------------------------------------------


def checks(raw: Frames) -> Flat:
    """Refuse what a portfolio refuses, every row looked at, and join the rest into one frame.

    Unique ids, no orphans, no nulls where none may be, counts and instants in range, an end after
    its start, no trial that renews itself, no two observations of a line at one instant, no control
    characters in ids and names.
    """
    customers, subscriptions, licenses = (
        raw.customers.lazy(),
        raw.subscriptions.lazy(),
        raw.licenses.lazy(),
    )
    joined, distinct, *counted = pl.collect_all(
        [
            _joined(customers, subscriptions, licenses),
            licenses.select("subscription_id", "product", "name", "observed_at")
            .unique()
            .select(pl.len()),
            customers.select(_customer_faults(raw.customers)),
            subscriptions.select(_subscription_faults(raw.subscriptions)),
            licenses.select(_license_faults()),
        ],
        engine="streaming",
    )
    faults = {name: n for frame in counted for name, n in frame.row(0, named=True).items() if n}
    orphans = int(joined["cust"].null_count()), raw.licenses.height - int(joined["product"].count())
    repeated = raw.licenses.height - distinct.item()
    if faults or any(orphans) or repeated:
        raise ValueError(faults, orphans, repeated)

    return pl.concat([joined, customers.select(*_owner()).collect()], how="diagonal")


def checked_figures(raw: Frames) -> Answers:
    """The checks and joins, then every figure of ``flat``."""
    rows = checks(raw).lazy().with_columns(C("product").fill_null(_NO_PRODUCT))
    return _sorted_by_customer(rows.select(*_marked()).collect(engine="streaming"))


def _owner() -> list[pl.Expr]:
    return [pl.int_range(pl.len(), dtype=pl.UInt32).alias("cust"), _signed()]


def _signed() -> pl.Expr:
    return C("last_admin_sign_in_at").alias("signed")


def _joined(
    customers: pl.LazyFrame, subscriptions: pl.LazyFrame, licenses: pl.LazyFrame
) -> pl.LazyFrame:
    owners = customers.select("customer_id", *_owner())
    observations = licenses.select("subscription_id", "product", *_observation_columns())
    return (
        subscriptions.select("subscription_id", "customer_id", *_subscription_columns())
        .join(owners, on="customer_id", how="left")
        .drop("customer_id")
        .join(observations, on="subscription_id", how="left")
        .drop("subscription_id")
    )


def _customer_faults(frame: pl.DataFrame) -> list[pl.Expr]:
    return [
        *_id_faults(frame, "customer_id"),
        *_text_faults("name"),
        C("managed_by").null_count(),
        _outside("last_admin_sign_in_at"),
    ]


def _subscription_faults(frame: pl.DataFrame) -> list[pl.Expr]:
    starts = C("starts_at").fill_null(C("added_at"))
    return [
        *_id_faults(frame, "subscription_id"),
        *(C(name).null_count() for name in ("customer_id", "kind", "auto_renew", "paid", "set_up")),
        C("added_at").null_count().alias("added_at null"),
        *(_outside(name) for name in ("added_at", "starts_at", "ends_at")),
        (C("ends_at") <= starts).sum().alias("ends"),
        (C("auto_renew") & (C("kind") == 1)).sum().alias("renewing trial"),
    ]


def _license_faults() -> list[pl.Expr]:
    counts = ("total", "assigned", "used_7d", "used_3mo")
    return [
        *(C(name).null_count() for name in ("subscription_id", "product", "name")),
        *(C(name).null_count().alias(f"{name} null") for name in counts),
        *(C(name).is_between(0, _LARGEST).not_().sum() for name in counts),
        _outside("observed_at"),
    ]


def _id_faults(frame: pl.DataFrame, name: str) -> list[pl.Expr]:
    repeated = (pl.len() - C(name).n_unique()).alias(f"{name} repeated")
    missing = C(name).null_count().alias(f"{name} missing")
    if frame.schema[name] != pl.String:
        return [repeated, missing]

    return [repeated, *_text_faults(name)]


def _text_faults(name: str) -> list[pl.Expr]:
    return [
        C(name).null_count().alias(f"{name} missing"),
        C(name).str.contains(r"\p{Cc}").sum().alias(f"{name} control"),
    ]


def _outside(name: str) -> pl.Expr:
    first, last = (pl.lit(np.datetime64(f"{year}-01-01", "us")) for year in (1970, 2200))
    return C(name).is_between(first, last).not_().sum().alias(f"{name} outside")
