"""Names of customers beside what they did: some callers are customers of no portfolio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from partnerkpi._arrays import lock_codes, reduced
from partnerkpi._arrow import text_array
from partnerkpi._cells import text_ranks
from partnerkpi._text import Text, TextIndex

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Mask, Rows
    from partnerkpi.calling.seats import CallingSeats

__all__ = ["Names", "OptionalTexts"]


@frozen(eq=False)
class OptionalTexts:
    """A column of a result table: texts, some of which are missing.

    Attributes:
        text: The texts; any text where one is missing.
        known: Which are not missing.
    """

    text: Text
    known: Mask

    def __len__(self) -> int:
        """Return how many cells there are."""
        return len(self.text)

    def take(self, rows: Rows, /) -> OptionalTexts:
        """The cells of some rows."""
        return OptionalTexts(self.text.take(rows), self.known[rows])

    def values(self) -> list[str | None]:
        """The cells as Python values."""
        pairs = zip(self.text, self.known.tolist(), strict=True)

        return [text if known else None for text, known in pairs]

    def ranks(self) -> NDArray[np.int64]:
        """Numbers in the order of the texts, missing ones last."""
        return np.where(self.known, text_ranks(self.text), np.iinfo(np.int64).max)

    def arrow(self) -> Any:
        """The cells as an Arrow array."""
        return text_array(self.text, self.known)


@frozen(eq=False)
class Names:
    """Names of some customers, as far as a portfolio knows them.

    Attributes:
        ids: Ids of the customers.
        names: Names of the portfolio's customers.
        places: For each id the place of its name, -1 if no portfolio has it.
    """

    ids: Text
    names: Text
    places: Codes = field(converter=lock_codes)

    @staticmethod
    def of(ids: Text, seats: CallingSeats | None) -> Names:
        """Look for the customers in a portfolio, if there is one.

        Example:
            >>> names = Names.of(Text.from_strings(["c-1"]), None)
            >>> names.cells(np.array([0])).values()
            [None]
        """
        if seats is None:
            return Names(ids, Text.from_strings([]), np.full(len(ids), -1, np.intp))

        return Names(ids, seats.names, TextIndex(seats.customers).find(ids))

    def cells(self, rows: Rows) -> OptionalTexts:
        """The names of some customers."""
        places = self.places[rows]
        # Who has no name takes any text, which is not shown.
        some = self.names if len(self.names) else self.ids

        return OptionalTexts(some.take(np.maximum(places, 0)), places >= 0)

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)
