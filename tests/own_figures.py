"""Figures of one's own for the tests: with the public contract alone."""

from datetime import datetime

from attrs import frozen

import partnerkpi as pk
from partnerkpi.aggregates import Ratio
from partnerkpi.kpi import Definition, Unit

__all__ = ["Named", "Nothing", "Tagged"]


@frozen
class Tagged:
    """Customers with a tag: a whole number, its state a plain one."""

    @property
    def definition(self) -> Definition:
        """What it means."""
        return Definition("tagged", "Tagged customers", "Customers with a tag.", Unit.CUSTOMERS)

    def lift(self, columns: pk.Portfolio, _as_of: datetime, _policy: pk.Policy, /) -> int:
        """Count the customers that have a tag."""
        return sum(bool(customer.tags) for customer in columns.customers)

    def merge(self, left: int, right: int, /) -> int:
        """Add two counts."""
        return left + right

    def finish(self, state: int, /) -> int:
        """The count."""
        return state


@frozen
class Named:
    """Customers with a blank in their name, of all: a ratio, its state a tuple."""

    @property
    def definition(self) -> Definition:
        """What it means."""
        return Definition(
            "named",
            "Long names",
            "Names with a blank.",
            Unit.SHARE,
            undefined="there are no customers",
        )

    def lift(
        self, columns: pk.Portfolio, _as_of: datetime, _policy: pk.Policy, /
    ) -> tuple[int, int]:
        """Count such customers, and all."""
        names = [customer.name for customer in columns.customers]
        return sum(" " in name for name in names), len(names)

    def merge(self, left: tuple[int, int], right: tuple[int, int], /) -> tuple[int, int]:
        """Add two pairs."""
        return left[0] + right[0], left[1] + right[1]

    def finish(self, state: tuple[int, int], /) -> Ratio:
        """The share."""
        return Ratio(*state)

    def store(self, state: tuple[int, int], /) -> object:
        """The pair as a list."""
        return list(state)

    def load(self, stored: object, /) -> tuple[int, int]:
        """The pair of a list; a ``ValueError`` refuses anything else."""
        match stored:
            case [int(part), int(whole)] if 0 <= part <= whole:
                return part, whole
        msg = "two counts, the first not above the second"
        raise ValueError(msg)


@frozen
class Nothing:
    """A figure without a value."""

    @property
    def definition(self) -> Definition:
        """What it means."""
        return Definition("nothing", "Nothing", "Never known.", Unit.COUNT)

    def lift(self, _columns: pk.Portfolio, _as_of: datetime, _policy: pk.Policy, /) -> None:
        """Look at nothing."""

    def merge(self, _left: None, _right: None, /) -> None:
        """Add nothing."""

    def finish(self, _state: None, /) -> None:
        """Say nothing."""
