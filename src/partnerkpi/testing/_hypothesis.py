"""Hypothesis, or which extra brings it."""

from partnerkpi.errors import MissingExtraError

try:
    from hypothesis import given, settings
    from hypothesis import strategies as st
except ImportError as _missing:
    _extra = "testing"
    raise MissingExtraError(_extra) from _missing

__all__ = ["given", "settings", "st"]
