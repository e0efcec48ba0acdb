"""Machinery: the one door to pyarrow (extra ``arrow``), and NumPy columns as Arrow arrays.

Numbers and instants go out as they are, their buffers not copied; where something is missing, a
bitmap is made beside them. Text goes out as it is as well, as long as its offsets fit 31 bits.
Arrow keeps the NumPy arrays alive; they are locked, so nobody changes them under it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from partnerkpi._arrays import locked
from partnerkpi.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from numpy.typing import NDArray

    from partnerkpi._arrays import Codes, Mask, Micros, Rows
    from partnerkpi._text import Text

__all__ = [
    "Exporting",
    "coded_array",
    "codes_array",
    "flags_array",
    "installed",
    "instants_array",
    "library",
    "lists_array",
    "numbers_array",
    "structs_array",
    "table_of",
    "text_array",
]

_EXTRA = "arrow"
_NARROW = 1 << 31


def installed() -> bool:
    """Whether the extra is installed."""
    return find_spec("pyarrow") is not None


def library() -> Any:
    """The library.

    Raises:
        MissingExtraError: the extra is not installed.
    """
    if not installed():
        raise MissingExtraError(_EXTRA)

    return import_module("pyarrow")


def numbers_array(values: NDArray[Any], known: Mask | None = None) -> Any:
    """Integers or doubles, not copied; null where not known."""
    pa = library()

    return _of_buffer(pa.from_numpy_dtype(values.dtype), values, known)


def instants_array(micros: Micros, known: Mask | None = None) -> Any:
    """Microseconds since 1970 as timestamps in UTC, not copied; null where not known."""
    return _of_buffer(library().timestamp("us", "UTC"), micros, known)


def _of_buffer(kind: Any, values: NDArray[Any], known: Mask | None) -> Any:
    pa = library()
    whole = np.ascontiguousarray(values)
    buffers = [_bitmap(known), pa.py_buffer(whole)]

    return pa.Array.from_buffers(kind, len(whole), buffers)


def _bitmap(known: Mask | None) -> Any:
    if known is None or known.all():
        return None

    return library().py_buffer(np.packbits(known, bitorder="little"))


def flags_array(mask: Mask, known: Mask | None = None) -> Any:
    """Booleans, packed into bits; null where not known."""
    pa = library()
    bits = pa.py_buffer(np.packbits(mask, bitorder="little"))

    return pa.Array.from_buffers(pa.bool_(), len(mask), [_bitmap(known), bits])


def text_array(text: Text, known: Mask | None = None) -> Any:
    """Texts; null where not known."""
    pa = library()
    small = len(text.data) < _NARROW
    kind = pa.string() if small else pa.large_string()
    offsets: Any = text.offsets
    if offsets.dtype != np.uint32 or not small:
        offsets = offsets.astype(np.uint32 if small else np.int64)
    buffers = [_bitmap(known), pa.py_buffer(offsets), pa.py_buffer(text.data)]

    return pa.Array.from_buffers(kind, len(text), buffers)


def codes_array(codes: Codes, labels: Text) -> Any:
    """Dictionary-encoded texts; null where the code is -1."""
    pa = library()
    signed: Any = codes if codes.dtype.kind == "i" else codes.astype(_signed(len(labels)))
    known = None if signed.min(initial=0) >= 0 else signed >= 0
    indices = numbers_array(signed, known)

    return pa.DictionaryArray.from_arrays(indices, text_array(labels))


def _signed(size: int) -> type[np.int8 | np.int32]:
    return np.int8 if size <= np.iinfo(np.int8).max else np.int32


def coded_array(codes: Codes, labels: Sequence[str | None]) -> Any:
    """Dictionary-encoded texts of few labels, one of which may be none."""
    pa = library()
    if None in labels:
        table = np.array([-1 if label is None else at for at, label in enumerate(labels)], np.int8)
        codes = table.take(codes)
    narrow: Any = codes.astype(np.int8, copy=False)
    known = None if None not in labels else narrow >= 0
    names = pa.array(["" if label is None else label for label in labels], pa.string())

    return pa.DictionaryArray.from_arrays(numbers_array(narrow, known), names)


def lists_array(rows: Rows, items: Any, size: int) -> Any:
    """Lists: ``items[i]`` is in the list of ``rows[i]``, which rise."""
    pa = library()
    offsets = np.searchsorted(rows, np.arange(size + 1)).astype(np.int32)
    kind = pa.list_(items.type)

    return pa.Array.from_buffers(
        kind, size, [None, pa.py_buffer(locked(offsets))], children=[items]
    )


def structs_array(members: Mapping[str, Any]) -> Any:
    """Structs of arrays of one length."""
    return library().StructArray.from_arrays(list(members.values()), list(members))


def table_of(columns: Mapping[str, Any]) -> Any:
    """A table of one record batch."""
    pa = library()

    return pa.Table.from_batches([pa.RecordBatch.from_arrays([*columns.values()], [*columns])])


class Exporting(ABC):
    """What goes out as an Arrow stream, and through it to every library of frames.

    Integers, measurements and instants go out without a copy; booleans, text and bitmaps of nulls
    are made. Without the extra ``arrow`` all of this says so.
    """

    __slots__ = ()

    @abstractmethod
    def _arrow_columns(self) -> Mapping[str, Any]:
        """The columns by name, as Arrow arrays."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows as an Arrow stream, in a PyCapsule.

        Raises:
            MissingExtraError: without the extra ``arrow``.
        """
        stream: object = self.to_arrow().__arrow_c_stream__(requested_schema)

        return stream

    def to_arrow(self) -> pa.Table:
        """The rows as a table of pyarrow.

        Raises:
            MissingExtraError: without the extra ``arrow``.
        """
        return table_of(self._arrow_columns())

    def to_polars(self) -> pl.DataFrame:
        """The rows as a frame of polars.

        Raises:
            MissingExtraError: without the extra ``polars``.
        """
        table, polars = self.to_arrow(), _named("polars")
        frame: pl.DataFrame = polars.from_arrow(table)

        return frame

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a frame of pandas, its columns kept as Arrow: nulls stay nulls.

        Raises:
            MissingExtraError: without the extra ``pandas``.
        """
        table, pandas = self.to_arrow(), _named("pandas")
        frame: pd.DataFrame = table.to_pandas(types_mapper=pandas.ArrowDtype)

        return frame


def _named(extra: str) -> Any:
    """The library that an extra of the same name brings.

    Raises:
        MissingExtraError: it is not installed.
    """
    if find_spec(extra) is None:
        raise MissingExtraError(extra)

    return import_module(extra)
