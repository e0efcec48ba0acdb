"""Machinery: the values of one heading as slices of a buffer of UTF-8 bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from partnerkpi._bytes import spans
from partnerkpi._text import Text

if TYPE_CHECKING:
    from partnerkpi._arrays import Bytes, Rows

__all__ = ["Slices"]

_PAD = 16


@frozen(eq=False)
class Slices:
    """The values that some records give: which records, and where each value stands.

    At least sixteen bytes stand before and after each value.
    """

    rows: Rows
    buffer: Bytes
    starts: Rows
    lengths: Rows

    @classmethod
    def of_text(cls, rows: Rows, text: Text) -> Slices:
        """The texts of some records."""
        starts, lengths = spans(text.offsets, slice(0, len(text)))
        padding = np.zeros(_PAD, np.uint8)

        return cls(rows, np.concatenate([padding, text.data, padding]), starts + _PAD, lengths)

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, some: Rows | None = None) -> Text:
        """All values, or some, as a column of text."""
        starts, lengths = self.starts, self.lengths
        if some is not None:
            starts, lengths = starts[some], lengths[some]

        return Text.from_slices(self.buffer, starts, lengths)
