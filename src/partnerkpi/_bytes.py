"""Machinery: many short runs of bytes at once: loading, copying, comparing.

A *run* is ``length`` bytes of a buffer from ``start`` on. Work goes eight or sixteen bytes of
every run at a time, so no matrix as wide as the longest run is ever made; runs beyond ``SHORT``
bytes are finished one by one, where the cost of a call no longer matters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from partnerkpi._arrays import locked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partnerkpi._arrays import Bytes, Codes, Mask, Rows

__all__ = [
    "CHUNK",
    "SHORT",
    "WORD",
    "Offsets",
    "Spans",
    "Words",
    "chunks",
    "gather",
    "joined",
    "offsets_of",
    "picked",
    "same",
    "spans",
    "stepping_offsets",
    "stepping_words",
    "width_of",
    "words",
]

Offsets: TypeAlias = NDArray[np.uint32] | NDArray[np.int64]
Spans: TypeAlias = tuple[NDArray[np.intp], NDArray[np.intp]]
Words: TypeAlias = NDArray[np.uint64]
_Laid = TypeVar("_Laid", NDArray[np.uint32], NDArray[np.int64])
_Kind = TypeVar("_Kind", np.uint64, np.complex128)

CHUNK = 1 << 17
SHORT = 128
WORD = 8

_LUMP = 16
_PART = 8
_NARROW = 1 << 32
_U8: np.dtype[np.uint64] = np.dtype("<u8")
# Sixteen bytes in one load; only ever copied, never read as a number.
_C16 = np.dtype(np.complex128)
_MASKS = locked(np.array([(1 << (8 * size)) - 1 for size in range(WORD + 1)], np.uint64))


def chunks(size: int, step: int = CHUNK) -> Iterator[tuple[int, int]]:
    """Bounds that cut ``size`` rows into chunks."""
    return ((start, min(start + step, size)) for start in range(0, size, step))


def offsets_of(lengths: Codes) -> Offsets:
    """Where runs laid end to end begin and end, in four bytes each where that is enough."""
    offsets = np.zeros(lengths.size + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])

    return offsets.astype(np.uint32) if offsets[-1] < _NARROW else offsets


def spans(offsets: Offsets, rows: Codes | slice) -> Spans:
    """Starts and lengths of the runs of some rows."""
    if isinstance(rows, slice):
        starts = offsets[rows.start : rows.stop].astype(np.intp)
        return starts, offsets[rows.start + 1 : rows.stop + 1].astype(np.intp) - starts

    starts = offsets[rows].astype(np.intp)

    return starts, offsets[rows + 1].astype(np.intp) - starts


def words(data: Bytes, at: Rows, left: Rows | int) -> Words:
    """Eight bytes from each position on as a little-endian word, zero beyond ``left`` bytes."""
    return _load(data, at, _U8) & _MASKS.take(np.minimum(left, WORD))


def stepping_words(data: Bytes, start: int, step: int, size: int, left: int) -> Words:
    """Words as ``words`` makes them, from positions that are ``step`` bytes apart."""
    if left <= 0:
        return np.zeros(size, np.uint64)
    # Rows near the end of the data, where a whole word would not fit, are loaded with care.
    inside = max(0, min(size, (data.size - WORD - start) // step + 1))
    out = np.empty(size, np.uint64)
    if inside:
        out[:inside] = np.ndarray((inside,), _U8, data, start, (step,))
        out[:inside] &= _MASKS[min(left, WORD)]
    late = start + np.arange(inside, size) * step
    out[inside:] = words(data, late, left)

    return out


def _load(data: Bytes, at: Rows, kind: np.dtype[_Kind]) -> NDArray[_Kind]:
    # Positions may be as high as the size of the data: what lies beyond its end reads as zeros.
    size = kind.itemsize
    last = data.size - size
    if last < 0:
        return _load(_padded(data, size), at, kind)
    # Reading one aligned byte of each item first has many cache misses under way at once; the loop
    # over unaligned items would wait for each.
    data.take(at, mode="clip")
    view = _view(data, kind)
    late = np.flatnonzero(at > last)
    if not late.size:
        return view[at]

    items = view[np.minimum(at, last)]
    items[late] = _view(_padded(data[last:], size), kind)[at[late] - last]

    return items


def _view(data: Bytes, kind: np.dtype[_Kind]) -> NDArray[_Kind]:
    # Fancy indexing reads unaligned items in place; ``take`` would copy the whole view first.
    return np.ndarray((data.size - kind.itemsize + 1,), kind, data, strides=(1,))


def _padded(data: Bytes, size: int) -> Bytes:
    return np.concatenate([data, np.zeros(size, np.uint8)])


def gather(data: Bytes, starts: Rows, lengths: Rows) -> tuple[Bytes, Offsets]:
    """Runs from anywhere in a buffer laid end to end, and their offsets."""
    offsets = offsets_of(lengths)
    total = int(offsets[-1])
    out = np.empty(total + _LUMP, np.uint8)
    for start, stop in chunks(starts.size):
        part = slice(start, stop)
        _copy(data, starts[part], lengths[part], out, offsets[part].astype(np.intp))

    return locked(out)[:total], offsets


def picked(data: Bytes, offsets: Offsets, rows: Codes) -> tuple[Bytes, Offsets]:
    """Some runs of a column laid end to end, and their offsets."""
    size = len(offsets) - 1
    # Runs of one length are rows of a matrix; to find out pays if not just a few are picked.
    width = width_of(data, offsets) if len(rows) > size // _PART else 0
    if width:
        return _picked_of_one_length(data.reshape(size, width), rows)
    lengths = cast("Offsets", np.zeros(len(rows) + 1, offsets.dtype))
    for start, stop in chunks(len(rows)):
        part = rows[start:stop]
        lengths[start + 1 : stop + 1] = offsets[part + 1] - offsets[part]
    made = _summed(lengths)
    out = np.empty(int(made[-1]) + _LUMP, np.uint8)
    for start, stop in chunks(len(rows)):
        at, sizes = spans(offsets, rows[start:stop])
        _copy(data, at, sizes, out, made[start:stop].astype(np.intp))

    return locked(out)[: int(made[-1])], made


def width_of(data: Bytes, offsets: Offsets) -> int:
    """The length that all runs of a column have, or 0."""
    size = len(offsets) - 1
    width = int(offsets[1]) if size else 0
    if width * size != len(data):
        return 0
    steady = all(
        bool((offsets[start:stop] == np.arange(start, stop) * width).all())
        for start, stop in chunks(len(offsets))
    )

    return width if steady else 0


def _picked_of_one_length(matrix: NDArray[np.uint8], rows: Codes) -> tuple[Bytes, Offsets]:
    out = np.empty((len(rows), matrix.shape[1]), np.uint8)
    for start, stop in chunks(len(rows)):
        # Every row is there; told to clip, NumPy writes where it is asked to, without a copy.
        np.take(matrix, rows[start:stop], axis=0, out=out[start:stop], mode="clip")

    return locked(out).reshape(-1), stepping_offsets(*out.shape)


def stepping_offsets(rows: int, width: int) -> Offsets:
    """Offsets of runs that all have the same length."""
    offsets = np.arange(rows + 1, dtype=np.int64)
    offsets *= width

    return offsets.astype(np.uint32) if rows * width < _NARROW else offsets


def _summed(lengths: Offsets) -> Offsets:
    if int(lengths.sum(dtype=np.int64)) >= _NARROW:
        lengths = lengths.astype(np.int64)

    return np.cumsum(lengths, dtype=lengths.dtype, out=lengths)


def _copy(data: Bytes, starts: Rows, lengths: Rows, out: Bytes, to: Rows) -> None:
    # Whole lumps are stored, so a lump may spill over the runs that follow. Going from the last
    # lump to the first, and in rising order of rows within one (which is how fancy assignment
    # proceeds), every byte spilled upon is stored again by its own run later on.
    target = _view(out, _C16)
    longest = int(lengths.max())
    for depth in reversed(range(0, min(longest, SHORT), _LUMP)):
        rows = np.flatnonzero(lengths > depth) if depth else slice(None)
        target[to[rows] + depth] = _load(data, starts[rows] + depth, _C16)
    for row in np.flatnonzero(lengths > SHORT).tolist() if longest > SHORT else ():
        run = data[starts[row] : starts[row] + lengths[row]]
        out[to[row] : to[row] + run.size] = run


def joined(parts: Sequence[tuple[Bytes, Offsets]]) -> tuple[Bytes, Offsets]:
    """Columns of runs one after the other."""
    if len(parts) == 1:
        return parts[0]
    data = np.concatenate([np.empty(0, np.uint8), *(data for data, _ in parts)])
    rows = 1 + sum(offsets.size - 1 for _, offsets in parts)
    if data.size < _NARROW:
        return data, _laid(np.zeros(rows, np.uint32), [offsets for _, offsets in parts])

    return data, _laid(np.zeros(rows, np.int64), [offsets for _, offsets in parts])


def _laid(out: _Laid, parts: Sequence[Offsets]) -> _Laid:
    row = 0
    for offsets in parts:
        stop = row + offsets.size - 1
        # Sums are taken in the type of the result: in that of the parts they might wrap.
        np.add(
            offsets[1:], out[row], out=out[row + 1 : stop + 1], dtype=out.dtype, casting="unsafe"
        )
        row = stop

    return out


def same(a: Bytes, a_spans: Spans, b: Bytes, b_spans: Spans) -> Mask:
    """Whether the runs of each pair hold equal bytes."""
    (at_a, sizes), (at_b, others) = a_spans, b_spans
    equal: Mask = np.equal(words(a, at_a, sizes), words(b, at_b, others))
    equal &= sizes == others
    rows = np.flatnonzero(equal & (sizes > WORD))
    for depth in range(WORD, SHORT, WORD):
        if not rows.size:
            return equal
        left = sizes[rows] - depth
        match = words(a, at_a[rows] + depth, left) == words(b, at_b[rows] + depth, left)
        equal[rows[~match]] = False
        rows = rows[match & (left > WORD)]
    for row in rows.tolist():
        size = sizes[row]
        equal[row] = np.array_equal(a[at_a[row] :][:size], b[at_b[row] :][:size])

    return equal
