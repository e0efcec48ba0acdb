"""Portfolios of any size as raw numpy columns, and the same data as files.

Everything comes from one seed, so two runs measure the same work. Integers are small, sizes are
skewed (many customers of a few seats, a few of thousands), rows may come shuffled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AS_OF",
    "CALLING",
    "MEETINGS",
    "PRODUCTS",
    "Coded",
    "Column",
    "Ids",
    "Instants",
    "Table",
    "Tables",
    "generate",
    "nbytes",
]

AS_OF = np.datetime64("2026-11-18T09:30:00", "us")
PRODUCTS = (
    "meetings",
    "calling",
    "messaging",
    "call_on_webex",
    "real_time_translations",
    "webinars",
)
MEETINGS, CALLING = 0, 1

_PRODUCT_SHARES = (0.34, 0.38, 0.12, 0.07, 0.05, 0.04)
_LINE_NAMES = ("Standard", "Professional", "Premium", "Enterprise")
_KINDS = ("subscription", "trial")
_MANAGERS = ("partner", "external")
_SUBSCRIPTIONS_PER_CUSTOMER = (0.14, 0.42, 0.26, 0.10, 0.05, 0.02, 0.01)  # mean 1.6
_LINES_PER_SUBSCRIPTION = (0.03, 0.58, 0.27, 0.10, 0.02)  # mean 1.5
_DAY = 86_400_000_000
_NO_INSTANT = np.datetime64("NaT", "us")

Ids: TypeAlias = Literal["integer", "text"]
Codes: TypeAlias = npt.NDArray[np.unsignedinteger]
Counts: TypeAlias = npt.NDArray[np.int64]
Instants: TypeAlias = npt.NDArray[np.datetime64]
Micros: TypeAlias = npt.NDArray[np.int64]
Order: TypeAlias = npt.NDArray[np.int64]


class Coded(NamedTuple):
    """A text column as small integers into a short list of labels."""

    codes: npt.NDArray[np.uint8]
    labels: tuple[str, ...]


Column: TypeAlias = npt.NDArray[np.generic] | Coded
Table: TypeAlias = dict[str, Column]
Tables: TypeAlias = dict[str, Table]


def generate(
    n_customers: int,
    *,
    ids: Ids = "integer",
    weeks: int = 1,
    shuffled: bool = False,
    seed: int = 2026,
) -> Tables:
    """Customers, subscriptions and license rows as columns named as in the wire tables.

    With ``weeks=1`` every line has one observation at or before ``AS_OF`` (one in twenty
    undated); with more, one a week, the newest of some lines after ``AS_OF``.
    """
    rng = np.random.default_rng([seed, n_customers, weeks])
    owners = _repeat(rng, n_customers, _SUBSCRIPTIONS_PER_CUSTOMER)
    subscription_of_line = _repeat(rng, owners.size, _LINES_PER_SUBSCRIPTION)
    sizes = np.exp(rng.normal(2.5, 1.6, n_customers))
    customer_ids = _ids("c-", n_customers, ids)
    subscription_ids = _ids("Sub", owners.size, ids)
    tables: Tables = {
        "customers": _customers(rng, customer_ids),
        "subscriptions": _subscriptions(rng, subscription_ids, customer_ids[owners]),
        "licenses": _licenses(
            rng, subscription_ids, subscription_of_line, sizes[owners[subscription_of_line]], weeks
        ),
    }

    return {name: _shuffle(rng, table) for name, table in tables.items()} if shuffled else tables


def nbytes(tables: Mapping[str, Table]) -> int:
    """Bytes held by the arrays of all tables."""
    return sum(
        column.codes.nbytes if isinstance(column, Coded) else column.nbytes
        for table in tables.values()
        for column in table.values()
    )


def _repeat(rng: np.random.Generator, n: int, shares: tuple[float, ...]) -> Order:
    children = rng.choice(len(shares), size=n, p=shares)
    return np.repeat(np.arange(n), children)


def _ids(prefix: str, n: int, ids: Ids) -> npt.NDArray[np.generic]:
    return np.arange(1, n + 1) if ids == "integer" else _numbered(prefix, n)


def _numbered(prefix: str, n: int) -> npt.NDArray[np.str_]:
    """``prefix0000001`` and so on, made digit by digit instead of formatted row by row."""
    head = np.array([prefix]).view(np.uint32)
    points = np.empty((n, head.size + 7), np.uint32)
    points[:, : head.size] = head
    rest = np.arange(1, n + 1)
    for column in range(head.size + 6, head.size - 1, -1):
        rest, digit = np.divmod(rest, 10)
        points[:, column] = digit + ord("0")

    return points.view(f"<U{head.size + 7}")[:, 0]


def _customers(rng: np.random.Generator, customer_ids: npt.NDArray[np.generic]) -> Table:
    n = customer_ids.size
    idle = (rng.exponential(45 * _DAY, n)).astype(np.int64)
    idle[rng.random(n) < 0.01] *= -1
    return {
        "customer_id": customer_ids,
        "name": _numbered("Customer ", n),
        "managed_by": Coded((rng.random(n) < 0.1).astype(np.uint8), _MANAGERS),
        "last_admin_sign_in_at": _instants(AS_OF.astype(np.int64) - idle, rng.random(n) < 0.08),
    }


def _subscriptions(
    rng: np.random.Generator,
    subscription_ids: npt.NDArray[np.generic],
    customer_ids: npt.NDArray[np.generic],
) -> Table:
    n = subscription_ids.size
    trial = rng.random(n) < 0.15
    added = AS_OF.astype(np.int64) - _seconds(rng.uniform(-25 * _DAY, 1100 * _DAY, n))
    added[trial] += 10 * ((AS_OF.astype(np.int64) - added[trial]) // 11)  # trials are young
    later = np.where(rng.random(n) < 0.2, _seconds(rng.uniform(0, 60 * _DAY, n)), 0)
    lasting = np.where(
        trial,
        _seconds(rng.uniform(30 * _DAY, 120 * _DAY, n)),
        rng.choice([180, 365, 730, 1095], n, p=[0.1, 0.5, 0.1, 0.3]) * _DAY,
    )
    return {
        "subscription_id": subscription_ids,
        "customer_id": customer_ids,
        "kind": Coded(trial.astype(np.uint8), _KINDS),
        "added_at": _instants(added),
        "starts_at": _instants(added + later, (later == 0) & (rng.random(n) < 0.5)),
        "ends_at": _instants(added + later + lasting, ~trial & (rng.random(n) < 0.1)),
        "auto_renew": ~trial & (rng.random(n) < 0.45),
        "paid": rng.random(n) < 0.95,
        "set_up": rng.random(n) < 0.93,
    }


def _licenses(
    rng: np.random.Generator,
    subscription_ids: npt.NDArray[np.generic],
    subscription_of_line: Order,
    sizes: npt.NDArray[np.float64],
    weeks: int,
) -> Table:
    n = subscription_of_line.size
    products = rng.choice(len(PRODUCTS), n, p=_PRODUCT_SHARES).astype(np.uint8)
    counts = _counts(rng, sizes, weeks)
    return {
        "subscription_id": np.repeat(subscription_ids[subscription_of_line], weeks),
        "product": Coded(np.repeat(products, weeks), PRODUCTS),
        "name": Coded(np.repeat(_position_within(subscription_of_line), weeks), _LINE_NAMES),
        "observed_at": _observed(rng, n, weeks),
        **{name: column.reshape(-1) for name, column in counts.items()},
    }


def _position_within(groups: Order) -> npt.NDArray[np.uint8]:
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    lengths = np.diff(first, append=groups.size)
    return (np.arange(groups.size) - np.repeat(first, lengths)).astype(np.uint8)


def _observed(rng: np.random.Generator, n: int, weeks: int) -> Instants:
    earliest = 0 if weeks == 1 else -_DAY
    age = _seconds(rng.uniform(earliest, 6 * _DAY, n))[:, None]
    steps = 7 * _DAY * np.arange(weeks - 1, -1, -1)
    undated = rng.random(n * weeks) < (0.05 if weeks == 1 else 0.0)
    return _instants((AS_OF.astype(np.int64) - age - steps).reshape(-1), undated)


def _counts(
    rng: np.random.Generator, sizes: npt.NDArray[np.float64], weeks: int
) -> dict[str, Counts]:
    """Lines by weeks; assignment drifts from week to week, purchases seldom change."""
    n = sizes.size
    bought = np.ceil(sizes * rng.uniform(0.5, 1.5, n)).astype(np.int32)
    bought[rng.random(n) < 0.01] = 0
    share = rng.beta(4.0, 1.6, n).astype(np.float32)
    share[rng.random(n) < 0.08] *= 0.3
    share[rng.random(n) < 0.05] += 0.6
    drift = rng.normal(0.004, 0.02, (n, weeks)).astype(np.float32).cumsum(axis=1)
    use = rng.beta(5.0, 2.0, n).astype(np.float32)[:, None]
    total = np.repeat(bought[:, None], weeks, axis=1)
    total[rng.random(n) < 0.1, weeks // 2 :] += 5
    assigned = np.rint(total * np.clip(share[:, None] + drift, 0, None)).astype(np.int32)
    return {
        "total": total.astype(np.int64),
        "assigned": assigned.astype(np.int64),
        "used_7d": np.floor(assigned * use).astype(np.int64),
        "used_3mo": np.ceil(assigned * np.sqrt(use)).astype(np.int64),
    }


def _seconds(micros: npt.NDArray[np.float64]) -> Micros:
    return (micros // 1_000_000).astype(np.int64) * 1_000_000


def _instants(micros: Micros, missing: npt.NDArray[np.bool_] | None = None) -> Instants:
    instants = micros.view("datetime64[us]")
    if missing is not None:
        instants[missing] = _NO_INSTANT

    return instants


def _shuffle(rng: np.random.Generator, table: Table) -> Table:
    order = rng.permutation(_rows(table))
    return {name: _take(column, order) for name, column in table.items()}


def _rows(table: Table) -> int:
    return next(c.size for c in table.values() if not isinstance(c, Coded))


def _take(column: Column, order: Order) -> Column:
    if isinstance(column, Coded):
        return Coded(column.codes[order], column.labels)

    return column[order]
