"""Machinery: no collection of garbage while many objects are made."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["collection_held"]


@contextmanager
def collection_held() -> Iterator[None]:
    """No collection of garbage meanwhile, if it was on: decoding costs several times as much."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
