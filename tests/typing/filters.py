"""Right and wrong uses of filters; never run, only checked.

A wrong use names the refusal of mypy and of pyright on its line: an ignore that refuses nothing is
itself an error for both.
"""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import partnerkpi as pk
from partnerkpi.filters import (
    Expression,
    F,
    Fields,
    FieldType,
    SavedFilters,
    Suggestion,
    fields,
    mask,
    matches,
    parse,
    suggest,
)
from partnerkpi.models import Kind, ManagedBy
from partnerkpi.status import Status

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)

portfolio = pk.Portfolio.from_customers([pk.Customer(id="c-1", name="Globex")])

# Each field has the operators of its type, and each of them makes a filter.
assert_type(F.status == Status.TRIAL, Expression)
assert_type(F.type.any(Kind.TRIAL, Kind.SUBSCRIPTION), Expression)
assert_type(F.managed != ManagedBy.PARTNER, Expression)
assert_type(F.tag.any("gold", "key account"), Expression)
assert_type(F.utilization < 50, Expression)
assert_type(F.of("calling").assignment.between(Fraction(1, 3), Decimal("12.5")), Expression)
assert_type(F.name.contains("acme"), Expression)
assert_type(F.attr("region") == "emea", Expression)
assert_type(F.number("stars") > 3, Expression)
# What a field is never equal to compares as any two objects do, and so is no filter.
assert_type(F.status == Kind.TRIAL, bool)
pk.where(portfolio, F.status == "trial", as_of=AS_OF)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
_ = F.licenses > 0.5  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
_ = F.licenses > "5"  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
_ = F.expires < Fraction(1, 2)  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
_ = F.tag < "gold"  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
F.name.any("acme")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
F.stauts  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]

# Filters are combined with each other only.
wanted = (F.tag == "gold") & ~(F.overage > 0) | parse("acme")
assert_type(wanted, Expression)
assert_type(wanted.text, str)
_ = wanted & 5  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
wanted.text = "x"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]

# They are asked with an instant, by keyword.
assert_type(pk.where(portfolio, wanted, as_of=AS_OF), pk.Portfolio)
assert_type(pk.where(portfolio, "tag:gold", as_of=AS_OF, policy=pk.Policy()), pk.Portfolio)
assert_type(mask(portfolio, wanted, as_of=AS_OF), NDArray[np.bool_])
assert_type(matches(portfolio.customers[0], wanted, as_of=AS_OF), bool)
pk.where(portfolio, wanted)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
pk.where(portfolio, 5, as_of=AS_OF)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
pk.where(portfolio, wanted, AS_OF)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]

# Help, saved filters, and a vocabulary of one's own.
assert_type(suggest("tag:", None, portfolio, as_of=AS_OF), tuple[Suggestion, ...])
assert_type(SavedFilters({"Gold": "tag:gold", "Over": F.overage > 0})["Gold"], Expression)
own = fields.with_field("stars", FieldType.NUMBER, lambda at: np.zeros(len(at.portfolio), int))
assert_type(own, Fields)
fields.with_field("stars", "number", list)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
