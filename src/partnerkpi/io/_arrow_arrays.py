"""Machinery: one Arrow array as a column: its buffers as NumPy arrays, wherever they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from attrs import define, frozen

from partnerkpi._arrow import library
from partnerkpi._text import Text
from partnerkpi._text_forms import Labeled
from partnerkpi.io._array_column import Column, Labels
from partnerkpi.io._arrow_types import CODES, LISTS, NOTHING, TEXT, kind_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Mask

__all__ = ["AnyColumn", "Lists", "Reader", "Texts", "cell_objects", "plain_text"]

_LEAST = np.iinfo(np.int64).min


@frozen(eq=False)
class Texts:
    """A column of text: the array, its texts (any where null), and where it is null."""

    array: Any
    text: Text
    masked: Mask | None

    def part(self, rows: slice) -> Texts:
        """Some rows that follow each other."""
        masked = None if self.masked is None else self.masked[rows]

        return Texts(_sliced(self.array, rows), _text_part(self.text, rows), masked)

    def objects(self) -> Column:
        """The cells as Python objects."""
        return _of_objects(self.array)


@frozen(eq=False)
class Lists:
    """A column of lists of text: the array, the size of each list (0 where null), the texts.

    ``texts`` is nothing where a member is null.
    """

    array: Any
    sizes: NDArray[np.intp]
    texts: Text | Labeled | None

    def part(self, rows: slice) -> Lists:
        """Some rows that follow each other."""
        sizes = self.sizes[rows]
        if self.texts is None:
            return Lists(_sliced(self.array, rows), sizes, None)
        first = int(self.sizes[: rows.start].sum())
        members = slice(first, first + int(sizes.sum()))
        texts = (
            Labeled(self.texts.codes[members], self.texts.labels)
            if isinstance(self.texts, Labeled)
            else _text_part(self.texts, members)
        )

        return Lists(_sliced(self.array, rows), sizes, texts)

    def objects(self) -> Column:
        """The cells as Python objects."""
        return _of_objects(self.array)


AnyColumn: TypeAlias = Column | Texts | Lists


def _sliced(array: Any, rows: slice) -> Any:
    return array.slice(rows.start, rows.stop - rows.start)


def _text_part(text: Text, rows: slice) -> Text:
    offsets = text.offsets[rows.start : rows.stop + 1]

    return Text(text.data[int(offsets[0]) : int(offsets[-1])], offsets - offsets[0])


def _of_objects(array: Any) -> Column:
    cells = cell_objects(array)
    values = np.fromiter(cells, np.object_, len(cells))
    masked = np.fromiter((cell is None for cell in cells), np.bool_, len(cells))

    return Column(values, masked)


def cell_objects(array: Any) -> list[Any]:
    """The cells as Python objects; text that is no UTF-8 stays bytes."""
    try:
        cells: list[Any] = array.to_pylist()
    except UnicodeDecodeError:
        return [_decoded(cell) for cell in _as_bytes(array).to_pylist()]

    return cells


def _as_bytes(array: Any) -> Any:
    pa = library()
    if kind_of(array.type) == LISTS:
        members = _as_bytes(array.flatten())
        sizes = _sizes(array)
        offsets = pa.array(np.concatenate([[0], np.cumsum(sizes)]), pa.int64())
        return pa.LargeListArray.from_arrays(offsets, members, mask=array.is_null())
    plain = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    if pa.types.is_string_view(plain.type):
        plain = plain.view(pa.binary_view())

    return plain.cast(pa.large_binary())


def _decoded(cell: Any) -> Any:
    if isinstance(cell, list):
        return [_decoded(member) for member in cell]
    try:
        return cell.decode() if isinstance(cell, bytes) else cell
    except UnicodeDecodeError:
        return cell


def plain_text(array: Any) -> Text:
    """The texts of an array of text, empty or any other where null; not copied if need not be."""
    pa = library()
    if pa.types.is_string_view(array.type):
        array = array.cast(pa.large_string())
    large = pa.types.is_large_string(array.type)
    _, offsets_buffer, data_buffer = array.buffers()
    if offsets_buffer is None or not len(array):
        return Text.from_strings([])
    offsets = np.frombuffer(offsets_buffer, np.int64 if large else np.int32)
    offsets = offsets[array.offset : array.offset + len(array) + 1]
    first, last = int(offsets[0]), int(offsets[-1])
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer else np.empty(0, np.uint8)
    if first:
        offsets = offsets - offsets[0]
    narrow: Any = offsets if large else offsets.view(np.uint32)
    if large and last - first < 1 << 32:
        narrow = offsets.astype(np.uint32)

    return Text(data[first:last], narrow)


def _null(array: Any) -> Mask | None:
    """Where an array is null; nothing where it never is."""
    if not array.null_count:
        return None
    buffer = array.buffers()[0]
    if buffer is None:
        return np.ones(len(array), np.bool_)
    first, last = array.offset, array.offset + len(array)
    some = np.frombuffer(buffer, np.uint8)[first // 8 : -(-last // 8)]
    bits = np.unpackbits(some, bitorder="little")[first % 8 : first % 8 + len(array)]

    null: Mask = bits == 0

    return null


def _values(array: Any, dtype: Any) -> NDArray[Any]:
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(len(array), dtype)

    return np.frombuffer(buffer, dtype)[array.offset : array.offset + len(array)]


def _bits(array: Any) -> Mask:
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(len(array), np.bool_)
    first, last = array.offset, array.offset + len(array)
    some = np.frombuffer(buffer, np.uint8)[first // 8 : -(-last // 8)]
    bits = np.unpackbits(some, bitorder="little")[first % 8 : first % 8 + len(array)]

    return bits.view(np.bool_)


def _sizes(array: Any) -> NDArray[np.intp]:
    import pyarrow.compute as pc

    sizes = pc.fill_null(pc.list_value_length(array), 0)

    return np.asarray(sizes.to_numpy(zero_copy_only=False)).astype(np.intp)


@define
class Reader:
    """Makes a column of each array of one column of a table; labels met again are known again.

    ``coded`` columns may stay codes; ``grouped`` ones are texts that will be grouped anyway, and
    are made codes by Arrow.
    """

    coded: bool
    grouped: bool
    _dictionary: Any = None
    _labels: Labels | None = None

    def column(self, array: Any) -> AnyColumn:
        """The column of an array that has been validated."""
        pa = library()
        if pa.types.is_run_end_encoded(array.type):
            import pyarrow.compute as pc

            array = pc.run_end_decode(array)
        kind = kind_of(array.type)
        if pa.types.is_dictionary(array.type) and self._spread(array, kind):
            array = array.dictionary_decode()
            kind = kind_of(array.type)
        if kind == CODES:
            return self._codes(array)
        if kind == TEXT and self.grouped:
            return self._codes(array.dictionary_encode())
        if kind == TEXT:
            return Texts(array, plain_text(array), _null(array))
        if kind == LISTS:
            return self._lists(array)
        if kind == NOTHING:
            return _of_objects(array)

        return _numbers(array, str(kind))

    def _spread(self, array: Any, kind: str | None) -> bool:
        return kind != CODES or not self.coded or bool(array.dictionary.null_count)

    def _codes(self, array: Any) -> Column:
        labels, masked = self._known(array.dictionary), _null(array)
        indices = array.indices
        codes = _values(indices, indices.type.to_pandas_dtype())
        if masked is None:
            return Column(codes, None, labels)

        return Column(np.where(masked, -1, codes.astype(np.intp)), masked, labels)

    def _known(self, dictionary: Any) -> Labels:
        if self._labels is None or not dictionary.equals(self._dictionary):
            self._dictionary = dictionary
            text = plain_text(dictionary)
            # Not every label needs to be usable, as not every one needs to occur.
            self._labels = Labels(text, text, plain=not text.faulty().size)

        return self._labels

    def _lists(self, array: Any) -> Lists:
        members = array.flatten()
        if kind_of(members.type) == NOTHING:
            empty = Text.from_strings([])
            return Lists(array, _sizes(array), None if len(members) else empty)
        sizes = _sizes(array)
        if members.null_count:
            return Lists(array, sizes, None)
        found = Reader(coded=True, grouped=True).column(members)
        assert isinstance(found, Column)  # noqa: S101  # grouped text is codes
        assert found.labels is not None  # noqa: S101

        return Lists(array, sizes, Labeled(found.values, found.labels.texts))


def _numbers(array: Any, kind: str) -> Column:
    """A column of numbers, booleans or instants; null cells hold any value."""
    types, masked = library().types, _null(array)
    if kind == "b":
        return Column(_bits(array), masked)
    if kind != "M":
        return Column(_values(array, array.type.to_pandas_dtype()), masked)
    if types.is_date32(array.type):
        return Column(_values(array, np.int32).astype("M8[D]"), masked)
    unit = "ms" if types.is_date64(array.type) else array.type.unit
    since = _values(array, np.int64)
    if since.min(initial=0) == _LEAST:
        # To NumPy the least number is no instant; to Arrow it is one, far out of range.
        wild = (since == _LEAST) if masked is None else (since == _LEAST) & ~masked
        since = np.where(since == _LEAST, 0, since)
        since[wild] = _LEAST + 1

    return Column(since.view(f"M8[{unit}]"), masked)
