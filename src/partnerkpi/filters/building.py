"""Filters in Python: the fields with the operators that each of them has.

``F.status == Status.TRIAL``, ``F.tag.any("gold", "key account")``, ``F.utilization < 50``: each is
a filter, and what a field cannot be asked is an error to type checkers.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Final, Generic, TypeAlias, TypeVar

from partnerkpi.filters.expression import Expression
from partnerkpi.filters.terms import Among, Between, Compare, Contains, Exists
from partnerkpi.models import Kind, ManagedBy
from partnerkpi.status.rules import Status

__all__ = ["Asked", "Containing", "F", "Face", "Having", "Numbered", "OfProduct"]

Exact: TypeAlias = int | Fraction | Decimal
_Number_contra = TypeVar("_Number_contra", bound=Exact, contravariant=True)
_Value_contra = TypeVar("_Value_contra", bound=str, contravariant=True)


class Asked:
    """A field to ask.

    Example:
        >>> print(F.tag.exists())
        tag:*
    """

    __slots__ = ("name", "of")

    name: str
    of: str | None

    def __init__(self, name: str, of: str | None = None) -> None:
        """Name the field, and the product or attribute that it is of."""
        self.name = name
        self.of = of

    def exists(self) -> Expression:
        """The customers that have anything in it: any tag, a rate, an end."""
        return Exists(self.name, of=self.of)

    def __repr__(self) -> str:
        return f"<filter field {self.name}>"

    __hash__: ClassVar[None] = None  # type: ignore[assignment]


class Numbered(Asked, Generic[_Number_contra]):
    """A field of numbers: ``<``, ``<=``, ``>``, ``>=``, ``==``, ``!=`` and ``between``.

    Customers without a number match none of the comparisons (but ``!=`` and ``~``), except that
    who never signed in did so more days ago than any number.

    Example:
        >>> print(F.licenses > 100, F.assignment.between(0, Fraction(99, 2)))
        licenses:>100 assignment:0..49.5
        >>> print(F.expires != 30)
        -expires:=30
    """

    __slots__ = ()

    def __lt__(self, number: _Number_contra) -> Expression:
        """The customers whose number is smaller."""
        return self._compare("<", number)

    def __le__(self, number: _Number_contra) -> Expression:
        """The customers whose number is that or smaller."""
        return self._compare("<=", number)

    def __gt__(self, number: _Number_contra) -> Expression:
        """The customers whose number is greater."""
        return self._compare(">", number)

    def __ge__(self, number: _Number_contra) -> Expression:
        """The customers whose number is that or greater."""
        return self._compare(">=", number)

    def __eq__(self, number: _Number_contra) -> Expression:  # type: ignore[override]
        """The customers whose number it is."""
        return self._compare("=", number)

    def __ne__(self, number: _Number_contra) -> Expression:  # type: ignore[override]
        """The customers whose number it is not, those without a number included."""
        return ~self._compare("=", number)

    __hash__: ClassVar[None] = None

    def between(self, low: _Number_contra, high: _Number_contra) -> Expression:
        """The customers whose number is in a range, both ends included."""
        return Between(self.name, low, high, of=self.of)

    def _compare(self, operator: str, number: _Number_contra) -> Expression:
        return Compare(self.name, operator, number, of=self.of)


class Having(Asked, Generic[_Value_contra]):
    """A field of words: ``==``, ``!=`` and ``any``.

    Example:
        >>> print(F.status == Status.TRIAL, F.tag.any("gold", "key account"))
        status:trial tag:gold,"key account"
    """

    __slots__ = ()

    def __eq__(self, value: _Value_contra) -> Expression:  # type: ignore[override]
        """The customers that have it."""
        return self.any(value)

    def __ne__(self, value: _Value_contra) -> Expression:  # type: ignore[override]
        """The customers that do not have it."""
        return ~self.any(value)

    __hash__: ClassVar[None] = None

    def any(self, *values: _Value_contra) -> Expression:
        """The customers that have any of these."""
        return Among(self.name, values, of=self.of)


class Containing(Asked):
    """A field of texts that are searched: ``contains``.

    Example:
        >>> print(F.name.contains("acme", "globex"))
        acme,globex
    """

    __slots__ = ()

    def contains(self, *texts: str) -> Expression:
        """The customers whose text contains any of these."""
        return Contains(self.name, texts)


class OfProduct:
    """The numbers of one product.

    Example:
        >>> print(F.of("calling").overage > 0)
        calling.overage:>0
    """

    __slots__ = ("_product",)

    def __init__(self, product: str | None = None) -> None:
        """Name the product by its code or display name; all products if none is named."""
        self._product = product

    @property
    def licenses(self) -> Numbered[int]:
        """Licenses bought."""
        return Numbered("licenses", self._product)

    @property
    def assigned(self) -> Numbered[int]:
        """Licenses assigned."""
        return Numbered("assigned", self._product)

    @property
    def used(self) -> Numbered[int]:
        """Licenses used in seven days."""
        return Numbered("used", self._product)

    @property
    def available(self) -> Numbered[int]:
        """Licenses bought and not assigned."""
        return Numbered("available", self._product)

    @property
    def overage(self) -> Numbered[int]:
        """Licenses assigned beyond those bought."""
        return Numbered("overage", self._product)

    @property
    def assignment(self) -> Numbered[Exact]:
        """Licenses assigned out of those bought, in percent."""
        return Numbered("assignment", self._product)

    @property
    def utilization(self) -> Numbered[Exact]:
        """Licenses used in seven days out of those bought, in percent."""
        return Numbered("utilization", self._product)


class Face(OfProduct):
    """Every field of the definitions, and those of a host by name.

    Example:
        >>> print((F.managed == ManagedBy.PARTNER) & (F.attr("region") == "emea"))
        managed:partner attr.region:emea
        >>> print(F.number("stars") >= 4)
        stars:>=4
    """

    __slots__ = ()

    @property
    def managed(self) -> Having[ManagedBy]:
        """Who manages the customer."""
        return Having("managed")

    @property
    def product(self) -> Having[str]:
        """Products in subscriptions that have not ended."""
        return Having("product")

    @property
    def status(self) -> Having[Status]:
        """Statuses at the instant."""
        return Having("status")

    @property
    def type(self) -> Having[Kind]:
        """Kinds of subscriptions that have not ended."""
        return Having("type")

    @property
    def tag(self) -> Having[str]:
        """Tags."""
        return Having("tag")

    @property
    def name(self) -> Containing:
        """The customer's name."""
        return Containing("name")

    @property
    def id(self) -> Having[str]:
        """The customer's id."""
        return Having("id")

    @property
    def expires(self) -> Numbered[int]:
        """Days until the soonest end of an active subscription or trial."""
        return Numbered("expires")

    @property
    def added(self) -> Numbered[int]:
        """Days since the latest addition of a subscription or trial."""
        return Numbered("added")

    @property
    def signed_in(self) -> Numbered[int]:
        """Days since an administrator last signed in; never is more than any number."""
        return Numbered("signed_in")

    def attr(self, name: str) -> Having[str]:
        """An attribute of the host's, by its name."""
        return Having("attr", name)

    def of(self, product: str) -> OfProduct:
        """The numbers of one product, by its code or display name."""
        return OfProduct(product)

    def number(self, name: str) -> Numbered[int]:
        """A host's own field of numbers or days."""
        return Numbered(name)

    def percent(self, name: str) -> Numbered[Exact]:
        """A host's own field of shares."""
        return Numbered(name)

    def label(self, name: str) -> Having[str]:
        """A host's own field of words or ids."""
        return Having(name)

    def text(self, name: str) -> Containing:
        """A host's own field of texts to search."""
        return Containing(name)


F: Final = Face()
