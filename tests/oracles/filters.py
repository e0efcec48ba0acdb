"""Filters, read a second time: whether one customer is meant, term by term in plain Python."""

from collections.abc import Callable, Iterator
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.oracles.counts import Counts, counts_at
from tests.oracles.policy import DEFAULT_POLICY, OraclePolicy
from tests.oracles.records import Customer, Subscription
from tests.oracles.statuses import statuses
from tests.oracles.times import days

Document = dict[str, Any]
# What nobody has; and days that never began, which are more than any number.
NOTHING, ENDLESS = None, "endless"


def means(
    wanted: Document, customer: Customer, as_of: datetime, policy: OraclePolicy = DEFAULT_POLICY
) -> bool:
    """Whether a filter (as plain values) means a customer."""
    if "and" in wanted:
        return all(means(each, customer, as_of, policy) for each in wanted["and"])
    if "or" in wanted:
        return any(means(each, customer, as_of, policy) for each in wanted["or"])
    if "not" in wanted:
        return not means(wanted["not"], customer, as_of, policy)
    name = wanted["field"]
    if name in NUMBERS or name in DAYS:
        return compares(wanted, number_of(wanted, customer, as_of))
    return has(wanted, list(texts_of(wanted, customer, as_of, policy)))


def number_of(wanted: Document, customer: Customer, as_of: datetime) -> Any:
    """The number of a customer that a term is about."""
    name = wanted["field"]
    if name in DAYS:
        return DAYS[name](customer, as_of)
    lines = [line for subscription in customer.active(as_of) for line in subscription.lines]
    if "of" in wanted:
        lines = [line for line in lines if code(line.product) == code(wanted["of"])]
    return NUMBERS[name](counts_at(lines, as_of))


def share(part: int, whole: int) -> Fraction | None:
    """So many percent; of nothing there are none."""
    return Fraction(100 * part, whole) if whole else NOTHING


NUMBERS: dict[str, Callable[[Counts], Any]] = {
    "licenses": lambda counts: counts.total,
    "assigned": lambda counts: counts.assigned,
    "used": lambda counts: counts.used,
    "available": lambda counts: counts.available,
    "overage": lambda counts: counts.overage,
    "assignment": lambda counts: share(counts.assigned, counts.total),
    "utilization": lambda counts: share(counts.used, counts.total),
}


def soonest_end(customer: Customer, as_of: datetime) -> int | None:
    """Days until the first end of an active subscription or trial."""
    ends = [s.ends_at for s in customer.active(as_of) if s.ends_at is not None]
    return days(as_of, min(ends)) if ends else NOTHING


def latest_addition(customer: Customer, as_of: datetime) -> int | None:
    """Days since the last subscription or trial was added."""
    there = [s.added_at for s in customer.there(as_of)]
    return days(max(there), as_of) if there else NOTHING


def last_sign_in(customer: Customer, as_of: datetime) -> int | str:
    """Days since an administrator signed in."""
    signed_in = customer.last_admin_sign_in_at
    return ENDLESS if signed_in is None or signed_in > as_of else days(signed_in, as_of)


DAYS: dict[str, Callable[[Customer, datetime], Any]] = {
    "expires": soonest_end,
    "added": latest_addition,
    "signed_in": last_sign_in,
}


def compares(wanted: Document, number: Any) -> bool:
    """Whether a number is as a term wants it; what is not there never is."""
    if "exists" in wanted:
        return number not in {NOTHING, ENDLESS}
    if number is NOTHING:
        return False
    if "low" in wanted:
        low, high = Fraction(wanted["low"]), Fraction(wanted["high"])
        return number != ENDLESS and bool(low <= number <= high)
    if number == ENDLESS:
        return wanted["operator"] in {">", ">="}
    compare: Callable[[Any, Fraction], bool] = OPERATORS[wanted["operator"]]
    return compare(number, Fraction(wanted["number"]))


OPERATORS: dict[str, Callable[[Any, Fraction], bool]] = {
    "<": lambda number, bound: number < bound,
    "<=": lambda number, bound: number <= bound,
    ">": lambda number, bound: number > bound,
    ">=": lambda number, bound: number >= bound,
    "=": lambda number, bound: number == bound,
}


def texts_of(
    wanted: Document, customer: Customer, as_of: datetime, policy: OraclePolicy
) -> Iterator[str]:
    """The words of a customer that a term is about."""
    alive = [s for s in customer.subscriptions if s.is_pending(as_of) or s.is_active(as_of)]
    match wanted["field"]:
        case "managed":
            yield customer.managed_by
        case "status":
            yield from statuses(customer, as_of, policy)
        case "type":
            yield from (subscription.kind for subscription in alive)
        case "product":
            yield from products(alive)
        case "tag":
            yield from customer.tags
        case "attr":
            named = customer.attributes.items()
            yield from (value for name, value in named if same(name, wanted["of"]))
        case "name":
            yield customer.name
        case "id":
            yield customer.id


def products(subscriptions: list[Subscription]) -> Iterator[str]:
    """The products of their lines."""
    return (line.product for subscription in subscriptions for line in subscription.lines)


def has(wanted: Document, texts: list[str]) -> bool:
    """Whether one of some texts is as a term wants it."""
    if "exists" in wanted:
        return bool(texts)
    if "contains" in wanted:
        return any(
            part.casefold() in text.casefold() for part in wanted["contains"] for text in texts
        )
    spelled = SPELLED.get(wanted["field"], str.casefold)
    return bool(set(map(spelled, wanted["values"])) & set(map(spelled, texts)))


def as_it_is(text: str) -> str:
    """A text whose letters all count."""
    return text


def same(one: str, other: str) -> bool:
    """Equal but for the case of their letters."""
    return one.casefold() == other.casefold()


def code(product: str) -> str:
    """A product as products are compared."""
    return product.casefold().replace("-", "_")


SPELLED: dict[str, Callable[[str], str]] = {"id": as_it_is, "product": code}
