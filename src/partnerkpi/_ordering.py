"""Machinery: order runs of bytes, eight bytes at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from partnerkpi._bytes import SHORT, WORD, chunks, spans, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partnerkpi._arrays import Bytes, Mask, Rows
    from partnerkpi._bytes import Offsets, Words

__all__ = ["order"]

_LAST_BYTE = np.uint64(0xFF)
_SEARCHED = 1 << 20


def order(data: Bytes, offsets: Offsets) -> Rows:
    """The rows in rising order of their bytes; equal ones as they stand."""
    every = np.arange(len(offsets) - 1)
    if _holds_nul(data):
        # Words are filled up with NUL: they cannot tell a run that ends from one that goes on so.
        return _by_bytes(data, offsets, every, np.zeros_like(every))
    if _rises(data, offsets):
        return every

    return _sorted(data, offsets, _common(data, offsets))


def _holds_nul(data: Bytes) -> bool:
    return any((data[start:stop] == 0).any() for start, stop in chunks(data.size, _SEARCHED))


def _rises(data: Bytes, offsets: Offsets) -> bool:
    size = len(offsets) - 1
    return all(
        _pairs_rise(data, *spans(offsets, slice(start, min(stop + 1, size))))
        for start, stop in chunks(size)
    )


def _pairs_rise(data: Bytes, at: Rows, lengths: Rows) -> bool:
    rows = np.arange(at.size - 1)
    for depth in range(0, SHORT, WORD):
        if not rows.size:
            return True
        keys, following = (_keys(data, at[r] + depth, lengths[r] - depth) for r in (rows, rows + 1))
        if (keys > following).any():
            return False
        rows = rows[(keys == following) & _unended(keys)]

    return all(
        _run(data, at[row], lengths[row]) <= _run(data, at[row + 1], lengths[row + 1])
        for row in rows.tolist()
    )


def _run(data: Bytes, at: int, length: int) -> bytes:
    return data[at : at + length].tobytes()


def _keys(data: Bytes, at: Rows, left: Rows) -> Words:
    # Little-endian words turned round compare as their bytes do.
    return words(data, at, left).byteswap(inplace=True)


def _unended(keys: Words) -> Mask:
    # A run without NUL goes on after this word exactly if its last byte is not a filler.
    unended: Mask = np.not_equal(keys & _LAST_BYTE, 0)

    return unended


def _common(data: Bytes, offsets: Offsets) -> int:
    # How many bytes every run begins with: they need no sorting.
    at, lengths = spans(offsets, slice(0, len(offsets) - 1))
    least = min(int(lengths.min()), SHORT)
    for depth in range(0, least, WORD):
        differing = 0
        for start, stop in chunks(at.size):
            part = words(data, at[start:stop] + depth, lengths[start:stop] - depth)
            differing |= int(np.bitwise_or.reduce(part ^ part[0]))
            differing |= int(part[0] ^ words(data, at[:1] + depth, lengths[:1] - depth)[0])
        if differing:
            return min(depth + ((differing & -differing).bit_length() - 1) // 8, least)

    return least


def _sorted(data: Bytes, offsets: Offsets, depth: int) -> Rows:
    # ``places`` in the ranking are still tied; those of one label lie side by side.
    ranking: Rows = np.arange(offsets.size - 1)
    places: Rows | slice = slice(None)
    labels = np.broadcast_to(np.intp(0), ranking.shape)
    for deep in range(depth, depth + SHORT, WORD):
        rows = ranking[places]
        keys = _keys_of(data, offsets, rows, deep)
        by = _within(labels, keys)
        ranking[places] = rows[by]
        keys = keys[by]
        tied, labels = _ties(labels, keys)
        unended = _unended(keys[tied])
        tied = tied if isinstance(places, slice) else places[tied]
        _restore(ranking, tied[~unended], labels[~unended])
        places, labels = tied[unended], labels[unended]
        if not places.size:
            return ranking
    ranking[places] = _by_bytes(data, offsets, ranking[places], labels)

    return ranking


def _keys_of(data: Bytes, offsets: Offsets, rows: Rows, depth: int) -> Words:
    keys = np.empty(rows.size, np.uint64)
    for start, stop in chunks(rows.size):
        at, lengths = spans(offsets, rows[start:stop])
        keys[start:stop] = _keys(data, at + depth, lengths - depth)

    return keys


def _within(labels: Rows, keys: NDArray[np.uint64] | Rows) -> Rows:
    # Sorts by label, then key; not stable in the keys. Radix sorts of 16 bits keep labels cheap.
    by = np.argsort(keys)
    for shift in range(0, int(labels[-1]).bit_length() if labels.size else 0, 16):
        by = by[np.argsort((labels[by] >> shift).astype(np.uint16), kind="stable")]

    return by


def _ties(labels: Rows, keys: Words) -> tuple[Rows, Rows]:
    # The rows whose key is that of a neighbour, with a label for each set of ties.
    follows = np.zeros(keys.size + 1, np.bool_)
    follows[1:-1] = (keys[1:] == keys[:-1]) & (labels[1:] == labels[:-1])
    tied = np.flatnonzero(follows[1:] | follows[:-1])

    return tied, np.cumsum(~follows[tied], dtype=np.intp)


def _restore(ranking: Rows, places: Rows, labels: Rows) -> None:
    # Equal runs go back to the order in which they stand.
    rows = ranking[places]
    ranking[places] = rows[_within(labels, rows)]


def _by_bytes(data: Bytes, offsets: Offsets, rows: Rows, labels: Rows) -> Rows:
    at, lengths = spans(offsets, rows)
    runs = [_run(data, *span) for span in zip(at.tolist(), lengths.tolist(), strict=True)]
    ranked = sorted(zip(labels.tolist(), runs, rows.tolist(), strict=True))

    return np.array([row for _, _, row in ranked], np.intp)
