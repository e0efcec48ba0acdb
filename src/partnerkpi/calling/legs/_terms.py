"""Machinery: terms that counts are made under; counts under different ones never add."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from partnerkpi._arrays import locked
from partnerkpi.errors import CountOverflowError

__all__ = ["Sums", "added", "checked", "lock_sums"]

Sums: TypeAlias = NDArray[np.int64]


def lock_sums(array: Sums) -> Sums:
    """Counts or sums, no longer writeable."""
    return locked(array)


def added(mine: Sums, theirs: Sums) -> Sums:
    """Counts plus counts, none of them negative.

    Raises:
        CountOverflowError: a sum is beyond 64 bits.
    """
    return checked(mine + theirs)


def checked(sums: Sums) -> Sums:
    """Sums of numbers that were not negative, and not so large that a sum could wrap twice.

    Raises:
        CountOverflowError: a sum has wrapped.
    """
    if int(sums.min(initial=0)) < 0:
        msg = "the calls of one customer or week add up to more than fits 64 bits"
        raise CountOverflowError(msg)

    return sums
