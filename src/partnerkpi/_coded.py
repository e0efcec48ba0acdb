"""Machinery: columns of text that come as codes into a list of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Coded"]


@frozen(eq=False)
class Coded:
    """A column of text in which few different texts occur often, given as codes and labels.

    What dictionary encoding is to Arrow and a categorical to dataframes: much cheaper to hand over
    than the texts themselves.

    Attributes:
        codes: For each row the position of its text in ``labels``, of any integer dtype; -1 for
            null.
        labels: The texts, as a sequence or a NumPy array of ``str``.

    Example:
        >>> import numpy as np
        >>> product = Coded(np.array([1, 0, 1]), ["meetings", "calling"])
        >>> len(product)
        3
    """

    codes: NDArray[np.integer]
    labels: Sequence[str] | NDArray[np.str_]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.codes)
