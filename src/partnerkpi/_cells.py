"""Machinery: columns of a result table, of every kind a cell may have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from attrs import asdict, frozen, has

from partnerkpi._arrow import (
    coded_array,
    flags_array,
    library,
    numbers_array,
    structs_array,
    text_array,
)
from partnerkpi._text import Text
from partnerkpi.aggregates import Ratio, exact_ranks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from partnerkpi._arrays import Mask, Rows

__all__ = [
    "Cells",
    "Choices",
    "Flags",
    "Integers",
    "Objects",
    "Ratios",
    "Texts",
    "joined",
    "objects_array",
    "ratios_array",
    "text_ranks",
]


class Cells(Protocol):
    """A column of a result table."""

    def __len__(self) -> int:
        """Return how many cells there are."""
        ...

    def take(self, rows: Rows, /) -> Cells:
        """The cells of some rows."""
        ...

    def values(self) -> list[Any]:
        """The cells as Python values."""
        ...

    def ranks(self) -> NDArray[np.int64]:
        """Numbers in the order of the cells, equal for equal ones; missing ones last."""
        ...

    def arrow(self) -> Any:
        """The cells as an Arrow array."""
        ...


@frozen(eq=False)
class Integers:
    """Whole numbers, some of which may be missing."""

    numbers: NDArray[np.int64]
    known: Mask | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: Rows, /) -> Integers:
        return Integers(self.numbers[rows], None if self.known is None else self.known[rows])

    def values(self) -> list[int | None]:
        numbers: list[int | None] = self.numbers.tolist()
        if self.known is None:
            return numbers

        return [n if known else None for n, known in zip(numbers, self.known.tolist(), strict=True)]

    def ranks(self) -> NDArray[np.int64]:
        if self.known is None:
            return self.numbers

        return np.where(self.known, self.numbers, np.iinfo(np.int64).max)

    def arrow(self) -> Any:
        return numbers_array(self.numbers, self.known)


@frozen(eq=False)
class Flags:
    """True or false."""

    mask: Mask

    def __len__(self) -> int:
        return len(self.mask)

    def take(self, rows: Rows, /) -> Flags:
        return Flags(self.mask[rows])

    def values(self) -> list[bool]:
        flags: list[bool] = self.mask.tolist()

        return flags

    def ranks(self) -> NDArray[np.int64]:
        return self.mask.astype(np.int64)

    def arrow(self) -> Any:
        return flags_array(self.mask)


@frozen(eq=False)
class Texts:
    """Texts."""

    text: Text

    def __len__(self) -> int:
        return len(self.text)

    def take(self, rows: Rows, /) -> Texts:
        return Texts(self.text.take(rows))

    def values(self) -> list[str]:
        return self.text.to_list()

    def ranks(self) -> NDArray[np.int64]:
        return text_ranks(self.text)

    def arrow(self) -> Any:
        return text_array(self.text)


@frozen(eq=False)
class Choices:
    """One of few values, such as the members of an enumeration; ordered as listed."""

    codes: NDArray[Any]
    choices: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: Rows, /) -> Choices:
        return Choices(self.codes[rows], self.choices)

    def values(self) -> list[Any]:
        return [self.choices[code] for code in self.codes.tolist()]

    def ranks(self) -> NDArray[np.int64]:
        return self.codes.astype(np.int64)

    def arrow(self) -> Any:
        return coded_array(
            self.codes, [None if each is None else each.value for each in self.choices]
        )


@frozen(eq=False)
class Objects:
    """Values of any other kind, such as lists of texts; ordered by comparing them.

    ``counts`` says that they are lists of whole numbers, which tells where there is no value.
    """

    objects: list[Any]
    counts: bool = False

    def __len__(self) -> int:
        return len(self.objects)

    def take(self, rows: Rows, /) -> Objects:
        return Objects([self.objects[row] for row in rows.tolist()], self.counts)

    def values(self) -> list[Any]:
        return self.objects

    def ranks(self) -> NDArray[np.int64]:
        distinct = {value: rank for rank, value in enumerate(sorted(set(self.objects)))}

        return np.array([distinct[value] for value in self.objects], np.int64)

    def arrow(self) -> Any:
        return objects_array(self.objects, counts=self.counts)


@frozen(eq=False)
class Ratios:
    """Ratios, kept as two integers each."""

    numerators: NDArray[np.int64]
    denominators: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.numerators)

    def take(self, rows: Rows, /) -> Ratios:
        return Ratios(self.numerators[rows], self.denominators[rows])

    def values(self) -> list[Ratio]:
        return list(map(Ratio, self.numerators.tolist(), self.denominators.tolist()))

    def ranks(self) -> NDArray[np.int64]:
        defined = np.flatnonzero(self.denominators)
        ranks = np.full(len(self), np.iinfo(np.int64).max)
        ranks[defined] = exact_ranks(self.numerators[defined], self.denominators[defined])

        return ranks

    def arrow(self) -> Any:
        return ratios_array(self.numerators, self.denominators)


def ratios_array(numerators: NDArray[np.int64], denominators: NDArray[np.int64]) -> Any:
    """Ratios as they stand in documents: two integers and the nearest double, null if undefined."""
    known = denominators != 0
    size = max(int(np.abs(each).max(initial=0)) for each in (numerators, denominators))
    if size <= _EXACT_IN_DOUBLES:
        # Both are exact as doubles, and division is rounded correctly.
        values = numerators / np.where(known, denominators, 1)
    else:
        ratios = Ratios(numerators, denominators).values()
        values = np.array([ratio.value or 0.0 for ratio in ratios])

    return structs_array(
        {
            "numerator": numbers_array(numerators),
            "denominator": numbers_array(denominators),
            "value": numbers_array(values, known),
        }
    )


_EXACT_IN_DOUBLES = 2**53


def objects_array(objects: Sequence[Any], *, counts: bool = False) -> Any:
    """Values of any kind as an Arrow array; lists if no value tells anything else."""
    plain = [_plain(each) for each in objects]
    pa = library()
    if not any(plain):
        return pa.array(plain, pa.list_(pa.int64() if counts else pa.string()))

    return pa.array(plain)


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    if isinstance(value, Ratio):
        return value.to_dict()
    if has(type(value)):
        return {name: _plain(each) for name, each in asdict(value, recurse=False).items()}

    return value.value if isinstance(value, Enum) else value


def joined(parts: Sequence[Any]) -> Any:
    """Columns of one kind, one after the other."""
    return parts[0] if len(parts) == 1 else _JOINS[type(parts[0])](parts)


def _joined_texts(parts: Sequence[Texts]) -> Texts:
    return Texts(Text.concatenate([part.text for part in parts]))


def _joined_objects(parts: Sequence[Objects]) -> Objects:
    return Objects([value for part in parts for value in part.objects], parts[0].counts)


def _joined_flags(parts: Sequence[Flags]) -> Flags:
    return Flags(np.concatenate([part.mask for part in parts]))


def _joined_choices(parts: Sequence[Choices]) -> Choices:
    return Choices(np.concatenate([part.codes for part in parts]), parts[0].choices)


def _joined_ratios(parts: Sequence[Ratios]) -> Ratios:
    return Ratios(
        np.concatenate([part.numerators for part in parts]),
        np.concatenate([part.denominators for part in parts]),
    )


def _joined_integers(parts: Sequence[Integers]) -> Integers:
    numbers = np.concatenate([part.numbers for part in parts])
    if all(part.known is None for part in parts):
        return Integers(numbers)
    known = [np.ones(len(p), np.bool_) if p.known is None else p.known for p in parts]

    return Integers(numbers, np.concatenate(known))


_JOINS: Mapping[type, Callable[[Sequence[Any]], Any]] = MappingProxyType(
    {
        Texts: _joined_texts,
        Objects: _joined_objects,
        Flags: _joined_flags,
        Choices: _joined_choices,
        Ratios: _joined_ratios,
        Integers: _joined_integers,
    }
)


def text_ranks(text: Text) -> NDArray[np.int64]:
    """Dense ranks of texts by Unicode code point, equal texts alike."""
    order = text.order()
    ordered = text.take(order)
    steps = np.zeros(len(text), np.int64)
    if len(text) > 1:
        positions = np.arange(len(text), dtype=np.intp)
        steps[1:] = ~ordered.take(positions[1:]).equal(ordered.take(positions[:-1]))
    ranks = np.empty(len(text), np.int64)
    ranks[order] = np.cumsum(steps)

    return ranks
